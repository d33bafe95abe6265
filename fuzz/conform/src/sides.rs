// SPDX-License-Identifier: GPL-2.0-only
//! The two sides of a comparison.

use super::c::{C, Ended, take_end};
use super::whole;
use crate::explore::{Model, Side};
use crate::run::{Returned, Run};
use crate::trace::Event;
use crate::trace::equality::{Digest, Mismatch, Ran, compare};
use mmcore::Function;
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmdiff_kernel::judge::Chance;
use mmdiff_kernel::{Compiled, Revision, revision};
use rustc_hash::FxHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A side: a revision, run by somebody.
#[derive(Debug)]
pub struct Code {
    /// The revision.
    pub side: Side,
    /// Runs what is no path of the explorer's.
    pub(crate) whole: fn(whole::Entry, &mut Model<'_>) -> Returned,
}

/// Two sides. Nothing here minds which of them is the port, if any is.
#[derive(Debug)]
pub struct Pair {
    /// What they are sides of.
    pub name: &'static str,
    /// How their C is made.
    pub revision: &'static Revision,
    /// One of them.
    pub left: Code,
    /// The other.
    pub right: Code,
    /// Makes calls by chance, of these functions and with these seeds, on both.
    pub chance: fn(&Compiled, &[Function], Range<u64>) -> Chance,
}

const fn code<S: mmcore::Side>() -> Code {
    Code { side: Side::of::<S>(), whole: whole::run::<S> }
}

const fn pair<T: mmcore::Tree>(revision: &'static Revision) -> Pair {
    Pair {
        name: <T as mmcore::Tree>::NAME,
        revision,
        left: code::<T>(),
        right: code::<C<T>>(),
        chance: Chance::of::<T>,
    }
}

/// The revisions whose C can be compiled: the port, and the C in the object that is loaded.
pub static REVISIONS: [Pair; 4] = [
    pair::<V6_12>(&revision::V6_12),
    pair::<V6_12PreFix>(&revision::V6_12_PRE_FIX),
    pair::<PreFix>(&revision::PRE_FIX),
    pair::<PostFix>(&revision::POST_FIX),
];

impl Pair {
    /// Both.
    pub fn sides(&'static self) -> [&'static Code; 2] {
        [&self.left, &self.right]
    }

    /// The revision of that name.
    pub fn named(name: &str) -> Option<&'static Pair> {
        REVISIONS.iter().find(|pair| pair.name == name)
    }
}

/// How two runs are not equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Apart {
    /// The traces or results of a step differ.
    Step(usize, Mismatch),
    /// They have not as many steps.
    Steps,
    /// A side's C ended as the port cannot.
    Ended(Ended),
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Apart::Step(step, mismatch) => {
                write!(f, "they part in step {step}, in {}", mismatch.what)
            }
            Apart::Steps => f.write_str("they part in the number of steps"),
            Apart::Ended(ended) => ended.fmt(f),
        }
    }
}

/// Whether two runs of the same scenario are equal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Steps {
    /// They are.
    Equal,
    /// They are not. Whether what they do and return is the same, so that they only ask otherwise.
    Apart(Apart, bool),
    /// A function cannot be run on a side.
    NotJudged(Function),
}

/// Compares two runs, both made since the last comparison on this thread.
pub fn compare_steps(left: &Run, right: &Run) -> Steps {
    match take_end() {
        Some(Ended::Missing(function)) => return Steps::NotJudged(function),
        Some(ended) => return Steps::Apart(Apart::Ended(ended), false),
        None if digest(left).0 == digest(right).0 => return Steps::Equal,
        None => {}
    }
    let parted = (0..left.steps.len().min(right.steps.len())).find_map(|step| {
        let mismatch = compare(&ran(left, step), &ran(right, step))?;
        Some(Apart::Step(step, mismatch))
    });
    let of_different_length = left.steps.len() != right.steps.len();
    match parted.or(of_different_length.then_some(Apart::Steps)) {
        Some(apart) => Steps::Apart(apart, digest(left).1 == digest(right).1),
        None => Steps::Equal,
    }
}

/// Of all that counts, and of the behaviour.
fn digest(run: &Run) -> (u64, u64) {
    let mut digest = Digest::default();
    for (range, returned) in &run.steps {
        for Event { call, answer } in &run.trace[range.clone()] {
            digest.add(*call, *answer);
        }
        let mut hasher = FxHasher::default();
        returned.hash(&mut hasher);
        digest.end(hasher.finish());
    }
    (digest.finish(), digest.behaviour())
}

fn ran(run: &Run, step: usize) -> Ran<Returned> {
    Ran { trace: run.events(step).to_vec(), returned: run.steps[step].1 }
}
