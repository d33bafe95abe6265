// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in what one tree does differently.

use super::Kind::*;
use super::{In, m, of};

pub(super) const MISTAKES: &[In] = &[
    of(
        "tree/v6_12.rs",
        "mapping_pins_folios",
        &[
            m(
                Dropped,
                "nothing keeps a folio in place",
                "mapping_inaccessible::<Self, K>(k, mapping)",
                "false",
            ),
            m(
                Flipped,
                "all but inaccessible folios are kept in place",
                "mapping_inaccessible::<Self, K>(k, mapping)",
                "!mapping_inaccessible::<Self, K>(k, mapping)",
            ),
        ],
    ),
    of(
        "tree/v6_12.rs",
        "truncate_zeroes",
        &[
            m(
                Flipped,
                "what is inaccessible is zeroed, and nothing else",
                "!mapping_inaccessible::<Self, K>(k, mapping)",
                "mapping_inaccessible::<Self, K>(k, mapping)",
            ),
            m(
                Dropped,
                "everything is zeroed",
                "!mapping_inaccessible::<Self, K>(k, mapping)",
                "true",
            ),
            m(
                Other,
                "AS_ENOSPC and AS_UNEVICTABLE are tested, as a mask",
                "!mapping_inaccessible::<Self, K>(k, mapping)",
                "k.flags_and(mapping, 10) == 0",
            ),
        ],
    ),
    of(
        "tree/v6_12.rs",
        "gmem_mark",
        &[m(
            Forgotten,
            "the new mapping is not marked",
            "mapping_set_inaccessible::<Self, K>(k, mapping);",
            "",
        )],
    ),
    of(
        "tree/v6_12.rs",
        "mapping_set_large_folios",
        &[m(OffByOne, "single pages are not allowed", "mapping, ¦0", "1")],
    ),
    of(
        "tree/v6_12.rs",
        "mapping_large_folio_support",
        &[
            m(
                OffByOne,
                "order 1 is not large",
                "mapping_max_folio_order::<Self, K>(k, mapping) > 0",
                "mapping_max_folio_order::<Self, K>(k, mapping) > 1",
            ),
            m(
                Bound,
                "order 0 is large",
                "mapping_max_folio_order::<Self, K>(k, mapping) > 0",
                "mapping_max_folio_order::<Self, K>(k, mapping) < u32::MAX",
            ),
        ],
    ),
    of(
        "tree/post_fix.rs",
        "truncate_zeroes",
        &[m(
            Flipped,
            "what is inaccessible is zeroed, and nothing else",
            "!mapping_inaccessible::<Self, K>(k, mapping)",
            "mapping_inaccessible::<Self, K>(k, mapping)",
        )],
    )
    .tree("post-fix"),
    of(
        "tree/pre_fix.rs",
        "truncate_zeroes",
        &[
            m(
                Flipped,
                "the mask's sense is turned round",
                "k.flags_and(mapping, AS_INACCESSIBLE) == 0",
                "k.flags_and(mapping, AS_INACCESSIBLE) != 0",
            ),
            m(
                Other,
                "bit 10 is tested, which nobody sets",
                "k.flags_and(mapping, AS_INACCESSIBLE) == 0",
                "!k.test_bit(mapping, AS_INACCESSIBLE as u32)",
            ),
            m(
                Other,
                "all of the mask is wanted",
                "k.flags_and(mapping, AS_INACCESSIBLE) == 0",
                "k.flags_and(mapping, AS_INACCESSIBLE) != AS_INACCESSIBLE",
            ),
        ],
    )
    .tree("pre-fix"),
    of(
        "tree/pre_fix.rs",
        "gmem_mark_after_ops",
        &[
            m(
                Forgotten,
                "the mask is not put into the flags",
                "k.store_flags(mapping, 0, AS_INACCESSIBLE);",
                "",
            ),
            m(
                Other,
                "the flags that were there go",
                "k.store_flags(mapping, 0, AS_INACCESSIBLE);",
                "k.store_flags(mapping, u64::MAX, AS_INACCESSIBLE);",
            ),
        ],
    )
    .tree("pre-fix"),
];
