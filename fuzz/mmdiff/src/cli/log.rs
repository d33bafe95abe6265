// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff log`: what each commit of a range of a git repository comes to.

use super::diff::{How, ended, reported};
use super::{Ended, Failure};
use crate::report::log::{Commit, Log, document, text};
use clap::Args;
use mmdiff_kernel::tree::history::commits;
use mmdiff_kernel::tree::whole::Whole;
use std::path::{Path, PathBuf};

/// `mmdiff log`
#[derive(Args, Debug)]
pub(super) struct Options {
    /// The commits, as git names a range: v7.2..v7.3, or HEAD~3..
    #[arg(value_name = "RANGE")]
    range: String,
    /// The git repository, bare or with a work tree
    #[arg(long, value_name = "DIR", default_value = ".")]
    tree: PathBuf,
    /// Stop at the first commit that changes what is done
    #[arg(long)]
    first: bool,
    #[command(flatten)]
    how: How,
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    let named = format!("{}: {}", options.tree.display(), options.range);
    let all = commits(&options.tree, &options.range)
        .map_err(|error| Failure(format!("{named}: {error}")))?;
    let mut log = Log { range: options.range.clone(), commits: Vec::new(), left: 0 };
    let (mut worst, mut done) = (Ended::Intended, 0);
    for commit in &all {
        done += 1;
        let (judged, end) = judged(&options.tree, commit, &options.how)?;
        let is_first = options.first && matches!(end, Ended::Beyond);
        worst = worst.max(end);
        log.commits.push(judged);
        if is_first {
            break;
        }
    }
    log.left = all.len() - done;
    options.how.output.write(&document(&log), |_, out| text(&log, out))?;
    Ok(worst)
}

/// What one commit comes to, against its first parent.
fn judged(
    directory: &Path,
    commit: &mmdiff_kernel::tree::history::Commit,
    how: &How,
) -> Result<(Commit, Ended), Failure> {
    let names = [format!("{}^", commit.name), commit.name.clone()];
    let places = names.each_ref().map(|name| format!("{}@{name}", directory.display()));
    let [old, new] = places.each_ref().map(|place| Whole::read(Path::new(place)));
    let (old, new) = (old.map_err(Failure::new)?, new.map_err(Failure::new)?);
    let report = reported([&old, &new], places, how)?;
    Ok((Commit::new(&commit.name, &commit.subject, &report), ended(&report)))
}
