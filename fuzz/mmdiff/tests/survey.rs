// SPDX-License-Identifier: GPL-2.0-only
//! The survey says what KERNEL-FACTS says under "What the mask really did".

use crate::support::*;
use mmdiff::oracle::{Intent, Question, Verdict};
use mmdiff::scenario::{FileKind, Scenario};
use mmdiff::survey::{self, Decision, Observed, Row};

const ENOSPC: u64 = 1 << 1;
const UNEVICTABLE: u64 = 1 << 3;
const BIT_9: u64 = 1 << 9;

fn rows(question: &Question) -> Vec<Row> {
    survey::run(question)
}

fn row(name: &str) -> Row {
    let at = survey::subjects().iter().position(|subject| subject.name == name);
    rows(&patch(Intent::DEFAULT)).swap_remove(at.expect(name))
}

fn summary(observed: &Observed) -> (Decision, u64, u64) {
    (observed.decision, observed.found, observed.stale_bytes)
}

use Decision::{NotReached, NotZeroed, Zeroed};

#[test]
fn unevictable_and_enospc_files_keep_3996_stale_bytes_before_the_patch_and_none_after() {
    for (name, found) in [
        ("ramfs_truncate_leaves_stale_tail", UNEVICTABLE),
        ("tmpfs_noswap_truncate_leaves_stale_tail", UNEVICTABLE),
        ("shm_locked_truncate_leaves_stale_tail", UNEVICTABLE),
        ("recorded_enospc_truncate_leaves_stale_tail", ENOSPC),
    ] {
        let row = row(name);
        assert_eq!(summary(&row.pre), (NotZeroed, found, 3996), "{name}");
        assert_eq!(summary(&row.post), (Zeroed, 0, 0), "{name}");
        assert_eq!(row.operations, "write a page; ftruncate(100); ftruncate(4096)");
    }
}

#[test]
fn an_unaligned_hole_on_noswap_leaves_its_2048_bytes_readable_at_once() {
    let row = row("tmpfs_noswap_unaligned_hole_stays_readable");
    assert_eq!(summary(&row.pre), (NotZeroed, UNEVICTABLE, 2048));
    assert_eq!(summary(&row.post), (Zeroed, 0, 0));
}

#[test]
fn everything_else_is_zeroed_by_both() {
    for name in [
        "tmpfs_truncate_zeroes_the_tail",
        "disk_truncate_zeroes_the_tail",
        "shm_unlocked_truncate_zeroes_the_tail",
        "enospc_reported_by_fsync_truncate_zeroes_the_tail",
        "recorded_eio_truncate_zeroes_the_tail",
    ] {
        let row = row(name);
        assert_eq!(summary(&row.pre), (Zeroed, 0, 0), "{name}");
        assert_eq!(summary(&row.post), (Zeroed, 0, 0), "{name}");
    }
}

#[test]
fn a_filesystem_that_zeroes_its_last_block_itself_is_not_harmed() {
    let row = row("recorded_enospc_harmless_where_the_filesystem_zeroes");
    assert_eq!(summary(&row.pre), (NotZeroed, ENOSPC, 0));
    assert_eq!(summary(&row.post), (Zeroed, 0, 0));
}

#[test]
fn memfd_secret_and_drm_shmem_are_never_truncated_to_a_partial_page() {
    for name in [
        "secretmem_is_never_truncated_to_a_partial_page",
        "drm_shmem_is_never_truncated_to_a_partial_page",
    ] {
        let row = row(name);
        // The mask would find AS_UNEVICTABLE, if anything came that far.
        assert_eq!(summary(&row.pre), (NotReached, UNEVICTABLE, 0), "{name}");
        assert_eq!(summary(&row.post), (NotReached, 0, 0), "{name}");
    }
}

#[test]
fn guest_memfd_is_skipped_by_both_and_with_single_pages_never_met() {
    let large = row("guest_memfd_keeps_large_folio_untouched");
    assert_eq!(summary(&large.pre), (NotZeroed, ENOSPC | UNEVICTABLE, 0));
    assert_eq!(summary(&large.post), (NotZeroed, BIT_9, 0));
    let single = row("guest_memfd_order0_never_reaches_the_zeroing");
    assert_eq!(summary(&single.pre), (NotReached, ENOSPC | UNEVICTABLE, 0));
    assert_eq!(summary(&single.post), (NotReached, BIT_9, 0));
    for row in [large, single] {
        assert_eq!(row.pre.flags, ENOSPC | UNEVICTABLE | BIT_9);
        assert_eq!(row.post.flags, UNEVICTABLE | BIT_9);
    }
}

#[test]
fn no_row_touches_guest_memory_and_every_kind_of_file_has_one() {
    for row in rows(&patch(Intent::DEFAULT)) {
        assert!(!row.pre.touched_guest_memory && !row.post.touched_guest_memory);
        assert_eq!(row.post.stale_bytes, 0, "{}", row.mapping);
    }
    for &kind in FileKind::ALL {
        let creates = |scenario: &Scenario| match scenario {
            Scenario::Lifecycle(s) => s.ops[0] == create(kind),
            _ => false,
        };
        assert!(survey::subjects().iter().any(|s| creates(&s.scenario)), "{kind:?}");
    }
}

#[test]
fn the_rows_are_observed_and_so_follow_the_revisions() {
    let forward = rows(&patch(Intent::DEFAULT));
    let backward = rows(&undone(Intent::DEFAULT));
    for (forward, backward) in forward.iter().zip(&backward) {
        assert_eq!((&forward.pre, &forward.post), (&backward.post, &backward.pre));
    }
    assert_eq!(forward, rows(&patch(message_intent())));
}

#[test]
fn taken_at_its_word_the_message_forbids_exactly_the_rows_with_a_difference_outside_guest_memory() {
    for (subject, row) in survey::subjects().iter().zip(rows(&patch(Intent::DEFAULT))) {
        let verdict = message(&subject.scenario).verdict();
        let guest = subject.scenario == life(guest_ops(&subject.scenario));
        let expected = match (guest, row.pre.decision == row.post.decision) {
            (true, _) => Verdict::Intended,
            (false, true) => Verdict::Same,
            (false, false) => Verdict::Beyond,
        };
        assert_eq!(verdict, expected, "{}", subject.name);
        assert_ne!(fix(&subject.scenario).verdict(), Verdict::Beyond);
    }
}

/// The operations, if they are on a guest_memfd; none otherwise.
fn guest_ops(scenario: &Scenario) -> Vec<mmdiff::scenario::Op> {
    match scenario {
        Scenario::Lifecycle(s) if s.ops[0] == create(FileKind::GuestMemfd) => s.ops.to_vec(),
        _ => Vec::new(),
    }
}

#[test]
fn an_example_spells_the_row_s_scenario() {
    for (subject, row) in survey::subjects().iter().zip(rows(&patch(Intent::DEFAULT))) {
        assert_eq!(row.example, mmdiff::check::spell(&subject.scenario));
    }
}
