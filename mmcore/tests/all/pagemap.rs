// SPDX-License-Identifier: GPL-2.0-only
//! `mapping->flags`: which bit each accessor sets, clears and tests.

use crate::script::{F, M, OTHER, Script, bug};
use mmcore::errno::{EIO, ENOMEM, ENOSPC};
use mmcore::include::linux::pagemap::{
    AS_EIO, AS_ENOSPC, AS_EXITING, AS_MM_ALL_LOCKS, AS_NO_WRITEBACK_TAGS, AS_UNEVICTABLE,
};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::{Call, CallId, Mapping, Oops, PAGE_SIZE, Side, Site};

#[test]
fn the_first_six_bits_have_the_kernels_numbers() {
    assert_eq!(
        [AS_EIO, AS_ENOSPC, AS_MM_ALL_LOCKS, AS_UNEVICTABLE, AS_EXITING, AS_NO_WRITEBACK_TAGS],
        [0, 1, 2, 3, 4, 5]
    );
}

/// The number of AS_INACCESSIBLE, what keeps folios in place, and what truncation tests.
fn inaccessible<R: mmcore::Tree>() -> (u32, u64, u64) {
    (R::AS_INACCESSIBLE, R::PINS_FOLIOS, R::TRUNCATE_TESTS)
}

#[test]
fn the_other_bits_have_the_numbers_of_their_revision() {
    fn numbers<R: mmcore::Tree>() -> [u32; 2] {
        [R::AS_RELEASE_ALWAYS, R::AS_STABLE_WRITES]
    }
    assert_eq!(numbers::<PreFix>(), [7, 8]);
    assert_eq!(numbers::<PostFix>(), [7, 8]);
    assert_eq!(inaccessible::<PostFix>(), (9, 1 << 9, 1 << 9));
    assert_eq!(inaccessible::<PreFix>(), (10, 1 << 9, 0b1010));
    assert_eq!([PreFix::NAME, PostFix::NAME], ["pre-fix", "post-fix"]);
}

type Change = fn(&mut Script, Mapping);

#[test]
fn a_setter_sets_its_bits_atomically_and_nothing_else() {
    let setters: [(&str, Change, &[&str], u64); 10] = [
        ("unevictable", V6_12::mapping_set_unevictable, &["set_bit(mapping1, 3)"], 1 << 3),
        ("exiting", V6_12::mapping_set_exiting, &["set_bit(mapping1, 4)"], 1 << 4),
        ("no tags", V6_12::mapping_set_no_writeback_tags, &["set_bit(mapping1, 5)"], 1 << 5),
        ("release", PreFix::mapping_set_release_always, &["set_bit(mapping1, 7)"], 1 << 7),
        ("release", V6_12::mapping_set_release_always, &["set_bit(mapping1, 6)"], 1 << 6),
        ("stable", PostFix::mapping_set_stable_writes, &["set_bit(mapping1, 8)"], 1 << 8),
        ("stable", V6_12::mapping_set_stable_writes, &["set_bit(mapping1, 7)"], 1 << 7),
        (
            "unmovable",
            PreFix::mapping_set_inaccessible,
            &["set_bit(mapping1, 3)", "set_bit(mapping1, 9)"],
            1 << 3 | 1 << 9,
        ),
        (
            "inaccessible",
            PostFix::mapping_set_inaccessible,
            &["set_bit(mapping1, 3)", "set_bit(mapping1, 9)"],
            1 << 3 | 1 << 9,
        ),
        (
            "inaccessible",
            V6_12::mapping_set_inaccessible,
            &["set_bit(mapping1, 3)", "set_bit(mapping1, 8)"],
            1 << 3 | 1 << 8,
        ),
    ];
    for (name, set, effects, bits) in setters {
        for before in [0, 1 << 40 | 1, u64::MAX] {
            let mut k = Script::new().flags_are(M, before);
            set(&mut k, M);
            assert_eq!(k.calls(), effects, "{name}");
            assert_eq!(k.flags(M), before | bits, "{name}");
        }
    }
}

#[test]
fn a_clearer_clears_its_bit_and_nothing_else() {
    let clearers: [(&str, Change, u32); 4] = [
        ("unevictable", V6_12::mapping_clear_unevictable, 3),
        ("release", PreFix::mapping_clear_release_always, 7),
        ("stable", PostFix::mapping_clear_stable_writes, 8),
        ("stable", V6_12::mapping_clear_stable_writes, 7),
    ];
    for (name, clear, bit) in clearers {
        let mut k = Script::new().flags_are(M, u64::MAX);
        clear(&mut k, M);
        assert_eq!(k.calls(), [format!("clear_bit(mapping1, {bit})")], "{name}");
        assert_eq!(k.flags(M), !(1 << bit), "{name}");
    }
}

type Test = fn(&mut Script, Mapping) -> bool;

#[test]
fn a_test_reads_one_bit_and_changes_nothing() {
    let tests: [(&str, Test, u32, bool); 11] = [
        ("unevictable", |k, m| V6_12::mapping_unevictable(k, Some(m)), 3, true),
        ("exiting", V6_12::mapping_exiting, 4, true),
        ("tags", V6_12::mapping_use_writeback_tags, 5, false),
        ("release", PreFix::mapping_release_always, 7, true),
        ("release", V6_12::mapping_release_always, 6, true),
        ("stable", PostFix::mapping_stable_writes, 8, true),
        ("unmovable", PreFix::mapping_inaccessible, 9, true),
        ("inaccessible", PostFix::mapping_inaccessible, 9, true),
        ("inaccessible", V6_12::mapping_inaccessible, 8, true),
        ("large", PreFix::mapping_large_folio_support, 6, true),
        ("large", PostFix::mapping_large_folio_support, 6, true),
    ];
    for (name, test, bit, if_set) in tests {
        for nr in 0..64 {
            let mut k = Script::new().flags_are(M, 1 << nr);
            assert_eq!(test(&mut k, M), (nr == bit) == if_set, "{name}, bit {nr}");
            assert_eq!(k.calls(), [format!("test_bit(mapping1, {bit})")], "{name}");
        }
    }
}

#[test]
fn no_mapping_is_not_unevictable_and_is_not_looked_into() {
    let mut k = Script::new().when(CallId::TestBit, true);
    assert!(!V6_12::mapping_unevictable(&mut k, None));
    assert_eq!(k.calls(), [""; 0]);
}

#[test]
fn large_folios_are_one_bit_that_is_not_set_atomically() {
    let setters: [Change; 2] =
        [PreFix::mapping_set_large_folios, PostFix::mapping_set_large_folios];
    for set in setters {
        let mut k = Script::new().flags_are(M, 0b1001);
        set(&mut k, M);
        assert_eq!(k.effects(), ["store_flags(mapping1, 0, 64)"]);
        assert_eq!(k.flags(M), 0b100_1001);
    }
}

#[test]
fn an_order_range_is_clamped_and_leaves_the_other_bits_of_the_lower_half_alone() {
    let others = 1 | 1 << 15 | 1 << 26 | 1 << 31;
    for before in [others, others | 0x3ff << 16, others | 1 << 32 | 1 << 63] {
        for (min, max, stored) in [
            (0, 9, (0, 9)),
            (2, 5, (2, 5)),
            (5, 2, (5, 5)),
            (0, 10, (0, 9)),
            (10, 0, (9, 9)),
            (u32::MAX, u32::MAX, (9, 9)),
            (0, 0, (0, 0)),
        ] {
            let mut k = Script::new().flags_are(M, before);
            V6_12::mapping_set_folio_order_range(&mut k, M, min, max);
            assert_eq!(k.effects().len(), 1);
            assert_eq!(k.flags(M), others | stored.0 << 16 | stored.1 << 21, "{min}..{max}");
            assert_eq!(u64::from(V6_12::mapping_min_folio_order(&mut k, M)), stored.0);
            assert_eq!(u64::from(V6_12::mapping_max_folio_order(&mut k, M)), stored.1);
        }
    }
}

#[test]
fn the_two_order_fields_are_read_whole_and_apart() {
    for (word, min, max) in [
        (0, 0, 0),
        (u64::MAX, 31, 31),
        (0x1f << 16, 31, 0),
        (0x1f << 21, 0, 31),
        (1 << 20, 16, 0),
        (1 << 21, 0, 1),
        (1 << 15 | 1 << 26, 0, 0),
    ] {
        let mut k = Script::new().flags_are(M, word);
        assert_eq!(V6_12::mapping_min_folio_order(&mut k, M), min, "{word:#x}");
        assert_eq!(V6_12::mapping_max_folio_order(&mut k, M), max, "{word:#x}");
    }
}

#[test]
fn an_error_is_recorded_for_errseq_the_superblock_and_the_old_reporters() {
    for (error, bit) in [(-ENOSPC, 1), (-EIO, 0), (-ENOMEM, 0), (ENOSPC, 0)] {
        for has_host in [true, false] {
            let mut k = Script::new().when(CallId::HasHost, has_host);
            V6_12::mapping_set_error(&mut k, M, error);
            let mut effects = vec![format!("__filemap_set_wb_err(mapping1, {error})")];
            if has_host {
                effects.push(format!("errseq_set_sb(mapping1, {error})"));
            }
            effects.push(format!("set_bit(mapping1, {bit})"));
            assert_eq!(k.effects(), effects);
            assert_eq!(k.flags(M), 1 << bit);
        }
    }
}

#[test]
fn no_error_is_not_recorded() {
    let mut k = Script::new();
    V6_12::mapping_set_error(&mut k, M, 0);
    assert_eq!(k.calls(), [""; 0]);
}

/// Whether a truncation in the middle of folio 7 zeroes the rest of it.
fn zeroes<S: Side>(k: &mut Script) -> Result<bool, Oops> {
    S::truncate_inode_partial_folio(k, F, 7 * PAGE_SIZE as i64 + 1, -1)?;
    Ok(k.made("folio_zero_range(folio7, 1, 4095)"))
}

#[test]
fn each_revision_reads_exactly_the_bits_that_it_says_it_does() {
    fn check<S: Side>() {
        let name = S::NAME;
        let (_, pinned, tests) = inaccessible::<S::Tree>();
        for nr in 0..64 {
            let word = 1 << nr;
            let mut k = Script::new().flags_are(M, word);
            let zeroes = zeroes::<S>(&mut k);
            assert_eq!(zeroes, Ok(word & tests == 0), "{name} bit {nr}");
            let mut k = Script::new().flags_are(M, word);
            let pins = S::mapping_inaccessible(&mut k, M);
            assert_eq!(pins, word & pinned != 0, "{name} bit {nr}");
            assert_eq!(k.effects(), [""; 0]);
        }
    }
    check::<PreFix>();
    check::<PostFix>();
    check::<V6_12>();
    check::<V6_12PreFix>();
}

#[test]
fn before_the_fix_a_number_is_read_as_a_mask_and_after_it_as_a_bit() {
    let mut k = Script::new();
    assert_eq!(zeroes::<PreFix>(&mut k), Ok(true));
    k.assert_order(&["raw_mapping(folio7)", "flags_and(mapping1, 10)"]);
    assert_eq!(k.calls_to(CallId::TestBit), [""; 0]);
    let mut k = Script::new();
    assert_eq!(zeroes::<PostFix>(&mut k), Ok(true));
    k.assert_order(&["raw_mapping(folio7)", "test_bit(mapping1, 9)"]);
    assert_eq!(k.calls_to(CallId::FlagsAnd), [""; 0]);
}

#[test]
fn whether_to_zero_is_asked_of_the_folios_own_mapping() {
    for zeroes in [zeroes::<PreFix>, zeroes::<PostFix>] {
        let script = || Script::new().flags_are(OTHER, u64::MAX);
        assert_eq!(zeroes(&mut script()), Ok(true));
        let mut k = script().when(Call::RawMapping { folio: F }, Some(OTHER));
        assert_eq!(zeroes(&mut k), Ok(false));
        let mut k = script().when(CallId::RawMapping, None::<Mapping>);
        assert_eq!(zeroes(&mut k), Err(Oops(Site::NullMapping)));
        assert_eq!(k.effects(), ["folio_wait_writeback(folio7)", &bug(Site::NullMapping)]);
    }
}
