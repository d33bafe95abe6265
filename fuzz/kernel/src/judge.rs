// SPDX-License-Identifier: GPL-2.0-only
//! Runs both sides of an invocation, and shows where they part.

use crate::Ran;
use crate::compare::{Mismatch, Recorder, compare, counts_for};
use crate::sample::{self, Dice};
use crate::{Compiled, Invocation, Judged, Said};
use mmcore::Kernel;
use std::fmt::Write;
use std::ops::Range;

/// Runs the port.
pub fn port<R: Judged>(invocation: &Invocation, kernel: &mut impl Kernel) -> Ran {
    let mut trace = Vec::new();
    let returned = invocation.run_port::<R, _>(&mut Recorder { kernel, trace: &mut trace });
    Ran { trace, returned }
}

/// Runs the kernel's C; `None` if it cannot be run.
pub fn c<R: Judged>(
    compiled: &Compiled,
    invocation: &Invocation,
    kernel: &mut impl Kernel,
) -> Option<Ran> {
    let mut trace = Vec::new();
    let returned = compiled.run::<R, _>(invocation, &mut Recorder { kernel, trace: &mut trace })?;
    Some(Ran { trace, returned })
}

/// Where the two sides part, if they do; `None` too if there is no C to run.
pub fn judge<R: Judged, K: Kernel + Clone>(
    compiled: &Compiled,
    invocation: &Invocation,
    kernel: &K,
) -> Option<(Mismatch, Ran, Ran)> {
    let left = port::<R>(invocation, &mut kernel.clone());
    let right = c::<R>(compiled, invocation, &mut kernel.clone())?;
    let mismatch = compare(&left, &right)?;
    Some((mismatch, left, right))
}

/// What calls by chance came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chance {
    /// Calls that were made on both sides.
    pub calls: u64,
    /// Those on which the sides part.
    pub mismatches: u64,
    /// The first of them, as text.
    pub first: Option<String>,
}

impl Chance {
    /// Makes a call of each of the `kinds` with each of the seeds, answered by chance.
    pub fn of<R: Judged>(compiled: &Compiled, kinds: &[usize], seeds: Range<u64>) -> Chance {
        let mut chance = Chance::default();
        for seed in seeds {
            let dice = Dice::new(seed);
            for &kind in kinds {
                let invocation = sample::draw(kind, seed);
                if !compiled.has(invocation.name::<R>()) {
                    continue;
                }
                chance.calls += 1;
                if let Some((mismatch, left, right)) = judge::<R, _>(compiled, &invocation, &dice) {
                    chance.mismatches += 1;
                    chance.first.get_or_insert_with(|| {
                        let shown = show(&mismatch, &left, &right);
                        format!("seed {seed}: {invocation:?}: {shown}")
                    });
                }
            }
        }
        chance
    }

    /// Adds what later seeds came to.
    pub fn merge(mut self, later: Chance) -> Chance {
        self.calls += later.calls;
        self.mismatches += later.mismatches;
        self.first = self.first.or(later.first);
        self
    }
}

/// Both traces, as far as they count, from a little before where they part.
pub fn show(mismatch: &Mismatch, left: &Ran, right: &Ran) -> String {
    let mut text = format!("they part in {}\n", mismatch.what);
    for (name, ran, at) in [("left", left, mismatch.left), ("right", right, mismatch.right)] {
        let _ = writeln!(text, "{name}:");
        let from = at.saturating_sub(12);
        for (i, said) in ran.trace.iter().enumerate().skip(from).take(40) {
            if counts_for(&said.0) {
                let mark = if i >= at { ">" } else { " " };
                let _ = writeln!(text, "  {mark} {}", said_text(said));
            }
        }
        let _ = writeln!(text, "    returned {}", ran.returned);
    }
    text
}

/// A call and its answer, as a person would read it.
pub fn said_text((call, answer): &Said) -> String {
    struct Answer<'a>(&'a Said);
    impl std::fmt::Display for Answer<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.0.show_answer(self.0.1, f)
        }
    }
    let answer = Answer(&(*call, *answer)).to_string();
    if answer.is_empty() { call.to_string() } else { format!("{call} = {answer}") }
}
