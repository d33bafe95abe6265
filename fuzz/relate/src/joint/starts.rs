// SPDX-License-Identifier: GPL-2.0-only
//! Turns of loops, of any number. Where both sides come to the head of a loop, the numbers that they have
//! are sorted into classes: those that are equal, within a side and across. The runs of a turn start with a
//! number for each class of which nothing else is known; where a turn ends, classes that do not hold are
//! split, and the turn is run again, until all hold (Houdini: Flanagan and Leino, 2001). What no turn does
//! then, no number of turns does.

use crate::joint::{Explorer, Joint, UNSEEN};
use crate::memory::{self, LOCAL, Path, Step, local_of};
use crate::side::PARAMETER;
use mmdiff_term::{Node, Term, Terms};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// A place for a number: the side, and which.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Slot {
    /// An operation's number, in a frame.
    Temp(usize, usize, usize),
    /// Something in a local object.
    Local(usize, Term, Path),
}

/// Something in an object, of whichever side or of one; none, where that does not matter.
type Place = Option<(Term, Path, Option<usize>)>;

impl Slot {
    fn side(&self) -> usize {
        match self {
            Slot::Temp(side, ..) | Slot::Local(side, ..) => *side,
        }
    }
}

/// A pair of heads, and what holds there.
#[derive(Clone, Debug)]
struct Start {
    joint: Joint,
    /// The class of each slot, and its number if it is always that: a constant, or what was made of arguments.
    classes: BTreeMap<Slot, (usize, Option<Term>)>,
    /// How wide its number is.
    widths: BTreeMap<Slot, u8>,
    is_done: bool,
}

/// The pairs of heads that were come to. The start number 0 is where the functions begin.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    by: BTreeMap<String, usize>,
    all: Vec<Start>,
    /// How many turns were run, with those that were run again.
    pub(crate) runs: u64,
}

/// How often the turns may be run again.
const RUNS: u64 = 200;

impl Explorer<'_, '_, '_> {
    /// Both are at the head of a loop.
    pub(crate) fn arrive(&mut self, joint: &Joint) {
        let key = key(joint);
        let mut slots = slots(joint, &mut self.terms);
        if let Some(&at) = self.starts.by.get(&key) {
            self.complete(at, joint, &mut slots);
        }
        let widths: BTreeMap<Slot, u8> =
            slots.iter().map(|(slot, value)| (slot.clone(), self.terms.width(*value))).collect();
        match self.starts.by.get(&key) {
            None => {
                let classes = sorted(&slots, &BTreeMap::new(), &self.terms, true);
                self.starts.by.insert(key, self.starts.all.len());
                self.starts.all.push(Start {
                    joint: joint.clone(),
                    classes,
                    widths,
                    is_done: false,
                });
            }
            Some(&at) => {
                let start = &mut self.starts.all[at];
                start.widths.extend(widths);
                let classes = sorted(&slots, &start.classes, &self.terms, false);
                // A turn cannot tell what is stored through a pointer to one of several objects.
                let is_lost = |(slot, value): (&Slot, &Term)| {
                    matches!(slot, Slot::Local(_, _, path) if path.is_empty())
                        && local_of(&self.terms, *value).is_some()
                        && classes.get(slot).is_some_and(|(_, constant)| constant.is_none())
                };
                if slots.iter().any(is_lost) {
                    let (file, line) = joint.sides[1].here();
                    let why = format!("{file}:{line}: a pointer into one local object or another");
                    *self.open.entry(why).or_default() += 1;
                }
                // What was given away on one of the ways may be changed by whoever is called.
                let known = &start.joint.objects;
                let given: Vec<_> =
                    joint.objects.iter().filter(|pair| !known.contains(pair)).copied().collect();
                if classes != start.classes || !given.is_empty() {
                    start.classes = classes;
                    start.joint.objects.extend(given);
                    start.is_done = false;
                }
            }
        }
    }

    /// What was stored on another way and not on this one is there all the same: what the whole object holds,
    /// or, for the whole itself, what nobody has set.
    fn complete(&mut self, at: usize, joint: &Joint, slots: &mut BTreeMap<Slot, Term>) {
        for (slot, width) in &self.starts.all[at].widths {
            if let Slot::Local(side, base, path) = slot
                && !slots.contains_key(slot)
            {
                let memory = &joint.sides[*side].memory;
                let value = match is_whole(path) {
                    true => self.terms.free("not set", *width),
                    false => {
                        memory.load_local(&mut self.terms, &self.snapshots, *base, path, *width)
                    }
                };
                slots.insert(slot.clone(), value);
            }
        }
    }

    /// Runs the turns of all heads that were come to, until what holds there is known.
    pub(crate) fn turns(&mut self) {
        while let Some(at) = self.starts.all.iter().position(|start| !start.is_done) {
            self.starts.runs += 1;
            if self.starts.runs > RUNS {
                self.cut_off.get_or_insert("what holds at each turn is not found");
            }
            if self.cut_off.is_some() {
                return;
            }
            self.starts.all[at].is_done = true;
            self.start = at + 1;
            self.findings.forget(at + 1);
            if self.findings.all.iter().all(|finding| finding.runs == 0) {
                self.first_seen = UNSEEN;
            }
            self.merged.clear();
            let joint = self.beginning(at);
            self.run(joint);
        }
    }

    /// The beginning of a turn: a number for each class.
    fn beginning(&mut self, at: usize) -> Joint {
        let start = self.starts.all[at].clone();
        let mut joint = start.joint;
        // Since nothing is known of what came before, no answer of then is one of now.
        joint.events = (at as u32 + 1) * 1_000_000;
        joint.since = joint.events;
        joint.conditions = Default::default();
        joint.found.clear();
        joint.slips = 0;
        joint.turns.clear();
        let mut objects: BTreeMap<(usize, Term), Vec<(Path, Term)>> = BTreeMap::new();
        let mut names: BTreeMap<usize, String> = BTreeMap::new();
        for (slot, (class, _)) in &start.classes {
            if let Slot::Local(_, base, path) = slot {
                let name = object(&self.terms, *base) + &memory::spelled(path);
                let name = if name.starts_with('#') { "a number".to_owned() } else { name };
                names.entry(*class).or_insert(name);
            }
        }
        for (slot, (class, constant)) in &start.classes {
            let width = start.widths.get(slot).copied().unwrap_or(64);
            let value = match constant {
                Some(constant) => *constant,
                None => {
                    let name = names.get(class).map_or("a number", |name| name);
                    self.terms.free(&format!("local {name}@turn {at}.{class}"), width)
                }
            };
            match slot {
                Slot::Temp(side, frame, temp) => {
                    joint.sides[*side].frames[*frame].temps[*temp] = Some(value)
                }
                Slot::Local(side, base, path) => {
                    objects.entry((*side, *base)).or_default().push((path.clone(), value))
                }
            }
        }
        for side in 0..2 {
            let this = &mut joint.sides[side];
            this.begin_turn();
            for base in this.memory.locals().collect::<BTreeSet<_>>() {
                this.memory.forget(base);
            }
        }
        for ((side, base), inside) in objects {
            // What is all of an object comes first: it is what the rest stands on.
            let (all, rest): (Vec<_>, Vec<_>) =
                inside.into_iter().partition(|(path, _)| is_whole(path));
            for (path, value) in all.into_iter().chain(rest) {
                joint.sides[side].memory.store_local(base, path, value);
            }
        }
        joint
    }
}

/// Whether a number is made of the function's arguments, and of constants, alone.
fn is_fixed(value: Term, terms: &Terms) -> bool {
    terms.outer_parts(&[value]).into_iter().all(|part| match terms.node(part) {
        Node::App(name, args) => {
            let text = terms.text(*name);
            // So are the addresses of local objects, and of what is in fixed ones.
            let is_address = memory::is_into(text) && args.iter().all(|arg| is_fixed(*arg, terms));
            text.starts_with(PARAMETER) || text.starts_with(LOCAL) || is_address
        }
        _ => true,
    })
}

fn is_whole(path: &Path) -> bool {
    path.last() == Some(&Step::All)
}

fn object(terms: &Terms, base: Term) -> String {
    let Node::App(name, _) = terms.node(base) else { return String::new() };
    let text = terms.text(*name).strip_prefix(LOCAL).unwrap_or("");
    text.split_once('.').map_or(text, |(_, var)| var).to_owned()
}

/// Where both stand.
fn key(joint: &Joint) -> String {
    let at = |side: usize| {
        let frames = joint.sides[side].frames.iter();
        frames
            .map(|frame| format!("{}:{}:{}", frame.function.name, frame.block.0, frame.at))
            .collect::<Vec<_>>()
            .join(">")
    };
    format!("{} | {}", at(0), at(1))
}

/// All numbers that both sides have.
fn slots(joint: &Joint, terms: &mut Terms) -> BTreeMap<Slot, Term> {
    let mut slots = BTreeMap::new();
    for (side, this) in joint.sides.iter().enumerate() {
        for (at, frame) in this.frames.iter().enumerate() {
            for (temp, value) in frame.temps.iter().enumerate() {
                if let Some(value) = value {
                    slots.insert(Slot::Temp(side, at, temp), *value);
                }
            }
        }
        // What a function had that has returned is gone.
        let live: BTreeSet<Term> =
            this.frames.iter().flat_map(|frame| frame.locals.iter().copied()).collect();
        for base in live {
            let log = this.memory.log(base);
            if may_be_one(&log, terms) {
                let value = as_whole(&log, terms);
                slots.insert(Slot::Local(side, base, vec![Step::All]), value);
                continue;
            }
            for (path, value) in log {
                slots.insert(Slot::Local(side, base, path), value);
            }
        }
    }
    slots
}

/// Whether elements that were stored may be one, so that it counts which was stored last.
fn may_be_one(log: &[(Path, Term)], terms: &Terms) -> bool {
    let is_open = |step: &Step| matches!(step, Step::Index(at) if terms.value(*at).is_none());
    let has_element = |path: &Path| path.iter().any(|step| matches!(step, Step::Index(_)));
    log.iter().filter(|(path, _)| has_element(path)).count() > 1
        && log.iter().any(|(path, _)| path.iter().any(is_open))
}

/// What is in an object as one number, which is like another only after the same stores in their order.
fn as_whole(log: &[(Path, Term)], terms: &mut Terms) -> Term {
    let (mut ways, mut all) = (String::new(), Vec::new());
    for (path, value) in log {
        ways.push_str(&memory::spelled(path));
        ways.push(if is_whole(path) { '*' } else { ',' });
        all.extend(memory::arguments(*value, path));
    }
    let name = terms.name(&format!("elements {ways}"));
    terms.app(name, &all, 64)
}

/// Whether what was stored as a whole in an object is known to be the same on both sides.
fn has_same_wholes(known: &BTreeMap<Slot, (usize, Option<Term>)>, object: Term) -> bool {
    let wholes = |of: usize| {
        let all = known.iter().filter_map(move |(slot, (class, _))| match slot {
            Slot::Local(side, base, path) if *side == of && *base == object && is_whole(path) => {
                Some((path, class))
            }
            _ => None,
        });
        all.collect::<Vec<_>>()
    };
    wholes(0) == wholes(1)
}

/// The classes of slots, of which those that are known are not joined again.
fn sorted(
    slots: &BTreeMap<Slot, Term>,
    known: &BTreeMap<Slot, (usize, Option<Term>)>,
    terms: &Terms,
    is_first: bool,
) -> BTreeMap<Slot, (usize, Option<Term>)> {
    // What is new is equal to the same of the other side at most; but wholes, which nobody had set before,
    // were equal then.
    let mut classes: BTreeMap<(usize, Term, Place), usize> = BTreeMap::new();
    let mut sorted = BTreeMap::new();
    // A class keeps its number where it can, so that what did not change is seen.
    let mut used = FxHashSet::default();
    let mut sizes: FxHashMap<usize, u32> = FxHashMap::default();
    for (class, _) in known.values() {
        *sizes.entry(*class).or_default() += 1;
    }
    let is_free = |used: &FxHashSet<usize>, class: usize| {
        !used.contains(&class) && !sizes.contains_key(&class)
    };
    for (slot, value) in slots {
        let (before, constant) = match known.get(slot) {
            Some(known) => *known,
            None if is_first => (usize::MAX, is_fixed(*value, terms).then_some(*value)),
            // It has a number on this way, and had none on another: any, and no other's.
            None => (usize::MAX, None),
        };
        let next = sorted.len() + known.len();
        let place = match slot {
            Slot::Local(_, base, path) if before == usize::MAX && !is_first && !is_whole(path) => {
                // What it was on the other ways is a part of what the whole was.
                let of = if has_same_wholes(known, *base) { None } else { Some(slot.side()) };
                Some((*base, path.clone(), of))
            }
            _ => None,
        };
        let class = *classes.entry((before, *value, place)).or_insert_with(|| {
            match before != usize::MAX && used.insert(before) {
                true => before,
                false => {
                    let fresh = (next..).find(|it| is_free(&used, *it)).unwrap_or(next);
                    used.insert(fresh);
                    fresh
                }
            }
        });
        let constant = constant.filter(|constant| constant == value);
        sorted.insert(slot.clone(), (class, constant));
    }
    // So has what had a number on another way, and has none on this.
    for (slot, (before, _)) in known {
        if !slots.contains_key(slot) {
            let is_alone = sizes[before] == 1 && !used.contains(before);
            let fresh = || (*before..).find(|it| is_free(&used, *it)).unwrap_or(*before);
            let class = if is_alone { *before } else { fresh() };
            used.insert(class);
            sorted.insert(slot.clone(), (class, None));
        }
    }
    sorted
}
