// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in what becomes of a page in the end, and of the scan.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/compaction/scan.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "isolated",
        &[
            m(OffByOne, "one page is counted", "k.folio_nr_pages(folio) as u32", "1"),
            m(Forgotten, "the count is not put back", "k.set_cc_nr_migratepages(nr);", ""),
            m(
                OffByOne,
                "of a large folio, no page but one is isolated",
                "self.nr_isolated.wrapping_add(k.folio_nr_pages(folio))",
                "self.nr_isolated.wrapping_add(1)",
            ),
            m(
                OffByOne,
                "a page too many is counted",
                "k.folio_nr_pages(folio).wrapping_sub(1)",
                "k.folio_nr_pages(folio)",
            ),
            m(
                Bound,
                "32 are not enough",
                "u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX",
                "u64::from(k.cc_nr_migratepages()) > COMPACT_CLUSTER_MAX",
            ),
            m(
                OffByOne,
                "31 are enough",
                "u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX",
                "u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX - 1",
            ),
            m(
                Dropped,
                "a block that is to be finished is not",
                "u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX && ¦!k.cc_finish_pageblock()",
                "true",
            ),
            m(
                Flipped,
                "it goes on unless there was contention",
                "!k.cc_contended()",
                "k.cc_contended()",
            ),
            m(
                OffByOne,
                "the last page is looked at again by the next scan",
                "self.low_pfn = self.low_pfn.wrapping_add(1);",
                "",
            ),
        ],
    ),
    of(
        FILE,
        "failed",
        &[
            m(
                Flipped,
                "who need not gives up blocks",
                "!self.skip_on_failure",
                "self.skip_on_failure",
            ),
            m(
                Errno,
                "-EBUSY ends the scan, -ENOMEM does not",
                "self.skip_on_failure && ¦self.ret != -ENOMEM",
                "self.ret != -EBUSY",
            ),
            m(
                Flipped,
                "what is isolated is kept, nothing is put back",
                "self.nr_isolated != 0",
                "self.nr_isolated == 0",
            ),
            m(Kept, "the LRU lock is held while folios are put back", "self.unlock(k);", ""),
            m(Forgotten, "nothing is put back", "k.putback_movable_pages();", ""),
            m(Kept, "what was put back counts for the caller", "k.set_cc_nr_migratepages(0);", ""),
            m(Kept, "what was put back counts as isolated", "self.nr_isolated = 0;", ""),
            m(
                Bound,
                "at its end, the block is given up",
                "self.low_pfn < self.next_skip_pfn",
                "self.low_pfn <= self.next_skip_pfn",
            ),
            m(
                OffByOne,
                "the first page of the next block is given up too",
                "self.next_skip_pfn.wrapping_sub(1)",
                "self.next_skip_pfn",
            ),
            m(
                Forgotten,
                "the next block has no end",
                "self.next_skip_pfn = self.next_skip_pfn.wrapping_add(size);",
                "",
            ).none("nothing is isolated by now, so the head of the loop finds the old block at its end and sets the same end for the next"),
            m(
                Dropped,
                "-ENOMEM does not end the scan",
                "self.next_skip_pfn = self.next_skip_pfn.wrapping_add(size); } ¦self.ret == -ENOMEM",
                "false",
            ),
            m(
                Other,
                "every failure ends the scan",
                "self.next_skip_pfn = self.next_skip_pfn.wrapping_add(size); } ¦self.ret == -ENOMEM",
                "true",
            ),
        ],
    ),
    of(
        FILE,
        "finish",
        &[
            m(
                Dropped,
                "a scan may end beyond its range",
                "exit == Exit::Done && self.low_pfn > self.end_pfn",
                "false",
            ),
            m(
                Flipped,
                "a scan within its range ends at its end",
                "self.low_pfn > self.end_pfn",
                "self.low_pfn < self.end_pfn",
            ),
            m(
                Bound,
                "a scan that ends at its end is set there",
                "self.low_pfn > self.end_pfn",
                "self.low_pfn >= self.end_pfn",
            )
            .none("it is there"),
            m(
                Dropped,
                "a fatal signal leaves the block as others do",
                "exit != Exit::FatalPending",
                "true",
            ),
            m(
                Forgotten,
                "what was scanned is not added up",
                "k.add_total_migrate_scanned(self.nr_scanned);",
                "",
            ),
            m(Dropped, "0 isolated pages are an event", "self.nr_isolated != 0", "true"),
            m(
                Other,
                "page frames are counted as isolated",
                "k.count_compact_events(self.nr_isolated);",
                "k.count_compact_events(self.nr_scanned);",
            ),
            m(
                OffByOne,
                "the next scan leaves a page out",
                "k.set_cc_migrate_pfn(self.low_pfn);",
                "k.set_cc_migrate_pfn(self.low_pfn + 1);",
            ),
            m(
                Errno,
                "errors are not returned",
                "k.set_cc_migrate_pfn(self.low_pfn); self.ret",
                "k.set_cc_migrate_pfn(self.low_pfn); 0",
            ),
        ],
    ),
    of(
        FILE,
        "leave_block",
        &[
            m(Kept, "the LRU lock is never dropped", "self.unlock(k);", ""),
            m(
                Swapped,
                "the LRU lock is dropped after the folio is back",
                "self.unlock(k); if let Some(folio) = aborted { k.folio_set_lru(folio); k.folio_put(folio); }",
                "if let Some(folio) = aborted { k.folio_set_lru(folio); k.folio_put(folio); } self.unlock(k);",
            ),
            m(Forgotten, "the folio stays off the LRU", "k.folio_set_lru(folio);", ""),
            m(Kept, "the folio's reference is kept", "k.folio_put(folio);", ""),
            m(
                Dropped,
                "half a block is marked to be skipped",
                "self.low_pfn == self.end_pfn && (self.nr_isolated == 0 || k.cc_finish_pageblock())",
                "(self.nr_isolated == 0 || k.cc_finish_pageblock())",
            ),
            m(
                Dropped,
                "a block in which something was isolated is marked",
                "(self.nr_isolated == 0 || k.cc_finish_pageblock())",
                "true",
            ),
            m(
                Flipped,
                "only a block in which something was isolated is marked",
                "self.nr_isolated == 0",
                "self.nr_isolated != 0",
            ),
            m(Dropped, "who must not mark a block does", "!k.cc_no_set_skip_hint()", "true"),
            m(Dropped, "a block that is marked is marked again", "!self.skip_updated", "true"),
            m(
                Forgotten,
                "the place where the next compaction starts does not move on",
                "update_cached_migrate(k, self.low_pfn);",
                "",
            ),
            m(
                Dropped,
                "the place moves on for who marks a block alone",
                "k.set_pageblock_skip(valid_page);",
                "k.set_pageblock_skip(valid_page); return;",
            ),
            m(
                OffByOne,
                "the tracepoint tells another start",
                "self.start_pfn",
                "self.start_pfn + 1",
            ),
        ],
    ),
    of(
        FILE,
        "unlock",
        &[
            m(Kept, "it is dropped and not forgotten", "self.locked.take()", "self.locked"),
            m(
                Forgotten,
                "it is forgotten and not dropped",
                "k.unlock_page_lruvec_irqrestore(lruvec);",
                "",
            ),
        ],
    ),
    of(
        FILE,
        "pass_over",
        &[
            m(
                Forgotten,
                "what is passed over is not counted",
                "self.nr_scanned = self.nr_scanned.wrapping_add(nr);",
                "",
            ),
            m(
                OffByOne,
                "it goes one page too far",
                "self.low_pfn.wrapping_add(nr)",
                "self.low_pfn.wrapping_add(nr + 1)",
            ),
            m(
                Forgotten,
                "nothing is passed over",
                "self.low_pfn = self.low_pfn.wrapping_add(nr);",
                "",
            ),
        ],
    ),
];
