// SPDX-License-Identifier: GPL-2.0-only
//! `v6.12`: the long-term tree, as Debian's package `linux-source-6.12` holds it (6.12.117).
//!
//! The patch is in it, under other numbers, and so is what else changed in mm meanwhile.

use super::Revision;
use crate::include::linux::pagemap::{
    FolioOrderRange, HasInaccessible, MAX_PAGECACHE_ORDER, mapping_inaccessible,
    mapping_max_folio_order, mapping_set_folio_order_range, mapping_set_inaccessible,
};
use crate::{Folio, Kernel, Mapping, Oops};

/// The long-term tree.
#[derive(Clone, Copy, Default, Debug)]
pub struct V6_12;

impl HasInaccessible for V6_12 {
    const AS_INACCESSIBLE: u32 = 8;
}

impl FolioOrderRange for V6_12 {
    const AS_FOLIO_ORDER_BITS: u32 = 5;
    const AS_FOLIO_ORDER_MIN: u32 = 16;
}

impl Revision for V6_12 {
    const NAME: &'static str = "v6.12";
    const TREE: &'static str = "v6.12, as Debian ships it (6.12.117)";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_INACCESSIBLE", Self::AS_INACCESSIBLE),
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

    const AS_RELEASE_ALWAYS: u32 = 6;
    const AS_STABLE_WRITES: u32 = 7;

    const TRUNCATE_TESTS: u64 = 1 << Self::AS_INACCESSIBLE;
    const PINS_FOLIOS: u64 = 1 << Self::AS_INACCESSIBLE;

    const HUGE_ORDER_READ_FIRST: bool = true;
    const MOVES_DRIVER_PAGES: bool = false;
    const HAS_SYNC_NO_COPY: bool = false;
    const MIGRATE_COPIES_FIRST: bool = true;
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool = true;
    const FAILED_SPLIT_UNMAPS: bool = true;

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
        mapping_set_folio_order_range::<Self, K>(k, mapping, 0, MAX_PAGECACHE_ORDER);
    }

    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        mapping_max_folio_order::<Self, K>(k, mapping) > 0
    }
}
