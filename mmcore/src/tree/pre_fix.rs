// SPDX-License-Identifier: GPL-2.0-only
//! `pre-fix`: the kvm tree of July 2024, after "mm: Introduce AS_INACCESSIBLE" (c72ceafbd12c) and
//! "KVM: guest_memfd: Use AS_INACCESSIBLE" (1d23040caa8b). Never in a release.
//!
//! Two flags, and AS_INACCESSIBLE, a bit *index*, stands where a mask belongs. No helper ever sets
//! or tests bit 10 itself.

use super::Revision;
use crate::include::linux::pagemap::{
    HasUnmovable, LargeFolioBit, mapping_large_folio_support_bit, mapping_set_large_folios_bit,
    mapping_set_unmovable, mapping_unmovable,
};
use crate::{Folio, Kernel, Mapping, Oops};

/// The tree before the patch.
#[derive(Clone, Copy, Default, Debug)]
pub struct PreFix;

/// AS_INACCESSIBLE's number, 10. Read as a mask it is 0b1010: AS_ENOSPC and AS_UNEVICTABLE.
const AS_INACCESSIBLE: u64 = 10;

impl HasUnmovable for PreFix {
    const AS_UNMOVABLE: u32 = 9;
}

impl LargeFolioBit for PreFix {
    const AS_LARGE_FOLIO_SUPPORT: u32 = 6;
}

impl Revision for PreFix {
    const NAME: &'static str = "pre-fix";
    const TREE: &'static str = "kvm tree, 1d23040caa8b";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_LARGE_FOLIO_SUPPORT", Self::AS_LARGE_FOLIO_SUPPORT),
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_UNMOVABLE", Self::AS_UNMOVABLE),
    ];

    const AS_RELEASE_ALWAYS: u32 = 7;
    const AS_STABLE_WRITES: u32 = 8;

    const TRUNCATE_TESTS: u64 = AS_INACCESSIBLE;
    const PINS_FOLIOS: u64 = 1 << Self::AS_UNMOVABLE;

    const HUGE_ORDER_READ_FIRST: bool = false;
    const MOVES_DRIVER_PAGES: bool = true;
    const HAS_SYNC_NO_COPY: bool = true;
    const MIGRATE_COPIES_FIRST: bool = false;
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool = false;
    const FAILED_SPLIT_UNMAPS: bool = false;

    fn mapping_pins_folios<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        mapping_unmovable::<Self, K>(k, mapping)
    }

    fn truncate_zeroes<K: Kernel>(k: &mut K, folio: Folio) -> Result<bool, Oops> {
        let mapping = k.deref_mapping(folio)?;
        Ok(k.flags_and(mapping, AS_INACCESSIBLE) == 0)
    }

    fn gmem_mark_after_ops<K: Kernel>(k: &mut K, mapping: Mapping) {
        k.store_flags(mapping, 0, AS_INACCESSIBLE);
    }

    fn gmem_mark<K: Kernel>(k: &mut K, mapping: Mapping) {
        mapping_set_unmovable::<Self, K>(k, mapping);
    }

    fn mapping_set_large_folios<K: Kernel>(k: &mut K, mapping: Mapping) {
        mapping_set_large_folios_bit::<Self, K>(k, mapping);
    }

    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        mapping_large_folio_support_bit::<Self, K>(k, mapping)
    }
}
