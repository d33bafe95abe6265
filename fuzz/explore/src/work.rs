// SPDX-License-Identifier: GPL-2.0-only
//! The enumeration, cut into units of work that do not depend on each other: prefixes of the tree of
//! choices, and the states in which scans begin. Which units there are depends on the question and
//! the bounds alone, so any number of threads or machines that do each once come to the same.

use super::bounds::{Bounds, Races};
use super::closure;
use super::cubes::{self, Folder};
use super::entries::{PATHS, callees};
use super::joint::{Joint, Met};
use super::scan::{Head, Turned, begin_scans};
use super::sides::Sides;
use super::tally::Tally;
pub use super::tally::{Cut, Watch};
use super::tape::{Choice, Tape};
use super::var::What;
use crate::oracle::Class;
use crate::scenario::Path;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many units the calls of a path are cut into, at least, if there are as many.
const UNITS: usize = 64;

/// A unit of work.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The path that it is of.
    pub path: Path,
    work: Work,
}

impl Unit {
    /// The function that its paths call, if all call the same.
    pub fn function(&self) -> Option<&'static str> {
        let Work::Calls(prefix) = &self.work else { return None };
        let chosen = prefix.iter().find(|choice| choice.var.what == What::Function)?;
        callees(self.path).get(usize::from(chosen.got)).map(|callee| callee.name)
    }

    /// Whether it is the proof about scans of any length, not a part of the enumeration.
    pub fn is_any_length(&self) -> bool {
        matches!(self.work, Work::AnyLength(_))
    }
}

#[derive(Clone, Debug)]
enum Work {
    /// All paths that begin with these choices.
    Calls(Vec<Choice>),
    /// What comes before the scanner's loop.
    ScanBegins,
    /// Scans of any length, from the heads of the loop in which they begin.
    AnyLength(Vec<Head>),
    /// A scan, from the head of its loop: how many paths lead there, and the choices of the first.
    Scan(Box<Head>, u128, Vec<Choice>),
}

/// What is enumerated.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The sides.
    pub sides: Sides,
    /// The bounds.
    pub bounds: Bounds,
    /// The units of work.
    pub units: Vec<Unit>,
    examples: bool,
}

impl Plan {
    /// Cuts the enumeration of some paths into units.
    pub fn new(sides: &Sides, bounds: Bounds, paths: &[Path]) -> Plan {
        let mut units = Vec::new();
        for &path in PATHS.iter().filter(|path| paths.contains(path)) {
            let mut joint = Joint::new(sides, bounds, path);
            let calls = |prefix| Unit { path, work: Work::Calls(prefix) };
            let mut run = |tape: &mut Tape| drop(joint.run(tape));
            units.extend(prefixes(UNITS, &mut run).into_iter().map(calls));
            if path == Path::Compaction {
                units.push(Unit { path, work: Work::ScanBegins });
                let (_, heads) = begin_scans(&mut joint, false);
                if bounds.races == Races::Free {
                    let begun = heads.iter().map(|(head, ..)| *head).collect();
                    units.push(Unit { path, work: Work::AnyLength(begun) });
                }
                units.extend(heads.into_iter().map(|(head, paths, choices)| Unit {
                    path,
                    work: Work::Scan(Box::new(head), paths, choices),
                }));
            }
        }
        Plan { sides: *sides, bounds, units, examples: false }
    }

    /// Keeps a path for each decision, not only that it was made.
    pub fn keep_examples(mut self) -> Plan {
        self.examples = true;
        self
    }

    /// Does the units that are `wanted`, and tells `watch` of each. Some are left out if it was
    /// stopped; then why.
    pub fn run(&self, wanted: &(dyn Fn(usize) -> bool + Sync), watch: &dyn Watch) -> Option<Cut> {
        let states = AtomicU64::new(0);
        let cut = std::sync::Mutex::new(None);
        (0..self.units.len()).into_par_iter().filter(|&i| wanted(i)).for_each(|i| {
            match self.run_unit(&self.units[i], &states, watch) {
                Ok(tally) => watch.done(i, &tally),
                Err(why) => *cut.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(why),
            }
        });
        cut.into_inner().unwrap_or_else(|poison| poison.into_inner())
    }

    fn run_unit(&self, unit: &Unit, states: &AtomicU64, watch: &dyn Watch) -> Result<Tally, Cut> {
        let mut worker = Worker {
            joint: Joint::new(&self.sides, self.bounds, unit.path),
            tally: Tally::default(),
            folder: Folder::default(),
            classes: Vec::new(),
            examples: self.examples,
            states,
            watch,
        };
        if let Some(why) = watch.stop(states.load(Ordering::Relaxed)) {
            return Err(why);
        }
        match &unit.work {
            Work::Calls(prefix) => worker.calls(prefix)?,
            Work::ScanBegins => worker.tally = begin_scans(&mut worker.joint, self.examples).0,
            Work::AnyLength(begun) => {
                let closure = closure::close(&self.sides, self.bounds, begun, watch)?;
                worker.tally.closure = Some(closure);
            }
            Work::Scan(head, paths, choices) => worker.scan(head, *paths, choices)?,
        }
        worker.tally.bits_read = worker.joint.bits_read;
        worker.tally.reduce();
        Ok(worker.tally)
    }
}

/// Prefixes of the tree that every path begins with one of.
pub fn prefixes(units: usize, run: &mut dyn FnMut(&mut Tape)) -> Vec<Vec<Choice>> {
    let mut open = vec![Vec::new()];
    let mut leaves = Vec::new();
    while open.len() + leaves.len() < units && !open.is_empty() {
        let prefix: Vec<Choice> = open.remove(0);
        let mut tape = Tape::with_prefix(&prefix);
        run(&mut tape);
        let Some(&next) = tape.choices().get(prefix.len()) else {
            leaves.push(prefix);
            continue;
        };
        for got in 0..next.of {
            let mut child = prefix.clone();
            // Which number an alternative has, if not all are there, its path says.
            child.push(Choice { got, label: got, ..next });
            let mut tape = Tape::with_prefix(&child);
            run(&mut tape);
            open.push(tape.choices()[..child.len()].to_vec());
        }
    }
    leaves.append(&mut open);
    leaves
}

/// Does one unit.
struct Worker<'a> {
    joint: Joint,
    tally: Tally,
    folder: Folder,
    /// Those that were met, with their signatures.
    classes: Vec<(Class, String)>,
    examples: bool,
    states: &'a AtomicU64,
    watch: &'a dyn Watch,
}

impl Worker<'_> {
    /// Counts a run, and looks now and then whether to stop.
    fn counts(&mut self) -> Result<(), Cut> {
        self.tally.count(self.states.load(Ordering::Relaxed), self.watch)
    }

    /// The number of a class in this unit.
    fn number(&mut self, class: &Class) -> u16 {
        let known = self.classes.iter().position(|(known, _)| known == class);
        let number = known.unwrap_or_else(|| {
            self.classes.push((*class, class.signature()));
            self.classes.len() - 1
        });
        number as u16
    }

    /// All paths that begin with `prefix`.
    fn calls(&mut self, prefix: &[Choice]) -> Result<(), Cut> {
        let mut tape = Tape::with_prefix(prefix);
        loop {
            let met = self.joint.run(&mut tape);
            self.counts()?;
            self.tally.paths += 1;
            self.note(&met, &tape, 1, &[])?;
            self.folder.fold(tape.choices(), tape.floor());
            if !tape.advance() {
                break;
            }
        }
        self.take_cubes(prefix);
        Ok(())
    }

    fn note(&mut self, met: &Met, tape: &Tape, paths: u128, before: &[Choice]) -> Result<(), Cut> {
        if self.tally.decisions.insert(met.decision) && self.examples {
            self.tally.add_example(met.decision, [before, tape.choices()].concat());
        }
        for class in &met.classes {
            self.watch.differ(class);
            if let Some(why) = self.watch.stop(self.states.load(Ordering::Relaxed)) {
                return Err(why);
            }
            let number = self.number(class);
            self.folder.found(tape.choices(), tape.floor(), number);
            let (_, signature) = &self.classes[usize::from(number)];
            let change = self.joint.change();
            self.tally.add_class(change, class, signature, paths, [before, tape.choices()]);
        }
        Ok(())
    }

    /// Takes over what was folded, below the choices that were given.
    fn take_cubes(&mut self, given: &[Choice]) {
        let given = cubes::literals(given);
        for (number, cube) in std::mem::take(&mut self.folder.root) {
            let (_, signature) = &self.classes[usize::from(number)];
            if let Some(found) = self.tally.found.get_mut(signature) {
                found.cubes.push([&given[..], &cube].concat());
            }
        }
    }

    /// A scan from the head of its loop: each state is continued once, the nearest page first.
    fn scan(&mut self, head: &Head, paths: u128, choices: &[Choice]) -> Result<(), Cut> {
        let mut witnesses = vec![(usize::MAX, choices.to_vec())];
        let mut todo: BTreeMap<u64, FxHashMap<Head, (u128, usize)>> = BTreeMap::new();
        todo.entry(head.low_pfn()).or_default().insert(*head, (paths, 0));
        let mut tape = Tape::default();
        while let Some((_, heads)) = todo.pop_first() {
            for (head, (paths, witness)) in heads {
                self.tally.states += 1;
                self.states.fetch_add(1, Ordering::Relaxed);
                tape.restart(&[]);
                loop {
                    let Turned { next, met } = self.joint.turn(&head, &mut tape);
                    self.counts()?;
                    let before = match met.classes.is_empty() && !self.examples {
                        true => Vec::new(),
                        false => retrace(&witnesses, witness),
                    };
                    self.note(&met, &tape, paths, &before)?;
                    match next {
                        None => self.tally.paths += paths,
                        Some(next) => {
                            let there = todo.entry(next.low_pfn()).or_default();
                            let (count, _) = there.entry(next).or_insert_with(|| {
                                witnesses.push((witness, tape.choices().to_vec()));
                                (0, witnesses.len() - 1)
                            });
                            *count += paths;
                        }
                    }
                    self.folder.fold(tape.choices(), tape.floor());
                    if !tape.advance() {
                        break;
                    }
                }
                self.take_cubes(&[]);
            }
        }
        self.states.fetch_sub(self.tally.states, Ordering::Relaxed);
        Ok(())
    }
}

/// The choices that lead to a state.
fn retrace(witnesses: &[(usize, Vec<Choice>)], mut at: usize) -> Vec<Choice> {
    let mut parts = Vec::new();
    while let Some((above, choices)) = witnesses.get(at) {
        parts.push(choices.as_slice());
        at = *above;
    }
    parts.reverse();
    parts.concat()
}
