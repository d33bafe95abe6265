// SPDX-License-Identifier: GPL-2.0-only
//! Which racing actors cannot act before which calls: what the locking rules of the kernel, and the
//! state of the folios, forbid.

use super::Rule;
use crate::reach::Outcome;
use crate::scenario::{Action, Path, Point};
use crate::world::Came;

/// The race, if the outcome is one.
fn race(outcome: &Outcome) -> Option<(Point, Action, Came)> {
    match *outcome {
        Outcome::Raced(point, action, how) => Some((point, action, how)),
        _ => None,
    }
}

fn is_race(outcome: &Outcome, points: &[Point], actions: &[Action], hows: &[Came]) -> bool {
    race(outcome).is_some_and(|(point, action, how)| {
        points.contains(&point) && actions.contains(&action) && hows.contains(&how)
    })
}

const GONE: &[Action] = &[Action::Truncate, Action::Evict];
/// What needs the folio lock, and waits for it.
const WAITING: &[Action] = &[Action::Truncate, Action::Evict, Action::Clean];
const LATER: &[Came] = &[Came::Waits, Came::DoneAfterWaiting];
const ACTS: &[Came] = &[Came::Done];

/// The calls of the scanner about a folio to which it has a reference.
const REFERRED: &[Point] = &[
    Point::FolioMapping,
    Point::FolioTestLru,
    Point::FolioTestUnevictable,
    Point::FolioTestDirty,
    Point::FolioTestWriteback,
    Point::FolioTrylock,
    Point::FolioUnlock,
    Point::FolioTestClearLru,
    Point::FolioRefCount,
    Point::FolioTestLarge,
];

/// The calls of a truncation about a folio that it has locked.
const LOCKED: &[Point] = &[
    Point::FolioMapping,
    Point::FolioTestDirty,
    Point::FolioTestWriteback,
    Point::FolioUnlock,
    Point::FolioWaitWriteback,
    Point::SplitFolio,
    Point::FolioTestLarge,
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        why: "the truncation holds i_rwsem, which another truncation and an eviction need",
        covers: |path, o| {
            path == Path::Truncation && race(o).is_some_and(|(_, action, _)| GONE.contains(&action))
        },
    },
    Rule {
        why: "the truncation has a reference to the folio, which keeps reclaim off",
        covers: |path, o| {
            path == Path::Truncation
                && (is_race(o, LOCKED, &[Action::Reclaim], ACTS)
                    || is_race(o, &[Point::FolioLock], &[Action::Reclaim], ACTS))
        },
    },
    Rule {
        why: "the truncation has locked the folio",
        covers: |path, o| {
            let needs = [Action::Lock, Action::Clean];
            path == Path::Truncation && is_race(o, LOCKED, &needs, ACTS)
        },
    },
    Rule {
        why: "the truncation holds no folio lock then",
        covers: |path, o| {
            let unlocked = race(o)
                .is_some_and(|(point, ..)| point != Point::ReadFlags && !LOCKED.contains(&point));
            path == Path::Truncation && unlocked && is_race(o, Point::ALL, &[Action::Clean], LATER)
        },
    },
    Rule {
        why: "shmem alone asks this, and its folios are dirty and never written back",
        covers: |path, o| {
            use Action::{Clean, Dirty, EndWriteback, RecordEio, RecordEnospc};
            let points = [Point::FolioMapping, Point::FolioTestWriteback];
            let actions = [Clean, Dirty, EndWriteback, RecordEio, RecordEnospc];
            path == Path::Truncation
                && (is_race(o, &points, &actions, ACTS)
                    || is_race(o, &points, &[Clean], &[Came::DoneAfterWaiting]))
        },
    },
    Rule {
        why: "write-back was waited for before, and the folio is locked",
        covers: |path, o| {
            use Point::{FolioTestDirty, FolioTestLarge, FolioUnlock, SplitFolio};
            let points = [FolioTestDirty, FolioUnlock, SplitFolio, FolioTestLarge];
            path == Path::Truncation && is_race(o, &points, &[Action::EndWriteback], ACTS)
        },
    },
    Rule {
        why: "both folios of a migration are off the LRU, and referred to",
        covers: |path, o| {
            path == Path::Migration
                && is_race(o, Point::ALL, &[Action::Isolate, Action::Reclaim], ACTS)
        },
    },
    Rule {
        why: "both folios of a migration are locked, until writepage unlocks the source",
        covers: |path, o| {
            let unlocked = race(o).is_some_and(|(point, ..)| point == Point::FolioLock);
            let needs = [Action::Lock, Action::Truncate, Action::Evict, Action::Clean];
            path == Path::Migration && !unlocked && is_race(o, Point::ALL, &needs, ACTS)
        },
    },
    Rule {
        why: "nothing is unlocked after this call",
        covers: |path, o| {
            use Point::{FilemapReleaseFolio, FolioLock, FolioTestWriteback};
            let points = [FilemapReleaseFolio, FolioTestWriteback, FolioLock];
            path == Path::Migration && is_race(o, &points, GONE, &[Came::DoneAfterWaiting])
        },
    },
    Rule {
        why: "the folio was unlocked by writepage, so there is nothing to wait for",
        covers: |path, o| {
            path == Path::Migration && is_race(o, &[Point::FolioLock], WAITING, &[Came::Waits])
        },
    },
    Rule {
        why: "writepage has written the folio back when it unlocks it",
        covers: |path, o| {
            let later = [Came::DoneAfterWaiting];
            path == Path::Migration && is_race(o, Point::ALL, &[Action::Clean], &later)
        },
    },
    Rule {
        why: "a folio of tmpfs is dirty, and written out instead",
        covers: |path, o| {
            let actions = [Action::ShmLock, Action::ShmUnlock];
            path == Path::Migration && is_race(o, &[Point::FilemapReleaseFolio], &actions, ACTS)
        },
    },
    Rule {
        why: "the scanner asks this of a folio without a mapping",
        covers: |path, o| {
            use Action::{Clean, Evict, RecordEio, RecordEnospc, ShmLock, ShmUnlock, Truncate};
            let actions = [Clean, Evict, RecordEio, RecordEnospc, ShmLock, ShmUnlock, Truncate];
            path == Path::Compaction && is_race(o, &[Point::FolioRefCount], &actions, ACTS)
        },
    },
    Rule {
        why: "the scanner holds the folio's lock",
        covers: |path, o| {
            let actions = [Action::Truncate, Action::Evict, Action::Lock, Action::Clean];
            path == Path::Compaction && is_race(o, &[Point::FolioUnlock], &actions, ACTS)
        },
    },
    Rule {
        why: "the scanner holds no folio lock then",
        covers: |path, o| {
            let point = race(o).map(|(point, ..)| point);
            let locked = [Point::FolioMapping, Point::ReadFlags, Point::FolioUnlock];
            let is_locked = point.is_some_and(|point| locked.contains(&point));
            path == Path::Compaction && !is_locked && is_race(o, Point::ALL, WAITING, LATER)
        },
    },
    Rule {
        why: "the scanner has a reference to the folio, which keeps reclaim off",
        covers: |path, o| {
            path == Path::Compaction && is_race(o, REFERRED, &[Action::Reclaim], ACTS)
        },
    },
    Rule {
        why: "the scanner holds the lock of the folio's LRU list",
        covers: |path, o| {
            let actions = [Action::HoldLru, Action::Isolate];
            path == Path::Compaction && is_race(o, &[Point::FolioTestLarge], &actions, ACTS)
        },
    },
];
