// SPDX-License-Identifier: GPL-2.0-only
//! Both sides before one kernel. Each runs until it does something, returns, or comes to the head of a
//! loop; then they are compared, and get the same answer. A condition that is not decided is decided both
//! ways.
//!
//! What differs is noted, and ends the run only where the two can no longer be told which of their steps
//! belong together.

mod compare;
pub(crate) mod finding;
pub(crate) mod merge;
pub(crate) mod same;
pub(crate) mod starts;
mod stretch;

use crate::Changed;
use crate::joint::finding::{Again, DOES, Finding, Findings, Signature};
use crate::joint::merge::Merged;
use crate::joint::same::{Rest, Same};
use crate::joint::starts::Starts;
use crate::joint::stretch::Until;
use crate::memory::{Snapshots, Step, resolve, spelled};
use crate::path::{Conditions, Line, Literal, Solver};
use crate::policy::{Policy, is_silent};
use crate::show::show;
use crate::side::{Event, POINTER, STORED, Side, Stop, With, is_answer};
use mmdiff_term::{Answer, Term, Terms};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// Both sides, at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    pub(crate) sides: [Side; 2],
    pub(crate) stops: [Option<Stop>; 2],
    pub(crate) conditions: Conditions,
    /// How often the kernel was called.
    pub(crate) events: u32,
    /// Local objects of the two that are the same: each was given away, itself or in another, so that
    /// whoever is called may look into it and change it.
    pub(crate) objects: Vec<(Term, Term)>,
    /// How often each pair of heads was come to.
    pub(crate) turns: BTreeMap<String, u32>,
    /// What was found on the way.
    pub(crate) found: Vec<usize>,
    /// How often the kernel had been called where the run began.
    pub(crate) since: u32,
    /// How often one side did something that the other did not.
    pub(crate) slips: u32,
}

impl Joint {
    /// Whether nothing differed, and the same was asked.
    fn is_alike(&self) -> bool {
        self.found.is_empty() && self.sides[0].asked == self.sides[1].asked
    }
}

/// How loops are run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Loops {
    /// A turn begins with numbers of which nothing is known but what holds at every one.
    Any,
    /// So many turns.
    Turns(u32),
}

/// What is not decided.
pub(crate) type Open = BTreeMap<String, u64>;

/// How a run ended: its conditions, and what was found on it.
pub(crate) struct Ended {
    pub(crate) literals: Rc<[Literal]>,
    pub(crate) found: Vec<usize>,
    /// From which start it was.
    pub(crate) start: usize,
}

/// All runs of two functions.
pub(crate) struct Explorer<'p, 'u, 't> {
    pub(crate) terms: Terms,
    pub(crate) snapshots: Snapshots,
    pub(crate) policy: &'p mut Policy<'u, 't>,
    pub(crate) solver: Solver,
    pub(crate) same: Same,
    pub(crate) merged: Merged,
    pub(crate) loops: Loops,
    pub(crate) changed: Changed,
    pub(crate) findings: Findings,
    pub(crate) open: Open,
    pub(crate) starts: Starts,
    /// Which start the runs are from.
    pub(crate) start: usize,
    pub(crate) ended: Vec<Ended>,
    /// What one side asks and the other does not, with its line: how often.
    pub(crate) asks: BTreeMap<(usize, String, Line), u64>,
    pub(crate) ran: [BTreeSet<Line>; 2],
    /// Whether what either function returns has a sign.
    pub(crate) is_signed: [bool; 2],
    pub(crate) paths: u64,
    pub(crate) budget: u64,
    /// After how many runs, and how much that was spent on the solver, a difference was seen.
    pub(crate) first_seen: [u64; 2],
    /// Why not all was run.
    pub(crate) cut_off: Option<&'static str>,
    /// What is looked for: where the sides part, and what about. Nothing: all there is.
    pub(crate) wanted: BTreeSet<Signature>,
}

/// How often the kernel may be called on one run.
const LONG: u32 = 2_000;

/// How much may be [spent](Solver::spent) on the solver for one function, and again where a finding is looked for
/// from the beginning.
const SPENT: u64 = 800;

/// How many runs tell when a difference is seen, once one of those that are looked for was.
const ENOUGH: u64 = 400;

/// How many runs are made after the first on which a difference was seen, and how much may be spent on the solver.
const AFTER: u64 = 4_000;
const SPENT_AFTER: u64 = 200;

/// No difference was seen.
pub(crate) const UNSEEN: [u64; 2] = [u64::MAX; 2];

/// How often one side may do something that the other does not, on one run.
const SLIPS: u32 = 4;

impl Explorer<'_, '_, '_> {
    /// Runs from a moment to all ends.
    pub(crate) fn run(&mut self, from: Joint) {
        let mut todo = vec![from];
        while let Some(joint) = todo.pop().or_else(|| self.merged.next()) {
            self.cut_off = self.cut_off.or(self.is_enough());
            if self.cut_off.is_some() || self.is_confirmed() && self.paths >= ENOUGH {
                return;
            }
            self.go(joint, &mut todo);
        }
    }

    /// Why no more is run, if that is so.
    fn is_enough(&self) -> Option<&'static str> {
        let [paths, spent] = self.first_seen;
        match () {
            () if self.paths >= self.budget => {
                Some("--runs sets how many runs a function may take")
            }
            () if self.solver.spent >= SPENT => Some("the solver took too long"),
            () if self.paths >= paths.saturating_add(AFTER)
                || self.solver.spent >= spent.saturating_add(SPENT_AFTER) =>
            {
                Some("a difference was seen, and the search for more has an end")
            }
            () => None,
        }
    }

    /// Whether something of what is looked for was found.
    pub(crate) fn is_confirmed(&self) -> bool {
        let found = |(lines, what): &Signature| {
            self.findings.all.iter().any(|it| it.runs > 0 && it.lines == *lines && it.what == *what)
        };
        self.wanted.iter().any(found)
    }

    fn go(&mut self, mut joint: Joint, todo: &mut Vec<Joint>) {
        if let [Some(Stop::Fork(bit, words, line)), None] = joint.stops.clone() {
            joint.stops = [None, None];
            return self.fork(joint, 0, (bit, words, line), todo);
        }
        loop {
            for side in 0..2 {
                if joint.stops[side].is_some() {
                    continue;
                }
                let stop = joint.sides[side].advance(&mut With {
                    terms: &mut self.terms,
                    snapshots: &mut self.snapshots,
                    policy: self.policy,
                    conditions: &joint.conditions,
                    events: joint.events,
                });
                joint.stops[side] = Some(stop);
            }
            let [Some(old), Some(new)] = joint.stops.clone() else { return };
            joint.stops = [None, None];
            match (old, new) {
                (Stop::Fork(bit, words, line), Stop::Fork(mut other, of_new, at_new)) => {
                    if bit != other {
                        joint.stops[1] = Some(Stop::Fork(other, of_new, at_new));
                        self.unite(&mut joint);
                        if let Some(Stop::Fork(bit, ..)) = joint.stops[1].take() {
                            other = bit;
                        }
                    }
                    let until = self.until();
                    if bit == other && self.rejoined(&mut joint, until) {
                        return self.end(joint);
                    }
                    let is_alike = bit == other && joint.is_alike();
                    if is_alike
                        && self.loops != Loops::Any
                        && self.merged.is_worn(&joint, &self.terms)
                    {
                        return self.end(joint);
                    }
                    if is_alike && self.start > 0 {
                        joint.stops[0] = Some(Stop::Fork(bit, words, line));
                        if let Some(joint) = self.merged.wait(joint, &mut self.terms) {
                            self.end(joint);
                        }
                        return;
                    }
                    return self.fork(joint, 0, (bit, words, line), todo);
                }
                (Stop::Fork(bit, words, line), other) => {
                    joint.stops[1] = Some(other);
                    return self.fork(joint, 0, (bit, words, line), todo);
                }
                (other, Stop::Fork(bit, words, line)) => {
                    joint.stops[0] = Some(other);
                    return self.fork(joint, 1, (bit, words, line), todo);
                }
                (Stop::Refused(refused), _) | (_, Stop::Refused(refused)) => {
                    *self.open.entry(refused.to_string()).or_default() += 1;
                    return self.end(joint);
                }
                (Stop::Event(old), Stop::Event(new)) => {
                    if !self.both_do(&mut joint, old, new) {
                        return self.end(joint);
                    }
                }
                (Stop::Return(old, at_old), Stop::Return(new, at_new)) => {
                    self.both_return(&mut joint, (old, at_old), (new, at_new));
                    return self.end(joint);
                }
                (Stop::Head, Stop::Head) => {
                    if !self.both_turn(&mut joint) {
                        return self.end(joint);
                    }
                }
                (Stop::Head, other) => {
                    joint.stops[1] = Some(other);
                    if !self.turn_alone(&mut joint, 0) {
                        return self.end(joint);
                    }
                }
                (other, Stop::Head) => {
                    joint.stops[0] = Some(other);
                    if !self.turn_alone(&mut joint, 1) {
                        return self.end(joint);
                    }
                }
                (Stop::Event(event), other) => {
                    joint.stops[1] = Some(other);
                    if !self.does_alone(&mut joint, 0, event) {
                        return self.end(joint);
                    }
                }
                (other, Stop::Event(event)) => {
                    joint.stops[0] = Some(other);
                    if !self.does_alone(&mut joint, 1, event) {
                        return self.end(joint);
                    }
                }
                (Stop::Dead, Stop::Return(_, line)) | (Stop::Return(_, line), Stop::Dead)
                    if joint.found.is_empty() =>
                {
                    let why = format!("{}:{}: the other side cannot come to there", line.0, line.1);
                    *self.open.entry(why).or_default() += 1;
                    return self.end(joint);
                }
                _ => return self.end(joint),
            }
        }
    }

    fn fork(
        &mut self,
        joint: Joint,
        side: usize,
        (bit, words, line): (Term, Arc<str>, Line),
        todo: &mut Vec<Joint>,
    ) {
        // The branch's bit may be the negative of what its words say; `decide` has seen neither.
        for value in [false, true] {
            let model = self.solver.branch(&mut self.terms, &joint.conditions, bit, value);
            if model == Some(None) {
                continue;
            }
            let mut joint = joint.clone();
            joint.conditions.model = model.flatten();
            let literal = Literal {
                bit,
                value,
                words: Some((words.clone(), value)),
                line: line.clone(),
                side,
            };
            joint.conditions.assume(&mut self.terms, literal);
            todo.push(joint);
        }
    }

    fn end(&mut self, joint: Joint) {
        self.paths += 1;
        for (ran, side) in self.ran.iter_mut().zip(&joint.sides) {
            ran.extend(side.ran.iter().cloned());
        }
        let literals = joint.conditions.literals.into();
        self.ended.push(Ended { literals, found: joint.found, start: self.start });
    }

    /// One side is at the head of a loop while the other is about to do something: its turns begin
    /// elsewhere. That is a pair of places as good as another, unless nothing was done since the last.
    fn turn_alone(&mut self, joint: &mut Joint, side: usize) -> bool {
        let is_before_event = matches!(joint.stops[1 - side], Some(Stop::Event(_)));
        if self.loops == Loops::Any && is_before_event && joint.events > joint.since {
            joint.stops = [None, None];
            let lines = [0, 1].map(|side| joint.sides[side].here());
            self.compare_memory(joint, (&lines[0], &lines[1]), "the next turn of the loop");
            self.compare_questions(joint);
            self.unite(joint);
            self.arrive(joint);
            return false;
        }
        let most = match self.loops {
            Loops::Any => 2,
            Loops::Turns(turns) => turns + 1,
        };
        let here = joint.sides[side].here();
        let turns = joint.turns.entry(format!("{side} {}:{}", here.0, here.1)).or_default();
        *turns += 1;
        if *turns > most {
            let why = format!(
                "{}:{}: a loop that only one side is in at that time, after {most} turns",
                here.0, here.1
            );
            *self.open.entry(why).or_default() += 1;
            return false;
        }
        true
    }

    /// Both do something: the same, or not.
    fn both_do(&mut self, joint: &mut Joint, old: Event, new: Event) -> bool {
        if old.name != new.name || old.args.len() != new.args.len() {
            return self.do_otherwise(joint, old, new);
        }
        for (at, (&a, &b)) in old.args.iter().zip(&new.args).enumerate() {
            let what = format!("argument {}", at + 1);
            self.compare(joint, (a, b), (&old, &new), &what);
        }
        if is_silent(&old.name) {
            self.answer(joint, &old, [true, true]);
            return true;
        }
        self.compare_memory(joint, (&old.line, &new.line), &old.name);
        self.compare_objects(joint, (&old.line, &new.line), &old.name);
        self.changed_by(joint, &old, &new);
        self.answer(joint, &old, [true, true]);
        if joint.events - joint.since > LONG {
            *self
                .open
                .entry(format!("{}:{}: a run that does not end", new.line.0, new.line.1))
                .or_default() += 1;
            return false;
        }
        let until = self.until();
        !self.rejoined(joint, until)
    }

    /// The answer to what is done, for one side or both.
    fn answer(&mut self, joint: &mut Joint, event: &Event, to: [bool; 2]) {
        let bits = event.bits;
        let value = (bits > 0).then(|| {
            let name = self.terms.name(&format!(
                "{}()@{}",
                event.name.trim_start_matches(POINTER),
                joint.events
            ));
            self.terms.app(name, &event.args, bits)
        });
        for (side, _) in joint.sides.iter_mut().zip(to).filter(|(_, to)| *to) {
            match &*event.name {
                "WRITE_ONCE" => {
                    let (base, path) = resolve(&self.terms, event.args[0], &[]);
                    side.memory.store_shared(base, path, event.args[1]);
                    side.frames.last_mut().expect("it is running").at += 1;
                }
                _ => side.give(value, &mut self.terms),
            }
        }
    }

    /// What the kernel may have changed.
    fn changed_by(&mut self, joint: &mut Joint, old: &Event, new: &Event) {
        joint.events += 1;
        for (side, event) in [(0, old), (1, new)] {
            let this = &mut joint.sides[side];
            let stored = this.memory.shared.iter();
            this.given.extend(stored.map(|(base, path, _)| {
                (*base, joint.events, format!("{STORED}{}", spelled(path)).into())
            }));
            this.memory.shared = Rc::default();
            for &arg in &event.args {
                if is_answer(&self.terms, arg) {
                    let (root, _) = resolve(&self.terms, arg, &[]);
                    this.given.push((root, joint.events, event.name.clone()));
                }
            }
        }
        // Objects that were given away hold what the kernel put there.
        let [old, new] = &joint.sides;
        joint.objects.retain(|(a, b)| old.is_live(*a) && new.is_live(*b));
        for (number, &(a, b)) in joint.objects.iter().enumerate() {
            let name = self.terms.name(&format!("given {number}@{}", joint.events));
            let handle = self.terms.app(name, &[a], 64);
            joint.sides[0].memory.store_local(a, vec![Step::All], handle);
            joint.sides[1].memory.store_local(b, vec![Step::All], handle);
        }
    }

    /// Notes what differs, if there are numbers for it.
    fn found(
        &mut self,
        joint: &mut Joint,
        lines: (&Line, &Line),
        says: &[String; 2],
        what: &str,
        also: Option<(Term, bool)>,
    ) {
        let lines = [lines.0.clone(), lines.1.clone()];
        self.note(joint, Finding::new(lines, says.clone(), what, self.start), also);
    }

    /// Notes a finding, if there are numbers for it under one more condition.
    fn note(&mut self, joint: &mut Joint, finding: Finding, also: Option<(Term, bool)>) {
        let conditions = joint.conditions.literals.len();
        let at = match self.findings.again(&finding, conditions, &joint.found) {
            Again::Known(at) => at,
            Again::Unknown => return self.not_told(&finding),
            Again::Try => {
                let conditions = &joint.conditions;
                let model = match self.solver.seen(&mut self.terms, conditions, also) {
                    Answer::Impossible(_) => return,
                    Answer::Unknown => return self.not_told(&finding),
                    Answer::Model(model) => Some(model),
                };
                self.findings.add(finding, &joint.found, conditions, also, model)
            }
        };
        if self.first_seen == UNSEEN {
            self.first_seen = [self.paths, self.solver.spent];
        }
        if !joint.found.contains(&at) {
            joint.found.push(at);
        }
    }

    fn not_told(&mut self, finding: &Finding) {
        let (file, line) = &finding.lines[1];
        let why = format!("{file}:{line}: whether there are numbers for: {}", finding.says[1]);
        *self.open.entry(why).or_default() += 1;
    }

    /// The sides do different things. Where the text tells which of the two is new or gone, it runs on.
    fn do_otherwise(&mut self, joint: &mut Joint, old: Event, new: Event) -> bool {
        let is_changed =
            [self.changed[0].contains_key(&old.line), self.changed[1].contains_key(&new.line)];
        // Of two lines that are both new to the other side, the one whose function is called less there.
        let more = [0, 1].map(|side| {
            let name = [&old.name, &new.name][side];
            self.policy.sites(side, name) > self.policy.sites(1 - side, name)
        });
        let only_old = is_changed[0] && (!is_changed[1] || (more[0] && !more[1]));
        let only_new = is_changed[1] && (!is_changed[0] || (more[1] && !more[0]));
        if only_old {
            joint.stops[1] = Some(Stop::Event(new));
            return self.does_alone(joint, 0, old);
        }
        if only_new {
            joint.stops[0] = Some(Stop::Event(old));
            return self.does_alone(joint, 1, new);
        }
        let says = [self.does(&old), self.does(&new)];
        self.found(joint, (&old.line, &new.line), &says, DOES, None);
        joint.slips += 1;
        if is_changed == [false, false] || joint.slips > SLIPS || old.bits != new.bits {
            return false;
        }
        // One stands in the place of the other.
        self.answer(joint, &old, [true, true]);
        true
    }

    fn does(&self, event: &Event) -> String {
        let args: Vec<_> = event.args.iter().map(|arg| show(&self.terms, *arg)).collect();
        let within = event.within.as_ref().map_or(String::new(), |name| format!(", in {name}"));
        match &*event.name {
            "BUG" | "WARN" | "WARN_ONCE" => format!("{}{within}", event.name),
            "WRITE_ONCE" => {
                let place = args[0]
                    .strip_prefix('&')
                    .map_or_else(|| format!("*{}", args[0]), str::to_owned);
                format!("WRITE_ONCE({place}, {}){within}", args[1])
            }
            POINTER => format!("{}({}){within}", args[0], args[1..].join(", ")),
            name => format!("{name}({}){within}", args.join(", ")),
        }
    }

    /// One side does something while the other does not.
    fn does_alone(&mut self, joint: &mut Joint, side: usize, event: Event) -> bool {
        let other = joint.stops[1 - side].clone();
        let (line, instead) = match &other {
            Some(Stop::Event(event)) => {
                (event.line.clone(), format!("does not, and goes on with {}", self.does(event)))
            }
            Some(Stop::Return(value, line)) => {
                let value =
                    value.map_or(String::new(), |value| format!(" {}", show(&self.terms, value)));
                (line.clone(), format!("does not, and returns{value}"))
            }
            _ => (joint.sides[1 - side].here(), "does not".to_owned()),
        };
        let mut says = [self.does(&event), instead];
        let mut lines = [event.line.clone(), line];
        if side == 1 {
            says.swap(0, 1);
            lines.swap(0, 1);
        }
        let mut finding = Finding::new(lines, says, DOES, self.start);
        finding.alone = Some(side);
        self.note(joint, finding, None);
        joint.slips += 1;
        // Only where the text is another is it known which step is the one too many.
        if joint.slips > SLIPS || !self.changed[side].contains_key(&event.line) {
            return false;
        }
        let mut to = [false, false];
        to[side] = true;
        self.answer(joint, &event, to);
        true
    }

    /// Both return.
    fn both_return(
        &mut self,
        joint: &mut Joint,
        (old, at_old): (Option<Term>, Line),
        (new, at_new): (Option<Term>, Line),
    ) {
        self.compare_memory(joint, (&at_old, &at_new), "return");
        if let (Some(a), Some(b)) = (old, new) {
            let b = self.translated(joint, b);
            let width = self.terms.width(a).max(self.terms.width(b));
            let [of_a, of_b] = self.is_signed;
            let a = self.terms.resize(a, width, of_a);
            let b = self.terms.resize(b, width, of_b);
            if a != b {
                let says = [a, b].map(|value| format!("returns {}", show(&self.terms, value)));
                self.must_be_equal(joint, (a, b), (&at_old, &at_new), &says, "returns");
            }
        }
        self.compare_questions(joint);
    }

    /// Both begin a turn of a loop.
    fn both_turn(&mut self, joint: &mut Joint) -> bool {
        let lines = [0, 1].map(|side| joint.sides[side].here());
        if self.rejoined(joint, Until::End) {
            return false;
        }
        let key = lines.each_ref().map(|(file, line)| format!("{file}:{line}")).join(" ");
        match self.loops {
            Loops::Turns(most) => {
                let turns = joint.turns.entry(key).or_default();
                *turns += 1;
                *turns <= most
            }
            Loops::Any => {
                self.compare_memory(joint, (&lines[0], &lines[1]), "the next turn of the loop");
                self.compare_questions(joint);
                self.arrive(joint);
                false
            }
        }
    }

    /// How far the text has to be the same for a run to end.
    fn until(&self) -> Until {
        if self.loops == Loops::Any { Until::Heads } else { Until::End }
    }

    /// Whether what is left to run is the same text, on the same numbers: then it does the same. If that is so
    /// up to the heads of loops, turns are run from there.
    fn rejoined(&mut self, joint: &mut Joint, until: Until) -> bool {
        self.unite(joint);
        let heads = match self.same.rest(joint, &mut self.terms, self.policy, until) {
            Rest::Other => return false,
            Rest::Same => Vec::new(),
            Rest::SameUntil(heads) => heads,
        };
        self.compare_questions(joint);
        for head in &heads {
            self.arrive(head);
        }
        true
    }
}
