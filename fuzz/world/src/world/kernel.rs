// SPDX-License-Identifier: GPL-2.0-only
//! The simulated kernel behind the door: which part of the world answers which call.

use super::state::{Driver, Lock};
use super::{Misdeed, World};
use mmcore::kernel::derived;
use mmcore::{
    Call, Entry, Folio, Function, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, NodeStat,
    Page, Site, Word,
};

impl Kernel for World {
    #[cfg_attr(not(any(debug_assertions, fuzzing)), inline(always))]
    fn call(&mut self, call: Call) -> u64 {
        self.fuel = self.fuel.saturating_sub(1);
        if self.schedule.awaits(call.id()) {
            self.run_races_before(&call);
        }
        self.answer(call)
    }

    mmcore::compiled_here!();
}

// Nothing in the world depends on these.
mmcore::without_answer! {
    unnoticed:
    Enter, Leave, Bug, WakeThrottleIsolated, TraceIsolate, RemoveMigrationPtes, FlushDcacheFolio,
    ErrseqSetSb, LockFile, UnlockFile, TruncateFolioBatchExceptionals, FolioBatchRemoveExceptionals,
    FolioClearMappedtodisk, ShmemRecalcInode, UserShmUnlock, FdInstall, KvmGetKvm,
    MappingSetGfpMask, KvmGmemInvalidateBegin, KvmGmemInvalidateEnd,
}

impl World {
    /// One arm a call, so that a call that the world forgot does not compile. Most calls take no more
    /// than a look, and which call it is is known where it is compiled, so there it comes down to a
    /// load or two instead of a jump through a table. (Not in a fuzz target: its branches would be
    /// counted at every question of the port.)
    #[cfg_attr(not(any(debug_assertions, fuzzing)), inline(always))]
    fn answer(&mut self, call: Call) -> u64 {
        use Call::*;
        match call {
            unnoticed!() => 0,
            SoftLockup {} => (self.fuel == 0).to_word(),
            TestBit { mapping, nr } => self.flags(mapping) >> self.bit(nr) & 1,
            FlagsAnd { mapping, mask } => self.flags_and(mapping, mask),
            HasMigrateFolio { mapping } => self.stable(mapping).has_migrate_folio().to_word(),
            CcMode {} => self.cc.mode.to_word(),
            CcOrder {} => self.cc.order.to_word(),
            CcGfpFs {} => self.cc.gfp_fs.to_word(),
            CcDirectCompaction {} => self.cc.direct.to_word(),
            CcAllocContig {} => self.cc.alloc_contig.to_word(),
            CcIgnoreSkipHint {} => self.cc.ignore_skip_hint.to_word(),
            CcNoSetSkipHint {} => self.cc.no_set_skip_hint.to_word(),
            CcFinishPageblock {} => self.cc.finish_pageblock.to_word(),
            CcContended {} => self.cc.contended.to_word(),
            CcNrMigratepages {} => self.cc.nr_migratepages.to_word(),
            IsolateModeHas { mode, bits } => mode.has(bits).to_word(),
            FatalSignalPending {} => self.signal.to_word(),
            FolioMapping { folio } => self.mapping_of(folio).to_word(),
            RawMapping { folio } => {
                let state = self.folio(folio);
                state.mapping.filter(|_| !state.anon).to_word()
            }
            FolioIndex { folio } => self.folio(folio).index,
            FolioPos { folio } => derived::folio_pos(self.folio(folio).index).to_word(),
            FolioSize { folio } => derived::folio_size(self.folio(folio).order.into()),
            FolioOrder { folio } => self.folio(folio).order.into(),
            FolioNrPages { folio } => derived::folio_nr_pages(self.folio(folio).order.into()),
            FolioTestLarge { folio } => {
                derived::folio_test_large(self.folio(folio).order.into()).to_word()
            }
            FolioRefCount { folio } => self.folio(folio).refs.to_word(),
            FolioMapcount { folio } => self.folio(folio).mapcount.to_word(),
            FolioMapped { folio } => (self.folio(folio).mapcount > 0).to_word(),
            FolioTestLru { folio } => self.folio(folio).lru.to_word(),
            FolioTestUnevictable { folio } => self.folio(folio).unevictable.to_word(),
            FolioTestMlocked { folio } => self.folio(folio).mlocked.to_word(),
            FolioTestWriteback { folio } => self.folio(folio).writeback.to_word(),
            FolioTestDirty { folio } => self.folio(folio).dirty.to_word(),
            FolioTestLocked { folio } => (self.folio(folio).lock != Lock::Free).to_word(),
            FolioTestAnon { folio } => self.folio(folio).anon.to_word(),
            FolioHasPrivate { folio } => self.folio(folio).private.to_word(),
            FolioIsFileLru { folio } => (!self.folio(folio).swapbacked).to_word(),
            FolioIsZoneDevice { folio } => self.folio(folio).zone_device.to_word(),
            FolioLruvec { folio } => self.folio(folio).lruvec.into(),
            FbatchCount {} => self.batch.entries.len() as u64,
            FoundNext {} => self.batch.next,
            FolioTestMovableFlag { folio } => (self.folio(folio).driver != Driver::No).to_word(),
            FolioTestMovable { folio } => (self.folio(folio).driver == Driver::Movable).to_word(),
            FolioTestIsolated { folio } => self.folio(folio).isolated.to_word(),
            FolioMappingFlags { folio } => {
                let state = self.folio(folio);
                (state.anon || state.driver != Driver::No).to_word()
            }
            PageHuge { page } => {
                // The first question about a page.
                self.point_at(page);
                self.is_huge(page).to_word()
            }
            PageBuddy { page } => self.is_buddy(page).to_word(),
            PageCompound { page } => self.is_compound(page).to_word(),
            PageLru { page } => self.page_is(page, |folio| folio.lru).to_word(),
            PageMovable { page } => {
                self.page_is(page, |folio| folio.driver != Driver::No).to_word()
            }
            PageIsolated { page } => self.page_is(page, |folio| folio.isolated).to_word(),

            Warn { site } => {
                self.note(Misdeed::Warned(site));
                0
            }
            CondResched {} | ReclaimThrottle {} => self.may_sleep(),
            RcuReadLock {} => {
                self.rcu += 1;
                0
            }
            RcuReadUnlock {} => {
                self.rcu -= 1;
                0
            }

            SetBit { mapping, nr } => self.change_flags(mapping, 0, 1 << self.bit(nr)),
            ClearBit { mapping, nr } => self.clear_flag(mapping, nr),
            TestAndClearBit { mapping, nr } => {
                let was = self.flags(mapping) >> self.bit(nr) & 1;
                self.clear_flag(mapping, nr);
                was
            }
            StoreFlags { mapping, clear, set } => self.store_flags(mapping, clear, set),
            HasHost { mapping } => self.stable(mapping).has_host.to_word(),
            HasWritepage { mapping } => self.stable(mapping).has_writepage().to_word(),
            FilemapSetWbErr { mapping, err } => self.filemap_set_wb_err(mapping, err),
            ErrseqCheck { mapping } => self.wb_err_news(mapping).to_word(),
            ErrseqCheckAndAdvance { mapping } => self.advance_wb_err(mapping).to_word(),
            ShmemVmLocked { mapping } => self.file(mapping).vm_locked.to_word(),
            SetShmemVmLocked { mapping, locked } => {
                self.file_mut(mapping).vm_locked = locked;
                0
            }
            UserShmLock { .. } => (!self.script.memlock_refused).to_word(),

            GetUnusedFd {} => self.get_unused_fd().to_word(),
            PutUnusedFd { .. } => {
                self.fds -= 1;
                0
            }
            KzallocGmem {} => {
                let ok = !self.script.no_memory;
                self.gmem_allocations += i32::from(ok);
                ok.to_word()
            }
            KfreeGmem {} => {
                self.gmem_allocations -= 1;
                0
            }
            AnonInodeCreateGetfile { .. } => {
                (if self.script.no_file { -mmcore::errno::EMFILE } else { 0 }).to_word()
            }
            FileMappingIsInodes { .. } => (!self.script.foreign_mapping).to_word(),
            GmemSetOps { mapping, .. } => {
                self.file_mut(mapping).kind = Some(crate::scenario::FileKind::GuestMemfd);
                0
            }
            GmemSetModeAndSize { mapping, size } => {
                self.file_mut(mapping).size = size as u64;
                0
            }
            GmemListAdd { mapping } => {
                self.file_mut(mapping).gmems += 1;
                0
            }
            GmemListLen { mapping } => self.file(mapping).gmems.to_word(),
            FilemapInvalidateLock { mapping } | FilemapInvalidateLockShared { mapping } => {
                self.file_mut(mapping).invalidate_lock += 1;
                0
            }
            FilemapInvalidateUnlock { mapping } | FilemapInvalidateUnlockShared { mapping } => {
                self.file_mut(mapping).invalidate_lock -= 1;
                0
            }

            SetCcContended {} => {
                self.cc.contended = true;
                0
            }
            SetCcNrMigratepages { nr } => {
                self.cc.nr_migratepages = nr;
                0
            }
            SetCcMigratePfn { pfn } => {
                self.cc.migrate_pfn = pfn;
                0
            }
            AddTotalMigrateScanned { nr } => {
                self.cc.total_scanned = self.cc.total_scanned.wrapping_add(nr);
                0
            }
            ZoneStartPfn {} => self.zone_start_pfn,
            CachedMigratePfn { sync } => self.cached_migrate_pfn[sync as usize & 1],
            SetCachedMigratePfn { sync, pfn } => {
                self.cached_migrate_pfn[sync as usize & 1] = pfn;
                0
            }
            NodePageState { item } => self.answer_node_page_state(item),
            GetPageblockSkip { page } => self.is_skipped(page).to_word(),
            SetPageblockSkip { page } => self.mark_skip(page),
            PageblockPfnToPage { start_pfn, .. } => (start_pfn >= self.zone_start_pfn).to_word(),
            SpinTrylockLru { lruvec } => self.trylock_lru(lruvec).to_word(),
            SpinLockLru { lruvec } => self.lock_lru(lruvec),
            UnlockLru { lruvec } => self.unlock_lru(lruvec),
            IsolateOrDissolveHugePage { page } => self.isolate_or_dissolve(page).to_word(),
            IsolateMovablePage { page, .. } => self.isolate_movable(page).to_word(),
            LruvecDelFolio { lruvec, folio } => self.lruvec_del(lruvec, folio),
            NodeStatModFolio { item, nr, .. } => {
                self.stat[item as usize] += nr;
                0
            }
            ListAdd { folio } => self.list_add(folio),
            PutbackMovablePages {} => self.putback(),
            CountCompactIsolated { nr } => {
                self.cc.nr_isolated_events += nr;
                0
            }
            CompoundOrder { page } => self.order_at(page).to_word(),
            CompoundNr { page } => derived::compound_nr(self.order_at(page)),
            BuddyOrderUnsafe { page } => self.buddy_order(page),
            PageFolio { page } => self.folio_at(page).to_word(),
            FolioGetNontailPage { page } => self.get_nontail(page).to_word(),

            ClearMapping { folio } => self.clear_mapping(folio),
            FolioNextIndex { folio } => {
                let state = self.folio(folio);
                derived::folio_next_index(state.index, state.nr_pages())
            }
            FolioContains { folio, index } => {
                let state = self.folio(folio);
                (index.wrapping_sub(state.index) < state.nr_pages()).to_word()
            }
            FolioTestClearLru { folio } => self.test_clear_lru(folio).to_word(),
            FolioSetLru { folio } => self.set_lru(folio),
            FolioTrylock { folio } => self.trylock(folio).to_word(),
            FolioLock { folio } => self.lock(folio),
            FolioUnlock { folio } => self.unlock(folio),
            FolioPut { folio } => self.put(folio),
            FolioMarkDirty { folio } => {
                self.folio_mut(folio).dirty = true;
                0
            }
            FolioCancelDirty { folio } => {
                self.folio_mut(folio).dirty = false;
                0
            }
            FolioWaitWriteback { folio } => {
                self.folio_mut(folio).writeback = false;
                0
            }
            UnmapMappingFolio { folio } => self.unmap(folio),
            TryToUnmap { folio } => self.try_to_unmap(folio),
            FolioZeroRange { folio, offset, length } => self.zero_range(folio, offset, length),
            FolioInvalidate { folio, offset, length } => self.invalidate(folio, offset, length),

            MappingEmpty { mapping } => self.stable(mapping).cached.is_empty().to_word(),
            ShmemMapping { mapping } => self.stable(mapping).is_shmem().to_word(),
            FindLockEntries { mapping, start, end } => {
                self.batch_lockable(mapping, start, end).to_word()
            }
            FindGetEntries { mapping, start, end } => self.batch_all(mapping, start, end).to_word(),
            FilemapGetFolios { mapping, start, end } => {
                self.batch_folios(mapping, start, end).to_word()
            }
            FbatchEntry { i } => {
                let entry = self.batch.entries.get(i as usize);
                entry.map_or(mmcore::Entry::Value, |entry| entry.0).to_word()
            }
            FbatchIndex { i } => self.batch.entries.get(i as usize).map_or(0, |entry| entry.1),
            DeleteFromPageCacheBatch { .. } => self.delete_batch(),
            FolioBatchRelease {} => self.release_batch(),
            CheckMoveUnevictableFolios {} => self.check_move_unevictable(),
            FilemapGetFolio { mapping, index } | ShmemGetPartialFolio { mapping, index } => {
                self.get_locked(mapping, index).to_word()
            }
            SplitFolio { folio } => self.split(folio).to_word(),
            FilemapRemoveFolio { folio } => self.filemap_remove(folio),

            FolioClearIsolated { folio } => {
                self.folio_mut(folio).isolated = false;
                0
            }
            MovableMigratePage { dst, src, .. } => self.driver_migrates(dst, src).to_word(),
            CallMigrateFolio { mapping, dst, src, mode } => {
                self.filesystem_migrates(mapping, dst, src, mode).to_word()
            }
            CallWritepage { mapping, folio } => self.filesystem_writes(mapping, folio).to_word(),
            FolioMigrateMapping { dst, src, extra_count, .. } => {
                let expected = self.expected_refs(src) + extra_count;
                self.switch_mapping(dst, src, expected).to_word()
            }
            FolioMigrateMappingExpected { dst, src, expected_count, .. } => {
                self.switch_mapping(dst, src, expected_count).to_word()
            }
            FolioExpectedRefCount { folio } => (self.expected_refs(folio) - 1).to_word(),
            FolioMigrateCopy { dst, src } => {
                self.copy_data(dst, src);
                self.migrate_flags(dst, src)
            }
            FolioMigrateFlags { dst, src } => self.migrate_flags(dst, src),
            FolioMcCopy { dst, src } => self.mc_copy(dst, src).to_word(),
            FolioClearDirtyForIo { folio } => {
                let state = self.folio_mut(folio);
                std::mem::replace(&mut state.dirty, false).to_word()
            }
            FilemapReleaseFolio { folio } => self.release_private(folio).to_word(),
        }
    }
}
