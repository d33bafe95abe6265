// SPDX-License-Identifier: GPL-2.0-only
//! Sorting the differences of one scenario into divergences, step by step.
//!
//! What an expectation recognizes is a divergence under its name. Of the rest, the first place in each
//! ported function is one at which the traces part. What follows it there, and what a step leaves behind
//! or returns, comes of what has parted before it, and stands there as [`Then`]; it is a divergence of
//! its own only if nothing unexpected has parted yet. So nothing hides behind what is expected.

use super::compare::{self, Comparison, Difference, Side, What};
use super::divergence::{Class, Condition, Divergence, Outcomes, Then};
use super::rules::Rules;
use super::view::{Taint, View, Words};
use super::{Judgement, Question};
use crate::run::{Flags, Run};
use crate::scenario::Scenario;
use crate::trace::{Event, Returned};
use mmcore::{Call, Mapping};

/// Sorts the differences of one scenario, step by step.
#[derive(Debug)]
pub(super) struct Sorter {
    flags: Flags,
    rules: Rules,
    tainted: Vec<Taint>,
    words: Vec<Words>,
    /// The same, at the end of the step.
    explained: Vec<Option<u16>>,
    parted: bool,
    /// The worlds differed when the step began, and not as expected.
    astray: bool,
    comparison: Comparison,
}

impl Sorter {
    pub(super) fn new(question: &Question, flags: Flags) -> Self {
        Sorter {
            rules: Rules::new(question.intent, &flags),
            flags,
            tainted: Vec::new(),
            words: Vec::new(),
            explained: Vec::new(),
            parted: false,
            astray: false,
            comparison: Comparison::default(),
        }
    }

    /// Begins a scenario. Only the flags of its files can differ yet: they are what the revisions'
    /// own setters made.
    pub(super) fn compare_setup(&mut self, scenario: &Scenario, judgement: &mut Judgement) {
        self.tainted.clear();
        self.words.clear();
        self.explained.clear();
        (self.parted, self.astray) = (false, false);
        for i in 0..judgement.pre.world.files.len() {
            let flags = |run: &Run| run.world.files[i].flags;
            let (pre, post) = (flags(&judgement.pre), flags(&judgement.post));
            if pre != post {
                let what = What::Word(Mapping(i as u8), pre, post);
                self.sort(scenario, judgement, None, Difference { what, at: (0, 0) });
            }
        }
        self.remember_words(judgement);
    }

    /// Compares a step. Worlds change by effects alone, so they are compared only once a trace has
    /// differed. If it was seen that the second side `said_the_same`, traces need not be compared.
    pub(super) fn compare_step(
        &mut self,
        scenario: &Scenario,
        judgement: &mut Judgement,
        step: usize,
        said_the_same: bool,
    ) {
        let (pre, post) = (&judgement.pre, &judgement.post);
        let (before, after) = (pre.steps[step].1, post.steps[step].1);
        match said_the_same {
            true => self.comparison.found.clear(),
            false => self.comparison.traces(pre.events(step), post.events(step)),
        }
        let found = &mut self.comparison.found;
        // Effects were found before the questions between them.
        if found.iter().any(|difference| matches!(difference.what, What::Question(..))) {
            found.sort_unstable_by_key(place);
        }
        if before != after {
            let at = (pre.events(step).len(), post.events(step).len());
            found.push(Difference { what: What::Returned(before, after), at });
        }
        self.parted |= !found.is_empty();
        if self.parted {
            compare::worlds(pre, post, found);
        }
        if !found.is_empty() {
            let mut found = std::mem::take(found);
            for difference in found.drain(..) {
                self.sort(scenario, judgement, Some(step), difference);
            }
            self.comparison.found = found;
        }
        let beyond =
            judgement.divergences.iter().find(|divergence| divergence.takes_what_follows());
        self.astray = beyond.is_some_and(|divergence| divergence.leaves_traces());
        self.end_taints(judgement);
        self.remember_words(judgement);
    }

    /// A range that holds the same again on both sides is tainted no more.
    fn end_taints(&mut self, judgement: &Judgement) {
        let (pre, post) = (&judgement.pre.world, &judgement.post.world);
        self.tainted.retain(|&Taint { mapping, start, end, .. }| {
            pre.file(mapping).visible(start, end).ne(post.file(mapping).visible(start, end))
        });
    }

    fn remember_words(&mut self, judgement: &Judgement) {
        let (pre, post) = (&judgement.pre.world.files, &judgement.post.world.files);
        self.explained.resize(pre.len().max(self.explained.len()), None);
        self.words.clear();
        let files = pre.iter().zip(post.iter()).zip(&self.explained);
        self.words.extend(files.map(|((pre, post), &explained)| Words {
            pre: pre.flags,
            post: post.flags,
            explained,
        }));
        self.parted |= self.words.iter().any(|words| words.pre != words.post);
    }

    fn sort(
        &mut self,
        scenario: &Scenario,
        judgement: &mut Judgement,
        step: Option<usize>,
        difference: Difference,
    ) {
        let (pre, post) = (&judgement.pre, &judgement.post);
        let path = scenario.path();
        let view = View { pre, post, path, step, before: &self.words, tainted: &self.tainted };
        if let What::Word(mapping, a, b) = difference.what
            && let Some(was) = self.words.get(usize::from(mapping.0))
            && was.pre ^ was.post == a ^ b
        {
            return;
        }
        if let What::Bytes(mapping, start, end, ..) = difference.what
            && let Some(divergence) = view.taint_of(mapping, start, end)
        {
            judgement.divergences[divergence].then.bytes = true;
            return;
        }
        let known = self.rules.recognize(&difference, &view);
        let outcomes = outcomes(&self.flags, difference.what);
        if let What::Word(mapping, ..) = difference.what {
            let at = usize::from(mapping.0);
            self.explained.resize(self.explained.len().max(at + 1), None);
            self.explained[at] = known.map(|known| known.number.0);
        }
        let (place, outcomes) = match (known, side_of(&difference)) {
            (known, Some(side)) if known.is_none_or(|known| known.calls) => {
                let (function, called) = view.parting(side, &difference);
                (function, called.map_or(outcomes, |called| Outcomes::Calls(side, called)))
            }
            (Some(known), None) if matches!(difference.what, What::Word(..)) => {
                (known.function, outcomes)
            }
            _ => (view.function(&difference), outcomes),
        };
        let astray = self.astray;
        let comes_of = |divergence: &&mut Divergence| match known {
            // What is recognized comes of what the same expectation has recognized in this step.
            Some(known) => {
                outcomes.is_state()
                    && divergence.last == step
                    && divergence.class.known.is_some_and(|number| number.0 == known.number.0)
            }
            None if outcomes.is_state() || astray => divergence.takes_what_follows(),
            None => {
                divergence.takes_what_follows()
                    && (divergence.last == step && divergence.class.function == place
                        || view.is_only_another_answer(&difference))
            }
        };
        if let Some(divergence) = judgement.divergences.iter_mut().find(comes_of) {
            divergence.then.add(difference.what);
            return;
        }
        let mapping = view.mapping_of(&difference);
        let built = scenario.is_built();
        let condition = match known.map(|known| known.condition) {
            Some(condition @ Condition::Case(_)) if built || !view.reads(&difference) => condition,
            _ => view.condition(&self.flags, &difference, built),
        };
        let class = Class {
            path,
            function: place,
            clause: known.and_then(|known| known.counts),
            condition,
            outcomes,
            known: known.map(|known| known.number),
        };
        let taint = taint(&view, &difference);
        let index = judgement.divergences.iter().position(|known| known.class == class);
        let index = index.unwrap_or_else(|| {
            let (stale, mut then) = ((0, 0), Then::default());
            if matches!(outcomes, Outcomes::Calls(..)) {
                then.add(difference.what);
            }
            let covers = known.is_some_and(|known| known.covers);
            judgement.divergences.push(Divergence {
                class,
                covers,
                step,
                last: step,
                difference,
                mapping,
                stale,
                then,
            });
            judgement.divergences.len() - 1
        });
        judgement.divergences[index].last = step;
        if let Some((mapping, start, end)) = taint {
            self.tainted.push(Taint { mapping, start, end, divergence: index });
        }
    }
}

/// Where a difference stands in the trace of the side that alone does or asks something: by that, and
/// the old side first.
fn place(difference: &Difference) -> (usize, Option<Side>, usize) {
    let (pre, post) = difference.at;
    match side_of(difference) {
        Some(Side::Post) => (post, Some(Side::Post), pre),
        side => (pre, side, post),
    }
}

/// The side that alone does or asks something.
fn side_of(difference: &Difference) -> Option<Side> {
    match difference.what {
        What::Effect(side, _) | What::Question(side, _) => Some(side),
        _ => None,
    }
}

/// What of two results differs: of truth values only those that do.
pub(super) fn parted(pre: Returned, post: Returned) -> (Returned, Returned) {
    match (pre, post) {
        (Returned::Bits(pre), Returned::Bits(post)) => {
            (Returned::Bits(pre & !post), Returned::Bits(post & !pre))
        }
        other => other,
    }
}

fn outcomes(flags: &Flags, what: What) -> Outcomes {
    match what {
        What::Returned(pre, post) => {
            let (pre, post) = parted(pre, post);
            Outcomes::Returned(pre, post)
        }
        What::Effect(side, event) => Outcomes::Effect(side, event.call.id()),
        What::Question(side, event) => Outcomes::Question(side, event.call.id()),
        What::Word(_, pre, post) => {
            Outcomes::Flags(flags.named(false, pre & !post), flags.named(true, post & !pre))
        }
        What::Bytes(..) => Outcomes::Bytes,
        What::Folio(_) => Outcomes::Folio,
        What::Elsewhere => Outcomes::Elsewhere,
    }
}

impl Then {
    /// Adds what comes of it too.
    fn add(&mut self, what: What) {
        match what {
            What::Returned(pre, post) => _ = self.returned.get_or_insert((pre, post)),
            What::Word(..) => self.flags = true,
            What::Bytes(..) => self.bytes = true,
            What::Folio(_) => self.folio = true,
            What::Elsewhere => self.elsewhere = true,
            What::Effect(..) => self.effects += 1,
            What::Question(..) => {}
        }
    }
}

/// The range of the file that a zeroing on one side concerns.
fn taint(view: &View<'_>, difference: &Difference) -> Option<(Mapping, u64, u64)> {
    let What::Effect(_, Event { call: Call::FolioZeroRange { offset, length, .. }, .. }) =
        difference.what
    else {
        return None;
    };
    view.deciding_read(Side::Post, difference)?;
    let mapping = view.deciding_read(Side::Pre, difference)?.call.mapping()?;
    let pos =
        view.before(Side::Pre, difference).iter().rev().find_map(|event| {
            matches!(event.call, Call::FolioPos { .. }).then_some(event.answer)
        })?;
    let start = pos + u64::from(offset);
    Some((mapping, start, start + u64::from(length)))
}
