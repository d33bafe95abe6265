// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the accessors of the mapping's flags.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "include/linux/pagemap.rs";

pub(super) const MISTAKES: &[In] = &[
    of(FILE, "mapping_set_error", &[
        m(Flipped, "no error is recorded, none is kept", "error == 0", "error != 0"),
        m(Flipped, "AS_ENOSPC for every error but -ENOSPC", "error == -ENOSPC", "error != -ENOSPC"),
        m(Errno, "the sign of ENOSPC is forgotten", "error == -ENOSPC", "error == ENOSPC"),
        m(Dropped, "the superblock is told without a look at the host", "k.has_host(mapping)", "true"),
        m(Flipped, "the superblock is told if there is no host", "k.has_host(mapping)", "!k.has_host(mapping)"),
        m(Forgotten, "errseq does not learn of it", "k.__filemap_set_wb_err(mapping, error);", ""),
        m(Other, "AS_EIO is cleared, not set", "k.set_bit(mapping, AS_EIO);", "k.clear_bit(mapping, AS_EIO);"),
    ]),
    of(FILE, "mapping_set_unevictable", &[
        m(Other, "AS_EXITING is set", "AS_UNEVICTABLE", "AS_EXITING"),
    ]),
    of(FILE, "mapping_clear_unevictable", &[
        m(Other, "the bit is set", "k.clear_bit(mapping, AS_UNEVICTABLE);", "k.set_bit(mapping, AS_UNEVICTABLE);"),
    ]),
    of(FILE, "mapping_unevictable", &[
        m(Other, "AS_EXITING is tested", "AS_UNEVICTABLE", "AS_EXITING"),
        m(Other, "NULL is unevictable", "false", "true"),
        m(Flipped, "it is evictable if the bit is set", "k.test_bit(mapping, AS_UNEVICTABLE)", "!k.test_bit(mapping, AS_UNEVICTABLE)"),
    ]),
    of(FILE, "mapping_set_exiting", &[m(OffByOne, "the next bit is set", "AS_EXITING", "AS_EXITING + 1")]),
    of(FILE, "mapping_exiting", &[m(OffByOne, "the bit before is tested", "AS_EXITING", "AS_EXITING - 1")]),
    of(FILE, "mapping_set_no_writeback_tags", &[m(Forgotten, "the bit is not set", "k.set_bit(mapping, AS_NO_WRITEBACK_TAGS);", "")]),
    of(FILE, "mapping_use_writeback_tags", &[m(Flipped, "tags are used where there are none", "!k.test_bit(mapping, AS_NO_WRITEBACK_TAGS)", "k.test_bit(mapping, AS_NO_WRITEBACK_TAGS)")]),
    of(FILE, "mapping_release_always", &[m(Other, "AS_STABLE_WRITES is tested", "R::AS_RELEASE_ALWAYS", "R::AS_STABLE_WRITES")]),
    of(FILE, "mapping_set_release_always", &[m(OffByOne, "the number of the tree before is used", "R::AS_RELEASE_ALWAYS", "R::AS_RELEASE_ALWAYS + 1")]),
    of(FILE, "mapping_clear_release_always", &[m(Other, "the bit is tested and cleared", "k.clear_bit(mapping, R::AS_RELEASE_ALWAYS);", "k.test_and_clear_bit(mapping, R::AS_RELEASE_ALWAYS);")]),
    of(FILE, "mapping_stable_writes", &[m(Flipped, "writes are stable if the bit is not set", "k.test_bit(mapping, R::AS_STABLE_WRITES)", "!k.test_bit(mapping, R::AS_STABLE_WRITES)")]),
    of(FILE, "mapping_set_stable_writes", &[m(Other, "the bit is cleared", "k.set_bit(mapping, R::AS_STABLE_WRITES);", "k.clear_bit(mapping, R::AS_STABLE_WRITES);")]),
    of(FILE, "mapping_clear_stable_writes", &[m(Other, "AS_RELEASE_ALWAYS is cleared", "R::AS_STABLE_WRITES", "R::AS_RELEASE_ALWAYS")]),
    of(FILE, "mapping_set_unmovable", &[
        m(Forgotten, "AS_UNEVICTABLE is not set with it", "k.set_bit(mapping, AS_UNEVICTABLE);", ""),
        m(Forgotten, "AS_UNEVICTABLE alone is set", "k.set_bit(mapping, R::AS_UNMOVABLE);", ""),
    ]).tree("pre-fix"),
    of(FILE, "mapping_unmovable", &[m(Other, "AS_UNEVICTABLE is tested", "R::AS_UNMOVABLE", "AS_UNEVICTABLE")]).tree("pre-fix"),
    of(FILE, "mapping_set_inaccessible", &[
        m(Forgotten, "AS_UNEVICTABLE is not set with it", "k.set_bit(mapping, AS_UNEVICTABLE);", ""),
        m(Swapped, "AS_UNEVICTABLE is set second, so that the scanner can look between",
          "k.set_bit(mapping, AS_UNEVICTABLE); k.set_bit(mapping, R::AS_INACCESSIBLE);",
          "k.set_bit(mapping, R::AS_INACCESSIBLE); k.set_bit(mapping, AS_UNEVICTABLE);"),
        m(Other, "the bit's number is taken for a mask", "k.set_bit(mapping, R::AS_INACCESSIBLE);", "k.store_flags(mapping, 0, u64::from(R::AS_INACCESSIBLE));"),
    ]),
    of(FILE, "mapping_inaccessible", &[
        m(OffByOne, "the number of the tree before is used", "R::AS_INACCESSIBLE", "R::AS_INACCESSIBLE + 1"),
        m(Other, "the bit's number is taken for a mask", "k.test_bit(mapping, R::AS_INACCESSIBLE)", "k.flags_and(mapping, u64::from(R::AS_INACCESSIBLE)) != 0"),
    ]),
    of(FILE, "mapping_set_large_folios_bit", &[
        m(Other, "the bit's number is taken for a mask", "1 << R::AS_LARGE_FOLIO_SUPPORT", "u64::from(R::AS_LARGE_FOLIO_SUPPORT)"),
    ]).tree("post-fix"),
    of(FILE, "mapping_large_folio_support_bit", &[
        m(OffByOne, "the next bit is tested", "R::AS_LARGE_FOLIO_SUPPORT", "R::AS_LARGE_FOLIO_SUPPORT + 1"),
    ]).tree("post-fix"),
    of(FILE, "order_mask", &[
        m(OffByOne, "the mask is a bit short", "(1 << bits) - 1", "(1 << (bits - 1)) - 1"),
    ]),
    of(FILE, "mapping_set_folio_order_range", &[
        m(Other, "the greatest order takes the place of the least", "u64::from(max) << R::AS_FOLIO_ORDER_MAX", "u64::from(max) << R::AS_FOLIO_ORDER_MIN"),
        m(Other, "the complement is of a long: the upper half of the word stays", "!u64::from(kept)", "mask"),
        m(Kept, "the orders that were there stay", "!u64::from(kept)", "0"),
        m(Bound, "the greatest order is below MAX_PAGECACHE_ORDER", "max.min(MAX_PAGECACHE_ORDER)", "max.min(MAX_PAGECACHE_ORDER - 1)"),
        m(Dropped, "the greatest order is not raised to the least", "max.min(MAX_PAGECACHE_ORDER).max(min)", "max.min(MAX_PAGECACHE_ORDER)")
            .missed("the one caller in the ported functions, mapping_set_large_folios, gives 0 as the least; other arguments are given by conform alone"),
    ]),
    of(FILE, "mapping_max_folio_order", &[
        m(Other, "the least order is read", "order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MAX)", "order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MIN)"),
        m(OffByOne, "the order is halved", "k.flags_and(mapping, mask) >> R::AS_FOLIO_ORDER_MAX", "k.flags_and(mapping, mask) >> (R::AS_FOLIO_ORDER_MAX + 1)"),
    ]),
    of(FILE, "mapping_min_folio_order", &[
        m(Other, "the greatest order is read", "order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MIN)", "order_mask(R::AS_FOLIO_ORDER_BITS, R::AS_FOLIO_ORDER_MAX)")
            .missed("no ported function calls it: conform alone does"),
        m(OffByOne, "the order is halved", "k.flags_and(mapping, mask) >> R::AS_FOLIO_ORDER_MIN", "k.flags_and(mapping, mask) >> (R::AS_FOLIO_ORDER_MIN + 1)")
            .missed("no ported function calls it: conform alone does"),
    ]),
];
