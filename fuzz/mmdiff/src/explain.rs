// SPDX-License-Identifier: GPL-2.0-only
//! One scenario, for a person: what it is, what each revision does step by step, and where and why
//! they part.

use crate::oracle::{Divergence, Invariant, Judgement, Question, Verdict, judge};
use crate::run::Run;
use crate::scenario::Scenario;
use crate::trace::{Compared, Event};
use mmcore::Call;
use similar::{Algorithm, ChangeTag, capture_diff_slices};
use std::fmt::{self, Write};

/// Writes the explanation of `scenario`.
///
/// # Errors
/// Those of the writer.
pub fn explain(question: &Question, scenario: &Scenario, out: &mut dyn Write) -> fmt::Result {
    let judgement = judge(question, scenario);
    writeln!(out, "{}", crate::check::spell(scenario))?;
    let readable = serde_json::to_string_pretty(scenario).map_err(|_| fmt::Error)?;
    writeln!(out, "{readable}\n")?;
    for step in 0..scenario.steps() {
        write_step(question, &judgement, step, out)?;
    }
    write_verdict(question, &judgement, out)
}

fn write_step(
    question: &Question,
    judgement: &Judgement,
    step: usize,
    out: &mut dyn Write,
) -> fmt::Result {
    let (pre, post) = (&judgement.pre, &judgement.post);
    let (before, after) = (pre.steps[step].1, post.steps[step].1);
    write!(out, "step {step}: ")?;
    if before == after {
        writeln!(out, "returns {before} in both")?;
    } else {
        let (pre, post) = (question.pre.name, question.post.name);
        writeln!(out, "returns {before} in {pre}, {after} in {post}")?;
    }
    write_traces(pre.events(step), post.events(step), out)
}

/// Both traces in one column: what only one side has is marked `-` (before) or `+` (after).
fn write_traces(pre: &[Event], post: &[Event], out: &mut dyn Write) -> fmt::Result {
    let keys = |events: &[Event]| -> Vec<Key> { events.iter().map(Key::of).collect() };
    let (old, new) = (keys(pre), keys(post));
    let mut depth = 1;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        for change in op.iter_changes(&old, &new) {
            let (mark, event) = match (change.tag(), change.old_index(), change.new_index()) {
                (ChangeTag::Insert, _, Some(i)) => ('+', &post[i]),
                (ChangeTag::Delete, Some(i), _) => ('-', &pre[i]),
                (_, Some(i), _) => (' ', &pre[i]),
                _ => continue,
            };
            write_event(mark, event, &mut depth, out)?;
        }
    }
    Ok(())
}

/// An event as the comparison sees it, but with every read of memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Compared(Compared),
    Raw(Event),
}

impl Key {
    fn of(event: &Event) -> Key {
        match event.compared() {
            Some(Compared::ReadsFlags(_)) | None => Key::Raw(*event),
            Some(compared) => Key::Compared(compared),
        }
    }
}

fn write_event(mark: char, event: &Event, depth: &mut usize, out: &mut dyn Write) -> fmt::Result {
    match event.call {
        Call::Enter { function } => {
            let indent = 2 * *depth;
            writeln!(out, "{mark}{:indent$}{} ({})", "", function.name(), function.file())?;
            *depth += 1;
            Ok(())
        }
        Call::Leave {} => {
            *depth = depth.saturating_sub(1).max(1);
            Ok(())
        }
        _ => {
            let indent = 2 * *depth;
            let effect = if event.is_effect() { "=> " } else { "" };
            writeln!(out, "{mark}{:indent$}{effect}{event}", "")
        }
    }
}

fn write_verdict(question: &Question, judgement: &Judgement, out: &mut dyn Write) -> fmt::Result {
    writeln!(out)?;
    match judgement.verdict() {
        Verdict::Same => writeln!(out, "The two sides do the same.")?,
        Verdict::Intended => writeln!(out, "The two sides differ as intended:")?,
        Verdict::Beyond => writeln!(out, "The two sides differ BEYOND the intent:")?,
    }
    for divergence in &judgement.divergences {
        write_divergence(question, divergence, out)?;
    }
    write_invariants(&judgement.pre, &judgement.pre_broke, out)?;
    write_invariants(&judgement.post, &judgement.post_broke, out)
}

fn write_divergence(
    question: &Question,
    divergence: &Divergence,
    out: &mut dyn Write,
) -> fmt::Result {
    let class = &divergence.class;
    let (pre, post) = class.outcomes.sides();
    writeln!(out, "  {}", class.signature())?;
    writeln!(out, "    it hangs on: {}", class.cause)?;
    writeln!(out, "    {}: {pre}", question.pre.name)?;
    writeln!(out, "    {}: {post}", question.post.name)?;
    match class.clause {
        Some(clause) => writeln!(out, "    intended: {}", clause.meaning())?,
        None => writeln!(out, "    no clause explains it under intent {:?}", question.intent)?,
    }
    match divergence.stale {
        (0, 0) => Ok(()),
        (pre, post) => writeln!(out, "    stale bytes in the end: {pre} before, {post} after"),
    }
}

fn write_invariants(run: &Run, broke: &[Invariant], out: &mut dyn Write) -> fmt::Result {
    for invariant in broke {
        writeln!(out, "  {} breaks: {}", run.tree.name, invariant.meaning())?;
        let of = |misdeed: &&_| Invariant::of(**misdeed) == Some(*invariant);
        for misdeed in run.world.misdeeds.iter().filter(of) {
            writeln!(out, "    {misdeed:?}")?;
        }
    }
    Ok(())
}
