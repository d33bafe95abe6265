// SPDX-License-Identifier: GPL-2.0-only
//! Functions as flow graphs: blocks of operations on numbers of a width. What C converts without a word
//! is an operation here.

use crate::unit::types::Type;
use mmdiff_term::{Bin, Cmp};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A number that an operation makes: made once, used in the same activation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Temp(pub u32);

/// A variable of a function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct VarId(pub u32);

/// A block of a function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BlockId(pub u32);

/// What an operation works on.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// A number of so many bits.
    Const(u64, u8),
    /// What an operation made.
    Temp(Temp),
    /// The address of a variable.
    Local(VarId),
    /// The address of something that has a name in the whole kernel, or the text of a string.
    Global(Arc<str>),
}

/// A step from an object into it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// A member.
    Field(Arc<str>),
    /// An element: a number of 64 bits.
    Index(Operand),
}

/// Where something is stored.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// The address of the object.
    pub base: Operand,
    /// The way from there.
    pub path: Vec<Step>,
    /// The tag of the structure that the first member is one of, or nothing.
    pub of: Arc<str>,
}

/// Who is called.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    /// A function, by its name.
    Named(Arc<str>),
    /// What a pointer points at, and the expression that it came from.
    Pointer(Operand, Arc<str>),
}

/// An operation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Op {
    /// What is stored at a place. `racy`: read once, as by `READ_ONCE`.
    Load {
        to: Temp,
        place: Place,
        bits: u8,
        racy: bool,
    },
    /// Stores. `racy`: as by `WRITE_ONCE`.
    Store {
        place: Place,
        value: Operand,
        racy: bool,
    },
    /// All of an object becomes zero.
    Zero {
        place: Place,
    },
    /// All of an object becomes what another is: of a [snapshot](Op::Snapshot).
    Copy {
        place: Place,
        from: Operand,
    },
    /// A whole structure as a value.
    Snapshot {
        to: Temp,
        place: Place,
    },
    /// The address of a place.
    Address {
        to: Temp,
        place: Place,
    },
    /// The structure around a member.
    Container {
        to: Temp,
        of: Operand,
        member: Arc<str>,
    },
    Sum {
        to: Temp,
        a: Operand,
        b: Operand,
        minus: bool,
    },
    Bin {
        to: Temp,
        op: Bin,
        a: Operand,
        b: Operand,
    },
    Compare {
        to: Temp,
        cmp: Cmp,
        a: Operand,
        b: Operand,
    },
    Not {
        to: Temp,
        of: Operand,
    },
    /// All bits turned over.
    Invert {
        to: Temp,
        of: Operand,
    },
    Resize {
        to: Temp,
        of: Operand,
        bits: u8,
        signed: bool,
    },
    Choose {
        to: Temp,
        by: Operand,
        a: Operand,
        b: Operand,
    },
    /// Something that has a name and no value here, such as the size of a structure.
    Symbol {
        to: Temp,
        name: Arc<str>,
        bits: u8,
    },
    /// A call. `bits` is 0 if nothing is returned; `is_record`: what is returned is a structure.
    Call {
        to: Temp,
        callee: Callee,
        args: Vec<Operand>,
        bits: u8,
        is_record: bool,
    },
}

/// How a block ends.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// Goes on there.
    Jump(BlockId),
    /// Goes to the first if this bit is set, else to the second.
    Branch(Operand, BlockId, BlockId),
    /// Returns.
    Return(Option<Operand>),
    /// Cannot be come to.
    Unreachable,
}

impl End {
    /// The blocks that it leads to.
    pub fn next(&self) -> Vec<usize> {
        match self {
            End::Jump(to) => vec![to.0 as usize],
            End::Branch(_, yes, no) => vec![yes.0 as usize, no.0 as usize],
            End::Return(_) | End::Unreachable => Vec::new(),
        }
    }
}

/// A block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its operations, each with the line that it stands on.
    pub ops: Vec<(Op, u32)>,
    /// How it ends, and the line of that.
    pub end: (End, u32),
    /// Whether it is where a turn of a loop begins.
    pub is_head: bool,
}

/// A variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Var {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub kind: Type,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// The file that it stands in.
    pub file: Arc<str>,
    /// Its first line and its last.
    pub lines: [u32; 2],
    /// Variables; the parameters come first.
    pub vars: Vec<Var>,
    /// How many parameters there are.
    pub params: usize,
    /// What is returned.
    pub returns: Type,
    /// How many [`Temp`]s there are.
    pub temps: u32,
    /// Blocks. It begins with the first.
    pub blocks: Vec<Block>,
    /// What the branches of a line ask, in C's words.
    pub words: Vec<(u32, BlockId, Arc<str>)>,
}

impl Op {
    /// What it makes, if anything.
    pub fn makes(&self) -> Option<Temp> {
        match self {
            Op::Store { .. } | Op::Zero { .. } | Op::Copy { .. } => None,
            Op::Load { to, .. }
            | Op::Snapshot { to, .. }
            | Op::Address { to, .. }
            | Op::Container { to, .. }
            | Op::Sum { to, .. }
            | Op::Bin { to, .. }
            | Op::Compare { to, .. }
            | Op::Not { to, .. }
            | Op::Invert { to, .. }
            | Op::Resize { to, .. }
            | Op::Choose { to, .. }
            | Op::Symbol { to, .. }
            | Op::Call { to, .. } => Some(*to),
        }
    }
}

impl Op {
    /// The place that it is about, if it is about one.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Op::Load { place, .. }
            | Op::Store { place, .. }
            | Op::Zero { place }
            | Op::Copy { place, .. }
            | Op::Snapshot { place, .. }
            | Op::Address { place, .. } => Some(place),
            _ => None,
        }
    }

    /// All that it works on: what its place is made of, and its arguments.
    pub fn operands(&self) -> impl Iterator<Item = &Operand> {
        let place = self.place().into_iter().flat_map(|place| {
            let indices = place.path.iter().filter_map(|step| match step {
                Step::Index(index) => Some(index),
                Step::Field(_) => None,
            });
            [&place.base].into_iter().chain(indices)
        });
        let args: Vec<&Operand> = match self {
            Op::Store { value, .. } => vec![value],
            Op::Copy { from, .. } => vec![from],
            Op::Container { of, .. }
            | Op::Not { of, .. }
            | Op::Invert { of, .. }
            | Op::Resize { of, .. } => vec![of],
            Op::Sum { a, b, .. } | Op::Bin { a, b, .. } | Op::Compare { a, b, .. } => vec![a, b],
            Op::Choose { by, a, b, .. } => vec![by, a, b],
            Op::Call { callee: Callee::Pointer(pointer, _), args, .. } => {
                [pointer].into_iter().chain(args).collect()
            }
            Op::Call { args, .. } => args.iter().collect(),
            Op::Load { .. }
            | Op::Zero { .. }
            | Op::Snapshot { .. }
            | Op::Address { .. }
            | Op::Symbol { .. } => Vec::new(),
        };
        place.chain(args)
    }
}

impl Op {
    /// The variables whose addresses it uses as numbers.
    pub fn points_at(&self) -> impl Iterator<Item = VarId> {
        let is_direct = !matches!(self, Op::Address { .. }) && self.place().is_some();
        self.operands().skip(usize::from(is_direct)).filter_map(|operand| match operand {
            Operand::Local(var) => Some(*var),
            _ => None,
        })
    }
}

impl Function {
    /// All operations, in no order that counts.
    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        self.blocks.iter().flat_map(|block| block.ops.iter().map(|(op, _)| op))
    }

    /// The place of each block in an order in which none comes before those that lead to it, but for the heads
    /// of loops: reverse postorder.
    pub fn order(&self) -> Vec<usize> {
        let mut order = vec![usize::MAX; self.blocks.len()];
        let mut is_seen = vec![false; self.blocks.len()];
        let mut last = self.blocks.len();
        let mut todo = vec![(0, false)];
        while let Some((at, is_left)) = todo.pop() {
            if is_left {
                last -= 1;
                order[at] = last;
                continue;
            }
            if std::mem::replace(&mut is_seen[at], true) {
                continue;
            }
            todo.push((at, true));
            todo.extend(self.blocks[at].end.0.next().into_iter().map(|to| (to, false)));
        }
        order
    }

    /// The variables that something may point at.
    pub fn pointed_at(&self) -> BTreeSet<VarId> {
        self.ops().flat_map(Op::points_at).collect()
    }

    /// Whether another does the same by the same operations; where they stand does not count.
    pub fn does_the_same(&self, other: &Function) -> bool {
        let plain = |block: &Block| {
            let ops = block.ops.iter().map(|(op, _)| op.clone()).collect::<Vec<_>>();
            (ops, block.end.0.clone(), block.is_head)
        };
        self.vars == other.vars
            && self.returns == other.returns
            && self.blocks.len() == other.blocks.len()
            && self.blocks.iter().zip(&other.blocks).all(|(a, b)| plain(a) == plain(b))
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}:{}", self.name, self.file, self.lines[0])?;
        for (at, block) in self.blocks.iter().enumerate() {
            writeln!(f, "{at}{}:", if block.is_head { " (head)" } else { "" })?;
            for (op, line) in &block.ops {
                writeln!(f, "  {line}: {op:?}")?;
            }
            writeln!(f, "  {}: {:?}", block.end.1, block.end.0)?;
        }
        Ok(())
    }
}
