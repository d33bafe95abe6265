// SPDX-License-Identifier: GPL-2.0-only
//! Paths as types: a program that is compiled for one of them has nothing of the others in it.
//!
//! A fuzz target is such a program. libFuzzer clears and reads a counter for every branch that is
//! linked, in every execution, so the branches of six other paths would cost it more than its own.

use super::{Returned, compaction, creation, errors, flags, lifecycle, migration, truncation};
use crate::scenario::codec::Wire;
use crate::scenario::mutate::Mutate;
use crate::scenario::{
    CompactionScenario, CreationScenario, ErrorsScenario, FlagsScenario, LifecycleScenario,
    MigrationScenario, Path, Scenario, TruncationScenario,
};
use crate::trace::Recorder;
use crate::world::World;
use mmcore::Side;

/// The scenarios of one path.
pub trait OnPath: Wire + Mutate + 'static {
    /// The path.
    const PATH: Path;
    /// The scenario as one of any path.
    fn into_any(self) -> Scenario;
    /// The scenario, if it is of this path.
    fn of(any: &Scenario) -> Option<&Self>;
    /// Sets the world up, before the first step.
    fn begin<R: Side>(&self, world: &mut World);
    /// Does step `i`.
    fn step<R: Side>(&self, i: usize, k: &mut Recorder<'_, World>) -> Returned;
}

macro_rules! on_path {
    ($variant:ident, $scenario:ident, $begin:expr, $step:expr) => {
        impl OnPath for $scenario {
            const PATH: Path = Path::$variant;

            fn into_any(self) -> Scenario {
                Scenario::$variant(self)
            }

            fn of(any: &Scenario) -> Option<&Self> {
                if let Scenario::$variant(s) = any { Some(s) } else { None }
            }

            fn begin<R: Side>(&self, world: &mut World) {
                $begin(self, world);
            }

            fn step<R: Side>(&self, i: usize, k: &mut Recorder<'_, World>) -> Returned {
                mmcore::running::<R, _>(|| $step(self, i, k))
            }
        }
    };
}
on_path!(Flags, FlagsScenario, flags::begin::<R>, flags::step::<R>);
on_path!(Creation, CreationScenario, creation::begin, creation::step::<R>);
on_path!(Errors, ErrorsScenario, errors::begin::<R>, errors::step::<R>);
on_path!(Truncation, TruncationScenario, truncation::begin::<R>, |s, _, k| truncation::step::<R>(
    s, k
));
on_path!(Migration, MigrationScenario, migration::begin::<R>, |s, _, k| migration::step::<R>(s, k));
on_path!(Compaction, CompactionScenario, compaction::begin::<R>, |s, _, k| compaction::step::<R>(
    s, k
));
on_path!(Lifecycle, LifecycleScenario, |_, _| (), lifecycle::step::<R>);

/// Sets the world up for a scenario of the path; one of another path is not for this tree.
pub(super) fn begin<S: OnPath, R: Side>(any: &Scenario, world: &mut World) {
    if let Some(s) = S::of(any) {
        s.begin::<R>(world);
    }
}

/// Does a step of a scenario of the path.
pub(super) fn step<S: OnPath, R: Side>(
    any: &Scenario,
    i: usize,
    k: &mut Recorder<'_, World>,
) -> Returned {
    S::of(any).map_or(Returned::Nothing, |s| s.step::<R>(i, k))
}
