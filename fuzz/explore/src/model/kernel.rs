// SPDX-License-Identifier: GPL-2.0-only
//! The open kernel behind the door: which fact answers which call.

use super::{Model, Setting};
use crate::var::What;
use mmcore::{Call, IsolateMode, Word};

impl Model<'_> {
    /// The table: one arm a call, so that a call that the model forgot does not compile.
    #[inline(always)]
    pub(super) fn answer(&mut self, call: Call) -> u64 {
        use Call::*;
        match call {
            Enter { .. } | Leave {} | Warn { .. } | Bug { .. } => 0,
            SoftLockup {} => self.soft_lockup(),

            TestBit { mapping, nr } => self.test_bit(mapping, nr),
            FlagsAnd { mapping, mask } => self.flags_and(mapping, mask),
            SetBit { mapping, nr } => self.store(mapping, 0, 1u64.wrapping_shl(nr)),
            ClearBit { mapping, nr } => self.store(mapping, 1u64.wrapping_shl(nr), 0),
            TestAndClearBit { mapping, nr } => self.test_and_clear(mapping, nr),
            StoreFlags { mapping, clear, set } => self.store(mapping, clear, set),
            HasHost { mapping } => self.file_fact(mapping, What::Host),
            HasMigrateFolio { mapping } => self.file_fact(mapping, What::MigrateOp),
            HasWritepage { mapping } => self.file_fact(mapping, What::WritepageOp),
            FilemapSetWbErr { .. } | ErrseqSetSb { .. } | LockFile { .. } | UnlockFile { .. } => 0,
            ErrseqCheck { .. } => self.new_error(What::NewError),
            ErrseqCheckAndAdvance { .. } => self.new_error(What::Advanced),

            CcMode {} => self.cc_mode(),
            CcOrder {} => self.cc_order(),
            CcGfpFs {} => self.setting(Setting::GfpFs).into(),
            CcDirectCompaction {} => self.setting(Setting::Direct).into(),
            CcAllocContig {} => self.setting(Setting::AllocContig).into(),
            CcIgnoreSkipHint {} => self.setting(Setting::IgnoreSkip).into(),
            CcNoSetSkipHint {} => self.setting(Setting::NoSetSkip).into(),
            CcFinishPageblock {} => self.setting(Setting::Finish).into(),
            IsolateModeHas { bits: IsolateMode::UNEVICTABLE, .. } => {
                self.setting(Setting::Unevictable).into()
            }
            IsolateModeHas { .. } => self.setting(Setting::Async).into(),
            CcContended {} => self.contended(),
            SetCcContended {} => self.set_contended(),
            CcNrMigratepages {} => self.nr_migratepages(),
            SetCcNrMigratepages { nr } => {
                self.controls.nr_migratepages = Some(nr);
                0
            }
            SetCcMigratePfn { .. } | AddTotalMigrateScanned { .. } => 0,
            ZoneStartPfn {} => self.zone_start(),
            CachedMigratePfn { sync } => self.cached_pfn(sync),
            SetCachedMigratePfn { sync, pfn } => {
                self.node.pfns[sync as usize % 2] = Some(pfn);
                0
            }

            NodePageState { item } => self.node_state(item),
            WakeThrottleIsolated {} | ReclaimThrottle {} | CondResched {} => 0,
            FatalSignalPending {} => self.changing(What::Signal),
            GetPageblockSkip { .. } => self.changing(What::Skip),
            SetPageblockSkip { .. } => {
                self.set(super::REST, What::Skip, 1);
                0
            }
            PageblockPfnToPage { .. } => self.outcome(What::BlockPage, 2) as u64,
            SpinTrylockLru { .. } => self.outcome(What::LruTrylock, 2) as u64,
            SpinLockLru { .. } | UnlockLru { .. } => 0,
            IsolateOrDissolveHugePage { page } => self.dissolve(page),
            IsolateMovablePage { page, .. } => self.isolate_movable(page),
            LruvecDelFolio { .. } | NodeStatModFolio { .. } | ListAdd { .. } => 0,
            PutbackMovablePages {} | TraceIsolate { .. } | CountCompactIsolated { .. } => 0,

            PageHuge { page } => self.page_fact(page, What::Huge, 2),
            CompoundOrder { page } => self.compound_order(page).into(),
            CompoundNr { page } => 1 << self.compound_order(page),
            PageBuddy { page } => self.page_fact(page, What::Buddy, 2),
            BuddyOrderUnsafe { page } => self.buddy_order(page),
            PageCompound { page } => self.page_fact(page, What::Compound, 2),
            PageLru { page } => self.page_fact(page, What::PageLru, 2),
            PageMovable { page } => self.page_fact(page, What::PageMovable, 2),
            PageIsolated { page } => self.page_fact(page, What::PageIsolated, 2),
            PageFolio { page } => self.page_folio(page).to_word(),
            FolioGetNontailPage { page } => self.get_page(page),

            FolioMapping { folio } => self.folio_mapping_in_file(folio),
            RawMapping { folio } => self.raw_mapping_in_file(folio),
            ClearMapping { folio } => self.clear_mapping(folio),
            FolioIndex { folio } => self.cache.index(folio),
            FolioPos { folio } => self.pos(folio),
            FolioSize { folio } => self.size(folio),
            FolioOrder { folio } => self.order(folio).into(),
            FolioNrPages { folio } => self.nr_pages(folio),
            FolioNextIndex { folio } => self.cache.index(folio) + self.nr_pages(folio),
            FolioContains { folio, .. } => self.contains(folio),
            FolioTestLarge { folio } => (self.order(folio) > 0).into(),
            FolioRefCount { folio } => self.ref_count(folio),
            FolioMapcount { folio } => self.mapcount(folio),
            FolioMapped { folio } => self.folio_changing(folio, What::Mapped),
            FolioTestLru { folio } => self.lru(folio),
            FolioTestClearLru { folio } => self.test_clear_lru(folio),
            FolioSetLru { folio } => self.set_lru(folio),
            FolioTestUnevictable { folio } => self.folio_changing(folio, What::Unevictable),
            FolioTestMlocked { folio } => self.folio_changing(folio, What::Mlocked),
            FolioTestWriteback { folio } => self.writeback(folio),
            FolioTestDirty { folio } => self.dirty(folio),
            FolioTestLocked { folio } => self.locked(folio),
            FolioTestAnon { folio } => self.folio_stable(folio, What::Anon),
            FolioHasPrivate { folio } => self.folio_locked_in(folio, What::Private),
            FolioIsFileLru { folio } => self.folio_stable(folio, What::FileLru),
            FolioIsZoneDevice { folio } => self.folio_stable(folio, What::ZoneDevice),
            FolioLruvec { folio } => self.folio_changing(folio, What::Lruvec),
            FolioTrylock { folio } => self.trylock(folio),
            FolioLock { folio } => self.lock(folio),
            FolioUnlock { folio } => self.unlock(folio),
            FolioPut { .. } | RcuReadLock {} | RcuReadUnlock {} => 0,

            FolioTestMovableFlag { folio } => self.folio_stable(folio, What::MovableFlag),
            FolioTestMovable { folio } => self.folio_changing(folio, What::Movable),
            FolioTestIsolated { folio } => self.folio_changing(folio, What::Isolated),
            FolioClearIsolated { folio } => self.clear_isolated(folio),
            FolioMappingFlags { folio } => self.mapping_flags(folio),
            MovableMigratePage { .. } | CallMigrateFolio { .. } => self.callback(),
            CallWritepage { folio, .. } => self.call_writepage(folio),
            FolioMigrateMapping { .. } | FolioMigrateMappingExpected { .. } => self.switch(),
            FolioExpectedRefCount { .. } => 0,
            FolioMigrateCopy { .. } | FolioMigrateFlags { .. } => 0,
            FolioMcCopy { .. } => self.mc_copy(),
            FolioClearDirtyForIo { folio } => self.clear_dirty_for_io(folio),
            RemoveMigrationPtes { .. } | FlushDcacheFolio { .. } => 0,
            FilemapReleaseFolio { .. } => self.outcome(What::Release, 2) as u64,

            MappingEmpty { .. } => self.outcome(What::Empty, 2) as u64,
            ShmemMapping { mapping } => self.file_fact(mapping, What::Shmem),
            FindLockEntries { start, end, .. } => self.find(start, end, true),
            FindGetEntries { start, end, .. } => self.find(start, end, false),
            FilemapGetFolios { .. } => self.get_folios(),
            FoundNext {} => self.cache.found_next(),
            FbatchCount {} => self.cache.found().into(),
            FbatchEntry { i } => self.cache.entry(i).to_word(),
            FbatchIndex { i } => self.cache.entry_index(i),
            TruncateFolioBatchExceptionals { .. } | FolioBatchRemoveExceptionals {} => {
                self.cache.drop_values();
                0
            }
            DeleteFromPageCacheBatch { .. } => {
                self.cache.delete_batch();
                0
            }
            FolioBatchRelease {} | CheckMoveUnevictableFolios {} => 0,
            FilemapGetFolio { index, .. } | ShmemGetPartialFolio { index, .. } => {
                self.get_locked(index)
            }
            FolioWaitWriteback { folio } => self.wait_writeback(folio),
            FolioZeroRange { .. } => 0,
            FolioInvalidate { folio, offset, length } => self.invalidate(folio, offset, length),
            SplitFolio { folio } => self.split(folio),
            TryToUnmap { .. } => 0,
            UnmapMappingFolio { folio } => self.unmap(folio),
            FolioCancelDirty { folio } => self.set_dirty(folio, false),
            FolioMarkDirty { folio } => self.set_dirty(folio, true),
            FolioClearMappedtodisk { .. } | ShmemRecalcInode { .. } => 0,
            FilemapRemoveFolio { folio } => self.remove(folio),

            ShmemVmLocked { mapping } => self.file_fact(mapping, What::VmLocked),
            SetShmemVmLocked { mapping, locked } => self.set_vm_locked(mapping, locked),
            UserShmLock { .. } => self.outcome(What::ShmLock, 2) as u64,
            UserShmUnlock { .. } => 0,

            GetUnusedFd {} => self.get_fd(),
            KzallocGmem {} => self.outcome(What::Kzalloc, 2) as u64,
            AnonInodeCreateGetfile { .. } => self.getfile(),
            FileMappingIsInodes { .. } => self.rest(What::InodesMapping, 2).into(),
            GmemSetOps { .. } | GmemSetModeAndSize { .. } | MappingSetGfpMask { .. } => 0,
            KvmGetKvm {} | GmemListAdd { .. } | FdInstall { .. } => 0,
            KfreeGmem {} | PutUnusedFd { .. } => 0,
            GmemListLen { .. } => self.rest(What::Gmems, 3).into(),
            FilemapInvalidateLock { .. } | FilemapInvalidateUnlock { .. } => 0,
            FilemapInvalidateLockShared { .. } | FilemapInvalidateUnlockShared { .. } => 0,
            KvmGmemInvalidateBegin { .. } | KvmGmemInvalidateEnd { .. } => 0,
        }
    }
}
