// SPDX-License-Identifier: GPL-2.0-only
//! The list of everything that a ported function can ask of the kernel or do to it.
//!
//! One row a helper: what it is to C ([`Kind`]), its variant of [`Call`], its kernel name, its
//! arguments and its answer. From the rows come the enum, the methods of
//! [`Kernel`](super::Kernel), and everything that prints, names or compares calls.

use super::functions::Function;
use super::value::{Arg, Entry, Folio, IsolateMode, Lruvec, Mapping, MigrateMode, NodeStat, Page};
use super::{Kind, Site, Word};
use core::fmt;

macro_rules! kinds {
    (read) => {
        Kind::Read
    };
    (ask) => {
        Kind::Ask
    };
    (effect) => {
        Kind::Effect
    };
    (mark) => {
        Kind::Mark
    };
}

macro_rules! answer_type {
    () => {
        ()
    };
    ($ty:ty) => {
        $ty
    };
}

macro_rules! calls {
    ($(
        $(#[$doc:meta])*
        $kind:ident $variant:ident = $name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)?;
    )*) => {
        /// One call through the door. The fields are the arguments of the kernel's helper.
        #[derive(Clone, Copy, Eq, Hash, Debug)]
        #[allow(missing_docs, reason = "a field is the argument of the helper that it is named after")]
        #[allow(clippy::derived_hash_with_manual_eq, reason = "equal in every part, as derived")]
        pub enum Call {
            $($(#[$doc])* $variant { $($arg: $ty),* },)*
        }

        /// Which helper a [`Call`] is to, without its arguments.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum CallId {
            $($(#[$doc])* $variant,)*
        }

        impl CallId {
            /// Every helper, in the order of the table.
            pub const ALL: &'static [CallId] = &[$(CallId::$variant),*];

            /// The helper's name in the kernel.
            pub const fn name(self) -> &'static str {
                match self { $(CallId::$variant => stringify!($name),)* }
            }

            /// What the call is to C.
            #[inline(always)]
            pub const fn kind(self) -> Kind {
                match self { $(CallId::$variant => kinds!($kind),)* }
            }

            /// The name and the Rust type of each argument, in C's order.
            pub const fn arguments(self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(CallId::$variant => &[$((stringify!($arg), stringify!($ty))),*],)*
                }
            }

            /// The Rust type of the answer; `()` if there is none.
            pub const fn answer(self) -> &'static str {
                match self { $(CallId::$variant => stringify!(($($ret)?)),)* }
            }

            /// The helper of that name.
            pub fn named(name: &str) -> Option<CallId> {
                CallId::ALL.iter().copied().find(|id| id.name() == name)
            }
        }

        impl PartialEq for Call {
            // As derived, but inlined: where the call is known, so is most of the answer.
            #[inline(always)]
            fn eq(&self, other: &Call) -> bool {
                match self {
                    $(Call::$variant { $($arg),* } => {
                        let mine = ($($arg,)*);
                        match other {
                            Call::$variant { $($arg),* } => mine == ($($arg,)*),
                            _ => false,
                        }
                    })*
                }
            }
        }

        impl Call {
            /// Which helper this is a call to.
            #[inline(always)]
            pub const fn id(&self) -> CallId {
                match self { $(Call::$variant { .. } => CallId::$variant,)* }
            }

            /// The call to `id` whose arguments are `words`, each [`Word`]-encoded.
            #[inline]
            pub fn from_words(id: CallId, words: [u64; 4]) -> Call {
                let mut words = words.into_iter();
                let mut _next = || words.next().unwrap_or(0);
                match id {
                    $(CallId::$variant => Call::$variant { $($arg: Word::from_word(_next())),* },)*
                }
            }

            /// The arguments, each [`Word`]-encoded: the inverse of [`from_words`](Call::from_words).
            #[inline]
            pub fn words(&self) -> [u64; 4] {
                let mut words = [0; 4];
                match *self {
                    $(Call::$variant { $($arg),* } => {
                        let given: &[u64] = &[$(Word::to_word($arg)),*];
                        words[..given.len()].copy_from_slice(given);
                    })*
                }
                words
            }

            /// Calls `see` with each argument's name and value, in C's order.
            pub fn each_arg(&self, see: &mut dyn FnMut(&'static str, &dyn Arg)) {
                match self {
                    $(Call::$variant { $($arg),* } => { $(see(stringify!($arg), $arg);)* })*
                }
                let _ = see;
            }

            /// Writes an answer to this call as a person would read it.
            ///
            /// # Errors
            /// Those of the formatter.
            pub fn show_answer(&self, answer: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Call::$variant { .. } =>
                        <answer_type!($($ret)?) as Word>::from_word(answer).show(f),)*
                }
            }
        }

        macro_rules! kernel_methods {
            () => {
                $(
                    $(#[$doc])*
                    #[inline(always)]
                    fn $name(&mut self, $($arg: $ty),*) $(-> $ret)? {
                        Word::from_word(self.call(Call::$variant { $($arg),* }))
                    }
                )*
            };
        }
        pub(super) use kernel_methods;

        /// Calls the macro that it is given with `Variant name,` of every helper, in the order of
        /// [`CallId::ALL`]: for whoever needs an item for each.
        #[macro_export]
        macro_rules! each_call {
            ($with:ident) => {
                $with! { $($variant $name,)* }
            };
        }
    };
}

calls! {
    /// A ported function begins.
    mark Enter = enter(function: Function);
    /// The function whose [`Enter`](Call::Enter) is still open ends.
    mark Leave = leave();

    // ---- mapping->flags, a_ops and host: include/linux/fs.h ----

    /// `test_bit(nr, &mapping->flags)`.
    read TestBit = test_bit(mapping: Mapping, nr: u32) -> bool;
    /// `mapping->flags & mask`.
    read FlagsAnd = flags_and(mapping: Mapping, mask: u64) -> u64;
    /// `set_bit(nr, &mapping->flags)`, atomic.
    effect SetBit = set_bit(mapping: Mapping, nr: u32);
    /// `clear_bit(nr, &mapping->flags)`, atomic.
    effect ClearBit = clear_bit(mapping: Mapping, nr: u32);
    /// `test_and_clear_bit(nr, &mapping->flags)`, atomic.
    effect TestAndClearBit = test_and_clear_bit(mapping: Mapping, nr: u32) -> bool;
    /// `mapping->flags = (mapping->flags & ~clear) | set`, not atomic.
    effect StoreFlags = store_flags(mapping: Mapping, clear: u64, set: u64);
    /// `mapping->host != NULL`.
    read HasHost = has_host(mapping: Mapping) -> bool;
    /// `mapping->a_ops->migrate_folio != NULL`.
    read HasMigrateFolio = has_migrate_folio(mapping: Mapping) -> bool;
    /// `mapping->a_ops->writepage != NULL`.
    read HasWritepage = has_writepage(mapping: Mapping) -> bool;

    // ---- write-back errors: mm/filemap.c, lib/errseq.c ----

    /// `__filemap_set_wb_err(mapping, err)`: records the error for errseq users.
    effect FilemapSetWbErr = __filemap_set_wb_err(mapping: Mapping, err: i32);
    /// `errseq_set(&mapping->host->i_sb->s_wb_err, err)`.
    effect ErrseqSetSb = errseq_set_sb(mapping: Mapping, err: i32);
    /// `errseq_check(&mapping->wb_err, READ_ONCE(file->f_wb_err))`: the error, if it is news to the file.
    ask ErrseqCheck = errseq_check(mapping: Mapping) -> i32;
    /// `spin_lock(&file->f_lock)`.
    effect LockFile = spin_lock_f_lock(mapping: Mapping);
    /// `errseq_check_and_advance(&mapping->wb_err, &file->f_wb_err)`.
    effect ErrseqCheckAndAdvance = errseq_check_and_advance(mapping: Mapping) -> i32;
    /// `spin_unlock(&file->f_lock)`.
    effect UnlockFile = spin_unlock_f_lock(mapping: Mapping);

    // ---- scan controls: struct compact_control, mm/internal.h ----

    /// `cc->mode`.
    read CcMode = cc_mode() -> MigrateMode;
    /// `cc->order`; -1 asks for the compaction of everything.
    read CcOrder = cc_order() -> i32;
    /// `cc->gfp_mask & __GFP_FS`.
    read CcGfpFs = cc_gfp_fs() -> bool;
    /// `cc->direct_compaction`.
    read CcDirectCompaction = cc_direct_compaction() -> bool;
    /// `cc->alloc_contig`.
    read CcAllocContig = cc_alloc_contig() -> bool;
    /// `cc->ignore_skip_hint`.
    read CcIgnoreSkipHint = cc_ignore_skip_hint() -> bool;
    /// `cc->no_set_skip_hint`.
    read CcNoSetSkipHint = cc_no_set_skip_hint() -> bool;
    /// `cc->finish_pageblock`.
    read CcFinishPageblock = cc_finish_pageblock() -> bool;
    /// `cc->contended`.
    read CcContended = cc_contended() -> bool;
    /// `cc->contended = true`.
    effect SetCcContended = set_cc_contended();
    /// `cc->nr_migratepages`.
    read CcNrMigratepages = cc_nr_migratepages() -> u32;
    /// `cc->nr_migratepages = nr`.
    effect SetCcNrMigratepages = set_cc_nr_migratepages(nr: u32);
    /// `cc->migrate_pfn = pfn`.
    effect SetCcMigratePfn = set_cc_migrate_pfn(pfn: u64);
    /// `cc->total_migrate_scanned += nr`.
    effect AddTotalMigrateScanned = add_total_migrate_scanned(nr: u64);
    /// `mode & bits`, of the scan's `isolate_mode_t`.
    read IsolateModeHas = isolate_mode_has(mode: IsolateMode, bits: IsolateMode) -> bool;
    /// `cc->zone->zone_start_pfn`.
    read ZoneStartPfn = zone_start_pfn() -> u64;
    /// `zone->compact_cached_migrate_pfn[sync]`.
    read CachedMigratePfn = cached_migrate_pfn(sync: u32) -> u64;
    /// `zone->compact_cached_migrate_pfn[sync] = pfn`.
    effect SetCachedMigratePfn = set_cached_migrate_pfn(sync: u32, pfn: u64);

    // ---- around the scan: mm/compaction.c and what it calls ----

    /// `node_page_state(pgdat, item)`.
    ask NodePageState = node_page_state(item: NodeStat) -> u64;
    /// `wake_throttle_isolated(pgdat)`.
    effect WakeThrottleIsolated = wake_throttle_isolated();
    /// `reclaim_throttle(pgdat, VMSCAN_THROTTLE_ISOLATED)`.
    effect ReclaimThrottle = reclaim_throttle();
    /// `fatal_signal_pending(current)`.
    ask FatalSignalPending = fatal_signal_pending() -> bool;
    /// `cond_resched()`.
    effect CondResched = cond_resched();
    /// `get_pageblock_skip(page)`.
    ask GetPageblockSkip = get_pageblock_skip(page: Page) -> bool;
    /// `set_pageblock_skip(page)`.
    effect SetPageblockSkip = set_pageblock_skip(page: Page);
    /// `pageblock_pfn_to_page(start_pfn, end_pfn, zone) != NULL`.
    ask PageblockPfnToPage = pageblock_pfn_to_page(start_pfn: u64, end_pfn: u64) -> bool;
    /// `spin_trylock_irqsave(&lruvec->lru_lock)`.
    effect SpinTrylockLru = spin_trylock_irqsave(lruvec: Lruvec) -> bool;
    /// `spin_lock_irqsave(&lruvec->lru_lock)`.
    effect SpinLockLru = spin_lock_irqsave(lruvec: Lruvec);
    /// `unlock_page_lruvec_irqrestore(lruvec)`.
    effect UnlockLru = unlock_page_lruvec_irqrestore(lruvec: Lruvec);
    /// `isolate_or_dissolve_huge_page(page, &cc->migratepages)`.
    effect IsolateOrDissolveHugePage = isolate_or_dissolve_huge_page(page: Page) -> i32;
    /// `isolate_movable_page(page, mode)`.
    effect IsolateMovablePage = isolate_movable_page(page: Page, mode: IsolateMode) -> bool;
    /// `lruvec_del_folio(lruvec, folio)`.
    effect LruvecDelFolio = lruvec_del_folio(lruvec: Lruvec, folio: Folio);
    /// `node_stat_mod_folio(folio, item, nr)`.
    effect NodeStatModFolio = node_stat_mod_folio(folio: Folio, item: NodeStat, nr: i64);
    /// `list_add(&folio->lru, &cc->migratepages)`.
    effect ListAdd = list_add(folio: Folio);
    /// `putback_movable_pages(&cc->migratepages)`.
    effect PutbackMovablePages = putback_movable_pages();
    /// `trace_mm_compaction_isolate_migratepages(...)`: what the tracepoint would show.
    effect TraceIsolate = trace_mm_compaction_isolate_migratepages(start_pfn: u64, end_pfn: u64, nr_scanned: u64, nr_taken: u64);
    /// `count_compact_events(COMPACTISOLATED, nr)`.
    effect CountCompactIsolated = count_compact_events(nr: u64);

    // ---- pages, read without a reference: include/linux/page-flags.h, mm.h, mm/internal.h ----

    /// `PageHuge(page)`.
    ask PageHuge = page_huge(page: Page) -> bool;
    /// `compound_order(page)`.
    ask CompoundOrder = compound_order(page: Page) -> u32;
    /// `compound_nr(page)`.
    ask CompoundNr = compound_nr(page: Page) -> u64;
    /// `PageBuddy(page)`.
    ask PageBuddy = page_buddy(page: Page) -> bool;
    /// `buddy_order_unsafe(page)`: may be any number, for the page can be allocated meanwhile.
    ask BuddyOrderUnsafe = buddy_order_unsafe(page: Page) -> u64;
    /// `PageCompound(page)`.
    ask PageCompound = page_compound(page: Page) -> bool;
    /// `PageLRU(page)`.
    ask PageLru = page_lru(page: Page) -> bool;
    /// `__PageMovable(page)`.
    ask PageMovable = __page_movable(page: Page) -> bool;
    /// `PageIsolated(page)`.
    ask PageIsolated = page_isolated(page: Page) -> bool;
    /// `page_folio(page)`.
    ask PageFolio = page_folio(page: Page) -> Folio;
    /// `folio_get_nontail_page(page)`: a reference, if the page is a head and not being freed.
    effect FolioGetNontailPage = folio_get_nontail_page(page: Page) -> Option<Folio>;

    // ---- folios: include/linux/page-flags.h, mm.h, page_ref.h, pagemap.h ----

    /// `folio_mapping(folio)`: `NULL` for an anonymous folio that is not in the swap cache.
    ask FolioMapping = folio_mapping(folio: Folio) -> Option<Mapping>;
    /// `folio->mapping`, read as it stands.
    read RawMapping = raw_mapping(folio: Folio) -> Option<Mapping>;
    /// `folio->mapping = NULL`.
    effect ClearMapping = clear_mapping(folio: Folio);
    /// `folio->index`.
    read FolioIndex = folio_index(folio: Folio) -> u64;
    /// `folio_pos(folio)`, bytes into the file.
    ask FolioPos = folio_pos(folio: Folio) -> i64;
    /// `folio_size(folio)`, bytes.
    ask FolioSize = folio_size(folio: Folio) -> u64;
    /// `folio_order(folio)`.
    ask FolioOrder = folio_order(folio: Folio) -> u32;
    /// `folio_nr_pages(folio)`.
    ask FolioNrPages = folio_nr_pages(folio: Folio) -> u64;
    /// `folio_next_index(folio)`.
    ask FolioNextIndex = folio_next_index(folio: Folio) -> u64;
    /// `folio_contains(folio, index)`.
    ask FolioContains = folio_contains(folio: Folio, index: u64) -> bool;
    /// `folio_test_large(folio)`.
    ask FolioTestLarge = folio_test_large(folio: Folio) -> bool;
    /// `folio_ref_count(folio)`.
    ask FolioRefCount = folio_ref_count(folio: Folio) -> i32;
    /// `folio_mapcount(folio)`.
    ask FolioMapcount = folio_mapcount(folio: Folio) -> i32;
    /// `folio_mapped(folio)`.
    ask FolioMapped = folio_mapped(folio: Folio) -> bool;
    /// `folio_test_lru(folio)`.
    ask FolioTestLru = folio_test_lru(folio: Folio) -> bool;
    /// `folio_test_clear_lru(folio)`, atomic.
    effect FolioTestClearLru = folio_test_clear_lru(folio: Folio) -> bool;
    /// `folio_set_lru(folio)`.
    effect FolioSetLru = folio_set_lru(folio: Folio);
    /// `folio_test_unevictable(folio)`.
    ask FolioTestUnevictable = folio_test_unevictable(folio: Folio) -> bool;
    /// `folio_test_mlocked(folio)`.
    ask FolioTestMlocked = folio_test_mlocked(folio: Folio) -> bool;
    /// `folio_test_writeback(folio)`.
    ask FolioTestWriteback = folio_test_writeback(folio: Folio) -> bool;
    /// `folio_test_dirty(folio)`.
    ask FolioTestDirty = folio_test_dirty(folio: Folio) -> bool;
    /// `folio_test_locked(folio)`.
    ask FolioTestLocked = folio_test_locked(folio: Folio) -> bool;
    /// `folio_test_anon(folio)`.
    ask FolioTestAnon = folio_test_anon(folio: Folio) -> bool;
    /// `folio_has_private(folio)`.
    ask FolioHasPrivate = folio_has_private(folio: Folio) -> bool;
    /// `folio_is_file_lru(folio)`.
    ask FolioIsFileLru = folio_is_file_lru(folio: Folio) -> bool;
    /// `folio_is_zone_device(folio)`.
    ask FolioIsZoneDevice = folio_is_zone_device(folio: Folio) -> bool;
    /// `folio_lruvec(folio)`.
    ask FolioLruvec = folio_lruvec(folio: Folio) -> Lruvec;
    /// `folio_trylock(folio)`.
    effect FolioTrylock = folio_trylock(folio: Folio) -> bool;
    /// `folio_lock(folio)`.
    effect FolioLock = folio_lock(folio: Folio);
    /// `folio_unlock(folio)`.
    effect FolioUnlock = folio_unlock(folio: Folio);
    /// `folio_put(folio)`; the last one frees the folio.
    effect FolioPut = folio_put(folio: Folio);
    /// `rcu_read_lock()`.
    effect RcuReadLock = rcu_read_lock();
    /// `rcu_read_unlock()`.
    effect RcuReadUnlock = rcu_read_unlock();

    // ---- migration: mm/migrate.c and what it calls ----

    /// `__folio_test_movable(folio)`: `folio->mapping` carries PAGE_MAPPING_MOVABLE.
    ask FolioTestMovableFlag = __folio_test_movable(folio: Folio) -> bool;
    /// `folio_test_movable(folio)`: the above, and the driver has not released the page.
    ask FolioTestMovable = folio_test_movable(folio: Folio) -> bool;
    /// `folio_test_isolated(folio)`.
    ask FolioTestIsolated = folio_test_isolated(folio: Folio) -> bool;
    /// `folio_clear_isolated(folio)`.
    effect FolioClearIsolated = folio_clear_isolated(folio: Folio);
    /// `folio_mapping_flags(folio) != 0`: anonymous, KSM or movable.
    ask FolioMappingFlags = folio_mapping_flags(folio: Folio) -> bool;
    /// `folio_movable_ops(src)->migrate_page(dst, src, mode)`: the driver's callback.
    effect MovableMigratePage = movable_migrate_page(dst: Folio, src: Folio, mode: MigrateMode) -> i32;
    /// `mapping->a_ops->migrate_folio(mapping, dst, src, mode)`: the filesystem's callback.
    effect CallMigrateFolio = call_migrate_folio(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode) -> i32;
    /// `mapping->a_ops->writepage(&folio->page, &wbc)`: the filesystem's callback.
    effect CallWritepage = call_writepage(mapping: Mapping, folio: Folio) -> i32;
    /// `folio_migrate_mapping(mapping, dst, src, extra_count)`: the switch in the page cache.
    effect FolioMigrateMapping = folio_migrate_mapping(mapping: Option<Mapping>, dst: Folio, src: Folio, extra_count: i32) -> i32;
    /// `__folio_migrate_mapping(mapping, dst, src, expected_count)`: v6.12's.
    effect FolioMigrateMappingExpected = __folio_migrate_mapping(mapping: Option<Mapping>, dst: Folio, src: Folio, expected_count: i32) -> i32;
    /// `folio_expected_ref_count(folio)`: v6.12.
    ask FolioExpectedRefCount = folio_expected_ref_count(folio: Folio) -> i32;
    /// `folio_migrate_copy(dst, src)`: data and flags; up to post-fix.
    effect FolioMigrateCopy = folio_migrate_copy(dst: Folio, src: Folio);
    /// `folio_migrate_flags(dst, src)`.
    effect FolioMigrateFlags = folio_migrate_flags(dst: Folio, src: Folio);
    /// `folio_mc_copy(dst, src)`: data, and it may meet poison; v6.12.
    effect FolioMcCopy = folio_mc_copy(dst: Folio, src: Folio) -> i32;
    /// `folio_clear_dirty_for_io(folio)`.
    effect FolioClearDirtyForIo = folio_clear_dirty_for_io(folio: Folio) -> bool;
    /// `remove_migration_ptes(folio, folio, ...)`.
    effect RemoveMigrationPtes = remove_migration_ptes(folio: Folio);
    /// `filemap_release_folio(folio, GFP_KERNEL)`: drops the filesystem's private data.
    effect FilemapReleaseFolio = filemap_release_folio(folio: Folio) -> bool;
    /// `flush_dcache_folio(folio)`.
    effect FlushDcacheFolio = flush_dcache_folio(folio: Folio);

    // ---- truncation: mm/truncate.c, mm/filemap.c and what they call ----

    /// `mapping_empty(mapping)`.
    ask MappingEmpty = mapping_empty(mapping: Mapping) -> bool;
    /// `shmem_mapping(mapping)`.
    ask ShmemMapping = shmem_mapping(mapping: Mapping) -> bool;
    /// `find_lock_entries(mapping, &start, end, &fbatch, indices)`: how many it found.
    effect FindLockEntries = find_lock_entries(mapping: Mapping, start: u64, end: u64) -> u32;
    /// `find_get_entries(mapping, &start, end, &fbatch, indices)`: how many it found.
    effect FindGetEntries = find_get_entries(mapping: Mapping, start: u64, end: u64) -> u32;
    /// `filemap_get_folios(mapping, &start, end, &fbatch)`: how many it found.
    effect FilemapGetFolios = filemap_get_folios(mapping: Mapping, start: u64, end: u64) -> u32;
    /// `start`, as the last find left it.
    read FoundNext = found_next() -> u64;
    /// `folio_batch_count(&fbatch)`.
    read FbatchCount = fbatch_count() -> u32;
    /// `fbatch.folios[i]`.
    read FbatchEntry = fbatch_entry(i: u32) -> Entry;
    /// `indices[i]`.
    read FbatchIndex = fbatch_index(i: u32) -> u64;
    /// `truncate_folio_batch_exceptionals(mapping, &fbatch, indices)`: drops shadow entries.
    effect TruncateFolioBatchExceptionals = truncate_folio_batch_exceptionals(mapping: Mapping);
    /// `folio_batch_remove_exceptionals(&fbatch)`.
    effect FolioBatchRemoveExceptionals = folio_batch_remove_exceptionals();
    /// `delete_from_page_cache_batch(mapping, &fbatch)`.
    effect DeleteFromPageCacheBatch = delete_from_page_cache_batch(mapping: Mapping);
    /// `folio_batch_release(&fbatch)`: puts every folio in it.
    effect FolioBatchRelease = folio_batch_release();
    /// `check_move_unevictable_folios(&fbatch)`.
    effect CheckMoveUnevictableFolios = check_move_unevictable_folios();
    /// `__filemap_get_folio(mapping, index, FGP_LOCK, 0)`: the locked folio, with a reference.
    effect FilemapGetFolio = __filemap_get_folio(mapping: Mapping, index: u64) -> Option<Folio>;
    /// `shmem_get_partial_folio(inode, index)`: the same, swapping it in if need be.
    effect ShmemGetPartialFolio = shmem_get_partial_folio(mapping: Mapping, index: u64) -> Option<Folio>;
    /// `folio_wait_writeback(folio)`.
    effect FolioWaitWriteback = folio_wait_writeback(folio: Folio);
    /// `folio_zero_range(folio, offset, length)`: the CPU writes zeroes, in bytes of the folio.
    effect FolioZeroRange = folio_zero_range(folio: Folio, offset: u32, length: u32);
    /// `folio_invalidate(folio, offset, length)`, in bytes of the folio.
    effect FolioInvalidate = folio_invalidate(folio: Folio, offset: u64, length: u64);
    /// `split_folio(folio)`; 0 if it was split.
    effect SplitFolio = split_folio(folio: Folio) -> i32;
    /// `try_to_unmap(folio, TTU_SYNC | TTU_SPLIT_HUGE_PMD | TTU_IGNORE_MLOCK)`: v6.12.
    effect TryToUnmap = try_to_unmap(folio: Folio);
    /// `unmap_mapping_folio(folio)`.
    effect UnmapMappingFolio = unmap_mapping_folio(folio: Folio);
    /// `folio_cancel_dirty(folio)`.
    effect FolioCancelDirty = folio_cancel_dirty(folio: Folio);
    /// `folio_clear_mappedtodisk(folio)`.
    effect FolioClearMappedtodisk = folio_clear_mappedtodisk(folio: Folio);
    /// `filemap_remove_folio(folio)`: takes it out of the page cache.
    effect FilemapRemoveFolio = filemap_remove_folio(folio: Folio);
    /// `folio_mark_dirty(folio)`.
    effect FolioMarkDirty = folio_mark_dirty(folio: Folio);
    /// `shmem_recalc_inode(inode, 0, 0)`.
    effect ShmemRecalcInode = shmem_recalc_inode(mapping: Mapping);

    // ---- SHM_LOCK: mm/shmem.c ----

    /// `SHMEM_I(inode)->flags & VM_LOCKED`.
    read ShmemVmLocked = shmem_vm_locked(mapping: Mapping) -> bool;
    /// Sets or clears `VM_LOCKED` in `SHMEM_I(inode)->flags`.
    effect SetShmemVmLocked = set_shmem_vm_locked(mapping: Mapping, locked: bool);
    /// `user_shm_lock(inode->i_size, ucounts)`: charges RLIMIT_MEMLOCK.
    effect UserShmLock = user_shm_lock(mapping: Mapping) -> bool;
    /// `user_shm_unlock(inode->i_size, ucounts)`.
    effect UserShmUnlock = user_shm_unlock(mapping: Mapping);

    // ---- guest_memfd: virt/kvm/guest_memfd.c and what it calls ----

    /// `get_unused_fd_flags(0)`.
    effect GetUnusedFd = get_unused_fd_flags() -> i32;
    /// `kzalloc(sizeof(struct kvm_gmem))`; false if there is no memory.
    effect KzallocGmem = kzalloc_gmem() -> bool;
    /// `anon_inode_create_getfile("[kvm-gmem]", ...)`; 0 or an errno.
    effect AnonInodeCreateGetfile = anon_inode_create_getfile(mapping: Mapping) -> i32;
    /// `file->f_mapping == inode->i_mapping`.
    read FileMappingIsInodes = file_mapping_is_inodes(mapping: Mapping) -> bool;
    /// `i_private`, `i_op`, `a_ops`: the inode becomes a guest_memfd's.
    effect GmemSetOps = gmem_set_ops(mapping: Mapping, flags: u64);
    /// `inode->i_mode |= S_IFREG` and `inode->i_size = size`.
    effect GmemSetModeAndSize = gmem_set_mode_and_size(mapping: Mapping, size: i64);
    /// `mapping_set_gfp_mask(mapping, GFP_HIGHUSER)`.
    effect MappingSetGfpMask = mapping_set_gfp_mask(mapping: Mapping);
    /// `kvm_get_kvm(kvm)` and the binding of the new gmem to it.
    effect KvmGetKvm = kvm_get_kvm();
    /// `list_add(&gmem->entry, &mapping->i_private_list)`.
    effect GmemListAdd = gmem_list_add(mapping: Mapping);
    /// `fd_install(fd, file)`.
    effect FdInstall = fd_install(fd: i32);
    /// `kfree(gmem)`.
    effect KfreeGmem = kfree_gmem();
    /// `put_unused_fd(fd)`.
    effect PutUnusedFd = put_unused_fd(fd: i32);
    /// How many gmems `mapping->i_private_list` holds.
    read GmemListLen = gmem_list_len(mapping: Mapping) -> u32;
    /// `filemap_invalidate_lock(mapping)`.
    effect FilemapInvalidateLock = filemap_invalidate_lock(mapping: Mapping);
    /// `filemap_invalidate_unlock(mapping)`.
    effect FilemapInvalidateUnlock = filemap_invalidate_unlock(mapping: Mapping);
    /// `filemap_invalidate_lock_shared(mapping)`.
    effect FilemapInvalidateLockShared = filemap_invalidate_lock_shared(mapping: Mapping);
    /// `filemap_invalidate_unlock_shared(mapping)`.
    effect FilemapInvalidateUnlockShared = filemap_invalidate_unlock_shared(mapping: Mapping);
    /// `kvm_gmem_invalidate_begin(gmem, start, end)`: unmaps the pages from the guest.
    effect KvmGmemInvalidateBegin = kvm_gmem_invalidate_begin(gmem: u32, start: u64, end: u64);
    /// `kvm_gmem_invalidate_end(gmem, start, end)`.
    effect KvmGmemInvalidateEnd = kvm_gmem_invalidate_end(gmem: u32, start: u64, end: u64);

    // ---- WARN, BUG and the watchdog ----

    /// A WARN fired.
    effect Warn = warn(site: Site);
    /// A BUG fired, or the kernel faulted; the function ends.
    effect Bug = bug(site: Site);
    /// The watchdog's verdict on a loop.
    read SoftLockup = soft_lockup() -> bool;
}

impl Call {
    /// What the call is to C.
    #[inline(always)]
    pub const fn kind(&self) -> Kind {
        self.id().kind()
    }

    /// The first folio among the arguments: the one that the call is about.
    pub fn folio(&self) -> Option<Folio> {
        self.first(|arg| arg.folio())
    }

    /// The page that the call is about.
    pub fn page(&self) -> Option<Page> {
        self.first(|arg| arg.page())
    }

    /// The mapping that the call is about.
    pub fn mapping(&self) -> Option<Mapping> {
        self.first(|arg| arg.mapping())
    }

    fn first<T: Copy>(&self, pick: impl Fn(&dyn Arg) -> Option<T>) -> Option<T> {
        let mut found = None;
        self.each_arg(&mut |_, arg| found = found.or_else(|| pick(arg)));
        found
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.id().name())?;
        let mut result = Ok(());
        let mut comma = "";
        self.each_arg(&mut |_, arg| {
            if result.is_ok() {
                result = f.write_str(comma).and_then(|()| arg.show(f));
            }
            comma = ", ";
        });
        result?;
        f.write_str(")")
    }
}
