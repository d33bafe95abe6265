// SPDX-License-Identifier: GPL-2.0-only
//! Whether a function left locks, references, lists and counters as it should have.

use super::state::{Before, Lock};
use super::{Misdeed, World};
use mmcore::{Folio, Lruvec, NodeStat};

impl World {
    /// Remembers what is held, before a function runs.
    pub(crate) fn begin_balance(&mut self) {
        for folio in &mut self.folios {
            folio.before = Before { lock: folio.lock, ours: folio.ours, listed: folio.listed };
        }
    }

    /// Notes what is held that was not, or the other way round. A folio that is newly on
    /// `cc->migratepages` carries one reference for it.
    pub(crate) fn check_balance(&mut self) {
        for i in 0..self.folios.len() {
            let folio = Folio(i as u16);
            let state = self.folio(folio);
            let (lock, before) = (state.lock, state.before);
            let isolated = i32::from(state.listed && !before.listed && !state.huge);
            let lru_off = state.lru_taken || state.listed && state.on_list;
            let refs_off = state.ours != before.ours + isolated;
            if (lock == Lock::Ours) != (before.lock == Lock::Ours) {
                self.note(Misdeed::Lock(folio));
            }
            if refs_off {
                self.note(Misdeed::Reference(folio));
            }
            if lru_off {
                self.note(Misdeed::Lru(folio));
            }
        }
        self.check_counters();
    }

    fn check_counters(&mut self) {
        for i in 0..self.lru_locks.len() {
            if self.lru_locks[i] == Lock::Ours {
                self.note(Misdeed::LruLock(Lruvec(i as u8)));
            }
        }
        let [anon, file] = self.count_isolated();
        let counted = [
            self.stat[NodeStat::IsolatedAnon as usize],
            self.stat[NodeStat::IsolatedFile as usize],
        ];
        if counted != [anon, file] {
            self.note(Misdeed::Lru(Folio(0)));
        }
        if self.rcu != 0 || self.files.iter().any(|file| file.invalidate_lock != 0) {
            self.note(Misdeed::Nesting);
        }
    }
}
