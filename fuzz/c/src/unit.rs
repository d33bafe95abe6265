// SPDX-License-Identifier: GPL-2.0-only
//! A file of the kernel with all that it includes, cut into its top-level definitions, which are found by
//! name. They are looked into only when they are asked for.

pub(crate) mod flow;
mod lower;
mod parse;
pub(crate) mod types;

use crate::lex::{Kind, Token};
use crate::pp::{Config, Macro, Placed, Preprocessor};
use crate::{Files, PRELUDE};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// What a definition defines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sort {
    /// A function with its body.
    Function,
    /// A function without.
    Prototype,
    /// A struct, union or enum with its members, by its tag.
    Tag,
    /// A constant of an enum.
    Enumerator,
    /// A typedef.
    Typedef,
    /// A variable.
    Variable,
}

impl Sort {
    /// All sorts.
    pub const ALL: [Sort; 6] = [
        Sort::Function,
        Sort::Prototype,
        Sort::Tag,
        Sort::Enumerator,
        Sort::Typedef,
        Sort::Variable,
    ];
}

/// A top-level definition: a range of tokens.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) tokens: Rc<[Token]>,
    pub(crate) file: Arc<str>,
    pub(crate) is_function: bool,
}

/// A file of the kernel with all that it includes.
pub struct Unit<'t> {
    /// The file.
    pub file: String,
    pub(crate) pp: Preprocessor<'t>,
    pub(crate) chunks: Vec<Chunk>,
    names: FxHashMap<(Sort, Arc<str>), usize>,
    pub(crate) types: crate::unit::types::Types,
    pub(crate) functions: FxHashMap<Arc<str>, Result<Rc<crate::Function>, crate::Refused>>,
    pub(crate) typeofs: Vec<Vec<Token>>,
    /// How many texts were parsed.
    parsed: usize,
    /// Of the function that is being read: variables, and who is called at the end of their scope.
    pub(crate) cleanups: FxHashMap<Arc<str>, Arc<str>>,
}

const ATTRIBUTES: &[&str] =
    &["__attribute__", "typeof", "__typeof__", "asm", "__asm__", "_Alignas", "__declspec"];

impl<'t> Unit<'t> {
    /// Reads a file and its includes; `None` if there is no such file.
    pub fn read(files: &'t dyn Files, config: &'t Config, file: &str) -> Option<Unit<'t>> {
        let mut pp = Preprocessor::new(files, config, PRELUDE);
        let mut tokens = Vec::new();
        if !pp.file(file, &mut tokens) {
            return None;
        }
        let mut unit = Unit {
            file: file.to_owned(),
            pp,
            chunks: Vec::new(),
            names: FxHashMap::default(),
            types: crate::unit::types::Types::default(),
            functions: FxHashMap::default(),
            typeofs: Vec::new(),
            parsed: 0,
            cleanups: FxHashMap::default(),
        };
        unit.split(tokens);
        Some(unit)
    }

    /// Those of the words that are read as others that the text has.
    pub fn renamed(&self) -> &BTreeSet<Arc<str>> {
        &self.pp.words.met
    }

    /// Whether two names would be taken for one where they are not: each is defined, or a definition has both.
    pub fn has_both(&self, one: &str, other: &str) -> bool {
        let is_defined =
            |name| self.has_macro(name) || Sort::ALL.iter().any(|sort| self.has(*sort, name));
        let chunks = self.chunks.iter().map(|chunk| &chunk.tokens);
        let macros = self.pp.macros.values().map(|it| &it.body);
        let has = |tokens: &[Token], name| tokens.iter().any(|it| it.is_word() && it.is(name));
        is_defined(one) && is_defined(other)
            || chunks.chain(macros).any(|tokens| has(tokens, one) && has(tokens, other))
    }

    /// Whether what a function returns may be a pointer.
    pub fn returns_pointer(&mut self, name: &str) -> bool {
        match self.signature(name) {
            Ok(Some(signature)) => signature.returns.bits() == 64,
            _ => false,
        }
    }

    /// The functions that are defined in the file itself, in its order.
    pub fn functions(&self) -> Vec<String> {
        let of_file = |(at, chunk): (usize, &Chunk)| {
            (chunk.is_function && *chunk.file == *self.file).then_some(at)
        };
        let mut at: Vec<usize> = self.chunks.iter().enumerate().filter_map(of_file).collect();
        at.dedup();
        let by_chunk: FxHashMap<usize, &Arc<str>> = self
            .names
            .iter()
            .filter(|((sort, _), _)| *sort == Sort::Function)
            .map(|((_, name), at)| (*at, name))
            .collect();
        at.iter().filter_map(|at| by_chunk.get(at).map(|name| name.to_string())).collect()
    }

    /// Options of the configuration that were asked for.
    pub fn asked(&self) -> &BTreeSet<String> {
        &self.pp.asked
    }

    /// Headers that are included and not there, most of which a build makes.
    pub fn missing(&self) -> &BTreeSet<String> {
        &self.pp.missing
    }

    pub(crate) fn find(&self, sort: Sort, name: &str) -> Option<&Chunk> {
        self.names.get(&(sort, name.into())).map(|at| &self.chunks[*at])
    }

    /// Whether there is a definition of this sort.
    pub fn has(&self, sort: Sort, name: &str) -> bool {
        self.find(sort, name).is_some()
    }

    /// Whether a function's body stands in this file, or in a header that it includes.
    pub fn place(&self, function: &str) -> Option<(&str, [u32; 2])> {
        let chunk = self.find(Sort::Function, function)?;
        let lines = [chunk.tokens.first()?.line, chunk.tokens.last()?.line];
        Some((&chunk.file, lines))
    }

    /// What a name stands for, as text without comments and spaces: all its definitions, one after the
    /// other; `None` if it has none.
    pub fn says(&self, name: &str) -> Option<String> {
        let mut all = String::new();
        if let Some(definition) = self.pp.macros.get(name)
            && &*definition.file != "prelude.h"
        {
            all = format!("#define {}", definition.says());
        }
        let sorts = [Sort::Function, Sort::Tag, Sort::Enumerator, Sort::Typedef, Sort::Variable];
        for sort in sorts.into_iter().chain([Sort::Prototype]) {
            if let Some(chunk) = self.find(sort, name) {
                for token in chunk.tokens.iter() {
                    all.push(' ');
                    all.push_str(&token.text);
                }
                break;
            }
        }
        (!all.is_empty()).then_some(all)
    }

    /// The words of what a name stands for.
    pub fn words_of(&self, name: &str) -> BTreeSet<Arc<str>> {
        let mut words = BTreeSet::new();
        let mut add = |tokens: &[Token]| {
            words.extend(tokens.iter().filter(|it| it.is_word()).map(|it| it.text.clone()));
        };
        if let Some(definition) = self.pp.macros.get(name) {
            add(&definition.body);
        }
        for sort in [Sort::Function, Sort::Enumerator, Sort::Typedef, Sort::Variable] {
            if let Some(chunk) = self.find(sort, name) {
                add(&chunk.tokens);
                break;
            }
        }
        words
    }

    /// Macros of the tree that mmdiff has its own of, and what they say.
    pub fn shadowed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pp.shadowed.iter().map(|(name, says)| (&**name, &**says))
    }

    /// Whether a file was read for it.
    pub fn includes(&self, file: &str) -> bool {
        self.pp.read.contains(file)
    }

    /// Whether a name is a structure's, a union's or an enum's, or a typedef's.
    pub fn is_type(&self, name: &str) -> bool {
        self.has(Sort::Tag, name) || self.has(Sort::Typedef, name)
    }

    /// All names that are defined in a file of those that are included: macros, functions, types, constants
    /// and variables.
    pub fn defined_in(&self, file: &str) -> BTreeSet<Arc<str>> {
        let macros =
            self.pp.macros.iter().filter(|(_, it)| &*it.file == file).map(|(name, _)| name.clone());
        let here = |at: &usize| &*self.chunks[*at].file == file;
        let others =
            self.names.iter().filter(|((sort, _), at)| *sort != Sort::Prototype && here(at));
        macros.chain(others.map(|((_, name), _)| name.clone())).collect()
    }

    /// The lines of a file that a condition of the preprocessor leaves out: the first and the last of each
    /// part.
    pub fn left_out(&self, file: &str) -> Vec<[u32; 2]> {
        self.pp
            .left_out
            .iter()
            .filter(|(of, ..)| &**of == file)
            .map(|(_, from, to)| [*from, *to])
            .collect()
    }

    /// Whether a macro of the tree has this name.
    pub fn has_macro(&self, name: &str) -> bool {
        self.pp.macros.get(name).is_some_and(|it| &*it.file != "prelude.h")
    }

    fn split(&mut self, tokens: Vec<Placed>) {
        let mut todo = tokens;
        todo.reverse();
        let mut chunk: Vec<Token> = Vec::new();
        let mut file: Arc<str> = "".into();
        let mut depth = 0;
        let (mut assigned, mut body) = (false, false);
        while let Some((token, of)) = todo.pop() {
            if chunk.is_empty() {
                if token.is(";") {
                    continue;
                }
                file = of.clone();
                (depth, assigned, body) = (0, false, false);
                if token.is("static")
                    && let Some((next, _)) = todo.last()
                    && self.pp.macros.get(&next.text).is_some_and(|it| it.is_like_a_function())
                {
                    continue;
                }
                if token.is_word()
                    && todo.last().is_some_and(|(next, _)| next.is("("))
                    && self.at_top(&token, &of, &mut todo)
                {
                    continue;
                }
            }
            let before = chunk.last();
            match &*token.text {
                "{" if depth == 0 => {
                    let after = before
                        .is_some_and(|it| it.is(")") || (it.is_word() && has_parameters(&chunk)));
                    body = after && !assigned && !is_of_type(&chunk);
                    depth += 1;
                }
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                "=" if depth == 0 => assigned = true,
                _ => {}
            }
            let ends = depth <= 0 && (token.is(";") || (token.is("}") && body));
            chunk.push(token);
            if ends {
                let tokens = std::mem::take(&mut chunk);
                self.add(Chunk { tokens: tokens.into(), file: file.clone(), is_function: body });
            }
        }
    }

    /// A call at the top of a file: a macro is expanded, and goes on in its place; what nobody knows goes,
    /// if nothing follows that makes it a definition.
    fn at_top(&mut self, name: &Token, file: &Arc<str>, todo: &mut Vec<Placed>) -> bool {
        let mut depth = 0;
        let mut call = vec![name.clone()];
        for (token, _) in todo.iter().rev() {
            call.push(token.clone());
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            if depth == 0 || call.len() > 20_000 {
                break;
            }
        }
        let rest = todo.len() - (call.len() - 1);
        if self.pp.macros.get(&name.text).is_some_and(|it| it.is_like_a_function()) {
            todo.truncate(rest);
            let expanded = self.pp.expand(&call);
            let is_itself = expanded.first().is_some_and(|it| it.text == name.text);
            if !is_itself {
                todo.extend(expanded.into_iter().rev().map(|token| (token, file.clone())));
            }
            return true;
        }
        let next = rest.checked_sub(1).map(|at| &todo[at].0);
        if next.is_some_and(|next| next.first && !next.is("{")) {
            todo.truncate(rest);
            return true;
        }
        false
    }

    fn add(&mut self, chunk: Chunk) {
        let at = self.chunks.len();
        let mut names: Vec<(Sort, Arc<str>)> = Vec::new();
        let tokens = &chunk.tokens;
        if chunk.is_function {
            names.extend(called(tokens).map(|name| (Sort::Function, name)));
        } else {
            tags(tokens, &mut names);
            if tokens[0].is("typedef") || tokens.get(1).is_some_and(|it| it.is("typedef")) {
                names.extend(declared(tokens, &self.pp.macros).map(|name| (Sort::Typedef, name)));
            } else if !declares_a_type(tokens) {
                match called(tokens) {
                    Some(name) if is_prototype(tokens) => names.push((Sort::Prototype, name)),
                    _ => names.extend(
                        declared(tokens, &self.pp.macros).map(|name| (Sort::Variable, name)),
                    ),
                }
            }
        }
        for (sort, name) in names {
            if sort == Sort::Function && *chunk.file == *self.file {
                self.names.insert((sort, name), at);
            } else {
                self.names.entry((sort, name)).or_insert(at);
            }
        }
        self.chunks.push(chunk);
    }
}

fn is_of_type(chunk: &[Token]) -> bool {
    // `struct x {`, `enum {`: nothing stands in parentheses before the brace.
    !has_parameters(chunk)
}

fn has_parameters(chunk: &[Token]) -> bool {
    called(chunk).is_some()
}

/// The first word at depth 0 that parentheses follow, attributes aside.
fn called(tokens: &[Token]) -> Option<Arc<str>> {
    let (mut depth, mut found) = (0, None);
    for (at, token) in tokens.iter().enumerate() {
        match &*token.text {
            "(" if depth == 0 => {
                let before = at.checked_sub(1).map(|at| &tokens[at]);
                if let Some(before) = before
                    && before.is_word()
                    && !ATTRIBUTES.contains(&&*before.text)
                {
                    found = found.or_else(|| Some(before.text.clone()));
                }
                depth += 1;
            }
            "{" if depth == 0 => break,
            "=" if depth == 0 => break,
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            _ => {}
        }
    }
    found
}

fn is_new(word: &Token) -> bool {
    word.is_word()
        && !["void", "int", "long", "short", "char", "unsigned", "signed"].contains(&&*word.text)
}

/// Whether it declares a structure or an enum, and no variable.
fn declares_a_type(tokens: &[Token]) -> bool {
    let is_forward = tokens[0].is("struct") && tokens.get(2).is_some_and(|it| it.is(";"));
    let ends_in_body = tokens.iter().rev().nth(1).is_some_and(|it| it.is("}"));
    is_forward || (is_of_type(tokens) && ends_in_body && !has_value(tokens))
}

/// Whether something is set to a value.
fn has_value(tokens: &[Token]) -> bool {
    let mut depth = 0;
    tokens.iter().any(|token| {
        depth += i32::from(token.is("{")) - i32::from(token.is("}"));
        depth == 0 && token.is("=")
    })
}

fn is_prototype(tokens: &[Token]) -> bool {
    !tokens.iter().any(|it| it.is("=") || it.is("{"))
}

/// The name that a declaration or a typedef declares: its last word at depth 0, or that of a pointer to a
/// function.
fn declared(tokens: &[Token], macros: &FxHashMap<Arc<str>, Macro>) -> Option<Arc<str>> {
    // What stands behind the name for the linker is a macro.
    let is_name = |token: &Token| {
        token.kind == Kind::Word
            && !ATTRIBUTES.contains(&&*token.text)
            && !macros.get(&token.text).is_some_and(Macro::is_attribute)
    };
    let (mut depth, mut last) = (0, None);
    for (at, token) in tokens.iter().enumerate() {
        match &*token.text {
            "(" if depth == 0 && tokens.get(at + 1).is_some_and(|it| it.is("*")) => {
                let inner = tokens[at..].iter().take_while(|it| !it.is(")"));
                return inner.filter(|it| it.is_word()).last().map(|it| it.text.clone());
            }
            "(" if depth == 0
                && tokens.get(at + 2).is_some_and(|it| it.is(")"))
                && is_new(&tokens[at + 1]) =>
            {
                return Some(tokens[at + 1].text.clone());
            }
            "=" if depth == 0 => break,
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            _ if depth == 0 && is_name(token) => {
                last = Some(token.text.clone());
            }
            _ => {}
        }
    }
    last
}

/// The tags that a chunk defines, and the constants of enums.
fn tags(tokens: &[Token], names: &mut Vec<(Sort, Arc<str>)>) {
    for (at, token) in tokens.iter().enumerate() {
        if !(token.is("struct") || token.is("union") || token.is("enum")) {
            continue;
        }
        let (tag, open) = match tokens.get(at + 1) {
            Some(tag) if tag.is_word() => (Some(tag), at + 2),
            _ => (None, at + 1),
        };
        if !tokens.get(open).is_some_and(|it| it.is("{")) {
            continue;
        }
        names.extend(tag.map(|tag| (Sort::Tag, tag.text.clone())));
        if token.is("enum") {
            let mut depth = 0;
            for (place, token) in tokens.iter().enumerate().skip(open) {
                match &*token.text {
                    "{" | "(" | "[" => depth += 1,
                    "}" | ")" | "]" => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                let starts = tokens[place - 1].is("{") || tokens[place - 1].is(",");
                if depth == 1 && token.is_word() && starts {
                    names.push((Sort::Enumerator, token.text.clone()));
                }
            }
        }
    }
}
