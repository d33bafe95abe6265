// SPDX-License-Identifier: GPL-2.0-only
//! The preprocessor: includes, conditions, and macros (C11, 6.10, with GNU's variadic ones). There is no
//! build, so an option of the configuration is what [`Config`] says, and a header that a build makes is
//! passed over.

mod condition;

pub(crate) use condition::number;

use crate::Files;
use crate::lex::{Hidden, Kind, Token, Words, tokens};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// How deep includes and expansions may nest.
const DEEP: usize = 200;

/// How many tokens one expansion may come to.
const LONG: usize = 200_000;

/// How a text is read: which options of the configuration are on, and which names are others.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Options that are the other way round than [`is_on`](Config::is_on) would have them.
    pub turned: BTreeSet<String>,
    /// Words that are read as others: names that something has in one tree, and other ones in another.
    pub renamed: BTreeMap<String, String>,
}

/// Options that are off: what debugging, small, old or other machines need. The rest is on, so that
/// what can be built is there.
const OFF: &[&str] = &[
    "32BIT",
    "X86_32",
    "HIGHMEM",
    "PREEMPT_RT",
    "FLATMEM",
    "KASAN",
    "KMSAN",
    "KCSAN",
    "KFENCE",
    "KCOV",
    "LOCKDEP",
    "PROVE_",
    "DEBUG_",
    "PARAVIRT",
    "XEN",
    "UML",
    "TRACE_BRANCH_PROFILING",
    "PROFILE_",
    "SLUB_TINY",
    "BASE_SMALL",
    "CPU_BIG_ENDIAN",
    "TINY_RCU",
    "TRACEPOINTS",
    "FORTIFY_SOURCE",
    "CC_HAS_COUNTED_BY",
    "HIGHPTE",
    "MODULES_USE_ELF_REL",
    "ARCH_SUPPORTS_INT128",
    "PAGE_EXTENSION",
    "PAGE_OWNER",
    "CFI",
    "LTO",
    "GCC_PLUGIN",
    "MMU_LAZY",
    "RANDSTRUCT",
    "SPARSEMEM_MANUAL",
    "HAVE_ARCH_KMSAN",
    "MEM_ALLOC_PROFILING",
    "WERROR",
    "INIT_ON",
    "JUMP_LABEL",
    "CC_IS_CLANG",
    "NOMMU",
    "ARCH_HAS_CPU_CACHE_ALIASING",
];

/// Options that are numbers.
const NUMBERS: &[(&str, &str)] = &[
    ("CONFIG_PAGE_SHIFT", "12"),
    ("CONFIG_NODES_SHIFT", "6"),
    ("CONFIG_NR_CPUS", "64"),
    ("CONFIG_HZ", "250"),
    ("CONFIG_ARCH_FORCE_MAX_ORDER", "10"),
    ("CONFIG_PHYSICAL_START", "0x1000000"),
];

impl Config {
    /// Whether an option, `CONFIG_` and its name, is on.
    pub fn is_on(&self, option: &str) -> bool {
        let name = option.strip_prefix("CONFIG_").unwrap_or(option);
        let is_off = OFF.iter().any(|off| name.starts_with(off));
        is_off == self.turned.contains(option)
    }
}

/// A macro.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    /// The names of its parameters, if it is like a function.
    params: Option<Vec<Arc<str>>>,
    /// The name of what takes the rest of the arguments.
    rest: Option<Arc<str>>,
    pub(crate) body: Rc<[Token]>,
    pub(crate) file: Arc<str>,
}

impl Macro {
    pub(crate) fn is_like_a_function(&self) -> bool {
        self.params.is_some()
    }

    /// Whether it stands for what a compiler or a linker is told about a definition.
    pub(crate) fn is_attribute(&self) -> bool {
        self.body
            .first()
            .is_none_or(|first| first.text.starts_with("__attribute") || first.is("__section"))
    }

    /// What it says, for a comparison.
    pub(crate) fn says(&self) -> String {
        let params = self.params.iter().flatten().chain(&self.rest).map(|it| &**it);
        let body = self.body.iter().map(|token| &*token.text);
        params.chain(["="]).chain(body).collect::<Vec<_>>().join(" ")
    }
}

/// A token, and the file that it stands in.
pub(crate) type Placed = (Token, Arc<str>);

/// The macro whose lack is the condition of all that is in a file.
fn guard(all: &[Token]) -> Option<Arc<str>> {
    let [hash, ifndef, name, ..] = all else { return None };
    if !hash.is("#") || !ifndef.is("ifndef") || !name.is_word() || name.text.starts_with("CONFIG_")
    {
        return None;
    }
    let mut deep = 0_u32;
    let directives = all.iter().enumerate().filter(|(_, token)| token.first && token.is("#"));
    for (at, _) in directives {
        match all.get(at + 1).map(|word| &*word.text) {
            Some("if" | "ifdef" | "ifndef") => deep += 1,
            Some("else" | "elif") if deep == 1 => return None,
            Some("endif") if deep == 1 => {
                let is_last = all[at + 1..].iter().all(|token| !token.first);
                return is_last.then(|| name.text.clone());
            }
            Some("endif") => deep = deep.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The preprocessor of one file.
pub(crate) struct Preprocessor<'t> {
    files: &'t dyn Files,
    config: &'t Config,
    pub(crate) words: Words,
    pub(crate) macros: FxHashMap<Arc<str>, Macro>,
    /// Macros that are ours, and stay.
    kept: FxHashSet<Arc<str>>,
    /// Headers that are included and are not there.
    pub(crate) missing: BTreeSet<String>,
    /// What the tree has in their place.
    pub(crate) shadowed: BTreeMap<Arc<str>, String>,
    /// The files that were read.
    pub(crate) read: BTreeSet<Arc<str>>,
    once: FxHashSet<Arc<str>>,
    /// Of files that were read: the macro without which alone there is something in them.
    guards: FxHashMap<Arc<str>, Arc<str>>,
    /// Macros that are no more. They still expand: what stands at the top of a file and was made with
    /// them is looked into later.
    undefined: FxHashSet<Arc<str>>,
    /// Of macros that were looked into: whether they come to assembly.
    assembly: FxHashMap<Arc<str>, bool>,
    /// Options that a condition or an expansion asked for.
    pub(crate) asked: BTreeSet<String>,
    /// The parts that a condition left out: the file, and the first line and the last.
    pub(crate) left_out: Vec<(Arc<str>, u32, u32)>,
}

impl<'t> Preprocessor<'t> {
    pub(crate) fn new(files: &'t dyn Files, config: &'t Config, prelude: &str) -> Preprocessor<'t> {
        let mut pp = Preprocessor {
            files,
            config,
            words: Words::new(&config.renamed),
            macros: FxHashMap::default(),
            kept: FxHashSet::default(),
            missing: BTreeSet::new(),
            shadowed: BTreeMap::new(),
            read: BTreeSet::new(),
            once: FxHashSet::default(),
            guards: FxHashMap::default(),
            undefined: FxHashSet::default(),
            assembly: FxHashMap::default(),
            asked: BTreeSet::new(),
            left_out: Vec::new(),
        };
        let mut out = Vec::new();
        pp.text("prelude.h", prelude, &mut out, 0);
        pp.kept = pp.macros.keys().cloned().collect();
        pp
    }

    /// All that a file comes to, its includes with it; macros are not expanded.
    pub(crate) fn file(&mut self, path: &str, out: &mut Vec<Placed>) -> bool {
        self.include(path, out, 0)
    }

    fn include(&mut self, path: &str, out: &mut Vec<Placed>, deep: usize) -> bool {
        let is_done =
            |guard: &Arc<str>| self.macros.contains_key(guard) && !self.undefined.contains(guard);
        if deep > DEEP || self.once.contains(path) || self.guards.get(path).is_some_and(is_done) {
            return true;
        }
        let Some(text) = self.files.text(path) else { return false };
        self.text(path, &text, out, deep);
        true
    }

    pub(crate) fn text(&mut self, path: &str, text: &str, out: &mut Vec<Placed>, deep: usize) {
        let file: Arc<str> = path.into();
        self.read.insert(file.clone());
        let all = tokens(text, &mut self.words);
        if let Some(guard) = guard(&all) {
            self.guards.insert(file.clone(), guard);
        }
        // Of each condition that is open: whether this branch is taken, and whether one was.
        let mut open: Vec<(bool, bool)> = Vec::new();
        let mut left_out_from = None;
        let mut at = 0;
        while at < all.len() {
            let is_live = open.iter().all(|(taken, _)| *taken);
            if !(all[at].first && all[at].is("#")) {
                if is_live {
                    out.push((all[at].clone(), file.clone()));
                }
                at += 1;
                continue;
            }
            let end = (at + 1..all.len()).find(|end| all[*end].first).unwrap_or(all.len());
            let line = &all[at + 1..end];
            let line_number = all[at].line;
            at = end;
            let Some((name, rest)) = line.split_first() else { continue };
            match &*name.text {
                "if" | "ifdef" | "ifndef" => {
                    let taken = is_live && self.holds(&name.text, rest);
                    open.push((taken, taken));
                }
                "elif" | "else" => {
                    let Some((_, was_taken)) = open.pop() else { continue };
                    let above = open.iter().all(|(taken, _)| *taken);
                    let holds = &*name.text == "else" || self.holds("if", rest);
                    let taken = above && !was_taken && holds;
                    open.push((taken, was_taken || taken));
                }
                "endif" => {
                    open.pop();
                }
                _ if is_live => self.directive(&file, name, rest, out, deep),
                _ => {}
            }
            let is_live = open.iter().all(|(taken, _)| *taken);
            match (is_live, left_out_from) {
                (false, None) => left_out_from = Some(line_number),
                (true, Some(from)) => {
                    self.left_out.push((file.clone(), from, line_number.saturating_sub(1)));
                    left_out_from = None;
                }
                _ => {}
            }
        }
    }

    fn directive(
        &mut self,
        file: &Arc<str>,
        name: &Token,
        rest: &[Token],
        out: &mut Vec<Placed>,
        deep: usize,
    ) {
        match &*name.text {
            "define" => self.define(file, rest),
            "undef" => {
                if let Some(name) = rest.first().filter(|name| !self.kept.contains(&name.text)) {
                    self.undefined.insert(name.text.clone());
                }
            }
            "include" => {
                if let Some(path) = self.included(file, rest)
                    && !self.include(&path, out, deep + 1)
                {
                    self.missing.insert(path);
                }
            }
            "pragma" if rest.first().is_some_and(|word| word.is("once")) => {
                self.once.insert(file.clone());
            }
            _ => {}
        }
    }

    fn define(&mut self, file: &Arc<str>, rest: &[Token]) {
        let Some((name, rest)) = rest.split_first() else { return };
        if self.kept.contains(&name.text) {
            let says = rest.iter().map(|token| &*token.text).collect::<Vec<_>>().join(" ");
            self.shadowed.insert(name.text.clone(), says);
            return;
        }
        self.undefined.remove(&name.text);
        let (mut params, mut last, mut body) = (None, None, rest);
        if rest.first().is_some_and(|first| first.is("(") && !first.spaced) {
            let close = rest.iter().position(|token| token.is(")")).unwrap_or(rest.len() - 1);
            let mut names = Vec::new();
            for token in &rest[1..close] {
                if token.is("...") {
                    // GNU's `args...` names it; else it is __VA_ARGS__.
                    let named = rest[..close].iter().any(|it| it.is("...") && !it.spaced);
                    let is_named = named && close > 1 && rest[close - 2].is_word();
                    let name = if is_named { names.pop() } else { None };
                    last = Some(name.unwrap_or_else(|| "__VA_ARGS__".into()));
                } else if token.is_word() {
                    names.push(token.text.clone());
                }
            }
            params = Some(names);
            body = &rest[close + 1..];
        }
        let definition = Macro { params, rest: last, body: body.into(), file: file.clone() };
        self.macros.insert(name.text.clone(), definition);
    }

    /// The path of an included file, from the top of the tree.
    fn included(&mut self, file: &str, rest: &[Token]) -> Option<String> {
        let first = rest.first()?;
        if first.kind == Kind::String {
            let name = first.text.trim_matches('"');
            let mut folder: Vec<&str> = file.split('/').collect();
            folder.pop();
            for part in name.split('/') {
                match part {
                    "." => {}
                    ".." => {
                        folder.pop();
                    }
                    part => folder.push(part),
                }
            }
            let beside = folder.join("/");
            return match self.files.text(&beside) {
                Some(_) => Some(beside),
                None => self.in_folders(name),
            };
        }
        let name: String =
            rest.iter().skip(1).take_while(|it| !it.is(">")).map(|it| &*it.text).collect();
        self.in_folders(&name)
    }

    fn in_folders(&self, name: &str) -> Option<String> {
        // What tracing makes of its headers is not C that is run.
        if name.starts_with("trace/") {
            return None;
        }
        let folders =
            ["include/", "arch/x86/include/", "include/uapi/", "arch/x86/include/uapi/", ""];
        // Where a machine has no header of its own, a build takes the one for all.
        let generic = name.strip_prefix("asm/").into_iter().flat_map(|rest| {
            ["include/asm-generic/", "include/uapi/asm-generic/"]
                .map(|folder| format!("{folder}{rest}"))
        });
        let paths = folders.iter().map(|folder| format!("{folder}{name}")).chain(generic);
        let mut paths = paths.filter(|path| self.files.text(path).is_some());
        Some(paths.next().unwrap_or_else(|| name.to_owned()))
    }

    /// Whether a condition holds.
    fn holds(&mut self, directive: &str, rest: &[Token]) -> bool {
        let is_defined = |this: &mut Self, name: &Token| this.is_defined(name);
        match (directive, rest.first()) {
            ("ifdef", Some(name)) => is_defined(self, name),
            ("ifndef", Some(name)) => !is_defined(self, name),
            _ => {
                let tokens = self.with_defined(rest);
                let expanded = self.expand(&tokens);
                condition::value(&expanded) != 0
            }
        }
    }

    fn is_defined(&mut self, name: &Token) -> bool {
        if name.text.starts_with("CONFIG_") {
            return self.is_on(&name.text);
        }
        self.macros.contains_key(&name.text) && !self.undefined.contains(&name.text)
    }

    fn is_on(&mut self, option: &str) -> bool {
        let option = option.strip_suffix("_MODULE").unwrap_or(option);
        self.asked.insert(option.to_owned());
        self.config.is_on(option)
    }

    /// `defined`, and what asks for options, answered.
    fn with_defined(&mut self, tokens: &[Token]) -> Vec<Token> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            let asks = [
                "defined",
                "IS_ENABLED",
                "IS_BUILTIN",
                "IS_MODULE",
                "IS_REACHABLE",
                "__has_builtin",
                "__has_attribute",
                "__has_include",
            ];
            if !asks.contains(&&*token.text) {
                out.push(token.clone());
                at += 1;
                continue;
            }
            let is_open = tokens.get(at + 1).is_some_and(|it| it.is("("));
            let name = tokens.get(at + 1 + usize::from(is_open));
            let is = match &*token.text {
                text if text.starts_with("__has") || text == "IS_MODULE" => false,
                _ => name.is_some_and(|name| self.is_defined(name)),
            };
            out.push(token.with(Kind::Number, if is { "1" } else { "0" }));
            at += if is_open { 4 } else { 2 };
        }
        out
    }

    /// Tokens with all macros in them expanded.
    pub(crate) fn expand(&mut self, tokens: &[Token]) -> Vec<Token> {
        let mut todo: Vec<Token> = tokens.iter().rev().cloned().collect();
        let mut out = Vec::new();
        while let Some(token) = todo.pop() {
            if out.len() + todo.len() > LONG {
                break;
            }
            if !token.is_word() || token.hides(&token.text) {
                out.push(token);
                continue;
            }
            let Some(definition) = self.macros.get(&token.text).cloned() else {
                out.push(self.option(token));
                continue;
            };
            match &definition.params {
                None => {
                    let body = self.substitute(&definition, &[], &token);
                    todo.extend(body.into_iter().rev());
                }
                Some(params) => {
                    if !todo.last().is_some_and(|next| next.is("(")) {
                        out.push(token);
                        continue;
                    }
                    if self.is_assembly(&token.text, 0) {
                        // As it stands: a call of something that cannot be looked into.
                        out.push(token.with(Kind::Word, &format!("__mm_opaque_{}", token.text)));
                        continue;
                    }
                    let Some(arguments) =
                        arguments(&mut todo, params.len(), definition.rest.is_some())
                    else {
                        out.push(token);
                        continue;
                    };
                    let body = self.substitute(&definition, &arguments, &token);
                    todo.extend(body.into_iter().rev());
                }
            }
        }
        out
    }

    /// Whether a macro comes to assembly.
    fn is_assembly(&mut self, name: &Arc<str>, deep: usize) -> bool {
        if let Some(known) = self.assembly.get(name) {
            return *known;
        }
        let Some(definition) = self.macros.get(name).cloned() else { return false };
        // Until more is known; so it ends where macros name each other.
        self.assembly.insert(name.clone(), false);
        let is = deep < DEEP
            && !self.kept.contains(name)
            && definition.body.iter().filter(|token| token.is_word()).any(|token| {
                matches!(&*token.text, "asm" | "__asm__" | "__asm")
                    || self.is_assembly(&token.text, deep + 1)
            });
        self.assembly.insert(name.clone(), is);
        is
    }

    /// An option that stands in code.
    fn option(&mut self, token: Token) -> Token {
        if !token.text.starts_with("CONFIG_") {
            return token;
        }
        let number = NUMBERS.iter().find(|(name, _)| *name == &*token.text);
        let value = match number {
            Some((_, number)) => number,
            None if self.is_on(&token.text) => "1",
            None => "0",
        };
        token.with(Kind::Number, value)
    }

    fn substitute(&mut self, of: &Macro, arguments: &[Vec<Token>], at: &Token) -> Vec<Token> {
        let params = of.params.as_deref().unwrap_or_default();
        let argument = |token: &Token| {
            if !token.is_word() {
                return None;
            }
            let place = params.iter().position(|param| *param == token.text);
            let place = place
                .or_else(|| of.rest.as_ref().filter(|it| **it == token.text).map(|_| params.len()));
            place.map(|place| arguments.get(place).cloned().unwrap_or_default())
        };
        let mut out: Vec<Token> = Vec::new();
        let mut next = 0;
        while let Some(token) = of.body.get(next) {
            next += 1;
            let follows_paste = next >= 2 && of.body[next - 2].is("##");
            let before_paste = of.body.get(next).is_some_and(|it| it.is("##"));
            if token.is("#")
                && params.len() + usize::from(of.rest.is_some()) > 0
                && let Some(said) = of.body.get(next).and_then(&argument)
            {
                out.push(token.with(Kind::String, &quoted(&said)));
                next += 1;
            } else if token.is("##") {
                continue;
            } else if token.is("__VA_OPT__") && of.rest.is_some() {
                // What follows in parentheses stands only where there is a rest.
                let (inner, end) = parenthesized(&of.body, next);
                if arguments.get(params.len()).is_some_and(|rest| !rest.is_empty()) {
                    let inner = Macro { body: inner.into(), ..of.clone() };
                    out.extend(self.substitute(&inner, arguments, at));
                }
                next = end;
            } else if let Some(said) = argument(token) {
                let is_rest = of.rest.as_ref().is_some_and(|rest| *rest == token.text);
                let said = if follows_paste || before_paste { said } else { self.expand(&said) };
                if follows_paste
                    && !said.is_empty()
                    && !(is_rest && out.last().is_some_and(|it| it.is(",")))
                {
                    paste(&mut out, &said);
                } else if follows_paste
                    && said.is_empty()
                    && is_rest
                    && out.last().is_some_and(|it| it.is(","))
                {
                    out.pop();
                } else {
                    out.extend(said);
                }
            } else if follows_paste {
                paste(&mut out, std::slice::from_ref(token));
            } else {
                out.push(token.clone());
            }
        }
        for token in &mut out {
            token.line = at.line;
            token.first = false;
            if of.params.is_none() {
                token.from = at.from.clone().or_else(|| Some(at.text.clone()));
            } else if token.from.is_none() {
                token.from = at.from.clone();
            }
            let hidden = Hidden { name: at.text.clone(), more: token.hidden.take() };
            token.hidden = Some(Rc::new(hidden));
            // What the name that is replaced came out of does not expand again either.
            let mut more = at.hidden.as_ref();
            while let Some(hidden) = more {
                if !token.hides(&hidden.name) {
                    let added = Hidden { name: hidden.name.clone(), more: token.hidden.take() };
                    token.hidden = Some(Rc::new(added));
                }
                more = hidden.more.as_ref();
            }
        }
        out
    }
}

/// The tokens between the parenthesis at `at` and its end, and what comes after.
fn parenthesized(body: &[Token], at: usize) -> (Vec<Token>, usize) {
    let mut depth = 0;
    for (end, token) in body.iter().enumerate().skip(at) {
        depth += i32::from(token.is("(")) - i32::from(token.is(")"));
        if depth == 0 {
            return (body[(at + 1).min(end)..end].to_vec(), end + 1);
        }
    }
    (Vec::new(), body.len())
}

/// The arguments of a macro, off the stack; `None`, and the stack as it was, if they do not end.
fn arguments(todo: &mut Vec<Token>, params: usize, has_rest: bool) -> Option<Vec<Vec<Token>>> {
    let mut arguments = vec![Vec::new()];
    let mut depth = 0;
    for taken in 0..todo.len() {
        let token = &todo[todo.len() - 1 - taken];
        if token.is("(") || token.is("[") || token.is("{") {
            depth += 1;
        }
        if token.is(")") || token.is("]") || token.is("}") {
            depth -= 1;
        }
        if depth == 0 {
            todo.truncate(todo.len() - 1 - taken);
            return Some(arguments);
        }
        let is_in_rest = has_rest && arguments.len() > params;
        if depth == 1 && token.is(",") && !is_in_rest {
            arguments.push(Vec::new());
        } else if !(depth == 1 && taken == 0)
            && let Some(last) = arguments.last_mut()
        {
            last.push(token.clone());
        }
    }
    None
}

fn quoted(tokens: &[Token]) -> String {
    let mut text = String::from("\"");
    for (at, token) in tokens.iter().enumerate() {
        if at > 0 && token.spaced {
            text.push(' ');
        }
        text.push_str(&token.text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    text.push('"');
    text
}

/// Joins the last token with the first of others.
fn paste(out: &mut Vec<Token>, with: &[Token]) {
    let Some(last) = out.pop() else {
        out.extend_from_slice(with);
        return;
    };
    let text = format!("{}{}", last.text, with[0].text);
    let kind = match last.kind {
        Kind::Punctuation if with[0].kind != Kind::Punctuation => with[0].kind,
        kind => kind,
    };
    out.push(last.with(kind, &text));
    out.extend_from_slice(&with[1..]);
}
