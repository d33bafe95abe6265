// SPDX-License-Identifier: GPL-2.0-only
//! Invocations by chance.

use super::sets::{self, pick};
use super::{hash, subject};
use crate::Invocation;
use mmcore::errno::{EIO, ENOSPC};
use mmcore::{IsolateMode, Lruvec, Mapping, MigrateMode, PAGE_SIZE, Page};

/// How many kinds of invocations there are: one a function.
pub const KINDS: usize = 49;

/// An invocation of the kind `kind`, of a seed.
pub fn draw(kind: usize, seed: u64) -> Invocation {
    let chance = |what: &str| hash((seed, "draw", what));
    let mapping = sets::mapping(chance("mapping"));
    match kind {
        0..=20 => accessor(kind, mapping, seed),
        21..=25 => file(kind, mapping, seed),
        26..=33 => scan(kind, seed),
        34..=37 => migration(kind, mapping, seed),
        38..=43 => truncation(kind, mapping, seed),
        _ => guest_memfd(kind, mapping, seed),
    }
}

fn accessor(kind: usize, mapping: Mapping, seed: u64) -> Invocation {
    use Invocation::*;
    let order = |what: &str| pick(hash((seed, what)), &[0u32, 1, 4, 8, 9, 10, 11, 31, u32::MAX]);
    match kind {
        0 => {
            let error = pick(hash((seed, "error")), &[0, -EIO, -ENOSPC, ENOSPC, -1]);
            MappingSetError { mapping, error }
        }
        1 => MappingSetUnevictable { mapping },
        2 => MappingClearUnevictable { mapping },
        3 => {
            let is_null = hash((seed, "null")).is_multiple_of(4);
            MappingUnevictable { mapping: (!is_null).then_some(mapping) }
        }
        4 => MappingSetExiting { mapping },
        5 => MappingExiting { mapping },
        6 => MappingSetNoWritebackTags { mapping },
        7 => MappingUseWritebackTags { mapping },
        8 => MappingReleaseAlways { mapping },
        9 => MappingSetReleaseAlways { mapping },
        10 => MappingClearReleaseAlways { mapping },
        11 => MappingStableWrites { mapping },
        12 => MappingSetStableWrites { mapping },
        13 => MappingClearStableWrites { mapping },
        14 => MappingSetPinned { mapping },
        15 => MappingPinned { mapping },
        16 => MappingSetFolioOrderRange { mapping, min: order("min"), max: order("max") },
        17 => MappingSetLargeFolios { mapping },
        18 => MappingMaxFolioOrder { mapping },
        19 => MappingMinFolioOrder { mapping },
        _ => MappingLargeFolioSupport { mapping },
    }
}

fn file(kind: usize, mapping: Mapping, seed: u64) -> Invocation {
    use Invocation::*;
    match kind {
        21 => FolioEvictable { folio: subject(seed, "folio") },
        22 => FolioNeedsRelease { folio: subject(seed, "folio") },
        23 => FilemapCheckErrors { mapping },
        24 => FilemapCheckAndKeepErrors { mapping },
        _ => FileCheckAndAdvanceWbErr { mapping },
    }
}

fn scan(kind: usize, seed: u64) -> Invocation {
    use Invocation::*;
    let chance = |what: &str| hash((seed, "scan", what));
    let pfn = pick(chance("pfn"), &[0, 1, 31, 32, 33, 480, 511, 512, 513, 1000, 1 << 30]);
    let block_end = (pfn | 511) + 1;
    let length = pick(chance("length"), &[0, 1, 1, 2, 3, 31, 32, 33, 64, 512]);
    let target = [-1, 0, 1, 8, 9, 10, i32::MAX, i32::MIN];
    match kind {
        26 => IsolationSuitable { page: Page(pfn) },
        27 => TestAndSetSkip { page: Page(pfn) },
        28 => UpdateCachedMigrate { pfn },
        29 => CompactLockIrqsave { lruvec: Lruvec((chance("lruvec") % 2) as u8) },
        30 => TooManyIsolated {},
        31 => SkipIsolationOnOrder {
            order: pick(chance("order"), &target),
            target_order: pick(chance("target"), &target),
        },
        32 => IsolateMigratepagesBlock {
            low_pfn: pfn,
            end_pfn: (pfn + length).min(block_end),
            mode: IsolateMode(pick(chance("mode"), &[0, 4, 8, 12, 2, 14])),
        },
        _ => IsolateMigratepagesRange { start_pfn: pfn, end_pfn: pfn + 3 * length },
    }
}

fn migration(kind: usize, mapping: Mapping, seed: u64) -> Invocation {
    use Invocation::*;
    let (dst, src) = (subject(seed, "dst"), subject(seed, "src"));
    // v6.12 has no MIGRATE_SYNC_NO_COPY: to it this is a number that is no mode.
    let mode = pick(hash((seed, "mode")), MigrateMode::ALL);
    match kind {
        34 => {
            let is_null = hash((seed, "null")).is_multiple_of(4);
            MigrateFolio { mapping: (!is_null).then_some(mapping), dst, src, mode }
        }
        35 => Writeout { mapping, folio: src },
        36 => FallbackMigrateFolio { mapping, dst, src, mode },
        _ => MoveToNewFolio { dst, src, mode },
    }
}

/// A byte of a file: at the edges of pages, and beside them.
fn byte(seed: u64, what: &str) -> i64 {
    let page = PAGE_SIZE as i64;
    let pages = pick(hash((seed, what, "page")), &[0, 0, 1, 2, 3, 4, 512]);
    pages * page + pick(hash((seed, what, "byte")), &[0, 0, 1, 100, page - 1])
}

fn truncation(kind: usize, mapping: Mapping, seed: u64) -> Invocation {
    use Invocation::*;
    let folio = subject(seed, "folio");
    let lstart = byte(seed, "lstart");
    let to_the_end = hash((seed, "end")).is_multiple_of(3);
    let lend = if to_the_end { -1 } else { lstart + byte(seed, "length") };
    match kind {
        38 => TruncateCleanupFolio { folio },
        39 => {
            let is_null = hash((seed, "null")).is_multiple_of(4);
            TruncateInodeFolio { mapping: (!is_null).then_some(mapping), folio }
        }
        40 => TruncateInodePartialFolio { folio, start: lstart, end: lend },
        41 => TruncateInodePagesRange { mapping, lstart, lend },
        42 => ShmemUndoRange { mapping, lstart, lend },
        _ => ShmemUnlockMapping { mapping },
    }
}

fn guest_memfd(kind: usize, mapping: Mapping, seed: u64) -> Invocation {
    use Invocation::*;
    let folio = subject(seed, "folio");
    let bit = |what: &str| hash((seed, what)).is_multiple_of(2);
    match kind {
        44 => ShmemLock { mapping, lock: bit("lock"), ucounts: bit("ucounts") },
        45 => KvmGmemPunchHole { mapping, offset: byte(seed, "offset"), len: byte(seed, "len") },
        46 => KvmGmemErrorFolio { mapping, folio },
        47 => KvmGmemCreate { mapping, size: byte(seed, "size"), flags: hash((seed, "flags")) % 3 },
        _ => {
            let mode = MigrateMode::Async;
            KvmGmemMigrateFolio { mapping, dst: folio, src: folio, mode }
        }
    }
}
