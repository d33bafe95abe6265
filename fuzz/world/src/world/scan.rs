// SPDX-License-Identifier: GPL-2.0-only
//! What the migrate scanner asks: pages by frame number, LRU locks, lists and counters.

use super::state::{Driver, FolioState, HugeFate, Lock, Slot};
use super::{Misdeed, World, lru_stat};
use mmcore::errno::{EBUSY, ENOMEM};
use mmcore::include::linux::pageblock_flags::pageblock_start_pfn;
use mmcore::{Folio, Lruvec, NodeStat, Page};

impl World {
    /// An ordinary node, in which too much is isolated for as long as the script says so.
    pub(super) fn answer_node_page_state(&mut self, item: NodeStat) -> u64 {
        const ORDINARY: u64 = 1 << 14;
        const TOO_MANY: u64 = 1 << 20;
        match item {
            NodeStat::IsolatedAnon if self.script.throttled > 0 => {
                self.script.throttled -= 1;
                TOO_MANY
            }
            NodeStat::IsolatedAnon | NodeStat::IsolatedFile => {
                self.stat[item as usize].max(0) as u64
            }
            _ => ORDINARY,
        }
    }

    pub(super) fn is_skipped(&self, page: Page) -> bool {
        self.skip.contains(&pageblock_start_pfn(page.0))
    }

    pub(super) fn mark_skip(&mut self, page: Page) -> u64 {
        if !self.is_skipped(page) {
            self.skip.push(pageblock_start_pfn(page.0));
        }
        0
    }

    /// Notes it if an LRU lock is held, a spinlock: where the function may sleep, or take another.
    pub(super) fn may_sleep(&mut self) -> u64 {
        if let Some(held) = self.lru_locks.iter().position(|&lock| lock == Lock::Ours) {
            self.note(Misdeed::LruLock(Lruvec(held as u8)));
        }
        0
    }

    pub(super) fn trylock_lru(&mut self, lruvec: Lruvec) -> bool {
        self.may_sleep();
        let lock = &mut self.lru_locks[usize::from(lruvec.0 & 1)];
        if *lock == Lock::Free {
            *lock = Lock::Ours;
            return true;
        }
        false
    }

    pub(super) fn lock_lru(&mut self, lruvec: Lruvec) -> u64 {
        if self.lru_locks.contains(&Lock::Ours) {
            self.note(Misdeed::LruLock(lruvec));
        }
        self.lru_locks[usize::from(lruvec.0 & 1)] = Lock::Ours;
        0
    }

    pub(super) fn unlock_lru(&mut self, lruvec: Lruvec) -> u64 {
        let lock = &mut self.lru_locks[usize::from(lruvec.0 & 1)];
        if std::mem::replace(lock, Lock::Free) != Lock::Ours {
            self.note(Misdeed::LruLock(lruvec));
        }
        0
    }

    /// Puts the finger on the page frame, for the questions about it that follow.
    #[inline(always)]
    pub(super) fn point_at(&mut self, page: Page) {
        if self.under_finger(page).is_none() {
            self.finger = self.find_slot(page).unwrap_or(0);
        }
    }

    /// The slot under the finger, if the page frame is in it.
    #[inline(always)]
    fn under_finger(&self, page: Page) -> Option<&(u64, u64, Slot)> {
        let there = |&&(start, len, _): &&(u64, u64, Slot)| page.0.wrapping_sub(start) < len;
        self.slots.get(self.finger).filter(there)
    }

    /// The last slot that begins at the page frame or before it, wherever the finger is.
    #[inline(never)]
    fn find_slot(&self, page: Page) -> Option<usize> {
        self.slots.partition_point(|&(start, _, _)| start <= page.0).checked_sub(1)
    }

    /// The last slot that begins at the page frame or before it.
    #[inline(always)]
    fn slot_before(&self, page: Page) -> Option<&(u64, u64, Slot)> {
        self.under_finger(page).or_else(|| Some(&self.slots[self.find_slot(page)?]))
    }

    /// What the page frame holds.
    #[inline(always)]
    pub(super) fn slot(&self, page: Page) -> Slot {
        match self.slot_before(page) {
            Some(&(start, len, slot)) if page.0 - start < len => slot,
            _ => Slot::Kernel,
        }
    }

    /// The first page frame of what the page frame belongs to.
    #[inline(always)]
    pub(super) fn slot_start(&self, page: Page) -> u64 {
        self.slot_before(page).map_or(page.0, |&(start, ..)| start)
    }

    /// The folio that a page frame belongs to.
    #[inline(always)]
    fn folio_of(&self, page: Page) -> Option<Folio> {
        match self.slot(page) {
            Slot::Folio(folio) => Some(folio),
            Slot::Huge(folio, _) if self.folio(folio).huge => Some(folio),
            _ => None,
        }
    }

    #[inline(always)]
    pub(super) fn page_is(&self, page: Page, test: impl Fn(&FolioState) -> bool) -> bool {
        self.folio_of(page).is_some_and(|folio| test(self.folio(folio)))
    }

    #[inline(always)]
    pub(super) fn is_huge(&self, page: Page) -> bool {
        self.page_is(page, |folio| folio.huge)
    }

    #[inline(always)]
    fn is_head(&self, page: Page) -> bool {
        self.slot_start(page) == page.0
    }

    /// `compound_order`: 0 for a tail page.
    pub(super) fn order_at(&self, page: Page) -> u32 {
        if !self.is_head(page) {
            return 0;
        }
        match self.slot(page) {
            Slot::Folio(folio) | Slot::Huge(folio, _) => self.folio(folio).order.into(),
            Slot::KernelCompound => self.slot_before(page).map_or(0, |&(_, len, _)| len.ilog2()),
            _ => 0,
        }
    }

    #[inline(always)]
    pub(super) fn is_compound(&self, page: Page) -> bool {
        match self.slot(page) {
            Slot::KernelCompound => true,
            _ => self.page_is(page, |folio| folio.order > 0),
        }
    }

    #[inline(always)]
    pub(super) fn is_buddy(&self, page: Page) -> bool {
        let dissolved = |folio| !self.folio(folio).huge;
        self.is_head(page)
            && match self.slot(page) {
                Slot::Buddy(_) => true,
                Slot::Huge(folio, _) => dissolved(folio),
                _ => false,
            }
    }

    pub(super) fn buddy_order(&self, page: Page) -> u64 {
        match self.slot(page) {
            Slot::Buddy(order) => order,
            Slot::Huge(folio, _) => self.folio(folio).order.into(),
            _ => 0,
        }
    }

    pub(super) fn folio_at(&self, page: Page) -> Folio {
        self.folio_of(page).unwrap_or(Folio(0))
    }

    /// `folio_get_nontail_page`: not of a tail, and not while the folio is being freed.
    pub(super) fn get_nontail(&mut self, page: Page) -> Option<Folio> {
        let folio = self.folio_of(page).filter(|_| self.is_head(page))?;
        let state = self.folio_mut(folio);
        if state.refs <= 0 {
            return None;
        }
        state.refs += 1;
        state.ours += 1;
        Some(folio)
    }

    pub(super) fn isolate_or_dissolve(&mut self, page: Page) -> i32 {
        let Slot::Huge(folio, fate) = self.slot(page) else {
            return -EBUSY;
        };
        let state = self.folio_mut(folio);
        match fate {
            HugeFate::Isolated => state.listed = true,
            HugeFate::Dissolved => state.huge = false,
            HugeFate::Busy => return -EBUSY,
            HugeFate::NoMemory => return -ENOMEM,
        }
        0
    }

    pub(super) fn isolate_movable(&mut self, page: Page) -> bool {
        let Some(folio) = self.folio_of(page) else {
            return false;
        };
        let state = self.folio_mut(folio);
        if state.driver != Driver::Movable || state.isolated || state.lock != Lock::Free {
            return false;
        }
        state.isolated = true;
        state.refs += 1;
        state.ours += 1;
        true
    }

    pub(super) fn lruvec_del(&mut self, lruvec: Lruvec, folio: Folio) -> u64 {
        if self.lru_locks[usize::from(lruvec.0 & 1)] != Lock::Ours {
            self.note(Misdeed::Unlocked(folio));
        }
        let state = self.folio_mut(folio);
        let was = std::mem::replace(&mut state.on_list, false);
        let wrong = !was || state.lruvec != lruvec.0 || !state.lru_taken;
        let (stat, pages) = (lru_stat(state), state.nr_pages() as i64);
        if wrong {
            self.note(Misdeed::Lru(folio));
        }
        self.stat[stat as usize] -= pages;
        0
    }

    pub(super) fn list_add(&mut self, folio: Folio) -> u64 {
        let state = self.folio_mut(folio);
        let again = std::mem::replace(&mut state.listed, true);
        state.lru_taken = false;
        if again {
            self.note(Misdeed::Lru(folio));
        }
        0
    }

    /// `putback_movable_pages`: everything on the list goes back where it came from.
    pub(crate) fn putback(&mut self) -> u64 {
        if self.lru_locks.contains(&Lock::Ours) {
            self.note(Misdeed::LruLock(Lruvec(0)));
        }
        for i in 0..self.folios.len() {
            let folio = Folio(i as u16);
            let state = self.folio_mut(folio);
            if !std::mem::replace(&mut state.listed, false) {
                continue;
            }
            if state.huge {
                continue;
            }
            if state.driver != Driver::No {
                state.isolated = false;
            } else {
                state.on_list = true;
                state.lru = true;
                let pages = state.nr_pages() as i64;
                let (list, isolated) = (lru_stat(state), isolated_stat(state));
                self.stat[list as usize] += pages;
                self.stat[isolated as usize] -= pages;
            }
            self.put(folio);
        }
        0
    }

    /// What is isolated, counted from the folios: anonymous and file pages.
    pub(crate) fn count_isolated(&self) -> [i64; 2] {
        let mut counts = [0; 2];
        for folio in &self.folios {
            if folio.listed && !folio.huge && folio.driver == Driver::No {
                counts[usize::from(!folio.swapbacked)] += folio.nr_pages() as i64;
            }
        }
        counts
    }
}

pub(super) fn isolated_stat(folio: &FolioState) -> NodeStat {
    if folio.swapbacked { NodeStat::IsolatedAnon } else { NodeStat::IsolatedFile }
}
