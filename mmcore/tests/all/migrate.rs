// SPDX-License-Identifier: GPL-2.0-only
//! Moving a folio: who may move it, who does, and what is left behind.

use crate::script::{DST, F, M, OTHER, Script, all_answers, bug, warn};
use mmcore::errno::{EAGAIN, EBUSY, EINVAL, EIO, EOPNOTSUPP};
use mmcore::mm::migrate::{AOP_WRITEPAGE_ACTIVATE, MIGRATEPAGE_SUCCESS};
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::{Call, CallId, Folio, Mapping, MigrateMode, Oops, Side, Site};

type Move = fn(&mut Script, Folio, Folio, MigrateMode) -> Result<i32, Oops>;
/// The revisions under test, and the bit by which a mapping keeps its folios.
const BOTH: [(Move, u32); 2] =
    [(PreFix::move_to_new_folio::<Script>, 9), (PostFix::move_to_new_folio::<Script>, 9)];
const LATER: (Move, u32) = (V6_12::move_to_new_folio::<Script>, 8);
const TREES: [(Move, u32); 3] = [BOTH[0], BOTH[1], LATER];

type Simple = fn(&mut Script, Option<Mapping>, Folio, Folio, MigrateMode) -> Result<i32, Oops>;
const SIMPLE: [Simple; 2] = [PreFix::migrate_folio::<Script>, PostFix::migrate_folio::<Script>];

type Fallback = fn(&mut Script, Mapping, Folio, Folio, MigrateMode) -> Result<i32, Oops>;
const FALLBACK: [Fallback; 2] =
    [PreFix::fallback_migrate_folio::<Script>, PostFix::fallback_migrate_folio::<Script>];

const SWITCH: &str = "folio_migrate_mapping(mapping1, folio8, folio7, 0)";
const COPY: &str = "folio_migrate_copy(folio8, folio7)";
const FLAGS: &str = "folio_migrate_flags(folio8, folio7)";
const CLEAR: &str = "clear_mapping(folio7)";
const FLUSH: &str = "flush_dcache_folio(folio8)";
const DRIVER: &str = "movable_migrate_page(folio8, folio7, MIGRATE_SYNC)";
const RELEASE_ISOLATED: &str = "folio_clear_isolated(folio7)";

#[test]
fn the_constants_are_the_kernels() {
    assert_eq!((MIGRATEPAGE_SUCCESS, AOP_WRITEPAGE_ACTIVATE), (0, 0x80000));
}

// ---- migrate_folio ----

#[test]
fn the_mapping_is_switched_before_the_data_is_copied() {
    for simple in SIMPLE {
        for &mode in MigrateMode::ALL {
            for (mapping, name) in [(Some(M), "mapping1"), (None, "NULL")] {
                let mut k = Script::new();
                assert_eq!(simple(&mut k, mapping, DST, F, mode), Ok(0));
                let switch = format!("folio_migrate_mapping({name}, folio8, folio7, 0)");
                let copy = if mode == MigrateMode::SyncNoCopy { FLAGS } else { COPY };
                assert_eq!(k.calls(), ["folio_test_writeback(folio7)", &switch, copy], "{mode}");
            }
        }
    }
}

#[test]
fn nothing_is_copied_if_the_switch_fails() {
    for simple in SIMPLE {
        for error in [-EAGAIN, -EBUSY] {
            let mut k = Script::new().when(CallId::FolioMigrateMapping, error);
            assert_eq!(simple(&mut k, Some(M), DST, F, MigrateMode::Sync), Ok(error));
            assert_eq!(k.effects(), [SWITCH]);
        }
    }
}

#[test]
fn a_source_under_writeback_is_a_bug() {
    for simple in [SIMPLE[0], SIMPLE[1], V6_12::migrate_folio::<Script>] {
        let mut k = Script::new().when(Call::FolioTestWriteback { folio: F }, true);
        let result = simple(&mut k, Some(M), DST, F, MigrateMode::Sync);
        assert_eq!(result, Err(Oops(Site::MigrateWriteback)));
        assert_eq!(k.effects(), [bug(Site::MigrateWriteback)]);
    }
}

#[test]
fn later_trees_copy_before_they_switch_and_count_references_before_both() {
    const COPY_FIRST: &str = "folio_mc_copy(folio8, folio7)";
    const SWITCH_EXPECTED: &str = "__folio_migrate_mapping(mapping1, folio8, folio7, 3)";
    let all: [&str; 3] = [COPY_FIRST, SWITCH_EXPECTED, FLAGS];
    for (refs, copied, switched, ret, effects) in [
        (3, 0, 0, 0, &all[..]),
        (2, 0, 0, -EAGAIN, &[]),
        (4, 0, 0, -EAGAIN, &[]),
        (3, -EIO, 0, -EIO, &all[..1]),
        (3, 0, -EAGAIN, -EAGAIN, &all[..2]),
    ] {
        for &mode in MigrateMode::ALL {
            let mut k = Script::new()
                .when(CallId::FolioExpectedRefCount, 2)
                .when(CallId::FolioRefCount, refs)
                .when(CallId::FolioMcCopy, copied)
                .when(CallId::FolioMigrateMappingExpected, switched);
            assert_eq!(V6_12::migrate_folio(&mut k, Some(M), DST, F, mode), Ok(ret));
            assert_eq!(k.effects(), effects);
        }
    }
}

// ---- writeout ----

#[test]
fn writeout_never_succeeds_and_returns_with_the_folio_locked() {
    const BEFORE: [&str; 3] = [
        "folio_clear_dirty_for_io(folio7)",
        "remove_migration_ptes(folio7)",
        "call_writepage(mapping1, folio7)",
    ];
    for (rc, ret, relocks) in [
        (0, -EAGAIN, true),
        (AOP_WRITEPAGE_ACTIVATE, -EAGAIN, false),
        (1, -EAGAIN, true),
        (-1, -EIO, true),
        (-EIO, -EIO, true),
        (-EAGAIN, -EIO, true),
        (-AOP_WRITEPAGE_ACTIVATE, -EIO, true),
    ] {
        let mut k = Script::new().when(CallId::CallWritepage, rc);
        assert_eq!(V6_12::writeout(&mut k, M, F), ret, "writepage returned {rc}");
        let effects = k.effects();
        assert_eq!(effects[..3], BEFORE);
        assert_eq!(effects[3..], ["folio_lock(folio7)"][..usize::from(relocks)]);
    }
}

#[test]
fn writeout_needs_a_callback_and_a_folio_that_is_still_dirty() {
    let mut k = Script::new().when(CallId::HasWritepage, false);
    assert_eq!(V6_12::writeout(&mut k, M, F), -EINVAL);
    assert_eq!(k.effects(), [""; 0]);

    let mut k = Script::new().when(CallId::FolioClearDirtyForIo, false);
    assert_eq!(V6_12::writeout(&mut k, M, F), -EAGAIN);
    assert_eq!(k.effects(), ["folio_clear_dirty_for_io(folio7)"]);
}

// ---- fallback_migrate_folio ----

#[test]
fn a_dirty_folio_is_only_written_out_by_full_sync() {
    for fallback in FALLBACK {
        for (mode, writes) in [
            (MigrateMode::Async, false),
            (MigrateMode::SyncLight, false),
            (MigrateMode::Sync, true),
            (MigrateMode::SyncNoCopy, true),
        ] {
            let mut k = Script::new().when(Call::FolioTestDirty { folio: F }, true);
            let ret = if writes { -EAGAIN } else { -EBUSY };
            assert_eq!(fallback(&mut k, M, DST, F, mode), Ok(ret), "{mode}");
            assert_eq!(k.made("call_writepage(mapping1, folio7)"), writes, "{mode}");
            assert_eq!(k.effects().is_empty(), !writes);
        }
    }
}

#[test]
fn later_trees_know_no_sync_without_copy() {
    for (mode, ret) in [(MigrateMode::SyncNoCopy, -EBUSY), (MigrateMode::Sync, -EAGAIN)] {
        let mut k = Script::new().when(CallId::FolioTestDirty, true);
        assert_eq!(V6_12::fallback_migrate_folio(&mut k, M, DST, F, mode), Ok(ret));
    }
}

#[test]
fn private_data_that_stays_makes_sync_try_again_and_others_give_up() {
    for fallback in FALLBACK {
        for &mode in MigrateMode::ALL {
            let mut k = Script::new().when(CallId::FilemapReleaseFolio, false);
            let ret = if mode == MigrateMode::Sync { -EAGAIN } else { -EBUSY };
            assert_eq!(fallback(&mut k, M, DST, F, mode), Ok(ret), "{mode}");
            assert_eq!(k.effects(), ["filemap_release_folio(folio7)"]);
        }
    }
}

#[test]
fn a_clean_released_folio_moves_the_simple_way() {
    for fallback in FALLBACK {
        for &mode in MigrateMode::ALL {
            let mut k = Script::new();
            assert_eq!(fallback(&mut k, OTHER, DST, F, mode), Ok(0));
            assert_eq!(
                k.effects()[..2],
                [
                    "filemap_release_folio(folio7)",
                    "folio_migrate_mapping(mapping2, folio8, folio7, 0)"
                ]
            );
            assert_eq!(k.made(FLAGS), mode == MigrateMode::SyncNoCopy);
        }
    }
}

// ---- move_to_new_folio ----

#[test]
fn both_folios_must_be_locked() {
    for (move_it, _) in TREES {
        for [src, dst] in all_answers() {
            let mut k = Script::new()
                .when(Call::FolioTestLocked { folio: F }, src)
                .when(Call::FolioTestLocked { folio: DST }, dst);
            let result = move_it(&mut k, DST, F, MigrateMode::Sync);
            let site = match (src, dst) {
                (false, _) => Some(Site::SrcUnlocked),
                (true, false) => Some(Site::DstUnlocked),
                (true, true) => None,
            };
            assert_eq!(result, site.map_or(Ok(0), |site| Err(Oops(site))));
            if let Some(site) = site {
                assert_eq!(k.effects(), [bug(site)]);
            }
        }
    }
}

#[test]
fn the_filesystem_moves_its_folio_and_the_source_loses_its_mapping() {
    for (move_it, bit) in TREES {
        for &mode in MigrateMode::ALL {
            let mut k = Script::new().flags_are(M, !(1 << bit));
            assert_eq!(move_it(&mut k, DST, F, mode), Ok(0));
            let callback = format!("call_migrate_folio(mapping1, folio8, folio7, {mode})");
            assert_eq!(k.effects(), [&callback, CLEAR, FLUSH]);
            k.assert_order(&[&format!("test_bit(mapping1, {bit})"), &callback]);
        }
    }
}

#[test]
fn a_failed_callback_leaves_everything_as_it_was() {
    for (move_it, _) in TREES {
        for error in [-EAGAIN, -EIO] {
            let mut k = Script::new().when(CallId::CallMigrateFolio, error);
            assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(error));
            assert_eq!(k.effects(), ["call_migrate_folio(mapping1, folio8, folio7, MIGRATE_SYNC)"]);
        }
    }
}

#[test]
fn a_flagged_mapping_keeps_its_folio_in_every_mode_whoever_could_move_it() {
    for (move_it, bit) in TREES {
        for &mode in MigrateMode::ALL {
            for callback in [false, true] {
                let mut k =
                    Script::new().flags_are(M, 1 << bit).when(CallId::HasMigrateFolio, callback);
                assert_eq!(move_it(&mut k, DST, F, mode), Ok(-EOPNOTSUPP));
                assert_eq!(k.effects(), [""; 0]);
            }
        }
    }
}

#[test]
fn a_folio_without_a_mapping_moves_the_simple_way() {
    for (move_it, _) in BOTH {
        let mut k = Script::new().when(CallId::FolioMapping, None::<Mapping>);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Async), Ok(0));
        let switch = "folio_migrate_mapping(NULL, folio8, folio7, 0)";
        assert_eq!(k.effects(), [switch, COPY, CLEAR, FLUSH]);
        assert_eq!(k.calls_to(CallId::TestBit), [""; 0]);
    }
    let mut k = Script::new().when(CallId::FolioMapping, None::<Mapping>);
    assert_eq!(LATER.0(&mut k, DST, F, MigrateMode::Async), Ok(0));
    let switch = "__folio_migrate_mapping(NULL, folio8, folio7, 2)";
    assert_eq!(k.effects(), ["folio_mc_copy(folio8, folio7)", switch, FLAGS, CLEAR, FLUSH]);
}

#[test]
fn without_a_callback_the_fallback_moves_the_folio() {
    for (move_it, _) in BOTH {
        let script = || Script::new().when(CallId::HasMigrateFolio, false);
        let mut k = script();
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(0));
        assert_eq!(k.effects(), ["filemap_release_folio(folio7)", SWITCH, COPY, CLEAR, FLUSH]);

        let mut k = script().when(CallId::FolioTestDirty, true);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Async), Ok(-EBUSY));
        assert_eq!(k.effects(), [""; 0]);

        let mut k = script().when(CallId::FolioTestWriteback, true);
        let result = move_it(&mut k, DST, F, MigrateMode::Sync);
        assert_eq!(result, Err(Oops(Site::MigrateWriteback)));
    }
}

#[test]
fn an_anonymous_source_stays_anonymous_and_device_memory_is_not_flushed() {
    for [stays, device] in all_answers() {
        for (move_it, _) in BOTH {
            let mut k = Script::new()
                .when(Call::FolioMappingFlags { folio: F }, stays)
                .when(Call::FolioIsZoneDevice { folio: DST }, device);
            assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(0));
            assert_eq!((k.made(CLEAR), k.made(FLUSH)), (!stays, !device));
        }
        let mut k = Script::new()
            .when(Call::FolioTestAnon { folio: F }, stays)
            .when(Call::FolioIsZoneDevice { folio: DST }, device);
        assert_eq!(LATER.0(&mut k, DST, F, MigrateMode::Sync), Ok(0));
        assert_eq!((k.made(CLEAR), k.made(FLUSH)), (!stays, !device));
    }
}

// ---- drivers' pages ----

/// A driver's page, isolated and still movable.
fn driver_page() -> Script {
    Script::new()
        .when(CallId::FolioTestMovableFlag, true)
        .when(CallId::FolioTestMovable, true)
        .when(CallId::FolioMappingFlags, true)
}

#[test]
fn a_drivers_page_is_moved_by_the_driver_and_no_longer_isolated() {
    for (move_it, bit) in BOTH {
        let mut k = driver_page().flags_are(M, 1 << bit);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(0));
        assert_eq!(k.effects(), [DRIVER, RELEASE_ISOLATED, FLUSH]);
        assert_eq!(k.calls_to(CallId::FolioMapping), [""; 0], "its mapping is the driver's");
    }
}

#[test]
fn a_driver_that_fails_keeps_its_page_isolated() {
    for (move_it, _) in BOTH {
        let mut k = driver_page().when(CallId::MovableMigratePage, -EAGAIN);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(-EAGAIN));
        assert_eq!(k.effects(), [DRIVER]);
    }
}

#[test]
fn a_page_that_its_driver_released_meanwhile_counts_as_moved() {
    for (move_it, _) in BOTH {
        let mut k = driver_page().when(CallId::FolioTestMovable, false);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(0));
        assert_eq!(k.effects(), [RELEASE_ISOLATED]);
    }
}

#[test]
fn a_drivers_page_that_nobody_isolated_is_a_bug() {
    for (move_it, _) in BOTH {
        let mut k = driver_page().when(CallId::FolioTestIsolated, false);
        let result = move_it(&mut k, DST, F, MigrateMode::Sync);
        assert_eq!(result, Err(Oops(Site::NotIsolated)));
        assert_eq!(k.effects(), [bug(Site::NotIsolated)]);
    }
}

#[test]
fn a_driver_that_clears_the_isolated_flag_is_warned_about_and_then_a_bug() {
    for (move_it, _) in BOTH {
        let lost = || driver_page().when((CallId::FolioTestIsolated, 2), false);

        let mut k = lost();
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(0));
        let effects = [DRIVER, &warn(Site::LostIsolated), RELEASE_ISOLATED, FLUSH];
        assert_eq!(k.effects(), effects, "the flag came back");

        let mut k = lost().when((CallId::FolioTestIsolated, 3), false);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Err(Oops(Site::NotIsolated)));
        assert_eq!(k.effects(), [DRIVER, &warn(Site::LostIsolated), &bug(Site::NotIsolated)]);

        let mut k = lost().when(CallId::MovableMigratePage, -EAGAIN);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(-EAGAIN));
        assert_eq!(k.effects(), [DRIVER], "no warning if the driver failed");
    }
}

#[test]
fn a_page_that_is_no_longer_a_drivers_after_the_move_keeps_its_isolated_flag() {
    for (move_it, _) in BOTH {
        let mut k = driver_page()
            .when((CallId::FolioTestMovableFlag, 2), false)
            .when(CallId::FolioMappingFlags, false);
        assert_eq!(move_it(&mut k, DST, F, MigrateMode::Sync), Ok(0));
        assert_eq!(k.effects(), [DRIVER, CLEAR, FLUSH]);
    }
}

#[test]
fn later_trees_do_not_ask_whether_the_page_is_a_drivers() {
    let mut k = driver_page();
    assert_eq!(LATER.0(&mut k, DST, F, MigrateMode::Sync), Ok(0));
    assert_eq!(k.calls_to(CallId::FolioTestMovableFlag), [""; 0]);
    assert_eq!(k.calls_to(CallId::MovableMigratePage), [""; 0]);
}
