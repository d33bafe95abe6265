// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner and folios on the LRU lists: which are left, which are taken, under what
//! locks.

use crate::script::{M, OTHER, Script, all_answers};
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::{Call, CallId, Folio, IsolateMode, Mapping, Oops, Page, Side};

type Block = fn(&mut Script, u64, u64, IsolateMode) -> Result<i32, Oops>;
/// The revisions, and the bit by which a mapping keeps its folios.
const TREES: [(Block, u32); 3] = [
    (PreFix::isolate_migratepages_block::<Script>, 9),
    (PostFix::isolate_migratepages_block::<Script>, 9),
    (V6_12::isolate_migratepages_block::<Script>, 8),
];
const PLAIN: IsolateMode = IsolateMode(0);
const MIGRATE: IsolateMode = IsolateMode::ASYNC_MIGRATE;
const ALL: IsolateMode = IsolateMode::UNEVICTABLE;
const MODES: [IsolateMode; 4] = [PLAIN, MIGRATE, ALL, MIGRATE.with(ALL)];

const GET: &str = "folio_get_nontail_page(pfn33)";
const TRYLOCK: &str = "folio_trylock(folio33)";
const UNLOCK: &str = "folio_unlock(folio33)";
const CLEAR_LRU: &str = "folio_test_clear_lru(folio33)";
const PUT: &str = "folio_put(folio33)";

/// A folio's answers, and what they mean.
struct Answers {
    mapping: bool,
    pinned: bool,
    fs: bool,
    lru: bool,
    unevictable: bool,
    writeback: bool,
    dirty: bool,
    trylock: bool,
    callback: bool,
    flag: bool,
    clear_lru: bool,
}

impl Answers {
    fn all() -> impl Iterator<Item = Answers> {
        all_answers().map(
            |[
                mapping,
                pinned,
                fs,
                lru,
                unevictable,
                writeback,
                dirty,
                trylock,
                callback,
                flag,
                clear_lru,
            ]| Answers {
                mapping,
                pinned,
                fs,
                lru,
                unevictable,
                writeback,
                dirty,
                trylock,
                callback,
                flag,
                clear_lru,
            },
        )
    }

    fn script(&self, bit: u32) -> Script {
        Script::new()
            .when(CallId::FolioMapping, self.mapping.then_some(M))
            .when(CallId::FolioRefCount, if self.pinned { 3 } else { 2 })
            .when(CallId::FolioMapcount, 1)
            .when(CallId::CcGfpFs, self.fs)
            .when(CallId::FolioTestLru, self.lru)
            .when(CallId::FolioTestUnevictable, self.unevictable)
            .when(CallId::FolioTestWriteback, self.writeback)
            .when(CallId::FolioTestDirty, self.dirty)
            .when(CallId::FolioTrylock, self.trylock)
            .when(CallId::HasMigrateFolio, self.callback)
            .flags_are(M, if self.flag { 1 << bit } else { !(1 << bit) })
            .when(CallId::FolioTestClearLru, self.clear_lru)
    }

    /// What the scanner does to the folio, from the words of its rules.
    fn effects(&self, mode: IsolateMode) -> Vec<&'static str> {
        let mut effects = vec![GET];
        let must_not_block = mode.has(MIGRATE);
        let free_for_all = self.mapping || !self.pinned;
        let allowed_here = self.fs || !self.mapping;
        let wanted = mode.has(ALL) || !self.unevictable;
        let quiet = !must_not_block || !self.writeback;
        if !(free_for_all && allowed_here && self.lru && wanted && quiet) {
            effects.push(PUT);
            return effects;
        }
        let would_block = must_not_block && self.dirty;
        if would_block || self.mapping && self.unevictable {
            effects.push(TRYLOCK);
            if !self.trylock {
                effects.push(PUT);
                return effects;
            }
            effects.push(UNLOCK);
            if self.mapping && (would_block && !self.callback || self.flag) {
                effects.push(PUT);
                return effects;
            }
        }
        effects.push(CLEAR_LRU);
        if !self.clear_lru {
            effects.push(PUT);
            return effects;
        }
        effects.extend([
            "spin_lock_irqsave(lruvec0)",
            "lruvec_del_folio(lruvec0, folio33)",
            "node_stat_mod_folio(folio33, NR_ISOLATED_FILE, 1)",
            "list_add(folio33)",
            "set_cc_nr_migratepages(1)",
            "unlock_page_lruvec_irqrestore(lruvec0)",
        ]);
        effects
    }
}

#[test]
fn every_combination_of_answers_leaves_or_takes_the_folio_by_the_rules() {
    for (block, bit) in TREES {
        for mode in MODES {
            for answers in Answers::all() {
                let mut k = answers.script(bit);
                assert_eq!(block(&mut k, 33, 34, mode), Ok(0));
                assert_eq!(k.loop_effects(), answers.effects(mode), "{:#?}", k.calls());
            }
        }
    }
}

#[test]
fn the_questions_about_a_folio_come_in_the_kernels_order() {
    for (block, bit) in TREES {
        let mut k = Script::new()
            .when(CallId::FolioTestUnevictable, true)
            .when(CallId::FolioTestDirty, true)
            .when(CallId::ZoneStartPfn, 33);
        assert_eq!(block(&mut k, 33, 34, MIGRATE.with(ALL)), Ok(0));
        let from = k.calls().iter().position(|text| text == "zone_start_pfn()").unwrap();
        assert_eq!(
            k.calls()[from..],
            [
                "zone_start_pfn()",
                "cc_ignore_skip_hint()",
                "get_pageblock_skip(pfn33)",
                "page_huge(pfn33)",
                "page_buddy(pfn33)",
                "page_compound(pfn33)",
                "page_lru(pfn33)",
                GET,
                "folio_mapping(folio33)",
                "cc_gfp_fs()",
                "folio_test_lru(folio33)",
                "folio_test_unevictable(folio33)",
                "isolate_mode_has(0xc, 0x8)",
                "isolate_mode_has(0xc, 0x4)",
                "folio_test_writeback(folio33)",
                "folio_test_dirty(folio33)",
                "isolate_mode_has(0xc, 0x4)",
                TRYLOCK,
                "folio_mapping(folio33)",
                "isolate_mode_has(0xc, 0x4)",
                "has_migrate_folio(mapping1)",
                &format!("test_bit(mapping1, {bit})"),
                UNLOCK,
                CLEAR_LRU,
                "folio_lruvec(folio33)",
                "cc_mode()",
                "spin_lock_irqsave(lruvec0)",
                "cc_ignore_skip_hint()",
                "get_pageblock_skip(pfn33)",
                "cc_no_set_skip_hint()",
                "set_pageblock_skip(pfn33)",
                "folio_order(folio33)",
                "cc_order()",
                "folio_test_large(folio33)",
                "lruvec_del_folio(lruvec0, folio33)",
                "folio_is_file_lru(folio33)",
                "folio_nr_pages(folio33)",
                "node_stat_mod_folio(folio33, NR_ISOLATED_FILE, 1)",
                "list_add(folio33)",
                "cc_nr_migratepages()",
                "folio_nr_pages(folio33)",
                "set_cc_nr_migratepages(1)",
                "folio_nr_pages(folio33)",
                "folio_nr_pages(folio33)",
                "cc_nr_migratepages()",
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "cc_finish_pageblock()",
                "trace_mm_compaction_isolate_migratepages(33, 34, 1, 1)",
                "add_total_migrate_scanned(1)",
                "count_compact_events(1)",
                "set_cc_migrate_pfn(34)",
            ]
        );
    }
}

#[test]
fn the_mapping_that_is_looked_into_is_the_one_read_under_the_folio_lock() {
    for (block, bit) in TREES {
        let pinned = 1 << bit;
        for (second, other_flags, taken) in [
            (Some(M), 0, true),
            (Some(OTHER), 0, true),
            (Some(OTHER), pinned, false),
            (None, 0, true),
        ] {
            let mut k = Script::new()
                .when(CallId::FolioTestUnevictable, true)
                .when((CallId::FolioMapping, 2), second)
                .flags_are(OTHER, other_flags);
            assert_eq!(block(&mut k, 33, 34, ALL), Ok(0));
            assert_eq!(k.made("list_add(folio33)"), taken);
            let asked = k.calls_to(CallId::TestBit);
            let expected: Vec<String> =
                second.iter().map(|mapping| format!("test_bit({mapping}, {bit})")).collect();
            assert_eq!(asked, expected);
        }
    }
}

#[test]
fn a_mapping_that_came_after_the_first_look_is_obeyed_too() {
    for (block, bit) in TREES {
        for (flags, callback, taken) in
            [(0, true, true), (0, false, false), (1 << bit, true, false)]
        {
            let mut k = Script::new()
                .when(CallId::FolioTestDirty, true)
                .when(CallId::FolioRefCount, 1)
                .when((CallId::FolioMapping, 1), None::<Mapping>)
                .when(CallId::HasMigrateFolio, callback)
                .flags_are(M, flags);
            assert_eq!(block(&mut k, 33, 34, MIGRATE), Ok(0));
            assert_eq!(k.made("list_add(folio33)"), taken);
        }
    }
}

#[test]
fn the_callback_is_only_looked_for_if_the_folio_is_dirty_and_must_not_block() {
    for (block, _) in TREES {
        for mode in [ALL, ALL.with(MIGRATE)] {
            for dirty in [false, true] {
                let mut k = Script::new()
                    .when(CallId::FolioTestUnevictable, true)
                    .when(CallId::FolioTestDirty, dirty);
                assert_eq!(block(&mut k, 33, 34, mode), Ok(0));
                let asked = dirty && mode.has(MIGRATE);
                assert_eq!(k.made("has_migrate_folio(mapping1)"), asked);
            }
        }
    }
}

#[test]
fn an_anonymous_folio_is_pinned_if_it_has_more_references_than_mappings_and_ours() {
    for (block, _) in TREES {
        for (refs, maps, taken) in [
            (1, 0, true),
            (2, 0, false),
            (2, 1, true),
            (3, 1, false),
            (1, 2, true),
            (i32::MIN, 0, false),
        ] {
            let mut k = Script::new()
                .when(CallId::FolioMapping, None::<Mapping>)
                .when(CallId::FolioRefCount, refs)
                .when(CallId::FolioMapcount, maps);
            assert_eq!(block(&mut k, 33, 34, PLAIN), Ok(0));
            assert_eq!(k.made("list_add(folio33)"), taken, "{refs} references, {maps} mappings");
        }
    }
}

#[test]
fn a_file_folio_may_have_any_number_of_references() {
    for (block, _) in TREES {
        let mut k = Script::new().when(CallId::FolioRefCount, 99);
        assert_eq!(block(&mut k, 33, 34, PLAIN), Ok(0));
        assert!(k.made("list_add(folio33)"));
        assert!(!k.made("folio_ref_count(folio33)"));
    }
}

#[test]
fn a_page_that_is_freed_or_a_tail_is_left_without_a_put() {
    for (block, _) in TREES {
        let mut k = Script::new().when(Call::FolioGetNontailPage { page: Page(34) }, None::<Folio>);
        assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::ListAdd), ["list_add(folio33)", "list_add(folio35)"]);
        assert_eq!(k.calls_to(CallId::FolioPut), [""; 0]);
        assert_eq!(k.calls_to(CallId::UnlockLru).len(), 1, "the lock is kept meanwhile");
    }
}

#[test]
fn a_folio_is_put_only_after_the_lists_lock_is_dropped() {
    for (block, _) in TREES {
        let mut k = Script::new().when(Call::FolioTestLru { folio: Folio(34) }, false);
        assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(0));
        assert_eq!(
            k.effects_after("folio_get_nontail_page(pfn34)")[..5],
            [
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "folio_put(folio34)",
                "folio_get_nontail_page(pfn35)",
                "folio_test_clear_lru(folio35)",
                "spin_lock_irqsave(lruvec0)",
            ]
        );
    }
}

#[test]
fn anonymous_and_file_folios_are_counted_apart_and_by_their_pages() {
    for (block, _) in TREES {
        for (file, item) in [(0, "NR_ISOLATED_ANON"), (1, "NR_ISOLATED_FILE")] {
            let mut k = Script::new().when(CallId::FolioIsFileLru, file).place(Folio(36), 0, 2);
            assert_eq!(block(&mut k, 36, 41, PLAIN), Ok(0));
            assert_eq!(
                k.calls_to(CallId::NodeStatModFolio),
                [
                    format!("node_stat_mod_folio(folio36, {item}, 4)"),
                    format!("node_stat_mod_folio(folio40, {item}, 1)"),
                ]
            );
            assert_eq!(
                k.calls_to(CallId::SetCcNrMigratepages),
                ["set_cc_nr_migratepages(4)", "set_cc_nr_migratepages(5)"]
            );
            assert!(k.made("trace_mm_compaction_isolate_migratepages(36, 41, 5, 5)"));
        }
    }
}
