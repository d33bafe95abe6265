// SPDX-License-Identifier: GPL-2.0-only
//! A corpus without anything superfluous.

use super::{Outcome, outcomes};
use crate::scenario::{Path, Scenario};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What scenarios show, as numbers: an outcome of a path is one number.
fn shown(candidates: &[&Scenario]) -> Vec<Vec<usize>> {
    let sets: Vec<BTreeSet<Outcome>> =
        candidates.par_iter().map(|scenario| outcomes(scenario)).collect();
    let mut numbers: BTreeMap<(Path, Outcome), usize> = BTreeMap::new();
    let mut number = |key| {
        let next = numbers.len();
        *numbers.entry(key).or_insert(next)
    };
    let pairs = candidates.iter().zip(sets);
    pairs
        .map(|(scenario, set)| {
            let path = scenario.path();
            set.into_iter().map(|outcome| number((path, outcome))).collect()
        })
        .collect()
}

/// The scenarios of `candidates` that are worth keeping, by index, in their order.
///
/// Each shows something that none before it shows. Beyond the first `named`, each shows something
/// that no other kept one shows, before it or after it. Together they show all that `candidates`
/// do.
pub fn minimise<'a>(
    candidates: impl IntoIterator<Item = &'a Scenario>,
    named: usize,
) -> Vec<usize> {
    let candidates: Vec<&Scenario> = candidates.into_iter().collect();
    let shown = shown(&candidates);
    let numbers = shown.iter().flatten().max().map_or(0, |last| last + 1);
    let mut times = vec![0_u32; numbers];
    let mut kept = Vec::new();
    for (i, shown) in shown.iter().enumerate() {
        if shown.iter().any(|&number| times[number] == 0) {
            shown.iter().for_each(|&number| times[number] += 1);
            kept.push(i);
        }
    }
    let mut at = kept.len();
    while at > 0 {
        at -= 1;
        let i = kept[at];
        if i >= named && shown[i].iter().all(|&number| times[number] > 1) {
            shown[i].iter().for_each(|&number| times[number] -= 1);
            kept.remove(at);
        }
    }
    kept
}
