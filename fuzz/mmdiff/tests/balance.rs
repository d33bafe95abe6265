// SPDX-License-Identifier: GPL-2.0-only
//! Locks, references and lists, watched call by call: what breaks the balance at once.

use crate::worlds::*;
use mmcore::{IsolateMode, Kernel, NodeStat, Page};
use mmdiff::oracle::Invariant::Balance;
use mmdiff::scenario::FileKind;
use mmdiff::world::World;
use mmdiff::world::state::{Driver, Lock};

/// Takes the folio off its list as the scanner does.
fn isolate(k: &mut World) {
    k.folio_get_nontail_page(Page(PFN));
    k.folio_test_clear_lru(F);
    k.spin_lock_irqsave(LRU);
    k.lruvec_del_folio(LRU, F);
    k.node_stat_mod_folio(F, NodeStat::IsolatedFile, 1);
    k.list_add(F);
    k.unlock_page_lruvec_irqrestore(LRU);
}

/// Sequences that break the balance at once, each with a neighbour that does not.
const SEQUENCES: [(&str, Step, Step); 14] = [
    (
        "lock twice",
        |k| (k.folio_lock(F), k.folio_lock(F)).0,
        |k| {
            k.folio_lock(F);
            assert!(!k.folio_trylock(F));
        },
    ),
    (
        "unlock what is not locked",
        |k| k.folio_unlock(F),
        |k| {
            k.folio_lock(F);
            k.folio_unlock(F);
        },
    ),
    (
        "unlock for another",
        |k| {
            k.folio_mut(F).lock = Lock::Theirs;
            k.folio_unlock(F);
        },
        |k| {
            k.folio_mut(F).lock = Lock::Theirs;
            k.folio_lock(F);
            k.folio_unlock(F);
        },
    ),
    (
        "put what was not got",
        |k| k.folio_put(F),
        |k| {
            k.folio_get_nontail_page(Page(PFN));
            k.folio_put(F);
        },
    ),
    (
        "zero without the lock",
        |k| k.folio_zero_range(F, 0, 1),
        |k| {
            k.folio_lock(F);
            k.folio_zero_range(F, 0, 1);
        },
    ),
    (
        "remove without the lock",
        |k| k.filemap_remove_folio(F),
        |k| {
            k.folio_lock(F);
            k.filemap_remove_folio(F);
        },
    ),
    (
        "clear the mapping without the lock",
        |k| k.clear_mapping(F),
        |k| {
            k.folio_lock(F);
            k.clear_mapping(F);
        },
    ),
    (
        "lock one list under another's",
        |k| {
            k.spin_lock_irqsave(LRU);
            k.spin_lock_irqsave(OTHER_LRU);
        },
        |k| {
            k.spin_lock_irqsave(LRU);
            k.unlock_page_lruvec_irqrestore(LRU);
            k.spin_lock_irqsave(OTHER_LRU);
        },
    ),
    (
        "unlock a list that is not locked",
        |k| k.unlock_page_lruvec_irqrestore(LRU),
        |k| {
            assert!(k.spin_trylock_irqsave(LRU));
            k.unlock_page_lruvec_irqrestore(LRU);
        },
    ),
    (
        "delete from a list without its lock",
        |k| {
            k.folio_test_clear_lru(F);
            k.lruvec_del_folio(LRU, F);
        },
        isolate,
    ),
    (
        "delete from the wrong list",
        |k| {
            k.folio_test_clear_lru(F);
            k.spin_lock_irqsave(OTHER_LRU);
            k.lruvec_del_folio(OTHER_LRU, F);
        },
        |k| {
            k.folio_mut(F).lruvec = 1;
            k.folio_test_clear_lru(F);
            k.spin_lock_irqsave(OTHER_LRU);
            k.lruvec_del_folio(OTHER_LRU, F);
        },
    ),
    (
        "delete what another has off the list",
        |k| {
            k.spin_lock_irqsave(LRU);
            k.lruvec_del_folio(LRU, F);
        },
        isolate,
    ),
    (
        "give back an LRU flag that was not taken",
        |k| k.folio_set_lru(F),
        |k| {
            k.folio_test_clear_lru(F);
            k.folio_set_lru(F);
        },
    ),
    (
        "put back under the list's lock",
        |k| {
            isolate(k);
            k.spin_lock_irqsave(LRU);
            k.putback_movable_pages();
        },
        |k| {
            isolate(k);
            k.putback_movable_pages();
        },
    ),
];

#[test]
fn locks_references_and_lists_are_watched_call_by_call() {
    for (name, wrong, right) in SEQUENCES {
        assert_eq!(breaks(FileKind::Tmpfs, wrong), [Balance], "{name}");
        assert_eq!(breaks(FileKind::Tmpfs, right), [], "the right way to {name}");
    }
}

#[test]
fn a_folio_is_listed_once() {
    let twice = breaks(FileKind::Tmpfs, |k| {
        isolate(k);
        k.list_add(F);
    });
    assert_eq!(twice, [Balance]);
}

#[test]
fn a_driver_s_page_is_isolated_once() {
    let mut world = world(FileKind::Tmpfs);
    world.folio_mut(F).driver = Driver::Movable;
    let mode = IsolateMode::default();
    assert!(world.isolate_movable_page(Page(PFN), mode));
    assert!(!world.isolate_movable_page(Page(PFN), mode));
    assert_eq!(world.folio(F).ours, 1);
}
