// SPDX-License-Identifier: GPL-2.0-only
//! How commands end when somebody stops them, when the disk is full, and when nobody reads on.

#![cfg(target_os = "linux")]

use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
const TRUNCATION: &str = "truncation:00000000000000000000000000000000640000000001";

fn mmdiff(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    command.args(args).stdin(Stdio::null());
    command
}

fn interrupt(child: &Child) {
    signal(child, "-INT");
}

fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
}

/// Interrupts a command once it has said how far it is; what it prints then, and all that it said.
fn interrupted(args: &[&str]) -> (Option<i32>, String, Vec<String>) {
    let mut command = mmdiff(args);
    let piped = command.args(["--progress", "1"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("mmdiff runs");
    // Read beside the rest: a pipe holds only so much.
    let mut printed = child.stdout.take().expect("a pipe");
    let out = std::thread::spawn(move || {
        let mut out = String::new();
        printed.read_to_string(&mut out).map(|_| out)
    });
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let first = said.next().expect("it says how far it is").expect("text");
    interrupt(&child);
    let rest = said.map(|line| line.expect("text"));
    let said = [first].into_iter().chain(rest).collect();
    let out = out.join().expect("it is read").expect("text");
    (child.wait().expect("it ends").code(), out, said)
}

fn is_progress(line: &str, what: &str) -> bool {
    line.starts_with("mmdiff: ") && line.contains(what)
}

#[test]
fn an_interrupted_check_reports_what_is_done_and_ends_with_3() {
    let args = ["check", "--cases", "100000000", "--corpus", CORPUS, "--format", "json"];
    let (code, out, said) = interrupted(&args);
    assert_eq!(code, Some(3), "{said:?}");
    assert!(said.iter().all(|line| is_progress(line, " scenarios")), "{said:?}");
    assert!(said[0].ends_with(" left"), "{said:?}");
    let total = said[0].split(" of ").nth(1).and_then(|rest| rest.split(' ').next());
    let total = total.map(|total| total.replace(',', "").parse::<u64>().expect("a number"));
    // The seeds of the corpus besides.
    let total = total.filter(|&total| total > 7 * 100_000_000).expect("how many there are");
    let report: Value = serde_json::from_str(&out).expect("the whole report, as JSON");
    assert_eq!((&report["verdict"], &report["cut_off"]), (&"cut-off".into(), &true.into()));
    assert_eq!(report["complaints"], Value::Array(Vec::new()));
    let done = |path: &Value| path["cases"].as_u64().expect("a number");
    let done: u64 = report["paths"].as_array().expect("paths").iter().map(done).sum();
    assert!((1..total).contains(&done), "{done} of {total}");
}

#[test]
fn an_interrupted_check_with_something_beyond_ends_with_1() {
    let args = ["check", "--cases", "100000000", "--corpus", CORPUS, "--intent", "message"];
    let (code, out, _) = interrupted(&args);
    assert_eq!(code, Some(1));
    assert!(out.contains("It was INTERRUPTED") && out.contains("BEYOND"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn an_interrupted_conform_reports_what_is_done_and_ends_with_3() {
    let args = ["conform", "--path", "chance", "--cases", "100000000", "--revision", "v6.12"];
    let (code, out, said) = interrupted(&args);
    assert_eq!(code, Some(3), "{said:?}");
    assert!(said.iter().all(|line| is_progress(line, " calls of each function")), "{said:?}");
    assert!(out.contains("It was INTERRUPTED") && !out.contains(" 0 paths"), "{out}");
    assert!(out.contains("NOTHING WAS RUN") || out.contains("NO MISMATCH on"), "{out}");
}

#[test]
fn an_interrupted_replay_reports_what_is_done_and_ends_with_3() {
    for (format, says) in [("json", "\"cut_off\": true"), ("junit", "the replay was interrupted")] {
        let mut args = vec!["replay", "--threads", "1", "--format", format];
        args.extend([CORPUS; 20_000]);
        let (code, out, said) = interrupted(&args);
        assert_eq!(code, Some(3), "{said:?}");
        assert!(said.iter().all(|line| is_progress(line, " inputs")), "{said:?}");
        assert!(out.contains(says), "{out}");
        match format {
            "json" => drop(serde_json::from_str::<Value>(&out).expect("JSON")),
            _ => drop(roxmltree::Document::parse(&out).expect("XML")),
        }
    }
}

#[test]
fn interrupted_statistics_say_what_is_done_and_end_with_3() {
    let args = ["corpus", "stats", "--cases", "100000000", "--format", "json"];
    let (code, out, said) = interrupted(&args);
    assert_eq!(code, Some(3), "{said:?}");
    assert!(said.iter().all(|line| is_progress(line, " scenarios")), "{said:?}");
    let stats: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(stats["cut_off"], true);
    let done = |path: &Value| path["scenarios"].as_u64().expect("a number");
    let done: u64 = stats["paths"].as_array().expect("paths").iter().map(done).sum();
    assert!((1..700_000_000).contains(&done), "{done}");
}

#[test]
fn an_interrupted_report_is_a_page_that_says_so_and_ends_with_3() {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("report.html").display().to_string();
    let args = ["report", "--cases", "100000000", "--path", "errors", "--corpus", CORPUS];
    let (code, out, said) = interrupted(&[&args[..], &["--out", &file]].concat());
    assert_eq!((code, out.as_str()), (Some(3), ""), "{said:?}");
    let page = fs::read_to_string(file).expect("the page");
    assert!(page.contains("Interrupted: no difference beyond") && page.ends_with("</html>"));
    assert!(page.contains("not all are counted"));
}

#[test]
fn an_interrupted_enumeration_saves_what_is_done_and_ends_with_3() {
    // Ctrl-C; and what a CI sends when it ends a job.
    enumeration_ended_by("-INT");
    enumeration_ended_by("-TERM");
}

fn enumeration_ended_by(how: &str) {
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("state.json").display().to_string();
    let args =
        ["explore", "--path", "compaction", "--folios", "4", "--save", &file, "--format", "json"];
    let mut child = mmdiff(&args).stdout(Stdio::piped()).spawn().expect("mmdiff runs");
    std::thread::sleep(std::time::Duration::from_secs(2));
    signal(&child, how);
    let mut out = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut out).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(3), "{out}");
    for text in [out, fs::read_to_string(file).expect("the state")] {
        let json: Value = serde_json::from_str(&text).expect("JSON");
        assert!(text.contains("interrupt"), "{json}");
    }
}

#[test]
fn a_scenario_is_not_written_to_what_holds_something_and_that_is_not_read_to_its_end() {
    let root = tempfile::tempdir().expect("a folder");
    let at = |name: &str| root.path().join(name).display().to_string();
    fs::write(at("one.toml"), "path = \"flags\"\n").expect("a file");
    std::os::unix::fs::symlink("nowhere", at("broken")).expect("a link");
    assert!(Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo runs").success());
    for there in ["/dev/zero", "/dev/full", &at("pipe"), &at("broken"), &at("")] {
        let output =
            mmdiff(&["corpus", "encode", &at("one.toml"), there]).output().expect("it runs");
        one_line(&output, [there, "--force"]);
    }
    assert!(fs::symlink_metadata(at("broken")).expect("it is there").is_symlink());
}

/// Commands that print something.
fn printing() -> Vec<Vec<&'static str>> {
    vec![
        vec!["check", "--cases", "20", "--folios", "0", "--corpus", CORPUS],
        vec!["explore", "--path", "migration"],
        vec!["replay", CORPUS],
        vec!["explain", TRUNCATION],
        vec!["shrink", TRUNCATION],
        vec!["corpus", "decode", TRUNCATION],
        vec!["corpus", "stats", CORPUS],
        vec!["graph", "errors"],
        vec!["schema", "check"],
        vec!["completions", "bash"],
        vec!["man"],
        vec!["--help"],
        vec!["--version"],
    ]
}

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").expect("the device that is always full")
}

#[track_caller]
fn one_line(output: &Output, hints: [&str; 2]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("mmdiff: ") && said.lines().count() == 1, "{said}");
    assert!(hints.iter().all(|hint| said.contains(hint)), "{said}");
}

#[test]
fn a_full_disk_is_one_clear_error() {
    for args in printing() {
        let output = mmdiff(&args).stdout(full()).stderr(Stdio::piped()).output();
        one_line(&output.expect("mmdiff runs"), ["standard output", "No space left"]);
    }
}

#[test]
fn a_file_on_a_full_disk_is_one_clear_error() {
    let report = vec!["report", "--cases", "20", "--folios", "0", "--path", "errors"];
    let graph = vec!["graph", "errors"];
    for args in printing().iter().take(3).chain([&report, &graph]) {
        let output = mmdiff(args).args(["--out", "/dev/full"]).output().expect("mmdiff runs");
        one_line(&output, ["/dev/full", "No space left"]);
    }
}

#[test]
fn an_enumeration_that_cannot_be_saved_is_reported_all_the_same() {
    let args = ["explore", "--path", "migration", "--save", "/dev/full"];
    let output = mmdiff(&args).output().expect("mmdiff runs");
    one_line(&output, ["/dev/full", "No space left"]);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("OVER LISTED VALUES"), "{out}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for args in printing() {
        let mut command = mmdiff(&args);
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mmdiff runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn an_error_that_nobody_can_read_is_no_panic() {
    for args in [vec!["check", "--no-such-option"], vec!["corpus"], vec!["explain", "no:such"]] {
        let status = mmdiff(&args).stderr(full()).status().expect("mmdiff runs");
        assert_eq!(status.code(), Some(2), "{args:?}");
    }
}

// ---- the shell ----

#[test]
fn bash_completes_commands_options_and_values() {
    let script = mmdiff(&["completions", "bash"]).output().expect("mmdiff runs").stdout;
    let root = tempfile::tempdir().expect("a folder");
    let file = root.path().join("mmdiff.bash");
    fs::write(&file, script).expect("a file");
    for (line, words, wanted) in [
        ("mmdiff exp", "mmdiff exp", "explore explain"),
        ("mmdiff check --inte", "mmdiff check --inte", "--intent"),
        ("mmdiff check --intent m", "mmdiff check --intent m", "message"),
        ("mmdiff corpus sna", "mmdiff corpus sna", "snapshot"),
    ] {
        let ask = format!(
            "source {}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({words}); \
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _mmdiff mmdiff \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
             echo \"${{COMPREPLY[@]}}\"",
            file.display()
        );
        let output = Command::new("bash").args(["-c", &ask]).output().expect("bash runs");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), wanted, "{line}: {output:?}");
    }
}

#[test]
fn every_shell_has_completions_and_no_other_is_known() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = mmdiff(&["completions", shell]).output().expect("mmdiff runs");
        assert!(String::from_utf8_lossy(&output.stdout).contains("explore"), "{shell}");
    }
    let output = mmdiff(&["completions", "command.com"]).output().expect("mmdiff runs");
    one_line(&output, ["command.com", "zsh"]);
}

#[test]
fn there_is_a_manual_page_for_each_command_with_its_options_and_an_example() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("man");
    let status = mmdiff(&["man", folder.to_str().expect("UTF-8")]).status().expect("mmdiff runs");
    assert!(status.success());
    for (name, example) in [
        ("mmdiff", "mmdiff check \\-\\-intent"),
        ("mmdiff-check", "Example"),
        ("mmdiff-explore", "Example"),
        ("mmdiff-corpus", "Example"),
        ("mmdiff-corpus-write", "Example"),
    ] {
        let page = fs::read_to_string(folder.join(format!("{name}.1"))).expect("a page");
        assert!(page.contains(".TH ") && page.contains(example), "{name}: {page}");
    }
    let check = fs::read_to_string(folder.join("mmdiff-check.1")).expect("a page");
    assert!(check.contains("\\-\\-intent") && check.contains("mmdiff\\-check"), "{check}");
    let printed = mmdiff(&["man"]).output().expect("mmdiff runs").stdout;
    assert_eq!(printed, fs::read(folder.join("mmdiff.1")).expect("a page"));
}
