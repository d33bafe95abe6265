// SPDX-License-Identifier: GPL-2.0-only
//! The simulated kernel: one concrete state, that answers the ported functions and changes under
//! them.
//!
//! It keeps two things that a real kernel does not: what user space *must* see (the `truth` of each
//! file, and the write-back errors that are owed), and a ledger of [`Misdeed`]s, things that must
//! not happen and that a real kernel would not notice (reading a mapping that could be freed,
//! touching encrypted memory, putting a reference that was not taken).
//!
//! Locks are modelled by their rules: what needs the folio lock waits for it, so a racing
//! truncation cannot step in while the function under test holds it.

mod balance;
pub mod extents;
mod folios;
mod kernel;
mod mappings;
mod migrate;
mod pagecache;
mod pool;
mod races;
mod scan;
pub mod state;

pub use pool::Pool;
pub use races::{Came, Moment, Schedule};

use crate::numbering::Numbering;
use crate::scenario::{FileKind, Recorded};
use extents::Byte;
use mmcore::{Entry, Folio, Lruvec, Mapping, NodeStat, PAGE_SIZE, Site};
use state::{Cc, FileState, FolioState, Lock, Slot};

/// Something that must not happen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Misdeed {
    /// The CPU touched encrypted guest memory.
    TouchedGuestMemory(Folio),
    /// A folio of a guest was moved.
    MovedGuestMemory(Folio),
    /// A folio was moved and its data was not.
    LostData(Folio),
    /// Memory was taken from a guest that nobody asked to take.
    LostGuestMemory(Mapping),
    /// A byte can be read that must be gone, or cannot that must be there.
    StaleBytes(Mapping),
    /// An error was reported that nothing caused.
    UncausedError(Mapping),
    /// A mapping was read after it had been freed.
    ReadFreedMapping(Mapping),
    /// A mapping was read while nothing kept it from being freed.
    ReadUnstableMapping(Mapping),
    /// A lock was taken twice, or dropped by someone who did not hold it.
    Lock(Folio),
    /// The same, for an LRU lock.
    LruLock(Lruvec),
    /// A reference was put that had not been taken.
    Reference(Folio),
    /// A folio's place on the LRU list and the counters disagree.
    Lru(Folio),
    /// An effect was had without what it needs: the folio lock, the LRU lock, or the end of a
    /// write-back.
    Unlocked(Folio),
    /// Bytes outside the folio were zeroed.
    OutOfFolio(Folio),
    /// A nesting (RCU, `invalidate_lock`, descriptors, allocations) did not end where it began.
    Nesting,
    /// A WARN fired.
    Warned(Site),
}

/// Answers that a scenario fixes in advance, for what the world does not model.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Script {
    /// How often a split fails before one succeeds.
    pub failing_splits: u8,
    /// `try_to_unmap` leaves the folio mapped.
    pub stays_mapped: bool,
    /// How often too much is isolated when the scan asks.
    pub throttled: u8,
    /// `user_shm_lock` refuses.
    pub memlock_refused: bool,
    /// `get_unused_fd_flags` fails.
    pub no_fd: bool,
    /// `kzalloc` fails.
    pub no_memory: bool,
    /// `anon_inode_create_getfile` fails.
    pub no_file: bool,
    /// The new file's mapping is not its inode's.
    pub foreign_mapping: bool,
    /// A copy meets poison.
    pub poison: bool,
    /// A driver clears the isolated flag when it moves a page.
    pub careless_driver: bool,
    /// What a driver's callback returns.
    pub driver_returns: i32,
}

/// The batch that `find_lock_entries` and its like fill.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Batch {
    entries: Vec<(Entry, u64)>,
    next: u64,
}

/// The state of the kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct World {
    /// The folios; a [`Folio`] is an index.
    pub folios: Vec<FolioState>,
    /// The files; a [`Mapping`] is an index.
    pub files: Pool<FileState>,
    /// What the scanned page frames hold, as first frame, number of frames and content, in order.
    pub slots: Vec<(u64, u64, Slot)>,
    /// The scan's controls.
    pub cc: Cc,
    /// `zone->zone_start_pfn`
    pub zone_start_pfn: u64,
    /// `zone->compact_cached_migrate_pfn`
    pub cached_migrate_pfn: [u64; 2],
    /// The pageblocks that are marked to be skipped, by their first page frame.
    pub skip: Vec<u64>,
    /// Who holds each lruvec's lock.
    pub lru_locks: [Lock; 2],
    /// `node_page_state`
    pub stat: [i64; 6],
    /// A fatal signal is pending.
    pub signal: bool,
    /// Nesting of `rcu_read_lock`.
    pub rcu: i32,
    /// File descriptors handed out, less those put back.
    pub fds: i32,
    /// Allocations of a gmem, less those freed.
    pub gmem_allocations: i32,
    /// How the flags are numbered by who calls, if otherwise than here.
    pub numbering: Option<Numbering>,
    /// The scripted answers.
    pub script: Script,
    /// The racing actors.
    pub schedule: Schedule,
    /// What must not have happened.
    pub misdeeds: Vec<Misdeed>,
    /// The folios that were moved, oldest first.
    pub moved: Vec<Folio>,
    batch: Batch,
    fuel: u32,
    /// Where the last look at the slots found its page: the next is about the same, nearly always.
    finger: usize,
}

/// How many calls a run may make before the watchdog bites. The longest honest one truncates a
/// split folio of the greatest order, about 20 calls for each of 1024 pages.
const FUEL: u32 = 200_000;

impl Default for World {
    fn default() -> Self {
        World {
            folios: Vec::new(),
            files: Pool::default(),
            slots: Vec::new(),
            cc: Cc::default(),
            zone_start_pfn: 0,
            cached_migrate_pfn: [0; 2],
            skip: Vec::new(),
            lru_locks: [Lock::Free; 2],
            stat: [0; 6],
            signal: false,
            rcu: 0,
            fds: 0,
            gmem_allocations: 0,
            numbering: None,
            script: Script::default(),
            schedule: Schedule::default(),
            misdeeds: Vec::new(),
            moved: Vec::new(),
            batch: Batch::default(),
            fuel: FUEL,
            finger: 0,
        }
    }
}

impl World {
    /// Makes the world as new, and keeps what it has allocated.
    pub fn clear(&mut self) {
        self.folios.clear();
        self.files.clear();
        self.slots.clear();
        self.skip.clear();
        self.schedule.clear();
        self.misdeeds.clear();
        self.moved.clear();
        self.batch.entries.clear();
        self.batch.next = 0;
        self.cc = Cc::default();
        self.zone_start_pfn = 0;
        self.cached_migrate_pfn = [0; 2];
        self.lru_locks = [Lock::Free; 2];
        self.stat = [0; 6];
        self.signal = false;
        self.rcu = 0;
        self.fds = 0;
        self.gmem_allocations = 0;
        self.script = Script::default();
        self.fuel = FUEL;
        self.finger = 0;
    }

    /// Gives the watchdog its patience back, for the next operation.
    pub fn refuel(&mut self) {
        self.fuel = FUEL;
    }

    /// How many calls the operation has made, the one that is being answered included.
    pub(crate) fn calls(&self) -> u32 {
        FUEL - self.fuel
    }

    /// Adds a file without flags. Its mapping is the answer.
    pub fn add_file(&mut self, kind: Option<FileKind>) -> Mapping {
        self.files.add(|file| file.reset(kind), || FileState::new(kind));
        Mapping((self.files.len() - 1) as u8)
    }

    /// Adds a folio as it is, and puts it in its mapping's page cache and on its LRU list.
    pub fn add_folio(&mut self, folio: FolioState) -> Folio {
        let handle = Folio(self.folios.len() as u16);
        if let (Some(mapping), false) = (folio.mapping, folio.anon) {
            let folios = &self.folios;
            let cached = &mut self.files[usize::from(mapping.0)].cached;
            let at = cached.partition_point(|&Folio(i)| folios[usize::from(i)].index < folio.index);
            cached.insert(at, handle);
        }
        if folio.on_list {
            self.stat[lru_stat(&folio) as usize] += folio.nr_pages() as i64;
        }
        self.folios.push(folio);
        handle
    }

    /// Records write-back errors as `mapping_set_error` would have, the flags left to the caller.
    pub fn owe(&mut self, mapping: Mapping, recorded: Recorded) {
        let file = self.file_mut(mapping);
        if matches!(recorded, Recorded::Enospc | Recorded::Both) {
            file.owes_enospc = true;
        }
        if matches!(recorded, Recorded::Eio | Recorded::Both) {
            file.owes_eio = true;
        }
    }

    /// The folio behind a handle.
    pub fn folio(&self, folio: Folio) -> &FolioState {
        &self.folios[usize::from(folio.0)]
    }

    /// The folio behind a handle, to change.
    pub fn folio_mut(&mut self, folio: Folio) -> &mut FolioState {
        &mut self.folios[usize::from(folio.0)]
    }

    /// The file behind a handle.
    pub fn file(&self, mapping: Mapping) -> &FileState {
        &self.files[usize::from(mapping.0)]
    }

    /// The file behind a handle, to change.
    pub fn file_mut(&mut self, mapping: Mapping) -> &mut FileState {
        &mut self.files[usize::from(mapping.0)]
    }

    /// The handle of the folio at `index` of the page cache.
    pub fn cached_at(&self, mapping: Mapping, index: u64) -> Option<Folio> {
        let cached = &self.file(mapping).cached;
        let after = cached.partition_point(|&folio| self.folio(folio).index <= index);
        let candidate = *cached.get(after.checked_sub(1)?)?;
        let folio = self.folio(candidate);
        (index - folio.index < folio.nr_pages()).then_some(candidate)
    }

    /// Notes a misdeed. A few of a kind are kept: one is enough to break an invariant.
    pub(crate) fn note(&mut self, misdeed: Misdeed) {
        const ENOUGH: usize = 4;
        let kind = std::mem::discriminant(&misdeed);
        let alike = self.misdeeds.iter().filter(|known| std::mem::discriminant(*known) == kind);
        if alike.count() < ENOUGH && !self.misdeeds.contains(&misdeed) {
            self.misdeeds.push(misdeed);
        }
    }

    /// Drops `count` references; the last one frees the folio.
    fn drop_refs(&mut self, folio: Folio, count: i32) {
        let state = self.folio_mut(folio);
        state.refs -= count;
        if state.refs == 0 {
            state.freed = true;
            if state.on_list {
                state.on_list = false;
                state.lru = false;
                let stat = lru_stat(state) as usize;
                let pages = state.nr_pages() as i64;
                self.stat[stat] -= pages;
            }
        } else if state.refs < 0 {
            self.note(Misdeed::Reference(folio));
        }
    }

    /// Takes the folio out of its mapping's page cache, and its bytes with it.
    fn remove_from_cache(&mut self, folio: Folio) {
        let state = self.folio_mut(folio);
        let Some(mapping) = state.mapping.take() else {
            return;
        };
        let (pos, size, pages) = (state.pos(), state.size(), state.nr_pages() as i32);
        let index = state.index;
        let cached = &self.file(mapping).cached;
        let at = cached.partition_point(|&other| self.folio(other).index < index);
        let file = self.file_mut(mapping);
        if file.cached.get(at) == Some(&folio) {
            file.cached.remove(at);
        }
        file.cache.fill(pos, pos.saturating_add(size), Byte::Absent);
        self.drop_refs(folio, pages);
    }

    /// Notes it if user space sees, somewhere in `start..end`, what it must not see. Guest memory
    /// it never sees; there the guest is asked.
    pub(crate) fn check_bytes(&mut self, mapping: Mapping, start: u64, end: u64) {
        if self.file(mapping).is_guest_memory() {
            self.check_guest_memory(mapping, start, end);
        } else if self.stale_in(mapping, start, end).is_some() {
            self.note(Misdeed::StaleBytes(mapping));
        }
    }

    /// Notes it if the guest has lost, somewhere in `start..end`, what it had.
    fn check_guest_memory(&mut self, mapping: Mapping, start: u64, end: u64) {
        let file = self.file(mapping);
        let lost = |(from, to, due)| {
            matches!(due, Byte::Private(_)) && file.cache.runs(from, to).any(|run| run.2 != due)
        };
        if file.truth.runs(start, end).any(lost) {
            self.note(Misdeed::LostGuestMemory(mapping));
        }
    }

    /// Compares what user space sees of a file with what it must see, in `start..end`. The answer
    /// is the first range that differs, with the byte that is seen.
    pub fn stale_in(&self, mapping: Mapping, start: u64, end: u64) -> Option<(u64, u64, Byte)> {
        let file = self.file(mapping);
        file.visible(start, end).find_map(|(from, to, seen)| {
            file.truth
                .runs(from, to)
                .find(|&(_, _, due)| due != seen)
                .map(|(from, to, _)| (from, to, seen))
        })
    }

    /// How many bytes of `start..end` are not what they must be.
    pub fn stale_bytes(&self, mapping: Mapping, start: u64, end: u64) -> u64 {
        let file = self.file(mapping);
        let wrong = |(from, to, seen)| {
            file.truth
                .runs(from, to)
                .filter(move |&(_, _, due)| due != seen)
                .map(|(from, to, _)| to - from)
                .sum::<u64>()
        };
        file.visible(start, end).map(wrong).sum()
    }
}

/// The node counter of the LRU list that a folio is on. Inactive stands for all.
fn lru_stat(folio: &FolioState) -> NodeStat {
    if folio.swapbacked { NodeStat::InactiveAnon } else { NodeStat::InactiveFile }
}

/// The first byte after `index` pages, at most the top of the file.
pub(crate) fn bytes(index: u64) -> u64 {
    index.saturating_mul(PAGE_SIZE)
}

#[cfg(test)]
mod misconduct;
