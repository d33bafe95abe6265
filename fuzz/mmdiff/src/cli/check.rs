// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff check`.

use super::output::{self, Output};
use super::workers::Workers;
use super::{Ended, Failure, Sides, committed_corpus, explore, interrupt, path};
use crate::accept;
use crate::check::{self, Plan};
use crate::corpus;
use crate::explore::Bounds;
use crate::oracle::Question;
use crate::report::Report;
use crate::scenario::Path;
use clap::Args;
use std::path::PathBuf;

/// How many scenarios are generated for each path unless told otherwise.
const CASES: u64 = 200_000;
/// The most that can be asked for.
pub(super) const MAX_CASES: u64 = 1_000_000_000_000;

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    scope: Scope,
    /// Show everything: examples, invariants, the survey of mappings, and what is left out
    #[arg(long, short)]
    verbose: bool,
    /// Write what was found and nothing explains into a new file, as a first draft of expectations
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// What is compared, and over which scenarios.
#[derive(Args, Debug)]
pub(super) struct Scope {
    #[command(flatten)]
    sides: Sides,
    /// Which path to compare; can be given several times [default: all]
    #[arg(long = "path", value_name = "PATH", value_parser = path)]
    paths: Vec<Path>,
    /// How many scenarios to generate for each path
    #[arg(long, default_value_t = CASES, value_parser = clap::value_parser!(u64).range(..=MAX_CASES))]
    cases: u64,
    /// What to generate them from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many page frames and folios to enumerate all answers over listed values for; 0 for none
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(..=16))]
    folios: u8,
    /// Where the corpus is
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    #[command(flatten)]
    pub(super) workers: Workers,
}

impl Default for Options {
    fn default() -> Self {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            options: Options,
        }
        <Only as clap::Parser>::parse_from(["mmdiff"]).options
    }
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    if let Some(file) = &options.accept {
        if file.exists() {
            return Err(Failure(format!("{} is there already", file.display())));
        }
        output::check_writable(file)?;
    }
    let Checked { mut report, .. } = options.scope.check()?;
    report.verbose = options.verbose;
    options.output.write(&report)?;
    if let Some(file) = &options.accept {
        output::write_file(file, accept::draft(&report).as_bytes())?;
    }
    Ok(ended(&report))
}

/// What a command ends with that reports this.
pub(super) fn ended(report: &Report) -> Ended {
    match report.verdict {
        "cut-off" => Ended::CutOff,
        _ => Ended::from(report.passes()),
    }
}

/// What was compared, and what came of it.
pub(super) struct Checked {
    pub(super) question: Question,
    pub(super) plan: Plan,
    pub(super) pool: rayon::ThreadPool,
    pub(super) report: Report,
}

impl Scope {
    pub(super) fn check(&self) -> Result<Checked, Failure> {
        let question = self.sides.question()?;
        let plan = Plan {
            paths: wanted(&self.paths),
            cases: self.cases,
            seed: self.seed,
            corpus: read_corpus(self.corpus.as_deref())?,
        };
        let pool = self.workers.pool()?;
        interrupt::catch();
        let seeds =
            plan.corpus.iter().filter(|seed| plan.paths.contains(&seed.path)).count() as u64;
        let bar = self.workers.progress(seeds + plan.paths.len() as u64 * plan.cases, "scenarios");
        let progress = |done| bar.inc(done);
        let tally =
            pool.install(|| check::run_until(&question, &plan, &progress, &interrupt::asked));
        bar.finish_and_clear();

        let bounds = Bounds { folios: self.folios, ..Bounds::default() };
        let explored = match self.folios {
            0 => None,
            _ => Some(explore::complete(&question, bounds, &plan.paths, &self.workers)?),
        };

        let report = Report::new(&question, &plan, &tally, explored.as_ref());
        Ok(Checked { question, plan, pool, report })
    }
}

/// The paths that were asked for, each once and in the order of the report; all, if none was.
pub(super) fn wanted(paths: &[Path]) -> Vec<Path> {
    Path::ALL.into_iter().filter(|path| paths.is_empty() || paths.contains(path)).collect()
}

/// The corpus of the given folder, or the committed one. It must not be empty.
pub(super) fn read_corpus(folder: Option<&std::path::Path>) -> Result<Vec<corpus::Seed>, Failure> {
    let folder = folder.map(PathBuf::from).or_else(committed_corpus);
    let folder = folder.ok_or_else(|| Failure("no corpus here: say where with --corpus".into()))?;
    let seeds = corpus::read(&folder).map_err(Failure::new)?;
    if seeds.is_empty() {
        let folder = folder.display();
        return Err(Failure(format!(
            "{folder} holds no seeds: a corpus has a folder for each target, such as {folder}/flags"
        )));
    }
    Ok(seeds)
}
