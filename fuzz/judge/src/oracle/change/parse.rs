// SPDX-License-Identifier: GPL-2.0-only
//! The part of TOML that a change is written in: tables, arrays of tables, strings and lists of
//! strings, each with the line that it stands in.
//!
//! The fuzz targets read a change too, and every branch that they link costs each of their runs
//! something: a parser for all of TOML has three times as many as all that they judge with.

/// A table: `[name]`, `[[name]]`, or what stands above the first of them, whose name is empty.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) name: &'a str,
    pub(super) line: usize,
    pub(super) keys: Vec<Key<'a>>,
}

/// A key and its value.
#[derive(Debug)]
pub(super) struct Key<'a> {
    pub(super) name: &'a str,
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A string, or a list of strings, each with its line.
#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    List(Vec<(usize, String)>),
}

/// What is wrong, and in which line.
pub(super) type Wrong = (usize, String);

/// The tables of a text, in order.
pub(super) fn tables(text: &str) -> Result<Vec<Table<'_>>, Wrong> {
    let mut tables = vec![Table { name: "", line: 1, keys: Vec::new() }];
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    while let Some((line, text)) = lines.next() {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        if let Some(head) = text.strip_prefix('[') {
            let (name, rest) = match head.strip_prefix('[') {
                Some(head) => head.split_once("]]"),
                None => head.split_once(']'),
            }
            .ok_or_else(|| (line, "a table's name ends with a bracket".to_string()))?;
            end_of_line(line, rest)?;
            tables.push(Table { name: name.trim(), line, keys: Vec::new() });
            continue;
        }
        let (name, rest) = text
            .split_once('=')
            .ok_or_else(|| (line, format!("neither a table nor KEY = VALUE: {text}")))?;
        let (name, rest) = (name.trim(), rest.trim());
        let value = match rest.strip_prefix('[') {
            Some(rest) => Value::List(list(line, rest, &mut lines)?),
            None => {
                let (text, rest) = string(line, rest)?;
                end_of_line(line, rest)?;
                Value::Text(text)
            }
        };
        let last = tables.len() - 1;
        let keys = &mut tables[last].keys;
        if keys.iter().any(|key| key.name == name) {
            return Err((line, format!("{name} is given twice")));
        }
        keys.push(Key { name, line, value });
    }
    Ok(tables)
}

/// The rest of a list, which may go on in the next lines.
fn list<'a>(
    mut line: usize,
    mut rest: &'a str,
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Result<Vec<(usize, String)>, Wrong> {
    let mut items = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            (line, rest) =
                lines.next().ok_or_else(|| (line, "the list does not end".to_string()))?;
        } else if let Some(after) = rest.strip_prefix(']') {
            end_of_line(line, after)?;
            return Ok(items);
        } else {
            let (item, after) = string(line, rest)?;
            items.push((line, item));
            rest = after.trim_start();
            rest = match rest.strip_prefix(',') {
                Some(after) => after,
                None if rest.starts_with([']', '#']) || rest.is_empty() => rest,
                None => return Err((line, format!("a comma is missing before: {rest}"))),
            };
        }
    }
}

/// The string that a text begins with, and what follows it.
fn string(line: usize, text: &str) -> Result<(String, &str), Wrong> {
    let wrong = |why: &str| (line, why.to_string());
    let inner = text.strip_prefix('"').ok_or_else(|| {
        (line, format!("a string in quotes is wanted, or a list of such, not: {text}"))
    })?;
    let mut string = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((string, &inner[at + 1..])),
            '\\' => match chars.next() {
                Some((_, c @ ('"' | '\\'))) => string.push(c),
                _ => return Err(wrong("after a backslash only a quote or another is known")),
            },
            c => string.push(c),
        }
    }
    Err(wrong("the string does not end in this line"))
}

/// Nothing but a comment may follow.
fn end_of_line(line: usize, rest: &str) -> Result<(), Wrong> {
    match rest.trim_start() {
        "" => Ok(()),
        rest if rest.starts_with('#') => Ok(()),
        rest => Err((line, format!("this is too much: {rest}"))),
    }
}
