// SPDX-License-Identifier: GPL-2.0-only
//! One side: a function that runs on terms, up to where both sides have to look at each other.

use crate::memory::{self, LOCAL, Memory, Path, Snapshots, Step, local_of, resolve};
use crate::path::{Conditions, Line};
use crate::policy::{Call, Lasts, OfOrder, Policy, lasts, of_order};
use mmdiff_c::{BlockId, Callee, End, Function, Op, Operand, Place, Refused};
use mmdiff_term::{Bin, Cmp, Node, Term, Terms};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// How deep calls may be cut in.
const DEEP: usize = 24;

/// How many operations may run between two stops.
const LONG: u32 = 20_000;

/// What stands for a function where something was stored in an object; the way to it follows.
pub(crate) const STORED: &str = "a store";

/// What the name of an argument of the function begins with; its number and its name follow.
pub(crate) const PARAMETER: &str = "parameter ";

/// The name of a call through a pointer, which is its first argument.
pub(crate) const POINTER: &str = "->";

/// What the arguments of both sides' functions are called: one name where they are one. That is so by their
/// places; where other types are taken, and callers have to be changed with them, by their names.
pub(crate) fn arguments([old, new]: [&Function; 2]) -> [Vec<String>; 2] {
    let params = |of: &Function| of.vars[..of.params].to_vec();
    let (was, is) = (params(old), params(new));
    let is_alike = was.len() == is.len() && was.iter().zip(&is).all(|(a, b)| a.kind == b.kind);
    let call = |(at, var): (usize, &mmdiff_c::Var)| format!("{at} {}", var.name);
    let of_old: Vec<String> = was.iter().enumerate().map(call).collect();
    let of_new = is.iter().enumerate().map(|(at, var)| {
        let by_name = was.iter().position(|it| it.name == var.name).filter(|_| !is_alike);
        match by_name.or(is_alike.then_some(at)) {
            Some(at) => of_old[at].clone(),
            None => format!("new {at} {}", var.name),
        }
    });
    [of_old.clone(), of_new.collect()]
}

/// A function that is running.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) function: Rc<Function>,
    pub(crate) block: BlockId,
    pub(crate) at: usize,
    pub(crate) temps: Vec<Option<Term>>,
    /// The addresses of its variables. A function is not cut into itself: so one name is enough for each.
    pub(crate) locals: Rc<[Term]>,
}

/// One side.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) index: usize,
    pub(crate) frames: Vec<Frame>,
    pub(crate) memory: Memory,
    /// How often a thing was read that may change by itself.
    pub(crate) racy: FxHashMap<Term, u32>,
    /// What was given to functions: the object, when, and to whom.
    pub(crate) given: Vec<(Term, u32, Arc<str>)>,
    /// What was asked, and where first.
    pub(crate) asked: BTreeSet<Term>,
    /// What was asked for the first time: the function and the line.
    pub(crate) asked_at: FxHashMap<Term, Line>,
    /// The lines that ran.
    pub(crate) ran: BTreeSet<Line>,
}

/// Something that is done to the kernel.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: Arc<str>,
    pub(crate) args: Vec<Term>,
    pub(crate) bits: u8,
    pub(crate) line: Line,
    /// The function that is cut in and does it, if one does.
    pub(crate) within: Option<Arc<str>>,
}

/// Why a side stops.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// A condition that is not decided: in C's words, and where.
    Fork(Term, Arc<str>, Line),
    /// It does something.
    Event(Event),
    /// It is at the head of a loop.
    Head,
    /// It has returned.
    Return(Option<Term>, Line),
    /// It cannot go on: the kernel is dead, or what is here is never come to.
    Dead,
    /// It cannot be run.
    Refused(Refused),
}

/// What a side runs with.
pub(crate) struct With<'p, 'u, 't> {
    pub(crate) terms: &'p mut Terms,
    pub(crate) snapshots: &'p mut Snapshots,
    pub(crate) policy: &'p mut Policy<'u, 't>,
    pub(crate) conditions: &'p Conditions,
    /// How often the kernel was called.
    pub(crate) events: u32,
}

impl Side {
    /// `arguments`: what each argument is called.
    pub(crate) fn new(
        index: usize,
        function: Rc<Function>,
        arguments: &[String],
        terms: &mut Terms,
    ) -> Side {
        let mut side = Side {
            index,
            frames: Vec::new(),
            memory: Memory::default(),
            racy: FxHashMap::default(),
            given: Vec::new(),
            asked: BTreeSet::new(),
            asked_at: FxHashMap::default(),
            ran: BTreeSet::new(),
        };
        let params = function.vars[..function.params].iter().zip(arguments);
        let args: Vec<Term> = params
            .map(|(var, name)| terms.free(&format!("{PARAMETER}{name}"), var.kind.bits()))
            .collect();
        side.enter(function, &args, terms);
        side
    }

    fn enter(&mut self, function: Rc<Function>, args: &[Term], terms: &mut Terms) {
        let locals: Rc<[Term]> = function
            .vars
            .iter()
            .enumerate()
            .map(|(at, var)| {
                // Of variables of one name in blocks, each is its own.
                let before = function.vars[..at].iter().filter(|it| it.name == var.name).count();
                let of = if before > 0 { format!(" {before}") } else { String::new() };
                terms.free(&format!("{LOCAL}{}.{}{of}", function.name, var.name), 64)
            })
            .collect();
        for base in locals.iter() {
            self.memory.forget(*base);
        }
        let frame = Frame {
            block: BlockId(0),
            at: 0,
            temps: vec![None; function.temps as usize],
            locals,
            function,
        };
        for at in 0..frame.function.params {
            let kind = &frame.function.vars[at].kind;
            let bits = kind.bits();
            let value = match args.get(at) {
                Some(value) => terms.resize(*value, bits, false),
                None => terms.free("no argument", bits),
            };
            let base = frame.locals[at];
            let path = if kind.bits() == 64 && matches!(kind, mmdiff_c::Type::Record(_)) {
                vec![Step::All]
            } else {
                Vec::new()
            };
            self.memory.store_local(base, path, value);
        }
        self.frames.push(frame);
    }

    fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("a side that has returned is not run")
    }

    /// The line at which it stands, of the file that the function is in: what another file's function does
    /// that is cut in is seen where it is called.
    pub(crate) fn here(&self) -> Line {
        let Some(first) = self.frames.first() else { return ("".into(), 0) };
        let file = &first.function.file;
        let frame =
            self.frames.iter().rev().find(|frame| frame.function.file == *file).unwrap_or(first);
        let block = &frame.function.blocks[frame.block.0 as usize];
        let line = block.ops.get(frame.at).map_or(block.end.1, |(_, line)| *line);
        (file.clone(), line)
    }

    /// The function that is cut in and runs, if one does.
    fn within(&self) -> Option<Arc<str>> {
        self.frames.get(1).map(|frame| frame.function.name.clone())
    }

    fn value(&mut self, operand: &Operand, terms: &mut Terms) -> Term {
        match operand {
            Operand::Const(value, bits) => terms.number(*value, (*bits).max(1)),
            Operand::Temp(temp) => {
                let known = self.frame().temps[temp.0 as usize];
                known.unwrap_or_else(|| terms.free("nothing", 64))
            }
            Operand::Local(var) => self.frame().locals[var.0 as usize],
            Operand::Global(name) => terms.free(&format!("&{name}"), 64),
        }
    }

    fn path(&mut self, place: &Place, terms: &mut Terms) -> (Term, Path) {
        let base = self.value(&place.base, terms);
        let path = self.steps(place, terms);
        resolve(terms, base, &path)
    }

    fn steps(&mut self, place: &Place, terms: &mut Terms) -> Path {
        let mut path = Path::new();
        for step in &place.path {
            path.push(match step {
                mmdiff_c::Step::Field(name) => Step::Field(name.clone()),
                mmdiff_c::Step::Index(index) => Step::Index(self.value(index, terms)),
            });
        }
        path
    }

    /// Runs until both sides have to look at each other.
    pub(crate) fn advance(&mut self, with: &mut With<'_, '_, '_>) -> Stop {
        for _ in 0..LONG {
            let frame = self.frames.last().expect("a side that has returned is not run");
            let function = frame.function.clone();
            let block = &function.blocks[frame.block.0 as usize];
            if let Some((op, line)) = block.ops.get(frame.at) {
                self.ran.insert((function.file.clone(), *line));
                if let Some(stop) = self.operate(op, with) {
                    return stop;
                }
                continue;
            }
            let (end, line) = &block.end;
            if !matches!(end, End::Jump(_)) {
                self.ran.insert((function.file.clone(), *line));
            }
            let to = match end {
                End::Jump(to) => *to,
                End::Unreachable => return Stop::Dead,
                End::Branch(bit, yes, no) => {
                    let bit = self.value(bit, with.terms);
                    match with.conditions.decide(with.terms, bit) {
                        Some(true) => *yes,
                        Some(false) => *no,
                        None => {
                            let here = frame_block(&self.frames);
                            let words = function.words.iter().find(|(_, block, _)| *block == here);
                            let words =
                                words.map_or_else(|| "".into(), |(_, _, words)| words.clone());
                            return Stop::Fork(bit, words, self.here());
                        }
                    }
                }
                End::Return(value) => {
                    let value = value.as_ref().map(|value| self.value(value, with.terms));
                    let line = self.here();
                    self.frames.pop();
                    if self.frames.is_empty() {
                        return Stop::Return(value, line);
                    }
                    self.give(value, with.terms);
                    continue;
                }
            };
            let frame = self.frame();
            (frame.block, frame.at) = (to, 0);
            if frame.function.blocks[to.0 as usize].is_head {
                return Stop::Head;
            }
        }
        let (file, line) = self.here();
        Stop::Refused(Refused { file: file.to_string(), line, why: "it runs for too long".into() })
    }

    /// What a call that the side stands at gives.
    pub(crate) fn give(&mut self, value: Option<Term>, terms: &mut Terms) {
        let frame = self.frame();
        let block = &frame.function.blocks[frame.block.0 as usize];
        if let Some((Op::Call { to, bits, .. }, _)) = block.ops.get(frame.at) {
            let bits = (*bits).max(1);
            let value = value.map(|value| terms.resize(value, bits, false));
            frame.temps[to.0 as usize] = value;
        }
        frame.at += 1;
    }

    fn operate(&mut self, op: &Op, with: &mut With<'_, '_, '_>) -> Option<Stop> {
        let made = match op {
            Op::Load { place, bits, racy, .. } => {
                let value = self.load(place, *bits, *racy, with);
                with.conditions.known_as(with.terms, value)
            }
            Op::Store { place, value, racy } => {
                let value = self.value(value, with.terms);
                let (base, path) = self.path(place, with.terms);
                if *racy && !memory::is_local(with.terms, base) {
                    return Some(self.write_once(base, &path, value, with));
                }
                self.store(base, path, value, with.terms);
                self.frame().at += 1;
                return None;
            }
            Op::Zero { place } => {
                let (base, mut path) = self.path(place, with.terms);
                path.push(Step::All);
                let zero = with.terms.number(0, 64);
                self.store(base, path, zero, with.terms);
                self.frame().at += 1;
                return None;
            }
            Op::Copy { place, from } => {
                let from = self.value(from, with.terms);
                let (base, mut path) = self.path(place, with.terms);
                path.push(Step::All);
                self.store(base, path, from, with.terms);
                self.frame().at += 1;
                return None;
            }
            Op::Snapshot { place, .. } => self.snapshot(place, with),
            Op::Call { callee, args, bits, .. } => {
                return self.call(callee, args, *bits, with);
            }
            Op::Address { place, .. } => {
                let base = self.value(&place.base, with.terms);
                let path = self.steps(place, with.terms);
                memory::address(with.terms, base, &path)
            }
            other => self.compute(other, with.terms),
        };
        if let Some(to) = op.makes() {
            let frame = self.frame();
            frame.temps[to.0 as usize] = Some(made);
            frame.at += 1;
        }
        None
    }

    fn compute(&mut self, op: &Op, terms: &mut Terms) -> Term {
        match op {
            Op::Container { of, member, .. } => {
                let of = self.value(of, terms);
                memory::container(terms, of, member)
            }
            Op::Sum { a, b, minus, .. } => {
                let (a, b) = (self.value(a, terms), self.value(b, terms));
                if *minus { terms.sub(a, b) } else { terms.add(a, b) }
            }
            Op::Bin { op, a, b, .. } => {
                let (a, b) = (self.value(a, terms), self.value(b, terms));
                operated(*op, a, b, terms)
            }
            Op::Compare { cmp, a, b, .. } => {
                let (a, b) = (self.value(a, terms), self.value(b, terms));
                match cmp {
                    Cmp::Eq => terms.eq(a, b),
                    Cmp::Less => terms.ult(a, b),
                    Cmp::LessSigned => terms.slt(a, b),
                }
            }
            Op::Not { of, .. } => {
                let of = self.value(of, terms);
                terms.not(of)
            }
            Op::Invert { of, .. } => {
                let of = self.value(of, terms);
                terms.invert(of)
            }
            Op::Resize { of, bits, signed, .. } => {
                let of = self.value(of, terms);
                terms.resize(of, (*bits).max(1), *signed)
            }
            Op::Choose { by, a, b, .. } => {
                let [by, a, b] = [by, a, b].map(|of| self.value(of, terms));
                terms.choose(by, a, b)
            }
            Op::Symbol { name, bits, .. } => terms.free(name, *bits),
            _ => terms.free("nothing", 64),
        }
    }

    fn store(&mut self, base: Term, path: Path, value: Term, terms: &Terms) {
        match memory::is_local(terms, base) {
            true => self.memory.store_local(base, path, value),
            false => self.memory.store_shared(base, path, value),
        }
    }

    fn load(&mut self, place: &Place, bits: u8, racy: bool, with: &mut With<'_, '_, '_>) -> Term {
        let (base, path) = self.path(place, with.terms);
        if memory::is_local(with.terms, base) {
            return self.memory.load_local(with.terms, with.snapshots, base, &path, bits);
        }
        let (known, maybe) = self.memory.load_shared(with.terms, with.snapshots, base, &path, bits);
        let last = match known {
            Some(value) => value,
            None => self.ask_member((base, &path), &place.of, bits, racy, with),
        };
        maybe
            .into_iter()
            .rev()
            .fold(last, |other, (bit, value)| with.terms.choose(bit, value, other))
    }

    fn ask_member(
        &mut self,
        (base, path): (Term, &[Step]),
        of: &str,
        bits: u8,
        racy: bool,
        with: &mut With<'_, '_, '_>,
    ) -> Term {
        let way = memory::spelled(path);
        let since = self.since(lasts(of, &way), (base, &way), with.events);
        let name = with.terms.name(&format!("->{way}{since}"));
        let args = memory::arguments(base, path);
        let mut answer = with.terms.app(name, &args, bits);
        if racy {
            // That it is read once is a question of its own: a compiler may read another twice.
            let name = with.terms.name(&format!("READ_ONCE of @{}", with.events));
            let once = with.terms.app(name, &[answer], 1);
            self.ask(once);
            let times = self.racy.entry(answer).or_default();
            *times += 1;
            if *times > 1 {
                let name = with.terms.name(&format!("->{way}{since} #{times}"));
                answer = with.terms.app(name, &args, bits);
            }
        }
        self.ask(answer);
        answer
    }

    fn ask(&mut self, answer: Term) {
        self.asked.insert(answer);
        let line = self.here();
        self.asked_at.entry(answer).or_insert(line);
    }

    /// Since when the answer to what is asked of an object is what it is, as part of its name. `way`: the member
    /// that is asked for, or nothing.
    fn since(&self, lasts: Lasts, (of, way): (Term, &str), events: u32) -> String {
        let last = |ends: &dyn Fn(&str) -> bool| {
            let given = self.given.iter().rev().find(|(object, _, to)| *object == of && ends(to));
            given.map_or(0, |(_, when, _)| *when)
        };
        // What the side itself has stored there is another number since; a store of the whole is of each part.
        let is_stored = |to: &str| {
            let stored = to.strip_prefix(STORED);
            stored.is_some_and(|to| way.starts_with(to) || to.starts_with(way))
        };
        let when = match lasts {
            Lasts::UntilNext => events,
            Lasts::Always => last(&is_stored),
            Lasts::UntilGiven(kept) => last(&|to| !kept.iter().any(|word| to.contains(word))),
        };
        if when == 0 { String::new() } else { format!("@{when}") }
    }

    /// A whole structure as a value.
    fn snapshot(&mut self, place: &Place, with: &mut With<'_, '_, '_>) -> Term {
        let (base, path) = self.path(place, with.terms);
        if !memory::is_local(with.terms, base) {
            let mut all = path.clone();
            all.push(Step::All);
            let stores = self.memory.shared.clone();
            return match stores.last() {
                Some((to, way, value)) if *to == base && *way == all => *value,
                None => self.ask_member((base, &path), &place.of, 64, false, with),
                Some(_) => {
                    let before = self.ask_member((base, &path), &place.of, 64, false, with);
                    after_stores(before, &stores, with.terms)
                }
            };
        }
        let inside = self
            .memory
            .inside(base)
            .filter(|(way, _)| way.len() >= path.len() && way[..path.len()] == *path);
        let mut members: Vec<(Path, Term)> =
            inside.map(|(way, value)| (way[path.len()..].to_vec(), *value)).collect();
        if let [(way, value)] = &members[..]
            && way[..] == [Step::All]
        {
            return *value;
        }
        members.sort();
        match members.is_empty() {
            true => with.terms.free("uninitialized", 64),
            false => with.snapshots.make(with.terms, members),
        }
    }

    fn write_once(
        &mut self,
        base: Term,
        path: &[Step],
        value: Term,
        with: &mut With<'_, '_, '_>,
    ) -> Stop {
        let at = memory::address(with.terms, base, path);
        Stop::Event(Event {
            name: "WRITE_ONCE".into(),
            args: vec![at, value],
            bits: 0,
            line: self.here(),
            within: self.within(),
        })
    }

    fn call(
        &mut self,
        callee: &Callee,
        args: &[Operand],
        bits: u8,
        with: &mut With<'_, '_, '_>,
    ) -> Option<Stop> {
        let values: Vec<Term> = args.iter().map(|arg| self.value(arg, with.terms)).collect();
        let event = |this: &Side, name: Arc<str>, args: Vec<Term>| {
            Some(Stop::Event(Event { name, args, bits, line: this.here(), within: this.within() }))
        };
        let name = match callee {
            Callee::Named(name) => name,
            Callee::Pointer(pointer, _) => {
                // Whom it points at is an argument; how the source says it is not.
                let mut all = vec![self.value(pointer, with.terms)];
                all.extend(values);
                return event(self, POINTER.into(), all);
            }
        };
        let call = match with.policy.call(self.index, name) {
            // What it answers may be what it was given, which nobody else can know of a local object.
            Call::Asks
                if bits == 64 && values.iter().any(|it| local_of(with.terms, *it).is_some()) =>
            {
                with.policy.body(self.index, name).map_or(Call::Does, Call::CutIn)
            }
            call => call,
        };
        match call {
            Call::CutIn(function) => {
                if self.frames.len() >= DEEP
                    || self.frames.iter().any(|frame| frame.function.name == *name)
                {
                    return event(self, name.clone(), values);
                }
                self.enter(function, &values, with.terms);
                None
            }
            Call::Asks => {
                let answer = self.question(name, &values, bits, with);
                self.give(answer, with.terms);
                None
            }
            Call::Does => event(self, name.clone(), values),
        }
    }

    /// The answer of a function that changes nothing.
    fn question(
        &mut self,
        name: &Arc<str>,
        args: &[Term],
        bits: u8,
        with: &mut With<'_, '_, '_>,
    ) -> Option<Term> {
        let (&[of, ..], 1..) = (args, bits) else {
            let name = with.terms.name(&format!("{name}@{}", with.events));
            return (bits > 0).then(|| with.terms.app(name, args, bits));
        };
        if let Some(what) = of_order(name)
            && !matches!(with.policy.call(self.index, name), Call::CutIn(_))
        {
            return Some(self.of_order(what, of, bits, with));
        }
        // What it may look at besides: stores that nobody else has seen, and local objects.
        let mut all = args.to_vec();
        let mut ways = String::new();
        let mut shared = self.memory.shared.to_vec();
        shared.sort();
        for (base, path, value) in &shared {
            ways.push_str(&memory::spelled(path));
            all.extend(memory::arguments(*base, path));
            all.push(*value);
        }
        for &arg in args {
            let Some(object) = local_of(with.terms, arg) else { continue };
            let mut inside: Vec<_> = self.memory.inside(object).cloned().collect();
            inside.sort();
            for (path, value) in inside {
                ways.push_str(&memory::spelled(&path));
                all.push(value);
            }
        }
        let (root, _) = resolve(with.terms, of, &[]);
        let since = self.since(lasts("", name), (root, ""), with.events);
        let stored = if ways.is_empty() { String::new() } else { format!(" with {ways}") };
        let name = with.terms.name(&format!("{name}{since}{stored}"));
        let answer = with.terms.app(name, &all, bits);
        self.ask(answer);
        Some(answer)
    }

    fn of_order(
        &mut self,
        what: OfOrder,
        folio: Term,
        bits: u8,
        with: &mut With<'_, '_, '_>,
    ) -> Term {
        let since = self.since(lasts("", "folio_order"), (folio, ""), with.events);
        let terms = &mut *with.terms;
        let name = terms.name(&format!("folio_order{since}"));
        let order = terms.app(name, &[folio], 8);
        // Asking for the size is another question than asking for the order, with an answer that follows.
        let name = terms.name(&format!("{what:?} of a folio@{}", with.events));
        let question = terms.app(name, &[folio], 1);
        let wide = terms.extend(order, 64, false);
        let mut shifted = |by: u64| {
            let one = terms.number(by, 64);
            terms.bin(Bin::ShiftLeft, one, wide)
        };
        let answer = match what {
            OfOrder::Order => wide,
            OfOrder::Size => shifted(4096),
            OfOrder::Pages => shifted(1),
            OfOrder::Shift => {
                let page = terms.number(12, 64);
                terms.add(wide, page)
            }
            OfOrder::Large => {
                let zero = terms.number(0, 64);
                let is = terms.ne(wide, zero);
                terms.extend(is, 64, false)
            }
        };
        let answer = terms.truncate(answer, bits);
        self.ask(question);
        answer
    }
}

/// A whole structure that stores may have changed: like another only after the same stores, in their order.
fn after_stores(before: Term, stores: &[(Term, Path, Term)], terms: &mut Terms) -> Term {
    let (mut ways, mut all) = (String::new(), vec![before]);
    for (base, path, value) in stores {
        ways.push_str(&memory::spelled(path));
        ways.push(',');
        all.extend(memory::arguments(*base, path));
        all.push(*value);
    }
    let name = terms.name(&format!("after stores {ways}"));
    terms.app(name, &all, 64)
}

/// What an operator gives; of a division by zero, and of a shift by the width or more, something that is like
/// nothing else.
fn operated(op: Bin, a: Term, b: Term, terms: &mut Terms) -> Term {
    let value = terms.bin(op, a, b);
    let width = terms.width(b);
    let is_lost = match op {
        Bin::Div | Bin::DivSigned | Bin::Rem | Bin::RemSigned => {
            let zero = terms.number(0, width);
            terms.eq(b, zero)
        }
        // An order is less than any width.
        Bin::ShiftLeft | Bin::ShiftRight | Bin::ShiftRightSigned if !is_order(terms, b) => {
            let most = terms.number(width.into(), width);
            let is_less = terms.ult(b, most);
            terms.not(is_less)
        }
        _ => return value,
    };
    let name = terms.name(&format!("{op:?} that is not defined"));
    let lost = terms.app(name, &[a, b], width);
    terms.choose(is_lost, lost, value)
}

fn is_order(terms: &Terms, of: Term) -> bool {
    match terms.node(of) {
        Node::App(name, _) => terms.width(of) == 8 && terms.text(*name).starts_with("folio_order"),
        Node::Extend { of, .. } | Node::Truncate(of) => is_order(terms, *of),
        _ => false,
    }
}

fn frame_block(frames: &[Frame]) -> BlockId {
    frames.last().map_or(BlockId(0), |frame| frame.block)
}

/// Whether a term is an answer of the kernel's.
pub(crate) fn is_answer(terms: &Terms, term: Term) -> bool {
    matches!(terms.node(term), Node::App(..))
}

impl Side {
    /// Whether a local object is one of a function that runs.
    pub(crate) fn is_live(&self, object: Term) -> bool {
        self.frames.iter().any(|frame| frame.locals.contains(&object))
    }

    /// At the beginning of a turn, what came before is forgotten.
    pub(crate) fn begin_turn(&mut self) {
        self.racy.clear();
        self.given.clear();
        self.asked.clear();
        self.asked_at.clear();
        self.memory.shared = Rc::default();
    }
}
