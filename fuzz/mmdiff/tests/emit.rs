// SPDX-License-Identifier: GPL-2.0-only
//! The enumeration writes a corpus: each seed is of the decision that it is named after.
use mmdiff::emit::{self, Wanted, decisions, made, search};
use mmdiff::explore::tally::Tally;
use mmdiff::explore::work::{Cut, Plan, Watch};
use mmdiff::explore::{Bounds, Races, SIDES, Sides};
use mmdiff::oracle::Intent;
use mmdiff::scenario::{Path, Scenario};
use std::path::Path as FilePath;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

const PATCH: Sides = Sides { pre: &SIDES[0], post: &SIDES[1], intent: Intent::DEFAULT };

struct Keep(Mutex<Tally>);

impl Watch for Keep {
    fn done(&self, _: usize, tally: &Tally) {
        self.0.lock().unwrap().add(tally.clone());
    }
    fn stop(&self, _: u64) -> Option<Cut> {
        None
    }
}

fn wanted(path: Path, races: Races) -> Wanted {
    let keep = Keep(Mutex::default());
    let bounds = Bounds { races, ..Bounds::default() };
    let plan = Plan::new(&PATCH, bounds, &[path]).keep_examples();
    assert_eq!(plan.run(&|_| true, &keep), None);
    let tally = keep.0.into_inner().unwrap();
    assert_eq!(tally.examples.len(), tally.decisions.len());
    decisions(&PATCH, bounds, path, &tally)
}

#[test]
fn without_races_nearly_every_decision_of_the_small_paths_has_a_seed() {
    // What is missing the world does not do: such as errseq_check_and_advance not seeing what
    // errseq_check has just seen.
    for (path, missing) in [(Path::Errors, 1), (Path::Flags, 3), (Path::Migration, 4)] {
        let wanted = wanted(path, Races::Most(0));
        let reached = search(&PATCH, path, &wanted, &Patient);
        assert_eq!(reached.missing.len(), missing, "{path}: {:?}", reached.missing);
        assert_eq!(reached.seeds.len() + missing, wanted.len());
        for seed in &reached.seeds {
            let made = made(&PATCH, &Scenario::decode(path, &seed.bytes));
            assert!(made.iter().any(|it| wanted.get(it).is_some_and(|is| is.name == seed.name)));
        }
    }
}

struct Patient;

impl emit::Watch for Patient {
    fn reached(&self) {}
    fn stop(&self) -> bool {
        false
    }
}

fn emit(folder: &FilePath) -> Output {
    command(folder).output().expect("it runs")
}

fn command(folder: &FilePath) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    command.args(["explore", "--path", "errors", "--emit-corpus"]).arg(folder);
    command
}

#[test]
fn nobody_need_read_what_it_says_beside_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn what_is_written_can_be_replayed_and_is_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(emit(folder.path()).status.code(), Some(0));
    let mut replay = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let replayed = replay.arg("replay").arg(folder.path()).output().expect("it runs");
    assert_eq!(replayed.status.code(), Some(0));
    let again = String::from_utf8(emit(folder.path()).stderr).unwrap();
    assert!(again.contains(": 0 files written"), "{again}");
    let seed = folder.path().join("errors").read_dir().unwrap().next().unwrap().unwrap().path();
    std::fs::write(&seed, "mine").unwrap();
    assert_eq!(emit(folder.path()).status.code(), Some(2));
    assert_eq!(std::fs::read(seed).unwrap(), b"mine");
}

#[test]
fn a_folder_that_cannot_be_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "mine").unwrap();
    let refused = emit(&file.join("corpus"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty(), "the work was done");
    assert_eq!(std::fs::read(file).unwrap(), b"mine");
}

#[test]
fn a_corpus_of_another_version_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("VERSION"), "99\n").unwrap();
    let refused = emit(folder.path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty(), "the work was done");
    assert!(String::from_utf8(refused.stderr).unwrap().contains("mmdiff corpus migrate"));
}
