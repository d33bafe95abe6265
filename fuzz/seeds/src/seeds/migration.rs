// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `migration` path.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let mut migration = |name: &str, kind: FileKind, edit: &dyn Fn(&mut MigrationScenario)| {
        let mut scenario =
            MigrationScenario { file: file(kind), mode: Below::new(2), ..Default::default() };
        edit(&mut scenario);
        add(name, Scenario::Migration(scenario));
    };
    migration("guest_memfd_folio_stays", FileKind::GuestMemfd, &|_| {});
    migration("tmpfs_folio_moves", FileKind::Tmpfs, &|_| {});
    migration("secretmem_refuses", FileKind::Secretmem, &|_| {});
    migration("guest_memfd_folio_of_the_greatest_order_stays", FileKind::GuestMemfd, &|s| {
        s.folio.order = Order::new(Order::MAX);
    });
    migration("fallback_moves_a_clean_folio", FileKind::Disk, &|_| {});
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

const MODES: [&str; 4] = ["async", "sync_light", "sync", "sync_no_copy"];

pub(super) fn families(add: Add<'_>) {
    let mut migration = |name: &str, scenario| add(name, Scenario::Migration(scenario));
    for mode in 0..4 {
        kinds(mode, &mut migration);
        callbacks(mode, &mut migration);
        calls(mode, &mut migration);
        mistakes(mode, &mut migration);
    }
    orders(&mut migration);
}

type AddMigration<'a> = &'a mut dyn FnMut(&str, MigrationScenario);

fn scenario(kind: FileKind, mode: u8) -> MigrationScenario {
    MigrationScenario { file: file(kind), mode: Below::new(mode), ..Default::default() }
}

/// Each kind of file, and each other owner of a folio, clean and dirty.
fn kinds(mode: u8, add: AddMigration<'_>) {
    let name = MODES[usize::from(mode)];
    for dirty in [false, true] {
        let state = if dirty { "dirty" } else { "clean" };
        for &kind in FileKind::ALL {
            let mut built = scenario(kind, mode);
            built.folio.dirty = dirty;
            add(&format!("{name}_move_of_a_{state}_{}_folio", snake(kind)), built.clone());
            for (word, bit) in [(0, "no_bit"), (1 << 9, "the_bit")] {
                let raw = MigrationScenario { file: raw_of(kind, word), ..built.clone() };
                add(&format!("{name}_move_of_a_{state}_{}_folio_with_{bit}", snake(kind)), raw);
            }
        }
        for &owner in FolioOwner::ALL {
            let mut owned = MigrationScenario { owner, ..scenario(FileKind::Disk, mode) };
            owned.folio.dirty = dirty;
            add(&format!("{name}_move_of_a_{state}_{}_folio", owner_name(owner)), owned);
        }
    }
}

fn owner_name(owner: FolioOwner) -> String {
    match owner {
        FolioOwner::File => "files".into(),
        owner => snake(owner),
    }
}

/// Each end of each callback, for each owner, clean and dirty.
fn callbacks(mode: u8, add: AddMigration<'_>) {
    let name = MODES[usize::from(mode)];
    for &owner in FolioOwner::ALL {
        for &migrate in MigrateCallback::ALL {
            for dirty in [false, true] {
                let state = if dirty { "dirty" } else { "clean" };
                let mut scenario =
                    MigrationScenario { owner, migrate, ..scenario(FileKind::Disk, mode) };
                scenario.folio.dirty = dirty;
                let owner = owner_name(owner);
                let callback = snake(migrate);
                add(
                    &format!("{name}_move_of_a_{state}_{owner}_folio_callback_{callback}"),
                    scenario,
                );
            }
        }
    }
    for &writepage in WritepageCallback::ALL {
        let mut scenario = MigrationScenario { writepage, ..scenario(FileKind::Disk, mode) };
        scenario.folio.dirty = true;
        add(&format!("{name}_move_of_a_dirty_folio_writepage_{}", snake(writepage)), scenario);
    }
}

/// Each function by itself, with each state of the folio.
fn calls(mode: u8, add: AddMigration<'_>) {
    let name = MODES[usize::from(mode)];
    let edits: [Edit<MigrationScenario>; 8] = [
        ("clean", |_| {}),
        ("dirty", |s| s.folio.dirty = true),
        ("pinned", |s| s.folio.pins = Below::new(1)),
        ("private", |s| s.folio.private = true),
        ("kept_private", |s| (s.folio.private, s.keeps_private) = (true, true)),
        ("written_back", |s| s.folio.writeback = true),
        ("activated", |s| {
            (s.folio.dirty, s.writepage) = (true, WritepageCallback::Activate);
        }),
        ("unwritable", |s| (s.folio.dirty, s.writepage) = (true, WritepageCallback::Fails)),
    ];
    for &call in MigrateCall::ALL {
        for kind in [FileKind::Disk, FileKind::Ramfs, FileKind::DiskZeroing] {
            for (state, edit) in edits {
                let mut scenario = MigrationScenario { call, ..scenario(kind, mode) };
                edit(&mut scenario);
                let kind = snake(kind);
                add(&format!("{name}_{}_of_a_{state}_{kind}_folio", snake(call)), scenario);
            }
        }
    }
}

/// What callers must not do, and device memory.
fn mistakes(mode: u8, add: AddMigration<'_>) {
    let name = MODES[usize::from(mode)];
    let edits: [Edit<MigrationScenario>; 5] = [
        ("unlocked_source", |s| s.src_unlocked = true),
        ("unlocked_destination", |s| s.dst_unlocked = true),
        ("page_nobody_isolated", |s| (s.owner, s.not_isolated) = (FolioOwner::Driver, true)),
        ("careless_driver", |s| {
            (s.owner, s.migrate) = (FolioOwner::Driver, MigrateCallback::Careless);
        }),
        ("device_memory", |s| s.zone_device = true),
    ];
    for (mistake, edit) in edits {
        let mut scenario = scenario(FileKind::Tmpfs, mode);
        edit(&mut scenario);
        add(&format!("{name}_move_with_{mistake}"), scenario);
    }
}

fn orders(add: AddMigration<'_>) {
    for order in 0..=Order::MAX {
        let mut scenario = scenario(FileKind::Tmpfs, 2);
        scenario.folio.order = Order::new(order);
        add(&format!("folio_of_order_{order}_moves"), scenario);
    }
}
