// SPDX-License-Identifier: GPL-2.0-only
//! The report on a replay, for what shows test results.
//!
//! There are no times in it: the same inputs give the same bytes.

use super::super::tally::Reason;
use super::{FindingRow, PathRow, Report};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::fmt::Write;

/// The report as JUnit XML, as Jenkins defines it.
///
/// # Errors
/// None is known: they are the serializer's.
pub fn write(report: &Report) -> Result<String, SerializeError> {
    let mut suites = quick_junit::Report::new("mmdiff replay");
    for path in &report.paths {
        suites.add_test_suite(path_suite(report, path));
    }
    suites.add_test_suite(inputs_suite(report));
    suites.to_string()
}

fn failed(kind: NonSuccessKind, what: &str, message: String, details: String) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(what).set_message(message).set_description(details);
    status
}

fn path_suite(report: &Report, path: &PathRow) -> TestSuite {
    let mut suite = TestSuite::new(path.name.name());
    suite.add_test_case(path_case(path));
    for row in report.intended.iter().filter(|row| row.path == path.name) {
        let mut case = TestCase::new(row.signature.as_str(), TestCaseStatus::success());
        case.set_classname(format!("mmdiff.{}.{}", path.name, row.clause));
        case.set_system_out(format!("{} inputs", row.inputs));
        suite.add_test_case(case);
    }
    for finding in report.findings.iter().filter(|finding| finding.path == path.name) {
        suite.add_test_case(finding_case(report, finding));
    }
    suite
}

fn path_case(path: &PathRow) -> TestCase {
    let PathRow { name, fed, same, intended, failing } = path;
    let counts = format!("{fed} inputs: {same} same, {intended} intended, {failing} failing");
    let status = match failing {
        0 => TestCaseStatus::success(),
        _ => failed(NonSuccessKind::Failure, "finding", counts.clone(), String::new()),
    };
    let mut case = TestCase::new(name.name(), status);
    case.set_classname(format!("mmdiff.{name}")).set_system_out(counts);
    case
}

fn finding_case(report: &Report, finding: &FindingRow) -> TestCase {
    let mut details = String::new();
    for example in &finding.examples {
        let _ = writeln!(details, "{} ({} bytes)", example.input, example.bytes);
        if let Some(scenario) = &example.scenario {
            let _ = writeln!(details, "{}", report.explain(scenario));
        }
    }
    let message = format!("{} ({} inputs)", finding.message, finding.inputs);
    let status = failed(NonSuccessKind::Failure, "finding", message, details);
    let mut case = TestCase::new(finding.signature.as_str(), status);
    case.set_classname(format!("mmdiff.{}.finding", finding.path));
    case
}

/// Whether every input was fed: a case for each reason not to.
fn inputs_suite(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new("inputs");
    for reason in Reason::ALL {
        let mut case = TestCase::new(reason.id(), reason_status(report, reason));
        case.set_classname("mmdiff.inputs");
        suite.add_test_case(case);
    }
    if report.cut_off {
        let message = "the replay was interrupted".to_string();
        let status = failed(NonSuccessKind::Error, "cut-off", message, String::new());
        let mut case = TestCase::new("cut-off", status);
        case.set_classname("mmdiff.inputs");
        suite.add_test_case(case);
    }
    suite
}

fn reason_status(report: &Report, reason: Reason) -> TestCaseStatus {
    let message = match report.refused_for(reason) {
        0 => return TestCaseStatus::success(),
        count => format!("{count} inputs"),
    };
    let mut names = String::new();
    for refused in report.refused.iter().filter(|refused| refused.reason == reason) {
        let _ = writeln!(names, "{}: {}", refused.input, refused.why);
    }
    if reason.is_gap() {
        return failed(NonSuccessKind::Error, reason.id(), message, names);
    }
    let mut status = TestCaseStatus::skipped();
    status.set_type(reason.id()).set_message(message).set_description(names);
    status
}
