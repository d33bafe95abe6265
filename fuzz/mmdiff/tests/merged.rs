// SPDX-License-Identifier: GPL-2.0-only
//! Merged scans against whole scans: the explorer's compaction goes turn by turn, and continues each
//! state once for all paths that lead there. Here the same scans are run one by one from beginning to
//! end, with nothing merged, and what was counted must be what was run.
use mmdiff::explore::tally::Tally;
use mmdiff::explore::work::{Cut, Plan, Watch};
use mmdiff::explore::{Bounds, Choice, Joint, Races, Settings, Side, Sides, Tape};
use mmdiff::oracle::Intent;
use mmdiff::scenario::Path;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

fn question(sides: (&str, &str)) -> Sides {
    let side = |name| Side::named(name).expect("a revision");
    Sides { pre: side(sides.0), post: side(sides.1), intent: Intent::DEFAULT }
}

/// What comes before the loop: the choices that lead to each state in which the loop begins, in the
/// order of the plan's units.
fn begun(question: &Sides, bounds: Bounds) -> Vec<Vec<Vec<Choice>>> {
    let mut joint = Joint::new(question, bounds, Path::Compaction);
    let (mut places, mut heads) = (HashMap::new(), Vec::<Vec<Vec<Choice>>>::new());
    let mut tape = Tape::default();
    loop {
        if let Some(head) = joint.begin_scan(&mut tape).next {
            let place = *places.entry(head).or_insert_with(|| {
                heads.push(Vec::new());
                heads.len() - 1
            });
            heads[place].push(tape.choices().to_vec());
        }
        if !tape.advance() {
            return heads;
        }
    }
}

/// What scans come to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Counted {
    paths: u128,
    /// Those on which the sides differ, by signature.
    found: BTreeMap<String, u128>,
}

impl Counted {
    fn join(mut self, other: Counted) -> Counted {
        self.paths += other.paths;
        for (signature, paths) in other.found {
            *self.found.entry(signature).or_default() += paths;
        }
        self
    }
}

/// Every scan that begins with these choices, whole.
fn whole(question: &Sides, bounds: Bounds, begun: &[Choice]) -> Counted {
    let mut joint = Joint::new(question, bounds, Path::Compaction);
    let (mut tape, mut counted) = (Tape::with_prefix(begun), Counted::default());
    loop {
        let met = joint.run_scan(&mut tape);
        counted.paths += 1;
        for class in met.classes {
            *counted.found.entry(class.signature()).or_default() += 1;
        }
        if !tape.advance() {
            return counted;
        }
    }
}

struct Keep(Mutex<BTreeMap<usize, Tally>>);

impl Watch for Keep {
    fn done(&self, unit: usize, tally: &Tally) {
        self.0.lock().unwrap().insert(unit, tally.clone());
    }

    fn stop(&self, _: u64) -> Option<Cut> {
        None
    }
}

/// The scans from some of the states in which the loop begins, merged, by the state's number. What
/// comes before, and scans of any length, are units of their own.
fn merged(
    question: &Sides,
    bounds: Bounds,
    heads: usize,
    wanted: impl Fn(usize) -> bool + Sync,
) -> BTreeMap<usize, Counted> {
    let plan = Plan::new(question, bounds, &[Path::Compaction]);
    let first = plan.units.len() - heads;
    let keep = Keep(Mutex::default());
    let cut = plan.run(&|unit| unit >= first && wanted(unit - first), &keep);
    assert_eq!(cut, None);
    let counted = |(unit, tally): (usize, Tally)| {
        let found = tally.found.into_iter().map(|(name, found)| (name, found.paths));
        (unit - first, Counted { paths: tally.paths, found: found.collect() })
    };
    keep.0.into_inner().unwrap().into_iter().map(counted).collect()
}

/// Both ways, from the states with these numbers.
fn both(
    sides: (&str, &str),
    bounds: Bounds,
    wanted: impl Fn(usize) -> bool + Sync,
) -> Vec<(Counted, Counted)> {
    let question = question(sides);
    let heads = begun(&question, bounds);
    let merged = merged(&question, bounds, heads.len(), wanted);
    let compared: Vec<(Counted, Counted)> = merged
        .into_iter()
        .map(|(number, merged)| {
            let scans = heads[number].par_iter();
            let whole = scans.map(|choices| whole(&question, bounds, choices));
            (merged, whole.reduce(Counted::default, Counted::join))
        })
        .collect();
    let scans: u128 = compared.iter().map(|(_, whole)| whole.paths).sum();
    let states = compared.len();
    println!("{sides:?}, {bounds}: {scans} whole scans from {states} of {} states", heads.len());
    compared
}

/// Demands that all was counted as it was run. The sides differ nowhere in a scan.
fn same(compared: Vec<(Counted, Counted)>) {
    assert!(!compared.is_empty());
    for (merged, whole) in compared {
        assert!(merged.paths > 0 && merged.found.is_empty(), "{merged:?}");
        assert_eq!(merged, whole);
    }
}

/// Of each place where a scan can be, the state from which the fewest scans go.
fn few(number: usize) -> bool {
    number % 15 == 11
}

const PAIR: (&str, &str) = ("pre-fix", "post-fix");

#[test]
fn merged_scans_are_as_many_as_whole_scans() {
    same(both(PAIR, Bounds::default(), few));
}

/// What was seen and may not have changed since lasts from turn to turn.
#[test]
fn and_where_changes_are_counted() {
    let [none, one] = [0, 1].map(|most| {
        let bounds = Bounds { races: Races::Most(most), ..Bounds::default() };
        both(PAIR, bounds, |number| number == 11)
    });
    // They are counted: with one change there are more, and the comparison would see it.
    assert_ne!(none[0].0, one[0].1);
    same(none);
    same(one);
}

#[test]
#[ignore = "10 minutes: cargo test --release -p mmdiff --test all -- --ignored merged::every_scan"]
fn every_scan_of_a_page_frame_that_was_counted_is_there() {
    same(both(PAIR, Bounds::default(), |_| true));
}

#[test]
#[ignore = "10 minutes: cargo test --release -p mmdiff --test all -- --ignored merged::and_in_6_12"]
fn and_in_6_12() {
    same(both(("v6.12-pre-fix", "v6.12"), Bounds::default(), |_| true));
}

#[test]
#[ignore = "minutes: cargo test --release -p mmdiff --test all -- --ignored merged::merged_scans_with_free"]
fn merged_scans_with_free_settings_are_as_many_as_whole_scans() {
    same(both(PAIR, Bounds { settings: Settings::Free, ..Bounds::default() }, few));
}

/// Where the sides differ a merged path ends, and a whole scan goes on and may differ again: so what
/// is found is the same, on as many scans or more.
#[test]
#[ignore = "a minute: cargo test -p mmdiff --test all -- --ignored merged::sides_that_differ"]
fn sides_that_differ_do_so_in_the_same_ways_in_merged_and_in_whole_scans() {
    for (merged, whole) in both(("post-fix", "v6.12"), Bounds::default(), |number| number == 11) {
        assert!(!merged.found.is_empty() && merged.paths <= whole.paths);
        assert!(merged.found.keys().eq(whole.found.keys()), "{merged:?}\n{whole:?}");
        for (signature, paths) in &merged.found {
            assert!(*paths <= whole.found[signature], "{signature}: {merged:?}\n{whole:?}");
        }
    }
}
