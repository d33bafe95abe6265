// SPDX-License-Identifier: GPL-2.0-only
//! tmpfs and SysV shared memory: truncation and holes.

use crate::script::{F, M, OTHER, Script, all_answers, bug};
use mmcore::errno::EBUSY;
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::{Call, CallId, Entry, Folio, Mapping, Oops, PAGE_SIZE, Side, Site};

type Undo = fn(&mut Script, Mapping, i64, i64) -> Result<(), Oops>;
const BOTH: [Undo; 2] = [PreFix::shmem_undo_range::<Script>, PostFix::shmem_undo_range::<Script>];
const PAGE: i64 = PAGE_SIZE as i64;

/// The folios at either end of a range.
const FIRST: Folio = Folio(20);
const LAST: Folio = Folio(24);

fn folio(number: u16) -> (u64, Entry) {
    (u64::from(number), Entry::Folio(Folio(number)))
}

/// The file holds `folio` at `index`, as `shmem_get_partial_folio` sees it.
fn holds(k: Script, index: u64, folio: Folio) -> Script {
    k.when(Call::ShmemGetPartialFolio { mapping: M, index }, Some(folio))
}

#[test]
fn whole_pages_go_first_and_the_partial_ones_are_made_dirty_and_zeroed() {
    for undo in BOTH {
        let k = Script::new().find(&[folio(21), (22, Entry::Value), folio(23)]);
        let mut k = holds(holds(k, 20, FIRST), 24, LAST);
        assert_eq!(undo(&mut k, M, 20 * PAGE + 100, 24 * PAGE + 49), Ok(()));
        assert_eq!(
            k.effects(),
            [
                "find_lock_entries(mapping1, 21, 23)",
                "folio_cancel_dirty(folio21)",
                "folio_clear_mappedtodisk(folio21)",
                "filemap_remove_folio(folio21)",
                "folio_unlock(folio21)",
                "folio_cancel_dirty(folio23)",
                "folio_clear_mappedtodisk(folio23)",
                "filemap_remove_folio(folio23)",
                "folio_unlock(folio23)",
                "folio_batch_remove_exceptionals()",
                "folio_batch_release()",
                "cond_resched()",
                "shmem_get_partial_folio(mapping1, 20)",
                "folio_mark_dirty(folio20)",
                "folio_wait_writeback(folio20)",
                "folio_zero_range(folio20, 100, 3996)",
                "folio_unlock(folio20)",
                "folio_put(folio20)",
                "shmem_get_partial_folio(mapping1, 24)",
                "folio_mark_dirty(folio24)",
                "folio_wait_writeback(folio24)",
                "folio_zero_range(folio24, 0, 50)",
                "folio_unlock(folio24)",
                "folio_put(folio24)",
                "cond_resched()",
                "find_get_entries(mapping1, 21, 23)",
                "shmem_recalc_inode(mapping1)",
            ]
        );
    }
}

#[test]
fn a_locked_segment_is_zeroed_by_the_fix_and_was_not_before() {
    for (undo, zeroes) in BOTH.into_iter().zip([false, true]) {
        let mut k = holds(Script::new(), 20, FIRST);
        V6_12::shmem_lock(&mut k, M, true, true);
        assert_eq!(undo(&mut k, M, 20 * PAGE + 100, -1), Ok(()));
        assert_eq!(k.made("folio_zero_range(folio20, 100, 3996)"), zeroes);
    }
}

#[test]
fn the_pages_to_clear_are_those_that_are_whole_in_the_range() {
    let max = u64::MAX;
    let wrapped = (i64::MIN >> 12) as u64;
    for undo in BOTH {
        for (start, end, pages) in [
            (0, -1, Some((0, max - 1))),
            (1, -1, Some((1, max - 1))),
            (PAGE, -1, Some((1, max - 1))),
            (0, PAGE - 1, Some((0, 0))),
            (0, PAGE - 2, None),
            (0, PAGE, Some((0, 0))),
            (1, 2 * PAGE - 1, Some((1, 1))),
            (1, 2 * PAGE - 2, None),
            (5, 5, None),
            (0, i64::MAX, Some((0, wrapped - 1))),
            // Rounded up in unsigned arithmetic, for PAGE_SIZE is unsigned.
            (i64::MAX, -1, Some((1u64 << 51, max - 1))),
        ] {
            let mut k = Script::new();
            assert_eq!(undo(&mut k, M, start, end), Ok(()));
            for name in ["find_lock_entries", "find_get_entries"] {
                let expected: Vec<String> = pages
                    .map(|(from, to)| format!("{name}(mapping1, {from}, {to})"))
                    .into_iter()
                    .collect();
                let id = CallId::named(name).unwrap();
                assert_eq!(k.calls_to(id), expected, "{start}..={end}");
            }
            assert!(k.made("shmem_recalc_inode(mapping1)"));
        }
    }
}

#[test]
fn the_first_pass_skips_a_folio_that_is_no_longer_in_the_mapping() {
    for undo in BOTH {
        let elsewhere = Call::RawMapping { folio: F };
        let mut k = Script::new().find(&[folio(7), folio(8)]).when(elsewhere, Some(OTHER));
        assert_eq!(undo(&mut k, M, 0, 16 * PAGE - 1), Ok(()));
        assert_eq!(k.effects()[1..3], ["folio_unlock(folio7)", "folio_cancel_dirty(folio8)"]);
        assert_eq!(
            k.calls_to(CallId::FindLockEntries),
            ["find_lock_entries(mapping1, 0, 15)", "find_lock_entries(mapping1, 9, 15)"]
        );
    }
}

#[test]
fn both_ends_in_one_folio_are_one_partial_folio() {
    for undo in BOTH {
        for (order, end, gets) in [
            (0, 20 * PAGE + 200, 1),
            (0, 21 * PAGE, 2),
            (2, 24 * PAGE - 1, 1),
            (2, 24 * PAGE, 2),
            (2, -1, 2),
        ] {
            let mut k = holds(Script::new(), 20, FIRST).place(FIRST, 20, order);
            assert_eq!(undo(&mut k, M, 20 * PAGE + 100, end), Ok(()));
            assert_eq!(k.calls_to(CallId::ShmemGetPartialFolio).len(), gets, "{order}, {end}");
        }
        for (end, gets) in [(20 * PAGE + 200, 1), (21 * PAGE, 2)] {
            let mut k = Script::new();
            assert_eq!(undo(&mut k, M, 20 * PAGE + 100, end), Ok(()));
            assert_eq!(k.calls_to(CallId::ShmemGetPartialFolio).len(), gets, "no folio, {end}");
        }
    }
}

#[test]
fn a_folio_that_could_not_be_split_is_kept_out_of_the_last_pass() {
    for undo in BOTH {
        for [first_splits, last_splits] in all_answers() {
            let failed = |splits| if splits { 0 } else { -EBUSY };
            let k = Script::new()
                .place(FIRST, 20, 2)
                .place(LAST, 24, 2)
                .when(CallId::FolioTestDirty, true)
                .when(Call::SplitFolio { folio: FIRST }, failed(first_splits))
                .when(Call::SplitFolio { folio: LAST }, failed(last_splits));
            let mut k = holds(holds(k, 20, FIRST), 25, LAST);
            assert_eq!(undo(&mut k, M, 20 * PAGE + 100, 25 * PAGE + 49), Ok(()));
            let start = if first_splits { 21 } else { 24 };
            let end = if last_splits { 25 } else { 24 };
            let expected: Vec<String> = (start < end)
                .then(|| format!("find_get_entries(mapping1, {start}, {})", end - 1))
                .into_iter()
                .collect();
            assert_eq!(k.calls_to(CallId::FindGetEntries), expected);
        }
    }
}

#[test]
fn one_folio_around_the_whole_range_that_cannot_be_split_leaves_nothing_to_do() {
    for undo in BOTH {
        for splits in [false, true] {
            let k = Script::new()
                .place(FIRST, 20, 2)
                .when(CallId::FolioTestDirty, true)
                .when(CallId::SplitFolio, if splits { 0 } else { -EBUSY });
            let mut k = holds(k, 20, FIRST);
            assert_eq!(undo(&mut k, M, 20 * PAGE + 100, 23 * PAGE - 1), Ok(()));
            let finds = ["find_get_entries(mapping1, 21, 22)"];
            assert_eq!(k.calls_to(CallId::FindGetEntries), finds[..usize::from(splits)]);
        }
    }
}

// ---- the last pass ----

/// The first pass finds nothing, and the last pass `batch`.
fn left(batch: &[(u64, Entry)]) -> Script {
    Script::new().find(&[]).find(batch)
}

#[test]
fn the_last_pass_locks_every_folio_but_does_not_wait_for_writeback() {
    for undo in BOTH {
        let mut k = left(&[folio(7), (8, Entry::Value), folio(9)]);
        assert_eq!(undo(&mut k, M, 0, 10 * PAGE - 1), Ok(()));
        assert_eq!(
            k.effects_after("find_get_entries(mapping1, 0, 9)"),
            [
                "folio_lock(folio7)",
                "folio_cancel_dirty(folio7)",
                "folio_clear_mappedtodisk(folio7)",
                "filemap_remove_folio(folio7)",
                "folio_unlock(folio7)",
                "folio_lock(folio9)",
                "folio_cancel_dirty(folio9)",
                "folio_clear_mappedtodisk(folio9)",
                "filemap_remove_folio(folio9)",
                "folio_unlock(folio9)",
                "folio_batch_remove_exceptionals()",
                "folio_batch_release()",
                "shmem_recalc_inode(mapping1)",
            ]
        );
    }
}

#[test]
fn a_truncation_starts_over_until_nothing_is_left_and_a_hole_does_not() {
    for undo in BOTH {
        for (end, last, starts) in
            [(-1, u64::MAX - 1, &[0, 8, 0][..]), (16 * PAGE - 1, 15, &[0, 8])]
        {
            let mut k = left(&[folio(7)]);
            assert_eq!(undo(&mut k, M, 0, end), Ok(()));
            let expected: Vec<String> = starts
                .iter()
                .map(|start| format!("find_get_entries(mapping1, {start}, {last})"))
                .collect();
            assert_eq!(k.calls_to(CallId::FindGetEntries), expected);
        }
    }
}

#[test]
fn a_folio_that_swap_replaced_is_looked_for_again_at_its_index() {
    for undo in BOTH {
        for there in [None, Some(OTHER)] {
            let mut k =
                left(&[folio(5), folio(7), folio(9)]).when(Call::FolioMapping { folio: F }, there);
            assert_eq!(undo(&mut k, M, 0, 16 * PAGE - 1), Ok(()));
            assert_eq!(
                k.effects_after("folio_unlock(folio5)")[..5],
                [
                    "folio_lock(folio7)",
                    "folio_unlock(folio7)",
                    "folio_batch_remove_exceptionals()",
                    "folio_batch_release()",
                    "cond_resched()",
                ]
            );
            assert_eq!(
                k.calls_to(CallId::FindGetEntries),
                ["find_get_entries(mapping1, 0, 15)", "find_get_entries(mapping1, 7, 15)"]
            );
        }
    }
}

#[test]
fn a_shmem_folio_under_writeback_is_a_bug() {
    for undo in BOTH {
        let mut k = left(&[folio(7)]).when(CallId::FolioTestWriteback, true);
        assert_eq!(undo(&mut k, M, 0, -1), Err(Oops(Site::ShmemWriteback)));
        assert_eq!(k.effects_after("folio_lock(folio7)"), [bug(Site::ShmemWriteback)]);
        k.assert_order(&["folio_mapping(folio7)", "folio_test_writeback(folio7)"]);
    }
}

#[test]
fn a_large_folio_that_was_split_starts_the_last_pass_over() {
    for undo in BOTH {
        let mut k =
            left(&[folio(7), folio(9)]).place(F, 4, 2).when((CallId::FolioTestLarge, 3), false);
        assert_eq!(undo(&mut k, M, 4 * PAGE, 6 * PAGE - 1), Ok(()));
        assert_eq!(
            k.effects_after("find_get_entries(mapping1, 4, 5)")[..7],
            [
                "folio_lock(folio7)",
                "folio_wait_writeback(folio7)",
                "folio_zero_range(folio7, 0, 8192)",
                "split_folio(folio7)",
                "folio_unlock(folio7)",
                "folio_batch_remove_exceptionals()",
                "folio_batch_release()",
            ]
        );
        assert_eq!(k.calls_to(CallId::FindGetEntries), ["find_get_entries(mapping1, 4, 5)"; 2]);
    }
}

#[test]
fn a_large_folio_that_was_dropped_or_kept_is_passed() {
    for undo in BOTH {
        for dirty in [false, true] {
            let mut k = left(&[folio(7), folio(9)])
                .place(F, 4, 2)
                .when(CallId::SplitFolio, -EBUSY)
                .when(CallId::FolioTestDirty, dirty);
            assert_eq!(undo(&mut k, M, 4 * PAGE, 6 * PAGE - 1), Ok(()));
            assert_eq!(k.made("filemap_remove_folio(folio7)"), !dirty);
            assert!(k.made("filemap_remove_folio(folio9)"));
            assert_eq!(k.calls_to(CallId::FindGetEntries).len(), 1);
        }
    }
}

#[test]
fn the_large_folios_of_the_last_pass_are_zeroed_by_the_revisions_own_test() {
    for (undo, tested) in BOTH.into_iter().zip([1 << 1 | 1 << 3, 1 << 9]) {
        for nr in 0..11 {
            let word = 1 << nr;
            let mut k = left(&[folio(7)]).place(F, 4, 2).flags_are(M, word);
            assert_eq!(undo(&mut k, M, 4 * PAGE, 6 * PAGE - 1), Ok(()));
            assert_eq!(k.made("folio_zero_range(folio7, 0, 8192)"), word & tested == 0, "{nr}");
        }
    }
}

#[test]
fn a_fault_in_a_partial_folio_ends_the_truncation() {
    for undo in BOTH {
        for index in [20, 24] {
            let mut k = holds(Script::new(), index, Folio(index as u16))
                .when(CallId::RawMapping, None::<Mapping>);
            let result = undo(&mut k, M, 20 * PAGE + 100, 24 * PAGE + 49);
            assert_eq!(result, Err(Oops(Site::NullMapping)));
            assert!(!k.made("shmem_recalc_inode(mapping1)"));
        }
    }
}

#[test]
fn the_watchdog_ends_either_pass() {
    for undo in BOTH {
        for id in [CallId::FindLockEntries, CallId::FindGetEntries] {
            let mut k = Script::new().when(id, 1).when(CallId::FoundNext, 0);
            assert_eq!(undo(&mut k, M, 0, -1), Err(Oops(Site::SoftLockup)));
            assert_eq!(k.effects().last(), Some(&bug(Site::SoftLockup)));
        }
    }
}
