// SPDX-License-Identifier: GPL-2.0-only
//! What each ported function can ask and do in either revision, whatever it is answered.
//!
//! A row is a call; its answers are those that the table of helpers has, unless it lists them.
//! The table is held to the code from both sides: whatever a run shows must be in it, and whatever
//! is in it must be reached by the corpus or be listed as unreachable.

mod files;

use super::answer::{Answer, Asked, classes};
use mmcore::errno::{EAGAIN, EBUSY, EINVAL, EIO, ENOMEM, ENOSPC};
use mmcore::include::linux::pagemap::{
    AS_EIO, AS_ENOSPC, AS_EXITING, AS_NO_WRITEBACK_TAGS, AS_UNEVICTABLE,
};
use mmcore::{CallId, Function, IsolateMode, MigrateMode, NodeStat, Site};

/// A call that a function makes: the helper, the arguments that count, and the answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row(CallId, &'static [u8], Option<&'static [Answer]>);

impl Row {
    /// Every call and class of answer of the row.
    pub(super) fn all(self) -> impl Iterator<Item = (Asked, Answer)> {
        let Row(call, details, answers) = self;
        let answers = answers.map_or_else(|| classes(call.row().answer), <[_]>::to_vec);
        let asked = details.iter().map(move |&detail| Asked { call, detail });
        asked.flat_map(move |asked| answers.clone().into_iter().map(move |answer| (asked, answer)))
    }

    /// The helper.
    pub(super) const fn call(self) -> CallId {
        self.0
    }
}

const fn row(call: CallId) -> Row {
    Row(call, &[0], None)
}
const fn each(call: CallId, details: &'static [u8]) -> Row {
    Row(call, details, None)
}
const fn errors(call: CallId, answers: &'static [Answer]) -> Row {
    Row(call, &[0], Some(answers))
}

const ZERO: Answer = Answer::Zero;
const fn err(errno: i32) -> Answer {
    Answer::Errno(errno)
}

/// The bit by which post-fix and pre-fix keep folios where they are.
const PINS: u8 = 9;
/// The bit of large folio support, and so of the store that sets it.
const LARGE: u8 = 6;
const RELEASE_ALWAYS: u8 = 7;
const STABLE_WRITES: u8 = 8;
const ERROR_BITS: &[u8] = &[AS_EIO as u8, AS_ENOSPC as u8];
const UNEVICTABLE: &[u8] = &[AS_UNEVICTABLE as u8];
const MODES: &[u8] = &[
    MigrateMode::Async as u8,
    MigrateMode::SyncLight as u8,
    MigrateMode::Sync as u8,
    MigrateMode::SyncNoCopy as u8,
];
const NODE_STATS: &[u8] = &[
    NodeStat::InactiveAnon as u8,
    NodeStat::ActiveAnon as u8,
    NodeStat::InactiveFile as u8,
    NodeStat::ActiveFile as u8,
    NodeStat::IsolatedAnon as u8,
    NodeStat::IsolatedFile as u8,
];
const ISOLATED: &[u8] = &[NodeStat::IsolatedAnon as u8, NodeStat::IsolatedFile as u8];
const MODE_BITS: &[u8] = &[IsolateMode::ASYNC_MIGRATE.0 as u8, IsolateMode::UNEVICTABLE.0 as u8];

/// What each function calls.
pub(super) fn of(function: Function) -> &'static [Row] {
    match function {
        Function::MappingSetError => MAPPING_SET_ERROR,
        Function::FilemapCheckErrors => FILEMAP_CHECK_ERRORS,
        Function::FilemapCheckAndKeepErrors => FILEMAP_CHECK_AND_KEEP_ERRORS,
        Function::FileCheckAndAdvanceWbErr => FILE_CHECK_AND_ADVANCE_WB_ERR,
        Function::FolioEvictable => FOLIO_EVICTABLE,
        Function::FolioNeedsRelease => &[],
        Function::TooManyIsolated => TOO_MANY_ISOLATED,
        Function::IsolateMigratepagesBlock => ISOLATE_MIGRATEPAGES_BLOCK,
        Function::IsolateMigratepagesRange => ISOLATE_MIGRATEPAGES_RANGE,
        Function::MigrateFolio => MIGRATE_FOLIO,
        Function::Writeout => WRITEOUT,
        Function::FallbackMigrateFolio => FALLBACK_MIGRATE_FOLIO,
        Function::MoveToNewFolio => MOVE_TO_NEW_FOLIO,
        Function::TruncateCleanupFolio => files::TRUNCATE_CLEANUP_FOLIO,
        Function::TruncateInodeFolio => files::TRUNCATE_INODE_FOLIO,
        Function::TruncateInodePartialFolio => files::TRUNCATE_INODE_PARTIAL_FOLIO,
        Function::TruncateInodePagesRange => files::TRUNCATE_INODE_PAGES_RANGE,
        Function::ShmemUnlockMapping => files::SHMEM_UNLOCK_MAPPING,
        Function::ShmemUndoRange => files::SHMEM_UNDO_RANGE,
        Function::ShmemLock => files::SHMEM_LOCK,
        Function::KvmGmemPunchHole => files::KVM_GMEM_PUNCH_HOLE,
        Function::KvmGmemMigrateFolio => files::KVM_GMEM_MIGRATE_FOLIO,
        Function::KvmGmemErrorFolio => files::KVM_GMEM_ERROR_FOLIO,
        Function::KvmGmemCreate => files::KVM_GMEM_CREATE,
        // What traces do not show.
        _ => &[],
    }
}

/// What the accessors call that the `flags` path uses by themselves.
pub(super) const FLAG_ACCESSORS: &[Row] = &[
    each(
        CallId::TestBit,
        &[
            AS_UNEVICTABLE as u8,
            AS_EXITING as u8,
            AS_NO_WRITEBACK_TAGS as u8,
            LARGE,
            RELEASE_ALWAYS,
            STABLE_WRITES,
            PINS,
        ],
    ),
    each(
        CallId::SetBit,
        &[
            AS_UNEVICTABLE as u8,
            AS_EXITING as u8,
            AS_NO_WRITEBACK_TAGS as u8,
            RELEASE_ALWAYS,
            STABLE_WRITES,
        ],
    ),
    each(CallId::ClearBit, &[AS_UNEVICTABLE as u8, RELEASE_ALWAYS, STABLE_WRITES]),
    each(CallId::StoreFlags, &[LARGE]),
];

/// What the accessors call that new files of a lifecycle go through.
pub(super) const CREATION_ACCESSORS: &[Row] = &[each(CallId::SetBit, UNEVICTABLE)];

const MAPPING_SET_ERROR: &[Row] = &[
    row(CallId::FilemapSetWbErr),
    row(CallId::HasHost),
    row(CallId::ErrseqSetSb),
    each(CallId::SetBit, ERROR_BITS),
];

const FILEMAP_CHECK_ERRORS: &[Row] =
    &[each(CallId::TestBit, ERROR_BITS), each(CallId::TestAndClearBit, ERROR_BITS)];

const FILEMAP_CHECK_AND_KEEP_ERRORS: &[Row] = &[each(CallId::TestBit, ERROR_BITS)];

const FILE_CHECK_AND_ADVANCE_WB_ERR: &[Row] = &[
    errors(CallId::ErrseqCheck, &[ZERO, err(ENOSPC), err(EIO), err(ENOMEM)]),
    row(CallId::LockFile),
    errors(CallId::ErrseqCheckAndAdvance, &[ZERO, err(ENOSPC), err(EIO), err(ENOMEM)]),
    row(CallId::UnlockFile),
    each(CallId::ClearBit, ERROR_BITS),
];

const FOLIO_EVICTABLE: &[Row] = &[
    row(CallId::RcuReadLock),
    row(CallId::FolioMapping),
    each(CallId::TestBit, UNEVICTABLE),
    row(CallId::FolioTestMlocked),
    row(CallId::RcuReadUnlock),
];

const TOO_MANY_ISOLATED: &[Row] = &[
    each(CallId::NodePageState, NODE_STATS),
    row(CallId::CcGfpFs),
    row(CallId::WakeThrottleIsolated),
];

const ISOLATE_MIGRATEPAGES_BLOCK: &[Row] = &[
    row(CallId::SetCcMigratePfn),
    row(CallId::CcNrMigratepages),
    row(CallId::CcMode),
    row(CallId::ReclaimThrottle),
    row(CallId::FatalSignalPending),
    row(CallId::SoftLockup),
    each(CallId::Bug, &[Site::SoftLockup as u8]),
    row(CallId::CondResched),
    row(CallId::CcDirectCompaction),
    row(CallId::CcOrder),
    row(CallId::SetCcContended),
    row(CallId::ZoneStartPfn),
    row(CallId::CcIgnoreSkipHint),
    row(CallId::GetPageblockSkip),
    row(CallId::PageHuge),
    row(CallId::CcAllocContig),
    row(CallId::CompoundOrder),
    row(CallId::UnlockLru),
    row(CallId::IsolateOrDissolveHugePage),
    row(CallId::CompoundNr),
    row(CallId::PageFolio),
    row(CallId::FolioNrPages),
    row(CallId::PageBuddy),
    row(CallId::BuddyOrderUnsafe),
    row(CallId::PageCompound),
    row(CallId::PageLru),
    row(CallId::PageMovable),
    row(CallId::PageIsolated),
    row(CallId::IsolateMovablePage),
    row(CallId::FolioGetNontailPage),
    // Once without the folio lock, and once under it.
    each(CallId::FolioMapping, &[0, 1]),
    row(CallId::FolioRefCount),
    row(CallId::FolioMapcount),
    row(CallId::CcGfpFs),
    row(CallId::FolioTestLru),
    row(CallId::FolioTestUnevictable),
    each(CallId::IsolateModeHas, MODE_BITS),
    row(CallId::FolioTestWriteback),
    row(CallId::FolioTestDirty),
    row(CallId::FolioTrylock),
    row(CallId::HasMigrateFolio),
    each(CallId::TestBit, &[PINS]),
    row(CallId::FolioUnlock),
    row(CallId::FolioTestClearLru),
    row(CallId::FolioLruvec),
    row(CallId::CcContended),
    row(CallId::SpinTrylockLru),
    row(CallId::SpinLockLru),
    row(CallId::SetPageblockSkip),
    row(CallId::CcNoSetSkipHint),
    row(CallId::CcFinishPageblock),
    row(CallId::FolioOrder),
    row(CallId::FolioSetLru),
    row(CallId::FolioPut),
    row(CallId::FolioTestLarge),
    row(CallId::LruvecDelFolio),
    row(CallId::FolioIsFileLru),
    each(CallId::NodeStatModFolio, ISOLATED),
    row(CallId::ListAdd),
    row(CallId::SetCcNrMigratepages),
    row(CallId::PutbackMovablePages),
    each(CallId::CachedMigratePfn, &[0, 1]),
    each(CallId::SetCachedMigratePfn, &[0, 1]),
    row(CallId::AddTotalMigrateScanned),
    row(CallId::CountCompactIsolated),
    row(CallId::TraceIsolate),
];

const ISOLATE_MIGRATEPAGES_RANGE: &[Row] = &[
    row(CallId::ZoneStartPfn),
    row(CallId::PageblockPfnToPage),
    row(CallId::CcNrMigratepages),
    row(CallId::SoftLockup),
    each(CallId::Bug, &[Site::SoftLockup as u8]),
];

const MIGRATE_FOLIO: &[Row] = &[
    row(CallId::FolioTestWriteback),
    each(CallId::Bug, &[Site::MigrateWriteback as u8]),
    row(CallId::FolioMigrateMapping),
    row(CallId::FolioMigrateCopy),
    row(CallId::FolioMigrateFlags),
];

const WRITEOUT: &[Row] = &[
    row(CallId::HasWritepage),
    row(CallId::FolioClearDirtyForIo),
    row(CallId::RemoveMigrationPtes),
    errors(CallId::CallWritepage, &[ZERO, Answer::Number, err(EIO)]),
    row(CallId::FolioLock),
];

const FALLBACK_MIGRATE_FOLIO: &[Row] =
    &[row(CallId::FolioTestDirty), row(CallId::FilemapReleaseFolio)];

const MOVE_TO_NEW_FOLIO: &[Row] = &[
    row(CallId::FolioTestMovableFlag),
    row(CallId::FolioTestLocked),
    each(CallId::Bug, &[Site::SrcUnlocked as u8, Site::DstUnlocked as u8, Site::NotIsolated as u8]),
    row(CallId::FolioMapping),
    each(CallId::TestBit, &[PINS]),
    row(CallId::HasMigrateFolio),
    Row(CallId::CallMigrateFolio, MODES, Some(&[ZERO, err(EAGAIN), err(EBUSY), err(EINVAL)])),
    row(CallId::FolioTestIsolated),
    row(CallId::FolioTestMovable),
    row(CallId::FolioClearIsolated),
    each(CallId::MovableMigratePage, MODES),
    each(CallId::Warn, &[Site::LostIsolated as u8]),
    row(CallId::FolioMappingFlags),
    row(CallId::ClearMapping),
    row(CallId::FolioIsZoneDevice),
    row(CallId::FlushDcacheFolio),
];
