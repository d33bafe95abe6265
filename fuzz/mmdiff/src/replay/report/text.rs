// SPDX-License-Identifier: GPL-2.0-only
//! The report on a replay, for a terminal.

use super::super::tally::Reason;
use super::{FindingRow, Report};
use crate::report::{Style, number, right};
use comfy_table::{Cell, CellAlignment, Table};
use std::fmt::{self, Write};

/// How many refused inputs are named, for each reason.
const NAMED: usize = 10;

/// Writes the report for a person, `width` columns wide; `styled` allows bold and colour.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let style = Style { width, styled };
    writeln!(out, "{} against {}, intent \"{}\"", report.pre, report.post, report.intent)?;
    writeln!(out)?;
    write_verdict(report, out)?;
    if !report.paths.is_empty() {
        writeln!(out, "\n{}", paths(report, style))?;
    }
    for reason in Reason::ALL {
        write_refused(report, reason, out)?;
    }
    if !report.findings.is_empty() {
        writeln!(out, "\nFindings, with the smallest inputs that show each")?;
    }
    for finding in &report.findings {
        write_finding(report, finding, out)?;
    }
    write_intended(report, out)
}

fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

fn write_verdict(report: &Report, out: &mut dyn Write) -> fmt::Result {
    match report.findings.len() as u64 {
        0 if report.verdict == "incomplete" => {
            writeln!(out, "No finding, but NOT everything was replayed.")?;
        }
        0 => writeln!(out, "No finding.")?,
        n => {
            let failing = report.paths.iter().map(|path| path.failing).sum();
            let inputs = count(failing, "input", "inputs");
            writeln!(out, "{}, in {inputs}.", count(n, "FINDING", "FINDINGS"))?;
        }
    }
    if report.cut_off {
        writeln!(out, "It was INTERRUPTED: this is what came of the inputs until then.")?;
    }
    let inputs = &report.inputs;
    write!(out, "{} fed", count(inputs.fed, "input was", "inputs were"))?;
    for (n, what) in [
        (inputs.unreadable, "unreadable"),
        (inputs.too_large, "too large"),
        (inputs.unplaced, "of no known path"),
        (inputs.vanished, "vanished"),
    ] {
        write!(out, ", {} {what}", number(n))?;
    }
    writeln!(out, ".")
}

fn paths(report: &Report, style: Style) -> Table {
    let mut table = style.table(&["path", "inputs", "same", "intended", "failing"]);
    for path in &report.paths {
        let failing = style.alarm(number(path.failing), path.failing > 0);
        table.add_row(vec![
            Cell::new(path.name),
            right(path.fed),
            right(path.same),
            right(path.intended),
            failing.set_alignment(CellAlignment::Right),
        ]);
    }
    table
}

fn write_refused(report: &Report, reason: Reason, out: &mut dyn Write) -> fmt::Result {
    let count = report.refused_for(reason);
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "\n{}", heading(reason))?;
    let refused = report.refused.iter().filter(|refused| refused.reason == reason);
    for refused in refused.take(NAMED) {
        writeln!(out, "  {}: {}", printable(&refused.input), printable(&refused.why))?;
    }
    if count > NAMED as u64 {
        let more = number(count - NAMED as u64);
        writeln!(out, "  and {more} more (--format json names a thousand)")?;
    }
    Ok(())
}

fn heading(reason: Reason) -> &'static str {
    match reason {
        Reason::Unreadable => "Unreadable",
        Reason::TooLarge => "Too large",
        Reason::Unplaced => "Of no known path (--path says which)",
        Reason::Vanished => "Vanished while the corpus was read",
    }
}

fn write_finding(report: &Report, finding: &FindingRow, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "  {}", printable(&finding.signature))?;
    writeln!(out, "    {}", printable(&finding.message))?;
    writeln!(out, "    shown by {}:", count(finding.inputs, "input", "inputs"))?;
    for example in &finding.examples {
        writeln!(out, "      {} ({} bytes)", printable(&example.input), number(example.bytes))?;
    }
    match finding.examples.iter().find_map(|example| example.scenario.as_deref()) {
        Some(scenario) => writeln!(out, "    {}", report.explain(scenario)),
        None => Ok(()),
    }
}

fn write_intended(report: &Report, out: &mut dyn Write) -> fmt::Result {
    if report.intended.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWhat is expected, and how many inputs show it")?;
    for known in &report.question.intent.change().expectations {
        for row in report.intended.iter().filter(|row| row.clause == known.name) {
            writeln!(out, "  {:>9}  {}", number(row.inputs), row.signature)?;
        }
    }
    Ok(())
}

/// A name or message as it can be shown on one line: no control character reaches the terminal.
fn printable(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.into() };
    text.chars().map(escape).collect()
}
