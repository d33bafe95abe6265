// SPDX-License-Identifier: GPL-2.0-only
//! Text that is the same on both sides, from a place in either's function on. Blocks are compared as graphs
//! (Hopcroft and Karp, 1971): two are the same if their operations are and the blocks that they lead to,
//! which may be taken for the same until they are not.

use crate::policy::{Call, Policy};
use mmdiff_c::{Block, BlockId, Callee, End, Function, Op, Operand, Place, Step, Temp, VarId};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// A place in a function: a block, and an operation of it.
pub(super) type Spot<'f> = (&'f Function, BlockId, usize);

/// How far text is compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Until {
    /// To the function's end, through all loops.
    End,
    /// To the next head of a loop on each way.
    Heads,
}

/// The same text.
#[derive(Debug)]
pub(super) struct Stretch {
    /// What it reads that was made before it.
    pub(super) reads: Names,
    /// Where it ends.
    pub(super) ends: Vec<Leaf>,
    /// Its lines.
    pub(super) lines: [BTreeSet<u32>; 2],
}

/// Numbers and variables of both sides that belong together.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) temps: Vec<(Temp, Temp)>,
    pub(super) vars: Vec<(VarId, VarId)>,
}

/// An end of a stretch.
#[derive(Debug)]
pub(super) struct Leaf {
    /// The head of a loop; none, where it returns.
    pub(super) head: Option<(BlockId, BlockId)>,
    /// What may be made and stored on the way there.
    pub(super) made: Names,
    /// Whether something may be done on the way that others see, or that changes what they were given.
    pub(super) touches: bool,
}

/// A pair of blocks, and those that follow.
struct Pair {
    at: (BlockId, BlockId),
    /// With which operation it begins.
    from: [usize; 2],
    next: Vec<usize>,
}

impl Stretch {
    /// The text from two places on; `None` if it is not the same. `is_calling`: the operation there is a call
    /// that runs already, and whose answer is still to come.
    pub(super) fn new(
        [old, new]: [Spot<'_>; 2],
        is_calling: bool,
        policy: &mut Policy<'_, '_>,
        until: Until,
    ) -> Option<Stretch> {
        let functions = [old.0, new.0];
        let mut matched = Matched {
            functions,
            temps: Default::default(),
            vars: Default::default(),
            back: Default::default(),
        };
        let first = Pair { at: (old.1, new.1), from: [old.2, new.2], next: Vec::new() };
        let (mut pairs, mut known) = (vec![first], FxHashMap::default());
        let mut at = 0;
        while at < pairs.len() {
            let [x, y] = pairs[at].blocks(functions);
            let is_leaf = at > 0 && until == Until::Heads && x.is_head && y.is_head;
            if !is_leaf {
                let is_calling = is_calling && at == 0;
                let next = matched.blocks([x, y], pairs[at].from, is_calling, policy)?;
                for to in next {
                    let next = pairs.len();
                    let to = *known.entry(to).or_insert_with(|| {
                        pairs.push(Pair { at: to, from: [0, 0], next: Vec::new() });
                        next
                    });
                    pairs[at].next.push(to);
                }
            }
            at += 1;
        }
        let stretch = matched.stretch(&pairs, policy);
        (until == Until::End || !stretch.is_used_later(old.0)).then_some(stretch)
    }
}

impl Stretch {
    /// Whether a number that it makes is used after a head at which it ends: what that is cannot be told there.
    fn is_used_later(&self, function: &Function) -> bool {
        if self.ends.iter().all(|leaf| leaf.head.is_none()) {
            return false;
        }
        let live = live_in(function);
        self.ends.iter().any(|leaf| {
            leaf.head.is_some_and(|(head, _)| {
                let used = &live[head.0 as usize].temps;
                leaf.made.temps.iter().any(|(temp, _)| used.contains(temp))
            })
        })
    }
}

impl Pair {
    fn blocks<'f>(&self, [old, new]: [&'f Function; 2]) -> [&'f Block; 2] {
        [&old.blocks[self.at.0.0 as usize], &new.blocks[self.at.1.0 as usize]]
    }

    /// Whether it is the head of a loop at which a stretch ends.
    fn is_head_ahead(&self, at: usize, functions: [&Function; 2]) -> bool {
        at > 0 && self.next.is_empty() && self.blocks(functions)[0].is_head
    }

    /// The operations of the old side's block; all are the new side's too.
    fn ops<'f>(&self, functions: [&'f Function; 2]) -> impl DoubleEndedIterator<Item = &'f Op> {
        self.blocks(functions)[0].ops[self.from[0]..].iter().map(|(op, _)| op)
    }
}

struct Matched<'f> {
    functions: [&'f Function; 2],
    temps: FxHashMap<Temp, Temp>,
    vars: FxHashMap<VarId, VarId>,
    /// The new side's, and which of the old side's each is.
    back: (FxHashMap<Temp, Temp>, FxHashMap<VarId, VarId>),
}

impl Matched<'_> {
    /// The pairs of blocks that two blocks lead to, if they do the same.
    fn blocks(
        &mut self,
        [x, y]: [&Block; 2],
        [p, q]: [usize; 2],
        is_calling: bool,
        policy: &mut Policy<'_, '_>,
    ) -> Option<Vec<(BlockId, BlockId)>> {
        let (of_x, of_y) = (x.ops.get(p..)?, y.ops.get(q..)?);
        if of_x.len() != of_y.len() || x.is_head != y.is_head {
            return None;
        }
        for (at, ((a, _), (b, _))) in of_x.iter().zip(of_y).enumerate() {
            let is_same = match (is_calling && at == 0, a.makes(), b.makes()) {
                (true, Some(a), Some(b)) => self.temps(a, b),
                (true, ..) => false,
                (false, ..) => self.ops(a, b, policy),
            };
            if !is_same {
                return None;
            }
        }
        match (&x.end.0, &y.end.0) {
            (End::Jump(p), End::Jump(q)) => Some(vec![(*p, *q)]),
            (End::Branch(c, p, r), End::Branch(d, q, s)) => {
                self.operands(c, d).then(|| vec![(*p, *q), (*r, *s)])
            }
            (End::Return(None), End::Return(None)) | (End::Unreachable, End::Unreachable) => {
                Some(Vec::new())
            }
            (End::Return(Some(p)), End::Return(Some(q))) => self.operands(p, q).then(Vec::new),
            _ => None,
        }
    }

    fn stretch(self, pairs: &[Pair], policy: &mut Policy<'_, '_>) -> Stretch {
        let reads = self.reads(pairs);
        let mut ends: Vec<Leaf> = Vec::new();
        let mut returns = FxHashSet::default();
        for (at, pair) in pairs.iter().enumerate() {
            let [block, _] = pair.blocks(self.functions);
            match block.end.0 {
                _ if pair.is_head_ahead(at, self.functions) => {
                    ends.push(self.leaf(Some(pair.at), FxHashSet::from_iter([at]), pairs, policy));
                }
                End::Return(_) => drop(returns.insert(at)),
                _ => {}
            }
        }
        if !returns.is_empty() {
            ends.push(self.leaf(None, returns, pairs, policy));
        }
        let lines = [0, 1].map(|side| {
            let of_pair = |pair: &Pair| {
                let block = pair.blocks(self.functions)[side];
                let ops = block.ops[pair.from[side]..].iter().map(|(_, line)| *line);
                ops.chain([block.end.1]).collect::<Vec<_>>()
            };
            pairs.iter().flat_map(of_pair).collect()
        });
        Stretch { reads, ends, lines }
    }

    /// What is read before it is made.
    fn reads(&self, pairs: &[Pair]) -> Names {
        let piece = |(at, pair): (usize, &Pair)| {
            let is_leaf = pair.is_head_ahead(at, self.functions);
            let [block, _] = pair.blocks(self.functions);
            Piece {
                ops: if is_leaf { &[] } else { &block.ops[pair.from[0]..] },
                end: (!is_leaf).then_some(&block.end.0),
                next: pair.next.clone(),
            }
        };
        let live = live(&pairs.iter().enumerate().map(piece).collect::<Vec<_>>());
        self.names(live[0].temps.iter().copied(), live[0].vars.iter().copied())
    }

    fn names(&self, temps: impl Iterator<Item = Temp>, vars: impl Iterator<Item = VarId>) -> Names {
        Names {
            temps: temps.filter_map(|temp| Some((temp, *self.temps.get(&temp)?))).collect(),
            vars: vars.filter_map(|var| Some((var, *self.vars.get(&var)?))).collect(),
        }
    }

    /// An end, and what may be done on the ways to it.
    fn leaf(
        &self,
        head: Option<(BlockId, BlockId)>,
        mut reach: FxHashSet<usize>,
        pairs: &[Pair],
        policy: &mut Policy<'_, '_>,
    ) -> Leaf {
        let ends = reach.clone();
        loop {
            let before = reach.len();
            for (at, pair) in pairs.iter().enumerate() {
                if pair.next.iter().any(|next| reach.contains(next)) {
                    reach.insert(at);
                }
            }
            if reach.len() == before {
                break;
            }
        }
        let (mut temps, mut vars, mut touches) = (BTreeSet::new(), BTreeSet::new(), false);
        for (at, pair) in pairs.iter().enumerate() {
            // At the head of a loop, nothing of its block is run yet.
            if !reach.contains(&at) || (head.is_some() && ends.contains(&at)) {
                continue;
            }
            for op in pair.ops(self.functions) {
                temps.extend(op.makes());
                match (op, op.place().map(|place| &place.base)) {
                    (
                        Op::Store { .. } | Op::Zero { .. } | Op::Copy { .. },
                        Some(Operand::Local(var)),
                    ) => {
                        vars.insert(*var);
                    }
                    (Op::Store { .. } | Op::Zero { .. } | Op::Copy { .. }, _) => touches = true,
                    (Op::Call { callee: Callee::Named(name), .. }, _) => {
                        touches |= !matches!(policy.call(0, name), Call::Asks);
                    }
                    (Op::Call { .. }, _) => touches = true,
                    _ => {}
                }
            }
        }
        Leaf { head, made: self.names(temps.into_iter(), vars.into_iter()), touches }
    }

    fn temps(&mut self, a: Temp, b: Temp) -> bool {
        *self.temps.entry(a).or_insert(b) == b && *self.back.0.entry(b).or_insert(a) == a
    }

    fn operands(&mut self, a: &Operand, b: &Operand) -> bool {
        match (a, b) {
            (Operand::Temp(a), Operand::Temp(b)) => self.temps(*a, *b),
            (Operand::Local(a), Operand::Local(b)) => {
                let [x, y] =
                    [(0, a), (1, b)].map(|(side, var)| &self.functions[side].vars[var.0 as usize]);
                // A variable that the source has is the same by its name.
                let is_same = x.kind == y.kind && (x.name == y.name);
                is_same
                    && *self.vars.entry(*a).or_insert(*b) == *b
                    && *self.back.1.entry(*b).or_insert(*a) == *a
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

/// A block, or a part of one, of one side.
struct Piece<'f> {
    ops: &'f [(Op, u32)],
    end: Option<&'f End>,
    next: Vec<usize>,
}

/// What is used before it is made.
#[derive(Clone, Default, Debug)]
pub(super) struct Live {
    pub(super) temps: BTreeSet<Temp>,
    pub(super) vars: BTreeSet<VarId>,
}

/// What is live at the beginning of each block of a function.
pub(super) fn live_in(function: &Function) -> Vec<Live> {
    let piece = |block| -> Piece<'_> {
        let Block { ops, end, .. }: &Block = block;
        Piece { ops, end: Some(&end.0), next: end.0.next() }
    };
    live(&function.blocks.iter().map(piece).collect::<Vec<_>>())
}

/// What is live at the beginning of each piece: walks backward until nothing is new.
fn live(pieces: &[Piece<'_>]) -> Vec<Live> {
    let mut all = vec![Live::default(); pieces.len()];
    loop {
        let mut is_new = false;
        for (at, piece) in pieces.iter().enumerate().rev() {
            let mut live = Live::default();
            for next in &piece.next {
                live.temps.extend(&all[*next].temps);
                live.vars.extend(&all[*next].vars);
            }
            piece.end.into_iter().for_each(|end| live.end(end));
            for (op, _) in piece.ops.iter().rev() {
                live.step_back(op);
            }
            let known = &mut all[at];
            let before = (known.temps.len(), known.vars.len());
            known.temps.extend(live.temps);
            known.vars.extend(live.vars);
            is_new |= before != (known.temps.len(), known.vars.len());
        }
        if !is_new {
            return all;
        }
    }
}

impl Live {
    /// What is live before an operation of a block, given what is at the beginning of each.
    pub(super) fn at(function: &Function, blocks: &[Live], (block, at): (BlockId, usize)) -> Live {
        let Block { ops, end, .. } = &function.blocks[block.0 as usize];
        let mut live = Live::default();
        for next in end.0.next() {
            live.temps.extend(&blocks[next].temps);
            live.vars.extend(&blocks[next].vars);
        }
        live.end(&end.0);
        for (op, _) in ops[at.min(ops.len())..].iter().rev() {
            live.step_back(op);
        }
        live
    }

    fn end(&mut self, end: &End) {
        if let End::Branch(of, ..) | End::Return(Some(of)) = end {
            self.add(of);
        }
    }

    /// From after an operation to before it.
    fn step_back(&mut self, op: &Op) {
        if let Some(made) = op.makes() {
            self.temps.remove(&made);
        }
        let mut operands = op.operands();
        if let Op::Store { place, .. } | Op::Zero { place } | Op::Copy { place, .. } = op
            && let (Operand::Local(var), []) = (&place.base, &place.path[..])
        {
            self.vars.remove(var);
            operands.next();
        }
        operands.for_each(|operand| self.add(operand));
    }

    fn add(&mut self, operand: &Operand) {
        match operand {
            Operand::Temp(temp) => drop(self.temps.insert(*temp)),
            Operand::Local(var) => drop(self.vars.insert(*var)),
            _ => {}
        }
    }
}
