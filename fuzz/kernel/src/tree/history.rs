// SPDX-License-Identifier: GPL-2.0-only
//! The commits of a git repository that touch what is judged.

use super::git::Git;
use super::source::FOLDERS;
use std::io;
use std::path::Path;

/// A commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// Its full name.
    pub name: String,
    /// The first line of its message.
    pub subject: String,
}

/// The commits of a range that touch the folders that are judged, the oldest first. Merges are left out: what
/// they bring stands in their commits.
///
/// # Errors
/// If git cannot be run, or has no such range.
pub fn commits(directory: &Path, range: &str) -> io::Result<Vec<Commit>> {
    if range.starts_with('-') {
        return Err(io::Error::other("a range does not begin with a dash"));
    }
    let form = ["log", "--reverse", "--no-merges", "--min-parents=1", "--format=%H%x00%s"];
    let listed = Git::of(directory)
        .told(form.into_iter().chain([range, "--"]).chain(FOLDERS.iter().copied()))?;
    let commits = listed.lines().filter_map(|line| {
        let (name, subject) = line.split_once('\0')?;
        Some(Commit { name: name.to_owned(), subject: subject.to_owned() })
    });
    Ok(commits.collect())
}
