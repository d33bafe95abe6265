// SPDX-License-Identifier: GPL-2.0-only
//! What judges a run: both revisions step by step, every difference, and whether it is intended.
//!
//! [`judge`] is the one function behind the fuzz targets, the replay, the report and the tests.

pub mod clauses;
mod compare;
mod divergence;
pub mod invariants;
mod sort;

pub use clauses::{Clause, Intent};
pub use compare::{Difference, Side, What};
pub use divergence::{Cause, Class, Divergence, Outcomes};
pub use invariants::Invariant;

use crate::run::{Run, Tree};
use crate::scenario::Scenario;
use std::collections::BTreeMap;

/// What a comparison is about: two revisions, and a reading of what the patch between them intends.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The revision before.
    pub pre: &'static Tree,
    /// The revision after.
    pub post: &'static Tree,
    /// The reading.
    pub intent: Intent,
}

/// The verdict on one scenario.
#[derive(Debug)]
pub struct Judgement {
    /// The run on the revision before.
    pub pre: Run,
    /// The run on the revision after.
    pub post: Run,
    /// The differences, sorted into divergences.
    pub divergences: Vec<Divergence>,
    /// The invariants that the revision before broke.
    pub pre_broke: Vec<Invariant>,
    /// The invariants that the revision after broke.
    pub post_broke: Vec<Invariant>,
}

/// How a scenario came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// No difference.
    Same,
    /// Only differences that a clause explains.
    Intended,
    /// A difference that no clause explains.
    Beyond,
}

impl Judgement {
    /// How the scenario came out.
    pub fn verdict(&self) -> Verdict {
        if self.divergences.is_empty() {
            Verdict::Same
        } else if self.divergences.iter().all(|divergence| divergence.class.clause.is_some()) {
            Verdict::Intended
        } else {
            Verdict::Beyond
        }
    }
}

/// Runs a scenario on both revisions, in step, and sorts every difference.
pub fn judge(question: &Question, scenario: &Scenario) -> Judgement {
    let mut pre = Run::begin(question.pre, scenario);
    let mut post = Run::begin(question.post, scenario);
    let mut sorter = sort::Sorter::new(question, scenario);
    sorter.compare_setup(&pre, &post);
    for step in 0..scenario.steps() {
        pre.step(scenario);
        post.step(scenario);
        sorter.compare_step(&pre, &post, step);
    }
    let divergences = sorter.finish(&pre, &post);
    let pre_broke = invariants::broken(&pre.world, scenario.is_built());
    let post_broke = invariants::broken(&post.world, scenario.is_built());
    Judgement { pre, post, divergences, pre_broke, post_broke }
}

/// How often each clause explained a difference.
pub type Hits = BTreeMap<Clause, u64>;
