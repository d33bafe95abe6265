// SPDX-License-Identifier: GPL-2.0-only
//! `v6.12-pre-fix`: [`v6.12`](super::V6_12) with the patch undone: the bug, on a tree whose C
//! anybody can compile. No tree ever was like that.
//!
//! AS_UNMOVABLE has the number that AS_INACCESSIBLE has in v6.12. The mask is the literal 10, as it
//! was when the bug was alive: 8, the number of today, would be another bug.

use super::{Revision, V6_12};
use crate::include::linux::pagemap::{
    FolioOrderRange, HasUnmovable, mapping_set_unmovable, mapping_unmovable,
};
use crate::{Folio, Kernel, Mapping, Oops};

/// The long-term tree without the patch.
#[derive(Clone, Copy, Default, Debug)]
pub struct V6_12PreFix;

/// What pre-fix tests, a bit index taken for a mask: AS_ENOSPC and AS_UNEVICTABLE.
const MASK: u64 = 10;

impl HasUnmovable for V6_12PreFix {
    const AS_UNMOVABLE: u32 = 8;
}

impl FolioOrderRange for V6_12PreFix {
    const AS_FOLIO_ORDER_BITS: u32 = V6_12::AS_FOLIO_ORDER_BITS;
    const AS_FOLIO_ORDER_MIN: u32 = V6_12::AS_FOLIO_ORDER_MIN;
}

impl Revision for V6_12PreFix {
    const NAME: &'static str = "v6.12-pre-fix";
    const TREE: &'static str = "v6.12 (6.12.117), 27e6a24a4cf3 undone";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_UNMOVABLE", Self::AS_UNMOVABLE),
        ("AS_FOLIO_ORDER_MIN.0", Self::AS_FOLIO_ORDER_MIN),
        ("AS_FOLIO_ORDER_MIN.1", Self::AS_FOLIO_ORDER_MIN + 1),
        ("AS_FOLIO_ORDER_MIN.2", Self::AS_FOLIO_ORDER_MIN + 2),
        ("AS_FOLIO_ORDER_MIN.3", Self::AS_FOLIO_ORDER_MIN + 3),
        ("AS_FOLIO_ORDER_MIN.4", Self::AS_FOLIO_ORDER_MIN + 4),
        ("AS_FOLIO_ORDER_MAX.0", Self::AS_FOLIO_ORDER_MAX),
        ("AS_FOLIO_ORDER_MAX.1", Self::AS_FOLIO_ORDER_MAX + 1),
        ("AS_FOLIO_ORDER_MAX.2", Self::AS_FOLIO_ORDER_MAX + 2),
        ("AS_FOLIO_ORDER_MAX.3", Self::AS_FOLIO_ORDER_MAX + 3),
        ("AS_FOLIO_ORDER_MAX.4", Self::AS_FOLIO_ORDER_MAX + 4),
    ];

    const AS_RELEASE_ALWAYS: u32 = V6_12::AS_RELEASE_ALWAYS;
    const AS_STABLE_WRITES: u32 = V6_12::AS_STABLE_WRITES;

    const TRUNCATE_TESTS: u64 = MASK;
    const PINS_FOLIOS: u64 = 1 << Self::AS_UNMOVABLE;

    const HUGE_ORDER_READ_FIRST: bool = V6_12::HUGE_ORDER_READ_FIRST;
    const MOVES_DRIVER_PAGES: bool = V6_12::MOVES_DRIVER_PAGES;
    const HAS_SYNC_NO_COPY: bool = V6_12::HAS_SYNC_NO_COPY;
    const MIGRATE_COPIES_FIRST: bool = V6_12::MIGRATE_COPIES_FIRST;
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool = V6_12::INVALIDATE_ASKS_NEEDS_RELEASE;
    const FAILED_SPLIT_UNMAPS: bool = V6_12::FAILED_SPLIT_UNMAPS;

    fn mapping_pins_folios<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        mapping_unmovable::<Self, K>(k, mapping)
    }

    fn truncate_zeroes<K: Kernel>(k: &mut K, folio: Folio) -> Result<bool, Oops> {
        let mapping = k.deref_mapping(folio)?;
        Ok(k.flags_and(mapping, MASK) == 0)
    }

    fn gmem_mark_after_ops<K: Kernel>(k: &mut K, mapping: Mapping) {
        k.store_flags(mapping, 0, MASK);
    }

    fn gmem_mark<K: Kernel>(k: &mut K, mapping: Mapping) {
        mapping_set_unmovable::<Self, K>(k, mapping);
    }

    fn mapping_set_large_folios<K: Kernel>(k: &mut K, mapping: Mapping) {
        V6_12::mapping_set_large_folios(k, mapping);
    }

    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        V6_12::mapping_large_folio_support(k, mapping)
    }
}
