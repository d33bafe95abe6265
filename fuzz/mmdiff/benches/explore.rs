// SPDX-License-Identifier: GPL-2.0-only
//! How fast the enumeration is, and what others make of the same space.
//!
//! `cargo bench -p mmdiff --bench explore` measures, on one core, the runs a second of each path of the
//! kernel; and on all cores, how long all paths with one folio take, without the proof about scans of
//! any length. Then the same space, truncation with one folio, is walked by three strategies
//! that answer the same questions, side by side: this enumeration, bolero's exhaustive driver, and
//! proptest's random numbers. What counts is how many of the decisions each has seen.

use bolero_generator::driver::{Driver, Options, exhaustive};
use divan::counter::ItemsCount;
use mmdiff::explore::work::{Cut, Plan, Watch};
use mmdiff::explore::{Bounds, Joint, SIDES, Sides, Tape, tally::Tally};
use mmdiff::oracle::Intent;
use mmdiff::scenario::Path;
use proptest::test_runner::{RngAlgorithm, TestRng};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

fn main() {
    divan::main();
    if std::env::args().any(|argument| argument == "--bench") {
        one_folio();
        strategies();
    }
}

const PATCH: Sides = Sides { pre: &SIDES[0], post: &SIDES[1], intent: Intent::DEFAULT };

/// The path that all strategies walk.
const PATH: Path = Path::Truncation;
/// How often each is timed.
const ROUNDS: usize = 3;
/// So many times as many runs as there are paths, at most, for whoever goes by chance.
const CHANCES: u64 = 16;

#[derive(Default)]
struct Count {
    runs: AtomicU64,
    paths: AtomicU64,
}

impl Watch for Count {
    fn done(&self, _: usize, tally: &Tally) {
        self.runs.fetch_add(tally.runs, Ordering::Relaxed);
        self.paths.fetch_add(tally.paths as u64, Ordering::Relaxed);
    }
    fn stop(&self, _: u64) -> Option<Cut> {
        None
    }
}

/// Enumerates a path on one core, without the proof about scans of any length. Says how many runs that is.
fn enumerate(path: Path) -> u64 {
    let count = Count::default();
    let plan = Plan::new(&PATCH, Bounds::default(), &[path]);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    one.install(|| plan.run(&|i| !plan.units[i].is_any_length(), &count));
    count.runs.into_inner()
}

#[divan::bench(args = mmdiff::explore::PATHS, sample_count = 3, sample_size = 1)]
fn complete(bencher: divan::Bencher<'_, '_>, path: Path) {
    bencher.counter(ItemsCount::new(enumerate(path))).bench_local(|| enumerate(path));
}

/// What a strategy has seen.
struct Walk {
    runs: u64,
    time: Duration,
    decisions: FxHashSet<u64>,
}

/// Runs joint paths until `next` says that there are no more, on one core.
fn walk(mut tape: Tape, mut next: impl FnMut(&mut Tape, &Walk) -> bool) -> Walk {
    let mut joint = Joint::new(&PATCH, Bounds::default(), PATH);
    let start = Instant::now();
    let mut walk = Walk { runs: 0, time: Duration::ZERO, decisions: FxHashSet::default() };
    loop {
        walk.decisions.insert(joint.run(&mut tape).decision);
        walk.runs += 1;
        if !next(&mut tape, &walk) {
            walk.time = start.elapsed();
            return walk;
        }
    }
}

/// This enumeration.
fn ours() -> Walk {
    walk(Tape::default(), |tape, _| tape.advance())
}

thread_local! {
    static BOLERO: RefCell<exhaustive::Driver> = RefCell::new(exhaustive::Driver::new(&Options::default()));
    static PROPTEST: RefCell<TestRng> = RefCell::new(TestRng::deterministic_rng(RngAlgorithm::ChaCha));
}

/// The choices are made by bolero's exhaustive driver.
fn bolero() -> Walk {
    let ask = |of| {
        BOLERO.with_borrow_mut(|driver| {
            driver.gen_u8(Bound::Included(&0), Bound::Excluded(&of)).expect("a choice")
        })
    };
    BOLERO.with_borrow_mut(|driver| {
        *driver = exhaustive::Driver::new(&Options::default());
        let _started = driver.step();
    });
    walk(Tape::asking(ask), |tape, _| {
        tape.restart(&[]);
        BOLERO.with_borrow_mut(|driver| driver.step()).is_continue()
    })
}

/// The choices are proptest's random numbers, until all of `wanted` is seen or there were `most` runs.
fn proptest(wanted: usize, most: u64) -> Walk {
    let ask = |of| PROPTEST.with_borrow_mut(|rng| rand_below(rng, of));
    PROPTEST.set(TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    walk(Tape::asking(ask), |tape, walk| {
        tape.restart(&[]);
        walk.decisions.len() < wanted && walk.runs < most
    })
}

fn rand_below(rng: &mut TestRng, of: u8) -> u8 {
    use proptest::prelude::Rng;
    (rng.next_u32() % u32::from(of.max(1))) as u8
}

/// Does everything with one folio on all cores, but for scans of any length.
fn one_folio() {
    let cores = rayon::current_num_threads();
    println!("\nall paths, one folio, races free; on {cores} cores, each of {ROUNDS} rounds");
    println!("joint paths         runs  seconds  joint paths/s a core  runs/s a core");
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let plan = Plan::new(&PATCH, Bounds::default(), &mmdiff::explore::PATHS);
        let count = Count::default();
        plan.run(&|i| !plan.units[i].is_any_length(), &count);
        let seconds = start.elapsed().as_secs_f64();
        let (paths, runs) = (count.paths.into_inner(), count.runs.into_inner());
        let rate = |what: u64| what as f64 / seconds / cores as f64 / 1e6;
        println!("{paths:11} {runs:12} {seconds:8.3} {:>20.1}M {:>13.2}M", rate(paths), rate(runs));
    }
}

/// Prints the table of the manual's measurements.
fn strategies() {
    let mut all = ours();
    let (paths, decisions) = (all.runs, all.decisions.len());
    let strategies: [(&str, &dyn Fn() -> Walk); 4] = [
        ("mmdiff explore", &ours),
        ("bolero, exhaustive", &bolero),
        ("proptest, as many", &|| proptest(usize::MAX, paths)),
        ("proptest, until all", &|| proptest(decisions, paths * CHANCES)),
    ];
    println!("\n{PATH}, one folio, races free; on one core, the median of {ROUNDS} rounds");
    println!("strategy                     runs  runs/s  decisions seen  seconds");
    for (name, run) in strategies {
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                all = run();
                all.time
            })
            .collect();
        times.sort_unstable();
        let seconds = times[ROUNDS / 2].as_secs_f64();
        let rate = all.runs as f64 / seconds / 1e6;
        let seen = all.decisions.len();
        println!(
            "{name:20} {:>12} {rate:>6.2}M {seen:>6} of {decisions:<5} {seconds:>8.3}",
            all.runs
        );
    }
}
