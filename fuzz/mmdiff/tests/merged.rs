// SPDX-License-Identifier: GPL-2.0-only
//! Merged scans against whole scans: the explorer's compaction goes turn by turn, and continues each
//! state once for all paths that lead there. Here the same scans are run one by one from beginning to
//! end, with nothing merged, and what was counted must be what was run.
#![cfg(feature = "cli")]

use mmdiff::explore::tally::Tally;
use mmdiff::explore::work::{Cut, Plan, Watch};
use mmdiff::explore::{Bounds, Choice, Joint, Races, Settings, Tape};
use mmdiff::oracle::{Intent, Question};
use mmdiff::run::Tree;
use mmdiff::scenario::Path;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

fn question(sides: (&str, &str)) -> Question {
    let tree = |name| Tree::named(name).expect("a revision");
    Question { pre: tree(sides.0), post: tree(sides.1), intent: Intent::Fix }
}

/// What comes before the loop: the choices that lead to each state in which the loop begins, in the
/// order of the plan's units.
fn begun(question: &Question, bounds: Bounds) -> Vec<Vec<Vec<Choice>>> {
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

    /// Those on which the sides do not differ, if they differ in one way at most.
    fn alike(&self) -> u128 {
        self.paths - self.found.values().sum::<u128>()
    }
}

/// Every scan that begins with these choices, whole.
fn whole(question: &Question, bounds: Bounds, begun: &[Choice]) -> Counted {
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
    question: &Question,
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

#[test]
fn look() {
    let free = Bounds::default();
    for (sides, bounds) in [
        (("post-fix", "v6.12"), free),
        (("pre-fix", "post-fix"), Bounds { settings: Settings::Free, ..free }),
        (("pre-fix", "post-fix"), Bounds { folios: 2, races: Races::Most(0), ..free }),
    ] {
        let q = question(sides);
        let heads = begun(&q, bounds);
        println!(
            "{sides:?} {bounds} {} heads: {:?}",
            heads.len(),
            merged(&q, bounds, heads.len(), |i| i % 15 == 11)
        );
    }
    let show = |compared: Vec<(Counted, Counted)>| {
        for (m, w) in compared {
            if m != w {
                println!("  {m:?}\n  {w:?}");
            }
        }
    };
    let t = std::time::Instant::now();
    show(both(("pre-fix", "post-fix"), free, |i| i == 11 || i == 26));
    println!("{:?}", t.elapsed());
    show(both(("pre-fix", "post-fix"), Bounds { races: Races::Most(0), ..free }, |i| {
        i == 11 || i == 26
    }));
    println!("{:?}", t.elapsed());
    show(both(("pre-fix", "post-fix"), Bounds { races: Races::Most(1), ..free }, |i| {
        i == 11 || i == 26
    }));
    println!("{:?}", t.elapsed());
}
