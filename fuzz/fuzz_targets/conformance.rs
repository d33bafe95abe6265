// SPDX-License-Identifier: GPL-2.0-only
//! The `conformance` target: the port asks and does what the kernel's own C asks and does.
#![no_main]

use libfuzzer_sys::{fuzz_crossover, fuzz_mutator, fuzz_target, fuzzer_mutate};
use mmdiff_conform::fuzz as conformance;

fuzz_target!(init: conformance::begin(), |bytes: &[u8]| conformance::run(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    conformance::mutate(data, size, max_size, seed, fuzzer_mutate)
});

fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
    conformance::splice(first, second, out, seed)
});
