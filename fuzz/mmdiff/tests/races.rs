// SPDX-License-Identifier: GPL-2.0-only
//! Racing actors: they step in between two calls, and obey the locking rules.

use crate::support::{Dice, assert_nothing_found, file, fix, race, run, trees};
use mmcore::{Call, Folio, Mapping};
use mmdiff::oracle::Invariant;
use mmdiff::run::{Returned, Run};
use mmdiff::scenario::codec::{Below, List};
use mmdiff::scenario::*;
use mmdiff::trace::Event;
use mmdiff::world::Came;
use mmdiff::world::state::Lock;

const F: Folio = Folio(0);
const M: Mapping = Mapping(0);

/// A scan of one folio of a file, in a mode, with one actor after it.
fn scan(kind: FileKind, mode: u8, races: Races) -> CompactionScenario {
    CompactionScenario {
        cc: Controls { mode: Below::new(mode), ..Controls::default() },
        items: List::new([Item::default()]),
        files: List::new([file(kind)]),
        races,
        ..CompactionScenario::default()
    }
}

const SYNC: u8 = 2;

fn on_both(s: &CompactionScenario, check: impl Fn(&Run)) {
    for tree in trees() {
        check(&run(tree, &Scenario::Compaction(s.clone())));
    }
}

/// The answers to the calls that `which` picks, in order.
fn answers(run: &Run, which: impl Fn(&Call) -> bool) -> Vec<u64> {
    run.trace.iter().filter(|event| which(&event.call)).map(|event| event.answer).collect()
}

/// What the actors did, in order; what came to nothing is left out.
fn done(run: &Run) -> Vec<(Action, Folio)> {
    let moments = run.world.schedule.done.iter();
    let done = moments.filter(|m| matches!(m.came, Came::Done | Came::DoneAfterWaiting));
    done.map(|moment| (moment.action, moment.folio)).collect()
}

fn reads_flags(event: &Event) -> bool {
    matches!(event.call, Call::TestBit { nr: 9, .. } | Call::FlagsAnd { .. })
}

const FOUND: u64 = 1;
const NULL: u64 = 0;

fn mappings(run: &Run) -> Vec<u64> {
    answers(run, |call| matches!(call, Call::FolioMapping { .. }))
}

// ---- the two looks at folio->mapping ----

#[test]
fn a_truncation_between_the_two_looks_at_the_mapping_is_seen_by_the_second() {
    // Nothing is locked yet at any of these moments.
    for point in [Point::FolioTestLru, Point::FolioTestUnevictable, Point::FolioTrylock] {
        let s = scan(FileKind::Ramfs, SYNC, race(point, 0, Action::Truncate));
        on_both(&s, |run| {
            assert_eq!(mappings(run), [FOUND, NULL], "{point:?}");
            assert_eq!(done(run), [(Action::Truncate, F)]);
            assert!(!run.trace.iter().any(reads_flags), "there is no mapping to look into");
            assert_eq!(run.world.misdeeds, []);
            assert_eq!(run.world.folio(F).mapping, None);
            assert_eq!(run.world.cc.nr_migratepages, 1, "nothing keeps the folio in place");
        });
    }
}

#[test]
fn without_a_race_both_looks_find_the_mapping_and_the_flag_is_tested_once() {
    for &kind in FileKind::ALL {
        on_both(&scan(kind, SYNC, Races::default()), |run| {
            let unevictable = run.world.file(M).flags >> 3 & 1 != 0;
            let looks = if unevictable { vec![FOUND, FOUND] } else { vec![FOUND] };
            assert_eq!(mappings(run), looks, "{kind:?}");
            let tests = run.trace.iter().filter(|event| reads_flags(event)).count();
            assert_eq!(tests, looks.len() - 1, "{kind:?}");
            let stays = kind == FileKind::GuestMemfd;
            assert_eq!(run.world.cc.nr_migratepages, u32::from(!stays), "{kind:?}");
        });
    }
}

#[test]
fn a_mapping_that_is_freed_before_the_lock_is_not_looked_into() {
    for point in [Point::FolioTestLru, Point::FolioTestUnevictable, Point::FolioTrylock] {
        let s = scan(FileKind::GuestMemfd, SYNC, race(point, 0, Action::Evict));
        on_both(&s, |run| {
            assert!(run.world.file(M).freed);
            assert_eq!(mappings(run), [FOUND, NULL]);
            assert!(!run.trace.iter().any(reads_flags));
            assert_eq!(run.world.misdeeds, []);
        });
    }
}

// ---- who needs the folio lock waits for it ----

#[test]
fn whoever_needs_the_folio_lock_waits_until_it_is_dropped() {
    for action in [Action::Truncate, Action::Evict] {
        let s = scan(FileKind::GuestMemfd, SYNC, race(Point::ReadFlags, 0, action));
        on_both(&s, |run| {
            assert_eq!(mappings(run), [FOUND, FOUND], "{action:?} has not begun");
            assert_eq!(answers(run, |call| matches!(call, Call::TestBit { nr: 9, .. })), [1]);
            assert_eq!(done(run), [(action, F)], "and comes once it is unlocked");
            assert_eq!(run.world.folio(F).mapping, None);
            assert_eq!(run.world.file(M).freed, action == Action::Evict);
            assert_eq!(run.world.misdeeds, []);
        });
    }
}

#[test]
fn an_eviction_that_waited_for_one_folio_goes_on_to_free_the_mapping() {
    // The actor is after folio 0, and has to wait for folio 1, which the scanner has locked.
    let races = race(Point::ReadFlags, 1, Action::Evict);
    let two = List::new([Item::default(), Item::default()]);
    let s = CompactionScenario { items: two, ..scan(FileKind::Ramfs, SYNC, races) };
    on_both(&s, |run| {
        let mapping_of = |folio| run.world.folio(folio).mapping;
        assert_eq!([F, Folio(1)].map(mapping_of), [None, None], "both folios are truncated");
        assert!(run.world.file(M).freed, "and the inode goes");
        assert_eq!(run.world.misdeeds, []);
    });
}

#[test]
fn a_folio_that_another_has_locked_is_passed_over() {
    let s = scan(FileKind::Ramfs, SYNC, race(Point::FolioTrylock, 0, Action::Lock));
    on_both(&s, |run| {
        assert_eq!(answers(run, |call| matches!(call, Call::FolioTrylock { .. })), [0]);
        assert_eq!(run.world.folio(F).lock, Lock::Theirs);
        assert_eq!(run.world.cc.nr_migratepages, 0);
        assert_eq!(run.world.misdeeds, []);
    });
}

#[test]
fn a_file_that_is_being_truncated_is_truncated_by_nobody_else() {
    for &point in Point::ALL {
        for action in [Action::Truncate, Action::Evict] {
            let mut s = TruncationScenario {
                file: file(FileKind::Disk),
                races: race(point, 0, action),
                ..TruncationScenario::default()
            };
            s.start.delta = 100;
            for tree in trees() {
                let run = run(tree, &Scenario::Truncation(s.clone()));
                assert_eq!(done(&run), [], "{point:?} {action:?}");
            }
        }
    }
}

// ---- reclaim ----

/// The first folio is truncated from byte 1 on, to the end of the file; the next is dirty.
fn next_is_cleaned_and_reclaimed(to_eof: bool) -> Run {
    let bytes = [
        0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0,
        0, 0, 0, 2, 14, 1, 0, 5, 14, 1, 0, 2,
    ];
    let Scenario::Truncation(mut s) = Scenario::decode(Path::Truncation, &bytes) else {
        unreachable!("a truncation decodes to one")
    };
    s.to_eof = to_eof;
    let post = trees().find(|tree| tree.name == "post-fix").unwrap();
    run(post, &Scenario::Truncation(s))
}

#[test]
fn reclaim_loses_what_write_back_passed_over_past_the_end_of_the_file() {
    for to_eof in [true, false] {
        let run = next_is_cleaned_and_reclaimed(to_eof);
        assert_eq!(done(&run), [(Action::Clean, Folio(1)), (Action::Reclaim, Folio(1))]);
        assert_eq!(run.world.stale_in(M, 0, u64::MAX), None);
        // Inside the file it is written, and kept.
        let kept = run.world.file(M).disk.at(4096) != mmdiff::world::extents::Byte::Zero;
        assert_eq!(kept, !to_eof);
    }
}

#[test]
fn reclaim_takes_a_folio_until_somebody_has_a_reference_to_it() {
    let before = scan(FileKind::Disk, SYNC, race(Point::PageLru, 0, Action::Reclaim));
    on_both(&before, |run| {
        assert_eq!(done(run), [(Action::Reclaim, F)]);
        let got = answers(run, |call| matches!(call, Call::FolioGetNontailPage { .. }));
        assert!(got.iter().all(|&got| got == 0), "a folio that is freed cannot be got");
        assert!(run.world.folio(F).freed);
        assert_eq!(run.world.cc.nr_migratepages, 0);
    });
    for point in [Point::FolioMapping, Point::FolioTestLru, Point::FolioTestDirty] {
        on_both(&scan(FileKind::Disk, SYNC, race(point, 0, Action::Reclaim)), |run| {
            assert_eq!(done(run), [], "{point:?}");
            assert_eq!(run.world.cc.nr_migratepages, 1);
            assert!(!run.world.folio(F).freed);
        });
    }
}

#[test]
fn reclaim_leaves_what_is_dirty_pinned_mapped_unevictable_or_in_memory_alone() {
    let taken = |kind, edit: fn(&mut FolioSpec)| {
        let mut s = scan(kind, SYNC, race(Point::PageLru, 0, Action::Reclaim));
        let mut item = Item::default();
        edit(&mut item.folio);
        s.items = List::new([item]);
        let runs = trees().map(|tree| run(tree, &Scenario::Compaction(s.clone())));
        let done: Vec<bool> = runs.map(|run| !done(&run).is_empty()).collect();
        assert_eq!(done[0], done[1]);
        done[0]
    };
    assert!(taken(FileKind::Disk, |_| {}));
    assert!(taken(FileKind::Disk, |f| f.private = true));
    assert!(!taken(FileKind::Disk, |f| f.dirty = true));
    assert!(!taken(FileKind::Disk, |f| f.writeback = true));
    assert!(!taken(FileKind::Disk, |f| f.pins = Below::new(1)));
    assert!(!taken(FileKind::Disk, |f| f.mapcount = Below::new(1)));
    assert!(!taken(FileKind::Disk, |f| f.unevictable = true));
    assert!(!taken(FileKind::Disk, |f| f.locked = true));
    for kind in [FileKind::Ramfs, FileKind::Tmpfs, FileKind::Secretmem, FileKind::GuestMemfd] {
        assert!(!taken(kind, |_| {}), "{kind:?}");
    }
}

// ---- every schedule ----

/// Every schedule of one actor: when, how often before, what.
fn schedules() -> impl Iterator<Item = Races> {
    Point::ALL.iter().flat_map(|&point| {
        (0..4).flat_map(move |nth| Action::ALL.iter().map(move |&action| race(point, nth, action)))
    })
}

#[test]
fn no_schedule_makes_the_scanner_read_a_mapping_that_can_go_or_lose_its_balance() {
    let mut freed = 0;
    for &kind in FileKind::ALL {
        for races in schedules() {
            for mode in [0, SYNC] {
                let judgement = fix(&Scenario::Compaction(scan(kind, mode, races.clone())));
                for (run, broke) in [
                    (&judgement.pre, &judgement.pre_broke),
                    (&judgement.post, &judgement.post_broke),
                ] {
                    assert_eq!(*broke, [], "{kind:?} {mode} {races:?}");
                    freed += u32::from(run.world.file(M).freed);
                }
            }
        }
    }
    assert!(freed > 300, "{freed} runs free the mapping");
}

#[test]
fn no_schedule_makes_a_truncation_or_a_move_lose_its_balance() {
    for &kind in FileKind::ALL {
        for races in schedules() {
            let mut truncation = TruncationScenario {
                file: file(kind),
                races: races.clone(),
                ..TruncationScenario::default()
            };
            truncation.folio.order = Order::new(1);
            truncation.start.pages = Below::new(1);
            let migration = MigrationScenario {
                file: file(kind),
                mode: Below::new(SYNC),
                races: races.clone(),
                ..MigrationScenario::default()
            };
            for scenario in [Scenario::Truncation(truncation), Scenario::Migration(migration)] {
                let judgement = fix(&scenario);
                assert_nothing_found(&judgement, &format!("{kind:?} {races:?}"));
                for broke in [&judgement.pre_broke, &judgement.post_broke] {
                    assert!(!broke.contains(&Invariant::Balance), "{kind:?} {races:?}");
                }
            }
        }
    }
}

#[test]
fn both_revisions_see_the_same_schedule() {
    let mut dice = Dice::new(41);
    let mut raced = 0;
    for path in [Path::Truncation, Path::Migration, Path::Compaction] {
        for case in 0..4000 {
            let mut scenario = generate::scenario(41, path, case);
            let races = List::new((0..1 + dice.below(4)).map(|_| Race {
                point: Point::ALL[dice.below(Point::ALL.len() as u64) as usize],
                folio: Below::new(dice.below(2) as u8),
                nth: Below::new(dice.below(2) as u8),
                action: Action::ALL[dice.below(Action::ALL.len() as u64) as usize],
            }));
            match &mut scenario {
                Scenario::Truncation(s) => s.races = races,
                Scenario::Migration(s) => s.races = races,
                Scenario::Compaction(s) => s.races = races,
                _ => panic!("{path} has no races"),
            }
            let judgement = fix(&scenario);
            let name = mmdiff::check::spell(&scenario);
            assert_nothing_found(&judgement, &name);
            let [pre, post] = [&judgement.pre, &judgement.post].map(done);
            assert_eq!(pre, post, "{name}");
            raced += u32::from(!pre.is_empty());
        }
    }
    assert!(raced > 200, "{raced}");
}

#[test]
fn an_actor_comes_once_and_only_when_its_moment_comes() {
    for nth in 0..4 {
        let s = scan(FileKind::Ramfs, SYNC, race(Point::FolioMapping, nth, Action::Pin));
        on_both(&s, |run| {
            // The folio's mapping is looked at twice.
            let expected = if nth < 2 { vec![(Action::Pin, F)] } else { vec![] };
            assert_eq!(done(run), expected, "before look {nth}");
        });
    }
    let other = List::new([Race {
        folio: Below::new(1),
        ..race(Point::FolioMapping, 0, Action::Pin)[0].clone()
    }]);
    on_both(&scan(FileKind::Ramfs, SYNC, other), |run| {
        assert_eq!(done(run), [], "an actor that is after another folio");
    });
}

#[test]
fn a_fatal_signal_that_comes_meanwhile_ends_the_scan() {
    let s = scan(FileKind::Tmpfs, SYNC, race(Point::FatalSignalPending, 0, Action::Signal));
    on_both(&s, |run| {
        assert_eq!(run.steps[0].1, Returned::Value(-4));
        assert!(run.world.cc.contended);
        assert_eq!(run.world.cc.nr_migratepages, 0);
    });
}
