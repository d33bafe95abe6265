// SPDX-License-Identifier: GPL-2.0-only
//! Traces: every question, answer and effect of a run, in order.

use mmcore::{Call, Function, Kernel, Kind};
use std::fmt;

/// A call and its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Event {
    /// The call.
    pub call: Call,
    /// The answer, as a word.
    pub answer: u64,
}

impl Event {
    /// Whether the event is an effect.
    #[inline(always)]
    pub fn is_effect(&self) -> bool {
        self.call.kind() == Kind::Effect
    }

    /// What the event counts as when two revisions are compared. A read of a mapping's flags counts
    /// as that, whichever bits it looks at and finds: the two sides of the patch look at different
    /// ones. Other reads of memory, and marks, count for nothing.
    pub fn compared(&self) -> Option<Compared> {
        match self.call {
            Call::TestBit { mapping, .. } | Call::FlagsAnd { mapping, .. } => {
                Some(Compared::ReadsFlags(mapping))
            }
            call => match call.kind() {
                Kind::Read | Kind::Mark => None,
                Kind::Ask | Kind::Effect => Some(Compared::Event(*self)),
            },
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Answer<'a>(&'a Event);
        impl fmt::Display for Answer<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.call.show_answer(self.0.answer, f)
            }
        }
        let answer = Answer(self).to_string();
        write!(f, "{}", self.call)?;
        if answer.is_empty() { Ok(()) } else { write!(f, " = {answer}") }
    }
}

/// An event, as two revisions are compared by it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compared {
    /// The mapping's flags are read.
    ReadsFlags(mmcore::Mapping),
    /// A question or an effect, with its arguments and answer.
    Event(Event),
}

/// Wraps a kernel and keeps what is said through the door.
#[derive(Debug)]
pub struct Recorder<'a, K> {
    /// The kernel that answers.
    pub kernel: &'a mut K,
    /// Where the events go.
    pub trace: &'a mut Vec<Event>,
}

impl<K: Kernel> Kernel for Recorder<'_, K> {
    #[cfg_attr(not(any(debug_assertions, fuzzing)), inline(always))]
    fn call(&mut self, call: Call) -> u64 {
        let answer = self.kernel.call(call);
        keep(self.trace, &call, answer);
        answer
    }
}

/// Adds an event. In a fuzz target it is a call of its own: the branch in it would be counted at
/// every question of the port.
#[cfg_attr(not(fuzzing), inline)]
#[cfg_attr(fuzzing, inline(never))]
fn keep(trace: &mut Vec<Event>, call: &Call, answer: u64) {
    trace.push(Event { call: *call, answer });
}

/// The ported function that the event at `at` belongs to: the innermost one that is open there.
pub fn function_at(trace: &[Event], at: usize) -> Option<Function> {
    let mut ended = 0;
    for event in trace[..at.min(trace.len())].iter().rev() {
        match event.call {
            Call::Enter { function } if ended == 0 => return Some(function),
            Call::Enter { .. } => ended -= 1,
            Call::Leave {} => ended += 1,
            _ => {}
        }
    }
    None
}
