// SPDX-License-Identifier: GPL-2.0-only
//! What the functions of files call: truncation, shared memory, guest_memfd.

use super::{PINS, Row, UNEVICTABLE, ZERO, each, err, errors, row};
use crate::reach::Answer;
use mmcore::errno::EMFILE;
use mmcore::include::linux::pagemap::AS_UNEVICTABLE;
use mmcore::{CallId, Site};

pub(super) const TRUNCATE_CLEANUP_FOLIO: &[Row] = &[
    row(CallId::FolioMapped),
    row(CallId::UnmapMappingFolio),
    row(CallId::FolioHasPrivate),
    row(CallId::FolioSize),
    row(CallId::FolioInvalidate),
    row(CallId::FolioCancelDirty),
    row(CallId::FolioClearMappedtodisk),
];

pub(super) const TRUNCATE_INODE_FOLIO: &[Row] =
    &[row(CallId::RawMapping), row(CallId::FilemapRemoveFolio)];

pub(super) const TRUNCATE_INODE_PARTIAL_FOLIO: &[Row] = &[
    row(CallId::FolioPos),
    row(CallId::FolioSize),
    row(CallId::FolioWaitWriteback),
    row(CallId::RawMapping),
    each(CallId::Bug, &[Site::NullMapping as u8]),
    errors(
        CallId::FlagsAnd,
        &[Answer::Bits(0), Answer::Bits(2), Answer::Bits(8), Answer::Bits(10)],
    ),
    each(CallId::TestBit, &[PINS]),
    row(CallId::FolioZeroRange),
    row(CallId::FolioHasPrivate),
    row(CallId::FolioInvalidate),
    row(CallId::FolioTestLarge),
    row(CallId::SplitFolio),
    row(CallId::FolioTestDirty),
];

pub(super) const TRUNCATE_INODE_PAGES_RANGE: &[Row] = &[
    row(CallId::MappingEmpty),
    row(CallId::FindLockEntries),
    row(CallId::FoundNext),
    row(CallId::TruncateFolioBatchExceptionals),
    row(CallId::FbatchCount),
    row(CallId::FbatchEntry),
    row(CallId::DeleteFromPageCacheBatch),
    row(CallId::FolioUnlock),
    row(CallId::FolioBatchRelease),
    row(CallId::CondResched),
    row(CallId::SoftLockup),
    row(CallId::FilemapGetFolio),
    row(CallId::FolioPos),
    row(CallId::FolioSize),
    row(CallId::FolioNextIndex),
    row(CallId::FolioIndex),
    row(CallId::FolioPut),
    row(CallId::FindGetEntries),
    row(CallId::FolioLock),
    row(CallId::FbatchIndex),
    row(CallId::FolioContains),
    each(CallId::Bug, &[Site::NotContained as u8, Site::SoftLockup as u8]),
    row(CallId::FolioWaitWriteback),
];

pub(super) const SHMEM_UNLOCK_MAPPING: &[Row] = &[
    each(CallId::TestBit, UNEVICTABLE),
    row(CallId::FilemapGetFolios),
    row(CallId::FoundNext),
    row(CallId::CheckMoveUnevictableFolios),
    row(CallId::FolioBatchRelease),
    row(CallId::CondResched),
    row(CallId::SoftLockup),
    each(CallId::Bug, &[Site::SoftLockup as u8]),
];

pub(super) const SHMEM_UNDO_RANGE: &[Row] = &[
    row(CallId::FindLockEntries),
    row(CallId::FoundNext),
    row(CallId::FbatchCount),
    row(CallId::FbatchEntry),
    row(CallId::FolioUnlock),
    row(CallId::FolioBatchRemoveExceptionals),
    row(CallId::FolioBatchRelease),
    row(CallId::CondResched),
    row(CallId::SoftLockup),
    row(CallId::ShmemGetPartialFolio),
    row(CallId::FolioPos),
    row(CallId::FolioSize),
    row(CallId::FolioMarkDirty),
    row(CallId::FolioNextIndex),
    row(CallId::FolioIndex),
    row(CallId::FolioPut),
    row(CallId::FindGetEntries),
    row(CallId::FolioLock),
    row(CallId::FolioMapping),
    row(CallId::FolioTestWriteback),
    each(CallId::Bug, &[Site::ShmemWriteback as u8, Site::SoftLockup as u8]),
    row(CallId::FolioTestLarge),
    row(CallId::FbatchIndex),
    row(CallId::ShmemRecalcInode),
];

pub(super) const SHMEM_LOCK: &[Row] = &[
    row(CallId::ShmemVmLocked),
    row(CallId::UserShmLock),
    each(CallId::SetShmemVmLocked, &[0, 1]),
    each(CallId::SetBit, UNEVICTABLE),
    row(CallId::UserShmUnlock),
    each(CallId::ClearBit, UNEVICTABLE),
];

pub(super) const KVM_GMEM_PUNCH_HOLE: &[Row] = &[
    row(CallId::FilemapInvalidateLock),
    row(CallId::GmemListLen),
    row(CallId::KvmGmemInvalidateBegin),
    row(CallId::KvmGmemInvalidateEnd),
    row(CallId::FilemapInvalidateUnlock),
];

pub(super) const KVM_GMEM_MIGRATE_FOLIO: &[Row] =
    &[each(CallId::Warn, &[Site::GmemMigrated as u8])];

pub(super) const KVM_GMEM_ERROR_FOLIO: &[Row] = &[
    row(CallId::FilemapInvalidateLockShared),
    row(CallId::FolioIndex),
    row(CallId::FolioNrPages),
    row(CallId::GmemListLen),
    row(CallId::KvmGmemInvalidateBegin),
    row(CallId::KvmGmemInvalidateEnd),
    row(CallId::FilemapInvalidateUnlockShared),
];

pub(super) const KVM_GMEM_CREATE: &[Row] = &[
    errors(CallId::GetUnusedFd, &[Answer::Number, err(EMFILE)]),
    row(CallId::KzallocGmem),
    row(CallId::PutUnusedFd),
    errors(CallId::AnonInodeCreateGetfile, &[ZERO, err(EMFILE)]),
    row(CallId::KfreeGmem),
    row(CallId::FileMappingIsInodes),
    each(CallId::Warn, &[Site::GmemForeignMapping as u8, Site::GmemEvictable as u8]),
    row(CallId::GmemSetOps),
    // 10, as a mask: its highest bit is 3.
    each(CallId::StoreFlags, &[3]),
    row(CallId::GmemSetModeAndSize),
    row(CallId::MappingSetGfpMask),
    each(CallId::SetBit, &[AS_UNEVICTABLE as u8, PINS]),
    each(CallId::TestBit, UNEVICTABLE),
    row(CallId::KvmGetKvm),
    row(CallId::GmemListAdd),
    row(CallId::FdInstall),
];
