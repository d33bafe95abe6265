// SPDX-License-Identifier: GPL-2.0-only
//! What `check`, `explore` and `replay` write is valid by the published schemas, and says what was
//! found. The schemas are those that the crates `serde-sarif` (OASIS, SARIF 2.1.0) and
//! `junit-report` (Jenkins, JUnit) come with; `xmllint` reads the second.

use jsonschema::Validator;
use libtest_mimic::{Arguments, Failed, Trial};
use roxmltree::{Document, Node};
use serde_json::Value;
use serde_sarif::sarif::Sarif;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Commands, and what they end with: everything intended, something beyond, something left undone.
const RUNS: [(&str, &[&str], i32); 8] = [
    ("a_check_that_passes", &["check", "--cases", "300", "--folios", "0"], 0),
    ("a_check_that_fails", &["check", "--cases", "300", "--folios", "0", "--intent", "message"], 1),
    (
        "a_check_the_wrong_way_round",
        &["check", "--cases", "50", "--pre", "post-fix", "--post", "pre-fix", "--folios", "0"],
        1,
    ),
    ("an_enumeration_that_passes", &["explore", "--path", "creation", "--path", "errors"], 0),
    (
        "an_enumeration_that_fails",
        &["explore", "--path", "creation", "--pre", "post-fix", "--post", "pre-fix"],
        1,
    ),
    ("a_part_of_an_enumeration", &["explore", "--path", "errors", "--shard", "1/2"], 3),
    ("a_replay_that_passes", &["replay"], 0),
    ("a_replay_that_fails", &["replay", "--intent", "message"], 1),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let no_xmllint = Command::new("xmllint").arg("--version").output().is_err();
    let mut trials = Vec::new();
    for (name, args, code) in RUNS {
        trials.push(Trial::test(format!("sarif_of_{name}"), move || sarif(args, code)));
        trials.push(Trial::test(format!("junit_of_{name}"), move || junit(args, code)));
        let valid = Trial::test(format!("junit_of_{name}_is_valid"), move || junit_is_valid(args));
        let valid = if no_xmllint { valid.with_kind("needs xmllint") } else { valid };
        trials.push(valid.with_ignored_flag(no_xmllint));
    }
    trials.push(Trial::test("sarif_of_an_input_that_is_left_out", left_out));
    trials.push(Trial::test("a_result_without_a_message_is_not_valid", a_schema_that_refuses));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs a command in a form: its exit code, and what it wrote.
fn run(args: &[&str], format: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let output = command.args(args).args(["--format", format]).current_dir(ROOT).output();
    let output = output.expect("the command runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    (output.status.code().expect("an exit code"), text)
}

/// The folder of a crate that this one is built with. Only what is built is sure to be there, so
/// cargo is not asked about other platforms.
fn folder_of(name: &str) -> PathBuf {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().expect("rustc runs").stdout;
    let version = String::from_utf8(version).expect("UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let args =
        ["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", host];
    let output = cargo.args(args).current_dir(ROOT).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == name).expect("the package");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    manifest.parent().expect("a folder").to_path_buf()
}

static SARIF: LazyLock<Validator> = LazyLock::new(|| {
    let text = fs::read(folder_of("serde-sarif").join("src/schema.json")).expect("the schema");
    let mut schema: Value = serde_json::from_slice(&text).expect("JSON");
    // The pattern of a language, as published, has a bracket too many and is no regular expression
    // to a strict reader. No language is written here.
    for holder in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][holder]["properties"]["language"];
        let pattern = language.as_object_mut().and_then(|language| language.remove("pattern"));
        assert!(pattern.is_some(), "{holder} has a language");
    }
    assert!(schema["title"].as_str().expect("a title").contains("SARIF) Version 2.1.0"));
    jsonschema::validator_for(&schema).expect("a schema")
});

/// The log, which is valid.
fn valid(text: &str) -> Result<Value, Failed> {
    let log: Value = serde_json::from_str(text)?;
    let errors: Vec<String> = SARIF
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if !errors.is_empty() {
        return Err(errors.join("\n").into());
    }
    serde_json::from_str::<Sarif>(text)?;
    Ok(log)
}

fn results(log: &Value) -> &Vec<Value> {
    log["runs"][0]["results"].as_array().expect("results")
}

fn sarif(args: &[&str], wanted: i32) -> Result<(), Failed> {
    let (code, text) = run(args, "sarif");
    assert_eq!(code, wanted);
    let log = valid(&text)?;
    let run = &log["runs"][0];
    let wrong = results(&log).iter().filter(|result| result["level"] == "error").count();
    assert_eq!(wrong > 0, code == 1, "an error is a result that is not as intended");
    assert_eq!(run["invocations"][0]["executionSuccessful"], code != 3);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let mut fingerprints = BTreeSet::new();
    for result in results(&log) {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let fingerprint = result["partialFingerprints"]["signature/1"].as_str().expect("one");
        assert!(fingerprints.insert(fingerprint.to_string()), "{fingerprint} twice");
        check_location(&result["locations"][0]);
    }
    if args[0] != "replay" {
        let (_, json) = self::run(args, "json");
        let report: Value = serde_json::from_str(&json)?;
        for row in report["divergences"].as_array().expect("divergences") {
            let signature = row["signature"].as_str().expect("a signature");
            assert!(fingerprints.contains(signature), "{signature} is a result");
        }
    }
    Ok(())
}

/// It points at the line where the function begins, and names the kernel's.
fn check_location(location: &Value) {
    let physical = &location["physicalLocation"];
    let uri = physical["artifactLocation"]["uri"].as_str().expect("a file");
    let text = fs::read_to_string(Path::new(ROOT).join(uri)).expect("the file is there");
    let logical = &location["logicalLocations"][0];
    let Some(name) = logical["name"].as_str() else {
        assert!(physical["region"].is_null(), "no line without a function");
        return;
    };
    let line = physical["region"]["startLine"].as_u64().expect("a line") as usize;
    let line = text.lines().nth(line - 1).expect("the line is there");
    assert!(line.starts_with(&format!("pub fn {name}")), "{uri}: {line}");
    let full = logical["fullyQualifiedName"].as_str().expect("a name");
    let (file, function) = full.split_once("::").expect("a file and a function");
    assert!(function == name && (file.ends_with(".c") || file.ends_with(".h")), "{full}");
}

fn left_out() -> Result<(), Failed> {
    let root = tempfile::tempdir()?;
    fs::create_dir(root.path().join("flags"))?;
    fs::write(root.path().join("flags/a"), b"1")?;
    fs::write(root.path().join("flags/b.zip"), b"not one")?;
    let (code, text) = run(&["replay", root.path().to_str().expect("UTF-8")], "sarif");
    assert_eq!(code, 2);
    let log = valid(&text)?;
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notice = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(notice.is_some_and(|text| text.contains("b.zip")), "{notice:?}");
    Ok(())
}

fn a_schema_that_refuses() -> Result<(), Failed> {
    let (_, text) = run(RUNS[0].1, "sarif");
    let mut log = valid(&text)?;
    log["runs"][0]["results"][0].as_object_mut().expect("a result").remove("message");
    assert!(!SARIF.is_valid(&log));
    Ok(())
}

fn junit(args: &[&str], wanted: i32) -> Result<(), Failed> {
    let (code, text) = run(args, "junit");
    assert_eq!(code, wanted);
    let document = Document::parse(&text)?;
    let cases = || document.descendants().filter(|node| node.has_tag_name("testcase"));
    let with = |tag| cases().filter(move |case| case.children().any(|c| c.has_tag_name(tag)));
    assert_eq!(with("failure").count() > 0, code == 1, "a failure is something not intended");
    assert_eq!(with("error").count() > 0, code == 3, "an error is something left undone");
    let beyond =
        |case: &Node<'_, '_>| case.attribute("name").is_some_and(|n| n.contains(":beyond:"));
    for case in with("failure").filter(beyond) {
        let said: String = case.descendants().filter_map(|node| node.text()).collect();
        assert!(said.contains("mmdiff explain ") || said.contains(" --show "), "{said}");
    }
    Ok(())
}

fn junit_is_valid(args: &[&str]) -> Result<(), Failed> {
    let root = tempfile::tempdir()?;
    let file = root.path().join("junit.xml");
    fs::write(&file, run(args, "junit").1)?;
    let schema = folder_of("junit-report").join("tests/JUnit.xsd");
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .args([&schema, &file])
        .output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
