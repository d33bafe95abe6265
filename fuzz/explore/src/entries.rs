// SPDX-License-Identifier: GPL-2.0-only
//! What is enumerated: every ported function, with every argument that its callers can give it, as
//! far as the ported functions can tell two arguments apart.
//!
//! A path's first choice is the function; the arguments come next. The scanner goes turn by turn, in
//! `scan.rs`; `isolate_migratepages_range`, which calls it block by block, is run whole, for very
//! few page frames.

mod calls;
mod ranges;

pub use ranges::{BLOCK, frames};

use crate::model::Model;
use crate::run::Returned;
use crate::scenario::Path;
use crate::var::{Var, What};
use mmcore::{Function, Side};
use mmdiff_trace::Invocation;

/// How many steps a path has.
pub(super) fn steps(path: Path) -> usize {
    match path {
        Path::Creation => 2,
        _ => 1,
    }
}

/// The paths that are enumerated: all that are calls of ported functions.
pub const PATHS: [Path; 6] = [
    Path::Flags,
    Path::Creation,
    Path::Errors,
    Path::Truncation,
    Path::Migration,
    Path::Compaction,
];

/// Something that a path calls, as its first choice.
pub struct Callee {
    /// What it is called in reports: the function's name, and what tells its calls apart.
    pub name: &'static str,
    /// Chooses the arguments, and sets up what the callers see to. `None` calls nothing.
    pub call: fn(&mut Model<'_>) -> Option<Invocation>,
}

impl Callee {
    /// A function whose arguments are chosen.
    pub const fn of(function: Function, call: fn(&mut Model<'_>) -> Option<Invocation>) -> Callee {
        Callee { name: function.name(), call }
    }
}

/// A [`Callee`] with one choice of arguments, under a name of its own if the function's will not do.
#[macro_export]
macro_rules! callee {
    ($function:ident $arguments:tt) => {
        callee!(mmcore::Function::$function.name() => $function $arguments)
    };
    ($name:expr => $function:ident $arguments:tt) => {
        $crate::entries::Callee {
            name: $name,
            call: |_| Some(mmdiff_trace::Invocation::$function $arguments),
        }
    };
}

/// What a path calls, in the order of the choice.
pub fn callees(path: Path) -> &'static [Callee] {
    match path {
        Path::Flags => calls::FLAGS,
        Path::Creation => calls::AFTER_CREATION,
        Path::Errors => calls::ERRORS,
        Path::Truncation => ranges::TRUNCATION,
        Path::Migration => calls::MIGRATION,
        Path::Compaction | Path::Lifecycle => &[],
    }
}

/// Makes the call, or the next call, of a path.
pub(crate) fn run<S: Side>(path: Path, step: usize, k: &mut Model<'_>) -> Returned {
    let invocation = match path {
        Path::Creation if step == 0 => Some(calls::creation(k)),
        // The scanner goes turn by turn. What calls it block by block is run whole.
        Path::Compaction => Some(calls::blocks(k)),
        // A lifecycle has no end.
        Path::Lifecycle => None,
        _ => choose(k, callees(path)),
    };
    invocation.map_or(Returned::Nothing, |invocation| invocation.run::<S, _>(k))
}

/// Chooses one of these.
pub fn choose(k: &mut Model<'_>, callees: &[Callee]) -> Option<Invocation> {
    let chosen = k.choose(Var::one(What::Function), callees.len() as u8);
    (callees[usize::from(chosen)].call)(k)
}
