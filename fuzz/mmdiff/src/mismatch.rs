// SPDX-License-Identifier: GPL-2.0-only
//! A mismatch, written down for a person: both traces side by side, and the lines of the kernel's C.

use crate::conform::complete::{Complete, Plan};
use crate::conform::{Apart, Code, Said, Sampler, Steps, compare_steps, loaded};
use crate::explain::{Look, write_traces};
use crate::explore::{Choice, What, spell};
use crate::report::explore::write_choices;
use crate::run::Run;
use crate::scenario::{Path, Scenario};
use crate::trace::equality::counts_for;
use mmdiff_kernel::{Compiled, Place};
use std::fmt::{self, Write};
use std::sync::Arc;

/// How many calls before and after the place where the sides part have their lines shown.
const AROUND: usize = 8;

/// A path, or a scenario, on which the sides are not equal.
#[derive(Debug)]
pub struct Found {
    /// How the path or scenario is spelled.
    pub spelled: String,
    path: Option<(&'static str, Path, Vec<Choice>)>,
    steps: Steps,
    sides: [(Run, Vec<Said>); 2],
}

impl Found {
    /// The first path of an enumeration on which the sides are not equal.
    pub fn of_path(plan: &Plan, complete: &Complete) -> Option<Found> {
        let choices = complete.first.as_ref()?;
        let sides = plan.record(complete, choices)?;
        Some(Found {
            spelled: spell(complete.name(), choices),
            path: Some((complete.function(choices), complete.path(), choices.clone())),
            steps: compare_steps(&sides[0].0, &sides[1].0),
            sides,
        })
    }

    /// A scenario, whatever it shows.
    pub fn of_scenario(
        sides: [&'static Code; 2],
        objects: &[Arc<Compiled>],
        scenario: &Scenario,
    ) -> Found {
        let (steps, sides) = loaded(objects, || Sampler::new(sides).record(scenario));
        Found { spelled: crate::check::spell(scenario), path: None, steps, sides }
    }

    /// Whether the sides are equal.
    pub fn is_equal(&self) -> bool {
        self.steps == Steps::Equal
    }

    /// Writes it. `objects` are what the C ran in: of each side, or of the one that is C.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(
        &self,
        objects: &[Arc<Compiled>],
        look: &Look,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let [left, right] = [0, 1].map(|side| &self.sides[side].0);
        writeln!(out, "{}", self.spelled)?;
        if let Some((function, path, choices)) = &self.path {
            let arguments = |choice: &&Choice| choice.var.what != What::Function;
            let choices: Vec<Choice> = choices.iter().filter(arguments).copied().collect();
            writeln!(out, "  {function}")?;
            write_choices(*path, &choices, out)?;
        }
        let parted = match &self.steps {
            Steps::Apart(apart, _) => {
                writeln!(out, "  {apart}")?;
                match apart {
                    Apart::Step(step, at) => [(*step, at.left), (*step, at.right)],
                    _ => [left, right].map(last),
                }
            }
            // An enumeration goes by digests: two traces with one digest, or two digests of one trace.
            Steps::Equal | Steps::NotJudged(_) => {
                writeln!(out, "  they part in no call that is written down")?;
                [left, right].map(last)
            }
        };
        write_traces(look, (&counted(left), &counted(right)), out)?;
        for (side, ((run, said), at)) in self.sides.iter().zip(parted).enumerate() {
            if let Some(object) = objects.get(side).or(objects.last()) {
                write_lines(object, run, said, at, out)?;
            }
        }
        Ok(())
    }
}

/// The end of a run: its last step, and the last event of it.
fn last(run: &Run) -> (usize, usize) {
    let step = run.steps.len().saturating_sub(1);
    (step, run.steps.get(step).map_or(0, |(events, _)| events.len()))
}

/// The run without what does not count.
fn counted(run: &Run) -> Run {
    let mut less = Run::new(run.tree);
    less.world = run.world.clone();
    for (events, returned) in &run.steps {
        let start = less.trace.len();
        let events = run.trace[events.clone()].iter();
        less.trace.extend(events.filter(|event| counts_for(&event.call)));
        less.steps.push((start..less.trace.len(), *returned));
    }
    let before = |at: u32| {
        let events = run.trace.iter().take(at as usize);
        events.filter(|event| counts_for(&event.call)).count() as u32
    };
    for moment in &mut less.world.schedule.done {
        moment.at = before(moment.at);
    }
    less
}

/// The lines of the kernel around event `at` of a step, if it ran in C.
fn write_lines(
    object: &Compiled,
    run: &Run,
    said: &[Said],
    (step, at): (usize, usize),
    out: &mut dyn Write,
) -> fmt::Result {
    if said.is_empty() {
        return Ok(());
    }
    let Some((events, _)) = run.steps.get(step) else { return Ok(()) };
    let at = events.start + at;
    let all = places(object, run, said);
    writeln!(out, "  the lines of {}", run.tree.name)?;
    let shown = at.saturating_sub(AROUND)..(at + AROUND).min(events.end);
    for (i, event) in run.trace.iter().enumerate().take(shown.end).skip(shown.start) {
        let mark = if i >= at { ">" } else { " " };
        let effect = if event.is_effect() { "=> " } else { "   " };
        let place = match &all[i] {
            Some(Place { file, line }) => format!("{file}:{line}"),
            None => "-".into(),
        };
        writeln!(out, "  {mark} {place:<28} {effect}{event}")?;
    }
    Ok(())
}

/// Where each event of a run came from. What C said is among the events, in order.
fn places(object: &Compiled, run: &Run, said: &[Said]) -> Vec<Option<Place>> {
    let mut left = said.iter().peekable();
    let from = run
        .trace
        .iter()
        .map(|event| left.next_if(|(said, _)| said == event).and_then(|&(_, from)| from));
    let from: Vec<Option<usize>> = from.collect();
    let addresses: Vec<usize> = from.iter().flatten().copied().collect();
    // Without addr2line there are no lines, and the traces are all there is.
    let mut found = object.places(&addresses).unwrap_or_default().into_iter();
    from.iter().map(|from| from.and_then(|_| found.next().flatten())).collect()
}
