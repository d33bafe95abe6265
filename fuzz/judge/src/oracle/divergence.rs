// SPDX-License-Identifier: GPL-2.0-only
//! Classes of divergences, as a person can act on them.
//!
//! A divergence has a class, and the class a signature: the path, the function, the expectation that
//! explains it (or `beyond`), what it hangs on, and where the sides part. Two scenarios with the same
//! signature show the same thing.

use super::compare::{Difference, Side};
use crate::run::FlagSet;
use crate::scenario::{FileKind, Path};
use crate::trace::Returned;
use mmcore::{CallId, Function, Mapping};
use std::fmt;

/// What a decision hung on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Condition {
    /// A case of an expectation, by its name.
    Case(&'static str),
    /// What either side found in the flags of a file, where they looked at different ones. The kind of
    /// the file is unknown if its flags are none that it need have.
    Found(Option<FileKind>, FlagSet, FlagSet),
    /// None of these.
    Other,
}

impl Condition {
    /// Its name in signatures.
    pub fn slug(self) -> String {
        match self {
            Condition::Case(name) => name.into(),
            Condition::Found(kind, pre, post) => {
                let kind = kind.map_or("raw", FileKind::name);
                format!("{kind}-{}-{}", slug(pre), slug(post))
            }
            Condition::Other => "other".into(),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Condition::Case(name) => f.write_str(name),
            Condition::Found(kind, pre, post) => {
                let kind = kind.map_or("raw word", FileKind::name);
                write!(f, "{kind} ({})", pre.union(post))
            }
            Condition::Other => f.write_str("-"),
        }
    }
}

/// Where the two sides part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcomes {
    /// An effect on one side.
    Effect(Side, CallId),
    /// A question on one side.
    Question(Side, CallId),
    /// A call of a ported function by one side.
    Calls(Side, Function),
    /// Two return values.
    Returned(Returned, Returned),
    /// The flags of a file: those that either side alone has.
    Flags(FlagSet, FlagSet),
    /// Bytes of a file.
    Bytes,
    /// A folio's state.
    Folio,
    /// Another part of the world.
    Elsewhere,
}

impl Outcomes {
    /// What the old side did, and what the new one did, for a person.
    pub fn sides(self) -> (String, String) {
        let one_sided = |side, did: String| match side {
            Side::Pre => (did, "does not".into()),
            Side::Post => ("does not".into(), did),
        };
        match self {
            Outcomes::Effect(side, call) => one_sided(side, format!("{}()", call.name())),
            Outcomes::Question(side, call) => one_sided(side, format!("asks {}()", call.name())),
            Outcomes::Calls(side, function) => one_sided(side, format!("{}()", function.name())),
            Outcomes::Returned(pre, post) => (pre.to_string(), post.to_string()),
            Outcomes::Flags(pre, post) => (flags(pre), flags(post)),
            Outcomes::Bytes => ("other bytes".into(), "other bytes".into()),
            Outcomes::Folio => ("another folio state".into(), "-".into()),
            Outcomes::Elsewhere => ("another world".into(), "-".into()),
        }
    }

    fn slug(self) -> String {
        let side = |side| if side == Side::Pre { "pre" } else { "post" };
        match self {
            Outcomes::Effect(only, call) => format!("{}-{}-only", call.name(), side(only)),
            Outcomes::Question(only, call) => format!("{}?-{}-only", call.name(), side(only)),
            Outcomes::Calls(only, function) => format!("{}()-{}-only", function.name(), side(only)),
            Outcomes::Returned(pre, post) => format!("{pre}->{post}").replace(' ', "_"),
            Outcomes::Flags(pre, post) => {
                let only = |flags: FlagSet, side: &str| match flags.is_empty() {
                    true => String::new(),
                    false => format!("-{}-{side}-only", slug(flags)),
                };
                format!("flags{}{}", only(pre, "pre"), only(post, "post"))
            }
            Outcomes::Bytes => "bytes".into(),
            Outcomes::Folio => "folio".into(),
            Outcomes::Elsewhere => "elsewhere".into(),
        }
    }

    /// Whether it is part of what a step leaves behind, not of how it gets there.
    pub fn is_state(self) -> bool {
        !matches!(self, Outcomes::Effect(..) | Outcomes::Question(..) | Outcomes::Calls(..))
    }
}

/// A set of flags as a signature has it.
fn slug(set: FlagSet) -> String {
    if set.is_empty() { "0".into() } else { set.to_string().replace('|', "+").replace(' ', "-") }
}

fn flags(set: FlagSet) -> String {
    if set.is_empty() { "not set".into() } else { format!("{set} set") }
}

/// A class of divergences.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Class {
    /// The path.
    pub path: Path,
    /// The ported function in which the sides part.
    pub function: Option<Function>,
    /// The expectation that explains it, by its name; `None` is beyond what is expected.
    pub clause: Option<&'static str>,
    /// What it hangs on.
    pub condition: Condition,
    /// Where the sides part.
    pub outcomes: Outcomes,
    /// The expectation that recognizes it, and which of its ways, by their numbers in the change.
    /// Whether it counts as expected is up to the reading.
    pub known: Option<(u16, u16)>,
}

impl Class {
    /// The stable name of the class.
    pub fn signature(&self) -> String {
        format!(
            "{}:{}:{}:{}:{}",
            self.path,
            self.function.map_or("-", Function::name),
            self.clause.unwrap_or("beyond"),
            self.condition.slug(),
            self.outcomes.slug(),
        )
    }
}

/// A divergence of one scenario: its class, where it first shows, and what comes of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// Its class.
    pub class: Class,
    /// Whether its expectation covers what follows.
    pub covers: bool,
    /// The step in which it shows first; `None` is before the first.
    pub step: Option<usize>,
    /// The step in which it has shown last.
    pub(super) last: Option<usize>,
    /// The difference by which it shows.
    pub difference: Difference,
    /// The mapping that it is about.
    pub mapping: Option<Mapping>,
    /// How many bytes each side shows, in the end, that it must not.
    pub stale: (u64, u64),
    /// What else differs that comes of it.
    pub then: Then,
}

impl Divergence {
    /// Whether what follows comes of it: if no expectation recognizes it, or one that says so.
    pub(super) fn takes_what_follows(&self) -> bool {
        self.class.known.is_none() || self.covers
    }

    /// Whether the worlds differ because of it.
    pub(super) fn leaves_traces(&self) -> bool {
        let Then { flags, bytes, folio, elsewhere, .. } = self.then;
        self.class.outcomes.is_state() || flags || bytes || folio || elsewhere
    }

    /// Whether the sides do, return or leave behind something else, and not only ask it.
    pub fn behaves(&self) -> bool {
        let asks = matches!(self.class.outcomes, Outcomes::Question(..) | Outcomes::Calls(..));
        !asks || self.then != Then::default()
    }
}

/// What comes of a divergence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Then {
    /// What the first step returns that returns different values.
    pub returned: Option<(Returned, Returned)>,
    /// Further effects, of either side alone.
    pub effects: u32,
    /// Flags of a file differ.
    pub flags: bool,
    /// Bytes of a file differ.
    pub bytes: bool,
    /// The state of a folio differs.
    pub folio: bool,
    /// Something else in the world differs.
    pub elsewhere: bool,
}
