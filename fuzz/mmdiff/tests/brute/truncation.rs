// SPDX-License-Identifier: GPL-2.0-only
//! Truncation of a folio, by brute force: every size and place, every edge of the range, and every
//! state of the folio and of both files.

use super::decisions::{Decisions, Seen, compare, explored, same};
use super::kernel::{ANOTHER, ANY, Data, Digits, ERRNOS, FILE, Machine, PLAIN, SRC, State};
use mmcore::include::linux::pagemap::{AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::{Call, PAGE_SIZE, Side};
use mmdiff::explore::{Choice, Var, What};
use mmdiff::run::Returned;
use mmdiff::scenario::Path;
use mmdiff::trace::Event;
use rayon::prelude::*;
use std::collections::BTreeSet;

const PAGE: i64 = PAGE_SIZE as i64;

/// A folio's place in the file, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Its number among those of its size.
    number: u8,
    pub(crate) order: u32,
    pub(crate) pos: i64,
    pub(crate) size: i64,
}

impl Place {
    /// Its first page.
    pub(crate) fn index(&self) -> u64 {
        (self.pos / PAGE) as u64
    }
}

/// The bottom of the file, one folio up, and the last folio that fits below the top of `loff_t`.
pub(crate) fn places(orders: &[u32]) -> Vec<Place> {
    let at = |&order: &u32| {
        let size = PAGE << order;
        let top = i64::MAX - (i64::MAX % size) - size;
        let place = |(number, pos)| Place { number, order, pos, size };
        [(0, 0), (1, size), (2, top)].map(place)
    };
    orders.iter().flat_map(at).collect()
}

/// A byte, and its neighbours below the top of `loff_t`.
pub(crate) fn near(at: i64) -> impl Iterator<Item = i64> {
    [at.checked_sub(1), Some(at), at.checked_add(1)].into_iter().flatten()
}

/// The ranges that touch the folio: at, one before and one after whatever C compares with.
fn ranges(Place { pos, size, .. }: Place) -> Vec<(i64, i64)> {
    let (last, half) = (pos + (size - 1), size / 2);
    let mut starts: BTreeSet<i64> = near(pos).chain([last, pos + half + 1]).collect();
    starts.extend([0, pos - PAGE, pos + PAGE]);
    let starts: BTreeSet<i64> =
        starts.into_iter().map(|at| at.min(last)).filter(|&at| at >= 0).collect();
    let mut ends: BTreeSet<i64> = near(pos).chain(near(last)).collect();
    ends.extend([pos + half, pos + PAGE - 1, i64::MAX - 1]);
    ends.extend([last.saturating_add(PAGE)]);
    let mut ranges = Vec::new();
    for &start in &starts {
        // The range may end where it starts, and -1 is the end of the file.
        let touching = ends.iter().copied().chain([start]).filter(|&end| end >= start.max(pos));
        let touching: BTreeSet<i64> = touching.chain([-1]).collect();
        ranges.extend(touching.into_iter().map(|end| (start, end)));
    }
    ranges
}

/// One function, as both sides have it, with the range for the one that takes one.
pub(crate) type Sides = [fn(&mut Machine<'_>, (i64, i64)) -> Returned; 2];

/// Two revisions, and what of the flags they could mean in a truncation.
pub(crate) struct Pair {
    names: (&'static str, &'static str),
    /// What the new side tests: the old one tests AS_ENOSPC and AS_UNEVICTABLE.
    bit: u64,
    /// All that either side may look at.
    bits: u64,
    /// A side unmaps what could not be split, unless it is shmem's.
    pub(crate) unmaps: bool,
    partial: Sides,
    whole: [Sides; 2],
    cleanup: Sides,
    signatures: Vec<String>,
}

impl Pair {
    pub(crate) fn of<A: Side, B: Side>() -> Pair {
        let mask = 1 << AS_ENOSPC | 1 << AS_UNEVICTABLE;
        let bit = <B::Tree as mmcore::Tree>::TRUNCATE_TESTS;
        // v6.12 asks folio_needs_release, and unmaps what cannot be split.
        let is_later = |name: &str| name.starts_with("v6.12");
        let release = u64::from(is_later(B::NAME)) << <B::Tree as mmcore::Tree>::AS_RELEASE_ALWAYS;
        let name = |number: usize| {
            let found =
                ["0", "AS_ENOSPC", "AS_UNEVICTABLE", "AS_ENOSPC+AS_UNEVICTABLE"][number & 3];
            let (bit, side) =
                (["0", "AS_INACCESSIBLE"][number >> 2 & 1], ["post", "pre"][number >> 3]);
            let function = "truncate_inode_partial_folio";
            format!(
                "truncation:{function}:mask-read:raw-{found}-{bit}:folio_zero_range-{side}-only"
            )
        };
        Pair {
            names: (A::NAME, B::NAME),
            bit,
            bits: mask | bit | release,
            unmaps: is_later(A::NAME) || is_later(B::NAME),
            partial: [partial::<A>, partial::<B>],
            whole: [[whole::<A, true>, whole::<B, true>], [whole::<A, false>, whole::<B, false>]],
            cleanup: [cleanup::<A>, cleanup::<B>],
            signatures: (0..16).map(name).collect(),
        }
    }

    /// The divergence that a state shows: they can differ in who zeroes, and in nothing else.
    fn signature(&self, state: &State, pre: &[Seen], post: &[Seen]) -> Option<&str> {
        if pre == post {
            return None;
        }
        let is_zeroing = |seen: &Seen| {
            matches!(seen, Seen::Effect(Event { call: Call::FolioZeroRange { .. }, .. }))
        };
        let side = match [pre, post].map(|seen| seen.iter().any(is_zeroing)) {
            [false, true] => 0,
            [true, false] => 1,
            both => panic!("they differ in something else: {both:?}"),
        };
        let word = state.flags[usize::from(state.data.mapping?.0)];
        let has = |bit: u64| usize::from(word & bit != 0);
        let number = has(1 << AS_ENOSPC) | has(1 << AS_UNEVICTABLE) << 1 | has(self.bit) << 2;
        Some(&self.signatures[number | side << 3])
    }

    /// Runs both sides from a state. Whether a piece of a split folio mattered to one.
    pub(crate) fn add(
        &self,
        to: &mut Collected,
        sides: &Sides,
        state: State,
        range: (i64, i64),
    ) -> bool {
        let Collected { decisions, seen } = to;
        seen.clear();
        let (mut first, mut piece_matters) = (0, false);
        for side in sides {
            first = seen.len();
            let mut machine = Machine { state, seen };
            let returned = side(&mut machine, range);
            piece_matters |= machine.state.cache.is_some_and(|cache| cache.piece_matters);
            seen.push(Seen::Returned(returned));
        }
        let (pre, post) = seen.split_at(first);
        decisions.add(seen, self.signature(&state, pre, post));
        piece_matters
    }

    /// Flags words: every combination of the bits that a side may look at, the others clear or set.
    fn words(&self) -> Vec<u64> {
        let subsets = (0..=self.bits).filter(|word| word & !self.bits == 0);
        subsets.flat_map(|word| [word, !word]).collect()
    }

    /// The words of both files: all pairs, or those in which every bit of the one is not the other's.
    pub(crate) fn flags(&self, all: bool) -> Vec<[u64; 2]> {
        let words = self.words();
        let pairs = words.iter().flat_map(|&file| words.iter().map(move |&other| [file, other]));
        pairs.filter(|[file, other]| all || *file == !other).collect()
    }

    pub(crate) fn explored(&self, function: u8, places: &[Place]) -> Decisions {
        let choice = |what, of, got| Choice { var: Var::one(what), of, got, label: got };
        let prefix = |place: &Place| {
            [
                choice(What::Function, 5, function),
                choice(What::Order, 11, place.order as u8),
                choice(What::Place, 3, place.number),
            ]
        };
        places
            .iter()
            .map(|place| explored(self.names, Path::Truncation, &prefix(place)))
            .fold(Decisions::default(), Decisions::join)
    }
}

#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) decisions: Decisions,
    seen: Vec<Seen>,
}

fn partial<R: Side>(k: &mut Machine<'_>, (start, end): (i64, i64)) -> Returned {
    R::truncate_inode_partial_folio(k, SRC, start, end).into()
}

fn whole<R: Side, const IN_FILE: bool>(k: &mut Machine<'_>, _: (i64, i64)) -> Returned {
    R::truncate_inode_folio(k, IN_FILE.then_some(FILE), SRC).into()
}

fn cleanup<R: Side>(k: &mut Machine<'_>, _: (i64, i64)) -> Returned {
    R::truncate_cleanup_folio(k, SRC);
    Returned::Nothing
}

/// Every state of a folio at a place, but for the flags, by its number: and how many there are.
fn state(place: Place, flags: [u64; 2], number: u32) -> (State, u32) {
    let mut digits = Digits::new(number);
    let state = State {
        flags,
        data: Data {
            index: place.index(),
            order: place.order,
            mapping: digits.pick(&[None, Some(FILE), Some(ANOTHER)]),
            mapped: digits.pick(&ANY),
            dirty: digits.pick(&ANY),
            writeback: digits.pick(&ANY),
            private: digits.pick(&ANY),
        },
        shmem: [digits.pick(&ANY), digits.pick(&ANY)],
        unmaps: digits.pick(&ANY),
        split: digits.pick(&ERRNOS),
        ..PLAIN
    };
    (state, digits.of)
}

/// Calls `see` with every state of every folio, on all cores.
fn each_state(
    places: &[Place],
    flags: &[[u64; 2]],
    see: impl Fn(&mut Collected, Place, State) + Sync,
) -> Decisions {
    let run = |&place: &Place| {
        let mut to = Collected::default();
        for &flags in flags {
            for number in 0..state(place, flags, 0).1 {
                see(&mut to, place, state(place, flags, number).0);
            }
        }
        to.decisions
    };
    places.par_iter().map(run).reduce(Decisions::default, Decisions::join)
}

fn brute_partial(pair: &Pair, places: &[Place], flags: &[[u64; 2]]) -> Decisions {
    each_state(places, flags, |to, place, state| {
        for range in ranges(place) {
            pair.add(to, &pair.partial, state, range);
        }
    })
}

fn compare_partial<A: Side, B: Side>(places: &[Place], all_flags: bool) {
    let pair = Pair::of::<A, B>();
    let brute = brute_partial(&pair, places, &pair.flags(all_flags));
    let explored = pair.explored(0, places);
    same(&format!("truncate_inode_partial_folio, {} and {}", A::NAME, B::NAME), &explored, &brute);
    // The mask is tested, and the bit is not; or the bit, and nothing of the mask; or neither.
    assert_eq!(brute.signatures().len(), 4);
}

const SOME_ORDERS: [u32; 2] = [0, 1];
const ORDERS: [u32; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

#[test]
fn the_truncation_of_a_part_is_decided_as_by_brute_force() {
    compare_partial::<PreFix, PostFix>(&places(&SOME_ORDERS), false);
}

#[test]
fn and_in_6_12() {
    compare_partial::<V6_12PreFix, V6_12>(&places(&[1])[2..], false);
}

#[test]
#[ignore = "10 minutes: cargo test --release -p mmdiff --test all -- --ignored at_every_order_and_all_pairs"]
fn the_truncation_of_a_part_is_decided_as_by_brute_force_at_every_order_and_all_pairs_of_flags() {
    compare_partial::<PreFix, PostFix>(&places(&ORDERS), true);
}

#[test]
#[ignore = "minutes: cargo test --release -p mmdiff --test all -- --ignored and_in_6_12_at_every_order"]
fn and_in_6_12_at_every_order() {
    compare_partial::<V6_12PreFix, V6_12>(&places(&ORDERS), false);
}

/// The functions that drop a whole folio.
fn compare_whole<A: Side, B: Side>() {
    let pair = Pair::of::<A, B>();
    let (places, flags) = (places(&SOME_ORDERS), pair.flags(false));
    let brute = each_state(&places, &flags, |to, _, state| {
        for sides in &pair.whole {
            pair.add(to, sides, state, (0, 0));
        }
    });
    same("truncate_inode_folio", &pair.explored(1, &places), &brute);
    let brute = each_state(&places, &flags, |to, _, state| {
        // Its callers have found the folio in the file, and hold its lock.
        if state.data.mapping == Some(FILE) {
            pair.add(to, &pair.cleanup, state, (0, 0));
        }
    });
    same("truncate_cleanup_folio", &pair.explored(2, &places), &brute);
    assert!(brute.signatures().is_empty());
}

#[test]
fn the_truncation_of_a_whole_folio_is_decided_as_by_brute_force() {
    compare_whole::<PreFix, PostFix>();
    compare_whole::<V6_12PreFix, V6_12>();
}

#[test]
fn what_brute_force_leaves_out_or_makes_up_is_noticed() {
    let pair = Pair::of::<PreFix, PostFix>();
    let (all, flags) = (places(&[1, 2]), pair.flags(false));
    let (here, there) = all.split_at(3);
    let here = &here[..1];
    let explored = pair.explored(0, here);
    let counts = |brute: &Decisions| {
        let compared = compare(&explored, brute);
        (compared.missing.len(), compared.extra.len())
    };
    let brute = brute_partial(&pair, here, &flags);
    assert_eq!(counts(&brute), (0, 0));
    // A state fewer, in whatever it is: the explorer has more.
    let without = |left_out: fn(&State) -> bool| {
        each_state(here, &flags, |to, place, state| {
            for range in ranges(place).into_iter().filter(|_| !left_out(&state)) {
                pair.add(to, &pair.partial, state, range);
            }
        })
    };
    let fewer: [fn(&State) -> bool; 5] = [
        |state| state.data.mapping.is_none(),
        |state| state.data.mapped,
        |state| state.data.dirty,
        |state| state.data.private,
        |state| state.split == ERRNOS[2],
    ];
    for left_out in fewer {
        let (missing, extra) = counts(&without(left_out));
        assert!(missing == 0 && extra > 0, "{missing} {extra}");
    }
    // What the explorer never looked at is missing there.
    let larger = brute.clone().join(brute_partial(&pair, &there[..1], &flags));
    assert!(counts(&larger).0 > 0 && counts(&larger).1 == 0);
    // A divergence under another name is both.
    let mut renamed = brute;
    let names = renamed.of.values_mut().find(|names| !names.is_empty()).expect("one that differs");
    *names = ["another".to_string()].into();
    assert_eq!(counts(&renamed), (1, 1));
}
