// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner and the locks of the LRU lists: hand-over, contention, the size under the
//! lock.

use crate::script::scan::{BOTH, PLAIN};
use crate::script::{Script, all_answers};
use mmcore::{Call, CallId, Folio, Lruvec, MigrateMode};

#[test]
fn going_to_another_list_hands_the_lock_over() {
    for block in BOTH {
        let mut k = Script::new();
        for folio in [34, 35] {
            k = k.when(Call::FolioLruvec { folio: Folio(folio) }, Lruvec(1));
        }
        assert_eq!(block(&mut k, 33, 36, PLAIN), Ok(0));
        let locks: Vec<String> = k
            .effects()
            .into_iter()
            .filter(|text| text.contains("lruvec") || text.contains("clear_lru"))
            .collect();
        assert_eq!(
            locks,
            [
                "folio_test_clear_lru(folio33)",
                "spin_lock_irqsave(lruvec0)",
                "lruvec_del_folio(lruvec0, folio33)",
                "folio_test_clear_lru(folio34)",
                "unlock_page_lruvec_irqrestore(lruvec0)",
                "spin_lock_irqsave(lruvec1)",
                "lruvec_del_folio(lruvec1, folio34)",
                "folio_test_clear_lru(folio35)",
                "lruvec_del_folio(lruvec1, folio35)",
                "unlock_page_lruvec_irqrestore(lruvec1)",
            ]
        );
    }
}

#[test]
fn contention_is_noted_once_in_async_mode_and_keeps_the_scan_going_past_32() {
    for block in BOTH {
        let mut k = Script::new()
            .when(CallId::CcMode, MigrateMode::Async)
            .when(CallId::SpinTrylockLru, false)
            .when(Call::FolioLruvec { folio: Folio(34) }, Lruvec(1));
        assert_eq!(block(&mut k, 33, 80, PLAIN), Ok(0));
        assert_eq!(
            k.effects_after("folio_test_clear_lru(folio33)")[..3],
            ["spin_trylock_irqsave(lruvec0)", "set_cc_contended()", "spin_lock_irqsave(lruvec0)"]
        );
        assert_eq!(k.calls_to(CallId::SpinTrylockLru).len(), 1);
        assert_eq!(
            k.calls_to(CallId::SpinLockLru),
            [0, 1, 0, 0].map(|list| format!("spin_lock_irqsave(lruvec{list})"))
        );
        assert_eq!(k.calls_to(CallId::ListAdd).len(), 47);
    }
}

#[test]
fn a_folio_that_is_too_large_under_the_lock_goes_back_to_its_list() {
    for block in BOTH {
        for [contig, everything] in all_answers() {
            let target = if everything { -1 } else { 3 };
            for order in [2, 3, 9] {
                let mut k = Script::new()
                    .when(CallId::CcAllocContig, contig)
                    .when(CallId::CcOrder, target)
                    .place(Folio(33), 0, order);
                assert_eq!(block(&mut k, 33, 33 + 512, PLAIN), Ok(0));
                let too_large = !contig && (order == 9 || order == 3 && !everything);
                assert_eq!(k.made("folio_set_lru(folio33)"), too_large);
                assert_eq!(k.made("list_add(folio33)"), !too_large);
                if too_large {
                    assert_eq!(
                        k.effects_after("folio_test_clear_lru(folio33)")[..4],
                        [
                            "spin_lock_irqsave(lruvec0)",
                            "folio_set_lru(folio33)",
                            "unlock_page_lruvec_irqrestore(lruvec0)",
                            "folio_put(folio33)",
                        ]
                    );
                }
            }
        }
    }
}

#[test]
fn the_pages_of_a_folio_that_is_too_large_are_passed_over_and_counted() {
    for block in BOTH {
        let mut k = Script::new().when(CallId::CcOrder, 3).place(Folio(33), 0, 3);
        assert_eq!(block(&mut k, 33, 42, PLAIN), Ok(0));
        assert_eq!(k.calls_to(CallId::ListAdd), ["list_add(folio41)"]);
        assert!(k.made("trace_mm_compaction_isolate_migratepages(33, 42, 9, 1)"));
    }
}

#[test]
fn whoever_holds_the_lock_already_does_not_check_the_size() {
    for block in BOTH {
        let mut k = Script::new().when(CallId::CcOrder, 3).place(Folio(34), 0, 4);
        assert_eq!(block(&mut k, 33, 51, PLAIN), Ok(0));
        assert_eq!(
            k.calls_to(CallId::ListAdd),
            ["list_add(folio33)", "list_add(folio34)", "list_add(folio50)"]
        );
        assert_eq!(k.calls_to(CallId::FolioOrder), ["folio_order(folio33)"]);
    }
}
