// SPDX-License-Identifier: GPL-2.0-only
//! What many scenarios come to together, in whatever order they come.

use crate::support::*;
use mmdiff::change::Change;
use mmdiff::check::{Plan, Tally, run};
use mmdiff::corpus::{Seed, seeds};
use mmdiff::oracle::{Intent, Invariant};
use mmdiff::scenario::{FileKind, Path, Scenario, generate};
use std::sync::atomic::{AtomicU64, Ordering};

fn tally<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>) -> Tally {
    let mut tally = Tally::default();
    for scenario in scenarios {
        tally.add(scenario, &fix(scenario));
    }
    tally
}

/// Cuts a file that keeps `4096 - rest` stale bytes.
fn stale(rest: u64) -> Scenario {
    life([create(FileKind::Ramfs), write(1, 0), truncate(0, rest), truncate(1, 0)])
}

#[test]
fn scenarios_of_a_class_are_counted_and_the_most_stale_bytes_kept() {
    let [few, many] = [stale(4000), stale(100)];
    for order in [[&few, &many], [&many, &few]] {
        let [first, second] = order.map(|scenario| tally([scenario]));
        for tally in [tally(order), first.merge(second)] {
            let counts: Vec<_> = tally.classes.values().collect();
            assert_eq!(counts.len(), 1);
            assert_eq!((counts[0].cases, counts[0].stale), (2, 3996));
            assert_eq!(tally.hits["mask-read"], 2);
            assert_eq!(tally.paths[&Path::Lifecycle].intended, 2);
            assert_eq!(tally.broken.keys().collect::<Vec<_>>(), [&(Invariant::NoStaleByte, false)]);
        }
    }
}

#[test]
fn the_best_example_shows_the_consequence_and_is_the_shortest_that_does() {
    let healed = life([create(FileKind::Ramfs), write(1, 0), truncate(0, 100)]);
    let long = life([create(FileKind::Ramfs), write(1, 0), truncate(0, 100), truncate(2, 7)]);
    let short = stale(100);
    for order in [[&healed, &long, &short], [&short, &long, &healed], [&long, &short, &healed]] {
        let tally = tally(order);
        let examples: Vec<_> = tally.classes.values().map(|c| c.example.spell()).collect();
        let shows = |s: &Scenario| fix(s).divergences[0].stale.0 > 0;
        let mut candidates: Vec<_> = order.into_iter().filter(|s| shows(s)).collect();
        candidates.sort_by_key(|s| (s.encode().len(), s.encode()));
        assert_eq!(examples, [mmdiff::check::spell(candidates[0])]);
    }
}

#[test]
fn a_tally_does_not_depend_on_how_the_scenarios_are_divided() {
    let scenarios: Vec<Scenario> = Path::ALL
        .into_iter()
        .flat_map(|path| (0..120).map(move |case| generate::scenario(61, path, case)))
        .collect();
    let whole = tally(&scenarios);
    for parts in [1, 2, 7, 100] {
        let divided = scenarios.chunks(parts).map(tally);
        assert_eq!(divided.fold(Tally::default(), Tally::merge), whole, "chunks of {parts}");
        let reversed = scenarios.rchunks(parts).map(tally);
        assert_eq!(reversed.fold(Tally::default(), Tally::merge), whole, "backwards by {parts}");
    }
}

#[test]
fn a_plan_is_carried_out_to_the_last_scenario_and_progress_told_of_each() {
    let corpus: Vec<Seed> = seeds::all();
    for (paths, cases) in [(vec![Path::Errors, Path::Creation], 700), (Path::ALL.to_vec(), 0)] {
        let seeds = |path| corpus.iter().filter(|seed| seed.path == path).count() as u64;
        let expected: Vec<_> = paths.iter().map(|&path| (path, cases + seeds(path))).collect();
        let plan = Plan { paths: paths.clone(), cases, seed: 3, corpus: corpus.clone() };
        let done = AtomicU64::new(0);
        let tally =
            run(&patch(Intent::DEFAULT), &plan, &|n| _ = done.fetch_add(n, Ordering::Relaxed));
        let mut counted: Vec<_> = tally.paths.iter().map(|(&path, c)| (path, c.cases)).collect();
        counted.sort_by_key(|&(path, _)| paths.iter().position(|&p| p == path));
        assert_eq!(counted, expected);
        assert_eq!(done.into_inner(), expected.iter().map(|&(_, n)| n).sum::<u64>());
        let all = Change::default_one().expectations.len();
        assert_eq!(tally.hits.len(), all, "an expectation without a hit is listed too");
    }
}
