// SPDX-License-Identifier: GPL-2.0-only
//! Mappings: the flags word, write-back errors, and whether a mapping may be read at all.

use super::state::{FileState, Lock};
use super::{Misdeed, World};
use mmcore::errno::{EMFILE, ENOSPC};
use mmcore::include::linux::pagemap::{AS_EIO, AS_ENOSPC};
use mmcore::{Folio, Mapping};

impl World {
    /// The file, after a check that the mapping cannot be freed while it is read: somebody has it
    /// open, or RCU protects it, or one of its folios is locked.
    #[inline]
    pub(super) fn stable(&mut self, mapping: Mapping) -> &FileState {
        let file = self.file(mapping);
        if !file.held || file.freed {
            self.check_stable(mapping);
        }
        self.file(mapping)
    }

    #[inline(never)]
    fn check_stable(&mut self, mapping: Mapping) {
        let file = self.file(mapping);
        if file.freed {
            self.note(Misdeed::ReadFreedMapping(mapping));
        } else if file.kind.is_some() && self.rcu == 0 && !self.has_locked_folio(mapping) {
            self.note(Misdeed::ReadUnstableMapping(mapping));
        }
    }

    fn has_locked_folio(&self, mapping: Mapping) -> bool {
        let locked = |folio: &Folio| self.folio(*folio).lock == Lock::Ours;
        self.file(mapping).cached.iter().any(locked)
    }

    /// The number that a flag has here.
    #[inline(always)]
    pub(super) fn bit(&self, nr: u32) -> u32 {
        self.numbering.as_ref().map_or(nr & 63, |numbering| numbering.bit(nr))
    }

    #[inline(always)]
    pub(super) fn flags_and(&mut self, mapping: Mapping, mask: u64) -> u64 {
        let flags = self.flags(mapping);
        match &self.numbering {
            None => flags & mask,
            Some(numbering) => numbering.back(flags) & mask,
        }
    }

    pub(super) fn store_flags(&mut self, mapping: Mapping, clear: u64, set: u64) -> u64 {
        let [clear, set] = match &self.numbering {
            None => [clear, set],
            Some(numbering) => [clear, set].map(|word| numbering.word(word)),
        };
        self.change_flags(mapping, clear, set)
    }

    #[inline]
    pub(super) fn flags(&mut self, mapping: Mapping) -> u64 {
        self.stable(mapping).flags
    }

    pub(super) fn change_flags(&mut self, mapping: Mapping, clear: u64, set: u64) -> u64 {
        let flags = self.flags(mapping);
        self.file_mut(mapping).flags = flags & !clear | set;
        0
    }

    /// Clears a flag; whoever clears an error bit has reported the error, or made it moot.
    pub(super) fn clear_flag(&mut self, mapping: Mapping, nr: u32) -> u64 {
        let nr = self.bit(nr);
        self.change_flags(mapping, 1 << nr, 0);
        let file = self.file_mut(mapping);
        match nr {
            AS_ENOSPC => file.owes_enospc = false,
            AS_EIO => file.owes_eio = false,
            _ => {}
        }
        0
    }

    pub(super) fn filemap_set_wb_err(&mut self, mapping: Mapping, err: i32) -> u64 {
        let file = self.file_mut(mapping);
        file.wb_err = (err, file.wb_err.1 + 1);
        if err == -ENOSPC {
            file.owes_enospc = true;
        } else {
            file.owes_eio = true;
        }
        0
    }

    pub(super) fn wb_err_news(&mut self, mapping: Mapping) -> i32 {
        let file = self.stable(mapping);
        if file.wb_seen == file.wb_err.1 { 0 } else { file.wb_err.0 }
    }

    pub(super) fn advance_wb_err(&mut self, mapping: Mapping) -> i32 {
        let err = self.wb_err_news(mapping);
        let file = self.file_mut(mapping);
        file.wb_seen = file.wb_err.1;
        err
    }

    pub(super) fn get_unused_fd(&mut self) -> i32 {
        if self.script.no_fd {
            return -EMFILE;
        }
        self.fds += 1;
        self.fds + 2
    }
}
