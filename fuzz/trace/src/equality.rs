// SPDX-License-Identifier: GPL-2.0-only
//! When two runs are equal. There is one list of what a call counts as, and there are two readings
//! of it.
//!
//! **One text in two languages** ([`compare()`], [`Digest`]): the port and the C that it was ported
//! from. The effects are equal, in order, with their arguments and answers; and between two effects
//! the same questions were asked, each as often, in any order: C leaves the order of some open, and
//! compilers differ. Tests of a mapping's flags count as questions, bit by bit and mask by mask. Other
//! loads from memory count once between two effects: C may load a value that nobody else changes
//! again, where the port keeps it. Loads of what is the function's own (its batch, its mode) are left
//! out, and so are marks, and the watchdog, which C does not have: the shim asks it where the port
//! does. (In one place it cannot: a scan that went backwards, over a page of a size that no page has,
//! has asked whether there is a signal by then. If the watchdog bites there the traces differ.)
//!
//! **Two texts** ([`Event::across`]): two revisions. Effects and questions count as they do there. A
//! read of a mapping's flags counts as that, whichever bits it looks at and finds: which bits there
//! are may be the change itself. Other loads count for nothing: one text may keep what the other loads
//! again.

use crate::Event;
use mmcore::{Call, CallId, Door, Kind, Mapping};
use std::fmt;

impl Event {
    /// Whether the event is an effect.
    #[inline(always)]
    pub fn is_effect(&self) -> bool {
        counts(&self.call) == Counts::Effect
    }

    /// What the event counts as between two texts; `None` if it counts for nothing.
    #[inline(always)]
    pub fn across(&self) -> Option<Event> {
        if let Some(mapping) = flags_read(&self.call) {
            return Some(Event { call: Call::FlagsAnd { mapping, mask: 0 }, answer: 0 });
        }
        matches!(counts(&self.call), Counts::Effect | Counts::EachTime).then_some(*self)
    }

    /// Whether a call and its answer count as this event does, where they stand in the same place of
    /// the traces of two texts: what counts for nothing has to be the same there too.
    #[inline(always)]
    pub fn is_like(&self, call: &Call, answer: u64) -> bool {
        match flags_read(call) {
            Some(mapping) => flags_read(&self.call) == Some(mapping),
            None => answer == self.answer && *call == self.call,
        }
    }
}

/// The mapping whose flags a call reads.
#[inline(always)]
fn flags_read(call: &Call) -> Option<Mapping> {
    match *call {
        Call::TestBit { mapping, .. } | Call::FlagsAnd { mapping, .. } => Some(mapping),
        _ => None,
    }
}

/// A run: what was said, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran<R> {
    /// The trace.
    pub trace: Vec<Event>,
    /// The result.
    pub returned: R,
}

/// Where two runs part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mismatch {
    /// Where in the left trace.
    pub left: usize,
    /// Where in the right one.
    pub right: usize,
    /// What differs.
    pub what: Differs,
}

/// What differs between two runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Differs {
    /// The questions before the next effect.
    Questions,
    /// The next effect.
    Effect,
    /// What was returned.
    Result,
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Differs::Questions => "the questions before the next effect",
            Differs::Effect => "the next effect",
            Differs::Result => "the result",
        })
    }
}

/// What a call counts as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Effect,
    /// A question.
    EachTime,
    /// A load, between two effects.
    Once,
    Never,
}

#[inline(always)]
fn counts(call: &Call) -> Counts {
    match call.id() {
        CallId::TestBit | CallId::FlagsAnd => Counts::EachTime,
        id if id.row().door == Door::Own => Counts::Never,
        id => match id.kind() {
            Kind::Read => Counts::Once,
            Kind::Ask => Counts::EachTime,
            Kind::Effect => Counts::Effect,
            Kind::Mark => Counts::Never,
        },
    }
}

/// Where the runs part, if they do.
pub fn compare<R: PartialEq>(left: &Ran<R>, right: &Ran<R>) -> Option<Mismatch> {
    let mut a = Cursor::new(&left.trace);
    let mut b = Cursor::new(&right.trace);
    loop {
        let (start_a, start_b) = (a.at, b.at);
        let (effect_a, effect_b) = (a.next_effect(), b.next_effect());
        if questions(&left.trace[start_a..a.at]) != questions(&right.trace[start_b..b.at]) {
            return Some(Mismatch { left: start_a, right: start_b, what: Differs::Questions });
        }
        if effect_a != effect_b {
            return Some(Mismatch { left: a.at, right: b.at, what: Differs::Effect });
        }
        if effect_a.is_none() {
            break;
        }
        a.at += 1;
        b.at += 1;
    }
    (left.returned != right.returned).then_some(Mismatch {
        left: left.trace.len(),
        right: right.trace.len(),
        what: Differs::Result,
    })
}

/// A store to the flags is what it does to the word: a bit that it clears and sets is set.
#[inline(always)]
fn plain(call: Call) -> Call {
    match call {
        Call::StoreFlags { mapping, clear, set } => {
            Call::StoreFlags { mapping, clear: clear & !set, set }
        }
        _ => call,
    }
}

struct Cursor<'t> {
    trace: &'t [Event],
    at: usize,
}

impl<'t> Cursor<'t> {
    fn new(trace: &'t [Event]) -> Self {
        Cursor { trace, at: 0 }
    }

    /// Goes to the next effect, which is returned.
    fn next_effect(&mut self) -> Option<Event> {
        while let Some(&Event { call, answer }) = self.trace.get(self.at) {
            if counts(&call) == Counts::Effect {
                return Some(Event { call: plain(call), answer });
            }
            self.at += 1;
        }
        None
    }
}

/// The questions of a stretch without effects, in an order that does not depend on theirs.
fn questions(trace: &[Event]) -> Vec<(CallId, [u64; 4], u64)> {
    let mut all = Vec::new();
    for Event { call, answer } in trace {
        let key = (call.id(), call.words(), *answer);
        match counts(call) {
            Counts::EachTime => all.push(key),
            Counts::Once if !all.contains(&key) => all.push(key),
            _ => {}
        }
    }
    all.sort_unstable();
    all
}

/// A trace in a word, made while it runs. Traces that are equal, as [`compare()`] says, have the same;
/// of others one in 2^64 has.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    /// All that was said before the last effect, in order.
    past: u64,
    /// The effects, and what was returned, in order.
    done: u64,
    /// The questions since, in any order.
    questions: u64,
    /// The loads since, which count once.
    loads: Vec<u64>,
}

impl Digest {
    /// Starts again, with the same memory.
    pub fn clear(&mut self) {
        (self.past, self.done, self.questions) = (0, 0, 0);
        self.loads.clear();
    }

    /// Adds a call and its answer.
    #[inline(always)]
    pub fn add(&mut self, call: Call, answer: u64) {
        match counts(&call) {
            Counts::Never => {}
            Counts::EachTime => {
                self.questions = self.questions.wrapping_add(hash(&call, answer));
            }
            Counts::Once => self.add_load(hash(&call, answer)),
            Counts::Effect => self.end(hash(&plain(call), answer)),
        }
    }

    #[inline]
    fn add_load(&mut self, hash: u64) {
        if !self.loads.contains(&hash) {
            self.loads.push(hash);
            self.questions = self.questions.wrapping_add(hash);
        }
    }

    /// Ends a stretch: with an effect, or with what a function returned.
    #[inline(always)]
    pub fn end(&mut self, with: u64) {
        let before = self.past.rotate_left(23) ^ mix(self.questions);
        self.past = mix(before.wrapping_mul(0x9fb2_1c65_1e98_df25) ^ with);
        self.done = mix(self.done.rotate_left(23).wrapping_mul(0x9fb2_1c65_1e98_df25) ^ with);
        self.questions = 0;
        self.loads.clear();
    }

    /// The word.
    pub fn finish(&self) -> u64 {
        mix(self.past.rotate_left(23) ^ mix(self.questions))
    }

    /// The same of the behaviour alone: what was done and returned, whatever was asked.
    pub fn behaviour(&self) -> u64 {
        self.done
    }
}

#[inline(always)]
fn hash(call: &Call, answer: u64) -> u64 {
    let [a, b, c, d] = call.words();
    let sum = (call.id() as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ a.wrapping_mul(0xbf58_476d_1ce4_e5b9)
        ^ b.wrapping_mul(0x94d0_49bb_1331_11eb).rotate_left(17)
        ^ c.wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(31)
        ^ d.wrapping_mul(0xa076_1d64_78bd_642f).rotate_left(41)
        ^ answer.wrapping_mul(0xe703_7ed1_a0b4_28db).rotate_left(53);
    mix(sum)
}

/// Every bit of the result depends on every bit of `x`.
#[inline(always)]
fn mix(mut x: u64) -> u64 {
    x = (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    x = (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    x ^ x >> 32
}

/// Whether a call counts at all.
pub fn counts_for(call: &Call) -> bool {
    counts(call) != Counts::Never
}

#[cfg(test)]
mod tests {
    use super::{Digest, Ran, compare};
    use crate::Event;
    use mmcore::{Call, Folio};

    /// All traces of up to four of two questions and two effects.
    fn traces() -> Vec<Vec<Event>> {
        let folio = Folio(0);
        let events = [
            Event { call: Call::FolioMapped { folio }, answer: 0 },
            Event { call: Call::FolioMapped { folio }, answer: 1 },
            Event { call: Call::FolioPut { folio }, answer: 0 },
            Event { call: Call::FolioPut { folio: Folio(1) }, answer: 0 },
        ];
        let mut all = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..4 {
            let to = all.len();
            for i in from..to {
                for event in events {
                    all.push([&all[i][..], &[event]].concat());
                }
            }
            from = to;
        }
        all
    }

    fn digest(trace: &[Event]) -> Digest {
        let mut digest = Digest::default();
        trace.iter().for_each(|event| digest.add(event.call, event.answer));
        digest.end(0);
        digest
    }

    #[test]
    fn digests_are_equal_as_traces_are_and_those_of_the_behaviour_as_effects_are() {
        let traces = traces();
        let effects = |trace: &[Event]| -> Vec<Event> {
            trace.iter().filter(|event| event.is_effect()).copied().collect()
        };
        for one in &traces {
            for other in &traces {
                let [left, right] = [one, other].map(|it| Ran { trace: it.clone(), returned: () });
                let (a, b) = (digest(one), digest(other));
                assert_eq!(a.finish() == b.finish(), compare(&left, &right).is_none());
                assert_eq!(a.behaviour() == b.behaviour(), effects(one) == effects(other));
            }
        }
    }
}
