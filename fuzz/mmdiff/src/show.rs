// SPDX-License-Identifier: GPL-2.0-only
//! One path of an enumeration, by the choices that a report prints: what was chosen, and both traces.

use crate::explain::{Look, write_traces};
use crate::explore::{Bounds, Joint, Sides, Tape, What, read};
use crate::report::explore::write_choices;
use std::fmt::Write;

/// Shows the path of that name.
///
/// # Errors
/// If there is none, in one line.
pub fn show(sides: &Sides, bounds: Bounds, spelled: &str) -> Result<String, String> {
    let (path, choices) = read(spelled)?;
    let mut joint = Joint::new(sides, bounds, path);
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
