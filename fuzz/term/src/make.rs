// SPDX-License-Identifier: GPL-2.0-only
//! Making terms, each in the one form that it has.

use super::{Bin, Cmp, Name, Node, Term, Terms, mask, signed};
use std::collections::BTreeMap;

impl Terms {
    /// A number that is known; what does not fit the width is cut off.
    pub fn number(&mut self, value: u64, width: u8) -> Term {
        self.make(Node::Const(value & mask(width)), width)
    }

    /// One bit that is known.
    pub fn bit(&mut self, value: bool) -> Term {
        self.number(value.into(), 1)
    }

    /// A number of which nothing is known but its name.
    pub fn free(&mut self, name: &str, width: u8) -> Term {
        let name = self.name(name);
        self.app(name, &[], width)
    }

    /// An answer to a question with arguments: of which nothing is known but that it is the same for the
    /// same arguments.
    pub fn app(&mut self, name: Name, arguments: &[Term], width: u8) -> Term {
        self.make(Node::App(name, arguments.into()), width)
    }

    /// The sum.
    pub fn add(&mut self, a: Term, b: Term) -> Term {
        self.sum(&[(a, 1), (b, 1)], 0, self.width(a))
    }

    /// The difference.
    pub fn sub(&mut self, a: Term, b: Term) -> Term {
        self.sum(&[(a, 1), (b, u64::MAX)], 0, self.width(a))
    }

    /// All bits turned over.
    pub fn invert(&mut self, a: Term) -> Term {
        match self.width(a) {
            1 => self.not(a),
            width => self.sum(&[(a, u64::MAX)], u64::MAX, width),
        }
    }

    fn sum(&mut self, of: &[(Term, u64)], constant: u64, width: u8) -> Term {
        let (mut factors, mut constant) = (BTreeMap::<Term, u64>::new(), constant);
        for &(term, factor) in of {
            match self.node(term) {
                Node::Const(value) => constant = constant.wrapping_add(value.wrapping_mul(factor)),
                Node::Sum(terms, more) => {
                    constant = constant.wrapping_add(more.wrapping_mul(factor));
                    for &(term, times) in terms {
                        let all = factors.entry(term).or_default();
                        *all = all.wrapping_add(times.wrapping_mul(factor));
                    }
                }
                _ => {
                    let all = factors.entry(term).or_default();
                    *all = all.wrapping_add(factor);
                }
            }
        }
        let terms = factors.into_iter().map(|(term, factor)| (term, factor & mask(width)));
        let terms: Vec<_> = terms.filter(|(_, factor)| *factor != 0).collect();
        match (terms.as_slice(), constant & mask(width)) {
            ([], constant) => self.number(constant, width),
            (&[(term, 1)], 0) => term,
            (_, constant) => self.make(Node::Sum(terms.into(), constant), width),
        }
    }

    /// What an operator gives.
    pub fn bin(&mut self, op: Bin, a: Term, b: Term) -> Term {
        let width = self.width(a);
        let commutes = matches!(op, Bin::Mul | Bin::And | Bin::Or | Bin::Xor);
        // A constant stands right, else the older term left.
        let (a, b) = match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => return self.number(op.of(x, y, width), width),
            (Some(_), None) if commutes => (b, a),
            (None, None) if commutes && b < a => (b, a),
            _ => (a, b),
        };
        match (op, self.value(b)) {
            (Bin::Mul, Some(factor)) => self.sum(&[(a, factor)], 0, width),
            (Bin::ShiftLeft, Some(by)) if by < u64::from(width) => {
                self.sum(&[(a, 1 << by)], 0, width)
            }
            (Bin::ShiftLeft | Bin::ShiftRight | Bin::ShiftRightSigned, Some(by))
                if by >= u64::from(width) =>
            {
                self.number(0, width)
            }
            (Bin::ShiftRight | Bin::ShiftRightSigned, Some(0)) => a,
            (Bin::And, Some(0)) => b,
            (Bin::Or | Bin::Xor, Some(0)) => a,
            (Bin::And, Some(bits)) if bits == mask(width) => a,
            (Bin::And, Some(bits)) => self.and_constant(a, bits, width),
            (Bin::Or, Some(bits)) if bits == mask(width) => b,
            (Bin::Xor, Some(bits)) if bits == mask(width) => self.invert(a),
            (Bin::Div, Some(by)) if by.is_power_of_two() => {
                let by = self.number(by.trailing_zeros().into(), width);
                self.bin(Bin::ShiftRight, a, by)
            }
            (Bin::Rem, Some(by)) if by.is_power_of_two() => {
                let bits = self.number(by - 1, width);
                self.bin(Bin::And, a, bits)
            }
            (Bin::DivSigned, Some(1)) => a,
            (Bin::And | Bin::Or, None) if a == b => a,
            (Bin::Xor, None) if a == b => self.number(0, width),
            _ => self.make(Node::Bin(op, a, b), width),
        }
    }

    fn and_constant(&mut self, a: Term, bits: u64, width: u8) -> Term {
        match *self.node(a) {
            Node::Bin(Bin::And, of, with) if self.value(with).is_some() => {
                let both = bits & self.value(with).unwrap_or(0);
                let both = self.number(both, width);
                self.bin(Bin::And, of, both)
            }
            Node::Extend { signed: false, of }
                if bits & mask(self.width(of)) == mask(self.width(of)) =>
            {
                a
            }
            Node::Extend { signed: false, of } => {
                let bits = self.number(bits, self.width(of));
                let narrow = self.bin(Bin::And, of, bits);
                self.extend(narrow, width, false)
            }
            _ => {
                let bits = self.number(bits, width);
                self.make(Node::Bin(Bin::And, a, bits), width)
            }
        }
    }

    /// Of one bit: the other one.
    pub fn not(&mut self, a: Term) -> Term {
        match *self.node(a) {
            Node::Const(value) => self.bit(value == 0),
            Node::Not(of) => of,
            _ => self.make(Node::Not(a), 1),
        }
    }

    /// Whether two numbers are equal.
    pub fn eq(&mut self, a: Term, b: Term) -> Term {
        if a == b {
            return self.bit(true);
        }
        let width = self.width(a);
        if width == 1 {
            return match (self.value(a), self.value(b)) {
                (_, Some(1)) => a,
                (_, Some(_)) => self.not(a),
                (Some(1), _) => b,
                (Some(_), _) => self.not(b),
                _ => self.compare(Cmp::Eq, a.min(b), a.max(b)),
            };
        }
        if let (Some(x), Some(y)) = (self.value(a), self.value(b)) {
            return self.bit(x == y);
        }
        if self.value(a).is_some() {
            return self.eq(b, a);
        }
        if let (Node::Extend { signed: s, of: x }, Some(value)) =
            (self.node(a).clone(), self.value(b))
        {
            return self.eq_extended(x, s, value, width);
        }
        if let (Node::Choose(c, x, y), Some(value)) = (self.node(a).clone(), self.value(b))
            && let (Some(x), Some(y)) = (self.value(x), self.value(y))
        {
            return match (x == value, y == value) {
                (true, false) => c,
                (false, true) => self.not(c),
                (both, _) => self.bit(both),
            };
        }
        self.eq_of_sums(a, b, width)
    }

    /// Whether a number that was made wider is this one.
    fn eq_extended(&mut self, of: Term, is_signed: bool, value: u64, width: u8) -> Term {
        let narrow = self.width(of);
        let again = match is_signed {
            true => signed(value & mask(narrow), narrow) as u64 & mask(width),
            false => value & mask(narrow),
        };
        if again != value {
            return self.bit(false);
        }
        let value = self.number(value, narrow);
        self.eq(of, value)
    }

    /// What is on both sides goes; what is left stands left, and the constant right.
    fn eq_of_sums(&mut self, a: Term, b: Term, width: u8) -> Term {
        if !matches!(self.node(a), Node::Sum(..)) && !matches!(self.node(b), Node::Sum(..)) {
            let is_constant = self.value(b).is_some();
            let (a, b) = if is_constant { (a, b) } else { (a.min(b), a.max(b)) };
            return self.compare(Cmp::Eq, a, b);
        }
        let difference = self.sub(a, b);
        let (mut terms, mut constant) = match self.node(difference) {
            Node::Const(value) => return self.bit(*value == 0),
            Node::Sum(terms, constant) => (terms.to_vec(), *constant),
            _ => (vec![(difference, 1)], 0),
        };
        // Of a difference and its negative, the one whose first factor is the smaller.
        let negative = |factor: u64| factor.wrapping_neg() & mask(width);
        if terms[0].1 > negative(terms[0].1) {
            terms.iter_mut().for_each(|(_, factor)| *factor = negative(*factor));
            constant = negative(constant);
        }
        let rest = match terms.as_slice() {
            // `x - y == c`, with c 0, is `x == y`.
            &[(x, 1), (y, factor)] if factor == mask(width) && constant == 0 => {
                return self.compare(Cmp::Eq, x.min(y), x.max(y));
            }
            terms => self.sum(terms, 0, width),
        };
        let value = self.number(negative(constant), width);
        match matches!(self.node(rest), Node::Sum(..)) {
            true => self.compare(Cmp::Eq, rest, value),
            false => self.eq(rest, value),
        }
    }

    /// Whether they are not.
    pub fn ne(&mut self, a: Term, b: Term) -> Term {
        let eq = self.eq(a, b);
        self.not(eq)
    }

    /// Whether the first is less, without a sign.
    pub fn ult(&mut self, a: Term, b: Term) -> Term {
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.bit(x < y),
            (_, Some(0)) => self.bit(false),
            (_, Some(1)) => {
                let zero = self.number(0, self.width(a));
                self.eq(a, zero)
            }
            (Some(0), _) => self.ne(b, a),
            _ if a == b => self.bit(false),
            _ => self.compare(Cmp::Less, a, b),
        }
    }

    /// Whether the first is less, with a sign.
    pub fn slt(&mut self, a: Term, b: Term) -> Term {
        let width = self.width(a);
        match (self.value(a), self.value(b)) {
            (Some(x), Some(y)) => self.bit(signed(x, width) < signed(y, width)),
            _ if a == b => self.bit(false),
            _ => match (self.plain(a), self.plain(b)) {
                // Neither has a sign bit.
                (true, true) => self.ult(a, b),
                _ => self.compare(Cmp::LessSigned, a, b),
            },
        }
    }

    /// Whether a number's sign bit cannot be set, as far as a look tells.
    fn plain(&self, a: Term) -> bool {
        match self.node(a) {
            Node::Const(value) => signed(*value, self.width(a)) >= 0,
            Node::Extend { signed: false, .. } => true,
            _ => false,
        }
    }

    fn compare(&mut self, cmp: Cmp, a: Term, b: Term) -> Term {
        self.make(Node::Cmp(cmp, a, b), 1)
    }

    /// A number made wider.
    pub fn extend(&mut self, a: Term, width: u8, is_signed: bool) -> Term {
        let narrow = self.width(a);
        if narrow == width {
            return a;
        }
        match *self.node(a) {
            Node::Const(value) if is_signed => self.number(signed(value, narrow) as u64, width),
            Node::Const(value) => self.number(value, width),
            Node::Extend { signed: false, of } => self.extend(of, width, false),
            Node::Extend { signed: true, of } if is_signed => self.extend(of, width, true),
            _ => self.make(Node::Extend { signed: is_signed, of: a }, width),
        }
    }

    /// The lowest bits of a number.
    pub fn truncate(&mut self, a: Term, width: u8) -> Term {
        if self.width(a) == width {
            return a;
        }
        match *self.node(a) {
            Node::Const(value) => self.number(value, width),
            Node::Extend { signed, of } if self.width(of) <= width => {
                self.extend(of, width, signed)
            }
            Node::Extend { of, .. } | Node::Truncate(of) => self.truncate(of, width),
            // The lowest bits of a sum are the sum of the lowest bits.
            Node::Sum(ref terms, constant) => {
                let terms = terms.to_vec();
                let of: Vec<_> = terms
                    .into_iter()
                    .map(|(term, factor)| (self.truncate(term, width), factor))
                    .collect();
                self.sum(&of, constant, width)
            }
            _ => self.make(Node::Truncate(a), width),
        }
    }

    /// A number in another width.
    pub fn resize(&mut self, a: Term, width: u8, is_signed: bool) -> Term {
        match self.width(a) < width {
            true => self.extend(a, width, is_signed),
            false => self.truncate(a, width),
        }
    }

    /// One of two numbers, by one bit.
    pub fn choose(&mut self, c: Term, a: Term, b: Term) -> Term {
        let width = self.width(a);
        if a == b {
            return a;
        }
        match (self.value(c), self.value(a), self.value(b)) {
            (Some(0), ..) => b,
            (Some(_), ..) => a,
            (_, Some(1), Some(0)) => self.extend(c, width, false),
            (_, Some(0), Some(1)) => {
                let not = self.not(c);
                self.extend(not, width, false)
            }
            _ => self.make(Node::Choose(c, a, b), width),
        }
    }

    /// The same term with others in the place of some of its parts.
    pub fn replace(&mut self, term: Term, with: &dyn Fn(Term) -> Option<Term>) -> Term {
        if let Some(other) = with(term) {
            return other;
        }
        let width = self.width(term);
        match self.node(term).clone() {
            Node::Const(_) => term,
            Node::App(name, args) => {
                let args: Vec<_> = args.iter().map(|arg| self.replace(*arg, with)).collect();
                self.app(name, &args, width)
            }
            Node::Sum(terms, constant) => {
                let of = terms.iter().map(|(term, factor)| (self.replace(*term, with), *factor));
                let of: Vec<_> = of.collect();
                self.sum(&of, constant, width)
            }
            Node::Bin(op, a, b) => {
                let (a, b) = (self.replace(a, with), self.replace(b, with));
                self.bin(op, a, b)
            }
            Node::Cmp(cmp, a, b) => {
                let (a, b) = (self.replace(a, with), self.replace(b, with));
                match cmp {
                    Cmp::Eq => self.eq(a, b),
                    Cmp::Less => self.ult(a, b),
                    Cmp::LessSigned => self.slt(a, b),
                }
            }
            Node::Not(a) => {
                let a = self.replace(a, with);
                self.not(a)
            }
            Node::Extend { signed, of } => {
                let of = self.replace(of, with);
                self.extend(of, width, signed)
            }
            Node::Truncate(of) => {
                let of = self.replace(of, with);
                self.truncate(of, width)
            }
            Node::Choose(c, a, b) => {
                let [c, a, b] = [c, a, b].map(|it| self.replace(it, with));
                self.choose(c, a, b)
            }
        }
    }
}
