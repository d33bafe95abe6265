// SPDX-License-Identifier: GPL-2.0-only
//! The `flags` path: setters of `mapping->flags`, and every test after each of them.

use super::{Returned, setup};
use crate::scenario::{FlagOp, FlagsScenario, FolioSpec};
use crate::trace::Recorder;
use crate::world::World;
use mmcore::errno::{EIO, ENOSPC};
use mmcore::{Folio, Kernel, Mapping, Side};

/// A test of the flags, as both sides of the patch have it under some name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Test {
    /// The kernel's name.
    pub name: &'static str,
    /// What the C sources of the two sides call it, where they differ.
    pub note: &'static str,
}

/// The tests, in the order of the bits that a step of reading them returns.
pub const TESTS: [Test; 7] = [
    Test { name: "mapping_unevictable", note: "" },
    Test { name: "mapping_exiting", note: "" },
    Test { name: "mapping_use_writeback_tags", note: "" },
    Test { name: "mapping_large_folio_support", note: "" },
    Test { name: "mapping_release_always", note: "" },
    Test { name: "mapping_stable_writes", note: "" },
    Test { name: "mapping pins its folios", note: "mapping_unmovable, then mapping_inaccessible" },
];

const MAPPING: Mapping = Mapping(0);
const FOLIO: Folio = Folio(0);
const MLOCKED: Folio = Folio(1);

/// A reading of all tests, then each setter with a reading after it.
pub(super) fn steps(s: &FlagsScenario) -> usize {
    1 + 2 * s.ops.len()
}

pub(super) fn begin<R: Side>(s: &FlagsScenario, world: &mut World) {
    setup::add_file::<R>(world, &s.file);
    setup::add_folio(world, &FolioSpec::default(), Some(MAPPING), 0);
    let mlocked = setup::add_folio(world, &FolioSpec::default(), Some(MAPPING), 1);
    world.folio_mut(mlocked).mlocked = true;
}

pub(super) fn step<R: Side>(s: &FlagsScenario, i: usize, k: &mut Recorder<'_, World>) -> Returned {
    if i.is_multiple_of(2) {
        return Returned::Bits(read_all::<R, _>(k));
    }
    match s.ops[i / 2] {
        FlagOp::ShmLock => lock::<R>(k, true, false, true),
        FlagOp::ShmUnlock => lock::<R>(k, false, false, true),
        FlagOp::ShmLockRefused => lock::<R>(k, true, true, true),
        FlagOp::ShmUnlockNoUser => lock::<R>(k, false, false, false),
        FlagOp::ShmemUnlockMapping => R::shmem_unlock_mapping(k, MAPPING).into(),
        FlagOp::FolioEvictable => R::folio_evictable(k, FOLIO).into(),
        FlagOp::FolioEvictableMlocked => R::folio_evictable(k, MLOCKED).into(),
        op => {
            let _: () = set::<R, _>(k, op);
            Returned::Nothing
        }
    }
}

fn lock<R: Side>(
    k: &mut Recorder<'_, World>,
    lock: bool,
    refused: bool,
    ucounts: bool,
) -> Returned {
    k.kernel.script.memlock_refused = refused;
    R::shmem_lock(k, MAPPING, lock, ucounts).into()
}

fn set<R: Side, K: Kernel>(k: &mut K, op: FlagOp) {
    match op {
        FlagOp::SetUnevictable => R::mapping_set_unevictable(k, MAPPING),
        FlagOp::ClearUnevictable => R::mapping_clear_unevictable(k, MAPPING),
        FlagOp::SetExiting => R::mapping_set_exiting(k, MAPPING),
        FlagOp::SetNoWritebackTags => R::mapping_set_no_writeback_tags(k, MAPPING),
        FlagOp::SetLargeFolios => R::mapping_set_large_folios(k, MAPPING),
        FlagOp::SetReleaseAlways => R::mapping_set_release_always(k, MAPPING),
        FlagOp::ClearReleaseAlways => R::mapping_clear_release_always(k, MAPPING),
        FlagOp::SetStableWrites => R::mapping_set_stable_writes(k, MAPPING),
        FlagOp::ClearStableWrites => R::mapping_clear_stable_writes(k, MAPPING),
        FlagOp::SetErrorEnospc => R::mapping_set_error(k, MAPPING, -ENOSPC),
        FlagOp::SetErrorEio => R::mapping_set_error(k, MAPPING, -EIO),
        FlagOp::SetErrorNone => R::mapping_set_error(k, MAPPING, 0),
        FlagOp::ShmLock
        | FlagOp::ShmUnlock
        | FlagOp::ShmLockRefused
        | FlagOp::ShmUnlockNoUser
        | FlagOp::ShmemUnlockMapping
        | FlagOp::FolioEvictable
        | FlagOp::FolioEvictableMlocked => {}
    }
}

fn read_all<R: Side, K: Kernel>(k: &mut K) -> u32 {
    let tests = [
        R::mapping_unevictable(k, Some(MAPPING)),
        R::mapping_exiting(k, MAPPING),
        R::mapping_use_writeback_tags(k, MAPPING),
        R::mapping_large_folio_support(k, MAPPING),
        R::mapping_release_always(k, MAPPING),
        R::mapping_stable_writes(k, MAPPING),
        R::mapping_inaccessible(k, MAPPING),
    ];
    tests.iter().enumerate().map(|(bit, &set)| u32::from(set) << bit).sum()
}
