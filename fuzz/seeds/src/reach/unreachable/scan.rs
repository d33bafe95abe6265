// SPDX-License-Identifier: GPL-2.0-only
//! What the migrate scanner cannot meet in this world.

use super::{Rule, is_call};
use crate::reach::{Answer, Fate, Outcome, Owner, ScanEnd};
use crate::scenario::{FileKind, Path};
use mmcore::CallId;

/// What became of a folio, and whose it was.
fn scanned(outcome: &Outcome) -> Option<(Fate, Owner)> {
    match *outcome {
        Outcome::Scanned(fate, owner) => Some((fate, owner)),
        _ => None,
    }
}

fn is_scanned(outcome: &Outcome, fate: Fate, owner: impl Fn(Owner) -> bool) -> bool {
    scanned(outcome).is_some_and(|(its, of)| its == fate && owner(of))
}

fn has_mapping(owner: Owner) -> bool {
    matches!(owner, Owner::File(_) | Owner::SwapCache)
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        why: "no folio is larger than MAX_PAGE_ORDER",
        covers: |_, o| is_call(o, &[CallId::CompoundOrder, CallId::FolioOrder], &[Answer::Garbage]),
    },
    Rule {
        why: "no loop of the world runs on forever",
        covers: |_, o| *o == Outcome::ScanEnded(ScanEnd::Stopped),
    },
    Rule {
        why: "the zone has no holes",
        covers: |_, o| is_call(o, &[CallId::PageblockPfnToPage], &[Answer::No]),
    },
    Rule {
        why: "the pin is looked for only where there is no mapping",
        covers: |_, o| is_scanned(o, Fate::Pinned, has_mapping),
    },
    Rule {
        why: "without a mapping no filesystem is called",
        covers: |_, o| is_scanned(o, Fate::NoFs, |owner| !has_mapping(owner)),
    },
    Rule {
        why: "without a mapping, or with the swap cache's, there is no flag that could forbid it",
        covers: |_, o| is_scanned(o, Fate::Unmovable, |owner| !matches!(owner, Owner::File(_))),
    },
    Rule {
        why: "all but ramfs and the plain disk have a migrate_folio",
        covers: |_, o| {
            let without = |owner| matches!(owner, Owner::File(FileKind::Ramfs | FileKind::Disk));
            is_scanned(o, Fate::NoCallback, |owner| !without(owner))
        },
    },
    Rule {
        why: "ramfs and memfd_secret have single pages",
        covers: |path, o| {
            let small = |kind: &FileKind| kind.order_limit() == 0;
            path == Path::Truncation
                && matches!(o, Outcome::Zeroed(kind, _, _, true) if small(kind))
        },
    },
    Rule {
        why: "memory without a disk is never under write-back",
        covers: |path, o| {
            let memory = |owner| {
                use FileKind::{DrmShmem, Ramfs, Secretmem, Tmpfs, TmpfsNoswap};
                matches!(owner, Owner::File(Ramfs | Tmpfs | TmpfsNoswap | Secretmem | DrmShmem))
            };
            path == Path::Compaction && is_scanned(o, Fate::Writeback, memory)
        },
    },
];
