// SPDX-License-Identifier: GPL-2.0-only
//! The command: what it ends with, what it says, what it leaves behind.

use mmdiff::scenario::Scenario;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");

fn mmdiff(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(args).output().expect("mmdiff runs")
}

/// A check of few scenarios, and what it ends with.
fn check(args: &[&str]) -> (Option<i32>, String, String) {
    let output =
        mmdiff(&[&["check", "--cases", "150", "--folios", "0", "--corpus", CORPUS], args].concat());
    said(&output)
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn json(args: &[&str]) -> Value {
    let (_, out, err) = check(&[&["--format", "json"], args].concat());
    assert_eq!(err, "");
    serde_json::from_str(&out).expect("the report is JSON")
}

/// Asserts that the command is refused: 2, nothing said but one line on standard error, with `hint`.
#[track_caller]
fn refused(args: &[&str], hint: &str) {
    let (code, out, err) = said(&mmdiff(args));
    assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
    assert_eq!(err.lines().count(), 1, "{args:?}: {err}");
    assert!(err.starts_with("mmdiff: ") && err.ends_with('\n'), "{args:?}: {err}");
    assert!(err.contains(hint), "{args:?}: {err}");
}

// ---- exit codes and bad input ----

#[test]
fn the_patch_is_as_intended_and_ends_with_0() {
    let (code, out, err) = check(&[]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
}

#[test]
fn a_difference_beyond_the_intent_ends_with_1() {
    assert_eq!(check(&["--intent", "message"]).0, Some(1));
    assert_eq!(check(&["--pre", "post-fix", "--post", "pre-fix"]).0, Some(1));
    assert_eq!(check(&["--pre", "post-fix", "--post", "post-fix"]).0, Some(0));
    assert_eq!(check(&["--pre", "pre-fix", "--post", "pre-fix"]).0, Some(0));
}

#[test]
fn bad_usage_is_refused_in_one_line() {
    refused(&["check", "--pre", "v9.9"], "pre-fix, post-fix");
    refused(&["check", "--post", ""], "--post");
    refused(&["check", "--seed", "x"], "--seed");
    refused(&["check", "--seed", "-1"], "-1");
    refused(&["check", "--seed", "18446744073709551616"], "--seed");
    refused(&["check", "--cases", "many"], "--cases");
    refused(&["check", "--cases", "99999999999999999"], "--cases");
    refused(&["check", "--path", "swap"], "truncation");
    refused(&["check", "--intent", "hope"], "message");
    refused(&["check", "--format", "xml"], "json");
    refused(&["check", "--threads", "0"], "--threads");
    refused(&["check", "--no-such-option"], "--no-such-option");
    refused(&["chekc"], "chekc");
    refused(&["graph", "lifecycle"], "not enumerated");
    refused(&["graph", "swap"], "truncation");
    refused(&["schema", "swap"], "explore-state");
}

#[test]
fn what_is_missing_is_named() {
    refused(&["explain"], "PATH:HEX");
    refused(&["corpus", "write"], "FOLDER");
    refused(&["corpus"], "subcommand");
    refused(&["check", "--cases"], "--cases");
}

#[test]
fn a_bad_corpus_is_refused_in_one_line() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().to_str().expect("UTF-8");
    refused(&["check", "--corpus", "/no/such/corpus"], "/no/such/corpus");
    refused(&["check", "--corpus", file!()], "file");
    fs::create_dir_all(root.path().join("flags/a_folder")).expect("a folder");
    refused(&["check", "--corpus", folder], "flags/a_folder");
    fs::remove_dir(root.path().join("flags/a_folder")).expect("the folder goes");
    fs::write(root.path().join("flags/huge"), vec![0; (1 << 20) + 1]).expect("a file");
    refused(&["check", "--corpus", folder], "flags/huge");
    // The folder of one target is no corpus.
    let target = format!("{CORPUS}/migration");
    refused(&["check", "--corpus", &target], "no seeds");
    refused(&["corpus", "stats", &target], "no seeds");
}

#[test]
fn no_generated_cases_means_the_corpus_alone() {
    let output =
        mmdiff(&["check", "--cases", "0", "--folios", "0", "--corpus", CORPUS, "--format", "json"]);
    let (code, out, err) = said(&output);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let cases = report["paths"].as_array().expect("paths").iter().map(|p| p["cases"].as_u64());
    assert_eq!(cases.sum::<Option<u64>>(), report["corpus"].as_u64());
}

#[test]
fn help_and_version_are_answers() {
    for args in [&["--help"][..], &["check", "--help"], &["explain", "--help"], &["--version"]] {
        let (code, out, err) = said(&mmdiff(args));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
        assert!(out.contains("mmdiff"), "{args:?}: {out}");
    }
}

// ---- the report ----

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> =
        value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Asserts that every row of a table has the fields.
fn has(report: &Value, table: &str, fields: &[&str]) {
    let rows = report[table].as_array().unwrap_or_else(|| panic!("{table} is a table"));
    assert!(!rows.is_empty(), "{table}");
    for row in rows {
        for field in fields {
            assert!(keys(row).contains(field), "{table} has {field}: {row}");
        }
    }
}

#[test]
fn the_json_has_the_fields_that_are_documented() {
    let report = json(&[]);
    assert_eq!(report["schema"], "mmdiff-check/1");
    assert_eq!((&report["pre"], &report["post"]), (&"pre-fix".into(), &"post-fix".into()));
    assert_eq!((&report["intent"], &report["verdict"]), (&"fix".into(), &"intended".into()));
    assert_eq!((&report["seed"], &report["cases_per_path"]), (&1.into(), &150.into()));
    has(&report, "paths", &["name", "cases", "complete", "same", "intended", "beyond"]);
    let fields = [
        "signature",
        "path",
        "function",
        "file",
        "clause",
        "reachable",
        "condition",
        "pre",
        "post",
        "cases",
        "stale_bytes",
        "example",
    ];
    has(&report, "divergences", &fields);
    has(&report, "clauses", &["id", "meaning", "hits"]);
    has(&report, "invariants", &["id", "meaning", "pre", "post", "as_expected"]);
    has(&report, "survey", &["mapping", "operations", "example", "pre", "post"]);
    assert_eq!(report["complaints"], Value::Array(vec![]));
}

#[test]
fn the_counts_of_a_report_add_up() {
    for args in [&[][..], &["--intent", "message"], &["--pre", "post-fix", "--post", "pre-fix"]] {
        let report = json(args);
        let rows = |table: &str| report[table].as_array().expect("a table").clone();
        let number = |row: &Value, field: &str| row[field].as_u64().expect("a number");
        let paths = rows("paths");
        assert_eq!(paths.len(), 7);
        for path in &paths {
            let parts = ["same", "intended", "beyond"].map(|field| number(path, field));
            assert_eq!(number(path, "cases"), parts.iter().sum::<u64>());
            assert_eq!(path["complete"], false);
        }
        let cases: u64 = paths.iter().map(|path| number(path, "cases")).sum();
        assert_eq!(cases, 7 * 150 + number(&report, "corpus"));
        let beyond: u64 = paths.iter().map(|path| number(path, "beyond")).sum();
        assert_eq!(report["verdict"], if beyond > 0 { "beyond" } else { "intended" });
        for clause in rows("clauses") {
            let explained = rows("divergences").into_iter().filter(|d| d["clause"] == clause["id"]);
            let hits: u64 = explained.map(|d| number(&d, "cases")).sum();
            assert_eq!(number(&clause, "hits"), hits, "{clause}");
        }
        let signatures: Vec<_> =
            rows("divergences").iter().map(|d| d["signature"].clone()).collect();
        let mut once = signatures.clone();
        once.dedup();
        assert_eq!(signatures, once);
    }
}

#[test]
fn every_example_explains_what_it_is_an_example_of() {
    for intent in ["fix", "message"] {
        for row in json(&["--intent", intent])["divergences"].as_array().expect("a table") {
            let (example, signature) = (row["example"].as_str(), row["signature"].as_str());
            let args = ["explain", example.expect("text"), "--intent", intent];
            let (code, out, err) = said(&mmdiff(&args));
            assert_eq!((code, err.as_str()), (Some(0), ""));
            assert!(out.contains(signature.expect("text")), "{row}\n{out}");
        }
    }
}

#[test]
fn reachable_is_what_operations_bring_about() {
    for row in json(&[])["divergences"].as_array().expect("a table") {
        let signature = row["signature"].as_str().expect("text");
        if signature.contains(":raw-") || signature.contains(":secretmem:") {
            assert_eq!(row["reachable"], false, "{signature}");
            assert!(row["reachable_by"].is_null());
        }
        let plain = ["ramfs", "tmpfs-noswap", "shm-lock", "recorded-enospc"];
        if plain.iter().any(|cause| signature.contains(&format!(":{cause}:"))) {
            assert_eq!(row["reachable"], true, "{signature}");
            assert!(row["reachable_by"].is_string());
        }
    }
}

#[test]
fn the_message_at_its_word_leaves_the_stale_bytes_beyond() {
    let report = json(&["--intent", "message"]);
    assert_eq!((&report["verdict"], &report["intent"]), (&"beyond".into(), &"message".into()));
    for cause in ["ramfs", "tmpfs-noswap", "shm-lock", "recorded-enospc"] {
        let signature = format!(
            "lifecycle:truncate_inode_partial_folio:beyond:{cause}:folio_zero_range-post-only"
        );
        let mut rows = report["divergences"].as_array().expect("a table").iter();
        let row = rows.find(|row| row["signature"] == *signature).expect(&signature);
        assert!(row["clause"].is_null());
        assert!(row["stale_bytes"].as_u64().expect("a number") >= 2048, "{row}");
        assert_eq!(row["reachable"], true);
    }
    let text = check(&["--intent", "message"]).1;
    for word in ["BEYOND", "ramfs", "noswap", "SHM_LOCK", "ENOSPC"] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn the_number_of_threads_changes_no_byte_and_the_seed_does() {
    let bytes = |args: &[&str]| check(&[&["--format", "json"], args].concat()).1;
    for intent in ["fix", "message"] {
        let one = bytes(&["--threads", "1", "--intent", intent]);
        for threads in ["2", "3", "7"] {
            assert!(one == bytes(&["--threads", threads, "--intent", intent]), "{threads}");
        }
    }
    assert_ne!(bytes(&["--seed", "1"]), bytes(&["--seed", "2"]));
}

#[test]
fn a_path_can_be_chosen_once_or_twice_in_any_order() {
    let names = |args: &[&str]| -> Vec<String> {
        let report = json(args);
        let paths = report["paths"].as_array().expect("a table");
        paths.iter().map(|path| path["name"].as_str().expect("text").into()).collect()
    };
    assert_eq!(names(&["--path", "errors"]), ["errors"]);
    assert_eq!(names(&["--path", "lifecycle", "--path", "flags"]), ["flags", "lifecycle"]);
    assert_eq!(names(&["--path", "flags", "--path", "flags"]), ["flags"]);
    for path in mmdiff::scenario::Path::ALL {
        assert_eq!(check(&["--path", path.name()]).0, Some(0), "{path}");
    }
}

#[test]
fn the_text_fits_100_columns_and_has_no_colours_where_nobody_looks() {
    for args in [&[][..], &["--intent", "message"], &["--path", "truncation"]] {
        let (_, text, err) = check(args);
        assert_eq!(err, "");
        assert!(!text.contains('\x1b'), "no ANSI");
        // A command is as long as its scenario.
        let is_command = |line: &&str| line.trim_start().starts_with("try     mmdiff explain ");
        let lines = text.lines().filter(|line| !is_command(line));
        let wide: Vec<&str> = lines.filter(|line| line.chars().count() > 100).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
}

// ---- files ----

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_is_put_in_place_as_a_whole() {
    let root = tempfile::tempdir().expect("a folder");
    let out = root.path().join("report.json");
    let args = ["--format", "json", "--out", out.to_str().expect("UTF-8")];
    fs::write(&out, "what was there").expect("a file");
    fs::hard_link(&out, root.path().join("before")).expect("a second name");
    let (code, said, err) = check(&args);
    assert_eq!((code, said.as_str(), err.as_str()), (Some(0), "", ""));
    assert_eq!(fs::read_to_string(&out).expect("a report"), check(&args[..2]).1);
    assert_eq!(entries(root.path()), ["before", "report.json"], "and nothing beside it");
    let before = fs::read_to_string(root.path().join("before")).expect("a file");
    assert_eq!(before, "what was there", "whoever has it open keeps all of it");
    // A report that is beyond the intent is a report too.
    assert_eq!(check(&[&args[..], &["--intent", "message"]].concat()).0, Some(1));
    assert!(fs::read_to_string(&out).expect("a report").contains("\"beyond\""));
}

#[test]
fn a_report_that_cannot_be_written_leaves_all_as_it_was() {
    let root = tempfile::tempdir().expect("a folder");
    let taken = root.path().join("taken");
    fs::create_dir(&taken).expect("a folder");
    fs::write(taken.join("file"), "kept").expect("a file");
    let few = |out: &Path| {
        let out = out.to_str().expect("UTF-8").to_string();
        refused(
            &["check", "--cases", "1", "--folios", "0", "--corpus", CORPUS, "--out", &out],
            &out,
        );
    };
    few(&taken);
    few(&root.path().join("no/such/folder/report"));
    few(&taken.join("file/report"));
    assert_eq!(entries(root.path()), ["taken"]);
    assert_eq!(fs::read_to_string(taken.join("file")).expect("a file"), "kept");
}

#[test]
fn a_bad_request_does_not_touch_the_report_that_is_there() {
    let root = tempfile::tempdir().expect("a folder");
    let out = root.path().join("report");
    fs::write(&out, "kept").expect("a file");
    let path = out.to_str().expect("UTF-8");
    refused(&["check", "--out", path, "--corpus", "/no/such"], "/no/such");
    refused(&["check", "--out", path, "--pre", "nothing"], "nothing");
    assert_eq!(fs::read_to_string(&out).expect("a file"), "kept");
}

/// Nothing outside the temporary folder is the target: a fault must not cost the machine a device.
#[cfg(unix)]
#[test]
fn a_pipe_or_a_link_is_not_replaced_by_a_file() {
    use std::os::unix::fs::FileTypeExt;
    let root = tempfile::tempdir().expect("a folder");
    let (pipe, link) = (root.path().join("pipe"), root.path().join("link"));
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    for name in [&pipe, &link] {
        if *name == link {
            std::os::unix::fs::symlink(&pipe, &link).expect("a link");
        }
        // Whoever writes to a pipe waits for a reader.
        let mut reader = Command::new("cat")
            .arg(&pipe)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("cat runs");
        let (code, ..) = check(&["--out", name.to_str().expect("UTF-8")]);
        reader.kill().expect("our own reader is stopped");
        reader.wait().expect("it ends");
        assert!(matches!(code, Some(0 | 2)), "written through, or refused");
        let kind = |path: &Path| fs::symlink_metadata(path).expect("it is there").file_type();
        assert!(kind(&pipe).is_fifo(), "the pipe is still a pipe");
        assert!(*name == pipe || kind(&link).is_symlink(), "the link is still a link");
    }
}

#[test]
fn the_corpus_is_written_once_and_nothing_of_it_overwritten() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("new");
    let folder = folder.to_str().expect("UTF-8");
    let write = || said(&mmdiff(&["corpus", "write", folder]));
    let seeds = mmdiff::corpus::seeds::all();
    assert_eq!((write().0, write().0), (Some(0), Some(0)));
    assert_eq!(mmdiff::corpus::read(Path::new(folder)).expect("a corpus"), seeds);
    let file = Path::new(folder).join("flags").join(&seeds[0].name);
    fs::write(&file, "mine").expect("a file");
    refused(&["corpus", "write", folder], &seeds[0].name);
    assert_eq!(fs::read_to_string(&file).expect("a file"), "mine");
    fs::remove_file(&file).expect("the file goes");
    assert_eq!(write().0, Some(0));
    assert_eq!(fs::read(&file).expect("a file"), seeds[0].bytes);
}

// ---- explain ----

#[test]
fn explain_shows_a_file_of_the_corpus_and_its_spelling_alike() {
    let file = format!("{CORPUS}/lifecycle/ramfs_truncate_leaves_stale_tail");
    let (code, out, err) = said(&mmdiff(&["explain", &file]));
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for part in [
        "flags_and(mapping0, 10) = 8",
        "test_bit(mapping0, 9) = no",
        "folio_zero_range(folio0, 100, 3996)",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let seed = mmdiff::corpus::seeds::all()
        .into_iter()
        .find(|seed| seed.name == "ramfs_truncate_leaves_stale_tail")
        .expect("the seed");
    let spelled = mmdiff::check::spell(&Scenario::decode(seed.path, &seed.bytes));
    assert!(out.contains(&spelled), "{out}");
    assert_eq!(said(&mmdiff(&["explain", &spelled])).1, out);
    let (code, _, err) = said(&mmdiff(&["explain", "--path", "flags", &file]));
    assert_eq!((code, err.lines().count()), (Some(2), 1), "{err}");
    assert!(err.contains("is for lifecycle, not flags"), "the folder says the path: {err}");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("crash-1").display().to_string();
    std::fs::copy(&file, &copy).unwrap();
    let elsewhere = said(&mmdiff(&["explain", "--path", "lifecycle", &copy])).1;
    assert_eq!(elsewhere, out, "where no folder says it, the path can be said");
}

#[test]
fn explain_says_same_intended_or_beyond() {
    let verdict = |args: &[&str]| said(&mmdiff(&[&["explain"], args].concat())).1;
    let ramfs = format!("{CORPUS}/truncation/ramfs_tail_is_not_zeroed");
    assert!(verdict(&["flags:"]).contains("do the same"));
    assert!(verdict(&[&ramfs]).contains("as intended"));
    assert!(verdict(&[&ramfs, "--intent", "message"]).contains("BEYOND"));
}

#[test]
fn explain_refuses_what_is_no_scenario() {
    refused(&["explain", "flags:0"], "hexadecimal");
    refused(&["explain", "flags:0x"], "hexadecimal");
    refused(&["explain", "flags:zz"], "hexadecimal");
    refused(&["explain", "flags:é"], "hexadecimal");
    refused(&["explain", "swap:00"], "swap:00");
    refused(&["explain", "/no/such/file"], "/no/such/file");
    refused(&["explain", CORPUS], "corpus");
    refused(&["explain", file!(), "--path", "swap"], "");
    refused(&["explain", concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")], "--path");
    refused(&["explain", "flags:00", "--pre", "v0"], "v0");
}

#[test]
fn a_sign_is_no_digit() {
    refused(&["explain", "flags:+1"], "hexadecimal");
}
