// SPDX-License-Identifier: GPL-2.0-only
//! The port is not slower than the C that it ports: the same scenarios through both, in the same
//! simulated world. `cargo bench --bench conform`; it prints the ratio of the medians, and fails if one
//! is above 1.

use divan::counter::ItemsCount;
use mmdiff::conform::{REVISIONS, loaded};
use mmdiff::run::{Run, Tree};
use mmdiff::scenario::{Path, Scenario, generate};
use mmdiff_kernel::Compiled;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// So many scenarios of a path.
const SCENARIOS: u64 = 1000;
/// How often both sides are timed for the ratio, in turns.
const ROUNDS: usize = 31;

fn object() -> Option<&'static Arc<Compiled>> {
    static OBJECT: OnceLock<Option<Arc<Compiled>>> = OnceLock::new();
    let compile = || {
        let tree =
            mmdiff_kernel::Tree::find(None).inspect_err(|error| eprintln!("{error}")).ok()?;
        Some(Arc::new(Compiled::of(REVISIONS[0].revision, &tree, &[]).expect("the C compiles")))
    };
    OBJECT.get_or_init(compile).as_ref()
}

fn scenarios(path: Path) -> Vec<Scenario> {
    (0..SCENARIOS).map(|case| generate::scenario(1, path, case)).collect()
}

/// Runs scenarios on one side.
fn run(run: &mut Run, scenarios: &[Scenario]) {
    for scenario in scenarios {
        run.begin(scenario);
        (0..scenario.steps()).for_each(|_| run.step(scenario));
    }
    divan::black_box(&run.trace);
}

fn bench(bencher: divan::Bencher<'_, '_>, tree: &'static Tree, path: Path) {
    let Some(object) = object() else { return };
    let scenarios = scenarios(path);
    let mut side = Run::new(tree);
    let bencher = bencher.counter(ItemsCount::new(SCENARIOS));
    loaded(std::slice::from_ref(object), || bencher.bench_local(|| run(&mut side, &scenarios)));
}

#[divan::bench(args = Path::ALL)]
fn port(bencher: divan::Bencher<'_, '_>, path: Path) {
    bench(bencher, &REVISIONS[0].left.side.tree, path);
}

#[divan::bench(args = Path::ALL)]
fn c(bencher: divan::Bencher<'_, '_>, path: Path) {
    bench(bencher, &REVISIONS[0].right.side.tree, path);
}

/// The medians of both sides, timed in turns.
fn medians(path: Path, object: &Arc<Compiled>) -> [Duration; 2] {
    let scenarios = scenarios(path);
    let pair = &REVISIONS[0];
    let mut sides = [Run::new(&pair.left.side.tree), Run::new(&pair.right.side.tree)];
    let mut times = [const { Vec::new() }; 2];
    loaded(std::slice::from_ref(object), || {
        for _ in 0..ROUNDS {
            for (side, times) in sides.iter_mut().zip(&mut times) {
                let start = Instant::now();
                run(side, &scenarios);
                times.push(start.elapsed());
            }
        }
    });
    times.map(|mut times| {
        times.sort_unstable();
        times[ROUNDS / 2]
    })
}

fn main() -> ExitCode {
    divan::main();
    let Some(object) = object() else { return ExitCode::SUCCESS };
    let mut is_slower = false;
    println!("\npath        port/C");
    for path in Path::ALL {
        let [port, c] = medians(path, object);
        let ratio = port.as_secs_f64() / c.as_secs_f64();
        is_slower |= ratio > 1.0;
        println!("{:<10}  {ratio:>6.2}", path.name());
    }
    if is_slower { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
