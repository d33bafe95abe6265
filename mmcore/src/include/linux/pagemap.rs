// SPDX-License-Identifier: GPL-2.0-only
//! `mapping->flags` and its accessors. Source: include/linux/pagemap.h.
//!
//! The first six bits have the same numbers in every tree here and are constants. The others moved or
//! came and went, so their numbers belong to the [`Tree`].

use crate::errno::ENOSPC;
use crate::{Kernel, Mapping, Side, Tree};

/// `AS_EIO`: a write-back failed with something other than ENOSPC.
pub const AS_EIO: u32 = 0;
/// `AS_ENOSPC`: a write-back failed for want of space.
pub const AS_ENOSPC: u32 = 1;
/// `AS_MM_ALL_LOCKS`: under `mm_take_all_locks()`.
pub const AS_MM_ALL_LOCKS: u32 = 2;
/// `AS_UNEVICTABLE`: reclaim leaves the pages alone (ramfs, SHM_LOCK).
pub const AS_UNEVICTABLE: u32 = 3;
/// `AS_EXITING`: the final truncation is on its way.
pub const AS_EXITING: u32 = 4;
/// `AS_NO_WRITEBACK_TAGS`: the tree of pages carries no write-back tags.
pub const AS_NO_WRITEBACK_TAGS: u32 = 5;

/// The flags that have the same number in every tree, by name.
pub const FLAGS: &[(&str, u32)] = &[
    ("AS_EIO", AS_EIO),
    ("AS_ENOSPC", AS_ENOSPC),
    ("AS_MM_ALL_LOCKS", AS_MM_ALL_LOCKS),
    ("AS_UNEVICTABLE", AS_UNEVICTABLE),
    ("AS_EXITING", AS_EXITING),
    ("AS_NO_WRITEBACK_TAGS", AS_NO_WRITEBACK_TAGS),
];

/// `MAX_PAGECACHE_ORDER` of x86-64 with transparent huge pages: `HPAGE_PMD_ORDER`.
pub const MAX_PAGECACHE_ORDER: u32 = 9;

/// `mapping_set_error`: records a write-back error.
pub fn mapping_set_error<S: Side, K: Kernel>(k: &mut K, mapping: Mapping, error: i32) {
    if error == 0 {
        return;
    }

    // For those who use errseq.
    k.__filemap_set_wb_err(mapping, error);

    // For the superblock.
    if k.has_host(mapping) {
        k.errseq_set_sb(mapping, error);
    }

    // For those who still look at the flags.
    if error == -ENOSPC {
        k.set_bit(mapping, AS_ENOSPC);
    } else {
        k.set_bit(mapping, AS_EIO);
    }
}

/// `mapping_set_unevictable`
pub fn mapping_set_unevictable<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_UNEVICTABLE);
}

/// `mapping_clear_unevictable`
pub fn mapping_clear_unevictable<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.clear_bit(mapping, AS_UNEVICTABLE);
}

/// `mapping_unevictable`; false for `NULL`.
pub fn mapping_unevictable<S: Side, K: Kernel>(k: &mut K, mapping: Option<Mapping>) -> bool {
    mapping.is_some_and(|mapping| k.test_bit(mapping, AS_UNEVICTABLE))
}

/// `mapping_set_exiting`
pub fn mapping_set_exiting<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_EXITING);
}

/// `mapping_exiting`
pub fn mapping_exiting<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, AS_EXITING)
}

/// `mapping_set_no_writeback_tags`
pub fn mapping_set_no_writeback_tags<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_NO_WRITEBACK_TAGS);
}

/// `mapping_use_writeback_tags`
pub fn mapping_use_writeback_tags<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    !k.test_bit(mapping, AS_NO_WRITEBACK_TAGS)
}

/// `mapping_release_always`
pub fn mapping_release_always<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, S::Tree::AS_RELEASE_ALWAYS)
}

/// `mapping_set_release_always`
pub fn mapping_set_release_always<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, S::Tree::AS_RELEASE_ALWAYS);
}

/// `mapping_clear_release_always`
pub fn mapping_clear_release_always<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.clear_bit(mapping, S::Tree::AS_RELEASE_ALWAYS);
}

/// `mapping_stable_writes`
pub fn mapping_stable_writes<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, S::Tree::AS_STABLE_WRITES)
}

/// `mapping_set_stable_writes`
pub fn mapping_set_stable_writes<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, S::Tree::AS_STABLE_WRITES);
}

/// `mapping_clear_stable_writes`
pub fn mapping_clear_stable_writes<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.clear_bit(mapping, S::Tree::AS_STABLE_WRITES);
}

/// `mapping_set_inaccessible`
pub fn mapping_set_inaccessible<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    // Inaccessible mappings are unevictable too: compaction looks at the folio's flag first, and only
    // then takes the folio lock to look at the mapping.
    k.set_bit(mapping, AS_UNEVICTABLE);
    k.set_bit(mapping, S::Tree::AS_INACCESSIBLE);
}

/// `mapping_inaccessible`
pub fn mapping_inaccessible<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, S::Tree::AS_INACCESSIBLE)
}

/// `AS_FOLIO_ORDER_MIN_MASK` or `AS_FOLIO_ORDER_MAX_MASK`, of the field that begins at the bit `first`.
const fn folio_order_mask<T: Tree>(first: u32) -> u64 {
    ((1 << T::AS_FOLIO_ORDER_BITS) - 1) << first
}

/// `mapping_set_folio_order_range`: the least and the greatest order that the file's folios may
/// have, each clamped to [`MAX_PAGECACHE_ORDER`], and the greatest raised to the least. v6.12.
///
/// The mask is an `unsigned int` in C, so that its complement clears the upper half of the word
/// too.
pub fn mapping_set_folio_order_range<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    min: u32,
    max: u32,
) {
    let min = min.min(MAX_PAGECACHE_ORDER);
    let max = max.min(MAX_PAGECACHE_ORDER).max(min);

    let (first_of_min, first_of_max) = (S::Tree::AS_FOLIO_ORDER_MIN, S::Tree::AS_FOLIO_ORDER_MAX);
    let mask =
        folio_order_mask::<S::Tree>(first_of_min) | folio_order_mask::<S::Tree>(first_of_max);
    let kept = !(mask as u32);
    let set = u64::from(min) << first_of_min | u64::from(max) << first_of_max;
    k.store_flags(mapping, !u64::from(kept), set);
}

/// `mapping_set_large_folios`
pub fn mapping_set_large_folios<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
    S::mapping_set_folio_order_range(k, mapping, 0, MAX_PAGECACHE_ORDER);
}

/// `mapping_max_folio_order`. v6.12.
pub fn mapping_max_folio_order<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> u32 {
    let first = S::Tree::AS_FOLIO_ORDER_MAX;
    (k.flags_and(mapping, folio_order_mask::<S::Tree>(first)) >> first) as u32
}

/// `mapping_min_folio_order`. v6.12.
pub fn mapping_min_folio_order<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> u32 {
    let first = S::Tree::AS_FOLIO_ORDER_MIN;
    (k.flags_and(mapping, folio_order_mask::<S::Tree>(first)) >> first) as u32
}

/// `mapping_large_folio_support`
pub fn mapping_large_folio_support<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    S::mapping_max_folio_order(k, mapping) > 0
}
