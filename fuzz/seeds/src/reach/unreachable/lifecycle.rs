// SPDX-License-Identifier: GPL-2.0-only
//! What no sequence of operations brings about: the lifecycles' memory belongs to files alone, and
//! one thing happens after the other.

use super::{Rule, is_bit, is_call, is_call_in, is_site};
use crate::reach::{Answer, Asked, Fate, Found, Outcome, Owner, Place, ScanEnd};
use crate::scenario::{FileKind, Path};
use mmcore::include::linux::pagemap::AS_UNEVICTABLE;
use mmcore::{CallId, Function, MigrateMode, Site, errno};

macro_rules! rule {
    ($why:literal, $covers:expr) => {
        Rule {
            why: $why,
            covers: |path, outcome| {
                let covers: fn(&Outcome) -> bool = $covers;
                path == Path::Lifecycle && covers(outcome)
            },
        }
    };
}

/// What becomes of pages in a lifecycle's compaction.
const fn is_met(fate: Fate) -> bool {
    matches!(
        fate,
        Fate::CompoundTooLarge
            | Fate::NotOnLru
            | Fate::NoReference
            | Fate::Unmovable
            | Fate::NoCallback
            | Fate::Isolated
    )
}

/// A call in the scanner, or in what it calls.
fn in_scan(outcome: &Outcome, calls: &[CallId], answers: &[Answer]) -> bool {
    is_call_in(outcome, Function::IsolateMigratepagesBlock, calls, answers)
        || is_call_in(outcome, Function::TooManyIsolated, calls, answers)
}

const YES: &[Answer] = &[Answer::Yes];
const NO: &[Answer] = &[Answer::No];
const ANY: &[Answer] = &[
    Answer::Nothing,
    Answer::Yes,
    Answer::No,
    Answer::Null,
    Answer::Handle,
    Answer::Zero,
    Answer::Number,
    Answer::Garbage,
    Answer::Errno(errno::EAGAIN),
    Answer::Errno(errno::EBUSY),
    Answer::Errno(errno::ENOMEM),
    Answer::Errno(errno::EINVAL),
    Answer::Errno(errno::EMFILE),
];

pub(super) const RULES: &[Rule] = &[
    rule!("a pass over all memory runs with the default controls, from block to block", |o| {
        in_scan(o, &[CallId::CcOrder], &[Answer::Zero, Answer::Number])
            || in_scan(o, &[CallId::CcGfpFs], NO)
            || in_scan(
                o,
                &[
                    CallId::CcDirectCompaction,
                    CallId::CcAllocContig,
                    CallId::CcIgnoreSkipHint,
                    CallId::CcNoSetSkipHint,
                    CallId::CcFinishPageblock,
                    CallId::GetPageblockSkip,
                ],
                YES,
            )
            || matches!(
                o,
                Outcome::Called(_, Asked { call: CallId::IsolateModeHas, detail: 8 }, Answer::No)
            )
            || in_scan(o, &[CallId::PutbackMovablePages], ANY)
    }),
    rule!("nobody else takes a lock, isolates, marks a pageblock or sends a signal", |o| {
        in_scan(o, &[CallId::CcContended, CallId::FatalSignalPending], YES)
            || in_scan(
                o,
                &[CallId::SetCcContended, CallId::ReclaimThrottle, CallId::FolioSetLru],
                ANY,
            )
            || in_scan(
                o,
                &[
                    CallId::SpinTrylockLru,
                    CallId::FolioTestLru,
                    CallId::FolioTestClearLru,
                    CallId::FolioTrylock,
                ],
                NO,
            )
            || matches!(o, Outcome::ScanEnded(end) if !matches!(end, ScanEnd::Enough | ScanEnd::Through))
            || matches!(o, Outcome::Operated("compact", _, answer) if *answer != Answer::Zero)
    }),
    rule!(
        "the memory that is scanned belongs to files: nothing is free, a driver's or anonymous",
        |o| {
            in_scan(o, &[CallId::PageHuge, CallId::PageBuddy, CallId::PageMovable], YES)
                || in_scan(
                    o,
                    &[
                        CallId::IsolateOrDissolveHugePage,
                        CallId::IsolateMovablePage,
                        CallId::CompoundNr,
                        CallId::BuddyOrderUnsafe,
                        CallId::PageIsolated,
                        CallId::PageFolio,
                        CallId::FolioRefCount,
                        CallId::FolioMapcount,
                    ],
                    ANY,
                )
                || in_scan(o, &[CallId::FolioMapping], &[Answer::Null])
                || matches!(o, Outcome::Scanned(fate, owner)
                if !is_met(*fate) && *fate != Fate::Writeback
                    || matches!(owner, Owner::Nobody | Owner::SwapCache))
        }
    ),
    rule!("only a failed migration leaves write-back behind, and only the plain disk's can", |o| {
        matches!(o, Outcome::Scanned(Fate::Writeback, owner)
            if *owner != Owner::File(FileKind::Disk))
    }),
    rule!("built flags: guest_memfd's alone forbid migration, and do", |o| {
        match o {
            Outcome::Scanned(Fate::Unmovable, owner) => *owner != Owner::File(FileKind::GuestMemfd),
            Outcome::Scanned(Fate::Isolated, owner) => *owner == Owner::File(FileKind::GuestMemfd),
            _ => false,
        }
    }),
    rule!("the loop of a pass over all memory always gets on", |o| {
        in_scan(o, &[CallId::SoftLockup], NO)
    }),
    rule!("a move is of a file's folio that is locked, unpinned, clean or written out", |o| {
        use CallId::*;
        is_call_in(o, Function::MigrateFolio, &[FolioTestWriteback], YES)
            || is_call(o, &[FolioMigrateMapping], &[Answer::Errno(errno::EAGAIN)])
            || is_call_in(o, Function::MoveToNewFolio, &[FolioTestLocked], NO)
            || is_call_in(o, Function::MoveToNewFolio, &[FolioMapping], &[Answer::Null])
            || is_call(o, &[FolioIsZoneDevice, FolioTestMovableFlag, FolioMappingFlags], YES)
            || is_call(
                o,
                &[FolioTestMovable, FolioTestIsolated, FolioClearIsolated, MovableMigratePage],
                ANY,
            )
            || is_call(o, &[FolioClearDirtyForIo, FilemapReleaseFolio], NO)
            || [Site::MigrateWriteback, Site::SrcUnlocked, Site::DstUnlocked]
                .iter()
                .chain(&[Site::NotIsolated, Site::LostIsolated])
                .any(|&site| is_site(o, site))
    }),
    rule!("the callbacks are those of the file's kind, and none of their own accord fails", |o| {
        is_call(o, &[CallId::CallWritepage], &[Answer::Number, Answer::Errno(errno::EIO)])
            || is_call(
                o,
                &[CallId::CallMigrateFolio],
                &[Answer::Errno(errno::EAGAIN), Answer::Errno(errno::EINVAL)],
            )
    }),
    rule!("no operation migrates without copying", |o| {
        let mode = MigrateMode::SyncNoCopy as u8;
        is_call(o, &[CallId::FolioMigrateFlags], ANY)
            || matches!(o, Outcome::Called(_, Asked { call: CallId::CallMigrateFolio, detail }, _)
                if *detail == mode)
    }),
    rule!("no folio is mapped, mlocked or has private data, and no split is busy", |o| {
        is_call(o, &[CallId::FolioMapped, CallId::FolioHasPrivate, CallId::FolioTestMlocked], YES)
            || is_call(o, &[CallId::UnmapMappingFolio, CallId::FolioInvalidate], ANY)
            || is_call_in(o, Function::TruncateCleanupFolio, &[CallId::FolioSize], ANY)
            || is_call(o, &[CallId::SplitFolio], &[Answer::Errno(errno::EBUSY)])
    }),
    rule!("write-back fails with ENOSPC or EIO, and with nothing else", |o| {
        is_call(
            o,
            &[CallId::ErrseqCheck, CallId::ErrseqCheckAndAdvance],
            &[Answer::Errno(errno::ENOMEM)],
        )
    }),
    rule!("SHM_LOCK stays within the limit, and nobody locks while a segment is unlocked", |o| {
        is_call(o, &[CallId::UserShmLock], NO)
            || is_call_in(o, Function::ShmemUnlockMapping, &[CallId::TestBit], YES)
                && is_bit(o, AS_UNEVICTABLE)
    }),
    rule!("descriptors, memory and files are there for a new guest_memfd", |o| {
        is_call(
            o,
            &[CallId::GetUnusedFd, CallId::AnonInodeCreateGetfile],
            &[Answer::Errno(errno::EMFILE)],
        ) || is_call(o, &[CallId::KzallocGmem, CallId::FileMappingIsInodes], NO)
            || is_call(o, &[CallId::KfreeGmem, CallId::PutUnusedFd], ANY)
            || is_site(o, Site::GmemForeignMapping)
    }),
    rule!(
        "24 operations make fewer than 4096 folios, and touch guest pages inside the file",
        |o| {
            match o {
                Outcome::Operated("write", _, answer) => *answer == Answer::Errno(errno::ENOMEM),
                Outcome::Operated("fault-private", _, answer) => {
                    matches!(answer, Answer::Errno(errno::ENOMEM | 14))
                }
                _ => false,
            }
        }
    ),
    rule!("files have folios up to order 9, and a guest_memfd has 64 pages", |o| {
        *o == Outcome::Order(10)
    }),
    rule!("memfd_secret and drm shmem are never truncated, ramfs has single pages", |o| match o {
        Outcome::Found(FileKind::Secretmem | FileKind::DrmShmem, _)
        | Outcome::Zeroed(FileKind::Secretmem | FileKind::DrmShmem, ..) => true,
        Outcome::Zeroed(FileKind::Ramfs, from, to, large) => {
            *large
                || !matches!(from, Place::AfterStart | Place::Inside | Place::BeforeEnd)
                || *to != Place::End
        }
        _ => false,
    }),
    rule!("guest memory is inaccessible to both revisions, and not zeroed", |o| match o {
        Outcome::Zeroed(FileKind::GuestMemfd, ..) => true,
        Outcome::Found(FileKind::GuestMemfd, found) => {
            !matches!(found, Found::Mask(10) | Found::Bit(true))
        }
        _ => false,
    }),
    rule!("the flags are those of the kind: nobody else is inaccessible", |o| match o {
        Outcome::Found(FileKind::GuestMemfd | FileKind::Secretmem | FileKind::DrmShmem, _) => false,
        Outcome::Found(_, Found::Bit(set)) => *set,
        _ => false,
    }),
    rule!("the flags are those of the kind: what is unevictable always is, or by SHM_LOCK", |o| {
        match o {
            Outcome::Found(FileKind::Ramfs | FileKind::TmpfsNoswap, found) => {
                matches!(found, Found::Mask(0 | 2 | 10))
            }
            Outcome::Found(FileKind::Disk | FileKind::DiskZeroing, found) => {
                matches!(found, Found::Mask(8 | 10))
            }
            Outcome::Found(FileKind::Tmpfs, found) => matches!(found, Found::Mask(2 | 10)),
            _ => false,
        }
    }),
    rule!("no two of the distances that a position has make that range", |o| match o {
        Outcome::Zeroed(_, Place::AfterStart, Place::BeforeEnd, _) => true,
        Outcome::Zeroed(_, Place::Inside, Place::BeforeEnd, large) => !large,
        _ => false,
    }),
    rule!("nobody has locked a large folio, so the first pass takes it", |o| {
        is_call_in(o, Function::ShmemUndoRange, &[CallId::FolioTestLarge], YES)
    }),
];
