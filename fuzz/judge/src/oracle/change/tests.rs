// SPDX-License-Identifier: GPL-2.0-only
//! How a change is read, and what is said of one that cannot be.

use super::*;

/// The errors are one line with the file, the line and what is allowed.
#[track_caller]
fn wrong(text: &str, line: usize, says: &[&str]) {
    let why = Change::read("a.toml", text).expect_err("it is wrong");
    assert!(why.starts_with(&format!("a.toml:{line}: ")), "{why}");
    assert_eq!(why.lines().count(), 1, "{why}");
    for says in says {
        assert!(why.contains(says), "{why}: {says}");
    }
}

const EXPECT: &str = "[[expect]]\nname = \"a\"\nbecause = \"b\"\n";

#[test]
fn the_default_change_is_read_and_its_sides_are_revisions() {
    let change = Change::default_one();
    assert!(change.expectations.iter().all(|known| !known.ways.is_empty()));
    assert!(crate::oracle::Question::of(Intent::DEFAULT).is_some());
    assert_eq!(Intent::named("fix"), Ok(Intent::DEFAULT));
    assert!(Intent::named("message").is_ok_and(|intent| !intent.is_first()));
    assert!(Intent::named("hope").is_err_and(|why| why.contains("fix, message")));
}

#[test]
fn the_part_of_toml_that_is_read_is_read_as_toml_reads_it() {
    let (_, text) = DEFAULT;
    let whole: toml::Table = toml::from_str(text).expect("TOML");
    let mut seen: Vec<(&str, &toml::Table)> = vec![("", &whole)];
    for name in ["reading", "expect", "known-broken"] {
        for table in whole[name].as_array().expect("tables").iter().filter_map(|it| it.as_table()) {
            seen.push((name, table));
            for (below, full) in [("way", "expect.way"), ("case", "expect.case")] {
                let rows = table.get(below).and_then(|rows| rows.as_array()).into_iter().flatten();
                seen.extend(rows.filter_map(|row| Some((full, row.as_table()?))));
            }
        }
    }
    let tables = parse::tables(text).expect("it is read");
    assert_eq!(tables.len(), seen.len());
    for (table, (name, expected)) in tables.iter().zip(seen) {
        assert_eq!(table.name, name);
        let strings = expected.iter().filter(|(_, value)| match value {
            toml::Value::Array(items) => items.iter().all(|item| item.is_str()),
            value => value.is_str(),
        });
        assert_eq!(table.keys.len(), strings.count(), "{name}");
        for key in &table.keys {
            let text: Vec<String> = match &key.value {
                Value::Text(text) => vec![text.clone()],
                Value::List(items) => items.iter().map(|(_, text)| text.clone()).collect(),
            };
            let same: Vec<String> = match &expected[key.name] {
                toml::Value::Array(items) => {
                    items.iter().filter_map(|item| Some(item.as_str()?.to_string())).collect()
                }
                value => vec![value.as_str().expect("a string").to_string()],
            };
            assert_eq!(text, same, "{name}.{}", key.name);
        }
    }
}

#[test]
fn what_cannot_be_read_is_named_with_its_line_and_what_is_allowed() {
    wrong("old = pre", 1, &["in quotes"]);
    wrong("\n# a\nold = \"a", 3, &["does not end"]);
    wrong("old = \"a\" b", 1, &["too much: b"]);
    wrong("old = \"a\"\nold = \"b\"", 2, &["twice"]);
    wrong("[[expct]]", 1, &["allowed: reading, expect"]);
    wrong("just words", 1, &["KEY = VALUE"]);
    wrong("[[expect]]\nname = \"a\"", 1, &["because is missing"]);
    wrong("[[expect]]\nwehn = []", 2, &["wehn", "when"]);
    wrong("[[expect.way]]\nparts = \"flags\"", 1, &["[[expect]]"]);
    wrong(
        &format!("{EXPECT}function = \"truncate_inode_partial_foli\""),
        4,
        &["did you mean truncate_inode_partial_folio"],
    );
    wrong(&format!("{EXPECT}on = \"swap\""), 4, &["truncation"]);
    wrong(
        &format!("{EXPECT}when = [\n  \"file is ramfs\",\n  \"file is raamfs\",\n]"),
        6,
        &["ramfs"],
    );
    wrong(&format!("{EXPECT}when = \"old tests AS_NOTHING\""), 4, &["AS_UNEVICTABLE"]);
    wrong(&format!("{EXPECT}when = \"it rains\""), 4, &["allowed: file is KIND"]);
    wrong(&format!("{EXPECT}when = \"follows b\""), 1, &["called b"]);
    wrong(&format!("{EXPECT}{EXPECT}"), 4, &["a is expected already"]);
    wrong(
        &format!("{EXPECT}[[expect.way]]\nparts = \"old does folio_zero\""),
        4,
        &["folio_zero_range"],
    );
    wrong(&format!("{EXPECT}[[expect.way]]\nparts = \"sideways\""), 4, &["old|new does HELPER"]);
    wrong("[[known-broken]]\ninvariant = \"balanc\"\nbecause = \"b\"", 1, &["balance"]);
}

#[test]
fn what_is_added_must_explain_something_and_what_tells_changes_apart_is_every_word() {
    let mut change = Change::default_one().clone();
    let before = change.fingerprint();
    change.added = true;
    change.add("b.toml", EXPECT).expect("it is read");
    assert_ne!(change.fingerprint(), before);
    let added: Vec<&str> =
        change.expectations.iter().filter(|known| known.added).map(|known| &*known.name).collect();
    assert_eq!(added, ["a"]);
    assert_eq!(change.sides, Change::default_one().sides);
}
