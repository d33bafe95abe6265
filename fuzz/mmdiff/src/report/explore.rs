// SPDX-License-Identifier: GPL-2.0-only
//! The report on an enumeration.
//!
//! # JSON
//!
//! `schema` is `mmdiff-explore/1`. Within a schema, fields are added but neither removed nor changed.
//!
//! | field | meaning |
//! |---|---|
//! | `pre`, `post`, `intent` | the question |
//! | `bounds` | `folios`, `races`, `settings`, `tries`: within them the result holds |
//! | `complete` | whether every unit of work is done |
//! | `cut` | why not, if it was cut off: `time`, `memory` or `interrupt` |
//! | `units`, `done` | units of work |
//! | `verdict` | `intended`, `beyond`, or `unknown` if it is not complete and nothing is beyond |
//! | `paths[]` | `name`, `joint_paths` (a string), `runs`, `states`, `decisions`, `bits_read` (`pre`, `post`) |
//! | `any_length` | scans of any length, or null if they were not looked at: `holds`, `states`, `half_turns`, `rounds`, `example` (the command that shows where the sides part, or null) |
//! | `divergences[]` | `signature`, `function`, `clause` (or null), `pre`, `post`, `joint_paths`, `cubes` (each a list of conditions), `example` (the command that shows it) |

use super::formats::{BEYOND, Case, Document, Finding, Findings, Status, Suite, Why};
use super::{Style, grouped_digits, right};
use crate::explore::closure::Closure;
use crate::explore::cubes::Cube;
use crate::explore::results::Results;
use crate::explore::tally::{Found, Tally};
use crate::explore::{Choice, command};
use crate::scenario::Path;
use comfy_table::{Cell, CellAlignment};
use serde_json::{Value, json};
use std::fmt::{self, Write};

/// How many cubes of a class are shown to a person.
const CUBES: usize = 3;

impl Document for Results {
    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&json(self))
    }

    fn text(&self, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
        text(self, width, styled, out)
    }

    fn findings(&self) -> Findings {
        let mut findings = Findings::new("mmdiff explore", (&self.pre, &self.post, self.intent));
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
    let mut case = Case::new("mmdiff.run".into(), "complete", None)
        .with(format!("within: {}", results.bounds));
    if !results.is_complete() {
        let why = Why { kind: "incomplete", message: undone(results), ..Why::default() };
        case.status = Status::Unknown(why);
    }
    case
}

/// Whether it is complete, and what is known of scans of any length: that is a proof or nothing.
fn run_cases(results: &Results) -> Vec<Case> {
    let closure = results.closure().map(|closure| {
        let mut case = Case::new("mmdiff.run".into(), "scans of any length", None);
        if !closure.holds() {
            let message = "not shown to be as intended".into();
            case.status = Status::Skipped(Why { kind: "unknown", message, ..Why::default() });
        }
        case.with(format!("{} half turns from {} states", closure.turns, closure.states))
    });
    [complete_case(results)].into_iter().chain(closure).collect()
}

fn undone(results: &Results) -> String {
    format!("not complete: {} of {} units are done", results.done.len(), results.units)
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
pub fn json(results: &Results) -> Value {
    let paths: Vec<Value> = results
        .tallies
        .iter()
        .map(|(path, tally)| {
            json!({
                "name": path, "joint_paths": tally.paths.to_string(), "runs": tally.runs,
                "states": tally.states, "decisions": tally.decisions.len(),
                "bits_read": { "pre": bits(tally.bits_read.0), "post": bits(tally.bits_read.1) },
            })
        })
        .collect();
    let divergences: Vec<Value> = found(results)
        .map(|(path, signature, found)| {
            json!({
                "signature": signature, "function": found.function, "clause": found.clause,
                "pre": found.sides.0, "post": found.sides.1,
                "joint_paths": found.paths.to_string(),
                "cubes": found.cubes.iter().map(|cube| conditions(path, cube)).collect::<Vec<_>>(),
                "example": command(results, path, &found.example),
            })
        })
        .collect();
    json!({
        "schema": "mmdiff-explore/1", "pre": results.pre, "post": results.post,
        "intent": results.intent, "bounds": results.bounds, "complete": results.is_complete(),
        "cut": results.cut, "units": results.units, "done": results.done.len(),
        "verdict": verdict(results), "any_length": results.closure().map(|closure| any_length(results, closure)),
        "paths": paths, "divergences": divergences,
    })
}

fn any_length(results: &Results, closure: &Closure) -> Value {
    let beyond = closure.found.values().filter(|found| found.clause.is_none());
    let example = beyond.map(|found| &found.example).chain(&closure.parted).next();
    json!({
        "holds": closure.holds(), "states": closure.states, "half_turns": closure.turns,
        "rounds": closure.rounds,
        "example": example.map(|choices| command(results, Path::Compaction, choices)),
    })
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
        (true, _) => writeln!(out, "COMPLETE within these bounds: {bounds}."),
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
            "\nScans of ANY LENGTH: between two halves of a turn the scanner is in one of {states} \
             states, and no\nhalf leads out of them. In none of the {turns} halves do the sides \
             differ{}.",
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
