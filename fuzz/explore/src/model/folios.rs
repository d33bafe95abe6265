// SPDX-License-Identifier: GPL-2.0-only
//! Folios, and what a lock, a reference or a cleared LRU flag of ours keeps stable about them.

use super::pages::{ORDERS, REFERENCED};
use super::{FACTS, FOLIOS, May, Model, about, at};
use crate::var::{Var, What};
use mmcore::errno::{EAGAIN, EBUSY, EIO};
use mmcore::mm::migrate::AOP_WRITEPAGE_ACTIVATE;
use mmcore::{Folio, Mapping, PAGE_SIZE, Word};

/// We hold the folio's lock.
const LOCK: u8 = 1;
/// We cleared its LRU flag.
const OFF_LRU: u8 = 2;

/// What `folio_mapping` and `folio->mapping` are: none, the file, another.
const MAPPINGS_OF: [Option<Mapping>; 3] = [None, Some(Mapping(0)), Some(Mapping(1))];
/// `-EHWPOISON`, which only `folio_mc_copy` returns.
const EHWPOISON: i32 = 133;

impl Model<'_> {
    /// A folio of which nothing is decided but that there is one.
    #[inline]
    pub(super) fn begin_folio(&mut self, folio: Folio) {
        self.facts[at(folio)] = [0; FACTS.len()];
        self.held[at(folio)] = 0;
    }

    /// The caller holds the folio's lock.
    pub fn take_lock(&mut self, folio: Folio) {
        self.held[at(folio)] |= LOCK;
    }

    /// The caller does not hold it.
    pub fn drop_lock(&mut self, folio: Folio) {
        self.held[at(folio)] &= !LOCK;
    }

    /// Decides that the folio is in the file.
    pub fn put_in_file(&mut self, folio: Folio) {
        self.set(at(folio), What::Mapping, 1);
    }

    /// Decides the folio's size: any order, as file systems have them.
    pub fn set_order(&mut self, folio: Folio, order: u32) {
        self.set(at(folio), What::Order, order as u8 | FILE_ORDER);
    }

    fn holds(&self, folio: Folio, what: u8) -> bool {
        self.held[at(folio)] & what != 0
    }

    /// How an answer may have changed that the folio lock keeps.
    #[inline(always)]
    fn by_lock(&self, folio: Folio, under_lock: May) -> May {
        if self.holds(folio, LOCK) { under_lock } else { May::Change }
    }

    #[inline(always)]
    pub(super) fn folio_fact(&mut self, folio: Folio, what: What, may: May) -> u64 {
        u64::from(self.fact(at(folio), what, about(folio), 2, may))
    }

    #[inline(always)]
    pub(super) fn folio_changing(&mut self, folio: Folio, what: What) -> u64 {
        self.folio_fact(folio, what, May::Change)
    }

    #[inline(always)]
    pub(super) fn folio_stable(&mut self, folio: Folio, what: What) -> u64 {
        self.folio_fact(folio, what, May::Stay)
    }

    /// What the folio lock keeps as it is.
    #[inline(always)]
    pub(super) fn folio_locked_in(&mut self, folio: Folio, what: What) -> u64 {
        let may = self.by_lock(folio, May::Stay);
        self.folio_fact(folio, what, may)
    }

    #[inline(always)]
    pub(super) fn writeback(&mut self, folio: Folio) -> u64 {
        let may = self.by_lock(folio, May::Fall);
        self.folio_fact(folio, What::Writeback, may)
    }

    #[inline(always)]
    pub(super) fn dirty(&mut self, folio: Folio) -> u64 {
        let may = self.by_lock(folio, May::Rise);
        self.folio_fact(folio, What::Dirty, may)
    }

    /// Nobody but us, once we have cleared it, sets the LRU flag.
    #[inline(always)]
    pub(super) fn lru(&mut self, folio: Folio) -> u64 {
        let may = if self.holds(folio, OFF_LRU) { May::Stay } else { May::Change };
        self.folio_fact(folio, What::Lru, may)
    }

    #[inline(always)]
    pub(super) fn test_clear_lru(&mut self, folio: Folio) -> u64 {
        let was = self.lru(folio);
        self.set(at(folio), What::Lru, 0);
        if was == 1 {
            self.held[at(folio)] |= OFF_LRU;
        }
        was
    }

    pub(super) fn set_lru(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::Lru, 1);
        self.held[at(folio)] &= !OFF_LRU;
        0
    }

    /// The folio's order. There is a reference, so it stays.
    #[inline(always)]
    pub(super) fn order(&mut self, folio: Folio) -> u32 {
        let of = self.bounds.orders.of(REFERENCED);
        let got = self.fact(at(folio), What::Order, about(folio), of, May::Stay);
        if got & FILE_ORDER != 0 { u32::from(got ^ FILE_ORDER) } else { ORDERS[usize::from(got)] }
    }

    #[inline(always)]
    pub(super) fn nr_pages(&mut self, folio: Folio) -> u64 {
        1 << self.order(folio)
    }

    pub(super) fn size(&mut self, folio: Folio) -> u64 {
        PAGE_SIZE << self.order(folio)
    }

    #[inline(always)]
    pub(super) fn folio_mapping(&mut self, folio: Folio) -> u64 {
        let may = self.by_lock(folio, May::Stay);
        let got = self.fact(at(folio), What::Mapping, about(folio), 2, may);
        MAPPINGS_OF[usize::from(got)].to_word()
    }

    pub(super) fn raw_mapping(&mut self, folio: Folio) -> u64 {
        let may = self.by_lock(folio, May::Stay);
        let got = self.fact(at(folio), What::Mapping, about(folio), 3, may);
        MAPPINGS_OF[usize::from(got)].to_word()
    }

    pub(super) fn clear_mapping(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::Mapping, 0);
        0
    }

    #[inline(always)]
    pub(super) fn trylock(&mut self, folio: Folio) -> u64 {
        let got = self.choose(Var { what: What::Trylock, about: about(folio) }, 2);
        if got == 1 {
            self.held[at(folio)] |= LOCK;
        }
        got.into()
    }

    pub(super) fn lock(&mut self, folio: Folio) -> u64 {
        self.held[at(folio)] |= LOCK;
        0
    }

    #[inline(always)]
    pub(super) fn unlock(&mut self, folio: Folio) -> u64 {
        self.held[at(folio)] &= !LOCK;
        0
    }

    /// Whether it is locked: we know, if it is by us.
    pub(super) fn locked(&mut self, folio: Folio) -> u64 {
        if self.holds(folio, LOCK) { 1 } else { self.folio_changing(folio, What::Locked) }
    }

    pub(super) fn wait_writeback(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::Writeback, 0);
        0
    }

    pub(super) fn set_dirty(&mut self, folio: Folio, dirty: bool) -> u64 {
        self.set(at(folio), What::Dirty, dirty.into());
        0
    }

    pub(super) fn clear_dirty_for_io(&mut self, folio: Folio) -> u64 {
        let was = self.folio_changing(folio, What::Dirty);
        self.set(at(folio), What::Dirty, 0);
        was
    }

    /// The reference count: the scanner's, and perhaps one more.
    #[inline(always)]
    pub(super) fn ref_count(&mut self, folio: Folio) -> u64 {
        1 + self.folio_changing(folio, What::ExtraRefs)
    }

    #[inline(always)]
    pub(super) fn mapcount(&mut self, folio: Folio) -> u64 {
        self.folio_changing(folio, What::Mapcount)
    }

    pub(super) fn mapping_flags(&mut self, folio: Folio) -> u64 {
        match self.folio_stable(folio, What::MovableFlag) {
            1 => 1,
            _ => self.folio_stable(folio, What::MappingFlags),
        }
    }

    pub(super) fn clear_isolated(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::Isolated, 0);
        0
    }

    pub(super) fn callback(&mut self) -> u64 {
        [0, -EAGAIN, -EBUSY][self.outcome(What::Callback, 3)].to_word()
    }

    /// `->writepage` unlocks the folio, unless it does nothing.
    pub(super) fn call_writepage(&mut self, folio: Folio) -> u64 {
        let rc = [0, AOP_WRITEPAGE_ACTIVATE, -EIO][self.outcome(What::Writepage, 3)];
        if rc != AOP_WRITEPAGE_ACTIVATE {
            self.held[at(folio)] &= !LOCK;
        }
        rc.to_word()
    }

    pub(super) fn switch(&mut self) -> u64 {
        [0, -EAGAIN][self.outcome(What::Switch, 2)].to_word()
    }

    pub(super) fn mc_copy(&mut self) -> u64 {
        [0, -EHWPOISON][self.outcome(What::Poison, 2)].to_word()
    }

    /// A split leaves the first page. That of a folio of khugepaged's does not fail: the last pass of
    /// `shmem_undo_range` would try again until it does not.
    pub(super) fn split(&mut self, folio: Folio) -> u64 {
        let of = if self.cache.is_late(folio) { 1 } else { 3 };
        let rc = [0, -EAGAIN, -EBUSY][self.outcome(What::Split, of)];
        if rc == 0 {
            self.cache.split(folio);
            self.set_order(folio, 0);
        }
        rc.to_word()
    }

    /// The folio is unmapped, and stays so until it is mapped again.
    pub(super) fn unmap(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::Mapped, 0);
        0
    }

    pub(super) fn invalidate(&mut self, folio: Folio, offset: u64, length: u64) -> u64 {
        if offset == 0 && length == self.size(folio) {
            self.set(at(folio), What::Private, 0);
        }
        0
    }
}

/// Marks a slot that holds an order itself, not its place in [`ORDERS`].
const FILE_ORDER: u8 = 0x40;

const _: () = assert!(FOLIOS < 256 && ORDERS.len() < FILE_ORDER as usize);
