// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff report`.

use super::check::{Checked, Scope, ended};
use super::{Ended, Failure, interrupt, output};
use crate::page::Page;
use crate::reach::{self, Reach};
use crate::report::reach::Stats;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    scope: Scope,
    /// Write the page to this file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Ends as `check` does.
pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    output::check_writable(&options.out)?;
    let checked = options.scope.check()?;
    let stats = checked.pool.install(|| stats(&checked, &options.scope));
    let Checked { question, plan, report, pool } = &checked;
    let page = pool.install(|| Page::new(question, &plan.paths, report, &stats).write());
    output::write(&page.map_err(Failure)?, Some(&options.out))?;
    match ended(report) {
        Ended::Intended if stats.cut_off => Ok(Ended::CutOff),
        ended => Ok(ended),
    }
}

/// What the scenarios of a check reached.
fn stats(Checked { plan, report, .. }: &Checked, scope: &Scope) -> Stats {
    let mut seeds = plan.corpus.clone();
    seeds.retain(|seed| plan.paths.contains(&seed.path));
    // Whoever has interrupted the check does not want to wait for as many scenarios again.
    let cases = if report.cut_off { 0 } else { plan.cases };
    let bar = scope.workers.progress(plan.paths.len() as u64 * cases, "scenarios looked at");
    let progress = |done| bar.inc(done);
    let stop = &interrupt::asked;
    let (generated, cut_off) =
        reach::of_generated_until(&plan.paths, plan.seed, cases, &progress, stop);
    bar.finish_and_clear();
    let reach = Reach::merge(reach::of_corpus(&seeds), generated);
    let mut stats = Stats::new(&reach, &plan.paths, seeds.len() as u64, (cases, plan.seed));
    stats.cut_off = cut_off || report.cut_off;
    stats
}
