// SPDX-License-Identifier: GPL-2.0-only
//! Sorting the differences of one scenario into divergences, step by step.

use super::clauses::{Clause, Intent, deciding_reads};
use super::compare::{self, Comparison, Difference, Side, What};
use super::divergence::{Cause, Class, Divergence, Outcomes};
use super::{Judgement, Question};
use crate::run::Run;
use crate::scenario::{FileKind, Scenario};
use crate::trace::{Compared, Event, function_at};
use mmcore::include::linux::pagemap::{AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::{Call, CallId, Function, Mapping};

/// Both runs, as a clause sees them.
pub(super) struct View<'a> {
    /// The run before.
    pub(super) pre: &'a Run,
    /// The run after.
    pub(super) post: &'a Run,
    step: Option<usize>,
    words_before: &'a [(u64, u64)],
    tainted: &'a [Taint],
}

/// A range of a file that only one side zeroed.
#[derive(Clone, Copy, Debug)]
struct Taint {
    mapping: Mapping,
    start: u64,
    end: u64,
    divergence: usize,
}

impl<'a> View<'a> {
    /// The events of the step, on both sides.
    pub(super) fn events(&self) -> (&'a [Event], &'a [Event]) {
        match self.step {
            Some(step) => (self.pre.events(step), self.post.events(step)),
            None => (&[], &[]),
        }
    }

    /// The ported function in which a difference shows.
    pub(super) fn function(&self, difference: &Difference) -> Option<Function> {
        let (pre, post) = self.events();
        match difference.what {
            What::Effect(Side::Post, _) | What::Question(Side::Post, _) => {
                function_at(post, difference.at.1)
            }
            What::Returned(..) => pre.iter().find_map(|event| match event.call {
                Call::Enter { function } => Some(function),
                _ => None,
            }),
            _ => function_at(pre, difference.at.0),
        }
    }

    /// The words of a mapping on both sides.
    pub(super) fn words(&self, mapping: Mapping) -> Option<(u64, u64)> {
        let at = usize::from(mapping.0);
        Some((self.pre.world.files.get(at)?.flags, self.post.world.files.get(at)?.flags))
    }

    /// Whether the mapping is a guest_memfd's.
    pub(super) fn is_guest_memory(&self, mapping: Mapping) -> bool {
        let at = usize::from(mapping.0);
        self.pre.world.files.get(at).is_some_and(|file| file.is_guest_memory())
    }

    /// Whether the old side's word alone had AS_ENOSPC when the step began, from its creation.
    pub(super) fn was_spurious(&self, mapping: Mapping) -> bool {
        let before = self.words_before.get(usize::from(mapping.0));
        self.is_guest_memory(mapping)
            && before.is_some_and(|&(pre, post)| pre != post && pre == post | 1 << AS_ENOSPC)
    }

    /// Whether the step creates a guest_memfd; the set-up of a scenario may.
    pub(super) fn creates(&self) -> bool {
        let creates =
            |event: &Event| matches!(event.call, Call::Enter { function: Function::KvmGmemCreate });
        self.step.is_none() || self.events().0.iter().any(creates)
    }

    /// Whether the step calls a function that reports write-back errors by the flags.
    pub(super) fn calls_reporter(&self) -> bool {
        self.events().0.iter().any(|event| {
            use Function::{FilemapCheckAndKeepErrors, FilemapCheckErrors};
            matches!(
                event.call,
                Call::Enter { function: FilemapCheckErrors | FilemapCheckAndKeepErrors }
            )
        })
    }

    /// The mapping whose errors the step reports.
    pub(super) fn reported_mapping(&self) -> Option<Mapping> {
        self.events().0.iter().find_map(|event| event.call.mapping())
    }

    /// Whether all of a range was zeroed on one side only.
    pub(super) fn is_tainted(&self, mapping: Mapping, start: u64, end: u64) -> bool {
        self.taint_of(mapping, start, end).is_some()
    }

    fn taint_of(&self, mapping: Mapping, start: u64, end: u64) -> Option<usize> {
        let mut at = start;
        let mut first = None;
        while at < end {
            let covers =
                |taint: &&Taint| taint.mapping == mapping && taint.start <= at && at < taint.end;
            let taint = self.tainted.iter().find(covers)?;
            first = first.or(Some(taint.divergence));
            at = taint.end;
        }
        first
    }
}

/// Sorts the differences of one scenario, step by step.
#[derive(Debug)]
pub(super) struct Sorter {
    question: Question,
    tainted: Vec<Taint>,
    words: Vec<(u64, u64)>,
    parted: bool,
    comparison: Comparison,
}

impl Sorter {
    pub(super) fn new(question: Question) -> Self {
        Sorter {
            question,
            tainted: Vec::new(),
            words: Vec::new(),
            parted: false,
            comparison: Comparison::default(),
        }
    }

    /// Begins a scenario. Only the flags of its files can differ yet: they are what the revisions'
    /// own setters made.
    pub(super) fn compare_setup(&mut self, scenario: &Scenario, judgement: &mut Judgement) {
        self.tainted.clear();
        self.words.clear();
        self.parted = false;
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
        self.words.clear();
        self.words.extend(pre.iter().zip(post.iter()).map(|(a, b)| (a.flags, b.flags)));
        self.parted |= self.words.iter().any(|(a, b)| a != b);
    }

    fn sort(
        &mut self,
        scenario: &Scenario,
        judgement: &mut Judgement,
        step: Option<usize>,
        difference: Difference,
    ) {
        let (pre, post) = (&judgement.pre, &judgement.post);
        let view = View { pre, post, step, words_before: &self.words, tainted: &self.tainted };
        if let What::Word(mapping, a, b) = difference.what
            && let Some(&(was_a, was_b)) = self.words.get(usize::from(mapping.0))
            && was_a ^ was_b == a ^ b
        {
            return;
        }
        if let What::Bytes(mapping, start, end, ..) = difference.what
            && view.is_tainted(mapping, start, end)
        {
            // A consequence of a zeroing that was sorted before.
            return;
        }
        let clause = Clause::ALL.into_iter().find(|clause| clause.explains(&difference, &view));
        let (class, mapping) = self.classify(scenario, &view, &difference, clause);
        let taint = taint_of(&view, &difference);
        let known = judgement.divergences.iter().position(|known| known.class == class);
        let index = known.unwrap_or_else(|| {
            let stale = (0, 0);
            judgement.divergences.push(Divergence { class, step, difference, mapping, stale });
            judgement.divergences.len() - 1
        });
        if let Some((mapping, start, end)) = taint {
            self.tainted.push(Taint { mapping, start, end, divergence: index });
        }
    }

    fn classify(
        &self,
        scenario: &Scenario,
        view: &View<'_>,
        difference: &Difference,
        explained: Option<Clause>,
    ) -> (Class, Option<Mapping>) {
        let mapping = mapping_of(view, difference);
        let mut function = view.function(difference);
        let (cause, outcomes) = match (explained, difference.what) {
            (_, What::Effect(side, Event { call: Call::FolioZeroRange { .. }, .. })) => {
                (cause_of_read(scenario, view, difference), Outcomes::Zeroes(side))
            }
            (Some(Clause::MaskWrite), _) => {
                function = Some(Function::KvmGmemCreate);
                (Cause::GuestMemfd, Outcomes::WordLosesEnospc)
            }
            (Some(Clause::MaskWriteError), _) => (Cause::GuestMemfd, Outcomes::SpuriousEnospc),
            (_, what) => (Cause::Other, plain_outcomes(what)),
        };
        let outside = !mapping.is_some_and(|mapping| view.is_guest_memory(mapping));
        let clause = match self.question.intent {
            Intent::Message if outside => None,
            _ => explained,
        };
        let path = scenario.path();
        (Class { path, function, clause, cause, outcomes }, mapping)
    }
}

/// What a decision to zero hung on: the kind of file, or its history, or a raw word.
fn cause_of_read(scenario: &Scenario, view: &View<'_>, difference: &Difference) -> Cause {
    let Some((pre, post)) = deciding_reads(difference, view) else {
        return Cause::Other;
    };
    if !scenario.is_built() {
        return Cause::Raw(pre.answer as u8, post.answer != 0);
    }
    let kind = pre.call.mapping().and_then(|mapping| view.pre.world.file(mapping).kind);
    match kind {
        _ if pre.answer == 0 => Cause::Ordinary,
        _ if pre.answer >> AS_UNEVICTABLE & 1 == 0 => Cause::RecordedEnospc,
        Some(FileKind::GuestMemfd) => Cause::GuestMemfd,
        Some(FileKind::Ramfs) => Cause::Ramfs,
        Some(FileKind::TmpfsNoswap) => Cause::TmpfsNoswap,
        Some(FileKind::Tmpfs) => Cause::ShmLock,
        Some(FileKind::Secretmem) => Cause::Secretmem,
        Some(FileKind::DrmShmem) => Cause::DrmShmem,
        _ => Cause::Other,
    }
}

fn plain_outcomes(what: What) -> Outcomes {
    match what {
        What::Returned(pre, post) => Outcomes::Returned(pre, post),
        What::Effect(side, event) => Outcomes::Effect(side, event.call.id()),
        What::Question(side, Compared::Event(event)) => Outcomes::Question(side, event.call.id()),
        What::Question(side, Compared::ReadsFlags(_)) => Outcomes::Question(side, CallId::FlagsAnd),
        What::Word(_, pre, post) => Outcomes::Word(pre ^ post),
        What::Bytes(..) => Outcomes::Bytes,
        What::Folio(_) => Outcomes::Folio,
        What::Elsewhere => Outcomes::Elsewhere,
    }
}

/// The mapping that a difference is about.
fn mapping_of(view: &View<'_>, difference: &Difference) -> Option<Mapping> {
    match difference.what {
        What::Word(mapping, ..) | What::Bytes(mapping, ..) => Some(mapping),
        What::Effect(_, event) => {
            let by_folio = || {
                let read = deciding_reads(difference, view)?.0;
                read.call.mapping()
            };
            event.call.mapping().or_else(by_folio)
        }
        What::Question(_, Compared::ReadsFlags(mapping)) => Some(mapping),
        What::Question(_, Compared::Event(event)) => event.call.mapping(),
        What::Returned(..) => view.reported_mapping(),
        What::Folio(_) | What::Elsewhere => None,
    }
}

/// The range of the file that a zeroing on one side concerns.
fn taint_of(view: &View<'_>, difference: &Difference) -> Option<(Mapping, u64, u64)> {
    let What::Effect(_, Event { call: Call::FolioZeroRange { offset, length, .. }, .. }) =
        difference.what
    else {
        return None;
    };
    let (read, _) = deciding_reads(difference, view)?;
    let mapping = read.call.mapping()?;
    let (events, _) = view.events();
    let pos = events[..difference.at.0.min(events.len())]
        .iter()
        .rev()
        .find_map(|event| matches!(event.call, Call::FolioPos { .. }).then_some(event.answer))?;
    let start = pos + u64::from(offset);
    Some((mapping, start, start + u64::from(length)))
}
