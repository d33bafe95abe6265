// SPDX-License-Identifier: GPL-2.0-only
//! What happens, drawn: the folios before and after with the range that is taken out or scanned,
//! the lanes of the racing actors between; or, for a sequence of operations, what each of them
//! changes.

mod cells;
mod state;

use super::actors;
use super::look::{Ink, Look};
use crate::oracle::{Judgement, Question};
use crate::readable;
use crate::run::{Run, Tree, truncated_range};
use crate::scenario::{Scenario, TruncationScenario, forms};
use crate::world::World;
use cells::Range;
use mmcore::{Call, Mapping};
use serde_json::Value;
use std::fmt::{self, Write};

/// Writes the timeline of a scenario.
pub(super) fn write(
    look: &Look,
    question: &Question,
    scenario: &Scenario,
    judgement: &Judgement,
    out: &mut dyn Write,
) -> fmt::Result {
    match scenario {
        Scenario::Truncation(_) | Scenario::Migration(_) | Scenario::Compaction(_) => {
            Single { look, scenario }.write(question, judgement, out)
        }
        _ => write_steps(look, question, scenario, out),
    }
}

/// A scenario of one step: before, meanwhile, after.
struct Single<'a> {
    look: &'a Look,
    scenario: &'a Scenario,
}

impl Single<'_> {
    fn write(
        &self,
        question: &Question,
        judgement: &Judgement,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let (pre, post) = (&judgement.pre, &judgement.post);
        let [before_pre, before_post] = [question.pre, question.post].map(|tree| {
            let run = begin(tree, self.scenario);
            (self.picture(&run, judgement, true), run)
        });
        let worlds = [&before_pre.1.world, &pre.world, &post.world];
        self.both("before", [&before_pre.0, &before_post.0], question, out)?;
        state::write_key(self.look, &worlds, out)?;
        writeln!(out)?;
        actors::write_lanes(self.look, pre, post, out)?;
        let after = [pre, post].map(|run| self.picture(run, judgement, false));
        self.both("after", [&after[0], &after[1]], question, out)
    }

    /// Writes a picture of both sides, once if it is the same.
    fn both(
        &self,
        when: &str,
        pictures: [&str; 2],
        question: &Question,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let heading = |text: &str| self.look.ink(Ink::Heading, text);
        if pictures[0] == pictures[1] {
            return write!(out, "  {}\n{}", heading(&format!("{when}, in both")), pictures[0]);
        }
        for (tree, picture) in [question.pre, question.post].iter().zip(pictures) {
            write!(out, "  {}\n{picture}", heading(&format!("{when}, in {}", tree.name)))?;
        }
        Ok(())
    }

    fn picture(&self, run: &Run, judgement: &Judgement, before: bool) -> String {
        let world = &run.world;
        match self.scenario {
            Scenario::Truncation(s) => {
                let range = before.then(|| truncated(s, world));
                state::file(self.look, run.tree, world, Mapping(0), range)
            }
            Scenario::Migration(_) => {
                let folios = state::loose(self.look, world, &["source", "destination"]);
                state::headline(run.tree, world, Mapping(0)) + &folios
            }
            _ => {
                let judged =
                    if run.tree == judgement.post.tree { &judgement.post } else { &judgement.pre };
                let ranges = if before { scanned(judged) } else { None };
                let files = owners(run.tree, world);
                files + &state::frames(self.look, world, ranges.as_slice())
            }
        }
    }
}

/// The files of a scan's folios, a line each; the last one is the swap cache.
fn owners(tree: &Tree, world: &World) -> String {
    let files = 0..world.files.len() as u8;
    let files = files.map(Mapping).filter(|&mapping| world.file(mapping).kind.is_some());
    files.map(|mapping| state::headline(tree, world, mapping)).collect()
}

/// The run of a scenario before its first step.
fn begin(tree: &'static Tree, scenario: &Scenario) -> Run {
    let mut run = Run::new(tree);
    run.begin(scenario);
    run
}

/// The range that a truncation takes out.
fn truncated(s: &TruncationScenario, world: &World) -> Range {
    let (start, end) = truncated_range(s, world);
    let note = match end {
        -1 => format!("from byte {start} on"),
        end => format!("bytes {start} to {end}"),
    };
    let to = u64::try_from(end).ok().map(|end| end + 1);
    Range { name: "truncated", ink: Ink::Actor, from: start as u64, to, note }
}

/// The range that a scan has gone over, by what it said of itself.
fn scanned(run: &Run) -> Option<Range> {
    let mut said = run.trace.iter().filter_map(|event| match event.call {
        Call::SetCcMigratePfn { pfn } => Some(pfn),
        _ => None,
    });
    let from = said.next()?;
    let to = said.next_back().unwrap_or(from);
    let note = format!("pfn {from} up to {to}, in the end");
    Some(Range { name: "scanned", ink: Ink::Actor, from, to: Some(to), note })
}

/// A scenario of several steps: each with what it returns and what it changes.
fn write_steps(
    look: &Look,
    question: &Question,
    scenario: &Scenario,
    out: &mut dyn Write,
) -> fmt::Result {
    let trees = [question.pre, question.post];
    let mut runs = trees.map(|tree| begin(tree, scenario));
    let mut known = runs.each_ref().map(|run| pictures(look, run));
    write_pictures(look, &trees, &known, &[Vec::new(), Vec::new()], out)?;
    for step in 0..scenario.steps() {
        runs.iter_mut().for_each(|run| run.step(scenario));
        let [pre, post] = runs.each_ref().map(|run| run.steps[step].1.to_string());
        let name = look.ink(Ink::Heading, &format!("step {step}  {}", step_name(scenario, step)));
        let returned = match pre == post {
            true => pre,
            false => format!("{pre} in {}, {post} in {}", trees[0].name, trees[1].name),
        };
        writeln!(out, "  {name}  returns {returned}")?;
        let now = runs.each_ref().map(|run| pictures(look, run));
        write_pictures(look, &trees, &now, &known, out)?;
        known = now;
    }
    state::write_key(look, &runs.each_ref().map(|run| &run.world), out)
}

/// A picture of each file.
fn pictures(look: &Look, run: &Run) -> Vec<String> {
    let files = 0..run.world.files.len() as u8;
    files.map(|i| state::file(look, run.tree, &run.world, Mapping(i), None)).collect()
}

/// Writes the pictures that have changed on either side.
fn write_pictures(
    look: &Look,
    trees: &[&Tree; 2],
    now: &[Vec<String>; 2],
    before: &[Vec<String>; 2],
    out: &mut dyn Write,
) -> fmt::Result {
    for (i, (pre, post)) in now[0].iter().zip(&now[1]).enumerate() {
        if before[0].get(i) == Some(pre) && before[1].get(i) == Some(post) {
            continue;
        }
        if pre == post {
            out.write_str(pre)?;
            continue;
        }
        for ((tree, picture), ink) in trees.iter().zip([pre, post]).zip([Ink::Pre, Ink::Post]) {
            let name = look.ink(ink, &format!("  in {}:", tree.name));
            write!(out, "{name}\n{picture}")?;
        }
    }
    Ok(())
}

/// What a step does, as the scenario's text says it.
pub(super) fn step_name(scenario: &Scenario, step: usize) -> String {
    let fields = forms::fields(scenario);
    let item = |list: &str, i: usize| say(&fields[list][i]);
    match scenario {
        Scenario::Flags(_) if step.is_multiple_of(2) => "reads every flag".into(),
        Scenario::Flags(_) => item("ops", step / 2),
        Scenario::Creation(_) if step == 0 => "creates the guest_memfd".into(),
        Scenario::Creation(_) => item("steps", step - 1),
        Scenario::Errors(_) | Scenario::Lifecycle(_) => item("ops", step),
        _ => readable::inline(&fields["call"]).replace('"', ""),
    }
}

/// An operation with its fields.
fn say(item: &Value) -> String {
    let Value::Object(fields) = item else {
        return readable::inline(item).replace('"', "");
    };
    let show = |(key, value): (&String, &Value)| {
        let value = readable::inline(value).replace('"', "");
        if key == "do" { value } else { format!("{key}={value}") }
    };
    fields.iter().map(show).collect::<Vec<_>>().join(" ")
}
