// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `flags` path.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let mut flags = |name: &str, file: FileSpec, ops: &[FlagOp]| {
        let ops = List::new(ops.iter().copied());
        add(name, Scenario::Flags(FlagsScenario { file, ops }));
    };
    flags("guest_memfd_is_unevictable_and_unmovable", file(FileKind::GuestMemfd), &[]);
    flags(
        "shm_lock_and_unlock_toggle_unevictable",
        file(FileKind::Tmpfs),
        &[FlagOp::ShmLock, FlagOp::ShmUnlock, FlagOp::ShmemUnlockMapping],
    );
    flags(
        "shm_lock_beyond_the_limit_changes_nothing",
        file(FileKind::Tmpfs),
        &[FlagOp::ShmLockRefused],
    );
    flags("ramfs_folio_is_not_evictable", file(FileKind::Ramfs), &[FlagOp::FolioEvictable]);
    flags("bit_10_is_read_by_nobody", raw(1 << 10), &[]);
    flags("every_bit_set", raw(u64::MAX), &[FlagOp::ClearUnevictable, FlagOp::FolioEvictable]);
}

/// The bits that anybody reads, and the one that nobody does.
const BITS: [(u32, &str); 11] = [
    (0, "eio"),
    (1, "enospc"),
    (2, "mm_all_locks"),
    (3, "unevictable"),
    (4, "exiting"),
    (5, "no_writeback_tags"),
    (6, "large_folio_support"),
    (7, "release_always"),
    (8, "stable_writes"),
    (9, "unmovable"),
    (10, "nobodys"),
];

pub(super) fn families(add: Add<'_>) {
    let mut flags = |name: &str, file: FileSpec, ops: &[FlagOp]| {
        let ops = List::new(ops.iter().copied());
        add(name, Scenario::Flags(FlagsScenario { file, ops }));
    };
    for &kind in FileKind::ALL {
        let name = snake(kind);
        flags(&format!("new_{name}"), file(kind), &[]);
        flags(&format!("{name}_with_a_raw_word_of_zero"), raw_of(kind, 0), &[]);
    }
    for (bit, name) in BITS {
        flags(&format!("the_{name}_bit_alone"), raw(1 << bit), &[]);
        flags(&format!("all_but_the_{name}_bit"), raw(0x7ff & !(1 << bit)), &[]);
    }
    for &op in FlagOp::ALL {
        flags(&format!("{}_of_a_new_file", snake(op)), file(FileKind::Tmpfs), &[op]);
        flags(&format!("{}_with_every_bit_set", snake(op)), raw(u64::MAX), &[op]);
    }
}
