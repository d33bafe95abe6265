// SPDX-License-Identifier: GPL-2.0-only
//! The doors that C's spelling in the table says all of: what the kernel's text calls, loads or
//! stores becomes a call to the other side.
//!
//! The spelling is rewritten as the kernel's text is (see `cut/rewrite.rs`), so `cc->order` is a
//! `get_order(cc)`, and that is what is defined here. An argument that the helper has is passed on. Of any
//! other the spelling says what it is, and the text may pass nothing else.

use crate::cut::{Piece, rewrite};
use crate::header;
use crate::plan::Item;
use mmcore::{CallId, Door, Kind};
use std::fmt::Write;
use std::sync::LazyLock;

/// What C's names for the objects of which there is one stand for.
const OBJECTS: &[(&str, &str)] = &[
    ("cc", "(&scan_control)"),
    ("zone", "(&the_zone)"),
    ("pgdat", "(&the_node)"),
    ("kvm", "(&the_kvm)"),
    ("gmem", "(&gmems[0])"),
];

/// A batch is the only one, so it needs no name.
const BATCH: &[&str] = &["&fbatch", "indices"];

/// The header `calls.h`: a function of C for every helper, and the doors to them.
pub fn calls() -> &'static str {
    static CALLS: LazyLock<String> = LazyLock::new(|| {
        let mut text = header::functions();
        for id in CallId::ALL.iter().filter(|id| id.kind() != Kind::Mark) {
            define(&mut text, *id);
        }
        text
    });
    &CALLS
}

/// Defines the doors of a helper, under all its names in C.
fn define(text: &mut String, id: CallId) {
    let row = id.row();
    if row.door != Door::Spelled && row.names.is_empty() {
        return;
    }
    let spelling = if row.spelling.is_empty() { as_called(id) } else { row.spelling.into() };
    let (name, given) = accessor(&spelling);
    let made = match row.door {
        Door::Spelled => {
            let door = Body::of(id, &given).text();
            let _ = writeln!(text, "#define {name}{door}");
            door
        }
        Door::Shim | Door::Own => format!(" {name}"),
    };
    for other in row.names {
        let _ = writeln!(text, "#define {other}{made}");
    }
}

/// The helper with its own name and arguments.
fn as_called(id: CallId) -> String {
    let arguments: Vec<&str> = id.arguments().iter().map(|(name, _)| *name).collect();
    format!("{}({})", id.name(), arguments.join(", "))
}

/// What the kernel's text calls for it, and with which arguments.
fn accessor(spelling: &str) -> (String, Vec<String>) {
    let text = format!("void door(void)\n{{\n{spelling};\n}}");
    let piece = Piece { item: Item::Function("door"), file: "the table", line: 1, text };
    let made = rewrite::function(&piece)
        .map(|function| function.code.lines().nth(2).unwrap_or_default().to_owned())
        .unwrap_or_else(|fault| panic!("{spelling} is no C: {fault}"));
    let (name, rest) = made.split_once('(').unwrap_or((&made, ")"));
    let list = rest.trim_end_matches(';').strip_suffix(')').unwrap_or_default();
    (name.to_owned(), split(list))
}

/// The arguments of a list.
fn split(list: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut depth = 0;
    for c in list.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == ',' && depth == 0 {
            all.push(String::new());
        } else {
            all.last_mut().expect("there is one").push(c);
        }
    }
    all.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// A macro's parameters and what it does.
struct Body {
    id: CallId,
    parameters: Vec<String>,
    checks: Vec<String>,
    /// By argument of the helper: what is passed.
    passed: Vec<Option<String>>,
}

impl Body {
    fn of(id: CallId, given: &[String]) -> Body {
        let passed = vec![None; id.arguments().len()];
        let mut body = Body { id, parameters: Vec::new(), checks: Vec::new(), passed };
        given.iter().for_each(|argument| body.add(argument));
        body
    }

    fn add(&mut self, given: &str) {
        let place = |name: &str| self.id.arguments().iter().position(|(of, _)| *of == name);
        let (place, passed) = match given {
            // A mapping has one inode, and one open file.
            "inode" | "file" => (place("mapping"), format!("mapping_at({given}_number({given}))")),
            _ => (place(given), given.to_owned()),
        };
        if let Some(place) = place {
            assert!(self.passed[place].is_none(), "{:?} has {given} twice", self.id);
            self.passed[place] = Some(passed);
            self.parameters.push(given.to_owned());
            return;
        }
        let parameter = format!("p{}", self.parameters.len());
        self.checks.push(if BATCH.contains(&given) {
            format!("(void)({parameter})")
        } else {
            format!("expect(({parameter}) == ({}))", with_objects(given))
        });
        self.parameters.push(parameter);
    }

    /// What follows the macro's name.
    fn text(self) -> String {
        let Body { id, parameters, checks, passed } = self;
        let passed: Option<Vec<String>> = passed.into_iter().collect();
        let passed = passed.unwrap_or_else(|| panic!("{id:?}: the spelling lacks an argument"));
        if checks.is_empty() && passed == parameters && passed.len() == id.arguments().len() {
            return format!(" k_{}", id.name());
        }
        let does: Vec<String> =
            checks.into_iter().chain([format!("k_{}({})", id.name(), passed.join(", "))]).collect();
        format!("({}) ({})", parameters.join(", "), does.join(", "))
    }
}

/// The expression, with C's names for objects replaced.
fn with_objects(expression: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut made = String::new();
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len()).max(c.len_utf8());
        let word = &rest[..length];
        let object = OBJECTS.iter().find(|(name, _)| *name == word);
        made.push_str(object.map_or(word, |(_, object)| object));
        rest = &rest[length..];
    }
    made
}
