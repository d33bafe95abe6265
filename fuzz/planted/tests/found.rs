// SPDX-License-Identifier: GPL-2.0-only
//! Planted mistakes are found within the smallest bounds, but for those of which it is known what more
//! they take.

use mmcore::{MISTAKES, Mistake};
use mmdiff_explore::{Bounds, Orders, Races, Settings};
use planted::hidden::{self, Takes};
use planted::{LADDER, Places};
use std::collections::HashSet;
use std::time::Instant;

/// Of how many mistakes one is looked for in every run of the tests. Those by hand all are.
const ONE_OF: u64 = 12;

/// Whether a mistake is of the sample: its name says so, whatever other mistakes there are.
fn is_sampled(mistake: &Mistake) -> bool {
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = mistake.name.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
    mistake.name.contains("/by hand/") || (hash >> 32).is_multiple_of(ONE_OF)
}

/// Whether a mistake is found within the bounds that are known to show it, and within no smaller ones.
fn judge(places: &Places, mistake: &Mistake) -> Result<(), String> {
    let takes = hidden::of(mistake.name);
    let wanted = |bounds: Bounds| match takes {
        None => bounds == LADDER[0],
        Some(Takes::AnySettings) => bounds.folios == 1 && bounds.races != Races::Free,
        Some(Takes::Folios(folios)) => bounds.folios <= folios && bounds.settings != Settings::Free,
        Some(_) => bounds.folios == 1 && bounds.settings != Settings::Free,
    };
    let found = places.of(mistake).and_then(|sought| sought.smallest(wanted)).map(|at| LADDER[at]);
    let as_known = match (takes, found) {
        (None, Some(_)) | (Some(Takes::SameWork | Takes::Unseen), None) => true,
        (Some(Takes::Race), Some(bounds)) => bounds.folios == 1 && bounds.races == Races::Free,
        (Some(Takes::Order), Some(bounds)) => bounds.folios == 1 && bounds.orders == Orders::All,
        (Some(Takes::AnySettings), Some(bounds)) => bounds.settings == Settings::Free,
        (Some(Takes::Folios(folios)), Some(bounds)) => bounds.folios == folios,
        _ => false,
    };
    let name = mistake.name;
    as_known.then_some(()).ok_or_else(|| format!("{name}: known as {takes:?}, found by {found:?}"))
}

fn judge_all(wanted: impl Fn(&Mistake) -> bool) {
    let places = Places::visit();
    // A mistake may panic, and is found then.
    std::panic::set_hook(Box::new(|_| {}));
    let mut wrong = Vec::new();
    for mistake in MISTAKES.iter().filter(|mistake| wanted(mistake)) {
        let began = Instant::now();
        let judged = judge(&places, mistake);
        println!("{}: {judged:?} {:.1?}", mistake.name, began.elapsed());
        wrong.extend(judged.err());
    }
    let _ = std::panic::take_hook();
    let list = wrong.join("\n");
    assert!(wrong.is_empty(), "hidden.txt says what is not found, and why:\n{list}");
}

#[test]
fn a_sample_of_what_is_not_hidden_is_found() {
    judge_all(|mistake| is_sampled(mistake) && hidden::of(mistake.name).is_none());
}

#[test]
#[ignore = "takes hours: cargo test --release --manifest-path fuzz/planted/Cargo.toml -- --ignored --nocapture"]
fn every_mistake_is_found_by_what_it_takes() {
    judge_all(|_| true);
}

#[test]
fn names_are_unique_and_what_is_hidden_is_a_mistake() {
    let names: HashSet<&str> = MISTAKES.iter().map(|mistake| mistake.name).collect();
    assert_eq!(names.len(), MISTAKES.len());
    for (pattern, _) in hidden::all() {
        let is_of = |name: &&str| hidden::matches(pattern, name);
        assert!(names.iter().any(is_of), "no mistake is called {pattern}");
    }
}
