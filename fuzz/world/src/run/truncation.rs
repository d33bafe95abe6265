// SPDX-License-Identifier: GPL-2.0-only
//! The `truncation` path: one range is taken out of one file.

use super::Returned;
use super::setup::{self, top_index};
use crate::scenario::{Anchor, Edge, FileKind, SplitAnswer, TruncateCall, TruncationScenario};
use crate::trace::Recorder;
use crate::world::World;
use crate::world::extents::Byte;
use mmcore::{Folio, Mapping, PAGE_SIZE, Side};

const MAPPING: Mapping = Mapping(0);
const FOLIO: Folio = Folio(0);

/// The function that is called: shmem has its own, for its own files.
fn call(s: &TruncationScenario) -> TruncateCall {
    match s.call {
        TruncateCall::PagesRange if s.file.kind.is_shmem() => TruncateCall::ShmemUndoRange,
        TruncateCall::ShmemUndoRange if !s.file.kind.is_shmem() => TruncateCall::PagesRange,
        call => call,
    }
}

pub(super) fn begin<R: Side>(s: &TruncationScenario, world: &mut World) {
    setup::add_file::<R>(world, &s.file);
    add_folios(s, world);
    let (start, end) = range(s, world);
    let (first, past) = touched(s, world, start, end);
    if s.to_eof {
        world.file_mut(MAPPING).size = start as u64;
    }
    let file = world.file_mut(MAPPING);
    file.truth.fill(first, past, Byte::Zero);
    if file.kind == Some(FileKind::DiskZeroing) {
        zero_partial_pages(world, MAPPING, first, past);
    }
    world.script.failing_splits = match s.split {
        SplitAnswer::Splits => 0,
        SplitAnswer::Fails => u8::MAX,
        SplitAnswer::FirstFails | SplitAnswer::FailsStillMapped => 1,
    };
    world.script.stays_mapped = s.split == SplitAnswer::FailsStillMapped;
    if matches!(call(s), TruncateCall::PartialFolio | TruncateCall::WholeFolio) {
        // The callers hold the first folio; nobody else does.
        setup::hold(world, FOLIO);
    }
    world.schedule.arm(&s.races);
}

pub(super) fn step<R: Side>(s: &TruncationScenario, k: &mut Recorder<'_, World>) -> Returned {
    let (start, end) = range(s, k.kernel);
    let returned: Returned = match call(s) {
        TruncateCall::PartialFolio => R::truncate_inode_partial_folio(k, FOLIO, start, end).into(),
        TruncateCall::PagesRange => R::truncate_inode_pages_range(k, MAPPING, start, end).into(),
        TruncateCall::ShmemUndoRange => R::shmem_undo_range(k, MAPPING, start, end).into(),
        TruncateCall::WholeFolio => R::truncate_inode_folio(k, Some(MAPPING), FOLIO).into(),
    };
    // All of it: what lies past the end of the file shows when the file is extended.
    // The filesystem frees the blocks once the page cache is rid of them.
    let (first, past) = touched(s, k.kernel, start, end);
    k.kernel.file_mut(MAPPING).disk.fill(first, past, Byte::Zero);
    if !matches!(returned, Returned::Oops(_)) {
        k.kernel.check_bytes(MAPPING, 0, u64::MAX);
    }
    returned
}

fn add_folios(s: &TruncationScenario, world: &mut World) {
    let first = setup::limit_order(&s.folio, &s.file);
    let pages = 1 << first.order.get();
    let mut index = match s.index.get() {
        3 => top_index(pages),
        sizes => u64::from(sizes) * pages,
    };
    setup::add_folio(world, &first, Some(MAPPING), index);
    for spec in s.more.iter().map(|spec| setup::limit_order(spec, &s.file)) {
        let last = world.folio(Folio((world.folios.len() - 1) as u16));
        let pages: u64 = 1 << spec.order.get();
        index = (last.index + last.nr_pages()).next_multiple_of(pages);
        if index > top_index(pages) {
            break;
        }
        setup::add_folio(world, &spec, Some(MAPPING), index);
    }
}

/// The first and last byte of the range. The functions' callers make sure of three things: it is
/// not empty, it touches the folio, and that of a guest_memfd consists of whole pages.
pub fn range(s: &TruncationScenario, world: &World) -> (i64, i64) {
    let (pos, size) = first_folio(world, s);
    let mut start = resolve(&s.start, pos, size);
    let mut end = resolve(&s.end, pos, size);
    if call(s) == TruncateCall::PartialFolio {
        start = start.min(pos + (size - 1));
        end = end.max(pos);
    }
    end = end.max(start);
    if s.file.kind == FileKind::GuestMemfd {
        start &= !(PAGE_SIZE as i64 - 1);
        end |= PAGE_SIZE as i64 - 1;
    }
    (start, if s.to_eof { -1 } else { end })
}

/// Where the first folio was before anything happened to it.
fn first_folio(world: &World, s: &TruncationScenario) -> (i64, i64) {
    let folio = world.folio(FOLIO);
    let order = setup::limit_order(&s.folio, &s.file).order.get();
    (folio.pos() as i64, (PAGE_SIZE << order) as i64)
}

fn resolve(edge: &Edge, pos: i64, size: i64) -> i64 {
    let page = PAGE_SIZE as i64;
    let anchor = match edge.anchor {
        Anchor::FolioStart => pos,
        Anchor::FolioEnd => pos.saturating_add(size),
        Anchor::FirstPageEnd => pos.saturating_add(page),
        Anchor::LastPageStart => pos + (size - page),
        Anchor::Middle => pos + size / 2,
        Anchor::FileStart => 0,
        Anchor::Top => i64::MAX - i64::from(edge.delta).max(0),
    };
    let pages = i64::from(edge.pages.get()) * page;
    anchor.saturating_add(edge.delta.into()).saturating_add(pages).clamp(0, i64::MAX - 1)
}

/// The bytes that must be gone afterwards, as a half-open range.
fn touched(s: &TruncationScenario, world: &World, start: i64, end: i64) -> (u64, u64) {
    let past = if end == -1 { u64::MAX } else { end as u64 + 1 };
    let (pos, size) = first_folio(world, s);
    let (pos, folio_end) = (pos as u64, (pos as u64).saturating_add(size as u64));
    match call(s) {
        TruncateCall::PartialFolio => ((start as u64).max(pos), past.min(folio_end)),
        TruncateCall::WholeFolio => (pos, folio_end),
        _ => (start as u64, past),
    }
}

/// What a filesystem does that zeroes the partial blocks of a truncation itself.
pub(super) fn zero_partial_pages(world: &mut World, mapping: Mapping, first: u64, past: u64) {
    let zero = |world: &mut World, from: u64, to: u64| {
        if from < to && world.cached_at(mapping, from / PAGE_SIZE).is_some() {
            world.file_mut(mapping).cache.fill(from, to, Byte::Zero);
        }
    };
    let first_page_end = first.next_multiple_of(PAGE_SIZE).min(past);
    zero(world, first, first_page_end);
    if past != u64::MAX {
        zero(world, (past & !(PAGE_SIZE - 1)).max(first), past);
    }
}
