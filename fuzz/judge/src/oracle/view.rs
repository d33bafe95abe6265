// SPDX-License-Identifier: GPL-2.0-only
//! What a condition is asked of: a difference in the light of both runs.

use super::compare::{Difference, Side, What};
use super::divergence::Condition;
use super::rules::{flags_of, found_by};
use crate::run::{Flags, Run};
use crate::scenario::{FileKind, Path};
use crate::trace::{Event, function_at};
use mmcore::{Call, CallId, Function, Mapping};

/// Both runs, as a condition sees them.
pub(super) struct View<'a> {
    /// The run before.
    pub(super) pre: &'a Run,
    /// The run after.
    pub(super) post: &'a Run,
    /// The path of the scenario.
    pub(super) path: Path,
    /// The step; `None` is before the first.
    pub(super) step: Option<usize>,
    /// The flags of the files when the step began.
    pub(super) before: &'a [Words],
    /// What was zeroed on one side only.
    pub(super) tainted: &'a [Taint],
}

/// The flags of a file on both sides, when a step began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) pre: u64,
    pub(super) post: u64,
    /// The expectation that explains how they differ.
    pub(super) explained: Option<u16>,
}

/// A range of a file that only one side zeroed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taint {
    pub(super) mapping: Mapping,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) divergence: usize,
}

impl<'a> View<'a> {
    /// The events of the step, on both sides.
    pub(super) fn events(&self) -> (&'a [Event], &'a [Event]) {
        match self.step {
            Some(step) => (self.pre.events(step), self.post.events(step)),
            None => (&[], &[]),
        }
    }

    /// What a side has said in the step before a difference, and the next event.
    pub(super) fn before(&self, side: Side, difference: &Difference) -> &'a [Event] {
        let (events, at) = match side {
            Side::Pre => (self.events().0, difference.at.0),
            Side::Post => (self.events().1, difference.at.1),
        };
        &events[..at.min(events.len())]
    }

    /// The ported function in which a difference shows.
    pub(super) fn function(&self, difference: &Difference) -> Option<Function> {
        let (pre, post) = self.events();
        match difference.what {
            What::Effect(Side::Post, _) | What::Question(Side::Post, _) => {
                function_at(post, difference.at.1)
            }
            What::Returned(..) => entered(pre).next(),
            _ => function_at(pre, difference.at.0),
        }
    }

    /// Whether a difference shows in one of the functions, if there are any. What is left behind or
    /// returned may be that of any function that the step has called; before the first step nobody
    /// knows which was.
    pub(super) fn is_in(&self, functions: &[Function], difference: &Difference) -> bool {
        let is_one = |function| functions.contains(&function);
        functions.is_empty()
            || match difference.what {
                What::Effect(..) | What::Question(..) => {
                    self.function(difference).is_some_and(is_one)
                }
                _ => self.step.is_none() || entered(self.events().0).any(is_one),
            }
    }

    /// The last event before a difference, in the ported function that is open there, that is such.
    pub(super) fn last(
        &self,
        side: Side,
        difference: &Difference,
        is_such: impl Fn(&Event) -> bool,
    ) -> Option<&'a Event> {
        let mut depth = 0;
        for event in self.before(side, difference).iter().rev() {
            match event.call {
                Call::Leave {} => depth += 1,
                Call::Enter { .. } if depth > 0 => depth -= 1,
                Call::Enter { .. } => return None,
                _ if depth == 0 && is_such(event) => return Some(event),
                _ => {}
            }
        }
        None
    }

    /// The innermost ported function that is open at a difference and that the other side enters too in
    /// this step; and the function below it that the other side does not, if there is one.
    pub(super) fn parting(
        &self,
        side: Side,
        difference: &Difference,
    ) -> (Option<Function>, Option<Function>) {
        let (pre, post) = self.events();
        let other = if side == Side::Pre { post } else { pre };
        let (mut ended, mut called) = (0, None);
        for event in self.before(side, difference).iter().rev() {
            match event.call {
                Call::Leave {} => ended += 1,
                Call::Enter { .. } if ended > 0 => ended -= 1,
                Call::Enter { function } if entered(other).any(|entered| entered == function) => {
                    return (Some(function), called);
                }
                Call::Enter { function } => called = Some(function),
                _ => {}
            }
        }
        (None, called)
    }

    /// Whether the other side makes the same call and is answered otherwise: the worlds differ by then.
    pub(super) fn is_only_another_answer(&self, difference: &Difference) -> bool {
        let (What::Effect(side, event) | What::Question(side, event)) = difference.what else {
            return false;
        };
        let (pre, post) = self.events();
        let other = if side == Side::Pre { post } else { pre };
        let mut same = other.iter().filter(|other| other.call == event.call).peekable();
        same.peek().is_some() && same.all(|other| other.answer != event.answer)
    }

    /// The read of a mapping's flags by which a side may have decided.
    pub(super) fn deciding_read(&self, side: Side, difference: &Difference) -> Option<&'a Event> {
        let reads =
            |event: &Event| matches!(event.call, Call::TestBit { .. } | Call::FlagsAnd { .. });
        self.last(side, difference, reads)
    }

    /// Whether a difference hangs on a read of flags.
    pub(super) fn reads(&self, difference: &Difference) -> bool {
        matches!(difference.what, What::Effect(..) | What::Question(..))
            && self.deciding_read(Side::Pre, difference).is_some()
    }

    /// The last call of a helper.
    pub(super) fn last_call(
        &self,
        side: Side,
        difference: &Difference,
        id: CallId,
    ) -> Option<&'a Event> {
        self.last(side, difference, |event| event.call.id() == id)
    }

    /// The mapping that a difference is about.
    pub(super) fn mapping_of(&self, difference: &Difference) -> Option<Mapping> {
        match difference.what {
            What::Word(mapping, ..) | What::Bytes(mapping, ..) => Some(mapping),
            What::Effect(_, event) => {
                let read = || self.deciding_read(Side::Pre, difference)?.call.mapping();
                event.call.mapping().or_else(read)
            }
            What::Question(_, event) => event.call.mapping(),
            What::Returned(..) => self.events().0.iter().find_map(|event| event.call.mapping()),
            What::Folio(_) | What::Elsewhere => None,
        }
    }

    /// The kind of a file.
    pub(super) fn kind(&self, mapping: Mapping) -> Option<FileKind> {
        self.pre.world.files.get(usize::from(mapping.0))?.kind
    }

    /// The flags, on both sides, of the file that a difference is about.
    pub(super) fn words(&self, difference: &Difference) -> Option<(u64, u64)> {
        if let What::Word(_, pre, post) = difference.what {
            return Some((pre, post));
        }
        let at = usize::from(self.mapping_of(difference)?.0);
        Some((self.pre.world.files.get(at)?.flags, self.post.world.files.get(at)?.flags))
    }

    /// Whether the flags of a file differed when the step began, as an expectation explains.
    pub(super) fn follows(&self, mapping: Mapping, expectation: u16) -> bool {
        let before = self.before.get(usize::from(mapping.0));
        before.is_some_and(|words| words.pre != words.post && words.explained == Some(expectation))
    }

    /// The divergence by which all of a range was zeroed on one side only.
    pub(super) fn taint_of(&self, mapping: Mapping, start: u64, end: u64) -> Option<usize> {
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

    /// What a decision hung on, as far as the flags say.
    pub(super) fn condition(
        &self,
        flags: &Flags,
        difference: &Difference,
        built: bool,
    ) -> Condition {
        let read = |side| {
            let read = self.deciding_read(side, difference)?;
            let [tests, finds] = [flags_of(&read.call)?, found_by(read)];
            let named = |bits| flags.named(side == Side::Post, bits);
            Some((named(tests), named(finds)))
        };
        match (read(Side::Pre), read(Side::Post)) {
            (Some(pre), Some(post)) if pre != post => {
                let kind = self.mapping_of(difference).and_then(|mapping| self.kind(mapping));
                Condition::Found(kind.filter(|_| built), pre.1, post.1)
            }
            _ => Condition::Other,
        }
    }
}

/// The ported functions that a trace enters.
fn entered(events: &[Event]) -> impl Iterator<Item = Function> {
    events.iter().filter_map(|event| match event.call {
        Call::Enter { function } => Some(function),
        _ => None,
    })
}
