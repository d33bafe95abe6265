// SPDX-License-Identifier: GPL-2.0-only
//! tmpfs and SysV shared memory. Source: mm/shmem.c.
//!
//! Of `shmem_undo_range` everything that handles folios is here, for a truncation or a hole
//! (`unfalloc` false). Left out: swap entries, which have no folio to zero, and undoing a failed
//! fallocate, which zeroes nothing. `info->fallocend` goes with the latter.

use crate::errno::ENOMEM;
use crate::include::linux::pagevec::folio_batch_count;
use crate::mm::filemap::{filemap_get_folios, find_get_entries, find_lock_entries};
use crate::{Entry, Kernel, Mapping, Oops, PAGE_SHIFT, PAGE_SIZE, Side, Site};

/// `shmem_unlock_mapping`: gives the folios of a segment back to reclaim, unless somebody locks it
/// again meanwhile.
///
/// # Errors
/// [`Oops`] if the page cache never ends.
pub fn shmem_unlock_mapping<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> Result<(), Oops> {
    let mut index = 0;

    while !S::mapping_unevictable(k, Some(mapping))
        && filemap_get_folios(k, mapping, &mut index, u64::MAX)
    {
        k.check_move_unevictable_folios();
        k.folio_batch_release();
        k.cond_resched();
        k.watchdog()?;
    }
    Ok(())
}

/// `shmem_undo_range`: drops the folios of `[lstart, lend]` (bytes, inclusive; -1 is the end).
///
/// # Errors
/// [`Oops`] if a BUG is hit, or if the last pass never finds the range empty.
pub fn shmem_undo_range<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
) -> Result<(), Oops> {
    // As in `truncate_inode_pages_range`.
    let mut start = (lstart as u64).wrapping_add(PAGE_SIZE - 1) >> PAGE_SHIFT;
    let mut end = if lend == -1 { u64::MAX } else { (lend.wrapping_add(1) >> PAGE_SHIFT) as u64 };

    let mut index = start;
    while index < end && find_lock_entries(k, mapping, &mut index, end - 1) {
        for i in 0..folio_batch_count(k) {
            let Entry::Folio(folio) = k.fbatch_entry(i) else {
                continue;
            };

            S::truncate_inode_folio(k, Some(mapping), folio);
            k.folio_unlock(folio);
        }
        k.folio_batch_remove_exceptionals();
        k.folio_batch_release();
        k.cond_resched();
        k.watchdog()?;
    }

    let mut same_folio = lstart >> PAGE_SHIFT == lend >> PAGE_SHIFT;
    if let Some(folio) = k.shmem_get_partial_folio(mapping, (lstart >> PAGE_SHIFT) as u64) {
        same_folio = (lend as u64) < (k.folio_pos(folio) as u64).wrapping_add(k.folio_size(folio));
        k.folio_mark_dirty(folio);
        if !S::truncate_inode_partial_folio(k, folio, lstart, lend)? {
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
        if !S::truncate_inode_partial_folio(k, folio, lstart, lend)? {
            end = k.folio_index(folio);
        }
        k.folio_unlock(folio);
        k.folio_put(folio);
    }

    // whole_folios:
    index = start;
    while index < end {
        k.cond_resched();
        k.watchdog()?;

        if !find_get_entries(k, mapping, &mut index, end - 1) {
            // All is gone; or a hole is punched, into which new folios may come.
            if index == start || end != u64::MAX {
                break;
            }
            // A truncation looks again, to be sure.
            index = start;
            continue;
        }
        for i in 0..folio_batch_count(k) {
            let Entry::Folio(folio) = k.fbatch_entry(i) else {
                continue;
            };

            k.folio_lock(folio);

            if k.folio_mapping(folio) != Some(mapping) {
                // Swap has replaced it: look at the index again.
                k.folio_unlock(folio);
                index = k.fbatch_index(i);
                break;
            }
            let writeback = k.folio_test_writeback(folio);
            k.bug_on(writeback, Site::ShmemWriteback)?;

            if !k.folio_test_large(folio) {
                S::truncate_inode_folio(k, Some(mapping), folio);
            } else if S::truncate_inode_partial_folio(k, folio, lstart, lend)? {
                // If it was split, start over, to pick up the pieces. Otherwise it was dropped, or
                // its part was zeroed.
                if !k.folio_test_large(folio) {
                    k.folio_unlock(folio);
                    index = start;
                    break;
                }
            }
            k.folio_unlock(folio);
        }
        k.folio_batch_remove_exceptionals();
        k.folio_batch_release();
    }

    k.shmem_recalc_inode(mapping);
    Ok(())
}

/// `shmem_lock`: SHM_LOCK (`lock`) or SHM_UNLOCK of a segment, and what it does to the mapping's
/// flags. `ucounts` says whether the caller has a `struct ucounts` to uncharge. Returns 0, or
/// `-ENOMEM` beyond RLIMIT_MEMLOCK.
pub fn shmem_lock<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lock: bool,
    ucounts: bool,
) -> i32 {
    if lock && !k.shmem_vm_locked(mapping) {
        if !k.user_shm_lock(mapping) {
            return -ENOMEM; // goto out_nomem
        }
        k.set_shmem_vm_locked(mapping, true);
        S::mapping_set_unevictable(k, mapping);
    }
    if !lock && k.shmem_vm_locked(mapping) && ucounts {
        k.user_shm_unlock(mapping);
        k.set_shmem_vm_locked(mapping, false);
        S::mapping_clear_unevictable(k, mapping);
    }
    0
}
