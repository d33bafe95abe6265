// SPDX-License-Identifier: GPL-2.0-only
//! Truncation: which bytes of a partial folio are zeroed, and which folios go.

use crate::script::{F, M, OTHER, Script, all_answers, bug, warn};
use mmcore::errno::{EBUSY, EIO};
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::{CallId, Folio, Mapping, Oops, PAGE_SIZE, Side, Site};

type Partial = fn(&mut Script, Folio, i64, i64) -> Result<bool, Oops>;
const BOTH: [Partial; 2] = [
    PreFix::truncate_inode_partial_folio::<Script>,
    PostFix::truncate_inode_partial_folio::<Script>,
];
const LATER: Partial = V6_12::truncate_inode_partial_folio::<Script>;

const PAGE: i64 = PAGE_SIZE as i64;
/// What it takes to drop the whole folio 7.
const DROP: [&str; 3] = [
    "folio_cancel_dirty(folio7)",
    "folio_clear_mappedtodisk(folio7)",
    "filemap_remove_folio(folio7)",
];

// ---- truncate_cleanup_folio and truncate_inode_folio ----

#[test]
fn a_folio_is_unmapped_and_invalidated_before_it_is_cleaned() {
    let trees =
        [PreFix::truncate_cleanup_folio::<Script>, PostFix::truncate_cleanup_folio::<Script>];
    for cleanup in trees {
        for [mapped, private] in all_answers() {
            let mut k = Script::new()
                .when(CallId::FolioMapped, mapped)
                .when(CallId::FolioHasPrivate, private)
                .flags_are(M, u64::MAX)
                .place(F, 0, 1);
            cleanup(&mut k, F);
            let mut effects = Vec::new();
            if mapped {
                effects.push("unmap_mapping_folio(folio7)");
            }
            if private {
                effects.push("folio_invalidate(folio7, 0, 8192)");
            }
            effects.extend(&DROP[..2]);
            assert_eq!(k.effects(), effects);
            assert_eq!(k.calls_to(CallId::TestBit), [""; 0]);
        }
    }
}

#[test]
fn later_trees_also_tell_a_filesystem_that_always_wants_to_know() {
    for [private, always] in all_answers() {
        let mut k = Script::new()
            .when(CallId::FolioHasPrivate, private)
            .flags_are(M, if always { 1 << 6 } else { !(1 << 6) });
        V6_12::truncate_cleanup_folio(&mut k, F);
        assert_eq!(k.made("folio_invalidate(folio7, 0, 4096)"), private || always);
    }
}

#[test]
fn a_folio_that_belongs_to_another_mapping_is_left_alone() {
    let trees = [PreFix::truncate_inode_folio::<Script>, PostFix::truncate_inode_folio::<Script>];
    for truncate in trees {
        let ours = [None, Some(M), Some(OTHER)];
        for asked in ours {
            for actual in ours {
                let mut k = Script::new().when(CallId::RawMapping, actual);
                let same = asked == actual;
                assert_eq!(truncate(&mut k, asked, F), if same { 0 } else { -EIO });
                assert_eq!(k.effects(), DROP[..if same { 3 } else { 0 }]);
            }
        }
    }
}

// ---- truncate_inode_partial_folio: which bytes ----

/// The part of `[start, end]` in the folio's bytes, by another arithmetic than the kernel's: its
/// offset and length.
fn part(pos: i64, size: i64, start: i64, end: i64) -> (i64, i64) {
    let first = i128::from(start).max(i128::from(pos));
    let behind = if end == -1 { i128::MAX } else { i128::from(end) + 1 };
    let behind = behind.min(i128::from(pos) + i128::from(size));
    ((first - i128::from(pos)) as i64, (behind - first) as i64)
}

#[test]
fn exactly_the_bytes_in_the_range_are_zeroed_and_a_whole_folio_is_dropped() {
    for partial in BOTH {
        for order in [0, 2] {
            let (pos, size) = (4 * PAGE, PAGE << order);
            let last = pos + size - 1;
            let starts = [0, 1, pos - PAGE, pos - 1, pos, pos + 1, pos + 100, last - 1, last];
            let ends =
                [pos, pos + 1, pos + 2000, last - 1, last, last + 1, last + PAGE, i64::MAX, -1];
            for start in starts {
                for end in ends {
                    if end != -1 && end < start {
                        continue;
                    }
                    let mut k = Script::new().place(F, 4, order);
                    assert_eq!(partial(&mut k, F, start, end), Ok(true));
                    let (offset, length) = part(pos, size, start, end);
                    let zeroed = format!("folio_zero_range(folio7, {offset}, {length})");
                    let whole = length == size;
                    assert_eq!(k.made(&zeroed), !whole, "{start}..={end}: {:#?}", k.effects());
                    assert_eq!(k.made(DROP[2]), whole, "{start}..={end}");
                    assert_eq!(k.made("split_folio(folio7)"), !whole && order > 0);
                }
            }
        }
    }
}

#[test]
fn the_last_page_of_the_largest_file_is_truncated_like_any_other() {
    let pos = i64::MAX - (PAGE - 1);
    for partial in BOTH {
        for (start, end) in [(i64::MAX - 99, i64::MAX), (pos + 1, i64::MAX), (0, i64::MAX - 1)] {
            let mut k = Script::new().place(F, pos as u64 / PAGE_SIZE, 0);
            assert_eq!(partial(&mut k, F, start, end), Ok(true));
            let (offset, length) = part(pos, PAGE, start, end);
            assert_eq!(
                k.effects(),
                [
                    "folio_wait_writeback(folio7)",
                    &format!("folio_zero_range(folio7, {offset}, {length})"),
                ]
            );
        }
        let mut k = Script::new().place(F, pos as u64 / PAGE_SIZE, 0);
        assert_eq!(partial(&mut k, F, 0, i64::MAX), Ok(true));
        assert!(k.made(DROP[2]));
    }
}

#[test]
fn a_folio_that_was_split_while_it_was_under_writeback_may_be_whole_now() {
    for partial in BOTH {
        let mut k = Script::new().place(F, 0, 2).when((CallId::FolioSize, 2), PAGE_SIZE);
        assert_eq!(partial(&mut k, F, 0, PAGE - 1), Ok(true));
        assert_eq!(k.effects()[0], "folio_wait_writeback(folio7)");
        assert_eq!(k.effects()[1..], DROP);
        k.assert_order(&["folio_wait_writeback(folio7)", "raw_mapping(folio7)"]);
    }
}

#[test]
fn a_whole_folio_is_dropped_even_if_it_has_lost_its_mapping() {
    for partial in BOTH {
        let mut k = Script::new().when(CallId::RawMapping, None::<Mapping>).place(F, 0, 0);
        assert_eq!(partial(&mut k, F, 0, -1), Ok(true));
        assert_eq!(k.effects()[1..], DROP);

        let mut k = Script::new().when((CallId::RawMapping, 2), None::<Mapping>).place(F, 0, 0);
        assert_eq!(partial(&mut k, F, 0, -1), Ok(true));
        assert_eq!(k.effects(), ["folio_wait_writeback(folio7)"], "another took it meanwhile");
    }
}

// ---- truncate_inode_partial_folio: whether to zero, and what follows ----

#[test]
fn whether_bytes_are_zeroed_depends_on_the_bits_that_the_revision_tests() {
    fn check<R: Side>(tested: u64) {
        for word in 0..1 << 11 {
            let mut k = Script::new().flags_are(M, word).place(F, 0, 0);
            assert_eq!(R::truncate_inode_partial_folio(&mut k, F, 100, -1), Ok(true));
            let zeroes = word & tested == 0;
            assert_eq!(
                k.calls_to(CallId::FolioZeroRange),
                ["folio_zero_range(folio7, 100, 3996)"][..usize::from(zeroes)],
                "{}, flags {word:#b}",
                R::NAME
            );
        }
    }
    check::<PreFix>(1 << 1 | 1 << 3);
    check::<PostFix>(1 << 9);
    check::<V6_12>(1 << 8);
}

#[test]
fn the_mapping_is_asked_after_writeback_has_ended() {
    for (partial, question) in
        BOTH.into_iter().zip(["flags_and(mapping1, 10)", "test_bit(mapping1, 9)"])
    {
        let mut k = Script::new();
        assert_eq!(partial(&mut k, F, 7 * PAGE + 1, -1), Ok(true));
        k.assert_order(&[
            "folio_wait_writeback(folio7)",
            "raw_mapping(folio7)",
            question,
            "folio_zero_range(folio7, 1, 4095)",
        ]);
    }
}

#[test]
fn a_partial_folio_that_lost_its_mapping_is_a_fault() {
    for partial in [BOTH[0], BOTH[1], LATER] {
        let mut k = Script::new().when(CallId::RawMapping, None::<Mapping>).place(F, 0, 0);
        assert_eq!(partial(&mut k, F, 1, -1), Err(Oops(Site::NullMapping)));
        assert_eq!(k.effects(), ["folio_wait_writeback(folio7)", &bug(Site::NullMapping)]);
    }
}

#[test]
fn a_folio_that_cannot_be_split_is_kept_if_dirty_and_dropped_if_clean() {
    for partial in BOTH {
        for [zeroes, private, large, splits, dirty] in all_answers() {
            let mut k = Script::new()
                .flags_are(M, if zeroes { 0 } else { u64::MAX })
                .when(CallId::FolioHasPrivate, private)
                .when(CallId::SplitFolio, if splits { 0 } else { -EBUSY })
                .when(CallId::FolioTestDirty, dirty)
                .when(CallId::FolioMapped, true)
                .place(F, 0, if large { 1 } else { 0 });
            let size = if large { 8192 } else { 4096 };
            let kept = large && !splits && dirty;
            assert_eq!(partial(&mut k, F, 10, 29), Ok(!kept));

            let invalidate_all = format!("folio_invalidate(folio7, 0, {size})");
            let mut effects = vec!["folio_wait_writeback(folio7)"];
            if zeroes {
                effects.push("folio_zero_range(folio7, 10, 20)");
            }
            if private {
                effects.push("folio_invalidate(folio7, 10, 20)");
            }
            if large {
                effects.push("split_folio(folio7)");
            }
            if large && !splits && !dirty {
                effects.push("unmap_mapping_folio(folio7)");
                if private {
                    effects.push(&invalidate_all);
                }
                effects.extend(DROP);
            }
            assert_eq!(k.effects(), effects);
        }
    }
}

#[test]
fn a_clean_folio_that_moved_on_during_the_split_is_not_dropped() {
    for partial in BOTH {
        let mut k = Script::new()
            .when(CallId::SplitFolio, -EBUSY)
            .when((CallId::RawMapping, 3), Some(OTHER))
            .place(F, 0, 1);
        assert_eq!(partial(&mut k, F, 10, 29), Ok(true));
        assert_eq!(k.effects().last().unwrap(), "split_folio(folio7)");
        assert_eq!(k.calls_to(CallId::RawMapping).len(), 3);
    }
}

#[test]
fn any_answer_of_the_split_but_zero_is_a_failure() {
    for partial in BOTH {
        for answer in [-EBUSY, -1, 1] {
            let mut k = Script::new()
                .when(CallId::SplitFolio, answer)
                .when(CallId::FolioTestDirty, true)
                .place(F, 0, 1);
            assert_eq!(partial(&mut k, F, 10, 29), Ok(false));
        }
    }
}

#[test]
fn later_trees_unmap_what_they_cannot_split_unless_it_is_shmems() {
    for [splits, shmem, still_mapped] in all_answers() {
        let mut k = Script::new()
            .when(CallId::SplitFolio, if splits { 0 } else { -EBUSY })
            .when(CallId::ShmemMapping, shmem)
            .when(CallId::FolioMapped, still_mapped)
            .when(CallId::FolioTestDirty, true)
            .place(F, 0, 1);
        assert_eq!(LATER(&mut k, F, 10, 29), Ok(splits));
        let mut effects = Vec::new();
        if !splits && !shmem {
            effects.push("try_to_unmap(folio7)".to_owned());
            if still_mapped {
                effects.push(warn(Site::StillMapped));
            }
        }
        assert_eq!(k.effects_after("split_folio(folio7)"), effects);
        assert_eq!(k.made("shmem_mapping(mapping1)"), !splits);
    }
}

#[test]
fn later_trees_fault_if_the_mapping_goes_during_the_failed_split() {
    let mut k = Script::new()
        .when(CallId::SplitFolio, -EBUSY)
        .when((CallId::RawMapping, 2), None::<Mapping>)
        .place(F, 0, 1);
    assert_eq!(LATER(&mut k, F, 10, 29), Err(Oops(Site::NullMapping)));
    assert_eq!(k.effects_after("split_folio(folio7)"), [bug(Site::NullMapping)]);
}

#[test]
fn later_trees_invalidate_the_part_if_the_filesystem_always_wants_to_know() {
    for always in [false, true] {
        let mut k = Script::new().flags_are(M, u64::from(always) << 6).place(F, 0, 0);
        assert_eq!(LATER(&mut k, F, 10, 29), Ok(true));
        assert_eq!(k.made("folio_invalidate(folio7, 10, 20)"), always);
    }
}
