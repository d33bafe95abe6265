// SPDX-License-Identifier: GPL-2.0-only
//! From syntax to flow: a function's statements and expressions become blocks and operations.

mod calls;
mod expressions;
mod statements;

use crate::Refused;
use crate::lex::Token;
use crate::unit::flow::{Block, BlockId, End, Function, Op, Operand, Place, Temp, Var, VarId};
use crate::unit::parse::Parsed;
use crate::unit::types::{INT, Type, find, is_aligned};
use crate::unit::{Sort, Unit};
use mmdiff_term::{Bin, Cmp, mask, signed};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;
use tree_sitter::Node;

/// A value and its type.
pub(crate) type Typed = (Operand, Type);

/// Where the cases of a `switch` are.
#[derive(Default)]
struct Cases {
    cases: Vec<(u64, BlockId)>,
    default: Option<BlockId>,
    kind: Option<Type>,
}

/// A function that is being lowered.
pub(crate) struct Lower {
    file: Arc<str>,
    name: Arc<str>,
    returns: Type,
    vars: Vec<Var>,
    scopes: Vec<FxHashMap<Arc<str>, VarId>>,
    statics: FxHashMap<Arc<str>, Type>,
    blocks: Vec<Block>,
    current: BlockId,
    temps: u32,
    line: u32,
    /// Where `break` and `continue` go, and how many scopes stay open there.
    breaks: Vec<(BlockId, usize)>,
    continues: Vec<(BlockId, usize)>,
    /// Of each scope: variables, and who is called with their address at its end.
    cleanups: Vec<Vec<(VarId, Arc<str>)>>,
    cases: Vec<Cases>,
    labels: FxHashMap<Arc<str>, (BlockId, bool)>,
    /// Of expressions that were looked into: by the text, and the node.
    types: FxHashMap<(usize, usize), Type>,
    words: Vec<(u32, BlockId, Arc<str>)>,
}

/// The types of what a function takes and returns.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) returns: Type,
    pub(crate) params: Vec<Type>,
}

impl Unit<'_> {
    /// A function as a flow graph; `None` if it has no body here.
    ///
    /// # Errors
    /// If something in it is not understood.
    pub fn function(&mut self, name: &str) -> Option<Result<Rc<Function>, Refused>> {
        let key: Arc<str> = name.into();
        if let Some(known) = self.functions.get(&key) {
            return Some(known.clone());
        }
        let chunk = self.find(Sort::Function, name)?.clone();
        let before = std::mem::replace(&mut self.types.is_aligned, is_aligned(&chunk.tokens));
        let function = self.lowered(key.clone(), &chunk.tokens, &chunk.file).map(Rc::new);
        self.types.is_aligned = before;
        self.functions.insert(key, function.clone());
        Some(function)
    }

    fn lowered(
        &mut self,
        name: Arc<str>,
        tokens: &[Token],
        file: &Arc<str>,
    ) -> Result<Function, Refused> {
        self.cleanups.clear();
        let parsed = self.parse(tokens, file)?;
        let mut lower = Lower::new(file);
        lower.name = name.clone();
        let root = parsed.tree.root_node();
        let node = find(root, "function_definition").ok_or_else(|| Refused {
            file: file.to_string(),
            line: tokens[0].line,
            why: "it does not read as a function".into(),
        })?;
        lower.line = parsed.line(node);
        let params = lower.head(self, &parsed, node)?;
        let body =
            node.child_by_field_name("body").ok_or_else(|| lower.refused("it has no body"))?;
        lower.statement(self, &parsed, body)?;
        lower.end(End::Return(None));
        if let Some((name, _)) = lower.labels.iter().find(|(_, (_, is_there))| !is_there) {
            return Err(lower.refused(&format!("there is no label {name}")));
        }
        heads(&mut lower.blocks);
        let lines = [tokens[0].line, tokens[tokens.len() - 1].line];
        Ok(Function {
            name,
            file: file.clone(),
            lines,
            params,
            returns: lower.returns,
            vars: lower.vars,
            temps: lower.temps,
            blocks: lower.blocks,
            words: lower.words,
        })
    }

    /// What a function takes and returns, if it is declared.
    pub(crate) fn signature(&mut self, name: &str) -> Result<Option<Signature>, Refused> {
        let found = self.find(Sort::Function, name).or_else(|| self.find(Sort::Prototype, name));
        let Some(chunk) = found.cloned() else { return Ok(None) };
        let mut tokens: Vec<Token> = chunk.tokens.to_vec();
        if chunk.is_function {
            let mut depth = 0;
            let body = tokens.iter().position(|token| {
                depth += i32::from(token.is("(")) - i32::from(token.is(")"));
                depth == 0 && token.is("{")
            });
            tokens.truncate(body.unwrap_or(tokens.len()));
            tokens.push(tokens[0].with(crate::lex::Kind::Punctuation, ";"));
        }
        let parsed = self.parse(&tokens, &chunk.file)?;
        let root = parsed.tree.root_node();
        let Some(node) = find(root, "declaration") else { return Ok(None) };
        let mut lower = Lower::new(&chunk.file);
        lower.line = tokens[0].line;
        let count = lower.head(self, &parsed, node)?;
        let params = lower.vars.iter().take(count).map(|var| var.kind.clone()).collect();
        Ok(Some(Signature { returns: lower.returns, params }))
    }
}

impl Lower {
    pub(crate) fn new(file: &str) -> Lower {
        let mut lower = Lower {
            file: file.into(),
            name: "".into(),
            returns: Type::Void,
            vars: Vec::new(),
            scopes: vec![FxHashMap::default()],
            cleanups: vec![Vec::new()],
            statics: FxHashMap::default(),
            blocks: Vec::new(),
            current: BlockId(0),
            temps: 0,
            line: 0,
            breaks: Vec::new(),
            continues: Vec::new(),
            cases: Vec::new(),
            labels: FxHashMap::default(),
            types: FxHashMap::default(),
            words: Vec::new(),
        };
        lower.block();
        lower
    }

    fn refused(&self, why: &str) -> Refused {
        Refused { file: self.file.to_string(), line: self.line, why: why.to_owned() }
    }

    /// The return type and the parameters; how many these are.
    fn head(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<usize, Refused> {
        let specifier = node.child_by_field_name("type").ok_or_else(|| self.refused("no type"))?;
        let of = unit.specified(parsed, specifier, None)?;
        let declarator =
            node.child_by_field_name("declarator").ok_or_else(|| self.refused("no name"))?;
        let kind = unit.declared(parsed, declarator, of)?.1;
        let mut returns = kind;
        // A pointer declarator stands around the function's: what the function returns is inside.
        if let Type::Function(of) = &returns {
            returns = (**of).clone();
        }
        self.returns = returns;
        let function =
            find(declarator, "function_declarator").ok_or_else(|| self.refused("no function"))?;
        let list = function
            .child_by_field_name("parameters")
            .ok_or_else(|| self.refused("no parameters"))?;
        let mut cursor = list.walk();
        for parameter in
            list.named_children(&mut cursor).filter(|it| it.kind() == "parameter_declaration")
        {
            let specifier =
                parameter.child_by_field_name("type").ok_or_else(|| self.refused("no type"))?;
            let of = unit.specified(parsed, specifier, None)?;
            let (name, kind) = match parameter.child_by_field_name("declarator") {
                Some(declarator) => unit.declared(parsed, declarator, of)?,
                None => ("".into(), of),
            };
            if kind == Type::Void {
                continue;
            }
            let kind = match kind {
                Type::Array(of, _) => Type::Pointer(of),
                Type::Function(_) => Type::Pointer(Rc::new(kind)),
                kind => kind,
            };
            self.declare(name, kind);
        }
        Ok(self.vars.len())
    }

    fn declare(&mut self, name: Arc<str>, kind: Type) -> VarId {
        let id = VarId(self.vars.len() as u32);
        self.vars.push(Var { name: name.clone(), kind });
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, id);
        }
        id
    }

    /// A variable that the source does not have.
    fn hidden(&mut self, kind: Type) -> VarId {
        let id = VarId(self.vars.len() as u32);
        self.vars.push(Var { name: format!("#{}", id.0).into(), kind });
        id
    }

    fn block(&mut self) -> BlockId {
        let id = BlockId(self.blocks.len() as u32);
        self.blocks.push(Block {
            ops: Vec::new(),
            end: (End::Unreachable, self.line),
            is_head: false,
        });
        id
    }

    fn temp(&mut self) -> Temp {
        self.temps += 1;
        Temp(self.temps - 1)
    }

    fn op(&mut self, op: Op) {
        let line = self.line;
        self.blocks[self.current.0 as usize].ops.push((op, line));
    }

    /// Ends the block; what comes next is in another, which nothing leads to yet.
    fn end(&mut self, end: End) {
        let line = self.line;
        self.blocks[self.current.0 as usize].end = (end, line);
        self.current = self.block();
    }

    fn jump_to(&mut self, to: BlockId) {
        self.end(End::Jump(to));
        self.current = to;
    }

    /// Makes a number by an operation.
    fn make(&mut self, op: impl FnOnce(Temp) -> Op) -> Operand {
        let to = self.temp();
        self.op(op(to));
        Operand::Temp(to)
    }

    fn symbol(&mut self, name: &str, bits: u8) -> Operand {
        let name = name.into();
        self.make(|to| Op::Symbol { to, name, bits })
    }

    fn resize(&mut self, of: Operand, from: u8, bits: u8, is_signed: bool) -> Operand {
        match of {
            Operand::Const(value, _) => {
                let value = if is_signed { signed(value, from) as u64 } else { value & mask(from) };
                Operand::Const(value & mask(bits), bits)
            }
            of if from == bits => of,
            of => self.make(|to| Op::Resize { to, of, bits, signed: is_signed }),
        }
    }

    fn sum(&mut self, a: Operand, b: Operand, minus: bool) -> Operand {
        match (&a, &b) {
            (Operand::Const(x, bits), Operand::Const(y, _)) => {
                let value = if minus { x.wrapping_sub(*y) } else { x.wrapping_add(*y) };
                Operand::Const(value & mask(*bits), *bits)
            }
            (_, Operand::Const(0, _)) => a,
            _ => self.make(|to| Op::Sum { to, a, b, minus }),
        }
    }

    fn bin(&mut self, op: Bin, a: Operand, b: Operand) -> Operand {
        match (&a, &b) {
            (Operand::Const(x, bits), Operand::Const(y, _)) => {
                Operand::Const(op.of(*x, *y, *bits), *bits)
            }
            _ => self.make(|to| Op::Bin { to, op, a, b }),
        }
    }

    fn compare(&mut self, cmp: Cmp, a: Operand, b: Operand) -> Operand {
        match (&a, &b) {
            (Operand::Const(x, bits), Operand::Const(y, _)) => {
                Operand::Const(cmp.of(*x, *y, *bits).into(), 1)
            }
            _ => self.make(|to| Op::Compare { to, cmp, a, b }),
        }
    }

    fn not(&mut self, of: Operand) -> Operand {
        match of {
            Operand::Const(value, _) => Operand::Const(value ^ 1, 1),
            of => self.make(|to| Op::Not { to, of }),
        }
    }

    /// Whether a value is not zero.
    fn truth(&mut self, (value, kind): Typed) -> Operand {
        match kind.bits() {
            1 => value,
            bits => {
                let is_zero = self.compare(Cmp::Eq, value, Operand::Const(0, bits));
                self.not(is_zero)
            }
        }
    }

    /// A bit as C's `int`.
    fn int(&mut self, bit: Operand) -> Typed {
        (self.resize(bit, 1, 32, false), INT)
    }

    /// A value converted to a type (C11, 6.3).
    fn convert(&mut self, (value, kind): Typed, to: &Type) -> Operand {
        match (kind, to) {
            (_, Type::Void) => Operand::Const(0, 64),
            (kind, Type::Bool) => self.truth((value, kind)),
            (Type::Void, to) => Operand::Const(0, to.bits()),
            (kind, to) => self.resize(value, kind.bits(), to.bits(), kind.is_signed()),
        }
    }

    /// The arithmetic type of a value, and the value in it.
    fn promote(&mut self, (value, kind): Typed) -> Typed {
        let to = kind.promoted();
        (self.convert((value, kind), &to), to)
    }

    fn place_of(id: VarId) -> Place {
        Place { base: Operand::Local(id), path: Vec::new(), of: "".into() }
    }

    fn store(&mut self, place: Place, value: Operand, kind: &Type) {
        match kind.is_record() {
            true => self.op(Op::Copy { place, from: value }),
            false => self.op(Op::Store { place, value, racy: false }),
        }
    }

    /// What is stored at a place, as a value.
    fn load(&mut self, place: Place, kind: Type) -> Typed {
        match &kind {
            Type::Record(_) => (self.make(|to| Op::Snapshot { to, place }), kind),
            Type::Array(of, _) => {
                let pointer = Type::Pointer(of.clone());
                (self.address(place), pointer)
            }
            Type::Function(_) => (self.address(place), Type::Pointer(Rc::new(kind))),
            Type::Void => (Operand::Const(0, 64), kind),
            _ => {
                let bits = kind.bits();
                (self.make(|to| Op::Load { to, place, bits, racy: false }), kind)
            }
        }
    }

    fn address(&mut self, place: Place) -> Operand {
        match place.path.is_empty() {
            true => place.base,
            false => self.make(|to| Op::Address { to, place }),
        }
    }

    fn find_var(&self, name: &str) -> Option<VarId> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name).copied())
    }
}

/// Where a block leads.
fn next(block: &Block) -> Vec<BlockId> {
    match &block.end.0 {
        End::Jump(to) => vec![*to],
        End::Branch(_, yes, no) => vec![*yes, *no],
        End::Return(_) | End::Unreachable => Vec::new(),
    }
}

/// Only a block that leads back to itself is the head of a loop.
fn heads(blocks: &mut [Block]) {
    for at in 0..blocks.len() {
        if !blocks[at].is_head {
            continue;
        }
        let mut seen = vec![false; blocks.len()];
        let mut todo = next(&blocks[at]);
        while let Some(block) = todo.pop() {
            if !std::mem::replace(&mut seen[block.0 as usize], true) {
                todo.extend(next(&blocks[block.0 as usize]));
            }
        }
        blocks[at].is_head = seen[at];
    }
}
