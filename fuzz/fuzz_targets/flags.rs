// SPDX-License-Identifier: GPL-2.0-only
//! The `flags` target: no difference beyond the intent, no invariant broken that should hold.
#![no_main]

mod sides;

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use mmdiff_judge::fuzz;
use mmdiff_world::scenario::FlagsScenario;
use sides::{New, Old};

fuzz_target!(|bytes: &[u8]| fuzz::run::<FlagsScenario, Old, New>(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::mutate::<FlagsScenario>(data, size, max_size, seed, fuzzer_mutate)
});

fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
    fuzz::splice::<FlagsScenario>(first, second, out, seed)
});
