// SPDX-License-Identifier: GPL-2.0-only
//! The report on two trees whose C was compared.

use super::{Style, number};
use comfy_table::Cell;
use mmdiff_relate::trees::{Compared, Function, Outcome, Settings, worst};
use mmdiff_relate::{Difference, Judged, Line, Verdict};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::{self, Write};
use std::sync::Arc;

/// What the document says that it is.
pub const SCHEMA: &str = "mmdiff-diff-2";

/// How many findings of a function are shown, and how many that come of one.
const SHOWN: usize = 4;
/// How many of a list are named.
const NAMED: usize = 12;

/// How the text of a tree's file is had.
pub type Text<'t> = Box<dyn Fn(&str) -> Option<Arc<str>> + 't>;

/// What a comparison of two trees came to.
pub struct Report<'t> {
    /// What the trees are called: the old one, and the new.
    pub names: [String; 2],
    /// How they were compared.
    pub settings: Settings,
    /// What came of the files that were looked at.
    pub compared: Compared,
    /// Files that differ and were not looked at.
    pub not_looked_at: Vec<String>,
    /// Whether no file differs.
    pub is_nothing: bool,
    /// The texts of both.
    pub texts: [Text<'t>; 2],
}

impl Report<'_> {
    /// The worst that a function comes to; `None` if none was run.
    pub fn verdict(&self) -> Option<Verdict> {
        worst(&self.compared)
    }

    /// Whether all that differs was judged.
    pub fn is_judged(&self) -> bool {
        let refused =
            self.compared.functions.iter().any(|it| matches!(it.outcome, Outcome::NotJudged(_)));
        !refused
            && self.compared.not_run.is_empty()
            && self.compared.unused.is_empty()
            && self.not_looked_at.is_empty()
    }

    fn headline(&self) -> &'static str {
        match self.verdict() {
            Some(Verdict::Differs) => "DIFFERS.",
            Some(Verdict::NotShown) => {
                "NOT SHOWN: no difference is confirmed, and something is open."
            }
            _ if !self.is_judged() => {
                "NOTHING DIFFERS IN WHAT WAS JUDGED; not all that changed was."
            }
            Some(Verdict::AsksDifferently) => "ASKS DIFFERENTLY; does and returns the same.",
            Some(Verdict::SameBehaviour) => "SAME BEHAVIOUR.",
            None if self.is_nothing => "SAME TEXT.",
            None => "SAME TEXT in all functions.",
        }
    }

    /// The line of a file on a side, as it is written.
    fn source(&self, side: usize, (file, line): &Line) -> String {
        let text = (self.texts[side])(file);
        let line =
            text.as_deref().and_then(|text| text.lines().nth((*line as usize).checked_sub(1)?));
        line.unwrap_or("").trim().to_owned()
    }
}

/// What a function comes to, in words.
pub(super) fn verdict(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::SameText => "same text",
        Outcome::NotJudged(_) => "not judged",
        Outcome::Gone => "gone",
        Outcome::New => "new",
        Outcome::Judged(judged) => match judged.verdict {
            Verdict::SameBehaviour => "same behaviour",
            Verdict::AsksDifferently => "asks differently",
            Verdict::NotShown => "not shown",
            Verdict::Differs => "differs",
        },
    }
}

fn judged(function: &Function) -> Option<&Judged> {
    match &function.outcome {
        Outcome::Judged(judged) => Some(judged),
        _ => None,
    }
}

/// The findings of a function, and what comes of each.
fn findings_of(judged: &Judged) -> impl Iterator<Item = (&Difference, Vec<&Difference>)> {
    let all = &judged.differences;
    let with =
        |head| all.iter().filter(move |it| it.with.is_some_and(|with| with.at == head)).collect();
    all.iter().enumerate().filter(|(_, it)| it.with.is_none()).map(move |(at, it)| (it, with(at)))
}

/// Those that are shown: what is not confirmed only where nothing is.
fn shown(judged: &Judged) -> impl Iterator<Item = (&Difference, Vec<&Difference>)> {
    let is_confirmed = judged.differences.iter().any(|it| it.is_confirmed);
    findings_of(judged).filter(move |(it, _)| it.is_confirmed == is_confirmed)
}

/// The report for a person, `width` columns wide.
///
/// # Errors
/// Those of the writer.
pub fn text(report: &Report<'_>, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
    let [old, new] = &report.names;
    writeln!(out, "{old}\nagainst {new}\n\n{}\n", report.headline())?;
    if report.verdict().is_some() {
        writeln!(out, "{}", table(report, Style { width, styled }))?;
        let more = in_short(report).len();
        if more > 0 {
            writeln!(
                out,
                "\n{} more behave the same: --format json names them.",
                number(more as u64)
            )?;
        }
    }
    let mut at = 0;
    for function in report.compared.changed() {
        let Some(judged) = judged(function) else { continue };
        let all = shown(judged).count();
        for (difference, with) in shown(judged).take(SHOWN) {
            at += 1;
            finding(report, at, function, difference, out)?;
            then(function, &with, out)?;
        }
        if all > SHOWN {
            writeln!(
                out,
                "\n   and {} more places in {}: --format json has them",
                all - SHOWN,
                function.name
            )?;
        }
        questions(function, judged, out)?;
        for (why, times) in judged.open.iter().take(SHOWN) {
            writeln!(out, "\nOpen in {}: {why} (met {} times)", function.name, number(*times))?;
        }
    }
    not_judged(report, out)?;
    limits(report, out)
}

fn finding(
    report: &Report<'_>,
    at: usize,
    function: &Function,
    it: &Difference,
    out: &mut dyn Write,
) -> fmt::Result {
    let [old, new] = &it.lines;
    write!(out, "\n{at}. {}   {}:{} (old ", function.name, new.0, new.1)?;
    match old.0 == new.0 {
        true => writeln!(out, "{})", old.1)?,
        false => writeln!(out, "{}:{})", old.0, old.1)?,
    }
    if !it.is_confirmed {
        writeln!(
            out,
            "   MAY DIFFER: seen from a turn of a loop with any numbers; no run from the beginning shows it"
        )?;
    }
    for (n, (condition, side, line)) in it.when.iter().enumerate() {
        let word = if n == 0 { "when" } else { "and " };
        let tree = ["old", "new"][*side];
        match *line.0 == *function.file {
            true => writeln!(out, "   {word}   {condition}   [{tree} {}]", line.1)?,
            false => writeln!(out, "   {word}   {condition}   [{tree} {}:{}]", line.0, line.1)?,
        }
    }
    for (side, name) in ["old ", "new "].into_iter().enumerate() {
        writeln!(out, "   {name}   {}", it.does[side])?;
        let source = report.source(side, &it.lines[side]);
        if !source.is_empty() {
            writeln!(out, "          | {source}")?;
        }
    }
    let numbers: Vec<String> =
        it.example.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if !numbers.is_empty() {
        writeln!(out, "   for    {}", numbers.join(", "))?;
    }
    Ok(())
}

/// What comes of a finding, in a line each.
fn then(function: &Function, with: &[&Difference], out: &mut dyn Write) -> fmt::Result {
    for it in with.iter().take(SHOWN) {
        let word = if it.with.is_some_and(|with| with.is_after) { "then" } else { "or  " };
        writeln!(out, "   {word}   {}", follows(&function.file, it))?;
    }
    match with.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "   and    {more} more: --format json has them"),
    }
}

/// What either side does, where one difference comes of another.
fn follows(file: &str, it: &Difference) -> String {
    let at = |side: usize| {
        let (of, line) = &it.lines[side];
        if **of == *file { line.to_string() } else { format!("{of}:{line}") }
    };
    format!("old {} [{}], new {} [{}]", it.does[0], at(0), it.does[1], at(1))
}

fn questions(function: &Function, judged: &Judged, out: &mut dyn Write) -> fmt::Result {
    if judged.asks.is_empty() || judged.verdict != Verdict::AsksDifferently {
        return Ok(());
    }
    writeln!(
        out,
        "\n{} asks differently, and does and returns the same whatever the answer is:",
        function.name
    )?;
    for (side, what, line, _) in judged.asks.iter().take(NAMED) {
        let who = if *side == 0 { "only the old one asks" } else { "only the new one asks" };
        writeln!(out, "   {who}   {what}   [{}:{}]", line.0, line.1)?;
    }
    Ok(())
}

fn not_judged(report: &Report<'_>, out: &mut dyn Write) -> fmt::Result {
    let compared = &report.compared;
    let mut lines: Vec<String> = Vec::new();
    for function in &compared.functions {
        if let Outcome::NotJudged(refused) = &function.outcome {
            lines.push(format!("{}: {refused}", function.name));
        }
    }
    for it in &compared.not_run {
        let tree = if it.is_new { "new" } else { "old" };
        lines.push(format!("{}:{} ({tree}): {}", it.line.0, it.line.1, it.why));
    }
    lines.extend(
        compared
            .unused
            .iter()
            .map(|(file, name)| format!("{name} ({file}): nobody who was judged uses it")),
    );
    lines.extend(
        report
            .not_looked_at
            .iter()
            .map(|file| format!("{file}: not looked at; --file {file} does")),
    );
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNot judged, and it differs: {} places", number(lines.len() as u64))?;
    for line in lines.iter().take(NAMED) {
        writeln!(out, "  {line}")?;
    }
    if let Some(more @ 1..) = lines.len().checked_sub(NAMED) {
        writeln!(out, "  and {more} more: --format json has them")?;
    }
    Ok(())
}

fn limits(report: &Report<'_>, out: &mut dyn Write) -> fmt::Result {
    if report.compared.read.iter().any(|file| file.ends_with(".h")) {
        writeln!(
            out,
            "\nOf a header that differs, it was looked at what the files that were read make of it."
        )?;
    }
    for (old, new) in &report.settings.config.renamed {
        writeln!(out, "\n{old} is taken for {new}, as --same says.")?;
    }
    for name in &report.settings.pure {
        writeln!(out, "\n{name} is taken for a function that changes nothing, as --pure says.")?;
    }
    if report.verdict().is_none() {
        return Ok(());
    }
    let off: Vec<&str> = report
        .compared
        .options
        .iter()
        .filter(|(_, is_on)| !**is_on)
        .map(|(name, _)| name.as_str())
        .collect();
    writeln!(
        out,
        "\nFor all numbers and any number of turns; a difference is looked for in {} turns of each loop.\n\
         A function that is called is an event: both sides do the same in it, or it is judged for itself.\n\
         Options are on, but for {} such as {}: --turn OPTION turns one.",
        report.settings.bounds.turns,
        off.len(),
        off.iter()
            .filter(|name| name.contains("DEBUG"))
            .take(2)
            .copied()
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// How many functions that behave the same a table has room for.
const ROOM: usize = 12;

/// The functions that behave the same, where they are too many for the table.
fn in_short<'r>(report: &'r Report<'_>) -> Vec<&'r Function> {
    let is_same = |it: &&Function| matches!(&it.outcome, Outcome::Judged(it) if it.verdict == Verdict::SameBehaviour);
    let same: Vec<_> = report.compared.changed().filter(is_same).collect();
    if same.len() > ROOM { same } else { Vec::new() }
}

/// The functions whose text differs, and what each comes to.
fn table(report: &Report<'_>, style: Style) -> comfy_table::Table {
    let mut table = style.table(&["function", "file", "verdict", "runs"]);
    let in_short = in_short(report);
    let is_in_table = |it: &&Function| !in_short.iter().any(|other| std::ptr::eq(*other, *it));
    for function in report.compared.changed().filter(is_in_table) {
        let place = match function.lines {
            [_, Some(line)] | [Some(line), None] => format!("{}:{line}", function.file),
            [None, None] => function.file.clone(),
        };
        let runs = judged(function).map_or(String::new(), |judged| number(judged.runs));
        table.add_row(
            [function.name.as_str(), &place, verdict(&function.outcome), &runs].map(Cell::new),
        );
    }
    table
}

/// The report for a program.
#[derive(Serialize, JsonSchema, Debug)]
pub struct Document {
    /// What this is.
    schema: &'static str,
    /// The old tree, and the new one.
    old: String,
    new: String,
    /// The worst verdict of a function; null if none was run.
    verdict: Option<&'static str>,
    /// Whether all that differs was judged.
    all_judged: bool,
    /// The functions of the files that were looked at.
    functions: Vec<FunctionDocument>,
    /// What differs.
    findings: Vec<FindingDocument>,
    /// The changed lines of functions.
    changed_lines: LinesDocument,
    /// Changed definitions outside functions that nobody who was judged uses.
    unused: Vec<String>,
    /// Files that differ and were not looked at.
    not_looked_at: Vec<String>,
    /// Options of the configuration that are taken for off.
    off: Vec<String>,
    /// Names that are taken for others: `OLD=NEW`.
    same: Vec<String>,
    /// Functions that are taken for ones that change nothing.
    pure: Vec<String>,
}

/// A function.
#[derive(Serialize, JsonSchema, Debug)]
struct FunctionDocument {
    name: String,
    file: String,
    /// "same text", "same behaviour", "asks differently", "differs", "not shown", "not judged", "new" or
    /// "gone".
    verdict: &'static str,
    /// Within what the verdict holds.
    within: String,
    /// Why it is not judged, or not shown.
    reason: Option<String>,
    /// What one side asks and the other does not.
    asks: Vec<String>,
    /// The numbers of its findings, from 0.
    findings: Vec<usize>,
}

/// What differs.
#[derive(Serialize, JsonSchema, Debug)]
struct FindingDocument {
    /// The same for the same finding, whatever else changes in the file.
    signature: String,
    function: String,
    old: SideDocument,
    new: SideDocument,
    /// Conditions, in C's words.
    when: Vec<String>,
    /// What comes of it, or is the same step held against another.
    then: Vec<String>,
    /// Which expectation explains it; null if none does.
    expected: Option<String>,
    /// Numbers for which it is seen.
    example: Vec<String>,
    /// Whether a run from the function's beginning shows it.
    confirmed: bool,
}

/// What one side does.
#[derive(Serialize, JsonSchema, Debug)]
struct SideDocument {
    file: String,
    line: u32,
    does: String,
}

/// The changed lines of functions.
#[derive(Serialize, JsonSchema, Debug)]
struct LinesDocument {
    /// How many ran.
    run: u64,
    /// Those that did not.
    not_run: Vec<NotRunDocument>,
}

/// A changed line that did not run.
#[derive(Serialize, JsonSchema, Debug)]
struct NotRunDocument {
    file: String,
    line: u32,
    /// "old" or "new".
    tree: &'static str,
    why: String,
}

/// The report for a program.
pub fn document(report: &Report<'_>) -> Document {
    let (mut functions, mut findings) = (Vec::new(), Vec::new());
    for function in &report.compared.functions {
        let first = findings.len();
        let of = judged(function);
        for (it, with) in of.into_iter().flat_map(findings_of) {
            let side = |side: usize| SideDocument {
                file: it.lines[side].0.to_string(),
                line: it.lines[side].1,
                does: it.does[side].clone(),
            };
            let parted = [0, 1].map(|side| report.source(side, &it.lines[side]));
            findings.push(FindingDocument {
                signature: format!("{}: {}: {} / {}", function.name, it.what, parted[0], parted[1]),
                function: function.name.clone(),
                old: side(0),
                new: side(1),
                when: it.when.iter().map(|(condition, ..)| condition.clone()).collect(),
                then: with.iter().map(|it| follows(&function.file, it)).collect(),
                expected: None,
                example: it
                    .example
                    .iter()
                    .map(|(name, value)| format!("{name} = {value}"))
                    .collect(),
                confirmed: it.is_confirmed,
            });
        }
        let reason = match &function.outcome {
            Outcome::NotJudged(refused) => Some(refused.to_string()),
            Outcome::Judged(judged) => judged.open.first().map(|(why, _)| why.clone()),
            _ => None,
        };
        functions.push(FunctionDocument {
            name: function.name.clone(),
            file: function.file.clone(),
            verdict: verdict(&function.outcome),
            within: of.map_or(String::new(), |judged| {
                format!(
                    "{} runs, any number of turns; findings within {} turns",
                    judged.runs, report.settings.bounds.turns
                )
            }),
            reason,
            asks: of.map_or(Vec::new(), |judged| {
                judged
                    .asks
                    .iter()
                    .map(|(side, what, ..)| format!("{}: {what}", ["old", "new"][*side]))
                    .collect()
            }),
            findings: (first..findings.len()).collect(),
        });
    }
    let not_run = report.compared.not_run.iter().map(|it| NotRunDocument {
        file: it.line.0.clone(),
        line: it.line.1,
        tree: if it.is_new { "new" } else { "old" },
        why: it.why.clone(),
    });
    Document {
        schema: SCHEMA,
        old: report.names[0].clone(),
        new: report.names[1].clone(),
        verdict: report.verdict().map(|worst| match worst {
            Verdict::SameBehaviour => "same behaviour",
            Verdict::AsksDifferently => "asks differently",
            Verdict::NotShown => "not shown",
            Verdict::Differs => "differs",
        }),
        all_judged: report.is_judged(),
        functions,
        findings,
        changed_lines: LinesDocument { run: report.compared.run, not_run: not_run.collect() },
        unused: report
            .compared
            .unused
            .iter()
            .map(|(file, name)| format!("{file}: {name}"))
            .collect(),
        not_looked_at: report.not_looked_at.clone(),
        off: report
            .compared
            .options
            .iter()
            .filter(|(_, is_on)| !**is_on)
            .map(|(name, _)| name.clone())
            .collect(),
        same: report
            .settings
            .config
            .renamed
            .iter()
            .map(|(old, new)| format!("{old}={new}"))
            .collect(),
        pure: report.settings.pure.iter().cloned().collect(),
    }
}
