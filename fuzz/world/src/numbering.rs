// SPDX-License-Identifier: GPL-2.0-only
//! Flags of a mapping that two revisions number differently, made the same at the door: see
//! [`run::Flags`](crate::run::Flags).

use crate::trace::Event;
use mmcore::Call;

/// How many flags a word holds.
pub(crate) const BITS: usize = u64::BITS as usize;

/// The numbers of one revision's flags, as another has them: every number is another's, once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbering {
    to: [u8; BITS],
    from: [u8; BITS],
}

impl Numbering {
    /// The second side's number `nr` is the first's `to[nr]`; every number is there once.
    pub(crate) fn new(to: [u8; BITS]) -> Numbering {
        let mut from = [0; BITS];
        (0..BITS).for_each(|nr| from[usize::from(to[nr])] = nr as u8);
        Numbering { to, from }
    }

    /// The number that the first side has for a number of the second.
    pub fn bit(&self, nr: u32) -> u32 {
        self.to[nr as usize % BITS].into()
    }

    /// A word of the second side's, as the first would have it.
    pub fn word(&self, word: u64) -> u64 {
        moved(&self.to, word)
    }

    /// A word of the first side's, as the second has it.
    pub fn back(&self, word: u64) -> u64 {
        moved(&self.from, word)
    }

    /// A call of the second side's, as the first would make it.
    #[inline(always)]
    pub fn call(&self, call: Call) -> Call {
        match call {
            Call::TestBit { mapping, nr } => Call::TestBit { mapping, nr: self.bit(nr) },
            Call::FlagsAnd { mapping, mask } => Call::FlagsAnd { mapping, mask: self.word(mask) },
            Call::SetBit { mapping, nr } => Call::SetBit { mapping, nr: self.bit(nr) },
            Call::ClearBit { mapping, nr } => Call::ClearBit { mapping, nr: self.bit(nr) },
            Call::TestAndClearBit { mapping, nr } => {
                Call::TestAndClearBit { mapping, nr: self.bit(nr) }
            }
            Call::StoreFlags { mapping, clear, set } => {
                Call::StoreFlags { mapping, clear: self.word(clear), set: self.word(set) }
            }
            call => call,
        }
    }

    /// An answer that the first side would get to the call, as the second takes it.
    #[inline(always)]
    pub fn answer(&self, call: &Call, answer: u64) -> u64 {
        if matches!(call, Call::FlagsAnd { .. }) { self.back(answer) } else { answer }
    }

    /// An event of the second side's becomes one of the first's.
    pub(crate) fn event(&self, event: &mut Event) {
        if matches!(event.call, Call::FlagsAnd { .. }) {
            event.answer = self.word(event.answer);
        }
        event.call = self.call(event.call);
    }
}

fn moved(to: &[u8; BITS], word: u64) -> u64 {
    let moved = |nr: usize| (word >> nr & 1) << to[nr];
    (0..BITS).fold(0, |all, nr| all | moved(nr))
}
