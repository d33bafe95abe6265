// SPDX-License-Identifier: GPL-2.0-only
//! Each invariant, broken by a function that misbehaves, and held by one that does the same right.

use crate::support::{fix, raw, trees};
use crate::worlds::*;
use mmcore::{Kernel, MigrateMode, Page};
use mmdiff::change::Change;
use mmdiff::oracle::Invariant::{self, *};
use mmdiff::run::Run;
use mmdiff::scenario::codec::Below;
use mmdiff::scenario::{
    CreationScenario, FileKind, FolioSpec, Order, Recorded, Scenario, TruncationScenario,
};
use mmdiff::world::Misdeed;
use mmdiff::world::extents::Byte;
use mmdiff::world::state::Lock;

// ---- guest memory ----

#[test]
fn a_cpu_write_to_guest_memory_is_a_touch_and_to_any_other_is_none() {
    for &kind in FileKind::ALL {
        let found = breaks(kind, |k| {
            k.folio_lock(F);
            k.folio_zero_range(F, 100, 10);
        });
        let guest = kind == FileKind::GuestMemfd;
        assert_eq!(found, if guest { vec![GuestMemoryUntouched] } else { vec![] }, "{kind:?}");
    }
}

#[test]
fn a_copy_out_of_guest_memory_is_a_touch_and_a_move_of_it_is_a_move() {
    for &kind in FileKind::ALL {
        let moved = |copy: Step| {
            breaks(kind, |k| {
                k.folio_lock(F);
                k.folio_get_nontail_page(Page(PFN));
                assert_eq!(k.folio_migrate_mapping(Some(M), DST, F, 0), 0);
                copy(k);
            })
        };
        let guest = kind == FileKind::GuestMemfd;
        let expected = |all: &[Invariant]| if guest { all.to_vec() } else { vec![] };
        let flags = moved(|k| k.folio_migrate_flags(DST, F));
        assert_eq!(flags, expected(&[GuestMemoryStays]), "{kind:?}");
        let both = [GuestMemoryUntouched, GuestMemoryStays];
        assert_eq!(moved(|k| k.folio_migrate_copy(DST, F)), expected(&both), "{kind:?}");
        assert_eq!(moved(|k| _ = k.folio_mc_copy(DST, F)), expected(&both), "{kind:?}");
    }
}

#[test]
fn a_move_that_a_reference_too_many_forbids_is_no_move() {
    let found = breaks(FileKind::GuestMemfd, |k| {
        k.folio_lock(F);
        k.folio_get_nontail_page(Page(PFN));
        k.folio_mut(F).refs += 1;
        assert_eq!(k.folio_migrate_mapping(Some(M), DST, F, 0), -mmcore::errno::EAGAIN);
        assert_eq!(k.folio_migrate_mapping(Some(M), DST, F, 1), 0);
    });
    assert_eq!(found, [GuestMemoryStays], "the second, which expects it");
}

#[test]
fn the_callback_of_guest_memfd_moves_nothing() {
    for &mode in MigrateMode::ALL {
        let found = breaks(FileKind::GuestMemfd, |k| {
            assert_eq!(k.call_migrate_folio(M, DST, F, mode), -mmcore::errno::EINVAL);
        });
        assert_eq!(found, [], "{mode}");
    }
}

// ---- bytes ----

#[test]
fn zeroing_beyond_the_folio_is_found_and_up_to_its_end_is_not() {
    let zero = |offset, length| {
        breaks(FileKind::Tmpfs, |k| {
            k.folio_lock(F);
            k.folio_zero_range(F, offset, length);
        })
    };
    for offset in [0, 1, 100, 4095] {
        assert_eq!(zero(offset, 4096 - offset), []);
        assert_eq!(zero(offset, 4097 - offset), [NoStaleByte]);
    }
}

#[test]
fn stale_bytes_are_counted_where_a_reader_sees_other_bytes_than_are_due() {
    let mut world = world(FileKind::Disk);
    assert_eq!((world.stale_bytes(M, 0, 4096), world.stale_in(M, 0, 4096)), (0, None));
    world.file_mut(M).truth.fill(100, 4096, Byte::Zero);
    assert_eq!(world.stale_bytes(M, 0, 4096), 3996);
    assert_eq!(world.stale_in(M, 0, 4096), Some((100, 4096, Byte::Data(1))));
    assert_eq!(world.stale_bytes(M, 0, 200), 100);
    world.file_mut(M).cache.fill(100, 4096, Byte::Absent);
    assert_eq!(world.stale_bytes(M, 0, 4096), 0, "the disk has zeroes there");
    world.file_mut(M).disk.fill(1000, 1001, Byte::Data(9));
    assert_eq!(world.stale_in(M, 0, 4096), Some((1000, 1001, Byte::Data(9))));
}

// ---- mappings ----

/// Every way of reading a mapping.
const READS: [(&str, Step); 9] = [
    ("test_bit", |k| _ = k.test_bit(M, 3)),
    ("flags_and", |k| _ = k.flags_and(M, 10)),
    ("set_bit", |k| k.set_bit(M, 3)),
    ("test_and_clear_bit", |k| _ = k.test_and_clear_bit(M, 1)),
    ("has_migrate_folio", |k| _ = k.has_migrate_folio(M)),
    ("has_writepage", |k| _ = k.has_writepage(M)),
    ("has_host", |k| _ = k.has_host(M)),
    ("mapping_empty", |k| _ = k.mapping_empty(M)),
    ("shmem_mapping", |k| _ = k.shmem_mapping(M)),
];

#[test]
fn a_mapping_is_read_only_under_what_keeps_it() {
    let protections: [(&str, Step, bool); 6] = [
        ("nothing", |_| {}, false),
        ("an open file", |k| k.file_mut(M).held = true, true),
        ("RCU", |k| k.rcu_read_lock(), true),
        ("our lock of one of its folios", |k| k.folio_lock(F), true),
        ("another's lock of one of its folios", |k| k.folio_mut(F).lock = Lock::Theirs, false),
        ("our lock of another folio", |k| k.folio_lock(DST), false),
    ];
    for &kind in FileKind::ALL {
        for (name, read) in READS {
            for (what, protect, protects) in protections {
                let mut world = world(kind);
                protect(&mut world);
                read(&mut world);
                let expected = if protects { vec![] } else { vec![MappingAlive] };
                assert_eq!(broken(&world), expected, "{kind:?}: {name} under {what}");
            }
        }
    }
}

#[test]
fn protection_ends_with_the_lock_and_with_the_folio_s_place_in_the_mapping() {
    for (name, read) in READS {
        let after = |undo: Step| {
            let mut world = world(FileKind::Ramfs);
            world.folio_lock(F);
            undo(&mut world);
            read(&mut world);
            broken(&world)
        };
        assert_eq!(after(|_| {}), [], "{name}");
        assert_eq!(after(|k| k.folio_unlock(F)), [MappingAlive], "{name} after unlock");
        assert_eq!(after(|k| k.filemap_remove_folio(F)), [MappingAlive], "{name} after removal");
    }
}

#[test]
fn a_freed_mapping_is_read_under_no_protection() {
    for (name, read) in READS {
        let mut world = world(FileKind::Ramfs);
        world.file_mut(M).freed = true;
        world.file_mut(M).held = true;
        world.rcu_read_lock();
        read(&mut world);
        assert_eq!(world.misdeeds, [Misdeed::ReadFreedMapping(M)], "{name}");
    }
}

// ---- which misdeed breaks what ----

#[test]
fn every_misdeed_but_a_warning_breaks_one_invariant() {
    for (misdeed, invariant) in [
        (Misdeed::TouchedGuestMemory(F), Some(GuestMemoryUntouched)),
        (Misdeed::MovedGuestMemory(F), Some(GuestMemoryStays)),
        (Misdeed::LostGuestMemory(M), Some(GuestMemoryKept)),
        (Misdeed::StaleBytes(M), Some(NoStaleByte)),
        (Misdeed::LostData(F), Some(NoStaleByte)),
        (Misdeed::OutOfFolio(F), Some(NoStaleByte)),
        (Misdeed::UncausedError(M), Some(ErrorHasCause)),
        (Misdeed::ReadFreedMapping(M), Some(MappingAlive)),
        (Misdeed::ReadUnstableMapping(M), Some(MappingAlive)),
        (Misdeed::Lock(F), Some(Balance)),
        (Misdeed::LruLock(LRU), Some(Balance)),
        (Misdeed::Reference(F), Some(Balance)),
        (Misdeed::Lru(F), Some(Balance)),
        (Misdeed::Unlocked(F), Some(Balance)),
        (Misdeed::Nesting, Some(Balance)),
        (Misdeed::Warned(mmcore::Site::GmemMigrated), None),
    ] {
        assert_eq!(Invariant::of(misdeed), invariant, "{misdeed:?}");
    }
}

#[test]
fn a_word_that_nobody_could_set_is_an_excuse_for_what_hangs_on_flags() {
    // A guest_memfd without any flag is zeroed by both sides.
    let folio = FolioSpec { order: Order::new(1), ..FolioSpec::default() };
    let start = Below::new(1);
    let mut s = TruncationScenario {
        file: raw(FileKind::GuestMemfd, 0),
        folio,
        to_eof: true,
        ..TruncationScenario::default()
    };
    s.start.pages = start;
    let judgement = fix(&Scenario::Truncation(s));
    for run in [&judgement.pre, &judgement.post] {
        assert_eq!(run.world.misdeeds, [Misdeed::TouchedGuestMemory(F)]);
    }
    assert_eq!((judgement.pre_broke, judgement.post_broke), (vec![], vec![]));
}

#[test]
fn what_a_revision_is_known_to_break_is_the_bug_and_large_folios_of_a_guest() {
    for invariant in Invariant::ALL {
        let (bug, large) =
            (matches!(invariant, NoStaleByte | ErrorHasCause), invariant == GuestMemoryKept);
        let change = Change::default_one();
        assert_eq!(change.is_known_broken(invariant, "pre-fix"), bug || large);
        assert_eq!(change.is_known_broken(invariant, "post-fix"), large);
    }
}

#[test]
fn what_is_owed_is_what_was_recorded() {
    for (recorded, owed) in [
        (Recorded::Nothing, (false, false)),
        (Recorded::Enospc, (true, false)),
        (Recorded::Eio, (false, true)),
        (Recorded::Both, (true, true)),
    ] {
        let mut world = world(FileKind::Disk);
        world.owe(M, recorded);
        assert_eq!((world.file(M).owes_enospc, world.file(M).owes_eio), owed);
    }
}

#[test]
fn an_error_whose_bit_is_cleared_is_owed_no_more() {
    let owed = |clear: Step| {
        let mut world = world(FileKind::Disk);
        world.file_mut(M).held = true;
        world.owe(M, Recorded::Both);
        clear(&mut world);
        (world.file(M).owes_enospc, world.file(M).owes_eio)
    };
    assert_eq!(owed(|k| _ = k.test_and_clear_bit(M, 1)), (false, true));
    assert_eq!(owed(|k| k.clear_bit(M, 1)), (false, true));
    assert_eq!(owed(|k| _ = k.test_and_clear_bit(M, 0)), (true, false));
    assert_eq!(owed(|k| k.clear_bit(M, 0)), (true, false));
    for nr in 2..64 {
        let mut world = world(FileKind::Disk);
        world.owe(M, Recorded::Both);
        world.clear_bit(M, nr);
        assert!(world.file(M).owes_enospc && world.file(M).owes_eio, "bit {nr}");
    }
}

#[test]
fn a_creation_that_leaves_a_descriptor_or_an_allocation_too_many_breaks_the_balance() {
    for no_fd in [false, true] {
        let scenario =
            Scenario::Creation(CreationScenario { no_fd, ..CreationScenario::default() });
        for (fds, allocations) in [(0, 0), (1, 0), (0, 1)] {
            for tree in trees() {
                let mut run = Run::new(tree);
                run.begin(&scenario);
                (run.world.fds, run.world.gmem_allocations) = (fds, allocations);
                run.step(&scenario);
                let leaks = (fds, allocations) != (0, 0);
                let expected: &[Misdeed] = if leaks { &[Misdeed::Nesting] } else { &[] };
                assert_eq!(run.world.misdeeds, expected, "{no_fd} {fds} {allocations}");
            }
        }
    }
}

#[test]
fn a_caller_that_did_not_lock_the_source_is_caught_whoever_else_locks_it() {
    let text = "path = \"migration\"\n\
                call = \"move-to-new-folio\"\n\
                file = { kind = \"drm-shmem\" }\n\
                folio = { off-lru = true }\n\
                src-unlocked = true\n\
                races = [{ point = \"folio-mapping\", action = \"lock\" }]\n";
    let scenario = mmdiff::readable::parse(text).expect("a scenario");
    for tree in mmdiff::run::TREES {
        let mut run = Run::new(tree);
        run.begin(&scenario);
        run.step(&scenario);
        let caught = mmdiff::run::Returned::Oops(mmcore::Site::SrcUnlocked);
        assert_eq!(run.steps[0].1, caught, "{tree:?}");
        let broken: Vec<_> = run.world.misdeeds.iter().filter_map(|&m| Invariant::of(m)).collect();
        assert_eq!(broken, [], "{tree:?}");
    }
}
