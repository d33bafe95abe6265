// SPDX-License-Identifier: GPL-2.0-only
//! The smallest scenario that shows the same as a given one.
//!
//! What it shows has a signature: that of a divergence's class, or `REVISION breaks INVARIANT`. The
//! scenario is made plainer one [reduction](reduce) at a time, and a reduction is kept if the
//! scenario still has *that very* signature, so shrinking cannot drift to another finding. The
//! result is a fixed point: no single reduction of it has the signature. The same scenario and
//! signature give the same result on every machine.

mod words;

use crate::oracle::{Judgement, Question, judge};
use crate::run::Run;
use crate::scenario::Scenario;
use crate::scenario::reduce::{self, Removed};

/// How many scenarios are tried at most, unless told otherwise.
pub const BUDGET: usize = 100_000;

/// Why nothing can be shrunk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unshrinkable {
    /// The scenario shows nothing: no difference, and no invariant is broken.
    Nothing,
    /// It does not have the signature that was asked for; these it has.
    NotThis(Vec<String>),
}

/// A shrunk scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shrunk {
    /// The smallest scenario.
    pub scenario: Scenario,
    /// What it shows, and the given one did.
    pub signature: String,
    /// How many scenarios were tried.
    pub tried: usize,
    /// Whether no reduction is left to try; if not, the budget ran out.
    pub finished: bool,
    /// What was removed and made plainer, in words.
    pub words: Vec<String>,
}

/// Everything that a judgement shows, the most important first: what is beyond the intent,
/// invariants that should hold, intended divergences, and invariants known to be broken.
pub fn signatures(judgement: &Judgement) -> Vec<String> {
    let mut ranked: Vec<(u8, String)> = Vec::new();
    for divergence in &judgement.divergences {
        let rank = if divergence.class.clause.is_none() { 0 } else { 2 };
        ranked.push((rank, divergence.class.signature()));
    }
    let broke = |run: &Run, broke: &[crate::oracle::Invariant]| {
        let name = run.tree.name;
        let ranked = broke.iter().map(|invariant| {
            let rank = if judgement.is_known_broken(run, *invariant) { 3 } else { 1 };
            (rank, format!("{name} breaks {}", invariant.id()))
        });
        ranked.collect::<Vec<_>>()
    };
    ranked.extend(broke(&judgement.pre, &judgement.pre_broke));
    ranked.extend(broke(&judgement.post, &judgement.post_broke));
    ranked.sort_by_key(|&(rank, _)| rank);
    ranked.into_iter().map(|(_, signature)| signature).collect()
}

/// Whether a scenario shows what has the signature.
pub fn shows(question: &Question, scenario: &Scenario, signature: &str) -> bool {
    signatures(&judge(question, scenario)).iter().any(|shown| shown == signature)
}

/// Shrinks `scenario`, keeping `signature`, or without one the most important that it has. At most
/// `budget` scenarios are tried.
///
/// # Errors
/// [`Unshrinkable`], if the scenario does not show that.
pub fn shrink(
    question: &Question,
    scenario: &Scenario,
    signature: Option<&str>,
    budget: usize,
) -> Result<Shrunk, Unshrinkable> {
    let shown = signatures(&judge(question, scenario));
    let signature = match signature {
        None => shown.first().ok_or(Unshrinkable::Nothing)?.clone(),
        Some(wanted) if shown.iter().any(|shown| shown == wanted) => wanted.to_string(),
        Some(_) if shown.is_empty() => return Err(Unshrinkable::Nothing),
        Some(_) => return Err(Unshrinkable::NotThis(shown)),
    };
    let keeps = |plainer: &Scenario| shows(question, plainer, &signature);
    let reduced = to_fixed_point(scenario, budget, &keeps);
    Ok(Shrunk {
        words: words::say(scenario, &reduced.scenario, &reduced.removed),
        scenario: reduced.scenario,
        signature,
        tried: reduced.tried,
        finished: reduced.finished,
    })
}

struct Reduced {
    scenario: Scenario,
    removed: Vec<Removed>,
    tried: usize,
    finished: bool,
}

/// Reduces until nothing that is one reduction plainer is kept. After a reduction the search goes
/// on from where it was, for what was refused before it is refused after it, mostly; a last round in
/// which everything is refused is the proof.
fn to_fixed_point(
    scenario: &Scenario,
    budget: usize,
    keeps: &dyn Fn(&Scenario) -> bool,
) -> Reduced {
    let (mut scenario, mut removed, mut tried) = (scenario.clone(), Vec::new(), 0);
    let mut refused = 0;
    let mut plainer = reduce::plainer(&scenario);
    let mut next = 0;
    while refused < plainer.len() {
        if tried == budget {
            return Reduced { scenario, removed, tried, finished: false };
        }
        next %= plainer.len();
        tried += 1;
        if keeps(&plainer[next].0) {
            let (kept, gone) = plainer.swap_remove(next);
            removed.extend(gone);
            plainer = reduce::plainer(&kept);
            scenario = kept;
            refused = 0;
        } else {
            refused += 1;
            next += 1;
        }
    }
    Reduced { scenario, removed, tried, finished: true }
}
