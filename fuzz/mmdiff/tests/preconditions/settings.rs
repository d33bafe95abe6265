// SPDX-License-Identifier: GPL-2.0-only
//! The settings of scans, asked about in any order: all that are not left out, and no other.

use mmcore::{IsolateMode, Kernel};
use mmdiff::explore::{Bounds, Model, Notes, Settings, Tape};
use std::collections::BTreeSet;

/// The settings of a scan, in an order of their own: mode, order, and eight truths.
pub(crate) type Controls = [i32; 10];

/// Asks about one.
fn ask(k: &mut Model<'_>, control: usize) -> i32 {
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
pub(crate) const ASYNC: i32 = 0;
const LIGHT: i32 = 1;
const SYNC: i32 = 2;

pub(crate) fn is_async_direct_of_everything(controls: &Controls) -> bool {
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
