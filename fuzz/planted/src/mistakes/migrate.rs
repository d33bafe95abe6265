// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in moving a folio.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/migrate.rs";

pub(super) const MISTAKES: &[In] = &[
    of(FILE, "migrate_folio", &[
        m(Dropped, "write-back is no BUG", "k.bug_on(writeback, Site::MigrateWriteback)?;", ""),
        m(Flipped, "what v6.12 does is done before it", "R::MIGRATE_COPIES_FIRST", "!R::MIGRATE_COPIES_FIRST"),
    ]),
    of(FILE, "copy_then_switch", &[
        m(OffByOne, "the caller's reference is not expected", "k.folio_expected_ref_count(src).wrapping_add(1)", "k.folio_expected_ref_count(src)"),
        m(Flipped, "only a folio with other references is moved", "k.folio_ref_count(src) != expected_count", "k.folio_ref_count(src) == expected_count"),
        m(Errno, "-EBUSY for other references", "return -EAGAIN;", "return -EBUSY;"),
        m(Dropped, "poison is copied over", "if rc != 0 { return rc; }", ""),
        m(Errno, "-EAGAIN for poison", "if rc != 0 { return rc; }", "if rc != 0 { return -EAGAIN; }"),
        m(Dropped, "the flags go over though the switch failed", "if rc != MIGRATEPAGE_SUCCESS { return rc; }", ""),
        m(Forgotten, "the flags do not go over", "k.folio_migrate_flags(dst, src);", ""),
        m(Swapped, "the flags go over the wrong way", "k.folio_migrate_flags(dst, src);", "k.folio_migrate_flags(src, dst);"),
    ]),
    of(FILE, "switch_then_copy", &[
        m(Dropped, "it is copied though the switch failed", "if rc != MIGRATEPAGE_SUCCESS { return rc; }", ""),
        m(Flipped, "it is copied in MIGRATE_SYNC_NO_COPY alone", "mode != MigrateMode::SyncNoCopy", "mode == MigrateMode::SyncNoCopy"),
        m(Other, "MIGRATE_SYNC does not copy", "mode != MigrateMode::SyncNoCopy", "mode != MigrateMode::Sync"),
    ]).tree("post-fix"),
    of(FILE, "writeout", &[
        m(Flipped, "it is written by who cannot write", "!k.has_writepage(mapping)", "k.has_writepage(mapping)"),
        m(Errno, "-EBUSY from who cannot write", "return -EINVAL;", "return -EBUSY;"),
        m(Errno, "-EBUSY if somebody else writes", "return -EAGAIN;", "return -EBUSY;"),
        m(Flipped, "it is written if somebody else does", "!k.folio_clear_dirty_for_io(folio)", "k.folio_clear_dirty_for_io(folio)"),
        m(Forgotten, "the migration entries stay", "k.remove_migration_ptes(folio);", ""),
        m(Flipped, "it is locked where it is locked", "rc != AOP_WRITEPAGE_ACTIVATE", "rc == AOP_WRITEPAGE_ACTIVATE"),
        m(Dropped, "it is locked again even so", "rc != AOP_WRITEPAGE_ACTIVATE", "true"),
        m(Kept, "it is left unlocked", "k.folio_lock(folio);", ""),
        m(Bound, "success is -EIO", "rc < 0", "rc <= 0"),
        m(Flipped, "-EIO and -EAGAIN are swapped", "if rc < 0 { -EIO } else { -EAGAIN }", "if rc < 0 { -EAGAIN } else { -EIO }"),
    ]),
    of(FILE, "fallback_migrate_folio", &[
        m(Flipped, "the clean are written", "k.folio_test_dirty(src)", "!k.folio_test_dirty(src)"),
        m(Dropped, "the dirty are moved", "k.folio_test_dirty(src)", "false"),
        m(Errno, "the dirty are -EAGAIN in MIGRATE_ASYNC", "_ => ¦-EBUSY", "-EAGAIN"),
        m(Forgotten, "MIGRATE_SYNC does not write", "MigrateMode::Sync => ¦writeout(k, mapping, src)", "-EBUSY"),
        m(Other, "MIGRATE_SYNC_NO_COPY writes, as it did before", "R::HAS_SYNC_NO_COPY", "true"),
        m(Flipped, "it is moved if it could not be released", "!k.filemap_release_folio(src)", "k.filemap_release_folio(src)"),
        m(Flipped, "MIGRATE_SYNC gets -EBUSY, the others -EAGAIN", "mode == MigrateMode::Sync", "mode != MigrateMode::Sync"),
        m(Other, "the mapping is forgotten", "Some(mapping)", "None"),
    ]),
    of(FILE, "move_to_new_folio", &[
        m(Flipped, "what v6.12 does is done before it", "R::MOVES_DRIVER_PAGES", "!R::MOVES_DRIVER_PAGES"),
    ]),
    of(FILE, "check_locked", &[
        m(Dropped, "an unlocked source is no BUG", "k.bug_on(!locked, Site::SrcUnlocked)?;", ""),
        m(Dropped, "an unlocked destination is no BUG", "k.bug_on(!locked, Site::DstUnlocked)", "Ok(())"),
        m(Swapped, "the BUG is another's", "k.bug_on(!locked, Site::DstUnlocked)", "k.bug_on(!locked, Site::SrcUnlocked)"),
    ]),
    of(FILE, "move_any", &[
        m(Flipped, "drivers' pages are moved as LRU folios", "!k.__folio_test_movable(src)", "k.__folio_test_movable(src)"),
        m(Dropped, "a driver's page that is not isolated is no BUG", "} else { let isolated = k.folio_test_isolated(src); ¦k.bug_on(!isolated, Site::NotIsolated)?;", ""),
        m(Flipped, "what its driver released is moved", "!k.folio_test_movable(src)", "k.folio_test_movable(src)"),
        m(Kept, "what its driver released stays isolated", "is nothing left to move. ¦k.folio_clear_isolated(src);", ""),
        m(Errno, "what its driver released is -EAGAIN", "return Ok(MIGRATEPAGE_SUCCESS);", "return Ok(-EAGAIN);"),
        m(Flipped, "it warns of a page that is isolated", "&& ¦!k.folio_test_isolated(src)", "k.folio_test_isolated(src)"),
        m(Kept, "a driver's page stays isolated", "let isolated = k.folio_test_isolated(src); k.bug_on(!isolated, Site::NotIsolated)?; ¦k.folio_clear_isolated(src);", ""),
        m(Flipped, "the mapping of what has flags in it is cleared", "!k.folio_mapping_flags(src)", "k.folio_mapping_flags(src)"),
        m(Flipped, "device memory is flushed, and nothing else", "!k.folio_is_zone_device(dst)", "k.folio_is_zone_device(dst)"),
    ]).tree("post-fix"),
    of(FILE, "move_lru_only", &[
        m(Flipped, "the mapping is cleared if it failed", "rc == MIGRATEPAGE_SUCCESS", "rc != MIGRATEPAGE_SUCCESS"),
        m(Dropped, "the mapping of anonymous folios is cleared", "!k.folio_test_anon(src)", "true"),
        m(Flipped, "the mapping of anonymous folios alone is cleared", "!k.folio_test_anon(src)", "k.folio_test_anon(src)"),
        m(Forgotten, "the mapping stays", "k.clear_mapping(src);", ""),
        m(Other, "the destination's mapping is cleared", "k.clear_mapping(src);", "k.clear_mapping(dst);"),
        m(Dropped, "device memory is flushed", "!k.folio_is_zone_device(dst)", "true"),
        m(Swapped, "it is flushed before the mapping is cleared",
          "if !k.folio_test_anon(src) { k.clear_mapping(src); } if !k.folio_is_zone_device(dst) { k.flush_dcache_folio(dst); }",
          "if !k.folio_is_zone_device(dst) { k.flush_dcache_folio(dst); } if !k.folio_test_anon(src) { k.clear_mapping(src); }"),
    ]),
    of(FILE, "move_lru_folio", &[
        m(Flipped, "only what is kept in place is moved", "R::mapping_pins_folios(k, mapping)", "!R::mapping_pins_folios(k, mapping)"),
        m(Dropped, "what is kept in place is moved", "R::mapping_pins_folios(k, mapping)", "false"),
        m(Errno, "-EAGAIN for what is kept in place", "-EOPNOTSUPP", "-EAGAIN"),
        m(Flipped, "a callback that is not there is called", "k.has_migrate_folio(mapping)", "!k.has_migrate_folio(mapping)"),
        m(Swapped, "it is moved the wrong way", "k.call_migrate_folio(mapping, dst, src, mode)", "k.call_migrate_folio(mapping, src, dst, mode)"),
    ]),
];
