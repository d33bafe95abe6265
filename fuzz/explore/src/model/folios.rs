// SPDX-License-Identifier: GPL-2.0-only
//! Folios, and what a lock, a reference or a cleared LRU flag of ours keeps stable about them.

use super::pages::{ORDERS, REFERENCED};
use super::{FACTS, FOLIOS, LOCK, May, Model, OFF_LRU, about, at};
use crate::var::{Var, What};
use mmcore::errno::EIO;
use mmcore::kernel::derived;
use mmcore::mm::migrate::AOP_WRITEPAGE_ACTIVATE;
use mmcore::{CallId, Folio, Mapping, Word};

/// What `folio_mapping` and `folio->mapping` are: none, the file, another.
const MAPPINGS_OF: [Option<Mapping>; 3] = [None, Some(Mapping(0)), Some(Mapping(1))];

impl Model<'_> {
    /// A folio of which nothing is decided but that there is one.
    #[inline]
    pub(super) fn begin_folio(&mut self, folio: Folio) {
        self.facts[at(folio)] = [0; FACTS];
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

    /// What a row says all of, about a folio.
    #[inline(always)]
    pub(super) fn open_of_folio(&mut self, call: CallId, folio: Folio) -> u64 {
        self.open_about(call, at(folio), about(folio), self.held[at(folio)])
    }

    /// A number of something: none or one, and anybody may change it.
    #[inline(always)]
    fn some(&mut self, folio: Folio, what: What) -> u64 {
        u64::from(self.fact(at(folio), what, about(folio), 2, May::Change))
    }

    #[inline(always)]
    pub(super) fn test_clear_lru(&mut self, folio: Folio) -> u64 {
        let was = self.open_of_folio(CallId::FolioTestLru, folio);
        self.set(at(folio), What::FolioTestLru, 0);
        if was == 1 {
            self.held[at(folio)] |= OFF_LRU;
        }
        was
    }

    pub(super) fn set_lru(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::FolioTestLru, 1);
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
        derived::folio_nr_pages(self.order(folio))
    }

    pub(super) fn size(&mut self, folio: Folio) -> u64 {
        derived::folio_size(self.order(folio))
    }

    /// What the folio lock keeps of the mapping: all.
    #[inline(always)]
    fn mapping_of(&mut self, folio: Folio, of: u8) -> u64 {
        let may = if self.holds(folio, LOCK) { May::Stay } else { May::Change };
        let got = self.fact(at(folio), What::Mapping, about(folio), of, may);
        MAPPINGS_OF[usize::from(got)].to_word()
    }

    #[inline(always)]
    pub(super) fn folio_mapping(&mut self, folio: Folio) -> u64 {
        self.mapping_of(folio, 2)
    }

    pub(super) fn raw_mapping(&mut self, folio: Folio) -> u64 {
        self.mapping_of(folio, 3)
    }

    pub(super) fn clear_mapping(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::Mapping, 0);
        0
    }

    #[inline(always)]
    pub(super) fn trylock(&mut self, folio: Folio) -> u64 {
        let got = self.choose(Var { what: What::FolioTrylock, about: about(folio) }, 2);
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
        if self.holds(folio, LOCK) { 1 } else { self.open_of_folio(CallId::FolioTestLocked, folio) }
    }

    pub(super) fn wait_writeback(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::FolioTestWriteback, 0);
        0
    }

    pub(super) fn set_dirty(&mut self, folio: Folio, dirty: bool) -> u64 {
        self.set(at(folio), What::FolioTestDirty, dirty.into());
        0
    }

    pub(super) fn clear_dirty_for_io(&mut self, folio: Folio) -> u64 {
        let was = self.some(folio, What::FolioTestDirty);
        self.set(at(folio), What::FolioTestDirty, 0);
        was
    }

    /// The reference count: the scanner's, and perhaps one more.
    #[inline(always)]
    pub(super) fn ref_count(&mut self, folio: Folio) -> u64 {
        1 + self.some(folio, What::ExtraRefs)
    }

    #[inline(always)]
    pub(super) fn mapcount(&mut self, folio: Folio) -> u64 {
        self.some(folio, What::FolioMapcount)
    }

    pub(super) fn mapping_flags(&mut self, folio: Folio) -> u64 {
        match self.open_of_folio(CallId::FolioTestMovableFlag, folio) {
            1 => 1,
            _ => self.open_of_folio(CallId::FolioMappingFlags, folio),
        }
    }

    pub(super) fn clear_isolated(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::FolioTestIsolated, 0);
        0
    }

    /// `->writepage` unlocks the folio, unless it does nothing.
    pub(super) fn call_writepage(&mut self, folio: Folio) -> u64 {
        let got = self.choose(Var::one(What::CallWritepage), 3);
        let rc = [0, AOP_WRITEPAGE_ACTIVATE, -EIO][usize::from(got)];
        if rc != AOP_WRITEPAGE_ACTIVATE {
            self.held[at(folio)] &= !LOCK;
        }
        rc.to_word()
    }

    /// The switch in the page cache, whichever helper does it.
    pub(super) fn switch(&mut self) -> u64 {
        let answer = CallId::FolioMigrateMapping.row().answer;
        answer.word(self.choose(Var::one(What::Switch), answer.len()))
    }

    /// A split leaves the first page. That of a folio of khugepaged's does not fail: the last pass of
    /// `shmem_undo_range` would try again until it does not.
    pub(super) fn split(&mut self, folio: Folio) -> u64 {
        let rc = if self.cache.is_late(folio) { 0 } else { self.open(CallId::SplitFolio) };
        if rc == 0 {
            self.cache.split(folio);
            self.set_order(folio, 0);
        }
        rc
    }

    /// The folio is unmapped, and stays so until it is mapped again.
    pub(super) fn unmap(&mut self, folio: Folio) -> u64 {
        self.set(at(folio), What::FolioMapped, 0);
        0
    }

    pub(super) fn invalidate(&mut self, folio: Folio, offset: u64, length: u64) -> u64 {
        if offset == 0 && length == self.size(folio) {
            self.set(at(folio), What::FolioHasPrivate, 0);
        }
        0
    }
}

/// Marks a slot that holds an order itself, not its place in [`ORDERS`].
const FILE_ORDER: u8 = 0x40;

const _: () = assert!(FOLIOS < 256 && ORDERS.len() < FILE_ORDER as usize);
