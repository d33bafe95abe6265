// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in what the scanner does with a folio.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/compaction/scan.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "lru_folio",
        &[
            m(
                OffByOne,
                "the scanner's own reference counts",
                "k.folio_ref_count(folio).wrapping_sub(1)",
                "k.folio_ref_count(folio)",
            ),
            m(
                Bound,
                "a folio that only its maps refer to is pinned",
                "k.folio_ref_count(folio).wrapping_sub(1) > k.folio_mapcount(folio)",
                "k.folio_ref_count(folio).wrapping_sub(1) >= k.folio_mapcount(folio)",
            ),
            m(Dropped, "folios of files are asked who refers to them", "mapping.is_none()", "true"),
            m(
                Dropped,
                "who may not use the filesystem takes its folios",
                "!k.cc_gfp_fs() && mapping.is_some()",
                "false",
            ),
            m(
                Flipped,
                "who may use the filesystem does not take its folios",
                "!k.cc_gfp_fs()",
                "k.cc_gfp_fs()",
            ),
            m(
                Dropped,
                "what is off the LRU is looked at further",
                "!k.folio_test_lru(folio)",
                "false",
            ),
            m(
                Dropped,
                "unevictable folios are taken",
                "!k.isolate_mode_has(self.mode, IsolateMode::UNEVICTABLE) && is_unevictable",
                "false",
            ),
            m(
                Flipped,
                "unevictable folios are taken by who must not",
                "!k.isolate_mode_has(self.mode, IsolateMode::UNEVICTABLE)",
                "k.isolate_mode_has(self.mode, IsolateMode::UNEVICTABLE)",
            ),
            m(
                Dropped,
                "folios under write-back are left to the asynchronous only",
                "k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && k.folio_test_writeback(folio)",
                "k.folio_test_writeback(folio)",
            ),
            m(
                Dropped,
                "the asynchronous take dirty folios without a look",
                "(k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && is_dirty)",
                "false",
            ),
            m(
                Dropped,
                "unevictable folios are taken without a look into the mapping",
                "(mapping.is_some() && is_unevictable)",
                "false",
            ),
            m(
                Flipped,
                "what may be migrated is not",
                "!self.may_migrate::<R, K>(k, folio, is_dirty)",
                "self.may_migrate::<R, K>(k, folio, is_dirty)",
            ),
            m(
                Dropped,
                "somebody else's LRU flag is taken",
                "!k.folio_test_clear_lru(folio)",
                "{ k.folio_test_clear_lru(folio); false }",
            ),
            m(
                Other,
                "the LRU flag is tested, and not cleared",
                "!k.folio_test_clear_lru(folio)",
                "!k.folio_test_lru(folio)",
            ),
        ],
    ),
    of(
        FILE,
        "may_migrate",
        &[
            m(
                Flipped,
                "who has the lock gives up",
                "!k.folio_trylock(folio)",
                "k.folio_trylock(folio)",
            ),
            m(
                Dropped,
                "it goes on without the lock",
                "if !k.folio_trylock(folio) { return false; }",
                "k.folio_trylock(folio);",
            ),
            m(Kept, "the folio stays locked", "k.folio_unlock(folio);", ""),
            m(
                Flipped,
                "dirty folios without a mapping are not migrated",
                "mapping.is_none_or(|mapping| k.has_migrate_folio(mapping))",
                "mapping.is_some_and(|mapping| k.has_migrate_folio(mapping))",
            ),
            m(
                Flipped,
                "dirty folios are migrated where there is no callback",
                "k.has_migrate_folio(mapping)",
                "!k.has_migrate_folio(mapping)",
            ),
            m(
                Flipped,
                "only what is kept in place is taken",
                "R::mapping_pins_folios(k, mapping)",
                "!R::mapping_pins_folios(k, mapping)",
            ),
            m(
                Dropped,
                "what is kept in place is taken",
                "migrate_dirty && !is_pinned",
                "migrate_dirty",
            ),
            m(
                Other,
                "either will do",
                "migrate_dirty && !is_pinned",
                "migrate_dirty || !is_pinned",
            ),
            m(
                Swapped,
                "the folio is unlocked before the mapping is looked into",
                "let is_pinned = mapping.is_some_and(|mapping| R::mapping_pins_folios(k, mapping)); k.folio_unlock(folio); migrate_dirty && !is_pinned",
                "k.folio_unlock(folio); let is_pinned = mapping.is_some_and(|mapping| R::mapping_pins_folios(k, mapping)); migrate_dirty && !is_pinned",
            ),
        ],
    ),
    of(
        FILE,
        "take_off_lru",
        &[
            m(
                Flipped,
                "the lock is changed where it is the same",
                "self.locked != Some(lruvec)",
                "self.locked == Some(lruvec)",
            ),
            m(
                Dropped,
                "the lock is taken anew for each folio",
                "self.locked != Some(lruvec)",
                "true",
            ),
            m(Kept, "the other list's lock is kept", "self.unlock(k);", ""),
            m(
                Swapped,
                "the other list's lock is dropped after",
                "self.unlock(k); compact_lock_irqsave(k, lruvec);",
                "let held = self.locked; compact_lock_irqsave(k, lruvec); self.locked = held; self.unlock(k);",
            ),
            m(Forgotten, "the lock is taken and not noted", "self.locked = Some(lruvec);", ""),
            m(
                Flipped,
                "the hint is set once it has been",
                "!self.skip_updated",
                "self.skip_updated",
            ),
            m(
                Forgotten,
                "the hint is set again under the next lock",
                "self.skip_updated = true;",
                "",
            ),
            m(
                Dropped,
                "a block that is to be finished is left",
                "test_and_set_skip(k, valid_page) && !k.cc_finish_pageblock()",
                "test_and_set_skip(k, valid_page)",
            ),
            m(
                Flipped,
                "only a block that is to be finished is left",
                "!k.cc_finish_pageblock()",
                "k.cc_finish_pageblock()",
            ),
            m(
                Forgotten,
                "a block that is left is not gone past",
                "self.low_pfn = self.end_pfn;",
                "",
            ),
            m(
                Kept,
                "the folio of a block that is left stays off the LRU",
                "Target::Abort(Some(folio))",
                "Target::Abort(None)",
            ),
            m(
                Dropped,
                "large folios count for alloc_contig_range",
                "skip_isolation_on_order(order, k.cc_order()) && !k.cc_alloc_contig()",
                "skip_isolation_on_order(order, k.cc_order())",
            ),
            m(
                OffByOne,
                "the page after one that is too large is passed over",
                "// Two calls in C, but a folio's size is stable while it is referenced. ¦self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));",
                "self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio));",
            ),
            m(
                OffByOne,
                "a page too many is counted",
                "self.nr_scanned.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1))",
                "self.nr_scanned.wrapping_add(k.folio_nr_pages(folio))",
            ),
            m(
                Forgotten,
                "a folio that is too large stays off the LRU",
                "k.folio_set_lru(folio);",
                "",
            ),
            m(
                Other,
                "the reference to a folio that is too large is kept",
                "Target::FailPut(folio)",
                "Target::Fail",
            ),
            m(
                OffByOne,
                "the page after a large folio is passed over",
                "if k.folio_test_large(folio) { ¦self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));",
                "self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio));",
            ),
            m(
                Forgotten,
                "a large folio's other pages are looked at",
                "if k.folio_test_large(folio) { ¦self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));",
                "",
            ),
            m(Forgotten, "it stays on its list", "k.lruvec_del_folio(lruvec, folio);", ""),
            m(
                Flipped,
                "files and anonymous memory are counted for each other",
                "k.folio_is_file_lru(folio)",
                "!k.folio_is_file_lru(folio)",
            ),
            m(OffByOne, "one page is counted", "k.folio_nr_pages(folio) as i64", "1"),
            m(
                Forgotten,
                "the node does not learn of it",
                "k.node_stat_mod_folio(folio, item, nr_pages);",
                "",
            ),
            m(
                Swapped,
                "it is counted on another node",
                "k.node_stat_mod_folio(folio, item, nr_pages);",
                "k.node_stat_mod_folio(folio, item, -nr_pages);",
            ),
        ],
    ),
];
