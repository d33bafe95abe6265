// SPDX-License-Identifier: GPL-2.0-only
//! `isolate_migratepages_block`, cut where C's loop begins, repeats and ends.
//!
//! [`Scan`] is the function's local variables; [`Scan::begin`] is what C does before the loop,
//! [`Scan::step`] one turn of it, [`Scan::finish`] what comes after. Nothing else survives from one
//! turn to the next, so two scans with equal `Scan`s at the head of the loop, in equal kernels, go
//! on equally. The gotos are values: [`Target`] inside a turn, [`Exit`] out of the loop.

use super::{
    COMPACT_CLUSTER_MAX, block_end_pfn, compact_lock_irqsave, isolation_suitable,
    skip_isolation_on_order, test_and_set_skip, too_many_isolated, update_cached_migrate,
};
use crate::errno::{EAGAIN, EBUSY, EINTR, ENOMEM};
use crate::include::linux::pageblock_flags::pageblock_aligned;
use crate::{
    Folio, IsolateMode, Kernel, Lruvec, MAX_PAGE_ORDER, MigrateMode, NodeStat, Oops, Page, Revision,
};

/// The local variables of `isolate_migratepages_block` that live from turn to turn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Scan {
    /// The page frame to look at next.
    pub low_pfn: u64,
    /// One past the last page frame.
    pub end_pfn: u64,
    /// The first page frame.
    pub start_pfn: u64,
    /// What may be isolated.
    pub mode: IsolateMode,
    /// Page frames looked at or passed over.
    pub nr_scanned: u64,
    /// Pages isolated and not put back.
    pub nr_isolated: u64,
    /// The lruvec whose lock is held.
    pub locked: Option<Lruvec>,
    /// The first page of the pageblock, which carries its skip hint.
    pub valid_page: Option<Page>,
    /// A block in which one page cannot be isolated is given up as a whole.
    pub skip_on_failure: bool,
    /// The end of the block that is given up.
    pub next_skip_pfn: u64,
    /// The skip hint has been set under the lock.
    pub skip_updated: bool,
    /// The return value so far.
    pub ret: i32,
}

/// How the loop goes on after a turn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// There is another turn.
    Again,
    /// The loop ends.
    Exit(Exit),
}

/// How the loop ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Exit {
    /// By its condition, or a `break`.
    Done,
    /// `goto isolate_abort`, perhaps with a folio that was taken off the LRU flag already.
    Abort(Option<Folio>),
    /// `goto fatal_pending`: past the skip hint.
    FatalPending,
}

/// Where a turn goes after it has looked at its page.
enum Target {
    /// `continue`
    Continue,
    /// `goto isolate_success`
    Success(Folio),
    /// `goto isolate_success_no_list`
    SuccessNoList(Folio),
    /// `goto isolate_fail_put`
    FailPut(Folio),
    /// `goto isolate_fail`
    Fail,
    /// `goto isolate_abort`
    Abort(Option<Folio>),
}

impl Scan {
    /// Everything before the loop. `Ok(Err(errno))` is C's early return.
    ///
    /// # Errors
    /// [`Oops`] if throttling never ends.
    pub fn begin<K: Kernel>(
        k: &mut K,
        low_pfn: u64,
        end_pfn: u64,
        mode: IsolateMode,
    ) -> Result<Result<Scan, i32>, Oops> {
        k.set_cc_migrate_pfn(low_pfn);
        while too_many_isolated(k) {
            if k.cc_nr_migratepages() != 0 {
                return Ok(Err(-EAGAIN));
            }
            if k.cc_mode() == MigrateMode::Async {
                return Ok(Err(-EAGAIN));
            }
            k.reclaim_throttle();
            if k.fatal_signal_pending() {
                return Ok(Err(-EINTR));
            }
            k.watchdog()?;
        }
        k.cond_resched();

        let mut scan = Scan {
            low_pfn,
            end_pfn,
            start_pfn: low_pfn,
            mode,
            nr_scanned: 0,
            nr_isolated: 0,
            locked: None,
            valid_page: None,
            skip_on_failure: false,
            next_skip_pfn: 0,
            skip_updated: false,
            ret: 0,
        };
        if k.cc_direct_compaction() && k.cc_mode() == MigrateMode::Async {
            scan.skip_on_failure = true;
            scan.next_skip_pfn = block_end_pfn(low_pfn, k.cc_order());
        }
        Ok(Ok(scan))
    }

    /// One turn of the loop, its condition and increment included.
    pub fn step<R: Revision, K: Kernel>(&mut self, k: &mut K) -> Step {
        match self.top(k) {
            Some(exit) => Step::Exit(exit),
            None => self.bottom::<R, K>(k),
        }
    }

    /// A turn up to where it looks at the page: the loop's condition, and what may end the scan.
    pub fn top<K: Kernel>(&mut self, k: &mut K) -> Option<Exit> {
        if self.low_pfn >= self.end_pfn {
            return Some(Exit::Done);
        }
        self.head(k)
    }

    /// The rest of a turn: the page, what becomes of it, and the loop's increment.
    pub fn bottom<R: Revision, K: Kernel>(&mut self, k: &mut K) -> Step {
        self.nr_scanned = self.nr_scanned.wrapping_add(1);
        let page = Page(self.low_pfn);
        let stop = match self.look_at_page::<R, K>(k, page) {
            Target::Continue => false,
            Target::Success(folio) => {
                k.list_add(folio);
                self.isolated(k, folio)
            }
            Target::SuccessNoList(folio) => self.isolated(k, folio),
            Target::FailPut(folio) => {
                // A put may free the folio and take this very lock.
                self.unlock(k);
                k.folio_put(folio);
                self.failed(k)
            }
            Target::Fail => self.failed(k),
            Target::Abort(folio) => return Step::Exit(Exit::Abort(folio)),
        };
        if stop {
            return Step::Exit(Exit::Done);
        }
        self.low_pfn = self.low_pfn.wrapping_add(1);
        Step::Again
    }

    /// The top of a turn: the end of a block that must be whole, and the pause every 32 frames.
    fn head<K: Kernel>(&mut self, k: &mut K) -> Option<Exit> {
        if self.skip_on_failure && self.low_pfn >= self.next_skip_pfn {
            if self.nr_isolated != 0 {
                return Some(Exit::Done);
            }
            self.next_skip_pfn = block_end_pfn(self.low_pfn, k.cc_order());
        }
        if self.low_pfn.is_multiple_of(COMPACT_CLUSTER_MAX) {
            self.unlock(k);
            if k.fatal_signal_pending() {
                k.set_cc_contended();
                self.ret = -EINTR;
                return Some(Exit::FatalPending);
            }
            k.cond_resched();
        }
        None
    }

    /// The questions about the page, before there is a reference to it.
    fn look_at_page<R: Revision, K: Kernel>(&mut self, k: &mut K, page: Page) -> Target {
        if self.valid_page.is_none()
            && (pageblock_aligned(self.low_pfn) || self.low_pfn == k.zone_start_pfn())
        {
            if !isolation_suitable(k, page) {
                self.low_pfn = self.end_pfn;
                return Target::Abort(None);
            }
            self.valid_page = Some(page);
        }

        if k.page_huge(page)
            && let Some(target) = self.huge_page::<R, K>(k, page)
        {
            return target;
        }

        if k.page_buddy(page) {
            let freepage_order = k.buddy_order_unsafe(page);
            if freepage_order > 0 && freepage_order <= u64::from(MAX_PAGE_ORDER) {
                self.pass_over((1 << freepage_order) - 1);
            }
            return Target::Continue;
        }

        if k.page_compound(page) && !k.cc_alloc_contig() {
            let order = k.compound_order(page);
            if skip_isolation_on_order(order as i32, k.cc_order()) {
                if order <= MAX_PAGE_ORDER {
                    self.pass_over((1 << order) - 1);
                }
                return Target::Fail;
            }
        }

        if !k.page_lru(page) {
            return self.driver_page(k, page);
        }
        match k.folio_get_nontail_page(page) {
            Some(folio) => self.lru_folio::<R, K>(k, folio),
            None => Target::Fail,
        }
    }

    /// hugetlb: passed over, or for `alloc_contig_range` isolated or dissolved. `None`: dissolved,
    /// and now a free page.
    fn huge_page<R: Revision, K: Kernel>(&mut self, k: &mut K, page: Page) -> Option<Target> {
        let mut order_before = 0;
        if R::HUGE_ORDER_READ_FIRST {
            order_before = k.compound_order(page);
        }
        if !k.cc_alloc_contig() {
            let order =
                if R::HUGE_ORDER_READ_FIRST { order_before } else { k.compound_order(page) };
            if order <= MAX_PAGE_ORDER {
                self.pass_over((1 << order) - 1);
            }
            return Some(Target::Fail);
        }
        self.unlock(k);

        self.ret = k.isolate_or_dissolve_huge_page(page);
        if self.ret < 0 {
            if self.ret == -EBUSY {
                self.ret = 0;
            }
            if R::HUGE_ORDER_READ_FIRST {
                self.pass_over(1u64.wrapping_shl(order_before).wrapping_sub(1));
            } else {
                // C asks twice, and the page may have changed between.
                self.low_pfn = self.low_pfn.wrapping_add(k.compound_nr(page).wrapping_sub(1));
                self.nr_scanned = self.nr_scanned.wrapping_add(k.compound_nr(page).wrapping_sub(1));
            }
            return Some(Target::Fail);
        }

        if k.page_huge(page) {
            let folio = k.page_folio(page);
            self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
            return Some(Target::SuccessNoList(folio));
        }
        None
    }

    /// A page that is not on an LRU list: a driver may have made it movable.
    fn driver_page<K: Kernel>(&mut self, k: &mut K, page: Page) -> Target {
        if k.__page_movable(page) && !k.page_isolated(page) {
            self.unlock(k);
            if k.isolate_movable_page(page, self.mode) {
                return Target::Success(k.page_folio(page));
            }
        }
        Target::Fail
    }

    /// The questions about a folio to which there is a reference now.
    fn lru_folio<R: Revision, K: Kernel>(&mut self, k: &mut K, folio: Folio) -> Target {
        let mapping = k.folio_mapping(folio);
        if mapping.is_none() && k.folio_ref_count(folio).wrapping_sub(1) > k.folio_mapcount(folio) {
            return Target::FailPut(folio);
        }
        if !k.cc_gfp_fs() && mapping.is_some() {
            return Target::FailPut(folio);
        }
        if !k.folio_test_lru(folio) {
            return Target::FailPut(folio);
        }
        let is_unevictable = k.folio_test_unevictable(folio);
        if !k.isolate_mode_has(self.mode, IsolateMode::UNEVICTABLE) && is_unevictable {
            return Target::FailPut(folio);
        }
        let mode = self.mode;
        if k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && k.folio_test_writeback(folio) {
            return Target::FailPut(folio);
        }
        let is_dirty = k.folio_test_dirty(folio);

        if ((k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && is_dirty)
            || (mapping.is_some() && is_unevictable))
            && !self.may_migrate::<R, K>(k, folio, is_dirty)
        {
            return Target::FailPut(folio);
        }

        if !k.folio_test_clear_lru(folio) {
            return Target::FailPut(folio);
        }
        self.take_off_lru(k, folio)
    }

    /// The look into the mapping, under the folio lock: a truncation frees the mapping only after
    /// it has taken the folio out of it, and needs the lock for that.
    fn may_migrate<R: Revision, K: Kernel>(
        &mut self,
        k: &mut K,
        folio: Folio,
        is_dirty: bool,
    ) -> bool {
        if !k.folio_trylock(folio) {
            return false;
        }
        let mapping = k.folio_mapping(folio);
        let mut migrate_dirty = true;
        if k.isolate_mode_has(self.mode, IsolateMode::ASYNC_MIGRATE) && is_dirty {
            migrate_dirty = mapping.is_none_or(|mapping| k.has_migrate_folio(mapping));
        }
        let is_pinned = mapping.is_some_and(|mapping| R::mapping_pins_folios(k, mapping));
        k.folio_unlock(folio);
        migrate_dirty && !is_pinned
    }

    /// The folio's LRU flag is ours: changes locks if it is on another list, and takes it off.
    fn take_off_lru<K: Kernel>(&mut self, k: &mut K, folio: Folio) -> Target {
        let lruvec = k.folio_lruvec(folio);
        if self.locked != Some(lruvec) {
            self.unlock(k);
            compact_lock_irqsave(k, lruvec);
            self.locked = Some(lruvec);

            if !self.skip_updated
                && let Some(valid_page) = self.valid_page
            {
                self.skip_updated = true;
                if test_and_set_skip(k, valid_page) && !k.cc_finish_pageblock() {
                    self.low_pfn = self.end_pfn;
                    return Target::Abort(Some(folio));
                }
            }

            let order = k.folio_order(folio) as i32;
            if skip_isolation_on_order(order, k.cc_order()) && !k.cc_alloc_contig() {
                // Two calls in C, but a folio's size is stable while it is referenced.
                self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
                self.nr_scanned =
                    self.nr_scanned.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
                k.folio_set_lru(folio);
                return Target::FailPut(folio);
            }
        }

        if k.folio_test_large(folio) {
            self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
        }
        k.lruvec_del_folio(lruvec, folio);
        let item = match k.folio_is_file_lru(folio) {
            true => NodeStat::IsolatedFile,
            false => NodeStat::IsolatedAnon,
        };
        let nr_pages = k.folio_nr_pages(folio) as i64;
        k.node_stat_mod_folio(folio, item, nr_pages);
        Target::Success(folio)
    }

    /// `isolate_success_no_list`: counts the folio; true if that was enough for one scan.
    fn isolated<K: Kernel>(&mut self, k: &mut K, folio: Folio) -> bool {
        let nr = k.cc_nr_migratepages().wrapping_add(k.folio_nr_pages(folio) as u32);
        k.set_cc_nr_migratepages(nr);
        self.nr_isolated = self.nr_isolated.wrapping_add(k.folio_nr_pages(folio));
        self.nr_scanned = self.nr_scanned.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));

        if u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX
            && !k.cc_finish_pageblock()
            && !k.cc_contended()
        {
            self.low_pfn = self.low_pfn.wrapping_add(1);
            return true;
        }
        false
    }

    /// `isolate_fail`: gives the block up if it must be whole; true if the scan ends.
    fn failed<K: Kernel>(&mut self, k: &mut K) -> bool {
        if !self.skip_on_failure && self.ret != -ENOMEM {
            return false;
        }
        if self.nr_isolated != 0 {
            self.unlock(k);
            k.putback_movable_pages();
            k.set_cc_nr_migratepages(0);
            self.nr_isolated = 0;
        }
        if self.low_pfn < self.next_skip_pfn {
            self.low_pfn = self.next_skip_pfn.wrapping_sub(1);
            let size = 1u64.wrapping_shl(k.cc_order() as u32);
            self.next_skip_pfn = self.next_skip_pfn.wrapping_add(size);
        }
        self.ret == -ENOMEM
    }

    /// Everything after the loop. Returns the function's return value.
    pub fn finish<K: Kernel>(&mut self, k: &mut K, exit: Exit) -> i32 {
        if exit == Exit::Done && self.low_pfn > self.end_pfn {
            self.low_pfn = self.end_pfn;
        }
        if exit != Exit::FatalPending {
            let aborted = match exit {
                Exit::Abort(folio) => folio,
                _ => None,
            };
            self.leave_block(k, aborted);
        }
        k.add_total_migrate_scanned(self.nr_scanned);
        if self.nr_isolated != 0 {
            k.count_compact_events(self.nr_isolated);
        }
        k.set_cc_migrate_pfn(self.low_pfn);
        self.ret
    }

    /// `isolate_abort`: the last unlock, the aborted folio, the skip hint and the tracepoint.
    fn leave_block<K: Kernel>(&mut self, k: &mut K, aborted: Option<Folio>) {
        self.unlock(k);
        if let Some(folio) = aborted {
            k.folio_set_lru(folio);
            k.folio_put(folio);
        }
        if self.low_pfn == self.end_pfn && (self.nr_isolated == 0 || k.cc_finish_pageblock()) {
            if !k.cc_no_set_skip_hint()
                && let Some(valid_page) = self.valid_page
                && !self.skip_updated
            {
                k.set_pageblock_skip(valid_page);
            }
            update_cached_migrate(k, self.low_pfn);
        }
        k.trace_mm_compaction_isolate_migratepages(
            self.start_pfn,
            self.low_pfn,
            self.nr_scanned,
            self.nr_isolated,
        );
    }

    /// Drops the lruvec's lock, if one is held.
    fn unlock<K: Kernel>(&mut self, k: &mut K) {
        if let Some(lruvec) = self.locked.take() {
            k.unlock_page_lruvec_irqrestore(lruvec);
        }
    }

    /// Counts `nr` page frames as scanned and goes past them.
    fn pass_over(&mut self, nr: u64) {
        self.low_pfn = self.low_pfn.wrapping_add(nr);
        self.nr_scanned = self.nr_scanned.wrapping_add(nr);
    }
}
