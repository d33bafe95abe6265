// SPDX-License-Identifier: GPL-2.0-only
//! The enumeration: it finds what there is to find, all of it, and its parts add up.
use mmdiff::explore::cubes::{self, Cube, Literal};
use mmdiff::explore::results::{Results, SCHEMA};
use mmdiff::explore::tally::Tally;
use mmdiff::explore::work::{Cut, Plan, Watch};
use mmdiff::explore::{Bounds, Choice, Side, Sides, Tape, Var, What};
use mmdiff::oracle::Intent;
use mmdiff::scenario::Path;
use mmdiff::show::show;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn sides(intent: Intent) -> Sides {
    let side = |name| Side::named(name).expect("a revision");
    Sides { pre: side("pre-fix"), post: side("post-fix"), intent }
}

/// Keeps what is found; stops after so many units.
struct Keep<'a> {
    plan: &'a Plan,
    results: Mutex<Results>,
    left: AtomicUsize,
}

impl Watch for Keep<'_> {
    fn done(&self, unit: usize, tally: &Tally) {
        let mut results = self.results.lock().unwrap();
        results.add(unit, self.plan.units[unit].path, tally.clone());
        self.left.fetch_sub(1, Ordering::Relaxed);
    }

    fn stop(&self, _: u64) -> Option<Cut> {
        (self.left.load(Ordering::Relaxed) == 0).then_some(Cut::Time)
    }
}

/// Enumerates with so many threads, from `results`, at most `most` of the units that are wanted.
fn go_on(
    plan: &Plan,
    results: Results,
    threads: usize,
    most: usize,
    wanted: &(dyn Fn(usize) -> bool + Sync),
) -> Results {
    let done = results.done.clone();
    let keep = Keep { plan, results: Mutex::new(results), left: AtomicUsize::new(most) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let cut = pool.install(|| plan.run(&|unit| wanted(unit) && !done.contains(&unit), &keep));
    let mut results = keep.results.into_inner().unwrap();
    results.cut = cut;
    results.settle();
    results
}

fn whole(plan: &Plan, threads: usize) -> Results {
    go_on(plan, Results::new(plan), threads, usize::MAX, &|_| true)
}

/// The paths that take no time.
const SMALL: [Path; 4] = [Path::Flags, Path::Creation, Path::Errors, Path::Migration];

fn small_plan() -> Plan {
    Plan::new(&sides(Intent::DEFAULT), Bounds::default(), &SMALL)
}

#[test]
fn the_patch_changes_what_it_intends_and_nothing_else() {
    let paths = [&SMALL[..], &[Path::Truncation]].concat();
    let plan = Plan::new(&sides(Intent::DEFAULT), Bounds::default(), &paths);
    let results = whole(&plan, 2);
    assert!(results.is_complete() && !results.is_beyond());
    let signatures: Vec<_> =
        results.tallies.values().flat_map(|tally| tally.found.keys()).map(String::as_str).collect();
    let zeroes = |bits, side| {
        format!(
            "truncation:truncate_inode_partial_folio:mask-read:raw-{bits}:folio_zero_range-{side}-only"
        )
    };
    let expected = [
        "creation:__kvm_gmem_create:mask-write:guest-memfd:store_flags-pre-only".to_string(),
        "creation:filemap_check_and_keep_errors:mask-write-error:guest-memfd:-ENOSPC->0".into(),
        "creation:filemap_check_errors:mask-write-error:guest-memfd:test_and_clear_bit-pre-only"
            .into(),
        zeroes("0-AS_INACCESSIBLE", "pre"),
        zeroes("AS_ENOSPC+AS_UNEVICTABLE-0", "post"),
        zeroes("AS_ENOSPC-0", "post"),
        zeroes("AS_UNEVICTABLE-0", "post"),
    ];
    assert_eq!(signatures, expected);
    // Of all 2^64 words, the decision reads two bits before and one after.
    let truncation = &results.tallies[&Path::Truncation];
    assert_eq!(truncation.bits_read, (1 << 1 | 1 << 3, 1 << 9));
    // A new guest_memfd loses AS_ENOSPC whatever else is, if it is made at all.
    let made: Vec<String> = results.tallies[&Path::Creation].found[&expected[0]].cubes[0]
        .iter()
        .map(|literal| literal.condition(Path::Creation))
        .collect();
    let all_went_well =
        ["get_unused_fd_flags = a descriptor", "kzalloc = memory", "anon_inode_create_getfile = 0"];
    assert_eq!(made, all_went_well);
}

#[test]
fn the_commit_message_at_its_word_is_beyond_in_truncation_alone() {
    let message = Intent::named("message").expect("a reading");
    let plan = Plan::new(&sides(message), Bounds::default(), &PATHS_TO_READ);
    let results = whole(&plan, 2);
    for (path, tally) in &results.tallies {
        assert_eq!(tally.is_beyond(), *path == Path::Truncation, "{path}");
    }
}

const PATHS_TO_READ: [Path; 3] = [Path::Creation, Path::Truncation, Path::Migration];

#[test]
fn any_number_of_threads_comes_to_the_same() {
    let plan = small_plan();
    let one = whole(&plan, 1);
    assert_eq!(one, whole(&plan, 3));
    assert_eq!(
        serde_json::to_string(&one).unwrap(),
        serde_json::to_string(&whole(&plan, 2)).unwrap()
    );
}

#[test]
fn shards_join_to_the_whole_and_overlaps_are_refused() {
    let plan = small_plan();
    let shard = |i| go_on(&plan, Results::new(&plan), 2, usize::MAX, &|unit| unit % 3 == i);
    let mut joined = shard(2);
    assert!(!joined.is_complete());
    joined.join(shard(0)).unwrap();
    assert!(joined.clone().join(shard(0)).unwrap_err().starts_with("both have done unit"));
    joined.join(shard(1)).unwrap();
    joined.settle();
    assert_eq!(joined, whole(&plan, 2));
    let other = Plan::new(&sides(Intent::DEFAULT), Bounds::default(), &[Path::Flags]);
    assert!(joined.join(Results::new(&other)).is_err());
}

#[test]
fn a_run_that_was_cut_off_says_so_and_goes_on_from_its_file() {
    let plan = small_plan();
    let part = go_on(&plan, Results::new(&plan), 1, 5, &|_| true);
    assert_eq!((part.cut, part.is_complete()), (Some(Cut::Time), false));
    let file = serde_json::to_string(&part).unwrap();
    let read = Results::read(&file).unwrap();
    assert_eq!(read, part);
    assert_eq!(go_on(&plan, read, 2, usize::MAX, &|_| true), whole(&plan, 2));
    for broken in ["", "{}", &file.replace(SCHEMA, "another/9"), &file[..file.len() / 2]] {
        assert!(Results::read(broken).is_err());
    }
}

#[test]
fn a_path_is_shown_again_by_what_the_report_prints() {
    let plan = small_plan();
    let results = whole(&plan, 2);
    for (path, tally) in &results.tallies {
        for (signature, found) in &tally.found {
            let command = mmdiff::report::explore::command(&results, *path, &found.example);
            let (_, spelled) = command.split_once("--show ").unwrap();
            let text = show(&plan.sides, plan.bounds, spelled).unwrap();
            assert!(text.contains(signature.as_str()), "{text}");
        }
    }
    for wrong in ["", "flags", "lifecycle:", "flags:0", "flags:zz00020000", "flags:ff00020000"] {
        assert!(show(&plan.sides, plan.bounds, wrong).is_err(), "{wrong}");
    }
}

/// A tape visits every combination of choices once, and only those that are asked for.
#[test]
fn a_tape_visits_every_combination_once() {
    let var = |about| Var { what: What::Argument, about };
    let mut tape = Tape::default();
    let mut seen = Vec::new();
    loop {
        tape.rewind();
        let a = tape.choose(var(0), 3);
        let b = if a == 1 { tape.choose(var(1), 2) } else { 9 };
        let c = tape.choose(var(2), 2);
        tape.second_side();
        // The other side asks in another order, and something of its own.
        let d = tape.choose(var(3), 2);
        assert_eq!((tape.choose(var(2), 2), tape.choose(var(0), 3)), (c, a));
        seen.push((a, b, c, d));
        if !tape.advance() {
            break;
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((count, seen.len()), (16, 16));
}

#[test]
fn cubes_that_differ_in_one_answer_become_one_and_full_answers_vanish() {
    let literal = |what, any| Literal { var: Var::one(what), nth: 0, of: 2, any };
    let (yes, no) = (2, 1);
    let mut all: Vec<Cube> = Vec::new();
    for dirty in [yes, no] {
        for lru in [yes, no] {
            all.push(vec![literal(What::FolioTestDirty, dirty), literal(What::FolioTestLru, lru)]);
        }
    }
    let mut three = all[..3].to_vec();
    cubes::reduce(&mut all);
    assert_eq!(all, [Cube::new()]);
    cubes::reduce(&mut three);
    // Dirty, or clean and on the LRU.
    assert_eq!(three.len(), 2);
}

#[test]
fn the_choices_of_a_path_are_its_cube() {
    let choice = |got| Choice { var: Var::one(What::FolioTestDirty), of: 2, got, label: got };
    let cube = cubes::literals(&[choice(1), choice(0)]);
    let conditions: Vec<_> = cube.iter().map(|literal| literal.condition(Path::Flags)).collect();
    assert_eq!(conditions, ["folio_test_dirty = yes", "folio_test_dirty (asked again) = no"]);
}

fn mmdiff(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(args).output().expect("it runs")
}

#[test]
fn the_command_ends_with_0_1_2_or_3() {
    let code = |args: &[&str]| mmdiff(&[&["explore", "--path", "creation"], args].concat());
    assert_eq!(code(&[]).status.code(), Some(0));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(code(&["--shard", "1/2", "--save", &file("1")]).status.code(), Some(3));
    assert_eq!(code(&["--shard", "2/2", "--save", &file("2")]).status.code(), Some(3));
    assert_eq!(mmdiff(&["merge", &file("1"), &file("2")]).status.code(), Some(0));
    assert_eq!(mmdiff(&["merge", &file("1"), &file("1")]).status.code(), Some(2));
    assert_eq!(code(&["--resume", &file("1"), "--format", "json"]).status.code(), Some(0));
    assert_eq!(code(&["--time", "0"]).status.code(), Some(3));
    for wrong in [&["--shard", "0/2"][..], &["--folios", "0"], &["--races", "x"], &["--show", "x"]]
    {
        let output = code(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{wrong:?}");
    }
    refused(&["explore", "--show", "nonsense"], "\"nonsense\"");
    refused(&["explore", "--show", "lifecycle:"], "truncation");
    let lifecycle = mmdiff(&["explore", "--path", "lifecycle"]);
    assert_eq!(lifecycle.status.code(), Some(2));
    let truncation = ["explore", "--path", "migration", "--intent", "message"];
    assert_eq!(mmdiff(&truncation).status.code(), Some(0));
}

#[test]
fn results_of_another_enumeration_are_not_resumed_and_the_command_that_resumes_them_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept").display().to_string();
    let kept = ["explore", "--path", "creation", "--races", "1", "--shard", "1/2", "--save", &file];
    assert_eq!(mmdiff(&kept).status.code(), Some(3));
    let before = std::fs::read(&file).unwrap();
    let refused = mmdiff(&["explore", "--resume", &file]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let complaint = String::from_utf8(refused.stderr).unwrap();
    let (_, command) = complaint.trim_end().split_once("goes on with: mmdiff ").expect("a command");
    let command: Vec<&str> = command.split(' ').collect();
    assert_eq!(mmdiff(&command).status.code(), Some(0));
}

#[test]
fn a_file_that_holds_no_results_is_named_with_what_would() {
    let refused = mmdiff(&["merge", file!()]);
    let complaint = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), complaint.lines().count()), (Some(2), 1), "{complaint}");
    assert!(complaint.contains(file!()), "{complaint}");
    let text = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(text.path(), "{}").unwrap();
    let refused = mmdiff(&["merge", &text.path().display().to_string()]);
    assert!(String::from_utf8(refused.stderr).unwrap().contains("mmdiff explore --save"));
}

/// Asserts that the command ends with 2 before it does anything, and one line that has `hint`.
#[track_caller]
fn refused(args: &[&str], hint: &str) {
    let output = mmdiff(args);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), complaint.lines().count()), (Some(2), 1), "{complaint}");
    assert!(output.stdout.is_empty() && complaint.contains(hint), "{complaint}");
}

#[test]
fn results_that_this_build_cannot_have_given_prove_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept").display().to_string();
    let explore = ["explore", "--path", "creation"];
    assert_eq!(mmdiff(&[&explore[..], &["--save", &file]].concat()).status.code(), Some(0));
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for (field, value, hint) in [
        ("sources", serde_json::json!("0123456789abcdef"), "another build"),
        ("pre", serde_json::json!("nope"), "nope"),
        ("tallies", serde_json::json!({}), "tallies"),
        ("units", serde_json::json!(1), "units"),
        ("schema", serde_json::json!("mmdiff-explore-state/1"), "schema"),
    ] {
        let mut other = kept.clone();
        other[field] = value;
        std::fs::write(&file, other.to_string()).unwrap();
        refused(&["merge", &file], hint);
        refused(&[&explore[..], &["--resume", &file]].concat(), hint);
    }
    std::fs::write(&file, kept.to_string()).unwrap();
    assert_eq!(mmdiff(&["merge", &file]).status.code(), Some(0));
}

#[test]
fn files_that_cannot_be_merged_are_both_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let explore = |path: &str, shard: &str, name: &str| {
        let save = file(name);
        let args = ["explore", "--path", path, "--shard", shard, "--save", &save];
        assert_eq!(mmdiff(&args).status.code(), Some(3));
    };
    explore("creation", "1/2", "first");
    explore("creation", "2/2", "second");
    explore("errors", "1/2", "other");
    let twice = format!("{} has done some of the same", file("second"));
    std::fs::copy(file("second"), file("again")).unwrap();
    refused(&["merge", &file("first"), &file("second"), &file("again")], &twice);
    let other = format!("of another enumeration than {}", file("first"));
    refused(&["merge", &file("first"), &file("other")], &other);
}

#[test]
fn where_results_cannot_be_kept_is_said_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (kept, new) = (file("kept"), file("new"));
    std::fs::write(&kept, "mine").unwrap();
    let explore = ["explore", "--path", "creation"];
    let with = |args: &[&str], hint| refused(&[&explore[..], args].concat(), hint);
    with(&["--save", &kept], "--force");
    with(&["--save", &file("no/folder")], "no such folder");
    with(&["--resume", &file("no/folder")], "no such folder");
    with(&["--save", &file("")], "directory");
    with(&["--save", &new, "--out", &new], "same file");
    assert_eq!(std::fs::read(&kept).unwrap(), b"mine");
    assert_eq!(mmdiff(&["explore", "--path", "creation", "--save", &new]).status.code(), Some(0));
    let before = std::fs::read(&new).unwrap();
    refused(&["merge", &new, "--out", &new], "would replace");
    refused(&["merge", &new, "--save", &kept], "--force");
    assert_eq!(std::fs::read(&new).unwrap(), before);
    assert_eq!(mmdiff(&["merge", &new, "--save", &kept, "--force"]).status.code(), Some(0));
    assert_eq!(std::fs::read(&kept).unwrap(), before);
    refused(&["merge", "/dev/zero"], "not a file");
}

#[test]
fn an_enumeration_that_is_begun_anew_or_does_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept").display().to_string();
    let output = mmdiff(&["explore", "--path", "creation", "--time", "0", "--resume", &file]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("begun anew") && said.contains("no unit of work"), "{said}");
}
