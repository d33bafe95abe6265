// SPDX-License-Identifier: GPL-2.0-only
//! Numbers as classes. A [`Term`] is a number of 1 to 64 bits that knows what it is made of: constants,
//! answers that nobody has looked into yet, and what was computed from these. Equal terms are one term,
//! and what is computed is brought into one form (sums above all), so that most questions whether two
//! numbers are equal need no more than a look. For the rest there is [`solve`](Terms::solve).
//!
//! Arithmetic wraps, as the kernel's does (it is built with `-fno-strict-overflow`). A division by zero
//! and a shift by the width or more have the answer 0 here; whoever minds asks before.
//!
//! ```
//! use mmdiff_term::{Answer, Terms};
//! let mut terms = Terms::default();
//! let [pos, size] = ["pos", "size"].map(|name| terms.free(name, 64));
//! // Is `pos + size - pos` anything but `size`? No look into it is needed.
//! let sum = terms.add(pos, size);
//! assert_eq!(terms.sub(sum, pos), size);
//! // Can a number be less than another when it is read with a sign, and not without?
//! let (signed, unsigned) = (terms.slt(pos, size), terms.ult(pos, size));
//! let Answer::Model(model) = terms.solve(&[(signed, true), (unsigned, false)], 1_000) else {
//!     panic!("there are such numbers");
//! };
//! assert!((model.value(&terms, pos) as i64) < model.value(&terms, size) as i64);
//! ```
#![forbid(unsafe_code)]

mod make;
mod solver;

pub use solver::{Answer, Model};

use rustc_hash::FxHashMap;

/// A number. Two of one [`Terms`] are the same number in the same form if they are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Term(u32);

/// The name of a free number or of a function of numbers. Two of one [`Terms`] are equal if their texts
/// are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(u32);

/// What a term is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// A number that is known.
    Const(u64),
    /// An answer: a number that nothing is known of but that equal arguments give equal ones.
    App(Name, Box<[Term]>),
    /// The sum of terms, each times a factor, and of a constant.
    Sum(Box<[(Term, u64)]>, u64),
    /// What two numbers of one width give.
    Bin(Bin, Term, Term),
    /// Whether two numbers of one width compare so: a number of one bit.
    Cmp(Cmp, Term, Term),
    /// Of one bit: the other one.
    Not(Term),
    /// Made wider, with its sign or without.
    Extend {
        /// Whether the new bits are copies of the sign.
        signed: bool,
        /// What is made wider.
        of: Term,
    },
    /// Its lowest bits.
    Truncate(Term),
    /// One of two numbers, by one bit.
    Choose(Term, Term, Term),
}

/// Operators whose operands and result have one width.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Bin {
    Mul,
    And,
    Or,
    Xor,
    ShiftLeft,
    /// Zeros come in.
    ShiftRight,
    /// Copies of the sign come in.
    ShiftRightSigned,
    Div,
    DivSigned,
    Rem,
    RemSigned,
}

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cmp {
    /// Equal.
    Eq,
    /// Less, without a sign.
    Less,
    /// Less, with a sign.
    LessSigned,
}

/// Terms, each there once.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// What the solver has done, in steps.
    work: std::cell::Cell<u64>,
    nodes: Vec<(Node, u8)>,
    known: FxHashMap<(Node, u8), Term>,
    names: Vec<String>,
    named: FxHashMap<String, Name>,
}

impl Terms {
    /// What a term is.
    pub fn node(&self, term: Term) -> &Node {
        &self.nodes[term.0 as usize].0
    }

    /// How many bits it has.
    pub fn width(&self, term: Term) -> u8 {
        self.nodes[term.0 as usize].1
    }

    /// The number that it is, if that is known.
    pub fn value(&self, term: Term) -> Option<u64> {
        match self.node(term) {
            Node::Const(value) => Some(*value),
            _ => None,
        }
    }

    /// What the solver has done for these terms: how many bits it has concluded. It is the same on every machine.
    pub fn work(&self) -> u64 {
        self.work.get()
    }

    /// The name with this text.
    pub fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.named.get(text) {
            return *name;
        }
        let name = Name(self.names.len() as u32);
        self.names.push(text.to_owned());
        self.named.insert(text.to_owned(), name);
        name
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        &self.names[name.0 as usize]
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no term yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All that terms are made of, themselves included, each once.
    pub fn parts(&self, of: &[Term]) -> Vec<Term> {
        self.parts_of(of, true)
    }

    /// The same without what answers were asked about.
    pub fn outer_parts(&self, of: &[Term]) -> Vec<Term> {
        self.parts_of(of, false)
    }

    fn parts_of(&self, of: &[Term], with_arguments: bool) -> Vec<Term> {
        let (mut parts, mut todo) = (Vec::new(), of.to_vec());
        let mut seen = rustc_hash::FxHashSet::default();
        while let Some(term) = todo.pop() {
            if !seen.insert(term) {
                continue;
            }
            parts.push(term);
            match self.node(term) {
                Node::Const(_) => {}
                Node::App(..) if !with_arguments => {}
                Node::App(_, args) => todo.extend(args.iter()),
                Node::Sum(terms, _) => todo.extend(terms.iter().map(|(term, _)| *term)),
                Node::Bin(_, a, b) | Node::Cmp(_, a, b) => todo.extend([*a, *b]),
                Node::Not(a) | Node::Extend { of: a, .. } | Node::Truncate(a) => todo.push(*a),
                Node::Choose(a, b, c) => todo.extend([*a, *b, *c]),
            }
        }
        parts
    }

    fn make(&mut self, node: Node, width: u8) -> Term {
        debug_assert!((1..=64).contains(&width));
        if let Some(term) = self.known.get(&(node.clone(), width)) {
            return *term;
        }
        let term = Term(self.nodes.len() as u32);
        self.nodes.push((node.clone(), width));
        self.known.insert((node, width), term);
        term
    }
}

/// The bits that a number of a width has.
pub fn mask(width: u8) -> u64 {
    u64::MAX >> (64 - width.clamp(1, 64))
}

/// A number of a width read with its sign.
pub fn signed(value: u64, width: u8) -> i64 {
    let unused = 64 - width.clamp(1, 64);
    ((value << unused) as i64) >> unused
}

impl Bin {
    /// What it gives for two numbers of a width.
    pub fn of(self, a: u64, b: u64, width: u8) -> u64 {
        let (sa, sb) = (signed(a, width), signed(b, width));
        let is_out = b >= u64::from(width);
        let value = match self {
            Bin::Mul => a.wrapping_mul(b),
            Bin::And => a & b,
            Bin::Or => a | b,
            Bin::Xor => a ^ b,
            Bin::ShiftLeft if is_out => 0,
            Bin::ShiftLeft => a << b,
            Bin::ShiftRight if is_out => 0,
            Bin::ShiftRight => a >> b,
            Bin::ShiftRightSigned if is_out => 0,
            Bin::ShiftRightSigned => (sa >> b) as u64,
            Bin::Div => a.checked_div(b).unwrap_or(0),
            Bin::DivSigned if b == 0 => 0,
            Bin::DivSigned => sa.wrapping_div(sb) as u64,
            Bin::Rem => a.checked_rem(b).unwrap_or(0),
            Bin::RemSigned if b == 0 => 0,
            Bin::RemSigned => sa.wrapping_rem(sb) as u64,
        };
        value & mask(width)
    }
}

impl Cmp {
    /// Whether two numbers of a width compare so.
    pub fn of(self, a: u64, b: u64, width: u8) -> bool {
        match self {
            Cmp::Eq => a == b,
            Cmp::Less => a < b,
            Cmp::LessSigned => signed(a, width) < signed(b, width),
        }
    }
}
