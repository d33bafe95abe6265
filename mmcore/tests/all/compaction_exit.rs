// SPDX-License-Identifier: GPL-2.0-only
//! The end of a migrate scan: the skip hint, the next start, what is counted and returned.

use crate::script::scan::{BOTH, PLAIN, eager, fixed, movable};
use crate::script::{Script, all_answers};
use mmcore::errno::{EAGAIN, EBUSY, ENOMEM};
use mmcore::{Call, CallId, Folio, Page};

#[test]
fn a_block_with_the_skip_hint_is_not_scanned() {
    for block in BOTH {
        for ignore in [false, true] {
            let mut k = Script::new()
                .when(CallId::GetPageblockSkip, true)
                .when(CallId::CcIgnoreSkipHint, ignore);
            assert_eq!(block(&mut k, 512, 514, PLAIN), Ok(0));
            assert_eq!(k.made("list_add(folio512)"), ignore);
            if !ignore {
                assert_eq!(
                    k.effects()[4..],
                    [
                        "trace_mm_compaction_isolate_migratepages(512, 514, 1, 0)",
                        "add_total_migrate_scanned(1)",
                        "set_cc_migrate_pfn(514)",
                    ]
                );
            }
        }
    }
}

#[test]
fn the_hint_is_read_at_the_first_frame_of_a_pageblock_or_zone_only() {
    for block in BOTH {
        for (zone_start, first, pages) in [
            (0, 512, &["get_pageblock_skip(pfn512)"][..]),
            (0, 510, &["get_pageblock_skip(pfn512)"]),
            (0, 513, &[]),
            (513, 513, &["get_pageblock_skip(pfn513)"]),
            (513, 512, &["get_pageblock_skip(pfn512)"]),
        ] {
            let k = Script::new().when(CallId::ZoneStartPfn, zone_start);
            let mut k = fixed(k, 500..600);
            assert_eq!(block(&mut k, first, 516, PLAIN), Ok(0));
            assert_eq!(k.calls_to(CallId::GetPageblockSkip), pages);
        }
    }
}

#[test]
fn a_block_marked_meanwhile_aborts_the_scan_and_returns_the_folio() {
    for block in BOTH {
        let mut k = Script::new().when((CallId::GetPageblockSkip, 2), true);
        assert_eq!(block(&mut k, 512, 520, PLAIN), Ok(0));
        assert_eq!(
            k.effects()[3..],
            [
                "cond_resched()",
                "folio_get_nontail_page(pfn512)",
                "folio_test_clear_lru(folio512)",
                "spin_lock_irqsave(lruvec0)",
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "folio_set_lru(folio512)",
                "folio_put(folio512)",
                "trace_mm_compaction_isolate_migratepages(512, 520, 1, 0)",
                "add_total_migrate_scanned(1)",
                "set_cc_migrate_pfn(520)",
            ]
        );
    }
}

#[test]
fn a_scan_that_must_finish_goes_on_in_a_block_marked_meanwhile() {
    for block in BOTH {
        let mut k = Script::new()
            .when((CallId::GetPageblockSkip, 2), true)
            .when(CallId::CcFinishPageblock, true);
        assert_eq!(block(&mut k, 512, 514, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::ListAdd), ["list_add(folio512)", "list_add(folio513)"]);
        assert_eq!(k.calls_to(CallId::GetPageblockSkip).len(), 2);
    }
}

#[test]
fn the_hint_is_set_under_the_first_lock_of_a_scan_and_never_again() {
    for block in BOTH {
        let mut k = fixed(Script::new(), [513]);
        for pfn in [514, 515] {
            let lruvec = mmcore::Lruvec((pfn - 512) as u8);
            k = k.when(Call::FolioLruvec { folio: Folio(pfn) }, lruvec);
        }
        assert_eq!(block(&mut k, 512, 516, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::SpinLockLru).len(), 3);
        assert_eq!(k.calls_to(CallId::SetPageblockSkip), ["set_pageblock_skip(pfn512)"]);
        k.assert_order(&[
            "spin_lock_irqsave(lruvec0)",
            "set_pageblock_skip(pfn512)",
            "lruvec_del_folio(lruvec0, folio512)",
        ]);
    }
}

#[test]
fn a_scan_from_the_middle_of_a_block_does_not_touch_its_hint() {
    for block in BOTH {
        let mut k = Script::new();
        assert_eq!(block(&mut k, 513, 516, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::GetPageblockSkip), [""; 0]);
        assert_eq!(k.calls_to(CallId::SetPageblockSkip), [""; 0]);
    }
}

#[test]
fn a_block_without_result_is_marked_and_the_next_scan_starts_behind_it() {
    for block in BOTH {
        for [isolates, finish, no_set, from_the_start] in all_answers() {
            let first = if from_the_start { 512 } else { 513 };
            let mut k = Script::new()
                .when(CallId::CcFinishPageblock, finish)
                .when(CallId::CcNoSetSkipHint, no_set)
                .when(CallId::CachedMigratePfn, 0);
            k = fixed(k, 512..520);
            if isolates {
                k = movable(k, 514);
            }
            assert_eq!(block(&mut k, first, 520, PLAIN), Ok(0));

            let updates = (!isolates || finish) && !no_set;
            let mut hints: Vec<&str> = Vec::new();
            if updates && from_the_start {
                hints.push("set_pageblock_skip(pfn512)");
            }
            if updates {
                hints.push("set_cached_migrate_pfn(0, 1024)");
                hints.push("set_cached_migrate_pfn(1, 1024)");
            }
            let mut effects = k.loop_effects();
            effects
                .retain(|text| text.starts_with("set_pageblock") || text.starts_with("set_cached"));
            assert_eq!(effects, hints);
        }
    }
}

#[test]
fn a_hint_set_under_the_lock_is_not_set_again_at_the_exit() {
    for block in BOTH {
        let mut k =
            Script::new().when(CallId::CcFinishPageblock, true).when(CallId::CachedMigratePfn, 0);
        assert_eq!(block(&mut k, 512, 514, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::SetPageblockSkip).len(), 1);
        assert_eq!(k.calls_to(CallId::SetCachedMigratePfn).len(), 2);
    }
}

#[test]
fn a_scan_that_stopped_early_leaves_the_hints_alone() {
    for block in BOTH {
        let mut k = movable(eager(), 512).when(CallId::CachedMigratePfn, 0);
        assert_eq!(block(&mut k, 512, 520, PLAIN), Ok(0));
        assert!(k.made("set_cc_migrate_pfn(516)"));
        assert_eq!(k.calls_to(CallId::SetCachedMigratePfn), [""; 0]);
    }
}

#[test]
fn a_jump_past_the_end_is_clamped_but_counted_whole() {
    for block in BOTH {
        for (end, clamped) in [(48, 48), (42, 42), (49, 49)] {
            let page = Page(40);
            let k = Script::new()
                .when(Call::PageBuddy { page }, true)
                .when(Call::BuddyOrderUnsafe { page }, 3)
                .when(CallId::CachedMigratePfn, 0);
            let mut k = fixed(k, [48]);
            assert_eq!(block(&mut k, 40, end, PLAIN), Ok(0));
            let scanned = if end == 49 { 9 } else { 8 };
            assert!(k.made(&format!(
                "trace_mm_compaction_isolate_migratepages(40, {clamped}, {scanned}, 0)"
            )));
            assert!(k.made(&format!("set_cc_migrate_pfn({clamped})")));
            assert!(k.made("set_cached_migrate_pfn(0, 512)"));
        }
    }
}

#[test]
fn what_is_put_back_is_not_counted_as_isolated() {
    for block in BOTH {
        let mut k = fixed(eager(), [35]);
        assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::CountCompactIsolated), [""; 0]);
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 36, 3, 0)"));
    }
}

#[test]
fn a_busy_huge_page_is_not_reported_and_another_error_is() {
    for block in BOTH {
        for (answer, ret) in [(-EBUSY, 0), (-EAGAIN, -EAGAIN), (-ENOMEM, -ENOMEM), (0, 0)] {
            let page = Page(34);
            let mut k = Script::new()
                .when(CallId::CcAllocContig, true)
                .when((CallId::PageHuge, 2), true)
                .when(Call::IsolateOrDissolveHugePage { page }, answer);
            assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(ret));
            assert_eq!(k.made("putback_movable_pages()"), answer == -ENOMEM);
        }
    }
}
