// SPDX-License-Identifier: GPL-2.0-only
//! Truncation of a range: the two passes over whole folios, and the partial folios between them.

use crate::script::{F, M, OTHER, Script, all_answers, bug};
use mmcore::errno::EBUSY;
use mmcore::tree::{PostFix, PreFix};
use mmcore::{Call, CallId, Entry, Folio, Mapping, Oops, PAGE_SIZE, Side, Site};

type Range = fn(&mut Script, Mapping, i64, i64) -> Result<(), Oops>;
const RANGE: [Range; 2] =
    [PreFix::truncate_inode_pages_range::<Script>, PostFix::truncate_inode_pages_range::<Script>];

const PAGE: i64 = PAGE_SIZE as i64;

/// The folios at either end of a range.
const FIRST: Folio = Folio(20);
const LAST: Folio = Folio(24);

fn folio(number: u16) -> (u64, Entry) {
    (u64::from(number), Entry::Folio(Folio(number)))
}

/// The file holds `folio` at `index`, as `__filemap_get_folio` sees it.
fn holds(k: Script, index: u64, folio: Folio) -> Script {
    k.when(Call::FilemapGetFolio { mapping: M, index }, Some(folio))
}

#[test]
fn an_empty_mapping_is_not_searched() {
    for range in RANGE {
        let mut k = Script::new().when(CallId::MappingEmpty, true);
        assert_eq!(range(&mut k, M, 0, -1), Ok(()));
        assert_eq!(k.calls(), ["mapping_empty(mapping1)"]);
    }
}

#[test]
fn whole_pages_go_first_and_the_partial_ones_at_both_ends_after_them() {
    for range in RANGE {
        let k = Script::new().find(&[folio(21), (22, Entry::Value), folio(23)]);
        let mut k = holds(holds(k, 20, FIRST), 24, LAST);
        assert_eq!(range(&mut k, M, 20 * PAGE + 100, 24 * PAGE + 49), Ok(()));
        assert_eq!(
            k.effects(),
            [
                "find_lock_entries(mapping1, 21, 23)",
                "truncate_folio_batch_exceptionals(mapping1)",
                "folio_cancel_dirty(folio21)",
                "folio_clear_mappedtodisk(folio21)",
                "folio_cancel_dirty(folio23)",
                "folio_clear_mappedtodisk(folio23)",
                "delete_from_page_cache_batch(mapping1)",
                "folio_unlock(folio21)",
                "folio_unlock(folio23)",
                "folio_batch_release()",
                "cond_resched()",
                "__filemap_get_folio(mapping1, 20)",
                "folio_wait_writeback(folio20)",
                "folio_zero_range(folio20, 100, 3996)",
                "folio_unlock(folio20)",
                "folio_put(folio20)",
                "__filemap_get_folio(mapping1, 24)",
                "folio_wait_writeback(folio24)",
                "folio_zero_range(folio24, 0, 50)",
                "folio_unlock(folio24)",
                "folio_put(folio24)",
                "cond_resched()",
                "find_get_entries(mapping1, 21, 23)",
            ]
        );
    }
}

#[test]
fn the_pages_to_clear_are_those_that_are_whole_in_the_range() {
    let max = u64::MAX;
    for range in RANGE {
        for (start, end, pages) in [
            (0, -1, Some((0, max - 1))),
            (1, -1, Some((1, max - 1))),
            (PAGE, -1, Some((1, max - 1))),
            (PAGE + 1, -1, Some((2, max - 1))),
            (0, PAGE - 1, Some((0, 0))),
            (0, PAGE - 2, None),
            (0, PAGE, Some((0, 0))),
            (0, 2 * PAGE - 1, Some((0, 1))),
            (1, PAGE - 1, None),
            (1, 2 * PAGE - 1, Some((1, 1))),
            (1, 2 * PAGE - 2, None),
            (PAGE - 1, 2 * PAGE, Some((1, 1))),
            (5, 5, None),
            (i64::MAX - PAGE + 1, i64::MAX - 1, None),
        ] {
            let mut k = Script::new();
            assert_eq!(range(&mut k, M, start, end), Ok(()));
            let find = |name| {
                pages.map(|(from, to)| format!("{name}(mapping1, {from}, {to})")).into_iter()
            };
            let locked: Vec<String> = find("find_lock_entries").collect();
            let gotten: Vec<String> = find("find_get_entries").collect();
            assert_eq!(k.calls_to(CallId::FindLockEntries), locked, "{start}..={end}");
            assert_eq!(k.calls_to(CallId::FindGetEntries), gotten, "{start}..={end}");
        }
    }
}

#[test]
fn sizes_at_the_top_of_loff_t_wrap_as_in_the_kernel() {
    let pages = (i64::MIN >> 12) as u64;
    for range in RANGE {
        let mut k = Script::new();
        assert_eq!(range(&mut k, M, 0, i64::MAX), Ok(()));
        let find = format!("find_lock_entries(mapping1, 0, {})", pages - 1);
        assert_eq!(k.calls_to(CallId::FindLockEntries), [find]);

        let mut k = Script::new();
        assert_eq!(range(&mut k, M, i64::MAX, -1), Ok(()));
        // The start is rounded up in unsigned arithmetic, for PAGE_SIZE is unsigned.
        let find = format!("find_lock_entries(mapping1, {}, {})", 1u64 << 51, u64::MAX - 1);
        assert_eq!(k.calls_to(CallId::FindLockEntries), [find]);
    }
}

#[test]
fn the_first_pass_goes_on_where_the_last_batch_ended() {
    for range in RANGE {
        let mut k = Script::new().find(&[folio(0), folio(1)]).find(&[folio(5)]);
        assert_eq!(range(&mut k, M, 0, 8 * PAGE - 1), Ok(()));
        assert_eq!(
            k.calls_to(CallId::FindLockEntries),
            [0, 2, 6].map(|start| format!("find_lock_entries(mapping1, {start}, 7)"))
        );
        assert_eq!(k.calls_to(CallId::FolioBatchRelease).len(), 2);
    }
}

#[test]
fn both_ends_in_one_page_or_folio_are_one_partial_folio() {
    for range in RANGE {
        for (order, end, gets) in [
            (0, 20 * PAGE + 200, 1),
            (0, 21 * PAGE - 1, 1),
            (0, 21 * PAGE, 2),
            (2, 21 * PAGE, 1),
            (2, 24 * PAGE - 1, 1),
            (2, 24 * PAGE, 2),
            (2, -1, 2),
        ] {
            let mut k = holds(Script::new(), 20, FIRST).place(FIRST, 20, order);
            assert_eq!(range(&mut k, M, 20 * PAGE + 100, end), Ok(()));
            assert_eq!(k.calls_to(CallId::FilemapGetFolio).len(), gets, "order {order}, {end}");
        }
    }
}

#[test]
fn without_a_first_folio_the_pages_of_both_ends_are_compared() {
    for range in RANGE {
        for (end, gets) in [(20 * PAGE + 200, 1), (21 * PAGE, 2)] {
            let mut k = Script::new();
            assert_eq!(range(&mut k, M, 20 * PAGE + 100, end), Ok(()));
            assert_eq!(k.calls_to(CallId::FilemapGetFolio).len(), gets);
            assert_eq!(k.calls_to(CallId::FolioPut), [""; 0]);
        }
    }
}

#[test]
fn the_end_of_the_file_is_sought_at_the_last_index() {
    for range in RANGE {
        let mut k = holds(Script::new(), 20, FIRST);
        assert_eq!(range(&mut k, M, 20 * PAGE + 100, -1), Ok(()));
        let last = format!("__filemap_get_folio(mapping1, {})", u64::MAX);
        assert_eq!(k.calls_to(CallId::FilemapGetFolio)[1], last);
    }
}

#[test]
fn a_folio_that_could_not_be_split_is_kept_out_of_the_second_pass() {
    for range in RANGE {
        for [first_splits, last_splits] in all_answers() {
            let failed = |splits| if splits { 0 } else { -EBUSY };
            let k = Script::new()
                .place(FIRST, 20, 2)
                .place(LAST, 24, 2)
                .when(CallId::FolioTestDirty, true)
                .when(Call::SplitFolio { folio: FIRST }, failed(first_splits))
                .when(Call::SplitFolio { folio: LAST }, failed(last_splits));
            let mut k = holds(holds(k, 20, FIRST), 25, LAST);
            assert_eq!(range(&mut k, M, 20 * PAGE + 100, 25 * PAGE + 49), Ok(()));
            let start = if first_splits { 21 } else { 24 };
            let end = if last_splits { 25 } else { 24 };
            let expected: Vec<String> = (start < end)
                .then(|| format!("find_get_entries(mapping1, {start}, {})", end - 1))
                .into_iter()
                .collect();
            assert_eq!(k.calls_to(CallId::FindGetEntries), expected);
            for text in ["folio_unlock(folio20)", "folio_put(folio20)", "folio_unlock(folio24)"] {
                assert!(k.made(text), "{text}");
            }
        }
    }
}

#[test]
fn one_folio_around_the_whole_range_that_cannot_be_split_leaves_nothing_to_do() {
    for range in RANGE {
        for splits in [false, true] {
            let k = Script::new()
                .place(FIRST, 20, 2)
                .when(CallId::FolioTestDirty, true)
                .when(CallId::SplitFolio, if splits { 0 } else { -EBUSY });
            let mut k = holds(k, 20, FIRST);
            assert_eq!(range(&mut k, M, 20 * PAGE + 100, 23 * PAGE - 1), Ok(()));
            let finds = ["find_get_entries(mapping1, 21, 22)"];
            assert_eq!(k.calls_to(CallId::FindGetEntries), finds[..usize::from(splits)]);
        }
    }
}

#[test]
fn the_second_pass_locks_and_waits_for_every_folio() {
    for range in RANGE {
        let mut k = Script::new()
            .find(&[])
            .find(&[folio(7), (8, Entry::Value), folio(9)])
            .when(CallId::FolioMapped, true);
        assert_eq!(range(&mut k, M, 0, 16 * PAGE - 1), Ok(()));
        assert_eq!(
            k.effects_after("find_get_entries(mapping1, 0, 15)")[..8],
            [
                "folio_lock(folio7)",
                "folio_wait_writeback(folio7)",
                "unmap_mapping_folio(folio7)",
                "folio_cancel_dirty(folio7)",
                "folio_clear_mappedtodisk(folio7)",
                "filemap_remove_folio(folio7)",
                "folio_unlock(folio7)",
                "folio_lock(folio9)",
            ]
        );
        assert_eq!(
            k.effects_after("folio_unlock(folio9)"),
            [
                "truncate_folio_batch_exceptionals(mapping1)",
                "folio_batch_release()",
                "cond_resched()",
                "find_get_entries(mapping1, 10, 15)",
                "cond_resched()",
                "find_get_entries(mapping1, 0, 15)",
            ]
        );
    }
}

#[test]
fn the_second_pass_starts_over_until_nothing_is_left() {
    for range in RANGE {
        let mut k = Script::new().find(&[]).find(&[folio(7)]).find(&[]).find(&[folio(3)]);
        assert_eq!(range(&mut k, M, 0, 16 * PAGE - 1), Ok(()));
        assert_eq!(
            k.calls_to(CallId::FindGetEntries),
            [0, 8, 0, 4, 0].map(|start| format!("find_get_entries(mapping1, {start}, 15)"))
        );
    }
}

#[test]
fn the_second_pass_ends_at_the_end_of_the_range_without_starting_over() {
    for range in RANGE {
        let mut k = Script::new().find(&[]).find(&[folio(15)]);
        assert_eq!(range(&mut k, M, 0, 16 * PAGE - 1), Ok(()));
        assert_eq!(k.calls_to(CallId::FindGetEntries).len(), 1);
    }
}

#[test]
fn the_second_pass_leaves_a_folio_that_another_mapping_has_by_now() {
    for range in RANGE {
        let mut k =
            Script::new().find(&[]).find(&[folio(15)]).when(CallId::RawMapping, Some(OTHER));
        assert_eq!(range(&mut k, M, 0, 16 * PAGE - 1), Ok(()));
        let effects = k.effects_after("folio_lock(folio15)");
        assert_eq!(effects[..2], ["folio_wait_writeback(folio15)", "folio_unlock(folio15)"]);
    }
}

#[test]
fn a_folio_at_another_index_than_it_was_found_at_is_a_bug() {
    for range in RANGE {
        let mut k = Script::new().find(&[]).find(&[folio(7)]).place(F, 6, 0);
        assert_eq!(range(&mut k, M, 0, 16 * PAGE - 1), Err(Oops(Site::NotContained)));
        assert_eq!(k.effects_after("folio_lock(folio7)"), [bug(Site::NotContained)]);
        k.assert_order(&["folio_lock(folio7)", "folio_contains(folio7, 7)"]);
    }
}

#[test]
fn a_fault_in_a_partial_folio_ends_the_truncation() {
    for range in RANGE {
        for (first, last) in [(true, false), (false, true)] {
            let mut k = Script::new();
            if first {
                k = holds(k, 20, FIRST);
            }
            if last {
                k = holds(k, 24, LAST);
            }
            k = k.when(CallId::RawMapping, None::<Mapping>);
            let result = range(&mut k, M, 20 * PAGE + 100, 24 * PAGE + 49);
            assert_eq!(result, Err(Oops(Site::NullMapping)));
            assert_eq!(k.calls_to(CallId::FindGetEntries), [""; 0]);
        }
    }
}

#[test]
fn the_watchdog_ends_either_pass() {
    for range in RANGE {
        for id in [CallId::FindLockEntries, CallId::FindGetEntries] {
            let mut k = Script::new().when(id, 1).when(CallId::FoundNext, 0);
            assert_eq!(range(&mut k, M, 0, -1), Err(Oops(Site::SoftLockup)));
            assert_eq!(k.effects().last(), Some(&bug(Site::SoftLockup)));
        }
    }
}
