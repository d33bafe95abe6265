// SPDX-License-Identifier: GPL-2.0-only
//! The write-back error bits and who reports them. Source: mm/filemap.c, the same in all revisions.

use crate::errno::{EIO, ENOSPC};
use crate::include::linux::pagemap::{AS_EIO, AS_ENOSPC};
use crate::{Function, Kernel, Mapping, within};

/// `filemap_check_errors` (all revisions): reports a recorded error and forgets it. `-EIO` is looked at second and
/// wins.
pub fn filemap_check_errors<K: Kernel>(k: &mut K, mapping: Mapping) -> i32 {
    within(k, Function::FilemapCheckErrors, |k| {
        let mut ret = 0;
        if k.test_bit(mapping, AS_ENOSPC) && k.test_and_clear_bit(mapping, AS_ENOSPC) {
            ret = -ENOSPC;
        }
        if k.test_bit(mapping, AS_EIO) && k.test_and_clear_bit(mapping, AS_EIO) {
            ret = -EIO;
        }
        ret
    })
}

/// `filemap_check_and_keep_errors` (all revisions): reports a recorded error and keeps it, `-EIO` first.
pub fn filemap_check_and_keep_errors<K: Kernel>(k: &mut K, mapping: Mapping) -> i32 {
    within(k, Function::FilemapCheckAndKeepErrors, |k| {
        if k.test_bit(mapping, AS_EIO) {
            return -EIO;
        }
        if k.test_bit(mapping, AS_ENOSPC) {
            return -ENOSPC;
        }
        0
    })
}

/// `file_check_and_advance_wb_err` (all revisions): reports an error that the file has not seen yet, as errseq
/// counts, and clears both bits so that the older reporters stay quiet too.
///
/// The file is the one open file of `mapping`. The tracepoint is left out.
pub fn file_check_and_advance_wb_err<K: Kernel>(k: &mut K, mapping: Mapping) -> i32 {
    within(k, Function::FileCheckAndAdvanceWbErr, |k| {
        let mut err = 0;
        if k.errseq_check(mapping) != 0 {
            k.spin_lock_f_lock(mapping);
            err = k.errseq_check_and_advance(mapping);
            k.spin_unlock_f_lock(mapping);
        }
        k.clear_bit(mapping, AS_EIO);
        k.clear_bit(mapping, AS_ENOSPC);
        err
    })
}
