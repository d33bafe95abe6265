// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in a turn of the scanner, up to where there is a folio.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/compaction/scan.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "begin",
        &[
            m(Forgotten, "where to go on is not noted", "k.set_cc_migrate_pfn(low_pfn);", ""),
            m(
                Flipped,
                "it throttles while not too many are isolated",
                "while ¦too_many_isolated(k)",
                "!too_many_isolated(k)",
            ),
            m(
                Flipped,
                "who has something waits for more",
                "k.cc_nr_migratepages() != 0",
                "k.cc_nr_migratepages() == 0",
            ),
            m(
                OffByOne,
                "who has 31 pages waits for more",
                "k.cc_nr_migratepages() != 0",
                "k.cc_nr_migratepages() > 31",
            ),
            m(
                Errno,
                "-EBUSY for who has something",
                "if k.cc_nr_migratepages() != 0 { ¦return Ok(Err(-EAGAIN));",
                "return Ok(Err(-EBUSY));",
            ),
            m(
                Dropped,
                "the asynchronous wait too",
                "if ¦k.cc_mode() == MigrateMode::Async",
                "false",
            ),
            m(Forgotten, "it spins", "k.reclaim_throttle();", ""),
            m(Dropped, "a fatal signal does not end it", "k.fatal_signal_pending()", "false"),
            m(Errno, "-EAGAIN for a fatal signal", "-EINTR", "-EAGAIN"),
            m(Forgotten, "it does not pause", "k.cond_resched();", ""),
            m(
                Other,
                "either will do to give up blocks as a whole",
                "k.cc_direct_compaction() && k.cc_mode() == MigrateMode::Async",
                "k.cc_direct_compaction() || k.cc_mode() == MigrateMode::Async",
            ),
            m(
                Dropped,
                "kcompactd gives up blocks as a whole too",
                "k.cc_direct_compaction() && k.cc_mode() == MigrateMode::Async",
                "k.cc_mode() == MigrateMode::Async",
            ),
            m(Forgotten, "blocks are not given up as a whole", "scan.skip_on_failure = true;", ""),
            m(
                OffByOne,
                "the first block ends a page frame late",
                "block_end_pfn(low_pfn, k.cc_order())",
                "block_end_pfn(low_pfn, k.cc_order()) + 1",
            ),
        ],
    ),
    of(
        FILE,
        "top",
        &[m(
            Bound,
            "a page frame beyond the range",
            "self.low_pfn >= self.end_pfn",
            "self.low_pfn > self.end_pfn",
        )],
    ),
    of(
        FILE,
        "bottom",
        &[
            m(
                OffByOne,
                "the page frame is not counted",
                "self.nr_scanned = self.nr_scanned.wrapping_add(1);",
                "",
            ),
            m(Forgotten, "what is isolated is lost", "k.list_add(folio);", ""),
            m(
                Swapped,
                "it is counted before it is listed",
                "k.list_add(folio); self.isolated(k, folio)",
                "let enough = self.isolated(k, folio); k.list_add(folio); enough",
            ),
            m(Kept, "the LRU lock is held while a reference goes", "self.unlock(k);", ""),
            m(
                Swapped,
                "the reference goes before the LRU lock",
                "self.unlock(k); k.folio_put(folio);",
                "k.folio_put(folio); self.unlock(k);",
            ),
            m(Kept, "the reference is kept", "k.folio_put(folio);", ""),
            m(
                Dropped,
                "a block of which a page failed is not given up",
                "k.folio_put(folio); ¦self.failed(k)",
                "false",
            ),
            m(
                OffByOne,
                "every second page frame is left out",
                "self.low_pfn.wrapping_add(1)",
                "self.low_pfn.wrapping_add(2)",
            ),
            m(Dropped, "it goes on though it has enough", "if ¦stop", "false"),
        ],
    ),
    of(
        FILE,
        "head",
        &[
            m(
                Bound,
                "a block ends a page frame late",
                "self.low_pfn >= self.next_skip_pfn",
                "self.low_pfn > self.next_skip_pfn",
            ),
            m(
                Dropped,
                "blocks end for all scans",
                "self.skip_on_failure && self.low_pfn >= self.next_skip_pfn",
                "self.low_pfn >= self.next_skip_pfn",
            ),
            m(
                Flipped,
                "it ends where nothing is isolated",
                "self.nr_isolated != 0",
                "self.nr_isolated == 0",
            ),
            m(OffByOne, "one page is nothing", "self.nr_isolated != 0", "self.nr_isolated > 1"),
            m(
                Forgotten,
                "the next block has no end",
                "self.next_skip_pfn = block_end_pfn(self.low_pfn, k.cc_order());",
                "",
            ),
            m(
                OffByOne,
                "the next block is the next but one",
                "block_end_pfn(self.low_pfn, k.cc_order())",
                "block_end_pfn(self.low_pfn, k.cc_order() + 1)",
            ),
            m(
                OffByOne,
                "it pauses every 33 page frames",
                "self.low_pfn.is_multiple_of(COMPACT_CLUSTER_MAX)",
                "self.low_pfn.is_multiple_of(COMPACT_CLUSTER_MAX + 1)",
            ),
            m(
                Flipped,
                "it pauses at all page frames but each 32nd",
                "self.low_pfn.is_multiple_of(COMPACT_CLUSTER_MAX)",
                "!self.low_pfn.is_multiple_of(COMPACT_CLUSTER_MAX)",
            ),
            m(Kept, "the LRU lock is held while it pauses", "self.unlock(k);", ""),
            m(Forgotten, "a fatal signal is not noted as contention", "k.set_cc_contended();", ""),
            m(Errno, "-EAGAIN for a fatal signal", "-EINTR", "-EAGAIN"),
            m(Other, "a fatal signal sets the skip hint", "Exit::FatalPending", "Exit::Done"),
            m(Forgotten, "it does not pause", "k.cond_resched();", ""),
        ],
    ),
    of(
        FILE,
        "look_at_page",
        &[
            m(Dropped, "the hint is looked at again", "self.valid_page.is_none()", "true").none("a scan stays in one pageblock and in its zone and only goes on, so that of its page frames none but the first can be the first of either"),
            m(
                Dropped,
                "the hint is looked at by the zone's first page alone",
                "pageblock_aligned(self.low_pfn) || self.low_pfn == k.zone_start_pfn()",
                "self.low_pfn == k.zone_start_pfn()",
            ),
            m(
                Dropped,
                "a zone that begins in a pageblock has no hint",
                "pageblock_aligned(self.low_pfn) || self.low_pfn == k.zone_start_pfn()",
                "pageblock_aligned(self.low_pfn)",
            ),
            m(
                Flipped,
                "blocks that are not suitable are scanned",
                "!isolation_suitable(k, page)",
                "isolation_suitable(k, page)",
            ),
            m(
                Forgotten,
                "a block that is skipped is not gone past",
                "self.low_pfn = self.end_pfn;",
                "",
            ),
            m(
                OffByOne,
                "a block that is skipped is gone past, and one page frame more",
                "self.low_pfn = self.end_pfn;",
                "self.low_pfn = self.end_pfn + 1;",
            ),
            m(Forgotten, "the pageblock has no page", "self.valid_page = Some(page);", ""),
            m(
                Bound,
                "a single buddy page is passed over",
                "freepage_order > 0",
                "freepage_order + 1 > 0",
            )
            .none("2^0 - 1 page frames are none"),
            m(
                Bound,
                "the greatest buddy page is not passed over",
                "freepage_order <= u64::from(MAX_PAGE_ORDER)",
                "freepage_order < u64::from(MAX_PAGE_ORDER)",
            ),
            m(
                Dropped,
                "any number is an order",
                "freepage_order <= u64::from(MAX_PAGE_ORDER)",
                "freepage_order < 64",
            ),
            m(
                OffByOne,
                "the page after a buddy page is passed over",
                "(1 << freepage_order) - 1",
                "1 << freepage_order",
            ),
            m(
                OffByOne,
                "a buddy page's last page is looked at",
                "(1 << freepage_order) - 1",
                "(1 << freepage_order) - 2",
            ),
            m(
                Other,
                "a free page fails its block",
                "return Target::Continue;",
                "return Target::Fail;",
            ),
            m(
                Dropped,
                "compound pages count for alloc_contig_range",
                "k.page_compound(page) && !k.cc_alloc_contig()",
                "k.page_compound(page)",
            ),
            m(
                Flipped,
                "compound pages count for alloc_contig_range alone",
                "!k.cc_alloc_contig()",
                "k.cc_alloc_contig()",
            ),
            m(
                Dropped,
                "small compound pages are passed over too",
                "skip_isolation_on_order(order as i32, k.cc_order())",
                "true",
            ),
            m(
                Bound,
                "the greatest compound page is not passed over",
                "order <= MAX_PAGE_ORDER",
                "order < MAX_PAGE_ORDER",
            ),
            m(
                OffByOne,
                "the page after a compound page is passed over",
                "(1 << order) - 1",
                "1 << order",
            ),
            m(
                Other,
                "a large compound page does not fail its block",
                "self.pass_over((1 << order) - 1); } ¦return Target::Fail;",
                "return Target::Continue;",
            ),
            m(Flipped, "LRU pages are asked for drivers", "!k.page_lru(page)", "k.page_lru(page)"),
            m(
                Other,
                "a page that goes does not fail its block",
                "None => ¦Target::Fail",
                "Target::Continue",
            ),
        ],
    ),
    of(
        FILE,
        "huge_page",
        &[
            m(
                Flipped,
                "the order is read when it was before v6.12",
                "let mut order_before = 0; if ¦R::HUGE_ORDER_READ_FIRST",
                "!R::HUGE_ORDER_READ_FIRST",
            ),
            m(
                Flipped,
                "hugetlb is dissolved for all but alloc_contig_range",
                "!k.cc_alloc_contig()",
                "k.cc_alloc_contig()",
            ),
            m(
                Bound,
                "the greatest page is not passed over",
                "order <= MAX_PAGE_ORDER",
                "order < MAX_PAGE_ORDER",
            ),
            m(
                OffByOne,
                "the page after a huge page is passed over",
                "(1 << order) - 1",
                "1 << order",
            ),
            m(
                Other,
                "a huge page does not fail its block",
                "self.pass_over((1 << order) - 1); } ¦return Some(Target::Fail);",
                "return Some(Target::Continue);",
            ),
            m(Kept, "the LRU lock is held while it is dissolved", "self.unlock(k);", ""),
            m(Bound, "what was dissolved failed", "self.ret < 0", "self.ret <= 0"),
            m(Errno, "-ENOMEM is no error, -EBUSY is", "self.ret == -EBUSY", "self.ret == -ENOMEM"),
            m(Kept, "-EBUSY is returned", "self.ret = 0;", ""),
            m(
                OffByOne,
                "the page after one that was not dissolved is passed over",
                "1u64.wrapping_shl(order_before).wrapping_sub(1)",
                "1u64.wrapping_shl(order_before)",
            ),
            m(
                OffByOne,
                "the page after one that was isolated is passed over",
                "k.folio_nr_pages(folio).wrapping_sub(1)",
                "k.folio_nr_pages(folio)",
            ),
            m(
                Other,
                "what was isolated is listed once more",
                "Target::SuccessNoList(folio)",
                "Target::Success(folio)",
            ),
        ],
    ),
    of(
        FILE,
        "huge_page",
        &[
            m(
                OffByOne,
                "a page too many is counted",
                "self.nr_scanned.wrapping_add(k.compound_nr(page).wrapping_sub(1))",
                "self.nr_scanned.wrapping_add(k.compound_nr(page))",
            ),
            m(
                OffByOne,
                "the page after it is passed over",
                "self.low_pfn.wrapping_add(k.compound_nr(page).wrapping_sub(1))",
                "self.low_pfn.wrapping_add(k.compound_nr(page))",
            ),
        ],
    )
    .tree("post-fix"),
    of(
        FILE,
        "driver_page",
        &[
            m(
                Other,
                "either will do",
                "k.__page_movable(page) && !k.page_isolated(page)",
                "k.__page_movable(page) || !k.page_isolated(page)",
            ),
            m(
                Dropped,
                "what is isolated is isolated again",
                "k.__page_movable(page) && !k.page_isolated(page)",
                "k.__page_movable(page)",
            ),
            m(Kept, "the LRU lock is held while a driver is asked", "self.unlock(k);", ""),
            m(
                Flipped,
                "what a driver keeps is taken",
                "k.isolate_movable_page(page, self.mode)",
                "!k.isolate_movable_page(page, self.mode)",
            ),
        ],
    ),
];
