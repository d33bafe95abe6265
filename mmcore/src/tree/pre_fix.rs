// SPDX-License-Identifier: GPL-2.0-only
//! `pre-fix`: the kvm tree of July 2024, after "mm: Introduce AS_INACCESSIBLE" (c72ceafbd12c) and
//! "KVM: guest_memfd: Use AS_INACCESSIBLE" (1d23040caa8b). Never in a release.
//!
//! What differs from post-fix is the patch. There are two flags, and AS_INACCESSIBLE, a bit *index*,
//! stands where a mask belongs. No helper ever sets or tests bit 10 itself.

use super::functions::Side;
use super::post_fix::AS_LARGE_FOLIO_SUPPORT;
use super::{PostFix, Tree};
use crate::errno::ENOMEM;
use crate::include::linux::pagemap::AS_UNEVICTABLE;
use crate::{Folio, Kernel, Mapping, Oops, Site};

/// The tree before the patch.
#[derive(Clone, Copy, Default, Debug)]
pub struct PreFix;

/// The flag that keeps folios where they are.
const AS_UNMOVABLE: u32 = 9;

impl Tree for PreFix {
    type Base = PostFix;

    const NAME: &'static str = "pre-fix";
    const TREE: &'static str = "kvm tree, 1d23040caa8b";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_LARGE_FOLIO_SUPPORT", AS_LARGE_FOLIO_SUPPORT),
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_UNMOVABLE", AS_UNMOVABLE),
    ];

    const AS_INACCESSIBLE: u32 = 10;

    /// Read as a mask, 10 is 0b1010: AS_ENOSPC and AS_UNEVICTABLE.
    const TRUNCATE_TESTS: u64 = Self::AS_INACCESSIBLE as u64;
    const PINS_FOLIOS: u64 = 1 << AS_UNMOVABLE;

    /// `mapping_set_unmovable`
    fn mapping_set_inaccessible<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
        // Unmovable mappings are unevictable too: the scanner looks at the folio first.
        k.set_bit(mapping, AS_UNEVICTABLE);
        k.set_bit(mapping, AS_UNMOVABLE);
    }

    /// `mapping_unmovable`
    fn mapping_inaccessible<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        k.test_bit(mapping, AS_UNMOVABLE)
    }

    fn truncate_inode_partial_folio<S: Side, K: Kernel>(
        k: &mut K,
        folio: Folio,
        start: i64,
        end: i64,
    ) -> Result<bool, Oops> {
        let pos = k.folio_pos(folio);
        let offset = if pos < start { start.wrapping_sub(pos) as u32 } else { 0 };
        let size = k.folio_size(folio) as u32;
        let length = if pos.wrapping_add(i64::from(size)) as u64 <= end as u64 {
            size.wrapping_sub(offset)
        } else {
            end.wrapping_add(1).wrapping_sub(pos).wrapping_sub(i64::from(offset)) as u32
        };

        k.folio_wait_writeback(folio);
        if u64::from(length) == k.folio_size(folio) {
            let mapping = k.raw_mapping(folio);
            S::truncate_inode_folio(k, mapping, folio);
            return Ok(true);
        }

        let mapping = k.deref_mapping(folio)?;
        if k.flags_and(mapping, u64::from(S::Tree::AS_INACCESSIBLE)) == 0 {
            k.folio_zero_range(folio, offset, length);
        }

        if k.folio_has_private(folio) {
            k.folio_invalidate(folio, u64::from(offset), u64::from(length));
        }
        if !k.folio_test_large(folio) {
            return Ok(true);
        }
        if k.split_folio(folio) == 0 {
            return Ok(true);
        }
        if k.folio_test_dirty(folio) {
            return Ok(false);
        }
        let mapping = k.raw_mapping(folio);
        S::truncate_inode_folio(k, mapping, folio);
        Ok(true)
    }

    fn __kvm_gmem_create<S: Side, K: Kernel>(
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
        k.store_flags(mapping, 0, u64::from(S::Tree::AS_INACCESSIBLE));
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
}
