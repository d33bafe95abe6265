// SPDX-License-Identifier: GPL-2.0-only
//! What a replay comes to: every finding, counted, whatever the order.

use super::fixtures::{FIX, committed, folder, message, put, replay_on};
use mmdiff::corpus;
use mmdiff::fuzz;
use mmdiff::oracle::judge;
use mmdiff::replay::report::Report;
use mmdiff::replay::{self, Exam, Examine, Fault, Plan, Reason, Tally};
use mmdiff::scenario::{Path, Scenario, generate};
use std::collections::BTreeMap;
use std::path::Path as FsPath;
use std::sync::Mutex;
use tempfile::TempDir;

/// A corpus of generated inputs for every path.
fn generated() -> TempDir {
    let root = folder(&[]);
    for path in Path::ALL {
        for case in 0..400 {
            let bytes = generate::scenario(3, path, case).encode();
            put(&root.path().join(path.name()).join(format!("{case}")), &bytes);
        }
    }
    root
}

#[test]
fn every_finding_is_collected_as_the_fuzz_targets_judge_it() {
    let mut expected: BTreeMap<Fault, u64> = BTreeMap::new();
    for seed in corpus::read(&committed()).unwrap() {
        let judgement = judge(&message(), &Scenario::decode(seed.path, &seed.bytes));
        let mut findings = fuzz::findings(&judgement);
        findings.sort();
        findings.dedup();
        for finding in findings {
            *expected.entry(Fault::Finding(finding)).or_default() += 1;
        }
    }
    let tally = replay_on(2, &message(), &committed());
    let found = tally.faults.iter().map(|(fault, found)| (fault.clone(), found.inputs));
    assert!(expected.len() > 5, "the message's reading has findings");
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn the_committed_corpus_has_no_finding_and_every_seed_is_fed() {
    let tally = replay_on(2, &FIX, &committed());
    assert_eq!(tally.faults.keys().collect::<Vec<_>>(), Vec::<&Fault>::new());
    assert_eq!(tally.fed(), corpus::read(&committed()).unwrap().len() as u64);
    for path in Path::ALL {
        let counts = tally.path(path);
        assert_eq!(counts.fed, counts.same + counts.intended, "{path}");
        assert!(counts.same > 0 && counts.intended > 0, "{path}");
    }
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let root = generated();
    let report = |threads| {
        let tally = replay_on(threads, &message(), root.path());
        serde_json::to_string(&Report::new(&message(), &tally)).unwrap()
    };
    let one = report(1);
    assert!(one.contains(":beyond:"));
    for threads in [2, 3, 8] {
        assert_eq!(report(threads), one, "{threads} threads");
    }
}

#[test]
fn the_smallest_inputs_are_the_examples_and_then_the_first_by_name() {
    // The empty input is a ramfs file cut short; zeroes at the end mean nothing.
    let root = folder(&[
        ("truncation/d", &[0; 9]),
        ("truncation/c", &[0; 2]),
        ("truncation/b", &[0; 2]),
        ("truncation/a", &[0; 40]),
        ("truncation/e", &[0; 2]),
        ("truncation/z", b""),
    ]);
    let tally = replay_on(2, &message(), root.path());
    let (_, found) = tally.faults.first_key_value().unwrap();
    let names = found.examples.iter().map(|example| {
        let name = FsPath::new(&example.name).file_name().unwrap().to_string_lossy();
        (name.into_owned(), example.len)
    });
    let expected = [("z", 0), ("b", 2), ("c", 2)].map(|(name, len)| (name.to_string(), len));
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!(found.inputs, 6);
    let spelled = found.examples.first().unwrap().spelled.as_deref();
    assert_eq!(spelled, Some("truncation:"));
}

/// Panics at inputs that say so.
struct Fragile;

impl Examine for Fragile {
    fn examine(&mut self, _: Path, bytes: &[u8], _: &mut Exam) {
        assert!(bytes != b"panic", "planted\nfor the test");
    }
}

#[test]
fn a_panic_is_a_finding_and_the_rest_is_replayed() {
    let root = folder(&[("flags/a", b"1"), ("flags/b", b"panic"), ("flags/c", b"3")]);
    let plan = Plan { inputs: vec![root.path().to_path_buf()], path: None };
    let tally = replay::run_with(&plan, &|| Box::new(Fragile), &|_| {});
    let counts = tally.path(Path::Flags);
    assert_eq!((counts.fed, counts.same, counts.failing), (3, 2, 1));
    let (fault, found) = tally.faults.first_key_value().unwrap();
    assert_eq!(fault, &Fault::Panic(Path::Flags, "planted".into()));
    assert_eq!(fault.signature(), "flags:panic:planted");
    assert_eq!((found.inputs, &found.examples.first().unwrap().spelled), (1, &None));
}

#[test]
fn names_are_kept_up_to_a_bound_and_counts_beyond_it() {
    let (mut even, mut odd) = (Tally::default(), Tally::default());
    for n in 0..3000 {
        let tally = if n % 2 == 0 { &mut even } else { &mut odd };
        tally.refuse(Reason::Unreadable, format!("{n:04}"), "planted".into());
    }
    let tally = even.merge(odd);
    assert_eq!(tally.refused(Reason::Unreadable), 3000);
    let names: Vec<_> = tally.refused[&Reason::Unreadable].named.iter().map(|r| &r.name).collect();
    assert_eq!((names.len(), names[0].as_str(), names[999].as_str()), (1000, "0000", "0999"));
}

#[test]
fn progress_ends_where_all_that_was_found_is_done() {
    let root = generated();
    let plan = Plan { inputs: vec![root.path().to_path_buf()], path: None };
    let seen = Mutex::new((0, 0));
    replay::run(&FIX, &plan, &|tick| {
        let mut seen = seen.lock().unwrap();
        match tick {
            replay::Tick::Found(more) => seen.0 += more,
            replay::Tick::Done(more) => seen.1 += more,
        }
        assert!(seen.1 <= seen.0, "no more is done than was found");
    });
    assert_eq!(*seen.lock().unwrap(), (2800, 2800));
}
