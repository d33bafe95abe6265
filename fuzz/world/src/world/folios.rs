// SPDX-License-Identifier: GPL-2.0-only
//! Folios: locks, references, the LRU flag, and their bytes.

use super::extents::Byte;
use super::state::{Driver, Lock};
use super::{Misdeed, World};
use mmcore::errno::{EAGAIN, EBUSY};
use mmcore::{Folio, Mapping};

impl World {
    /// `folio_mapping`: anonymous folios have one only in the swap cache, drivers' pages none.
    pub(super) fn mapping_of(&self, folio: Folio) -> Option<Mapping> {
        let state = self.folio(folio);
        if state.driver == Driver::No { state.mapping } else { None }
    }

    pub(super) fn clear_mapping(&mut self, folio: Folio) -> u64 {
        let state = self.folio_mut(folio);
        if state.lock != Lock::Ours {
            self.note(Misdeed::Unlocked(folio));
        }
        self.folio_mut(folio).mapping = None;
        0
    }

    pub(super) fn trylock(&mut self, folio: Folio) -> bool {
        let state = self.folio_mut(folio);
        if state.lock == Lock::Free {
            state.lock = Lock::Ours;
            return true;
        }
        false
    }

    /// Waits for whoever holds the lock, and takes it.
    pub(super) fn lock(&mut self, folio: Folio) -> u64 {
        self.may_sleep();
        if self.folio(folio).lock == Lock::Ours {
            self.note(Misdeed::Lock(folio));
        }
        self.folio_mut(folio).lock = Lock::Ours;
        0
    }

    /// Drops the lock, and lets those run who waited for it.
    pub(super) fn unlock(&mut self, folio: Folio) -> u64 {
        if self.folio(folio).lock != Lock::Ours {
            self.note(Misdeed::Lock(folio));
        }
        self.folio_mut(folio).lock = Lock::Free;
        self.run_waiting();
        0
    }

    pub(super) fn put(&mut self, folio: Folio) -> u64 {
        let state = self.folio_mut(folio);
        state.ours -= 1;
        if state.ours < 0 {
            self.note(Misdeed::Reference(folio));
        }
        // The last put takes the LRU lock.
        self.may_sleep();
        self.drop_refs(folio, 1);
        0
    }

    pub(super) fn test_clear_lru(&mut self, folio: Folio) -> bool {
        let state = self.folio_mut(folio);
        let was = std::mem::replace(&mut state.lru, false);
        state.lru_taken |= was;
        was
    }

    pub(super) fn set_lru(&mut self, folio: Folio) -> u64 {
        let state = self.folio_mut(folio);
        let had_it = std::mem::replace(&mut state.lru_taken, false);
        state.lru = true;
        if !had_it {
            self.note(Misdeed::Lru(folio));
        }
        0
    }

    pub(super) fn unmap(&mut self, folio: Folio) -> u64 {
        let mapcount = std::mem::take(&mut self.folio_mut(folio).mapcount);
        self.drop_refs(folio, mapcount);
        0
    }

    pub(super) fn try_to_unmap(&mut self, folio: Folio) -> u64 {
        if self.script.stays_mapped { 0 } else { self.unmap(folio) }
    }

    /// The CPU writes zeroes. Guest memory faults, and its content is lost.
    pub(super) fn zero_range(&mut self, folio: Folio, offset: u32, length: u32) -> u64 {
        let state = self.folio(folio);
        let (pos, size) = (state.pos(), state.size());
        let allowed = state.lock == Lock::Ours && !state.writeback;
        let (start, end) = (u64::from(offset), u64::from(offset) + u64::from(length));
        if !allowed {
            self.note(Misdeed::Unlocked(folio));
        }
        if end > size {
            self.note(Misdeed::OutOfFolio(folio));
        }
        let Some(mapping) = self.folio(folio).mapping else {
            return 0;
        };
        let (start, end) = (pos.saturating_add(start), pos.saturating_add(end.min(size)));
        let cache = &mut self.file_mut(mapping).cache;
        let private = |(_, _, byte)| matches!(byte, Byte::Private(_));
        if cache.runs(start, end).any(private) {
            cache.fill(start, end, Byte::Garbage);
            self.note(Misdeed::TouchedGuestMemory(folio));
        } else {
            cache.fill(start, end, Byte::Zero);
        }
        0
    }

    /// `folio_invalidate`: the filesystem drops its private data if all of the folio goes.
    pub(super) fn invalidate(&mut self, folio: Folio, offset: u64, length: u64) -> u64 {
        let state = self.folio(folio);
        if offset == 0 && length == state.size() {
            self.drop_private(folio);
        }
        0
    }

    pub(super) fn drop_private(&mut self, folio: Folio) {
        if std::mem::replace(&mut self.folio_mut(folio).private, false) {
            self.drop_refs(folio, 1);
        }
    }

    /// `filemap_release_folio`.
    pub(super) fn release_private(&mut self, folio: Folio) -> bool {
        let state = self.folio(folio);
        if !state.private {
            return true;
        }
        let keeps = state.mapping.is_some_and(|mapping| self.file(mapping).keeps_private);
        if self.folio(folio).writeback || keeps {
            return false;
        }
        self.drop_private(folio);
        true
    }

    /// `split_folio`: into single pages; those past the end of the file leave the page cache. It
    /// fails if the script says so, under write-back, or if somebody has a pin.
    pub(super) fn split(&mut self, folio: Folio) -> i32 {
        if self.script.failing_splits > 0 {
            self.script.failing_splits -= 1;
            return -EAGAIN;
        }
        if self.folio(folio).writeback || !self.release_private(folio) {
            return -EBUSY;
        }
        let state = self.folio(folio);
        if state.refs != state.accounted_refs() + state.ours {
            return -EAGAIN;
        }
        let Some(mapping) = state.mapping else {
            return -EBUSY;
        };
        self.unmap(folio);
        self.split_into_pages(folio, mapping);
        0
    }

    fn split_into_pages(&mut self, folio: Folio, mapping: Mapping) {
        let whole = self.folio(folio).clone();
        let tails = whole.nr_pages() - 1;
        self.drop_refs(folio, tails as i32);
        self.folio_mut(folio).order = 0;

        let file = self.file(mapping);
        let past_end = file.size.div_ceil(mmcore::PAGE_SIZE);
        let after = file.cached.partition_point(|&other| self.folio(other).index <= whole.index);
        let first = self.folios.len();
        for tail in 1..=tails {
            let index = whole.index + tail;
            if index >= past_end {
                let (start, end) = (super::bytes(index), super::bytes(index + 1));
                self.file_mut(mapping).cache.fill(start, end, Byte::Absent);
                if whole.on_list {
                    self.stat[super::lru_stat(&whole) as usize] -= 1;
                }
                continue;
            }
            self.folios.push(super::FolioState {
                order: 0,
                index,
                pfn: whole.pfn + tail,
                lock: Lock::Free,
                refs: 1,
                ours: 0,
                mapcount: 0,
                before: Default::default(),
                ..whole.clone()
            });
        }
        let pages = (first..self.folios.len()).map(|page| Folio(page as u16));
        let cached = &mut self.files[usize::from(mapping.0)].cached;
        let new = pages.len();
        cached.extend(pages);
        cached[after..].rotate_right(new);
    }

    /// Whether the folio's bytes are nowhere but in memory.
    pub(super) fn is_memory_only(&self, folio: Folio) -> bool {
        let state = self.folio(folio);
        state.anon || state.mapping.is_none_or(|mapping| !self.file(mapping).is_on_disk())
    }

    /// Writes a dirty folio to its file's disk. False if it is clean.
    pub(crate) fn write_back(&mut self, folio: Folio) -> bool {
        let dirty = std::mem::replace(&mut self.folio_mut(folio).dirty, false);
        if dirty {
            self.copy_to_disk(folio);
        }
        dirty
    }

    /// Copies the folio's bytes to its file's disk, if there is one.
    pub(super) fn copy_to_disk(&mut self, folio: Folio) {
        let state = self.folio(folio);
        let (start, end) = (state.pos(), state.pos().saturating_add(state.size()));
        if let Some(mapping) = state.mapping.filter(|_| !self.is_memory_only(folio)) {
            let file = self.file_mut(mapping);
            let end = end.min(file.size);
            file.disk.copy_from(&file.cache, start, end.max(start));
        }
    }

    /// Reclaims the folio, if its bytes are on a disk and nobody refers to it.
    pub(crate) fn reclaim(&mut self, folio: Folio) -> bool {
        let state = self.folio(folio);
        let busy = state.lock != Lock::Free
            || state.dirty
            || state.writeback
            || state.unevictable
            || state.mapcount > 0
            || !state.on_list
            || !state.lru
            || state.refs != state.accounted_refs();
        if busy || self.is_memory_only(folio) {
            return false;
        }
        self.drop_private(folio);
        self.forget_past_size(folio);
        self.remove_from_cache(folio);
        true
    }

    /// Nobody is promised the bytes past the end of a file that a truncation has yet to come to:
    /// write-back passes them over, so that with the folio they go, and holes read as zero. What
    /// the disk holds there still has to be right.
    fn forget_past_size(&mut self, folio: Folio) {
        let state = self.folio(folio);
        let (start, end) = (state.pos(), state.pos().saturating_add(state.size()));
        if let Some(mapping) = state.mapping {
            let file = self.file_mut(mapping);
            for (from, to, byte) in file.disk.runs(start.max(file.size), end) {
                if byte == Byte::Zero {
                    file.truth.fill(from, to, byte);
                }
            }
        }
    }

    /// `folio_isolate_lru`, for a caller outside compaction: off the list, with a reference.
    pub(crate) fn isolate_lru(&mut self, folio: Folio) -> bool {
        let state = self.folio_mut(folio);
        if !state.lru || !state.on_list {
            return false;
        }
        (state.lru, state.on_list, state.listed) = (false, false, true);
        state.refs += 1;
        state.ours += 1;
        let (list, isolated) = (super::lru_stat(state), super::scan::isolated_stat(state));
        let pages = state.nr_pages() as i64;
        self.stat[list as usize] -= pages;
        self.stat[isolated as usize] += pages;
        true
    }

    /// A new folio takes its place on the LRU list; the allocation's reference goes.
    pub(crate) fn putback_new(&mut self, folio: Folio) {
        let state = self.folio_mut(folio);
        (state.lru, state.on_list) = (true, true);
        let (stat, pages) = (super::lru_stat(state), state.nr_pages() as i64);
        self.stat[stat as usize] += pages;
        self.drop_refs(folio, 1);
    }

    /// The source of a move goes: off the isolated list, and its last reference.
    pub(crate) fn retire(&mut self, folio: Folio) {
        let state = self.folio_mut(folio);
        if std::mem::replace(&mut state.listed, false) {
            let (stat, pages) = (super::scan::isolated_stat(state), state.nr_pages() as i64);
            self.stat[stat as usize] -= pages;
            self.put(folio);
        }
    }
}
