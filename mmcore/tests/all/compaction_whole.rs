// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner when a block must be isolated whole or not at all.

use crate::script::Script;
use crate::script::scan::{BOTH, PLAIN, eager, fixed};
use mmcore::errno::ENOMEM;
use mmcore::{Call, CallId, Folio, MigrateMode, Page};

#[test]
fn one_failure_gives_up_the_block_and_puts_everything_back() {
    for block in BOTH {
        let mut k = fixed(eager(), [38]);
        assert_eq!(block(&mut k, 37, 42, PLAIN), Ok(0));
        assert_eq!(
            k.effects_after("set_cc_nr_migratepages(1)")[..3],
            [
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "putback_movable_pages()",
                "set_cc_nr_migratepages(0)",
            ]
        );
        assert_eq!(
            k.calls_to(CallId::FolioGetNontailPage),
            [37, 40, 41].map(|pfn| format!("folio_get_nontail_page(pfn{pfn})"))
        );
        assert!(k.made("trace_mm_compaction_isolate_migratepages(37, 42, 4, 2)"));
        assert!(k.made("count_compact_events(2)"));
    }
}

#[test]
fn a_failed_put_comes_before_the_putback() {
    for block in BOTH {
        let mut k = eager().when(Call::FolioTestLru { folio: Folio(38) }, false);
        assert_eq!(block(&mut k, 37, 40, PLAIN), Ok(0));
        assert_eq!(
            k.loop_effects()[7..],
            [
                "folio_get_nontail_page(pfn38)",
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "folio_put(folio38)",
                "putback_movable_pages()",
                "set_cc_nr_migratepages(0)",
            ]
        );
    }
}

#[test]
fn a_block_in_which_nothing_was_isolated_is_given_up_without_a_putback() {
    for block in BOTH {
        let mut k = fixed(eager(), 33..48);
        assert_eq!(block(&mut k, 33, 48, PLAIN), Ok(0));
        assert_eq!(
            k.calls_to(CallId::PageHuge),
            ["page_huge(pfn33)", "page_huge(pfn36)", "page_huge(pfn40)", "page_huge(pfn44)"]
        );
        assert_eq!(k.loop_effects(), [""; 0]);
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 48, 4, 0)"));
        let reads = k.calls_to(CallId::CcOrder).len();
        assert_eq!(reads, 1 + 4, "the next block's end is known where this one was given up");
    }
}

#[test]
fn a_block_that_was_isolated_whole_ends_the_scan() {
    for block in BOTH {
        let mut k = eager();
        assert_eq!(block(&mut k, 33, 48, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::ListAdd).len(), 3);
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 36, 3, 3)"));
        assert!(k.made("set_cc_migrate_pfn(36)"));
    }
}

#[test]
fn the_block_to_be_given_up_is_the_one_where_a_long_jump_landed() {
    for block in BOTH {
        let free = Page(40);
        let k = eager()
            .when(Call::PageBuddy { page: free }, true)
            .when(Call::BuddyOrderUnsafe { page: free }, 3);
        let mut k = fixed(k, [33, 36, 49]);
        assert_eq!(block(&mut k, 33, 60, PLAIN), Ok(0));
        assert_eq!(
            k.calls_to(CallId::PageHuge),
            [33, 36, 40, 48, 49, 52, 53, 54, 55].map(|pfn| format!("page_huge(pfn{pfn})"))
        );
        assert!(k.made("set_cc_migrate_pfn(56)"));
    }
}

#[test]
fn a_failure_past_the_block_does_not_jump_back() {
    for block in BOTH {
        let page = Page(32);
        let mut k =
            eager().when(Call::PageCompound { page }, true).when(Call::CompoundOrder { page }, 4);
        assert_eq!(block(&mut k, 32, 50, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::PageHuge)[..2], ["page_huge(pfn32)", "page_huge(pfn48)"]);
    }
}

#[test]
fn only_asynchronous_direct_compaction_gives_up_a_block() {
    for block in BOTH {
        for &mode in MigrateMode::ALL {
            for direct in [false, true] {
                let k = eager().when(CallId::CcDirectCompaction, direct).when(CallId::CcMode, mode);
                let mut k = fixed(k, [34]);
                assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(0));
                let gives_up = direct && mode == MigrateMode::Async;
                assert_eq!(k.made("putback_movable_pages()"), gives_up, "{mode}, direct {direct}");
                assert_eq!(k.made("list_add(folio35)"), !gives_up);
            }
        }
    }
}

#[test]
fn no_memory_for_a_huge_page_puts_everything_back_and_ends_the_scan() {
    for block in BOTH {
        let page = Page(34);
        let mut k = Script::new()
            .when(CallId::CcAllocContig, true)
            .when(Call::PageHuge { page }, true)
            .when(Call::CompoundNr { page }, 8)
            .when(CallId::IsolateOrDissolveHugePage, -ENOMEM);
        assert_eq!(block(&mut k, 33, 60, PLAIN), Ok(-ENOMEM));
        let effects = k.effects();
        assert_eq!(
            effects[effects.len() - 8..],
            [
                "set_cc_nr_migratepages(1)",
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "isolate_or_dissolve_huge_page(pfn34)",
                "putback_movable_pages()",
                "set_cc_nr_migratepages(0)",
                "trace_mm_compaction_isolate_migratepages(33, 41, 9, 0)",
                "add_total_migrate_scanned(9)",
                "set_cc_migrate_pfn(41)",
            ]
        );
    }
}
