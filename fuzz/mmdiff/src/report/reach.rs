// SPDX-License-Identifier: GPL-2.0-only
//! The statistics of a corpus or a run, as JSON or as text.
//!
//! As JSON: `mmdiff schema stats` describes it, by the types here. The same scenarios give the same bytes.

use super::text::{Style, number};
use crate::oracle::Question;
use crate::reach::{Group, Outcome, Reach, universe, unreachable};
use crate::scenario::Path;
use comfy_table::{Cell, CellAlignment};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The schema of the JSON form.
pub const SCHEMA: &str = "mmdiff-stats/1";

/// Statistics.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Stats {
    /// Which document this is, and its version.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The revision before.
    pub pre: &'static str,
    /// The revision after.
    pub post: &'static str,
    /// How many seeds of a corpus were read.
    pub corpus: u64,
    /// How many scenarios were generated for each path.
    pub cases_per_path: u64,
    /// What they were generated from.
    pub seed: u64,
    /// Whether it was interrupted: the counts are those until then.
    pub cut_off: bool,
    /// Whether every path shows all that it can, and nothing that it cannot.
    pub complete: bool,
    /// By path.
    pub paths: Vec<PathStats>,
}

/// The statistics of a path.
#[derive(Debug, JsonSchema, Serialize)]
pub struct PathStats {
    /// The path.
    pub name: Path,
    /// Its fuzz target, and its folder in a corpus.
    pub target: &'static str,
    /// How many scenarios there were.
    pub scenarios: u64,
    /// By group of outcomes.
    pub groups: Vec<GroupStats>,
    /// What was reached.
    pub reached: Vec<Row>,
    /// What was not, and could have been.
    pub missing: Vec<Row>,
    /// What cannot be.
    pub unreachable: Vec<Row>,
    /// What was, and cannot be.
    pub surprising: Vec<Row>,
}

/// How much of a group was reached.
#[derive(Debug, JsonSchema, Serialize)]
pub struct GroupStats {
    /// The group.
    pub name: Group,
    /// How many of its outcomes were reached.
    pub reached: usize,
    /// How many could be.
    pub reachable: usize,
    /// How many cannot be.
    pub unreachable: usize,
}

/// An outcome.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Row {
    /// Its group.
    pub group: Group,
    /// The outcome, for a person.
    pub outcome: String,
    /// How many scenarios showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenarios: Option<u64>,
    /// Why it cannot be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'static str>,
}

impl Row {
    fn new(outcome: Outcome) -> Row {
        Row { group: outcome.group(), outcome: outcome.to_string(), scenarios: None, why: None }
    }
}

impl Stats {
    /// The statistics of what `paths` reached. `corpus` counts the seeds, `generated` is the number
    /// of generated scenarios for each path and their seed.
    pub fn new(reach: &Reach, paths: &[Path], corpus: u64, generated: (u64, u64)) -> Stats {
        let paths: Vec<PathStats> = paths.iter().map(|&path| PathStats::new(reach, path)).collect();
        let complete =
            paths.iter().all(|path| path.missing.is_empty() && path.surprising.is_empty());
        let (cases_per_path, seed) = generated;
        let Question { pre, post, .. } = Question::default();
        let (pre, post) = (pre.name, post.name);
        let cut_off = false;
        Stats { schema: SCHEMA, pre, post, corpus, cases_per_path, seed, cut_off, complete, paths }
    }

    /// Whether anything was reached that the lists say cannot be: then they are wrong.
    pub fn is_surprising(&self) -> bool {
        self.paths.iter().any(|path| !path.surprising.is_empty())
    }
}

impl PathStats {
    fn new(reach: &Reach, path: Path) -> PathStats {
        let universe = universe::of(path);
        let missing = reach.missing(path);
        let (mut unreachable, mut groups) = (Vec::new(), BTreeMap::new());
        for &outcome in &universe {
            let group: &mut GroupStats =
                groups.entry(outcome.group()).or_insert_with_key(|&name| GroupStats {
                    name,
                    reached: 0,
                    reachable: 0,
                    unreachable: 0,
                });
            match unreachable::why(path, &outcome) {
                Some(why) => {
                    group.unreachable += 1;
                    unreachable.push(Row { why: Some(why), ..Row::new(outcome) });
                }
                None => {
                    group.reachable += 1;
                    group.reached += usize::from(!missing.contains(&outcome));
                }
            }
        }
        let counts = reach.counts.iter().filter(|((of, _), _)| *of == path);
        let reached = counts.map(|(&(_, outcome), &scenarios)| Row {
            scenarios: Some(scenarios),
            ..Row::new(outcome)
        });
        PathStats {
            name: path,
            target: path.target(),
            scenarios: reach.scenarios.get(&path).copied().unwrap_or(0),
            groups: groups.into_values().collect(),
            reached: reached.collect(),
            missing: missing.into_iter().map(Row::new).collect(),
            unreachable,
            surprising: reach.surprising(path).into_iter().map(Row::new).collect(),
        }
    }
}

/// Writes the statistics for a person, `width` columns wide; `all` lists what was reached too, and
/// what cannot be.
///
/// # Errors
/// Those of the writer.
pub fn write_text(
    stats: &Stats,
    (width, styled): (u16, bool),
    all: bool,
    out: &mut dyn Write,
) -> fmt::Result {
    let style = Style { width, styled };
    let scenarios: u64 = stats.paths.iter().map(|path| path.scenarios).sum();
    write!(out, "{} scenarios: {} of a corpus", number(scenarios), number(stats.corpus))?;
    if stats.cases_per_path > 0 {
        let cases = number(stats.cases_per_path);
        write!(out, ", {cases} generated for each path from seed {}", stats.seed)?;
    }
    if stats.cut_off {
        write!(out, "\n\nIt was INTERRUPTED: the counts are those until then.")?;
    }
    writeln!(
        out,
        "\n\nOutcomes reached, of those that {} and {} can have in this world",
        stats.pre, stats.post
    )?;
    writeln!(out, "{}", table(stats, style))?;
    write_rows(stats, "Not reached", |path| &path.missing, out)?;
    write_rows(stats, "Reached, though it should be impossible", |path| &path.surprising, out)?;
    if all {
        write_rows(stats, "Reached", |path| &path.reached, out)?;
        write_rows(stats, "Cannot be reached", |path| &path.unreachable, out)?;
    } else {
        let count: usize = stats.paths.iter().map(|path| path.unreachable.len()).sum();
        writeln!(
            out,
            "\n{} more cannot be reached: --all says which, and why.",
            number(count as u64)
        )?;
    }
    Ok(())
}

fn table(stats: &Stats, style: Style) -> comfy_table::Table {
    let names = stats.paths.iter().map(|path| path.name.name());
    let header: Vec<&str> = ["", "all"].into_iter().chain(names).collect();
    let mut table = style.table(&header);
    let right = |cell: Cell| cell.set_alignment(CellAlignment::Right);
    for group in Group::ALL {
        let of = |path: &PathStats| {
            let group = path.groups.iter().find(|stats| stats.name == group);
            group.map_or((0, 0), |group| (group.reached, group.reachable))
        };
        let cell = |(reached, reachable): (usize, usize)| match reachable {
            0 => Cell::new(""),
            _ => right(style.alarm(format!("{reached}/{reachable}"), reached < reachable)),
        };
        let sums = stats.paths.iter().map(of).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let mut row = vec![Cell::new(group.name()), cell(sums)];
        row.extend(stats.paths.iter().map(|path| cell(of(path))));
        table.add_row(row);
    }
    let total: u64 = stats.paths.iter().map(|path| path.scenarios).sum();
    let counts = [total].into_iter().chain(stats.paths.iter().map(|path| path.scenarios));
    let counts = counts.map(|count| right(Cell::new(number(count))));
    table.add_row([Cell::new("scenarios")].into_iter().chain(counts));
    table
}

fn write_rows(
    stats: &Stats,
    title: &str,
    rows: fn(&PathStats) -> &Vec<Row>,
    out: &mut dyn Write,
) -> fmt::Result {
    if stats.paths.iter().all(|path| rows(path).is_empty()) {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    for path in &stats.paths {
        for row in rows(path) {
            write!(out, "  {}, {}: {}", path.name, row.group.name(), row.outcome)?;
            if let Some(scenarios) = row.scenarios {
                write!(out, " ({})", number(scenarios))?;
            }
            writeln!(out, "{}", row.why.map(|why| format!(": {why}")).unwrap_or_default())?;
        }
    }
    Ok(())
}
