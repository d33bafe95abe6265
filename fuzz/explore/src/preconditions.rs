// SPDX-License-Identifier: GPL-2.0-only
//! What an enumeration leaves out beside its bounds, because the kernel cannot produce it or a caller
//! has seen to it: stated here, in the reports, and held against every run in `tests/preconditions/`.

use super::bounds::Settings;
use crate::scenario::Path;

/// `Model::test_bit`
const FLAGS: &str =
    "changes, during a call, of flags other than AS_EIO, AS_ENOSPC and AS_UNEVICTABLE";
/// `Controls::allows`: in either scope, for direct compaction is always for an order.
const ASYNC_DIRECT: &str =
    "asynchronous direct compaction with cc->order -1, for C would shift by -1";
/// `Caller::sets`
const CALLERS: &str = "settings of the scan that no caller makes; --settings free has them";

/// The creation: `Model::begin_guest_memfd`, `entries::calls` and `ranges::hole`.
const CREATION: [&str; 4] = [
    "another size than 8 pages, and flags of the ioctl: its callers have checked both",
    "flags that others set: the file is new, has no write-back and cannot be locked",
    "a hole that is not of whole pages, or empty: fallocate has checked it",
    "calls after a creation that failed, and more than one after one that did not",
];

/// Truncation: `entries::ranges`, and `Cache` for the pieces.
const TRUNCATION: [&str; 8] = [
    "a range that begins below 0, or ends before it begins other than at -1",
    "a folio that is not all below the top of loff_t, or above order 10",
    "a folio that its range does not touch, given to truncate_inode_partial_folio",
    "an unlocked folio; and one that has left the file, given to truncate_cleanup_folio",
    "more than three folios in a file, folios of two sizes, and gaps of other sizes than theirs",
    "pieces of a split folio but one, its second page: the others are not found again",
    "a split that fails in the last pass of shmem_undo_range, which tries until it does not",
    FLAGS,
];

/// Migration: `entries::calls`, and `Model::callback`.
const MIGRATION: [&str; 3] = [
    "folios that are not locked, but for move_to_new_folio, which asserts it",
    "errors of callbacks but -EAGAIN and -EBUSY: what they return is only compared with 0",
    FLAGS,
];

/// Scans: `Model::cc_order` and `cc_mode`, `scan::range`, `Model::order`.
const COMPACTION: [&str; 5] = [
    "cc->order 0 and MIGRATE_SYNC_NO_COPY: nobody compacts so",
    "a range that is empty, or in two pageblocks: the callers cut it",
    "a folio above order 9 to which there is a reference: neither an LRU list nor hugetlb has one",
    "isolate_migratepages_range of more page frames than one (with --races 0, than two): unmerged",
    FLAGS,
];

/// What the paths of `path` leave out under these settings of scans, each in a line.
pub fn preconditions(path: Path, settings: Settings) -> Vec<&'static str> {
    match path {
        Path::Flags | Path::Errors => vec![FLAGS],
        Path::Creation => CREATION.to_vec(),
        Path::Truncation => TRUNCATION.to_vec(),
        Path::Migration => MIGRATION.to_vec(),
        Path::Compaction => {
            let callers = (settings == Settings::Realizable).then_some(CALLERS);
            [ASYNC_DIRECT].into_iter().chain(callers).chain(COMPACTION).collect()
        }
        Path::Lifecycle => Vec::new(),
    }
}
