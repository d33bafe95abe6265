// SPDX-License-Identifier: GPL-2.0-only
//! Moving a folio to new memory. Source: mm/migrate.c.
//!
//! The callbacks of filesystems and drivers, and the switch in the page cache, are the rest of the
//! kernel. Return values are 0 (`MIGRATEPAGE_SUCCESS`) or a negated errno.

use crate::errno::{EAGAIN, EBUSY, EINVAL, EIO, EOPNOTSUPP};
use crate::{Folio, Function, Kernel, Mapping, MigrateMode, Oops, Revision, Site, within};

/// `MIGRATEPAGE_SUCCESS`.
pub const MIGRATEPAGE_SUCCESS: i32 = 0;
/// `AOP_WRITEPAGE_ACTIVATE`, include/linux/fs.h: `->writepage` did nothing and kept the lock.
pub const AOP_WRITEPAGE_ACTIVATE: i32 = 0x80000;

/// `migrate_folio`: the simple callback, for folios without private data.
///
/// Up to post-fix (where it is `migrate_folio_extra` with no extra references) it switches the
/// mapping and then copies; v6.12 copies first, because the copy may meet poison.
///
/// # Errors
/// [`Oops`] if the source is under write-back.
pub fn migrate_folio<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    within(k, Function::MigrateFolio, |k| {
        let writeback = k.folio_test_writeback(src);
        k.bug_on(writeback, Site::MigrateWriteback)?;
        Ok(if R::MIGRATE_COPIES_FIRST {
            copy_then_switch(k, mapping, dst, src)
        } else {
            switch_then_copy(k, mapping, dst, src, mode)
        })
    })
}

/// The body of `migrate_folio_extra`, up to post-fix.
fn switch_then_copy<K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> i32 {
    let rc = k.folio_migrate_mapping(mapping, dst, src, 0);
    if rc != MIGRATEPAGE_SUCCESS {
        return rc;
    }
    if mode != MigrateMode::SyncNoCopy {
        k.folio_migrate_copy(dst, src);
    } else {
        k.folio_migrate_flags(dst, src);
    }
    MIGRATEPAGE_SUCCESS
}

/// The body of `__migrate_folio` without private data, v6.12.
fn copy_then_switch<K: Kernel>(k: &mut K, mapping: Option<Mapping>, dst: Folio, src: Folio) -> i32 {
    let expected_count = k.folio_expected_ref_count(src).wrapping_add(1);
    if k.folio_ref_count(src) != expected_count {
        return -EAGAIN;
    }
    let rc = k.folio_mc_copy(dst, src);
    if rc != 0 {
        return rc;
    }
    let rc = k.__folio_migrate_mapping(mapping, dst, src, expected_count);
    if rc != MIGRATEPAGE_SUCCESS {
        return rc;
    }
    k.folio_migrate_flags(dst, src);
    MIGRATEPAGE_SUCCESS
}

/// `writeout`: starts the write-back of a dirty folio, so that a later attempt may find it clean.
/// It never succeeds: `-EINVAL` without `->writepage`, `-EIO` if that failed, else `-EAGAIN`.
/// All revisions.
pub fn writeout<K: Kernel>(k: &mut K, mapping: Mapping, folio: Folio) -> i32 {
    within(k, Function::Writeout, |k| {
        if !k.has_writepage(mapping) {
            return -EINVAL;
        }
        if !k.folio_clear_dirty_for_io(folio) {
            return -EAGAIN;
        }
        k.remove_migration_ptes(folio);
        let rc = k.call_writepage(mapping, folio);
        if rc != AOP_WRITEPAGE_ACTIVATE {
            k.folio_lock(folio);
        }
        if rc < 0 { -EIO } else { -EAGAIN }
    })
}

/// `fallback_migrate_folio`: for filesystems without a callback of their own.
///
/// # Errors
/// Those of [`migrate_folio`].
pub fn fallback_migrate_folio<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    within(k, Function::FallbackMigrateFolio, |k| {
        if k.folio_test_dirty(src) {
            return Ok(match mode {
                MigrateMode::Sync => writeout(k, mapping, src),
                MigrateMode::SyncNoCopy if R::HAS_SYNC_NO_COPY => writeout(k, mapping, src),
                _ => -EBUSY,
            });
        }
        if !k.filemap_release_folio(src) {
            return Ok(if mode == MigrateMode::Sync { -EAGAIN } else { -EBUSY });
        }
        migrate_folio::<R, K>(k, Some(mapping), dst, src, mode)
    })
}

/// `move_to_new_folio`: moves a locked source to a locked destination.
///
/// Up to post-fix it serves LRU folios and the movable pages of drivers; v6.12 serves LRU folios
/// alone.
///
/// # Errors
/// [`Oops`] if a BUG is hit.
pub fn move_to_new_folio<R: Revision, K: Kernel>(
    k: &mut K,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    within(k, Function::MoveToNewFolio, |k| {
        if R::MOVES_DRIVER_PAGES {
            move_any::<R, K>(k, dst, src, mode)
        } else {
            move_lru_only::<R, K>(k, dst, src, mode)
        }
    })
}

fn check_locked<K: Kernel>(k: &mut K, dst: Folio, src: Folio) -> Result<(), Oops> {
    let locked = k.folio_test_locked(src);
    k.bug_on(!locked, Site::SrcUnlocked)?;
    let locked = k.folio_test_locked(dst);
    k.bug_on(!locked, Site::DstUnlocked)
}

/// The body up to post-fix.
fn move_any<R: Revision, K: Kernel>(
    k: &mut K,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    let is_lru = !k.__folio_test_movable(src);
    check_locked(k, dst, src)?;

    let rc;
    if is_lru {
        let mapping = k.folio_mapping(src);
        rc = move_lru_folio::<R, K>(k, mapping, dst, src, mode)?;
    } else {
        let isolated = k.folio_test_isolated(src);
        k.bug_on(!isolated, Site::NotIsolated)?;
        if !k.folio_test_movable(src) {
            // The driver released it after it was isolated: there is nothing left to move.
            k.folio_clear_isolated(src);
            return Ok(MIGRATEPAGE_SUCCESS);
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
            k.folio_clear_isolated(src);
        }
        if !k.folio_mapping_flags(src) {
            k.clear_mapping(src);
        }
        if !k.folio_is_zone_device(dst) {
            k.flush_dcache_folio(dst);
        }
    }
    Ok(rc)
}

/// The body in v6.12.
fn move_lru_only<R: Revision, K: Kernel>(
    k: &mut K,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    let mapping = k.folio_mapping(src);
    check_locked(k, dst, src)?;
    let rc = move_lru_folio::<R, K>(k, mapping, dst, src, mode)?;
    if rc == MIGRATEPAGE_SUCCESS {
        if !k.folio_test_anon(src) {
            k.clear_mapping(src);
        }
        if !k.folio_is_zone_device(dst) {
            k.flush_dcache_folio(dst);
        }
    }
    Ok(rc)
}

/// Who moves an LRU folio: nobody, if the mapping's flag forbids it; else the filesystem, or the
/// fallback.
fn move_lru_folio<R: Revision, K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    let Some(mapping) = mapping else {
        return migrate_folio::<R, K>(k, None, dst, src, mode);
    };
    if R::mapping_pins_folios(k, mapping) {
        Ok(-EOPNOTSUPP)
    } else if k.has_migrate_folio(mapping) {
        Ok(k.call_migrate_folio(mapping, dst, src, mode))
    } else {
        fallback_migrate_folio::<R, K>(k, mapping, dst, src, mode)
    }
}
