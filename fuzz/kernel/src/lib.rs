// SPDX-License-Identifier: GPL-2.0-only
//! The kernel's own C, behind the trait that the port asks.
//!
//! [`tree`] finds a kernel source tree, [`cut`] takes functions out of its files, [`program`] puts
//! them between the parts of a shim (`shim/`, C of our own), [`compile`] compiles that with the system's
//! compiler, and [`ffi`] runs it: every helper that a function calls, and every member that it loads or
//! stores, is a call of [`mmcore::Kernel`], as it is for the port. So both sides can be asked to run
//! the same [`Invocation`] with the same answers, and [`compare`](equality::compare()) says whether
//! they asked and did the same. Nothing here knows which side is the port: two trees can be
//! compared as well.
//!
//! None of the kernel's text is part of this crate.

#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod compile;
pub mod coverage;
pub mod cut;
pub mod doors;
pub mod fault;
pub mod ffi;
pub mod header;
pub mod judge;
mod left_out;
pub mod places;
pub mod plan;
pub mod program;
pub mod revision;
pub mod sample;
pub mod sites;
pub mod tree;

pub use fault::Fault;
pub use mmdiff_trace::equality::{self, Mismatch, compare};
pub use mmdiff_trace::{Event, Invocation, Recorder, Returned};
pub use places::Place;
pub use program::{Edit, Program};
pub use revision::{NotThatTree, Revision};
pub use tree::Tree;

use ffi::{End, Handle, Object};
use header::Shape;
use mmcore::{Function, IsolateMode, Kernel};
use std::fmt;

/// A run: what was said, and what came of it.
pub type Ran = equality::Ran<Ending>;

/// How a function ended: with what it returned, or as only C can end.
pub type Ending = Result<Returned, Stopped>;

/// How C can end where the port cannot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// It made more calls than it may. The port asks the watchdog.
    Budget,
    /// The text did something that the shim has no call for.
    Strange(String),
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stopped::Budget => f.write_str("too many calls"),
            Stopped::Strange(what) => write!(f, "no call stands for: {what}"),
        }
    }
}

/// So many calls a run may make, unless it is told otherwise.
pub const BUDGET: u64 = 1 << 20;

/// A tree's functions, compiled.
#[derive(Debug)]
pub struct Compiled {
    object: Object,
    program: Program,
    /// How many calls a run may make.
    pub budget: u64,
    place: tempfile::TempDir,
}

/// Why there is nothing to run.
#[derive(Debug)]
pub enum NotCompiled {
    /// The tree is not the one that the revision is made from.
    Tree(NotThatTree),
    /// It could not be compiled.
    Compiling(compile::NoObject),
    /// It could not be loaded.
    Loading(libloading::Error),
}

impl fmt::Display for NotCompiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCompiled::Tree(error) => error.fmt(f),
            NotCompiled::Compiling(error) => error.fmt(f),
            NotCompiled::Loading(error) => write!(f, "loading the kernel's C: {error}"),
        }
    }
}

impl std::error::Error for NotCompiled {}

impl From<NotThatTree> for NotCompiled {
    fn from(error: NotThatTree) -> Self {
        NotCompiled::Tree(error)
    }
}

impl From<compile::NoObject> for NotCompiled {
    fn from(error: compile::NoObject) -> Self {
        NotCompiled::Compiling(error)
    }
}

impl From<libloading::Error> for NotCompiled {
    fn from(error: libloading::Error) -> Self {
        NotCompiled::Loading(error)
    }
}

impl Compiled {
    /// Makes a revision of `tree`, and compiles what can be run of it, with more flags for the compiler.
    ///
    /// # Errors
    /// If the tree is not the one that the revision is made from, or as [`new`](Compiled::new).
    pub fn of(revision: &Revision, tree: &Tree, flags: &[&str]) -> Result<Compiled, NotCompiled> {
        Compiled::with_flags(&revision.make(tree)?, &(revision.edits)(), flags)
    }

    /// Compiles what can be run of `tree` under `edits`. What cannot is among the
    /// [`faults`](Compiled::faults).
    ///
    /// # Errors
    /// If there is no compiler, or the object cannot be loaded.
    pub fn new(tree: &Tree, edits: &[Edit]) -> Result<Compiled, NotCompiled> {
        Compiled::with_flags(tree, edits, &[])
    }

    /// The same, with more flags for the compiler.
    ///
    /// # Errors
    /// As [`new`](Compiled::new).
    pub fn with_flags(
        tree: &Tree,
        edits: &[Edit],
        flags: &[&str],
    ) -> Result<Compiled, NotCompiled> {
        let mut program = Program::cut(tree, edits);
        let place = tempfile::tempdir().map_err(compile::NoObject::Io)?;
        let path = compile::compile(&mut program, place.path(), flags)?;
        let object = Object::load(&path, &program.doors())?;
        Ok(Compiled { object, program, budget: BUDGET, place })
    }

    /// What of the tree cannot be run, and why.
    pub fn faults(&self) -> &[Fault] {
        self.program.faults()
    }

    /// The text that was compiled.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Unloads the object. What is left is the text, and where the compiler worked.
    pub(crate) fn unload(self) -> (tempfile::TempDir, Program) {
        let Compiled { object, program, place, .. } = self;
        drop(object);
        (place, program)
    }

    /// Whether the function can be run, under any of its names.
    pub fn has(&self, function: Function) -> bool {
        self.door(function).is_some()
    }

    fn door(&self, function: Function) -> Option<(Handle, Shape)> {
        plan::names(function).find_map(|name| self.object.door(name))
    }

    /// Runs C's side of an invocation; `None` if this tree's function cannot be run.
    pub fn run<K: Kernel + ?Sized>(
        &self,
        invocation: &Invocation,
        kernel: &mut K,
    ) -> Option<Ending> {
        self.run_from(invocation, kernel, None)
    }

    /// The same, and says for each call where in the object it came from.
    pub fn run_from<K: Kernel + ?Sized>(
        &self,
        invocation: &Invocation,
        kernel: &mut K,
        addresses: Option<&mut Vec<usize>>,
    ) -> Option<Ending> {
        let (door, shape) = self.door(invocation.function())?;
        let words = words(invocation, kernel);
        let end = self.object.run(door, words, self.budget, kernel, addresses);
        Some(match end {
            End::Returned(word) => Ok(match shape {
                Shape::Void => Returned::Nothing,
                Shape::Truth => Returned::Bool(word != 0),
                Shape::Int => Returned::Value(word as i64),
            }),
            End::Bug(site) => Ok(Returned::Oops(site)),
            End::Budget => Err(Stopped::Budget),
            End::Strange(what) => Err(Stopped::Strange(what)),
        })
    }
}

/// The arguments as words. A scan's mode is a value in C and a question in the port, so it is
/// asked for here.
fn words<K: Kernel + ?Sized>(invocation: &Invocation, mut kernel: &mut K) -> [u64; 4] {
    let mut words = invocation.words();
    if let Invocation::IsolateMigratepagesBlock { mode, .. } = *invocation {
        let bits = [IsolateMode::ASYNC_MIGRATE, IsolateMode::UNEVICTABLE];
        let has = |bits: &IsolateMode| (&mut kernel).isolate_mode_has(mode, *bits);
        let asked: u32 = bits.into_iter().filter(has).map(|bits| bits.0).sum();
        let others = mode.0 & !bits[0].with(bits[1]).0;
        words[2] = u64::from(others | asked);
    }
    words
}
