// SPDX-License-Identifier: GPL-2.0-only
//! How long one input takes: to decode it, and to decode and judge it. `cargo bench --bench judge`.

use divan::counter::ItemsCount;
use mmdiff::oracle::{Intent, Judge, Question};
use mmdiff::run::TREES;
use mmdiff::scenario::{Path, Scenario, generate};

fn main() {
    divan::main();
}

const INPUTS: u64 = 1000;

/// The inputs of a path: those of the generator, as a fuzzer's corpus would hold them.
fn inputs(path: Path) -> Vec<Vec<u8>> {
    (0..INPUTS).map(|case| generate::scenario(1, path, case).encode()).collect()
}

#[divan::bench(args = Path::ALL)]
fn decode(bencher: divan::Bencher<'_, '_>, path: Path) {
    let inputs = inputs(path);
    bencher.counter(ItemsCount::new(INPUTS)).bench_local(|| {
        for bytes in &inputs {
            divan::black_box(Scenario::decode(path, bytes));
        }
    });
}

#[divan::bench(args = Path::ALL)]
fn decode_and_judge(bencher: divan::Bencher<'_, '_>, path: Path) {
    let inputs = inputs(path);
    let question = Question { pre: &TREES[0], post: &TREES[1], intent: Intent::Fix };
    let mut judge = Judge::new(&question);
    bencher.counter(ItemsCount::new(INPUTS)).bench_local(|| {
        for bytes in &inputs {
            divan::black_box(judge.judge(&Scenario::decode(path, bytes)).verdict());
        }
    });
}
