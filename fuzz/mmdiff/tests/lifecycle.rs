// SPDX-License-Identifier: GPL-2.0-only
//! What user space and the guest see of whole sequences of operations.

use crate::posix::Posix;
use crate::support::*;
use mmcore::errno::{EBUSY, EINVAL, EOPNOTSUPP};
use mmcore::{Folio, Mapping};
use mmdiff::oracle::{Invariant, Verdict};
use mmdiff::run::{Returned, Run};
use mmdiff::scenario::codec::{Below, List};
use mmdiff::scenario::*;
use mmdiff::world::extents::Byte;

const M: Mapping = Mapping(0);

/// What a reader sees of a file.
fn visible(run: &Run, file: usize) -> Vec<u8> {
    let state = &run.world.files[file];
    let mut bytes = Vec::with_capacity(state.size as usize);
    for (from, to, byte) in state.visible(0, state.size) {
        assert_eq!(bytes.len() as u64, from, "no gap");
        let byte = match byte {
            Byte::Zero => 0,
            Byte::Data(tag) => tag,
            Byte::Absent | Byte::Private(_) | Byte::Garbage => panic!("{byte:?} at {from}"),
        };
        bytes.resize(to as usize, byte);
    }
    bytes
}

/// Runs a lifecycle on one revision beside the model. On a revision with the bug, files whose flags
/// the mask finds are left out.
fn follow(tree: &'static mmdiff::run::Tree, s: &LifecycleScenario) {
    let scenario = Scenario::Lifecycle(s.clone());
    let mut run = Run::new(tree);
    run.begin(&scenario);
    let mut posix = Posix::default();
    for (i, op) in s.ops.iter().enumerate() {
        run.step(&scenario);
        let context =
            || format!("{} step {i}: {op:?} on {}", mmdiff::check::spell(&scenario), tree.name);
        if let Some(ret) = posix.operate(op, i as u8 + 1) {
            assert_eq!(run.steps[i].1, Returned::Value(ret.into()), "{}", context());
        }
        for (file, model) in posix.files.iter().enumerate() {
            use FileKind::{DrmShmem, GuestMemfd, Ramfs, TmpfsNoswap};
            let masked = model.marked || matches!(model.kind, Ramfs | TmpfsNoswap | DrmShmem);
            if model.kind == GuestMemfd || tree.name == "pre-fix" && masked {
                continue;
            }
            assert!(visible(&run, file) == model.bytes, "file {file} after {}", context());
        }
    }
}

#[test]
fn every_generated_lifecycle_is_what_posix_says() {
    for tree in trees() {
        for case in 0..1500 {
            if let Scenario::Lifecycle(s) = generate::scenario(51, Path::Lifecycle, case) {
                follow(tree, &s);
            }
        }
    }
}

#[test]
fn files_are_cut_and_extended_between_any_two_positions_as_posix_says() {
    let places: Vec<Position> =
        [(0, 0), (0, 1), (0, 100), (0, 4095), (1, 0), (1, 2048), (2, 4095), (3, 0), (4, 0)]
            .map(|(pages, rest)| at(pages, rest))
            .to_vec();
    for &kind in FileKind::ALL {
        for order in [0, 1, 2] {
            for first in &places {
                for second in &places {
                    let size = |size: &Position| Op::Truncate { file: FILE, size: size.clone() };
                    let len = at(4, 0);
                    let grow =
                        Op::Write { file: FILE, at: at(1, 7), len, order: Order::new(order) };
                    let ops = [create(kind), write(3, order), size(first), size(second), grow];
                    for tree in trees() {
                        follow(tree, &LifecycleScenario { ops: List::new(ops.clone()) });
                    }
                }
            }
        }
    }
}

#[test]
fn holes_of_any_shape_are_zero_and_nothing_around_them_is() {
    let places = [(0, 0), (0, 1), (0, 100), (0, 4095), (1, 0), (1, 512), (3, 0), (9, 0)];
    for &kind in FileKind::ALL {
        for order in [0, 2] {
            for from in places {
                for len in places {
                    let hole = punch(at(from.0, from.1), at(len.0, len.1));
                    for fails in [false, true] {
                        let fail = Some(Op::FailSplit).filter(|_| fails);
                        let ops = [create(kind), write(8, order)].into_iter().chain(fail);
                        let ops = List::new(ops.chain([hole.clone(), truncate(9, 0)]));
                        trees()
                            .for_each(|tree| follow(tree, &LifecycleScenario { ops: ops.clone() }));
                    }
                }
            }
        }
    }
}

// ---- folios of every order ----

#[test]
fn folios_of_every_order_lose_what_is_cut_off() {
    for &kind in FileKind::ALL.iter().filter(|&&kind| kind != FileKind::GuestMemfd) {
        for order in 0..=10 {
            for fails in [0, 1, 3] {
                let fail = vec![Op::FailSplit; fails];
                let start = [create(kind), write(20, order)].into_iter().chain(fail);
                let scenario = life(start.chain([truncate(5, 100), truncate(20, 0)]));
                let judgement = fix(&scenario);
                assert_ne!(judgement.verdict(), Verdict::Beyond, "{kind:?} {order} {fails}");
                assert_eq!(judgement.post_broke, [], "{kind:?} {order} {fails}");
            }
        }
    }
}

#[test]
fn a_folio_that_cannot_be_split_shows_all_of_its_cut_off_pages_where_it_is_not_zeroed() {
    let stale = |kind, fail: &[Op]| {
        let ops = [create(kind), write(4, 2)].into_iter().chain(fail.iter().cloned());
        let judgement = fix(&life(ops.chain([truncate(1, 100), truncate(4, 0)])));
        assert_eq!(judgement.post_broke, []);
        judgement.divergences.first().map(|divergence| divergence.stale)
    };
    let tail = 4096 - 100;
    assert_eq!(stale(FileKind::TmpfsNoswap, &[]), Some((tail, 0)));
    for fails in 1..4 {
        // The later passes leave a folio alone that was not split: one failure is enough.
        let fails = vec![Op::FailSplit; fails];
        assert_eq!(stale(FileKind::TmpfsNoswap, &fails), Some((tail + 2 * 4096, 0)));
        assert_eq!(stale(FileKind::Tmpfs, &fails), None);
    }
}

// ---- guest_memfd ----

#[test]
fn only_whole_pages_of_a_guest_memfd_can_be_punched() {
    for from in [(0, 0), (1, 0), (0, 1), (1, 4095)] {
        for len in [(1, 0), (2, 0), (0, 0), (0, 2048), (1, 1)] {
            let hole = punch(at(from.0, from.1), at(len.0, len.1));
            let scenario = life([create(FileKind::GuestMemfd), fault(0, 3), hole]);
            let aligned = from.1 == 0 && len.1 == 0 && len != (0, 0);
            for tree in trees() {
                let run = run(tree, &scenario);
                let expected = if aligned { 0 } else { -EINVAL };
                assert_eq!(run.steps[2].1, Returned::Value(expected.into()), "{from:?} {len:?}");
                assert_eq!(run.world.misdeeds, []);
                let cached = run.world.file(M).cached.len();
                assert_eq!(cached == 1, !aligned, "an aligned hole splits the folio");
            }
        }
    }
}

#[test]
fn a_hole_in_a_guest_memfd_takes_its_pages_and_leaves_the_others_encrypted() {
    for order in 1..=6 {
        for from in 0..8u8 {
            for len in 1..8u8 {
                let scenario = life([
                    create(FileKind::GuestMemfd),
                    fault(0, order),
                    punch(at(from, 0), at(len, 0)),
                ]);
                for tree in trees() {
                    let run = run(tree, &scenario);
                    assert_eq!(run.world.misdeeds, []);
                    for page in 0..1u64 << order {
                        let punched = (from..from + len).contains(&(page as u8));
                        let byte = run.world.file(M).cache.at(page * PAGE + 7);
                        let expected = if punched { Byte::Absent } else { Byte::Private(2) };
                        assert_eq!(byte, expected, "order {order} page {page} {from}+{len}");
                    }
                }
            }
        }
    }
}

#[test]
fn guest_memory_can_be_neither_resized_nor_written_nor_synced() {
    let ops = [create(FileKind::GuestMemfd), fault(0, 0), truncate(0, 0), write(1, 0)];
    let scenario = life(ops.into_iter().chain([Op::Fsync { file: FILE }, truncate(40, 0)]));
    for tree in trees() {
        let expected: Vec<_> = [0, 0, -22, -22, -22, -22].map(Returned::Value).to_vec();
        assert_eq!(returned(&run(tree, &scenario)), expected);
    }
}

#[test]
fn a_page_is_faulted_in_once_and_only_inside_the_file() {
    let page = |page| Op::FaultPrivate { file: FILE, page: Below::new(page), order: Order::new(0) };
    let scenario = life([create(FileKind::GuestMemfd), page(15), page(15), page(0)]);
    for tree in trees() {
        assert_eq!(run(tree, &scenario).world.file(M).cached.len(), 2);
    }
    let elsewhere = life([create(FileKind::Tmpfs), page(0)]);
    for tree in trees() {
        assert_eq!(run(tree, &elsewhere).steps[1].1, Returned::Value(-22));
    }
}

// ---- moving ----

fn migrate(mode: u8) -> Op {
    Op::Migrate { file: FILE, page: Below::new(0), mode: Below::new(mode) }
}

#[test]
fn which_folios_move_is_the_kind_s_affair_and_the_same_in_both() {
    const SYNC: u8 = 2;
    for (kind, bring, errno) in [
        (FileKind::Tmpfs, write(1, 0), 0),
        (FileKind::TmpfsNoswap, write(1, 0), 0),
        (FileKind::DiskZeroing, write(1, 0), 0),
        // Dirty, without a callback: written out first, or refused where nothing can be written.
        (FileKind::Disk, write(1, 0), -11),
        (FileKind::Ramfs, write(1, 0), -EINVAL),
        (FileKind::GuestMemfd, fault(0, 0), -EOPNOTSUPP),
    ] {
        for tree in trees() {
            let run = run(tree, &life([create(kind), bring.clone(), migrate(SYNC)]));
            assert_eq!(run.steps[2].1, Returned::Value(errno.into()), "{kind:?}");
            let moved: &[Folio] = if errno == 0 { &[Folio(0)] } else { &[] };
            assert_eq!(run.world.moved, moved, "{kind:?}");
            assert_eq!(run.world.misdeeds, []);
        }
    }
    let secret = [create(FileKind::Secretmem), truncate(1, 0), write(1, 0), migrate(SYNC)];
    for tree in trees() {
        let run = run(tree, &life(secret.clone()));
        assert_eq!(run.steps[3].1, Returned::Value((-EBUSY).into()));
    }
}

#[test]
fn a_clean_folio_without_a_callback_moves_and_a_dirty_one_waits() {
    let fsync = || Op::Fsync { file: FILE };
    for mode in 0..3 {
        let ops = [create(FileKind::Disk), write(1, 0), fsync(), migrate(mode)];
        let dirty = [create(FileKind::Disk), write(1, 0), migrate(mode)];
        for tree in trees() {
            let clean = run(tree, &life(ops.clone()));
            assert_eq!((clean.steps[3].1, clean.world.moved.len()), (Returned::Value(0), 1));
            assert_eq!(visible(&clean, 0), [2; 4096], "its bytes move along");
            let errno = if mode == 2 { -11 } else { -EBUSY };
            assert_eq!(run(tree, &life(dirty.clone())).steps[2].1, Returned::Value(errno.into()));
        }
    }
}

#[test]
fn compaction_moves_what_it_may_and_never_guest_memory() {
    for mode in 0..3 {
        for &kind in FileKind::ALL {
            let bring = if kind == FileKind::GuestMemfd { fault(0, 0) } else { write(3, 0) };
            let size = Some(truncate(3, 0)).filter(|_| kind == FileKind::Secretmem);
            let ops = [create(kind)].into_iter().chain(size).chain([bring]);
            let scenario = life(ops.chain([Op::Compact { mode: Below::new(mode) }]));
            let judgement = fix(&scenario);
            assert_eq!(judgement.pre.world.moved, judgement.post.world.moved);
            assert_eq!((&judgement.pre_broke, &judgement.post_broke), (&vec![], &vec![]));
            use FileKind::{DiskZeroing, DrmShmem, Tmpfs, TmpfsNoswap};
            let moves = matches!(kind, Tmpfs | TmpfsNoswap | DrmShmem | DiskZeroing);
            assert_eq!(!judgement.pre.world.moved.is_empty(), moves, "{kind:?} {mode}");
        }
    }
}

#[test]
fn compaction_goes_over_all_memory() {
    // More pages than a scan isolates at once.
    let scenario =
        life([create(FileKind::Tmpfs), write(39, 0), Op::Compact { mode: Below::new(2) }]);
    for tree in trees() {
        let run = run(tree, &scenario);
        assert_eq!(run.world.moved.len(), 39, "{}", tree.name);
    }
}

// ---- errors ----

#[test]
fn a_hole_of_no_length_is_invalid_before_anybody_asks_for_a_callback() {
    for &kind in FileKind::ALL {
        let scenario = life([create(kind), punch(at(0, 0), at(0, 0))]);
        for tree in trees() {
            let ret = run(tree, &scenario).steps[1].1;
            assert_eq!(ret, Returned::Value((-EINVAL).into()), "vfs_fallocate, {kind:?}");
        }
    }
}

#[test]
fn an_operation_without_a_file_is_an_error_and_there_are_four_files_at_most() {
    let none = life([truncate(0, 0), create(FileKind::Ramfs), truncate(0, 0)]);
    let five = life(std::iter::repeat_n(create(FileKind::GuestMemfd), 5));
    for tree in trees() {
        let values =
            |values: &[i64]| values.iter().map(|&v| Returned::Value(v)).collect::<Vec<_>>();
        assert_eq!(returned(&run(tree, &none)), values(&[-9, 0, 0]));
        assert_eq!(returned(&run(tree, &five)), values(&[0, 0, 0, 0, -24]));
    }
}

#[test]
fn an_enospc_makes_the_tail_stale_until_it_is_reported() {
    let record = || Op::RecordError { file: FILE, enospc: true };
    let fsync = || Op::Fsync { file: FILE };
    let stale = |prepare: Vec<Op>| {
        let ops = [create(FileKind::Disk), write(1, 0)].into_iter().chain(prepare);
        let judgement = fix(&life(ops.chain([truncate(0, 100), truncate(1, 0)])));
        judgement.pre_broke.contains(&Invariant::NoStaleByte)
    };
    assert!(!stale(vec![]));
    assert!(stale(vec![record()]));
    assert!(!stale(vec![record(), fsync()]));
    assert!(stale(vec![fsync(), record()]));
    assert!(!stale(vec![Op::RecordError { file: FILE, enospc: false }]));
}
