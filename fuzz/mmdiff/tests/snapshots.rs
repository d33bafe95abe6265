// SPDX-License-Identifier: GPL-2.0-only
//! Every committed seed means what it is known to mean.

use mmdiff::corpus::snapshot::{self, ACCEPT, Change};
use mmdiff::corpus::{self, Seed};
use mmdiff::scenario::{Path, Scenario};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn corpus() -> Vec<Seed> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "corpus"].iter().collect();
    corpus::read(&folder).expect("the committed corpus can be read")
}

fn accepted(path: Path) -> String {
    let file: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests", "snapshots", &snapshot::file_name(path)]
            .iter()
            .collect();
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn every_committed_seed_means_what_its_snapshot_says() {
    let seeds = corpus();
    let mut complaints = String::new();
    for path in Path::ALL {
        for (name, change) in snapshot::compare(&accepted(path), &snapshot::render(path, &seeds)) {
            complaints += &format!("  {}/{name}: {change}\n", path.target());
        }
    }
    assert!(
        complaints.is_empty(),
        "\nThe corpus does not mean what it meant:\n{complaints}\
         If the same bytes mean something else, the byte format has changed under every corpus that \
         there is:\nundo that, or give it a new version (see the documentation of scenario::codec).\n\
         If you meant to add or change seeds, accept them: {ACCEPT}\n"
    );
}

#[test]
fn the_snapshots_are_what_the_command_would_write() {
    let seeds = corpus();
    for path in Path::ALL {
        assert!(accepted(path) == snapshot::render(path, &seeds), "{path}: run {ACCEPT}");
    }
}

#[test]
fn the_least_json_still_means_the_scenario() {
    for seed in corpus() {
        let scenario = Scenario::decode(seed.path, &seed.bytes);
        let meaning = snapshot::meaning(&scenario);
        let whole = format!("{{\"{}\":{meaning}}}", seed.path.name());
        let back: Scenario = serde_json::from_str(&whole).expect("it is a scenario");
        assert_eq!(back, scenario, "{}", seed.name);
        assert!(!meaning.contains('\n'));
    }
}

#[test]
fn defaults_are_left_out_of_a_meaning() {
    for path in Path::ALL {
        assert_eq!(snapshot::meaning(&Scenario::decode(path, &[])), "{}");
    }
    // To the end of the file, from one byte after the folio's end.
    let bytes = [1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1];
    assert_eq!(
        snapshot::meaning(&Scenario::decode(Path::Truncation, &bytes)),
        r#"{"call":"pages-range","file":{"kind":"disk"},"start":{"anchor":"folio-end","bytes":1},"to-eof":true}"#
    );
}

#[test]
fn every_committed_seed_is_canonical() {
    for seed in corpus() {
        let again = Scenario::decode(seed.path, &seed.bytes).encode();
        assert_eq!(again, seed.bytes, "{}/{}", seed.path.target(), seed.name);
    }
}

#[test]
fn each_sort_of_change_is_told_apart() {
    let before = "# head\nkept 01 {}\nmeant 02 {}\nmoved 03 {}\ngone 04 {}\n";
    let after = "# other head\nkept 01 {}\nmeant 02 {\"a\":1}\nmoved 05 {}\nadded - {}\n";
    let mut changes = snapshot::compare(before, after);
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("added", Change::New),
        ("gone", Change::Gone),
        ("meant", Change::Meaning),
        ("moved", Change::Bytes),
    ];
    let expected: Vec<_> = expected.map(|(name, change)| (name.to_string(), change)).into();
    assert_eq!(changes, expected);
    assert!(snapshot::compare(before, before).is_empty());
}

#[test]
fn a_byte_that_means_something_else_is_noticed() {
    let seeds = corpus();
    let path = Path::Truncation;
    let snapshot = snapshot::render(path, &seeds);
    // As if the codec read another kind of file from these bytes.
    let changed = snapshot.replacen("\"kind\":\"disk\"", "\"kind\":\"disk-zeroing\"", 1);
    assert_ne!(snapshot, changed);
    let changes = snapshot::compare(&snapshot, &changed);
    assert!(matches!(changes[..], [(_, Change::Meaning)]), "{changes:?}");
}

#[test]
fn the_command_complains_and_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let snapshots = folder.path().join("snapshots");
    let corpus: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "..", "corpus"].iter().collect();
    let run = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
        command.args(["corpus", "snapshot"]).arg(&corpus).arg("--snapshots").arg(&snapshots);
        let out = command.args(more).output().expect("mmdiff runs");
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let (code, text) = run(&[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("flags/every_bit_set: the seed has no snapshot\n"), "{text}");
    assert!(!snapshots.exists(), "nothing is written unless it is accepted");
    assert_eq!(run(&["--accept"]).0, Some(0));
    assert_eq!(run(&[]), (Some(0), "every seed means what it meant\n".to_string()));
    for path in Path::ALL {
        let file = snapshots.join(snapshot::file_name(path));
        assert!(fs::read_to_string(file).unwrap() == accepted(path), "{path}");
    }
}
