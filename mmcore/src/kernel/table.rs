// SPDX-License-Identifier: GPL-2.0-only
//! The list of everything that a ported function can ask of the kernel or do to it.
//!
//! One row a helper; what a row says, and how, is in [`row`](super::row). From the rows come the enum,
//! the methods of [`Kernel`](super::Kernel), the doors of the kernel's C, and everything that prints,
//! names, classes or compares calls.

use super::row::Domain::{Bits, Count, Errno, Mode, Order, TargetOrder, UpTo};
use super::row::Lasts::{Always, Each, Locked, LockedFalls, LockedRises, OffLru, Race, Referenced};
use super::row::{Derived, Door, Row};
use super::value::{Arg, Entry, Folio, IsolateMode, Lruvec, Mapping, MigrateMode, NodeStat, Page};
use super::{Kind, Site, Word};
use crate::errno::{EAGAIN, EBUSY, EHWPOISON, EIO, EMFILE, ENOMEM, ENOSPC};
use crate::{COMPACT_CLUSTER_MAX, Function, PAGEVEC_SIZE};
use core::fmt;

/// What a batch has room for.
const BATCH: u64 = PAGEVEC_SIZE as u64;

calls! {
    mark Enter = enter(function: Function) { "the function begins" }
    /// The function whose [`Enter`](Call::Enter) is still open ends.
    mark Leave = leave() { "the function returns" }

    // ---- mapping->flags, a_ops and host: include/linux/fs.h ----
    read TestBit = test_bit(mapping: Mapping, nr: u32) -> bool {
        shim: "test_bit(nr, &mapping->flags)", "do the file's flags have this bit?", lasts: Race
    }
    read FlagsAnd = flags_and(mapping: Mapping, mask: u64) -> u64 {
        shim: "mapping->flags & mask", "do the file's flags have any bit of this mask?",
        answer: Bits, lasts: Race
    }
    effect SetBit = set_bit(mapping: Mapping, nr: u32) {
        shim: "set_bit(nr, &mapping->flags)", "marks the file, and leaves other bits to others:"
    }
    effect ClearBit = clear_bit(mapping: Mapping, nr: u32) {
        shim: "clear_bit(nr, &mapping->flags)", "takes the mark off the file:"
    }
    effect TestAndClearBit = test_and_clear_bit(mapping: Mapping, nr: u32) -> bool {
        shim: "test_and_clear_bit(nr, &mapping->flags)",
        "takes the mark off; who does so first may report it:"
    }
    effect StoreFlags = store_flags(mapping: Mapping, clear: u64, set: u64) {
        shim: "mapping->flags = (mapping->flags & ~clear) | set",
        "marks the file, and would lose what others mark meanwhile:"
    }
    read HasHost = has_host(mapping: Mapping) -> bool {
        shim: "mapping->host != NULL", "is there an inode, and so a superblock that can be told?",
        lasts: Always
    }
    read HasMigrateFolio = has_migrate_folio(mapping: Mapping) -> bool {
        shim: "mapping->a_ops->migrate_folio != NULL", "can the filesystem move its folios itself?",
        lasts: Always
    }
    read HasWritepage = has_writepage(mapping: Mapping) -> bool {
        shim: "mapping->a_ops->writepage != NULL", "can a single folio be written back?",
        lasts: Always
    }

    // ---- write-back errors: mm/filemap.c, lib/errseq.c ----
    effect FilemapSetWbErr = __filemap_set_wb_err(mapping: Mapping, err: i32) {
        "records the error for everyone who has the file open"
    }
    effect ErrseqSetSb = errseq_set_sb(mapping: Mapping, err: i32) {
        shim: "errseq_set(&mapping->host->i_sb->s_wb_err, err)", "records it for syncfs, too"
    }
    ask ErrseqCheck = errseq_check(mapping: Mapping) -> i32 {
        shim: "errseq_check(&mapping->wb_err, READ_ONCE(file->f_wb_err))",
        "is there an error that this open file has not heard of?",
        answer: Errno(&[(EIO, "mapping_set_error"), (ENOSPC, "mapping_set_error")]), lasts: Each
    }
    effect LockFile = spin_lock_f_lock(mapping: Mapping) {
        shim: "spin_lock(&file->f_lock)", "only one fsync of this open file may report it"
    }
    effect ErrseqCheckAndAdvance = errseq_check_and_advance(mapping: Mapping) -> i32 {
        shim: "errseq_check_and_advance(&mapping->wb_err, &file->f_wb_err)",
        "takes the error, so that it is reported once",
        answer: Errno(&[(EIO, "mapping_set_error"), (ENOSPC, "mapping_set_error")])
    }
    effect UnlockFile = spin_unlock_f_lock(mapping: Mapping) {
        shim: "spin_unlock(&file->f_lock)", "the next fsync may look"
    }

    // ---- scan controls: struct compact_control, mm/internal.h ----
    read CcMode = cc_mode() -> MigrateMode {
        c: "cc->mode", "may the scan wait, and for what?", answer: Mode
    }
    /// -1 asks for the compaction of everything.
    read CcOrder = cc_order() -> i32 {
        c: "cc->order", "how large is the block that somebody needs?", answer: TargetOrder
    }
    read CcGfpFs = cc_gfp_fs() -> bool {
        shim: "cc->gfp_mask & __GFP_FS",
        "may reclaim call into filesystems, or would that deadlock?"
    }
    read CcDirectCompaction = cc_direct_compaction() -> bool {
        c: "cc->direct_compaction", "does an allocation wait for this very scan?"
    }
    read CcAllocContig = cc_alloc_contig() -> bool {
        c: "cc->alloc_contig", "must this exact range be emptied, whatever is in it?"
    }
    read CcIgnoreSkipHint = cc_ignore_skip_hint() -> bool {
        c: "cc->ignore_skip_hint", "should blocks that failed lately be tried again?"
    }
    read CcNoSetSkipHint = cc_no_set_skip_hint() -> bool {
        c: "cc->no_set_skip_hint", "should this scan leave no hints for the next one?"
    }
    read CcFinishPageblock = cc_finish_pageblock() -> bool {
        c: "cc->finish_pageblock", "should the block be scanned to its end?"
    }
    read CcContended = cc_contended() -> bool {
        c: "cc->contended", "has somebody been waiting for what the scan holds?"
    }
    effect SetCcContended = set_cc_contended() {
        c: "cc->contended = true", "notes that the scan is in somebody's way"
    }
    read CcNrMigratepages = cc_nr_migratepages() -> u32 {
        c: "cc->nr_migratepages", "how many pages are on the list to be moved?",
        answer: UpTo(COMPACT_CLUSTER_MAX)
    }
    effect SetCcNrMigratepages = set_cc_nr_migratepages(nr: u32) {
        c: "cc->nr_migratepages = nr", "counts what is on the list to be moved"
    }
    effect SetCcMigratePfn = set_cc_migrate_pfn(pfn: u64) {
        shim: "cc->migrate_pfn = pfn", "says where the scan starts, or is to go on"
    }
    effect AddTotalMigrateScanned = add_total_migrate_scanned(nr: u64) {
        c: "cc->total_migrate_scanned += nr",
        "counts the scan's work, to weigh it against its yield"
    }
    read IsolateModeHas = isolate_mode_has(mode: IsolateMode, bits: IsolateMode) -> bool {
        own: "mode & bits", "may this scan take such pages?"
    }
    read ZoneStartPfn = zone_start_pfn() -> u64 {
        c: "zone->zone_start_pfn", "is this the first page frame that the zone has?"
    }
    read CachedMigratePfn = cached_migrate_pfn(sync: u32) -> u64 {
        c: "zone->compact_cached_migrate_pfn[sync]", "from where would the next compaction start?",
        lasts: Race
    }
    effect SetCachedMigratePfn = set_cached_migrate_pfn(sync: u32, pfn: u64) {
        c: "zone->compact_cached_migrate_pfn[sync] = pfn",
        "lets the next compaction start behind this block"
    }

    // ---- around the scan: mm/compaction.c and what it calls ----
    ask NodePageState = node_page_state(item: NodeStat) -> u64 {
        c: "node_page_state(pgdat, item)",
        "how much of the node's memory is isolated, and how much is not?"
    }
    effect WakeThrottleIsolated = wake_throttle_isolated() {
        c: "wake_throttle_isolated(pgdat)", "few enough are isolated: whoever waited may go on"
    }
    effect ReclaimThrottle = reclaim_throttle() {
        shim: "reclaim_throttle(pgdat, VMSCAN_THROTTLE_ISOLATED)",
        "too many are isolated: sleeps until some are put back"
    }
    ask FatalSignalPending = fatal_signal_pending() -> bool {
        shim: "fatal_signal_pending(current)",
        "has the task been killed? Then nobody wants the result"
    }
    effect CondResched = cond_resched() {
        shim: "cond_resched()", "lets another task run, if one wants to"
    }
    ask GetPageblockSkip = get_pageblock_skip(page: Page) -> bool {
        "did a scan find nothing in this block lately?"
    }
    effect SetPageblockSkip = set_pageblock_skip(page: Page) {
        "tells the next scans to pass this block by"
    }
    ask PageblockPfnToPage = pageblock_pfn_to_page(start_pfn: u64, end_pfn: u64) -> bool {
        shim: "pageblock_pfn_to_page(start_pfn, end_pfn, zone) != NULL",
        "does the block lie in this zone, without a hole?", lasts: Each
    }
    effect SpinTrylockLru = spin_trylock_irqsave(lruvec: Lruvec) -> bool {
        shim: "spin_trylock_irqsave(&lruvec->lru_lock, flags)",
        "takes the LRU lock if it is free; else the scan is contended"
    }
    effect SpinLockLru = spin_lock_irqsave(lruvec: Lruvec) {
        shim: "spin_lock_irqsave(&lruvec->lru_lock, flags)",
        "takes the lock of the folio's LRU list"
    }
    effect UnlockLru = unlock_page_lruvec_irqrestore(lruvec: Lruvec) {
        shim: "unlock_page_lruvec_irqrestore(lruvec, flags)",
        "drops the LRU lock, before sleeping, putting or another list",
        names: &["lruvec_unlock_irqrestore"]
    }
    effect IsolateOrDissolveHugePage = isolate_or_dissolve_huge_page(page: Page) -> i32 {
        c: "isolate_or_dissolve_huge_page(page, &cc->migratepages)",
        "takes the hugetlb page off its list, or gives it back",
        answer: Errno(&[(EBUSY, "isolate_hugetlb"), (ENOMEM, "alloc_and_dissolve_hugetlb_folio")])
    }
    effect IsolateMovablePage = isolate_movable_page(page: Page, mode: IsolateMode) -> bool {
        "asks the driver to let go of its page", names: &["isolate_movable_ops_page"]
    }
    effect LruvecDelFolio = lruvec_del_folio(lruvec: Lruvec, folio: Folio) {
        "takes the folio off its LRU list: it is the scan's now"
    }
    effect NodeStatModFolio = node_stat_mod_folio(folio: Folio, item: NodeStat, nr: i64) {
        "counts the folio's pages as isolated, by their kind"
    }
    effect ListAdd = list_add(folio: Folio) {
        shim: "list_add(&folio->lru, &cc->migratepages)",
        "puts the folio on the list of what is to be moved"
    }
    effect PutbackMovablePages = putback_movable_pages() {
        c: "putback_movable_pages(&cc->migratepages)",
        "gives everything back: a block with a hole is of no use"
    }
    effect TraceIsolate = trace_mm_compaction_isolate_migratepages(
        start_pfn: u64, end_pfn: u64, nr_scanned: u64, nr_taken: u64,
    ) {
        "tells the tracepoint what was scanned and what taken"
    }
    effect CountCompactIsolated = count_compact_events(nr: u64) {
        c: "count_compact_events(COMPACTISOLATED, nr)", "counts the isolated pages in /proc/vmstat"
    }

    // ---- pages, read without a reference: include/linux/page-flags.h, mm.h, mm/internal.h ----
    ask PageHuge = page_huge(page: Page) -> bool {
        c: "PageHuge(page)", "is it a hugetlb page? It has no LRU and its own rules"
    }
    ask CompoundOrder = compound_order(page: Page) -> u32 {
        "how large is the compound page, if it is one still?", answer: Order
    }
    ask CompoundNr = compound_nr(page: Page) -> u64 {
        "how many page frames to pass over, if it is one still?";
        from (compound_order: u32) 1u64.wrapping_shl(compound_order)
    }
    ask PageBuddy = page_buddy(page: Page) -> bool { c: "PageBuddy(page)", "is it free already?" }
    ask BuddyOrderUnsafe = buddy_order_unsafe(page: Page) -> u64 {
        "how large is the free block? Without a lock: it may be garbage", answer: Order
    }
    ask PageCompound = page_compound(page: Page) -> bool {
        c: "PageCompound(page)", "is it part of something larger?"
    }
    ask PageLru = page_lru(page: Page) -> bool {
        c: "PageLRU(page)", "is it on an LRU list, so user memory or page cache?"
    }
    ask PageMovable = __page_movable(page: Page) -> bool {
        c: "__PageMovable(page)", "no LRU page: has a driver said that it can move it?",
        names: &["page_has_movable_ops"]
    }
    ask PageIsolated = page_isolated(page: Page) -> bool {
        c: "PageIsolated(page)", "has somebody else isolated the driver's page?",
        names: &["PageMovableOpsIsolated"]
    }
    ask PageFolio = page_folio(page: Page) -> Folio { "which folio does the page belong to?" }
    effect FolioGetNontailPage = folio_get_nontail_page(page: Page) -> Option<Folio> {
        "takes a reference, unless the page is a tail or being freed"
    }

    // ---- folios: include/linux/page-flags.h, mm.h, page_ref.h, pagemap.h ----
    /// `NULL` for an anonymous folio that is not in the swap cache.
    ask FolioMapping = folio_mapping(folio: Folio) -> Option<Mapping> {
        "whose page cache is it in? Unstable unless the folio is locked", lasts: Locked
    }
    /// As it stands, with the bits that say what it points to.
    read RawMapping = raw_mapping(folio: Folio) -> Option<Mapping> {
        c: "folio->mapping", "which mapping does it claim to be in?", lasts: Locked
    }
    effect ClearMapping = clear_mapping(folio: Folio) {
        c: "folio->mapping = NULL", "the old folio belongs to nobody any more"
    }
    read FolioIndex = folio_index(folio: Folio) -> u64 {
        c: "folio->index", "at which page of its file does it begin?", lasts: Locked
    }
    ask FolioPos = folio_pos(folio: Folio) -> i64 {
        "at which byte of its file does it begin?";
        from (folio_index: u64) (folio_index << PAGE_SHIFT) as i64
    }
    ask FolioSize = folio_size(folio: Folio) -> u64 {
        "how many bytes is it long?"; from (folio_order: u32) PAGE_SIZE << folio_order
    }
    ask FolioOrder = folio_order(folio: Folio) -> u32 {
        "how large is it, now that the reference keeps it so?", answer: Order, lasts: Referenced
    }
    ask FolioNrPages = folio_nr_pages(folio: Folio) -> u64 {
        "how many pages is it?"; from (folio_order: u32) 1 << folio_order
    }
    ask FolioNextIndex = folio_next_index(folio: Folio) -> u64 {
        "which page of the file comes after it?";
        from (folio_index: u64, folio_nr_pages: u64) folio_index.wrapping_add(folio_nr_pages)
    }
    ask FolioContains = folio_contains(folio: Folio, index: u64) -> bool {
        "is it still where it was found?", lasts: Each
    }
    ask FolioTestLarge = folio_test_large(folio: Folio) -> bool {
        "is it more than a page, so that it can be split?"; from (folio_order: u32) folio_order > 0
    }
    ask FolioRefCount = folio_ref_count(folio: Folio) -> i32 { "how many refer to it?" }
    ask FolioMapcount = folio_mapcount(folio: Folio) -> i32 {
        "how many of those are page tables?", answer: Count
    }
    ask FolioMapped = folio_mapped(folio: Folio) -> bool { "does any page table map it?" }
    ask FolioTestLru = folio_test_lru(folio: Folio) -> bool {
        "is it still on an LRU list, now that it cannot be freed?", lasts: OffLru
    }
    effect FolioTestClearLru = folio_test_clear_lru(folio: Folio) -> bool {
        "claims it: only one may take it off its list"
    }
    effect FolioSetLru = folio_set_lru(folio: Folio) { "gives the claim back: it stays listed" }
    ask FolioTestUnevictable = folio_test_unevictable(folio: Folio) -> bool {
        "is it kept from reclaim, so by mlock or by its mapping?"
    }
    ask FolioTestMlocked = folio_test_mlocked(folio: Folio) -> bool { "does somebody mlock it?" }
    ask FolioTestWriteback = folio_test_writeback(folio: Folio) -> bool {
        "is it being written to the disk?", lasts: LockedFalls
    }
    ask FolioTestDirty = folio_test_dirty(folio: Folio) -> bool {
        "is there something in it that no disk has?", lasts: LockedRises
    }
    ask FolioTestLocked = folio_test_locked(folio: Folio) -> bool {
        "does the caller hold the folio lock, as it must?"
    }
    ask FolioTestAnon = folio_test_anon(folio: Folio) -> bool { "is it anonymous?", lasts: Always }
    ask FolioHasPrivate = folio_has_private(folio: Folio) -> bool {
        "has the filesystem something attached to it?", lasts: Locked
    }
    ask FolioIsFileLru = folio_is_file_lru(folio: Folio) -> bool {
        "does it count as file or as anonymous memory?", lasts: Always
    }
    ask FolioIsZoneDevice = folio_is_zone_device(folio: Folio) -> bool {
        "is it a device's memory, which needs no flush?", lasts: Always
    }
    ask FolioLruvec = folio_lruvec(folio: Folio) -> Lruvec { "which LRU list, so which lock?" }
    effect FolioTrylock = folio_trylock(folio: Folio) -> bool {
        "takes the folio lock without waiting: it keeps truncation off"
    }
    effect FolioLock = folio_lock(folio: Folio) { "waits for the folio lock" }
    effect FolioUnlock = folio_unlock(folio: Folio) {
        "drops the folio lock; whoever waited for it goes ahead"
    }
    effect FolioPut = folio_put(folio: Folio) { "drops the reference; the last frees the folio" }
    effect RcuReadLock = rcu_read_lock() { "keeps the mapping from being freed while it is read" }
    effect RcuReadUnlock = rcu_read_unlock() { "from here on the mapping may go" }

    // ---- migration: mm/migrate.c and what it calls ----
    /// `folio->mapping` carries PAGE_MAPPING_MOVABLE.
    ask FolioTestMovableFlag = __folio_test_movable(folio: Folio) -> bool {
        "is it a driver's page and no LRU folio?", lasts: Always
    }
    /// The above, and the driver has not released the page.
    ask FolioTestMovable = folio_test_movable(folio: Folio) -> bool {
        "does the driver still stand by its page?"
    }
    ask FolioTestIsolated = folio_test_isolated(folio: Folio) -> bool {
        "is it isolated, as every page that is moved must be?"
    }
    effect FolioClearIsolated = folio_clear_isolated(folio: Folio) {
        "the driver's page is not isolated any more"
    }
    /// Anonymous, KSM or movable.
    ask FolioMappingFlags = folio_mapping_flags(folio: Folio) -> bool {
        "is its mapping no mapping but a tagged pointer?", lasts: Always
    }
    effect MovableMigratePage = movable_migrate_page(
        dst: Folio, src: Folio, mode: MigrateMode,
    ) -> i32 {
        shim: "folio_movable_ops(src)->migrate_page(&dst->page, &src->page, mode)",
        "the driver moves its page", answer: Errno(&[(EAGAIN, "the driver"), (EBUSY, "the driver")])
    }
    effect CallMigrateFolio = call_migrate_folio(
        mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode,
    ) -> i32 {
        shim: "mapping->a_ops->migrate_folio(mapping, dst, src, mode)",
        "the filesystem moves its folio, or refuses",
        answer: Errno(&[(EAGAIN, "folio_migrate_mapping"), (EBUSY, "fallback_migrate_folio")])
    }
    effect CallWritepage = call_writepage(mapping: Mapping, folio: Folio) -> i32 {
        shim: "mapping->a_ops->writepage(&folio->page, &wbc)",
        "the filesystem starts to write the folio back", answer: Errno(&[(EIO, "the disk")])
    }
    /// Up to post-fix.
    effect FolioMigrateMapping = folio_migrate_mapping(
        mapping: Option<Mapping>, dst: Folio, src: Folio, extra_count: i32,
    ) -> i32 {
        "puts the new folio in the old one's place, if nobody else looks",
        answer: Errno(&[(EAGAIN, "folio_ref_freeze")])
    }
    /// From v6.12 on.
    effect FolioMigrateMappingExpected = __folio_migrate_mapping(
        mapping: Option<Mapping>, dst: Folio, src: Folio, expected_count: i32,
    ) -> i32 {
        "the same, with the references counted before",
        answer: Errno(&[(EAGAIN, "folio_ref_freeze")])
    }
    /// From v6.12 on.
    ask FolioExpectedRefCount = folio_expected_ref_count(folio: Folio) -> i32 {
        "how many references can be accounted for?"
    }
    /// Up to post-fix.
    effect FolioMigrateCopy = folio_migrate_copy(dst: Folio, src: Folio) {
        "copies the bytes and the flags"
    }
    effect FolioMigrateFlags = folio_migrate_flags(dst: Folio, src: Folio) {
        "copies the flags alone; the bytes are somebody else's job"
    }
    /// From v6.12 on.
    effect FolioMcCopy = folio_mc_copy(dst: Folio, src: Folio) -> i32 {
        "copies the bytes, and survives poison in them",
        answer: Errno(&[(EHWPOISON, "copy_mc_highpage")])
    }
    effect FolioClearDirtyForIo = folio_clear_dirty_for_io(folio: Folio) -> bool {
        "is it still dirty? Then it is clean from here on"
    }
    effect RemoveMigrationPtes = remove_migration_ptes(folio: Folio) {
        shim: "remove_migration_ptes(folio, folio, 0)", "lets page tables point to the old folio again"
    }
    effect FilemapReleaseFolio = filemap_release_folio(folio: Folio) -> bool {
        c: "filemap_release_folio(folio, GFP_KERNEL)",
        "will the filesystem give up what it has attached?"
    }
    effect FlushDcacheFolio = flush_dcache_folio(folio: Folio) {
        "makes the copy visible through every alias"
    }

    // ---- truncation: mm/truncate.c, mm/filemap.c and what they call ----
    ask MappingEmpty = mapping_empty(mapping: Mapping) -> bool {
        "is there anything in the page cache at all?", lasts: Each
    }
    ask ShmemMapping = shmem_mapping(mapping: Mapping) -> bool {
        "is it tmpfs, which must not be unmapped here?", lasts: Always
    }
    effect FindLockEntries = find_lock_entries(mapping: Mapping, start: u64, end: u64) -> u32 {
        shim: "find_lock_entries(mapping, &start, end, &fbatch, indices)",
        "locks the next whole folios that it need not wait for", answer: UpTo(BATCH)
    }
    effect FindGetEntries = find_get_entries(mapping: Mapping, start: u64, end: u64) -> u32 {
        shim: "find_get_entries(mapping, &start, end, &fbatch, indices)",
        "finds what is left, and will wait for each", answer: UpTo(BATCH)
    }
    effect FilemapGetFolios = filemap_get_folios(mapping: Mapping, start: u64, end: u64) -> u32 {
        shim: "filemap_get_folios(mapping, &start, end, &fbatch)", "finds the next folios",
        answer: UpTo(BATCH)
    }
    read FoundNext = found_next() -> u64 { own: "start", "where does the search go on?" }
    read FbatchCount = fbatch_count() -> u32 {
        own: "folio_batch_count(&fbatch)", "how many were found?", answer: UpTo(BATCH)
    }
    read FbatchEntry = fbatch_entry(i: u32) -> Entry {
        own: "fbatch.folios[i]", "a folio, or a shadow of one?"
    }
    read FbatchIndex = fbatch_index(i: u32) -> u64 { own: "indices[i]", "at which page was it?" }
    effect TruncateFolioBatchExceptionals = truncate_folio_batch_exceptionals(mapping: Mapping) {
        c: "truncate_folio_batch_exceptionals(mapping, &fbatch, indices)",
        "drops shadow entries from the page cache"
    }
    effect FolioBatchRemoveExceptionals = folio_batch_remove_exceptionals() {
        c: "folio_batch_remove_exceptionals(&fbatch)", "shadow entries have no reference to put"
    }
    effect DeleteFromPageCacheBatch = delete_from_page_cache_batch(mapping: Mapping) {
        c: "delete_from_page_cache_batch(mapping, &fbatch)",
        "takes all of them out of the page cache at once"
    }
    effect FolioBatchRelease = folio_batch_release() {
        c: "folio_batch_release(&fbatch)", "drops the references that the search took"
    }
    effect CheckMoveUnevictableFolios = check_move_unevictable_folios() {
        c: "check_move_unevictable_folios(&fbatch)",
        "puts folios that are evictable again where reclaim looks"
    }
    effect FilemapGetFolio = __filemap_get_folio(mapping: Mapping, index: u64) -> Option<Folio> {
        shim: "__filemap_get_folio(mapping, index, FGP_LOCK, 0)",
        "the folio that holds this edge of the range, locked"
    }
    effect ShmemGetPartialFolio = shmem_get_partial_folio(
        mapping: Mapping, index: u64,
    ) -> Option<Folio> {
        c: "shmem_get_partial_folio(inode, index)", "the same, brought back from swap if need be"
    }
    effect FolioWaitWriteback = folio_wait_writeback(folio: Folio) {
        "waits: a folio on its way to the disk must not change"
    }
    /// In bytes of the folio.
    effect FolioZeroRange = folio_zero_range(folio: Folio, offset: u32, length: u32) {
        "the CPU zeroes the truncated part: nobody reads it again"
    }
    /// In bytes of the folio.
    effect FolioInvalidate = folio_invalidate(folio: Folio, offset: u64, length: u64) {
        "tells the filesystem which part is gone"
    }
    effect SplitFolio = split_folio(folio: Folio) -> i32 {
        "tries to free the truncated pages of a large folio",
        answer: Errno(&[(EAGAIN, "extra references"), (EBUSY, "under write-back, or truncated")])
    }
    /// From v6.12 on.
    effect TryToUnmap = try_to_unmap(folio: Folio) {
        c: "try_to_unmap(folio, TTU_SYNC | TTU_SPLIT_HUGE_PMD | TTU_IGNORE_MLOCK)",
        "it could not be split: no page table may see the gone part"
    }
    effect UnmapMappingFolio = unmap_mapping_folio(folio: Folio) {
        "no page table may see a folio that goes"
    }
    effect FolioCancelDirty = folio_cancel_dirty(folio: Folio) {
        "what is truncated need not be written back"
    }
    effect FolioClearMappedtodisk = folio_clear_mappedtodisk(folio: Folio) {
        "its blocks on the disk are gone, too"
    }
    effect FilemapRemoveFolio = filemap_remove_folio(folio: Folio) {
        "takes the folio out of the page cache"
    }
    effect FolioMarkDirty = folio_mark_dirty(folio: Folio) {
        "tmpfs must not lose the part that stays"
    }
    effect ShmemRecalcInode = shmem_recalc_inode(mapping: Mapping) {
        shim: "shmem_recalc_inode(inode, 0, -nr_swaps_freed)",
        "settles tmpfs's account of its blocks"
    }

    // ---- SHM_LOCK: mm/shmem.c ----
    read ShmemVmLocked = shmem_vm_locked(mapping: Mapping) -> bool {
        shim: "SHMEM_I(inode)->flags & VM_LOCKED", "is the segment locked already?"
    }
    effect SetShmemVmLocked = set_shmem_vm_locked(mapping: Mapping, locked: bool) {
        shim: "SHMEM_I(inode)->flags |= VM_LOCKED", "notes whether SHM_LOCK is in force"
    }
    effect UserShmLock = user_shm_lock(mapping: Mapping) -> bool {
        shim: "user_shm_lock(inode->i_size, ucounts)",
        "charges RLIMIT_MEMLOCK; may it be that much?"
    }
    effect UserShmUnlock = user_shm_unlock(mapping: Mapping) {
        shim: "user_shm_unlock(inode->i_size, ucounts)", "gives the charge back"
    }

    // ---- guest_memfd: virt/kvm/guest_memfd.c and what it calls ----
    effect GetUnusedFd = get_unused_fd_flags() -> i32 {
        c: "get_unused_fd_flags(0)", "reserves a file descriptor",
        answer: Errno(&[(EMFILE, "alloc_fd")])
    }
    effect KzallocGmem = kzalloc_gmem() -> bool {
        shim: "kzalloc(sizeof(struct kvm_gmem), GFP_KERNEL) != NULL",
        "allocates what binds the file to its VM"
    }
    effect AnonInodeCreateGetfile = anon_inode_create_getfile(mapping: Mapping) -> i32 {
        shim: "anon_inode_create_getfile(\"[kvm-gmem]\", &kvm_gmem_fops, gmem, O_RDWR, NULL)",
        "makes the file and its inode", answer: Errno(&[(ENOMEM, "alloc_inode")])
    }
    read FileMappingIsInodes = file_mapping_is_inodes(mapping: Mapping) -> bool {
        shim: "file->f_mapping == inode->i_mapping",
        "is the file's mapping the one that will be marked?"
    }
    /// Stands for the stores to `i_private` and `i_op`, too.
    effect GmemSetOps = gmem_set_ops(mapping: Mapping, flags: u64) {
        shim: "inode->i_mapping->a_ops = &kvm_gmem_aops", "makes the inode a guest_memfd's"
    }
    /// Stands for `inode->i_mode |= S_IFREG`, too.
    effect GmemSetModeAndSize = gmem_set_mode_and_size(mapping: Mapping, size: i64) {
        shim: "inode->i_size = size", "a regular file, of a size that never changes"
    }
    effect MappingSetGfpMask = mapping_set_gfp_mask(mapping: Mapping) {
        c: "mapping_set_gfp_mask(mapping, GFP_HIGHUSER)", "its pages may come from high memory"
    }
    /// Stands for the binding of the new gmem to the VM, too.
    effect KvmGetKvm = kvm_get_kvm() { c: "kvm_get_kvm(kvm)", "the file keeps the VM alive" }
    effect GmemListAdd = gmem_list_add(mapping: Mapping) {
        shim: "list_add(&gmem->entry, &mapping->i_private_list)",
        "the inode knows who maps it into which guest"
    }
    effect FdInstall = fd_install(fd: i32) { shim: "fd_install(fd, file)", "users see the file" }
    effect KfreeGmem = kfree_gmem() { c: "kfree(gmem)", "undoes the allocation" }
    effect PutUnusedFd = put_unused_fd(fd: i32) { "gives the file descriptor back" }
    read GmemListLen = gmem_list_len(mapping: Mapping) -> u32 {
        own: "list_for_each_entry(gmem, &mapping->i_private_list, entry)", "which guests map it?",
        answer: Count
    }
    effect FilemapInvalidateLock = filemap_invalidate_lock(mapping: Mapping) {
        "no fault may bring pages back meanwhile"
    }
    effect FilemapInvalidateUnlock = filemap_invalidate_unlock(mapping: Mapping) {
        "faults may come again"
    }
    effect FilemapInvalidateLockShared = filemap_invalidate_lock_shared(mapping: Mapping) {
        "the pages must stay while the guests are told"
    }
    effect FilemapInvalidateUnlockShared = filemap_invalidate_unlock_shared(mapping: Mapping) {
        "the guests have been told"
    }
    effect KvmGmemInvalidateBegin = kvm_gmem_invalidate_begin(gmem: u32, start: u64, end: u64) {
        shim: "kvm_gmem_invalidate_begin(gmem, start, end)",
        "takes the pages from the guest before they go"
    }
    effect KvmGmemInvalidateEnd = kvm_gmem_invalidate_end(gmem: u32, start: u64, end: u64) {
        shim: "kvm_gmem_invalidate_end(gmem, start, end)", "the guest may fault again"
    }

    // ---- WARN, BUG and the watchdog ----
    effect Warn = warn(site: Site) { shim: "WARN_ON(...)", "something is wrong, and it goes on" }
    /// Or the kernel faulted. The function ends.
    effect Bug = bug(site: Site) { shim: "BUG_ON(...)", "so wrong that the thread stops" }
    /// The watchdog's verdict on a loop.
    read SoftLockup = soft_lockup() -> bool {
        own: "soft_lockup()", "has this loop run for too long? (C has no such question)"
    }
}
