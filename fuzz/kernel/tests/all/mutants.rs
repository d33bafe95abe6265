// SPDX-License-Identifier: GPL-2.0-only
//! A change to the kernel's C is told apart from the port, whatever it is.
//!
//! Each mutant is made from the tree's text by an edit that has to fit, and is run from the functions
//! that lead to it.

mod files;
mod migration;
mod scanner;
mod truncation;

use crate::support::{functions, told_apart, tree};
use mmcore::tree::V6_12;
use mmdiff_kernel::{Compiled, Edit};
use std::thread;

/// So many runs of each function, before a mutant counts as the same.
const RUNS: u64 = 30_000;

pub(crate) struct Mutant {
    /// What is done to the text.
    what: &'static str,
    /// The functions to call.
    through: &'static [&'static str],
    edit: Edit,
}

pub(crate) fn mutant(
    what: &'static str,
    through: &'static [&'static str],
    function: &str,
    from: &str,
    to: &str,
) -> Mutant {
    Mutant { what, through, edit: Edit::once(function, from, to) }
}

/// Asserts that every mutant is told apart, two at a time.
#[track_caller]
pub(crate) fn all_told_apart(mutants: Vec<Mutant>) {
    let (even, odd): (Vec<_>, Vec<_>) =
        mutants.iter().enumerate().partition(|(i, _)| i.is_multiple_of(2));
    let survivors: Vec<String> = thread::scope(|scope| {
        let halves = [even, odd].map(|half| {
            scope.spawn(move || {
                half.into_iter().filter_map(|(_, m)| survives(m)).collect::<Vec<_>>()
            })
        });
        halves.into_iter().flat_map(|half| half.join().expect("a mutant's run ends")).collect()
    });
    assert!(survivors.is_empty(), "not told apart: {survivors:#?}");
}

/// What a mutant that is not told apart is.
fn survives(mutant: &Mutant) -> Option<String> {
    let edits = std::slice::from_ref(&mutant.edit);
    let mut compiled = Compiled::with_flags(tree(), edits, &["-O1"]).expect("a mutant compiles");
    assert_eq!(compiled.faults(), [], "{} fits", mutant.what);
    // A mutant may loop.
    compiled.budget = 20_000;
    let through = functions(mutant.through);
    assert_eq!(through.len(), mutant.through.len());
    let is_told = told_apart::<V6_12>(&compiled, &through, 0..RUNS).is_some();
    (!is_told).then(|| format!("{}: {}", mutant.edit.name, mutant.what))
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_change_that_changes_nothing_is_not_told_apart() {
    let same = mutant(
        "the same, said in another way",
        &["too_many_isolated"],
        "too_many_isolated",
        "isolated > (inactive + active) / 2",
        "(inactive + active) >> 1 < isolated",
    );
    assert!(survives(&same).is_some());
}
