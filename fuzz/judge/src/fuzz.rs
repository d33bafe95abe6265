// SPDX-License-Identifier: GPL-2.0-only
//! What a fuzz target does: judge an input as a replay or a test would, stop if there is a finding,
//! and mutate inputs as scenarios.

pub mod stop;

use crate::check::spell_bytes;
use crate::oracle::{Class, Intent, Invariant, Judge, Judgement, Question, Side};
use crate::run::{OnPath, tree_on};
use crate::scenario::Path;
use crate::scenario::codec::{Reader, encode};
use crate::scenario::mutate::Dice;
use std::cell::RefCell;
use std::fmt;

/// Something that must not be: a difference beyond the intent, or a broken invariant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Finding {
    /// A difference that no clause explains.
    Beyond(Class),
    /// An invariant, broken by a revision that is not known to break it.
    Broken(Path, Side, Invariant),
}

impl Finding {
    /// The stable name of what was found.
    pub fn signature(&self) -> String {
        match self {
            Finding::Beyond(class) => class.signature(),
            Finding::Broken(path, Side::Pre, invariant) => {
                format!("{path}:broken:pre:{}", invariant.id())
            }
            Finding::Broken(path, Side::Post, invariant) => {
                format!("{path}:broken:post:{}", invariant.id())
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Beyond(class) => {
                let (pre, post) = class.outcomes.sides();
                let function = class.function.map_or("-", |function| function.name());
                write!(f, "beyond the intent in {function}: {} | {pre} | {post}", class.condition)
            }
            Finding::Broken(_, side, invariant) => {
                let side = if *side == Side::Pre { "before" } else { "after" };
                write!(f, "the revision {side} breaks: {}", invariant.meaning())
            }
        }
    }
}

/// What is wrong with a judgement. Nothing, almost always, and then nothing is allocated.
pub fn findings(judgement: &Judgement) -> Vec<Finding> {
    let classes = judgement.divergences.iter().map(|divergence| divergence.class);
    let mut findings: Vec<Finding> =
        classes.filter(|class| class.clause.is_none()).map(Finding::Beyond).collect();
    let sides = [
        (Side::Pre, &judgement.pre, &judgement.pre_broke),
        (Side::Post, &judgement.post, &judgement.post_broke),
    ];
    for (side, run, broke) in sides {
        let unexpected = |invariant: &&Invariant| !judgement.is_known_broken(run, **invariant);
        let broken = |&invariant| Finding::Broken(judgement.path, side, invariant);
        findings.extend(broke.iter().filter(unexpected).map(broken));
    }
    findings
}

thread_local! {
    /// The judge of the path that was judged last: a fuzz target has but one.
    static JUDGE: RefCell<Option<(Path, Judge)>> = const { RefCell::new(None) };
}

/// A judge of the default change on one path alone: `Old` and `New` are its two sides, so that nothing
/// else is linked.
fn judge_of<S: OnPath, Old: mmcore::Side, New: mmcore::Side>() -> Judge {
    let intent = Intent::DEFAULT;
    assert_eq!(intent.change().sides, [Old::NAME, New::NAME], "the sides are those of the change");
    let (pre, post) = const { (&tree_on::<S, Old>(), &tree_on::<S, New>()) };
    Judge::new(&Question { pre, post, intent })
}

/// Judges the scenario that `bytes` mean for the path, on both sides of the change.
///
/// # Panics
/// If there is a finding, in a function that is named after it. The message is the verdict and the
/// command that explains it.
pub fn run<S: OnPath, Old: mmcore::Side, New: mmcore::Side>(bytes: &[u8]) {
    let scenario = S::get(&mut Reader::new(bytes)).into_any();
    JUDGE.with_borrow_mut(|slot| {
        if slot.as_ref().is_some_and(|(path, _)| *path != S::PATH) {
            *slot = None;
        }
        let (_, judge) = slot.get_or_insert_with(|| (S::PATH, judge_of::<S, Old, New>()));
        if let Some(finding) = findings(judge.judge(&scenario)).first() {
            let bytes = S::of(&scenario).map(encode).unwrap_or_default();
            stop::at(finding, &spell_bytes(S::PATH, &bytes));
        }
    });
}

/// Mutates the scenario in `data[..size]`, within `max_size` bytes, and returns its new size. Every
/// other time it is left to `bytewise`, the fuzzer's own mutation.
pub fn mutate<S: OnPath>(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bytewise: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    if seed.is_multiple_of(2) {
        return bytewise(data, size, max_size);
    }
    let mut scenario = S::get(&mut Reader::new(&data[..size.min(data.len())]));
    scenario.mutate(&mut Dice::new(seed.into()));
    store(&encode(&scenario), &mut data[..max_size])
}

/// Puts the splice of two inputs into `out`, and returns its size.
pub fn splice<S: OnPath>(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let (mut first, second) = (S::get(&mut Reader::new(first)), S::get(&mut Reader::new(second)));
    first.splice(&second, &mut Dice::new(seed.into()));
    store(&encode(&first), out)
}

/// Copies as much of `bytes` as fits: what is cut off reads as zeroes. An input is never empty, or
/// a fuzzer would take the mutation for failed.
pub fn store(bytes: &[u8], out: &mut [u8]) -> usize {
    let len = bytes.len().min(out.len());
    out[..len].copy_from_slice(&bytes[..len]);
    match out.first_mut() {
        Some(first) if len == 0 => {
            *first = 0;
            1
        }
        _ => len,
    }
}
