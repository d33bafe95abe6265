// SPDX-License-Identifier: GPL-2.0-only
//! What the kernel does with memory on its own: compaction, migration, reclaim.

use super::Outcome;
use crate::trace::Recorder;
use crate::world::World;
use crate::world::state::{Cc, FolioState, Lock, Slot};
use mmcore::errno::{EAGAIN, EBUSY};
use mmcore::include::linux::pageblock_flags::{pageblock_end_pfn, pageblock_start_pfn};
use mmcore::{Folio, IsolateMode, Mapping, MigrateMode, Side, Word};

/// No folio there.
const ENOENT: i32 = 2;

/// The page frame of a new folio: after all others, naturally aligned.
pub(super) fn allocate(world: &World, order: u8) -> u64 {
    let last = world.folios.iter().map(|folio| folio.pfn + folio.nr_pages()).max();
    last.unwrap_or(0).max(1).next_multiple_of(1 << order)
}

/// A pass over all memory: every pageblock is scanned, and what the scan isolated is moved.
pub(super) fn compact<R: Side>(k: &mut Recorder<'_, World>, mode: u8) -> Outcome {
    let mode = MigrateMode::from_word(mode.into());
    let world = &mut *k.kernel;
    let alive = |folio: &&FolioState| !folio.freed && folio.pfn != 0;
    let mut pfns: Vec<(u64, u64)> =
        world.folios.iter().filter(alive).map(|f| (f.pfn, f.nr_pages())).collect();
    pfns.sort_unstable();
    world.cc = Cc { mode, ..Cc::default() };
    // What is moved goes behind all of these, where the free scanner would have found room.
    let stop = pfns.last().map_or(0, |&(pfn, pages)| pfn + pages);
    let mut next = 0;
    for (pfn, pages) in pfns {
        let mut start = pfn.max(next);
        while start < pfn + pages {
            let end = pageblock_end_pfn(start).min(stop);
            let ret = scan_block::<R>(k, start, end, mode)?;
            if ret != 0 {
                return Ok(ret);
            }
            move_isolated::<R>(k, mode)?;
            // A scan stops when it has isolated enough; the next goes on from there.
            start = k.kernel.cc.migrate_pfn.max(start + 1);
        }
        next = start;
    }
    Ok(0)
}

fn scan_block<R: Side>(
    k: &mut Recorder<'_, World>,
    start: u64,
    end: u64,
    mode: MigrateMode,
) -> Outcome {
    let world = &mut *k.kernel;
    world.skip.retain(|&block| block != pageblock_start_pfn(start));
    world.slots = slots_in(world, start, end);
    let mut isolate = IsolateMode::UNEVICTABLE;
    if mode != MigrateMode::Sync {
        isolate = isolate.with(IsolateMode::ASYNC_MIGRATE);
    }
    let last = world.slots.last().map_or(start, |&(first, len, _)| first + len);
    R::isolate_migratepages_block(k, start, last.clamp(start, end), isolate)
}

fn slots_in(world: &World, start: u64, end: u64) -> Vec<(u64, u64, Slot)> {
    let mut slots: Vec<_> = world
        .folios
        .iter()
        .enumerate()
        .filter(|(_, folio)| !folio.freed && folio.pfn + folio.nr_pages() > start)
        .filter(|(_, folio)| folio.pfn < end)
        .map(|(i, folio)| (folio.pfn, folio.nr_pages(), Slot::Folio(Folio(i as u16))))
        .collect();
    slots.sort_unstable_by_key(|&(pfn, _, _)| pfn);
    slots
}

/// Moves every folio on `cc->migratepages`, and puts back those that would not move.
fn move_isolated<R: Side>(
    k: &mut Recorder<'_, World>,
    mode: MigrateMode,
) -> Result<(), mmcore::Oops> {
    for i in 0..k.kernel.folios.len() {
        if k.kernel.folios[i].listed {
            move_one::<R>(k, Folio(i as u16), mode)?;
        }
    }
    k.kernel.putback();
    k.kernel.cc.nr_migratepages = 0;
    Ok(())
}

/// `migrate_folio_unmap` and `migrate_folio_move`, as far as the state is concerned: lock, unmap,
/// move, and give the new folio the old one's place.
fn move_one<R: Side>(k: &mut Recorder<'_, World>, src: Folio, mode: MigrateMode) -> Outcome {
    let world = &mut *k.kernel;
    if world.folio(src).lock != Lock::Free || world.folio(src).writeback {
        return Ok(-EAGAIN);
    }
    world.folio_mut(src).lock = Lock::Ours;
    let mapcount = std::mem::take(&mut world.folio_mut(src).mapcount);
    world.folio_mut(src).refs -= mapcount;
    let order = world.folio(src).order;
    let dst = world.add_folio(FolioState {
        order,
        pfn: allocate(world, order),
        lruvec: world.folio(src).lruvec,
        refs: 1,
        lock: Lock::Ours,
        ..FolioState::default()
    });
    let rc = R::move_to_new_folio(k, dst, src, mode)?;
    if rc != 0 {
        let source = k.kernel.folio_mut(src);
        (source.mapcount, source.refs) = (mapcount, source.refs + mapcount);
    }
    finish_move(k.kernel, dst, src, rc);
    Ok(rc)
}

fn finish_move(world: &mut World, dst: Folio, src: Folio, rc: i32) {
    world.folio_mut(src).lock = Lock::Free;
    world.folio_mut(dst).lock = Lock::Free;
    if rc != 0 {
        let unused = world.folio_mut(dst);
        unused.refs = 0;
        unused.freed = true;
        return;
    }
    world.check_copied(dst);
    world.putback_new(dst);
    world.retire(src);
}

/// Moves the folio at a page of a file, as `move_pages(2)` does.
pub(super) fn migrate_page<R: Side>(
    k: &mut Recorder<'_, World>,
    mapping: Mapping,
    page: u64,
    mode: u8,
) -> Outcome {
    let Some(src) = k.kernel.cached_at(mapping, page) else {
        return Ok(-ENOENT);
    };
    if !k.kernel.isolate_lru(src) {
        return Ok(-EBUSY);
    }
    let rc = move_one::<R>(k, src, MigrateMode::from_word(mode.into()))?;
    k.kernel.putback();
    Ok(rc)
}

/// Reclaim visits a file: what may go goes. Returns how many folios went.
pub(super) fn reclaim<R: Side>(k: &mut Recorder<'_, World>, mapping: Mapping) -> i32 {
    let mut gone = 0;
    for folio in k.kernel.file(mapping).cached.clone() {
        let evictable = R::folio_evictable(k, folio);
        if evictable && k.kernel.reclaim(folio) {
            gone += 1;
        }
    }
    gone
}
