// SPDX-License-Identifier: GPL-2.0-only
//! Mutants of mm/truncate.c and mm/shmem.c.

use super::{all_told_apart, mutant};

const PARTIAL: &[&str] = &["truncate_inode_partial_folio"];
const RANGE: &[&str] = &["truncate_inode_pages_range"];
const UNDO: &[&str] = &["shmem_undo_range"];

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_truncation_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "the mask instead of the bit",
            PARTIAL,
            "truncate_inode_partial_folio",
            "!mapping_inaccessible(folio->mapping)",
            "!(folio->mapping->flags & 10)",
        ),
        mutant(
            "today's number as a mask",
            PARTIAL,
            "truncate_inode_partial_folio",
            "!mapping_inaccessible(folio->mapping)",
            "!(folio->mapping->flags & AS_INACCESSIBLE)",
        ),
        mutant(
            "a flipped test",
            PARTIAL,
            "truncate_inode_partial_folio",
            "if (!mapping_inaccessible",
            "if (mapping_inaccessible",
        ),
        mutant(
            "a limit moved by one",
            PARTIAL,
            "truncate_inode_partial_folio",
            "pos + length <= (u64)end",
            "pos + length < (u64)end",
        ),
        mutant(
            "no wait",
            PARTIAL,
            "truncate_inode_partial_folio",
            "folio_wait_writeback(folio);",
            ";",
        ),
        mutant(
            "signed where it is unsigned",
            PARTIAL,
            "truncate_inode_partial_folio",
            "(u64)end",
            "end",
        ),
        mutant(
            "a wrong offset",
            PARTIAL,
            "truncate_inode_partial_folio",
            "folio_invalidate(folio, offset, length)",
            "folio_invalidate(folio, 0, length)",
        ),
        mutant(
            "a dirty folio is dropped",
            PARTIAL,
            "truncate_inode_partial_folio",
            "return false;",
            ";",
        ),
        mutant(
            "shmem is unmapped too",
            PARTIAL,
            "try_folio_split_or_unmap",
            "ret && !shmem_mapping(folio->mapping)",
            "ret",
        ),
        mutant(
            "other flags",
            PARTIAL,
            "try_folio_split_or_unmap",
            "TTU_SYNC |",
            "TTU_SYNC | TTU_SYNC | 64 |",
        ),
        mutant(
            "a changed errno",
            &["truncate_inode_folio"],
            "truncate_inode_folio",
            "-EIO",
            "-EINVAL",
        ),
        mutant(
            "a swapped pair of effects",
            &["truncate_cleanup_folio"],
            "truncate_cleanup_folio",
            "folio_cancel_dirty(folio);\n\tfolio_clear_mappedtodisk(folio);",
            "folio_clear_mappedtodisk(folio);\n\tfolio_cancel_dirty(folio);",
        ),
        mutant(
            "the end of the file is a page",
            RANGE,
            "truncate_inode_pages_range",
            "end = -1;",
            "end = 0;",
        ),
        mutant(
            "the last folio is cut twice",
            RANGE,
            "truncate_inode_pages_range",
            "if (!same_folio) {",
            "{",
        ),
        mutant(
            "a folio that was not split is dropped",
            RANGE,
            "truncate_inode_pages_range",
            "start = folio_next_index(folio);",
            ";",
        ),
        mutant(
            "a dropped put",
            RANGE,
            "truncate_inode_pages_range",
            "folio_unlock(folio);\n\t\tfolio_put(folio);\n\t\tfolio = NULL;",
            "folio_unlock(folio);\n\t\tfolio = NULL;",
        ),
        mutant(
            "one pass only",
            RANGE,
            "truncate_inode_pages_range",
            "if (index == start)\n\t\t\t\tbreak;",
            "break;",
        ),
        mutant(
            "a loop without end",
            RANGE,
            "truncate_inode_pages_range",
            "index = start;\n\t\t\tcontinue;",
            "index = start;\n\t\t\tend = -1; continue;",
        ),
        mutant(
            "a flipped condition",
            &["folio_needs_release"],
            "folio_needs_release",
            "mapping && mapping_release_always",
            "!mapping || mapping_release_always",
        ),
    ]);
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_shmem_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "a hole that starts over",
            UNDO,
            "shmem_undo_range",
            "index == start || end != -1",
            "index == start",
        ),
        mutant(
            "not made dirty",
            UNDO,
            "shmem_undo_range",
            "folio = NULL;\n\t}\n\n\tif (!same_folio)\n\t\tfolio = shmem_get_partial_folio(inode, lend >> PAGE_SHIFT);\n\tif (folio) {\n\t\tfolio_mark_dirty(folio);",
            "folio = NULL;\n\t}\n\n\tif (!same_folio)\n\t\tfolio = shmem_get_partial_folio(inode, lend >> PAGE_SHIFT);\n\tif (folio) {",
        ),
        mutant(
            "a replaced folio is truncated",
            UNDO,
            "shmem_undo_range",
            "folio_mapping(folio) != mapping",
            "0",
        ),
        mutant(
            "a split folio is not looked at again",
            UNDO,
            "shmem_undo_range",
            "index = start;\n\t\t\t\t\t\tbreak;",
            "break;",
        ),
        mutant(
            "a large folio is dropped whole",
            UNDO,
            "shmem_undo_range",
            "if (!folio_test_large(folio)) {\n\t\t\t\t\ttruncate",
            "if (1) {\n\t\t\t\t\ttruncate",
        ),
        mutant(
            "goes on when somebody locked it",
            &["shmem_unlock_mapping"],
            "shmem_unlock_mapping",
            "!mapping_unevictable(mapping) &&",
            "(mapping_unevictable(mapping), 1) &&",
        ),
        mutant(
            "a flag that is not cleared",
            &["shmem_lock"],
            "shmem_lock",
            "mapping_clear_unevictable(file->f_mapping);",
            ";",
        ),
        mutant(
            "a changed errno",
            &["shmem_lock"],
            "shmem_lock",
            "retval = -ENOMEM",
            "retval = -EPERM",
        ),
        mutant("unlocked without an account", &["shmem_lock"], "shmem_lock", "&& ucounts)", ")"),
    ]);
}
