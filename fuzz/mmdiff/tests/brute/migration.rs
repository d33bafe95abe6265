// SPDX-License-Identifier: GPL-2.0-only
//! Migration of a folio, by brute force: every state of the folio, the file and the destination, and
//! every way in which what is attempted can turn out.

use super::decisions::{Decisions, Seen, compare, explored, same};
use super::kernel::{
    ANY, Bits, CLEAN, COPY, DST, Data, Digits, ERRNOS, FILE, Machine, PLAIN, SRC, SWITCH, State,
    WRITEPAGE,
};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::{MigrateMode, Side};
use mmdiff::explore::{Choice, Var, What};
use mmdiff::run::Returned;
use mmdiff::scenario::Path;
use rayon::prelude::*;

type Call = fn(&mut Machine<'_>, MigrateMode) -> Returned;

/// The functions, in the order in which the explorer chooses them; one has two arguments to try.
fn calls<R: Side>() -> [Vec<Call>; 4] {
    [
        vec![|k, mode| R::move_to_new_folio(k, DST, SRC, mode).into()],
        vec![|k, mode| R::fallback_migrate_folio(k, FILE, DST, SRC, mode).into()],
        vec![|k, _| R::writeout(k, FILE, SRC).into()],
        vec![|k, mode| R::migrate_folio(k, None, DST, SRC, mode).into(), |k, mode| {
            R::migrate_folio(k, Some(FILE), DST, SRC, mode).into()
        }],
    ]
}

const NAMES: [&str; 4] =
    ["move_to_new_folio", "fallback_migrate_folio", "writeout", "migrate_folio"];

/// Every state, by its number, and how many there are. The callers of all but the first function
/// hold the locks; that function asserts them.
fn state(pins: u64, asserts: bool, number: u32) -> ((State, MigrateMode), u32) {
    let mut digits = Digits::new(number);
    let locked: &[bool] = if asserts { &ANY } else { &[true] };
    let state = State {
        // Only the bit that pins folios, or all the others.
        flags: [digits.pick(&[pins, !pins]), 0],
        ops: [digits.pick(&ANY), digits.pick(&ANY)],
        bits: digits.pick(&[Bits::File, Bits::Anon, Bits::Driver]),
        data: Data {
            mapping: digits.pick(&[None, Some(FILE)]),
            dirty: digits.pick(&ANY),
            writeback: digits.pick(&ANY),
            ..CLEAN
        },
        locked: [digits.pick(locked), digits.pick(locked)],
        isolated: digits.pick(&ANY),
        released: digits.pick(&ANY),
        zone_device: digits.pick(&ANY),
        extra_ref: digits.pick(&ANY),
        releases: digits.pick(&ANY),
        callback: digits.pick(&ERRNOS),
        writepage: digits.pick(&WRITEPAGE),
        switch: digits.pick(&SWITCH),
        copy: digits.pick(&COPY),
        ..PLAIN
    };
    ((state, digits.pick(MigrateMode::ALL)), digits.of)
}

/// Runs both sides of a function from every state that is wanted.
fn brute(
    pins: u64,
    function: usize,
    sides: &[[Vec<Call>; 4]; 2],
    wanted: impl Fn(&State) -> bool + Sync,
) -> Decisions {
    let all = state(pins, function == 0, 0).1;
    let [pre, post] = [&sides[0][function], &sides[1][function]];
    let run = |part: u32| {
        let (mut decisions, mut seen) = (Decisions::default(), Vec::new());
        for number in (part..all).step_by(PARTS) {
            let (state, mode) = state(pins, function == 0, number).0;
            if !wanted(&state) {
                continue;
            }
            for (pre, post) in pre.iter().zip(post) {
                seen.clear();
                let returned = pre(&mut Machine { state, seen: &mut seen }, mode);
                seen.push(Seen::Returned(returned));
                let first = seen.len();
                let returned = post(&mut Machine { state, seen: &mut seen }, mode);
                seen.push(Seen::Returned(returned));
                let (pre, post) = seen.split_at(first);
                decisions.add(&seen, (pre != post).then_some("there is none in migration"));
            }
        }
        decisions
    };
    (0..PARTS as u32).into_par_iter().map(run).reduce(Decisions::default, Decisions::join)
}

/// Into how many parts the states are cut, for the cores.
const PARTS: usize = 16;

fn explorers<A: Side, B: Side>(function: usize) -> Decisions {
    let got = function as u8;
    let prefix = [Choice { var: Var::one(What::Function), of: 4, got, label: got }];
    explored((A::NAME, B::NAME), Path::Migration, &prefix)
}

/// The flag that keeps folios where they are.
fn pins<S: Side>() -> u64 {
    <S::Tree as mmcore::Tree>::PINS_FOLIOS
}

fn compare_all<A: Side, B: Side>() {
    assert_eq!(pins::<A>(), pins::<B>());
    for (function, name) in NAMES.iter().enumerate() {
        let brute = brute(pins::<A>(), function, &[calls::<A>(), calls::<B>()], |_| true);
        let what = format!("{name}, {} and {}", A::NAME, B::NAME);
        same(&what, &explorers::<A, B>(function), &brute);
    }
}

#[test]
fn migration_is_decided_as_by_brute_force() {
    compare_all::<PreFix, PostFix>();
}

#[test]
fn and_in_6_12() {
    compare_all::<V6_12PreFix, V6_12>();
}

#[test]
fn what_brute_force_leaves_out_is_noticed() {
    let sides = [calls::<PreFix>(), calls::<PostFix>()];
    let explored = explorers::<PreFix, PostFix>(1);
    let fewer: [fn(&State) -> bool; 4] = [
        |state| state.data.dirty,
        |state| !state.data.writeback,
        |state| state.writepage == 0,
        |state| state.switch == 0,
    ];
    for wanted in fewer {
        let compared = compare(&explored, &brute(pins::<PreFix>(), 1, &sides, wanted));
        assert!(compared.missing.is_empty() && !compared.extra.is_empty(), "{compared:?}");
    }
    // One function's decisions are not another's.
    let compared = compare(&explored, &brute(pins::<PreFix>(), 2, &sides, |_| true));
    assert!(!compared.missing.is_empty() || !compared.extra.is_empty());
}
