// SPDX-License-Identifier: GPL-2.0-only
//! The operators: what is made of an expression or a statement.
//!
//! | operator | does |
//! |---|---|
//! | `negate`, `always`, `never` | a condition is turned round, holds, does not hold |
//! | `bound` | a bound that was inclusive is exclusive, or the other way round |
//! | `plus`, `minus` | a number is one off |
//! | `either`, `both` | `&&` is `\|\|`, and the other way round |
//! | `reverse` | `+` is `-`, a shift goes the other way, the least is the greatest |
//! | `left`, `right` | of two sets of bits there is one |
//! | `errno`, `success` | another errno is returned, or none |
//! | `other` | another helper of that signature is called, another value of that type is named |
//! | `another` | another parameter of that type is passed |
//! | `exchange` | two arguments change places |
//! | `null` | `None` is passed |
//! | `forget` | an effect or an assignment is left out |
//! | `keep` | the same, of what ends something: a lock, a reference, a critical section |
//! | `swap` | two statements change places |
//! | `leave`, `stay` | a loop is left where it should go on, and the other way round |

use crate::render::range;
use crate::types::{Function, Ty, Types, is_comparison, is_kernel, is_logic, is_number, spell};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, FnArg, Lit, Pat, Stmt, UnOp};

/// What ends something that another helper began.
const ENDS: &[&str] =
    &["unlock", "put", "kfree", "release", "clear_isolated", "kvm_put", "putback"];

/// What the port asks and C does not.
const NOT_OF_C: &[&str] = &["watchdog", "within"];

/// A mistake to be: its name below the function's, and what is put where.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) at: Range<usize>,
    pub(crate) text: String,
    /// What is put elsewhere besides.
    pub(crate) also: Vec<(Range<usize>, String)>,
}

/// The mistakes that operators make in a function, and where the bodies of loops begin that need not
/// end.
pub(crate) fn apply(
    text: &str,
    types: &Types,
    function: &Function<'_>,
) -> (Vec<Draft>, Vec<usize>) {
    let mut params = Vec::new();
    for arg in &function.signature.inputs {
        if let FnArg::Typed(arg) = arg
            && let Pat::Ident(name) = &*arg.pat
        {
            params.push((name.ident.to_string(), spell(&arg.ty)));
        }
    }
    let locals = params.iter().cloned().collect();
    let mut operators = Operators {
        text,
        types,
        params,
        locals,
        late: HashSet::new(),
        drafts: Vec::new(),
        loops: Vec::new(),
    };
    operators.visit_block(function.block);
    (operators.drafts, operators.loops)
}

struct Operators<'a> {
    text: &'a str,
    types: &'a Types,
    params: Vec<(String, Ty)>,
    locals: HashMap<String, Ty>,
    /// Locals that are declared before they have a value.
    late: HashSet<String>,
    drafts: Vec<Draft>,
    loops: Vec<usize>,
}

impl Operators<'_> {
    fn text(&self, of: impl syn::spanned::Spanned) -> &str {
        &self.text[range(&of)]
    }

    fn draft(&mut self, operator: &str, of: &Expr, text: String) {
        let name = format!("{operator}/{}", label(of));
        let at = range(of);
        self.drafts.push(Draft { name, at, text, also: Vec::new() });
    }

    fn type_of(&self, of: &Expr) -> Option<Ty> {
        self.types.of_expr(of, &self.locals)
    }

    fn is_bool(&self, of: &Expr) -> bool {
        self.type_of(of).as_deref() == Some("bool")
    }

    /// A condition: each of its parts, unless it binds something.
    fn condition(&mut self, of: &Expr, dropped: &[&str]) {
        match of {
            Expr::Let(_) => {}
            Expr::Paren(inner) => self.condition(&inner.expr, dropped),
            Expr::Binary(binary) if is_logic(&binary.op) => {
                let is_and = matches!(binary.op, BinOp::And(_));
                if !has_let(of) {
                    let whole = if is_and { "never" } else { "always" };
                    if dropped.contains(&whole) {
                        self.draft(whole, of, (!is_and).to_string());
                    }
                }
                let dropped: &[&str] = if is_and { &["always"] } else { &["never"] };
                self.condition(&binary.left, dropped);
                self.condition(&binary.right, dropped);
            }
            _ => {
                self.negate(of);
                for &operator in dropped {
                    self.draft(operator, of, (operator == "always").to_string());
                }
            }
        }
    }

    fn negate(&mut self, of: &Expr) {
        match of {
            Expr::Paren(inner) => self.negate(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                let text = self.text(&unary.expr).to_string();
                self.draft("negate", of, text);
            }
            Expr::Binary(syn::ExprBinary {
                left,
                op: op @ (BinOp::Eq(_) | BinOp::Ne(_)),
                right,
                ..
            }) => {
                let op = if matches!(op, BinOp::Eq(_)) { "!=" } else { "==" };
                let text = format!("{} {op} {}", self.text(left), self.text(right));
                self.draft("negate", of, text);
            }
            _ => {
                let text = format!("!({})", self.text(of));
                self.draft("negate", of, text);
            }
        }
    }

    /// A truth value that is no condition.
    fn truth(&mut self, of: &Expr) {
        match of {
            Expr::Lit(_) => {}
            Expr::Binary(binary) if is_logic(&binary.op) => self.condition(of, &[]),
            _ if self.is_bool(of) => self.negate(of),
            _ => {}
        }
    }

    fn binary(&mut self, of: &Expr, binary: &syn::ExprBinary) {
        let (left, right) = (self.text(&binary.left), self.text(&binary.right));
        let with = |op: &str| format!("({left}) {op} {right}");
        let (operator, text) = match binary.op {
            BinOp::Lt(_) => ("bound", with("<=")),
            BinOp::Le(_) => ("bound", with("<")),
            BinOp::Gt(_) => ("bound", with(">=")),
            BinOp::Ge(_) => ("bound", with(">")),
            BinOp::And(_) if !has_let(of) => ("either", with("||")),
            BinOp::Or(_) if !has_let(of) => ("both", with("&&")),
            BinOp::Add(_) => ("reverse", with("-")),
            BinOp::Sub(_) => ("reverse", with("+")),
            BinOp::Shl(_) => ("reverse", with(">>")),
            BinOp::Shr(_) => ("reverse", with("<<")),
            BinOp::BitOr(_) => {
                let (left, right) = (left.to_string(), right.to_string());
                self.draft("left", of, left);
                ("right", right)
            }
            BinOp::BitAnd(_) => ("left", left.to_string()),
            _ => return,
        };
        self.draft(operator, of, text);
    }

    /// Something that is passed on or stored.
    fn value(&mut self, of: &Expr, ty: Option<Ty>) {
        let ty = ty.filter(|ty| is_number(ty)).or_else(|| self.type_of(of));
        match of {
            Expr::Reference(_) | Expr::Closure(_) | Expr::Lit(_) | Expr::If(_) | Expr::Match(_) => {
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {}
            Expr::Path(path) if is_constant(path) => {}
            Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Some")) =>
            {
                self.draft("null", of, "None".into());
            }
            _ if ty.as_deref().is_some_and(is_number) => {
                let ty = ty.expect("it is one");
                let text = format!("(({}) as {ty}).wrapping_add(1)", self.text(of));
                self.draft("plus", of, text);
            }
            _ => self.truth(of),
        }
    }

    fn argument(&mut self, of: &Expr, ty: Option<Ty>) {
        self.value(of, ty);
        let Expr::Path(path) = of else { return };
        let Some(name) = path.path.get_ident().map(ToString::to_string) else { return };
        let ty = self.locals.get(&name);
        let alike = self.params.iter().find(|(other, of)| *other != name && Some(of) == ty);
        if let Some((other, _)) = alike
            && name != "k"
        {
            let other = other.clone();
            self.draft("another", of, other);
        }
    }

    fn path(&mut self, of: &Expr, path: &syn::ExprPath) {
        let names: Vec<String> = path.path.segments.iter().map(|it| it.ident.to_string()).collect();
        let (ty, name) = match names.as_slice() {
            [.., ty, name] => (Some(ty), name),
            [name] => (self.types.imported.get(name), name),
            [] => return,
        };
        let values = ty.and_then(|ty| self.types.values.get(ty));
        match values.filter(|values| values.len() > 1) {
            Some(values) => {
                let Some(at) = values.iter().position(|value| value == name) else { return };
                let other = &values[(at + 1) % values.len()];
                let text = match names.len() {
                    // The other need not be imported too.
                    1 => format!("{}::", ty.expect("it has values")),
                    _ => self.text(of).strip_suffix(name.as_str()).expect("it ends so").into(),
                };
                self.draft("other", of, text + other);
            }
            None if is_constant(path) => self.constant(of),
            None => {}
        }
    }

    fn constant(&mut self, of: &Expr) {
        let Some(ty) = self.type_of(of) else { return };
        if ty == "bool" {
            self.negate(of);
        } else if is_number(&ty) {
            for (operator, method) in [("plus", "wrapping_add"), ("minus", "wrapping_sub")] {
                let text = format!("{}.{method}(1)", self.text(of));
                self.draft(operator, of, text);
            }
        }
    }

    fn literal(&mut self, of: &Expr, lit: &Lit) {
        match lit {
            Lit::Bool(lit) => self.draft("negate", of, (!lit.value).to_string()),
            Lit::Int(int) => {
                let value: u64 = int.base10_parse().expect("it fits");
                self.draft("plus", of, format!("{}{}", value + 1, int.suffix()));
                if value > 0 {
                    self.draft("minus", of, format!("{}{}", value - 1, int.suffix()));
                }
            }
            _ => {}
        }
    }

    fn method(&mut self, of: &Expr, call: &syn::ExprMethodCall) {
        let name = call.method.to_string();
        let reverse = match name.as_str() {
            "wrapping_add" => Some("wrapping_sub"),
            "wrapping_sub" => Some("wrapping_add"),
            "min" => Some("max"),
            "max" => Some("min"),
            "is_some_and" => Some("is_none_or"),
            "is_none_or" => Some("is_some_and"),
            _ => None,
        };
        let other = if is_kernel(&call.receiver) { self.other_helper(&name) } else { None };
        let operator = if reverse.is_some() { "reverse" } else { "other" };
        if let Some(new) = reverse.or(other.as_deref()) {
            let (all, method) = (range(of), range(&call.method));
            let text = format!(
                "{}{new}{}",
                &self.text[all.start..method.start],
                &self.text[method.end..all.end]
            );
            self.draft(operator, of, text);
        }
    }

    /// The next helper with the same signature.
    fn other_helper(&self, name: &str) -> Option<String> {
        let helpers = &self.types.helpers;
        let at = helpers.iter().position(|(helper, _)| helper == name)?;
        let (after, before) = (&helpers[at + 1..], &helpers[..at]);
        let mut others = after.iter().chain(before);
        let (other, _) = others
            .find(|(other, sig)| *sig == helpers[at].1 && !NOT_OF_C.contains(&other.as_str()))?;
        Some(other.clone())
    }

    fn arguments<'a>(&mut self, name: &str, of_kernel: bool, args: impl Iterator<Item = &'a Expr>) {
        let params = self.types.callee(name, of_kernel).map(|sig| sig.params.clone());
        let args: Vec<&Expr> = args.collect();
        for (at, arg) in args.iter().enumerate() {
            let ty = params.as_ref().and_then(|params| params.get(at)).cloned();
            self.argument(arg, ty);
        }
        let Some(params) = params else { return };
        for (args, types) in args.windows(2).zip(params.windows(2)) {
            let texts = [self.text(args[0]), self.text(args[1])];
            if types[0] == types[1] && texts[0] != texts[1] {
                let name = format!("exchange/{},{}", label(args[0]), label(args[1]));
                let [first, second] = texts.map(str::to_string);
                let also = vec![(range(args[1]), first)];
                let at = range(args[0]);
                self.drafts.push(Draft { name, at, text: second, also });
            }
        }
    }

    fn statements(&mut self, statements: &[Stmt]) {
        for (at, statement) in statements.iter().enumerate() {
            let at_all = range(statement);
            let mut drafts = Vec::new();
            if let Some(label) = self.effect(statement) {
                let ends = ENDS.iter().any(|end| label.contains(end));
                let operator = if ends { "keep" } else { "forget" };
                drafts.push((format!("{operator}/{label}"), String::new(), Vec::new()));
            }
            if let Some(next) = statements.get(at + 1)
                && let (Some(first), Some(second)) = (self.step(statement), self.step(next))
            {
                let next = range(next);
                let text = format!("{} {}", &self.text[next.clone()], &self.text[at_all.clone()]);
                drafts.push((format!("swap/{first},{second}"), text, vec![(next, String::new())]));
            }
            self.drafts.extend(drafts.into_iter().map(|(name, text, also)| Draft {
                name,
                at: at_all.clone(),
                text,
                also,
            }));
        }
    }

    /// What a statement does, if it can change places with another.
    fn step(&self, statement: &Stmt) -> Option<String> {
        match statement {
            Stmt::Expr(of, None) => {
                let returns_nothing = match of {
                    Expr::If(it) => it.else_branch.is_none(),
                    Expr::ForLoop(_) => true,
                    _ => false,
                };
                let assigns = |name: &String| spell(of).contains(&format!("{name} ="));
                (returns_nothing && !self.late.iter().any(assigns)).then(|| label(of))
            }
            _ => self.effect(statement),
        }
    }

    /// What a statement does, if it is one that can be left out.
    fn effect(&self, statement: &Stmt) -> Option<String> {
        let Stmt::Expr(of, Some(_)) = statement else { return None };
        let inner = if let Expr::Try(inner) = of { &*inner.expr } else { of };
        match inner {
            Expr::MethodCall(_) | Expr::Call(_) => {
                Some(label(inner)).filter(|label| !NOT_OF_C.contains(&label.as_str()))
            }
            Expr::Assign(assign) if self.late.contains(&label(&assign.left)) => None,
            Expr::Assign(assign) => Some(label(&assign.left)),
            Expr::Binary(binary)
                if spell(&binary.op).ends_with('=') && !is_comparison(&binary.op) =>
            {
                Some(label(&binary.left))
            }
            _ => None,
        }
    }
}

impl<'a> Visit<'a> for Operators<'_> {
    fn visit_block(&mut self, block: &'a Block) {
        self.statements(&block.stmts);
        visit::visit_block(self, block);
        if let Some(Stmt::Expr(tail, None)) = block.stmts.last() {
            self.value(tail, None);
        }
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        visit::visit_local(self, local);
        let (name, ty) = match &local.pat {
            Pat::Ident(name) => (name, None),
            Pat::Type(typed) => match &*typed.pat {
                Pat::Ident(name) => (name, Some(spell(&typed.ty))),
                _ => return,
            },
            _ => return,
        };
        match &local.init {
            Some(init) => {
                if let Some(ty) = ty.or_else(|| self.type_of(&init.expr)) {
                    self.locals.insert(name.ident.to_string(), ty);
                }
                self.truth(&init.expr);
            }
            None => {
                self.late.insert(name.ident.to_string());
            }
        }
    }

    fn visit_expr(&mut self, of: &'a Expr) {
        match of {
            Expr::If(it) => self.condition(&it.cond, &["always", "never"]),
            Expr::While(it) => {
                self.condition(&it.cond, &["never"]);
                self.loops.push(range(&it.body).start + 1);
            }
            Expr::Match(it) => self.truth(&it.expr),
            Expr::Loop(it) => self.loops.push(range(&it.body).start + 1),
            Expr::ForLoop(it) => {
                if let (Pat::Ident(name), Expr::Range(over)) = (&*it.pat, &*it.expr)
                    && let Some(ty) = over.end.as_ref().and_then(|end| self.type_of(end))
                {
                    self.locals.insert(name.ident.to_string(), ty);
                }
            }
            Expr::Binary(it) => self.binary(of, it),
            Expr::Lit(it) => self.literal(of, &it.lit),
            Expr::Path(it) => self.path(of, it),
            Expr::MethodCall(it) => {
                self.method(of, it);
                let is_helper = is_kernel(&it.receiver);
                self.arguments(&it.method.to_string(), is_helper, it.args.iter());
            }
            Expr::Call(it) => {
                if let Expr::Path(path) = &*it.func {
                    self.arguments(&label_of_path(path), false, it.args.iter());
                }
            }
            Expr::Return(syn::ExprReturn { expr: Some(inner), .. }) => self.value(inner, None),
            Expr::Closure(it) => self.truth(&it.body),
            Expr::Unary(it) if matches!(it.op, UnOp::Neg(_)) => {
                if let Expr::Path(path) = &*it.expr
                    && label_of_path(path).starts_with('E')
                {
                    let other = if label_of_path(path) == "EBUSY" { "EAGAIN" } else { "EBUSY" };
                    self.draft("errno", of, format!("-crate::errno::{other}"));
                    return self.draft("success", of, "0".into());
                }
            }
            Expr::Break(it) if it.expr.is_none() => self.draft("stay", of, "continue".into()),
            Expr::Continue(_) => self.draft("leave", of, "break".into()),
            Expr::Assign(it) => {
                let ty = self.type_of(&it.left);
                self.value(&it.right, ty);
                return self.visit_expr(&it.right);
            }
            Expr::Reference(it) if it.mutability.is_some() => return,
            _ => {}
        }
        match of {
            // What is called is no value.
            Expr::Call(it) => it.args.iter().for_each(|arg| self.visit_expr(arg)),
            Expr::Binary(it) if spell(&it.op).ends_with('=') && !is_comparison(&it.op) => {
                self.visit_expr(&it.right);
            }
            _ => visit::visit_expr(self, of),
        }
    }

    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.condition(guard, &["always", "never"]);
        }
        visit::visit_arm(self, arm);
        self.value(&arm.body, None);
    }

    fn visit_field_value(&mut self, field: &'a syn::FieldValue) {
        // `field` alone is its own name.
        if field.colon_token.is_some() {
            visit::visit_field_value(self, field);
        }
    }

    // No expressions of the function.
    fn visit_item(&mut self, _: &'a syn::Item) {}
    fn visit_type(&mut self, _: &'a syn::Type) {}
    fn visit_pat(&mut self, _: &'a Pat) {}
    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}
    fn visit_angle_bracketed_generic_arguments(
        &mut self,
        _: &'a syn::AngleBracketedGenericArguments,
    ) {
    }
}

fn has_let(of: &Expr) -> bool {
    match of {
        Expr::Let(_) => true,
        Expr::Binary(binary) if is_logic(&binary.op) => {
            has_let(&binary.left) || has_let(&binary.right)
        }
        _ => false,
    }
}

/// Whether a path names a constant, as it is spelled.
fn is_constant(path: &syn::ExprPath) -> bool {
    let name = label_of_path(path);
    name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn label_of_path(path: &syn::ExprPath) -> String {
    path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

/// A short name for an expression.
fn label(of: &Expr) -> String {
    match of {
        Expr::MethodCall(call) if is_kernel(&call.receiver) => call.method.to_string(),
        Expr::MethodCall(call) => format!("{}.{}", label(&call.receiver), call.method),
        Expr::Call(call) => label(&call.func),
        Expr::Path(path) => label_of_path(path),
        Expr::Lit(lit) => spell(&lit.lit),
        Expr::Field(field) => match &*field.base {
            Expr::Path(base) if base.path.is_ident("self") => spell(&field.member),
            base => format!("{}.{}", label(base), spell(&field.member)),
        },
        Expr::Unary(unary) => format!("{}{}", spell(&unary.op), label(&unary.expr)),
        Expr::Binary(binary) => {
            format!("{}{}{}", label(&binary.left), spell(&binary.op), label(&binary.right))
        }
        Expr::Paren(inner) => label(&inner.expr),
        Expr::Cast(inner) => label(&inner.expr),
        Expr::Try(inner) => label(&inner.expr),
        Expr::Reference(inner) => label(&inner.expr),
        Expr::Break(_) => "break".into(),
        Expr::Continue(_) => "continue".into(),
        Expr::If(inner) => format!("if {}", label(&inner.cond)),
        Expr::Let(inner) => format!("let {}", label(&inner.expr)),
        Expr::ForLoop(inner) => format!("for {}", spell(&inner.pat)),
        Expr::Match(inner) => format!("match {}", label(&inner.expr)),
        Expr::Closure(inner) => label(&inner.body),
        _ => "expression".into(),
    }
}
