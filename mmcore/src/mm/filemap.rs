// SPDX-License-Identifier: GPL-2.0-only
//! The write-back error bits and who reports them. Source: mm/filemap.c, the same in all trees.
//!
//! The finds in the page cache are the rest of the kernel; what is here of them is that they move
//! their start on.

use crate::errno::{EIO, ENOSPC};
use crate::include::linux::pagemap::{AS_EIO, AS_ENOSPC};
use crate::{Kernel, Mapping, Side};

/// `filemap_check_errors`: reports a recorded error and forgets it. `-EIO` is looked at second and
/// wins.
pub fn filemap_check_errors<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> i32 {
    let mut ret = 0;
    if k.test_bit(mapping, AS_ENOSPC) && k.test_and_clear_bit(mapping, AS_ENOSPC) {
        ret = -ENOSPC;
    }
    if k.test_bit(mapping, AS_EIO) && k.test_and_clear_bit(mapping, AS_EIO) {
        ret = -EIO;
    }
    ret
}

/// `filemap_check_and_keep_errors`: reports a recorded error and keeps it, `-EIO` first.
pub fn filemap_check_and_keep_errors<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> i32 {
    if k.test_bit(mapping, AS_EIO) {
        return -EIO;
    }
    if k.test_bit(mapping, AS_ENOSPC) {
        return -ENOSPC;
    }
    0
}

/// `file_check_and_advance_wb_err`: reports an error that the file has not seen yet, as errseq
/// counts, and clears both bits so that the older reporters stay quiet too.
///
/// The file is the one open file of `mapping`. The tracepoint is left out.
pub fn file_check_and_advance_wb_err<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> i32 {
    let mut err = 0;

    // Most often nothing has changed, and no lock is needed to see it.
    if k.errseq_check(mapping) != 0 {
        k.spin_lock_f_lock(mapping);
        err = k.errseq_check_and_advance(mapping);
        k.spin_unlock_f_lock(mapping);
    }

    // Callers that used filemap_check_errors before rely on the bits being gone.
    k.clear_bit(mapping, AS_EIO);
    k.clear_bit(mapping, AS_ENOSPC);
    err
}

/// `find_get_entries`: whether it found anything. `*start` moves on.
pub fn find_get_entries<K: Kernel>(k: &mut K, mapping: Mapping, start: &mut u64, end: u64) -> bool {
    let found = k.find_get_entries(mapping, *start, end);
    *start = k.found_next();
    found != 0
}

/// `find_lock_entries`: the same, of folios that are neither locked nor under write-back, locked.
pub fn find_lock_entries<K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: &mut u64,
    end: u64,
) -> bool {
    let found = k.find_lock_entries(mapping, *start, end);
    *start = k.found_next();
    found != 0
}

/// `filemap_get_folios`: the same, of folios alone.
pub fn filemap_get_folios<K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: &mut u64,
    end: u64,
) -> bool {
    let found = k.filemap_get_folios(mapping, *start, end);
    *start = k.found_next();
    found != 0
}
