// SPDX-License-Identifier: GPL-2.0-only
//! Which lines and branches of the kernel's C the runs reached, as gcov counts them.

use crate::{Compiled, Program, left_out};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::process::Command;

/// The flags with which a tree is compiled for its coverage to be counted.
///
/// gcov counts some arcs and derives the others by subtraction, so threads may not lose each other's
/// counts.
pub const FLAGS: &[&str] = &["--coverage", "-fprofile-update=atomic", "-O0"];

/// What was reached.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By file.
    pub files: BTreeMap<String, FileCoverage>,
    /// What was not.
    pub missed: Vec<Missed>,
}

/// A line that was not run, or of which a branch was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missed {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The line was run, and a branch not taken.
    pub is_branch: bool,
    /// The function that it stands in.
    pub function: String,
    /// Why it cannot be reached; `None` if it can.
    pub why: Option<&'static str>,
}

/// What was reached of the pieces that were cut out of a file.
#[derive(Clone, Debug, Default)]
pub struct FileCoverage {
    /// How often each line with code was run.
    pub lines: BTreeMap<usize, u64>,
    /// How often each branch of a line was taken.
    pub branches: BTreeMap<(usize, usize), u64>,
}

/// So many of so many.
fn reached(counts: impl Iterator<Item = u64> + Clone) -> (usize, usize) {
    (counts.clone().filter(|&count| count > 0).count(), counts.count())
}

impl FileCoverage {
    /// How many lines of how many were run.
    pub fn lines_reached(&self) -> (usize, usize) {
        reached(self.lines.values().copied())
    }

    /// How many branches of how many were taken.
    pub fn branches_reached(&self) -> (usize, usize) {
        reached(self.branches.values().copied())
    }

    /// The lines that were not run.
    pub fn lines_missed(&self) -> impl Iterator<Item = usize> + '_ {
        self.lines.iter().filter(|(_, count)| **count == 0).map(|(line, _)| *line)
    }

    /// The lines that were run and of which a branch was not taken.
    pub fn branches_missed(&self) -> Vec<usize> {
        let missed = self.branches.iter().filter(|(_, count)| **count == 0);
        let mut lines: Vec<usize> = missed
            .map(|((line, _), _)| *line)
            .filter(|line| self.lines.get(line).is_some_and(|count| *count > 0))
            .collect();
        lines.dedup();
        lines
    }
}

impl Coverage {
    /// What the runs of `compiled`, which was compiled with [`FLAGS`], have reached. The counters are
    /// written when the object is unloaded, so it is given up.
    ///
    /// # Errors
    /// If there is no gcov, or it cannot read what was written.
    pub fn of(compiled: Compiled) -> io::Result<Coverage> {
        let (place, program) = compiled.unload();
        let mut coverage = Coverage::default();
        // gcov counts the lines of files that it can open.
        for (file, text) in program.sources() {
            let path = place.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a file is in a directory"))?;
            std::fs::write(path, text)?;
        }
        let mut notes = Vec::new();
        for entry in std::fs::read_dir(place.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "gcda") {
                notes.push(path);
            }
        }
        for note in notes {
            let output = Command::new("gcov")
                .current_dir(place.path())
                .env("LC_ALL", "C")
                .args(["--branch-counts", "--branch-probabilities", "--stdout"])
                .arg(note)
                .output()?;
            if !output.status.success() {
                return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
            }
            coverage.read(&String::from_utf8_lossy(&output.stdout));
        }
        coverage.files.retain(|file, _| program.has_file(file));
        coverage.find_missed(&program);
        Ok(coverage)
    }

    fn find_missed(&mut self, program: &Program) {
        for (file, of) in &self.files {
            let lines = of.lines_missed().map(|line| (line, false));
            let branches = of.branches_missed().into_iter().map(|line| (line, true));
            let mut all: Vec<(usize, bool)> = lines.chain(branches).collect();
            all.sort_unstable();
            for (line, is_branch) in all {
                let (function, why) = match program.function_at(file, line) {
                    Some((name, piece)) => (name, left_out::why(piece, name, line, is_branch)),
                    None => ("", None),
                };
                let (file, function) = (file.clone(), function.to_owned());
                self.missed.push(Missed { file, line, is_branch, function, why });
            }
        }
    }

    /// Adds what gcov says: `count:line:text`, and under it the branches of the line.
    fn read(&mut self, text: &str) {
        let mut file = String::new();
        let mut line = 0;
        let mut branch = 0;
        for row in text.lines() {
            if let Some(told) = row.strip_prefix("branch ") {
                let taken = told.split("taken ").nth(1).and_then(|told| told.split(' ').next());
                let taken = taken.and_then(|count| count.parse().ok()).unwrap_or(0);
                let of = self.files.entry(file.clone()).or_default();
                *of.branches.entry((line, branch)).or_default() += taken;
                branch += 1;
                continue;
            }
            let mut fields = row.splitn(3, ':');
            let (Some(count), Some(number), Some(rest)) =
                (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            if let Some(source) = rest.strip_prefix("Source:") {
                file = source.to_owned();
            }
            let Ok(number) = number.trim().parse::<usize>() else { continue };
            (line, branch) = (number, 0);
            let count = count.trim().trim_end_matches('*');
            let count = match count {
                "#####" | "=====" => 0,
                _ => match count.parse() {
                    Ok(count) => count,
                    Err(_) => continue,
                },
            };
            *self.files.entry(file.clone()).or_default().lines.entry(line).or_default() += count;
        }
    }

    /// A table, and the lines that were missed.
    pub fn show(&self) -> String {
        let mut text = String::new();
        for (file, of) in &self.files {
            let ((lines, all_lines), (branches, all_branches)) =
                (of.lines_reached(), of.branches_reached());
            let _ = writeln!(
                text,
                "{file}: {lines} of {all_lines} lines, {branches} of {all_branches} branches"
            );
        }
        for Missed { file, line, is_branch, function, why } in &self.missed {
            let what = if *is_branch { "a branch is not taken" } else { "not reached" };
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            let _ = writeln!(text, "{file}:{line}: in {function}: {what}{why}");
        }
        text
    }
}
