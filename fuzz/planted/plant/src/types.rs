// SPDX-License-Identifier: GPL-2.0-only
//! What can be known of the port's types without a compiler: signatures, constants, fields, enums.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use syn::visit::{self, Visit};
use syn::{
    BinOp, Block, Expr, FnArg, ImplItem, Item, Lit, Pat, ReturnType, Signature, TraitItem, Type,
    UnOp, UseTree,
};

/// A type, as its tokens spell it.
pub(crate) type Ty = String;

/// The parameters of a function, without `self`, and what it returns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sig {
    pub(crate) params: Vec<Ty>,
    pub(crate) ret: Ty,
}

/// A function of the port.
pub(crate) struct Function<'a> {
    pub(crate) name: String,
    pub(crate) signature: &'a Signature,
    pub(crate) block: &'a Block,
}

/// What the sources say of types.
#[derive(Default)]
pub(crate) struct Types {
    /// The kernel's helpers, in the order of their rows.
    pub(crate) helpers: Vec<(String, Sig)>,
    functions: HashMap<String, Sig>,
    consts: HashMap<String, Ty>,
    fields: HashMap<String, Ty>,
    /// Of an enum the variants without fields, of another type its constants.
    pub(crate) values: HashMap<String, Vec<String>>,
    /// The type whose value is used under its own name alone: `use Type::Value`.
    pub(crate) imported: HashMap<String, Ty>,
    /// Functions that constants are made with, which cannot ask what is switched on.
    in_consts: HashSet<String>,
    called: HashSet<String>,
}

/// How tokens read, with one space between any two.
pub(crate) fn spell(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

impl Types {
    pub(crate) fn of<'a>(files: impl Iterator<Item = &'a syn::File> + Clone) -> Types {
        let mut types = Types::default();
        files.clone().for_each(|file| types.items(&file.items));
        // What a ported function calls, and so on, is ported.
        loop {
            let before = types.called.len();
            for file in files.clone() {
                for function in types.ported(file) {
                    types.called.extend(calls(|calls| calls.visit_block(function.block)));
                }
            }
            if types.called.len() == before {
                return types;
            }
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Fn(item) => self.function(&item.sig),
                Item::Const(item) => {
                    self.constant(&item.ident.to_string(), &item.ty, Some(&item.expr));
                }
                Item::Struct(item) => {
                    for field in &item.fields {
                        if let Some(name) = &field.ident {
                            self.fields.insert(name.to_string(), spell(&field.ty));
                        }
                    }
                }
                Item::Enum(item) => {
                    let plain = item.variants.iter().filter(|variant| variant.fields.is_empty());
                    let names = plain.map(|variant| variant.ident.to_string()).collect();
                    self.values.insert(item.ident.to_string(), names);
                }
                Item::Impl(item) => self.implementation(item),
                Item::Use(item) => self.imports(None, &item.tree),
                Item::Trait(item) => {
                    for item in &item.items {
                        match item {
                            TraitItem::Fn(item) => self.function(&item.sig),
                            TraitItem::Const(item) => {
                                let init = item.default.as_ref().map(|(_, init)| init);
                                self.constant(&item.ident.to_string(), &item.ty, init);
                            }
                            TraitItem::Macro(item) => self.rows(item.mac.tokens.clone()),
                            _ => {}
                        }
                    }
                }
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        self.items(items);
                    }
                }
                Item::Macro(item) if !item.mac.path.is_ident("macro_rules") => {
                    self.rows(item.mac.tokens.clone());
                }
                _ => {}
            }
        }
    }

    fn imports(&mut self, of: Option<&syn::Ident>, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.imports(Some(&path.ident), &path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.imports(of, tree)),
            UseTree::Name(name) => {
                if let Some(of) = of {
                    self.imported.insert(name.ident.to_string(), of.to_string());
                }
            }
            UseTree::Rename(_) | UseTree::Glob(_) => {}
        }
    }

    fn implementation(&mut self, of: &syn::ItemImpl) {
        let own = spell(&of.self_ty);
        for item in &of.items {
            match item {
                ImplItem::Fn(item) if of.trait_.is_none() => self.function(&item.sig),
                ImplItem::Const(item) => {
                    self.constant(&item.ident.to_string(), &item.ty, Some(&item.expr));
                    if ["Self", &own].contains(&spell(&item.ty).as_str()) {
                        self.values.entry(own.clone()).or_default().push(item.ident.to_string());
                    }
                }
                _ => {}
            }
        }
    }

    fn function(&mut self, signature: &Signature) {
        let typed = signature.inputs.iter().filter_map(|arg| match arg {
            FnArg::Typed(arg) => Some(spell(&arg.ty)),
            FnArg::Receiver(_) => None,
        });
        let ret = match &signature.output {
            ReturnType::Type(_, ty) => spell(ty),
            ReturnType::Default => "()".into(),
        };
        let sig = Sig { params: typed.collect(), ret };
        self.functions.insert(signature.ident.to_string(), sig);
    }

    fn constant(&mut self, name: &str, ty: &Type, init: Option<&Expr>) {
        self.consts.insert(name.into(), spell(ty));
        if let Some(init) = init {
            self.in_consts.extend(calls(|calls| calls.visit_expr(init)));
        }
    }

    /// Rows of helpers: wherever a macro is told `name(argument: type, ...)`, perhaps `-> type`. What
    /// stands in a group is about a row, and none.
    fn rows(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, pair) in tokens.windows(2).enumerate() {
            let [TokenTree::Ident(name), TokenTree::Group(group)] = pair else { continue };
            if group.delimiter() == Delimiter::Parenthesis
                && let Some(params) = arguments(group.stream())
            {
                let sig = Sig { params, ret: returned(&tokens[at + 2..]) };
                self.helpers.push((name.to_string(), sig));
            }
        }
    }

    /// The functions of a file that are ported: those that are given a kernel, and what these call.
    pub(crate) fn ported<'a>(&self, file: &'a syn::File) -> Vec<Function<'a>> {
        let mut all = Vec::new();
        functions(&file.items, &mut all);
        all.retain(|Function { signature, .. }| {
            let name = signature.ident.to_string();
            let spelled = spell(&signature.generics) + &spell(&signature.inputs);
            let wraps = spelled.contains("FnOnce");
            let asks = spelled.contains(": Kernel") || spelled.contains("impl Kernel");
            !wraps && !self.in_consts.contains(&name) && (asks || self.called.contains(&name))
        });
        all
    }

    /// The signature of what a call is to: of a helper, if its receiver is `k`.
    pub(crate) fn callee(&self, name: &str, of_kernel: bool) -> Option<&Sig> {
        let helper = self.helpers.iter().find(|(helper, _)| helper == name).map(|(_, sig)| sig);
        if of_kernel { helper.or(self.functions.get(name)) } else { self.functions.get(name) }
    }

    /// The type of an expression, if that is plain.
    pub(crate) fn of_expr(&self, expr: &Expr, locals: &HashMap<String, Ty>) -> Option<Ty> {
        let of = |expr: &Expr| self.of_expr(expr, locals);
        match expr {
            Expr::Lit(lit) => match &lit.lit {
                Lit::Bool(_) => Some("bool".into()),
                Lit::Int(int) if !int.suffix().is_empty() => Some(int.suffix().into()),
                _ => None,
            },
            Expr::Path(path) => {
                let mut segments = path.path.segments.iter().rev();
                let name = segments.next()?.ident.to_string();
                if let Some(ty) = segments.next().map(|ty| ty.ident.to_string())
                    && is_number(&ty)
                {
                    return Some(ty);
                }
                let local = path.path.get_ident().and_then(|_| locals.get(&name));
                local.or(self.consts.get(&name)).cloned()
            }
            Expr::Paren(inner) => of(&inner.expr),
            Expr::Field(field) => self.fields.get(&spell(&field.member)).cloned(),
            Expr::Cast(cast) => Some(spell(&cast.ty)),
            Expr::Unary(unary) if !matches!(unary.op, UnOp::Deref(_)) => of(&unary.expr),
            Expr::Try(inner) => {
                let whole = of(&inner.expr)?;
                Some(whole.strip_prefix("Result < ")?.split_once(" , Oops")?.0.into())
            }
            Expr::Binary(binary) if is_comparison(&binary.op) || is_logic(&binary.op) => {
                Some("bool".into())
            }
            Expr::Binary(syn::ExprBinary { left, op: BinOp::Shl(_) | BinOp::Shr(_), .. }) => {
                of(left)
            }
            Expr::Binary(binary) => of(&binary.left).or_else(|| of(&binary.right)),
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                match name.as_str() {
                    "is_none" | "is_some" | "is_some_and" | "is_none_or" | "is_multiple_of" => {
                        Some("bool".into())
                    }
                    "min" | "max" => of(&call.receiver).or_else(|| of(&call.args[0])),
                    _ if name.starts_with("wrapping_") => of(&call.receiver),
                    _ => Some(self.callee(&name, is_kernel(&call.receiver))?.ret.clone()),
                }
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return None };
                let mut segments = path.path.segments.iter().rev();
                let name = segments.next()?.ident.to_string();
                match segments.next() {
                    Some(ty) if name == "from" => Some(ty.ident.to_string()),
                    _ => Some(self.callee(&name, false)?.ret.clone()),
                }
            }
            _ => None,
        }
    }
}

/// Whether numbers of this type are counted.
pub(crate) fn is_number(ty: &str) -> bool {
    ["i32", "u32", "i64", "u64", "usize"].contains(&ty)
}

pub(crate) fn is_comparison(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(op, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
}

pub(crate) fn is_logic(op: &BinOp) -> bool {
    matches!(op, BinOp::And(_) | BinOp::Or(_))
}

/// Whether a receiver is the kernel that answers.
pub(crate) fn is_kernel(receiver: &Expr) -> bool {
    matches!(receiver, Expr::Path(path) if path.path.is_ident("k"))
}

/// The arguments of a row, if it is one: `name: type, ...`.
fn arguments(tokens: TokenStream) -> Option<Vec<Ty>> {
    let row: syn::TraitItemFn = syn::parse2(quote::quote!(fn row(#tokens);)).ok()?;
    row.sig
        .inputs
        .into_iter()
        .map(|arg| match arg {
            FnArg::Typed(arg) if matches!(*arg.pat, Pat::Ident(_)) => Some(spell(&arg.ty)),
            _ => None,
        })
        .collect()
}

/// The type after an arrow, up to what ends a row.
fn returned(tokens: &[TokenTree]) -> Ty {
    let is = |token: &TokenTree, wanted: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted);
    match tokens {
        [minus, arrow, rest @ ..] if is(minus, '-') && is(arrow, '>') => {
            let ends = |token: &TokenTree| {
                is(token, ';')
                    || is(token, ',')
                    || is(token, '=')
                    || matches!(token, TokenTree::Group(_))
            };
            rest.iter()
                .take_while(|token| !ends(token))
                .cloned()
                .collect::<TokenStream>()
                .to_string()
        }
        _ => "()".into(),
    }
}

/// The body of what the port's runs are run in, if it is in this file.
pub(crate) fn seam(file: &syn::File) -> Option<&Block> {
    file.items.iter().find_map(|item| match item {
        Item::Fn(item) if item.sig.ident == "running" => Some(&*item.block),
        _ => None,
    })
}

fn functions<'a>(items: &'a [Item], into: &mut Vec<Function<'a>>) {
    for item in items {
        match item {
            Item::Fn(item) => into.push(Function {
                name: item.sig.ident.to_string(),
                signature: &item.sig,
                block: &item.block,
            }),
            Item::Impl(of) => {
                for item in &of.items {
                    if let ImplItem::Fn(item) = item {
                        let name = format!("{}::{}", spell(&of.self_ty), item.sig.ident);
                        into.push(Function { name, signature: &item.sig, block: &item.block });
                    }
                }
            }
            Item::Trait(of) => {
                for item in &of.items {
                    if let TraitItem::Fn(syn::TraitItemFn { sig, default: Some(block), .. }) = item
                    {
                        let name = sig.ident.to_string();
                        into.push(Function { name, signature: sig, block });
                    }
                }
            }
            Item::Mod(item) => {
                if let Some((_, items)) = &item.content {
                    functions(items, into);
                }
            }
            _ => {}
        }
    }
}

/// The names of what is called in a piece of the syntax, methods of the kernel left out.
fn calls(visit: impl FnOnce(&mut Calls)) -> HashSet<String> {
    let mut calls = Calls::default();
    visit(&mut calls);
    calls.0
}

#[derive(Default)]
struct Calls(HashSet<String>);

impl<'a> Visit<'a> for Calls {
    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.0.insert(last.ident.to_string());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        if !is_kernel(&call.receiver) {
            self.0.insert(call.method.to_string());
        }
        visit::visit_expr_method_call(self, call);
    }
}
