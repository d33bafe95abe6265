// SPDX-License-Identifier: GPL-2.0-only
//! Where a fuzz target stops: in a function named after what was found.
//!
//! Continuous fuzzers tell findings apart by the functions on the stack, so each kind of finding dies
//! in a function of its own, called from one named after the ported function. The bodies differ, by
//! the name that they print, so that no linker folds them into one.

use super::Finding;
use crate::oracle::{Invariant, Outcomes, Side};
use mmcore::Function;
use std::hint::black_box;

/// Panics in the functions that stand for the finding, of the scenario that is spelled so.
pub(super) fn at(finding: &Finding, spelled: &str) -> ! {
    let verdict = format!("{finding}; run: mmdiff explain {spelled}");
    match finding {
        Finding::Beyond(class) => in_function(class.function, class.outcomes, &verdict),
        Finding::Broken(_, side, invariant) => broken(*side, *invariant, &verdict),
    }
}

macro_rules! by_function {
    ($($variant:ident $name:ident,)*) => {
        fn in_function(function: Option<Function>, outcomes: Outcomes, verdict: &str) -> ! {
            match function {
                $(Some(Function::$variant) => differs_in::$name(outcomes, verdict),)*
                None => differs_in::setup(outcomes, verdict),
            }
        }

        mod differs_in {
            use super::{Outcomes, beyond, black_box};

            $(#[inline(never)]
            pub(super) fn $name(outcomes: Outcomes, verdict: &str) -> ! {
                black_box(stringify!($name));
                beyond(outcomes, verdict)
            })*

            #[inline(never)]
            pub(super) fn setup(outcomes: Outcomes, verdict: &str) -> ! {
                black_box("setup");
                beyond(outcomes, verdict)
            }
        }
    };
}

by_function! {
    MappingSetError mapping_set_error,
    FilemapCheckErrors filemap_check_errors,
    FilemapCheckAndKeepErrors filemap_check_and_keep_errors,
    FileCheckAndAdvanceWbErr file_check_and_advance_wb_err,
    FolioEvictable folio_evictable,
    FolioNeedsRelease folio_needs_release,
    TooManyIsolated too_many_isolated,
    IsolateMigratepagesBlock isolate_migratepages_block,
    IsolateMigratepagesRange isolate_migratepages_range,
    MigrateFolio migrate_folio,
    Writeout writeout,
    FallbackMigrateFolio fallback_migrate_folio,
    MoveToNewFolio move_to_new_folio,
    TruncateCleanupFolio truncate_cleanup_folio,
    TruncateInodeFolio truncate_inode_folio,
    TruncateInodePartialFolio truncate_inode_partial_folio,
    TruncateInodePagesRange truncate_inode_pages_range,
    ShmemUnlockMapping shmem_unlock_mapping,
    ShmemUndoRange shmem_undo_range,
    ShmemLock shmem_lock,
    KvmGmemPunchHole kvm_gmem_punch_hole,
    KvmGmemMigrateFolio kvm_gmem_migrate_folio,
    KvmGmemErrorFolio kvm_gmem_error_folio,
    KvmGmemCreate kvm_gmem_create,
}

macro_rules! stops {
    ($($name:ident)*) => {$(
        #[inline(never)]
        #[cold]
        fn $name(verdict: &str) -> ! {
            panic!("{}: {verdict}", stringify!($name))
        }
    )*};
}

stops! {
    beyond_zeroes_before_only beyond_zeroes_after_only beyond_word_loses_enospc beyond_spurious_enospc
    beyond_returns_otherwise beyond_effect_before_only beyond_effect_after_only
    beyond_question_before_only beyond_question_after_only beyond_flags_word beyond_bytes
    beyond_folio_state beyond_other_state
    before_touches_guest_memory before_moves_guest_memory before_loses_guest_memory before_leaves_stale_bytes
    before_reports_uncaused_error before_reads_freeable_mapping before_loses_balance
    after_touches_guest_memory after_moves_guest_memory after_loses_guest_memory after_leaves_stale_bytes
    after_reports_uncaused_error after_reads_freeable_mapping after_loses_balance
}

fn beyond(outcomes: Outcomes, verdict: &str) -> ! {
    match outcomes {
        Outcomes::Zeroes(Side::Pre) => beyond_zeroes_before_only(verdict),
        Outcomes::Zeroes(Side::Post) => beyond_zeroes_after_only(verdict),
        Outcomes::WordLosesEnospc => beyond_word_loses_enospc(verdict),
        Outcomes::SpuriousEnospc => beyond_spurious_enospc(verdict),
        Outcomes::Returned(..) => beyond_returns_otherwise(verdict),
        Outcomes::Effect(Side::Pre, _) => beyond_effect_before_only(verdict),
        Outcomes::Effect(Side::Post, _) => beyond_effect_after_only(verdict),
        Outcomes::Question(Side::Pre, _) => beyond_question_before_only(verdict),
        Outcomes::Question(Side::Post, _) => beyond_question_after_only(verdict),
        Outcomes::Word(_) => beyond_flags_word(verdict),
        Outcomes::Bytes => beyond_bytes(verdict),
        Outcomes::Folio => beyond_folio_state(verdict),
        Outcomes::Elsewhere => beyond_other_state(verdict),
    }
}

fn broken(side: Side, invariant: Invariant, verdict: &str) -> ! {
    match (side, invariant) {
        (Side::Pre, Invariant::GuestMemoryUntouched) => before_touches_guest_memory(verdict),
        (Side::Pre, Invariant::GuestMemoryStays) => before_moves_guest_memory(verdict),
        (Side::Pre, Invariant::GuestMemoryKept) => before_loses_guest_memory(verdict),
        (Side::Pre, Invariant::NoStaleByte) => before_leaves_stale_bytes(verdict),
        (Side::Pre, Invariant::ErrorHasCause) => before_reports_uncaused_error(verdict),
        (Side::Pre, Invariant::MappingAlive) => before_reads_freeable_mapping(verdict),
        (Side::Pre, Invariant::Balance) => before_loses_balance(verdict),
        (Side::Post, Invariant::GuestMemoryUntouched) => after_touches_guest_memory(verdict),
        (Side::Post, Invariant::GuestMemoryStays) => after_moves_guest_memory(verdict),
        (Side::Post, Invariant::GuestMemoryKept) => after_loses_guest_memory(verdict),
        (Side::Post, Invariant::NoStaleByte) => after_leaves_stale_bytes(verdict),
        (Side::Post, Invariant::ErrorHasCause) => after_reports_uncaused_error(verdict),
        (Side::Post, Invariant::MappingAlive) => after_reads_freeable_mapping(verdict),
        (Side::Post, Invariant::Balance) => after_loses_balance(verdict),
    }
}

#[cfg(test)]
mod tests {
    use crate::fuzz::findings;
    use crate::oracle::{Intent, Question, judge};
    use crate::run::TREES;
    use crate::scenario::{Path, Scenario};
    use std::panic::catch_unwind;

    #[test]
    fn a_finding_dies_with_its_verdict_and_the_command_that_explains_it() {
        let scenario = Scenario::decode(Path::Truncation, &[]);
        let question = Question { pre: &TREES[0], post: &TREES[1], intent: Intent::Message };
        let judgement = judge(&question, &scenario);
        let finding = findings(&judgement)[0];
        let stopped = catch_unwind(|| super::at(&finding, &crate::check::spell(&scenario)));
        let payload = stopped.expect_err("it panics");
        let message = payload.downcast_ref::<String>().expect("a message");
        assert!(message.starts_with("beyond_zeroes_after_only: "), "{message}");
        assert!(message.ends_with("; run: mmdiff explain truncation:"), "{message}");
        assert_eq!(message.lines().count(), 1);
    }
}
