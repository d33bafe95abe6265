// SPDX-License-Identifier: GPL-2.0-only
//! Decode snapshots: what each seed of a corpus means, kept as text, so that a change of meaning
//! does not go unnoticed.
//!
//! A file a target, a line a seed: its name, its bytes in hexadecimal (`-` if there are none), and
//! the least JSON that means its scenario. What has its default value is left out, so that a field
//! that is appended to a scenario changes no line.

use super::Seed;
use crate::scenario::{Path, Scenario};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The command that accepts what a test complains about.
pub const ACCEPT: &str = "cargo run --release -- corpus snapshot --accept";

/// How a seed differs from its snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// The same bytes mean something else: the codec has changed under the corpus.
    Meaning,
    /// The seed has other bytes.
    Bytes,
    /// There is no snapshot of it.
    New,
    /// There is no such seed any more.
    Gone,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Change::Meaning => "the SAME BYTES MEAN SOMETHING ELSE now",
            Change::Bytes => "the seed has other bytes now",
            Change::New => "the seed has no snapshot",
            Change::Gone => "the snapshot has no seed",
        })
    }
}

/// The name of a path's snapshot file.
pub fn file_name(path: Path) -> String {
    format!("{}.txt", path.target())
}

/// The snapshot of the seeds of `path`.
pub fn render(path: Path, seeds: &[Seed]) -> String {
    let mut text = format!(
        "# What each committed seed of {} means: its name, its bytes, its scenario without defaults.\n\
         # Written by: {ACCEPT}\n",
        path.target()
    );
    for seed in seeds.iter().filter(|seed| seed.path == path) {
        text.push_str(&line(seed));
        text.push('\n');
    }
    text
}

fn line(seed: &Seed) -> String {
    let mut line = format!("{} ", seed.name);
    for byte in &seed.bytes {
        let _ = write!(line, "{byte:02x}");
    }
    if seed.bytes.is_empty() {
        line.push('-');
    }
    let meaning = meaning(&Scenario::decode(seed.path, &seed.bytes));
    line + " " + &meaning
}

/// The least JSON that means the scenario, on one line.
pub fn meaning(scenario: &Scenario) -> String {
    let Ok(mut value) = serde_json::to_value(scenario) else {
        return "?".into();
    };
    let means_it = |value: &Value| {
        serde_json::from_value::<Scenario>(value.clone()).is_ok_and(|other| other == *scenario)
    };
    let root = format!("/{}", scenario.path().name());
    for pointer in keys_below(&value, &root) {
        let Some((parent, key)) = pointer.rsplit_once('/') else {
            continue;
        };
        let parent =
            |value: &mut Value| value.pointer_mut(parent).and_then(Value::as_object_mut).cloned();
        let Some(mut fields) = parent(&mut value) else {
            continue;
        };
        fields.remove(key);
        let mut shorter = value.clone();
        let Some(place) = shorter.pointer_mut(pointer.rsplit_once('/').map_or("", |(p, _)| p))
        else {
            continue;
        };
        *place = Value::Object(fields);
        if means_it(&shorter) {
            value = shorter;
        }
    }
    value.pointer(&root).unwrap_or(&value).to_string()
}

/// The places of all keys below a place, those further out first.
fn keys_below(value: &Value, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root.to_string()];
    while let Some(at) = open.pop() {
        let inside: Vec<String> = match value.pointer(&at) {
            Some(Value::Object(fields)) => {
                let keys: Vec<_> = fields.keys().map(|key| format!("{at}/{key}")).collect();
                found.extend(keys.iter().cloned());
                keys
            }
            Some(Value::Array(items)) => (0..items.len()).map(|i| format!("{at}/{i}")).collect(),
            _ => Vec::new(),
        };
        open.extend(inside);
    }
    found
}

/// What of `current` differs from the `accepted` snapshot, by the seeds' names.
pub fn compare(accepted: &str, current: &str) -> Vec<(String, Change)> {
    let (accepted, current) = (parse(accepted), parse(current));
    let mut changes = Vec::new();
    for (name, (bytes, meaning)) in &current {
        match accepted.get(name) {
            None => changes.push((name.to_string(), Change::New)),
            Some((old, _)) if old != bytes => changes.push((name.to_string(), Change::Bytes)),
            Some((_, old)) if old != meaning => changes.push((name.to_string(), Change::Meaning)),
            Some(_) => {}
        }
    }
    let gone = accepted.keys().filter(|name| !current.contains_key(*name));
    changes.extend(gone.map(|name| (name.to_string(), Change::Gone)));
    changes
}

/// The bytes and the meaning of each seed, by its name.
fn parse(snapshot: &str) -> BTreeMap<&str, (&str, &str)> {
    let lines = snapshot.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (name, rest) = line.split_once(' ')?;
            Some((name, rest.split_once(' ').unwrap_or((rest, ""))))
        })
        .collect()
}
