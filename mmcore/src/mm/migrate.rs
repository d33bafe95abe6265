// SPDX-License-Identifier: GPL-2.0-only
//! Moving a folio to new memory. Source: mm/migrate.c.
//!
//! The callbacks of filesystems and drivers, and the switch in the page cache, are the rest of the
//! kernel. Return values are 0 (`MIGRATEPAGE_SUCCESS`) or a negated errno.

use crate::errno::{EAGAIN, EBUSY, EINVAL, EIO, EOPNOTSUPP};
use crate::{Folio, Kernel, Mapping, MigrateMode, Oops, Side, Site};

/// `MIGRATEPAGE_SUCCESS`.
pub const MIGRATEPAGE_SUCCESS: i32 = 0;
/// `AOP_WRITEPAGE_ACTIVATE`, include/linux/fs.h: `->writepage` did nothing and kept the lock.
pub const AOP_WRITEPAGE_ACTIVATE: i32 = 0x80000;

/// `__migrate_folio`: copies the folio and then switches the mapping, for the copy may meet poison.
/// v6.12. `src_private` is left out: it is `NULL` here.
pub fn __migrate_folio<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    dst: Folio,
    src: Folio,
    _mode: MigrateMode,
) -> i32 {
    let expected_count = k.folio_expected_ref_count(src).wrapping_add(1);

    // No copy if there are other references.
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

/// `migrate_folio`: the simple callback, for folios without private data.
///
/// # Errors
/// [`Oops`] if the source is under write-back.
pub fn migrate_folio<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Option<Mapping>,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    // Write-back must be complete.
    let writeback = k.folio_test_writeback(src);
    k.bug_on(writeback, Site::MigrateWriteback)?;
    Ok(S::__migrate_folio(k, mapping, dst, src, mode))
}

/// `writeout`: starts the write-back of a dirty folio, so that a later attempt may find it clean.
/// It never succeeds: `-EINVAL` without `->writepage`, `-EIO` if that failed, else `-EAGAIN`.
pub fn writeout<S: Side, K: Kernel>(k: &mut K, mapping: Mapping, folio: Folio) -> i32 {
    if !k.has_writepage(mapping) {
        return -EINVAL;
    }

    if !k.folio_clear_dirty_for_io(folio) {
        // Somebody else writes it.
        return -EAGAIN;
    }

    // The filesystem may have it in some queue, so it must be clean to migrate; and whoever writes
    // it may drop the lock. So this attempt cannot succeed any more.
    k.remove_migration_ptes(folio);

    let rc = k.call_writepage(mapping, folio);

    if rc != AOP_WRITEPAGE_ACTIVATE {
        k.folio_lock(folio);
    }

    if rc < 0 { -EIO } else { -EAGAIN }
}

/// `fallback_migrate_folio`: for filesystems without a callback of their own.
///
/// # Errors
/// Those of [`migrate_folio`].
pub fn fallback_migrate_folio<S: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    if k.folio_test_dirty(src) {
        // Only a migration that may block on anything writes back.
        match mode {
            MigrateMode::Sync => {}
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

/// `move_to_new_folio`: moves a locked source, an LRU folio, to a locked destination.
///
/// # Errors
/// [`Oops`] if a BUG is hit.
pub fn move_to_new_folio<S: Side, K: Kernel>(
    k: &mut K,
    dst: Folio,
    src: Folio,
    mode: MigrateMode,
) -> Result<i32, Oops> {
    let mapping = k.folio_mapping(src);

    let locked = k.folio_test_locked(src);
    k.bug_on(!locked, Site::SrcUnlocked)?;
    let locked = k.folio_test_locked(dst);
    k.bug_on(!locked, Site::DstUnlocked)?;

    let rc = match mapping {
        None => S::migrate_folio(k, None, dst, src, mode)?,
        Some(mapping) if S::mapping_inaccessible(k, mapping) => -EOPNOTSUPP,
        // Most filesystems have a callback, and so has the swap space, where anonymous folios are.
        Some(mapping) if k.has_migrate_folio(mapping) => {
            k.call_migrate_folio(mapping, dst, src, mode)
        }
        Some(mapping) => S::fallback_migrate_folio(k, mapping, dst, src, mode)?,
    };

    if rc == MIGRATEPAGE_SUCCESS {
        // A file's folio must lose its mapping before it is freed; an anonymous one must not.
        if !k.folio_test_anon(src) {
            k.clear_mapping(src);
        }

        if !k.folio_is_zone_device(dst) {
            k.flush_dcache_folio(dst);
        }
    }
    Ok(rc)
}
