// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the helpers of compaction, and in what calls the scanner.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/compaction.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "block_end_pfn",
        &[
            m(
                OffByOne,
                "a block's first page frame is its own end",
                "pfn.wrapping_add(size)",
                "pfn.wrapping_add(size - 1)",
            ),
            m(
                Other,
                "the end is that of the block before",
                "pfn.wrapping_add(size) & size.wrapping_neg()",
                "pfn & size.wrapping_neg()",
            ),
        ],
    ),
    of(
        "include/linux/pageblock_flags.rs",
        "pageblock_start_pfn",
        &[m(
            Other,
            "it is the next block's",
            "pfn & PAGEBLOCK_NR_PAGES.wrapping_neg()",
            "pageblock_end_pfn(pfn)",
        )],
    ),
    of(
        "include/linux/pageblock_flags.rs",
        "pageblock_aligned",
        &[
            m(
                Flipped,
                "every page frame but a pageblock's first is aligned",
                "pfn.is_multiple_of(PAGEBLOCK_NR_PAGES)",
                "!pfn.is_multiple_of(PAGEBLOCK_NR_PAGES)",
            ),
            m(
                OffByOne,
                "every second pageblock is aligned",
                "PAGEBLOCK_NR_PAGES",
                "PAGEBLOCK_NR_PAGES * 8",
            ),
        ],
    ),
    of(
        FILE,
        "is_via_compact_memory",
        &[m(OffByOne, "order 0 asks for everything, not -1", "order == -1", "order == 0")],
    ),
    of(
        FILE,
        "skip_isolation_on_order",
        &[
            m(
                Flipped,
                "the order counts where everything is compacted",
                "!is_via_compact_memory(target_order)",
                "is_via_compact_memory(target_order)",
            ),
            m(
                Dropped,
                "-1 is an order like others",
                "!is_via_compact_memory(target_order) && order >= target_order",
                "order >= target_order",
            ),
            m(
                Bound,
                "a folio of the order that is wanted is worth it",
                "order >= target_order",
                "order > target_order",
            ),
            m(
                Bound,
                "a folio of pageblock order is worth it",
                "order >= PAGEBLOCK_ORDER as i32",
                "order > PAGEBLOCK_ORDER as i32",
            ),
            m(
                OffByOne,
                "half a pageblock is too much",
                "order >= PAGEBLOCK_ORDER as i32",
                "order >= PAGEBLOCK_ORDER as i32 - 1",
            ),
        ],
    ),
    of(
        FILE,
        "isolation_suitable",
        &[
            m(
                Flipped,
                "what is to be skipped is suitable",
                "!k.get_pageblock_skip(page)",
                "k.get_pageblock_skip(page)",
            ),
            m(
                Dropped,
                "hints count even if they are ignored",
                "k.cc_ignore_skip_hint() || !k.get_pageblock_skip(page)",
                "!k.get_pageblock_skip(page)",
            ),
            m(
                Other,
                "both are needed",
                "k.cc_ignore_skip_hint() || !k.get_pageblock_skip(page)",
                "k.cc_ignore_skip_hint() && !k.get_pageblock_skip(page)",
            ),
        ],
    ),
    of(
        FILE,
        "test_and_set_skip",
        &[
            m(
                Flipped,
                "hints are set where they are ignored",
                "k.cc_ignore_skip_hint()",
                "!k.cc_ignore_skip_hint()",
            ),
            m(
                Flipped,
                "the hint is set where it is",
                "!skip && ¦!k.cc_no_set_skip_hint()",
                "k.cc_no_set_skip_hint()",
            ),
            m(
                Dropped,
                "the hint is set where it must not be",
                "!skip && !k.cc_no_set_skip_hint()",
                "!skip",
            )
            .settings(
                "no_set_skip_hint without ignore_skip_hint, which alloc_contig_range sets both",
            ),
            m(
                Dropped,
                "the hint is set again",
                "!skip && !k.cc_no_set_skip_hint()",
                "!k.cc_no_set_skip_hint()",
            ),
            m(Forgotten, "the hint is not set", "k.set_pageblock_skip(page);", ""),
        ],
    ),
    of(
        FILE,
        "update_cached_migrate",
        &[
            m(
                Flipped,
                "the place moves on where it must not",
                "k.cc_no_set_skip_hint()",
                "!k.cc_no_set_skip_hint()",
            ),
            m(Other, "the pageblock is looked at again", "pageblock_end_pfn(pfn)", "pfn"),
            m(
                Bound,
                "the place is set to what it is",
                "pfn > k.cached_migrate_pfn(0)",
                "pfn >= k.cached_migrate_pfn(0)",
            ),
            m(
                Bound,
                "the place of the synchronous is set to what it is",
                "pfn > k.cached_migrate_pfn(1)",
                "pfn >= k.cached_migrate_pfn(1)",
            ),
            m(
                Flipped,
                "the asynchronous alone move the place of the synchronous",
                "k.cc_mode() != MigrateMode::Async",
                "k.cc_mode() == MigrateMode::Async",
            ),
            m(
                Other,
                "the synchronous move that of the asynchronous twice",
                "k.set_cached_migrate_pfn(1, pfn);",
                "k.set_cached_migrate_pfn(0, pfn);",
            ),
        ],
    ),
    of(
        FILE,
        "compact_lock_irqsave",
        &[
            m(
                Flipped,
                "the synchronous do not wait",
                "k.cc_mode() == MigrateMode::Async",
                "k.cc_mode() != MigrateMode::Async",
            ),
            m(
                Flipped,
                "contention is noted by who has noted it",
                "!k.cc_contended()",
                "k.cc_contended()",
            ),
            m(
                Flipped,
                "it is locked twice",
                "k.spin_trylock_irqsave(lruvec)",
                "!k.spin_trylock_irqsave(lruvec)",
            ),
            m(Forgotten, "contention is not noted", "k.set_cc_contended();", ""),
            m(Forgotten, "it goes on without the lock", "k.spin_lock_irqsave(lruvec);", ""),
        ],
    ),
    of(
        FILE,
        "too_many_isolated",
        &[
            m(
                Other,
                "inactive pages of files count twice",
                "k.node_page_state(NodeStat::InactiveAnon)",
                "k.node_page_state(NodeStat::InactiveFile)",
            ),
            m(
                Other,
                "isolated anonymous pages do not count",
                "k .node_page_state(NodeStat::IsolatedFile) .wrapping_add(k.node_page_state(NodeStat::IsolatedAnon))",
                "k.node_page_state(NodeStat::IsolatedFile)",
            ),
            m(
                Flipped,
                "who may not use the filesystem gets an eighth",
                "k.cc_gfp_fs()",
                "!k.cc_gfp_fs()",
            ),
            m(OffByOne, "a quarter of the inactive", "inactive >>= 3;", "inactive >>= 2;"),
            m(Forgotten, "all of the active", "inactive >>= 3; ¦active >>= 3;", ""),
            m(
                Bound,
                "half is too many",
                "isolated > inactive.wrapping_add(active) / 2",
                "isolated >= inactive.wrapping_add(active) / 2",
            ),
            m(Forgotten, "the throttled sleep on", "k.wake_throttle_isolated();", ""),
            m(
                Flipped,
                "the throttled are woken while there are too many",
                "if ¦!too_many",
                "too_many",
            ),
        ],
    ),
    of(
        FILE,
        "isolate_migratepages_block",
        &[
            m(Errno, "a scan that may not begin is no error", "return Ok(errno)", "return Ok(0)"),
            m(
                OffByOne,
                "the first page frame is left out",
                "Scan::begin(k, low_pfn, end_pfn, mode)?",
                "Scan::begin(k, low_pfn + 1, end_pfn, mode)?",
            ),
            m(
                Errno,
                "a scan that ends with an error ends without",
                "Ok(scan.finish(k, exit))",
                "{ scan.finish(k, exit); Ok(0) }",
            ),
        ],
    ),
    of(
        FILE,
        "isolate_migratepages_range",
        &[
            m(
                Flipped,
                "a block begins before its zone",
                "block_start < zone_start",
                "block_start > zone_start",
            ),
            m(Bound, "a page frame beyond the range", "pfn < end_pfn", "pfn <= end_pfn"),
            m(
                Dropped,
                "the last block goes beyond the range",
                "block_end.min(end_pfn)",
                "block_end",
            ),
            m(
                Flipped,
                "blocks of other zones are scanned",
                "k.pageblock_pfn_to_page(block_start, block_end)",
                "!k.pageblock_pfn_to_page(block_start, block_end)",
            ),
            m(Dropped, "it goes on after an error", "if ret != 0 { break; }", ""),
            m(
                Bound,
                "32 are not enough",
                "u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX",
                "u64::from(k.cc_nr_migratepages()) > COMPACT_CLUSTER_MAX",
            ),
            m(
                Dropped,
                "there never are enough",
                "u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX",
                "false",
            ),
            m(
                OffByOne,
                "each block's first page frame is left out",
                "pfn = block_end;",
                "pfn = block_end + 1;",
            ),
            m(Forgotten, "all blocks begin where the first did", "block_start = block_end;", ""),
            m(
                Other,
                "the next block is a single page frame",
                "block_end.wrapping_add(PAGEBLOCK_NR_PAGES)",
                "block_end.wrapping_add(1)",
            )
            .missed("it shows with three page frames, and of more than two nothing is enumerated, for the scans there are not merged"),
            m(
                Other,
                "unevictable folios are left out",
                "IsolateMode::UNEVICTABLE",
                "IsolateMode(0)",
            ),
        ],
    ),
];
