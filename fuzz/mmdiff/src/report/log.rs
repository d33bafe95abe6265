// SPDX-License-Identifier: GPL-2.0-only
//! The report on the commits of a range: a line each.

use super::diff::{Report, verdict};
use mmdiff_relate::trees::Outcome;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::{self, Write};

/// What the document says that it is.
pub const SCHEMA: &str = "mmdiff-log-1";

/// How many characters of a commit's name are written for a person.
const SHORT: usize = 12;

/// How many functions of a commit are named for a person.
const NAMED: usize = 6;

/// What the commits of a range come to.
pub struct Log {
    /// The range, as it was asked for.
    pub range: String,
    /// The commits that were looked at, the oldest first.
    pub commits: Vec<Commit>,
    /// How many were not.
    pub left: usize,
}

/// What a commit comes to.
#[derive(Serialize, JsonSchema, Debug)]
pub struct Commit {
    /// Its full name.
    commit: String,
    /// The first line of its message.
    subject: String,
    /// The worst that a function comes to; null if none was run.
    verdict: Option<&'static str>,
    /// Whether all that changed was judged.
    all_judged: bool,
    /// The functions that are not the same text.
    functions: Vec<Function>,
}

/// What a function comes to.
#[derive(Serialize, JsonSchema, Debug)]
struct Function {
    name: String,
    file: String,
    verdict: &'static str,
}

impl Commit {
    /// What a comparison with the parent came to.
    pub fn new(name: &str, subject: &str, report: &Report<'_>) -> Commit {
        let functions = report.compared.changed().map(|function| Function {
            name: function.name.clone(),
            file: function.file.clone(),
            verdict: verdict(&function.outcome),
        });
        let worst = report.compared.functions.iter().filter_map(|it| match &it.outcome {
            Outcome::Judged(judged) => Some((judged.verdict, verdict(&it.outcome))),
            _ => None,
        });
        Commit {
            commit: name.to_owned(),
            subject: subject.to_owned(),
            verdict: worst.max().map(|(_, words)| words),
            all_judged: report.is_judged(),
            functions: functions.collect(),
        }
    }

    /// The functions that come to the worst.
    fn worst(&self) -> String {
        let all: Vec<&str> = self
            .functions
            .iter()
            .filter(|it| Some(it.verdict) == self.verdict)
            .map(|it| it.name.as_str())
            .collect();
        let more = all.len().saturating_sub(NAMED);
        let named = all[..all.len() - more].join(", ");
        if more > 0 { format!("{named} and {more} more") } else { named }
    }
}

/// What a program is told of a range.
#[derive(Serialize, JsonSchema, Debug)]
pub struct Document<'l> {
    /// "mmdiff-log-1"
    schema: &'static str,
    /// The range, as it was asked for.
    range: &'l str,
    /// The commits that touch what is judged, the oldest first.
    commits: &'l [Commit],
    /// How many of the range were not looked at, because an earlier one differs.
    left: usize,
}

/// The report for a program.
pub fn document(log: &Log) -> Document<'_> {
    Document { schema: SCHEMA, range: &log.range, commits: &log.commits, left: log.left }
}

/// The report for a person.
///
/// # Errors
/// Those of the writer.
pub fn text(log: &Log, out: &mut dyn Write) -> fmt::Result {
    if log.commits.is_empty() {
        return writeln!(out, "No commit of {} touches what is judged.", log.range);
    }
    for it in &log.commits {
        let short = it.commit.get(..SHORT).unwrap_or(&it.commit);
        let subject: String = it.subject.replace(char::is_control, "?");
        let says = it.verdict.unwrap_or("same text");
        let left = if it.all_judged { "" } else { "; not all of it was judged" };
        match it.verdict {
            Some("same behaviour") | None => writeln!(out, "{short} {says}{left} | {subject}")?,
            Some(_) => writeln!(out, "{short} {says}: {}{left} | {subject}", it.worst())?,
        }
    }
    if log.left > 0 {
        writeln!(out, "{} later commits were not looked at.", log.left)?;
    }
    Ok(())
}
