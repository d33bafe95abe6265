// SPDX-License-Identifier: GPL-2.0-only
//! `mapping->flags` and its accessors. Source: include/linux/pagemap.h.
//!
//! The first six bits have the same numbers in every revision here and are constants. The others
//! moved or came and went, so their numbers belong to the revision: an accessor of a flag that only
//! some trees have asks for the trait that says so ([`HasUnmovable`], [`HasInaccessible`],
//! [`LargeFolioBit`], [`FolioOrderRange`]).

use crate::errno::ENOSPC;
use crate::{Function, Kernel, Mapping, Revision, within};

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

/// A tree with AS_UNMOVABLE (v6.10 and pre-fix).
pub trait HasUnmovable: Revision {
    /// The number of the bit.
    const AS_UNMOVABLE: u32;
}

/// A tree with accessors for AS_INACCESSIBLE (post-fix and later).
pub trait HasInaccessible: Revision {
    /// The number of the bit.
    const AS_INACCESSIBLE: u32;
}

/// A tree in which one bit says whether large folios are supported (up to post-fix).
pub trait LargeFolioBit: Revision {
    /// The number of the bit.
    const AS_LARGE_FOLIO_SUPPORT: u32;
}

/// A tree in which the flags word holds a range of folio orders (v6.12).
pub trait FolioOrderRange: Revision {
    /// The width of each of the two fields, in bits.
    const AS_FOLIO_ORDER_BITS: u32;
    /// The first bit of the least order.
    const AS_FOLIO_ORDER_MIN: u32;
    /// The first bit of the greatest order.
    const AS_FOLIO_ORDER_MAX: u32 = Self::AS_FOLIO_ORDER_MIN + Self::AS_FOLIO_ORDER_BITS;
}

/// `MAX_PAGECACHE_ORDER` of x86-64 with transparent huge pages: `HPAGE_PMD_ORDER`.
pub const MAX_PAGECACHE_ORDER: u32 = 9;

/// `mapping_set_error`: records a write-back error. All revisions.
pub fn mapping_set_error<K: Kernel>(k: &mut K, mapping: Mapping, error: i32) {
    within(k, Function::MappingSetError, |k| {
        if error == 0 {
            return;
        }
        k.__filemap_set_wb_err(mapping, error);
        if k.has_host(mapping) {
            k.errseq_set_sb(mapping, error);
        }
        if error == -ENOSPC {
            k.set_bit(mapping, AS_ENOSPC);
        } else {
            k.set_bit(mapping, AS_EIO);
        }
    });
}

/// `mapping_set_unevictable`. All revisions.
pub fn mapping_set_unevictable<K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_UNEVICTABLE);
}

/// `mapping_clear_unevictable`. All revisions.
pub fn mapping_clear_unevictable<K: Kernel>(k: &mut K, mapping: Mapping) {
    k.clear_bit(mapping, AS_UNEVICTABLE);
}

/// `mapping_unevictable`; false for `NULL`. All revisions.
pub fn mapping_unevictable<K: Kernel>(k: &mut K, mapping: Option<Mapping>) -> bool {
    match mapping {
        Some(mapping) => k.test_bit(mapping, AS_UNEVICTABLE),
        None => false,
    }
}

/// `mapping_set_exiting`. All revisions.
pub fn mapping_set_exiting<K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_EXITING);
}

/// `mapping_exiting`. All revisions.
pub fn mapping_exiting<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, AS_EXITING)
}

/// `mapping_set_no_writeback_tags`. All revisions.
pub fn mapping_set_no_writeback_tags<K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_NO_WRITEBACK_TAGS);
}

/// `mapping_use_writeback_tags`. All revisions.
pub fn mapping_use_writeback_tags<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    !k.test_bit(mapping, AS_NO_WRITEBACK_TAGS)
}

/// `mapping_release_always`. All revisions, under the revision's number.
pub fn mapping_release_always<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, R::AS_RELEASE_ALWAYS)
}

/// `mapping_set_release_always`. All revisions, under the revision's number.
pub fn mapping_set_release_always<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, R::AS_RELEASE_ALWAYS);
}

/// `mapping_clear_release_always`. All revisions, under the revision's number.
pub fn mapping_clear_release_always<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.clear_bit(mapping, R::AS_RELEASE_ALWAYS);
}

/// `mapping_stable_writes`. All revisions, under the revision's number.
pub fn mapping_stable_writes<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, R::AS_STABLE_WRITES)
}

/// `mapping_set_stable_writes`. All revisions, under the revision's number.
pub fn mapping_set_stable_writes<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, R::AS_STABLE_WRITES);
}

/// `mapping_clear_stable_writes`. All revisions, under the revision's number.
pub fn mapping_clear_stable_writes<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.clear_bit(mapping, R::AS_STABLE_WRITES);
}

/// `mapping_set_unmovable`: unmovable mappings are unevictable too, which lets the scanner look at
/// the folio before it looks at the mapping. v6.10 and pre-fix.
pub fn mapping_set_unmovable<R: HasUnmovable, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_UNEVICTABLE);
    k.set_bit(mapping, R::AS_UNMOVABLE);
}

/// `mapping_unmovable`. v6.10 and pre-fix.
pub fn mapping_unmovable<R: HasUnmovable, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, R::AS_UNMOVABLE)
}

/// `mapping_set_inaccessible`: inaccessible mappings are unevictable too, for the same reason as
/// [`mapping_set_unmovable`]. post-fix and later.
pub fn mapping_set_inaccessible<R: HasInaccessible, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.set_bit(mapping, AS_UNEVICTABLE);
    k.set_bit(mapping, R::AS_INACCESSIBLE);
}

/// `mapping_inaccessible`. post-fix and later.
pub fn mapping_inaccessible<R: HasInaccessible, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    k.test_bit(mapping, R::AS_INACCESSIBLE)
}

/// `mapping_set_large_folios`, where it sets one bit (`__set_bit`, not atomic). Up to post-fix.
pub fn mapping_set_large_folios_bit<R: LargeFolioBit, K: Kernel>(k: &mut K, mapping: Mapping) {
    k.store_flags(mapping, 0, 1 << R::AS_LARGE_FOLIO_SUPPORT);
}

/// `mapping_large_folio_support`, where it tests one bit. Up to post-fix.
pub fn mapping_large_folio_support_bit<R: LargeFolioBit, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
) -> bool {
    k.test_bit(mapping, R::AS_LARGE_FOLIO_SUPPORT)
}

/// The mask of a field of `AS_FOLIO_ORDER_BITS` bits that starts at `first`.
const fn order_mask(bits: u32, first: u32) -> u64 {
    ((1 << bits) - 1) << first
}

/// `mapping_set_folio_order_range`: the least and the greatest order that the file's folios may
/// have, each clamped to [`MAX_PAGECACHE_ORDER`], and the greatest raised to the least. v6.12.
///
/// The mask is an `unsigned int` in C, so that its complement clears the upper half of the word
/// too.
pub fn mapping_set_folio_order_range<R: FolioOrderRange, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    min: u32,
    max: u32,
) {
    let min = min.min(MAX_PAGECACHE_ORDER);
    let max = max.min(MAX_PAGECACHE_ORDER).max(min);
    let mask = order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MIN)
        | order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MAX);
    let kept = !(mask as u32);
    let set = u64::from(min) << R::AS_FOLIO_ORDER_MIN | u64::from(max) << R::AS_FOLIO_ORDER_MAX;
    k.store_flags(mapping, !u64::from(kept), set);
}

/// `mapping_set_large_folios`: the revision's. All revisions.
pub fn mapping_set_large_folios<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) {
    R::mapping_set_large_folios(k, mapping);
}

/// `mapping_max_folio_order`. v6.12.
pub fn mapping_max_folio_order<R: FolioOrderRange, K: Kernel>(k: &mut K, mapping: Mapping) -> u32 {
    let mask = order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MAX);
    (k.flags_and(mapping, mask) >> R::AS_FOLIO_ORDER_MAX) as u32
}

/// `mapping_min_folio_order`. v6.12.
pub fn mapping_min_folio_order<R: FolioOrderRange, K: Kernel>(k: &mut K, mapping: Mapping) -> u32 {
    let mask = order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MIN);
    (k.flags_and(mapping, mask) >> R::AS_FOLIO_ORDER_MIN) as u32
}

/// `mapping_large_folio_support`: the revision's. All revisions.
pub fn mapping_large_folio_support<R: Revision, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
    R::mapping_large_folio_support(k, mapping)
}
