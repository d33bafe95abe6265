// SPDX-License-Identifier: GPL-2.0-only
//! Calls: of functions, of pointers to functions, and of what the prelude's macros stand for.

use super::statements::children;
use super::{Lower, Typed};
use crate::Refused;
use crate::unit::Unit;
use crate::unit::flow::{Callee, End, Op, Operand};
use crate::unit::parse::Parsed;
use crate::unit::types::{INT, LONG, Type, ULONG};
use mmdiff_term::Cmp;
use std::rc::Rc;
use tree_sitter::Node;

impl Lower {
    pub(super) fn call(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        node: Node<'_>,
    ) -> Result<Typed, Refused> {
        let (function, list) = (self.part(node, "function")?, self.part(node, "arguments")?);
        let args = children(list);
        let name = parsed.text(function).to_owned();
        let is_local = self.find_var(&name).is_some();
        if function.kind() == "identifier" && !is_local {
            if let Some(what) = name.strip_prefix("__mm_") {
                return self.intrinsic(unit, parsed, what, &args);
            }
            let signature = unit.signature(&name)?;
            let (returns, params) = match signature {
                Some(signature) => (signature.returns, signature.params),
                None => (unknown_returns(&name), Vec::new()),
            };
            let args = self.arguments(unit, parsed, &args, &params)?;
            return Ok(self.called(
                parsed.line(function),
                Callee::Named(name.into()),
                args,
                returns,
            ));
        }
        let words = parsed.words(function);
        let (pointer, kind) = self.value(unit, parsed, function)?;
        let returns = match kind {
            Type::Pointer(of) => match &*of {
                Type::Function(returns) => (**returns).clone(),
                _ => return Err(self.refused(&format!("`{words}` is called and is no function"))),
            },
            _ => return Err(self.refused(&format!("`{words}` is called and is no function"))),
        };
        let args = self.arguments(unit, parsed, &args, &[])?;
        Ok(self.called(parsed.line(function), Callee::Pointer(pointer, words), args, returns))
    }

    fn arguments(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        nodes: &[Node<'_>],
        params: &[Type],
    ) -> Result<Vec<Operand>, Refused> {
        let mut args = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let value = self.value(unit, parsed, *node)?;
            args.push(match params.get(at) {
                Some(kind) if !kind.is_record() => self.convert(value, kind),
                Some(_) => value.0,
                None => self.promote(value).0,
            });
        }
        Ok(args)
    }

    pub(super) fn called(
        &mut self,
        line: u32,
        callee: Callee,
        args: Vec<Operand>,
        returns: Type,
    ) -> Typed {
        self.line = line;
        let (bits, is_record) = (returns.bits(), returns.is_record());
        let value = self.make(|to| Op::Call { to, callee, args, bits, is_record });
        match returns {
            Type::Void => (Operand::Const(0, 64), Type::Void),
            returns => (value, returns),
        }
    }

    /// What a macro of the prelude stands for.
    fn intrinsic(
        &mut self,
        unit: &mut Unit<'_>,
        parsed: &Parsed,
        what: &str,
        args: &[Node<'_>],
    ) -> Result<Typed, Refused> {
        let line = self.line;
        let named = |name: &str| Callee::Named(name.into());
        match (what, args) {
            ("min" | "max", [a, b]) => {
                let [a, b] = [self.value(unit, parsed, *a)?, self.value(unit, parsed, *b)?];
                let kind = a.1.common(&b.1);
                let [a, b] = [a, b].map(|value| self.convert(value, &kind));
                let cmp = if kind.is_signed() { Cmp::LessSigned } else { Cmp::Less };
                let by = self.compare(cmp, a.clone(), b.clone());
                let (a, b) = if what == "min" { (a, b) } else { (b, a) };
                let value = match by {
                    Operand::Const(0, _) => b,
                    Operand::Const(..) => a,
                    by => self.make(|to| Op::Choose { to, by, a, b }),
                };
                Ok((value, kind))
            }
            ("read_once", [of]) => {
                let (place, kind) = self.place(unit, parsed, *of)?;
                if matches!(kind, Type::Record(_) | Type::Array(..)) {
                    return Ok(self.load(place, kind));
                }
                let bits = kind.bits();
                Ok((self.make(|to| Op::Load { to, place, bits, racy: true }), kind))
            }
            ("write_once", [of, value]) => {
                let value = self.value(unit, parsed, *value)?;
                let (place, kind) = self.place(unit, parsed, *of)?;
                let value = self.convert(value, &kind);
                self.op(Op::Store { place, value: value.clone(), racy: true });
                Ok((value, kind))
            }
            ("container_of", [of, member]) => {
                let of = self.value(unit, parsed, *of)?.0;
                let member = parsed.text(*member).trim_matches('"').into();
                let value = self.make(|to| Op::Container { to, of, member });
                Ok((value, Type::Pointer(Rc::new(Type::Void))))
            }
            ("offsetof", [of, member]) => {
                let name = format!("offsetof({}, {})", parsed.text(*of), parsed.text(*member));
                Ok((self.symbol(&name, 64), ULONG))
            }
            ("test_bit", [nr, of]) => {
                let args = self.arguments(unit, parsed, &[*nr, *of], &[ULONG])?;
                Ok(self.called(line, named("test_bit"), args, Type::Bool))
            }
            ("static_key", [key]) => {
                let args = self.arguments(unit, parsed, &[*key], &[])?;
                Ok(self.called(line, named("static_key"), args, Type::Bool))
            }
            ("per_cpu", [of, cpu]) => {
                let kind = self.type_of(unit, parsed, *of)?;
                let args = self.arguments(unit, parsed, &[*of, *cpu], &[])?;
                Ok(self.called(line, named("per_cpu"), args, kind))
            }
            ("current", []) => {
                let kind = Type::Pointer(Rc::new(Type::Record("task_struct".into())));
                Ok((Operand::Global("current".into()), kind))
            }
            ("page_folio", [page]) => {
                let args = self.arguments(unit, parsed, &[*page], &[])?;
                let kind = Type::Pointer(Rc::new(Type::Record("folio".into())));
                Ok(self.called(line, named("page_folio"), args, kind))
            }
            ("folio_page", [folio, n]) => {
                let folio = self.value(unit, parsed, *folio)?.0;
                let n = self.value(unit, parsed, *n)?;
                let n = self.convert(n, &LONG);
                let by = self.bin(mmdiff_term::Bin::Mul, n, Operand::Const(64, 64));
                let kind = Type::Pointer(Rc::new(Type::Record("page".into())));
                Ok((self.sum(folio, by, false), kind))
            }
            ("bug", []) => {
                self.called(line, named("BUG"), Vec::new(), Type::Void);
                self.end(End::Unreachable);
                Ok((Operand::Const(0, 64), Type::Void))
            }
            ("unreachable", []) => {
                self.end(End::Unreachable);
                Ok((Operand::Const(0, 64), Type::Void))
            }
            ("warn", []) => Ok(self.called(line, named("WARN"), Vec::new(), Type::Void)),
            ("warn_once", []) => Ok(self.called(line, named("WARN_ONCE"), Vec::new(), Type::Void)),
            ("print", args) => {
                let args = self.arguments(unit, parsed, args, &[])?;
                Ok(self.called(line, named("printk"), args, INT))
            }
            (opaque, args) if opaque.starts_with("opaque_") => {
                let args = self.arguments(unit, parsed, args, &[])?;
                Ok(self.called(line, named(opaque.trim_start_matches("opaque_")), args, LONG))
            }
            ("asm", _) => Err(self.refused("it has inline assembly")),
            _ => Err(self.refused(&format!("`{what}` is not understood here"))),
        }
    }
}

/// What a function that is declared nowhere returns: what a build declares are above all tracepoints.
fn unknown_returns(name: &str) -> Type {
    match name.starts_with("trace_") {
        true if name.ends_with("_enabled") => Type::Bool,
        true => Type::Void,
        false => LONG,
    }
}
