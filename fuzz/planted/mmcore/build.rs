// SPDX-License-Identifier: GPL-2.0-only
//! Plants the mistakes: copies mmcore's sources, and makes each place that a mistake is about choose
//! between what is there and what the mistake puts there.

#[path = "../src/mistakes/mod.rs"]
#[allow(dead_code, reason = "the list is read in two places")]
mod mistakes;

use mistakes::{Mistake, all};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let port = Path::new("../../../mmcore/src");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("port");
    println!("cargo::rerun-if-changed=../src");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", port.display());
    let mut by_file: BTreeMap<&str, Vec<(usize, Mistake)>> = BTreeMap::new();
    for (number, mistake) in (1..).zip(all()) {
        by_file.entry(mistake.file).or_default().push((number, mistake));
    }
    copy(port, &out, Path::new(""), &mut by_file);
    if let Some(file) = by_file.keys().next() {
        panic!("mistakes are to be planted in {file}, which mmcore does not have");
    }
}

/// Copies a folder of sources, and plants what belongs into each file.
fn copy(
    port: &Path,
    out: &Path,
    folder: &Path,
    by_file: &mut BTreeMap<&str, Vec<(usize, Mistake)>>,
) {
    fs::create_dir_all(out.join(folder)).expect("a folder for the sources");
    for entry in fs::read_dir(port.join(folder)).expect("mmcore is there") {
        let entry = entry.expect("mmcore can be read");
        let file = folder.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            copy(port, out, &file, by_file);
            continue;
        }
        let name = file.to_str().expect("a plain name");
        let mut text = fs::read_to_string(port.join(&file)).expect("a source is text");
        if let Some(mistakes) = by_file.remove(name) {
            text = plant(&text, &mistakes);
        }
        if name == "lib.rs" {
            text = without_inner(&text);
        }
        if name == "kernel/calls.rs" {
            // A helper is called from many more places than in mmcore, and would be compiled for each.
            text = text.replacen(
                "#[inline(always)]\n                    fn $name",
                "#[inline(never)]\n                    fn $name",
                1,
            );
            assert!(text.contains("#[inline(never)]"), "the helpers are not where they were");
        }
        fs::write(out.join(&file), text).expect("the source can be written");
    }
}

/// Without the crate's inner attributes and documentation, which an included file cannot have.
fn without_inner(text: &str) -> String {
    let is_outer = |line: &&str| !line.starts_with("//!") && !line.starts_with("#![");
    text.lines().filter(is_outer).map(|line| format!("{line}\n")).collect()
}

/// A place in the source, and what a mistake puts there.
struct Edit<'a> {
    number: usize,
    at: Range<usize>,
    new: &'a str,
}

/// Plants mistakes into one source. Where two are about the same text, or overlap, all of it is one
/// choice.
fn plant(text: &str, mistakes: &[(usize, Mistake)]) -> String {
    let mut edits: Vec<Edit<'_>> = mistakes
        .iter()
        .map(|(number, mistake)| Edit {
            number: *number,
            at: place(text, mistake),
            new: mistake.new,
        })
        .collect();
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    let mut planted = String::new();
    let mut from = 0;
    let mut edits = edits.as_slice();
    while let Some(first) = edits.first() {
        let mut at = first.at.clone();
        let mut count = 0;
        while let Some(next) = edits.get(count).filter(|next| next.at.start < at.end) {
            at.end = at.end.max(next.at.end);
            count += 1;
        }
        planted.push_str(&text[from..at.start]);
        planted.push_str(&choice(text, &at, &edits[..count]));
        from = at.end;
        edits = &edits[count..];
    }
    planted.push_str(&text[from..]);
    // What reads a switch is not constant.
    planted.replace("pub const fn ", "pub fn ").replace("\nconst fn ", "\nfn ")
}

/// The text at a place, or one of the mistakes there.
fn choice(text: &str, at: &Range<usize>, edits: &[Edit<'_>]) -> String {
    let old = &text[at.clone()];
    let mut all = String::new();
    for Edit { number, at: inner, new } in edits {
        let (before, after) = (&text[at.start..inner.start], &text[inner.end..at.end]);
        all.push_str(&format!("if crate::planted({number}) {{ {before}{new}{after} }} else "));
    }
    all.push_str(&format!("{{ {old} }}"));
    // A statement stays one.
    if old.ends_with([';', '}']) { all } else { format!("({all})") }
}

/// Where a mistake's old text is. It has to be there once, in its function.
fn place(text: &str, mistake: &Mistake) -> Range<usize> {
    let wrong = |what: &str| -> ! {
        panic!("{}, {}: {}: {what}: {}", mistake.file, mistake.function, mistake.what, mistake.old)
    };
    let function = function(text, mistake.function).unwrap_or_else(|| wrong("no such function"));
    let (before, old) = mistake.old.split_once('¦').unwrap_or(("", mistake.old));
    if old.is_empty() {
        wrong("there is no old text");
    }
    let mut found = None;
    for (start, _) in text[function.clone()].char_indices() {
        let start = function.start + start;
        let Some(length) = matches(&text[start..function.end], before) else { continue };
        let from = start + length;
        let Some(length) = matches(&text[from..function.end], old) else { continue };
        if found.replace(from..from + length).is_some() {
            wrong("the old text is there twice");
        }
    }
    found.unwrap_or_else(|| wrong("the old text is not there"))
}

/// The text of a function: from its name to the brace that closes it, as rustfmt places it.
fn function(text: &str, name: &str) -> Option<Range<usize>> {
    let start = [format!("fn {name}<"), format!("fn {name}(")]
        .iter()
        .find_map(|head| text.find(head.as_str()))?;
    let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text[line..].len() - text[line..].trim_start_matches(' ').len();
    let close = format!("\n{}}}\n", " ".repeat(indent));
    let end = start + text[start..].find(&close)? + close.len();
    Some(start..end)
}

/// How much of `text` begins with `wanted`, if it does. Any white space is like any other.
fn matches(text: &str, wanted: &str) -> Option<usize> {
    let (mut left, mut wanted) = (text, wanted);
    loop {
        let Some(next) = wanted.chars().next() else { return Some(text.len() - left.len()) };
        if next.is_whitespace() {
            let trimmed = left.trim_start();
            if trimmed.len() == left.len() {
                return None;
            }
            (left, wanted) = (trimmed, wanted.trim_start());
        } else {
            left = left.strip_prefix(next)?;
            wanted = &wanted[next.len_utf8()..];
        }
    }
}
