// SPDX-License-Identifier: GPL-2.0-only
//! What every test file needs: questions, files, lifecycles, random bytes.

#![allow(dead_code, reason = "every test file uses a part of it")]

use mmdiff::oracle::{Intent, Judgement, Question, judge};
use mmdiff::run::{Returned, Run, TREES, Tree};
use mmdiff::scenario::codec::{Below, List};
use mmdiff::scenario::{
    Action, FileKind, FileSpec, Flags, LifecycleScenario, Op, Order, Point, Position, Race, Races,
    Scenario,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

pub(crate) const PAGE: u64 = mmcore::PAGE_SIZE;

pub(crate) fn pre_fix() -> &'static Tree {
    Tree::named("pre-fix").expect("pre-fix is a revision")
}

pub(crate) fn post_fix() -> &'static Tree {
    Tree::named("post-fix").expect("post-fix is a revision")
}

/// The patch, under a reading of what it intends.
pub(crate) fn patch(intent: Intent) -> Question {
    Question { pre: pre_fix(), post: post_fix(), intent }
}

/// The patch undone.
pub(crate) fn undone(intent: Intent) -> Question {
    Question { pre: post_fix(), post: pre_fix(), intent }
}

/// The commit message at its word.
pub(crate) fn message_intent() -> Intent {
    Intent::named("message").expect("a reading of the default change")
}

pub(crate) fn intents() -> [Intent; 2] {
    [Intent::DEFAULT, message_intent()]
}

/// Judges the patch under intent "fix".
pub(crate) fn fix(scenario: &Scenario) -> Judgement {
    judge(&patch(Intent::DEFAULT), scenario)
}

/// Judges the patch under intent "message".
pub(crate) fn message(scenario: &Scenario) -> Judgement {
    judge(&patch(message_intent()), scenario)
}

/// The clauses of a judgement's divergences, each once; `None` is beyond.
pub(crate) fn clauses(judgement: &Judgement) -> Vec<Option<&'static str>> {
    let mut clauses: Vec<_> = judgement.divergences.iter().map(|d| d.class.clause).collect();
    clauses.sort_unstable();
    clauses.dedup();
    clauses
}

/// Nothing is beyond the intent, and no invariant broken that is not known to be.
pub(crate) fn assert_nothing_found(judgement: &Judgement, name: &str) {
    let findings = mmdiff::fuzz::findings(judgement);
    assert!(findings.is_empty(), "{findings:?} in {name}");
}

/// All of a scenario on one revision.
pub(crate) fn run(tree: &'static Tree, scenario: &Scenario) -> Run {
    let mut run = Run::new(tree);
    run.begin(scenario);
    for _ in 0..scenario.steps() {
        run.step(scenario);
    }
    run
}

/// What each step returned.
pub(crate) fn returned(run: &Run) -> Vec<Returned> {
    run.steps.iter().map(|step| step.1).collect()
}

/// Both revisions.
pub(crate) fn trees() -> impl Iterator<Item = &'static Tree> {
    TREES.iter().filter(|tree| ["pre-fix", "post-fix"].contains(&tree.name))
}

pub(crate) fn file(kind: FileKind) -> FileSpec {
    FileSpec { kind, ..FileSpec::default() }
}

/// A file whose flags word is overwritten.
pub(crate) fn raw(kind: FileKind, word: u64) -> FileSpec {
    FileSpec { flags: Flags::Raw { word }, ..file(kind) }
}

/// One racing actor, after folio 0.
pub(crate) fn race(point: Point, nth: u8, action: Action) -> Races {
    List::new([Race { point, nth: Below::new(nth), action, ..Race::default() }])
}

pub(crate) fn life(ops: impl IntoIterator<Item = Op>) -> Scenario {
    Scenario::Lifecycle(LifecycleScenario { ops: List::new(ops) })
}

pub(crate) fn at(pages: u8, rest: u64) -> Position {
    Position::at(pages, rest).expect("a distance that has a code")
}

pub(crate) fn create(kind: FileKind) -> Op {
    Op::Create { kind }
}

pub(crate) const FILE: Below<4> = Below::new(0);

/// Writes so many pages from the start of the first file.
pub(crate) fn write(pages: u8, order: u8) -> Op {
    Op::Write { file: FILE, at: at(0, 0), len: at(pages, 0), order: Order::new(order) }
}

pub(crate) fn truncate(pages: u8, rest: u64) -> Op {
    Op::Truncate { file: FILE, size: at(pages, rest) }
}

pub(crate) fn punch(from: Position, len: Position) -> Op {
    Op::PunchHole { file: FILE, at: from, len }
}

pub(crate) fn fault(page: u8, order: u8) -> Op {
    Op::FaultPrivate { file: FILE, page: Below::new(page), order: Order::new(order) }
}

/// Random numbers that are the same everywhere.
pub(crate) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    /// So many bytes; of eight of them, `zeroes` are 0.
    pub(crate) fn bytes(&mut self, len: u64, zeroes: u64) -> Vec<u8> {
        (0..len).map(|_| if self.below(8) < zeroes { 0 } else { self.0.next_u64() as u8 }).collect()
    }
}
