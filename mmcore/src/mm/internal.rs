// SPDX-License-Identifier: GPL-2.0-only
//! Inline helpers of mm. Source: mm/internal.h, the same in all revisions.

use crate::include::linux::pagemap::{mapping_release_always, mapping_unevictable};
use crate::{Folio, Function, Kernel, Revision, within};

/// `folio_evictable` (all revisions): whether reclaim may have the folio, by its mapping and by mlock.
pub fn folio_evictable<K: Kernel>(k: &mut K, folio: Folio) -> bool {
    within(k, Function::FolioEvictable, |k| {
        k.rcu_read_lock();
        let mapping = k.folio_mapping(folio);
        let ret = !mapping_unevictable(k, mapping) && !k.folio_test_mlocked(folio);
        k.rcu_read_unlock();
        ret
    })
}

/// `folio_needs_release` (all revisions): whether the filesystem must be told before the folio goes.
pub fn folio_needs_release<R: Revision, K: Kernel>(k: &mut K, folio: Folio) -> bool {
    within(k, Function::FolioNeedsRelease, |k| {
        let mapping = k.folio_mapping(folio);
        k.folio_has_private(folio)
            || mapping.is_some_and(|mapping| mapping_release_always::<R, K>(k, mapping))
    })
}
