// SPDX-License-Identifier: GPL-2.0-only
//! Calls and answers, as far as the statistics tell them apart.
//!
//! Two folios, two page frames, two positions are the same to a branch; yes and no, NULL and not,
//! one errno and another are not. So a call counts with the argument that a branch depends on (a
//! bit number, a migrate mode), and an answer counts by its class.

use crate::run::Returned;
use crate::trace::Event;
use mmcore::include::linux::pagemap::{
    AS_EIO, AS_ENOSPC, AS_EXITING, AS_MM_ALL_LOCKS, AS_NO_WRITEBACK_TAGS, AS_UNEVICTABLE,
};
use mmcore::{Call, CallId, IsolateMode, MigrateMode, NodeStat, Site, Word, errno};
use std::fmt;

/// The class of an answer, or of a return value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Answer {
    /// None is given.
    Nothing,
    /// True.
    Yes,
    /// False.
    No,
    /// `NULL`, or an entry that is no folio.
    Null,
    /// A handle.
    Handle,
    /// Zero.
    Zero,
    /// A number; not zero, where zero is told apart.
    Number,
    /// As many as fit, or as are wanted.
    Full,
    /// A number that no object has.
    Garbage,
    /// -1: no order in particular.
    MinusOne,
    /// A negated error number.
    Errno(i32),
    /// A migrate mode.
    Mode(MigrateMode),
    /// Bits of a flags word.
    Bits(u64),
    /// The kernel stopped the thread there.
    Stopped(Site),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Answer::Nothing => f.write_str("done"),
            Answer::Yes => f.write_str("yes"),
            Answer::No => f.write_str("no"),
            Answer::Null => f.write_str("NULL"),
            Answer::Handle => f.write_str("non-NULL"),
            Answer::Zero => f.write_str("0"),
            Answer::Number => f.write_str("a number"),
            Answer::Full => f.write_str("full"),
            Answer::Garbage => f.write_str("garbage"),
            Answer::MinusOne => f.write_str("-1"),
            Answer::Errno(nr) => match errno::name(nr).or_else(|| more_errno(nr)) {
                Some(name) => write!(f, "-{name}"),
                None => write!(f, "-{nr}"),
            },
            Answer::Mode(mode) => f.write_str(mode.name()),
            Answer::Bits(bits) => write!(f, "{bits:#x}"),
            Answer::Stopped(site) => write!(f, "stopped: {site}"),
        }
    }
}

/// The names of errors that no ported function makes up itself, but that the model of a system call
/// or of a callback does.
const fn more_errno(nr: i32) -> Option<&'static str> {
    Some(match nr {
        2 => "ENOENT",
        9 => "EBADF",
        14 => "EFAULT",
        133 => "EHWPOISON",
        _ => return None,
    })
}

/// How the answers to a call are told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// There is none.
    Nothing,
    /// Yes or no.
    Truth,
    /// A handle or `NULL`.
    Maybe,
    /// A number, and it does not matter which.
    Any,
    /// Zero or not.
    Count,
    /// Zero, less than so many, or that many and more.
    UpTo(u64),
    /// An order: zero, one that a block can have, or garbage.
    Order,
    /// -1 or an order.
    TargetOrder,
    /// Zero, a positive number, or an errno.
    Errno,
    /// A migrate mode.
    Mode,
    /// Bits of a flags word.
    Bits,
}

impl Shape {
    /// How the answers to `call` are told apart.
    pub(super) const fn of(call: CallId) -> Shape {
        use CallId::*;
        match call {
            Enter
            | Leave
            | SetBit
            | ClearBit
            | StoreFlags
            | FilemapSetWbErr
            | ErrseqSetSb
            | LockFile
            | UnlockFile
            | SetCcContended
            | SetCcNrMigratepages
            | SetCcMigratePfn
            | AddTotalMigrateScanned
            | SetCachedMigratePfn
            | WakeThrottleIsolated
            | ReclaimThrottle
            | CondResched
            | SetPageblockSkip
            | SpinLockLru
            | UnlockLru
            | LruvecDelFolio
            | NodeStatModFolio
            | ListAdd
            | PutbackMovablePages
            | TraceIsolate
            | CountCompactIsolated
            | ClearMapping
            | FolioSetLru
            | FolioLock
            | FolioUnlock
            | FolioPut
            | RcuReadLock
            | RcuReadUnlock
            | FolioClearIsolated
            | FolioMigrateCopy
            | FolioMigrateFlags
            | RemoveMigrationPtes
            | FlushDcacheFolio
            | TruncateFolioBatchExceptionals
            | FolioBatchRemoveExceptionals
            | DeleteFromPageCacheBatch
            | FolioBatchRelease
            | CheckMoveUnevictableFolios
            | FolioWaitWriteback
            | FolioZeroRange
            | FolioInvalidate
            | TryToUnmap
            | UnmapMappingFolio
            | FolioCancelDirty
            | FolioClearMappedtodisk
            | FilemapRemoveFolio
            | FolioMarkDirty
            | ShmemRecalcInode
            | SetShmemVmLocked
            | UserShmUnlock
            | GmemSetOps
            | GmemSetModeAndSize
            | MappingSetGfpMask
            | KvmGetKvm
            | GmemListAdd
            | FdInstall
            | KfreeGmem
            | PutUnusedFd
            | FilemapInvalidateLock
            | FilemapInvalidateUnlock
            | FilemapInvalidateLockShared
            | FilemapInvalidateUnlockShared
            | KvmGmemInvalidateBegin
            | KvmGmemInvalidateEnd
            | Warn
            | Bug => Shape::Nothing,
            TestBit | TestAndClearBit | HasHost | HasMigrateFolio | HasWritepage | CcGfpFs
            | CcDirectCompaction | CcAllocContig | CcIgnoreSkipHint | CcNoSetSkipHint
            | CcFinishPageblock | CcContended | IsolateModeHas | FatalSignalPending
            | GetPageblockSkip | PageblockPfnToPage | SpinTrylockLru | IsolateMovablePage
            | PageHuge | PageBuddy | PageCompound | PageLru | PageMovable | PageIsolated
            | FolioContains | FolioTestLarge | FolioMapped | FolioTestLru | FolioTestClearLru
            | FolioTestUnevictable | FolioTestMlocked | FolioTestWriteback | FolioTestDirty
            | FolioTestLocked | FolioTestAnon | FolioHasPrivate | FolioIsFileLru
            | FolioIsZoneDevice | FolioTrylock | FolioTestMovableFlag | FolioTestMovable
            | FolioTestIsolated | FolioMappingFlags | FolioClearDirtyForIo
            | FilemapReleaseFolio | MappingEmpty | ShmemMapping | ShmemVmLocked | UserShmLock
            | KzallocGmem | FileMappingIsInodes | SoftLockup => Shape::Truth,
            FolioGetNontailPage | FolioMapping | RawMapping | FbatchEntry | FilemapGetFolio
            | ShmemGetPartialFolio => Shape::Maybe,
            ZoneStartPfn
            | CachedMigratePfn
            | NodePageState
            | CompoundNr
            | PageFolio
            | FolioIndex
            | FolioPos
            | FolioSize
            | FolioNrPages
            | FolioNextIndex
            | FolioRefCount
            | FolioLruvec
            | FolioExpectedRefCount
            | FoundNext
            | FbatchIndex => Shape::Any,
            FolioMapcount | GmemListLen => Shape::Count,
            FindLockEntries | FindGetEntries | FilemapGetFolios | FbatchCount => {
                Shape::UpTo(mmcore::PAGEVEC_SIZE as u64)
            }
            CcNrMigratepages => Shape::UpTo(mmcore::mm::compaction::COMPACT_CLUSTER_MAX),
            CompoundOrder | BuddyOrderUnsafe | FolioOrder => Shape::Order,
            CcOrder => Shape::TargetOrder,
            ErrseqCheck
            | ErrseqCheckAndAdvance
            | IsolateOrDissolveHugePage
            | MovableMigratePage
            | CallMigrateFolio
            | CallWritepage
            | FolioMigrateMapping
            | FolioMigrateMappingExpected
            | FolioMcCopy
            | SplitFolio
            | GetUnusedFd
            | AnonInodeCreateGetfile => Shape::Errno,
            CcMode => Shape::Mode,
            FlagsAnd => Shape::Bits,
        }
    }

    /// Every class of answers of this shape; those with an errno are the caller's to list.
    pub(super) const fn answers(self) -> &'static [Answer] {
        match self {
            Shape::Nothing => &[Answer::Nothing],
            Shape::Truth => &[Answer::Yes, Answer::No],
            Shape::Maybe => &[Answer::Null, Answer::Handle],
            Shape::Any => &[Answer::Number],
            Shape::Count => &[Answer::Zero, Answer::Number],
            Shape::UpTo(_) => &[Answer::Zero, Answer::Number, Answer::Full],
            Shape::Order => &[Answer::Zero, Answer::Number, Answer::Garbage],
            Shape::TargetOrder => &[Answer::MinusOne, Answer::Zero, Answer::Number],
            Shape::Mode => &[
                Answer::Mode(MigrateMode::Async),
                Answer::Mode(MigrateMode::SyncLight),
                Answer::Mode(MigrateMode::Sync),
            ],
            Shape::Errno | Shape::Bits => &[],
        }
    }

    fn class(self, answer: u64) -> Answer {
        let or_zero = |other| if answer == 0 { Answer::Zero } else { other };
        match self {
            Shape::Nothing => Answer::Nothing,
            Shape::Truth if answer != 0 => Answer::Yes,
            Shape::Truth => Answer::No,
            Shape::Maybe if answer != 0 => Answer::Handle,
            Shape::Maybe => Answer::Null,
            Shape::Any => Answer::Number,
            Shape::Count => or_zero(Answer::Number),
            Shape::UpTo(full) if answer >= full => Answer::Full,
            Shape::UpTo(_) => or_zero(Answer::Number),
            Shape::Order if answer > mmcore::MAX_PAGE_ORDER.into() => Answer::Garbage,
            Shape::Order => or_zero(Answer::Number),
            Shape::TargetOrder if answer as i32 == -1 => Answer::MinusOne,
            Shape::TargetOrder => or_zero(Answer::Number),
            Shape::Errno => errno_or_number(answer as i32 as i64),
            Shape::Mode => Answer::Mode(MigrateMode::from_word(answer)),
            Shape::Bits => Answer::Bits(answer),
        }
    }
}

fn errno_or_number(value: i64) -> Answer {
    match value {
        0 => Answer::Zero,
        1.. => Answer::Number,
        _ => Answer::Errno(i32::try_from(-value).unwrap_or(i32::MAX)),
    }
}

impl Answer {
    /// The class of what an event's call answered.
    pub fn of(event: &Event) -> Answer {
        Shape::of(event.call.id()).class(event.answer)
    }

    /// The class of what a step returned.
    pub fn returned(returned: Returned) -> Answer {
        match returned {
            Returned::Nothing => Answer::Nothing,
            Returned::Bool(true) => Answer::Yes,
            Returned::Bool(false) => Answer::No,
            Returned::Bits(bits) => Answer::Bits(bits.into()),
            Returned::Value(value) => errno_or_number(value),
            Returned::Oops(site) => Answer::Stopped(site),
        }
    }
}

/// A helper, with the argument on which branches depend, if it has one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Asked {
    /// The helper.
    pub call: CallId,
    /// The argument: a bit number, a site, a mode; 0 if there is none that matters.
    pub detail: u8,
}

impl Asked {
    /// What an event's call asked.
    pub fn of(call: &Call) -> Asked {
        let detail = match *call {
            Call::TestBit { nr, .. }
            | Call::SetBit { nr, .. }
            | Call::ClearBit { nr, .. }
            | Call::TestAndClearBit { nr, .. } => nr as u8,
            Call::Warn { site } | Call::Bug { site } => site as u8,
            Call::NodePageState { item } | Call::NodeStatModFolio { item, .. } => item as u8,
            Call::IsolateModeHas { bits, .. } => bits.0 as u8,
            Call::CachedMigratePfn { sync } | Call::SetCachedMigratePfn { sync, .. } => sync as u8,
            Call::MovableMigratePage { mode, .. } | Call::CallMigrateFolio { mode, .. } => {
                mode as u8
            }
            Call::SetShmemVmLocked { locked, .. } => locked.into(),
            Call::StoreFlags { set, .. } => set.checked_ilog2().unwrap_or(0) as u8,
            _ => 0,
        };
        Asked { call: call.id(), detail }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CallId::*;
        let (name, detail) = (self.call.name(), self.detail);
        let word = u64::from(detail);
        match self.call {
            TestBit | SetBit | ClearBit | TestAndClearBit => match bit_name(detail) {
                Some(bit) => write!(f, "{name}({bit})"),
                None => write!(f, "{name}({detail})"),
            },
            StoreFlags => write!(f, "{name}(up to bit {detail})"),
            Warn | Bug => write!(f, "{name}: {}", Site::from_word(word)),
            NodePageState | NodeStatModFolio => write!(f, "{name}({})", NodeStat::from_word(word)),
            IsolateModeHas if detail == IsolateMode::UNEVICTABLE.0 as u8 => {
                write!(f, "{name}(ISOLATE_UNEVICTABLE)")
            }
            IsolateModeHas => write!(f, "{name}(ISOLATE_ASYNC_MIGRATE)"),
            CachedMigratePfn | SetCachedMigratePfn => {
                write!(f, "{name}({})", if detail == 0 { "async" } else { "sync" })
            }
            MovableMigratePage | CallMigrateFolio => {
                write!(f, "{name}({})", MigrateMode::from_word(word))
            }
            SetShmemVmLocked => write!(f, "{name}({})", detail != 0),
            FolioMapping if detail != 0 => write!(f, "{name}, under the folio lock"),
            _ => f.write_str(name),
        }
    }
}

/// The names of the bits that mean the same in every revision.
fn bit_name(nr: u8) -> Option<&'static str> {
    Some(match u32::from(nr) {
        AS_EIO => "AS_EIO",
        AS_ENOSPC => "AS_ENOSPC",
        AS_MM_ALL_LOCKS => "AS_MM_ALL_LOCKS",
        AS_UNEVICTABLE => "AS_UNEVICTABLE",
        AS_EXITING => "AS_EXITING",
        AS_NO_WRITEBACK_TAGS => "AS_NO_WRITEBACK_TAGS",
        _ => return None,
    })
}
