// SPDX-License-Identifier: GPL-2.0-only
//! Mutation of scenarios, not of bytes: what a fuzzer would find hard to do by flipping bits.
//!
//! A mutation flips a flag of a mapping, moves an edge of a truncation to a boundary, adds, drops,
//! repeats or swaps items of a list, or adds a racing actor. [`splice`] makes one scenario of two.
//! Both are functions of the scenarios and a number.

use super::codec::{Below, List, Reader, Wire};
use super::{
    Action, Anchor, CompactionScenario, Edge, FileKind, FileSpec, Flags, Item, ItemKind,
    LifecycleScenario, Op, Point, Position, Race, Races, Recorded, Scenario, TruncationScenario,
};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A source of choices.
struct Dice(SplitMix64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        (self.0.next_u64() % n.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u64() as u8
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A value of any type of the format, from random bytes.
    fn any<T: Wire>(&mut self) -> T {
        let bytes: [u8; 16] = std::array::from_fn(|_| self.byte());
        T::get(&mut Reader::new(&bytes))
    }
}

/// Changes one thing about the scenario, which one and how being up to `seed`.
pub fn mutate(scenario: &mut Scenario, seed: u64) {
    let dice = &mut Dice(SplitMix64::seed_from_u64(seed));
    match scenario {
        Scenario::Flags(s) => match dice.below(3) {
            0 => mutate_file(&mut s.file, dice),
            _ => mutate_list(&mut s.ops, dice),
        },
        Scenario::Creation(s) => match dice.below(4) {
            0 => s.pages = dice.any(),
            _ => mutate_list(&mut s.steps, dice),
        },
        Scenario::Errors(s) => match dice.below(3) {
            0 => mutate_file(&mut s.file, dice),
            _ => mutate_list(&mut s.ops, dice),
        },
        Scenario::Truncation(s) => mutate_truncation(s, dice),
        Scenario::Migration(s) => match dice.below(5) {
            0 => mutate_file(&mut s.file, dice),
            1 => mutate_races(&mut s.races, dice),
            2 => (s.owner, s.migrate) = (dice.any(), dice.any()),
            3 => (s.mode, s.folio.dirty) = (dice.any(), dice.any()),
            _ => s.folio = dice.any(),
        },
        Scenario::Compaction(s) => mutate_compaction(s, dice),
        Scenario::Lifecycle(s) => mutate_lifecycle(s, dice),
    }
}

/// Flips a flag: a bit of a raw word, or what the kind and history of a built one come from.
fn mutate_file(file: &mut FileSpec, dice: &mut Dice) {
    /// The bits that somebody reads, in one revision or another.
    const READ: [u32; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    match (&mut file.flags, dice.below(6)) {
        (Flags::Raw { word }, 0..3) => *word ^= 1 << dice.pick(&READ),
        (Flags::Raw { word }, 3) => *word ^= 1 << dice.below(64),
        (Flags::Raw { .. }, _) => file.flags = Flags::Built,
        (Flags::Built, 0) => file.flags = Flags::Raw { word: 1 << dice.pick(&READ) },
        (Flags::Built, 1 | 2) => file.kind = dice.pick(FileKind::ALL),
        (Flags::Built, 3) => file.shm_lock ^= true,
        (Flags::Built, _) => file.recorded = dice.pick(Recorded::ALL),
    }
}

/// Adds, drops, repeats, swaps or replaces an item.
fn mutate_list<T: Wire + Clone, const N: usize>(list: &mut List<T, N>, dice: &mut Dice) {
    let mut items = list.to_vec();
    let at = dice.below(items.len() + 1);
    match dice.below(5) {
        0 => items.insert(at, dice.any()),
        1 if at < items.len() => drop(items.remove(at)),
        2 if at < items.len() => items.insert(at, items[at].clone()),
        3 if at < items.len() => items.swap(at, 0),
        4 if at < items.len() => items[at] = dice.any(),
        _ => items.push(dice.any()),
    }
    *list = List::new(items);
}

/// Adds an actor, or moves one to another moment.
fn mutate_races(races: &mut Races, dice: &mut Dice) {
    let mut actors = races.to_vec();
    let at = dice.below(actors.len() + 1);
    match actors.get_mut(at) {
        Some(actor) if dice.below(2) == 0 => actor.point = dice.pick(Point::ALL),
        Some(actor) => actor.nth = dice.any(),
        None => actors.push(Race {
            point: dice.pick(Point::ALL),
            folio: Below::new(dice.below(2) as u8),
            nth: Below::new(dice.below(2) as u8),
            action: dice.pick(Action::ALL),
        }),
    }
    *races = List::new(actors);
}

/// Puts an edge on a boundary, or one byte to either side of it.
fn mutate_edge(edge: &mut Edge, dice: &mut Dice) {
    edge.anchor = dice.pick(Anchor::ALL);
    edge.delta = dice.pick(&[-1, 0, 1]);
    edge.pages = Below::new(dice.pick(&[0, 0, 0, 1]));
}

fn mutate_truncation(s: &mut TruncationScenario, dice: &mut Dice) {
    match dice.below(9) {
        0 => mutate_file(&mut s.file, dice),
        1 | 2 => mutate_edge(&mut s.start, dice),
        3 => mutate_edge(&mut s.end, dice),
        4 => mutate_races(&mut s.races, dice),
        5 => mutate_list(&mut s.more, dice),
        6 => (s.to_eof, s.split) = (dice.any(), dice.any()),
        7 => s.call = dice.any(),
        _ => s.folio = dice.any(),
    }
}

fn mutate_compaction(s: &mut CompactionScenario, dice: &mut Dice) {
    match dice.below(8) {
        0 => {
            let mut files = s.files.to_vec();
            match files.first_mut() {
                Some(file) => mutate_file(file, dice),
                None => {
                    files.push(FileSpec { kind: dice.pick(FileKind::ALL), ..Default::default() })
                }
            }
            s.files = List::new(files);
        }
        1 | 2 => mutate_races(&mut s.races, dice),
        3 => s.cc = dice.any(),
        4 => (s.start, s.skip_marked) = (dice.any(), dice.any()),
        5 => {
            let mut items = s.items.to_vec();
            items.push(Item { kind: dice.pick(ItemKind::ALL), ..Item::default() });
            s.items = List::new(items);
        }
        _ => mutate_list(&mut s.items, dice),
    }
}

fn mutate_lifecycle(s: &mut LifecycleScenario, dice: &mut Dice) {
    let mut ops = s.ops.to_vec();
    let at = dice.below(ops.len() + 1);
    match dice.below(4) {
        // What shows a truncation: shrink to the middle of a page, and look again.
        0 => {
            let file = Below::new(dice.below(2) as u8);
            let shrunk = Position { pages: Below::new(0), rest: dice.any() };
            ops.insert(at, Op::Truncate { file, size: shrunk });
        }
        1 => ops.insert(0, Op::Create { kind: dice.pick(FileKind::ALL) }),
        _ => return mutate_list(&mut s.ops, dice),
    }
    s.ops = List::new(ops);
}

/// One scenario of two of the same path: the state of the first, and from its lists the first part,
/// with the second's last part behind it. Different paths are not mixed: then it is the first.
pub fn splice(first: &Scenario, second: &Scenario, seed: u64) -> Scenario {
    let dice = &mut Dice(SplitMix64::seed_from_u64(seed));
    let mut spliced = first.clone();
    match (&mut spliced, second) {
        (Scenario::Flags(a), Scenario::Flags(b)) => cross(&mut a.ops, &b.ops, dice),
        (Scenario::Creation(a), Scenario::Creation(b)) => cross(&mut a.steps, &b.steps, dice),
        (Scenario::Errors(a), Scenario::Errors(b)) => cross(&mut a.ops, &b.ops, dice),
        (Scenario::Lifecycle(a), Scenario::Lifecycle(b)) => cross(&mut a.ops, &b.ops, dice),
        (Scenario::Truncation(a), Scenario::Truncation(b)) => {
            cross(&mut a.races, &b.races, dice);
            (a.start, a.end, a.to_eof) = (b.start.clone(), b.end.clone(), b.to_eof);
        }
        (Scenario::Migration(a), Scenario::Migration(b)) => {
            cross(&mut a.races, &b.races, dice);
            (a.file, a.owner) = (b.file.clone(), b.owner);
        }
        (Scenario::Compaction(a), Scenario::Compaction(b)) => {
            cross(&mut a.items, &b.items, dice);
            cross(&mut a.races, &b.races, dice);
        }
        _ => {}
    }
    spliced
}

fn cross<T: Clone, const N: usize>(first: &mut List<T, N>, second: &List<T, N>, dice: &mut Dice) {
    let head = dice.below(first.len() + 1);
    let tail = dice.below(second.len() + 1);
    *first = List::new(first[..head].iter().chain(&second[tail..]).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Path, generate};
    use std::collections::HashSet;

    #[test]
    fn a_mutated_scenario_has_bytes_that_mean_it() {
        for path in Path::ALL {
            for case in 0..500 {
                let mut scenario = generate::scenario(3, path, case);
                mutate(&mut scenario, case);
                assert_eq!(Scenario::decode(path, &scenario.encode()), scenario);
            }
        }
    }

    #[test]
    fn the_same_number_mutates_alike_and_others_otherwise() {
        for path in Path::ALL {
            let scenario = generate::scenario(3, path, 1);
            let mutants: HashSet<Scenario> = (0..200)
                .map(|seed| {
                    let mut mutants = [scenario.clone(), scenario.clone()];
                    mutants.iter_mut().for_each(|mutant| mutate(mutant, seed));
                    assert_eq!(mutants[0], mutants[1]);
                    mutants[0].clone()
                })
                .collect();
            assert!(mutants.len() > 20, "{path}: {}", mutants.len());
        }
    }

    #[test]
    fn a_splice_keeps_the_head_of_one_and_the_tail_of_the_other() {
        let ops = |kinds: &[FileKind]| {
            let ops = kinds.iter().map(|&kind| Op::Create { kind });
            Scenario::Lifecycle(LifecycleScenario { ops: List::new(ops) })
        };
        let first = ops(&[FileKind::Ramfs, FileKind::Tmpfs]);
        let second = ops(&[FileKind::Disk, FileKind::Secretmem, FileKind::GuestMemfd]);
        let mut lengths = HashSet::new();
        for seed in 0..200 {
            let Scenario::Lifecycle(spliced) = splice(&first, &second, seed) else {
                unreachable!("a splice stays on its path");
            };
            let kinds: Vec<FileKind> = spliced
                .ops
                .iter()
                .map(|op| match op {
                    Op::Create { kind } => *kind,
                    other => unreachable!("{other:?} was in neither"),
                })
                .collect();
            let head =
                kinds.iter().take_while(|kind| matches!(kind, FileKind::Ramfs | FileKind::Tmpfs));
            let head = head.count();
            assert_eq!(kinds[..head], [FileKind::Ramfs, FileKind::Tmpfs][..head]);
            let tail = [FileKind::Disk, FileKind::Secretmem, FileKind::GuestMemfd];
            assert_eq!(kinds[head..], tail[tail.len() - (kinds.len() - head)..]);
            lengths.insert((head, kinds.len()));
        }
        assert_eq!(lengths.len(), 3 * 4);
    }
}
