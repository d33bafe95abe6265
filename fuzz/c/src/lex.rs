// SPDX-License-Identifier: GPL-2.0-only
//! The tokens of C's preprocessor (C11, 6.4): what a file says, line by line.

use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Word,
    Number,
    String,
    Char,
    Punctuation,
}

/// The macros that a token came out of, which do not expand in it again.
#[derive(Debug)]
pub(crate) struct Hidden {
    pub(crate) name: Arc<str>,
    pub(crate) more: Option<Rc<Hidden>>,
}

/// A token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: Arc<str>,
    /// The line on which it stands, from 1. What a macro expands to stands where the macro is used.
    pub(crate) line: u32,
    /// Whether space stands before it.
    pub(crate) spaced: bool,
    /// Whether it is the first of its line.
    pub(crate) first: bool,
    pub(crate) hidden: Option<Rc<Hidden>>,
    /// The macro without arguments that it came out of: what a reader knows it by.
    pub(crate) from: Option<Arc<str>>,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        &*self.text == text && !matches!(self.kind, Kind::String | Kind::Char)
    }

    pub(crate) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    pub(crate) fn hides(&self, name: &str) -> bool {
        let mut at = self.hidden.as_ref();
        while let Some(hidden) = at {
            if &*hidden.name == name {
                return true;
            }
            at = hidden.more.as_ref();
        }
        false
    }

    /// Another token in this one's place.
    pub(crate) fn with(&self, kind: Kind, text: &str) -> Token {
        Token { kind, text: text.into(), ..self.clone() }
    }
}

const LONG: [&str; 23] = [
    "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=",
    "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##",
];

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    line: u32,
    spaced: bool,
    first: bool,
    words: &'t mut Words,
}

/// The words that were met, each there once.
#[derive(Default, Debug)]
pub(crate) struct Words {
    known: FxHashSet<Arc<str>>,
    /// Words that are read as others.
    renamed: FxHashMap<Arc<str>, Arc<str>>,
    /// Those of them that were met.
    pub(crate) met: BTreeSet<Arc<str>>,
}

impl Words {
    pub(crate) fn new(renamed: &BTreeMap<String, String>) -> Words {
        let renamed = renamed.iter().map(|(from, to)| (from.as_str().into(), to.as_str().into()));
        Words { renamed: renamed.collect(), ..Words::default() }
    }

    pub(crate) fn word(&mut self, text: &str) -> Arc<str> {
        if !self.renamed.is_empty()
            && let Some((from, to)) = self.renamed.get_key_value(text)
        {
            self.met.insert(from.clone());
            return to.clone();
        }
        self.itself(text)
    }

    fn itself(&mut self, text: &str) -> Arc<str> {
        if let Some(word) = self.known.get(text) {
            return word.clone();
        }
        let word: Arc<str> = text.into();
        self.known.insert(word.clone());
        word
    }
}

/// The tokens of a text. Bytes that C has no use for are passed over.
pub(crate) fn tokens(text: &str, words: &mut Words) -> Vec<Token> {
    let mut lexer =
        Lexer { text: text.as_bytes(), at: 0, line: 1, spaced: false, first: true, words };
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5);
    let mut is_include = false;
    while lexer.skip() {
        let (line, spaced, first) = (lexer.line, lexer.spaced, lexer.first);
        let from = lexer.at;
        let Some(kind) = lexer.one() else { continue };
        let said = text.get(from..lexer.at).unwrap_or("");
        let is_directive = tokens.last().is_some_and(|hash| hash.first && hash.is("#"));
        is_include = !first && (is_include || is_directive && said == "include");
        let text = match said.bytes().any(|byte| byte == b'\\') {
            true => lexer.words.word(&said.replace("\\\n", "")),
            // A file is called what it is called.
            false if is_include => lexer.words.itself(said),
            false => lexer.words.word(said),
        };
        tokens.push(Token { kind, text, line, spaced, first, hidden: None, from: None });
        (lexer.spaced, lexer.first) = (false, false);
    }
    tokens
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Passes over space, comments and continued lines; false at the end.
    fn skip(&mut self) -> bool {
        loop {
            match (self.peek(0), self.peek(1)) {
                _ if self.at >= self.text.len() => return false,
                (b'\n', _) => {
                    self.line += 1;
                    self.first = true;
                    self.at += 1;
                }
                (b'\\', b'\n') => {
                    self.line += 1;
                    self.at += 2;
                }
                (b'/', b'/') => {
                    while self.at < self.text.len() && self.peek(0) != b'\n' {
                        self.at += 1;
                    }
                }
                (b'/', b'*') => {
                    self.at += 2;
                    while self.at < self.text.len()
                        && !(self.peek(0) == b'*' && self.peek(1) == b'/')
                    {
                        self.line += u32::from(self.peek(0) == b'\n');
                        self.at += 1;
                    }
                    self.at = (self.at + 2).min(self.text.len());
                }
                (byte, _) if byte.is_ascii_whitespace() => self.at += 1,
                _ => return true,
            }
            self.spaced = true;
        }
    }

    fn one(&mut self) -> Option<Kind> {
        let byte = self.peek(0);
        if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$' {
            if byte == b'L' && matches!(self.peek(1), b'"' | b'\'') {
                self.at += 1;
                return self.one();
            }
            self.while_in(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$');
            return Some(Kind::Word);
        }
        if byte.is_ascii_digit() || (byte == b'.' && self.peek(1).is_ascii_digit()) {
            self.while_in(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
            return Some(Kind::Number);
        }
        if byte == b'"' || byte == b'\'' {
            self.quoted(byte);
            return Some(if byte == b'"' { Kind::String } else { Kind::Char });
        }
        let rest = &self.text[self.at..];
        let is_long = |long: &&&str| rest.starts_with(long.as_bytes());
        if let Some(long) =
            LONG.iter().filter(|_| self.peek(1).is_ascii_punctuation()).find(is_long)
        {
            self.at += long.len();
            return Some(Kind::Punctuation);
        }
        self.at += 1;
        byte.is_ascii_graphic().then_some(Kind::Punctuation)
    }

    fn while_in(&mut self, of: impl Fn(u8) -> bool) {
        while of(self.peek(0)) {
            self.at += 1;
        }
    }

    /// To the closing quote, or the end of the line if there is none.
    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.text.len() && self.peek(0) != b'\n' {
            match self.peek(0) {
                b'\\' => {
                    self.line += u32::from(self.peek(1) == b'\n');
                    self.at = (self.at + 2).min(self.text.len());
                }
                byte => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
    }
}
