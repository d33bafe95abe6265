// SPDX-License-Identifier: GPL-2.0-only
//! The conditions under which a run goes the way that it goes.

use mmdiff_term::{Answer, Cmp, Model, Node, Term, Terms};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A line of the kernel's: its file and its number.
pub type Line = (Arc<str>, u32);

/// A bit that was decided, and who asked.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    pub(crate) bit: Term,
    pub(crate) value: bool,
    /// What the branch asks, in C's words, and whether the words hold; none, if no branch asked.
    pub(crate) words: Option<(Arc<str>, bool)>,
    pub(crate) line: Line,
    /// Which side asked.
    pub(crate) side: usize,
}

/// Bits that are decided.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) literals: Vec<Literal>,
    known: FxHashMap<Term, bool>,
    /// Numbers that are known to be a constant.
    constants: FxHashMap<Term, Term>,
    /// Numbers for which all of it holds, if some are known.
    pub(crate) model: Option<Rc<Model>>,
}

/// How many clauses the solver may learn for one question.
const LIMIT: u64 = 4_000;

/// How many for whether a branch can be taken: if that is too few, it is taken.
const BRANCH: u64 = 1_000;

/// How many bits are concluded for one unit of what is spent.
const UNIT: u64 = 100_000;

impl Conditions {
    /// What a bit is, as far as a look tells.
    pub(crate) fn decide(&self, terms: &Terms, bit: Term) -> Option<bool> {
        if let Some(value) = terms.value(bit) {
            return Some(value == 1);
        }
        if let Some(value) = self.known.get(&bit) {
            return Some(*value);
        }
        match *terms.node(bit) {
            Node::Not(of) => self.decide(terms, of).map(|value| !value),
            Node::Cmp(cmp, a, b) => {
                let constant = |term| self.constants.get(&term).copied().unwrap_or(term);
                let (x, y) = (terms.value(constant(a))?, terms.value(constant(b))?);
                Some(cmp.of(x, y, terms.width(a)))
            }
            _ => None,
        }
    }

    /// A number, or the constant that it is known to be.
    pub(crate) fn known_as(&self, terms: &mut Terms, of: Term) -> Term {
        if let Some(constant) = self.constants.get(&of) {
            return *constant;
        }
        match *terms.node(of) {
            Node::Extend { of: narrow, signed } => match self.constants.get(&narrow).copied() {
                Some(constant) => terms.extend(constant, terms.width(of), signed),
                None => of,
            },
            _ => of,
        }
    }

    pub(crate) fn assume(&mut self, terms: &mut Terms, literal: Literal) {
        let (mut bit, mut value) = (literal.bit, literal.value);
        if let Node::Not(of) = *terms.node(bit) {
            (bit, value) = (of, !value);
        }
        self.known.insert(bit, value);
        if let (Node::Cmp(Cmp::Eq, a, b), true) = (terms.node(bit), value)
            && terms.value(*b).is_some()
        {
            self.constants.insert(*a, *b);
        }
        self.infer(terms, bit, value);
        self.literals.push(Literal { bit, value, ..literal });
    }

    /// Of less, equal and greater, one holds: what follows from it is known without the solver, for which two
    /// long sums are a lot of work.
    fn infer(&mut self, terms: &mut Terms, bit: Term, value: bool) {
        let Node::Cmp(cmp @ (Cmp::Less | Cmp::LessSigned), a, b) = *terms.node(bit) else { return };
        let equal = terms.eq(a, b);
        let greater = if cmp == Cmp::Less { terms.ult(b, a) } else { terms.slt(b, a) };
        let known = [equal, greater].map(|bit| self.decide(terms, bit));
        let follows = match (value, known) {
            (true, _) => vec![(equal, false), (greater, false)],
            (false, [_, Some(false)]) => vec![(equal, true)],
            (false, [Some(false), _]) => vec![(greater, true)],
            _ => return,
        };
        for (bit, value) in follows {
            let (bit, value) = match *terms.node(bit) {
                Node::Const(_) => continue,
                Node::Not(of) => (of, !value),
                _ => (bit, value),
            };
            self.known.entry(bit).or_insert(value);
        }
    }

    /// Forgets all but some of the bits.
    pub(crate) fn keep(&mut self, terms: &mut Terms, kept: impl Fn(Term, bool) -> bool) {
        if self.literals.iter().all(|literal| kept(literal.bit, literal.value)) {
            return;
        }
        let mut fewer = Conditions { model: self.model.take(), ..Conditions::default() };
        for literal in std::mem::take(&mut self.literals) {
            if kept(literal.bit, literal.value) {
                fewer.assume(terms, literal);
            }
        }
        *self = fewer;
    }

    /// The bits and their values.
    pub(crate) fn plain(&self) -> Vec<(Term, bool)> {
        self.literals.iter().map(|literal| (literal.bit, literal.value)).collect()
    }
}

/// Asks the solver, with what is known of the kernel's answers; remembers what it said.
#[derive(Debug, Default)]
pub(crate) struct Solver {
    answers: FxHashMap<Vec<(Term, bool)>, (Answer, u64)>,
    /// Conditions that cannot hold together.
    cores: Vec<Vec<(Term, bool)>>,
    leaves: FxHashMap<Term, Rc<[Term]>>,
    /// How often it was asked.
    pub(crate) calls: u64,
    /// What that cost: one for each answer, and more for one that takes long.
    pub(crate) spent: u64,
}

impl Solver {
    /// The answers of more than one bit that a term depends on.
    pub(crate) fn leaves(&mut self, terms: &Terms, of: Term) -> Rc<[Term]> {
        if let Some(known) = self.leaves.get(&of) {
            return known.clone();
        }
        // An answer is a number of its own, whatever was asked about.
        let parts = terms.outer_parts(&[of]);
        let mut leaves: Vec<Term> = parts
            .into_iter()
            .filter(|part| terms.width(*part) > 1 && matches!(terms.node(*part), Node::App(..)))
            .collect();
        leaves.sort();
        let leaves: Rc<[Term]> = leaves.into();
        self.leaves.insert(of, leaves.clone());
        leaves
    }

    /// The conditions that have to do with a bit, by the numbers that they are about.
    fn about(&mut self, terms: &Terms, conditions: &Conditions, bit: Term) -> Vec<(Term, bool)> {
        let mut wanted: Vec<Term> = self.leaves(terms, bit).to_vec();
        let mut left: Vec<(Term, bool)> = conditions.plain();
        let mut found = Vec::new();
        loop {
            let mut more = Vec::new();
            left.retain(|&(term, value)| {
                let leaves = self.leaves(terms, term);
                let is_about = leaves.iter().any(|leaf| wanted.contains(leaf));
                if is_about {
                    more.extend(leaves.iter().copied());
                    found.push((term, value));
                }
                !is_about
            });
            if more.is_empty() {
                return found;
            }
            wanted.extend(more);
            wanted.sort();
            wanted.dedup();
        }
    }

    /// Whether a bit can have a value under conditions; `None` if the solver gave up.
    pub(crate) fn can_be(
        &mut self,
        terms: &mut Terms,
        conditions: &Conditions,
        bit: Term,
        value: bool,
    ) -> Option<bool> {
        self.model_for(terms, conditions, bit, value, LIMIT).map(|model| model.is_some())
    }

    /// Numbers for which a bit has a value under conditions, if there are any; `None` if the solver gave up.
    pub(crate) fn model_for(
        &mut self,
        terms: &mut Terms,
        conditions: &Conditions,
        bit: Term,
        value: bool,
        limit: u64,
    ) -> Option<Option<Rc<Model>>> {
        let known = conditions.model.clone().unwrap_or_default();
        if known.value(terms, bit) == u64::from(value) && self.is_within(terms, bit, &known) {
            return Some(Some(known));
        }
        let mut all = self.about(terms, conditions, bit);
        all.push((bit, value));
        if let Some(near) = self.near(terms, &known, &all, bit) {
            return Some(Some(Rc::new(near)));
        }
        match self.ask_within(terms, all, limit) {
            Answer::Impossible(_) => Some(None),
            // What the conditions about other numbers need stays as it was.
            Answer::Model(model) => Some(Some(Rc::new(known.with(&model)))),
            Answer::Unknown => None,
        }
    }

    /// Numbers near others for which all of these bits have their values: with one answer changed to a
    /// plain number, or to another's neighbour. It is what the solver would find, found sooner.
    fn near(
        &mut self,
        terms: &mut Terms,
        known: &Model,
        all: &[(Term, bool)],
        bit: Term,
    ) -> Option<Model> {
        let leaves = self.leaves(terms, bit);
        let bits: Vec<Term> = terms
            .outer_parts(&[bit])
            .into_iter()
            .filter(|it| terms.width(*it) == 1 && matches!(terms.node(*it), Node::App(..)))
            .collect();
        let candidates = candidates(terms, &leaves, known);
        for &leaf in leaves.iter().chain(&bits) {
            for &value in &candidates {
                let near = known.with_value(leaf, value & mmdiff_term::mask(terms.width(leaf)));
                if self.holds(terms, &near, all) {
                    return Some(near);
                }
            }
        }
        None
    }

    /// Whether all of these bits have their values, for numbers such as there are.
    fn holds(&mut self, terms: &mut Terms, model: &Model, all: &[(Term, bool)]) -> bool {
        let holds = |(bit, value): &(Term, bool)| model.value(terms, *bit) == u64::from(*value);
        all.iter().rev().all(holds) && all.iter().all(|(bit, _)| self.is_within(terms, *bit, model))
    }

    /// Whether numbers are such as there are, for all that a bit depends on.
    fn is_within(&mut self, terms: &mut Terms, bit: Term, model: &Model) -> bool {
        let leaves = self.leaves(terms, bit);
        leaves
            .iter()
            .all(|leaf| bound(terms, *leaf).is_none_or(|bound| model.value(terms, bound) == 1))
            && is_congruent(terms, &leaves, model)
    }

    /// Whether a branch can be taken, as far as a short look tells.
    pub(crate) fn branch(
        &mut self,
        terms: &mut Terms,
        conditions: &Conditions,
        bit: Term,
        value: bool,
    ) -> Option<Option<Rc<Model>>> {
        self.model_for(terms, conditions, bit, value, BRANCH)
    }

    /// Numbers for which conditions hold, and a bit has a value: those that are known, if they will do.
    pub(crate) fn seen(
        &mut self,
        terms: &mut Terms,
        conditions: &Conditions,
        also: Option<(Term, bool)>,
    ) -> Answer {
        let mut all = conditions.plain();
        all.extend(also);
        let known = match also {
            None => conditions.model.clone(),
            Some((bit, value)) => self.model_for(terms, conditions, bit, value, LIMIT).flatten(),
        };
        // Equal arguments have equal answers across conditions too.
        let mut leaves: Vec<Term> = Vec::new();
        for (bit, _) in &all {
            leaves.extend(self.leaves(terms, *bit).iter());
            let parts = terms.outer_parts(&[*bit]);
            leaves.extend(parts.into_iter().filter(|it| matches!(terms.node(*it), Node::App(..))));
        }
        leaves.sort();
        leaves.dedup();
        match known.filter(|model| is_congruent(terms, &leaves, model)) {
            Some(model) if self.holds(terms, &model, &all) => Answer::Model(model.as_ref().clone()),
            _ => self.ask(terms, all),
        }
    }

    /// Numbers for which bits have these values.
    pub(crate) fn ask(&mut self, terms: &mut Terms, all: Vec<(Term, bool)>) -> Answer {
        self.ask_within(terms, all, LIMIT)
    }

    fn ask_within(&mut self, terms: &mut Terms, mut all: Vec<(Term, bool)>, limit: u64) -> Answer {
        all.sort();
        all.dedup();
        if let Some((known, within)) = self.answers.get(&all)
            && (*known != Answer::Unknown || *within >= limit)
        {
            return known.clone();
        }
        // What is impossible stays so with more conditions.
        if self.cores.iter().any(|core| core.iter().all(|bit| all.binary_search(bit).is_ok())) {
            return Answer::Impossible(Vec::new());
        }
        let answer = self.ask_for(terms, &all, &[], limit);
        if let Answer::Impossible(core) = &answer {
            // What is known of the kernel's answers is not in question.
            let mut core: Vec<_> = core.iter().filter(|bit| all.contains(bit)).copied().collect();
            core.sort();
            self.cores.push(core);
        }
        self.answers.insert(all, (answer.clone(), limit));
        answer
    }

    /// The same, and numbers that a reader would rather see.
    pub(crate) fn ask_for(
        &mut self,
        terms: &mut Terms,
        all: &[(Term, bool)],
        rather: &[(Term, Vec<u64>)],
        limit: u64,
    ) -> Answer {
        self.calls += 1;
        let bits: Vec<Term> = all.iter().map(|(bit, _)| *bit).collect();
        let mut with = all.to_vec();
        for part in terms.parts(&bits) {
            with.extend(bound(terms, part).map(|bit| (bit, true)));
        }
        let before = terms.work();
        let answer = terms.solve_with(&with, rather, limit);
        self.spent += 1 + (terms.work() - before) / UNIT;
        answer
    }
}

/// Numbers that are tried for an answer: plain ones, and those around what others are.
fn candidates(terms: &Terms, leaves: &[Term], known: &Model) -> Vec<u64> {
    let plain = [0, 1, u64::MAX, 1 << 12, (1 << 12) - 1, 1 << 20, (1_u64 << 12).wrapping_neg()];
    let around = leaves.iter().flat_map(|leaf| {
        let value = known.value(terms, *leaf);
        [value, value.wrapping_add(1), value.wrapping_sub(1)]
    });
    plain.into_iter().chain(around.take(24)).collect()
}

/// Whether equal arguments have equal answers under a model.
fn is_congruent(terms: &Terms, leaves: &[Term], model: &Model) -> bool {
    let mut answers: FxHashMap<(mmdiff_term::Name, Vec<u64>), u64> = FxHashMap::default();
    leaves.iter().all(|leaf| {
        let Node::App(name, args) = terms.node(*leaf) else { return true };
        let args = args.iter().map(|arg| model.value(terms, *arg)).collect();
        let value = model.value(terms, *leaf);
        *answers.entry((*name, args)).or_insert(value) == value
    })
}

/// What is known of an answer: an order is one that there is, and the page cache of a file ends before its
/// positions overflow.
fn bound(terms: &mut Terms, part: Term) -> Option<Term> {
    let Node::App(name, _) = terms.node(part) else { return None };
    let (text, width) = (terms.text(*name).to_owned(), terms.width(part));
    if text.starts_with("folio_order") && width == 8 {
        let most = terms.number(crate::policy::LARGEST + 1, 8);
        return Some(terms.ult(part, most));
    }
    if text.starts_with("->.index") && width == 64 {
        let most = terms.number(1 << 50, 64);
        return Some(terms.ult(part, most));
    }
    None
}
