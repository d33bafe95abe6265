// SPDX-License-Identifier: GPL-2.0-only
//! What migration asks of the rest of the kernel: the switch in the page cache, the copy, and the
//! callbacks of filesystems and drivers.

use super::World;
use super::extents::Byte;
use super::{Lock, Misdeed};
use crate::scenario::{FileKind, MigrateCallback, WritepageCallback};
use mmcore::errno::{EAGAIN, EBUSY, EHWPOISON, EIO};
use mmcore::mm::migrate::AOP_WRITEPAGE_ACTIVATE;
use mmcore::tree::V6_12;
use mmcore::{Folio, Mapping, MigrateMode, Side};

impl World {
    /// `folio_expected_refs`: the caller's, the page cache's and the private data's. The folio was
    /// unmapped before.
    pub(super) fn expected_refs(&self, src: Folio) -> i32 {
        1 + self.folio(src).accounted_refs()
    }

    /// `folio_migrate_mapping`: puts `dst` where `src` was, unless there is a reference too many.
    pub(super) fn switch_mapping(&mut self, dst: Folio, src: Folio, expected: i32) -> i32 {
        let from = self.folio(src).clone();
        if from.refs != expected {
            return -EAGAIN;
        }
        let to = self.folio_mut(dst);
        to.mapping = from.mapping;
        to.index = from.index;
        to.anon = from.anon;
        to.swapbacked = from.swapbacked;
        to.uncopied = to.copied_from != Some(src);
        if let Some(mapping) = from.mapping {
            let pages = from.nr_pages() as i32;
            to.refs += pages;
            to.dirty = from.dirty;
            let source = self.folio_mut(src);
            source.refs -= pages;
            source.dirty = false;
            if !from.anon {
                for cached in &mut self.file_mut(mapping).cached {
                    if *cached == src {
                        *cached = dst;
                    }
                }
                if self.file(mapping).is_guest_memory() {
                    self.note(Misdeed::MovedGuestMemory(src));
                }
            }
        }
        self.moved.push(src);
        0
    }

    /// The CPU copies the data. Guest memory faults.
    pub(super) fn copy_data(&mut self, dst: Folio, src: Folio) {
        let target = self.folio_mut(dst);
        target.uncopied = false;
        target.copied_from = Some(src);
        let state = self.folio(src);
        let (start, end) = (state.pos(), state.pos().saturating_add(state.size()));
        if let Some(mapping) = state.mapping
            && !state.anon
        {
            let private = |(_, _, byte)| matches!(byte, Byte::Private(_));
            if self.file(mapping).cache.runs(start, end).any(private) {
                self.note(Misdeed::TouchedGuestMemory(src));
            }
        }
    }

    pub(super) fn mc_copy(&mut self, dst: Folio, src: Folio) -> i32 {
        if self.script.poison {
            return -EHWPOISON;
        }
        self.copy_data(dst, src);
        0
    }

    pub(super) fn migrate_flags(&mut self, dst: Folio, src: Folio) -> u64 {
        let source = self.folio_mut(src);
        let (unevictable, dirty) = (source.unevictable, source.dirty);
        source.unevictable = false;
        let target = self.folio_mut(dst);
        target.unevictable = unevictable;
        target.dirty |= dirty;
        0
    }

    /// A filesystem's migration callback.
    pub(super) fn filesystem_migrates(
        &mut self,
        mapping: Mapping,
        dst: Folio,
        src: Folio,
        mode: MigrateMode,
    ) -> i32 {
        match (self.file(mapping).migrate, self.file(mapping).kind) {
            (MigrateCallback::Again, _) => -EAGAIN,
            (MigrateCallback::Busy, _) | (_, Some(FileKind::Secretmem)) => -EBUSY,
            (_, Some(FileKind::GuestMemfd)) => {
                V6_12::kvm_gmem_migrate_folio(self, mapping, dst, src, mode)
            }
            _ => self.migrate_as_filesystem(dst, src, mode),
        }
    }

    /// What `filemap_migrate_folio` does: private data goes along.
    fn migrate_as_filesystem(&mut self, dst: Folio, src: Folio, mode: MigrateMode) -> i32 {
        let rc = self.switch_mapping(dst, src, self.expected_refs(src));
        if rc != 0 {
            return rc;
        }
        if self.folio(src).private {
            self.drop_private(src);
            let target = self.folio_mut(dst);
            target.private = true;
            target.refs += 1;
        }
        if mode != MigrateMode::SyncNoCopy {
            self.copy_data(dst, src);
        }
        self.migrate_flags(dst, src);
        0
    }

    /// A driver's migration callback. The page's isolated flag is the caller's to clear.
    pub(super) fn driver_migrates(&mut self, dst: Folio, src: Folio) -> i32 {
        if self.script.driver_returns == 0 {
            self.folio_mut(dst).driver = self.folio(src).driver;
            self.moved.push(src);
            if self.script.careless_driver {
                self.folio_mut(src).isolated = false;
            }
        }
        self.script.driver_returns
    }

    /// A filesystem's `->writepage`.
    pub(super) fn filesystem_writes(&mut self, mapping: Mapping, folio: Folio) -> i32 {
        match self.file(mapping).writepage {
            WritepageCallback::Starts | WritepageCallback::Absent => {
                self.copy_to_disk(folio);
                self.folio_mut(folio).writeback = true;
                self.unlock(folio);
                0
            }
            WritepageCallback::Activate => {
                self.folio_mut(folio).dirty = true;
                AOP_WRITEPAGE_ACTIVATE
            }
            WritepageCallback::Fails => {
                self.unlock(folio);
                -EIO
            }
        }
    }

    /// Notes a destination to which no data was copied though the mapping was switched to it.
    pub(crate) fn check_copied(&mut self, dst: Folio) {
        if self.folio(dst).uncopied && self.folio(dst).lock != Lock::Theirs {
            self.note(Misdeed::LostData(dst));
        }
    }
}
