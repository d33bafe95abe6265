// SPDX-License-Identifier: GPL-2.0-only
//! Every outcome of every path that there could be, whatever the rest of the kernel answers.
//!
//! It is put together from what the ported functions on a path can ask, be answered and return, and
//! from what its scenarios are made of. What of it the simulated world cannot bring about is listed
//! in [`unreachable`](mod@super::unreachable), with the reason.

mod returns;

use super::answer::Asked;
use super::functions::{self, CREATION_ACCESSORS, FLAG_ACCESSORS, Row};
use super::scan::{Fate, Owner, ScanEnd};
use super::{Found, Outcome, Place};
use crate::oracle::{Question, Side};
use crate::scenario::{Action, FileKind, Order, Path, Point};
use crate::world::Came;
use mmcore::{CallId, Function, Site};
use std::collections::BTreeSet;

/// Every outcome of a path.
pub fn of(path: Path) -> BTreeSet<Outcome> {
    let mut all = BTreeSet::new();
    for &function in functions_of(path) {
        all.insert(Outcome::Entered(function));
        all.extend(functions::of(function).iter().flat_map(|&row| called(Some(function), row)));
    }
    all.extend(accessors_of(path).iter().flat_map(|&row| called(None, row)));
    returns::of(path, &mut all);
    decisions(path, &mut all);
    races(path, &mut all);
    world(path, &mut all);
    expected(path, &mut all);
    all
}

/// What the default change expects on the path: that its expectations explain something, and that what
/// is known to be broken is.
fn expected(path: Path, all: &mut BTreeSet<Outcome>) {
    let Question { pre, post, intent } = Question::default();
    let is_on = |on: &[Path]| on.is_empty() || on.contains(&path);
    let expectations = intent.change().expectations.iter().filter(|known| is_on(&known.on));
    all.extend(expectations.map(|known| Outcome::Explained(&known.name)));
    for known in intent.change().known_broken.iter().filter(|known| is_on(&known.on)) {
        let sides = [(Side::Pre, pre), (Side::Post, post)];
        let breaks = sides.into_iter().filter(|(_, tree)| known.is_of(tree.name));
        all.extend(breaks.map(|(side, _)| Outcome::Broke(side, known.invariant)));
    }
}

/// The ported functions that the scenarios of a path call, and those that these call.
pub fn functions_of(path: Path) -> &'static [Function] {
    use Function::*;
    match path {
        Path::Flags => &[MappingSetError, ShmemLock, ShmemUnlockMapping, FolioEvictable],
        Path::Creation => &[
            KvmGmemCreate,
            KvmGmemPunchHole,
            KvmGmemErrorFolio,
            KvmGmemMigrateFolio,
            FilemapCheckErrors,
            FilemapCheckAndKeepErrors,
            FolioEvictable,
            TruncateInodePagesRange,
            TruncateInodePartialFolio,
            TruncateInodeFolio,
            TruncateCleanupFolio,
        ],
        Path::Errors => &[
            MappingSetError,
            FilemapCheckErrors,
            FilemapCheckAndKeepErrors,
            FileCheckAndAdvanceWbErr,
        ],
        Path::Truncation => &[
            TruncateInodePagesRange,
            TruncateInodePartialFolio,
            TruncateInodeFolio,
            TruncateCleanupFolio,
            ShmemUndoRange,
        ],
        Path::Migration => &[MoveToNewFolio, FallbackMigrateFolio, MigrateFolio, Writeout],
        Path::Compaction => &[IsolateMigratepagesBlock, IsolateMigratepagesRange, TooManyIsolated],
        Path::Lifecycle => &[
            KvmGmemCreate,
            KvmGmemPunchHole,
            MappingSetError,
            FileCheckAndAdvanceWbErr,
            FolioEvictable,
            ShmemLock,
            ShmemUnlockMapping,
            ShmemUndoRange,
            TruncateInodePagesRange,
            TruncateInodePartialFolio,
            TruncateInodeFolio,
            TruncateCleanupFolio,
            IsolateMigratepagesBlock,
            TooManyIsolated,
            MoveToNewFolio,
            FallbackMigrateFolio,
            MigrateFolio,
            Writeout,
        ],
    }
}

fn accessors_of(path: Path) -> &'static [Row] {
    match path {
        Path::Flags => FLAG_ACCESSORS,
        Path::Lifecycle => CREATION_ACCESSORS,
        _ => &[],
    }
}

fn called(function: Option<Function>, row: Row) -> impl Iterator<Item = Outcome> {
    row.all().map(move |(asked, answer)| Outcome::Called(function, asked, answer))
}

/// Every helper that a path's functions call.
fn calls_of(path: Path) -> BTreeSet<CallId> {
    let rows = functions_of(path).iter().flat_map(|&function| functions::of(function));
    rows.chain(accessors_of(path)).map(|row| row.call()).collect()
}

/// What the flags test before a zeroing can find.
const FOUND: [Found; 6] = [
    Found::Mask(0),
    Found::Mask(2),
    Found::Mask(8),
    Found::Mask(10),
    Found::Bit(false),
    Found::Bit(true),
];

fn decisions(path: Path, all: &mut BTreeSet<Outcome>) {
    let kinds = match path {
        Path::Creation => &[FileKind::GuestMemfd],
        Path::Truncation | Path::Lifecycle => FileKind::ALL,
        _ => &[],
    };
    all.extend(kinds.iter().flat_map(|&kind| FOUND.map(|found| Outcome::Found(kind, found))));
    if matches!(path, Path::Truncation | Path::Lifecycle) {
        zeroed(all);
    }
    if matches!(path, Path::Compaction | Path::Lifecycle) {
        all.extend(Fate::OF_PAGES.map(|fate| Outcome::Scanned(fate, Owner::Page)));
        let files = FileKind::ALL.iter().map(|&kind| Owner::File(kind));
        for owner in files.chain([Owner::Nobody, Owner::SwapCache]) {
            all.extend(Fate::OF_FOLIOS.map(|fate| Outcome::Scanned(fate, owner)));
        }
        all.extend(ScanEnd::ALL.map(Outcome::ScanEnded));
    }
}

/// Every part of a folio that is not all of it.
fn zeroed(all: &mut BTreeSet<Outcome>) {
    use Place::*;
    let from = [Start, AfterStart, Inside, PageBoundary, BeforeEnd];
    let to = [AfterStart, Inside, PageBoundary, BeforeEnd, End];
    for large in [false, true] {
        for from in from {
            for to in to {
                let whole = (from, to) == (Start, End);
                let empty = from > to || from == to && !matches!(from, Inside | PageBoundary);
                let boundary = !large && (from == PageBoundary || to == PageBoundary);
                let backwards = from == BeforeEnd && to == BeforeEnd;
                let later = matches!((from, to), (PageBoundary, Inside));
                if !whole && (!empty || later) && !boundary && !backwards {
                    let zeroed = |&kind| Outcome::Zeroed(kind, from, to, large);
                    all.extend(FileKind::ALL.iter().map(zeroed));
                }
            }
        }
    }
}

fn races(path: Path, all: &mut BTreeSet<Outcome>) {
    if !matches!(path, Path::Truncation | Path::Migration | Path::Compaction) {
        return;
    }
    let calls = calls_of(path);
    for &point in Point::ALL {
        if !calls.iter().any(|&call| point.is(call)) {
            continue;
        }
        for &action in Action::ALL {
            all.insert(Outcome::Raced(point, action, Came::Done));
            if matches!(action, Action::Truncate | Action::Evict | Action::Clean) {
                all.insert(Outcome::Raced(point, action, Came::Waits));
                all.insert(Outcome::Raced(point, action, Came::DoneAfterWaiting));
            }
        }
    }
}

/// What there can be in the world of a path.
fn world(path: Path, all: &mut BTreeSet<Outcome>) {
    let orders = match path {
        Path::Errors => 0..0,
        Path::Flags => 0..1,
        _ => 0..Order::MAX + 1,
    };
    all.extend(orders.map(Outcome::Order));
    let kinds = match path {
        Path::Creation => &[FileKind::GuestMemfd],
        _ => FileKind::ALL,
    };
    let raw = !matches!(path, Path::Creation | Path::Lifecycle);
    for &kind in kinds {
        all.insert(Outcome::Kind(kind, false));
        if raw {
            all.insert(Outcome::Kind(kind, true));
        }
    }
}

/// Calls that only the functions of other revisions make.
pub const OF_OTHER_REVISIONS: &[CallId] = &[
    CallId::FolioMcCopy,
    CallId::FolioExpectedRefCount,
    CallId::FolioMigrateMappingExpected,
    CallId::TryToUnmap,
    CallId::ShmemMapping,
    CallId::FolioTestAnon,
];

/// Functions that only other revisions have.
pub const FUNCTIONS_OF_OTHER_REVISIONS: &[Function] = &[Function::FolioNeedsRelease];

/// Sites that only the functions of other revisions have.
pub const SITES_OF_OTHER_REVISIONS: &[Site] = &[Site::StillMapped];

/// Whether any function on any path calls the helper.
pub fn is_called(call: CallId) -> bool {
    Path::ALL.iter().any(|&path| calls_of(path).contains(&call))
}

/// Whether any function on any path can warn or stop at the site.
pub fn has_site(site: Site) -> bool {
    let at = |outcome: &Outcome| {
        matches!(outcome, Outcome::Called(_, Asked { call: CallId::Warn | CallId::Bug, detail }, _)
            if *detail == site as u8)
    };
    Path::ALL.iter().any(|&path| of(path).iter().any(at))
}
