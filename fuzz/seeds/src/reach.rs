// SPDX-License-Identifier: GPL-2.0-only
//! What a corpus, or a run of generated scenarios, reaches: and what it does not.
//!
//! [`outcomes`] says what one scenario shows: which functions it gets to, what they ask, are
//! answered, do and return, where the kernel warns or stops, what the scanner makes of each page,
//! what a truncation finds, which racing actors act. [`universe`] lists every outcome of every path
//! that there could be, whatever the rest of the kernel answers; [`mod@unreachable`] says of some
//! that this world cannot bring them about, and why. What is in the one, not in the other, and not
//! reached, is a hole in a corpus: [`Reach::missing`].
//!
//! All of it is about the two sides of the default change.

mod answer;
mod functions;
mod minimise;
mod observe;
mod scan;
pub mod universe;
pub mod unreachable;

pub use answer::{Answer, Asked};
pub use minimise::minimise;
pub use observe::outcomes;
pub use scan::{Fate, Owner, ScanEnd};

use crate::Seed;
use crate::check::Progress;
use crate::oracle::{Class, Invariant, Question, Side};
use crate::scenario::{
    Action, FileKind, FolioOwner, MigrateCallback, Path, Point, Scenario, generate,
};
use crate::world::Came;
use mmcore::{Function, MigrateMode};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Something that a scenario can show, and that the statistics count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// A ported function was called.
    Entered(Function),
    /// A step returned: the function that it called, with the migrate mode if it has one.
    Returned(&'static str, Option<MigrateMode>, Answer),
    /// An operation of a lifecycle returned: the operation, and the kind of file that it was on.
    Operated(&'static str, Option<FileKind>, Answer),
    /// A test of the flags word, by its number in [`crate::run::FLAG_TESTS`], said so.
    Tested(u8, bool),
    /// A call was made in a ported function (or in none, by an accessor), and answered so.
    Called(Option<Function>, Asked, Answer),
    /// What the scanner made of a page, and whose folio it was.
    Scanned(Fate, Owner),
    /// Why the scanner stopped.
    ScanEnded(ScanEnd),
    /// What a truncation of part of a folio found in the flags.
    Found(FileKind, Found),
    /// Which part of a folio was zeroed, and whether the folio was large.
    Zeroed(FileKind, Place, Place, bool),
    /// A racing actor.
    Raced(Point, Action, Came),
    /// A folio of this order.
    Order(u8),
    /// A file of this kind, with a raw flags word or one that was built.
    Kind(FileKind, bool),
    /// The difference was explained by the expectation of this name.
    Explained(&'static str),
    /// This side broke an invariant.
    Broke(Side, Invariant),
    /// A class of divergences.
    Diverged(Class),
    /// What came of the attempt to move a folio: whose, by which callback, in which mode, dirty.
    Moved(FolioOwner, MigrateCallback, MigrateMode, bool, Answer),
    /// Two steps one after the other, by their numbers, and what the second returned.
    Followed(u8, u8, Answer),
}

/// What the test before the zeroing of a truncation found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Found {
    /// The old side: these bits of the mask.
    Mask(u8),
    /// The new side: the bit, set or not.
    Bit(bool),
}

/// A place in a folio.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Place {
    /// Its first byte.
    Start,
    /// One byte further.
    AfterStart,
    /// Somewhere else.
    Inside,
    /// Between two of its pages.
    PageBoundary,
    /// Its last byte.
    BeforeEnd,
    /// One past its last byte.
    End,
}

/// The groups in which outcomes are shown.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Ported functions that were called.
    Functions,
    /// Return values.
    Returns,
    /// Effects, and what came of them.
    Effects,
    /// Answers to questions, and what was read.
    Answers,
    /// WARNs and BUGs.
    Sites,
    /// What was decided: about a page that is scanned, about bytes that are zeroed.
    Decisions,
    /// Why the scanner stopped.
    Exits,
    /// Racing actors.
    Races,
    /// Folio orders.
    Orders,
    /// Kinds of files.
    Kinds,
    /// Clauses of the intended semantics.
    Clauses,
    /// Invariants that were broken.
    Invariants,
    /// Seen, and of no list that must be complete: classes of divergences, sequences.
    Other,
}

impl Group {
    /// Every group that has a [`universe`].
    pub const ALL: [Group; 12] = [
        Group::Functions,
        Group::Returns,
        Group::Effects,
        Group::Answers,
        Group::Sites,
        Group::Decisions,
        Group::Exits,
        Group::Races,
        Group::Orders,
        Group::Kinds,
        Group::Clauses,
        Group::Invariants,
    ];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Functions => "functions",
            Group::Returns => "returns",
            Group::Effects => "effects",
            Group::Answers => "answers",
            Group::Sites => "sites",
            Group::Decisions => "decisions",
            Group::Exits => "exits",
            Group::Races => "races",
            Group::Orders => "orders",
            Group::Kinds => "kinds",
            Group::Clauses => "clauses",
            Group::Invariants => "invariants",
            Group::Other => "other",
        }
    }
}

impl Outcome {
    /// The group that it is shown in.
    pub fn group(&self) -> Group {
        use mmcore::{CallId, Kind};
        match self {
            Outcome::Entered(_) => Group::Functions,
            Outcome::Returned(..) | Outcome::Operated(..) => Group::Returns,
            Outcome::Called(_, asked, _) => match asked.call {
                CallId::Warn | CallId::Bug => Group::Sites,
                call if call.kind() == Kind::Effect => Group::Effects,
                _ => Group::Answers,
            },
            Outcome::Tested(..) => Group::Answers,
            Outcome::Scanned(..) | Outcome::Found(..) | Outcome::Zeroed(..) => Group::Decisions,
            Outcome::ScanEnded(_) => Group::Exits,
            Outcome::Raced(..) => Group::Races,
            Outcome::Order(_) => Group::Orders,
            Outcome::Kind(..) => Group::Kinds,
            Outcome::Explained(_) => Group::Clauses,
            Outcome::Broke(..) => Group::Invariants,
            Outcome::Diverged(_) | Outcome::Moved(..) | Outcome::Followed(..) => Group::Other,
        }
    }
}

/// What scenarios reach: by path and outcome, how many of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// How many scenarios there were, by path.
    pub scenarios: BTreeMap<Path, u64>,
    /// How many of them showed each outcome.
    pub counts: BTreeMap<(Path, Outcome), u64>,
}

impl Reach {
    /// Adds what one scenario shows.
    pub fn add(&mut self, scenario: &Scenario) {
        let path = scenario.path();
        *self.scenarios.entry(path).or_default() += 1;
        for outcome in outcomes(scenario) {
            *self.counts.entry((path, outcome)).or_default() += 1;
        }
    }

    /// Adds what other scenarios reach.
    pub fn merge(mut self, other: Reach) -> Reach {
        for (path, more) in other.scenarios {
            *self.scenarios.entry(path).or_default() += more;
        }
        for (key, more) in other.counts {
            *self.counts.entry(key).or_default() += more;
        }
        self
    }

    /// How many scenarios of the path showed the outcome.
    pub fn count(&self, path: Path, outcome: Outcome) -> u64 {
        self.counts.get(&(path, outcome)).copied().unwrap_or(0)
    }

    /// What a path could reach in this world and did not.
    pub fn missing(&self, path: Path) -> BTreeSet<Outcome> {
        let missing = |outcome: &Outcome| {
            self.count(path, *outcome) == 0 && unreachable::why(path, outcome).is_none()
        };
        universe::of(path).into_iter().filter(missing).collect()
    }

    /// What was reached that the lists say cannot be: in no universe, or said to be unreachable.
    pub fn surprising(&self, path: Path) -> BTreeSet<Outcome> {
        let universe = universe::of(path);
        let surprising = |outcome: &Outcome| {
            outcome.group() != Group::Other
                && (!universe.contains(outcome) || unreachable::why(path, outcome).is_some())
        };
        let of_path = self.counts.keys().filter(|(at, _)| *at == path);
        of_path.map(|&(_, outcome)| outcome).filter(surprising).collect()
    }
}

/// What a corpus reaches.
pub fn of_corpus(seeds: &[Seed]) -> Reach {
    let one = |seed: &Seed| of_one(&Scenario::decode(seed.path, &seed.bytes));
    seeds.par_iter().map(one).reduce(Reach::default, Reach::merge)
}

/// What `cases` generated scenarios of each of `paths` reach.
pub fn of_generated(paths: &[Path], seed: u64, cases: u64) -> Reach {
    of_generated_until(paths, seed, cases, &|_| {}, &|| false).0
}

/// The same, until `stop` says so; and whether it did.
pub fn of_generated_until(
    paths: &[Path],
    seed: u64,
    cases: u64,
    progress: Progress<'_>,
    stop: &(dyn Fn() -> bool + Sync),
) -> (Reach, bool) {
    const CHUNK: u64 = 256;
    let chunks: Vec<(Path, u64)> = paths
        .iter()
        .flat_map(|&path| (0..cases.div_ceil(CHUNK)).map(move |chunk| (path, chunk * CHUNK)))
        .collect();
    let of_chunk = |(path, first): (Path, u64)| {
        let mut reach = Reach::default();
        if stop() {
            return (reach, true);
        }
        let last = (first + CHUNK).min(cases);
        for case in first..last {
            reach.add(&generate::scenario(seed, path, case));
        }
        progress(last - first);
        (reach, false)
    };
    let nothing = || (Reach::default(), false);
    let chunks = chunks.into_par_iter().map(of_chunk);
    chunks.reduce(nothing, |(a, stopped), (b, too)| (Reach::merge(a, b), stopped || too))
}

fn of_one(scenario: &Scenario) -> Reach {
    let mut reach = Reach::default();
    reach.add(scenario);
    reach
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Entered(function) => f.write_str(function.name()),
            Outcome::Returned(name, None, answer) => write!(f, "{name}: {answer}"),
            Outcome::Returned(name, Some(mode), answer) => write!(f, "{name}, {mode}: {answer}"),
            Outcome::Operated(op, kind, answer) => match kind {
                Some(kind) => write!(f, "{op} of {}: {answer}", kind.name()),
                None => write!(f, "{op}: {answer}"),
            },
            Outcome::Tested(test, set) => {
                let name = crate::run::FLAG_TESTS.get(usize::from(*test)).map_or("?", |t| t.name);
                write!(f, "{name}: {}", if *set { "yes" } else { "no" })
            }
            Outcome::Called(function, asked, answer) => {
                write!(f, "{}: {asked}", function.map_or("accessor", Function::name))?;
                if *answer == Answer::Nothing { Ok(()) } else { write!(f, " = {answer}") }
            }
            Outcome::Scanned(fate, owner) => match owner {
                Owner::Page => f.write_str(fate.text()),
                Owner::Nobody => write!(f, "{}, anonymous or truncated", fate.text()),
                Owner::SwapCache => write!(f, "{}, swap cache", fate.text()),
                Owner::File(kind) => write!(f, "{}, {}", fate.text(), kind.name()),
            },
            Outcome::ScanEnded(end) => f.write_str(end.text()),
            Outcome::Found(kind, Found::Mask(bits)) => {
                write!(f, "truncation of {} finds mask {bits:#x}", kind.name())
            }
            Outcome::Found(kind, Found::Bit(set)) => {
                let not = if *set { "" } else { "not " };
                write!(f, "truncation of {} finds it {not}inaccessible", kind.name())
            }
            Outcome::Zeroed(kind, from, to, large) => {
                let (kind, size) = (kind.name(), if *large { "large folio" } else { "page" });
                write!(f, "{size} of {kind} zeroed from {} to {}", from.text(), to.text())
            }
            Outcome::Raced(point, action, how) => {
                let how = match how {
                    Came::Done => "acts",
                    Came::Waits => "waits for the lock",
                    Came::DoneAfterWaiting => "acts after waiting",
                    Came::Nothing => "comes to nothing",
                };
                write!(f, "{action:?} before {point:?}: {how}")
            }
            Outcome::Order(order) => write!(f, "order {order}"),
            Outcome::Kind(kind, raw) => {
                write!(f, "{}, {} flags", kind.name(), if *raw { "raw" } else { "built" })
            }
            Outcome::Explained(name) => f.write_str(name),
            Outcome::Broke(side, invariant) => {
                let Question { pre, post, .. } = Question::default();
                let tree = if *side == Side::Pre { pre } else { post };
                write!(f, "{} breaks {}", tree.name, invariant.id())
            }
            Outcome::Diverged(class) => f.write_str(&class.signature()),
            Outcome::Moved(owner, callback, mode, dirty, answer) => {
                let dirty = if *dirty { "dirty" } else { "clean" };
                write!(f, "{dirty} folio, {owner:?}, callback {callback:?}, {mode}: {answer}")
            }
            Outcome::Followed(one, other, answer) => write!(f, "step {one}, {other}: {answer}"),
        }
    }
}

impl Place {
    /// In a few words.
    pub const fn text(self) -> &'static str {
        match self {
            Place::Start => "its start",
            Place::AfterStart => "its second byte",
            Place::Inside => "inside",
            Place::PageBoundary => "a page boundary",
            Place::BeforeEnd => "its last byte",
            Place::End => "its end",
        }
    }
}
