// SPDX-License-Identifier: GPL-2.0-only
//! Racing actors: what other CPUs do between two calls of the function under test.
//!
//! An actor steps in at a moment that has a name in every revision: before the n-th call of a
//! helper, about a folio if the call is about one. It obeys the locking rules. One that needs the
//! folio lock waits for it if the function under test holds it, and goes ahead at the unlock.

use super::World;
use super::extents::Byte;
use super::state::Lock;
use crate::scenario::{Action, Point, Race};
use mmcore::errno::{EIO, ENOSPC};
use mmcore::include::linux::pagemap::{AS_EIO, AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::{Call, CallId, Folio, Mapping};

/// How many words hold a bit for each call.
const AWAITED: usize = CallId::ALL.len().div_ceil(64);

/// The actors of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Schedule {
    races: Vec<Pending>,
    /// The calls before which somebody may come: a bit for each [`CallId`].
    awaited: [u64; AWAITED],
    waiting: Vec<Waiting>,
    /// When the actor came that acts.
    now: Point,
    /// What the actors did, in order.
    pub done: Vec<Moment>,
}

/// What an actor did when its moment came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// When it came.
    pub point: Point,
    /// What it was to do.
    pub action: Action,
    /// The folio that it was after.
    pub folio: Folio,
    /// What came of it.
    pub came: Came,
    /// How many events of the step were there before it.
    pub at: u32,
}

/// What came of an action.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Came {
    /// It was done.
    Done,
    /// It waits for a folio lock that the function under test holds.
    Waits,
    /// It was done as soon as the lock was dropped.
    DoneAfterWaiting,
    /// It came to nothing.
    Nothing,
}

/// An actor that waits for a folio lock, and the mapping that it was evicting.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Waiting {
    point: Point,
    action: Action,
    folio: Folio,
    evicts: Option<Mapping>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Pending {
    race: Race,
    left: u8,
}

impl Schedule {
    /// Takes on the actors of a scenario.
    pub(crate) fn arm(&mut self, races: &[Race]) {
        let races =
            races.iter().map(|race| Pending { left: race.nth.get() + 1, race: race.clone() });
        self.races.extend(races);
        for call in self.races.iter().flat_map(|pending| pending.race.point.calls()) {
            self.awaited[call as usize / 64] |= 1 << (call as usize % 64);
        }
    }

    /// Sends everybody home.
    pub(super) fn clear(&mut self) {
        self.races.clear();
        self.awaited = [0; AWAITED];
        self.waiting.clear();
        self.done.clear();
        self.now = Point::default();
    }

    /// The actors whose moment never came.
    pub fn never_came(&self) -> impl Iterator<Item = &Race> {
        self.races.iter().map(|pending| &pending.race)
    }

    /// The actors that still wait for a lock.
    pub fn still_waiting(&self) -> impl Iterator<Item = (Action, Folio)> {
        self.waiting.iter().map(|waiting| (waiting.action, waiting.folio))
    }

    /// Whether an actor may come before this call.
    #[inline]
    pub(super) fn awaits(&self, call: CallId) -> bool {
        self.awaited[call as usize / 64] >> (call as usize % 64) & 1 != 0
    }
}

impl World {
    /// Lets every actor step in whose moment this is.
    #[cold]
    pub(super) fn run_races_before(&mut self, call: &Call) {
        let id = call.id();
        let mut i = 0;
        while i < self.schedule.races.len() {
            let race = &self.schedule.races[i].race;
            let folio = Folio(race.folio.get().into());
            if !race.point.is(id) || self.folio_about(call).is_some_and(|about| about != folio) {
                i += 1;
                continue;
            }
            let pending = &mut self.schedule.races[i];
            pending.left -= 1;
            if pending.left == 0 {
                let Race { point, action, .. } = self.schedule.races.remove(i).race;
                self.schedule.now = point;
                // The call is not an event yet.
                self.act(action, folio, self.calls() - 1, Came::Done);
            } else {
                i += 1;
            }
        }
    }

    /// The folio that a call is about; a call about a page is about the folio that it belongs to.
    fn folio_about(&self, call: &Call) -> Option<Folio> {
        call.folio().or_else(|| {
            call.page().and_then(|page| match self.slot(page) {
                super::Slot::Folio(folio) | super::Slot::Huge(folio, _) => Some(folio),
                _ => None,
            })
        })
    }

    /// Lets those go ahead who waited for a folio lock. An eviction that has begun goes on, though
    /// the folio that it began with may be gone.
    pub(super) fn run_waiting(&mut self) {
        if self.schedule.waiting.is_empty() {
            return;
        }
        // Whoever has to wait once more goes to the end of the list.
        let before = self.schedule.waiting.len();
        for _ in 0..before {
            let Waiting { point, action, folio, evicts } = self.schedule.waiting.remove(0);
            let at = self.calls();
            self.schedule.now = point;
            match evicts {
                Some(mapping) => {
                    let go_on = |world: &mut World| world.race_evict(mapping, folio);
                    self.note_moment(action, folio, at, Came::DoneAfterWaiting, go_on);
                }
                None => self.act(action, folio, at, Came::DoneAfterWaiting),
            }
        }
    }

    /// Lets an actor do its part, and notes what came of it.
    fn act(&mut self, action: Action, folio: Folio, at: u32, done: Came) {
        self.note_moment(action, folio, at, done, |world| world.acted(action, folio));
    }

    fn note_moment(
        &mut self,
        action: Action,
        folio: Folio,
        at: u32,
        done: Came,
        part: impl FnOnce(&mut World) -> bool,
    ) {
        let waiting = self.schedule.waiting.len();
        let came = match part(self) {
            true => done,
            false if self.schedule.waiting.len() > waiting => Came::Waits,
            false => Came::Nothing,
        };
        let point = self.schedule.now;
        self.schedule.done.push(Moment { point, action, folio, came, at });
    }

    /// Does what an actor does; false if that came to nothing.
    fn acted(&mut self, action: Action, folio: Folio) -> bool {
        if usize::from(folio.0) >= self.folios.len() || self.folio(folio).freed {
            return false;
        }
        let mapping = self.folio(folio).mapping.filter(|_| !self.folio(folio).anon);
        match action {
            Action::Truncate => self.race_truncate(folio),
            Action::Evict => mapping.is_some_and(|mapping| self.race_evict(mapping, folio)),
            Action::Reclaim => self.reclaim(folio),
            Action::EndWriteback => std::mem::replace(&mut self.folio_mut(folio).writeback, false),
            Action::Dirty => !std::mem::replace(&mut self.folio_mut(folio).dirty, true),
            Action::Clean => self.race_write_back(folio),
            Action::ShmLock => mapping.is_some_and(|mapping| self.race_shm_lock(mapping, true)),
            Action::ShmUnlock => mapping.is_some_and(|mapping| self.race_shm_lock(mapping, false)),
            Action::RecordEnospc => mapping.is_some_and(|m| self.race_record(m, ENOSPC)),
            Action::RecordEio => mapping.is_some_and(|m| self.race_record(m, EIO)),
            Action::Pin => {
                self.folio_mut(folio).refs += 1;
                true
            }
            Action::Isolate => self.race_isolate(folio),
            Action::Lock => self.race_lock(folio),
            Action::Signal => !std::mem::replace(&mut self.signal, true),
            Action::MarkSkip => {
                let pfn = self.folio(folio).pfn;
                self.mark_skip(mmcore::Page(pfn));
                true
            }
            Action::HoldLru => {
                let lock =
                    &mut self.lru_locks[usize::from(self.folios[usize::from(folio.0)].lruvec)];
                let free = *lock == Lock::Free;
                if free {
                    *lock = Lock::Theirs;
                }
                free
            }
        }
    }

    /// Truncates one folio, or waits for its lock. A file that the function under test is itself
    /// truncating is protected by `i_rwsem`.
    fn race_truncate(&mut self, folio: Folio) -> bool {
        let Some(mapping) = self.folio(folio).mapping else {
            return false;
        };
        if self.folio(folio).anon || self.file(mapping).held {
            return false;
        }
        match self.folio(folio).lock {
            Lock::Ours => {
                self.wait_for_lock(Action::Truncate, folio);
                return false;
            }
            Lock::Theirs => return false,
            Lock::Free => {}
        }
        self.unmap(folio);
        self.drop_private(folio);
        let state = self.folio_mut(folio);
        // It waits for write-back first.
        (state.dirty, state.writeback) = (false, false);
        let state = self.folio(folio);
        let (start, end) = (state.pos(), state.pos().saturating_add(state.size()));
        let file = self.file_mut(mapping);
        file.truth.fill(start, end, Byte::Zero);
        file.disk.fill(start, end, Byte::Zero);
        self.remove_from_cache(folio);
        true
    }

    /// Evicts the inode: every folio is truncated, then the mapping is freed, after the RCU readers.
    fn race_evict(&mut self, mapping: Mapping, folio: Folio) -> bool {
        if self.file(mapping).held {
            return false;
        }
        let mut at = 0;
        while let Some(&cached) = self.file(mapping).cached.get(at) {
            if self.folio(cached).lock == Lock::Ours {
                let evicts = Some(mapping);
                let (point, action) = (self.schedule.now, Action::Evict);
                self.schedule.waiting.push(Waiting { point, action, folio, evicts });
                return false;
            }
            if !self.race_truncate(cached) {
                return false;
            }
            // It has left the list, or else the next is looked at.
            at += usize::from(self.file(mapping).cached.get(at) == Some(&cached));
        }
        self.file_mut(mapping).freed = self.rcu == 0;
        true
    }

    fn wait_for_lock(&mut self, action: Action, folio: Folio) {
        let point = self.schedule.now;
        self.schedule.waiting.push(Waiting { point, action, folio, evicts: None });
    }

    /// Write-back takes the folio to its disk: under the folio lock, or not at all.
    fn race_write_back(&mut self, folio: Folio) -> bool {
        match self.folio(folio).lock {
            Lock::Ours => {
                self.wait_for_lock(Action::Clean, folio);
                false
            }
            Lock::Theirs => false,
            Lock::Free => !self.is_memory_only(folio) && self.write_back(folio),
        }
    }

    fn race_shm_lock(&mut self, mapping: Mapping, lock: bool) -> bool {
        let file = self.file_mut(mapping);
        if file.kind != Some(crate::scenario::FileKind::Tmpfs)
            || file.vm_locked == lock
            || file.freed
        {
            return false;
        }
        file.vm_locked = lock;
        if lock {
            file.flags |= 1 << AS_UNEVICTABLE;
        } else {
            file.flags &= !(1 << AS_UNEVICTABLE);
        }
        true
    }

    fn race_record(&mut self, mapping: Mapping, errno: i32) -> bool {
        if !self.file(mapping).is_on_disk() || self.file(mapping).freed {
            return false;
        }
        self.filemap_set_wb_err(mapping, -errno);
        let bit = if errno == ENOSPC { AS_ENOSPC } else { AS_EIO };
        self.file_mut(mapping).flags |= 1 << bit;
        true
    }

    fn race_isolate(&mut self, folio: Folio) -> bool {
        let lruvec = usize::from(self.folio(folio).lruvec);
        if !self.folio(folio).lru || self.lru_locks[lruvec] != Lock::Free {
            return false;
        }
        let state = self.folio_mut(folio);
        state.lru = false;
        state.refs += 1;
        if std::mem::replace(&mut state.on_list, false) {
            let (stat, pages) = (super::lru_stat(state), state.nr_pages() as i64);
            self.stat[stat as usize] -= pages;
        }
        true
    }

    fn race_lock(&mut self, folio: Folio) -> bool {
        let state = self.folio_mut(folio);
        let free = state.lock == Lock::Free;
        if free {
            state.lock = Lock::Theirs;
        }
        free
    }
}
