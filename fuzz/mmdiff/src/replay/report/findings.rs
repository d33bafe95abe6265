// SPDX-License-Identifier: GPL-2.0-only
//! The report on a replay, for JUnit and SARIF.

use super::super::tally::Reason;
use super::{FindingRow, IntendedRow, PathRow, Report, write_text};
use crate::report::formats::{Case, Document, Finding, Findings, Status, Suite, Why};
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
            "mmdiff replay",
            (self.pre, self.post, self.intent),
            self.question.intent.change(),
        );
        findings.suites = self.paths.iter().map(|path| self.path_suite(path)).collect();
        let reasons = Reason::ALL.map(|reason| self.reason_case(reason));
        let cut_off = self.cut_off.then(cut_off_case);
        let cases = reasons.into_iter().chain(cut_off).collect();
        findings.suites.push(Suite { name: "inputs", cases });
        findings.results = self.findings.iter().map(|row| self.finding(row)).collect();
        findings.results.extend(self.intended.iter().map(|row| self.explained(row)));
        let gaps = self.refused.iter().filter(|refused| refused.reason.is_gap());
        findings.notices =
            gaps.map(|row| format!("not replayed: {}: {}", row.input, row.why)).collect();
        let gaps = Reason::ALL.into_iter().filter(|reason| reason.is_gap());
        let left_out: u64 = gaps.map(|reason| self.refused_for(reason)).sum();
        findings.complete = left_out == 0 && !self.cut_off;
        if self.cut_off {
            findings.notices.push(CUT_OFF.into());
        }
        findings
    }
}

const CUT_OFF: &str = "the replay was interrupted";

fn cut_off_case() -> Case {
    let why = Why { kind: "cut-off", message: CUT_OFF.into(), ..Why::default() };
    Case { status: Status::Unknown(why), ..Case::new("mmdiff.inputs".into(), "cut-off", None) }
}

fn path_case(path: &PathRow) -> Case {
    let PathRow { name, fed, same, intended, failing } = path;
    let counts = format!("{fed} inputs: {same} same, {intended} intended, {failing} failing");
    let why = Why { kind: "finding", message: counts.clone(), ..Why::default() };
    Case::new(format!("mmdiff.{name}"), name.name(), (*failing > 0).then_some(why)).with(counts)
}

impl Report {
    fn path_suite(&self, path: &PathRow) -> Suite {
        let mut cases = vec![path_case(path)];
        for row in self.intended.iter().filter(|row| row.path == path.name) {
            let class = format!("mmdiff.{}.{}", path.name, row.clause);
            let case = Case::new(class, row.signature.as_str(), None);
            cases.push(case.with(format!("{} inputs", row.inputs)));
        }
        let findings = self.findings.iter().filter(|finding| finding.path == path.name);
        cases.extend(findings.map(|finding| self.finding_case(finding)));
        Suite { name: path.name.name(), cases }
    }

    fn finding_case(&self, finding: &FindingRow) -> Case {
        let mut details = String::new();
        for example in &finding.examples {
            let _ = writeln!(details, "{} ({} bytes)", example.input, example.bytes);
            if let Some(scenario) = &example.scenario {
                let _ = writeln!(details, "{}", self.explain(scenario));
            }
        }
        let message = format!("{} ({} inputs)", finding.message, finding.inputs);
        let why = Why { kind: "finding", message, details };
        let class = format!("mmdiff.{}.finding", finding.path);
        Case::new(class, finding.signature.as_str(), Some(why))
    }

    /// Whether every input was fed, as far as this reason goes.
    fn reason_case(&self, reason: Reason) -> Case {
        let mut case = Case::new("mmdiff.inputs".into(), reason.id(), None);
        let count = self.refused_for(reason);
        if count == 0 {
            return case;
        }
        let mut details = String::new();
        for refused in self.refused.iter().filter(|refused| refused.reason == reason) {
            let _ = writeln!(details, "{}: {}", refused.input, refused.why);
        }
        let why = Why { kind: reason.id(), message: format!("{count} inputs"), details };
        case.status = if reason.is_gap() { Status::Unknown(why) } else { Status::Skipped(why) };
        case
    }

    fn finding(&self, row: &FindingRow) -> Finding {
        let example = row.examples.first();
        let see = match example.and_then(|example| example.scenario.as_ref()) {
            Some(scenario) => format!("See `{}`.", self.explain(scenario)),
            None => example.map(|example| format!("Input {}.", example.input)).unwrap_or_default(),
        };
        Finding {
            rule: row.rule.into(),
            is_wrong: true,
            signature: row.signature.clone(),
            message: format!("{} ({} inputs). {see}", row.message, row.inputs),
            path: row.path,
            function: row.function.map(|function| function.name().into()),
        }
    }

    fn explained(&self, row: &IntendedRow) -> Finding {
        Finding {
            rule: row.clause.into(),
            is_wrong: false,
            signature: row.signature.clone(),
            message: format!(
                "{}: intended by {} ({} inputs).",
                row.signature, row.clause, row.inputs
            ),
            path: row.path,
            function: row.function.map(|function| function.name().into()),
        }
    }
}
