// SPDX-License-Identifier: GPL-2.0-only
//! One path of an enumeration, by the choices that a report prints: what was chosen, and both traces.

use super::bounds::Bounds;
use super::entries::PATHS;
use super::joint::Joint;
use super::results::Results;
use super::tape::{Choice, Tape};
use super::var::{Var, What};
use crate::explain::{Look, write_traces};
use crate::oracle::Question;
use crate::report::explore::write_choices;
use crate::scenario::Path;
use std::fmt::Write;

/// The command that shows a path again.
pub fn command(results: &Results, path: Path, choices: &[Choice]) -> String {
    format!("{} --show {}", enumeration(results), spell(path.name(), choices))
}

/// The command that makes the enumeration that the results are of, without its paths.
fn enumeration(results: &Results) -> String {
    let Results { pre, post, intent, bounds, .. } = results;
    let Bounds { folios, races, settings, tries, orders } = bounds;
    format!(
        "mmdiff explore --pre {pre} --post {post} --intent {intent} --folios {folios} \
         --races {races} --settings {settings} --tries {tries} --orders {orders}"
    )
}

/// The command that goes on from the results, if they are kept in that file.
pub fn resumption(results: &Results, file: &str) -> String {
    let paths: String = results.paths.iter().map(|path| format!(" --path {path}")).collect();
    format!("{}{paths} --resume {file}", enumeration(results))
}

/// How a path is named: the path of the kernel, and five bytes a choice, in hexadecimal.
pub(crate) fn spell(path: &str, choices: &[Choice]) -> String {
    let mut text = format!("{path}:");
    for Choice { var, of, got, label } in choices {
        let _ = write!(text, "{:02x}{:02x}{of:02x}{got:02x}{label:02x}", var.what as u8, var.about);
    }
    text
}

/// The path of that name.
///
/// # Errors
/// If there is none, in one line.
fn read(spelled: &str) -> Result<(Path, Vec<Choice>), String> {
    let (path, hex) =
        spelled.split_once(':').ok_or("it is not PATH:CHOICES, as a report spells it")?;
    let path = PATHS.into_iter().find(|known| known.name() == path);
    let path = path.ok_or_else(|| {
        let known = PATHS.map(Path::name).join(", ");
        format!("before the colon is no path that is enumerated; those are: {known}")
    })?;
    let digits: Option<Vec<u8>> =
        hex.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 10 == 0);
    let digits = digits.ok_or("the choices are five bytes each, in hexadecimal")?;
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let choice = |bytes: &[u8]| {
        let what = *What::ALL.get(usize::from(bytes[0]))?;
        let var = Var { what, about: bytes[1] };
        (bytes[3] < bytes[2]).then_some(Choice {
            var,
            of: bytes[2],
            got: bytes[3],
            label: bytes[4],
        })
    };
    let choices: Option<Vec<Choice>> = bytes.chunks(5).map(choice).collect();
    Ok((path, choices.ok_or("one of the choices cannot be")?))
}

/// Shows the path of that name.
///
/// # Errors
/// If there is none, in one line.
pub fn show(question: &Question, bounds: Bounds, spelled: &str) -> Result<String, String> {
    let (path, choices) = read(spelled)?;
    let mut joint = Joint::new(question, bounds, path);
    let mut tape = Tape::given(&choices);
    let judgement = match choices.first().map(|choice| choice.var.what) {
        Some(What::Range) => joint.record_scan(&mut tape),
        Some(What::Halfway) => joint.record_half(&mut tape),
        _ => joint.record(&mut tape),
    };
    let mut out = String::new();
    let failed = |error: std::fmt::Error| error.to_string();
    writeln!(out, "{spelled}\n\nThe choices").map_err(failed)?;
    write_choices(path, &choices, &mut out).map_err(failed)?;
    writeln!(out, "\nBoth traces").map_err(failed)?;
    let look = Look { width: 100, styled: false, full: true };
    write_traces(&look, (&judgement.pre, &judgement.post), &mut out).map_err(failed)?;
    writeln!(out, "\nThe verdict").map_err(failed)?;
    for divergence in &judgement.divergences {
        writeln!(out, "  {}", divergence.class.signature()).map_err(failed)?;
    }
    if judgement.divergences.is_empty() {
        writeln!(out, "  no difference").map_err(failed)?;
    }
    Ok(out)
}
