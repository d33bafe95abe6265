// SPDX-License-Identifier: GPL-2.0-only
//! The report for a terminal.

use super::{DivergenceRow, Report, explore, grouped};
use crate::explore::LISTED_VALUES;
use crate::scenario::Path;
use crate::survey::Observed;
use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table,
    TableStyle, Width,
};
use mmcore::include::linux::pagemap::{AS_ENOSPC, AS_UNEVICTABLE};
use std::fmt::{self, Write};

/// Writes the report for a person, `width` columns wide; `styled` allows bold and colour.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let style = Style { width, styled };
    writeln!(out, "{} against {}, intent \"{}\"", report.pre, report.post, report.intent)?;
    for row in &report.held {
        writeln!(out, "  {}: {}", row.side, row.what)?;
    }
    writeln!(out)?;
    write_verdict(report, out)?;
    writeln!(out, "\n{}", paths(report, style))?;
    if !report.divergences.is_empty() {
        writeln!(out, "\nWhere the two sides differ")?;
        writeln!(out, "{}", divergences(report, style))?;
        writeln!(out, "\nOne example of each, for `mmdiff explain`:")?;
        for group in grouped(report) {
            let best = best(&group);
            writeln!(out, "  {}", best.signature)?;
            writeln!(out, "    {}", best.example)?;
        }
    }
    writeln!(out, "\nWhat the decision to zero comes to, mapping by mapping")?;
    writeln!(out, "{}", survey(report, style))?;
    writeln!(out, "\nInvariants")?;
    writeln!(out, "{}", invariants(report, style))?;
    writeln!(out, "\nWhat the patch intends")?;
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
        (0, _) => writeln!(out, "Every difference is one that the patch intends. None is beyond.")?,
        _ => writeln!(out, "There are differences BEYOND the intent.")?,
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
        "{} with intended differences, {} with differences beyond.",
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

/// The row to show for a group: that of a lifecycle, if there is one, for anybody can follow it.
fn best<'a>(group: &[&'a DivergenceRow]) -> &'a DivergenceRow {
    group
        .iter()
        .copied()
        .reduce(|best, row| if row.path == Path::Lifecycle { row } else { best })
        .unwrap_or(group[0])
}

fn divergences(report: &Report, style: Style) -> Table {
    let header =
        ["condition", report.pre, report.post, "clause", "reachable by", "cases", "stale\nbytes"];
    let mut table = style.table(&header);
    for group in grouped(report) {
        let row = best(&group);
        let cases = group.iter().map(|row| row.cases).sum();
        // Where operations lead, what they were seen to leave counts.
        let stale = group.iter().map(|row| row.stale_bytes).max().unwrap_or(0);
        let stale = if row.path == Path::Lifecycle { row.stale_bytes } else { stale };
        table.add_row(vec![
            Cell::new(in_lines(&row.condition)),
            Cell::new(&row.pre),
            Cell::new(&row.post),
            style.alarm(
                row.clause.unwrap_or("BEYOND").replace("write-error", "write-\nerror"),
                row.clause.is_none(),
            ),
            Cell::new(reach(row)),
            right(cases),
            Cell::new(if stale == 0 { "-".into() } else { number(stale) })
                .set_alignment(CellAlignment::Right),
        ]);
    }
    for (column, width) in [(0, 19), (3, 13), (4, 20)] {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    table
}

/// A condition with its flags on lines of their own, so that the table need not break words.
fn in_lines(condition: &str) -> String {
    condition.replace(" (", "\n(").replace('|', "|\n ")
}

fn reach(row: &DivergenceRow) -> String {
    match (&row.reachable_by, row.unreachable_because) {
        (Some(by), _) => by.replace(", then ", ",\nthen "),
        (None, why) => format!("nothing:\n{}", why.unwrap_or("-")),
    }
}

fn survey(report: &Report, style: Style) -> Table {
    let header = ["mapping", "operations", report.pre, report.post];
    let mut table = style.table(&header);
    for row in &report.survey {
        table.add_row(vec![
            Cell::new(row.mapping),
            Cell::new(row.operations.replace("; f", ";\nf").replace("; P", ";\nP")),
            style.alarm(observed(&row.pre), row.pre.stale_bytes > 0),
            style.alarm(observed(&row.post), row.post.stale_bytes > 0),
        ]);
    }
    table
}

/// "not zeroed (AS_UNEVICTABLE), 3,996 stale bytes", in lines.
fn observed(side: &Observed) -> String {
    let mut text = side.decision.text().to_string();
    let names: Vec<String> = (0..64).filter(|nr| side.found >> nr & 1 != 0).map(flag).collect();
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

/// The name of a flag that truncation tests.
fn flag(nr: u32) -> String {
    match nr {
        AS_ENOSPC => "AS_ENOSPC".into(),
        AS_UNEVICTABLE => "AS_UNEVICTABLE".into(),
        _ => "AS_INACCESSIBLE".into(),
    }
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
