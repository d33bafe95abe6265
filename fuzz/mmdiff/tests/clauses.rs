// SPDX-License-Identifier: GPL-2.0-only
//! What each clause explains, and the neighbouring cases that it must not.

use crate::support::{
    assert_nothing_found, clauses, file, fix, intents, message, message_intent, patch, raw,
    returned, run, trees, undone,
};
use mmcore::CallId::FolioZeroRange;
use mmdiff::oracle::{Condition, Intent, Invariant, Outcomes, Question, Side, Verdict, judge};
use mmdiff::run::{Returned, TREES};
use mmdiff::scenario::codec::{Below, List};
use mmdiff::scenario::*;

/// Takes from the second page of a folio, up to its end, of 4 pages; from mid-page if the file is
/// not a guest's.
fn partial(file: FileSpec) -> TruncationScenario {
    // A kind without large folios has its single page cut.
    let large = file.kind.order_limit() > 0;
    let anchor = if large { Anchor::FirstPageEnd } else { Anchor::FolioStart };
    let delta = if file.kind == FileKind::GuestMemfd { 0 } else { 100 };
    TruncationScenario {
        file,
        folio: FolioSpec { order: Order::new(2), ..FolioSpec::default() },
        start: Edge { anchor, delta, ..Edge::default() },
        to_eof: true,
        ..TruncationScenario::default()
    }
}

// ---- mask-read ----

/// What the patch changes, by the flags word alone.
fn expected(word: u64) -> Option<Outcomes> {
    let (skipped, skips) = (word & 0b1010 != 0, word >> 9 & 1 != 0);
    match (skipped, skips) {
        (true, false) => Some(Outcomes::Effect(Side::Post, FolioZeroRange)),
        (false, true) => Some(Outcomes::Effect(Side::Pre, FolioZeroRange)),
        _ => None,
    }
}

#[test]
fn truncation_differs_exactly_where_the_mask_and_the_bit_disagree() {
    for &kind in FileKind::ALL {
        for &call in TruncateCall::ALL.iter().filter(|&&call| call != TruncateCall::WholeFolio) {
            for word in 0..1 << 11 {
                let scenario = TruncationScenario { call, ..partial(raw(kind, word)) };
                let judgement = fix(&Scenario::Truncation(scenario));
                let found: Vec<_> = judgement.divergences.iter().map(|d| d.class).collect();
                let Some(outcomes) = expected(word) else {
                    assert_eq!(judgement.verdict(), Verdict::Same, "{kind:?} {word:#x}");
                    continue;
                };
                assert_eq!(judgement.verdict(), Verdict::Intended, "{kind:?} {word:#x}");
                assert_eq!(found.len(), 1, "{kind:?} {word:#x}");
                assert_eq!(found[0].clause, Some("mask-read"));
                assert_eq!(found[0].outcomes, outcomes);
                let Condition::Found(None, before, after) = found[0].condition else {
                    panic!("{:?}", found[0].condition);
                };
                let names = [before, after].map(|flags| flags.to_string());
                let mask =
                    ["none of them", "AS_ENOSPC", "AS_UNEVICTABLE", "AS_ENOSPC|AS_UNEVICTABLE"];
                let bit = ["none of them", "AS_INACCESSIBLE"];
                let found = (word >> 1 & 1 | word >> 2 & 2) as usize;
                assert_eq!(names, [mask[found], bit[(word >> 9 & 1) as usize]]);
            }
        }
    }
}

#[test]
fn bits_that_nobody_tests_make_no_difference() {
    for word in 0..1 << 11 {
        let verdict = |word| {
            let scenario = Scenario::Truncation(partial(raw(FileKind::Disk, word)));
            fix(&scenario).divergences.iter().map(|d| d.class).collect::<Vec<_>>()
        };
        for others in [!0 << 11, 1 << 63, 1 << 10, 0x1f5] {
            assert_eq!(verdict(word & !others), verdict(word | others), "{word:#x} {others:#x}");
        }
    }
}

#[test]
fn a_whole_folio_is_dropped_alike_whatever_the_flags() {
    for word in 0..1 << 11 {
        for call in [TruncateCall::WholeFolio, TruncateCall::PagesRange] {
            let start = Edge::default();
            let s = TruncationScenario { call, start, ..partial(raw(FileKind::Disk, word)) };
            assert_eq!(fix(&Scenario::Truncation(s)).verdict(), Verdict::Same, "{word:#x}");
        }
    }
}

#[test]
fn taken_at_its_word_the_message_allows_the_difference_in_guest_memory_alone() {
    for &kind in FileKind::ALL {
        for word in (0..1 << 11).filter(|&word| expected(word).is_some()) {
            let judgement = message(&Scenario::Truncation(partial(raw(kind, word))));
            let expected = match kind {
                FileKind::GuestMemfd => Verdict::Intended,
                _ => Verdict::Beyond,
            };
            assert_eq!(judgement.verdict(), expected, "{kind:?} {word:#x}");
        }
    }
}

/// Every file that operations can make: its kind, SHM_LOCK, recorded errors.
fn built_files() -> impl Iterator<Item = FileSpec> {
    FileKind::ALL.iter().flat_map(|&kind| {
        [false, true].into_iter().flat_map(move |shm_lock| {
            Recorded::ALL.iter().map(move |&recorded| FileSpec {
                kind,
                shm_lock,
                recorded,
                flags: Flags::Built,
            })
        })
    })
}

/// What in the file's making set a bit of the mask, if it is not a guest's.
fn wrongly_skipped(file: &FileSpec) -> Option<&'static str> {
    let enospc = matches!(file.recorded, Recorded::Enospc | Recorded::Both);
    match file.kind {
        FileKind::Ramfs => Some("ramfs"),
        FileKind::TmpfsNoswap => Some("tmpfs-noswap"),
        FileKind::Secretmem => Some("secretmem"),
        FileKind::DrmShmem => Some("drm-shmem"),
        FileKind::Tmpfs if file.shm_lock => Some("shm-lock"),
        FileKind::Disk | FileKind::DiskZeroing if enospc => Some("recorded-enospc"),
        _ => None,
    }
}

#[test]
fn files_as_the_kernel_makes_them_differ_where_the_mask_has_a_bit_by_accident() {
    for spec in built_files() {
        let scenario = Scenario::Truncation(partial(spec.clone()));
        let guest = spec.kind == FileKind::GuestMemfd;
        let cause = wrongly_skipped(&spec);
        for intent in intents() {
            let judgement = judge(&patch(intent), &scenario);
            let expected = match (guest, cause, intent.is_first()) {
                (true, ..) => vec![Some("mask-write")],
                (_, None, _) => vec![],
                (_, Some(_), true) => vec![Some("mask-read")],
                (_, Some(_), false) => vec![None],
            };
            assert_eq!(clauses(&judgement), expected, "{spec:?}");
            for divergence in judgement.divergences.iter().filter(|_| !guest) {
                assert_eq!(
                    divergence.class.condition,
                    Condition::Case(cause.expect("it is skipped"))
                );
                let stale = divergence.stale;
                // Where the filesystem zeroes its last block itself, the rest of the folio is split
                // off, and goes.
                let healed = spec.kind == FileKind::DiskZeroing;
                assert_eq!(stale.0 > 0, !healed, "{spec:?}: {stale:?}");
                assert_eq!(stale.1, 0, "{spec:?}");
            }
            let stale_pre = cause.is_some() && spec.kind != FileKind::DiskZeroing;
            assert_eq!(judgement.pre_broke.contains(&Invariant::NoStaleByte), stale_pre);
            assert_eq!(judgement.post_broke, []);
        }
    }
}

#[test]
fn the_stale_bytes_are_those_between_the_cut_and_the_end_of_the_page() {
    for (kind, shm_lock, recorded) in [
        (FileKind::Ramfs, false, Recorded::Nothing),
        (FileKind::TmpfsNoswap, false, Recorded::Nothing),
        (FileKind::Tmpfs, true, Recorded::Nothing),
        (FileKind::Disk, false, Recorded::Enospc),
        (FileKind::Disk, false, Recorded::Both),
    ] {
        for delta in 1..=i8::MAX {
            let mut s = partial(FileSpec { kind, shm_lock, recorded, flags: Flags::Built });
            (s.folio.order, s.start.anchor) = (Order::new(0), Anchor::FolioStart);
            s.start.delta = delta;
            let judgement = fix(&Scenario::Truncation(s));
            let stale: Vec<_> = judgement.divergences.iter().map(|d| d.stale).collect();
            assert_eq!(stale, [(4096 - delta as u64, 0)], "{kind:?} cut at {delta}");
        }
    }
}

// ---- mask-write and mask-write-error ----

fn creation(steps: &[GmemStep]) -> Scenario {
    let steps = List::new(steps.iter().cloned());
    Scenario::Creation(CreationScenario { steps, ..CreationScenario::default() })
}

#[test]
fn a_new_guest_memfd_loses_enospc_and_nothing_else() {
    for intent in intents() {
        let judgement = judge(&patch(intent), &creation(&[]));
        assert_eq!(clauses(&judgement), [Some("mask-write")]);
        let words = [judgement.pre, judgement.post].map(|run| run.world.files[0].flags);
        assert_eq!(words, [1 << 1 | 1 << 3 | 1 << 9, 1 << 3 | 1 << 9]);
    }
}

#[test]
fn a_creation_that_fails_is_the_same_on_both_sides() {
    let failures: [fn(&mut CreationScenario); 3] =
        [|s| s.no_fd = true, |s| s.no_memory = true, |s| s.no_file = true];
    for fail in failures {
        let steps = List::new([GmemStep::CheckErrors]);
        let mut s = CreationScenario { steps, ..CreationScenario::default() };
        fail(&mut s);
        let judgement = fix(&Scenario::Creation(s));
        assert_eq!(judgement.verdict(), Verdict::Same);
        assert_eq!(judgement.pre_broke, []);
    }
}

#[test]
fn the_spurious_enospc_is_reported_before_the_patch_only() {
    for (step, again) in [(GmemStep::CheckErrors, 0), (GmemStep::CheckAndKeepErrors, -28)] {
        let judgement = fix(&creation(&[step.clone(), step]));
        assert_eq!(clauses(&judgement), [Some("mask-write"), Some("mask-write-error")]);
        let values = |values: [i64; 2]| values.map(Returned::Value).to_vec();
        assert_eq!(returned(&judgement.pre)[1..], values([-28, again]));
        assert_eq!(returned(&judgement.post)[1..], values([0, 0]));
        assert_eq!(judgement.pre_broke, [Invariant::ErrorHasCause]);
        assert_eq!(judgement.post_broke, []);
    }
}

/// Every sequence of three steps of recording and reporting.
fn error_sequences() -> impl Iterator<Item = [ErrorOp; 3]> {
    let ops = ErrorOp::ALL;
    ops.iter()
        .flat_map(move |&a| ops.iter().flat_map(move |&b| ops.iter().map(move |&c| [a, b, c])))
}

fn errors(kind: FileKind, ops: [ErrorOp; 3]) -> Scenario {
    let (file, ops) = (file(kind), List::new(ops));
    Scenario::Errors(ErrorsScenario { file, no_host: false, ops })
}

#[test]
fn errors_that_something_caused_are_reported_alike() {
    for ops in error_sequences() {
        for &kind in FileKind::ALL.iter().filter(|&&kind| kind != FileKind::GuestMemfd) {
            let judgement = fix(&errors(kind, ops));
            assert_eq!(judgement.verdict(), Verdict::Same, "{kind:?} {ops:?}");
            assert_eq!((judgement.pre_broke, judgement.post_broke), (vec![], vec![]));
        }
    }
}

#[test]
fn of_a_guest_memfd_only_the_error_that_nothing_caused_may_vanish() {
    let mut vanished = 0;
    for ops in error_sequences() {
        let judgement = fix(&errors(FileKind::GuestMemfd, ops));
        assert_eq!(judgement.verdict(), Verdict::Intended, "{ops:?}");
        let (before, after) = (returned(&judgement.pre), returned(&judgement.post));
        for (before, after) in before.iter().zip(&after).filter(|(a, b)| a != b) {
            vanished += 1;
            assert_eq!((*before, *after), (Returned::Value(-28), Returned::Value(0)), "{ops:?}");
        }
        let explained = clauses(&judgement).contains(&Some("mask-write-error"));
        assert!(before == after || explained, "{ops:?}");
        assert_eq!(judgement.pre_broke.contains(&Invariant::ErrorHasCause), before != after);
        assert_eq!(judgement.post_broke, []);
        // A write-back that runs out of space gives both sides the same bit: nothing vanishes then.
        if ops[0] == ErrorOp::SetEnospc {
            assert!(!explained, "{ops:?}");
        }
    }
    assert!(vanished > 0);
}

// ---- the whole ----

fn generated(seed: u64, cases: u64) -> impl Iterator<Item = Scenario> {
    Path::ALL
        .into_iter()
        .flat_map(move |path| (0..cases).map(move |case| generate::scenario(seed, path, case)))
}

#[test]
fn a_revision_never_differs_from_itself() {
    for tree in trees() {
        for intent in intents() {
            let question = Question { pre: tree, post: tree, intent };
            for scenario in generated(21, 1000) {
                let judgement = judge(&question, &scenario);
                assert!(judgement.divergences.is_empty(), "{}", mmdiff::check::spell(&scenario));
                assert_eq!(judgement.pre_broke, judgement.post_broke);
            }
        }
    }
}

#[test]
fn nothing_generated_is_beyond_the_fix_and_what_is_intended_is_beyond_in_reverse() {
    let mut differ = 0;
    for scenario in generated(22, 2000) {
        let forward = fix(&scenario);
        let backward = judge(&undone(Intent::DEFAULT), &scenario).verdict();
        let name = mmdiff::check::spell(&scenario);
        assert_nothing_found(&forward, &name);
        match forward.verdict() {
            Verdict::Same => assert_eq!(backward, Verdict::Same, "{name}"),
            Verdict::Intended => assert_eq!(backward, Verdict::Beyond, "{name}"),
            Verdict::Beyond => panic!("{name}"),
        }
        differ += u32::from(backward == Verdict::Beyond);
    }
    assert!(differ > 1000);
}

#[test]
fn the_readings_of_the_intent_find_the_same_differences() {
    for scenario in generated(23, 500) {
        let classes = |intent| {
            let judgement = judge(&patch(intent), &scenario);
            let key =
                |d: &mmdiff::oracle::Divergence| (d.class.condition, d.class.outcomes, d.stale);
            judgement.divergences.iter().map(key).collect::<Vec<_>>()
        };
        assert_eq!(classes(Intent::DEFAULT), classes(message_intent()));
    }
}

#[test]
fn signatures_do_not_depend_on_what_surrounds_the_difference() {
    let of = |order, at| {
        let mut s = partial(file(FileKind::Ramfs));
        (s.folio.order, s.index) = (Order::new(order), Below::new(at));
        let judgement = fix(&Scenario::Truncation(s));
        judgement.divergences.iter().map(|d| d.class.signature()).collect::<Vec<_>>()
    };
    let one = "truncation:truncate_inode_partial_folio:mask-read:ramfs:folio_zero_range-post-only";
    for order in 1..=10 {
        for at in 0..4 {
            assert_eq!(of(order, at), [one], "order {order} at {at}");
        }
    }
}

#[test]
fn every_tree_says_what_its_decisions_test() {
    let of = |name| TREES.iter().find(|tree| tree.name == name).expect("a revision");
    assert_eq!((of("pre-fix").truncate_tests, of("pre-fix").pins_folios), (10, 1 << 9));
    assert_eq!((of("post-fix").truncate_tests, of("post-fix").pins_folios), (1 << 9, 1 << 9));
    for tree in trees() {
        let world = run(tree, &creation(&[])).world;
        assert_ne!(world.files[0].flags & tree.truncate_tests, 0);
        assert_ne!(world.files[0].flags & tree.pins_folios, 0);
    }
}
