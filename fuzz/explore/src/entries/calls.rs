// SPDX-License-Identifier: GPL-2.0-only
//! The calls of each path.

use super::{Callee, ranges};
use crate::bounds::{Bounds, Races};
use crate::callee;
use crate::model::Model;
use crate::var::{Var, What};
use mmcore::errno::{EIO, ENOSPC};
use mmcore::{Folio, Function, Mapping, MigrateMode, PAGE_SIZE};
use mmdiff_trace::Invocation;

const FILE: Mapping = Mapping(0);
const SRC: Folio = Folio(0);
const DST: Folio = Folio(1);
/// The size of a new guest_memfd, in bytes.
const GMEM_SIZE: i64 = 8 * PAGE_SIZE as i64;

fn argument(k: &mut Model<'_>, of: u8) -> u8 {
    k.choose(Var::one(What::Argument), of)
}

pub(super) const FLAGS: &[Callee] = &[
    callee!(MappingUnevictable { mapping: Some(FILE) }),
    callee!("mapping_unevictable(NULL)" => MappingUnevictable { mapping: None }),
    callee!(MappingExiting { mapping: FILE }),
    callee!(MappingUseWritebackTags { mapping: FILE }),
    callee!(MappingLargeFolioSupport { mapping: FILE }),
    callee!(MappingReleaseAlways { mapping: FILE }),
    callee!(MappingStableWrites { mapping: FILE }),
    callee!("mapping_unmovable or mapping_inaccessible" => MappingInaccessible { mapping: FILE }),
    callee!(MappingSetUnevictable { mapping: FILE }),
    callee!(MappingClearUnevictable { mapping: FILE }),
    callee!(MappingSetExiting { mapping: FILE }),
    callee!(MappingSetNoWritebackTags { mapping: FILE }),
    callee!(MappingSetLargeFolios { mapping: FILE }),
    callee!(MappingSetReleaseAlways { mapping: FILE }),
    callee!(MappingClearReleaseAlways { mapping: FILE }),
    callee!(MappingSetStableWrites { mapping: FILE }),
    callee!(MappingClearStableWrites { mapping: FILE }),
    callee!("shmem_lock(0)" => ShmemLock { mapping: FILE, lock: false, ucounts: true }),
    callee!("shmem_lock(0), no ucounts" => ShmemLock { mapping: FILE, lock: false, ucounts: false }),
    callee!("shmem_lock(1)" => ShmemLock { mapping: FILE, lock: true, ucounts: true }),
    callee!(ShmemUnlockMapping { mapping: FILE }),
    callee!(FolioEvictable { folio: SRC }),
    callee!(FolioNeedsRelease { folio: SRC }),
];

pub(super) const ERRORS: &[Callee] = &[
    Callee::of(Function::MappingSetError, |k| {
        let error = [0, -ENOSPC, -EIO][usize::from(argument(k, 3))];
        Some(Invocation::MappingSetError { mapping: FILE, error })
    }),
    callee!(FilemapCheckErrors { mapping: FILE }),
    callee!(FilemapCheckAndKeepErrors { mapping: FILE }),
    callee!(FileCheckAndAdvanceWbErr { mapping: FILE }),
];

pub(super) fn creation(k: &mut Model<'_>) -> Invocation {
    k.begin_guest_memfd();
    Invocation::KvmGmemCreate { mapping: FILE, size: GMEM_SIZE, flags: 0 }
}

/// What can be asked of a new guest_memfd, and of one whose creation failed: nothing.
pub(super) const AFTER_CREATION: &[Callee] = &[
    Callee { name: "nothing more", call: |_| None },
    callee!(FilemapCheckErrors { mapping: FILE }),
    callee!(FilemapCheckAndKeepErrors { mapping: FILE }),
    callee!(FileCheckAndAdvanceWbErr { mapping: FILE }),
    callee!(FolioEvictable { folio: SRC }),
    Callee::of(Function::KvmGmemErrorFolio, |k| {
        k.cache.add_folio(1, 1);
        Some(Invocation::KvmGmemErrorFolio { mapping: FILE, folio: SRC })
    }),
    callee!(KvmGmemMigrateFolio { mapping: FILE, dst: DST, src: SRC, mode: MigrateMode::Sync }),
    Callee::of(Function::KvmGmemPunchHole, |k| {
        let (offset, len) = ranges::hole(k);
        Some(Invocation::KvmGmemPunchHole { mapping: FILE, offset, len })
    }),
];

/// Scans are not merged in it: with answers that change, two page frames would be too many paths.
pub(super) fn blocks(k: &mut Model<'_>) -> Invocation {
    let Bounds { folios, races, .. } = k.bounds();
    let most = if races == Races::Most(0) { folios.min(2) } else { 1 };
    let (start_pfn, end_pfn) = ranges::frames(k, most);
    Invocation::IsolateMigratepagesRange { start_pfn, end_pfn }
}

pub(super) const MIGRATION: &[Callee] = &[
    Callee::of(Function::MoveToNewFolio, |k| {
        let mode = lock_both(k);
        // The callers hold both locks; that is asserted.
        k.drop_lock(SRC);
        k.drop_lock(DST);
        Some(Invocation::MoveToNewFolio { dst: DST, src: SRC, mode })
    }),
    Callee::of(Function::FallbackMigrateFolio, |k| {
        let mode = lock_both(k);
        Some(Invocation::FallbackMigrateFolio { mapping: FILE, dst: DST, src: SRC, mode })
    }),
    Callee::of(Function::Writeout, |k| {
        lock_both(k);
        Some(Invocation::Writeout { mapping: FILE, folio: SRC })
    }),
    Callee::of(Function::MigrateFolio, |k| {
        let mode = lock_both(k);
        let mapping = [None, Some(FILE)][usize::from(argument(k, 2))];
        Some(Invocation::MigrateFolio { mapping, dst: DST, src: SRC, mode })
    }),
];

/// Chooses the mode, and takes both folios' locks.
fn lock_both(k: &mut Model<'_>) -> MigrateMode {
    let mode = MigrateMode::ALL[usize::from(argument(k, 4))];
    k.take_lock(SRC);
    k.take_lock(DST);
    mode
}
