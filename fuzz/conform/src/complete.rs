// SPDX-License-Identifier: GPL-2.0-only
//! Enumerated conformance: all answers that the rest of the kernel can give over listed values, within
//! the explorer's bounds, given to both sides.
//!
//! What the sides say is compared by digests as it is said; only the path that is shown is run again
//! and written down.

use super::c::{Ended, Said, listen, loaded, take_end};
use super::sides::Code;
use super::whole::{ENTRIES, Entry};
use crate::explore::work::prefixes;
use crate::explore::{Bounds, Choice, Model, Notes, Tape, call};
use crate::run::{Returned, Run};
use crate::scenario::Path;
use crate::trace::Recording;
use crate::trace::equality::Digest;
use mmdiff_kernel::Compiled;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many units of work an entry is cut into, at least, if there are as many.
const UNITS: usize = 256;

/// What an entry's enumeration came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Complete {
    entry: Entry,
    /// Paths that were run.
    pub paths: u64,
    /// Those on which the sides are not equal, by the function that is called.
    pub mismatches: BTreeMap<&'static str, u64>,
    /// Of these, those on which they do and return the same, and only ask otherwise.
    pub asks: BTreeMap<&'static str, u64>,
    /// Those that call a function that cannot be run.
    pub not_judged: u64,
    /// Such functions.
    pub missing: BTreeSet<&'static str>,
    /// The choices of the first path on which the sides are not equal: if there is one, of the first
    /// on which they do or return something else.
    pub first: Option<Vec<Choice>>,
    first_only_asks: bool,
}

/// How two sides of a path compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Compared {
    Equal,
    /// They do and return the same, and ask otherwise.
    Asks,
    Differs,
}

impl Complete {
    fn new(entry: Entry) -> Complete {
        Complete {
            entry,
            paths: 0,
            mismatches: BTreeMap::new(),
            asks: BTreeMap::new(),
            not_judged: 0,
            missing: BTreeSet::new(),
            first: None,
            first_only_asks: false,
        }
    }

    /// The entry's name.
    pub fn name(&self) -> &'static str {
        self.entry.name()
    }

    /// The function that a path calls.
    pub fn function(&self, choices: &[Choice]) -> &'static str {
        self.entry.function(choices)
    }

    /// The path that the entry is of.
    pub fn path(&self) -> Path {
        self.entry.path()
    }

    /// Paths on which the sides were compared.
    pub fn judged(&self) -> u64 {
        self.paths - self.not_judged
    }

    fn add(&mut self, other: Complete) {
        self.paths += other.paths;
        for (function, paths) in other.mismatches {
            *self.mismatches.entry(function).or_default() += paths;
        }
        for (function, paths) in other.asks {
            *self.asks.entry(function).or_default() += paths;
        }
        self.not_judged += other.not_judged;
        self.missing.extend(other.missing);
        if let Some(first) = other.first {
            self.show(first, other.first_only_asks);
        }
    }

    /// Keeps a path as the first, if there is none, or none that shows as much.
    fn show(&mut self, choices: Vec<Choice>, only_asks: bool) {
        if self.first.is_none() || self.first_only_asks && !only_asks {
            (self.first, self.first_only_asks) = (Some(choices), only_asks);
        }
    }

    /// Notes a path on which the sides are not equal, or whose C did not end as the port can.
    #[cold]
    fn note(&mut self, compared: Compared, ended: Option<Ended>, choices: &[Choice]) {
        if let Some(Ended::Missing(function)) = ended {
            self.not_judged += 1;
            self.missing.insert(function.name());
            return;
        }
        let function = self.entry.function(choices);
        *self.mismatches.entry(function).or_default() += 1;
        let only_asks = compared == Compared::Asks && ended.is_none();
        if only_asks {
            *self.asks.entry(function).or_default() += 1;
        }
        if self.first.is_none() || self.first_only_asks && !only_asks {
            self.show(choices.to_vec(), only_asks);
        }
    }
}

/// A unit of work: all paths of an entry that begin with these choices.
#[derive(Clone, Debug)]
struct Unit {
    entry: Entry,
    prefix: Vec<Choice>,
}

/// The enumeration of everything, on two sides that are compared, or on one.
#[derive(Debug)]
pub struct Plan {
    sides: Vec<&'static Code>,
    objects: Vec<Arc<Compiled>>,
    bounds: Bounds,
    entries: Vec<Entry>,
    units: Vec<Unit>,
}

impl Plan {
    /// Cuts the enumeration of the entries that are `wanted`, by their names, into units.
    pub fn new(
        sides: Vec<&'static Code>,
        objects: &[Arc<Compiled>],
        bounds: Bounds,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Plan {
        let entries: Vec<Entry> =
            ENTRIES.into_iter().filter(|entry| wanted(entry.name())).collect();
        let mut units = Vec::new();
        for &entry in &entries {
            // The first side's choices come first on the tape, and are enough to cut it by.
            let mut run = |tape: &mut Tape| {
                tape.rewind();
                side(sides[0], entry, bounds, tape, Notes::digest(Digest::default()));
            };
            let prefixes = loaded(objects, || prefixes(UNITS, &mut run));
            units.extend(prefixes.into_iter().map(|prefix| Unit { entry, prefix }));
        }
        Plan { sides, objects: objects.to_vec(), bounds, entries, units }
    }

    /// How many units of work there are.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Does all of it, and tells `progress` of each unit that is done. Units that are not begun when it is
    /// to `stop` are left out.
    pub fn run(
        &self,
        progress: &(dyn Fn() + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<Complete> {
        let one = |unit: &Unit| {
            if stop() {
                return Complete::new(unit.entry);
            }
            let done = loaded(&self.objects, || self.unit(unit));
            progress();
            done
        };
        let done: Vec<Complete> = self.units.par_iter().map(one).collect();
        let mut all: Vec<Complete> =
            self.entries.iter().map(|&entry| Complete::new(entry)).collect();
        for unit in done {
            let of = all.iter_mut().find(|all| all.entry == unit.entry);
            of.expect("every unit is of an entry").add(unit);
        }
        all
    }

    fn unit(&self, unit: &Unit) -> Complete {
        let mut done = Complete::new(unit.entry);
        let mut tape = Tape::with_prefix(&unit.prefix);
        let mut memory = Digest::default();
        take_end();
        loop {
            done.paths += 1;
            let compared = self.path(unit.entry, &mut tape, &mut memory);
            let ended = take_end();
            if compared != Compared::Equal || ended.is_some() {
                done.note(compared, ended, tape.choices());
            }
            if !tape.advance() {
                return done;
            }
        }
    }

    /// Runs one path on the sides.
    fn path(&self, entry: Entry, tape: &mut Tape, memory: &mut Digest) -> Compared {
        tape.rewind();
        let mut digest = |side_of: &'static Code, tape: &mut Tape| {
            let notes = Notes::digest(std::mem::take(memory));
            let (returned, notes) = side(side_of, entry, self.bounds, tape, notes);
            *memory = notes.into_digest();
            ((returned, memory.behaviour()), memory.finish())
        };
        let left = digest(self.sides[0], tape);
        for other in &self.sides[1..] {
            tape.second_side();
            let right = digest(other, tape);
            if right != left {
                return if right.0 == left.0 { Compared::Asks } else { Compared::Differs };
            }
        }
        Compared::Equal
    }

    /// Runs one path again on both sides, and writes down the runs, and what C said.
    pub fn record(&self, complete: &Complete, choices: &[Choice]) -> Option<[(Run, Vec<Said>); 2]> {
        let &[left, right] = self.sides.as_slice() else { return None };
        let entry = complete.entry;
        let mut tape = Tape::with_prefix(choices);
        let record = |code: &'static Code, tape: &mut Tape| {
            let whole = || side(code, entry, self.bounds, tape, Notes::all());
            let ((_, notes), said) = loaded(&self.objects, || listen(whole));
            (notes.into_recording(), said)
        };
        let (a, said_left) = record(left, &mut tape);
        tape.second_side();
        let (b, said_right) = record(right, &mut tape);
        let run = |code: &'static Code, mine: &Recording, other: &Recording| {
            let mut run = Run::new(&code.side.tree);
            run.begin_recording(entry.path());
            let steps = mine.steps.len().min(other.steps.len());
            (0..steps).for_each(|step| run.replay(mine, other, step));
            run
        };
        Some([(run(left, &a, &b), said_left), (run(right, &b, &a), said_right)])
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
        Entry::Path(path) => call(path, &code.side, &mut model),
        _ => {
            let returned = (code.whole)(entry, &mut model);
            model.end_step(returned);
            returned
        }
    };
    (returned, model.notes)
}
