// SPDX-License-Identifier: GPL-2.0-only
//! A change of a user's: two revisions that nobody has compared, and a file of what is expected.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
const SIDES: [&str; 4] = ["--pre", "post-fix", "--post", "v6.12"];

/// v6.12 copies a folio before it switches the page cache, where the tree of the patch did it after.
const COPIES_FIRST: &str = r#"
[[expect]]
name = "copies-first"
because = "migrate_folio copies before it switches, so that poison costs nothing"
function = "migrate_folio"

[[expect.way]]
parts = "new asks folio_ref_count"
covers = "what follows"

[[expect.way]]
parts = "new asks folio_expected_ref_count"
covers = "what follows"
"#;

fn mmdiff(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(args).output().expect("mmdiff runs")
}

/// A check of a few scenarios of every path.
fn check(args: &[&str]) -> Output {
    mmdiff(&[&["check", "--cases", "400", "--folios", "0", "--corpus", CORPUS], args].concat())
}

fn json(args: &[&str]) -> (Option<i32>, Value) {
    let output = check(&[args, &["--format", "json"]].concat());
    let value = serde_json::from_slice(&output.stdout);
    (output.status.code(), value.unwrap_or_else(|_| panic!("{output:?}")))
}

/// A file of its own.
fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("it is written");
    (folder, path)
}

fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().expect("findings")
}

fn of<'a>(report: &'a Value, function: &str) -> Vec<&'a Value> {
    findings(report).iter().filter(|finding| finding["function"] == function).collect()
}

#[test]
fn any_two_revisions_are_compared_by_place_with_few_findings_that_fit_a_screen() {
    let output = check(&SIDES);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut longest = 0;
    let mut at = None;
    for (nr, line) in text.lines().enumerate() {
        if line.split_once(". ").is_some_and(|(head, _)| head.parse::<u32>().is_ok()) {
            at = Some(nr);
        }
        if line.is_empty() {
            at = None;
        }
        longest = longest.max(at.map_or(0, |at| nr - at + 1));
    }
    assert!((5..50).contains(&longest), "{text}");
    let (_, report) = json(&SIDES);
    let (findings, classes) = (findings(&report), report["divergences"].as_array().expect("rows"));
    assert!((5..40).contains(&findings.len()), "{} findings", findings.len());
    assert!(classes.len() < 80, "{} classes", classes.len());
    // Numbers of flags are none: AS_INACCESSIBLE is set on both sides.
    assert!(of(&report, "__kvm_gmem_create").is_empty(), "{report:#}");
    let errno = |text: &str| {
        text.split(' ').any(|word| {
            word.trim_end_matches(',')
                .strip_prefix('-')
                .is_some_and(|rest| rest.parse::<u32>().is_ok())
        })
    };
    assert!(!text.lines().filter(|line| line.contains("returns")).any(errno), "{text}");
}

#[test]
fn a_file_of_expectations_explains_one_finding_and_leaves_the_others() {
    let (_folder, path) = file("mine.toml", COPIES_FIRST);
    let path = path.to_str().expect("UTF-8");
    let (_, without) = json(&SIDES);
    let (code, with) = json(&[&SIDES[..], &["--expect", path]].concat());
    assert_eq!(code, Some(1), "the others are beyond still");
    let is_expected = |finding: &&Value| finding["expected"] == "copies-first";
    let explained: Vec<&Value> = findings(&with).iter().filter(is_expected).collect();
    assert!(!explained.is_empty());
    assert!(
        explained.iter().all(|finding| finding["function"] == "migrate_folio"),
        "{explained:?}"
    );
    assert!(of(&without, "migrate_folio").iter().all(|finding| finding["expected"].is_null()));
    let beyond = |report: &Value| {
        findings(report).iter().filter(|finding| finding["expected"].is_null()).count()
    };
    assert!((1..beyond(&without)).contains(&beyond(&with)));
    let clause = with["clauses"].as_array().expect("rows").last().expect("the file's").clone();
    assert_eq!(clause["id"], "copies-first");
    assert!(clause["hits"].as_u64() > Some(0));
    assert!(with["complaints"].as_array().is_some_and(|all| all.is_empty()), "{with:#}");
}

#[test]
fn an_expectation_is_directed() {
    let (_folder, path) = file("mine.toml", COPIES_FIRST);
    let path = path.to_str().expect("UTF-8");
    let (code, report) = json(&["--pre", "v6.12", "--post", "post-fix", "--expect", path]);
    assert_eq!(code, Some(1));
    assert!(findings(&report).iter().all(|finding| finding["expected"] != "copies-first"));
}

#[test]
fn an_expectation_that_explains_nothing_fails() {
    let nothing = COPIES_FIRST.replace("new asks", "old asks");
    let (_folder, path) = file("mine.toml", &nothing);
    let (code, report) = json(&["--expect", path.to_str().expect("UTF-8")]);
    assert_eq!((code, &report["verdict"]), (Some(1), &"beyond".into()));
    let complaints = report["complaints"].as_array().expect("complaints");
    assert_eq!(complaints, &["expectation copies-first explained nothing"]);
}

#[test]
fn what_is_accepted_is_a_draft_that_explains_all_that_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let draft = folder.path().join("draft.toml");
    let draft = draft.to_str().expect("UTF-8");
    let output = check(&[&SIDES[..], &["--accept", draft]].concat());
    assert_eq!(output.status.code(), Some(1), "it is accepted for the next time");
    let (_, report) = json(&[&SIDES[..], &["--expect", draft]].concat());
    let beyond: Vec<&Value> =
        findings(&report).iter().filter(|finding| finding["expected"].is_null()).collect();
    assert!(beyond.is_empty(), "{beyond:#?}\n{}", fs::read_to_string(draft).expect("a file"));
    // It is there now, and is not replaced.
    let again = check(&[&SIDES[..], &["--accept", draft]].concat());
    assert_eq!((again.status.code(), again.stdout.len()), (Some(2), 0));
}

#[test]
fn a_change_of_its_own_brings_its_sides_its_readings_and_its_name() {
    let text = format!("title = \"mine\"\nold = \"post-fix\"\nnew = \"v6.12\"\n{COPIES_FIRST}");
    let (_folder, path) = file("mine.toml", &text);
    let path = path.to_str().expect("UTF-8");
    let (_, report) = json(&["--change", path]);
    assert_eq!((&report["pre"], &report["post"]), (&"post-fix".into(), &"v6.12".into()));
    assert_eq!(report["intent"], "expected");
    assert_eq!(report["clauses"].as_array().map(Vec::len), Some(1), "and nothing of the default");
    let example = findings(&report)[0]["example"].as_str().expect("text").to_string();
    let explained = mmdiff(&["explain", &example, "--change", path]);
    assert!(explained.status.success(), "{explained:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_refused_in_one_line() {
    let (_folder, path) =
        file("mine.toml", "[[expect]]\nname = \"a\"\nbecause = \"b\"\nwehn = []\n");
    let path = path.to_str().expect("UTF-8");
    for args in [["--expect", path], ["--change", path]] {
        let output = check(&args);
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(err.contains("mine.toml:4: ") && err.contains("allowed: name, because"), "{err}");
    }
    let (_folder, nameless) = file("mine.toml", COPIES_FIRST);
    let output = check(&["--change", nameless.to_str().expect("UTF-8")]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--pre"), "{output:?}");
}
