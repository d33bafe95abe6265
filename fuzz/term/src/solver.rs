// SPDX-License-Identifier: GPL-2.0-only
//! The solver: terms become gates, gates become clauses (Tseitin, 1968), and a SAT solver decides.
//! Answers to one question with other arguments are tied by congruence, pair by pair (Ackermann, 1954).

use super::{Bin, Cmp, Name, Node, Term, Terms, mask};
use batsat::{ClauseKind, Lit, Solver, SolverInterface, lbool};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What the solver says of conditions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// No numbers fulfil them; nor these of them alone.
    Impossible(Vec<(Term, bool)>),
    /// These do.
    Model(Model),
    /// It gave up at its limit.
    Unknown,
}

/// Numbers that fulfil conditions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Model {
    answers: BTreeMap<Term, u64>,
}

impl Model {
    /// The value of a term under the model. Answers that the conditions do not depend on are 0.
    pub fn value(&self, terms: &Terms, term: Term) -> u64 {
        let of = |term| self.value(terms, term);
        let width = terms.width(term);
        let value = match terms.node(term) {
            Node::Const(value) => *value,
            Node::App(..) => self.answers.get(&term).copied().unwrap_or(0),
            Node::Sum(sum, constant) => sum.iter().fold(*constant, |all, &(term, factor)| {
                all.wrapping_add(of(term).wrapping_mul(factor))
            }),
            Node::Bin(op, a, b) => op.of(of(*a), of(*b), width),
            Node::Cmp(cmp, a, b) => cmp.of(of(*a), of(*b), terms.width(*a)).into(),
            Node::Not(a) => 1 ^ of(*a),
            Node::Extend { signed: true, of: a } => super::signed(of(*a), terms.width(*a)) as u64,
            Node::Extend { of: a, .. } | Node::Truncate(a) => of(*a),
            Node::Choose(c, a, b) => match of(*c) {
                0 => of(*b),
                _ => of(*a),
            },
        };
        value & mask(width)
    }

    /// The same numbers, but for those that another model has.
    #[must_use]
    pub fn with(&self, other: &Model) -> Model {
        let mut answers = self.answers.clone();
        answers.extend(&other.answers);
        Model { answers }
    }

    /// The same numbers, but for one answer.
    #[must_use]
    pub fn with_value(&self, answer: Term, value: u64) -> Model {
        let mut answers = self.answers.clone();
        answers.insert(answer, value);
        Model { answers }
    }

    /// The answers that the conditions depend on.
    pub fn answers(&self) -> impl Iterator<Item = (Term, u64)> + '_ {
        self.answers.iter().map(|(term, value)| (*term, *value))
    }
}

/// Stops after so many learnt clauses: a limit that is the same on every machine.
#[derive(Debug)]
struct Limit {
    left: u64,
}

impl batsat::Callbacks for Limit {
    fn on_new_clause(&mut self, _: &[Lit], kind: ClauseKind) {
        if kind == ClauseKind::Learnt {
            self.left = self.left.saturating_sub(1);
        }
    }

    fn stop(&self) -> bool {
        self.left == 0
    }
}

impl Terms {
    /// Numbers for which each condition (a number of one bit) has its value, if there are any. Gives up
    /// after `limit` learnt clauses.
    pub fn solve(&self, conditions: &[(Term, bool)], limit: u64) -> Answer {
        self.solve_with(conditions, &[], limit)
    }

    /// The same, and numbers that a reader would rather see: each of `rather` is the first of its values
    /// that it can be, given those before it.
    pub fn solve_with(
        &self,
        conditions: &[(Term, bool)],
        rather: &[(Term, Vec<u64>)],
        limit: u64,
    ) -> Answer {
        let solver = Solver::new(batsat::SolverOpts::default(), Limit { left: limit });
        let mut blaster = Blaster::new(self, solver);
        let mut given: Vec<Lit> = Vec::new();
        for &(term, value) in conditions {
            let bit = blaster.bits(term)[0];
            given.push(if value { bit } else { !bit });
        }
        let rather: Vec<(Bits, &Vec<u64>)> =
            rather.iter().map(|(term, values)| (blaster.bits(*term), values)).collect();
        blaster.congruence();
        let answer = blaster.solver.solve_limited(&given);
        self.work.set(self.work.get() + blaster.solver.num_propagations());
        if answer == lbool::TRUE {
            let mut model = blaster.model();
            let mut assumed: Vec<Lit> = given;
            for (bits, values) in rather {
                for value in values.iter().filter(|value| **value <= mask(bits.len() as u8)) {
                    let all = bits
                        .iter()
                        .enumerate()
                        .map(|(at, bit)| if value >> at & 1 == 1 { *bit } else { !*bit });
                    let all: Vec<Lit> = assumed.iter().copied().chain(all).collect();
                    if blaster.solver.solve_limited(&all) == lbool::TRUE {
                        (assumed, model) = (all, blaster.model());
                        break;
                    }
                }
            }
            Answer::Model(model)
        } else if answer == lbool::FALSE {
            let is_needed = |bit: &Lit| blaster.solver.unsat_core_contains_var(bit.var());
            let core = conditions.iter().zip(&given).filter(|(_, bit)| is_needed(bit));
            Answer::Impossible(core.map(|(condition, _)| *condition).collect())
        } else {
            Answer::Unknown
        }
    }
}

type Bits = Vec<Lit>;

struct Blaster<'t> {
    terms: &'t Terms,
    solver: Solver<Limit>,
    yes: Lit,
    done: FxHashMap<Term, Bits>,
    answers: BTreeMap<Name, Vec<Term>>,
}

impl<'t> Blaster<'t> {
    fn new(terms: &'t Terms, mut solver: Solver<Limit>) -> Blaster<'t> {
        let yes = Lit::new(solver.new_var_default(), true);
        solver.add_clause_reuse(&mut vec![yes]);
        Blaster { terms, solver, yes, done: FxHashMap::default(), answers: BTreeMap::new() }
    }

    fn clause(&mut self, of: &[Lit]) {
        self.solver.add_clause_reuse(&mut of.to_vec());
    }

    fn fresh(&mut self) -> Lit {
        Lit::new(self.solver.new_var_default(), true)
    }

    fn known(&self, bit: Lit) -> Option<bool> {
        match bit {
            bit if bit == self.yes => Some(true),
            bit if bit == !self.yes => Some(false),
            _ => None,
        }
    }

    fn constant(&self, value: bool) -> Lit {
        if value { self.yes } else { !self.yes }
    }

    fn and(&mut self, a: Lit, b: Lit) -> Lit {
        match (self.known(a), self.known(b)) {
            (Some(false), _) | (_, Some(false)) => self.constant(false),
            (Some(true), _) => b,
            (_, Some(true)) => a,
            _ if a == b => a,
            _ if a == !b => self.constant(false),
            _ => {
                let out = self.fresh();
                self.clause(&[!out, a]);
                self.clause(&[!out, b]);
                self.clause(&[out, !a, !b]);
                out
            }
        }
    }

    fn or(&mut self, a: Lit, b: Lit) -> Lit {
        !self.and(!a, !b)
    }

    fn xor(&mut self, a: Lit, b: Lit) -> Lit {
        match (self.known(a), self.known(b)) {
            (Some(x), _) => {
                if x {
                    !b
                } else {
                    b
                }
            }
            (_, Some(y)) => {
                if y {
                    !a
                } else {
                    a
                }
            }
            _ if a == b => self.constant(false),
            _ if a == !b => self.constant(true),
            _ => {
                let out = self.fresh();
                self.clause(&[!out, a, b]);
                self.clause(&[!out, !a, !b]);
                self.clause(&[out, !a, b]);
                self.clause(&[out, a, !b]);
                out
            }
        }
    }

    fn choose(&mut self, c: Lit, a: Lit, b: Lit) -> Lit {
        if a == b {
            return a;
        }
        let (first, second) = (self.and(c, a), self.and(!c, b));
        self.or(first, second)
    }

    fn number(&self, value: u64, width: u8) -> Bits {
        (0..width).map(|bit| self.constant(value >> bit & 1 == 1)).collect()
    }

    /// `a + b + carry`, and the carry out of it.
    fn add(&mut self, a: &[Lit], b: &[Lit], mut carry: Lit) -> (Bits, Lit) {
        let mut sum = Bits::with_capacity(a.len());
        for (&x, &y) in a.iter().zip(b) {
            let half = self.xor(x, y);
            sum.push(self.xor(half, carry));
            let (both, with) = (self.and(x, y), self.and(half, carry));
            carry = self.or(both, with);
        }
        (sum, carry)
    }

    fn times(&mut self, a: &[Lit], b: &[Lit]) -> Bits {
        let mut sum = self.number(0, a.len() as u8);
        for (at, &bit) in b.iter().enumerate() {
            if self.known(bit) == Some(false) {
                continue;
            }
            let mut row = self.number(0, at as u8);
            for &x in &a[..a.len() - at] {
                row.push(self.and(x, bit));
            }
            sum = self.add(&sum, &row, !self.yes).0;
        }
        sum
    }

    fn less(&mut self, a: &[Lit], b: &[Lit]) -> Lit {
        // There is no carry out of a - b exactly if a is less.
        let inverted: Bits = b.iter().map(|bit| !*bit).collect();
        !self.add(a, &inverted, self.yes).1
    }

    fn equal(&mut self, a: &[Lit], b: &[Lit]) -> Lit {
        let mut all = self.yes;
        for (&x, &y) in a.iter().zip(b) {
            let differ = self.xor(x, y);
            all = self.and(all, !differ);
        }
        all
    }

    fn shift(&mut self, op: Bin, a: &[Lit], by: &[Lit]) -> Bits {
        let width = a.len();
        let fill = match op {
            Bin::ShiftRightSigned => a[width - 1],
            _ => !self.yes,
        };
        let mut out = a.to_vec();
        for (stage, &bit) in by.iter().enumerate().take_while(|(stage, _)| 1 << stage < width) {
            let distance = 1 << stage;
            out = (0..width)
                .map(|at| {
                    let from = match op {
                        Bin::ShiftLeft => at.checked_sub(distance).map(|from| out[from]),
                        _ => out.get(at + distance).copied(),
                    };
                    self.choose(bit, from.unwrap_or(fill), out[at])
                })
                .collect();
        }
        let limit = self.number(width as u64, width as u8);
        let is_in = self.less(by, &limit);
        // A width that is the largest number of its bits and one more: every shift is in.
        let is_in = if width == 1 { !by[0] } else { is_in };
        out.into_iter().map(|bit| self.and(bit, is_in)).collect()
    }

    /// Quotient and remainder, without a sign; both 0 if `b` is.
    fn divide(&mut self, a: &[Lit], b: &[Lit]) -> (Bits, Bits) {
        let width = a.len();
        if let Some(by) = self.power_of_two(b) {
            let no = !self.yes;
            let mut quotient = a[by..].to_vec();
            let mut rest = a[..by].to_vec();
            quotient.resize(width, no);
            rest.resize(width, no);
            return (quotient, rest);
        }
        let mut quotient = self.number(0, width as u8);
        let mut rest = self.number(0, width as u8 + 1);
        let wide: Bits = b.iter().copied().chain([!self.yes]).collect();
        for at in (0..width).rev() {
            rest.pop();
            rest.insert(0, a[at]);
            let smaller = self.less(&rest, &wide);
            quotient[at] = !smaller;
            let inverted: Bits = wide.iter().map(|bit| !*bit).collect();
            let less = self.add(&rest, &inverted, self.yes).0;
            rest = (0..=width).map(|bit| self.choose(smaller, rest[bit], less[bit])).collect();
        }
        rest.pop();
        let zero = self.number(0, width as u8);
        let by_zero = self.equal(b, &zero);
        let mut keep = |bits: Bits| bits.into_iter().map(|bit| self.and(bit, !by_zero)).collect();
        (keep(quotient), keep(rest))
    }

    /// Of which power of two these bits are the constant, if they are one.
    fn power_of_two(&self, bits: &[Lit]) -> Option<usize> {
        let is_constant = bits.iter().all(|bit| *bit == self.yes || *bit == !self.yes);
        let mut ones = (0..bits.len()).filter(|at| bits[*at] == self.yes);
        match (is_constant, ones.next(), ones.next()) {
            (true, Some(one), None) => Some(one),
            _ => None,
        }
    }

    fn negate_if(&mut self, c: Lit, a: &[Lit]) -> Bits {
        let flipped: Bits = a.iter().map(|bit| self.xor(*bit, c)).collect();
        let zero = self.number(0, a.len() as u8);
        self.add(&flipped, &zero, c).0
    }

    fn divide_signed(&mut self, a: &[Lit], b: &[Lit]) -> (Bits, Bits) {
        let (sign_a, sign_b) = (a[a.len() - 1], b[b.len() - 1]);
        let (a, b) = (self.negate_if(sign_a, a), self.negate_if(sign_b, b));
        let (quotient, rest) = self.divide(&a, &b);
        let sign = self.xor(sign_a, sign_b);
        (self.negate_if(sign, &quotient), self.negate_if(sign_a, &rest))
    }

    /// The bits of a term, the lowest first. Its parts come first, without recursion: a sum may be deep.
    fn bits(&mut self, term: Term) -> Bits {
        let mut parts = self.terms.outer_parts(&[term]);
        // A part is older than what is made of it.
        parts.sort();
        for part in parts {
            if !self.done.contains_key(&part) {
                let bits = self.gates(part);
                self.done.insert(part, bits);
            }
        }
        self.done[&term].clone()
    }

    fn of(&self, term: Term) -> Bits {
        self.done[&term].clone()
    }

    fn gates(&mut self, term: Term) -> Bits {
        let width = self.terms.width(term);
        match self.terms.node(term).clone() {
            Node::Const(value) => self.number(value, width),
            Node::App(name, _) => {
                self.answers.entry(name).or_default().push(term);
                (0..width).map(|_| self.fresh()).collect()
            }
            Node::Sum(sum, constant) => {
                let mut all = self.number(constant, width);
                for (of, factor) in sum {
                    let of = self.of(of);
                    let negative = factor.wrapping_neg() & mask(width);
                    // Fewer rows: x * -1 is taken off.
                    all = if negative.count_ones() < factor.count_ones() {
                        let factor = self.number(negative, width);
                        let product = self.times(&of, &factor);
                        let inverted: Bits = product.iter().map(|bit| !*bit).collect();
                        self.add(&all, &inverted, self.yes).0
                    } else {
                        let factor = self.number(factor, width);
                        let product = self.times(&of, &factor);
                        self.add(&all, &product, !self.yes).0
                    };
                }
                all
            }
            Node::Bin(op, a, b) => {
                let (a, b) = (self.of(a), self.of(b));
                self.operator(op, &a, &b)
            }
            Node::Cmp(cmp, a, b) => {
                let (mut a, mut b) = (self.of(a), self.of(b));
                let bit = match cmp {
                    Cmp::Eq => self.equal(&a, &b),
                    Cmp::Less => self.less(&a, &b),
                    Cmp::LessSigned => {
                        // With the sign bits turned over, the order is that without a sign.
                        let last = a.len() - 1;
                        (a[last], b[last]) = (!a[last], !b[last]);
                        self.less(&a, &b)
                    }
                };
                vec![bit]
            }
            Node::Not(a) => vec![!self.of(a)[0]],
            Node::Extend { signed, of } => {
                let mut bits = self.of(of);
                let fill = if signed { bits[bits.len() - 1] } else { !self.yes };
                bits.resize(width.into(), fill);
                bits
            }
            Node::Truncate(of) => {
                let mut bits = self.of(of);
                bits.truncate(width.into());
                bits
            }
            Node::Choose(c, a, b) => {
                let (c, a, b) = (self.of(c)[0], self.of(a), self.of(b));
                a.iter().zip(&b).map(|(a, b)| self.choose(c, *a, *b)).collect()
            }
        }
    }

    fn operator(&mut self, op: Bin, a: &[Lit], b: &[Lit]) -> Bits {
        let mut each = |gate: fn(&mut Self, Lit, Lit) -> Lit| {
            a.iter().zip(b).map(|(a, b)| gate(self, *a, *b)).collect()
        };
        match op {
            Bin::And => each(Self::and),
            Bin::Or => each(Self::or),
            Bin::Xor => each(Self::xor),
            Bin::Mul => self.times(a, b),
            Bin::ShiftLeft | Bin::ShiftRight | Bin::ShiftRightSigned => self.shift(op, a, b),
            Bin::Div => self.divide(a, b).0,
            Bin::Rem => self.divide(a, b).1,
            Bin::DivSigned => self.divide_signed(a, b).0,
            Bin::RemSigned => self.divide_signed(a, b).1,
        }
    }

    /// Equal arguments give equal answers. What a question was about is looked into only where there is
    /// another with the same name; that may bring new ones.
    fn congruence(&mut self) {
        let mut done: BTreeMap<Name, usize> = BTreeMap::new();
        while let Some((name, at)) = self.answers.iter().find_map(|(name, all)| {
            let at = done.get(name).copied().unwrap_or(0);
            (at < all.len()).then_some((*name, at))
        }) {
            let all = self.answers[&name].clone();
            for other in &all[..at] {
                self.congruent(all[at], *other);
            }
            done.insert(name, at + 1);
        }
    }

    fn congruent(&mut self, one: Term, other: Term) {
        let (Node::App(_, a), Node::App(_, b)) = (self.terms.node(one), self.terms.node(other))
        else {
            return;
        };
        let widths =
            |of: &[Term]| of.iter().map(|term| self.terms.width(*term)).collect::<Vec<_>>();
        if widths(a) != widths(b) || self.terms.width(one) != self.terms.width(other) {
            return;
        }
        let mut all = self.yes;
        for (&a, &b) in a.iter().zip(b.iter()) {
            let (a, b) = (self.bits(a), self.bits(b));
            let equal = self.equal(&a, &b);
            all = self.and(all, equal);
        }
        let (one, other) = (self.of(one), self.of(other));
        let equal = self.equal(&one, &other);
        self.clause(&[!all, equal]);
    }

    fn model(&self) -> Model {
        let value = |term: &Term| {
            self.done[term].iter().enumerate().fold(0, |value, (at, bit)| {
                value | u64::from(self.solver.value_lit(*bit) == lbool::TRUE) << at
            })
        };
        let answers = self.answers.values().flatten().map(|term| (*term, value(term)));
        Model { answers: answers.collect() }
    }
}
