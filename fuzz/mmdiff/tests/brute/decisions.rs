// SPDX-License-Identifier: GPL-2.0-only
//! Decisions: what both sides did and returned, by the explorer and by brute force, and how two sets
//! of them compare.

use mmdiff::explore::{Bounds, Choice, Joint, Races, Side, Sides, Tape};
use mmdiff::oracle::Intent;
use mmdiff::run::{Returned, Run};
use mmdiff::scenario::Path;
use mmdiff::trace::Event;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::fmt;

/// What an observer sees of a side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Seen {
    Effect(Event),
    Returned(Returned),
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Effect(event) => write!(f, "{event}"),
            Seen::Returned(returned) => write!(f, "returned {returned}"),
        }
    }
}

/// The decisions: each is what the one side did and returned, and then the other. By each, the
/// divergences that it was seen with.
#[derive(Clone, Default)]
pub(crate) struct Decisions {
    pub(crate) of: FxHashMap<Vec<Seen>, BTreeSet<String>>,
    /// States that were run, or joint paths.
    pub(crate) runs: u64,
}

impl Decisions {
    pub(crate) fn add(&mut self, seen: &[Seen], signature: Option<&str>) {
        self.runs += 1;
        let Some(known) = self.of.get_mut(seen) else {
            self.of.insert(seen.to_vec(), signature.into_iter().map(str::to_string).collect());
            return;
        };
        if let Some(signature) = signature.filter(|&signature| !known.contains(signature)) {
            known.insert(signature.to_string());
        }
    }

    pub(crate) fn join(mut self, other: Decisions) -> Decisions {
        self.runs += other.runs;
        for (decision, signatures) in other.of {
            self.of.entry(decision).or_default().extend(signatures);
        }
        self
    }

    pub(crate) fn signatures(&self) -> BTreeSet<&str> {
        self.of.values().flatten().map(String::as_str).collect()
    }
}

/// Where two sets differ: decisions, as text, that the first lacks, and that only it has. One that
/// both have with other divergences is both.
#[derive(Default, Debug)]
pub(crate) struct Compared {
    pub(crate) missing: Vec<String>,
    pub(crate) extra: Vec<String>,
}

pub(crate) fn compare(explored: &Decisions, brute: &Decisions) -> Compared {
    let lacking = |a: &Decisions, b: &Decisions| -> Vec<String> {
        let lacks = b.of.iter().filter(|(seen, signatures)| a.of.get(*seen) != Some(signatures));
        let mut texts: Vec<String> = lacks.map(|(seen, names)| text(seen, names)).collect();
        texts.sort();
        texts
    };
    Compared { missing: lacking(explored, brute), extra: lacking(brute, explored) }
}

fn text(seen: &[Seen], signatures: &BTreeSet<String>) -> String {
    let seen: Vec<String> = seen.iter().map(Seen::to_string).collect();
    format!("{} {signatures:?}", seen.join("; "))
}

/// Demands that both came to the same.
pub(crate) fn same(what: &str, explored: &Decisions, brute: &Decisions) {
    let Compared { missing, extra } = compare(explored, brute);
    let counts = format!(
        "{what}: {} states, {} decisions; explored on {} joint paths, {} decisions",
        brute.runs,
        brute.of.len(),
        explored.runs,
        explored.of.len()
    );
    println!("{counts}");
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{counts}\nmissing {}: {:#?}\nextra {}: {:#?}",
        missing.len(),
        &missing[..missing.len().min(5)],
        extra.len(),
        &extra[..extra.len().min(5)]
    );
}

/// What the explorer comes to on the paths that begin with these choices.
pub(crate) fn explored(sides: (&str, &str), path: Path, prefix: &[Choice]) -> Decisions {
    let of = |name| Side::named(name).expect("a revision");
    let question = Sides { pre: of(sides.0), post: of(sides.1), intent: Intent::DEFAULT };
    let bounds = Bounds { races: Races::Most(0), ..Bounds::default() };
    let mut joint = Joint::new(&question, bounds, path);
    let mut tape = Tape::with_prefix(prefix);
    let mut decisions = Decisions::default();
    let mut hashes = FxHashSet::default();
    let mut seen = Vec::new();
    loop {
        hashes.insert(joint.run(&mut tape).decision);
        let judgement = joint.record(&mut tape);
        seen.clear();
        side(&judgement.pre, &mut seen);
        side(&judgement.post, &mut seen);
        let signatures: Vec<_> =
            judgement.divergences.iter().map(|found| found.class.signature()).collect();
        assert!(signatures.len() < 2, "these functions can differ in one way: {signatures:?}");
        decisions.add(&seen, signatures.first().map(String::as_str));
        if !tape.advance() {
            break;
        }
    }
    assert_eq!(hashes.len(), decisions.of.len(), "a decision's hash stands for it");
    decisions
}

fn side(run: &Run, seen: &mut Vec<Seen>) {
    seen.extend(run.trace.iter().filter(|event| event.is_effect()).copied().map(Seen::Effect));
    assert_eq!(run.steps.len(), 1, "one call");
    seen.push(Seen::Returned(run.steps[0].1));
}
