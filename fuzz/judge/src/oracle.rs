// SPDX-License-Identifier: GPL-2.0-only
//! What judges a run: both revisions step by step, every difference, and whether it is intended.
//!
//! [`judge`] is the one function behind the fuzz targets, the replay, the report and the tests.

pub mod change;
mod compare;
mod divergence;
pub mod invariants;
mod rules;
mod sort;
mod view;

pub use change::Intent;
pub use compare::{Difference, Side, What};
pub use divergence::{Class, Condition, Divergence, Outcomes, Then};
pub use invariants::Invariant;

use crate::run::{Flags, Run, Tree};
use crate::scenario::{Path, Scenario};
use crate::trace::{Beside, Recording};
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

impl Question {
    /// What a change does, in one of its readings; `None` if a side of it is no revision here.
    pub fn of(intent: Intent) -> Option<Question> {
        let [pre, post] = [0, 1].map(|side| Tree::named(&intent.change().sides[side]));
        Some(Question { pre: pre?, post: post?, intent })
    }

    /// What flags are called on the two sides, and how they are numbered.
    pub fn flags(&self) -> Flags {
        Flags::between(self.pre, self.post, &self.intent.change().renamed)
    }

    /// Whether the sides are those of the change.
    pub fn is_of_the_change(&self) -> bool {
        self.intent.change().sides == [self.pre.name, self.post.name]
    }
}

impl Default for Question {
    /// The change that is compared unless another is asked for.
    ///
    /// # Panics
    /// Never: a test asks it.
    fn default() -> Question {
        Question::of(Intent::DEFAULT).expect("both sides are revisions")
    }
}

/// The verdict on one scenario.
#[derive(Debug)]
pub struct Judgement {
    /// The question.
    pub question: Question,
    /// The path of the scenario.
    pub path: Path,
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
    /// Whether a run's revision is known to break the invariant.
    pub fn is_known_broken(&self, run: &Run, invariant: Invariant) -> bool {
        self.question.intent.change().is_known_broken(invariant, run.tree.name)
    }

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

/// Judges one scenario after the other, with the same memory.
#[derive(Debug)]
pub struct Judge {
    judgement: Judgement,
    sorter: sort::Sorter,
}

impl Judge {
    /// A judge of one question.
    pub fn new(question: &Question) -> Self {
        let Question { pre, post, .. } = *question;
        let flags = question.flags();
        Judge {
            judgement: Judgement {
                question: *question,
                path: Path::Flags,
                pre: Run::new(pre),
                post: Run::renumbered(post, flags.numbering().cloned()),
                divergences: Vec::new(),
                pre_broke: Vec::new(),
                post_broke: Vec::new(),
            },
            sorter: sort::Sorter::new(question, flags),
        }
    }

    /// Runs a scenario on both revisions, in step, and sorts every difference.
    pub fn judge(&mut self, scenario: &Scenario) -> &Judgement {
        let judgement = &mut self.judgement;
        judgement.path = scenario.path();
        judgement.divergences.clear();
        judgement.pre.begin(scenario);
        judgement.post.begin(scenario);
        self.sorter.compare_setup(scenario, judgement);
        for step in 0..scenario.steps() {
            judgement.pre.step(scenario);
            let beside = Beside::new(judgement.pre.events(step));
            let said_the_same = judgement.post.step_beside(scenario, beside);
            self.sorter.compare_step(scenario, judgement, step, said_the_same);
        }
        judgement.add_consequences();
        let built = scenario.is_built();
        invariants::broken(&judgement.pre.world, built, &mut judgement.pre_broke);
        invariants::broken(&judgement.post.world, built, &mut judgement.post_broke);
        judgement
    }
}

impl Judge {
    /// Sorts the differences of two runs that were made elsewhere, step by step.
    pub fn judge_recordings(&mut self, scenario: &Scenario, pre: &Recording, post: &Recording) {
        let judgement = &mut self.judgement;
        judgement.path = scenario.path();
        judgement.divergences.clear();
        for run in [&mut judgement.pre, &mut judgement.post] {
            run.begin_recording(scenario.path());
        }
        self.sorter.compare_setup(scenario, judgement);
        for step in 0..pre.steps.len().min(post.steps.len()) {
            judgement.pre.replay(pre, post, step);
            judgement.post.replay(post, pre, step);
            self.sorter.compare_step(scenario, judgement, step, false);
        }
    }

    /// The verdict on what was judged last.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}

impl Judgement {
    /// Adds to each divergence how many bytes either side shows in the end that it must not. Guest
    /// memory shows to nobody.
    fn add_consequences(&mut self) {
        for divergence in &mut self.divergences {
            let Some(mapping) = divergence.mapping else {
                continue;
            };
            let stale = |run: &Run| {
                let hidden = run.world.file(mapping).is_guest_memory();
                if hidden { 0 } else { run.world.stale_bytes(mapping, 0, u64::MAX) }
            };
            divergence.stale = (stale(&self.pre), stale(&self.post));
        }
    }
}

/// Judges one scenario: see [`Judge`] for many.
pub fn judge(question: &Question, scenario: &Scenario) -> Judgement {
    let mut judge = Judge::new(question);
    judge.judge(scenario);
    judge.judgement
}

/// How often each expectation explained a difference, by its name.
pub type Hits = BTreeMap<&'static str, u64>;
