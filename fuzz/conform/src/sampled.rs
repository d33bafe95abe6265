// SPDX-License-Identifier: GPL-2.0-only
//! Sampled conformance: generated scenarios, many folios and racing actors in them, each side in a
//! simulated world of its own.

use super::c::loaded;
use super::c::{Said, listen};
use super::sides::{Code, Pair, Steps, compare_steps};
use crate::run::Run;
use crate::run::Tree;
use crate::scenario::{Path, Scenario, generate};
use mmcore::Function;
use mmdiff_kernel::Compiled;
use mmdiff_kernel::judge::Chance;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::slice;
use std::sync::Arc;

/// So many cases are one piece of work.
const CHUNK: u64 = 256;

/// Runs scenarios on both sides, with the same memory.
#[derive(Debug)]
pub struct Sampler {
    /// One side's last run.
    pub left: Run,
    /// The other's.
    pub right: Run,
}

impl Sampler {
    /// For scenarios on these sides.
    pub fn new([left, right]: [&'static Code; 2]) -> Sampler {
        Sampler { left: Run::new(&left.side.tree), right: Run::new(&right.side.tree) }
    }

    /// Runs a scenario, and compares. The C must be loaded.
    pub fn run(&mut self, scenario: &Scenario) -> Steps {
        for run in [&mut self.left, &mut self.right] {
            run.begin(scenario);
            (0..scenario.steps()).for_each(|_| run.step(scenario));
        }
        compare_steps(&self.left, &self.right)
    }

    /// The same, and keeps both runs and what C said in each.
    pub fn record(mut self, scenario: &Scenario) -> (Steps, [(Run, Vec<Said>); 2]) {
        let [left, right] = [&mut self.left, &mut self.right].map(|run| {
            // What sets a scenario up is no event of a step.
            run.begin(scenario);
            listen(|| (0..scenario.steps()).for_each(|_| run.step(scenario))).1
        });
        let steps = compare_steps(&self.left, &self.right);
        (steps, [(self.left, left), (self.right, right)])
    }
}

/// What the scenarios of a path came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sampled {
    /// Scenarios that were run.
    pub cases: u64,
    /// Those on which the sides are not equal.
    pub mismatches: u64,
    /// Of these, those in which they do and return the same, and only ask otherwise.
    pub asks: u64,
    /// Those that call a function that cannot be run.
    pub not_judged: u64,
    /// Such functions.
    pub missing: BTreeSet<&'static str>,
    /// The first scenario on which the sides are not equal: if there is one, the first in which they do
    /// or return something else.
    pub first: Option<Scenario>,
    first_only_asks: bool,
}

impl Sampled {
    /// Scenarios on which the sides were compared.
    pub fn judged(&self) -> u64 {
        self.cases - self.not_judged
    }

    fn note(&mut self, scenario: &Scenario, steps: Steps) {
        self.cases += 1;
        match steps {
            Steps::Equal => {}
            Steps::NotJudged(function) => {
                self.not_judged += 1;
                self.missing.insert(function.name());
            }
            Steps::Apart(_, only_asks) => {
                self.mismatches += 1;
                self.asks += u64::from(only_asks);
                self.show(scenario.clone(), only_asks);
            }
        }
    }

    /// Keeps a scenario as the first, if there is none, or none that shows as much.
    fn show(&mut self, scenario: Scenario, only_asks: bool) {
        if self.first.is_none() || self.first_only_asks && !only_asks {
            (self.first, self.first_only_asks) = (Some(scenario), only_asks);
        }
    }

    /// Adds what later scenarios came to.
    fn merge(mut self, other: Sampled) -> Sampled {
        self.cases += other.cases;
        self.mismatches += other.mismatches;
        self.not_judged += other.not_judged;
        self.missing.extend(other.missing);
        self.asks += other.asks;
        if let Some(first) = other.first {
            self.show(first, other.first_only_asks);
        }
        self
    }
}

/// Makes `cases` calls of every function, by chance and answered by chance: what no caller in the
/// simulated world does, and what none of its answers is, is compared too.
pub fn call_by_chance(
    pair: &'static Pair,
    object: &Compiled,
    (seed, cases): (u64, u64),
    progress: &(dyn Fn(u64) + Sync),
    stop: &(dyn Fn() -> bool + Sync),
) -> Chance {
    let chunks = (0..cases.div_ceil(CHUNK)).into_par_iter().filter(|_| !stop()).map(|chunk| {
        let range = chunk * CHUNK..cases.min((chunk + 1) * CHUNK);
        let seeds = seed.wrapping_add(range.start)..seed.wrapping_add(range.end);
        let chance = (pair.chance)(object, Function::ALL, seeds);
        progress(range.end - range.start);
        chance
    });
    chunks.collect::<Vec<_>>().into_iter().fold(Chance::default(), Chance::merge)
}

/// Runs `cases` scenarios of a path on one side, for its C to be covered.
pub fn cover(tree: &'static Tree, object: &Arc<Compiled>, path: Path, (seed, cases): (u64, u64)) {
    (0..cases).into_par_iter().for_each_init(
        || Run::new(tree),
        |run, case| {
            let scenario = generate::scenario(seed, path, case);
            loaded(slice::from_ref(object), || {
                run.begin(&scenario);
                (0..scenario.steps()).for_each(|_| run.step(&scenario));
            });
        },
    );
}

/// Runs `cases` scenarios of a path, generated from `seed`. `progress` is told how many were
/// done; no more are begun when it is to `stop`.
pub fn sample(
    sides: [&'static Code; 2],
    objects: &[Arc<Compiled>],
    path: Path,
    (seed, cases): (u64, u64),
    progress: &(dyn Fn(u64) + Sync),
    stop: &(dyn Fn() -> bool + Sync),
) -> Sampled {
    let chunks = (0..cases.div_ceil(CHUNK)).into_par_iter().filter(|_| !stop()).map(|chunk| {
        let range = chunk * CHUNK..cases.min((chunk + 1) * CHUNK);
        let mut sampled = Sampled::default();
        loaded(objects, || {
            let mut sampler = Sampler::new(sides);
            for case in range {
                let scenario = generate::scenario(seed, path, case);
                let steps = sampler.run(&scenario);
                sampled.note(&scenario, steps);
            }
        });
        progress(sampled.cases);
        sampled
    });
    // In order, whichever thread is first.
    chunks.collect::<Vec<_>>().into_iter().fold(Sampled::default(), Sampled::merge)
}
