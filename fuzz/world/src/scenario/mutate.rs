// SPDX-License-Identifier: GPL-2.0-only
//! Mutation of scenarios, not of bytes: what a fuzzer would find hard to do by flipping bits.
//!
//! A mutation flips a flag of a mapping, moves an edge of a truncation to a boundary, adds, drops,
//! repeats or swaps items of a list, or adds a racing actor. [`splice`] makes one scenario of two.
//! Both are functions of the scenarios and a number.

use super::codec::{Below, List, Reader, Wire};
use super::{
    Action, Anchor, CompactionScenario, CreationScenario, Edge, ErrorsScenario, FileKind, FileSpec,
    Flags, FlagsScenario, FolioSpec, GmemStep, Item, ItemKind, LifecycleScenario,
    MigrationScenario, Op, Order, Point, Position, Race, Races, Recorded, Scenario,
    TruncationScenario,
};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A source of choices.
#[derive(Debug)]
pub struct Dice(SplitMix64);

impl Dice {
    /// The choices that a number stands for.
    pub fn new(seed: u64) -> Self {
        Dice(SplitMix64::seed_from_u64(seed))
    }

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

/// Scenarios of one path, as they are mutated.
pub trait Mutate {
    /// Changes one thing, which one and how being up to the dice.
    fn mutate(&mut self, dice: &mut Dice);
    /// Keeps the state and the first part of the lists, and puts the last part of those of `second`
    /// behind it.
    fn splice(&mut self, second: &Self, dice: &mut Dice);
}

/// Changes one thing about the scenario, which one and how being up to `seed`.
pub fn mutate(scenario: &mut Scenario, seed: u64) {
    let dice = &mut Dice::new(seed);
    match scenario {
        Scenario::Flags(s) => s.mutate(dice),
        Scenario::Creation(s) => s.mutate(dice),
        Scenario::Errors(s) => s.mutate(dice),
        Scenario::Truncation(s) => s.mutate(dice),
        Scenario::Migration(s) => s.mutate(dice),
        Scenario::Compaction(s) => s.mutate(dice),
        Scenario::Lifecycle(s) => s.mutate(dice),
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

/// The order, but seldom a large one: 1024 pages take two hundred times as long as four, and show
/// what four do.
fn seldom_large(order: Order, dice: &mut Dice) -> Order {
    if dice.below(16) > 0 { Order::new(order.get().min(2)) } else { order }
}

fn any_folio(dice: &mut Dice) -> FolioSpec {
    let folio: FolioSpec = dice.any();
    FolioSpec { order: seldom_large(folio.order, dice), ..folio }
}

fn any_item(dice: &mut Dice) -> Item {
    let item: Item = dice.any();
    Item { folio: FolioSpec { order: seldom_large(item.folio.order, dice), ..item.folio }, ..item }
}

fn any_op(dice: &mut Dice) -> Op {
    let mut op = dice.any();
    if let Op::Write { order, .. } | Op::FaultPrivate { order, .. } = &mut op {
        *order = seldom_large(*order, dice);
    }
    op
}

fn any_step(dice: &mut Dice) -> GmemStep {
    let mut step = dice.any();
    if let GmemStep::Fault { order, .. } = &mut step {
        *order = seldom_large(*order, dice);
    }
    step
}

/// Adds, drops, repeats, swaps or replaces an item.
fn mutate_list<T: Clone, const N: usize>(
    list: &mut List<T, N>,
    dice: &mut Dice,
    any: fn(&mut Dice) -> T,
) {
    let mut items = list.to_vec();
    let at = dice.below(items.len() + 1);
    match dice.below(5) {
        0 => items.insert(at, any(dice)),
        1 if at < items.len() => drop(items.remove(at)),
        2 if at < items.len() => items.insert(at, items[at].clone()),
        3 if at < items.len() => items.swap(at, 0),
        4 if at < items.len() => items[at] = any(dice),
        _ => items.push(any(dice)),
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

impl Mutate for FlagsScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        match dice.below(3) {
            0 => mutate_file(&mut self.file, dice),
            _ => mutate_list(&mut self.ops, dice, Dice::any),
        }
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.ops, &second.ops, dice);
    }
}

impl Mutate for CreationScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        match dice.below(4) {
            0 => self.pages = dice.any(),
            _ => mutate_list(&mut self.steps, dice, any_step),
        }
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.steps, &second.steps, dice);
    }
}

impl Mutate for ErrorsScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        match dice.below(3) {
            0 => mutate_file(&mut self.file, dice),
            _ => mutate_list(&mut self.ops, dice, Dice::any),
        }
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.ops, &second.ops, dice);
    }
}

impl Mutate for TruncationScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        match dice.below(9) {
            0 => mutate_file(&mut self.file, dice),
            1 | 2 => mutate_edge(&mut self.start, dice),
            3 => mutate_edge(&mut self.end, dice),
            4 => mutate_races(&mut self.races, dice),
            5 => mutate_list(&mut self.more, dice, any_folio),
            6 => (self.to_eof, self.split) = (dice.any(), dice.any()),
            7 => self.call = dice.any(),
            _ => self.folio = any_folio(dice),
        }
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.races, &second.races, dice);
        (self.start, self.end, self.to_eof) =
            (second.start.clone(), second.end.clone(), second.to_eof);
    }
}

impl Mutate for MigrationScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        match dice.below(5) {
            0 => mutate_file(&mut self.file, dice),
            1 => mutate_races(&mut self.races, dice),
            2 => (self.owner, self.migrate) = (dice.any(), dice.any()),
            3 => (self.mode, self.folio.dirty) = (dice.any(), dice.any()),
            _ => self.folio = any_folio(dice),
        }
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.races, &second.races, dice);
        (self.file, self.owner) = (second.file.clone(), second.owner);
    }
}

impl Mutate for CompactionScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        match dice.below(8) {
            0 => {
                let mut files = self.files.to_vec();
                match files.first_mut() {
                    Some(file) => mutate_file(file, dice),
                    None => files
                        .push(FileSpec { kind: dice.pick(FileKind::ALL), ..Default::default() }),
                }
                self.files = List::new(files);
            }
            1 | 2 => mutate_races(&mut self.races, dice),
            3 => self.cc = dice.any(),
            4 => (self.start, self.skip_marked) = (dice.any(), dice.any()),
            5 => {
                let mut items = self.items.to_vec();
                items.push(Item { kind: dice.pick(ItemKind::ALL), ..Item::default() });
                self.items = List::new(items);
            }
            _ => mutate_list(&mut self.items, dice, any_item),
        }
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.items, &second.items, dice);
        cross(&mut self.races, &second.races, dice);
    }
}

impl Mutate for LifecycleScenario {
    fn mutate(&mut self, dice: &mut Dice) {
        let mut ops = self.ops.to_vec();
        let at = dice.below(ops.len() + 1);
        match dice.below(4) {
            // What shows a truncation: shrink to the middle of a page, and look again.
            0 => {
                let file = Below::new(dice.below(2) as u8);
                let shrunk = Position { pages: Below::new(0), rest: dice.any() };
                ops.insert(at, Op::Truncate { file, size: shrunk });
            }
            1 => ops.insert(0, Op::Create { kind: dice.pick(FileKind::ALL) }),
            _ => return mutate_list(&mut self.ops, dice, any_op),
        }
        self.ops = List::new(ops);
    }

    fn splice(&mut self, second: &Self, dice: &mut Dice) {
        cross(&mut self.ops, &second.ops, dice);
    }
}

/// One scenario of two of the same path: the state of the first, and from its lists the first part,
/// with the second's last part behind it. Different paths are not mixed: then it is the first.
pub fn splice(first: &Scenario, second: &Scenario, seed: u64) -> Scenario {
    let dice = &mut Dice::new(seed);
    let mut spliced = first.clone();
    match (&mut spliced, second) {
        (Scenario::Flags(a), Scenario::Flags(b)) => a.splice(b, dice),
        (Scenario::Creation(a), Scenario::Creation(b)) => a.splice(b, dice),
        (Scenario::Errors(a), Scenario::Errors(b)) => a.splice(b, dice),
        (Scenario::Lifecycle(a), Scenario::Lifecycle(b)) => a.splice(b, dice),
        (Scenario::Truncation(a), Scenario::Truncation(b)) => a.splice(b, dice),
        (Scenario::Migration(a), Scenario::Migration(b)) => a.splice(b, dice),
        (Scenario::Compaction(a), Scenario::Compaction(b)) => a.splice(b, dice),
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
