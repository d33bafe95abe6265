// SPDX-License-Identifier: GPL-2.0-only
//! The report for a terminal: the verdict, the findings, the paths; with `--verbose` the rest.

use super::{DivergenceRow, FindingRow, Report, explore};
use crate::explore::LISTED_VALUES;
use crate::report::formats::explain_command;
use crate::run::Tree;
use crate::survey::Observed;
use comfy_table::{
    Attribute, Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle,
};
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// Writes the report for a person, `width` columns wide; `styled` allows bold and colour.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let style = Style { width, styled };
    let title = &report.question.intent.change().title;
    writeln!(out, "{} against {}, intent \"{}\"", report.pre, report.post, report.intent)?;
    if report.question.is_of_the_change() && !title.is_empty() {
        writeln!(out, "{title}")?;
    }
    for row in &report.held {
        writeln!(out, "  {}: {}", row.side, row.what)?;
    }
    writeln!(out)?;
    write_verdict(report, out)?;
    write_renumbered(report, out)?;
    write_expected(report, style, out)?;
    let beyond = report.findings.iter().filter(|finding| finding.expected.is_none());
    for (at, finding) in beyond.enumerate() {
        write_finding(report, at + 1, finding, style, out)?;
    }
    writeln!(out, "\n{}", paths(report, style))?;
    writeln!(out, "\n{}", invariants_in_short(report))?;
    if report.verbose {
        return write_more(report, style, out);
    }
    writeln!(
        out,
        "--verbose adds examples, the invariants, the survey of mappings and what is left out;\n\
         `mmdiff report --out FILE` writes all of it as a page."
    )
}

/// What is left to the verbose report.
fn write_more(report: &Report, style: Style, out: &mut dyn Write) -> fmt::Result {
    if !report.findings.is_empty() {
        writeln!(out, "\nOne example of each, for `mmdiff explain`:")?;
        for finding in &report.findings {
            let shown = |row: &&DivergenceRow| row.example == finding.example;
            let row = finding.rows.iter().map(|&at| &report.divergences[at]).find(shown);
            writeln!(out, "  {}", row.map_or("-", |row| &row.signature))?;
            writeln!(out, "    {}", finding.example)?;
        }
    }
    writeln!(out, "\nWhat the decision to zero comes to, mapping by mapping")?;
    writeln!(out, "{}", survey(report, style))?;
    writeln!(out, "\nInvariants")?;
    writeln!(out, "{}", invariants(report, style))?;
    writeln!(out, "\nWhat is expected")?;
    for clause in &report.clauses {
        writeln!(out, "  {:<17} {:>8}  {}", clause.id, number(clause.hits), clause.meaning)?;
    }
    if let Some(bounds) = report.bounds {
        let enumerated = report.paths.iter().filter(|path| path.joint_paths.is_some());
        let paths = enumerated.map(|path| path.name);
        explore::write_preconditions(paths, bounds.settings, out)?;
    }
    Ok(())
}

/// How text reports look.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// How many columns there are.
    pub(crate) width: u16,
    /// Whether bold and colour are allowed.
    pub(crate) styled: bool,
}

impl Style {
    /// An empty table.
    pub(crate) fn table(self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table.load_style(
            TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')),
        );
        if self.styled {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(self.width);
        let head = |text: &&str| {
            let cell = Cell::new(text);
            if self.styled { cell.add_attribute(Attribute::Bold) } else { cell }
        };
        table.set_header(header.iter().map(head));
        table
    }

    /// A cell that stands out if `alarm`.
    pub(crate) fn alarm(self, text: impl ToString, alarm: bool) -> Cell {
        let cell = Cell::new(text.to_string());
        if alarm && self.styled { cell.fg(comfy_table::Color::Red) } else { cell }
    }
}

/// A number with its thousands apart.
pub(crate) fn number(n: u64) -> String {
    grouped_digits(&n.to_string())
}

/// Digits with the thousands apart.
pub(crate) fn grouped_digits(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The same, as a cell of a column of numbers.
pub(crate) fn right(n: u64) -> Cell {
    Cell::new(number(n)).set_alignment(CellAlignment::Right)
}

fn write_verdict(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let total: u64 = report.paths.iter().map(|path| path.cases).sum();
    let beyond: u64 = report.paths.iter().map(|path| path.beyond).sum();
    let intended: u64 = report.paths.iter().map(|path| path.intended).sum();
    if report.cut_off {
        writeln!(out, "It was INTERRUPTED: this is what came of the scenarios until then.")?;
    }
    match (beyond, intended) {
        (0, _) if report.verdict == "beyond" => writeln!(out, "Something is NOT as it should be.")?,
        (0, 0) => writeln!(out, "The two sides never differed.")?,
        (0, _) => writeln!(out, "Every difference is one that is expected. None is beyond.")?,
        _ => writeln!(out, "There are differences BEYOND what is expected.")?,
    }
    writeln!(
        out,
        "{} scenarios, {} of the corpus and the rest from seed {}:",
        number(total),
        number(report.corpus),
        report.seed
    )?;
    writeln!(
        out,
        "{} with expected differences, {} with differences beyond.",
        number(intended),
        number(beyond)
    )?;
    if let Some(bounds) = report.bounds {
        writeln!(
            out,
            "Besides, where it says listed, all answers of the rest of the kernel over listed values, within:"
        )?;
        writeln!(out, "{bounds}.\n{LISTED_VALUES}")?;
    }
    if report.any_length == Some(true) {
        writeln!(out, "Turn by turn, that holds over the listed values for scans of any length.")?;
    }
    for complaint in &report.complaints {
        writeln!(out, "FAILED: {complaint}.")?;
    }
    Ok(())
}

/// That flags have other numbers on the two sides, if they have.
fn write_renumbered(report: &Report, out: &mut dyn Write) -> fmt::Result {
    let (pre, post) = (report.question.pre, report.question.post);
    let moved = pre.flags().filter_map(|(name, nr)| {
        let (_, other) = post.flags().find(|&(other, _)| other == name)?;
        (nr != other).then(|| format!("{name} is {nr} and {other}"))
    });
    match moved.collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        moved => writeln!(out, "Flags are compared by name, raw words too: {}.", moved.join(", ")),
    }
}

/// The findings that are expected, by expectation.
fn write_expected(report: &Report, style: Style, out: &mut dyn Write) -> fmt::Result {
    for known in &report.clauses {
        let of = |finding: &&FindingRow| finding.expected == Some(known.id);
        let findings: Vec<&FindingRow> = report.findings.iter().filter(of).collect();
        if findings.is_empty() {
            continue;
        }
        writeln!(out, "\nExpected: {}, {}", known.id, known.meaning)?;
        let rows = findings.iter().flat_map(|finding| &finding.rows);
        let places: BTreeSet<_> = rows
            .map(|&at| (report.divergences[at].file, report.divergences[at].function))
            .collect();
        for (file, function) in places {
            writeln!(out, "  {}   {}", function.unwrap_or("-"), file.unwrap_or(""))?;
        }
        let mut table = style.table(&["when", report.pre, report.post, "cases", "stale bytes"]);
        for finding in findings {
            let stale = stale_bytes(report, finding);
            let shown = &report.divergences[finding.rows[0]];
            let condition = finding.when.first().map_or("-", |when| when);
            table.add_row(vec![
                Cell::new(format!("{condition}\n  by {}", reach(report, finding))),
                Cell::new(&shown.pre),
                Cell::new(&shown.post),
                right(finding.cases),
                Cell::new(if stale == 0 { "-".into() } else { number(stale) })
                    .set_alignment(CellAlignment::Right),
            ]);
        }
        writeln!(out, "{table}")?;
    }
    Ok(())
}

/// Where operations lead, what they were seen to leave counts.
fn stale_bytes(report: &Report, finding: &FindingRow) -> u64 {
    let rows = || finding.rows.iter().map(|&at| &report.divergences[at]);
    let by_operations = rows().filter(|row| row.path == crate::scenario::Path::Lifecycle);
    let most =
        |rows: &mut dyn Iterator<Item = &DivergenceRow>| rows.map(|row| row.stale_bytes).max();
    most(&mut by_operations.into_iter()).or_else(|| most(&mut rows())).unwrap_or(0)
}

/// The operations that lead to a finding, or why none does.
fn reach(report: &Report, finding: &FindingRow) -> String {
    let mut rows = finding.rows.iter().map(|&at| &report.divergences[at]);
    let by = rows.clone().find_map(|row| row.reachable_by.clone());
    let why = rows.find_map(|row| row.unreachable_because).unwrap_or("-");
    by.unwrap_or_else(|| format!("nothing: {why}"))
}

/// A finding that nothing explains, on less than a screen.
fn write_finding(
    report: &Report,
    number_of: usize,
    finding: &FindingRow,
    style: Style,
    out: &mut dyn Write,
) -> fmt::Result {
    let function = finding.function.unwrap_or("an accessor, or the set-up");
    writeln!(out, "\n{number_of}. {function}   {}", finding.file.unwrap_or(""))?;
    let mut part = |head: &str, lines: &[String]| -> fmt::Result {
        for (at, line) in lines.iter().enumerate() {
            let head = if at == 0 { head } else { "" };
            let room = usize::from(style.width).saturating_sub(12).max(20);
            for (at, text) in wrapped(line, room).into_iter().enumerate() {
                let head = if at == 0 { head } else { "" };
                writeln!(out, "   {head:<7} {text}")?;
            }
        }
        Ok(())
    };
    part("when", &finding.when)?;
    part("old", &finding.pre)?;
    part("new", &finding.post)?;
    part("then", &finding.then)?;
    let paths: Vec<&str> = finding.paths.iter().map(|path| path.name()).collect();
    let only = match finding.behaving {
        0 => "; they only ask otherwise".into(),
        all if all == finding.cases => String::new(),
        some => format!("; in {} of them more differs than what is asked", number(some)),
    };
    let shown = format!("by {} cases on {}{only}", number(finding.cases), paths.join(", "));
    part("shown", &[shown])?;
    writeln!(out, "   {:<7} {}", "try", explain_command(&report.question, &finding.example))
}

/// A line in pieces that fit, broken at blanks.
fn wrapped(line: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + 1 + word.len() > room {
            lines.push(word.into());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last] += word;
        }
    }
    lines
}

fn paths(report: &Report, style: Style) -> Table {
    let mut table =
        style.table(&["path", "cases", "same", "intended", "beyond", "", "joint paths"]);
    for path in &report.paths {
        table.add_row(vec![
            Cell::new(path.name),
            right(path.cases),
            right(path.same),
            right(path.intended),
            style.alarm(number(path.beyond), path.beyond > 0).set_alignment(CellAlignment::Right),
            Cell::new(if path.complete { "listed" } else { "sampled" }),
            Cell::new(path.joint_paths.as_deref().map_or("-".into(), grouped_digits))
                .set_alignment(CellAlignment::Right),
        ]);
    }
    table
}

fn survey(report: &Report, style: Style) -> Table {
    let header = ["mapping", "operations", report.pre, report.post];
    let mut table = style.table(&header);
    for row in &report.survey {
        table.add_row(vec![
            Cell::new(row.mapping),
            Cell::new(row.operations.replace("; f", ";\nf").replace("; P", ";\nP")),
            style.alarm(observed(report.question.pre, &row.pre), row.pre.stale_bytes > 0),
            style.alarm(observed(report.question.post, &row.post), row.post.stale_bytes > 0),
        ]);
    }
    table
}

/// "not zeroed (AS_UNEVICTABLE), 3,996 stale bytes", in lines.
fn observed(tree: &Tree, side: &Observed) -> String {
    let mut text = side.decision.text().to_string();
    let name = |nr| tree.flag(nr).map_or_else(|| format!("bit {nr}"), str::to_string);
    let names: Vec<String> = (0..64).filter(|nr| side.found >> nr & 1 != 0).map(name).collect();
    if !names.is_empty() {
        text += &format!("\n({})", names.join("|\n "));
    }
    if side.stale_bytes > 0 {
        text += &format!("\n{} stale bytes", number(side.stale_bytes));
    }
    if side.touched_guest_memory {
        text += "\ntouches guest memory";
    }
    text
}

/// The invariants in a line.
fn invariants_in_short(report: &Report) -> String {
    let known = report.invariants.iter().filter(|row| row.as_expected);
    let broken = known.filter(|row| row.pre == "broken" || row.post == "broken");
    let broken: Vec<&str> = broken.map(|row| row.id).collect();
    let wrong = report.invariants.iter().filter(|row| !row.as_expected);
    let wrong: Vec<&str> = wrong.map(|row| row.id).collect();
    let all = report.invariants.len();
    let mut text = format!("Invariants: {} of {all} hold", all - broken.len() - wrong.len());
    for (what, names) in [("broken, as known:", broken), ("NOT as known:", wrong)] {
        if !names.is_empty() {
            text += &format!("; {what} {}", names.join(", "));
        }
    }
    text + "."
}

fn invariants(report: &Report, style: Style) -> Table {
    let mut table = style.table(&["invariant", report.pre, report.post]);
    for row in &report.invariants {
        let word = |word: &str| match (word, row.as_expected) {
            ("broken", true) => style.alarm("broken, as known", false),
            (word, true) => Cell::new(word),
            (word, false) => style.alarm(format!("{word}, NOT as known"), true),
        };
        table.add_row(vec![Cell::new(row.meaning), word(row.pre), word(row.post)]);
    }
    table
}
