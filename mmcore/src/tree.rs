// SPDX-License-Identifier: GPL-2.0-only
//! What differs from one tree to the next.
//!
//! One file a tree, and in it exactly the places where that tree differs: the methods are the lines
//! that "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE" touched, the constants are what else
//! moved between the trees in the functions that are ported.

mod post_fix;
mod pre_fix;
mod v6_12;
mod v6_12_pre_fix;

pub use post_fix::PostFix;
pub use pre_fix::PreFix;
pub use v6_12::V6_12;
pub use v6_12_pre_fix::V6_12PreFix;

use crate::{Folio, Kernel, Mapping, Oops};

/// A tree of the kernel.
pub trait Revision: Copy + Default + Send + Sync + 'static {
    /// The name by which it is chosen.
    const NAME: &'static str;
    /// The tree and the commit.
    const TREE: &'static str;

    /// The flags of a mapping that only some trees have, or under other numbers, by name: see also
    /// [`pagemap::FLAGS`](crate::include::linux::pagemap::FLAGS).
    const FLAGS: &'static [(&'static str, u32)];

    /// The number of `AS_RELEASE_ALWAYS`.
    const AS_RELEASE_ALWAYS: u32;
    /// The number of `AS_STABLE_WRITES`.
    const AS_STABLE_WRITES: u32;

    /// The bits of `mapping->flags` that the truncation of a partial folio tests: a mask for a
    /// tree that tests a mask, one bit for a tree that tests the bit, 0 for one that tests nothing.
    const TRUNCATE_TESTS: u64;
    /// The bit of `mapping->flags` that keeps folios where they are, as a mask.
    const PINS_FOLIOS: u64;

    /// mm/compaction.c: the size of a huge page that could not be dissolved is read before the
    /// attempt (v6.12), not after it.
    const HUGE_ORDER_READ_FIRST: bool;
    /// mm/migrate.c: `move_to_new_folio` moves the movable pages of drivers too.
    const MOVES_DRIVER_PAGES: bool;
    /// mm/migrate.c: `MIGRATE_SYNC_NO_COPY` exists.
    const HAS_SYNC_NO_COPY: bool;
    /// mm/migrate.c: `migrate_folio` copies before it switches the mapping.
    const MIGRATE_COPIES_FIRST: bool;
    /// mm/truncate.c: truncation asks `folio_needs_release`, not `folio_has_private`.
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool;
    /// mm/truncate.c: a folio that cannot be split is unmapped.
    const FAILED_SPLIT_UNMAPS: bool;

    /// mm/compaction.c, mm/migrate.c: whether the mapping keeps its folios where they are.
    fn mapping_pins_folios<K: Kernel>(k: &mut K, mapping: Mapping) -> bool;

    /// mm/truncate.c: whether `truncate_inode_partial_folio` zeroes the range.
    ///
    /// # Errors
    /// [`Oops`] if the folio has lost its mapping.
    fn truncate_zeroes<K: Kernel>(k: &mut K, folio: Folio) -> Result<bool, Oops>;

    /// virt/kvm/guest_memfd.c: what happens to the flags right after `a_ops` is set.
    fn gmem_mark_after_ops<K: Kernel>(k: &mut K, mapping: Mapping);

    /// virt/kvm/guest_memfd.c: the setter that marks the new mapping.
    fn gmem_mark<K: Kernel>(k: &mut K, mapping: Mapping);

    /// include/linux/pagemap.h: `mapping_set_large_folios`.
    fn mapping_set_large_folios<K: Kernel>(k: &mut K, mapping: Mapping);

    /// include/linux/pagemap.h: `mapping_large_folio_support`.
    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool;
}
