// SPDX-License-Identifier: GPL-2.0-only
//! Statements (C11, 6.8) and declarations in them.

use super::{Cases, Lower, Typed};
use crate::Refused;
use crate::unit::Unit;
use crate::unit::flow::{BlockId, Callee, End, Op, Operand, Place, Step};
use crate::unit::parse::{AUTO, Parsed};
use crate::unit::types::{INT, Type};
use mmdiff_term::Cmp;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tree_sitter::Node;

pub(super) fn children<'n>(node: Node<'n>) -> Vec<Node<'n>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|it| it.kind() != "comment").collect()
}

impl Lower {
    pub(super) fn statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        self.line = parsed.line(node);
        match node.kind() {
            "compound_statement" => {
                self.open();
                for child in children(node) {
                    self.statement(unit, parsed, child)?;
                }
                self.close();
                Ok(())
            }
            "expression_statement" => match node.named_child(0) {
                Some(expression) => self.effect(unit, parsed, expression),
                None => Ok(()),
            },
            "declaration" => self.declaration(unit, parsed, node),
            "if_statement" => self.if_statement(unit, parsed, node),
            "while_statement" => self.while_statement(unit, parsed, node),
            "do_statement" => self.do_statement(unit, parsed, node),
            "for_statement" => self.for_statement(unit, parsed, node),
            "switch_statement" => self.switch_statement(unit, parsed, node),
            "case_statement" => self.case_statement(unit, parsed, node),
            "labeled_statement" => {
                let label =
                    node.child_by_field_name("label").map_or("", |label| parsed.text(label));
                let block = self.label(label, true)?;
                self.jump_to(block);
                let first = node.child_by_field_name("label").map(|label| label.id());
                for child in children(node).into_iter().filter(|child| Some(child.id()) != first) {
                    self.statement(unit, parsed, child)?;
                }
                Ok(())
            }
            "goto_statement" => {
                let label =
                    node.child_by_field_name("label").map_or("", |label| parsed.text(label));
                let block = self.label(label, false)?;
                if self.cleanups.iter().any(|of| !of.is_empty()) {
                    return Err(self.refused(
                        "a goto out of, or in, the scope of a variable that is cleaned up",
                    ));
                }
                self.end(End::Jump(block));
                Ok(())
            }
            "break_statement" => self.leave(self.breaks.last().copied()),
            "continue_statement" => self.leave(self.continues.last().copied()),
            "return_statement" => {
                let value = match node.named_child(0) {
                    None => None,
                    Some(value) => {
                        let value = self.value(unit, parsed, value)?;
                        let returns = self.returns.clone();
                        let converted = self.convert(value, &returns);
                        (returns != Type::Void).then_some(converted)
                    }
                };
                self.clean_up(0);
                self.end(End::Return(value));
                Ok(())
            }
            "attributed_statement" => {
                for child in children(node) {
                    self.statement(unit, parsed, child)?;
                }
                Ok(())
            }
            "attribute_declaration" | "struct_specifier" | "type_definition" | "enum_specifier" => {
                Ok(())
            }
            // Where a statement is expected, the parser may find an expression without one.
            kind if kind.ends_with("_expression") || kind == "identifier" => {
                self.effect(unit, parsed, node)
            }
            kind => Err(self.refused(&format!("a {} is not understood", kind.replace('_', " ")))),
        }
    }

    fn open(&mut self) {
        self.scopes.push(FxHashMap::default());
        self.cleanups.push(Vec::new());
    }

    fn close(&mut self) {
        self.clean_up(self.scopes.len() - 1);
        self.scopes.pop();
        self.cleanups.pop();
    }

    /// Calls who cleans up, for all scopes but the first `stay`.
    fn clean_up(&mut self, stay: usize) {
        let all: Vec<_> = self.cleanups[stay..].iter().flatten().rev().cloned().collect();
        for (id, what) in all {
            self.called(self.line, Callee::Named(what), vec![Operand::Local(id)], Type::Void);
        }
    }

    fn leave(&mut self, to: Option<(BlockId, usize)>) -> Result<(), Refused> {
        let (to, stay) = to.ok_or_else(|| self.refused("break or continue outside a loop"))?;
        self.clean_up(stay);
        self.end(End::Jump(to));
        Ok(())
    }

    /// The block of a label. A jump to one that was there before is the turn of a loop.
    fn label(&mut self, name: &str, is_here: bool) -> Result<BlockId, Refused> {
        if !self.labels.contains_key(name) {
            let block = self.block();
            self.labels.insert(name.into(), (block, false));
        }
        let (block, is_there) = self.labels[name];
        if is_here {
            self.labels.insert(name.into(), (block, true));
        } else if is_there {
            self.blocks[block.0 as usize].is_head = true;
        }
        Ok(block)
    }

    fn if_statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        let [yes, no, after] = [self.block(), self.block(), self.block()];
        self.condition_of(unit, parsed, node, yes, no)?;
        self.current = yes;
        if let Some(then) = node.child_by_field_name("consequence") {
            self.statement(unit, parsed, then)?;
        }
        self.end(End::Jump(after));
        self.current = no;
        if let Some(clause) = node.child_by_field_name("alternative") {
            for child in children(clause) {
                self.statement(unit, parsed, child)?;
            }
        }
        self.jump_to(after);
        Ok(())
    }

    fn condition_of(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
        yes: BlockId,
        no: BlockId,
    ) -> Result<(), Refused> {
        match node.child_by_field_name("condition") {
            Some(condition) => self.condition(unit, parsed, condition, yes, no),
            None => {
                self.end(End::Jump(yes));
                Ok(())
            }
        }
    }

    /// A loop's body, with where `break` and `continue` go.
    fn body(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
        out: BlockId,
        again: BlockId,
    ) -> Result<(), Refused> {
        self.breaks.push((out, self.scopes.len()));
        self.continues.push((again, self.scopes.len()));
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(unit, parsed, body)?;
        }
        self.breaks.pop();
        self.continues.pop();
        self.jump_to(again);
        Ok(())
    }

    /// A loop's turn begins where its body does, whether the test comes before or after: so that a loop that
    /// is turned over begins its turns where it did.
    fn while_statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        let [test, body, out] = [self.block(), self.block(), self.block()];
        self.jump_to(test);
        self.condition_of(unit, parsed, node, body, out)?;
        self.blocks[body.0 as usize].is_head = true;
        self.current = body;
        self.body(unit, parsed, node, out, test)?;
        self.current = out;
        Ok(())
    }

    fn do_statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        let [test, body, out] = [self.block(), self.block(), self.block()];
        self.jump_to(body);
        self.blocks[body.0 as usize].is_head = true;
        self.body(unit, parsed, node, out, test)?;
        self.condition_of(unit, parsed, node, body, out)?;
        // `do { } while (0)` is no loop, in another or not.
        let turns =
            self.blocks[test.0 as usize..].iter().any(|block| super::next(block).contains(&body));
        self.blocks[body.0 as usize].is_head = turns;
        self.current = out;
        Ok(())
    }

    fn for_statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        self.open();
        if let Some(first) = node.child_by_field_name("initializer") {
            match first.kind() {
                "declaration" => self.declaration(unit, parsed, first)?,
                _ => self.effect(unit, parsed, first)?,
            }
        }
        let [test, body, next, out] = [self.block(), self.block(), self.block(), self.block()];
        self.jump_to(test);
        self.condition_of(unit, parsed, node, body, out)?;
        self.blocks[body.0 as usize].is_head = true;
        self.current = body;
        self.body(unit, parsed, node, out, next)?;
        if let Some(update) = node.child_by_field_name("update") {
            self.line = parsed.line(update);
            self.effect(unit, parsed, update)?;
        }
        self.end(End::Jump(test));
        self.current = out;
        self.close();
        Ok(())
    }

    fn switch_statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        let condition =
            node.child_by_field_name("condition").ok_or_else(|| self.refused("no condition"))?;
        let value = self.value(unit, parsed, condition)?;
        let (value, kind) = self.promote(value);
        let (dispatch, out, line) = (self.current, self.block(), self.line);
        let words = parsed.words(condition);
        self.cases.push(Cases { kind: Some(kind.clone()), ..Cases::default() });
        self.breaks.push((out, self.scopes.len()));
        self.current = self.block();
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(unit, parsed, body)?;
        }
        self.end(End::Jump(out));
        self.breaks.pop();
        let cases = self.cases.pop().unwrap_or_default();
        (self.current, self.line) = (dispatch, line);
        for (case, block) in cases.cases {
            let bit = self.compare(
                Cmp::Eq,
                value.clone(),
                Operand::Const(case & mmdiff_term::mask(kind.bits()), kind.bits()),
            );
            let next = self.block();
            let said = format!("{words} == {case}");
            self.branch(bit, block, next, said.into());
            self.current = next;
        }
        self.end(End::Jump(cases.default.unwrap_or(out)));
        self.current = out;
        Ok(())
    }

    fn case_statement(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        let block = self.block();
        self.jump_to(block);
        let value = node.child_by_field_name("value");
        let case = match value {
            None => None,
            Some(value) => {
                let (value, kind) = self.value(unit, parsed, value)?;
                let to = self.cases.last().and_then(|cases| cases.kind.clone()).unwrap_or(INT);
                match self.convert((value, kind), &to) {
                    Operand::Const(value, _) => Some(value),
                    _ => return Err(self.refused("a case that is no constant")),
                }
            }
        };
        let cases = self.cases.last_mut();
        match (cases, case) {
            (Some(cases), Some(case)) => cases.cases.push((case, block)),
            (Some(cases), None) => cases.default = Some(block),
            (None, _) => return Err(self.refused("a case outside a switch")),
        }
        let skip = value.map(|value| value.id());
        for child in children(node).into_iter().filter(|child| Some(child.id()) != skip) {
            self.statement(unit, parsed, child)?;
        }
        Ok(())
    }

    pub(super) fn declaration(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        let specifier = node.child_by_field_name("type").ok_or_else(|| self.refused("no type"))?;
        let is_auto = parsed.text(specifier).ends_with(AUTO);
        let mut cursor = node.walk();
        let storage = node.children(&mut cursor).find(|it| it.kind() == "storage_class_specifier");
        let storage = storage.map_or("", |it| parsed.text(it)).to_owned();
        let of = match is_auto {
            true => Type::Void,
            false => unit.specified(parsed, specifier, Some(self))?,
        };
        let mut cursor = node.walk();
        let declarators: Vec<_> = node.children_by_field_name("declarator", &mut cursor).collect();
        for declarator in declarators {
            let is_with_value = declarator.kind() == "init_declarator";
            let value = declarator.child_by_field_name("value").filter(|_| is_with_value);
            let inner = match is_with_value {
                true => declarator.child_by_field_name("declarator"),
                false => Some(declarator),
            };
            let inner = inner.ok_or_else(|| self.refused("no name"))?;
            let (name, kind) = unit.declared(parsed, inner, of.clone())?;
            if storage == "static" || storage == "extern" || matches!(kind, Type::Function(_)) {
                self.statics.insert(name, kind);
                continue;
            }
            if is_auto {
                let value = value.ok_or_else(|| self.refused("__auto_type without a value"))?;
                let (value, kind) = self.value(unit, parsed, value)?;
                let id = self.declare(name, kind.clone());
                self.store(Lower::place_of(id), value, &kind);
                continue;
            }
            // The name is there in its own initializer.
            let id = self.declare(name.clone(), kind.clone());
            if let Some(what) = unit.cleanups.get(&name)
                && let Some(scope) = self.cleanups.last_mut()
            {
                scope.push((id, what.clone()));
            }
            if let Some(value) = value {
                self.initialize(unit, parsed, Lower::place_of(id), &kind, value)?;
            }
        }
        Ok(())
    }

    /// Stores an initializer.
    pub(super) fn initialize(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        place: Place,
        kind: &Type,
        value: Node<'_>,
    ) -> Result<(), Refused> {
        if value.kind() != "initializer_list" {
            let value = self.value(unit, parsed, value)?;
            let value = self.convert(value, kind);
            self.store(place, value, kind);
            return Ok(());
        }
        match kind {
            Type::Int { bits, .. } => self.store(place.clone(), Operand::Const(0, *bits), kind),
            _ => self.op(Op::Zero { place: place.clone() }),
        }
        let mut next = 0;
        for child in children(value) {
            let (designated, value) = match child.kind() {
                "initializer_pair" => {
                    let value = child
                        .child_by_field_name("value")
                        .ok_or_else(|| self.refused("no value"))?;
                    (
                        children(child)
                            .into_iter()
                            .filter(|it| it.kind().ends_with("_designator"))
                            .collect(),
                        value,
                    )
                }
                _ => (Vec::new(), child),
            };
            let (mut inner, mut of) = (place.clone(), kind.clone());
            if designated.is_empty() {
                (inner, of) = self.element(unit, inner, &of, next)?;
                next += 1;
            }
            for designator in designated {
                match designator.kind() {
                    "field_designator" => {
                        let name = designator.named_child(0).map_or("", |name| parsed.text(name));
                        (inner, of) = self.field(unit, inner, &of, name)?;
                        if let Type::Record(tag) = kind {
                            let at =
                                unit.record(tag)?.iter().position(|(member, _)| **member == *name);
                            next = at.map_or(next, |at| at + 1);
                        }
                    }
                    _ => return Err(self.refused("an initializer by index")),
                }
            }
            self.initialize(unit, parsed, inner, &of, value)?;
        }
        Ok(())
    }

    /// The member, or element, that an initializer without a name is for.
    fn element(
        &mut self,
        unit: &mut Unit<'_>,
        mut place: Place,
        kind: &Type,
        at: usize,
    ) -> Result<(Place, Type), Refused> {
        match kind {
            Type::Record(tag) => {
                let member = unit.record(tag)?.get(at).map(|(name, _)| name.clone());
                let member = member.ok_or_else(|| self.refused("too many initializers"))?;
                self.field(unit, place, kind, &member)
            }
            Type::Array(of, _) => {
                place.path.push(Step::Index(Operand::Const(at as u64, 64)));
                Ok((place, (**of).clone()))
            }
            _ if at == 0 => Ok((place, kind.clone())),
            _ => Err(self.refused("too many initializers")),
        }
    }

    /// A member of what is at a place.
    pub(super) fn field(
        &mut self,
        unit: &mut Unit<'_>,
        mut place: Place,
        kind: &Type,
        name: &str,
    ) -> Result<(Place, Type), Refused> {
        let tag = match kind {
            Type::Record(tag) => tag,
            // A number that stands for the structure around it.
            Type::Int { .. } => return Ok((place, kind.clone())),
            _ => return Err(self.refused(&format!("`{name}` of what is no structure"))),
        };
        let member = unit.member(tag, name).map_err(|refused| Refused {
            file: self.file.to_string(),
            line: self.line,
            why: refused.to_string(),
        })?;
        let member = member
            .ok_or_else(|| self.refused(&format!("struct {tag} has no member `{name}` here")))?;
        if place.path.is_empty() {
            place.of = tag.clone();
        }
        // A page and the first page of a folio lie on each other.
        if !(&**tag == "folio" && name == "page") {
            place.path.push(Step::Field(name.into()));
        }
        Ok((place, member))
    }

    /// The value of a compound statement in parentheses: that of its last expression.
    pub(super) fn statement_expression(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        self.open();
        let all = children(node);
        let mut value = (Operand::Const(0, 64), Type::Void);
        for (at, child) in all.iter().enumerate() {
            let is_last = at + 1 == all.len() && child.kind() == "expression_statement";
            match child.named_child(0).filter(|_| is_last) {
                Some(expression) => {
                    self.line = parsed.line(expression);
                    value = self.value(unit, parsed, expression)?;
                }
                None => self.statement(unit, parsed, *child)?,
            }
        }
        self.close();
        Ok(value)
    }

    pub(super) fn branch(&mut self, bit: Operand, yes: BlockId, no: BlockId, words: Arc<str>) {
        match bit {
            Operand::Const(0, _) => self.end(End::Jump(no)),
            Operand::Const(..) => self.end(End::Jump(yes)),
            bit => {
                self.words.push((self.line, self.current, words));
                self.end(End::Branch(bit, yes, no));
            }
        }
    }
}
