// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in tmpfs and SysV shared memory.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/shmem.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "shmem_unlock_mapping",
        &[
            m(
                Flipped,
                "it goes on while the segment is locked",
                "!mapping_unevictable(k, Some(mapping))",
                "mapping_unevictable(k, Some(mapping))",
            ),
            m(
                Dropped,
                "it goes on though the segment is locked again",
                "!mapping_unevictable(k, Some(mapping))",
                "true",
            ),
            m(OffByOne, "the last page is left out", "u64::MAX", "u64::MAX - 1"),
            m(Other, "it looks at the first folios again", "index = k.found_next();", ""),
            m(Dropped, "it does not end where there is nothing more", "found == 0", "false"),
            m(Forgotten, "the folios stay unevictable", "k.check_move_unevictable_folios();", ""),
            m(Kept, "the batch's references are kept", "k.folio_batch_release();", ""),
            m(
                Swapped,
                "the batch goes before its folios are moved",
                "k.check_move_unevictable_folios(); k.folio_batch_release();",
                "k.folio_batch_release(); k.check_move_unevictable_folios();",
            ),
        ],
    ),
    of(
        FILE,
        "shmem_undo_range",
        &[
            m(Flipped, "the end of the file is -1 alone", "lend == -1", "lend != -1"),
            m(OffByOne, "the last byte's page is left out", "lend.wrapping_add(1)", "lend"),
            m(
                Forgotten,
                "the inode's blocks are not counted again",
                "k.shmem_recalc_inode(mapping);",
                "",
            ),
        ],
    ),
    of(
        FILE,
        "undo_without_waiting",
        &[
            m(
                Bound,
                "an empty range is looked at",
                "index < end && find_lock_entries(k, mapping, &mut index, end - 1)",
                "index <= end && find_lock_entries(k, mapping, &mut index, end.wrapping_sub(1))",
            ),
            m(OffByOne, "the page after the range goes too", "end - 1", "end"),
            m(Kept, "folios stay locked", "k.folio_unlock(folio);", ""),
            m(
                Swapped,
                "folios are unlocked before they go",
                "truncate_inode_folio::<R, K>(k, Some(mapping), folio); k.folio_unlock(folio);",
                "k.folio_unlock(folio); truncate_inode_folio::<R, K>(k, Some(mapping), folio);",
            ),
            m(Kept, "the batch's references are kept", "k.folio_batch_release();", ""),
            m(
                Forgotten,
                "value entries stay in the batch",
                "k.folio_batch_remove_exceptionals();",
                "",
            ),
        ],
    ),
    of(
        FILE,
        "undo_edges",
        &[
            m(
                Flipped,
                "two pages are taken for the same",
                "lstart >> PAGE_SHIFT == lend >> PAGE_SHIFT",
                "lstart >> PAGE_SHIFT != lend >> PAGE_SHIFT",
            ),
            m(
                Forgotten,
                "the first folio is not made dirty",
                "same_folio = is_within(k, lend, folio); ¦k.folio_mark_dirty(folio);",
                "",
            ),
            m(Forgotten, "the last folio is not made dirty", ") { ¦k.folio_mark_dirty(folio);", ""),
            m(
                Dropped,
                "the first folio is taken for the last too",
                "same_folio = is_within(k, lend, folio);",
                "",
            ),
            m(
                Flipped,
                "a first folio that was split is kept",
                "start = k.folio_next_index(folio);",
                "start = k.folio_index(folio);",
            ),
            m(
                Dropped,
                "the end is not moved for a folio at both ends",
                "if same_folio { end = k.folio_index(folio); }",
                "",
            ).none("a folio at both ends has the last byte of the range, so that the end is no more than the page after the folio, where the start is by then: the range is empty either way"),
            m(
                Dropped,
                "the last folio is looked at even if it is the first",
                "!same_folio",
                "true",
            ),
            m(
                Kept,
                "the first folio's reference is kept",
                "end = k.folio_index(folio); } } k.folio_unlock(folio); ¦k.folio_put(folio);",
                "",
            ),
        ],
    ),
    of(
        FILE,
        "undo_with_waiting",
        &[
            m(
                Flipped,
                "a hole is looked at until it is empty",
                "index == start || end != u64::MAX",
                "index == start || end == u64::MAX",
            ),
            m(
                Dropped,
                "a truncation is not looked at again",
                "index == start || end != u64::MAX",
                "true",
            ),
            m(
                Other,
                "both are needed to end",
                "index == start || end != u64::MAX",
                "index == start && end != u64::MAX",
            ),
            m(OffByOne, "the page after the range goes too", "end - 1", "end"),
            m(Forgotten, "folios are not locked", "k.folio_lock(folio);", ""),
            m(Kept, "folios stay locked", "Undone::Next => ¦k.folio_unlock(folio)", "()"),
            m(
                OffByOne,
                "what swap replaced is passed over",
                "k.fbatch_index(i)",
                "k.fbatch_index(i) + 1",
            ),
            m(
                Forgotten,
                "the pieces of a split folio are not picked up",
                "Undone::Split => { k.folio_unlock(folio); ¦index = start;",
                "",
            ),
            m(Kept, "the batch's references are kept", "k.folio_batch_release();", ""),
            m(Dropped, "it does not pause", "k.cond_resched();", ""),
        ],
    ),
    of(
        FILE,
        "undo_folio",
        &[
            m(
                Flipped,
                "another's folio goes",
                "k.folio_mapping(folio) != Some(mapping)",
                "k.folio_mapping(folio) == Some(mapping)",
            ),
            m(
                Dropped,
                "it is not looked whether the folio still is the file's",
                "k.folio_mapping(folio) != Some(mapping)",
                "false",
            ),
            m(Dropped, "write-back is no BUG", "k.bug_on(writeback, Site::ShmemWriteback)?;", ""),
            m(
                Flipped,
                "large folios go whole, others in part",
                "Site::ShmemWriteback)?; if ¦!k.folio_test_large(folio)",
                "k.folio_test_large(folio)",
            ),
            m(
                Dropped,
                "it starts over though nothing was split",
                "&& ¦!k.folio_test_large(folio)",
                "true",
            ),
        ],
    ),
    of(
        FILE,
        "shmem_lock",
        &[
            m(
                Flipped,
                "what is locked is locked again",
                "lock && ¦!k.shmem_vm_locked(mapping)",
                "k.shmem_vm_locked(mapping)",
            ),
            m(Errno, "-EINVAL beyond RLIMIT_MEMLOCK", "-ENOMEM", "-crate::errno::EINVAL"),
            m(Forgotten, "the mapping stays evictable", "mapping_set_unevictable(k, mapping);", ""),
            m(
                Forgotten,
                "the mapping stays unevictable",
                "mapping_clear_unevictable(k, mapping);",
                "",
            ),
            m(
                Dropped,
                "the user is uncharged without a ucounts",
                "!lock && k.shmem_vm_locked(mapping) && ucounts",
                "!lock && k.shmem_vm_locked(mapping)",
            ),
            m(
                Other,
                "the lock is not noted",
                "k.set_shmem_vm_locked(mapping, true);",
                "k.set_shmem_vm_locked(mapping, false);",
            ),
            m(
                Swapped,
                "it is evictable before it is unlocked",
                "k.set_shmem_vm_locked(mapping, false); mapping_clear_unevictable(k, mapping);",
                "mapping_clear_unevictable(k, mapping); k.set_shmem_vm_locked(mapping, false);",
            ),
        ],
    ),
];
