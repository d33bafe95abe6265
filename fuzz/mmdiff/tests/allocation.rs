// SPDX-License-Identifier: GPL-2.0-only
//! Where a scenario is about one folio, judging it takes no memory that an earlier judgement has not
//! already taken: the fuzz targets spend their time on the port, not on the allocator.

mod support;

use mmdiff::corpus::seeds;
use mmdiff::oracle::{Intent, Judge, Verdict};
use mmdiff::scenario::{Path, Scenario, generate};

const SINGLE_FOLIO: [Path; 4] = [Path::Flags, Path::Errors, Path::Truncation, Path::Migration];

/// The seeds of a path, and generated scenarios.
fn scenarios(path: Path) -> impl Iterator<Item = Scenario> {
    let seeds = seeds::all().into_iter().filter(move |seed| seed.path == path);
    let seeds = seeds.map(move |seed| Scenario::decode(path, &seed.bytes));
    seeds.chain((0..2000).map(move |case| generate::scenario(5, path, case)))
}

#[test]
fn judging_a_scenario_again_allocates_nothing_whatever_the_verdict() {
    for path in SINGLE_FOLIO {
        let mut judge = Judge::new(&support::patch(Intent::DEFAULT));
        let mut intended = 0;
        for scenario in scenarios(path) {
            judge.judge(&scenario);
            let mut verdict = Verdict::Beyond;
            let again = allocation_counter::measure(|| verdict = judge.judge(&scenario).verdict());
            assert_eq!(again.count_total, 0, "{verdict:?} {scenario:?}");
            intended += u32::from(verdict == Verdict::Intended);
        }
        assert!(intended > 10, "{path}: differences are judged too, {intended}");
    }
}

#[test]
fn a_first_judgement_is_seen_to_allocate() {
    let scenario = Scenario::decode(Path::Truncation, &[]);
    let first = allocation_counter::measure(|| _ = support::fix(&scenario));
    assert!(first.count_total > 0, "or the other tests here mean nothing");
}

#[test]
fn decoding_allocates_nothing() {
    for path in SINGLE_FOLIO {
        for scenario in scenarios(path) {
            let bytes = scenario.encode();
            let decoded = allocation_counter::measure(|| _ = Scenario::decode(path, &bytes));
            assert_eq!(decoded.count_total, 0, "{scenario:?}");
        }
    }
}
