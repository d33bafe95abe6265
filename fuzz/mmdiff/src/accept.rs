// SPDX-License-Identifier: GPL-2.0-only
//! A first draft of expectations: what a check has found and nothing explains, in the form of
//! [`crate::change`]. Whoever accepts it says why, and for when.

use crate::change::COVERS;
use crate::oracle::{Class, Outcomes, Side};
use crate::report::{FindingRow, Report};
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// The draft.
pub fn draft(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_draft(report, &mut text);
    text
}

fn write_draft(report: &Report, out: &mut String) -> fmt::Result {
    let (pre, post) = (report.pre, report.post);
    writeln!(
        out,
        "# What differs between {pre} and {post}: a first draft of what is expected, for"
    )?;
    writeln!(
        out,
        "# `mmdiff check --pre {pre} --post {post} --expect FILE`. Say why, and narrow it."
    )?;
    let mut names = BTreeSet::new();
    for finding in report.findings.iter().filter(|finding| finding.expected.is_none()) {
        let classes: Vec<&Class> =
            finding.rows.iter().map(|&row| &report.divergences[row].class).collect();
        let mut name = name(classes[0]);
        while !names.insert(name.clone()) {
            name += "-again";
        }
        write_expectation(finding, &classes, &name, out)?;
    }
    Ok(())
}

fn write_expectation(
    finding: &FindingRow,
    classes: &[&Class],
    name: &str,
    out: &mut String,
) -> fmt::Result {
    writeln!(out, "\n[[expect]]\nname = \"{name}\"\nbecause = \"nobody has said why yet\"")?;
    let paths: Vec<String> =
        finding.paths.iter().map(|path| format!("{:?}", path.name())).collect();
    writeln!(out, "on = [{}]", paths.join(", "))?;
    if let Some(function) = finding.function {
        writeln!(out, "function = \"{function}\"")?;
    }
    for when in &finding.when {
        writeln!(out, "# when {when}")?;
    }
    let ways: BTreeSet<String> = classes.iter().map(|class| way(class)).collect();
    ways.iter().try_for_each(|way| out.write_str(way))
}

/// The way in which a class shows.
fn way(class: &Class) -> String {
    let when = match class.outcomes {
        Outcomes::Returned(pre, post) => {
            format!("when = [\"old returns {pre}\", \"new returns {post}\"]\n")
        }
        _ => String::new(),
    };
    format!("\n[[expect.way]]\nparts = \"{}\"\n{when}covers = \"{COVERS}\"\n", parts(class))
}

fn name(class: &Class) -> String {
    let function = class.function.map_or("accessor", |function| function.name());
    let signature = class.signature();
    let place = signature.rsplit(':').next().unwrap_or_default();
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = format!("{function}-{place}").chars().map(letter).collect();
    name.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// Where the sides part, as a file says it.
fn parts(class: &Class) -> String {
    let side = |side| if side == Side::Pre { "old" } else { "new" };
    match class.outcomes {
        Outcomes::Effect(on, call) => format!("{} does {}", side(on), call.name()),
        Outcomes::Question(on, call) => format!("{} asks {}", side(on), call.name()),
        Outcomes::Calls(on, function) => format!("{} calls {}", side(on), function.name()),
        Outcomes::Returned(..) => "result".into(),
        Outcomes::Flags(..) => "flags".into(),
        Outcomes::Bytes => "bytes".into(),
        Outcomes::Folio => "folio".into(),
        Outcomes::Elsewhere => "world".into(),
    }
}
