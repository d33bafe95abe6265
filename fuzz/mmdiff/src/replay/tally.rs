// SPDX-License-Identifier: GPL-2.0-only
//! What a replay comes to: sums and least elements, so that the order of the inputs is no matter.

use super::{Exam, Fault};
use crate::oracle::{Class, Verdict};
use crate::scenario::{Path, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// How many examples of a finding are kept.
const EXAMPLES: usize = 3;
/// How many refused inputs are kept by name, for each reason.
pub(super) const NAMED: usize = 1000;

/// What the inputs of a path came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PathCounts {
    /// Inputs that were fed.
    pub fed: u64,
    /// Those without a finding or a difference.
    pub same: u64,
    /// Those without a finding, but with intended differences.
    pub intended: u64,
    /// Those with a finding.
    pub failing: u64,
}

/// An input that shows a finding. The least is the smallest, then the first by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Example {
    /// How many bytes it has.
    pub len: u64,
    /// The file, or the archive and the entry in it.
    pub name: String,
    /// How `mmdiff explain` is told the scenario; unknown if it panics.
    pub spelled: Option<String>,
}

/// The inputs that show a finding.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// How many there are.
    pub inputs: u64,
    /// The least of them.
    pub examples: BTreeSet<Example>,
}

impl Found {
    fn add(&mut self, path: Path, bytes: &[u8], panics: bool, name: impl Fn() -> String) {
        self.inputs += 1;
        let len = bytes.len() as u64;
        let is_full = self.examples.len() >= EXAMPLES;
        if is_full && self.examples.last().is_some_and(|worst| worst.len < len) {
            return;
        }
        let spelled = (!panics).then(|| crate::check::spell(&Scenario::decode(path, bytes)));
        self.examples.insert(Example { len, name: name(), spelled });
        keep(&mut self.examples, EXAMPLES);
    }

    fn merge(&mut self, other: Found) {
        self.inputs += other.inputs;
        self.examples.extend(other.examples);
        keep(&mut self.examples, EXAMPLES);
    }
}

fn keep<T: Ord>(set: &mut BTreeSet<T>, most: usize) {
    while set.len() > most {
        set.pop_last();
    }
}

/// Why an input was not fed.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, schemars::JsonSchema, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It could not be read.
    Unreadable,
    /// It is larger than 1 MiB.
    TooLarge,
    /// No name says which path it is for.
    Unplaced,
    /// It was there when the folder was listed, and then no more.
    Vanished,
}

impl Reason {
    /// Every reason, in the order of the report.
    pub const ALL: [Reason; 4] =
        [Reason::Unreadable, Reason::TooLarge, Reason::Unplaced, Reason::Vanished];

    /// Its name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Reason::Unreadable => "unreadable",
            Reason::TooLarge => "too-large",
            Reason::Unplaced => "unplaced",
            Reason::Vanished => "vanished",
        }
    }

    /// Whether an input that is there was left out, so that the replay is not complete.
    pub const fn is_gap(self) -> bool {
        !matches!(self, Reason::Vanished)
    }
}

/// An input that was not fed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Refused {
    /// The file, folder or archive, or the archive and the entry in it.
    pub name: String,
    /// What was in the way.
    pub why: String,
}

/// The inputs that were not fed for one reason.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Refusals {
    /// How many there are.
    pub inputs: u64,
    /// The first thousand of them, by name.
    pub named: BTreeSet<Refused>,
}

/// What all inputs came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    paths: [PathCounts; Path::ALL.len()],
    /// By divergence that a clause explains: how many inputs show it.
    pub intended: BTreeMap<Class, u64>,
    /// By what is wrong: the inputs that show it.
    pub faults: BTreeMap<Fault, Found>,
    /// By reason, what was not fed.
    pub refused: BTreeMap<Reason, Refusals>,
    /// Whether inputs were left out because somebody asked to stop.
    pub cut_off: bool,
}

impl Tally {
    /// Adds what an input came to.
    pub fn add(&mut self, path: Path, bytes: &[u8], exam: &Exam, name: impl Fn() -> String) {
        let counts = &mut self.paths[path as usize];
        counts.fed += 1;
        match exam.verdict {
            _ if !exam.faults.is_empty() => counts.failing += 1,
            Verdict::Same => counts.same += 1,
            Verdict::Intended | Verdict::Beyond => counts.intended += 1,
        }
        for &class in &exam.intended {
            *self.intended.entry(class).or_default() += 1;
        }
        for fault in &exam.faults {
            let found = self.faults.entry(fault.clone()).or_default();
            found.add(path, bytes, matches!(fault, Fault::Panic(..)), &name);
        }
    }

    /// Notes an input that is not fed.
    pub fn refuse(&mut self, reason: Reason, name: String, why: String) {
        let refusals = self.refused.entry(reason).or_default();
        refusals.inputs += 1;
        refusals.named.insert(Refused { name, why });
        keep(&mut refusals.named, NAMED);
    }

    /// Adds another tally.
    pub fn merge(mut self, other: Tally) -> Tally {
        for (counts, more) in self.paths.iter_mut().zip(other.paths) {
            counts.fed += more.fed;
            counts.same += more.same;
            counts.intended += more.intended;
            counts.failing += more.failing;
        }
        for (class, more) in other.intended {
            *self.intended.entry(class).or_default() += more;
        }
        for (fault, found) in other.faults {
            self.faults.entry(fault).or_default().merge(found);
        }
        for (reason, more) in other.refused {
            let refusals = self.refused.entry(reason).or_default();
            refusals.inputs += more.inputs;
            refusals.named.extend(more.named);
            keep(&mut refusals.named, NAMED);
        }
        self.cut_off |= other.cut_off;
        self
    }

    /// What the inputs of a path came to.
    pub fn path(&self, path: Path) -> PathCounts {
        self.paths[path as usize]
    }

    /// How many inputs were fed.
    pub fn fed(&self) -> u64 {
        self.paths.iter().map(|counts| counts.fed).sum()
    }

    /// How many inputs were not fed for this reason.
    pub fn refused(&self, reason: Reason) -> u64 {
        self.refused.get(&reason).map_or(0, |refusals| refusals.inputs)
    }

    /// How many inputs were not fed though they were there.
    pub fn gaps(&self) -> u64 {
        Reason::ALL.into_iter().filter(|reason| reason.is_gap()).map(|r| self.refused(r)).sum()
    }
}
