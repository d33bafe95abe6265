// SPDX-License-Identifier: GPL-2.0-only
//! Files: their flags words, bit by bit, and their page cache, slot by slot.

use super::{MAPPINGS, May, Model, WordFacts};
use crate::var::{Var, What};
use mmcore::include::linux::pagemap::{AS_EIO, AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::{CallId, Entry, Folio, Mapping, Word};

/// The flags that others set and clear at any time: write-back errors, and SHM_LOCK.
pub(super) const CHANGING: u64 = 1 << AS_EIO | 1 << AS_ENOSPC | 1 << AS_UNEVICTABLE;
/// The descriptor of a new guest_memfd.
const FD: u64 = 3;
/// How many slots of the page cache there can be: the folios, and a piece of each when it is split.
const SLOTS: usize = 6;

/// A slot of the page cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Slot {
    /// Its first page.
    index: u64,
    /// How many pages it has.
    pages: u64,
    /// What is there: 0 is open, else 1 nothing, 2 a folio, 3 a value entry, 4 nothing yet.
    state: u8,
    /// khugepaged has put it there.
    is_late: bool,
}

const NOTHING: u8 = 1;
const FOLIO: u8 = 2;
const VALUE: u8 = 3;
/// khugepaged may put a folio there before the next look.
const NOTHING_YET: u8 = 4;

/// The page cache of the file, and the batch that was found last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cache {
    slots: [Slot; SLOTS],
    count: usize,
    batch: [(usize, u64); SLOTS],
    found: usize,
    next: u64,
    /// Whether khugepaged can put a folio where none was, while the file is cut.
    pub(crate) collapses: bool,
}

impl Cache {
    /// Adds a slot of which is open what is there. The slot's number is the folio's.
    pub(crate) fn add(&mut self, index: u64, pages: u64) {
        self.slots[self.count] = Slot { index, pages, ..Slot::default() };
        self.count += 1;
    }

    /// Adds a folio. Its number is the slot's.
    pub(crate) fn add_folio(&mut self, index: u64, pages: u64) {
        self.slots[self.count] = Slot { index, pages, state: FOLIO, is_late: false };
        self.count += 1;
    }

    /// A folio is split: its first page stays, and a piece after it may be found.
    pub(super) fn split(&mut self, folio: Folio) {
        let Some(slot) = self.slots[..self.count].get_mut(usize::from(folio.0)) else {
            return;
        };
        let index = slot.index;
        if std::mem::replace(&mut slot.pages, 1) > 1 && self.count < SLOTS {
            self.add(index + 1, 1);
        }
    }

    /// Takes a folio out.
    pub(super) fn remove(&mut self, folio: Folio) {
        if let Some(slot) = self.slots[..self.count].get_mut(usize::from(folio.0)) {
            slot.state = NOTHING;
        }
    }

    /// Whether khugepaged has put the folio there.
    pub(super) fn is_late(&self, folio: Folio) -> bool {
        self.slots[..self.count].get(usize::from(folio.0)).is_some_and(|slot| slot.is_late)
    }

    pub(super) fn index(&self, folio: Folio) -> u64 {
        self.slots[..self.count].get(usize::from(folio.0)).map_or(0, |slot| slot.index)
    }

    pub(super) fn found(&self) -> u32 {
        self.found as u32
    }

    pub(super) fn found_next(&self) -> u64 {
        self.next
    }

    pub(super) fn entry(&self, i: u32) -> Entry {
        let slot = self.batch[i as usize % SLOTS].0;
        match self.slots[slot].state {
            VALUE => Entry::Value,
            _ => Entry::Folio(Folio(slot as u16)),
        }
    }

    pub(super) fn entry_index(&self, i: u32) -> u64 {
        self.batch[i as usize % SLOTS].1
    }

    /// The value entries of the batch go, from the batch and from the cache.
    pub(super) fn drop_values(&mut self) {
        let mut kept = 0;
        for i in 0..self.found {
            let (slot, index) = self.batch[i];
            if self.slots[slot].state == VALUE {
                self.slots[slot].state = NOTHING;
            } else {
                self.batch[kept] = (slot, index);
                kept += 1;
            }
        }
        self.found = kept;
    }

    /// All that the batch holds is taken out.
    pub(super) fn delete_batch(&mut self) {
        for i in 0..self.found {
            self.slots[self.batch[i].0].state = NOTHING;
        }
    }
}

impl Model<'_> {
    /// A bit of a mapping's word.
    #[inline(always)]
    pub(super) fn test_bit(&mut self, mapping: Mapping, nr: u32) -> u64 {
        let word = usize::from(mapping.0) % 2;
        let bit = 1u64.wrapping_shl(nr);
        let WordFacts { known, value } = self.words[word];
        self.bits_read |= bit;
        let may_change = bit & self.changing != 0 && self.races != 0;
        if known & bit != 0 && !may_change {
            return u64::from(value & bit != 0);
        }
        let got = self.choose(Var::flag(mapping.0, nr), 2);
        self.decide_bit(word, bit, got == 1);
        got.into()
    }

    #[inline]
    fn decide_bit(&mut self, word: usize, bit: u64, set: bool) {
        let WordFacts { known, value } = self.words[word];
        let changed = known & bit != 0 && (value & bit != 0) != set;
        if changed && self.bounds.races != super::Races::Free {
            self.races -= 1;
        }
        self.words[word].known |= bit;
        self.words[word].value = if set { value | bit } else { value & !bit };
    }

    pub(super) fn flags_and(&mut self, mapping: Mapping, mask: u64) -> u64 {
        let mut left = mask;
        let mut word = 0;
        while left != 0 {
            let nr = left.trailing_zeros();
            word |= self.test_bit(mapping, nr) << nr;
            left &= left - 1;
        }
        word
    }

    /// `word = (word & ~clear) | set`
    pub(super) fn store(&mut self, mapping: Mapping, clear: u64, set: u64) -> u64 {
        let word = &mut self.words[usize::from(mapping.0) % 2];
        word.known |= clear | set;
        word.value = word.value & !clear | set;
        0
    }

    pub(super) fn test_and_clear(&mut self, mapping: Mapping, nr: u32) -> u64 {
        let was = self.test_bit(mapping, nr);
        self.store(mapping, 1u64.wrapping_shl(nr), 0);
        was
    }

    /// What a row says all of, about a file.
    #[inline(always)]
    pub(super) fn open_of_file(&mut self, call: CallId, mapping: Mapping) -> u64 {
        self.open_about(call, MAPPINGS + usize::from(mapping.0) % 2, mapping.0, 0)
    }

    /// How many gmems are bound to the file: none, one or two.
    pub(super) fn gmems(&mut self, mapping: Mapping) -> u64 {
        let object = MAPPINGS + usize::from(mapping.0) % 2;
        self.fact(object, What::GmemListLen, mapping.0, 3, May::Stay).into()
    }

    pub(super) fn set_vm_locked(&mut self, mapping: Mapping, locked: bool) -> u64 {
        self.set(MAPPINGS + usize::from(mapping.0) % 2, What::ShmemVmLocked, locked.into());
        0
    }

    pub(super) fn get_fd(&mut self) -> u64 {
        match self.open(CallId::GetUnusedFd) {
            0 => FD,
            error => error,
        }
    }

    /// What is in a slot: decided now, if it is open.
    fn slot_state(&mut self, slot: usize) -> u8 {
        if self.cache.slots[slot].state == NOTHING_YET {
            let got = self.choose(Var { what: What::Collapsed, about: slot as u8 }, 2);
            self.fill(slot, NOTHING + got);
            self.cache.slots[slot].is_late = got == 1;
            if got == 1 && self.bounds.races != super::Races::Free {
                self.races -= 1;
            }
        }
        if self.cache.slots[slot].state == 0 {
            let is_piece = slot >= usize::from(self.bounds.folios);
            let (what, of) = if is_piece { (What::Piece, 2) } else { (What::Slot, 3) };
            let got = self.choose(Var { what, about: slot as u8 }, of);
            self.fill(slot, NOTHING + got);
        }
        self.cache.slots[slot].state
    }

    fn fill(&mut self, slot: usize, state: u8) {
        self.cache.slots[slot].state = state;
        if state == FOLIO {
            let order = self.cache.slots[slot].pages.trailing_zeros();
            self.set_order(Folio(slot as u16), order);
        }
    }

    /// Fills the batch with what is in `start..=end`. With `lock`, only what is whole in it, not
    /// locked and not under write-back, and locks it.
    pub(super) fn find(&mut self, start: u64, end: u64, lock: bool) -> u64 {
        self.cache.found = 0;
        self.cache.next = start;
        for i in 0..self.cache.count {
            let Slot { index, pages, .. } = self.cache.slots[i];
            let last = index + pages - 1;
            let inside =
                if lock { index >= start && last <= end } else { last >= start && index <= end };
            if !inside || self.slot_state(i) == NOTHING {
                continue;
            }
            let folio = Folio(i as u16);
            let is_folio = self.cache.slots[i].state == FOLIO;
            if lock && is_folio && !self.lock_found(folio) {
                continue;
            }
            self.cache.batch[self.cache.found] = (i, index);
            self.cache.found += 1;
            self.cache.next = last + 1;
        }
        self.cache.found as u64
    }

    fn lock_found(&mut self, folio: Folio) -> bool {
        if self.trylock(folio) == 0 {
            return false;
        }
        if self.open_of_folio(CallId::FolioTestWriteback, folio) == 1 {
            self.unlock(folio);
            return false;
        }
        self.put_in_file(folio);
        true
    }

    /// The locked folio at an index of the file.
    pub(super) fn get_locked(&mut self, index: u64) -> u64 {
        let covers = |slot: &Slot| slot.index <= index && index - slot.index < slot.pages;
        let at = self.cache.slots[..self.cache.count].iter().position(covers);
        let state = at.map(|slot| self.slot_state(slot));
        if let (Some(slot), Some(NOTHING)) = (at, state)
            && self.cache.collapses
            && self.races != 0
        {
            self.cache.slots[slot].state = NOTHING_YET;
        }
        let folio = at.filter(|_| state == Some(FOLIO)).map(|slot| Folio(slot as u16));
        if let Some(folio) = folio {
            self.lock(folio);
            self.put_in_file(folio);
        }
        folio.to_word()
    }

    /// The folio was taken out of its mapping, by us or by somebody else.
    pub(super) fn remove(&mut self, folio: Folio) -> u64 {
        self.cache.remove(folio);
        self.clear_mapping(folio)
    }

    /// `folio->mapping`, of a folio that may have left the file.
    pub(super) fn raw_mapping_in_file(&mut self, folio: Folio) -> u64 {
        let mapping = self.raw_mapping(folio);
        self.leaves_unless_in(folio, mapping)
    }

    /// `folio_mapping`, of a folio that may have left the file.
    #[inline(always)]
    pub(super) fn folio_mapping_in_file(&mut self, folio: Folio) -> u64 {
        let mapping = self.folio_mapping(folio);
        if self.cache.count == 0 { mapping } else { self.leaves_unless_in(folio, mapping) }
    }

    /// A folio with another's mapping, or nobody's, is no longer found in the file.
    fn leaves_unless_in(&mut self, folio: Folio, mapping: u64) -> u64 {
        if mapping != Some(Mapping(0)).to_word() {
            self.cache.remove(folio);
        }
        mapping
    }

    pub(super) fn contains(&mut self, folio: Folio) -> u64 {
        1 - u64::from(self.choose(Var { what: What::FolioContains, about: super::about(folio) }, 2))
    }

    /// How many folios the page cache gives: some, until there have been enough tries.
    pub(super) fn get_folios(&mut self) -> u64 {
        if self.rounds >= self.bounds.tries {
            return 0;
        }
        self.rounds += 1;
        let got = self.choose(Var::one(What::FilemapGetFolios), 2);
        self.cache.next = self.cache.next.wrapping_add(got.into());
        got.into()
    }
}
