// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff check`: many scenarios on both revisions, and what they come to together.
//!
//! The result depends on the scenarios alone, not on the number of threads: counts are sums, and of
//! the examples of a class the smallest one is kept.

use crate::oracle::{Class, Hits, Invariant, Judge, Judgement, Question, Side, Verdict};
use crate::scenario::{Op, Path, Scenario, generate};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// An input of a corpus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seed {
    /// The path that it is for.
    pub path: Path,
    /// The file's name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Which scenarios are tried.
#[derive(Debug)]
pub struct Plan {
    /// The paths.
    pub paths: Vec<Path>,
    /// How many scenarios are generated for each.
    pub cases: u64,
    /// What they are generated from.
    pub seed: u64,
    /// The committed corpus.
    pub corpus: Vec<Seed>,
}

/// What the scenarios of a path came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PathCounts {
    /// Scenarios.
    pub cases: u64,
    /// Those without a difference.
    pub same: u64,
    /// Those with intended differences only.
    pub intended: u64,
    /// Those with a difference beyond the intent.
    pub beyond: u64,
}

/// A scenario that shows something, ordered so that the least is the best to look at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Example {
    rank: (Reverse<bool>, usize),
    /// The path.
    pub path: Path,
    /// The scenario, encoded.
    pub bytes: Vec<u8>,
}

impl Example {
    /// `shows` is whether the scenario shows the consequence too.
    fn new(scenario: &Scenario, shows: bool) -> Self {
        let bytes = scenario.encode();
        Example { rank: (Reverse(shows), bytes.len()), path: scenario.path(), bytes }
    }

    /// How `mmdiff explain` is told the scenario.
    pub fn spell(&self) -> String {
        spell_bytes(self.path, &self.bytes)
    }
}

/// How `mmdiff explain` is told a scenario: its path and its bytes.
pub fn spell(scenario: &Scenario) -> String {
    spell_bytes(scenario.path(), &scenario.encode())
}

/// The same, of bytes.
pub(crate) fn spell_bytes(path: Path, bytes: &[u8]) -> String {
    mmdiff_world::spelling::spell(path.name(), bytes)
}

/// The operation that a step of a scenario is.
fn operation(scenario: &Scenario, step: Option<usize>) -> Option<&'static str> {
    match scenario {
        Scenario::Lifecycle(s) => s.ops.get(step?).map(Op::name),
        _ => None,
    }
}

/// What the scenarios of a class came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClassCounts {
    /// Scenarios that show it.
    pub cases: u64,
    /// Those of them in which the sides do or leave behind something else, and not only ask it.
    pub behaving: u64,
    /// The most bytes that the side before showed and must not have.
    pub stale: u64,
    /// The operations that showed it, if they were operations.
    pub operations: BTreeSet<&'static str>,
    /// The best example.
    pub example: Example,
}

/// What all scenarios came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// By path.
    pub paths: BTreeMap<Path, PathCounts>,
    /// By class of divergence.
    pub classes: BTreeMap<Class, ClassCounts>,
    /// How often each expectation explained a divergence.
    pub hits: Hits,
    /// Who broke which invariant, and the best example.
    pub broken: BTreeMap<(Invariant, bool), Example>,
    /// Whether scenarios were left out because somebody asked to stop.
    pub cut_off: bool,
}

impl Tally {
    /// Adds one scenario's judgement.
    pub fn add(&mut self, scenario: &Scenario, judgement: &Judgement) {
        let counts = self.paths.entry(scenario.path()).or_default();
        counts.cases += 1;
        match judgement.verdict() {
            Verdict::Same => counts.same += 1,
            Verdict::Intended => counts.intended += 1,
            Verdict::Beyond => counts.beyond += 1,
        }
        for divergence in &judgement.divergences {
            if let Some(clause) = divergence.class.clause {
                *self.hits.entry(clause).or_default() += 1;
            }
            let (stale, _) = divergence.stale;
            let example = Example::new(scenario, stale > 0);
            let operations = operation(scenario, divergence.step).into_iter().collect();
            let behaving = divergence.behaves().into();
            let counts = ClassCounts { cases: 1, behaving, stale, operations, example };
            self.add_class(divergence.class, counts);
        }
        for (broke, side) in
            [(&judgement.pre_broke, Side::Pre), (&judgement.post_broke, Side::Post)]
        {
            for &invariant in broke {
                self.add_broken((invariant, side == Side::Post), Example::new(scenario, true));
            }
        }
    }

    fn add_class(&mut self, class: Class, more: ClassCounts) {
        self.classes
            .entry(class)
            .and_modify(|counts| {
                counts.cases += more.cases;
                counts.behaving += more.behaving;
                counts.stale = counts.stale.max(more.stale);
                counts.operations.extend(&more.operations);
                if more.example < counts.example {
                    counts.example = more.example.clone();
                }
            })
            .or_insert(more);
    }

    fn add_broken(&mut self, key: (Invariant, bool), example: Example) {
        let known = self.broken.entry(key).or_insert_with(|| example.clone());
        if example < *known {
            *known = example;
        }
    }

    /// Adds another tally.
    pub fn merge(mut self, other: Tally) -> Tally {
        for (path, more) in other.paths {
            let counts = self.paths.entry(path).or_default();
            counts.cases += more.cases;
            counts.same += more.same;
            counts.intended += more.intended;
            counts.beyond += more.beyond;
        }
        for (class, counts) in other.classes {
            self.add_class(class, counts);
        }
        for (clause, more) in other.hits {
            *self.hits.entry(clause).or_default() += more;
        }
        for (key, example) in other.broken {
            self.add_broken(key, example);
        }
        self.cut_off |= other.cut_off;
        self
    }
}

/// Is told how many scenarios were done since it was told last.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// Tries every scenario of the plan. `progress` is told how many were done since it was told last.
pub fn run(question: &Question, plan: &Plan, progress: Progress<'_>) -> Tally {
    run_until(question, plan, progress, &|| false)
}

/// Tries the scenarios of the plan until `stop` says so; the tally says whether it did.
pub fn run_until(
    question: &Question,
    plan: &Plan,
    progress: Progress<'_>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Tally {
    const CHUNK: u64 = 256;
    let go_on = |work: &dyn Fn() -> Tally| match stop() {
        true => Tally { cut_off: true, ..Tally::default() },
        false => work(),
    };
    let seeds = plan.corpus.par_iter().filter(|seed| plan.paths.contains(&seed.path)).map(|seed| {
        go_on(&|| tally(question, [Scenario::decode(seed.path, &seed.bytes)], progress))
    });
    let chunks: Vec<(Path, u64)> = plan
        .paths
        .iter()
        .flat_map(|&path| (0..plan.cases.div_ceil(CHUNK)).map(move |chunk| (path, chunk * CHUNK)))
        .collect();
    let generated = chunks.into_par_iter().map(|(path, first)| {
        let cases = first..(first + CHUNK).min(plan.cases);
        let generated = cases.map(|case| generate::scenario(plan.seed, path, case));
        go_on(&|| tally(question, generated.clone(), progress))
    });
    let mut tally = seeds.chain(generated).reduce(Tally::default, Tally::merge);
    for &path in &plan.paths {
        tally.paths.entry(path).or_default();
    }
    for expectation in &question.intent.change().expectations {
        tally.hits.entry(&expectation.name).or_default();
    }
    tally
}

fn tally(
    question: &Question,
    scenarios: impl IntoIterator<Item = Scenario>,
    progress: Progress<'_>,
) -> Tally {
    let mut tally = Tally::default();
    let mut judge = Judge::new(question);
    let mut done = 0;
    for scenario in scenarios {
        tally.add(&scenario, judge.judge(&scenario));
        done += 1;
    }
    progress(done);
    tally
}
