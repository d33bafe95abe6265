// SPDX-License-Identifier: GPL-2.0-only
//! Tests as `mmdiff explain` prints them, pasted. `tests/explain.rs` holds them to that.

#[test]
fn guest_memfd_is_unevictable_and_unmovable() {
    use mmdiff::oracle::{Intent, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let scenario = Scenario::decode(Path::Flags, &[6]);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Intended);
    let divergence = &judgement.divergences[0];
    assert_eq!(
        divergence.class.signature(),
        "flags:__kvm_gmem_create:mask-write:guest-memfd:word-loses-enospc"
    );
    assert_eq!(divergence.stale, (0, 0));
    assert_eq!(judgement.divergences.len(), 1);
    assert!(judgement.pre_broke.is_empty());
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn check_errors_reports_an_enospc_that_nothing_caused() {
    use mmdiff::oracle::{Intent, Invariant, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let scenario = Scenario::decode(Path::Creation, &[0, 0, 0, 0, 0, 2]);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Intended);
    let divergence = &judgement.divergences[0];
    assert_eq!(
        divergence.class.signature(),
        "creation:__kvm_gmem_create:mask-write:guest-memfd:word-loses-enospc"
    );
    assert_eq!(divergence.stale, (0, 0));
    let divergence = &judgement.divergences[1];
    assert_eq!(
        divergence.class.signature(),
        "creation:filemap_check_errors:mask-write-error:guest-memfd:spurious-enospc"
    );
    assert_eq!(divergence.stale, (0, 0));
    assert_eq!(judgement.divergences.len(), 2);
    assert_eq!(judgement.pre_broke, [Invariant::ErrorHasCause]);
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn guest_memfd_reports_an_enospc_that_nothing_caused() {
    use mmdiff::oracle::{Intent, Invariant, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let scenario = Scenario::decode(Path::Errors, &[6, 0, 0, 0, 0, 3, 1]);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Intended);
    let divergence = &judgement.divergences[0];
    assert_eq!(
        divergence.class.signature(),
        "errors:__kvm_gmem_create:mask-write:guest-memfd:word-loses-enospc"
    );
    assert_eq!(divergence.stale, (0, 0));
    let divergence = &judgement.divergences[1];
    assert_eq!(
        divergence.class.signature(),
        "errors:filemap_check_and_keep_errors:mask-write-error:guest-memfd:spurious-enospc"
    );
    assert_eq!(divergence.stale, (0, 0));
    let divergence = &judgement.divergences[2];
    assert_eq!(
        divergence.class.signature(),
        "errors:filemap_check_errors:mask-write-error:guest-memfd:spurious-enospc"
    );
    assert_eq!(divergence.stale, (0, 0));
    assert_eq!(judgement.divergences.len(), 3);
    assert_eq!(judgement.pre_broke, [Invariant::ErrorHasCause]);
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn shm_locked_tail_is_not_zeroed() {
    use mmdiff::oracle::{Intent, Invariant, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let bytes = [2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 1];
    let scenario = Scenario::decode(Path::Truncation, &bytes);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Intended);
    let divergence = &judgement.divergences[0];
    assert_eq!(
        divergence.class.signature(),
        "truncation:truncate_inode_partial_folio:mask-read:shm-lock:zeroes-post-only"
    );
    assert_eq!(divergence.stale, (3996, 0));
    assert_eq!(judgement.divergences.len(), 1);
    assert_eq!(judgement.pre_broke, [Invariant::NoStaleByte]);
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn write_back_is_a_bug() {
    use mmdiff::oracle::{Intent, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let scenario = Scenario::decode(Path::Migration, &[0, 2, 0, 3, 0, 0, 0, 0, 0, 1]);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Same);
    assert_eq!(judgement.divergences.len(), 0);
    assert!(judgement.pre_broke.is_empty());
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn eviction_waits_for_the_folio_lock() {
    use mmdiff::oracle::{Intent, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let bytes = [
        0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
        0, 0, 0, 0, 1, 14, 0, 0, 1,
    ];
    let scenario = Scenario::decode(Path::Compaction, &bytes);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Same);
    assert_eq!(judgement.divergences.len(), 0);
    assert!(judgement.pre_broke.is_empty());
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn lock_is_handed_from_one_list_to_the_other() {
    use mmdiff::oracle::{Intent, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let bytes = [
        0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1,
    ];
    let scenario = Scenario::decode(Path::Compaction, &bytes);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Same);
    assert_eq!(judgement.divergences.len(), 0);
    assert!(judgement.pre_broke.is_empty());
    assert!(judgement.post_broke.is_empty());
}

#[test]
fn tmpfs_noswap_unaligned_hole_stays_readable() {
    use mmdiff::oracle::{Intent, Invariant, Question, Verdict, judge};
    use mmdiff::run::Tree;
    use mmdiff::scenario::{Path, Scenario};

    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::Fix,
    };
    let bytes = [3, 0, 2, 1, 0, 0, 0, 1, 0, 0, 3, 0, 0, 1, 0, 4];
    let scenario = Scenario::decode(Path::Lifecycle, &bytes);
    let judgement = judge(&question, &scenario);
    assert_eq!(judgement.verdict(), Verdict::Intended);
    let divergence = &judgement.divergences[0];
    assert_eq!(
        divergence.class.signature(),
        "lifecycle:truncate_inode_partial_folio:mask-read:tmpfs-noswap:zeroes-post-only"
    );
    assert_eq!(divergence.stale, (2048, 0));
    assert_eq!(judgement.divergences.len(), 1);
    assert_eq!(judgement.pre_broke, [Invariant::NoStaleByte]);
    assert!(judgement.post_broke.is_empty());
}
