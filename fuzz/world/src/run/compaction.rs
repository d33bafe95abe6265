// SPDX-License-Identifier: GPL-2.0-only
//! The `compaction` path: the migrate scanner goes over a pageblock.

use super::{Returned, setup};
use crate::scenario::{CompactionScenario, Controls, FileSpec, Item, ItemKind, ScanCall, StartPfn};
use crate::trace::Recorder;
use crate::world::World;
use crate::world::state::{Cc, Driver, HugeFate, Slot};
use mmcore::include::linux::pageblock_flags::pageblock_end_pfn;
use mmcore::{
    Folio, IsolateMode, MAX_PAGE_ORDER, Mapping, MigrateMode, PAGEBLOCK_NR_PAGES, Side, Word,
};

/// The pageblock's first page frame: a multiple of every size.
const BLOCK: u64 = 1 << 16;

pub(super) fn begin<R: Side>(s: &CompactionScenario, world: &mut World) {
    let plain = [FileSpec::default()];
    let files: &[FileSpec] = if s.files.is_empty() { &plain } else { &s.files };
    for spec in files {
        setup::add_file::<R>(world, spec);
    }
    let swap = setup::add_swap::<R>(world);
    for mapping in 0..files.len() {
        world.files[mapping].held = false;
    }
    let start = start_pfn(s);
    let mut pfn = match s.start {
        StartPfn::Second => BLOCK,
        _ => start,
    };
    for item in s.items.iter() {
        pfn = add_item(world, &limited(item, files), pfn, files.len() as u8, swap);
    }
    if s.call == ScanCall::WholeBlock {
        free_the_rest(world, pfn);
    }
    world.cc = controls(&s.cc);
    world.zone_start_pfn = if s.zone_starts_here { start } else { 0 };
    if s.skip_marked {
        world.skip.push(BLOCK);
    }
    world.script.throttled = s.throttled.get();
    world.schedule.arm(&s.races);
}

pub(super) fn step<R: Side>(s: &CompactionScenario, k: &mut Recorder<'_, World>) -> Returned {
    let start = start_pfn(s);
    let last = k.kernel.slots.last().map_or(start + 1, |&(first, len, _)| first + len);
    let block_end = pageblock_end_pfn(start);
    let end = last.max(start + 1);
    match s.call {
        ScanCall::Block => {
            R::isolate_migratepages_block(k, start, end.min(block_end), mode(&s.cc)).into()
        }
        ScanCall::WholeBlock => {
            R::isolate_migratepages_block(k, start, block_end, mode(&s.cc)).into()
        }
        ScanCall::Range => R::isolate_migratepages_range(k, start, end).into(),
    }
}

fn start_pfn(s: &CompactionScenario) -> u64 {
    let first = s.items.first().map_or(1, |item| 1 << item.folio.order.get());
    match s.start {
        StartPfn::Aligned => BLOCK,
        StartPfn::Second => BLOCK + 1,
        StartPfn::Before32 => BLOCK + 31,
        StartPfn::At32 => BLOCK + 32,
        StartPfn::NearEnd => BLOCK + PAGEBLOCK_NR_PAGES - std::cmp::min(first, PAGEBLOCK_NR_PAGES),
    }
}

/// The scan's controls. No caller combines an asynchronous direct compaction with order -1: C would
/// shift by it. Such a setting means order 0.
fn controls(c: &Controls) -> Cc {
    let mode = MigrateMode::from_word(c.mode.get().into());
    let mut order = i32::from(c.order_plus_one.get()) - 1;
    if c.direct && mode == MigrateMode::Async {
        order = order.max(0);
    }
    Cc {
        mode,
        order,
        gfp_fs: !c.nofs,
        direct: c.direct,
        alloc_contig: c.alloc_contig,
        ignore_skip_hint: c.ignore_skip_hint,
        no_set_skip_hint: c.no_set_skip_hint,
        finish_pageblock: c.finish_pageblock,
        nr_migratepages: [0, 1, 31, 32][usize::from(c.nr_migratepages.get())],
        ..Cc::default()
    }
}

/// The isolate mode, as `isolate_migratepages` derives it from `cc->mode`.
fn mode(c: &Controls) -> IsolateMode {
    let mut mode = IsolateMode::default();
    if !c.skip_unevictable {
        mode = mode.with(IsolateMode::UNEVICTABLE);
    }
    if c.mode.get() != MigrateMode::Sync as u8 {
        mode = mode.with(IsolateMode::ASYNC_MIGRATE);
    }
    mode
}

/// The item, its folio no larger than its file's kind has them.
fn limited(item: &Item, files: &[FileSpec]) -> Item {
    let folio = match item.kind {
        ItemKind::File => {
            setup::limit_order(&item.folio, &files[usize::from(item.file.get()) % files.len()])
        }
        _ => item.folio.clone(),
    };
    Item { folio, ..item.clone() }
}

/// Lays an item at the next place that it fits, and returns the page frame after it.
fn add_item(world: &mut World, item: &Item, pfn: u64, files: u8, swap: Mapping) -> u64 {
    let pages: u64 = 1 << item.folio.order.get();
    let pfn = (pfn + u64::from(item.gap.get())).next_multiple_of(pages);
    let order = item.folio.order.get();
    let slot = match item.kind {
        ItemKind::Buddy => Slot::Buddy(order.into()),
        ItemKind::BuddyGarbage => Slot::Buddy(u64::from(MAX_PAGE_ORDER + 1) << (order * 4)),
        ItemKind::Kernel => Slot::Kernel,
        ItemKind::KernelCompound if order > 0 => Slot::KernelCompound,
        ItemKind::KernelCompound => Slot::Kernel,
        _ => folio_slot(world, item, pfn, files, swap),
    };
    world.slots.push((pfn, pages, slot));
    pfn + pages
}

fn folio_slot(world: &mut World, item: &Item, pfn: u64, files: u8, swap: Mapping) -> Slot {
    let mapping = match item.kind {
        ItemKind::File => Some(Mapping(item.file.get() % files)),
        ItemKind::SwapCache => Some(swap),
        _ => None,
    };
    let index = pfn - BLOCK;
    let folio = setup::add_folio(world, &item.folio, mapping, index);
    let state = world.folio_mut(folio);
    state.pfn = pfn;
    state.lruvec = item.other_lruvec.into();
    let huge = match item.kind {
        ItemKind::Huge => Some(HugeFate::Isolated),
        ItemKind::HugeDissolves => Some(HugeFate::Dissolved),
        ItemKind::HugeBusy => Some(HugeFate::Busy),
        ItemKind::HugeNoMemory => Some(HugeFate::NoMemory),
        _ => None,
    };
    if let Some(fate) = huge {
        state.huge = true;
        take_off_lru(world, folio);
        return Slot::Huge(folio, fate);
    }
    match item.kind {
        ItemKind::Driver => driver_page(world, folio, Driver::Movable),
        ItemKind::DriverRefuses => driver_page(world, folio, Driver::Refuses),
        ItemKind::DriverIsolated => {
            driver_page(world, folio, Driver::Movable);
            world.folio_mut(folio).isolated = true;
        }
        ItemKind::Freeing => world.folio_mut(folio).refs = 0,
        ItemKind::Anon | ItemKind::SwapCache => {
            // Anonymous pages are mapped by whoever owns them.
            let state = world.folio_mut(folio);
            if state.mapcount == 0 {
                state.mapcount = 1;
                state.refs += 1;
            }
        }
        _ => {}
    }
    Slot::Folio(folio)
}

fn driver_page(world: &mut World, folio: Folio, driver: Driver) {
    take_off_lru(world, folio);
    let state = world.folio_mut(folio);
    state.driver = driver;
    (state.anon, state.swapbacked) = (false, false);
    state.refs = state.refs.max(1);
}

fn take_off_lru(world: &mut World, folio: Folio) {
    let state = world.folio_mut(folio);
    let was = std::mem::replace(&mut state.on_list, false);
    state.lru = false;
    if was {
        let pages = state.nr_pages() as i64;
        world.stat[mmcore::NodeStat::InactiveAnon as usize] -= pages;
    }
}

/// Fills the pageblock behind the items with free blocks, each as large as fits.
fn free_the_rest(world: &mut World, mut pfn: u64) {
    let end = pageblock_end_pfn(BLOCK);
    while pfn < end {
        let order = pfn.trailing_zeros().min((end - pfn).ilog2());
        world.slots.push((pfn, 1 << order, Slot::Buddy(order.into())));
        pfn += 1 << order;
    }
}
