// SPDX-License-Identifier: GPL-2.0-only
//! The forms in which a command writes what it found: text for a person, the command's own JSON,
//! and JUnit and SARIF for programs that know no kernel.
//!
//! A command's report is a [`Document`]. JUnit and SARIF are made of its [`Findings`] alone, so that
//! they say the same of every command.
//!
//! # JUnit
//!
//! As Jenkins defines it. A suite for each kind of statement, a test case for each statement that
//! can be true or false: `check` has the suites `paths`, `divergences`, `clauses`, `invariants` and
//! `run`; `explore` has `paths`, `divergences` and `run`; `replay` has one for each path, and
//! `inputs`. A divergence beyond the intent, or an invariant that is not as known, is a failure with
//! the verdict and the command that explains it; what was left undone is an error. There are no
//! times in it: the same question gives the same bytes.
//!
//! # SARIF
//!
//! 2.1.0, one run.
//!
//! | property | meaning |
//! |---|---|
//! | `tool.driver.rules[]` | the clauses, the invariants, `beyond`, and `panic` if there is one |
//! | `results[].level` | `error` for what is wrong, `note` for what is intended or known |
//! | `results[].message` | what either side does, and the command that explains it |
//! | `results[].locations[]` | where the port of the function begins, or the file of the path; and as `logicalLocations` the kernel's function, `fullyQualifiedName` with its file |
//! | `results[].partialFingerprints["signature/1"]` | the signature |
//! | `automationDetails.id` | the command, the revisions and the intent |
//! | `invocations[0]` | `executionSuccessful` unless something was left undone; what else is wrong as `toolExecutionNotifications` |
//!
//! Paths are relative to `%SRCROOT%`, the root of this repository.

mod junit;
mod sarif;

use crate::oracle::Question;
use crate::scenario::Path;
use mmdiff_judge::oracle::change::{Change, Expectation};
use std::fmt::{self, Write};

/// A form of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// For a person
    Text,
    /// For a program: `mmdiff schema` describes it
    Json,
    /// For what shows test results
    Junit,
    /// For what shows results of static analysis: SARIF 2.1.0
    Sarif,
}

/// A report that can be written in every form.
pub trait Document {
    /// The command's own JSON.
    ///
    /// # Errors
    /// Those of the serializer.
    fn json(&self) -> serde_json::Result<String>;

    /// The report for a person, `width` columns wide; `styled` allows bold and colour.
    ///
    /// # Errors
    /// Those of the writer.
    fn text(&self, width: u16, styled: bool, out: &mut dyn Write) -> fmt::Result;

    /// What was found, for JUnit and SARIF.
    fn findings(&self) -> Findings;
}

/// The report in one of the forms; text is `width` columns wide, and may be `styled`.
///
/// # Errors
/// None is known: they are the serializers'.
pub fn render(
    document: &dyn Document,
    format: Format,
    (width, styled): (u16, bool),
) -> Result<String, String> {
    let mut text = String::new();
    match format {
        Format::Text => {
            document.text(width, styled, &mut text).map_err(|error| error.to_string())?;
        }
        Format::Json => {
            text = document.json().map_err(|error| error.to_string())?;
            text.push('\n');
        }
        Format::Junit => {
            text = junit::write(&document.findings()).map_err(|error| error.to_string())?;
        }
        Format::Sarif => {
            text = sarif::write(&document.findings()).map_err(|error| error.to_string())?;
            text.push('\n');
        }
    }
    Ok(text)
}

/// What a command found.
#[derive(Debug)]
pub struct Findings {
    /// The command.
    pub command: &'static str,
    /// The revision before.
    pub pre: String,
    /// The revision after.
    pub post: String,
    /// The reading of the change.
    pub intent: String,
    /// What the change expects, by name, and why.
    pub expectations: Vec<(String, String)>,
    /// Statements that hold or do not.
    pub suites: Vec<Suite>,
    /// Differences and broken invariants.
    pub results: Vec<Finding>,
    /// What else is wrong.
    pub notices: Vec<String>,
    /// Whether nothing was left undone.
    pub complete: bool,
}

/// Statements of one kind.
#[derive(Debug)]
pub struct Suite {
    /// The kind.
    pub name: &'static str,
    /// The statements.
    pub cases: Vec<Case>,
}

/// A statement that holds or does not.
#[derive(Debug)]
pub struct Case {
    /// The statement.
    pub name: String,
    /// What it is about: `mmdiff`, and names with dots between.
    pub class: String,
    /// Whether it holds.
    pub status: Status,
    /// Counts, for a person.
    pub output: String,
}

/// Whether a statement holds.
#[derive(Debug)]
pub enum Status {
    /// It does.
    Holds,
    /// It does not.
    Fails(Why),
    /// It could not be found out.
    Unknown(Why),
    /// It does not matter.
    Skipped(Why),
}

/// Why a statement does not hold, or why that is unknown.
#[derive(Debug, Default)]
pub struct Why {
    /// In one word.
    pub kind: &'static str,
    /// In one line.
    pub message: String,
    /// What to do next.
    pub details: String,
}

/// A difference, or a broken invariant.
#[derive(Debug)]
pub struct Finding {
    /// The clause, the invariant, or [`BEYOND`].
    pub rule: String,
    /// Whether it is wrong.
    pub is_wrong: bool,
    /// Its stable name.
    pub signature: String,
    /// What either side does, and the command that explains it.
    pub message: String,
    /// The path.
    pub path: Path,
    /// The kernel's name of the function.
    pub function: Option<String>,
}

/// The rule of a difference that no clause explains.
pub const BEYOND: &str = "beyond";
/// The rule of an input at which this program stopped.
pub const PANIC: &str = "panic";

impl Case {
    /// A case that fails if there is a reason.
    pub fn new(class: String, name: impl Into<String>, fails: Option<Why>) -> Case {
        let status = fails.map_or(Status::Holds, Status::Fails);
        Case { name: name.into(), class, status, output: String::new() }
    }

    /// With counts.
    #[must_use]
    pub fn with(self, output: String) -> Case {
        Case { output, ..self }
    }
}

/// The command that explains a scenario, asked this question.
pub fn explain_command(question: &Question, scenario: &str) -> String {
    let mut command = String::from("mmdiff explain");
    let Question { pre, post, intent } = question;
    command += &intent.change().options;
    if !question.is_of_the_change() {
        command += &format!(" --pre {} --post {}", pre.name, post.name);
    }
    if !intent.is_first() {
        command += &format!(" --intent {intent}");
    }
    format!("{command} {scenario}")
}

impl Findings {
    /// Nothing found yet.
    pub fn new(command: &'static str, question: (&str, &str, &str), change: &Change) -> Findings {
        let (pre, post, intent) = question;
        let named = |known: &Expectation| (known.name.clone(), known.because.clone());
        Findings {
            command,
            pre: pre.into(),
            post: post.into(),
            intent: intent.into(),
            expectations: change.expectations.iter().map(named).collect(),
            suites: Vec::new(),
            results: Vec::new(),
            notices: Vec::new(),
            complete: true,
        }
    }
}
