// SPDX-License-Identifier: GPL-2.0-only
//! Runs both sides of an invocation, and shows where they part.

use crate::compare::{Mismatch, Ran, Recorder, compare, counts_for};
use crate::{Compiled, Invocation, Judged, Said};
use mmcore::Kernel;
use std::fmt::Write;

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
