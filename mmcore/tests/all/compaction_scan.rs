// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner's loop: when it begins, pauses, gives up, stops, and what it accounts for.

use crate::script::scan::{BOTH, PLAIN};
use crate::script::{Script, all_answers, bug};
use mmcore::errno::{EAGAIN, EINTR};
use mmcore::{Call, CallId, Folio, MigrateMode, NodeStat, Oops, Site};

#[test]
fn folios_of_one_list_are_isolated_under_one_lock() {
    for block in BOTH {
        let mut k = Script::new();
        assert_eq!(block(&mut k, 33, 35, PLAIN), Ok(0));
        assert_eq!(
            k.effects(),
            [
                "set_cc_migrate_pfn(33)",
                "wake_throttle_isolated()",
                "cond_resched()",
                "folio_get_nontail_page(pfn33)",
                "folio_test_clear_lru(folio33)",
                "spin_lock_irqsave(lruvec0)",
                "lruvec_del_folio(lruvec0, folio33)",
                "node_stat_mod_folio(folio33, NR_ISOLATED_FILE, 1)",
                "list_add(folio33)",
                "set_cc_nr_migratepages(1)",
                "folio_get_nontail_page(pfn34)",
                "folio_test_clear_lru(folio34)",
                "lruvec_del_folio(lruvec0, folio34)",
                "node_stat_mod_folio(folio34, NR_ISOLATED_FILE, 1)",
                "list_add(folio34)",
                "set_cc_nr_migratepages(2)",
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "trace_mm_compaction_isolate_migratepages(33, 35, 2, 2)",
                "add_total_migrate_scanned(2)",
                "count_compact_events(2)",
                "set_cc_migrate_pfn(35)",
            ]
        );
    }
}

#[test]
fn an_empty_block_is_accounted_as_scanned() {
    for block in BOTH {
        let mut k = Script::new();
        assert_eq!(block(&mut k, 40, 40, PLAIN), Ok(0));
        assert_eq!(
            k.effects()[3..],
            [
                "trace_mm_compaction_isolate_migratepages(40, 40, 0, 0)",
                "add_total_migrate_scanned(0)",
                "set_cc_migrate_pfn(40)",
            ]
        );
    }
}

// ---- throttling ----

/// More is isolated than is on the lists, for the first `times` looks.
fn crowded(times: usize) -> Script {
    let isolated = CallId::NodePageState;
    (0..times).fold(Script::new(), |k, look| k.when((isolated, 6 * look + 5), 10_000))
}

#[test]
fn a_throttled_scan_waits_until_there_is_room() {
    for block in BOTH {
        let mut k = crowded(2);
        assert_eq!(block(&mut k, 33, 33, PLAIN), Ok(0));
        assert_eq!(
            k.effects()[..5],
            [
                "set_cc_migrate_pfn(33)",
                "reclaim_throttle()",
                "reclaim_throttle()",
                "wake_throttle_isolated()",
                "cond_resched()",
            ]
        );
        k.assert_order(&["reclaim_throttle()", "fatal_signal_pending()", "soft_lockup()"]);
    }
}

#[test]
fn a_throttled_scan_gives_way_if_it_has_pages_or_must_not_wait() {
    for block in BOTH {
        for &mode in MigrateMode::ALL {
            for has_pages in [false, true] {
                let mut k = crowded(1).when(CallId::CcMode, mode).isolated_before(has_pages.into());
                let waits = !has_pages && mode != MigrateMode::Async;
                let ret = if waits { 0 } else { -EAGAIN };
                assert_eq!(block(&mut k, 33, 33, PLAIN), Ok(ret), "{mode}");
                assert_eq!(k.made("reclaim_throttle()"), waits);
                if !waits {
                    assert_eq!(k.effects(), ["set_cc_migrate_pfn(33)"]);
                }
            }
        }
    }
}

#[test]
fn a_fatal_signal_ends_the_wait() {
    for block in BOTH {
        let mut k = crowded(9).when((CallId::FatalSignalPending, 2), true);
        assert_eq!(block(&mut k, 33, 35, PLAIN), Ok(-EINTR));
        assert_eq!(
            k.effects(),
            ["set_cc_migrate_pfn(33)", "reclaim_throttle()", "reclaim_throttle()"]
        );
    }
}

#[test]
fn the_watchdog_ends_an_endless_wait() {
    for block in BOTH {
        let mut k = Script::new()
            .when(Call::NodePageState { item: NodeStat::IsolatedAnon }, u64::from(u32::MAX));
        assert_eq!(block(&mut k, 33, 35, PLAIN), Err(Oops(Site::SoftLockup)));
        assert_eq!(k.effects().last(), Some(&bug(Site::SoftLockup)));
    }
}

// ---- the pause every 32 frames, and signals ----

#[test]
fn the_lock_is_dropped_at_every_32nd_frame() {
    for block in BOTH {
        let mut k = Script::new();
        assert_eq!(block(&mut k, 63, 65, PLAIN), Ok(0));
        assert_eq!(
            k.effects_after("set_cc_nr_migratepages(1)")[..5],
            [
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "cond_resched()",
                "folio_get_nontail_page(pfn64)",
                "folio_test_clear_lru(folio64)",
                "spin_lock_irqsave(lruvec0)",
            ]
        );
        k.assert_order(&[
            "unlock_page_lruvec_irqrestore(lruvec0)",
            "fatal_signal_pending()",
            "page_huge(pfn64)",
        ]);
        assert_eq!(k.calls_to(CallId::FatalSignalPending).len(), 1);
    }
}

#[test]
fn a_fatal_signal_ends_the_scan_without_touching_the_skip_hint() {
    for block in BOTH {
        let mut k = Script::new().when(CallId::FatalSignalPending, true);
        assert_eq!(block(&mut k, 62, 66, PLAIN), Ok(-EINTR));
        let effects = k.effects();
        assert_eq!(
            effects[effects.len() - 5..],
            [
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "set_cc_contended()",
                "add_total_migrate_scanned(2)",
                "count_compact_events(2)",
                "set_cc_migrate_pfn(64)",
            ]
        );

        let mut k =
            Script::new().when(CallId::FatalSignalPending, true).when(CallId::CachedMigratePfn, 0);
        assert_eq!(block(&mut k, 512, 512 + 4, PLAIN), Ok(-EINTR));
        assert_eq!(
            k.effects()[3..],
            ["set_cc_contended()", "add_total_migrate_scanned(0)", "set_cc_migrate_pfn(512)"]
        );
    }
}

// ---- enough ----

#[test]
fn a_scan_stops_at_32_pages_unless_it_must_finish_or_is_contended() {
    for block in BOTH {
        for [finish, contended] in all_answers() {
            let mut k = Script::new()
                .when(CallId::CcFinishPageblock, finish)
                .when(CallId::CcContended, contended);
            assert_eq!(block(&mut k, 33, 80, PLAIN), Ok(0));
            let pages = if finish || contended { 47 } else { 32 };
            assert_eq!(k.calls_to(CallId::ListAdd).len(), pages);
            let effects = k.effects();
            let rest = [
                format!(
                    "trace_mm_compaction_isolate_migratepages(33, {}, {pages}, {pages})",
                    33 + pages
                ),
                format!("add_total_migrate_scanned({pages})"),
                format!("count_compact_events({pages})"),
                format!("set_cc_migrate_pfn({})", 33 + pages),
            ];
            assert!(effects.ends_with(&rest), "{effects:#?}");
        }
    }
}

#[test]
fn pages_isolated_before_the_scan_count_towards_32_but_not_as_its_own() {
    for block in BOTH {
        let mut k = Script::new().isolated_before(30);
        assert_eq!(block(&mut k, 33, 64, PLAIN), Ok(0));
        assert!(k.made("set_cc_nr_migratepages(31)") && k.made("set_cc_nr_migratepages(32)"));
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 35, 2, 2)"));
        assert!(k.made("count_compact_events(2)"));
    }
}

#[test]
fn a_folio_counts_by_its_pages_towards_32() {
    for block in BOTH {
        let mut k = Script::new().place(Folio(64), 0, 4).place(Folio(80), 16, 4);
        assert_eq!(block(&mut k, 64, 128, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::ListAdd), ["list_add(folio64)", "list_add(folio80)"]);
        assert!(k.made("trace_mm_compaction_isolate_migratepages(64, 96, 32, 32)"));
    }
}
