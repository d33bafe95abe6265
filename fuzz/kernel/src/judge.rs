// SPDX-License-Identifier: GPL-2.0-only
//! Runs both sides of an invocation, and shows where they part.

use crate::Ran;
use crate::equality::{Mismatch, compare, counts_for};
use crate::sample::{self, Dice};
use crate::{Compiled, Invocation, Recorder};
use mmcore::{Function, Kernel, Side};
use std::fmt::Write;
use std::ops::Range;

/// Runs the port.
pub fn port<S: Side>(invocation: &Invocation, kernel: &mut impl Kernel) -> Ran {
    let mut trace = Vec::new();
    let returned = invocation.run::<S, _>(&mut Recorder::new(kernel, &mut trace));
    Ran { trace, returned: Ok(returned) }
}

/// Runs the kernel's C; `None` if it cannot be run.
pub fn c(compiled: &Compiled, invocation: &Invocation, kernel: &mut impl Kernel) -> Option<Ran> {
    let mut trace = Vec::new();
    let returned = compiled.run(invocation, &mut Recorder::new(kernel, &mut trace))?;
    Some(Ran { trace, returned })
}

/// Where the two sides part, if they do; `None` too if there is no C to run.
pub fn judge<S: Side, K: Kernel + Clone>(
    compiled: &Compiled,
    invocation: &Invocation,
    kernel: &K,
) -> Option<(Mismatch, Ran, Ran)> {
    let left = port::<S>(invocation, &mut kernel.clone());
    let right = c(compiled, invocation, &mut kernel.clone())?;
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
    /// Makes a call of each of the functions with each of the seeds, answered by chance.
    pub fn of<S: Side>(compiled: &Compiled, functions: &[Function], seeds: Range<u64>) -> Chance {
        let mut chance = Chance::default();
        for seed in seeds {
            let dice = Dice::new(seed);
            for &function in functions {
                if !compiled.has(function) {
                    continue;
                }
                let invocation = sample::draw(function, seed);
                chance.calls += 1;
                if let Some((mismatch, left, right)) = judge::<S, _>(compiled, &invocation, &dice) {
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
        for (i, event) in ran.trace.iter().enumerate().skip(from).take(40) {
            if counts_for(&event.call) {
                let mark = if i >= at { ">" } else { " " };
                let _ = writeln!(text, "  {mark} {event}");
            }
        }
        let _ = match &ran.returned {
            Ok(returned) => writeln!(text, "    returned {returned}"),
            Err(stopped) => writeln!(text, "    {stopped}"),
        };
    }
    text
}
