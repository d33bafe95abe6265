// SPDX-License-Identifier: GPL-2.0-only
//! What shrinking took away, in words: `removed 3 operations`, `file kind tmpfs -> ramfs`.

use crate::scenario::reduce::Removed;
use crate::scenario::{Scenario, forms};
use serde_json::Value;

/// What one and several items of each list are called.
const NOUNS: [(&str, &str, &str); 6] = [
    ("ops", "operation", "operations"),
    ("steps", "step", "steps"),
    ("races", "racing actor", "racing actors"),
    ("items", "stretch of page frames", "stretches of page frames"),
    ("files", "file", "files"),
    ("more", "further folio", "further folios"),
];

/// The noun for `count` items of a list.
fn noun(list: &str, count: usize) -> &str {
    let known = NOUNS.iter().find(|(name, ..)| *name == list);
    known.map_or(list, |&(_, one, several)| if count == 1 { one } else { several })
}

/// Says how `after` came out of `before`, of which the items in `removed` were left out in turn.
pub(super) fn say(before: &Scenario, after: &Scenario, removed: &[Removed]) -> Vec<String> {
    let (mut old, new) = (forms::fields(before), forms::fields(after));
    let mut gone: Vec<(&str, usize)> = Vec::new();
    let mut count = |list: &'static str, more: usize| match gone.iter_mut().find(|g| g.0 == list) {
        Some((_, count)) => *count += more,
        None => gone.push((list, more)),
    };
    for Removed { list, items } in removed {
        if let Some(Value::Array(all)) = old.get_mut(list) {
            // A list that was emptied with the rest of its record has fewer already.
            let items = items.start.min(all.len())..items.end.min(all.len());
            count(list, all.drain(items).len());
        }
    }
    for (list, ..) in NOUNS {
        if let (Some(Value::Array(old)), Some(Value::Array(new))) =
            (old.get_mut(list), new.get(list))
            && old.len() > new.len()
        {
            count(list, old.drain(new.len()..).len());
        }
    }
    let gone: Vec<String> =
        gone.iter().map(|&(list, count)| format!("{count} {}", noun(list, count))).collect();
    let mut words = Vec::new();
    if !gone.is_empty() {
        words.push(format!("removed {}", gone.join(", ")));
    }
    compare("", &old, &new, &mut words);
    words
}

/// Says every field that is another now.
fn compare(place: &str, old: &Value, new: &Value, words: &mut Vec<String>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Object(old), Value::Object(new)) => {
            if let (Some(was), Some(is)) = (old.get("do"), new.get("do"))
                && was != is
            {
                return words.push(format!("{place} {} -> {}", plain(was), plain(is)));
            }
            for (key, was) in old {
                let place = if place.is_empty() { key.clone() } else { format!("{place} {key}") };
                compare(&place, was, new.get(key).unwrap_or(&Value::Null), words);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (i, (was, is)) in old.iter().zip(new).enumerate() {
                compare(&format!("{} {}", noun(place, 1), i + 1), was, is, words);
            }
        }
        (old, new) => words.push(format!("{place} {} -> {}", plain(old), plain(new))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
