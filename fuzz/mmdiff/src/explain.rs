// SPDX-License-Identifier: GPL-2.0-only
//! One scenario, for a person: what it is, what happens in it, what each revision does step by
//! step, where and why they part, what comes of it, and a test to keep it.

mod actors;
pub(crate) mod bits;
mod look;
mod paste;
mod sides;
mod timeline;
mod verdict;

pub use look::Look;
pub use paste::paste;
pub use sides::{Pair, Said, pairs};

use crate::oracle::{Judgement, Question, judge};
use crate::readable;
use crate::run::Run;
use crate::scenario::Scenario;
use look::Ink;
use std::fmt::{self, Write};

/// The least width that anything can be drawn in.
const LEAST: usize = 60;

/// Writes the explanation of `scenario`.
///
/// # Errors
/// Those of the writer.
pub fn explain(
    question: &Question,
    scenario: &Scenario,
    look: &Look,
    out: &mut dyn Write,
) -> fmt::Result {
    let look = &Look { width: look.width.max(LEAST), ..*look };
    let judgement = judge(question, scenario);
    let heading = |text: &str| look.ink(Ink::Heading, text);
    writeln!(out, "{}\n", crate::check::spell(scenario))?;
    writeln!(out, "{}\n{}", heading("The scenario"), readable::write(scenario))?;
    writeln!(out, "{}", heading("What happens"))?;
    timeline::write(look, question, scenario, &judgement, out)?;
    let kinds = "`=>` an effect, `~` another CPU, `·` the thought behind; else a question";
    writeln!(out, "\n{}", heading("Both traces"))?;
    writeln!(out, "  {}", look.ink(Ink::Thought, kinds))?;
    for step in 0..scenario.steps() {
        write_step(look, scenario, &judgement, step, out)?;
    }
    writeln!(out, "\n{}", heading("The verdict"))?;
    verdict::write(look, question, &judgement, out)?;
    writeln!(out, "\n{}", heading("A test that holds now"))?;
    out.write_str(&paste(question, scenario, &judgement))
}

/// Writes both traces of what was run, step by step.
///
/// # Errors
/// Those of the writer.
pub fn write_traces(look: &Look, (pre, post): (&Run, &Run), out: &mut dyn Write) -> fmt::Result {
    for step in 0..pre.steps.len().min(post.steps.len()) {
        let (before, after) = (pre.steps[step].1, post.steps[step].1);
        let name = look.ink(Ink::Heading, &format!("step {step}"));
        match before == after {
            true => writeln!(out, "{name}  returns {before} in both")?,
            false => writeln!(out, "{name}  returns {before} | {after}")?,
        }
        sides::write(look, (pre, post), step, out)?;
    }
    Ok(())
}

/// Writes the traces of a step. One that is the same in both is left out if another differs.
fn write_step(
    look: &Look,
    scenario: &Scenario,
    judgement: &Judgement,
    step: usize,
    out: &mut dyn Write,
) -> fmt::Result {
    let (pre, post) = (&judgement.pre, &judgement.post);
    let (before, after) = (pre.steps[step].1, post.steps[step].1);
    if pre.events(step).is_empty() && post.events(step).is_empty() {
        return Ok(());
    }
    let name = format!("step {step}  {}", timeline::step_name(scenario, step));
    let name = look.ink(Ink::Heading, &name);
    match before == after {
        true => writeln!(out, "{name}  returns {before} in both")?,
        false => {
            let (pre, post) = (pre.tree.name, post.tree.name);
            writeln!(out, "{name}  returns {before} in {pre}, {after} in {post}")?;
        }
    }
    let equal = |step: usize| pre.events(step) == post.events(step);
    if !look.full && equal(step) && !(0..scenario.steps()).all(equal) {
        let text =
            format!("⋮ alike in both ({} events), --full shows them", pre.events(step).len());
        return writeln!(out, "  {}", look.ink(Ink::Thought, &text));
    }
    sides::write(look, (pre, post), step, out)
}
