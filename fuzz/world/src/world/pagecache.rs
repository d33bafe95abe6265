// SPDX-License-Identifier: GPL-2.0-only
//! The page cache: look-ups by index and in batches, and removal. Source of the rules:
//! mm/filemap.c, `find_lock_entries`, `find_get_entries`, `__filemap_get_folio`.

use super::state::Lock;
use super::{Misdeed, World};
use mmcore::{Entry, Folio, Mapping, PAGEVEC_SIZE};

impl World {
    fn begin_batch(&mut self, start: u64) {
        self.batch.entries.clear();
        self.batch.next = start;
    }

    fn take_ref(&mut self, folio: Folio) {
        let state = self.folio_mut(folio);
        state.refs += 1;
        state.ours += 1;
    }

    /// The place in the page cache of the first folio that reaches `index` or beyond.
    fn first_from(&self, mapping: Mapping, index: u64) -> usize {
        let before = |&folio: &Folio| {
            let state = self.folio(folio);
            state.index.saturating_add(state.nr_pages() - 1) < index
        };
        self.file(mapping).cached.partition_point(before)
    }

    /// Whole folios inside `start..=end` that nobody has locked and that are not being written.
    pub(super) fn batch_lockable(&mut self, mapping: Mapping, start: u64, end: u64) -> u32 {
        self.begin_batch(start);
        let mut at = self.first_from(mapping, start);
        while let Some(&folio) = self.file(mapping).cached.get(at) {
            at += 1;
            let state = self.folio(folio);
            let (index, last) = (state.index, state.index + (state.nr_pages() - 1));
            if index > end {
                break;
            }
            let whole = index >= self.batch.next && last <= end;
            if !whole || state.lock != Lock::Free || state.writeback {
                continue;
            }
            self.take_ref(folio);
            self.folio_mut(folio).lock = Lock::Ours;
            self.batch.entries.push((Entry::Folio(folio), index));
            self.batch.next = last.wrapping_add(1);
            if self.batch.entries.len() == PAGEVEC_SIZE as usize {
                break;
            }
        }
        self.batch.entries.len() as u32
    }

    /// Folios that touch `start..=end`, whatever their state.
    pub(super) fn batch_all(&mut self, mapping: Mapping, start: u64, end: u64) -> u32 {
        self.begin_batch(start);
        let mut at = self.first_from(mapping, start);
        while let Some(&folio) = self.file(mapping).cached.get(at) {
            at += 1;
            let state = self.folio(folio);
            let (index, next) = (state.index, state.index.wrapping_add(state.nr_pages()));
            if index > end {
                break;
            }
            self.take_ref(folio);
            self.batch.entries.push((Entry::Folio(folio), index.max(start)));
            self.batch.next = next;
            if self.batch.entries.len() == PAGEVEC_SIZE as usize {
                break;
            }
        }
        self.batch.entries.len() as u32
    }

    pub(super) fn batch_folios(&mut self, mapping: Mapping, start: u64, end: u64) -> u32 {
        let found = self.batch_all(mapping, start, end);
        if found < PAGEVEC_SIZE {
            self.batch.next = if end == u64::MAX { end } else { end + 1 };
        }
        found
    }

    fn batch_folio(&self, i: usize) -> Option<Folio> {
        match self.batch.entries.get(i) {
            Some(&(Entry::Folio(folio), _)) => Some(folio),
            _ => None,
        }
    }

    pub(super) fn delete_batch(&mut self) -> u64 {
        for i in 0..self.batch.entries.len() {
            if let Some(folio) = self.batch_folio(i) {
                self.filemap_remove(folio);
            }
        }
        0
    }

    pub(super) fn release_batch(&mut self) -> u64 {
        for i in 0..self.batch.entries.len() {
            if let Some(folio) = self.batch_folio(i) {
                self.put(folio);
            }
        }
        self.batch.entries.clear();
        0
    }

    /// Folios that reclaim may have again leave the unevictable list.
    pub(super) fn check_move_unevictable(&mut self) -> u64 {
        for i in 0..self.batch.entries.len() {
            if let Some(folio) = self.batch_folio(i) {
                let state = self.folio_mut(folio);
                state.unevictable &= state.mlocked;
            }
        }
        0
    }

    /// `__filemap_get_folio(FGP_LOCK)`, and `shmem_get_partial_folio` where nothing is swapped out.
    pub(super) fn get_locked(&mut self, mapping: Mapping, index: u64) -> Option<Folio> {
        let folio = self.cached_at(mapping, index)?;
        self.take_ref(folio);
        self.lock(folio);
        Some(folio)
    }

    pub(super) fn filemap_remove(&mut self, folio: Folio) -> u64 {
        if self.folio(folio).lock != Lock::Ours {
            self.note(Misdeed::Unlocked(folio));
        }
        self.remove_from_cache(folio);
        0
    }
}
