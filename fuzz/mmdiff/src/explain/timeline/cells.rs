// SPDX-License-Identifier: GPL-2.0-only
//! Drawing a stretch of a file, or of physical memory, as a row of boxes with ranges below it.
//!
//! The boxes are as wide as what is written in them needs, not to scale; but the order is right, a
//! range that begins or ends at a boundary does so in the drawing, and one that does not, does not.

use crate::explain::look::{Ink, Look, pad};
use std::fmt::{self, Write};

/// A box, from one position to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cell {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) lines: Vec<String>,
}

/// A range to be drawn below the boxes; without an end it goes on for ever.
pub(super) struct Range {
    pub(super) name: &'static str,
    pub(super) ink: Ink,
    pub(super) from: u64,
    pub(super) to: Option<u64>,
    pub(super) note: String,
}

/// The axis: what it counts, and how a position on it is written.
pub(super) struct Axis {
    pub(super) name: &'static str,
    pub(super) show: fn(u64) -> String,
}

/// The columns left of the boxes.
const MARGIN: usize = 12;

/// Draws the boxes, in as many rows as they need, and the ranges below.
pub(super) fn draw(
    look: &Look,
    axis: &Axis,
    cells: &[Cell],
    ranges: &[Range],
    out: &mut dyn Write,
) -> fmt::Result {
    let mut rest = cells;
    while !rest.is_empty() {
        let row = Row::fill(look.width.saturating_sub(MARGIN + 2), axis, rest);
        rest = &rest[row.cells.len()..];
        let ends = (row.cells.len() + rest.len() == cells.len(), rest.is_empty());
        row.draw(look, axis, ranges, ends, out)?;
    }
    Ok(())
}

/// As many boxes as fit beside each other.
struct Row<'a> {
    cells: &'a [Cell],
    /// The column of each border.
    borders: Vec<usize>,
}

impl<'a> Row<'a> {
    fn fill(width: usize, axis: &Axis, cells: &'a [Cell]) -> Row<'a> {
        let mut borders = vec![0];
        for cell in cells {
            let text = cell.lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
            let label = (axis.show)(cell.from).chars().count();
            let border = borders[borders.len() - 1] + (text + 2).max(label).max(4) + 1;
            if border > width && borders.len() > 1 {
                break;
            }
            borders.push(border);
        }
        Row { cells: &cells[..borders.len() - 1], borders }
    }

    fn first(&self) -> u64 {
        self.cells[0].from
    }

    fn end(&self) -> u64 {
        self.cells[self.cells.len() - 1].to
    }

    fn draw(
        &self,
        look: &Look,
        axis: &Axis,
        ranges: &[Range],
        ends: (bool, bool),
        out: &mut dyn Write,
    ) -> fmt::Result {
        let height = self.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(0);
        self.rule('┌', '┬', '┐', out)?;
        for line in 0..height {
            write!(out, "{:MARGIN$}", "")?;
            for (cell, width) in self.cells.iter().zip(self.widths()) {
                let text = cell.lines.get(line).map_or("", String::as_str);
                write!(out, "│ {}", pad(text, width - 1))?;
            }
            writeln!(out, "│")?;
        }
        self.rule('└', '┴', '┘', out)?;
        self.labels(axis, out)?;
        for range in ranges {
            self.range(look, range, ends, out)?;
        }
        Ok(())
    }

    /// How wide each box is inside.
    fn widths(&self) -> impl Iterator<Item = usize> + '_ {
        self.borders.windows(2).map(|pair| pair[1] - pair[0] - 1)
    }

    fn rule(&self, left: char, between: char, right: char, out: &mut dyn Write) -> fmt::Result {
        write!(out, "{:MARGIN$}", "")?;
        for (i, width) in self.widths().enumerate() {
            let corner = if i == 0 { left } else { between };
            write!(out, "{corner}{}", "─".repeat(width))?;
        }
        writeln!(out, "{right}")
    }

    fn labels(&self, axis: &Axis, out: &mut dyn Write) -> fmt::Result {
        if axis.name.is_empty() {
            return Ok(());
        }
        let mut line = pad(axis.name, MARGIN);
        let ends = self.cells.iter().map(|cell| cell.from).chain([self.end()]);
        for (at, border) in ends.zip(&self.borders) {
            line = pad(&line, MARGIN + border);
            if at < u64::MAX {
                line += &(axis.show)(at);
            }
        }
        writeln!(out, "{}", line.trim_end())
    }

    /// Draws the part of a range that lies in this row, which may be the first or the last one.
    fn range(
        &self,
        look: &Look,
        range: &Range,
        (is_first, is_last): (bool, bool),
        out: &mut dyn Write,
    ) -> fmt::Result {
        let to = range.to.unwrap_or(u64::MAX);
        let beyond = range.from >= self.end() && !is_last;
        if to <= self.first() && !is_first || beyond {
            return Ok(());
        }
        let begins = range.from >= self.first();
        let ends = range.to.is_some_and(|to| to <= self.end());
        let from = if begins { self.column(range.from) } else { 0 };
        let right = self.borders[self.borders.len() - 1];
        let until = if ends { self.column(to) } else { right };
        let (head, tail) = (if begins { "├" } else { "◀" }, if ends { "┤" } else { "▶" });
        let line = match until.saturating_sub(from) {
            0 => "┼".to_string(),
            gap => format!("{head}{}{tail}", "─".repeat(gap - 1)),
        };
        let line = pad(&format!("{}{line}", " ".repeat(from)), right + 1);
        writeln!(out, "{}{}", pad(range.name, MARGIN), look.ink(range.ink, &line).trim_end())?;
        if (begins || is_first) && !range.note.is_empty() {
            let indent = (MARGIN + from).min(look.width.saturating_sub(range.note.len()));
            writeln!(out, "{:indent$}{}", "", range.note)?;
        }
        Ok(())
    }

    /// The column of a position: that of a border if it is at one, else one between two.
    fn column(&self, at: u64) -> usize {
        let Some(i) = self.cells.iter().position(|cell| at < cell.to) else {
            return self.borders[self.borders.len() - 1];
        };
        let cell = &self.cells[i];
        if at <= cell.from {
            return self.borders[i];
        }
        let inside = (self.borders[i + 1] - self.borders[i] - 1) as u64;
        let (into, size) = (u128::from(at - cell.from), u128::from(cell.to - cell.from));
        self.borders[i] + 1 + (into * u128::from(inside) / size) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(cells: &[Cell], ranges: &[Range], width: usize) -> String {
        let look = Look { width, styled: false, full: false };
        let axis = Axis { name: "page", show: |at| at.to_string() };
        let mut out = String::new();
        draw(&look, &axis, cells, ranges, &mut out).unwrap();
        out
    }

    fn cells() -> Vec<Cell> {
        let cell = |from, to, text: &str| Cell { from, to, lines: vec![text.into()] };
        vec![cell(0, 4, "folio0"), cell(4, 6, ""), cell(6, 7, "folio1")]
    }

    fn range(from: u64, to: Option<u64>) -> Range {
        Range { name: "gone", ink: Ink::Plain, from, to, note: String::new() }
    }

    #[test]
    fn a_range_that_begins_and_ends_at_boundaries_does_so_in_the_drawing() {
        let expected = "            ┌────────┬────┬────────┐
            │ folio0 │    │ folio1 │
            └────────┴────┴────────┘
page        0        4    6        7
gone                 ├────┤
";
        let out = drawn(&cells(), &[range(4, Some(6))], 80);
        assert!(out.starts_with(expected), "{out}");
    }

    #[test]
    fn a_range_within_a_box_touches_no_border_and_one_without_end_goes_on() {
        let out = drawn(&cells(), &[range(1, None)], 80);
        assert!(out.contains("gone           ├───────────────────▶\n"), "{out}");
    }

    #[test]
    fn boxes_that_do_not_fit_go_on_in_another_row_with_the_range() {
        let out = drawn(&cells(), &[range(1, Some(7))], 35);
        assert_eq!(out.matches('┌').count(), 2, "{out}");
        assert_eq!(out.matches("gone").count(), 2, "{out}");
        assert!(out.contains('▶') && out.contains('◀'), "{out}");
    }
}
