// SPDX-License-Identifier: GPL-2.0-only
//! The threads of a command that runs many scenarios, and what it says of its progress.

use super::Failure;
use super::progress::Progress;
use clap::Args;

/// The stack of a thread, in bytes: C nests as deep as its author likes.
const STACK: usize = 256 << 20;

/// How many threads a command uses.
#[derive(Args, Debug)]
pub(super) struct Workers {
    /// How many threads to use [default: one a core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Say how far it is every so many seconds, where there is no terminal for a bar; 0 says nothing
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    progress: u64,
}

impl Workers {
    /// The threads.
    pub(super) fn pool(&self) -> Result<rayon::ThreadPool, Failure> {
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build();
        pool.map_err(|error| Failure(format!("cannot start threads: {error}")))
    }

    /// Nothing done yet, of `total` of `what`.
    pub(super) fn progress(&self, total: u64, what: &'static str) -> Progress {
        Progress::new(total, what, self.progress)
    }
}
