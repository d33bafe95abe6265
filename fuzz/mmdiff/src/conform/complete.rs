// SPDX-License-Identifier: GPL-2.0-only
//! Complete conformance: every answer that the rest of the kernel can give, within the explorer's
//! bounds, given to both sides.
//!
//! What the sides say is compared by digests as it is said; only the path that is shown is run again
//! and written down.

use super::c::{Ended, loaded, take_end};
use super::sides::{Code, Pair};
use crate::explore::whole::{ENTRIES, Entry};
use crate::explore::work::prefixes;
use crate::explore::{Bounds, Choice, Model, Notes, Record, Tape, call, kind_of};
use crate::run::{Returned, Run};
use mmcore::Mapping;
use mmdiff_kernel::Compiled;
use mmdiff_kernel::compare::Digest;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many units of work an entry is cut into, at least, if there are as many.
const UNITS: usize = 256;

/// What an entry's enumeration came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complete {
    entry: Entry,
    /// Paths that were run.
    pub paths: u64,
    /// Those on which the sides are not equal.
    pub mismatches: u64,
    /// Those that call a function that cannot be run.
    pub not_judged: u64,
    /// Such functions.
    pub missing: BTreeSet<&'static str>,
    /// The choices of the first path on which the sides are not equal.
    pub first: Option<Vec<Choice>>,
}

impl Complete {
    fn new(entry: Entry) -> Complete {
        let (paths, mismatches, not_judged) = (0, 0, 0);
        Complete { entry, paths, mismatches, not_judged, missing: BTreeSet::new(), first: None }
    }

    /// The entry's name.
    pub fn name(&self) -> &'static str {
        self.entry.name()
    }

    fn add(&mut self, other: Complete) {
        self.paths += other.paths;
        self.mismatches += other.mismatches;
        self.not_judged += other.not_judged;
        self.missing.extend(other.missing);
        self.first = self.first.take().or(other.first);
    }
}

/// A unit of work: all paths of an entry that begin with these choices.
#[derive(Clone, Debug)]
struct Unit {
    entry: Entry,
    prefix: Vec<Choice>,
}

/// The enumeration of everything on two sides.
#[derive(Debug)]
pub struct Plan {
    pair: &'static Pair,
    bounds: Bounds,
    entries: Vec<Entry>,
    units: Vec<Unit>,
}

impl Plan {
    /// Cuts the enumeration of the entries that are `wanted`, by their names, into units.
    pub fn new(pair: &'static Pair, bounds: Bounds, wanted: &dyn Fn(&str) -> bool) -> Plan {
        let entries: Vec<Entry> =
            ENTRIES.into_iter().filter(|entry| wanted(entry.name())).collect();
        let mut units = Vec::new();
        for &entry in &entries {
            // One side's choices come first on the tape, and are enough to cut it by.
            let mut run = |tape: &mut Tape| {
                tape.rewind();
                side(&pair.left, entry, bounds, tape, Notes::digest(Digest::default()));
            };
            units.extend(prefixes(UNITS, &mut run).into_iter().map(|prefix| Unit { entry, prefix }));
        }
        Plan { pair, bounds, entries, units }
    }

    /// How many units of work there are.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Does all of it, and tells `progress` of each unit that is done.
    pub fn run(&self, object: &Arc<Compiled>, progress: &(dyn Fn() + Sync)) -> Vec<Complete> {
        let one = |unit: &Unit| {
            let done = loaded(0, object, || self.unit(unit));
            progress();
            done
        };
        let done: Vec<Complete> = self.units.par_iter().map(one).collect();
        let mut all: Vec<Complete> = self.entries.iter().map(|&entry| Complete::new(entry)).collect();
        for unit in done {
            let of = all.iter_mut().find(|all| all.entry == unit.entry);
            of.expect("every unit is of an entry").add(unit);
        }
        all
    }

    fn unit(&self, unit: &Unit) -> Complete {
        let mut done = Complete::new(unit.entry);
        let mut tape = Tape::with_prefix(&unit.prefix);
        let mut digests = [Digest::default(), Digest::default()];
        take_end();
        loop {
            done.paths += 1;
            let equal = self.path(unit.entry, &mut tape, &mut digests);
            match take_end() {
                None if equal => {}
                Some(Ended::Missing(function)) => {
                    done.not_judged += 1;
                    done.missing.insert(function);
                }
                _ => {
                    done.mismatches += 1;
                    done.first.get_or_insert_with(|| tape.choices().to_vec());
                }
            }
            if !tape.advance() {
                return done;
            }
        }
    }

    /// Runs one path on both sides. Whether they are equal.
    fn path(&self, entry: Entry, tape: &mut Tape, [a, b]: &mut [Digest; 2]) -> bool {
        tape.rewind();
        let (left, notes) = side(
            &self.pair.left,
            entry,
            self.bounds,
            tape,
            Notes::digest(std::mem::take(a)),
        );
        *a = notes.into_digest();
        tape.second_side();
        let (right, notes) = side(
            &self.pair.right,
            entry,
            self.bounds,
            tape,
            Notes::digest(std::mem::take(b)),
        );
        *b = notes.into_digest();
        left == right && a.finish() == b.finish()
    }

    /// Runs one path again, and writes both sides down.
    pub fn record(&self, complete: &Complete, choices: &[Choice]) -> (Run, Run) {
        let mut tape = Tape::with_prefix(choices);
        let entry = complete.entry;
        tape.rewind();
        let (_, left) = side(&self.pair.left, entry, self.bounds, &mut tape, Notes::all());
        tape.second_side();
        let (_, right) = side(&self.pair.right, entry, self.bounds, &mut tape, Notes::all());
        let (left, right) = (Record::new(left), Record::new(right));
        let run = |code: &'static Code, mine: &Record, other: &Record| {
            let mut run = Run::new(&code.tree);
            run.world.add_file(kind_of(entry.path()));
            run.world.add_file(None);
            debug_assert!(run.world.files.len() > usize::from(Mapping(0).0));
            (0..mine.steps()).for_each(|step| mine.replay(step, other, &mut run));
            run
        };
        (run(&self.pair.left, &left, &right), run(&self.pair.right, &right, &left))
    }
}

/// Runs one side of a path.
fn side(
    code: &'static Code,
    entry: Entry,
    bounds: Bounds,
    tape: &mut Tape,
    notes: Notes,
) -> (Returned, Notes) {
    let mut model = Model::new(tape, bounds, notes);
    let returned = match entry {
        Entry::Path(path) => call(path, &code.tree, &mut model),
        _ => {
            let returned = (code.whole)(entry, &mut model);
            model.end_step(returned);
            returned
        }
    };
    (returned, model.notes)
}
