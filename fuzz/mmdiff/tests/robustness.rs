// SPDX-License-Identifier: GPL-2.0-only
//! No input makes a run panic or go on without end.

use crate::support::{Dice, assert_nothing_found, patch};
use mmcore::Site;
use mmdiff::corpus::seeds;
use mmdiff::oracle::{Intent, Judge, judge};
use mmdiff::run::Returned;
use mmdiff::scenario::{Path, Scenario};

/// How many calls a step may make. The watchdog bites at 200,000, but looks only now and then.
const BOUND: usize = 250_000;

/// How many random inputs a path is given by each of the two tests: a million in all.
const EACH: u64 = 1_000_000u64.div_ceil(2 * Path::ALL.len() as u64);

fn try_all(path: Path, inputs: impl Iterator<Item = Vec<u8>>) {
    let mut judge = Judge::new(&patch(Intent::DEFAULT));
    for bytes in inputs {
        let scenario = Scenario::decode(path, &bytes);
        let judgement = judge.judge(&scenario);
        for run in [&judgement.pre, &judgement.post] {
            assert_eq!(run.steps.len(), scenario.steps());
            for (events, returned) in &run.steps {
                assert!(events.len() < BOUND, "{path} {bytes:x?}");
                assert_ne!(*returned, Returned::Oops(Site::SoftLockup), "{path} {bytes:x?}");
            }
        }
        assert_nothing_found(judgement, &mmdiff::check::spell(&scenario));
    }
}

#[test]
fn dense_bytes_of_every_length() {
    for path in Path::ALL {
        let mut dice = Dice::new(path as u64);
        try_all(path, (0..EACH).map(|i| dice.bytes(i % 160, 0)));
    }
}

#[test]
fn sparse_bytes_of_every_length() {
    for path in Path::ALL {
        let mut dice = Dice::new(100 + path as u64);
        try_all(path, (0..EACH).map(|i| dice.bytes(i % 160, 3 + i % 5)));
    }
}

#[test]
fn one_byte_repeated() {
    for path in Path::ALL {
        try_all(path, (0..=u8::MAX).flat_map(|byte| [1, 17, 300].map(|len| vec![byte; len])));
    }
}

#[test]
fn every_seed_with_one_byte_changed() {
    let mut dice = Dice::new(7);
    for seed in seeds::all() {
        let mut bytes = seed.bytes;
        bytes.resize(bytes.len() + 4, 0);
        let changed = (0..bytes.len()).flat_map(|at| {
            let values = [bytes[at] ^ 1, bytes[at].wrapping_add(1), dice.below(256) as u8];
            let bytes = &bytes;
            values.map(move |value| {
                let mut changed = bytes.clone();
                changed[at] = value;
                changed
            })
        });
        try_all(seed.path, changed.collect::<Vec<_>>().into_iter());
    }
}

#[test]
fn long_inputs() {
    let mut dice = Dice::new(8);
    for path in Path::ALL {
        try_all(path, [1 << 12, 1 << 16, 1 << 20].map(|len| dice.bytes(len, 0)).into_iter());
    }
}

#[test]
fn a_judge_that_has_judged_much_judges_as_a_new_one() {
    let question = patch(Intent::DEFAULT);
    let mut dice = Dice::new(9);
    let mut old = Judge::new(&question);
    for i in 0..6000 {
        let path = Path::ALL[dice.below(7) as usize];
        let zeroes = dice.below(8);
        let scenario = Scenario::decode(path, &dice.bytes(i % 120, zeroes));
        let new = judge(&question, &scenario);
        let old = old.judge(&scenario);
        let name = mmdiff::check::spell(&scenario);
        assert_eq!(old.divergences, new.divergences, "{name}");
        for (old, new) in [(&old.pre, &new.pre), (&old.post, &new.post)] {
            assert!(old.world == new.world, "{name}");
            assert!(old.trace == new.trace && old.steps == new.steps, "{name}");
        }
        assert_eq!(old.pre_broke, new.pre_broke, "{name}");
        assert_eq!(old.post_broke, new.post_broke, "{name}");
    }
}
