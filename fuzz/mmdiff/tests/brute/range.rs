// SPDX-License-Identifier: GPL-2.0-only
//! Truncation of a range of a file with one folio at most, by brute force: every place, every range
//! around it, and every state of the folio, of its second page once it is split, of the page cache and
//! of both files.

use super::cache::{self, Cache, Slot};
use super::decisions::{Decisions, same};
use super::kernel::{ANOTHER, ANY, CLEAN, Data, Digits, ERRNOS, FILE, Machine, PLAIN, State};
use super::truncation::{Collected, Pair, Place, Sides, near, places};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::{PAGE_SIZE, Side};
use mmdiff::run::Returned;
use rayon::prelude::*;
use std::collections::BTreeSet;

const PAGE: i64 = PAGE_SIZE as i64;

fn in_file<R: Side>(k: &mut Machine<'_>, (start, end): (i64, i64)) -> Returned {
    R::truncate_inode_pages_range(k, FILE, start, end).into()
}

fn in_shmem<R: Side>(k: &mut Machine<'_>, (start, end): (i64, i64)) -> Returned {
    R::shmem_undo_range(k, FILE, start, end).into()
}

/// The ranges around a page: at, one before and one after whatever C compares with.
fn ranges(Place { pos, size, .. }: Place) -> Vec<(i64, i64)> {
    let (last, middle) = (pos + (size - 1), pos + size / 2);
    let mut starts: BTreeSet<i64> = near(pos).chain([0, pos - PAGE, middle + 1, last]).collect();
    // A page's end, which is the next page's start; and one after that.
    starts.extend([pos + PAGE, last + 1, (last + 1).saturating_add(1)]);
    let mut ends: BTreeSet<i64> = near(pos).chain(near(last)).collect();
    ends.extend([pos + PAGE - 1, middle, last.saturating_add(PAGE), i64::MAX - 1]);
    let of = |&start: &i64| {
        let after = ends.iter().copied().chain([start]).filter(move |&end| end >= start);
        let ends: BTreeSet<i64> = after.chain([-1]).collect();
        ends.into_iter().map(move |end| (start, end))
    };
    starts.iter().filter(|&&start| start >= 0).flat_map(of).collect()
}

/// Every state of the file and its folio, but for the flags and a piece, by its number: and how many
/// there are. What nobody asks is as it is.
fn state(pair: &Pair, place: Place, flags: [u64; 2], number: u32) -> (State, u32) {
    let mut digits = Digits::new(number);
    let asked: &[bool] = if pair.unmaps && place.order > 0 { &ANY } else { &[true] };
    let cache = Cache {
        empty: digits.pick(&ANY),
        busy: digits.pick(&ANY),
        places: [
            cache::Place {
                slot: digits.pick(&[Slot::Nothing, Slot::Folio, Slot::Value]),
                moved_to: digits.pick(&[None, Some(FILE), Some(ANOTHER)]),
                contains: digits.pick(&ANY),
                is_ours: false,
            },
            cache::Place { slot: Slot::Nothing, moved_to: None, contains: false, is_ours: false },
        ],
        piece: Data { index: place.index() + 1, ..CLEAN },
        is_split: false,
        piece_matters: false,
        batch: [0; 2],
        found: 0,
        next: 0,
    };
    let state = State {
        flags,
        data: Data {
            index: place.index(),
            order: place.order,
            mapped: digits.pick(&ANY),
            dirty: digits.pick(&ANY),
            writeback: digits.pick(&ANY),
            private: digits.pick(&ANY),
            ..CLEAN
        },
        shmem: [digits.pick(asked), digits.pick(asked)],
        unmaps: digits.pick(asked),
        split: digits.pick(if place.order > 0 { &ERRNOS } else { &[0] }),
        cache: Some(cache),
        ..PLAIN
    };
    (state, digits.of)
}

/// Puts a piece into the file, to be found once the folio is split: every state of it, by its number,
/// and how many there are.
fn put_piece(state: &mut State, number: u32) -> u32 {
    let mut digits = Digits::new(number);
    let Some(cache) = &mut state.cache else { return 0 };
    cache.places[1] = cache::Place {
        slot: Slot::Folio,
        moved_to: digits.pick(&[None, Some(FILE), Some(ANOTHER)]),
        contains: digits.pick(&ANY),
        is_ours: false,
    };
    cache.piece = Data {
        mapped: digits.pick(&ANY),
        dirty: digits.pick(&ANY),
        writeback: digits.pick(&ANY),
        private: digits.pick(&ANY),
        ..cache.piece
    };
    digits.of
}

/// Runs both sides from every state of the file, with no piece and with every one that is wanted.
fn each_state(
    pair: &Pair,
    sides: &Sides,
    flags: &[[u64; 2]],
    place: Place,
    range: (i64, i64),
    wanted: impl Fn(&Cache) -> bool,
) -> Decisions {
    let mut to = Collected::default();
    for &flags in flags {
        for number in 0..state(pair, place, flags, 0).1 {
            let (mut state, _) = state(pair, place, flags, number);
            // Where nothing is looked for, it makes no difference what is there.
            if !pair.add(&mut to, sides, state, range) {
                continue;
            }
            for number in 0..put_piece(&mut state, 0) {
                put_piece(&mut state, number);
                if state.cache.as_ref().is_some_and(&wanted) {
                    pair.add(&mut to, sides, state, range);
                }
            }
        }
    }
    to.decisions
}

fn compare<A: Side, B: Side>(places: &[Place]) {
    let pair = Pair::of::<A, B>();
    let flags = pair.flags(false);
    let both: [(&str, u8, Sides); 2] = [
        ("truncate_inode_pages_range", 3, [in_file::<A>, in_file::<B>]),
        ("shmem_undo_range", 4, [in_shmem::<A>, in_shmem::<B>]),
    ];
    for (name, number, sides) in both {
        let run = |&(place, range): &(Place, (i64, i64))| {
            each_state(&pair, &sides, &flags, place, range, |_| true)
        };
        let cases =
            places.iter().flat_map(|&place| ranges(place).into_iter().map(move |r| (place, r)));
        let cases: Vec<_> = cases.collect();
        let brute = cases.par_iter().map(run).reduce(Decisions::default, Decisions::join);
        same(name, &pair.explored(number, places), &brute);
        assert!(!brute.signatures().is_empty(), "{name}: a page that is cut is zeroed or not");
    }
}

#[test]
fn the_truncation_of_a_range_is_decided_as_by_brute_force() {
    compare::<PreFix, PostFix>(&places(&[0]));
}

#[test]
fn and_in_6_12() {
    compare::<V6_12PreFix, V6_12>(&places(&[0])[2..]);
}

#[test]
fn that_of_a_large_folio_and_the_pieces_it_is_split_into_too() {
    compare::<PreFix, PostFix>(&places(&[1])[1..2]);
}

#[test]
#[ignore = "minutes: cargo test --release -p mmdiff --test all -- --ignored that_of_a_large_folio_at_every_place"]
fn that_of_a_large_folio_at_every_place() {
    compare::<PreFix, PostFix>(&places(&[1, 2, 3]));
}

#[test]
#[ignore = "minutes: cargo test --release -p mmdiff --test all -- --ignored that_of_a_large_folio_in_6_12"]
fn that_of_a_large_folio_in_6_12() {
    compare::<V6_12PreFix, V6_12>(&places(&[1, 2])[1..5]);
}

/// Each thing about a piece is one that a decision is made by.
#[test]
fn what_brute_force_leaves_out_of_a_piece_is_noticed() {
    let pair = Pair::of::<PreFix, PostFix>();
    let flags = &pair.flags(false)[..1];
    let place = places(&[1])[1];
    let sides: Sides = [in_file::<PreFix>, in_file::<PostFix>];
    // From the middle of its first page to the end of the file.
    let range = (place.pos + PAGE / 2, -1);
    let all = each_state(&pair, &sides, flags, place, range, |_| true);
    let fewer: [fn(&Cache) -> bool; 5] = [
        |_| false,
        |cache| cache.places[1].moved_to == Some(FILE),
        |cache| cache.places[1].contains,
        |cache| cache.piece.mapped,
        |cache| !cache.piece.private,
    ];
    for (number, wanted) in fewer.into_iter().enumerate() {
        let fewer = each_state(&pair, &sides, flags, place, range, wanted);
        assert!(fewer.of.len() < all.of.len(), "{number}");
    }
}
