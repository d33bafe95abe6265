// SPDX-License-Identifier: GPL-2.0-only
//! Mutants of include/linux/pagemap.h, mm/filemap.c, mm/internal.h and virt/kvm/guest_memfd.c.

use super::{all_told_apart, mutant};

const CREATE: &[&str] = &["__kvm_gmem_create"];

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_files_and_flags_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "EIO does not win",
            &["filemap_check_errors"],
            "filemap_check_errors",
            "ret = -EIO",
            "ret = ret ? ret : -EIO",
        ),
        mutant(
            "an error is kept",
            &["filemap_check_errors"],
            "filemap_check_errors",
            "test_and_clear_bit(AS_ENOSPC",
            "test_bit(AS_ENOSPC",
        ),
        mutant(
            "the other number",
            &["filemap_check_and_keep_errors"],
            "filemap_check_and_keep_errors",
            "return -ENOSPC",
            "return -EIO",
        ),
        mutant(
            "one bit stays",
            &["file_check_and_advance_wb_err"],
            "file_check_and_advance_wb_err",
            "clear_bit(AS_ENOSPC, &mapping->flags);",
            ";",
        ),
        mutant(
            "a dropped unlock",
            &["file_check_and_advance_wb_err"],
            "file_check_and_advance_wb_err",
            "spin_unlock(&file->f_lock);",
            ";",
        ),
        mutant(
            "the wrong bit",
            &["mapping_set_error"],
            "mapping_set_error",
            "set_bit(AS_ENOSPC",
            "set_bit(AS_EIO",
        ),
        mutant(
            "a superblock that is not told",
            &["mapping_set_error"],
            "mapping_set_error",
            "if (mapping->host)",
            "if (!mapping->host)",
        ),
        mutant(
            "the wrong bit",
            &["mapping_unevictable"],
            "mapping_unevictable",
            "AS_UNEVICTABLE",
            "AS_EXITING",
        ),
        mutant(
            "evictable",
            &["mapping_set_inaccessible"],
            "mapping_set_inaccessible",
            "set_bit(AS_UNEVICTABLE, &mapping->flags);",
            ";",
        ),
        mutant(
            "another number",
            &["mapping_inaccessible"],
            "mapping_flags",
            "AS_INACCESSIBLE = 8",
            "AS_INACCESSIBLE = 9",
        ),
        mutant(
            "a mask of 64 bits",
            &["mapping_set_folio_order_range"],
            "mapping_set_folio_order_range",
            "~AS_FOLIO_ORDER_MASK",
            "~(unsigned long)AS_FOLIO_ORDER_MASK",
        ),
        mutant(
            "mlock is not heeded",
            &["folio_evictable"],
            "folio_evictable",
            "&&\n\t\t\t!folio_test_mlocked(folio)",
            "",
        ),
        mutant(
            "a dropped unlock",
            &["folio_evictable"],
            "folio_evictable",
            "rcu_read_unlock();",
            ";",
        ),
    ]);
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_guest_memfd_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "the patch undone in part",
            CREATE,
            "__kvm_gmem_create",
            "a_ops = &kvm_gmem_aops;",
            "a_ops = &kvm_gmem_aops; inode->i_mapping->flags |= 10;",
        ),
        mutant(
            "not marked",
            CREATE,
            "__kvm_gmem_create",
            "mapping_set_inaccessible(inode->i_mapping);",
            ";",
        ),
        mutant("a leak", CREATE, "__kvm_gmem_create", "kfree(gmem);", ";"),
        mutant("a changed errno", CREATE, "__kvm_gmem_create", "err = -ENOMEM", "err = -EINVAL"),
        mutant(
            "a warning that is gone",
            CREATE,
            "__kvm_gmem_create",
            "WARN_ON_ONCE(!mapping_unevictable(inode->i_mapping));",
            "(void)!mapping_unevictable(inode->i_mapping);",
        ),
        mutant(
            "a byte too many",
            &["kvm_gmem_punch_hole"],
            "kvm_gmem_punch_hole",
            "offset + len - 1",
            "offset + len",
        ),
        mutant(
            "a dropped unlock",
            &["kvm_gmem_punch_hole"],
            "kvm_gmem_punch_hole",
            "filemap_invalidate_unlock(inode->i_mapping);",
            ";",
        ),
        mutant(
            "unmapped after the truncation",
            &["kvm_gmem_punch_hole"],
            "kvm_gmem_punch_hole",
            "list_for_each_entry(gmem, gmem_list, entry)\n\t\tkvm_gmem_invalidate_begin(gmem, start, end);\n\n\ttruncate_inode_pages_range(inode->i_mapping, offset, offset + len - 1);",
            "truncate_inode_pages_range(inode->i_mapping, offset, offset + len - 1);\n\tlist_for_each_entry(gmem, gmem_list, entry)\n\t\tkvm_gmem_invalidate_begin(gmem, start, end);",
        ),
        mutant(
            "another answer",
            &["kvm_gmem_error_folio"],
            "kvm_gmem_error_folio",
            "MF_DELAYED",
            "MF_RECOVERED",
        ),
        mutant(
            "a page too few",
            &["kvm_gmem_error_folio"],
            "kvm_gmem_error_folio",
            "start + folio_nr_pages(folio)",
            "start + folio_nr_pages(folio) - 1",
        ),
        mutant(
            "it succeeds",
            &["kvm_gmem_migrate_folio"],
            "kvm_gmem_migrate_folio",
            "-EINVAL",
            "0",
        ),
    ]);
}
