// SPDX-License-Identifier: GPL-2.0-only
//! What an input means: the typed scenarios, and their byte format.
//!
//! A scenario says everything that a run depends on, apart from the revision: the state of the
//! kernel, what is done to it, and what other CPUs do meanwhile. Both revisions get the same one.

pub mod codec;
pub mod forms;
pub mod generate;
pub mod mutate;
mod parts;
pub mod reduce;
pub mod target;
mod types;

pub use parts::{
    Action, Anchor, Edge, FileKind, FileSpec, Flags, FolioSpec, Order, Point, Race, Races, Recorded,
};
pub use target::Target;
pub use types::{
    CompactionScenario, Controls, CreationScenario, ErrorOp, ErrorsScenario, FlagOp, FlagsScenario,
    FolioOwner, GmemStep, Item, ItemKind, LifecycleScenario, MigrateCall, MigrateCallback,
    MigrationScenario, Op, Position, ScanCall, SplitAnswer, StartPfn, TruncateCall,
    TruncationScenario, WritepageCallback,
};

use arbitrary::{Arbitrary, Unstructured};
use codec::{Reader, Wire};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A way through the kernel that is compared, and the shape of the scenarios for it.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Path {
    /// `mapping->flags`, its setters and tests.
    Flags,
    /// The creation of a guest_memfd, and what can be done to a new one.
    Creation,
    /// Recording and reporting write-back errors.
    Errors,
    /// Truncation and hole punching.
    Truncation,
    /// Moving one folio.
    Migration,
    /// The migrate scanner.
    Compaction,
    /// Whole sequences of operations, as user space and the guest see them.
    Lifecycle,
}

impl Path {
    /// Every path, in the order of the report.
    pub const ALL: [Path; 7] = [
        Path::Flags,
        Path::Creation,
        Path::Errors,
        Path::Truncation,
        Path::Migration,
        Path::Compaction,
        Path::Lifecycle,
    ];

    /// The path's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Path::Flags => "flags",
            Path::Creation => "creation",
            Path::Errors => "errors",
            Path::Truncation => "truncation",
            Path::Migration => "migration",
            Path::Compaction => "compaction",
            Path::Lifecycle => "lifecycle",
        }
    }

    /// The name of the path's fuzz target, and of its folder in the corpus.
    pub const fn target(self) -> &'static str {
        match self {
            Path::Creation => "guest_memfd",
            path => path.name(),
        }
    }

    /// The path of that name, or whose target has that name.
    pub fn named(name: &str) -> Option<Path> {
        Path::ALL.into_iter().find(|path| path.name() == name || path.target() == name)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A scenario for one of the paths.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scenario {
    /// For [`Path::Flags`].
    Flags(FlagsScenario),
    /// For [`Path::Creation`].
    Creation(CreationScenario),
    /// For [`Path::Errors`].
    Errors(ErrorsScenario),
    /// For [`Path::Truncation`].
    Truncation(TruncationScenario),
    /// For [`Path::Migration`].
    Migration(MigrationScenario),
    /// For [`Path::Compaction`].
    Compaction(CompactionScenario),
    /// For [`Path::Lifecycle`].
    Lifecycle(LifecycleScenario),
}

impl Scenario {
    /// The scenario that `bytes` mean for `path`. Total: every byte string means one.
    pub fn decode(path: Path, bytes: &[u8]) -> Scenario {
        let r = &mut Reader::new(bytes);
        match path {
            Path::Flags => Scenario::Flags(Wire::get(r)),
            Path::Creation => Scenario::Creation(Wire::get(r)),
            Path::Errors => Scenario::Errors(Wire::get(r)),
            Path::Truncation => Scenario::Truncation(Wire::get(r)),
            Path::Migration => Scenario::Migration(Wire::get(r)),
            Path::Compaction => Scenario::Compaction(Wire::get(r)),
            Path::Lifecycle => Scenario::Lifecycle(Wire::get(r)),
        }
    }

    /// The bytes that [`decode`](Scenario::decode) reads back as this scenario. Trailing zeroes are
    /// left off, since a missing byte is 0.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Scenario::Flags(s) => codec::encode(s),
            Scenario::Creation(s) => codec::encode(s),
            Scenario::Errors(s) => codec::encode(s),
            Scenario::Truncation(s) => codec::encode(s),
            Scenario::Migration(s) => codec::encode(s),
            Scenario::Compaction(s) => codec::encode(s),
            Scenario::Lifecycle(s) => codec::encode(s),
        }
    }

    /// The path that the scenario is for.
    pub const fn path(&self) -> Path {
        match self {
            Scenario::Flags(_) => Path::Flags,
            Scenario::Creation(_) => Path::Creation,
            Scenario::Errors(_) => Path::Errors,
            Scenario::Truncation(_) => Path::Truncation,
            Scenario::Migration(_) => Path::Migration,
            Scenario::Compaction(_) => Path::Compaction,
            Scenario::Lifecycle(_) => Path::Lifecycle,
        }
    }

    /// Whether every flag in it comes from the kernel's own setters.
    pub fn is_built(&self) -> bool {
        match self {
            Scenario::Flags(s) => s.file.flags == Flags::Built,
            Scenario::Creation(_) | Scenario::Lifecycle(_) => true,
            Scenario::Errors(s) => s.file.flags == Flags::Built,
            Scenario::Truncation(s) => s.file.flags == Flags::Built,
            Scenario::Migration(s) => s.file.flags == Flags::Built,
            Scenario::Compaction(s) => s.files.iter().all(|file| file.flags == Flags::Built),
        }
    }
}

macro_rules! arbitrary_by_codec {
    ($($ty:ty),*) => {$(
        impl<'a> Arbitrary<'a> for $ty {
            fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
                let bytes = u.bytes(u.len())?;
                Ok(Wire::get(&mut Reader::new(bytes)))
            }
            fn arbitrary_take_rest(u: Unstructured<'a>) -> arbitrary::Result<Self> {
                Ok(Wire::get(&mut Reader::new(u.take_rest())))
            }
        }
    )*};
}
arbitrary_by_codec!(
    FlagsScenario,
    CreationScenario,
    ErrorsScenario,
    TruncationScenario,
    MigrationScenario,
    CompactionScenario,
    LifecycleScenario
);
