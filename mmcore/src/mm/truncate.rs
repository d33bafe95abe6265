// SPDX-License-Identifier: GPL-2.0-only
//! Taking folios, and parts of folios, out of a file. Source: mm/truncate.c.
//!
//! Byte positions are `loff_t` ([`i64`]); ranges are inclusive at both ends, and an end of -1 is
//! the end of the file. Shadow entries are one effect
//! ([`truncate_folio_batch_exceptionals`](Kernel::truncate_folio_batch_exceptionals)): no flag of
//! the mapping bears on them.

use crate::errno::EIO;
use crate::mm::internal::folio_needs_release;
use crate::{
    Entry, Folio, Function, Kernel, Mapping, Oops, PAGE_SHIFT, PAGE_SIZE, PAGEVEC_SIZE, Revision,
    Site, within,
};

/// Whether the filesystem is told of a truncation: the revision's test.
fn needs_invalidate<R: Revision, K: Kernel>(k: &mut K, folio: Folio) -> bool {
    if R::INVALIDATE_ASKS_NEEDS_RELEASE {
        folio_needs_release::<R, K>(k, folio)
    } else {
        k.folio_has_private(folio)
    }
}

/// `truncate_cleanup_folio`: unmaps the folio, tells the filesystem, and forgets that it is dirty.
pub fn truncate_cleanup_folio<R: Revision, K: Kernel>(k: &mut K, folio: Folio) {
    within(k, Function::TruncateCleanupFolio, |k| {
        if k.folio_mapped(folio) {
            k.unmap_mapping_folio(folio);
        }
        if needs_invalidate::<R, K>(k, folio) {
            let size = k.folio_size(folio);
            k.folio_invalidate(folio, 0, size);
        }
        k.folio_cancel_dirty(folio);
        k.folio_clear_mappedtodisk(folio);
    });
}

/// `truncate_inode_folio`: drops a whole folio. Returns `-EIO` if the folio belongs to another
/// mapping by now, else 0.
pub fn truncate_inode_folio<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    folio: Folio,
) -> i32 {
    within(k, Function::TruncateInodeFolio, |k| {
        if k.raw_mapping(folio) != mapping {
            return -EIO;
        }
        truncate_cleanup_folio::<R, K>(k, folio);
        k.filemap_remove_folio(folio);
        0
    })
}

/// The split of `truncate_inode_partial_folio`: `split_folio`, and in v6.12
/// `try_folio_split_or_unmap`, which unmaps what cannot be split (not shmem's).
fn split_folio<R: Revision, K: Kernel>(k: &mut K, folio: Folio) -> Result<i32, Oops> {
    let ret = k.split_folio(folio);
    if R::FAILED_SPLIT_UNMAPS && ret != 0 {
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
/// Returns false if the split failed, so that the caller keeps the folio. Whether to zero is the
/// revision's decision, and the one that the mask bug got wrong.
///
/// # Errors
/// [`Oops`] if the folio has lost its mapping.
pub fn truncate_inode_partial_folio<R: Revision, K: Kernel>(
    k: &mut K,
    folio: Folio,
    start: i64,
    end: i64,
) -> Result<bool, Oops> {
    within(k, Function::TruncateInodePartialFolio, |k| {
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
            truncate_inode_folio::<R, K>(k, mapping, folio);
            return Ok(true);
        }

        if R::truncate_zeroes(k, folio)? {
            k.folio_zero_range(folio, offset, length);
        }
        if needs_invalidate::<R, K>(k, folio) {
            k.folio_invalidate(folio, u64::from(offset), u64::from(length));
        }
        if !k.folio_test_large(folio) {
            return Ok(true);
        }
        if split_folio::<R, K>(k, folio)? == 0 {
            return Ok(true);
        }
        if k.folio_test_dirty(folio) {
            return Ok(false);
        }
        let mapping = k.raw_mapping(folio);
        truncate_inode_folio::<R, K>(k, mapping, folio);
        Ok(true)
    })
}

/// `truncate_inode_pages_range`: drops all of `[lstart, lend]` from the page cache: whole folios in
/// two passes, the first of which never waits, and the partial folio at either end between them.
///
/// # Errors
/// [`Oops`] if a BUG is hit, or if the second pass never finds the range empty.
pub fn truncate_inode_pages_range<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
) -> Result<(), Oops> {
    within(k, Function::TruncateInodePagesRange, |k| {
        if k.mapping_empty(mapping) {
            return Ok(());
        }
        let start = first_whole_page(lstart);
        let end = if lend == -1 { u64::MAX } else { (lend.wrapping_add(1) >> PAGE_SHIFT) as u64 };

        truncate_without_waiting::<R, K>(k, mapping, start, end)?;
        let (start, end) = truncate_edges::<R, K>(k, mapping, lstart, lend, start, end)?;
        truncate_with_waiting::<R, K>(k, mapping, start, end)
    })
}

/// The first page that begins at `lstart` or after it. `PAGE_SIZE` is unsigned in C, and so is the
/// sum: at the top of `loff_t` it does not turn negative.
pub(crate) fn first_whole_page(lstart: i64) -> u64 {
    (lstart as u64).wrapping_add(PAGE_SIZE - 1) >> PAGE_SHIFT
}

/// The first pass: batches of folios that are neither locked nor under write-back.
fn truncate_without_waiting<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: u64,
    end: u64,
) -> Result<(), Oops> {
    let mut index = start;
    while index < end && find_lock_entries(k, mapping, &mut index, end - 1) {
        k.truncate_folio_batch_exceptionals(mapping);
        for i in 0..fbatch_count(k) {
            if let Entry::Folio(folio) = k.fbatch_entry(i) {
                truncate_cleanup_folio::<R, K>(k, folio);
            }
        }
        k.delete_from_page_cache_batch(mapping);
        for i in 0..fbatch_count(k) {
            if let Entry::Folio(folio) = k.fbatch_entry(i) {
                k.folio_unlock(folio);
            }
        }
        k.folio_batch_release();
        k.cond_resched();
        k.watchdog()?;
    }
    Ok(())
}

/// `folio_batch_count`: never more than the batch has room for.
pub(crate) fn fbatch_count<K: Kernel>(k: &mut K) -> u32 {
    k.fbatch_count().min(PAGEVEC_SIZE)
}

/// `find_lock_entries`, with `*start` moved on as C does.
pub(crate) fn find_lock_entries<K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: &mut u64,
    end: u64,
) -> bool {
    let found = k.find_lock_entries(mapping, *start, end);
    *start = k.found_next();
    found != 0
}

/// `find_get_entries`, with `*start` moved on as C does.
pub(crate) fn find_get_entries<K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: &mut u64,
    end: u64,
) -> bool {
    let found = k.find_get_entries(mapping, *start, end);
    *start = k.found_next();
    found != 0
}

/// The partial folio at either end. A folio that could not be split is taken out of the range of
/// page indices that the second pass clears; the new range is returned.
fn truncate_edges<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    lstart: i64,
    lend: i64,
    mut start: u64,
    mut end: u64,
) -> Result<(u64, u64), Oops> {
    let mut same_folio = lstart >> PAGE_SHIFT == lend >> PAGE_SHIFT;
    if let Some(folio) = k.__filemap_get_folio(mapping, (lstart >> PAGE_SHIFT) as u64) {
        same_folio = is_within(k, lend, folio);
        if !truncate_inode_partial_folio::<R, K>(k, folio, lstart, lend)? {
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
        if !truncate_inode_partial_folio::<R, K>(k, folio, lstart, lend)? {
            end = k.folio_index(folio);
        }
        k.folio_unlock(folio);
        k.folio_put(folio);
    }
    Ok((start, end))
}

/// Whether the folio ends after the byte at `lend`, compared unsigned as in C: -1 never is.
pub(crate) fn is_within<K: Kernel>(k: &mut K, lend: i64, folio: Folio) -> bool {
    let pos = k.folio_pos(folio);
    let size = k.folio_size(folio);
    (lend as u64) < (pos as u64).wrapping_add(size)
}

/// The second pass: waits for each folio, and starts over until nothing is left.
fn truncate_with_waiting<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    start: u64,
    end: u64,
) -> Result<(), Oops> {
    let mut index = start;
    while index < end {
        k.cond_resched();
        k.watchdog()?;
        if !find_get_entries(k, mapping, &mut index, end - 1) {
            if index == start {
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
            let at = k.fbatch_index(i);
            let contains = k.folio_contains(folio, at);
            k.bug_on(!contains, Site::NotContained)?;
            k.folio_wait_writeback(folio);
            truncate_inode_folio::<R, K>(k, Some(mapping), folio);
            k.folio_unlock(folio);
        }
        k.truncate_folio_batch_exceptionals(mapping);
        k.folio_batch_release();
    }
    Ok(())
}
