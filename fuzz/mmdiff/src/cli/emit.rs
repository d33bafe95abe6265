// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff explore --emit-corpus`: the enumeration writes a corpus, a seed for each decision that the
//! simulated kernel can be brought to.

use super::corpus::write_missing;
use super::progress::Progress;
use super::workers::Workers;
use super::{Failure, interrupt, output};
use crate::corpus::migrate::{VERSION_FILE, version_line};
use crate::emit::{Reached, Wanted, Watch, decisions, search};
use crate::explore::results::Results;
use crate::oracle::Intent;
use crate::report::explore::command;
use crate::scenario::Path as Target;
use rayon::prelude::*;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Fails if [`emit`] is bound to, for want of a folder: before the work, not after it.
pub(super) fn check(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure(format!("cannot create {}: {error}", folder.display())))?;
    crate::corpus::check_version(folder).map_err(Failure::new)?;
    output::check_writable(&folder.join(VERSION_FILE))
}

/// Looks for a seed for each decision, writes what is found, and says so on standard error: how many
/// there are, and a decision that was not reached. Ctrl-C ends the search, and what it has is written.
/// Returns whether the search came to its end.
pub(super) fn emit(results: &Results, folder: &Path, workers: &Workers) -> Result<bool, Failure> {
    let sides = results.sides(Intent::DEFAULT).map_err(Failure)?;
    let pool = workers.pool()?;
    let (tallies, bounds) = (&results.tallies, results.bounds);
    let of = |(&path, tally)| (path, decisions(&sides, bounds, path, tally));
    let wanted: Vec<(Target, Wanted)> = pool.install(|| tallies.par_iter().map(of).collect());
    let all = wanted.iter().map(|(_, wanted)| wanted.len() as u64).sum();
    let watcher = Watcher(workers.progress(all, "decisions"));
    let search = |(path, wanted): &(Target, Wanted)| search(&sides, *path, wanted, &watcher);
    let reached: Vec<Reached> = pool.install(|| wanted.par_iter().map(search).collect());
    watcher.0.finish_and_clear();
    let written = write(folder, &reached)?;
    let mut said = String::new();
    for ((path, wanted), Reached { seeds, missing, tried, .. }) in wanted.iter().zip(&reached) {
        let (seeds, wanted) = (seeds.len(), wanted.len());
        let _ = writeln!(
            said,
            "{path}: seeds for {seeds} of {wanted} decisions, after {tried} scenarios"
        );
        if let Some(target) = missing.first() {
            let _ = writeln!(said, "  not reached: {}", command(results, *path, &target.choices));
        }
    }
    let _ = writeln!(said, "{}: {written} files written", folder.display());
    let stopped = reached.iter().any(|reached| reached.stopped);
    if stopped {
        said.push_str("the search was interrupted\n");
    }
    // Whether anybody reads it is no matter.
    let _ = io::stderr().write_all(said.as_bytes());
    Ok(!stopped)
}

/// Writes the seeds that are not there, and says how many.
fn write(folder: &Path, reached: &[Reached]) -> Result<usize, Failure> {
    let seeds = reached.iter().flat_map(|reached| &reached.seeds);
    let mut files: Vec<(PathBuf, Vec<u8>)> = seeds
        .map(|seed| (folder.join(seed.path.target()).join(&seed.name), seed.bytes.clone()))
        .collect();
    files.push((folder.join(VERSION_FILE), version_line()));
    write_missing(&files)
}

struct Watcher(Progress);

impl Watch for Watcher {
    fn reached(&self) {
        self.0.inc(1);
    }

    fn stop(&self) -> bool {
        interrupt::asked()
    }
}
