// SPDX-License-Identifier: GPL-2.0-only
//! The report on two trees whose C was compared.

use super::{Style, number};
use crate::conform::complete::{Complete, calls, is_call_of};
use crate::conform::sampled::Sampled;
use crate::explore::{Bounds, LISTED_VALUES};
use crate::scenario::Path;
use comfy_table::Cell;
use mmdiff_kernel::Touched;
use mmdiff_kernel::tree::FILES;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

const LOOKED_AT: &str = "Judged is what the ported functions' C comes to, out of {} files of mm, include/linux and\n\
    virt/kvm; no other file was looked at.";
const FLAGS_BY_NUMBER: &str = "The trees number the flags of a mapping differently, and here flags count by number: a\n\
    test of the same flag under another number is among the differences.";

/// How many of the definitions that are not judged are named.
const NAMED: usize = 12;

/// What a comparison of two trees came to.
#[derive(Debug)]
pub struct Report {
    /// What the trees are called: the old one, and the new.
    pub names: [String; 2],
    /// The bounds of the enumeration.
    pub bounds: Bounds,
    /// What the scenarios were generated from.
    pub seed: u64,
    /// Whether it was interrupted.
    pub cut_off: bool,
    /// What differs between their texts.
    pub touched: Touched,
    /// What differs and was not run, a line each.
    pub not_judged: Vec<String>,
    /// The enumeration of what that reaches.
    pub complete: Vec<Complete>,
    /// The scenarios.
    pub sampled: Vec<(Path, Sampled)>,
    /// Mismatches, as text.
    pub shown: Vec<String>,
}

/// How many differ, and how many of these only in what is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Counts {
    all: u64,
    asks: u64,
}

impl Counts {
    fn add(self, other: Counts) -> Counts {
        Counts { all: self.all + other.all, asks: self.asks + other.asks }
    }
}

impl Report {
    /// Paths and scenarios on which the trees differ, and of these those on which they only ask
    /// otherwise.
    fn counts(&self) -> Counts {
        let paths = self
            .complete
            .iter()
            .map(|it| Counts { all: it.mismatches.values().sum(), asks: it.asks.values().sum() });
        let scenarios =
            self.sampled.iter().map(|(_, it)| Counts { all: it.mismatches, asks: it.asks });
        paths.chain(scenarios).fold(Counts::default(), Counts::add)
    }

    /// On how many they do or return something else.
    pub fn differ(&self) -> u64 {
        let Counts { all, asks } = self.counts();
        all - asks
    }

    /// Whether all that differs was run.
    pub fn is_judged(&self) -> bool {
        let was_run = |complete: &Complete| complete.judged() > 0 && complete.not_judged == 0;
        self.not_judged.is_empty()
            && self.complete.iter().all(was_run)
            && (self.touched.is_nothing() || !self.complete.is_empty())
    }

    /// On how many of a function's paths the trees differ; `None` if no path calls it.
    fn counts_of(&self, function: &str) -> Option<Counts> {
        let is_of = |name: &str| is_call_of(name, function);
        let calls_it = |it: &&Complete| it.paths > 0 && calls(it.name()).into_iter().any(is_of);
        let counts = self.complete.iter().filter(calls_it).map(|complete| {
            let sum = |of: &BTreeMap<&'static str, u64>| {
                of.iter().filter(|(name, _)| is_of(name)).map(|(_, paths)| paths).sum()
            };
            Counts { all: sum(&complete.mismatches), asks: sum(&complete.asks) }
        });
        counts.reduce(Counts::add)
    }
}

/// The report for a person, `width` columns wide.
///
/// # Errors
/// Those of the writer.
pub fn text(report: &Report, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let [old, new] = &report.names;
    writeln!(out, "{old}\nagainst {new}\n")?;
    let paths: u64 = report.complete.iter().map(Complete::judged).sum();
    let scenarios: u64 = report.sampled.iter().map(|(_, sampled)| sampled.judged()).sum();
    let of = format!("{} paths, {} scenarios", number(paths), number(scenarios));
    let Counts { all, asks } = report.counts();
    match all {
        0 if report.touched.is_nothing() && report.not_judged.is_empty() => {
            writeln!(out, "SAME TEXT in all that is judged.")?;
        }
        0 if paths == 0 => writeln!(out, "NOT JUDGED: nothing that differs could be run.")?,
        0 => writeln!(out, "NO DIFFERENCE on {of}.")?,
        _ if all == asks => writeln!(
            out,
            "ASKS DIFFERENTLY on {} of {of}; does and returns the same on all.",
            number(asks)
        )?,
        _ => writeln!(
            out,
            "DIFFERS on {} of {of}; on {} more it only asks differently.",
            number(all - asks),
            number(asks)
        )?,
    }
    match report.cut_off {
        false if paths > 0 => writeln!(
            out,
            "The paths are all that there are OVER LISTED VALUES, within: {}.\n{LISTED_VALUES}\n\
             The scenarios are from seed {}.",
            report.bounds, report.seed
        )?,
        false => {}
        true => writeln!(out, "It was INTERRUPTED: the paths are not all that there are.")?,
    }
    writeln!(out, "{}", LOOKED_AT.replace("{}", &(FILES.len() - 1).to_string()))?;
    if report.touched.changed.contains("mapping_flags") {
        writeln!(out, "{FLAGS_BY_NUMBER}")?;
    }
    if !report.touched.reached.is_empty() {
        writeln!(out, "\n{}", table(report, Style { width, styled }))?;
    }
    for (path, sampled) in report.sampled.iter().filter(|(_, sampled)| sampled.mismatches > 0) {
        let counts = [sampled.judged(), sampled.mismatches - sampled.asks, sampled.asks];
        let [cases, differ, asks] = counts.map(number);
        writeln!(
            out,
            "  of {cases} scenarios of {path}, {differ} differ and {asks} ask differently"
        )?;
    }
    if !report.not_judged.is_empty() {
        writeln!(out, "\nNot judged, and it differs: {} places", report.not_judged.len())?;
        for what in report.not_judged.iter().take(NAMED) {
            writeln!(out, "  {what}")?;
        }
        if let Some(more @ 1..) = report.not_judged.len().checked_sub(NAMED) {
            writeln!(out, "  and {more} more")?;
        }
    }
    for shown in &report.shown {
        writeln!(out, "\nFor example {shown}")?;
    }
    Ok(())
}

/// The functions that the change reaches, and what was seen of each.
fn table(report: &Report, style: Style) -> comfy_table::Table {
    let mut table = style.table(&["function", "file", "text", "verdict"]);
    for (function, file) in &report.touched.reached {
        let is_changed = report.touched.changed.contains(function);
        let text = if is_changed { "changed" } else { "calls it" };
        let is_missing = report.complete.iter().any(|it| it.missing.contains(function.as_str()));
        let verdict = match report.counts_of(function) {
            _ if is_missing => "not judged".to_owned(),
            None => "through its callers".to_owned(),
            Some(Counts { all: 0, .. }) => "no difference".to_owned(),
            Some(Counts { all, asks }) if all == asks => {
                format!("asks differently on {} paths", number(asks))
            }
            Some(Counts { all, asks }) => format!("differs on {} paths", number(all - asks)),
        };
        table.add_row([function.as_str(), file, text, &verdict].map(Cell::new));
    }
    table
}
