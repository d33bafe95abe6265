// SPDX-License-Identifier: GPL-2.0-only
//! What the world notices of functions that misbehave: at their end, and under racing actors.

use super::extents::Byte;
use super::state::{Driver, FolioState, Slot};
use super::{Misdeed, World};
use crate::scenario::codec::Below;
use crate::scenario::{Action, FileKind, Point, Race};
use mmcore::tree::PreFix;
use mmcore::{Folio, IsolateMode, Kernel, Lruvec, Mapping, NodeStat, Page, Side};

const M: Mapping = Mapping(0);
const F: Folio = Folio(0);
const DST: Folio = Folio(1);
const PFN: u64 = 1 << 10;

/// One file, which nobody has open, with one folio of a page, and a free folio to move it to.
fn world(kind: FileKind) -> World {
    let mut world = World::default();
    world.add_file(Some(kind));
    world.file_mut(M).flags = 1 << 3 | 1 << 9; // AS_UNEVICTABLE, AS_UNMOVABLE
    world.file_mut(M).cache.fill(0, 4096, Byte::Data(1));
    world.file_mut(M).truth.fill(0, 4096, Byte::Data(1));
    world.file_mut(M).size = 4096;
    let on_lru = FolioState { lru: true, on_list: true, pfn: PFN, ..FolioState::default() };
    world.add_folio(FolioState { mapping: Some(M), refs: 1, ..on_lru });
    world.add_folio(FolioState { refs: 1, ours: 1, ..FolioState::default() });
    world.slots.push((PFN, 1, Slot::Folio(F)));
    world
}

// ---- the balance at the end of a function ----

/// What the world notes of a function that begins with nothing held.
fn after(function: impl FnOnce(&mut World)) -> Vec<Misdeed> {
    let mut world = world(FileKind::Tmpfs);
    world.file_mut(M).held = true;
    world.begin_balance();
    function(&mut world);
    assert_eq!(world.misdeeds, [], "nothing is wrong before the end");
    world.check_balance();
    world.misdeeds
}

fn get(k: &mut World) {
    assert_eq!(k.folio_get_nontail_page(Page(PFN)), Some(F));
}

/// Takes the folio off its list, as the scanner does.
fn isolate(k: &mut World, stat: NodeStat, nr: i64) {
    get(k);
    k.folio_test_clear_lru(F);
    k.spin_lock_irqsave(Lruvec(0));
    k.lruvec_del_folio(Lruvec(0), F);
    k.node_stat_mod_folio(F, stat, nr);
    k.unlock_page_lruvec_irqrestore(Lruvec(0));
}

#[test]
fn a_function_may_leave_nothing_held() {
    type Step = fn(&mut World);
    let cases: [(Step, Step, Misdeed); 8] = [
        (|k| k.folio_lock(F), |k| k.folio_unlock(F), Misdeed::Lock(F)),
        (|k| _ = k.folio_trylock(F), |k| k.folio_unlock(F), Misdeed::Lock(F)),
        (get, |k| k.folio_put(F), Misdeed::Reference(F)),
        (
            |k| k.spin_lock_irqsave(Lruvec(1)),
            |k| k.unlock_page_lruvec_irqrestore(Lruvec(1)),
            Misdeed::LruLock(Lruvec(1)),
        ),
        (|k| _ = k.folio_test_clear_lru(F), |k| k.folio_set_lru(F), Misdeed::Lru(F)),
        (|k| k.rcu_read_lock(), |k| k.rcu_read_unlock(), Misdeed::Nesting),
        (|k| k.filemap_invalidate_lock(M), |k| k.filemap_invalidate_unlock(M), Misdeed::Nesting),
        (
            |k| k.filemap_invalidate_lock_shared(M),
            |k| k.filemap_invalidate_unlock_shared(M),
            Misdeed::Nesting,
        ),
    ];
    for (take, give, misdeed) in cases {
        assert_eq!(after(take), [misdeed]);
        let both = after(|k| {
            take(k);
            give(k);
        });
        assert_eq!(both, [], "neighbour of {misdeed:?}");
    }
}

#[test]
fn a_function_may_not_give_up_the_lock_that_its_caller_holds() {
    let mut world = world(FileKind::Tmpfs);
    world.folio_lock(F);
    world.begin_balance();
    world.check_balance();
    assert_eq!(world.misdeeds, [], "as it was");
    world.folio_unlock(F);
    world.check_balance();
    assert_eq!(world.misdeeds, [Misdeed::Lock(F)]);
}

#[test]
fn what_is_isolated_is_on_the_list_with_one_reference_and_counted_as_it_is() {
    let listed = |k: &mut World| {
        isolate(k, NodeStat::IsolatedFile, 1);
        k.list_add(F);
    };
    assert_eq!(after(listed), []);
    let put_back = |k: &mut World| {
        listed(k);
        k.putback_movable_pages();
    };
    assert_eq!(after(put_back), []);
    let not_listed = after(|k| isolate(k, NodeStat::IsolatedFile, 1));
    assert!(not_listed.contains(&Misdeed::Lru(F)) && not_listed.contains(&Misdeed::Reference(F)));
    let counted = |stat, nr| {
        after(|k| {
            isolate(k, stat, nr);
            k.list_add(F);
        })
    };
    assert_eq!(counted(NodeStat::IsolatedAnon, 1), [Misdeed::Lru(F)]);
    assert_eq!(counted(NodeStat::IsolatedFile, 2), [Misdeed::Lru(F)]);
    assert_eq!(counted(NodeStat::IsolatedFile, 0), [Misdeed::Lru(F)]);
    let put_too = after(|k| {
        listed(k);
        k.folio_put(F);
    });
    assert_eq!(put_too, [Misdeed::Reference(F)]);
    let still_on_lru = after(|k| {
        get(k);
        k.list_add(F);
        k.node_stat_mod_folio(F, NodeStat::IsolatedFile, 1);
    });
    assert_eq!(still_on_lru, [Misdeed::Lru(F)]);
}

#[test]
fn a_driver_s_page_on_the_list_is_counted_nowhere() {
    let isolated = after(|k| {
        let state = k.folio_mut(F);
        (state.driver, state.lru, state.on_list) = (Driver::Movable, false, false);
        assert!(k.isolate_movable_page(Page(PFN), IsolateMode::default()));
        k.list_add(F);
    });
    assert_eq!(isolated, []);
}

#[test]
fn data_that_was_not_copied_after_the_switch_is_lost() {
    let moved = |copy: fn(&mut World)| {
        let mut world = world(FileKind::Tmpfs);
        world.folio_lock(F);
        get(&mut world);
        assert_eq!(world.folio_migrate_mapping(Some(M), DST, F, 0), 0);
        copy(&mut world);
        world.check_copied(DST);
        world.misdeeds
    };
    assert_eq!(moved(|k| k.folio_migrate_flags(DST, F)), [Misdeed::LostData(DST)]);
    assert_eq!(moved(|k| k.folio_migrate_copy(DST, F)), []);
    assert_eq!(moved(|k| _ = k.folio_mc_copy(DST, F)), []);
}

#[test]
fn misdeeds_are_noted_once_and_up_to_a_bound_for_each_kind() {
    let mut world = World::default();
    for i in 0..100 {
        world.note(Misdeed::Lock(Folio(i / 2)));
    }
    world.note(Misdeed::Nesting);
    let mut noted: Vec<_> = (0..4).map(|i| Misdeed::Lock(Folio(i))).collect();
    noted.push(Misdeed::Nesting);
    assert_eq!(world.misdeeds, noted);
}

#[test]
fn a_world_that_is_cleared_is_as_new() {
    let mut used = world(FileKind::Disk);
    let actor = |point, action| Race { point, action, ..Race::default() };
    let actors = [(Point::ReadFlags, Action::Evict), (Point::FolioLock, Action::Pin)];
    used.schedule.arm(&actors.map(|(point, action)| actor(point, action)));
    used.folio_lock(F);
    used.test_bit(M, 3);
    used.schedule.arm(&[actor(Point::SplitFolio, Action::Signal)]);
    used.find_get_entries(M, 0, 9);
    used.note(Misdeed::Nesting);
    (used.rcu, used.signal, used.script.poison, used.cc.order) = (3, true, true, 7);
    used.moved.push(F);
    used.skip.push(0);
    used.clear();
    assert_eq!(used.add_file(Some(FileKind::Ramfs)), M);
    let mut new = World::default();
    new.add_file(Some(FileKind::Ramfs));
    // Where the last look-up ended is written by every look-up before it is read.
    used.find_get_entries(M, 0, 9);
    new.find_get_entries(M, 0, 9);
    assert_eq!(used, new);
}

// ---- the draft that tested the flag without the folio lock ----

/// The scanner of the first drafts of AS_UNMOVABLE, cut down to one folio.
fn draft(k: &mut World) {
    if let Some(folio) = k.folio_get_nontail_page(Page(PFN)) {
        let mapping = k.folio_mapping(folio);
        if !mapping.is_some_and(|mapping| PreFix::mapping_inaccessible(k, mapping)) {
            k.folio_test_dirty(folio);
        }
        k.folio_put(folio);
    }
}

/// The same with the answer to the review: the mapping read again and tested, under the lock.
fn merged(k: &mut World) {
    if let Some(folio) = k.folio_get_nontail_page(Page(PFN)) {
        if k.folio_mapping(folio).is_some() && k.folio_trylock(folio) {
            let mapping = k.folio_mapping(folio);
            if let Some(mapping) = mapping {
                PreFix::mapping_inaccessible(k, mapping);
            }
            k.folio_unlock(folio);
        }
        k.folio_put(folio);
    }
}

/// Every schedule of one actor: when, how often before, what.
fn schedules() -> impl Iterator<Item = (Point, u8, Action)> {
    Point::ALL.iter().flat_map(|&point| {
        (0..4).flat_map(move |nth| Action::ALL.iter().map(move |&action| (point, nth, action)))
    })
}

fn raced(kind: FileKind, (point, nth, action): (Point, u8, Action), f: fn(&mut World)) -> World {
    let mut world = world(kind);
    world.schedule.arm(&[Race { point, nth: Below::new(nth), action, folio: Below::new(0) }]);
    f(&mut world);
    world
}

#[test]
fn a_test_without_the_folio_lock_reads_a_freed_mapping() {
    for &kind in FileKind::ALL {
        let misdeeds = |point, action| raced(kind, (point, 0, action), draft).misdeeds;
        // Nothing need happen for the read to be found unstable; eviction makes it fatal.
        assert_eq!(
            misdeeds(Point::ReadFlags, Action::Pin),
            [Misdeed::ReadUnstableMapping(M)],
            "{kind:?}"
        );
        assert_eq!(
            misdeeds(Point::ReadFlags, Action::Evict),
            [Misdeed::ReadFreedMapping(M)],
            "{kind:?}"
        );
        assert_eq!(misdeeds(Point::FolioMapping, Action::Evict), [], "the folio has none by then");
    }
}

#[test]
fn a_test_under_the_folio_lock_reads_no_mapping_that_can_go() {
    let mut evicted = 0;
    for &kind in FileKind::ALL {
        for schedule in schedules() {
            let world = raced(kind, schedule, merged);
            assert_eq!(world.misdeeds, [], "{kind:?} {schedule:?}");
            evicted += u32::from(world.file(M).freed);
        }
    }
    assert!(evicted > 10, "{evicted} schedules free the mapping");
}
