// SPDX-License-Identifier: GPL-2.0-only
//! Merged scans against whole scans.
#![cfg(feature = "cli")]

use mmdiff::explore::tally::Tally;
use mmdiff::explore::work::{Cut, Plan, Watch};
use mmdiff::explore::{Bounds, Choice, Joint, Races, Settings, Tape};
use mmdiff::oracle::{Intent, Question};
use mmdiff::run::Tree;
use mmdiff::scenario::Path;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;

struct Keep(Mutex<BTreeMap<usize, Tally>>);

impl Watch for Keep {
    fn done(&self, unit: usize, tally: &Tally) {
        self.0.lock().unwrap().insert(unit, tally.clone());
    }

    fn stop(&self, _: u64) -> Option<Cut> {
        None
    }
}

fn question(sides: (&str, &str)) -> Question {
    let tree = |name| Tree::named(name).expect("a revision");
    Question { pre: tree(sides.0), post: tree(sides.1), intent: Intent::Fix }
}

#[test]
fn look() {
    for (races, settings) in [
        (Races::Most(0), Settings::Realizable),
        (Races::Free, Settings::Realizable),
        (Races::Free, Settings::Free),
    ] {
        let bounds = Bounds { races, settings, ..Bounds::default() };
        let plan = Plan::new(&question(("pre-fix", "post-fix")), bounds, &[Path::Compaction]);
        let keep = Keep(Mutex::default());
        let skip = if races == Races::Free { 1 } else { 9999 };
        plan.run(&|unit| unit != skip, &keep);
        let tallies = keep.0.into_inner().unwrap();
        println!(
            "{bounds}: {} units, {} paths",
            plan.units.len(),
            tallies.values().map(|t| t.paths).sum::<u128>()
        );
        for (unit, tally) in tallies.iter().take(400) {
            print!("{unit}:{} ", tally.paths);
        }
        println!();
    }
}
