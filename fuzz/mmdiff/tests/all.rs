// SPDX-License-Identifier: GPL-2.0-only
//! The integration tests, one binary: each of its own would cost as much to link as most take to run.
//!
//! Apart are those that need a process of their own: `allocation` counts what is allocated, `ending` and
//! `terminal` interrupt and time a program, `forms` and `page` have a harness of their own.

#[path = "support/posix.rs"]
mod posix;
mod support;
#[path = "support/worlds.rs"]
mod worlds;

#[path = "balance.rs"]
mod balance;
#[path = "brute/main.rs"]
mod brute;
#[path = "change.rs"]
mod change;
#[path = "changes.rs"]
mod changes;
#[path = "check.rs"]
mod check;
#[path = "clauses.rs"]
mod clauses;
#[path = "codec.rs"]
mod codec;
#[path = "command.rs"]
mod command;
#[path = "conform.rs"]
mod conform;
#[path = "corpus.rs"]
mod corpus;
#[path = "diagram.rs"]
mod diagram;
#[path = "diff.rs"]
mod diff;
#[path = "emit.rs"]
mod emit;
#[path = "explain.rs"]
mod explain;
#[path = "explore.rs"]
mod explore;
#[path = "invariants.rs"]
mod invariants;
#[path = "layers.rs"]
mod layers;
#[path = "lifecycle.rs"]
mod lifecycle;
#[path = "merged.rs"]
mod merged;
#[path = "migrate.rs"]
mod migrate;
#[path = "moments.rs"]
mod moments;
#[path = "mutants.rs"]
mod mutants;
#[path = "preconditions/main.rs"]
mod preconditions;
#[path = "races.rs"]
mod races;
#[path = "reach.rs"]
mod reach;
#[path = "readable.rs"]
mod readable;
#[path = "replay/main.rs"]
mod replay;
#[path = "robustness.rs"]
mod robustness;
#[path = "schemas.rs"]
mod schemas;
#[path = "shrink.rs"]
mod shrink;
#[path = "snapshots.rs"]
mod snapshots;
#[path = "survey.rs"]
mod survey;

/// A file that is in no list would be built by nobody.
#[test]
fn every_file_of_tests_is_run() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join(file)).expect("it is there");
    let (all, manifest) = (read("tests/all.rs"), read("Cargo.toml"));
    for entry in root.join("tests").read_dir().expect("it is there") {
        let path = entry.expect("it can be read").path();
        let is_test =
            path.extension().is_some_and(|is| is == "rs") || path.join("main.rs").exists();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let is_run = all.contains(&format!("\nmod {name};"))
            || manifest.contains(&format!("[[test]]\nname = \"{name}\""));
        assert!(!is_test || is_run, "{name} is in no list");
    }
}
