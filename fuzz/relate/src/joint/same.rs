// SPDX-License-Identifier: GPL-2.0-only
//! Where two runs have come together again: the text that is left is the same, and so are the numbers that
//! it works on. Blocks are compared as graphs (Hopcroft and Karp, 1971): two are the same if their
//! operations are and the blocks that they lead to, which may be taken for the same until they are not.

use crate::joint::Joint;
use crate::memory::local_of;
use crate::policy::{Call, Policy};
use crate::side::{Frame, local};
use mmdiff_c::{BlockId, Callee, End, Function, Op, Operand, Place, Step, Temp};
use mmdiff_term::{Term, Terms};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::Arc;

/// A block of a function.
type Spot = (Arc<str>, BlockId);

/// What was found out about pairs of blocks.
#[derive(Debug, Default)]
pub(crate) struct Same {
    known: FxHashMap<(Spot, Spot), Option<Rc<Pairs>>>,
    /// Whether it is looked for.
    pub(crate) is_off: bool,
}

/// The numbers and the variables that have to be equal.
#[derive(Debug, Default)]
struct Pairs {
    temps: Vec<(Temp, Temp)>,
    vars: Vec<(mmdiff_c::VarId, mmdiff_c::VarId)>,
}

impl Same {
    /// Whether both sides go on with the same text on the same numbers.
    pub(crate) fn is_same(
        &mut self,
        joint: &Joint,
        terms: &mut Terms,
        policy: &mut Policy<'_, '_>,
    ) -> bool {
        let [old, new] = &joint.sides;
        if self.is_off
            || old.frames.len() != new.frames.len()
            || joint.objects.iter().any(|(a, b)| a != b)
        {
            return false;
        }
        if old.memory.shared != new.memory.shared || old.racy != new.racy || old.given != new.given
        {
            return false;
        }
        old.frames.iter().zip(&new.frames).all(|(a, b)| self.frames(a, b, joint, terms, policy))
    }

    fn frames(
        &mut self,
        a: &Frame,
        b: &Frame,
        joint: &Joint,
        terms: &mut Terms,
        policy: &mut Policy<'_, '_>,
    ) -> bool {
        if a.function.name != b.function.name || a.at != b.at || a.activation != b.activation {
            return false;
        }
        let key = ((a.function.name.clone(), a.block), (b.function.name.clone(), b.block));
        let pairs = match self.known.get(&key) {
            Some(known) => known.clone(),
            None => {
                let found =
                    compared((&a.function, a.block), (&b.function, b.block), policy).map(Rc::new);
                self.known.insert(key, found.clone());
                found
            }
        };
        let Some(pairs) = pairs else { return false };
        // An operation before the one that is next may have made what is used later.
        let temps = pairs.temps.iter().all(|(x, y)| {
            let (x, y) = (a.temps[x.0 as usize], b.temps[y.0 as usize]);
            x == y
        });
        // So are the objects that a variable, or such an object, has the address of.
        let mut todo: Vec<(Term, Term)> =
            pairs.vars.iter().map(|&(x, y)| (local(a, x, terms), local(b, y, terms))).collect();
        let mut seen = FxHashSet::default();
        while let Some((x, y)) = todo.pop() {
            if x != y {
                return false;
            }
            if !seen.insert(x) {
                continue;
            }
            let inside = |side: usize| {
                let mut all: Vec<_> = joint.sides[side].memory.inside(x).cloned().collect();
                all.sort();
                all
            };
            let inside = [inside(0), inside(1)];
            if inside[0] != inside[1] {
                return false;
            }
            todo.extend(
                inside[0]
                    .iter()
                    .filter_map(|(_, value)| local_of(terms, *value))
                    .map(|of| (of, of)),
            );
        }
        let pointers =
            pairs.temps.iter().filter_map(|(x, _)| local_of(terms, a.temps[x.0 as usize]?));
        temps
            && pointers.collect::<Vec<_>>().into_iter().all(|of| {
                let inside = |side: usize| {
                    joint.sides[side]
                        .memory
                        .inside(of)
                        .cloned()
                        .collect::<std::collections::BTreeSet<_>>()
                };
                inside(0) == inside(1)
            })
    }
}

/// What has to be equal for two blocks to do the same; `None` if they do not.
fn compared(
    old: (&Function, BlockId),
    new: (&Function, BlockId),
    policy: &mut Policy<'_, '_>,
) -> Option<Pairs> {
    let mut pairs = Pairs::default();
    let (mut temps, mut vars) = (FxHashMap::default(), FxHashMap::default());
    let mut seen = FxHashSet::default();
    let mut todo = vec![(old.1, new.1)];
    while let Some((a, b)) = todo.pop() {
        if !seen.insert((a, b)) {
            continue;
        }
        let (x, y) = (&old.0.blocks[a.0 as usize], &new.0.blocks[b.0 as usize]);
        if x.ops.len() != y.ops.len() || x.is_head != y.is_head {
            return None;
        }
        let mut matched = Matched { functions: [old.0, new.0], temps: &mut temps, vars: &mut vars };
        for ((p, _), (q, _)) in x.ops.iter().zip(&y.ops) {
            if !matched.ops(p, q, policy) {
                return None;
            }
        }
        match (&x.end.0, &y.end.0) {
            (End::Jump(p), End::Jump(q)) => todo.push((*p, *q)),
            (End::Branch(c, p, r), End::Branch(d, q, s)) if matched.operands(c, d) => {
                todo.extend([(*p, *q), (*r, *s)])
            }
            (End::Return(None), End::Return(None)) | (End::Unreachable, End::Unreachable) => {}
            (End::Return(Some(p)), End::Return(Some(q))) if matched.operands(p, q) => {}
            _ => return None,
        }
    }
    pairs.temps = temps.into_iter().collect();
    pairs.vars = vars.into_iter().collect();
    pairs.temps.sort();
    pairs.vars.sort();
    Some(pairs)
}

struct Matched<'m> {
    functions: [&'m Function; 2],
    temps: &'m mut FxHashMap<Temp, Temp>,
    vars: &'m mut FxHashMap<mmdiff_c::VarId, mmdiff_c::VarId>,
}

impl Matched<'_> {
    fn temps(&mut self, a: Temp, b: Temp) -> bool {
        *self.temps.entry(a).or_insert(b) == b
    }

    fn operands(&mut self, a: &Operand, b: &Operand) -> bool {
        match (a, b) {
            (Operand::Temp(a), Operand::Temp(b)) => self.temps(*a, *b),
            (Operand::Local(a), Operand::Local(b)) => {
                let [x, y] =
                    [(0, a), (1, b)].map(|(side, var)| &self.functions[side].vars[var.0 as usize]);
                // A variable that the source has is the same by its name.
                let is_same = x.kind == y.kind && (x.name == y.name);
                is_same && *self.vars.entry(*a).or_insert(*b) == *b
            }
            _ => a == b,
        }
    }

    fn places(&mut self, a: &Place, b: &Place) -> bool {
        a.of == b.of
            && a.path.len() == b.path.len()
            && self.operands(&a.base, &b.base)
            && a.path.iter().zip(&b.path).all(|(a, b)| match (a, b) {
                (Step::Index(a), Step::Index(b)) => self.operands(a, b),
                (a, b) => a == b,
            })
    }

    fn ops(&mut self, a: &Op, b: &Op, policy: &mut Policy<'_, '_>) -> bool {
        if let (Some(x), Some(y)) = (a.makes(), b.makes())
            && !self.temps(x, y)
        {
            return false;
        }
        match (a, b) {
            (
                Op::Load { place: p, bits: x, racy: r, .. },
                Op::Load { place: q, bits: y, racy: s, .. },
            ) => x == y && r == s && self.places(p, q),
            (
                Op::Store { place: p, value: x, racy: r },
                Op::Store { place: q, value: y, racy: s },
            ) => r == s && self.places(p, q) && self.operands(x, y),
            (Op::Zero { place: p }, Op::Zero { place: q })
            | (Op::Snapshot { place: p, .. }, Op::Snapshot { place: q, .. })
            | (Op::Address { place: p, .. }, Op::Address { place: q, .. }) => self.places(p, q),
            (Op::Copy { place: p, from: x }, Op::Copy { place: q, from: y }) => {
                self.places(p, q) && self.operands(x, y)
            }
            (Op::Container { of: x, member: m, .. }, Op::Container { of: y, member: n, .. }) => {
                m == n && self.operands(x, y)
            }
            (Op::Sum { a: x, b: y, minus: m, .. }, Op::Sum { a: z, b: w, minus: n, .. }) => {
                m == n && self.operands(x, z) && self.operands(y, w)
            }
            (Op::Bin { op: m, a: x, b: y, .. }, Op::Bin { op: n, a: z, b: w, .. }) => {
                m == n && self.operands(x, z) && self.operands(y, w)
            }
            (Op::Compare { cmp: m, a: x, b: y, .. }, Op::Compare { cmp: n, a: z, b: w, .. }) => {
                m == n && self.operands(x, z) && self.operands(y, w)
            }
            (Op::Not { of: x, .. }, Op::Not { of: y, .. })
            | (Op::Invert { of: x, .. }, Op::Invert { of: y, .. }) => self.operands(x, y),
            (
                Op::Resize { of: x, bits: m, signed: s, .. },
                Op::Resize { of: y, bits: n, signed: t, .. },
            ) => m == n && s == t && self.operands(x, y),
            (Op::Choose { by: x, a: y, b: z, .. }, Op::Choose { by: u, a: v, b: w, .. }) => {
                self.operands(x, u) && self.operands(y, v) && self.operands(z, w)
            }
            (Op::Symbol { name: m, bits: x, .. }, Op::Symbol { name: n, bits: y, .. }) => {
                m == n && x == y
            }
            (
                Op::Call { callee: c, args: x, bits: m, .. },
                Op::Call { callee: d, args: y, bits: n, .. },
            ) => {
                m == n
                    && x.len() == y.len()
                    && self.callees(c, d, policy)
                    && x.iter().zip(y).all(|(x, y)| self.operands(x, y))
            }
            _ => false,
        }
    }

    fn callees(&mut self, a: &Callee, b: &Callee, policy: &mut Policy<'_, '_>) -> bool {
        match (a, b) {
            (Callee::Named(a), Callee::Named(b)) if a == b => {
                match (policy.call(0, a), policy.call(1, a)) {
                    (Call::CutIn(_), Call::CutIn(_)) => policy.is_same_text(a),
                    (Call::Asks, Call::Asks) | (Call::Does, Call::Does) => true,
                    _ => false,
                }
            }
            (Callee::Pointer(x, _), Callee::Pointer(y, _)) => self.operands(x, y),
            _ => false,
        }
    }
}
