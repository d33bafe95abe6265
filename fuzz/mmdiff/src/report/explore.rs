// SPDX-License-Identifier: GPL-2.0-only
//! The report on an enumeration.
//!
//! As JSON: `mmdiff schema explore` describes it, by the types here.

use super::formats::{BEYOND, Case, Document, Finding, Findings, Status, Suite, Why};
use super::{Style, grouped_digits, right};
use crate::change::Change;
use crate::explore::closure::Closure;
use crate::explore::cubes::Cube;
use crate::explore::results::Results;
use crate::explore::tally::{Found, Tally};
use crate::explore::work::Cut;
use crate::explore::{Bounds, Choice, LISTED_VALUES, Settings, preconditions, spell};
use crate::scenario::Path;
use comfy_table::{Cell, CellAlignment};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::{self, Write};

/// The schema of the JSON form.
pub const SCHEMA: &str = "mmdiff-explore/1";

/// How many cubes of a class are shown to a person.
const CUBES: usize = 3;

impl Document for Results {
    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Report::new(self))
    }

    fn text(&self, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
        text(self, width, styled, out)
    }

    fn findings(&self) -> Findings {
        let mut findings = Findings::new(
            "mmdiff explore",
            (&self.pre, &self.post, &self.intent),
            Change::default_one(),
        );
        let paths = self.tallies.iter().map(|(&path, tally)| path_case(path, tally));
        let classes = found(self).map(|(path, name, found)| class_case(self, path, name, found));
        findings.suites = vec![
            Suite { name: "paths", cases: paths.collect() },
            Suite { name: "divergences", cases: classes.collect() },
            Suite { name: "run", cases: run_cases(self) },
        ];
        let results = found(self).map(|(path, name, found)| finding(self, path, name, found));
        findings.results = results.collect();
        findings.complete = self.is_complete();
        if !self.is_complete() {
            findings.notices.push(undone(self));
        }
        findings
    }
}

fn path_case(path: Path, tally: &Tally) -> Case {
    let counts = format!("{} joint paths, {} classes", tally.paths, tally.found.len());
    let why = Why { kind: BEYOND, message: counts.clone(), ..Why::default() };
    Case::new(format!("mmdiff.{path}"), path.name(), tally.is_beyond().then_some(why)).with(counts)
}

fn class_case(results: &Results, path: Path, signature: &str, found: &Found) -> Case {
    let clause = found.clause.as_deref().unwrap_or(BEYOND);
    let beyond = Why {
        kind: BEYOND,
        message: format!("beyond the intent: {}", sides(results, found)),
        details: command(results, path, &found.example),
    };
    let fails = found.clause.is_none().then_some(beyond);
    let output = format!("{} joint paths, {} cubes", found.paths, found.cubes.len());
    Case::new(format!("mmdiff.{path}.{clause}"), signature, fails).with(output)
}

/// Whether every unit of work is done. A part is no failure, but nothing is known of the rest.
fn complete_case(results: &Results) -> Case {
    let mut case = Case::new("mmdiff.run".into(), "all answers over listed values", None)
        .with(format!("within: {}", results.bounds));
    if !results.is_complete() {
        let why = Why { kind: "incomplete", message: undone(results), ..Why::default() };
        case.status = Status::Unknown(why);
    }
    case
}

/// Whether all of it was run, and what is known of scans of any length.
fn run_cases(results: &Results) -> Vec<Case> {
    let closure = results.closure().map(|closure| {
        let mut case =
            Case::new("mmdiff.run".into(), "scans of any length, over listed values", None);
        if !closure.holds() {
            let message = "not shown to be as intended".into();
            case.status = Status::Skipped(Why { kind: "unknown", message, ..Why::default() });
        }
        case.with(format!("{} half turns from {} states", closure.turns, closure.states))
    });
    [complete_case(results)].into_iter().chain(closure).collect()
}

fn undone(results: &Results) -> String {
    format!("a part: {} of {} units are done", results.done.len(), results.units)
}

fn sides(results: &Results, found: &Found) -> String {
    format!("{} {}, {} {}", results.pre, found.sides.0, results.post, found.sides.1)
}

fn finding(results: &Results, path: Path, signature: &str, found: &Found) -> Finding {
    let verdict = match &found.clause {
        Some(clause) => format!("Intended by {clause}"),
        None => "Beyond the intent".into(),
    };
    Finding {
        rule: found.clause.clone().unwrap_or_else(|| BEYOND.into()),
        is_wrong: found.clause.is_none(),
        signature: signature.into(),
        message: format!(
            "{}. {verdict}, on {} joint paths. See `{}`.",
            sides(results, found),
            found.paths,
            command(results, path, &found.example)
        ),
        path,
        function: found.function.clone(),
    }
}

/// The report for a program.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Report<'a> {
    /// Which document this is, and its version.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// The revision before.
    pre: &'a str,
    /// The revision after.
    post: &'a str,
    /// The reading of the change.
    intent: &'a str,
    /// Within which the result holds.
    bounds: Bounds,
    /// Whether every unit of work is done.
    complete: bool,
    /// Why it was cut off, if it was.
    cut: Option<Cut>,
    /// How many units of work there are.
    units: usize,
    /// How many are done.
    done: usize,
    /// `intended`, `beyond`, or `unknown` if it is not complete and nothing is beyond.
    #[schemars(extend("enum" = ["intended", "beyond", "unknown"]))]
    verdict: &'static str,
    /// Scans of any length, if they were looked at.
    any_length: Option<AnyLength>,
    /// By path.
    paths: Vec<PathRow>,
    /// By class.
    divergences: Vec<DivergenceRow<'a>>,
}

/// Scans of any length.
#[derive(Debug, JsonSchema, Serialize)]
struct AnyLength {
    /// Whether the sides were shown not to differ but as intended.
    holds: bool,
    /// How many states there are between two halves of a turn.
    states: u64,
    /// How many half turns were run.
    half_turns: u64,
    /// How often all new states were continued until none was new.
    rounds: u64,
    /// The command that shows where the sides part, if they do.
    example: Option<String>,
}

/// A path.
#[derive(Debug, JsonSchema, Serialize)]
struct PathRow {
    /// Its name.
    name: Path,
    /// On how many joint paths: a number, which may be too large for one in JSON.
    #[schemars(regex(pattern = "^[0-9]+$"))]
    joint_paths: String,
    /// Stretches that were run: whole paths, or turns that stand for many.
    runs: u64,
    /// States at the head of the scanner's loop, each continued once.
    states: u64,
    /// How many different things were decided.
    decisions: usize,
    /// The bits of flags words that the sides read.
    bits_read: BitsRead,
    /// What its paths leave out beside the bounds, because it cannot be or a caller has seen to it.
    preconditions: Vec<&'static str>,
}

/// Numbers of bits of flags words, by side.
#[derive(Debug, JsonSchema, Serialize)]
struct BitsRead {
    /// Before.
    pre: Vec<u32>,
    /// After.
    post: Vec<u32>,
}

/// A class of divergences.
#[derive(Debug, JsonSchema, Serialize)]
struct DivergenceRow<'a> {
    /// The stable name.
    signature: &'a str,
    /// The ported function.
    function: Option<&'a str>,
    /// The clause that explains it; null is beyond the intent.
    clause: Option<&'a str>,
    /// What the old side did.
    pre: &'a str,
    /// What the new side did.
    post: &'a str,
    /// On how many joint paths.
    #[schemars(regex(pattern = "^[0-9]+$"))]
    joint_paths: String,
    /// What it takes: each is a list of conditions, and any one of them will do.
    cubes: Vec<Vec<String>>,
    /// The command that shows it.
    example: String,
}

impl Report<'_> {
    /// The report on what was enumerated.
    pub fn new(results: &Results) -> Report<'_> {
        Report {
            schema: SCHEMA,
            pre: &results.pre,
            post: &results.post,
            intent: &results.intent,
            bounds: results.bounds,
            complete: results.is_complete(),
            cut: results.cut,
            units: results.units,
            done: results.done.len(),
            verdict: verdict(results),
            any_length: results.closure().map(|closure| any_length(results, closure)),
            paths: results.tallies.iter().map(|of| path_row(results.bounds, of)).collect(),
            divergences: found(results).map(|found| divergence_row(results, found)).collect(),
        }
    }
}

fn path_row(bounds: Bounds, (&name, tally): (&Path, &Tally)) -> PathRow {
    PathRow {
        name,
        joint_paths: tally.paths.to_string(),
        runs: tally.runs,
        states: tally.states,
        decisions: tally.decisions.len(),
        bits_read: BitsRead { pre: bits(tally.bits_read.0), post: bits(tally.bits_read.1) },
        preconditions: preconditions(name, bounds.settings),
    }
}

fn divergence_row<'a>(
    results: &Results,
    (path, signature, found): (Path, &'a String, &'a Found),
) -> DivergenceRow<'a> {
    DivergenceRow {
        signature,
        function: found.function.as_deref(),
        clause: found.clause.as_deref(),
        pre: &found.sides.0,
        post: &found.sides.1,
        joint_paths: found.paths.to_string(),
        cubes: found.cubes.iter().map(|cube| conditions(path, cube)).collect(),
        example: command(results, path, &found.example),
    }
}

fn any_length(results: &Results, closure: &Closure) -> AnyLength {
    let beyond = closure.found.values().filter(|found| found.clause.is_none());
    let example = beyond.map(|found| &found.example).chain(&closure.parted).next();
    AnyLength {
        holds: closure.holds(),
        states: closure.states,
        half_turns: closure.turns,
        rounds: closure.rounds,
        example: example.map(|choices| command(results, Path::Compaction, choices)),
    }
}

fn verdict(results: &Results) -> &'static str {
    match (results.is_beyond(), results.is_complete()) {
        (true, _) => "beyond",
        (false, true) => "intended",
        (false, false) => "unknown",
    }
}

/// The report for a person, `width` columns wide.
///
/// # Errors
/// Those of the writer.
pub fn text(results: &Results, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let style = Style { width, styled };
    writeln!(out, "{} against {}, intent \"{}\"\n", results.pre, results.post, results.intent)?;
    write_verdict(results, out)?;
    writeln!(out, "\n{}", paths(results, style))?;
    if let Some(closure) = results.closure() {
        write_closure(results, closure, out)?;
    }
    if found(results).next().is_some() {
        writeln!(out, "\nWhere the two sides differ, and what it takes")?;
    }
    for (path, signature, found) in found(results) {
        write_found(results, path, signature, found, out)?;
    }
    write_preconditions(results.tallies.keys().copied(), results.bounds.settings, out)
}

/// What the paths that were enumerated leave out.
pub(super) fn write_preconditions(
    paths: impl Iterator<Item = Path>,
    settings: Settings,
    out: &mut dyn Write,
) -> fmt::Result {
    writeln!(out, "\nLeft out beside the bounds: what cannot be, or a caller has seen to")?;
    for path in paths {
        writeln!(out, "  {path}")?;
        for line in preconditions(path, settings) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

fn write_verdict(results: &Results, out: &mut dyn Write) -> fmt::Result {
    match verdict(results) {
        "beyond" => writeln!(out, "There are differences BEYOND the intent.")?,
        "intended" => {
            writeln!(out, "Every difference is one that the patch intends. None is beyond.")?
        }
        _ => writeln!(out, "No difference beyond the intent so far.")?,
    }
    let bounds = results.bounds;
    match (results.is_complete(), results.cut) {
        (true, _) => {
            writeln!(out, "All answers OVER LISTED VALUES, within: {bounds}.\n{LISTED_VALUES}")
        }
        (false, Some(why)) => writeln!(
            out,
            "CUT OFF by {}: {} of {} units are done. Bounds: {bounds}.",
            format!("{why:?}").to_lowercase(),
            results.done.len(),
            results.units
        ),
        (false, None) => writeln!(
            out,
            "A PART: {} of {} units are done. Bounds: {bounds}.",
            results.done.len(),
            results.units
        ),
    }
}

fn paths(results: &Results, style: Style) -> comfy_table::Table {
    let header = ["path", "joint paths", "runs", "states", "decisions", "flags read"];
    let mut table = style.table(&header);
    for (path, tally) in &results.tallies {
        let joint = grouped_digits(&tally.paths.to_string());
        let (pre, post) = (bits(tally.bits_read.0), bits(tally.bits_read.1));
        let read =
            if pre == post { list(&pre) } else { format!("{} / {}", list(&pre), list(&post)) };
        table.add_row(vec![
            Cell::new(path),
            Cell::new(joint).set_alignment(CellAlignment::Right),
            right(tally.runs),
            right(tally.states),
            right(tally.decisions.len() as u64),
            Cell::new(read),
        ]);
    }
    table
}

fn write_closure(results: &Results, closure: &Closure, out: &mut dyn Write) -> fmt::Result {
    let Closure { states, turns, rounds, found, parted } = closure;
    let turns = grouped_digits(&turns.to_string());
    let example = |choices| command(results, Path::Compaction, choices);
    match closure.holds() {
        true => writeln!(
            out,
            "\nScans of any length, over listed values: between two halves of a turn the scanner is in \
             one of {states}\nstates, and no half leads out of them. In none of the {turns} halves do \
             the sides differ{}.",
            if found.is_empty() { "" } else { " beyond the intent" }
        ),
        false => writeln!(
            out,
            "\nScans of any length: NOT SHOWN. There is half a turn, though perhaps in no scan that \
             can be, in which\nthe sides differ beyond the intent ({turns} halves from {states} \
             states, {rounds} rounds)."
        ),
    }?;
    for (signature, found) in found {
        writeln!(out, "  {signature}\n    {}", example(&found.example))?;
    }
    match parted {
        Some(choices) => writeln!(
            out,
            "  They stand differently after it, though nobody has seen it yet:\n    {}",
            example(choices)
        ),
        None => Ok(()),
    }
}

fn write_found(
    results: &Results,
    path: Path,
    signature: &str,
    found: &Found,
    out: &mut dyn Write,
) -> fmt::Result {
    let clause = found.clause.as_deref().unwrap_or("BEYOND");
    writeln!(out, "  {signature}")?;
    writeln!(out, "    {} | {}   ({clause})", found.sides.0, found.sides.1)?;
    let paths = grouped_digits(&found.paths.to_string());
    let cubes = found.cubes.len();
    writeln!(
        out,
        "    {paths} joint paths, in {cubes} cube{}:",
        if cubes == 1 { "" } else { "s" }
    )?;
    for cube in found.cubes.iter().take(CUBES) {
        writeln!(out, "      {}", conditions(path, cube).join(", "))?;
    }
    if cubes > CUBES {
        writeln!(out, "      and {} more, --format json has them", cubes - CUBES)?;
    }
    writeln!(out, "    {}", command(results, path, &found.example))
}

fn conditions(path: Path, cube: &Cube) -> Vec<String> {
    if cube.is_empty() {
        return vec!["always".into()];
    }
    cube.iter().map(|literal| literal.condition(path)).collect()
}

fn found(results: &Results) -> impl Iterator<Item = (Path, &String, &Found)> {
    let of = |(&path, tally): (&Path, _)| -> Vec<(Path, &String, &Found)> {
        let tally: &Tally = tally;
        tally.found.iter().map(|(signature, found)| (path, signature, found)).collect()
    };
    results.tallies.iter().flat_map(of)
}

fn bits(word: u64) -> Vec<u32> {
    (0..64).filter(|nr| word >> nr & 1 != 0).collect()
}

fn list(bits: &[u32]) -> String {
    match bits {
        [] => "-".into(),
        bits => bits.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
    }
}

/// The choices of a path, each with what was chosen.
///
/// # Errors
/// Those of the writer.
pub fn write_choices(path: Path, choices: &[Choice], out: &mut dyn Write) -> fmt::Result {
    for literal in crate::explore::cubes::literals(choices) {
        writeln!(out, "  {}", literal.condition(path))?;
    }
    Ok(())
}

/// The command that shows a path again.
pub fn command(results: &Results, path: Path, choices: &[Choice]) -> String {
    format!("{} --show {}", enumeration(results), spell(path.name(), choices))
}

/// The command that makes the enumeration that the results are of, without its paths.
fn enumeration(results: &Results) -> String {
    let Results { pre, post, intent, bounds, .. } = results;
    let Bounds { folios, races, settings, tries, orders } = bounds;
    format!(
        "mmdiff explore --pre {pre} --post {post} --intent {intent} --folios {folios} \
         --races {races} --settings {settings} --tries {tries} --orders {orders}"
    )
}

/// The command that goes on from the results, if they are kept in that file.
pub fn resumption(results: &Results, file: &str) -> String {
    let paths: String = results.paths.iter().map(|path| format!(" --path {path}")).collect();
    format!("{}{paths} --resume {file}", enumeration(results))
}
