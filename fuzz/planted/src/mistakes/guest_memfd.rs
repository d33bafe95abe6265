// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in guest_memfd.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "virt/kvm/guest_memfd.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "__kvm_gmem_create",
        &[
            m(Flipped, "a descriptor is taken for an error", "fd < 0", "fd > 0"),
            m(Flipped, "memory is taken for none", "!k.kzalloc_gmem()", "k.kzalloc_gmem()"),
            m(Errno, "-EINVAL without memory", "-ENOMEM", "-EINVAL"),
            m(
                Kept,
                "without memory, the descriptor is kept",
                "if !k.kzalloc_gmem() { ¦k.put_unused_fd(fd);",
                "",
            ),
            m(Kept, "without a file, the memory is kept", "k.kfree_gmem();", ""),
            m(
                Swapped,
                "the descriptor goes before the memory",
                "k.kfree_gmem(); k.put_unused_fd(fd);",
                "k.put_unused_fd(fd); k.kfree_gmem();",
            ),
            m(Bound, "a file is taken for an error", "err < 0", "err <= 0"),
            m(Errno, "-ENOMEM's sign is lost", "return err;", "return -err;"),
            m(Forgotten, "no reference to the VM is taken", "k.kvm_get_kvm();", ""),
            m(Forgotten, "the VM does not learn of it", "k.gmem_list_add(mapping);", ""),
            m(
                Swapped,
                "user space has it before the VM",
                "k.gmem_list_add(mapping); k.fd_install(fd);",
                "k.fd_install(fd); k.gmem_list_add(mapping);",
            ),
            m(
                Other,
                "0 is returned for the descriptor",
                "k.fd_install(fd); fd",
                "k.fd_install(fd); 0",
            ),
        ],
    ),
    of(
        FILE,
        "set_up_mapping",
        &[
            m(
                Flipped,
                "the warning is turned round",
                "!k.file_mapping_is_inodes(mapping)",
                "k.file_mapping_is_inodes(mapping)",
            ),
            m(Forgotten, "its pages may be movable", "k.mapping_set_gfp_mask(mapping);", ""),
            m(Forgotten, "the mapping is not marked", "R::gmem_mark(k, mapping);", ""),
            m(
                Swapped,
                "it is marked before it has a mask",
                "k.mapping_set_gfp_mask(mapping); R::gmem_mark(k, mapping);",
                "R::gmem_mark(k, mapping); k.mapping_set_gfp_mask(mapping);",
            ),
            m(
                Flipped,
                "unevictable, it warns",
                "!mapping_unevictable(k, Some(mapping))",
                "mapping_unevictable(k, Some(mapping))",
            ),
            m(
                Dropped,
                "evictable, it does not warn",
                "!mapping_unevictable(k, Some(mapping))",
                "false",
            ),
            m(
                OffByOne,
                "it is a byte too long",
                "k.gmem_set_mode_and_size(mapping, size);",
                "k.gmem_set_mode_and_size(mapping, size + 1);",
            ),
        ],
    ),
    of(
        FILE,
        "kvm_gmem_punch_hole",
        &[
            m(
                OffByOne,
                "the guest loses a page too many",
                "(offset.wrapping_add(len) >> PAGE_SHIFT) as u64",
                "(offset.wrapping_add(len) >> PAGE_SHIFT) as u64 + 1",
            ),
            m(
                OffByOne,
                "a byte too many is truncated",
                "offset.wrapping_add(len).wrapping_sub(1)",
                "offset.wrapping_add(len)",
            ),
            m(Forgotten, "faults are not held off", "k.filemap_invalidate_lock(mapping);", ""),
            m(Kept, "faults are held off for ever", "k.filemap_invalidate_unlock(mapping);", ""),
            m(
                Other,
                "the lock is shared",
                "k.filemap_invalidate_lock(mapping);",
                "k.filemap_invalidate_lock_shared(mapping);",
            ),
            m(
                OffByOne,
                "the first VM is not told that it begins",
                "k.filemap_invalidate_lock(mapping); for gmem in ¦0..k.gmem_list_len(mapping)",
                "1..k.gmem_list_len(mapping)",
            ),
            m(
                Forgotten,
                "no VM is told that it ends",
                "k.kvm_gmem_invalidate_end(gmem, start, end);",
                "",
            ),
            m(
                Swapped,
                "start and end are swapped",
                "k.kvm_gmem_invalidate_begin(gmem, start, end);",
                "k.kvm_gmem_invalidate_begin(gmem, end, start);",
            ),
            m(
                Swapped,
                "the VMs are told that it ends after the lock is dropped",
                "for gmem in 0..k.gmem_list_len(mapping) { k.kvm_gmem_invalidate_end(gmem, start, end); } k.filemap_invalidate_unlock(mapping);",
                "k.filemap_invalidate_unlock(mapping); for gmem in 0..k.gmem_list_len(mapping) { k.kvm_gmem_invalidate_end(gmem, start, end); }",
            ),
        ],
    ),
    of(
        FILE,
        "kvm_gmem_migrate_folio",
        &[
            m(Forgotten, "it does not warn", "k.warn(Site::GmemMigrated);", ""),
            m(Errno, "it says that it worked", "-EINVAL", "0"),
        ],
    ),
    of(
        FILE,
        "kvm_gmem_error_folio",
        &[
            m(
                OffByOne,
                "the folio's last page stays",
                "start.wrapping_add(k.folio_nr_pages(folio))",
                "start.wrapping_add(k.folio_nr_pages(folio)).wrapping_sub(1)",
            ),
            m(Errno, "memory failure goes on as if nobody took care", "MF_DELAYED", "0"),
            m(
                Other,
                "the lock is exclusive",
                "k.filemap_invalidate_lock_shared(mapping);",
                "k.filemap_invalidate_lock(mapping);",
            ),
            m(Kept, "the lock is kept", "k.filemap_invalidate_unlock_shared(mapping);", ""),
            m(
                Forgotten,
                "the guest keeps the page",
                "k.kvm_gmem_invalidate_begin(gmem, start, end);",
                "",
            ),
        ],
    ),
];
