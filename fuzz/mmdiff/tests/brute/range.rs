// SPDX-License-Identifier: GPL-2.0-only
//! Truncation of a range of a file with one page at most, by brute force: every place, every range
//! around it, and every state of the page, the page cache and both files.

use super::cache::{Cache, Slot};
use super::decisions::{Decisions, same};
use super::kernel::{ANOTHER, ANY, Digits, FILE, Machine, PLAIN, State};
use super::truncation::{Collected, Pair, Place, Sides, near, places};
use mmcore::revision::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::shmem::shmem_undo_range;
use mmcore::truncate::truncate_inode_pages_range;
use mmcore::{PAGE_SIZE, Revision};
use mmdiff::run::Returned;
use rayon::prelude::*;
use std::collections::BTreeSet;

const PAGE: i64 = PAGE_SIZE as i64;

fn in_file<R: Revision>(k: &mut Machine<'_>, (start, end): (i64, i64)) -> Returned {
    truncate_inode_pages_range::<R, _>(k, FILE, start, end).into()
}

fn in_shmem<R: Revision>(k: &mut Machine<'_>, (start, end): (i64, i64)) -> Returned {
    shmem_undo_range::<R, _>(k, FILE, start, end).into()
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

/// Every state of the file and its page, but for the flags, by its number: and how many there are.
fn state(place: Place, flags: [u64; 2], number: u32) -> (State, u32) {
    let mut digits = Digits::new(number);
    let cache = Cache {
        slot: digits.pick(&[Slot::Nothing, Slot::Page, Slot::Value]),
        empty: digits.pick(&ANY),
        busy: digits.pick(&ANY),
        moved_to: digits.pick(&[None, Some(FILE), Some(ANOTHER)]),
        contains: digits.pick(&ANY),
        found: false,
        next: 0,
    };
    let state = State {
        flags,
        index: (place.pos / PAGE) as u64,
        mapped: digits.pick(&ANY),
        dirty: digits.pick(&ANY),
        writeback: digits.pick(&ANY),
        private: digits.pick(&ANY),
        shmem: [digits.pick(&ANY), digits.pick(&ANY)],
        cache: Some(cache),
        ..PLAIN
    };
    (state, digits.of)
}

fn compare<A: Revision, B: Revision>(places: &[Place]) {
    let pair = Pair::of::<A, B>();
    let flags = pair.flags(false);
    let both: [(&str, u8, Sides); 2] = [
        ("truncate_inode_pages_range", 3, [in_file::<A>, in_file::<B>]),
        ("shmem_undo_range", 4, [in_shmem::<A>, in_shmem::<B>]),
    ];
    for (name, number, sides) in both {
        let run = |&(place, range): &(Place, (i64, i64))| {
            let mut to = Collected::default();
            for &flags in &flags {
                for number in 0..state(place, flags, 0).1 {
                    pair.add(&mut to, &sides, state(place, flags, number).0, range);
                }
            }
            to.decisions
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
