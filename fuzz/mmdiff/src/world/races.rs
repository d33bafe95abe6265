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
use mmcore::pagemap::{AS_EIO, AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::{Call, Folio, Mapping};

/// The actors of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Schedule {
    races: Vec<Pending>,
    waiting: Vec<(Point, Action, Folio)>,
    /// The moment at which the actor came that is acting.
    now: Point,
    /// What the actors did, in order: which race, and whether it came to anything.
    pub done: Vec<(Action, Folio)>,
    /// What became of the actors, in order.
    pub raced: Vec<(Point, Action, Raced)>,
}

/// What became of a racing actor when its moment came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Raced {
    /// It acted.
    Acted,
    /// It had to wait for a folio lock.
    Waited,
    /// It acted once the lock that it waited for was free.
    ActedLate,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Pending {
    race: Race,
    left: u8,
}

impl Schedule {
    /// The schedule of a scenario.
    pub fn new(races: &[Race]) -> Self {
        let races =
            races.iter().map(|race| Pending { left: race.nth.get() + 1, race: race.clone() });
        Schedule { races: races.collect(), ..Schedule::default() }
    }

    /// Whether an actor has still to come.
    #[inline]
    pub(super) fn is_armed(&self) -> bool {
        !self.races.is_empty()
    }
}

impl World {
    /// Lets every actor step in whose moment this is.
    pub(super) fn run_races_before(&mut self, call: &Call) {
        let id = call.id();
        let about = self.folio_about(call);
        let mut i = 0;
        while i < self.schedule.races.len() {
            let pending = &mut self.schedule.races[i];
            let folio = Folio(pending.race.folio.get().into());
            let now = pending.race.point.is(id) && about.is_none_or(|about| about == folio);
            if now {
                pending.left -= 1;
            }
            if now && pending.left == 0 {
                let race = self.schedule.races.remove(i).race;
                self.act(race.point, race.action, folio, Raced::Acted);
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

    /// Lets those go ahead who waited for a folio lock.
    pub(super) fn run_waiting(&mut self) {
        for (point, action, folio) in std::mem::take(&mut self.schedule.waiting) {
            self.act(point, action, folio, Raced::ActedLate);
        }
    }

    /// Notes that the actor waits for a folio lock.
    fn wait(&mut self, action: Action, folio: Folio) {
        let point = self.schedule.now;
        self.schedule.waiting.push((point, action, folio));
        self.schedule.raced.push((point, action, Raced::Waited));
    }

    fn act(&mut self, point: Point, action: Action, folio: Folio, how: Raced) {
        if usize::from(folio.0) >= self.folios.len() || self.folio(folio).freed {
            return;
        }
        self.schedule.now = point;
        let mapping = self.folio(folio).mapping.filter(|_| !self.folio(folio).anon);
        let acted = match action {
            Action::Truncate => self.race_truncate(folio),
            Action::Evict => mapping.is_some_and(|mapping| self.race_evict(mapping, folio)),
            Action::Reclaim => self.reclaim(folio),
            Action::EndWriteback => std::mem::replace(&mut self.folio_mut(folio).writeback, false),
            Action::Dirty => !std::mem::replace(&mut self.folio_mut(folio).dirty, true),
            Action::Clean => !self.is_memory_only(folio) && self.write_back(folio),
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
        };
        if acted {
            self.schedule.done.push((action, folio));
            self.schedule.raced.push((point, action, how));
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
                self.wait(Action::Truncate, folio);
                return false;
            }
            Lock::Theirs => return false,
            Lock::Free => {}
        }
        self.unmap(folio);
        self.drop_private(folio);
        self.folio_mut(folio).dirty = false;
        let state = self.folio(folio);
        let (start, end) = (state.pos(), state.pos().saturating_add(state.size()));
        let file = self.file_mut(mapping);
        file.truth.fill(start, end, Byte::Zero);
        file.disk.fill(start, end, Byte::Zero);
        self.remove_from_cache(folio);
        true
    }

    /// Evicts the inode: every folio is truncated, then the mapping is freed.
    fn race_evict(&mut self, mapping: Mapping, folio: Folio) -> bool {
        if self.file(mapping).held {
            return false;
        }
        for cached in self.file(mapping).cached.clone() {
            if self.folio(cached).lock == Lock::Ours {
                self.wait(Action::Evict, folio);
                return false;
            }
            if !self.race_truncate(cached) {
                return false;
            }
        }
        self.file_mut(mapping).freed = true;
        true
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
