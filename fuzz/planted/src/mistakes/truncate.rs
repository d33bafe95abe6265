// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in taking folios out of a file.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/truncate.rs";

pub(super) const MISTAKES: &[In] = &[
    of(FILE, "needs_invalidate", &[
        m(Flipped, "what v6.12 asks is asked before it", "R::INVALIDATE_ASKS_NEEDS_RELEASE", "!R::INVALIDATE_ASKS_NEEDS_RELEASE"),
    ]),
    of(FILE, "truncate_cleanup_folio", &[
        m(Flipped, "what is not mapped is unmapped", "k.folio_mapped(folio)", "!k.folio_mapped(folio)"),
        m(Dropped, "it is unmapped without a look", "k.folio_mapped(folio)", "true"),
        m(Forgotten, "it stays mapped", "k.unmap_mapping_folio(folio);", ""),
        m(Dropped, "the filesystem is told without a look", "needs_invalidate::<R, K>(k, folio)", "true"),
        m(OffByOne, "the last byte is left out", "k.folio_size(folio)", "k.folio_size(folio) - 1"),
        m(Forgotten, "it stays dirty", "k.folio_cancel_dirty(folio);", ""),
        m(Swapped, "it is clean after it is unmapped from disk", "k.folio_cancel_dirty(folio); k.folio_clear_mappedtodisk(folio);", "k.folio_clear_mappedtodisk(folio); k.folio_cancel_dirty(folio);"),
    ]),
    of(FILE, "truncate_inode_folio", &[
        m(Flipped, "another's folio goes", "k.raw_mapping(folio) != mapping", "k.raw_mapping(folio) == mapping"),
        m(Dropped, "it is not looked whose folio it is", "k.raw_mapping(folio) != mapping", "false"),
        m(Errno, "another's folio is no error", "return -EIO;", "return 0;"),
        m(Forgotten, "it stays in the file", "k.filemap_remove_folio(folio);", ""),
        m(Swapped, "it is out of the file before it is unmapped", "truncate_cleanup_folio::<R, K>(k, folio); k.filemap_remove_folio(folio);", "k.filemap_remove_folio(folio); truncate_cleanup_folio::<R, K>(k, folio);"),
    ]),
    of(FILE, "split_folio", &[
        m(Flipped, "what was split is unmapped", "ret != 0", "ret == 0"),
        m(Dropped, "it stays mapped, as before v6.12", "R::FAILED_SPLIT_UNMAPS", "false"),
        m(Flipped, "shmem's alone are unmapped", "!k.shmem_mapping(mapping)", "k.shmem_mapping(mapping)"),
        m(Dropped, "shmem's are unmapped too", "!k.shmem_mapping(mapping)", "true"),
        m(Forgotten, "it stays mapped", "k.try_to_unmap(folio);", ""),
        m(Flipped, "it warns if it worked", "k.folio_mapped(folio)", "!k.folio_mapped(folio)"),
    ]),
    of(FILE, "truncate_inode_partial_folio", &[
        m(Bound, "a folio that begins at the start has its offset computed", "pos < start", "pos <= start").none("where pos is start, start - pos is the 0 of the other branch"),
        m(OffByOne, "the first byte is left out", "start.wrapping_sub(pos) as u32", "start.wrapping_sub(pos) as u32 + 1"),
        m(Bound, "the range's end is the folio's end", "pos.wrapping_add(i64::from(size)) as u64 <= end as u64", "(pos.wrapping_add(i64::from(size)) as u64) < end as u64"),
        m(Other, "the comparison is signed, so that -1 is before everything", "pos.wrapping_add(i64::from(size)) as u64 <= end as u64", "pos.wrapping_add(i64::from(size)) <= end"),
        m(OffByOne, "the last byte is left out", "end.wrapping_add(1).wrapping_sub(pos)", "end.wrapping_sub(pos)"),
        m(OffByOne, "the offset counts twice", "size.wrapping_sub(offset)", "size.wrapping_sub(offset).wrapping_sub(offset)"),
        m(Forgotten, "it does not wait for write-back", "k.folio_wait_writeback(folio);", ""),
        m(Flipped, "a whole folio is zeroed, a part dropped", "u64::from(length) == k.folio_size(folio)", "u64::from(length) != k.folio_size(folio)"),
        m(Bound, "a whole folio may be longer than it is", "u64::from(length) == k.folio_size(folio)", "u64::from(length) >= k.folio_size(folio)").none("length never is more than the size: it is the size less the offset, or ends with the range, which ends no later than the folio"),
        m(Flipped, "what is inaccessible is zeroed, and nothing else", "R::truncate_zeroes(k, folio)?", "!R::truncate_zeroes(k, folio)?"),
        m(Other, "zeroes from the beginning", "k.folio_zero_range(folio, offset, length);", "k.folio_zero_range(folio, 0, length);"),
        m(Swapped, "the filesystem is told before it is zeroed",
          "if R::truncate_zeroes(k, folio)? { k.folio_zero_range(folio, offset, length); } if needs_invalidate::<R, K>(k, folio) { k.folio_invalidate(folio, u64::from(offset), u64::from(length)); }",
          "if needs_invalidate::<R, K>(k, folio) { k.folio_invalidate(folio, u64::from(offset), u64::from(length)); } if R::truncate_zeroes(k, folio)? { k.folio_zero_range(folio, offset, length); }"),
        m(Flipped, "single pages are split", "!k.folio_test_large(folio)", "k.folio_test_large(folio)"),
        m(Flipped, "what was split is taken for what was not", "split_folio::<R, K>(k, folio)? == 0", "split_folio::<R, K>(k, folio)? != 0"),
        m(Flipped, "dirty data go", "k.folio_test_dirty(folio)", "!k.folio_test_dirty(folio)"),
        m(Dropped, "dirty data go, and clean", "k.folio_test_dirty(folio)", "false"),
        m(Other, "a folio that stays is said to be gone", "return Ok(false);", "return Ok(true);"),
    ]),
    of(FILE, "truncate_inode_pages_range", &[
        m(Dropped, "an empty file is looked through", "k.mapping_empty(mapping)", "false"),
        m(Flipped, "the end of the file is -1 alone", "lend == -1", "lend != -1"),
        m(OffByOne, "the last byte's page is left out", "lend.wrapping_add(1)", "lend"),
    ]),
    of(FILE, "first_whole_page", &[
        m(OffByOne, "the first whole page is left out", "PAGE_SIZE - 1", "PAGE_SIZE"),
        m(Forgotten, "a page that begins before is whole", "(lstart as u64).wrapping_add(PAGE_SIZE - 1)", "(lstart as u64)"),
        m(Other, "the sum is signed", "(lstart as u64).wrapping_add(PAGE_SIZE - 1) >> PAGE_SHIFT", "(lstart.wrapping_add(PAGE_SIZE as i64 - 1) >> PAGE_SHIFT) as u64"),
    ]),
    of(FILE, "truncate_without_waiting", &[
        m(Forgotten, "shadow entries stay", "k.truncate_folio_batch_exceptionals(mapping);", ""),
        m(Forgotten, "folios stay mapped", "truncate_cleanup_folio::<R, K>(k, folio);", ""),
        m(Forgotten, "folios stay in the file", "k.delete_from_page_cache_batch(mapping);", ""),
        m(Kept, "folios stay locked", "k.folio_unlock(folio);", ""),
        m(OffByOne, "the page after the range goes too", "end - 1", "end"),
        m(OffByOne, "the batch's first folio stays locked", "k.delete_from_page_cache_batch(mapping); for i in ¦0..fbatch_count(k)", "1..fbatch_count(k)"),
    ]),
    of(FILE, "fbatch_count", &[
        m(OffByOne, "a batch's last folio is left out", "k.fbatch_count().min(PAGEVEC_SIZE)", "k.fbatch_count().saturating_sub(1)"),
        m(Other, "of a batch one folio is looked at", "k.fbatch_count().min(PAGEVEC_SIZE)", "k.fbatch_count().min(1)"),
        m(Dropped, "a batch may hold more than it has room for", "k.fbatch_count().min(PAGEVEC_SIZE)", "k.fbatch_count()").none("who fills a batch stops at PAGEVEC_SIZE: the bound is for answers that no kernel gives"),
    ]),
    of(FILE, "find_lock_entries", &[
        m(Forgotten, "the start does not move on", "*start = k.found_next();", ""),
        m(Flipped, "nothing is taken for something", "found != 0", "found == 0"),
    ]),
    of(FILE, "find_get_entries", &[
        m(Forgotten, "the start does not move on", "*start = k.found_next();", ""),
        m(OffByOne, "a page is passed over", "k.found_next()", "k.found_next() + 1"),
    ]),
    of(FILE, "truncate_edges", &[
        m(Flipped, "two pages are taken for the same", "lstart >> PAGE_SHIFT == lend >> PAGE_SHIFT", "lstart >> PAGE_SHIFT != lend >> PAGE_SHIFT"),
        m(Dropped, "the last folio is looked at even if it is the first", "!same_folio", "true"),
        m(OffByOne, "a folio that could not be split goes whole", "k.folio_next_index(folio)", "k.folio_index(folio)"),
        m(Dropped, "the end is not moved for a folio at both ends", "if same_folio { end = k.folio_index(folio); }", "").none("a folio at both ends has the last byte of the range, so that the end is no more than the page after the folio, where the start is by then: the range is empty either way"),
        m(Swapped, "the first folio's reference goes before its lock", "end = k.folio_index(folio); } } ¦k.folio_unlock(folio); k.folio_put(folio);", "k.folio_put(folio); k.folio_unlock(folio);"),
        m(Other, "the last folio is looked for where the first is", "(lend >> PAGE_SHIFT) as u64", "(lstart >> PAGE_SHIFT) as u64"),
    ]),
    of(FILE, "is_within", &[
        m(Bound, "a folio that ends at the byte has it", "(lend as u64) < (pos as u64).wrapping_add(size)", "(lend as u64) <= (pos as u64).wrapping_add(size)"),
        m(Other, "the comparison is signed, so that -1 always is within", "(lend as u64) < (pos as u64).wrapping_add(size)", "lend < pos.wrapping_add(size as i64)"),
    ]),
    of(FILE, "truncate_with_waiting", &[
        m(Dropped, "it is not looked again whether all is gone", "index == start", "true"),
        m(Dropped, "a folio that moved in the file is no BUG", "k.bug_on(!contains, Site::NotContained)?;", ""),
        m(Forgotten, "it does not wait for write-back", "k.folio_wait_writeback(folio);", ""),
        m(Swapped, "it waits for write-back after the folio is gone",
          "k.folio_wait_writeback(folio); truncate_inode_folio::<R, K>(k, Some(mapping), folio);",
          "truncate_inode_folio::<R, K>(k, Some(mapping), folio); k.folio_wait_writeback(folio);"),
        m(Kept, "folios stay locked", "k.folio_unlock(folio);", ""),
        m(Forgotten, "shadow entries stay", "k.truncate_folio_batch_exceptionals(mapping);", ""),
        m(Kept, "the batch's references are kept", "k.folio_batch_release();", ""),
    ]),
];
