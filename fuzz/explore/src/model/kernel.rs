// SPDX-License-Identifier: GPL-2.0-only
//! The open kernel behind the door: which fact answers which call.

use super::{Model, Setting};
use crate::var::What;
use mmcore::kernel::derived;
use mmcore::{
    Call, Entry, Folio, Function, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, NodeStat,
    Page, Site, Word,
};

// Nothing that is asked depends on these.
mmcore::without_answer! {
    ignored:
    Enter, Leave, Warn, Bug, FilemapSetWbErr, ErrseqSetSb, LockFile, UnlockFile, SetCcMigratePfn,
    AddTotalMigrateScanned, WakeThrottleIsolated, ReclaimThrottle, CondResched, SpinLockLru, UnlockLru,
    LruvecDelFolio, NodeStatModFolio, ListAdd, PutbackMovablePages, TraceIsolate, CountCompactIsolated,
    FolioPut, RcuReadLock, RcuReadUnlock, FolioMigrateCopy, FolioMigrateFlags, RemoveMigrationPtes,
    FlushDcacheFolio, FolioBatchRelease, CheckMoveUnevictableFolios, FolioZeroRange, TryToUnmap,
    FolioClearMappedtodisk, ShmemRecalcInode, UserShmUnlock, GmemSetOps, GmemSetModeAndSize,
    MappingSetGfpMask, KvmGetKvm, GmemListAdd, FdInstall, KfreeGmem, PutUnusedFd,
    FilemapInvalidateLock, FilemapInvalidateUnlock, FilemapInvalidateLockShared,
    FilemapInvalidateUnlockShared, KvmGmemInvalidateBegin, KvmGmemInvalidateEnd,
}

impl Kernel for Model<'_> {
    #[inline(always)]
    fn call(&mut self, call: Call) -> u64 {
        let call = self.numbering.map_or(call, |numbering| numbering.call(call));
        let answer = self.answer(call);
        self.notes.note(call, answer);
        self.numbering.map_or(answer, |numbering| numbering.answer(&call, answer))
    }

    mmcore::compiled_here!();
}

impl Model<'_> {
    /// One arm a call, so that a call that the model forgot does not compile.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn answer(&mut self, call: Call) -> u64 {
        use Call::*;
        let id = call.id();
        match call {
            ignored!() => 0,

            // What their rows say all of: which answers there are, and how long one lasts.
            HasHost { mapping }
            | HasMigrateFolio { mapping }
            | HasWritepage { mapping }
            | ShmemMapping { mapping }
            | ShmemVmLocked { mapping }
            | FileMappingIsInodes { mapping } => self.open_of_file(id, mapping),
            PageHuge { page }
            | PageBuddy { page }
            | PageCompound { page }
            | PageLru { page }
            | PageMovable { page }
            | PageIsolated { page }
            | IsolateOrDissolveHugePage { page }
            | IsolateMovablePage { page, .. } => self.open_of_page(id, page),
            FolioMapped { folio }
            | FolioTestLru { folio }
            | FolioTestUnevictable { folio }
            | FolioTestMlocked { folio }
            | FolioTestWriteback { folio }
            | FolioTestDirty { folio }
            | FolioTestAnon { folio }
            | FolioHasPrivate { folio }
            | FolioIsFileLru { folio }
            | FolioIsZoneDevice { folio }
            | FolioLruvec { folio }
            | FolioTestMovableFlag { folio }
            | FolioTestMovable { folio }
            | FolioTestIsolated { folio } => self.open_of_folio(id, folio),
            ErrseqCheck { .. }
            | ErrseqCheckAndAdvance { .. }
            | FatalSignalPending {}
            | GetPageblockSkip { .. }
            | PageblockPfnToPage { .. }
            | SpinTrylockLru { .. }
            | MovableMigratePage { .. }
            | CallMigrateFolio { .. }
            | FolioMcCopy { .. }
            | FilemapReleaseFolio { .. }
            | MappingEmpty { .. }
            | UserShmLock { .. }
            | KzallocGmem {}
            | AnonInodeCreateGetfile { .. } => self.open(id),

            SoftLockup {} => self.soft_lockup(),

            TestBit { mapping, nr } => self.test_bit(mapping, nr),
            FlagsAnd { mapping, mask } => self.flags_and(mapping, mask),
            SetBit { mapping, nr } => self.store(mapping, 0, 1u64.wrapping_shl(nr)),
            ClearBit { mapping, nr } => self.store(mapping, 1u64.wrapping_shl(nr), 0),
            TestAndClearBit { mapping, nr } => self.test_and_clear(mapping, nr),
            StoreFlags { mapping, clear, set } => self.store(mapping, clear, set),

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
            ZoneStartPfn {} => self.zone_start(),
            CachedMigratePfn { sync } => self.cached_pfn(sync),
            SetCachedMigratePfn { sync, pfn } => {
                self.node.pfns[sync as usize % 2] = Some(pfn);
                0
            }
            NodePageState { item } => self.node_state(item),
            SetPageblockSkip { .. } => {
                self.set(super::REST, What::GetPageblockSkip, 1);
                0
            }

            CompoundOrder { page } => self.compound_order(page).into(),
            CompoundNr { page } => derived::compound_nr(self.compound_order(page)),
            BuddyOrderUnsafe { page } => self.buddy_order(page),
            PageFolio { page } => self.page_folio(page).to_word(),
            FolioGetNontailPage { page } => self.get_page(page),

            FolioMapping { folio } => self.folio_mapping_in_file(folio),
            RawMapping { folio } => self.raw_mapping_in_file(folio),
            ClearMapping { folio } => self.clear_mapping(folio),
            FolioIndex { folio } => self.cache.index(folio),
            FolioPos { folio } => derived::folio_pos(self.cache.index(folio)).to_word(),
            FolioSize { folio } => self.size(folio),
            FolioOrder { folio } => self.order(folio).into(),
            FolioNrPages { folio } => self.nr_pages(folio),
            FolioNextIndex { folio } => {
                derived::folio_next_index(self.cache.index(folio), self.nr_pages(folio))
            }
            FolioContains { folio, .. } => self.contains(folio),
            FolioTestLarge { folio } => derived::folio_test_large(self.order(folio)).into(),
            FolioRefCount { folio } => self.ref_count(folio),
            FolioMapcount { folio } => self.mapcount(folio),
            FolioTestClearLru { folio } => self.test_clear_lru(folio),
            FolioSetLru { folio } => self.set_lru(folio),
            FolioTestLocked { folio } => self.locked(folio),
            FolioTrylock { folio } => self.trylock(folio),
            FolioLock { folio } => self.lock(folio),
            FolioUnlock { folio } => self.unlock(folio),

            FolioClearIsolated { folio } => self.clear_isolated(folio),
            FolioMappingFlags { folio } => self.mapping_flags(folio),
            CallWritepage { folio, .. } => self.call_writepage(folio),
            FolioMigrateMapping { .. } | FolioMigrateMappingExpected { .. } => self.switch(),
            // None beyond the caller's own: what others there are, the reference count has more.
            FolioExpectedRefCount { .. } => 0,
            FolioClearDirtyForIo { folio } => self.clear_dirty_for_io(folio),

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
            FilemapGetFolio { index, .. } | ShmemGetPartialFolio { index, .. } => {
                self.get_locked(index)
            }
            FolioWaitWriteback { folio } => self.wait_writeback(folio),
            FolioInvalidate { folio, offset, length } => self.invalidate(folio, offset, length),
            SplitFolio { folio } => self.split(folio),
            UnmapMappingFolio { folio } => self.unmap(folio),
            FolioCancelDirty { folio } => self.set_dirty(folio, false),
            FolioMarkDirty { folio } => self.set_dirty(folio, true),
            FilemapRemoveFolio { folio } => self.remove(folio),

            SetShmemVmLocked { mapping, locked } => self.set_vm_locked(mapping, locked),
            GetUnusedFd {} => self.get_fd(),
            GmemListLen { mapping } => self.gmems(mapping),
        }
    }
}
