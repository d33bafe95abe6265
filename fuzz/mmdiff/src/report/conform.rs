// SPDX-License-Identifier: GPL-2.0-only
//! The report on conformance. As JSON: [`document`].

pub mod document;

use super::{Style, number, right};
use crate::conform::Pair;
use crate::conform::complete::Complete;
use crate::conform::held::{Held, PORT};
use crate::conform::sampled::Sampled;
use crate::explore::{Bounds, LISTED_VALUES};
use crate::scenario::Path;
use comfy_table::Cell;
use mmdiff_kernel::coverage::{Coverage, Missed};
use mmdiff_kernel::judge::Chance;
use mmdiff_kernel::tree::FILES;
use mmdiff_kernel::{NotThatTree, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

/// What a comparison of the port with the kernel's C came to.
#[derive(Debug)]
pub struct Report {
    /// The bounds of the enumeration.
    pub bounds: Bounds,
    /// What the scenarios were generated from.
    pub seed: u64,
    /// Whether it was interrupted.
    pub cut_off: bool,
    /// The revisions.
    pub revisions: Vec<Revision>,
    /// For each revision that no tree at hand is the tree of, how.
    pub not_held: Vec<String>,
}

/// What a revision's C was made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Where the tree is.
    pub tree: String,
    /// Its version: the name of the one that the revision is made from to the byte, or what its Makefile
    /// says.
    pub version: String,
    /// Whether that is so, to the byte.
    pub is_exact: bool,
    /// The files that were changed, before anything was cut out of them.
    pub changed: Vec<&'static str>,
    /// How many edits were made in what was cut.
    pub edits: usize,
    /// The hash of each file that anything is cut out of, as git abbreviates it, with the changes.
    pub files: BTreeMap<&'static str, String>,
}

impl Origin {
    /// What `pair`'s C is made from, if that is `tree`.
    ///
    /// # Errors
    /// If it is not.
    pub fn of(pair: &Pair, tree: &Tree) -> Result<Origin, NotThatTree> {
        let made = pair.revision.make(tree)?;
        let cut = FILES.iter().filter(|file| **file != "Makefile");
        Ok(Origin {
            tree: tree.origin().display().to_string(),
            version: pair.revision.base.map_or_else(|| tree.version(), |base| base.name.into()),
            is_exact: pair.revision.base.is_some(),
            changed: pair.revision.changed().into_iter().map(|(file, _)| file).collect(),
            edits: (pair.revision.edits)().len(),
            files: cut.filter_map(|file| Some((*file, made.blob(file)?))).collect(),
        })
    }
}

/// What a revision's came to.
#[derive(Debug)]
pub struct Revision {
    /// Its name.
    pub name: &'static str,
    /// What its C was made from.
    pub of: Origin,
    /// What of the tree cannot be run, and why.
    pub faults: Vec<String>,
    /// The enumeration.
    pub complete: Vec<Complete>,
    /// The scenarios.
    pub sampled: Vec<(Path, Sampled)>,
    /// The calls by chance.
    pub chance: Option<Chance>,
    /// Mismatches, as text.
    pub shown: Vec<String>,
    /// What of the C was reached.
    pub coverage: Option<Coverage>,
}

impl Report {
    /// Whether no mismatch was found.
    pub fn is_equal(&self) -> bool {
        self.revisions.iter().all(|revision| revision.mismatches() == 0)
    }

    /// The functions that cannot be run, by revision.
    pub fn not_run(&self) -> impl Iterator<Item = String> {
        self.revisions.iter().flat_map(|revision| {
            let missing = revision.missing().into_iter();
            missing.map(move |function| format!("{function} of {}", revision.name))
        })
    }

    /// What there is to record of one of the revisions, on this day.
    pub fn held(&self, revision: &Revision, date: &str) -> Held {
        let Origin { version, changed, edits, files, .. } = &revision.of;
        Held {
            date: date.into(),
            port: PORT.into(),
            tree: version.clone(),
            changed: changed.iter().map(|&file| file.into()).collect(),
            edits: *edits,
            bounds: self.bounds.to_string(),
            paths: revision.complete.iter().map(Complete::judged).sum(),
            scenarios: revision.sampled.iter().map(|(_, all)| all.judged()).sum(),
            calls: revision.chance.iter().map(|chance| chance.calls).sum(),
            mismatches: revision.mismatches(),
            files: files.iter().map(|(&file, blob)| (file.into(), blob.clone())).collect(),
        }
    }

    fn sum(&self, of: impl Fn(&Revision) -> u64) -> u64 {
        self.revisions.iter().map(of).sum()
    }
}

impl Revision {
    fn mismatches(&self) -> u64 {
        let paths = self.complete.iter().flat_map(|complete| complete.mismatches.values());
        let scenarios = self.sampled.iter().map(|(_, sampled)| &sampled.mismatches);
        let calls = self.chance.iter().map(|chance| &chance.mismatches);
        paths.chain(scenarios).chain(calls).sum()
    }

    fn missing(&self) -> BTreeSet<&'static str> {
        let paths = self.complete.iter().flat_map(|complete| &complete.missing);
        let scenarios = self.sampled.iter().flat_map(|(_, sampled)| &sampled.missing);
        paths.chain(scenarios).copied().collect()
    }
}

/// The report for a person, `width` columns wide.
///
/// # Errors
/// Those of the writer.
pub fn text(report: &Report, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let style = Style { width, styled };
    let mut trees: Vec<String> = Vec::new();
    for Revision { of, .. } in &report.revisions {
        let tree = format!("{} ({})", of.tree, of.version);
        if !trees.contains(&tree) {
            trees.push(tree);
        }
    }
    writeln!(out, "The port and the kernel's own C, of {}\n", trees.join(" and "))?;
    let paths = report.sum(|of| of.complete.iter().map(Complete::judged).sum());
    let scenarios = report.sum(|of| of.sampled.iter().map(|(_, all)| all.judged()).sum());
    let calls = report.sum(|of| of.chance.iter().map(|chance| chance.calls).sum());
    let counts = [(paths, "paths"), (scenarios, "scenarios"), (calls, "calls by chance")];
    let run = counts.iter().filter(|(count, _)| *count > 0);
    let all = run.map(|(count, what)| format!("{} {what}", number(*count))).collect::<Vec<_>>();
    let all = all.join(", ");
    match report.sum(Revision::mismatches) {
        0 if all.is_empty() => writeln!(out, "NOTHING WAS RUN.")?,
        0 => writeln!(out, "NO MISMATCH on {all}.")?,
        some => writeln!(out, "DIFFERENT: {} mismatches on {all}.", number(some))?,
    }
    match report.cut_off {
        false => writeln!(
            out,
            "The paths are all that there are OVER LISTED VALUES, within: {}.\n{LISTED_VALUES}",
            report.bounds
        )?,
        true => writeln!(out, "It was INTERRUPTED: the paths are not all that there are.")?,
    }
    for revision in &report.revisions {
        writeln!(out, "\n{}", table(revision, style))?;
        write_origin(revision, out)?;
        write_functions(revision, out)?;
        for fault in &revision.faults {
            writeln!(out, "  not judged: {fault}")?;
        }
    }
    for why in &report.not_held {
        writeln!(out, "\nnot run: {why}")?;
    }
    for revision in &report.revisions {
        for shown in &revision.shown {
            writeln!(out, "\nMISMATCH in {}: {shown}", revision.name)?;
        }
    }
    for revision in &report.revisions {
        if let Some(coverage) = &revision.coverage {
            writeln!(out, "\nReached of the C of {}", revision.name)?;
            write_coverage(coverage, style, out)?;
        }
    }
    Ok(())
}

fn table(revision: &Revision, style: Style) -> comfy_table::Table {
    let header = [revision.name, "paths", "mismatches", "scenarios", "mismatches"];
    let mut table = style.table(&header);
    let nothing = || Cell::new("-").set_alignment(comfy_table::CellAlignment::Right);
    let mut sampled: BTreeMap<&str, &Sampled> =
        revision.sampled.iter().map(|(path, sampled)| (path.name(), sampled)).collect();
    let cells = |judged: u64, mismatches: u64| match judged {
        0 => [nothing(), nothing()],
        _ => [right(judged), right(mismatches)],
    };
    let mut row = |name: &str, complete: Option<&Complete>, sampled: Option<&Sampled>| {
        let [paths, apart] = complete
            .map_or_else(|| cells(0, 0), |all| cells(all.judged(), all.mismatches.values().sum()));
        let [cases, differ] =
            sampled.map_or_else(|| cells(0, 0), |all| cells(all.judged(), all.mismatches));
        table.add_row(vec![Cell::new(name), paths, apart, cases, differ]);
    };
    for complete in &revision.complete {
        row(complete.name(), Some(complete), sampled.remove(complete.name()));
    }
    for (name, sampled) in sampled {
        row(name, None, Some(sampled));
    }
    if let Some(chance) = &revision.chance {
        let name = Cell::new("calls by chance");
        let [calls, apart] = cells(chance.calls, chance.mismatches);
        table.add_row(vec![name, nothing(), nothing(), calls, apart]);
    }
    table
}

/// Which texts were compiled, if they are known to the byte.
fn write_origin(Revision { name, of, .. }: &Revision, out: &mut dyn Write) -> fmt::Result {
    if !of.is_exact {
        return Ok(());
    }
    let files = |changed: bool| {
        let of_kind = of.files.iter().filter(|(file, _)| of.changed.contains(file) == changed);
        of_kind.map(|(file, blob)| format!("{file} {blob}")).collect::<Vec<_>>().join(", ")
    };
    writeln!(out, "  {name} is {} to the byte, with changes in {}", of.version, files(true))?;
    writeln!(out, "    and as they are {}", files(false))
}

/// What was not judged, and which functions the sides are not equal in.
fn write_functions(revision: &Revision, out: &mut dyn Write) -> fmt::Result {
    for complete in &revision.complete {
        if complete.not_judged > 0 {
            let (name, paths) = (complete.name(), number(complete.not_judged));
            writeln!(
                out,
                "  not judged: {paths} paths of {name}, for a function that cannot be run"
            )?;
        }
    }
    for (path, sampled) in &revision.sampled {
        if sampled.not_judged > 0 {
            let (name, cases) = (path.name(), number(sampled.not_judged));
            writeln!(out, "  not judged: {cases} scenarios of {name}, for the same reason")?;
        }
    }
    for complete in &revision.complete {
        for (function, paths) in &complete.mismatches {
            writeln!(out, "  different: {function}, on {} paths", number(*paths))?;
        }
    }
    Ok(())
}

fn write_coverage(coverage: &Coverage, style: Style, out: &mut dyn Write) -> fmt::Result {
    let mut table = style.table(&["file", "lines", "branches"]);
    let of = |(reached, all): (usize, usize)| {
        Cell::new(format!("{reached} of {all}")).set_alignment(comfy_table::CellAlignment::Right)
    };
    for (file, all) in &coverage.files {
        table.add_row(vec![Cell::new(file), of(all.lines_reached()), of(all.branches_reached())]);
    }
    writeln!(out, "{table}")?;
    let mut why: BTreeMap<(&str, &str, &str), Vec<String>> = BTreeMap::new();
    for Missed { file, line, is_branch, function, why: reason } in &coverage.missed {
        let line = if *is_branch { format!("{line} (a branch)") } else { line.to_string() };
        let reason = reason.unwrap_or("these runs do not get there");
        why.entry((file, function, reason)).or_default().push(line);
    }
    for ((file, function, reason), lines) in why {
        writeln!(out, "  not reached in {function}: {reason}")?;
        writeln!(out, "    {file}:{}", lines.join(", "))?;
    }
    Ok(())
}
