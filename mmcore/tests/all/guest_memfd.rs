// SPDX-License-Identifier: GPL-2.0-only
//! guest_memfd: how its mapping is marked, what the marks keep the rest of mm from doing, and how
//! its memory is taken back.

use crate::script::{DST, F, M, Script, bug, warn};
use mmcore::errno::{EINVAL, EMFILE, ENOMEM, EOPNOTSUPP};
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::virt::kvm::guest_memfd::MF_DELAYED;
use mmcore::{
    Call, CallId, Entry, Folio, IsolateMode, Mapping, MigrateMode, Oops, PAGE_SIZE, Side, Site,
};

type Create = fn(&mut Script, Mapping, i64, u64) -> i32;
const BOTH: [Create; 2] =
    [PreFix::__kvm_gmem_create::<Script>, PostFix::__kvm_gmem_create::<Script>];
const PAGE: i64 = PAGE_SIZE as i64;

/// The effects of a creation up to the marks, and after them.
const BEGIN: [&str; 4] = [
    "get_unused_fd_flags()",
    "kzalloc_gmem()",
    "anon_inode_create_getfile(mapping1)",
    "gmem_set_ops(mapping1, 5)",
];
const SIZE: [&str; 2] =
    ["gmem_set_mode_and_size(mapping1, 8192)", "mapping_set_gfp_mask(mapping1)"];
const END: [&str; 3] = ["kvm_get_kvm()", "gmem_list_add(mapping1)", "fd_install(3)"];

#[test]
fn a_new_mapping_is_marked_as_its_revision_marks_it() {
    let trees: [(Create, &[&str], u64, &str); 3] = [
        (
            BOTH[0],
            &["store_flags(mapping1, 0, 10)"],
            1 << 1 | 1 << 3 | 1 << 9,
            "set_bit(mapping1, 9)",
        ),
        (BOTH[1], &[], 1 << 3 | 1 << 9, "set_bit(mapping1, 9)"),
        (V6_12::__kvm_gmem_create::<Script>, &[], 1 << 3 | 1 << 8, "set_bit(mapping1, 8)"),
    ];
    for (create, after_ops, word, mark) in trees {
        let mut k = Script::new();
        assert_eq!(create(&mut k, M, 2 * PAGE, 5), 3);
        let mut effects = BEGIN.to_vec();
        effects.extend(after_ops);
        effects.extend(SIZE);
        effects.extend(["set_bit(mapping1, 3)", mark]);
        effects.extend(END);
        assert_eq!(k.effects(), effects);
        assert_eq!(k.flags(M), word);
        k.assert_order(&[mark, "test_bit(mapping1, 3)", END[0]]);
    }
}

#[test]
fn marking_keeps_the_bits_that_the_mapping_has() {
    for (create, marks) in BOTH.into_iter().zip([1 << 1 | 1 << 3 | 1 << 9, 1 << 3 | 1 << 9]) {
        for word in [1, 1 << 10, 1 << 63 | 1 << 2] {
            let mut k = Script::new().flags_are(M, word);
            create(&mut k, M, PAGE, 0);
            assert_eq!(k.flags(M), word | marks);
        }
    }
}

#[test]
fn a_creation_that_fails_undoes_what_it_did_in_reverse() {
    for create in BOTH {
        let mut k = Script::new().when(CallId::GetUnusedFd, -EMFILE);
        assert_eq!(create(&mut k, M, PAGE, 0), -EMFILE);
        assert_eq!(k.effects(), BEGIN[..1]);

        let mut k = Script::new().when(CallId::KzallocGmem, false);
        assert_eq!(create(&mut k, M, PAGE, 0), -ENOMEM);
        assert_eq!(k.effects(), [BEGIN[0], BEGIN[1], "put_unused_fd(3)"]);

        for error in [-ENOMEM, -EMFILE] {
            let mut k = Script::new().when(CallId::AnonInodeCreateGetfile, error);
            assert_eq!(create(&mut k, M, PAGE, 0), error);
            assert_eq!(
                k.effects(),
                [BEGIN[0], BEGIN[1], BEGIN[2], "kfree_gmem()", "put_unused_fd(3)"]
            );
            assert_eq!(k.flags(M), 0);
        }
    }
}

#[test]
fn file_descriptor_zero_is_no_error() {
    for create in BOTH {
        let mut k = Script::new().when(CallId::GetUnusedFd, 0);
        assert_eq!(create(&mut k, M, PAGE, 0), 0);
        assert!(k.made("fd_install(0)"));
    }
}

#[test]
fn a_mapping_that_is_foreign_or_still_evictable_is_warned_about_and_used_all_the_same() {
    for create in BOTH {
        let mut k = Script::new().when(CallId::FileMappingIsInodes, false);
        assert_eq!(create(&mut k, M, PAGE, 0), 3);
        let foreign = warn(Site::GmemForeignMapping);
        assert_eq!(k.calls_to(CallId::Warn), [foreign.as_str()]);
        k.assert_order(&[BEGIN[2], &foreign, "gmem_set_ops(mapping1, 0)"]);

        let mut k = Script::new().when(Call::TestBit { mapping: M, nr: 3 }, false);
        assert_eq!(create(&mut k, M, PAGE, 0), 3);
        let evictable = warn(Site::GmemEvictable);
        assert_eq!(k.calls_to(CallId::Warn), [evictable.as_str()]);
        k.assert_order(&["set_bit(mapping1, 9)", &evictable, END[0]]);
    }
}

#[test]
fn the_marks_keep_the_cpu_off_the_memory_and_the_memory_in_its_place() {
    fn check<R: Side>() {
        let created = || {
            let mut k = Script::new();
            R::__kvm_gmem_create(&mut k, M, 4 * PAGE, 0);
            Script::new().flags_are(M, k.flags(M)).when(CallId::FolioTestUnevictable, true)
        };
        let mut k = created().place(F, 0, 2);
        assert_eq!(R::truncate_inode_partial_folio(&mut k, F, 0, PAGE - 1), Ok(true));
        assert_eq!(k.effects(), ["folio_wait_writeback(folio7)", "split_folio(folio7)"]);

        for mode in [0, 4, 8, 12] {
            let mut k = created();
            let result = R::isolate_migratepages_block(&mut k, 33, 34, IsolateMode(mode));
            assert_eq!(result, Ok(0));
            assert_eq!(k.calls_to(CallId::ListAdd), [""; 0], "mode {mode}");
        }

        let mut k = created();
        let result = R::move_to_new_folio(&mut k, DST, F, MigrateMode::Sync);
        assert_eq!(result, Ok(-EOPNOTSUPP));
    }
    check::<PreFix>();
    check::<PostFix>();
    check::<V6_12>();
}

// ---- punching holes ----

type Punch = fn(&mut Script, Mapping, i64, i64) -> Result<i64, Oops>;
const PUNCH: [Punch; 2] =
    [PreFix::kvm_gmem_punch_hole::<Script>, PostFix::kvm_gmem_punch_hole::<Script>];

#[test]
fn a_hole_is_unmapped_from_every_guest_before_it_is_truncated() {
    for punch in PUNCH {
        for guests in 0..3 {
            let mut k = Script::new()
                .when(CallId::GmemListLen, guests)
                .find(&[(2, Entry::Folio(Folio(2))), (3, Entry::Folio(Folio(3)))]);
            assert_eq!(punch(&mut k, M, 2 * PAGE, 2 * PAGE), Ok(0));
            let effects = k.effects();
            let mut around = vec!["filemap_invalidate_lock(mapping1)".to_owned()];
            around.extend((0..guests).map(|g| format!("kvm_gmem_invalidate_begin({g}, 2, 4)")));
            around.push("find_lock_entries(mapping1, 2, 3)".to_owned());
            assert!(effects.starts_with(&around), "{effects:#?}");

            let mut around: Vec<String> = vec!["find_get_entries(mapping1, 2, 3)".to_owned()];
            around.extend((0..guests).map(|g| format!("kvm_gmem_invalidate_end({g}, 2, 4)")));
            around.push("filemap_invalidate_unlock(mapping1)".to_owned());
            assert!(effects.ends_with(&around), "{effects:#?}");
        }
    }
}

#[test]
fn a_hole_ends_with_its_last_byte() {
    for punch in PUNCH {
        for (offset, len, first, last) in
            [(0, PAGE, 0, 0), (PAGE, PAGE, 1, 1), (0, 8 * PAGE, 0, 7), (3 * PAGE, 2 * PAGE, 3, 4)]
        {
            let mut k = Script::new();
            assert_eq!(punch(&mut k, M, offset, len), Ok(0));
            assert_eq!(
                k.calls_to(CallId::FindLockEntries),
                [format!("find_lock_entries(mapping1, {first}, {last})")]
            );
            let mut edges = vec![first, last];
            edges.dedup();
            assert_eq!(
                k.calls_to(CallId::FilemapGetFolio),
                edges
                    .iter()
                    .map(|index| format!("__filemap_get_folio(mapping1, {index})"))
                    .collect::<Vec<_>>(),
                "the folio behind the hole is not touched"
            );
            let end = last + 1;
            assert!(k.made(&format!("kvm_gmem_invalidate_begin(0, {first}, {end})")));
        }
    }
}

#[test]
fn an_empty_mapping_is_still_unmapped_from_the_guest() {
    for punch in PUNCH {
        let mut k = Script::new().when(CallId::MappingEmpty, true);
        assert_eq!(punch(&mut k, M, 0, PAGE), Ok(0));
        assert_eq!(
            k.effects(),
            [
                "filemap_invalidate_lock(mapping1)",
                "kvm_gmem_invalidate_begin(0, 0, 1)",
                "kvm_gmem_invalidate_end(0, 0, 1)",
                "filemap_invalidate_unlock(mapping1)",
            ]
        );
    }
}

#[test]
fn a_bug_in_the_truncation_ends_the_punch_with_the_lock_held() {
    for punch in PUNCH {
        let mut k = Script::new()
            .find(&[])
            .find(&[(0, Entry::Folio(F))])
            .when(CallId::FolioContains, false);
        assert_eq!(punch(&mut k, M, 0, PAGE), Err(Oops(Site::NotContained)));
        assert_eq!(k.effects().last(), Some(&bug(Site::NotContained)));
    }
}

// ---- the callbacks ----

#[test]
fn the_migration_callback_only_warns() {
    for &mode in MigrateMode::ALL {
        let mut k = Script::new();
        assert_eq!(V6_12::kvm_gmem_migrate_folio(&mut k, M, DST, F, mode), -EINVAL);
        assert_eq!(k.calls(), [warn(Site::GmemMigrated)]);
    }
}

#[test]
fn a_bad_folio_is_unmapped_from_every_guest_and_left_in_the_file() {
    for guests in 0..3 {
        let mut k = Script::new().when(CallId::GmemListLen, guests).place(F, 12, 2);
        assert_eq!(V6_12::kvm_gmem_error_folio(&mut k, M, F), MF_DELAYED);
        let mut effects = vec!["filemap_invalidate_lock_shared(mapping1)".to_owned()];
        effects.extend((0..guests).map(|g| format!("kvm_gmem_invalidate_begin({g}, 12, 16)")));
        effects.extend((0..guests).map(|g| format!("kvm_gmem_invalidate_end({g}, 12, 16)")));
        effects.push("filemap_invalidate_unlock_shared(mapping1)".to_owned());
        assert_eq!(k.effects(), effects);
    }
    assert_eq!(MF_DELAYED, 2);
}
