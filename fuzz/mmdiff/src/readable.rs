// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios as TOML, as a person would write them.
//!
//! ```toml
//! path = "truncation"
//! call = "pages-range"
//! file = { kind = "disk", recorded = "enospc" }
//! folio = { order = 3, dirty = true }
//! start = { bytes = 100 }
//! to-eof = true
//! races = [
//!     { point = "folio-wait-writeback", action = "record-enospc" },
//! ]
//! ```
//!
//! `path` names the path; the other keys are the fields of its scenario. Whatever is not said is as
//! plain as can be, and the writer leaves it out where that changes nothing (but always says which
//! function, what kind of file, and who acts when). Names are the source's in kebab-case, positions
//! are in bytes, flags words in hexadecimal, and what an operation does is its `do`.

use crate::scenario::{Path, Scenario, forms};
use serde_json::{Map, Value};
use std::fmt;
use std::fmt::Write;
use toml::de::{DeTable, DeValue, Deserializer};

/// Fields that are written even if they say what would be so anyway.
const ALWAYS: [&str; 2] = ["call", "file"];
/// The same, in the tables of a scenario.
const ALWAYS_INSIDE: [&str; 4] = ["kind", "do", "point", "action"];
/// How wide a line may become.
const WIDTH: usize = 100;

/// Why a text is not a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// The line, if there is one to name.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl std::error::Error for Unreadable {}

/// The scenario that a text means.
///
/// # Errors
/// What is wrong, and in which line: bad TOML, no path, an unknown field, a value that cannot be.
pub fn parse(text: &str) -> Result<Scenario, Unreadable> {
    let wrap = |error: toml::de::Error| Unreadable {
        line: error.span().map(|span| line_of(text, span.start)),
        why: error.message().lines().collect::<Vec<_>>().join(" "),
    };
    let mut table = DeTable::parse(text).map_err(wrap)?;
    let (line, named) = match table.get_mut().remove("path") {
        Some(value) => (Some(line_of(text, value.span().start)), Some(value.into_inner())),
        None => (None, None),
    };
    let name = match &named {
        Some(DeValue::String(name)) => name.as_ref(),
        _ => "",
    };
    let path = Path::named(name).ok_or_else(|| {
        let known = Path::ALL.map(Path::name).join("\", \"");
        Unreadable { line, why: format!("path must be one of \"{known}\"") }
    })?;
    forms::read(path, Deserializer::from(table)).map_err(wrap)
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

/// The text of a scenario; [`parse`] reads it back as the same one.
pub fn write(scenario: &Scenario) -> String {
    let mut fields = match forms::fields(scenario) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    leave_out(scenario.path(), &mut fields);
    let mut text = format!("path = \"{}\"\n", scenario.path());
    let mut sections = String::new();
    for (key, value) in &fields {
        let line = format!("{key} = {}", inline(value));
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                write_list(key, items, &mut text, &mut sections);
            }
            Value::Object(table) if line.len() > WIDTH => {
                let _ = writeln!(sections, "\n[{key}]");
                write_table(table, &mut sections);
            }
            Value::Array(items) if line.len() > WIDTH => write_wrapped(key, items, &mut text),
            _ => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text + &sections
}

/// Tables a line each; if one is too long for that, each under a header of its own, at the end.
fn write_list(key: &str, items: &[Value], text: &mut String, sections: &mut String) {
    let lines: Vec<String> = items.iter().map(|item| format!("    {},", inline(item))).collect();
    if lines.iter().all(|line| line.len() <= WIDTH) {
        let _ = writeln!(text, "{key} = [\n{}\n]", lines.join("\n"));
        return;
    }
    for item in items {
        let _ = writeln!(sections, "\n[[{key}]]");
        if let Value::Object(table) = item {
            write_table(table, sections);
        }
    }
}

fn write_table(table: &Map<String, Value>, out: &mut String) {
    for (key, value) in table {
        let _ = writeln!(out, "{key} = {}", inline(value));
    }
}

/// Values that are no tables, as many on a line as fit.
fn write_wrapped(key: &str, items: &[Value], out: &mut String) {
    let mut line = String::from("   ");
    let _ = writeln!(out, "{key} = [");
    for item in items {
        let item = format!(" {},", inline(item));
        if line.len() + item.len() > WIDTH {
            let _ = writeln!(out, "{line}");
            line.truncate(3);
        }
        line += &item;
    }
    let _ = writeln!(out, "{line}\n]");
}

/// A value in one line. The names and numbers of a scenario need no escapes.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::String(text) if is_number(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(table) if table.is_empty() => "{}".into(),
        Value::Object(table) => {
            let fields: Vec<String> =
                table.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// Whether a string is a hexadecimal number that TOML has room for.
fn is_number(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| i64::from_str_radix(digits, 16).is_ok())
}

/// Leaves out every field that would be read back the same without. What a field of a list's item
/// means does not hang on the other items, so each is looked at alone.
fn leave_out(path: Path, fields: &mut Map<String, Value>) {
    let means = |fields: Map<String, Value>| forms::read(path, Value::Object(fields)).ok();
    let alone = |key: &str, value: Value| means(Map::from_iter([(key.to_string(), value)]));
    let plain = means(Map::new());
    for (key, value) in fields.iter_mut() {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| {
                prune(item, &|item| alone(key, Value::Array(vec![item])));
            }),
            value => prune(value, &|value| alone(key, value)),
        }
    }
    fields
        .retain(|key, value| ALWAYS.contains(&key.as_str()) || alone(key, value.clone()) != plain);
}

/// Drops what changes nothing from a table, and from the tables in it.
fn prune<T: PartialEq>(value: &mut Value, means: &dyn Fn(Value) -> T) {
    let Value::Object(table) = value else {
        return;
    };
    let meaning = means(Value::Object(table.clone()));
    for key in table.keys().cloned().collect::<Vec<_>>() {
        let mut without = table.clone();
        without.shift_remove(&key);
        if !ALWAYS_INSIDE.contains(&key.as_str())
            && means(Value::Object(without.clone())) == meaning
        {
            *table = without;
            continue;
        }
        let rest = table.clone();
        if let Some(inner) = table.get_mut(&key) {
            prune(inner, &|inner| {
                let mut all = rest.clone();
                all.insert(key.clone(), inner);
                means(Value::Object(all))
            });
        }
    }
}
