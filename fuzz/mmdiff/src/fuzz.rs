// SPDX-License-Identifier: GPL-2.0-only
//! What a fuzz target does: judge an input as a replay or a test would, stop if there is a finding,
//! and mutate inputs as scenarios.

mod stop;

use crate::oracle::{Class, Intent, Invariant, Judge, Judgement, Question, Side};
use crate::run::TREES;
use crate::scenario::{Path, Scenario, mutate};
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
                write!(f, "beyond the intent in {function}: {} | {pre} | {post}", class.cause)
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
        let unexpected = |invariant: &&Invariant| !invariant.is_expected_broken(run.tree.name);
        let broken = |&invariant| Finding::Broken(judgement.path, side, invariant);
        findings.extend(broke.iter().filter(unexpected).map(broken));
    }
    findings
}

thread_local! {
    /// The judge of a fuzz target: the patch, as a fix.
    static JUDGE: RefCell<Judge> = RefCell::new(Judge::new(&Question {
        pre: &TREES[0],
        post: &TREES[1],
        intent: Intent::Fix,
    }));
}

/// Judges the scenario that `bytes` mean for `path`, pre-fix against post-fix.
///
/// # Panics
/// If there is a finding, in a function that is named after it. The message is the verdict and the
/// command that explains it.
pub fn run(path: Path, bytes: &[u8]) {
    let scenario = Scenario::decode(path, bytes);
    JUDGE.with_borrow_mut(|judge| {
        let judgement = judge.judge(&scenario);
        if let Some(finding) = findings(judgement).first() {
            stop::at(finding, &scenario);
        }
    });
}

/// Mutates the scenario in `data[..size]`, within `max_size` bytes, and returns its new size. Every
/// other time it is left to `bytewise`, the fuzzer's own mutation.
pub fn mutate(
    path: Path,
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    bytewise: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    if seed.is_multiple_of(2) {
        return bytewise(data, size, max_size);
    }
    let mut scenario = Scenario::decode(path, &data[..size.min(data.len())]);
    mutate::mutate(&mut scenario, seed.into());
    store(&scenario.encode(), &mut data[..max_size])
}

/// Puts the splice of two inputs into `out`, and returns its size.
pub fn splice(path: Path, first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let (first, second) = (Scenario::decode(path, first), Scenario::decode(path, second));
    store(&mutate::splice(&first, &second, seed.into()).encode(), out)
}

/// Copies as much of `bytes` as fits: what is cut off reads as zeroes. An input is never empty, or
/// a fuzzer would take the mutation for failed.
fn store(bytes: &[u8], out: &mut [u8]) -> usize {
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
