// SPDX-License-Identifier: GPL-2.0-only
//! What a fuzz target does with an input: the same as a replay or a test of it, and a panic if
//! there is a finding.

use crate::oracle::{Intent, Invariant, Judgement, Question, judge};
use crate::run::{Run, TREES};
use crate::scenario::{Path, Scenario};

/// Judges the scenario that `bytes` mean for `path`, pre-fix against post-fix.
///
/// # Panics
/// If there is a difference beyond the intent, or a revision breaks an invariant that it is not
/// known to break. The message says how to look at it.
pub fn run(path: Path, bytes: &[u8]) {
    let question = Question { pre: &TREES[0], post: &TREES[1], intent: Intent::Fix };
    let scenario = Scenario::decode(path, bytes);
    let judgement = judge(&question, &scenario);
    let findings = findings(&judgement);
    assert!(
        findings.is_empty(),
        "{}\nlook at it with: mmdiff explain {}",
        findings.join("\n"),
        crate::check::spell(&scenario)
    );
}

/// What is wrong with a judgement, a line each: the signatures of what is beyond the intent, and the
/// invariants that are broken and should not be.
pub fn findings(judgement: &Judgement) -> Vec<String> {
    let beyond = judgement.divergences.iter().map(|divergence| divergence.class);
    let beyond = beyond.filter(|class| class.clause.is_none());
    let mut findings: Vec<String> = beyond.map(|class| class.signature()).collect();
    let sides = [(&judgement.pre, &judgement.pre_broke), (&judgement.post, &judgement.post_broke)];
    for (run, broke) in sides {
        findings.extend(unexpected(run, broke));
    }
    findings
}

fn unexpected<'a>(run: &'a Run, broke: &'a [Invariant]) -> impl Iterator<Item = String> + 'a {
    let name = run.tree.name;
    let unexpected = move |invariant: &&Invariant| !invariant.is_expected_broken(name);
    broke
        .iter()
        .filter(unexpected)
        .map(move |invariant| format!("{name} breaks {}", invariant.id()))
}
