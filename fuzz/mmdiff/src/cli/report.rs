// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff report`.

use super::check::{Checked, Scope, ended};
use super::{Ended, Failure, output};
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
    let Checked { question, plan, pool, report } = options.scope.check()?;
    let page = pool.install(|| {
        let mut seeds = plan.corpus.clone();
        seeds.retain(|seed| plan.paths.contains(&seed.path));
        // Whoever has interrupted the check does not want to wait for as many scenarios again.
        let cases = if report.cut_off { 0 } else { plan.cases };
        let generated = reach::of_generated(&plan.paths, plan.seed, cases);
        let reach = Reach::merge(reach::of_corpus(&seeds), generated);
        let stats = Stats::new(&reach, &plan.paths, seeds.len() as u64, (cases, plan.seed));
        Page::new(&question, &plan.paths, &report, &stats).write()
    });
    output::write(&page.map_err(Failure)?, Some(&options.out))?;
    Ok(ended(&report))
}
