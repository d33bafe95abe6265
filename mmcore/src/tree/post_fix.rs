// SPDX-License-Identifier: GPL-2.0-only
//! `post-fix`: "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE" (27e6a24a4cf3), July 2024.
//!
//! What differs from v6.12 is what else changed in mm between the two.

use super::functions::Side;
use super::{Tree, V6_12};
use crate::errno::{EAGAIN, EBUSY, EOPNOTSUPP};
use crate::mm::compaction::{Goto, Scan};
use crate::mm::migrate::MIGRATEPAGE_SUCCESS;
use crate::{Folio, Function, Kernel, MAX_PAGE_ORDER, Mapping, MigrateMode, Oops, Page, Site};

/// The tree with the patch.
#[derive(Clone, Copy, Default, Debug)]
pub struct PostFix;

/// One bit says whether the file supports large folios.
pub(super) const AS_LARGE_FOLIO_SUPPORT: u32 = 6;

impl Tree for PostFix {
    type Base = V6_12;

    const NAME: &'static str = "post-fix";
    const TREE: &'static str = "kvm tree, 27e6a24a4cf3";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_LARGE_FOLIO_SUPPORT", AS_LARGE_FOLIO_SUPPORT),
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_INACCESSIBLE", Self::AS_INACCESSIBLE),
    ];

    const LACKS: &'static [Function] = &[
        Function::MappingSetFolioOrderRange,
        Function::MappingMaxFolioOrder,
        Function::MappingMinFolioOrder,
        Function::MigrateFolioInner,
        Function::TryFolioSplitOrUnmap,
    ];

    const AS_RELEASE_ALWAYS: u32 = 7;
    const AS_STABLE_WRITES: u32 = 8;
    const AS_INACCESSIBLE: u32 = 9;

    /// `__set_bit`, which is not atomic.
    fn mapping_set_large_folios<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
        k.store_flags(mapping, 0, 1 << AS_LARGE_FOLIO_SUPPORT);
    }

    fn mapping_large_folio_support<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        k.test_bit(mapping, AS_LARGE_FOLIO_SUPPORT)
    }

    /// The order is not read before the attempt, but the size after it, twice: by then it may be
    /// another.
    fn page_huge<S: Side, K: Kernel>(scan: &mut Scan, k: &mut K, page: Page) -> Option<Goto> {
        if !k.cc_alloc_contig() {
            let order = k.compound_order(page);
            if order <= MAX_PAGE_ORDER {
                scan.pass_over((1 << order) - 1);
            }
            return Some(Goto::IsolateFail);
        }
        scan.unlock(k);

        scan.ret = k.isolate_or_dissolve_huge_page(page);
        if scan.ret < 0 {
            if scan.ret == -EBUSY {
                scan.ret = 0;
            }
            scan.low_pfn = scan.low_pfn.wrapping_add(k.compound_nr(page).wrapping_sub(1));
            scan.nr_scanned = scan.nr_scanned.wrapping_add(k.compound_nr(page).wrapping_sub(1));
            return Some(Goto::IsolateFail);
        }

        if k.page_huge(page) {
            let folio = k.page_folio(page);
            scan.low_pfn = scan.low_pfn.wrapping_add(k.folio_nr_pages(folio).wrapping_sub(1));
            return Some(Goto::IsolateSuccessNoList(folio));
        }
        None
    }

    /// `migrate_folio_extra`, with no extra references: it switches the mapping, and then copies.
    fn migrate_folio<S: Side, K: Kernel>(
        k: &mut K,
        mapping: Option<Mapping>,
        dst: Folio,
        src: Folio,
        mode: MigrateMode,
    ) -> Result<i32, Oops> {
        // Write-back must be complete.
        let writeback = k.folio_test_writeback(src);
        k.bug_on(writeback, Site::MigrateWriteback)?;

        let rc = k.folio_migrate_mapping(mapping, dst, src, 0);
        if rc != MIGRATEPAGE_SUCCESS {
            return Ok(rc);
        }
        if mode != MigrateMode::SyncNoCopy {
            k.folio_migrate_copy(dst, src);
        } else {
            k.folio_migrate_flags(dst, src);
        }
        Ok(MIGRATEPAGE_SUCCESS)
    }

    fn fallback_migrate_folio<S: Side, K: Kernel>(
        k: &mut K,
        mapping: Mapping,
        dst: Folio,
        src: Folio,
        mode: MigrateMode,
    ) -> Result<i32, Oops> {
        if k.folio_test_dirty(src) {
            // Only a migration that may block on anything writes back.
            match mode {
                MigrateMode::Sync | MigrateMode::SyncNoCopy => {}
                _ => return Ok(-EBUSY),
            }
            return Ok(S::writeout(k, mapping, src));
        }

        // There must be no buffers, or they must go.
        if !k.filemap_release_folio(src) {
            return Ok(if mode == MigrateMode::Sync { -EAGAIN } else { -EBUSY });
        }
        S::migrate_folio(k, Some(mapping), dst, src, mode)
    }

    /// It moves the movable pages of drivers too.
    fn move_to_new_folio<S: Side, K: Kernel>(
        k: &mut K,
        dst: Folio,
        src: Folio,
        mode: MigrateMode,
    ) -> Result<i32, Oops> {
        let is_lru = !k.__folio_test_movable(src);

        let locked = k.folio_test_locked(src);
        k.bug_on(!locked, Site::SrcUnlocked)?;
        let locked = k.folio_test_locked(dst);
        k.bug_on(!locked, Site::DstUnlocked)?;

        let rc;
        if is_lru {
            rc = match k.folio_mapping(src) {
                None => S::migrate_folio(k, None, dst, src, mode)?,
                Some(mapping) if S::mapping_inaccessible(k, mapping) => -EOPNOTSUPP,
                Some(mapping) if k.has_migrate_folio(mapping) => {
                    k.call_migrate_folio(mapping, dst, src, mode)
                }
                Some(mapping) => S::fallback_migrate_folio(k, mapping, dst, src, mode)?,
            };
        } else {
            // The driver may have released it after it was isolated: then there is nothing to move.
            let isolated = k.folio_test_isolated(src);
            k.bug_on(!isolated, Site::NotIsolated)?;
            if !k.folio_test_movable(src) {
                k.folio_clear_isolated(src);
                return Ok(MIGRATEPAGE_SUCCESS); // goto out
            }

            rc = k.movable_migrate_page(dst, src, mode);
            if rc == MIGRATEPAGE_SUCCESS && !k.folio_test_isolated(src) {
                k.warn(Site::LostIsolated);
            }
        }

        if rc == MIGRATEPAGE_SUCCESS {
            if k.__folio_test_movable(src) {
                let isolated = k.folio_test_isolated(src);
                k.bug_on(!isolated, Site::NotIsolated)?;

                // Under the page lock, so that no compactor tries to move it again.
                k.folio_clear_isolated(src);
            }

            // What is anonymous or movable stays so until it is freed.
            if !k.folio_mapping_flags(src) {
                k.clear_mapping(src);
            }

            if !k.folio_is_zone_device(dst) {
                k.flush_dcache_folio(dst);
            }
        }
        // out:
        Ok(rc)
    }

    fn truncate_cleanup_folio<S: Side, K: Kernel>(k: &mut K, folio: Folio) {
        if k.folio_mapped(folio) {
            k.unmap_mapping_folio(folio);
        }

        if k.folio_has_private(folio) {
            let size = k.folio_size(folio);
            k.folio_invalidate(folio, 0, size);
        }

        k.folio_cancel_dirty(folio);
        k.folio_clear_mappedtodisk(folio);
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
        if !S::mapping_inaccessible(k, mapping) {
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
}
