// SPDX-License-Identifier: GPL-2.0-only
//! The committed corpus reaches everything that there is to reach, and has nothing superfluous.

use mmcore::{CallId, Function, Kind, Site};
use mmdiff::corpus::{self, Seed, seeds};
use mmdiff::reach::{
    self, Answer, Fate, Found, Outcome, Owner, Place, Reach, ScanEnd, universe, unreachable,
};
use mmdiff::scenario::{FileKind, Path, Scenario};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Output};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "corpus"].iter().collect()
}

fn committed() -> Vec<Seed> {
    corpus::read(&folder()).expect("the committed corpus can be read")
}

fn list(outcomes: &BTreeSet<Outcome>) -> String {
    outcomes.iter().map(|o| format!("\n  {}: {o}", o.group().name())).collect()
}

/// The outcomes of the seed of that name, before anything is left out.
fn shown_by(name: &str) -> BTreeSet<Outcome> {
    let found = seeds::candidates().into_iter().find(|(its, _)| its == name);
    reach::outcomes(&found.unwrap_or_else(|| panic!("no seed is called {name}")).1)
}

#[test]
fn the_committed_corpus_reaches_every_outcome_of_every_path() {
    let reach = reach::of_corpus(&committed());
    for path in Path::ALL {
        let missing = reach.missing(path);
        assert!(
            missing.is_empty(),
            "the corpus of {path} does not reach:{}\nadd seeds to src/corpus/seeds/, or say in \
             src/reach/unreachable.rs why the world cannot bring it about",
            list(&missing)
        );
    }
}

#[test]
fn nothing_that_is_listed_as_unreachable_is_reached() {
    let corpus = reach::of_corpus(&committed());
    let generated = reach::of_generated(&Path::ALL, 4, 500);
    let reach = Reach::merge(corpus, generated);
    for path in Path::ALL {
        let surprising = reach.surprising(path);
        assert!(
            surprising.is_empty(),
            "{path} reaches what no list has, or what cannot be:{}\ncorrect src/reach/functions.rs, \
             universe.rs or unreachable.rs",
            list(&surprising)
        );
    }
}

#[test]
fn a_seed_takes_from_what_is_missing_just_what_it_shows() {
    let mut tried = BTreeSet::new();
    for seed in committed() {
        let path = seed.path;
        if !tried.insert(path) {
            continue;
        }
        let shown = reach::outcomes(&Scenario::decode(path, &seed.bytes));
        let without = reach::of_corpus(&[]).missing(path);
        let with = reach::of_corpus(&[seed]).missing(path);
        let taken: BTreeSet<Outcome> = without.difference(&with).copied().collect();
        assert!(!taken.is_empty() && with.is_subset(&without), "{path}");
        assert_eq!(taken, shown.intersection(&without).copied().collect(), "{path}");
    }
    assert_eq!(tried, Path::ALL.into_iter().collect());
}

#[test]
fn every_path_shows_more_than_a_handful() {
    let floors = [
        (Path::Flags, 90),
        (Path::Creation, 120),
        (Path::Errors, 55),
        (Path::Truncation, 430),
        (Path::Migration, 260),
        (Path::Compaction, 500),
        (Path::Lifecycle, 500),
    ];
    for (path, floor) in floors {
        let all = universe::of(path);
        let reachable = all.iter().filter(|o| unreachable::why(path, o).is_none()).count();
        assert!(reachable >= floor, "{path} has only {reachable} reachable outcomes");
    }
}

#[test]
fn every_reason_for_unreachability_holds_for_something() {
    for rule in unreachable::rules() {
        let covers = |&path: &Path| universe::of(path).iter().any(|o| rule.covers(path, o));
        assert!(Path::ALL.iter().any(covers), "covers nothing, remove it: {}", rule.why);
    }
}

#[test]
fn every_helper_function_and_site_is_on_a_path_or_of_another_revision() {
    for &call in CallId::ALL {
        let elsewhere = universe::OF_OTHER_REVISIONS.contains(&call) || call.kind() == Kind::Mark;
        assert_ne!(universe::is_called(call), elsewhere, "{}", call.name());
    }
    for function in Function::marked() {
        let elsewhere = universe::FUNCTIONS_OF_OTHER_REVISIONS.contains(&function);
        let called = Path::ALL.iter().any(|&p| universe::functions_of(p).contains(&function));
        assert_ne!(called, elsewhere, "{}", function.name());
    }
    for &site in Site::ALL {
        let elsewhere = universe::SITES_OF_OTHER_REVISIONS.contains(&site);
        assert_ne!(universe::has_site(site), elsewhere, "{site}");
    }
}

#[test]
fn the_committed_files_are_the_seeds_of_the_code() {
    let (committed, seeds) = (committed(), seeds::all());
    let name = |seed: &Seed| format!("{}/{}", seed.path.target(), seed.name);
    let differ: Vec<_> = committed.iter().filter(|seed| !seeds.contains(seed)).map(name).collect();
    let absent: Vec<_> = seeds.iter().filter(|seed| !committed.contains(seed)).map(name).collect();
    assert!(
        differ.is_empty() && absent.is_empty(),
        "not seeds of the code: {differ:?}; not there: {absent:?}\nremove what is wrong, then run \
         `cargo run --release -- corpus write corpus` and `{}`",
        corpus::snapshot::ACCEPT
    );
}

#[test]
fn each_seed_shows_something_that_no_seed_before_it_shows() {
    let committed: BTreeSet<_> = committed().into_iter().map(|s| (s.path, s.name)).collect();
    let mut seen = BTreeSet::new();
    for (name, scenario) in seeds::candidates() {
        let path = scenario.path();
        if !committed.contains(&(path, name.clone())) {
            continue;
        }
        let before = seen.len();
        seen.extend(reach::outcomes(&scenario).into_iter().map(|outcome| (path, outcome)));
        assert!(seen.len() > before, "{path}/{name} shows nothing new");
    }
}

#[test]
fn what_was_written_by_hand_is_never_left_out() {
    let kept: BTreeSet<_> = committed().into_iter().map(|seed| (seed.path, seed.name)).collect();
    for (name, scenario) in seeds::named() {
        assert!(kept.contains(&(scenario.path(), name.clone())), "{name}");
    }
}

#[test]
fn minimising_drops_what_shows_nothing_new_and_keeps_all_that_is_shown() {
    let named = seeds::named();
    let twice: Vec<&Scenario> = named.iter().chain(&named).map(|(_, scenario)| scenario).collect();
    let once: Vec<usize> = (0..named.len()).collect();
    assert_eq!(reach::minimise(twice.iter().copied(), named.len()), once);
    // Without protection a seed goes whose outcomes the others show between them.
    let kept = reach::minimise(twice.iter().copied(), 0);
    let shown = |indices: &[usize]| -> BTreeSet<(Path, Outcome)> {
        let of = |&i: &usize| {
            let path = twice[i].path();
            reach::outcomes(twice[i]).into_iter().map(move |outcome| (path, outcome))
        };
        indices.iter().flat_map(of).collect()
    };
    assert!(kept.len() <= named.len());
    assert_eq!(shown(&kept), shown(&once));
    for &left_out in &kept {
        let others: Vec<usize> = kept.iter().copied().filter(|&i| i != left_out).collect();
        assert_ne!(shown(&others), shown(&kept), "{} is superfluous", named[left_out].0);
    }
}

#[test]
fn the_corpus_is_large_enough_small_enough_and_named_by_behaviour() {
    let committed = committed();
    assert!(committed.len() >= 300, "{} seeds", committed.len());
    let bytes: usize = committed.iter().map(|seed| seed.bytes.len()).sum();
    assert!(bytes < 1 << 20, "{bytes} bytes");
    let mut names = BTreeSet::new();
    for seed in &committed {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(seed.name.chars().all(plain), "{}", seed.name);
        assert!(seed.name.contains('_') && seed.name.len() <= 120, "{}", seed.name);
        assert!(names.insert((seed.path, &seed.name)), "{} is there twice", seed.name);
    }
}

#[test]
fn the_scanners_reasons_are_told_apart() {
    let folio = |fate, kind| Outcome::Scanned(fate, Owner::File(kind));
    let page = |fate| Outcome::Scanned(fate, Owner::Page);
    use FileKind::{Disk, GuestMemfd, Ramfs, Tmpfs};
    let expected = [
        ("clean_folio_is_isolated", folio(Fate::Isolated, Tmpfs)),
        ("guest_memfd_folio_is_put_back", folio(Fate::Unmovable, GuestMemfd)),
        ("pinned_anon_folio_sync", Outcome::Scanned(Fate::Pinned, Owner::Nobody)),
        ("out_of_reach_without_fs_disk_folio_sync", folio(Fate::NoFs, Disk)),
        ("taken_off_lru_early_disk_folio_sync", folio(Fate::OffLru, Disk)),
        ("taken_off_lru_late_disk_folio_sync", folio(Fate::LostLru, Disk)),
        ("unwanted_unevictable_disk_folio_sync", folio(Fate::Unevictable, Disk)),
        ("under_write_back_disk_folio_async", folio(Fate::Writeback, Disk)),
        ("locked_disk_folio_async", folio(Fate::Locked, Disk)),
        ("dirty_disk_folio_async", folio(Fate::NoCallback, Disk)),
        ("dirty_disk_folio_sync", folio(Fate::Isolated, Disk)),
        ("skipped_meanwhile_disk_folio_sync", folio(Fate::SkippedUnderLock, Disk)),
        ("too_large_for_the_block_disk_folio_sync", folio(Fate::TooLargeUnderLock, Disk)),
        ("unmovable_by_a_raw_word_ramfs_folio_sync", folio(Fate::Unmovable, Ramfs)),
        ("huge_of_order_9_compacted", page(Fate::HugePassedOver)),
        ("huge_of_order_9_contiguous", page(Fate::HugeIsolated)),
        ("huge_dissolves_of_order_9_contiguous", page(Fate::HugeDissolved)),
        ("huge_busy_of_order_9_contiguous", page(Fate::HugeBusy)),
        ("huge_no_memory_of_order_9_contiguous", page(Fate::HugeNoMemory)),
        ("buddy_of_order_0_compacted", page(Fate::FreePage)),
        ("buddy_of_order_3_compacted", page(Fate::FreeBlock)),
        ("buddy_garbage_of_order_3_compacted", page(Fate::FreeGarbage)),
        ("file_of_order_3_compacted_for_order_2", page(Fate::CompoundTooLarge)),
        ("kernel_of_order_0_compacted", page(Fate::NotOnLru)),
        ("driver_of_order_0_compacted", page(Fate::DriverIsolated)),
        ("driver_refuses_of_order_0_compacted", page(Fate::DriverRefused)),
        ("driver_isolated_of_order_0_compacted", page(Fate::DriverIsolatedBefore)),
        ("freeing_of_order_0_compacted", page(Fate::NoReference)),
    ];
    for (name, outcome) in expected {
        let shown = shown_by(name);
        assert!(shown.contains(&outcome), "{name} should show {outcome}:{}", list(&shown));
        let of_folio =
            |o: &&Outcome| matches!(o, Outcome::Scanned(_, owner) if *owner != Owner::Page);
        if let Outcome::Scanned(_, Owner::File(_)) = outcome {
            assert_eq!(shown.iter().filter(of_folio).count(), 1, "{name}");
        }
    }
}

#[test]
fn the_scanners_exits_are_told_apart() {
    let expected = [
        ("clean_folio_is_isolated", ScanEnd::Through),
        ("skip_hint_ends_the_scan", ScanEnd::SkipHint),
        ("skipped_meanwhile_disk_folio_sync", ScanEnd::SkipHintUnderLock),
        ("fatal_signal_ends_the_scan", ScanEnd::FatalSignal),
        ("no_replacement_sync_alloc_contig", ScanEnd::NoMemory),
        ("one_folio_sync_31_isolated_before", ScanEnd::Enough),
        ("throttled_block_async_0_isolated", ScanEnd::ThrottledAsync),
        ("throttled_block_sync_31_isolated", ScanEnd::ThrottledWithPages),
        ("throttled_block_sync_0_isolated_and_a_signal", ScanEnd::ThrottledBySignal),
        ("range_with_enough_isolated", ScanEnd::Enough),
    ];
    for (name, end) in expected {
        let shown = shown_by(name);
        let ends: Vec<_> = shown.iter().filter(|o| matches!(o, Outcome::ScanEnded(_))).collect();
        assert_eq!(ends, [&Outcome::ScanEnded(end)], "{name}");
    }
}

#[test]
fn the_decision_to_zero_is_told_by_kind_flags_and_place() {
    let shown = shown_by("ramfs_tail_is_not_zeroed");
    assert!(shown.contains(&Outcome::Found(FileKind::Ramfs, Found::Mask(8))));
    assert!(shown.contains(&Outcome::Found(FileKind::Ramfs, Found::Bit(false))));
    let zeroed = Outcome::Zeroed(FileKind::Ramfs, Place::Inside, Place::End, false);
    assert!(shown.contains(&zeroed), "{}", list(&shown));
    let shown = shown_by("guest_memfd_part_of_large_folio_is_skipped");
    assert!(shown.contains(&Outcome::Found(FileKind::GuestMemfd, Found::Mask(10))));
    assert!(shown.contains(&Outcome::Found(FileKind::GuestMemfd, Found::Bit(true))));
    assert!(!shown.iter().any(|outcome| matches!(outcome, Outcome::Zeroed(..))));
}

#[test]
fn return_values_are_told_by_function_mode_and_kind() {
    let shown = shown_by("async_leaves_a_dirty_folio");
    let mode = Some(mmcore::MigrateMode::Async);
    let busy = Answer::Errno(mmcore::errno::EBUSY);
    assert!(shown.contains(&Outcome::Returned("move_to_new_folio", mode, busy)));
    let shown = shown_by("tmpfs_noswap_unaligned_hole_stays_readable");
    let kind = Some(FileKind::TmpfsNoswap);
    assert!(shown.contains(&Outcome::Operated("punch-hole", kind, Answer::Zero)));
}

#[test]
fn statistics_do_not_depend_on_the_number_of_threads() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| reach::of_generated(&[Path::Migration, Path::Errors], 3, 600))
    };
    let one = run(1);
    assert_eq!(one, run(3));
    assert_eq!(one.scenarios, BTreeMap::from([(Path::Migration, 600), (Path::Errors, 600)]));
}

fn mmdiff(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(args).output().expect("mmdiff runs")
}

#[test]
fn the_command_lists_what_is_not_reached_and_can_demand_that_nothing_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flags")).unwrap();
    std::fs::write(folder.path().join("flags/one"), "of another path").unwrap();
    let other = folder.path().to_str().unwrap();
    let out = mmdiff(&["corpus", "stats", other, "--path", "errors"]);
    assert_eq!(out.status.code(), Some(0));
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("Not reached\n  errors, functions: mapping_set_error\n"), "{text}");
    assert!(text.contains("errors, returns: filemap_check_errors: -ENOSPC\n"), "{text}");
    let strict = mmdiff(&["corpus", "stats", other, "--path", "errors", "--require-all"]);
    assert_eq!(strict.status.code(), Some(1));
    let committed = folder_of_the_corpus();
    let strict = mmdiff(&["corpus", "stats", &committed, "--path", "errors", "--require-all"]);
    assert_eq!(strict.status.code(), Some(0));
}

fn folder_of_the_corpus() -> String {
    folder().to_str().unwrap().to_string()
}

#[test]
fn the_json_form_has_every_list_and_is_the_same_on_any_number_of_threads() {
    let json = |threads: &str| {
        let args = ["corpus", "stats", "--cases", "300", "--path", "flags", "--format", "json"];
        mmdiff(&[&args[..], &["--threads", threads]].concat()).stdout
    };
    let bytes = json("1");
    assert_eq!(bytes, json("3"));
    let stats: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(stats["schema"], "mmdiff-stats/1");
    let path = &stats["paths"][0];
    assert_eq!((&path["name"], &path["scenarios"]), (&"flags".into(), &300.into()));
    for list in ["groups", "reached", "missing", "unreachable", "surprising"] {
        assert!(path[list].is_array(), "{list}");
    }
    assert!(path["unreachable"][0]["why"].is_string());
}

#[test]
fn a_corpus_that_is_not_there_is_one_line_and_exit_code_2() {
    let out = mmdiff(&["corpus", "stats", "/nowhere/at/all"]);
    assert_eq!(out.status.code(), Some(2));
    let text = String::from_utf8(out.stderr).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(text.starts_with("mmdiff: cannot read /nowhere/at/all"), "{text}");
}
