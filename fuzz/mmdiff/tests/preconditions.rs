// SPDX-License-Identifier: GPL-2.0-only
//! What the explorer says that it leaves out, it does leave out, and nothing else of the controls.
#![cfg(feature = "cli")]

use mmcore::compaction::pageblock_end_pfn;
use mmcore::{Call, Folio, Function, Kernel, Mapping, MigrateMode};
use mmdiff::explore::{
    Bounds, Choice, Joint, Model, Notes, PATHS, Settings, Tape, Var, What, preconditions,
};
use mmdiff::oracle::{Intent, Question};
use mmdiff::run::Tree;
use mmdiff::scenario::Path;
use mmdiff::trace::Event;
use std::collections::{BTreeMap, BTreeSet};

/// The settings of a scan, in an order of their own: mode, order, and eight truths.
type Controls = [i32; 10];

/// Asks about one.
fn ask(k: &mut Model<'_>, control: usize) -> i32 {
    use mmcore::IsolateMode;
    let mode = IsolateMode(0);
    match control {
        0 => k.cc_mode() as i32,
        1 => k.cc_order(),
        2 => k.cc_gfp_fs().into(),
        3 => k.cc_direct_compaction().into(),
        4 => k.cc_alloc_contig().into(),
        5 => k.cc_ignore_skip_hint().into(),
        6 => k.cc_no_set_skip_hint().into(),
        7 => k.cc_finish_pageblock().into(),
        8 => k.isolate_mode_has(mode, IsolateMode::UNEVICTABLE).into(),
        _ => k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE).into(),
    }
}

/// All settings that can be, if they are asked about in this order.
fn settings(scope: Settings, order: &[usize; 10]) -> BTreeSet<Controls> {
    let bounds = Bounds { settings: scope, ..Bounds::default() };
    let (mut all, mut tape) = (BTreeSet::new(), Tape::default());
    loop {
        tape.rewind();
        let mut k = Model::new(&mut tape, bounds, Notes::all());
        let mut controls = [0; 10];
        for &control in order {
            controls[control] = ask(&mut k, control);
        }
        assert!(all.insert(controls), "twice: {controls:?}");
        if !tape.advance() {
            return all;
        }
    }
}

/// Orders to ask in: what is asked last is what the others leave.
fn orders() -> Vec<[usize; 10]> {
    let rotated = |by: usize| std::array::from_fn(|i| (i * 3 + by) % 10);
    (0..10)
        .map(rotated)
        .chain([std::array::from_fn(|i| i), std::array::from_fn(|i| 9 - i)])
        .collect()
}

/// Every combination of some values of each.
fn product(values: [&[i32]; 10]) -> BTreeSet<Controls> {
    let mut all = vec![[0; 10]];
    for (control, values) in values.iter().enumerate() {
        let with = |so_far: Controls| {
            values.iter().map(move |&value| {
                let mut controls = so_far;
                controls[control] = value;
                controls
            })
        };
        all = all.into_iter().flat_map(with).collect();
    }
    all.into_iter().collect()
}

const NO: &[i32] = &[0];
const YES: &[i32] = &[1];
const ANY: &[i32] = &[0, 1];
const SOME_ORDER: &[i32] = &[1, 2, 10];
const ASYNC: i32 = 0;
const LIGHT: i32 = 1;
const SYNC: i32 = 2;

fn is_async_direct_of_everything(controls: &Controls) -> bool {
    let [mode, order, _, direct, ..] = *controls;
    mode == ASYNC && order == -1 && direct == 1
}

#[test]
fn free_settings_are_all_but_those_by_which_c_would_shift_by_minus_one() {
    let every =
        product([&[ASYNC, LIGHT, SYNC], &[-1, 1, 2, 10], ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY]);
    let left_out = every.iter().filter(|controls| is_async_direct_of_everything(controls)).count();
    assert_eq!((every.len(), left_out), (3072, 128));
    let expected = every.into_iter().filter(|controls| !is_async_direct_of_everything(controls));
    let expected: BTreeSet<Controls> = expected.collect();
    for order in orders() {
        assert!(settings(Settings::Free, &order) == expected, "asked in the order {order:?}");
    }
}

#[test]
fn realizable_settings_are_those_of_the_five_callers() {
    // Mode, order, __GFP_FS, direct, alloc_contig, ignore_skip_hint, no_set_skip_hint,
    // finish_pageblock, ISOLATE_UNEVICTABLE, ISOLATE_ASYNC_MIGRATE.
    let callers: [[&[i32]; 10]; 5] = [
        // Direct compaction, of both priorities.
        [&[ASYNC, LIGHT], SOME_ORDER, ANY, YES, NO, ANY, NO, ANY, ANY, YES],
        // kcompactd, for an order and ahead of it.
        [&[LIGHT], SOME_ORDER, YES, NO, NO, NO, NO, ANY, ANY, YES],
        [&[LIGHT], &[-1], YES, NO, NO, YES, NO, ANY, ANY, YES],
        // /proc/sys/vm/compact_memory
        [&[SYNC], &[-1], YES, NO, NO, YES, NO, ANY, ANY, NO],
        // alloc_contig_range
        [&[SYNC], &[-1], ANY, NO, YES, YES, YES, NO, YES, NO],
    ];
    let expected: BTreeSet<Controls> = callers.into_iter().flat_map(product).collect();
    assert!(!expected.iter().any(is_async_direct_of_everything));
    for order in orders() {
        assert!(settings(Settings::Realizable, &order) == expected, "asked in the order {order:?}");
    }
}

/// A precondition of which a trace can show that it does not hold.
struct Check {
    /// How it begins.
    says: &'static str,
    /// Whether the trace shows something that is left out.
    violates: fn(&[Event]) -> bool,
    /// One that does.
    example: &'static [Event],
}

const fn event(call: Call, answer: u64) -> Event {
    Event { call, answer }
}

const FILE: Mapping = Mapping(0);
const FOLIO: Folio = Folio(0);

const CHECKS: [Check; 13] = [
    Check {
        says: "asynchronous direct compaction",
        violates: |trace| {
            let mut controls = [-2; 10];
            for event in trace {
                match event.call {
                    Call::CcMode {} => controls[0] = event.answer as i32,
                    Call::CcOrder {} => controls[1] = event.answer as i32,
                    Call::CcDirectCompaction {} => controls[3] = event.answer as i32,
                    _ => {}
                }
            }
            is_async_direct_of_everything(&controls)
        },
        example: &[
            event(Call::CcMode {}, 0),
            event(Call::CcDirectCompaction {}, 1),
            event(Call::CcOrder {}, u64::MAX),
        ],
    },
    Check {
        says: "cc->order 0",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::CcOrder {} => event.answer == 0,
                Call::CcMode {} => event.answer == MigrateMode::SyncNoCopy as u64,
                _ => false,
            })
        },
        example: &[event(Call::CcOrder {}, 0)],
    },
    Check {
        says: "a range that is empty",
        violates: |trace| {
            let pfns = trace.iter().filter_map(|event| match event.call {
                Call::SetCcMigratePfn { pfn } => Some(pfn),
                _ => None,
            });
            pfns.clone().last() > pfns.clone().next().map(pageblock_end_pfn)
        },
        example: &[
            event(Call::SetCcMigratePfn { pfn: 1000 }, 0),
            event(Call::SetCcMigratePfn { pfn: 1025 }, 0),
        ],
    },
    Check {
        says: "a folio above order 9",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::FolioOrder { .. } => event.answer > 9,
                Call::FolioNrPages { .. } => event.answer > 1 << 9,
                _ => false,
            })
        },
        example: &[event(Call::FolioOrder { folio: FOLIO }, 10)],
    },
    Check {
        says: "another size than 8 pages",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::GmemSetModeAndSize { size, .. } => size != 8 << 12,
                Call::GmemSetOps { flags, .. } => flags != 0,
                _ => false,
            })
        },
        example: &[event(Call::GmemSetModeAndSize { mapping: FILE, size: 4096 }, 0)],
    },
    Check {
        says: "flags that others set",
        violates: |trace| flags_change(trace, &[]),
        example: &[
            event(Call::ClearBit { mapping: FILE, nr: 1 }, 0),
            event(Call::TestBit { mapping: FILE, nr: 1 }, 1),
        ],
    },
    Check {
        says: "a hole that is not of whole pages",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::KvmGmemInvalidateBegin { start, end, .. } => start >= end,
                _ => false,
            })
        },
        example: &[event(Call::KvmGmemInvalidateBegin { gmem: 0, start: 1, end: 1 }, 0)],
    },
    Check {
        says: "calls after a creation that failed",
        violates: |trace| {
            let failed = trace.iter().position(|event| match event.call {
                Call::GetUnusedFd {} => (event.answer as i64) < 0,
                Call::KzallocGmem {} => event.answer == 0,
                Call::AnonInodeCreateGetfile { .. } => event.answer != 0,
                _ => false,
            });
            let calls = |event: &&Event| matches!(event.call, Call::Enter { .. });
            failed.is_some_and(|at| trace[at..].iter().any(|event| calls(&event)))
        },
        example: &[
            event(Call::KzallocGmem {}, 0),
            event(Call::Enter { function: Function::FilemapCheckErrors }, 0),
        ],
    },
    Check {
        says: "a range that begins below 0",
        violates: |trace| {
            let pages = trace.iter().filter_map(|event| match event.call {
                Call::FilemapGetFolio { index, .. } => Some(index),
                Call::ShmemGetPartialFolio { index, .. } => Some(index),
                _ => None,
            });
            // The second is that of the end, which may be -1.
            pages.clone().next() > Some(i64::MAX as u64 >> 12) || !pages.is_sorted()
        },
        example: &[event(Call::FilemapGetFolio { mapping: FILE, index: u64::MAX }, 0)],
    },
    Check {
        says: "a folio that is not all below the top",
        violates: |trace| {
            let mut pos = 0;
            trace.iter().any(|event| match event.call {
                Call::FolioPos { .. } => {
                    pos = event.answer;
                    false
                }
                Call::FolioSize { .. } => {
                    pos + event.answer > i64::MAX as u64 || event.answer > 4096 << 10
                }
                _ => false,
            })
        },
        example: &[event(Call::FolioSize { folio: FOLIO }, 4096 << 11)],
    },
    Check {
        says: "a folio that its range does not touch",
        violates: |trace| {
            let mut size = 0;
            trace.iter().any(|event| match event.call {
                Call::FolioSize { .. } => {
                    size = event.answer;
                    false
                }
                Call::FolioZeroRange { offset, length, .. } => {
                    length == 0 || u64::from(offset) + u64::from(length) > size
                }
                _ => false,
            })
        },
        example: &[
            event(Call::FolioSize { folio: FOLIO }, 4096),
            event(Call::FolioZeroRange { folio: FOLIO, offset: 0, length: 4097 }, 0),
        ],
    },
    Check {
        says: "errors of callbacks",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::CallMigrateFolio { .. } | Call::MovableMigratePage { .. } => {
                    ![0, -11, -16].contains(&(event.answer as i32))
                }
                _ => false,
            })
        },
        example: &[event(
            Call::MovableMigratePage { dst: Folio(1), src: FOLIO, mode: MigrateMode::Sync },
            -12i64 as u64,
        )],
    },
    Check {
        says: "changes, during a call",
        violates: |trace| flags_change(trace, &[0, 1, 3]),
        example: &[
            event(Call::TestBit { mapping: FILE, nr: 9 }, 0),
            event(Call::TestBit { mapping: FILE, nr: 9 }, 1),
        ],
    },
];

/// How the others begin: nothing that is said through the door shows them. The first is what
/// `realizable_settings_are_those_of_the_five_callers` is about.
const NOT_IN_A_TRACE: [&str; 6] = [
    "settings of the scan that no caller makes",
    "isolate_migratepages_range",
    "an unlocked folio",
    "more than three folios",
    "pieces of a split folio",
    "folios that are not locked",
];

/// A flag is not what it was, though no setter was called; `but` those that anybody may change.
fn flags_change(trace: &[Event], but: &[u32]) -> bool {
    let mut known = BTreeMap::new();
    trace.iter().any(|event| match event.call {
        Call::TestBit { mapping, nr } if !but.contains(&nr) => {
            known.insert((mapping, nr), event.answer).is_some_and(|was| was != event.answer)
        }
        Call::SetBit { mapping, nr } => {
            known.insert((mapping, nr), 1);
            false
        }
        Call::ClearBit { mapping, nr } | Call::TestAndClearBit { mapping, nr } => {
            known.insert((mapping, nr), 0);
            false
        }
        Call::StoreFlags { .. } => {
            known.clear();
            false
        }
        _ => false,
    })
}

#[test]
fn every_precondition_is_tested_or_said_not_to_be_and_every_test_can_fail() {
    let mut used = BTreeSet::new();
    for (path, scope) in PATHS.into_iter().flat_map(|path| SCOPES.map(|scope| (path, scope))) {
        let stated = preconditions(path, scope);
        assert!(!stated.is_empty(), "{path}");
        for precondition in stated {
            assert!(precondition.len() <= 96, "a line: {precondition}");
            let starts = |start: &&str| precondition.starts_with(*start);
            let known = CHECKS.iter().map(|check| check.says).chain(NOT_IN_A_TRACE);
            let known: Vec<&str> = known.filter(starts).collect();
            assert_eq!(known.len(), 1, "{precondition}");
            used.insert(known[0]);
        }
    }
    assert_eq!(used.len(), CHECKS.len() + NOT_IN_A_TRACE.len());
    for check in &CHECKS {
        assert!((check.violates)(check.example), "{}", check.says);
    }
    let says = |scope| preconditions(Path::Compaction, scope).len();
    assert_eq!(says(Settings::Realizable), says(Settings::Free) + 1);
}

const SCOPES: [Settings; 2] = [Settings::Realizable, Settings::Free];

/// Runs the paths that begin with some choices, `most` of them, and holds each trace against what is said to be left
/// out.
fn holds(path: Path, bounds: Bounds, sides: (&str, &str), prefix: &[Choice], most: u64) -> u64 {
    let tree = |name| Tree::named(name).expect("a revision");
    let question = Question { pre: tree(sides.0), post: tree(sides.1), intent: Intent::Fix };
    let stated = preconditions(path, bounds.settings);
    let said = |check: &&Check| stated.iter().any(|line| line.starts_with(check.says));
    let checks: Vec<&Check> = CHECKS.iter().filter(said).collect();
    let mut joint = Joint::new(&question, bounds, path);
    let (mut tape, mut runs) = (Tape::with_prefix(prefix), 0);
    loop {
        let judgement = match path {
            Path::Compaction => joint.record_scan(&mut tape),
            _ => joint.record(&mut tape),
        };
        for trace in [&judgement.pre.trace, &judgement.post.trace] {
            for check in &checks {
                assert!(!(check.violates)(trace), "{path}, {}: {trace:#?}", check.says);
            }
        }
        runs += 1;
        if runs == most || !tape.advance() {
            return runs;
        }
    }
}

const PAIRS: [(&str, &str); 2] = [("pre-fix", "post-fix"), ("v6.12-pre-fix", "v6.12")];

const fn chosen(what: What, of: u8, got: u8) -> Choice {
    Choice { var: Var::one(what), of, got, label: got }
}

#[test]
fn no_call_is_run_that_a_precondition_leaves_out() {
    let calls = [Path::Flags, Path::Creation, Path::Errors, Path::Migration];
    for sides in PAIRS {
        for path in calls {
            let runs = holds(path, Bounds::default(), sides, &[], u64::MAX);
            println!("{path}, {sides:?}: {runs} joint paths");
        }
    }
    // A smallest folio that can be split, and the largest.
    for (order, sides) in [(1, PAIRS[0]), (10, PAIRS[1])] {
        let runs = (0..5).map(|function| {
            let prefix = [chosen(What::Function, 5, function), chosen(What::Order, 11, order)];
            holds(Path::Truncation, Bounds::default(), sides, &prefix, u64::MAX)
        });
        println!("truncation, {sides:?}, order {order}: {} joint paths", runs.sum::<u64>());
    }
}

/// The first scans from every way in which one can begin: all of them would be many, and which
/// controls there are is tested above.
#[test]
fn no_scan_is_run_that_a_precondition_leaves_out() {
    const SCANS: u64 = 20;
    let tree = |name| Tree::named(name).expect("a revision");
    let question = Question { pre: tree(PAIRS[0].0), post: tree(PAIRS[0].1), intent: Intent::Fix };
    for settings in SCOPES {
        let bounds = Bounds { settings, ..Bounds::default() };
        let mut joint = Joint::new(&question, bounds, Path::Compaction);
        let (mut tape, mut runs) = (Tape::default(), 0);
        loop {
            if joint.begin_scan(&mut tape).next.is_some() {
                runs += holds(Path::Compaction, bounds, PAIRS[0], tape.choices(), SCANS);
            }
            if !tape.advance() {
                break;
            }
        }
        println!("scans, {settings}: {runs}");
        assert!(runs > 50_000);
    }
}
