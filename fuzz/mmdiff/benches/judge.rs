// SPDX-License-Identifier: GPL-2.0-only
//! How long one input takes: to decode it, to run it on one side alone, and to judge it.
//! `cargo bench -p mmdiff --bench judge`.

use divan::counter::ItemsCount;
use mmdiff::oracle::{Intent, Judge, Question};
use mmdiff::run::{Run, TREES};
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

/// Nothing is compared: no judge that runs both sides takes less than twice that.
#[divan::bench(args = Path::ALL)]
fn decode_and_run_one_side(bencher: divan::Bencher<'_, '_>, path: Path) {
    let inputs = inputs(path);
    let mut run = Run::new(&TREES[0]);
    bencher.counter(ItemsCount::new(INPUTS)).bench_local(|| {
        for bytes in &inputs {
            let scenario = Scenario::decode(path, bytes);
            run.begin(&scenario);
            (0..scenario.steps()).for_each(|_| run.step(&scenario));
            divan::black_box(&run);
        }
    });
}

#[divan::bench(args = Path::ALL)]
fn decode_and_judge(bencher: divan::Bencher<'_, '_>, path: Path) {
    let inputs = inputs(path);
    let question = Question { pre: &TREES[0], post: &TREES[1], intent: Intent::DEFAULT };
    let mut judge = Judge::new(&question);
    bencher.counter(ItemsCount::new(INPUTS)).bench_local(|| {
        for bytes in &inputs {
            divan::black_box(judge.judge(&Scenario::decode(path, bytes)).verdict());
        }
    });
}
