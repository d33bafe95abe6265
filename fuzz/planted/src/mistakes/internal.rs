// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the inline helpers of mm.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/internal.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "folio_evictable",
        &[
            m(
                Flipped,
                "only what is mlocked is evictable",
                "!k.folio_test_mlocked(folio)",
                "k.folio_test_mlocked(folio)",
            ),
            m(
                Dropped,
                "mlock is not asked for",
                "!mapping_unevictable(k, mapping) && !k.folio_test_mlocked(folio)",
                "!mapping_unevictable(k, mapping)",
            ),
            m(
                Dropped,
                "the mapping is not asked",
                "!mapping_unevictable(k, mapping) && !k.folio_test_mlocked(folio)",
                "!k.folio_test_mlocked(folio)",
            ),
            m(
                Other,
                "either will do",
                "!mapping_unevictable(k, mapping) && !k.folio_test_mlocked(folio)",
                "!mapping_unevictable(k, mapping) || !k.folio_test_mlocked(folio)",
            ),
            m(Kept, "RCU's read lock is kept", "k.rcu_read_unlock();", ""),
            m(Forgotten, "RCU's read lock is not taken", "k.rcu_read_lock();", ""),
        ],
    ),
    of(
        FILE,
        "folio_needs_release",
        &[
            m(
                Other,
                "both are needed",
                "k.folio_has_private(folio) || mapping.is_some_and(|mapping| mapping_release_always::<R, K>(k, mapping))",
                "k.folio_has_private(folio) && mapping.is_some_and(|mapping| mapping_release_always::<R, K>(k, mapping))",
            ),
            m(
                Flipped,
                "private data need no release",
                "k.folio_has_private(folio)",
                "!k.folio_has_private(folio)",
            ),
            m(
                Dropped,
                "AS_RELEASE_ALWAYS is not asked for",
                "mapping.is_some_and(|mapping| mapping_release_always::<R, K>(k, mapping))",
                "false",
            ),
            m(
                Flipped,
                "a folio without a mapping needs release",
                "mapping.is_some_and(|mapping| mapping_release_always::<R, K>(k, mapping))",
                "mapping.is_none_or(|mapping| mapping_release_always::<R, K>(k, mapping))",
            ),
        ],
    ),
];
