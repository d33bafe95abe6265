// SPDX-License-Identifier: GPL-2.0-only
//! Traces: every question, answer and effect of a run, in order; and when two of them are equal.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod align;
pub mod equality;
mod invocation;
mod recording;
mod returned;

pub use align::{Stretch, align};
pub use invocation::Invocation;
pub use recording::{Recording, StepEnd};
pub use returned::Returned;

use mmcore::{
    Call, Entry, Folio, Function, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, NodeStat,
    Page, Site, Word,
};
use std::fmt;

/// A call and its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Event {
    /// The call.
    pub call: Call,
    /// The answer, as a word.
    pub answer: u64,
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

/// What another said that is still to be repeated.
///
/// Which call is made is known where the port is compiled, so to compare it as it is made takes a few
/// instructions, where two traces that are written down take a jump for each event. (Not in a fuzz
/// target, where no call is compiled in.)
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    rest: &'a [Event],
    /// Nothing else has been said so far.
    agrees: bool,
}

impl<'a> Beside<'a> {
    /// Nobody: nothing is compared.
    pub const NOBODY: Beside<'static> = Beside { rest: &[], agrees: false };

    /// Somebody who said this.
    pub fn new(events: &'a [Event]) -> Self {
        Beside { rest: events, agrees: true }
    }

    /// Whether all of it was repeated, in its order, and nothing else said.
    pub fn was_repeated(&self) -> bool {
        self.agrees && self.rest.is_empty()
    }

    #[inline(always)]
    fn hear(&mut self, call: &Call, answer: u64) {
        if !self.agrees {
            return;
        }
        match self.rest.split_first() {
            Some((next, rest)) if next.is_like(call, answer) => self.rest = rest,
            _ => self.agrees = false,
        }
    }
}

/// Wraps a kernel and keeps what is said through the door.
#[derive(Debug)]
pub struct Recorder<'a, K> {
    /// The kernel that answers.
    pub kernel: &'a mut K,
    /// Where the events go.
    pub trace: &'a mut Vec<Event>,
    /// What they are compared with.
    pub beside: Beside<'a>,
}

impl<'a, K> Recorder<'a, K> {
    /// Keeps what is said, and compares it with nothing.
    pub fn new(kernel: &'a mut K, trace: &'a mut Vec<Event>) -> Self {
        Recorder { kernel, trace, beside: Beside::NOBODY }
    }
}

macro_rules! recorded {
    ($($variant:ident = $name:ident($($arg:ident: $ty:ty),*) -> ($($ret:ty)?);)*) => {
        impl<K: Kernel> Kernel for Recorder<'_, K> {
            fn call(&mut self, call: Call) -> u64 {
                match call {
                    $(Call::$variant { $($arg),* } => Word::to_word(self.$name($($arg),*)),)*
                }
            }

            $(
                #[inline]
                fn $name(&mut self, $($arg: $ty),*) $(-> $ret)? {
                    let answer = self.kernel.$name($($arg),*);
                    let call = Call::$variant { $($arg),* };
                    keep(self.trace, &mut self.beside, &call, Word::to_word(answer));
                    answer
                }
            )*
        }
    };
}
mmcore::each_call!(recorded);

/// Adds an event. In a fuzz target it is a call of its own: the branches in it would be counted at
/// every question of the port.
#[cfg_attr(not(any(debug_assertions, fuzzing)), inline(always))]
#[cfg_attr(fuzzing, inline(never))]
fn keep(trace: &mut Vec<Event>, beside: &mut Beside<'_>, call: &Call, answer: u64) {
    // Where it is compiled in which call it is, a copy needs no memory. Elsewhere a copy that is read
    // again at once is waited for: the processor has the call in pieces still.
    let copied = *call;
    let call = if cfg!(fuzzing) { call } else { &copied };
    beside.hear(call, answer);
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
