// SPDX-License-Identifier: GPL-2.0-only
//! A world for functions that misbehave, and what they break in it.

#![allow(dead_code, reason = "every test file uses a part of it")]

use mmcore::{Folio, Lruvec, Mapping};
use mmdiff::oracle::Invariant;
use mmdiff::scenario::FileKind;
use mmdiff::world::World;
use mmdiff::world::extents::Byte;
use mmdiff::world::state::{FolioState, Slot};

const PAGE: u64 = mmcore::PAGE_SIZE;
/// Something that a function does.
pub(crate) type Step = fn(&mut World);

pub(crate) const M: Mapping = Mapping(0);
pub(crate) const F: Folio = Folio(0);
pub(crate) const DST: Folio = Folio(1);
pub(crate) const LRU: Lruvec = Lruvec(0);
pub(crate) const OTHER_LRU: Lruvec = Lruvec(1);
pub(crate) const PFN: u64 = 1 << 10;

/// The invariants that the world's misdeeds break.
pub(crate) fn broken(world: &World) -> Vec<Invariant> {
    let mut broken: Vec<_> = world.misdeeds.iter().filter_map(|&m| Invariant::of(m)).collect();
    broken.sort_unstable();
    broken.dedup();
    broken
}

/// One file with one folio of a page, and a free folio to move it to. Nobody has the file open.
pub(crate) fn world(kind: FileKind) -> World {
    let mut world = World::default();
    world.add_file(Some(kind));
    let byte = if kind == FileKind::GuestMemfd { Byte::Private(1) } else { Byte::Data(1) };
    world.file_mut(M).cache.fill(0, PAGE, byte);
    world.file_mut(M).truth.fill(0, PAGE, byte);
    world.file_mut(M).size = PAGE;
    let on_lru = FolioState { lru: true, on_list: true, pfn: PFN, ..FolioState::default() };
    world.add_folio(FolioState { mapping: Some(M), refs: 1, ..on_lru });
    world.add_folio(FolioState { refs: 1, ours: 1, ..FolioState::default() });
    world.slots.push((PFN, 1, Slot::Folio(F)));
    world
}

/// What a function breaks in a world that is open to it.
pub(crate) fn breaks(kind: FileKind, function: impl FnOnce(&mut World)) -> Vec<Invariant> {
    let mut world = world(kind);
    world.file_mut(M).held = true;
    function(&mut world);
    broken(&world)
}
