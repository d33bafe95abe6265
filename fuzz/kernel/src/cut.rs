// SPDX-License-Identifier: GPL-2.0-only
//! Cuts pieces out of the kernel's files, by name, with a parser of C.

pub(crate) mod rewrite;

use crate::fault::Fault;
use crate::plan::{Item, OF_SOME_TREES, Part};
use tree_sitter::{Node, Parser};

/// A piece of the kernel's text.
#[derive(Clone, Debug)]
pub struct Piece {
    /// What it was asked for as.
    pub item: Item,
    /// The file that it stands in.
    pub file: &'static str,
    /// Its first line in the file, counted from 1.
    pub line: usize,
    /// Its text, with annotations for the kernel's checkers blanked.
    pub text: String,
}

impl Piece {
    /// The line in the file of a byte of the text.
    pub fn line_of(&self, byte: usize) -> usize {
        self.line + self.text.as_bytes()[..byte].iter().filter(|&&b| b == b'\n').count()
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// The pieces of `part` that `text`, its file's, has; and what it has not.
pub fn pieces(part: &Part, text: Option<&str>) -> (Vec<Piece>, Vec<Fault>) {
    let items = part.items();
    let missing = |item: &Item| Fault::Missing { name: item.name().into(), file: part.file };
    let is_in_every_tree = |item: &&Item| !OF_SOME_TREES.contains(&item.name());
    let Some(text) = text else {
        return (Vec::new(), items.iter().filter(is_in_every_tree).map(missing).collect());
    };
    let found = find(part.file, &items, text);
    let lacking = items.iter().zip(&found).filter(|(_, piece)| piece.is_none());
    let faults = lacking.map(|(item, _)| item).filter(is_in_every_tree).map(missing).collect();
    let mut pieces: Vec<Piece> = found.into_iter().flatten().collect();
    pieces.sort_by_key(|piece| piece.line);
    (pieces, faults)
}

/// Each of the items that the text of `file` has.
pub(crate) fn find(file: &'static str, items: &[Item], text: &str) -> Vec<Option<Piece>> {
    let text = blank_annotations(text);
    let tree = parse(&text);
    let mut found: Vec<Option<Piece>> = vec![None; items.len()];
    visit(tree.root_node(), &mut |node| {
        let Some(name) = name_of(node, &text) else { return };
        let wanted = |item: &Item| kind_of(*item).contains(&node.kind()) && item.name() == name;
        let Some(at) = items.iter().position(wanted) else { return };
        // Of two definitions under a condition the first is the one with the option set.
        if found[at].is_none() {
            found[at] = Some(Piece {
                item: items[at],
                file,
                line: node.start_position().row + 1,
                text: text[node.byte_range()].to_owned(),
            });
        }
    });
    found
}

/// What is in the name of every macro of the kernel's that is a loop.
const LOOP: &str = "for_each";

/// Parses C. A macro that is a loop is a `while` to the parser: its arguments are in parentheses and
/// what it repeats follows. All bytes keep their places.
pub(crate) fn parse(text: &str) -> tree_sitter::Tree {
    let mut masked = text.to_owned();
    for (at, _) in text.match_indices(LOOP) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let start = text[..at].rfind(|c| !is_word(c)).map_or(0, |before| before + 1);
        let Some(end) = text[at..].find(|c| !is_word(c)).map(|end| at + end) else { continue };
        if text[end..].starts_with('(') {
            masked.replace_range(start..end, &format!("{:1$}", "while", end - start));
        }
    }
    let text = masked.as_str();
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_c::LANGUAGE.into()).expect("the grammar fits the parser");
    parser.parse(text, None).expect("a parser with a language and no time limit parses")
}

fn kind_of(item: Item) -> &'static [&'static str] {
    match item {
        Item::Macro(_) => &["preproc_def", "preproc_function_def"],
        Item::Enum(_) => &["enum_specifier"],
        Item::Function(_) => &["function_definition"],
    }
}

/// Calls `see` for every definition outside a function, in the order of the text.
fn visit(node: Node<'_>, see: &mut impl FnMut(Node<'_>)) {
    for child in node.children(&mut node.walk()) {
        match child.kind() {
            "preproc_def" | "preproc_function_def" | "enum_specifier" | "function_definition" => {
                see(child);
            }
            _ => visit(child, see),
        }
    }
}

fn name_of<'t>(node: Node<'_>, text: &'t str) -> Option<&'t str> {
    match node.kind() {
        "function_definition" => function_name(node, text),
        // Without a body it is a use, not a definition.
        "enum_specifier" if node.child_by_field_name("body").is_none() => None,
        _ => Some(&text[node.child_by_field_name("name")?.byte_range()]),
    }
}

/// The name that a function definition defines.
pub(crate) fn function_name<'t>(definition: Node<'_>, text: &'t str) -> Option<&'t str> {
    let mut node = definition.child_by_field_name("declarator")?;
    while node.kind() != "identifier" {
        node = node.child_by_field_name("declarator")?;
    }
    Some(&text[node.byte_range()])
}

/// Words for sparse, which no compiler and no parser of C knows. They are blanked, so that every
/// other byte keeps its place.
fn blank_annotations(text: &str) -> String {
    let mut text = text.to_owned();
    for word in ["__acquires(", "__releases(", "__must_hold("] {
        let mut from = 0;
        while let Some(at) = text[from..].find(word).map(|at| at + from) {
            let Some(end) = text[at..].find(')').map(|end| at + end + 1) else { break };
            text.replace_range(at..end, &" ".repeat(end - at));
            from = end;
        }
    }
    text
}
