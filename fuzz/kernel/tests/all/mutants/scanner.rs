// SPDX-License-Identifier: GPL-2.0-only
//! Mutants of mm/compaction.c.

use super::{all_told_apart, mutant};

const BLOCK: &str = "isolate_migratepages_block";
const SCAN: &[&str] = &[BLOCK];

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_scanner_before_the_folio_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "a flipped comparison",
            &["too_many_isolated"],
            "too_many_isolated",
            "isolated > (inactive",
            "isolated >= (inactive",
        ),
        mutant("half of it all", &["too_many_isolated"], "too_many_isolated", "/ 2", "/ 4"),
        mutant(
            "another counter",
            &["too_many_isolated"],
            "too_many_isolated",
            "NR_ISOLATED_ANON",
            "NR_ISOLATED_FILE",
        ),
        mutant(
            "wakes when there are too many",
            &["too_many_isolated"],
            "too_many_isolated",
            "if (!too_many)",
            "if (too_many)",
        ),
        mutant(
            "a limit moved by one",
            &["skip_isolation_on_order"],
            "skip_isolation_on_order",
            "return order >= pageblock_order",
            "return order > pageblock_order",
        ),
        mutant(
            "a dropped exception",
            &["skip_isolation_on_order"],
            "skip_isolation_on_order",
            "!is_via_compact_memory(target_order) && order",
            "order",
        ),
        mutant(
            "a flipped answer",
            &["isolation_suitable"],
            "isolation_suitable",
            "return !get_pageblock_skip",
            "return get_pageblock_skip",
        ),
        mutant(
            "the hint is set where it must not be",
            &["test_and_set_skip"],
            "test_and_set_skip",
            "!skip && !cc->no_set_skip_hint",
            "!skip",
        ),
        mutant(
            "the wrong cache",
            &["update_cached_migrate"],
            "update_cached_migrate",
            "compact_cached_migrate_pfn[1] = pfn",
            "compact_cached_migrate_pfn[0] = pfn",
        ),
        mutant(
            "a flipped mode",
            &["update_cached_migrate"],
            "update_cached_migrate",
            "cc->mode != MIGRATE_ASYNC",
            "cc->mode == MIGRATE_ASYNC",
        ),
        mutant(
            "contention is not noted",
            &["compact_lock_irqsave"],
            "compact_lock_irqsave",
            "cc->contended = true;",
            ";",
        ),
        mutant(
            "the lock is not taken after a failed attempt",
            &["compact_lock_irqsave"],
            "compact_lock_irqsave",
            "cc->contended = true;",
            "cc->contended = true; return true;",
        ),
        mutant("a changed errno", SCAN, BLOCK, "ret = -EINTR;", "ret = -EAGAIN;"),
        mutant(
            "a dropped early return",
            SCAN,
            BLOCK,
            "if (cc->nr_migratepages)\n\t\t\treturn -EAGAIN;",
            "if (0)\n\t\t\treturn -EAGAIN;",
        ),
        mutant(
            "a huge page passed over by one more",
            SCAN,
            BLOCK,
            "low_pfn += (1UL << order) - 1;\n\t\t\t\t\tnr_scanned += (1UL << order) - 1;\n\t\t\t\t}\n\t\t\t\tgoto isolate_fail;\n\t\t\t}\n\t\t\t/* for",
            "low_pfn += (1UL << order);\n\t\t\t\t\tnr_scanned += (1UL << order) - 1;\n\t\t\t\t}\n\t\t\t\tgoto isolate_fail;\n\t\t\t}\n\t\t\t/* for",
        ),
        mutant("a reported -EBUSY", SCAN, BLOCK, "if (ret == -EBUSY)", "if (ret == -ENOMEM)"),
        mutant(
            "a free page of any order",
            SCAN,
            BLOCK,
            "freepage_order <= MAX_PAGE_ORDER",
            "freepage_order <= 63",
        ),
        mutant(
            "a driver's page that is isolated already",
            SCAN,
            BLOCK,
            "!PageIsolated(page)",
            "PageIsolated(page)",
        ),
        mutant(
            "a pause every 16 frames",
            SCAN,
            BLOCK,
            "low_pfn % COMPACT_CLUSTER_MAX",
            "low_pfn % 16",
        ),
    ]);
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_scanner_with_the_folio_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "the flag tested before the lock",
            SCAN,
            BLOCK,
            "if (!folio_trylock(folio))\n\t\t\t\tgoto isolate_fail_put;\n\n\t\t\tmapping = folio_mapping(folio);",
            "is_inaccessible = mapping && mapping_inaccessible(mapping);\n\t\t\tif (!folio_trylock(folio))\n\t\t\t\tgoto isolate_fail_put;\n\t\t\tmapping = folio_mapping(folio);",
        ),
        mutant("a dropped unlock of the folio", SCAN, BLOCK, "folio_unlock(folio);", ";"),
        mutant(
            "a swapped unlock and test",
            SCAN,
            BLOCK,
            "is_inaccessible = mapping && mapping_inaccessible(mapping);\n\t\t\tfolio_unlock(folio);",
            "folio_unlock(folio);\n\t\t\tis_inaccessible = mapping && mapping_inaccessible(mapping);",
        ),
        mutant(
            "the flag is not heeded",
            SCAN,
            BLOCK,
            "if (!migrate_dirty || is_inaccessible)",
            "if (!migrate_dirty)",
        ),
        mutant(
            "a pin counted as none",
            SCAN,
            BLOCK,
            "(folio_ref_count(folio) - 1) > folio_mapcount",
            "(folio_ref_count(folio) - 1) >= folio_mapcount",
        ),
        mutant(
            "a flipped GFP test",
            SCAN,
            BLOCK,
            "!(cc->gfp_mask & __GFP_FS) && mapping",
            "(cc->gfp_mask & __GFP_FS) && mapping",
        ),
        mutant(
            "unevictable folios taken in any mode",
            SCAN,
            BLOCK,
            "if (!(mode & ISOLATE_UNEVICTABLE) && is_unevictable)",
            "if (0 && is_unevictable)",
        ),
        mutant(
            "a put before the unlock",
            SCAN,
            BLOCK,
            "locked = NULL;\n\t\t}\n\t\tfolio_put(folio);",
            "locked = NULL;\n\t\t}",
        ),
        mutant("a lock that is not noted", SCAN, BLOCK, "locked = lruvec;", ";"),
        mutant(
            "the LRU flag is not given back",
            SCAN,
            BLOCK,
            "folio_set_lru(folio);\n\t\t\t\tgoto",
            "goto",
        ),
        mutant(
            "a swapped pair of effects",
            SCAN,
            BLOCK,
            "lruvec_del_folio(lruvec, folio);\n\t\tnode_stat_mod_folio(folio,\n\t\t\t\tNR_ISOLATED_ANON + folio_is_file_lru(folio),\n\t\t\t\tfolio_nr_pages(folio));",
            "node_stat_mod_folio(folio,\n\t\t\t\tNR_ISOLATED_ANON + folio_is_file_lru(folio),\n\t\t\t\tfolio_nr_pages(folio));\n\t\tlruvec_del_folio(lruvec, folio);",
        ),
        mutant(
            "the wrong counter",
            SCAN,
            BLOCK,
            "NR_ISOLATED_ANON + folio_is_file_lru(folio)",
            "NR_ISOLATED_ANON + !folio_is_file_lru(folio)",
        ),
        mutant(
            "a full batch of one more",
            SCAN,
            BLOCK,
            "cc->nr_migratepages >= COMPACT_CLUSTER_MAX",
            "cc->nr_migratepages > COMPACT_CLUSTER_MAX",
        ),
        mutant(
            "counters that are kept after a putback",
            SCAN,
            BLOCK,
            "nr_isolated = 0;\n\t\t}",
            "}",
        ),
        mutant(
            "a scan that does not end for want of memory",
            SCAN,
            BLOCK,
            "if (ret == -ENOMEM)\n\t\t\tbreak;",
            ";",
        ),
        mutant(
            "a scan that starts over",
            SCAN,
            BLOCK,
            "low_pfn = next_skip_pfn - 1;",
            "low_pfn = start_pfn - 1;",
        ),
        mutant(
            "an unlock too few at the end",
            SCAN,
            BLOCK,
            "isolate_abort:\n\tif (locked)",
            "isolate_abort:\n\tif (0)",
        ),
        mutant(
            "a hint for a block that was not scanned whole",
            SCAN,
            BLOCK,
            "low_pfn == end_pfn && (",
            "(",
        ),
        mutant(
            "the range is not clamped",
            SCAN,
            BLOCK,
            "if (unlikely(low_pfn > end_pfn))",
            "if (0)",
        ),
        mutant(
            "a changed mode",
            &["isolate_migratepages_range"],
            "isolate_migratepages_range",
            "ISOLATE_UNEVICTABLE",
            "ISOLATE_ASYNC_MIGRATE",
        ),
        mutant(
            "an error that is not heeded",
            &["isolate_migratepages_range"],
            "isolate_migratepages_range",
            "if (ret)",
            "if (ret == -EINTR)",
        ),
        mutant(
            "the zone's start is not heeded",
            &["isolate_migratepages_range"],
            "isolate_migratepages_range",
            "block_start_pfn = cc->zone->zone_start_pfn;",
            ";",
        ),
    ]);
}
