// SPDX-License-Identifier: GPL-2.0-only
//! The page cache of a file in which there is one folio at most, or its first page and a piece of it
//! once it has been split; and the batch that was found last.

use super::kernel::{Data, FILE, Machine, PIECE, SRC};
use mmcore::{Call, Entry, Folio, Mapping, Word};
use std::ops::RangeInclusive;

/// What is at a place of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Slot {
    Nothing,
    Folio,
    /// A shadow, or a swap entry.
    Value,
}

/// A place of the file, all decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) slot: Slot,
    /// Where the folio is when its lock has been waited for.
    pub(crate) moved_to: Option<Mapping>,
    /// `folio_contains`, which a folio that is locked and in the file does not fail.
    pub(crate) contains: bool,
    /// We have had the folio's lock: nothing moves it any more.
    pub(crate) is_ours: bool,
}

/// The page cache, all decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cache {
    /// `mapping_empty`, which is asked before anything is looked for.
    pub(crate) empty: bool,
    /// Somebody else has the folio's lock, until it is waited for.
    pub(crate) busy: bool,
    /// Where the folio is, and where its piece is when it is split.
    pub(crate) places: [Place; 2],
    pub(crate) piece: Data,
    pub(crate) is_split: bool,
    /// Whether it was looked what is at the piece's place.
    pub(crate) piece_matters: bool,
    /// The places that were found, and how many.
    pub(crate) batch: [usize; 2],
    pub(crate) found: usize,
    pub(crate) next: u64,
}

impl Machine<'_> {
    /// Answers what is asked of the page cache; `None` if something else is.
    pub(crate) fn cache(&mut self, call: Call) -> Option<u64> {
        use Call::*;
        let cache = self.state.cache.as_mut()?;
        Some(match call {
            MappingEmpty { .. } => cache.empty.to_word(),
            FindLockEntries { start, end, .. } => self.find(start..=end, true),
            FindGetEntries { start, end, .. } => self.find(start..=end, false),
            FoundNext {} => cache.next,
            FbatchCount {} => cache.found as u64,
            FbatchEntry { i } => cache.entry(i).to_word(),
            FbatchIndex { i } => {
                let place = cache.batch[i as usize];
                self.data(folio(place)).index
            }
            FolioIndex { folio } => self.data(folio).index,
            FolioNextIndex { folio } => self.data(folio).after(),
            FolioContains { folio, .. } => cache.places[number(folio)].contains.to_word(),
            TruncateFolioBatchExceptionals { .. } | FolioBatchRemoveExceptionals {} => {
                cache.drop_value()
            }
            DeleteFromPageCacheBatch { .. } => cache.delete_batch(),
            FilemapRemoveFolio { folio } => {
                cache.places[number(folio)].slot = Slot::Nothing;
                return None;
            }
            FilemapGetFolio { index, .. } | ShmemGetPartialFolio { index, .. } => {
                self.get_locked(index)
            }
            FolioLock { folio } => self.wait_for_lock(folio),
            FolioMarkDirty { folio } => {
                self.data(folio).dirty = true;
                0
            }
            FolioUnlock { .. } | FolioPut { .. } | FolioBatchRelease {} => 0,
            CondResched {} | SoftLockup {} | ShmemRecalcInode { .. } => 0,
            _ => return None,
        })
    }

    fn cached(&mut self) -> &mut Cache {
        self.state.cache.as_mut().expect("a folio is looked for where there is a page cache")
    }

    /// Finds what is in the range. To be locked it has to be whole in it, and not to be waited for.
    fn find(&mut self, range: RangeInclusive<u64>, lock: bool) -> u64 {
        let (first, last) = range.into_inner();
        let waits = self.cached().busy || self.state.data.writeback;
        let piece = self.cached().piece;
        let all = [self.state.data, piece];
        let cache = self.cached();
        (cache.found, cache.next) = (0, first);
        for (place, data) in all.iter().enumerate().take(1 + usize::from(cache.is_split)) {
            let inside = match lock {
                true => data.index >= first && data.after() - 1 <= last,
                false => data.after() > first && data.index <= last,
            };
            cache.piece_matters |= inside && place == 1;
            let slot = cache.places[place].slot;
            if !inside || slot == Slot::Nothing || lock && slot == Slot::Folio && waits {
                continue;
            }
            cache.batch[cache.found] = place;
            cache.found += 1;
            cache.next = data.after();
        }
        cache.found as u64
    }

    /// The folio that has this page, locked. A piece is never asked for: the other edge of the range
    /// is in another folio.
    fn get_locked(&mut self, index: u64) -> u64 {
        let Data { index: first, .. } = self.state.data;
        let has = (first..self.state.data.after()).contains(&index);
        let place = &mut self.cached().places[0];
        let is_there = has && place.slot == Slot::Folio;
        place.is_ours |= is_there;
        is_there.then_some(SRC).to_word()
    }

    /// Whoever had the lock may have taken the folio out of the file.
    fn wait_for_lock(&mut self, folio: Folio) -> u64 {
        let place = &mut self.cached().places[number(folio)];
        if !std::mem::replace(&mut place.is_ours, true) {
            let mapping = place.moved_to;
            if mapping != Some(FILE) {
                place.slot = Slot::Nothing;
            }
            self.data(folio).mapping = mapping;
        }
        0
    }
}

impl Cache {
    fn entry(&self, i: u32) -> Entry {
        let place = self.batch[i as usize];
        match self.places[place].slot {
            Slot::Value => Entry::Value,
            _ => Entry::Folio(folio(place)),
        }
    }

    /// A value goes from the batch and from the file. There is no more than one.
    fn drop_value(&mut self) -> u64 {
        if self.found == 1 && self.places[0].slot == Slot::Value {
            self.places[0].slot = Slot::Nothing;
            self.found = 0;
        }
        0
    }

    fn delete_batch(&mut self) -> u64 {
        for &place in &self.batch[..self.found] {
            self.places[place].slot = Slot::Nothing;
        }
        0
    }
}

fn number(folio: Folio) -> usize {
    usize::from(folio == PIECE)
}

fn folio(place: usize) -> Folio {
    [SRC, PIECE][place]
}
