// SPDX-License-Identifier: GPL-2.0-only
//! Taking folios, and parts of folios, out of a file. Source: mm/truncate.c.
//!
//! Byte positions are `loff_t` ([`i64`]); ranges are inclusive at both ends, and an end of -1 is
//! the end of the file. Shadow entries are one effect
//! ([`truncate_folio_batch_exceptionals`](Kernel::truncate_folio_batch_exceptionals)): no flag of
//! the mapping bears on them.

use crate::errno::EIO;
use crate::include::linux::pagevec::folio_batch_count;
use crate::mm::filemap::{find_get_entries, find_lock_entries};
use crate::{Entry, Folio, Kernel, Mapping, Oops, PAGE_SHIFT, PAGE_SIZE, Side, Site};

/// `truncate_cleanup_folio`: unmaps the folio, tells the filesystem, and forgets that it is dirty.
pub fn truncate_cleanup_folio<S: Side, K: Kernel>(k: &mut K, folio: Folio) {
    if k.folio_mapped(folio) {
        k.unmap_mapping_folio(folio);
    }

    if S::folio_needs_release(k, folio) {
        let size = k.folio_size(folio);
        k.folio_invalidate(folio, 0, size);
    }

    // Some filesystems dirty the page again when they are told, so this comes after.
    k.folio_cancel_dirty(folio);
    k.folio_clear_mappedtodisk(folio);
}

/// `truncate_inode_folio`: drops a whole folio. Returns `-EIO` if the folio belongs to another
/// mapping by now, else 0.
pub fn truncate_inode_folio<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    folio: Folio,
) -> i32 {
    if k.raw_mapping(folio) != mapping {
        return -EIO;
    }

    S::truncate_cleanup_folio(k, folio);
    k.filemap_remove_folio(folio);
    0
}

/// `try_folio_split_or_unmap`: splits the folio, or unmaps what cannot be split. Returns 0 if it was
/// split. v6.12.
///
/// # Errors
/// [`Oops`] if the folio has lost its mapping.
pub fn try_folio_split_or_unmap<S: Side, K: Kernel>(k: &mut K, folio: Folio) -> Result<i32, Oops> {
    let ret = k.split_folio(folio);

    // What is unmapped is faulted in again with small entries, so that an access beyond the end gets
    // its SIGBUS. Not for shmem, which always has mapped huge pages across the end.
    if ret != 0 {
        let mapping = k.deref_mapping(folio)?;
        if !k.shmem_mapping(mapping) {
            k.try_to_unmap(folio);
            if k.folio_mapped(folio) {
                k.warn(Site::StillMapped);
            }
        }
    }

    Ok(ret)
}

/// `truncate_inode_partial_folio`: drops the part of a locked folio inside `[start, end]`, by
/// zeroing it and splitting the folio.
///
/// Returns false if the split failed, so that the caller keeps the folio. Whether to zero is what
/// the mask bug got wrong.
///
/// # Errors
/// [`Oops`] if the folio has lost its mapping.
pub fn truncate_inode_partial_folio<S: Side, K: Kernel>(
    k: &mut K,
    folio: Folio,
    start: i64,
    end: i64,
) -> Result<bool, Oops> {
    let pos = k.folio_pos(folio);
    let offset = if pos < start { start.wrapping_sub(pos) as u32 } else { 0 };
    let size = k.folio_size(folio) as u32;
    let length = if pos.wrapping_add(i64::from(size)) as u64 <= end as u64 {
        size.wrapping_sub(offset)
    } else {
        end.wrapping_add(1).wrapping_sub(pos).wrapping_sub(i64::from(offset)) as u32
    };

    k.folio_wait_writeback(folio);
    if u64::from(length) == k.folio_size(folio) {
        let mapping = k.raw_mapping(folio);
        S::truncate_inode_folio(k, mapping, folio);
        return Ok(true);
    }

    // The pages may be dropped right after; but if the split fails they are not.
    let mapping = k.deref_mapping(folio)?;
    if !S::mapping_inaccessible(k, mapping) {
        k.folio_zero_range(folio, offset, length);
    }

    if S::folio_needs_release(k, folio) {
        k.folio_invalidate(folio, u64::from(offset), u64::from(length));
    }
    if !k.folio_test_large(folio) {
        return Ok(true);
    }
    if S::try_folio_split_or_unmap(k, folio)? == 0 {
        return Ok(true);
    }
    if k.folio_test_dirty(folio) {
        return Ok(false);
    }
    let mapping = k.raw_mapping(folio);
    S::truncate_inode_folio(k, mapping, folio);
    Ok(true)
}

/// `truncate_inode_pages_range`: drops all of `[lstart, lend]` from the page cache: whole folios in
/// two passes, the first of which never waits, and the partial folio at either end between them.
///
/// # Errors
/// [`Oops`] if a BUG is hit, or if the second pass never finds the range empty.
pub fn truncate_inode_pages_range<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
) -> Result<(), Oops> {
    if k.mapping_empty(mapping) {
        return Ok(());
    }

    // The whole pages of the range; `end` is exclusive, and the last page there can be if `lend` is
    // the end of the file. C's sum is unsigned, as PAGE_SIZE is: it does not turn negative.
    let mut start = (lstart as u64).wrapping_add(PAGE_SIZE - 1) >> PAGE_SHIFT;
    let mut end = if lend == -1 { u64::MAX } else { (lend.wrapping_add(1) >> PAGE_SHIFT) as u64 };

    let mut index = start;
    while index < end && find_lock_entries(k, mapping, &mut index, end - 1) {
        k.truncate_folio_batch_exceptionals(mapping);
        for i in 0..folio_batch_count(k) {
            if let Entry::Folio(folio) = k.fbatch_entry(i) {
                S::truncate_cleanup_folio(k, folio);
            }
        }
        k.delete_from_page_cache_batch(mapping);
        for i in 0..folio_batch_count(k) {
            if let Entry::Folio(folio) = k.fbatch_entry(i) {
                k.folio_unlock(folio);
            }
        }
        k.folio_batch_release();
        k.cond_resched();
        k.watchdog()?;
    }

    let mut same_folio = lstart >> PAGE_SHIFT == lend >> PAGE_SHIFT;
    if let Some(folio) = k.__filemap_get_folio(mapping, (lstart >> PAGE_SHIFT) as u64) {
        // Unsigned, so that -1 is in no folio.
        same_folio = (lend as u64) < (k.folio_pos(folio) as u64).wrapping_add(k.folio_size(folio));
        if !S::truncate_inode_partial_folio(k, folio, lstart, lend)? {
            start = k.folio_next_index(folio);
            if same_folio {
                end = k.folio_index(folio);
            }
        }
        k.folio_unlock(folio);
        k.folio_put(folio);
    }

    if !same_folio && let Some(folio) = k.__filemap_get_folio(mapping, (lend >> PAGE_SHIFT) as u64)
    {
        if !S::truncate_inode_partial_folio(k, folio, lstart, lend)? {
            end = k.folio_index(folio);
        }
        k.folio_unlock(folio);
        k.folio_put(folio);
    }

    index = start;
    while index < end {
        k.cond_resched();
        k.watchdog()?;
        if !find_get_entries(k, mapping, &mut index, end - 1) {
            // All is gone from `start` on; or look again, to be sure.
            if index == start {
                break;
            }
            index = start;
            continue;
        }

        for i in 0..folio_batch_count(k) {
            // A folio's index does not change when it is deleted.
            let Entry::Folio(folio) = k.fbatch_entry(i) else {
                continue;
            };

            k.folio_lock(folio);
            let at = k.fbatch_index(i);
            let contains = k.folio_contains(folio, at);
            k.bug_on(!contains, Site::NotContained)?;
            k.folio_wait_writeback(folio);
            S::truncate_inode_folio(k, Some(mapping), folio);
            k.folio_unlock(folio);
        }
        k.truncate_folio_batch_exceptionals(mapping);
        k.folio_batch_release();
    }
    Ok(())
}
