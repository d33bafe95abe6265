// SPDX-License-Identifier: GPL-2.0-only
//! `post-fix`: "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE" (27e6a24a4cf3), July 2024.
//!
//! One flag, with accessors, used as a bit index everywhere.

use super::Revision;
use crate::include::linux::pagemap::{
    HasInaccessible, LargeFolioBit, mapping_inaccessible, mapping_large_folio_support_bit,
    mapping_set_inaccessible, mapping_set_large_folios_bit,
};
use crate::{Folio, Kernel, Mapping, Oops};

/// The tree with the patch.
#[derive(Clone, Copy, Default, Debug)]
pub struct PostFix;

impl HasInaccessible for PostFix {
    const AS_INACCESSIBLE: u32 = 9;
}

impl LargeFolioBit for PostFix {
    const AS_LARGE_FOLIO_SUPPORT: u32 = 6;
}

impl Revision for PostFix {
    const NAME: &'static str = "post-fix";
    const TREE: &'static str = "kvm tree, 27e6a24a4cf3";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_LARGE_FOLIO_SUPPORT", Self::AS_LARGE_FOLIO_SUPPORT),
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_INACCESSIBLE", Self::AS_INACCESSIBLE),
    ];

    const AS_RELEASE_ALWAYS: u32 = 7;
    const AS_STABLE_WRITES: u32 = 8;

    const TRUNCATE_TESTS: u64 = 1 << Self::AS_INACCESSIBLE;
    const PINS_FOLIOS: u64 = 1 << Self::AS_INACCESSIBLE;

    const HUGE_ORDER_READ_FIRST: bool = false;
    const MOVES_DRIVER_PAGES: bool = true;
    const HAS_SYNC_NO_COPY: bool = true;
    const MIGRATE_COPIES_FIRST: bool = false;
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool = false;
    const FAILED_SPLIT_UNMAPS: bool = false;

    fn mapping_pins_folios<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        mapping_inaccessible::<Self, K>(k, mapping)
    }

    fn truncate_zeroes<K: Kernel>(k: &mut K, folio: Folio) -> Result<bool, Oops> {
        let mapping = k.deref_mapping(folio)?;
        Ok(!mapping_inaccessible::<Self, K>(k, mapping))
    }

    fn gmem_mark_after_ops<K: Kernel>(_: &mut K, _: Mapping) {}

    fn gmem_mark<K: Kernel>(k: &mut K, mapping: Mapping) {
        mapping_set_inaccessible::<Self, K>(k, mapping);
    }

    fn mapping_set_large_folios<K: Kernel>(k: &mut K, mapping: Mapping) {
        mapping_set_large_folios_bit::<Self, K>(k, mapping);
    }

    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        mapping_large_folio_support_bit::<Self, K>(k, mapping)
    }
}
