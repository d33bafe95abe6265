// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the port that nobody made, and whether the explorer finds them.
//!
//! A proof that nothing is wrong is worth what it would say if something were. So the list of
//! [`mistakes`] has several for every ported function: a condition turned round, a skip that is off by
//! one, two effects in the wrong order, a lock kept, another errno. Each is planted in a copy of mmcore
//! (`mmcore/`), behind a switch, which this workspace patches in under everything that depends on
//! mmcore. The question is then the usual one: how does a tree differ from the same tree with the
//! mistake? [`smallest`] goes up the [`LADDER`] of bounds until a difference shows.
//!
//! `FOUND.md` is what that came to, and `tests/found.rs` demands it again.
#![forbid(unsafe_code)]

mod deep;
pub mod mistakes;
pub mod table;

use mistakes::Mistake;
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmdiff_explore::tally::Tally;
use mmdiff_explore::work::{Cut, Plan, Watch};
use mmdiff_explore::{Bounds, Joint, Orders, PATHS, Races, Settings, Side, Sides, Tape};
use mmdiff_judge::oracle::{Class, Intent};
use mmdiff_world::scenario::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// The bounds that are tried, in this order: fewer folios first, and with as many, no answer that
/// changes before any. The first has folios of the lowest orders alone; the last has settings of the
/// scan's controls that no caller makes.
pub const LADDER: [Bounds; 9] = [
    Bounds { orders: Orders::Lowest, ..bounds(1, Races::Most(0), Settings::Realizable) },
    bounds(1, Races::Most(0), Settings::Realizable),
    bounds(1, Races::Free, Settings::Realizable),
    bounds(2, Races::Most(0), Settings::Realizable),
    bounds(2, Races::Free, Settings::Realizable),
    bounds(3, Races::Most(0), Settings::Realizable),
    bounds(3, Races::Free, Settings::Realizable),
    bounds(4, Races::Most(0), Settings::Realizable),
    bounds(1, Races::Most(0), Settings::Free),
];

const fn bounds(folios: u8, races: Races, settings: Settings) -> Bounds {
    Bounds { folios, races, settings, tries: 2, orders: Orders::All }
}

/// The trees with the mistake that is chosen.
static PLANTED: [Side; 3] = [
    Side { around: mmcore::switch, ..Side::of::<V6_12>() },
    Side { around: mmcore::switch, ..Side::of::<PostFix>() },
    Side { around: mmcore::switch, ..Side::of::<PreFix>() },
];

/// A tree, and the same with the mistake.
fn sides(mistake: &Mistake) -> Sides {
    let pre = Side::named(mistake.tree).expect("the list names a revision");
    let post = PLANTED.iter().find(|side| side.tree.name == mistake.tree);
    Sides { pre, post: post.expect("it can be planted in"), intent: Intent::DEFAULT }
}

/// Whether it is made where the scanner goes from pageblock to pageblock, or where a scan is put together,
/// which the explorer does itself to merge them.
fn is_by_blocks(mistake: &Mistake) -> bool {
    ["isolate_migratepages_block", "isolate_migratepages_range", "pageblock_start_pfn"]
        .contains(&mistake.function)
}

/// The paths that can come to where a mistake is.
fn paths(mistake: &Mistake) -> &'static [Path] {
    // The one accessor that is called everywhere.
    if ["mapping_inaccessible", "mapping_unmovable", "mapping_pins_folios"]
        .contains(&mistake.function)
    {
        return &PATHS;
    }
    match mistake.file {
        // No path comes to them, but see `in_blocks`.
        _ if is_by_blocks(mistake) => &[],
        "mm/filemap.rs" => &[Path::Errors, Path::Creation],
        "virt/kvm/guest_memfd.rs" => &[Path::Creation],
        "mm/internal.rs" => &[Path::Flags, Path::Creation, Path::Truncation],
        "mm/migrate.rs" => &[Path::Migration],
        "mm/shmem.rs" => &[Path::Flags, Path::Truncation],
        "mm/truncate.rs" => &[Path::Truncation, Path::Creation],
        "mm/compaction.rs" | "mm/compaction/scan.rs" | "include/linux/pageblock_flags.rs" => {
            &[Path::Compaction]
        }
        _ => &[Path::Flags, Path::Creation, Path::Errors, Path::Truncation],
    }
}

/// Stops the enumeration at the first difference.
#[derive(Default)]
struct First(AtomicBool);

impl Watch for First {
    fn done(&self, _: usize, tally: &Tally) {
        if !tally.found.is_empty() {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn stop(&self, _: u64) -> Option<Cut> {
        self.0.load(Ordering::Relaxed).then_some(Cut::Interrupt)
    }

    fn differ(&self, _: &Class) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whether the explorer finds a mistake within these bounds. `number` is the mistake's, from 1. One at
/// a time: the mistake is switched on for the process.
pub fn finds(number: usize, mistake: &Mistake, bounds: Bounds) -> bool {
    mmcore::choose(number as u16);
    let sides = sides(mistake);
    let found = paths(mistake).iter().any(|&path| on_path(&sides, bounds, path, mistake))
        || is_by_blocks(mistake) && in_blocks(&sides, bounds);
    mmcore::choose(0);
    found
}

fn on_path(sides: &Sides, bounds: Bounds, path: Path, mistake: &Mistake) -> bool {
    if path == Path::Compaction && deep::finds(sides, bounds) {
        return true;
    }
    let plan = Plan::new(sides, bounds, &[path]);
    let first = First::default();
    let is_near = |unit: usize| plan.units[unit].function().is_some_and(|it| is_near(it, mistake));
    // The proof about scans of any length has no bound to name.
    let wanted = |unit: usize| !plan.units[unit].is_any_length();
    // Where it is most likely comes first: that saves time, and leaves nothing out.
    plan.run(&|unit| wanted(unit) && is_near(unit), &first);
    plan.run(&|unit| wanted(unit) && !is_near(unit), &first);
    first.0.into_inner()
}

/// Whether a mistake is likely to show where this function is called.
fn is_near(function: &str, mistake: &Mistake) -> bool {
    match mistake.file {
        _ if function == mistake.function => true,
        "mm/shmem.rs" => function == "shmem_undo_range",
        "mm/truncate.rs" => function == "truncate_inode_pages_range",
        _ => false,
    }
}

/// `isolate_migratepages_range`, which the explorer leaves out of its paths, but runs whole.
fn in_blocks(sides: &Sides, bounds: Bounds) -> bool {
    let mut joint = Joint::new(sides, bounds, Path::Compaction);
    let mut tape = Tape::default();
    loop {
        if !joint.run(&mut tape).classes.is_empty() {
            return true;
        }
        if !tape.advance() {
            return false;
        }
    }
}

/// The first bounds of the ladder within which the explorer finds a mistake. What is said to be hidden
/// from it is looked for with two folios at most, and with any settings.
pub fn smallest(number: usize, mistake: &Mistake) -> Option<usize> {
    let scans = paths(mistake).contains(&Path::Compaction);
    let is_tried = |bounds: Bounds| match bounds {
        // The settings are those of scans.
        Bounds { settings: Settings::Free, .. } => scans && mistake.hidden.is_some(),
        Bounds { folios: 1, .. } => true,
        // Whole, two pageblocks are too many paths if answers change.
        Bounds { races: Races::Free, .. } if is_by_blocks(mistake) => false,
        Bounds { folios: 2, races: Races::Most(_), .. } => true,
        _ => mistake.hidden.is_none(),
    };
    LADDER.iter().position(|&bounds| is_tried(bounds) && finds(number, mistake, bounds))
}
