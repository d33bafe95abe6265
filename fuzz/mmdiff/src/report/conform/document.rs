// SPDX-License-Identifier: GPL-2.0-only
//! The report on conformance for a program: `mmdiff schema conform` describes it, by the types here.

use super::{Report, Revision};
use crate::explore::Bounds;
use crate::scenario::Path;
use mmdiff_kernel::coverage::{Coverage, Missed};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The schema of the JSON form.
pub const SCHEMA: &str = "mmdiff-conform/2";

/// What a comparison of the port with the kernel's C came to.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Document<'a> {
    /// Which document this is, and its version.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// `equal`, if no mismatch was found in what was run, or `different`.
    #[schemars(extend("enum" = ["equal", "different"]))]
    verdict: &'static str,
    /// Whether it was interrupted: the counts are those until then, and the paths not all that there are.
    cut_off: bool,
    /// Within them all paths over listed values were run, unless it was cut off.
    bounds: Bounds,
    /// What the scenarios and calls were generated from.
    seed: u64,
    /// By revision.
    revisions: Vec<OfRevision<'a>>,
    /// For each revision that no tree at hand is the tree of, how.
    not_held: &'a [String],
}

/// A revision.
#[derive(Debug, JsonSchema, Serialize)]
struct OfRevision<'a> {
    /// Its name.
    name: &'static str,
    /// Where the kernel tree is.
    tree: &'a str,
    /// The version of the tree: a tag, if the revision is made from it to the byte, or what its Makefile says.
    version: &'a str,
    /// The files that were changed to make the revision of the tree.
    changed: &'a [&'static str],
    /// The hash of each file that anything is cut out of, with the changes, as git abbreviates it.
    files: &'a BTreeMap<&'static str, String>,
    /// What of the tree cannot be run, and why.
    faults: &'a [String],
    /// The enumeration, by entry.
    complete: Vec<OfEntry<'a>>,
    /// The scenarios, by path.
    sampled: Vec<OfPath>,
    /// Calls of every function with arguments and answers by chance, if any were made.
    chance: Option<OfChance>,
    /// Mismatches, as text.
    mismatches: &'a [String],
    /// What of the C was reached, if it was measured.
    coverage: Option<Reached<'a>>,
}

/// An entry of the enumeration.
#[derive(Debug, JsonSchema, Serialize)]
struct OfEntry<'a> {
    /// Its name.
    name: &'static str,
    /// Paths that were run.
    paths: u64,
    /// Those on which the sides are not equal, by the function that is called.
    mismatches: &'a BTreeMap<&'static str, u64>,
    /// Those that call a function that cannot be run.
    not_judged: u64,
}

/// The scenarios of a path.
#[derive(Debug, JsonSchema, Serialize)]
struct OfPath {
    /// The path.
    path: Path,
    /// Scenarios that were run.
    scenarios: u64,
    /// Those on which the sides are not equal.
    mismatches: u64,
    /// Those that call a function that cannot be run.
    not_judged: u64,
}

/// Calls by chance.
#[derive(Debug, JsonSchema, Serialize)]
struct OfChance {
    /// Calls that were made.
    calls: u64,
    /// Those on which the sides are not equal.
    mismatches: u64,
}

/// What of the C was reached.
#[derive(Debug, JsonSchema, Serialize)]
struct Reached<'a> {
    /// By file.
    files: Vec<OfFile<'a>>,
    /// What was not.
    missed: Vec<OfLine<'a>>,
}

/// What of a file was reached.
#[derive(Debug, JsonSchema, Serialize)]
struct OfFile<'a> {
    /// The file.
    file: &'a str,
    /// Lines with code.
    lines: usize,
    /// Those that were run.
    lines_reached: usize,
    /// Branches.
    branches: usize,
    /// Those that were taken.
    branches_reached: usize,
}

/// A line that was not run, or of which a branch was not taken.
#[derive(Debug, JsonSchema, Serialize)]
struct OfLine<'a> {
    /// The file.
    file: &'a str,
    /// The line, counted from 1.
    line: usize,
    /// The function that it stands in.
    function: &'a str,
    /// The line was run, and a branch not taken.
    branch: bool,
    /// Why it cannot be reached, if that is known.
    why: Option<&'static str>,
}

impl Document<'_> {
    /// The document of a report.
    pub fn new(report: &Report) -> Document<'_> {
        Document {
            schema: SCHEMA,
            verdict: if report.is_equal() { "equal" } else { "different" },
            cut_off: report.cut_off,
            bounds: report.bounds,
            seed: report.seed,
            revisions: report.revisions.iter().map(of_revision).collect(),
            not_held: &report.not_held,
        }
    }
}

fn of_revision(revision: &Revision) -> OfRevision<'_> {
    let complete = revision.complete.iter().map(|of| OfEntry {
        name: of.name(),
        paths: of.paths,
        mismatches: &of.mismatches,
        not_judged: of.not_judged,
    });
    let sampled = revision.sampled.iter().map(|(path, of)| OfPath {
        path: *path,
        scenarios: of.cases,
        mismatches: of.mismatches,
        not_judged: of.not_judged,
    });
    let chance = revision.chance.as_ref();
    OfRevision {
        name: revision.name,
        tree: &revision.of.tree,
        version: &revision.of.version,
        changed: &revision.of.changed,
        files: &revision.of.files,
        faults: &revision.faults,
        complete: complete.collect(),
        sampled: sampled.collect(),
        chance: chance.map(|of| OfChance { calls: of.calls, mismatches: of.mismatches }),
        mismatches: &revision.shown,
        coverage: revision.coverage.as_ref().map(reached),
    }
}

fn reached(coverage: &Coverage) -> Reached<'_> {
    let files = coverage.files.iter().map(|(file, of)| {
        let (lines_reached, lines) = of.lines_reached();
        let (branches_reached, branches) = of.branches_reached();
        OfFile { file, lines, lines_reached, branches, branches_reached }
    });
    let missed = coverage.missed.iter().map(|Missed { file, line, is_branch, function, why }| {
        OfLine { file, line: *line, function, branch: *is_branch, why: *why }
    });
    Reached { files: files.collect(), missed: missed.collect() }
}
