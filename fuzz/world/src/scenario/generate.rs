// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios out of a seed: the same number, the same scenario, on every machine.
//!
//! Three kinds are mixed. *Undirected* ones decode random bytes. *Plain* ones do so with most bytes
//! zero, so that one or two things are out of the ordinary and the deep branches are reached.
//! *Directed* ones make sense: lifecycles that create a file before they use it, flags words that
//! differ in the bits that anybody looks at.

use super::codec::{Below, List};
use super::{
    Action, CompactionScenario, FileKind, FileSpec, Flags, ItemKind, LifecycleScenario, Op, Order,
    Path, Point, Position, Race, Races, Scenario,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The random numbers of one case: a function of the seed, the path and the case's number.
struct Dice(Xoshiro256PlusPlus);

impl Dice {
    fn new(seed: u64, path: Path, case: u64) -> Self {
        // SplitMix64's increments keep the streams of neighbouring cases apart.
        let mixed = seed
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add((path as u64 + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9))
            .wrapping_add(case.wrapping_mul(0x94d0_49bb_1331_11eb));
        Dice(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// A number below `n`.
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u64() as u8
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// The scenario number `case` of a path, out of `seed`.
pub fn scenario(seed: u64, path: Path, case: u64) -> Scenario {
    let dice = &mut Dice::new(seed, path, case);
    if path == Path::Lifecycle && !dice.one_in(8) {
        return Scenario::Lifecycle(lifecycle(dice));
    }
    let len = dice.below(if path == Path::Compaction { 140 } else { 60 });
    let zeroes = dice.pick(&[0, 2, 4, 6]);
    let bytes: Vec<u8> =
        (0..len).map(|_| if dice.below(8) < zeroes { 0 } else { dice.byte() }).collect();
    let mut scenario = Scenario::decode(path, &bytes);
    direct(&mut scenario, dice);
    scenario
}

/// Gives raw words the bits that matter, and compaction something to isolate.
fn direct(scenario: &mut Scenario, dice: &mut Dice) {
    match scenario {
        Scenario::Flags(s) => direct_file(&mut s.file, dice),
        Scenario::Errors(s) => direct_file(&mut s.file, dice),
        Scenario::Truncation(s) => {
            direct_file(&mut s.file, dice);
            direct_races(&mut s.races, 1 + s.more.len(), dice);
        }
        Scenario::Migration(s) => {
            direct_file(&mut s.file, dice);
            direct_races(&mut s.races, 1, dice);
        }
        Scenario::Compaction(s) => direct_compaction(s, dice),
        Scenario::Creation(_) | Scenario::Lifecycle(_) => {}
    }
}

fn direct_file(file: &mut FileSpec, dice: &mut Dice) {
    if dice.one_in(2) {
        file.kind = dice.pick(FileKind::ALL);
    }
    if let Flags::Raw { word } = &mut file.flags {
        // The bits that anybody looks at, or any.
        *word = if dice.one_in(4) { dice.0.next_u64() } else { dice.below(1 << 11) };
    }
}

fn direct_compaction(s: &mut CompactionScenario, dice: &mut Dice) {
    let mut files: Vec<FileSpec> = s.files.to_vec();
    files.iter_mut().for_each(|file| direct_file(file, dice));
    s.files = List::new(files);
    let mut items = s.items.to_vec();
    for item in &mut items {
        if dice.one_in(2) {
            item.kind = ItemKind::File;
        }
        if dice.one_in(2) {
            item.folio.pins = Below::new(0);
        }
        if dice.one_in(2) {
            item.folio.order = Order::new(0);
        }
    }
    s.items = List::new(items);
    direct_races(&mut s.races, s.items.len(), dice);
}

/// Aims actors at folios that are there, at a moment that may come.
fn direct_races(races: &mut Races, folios: usize, dice: &mut Dice) {
    if !dice.one_in(3) {
        return;
    }
    let actors = 1 + dice.below(2);
    *races = List::new((0..actors).map(|_| Race {
        point: dice.pick(Point::ALL),
        folio: Below::new(dice.below(folios.max(1) as u64) as u8),
        nth: Below::new(dice.pick(&[0, 0, 0, 1])),
        action: dice.pick(Action::ALL),
    }));
}

fn lifecycle(dice: &mut Dice) -> LifecycleScenario {
    let mut ops = Vec::new();
    for _ in 0..1 + dice.below(2) {
        ops.push(Op::Create { kind: dice.pick(FileKind::ALL) });
    }
    for _ in 0..1 + dice.below(10) {
        let file = Below::new(dice.below(2) as u8);
        ops.push(op(file, dice));
    }
    LifecycleScenario { ops: List::new(ops) }
}

fn op(file: Below<4>, dice: &mut Dice) -> Op {
    let order = Order::new(dice.pick(&[0, 0, 0, 1, 2, 3, 4, 9]));
    match dice.below(32) {
        0..8 => Op::Write { file, at: position(dice), len: position(dice), order },
        8..14 => Op::Truncate { file, size: position(dice) },
        14..18 => Op::PunchHole { file, at: position(dice), len: position(dice) },
        18..20 => Op::ShmLock { file },
        20 => Op::ShmUnlock { file },
        21..23 => Op::RecordError { file, enospc: !dice.one_in(3) },
        23 => Op::Fsync { file },
        24 => Op::Compact { mode: Below::new(dice.byte()) },
        25..27 => {
            let (page, mode) = (Below::new(dice.byte()), Below::new(dice.byte()));
            Op::Migrate { file, page, mode }
        }
        27 => Op::FailSplit,
        28..31 => Op::FaultPrivate { file, page: Below::new(dice.byte()), order },
        _ => Op::Reclaim { file },
    }
}

fn position(dice: &mut Dice) -> Position {
    Position {
        pages: Below::new(dice.pick(&[0, 0, 1, 1, 2, 3, 5, 8, 17])),
        rest: Below::new(dice.byte()),
    }
}
