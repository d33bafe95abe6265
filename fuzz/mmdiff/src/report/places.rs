// SPDX-License-Identifier: GPL-2.0-only
//! Findings: the classes of divergences that part in the same place, as one remark of a reviewer.

use super::{DivergenceRow, Report};
use crate::explain::{Pair, pairs};
use crate::explore::What;
use crate::explore::cubes::Cube;
use crate::explore::results::Results;
use crate::oracle::{Condition, Divergence, Judgement, Outcomes, judge};
use crate::run::Tree;
use crate::scenario::Path;
use crate::trace::Returned;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many lines a side has in a finding.
const LINES: usize = 5;
/// How many conditions are listed.
const CONDITIONS: usize = 3;

/// Where two sides part: a function, and what only one of them does there.
#[derive(Debug, JsonSchema, Serialize)]
pub struct FindingRow {
    /// The ported function; null is an accessor, or what a scenario begins with.
    pub function: Option<&'static str>,
    /// The kernel file that it is in.
    pub file: Option<&'static str>,
    /// The expectation that explains it; null is beyond what is expected.
    pub expected: Option<&'static str>,
    /// When it shows: any of these.
    pub when: Vec<String>,
    /// What the old side does.
    pub pre: Vec<String>,
    /// What the new side does.
    pub post: Vec<String>,
    /// What comes of it.
    pub then: Vec<String>,
    /// How many scenarios showed it.
    pub cases: u64,
    /// In how many of them the sides do, return or leave behind something else, and not only ask it.
    pub behaving: u64,
    /// The paths on which it shows.
    pub paths: Vec<Path>,
    /// The classes that it is made of, by their signatures.
    pub signatures: Vec<String>,
    /// How `mmdiff explain` is told the best example.
    pub example: String,
    /// Its rows, by their places among the divergences.
    #[serde(skip)]
    pub(crate) rows: Vec<usize>,
}

/// The findings, the weightiest first: what is beyond, then what changes what is done, then the most
/// often seen.
pub(super) fn findings(report: &Report, explored: Option<&Results>) -> Vec<FindingRow> {
    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, row) in report.divergences.iter().enumerate() {
        // What an expectation explains is one finding of it for each thing that it hangs on.
        let place = match row.clause {
            Some(_) => (row.class.clause, None, None, Some((row.class.condition, &row.pre))),
            None => (None, row.class.function, Some(place(row.class.outcomes)), None),
        };
        places.entry(place).or_default().push(at);
    }
    let mut findings: Vec<FindingRow> =
        places.into_values().map(|rows| finding(report, explored, rows)).collect();
    let expectations = &report.question.intent.change().expectations;
    let order = |finding: &FindingRow| {
        expectations.iter().position(|known| Some(known.name.as_str()) == finding.expected)
    };
    findings.sort_by_key(|finding| {
        let first = &report.divergences[finding.rows[0]].class;
        let case = report.question.intent.change().case_number(first);
        let weight = (finding.behaving == 0, u64::MAX - finding.cases);
        (
            order(finding),
            case.is_none(),
            case,
            finding.expected.is_none().then_some(weight),
            first.condition,
        )
    });
    findings
}

fn finding(report: &Report, explored: Option<&Results>, rows: Vec<usize>) -> FindingRow {
    let all: Vec<&DivergenceRow> = rows.iter().map(|&at| &report.divergences[at]).collect();
    let best = best(&all);
    let judgement = judge(&report.question, &best.scenario);
    let divergence = judgement.divergences.iter().find(|d| d.class == best.class);
    let [pre, post] = match (best.clause, divergence) {
        (None, Some(divergence)) => doings(&judgement, divergence, best),
        _ => [vec![best.pre.clone()], vec![best.post.clone()]],
    };
    FindingRow {
        function: best.function,
        file: best.file,
        expected: best.clause,
        when: when(report, explored, &all),
        pre,
        post,
        then: divergence.map(|it| consequences(&judgement, it)).unwrap_or_default(),
        cases: all.iter().map(|row| row.cases).sum(),
        behaving: all.iter().map(|row| row.behaving).sum(),
        paths: all.iter().map(|row| row.path).collect::<BTreeSet<_>>().into_iter().collect(),
        signatures: all.iter().map(|row| row.signature.clone()).collect(),
        example: best.example.clone(),
        rows,
    }
}

/// A place, without what is returned there.
fn place(outcomes: Outcomes) -> Outcomes {
    match outcomes {
        Outcomes::Returned(..) => Outcomes::Returned(Returned::Nothing, Returned::Nothing),
        outcomes => outcomes,
    }
}

/// The row whose example is shown: that of a lifecycle, if there is one, for anybody can follow it; else
/// the shortest of those in which something is done.
pub(crate) fn best<'a>(rows: &[&'a DivergenceRow]) -> &'a DivergenceRow {
    let rank = |row: &DivergenceRow| {
        let is_life = row.path == Path::Lifecycle;
        (!is_life, row.behaving == 0, row.example.len())
    };
    rows.iter().copied().min_by_key(|row| rank(row)).unwrap_or(rows[0])
}

/// What each side alone says in the step, from where they part on.
fn doings(judgement: &Judgement, divergence: &Divergence, row: &DivergenceRow) -> [Vec<String>; 2] {
    let mut sides = [Vec::new(), Vec::new()];
    if let Some(step) = divergence.step {
        for pair in pairs((&judgement.pre, &judgement.post), step) {
            let Pair::Lines { pre, post, same: false } = pair else { continue };
            for (side, said) in sides.iter_mut().zip([pre, post]) {
                side.extend(said.map(|said| said.text));
            }
        }
    }
    for (side, words) in sides.iter_mut().zip([&row.pre, &row.post]) {
        let more = side.len().saturating_sub(LINES);
        side.truncate(LINES);
        if more > 0 {
            side.push(format!("and {more} more"));
        }
        if side.is_empty() {
            side.push(words.clone());
        }
    }
    sides
}

/// When a finding shows: by the answers that the enumeration has found to matter, or by what it hangs
/// on.
fn when(report: &Report, explored: Option<&Results>, rows: &[&DivergenceRow]) -> Vec<String> {
    let mut cubes: Vec<(Path, &Cube)> = Vec::new();
    for row in rows {
        let found = explored.and_then(|results| results.tallies.get(&row.path));
        if let Some(found) = found.and_then(|tally| tally.found.get(&row.signature)) {
            cubes.extend(found.cubes.iter().map(|cube| (row.path, cube)));
        }
    }
    let conditions: BTreeSet<String> = match (rows[0].clause, cubes.is_empty()) {
        (None, false) => {
            cubes.sort_by_key(|(_, cube)| cube.len());
            cubes.dedup_by_key(|(_, cube)| *cube);
            let tree = report.question.pre;
            let shown =
                cubes.iter().take(CONDITIONS).map(|(path, cube)| in_words(tree, *path, cube));
            let mut shown: Vec<String> = shown.collect();
            let more = cubes.len().saturating_sub(CONDITIONS);
            if more > 0 {
                shown.push(format!("{more} more, see mmdiff explore"));
            }
            return shown;
        }
        _ => rows
            .iter()
            .filter(|row| row.class.condition != Condition::Other)
            .map(|row| row.condition.clone())
            .collect(),
    };
    conditions.into_iter().collect()
}

/// A cube in words, with the names of flags.
fn in_words(tree: &Tree, path: Path, cube: &Cube) -> String {
    let word = |literal: &crate::explore::cubes::Literal| {
        let text = literal.condition(path);
        let nr = u32::from(literal.var.about % 64);
        match (literal.var.what, tree.flag(nr)) {
            (What::Flag, Some(name)) => text.replace(&format!("flags bit {nr}"), name),
            _ => text,
        }
    };
    match cube.as_slice() {
        [] => "always".into(),
        cube => cube.iter().map(word).collect::<Vec<_>>().join(", "),
    }
}

/// What comes of a divergence, in the world and for who has called.
fn consequences(judgement: &Judgement, divergence: &Divergence) -> Vec<String> {
    let (pre, post) = (judgement.pre.tree.name, judgement.post.tree.name);
    let then = &divergence.then;
    let mut all = Vec::new();
    let returned = match divergence.class.outcomes {
        Outcomes::Returned(..) => None,
        _ => then.returned,
    };
    if let Some((before, after)) = returned {
        all.push(format!("returns {before} in {pre}, {after} in {post}"));
    }
    match divergence.stale {
        (0, 0) => {}
        (before, after) => {
            all.push(format!("stale bytes: {before} in {pre}, {after} in {post}"));
        }
    }
    for (differs, what) in [
        (then.effects > 0, "other effects follow"),
        (then.flags, "the file's flags differ"),
        (then.bytes, "the file's bytes differ"),
        (then.folio, "the folio's state differs"),
        (then.elsewhere, "other state differs"),
    ] {
        if differs {
            all.push(what.into());
        }
    }
    for (side, broke, other) in [
        (pre, &judgement.pre_broke, &judgement.post_broke),
        (post, &judgement.post_broke, &judgement.pre_broke),
    ] {
        let only = broke.iter().filter(|invariant| !other.contains(invariant));
        all.extend(only.map(|invariant| format!("{side} breaks: {}", invariant.meaning())));
    }
    if all.is_empty() && !divergence.behaves() {
        all.push("both do and return the same".into());
    }
    all
}
