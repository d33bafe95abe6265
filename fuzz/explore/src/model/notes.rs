// SPDX-License-Identifier: GPL-2.0-only
//! What is written down of a run: everything, for a person; or only what two runs are compared by,
//! and on the second side nothing at all while it says what the first said.

use crate::run::Returned;
use crate::trace::equality::Digest;
use crate::trace::{Event, Recording, StepEnd};
use mmcore::Call;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// What is written down of a run.
#[derive(Clone, Default)]
pub struct Notes {
    /// The events: all, or those that are compared.
    pub events: Vec<Event>,
    /// Where each step ends, if all is kept.
    pub(crate) steps: Vec<StepEnd>,
    mode: Mode,
    at: usize,
    effects: FxHasher,
    digest: Digest,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Mode {
    /// Keep every event.
    #[default]
    All,
    /// Keep what is compared, and a hash of the effects.
    First,
    /// Compare with what was kept.
    Second,
    /// The sides have parted.
    Parted,
    /// Keep a digest.
    Digest,
}

impl Notes {
    /// Keeps every event.
    pub fn all() -> Notes {
        Notes::default()
    }

    /// Keeps every event, in memory that was used before.
    pub fn all_in(mut events: Vec<Event>) -> Notes {
        events.clear();
        Notes { events, ..Notes::default() }
    }

    /// For the first side: `events` is memory to use again.
    pub fn first(mut events: Vec<Event>) -> Notes {
        events.clear();
        Notes { events, mode: Mode::First, ..Notes::default() }
    }

    /// For the second side of the same path.
    pub fn second(self) -> Notes {
        Notes { mode: Mode::Second, at: 0, ..self }
    }

    /// Keeps a digest, of what counts when the port and the kernel's C are compared: `digest` is
    /// memory to use again.
    pub fn digest(mut digest: Digest) -> Notes {
        digest.clear();
        Notes { digest, mode: Mode::Digest, ..Notes::default() }
    }

    /// The digest, if one was kept.
    pub fn into_digest(self) -> Digest {
        self.digest
    }

    /// The recording, if every event was kept.
    pub fn into_recording(self) -> Recording {
        Recording { events: self.events, steps: self.steps }
    }

    /// Whether the second side said all that the first said, and nothing else.
    pub fn agree(&self) -> bool {
        self.mode == Mode::Second && self.at == self.events.len()
    }

    /// What the run decided: the hash of its effects, in order.
    pub fn decision(&self) -> u64 {
        self.effects.finish()
    }

    #[inline]
    pub(super) fn end_step(&mut self, returned: Returned, word: (u64, u64)) {
        let hash = || {
            let mut hasher = FxHasher::default();
            returned.hash(&mut hasher);
            hasher.finish()
        };
        match self.mode {
            Mode::All => {
                self.steps.push(StepEnd { events: self.events.len(), returned, word });
            }
            Mode::Digest => self.digest.end(hash()),
            // What a step returned is compared even if others follow. No other mark is kept.
            Mode::First | Mode::Second => {
                self.compare(Event { call: Call::Leave {}, answer: hash() });
            }
            Mode::Parted => {}
        }
    }

    #[inline(always)]
    pub(super) fn note(&mut self, call: Call, answer: u64) {
        match self.mode {
            Mode::All => return self.keep(call, answer),
            Mode::Digest => return self.digest.add(call, answer),
            _ => {}
        }
        if let Some(event) = (Event { call, answer }).across() {
            self.compare(event);
        }
    }

    /// Keeps an event for the other side, or compares it with what that said.
    #[inline(always)]
    fn compare(&mut self, event: Event) {
        match self.mode {
            Mode::First => {
                if event.is_effect() {
                    event.hash(&mut self.effects);
                }
                self.events.push(event);
            }
            Mode::Second => {
                if self.events.get(self.at) == Some(&event) {
                    self.at += 1;
                } else {
                    self.mode = Mode::Parted;
                }
            }
            _ => {}
        }
    }

    #[cold]
    fn keep(&mut self, call: Call, answer: u64) {
        self.events.push(Event { call, answer });
    }
}
