// SPDX-License-Identifier: GPL-2.0-only
//! Inline helpers of mm. Source: mm/internal.h, the same in all trees.

use crate::{Folio, Kernel, Side};

/// `folio_evictable`: whether reclaim may have the folio, by its mapping and by mlock.
pub fn folio_evictable<S: Side, K: Kernel>(k: &mut K, folio: Folio) -> bool {
    // The mapping is not freed meanwhile.
    k.rcu_read_lock();
    let mapping = k.folio_mapping(folio);
    let ret = !S::mapping_unevictable(k, mapping) && !k.folio_test_mlocked(folio);
    k.rcu_read_unlock();
    ret
}

/// `folio_needs_release`: whether the filesystem must be told before the folio goes.
pub fn folio_needs_release<S: Side, K: Kernel>(k: &mut K, folio: Folio) -> bool {
    let mapping = k.folio_mapping(folio);

    k.folio_has_private(folio)
        || mapping.is_some_and(|mapping| S::mapping_release_always(k, mapping))
}
