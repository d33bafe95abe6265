// SPDX-License-Identifier: GPL-2.0-only
//! Explanations: everything is there, in its place, in the width that there is; colour is for
//! terminals; and the test to be pasted holds.

use mmdiff::corpus::seeds;
use mmdiff::explain::{Look, explain, paste};
use mmdiff::oracle::{Intent, Question, judge};
use mmdiff::readable;
use mmdiff::run::Tree;
use mmdiff::scenario::{Path, Scenario, generate};
use std::ffi::OsString;
use std::path::{Path as FsPath, PathBuf};
use std::process::{Command, Output};

const PLAIN: Look = Look { width: 100, styled: false, full: false };

fn question() -> Question {
    Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::DEFAULT,
    }
}

fn explained(scenario: &Scenario, look: Look) -> String {
    let mut text = String::new();
    explain(&question(), scenario, &look, &mut text).unwrap();
    text
}

fn seed(name: &str) -> Scenario {
    let seeds = seeds::all();
    let seed = seeds.iter().find(|seed| seed.name == name).expect(name);
    Scenario::decode(seed.path, &seed.bytes)
}

/// The part of an explanation under a heading, up to the next one.
fn part<'a>(text: &'a str, heading: &str, next: &str) -> &'a str {
    let start = text.find(&format!("\n{heading}\n")).expect(heading);
    let end = text.find(&format!("\n{next}\n")).expect(next);
    &text[start..end]
}

fn drawing(text: &str) -> &str {
    part(text, "What happens", "Both traces")
}

fn traces(text: &str) -> &str {
    part(text, "Both traces", "The verdict")
}

#[test]
fn every_seed_is_explained_whole_at_every_width_and_no_drawn_line_is_wider() {
    for seed in seeds::all() {
        let scenario = Scenario::decode(seed.path, &seed.bytes);
        for width in [80, 100, 160] {
            for full in [false, true] {
                let text = explained(&scenario, Look { width, full, ..PLAIN });
                assert!(text.contains(&readable::write(&scenario)));
                assert!(text.ends_with(&paste(
                    &question(),
                    &scenario,
                    &judge(&question(), &scenario)
                )));
                for line in drawing(&text).lines().chain(traces(&text).lines()) {
                    // What is no table of its own may be as long as the numbers in it are.
                    let limit = if line.contains("flags 0x") || line.starts_with("step") {
                        200
                    } else {
                        width
                    };
                    assert!(line.chars().count() <= limit, "{}: {width}: {line}", seed.name);
                }
            }
        }
    }
}

#[test]
fn any_bytes_are_explained_at_any_width() {
    for path in Path::ALL {
        for case in 0..60 {
            let scenario = generate::scenario(23, path, case);
            for (width, full) in [(0, true), (61, false), (97, true), (1_000, false)] {
                explained(&scenario, Look { width, styled: case % 2 == 0, full });
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for name in ["shm_locked_tail_is_not_zeroed", "eviction_waits_for_the_folio_lock"] {
        let plain = explained(&seed(name), PLAIN);
        assert!(!plain.contains('\x1b'));
        let styled = explained(&seed(name), Look { styled: true, ..PLAIN });
        assert!(styled.contains("\x1b["));
        let stripped = console::strip_ansi_codes(&styled);
        let trimmed = |text: &str| {
            let lines: Vec<String> = text.lines().map(|line| line.trim_end().to_string()).collect();
            lines.join("\n")
        };
        assert_eq!(trimmed(&stripped), trimmed(&plain));
    }
}

#[test]
fn a_truncation_is_drawn_with_its_range_and_what_stays_readable() {
    let text = explained(&seed("ramfs_tail_is_not_zeroed"), PLAIN);
    let before = "
            ┌─────────┬────┐
            │ folio0  │ …  │
            │ order 0 │    │
            │ LDU     │    │
            └─────────┴────┘
page        0         1
truncated    ├─────────────▶
             from byte 100 on
";
    assert!(drawing(&text).contains(before), "{text}");
    let after = drawing(&text).split("after, in pre-fix").nth(1).unwrap();
    let (pre, post) = after.split_once("after, in post-fix").unwrap();
    assert!(pre.contains("stale        ├────────┤\n             bytes 100 to 4095\n"), "{pre}");
    assert!(!post.contains("stale"), "{post}");
}

#[test]
fn a_range_that_begins_at_a_folio_is_drawn_from_its_border() {
    let text = "path = \"truncation\"\ncall = \"pages-range\"\nfile = { kind = \"disk\" }\nfolio = { order = 2 }\n\
                more = [{ order = 1 }]\nstart = { anchor = \"folio-end\" }\n\
                end = { anchor = \"folio-end\", bytes = 4096 }\n";
    let drawn = explained(&readable::parse(text).unwrap(), PLAIN);
    let lines: Vec<&str> = drawing(&drawn).lines().collect();
    let at = lines.iter().position(|line| line.starts_with("truncated")).unwrap();
    let labels = lines[at - 1];
    assert_eq!(labels.find(" 4").map(|i| i + 1), lines[at].find('├'), "{labels}\n{}", lines[at]);
}

#[test]
fn a_scan_is_drawn_by_page_frames_with_what_it_went_over() {
    let text = explained(&seed("block_is_given_up_after_a_failure"), PLAIN);
    let drawn = drawing(&text);
    assert!(drawn.contains("│ folio0   │ kernel │ folio1   │"), "{drawn}");
    assert!(drawn.contains("pfn         65536      65537    65538"), "{drawn}");
    assert!(drawn.contains("scanned     ├"), "{drawn}");
}

#[test]
fn a_split_into_many_pages_is_drawn_as_one_box() {
    let text = "path = \"truncation\"\ncall = \"pages-range\"\nfile = { kind = \"disk\" }\n\
                folio = { order = 9 }\nstart = { anchor = \"middle\" }\nto-eof = true\n";
    let drawn = explained(&readable::parse(text).unwrap(), PLAIN);
    assert!(drawing(&drawn).contains("│ 256 × order 0 "), "{}", drawing(&drawn));
    assert!(drawing(&drawn).lines().count() < 40);
}

#[test]
fn an_actor_that_waits_is_shown_in_place_in_the_lanes_and_in_the_trace() {
    let text = explained(&seed("eviction_waits_for_the_folio_lock"), PLAIN);
    let order = |part: &str, all: &[&str]| {
        let mut at = 0;
        for needle in all {
            let found = part[at..].find(needle);
            at += found.unwrap_or_else(|| panic!("no {needle:?} after {at} in:\n{part}"));
        }
    };
    order(
        drawing(&text),
        &[
            "folio_trylock(folio0) = yes",
            "~ another CPU: evicts the inode of folio0 (waits for",
            "test_bit(mapping0, 9) = no",
            "folio_unlock(folio0)",
            "~ another CPU: evicts the inode of folio0 (goes",
            "folio_test_clear_lru(folio0) = yes",
            "mapping0 (ramfs, freed)",
        ],
    );
    order(
        traces(&text),
        &[
            "=> folio_trylock(folio0) = yes",
            "  ~ another CPU: evicts the inode of folio0 (waits for the folio lock)\n    test_bit",
            "=> folio_unlock(folio0)",
            "  ~ another CPU: evicts the inode of folio0 (goes ahead, now that the folio lock is free)\n",
        ],
    );
}

#[test]
fn an_actor_whose_moment_never_came_or_came_to_nothing_is_said_to() {
    let races = |race: &str| {
        let text =
            format!("path = \"truncation\"\nfile = {{ kind = \"disk\" }}\nraces = [{race}]\n");
        explained(&readable::parse(&text).unwrap(), PLAIN).replace('\n', " ")
    };
    let never = races("{ point = \"page-lru\", action = \"pin\" }");
    assert!(never.contains("never takes a reference to folio0"), "{never}");
    let nothing = races("{ point = \"folio-wait-writeback\", action = \"shm-lock\" }");
    assert!(nothing.contains("(comes to nothing)"), "{nothing}");
}

#[test]
fn traces_that_differ_stand_side_by_side_around_the_difference() {
    let text = explained(&seed("shm_locked_tail_is_not_zeroed"), PLAIN);
    let traces = traces(&text);
    let row = |needle: &str| traces.lines().find(|line| line.contains(needle)).expect(needle);
    let decision = row("flags_and");
    assert!(decision.contains("flags_and(mapping0, 10) = 8 ") && decision.contains(" ≠ "));
    assert!(decision.contains("test_bit(mapping0, 9) = no"));
    assert!(row("folio_zero_range").trim_start().starts_with("> "), "{traces}");
    assert!(traces.contains("in truncate_inode_partial_folio [mm/truncate.c]"), "{traces}");
    assert!(traces.contains("AS_ENOSPC | AS_UNEVICTABLE"), "{traces}");
    assert!(!traces.contains("shmem_get_partial_folio"), "that is far from the difference");
}

/// How many lines of a trace are shown, and how many are said to be left out.
fn counted(part: &str) -> (usize, usize) {
    let folded = part.lines().filter_map(|line| line.trim().strip_prefix("⋮ "));
    let hidden = folded.filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok()).sum();
    let thought = |line: &&str| line.trim_start().starts_with('·');
    (part.lines().skip(4).filter(|line| !line.contains('⋮') && !thought(line)).count(), hidden)
}

#[test]
fn nothing_is_left_out_of_the_whole_and_what_is_left_out_else_is_counted() {
    let text = "path = \"truncation\"\ncall = \"pages-range\"\nfile = { kind = \"disk\" }\n\
                folio = { order = 5 }\nstart = { bytes = 100 }\n\
                end = { anchor = \"folio-end\", bytes = -100 }\n";
    let scenario = readable::parse(text).unwrap();
    let full = explained(&scenario, Look { full: true, width: 160, ..PLAIN });
    let part_of = explained(&scenario, Look { width: 160, ..PLAIN });
    assert!(!traces(&full).contains('⋮'));
    let (all, none) = counted(traces(&full));
    let (some, hidden) = counted(traces(&part_of));
    assert_eq!(none, 0);
    assert_eq!(some + hidden, all, "{}", traces(&part_of));
    assert!(hidden > 50);
}

#[test]
fn equal_traces_are_merged_and_have_a_thought_beside_each_call() {
    let text = explained(&seed("eio_wins_over_enospc"), PLAIN);
    let traces = traces(&text);
    assert!(!traces.contains('│') && !traces.contains('≠'), "{traces}");
    assert!(traces.contains("mapping_set_error [include/linux/pagemap.h]"));
    assert!(traces.contains("test_bit(mapping0, 1) = yes"));
    assert!(traces.contains("· takes the mark off; who does so first"), "{traces}");
    assert!(traces.contains("AS_ENOSPC") && traces.contains("AS_EIO"), "{traces}");
}

#[test]
fn a_lifecycle_says_what_each_operation_returns_and_changes() {
    let text = explained(&seed("ramfs_truncate_leaves_stale_tail"), PLAIN);
    let drawn = drawing(&text);
    assert!(drawn.contains("step 0  create kind=ramfs  returns 0"), "{drawn}");
    assert!(drawn.contains("flags 0x8 = AS_UNEVICTABLE"), "{drawn}");
    let third = drawn.split("step 2  truncate file=0 size=100  returns 0").nth(1).unwrap();
    assert!(third.contains("in pre-fix:") && third.contains("bytes 100 to 4095"), "{third}");
}

#[test]
fn the_verdict_names_the_clause_the_invariant_and_the_consequence() {
    let text = explained(&seed("ramfs_truncate_leaves_stale_tail"), PLAIN);
    let verdict = part(&text, "The verdict", "A test that holds now");
    for needed in [
        "expected       mask-read: truncation tests the bit AS_INACCESSIBLE, no longer a mask",
        "they part in   truncate_inode_partial_folio [mm/truncate.c]",
        "pre-fix: 3996 bytes that are gone can be read, the first are 100 to 4095",
        "post-fix: no byte can be read that is gone",
        "pre-fix breaks no-stale-byte, as known",
        "the rule       no byte is readable after it was truncated",
    ] {
        assert!(verdict.contains(needed), "{needed:?} is not in:\n{verdict}");
    }
    let message = Question { intent: Intent::named("message").expect("a reading"), ..question() };
    let mut beyond = String::new();
    explain(&message, &seed("ramfs_tail_is_not_zeroed"), &PLAIN, &mut beyond).unwrap();
    assert!(beyond.contains("BEYOND") && beyond.contains("no, with --intent message"));
}

/// One a path, and one of many bytes.
const PASTED: [&str; 8] = [
    "guest_memfd_is_unevictable_and_unmovable",
    "check_errors_reports_an_enospc_that_nothing_caused",
    "guest_memfd_reports_an_enospc_that_nothing_caused",
    "shm_locked_tail_is_not_zeroed",
    "write_back_is_a_bug",
    "eviction_waits_for_the_folio_lock",
    "lock_is_handed_from_one_list_to_the_other",
    "tmpfs_noswap_unaligned_hole_stays_readable",
];

/// The crate that this test is linked with, as it was built last.
fn library(folder: &FsPath) -> PathBuf {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("libmmdiff-") && name.ends_with(".rlib")
    };
    let built = |path: &PathBuf| path.metadata().unwrap().modified().unwrap();
    entries.filter(is_it).max_by_key(built).expect("it was built")
}

fn succeeds(command: &mut Command) {
    let out = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(out.status.success(), "{command:?}\n{}{}", text(&out.stdout), text(&out.stderr));
}

#[test]
fn the_test_to_be_pasted_compiles_holds_and_is_formatted() {
    let folder = tempfile::tempdir().unwrap();
    let (file, test) = (folder.path().join("pasted.rs"), folder.path().join("pasted"));
    let tests = PASTED.map(|name| {
        let scenario = seed(name);
        let test = paste(&question(), &scenario, &judge(&question(), &scenario));
        let (head, body) = test.split_once("() {\n").unwrap();
        assert!(head.starts_with("#[test]\nfn ") && head.lines().all(|line| line.len() <= 96));
        format!("#[test]\nfn {name}() {{\n{body}")
    });
    std::fs::write(&file, tests.join("\n")).unwrap();

    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rustfmt.toml");
    let rustfmt = ["--check", "--edition", "2024", "--config-path", config];
    succeeds(Command::new("rustfmt").args(rustfmt).arg(&file));

    let built = std::env::current_exe().unwrap();
    let dependencies = built.parent().unwrap();
    let mut external = OsString::from("mmdiff=");
    external.push(library(dependencies));
    let rustc = ["--test", "--edition", "2024", "-D", "warnings"];
    let mut compile = Command::new("rustc");
    compile.args(rustc).arg(&file).arg("-o").arg(&test).arg("--extern").arg(external);
    succeeds(compile.arg("-L").arg(dependencies));
    succeeds(&mut Command::new(&test));
}

fn mmdiff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(arguments).output().unwrap()
}

#[test]
fn the_same_scenario_is_explained_alike_from_every_kind_of_source() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = seed("ramfs_tail_is_not_zeroed");
    let put = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_string()
    };
    let artifact = put("fuzz/artifacts/truncation/crash-da39a3ee5e6b", &scenario.encode());
    let text = put("mine.toml", readable::write(&scenario).as_bytes());
    let elsewhere = put("input", &scenario.encode());
    let spelled = mmdiff::check::spell(&scenario);
    let expected = explained(&scenario, PLAIN).into_bytes();
    let corpus =
        format!("{}/../../corpus/truncation/ramfs_tail_is_not_zeroed", env!("CARGO_MANIFEST_DIR"));
    for arguments in [
        vec!["explain", &artifact],
        vec!["explain", &text],
        vec!["explain", &elsewhere, "--path", "truncation"],
        vec!["explain", &spelled],
        vec!["explain", &corpus],
    ] {
        let output = mmdiff(&arguments);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(output.stdout, expected, "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_explained_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("input");
    std::fs::write(&nowhere, [1, 2]).unwrap();
    let nowhere = nowhere.to_str().unwrap();
    for (arguments, expected) in [
        (vec!["explain", nowhere], "--path can: flags, creation"),
        (vec!["explain", "truncation:0g"], "is not a string of bytes in hexadecimal"),
        (vec!["explain", "truncation:012"], "is not a string of bytes in hexadecimal"),
        (vec!["explain", "/nowhere/at/all"], "cannot read /nowhere/at/all"),
        (vec!["explain", "errors:00", "--path", "flags"], "leave --path out"),
        (vec!["explain", "errors:00", "--path", "truncate"], "no such path; there are: flags"),
    ] {
        let output = mmdiff(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(expected), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_input_of_the_conformance_target_is_explained_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("conformance");
    std::fs::create_dir(&folder).unwrap();
    let seed = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../corpus/truncation/shm_locked_tail_is_not_zeroed"
    ));
    let seed = seed.unwrap();
    let path = Path::ALL.iter().position(|&path| path == Path::Truncation).unwrap() as u8;
    std::fs::write(folder.join("crash-1"), [&[path], &seed[..]].concat()).unwrap();
    let explain = |scenario: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mmdiff"));
        command.args(["explain", scenario]).output().unwrap()
    };
    let explained = explain(folder.join("crash-1").to_str().unwrap());
    let spelled = mmdiff::check::spell(&Scenario::decode(Path::Truncation, &seed));
    assert!(explained.status.success());
    assert_eq!(explained.stdout, explain(&spelled).stdout);
}
