// SPDX-License-Identifier: GPL-2.0-only
//! Expressions (C11, 6.5), and GNU's.

use super::statements::children;
use super::{Lower, Typed};
use crate::Refused;
use crate::pp::number;
use crate::unit::flow::{BlockId, Op, Operand, Place, Step};
use crate::unit::parse::Parsed;
use crate::unit::types::{INT, LONG, Type, ULONG};
use crate::unit::{Sort, Unit};
use mmdiff_term::{Bin, Cmp, mask};
use std::rc::Rc;
use std::sync::Arc;
use tree_sitter::Node;

impl Lower {
    /// An expression for what it does.
    pub(super) fn effect(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(), Refused> {
        self.value(unit, parsed, node).map(|_| ())
    }

    /// The type of an expression that is not evaluated.
    pub(crate) fn type_of(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Type, Refused> {
        // Asked for again and again where conditional expressions nest.
        let key = (parsed.number, node.id());
        if let Some(known) = self.types.get(&key) {
            return Ok(known.clone());
        }
        let (current, blocks, temps, vars) =
            (self.current, self.blocks.len(), self.temps, self.vars.len());
        let (words, line) = (self.words.len(), self.line);
        self.current = self.block();
        let is_place = matches!(
            node.kind(),
            "identifier"
                | "field_expression"
                | "subscript_expression"
                | "pointer_expression"
                | "parenthesized_expression"
        );
        let kind = match is_place {
            true => self.place(unit, parsed, node).map(|(_, kind)| kind),
            false => Err(self.refused("")),
        };
        let kind = match kind {
            Ok(kind) => Ok(kind),
            Err(_) => self.value(unit, parsed, node).map(|(_, kind)| kind),
        };
        self.blocks.truncate(blocks);
        self.vars.truncate(vars);
        self.words.truncate(words);
        (self.current, self.temps, self.line) = (current, temps, line);
        if let Ok(kind) = &kind {
            self.types.insert(key, kind.clone());
        }
        kind
    }

    /// The value of an expression.
    pub(crate) fn value(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let text = parsed.text(node);
        match node.kind() {
            "number_literal" => self.number(text),
            "char_literal" => Ok((Operand::Const(character(text), 32), INT)),
            "string_literal" | "concatenated_string" => {
                let kind = Type::Pointer(Rc::new(Type::Int { bits: 8, signed: true }));
                Ok((Operand::Global(text.into()), kind))
            }
            "true" | "false" => Ok((Operand::Const(u64::from(text == "true"), 1), Type::Bool)),
            "null" => Ok((Operand::Const(0, 64), Type::Pointer(Rc::new(Type::Void)))),
            "parenthesized_expression" => match children(node).first() {
                Some(inner) if inner.kind() == "compound_statement" => {
                    self.statement_expression(unit, parsed, *inner)
                }
                Some(inner) => self.value(unit, parsed, *inner),
                None => Err(self.refused("nothing in parentheses")),
            },
            "comma_expression" => {
                let (left, right) = (self.part(node, "left")?, self.part(node, "right")?);
                self.effect(unit, parsed, left)?;
                self.value(unit, parsed, right)
            }
            "binary_expression" => self.binary(unit, parsed, node),
            "unary_expression" => self.unary(unit, parsed, node),
            "update_expression" => self.update(unit, parsed, node),
            "assignment_expression" => self.assignment(unit, parsed, node),
            "conditional_expression" => self.conditional(unit, parsed, node),
            "cast_expression" => {
                let (kind, value) = (self.part(node, "type")?, self.part(node, "value")?);
                let kind = unit.described(parsed, kind, Some(self))?;
                let value = self.value(unit, parsed, value)?;
                if kind.is_record() || value.1.is_record() {
                    return Ok((value.0, kind));
                }
                Ok((self.convert(value, &kind), kind))
            }
            "sizeof_expression" => self.size_of(unit, parsed, node),
            "alignof_expression" => Ok((self.symbol(text, 64), ULONG)),
            "call_expression" => self.call(unit, parsed, node),
            "pointer_expression" if parsed.text(node).starts_with('&') => {
                let of = self.part(node, "argument")?;
                if of.kind() == "identifier"
                    && self.find_var(parsed.text(of)).is_none()
                    && (unit.has(Sort::Function, parsed.text(of))
                        || unit.has(Sort::Prototype, parsed.text(of)))
                {
                    return self.value(unit, parsed, of);
                }
                let (place, kind) = self.place(unit, parsed, of)?;
                Ok((self.address(place), Type::Pointer(Rc::new(kind))))
            }
            "generic_expression" => self.generic(unit, parsed, node),
            "identifier" => self.name(unit, text),
            "field_expression"
            | "subscript_expression"
            | "pointer_expression"
            | "compound_literal_expression" => {
                let (place, kind) = self.place(unit, parsed, node)?;
                Ok(self.load(place, kind))
            }
            kind => {
                Err(self.refused(&format!("`{}` ({kind}) is not understood", parsed.words(node))))
            }
        }
    }

    pub(super) fn part<'n>(&self, node: Node<'n>, name: &str) -> Result<Node<'n>, Refused> {
        node.child_by_field_name(name)
            .ok_or_else(|| self.refused(&format!("an expression has no {name}")))
    }

    fn number(&self, text: &str) -> Result<Typed, Refused> {
        let (value, suffix) =
            number(text).ok_or_else(|| self.refused(&format!("the number {text}")))?;
        let is_decimal = !text.starts_with('0');
        let unsigned = suffix.contains('u');
        let fits = |bits: u8, is_signed: bool| value <= mask(bits) >> u8::from(is_signed);
        let long = suffix.contains('l');
        let candidates = [(32, true), (32, false), (64, true), (64, false)];
        let found = candidates.into_iter().find(|&(bits, is_signed)| {
            (bits == 64 || !long)
                && (!unsigned || !is_signed)
                && (is_signed || unsigned || !is_decimal)
                && fits(bits, is_signed)
        });
        let (bits, signed) = found.unwrap_or((64, false));
        Ok((Operand::Const(value, bits), Type::Int { bits, signed }))
    }

    /// What a name that stands alone is worth.
    fn name(&mut self, unit: &mut Unit<'_>, name: &str) -> Result<Typed, Refused> {
        if let Some(id) = self.find_var(name) {
            let kind = self.vars[id.0 as usize].kind.clone();
            return Ok(self.load(Lower::place_of(id), kind));
        }
        if let Some(value) = unit.enumerator(name)? {
            // A constant of an enum is an int, if it fits one.
            let value = value as i64;
            return Ok(match i32::try_from(value) {
                Ok(value) => (Operand::Const(value as u64 & mask(32), 32), INT),
                Err(_) => (Operand::Const(value as u64, 64), LONG),
            });
        }
        if let Some(signature) = unit.signature(name)? {
            let kind = Type::Pointer(Rc::new(Type::Function(Rc::new(signature.returns))));
            return Ok((Operand::Global(name.into()), kind));
        }
        if let Some(kind) = self.global(unit, name)? {
            let place = Place {
                base: Operand::Global(self.global_name(name)),
                path: Vec::new(),
                of: "".into(),
            };
            return Ok(self.load(place, kind));
        }
        // A constant that a build makes.
        if unit.has(Sort::Enumerator, name)
            || name.chars().all(|c| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit())
        {
            return Ok((self.symbol(name, 64), LONG));
        }
        Err(self.refused(&format!("`{name}` is not known")))
    }

    fn global_name(&self, name: &str) -> Arc<str> {
        match self.statics.contains_key(name) {
            true => format!("{}.{name}", self.name).into(),
            false => name.into(),
        }
    }

    /// The type of a variable of the file, or of the whole kernel.
    fn global(&mut self, unit: &mut Unit<'_>, name: &str) -> Result<Option<Type>, Refused> {
        if let Some(kind) = self.statics.get(name) {
            return Ok(Some(kind.clone()));
        }
        let Some(chunk) = unit.find(Sort::Variable, name).cloned() else { return Ok(None) };
        // What it is set to at the start need not be understood.
        let mut tokens = chunk.tokens.to_vec();
        let mut depth = 0;
        let value = tokens.iter().position(|token| {
            depth += i32::from(token.is("{")) - i32::from(token.is("}"));
            depth == 0 && token.is("=")
        });
        if let Some(at) = value {
            tokens.truncate(at);
            tokens.push(chunk.tokens[chunk.tokens.len() - 1].clone());
        }
        let parsed = unit.parse(&tokens, &chunk.file)?;
        let mut todo = vec![parsed.tree.root_node()];
        while let Some(node) = todo.pop() {
            if node.kind() == "declaration" {
                let specifier = self.part(node, "type")?;
                let of = unit.specified(&parsed, specifier, None)?;
                let mut cursor = node.walk();
                let all: Vec<_> = node.children_by_field_name("declarator", &mut cursor).collect();
                for declarator in all {
                    let (declared, kind) = unit.declared(&parsed, declarator, of.clone())?;
                    if &*declared == name {
                        return Ok(Some(kind));
                    }
                }
            }
            todo.extend(children(node));
        }
        Ok(None)
    }

    /// Where something is stored.
    pub(super) fn place(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(Place, Type), Refused> {
        match node.kind() {
            "identifier" => {
                let name = parsed.text(node);
                if let Some(id) = self.find_var(name) {
                    return Ok((Lower::place_of(id), self.vars[id.0 as usize].kind.clone()));
                }
                let kind = self.global(unit, name)?;
                let kind = kind.ok_or_else(|| self.refused(&format!("`{name}` is not known")))?;
                let base = Operand::Global(self.global_name(name));
                Ok((Place { base, path: Vec::new(), of: "".into() }, kind))
            }
            "parenthesized_expression" => match children(node).first() {
                Some(inner) if inner.kind() != "compound_statement" => {
                    self.place(unit, parsed, *inner)
                }
                _ => self.place_of_value(unit, parsed, node),
            },
            "field_expression" => {
                let of = self.part(node, "argument")?;
                let name = parsed.text(self.part(node, "field")?).to_owned();
                let is_arrow =
                    node.child_by_field_name("operator").is_some_and(|it| parsed.text(it) == "->");
                let (place, kind) = match is_arrow {
                    true => self.pointed(unit, parsed, of)?,
                    false => self.place(unit, parsed, of)?,
                };
                self.field(unit, place, &kind, &name)
            }
            "pointer_expression" => {
                let of = self.part(node, "argument")?;
                self.pointed(unit, parsed, of)
            }
            "subscript_expression" => {
                let of = self.part(node, "argument")?;
                let is_array = matches!(self.type_of(unit, parsed, of)?, Type::Array(..));
                let (mut place, kind) = match is_array {
                    true => self.place(unit, parsed, of)?,
                    false => self.pointed(unit, parsed, of)?,
                };
                let index = self.part(node, "index")?;
                let index = self.value(unit, parsed, index)?;
                let index = self.convert(index, &LONG);
                let of = match kind {
                    Type::Array(of, _) if is_array => (*of).clone(),
                    kind => kind,
                };
                if is_array || index != Operand::Const(0, 64) {
                    place.path.push(Step::Index(index));
                }
                Ok((place, of))
            }
            "compound_literal_expression" => {
                let (kind, value) = (self.part(node, "type")?, self.part(node, "value")?);
                let kind = unit.described(parsed, kind, Some(self))?;
                let id = self.hidden(kind.clone());
                self.initialize(unit, parsed, Lower::place_of(id), &kind, value)?;
                Ok((Lower::place_of(id), kind))
            }
            "cast_expression" => {
                // (type){...}, where the parser saw a cast.
                self.place_of_value(unit, parsed, node)
            }
            _ => self.place_of_value(unit, parsed, node),
        }
    }

    /// A structure that is a value, as if it were stored.
    fn place_of_value(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(Place, Type), Refused> {
        let (value, kind) = self.value(unit, parsed, node)?;
        let id = self.hidden(kind.clone());
        self.store(Lower::place_of(id), value, &kind);
        Ok((Lower::place_of(id), kind))
    }

    /// What a pointer points at.
    fn pointed(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<(Place, Type), Refused> {
        let (base, kind) = self.value(unit, parsed, node)?;
        match kind {
            Type::Pointer(of) => {
                Ok((Place { base, path: Vec::new(), of: "".into() }, (*of).clone()))
            }
            _ => Err(self.refused(&format!("`{}` is no pointer", parsed.words(node)))),
        }
    }

    fn unary(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let operator = parsed.text(self.part(node, "operator")?).to_owned();
        let of = self.part(node, "argument")?;
        let value = self.value(unit, parsed, of)?;
        if operator == "!" {
            let bit = self.truth(value);
            let not = self.not(bit);
            return Ok(self.int(not));
        }
        let (value, kind) = self.promote(value);
        let bits = kind.bits();
        let value = match operator.as_str() {
            "-" => self.sum(Operand::Const(0, bits), value, true),
            "~" => match value {
                Operand::Const(value, bits) => Operand::Const(!value & mask(bits), bits),
                of => self.make(|to| Op::Invert { to, of }),
            },
            _ => value,
        };
        Ok((value, kind))
    }

    fn binary(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let operator = parsed.text(self.part(node, "operator")?).to_owned();
        if operator == "&&" || operator == "||" {
            return self.by_branches(unit, parsed, node);
        }
        let (left, right) = (self.part(node, "left")?, self.part(node, "right")?);
        let a = self.value(unit, parsed, left)?;
        let line = self.line;
        let b = self.value(unit, parsed, right)?;
        self.line = line;
        self.arithmetic(unit, &operator, a, b)
    }

    /// `&&` and `||` as a value.
    fn by_branches(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let id = self.hidden(INT);
        let [yes, no, after] = [self.block(), self.block(), self.block()];
        self.condition(unit, parsed, node, yes, no)?;
        for (block, value) in [(yes, 1), (no, 0)] {
            self.current = block;
            self.store(Lower::place_of(id), Operand::Const(value, 32), &INT);
            self.end(crate::End::Jump(after));
        }
        self.current = after;
        Ok(self.load(Lower::place_of(id), INT))
    }

    fn conditional(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let (condition, no) = (self.part(node, "condition")?, self.part(node, "alternative")?);
        let Some(yes) = node.child_by_field_name("consequence") else {
            // GNU's `a ?: b`: a is evaluated once.
            let value = self.value(unit, parsed, condition)?;
            let (bit, words) = (self.truth(value.clone()), parsed.words(condition));
            let other = self.type_of(unit, parsed, no)?;
            let kind = value.1.common(&other);
            return self.either(
                unit,
                parsed,
                &kind,
                |this, _, yes, no| {
                    this.branch(bit, yes, no, words);
                    Ok(())
                },
                (None, Some(value)),
                no,
            );
        };
        let kinds = [self.type_of(unit, parsed, yes)?, self.type_of(unit, parsed, no)?];
        let kind = match &kinds {
            [Type::Void, _] | [_, Type::Void] => Type::Void,
            [record @ Type::Record(_), _] => record.clone(),
            // A null pointer takes the other's type.
            [Type::Pointer(of), other @ Type::Pointer(_)] if **of == Type::Void => other.clone(),
            [a, b] => a.common(b),
        };
        self.either(
            unit,
            parsed,
            &kind,
            |this, unit, to, other| this.condition(unit, parsed, condition, to, other),
            (Some(yes), None),
            no,
        )
    }

    fn either(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        kind: &Type,
        branch: impl FnOnce(&mut Self, &mut Unit<'_>, BlockId, BlockId) -> Result<(), Refused>,
        (yes, value): (Option<Node<'_>>, Option<Typed>),
        no: Node<'_>,
    ) -> Result<Typed, Refused> {
        let id = self.hidden(kind.clone());
        let [first, second, after] = [self.block(), self.block(), self.block()];
        branch(self, unit, first, second)?;
        for (block, node, value) in [(first, yes, value), (second, Some(no), None)] {
            self.current = block;
            let value = match (node, value) {
                (_, Some(value)) => value,
                (Some(node), None) => self.value(unit, parsed, node)?,
                (None, None) => continue,
            };
            let value = if kind.is_record() { value.0 } else { self.convert(value, kind) };
            if *kind != Type::Void {
                self.store(Lower::place_of(id), value, kind);
            }
            self.end(crate::End::Jump(after));
        }
        self.current = after;
        Ok(self.load(Lower::place_of(id), kind.clone()))
    }

    /// Goes to `yes` if an expression is not zero, else to `no`.
    pub(super) fn condition(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
        yes: BlockId,
        no: BlockId,
    ) -> Result<(), Refused> {
        self.line = parsed.line(node);
        let operator =
            node.child_by_field_name("operator").map_or("", |it| parsed.text(it)).to_owned();
        match (node.kind(), operator.as_str()) {
            ("parenthesized_expression", _) => {
                if let [inner] = children(node)[..]
                    && inner.kind() != "compound_statement"
                {
                    return self.condition(unit, parsed, inner, yes, no);
                }
            }
            ("binary_expression", "&&" | "||") => {
                let (left, right) = (self.part(node, "left")?, self.part(node, "right")?);
                let next = self.block();
                match operator == "&&" {
                    true => self.condition(unit, parsed, left, next, no)?,
                    false => self.condition(unit, parsed, left, yes, next)?,
                }
                self.current = next;
                return self.condition(unit, parsed, right, yes, no);
            }
            ("unary_expression", "!") => {
                let of = self.part(node, "argument")?;
                return self.condition(unit, parsed, of, no, yes);
            }
            _ => {}
        }
        let value = self.value(unit, parsed, node)?;
        let bit = self.truth(value);
        self.branch(bit, yes, no, parsed.words(node));
        Ok(())
    }

    /// What an operator makes of two values.
    fn arithmetic(
        &mut self,
        unit: &Unit<'_>,
        operator: &str,
        a: Typed,
        b: Typed,
    ) -> Result<Typed, Refused> {
        if let Some((cmp, swap, not)) = comparison(operator) {
            let kind = a.1.common(&b.1);
            let [a, b] = [a, b].map(|value| self.convert(value, &kind));
            let (a, b) = if swap { (b, a) } else { (a, b) };
            let cmp = match cmp {
                Cmp::Less if kind.is_signed() => Cmp::LessSigned,
                cmp => cmp,
            };
            let bit = self.compare(cmp, a, b);
            let bit = if not { self.not(bit) } else { bit };
            return Ok(self.int(bit));
        }
        let (a, b) = (self.decayed(a), self.decayed(b));
        match (&a.1, &b.1, operator) {
            (Type::Pointer(of), Type::Pointer(_), "-") => {
                let size = unit.size(of);
                let difference = self.sum(a.0, b.0, true);
                let size = match size {
                    Some(size) => Operand::Const(size, 64),
                    None => self.symbol(&format!("sizeof({of:?})"), 64),
                };
                return Ok((self.bin(Bin::DivSigned, difference, size), LONG));
            }
            (Type::Pointer(of), _, "+" | "-") => {
                let by = self.scaled(unit, b, of);
                return Ok((self.sum(a.0, by, operator == "-"), a.1));
            }
            (_, Type::Pointer(of), "+") => {
                let by = self.scaled(unit, a, of);
                return Ok((self.sum(b.0, by, false), b.1));
            }
            _ => {}
        }
        if operator == "<<" || operator == ">>" {
            let ((a, kind), b) = (self.promote(a), self.promote(b));
            let by = self.resize(b.0, b.1.bits(), kind.bits(), false);
            let op = match operator {
                "<<" => Bin::ShiftLeft,
                _ if kind.is_signed() => Bin::ShiftRightSigned,
                _ => Bin::ShiftRight,
            };
            return Ok((self.bin(op, a, by), kind));
        }
        let kind = a.1.common(&b.1);
        let [a, b] = [a, b].map(|value| self.convert(value, &kind));
        let op = match operator {
            "+" | "-" => return Ok((self.sum(a, b, operator == "-"), kind)),
            "*" => Bin::Mul,
            "/" if kind.is_signed() => Bin::DivSigned,
            "/" => Bin::Div,
            "%" if kind.is_signed() => Bin::RemSigned,
            "%" => Bin::Rem,
            "&" => Bin::And,
            "|" => Bin::Or,
            "^" => Bin::Xor,
            operator => return Err(self.refused(&format!("the operator {operator}"))),
        };
        Ok((self.bin(op, a, b), kind))
    }

    fn decayed(&mut self, (value, kind): Typed) -> Typed {
        match kind {
            Type::Array(of, _) => (value, Type::Pointer(of)),
            kind => (value, kind),
        }
    }

    /// A number of elements in bytes.
    fn scaled(&mut self, unit: &Unit<'_>, by: Typed, of: &Type) -> Operand {
        let by = self.convert(by, &LONG);
        let size = match unit.size(of) {
            Some(size) => Operand::Const(size, 64),
            None => self.symbol(&format!("sizeof({of:?})"), 64),
        };
        self.bin(Bin::Mul, by, size)
    }

    fn update(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let operator = parsed.text(self.part(node, "operator")?).to_owned();
        let is_before = parsed.text(node).starts_with(&operator);
        let of = self.part(node, "argument")?;
        let (place, kind) = self.place(unit, parsed, of)?;
        let old = self.load(place.clone(), kind.clone());
        let one = (Operand::Const(1, 32), INT);
        let new = self.arithmetic(unit, &operator[..1], old.clone(), one)?;
        let new = self.convert(new, &kind);
        self.store(place, new.clone(), &kind);
        Ok(if is_before { (new, kind) } else { old })
    }

    fn assignment(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let operator = parsed.text(self.part(node, "operator")?).to_owned();
        let (left, right) = (self.part(node, "left")?, self.part(node, "right")?);
        let line = self.line;
        let value = self.value(unit, parsed, right)?;
        let (place, kind) = self.place(unit, parsed, left)?;
        self.line = line;
        let value = match operator.trim_end_matches('=') {
            "" => value,
            operator => {
                let old = self.load(place.clone(), kind.clone());
                self.arithmetic(unit, operator, old, value)?
            }
        };
        let value = if kind.is_record() { value.0 } else { self.convert(value, &kind) };
        self.store(place, value.clone(), &kind);
        Ok((value, kind))
    }

    fn size_of(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let kind = match node.child_by_field_name("type") {
            Some(kind) => unit.described(parsed, kind, Some(self))?,
            None => {
                let value = self.part(node, "value")?;
                self.type_of(unit, parsed, value)?
            }
        };
        Ok(match unit.size(&kind) {
            Some(size) => (Operand::Const(size, 64), ULONG),
            None => (self.symbol(&format!("sizeof({kind:?})"), 64), ULONG),
        })
    }

    /// `_Generic`: the branch whose type the value has.
    fn generic(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let all = children(node);
        let (of, rest) = all.split_first().ok_or_else(|| self.refused("_Generic of nothing"))?;
        let kind = self.type_of(unit, parsed, *of)?;
        let mut pairs = rest.iter();
        while let (Some(case), Some(value)) = (pairs.next(), pairs.next()) {
            if parsed.text(*case) == "default" || unit.described(parsed, *case, Some(self))? == kind
            {
                return self.value(unit, parsed, *value);
            }
        }
        Err(self.refused("_Generic without a branch for its value"))
    }
}

/// A comparison: which, whether of the operands swapped, and whether not.
fn comparison(operator: &str) -> Option<(Cmp, bool, bool)> {
    Some(match operator {
        "==" => (Cmp::Eq, false, false),
        "!=" => (Cmp::Eq, false, true),
        "<" => (Cmp::Less, false, false),
        ">=" => (Cmp::Less, false, true),
        ">" => (Cmp::Less, true, false),
        "<=" => (Cmp::Less, true, true),
        _ => return None,
    })
}

/// The value of a character.
fn character(text: &str) -> u64 {
    let inner = text.trim_matches('\'');
    let mut chars = inner.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), Some('n')) => 10,
        (Some('\\'), Some('t')) => 9,
        (Some('\\'), Some('r')) => 13,
        (Some('\\'), Some('0')) => 0,
        (Some('\\'), Some(c)) => c.into(),
        (Some(c), _) => c.into(),
        (None, _) => 0,
    }
}
