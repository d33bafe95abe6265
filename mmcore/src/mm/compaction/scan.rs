// SPDX-License-Identifier: GPL-2.0-only
//! `isolate_migratepages_block`, cut where C's loop begins, repeats and ends.
//!
//! [`Scan`] is the function's local variables. [`begin`](Scan::begin) is what C does before the loop,
//! [`turn`](Scan::turn) one turn of it, [`finish`](Scan::finish) what comes after. Nothing else survives
//! from one turn to the next, so two scans with equal `Scan`s at the head of the loop, in equal kernels,
//! go on equally: whoever explores scans may merge them there.
//!
//! From the top to the bottom this file is C's function. A turn is in two halves, before and after C
//! looks at the page; the gotos are values, [`Goto`] inside a turn and [`Exit`] out of the loop, and
//! their labels stand as comments where C has them.

use super::block_end_pfn;
use crate::errno::{EAGAIN, EBUSY, EINTR, ENOMEM};
use crate::include::linux::pageblock_flags::pageblock_aligned;
use crate::{
    COMPACT_CLUSTER_MAX, Folio, IsolateMode, Kernel, Lruvec, MAX_PAGE_ORDER, MigrateMode, NodeStat,
    Oops, Page, Side, Tree,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goto {
    /// `continue`
    Continue,
    /// `goto isolate_success`
    IsolateSuccess(Folio),
    /// `goto isolate_success_no_list`
    IsolateSuccessNoList(Folio),
    /// `goto isolate_fail_put`
    IsolateFailPut(Folio),
    /// `goto isolate_fail`
    IsolateFail,
    /// `goto isolate_abort`, perhaps with a folio
    IsolateAbort(Option<Folio>),
}

use Goto::{
    Continue, IsolateAbort, IsolateFail, IsolateFailPut, IsolateSuccess, IsolateSuccessNoList,
};

impl Scan {
    /// Everything before the loop. `Ok(Err(errno))` is C's early return.
    ///
    /// # Errors
    /// [`Oops`] if throttling never ends.
    pub fn begin<S: Side, K: Kernel>(
        k: &mut K,
        low_pfn: u64,
        end_pfn: u64,
        mode: IsolateMode,
    ) -> Result<Result<Scan, i32>, Oops> {
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

        k.set_cc_migrate_pfn(low_pfn);

        // Reclaim, or another compaction, may have isolated too much: wait until there is less.
        while S::too_many_isolated(k) {
            // There is something to migrate first.
            if k.cc_nr_migratepages() != 0 {
                return Ok(Err(-EAGAIN));
            }

            // Asynchronous migration does not wait.
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

        if k.cc_direct_compaction() && k.cc_mode() == MigrateMode::Async {
            scan.skip_on_failure = true;
            scan.next_skip_pfn = block_end_pfn(low_pfn, k.cc_order());
        }

        Ok(Ok(scan))
    }

    /// One turn of the loop, its condition and increment included.
    pub fn turn<S: Side, K: Kernel>(&mut self, k: &mut K) -> Step {
        match self.first_half(k) {
            Some(exit) => Step::Exit(exit),
            None => self.second_half::<S, K>(k),
        }
    }

    /// A turn up to where it looks at the page: the loop's condition, and what may end the scan.
    pub fn first_half<K: Kernel>(&mut self, k: &mut K) -> Option<Exit> {
        if self.low_pfn >= self.end_pfn {
            return Some(Exit::Done);
        }

        if self.skip_on_failure && self.low_pfn >= self.next_skip_pfn {
            // The block behind us has candidates and no failure: migrate them now.
            if self.nr_isolated != 0 {
                return Some(Exit::Done);
            }

            // It had a failure. The end of this block is computed from where we are, which a compound
            // page or a free block may have moved on by more than a block.
            self.next_skip_pfn = block_end_pfn(self.low_pfn, k.cc_order());
        }

        // The lock is dropped now and then, contended or not, to let interrupts in.
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

    /// The rest of a turn: the page, what becomes of it, and the loop's increment.
    pub fn second_half<S: Side, K: Kernel>(&mut self, k: &mut K) -> Step {
        self.nr_scanned = self.nr_scanned.wrapping_add(1);

        let page = Page(self.low_pfn);
        let stop = match self.look_at_page::<S, K>(k, page) {
            Continue => false,
            IsolateSuccess(folio) => self.isolate_success(k, folio),
            IsolateSuccessNoList(folio) => self.isolate_success_no_list(k, folio),
            IsolateFailPut(folio) => self.isolate_fail_put(k, folio),
            IsolateFail => self.isolate_fail(k),
            IsolateAbort(folio) => return Step::Exit(Exit::Abort(folio)),
        };
        if stop {
            return Step::Exit(Exit::Done);
        }
        self.low_pfn = self.low_pfn.wrapping_add(1);
        Step::Again
    }

    /// The questions about the page, before there is a reference to it.
    fn look_at_page<S: Side, K: Kernel>(&mut self, k: &mut K, page: Page) -> Goto {
        // Is the pageblock to be skipped? The first page carries the hint. A later call for the same
        // block must not take the hint that the first has set for a reason to skip.
        if self.valid_page.is_none()
            && (pageblock_aligned(self.low_pfn) || self.low_pfn == k.zone_start_pfn())
        {
            if !S::isolation_suitable(k, page) {
                self.low_pfn = self.end_pfn;
                return IsolateAbort(None);
            }
            self.valid_page = Some(page);
        }

        if k.page_huge(page)
            && let Some(goto) = <S::Tree as Tree>::page_huge::<S, K>(self, k, page)
        {
            return goto;
        }

        // Free. The order is read without the zone lock: the worst is that something is passed over.
        if k.page_buddy(page) {
            let freepage_order = k.buddy_order_unsafe(page);

            // It may be no order at all.
            if freepage_order > 0 && freepage_order <= u64::from(MAX_PAGE_ORDER) {
                self.pass_over((1 << freepage_order) - 1);
            }
            return Continue;
        }

        // A compound page is moved only for a block larger than itself. Racy too.
        if k.page_compound(page) && !k.cc_alloc_contig() {
            let order = k.compound_order(page);

            let target_order = k.cc_order();
            if S::skip_isolation_on_order(k, order as i32, target_order) {
                if order <= MAX_PAGE_ORDER {
                    self.pass_over((1 << order) - 1);
                }
                return IsolateFail;
            }
        }

        // A first look, without a lock. What is on no LRU list a driver may have made movable.
        if !k.page_lru(page) {
            // The first answer may be wrong: isolate_movable_page asks again under the page lock.
            if k.__page_movable(page) && !k.page_isolated(page) {
                self.unlock(k);

                if k.isolate_movable_page(page, self.mode) {
                    return IsolateSuccess(k.page_folio(page));
                }
            }

            return IsolateFail;
        }

        // A page that is being freed must keep its LRU flag: so a reference first.
        match k.folio_get_nontail_page(page) {
            Some(folio) => self.look_at_folio::<S, K>(k, folio),
            None => IsolateFail,
        }
    }

    /// The block under `if (PageHuge(page))`, as v6.12 has it: see [`Tree::page_huge`].
    pub(crate) fn page_huge<K: Kernel>(&mut self, k: &mut K, page: Page) -> Option<Goto> {
        let order = k.compound_order(page);

        // Passed over, unless whole ranges are wanted.
        if !k.cc_alloc_contig() {
            if order <= MAX_PAGE_ORDER {
                self.pass_over((1 << order) - 1);
            }
            return Some(IsolateFail);
        }
        // For alloc_contig_range.
        self.unlock(k);

        self.ret = k.isolate_or_dissolve_huge_page(page);

        // -ENOMEM ends the scan; -EBUSY is nobody's business.
        if self.ret < 0 {
            if self.ret == -EBUSY {
                self.ret = 0;
            }
            self.pass_over(1u64.wrapping_shl(order).wrapping_sub(1));
            return Some(IsolateFail);
        }

        if k.page_huge(page) {
            // It was isolated, and is on cc->migratepages.
            let folio = k.page_folio(page);
            self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
            return Some(IsolateSuccessNoList(folio));
        }

        // It was dissolved, and is free now.
        None
    }

    /// The questions about a folio to which there is a reference now; and it is taken off its list.
    fn look_at_folio<S: Side, K: Kernel>(&mut self, k: &mut K, folio: Folio) -> Goto {
        let mode = self.mode;

        // An anonymous folio that is pinned cannot be migrated. A racy look saves the lock.
        let mut mapping = k.folio_mapping(folio);
        if mapping.is_none() && k.folio_ref_count(folio).wrapping_sub(1) > k.folio_mapcount(folio) {
            return IsolateFailPut(folio);
        }

        // Without __GFP_FS only anonymous folios: they depend on no filesystem's lock.
        if !k.cc_gfp_fs() && mapping.is_some() {
            return IsolateFailPut(folio);
        }

        // With a reference this answer makes the others safe.
        if !k.folio_test_lru(folio) {
            return IsolateFailPut(folio);
        }

        let is_unevictable = k.folio_test_unevictable(folio);

        // Compaction may pass over unevictable folios; CMA takes them.
        if !k.isolate_mode_has(mode, IsolateMode::UNEVICTABLE) && is_unevictable {
            return IsolateFailPut(folio);
        }

        // Who does not want to block takes what is clean; to wait for write-back is to block.
        if k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && k.folio_test_writeback(folio) {
            return IsolateFailPut(folio);
        }

        let is_dirty = k.folio_test_dirty(folio);

        if (k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && is_dirty)
            || (mapping.is_some() && is_unevictable)
        {
            // A dirty folio moves without blocking if it has no mapping, or one with a callback; one
            // of an inaccessible mapping does not move at all.
            //
            // A truncation may free the mapping, but holds the folio lock until it has taken the folio
            // out of it: so with the lock the mapping stays. To take it less often, every inaccessible
            // folio is taken to be unevictable. If one is not, that costs some work and no more.
            let mut migrate_dirty = true;

            if !k.folio_trylock(folio) {
                return IsolateFailPut(folio);
            }

            mapping = k.folio_mapping(folio);
            if k.isolate_mode_has(mode, IsolateMode::ASYNC_MIGRATE) && is_dirty {
                migrate_dirty = mapping.is_none_or(|mapping| k.has_migrate_folio(mapping));
            }
            let is_inaccessible =
                mapping.is_some_and(|mapping| S::mapping_inaccessible(k, mapping));
            k.folio_unlock(folio);
            if !migrate_dirty || is_inaccessible {
                return IsolateFailPut(folio);
            }
        }

        // From here on the folio is ours to isolate.
        if !k.folio_test_clear_lru(folio) {
            return IsolateFailPut(folio);
        }

        let lruvec = k.folio_lruvec(folio);

        // Some looks can be saved if we hold the lock already.
        if self.locked != Some(lruvec) {
            self.unlock(k);

            S::compact_lock_irqsave(k, lruvec);
            self.locked = Some(lruvec);

            // Under the lock one of us sets the hint, and the others give up, unless they rescan to
            // come to the end of the pageblock.
            if !self.skip_updated
                && let Some(valid_page) = self.valid_page
            {
                self.skip_updated = true;
                if S::test_and_set_skip(k, valid_page) && !k.cc_finish_pageblock() {
                    self.low_pfn = self.end_pfn;
                    return IsolateAbort(Some(folio));
                }
            }

            // The order, now that it is stable. Two calls in C, for a size that is stable as well.
            let order = k.folio_order(folio) as i32;
            let target_order = k.cc_order();
            if S::skip_isolation_on_order(k, order, target_order) && !k.cc_alloc_contig() {
                self.low_pfn = self.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
                self.nr_scanned =
                    self.nr_scanned.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
                k.folio_set_lru(folio);
                return IsolateFailPut(folio);
            }
        }

        // It goes off the list.
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
        IsolateSuccess(folio)
    }

    /// `isolate_success:`
    fn isolate_success<K: Kernel>(&mut self, k: &mut K, folio: Folio) -> bool {
        k.list_add(folio);
        self.isolate_success_no_list(k, folio)
    }

    /// `isolate_success_no_list:` True is `break`, false `continue`, here and below.
    fn isolate_success_no_list<K: Kernel>(&mut self, k: &mut K, folio: Folio) -> bool {
        let nr = k.cc_nr_migratepages().wrapping_add(k.folio_nr_pages(folio) as u32);
        k.set_cc_nr_migratepages(nr);
        self.nr_isolated = self.nr_isolated.wrapping_add(k.folio_nr_pages(folio));
        self.nr_scanned = self.nr_scanned.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));

        // Enough, unless the block is to be scanned to its end, or a lock is contended: then go on, to
        // be done with it.
        if u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX
            && !k.cc_finish_pageblock()
            && !k.cc_contended()
        {
            self.low_pfn = self.low_pfn.wrapping_add(1);
            return true;
        }
        false
    }

    /// `isolate_fail_put:`
    fn isolate_fail_put<K: Kernel>(&mut self, k: &mut K, folio: Folio) -> bool {
        // The put may free the folio, which takes this very lock.
        self.unlock(k);
        k.folio_put(folio);
        self.isolate_fail(k)
    }

    /// `isolate_fail:`
    fn isolate_fail<K: Kernel>(&mut self, k: &mut K) -> bool {
        if !self.skip_on_failure && self.ret != -ENOMEM {
            return false;
        }

        // Of a block that must be whole, what was isolated is of no use.
        if self.nr_isolated != 0 {
            self.unlock(k);
            k.putback_movable_pages();
            k.set_cc_nr_migratepages(0);
            self.nr_isolated = 0;
        }

        if self.low_pfn < self.next_skip_pfn {
            self.low_pfn = self.next_skip_pfn.wrapping_sub(1);
            // The head of the loop would do that too, but this is simpler.
            let size = 1u64.wrapping_shl(k.cc_order() as u32);
            self.next_skip_pfn = self.next_skip_pfn.wrapping_add(size);
        }

        self.ret == -ENOMEM
    }

    /// Everything after the loop. Returns the function's return value.
    pub fn finish<S: Side, K: Kernel>(&mut self, k: &mut K, exit: Exit) -> i32 {
        let mut folio = None;
        match exit {
            Exit::Done => {
                // A free block may have brought us beyond the range.
                if self.low_pfn > self.end_pfn {
                    self.low_pfn = self.end_pfn;
                }
            }
            Exit::Abort(aborted) => folio = aborted,
            Exit::FatalPending => {}
        }

        if exit != Exit::FatalPending {
            // isolate_abort:
            self.unlock(k);
            if let Some(folio) = folio {
                k.folio_set_lru(folio);
                k.folio_put(folio);
            }

            // The block is done with, and is to be skipped if nothing in it was isolated, or if it was
            // scanned twice in a row: what could not be migrated now cannot be soon.
            if self.low_pfn == self.end_pfn && (self.nr_isolated == 0 || k.cc_finish_pageblock()) {
                if !k.cc_no_set_skip_hint()
                    && let Some(valid_page) = self.valid_page
                    && !self.skip_updated
                {
                    k.set_pageblock_skip(valid_page);
                }
                S::update_cached_migrate(k, self.low_pfn);
            }

            k.trace_mm_compaction_isolate_migratepages(
                self.start_pfn,
                self.low_pfn,
                self.nr_scanned,
                self.nr_isolated,
            );
        }

        // fatal_pending:
        k.add_total_migrate_scanned(self.nr_scanned);
        if self.nr_isolated != 0 {
            k.count_compact_events(self.nr_isolated);
        }

        k.set_cc_migrate_pfn(self.low_pfn);

        self.ret
    }

    /// Drops the lruvec's lock, if one is held.
    pub(crate) fn unlock<K: Kernel>(&mut self, k: &mut K) {
        if let Some(lruvec) = self.locked.take() {
            k.unlock_page_lruvec_irqrestore(lruvec);
        }
    }

    /// `low_pfn += nr` and `nr_scanned += nr`.
    pub(crate) fn pass_over(&mut self, nr: u64) {
        self.low_pfn = self.low_pfn.wrapping_add(nr);
        self.nr_scanned = self.nr_scanned.wrapping_add(nr);
    }
}
