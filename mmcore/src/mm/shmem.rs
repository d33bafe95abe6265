// SPDX-License-Identifier: GPL-2.0-only
//! tmpfs and SysV shared memory. Source: mm/shmem.c.
//!
//! Of `shmem_undo_range` everything that handles folios is here, for a truncation or a hole
//! (`unfalloc` false). Left out: swap entries, which have no folio to zero, and undoing a failed
//! fallocate, which zeroes nothing. `info->fallocend` goes with the latter.

use crate::errno::ENOMEM;
use crate::include::linux::pagemap::{
    mapping_clear_unevictable, mapping_set_unevictable, mapping_unevictable,
};
use crate::mm::truncate::{
    fbatch_count, find_get_entries, find_lock_entries, first_whole_page, is_within,
    truncate_inode_folio, truncate_inode_partial_folio,
};
use crate::{Entry, Folio, Function, Kernel, Mapping, Oops, PAGE_SHIFT, Revision, Site, within};

/// `shmem_unlock_mapping`: gives the folios of a segment back to reclaim, unless somebody locks it
/// again meanwhile. All revisions.
///
/// # Errors
/// [`Oops`] if the page cache never ends.
pub fn shmem_unlock_mapping<K: Kernel>(k: &mut K, mapping: Mapping) -> Result<(), Oops> {
    within(k, Function::ShmemUnlockMapping, |k| {
        let mut index = 0;
        while !mapping_unevictable(k, Some(mapping)) {
            let found = k.filemap_get_folios(mapping, index, u64::MAX);
            index = k.found_next();
            if found == 0 {
                break;
            }
            k.check_move_unevictable_folios();
            k.folio_batch_release();
            k.cond_resched();
            k.watchdog()?;
        }
        Ok(())
    })
}

/// `shmem_undo_range`: drops the folios of `[lstart, lend]` (bytes, inclusive; -1 is the end).
/// All revisions.
///
/// # Errors
/// [`Oops`] if a BUG is hit, or if the last pass never finds the range empty.
pub fn shmem_undo_range<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
) -> Result<(), Oops> {
    within(k, Function::ShmemUndoRange, |k| {
        let start = first_whole_page(lstart);
        let end = if lend == -1 { u64::MAX } else { (lend.wrapping_add(1) >> PAGE_SHIFT) as u64 };

        undo_without_waiting::<R, K>(k, mapping, start, end)?;
        let (start, end) = undo_edges::<R, K>(k, mapping, lstart, lend, start, end)?;
        undo_with_waiting::<R, K>(k, mapping, lstart, lend, start, end)?;
        k.shmem_recalc_inode(mapping);
        Ok(())
    })
}

/// The first pass: whole folios that are neither locked nor under write-back.
fn undo_without_waiting<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: u64,
    end: u64,
) -> Result<(), Oops> {
    let mut index = start;
    while index < end && find_lock_entries(k, mapping, &mut index, end - 1) {
        for i in 0..fbatch_count(k) {
            if let Entry::Folio(folio) = k.fbatch_entry(i) {
                truncate_inode_folio::<R, K>(k, Some(mapping), folio);
                k.folio_unlock(folio);
            }
        }
        k.folio_batch_remove_exceptionals();
        k.folio_batch_release();
        k.cond_resched();
        k.watchdog()?;
    }
    Ok(())
}

/// The partial folio at either end, made dirty first. A folio that could not be split is taken out
/// of the range that the last pass clears; the new range is returned.
fn undo_edges<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
    mut start: u64,
    mut end: u64,
) -> Result<(u64, u64), Oops> {
    let mut same_folio = lstart >> PAGE_SHIFT == lend >> PAGE_SHIFT;
    if let Some(folio) = k.shmem_get_partial_folio(mapping, (lstart >> PAGE_SHIFT) as u64) {
        same_folio = is_within(k, lend, folio);
        k.folio_mark_dirty(folio);
        if !truncate_inode_partial_folio::<R, K>(k, folio, lstart, lend)? {
            start = k.folio_next_index(folio);
            if same_folio {
                end = k.folio_index(folio);
            }
        }
        k.folio_unlock(folio);
        k.folio_put(folio);
    }
    if !same_folio
        && let Some(folio) = k.shmem_get_partial_folio(mapping, (lend >> PAGE_SHIFT) as u64)
    {
        k.folio_mark_dirty(folio);
        if !truncate_inode_partial_folio::<R, K>(k, folio, lstart, lend)? {
            end = k.folio_index(folio);
        }
        k.folio_unlock(folio);
        k.folio_put(folio);
    }
    Ok((start, end))
}

/// The last pass: waits for each folio. A truncation starts over until nothing is left; a hole does
/// not, for new folios may come into it.
fn undo_with_waiting<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
    start: u64,
    end: u64,
) -> Result<(), Oops> {
    let mut index = start;
    while index < end {
        k.cond_resched();
        k.watchdog()?;
        if !find_get_entries(k, mapping, &mut index, end - 1) {
            if index == start || end != u64::MAX {
                break;
            }
            index = start;
            continue;
        }
        for i in 0..fbatch_count(k) {
            let Entry::Folio(folio) = k.fbatch_entry(i) else {
                continue;
            };
            k.folio_lock(folio);
            match undo_folio::<R, K>(k, mapping, folio, lstart, lend)? {
                Undone::Next => k.folio_unlock(folio),
                Undone::Replaced => {
                    k.folio_unlock(folio);
                    index = k.fbatch_index(i);
                    break;
                }
                Undone::Split => {
                    k.folio_unlock(folio);
                    index = start;
                    break;
                }
            }
        }
        k.folio_batch_remove_exceptionals();
        k.folio_batch_release();
    }
    Ok(())
}

/// What became of a locked folio in the last pass.
enum Undone {
    /// It is done with: on to the next.
    Next,
    /// Swap replaced it: look at the index again.
    Replaced,
    /// It was split: start over, to pick up the pieces.
    Split,
}

fn undo_folio<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    folio: Folio,
    lstart: i64,
    lend: i64,
) -> Result<Undone, Oops> {
    if k.folio_mapping(folio) != Some(mapping) {
        return Ok(Undone::Replaced);
    }
    let writeback = k.folio_test_writeback(folio);
    k.bug_on(writeback, Site::ShmemWriteback)?;
    if !k.folio_test_large(folio) {
        truncate_inode_folio::<R, K>(k, Some(mapping), folio);
    } else if truncate_inode_partial_folio::<R, K>(k, folio, lstart, lend)?
        && !k.folio_test_large(folio)
    {
        return Ok(Undone::Split);
    }
    Ok(Undone::Next)
}

/// `shmem_lock`: SHM_LOCK (`lock`) or SHM_UNLOCK of a segment, and what it does to the mapping's
/// flags. `ucounts` says whether the caller has a `struct ucounts` to uncharge. Returns 0, or
/// `-ENOMEM` beyond RLIMIT_MEMLOCK. All revisions.
pub fn shmem_lock<K: Kernel>(k: &mut K, mapping: Mapping, lock: bool, ucounts: bool) -> i32 {
    within(k, Function::ShmemLock, |k| {
        if lock && !k.shmem_vm_locked(mapping) {
            if !k.user_shm_lock(mapping) {
                return -ENOMEM;
            }
            k.set_shmem_vm_locked(mapping, true);
            mapping_set_unevictable(k, mapping);
        }
        if !lock && k.shmem_vm_locked(mapping) && ucounts {
            k.user_shm_unlock(mapping);
            k.set_shmem_vm_locked(mapping, false);
            mapping_clear_unevictable(k, mapping);
        }
        0
    })
}
