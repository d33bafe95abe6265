// SPDX-License-Identifier: GPL-2.0-only
//! From tokens to a tree of syntax. The parser knows no typedefs and guesses what `(a)(b)` or `a * b;`
//! may be; so it is not left to guess: where a typedef's name stands, it reads a structure's
//! (`struct T__loff_t`), and where a type is that of an expression, one with a number (`struct TO__3`).

use crate::lex::Token;
use crate::unit::{Sort, Unit};
use crate::{Refused, lex::Kind};
use std::sync::Arc;
use tree_sitter::{Node, Parser, Tree};

/// What a typedef's name begins with for the parser.
pub(crate) const TYPEDEF: &str = "T__";
/// What the type of an expression is called for the parser, before its number.
pub(crate) const TYPE_OF: &str = "TO__";
/// What `__auto_type` is called for the parser.
pub(crate) const AUTO: &str = "AUTO__";

/// A text and its syntax.
pub(crate) struct Parsed {
    pub(crate) text: String,
    pub(crate) tree: Tree,
    /// Tells it from every other text that was parsed.
    pub(crate) number: usize,
    /// Where each token begins, its line, and the macro that a reader knows it by.
    starts: Vec<(usize, u32, Option<Arc<str>>)>,
}

impl Parsed {
    pub(crate) fn line(&self, node: Node<'_>) -> u32 {
        let at = self.starts.partition_point(|(start, ..)| *start <= node.start_byte());
        at.checked_sub(1).map_or(0, |at| self.starts[at].1)
    }

    pub(crate) fn text(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// What a node says to a reader: without what the parser needed, and with the names of macros.
    pub(crate) fn words(&self, node: Node<'_>) -> Arc<str> {
        let range = node.byte_range();
        let first = self.starts.partition_point(|(start, ..)| *start < range.start);
        let mut out = String::new();
        let mut from: Option<&Arc<str>> = None;
        let tokens = self.starts[first..].iter().take_while(|(start, ..)| *start < range.end);
        for (start, _, macro_name) in tokens {
            let word = self.text[*start..range.end].split(' ').next().unwrap_or("");
            let word = match macro_name {
                Some(name) if from == Some(name) => continue,
                Some(name) => name,
                None if word == "struct"
                    && self.text[*start..].starts_with(&format!("struct {TYPEDEF}")) =>
                {
                    continue;
                }
                None => word.strip_prefix(TYPEDEF).unwrap_or(word),
            };
            from = macro_name.as_ref();
            append(&mut out, word);
        }
        out.into()
    }
}

/// Puts a word behind others, as C is written.
fn append(out: &mut String, word: &str) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let after_word = out.ends_with(is_word) || out.ends_with([')', ']']);
    let tight = match word {
        ")" | "]" | "," | "." | "->" | ";" => true,
        "(" | "[" | "++" | "--" => after_word || out.ends_with('('),
        _ => out.is_empty() || out.ends_with(['(', '[', '.', '~', '!']) || out.ends_with("->"),
    };
    // A sign or a star before a word belongs to it.
    let is_prefix = ["-", "*", "&"].iter().any(|sign| {
        out.strip_suffix(sign).is_some_and(|before| {
            before.is_empty()
                || before.ends_with(['(', ',', '['])
                || before.ends_with("== ")
                || before.ends_with(", ")
        })
    });
    if !tight && !is_prefix {
        out.push(' ');
    }
    out.push_str(word);
}

/// What says nothing about what is done.
const SILENT: &[&str] = &[
    "const",
    "volatile",
    "restrict",
    "inline",
    "__inline",
    "__inline__",
    "__extension__",
    "__restrict",
    "register",
    "__const",
    "__volatile__",
    "_Noreturn",
    "__signed__",
    "__always_inline",
    "noinline",
    "__noreturn",
    "__restrict__",
    "__noinline",
    "__seg_gs",
    "__seg_fs",
    "asmlinkage",
    "__visible",
    "__used",
    "__weak",
    "notrace",
    "__deprecated",
    "__latent_entropy",
    "__sched",
    "noinstr",
    "noinline_for_stack",
    "__naked",
];

impl Unit<'_> {
    /// Tokens as the parser takes them, all macros expanded.
    pub(crate) fn parse(&mut self, tokens: &[Token], file: &str) -> Result<Parsed, Refused> {
        let expanded = self.pp.expand(tokens);
        self.parse_expanded(&expanded, file)
    }

    pub(crate) fn parse_expanded(
        &mut self,
        expanded: &[Token],
        file: &str,
    ) -> Result<Parsed, Refused> {
        let plain = self.plain(expanded);
        self.parsed += 1;
        let (mut text, mut starts) = (String::new(), Vec::with_capacity(plain.len()));
        for token in &plain {
            starts.push((text.len(), token.line, token.from.clone()));
            text.push_str(&token.text);
            text.push(' ');
        }
        let mut parser = Parser::new();
        let line = plain.first().map_or(0, |token| token.line);
        let refused = |why: &str| Refused { file: file.into(), line, why: why.into() };
        parser
            .set_language(&tree_sitter_c::LANGUAGE.into())
            .map_err(|_| refused("there is no parser of C"))?;
        let tree = parser.parse(&text, None).ok_or_else(|| refused("the parser gave up"))?;
        let parsed = Parsed { text, tree, number: self.parsed, starts };
        match bad(parsed.tree.root_node()) {
            None => Ok(parsed),
            Some(node) => {
                let around = if node.is_missing() { node.parent().unwrap_or(node) } else { node };
                let text: String = parsed.words(around).chars().take(60).collect();
                let why = format!("`{text}` is not understood");
                Err(Refused { file: file.into(), line: parsed.line(node), why })
            }
        }
    }

    fn plain(&mut self, tokens: &[Token]) -> Vec<Token> {
        let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if !token.is_word() {
                // A bit-field without a name.
                let is_nameless = token.is(":")
                    && out.last().is_some_and(|it| it.is("int") || it.text.starts_with(TYPEDEF))
                    && tokens.get(at).is_some_and(|it| it.kind == Kind::Number);
                if is_nameless {
                    out.push(token.with(Kind::Word, "__mm_nameless"));
                }
                out.push(token.clone());
                continue;
            }
            let group = |from: usize| -> usize {
                let mut depth = 0;
                for (end, token) in tokens.iter().enumerate().skip(from) {
                    depth += i32::from(token.is("(")) - i32::from(token.is(")"));
                    if depth == 0 {
                        return end + 1;
                    }
                }
                tokens.len()
            };
            let is_called = tokens.get(at).is_some_and(|it| it.is("("));
            match &*token.text {
                silent if SILENT.contains(&silent) => {}
                "__func__" | "__FUNCTION__" | "__PRETTY_FUNCTION__" => {
                    out.push(token.with(Kind::String, "\"__func__\""));
                }
                "__label__" => {
                    at = tokens
                        .len()
                        .min(at + tokens[at..].iter().take_while(|it| !it.is(";")).count() + 1)
                }
                "__mm_cleanup" if is_called => {
                    // It stands behind the variable that it is for.
                    let end = group(at);
                    let what = tokens[at + 1].text.clone();
                    if let Some(of) = out.last() {
                        self.cleanups.insert(of.text.clone(), what);
                    }
                    at = end;
                }
                "__attribute__" | "__attribute" | "_Alignas" if is_called => at = group(at),
                "asm" | "__asm__" | "__asm" => {
                    while tokens.get(at).is_some_and(|it| it.is_word()) {
                        at += 1;
                    }
                    at = group(at);
                    out.extend(["__mm_asm", "(", ")"].map(|text| token.with(Kind::Word, text)));
                }
                "typeof" | "__typeof__" | "__typeof" | "typeof_unqual" | "__typeof_unqual__"
                    if is_called =>
                {
                    let end = group(at);
                    let of = tokens[at + 1..end - 1].to_vec();
                    at = end;
                    let name = format!("{TYPE_OF}{}", self.typeofs.len());
                    self.typeofs.push(of);
                    out.push(token.with(Kind::Word, "struct"));
                    out.push(token.with(Kind::Word, &name));
                }
                "unsigned" | "signed" => {
                    out.push(token.clone());
                    let next = tokens.get(at).map_or("", |it| &it.text);
                    if !["int", "long", "short", "char", "__int128"].contains(&next)
                        && !out[..out.len() - 1]
                            .last()
                            .is_some_and(|it| it.is("long") || it.is("int"))
                    {
                        out.push(token.with(Kind::Word, "int"));
                    }
                }
                "__auto_type" => {
                    out.push(token.with(Kind::Word, "struct"));
                    out.push(token.with(Kind::Word, AUTO));
                }
                name => {
                    let before = out.last();
                    let is_other = before.is_some_and(|it| {
                        [".", "->", "struct", "union", "enum", "goto"]
                            .iter()
                            .any(|text| it.is(text))
                    });
                    let is_type = !is_other
                        && (self.has(Sort::Typedef, name)
                            || matches!(name, "_Bool" | "__builtin_va_list" | "__int128"));
                    if is_type && !is_declared_here(before, tokens.get(at)) {
                        out.push(token.with(Kind::Word, "struct"));
                        out.push(token.with(Kind::Word, &format!("{TYPEDEF}{name}")));
                    } else {
                        out.push(token.clone());
                    }
                }
            }
        }
        out
    }
}

/// Whether a typedef's name is a variable's here: `u8 slot;` after a type, before what ends a declarator.
fn is_declared_here(before: Option<&Token>, after: Option<&Token>) -> bool {
    let follows_type = before.is_some_and(|it| {
        it.is_word()
            && (it.text.starts_with(TYPEDEF)
                || matches!(&*it.text, "int" | "long" | "char" | "short" | "unsigned"))
    });
    follows_type && after.is_some_and(|it| [";", ",", ")", "=", "["].iter().any(|text| it.is(text)))
}

/// The first node that the parser did not understand.
fn bad(node: Node<'_>) -> Option<Node<'_>> {
    if !node.has_error() {
        return None;
    }
    let mut cursor = node.walk();
    let inner = node.children(&mut cursor).find_map(bad);
    inner.or_else(|| (node.is_error() || node.is_missing()).then_some(node))
}
