// SPDX-License-Identifier: GPL-2.0-only
//! Seeds out of an enumeration: for each thing that was decided, a scenario in which the simulated
//! kernel has it decided, where a search finds one.
//!
//! A [`Decision`] is what both sides do and return in one step, whatever folios, mappings, lruvecs
//! and page frames are called. The search is a fuzzer with a perfect signal: scenarios are made by
//! chance and by mutating those that showed something new, and what is looked for is known. It has an
//! end, so that what it does not reach may be out of the world's reach or not.

use crate::corpus::{Seed, seeds};
use crate::explore::tally::Tally;
use crate::explore::{Bounds, Choice, Joint, Sides, Tape, What};
use crate::run::{FLAG_TESTS, Returned, Run};
use crate::scenario::mutate::mutate;
use crate::scenario::{Path, Scenario, generate};
use crate::trace::Event;
use mmcore::Call;
use rustc_hash::{FxHashSet, FxHasher};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

/// What both sides do and return in a step: a hash, the same on every machine of 64 bits.
pub type Decision = u64;

/// What is looked for.
pub type Wanted = BTreeMap<Decision, Target>;

/// A decision that is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// What its seed is called: the function, and the decision.
    pub name: String,
    /// A path of the enumeration on which it is made.
    pub choices: Vec<Choice>,
}

/// Whoever watches a search.
pub trait Watch: Sync {
    /// A decision was reached.
    fn reached(&self);
    /// Whether to stop.
    fn stop(&self) -> bool;
}

/// So many scenarios without anything that is looked for end the search.
const PATIENCE: u64 = 30_000;
/// So many scenarios are mutated further.
const POOL: usize = 1 << 12;

/// What a search came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reached {
    /// One seed for each decision that was reached.
    pub seeds: Vec<Seed>,
    /// The decisions that were not reached.
    pub missing: Vec<Target>,
    /// How many scenarios were run.
    pub tried: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// The decisions of a path, of an enumeration that [kept examples](crate::explore::work::Plan::keep_examples).
pub fn decisions(sides: &Sides, bounds: Bounds, path: Path, tally: &Tally) -> Wanted {
    let mut joint = Joint::new(sides, bounds, path);
    let mut wanted = Wanted::new();
    for choices in tally.examples.values() {
        let judgement = record(&mut joint, choices);
        each_decision(judgement, &mut |decision, name| {
            let target = || Target { name: name(), choices: choices.clone() };
            wanted.entry(decision).or_insert_with(target);
        });
    }
    wanted
}

fn record<'a>(joint: &'a mut Joint, choices: &[Choice]) -> [&'a Run; 2] {
    let mut tape = Tape::given(choices);
    let judgement = match choices.first().map(|choice| choice.var.what) {
        Some(What::Range) => joint.record_scan(&mut tape),
        _ => joint.record(&mut tape),
    };
    [&judgement.pre, &judgement.post]
}

/// The decisions that are made in a scenario.
pub fn made(sides: &Sides, scenario: &Scenario) -> BTreeSet<Decision> {
    let mut runs = [Run::new(&sides.pre.tree), Run::new(&sides.post.tree)];
    let mut made = BTreeSet::new();
    run_both(&mut runs, scenario);
    each_decision([&runs[0], &runs[1]], &mut |decision, _| {
        made.insert(decision);
    });
    made
}

fn run_both(runs: &mut [Run; 2], scenario: &Scenario) {
    for run in runs {
        run.begin(scenario);
        (0..scenario.steps()).for_each(|_| run.step(scenario));
    }
}

/// Looks for scenarios of a path in which the decisions are made.
pub fn search(sides: &Sides, path: Path, wanted: &Wanted, watch: &dyn Watch) -> Reached {
    let mut search = Search {
        runs: [Run::new(&sides.pre.tree), Run::new(&sides.post.tree)],
        wanted,
        watch,
        seen: FxHashSet::default(),
        best: BTreeMap::new(),
        pool: Vec::new(),
    };
    let mut tried = 0;
    for (_, scenario) in seeds::candidates().iter().filter(|(_, s)| s.path() == path) {
        search.run(scenario);
        tried += 1;
    }
    let mut last = tried;
    let mut stopped = false;
    while search.best.len() < wanted.len() && tried - last < PATIENCE && !stopped {
        if search.run(&search.next(path, tried)) {
            last = tried;
        }
        tried += 1;
        stopped = watch.stop();
    }
    let (mut seeds, mut missing) = (Vec::new(), Vec::new());
    for (decision, target) in wanted {
        match search.best.remove(decision) {
            Some(bytes) => seeds.push(Seed { path, name: target.name.clone(), bytes }),
            None => missing.push(target.clone()),
        }
    }
    Reached { seeds, missing, tried, stopped }
}

struct Search<'a> {
    runs: [Run; 2],
    wanted: &'a Wanted,
    watch: &'a dyn Watch,
    /// Everything that was decided so far.
    seen: FxHashSet<Decision>,
    /// The shortest input for each decision that is wanted.
    best: BTreeMap<Decision, Vec<u8>>,
    pool: Vec<Scenario>,
}

impl Search<'_> {
    /// The scenario that is run as number `case`: one out of four is new.
    fn next(&self, path: Path, case: u64) -> Scenario {
        let mut scenario = generate::scenario(1, path, case);
        if !case.is_multiple_of(4) && !self.pool.is_empty() {
            // The generator's bytes are dice enough.
            let mut dice = FxHasher::default();
            (case, scenario.encode()).hash(&mut dice);
            let number = dice.finish();
            scenario = self.pool[(number >> 32) as usize % self.pool.len()].clone();
            for turn in 0..1 + number % 3 {
                mutate(&mut scenario, number.rotate_left(8).wrapping_add(turn));
            }
        }
        scenario
    }

    /// Runs a scenario, and says whether it shows something that is looked for and new.
    fn run(&mut self, scenario: &Scenario) -> bool {
        let Search { runs, wanted, watch, seen, best, pool } = self;
        run_both(runs, scenario);
        let (mut is_new, mut found) = (false, false);
        let mut bytes = None;
        each_decision([&runs[0], &runs[1]], &mut |decision, _| {
            let first = seen.insert(decision);
            is_new |= first;
            if wanted.contains_key(&decision) {
                found |= first;
                if first {
                    watch.reached();
                }
                let bytes: &Vec<u8> = bytes.get_or_insert_with(|| scenario.encode());
                let least = best.entry(decision).or_insert_with(|| bytes.clone());
                if (bytes.len(), bytes) < (least.len(), least) {
                    least.clone_from(bytes);
                }
            }
        });
        if found || is_new && pool.len() < POOL {
            pool.push(scenario.clone());
        }
        found
    }
}

/// Calls `see` with each decision of two runs of the same scenario, and with what makes its name.
fn each_decision(runs: [&Run; 2], see: &mut dyn FnMut(Decision, &dyn Fn() -> String)) {
    let steps = runs[0].steps.len().min(runs[1].steps.len());
    for step in 0..steps {
        let [pre, post] = runs.map(|run| run.steps[step].1);
        if let (Returned::Bits(pre), Returned::Bits(post)) = (pre, post) {
            // A reading of all tests is that of each.
            for bit in 0..FLAG_TESTS.len() {
                let [pre, post] = [pre, post].map(|bits| Returned::Bool(bits >> bit & 1 == 1));
                decided([&[], &[]], [pre, post], see);
            }
            continue;
        }
        decided(runs.map(|run| run.events(step)), [pre, post], see);
    }
}

/// Calls `see` with the decision of one step.
fn decided(
    events: [&[Event]; 2],
    returned: [Returned; 2],
    see: &mut dyn FnMut(Decision, &dyn Fn() -> String),
) {
    let mut hasher = FxHasher::default();
    for (events, returned) in events.into_iter().zip(returned) {
        let mut names = Names::default();
        for event in events.iter().filter(|event| event.is_effect()) {
            names.hash(event, &mut hasher);
        }
        returned.hash(&mut hasher);
    }
    let decision = hasher.finish();
    see(decision, &|| {
        let entered = events[0].iter().find_map(|event| match event.call {
            Call::Enter { function } => Some(function.name()),
            _ => None,
        });
        format!("{}-{decision:016x}", entered.unwrap_or("flags"))
    });
}

/// The objects of a step, numbered in the order in which its effects name them.
#[derive(Default)]
struct Names {
    folios: Vec<u64>,
    mappings: Vec<u64>,
    lruvecs: Vec<u64>,
    /// The first page frame.
    pfn: Option<u64>,
}

impl Names {
    /// Hashes an effect, whatever its objects are called.
    fn hash(&mut self, event: &Event, hasher: &mut FxHasher) {
        let id = event.call.id();
        id.hash(hasher);
        for (&(name, of), word) in id.arguments().iter().zip(event.call.words()) {
            let is_pfn = matches!(name, "pfn" | "start_pfn" | "end_pfn") || of == "Page";
            let known = if is_pfn { self.frame(word) } else { self.name(of, word) };
            known.hash(hasher);
        }
        self.name(id.answer().trim_matches(['(', ')']), event.answer).hash(hasher);
    }

    /// How far a page frame is from the first.
    fn frame(&mut self, pfn: u64) -> u64 {
        pfn.wrapping_sub(*self.pfn.get_or_insert(pfn))
    }

    /// The number of an object, by its type; anything else is what it is.
    fn name(&mut self, of: &str, word: u64) -> u64 {
        let (inner, is_option) = match of.strip_prefix("Option<") {
            Some(inner) => (inner.trim_end_matches('>'), true),
            None => (of, false),
        };
        let known = match inner {
            "Folio" => &mut self.folios,
            "Mapping" => &mut self.mappings,
            "Lruvec" => &mut self.lruvecs,
            _ => return word,
        };
        let Some(handle) = word.checked_sub(is_option.into()) else { return 0 };
        let place = known.iter().position(|&other| other == handle).unwrap_or_else(|| {
            known.push(handle);
            known.len() - 1
        });
        place as u64 + 1
    }
}
