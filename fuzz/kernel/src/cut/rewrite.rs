// SPDX-License-Identifier: GPL-2.0-only
//! Makes every access to memory a call.
//!
//! The kernel's objects have no contents here; Rust has them. A load of a member is `get_MEMBER(p)`,
//! a store `set_MEMBER(p, value)`, `|=` is `or_MEMBER`, and a call through a pointer
//! `call_MEMBER(p, arguments)`; `&p->member` is an address and stays as it is. So a load happens where
//! the text has it, its answer may change from one to the next, and a store is an effect in its
//! place. Nothing else of the text changes, and every line stays on its line.

use super::{LOOP, Piece, function_name, parse};
use crate::fault::Fault;
use tree_sitter::Node;

/// A function, ready to be compiled.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// The name that it defines.
    pub name: String,
    /// Everything before its body.
    pub signature: String,
    /// Its text, with accesses made calls.
    pub code: String,
    /// Every name that it calls, and the line.
    pub calls: Vec<(String, usize)>,
    /// The members that it accesses: how, and the line.
    pub members: Vec<(String, usize)>,
}

/// The checks of which each has a site.
const CHECKS: &[&str] = &["WARN_ON", "WARN_ON_ONCE", "BUG_ON", "VM_BUG_ON_FOLIO"];

/// Rewrites a function.
///
/// # Errors
/// If the parser does not understand it.
pub(crate) fn function(piece: &Piece) -> Result<Function, Fault> {
    let tree = parse(&piece.text);
    let root = tree.root_node();
    let unparsed = || Fault::Unparsed {
        name: piece.item.name().into(),
        file: piece.file,
        line: first_error(root).map_or(piece.line, |byte| piece.line_of(byte)),
    };
    let definition = root.child(0).filter(|node| node.kind() == "function_definition");
    let (Some(definition), false) = (definition, root.has_error()) else {
        return Err(unparsed());
    };
    let name = function_name(definition, &piece.text).ok_or_else(unparsed)?;
    let body = definition.child_by_field_name("body").ok_or_else(unparsed)?;
    let mut rewriter = Rewriter {
        piece,
        function: name,
        calls: Vec::new(),
        members: Vec::new(),
        checks: 0,
        unknown_check: None,
    };
    let code = rewriter.emit(definition);
    if let Some(line) = rewriter.unknown_check {
        return Err(Fault::UnknownCheck { name: name.into(), file: piece.file, line });
    }
    Ok(Function {
        name: name.to_owned(),
        signature: piece.text[..body.start_byte()].trim_end().to_owned(),
        code,
        calls: rewriter.calls,
        members: rewriter.members,
    })
}

fn first_error(node: Node<'_>) -> Option<usize> {
    if node.is_error() || node.is_missing() {
        return Some(node.start_byte());
    }
    node.children(&mut node.walk()).find_map(first_error)
}

struct Rewriter<'p> {
    piece: &'p Piece,
    function: &'p str,
    calls: Vec<(String, usize)>,
    members: Vec<(String, usize)>,
    checks: usize,
    unknown_check: Option<usize>,
}

impl<'p> Rewriter<'p> {
    fn text(&self, node: Node<'_>) -> &'p str {
        &self.piece.text[node.byte_range()]
    }

    fn emit(&mut self, node: Node<'_>) -> String {
        let made = match node.kind() {
            "field_expression" => self.access("get", node, ""),
            "subscript_expression" => self.subscript("get", node, ""),
            "assignment_expression" => self.assignment(node),
            "update_expression" => self.update(node),
            "call_expression" => self.call(node),
            "pointer_expression" => self.address(node),
            "binary_expression" => self.mask(node),
            "while_statement" => self.loop_macro(node),
            _ => None,
        };
        let mut made = made.unwrap_or_else(|| self.copy(node));
        // What comes after stays on its line.
        let newlines = |text: &str| text.bytes().filter(|&b| b == b'\n').count();
        let lost = newlines(self.text(node)).saturating_sub(newlines(&made));
        made.extend(std::iter::repeat_n('\n', lost));
        made
    }

    /// The node as it is, with its children rewritten.
    fn copy(&mut self, node: Node<'_>) -> String {
        let mut made = String::new();
        let mut at = node.start_byte();
        for child in node.children(&mut node.walk()) {
            made.push_str(&self.piece.text[at..child.start_byte()]);
            made.push_str(&self.emit(child));
            at = child.end_byte();
        }
        made.push_str(&self.piece.text[at..node.end_byte()]);
        made
    }

    fn field<'n>(&self, node: Node<'n>, name: &str) -> Option<Node<'n>> {
        node.child_by_field_name(name)
    }

    /// `VERB_MEMBER(p rest)`, for the field expression `p->member`.
    fn access(&mut self, verb: &str, node: Node<'_>, rest: &str) -> Option<String> {
        let member = self.text(self.field(node, "field")?);
        let accessor = format!("{verb}_{member}");
        self.members.push((accessor.clone(), self.piece.line_of(node.start_byte())));
        let object = self.object(node)?;
        Some(format!("{accessor}({object}{rest})"))
    }

    /// The pointer that a field expression goes through.
    fn object(&mut self, node: Node<'_>) -> Option<String> {
        let argument = self.field(node, "argument")?;
        let object = self.emit(argument);
        let arrow = self.text(self.field(node, "operator")?) == "->";
        Some(if arrow { object } else { format!("&({object})") })
    }

    /// `p->member[i]` or `array[i]`.
    fn subscript(&mut self, verb: &str, node: Node<'_>, rest: &str) -> Option<String> {
        let array = self.field(node, "argument")?;
        let index = self.field(node, "index")?;
        let index = self.emit(index);
        let rest = format!(", {index}{rest}");
        match array.kind() {
            "field_expression" => self.access(verb, array, &rest),
            "identifier" => {
                let name = self.text(array);
                let accessor = if verb == "get" { "at" } else { verb };
                let accessor = format!("{accessor}_{name}");
                self.members.push((accessor.clone(), self.piece.line_of(node.start_byte())));
                Some(format!("{accessor}({name}{rest})"))
            }
            _ => None,
        }
    }

    fn assignment(&mut self, node: Node<'_>) -> Option<String> {
        let left = self.field(node, "left")?;
        let operator = self.text(self.field(node, "operator")?);
        let verb = match operator {
            "=" => "set",
            "+=" => "add",
            "-=" => "sub",
            "|=" => "or",
            "&=" => "and",
            _ => "change",
        };
        let is_member = matches!(left.kind(), "field_expression" | "subscript_expression");
        if !is_member {
            return None;
        }
        let right = self.field(node, "right")?;
        let value = self.emit(right);
        let rest = format!(", {value}");
        match left.kind() {
            "field_expression" => self.access(verb, left, &rest),
            _ => self.subscript(verb, left, &rest),
        }
    }

    /// `p->member++`
    fn update(&mut self, node: Node<'_>) -> Option<String> {
        let argument = self.field(node, "argument")?;
        match argument.kind() {
            "field_expression" => self.access("step", argument, ""),
            _ => None,
        }
    }

    fn call(&mut self, node: Node<'_>) -> Option<String> {
        let function = self.field(node, "function")?;
        let list = self.field(node, "arguments")?;
        if function.kind() == "field_expression" {
            let arguments = self.copy(list);
            let inner = &arguments[1..arguments.len() - 1];
            return self.access("call", function, &format!(", {inner}"));
        }
        let name = self.text(function);
        if !CHECKS.contains(&name) {
            self.calls.push((name.to_owned(), self.piece.line_of(node.start_byte())));
            return None;
        }
        let nth = self.checks;
        self.checks += 1;
        let Some(site) = crate::sites::site(self.function, nth) else {
            self.unknown_check = Some(self.piece.line_of(node.start_byte()));
            return None;
        };
        let arguments = self.copy(list);
        Some(format!("{name}_AT(SITE_{site:?}, {}", &arguments[1..]))
    }

    /// A loop that is a macro of the kernel's: see [`parse`].
    fn loop_macro(&mut self, node: Node<'_>) -> Option<String> {
        let name = self.text(node).split('(').next()?;
        if name != "while" && name.contains(LOOP) {
            self.calls.push((name.to_owned(), self.piece.line_of(node.start_byte())));
        }
        None
    }

    /// `&p->member`, which loads nothing.
    fn address(&mut self, node: Node<'_>) -> Option<String> {
        let argument = self.field(node, "argument")?;
        let operator = self.text(self.field(node, "operator")?);
        if operator != "&" || argument.kind() != "field_expression" {
            return None;
        }
        let object = self.object(argument)?;
        let member = self.text(self.field(argument, "field")?);
        Some(format!("&({object})->{member}"))
    }

    /// `p->flags & mask`, which looks at those bits alone.
    fn mask(&mut self, node: Node<'_>) -> Option<String> {
        let left = self.field(node, "left")?;
        if self.text(self.field(node, "operator")?) != "&" || left.kind() != "field_expression" {
            return None;
        }
        if self.text(self.field(left, "field")?) != "flags" {
            return None;
        }
        let right = self.field(node, "right")?;
        let mask = self.emit(right);
        self.access("bits", left, &format!(", {mask}"))
    }
}
