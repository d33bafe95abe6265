// SPDX-License-Identifier: GPL-2.0-only
//! Memory that only a guest may touch. Source: virt/kvm/guest_memfd.c.

use crate::errno::{EINVAL, ENOMEM};
use crate::{Folio, Kernel, Mapping, MigrateMode, Oops, PAGE_SHIFT, Side, Site};

/// `MF_DELAYED`, include/linux/mm.h: memory failure is left to the owner of the memory.
pub const MF_DELAYED: i32 = 2;

/// `kvm_gmem_punch_hole`: takes `[offset, offset + len)` (bytes, page-aligned by the caller) from
/// the guest and frees it. Returns 0.
///
/// # Errors
/// Those of [`truncate_inode_pages_range`](crate::mm::truncate::truncate_inode_pages_range).
pub fn kvm_gmem_punch_hole<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    offset: i64,
    len: i64,
) -> Result<i64, Oops> {
    let start = (offset >> PAGE_SHIFT) as u64;
    let end = (offset.wrapping_add(len) >> PAGE_SHIFT) as u64;

    // What is bound must not change between the begin and the end.
    k.filemap_invalidate_lock(mapping);

    for gmem in 0..k.gmem_list_len(mapping) {
        k.kvm_gmem_invalidate_begin(gmem, start, end);
    }

    let lend = offset.wrapping_add(len).wrapping_sub(1);
    S::truncate_inode_pages_range(k, mapping, offset, lend)?;

    for gmem in 0..k.gmem_list_len(mapping) {
        k.kvm_gmem_invalidate_end(gmem, start, end);
    }

    k.filemap_invalidate_unlock(mapping);

    Ok(0)
}

/// `kvm_gmem_migrate_folio`: the callback that must never be called, for the mapping's flag stops
/// migration before. It exists because the scanner looks whether it does.
pub fn kvm_gmem_migrate_folio<S: Side, K: Kernel>(
    k: &mut K,
    _mapping: Mapping,
    _dst: Folio,
    _src: Folio,
    _mode: MigrateMode,
) -> i32 {
    k.warn(Site::GmemMigrated);
    -EINVAL
}

/// `kvm_gmem_error_folio`: a page went bad. Unmaps the folio from the guest. Returns [`MF_DELAYED`].
pub fn kvm_gmem_error_folio<S: Side, K: Kernel>(k: &mut K, mapping: Mapping, folio: Folio) -> i32 {
    k.filemap_invalidate_lock_shared(mapping);

    let start = k.folio_index(folio);
    let end = start.wrapping_add(k.folio_nr_pages(folio));

    for gmem in 0..k.gmem_list_len(mapping) {
        k.kvm_gmem_invalidate_begin(gmem, start, end);
    }

    // Nothing is truncated: what becomes of the range, user space decides.

    for gmem in 0..k.gmem_list_len(mapping) {
        k.kvm_gmem_invalidate_end(gmem, start, end);
    }

    k.filemap_invalidate_unlock_shared(mapping);

    MF_DELAYED
}

/// `__kvm_gmem_create`: a new guest_memfd of `size` bytes, with its inode's mapping marked.
/// `mapping` is the one that `anon_inode_create_getfile` brings. Returns the new file descriptor, or
/// a negated errno with everything undone.
///
/// Left out: `O_LARGEFILE` and the empty xarray, which nothing here reads.
pub fn __kvm_gmem_create<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    size: i64,
    flags: u64,
) -> i32 {
    let fd = k.get_unused_fd_flags();
    if fd < 0 {
        return fd;
    }

    if !k.kzalloc_gmem() {
        // err_fd:
        k.put_unused_fd(fd);
        return -ENOMEM;
    }

    let err = k.anon_inode_create_getfile(mapping);
    if err < 0 {
        // err_gmem:
        k.kfree_gmem();
        // err_fd:
        k.put_unused_fd(fd);
        return err;
    }

    if !k.file_mapping_is_inodes(mapping) {
        k.warn(Site::GmemForeignMapping);
    }

    k.gmem_set_ops(mapping, flags);
    k.gmem_set_mode_and_size(mapping, size);
    k.mapping_set_gfp_mask(mapping);
    S::mapping_set_inaccessible(k, mapping);
    // Unmovable mappings are supposed to be unevictable as well.
    if !S::mapping_unevictable(k, Some(mapping)) {
        k.warn(Site::GmemEvictable);
    }

    k.kvm_get_kvm();
    k.gmem_list_add(mapping);

    k.fd_install(fd);
    fd
}
