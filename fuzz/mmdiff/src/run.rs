// SPDX-License-Identifier: GPL-2.0-only
//! Running a scenario on one revision, step by step.
//!
//! A step is one call of a ported function, or one operation of a lifecycle. [`TREES`] is the list
//! of revisions; a path's module says how its scenarios are set up and what a step of it does, for
//! any revision.

mod compaction;
mod creation;
mod errors;
mod flags;
pub(crate) mod functions;
mod lifecycle;
mod migration;
mod on_path;
mod setup;
mod truncation;

pub use flags::{TESTS as FLAG_TESTS, Test as FlagTest};
pub use functions::Functions;
pub use on_path::OnPath;
#[cfg(feature = "cli")]
pub(crate) use truncation::range as truncated_range;

#[cfg(feature = "explore")]
use crate::explore::{self, Model};
#[cfg(feature = "explore")]
use crate::scenario::Path;
use crate::scenario::Scenario;
use crate::trace::{Beside, Event, Recorder};
use crate::world::World;
#[cfg(feature = "explore")]
use mmcore::mm::compaction::{Scan, Step};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::{Oops, Site, errno};
use std::fmt;
use std::ops::Range;

/// What a step returned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Returned {
    /// Nothing, as `void`.
    Nothing,
    /// A number: an errno, a descriptor, a count.
    Value(i64),
    /// A truth value.
    Bool(bool),
    /// A set of truth values, one bit each.
    Bits(u32),
    /// The kernel stopped the thread.
    Oops(Site),
}

impl Returned {
    /// The (positive) error number that it is, if that has a name.
    pub fn errno(self) -> Option<i32> {
        let Returned::Value(value) = self else { return None };
        let number = i32::try_from(value).ok()?.checked_neg()?;
        errno::name(number).map(|_| number)
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Returned::Nothing => f.write_str("nothing"),
            Returned::Bool(value) => write!(f, "{value}"),
            Returned::Bits(bits) => write!(f, "{bits:#b}"),
            Returned::Oops(site) => write!(f, "BUG: {site}"),
            Returned::Value(value) => match self.errno().and_then(errno::name) {
                Some(name) => write!(f, "-{name}"),
                None => write!(f, "{value}"),
            },
        }
    }
}

impl From<i32> for Returned {
    fn from(value: i32) -> Self {
        Returned::Value(value.into())
    }
}

impl From<i64> for Returned {
    fn from(value: i64) -> Self {
        Returned::Value(value)
    }
}

impl From<bool> for Returned {
    fn from(value: bool) -> Self {
        Returned::Bool(value)
    }
}

impl From<()> for Returned {
    fn from(_: ()) -> Self {
        Returned::Nothing
    }
}

impl<T: Into<Returned>> From<Result<T, Oops>> for Returned {
    fn from(result: Result<T, Oops>) -> Self {
        match result {
            Ok(value) => value.into(),
            Err(Oops(site)) => Returned::Oops(site),
        }
    }
}

/// A run on one revision: the world, and what has been said through the door so far.
#[derive(Debug)]
pub struct Run {
    /// The revision.
    pub tree: &'static Tree,
    /// The simulated kernel.
    pub world: World,
    /// Every event.
    pub trace: Vec<Event>,
    /// Where each step's events are, and what it returned.
    pub steps: Vec<(Range<usize>, Returned)>,
}

/// A revision that can be run.
pub struct Tree {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// The tree and commit.
    pub tree: &'static str,
    /// [`Revision::TRUNCATE_TESTS`](mmcore::Revision::TRUNCATE_TESTS)
    pub truncate_tests: u64,
    /// [`Revision::PINS_FOLIOS`](mmcore::Revision::PINS_FOLIOS)
    pub pins_folios: u64,
    /// Makes the calls of a path on open answers: see [`crate::explore`].
    #[cfg(feature = "explore")]
    pub(crate) enumerate: fn(Path, usize, &mut Model<'_>) -> Returned,
    /// Makes one turn of the scanner.
    #[cfg(feature = "explore")]
    pub(crate) turn: fn(&mut Scan, &mut Model<'_>) -> Step,
    /// Makes the second half of one.
    #[cfg(feature = "explore")]
    pub(crate) bottom: fn(&mut Scan, &mut Model<'_>) -> Step,
    /// Told when an enumeration begins to run this revision, and when it has ended to.
    #[cfg(feature = "explore")]
    pub(crate) around: fn(bool),
    begin: fn(&Scenario, &mut World),
    step: fn(&Scenario, usize, &mut Recorder<'_, World>) -> Returned,
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

pub(crate) const fn tree<R: Functions>() -> Tree {
    Tree {
        name: R::NAME,
        tree: R::TREE,
        truncate_tests: R::TRUNCATE_TESTS,
        pins_folios: R::PINS_FOLIOS,
        #[cfg(feature = "explore")]
        enumerate: explore::enumerate::<R>,
        #[cfg(feature = "explore")]
        turn: explore::turn::<R>,
        #[cfg(feature = "explore")]
        bottom: explore::bottom::<R>,
        #[cfg(feature = "explore")]
        around: |_| {},
        begin: begin::<R>,
        step: step::<R>,
    }
}

/// A revision on which scenarios of one path alone can be run: what links it links no other path.
pub(crate) const fn tree_on<S: OnPath, R: Functions>() -> Tree {
    Tree { begin: on_path::begin::<S, R>, step: on_path::step::<S, R>, ..tree::<R>() }
}

/// Every revision.
pub static TREES: [Tree; 4] =
    [tree::<PreFix>(), tree::<PostFix>(), tree::<V6_12PreFix>(), tree::<V6_12>()];

impl Tree {
    /// The revision of that name.
    pub fn named(name: &str) -> Option<&'static Tree> {
        TREES.iter().find(|tree| tree.name == name)
    }

    /// A revision that goes by another name, and tells `around` when an enumeration begins to run it
    /// (`true`) and when it has ended to, in the thread that does. So whoever builds the ported
    /// functions with switches in them can turn these for one side alone.
    #[cfg(feature = "explore")]
    pub const fn switched<R: Functions>(name: &'static str, around: fn(bool)) -> Tree {
        Tree { name, around, ..tree::<R>() }
    }
}

impl Run {
    /// A run that has not begun.
    pub fn new(tree: &'static Tree) -> Run {
        Run { tree, world: World::default(), trace: Vec::new(), steps: Vec::new() }
    }

    /// Sets the world up for `scenario`, before its first step. What an earlier run has allocated is
    /// used again.
    pub fn begin(&mut self, scenario: &Scenario) {
        self.clear();
        (self.tree.begin)(scenario, &mut self.world);
    }

    /// Forgets what was run, and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.world.clear();
        self.trace.clear();
        self.steps.clear();
    }

    /// Runs the next step of `scenario`.
    pub fn step(&mut self, scenario: &Scenario) {
        self.step_beside(scenario, Beside::NOBODY);
    }

    /// Runs the next step beside one that was run already, and says whether this one said the same,
    /// event by event.
    pub fn step_beside(&mut self, scenario: &Scenario, beside: Beside<'_>) -> bool {
        let start = self.trace.len();
        self.world.refuel();
        self.world.begin_balance();
        let mut recorder = Recorder { kernel: &mut self.world, trace: &mut self.trace, beside };
        let returned = (self.tree.step)(scenario, self.steps.len(), &mut recorder);
        let said_the_same = recorder.beside.was_repeated();
        if !matches!(returned, Returned::Oops(_)) {
            self.world.check_balance();
        }
        self.steps.push((start..self.trace.len(), returned));
        said_the_same
    }

    /// The events of a step.
    pub fn events(&self, step: usize) -> &[Event] {
        &self.trace[self.steps[step].0.clone()]
    }
}

impl Scenario {
    /// How many steps it has.
    pub fn steps(&self) -> usize {
        match self {
            Scenario::Flags(s) => flags::steps(s),
            Scenario::Creation(s) => creation::steps(s),
            Scenario::Errors(s) => s.ops.len(),
            Scenario::Truncation(_) | Scenario::Migration(_) | Scenario::Compaction(_) => 1,
            Scenario::Lifecycle(s) => s.ops.len(),
        }
    }
}

fn begin<R: Functions>(scenario: &Scenario, world: &mut World) {
    match scenario {
        Scenario::Flags(s) => s.begin::<R>(world),
        Scenario::Creation(s) => s.begin::<R>(world),
        Scenario::Errors(s) => s.begin::<R>(world),
        Scenario::Truncation(s) => s.begin::<R>(world),
        Scenario::Migration(s) => s.begin::<R>(world),
        Scenario::Compaction(s) => s.begin::<R>(world),
        Scenario::Lifecycle(s) => s.begin::<R>(world),
    }
}

fn step<R: Functions>(s: &Scenario, i: usize, k: &mut Recorder<'_, World>) -> Returned {
    match s {
        Scenario::Flags(s) => s.step::<R>(i, k),
        Scenario::Creation(s) => s.step::<R>(i, k),
        Scenario::Errors(s) => s.step::<R>(i, k),
        Scenario::Truncation(s) => s.step::<R>(i, k),
        Scenario::Migration(s) => s.step::<R>(i, k),
        Scenario::Compaction(s) => s.step::<R>(i, k),
        Scenario::Lifecycle(s) => s.step::<R>(i, k),
    }
}

#[cfg(test)]
mod mutants;
