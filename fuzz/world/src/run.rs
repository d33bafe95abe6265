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
mod lifecycle;
mod migration;
mod names;
mod on_path;
mod setup;
mod truncation;

pub use crate::numbering::Numbering;
pub use flags::{TESTS as FLAG_TESTS, Test as FlagTest};
pub use mmdiff_trace::Returned;
pub use names::{FlagSet, Flags};
pub use on_path::OnPath;
pub use truncation::range as truncated_range;

use crate::scenario::{FileKind, Path, Scenario};
use crate::trace::{Beside, Event, Recorder, Recording, StepEnd};
use crate::world::World;
use mmcore::{Mapping, Side};
use std::fmt;
use std::ops::Range;

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
    /// [`Tree::FLAGS`](mmcore::Tree::FLAGS)
    pub own_flags: &'static [(&'static str, u32)],
    /// [`Tree::TRUNCATE_TESTS`](mmcore::Tree::TRUNCATE_TESTS)
    pub truncate_tests: u64,
    /// [`Tree::PINS_FOLIOS`](mmcore::Tree::PINS_FOLIOS)
    pub pins_folios: u64,
    /// Sets the world up for a scenario.
    pub begin: fn(&Scenario, &mut World),
    /// Does a step of a scenario.
    pub step: fn(&Scenario, usize, &mut Recorder<'_, World>) -> Returned,
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

/// The revision `R`.
pub const fn tree<R: Side>() -> Tree {
    Tree {
        name: R::NAME,
        tree: <R::Tree as mmcore::Tree>::TREE,
        own_flags: <R::Tree as mmcore::Tree>::FLAGS,
        truncate_tests: <R::Tree as mmcore::Tree>::TRUNCATE_TESTS,
        pins_folios: <R::Tree as mmcore::Tree>::PINS_FOLIOS,
        begin: begin::<R>,
        step: step::<R>,
    }
}

/// A revision on which scenarios of one path alone can be run: what links it links no other path.
pub const fn tree_on<S: OnPath, R: Side>() -> Tree {
    Tree { begin: on_path::begin::<S, R>, step: on_path::step::<S, R>, ..tree::<R>() }
}

macro_rules! list_trees {
    ($($tree:ty,)*) => {
        /// Every revision.
        pub static TREES: &[Tree] = &[$(tree::<$tree>()),*];
    };
}
mmcore::each_tree!(list_trees);

impl Tree {
    /// The revision of that name.
    pub fn named(name: &str) -> Option<&'static Tree> {
        TREES.iter().find(|tree| tree.name == name)
    }
}

impl Run {
    /// A run that has not begun.
    pub fn new(tree: &'static Tree) -> Run {
        Run { tree, world: World::default(), trace: Vec::new(), steps: Vec::new() }
    }

    /// The same, of a revision that numbers flags as it says: the world and the trace have the numbers
    /// of the revision that this one is compared with.
    pub fn renumbered(tree: &'static Tree, numbering: Option<Numbering>) -> Run {
        let mut run = Run::new(tree);
        run.world.numbering = numbering;
        run
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
        let mut said_the_same = recorder.beside.was_repeated();
        if let Some(numbering) = &self.world.numbering {
            said_the_same = false;
            self.trace[start..].iter_mut().for_each(|event| numbering.event(event));
        }
        if !matches!(returned, Returned::Oops(_)) {
            self.world.check_balance();
        }
        self.steps.push((start..self.trace.len(), returned));
        said_the_same
    }

    /// Begins a run that is not made here: see [`replay`](Run::replay).
    pub fn begin_recording(&mut self, path: Path) {
        self.clear();
        self.world.add_file((path == Path::Creation).then_some(FileKind::GuestMemfd));
        self.world.add_file(None);
    }

    /// Adds a step of a recording. A bit of the flags that only the `other` side has had decided is
    /// the same here.
    pub fn replay(&mut self, recording: &Recording, other: &Recording, step: usize) {
        let start = self.trace.len();
        let StepEnd { events, returned, word: (known, value) } = recording.steps[step];
        let (_, other) = other.steps[step].word;
        self.trace.extend_from_slice(&recording.events[start..events]);
        self.steps.push((start..events, returned));
        self.world.file_mut(Mapping(0)).flags = value | other & !known;
    }

    /// A flags word of this revision's, as the world and the trace have it.
    pub fn common(&self, word: u64) -> u64 {
        self.world.numbering.as_ref().map_or(word, |numbering| numbering.word(word))
    }

    /// A flags word of the world or the trace, as this revision numbers flags.
    pub fn own(&self, word: u64) -> u64 {
        self.world.numbering.as_ref().map_or(word, |numbering| numbering.back(word))
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

fn begin<R: Side>(scenario: &Scenario, world: &mut World) {
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

fn step<R: Side>(s: &Scenario, i: usize, k: &mut Recorder<'_, World>) -> Returned {
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
