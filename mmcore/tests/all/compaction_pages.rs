// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner and pages that are not ordinary folios: hugetlb, free, compound, drivers'.

use crate::script::scan::{BOTH, Block, PLAIN, eager};
use crate::script::{Script, all_answers};
use mmcore::errno::{EAGAIN, EBUSY, ENOMEM};
use mmcore::tree::V6_12;
use mmcore::{Call, CallId, Folio, IsolateMode, Page, Side};

const LATER: Block = V6_12::isolate_migratepages_block::<Script>;

/// The page that the tests are about, and the first frame of the scans.
const PAGE: Page = Page(33);
/// Its folio.
const FOLIO: Folio = Folio(33);

/// The frame at which the scan looks after [`PAGE`], by the first question about every frame, and
/// how many frames it counted up to there.
fn next_frame(k: &Script) -> (u64, u64) {
    let asked = k.calls_to(CallId::PageHuge);
    let next = asked.iter().find(|text| *text != "page_huge(pfn33)").expect("a second frame");
    let next = next.trim_start_matches("page_huge(pfn").trim_end_matches(')');
    let total = &k.calls_to(CallId::AddTotalMigrateScanned)[0];
    let total = total.trim_start_matches("add_total_migrate_scanned(").trim_end_matches(')');
    let (next, total): (u64, u64) = (next.parse().unwrap(), total.parse().unwrap());
    (next, total - (END - next))
}

/// The end of the scans: further away than the largest jump.
const END: u64 = 1060;

/// Frames behind [`PAGE`] are scanned one by one, and none can be isolated.
fn barren() -> Script {
    Script::new().when(CallId::PageLru, false)
}

#[test]
fn a_free_block_is_passed_over_if_its_order_can_be_true() {
    for block in BOTH {
        for (order, frames) in
            [(0, 1), (1, 2), (9, 512), (10, 1024), (11, 1), (64, 1), (u64::MAX, 1), (1 << 32, 1)]
        {
            let mut k = barren()
                .when(Call::PageBuddy { page: PAGE }, true)
                .when(Call::BuddyOrderUnsafe { page: PAGE }, order);
            assert_eq!(block(&mut k, 33, END, PLAIN), Ok(0));
            assert_eq!(next_frame(&k), (33 + frames, frames), "order {order}");
            assert!(!k.made("page_compound(pfn33)"), "a free page is not looked at further");
        }
    }
}

#[test]
fn a_free_block_keeps_the_lock_and_is_no_failure() {
    for block in BOTH {
        let mut k = eager().when(Call::PageBuddy { page: Page(34) }, true);
        assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::UnlockLru).len(), 1);
        assert_eq!(k.calls_to(CallId::PutbackMovablePages), [""; 0]);
    }
}

#[test]
fn a_compound_page_is_passed_over_if_it_is_too_large_for_the_target() {
    for block in BOTH {
        for (order, target, frames) in [
            (4, 4, 16),
            (4, 5, 1),
            (4, -1, 1),
            (9, -1, 512),
            (10, 10, 1024),
            (11, 10, 1),
            (11, -1, 1),
            (64, 9, 1),
        ] {
            let mut k = barren()
                .when(CallId::CcOrder, target)
                .when(Call::PageCompound { page: PAGE }, true)
                .when(Call::CompoundOrder { page: PAGE }, order);
            assert_eq!(block(&mut k, 33, END, PLAIN), Ok(0));
            assert_eq!(next_frame(&k), (33 + frames, frames), "order {order} for {target}");
            let too_large = order >= 9 || order >= target && target != -1;
            assert_eq!(k.made("page_lru(pfn33)"), !too_large, "order {order} for {target}");
        }
    }
}

#[test]
fn alloc_contig_takes_compound_pages_of_any_size() {
    for block in BOTH {
        let mut k = Script::new()
            .when(CallId::CcAllocContig, true)
            .when(CallId::PageCompound, true)
            .when(CallId::CompoundOrder, 9)
            .place(FOLIO, 0, 9);
        assert_eq!(block(&mut k, 33, 600, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::CompoundOrder), [""; 0]);
        assert!(k.made("list_add(folio33)"));
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 545, 512, 512)"));
    }
}

#[test]
fn a_drivers_page_is_isolated_by_the_driver_and_without_the_lock() {
    for block in BOTH {
        for mode in [PLAIN, IsolateMode::UNEVICTABLE] {
            let page = Page(34);
            let mut k = Script::new()
                .when(Call::PageLru { page }, false)
                .when(Call::PageMovable { page }, true)
                .place(Folio(34), 0, 2);
            assert_eq!(block(&mut k, 33, 35, mode), Ok(0));
            assert_eq!(
                k.effects_after("set_cc_nr_migratepages(1)"),
                [
                    "unlock_page_lruvec_irqrestore(lruvec0)",
                    &format!("isolate_movable_page(pfn34, {:#x})", mode.0),
                    "list_add(folio34)",
                    "set_cc_nr_migratepages(5)",
                    "trace_mm_compaction_isolate_migratepages(33, 35, 5, 5)",
                    "add_total_migrate_scanned(5)",
                    "count_compact_events(5)",
                    "set_cc_migrate_pfn(35)",
                ]
            );
        }
    }
}

#[test]
fn a_page_off_the_lists_is_left_unless_it_is_movable_and_not_isolated_yet() {
    for block in BOTH {
        for [movable, isolated, driver_agrees] in all_answers() {
            let mut k = barren()
                .when(CallId::PageMovable, movable)
                .when(CallId::PageIsolated, isolated)
                .when(CallId::IsolateMovablePage, driver_agrees);
            assert_eq!(block(&mut k, 33, 34, PLAIN), Ok(0));
            let tries = movable && !isolated;
            assert_eq!(k.made("isolate_movable_page(pfn33, 0x0)"), tries);
            assert_eq!(k.made("list_add(folio33)"), tries && driver_agrees);
            assert_eq!(k.made("page_isolated(pfn33)"), movable);
        }
    }
}

#[test]
fn a_driver_that_refuses_costs_the_lock_and_nothing_else() {
    for block in BOTH {
        let page = Page(34);
        let mut k = Script::new()
            .when(Call::PageLru { page }, false)
            .when(Call::PageMovable { page }, true)
            .when(CallId::IsolateMovablePage, false);
        assert_eq!(block(&mut k, 33, 35, PLAIN), Ok(0));
        assert_eq!(
            k.effects_after("set_cc_nr_migratepages(1)")[..3],
            [
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "isolate_movable_page(pfn34, 0x0)",
                "trace_mm_compaction_isolate_migratepages(33, 35, 2, 1)",
            ]
        );
    }
}

// ---- hugetlb ----

#[test]
fn compaction_passes_over_hugetlb() {
    for block in [BOTH[0], BOTH[1], LATER] {
        for (order, frames) in [(0, 1), (9, 512), (10, 1024), (11, 1), (18, 1), (64, 1)] {
            let mut k = barren()
                .when(Call::PageHuge { page: PAGE }, true)
                .when(Call::CompoundOrder { page: PAGE }, order);
            assert_eq!(block(&mut k, 33, END, PLAIN), Ok(0));
            assert_eq!(next_frame(&k), (33 + frames, frames), "order {order}");
            assert!(!k.made("isolate_or_dissolve_huge_page(pfn33)"));
            assert!(!k.made("page_buddy(pfn33)"));
            assert_eq!(k.calls_to(CallId::CompoundOrder).len(), 1);
        }
    }
}

/// `alloc_contig_range` and a huge page, for which dissolving gives `answer`.
fn contig(answer: i32) -> Script {
    barren()
        .when(CallId::CcAllocContig, true)
        .when((CallId::PageHuge, 1), true)
        .when(CallId::IsolateOrDissolveHugePage, answer)
}

#[test]
fn a_huge_page_that_cannot_be_dissolved_is_passed_over_at_the_size_it_has_afterwards() {
    for block in BOTH {
        for (answer, ret) in [(-EBUSY, 0), (-EAGAIN, -EAGAIN)] {
            let mut k = contig(answer)
                .when((CallId::CompoundNr, 1), 8)
                .when((CallId::CompoundNr, 2), 4)
                .when(CallId::CompoundOrder, 9);
            assert_eq!(block(&mut k, 33, END, PLAIN), Ok(ret));
            assert_eq!(next_frame(&k), (41, 4), "the frames are asked for twice");
            k.assert_order(&["isolate_or_dissolve_huge_page(pfn33)", "compound_nr(pfn33)"]);
            assert_eq!(k.calls_to(CallId::CompoundOrder), [""; 0]);
        }
    }
}

#[test]
fn later_trees_pass_over_it_at_the_size_it_had_before() {
    let mut k = contig(-EBUSY).when(CallId::CompoundOrder, 3).when(CallId::CompoundNr, 512);
    assert_eq!(LATER(&mut k, 33, END, PLAIN), Ok(0));
    assert_eq!(next_frame(&k), (41, 8));
    k.assert_order(&["compound_order(pfn33)", "isolate_or_dissolve_huge_page(pfn33)"]);
    assert_eq!(k.calls_to(CallId::CompoundNr), [""; 0]);
}

#[test]
fn a_later_error_replaces_an_earlier_one() {
    for block in BOTH {
        let mut k = Script::new()
            .when(CallId::PageLru, false)
            .when(CallId::CcAllocContig, true)
            .when(CallId::PageHuge, true)
            .when((CallId::IsolateOrDissolveHugePage, 1), -EAGAIN)
            .when((CallId::IsolateOrDissolveHugePage, 2), -EBUSY);
        assert_eq!(block(&mut k, 33, 35, PLAIN), Ok(0));
    }
}

#[test]
fn no_memory_ends_the_scan_at_the_huge_page() {
    for (block, jump) in [(BOTH[0], 8), (BOTH[1], 8), (LATER, 4)] {
        let mut k = contig(-ENOMEM).when(CallId::CompoundNr, 8).when(CallId::CompoundOrder, 2);
        assert_eq!(block(&mut k, 33, END, PLAIN), Ok(-ENOMEM));
        assert_eq!(k.calls_to(CallId::PageHuge), ["page_huge(pfn33)"]);
        assert!(k.made(&format!("set_cc_migrate_pfn({})", 33 + jump - 1)));
        assert!(k.made(&format!("add_total_migrate_scanned({jump})")));
        assert_eq!(k.calls_to(CallId::PutbackMovablePages), [""; 0]);
    }
}

#[test]
fn a_dissolved_huge_page_is_looked_at_as_the_free_page_that_it_is_now() {
    for block in [BOTH[0], BOTH[1], LATER] {
        let mut k = contig(0)
            .when(Call::PageBuddy { page: PAGE }, true)
            .when(Call::BuddyOrderUnsafe { page: PAGE }, 9);
        assert_eq!(block(&mut k, 33, END, PLAIN), Ok(0));
        assert_eq!(next_frame(&k), (33 + 512, 512));
        k.assert_order(&["isolate_or_dissolve_huge_page(pfn33)", "page_buddy(pfn33)"]);
    }
}

#[test]
fn an_isolated_huge_page_is_on_the_list_already() {
    for block in BOTH {
        let mut k = contig(0).when((CallId::PageHuge, 2), true).place(FOLIO, 0, 9);
        assert_eq!(block(&mut k, 33, END, PLAIN), Ok(0));
        assert_eq!(
            k.loop_effects(),
            ["isolate_or_dissolve_huge_page(pfn33)", "set_cc_nr_migratepages(512)"]
        );
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 545, 512, 512)"));
        assert!(k.made("count_compact_events(512)"));
    }
}

#[test]
fn the_lock_is_dropped_before_a_huge_page_is_dissolved() {
    for block in BOTH {
        let page = Page(34);
        let mut k = Script::new()
            .when(CallId::CcAllocContig, true)
            .when(Call::PageHuge { page }, true)
            .when(CallId::IsolateOrDissolveHugePage, -EBUSY);
        assert_eq!(block(&mut k, 33, 35, PLAIN), Ok(0));
        assert_eq!(
            k.effects_after("set_cc_nr_migratepages(1)")[..2],
            ["unlock_page_lruvec_irqrestore(lruvec0)", "isolate_or_dissolve_huge_page(pfn34)"]
        );
        assert_eq!(k.calls_to(CallId::UnlockLru).len(), 1);
    }
}
