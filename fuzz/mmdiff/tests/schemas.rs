// SPDX-License-Identifier: GPL-2.0-only
//! What the commands write as JSON is what its schema says, and the schemas that are committed are
//! those of the types that are written.
use clap::ValueEnum;
use jsonschema::Validator;
use mmdiff::explore::closure::Closure;
use mmdiff::explore::results::Results;
use mmdiff::explore::work::Plan;
use mmdiff::explore::{Bounds, Choice, Side, Sides, Var, What};
use mmdiff::oracle::Intent;
use mmdiff::report::explore;
use mmdiff::scenario::Path;
use mmdiff::schema::Kind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");

fn name(kind: Kind) -> String {
    kind.to_possible_value().expect("a name").get_name().to_string()
}

fn schema(kind: Kind) -> Value {
    serde_json::from_str(&kind.schema().expect("a schema")).expect("JSON")
}

fn validator(kind: Kind) -> Validator {
    jsonschema::draft202012::new(&schema(kind)).expect("a schema")
}

#[track_caller]
fn is_valid(kind: Kind, document: &Value) {
    let errors: Vec<String> = validator(kind)
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{kind:?}:\n{}", errors.join("\n"));
}

/// What a command prints, in the folder of the sources.
#[track_caller]
fn run(args: &[&str], code: i32) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let output = command.args(args).args(["--format", "json"]).current_dir(ROOT).output();
    let output = output.expect("mmdiff runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn the_schemas_that_are_committed_are_those_of_what_is_written() {
    for &kind in Kind::ALL {
        let name = name(kind);
        let committed = fs::read_to_string(format!("{SCHEMAS}/{name}.json")).unwrap_or_default();
        assert!(
            committed == kind.schema().expect("a schema"),
            "what is written has changed; if a field was only added: \
             mmdiff schema {name} >fuzz/mmdiff/schemas/{name}.json; else it needs a new version"
        );
    }
    let files = fs::read_dir(SCHEMAS).expect("the folder");
    let files: BTreeSet<_> = files.map(|file| file.expect("a file").file_name()).collect();
    assert_eq!(files.len(), Kind::ALL.len(), "{files:?}");
}

#[test]
fn every_schema_is_one_and_the_command_prints_it() {
    for &kind in Kind::ALL {
        assert!(jsonschema::draft202012::meta::is_valid(&schema(kind)));
        let output = Command::new(env!("CARGO_BIN_EXE_mmdiff"))
            .args(["schema", &name(kind)])
            .output()
            .expect("mmdiff runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout), kind.schema().expect("a schema"));
    }
}

#[test]
fn what_check_writes_is_valid() {
    let quick = ["check", "--cases", "300", "--folios", "0"];
    let beyond = [&quick[..], &["--intent", "message"]].concat();
    let back = [&quick[..], &["--pre", "post-fix", "--post", "pre-fix"]].concat();
    let part = ["check", "--cases", "50", "--path", "errors", "--path", "creation"];
    for (args, code) in [(&quick[..], 0), (&beyond, 1), (&back, 1), (&part, 0)] {
        is_valid(Kind::Check, &run(args, code));
    }
}

#[test]
fn what_explore_and_merge_write_and_keep_is_valid() {
    let root = tempfile::tempdir().expect("a folder");
    let file = |name: &str| root.path().join(name).display().to_string();
    let (one, two, all, cut) = (file("1"), file("2"), file("all"), file("cut"));
    let back = ["explore", "--path", "creation", "--pre", "post-fix", "--post", "pre-fix"];
    let path = ["--path", "errors", "--path", "creation"];
    let part = |i, file| [&["explore"], &path[..], &["--shard", i, "--save", file]].concat();
    let late = ["explore", "--path", "compaction", "--time", "0", "--save", &cut];
    for (args, code) in [
        (&back[..], 1),
        (&part("1/2", &one), 3),
        (&part("2/2", &two), 3),
        (&["merge", &one, &two, "--save", &all], 0),
        (&late, 3),
    ] {
        is_valid(Kind::Explore, &run(args, code));
    }
    for file in [one, two, all, cut] {
        let text = fs::read_to_string(&file).expect("the state");
        is_valid(Kind::ExploreState, &serde_json::from_str(&text).expect("JSON"));
    }
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_conform_writes_is_valid() {
    let quick = ["conform", "--path", "errors", "--path", "chance", "--cases", "20"];
    is_valid(Kind::Conform, &run(&quick, 0));
    is_valid(Kind::Conform, &run(&[&quick[..], &["--no-coverage"]].concat(), 0));
}

/// To close the states of the scanner takes long without optimisation.
#[test]
fn what_is_written_of_scans_of_any_length_is_valid() {
    let side = |name| Side::named(name).expect("a revision");
    let sides = Sides {
        pre: side("pre-fix"),
        post: side("post-fix"),
        intent: Intent::named("message").expect("a reading"),
    };
    let plan = Plan::new(&sides, Bounds::default(), &[Path::Compaction]);
    let mut results = Results::new(&plan);
    let choice = Choice { var: Var { what: What::Flag, about: 9 }, of: 2, got: 1, label: 1 };
    for parted in [None, Some(vec![choice])] {
        let closure = Closure { states: 36, turns: 12, rounds: 3, parted, ..Closure::default() };
        results.tallies.get_mut(&Path::Compaction).expect("it is there").closure = Some(closure);
        let written = serde_json::to_value(explore::Report::new(&results)).expect("JSON");
        assert!(written["any_length"]["holds"].is_boolean());
        is_valid(Kind::Explore, &written);
        is_valid(Kind::ExploreState, &serde_json::to_value(&results).expect("JSON"));
    }
}

#[test]
fn what_replay_writes_is_valid() {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("flags")).expect("a folder");
    fs::write(root.path().join("flags/a"), b"1").expect("a file");
    fs::write(root.path().join("flags/b.zip"), b"not one").expect("a file");
    fs::write(root.path().join("c"), b"of no path").expect("a file");
    let refused = ["replay", root.path().to_str().expect("UTF-8")];
    for (args, code) in
        [(&["replay"][..], 0), (&["replay", "--intent", "message"], 1), (&refused, 2)]
    {
        is_valid(Kind::Replay, &run(args, code));
    }
}

#[test]
fn what_corpus_stats_writes_is_valid() {
    is_valid(Kind::Stats, &run(&["corpus", "stats"], 0));
    is_valid(Kind::Stats, &run(&["corpus", "stats", "--cases", "20", "--path", "creation"], 0));
}

#[test]
fn another_version_and_a_document_that_lacks_a_field_are_not_valid() {
    let document = run(&["corpus", "stats", "--cases", "1", "--path", "flags"], 0);
    let stats = validator(Kind::Stats);
    assert!(stats.is_valid(&document));
    let mut other = document.clone();
    other["schema"] = json!("mmdiff-stats/2");
    assert!(!stats.is_valid(&other));
    let fields: Vec<String> = document.as_object().expect("an object").keys().cloned().collect();
    assert!(fields.len() > 5);
    for field in fields {
        let mut lacking = document.clone();
        lacking.as_object_mut().expect("an object").remove(&field);
        assert!(!stats.is_valid(&lacking), "{field}");
    }
}
