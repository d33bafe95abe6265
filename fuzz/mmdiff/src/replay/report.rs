// SPDX-License-Identifier: GPL-2.0-only
//! The report on a replay: what a tally says, in a form that is written as JSON, JUnit or text.
//!
//! As JSON: `mmdiff schema replay` describes it, by the types here. The same question and inputs give the
//! same bytes, on any number of threads.
//!
//! # JUnit and SARIF
//!
//! See [`formats`](crate::report::formats). A suite for each path with an input: a test case of the
//! path's name for all its inputs, one for each intended divergence (its class name ends in the
//! clause) and one for each finding, which fails. The suite `inputs` has a test case for each reason
//! not to feed one: an error if an input that is there was left out. If the replay was interrupted, it
//! has the error `cut-off` besides.

mod findings;
mod text;

pub use text::write as write_text;

use super::Fault;
use super::tally::{Reason, Tally};
use crate::fuzz::Finding;
use crate::oracle::Question;
use crate::report::formats::{BEYOND, PANIC, explain_command};
use crate::scenario::Path;
use mmcore::Function;
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of the JSON form.
pub const SCHEMA: &str = "mmdiff-replay/1";

/// What a replay found.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Report {
    /// Which document this is, and its version.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The revision before.
    pub pre: &'static str,
    /// The revision after.
    pub post: &'static str,
    /// The reading of the change.
    pub intent: &'static str,
    #[serde(skip)]
    question: Question,
    /// `finding`; `incomplete`: none, but something was left out; or `pass`.
    #[schemars(extend("enum" = ["finding", "incomplete", "pass"]))]
    pub verdict: &'static str,
    /// Whether it was interrupted, so that inputs were left out that are not listed.
    pub cut_off: bool,
    /// How many there were.
    pub inputs: Inputs,
    /// By path.
    pub paths: Vec<PathRow>,
    /// What is wrong.
    pub findings: Vec<FindingRow>,
    /// What differs and is explained.
    pub intended: Vec<IntendedRow>,
    /// What was not fed: the first thousand for each reason.
    pub refused: Vec<RefusedRow>,
}

/// How many inputs there were.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Inputs {
    /// All.
    pub found: u64,
    /// Those that were fed.
    pub fed: u64,
    /// Those that could not be read.
    pub unreadable: u64,
    /// Those that are larger than any seed.
    pub too_large: u64,
    /// Those of which no name says the path.
    pub unplaced: u64,
    /// Those that were listed, and then gone.
    pub vanished: u64,
}

/// A path.
#[derive(Debug, JsonSchema, Serialize)]
pub struct PathRow {
    /// Its name.
    pub name: Path,
    /// How many inputs were fed.
    pub fed: u64,
    /// Those without a difference.
    pub same: u64,
    /// Those with intended differences only.
    pub intended: u64,
    /// Those with a finding.
    pub failing: u64,
}

/// A finding.
#[derive(Debug, JsonSchema, Serialize)]
pub struct FindingRow {
    /// The path.
    pub path: Path,
    /// The stable name.
    pub signature: String,
    /// What is wrong.
    pub message: String,
    /// How many inputs show it.
    pub inputs: u64,
    /// The smallest three of them.
    pub examples: Vec<ExampleRow>,
    #[serde(skip)]
    rule: &'static str,
    #[serde(skip)]
    function: Option<Function>,
}

/// An input that shows a finding.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ExampleRow {
    /// Where it is.
    pub input: String,
    /// How long it is.
    pub bytes: u64,
    /// How `mmdiff explain` is told the scenario.
    pub scenario: Option<String>,
}

/// A divergence that a clause explains.
#[derive(Debug, JsonSchema, Serialize)]
pub struct IntendedRow {
    /// The path.
    pub path: Path,
    /// The stable name.
    pub signature: String,
    /// The clause.
    pub clause: &'static str,
    /// How many inputs show it.
    pub inputs: u64,
    #[serde(skip)]
    function: Option<Function>,
}

/// An input that was not fed.
#[derive(Debug, JsonSchema, Serialize)]
pub struct RefusedRow {
    /// The reason.
    pub reason: Reason,
    /// Where it is.
    pub input: String,
    /// What was in the way.
    pub why: String,
}

impl Report {
    /// The report on a replay.
    pub fn new(question: &Question, tally: &Tally) -> Report {
        let verdict = match (tally.faults.is_empty(), tally.gaps()) {
            (false, _) => "finding",
            (true, 1..) => "incomplete",
            (true, 0) if tally.cut_off => "incomplete",
            (true, 0) => "pass",
        };
        Report {
            schema: SCHEMA,
            pre: question.pre.name,
            post: question.post.name,
            intent: question.intent.name(),
            question: *question,
            verdict,
            cut_off: tally.cut_off,
            inputs: inputs(tally),
            paths: paths(tally),
            findings: findings(tally),
            intended: intended(tally),
            refused: refused(tally),
        }
    }

    /// The command that explains a scenario, asked the same question.
    fn explain(&self, scenario: &str) -> String {
        explain_command(&self.question, scenario)
    }

    /// How many inputs were not fed for this reason.
    fn refused_for(&self, reason: Reason) -> u64 {
        match reason {
            Reason::Unreadable => self.inputs.unreadable,
            Reason::TooLarge => self.inputs.too_large,
            Reason::Unplaced => self.inputs.unplaced,
            Reason::Vanished => self.inputs.vanished,
        }
    }
}

fn inputs(tally: &Tally) -> Inputs {
    let refused: u64 = Reason::ALL.into_iter().map(|reason| tally.refused(reason)).sum();
    Inputs {
        found: tally.fed() + refused,
        fed: tally.fed(),
        unreadable: tally.refused(Reason::Unreadable),
        too_large: tally.refused(Reason::TooLarge),
        unplaced: tally.refused(Reason::Unplaced),
        vanished: tally.refused(Reason::Vanished),
    }
}

fn paths(tally: &Tally) -> Vec<PathRow> {
    let rows = Path::ALL.into_iter().map(|name| {
        let counts = tally.path(name);
        let (fed, same) = (counts.fed, counts.same);
        PathRow { name, fed, same, intended: counts.intended, failing: counts.failing }
    });
    rows.filter(|row| row.fed > 0).collect()
}

fn findings(tally: &Tally) -> Vec<FindingRow> {
    let rows = tally.faults.iter().map(|(fault, found)| {
        let examples = found.examples.iter().map(|example| ExampleRow {
            input: example.name.clone(),
            bytes: example.len,
            scenario: example.spelled.clone(),
        });
        FindingRow {
            path: fault.path(),
            signature: fault.signature(),
            message: fault.to_string(),
            inputs: found.inputs,
            examples: examples.collect(),
            rule: rule(fault),
            function: match fault {
                Fault::Finding(Finding::Beyond(class)) => class.function,
                _ => None,
            },
        }
    });
    rows.collect()
}

/// What an input broke.
fn rule(fault: &Fault) -> &'static str {
    match fault {
        Fault::Finding(Finding::Beyond(_)) => BEYOND,
        Fault::Finding(Finding::Broken(_, _, invariant)) => invariant.id(),
        Fault::Panic(..) => PANIC,
    }
}

fn intended(tally: &Tally) -> Vec<IntendedRow> {
    let rows = tally.intended.iter().map(|(class, &inputs)| IntendedRow {
        path: class.path,
        signature: class.signature(),
        clause: class.clause.unwrap_or(BEYOND),
        inputs,
        function: class.function,
    });
    rows.collect()
}

fn refused(tally: &Tally) -> Vec<RefusedRow> {
    let rows = tally.refused.iter().flat_map(|(&reason, refusals)| {
        refusals.named.iter().map(move |refused| RefusedRow {
            reason,
            input: refused.name.clone(),
            why: refused.why.clone(),
        })
    });
    rows.collect()
}
