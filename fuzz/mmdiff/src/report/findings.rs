// SPDX-License-Identifier: GPL-2.0-only
//! The report on a check, for JUnit and SARIF.

use super::formats::{
    BEYOND, Case, Document, Finding, Findings, Status, Suite, Why, explain_command as explain,
};
use super::{DivergenceRow, InvariantRow, PathRow, Report, write_text};
use crate::scenario::Path;
use std::fmt::{self, Write};

impl Document for Report {
    fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    fn text(&self, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result {
        write_text(self, width, styled, out)
    }

    fn findings(&self) -> Findings {
        let mut findings = Findings::new(
            "mmdiff check",
            (self.pre, self.post, self.intent),
            self.question.intent.change(),
        );
        let sides = || self.invariants.iter().flat_map(|row| [(row, false), (row, true)]);
        findings.suites = vec![
            Suite { name: "paths", cases: self.paths.iter().map(path_case).collect() },
            Suite {
                name: "divergences",
                cases: map(&self.divergences, |row| self.class_case(row)),
            },
            Suite { name: "clauses", cases: self.clause_cases() },
            Suite {
                name: "invariants",
                cases: sides().map(|(row, post)| self.invariant_case(row, post)).collect(),
            },
            Suite { name: "run", cases: vec![self.complaints_case(), self.complete_case()] },
        ];
        findings.results = map(&self.divergences, |row| self.class_finding(row));
        findings.results.extend(sides().filter_map(|(row, post)| self.broken(row, post)));
        findings.notices.clone_from(&self.complaints);
        findings.complete = !self.cut_off;
        if self.cut_off {
            findings.notices.push(CUT_OFF.into());
        }
        findings
    }
}

const CUT_OFF: &str = "the check was interrupted: the counts are those until then";

fn map<T, U>(rows: &[T], of: impl Fn(&T) -> U) -> Vec<U> {
    rows.iter().map(of).collect()
}

fn path_case(row: &PathRow) -> Case {
    let PathRow { name, cases, same, intended, beyond, .. } = row;
    let mut counts =
        format!("{cases} scenarios: {same} same, {intended} intended, {beyond} beyond");
    if let (true, Some(paths)) = (row.complete, &row.joint_paths) {
        counts += &format!("; all {paths} joint paths over listed values, within the bounds");
    }
    let why = Why { kind: BEYOND, message: counts.clone(), ..Why::default() };
    Case::new(format!("mmdiff.{name}"), name.name(), (*beyond > 0).then_some(why)).with(counts)
}

impl Report {
    fn explain(&self, scenario: &str) -> String {
        explain(&self.question, scenario)
    }

    /// What either side of a class did, in one line.
    fn sides(&self, row: &DivergenceRow) -> String {
        let DivergenceRow { condition, pre, post, .. } = row;
        format!("{condition}: {} {pre}, {} {post}", self.pre, self.post)
    }

    fn class_case(&self, row: &DivergenceRow) -> Case {
        let clause = row.clause.unwrap_or(BEYOND);
        let beyond = Why {
            kind: BEYOND,
            message: format!("beyond the intent: {}", self.sides(row)),
            details: self.explain(&row.example),
        };
        let fails = row.clause.is_none().then_some(beyond);
        let class = format!("mmdiff.{}.{clause}", row.path);
        Case::new(class, row.signature.as_str(), fails).with(format!("{} scenarios", row.cases))
    }

    fn clause_cases(&self) -> Vec<Case> {
        let case = |row: &super::ClauseRow| {
            let complaint = format!("expectation {} explained nothing", row.id);
            let unused = self.complaints.contains(&complaint);
            let why = Why { kind: "unused", message: complaint, ..Why::default() };
            let output = format!("{}: explained {} divergences", row.meaning, row.hits);
            Case::new("mmdiff.clauses".into(), row.id, unused.then_some(why)).with(output)
        };
        map(&self.clauses, case)
    }

    fn invariant_case(&self, row: &InvariantRow, post: bool) -> Case {
        let (side, word, as_known, example) = self.side_of(row, post);
        let why = Why {
            kind: "invariant",
            message: format!("{}: {word} in {side}, which is not as known", row.meaning),
            details: example.map(|example| self.explain(example)).unwrap_or_default(),
        };
        let class = format!("mmdiff.invariants.{side}");
        Case::new(class, row.id, (!as_known).then_some(why))
            .with(format!("{}: {word}", row.meaning))
    }

    /// The side's name, whether the invariant holds there, whether that is as known, and an example.
    fn side_of<'a>(
        &self,
        row: &'a InvariantRow,
        post: bool,
    ) -> (&'static str, &'static str, bool, Option<&'a String>) {
        match post {
            false => (self.pre, row.pre, row.pre_as_expected, row.pre_example.as_ref()),
            true => (self.post, row.post, row.post_as_expected, row.post_example.as_ref()),
        }
    }

    fn complaints_case(&self) -> Case {
        let why = Why {
            kind: "complaint",
            message: format!("{} complaints", self.complaints.len()),
            details: self.complaints.join("\n"),
        };
        let fails = (!self.complaints.is_empty()).then_some(why);
        Case::new("mmdiff.run".into(), "no complaints", fails)
    }

    fn complete_case(&self) -> Case {
        let mut case = Case::new("mmdiff.run".into(), "complete", None);
        if self.cut_off {
            let why = Why { kind: "cut-off", message: CUT_OFF.into(), ..Why::default() };
            case.status = Status::Unknown(why);
        }
        case
    }

    fn class_finding(&self, row: &DivergenceRow) -> Finding {
        let verdict = match row.clause {
            Some(clause) => format!("Intended by {clause}."),
            None => "Beyond the intent.".into(),
        };
        let explain = self.explain(&row.example);
        Finding {
            rule: row.clause.unwrap_or(BEYOND).into(),
            is_wrong: row.clause.is_none(),
            signature: row.signature.clone(),
            message: format!("{}. {verdict} See `{explain}`.", self.sides(row)),
            path: row.path,
            function: row.function.map(Into::into),
        }
    }

    /// An invariant that a side breaks.
    fn broken(&self, row: &InvariantRow, post: bool) -> Option<Finding> {
        let (side, _, as_known, example) = self.side_of(row, post);
        let example = example?;
        let path = example.split(':').next().and_then(Path::named)?;
        let known = if as_known { "as is known" } else { "which is not as known" };
        let word = if post { "post" } else { "pre" };
        Some(Finding {
            rule: row.id.into(),
            is_wrong: !as_known,
            signature: format!("broken:{word}:{}", row.id),
            message: format!(
                "{side} breaks \"{}\", {known}. See `{}`.",
                row.meaning,
                self.explain(example)
            ),
            path,
            function: None,
        })
    }
}
