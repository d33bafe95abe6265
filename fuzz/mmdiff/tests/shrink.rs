// SPDX-License-Identifier: GPL-2.0-only
//! Shrinking: the result shows the very same, nothing plainer does, and what went is said in words.

use mmdiff::oracle::{Intent, Question, judge};
use mmdiff::readable;
use mmdiff::run::Tree;
use mmdiff::scenario::reduce::plainer;
use mmdiff::scenario::{Path, Scenario, generate};
use mmdiff::shrink::{BUDGET, Shrunk, Unshrinkable, shows, shrink, signatures};
use std::process::{Command, Output};

fn question(intent: Intent) -> Question {
    Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent,
    }
}

fn fix() -> Question {
    question(Intent::DEFAULT)
}

fn toml(text: &str) -> Scenario {
    readable::parse(text).unwrap()
}

/// Generated scenarios of every path that show something, with all that they show.
fn findings(question: &Question) -> Vec<(Scenario, Vec<String>)> {
    let mut found = Vec::new();
    for path in Path::ALL {
        let all = (0..400).map(|case| generate::scenario(11, path, case));
        let all = all.map(|scenario| (signatures(&judge(question, &scenario)), scenario));
        let shown = all.filter(|(signatures, _)| !signatures.is_empty()).take(12);
        found.extend(shown.map(|(signatures, scenario)| (scenario, signatures)));
    }
    found
}

#[test]
fn nothing_plainer_than_the_result_shows_the_same() {
    for intent in [Intent::DEFAULT, Intent::named("message").expect("a reading")] {
        let question = question(intent);
        let mut paths = Vec::new();
        for (scenario, signatures) in findings(&question) {
            let signature = &signatures[0];
            let shrunk = shrink(&question, &scenario, Some(signature), BUDGET).unwrap();
            assert!(shrunk.finished);
            for (smaller, _) in plainer(&shrunk.scenario) {
                let text = readable::write(&smaller);
                assert!(!shows(&question, &smaller, signature), "{signature}\n{text}");
            }
            paths.push(scenario.path());
        }
        paths.dedup();
        assert!(paths.len() >= 6, "only {paths:?} show anything");
    }
}

#[test]
fn each_thing_that_a_scenario_shows_keeps_its_own_signature() {
    let mut several = 0;
    for (scenario, signatures) in findings(&fix()) {
        several += usize::from(signatures.len() > 1);
        for signature in &signatures {
            let shrunk = shrink(&fix(), &scenario, Some(signature), BUDGET).unwrap();
            assert_eq!(shrunk.signature, *signature);
            assert!(shows(&fix(), &shrunk.scenario, signature));
        }
    }
    assert!(several > 10, "{several}");
}

#[test]
fn two_findings_in_one_scenario_shrink_to_two_scenarios() {
    let both = toml(
        "path = \"lifecycle\"\n\
         ops = [\n\
             { do = \"create\", kind = \"guest-memfd\" },\n\
             { do = \"create\", kind = \"tmpfs-noswap\" },\n\
             { do = \"write\", file = 1, len = 16384, order = 2 },\n\
             { do = \"fsync\", file = 1 },\n\
             { do = \"truncate\", file = 1, size = 4196 },\n\
         ]\n",
    );
    let shown = signatures(&judge(&fix(), &both));
    let of = |what: &str| {
        let signature = shown.iter().find(|signature| signature.contains(what)).unwrap();
        readable::write(&shrink(&fix(), &both, Some(signature), BUDGET).unwrap().scenario)
    };
    let creation =
        "path = \"lifecycle\"\nops = [\n    { do = \"create\", kind = \"guest-memfd\" },\n]\n";
    assert_eq!(of("mask-write"), creation);
    let truncation = of("mask-read");
    assert!(!truncation.contains("guest-memfd") && !truncation.contains("fsync"), "{truncation}");
    assert!(truncation.contains("tmpfs-noswap") && truncation.contains("do = \"truncate\""));
}

#[test]
fn the_most_important_signature_is_kept_unless_another_is_asked_for() {
    let message = question(Intent::named("message").expect("a reading"));
    for (scenario, signatures) in findings(&message) {
        let shrunk = shrink(&message, &scenario, None, BUDGET).unwrap();
        assert_eq!(shrunk.signature, signatures[0]);
        let beyond = |signature: &String| signature.contains(":beyond:");
        assert_eq!(signatures.iter().any(beyond), beyond(&signatures[0]));
    }
}

#[test]
fn what_went_is_said_in_words() {
    let scenario = toml(
        "path = \"truncation\"\n\
         call = \"pages-range\"\n\
         file = { kind = \"disk\", recorded = \"both\", flags = 0x40a }\n\
         folio = { order = 9, dirty = true }\n\
         start = { bytes = 100 }\n\
         to-eof = true\n\
         more = [{ order = 1 }, {}]\n\
         races = [\n\
             { point = \"folio-trylock\", action = \"pin\" },\n\
             { point = \"split-folio\", action = \"lock\" },\n\
         ]\n",
    );
    let shrunk = shrink(&fix(), &scenario, None, BUDGET).unwrap();
    assert!(shrunk.signature.contains(":raw-AS_ENOSPC+AS_UNEVICTABLE-0:"), "{}", shrunk.signature);
    let words = shrunk.words.join("; ");
    for expected in [
        "2 further folios",
        "2 racing actors",
        "call pages-range -> partial-folio",
        "file kind disk -> ramfs",
        "file recorded both -> nothing",
        "file flags 0x40a -> 0xa",
        "folio order 9 -> 0",
        "folio dirty true -> false",
        "start bytes 100 -> ",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in: {words}");
    }
}

#[test]
fn a_kept_item_is_named_by_its_place_among_the_kept_and_compared_with_itself() {
    let scenario = toml(
        "path = \"lifecycle\"\n\
         ops = [\n\
             { do = \"fail-split\" },\n\
             { do = \"create\", kind = \"secretmem\" },\n\
             { do = \"create\", kind = \"guest-memfd\" },\n\
         ]\n",
    );
    let shrunk = shrink(&fix(), &scenario, None, BUDGET).unwrap();
    assert_eq!(shrunk.words, ["removed 2 operations"]);
}

#[test]
fn the_same_question_has_the_same_answer() {
    let all = |_| -> Vec<Shrunk> {
        let one = |(scenario, _): &(Scenario, _)| shrink(&fix(), scenario, None, BUDGET).unwrap();
        findings(&fix()).iter().map(one).collect()
    };
    assert_eq!(all(0), all(1));
}

#[test]
fn the_number_of_tries_is_bounded_and_a_result_that_hits_the_bound_says_so() {
    for (scenario, _) in findings(&fix()) {
        let whole = shrink(&fix(), &scenario, None, BUDGET).unwrap();
        let cut = shrink(&fix(), &scenario, None, whole.tried / 2).unwrap();
        assert!(!cut.finished || whole.tried == 0);
        assert!(cut.tried <= whole.tried / 2);
        assert!(shows(&fix(), &cut.scenario, &whole.signature));
        assert!(whole.tried < BUDGET / 10, "{}", whole.tried);
    }
}

#[test]
fn reducing_always_ends_at_the_plainest_scenario() {
    for path in Path::ALL {
        for case in 0..40 {
            let mut scenario = generate::scenario(5, path, case);
            for step in 0.. {
                assert!(step < 10_000, "{path} {case} does not end");
                let gentlest = plainer(&scenario).pop();
                let Some((next, _)) = gentlest else { break };
                assert_ne!(next, scenario);
                assert_eq!(Scenario::decode(path, &next.encode()), next);
                scenario = next;
            }
            assert_eq!(scenario, Scenario::decode(path, &[]));
        }
    }
}

#[test]
fn what_shows_nothing_cannot_be_shrunk() {
    let plain = Scenario::decode(Path::Compaction, &[]);
    assert_eq!(shrink(&fix(), &plain, None, BUDGET), Err(Unshrinkable::Nothing));
    let truncation = Scenario::decode(Path::Truncation, &[]);
    let refused = shrink(&fix(), &truncation, Some("something else"), BUDGET).unwrap_err();
    let Unshrinkable::NotThis(shown) = refused else { panic!("{refused:?}") };
    assert_eq!(shown, signatures(&judge(&fix(), &truncation)));
}

fn mmdiff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(arguments).output().unwrap()
}

#[test]
fn a_crashing_artifact_of_cargo_fuzz_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = folder.path().join("fuzz/artifacts/truncation");
    std::fs::create_dir_all(&artifacts).unwrap();
    let crash = artifacts.join("crash-0123456789abcdef");
    // Far more bytes than the scenario needs, as a fuzzer leaves them.
    let mut bytes = [0u8; 200];
    (bytes[1], bytes[18], bytes[60], bytes[199]) = (2, 7, 255, 3);
    std::fs::write(&crash, bytes).unwrap();
    let out = folder.path().join("small");
    let (crash, out) = (crash.to_str().unwrap(), out.to_str().unwrap());
    let arguments = ["shrink", crash, "--intent", "message", "--out", out];
    let output = mmdiff(&arguments);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(":beyond:"), "{text}");
    let small = Scenario::decode(Path::Truncation, &std::fs::read(out).unwrap());
    assert!(text.ends_with(&readable::write(&small)), "{text}");

    let again = mmdiff(&arguments);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8(again.stderr).unwrap().contains("--force replaces it"));
}
