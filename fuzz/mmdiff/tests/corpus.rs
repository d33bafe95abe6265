// SPDX-License-Identifier: GPL-2.0-only
//! The committed corpus is what the code writes, and an odd one gets one clear error.

use crate::support::{assert_nothing_found, clauses, fix};
use mmdiff::change::Change;
use mmdiff::corpus::{self, MAX_INPUT, Seed, seeds};
use mmdiff::oracle::Verdict;
use mmdiff::scenario::{Path, Scenario};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path as FsPath, PathBuf};
use tempfile::TempDir;

fn committed() -> PathBuf {
    FsPath::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

#[test]
fn the_committed_files_are_the_seeds_byte_for_byte() {
    let read = corpus::read(&committed()).expect("the committed corpus");
    let names = |seeds: &[Seed]| -> Vec<String> {
        seeds.iter().map(|seed| format!("{}/{}", seed.path, seed.name)).collect()
    };
    assert_eq!(names(&read), names(&seeds::all()));
    for (read, written) in read.iter().zip(seeds::all()) {
        assert_eq!(read.bytes, written.bytes, "{}/{}", read.path, read.name);
    }
}

#[test]
fn the_corpus_has_a_folder_for_every_path_and_no_other() {
    let entries = fs::read_dir(committed()).expect("the committed corpus");
    let folders: BTreeSet<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().unwrap()).collect();
    let targets = Path::ALL.iter().map(|path| path.target().to_string());
    let expected: BTreeSet<String> = targets.chain(["VERSION".to_string()]).collect();
    assert_eq!(folders, expected);
}

#[test]
fn seeds_are_many_and_each_has_a_name_and_a_scenario_of_its_own() {
    let all = seeds::all();
    assert!(all.len() >= 30, "{}", all.len());
    let names: BTreeSet<_> = all.iter().map(|seed| (seed.path, &seed.name)).collect();
    assert_eq!(names.len(), all.len(), "names");
    let scenarios: BTreeSet<_> = all.iter().map(|seed| (seed.path, &seed.bytes)).collect();
    assert_eq!(scenarios.len(), all.len(), "scenarios");
    for path in Path::ALL {
        assert!(all.iter().any(|seed| seed.path == path), "{path}");
    }
    for seed in &all {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(seed.name.chars().all(plain), "{}", seed.name);
        let scenario = Scenario::decode(seed.path, &seed.bytes);
        assert_eq!(scenario.encode(), seed.bytes, "{} is spelled the shortest way", seed.name);
    }
}

#[test]
fn no_seed_is_beyond_the_fix_and_all_clauses_are_used() {
    let mut used = BTreeSet::new();
    let mut same = 0;
    for seed in seeds::all() {
        let judgement = fix(&Scenario::decode(seed.path, &seed.bytes));
        assert_nothing_found(&judgement, &seed.name);
        same += u32::from(judgement.verdict() == Verdict::Same);
        used.extend(clauses(&judgement).into_iter().flatten());
    }
    let all = Change::default_one().expectations.iter();
    assert_eq!(used, all.map(|known| known.name.as_str()).collect());
    assert!(same > 10, "and what does not differ is there too");
}

#[test]
fn seeds_show_what_their_names_say() {
    for seed in seeds::all() {
        let judgement = fix(&Scenario::decode(seed.path, &seed.bytes));
        let says = |word: &str| seed.name.contains(word);
        if says("stale") || says("is_not_zeroed") || says("stays_readable") {
            let stale = judgement.divergences.iter().any(|d| d.stale.0 > 0 && d.stale.1 == 0);
            assert!(stale, "{}", seed.name);
        }
        if says("zeroes_the_tail") {
            assert_eq!(judgement.verdict(), Verdict::Same, "{}", seed.name);
        }
        let kind = |kind: &str| format!("{:?}", judgement.pre.world.files.first()).contains(kind);
        for (word, name) in [("ramfs", "Ramfs"), ("secretmem", "Secretmem")] {
            assert!(!says(word) || kind(&format!("Some({name})")), "{} is no {name}", seed.name);
        }
    }
}

// ---- odd folders ----

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn put(root: &TempDir, file: &str, bytes: &[u8]) -> PathBuf {
    let file = root.path().join(file);
    fs::create_dir_all(file.parent().expect("a folder")).expect("the folder is made");
    fs::write(&file, bytes).expect("the file is written");
    file
}

fn refusal(root: &FsPath) -> String {
    let text = corpus::read(root).expect_err("it cannot be read").to_string();
    assert!(text.starts_with("cannot read ") && !text.contains('\n'), "{text}");
    text
}

#[test]
fn seeds_are_read_in_the_order_of_paths_and_names() {
    let root = folder();
    for file in ["lifecycle/b", "lifecycle/a", "flags/z", "creation/c"] {
        put(&root, file, file.as_bytes());
    }
    put(&root, "no_path/x", b"");
    put(&root, "README", b"not a folder");
    let read = corpus::read(root.path()).expect("a corpus");
    let names: Vec<_> = read.iter().map(|seed| format!("{}/{}", seed.path, seed.name)).collect();
    assert_eq!(names, ["flags/z", "creation/c", "lifecycle/a", "lifecycle/b"]);
    assert_eq!(read[0].bytes, b"flags/z");
}

#[test]
fn an_empty_folder_is_an_empty_corpus() {
    let root = folder();
    assert_eq!(corpus::read(root.path()).expect("a corpus"), []);
    fs::create_dir(root.path().join("flags")).expect("a folder");
    assert_eq!(corpus::read(root.path()).expect("a corpus"), []);
    put(&root, "flags/empty", b"");
    assert_eq!(corpus::read(root.path()).expect("a corpus").len(), 1);
}

#[test]
fn what_is_missing_or_no_folder_is_named() {
    let root = folder();
    assert!(refusal(&root.path().join("gone")).contains("gone"));
    let file = put(&root, "file", b"");
    assert!(refusal(&file).contains("file"));
    let flags = put(&root, "flags", b"a file where a folder belongs");
    assert!(refusal(root.path()).contains(flags.to_str().unwrap()));
}

#[test]
fn a_folder_among_the_seeds_is_named() {
    let root = folder();
    fs::create_dir_all(root.path().join("flags/sub")).expect("a folder");
    assert!(refusal(root.path()).contains("flags/sub"));
}

#[test]
fn a_seed_may_be_as_large_as_the_limit_and_no_larger() {
    let root = folder();
    let file = put(&root, "flags/large", &vec![7; MAX_INPUT as usize]);
    assert_eq!(corpus::read(root.path()).expect("a corpus")[0].bytes.len() as u64, MAX_INPUT);
    fs::write(&file, vec![7; MAX_INPUT as usize + 1]).expect("the file is written");
    let text = refusal(root.path());
    assert!(text.contains("flags/large") && text.contains("larger than 1048576 bytes"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_is_named() {
    let root = folder();
    fs::create_dir(root.path().join("errors")).expect("a folder");
    let link = root.path().join("errors/link");
    std::os::unix::fs::symlink("/no/such/file", &link).expect("a link");
    assert!(refusal(root.path()).contains("errors/link"));
}

#[test]
fn the_table_of_targets_in_the_manual_has_each_with_what_it_calls_and_demands() {
    let root = committed().join("..");
    let manifest = fs::read_to_string(root.join("fuzz/Cargo.toml")).expect("the manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let binaries = manifest["bin"].as_array().expect("targets").iter();
    let targets: BTreeSet<&str> = binaries.filter_map(|bin| bin["name"].as_str()).collect();
    let manual = fs::read_to_string(root.join("fuzz/book/src/fuzz.md")).expect("the chapter");
    let table = manual.split("| target | functions | property |\n").nth(1).expect("the table");
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split('|').map(str::trim).collect()).collect();
    assert!(rows.iter().all(|row| row.len() == 5 && row[1..4].iter().all(|cell| !cell.is_empty())));
    let named: BTreeSet<&str> = rows.iter().map(|row| row[1].trim_matches('`')).collect();
    assert_eq!(named, targets);
}
