// SPDX-License-Identifier: GPL-2.0-only
//! Where in the enumeration a mistake can show: where a run comes by its place in the port.

use crate::{LADDER, deep};
use mmcore::Mistake;
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmdiff_explore::tally::Tally;
use mmdiff_explore::work::{Cut, Plan, Watch};
use mmdiff_explore::{Bounds, Joint, PATHS, Side, Sides, Tape};
use mmdiff_judge::oracle::{Class, Intent};
use mmdiff_world::scenario::Path;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The trees with the mistake that is chosen, the first to be tried first.
static PLANTED: [Side; 4] = [
    Side { around: mmcore::switch, ..Side::of::<V6_12>() },
    Side { around: mmcore::switch, ..Side::of::<PostFix>() },
    Side { around: mmcore::switch, ..Side::of::<PreFix>() },
    Side { around: mmcore::switch, ..Side::of::<V6_12PreFix>() },
];

/// A tree, and the same with the mistake.
fn sides(tree: usize) -> Sides {
    let post = &PLANTED[tree];
    let pre = Side::named(post.tree.name).expect("it is one of the revisions");
    Sides { pre, post, intent: Intent::DEFAULT }
}

/// A part of the enumeration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// The calls of a function, or what of a path calls no function alone: scans.
    Calls(Path, Option<&'static str>),
    /// `isolate_migratepages_range`, which the explorer leaves out of its paths, but runs whole.
    Blocks,
}

/// A part of a tree's enumeration, what it visits, and how much work it is.
struct Place {
    tree: usize,
    part: Part,
    visited: HashSet<u16>,
    took: Duration,
    looks: u64,
}

/// Every part of the enumeration.
pub struct Places(Vec<Place>);

impl Places {
    /// Runs all once, without a mistake.
    ///
    /// # Panics
    /// If a tree differs from itself.
    pub fn visit() -> Places {
        let mut places = Vec::new();
        for tree in 0..PLANTED.len() {
            let sides = sides(tree);
            // The trees before the patch have a scanner that another has too.
            let is_of_it = |path: &Path| tree < 2 || *path != Path::Compaction;
            let mut parts = Vec::new();
            for path in PATHS.into_iter().filter(is_of_it) {
                for unit in &Plan::new(&sides, LADDER[0], &[path]).units {
                    let part = Part::Calls(path, unit.function());
                    if !parts.contains(&part) {
                        parts.push(part);
                    }
                }
            }
            parts.extend((tree < 2).then_some(Part::Blocks));
            places.extend(parts.into_iter().map(|part| {
                let (began, first) = (Instant::now(), First::default());
                let visited = mmcore::visits(|| part.run(&sides, LADDER[0], &first));
                assert!(!first.is_found(), "{part:?} differs from itself");
                let (visited, looks) = (visited.into_iter().collect(), first.looks.into_inner());
                Place { tree, part, visited, took: began.elapsed(), looks }
            }));
        }
        places.sort_by_key(|place| (place.tree, place.part == Part::Blocks, place.took));
        Places(places)
    }

    /// Where to look for a mistake; nowhere, if no run comes by it or its function.
    pub fn of(&self, mistake: &Mistake) -> Option<Sought> {
        let near = |other: &&Mistake| function(other) == function(mistake);
        let near: Vec<u16> = mmcore::MISTAKES.iter().filter(near).map(|it| it.site).collect();
        let by = |sites: &[u16]| {
            let visits = |place: &&Place| sites.iter().any(|site| place.visited.contains(site));
            let tree = self.0.iter().find(visits)?.tree;
            let of_tree = self.0.iter().filter(|place| place.tree == tree);
            let mut parts: Vec<(Part, u64)> =
                of_tree.filter(visits).map(|place| (place.part, place.looks)).collect();
            // The whole of it is slow, and shows what a scan shows.
            if parts.len() > 1 {
                parts.retain(|(part, _)| *part != Part::Blocks);
            }
            Some((tree, parts))
        };
        let (tree, parts) = by(&[mistake.site]).or_else(|| by(&near))?;
        Some(Sought { name: mistake.name, tree, parts })
    }
}

fn function(mistake: &Mistake) -> &'static str {
    mistake.name.split('/').next().expect("a name begins with its function")
}

/// A mistake that is looked for.
#[derive(Debug)]
pub struct Sought {
    name: &'static str,
    tree: usize,
    /// Where, and how often an enumeration without it looks whether to stop.
    parts: Vec<(Part, u64)>,
}

impl Sought {
    /// Whether the explorer finds it within these bounds; that it panics shows too, and that it does
    /// not end. One at a time: a mistake is switched on for the process.
    pub fn within(&self, bounds: Bounds) -> bool {
        let sides = sides(self.tree);
        mmcore::choose(self.name);
        let found = self.parts.iter().any(|&(part, looks)| {
            // Only of the smallest bounds it is known how much there is.
            let most = if bounds == LADDER[0] { 4 * looks + 64 } else { u64::MAX };
            let first = First { most, ..First::default() };
            let ran = catch_unwind(AssertUnwindSafe(|| part.run(&sides, bounds, &first)));
            mmcore::switch(false);
            ran.is_err() || first.is_found()
        });
        mmcore::choose_none();
        found
    }

    /// The first bounds of the ladder, of those that `wanted` wants, within which it is found.
    pub fn smallest(&self, wanted: impl Fn(Bounds) -> bool) -> Option<usize> {
        LADDER.iter().position(|&bounds| wanted(bounds) && self.within(bounds))
    }
}

impl Part {
    /// Enumerates it, up to the first difference.
    fn run(self, sides: &Sides, bounds: Bounds, first: &First) {
        match self {
            Part::Blocks => blocks(sides, bounds, first),
            Part::Calls(Path::Compaction, None) if deep::finds(sides, bounds) => first.find(),
            Part::Calls(path, function) => {
                let plan = Plan::new(sides, bounds, &[path]);
                let wanted = |unit: usize| {
                    let unit = &plan.units[unit];
                    // The proof about scans of any length has no bound to name.
                    !unit.is_any_length() && unit.function() == function
                };
                plan.run(&wanted, first);
            }
        }
    }
}

/// Stops an enumeration at the first difference, or if there is too much of it.
struct First {
    found: AtomicBool,
    looks: AtomicU64,
    most: u64,
}

impl Default for First {
    fn default() -> First {
        First { found: AtomicBool::new(false), looks: AtomicU64::new(0), most: u64::MAX }
    }
}

impl First {
    fn find(&self) {
        self.found.store(true, Ordering::Relaxed);
    }

    fn is_found(&self) -> bool {
        self.found.load(Ordering::Relaxed)
    }
}

impl Watch for First {
    fn done(&self, _: usize, tally: &Tally) {
        if !tally.found.is_empty() {
            self.find();
        }
    }

    fn stop(&self, _: u64) -> Option<Cut> {
        if self.looks.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.find();
        }
        self.is_found().then_some(Cut::Interrupt)
    }

    fn differ(&self, _: &Class) {
        self.find();
    }
}

/// `isolate_migratepages_range`, over pageblocks.
fn blocks(sides: &Sides, bounds: Bounds, first: &First) {
    let mut joint = Joint::new(sides, bounds, Path::Compaction);
    let mut tape = Tape::default();
    loop {
        if !joint.run(&mut tape).classes.is_empty() {
            first.find();
        }
        if first.stop(0).is_some() || !tape.advance() {
            return;
        }
    }
}
