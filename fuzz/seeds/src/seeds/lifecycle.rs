// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `lifecycle` path, besides those of the survey.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let file = Below::new(0);
    let write = |order| Op::Write {
        file,
        at: Position::default(),
        len: Position { pages: Below::new(4), ..Position::default() },
        order: Order::new(order),
    };
    let create = |kind| Op::Create { kind };
    let mut lifecycle = |name: &str, ops: Vec<Op>| {
        add(name, Scenario::Lifecycle(LifecycleScenario { ops: List::new(ops) }));
    };
    lifecycle(
        "compaction_leaves_guest_memory_and_moves_tmpfs",
        vec![
            create(FileKind::GuestMemfd),
            Op::FaultPrivate { file, page: Below::new(0), order: Order::new(0) },
            create(FileKind::Tmpfs),
            Op::Write {
                file: Below::new(1),
                at: Position::default(),
                len: Position { pages: Below::new(2), ..Position::default() },
                order: Order::new(0),
            },
            Op::Compact { mode: Below::new(2) },
        ],
    );
    let far = || Position { pages: Below::new(39), ..Position::default() };
    lifecycle(
        "drm_shmem_is_written_inside_its_size_alone",
        vec![
            create(FileKind::DrmShmem),
            Op::Write { file, at: far(), len: far(), order: Order::new(0) },
        ],
    );
    lifecycle(
        "guest_memfd_failed_split_takes_the_whole_folio",
        vec![
            create(FileKind::GuestMemfd),
            Op::FaultPrivate { file, page: Below::new(0), order: Order::new(2) },
            Op::FailSplit,
            Op::PunchHole {
                file,
                at: Position { pages: Below::new(1), ..Position::default() },
                len: Position { pages: Below::new(1), ..Position::default() },
            },
        ],
    );
    lifecycle(
        "failed_split_keeps_the_truncated_folio",
        vec![
            create(FileKind::Tmpfs),
            write(2),
            Op::FailSplit,
            Op::Truncate { file, size: Position { pages: Below::new(1), rest: Below::new(1) } },
        ],
    );
    lifecycle(
        "clean_folios_are_reclaimed_after_fsync",
        vec![create(FileKind::Disk), write(0), Op::Fsync { file }, Op::Reclaim { file }],
    );
    lifecycle(
        "migrated_folio_keeps_its_bytes",
        vec![
            create(FileKind::DiskZeroing),
            write(2),
            Op::Migrate { file, page: Below::new(1), mode: Below::new(2) },
            Op::Truncate { file, size: Position { pages: Below::new(2), rest: Below::new(1) } },
        ],
    );
}

const FILE: Below<4> = Below::new(0);

fn at(pages: u8, rest: u64) -> Position {
    Position::at(pages, rest).unwrap_or_default()
}

fn write(order: u8, pages: u8) -> Op {
    Op::Write { file: FILE, at: at(0, 0), len: at(pages, 0), order: Order::new(order) }
}

/// The folios that a file of the kind gets: written, or faulted in.
fn fill(kind: FileKind, order: u8) -> Vec<Op> {
    match kind {
        FileKind::GuestMemfd => {
            let fault = |page| Op::FaultPrivate {
                file: FILE,
                page: Below::new(page),
                order: Order::new(order),
            };
            vec![fault(0), fault(8)]
        }
        FileKind::Secretmem => vec![Op::Truncate { file: FILE, size: at(8, 0) }, write(order, 8)],
        _ => vec![write(order, 8)],
    }
}

pub(super) fn families(add: Add<'_>) {
    let mut lifecycle = |name: &str, ops: Vec<Op>| {
        add(name, Scenario::Lifecycle(LifecycleScenario { ops: List::new(ops) }));
    };
    for (name, op) in operations() {
        lifecycle(&format!("{name}_without_a_file"), vec![op]);
    }
    for &kind in FileKind::ALL {
        on_new_files(kind, &mut lifecycle);
        after_one_another(kind, &mut lifecycle);
        cuts(kind, &mut lifecycle);
        memory(kind, &mut lifecycle);
    }
    orders(&mut lifecycle);
    write_back(&mut lifecycle);
}

type AddLifecycle<'a> = &'a mut dyn FnMut(&str, Vec<Op>);

/// Every operation on the first file, with a name.
fn operations() -> Vec<(&'static str, Op)> {
    let (file, order) = (FILE, Order::new(0));
    vec![
        ("write", write(0, 1)),
        ("write_nothing", Op::Write { file, at: at(0, 0), len: at(0, 0), order }),
        ("write_further_on", Op::Write { file, at: at(3, 100), len: at(2, 7), order }),
        ("truncate_to_nothing", Op::Truncate { file, size: at(0, 0) }),
        ("truncate_to_mid_page", Op::Truncate { file, size: at(0, 100) }),
        ("truncate_to_a_page", Op::Truncate { file, size: at(1, 0) }),
        ("extend", Op::Truncate { file, size: at(17, 0) }),
        ("punch_a_page", Op::PunchHole { file, at: at(0, 0), len: at(1, 0) }),
        ("punch_inside_a_page", Op::PunchHole { file, at: at(0, 100), len: at(0, 2048) }),
        ("punch_nothing", Op::PunchHole { file, at: at(0, 0), len: at(0, 0) }),
        ("shm_lock", Op::ShmLock { file }),
        ("shm_unlock", Op::ShmUnlock { file }),
        ("record_enospc", Op::RecordError { file, enospc: true }),
        ("record_eio", Op::RecordError { file, enospc: false }),
        ("fsync", Op::Fsync { file }),
        ("compact", Op::Compact { mode: Below::new(2) }),
        ("migrate", Op::Migrate { file, page: Below::new(0), mode: Below::new(2) }),
        ("fail_split", Op::FailSplit),
        ("fault", Op::FaultPrivate { file, page: Below::new(0), order }),
        ("reclaim", Op::Reclaim { file }),
    ]
}

/// Every operation on an empty file.
fn on_new_files(kind: FileKind, add: AddLifecycle<'_>) {
    let create = || Op::Create { kind };
    add(&format!("create_{}", snake(kind)), vec![create()]);
    add(
        &format!("fifth_file_{}", snake(kind)),
        vec![create(), create(), create(), create(), create()],
    );
    for (name, op) in operations() {
        add(&format!("{name}_of_a_new_{}", snake(kind)), vec![create(), op]);
    }
}

/// Every pair of operations on a file that has been written.
fn after_one_another(kind: FileKind, add: AddLifecycle<'_>) {
    for (one, first) in operations() {
        for (other, second) in operations() {
            let mut ops = vec![Op::Create { kind }];
            ops.extend(fill(kind, 0));
            ops.extend([first.clone(), second]);
            add(&format!("{one}_then_{other}_of_{}", snake(kind)), ops);
        }
    }
}

/// Truncations and holes with each edge, in pages and in large folios, split or not.
fn cuts(kind: FileKind, add: AddLifecycle<'_>) {
    let edges = [
        ("a_page", at(1, 0)),
        ("the_second_byte", at(0, 1)),
        ("the_last_byte", at(0, 4095)),
        ("mid_page", at(1, 100)),
        ("byte_one_of_a_page", at(4, 1)),
        ("the_last_byte_of_a_page", at(3, 4095)),
        ("the_folios_last_byte", at(7, 4095)),
        ("the_last_page", at(7, 0)),
    ];
    for (order, folio) in [(0, "pages"), (3, "a_large_folio")] {
        for (split, fail) in [("", false), ("_that_does_not_split", true)] {
            let begin = || {
                let mut ops = vec![Op::Create { kind }];
                ops.extend(fill(kind, order));
                ops.extend(fail.then_some(Op::FailSplit));
                ops
            };
            let subject = format!("{folio}_of_{}{split}", snake(kind));
            for (from, size) in edges.clone() {
                let mut ops = begin();
                ops.extend([Op::Truncate { file: FILE, size: size.clone() }]);
                ops.push(Op::Truncate { file: FILE, size: at(8, 0) });
                add(&format!("truncate_{subject}_to_{from}"), ops);
                for (len, length) in edges.clone() {
                    let mut ops = begin();
                    ops.push(Op::PunchHole { file: FILE, at: size.clone(), len: length });
                    add(&format!("punch_{subject}_from_{from}_for_{len}"), ops);
                }
            }
            for (len, length) in edges.clone() {
                let mut ops = begin();
                ops.push(Op::PunchHole { file: FILE, at: at(0, 0), len: length });
                add(&format!("punch_{subject}_at_its_start_for_{len}"), ops);
            }
        }
    }
}

/// Compaction, migration and reclaim in each mode, of dirty and clean files.
fn memory(kind: FileKind, add: AddLifecycle<'_>) {
    for (mode, name) in ["async", "sync_light", "sync"].into_iter().enumerate() {
        let mode = Below::new(mode as u8);
        let passes = [
            ("compaction", Op::Compact { mode }),
            ("migration", Op::Migrate { file: FILE, page: Below::new(0), mode }),
        ];
        for (pass, op) in passes {
            for order in [0, 3] {
                for clean in [false, true] {
                    let mut ops = vec![Op::Create { kind }];
                    ops.extend(fill(kind, order));
                    ops.extend(clean.then_some(Op::Fsync { file: FILE }));
                    ops.extend([op.clone(), op.clone()]);
                    let state = if clean { "synced" } else { "written" };
                    let name = format!("{name}_{pass}_of_{state}_{}_of_order_{order}", snake(kind));
                    add(&name, ops);
                }
            }
        }
    }
    let mut ops = vec![Op::Create { kind }, Op::Create { kind: FileKind::Ramfs }];
    ops.extend(fill(kind, 0));
    ops.push(Op::Write { file: Below::new(1), at: at(0, 0), len: at(39, 0), order: Order::new(0) });
    ops.extend([
        Op::Compact { mode: Below::new(2) },
        Op::Truncate { file: Below::new(1), size: at(0, 0) },
    ]);
    add(&format!("{}_and_many_ramfs_pages_compacted", snake(kind)), ops);
    let mut ops = vec![Op::Create { kind }];
    ops.push(write(0, 39));
    ops.push(Op::Truncate { file: FILE, size: at(0, 0) });
    add(&format!("many_pages_of_{}_truncated", snake(kind)), ops);
}

fn orders(add: AddLifecycle<'_>) {
    for order in 0..=9 {
        let ops = vec![Op::Create { kind: FileKind::Disk }, write(order, 39)];
        add(&format!("folios_of_order_{order}"), ops.clone());
        let truncate = Op::Truncate { file: FILE, size: at(5, 100) };
        add(&format!("folios_of_order_{order}_truncated"), [ops, vec![truncate]].concat());
    }
}

/// Folios under write-back, which a failed migration leaves behind; files with more than a batch of
/// folios; and the gaps between folios.
fn write_back(add: AddLifecycle<'_>) {
    let create = |kind| Op::Create { kind };
    let migrate = || Op::Migrate { file: FILE, page: Below::new(0), mode: Below::new(2) };
    for (mode, name) in ["async", "sync_light", "sync"].into_iter().enumerate() {
        let compact = Op::Compact { mode: Below::new(mode as u8) };
        let ops = vec![create(FileKind::Disk), write(0, 1), migrate(), compact.clone()];
        add(&format!("{name}_compaction_meets_write_back"), ops);
        let far = Op::Write { file: FILE, at: at(8, 0), len: at(1, 0), order: Order::new(3) };
        let ops = vec![create(FileKind::Tmpfs), write(0, 1), far, compact.clone()];
        add(&format!("{name}_compaction_passes_over_a_gap"), ops);
        let huge = Op::Write { file: FILE, at: at(0, 0), len: at(1, 0), order: Order::new(9) };
        let ops = vec![create(FileKind::Tmpfs), huge.clone(), compact.clone()];
        add(&format!("{name}_compaction_leaves_a_huge_folio"), ops);
        let small =
            Op::Write { file: Below::new(1), at: at(0, 0), len: at(1, 0), order: Order::new(0) };
        let ops = vec![create(FileKind::Tmpfs), create(FileKind::Tmpfs), huge, small, compact];
        add(&format!("{name}_compaction_of_a_huge_folio_and_a_page"), ops);
    }
    for &kind in FileKind::ALL {
        let folio = match kind {
            FileKind::GuestMemfd => {
                Op::FaultPrivate { file: FILE, page: Below::new(0), order: Order::new(6) }
            }
            _ => write(9, 39),
        };
        let punch = Op::PunchHole { file: FILE, at: at(0, 0), len: at(35, 0) };
        let ops = vec![create(kind), folio, punch];
        add(&format!("large_hole_in_a_large_folio_of_{}", snake(kind)), ops);
    }
    let many = || vec![create(FileKind::Tmpfs), write(0, 39), Op::ShmLock { file: FILE }];
    add("many_pages_unlocked", [many(), vec![Op::ShmUnlock { file: FILE }]].concat());
}
