// SPDX-License-Identifier: GPL-2.0-only
//! Arrows point down. Between crates Cargo sees to most of that; the rest is here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The members of the workspace, from the bottom up.
fn members() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("it is there");
    let manifest: toml::Table = manifest.parse().expect("it is TOML");
    let members = manifest["workspace"]["members"].as_array().expect("a list");
    members.iter().map(|member| member.as_str().expect("a folder").to_string()).collect()
}

/// The packages of ours that a member links: in its program, not in its tests.
fn dependencies(member: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).expect("it is there");
    let manifest: toml::Table = manifest.parse().expect("it is TOML");
    let all = manifest.get("dependencies").and_then(toml::Value::as_table);
    let names = all.into_iter().flat_map(|table| table.keys().cloned());
    names.filter(|name| name.starts_with("mm")).collect()
}

fn package(member: &str) -> String {
    match member {
        "mmcore" => "mmcore".into(),
        "fuzz/mmdiff" => "mmdiff".into(),
        _ => format!("mmdiff-{}", member.rsplit('/').next().expect("a folder")),
    }
}

#[test]
fn a_crate_links_crates_below_it_alone() {
    let mut below = BTreeSet::new();
    for member in members() {
        let linked = dependencies(&member);
        assert!(linked.is_subset(&below), "{member} links {linked:?}, and below it are {below:?}");
        let is_lowest = ["mmcore", "fuzz/term"].contains(&member.as_str());
        assert_eq!(linked.is_empty(), is_lowest, "{member} links {linked:?}");
        below.insert(package(&member));
    }
}

#[test]
fn the_fuzz_targets_link_nothing_of_the_command_or_the_explorer_but_by_a_feature() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("it is there");
    let always = dependencies("fuzz").into_iter().filter(|name| {
        let optional = format!("\n{name} = {{ workspace = true, optional = true }}\n");
        !manifest.contains(&optional)
    });
    assert_eq!(always.collect::<Vec<_>>(), ["mmdiff-judge", "mmdiff-world"]);
}

/// Every source file below a folder.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it can be read").path();
        match path.is_dir() {
            true => sources(&path, files),
            false => files.extend(path.extension().is_some_and(|is| is == "rs").then_some(path)),
        }
    }
}

/// The modules at the root of a crate, and which others each of them names.
fn modules(src: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    sources(src, &mut files);
    let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let path = file.strip_prefix(src).expect("it is below").with_extension("");
        let path: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if ["lib", "main"].contains(&path[0].as_str()) || path.ends_with(&["tests".into()]) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("it is text");
        let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let code: Vec<_> = text.lines().filter_map(|line| line.split("//").next()).collect();
        let code = code.join("\n");
        let named = modules.entry(path[0].clone()).or_default();
        for root in ["crate::".to_string(), "super::".repeat(path.len())] {
            for (at, _) in code.match_indices(&root) {
                let before = code[..at].chars().next_back();
                if !before.is_some_and(|c| c == ':' || c == '_' || c.is_alphanumeric()) {
                    named.extend(heads(&code[at + root.len()..]));
                }
            }
        }
    }
    modules
}

/// The first name of a path, or of each in a group.
fn heads(rest: &str) -> Vec<String> {
    let is_of_name = |c: &char| *c == '_' || c.is_alphanumeric();
    let name = |text: &str| text.trim_start().chars().take_while(is_of_name).collect();
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let mut depth = 1;
    let mut starts = vec![0];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => starts.push(at + 1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    starts.into_iter().map(|at| name(&group[at..])).collect()
}

#[test]
fn no_module_of_a_crate_imports_one_that_imports_it() {
    for member in members() {
        let src = root().join(&member).join("src");
        if !src.is_dir() {
            continue;
        }
        // What imports nothing that is left can be taken away, until nothing is left.
        let mut left = modules(&src);
        assert!(!left.is_empty(), "{member} has no modules");
        loop {
            let known: BTreeSet<String> = left.keys().cloned().collect();
            let before = left.len();
            left.retain(|name, named| {
                named.iter().any(|other| other != name && known.contains(other))
            });
            if left.len() == before {
                break;
            }
        }
        let circle: Vec<_> = left.keys().collect();
        assert!(left.is_empty(), "in {member} these import each other: {circle:?}");
    }
}

#[test]
fn names_are_found_in_paths_and_in_groups() {
    assert_eq!(heads("work::Plan;"), ["work"]);
    assert_eq!(
        heads("{joint::{self, Met}, tape, work::{Cut, Plan}};\nuse other;"),
        ["joint", "tape", "work"]
    );
}
