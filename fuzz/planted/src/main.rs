// SPDX-License-Identifier: GPL-2.0-only
//! How soon mistakes are found by what samples: the measure of `mmdiff check`'s default sample and
//! of the fuzz targets.
//!
//! ```text
//! cargo run --release --manifest-path fuzz/planted/Cargo.toml -- [SECONDS [ONE-OF]]
//! ```
//!
//! builds the fuzz targets on the port with mistakes in it (as `cargo +nightly fuzz build -O -s none`
//! does), and takes every mistake by hand that a run of the tree after the patch comes by, and of the
//! operators' one of so many. It prints a row for each: which scenario of `check`'s default sample
//! shows it first, and after how many seconds its fuzz target does, from an empty corpus and from the
//! committed one; at most SECONDS each. The mistake is in the tree after the patch, so the question
//! is that of `check` and of the fuzz targets. A fuzz target starts in some hundredths of a second,
//! which count.

use mmcore::MISTAKES;
use mmdiff_judge::fuzz::findings;
use mmdiff_judge::oracle::{Intent, Judge, Question};
use mmdiff_world::run::Tree;
use mmdiff_world::scenario::{Path, Scenario, generate};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path as FsPath, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

/// How many scenarios of each path `mmdiff check` generates, and out of what.
const CASES: u64 = 200_000;
const SEED: u64 = 1;

/// How many scenarios of each path are run to learn which mistakes it comes by.
const VISITS: u64 = 20_000;

fn main() {
    let mut arguments =
        env::args().skip(1).map(|it| it.parse().expect("SECONDS [ONE-OF]: numbers"));
    let seconds = arguments.next().unwrap_or(20);
    let one_of = arguments.next().unwrap_or(40);
    let root =
        fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).expect("it is there");
    let bench = Bench { targets: build(&root), corpus: root.join("corpus"), seconds };
    // A mistake may panic, and is found then.
    std::panic::set_hook(Box::new(|_| {}));
    let visited: Vec<(Path, HashSet<u16>)> = Path::ALL
        .into_iter()
        .map(|path| {
            let mut judge = judge();
            let case = |case| generate::scenario(SEED, path, case);
            let run = || (0..VISITS).for_each(|it| _ = shows(&mut judge, &case(it)));
            (path, mmcore::visits_in_runs(run).into_iter().collect())
        })
        .collect();
    println!("| mistake | check's sample | fuzz target | empty corpus | committed |");
    println!("|---|--:|---|--:|--:|");
    let mut operators = 0;
    for mistake in MISTAKES {
        let comes_by = visited.iter().filter(|(_, sites)| sites.contains(&mistake.site));
        let paths: Vec<Path> = comes_by.map(|(path, _)| *path).collect();
        let is_by_hand = mistake.name.contains("/by hand/");
        if paths.is_empty() {
            if is_by_hand {
                println!("| {} | not in the tree after the patch | | | |", mistake.name);
            }
            continue;
        }
        operators += u64::from(!is_by_hand);
        if is_by_hand || operators.is_multiple_of(one_of) {
            bench.row(mistake.name, &paths);
        }
    }
}

struct Bench {
    /// Where the fuzz targets are.
    targets: PathBuf,
    corpus: PathBuf,
    seconds: u64,
}

impl Bench {
    fn row(&self, name: &str, paths: &[Path]) {
        mmcore::choose_in_runs(name);
        let sample = first_case(paths).map_or("-".into(), |(path, case)| format!("{path} {case}"));
        let (mut target, mut empty) = (paths[0], None);
        for &path in paths {
            empty = self.fuzz(name, path, false);
            if empty.is_some() {
                target = path;
                break;
            }
        }
        let committed = self.fuzz(name, target, true);
        let show = |time: Option<Duration>| {
            time.map_or("-".into(), |it| format!("{:.2} s", it.as_secs_f64()))
        };
        println!(
            "| {name} | {sample} | {} | {} | {} |",
            target.target(),
            show(empty),
            show(committed)
        );
    }

    /// How long a fuzz target takes to find the mistake, if it does.
    fn fuzz(&self, mistake: &str, path: Path, committed: bool) -> Option<Duration> {
        let folder = env::temp_dir().join(format!("planted-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for what is found");
        let mut command = Command::new(self.targets.join(path.target()));
        command.env("PLANTED", mistake).stdout(Stdio::null()).stderr(Stdio::null());
        command.arg(format!("-max_total_time={}", self.seconds)).arg("-seed=1");
        command.arg(format!("-artifact_prefix={}/", folder.display())).arg(&folder);
        if committed {
            command.arg(self.corpus.join(path.target()));
        }
        let began = Instant::now();
        let status = command.status().expect("the fuzz target was built");
        let took = began.elapsed();
        fs::remove_dir_all(&folder).expect("it can be removed");
        (!status.success()).then_some(took)
    }
}

/// Builds the fuzz targets, and returns where they are.
fn build(root: &FsPath) -> PathBuf {
    let folder = root.join("fuzz/planted/target/fuzz");
    let mut cargo = Command::new("cargo");
    cargo.args(["+nightly", "fuzz", "build", "-O", "-s", "none", "--fuzz-dir"]);
    cargo.arg(root.join("fuzz/planted/fuzz")).arg("--target-dir").arg(&folder);
    // This program's own toolchain is another.
    cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").env_remove("RUSTC");
    assert!(cargo.status().is_ok_and(|it| it.success()), "the fuzz targets are not built");
    let machines = fs::read_dir(&folder).expect("it was built").flatten().map(|it| it.path());
    let mut targets =
        machines.map(|machine| machine.join("release")).filter(|it| it.join("flags").is_file());
    targets.next().expect("the targets are there")
}

fn judge() -> Judge {
    let [pre, post] = ["pre-fix", "post-fix"].map(|name| Tree::named(name).expect("a revision"));
    Judge::new(&Question { pre, post, intent: Intent::DEFAULT })
}

/// Whether a scenario shows the mistake that is made now.
fn shows(judge: &mut Judge, scenario: &Scenario) -> bool {
    let judged = catch_unwind(AssertUnwindSafe(|| !findings(judge.judge(scenario)).is_empty()));
    judged.unwrap_or(true)
}

/// The first scenario of the default sample that shows the mistake.
fn first_case(paths: &[Path]) -> Option<(Path, u64)> {
    let mut judge = judge();
    let mut cases = (0..CASES).flat_map(|case| paths.iter().map(move |&path| (path, case)));
    cases.find(|&(path, case)| shows(&mut judge, &generate::scenario(SEED, path, case)))
}
