// SPDX-License-Identifier: GPL-2.0-only
//! The page cache of a file in which there is one page at most, and the batch that was found last.

use super::kernel::{FILE, Machine, SRC, State};
use mmcore::{Call, Entry, Mapping, Word};
use std::ops::RangeInclusive;

/// What is at the one place of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Slot {
    Nothing,
    Page,
    /// A shadow, or a swap entry.
    Value,
}

/// The page cache, all decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cache {
    pub(crate) slot: Slot,
    /// `mapping_empty`, which is asked before anything is looked for.
    pub(crate) empty: bool,
    /// Somebody else has the page's lock, until it is waited for.
    pub(crate) busy: bool,
    /// Where the page is when its lock has been waited for.
    pub(crate) moved_to: Option<Mapping>,
    /// `folio_contains`, which a page that is locked and in the file does not fail.
    pub(crate) contains: bool,
    /// Whether the slot is in the batch.
    pub(crate) found: bool,
    pub(crate) next: u64,
}

impl Machine<'_> {
    /// Answers what is asked of the page cache; `None` if something else is.
    pub(crate) fn cache(&mut self, call: Call) -> Option<u64> {
        use Call::*;
        let State { cache: Some(cache), index, mapping, dirty, writeback, .. } = &mut self.state
        else {
            return None;
        };
        let waits = cache.slot == Slot::Page && (cache.busy || *writeback);
        Some(match call {
            MappingEmpty { .. } => cache.empty.to_word(),
            // Only what need not be waited for.
            FindLockEntries { start, end, .. } => cache.find(*index, start..=end, !waits),
            FindGetEntries { start, end, .. } => cache.find(*index, start..=end, true),
            FoundNext {} => cache.next,
            FbatchCount {} => cache.found.into(),
            FbatchEntry { .. } if cache.slot == Slot::Value => Entry::Value.to_word(),
            FbatchEntry { .. } => Entry::Folio(SRC).to_word(),
            FbatchIndex { .. } | FolioIndex { .. } => *index,
            FolioNextIndex { .. } => *index + 1,
            FolioContains { .. } => cache.contains.to_word(),
            // Values go from the batch and from the file.
            TruncateFolioBatchExceptionals { .. } | FolioBatchRemoveExceptionals {} => {
                if cache.slot == Slot::Value && std::mem::take(&mut cache.found) {
                    cache.slot = Slot::Nothing;
                }
                0
            }
            DeleteFromPageCacheBatch { .. } => {
                cache.slot = Slot::Nothing;
                0
            }
            FilemapRemoveFolio { .. } => {
                cache.slot = Slot::Nothing;
                return None;
            }
            FilemapGetFolio { index: at, .. } | ShmemGetPartialFolio { index: at, .. } => {
                (cache.slot == Slot::Page && at == *index).then_some(SRC).to_word()
            }
            // Whoever had it may have taken the page out of the file.
            FolioLock { .. } => {
                *mapping = cache.moved_to;
                if *mapping != Some(FILE) {
                    cache.slot = Slot::Nothing;
                }
                0
            }
            FolioMarkDirty { .. } => {
                *dirty = true;
                0
            }
            FolioUnlock { .. } | FolioPut { .. } | FolioBatchRelease {} => 0,
            CondResched {} | SoftLockup {} | ShmemRecalcInode { .. } => 0,
            _ => return None,
        })
    }
}

impl Cache {
    /// Finds what is at `index`, if that is in the range and it will do.
    fn find(&mut self, index: u64, range: RangeInclusive<u64>, will_do: bool) -> u64 {
        self.found = self.slot != Slot::Nothing && will_do && range.contains(&index);
        self.next = if self.found { index + 1 } else { *range.start() };
        self.found.into()
    }
}
