// SPDX-License-Identifier: GPL-2.0-only
//! The named seeds: one behaviour each, written from values.
//!
//! `mmdiff corpus write corpus` puts them into files, and a test holds the files to them. The
//! lifecycles of the [survey] are seeds too.

use super::Seed;
use crate::scenario::codec::{Below, List};
use crate::scenario::*;
use crate::survey;

/// Every named seed, in the order of paths and names.
pub fn all() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |name: &str, scenario: Scenario| {
        let (path, bytes) = (scenario.path(), scenario.encode());
        seeds.push(Seed { path, name: name.to_string(), bytes });
    };
    flags(&mut add);
    creation(&mut add);
    errors(&mut add);
    truncation(&mut add);
    migration(&mut add);
    compaction(&mut add);
    for subject in survey::subjects() {
        add(subject.name, subject.scenario);
    }
    lifecycle(&mut add);
    seeds.sort_by(|a, b| (a.path, &a.name).cmp(&(b.path, &b.name)));
    seeds
}

type Add<'a> = &'a mut dyn FnMut(&str, Scenario);

fn file(kind: FileKind) -> FileSpec {
    FileSpec { kind, ..FileSpec::default() }
}

fn raw(word: u64) -> FileSpec {
    FileSpec { flags: Flags::Raw { word }, ..FileSpec::default() }
}

fn race(point: Point, action: Action) -> Races {
    List::new([Race { point, action, ..Race::default() }])
}

fn flags(add: Add<'_>) {
    let mut flags = |name: &str, file: FileSpec, ops: &[FlagOp]| {
        let ops = List::new(ops.iter().copied());
        add(name, Scenario::Flags(FlagsScenario { file, ops }));
    };
    flags("guest_memfd_is_unevictable_and_unmovable", file(FileKind::GuestMemfd), &[]);
    flags(
        "shm_lock_and_unlock_toggle_unevictable",
        file(FileKind::Tmpfs),
        &[FlagOp::ShmLock, FlagOp::ShmUnlock, FlagOp::ShmemUnlockMapping],
    );
    flags(
        "shm_lock_beyond_the_limit_changes_nothing",
        file(FileKind::Tmpfs),
        &[FlagOp::ShmLockRefused],
    );
    flags("ramfs_folio_is_not_evictable", file(FileKind::Ramfs), &[FlagOp::FolioEvictable]);
    flags("every_bit_set", raw(u64::MAX), &[FlagOp::ClearUnevictable, FlagOp::FolioEvictable]);
    flags("bit_10_is_read_by_nobody", raw(1 << 10), &[]);
}

fn creation(add: Add<'_>) {
    let mut creation = |name: &str, edit: &dyn Fn(&mut CreationScenario)| {
        let mut scenario = CreationScenario::default();
        edit(&mut scenario);
        add(name, Scenario::Creation(scenario));
    };
    creation("new_guest_memfd_loses_enospc", &|_| {});
    creation("no_descriptor_left", &|s| s.no_fd = true);
    creation("no_memory_puts_the_descriptor_back", &|s| s.no_memory = true);
    creation("no_file_frees_everything", &|s| s.no_file = true);
    creation("foreign_mapping_warns", &|s| s.foreign_mapping = true);
    creation("check_errors_reports_an_enospc_that_nothing_caused", &|s| {
        s.steps = List::new([GmemStep::CheckErrors, GmemStep::CheckErrors]);
    });
    creation("fault_then_punch_a_hole_in_a_large_folio", &|s| {
        s.pages = Below::new(7);
        let fault = GmemStep::Fault { page: Below::new(0), order: Order::new(2) };
        let punch = GmemStep::PunchHole { page: Below::new(1), pages: Below::new(0) };
        s.steps = List::new([fault, punch, GmemStep::ErrorFolio, GmemStep::MigrateFolio]);
    });
}

fn errors(add: Add<'_>) {
    let mut errors = |name: &str, file: FileSpec, ops: &[ErrorOp]| {
        let ops = List::new(ops.iter().copied());
        add(name, Scenario::Errors(ErrorsScenario { file, no_host: false, ops }));
    };
    errors(
        "eio_wins_over_enospc",
        file(FileKind::Disk),
        &[ErrorOp::SetEnospc, ErrorOp::SetEio, ErrorOp::CheckAndKeepErrors, ErrorOp::CheckErrors],
    );
    errors(
        "fsync_reports_once_and_clears_the_bits",
        file(FileKind::Disk),
        &[ErrorOp::SetEnospc, ErrorOp::Fsync, ErrorOp::Fsync, ErrorOp::CheckErrors],
    );
    errors(
        "guest_memfd_reports_an_enospc_that_nothing_caused",
        file(FileKind::GuestMemfd),
        &[ErrorOp::CheckAndKeepErrors, ErrorOp::CheckErrors, ErrorOp::CheckErrors],
    );
    errors(
        "guest_memfd_fsync_uses_errseq_and_reports_nothing",
        file(FileKind::GuestMemfd),
        &[ErrorOp::Fsync, ErrorOp::CheckErrors],
    );
}

fn truncation(add: Add<'_>) {
    let mid = || Edge { delta: 100, ..Edge::default() };
    let mut truncation = |name: &str, file: FileSpec, edit: &dyn Fn(&mut TruncationScenario)| {
        let mut scenario = TruncationScenario {
            file,
            start: mid(),
            to_eof: true,
            ..TruncationScenario::default()
        };
        edit(&mut scenario);
        add(name, Scenario::Truncation(scenario));
    };
    truncation("ramfs_tail_is_not_zeroed", file(FileKind::Ramfs), &|_| {});
    truncation("tmpfs_noswap_tail_is_not_zeroed", file(FileKind::TmpfsNoswap), &|s| {
        s.call = TruncateCall::ShmemUndoRange;
    });
    let locked = FileSpec { shm_lock: true, ..file(FileKind::Tmpfs) };
    truncation("shm_locked_tail_is_not_zeroed", locked, &|s| {
        s.call = TruncateCall::ShmemUndoRange;
    });
    let failed = FileSpec { recorded: Recorded::Enospc, ..file(FileKind::Disk) };
    truncation("recorded_enospc_tail_is_not_zeroed", failed, &|s| {
        s.call = TruncateCall::PagesRange;
    });
    truncation("disk_tail_is_zeroed", file(FileKind::Disk), &|_| {});
    truncation("guest_memfd_part_of_large_folio_is_skipped", file(FileKind::GuestMemfd), &|s| {
        s.folio.order = Order::new(2);
        s.start = Edge { anchor: Anchor::FirstPageEnd, ..Edge::default() };
    });
    truncation(
        "guest_memfd_failed_split_takes_the_whole_folio",
        file(FileKind::GuestMemfd),
        &|s| {
            s.folio.order = Order::new(2);
            s.start = Edge { anchor: Anchor::FirstPageEnd, ..Edge::default() };
            s.split = SplitAnswer::Fails;
        },
    );
    truncation("raw_inaccessible_without_unevictable", raw(1 << 9), &|_| {});
    truncation("raw_bit_10_is_read_by_nobody", raw(1 << 10), &|_| {});
    truncation("failed_split_keeps_a_dirty_folio", file(FileKind::Disk), &|s| {
        s.call = TruncateCall::PagesRange;
        s.folio.order = Order::new(3);
        s.folio.dirty = true;
        s.split = SplitAnswer::Fails;
    });
    truncation("failed_split_drops_a_clean_folio", file(FileKind::Disk), &|s| {
        s.call = TruncateCall::PagesRange;
        s.folio.order = Order::new(3);
        s.split = SplitAnswer::Fails;
    });
    truncation("hole_inside_one_large_folio", file(FileKind::Tmpfs), &|s| {
        s.folio.order = Order::new(4);
        s.to_eof = false;
        s.end = Edge { anchor: Anchor::FolioEnd, delta: -100, ..Edge::default() };
    });
    truncation("write_back_fails_while_truncation_waits", file(FileKind::Disk), &|s| {
        s.races = race(Point::FolioWaitWriteback, Action::RecordEnospc);
    });
    truncation("unlocked_while_truncation_waits", locked_segment(), &|s| {
        s.races = race(Point::FolioWaitWriteback, Action::ShmUnlock);
    });
}

fn locked_segment() -> FileSpec {
    FileSpec { shm_lock: true, ..file(FileKind::Tmpfs) }
}

fn migration(add: Add<'_>) {
    let mut migration = |name: &str, kind: FileKind, edit: &dyn Fn(&mut MigrationScenario)| {
        let mut scenario =
            MigrationScenario { file: file(kind), mode: Below::new(2), ..Default::default() };
        edit(&mut scenario);
        add(name, Scenario::Migration(scenario));
    };
    migration("guest_memfd_folio_stays", FileKind::GuestMemfd, &|_| {});
    migration("tmpfs_folio_moves", FileKind::Tmpfs, &|_| {});
    migration("secretmem_refuses", FileKind::Secretmem, &|_| {});
    migration("fallback_moves_a_ramfs_folio", FileKind::Disk, &|_| {});
    migration("dirty_folio_is_written_out_first", FileKind::Disk, &|s| s.folio.dirty = true);
    migration("async_leaves_a_dirty_folio", FileKind::Disk, &|s| {
        s.folio.dirty = true;
        s.mode = Below::new(0);
    });
    migration("pinned_folio_stays", FileKind::Disk, &|s| s.folio.pins = Below::new(1));
    migration("write_back_is_a_bug", FileKind::Disk, &|s| s.folio.writeback = true);
    migration("released_driver_page_is_a_success", FileKind::Ramfs, &|s| {
        s.owner = FolioOwner::DriverReleased;
    });
    migration("careless_driver_is_warned", FileKind::Ramfs, &|s| {
        s.owner = FolioOwner::Driver;
        s.migrate = MigrateCallback::Careless;
    });
}

fn compaction(add: Add<'_>) {
    let item = |kind| Item { kind, ..Item::default() };
    let mut compaction = |name: &str, edit: &dyn Fn(&mut CompactionScenario)| {
        let cc = Controls { mode: Below::new(2), ..Controls::default() };
        let items = List::new([item(ItemKind::File)]);
        let files = List::new([file(FileKind::Tmpfs)]);
        let mut scenario = CompactionScenario { cc, items, files, ..Default::default() };
        edit(&mut scenario);
        add(name, Scenario::Compaction(scenario));
    };
    compaction("clean_folio_is_isolated", &|_| {});
    compaction("guest_memfd_folio_is_put_back", &|s| {
        s.files = List::new([file(FileKind::GuestMemfd)]);
    });
    compaction("truncated_between_the_two_mapping_reads", &|s| {
        s.files = List::new([file(FileKind::Ramfs)]);
        s.races = race(Point::FolioTrylock, Action::Truncate);
    });
    compaction("mapping_freed_before_the_folio_lock", &|s| {
        s.files = List::new([file(FileKind::Ramfs)]);
        s.races = race(Point::FolioTestUnevictable, Action::Evict);
    });
    compaction("eviction_waits_for_the_folio_lock", &|s| {
        s.files = List::new([file(FileKind::Ramfs)]);
        s.races = race(Point::ReadFlags, Action::Evict);
    });
    compaction("block_is_given_up_after_a_failure", &|s| {
        s.cc = Controls { order_plus_one: Below::new(3), direct: true, ..Controls::default() };
        s.items = List::new([item(ItemKind::File), item(ItemKind::Kernel), item(ItemKind::File)]);
    });
    compaction("lock_is_handed_from_one_list_to_the_other", &|s| {
        let other = Item { other_lruvec: true, ..item(ItemKind::Anon) };
        s.items = List::new([item(ItemKind::File), other, item(ItemKind::SwapCache)]);
    });
    compaction("huge_pages_are_isolated_or_dissolved", &|s| {
        s.cc.alloc_contig = true;
        s.items =
            List::new([ItemKind::Huge, ItemKind::HugeDissolves, ItemKind::HugeBusy].map(item));
    });
    compaction("skip_hint_ends_the_scan", &|s| s.skip_marked = true);
    compaction("fatal_signal_ends_the_scan", &|s| {
        s.races = race(Point::FatalSignalPending, Action::Signal);
    });
    compaction("too_much_isolated_throttles", &|s| s.throttled = Below::new(2));
    compaction("contended_lock_is_noted", &|s| {
        s.cc.mode = Below::new(0);
        s.races = race(Point::SpinTrylock, Action::HoldLru);
    });
    compaction("driver_page_is_isolated", &|s| {
        let kinds = [ItemKind::Driver, ItemKind::DriverRefuses, ItemKind::DriverIsolated];
        s.items = List::new(kinds.map(item));
    });
}

fn lifecycle(add: Add<'_>) {
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
