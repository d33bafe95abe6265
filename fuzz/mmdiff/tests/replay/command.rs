// SPDX-License-Identifier: GPL-2.0-only
//! The command: what it ends with, what it says, what it leaves behind.

use super::fixtures::{committed, folder, put};
use super::zips::{Entry, STORED, zip};
use serde_json::Value;
use std::fs;
use std::path::Path as FsPath;
use std::process::Command;

/// What `mmdiff replay` ends with, and what it says.
pub(crate) fn run(input: &FsPath, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let output = command.arg("replay").arg(input).args(args).output().expect("mmdiff runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Asserts that nothing is replayed: 2, and nothing said but one line that has all of `hints`.
#[track_caller]
fn refused(input: &FsPath, args: &[&str], hints: &[&str]) {
    let (code, out, err) = run(input, args);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    one_line(&err, hints);
}

#[track_caller]
fn one_line(err: &str, hints: &[&str]) {
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.starts_with("mmdiff: "), "{err}");
    for hint in hints {
        assert!(err.contains(hint), "no {hint:?} in {err}");
    }
}

#[test]
fn all_as_intended_ends_with_0() {
    let (code, out, err) = run(&committed(), &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("No finding.\n"), "{out}");
    assert!(out.contains("0 unreadable, 0 too large, 0 of no known path, 0 vanished"), "{out}");
}

#[test]
fn without_a_name_the_committed_corpus_is_replayed() {
    let output = Command::new(env!("CARGO_BIN_EXE_mmdiff")).arg("replay").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), run(&committed(), &[]).1);
}

#[test]
fn a_finding_ends_with_1_and_is_shown_with_its_smallest_input() {
    let (code, out, err) = run(&committed(), &["--intent", "message"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.contains("shm_locked_tail_is_not_zeroed (22 bytes)"), "{out}");
    assert!(out.contains("    mmdiff explain --intent message truncation:"), "{out}");
}

#[test]
fn the_sides_can_be_exchanged() {
    let (code, out, _) = run(&committed(), &["--pre", "post-fix", "--post", "pre-fix"]);
    assert_eq!(code, Some(1));
    assert!(out.starts_with("post-fix against pre-fix"), "{out}");
    assert!(out.contains("mmdiff explain --pre post-fix --post pre-fix "), "{out}");
    assert_eq!(run(&committed(), &["--pre", "pre-fix", "--post", "pre-fix"]).0, Some(0));
}

#[test]
fn nothing_to_replay_ends_with_2() {
    let root = folder(&[("some/input", b"1")]);
    refused(&root.path().join("none"), &[], &["none", "No such file"]);
    refused(root.path(), &[], &["some/input", "--path"]);
    fs::remove_file(root.path().join("some/input")).unwrap();
    refused(root.path(), &[], &["nothing to replay in", "there is no file"]);
    refused(root.path(), &["--path", "nonsense"], &["no such path", "truncation"]);
    refused(root.path(), &["--threads", "0"], &["--threads"]);
}

#[test]
fn an_input_that_is_left_out_ends_with_2_and_the_rest_is_reported() {
    let root = folder(&[("flags/a", b"1"), ("flags/b.zip", b"not one")]);
    let (code, out, err) = run(root.path(), &[]);
    assert_eq!(code, Some(2));
    one_line(&err, &["1 input was not replayed", "b.zip"]);
    assert!(out.contains("NOT everything was replayed"), "{out}");
    assert!(out.contains("1 input was fed, 1 unreadable"), "{out}");
    assert!(out.contains("flags/b.zip: not a whole zip archive"), "{out}");
}

#[test]
fn a_finding_counts_for_more_than_an_input_that_is_left_out() {
    let root = folder(&[("truncation/a", b""), ("truncation/b.zip", b"not one")]);
    let (code, _, err) = run(root.path(), &["--intent", "message"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
}

#[test]
fn json_says_what_was_fed_found_and_refused() {
    let root = folder(&[("truncation/a", b""), ("truncation/b.zip", b"no"), ("nameless", b"1")]);
    let (code, out, _) = run(root.path(), &["--intent", "message", "--format", "json"]);
    assert_eq!(code, Some(1));
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["schema"], "mmdiff-replay/1");
    assert_eq!(report["verdict"], "finding");
    let inputs = &report["inputs"];
    assert_eq!((&inputs["found"], &inputs["fed"]), (&3.into(), &1.into()));
    assert_eq!((&inputs["unreadable"], &inputs["unplaced"]), (&1.into(), &1.into()));
    assert_eq!(report["paths"][0]["failing"], 1);
    let finding = &report["findings"][0];
    assert!(finding["signature"].as_str().unwrap().contains(":beyond:ramfs:"), "{finding}");
    assert_eq!(finding["examples"][0]["scenario"], "truncation:");
    assert_eq!(report["refused"][0]["reason"], "unreadable");
    assert_eq!(report["refused"][1]["reason"], "unplaced");
}

#[test]
fn an_archive_gives_the_same_report_as_the_folder_that_it_was_made_of() {
    let root = folder(&[]);
    let mut entries = Vec::new();
    for seed in mmdiff::corpus::read(&committed()).unwrap() {
        let name = format!("{}/{}", seed.path, seed.name);
        put(&root.path().join("corpus").join(&name), &seed.bytes);
        entries.push(Entry::new(&name, STORED, &seed.bytes));
    }
    put(&root.path().join("corpus.zip"), &zip(&entries));
    let report = |name: &str| run(&root.path().join(name), &["--intent", "message"]).1;
    assert_eq!(report("corpus.zip").replace("corpus.zip/", "corpus/"), report("corpus"));
}

#[test]
fn a_report_goes_to_a_file_whole_or_not_at_all() {
    let root = folder(&[]);
    let file = root.path().join("report.json");
    let args = ["--format", "json", "--out", file.to_str().unwrap()];
    assert_eq!(run(&committed(), &args), (Some(0), String::new(), String::new()));
    serde_json::from_slice::<Value>(&fs::read(&file).unwrap()).unwrap();

    let nowhere = root.path().join("none/report.json");
    refused(&committed(), &["--out", nowhere.to_str().unwrap()], &["cannot write", "none"]);
}

#[test]
fn the_same_corpus_gives_the_same_bytes_on_any_number_of_threads() {
    for format in ["text", "json", "junit"] {
        let report = |threads| {
            let args = ["--intent", "message", "--format", format, "--threads", threads];
            run(&committed(), &args).1
        };
        assert_eq!(report("1"), report("5"), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn a_name_cannot_write_to_the_terminal() {
    let root = folder(&[("truncation/\u{1b}[2J\n", b""), ("truncation/\u{1b}[1m.zip", b"no")]);
    for format in ["text", "json", "junit"] {
        let args = ["--intent", "message", "--format", format];
        let (code, out, _) = run(root.path(), &args);
        assert!(code == Some(1) && !out.contains('\u{1b}'), "{format}: {out}");
    }
    let (_, _, err) = run(&root.path().join("truncation/\u{1b}[1m.zip"), &[]);
    assert!(!err.contains('\u{1b}'), "{err}");
}

#[test]
fn inputs_of_another_version_are_refused_however_they_come() {
    let root = folder(&[]);
    let corpus = root.path().join("corpus");
    put(&corpus.join("flags/a"), b"1");
    let archived = |version: &str| {
        let entries = [("VERSION", version.as_bytes()), ("flags/a", b"1")];
        zip(&entries.map(|(name, bytes)| Entry::new(name, STORED, bytes)))
    };
    put(&root.path().join("corpus.zip"), &archived("1\n"));
    put(&corpus.join("VERSION"), b"1\n");
    for input in ["corpus", "corpus/flags", "corpus/flags/a", "corpus.zip"] {
        assert_eq!(run(&root.path().join(input), &[]).0, Some(0), "{input}");
    }
    let (_, out, _) = run(&corpus, &["--path", "flags"]);
    assert!(out.contains("1 input was fed"), "the version is no input: {out}");
    put(&root.path().join("flags.zip"), &archived("1\n"));
    let (_, out, _) = run(&root.path().join("flags.zip"), &[]);
    assert!(out.contains("1 input was fed"), "the version is no input: {out}");
    put(&root.path().join("corpus.zip"), &archived("99\n"));
    put(&corpus.join("VERSION"), b"99\n");
    for input in ["corpus", "corpus/flags", "corpus/flags/a"] {
        refused(&root.path().join(input), &[], &["mmdiff corpus migrate"]);
        let path = root.path().join(input);
        refused(&path, &["--path", "flags"], &["mmdiff corpus migrate"]);
    }
    let (code, _, err) = run(&root.path().join("corpus.zip"), &[]);
    assert_eq!(code, Some(2));
    one_line(&err, &["mmdiff corpus migrate"]);
    put(&root.path().join("flags.zip"), &archived("99\n"));
    put(&root.path().join("nameless/VERSION"), b"99\n");
    put(&root.path().join("nameless/a"), b"1");
    put(&corpus.join("mmdiff_errors/a"), b"1");
    put(&corpus.join("flags/sub/a"), b"1");
    for input in ["flags.zip", "nameless", "nameless/a", "corpus/mmdiff_errors", "corpus/flags/sub"]
    {
        let (code, _, err) = run(&root.path().join(input), &["--path", "flags"]);
        assert_eq!(code, Some(2), "{input}");
        one_line(&err, &["mmdiff corpus migrate"]);
    }
    let explained = Command::new(env!("CARGO_BIN_EXE_mmdiff"))
        .args(["explain", corpus.join("flags/a").to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(explained.status.code(), Some(2));
}
