// SPDX-License-Identifier: GPL-2.0-only
//! What the explorer says that it leaves out, it does leave out, and nothing else of the controls.
mod checks;
mod settings;

use checks::{CHECKS, Check, NOT_IN_A_TRACE};
use mmdiff::explore::{
    Bounds, Choice, Joint, PATHS, Settings, Side, Sides, Tape, Var, What, preconditions,
};
use mmdiff::oracle::Intent;
use mmdiff::scenario::Path;
use std::collections::BTreeSet;

#[test]
fn every_precondition_is_tested_or_said_not_to_be_and_every_test_can_fail() {
    let mut used = BTreeSet::new();
    for (path, scope) in PATHS.into_iter().flat_map(|path| SCOPES.map(|scope| (path, scope))) {
        let stated = preconditions(path, scope);
        assert!(!stated.is_empty(), "{path}");
        for precondition in stated {
            assert!(precondition.len() <= 96, "a line: {precondition}");
            let starts = |start: &&str| precondition.starts_with(*start);
            let known = CHECKS.iter().map(|check| check.says).chain(NOT_IN_A_TRACE);
            let known: Vec<&str> = known.filter(starts).collect();
            assert_eq!(known.len(), 1, "{precondition}");
            used.insert(known[0]);
        }
    }
    assert_eq!(used.len(), CHECKS.len() + NOT_IN_A_TRACE.len());
    for check in &CHECKS {
        assert!((check.violates)(check.example), "{}", check.says);
    }
    let says = |scope| preconditions(Path::Compaction, scope).len();
    assert_eq!(says(Settings::Realizable), says(Settings::Free) + 1);
}

const SCOPES: [Settings; 2] = [Settings::Realizable, Settings::Free];

/// Runs the paths that begin with some choices, `most` of them, and holds each trace against what is said to be left
/// out.
fn holds(path: Path, bounds: Bounds, sides: (&str, &str), prefix: &[Choice], most: u64) -> u64 {
    let side = |name| Side::named(name).expect("a revision");
    let question = Sides { pre: side(sides.0), post: side(sides.1), intent: Intent::DEFAULT };
    let stated = preconditions(path, bounds.settings);
    let said = |check: &&Check| stated.iter().any(|line| line.starts_with(check.says));
    let checks: Vec<&Check> = CHECKS.iter().filter(said).collect();
    let mut joint = Joint::new(&question, bounds, path);
    let (mut tape, mut runs) = (Tape::with_prefix(prefix), 0);
    loop {
        let judgement = match path {
            Path::Compaction => joint.record_scan(&mut tape),
            _ => joint.record(&mut tape),
        };
        for trace in [&judgement.pre.trace, &judgement.post.trace] {
            for check in &checks {
                assert!(!(check.violates)(trace), "{path}, {}: {trace:#?}", check.says);
            }
        }
        runs += 1;
        if runs == most || !tape.advance() {
            return runs;
        }
    }
}

const PAIRS: [(&str, &str); 2] = [("pre-fix", "post-fix"), ("v6.12-pre-fix", "v6.12")];

const fn chosen(what: What, of: u8, got: u8) -> Choice {
    Choice { var: Var::one(what), of, got, label: got }
}

#[test]
fn no_call_is_run_that_a_precondition_leaves_out() {
    let calls = [Path::Flags, Path::Creation, Path::Errors, Path::Migration];
    for sides in PAIRS {
        for path in calls {
            let runs = holds(path, Bounds::default(), sides, &[], u64::MAX);
            println!("{path}, {sides:?}: {runs} joint paths");
        }
    }
    // A smallest folio that can be split, and the largest.
    for (order, sides) in [(1, PAIRS[0]), (10, PAIRS[1])] {
        let runs = (0..5).map(|function| {
            let prefix = [chosen(What::Function, 5, function), chosen(What::Order, 11, order)];
            holds(Path::Truncation, Bounds::default(), sides, &prefix, u64::MAX)
        });
        println!("truncation, {sides:?}, order {order}: {} joint paths", runs.sum::<u64>());
    }
}

/// The first scans from every way in which one can begin: all of them would be many, and which
/// controls there are is tested above.
#[test]
fn no_scan_is_run_that_a_precondition_leaves_out() {
    const SCANS: u64 = 20;
    let side = |name| Side::named(name).expect("a revision");
    let question = Sides { pre: side(PAIRS[0].0), post: side(PAIRS[0].1), intent: Intent::DEFAULT };
    for settings in SCOPES {
        let bounds = Bounds { settings, ..Bounds::default() };
        let mut joint = Joint::new(&question, bounds, Path::Compaction);
        let (mut tape, mut runs) = (Tape::default(), 0);
        loop {
            if joint.begin_scan(&mut tape).next.is_some() {
                runs += holds(Path::Compaction, bounds, PAIRS[0], tape.choices(), SCANS);
            }
            if !tape.advance() {
                break;
            }
        }
        println!("scans, {settings}: {runs}");
        assert!(runs > 50_000);
    }
}
