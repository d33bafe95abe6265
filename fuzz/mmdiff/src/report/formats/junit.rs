// SPDX-License-Identifier: GPL-2.0-only
//! Findings as JUnit XML.

use super::{Case, Findings, Status, Why};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

pub(super) fn write(findings: &Findings) -> Result<String, SerializeError> {
    let mut report = Report::new(findings.command);
    for suite in &findings.suites {
        let mut written = TestSuite::new(suite.name);
        written.add_test_cases(suite.cases.iter().map(case));
        report.add_test_suite(written);
    }
    let text = report.to_string()?;
    // In Jenkins's schema only a suite counts what it skipped; all of them together do not.
    let (head, rest) = text.split_once("<testsuites").unwrap_or(("", &text));
    let (all, rest) = rest.split_once('>').unwrap_or((rest, ""));
    let counts: Vec<&str> =
        all.split(' ').filter(|attribute| !attribute.starts_with("skipped=")).collect();
    Ok(format!("{head}<testsuites{}>{rest}", counts.join(" ")))
}

fn case(case: &Case) -> TestCase {
    let mut written = TestCase::new(case.name.as_str(), status(&case.status));
    written.set_classname(case.class.as_str());
    if !case.output.is_empty() {
        written.set_system_out(case.output.as_str());
    }
    written
}

fn status(status: &Status) -> TestCaseStatus {
    let (mut written, why) = match status {
        Status::Holds => return TestCaseStatus::success(),
        Status::Fails(why) => (TestCaseStatus::non_success(NonSuccessKind::Failure), why),
        Status::Unknown(why) => (TestCaseStatus::non_success(NonSuccessKind::Error), why),
        Status::Skipped(why) => (TestCaseStatus::skipped(), why),
    };
    let Why { kind, message, details } = why;
    written.set_type(*kind).set_message(message.as_str()).set_description(details.as_str());
    written
}
