// SPDX-License-Identifier: GPL-2.0-only
//! What an enumeration found, in a form that adds up: of units of work, of shards, of machines.

use super::cubes::{self, Cube};
use super::tape::Choice;
use crate::oracle::Class;
use mmcore::Function;
use mmdiff_judge::oracle::change::Change;
use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was found on the paths of one path of the kernel.
#[derive(Clone, PartialEq, Eq, Debug, Default, JsonSchema, Serialize, Deserialize)]
pub struct Tally {
    /// Joint paths.
    pub paths: u128,
    /// Stretches that were run: whole paths, or turns that stand for many.
    pub runs: u64,
    /// States at the head of the scanner's loop, each continued once.
    pub states: u64,
    /// What was decided, each once: hashes of effects and returned values.
    #[serde(serialize_with = "sorted")]
    #[schemars(with = "std::collections::BTreeSet<u64>")]
    pub decisions: FxHashSet<u64>,
    /// The least path on which each was decided, if that is kept: see [`Plan::keep_examples`].
    ///
    /// [`Plan::keep_examples`]: super::work::Plan::keep_examples
    #[serde(skip)]
    pub examples: BTreeMap<u64, Vec<Choice>>,
    /// The bits of flags words that the sides read.
    pub bits_read: (u64, u64),
    /// Scans of any length, if they were looked at.
    #[serde(default)]
    pub closure: Option<Closure>,
    /// How the sides differ, by signature.
    pub found: BTreeMap<String, Found>,
}

/// In an order of their own, so that the same set is the same text.
fn sorted<S: serde::Serializer>(set: &FxHashSet<u64>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(set.iter().copied().collect::<std::collections::BTreeSet<u64>>())
}

/// A class of differences.
#[derive(Clone, PartialEq, Eq, Debug, JsonSchema, Serialize, Deserialize)]
pub struct Found {
    /// The ported function in which the sides part.
    pub function: Option<String>,
    /// The clause that explains it; `None` is beyond the intent.
    pub clause: Option<String>,
    /// What the sides did.
    pub sides: (String, String),
    /// Joint paths that show it.
    pub paths: u128,
    /// The choices that it takes.
    pub cubes: Vec<Cube>,
    /// The least path that shows it.
    pub example: Vec<Choice>,
}

impl Found {
    pub(super) fn new(change: &Change, class: &Class, example: &[Choice]) -> Found {
        Found {
            function: class.function.map(|function: Function| function.name().to_string()),
            clause: class.clause.map(str::to_string),
            sides: change.sides(class),
            paths: 0,
            cubes: Vec::new(),
            example: example.to_vec(),
        }
    }
}

/// What came of closing the states of scans of any length: see [`closure`](super::closure).
#[derive(Clone, PartialEq, Eq, Debug, Default, JsonSchema, Serialize, Deserialize)]
pub struct Closure {
    /// How many states there are.
    pub states: u64,
    /// How many half turns were run.
    pub turns: u64,
    /// How often all new states were continued until none was new.
    pub rounds: u64,
    /// How the sides differ in one, by signature. Its paths are half turns.
    pub found: BTreeMap<String, Found>,
    /// Half a turn after which the sides stand differently, though it showed nothing.
    pub parted: Option<Vec<Choice>>,
}

impl Closure {
    /// Whether it shows that the sides never differ but as intended. If not, a scan need not show
    /// it: more is tried than can be.
    pub fn holds(&self) -> bool {
        self.parted.is_none() && self.found.values().all(|found| found.clause.is_some())
    }
}

/// Why an enumeration was cut off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Its time was up.
    Time,
    /// It held as many states as it may.
    Memory,
    /// It was interrupted.
    Interrupt,
}

/// Whoever watches an enumeration: sees how it goes on, and can stop it.
pub trait Watch: Sync {
    /// A unit is done.
    fn done(&self, unit: usize, tally: &Tally);
    /// Whether to stop, and why; `states` are held at the moment.
    fn stop(&self, states: u64) -> Option<Cut>;
    /// The sides differ so. It is asked next whether to stop.
    fn differ(&self, _class: &Class) {}
}

/// How many runs there are between two looks whether to stop.
const RUNS: u64 = 1 << 12;

impl Tally {
    /// Counts a run, and looks now and then whether to stop; `states` are held.
    pub(super) fn count(&mut self, states: u64, watch: &dyn Watch) -> Result<(), Cut> {
        self.runs += 1;
        match self.runs.is_multiple_of(RUNS) {
            true => watch.stop(states).map_or(Ok(()), Err),
            false => Ok(()),
        }
    }

    /// Notes one path or stretch that stands for `paths` joint paths if it ends there: a class, with
    /// its signature, and the choices that lead there, in two parts.
    pub(super) fn add_class(
        &mut self,
        change: &Change,
        class: &Class,
        signature: &str,
        paths: u128,
        example: [&[Choice]; 2],
    ) {
        let Some(found) = self.found.get_mut(signature) else {
            let found = Found { paths, ..Found::new(change, class, &example.concat()) };
            self.found.insert(signature.to_string(), found);
            return;
        };
        found.paths += paths;
        let length = example[0].len() + example[1].len();
        let is_less = length < found.example.len()
            || length == found.example.len()
                && example.into_iter().flatten().lt(found.example.iter());
        if is_less {
            found.example = example.concat();
        }
    }

    /// Notes a path on which `decision` was made.
    pub(super) fn add_example(&mut self, decision: u64, example: Vec<Choice>) {
        let least = self.examples.entry(decision).or_insert_with(|| example.clone());
        if (example.len(), &example) < (least.len(), least) {
            *least = example;
        }
    }

    /// Adds another tally.
    pub fn add(&mut self, other: Tally) {
        self.paths += other.paths;
        self.runs += other.runs;
        self.states += other.states;
        self.decisions.extend(other.decisions);
        for (decision, example) in other.examples {
            self.add_example(decision, example);
        }
        self.bits_read.0 |= other.bits_read.0;
        self.bits_read.1 |= other.bits_read.1;
        self.closure = self.closure.take().or(other.closure);
        for (signature, found) in other.found {
            let Some(known) = self.found.get_mut(&signature) else {
                self.found.insert(signature, found);
                continue;
            };
            known.paths += found.paths;
            known.cubes.extend(found.cubes);
            if (found.example.len(), &found.example) < (known.example.len(), &known.example) {
                known.example = found.example;
            }
        }
    }

    /// Makes the cubes few.
    pub fn reduce(&mut self) {
        for found in self.found.values_mut() {
            cubes::reduce(&mut found.cubes);
        }
    }

    /// Whether a difference is beyond the intent.
    pub fn is_beyond(&self) -> bool {
        self.found.values().any(|found| found.clause.is_none())
    }
}
