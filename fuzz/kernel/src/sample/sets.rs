// SPDX-License-Identifier: GPL-2.0-only
//! The answers that make sense, with the limits among them.

use super::hash;
use mmcore::errno::{EAGAIN, EBUSY, EINVAL, EIO, EMFILE, ENOMEM};
use mmcore::{Call, CallId, Folio, Lruvec, Mapping, MigrateMode, PAGE_SIZE, Word};

/// One of `set`.
pub(super) fn pick<T: Copy>(chance: u64, set: &[T]) -> T {
    set[(chance % set.len() as u64) as usize]
}

/// A word of flags: with every bit that any revision tests alone, and with any others.
pub(super) fn flags_word(chance: u64) -> u64 {
    pick(
        chance,
        &[0, 0x1, 0x2, 0x3, 0x8, 0xa, 0x40, 0x80, 0x100, 0x108, 0x200, 0x400, u64::MAX, chance],
    )
}

/// Few, so that they meet again.
pub(super) fn folio(chance: u64) -> Folio {
    Folio(pick(chance, &[0, 1, 2, 3, u16::MAX]))
}

pub(super) fn mapping(chance: u64) -> Mapping {
    Mapping(pick(chance, &[0, 0, 0, 0, 1, 255]))
}

/// The answer to a question that nothing is remembered for.
pub(super) fn answer(seed: u64, call: Call, chance: u64) -> u64 {
    let id = call.id();
    match id.answer().trim_matches(['(', ')']) {
        "" => 0,
        "bool" => {
            // Whether a question is mostly answered yes depends on the seed, so that deep paths are met.
            let bias = pick(hash((seed, id, "bias")), &[1, 8, 15]);
            let yes = if seed.is_multiple_of(4) { usual(id).unwrap_or(bias) } else { bias };
            u64::from(chance % 16 < yes)
        }
        "Folio" => folio(chance).to_word(),
        "Option<Folio>" => (!chance.is_multiple_of(5)).then(|| folio(chance >> 8)).to_word(),
        "Option<Mapping>" => (!chance.is_multiple_of(6)).then(|| mapping(chance >> 8)).to_word(),
        "Lruvec" => Lruvec((chance % 2) as u8).to_word(),
        "MigrateMode" => pick(chance, &MigrateMode::ALL[..3]).to_word(),
        _ => number(seed, id, chance),
    }
}

/// How often of sixteen times a scan of ordinary memory is told yes: every fourth seed's is ordinary.
fn usual(id: CallId) -> Option<u64> {
    match id {
        CallId::PageLru
        | CallId::FolioTestLru
        | CallId::FolioTestClearLru
        | CallId::FolioTrylock
        | CallId::CcGfpFs => Some(15),
        CallId::PageHuge | CallId::PageBuddy | CallId::PageCompound => Some(2),
        CallId::FatalSignalPending
        | CallId::GetPageblockSkip
        | CallId::CcAllocContig
        | CallId::FolioTestLarge => Some(1),
        _ => None,
    }
}

fn number(seed: u64, id: CallId, chance: u64) -> u64 {
    match id {
        CallId::NodePageState => {
            pick(chance, &[0, 0, 1, 2, 3, 7, 8, 9, 16, 100, u64::MAX / 2, u64::MAX])
        }
        CallId::CcOrder => order(seed),
        CallId::CompoundOrder => pick(chance, &[0, 1, 2, 3, 4, 8, 9, 10, 11, 20, 63]),
        CallId::BuddyOrderUnsafe => pick(chance, &[0, 1, 2, 5, 9, 10, 11, 63, u64::MAX]),
        CallId::FolioOrder => pick(chance, &[0, 0, 1, 2, 3, 8, 9, 10]),
        CallId::FolioNrPages | CallId::CompoundNr => {
            pick(chance, &[1, 1, 1, 2, 4, 16, 31, 32, 512])
        }
        CallId::FolioSize => PAGE_SIZE * pick(chance, &[1, 1, 2, 4, 512]),
        CallId::FolioPos => {
            (pick(chance, &[0i64, 0, 1, 2, 4, 512, 1 << 40]) * PAGE_SIZE as i64).to_word()
        }
        CallId::FolioIndex | CallId::FolioNextIndex | CallId::FbatchIndex => {
            pick(chance, &[0, 1, 2, 3, 4, 512, u64::MAX])
        }
        CallId::FolioRefCount | CallId::FolioExpectedRefCount | CallId::FolioMapcount => {
            pick(chance, &[0, 1, 1, 2, 2, 3, i32::MAX, i32::MIN, -1]).to_word()
        }
        CallId::ZoneStartPfn => pick(chance, &[0, 0, 1, 33, 512, 513, 600]),
        CallId::GmemListLen => pick(chance, &[0, 1, 1, 2, 3]),
        _ => errno(id, chance).to_word(),
    }
}

/// `cc->order`: in asynchronous direct compaction it is not negative.
fn order(seed: u64) -> u64 {
    let constant = |call: Call| answer(seed, call, hash((seed, call)));
    let is_direct = constant(Call::CcDirectCompaction {}) != 0;
    let is_async = constant(Call::CcMode {}) == MigrateMode::Async.to_word();
    let orders = [0i32, 1, 2, 3, 4, 5, 9, 10, 11, -1];
    let possible = if is_direct && is_async { 9 } else { 10 };
    pick(hash((seed, "order")), &orders[..possible]).to_word()
}

fn errno(id: CallId, chance: u64) -> i32 {
    match id {
        CallId::GetUnusedFd => pick(chance, &[0, 3, 4, -EMFILE]),
        CallId::AnonInodeCreateGetfile => pick(chance, &[0, 0, -ENOMEM, -4095, -1]),
        CallId::CallWritepage => pick(chance, &[0, 0x80000, 0x80001, -EIO, -1]),
        CallId::IsolateOrDissolveHugePage => pick(chance, &[0, 0, -EBUSY, -ENOMEM, -EINVAL]),
        _ => pick(chance, &[0, 0, 0, -EAGAIN, -EBUSY, -EIO, 1]),
    }
}
