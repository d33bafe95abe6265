// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff corpus stats`.

use super::check;
use super::output::PlainOutput;
use super::workers::Workers;
use super::{Ended, Failure, interrupt, path};
use crate::reach::{self, Reach};
use crate::report::reach::{Stats, write_text};
use crate::scenario::Path;
use clap::Args;
use std::path::PathBuf;

/// The most scenarios that can be asked for.
const MAX_CASES: u64 = 1_000_000_000_000;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The corpus [default: corpus/ here or in the sources; none with --cases]
    folder: Option<PathBuf>,
    /// Which path to look at; can be given several times [default: all]
    #[arg(long = "path", value_name = "PATH", value_parser = path)]
    paths: Vec<Path>,
    /// How many scenarios to generate for each path
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MAX_CASES))]
    cases: u64,
    /// What to generate them from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// List what was reached too, and what cannot be
    #[arg(long)]
    all: bool,
    /// End with 1 if anything was not reached
    #[arg(long)]
    require_all: bool,
    #[command(flatten)]
    workers: Workers,
    #[command(flatten)]
    output: PlainOutput,
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    let paths = check::wanted(&options.paths);
    let mut seeds = match (&options.folder, options.cases) {
        (None, 1..) => Vec::new(),
        (folder, _) => check::read_corpus(folder.as_deref())?,
    };
    seeds.retain(|seed| paths.contains(&seed.path));
    let pool = options.workers.pool()?;
    interrupt::catch();
    let bar = options.workers.progress(paths.len() as u64 * options.cases, "scenarios");
    let (reach, cut_off) = pool.install(|| {
        let (seed, cases, progress) = (options.seed, options.cases, |done| bar.inc(done));
        let (generated, cut_off) =
            reach::of_generated_until(&paths, seed, cases, &progress, &interrupt::asked);
        (Reach::merge(reach::of_corpus(&seeds), generated), cut_off)
    });
    bar.finish_and_clear();
    let generated = (options.cases, options.seed);
    let mut stats = Stats::new(&reach, &paths, seeds.len() as u64, generated);
    stats.cut_off = cut_off;
    options.output.write(&stats, |terminal, out| write_text(&stats, terminal, options.all, out))?;
    if cut_off && !stats.is_surprising() {
        return Ok(Ended::CutOff);
    }
    Ok(Ended::from(!stats.is_surprising() && (stats.complete || !options.require_all)))
}
