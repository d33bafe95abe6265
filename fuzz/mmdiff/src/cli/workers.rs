// SPDX-License-Identifier: GPL-2.0-only
//! The threads of a command that runs many scenarios, and its progress bar.

use super::Failure;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// How many threads a command uses.
#[derive(Args, Debug)]
pub(super) struct Workers {
    /// How many threads to use [default: one a core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Workers {
    /// The threads.
    pub(super) fn pool(&self) -> Result<rayon::ThreadPool, Failure> {
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|error| Failure(format!("cannot start threads: {error}")))
    }
}

/// A bar on standard error, if that is a terminal, for `total` of `what`.
pub(super) fn progress_bar(total: u64, what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template =
        format!("{{bar:40}} {{percent:>3}}%  {{human_pos}} of {{human_len}} {what}, {{eta}} left");
    let style = ProgressStyle::with_template(&template);
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
