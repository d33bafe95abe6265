// SPDX-License-Identifier: GPL-2.0-only
//! Who reports a write-back error, and who forgets it.

use crate::script::{M, Script};
use mmcore::errno::{EIO, ENOSPC};
use mmcore::tree::V6_12;
use mmcore::{Call, CallId, Side};

/// A word with all the bits that are nobody's error.
const OTHERS: u64 = !0b11;
const CLEAR_EIO: &str = "test_and_clear_bit(mapping1, 0)";
const CLEAR_ENOSPC: &str = "test_and_clear_bit(mapping1, 1)";

#[test]
fn checking_reports_an_error_once_and_eio_wins() {
    let cases: [(u64, i32, &[&str]); 4] = [
        (0b00, 0, &[]),
        (0b01, -EIO, &[CLEAR_EIO]),
        (0b10, -ENOSPC, &[CLEAR_ENOSPC]),
        (0b11, -EIO, &[CLEAR_ENOSPC, CLEAR_EIO]),
    ];
    for (errors, ret, effects) in cases {
        let mut k = Script::new().flags_are(M, OTHERS | errors);
        assert_eq!(V6_12::filemap_check_errors(&mut k, M), ret);
        assert_eq!(k.effects(), effects);
        assert_eq!(k.flags(M), OTHERS);
        assert_eq!(V6_12::filemap_check_errors(&mut k, M), 0);
    }
}

#[test]
fn an_error_that_another_reporter_took_first_is_not_reported() {
    let lost = |nr| Call::TestAndClearBit { mapping: M, nr };
    for (taken, ret) in [(vec![0, 1], 0), (vec![0], -ENOSPC), (vec![1], -EIO)] {
        let mut k = Script::new().flags_are(M, 0b11);
        for nr in taken {
            k = k.when(lost(nr), false);
        }
        assert_eq!(V6_12::filemap_check_errors(&mut k, M), ret);
        assert_eq!(k.effects(), [CLEAR_ENOSPC, CLEAR_EIO]);
    }
}

#[test]
fn checking_and_keeping_changes_nothing_and_eio_wins() {
    for (errors, ret, calls) in [(0b00, 0, 2), (0b01, -EIO, 1), (0b10, -ENOSPC, 2), (0b11, -EIO, 1)]
    {
        let mut k = Script::new().flags_are(M, OTHERS | errors);
        assert_eq!(V6_12::filemap_check_and_keep_errors(&mut k, M), ret);
        assert_eq!(k.calls(), ["test_bit(mapping1, 0)", "test_bit(mapping1, 1)"][..calls]);
    }
}

#[test]
fn both_bits_are_cleared_even_if_the_file_has_seen_everything() {
    let mut k = Script::new().flags_are(M, u64::MAX);
    assert_eq!(V6_12::file_check_and_advance_wb_err(&mut k, M), 0);
    assert_eq!(
        k.calls(),
        ["errseq_check(mapping1)", "clear_bit(mapping1, 0)", "clear_bit(mapping1, 1)"]
    );
    assert_eq!(k.flags(M), OTHERS);
}

#[test]
fn news_is_taken_under_the_files_lock_and_may_be_gone_by_then() {
    for taken in [-EIO, -ENOSPC, 0] {
        let mut k = Script::new()
            .when(CallId::ErrseqCheck, -EIO)
            .when(CallId::ErrseqCheckAndAdvance, taken)
            .flags_are(M, u64::MAX);
        assert_eq!(V6_12::file_check_and_advance_wb_err(&mut k, M), taken);
        assert_eq!(
            k.effects(),
            [
                "spin_lock_f_lock(mapping1)",
                "errseq_check_and_advance(mapping1)",
                "spin_unlock_f_lock(mapping1)",
                "clear_bit(mapping1, 0)",
                "clear_bit(mapping1, 1)",
            ]
        );
        assert_eq!(k.flags(M), OTHERS);
    }
}
