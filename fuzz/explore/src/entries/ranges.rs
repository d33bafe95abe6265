// SPDX-License-Identifier: GPL-2.0-only
//! Ranges of bytes, pages and page frames: at, one before and one after every place that the ported
//! functions compare with, for folios at the bottom of the file, one folio up, and at the top of
//! `loff_t`.

use super::Callee;
use crate::model::Model;
use crate::var::{Var, What};
use mmcore::{Folio, Function, MAX_PAGE_ORDER, Mapping, PAGE_SIZE, PAGEBLOCK_NR_PAGES};
use mmdiff_trace::Invocation;

const FILE: Mapping = Mapping(0);
const FOLIO: Folio = Folio(0);
const PAGE: i64 = PAGE_SIZE as i64;

/// A pageblock that is not the zone's first, and its end.
pub const BLOCK: u64 = 4 * PAGEBLOCK_NR_PAGES;
const BOUNDARY: u64 = BLOCK + PAGEBLOCK_NR_PAGES;

/// A folio's place in the file, in bytes.
#[derive(Clone, Copy)]
struct Place {
    pos: i64,
    size: i64,
}

pub(super) const TRUNCATION: &[Callee] = &[
    Callee::of(Function::TruncateInodePartialFolio, |k| {
        // The callers see to it that the range touches the folio, and hold its lock.
        let place = first_folio(k);
        hold(k, place);
        let (start, end) = edges(k, place, true);
        Some(Invocation::TruncateInodePartialFolio { folio: FOLIO, start, end })
    }),
    Callee::of(Function::TruncateInodeFolio, |k| {
        let place = first_folio(k);
        hold(k, place);
        let mapping = [Some(FILE), None][usize::from(k.choose(Var::one(What::Argument), 2))];
        Some(Invocation::TruncateInodeFolio { mapping, folio: FOLIO })
    }),
    Callee::of(Function::TruncateCleanupFolio, |k| {
        let place = first_folio(k);
        hold(k, place);
        k.put_in_file(FOLIO);
        Some(Invocation::TruncateCleanupFolio { folio: FOLIO })
    }),
    Callee::of(Function::TruncateInodePagesRange, |k| {
        let place = first_folio(k);
        let (lstart, lend) = range(k, place);
        Some(Invocation::TruncateInodePagesRange { mapping: FILE, lstart, lend })
    }),
    Callee::of(Function::ShmemUndoRange, |k| {
        let place = first_folio(k);
        let (lstart, lend) = range(k, place);
        k.cache.collapses = true;
        Some(Invocation::ShmemUndoRange { mapping: FILE, lstart, lend })
    }),
];

/// Chooses the size and the place of the first folio.
fn first_folio(k: &mut Model<'_>) -> Place {
    let of = k.bounds().orders.of(MAX_PAGE_ORDER as u8 + 1);
    let order = k.choose(Var::one(What::Order), of);
    let size = PAGE << order;
    let pos = match k.choose(Var::one(What::Place), 3) {
        0 => 0,
        1 => size,
        _ => i64::MAX / size * size - size,
    };
    Place { pos, size }
}

/// There is the folio, and we hold its lock.
fn hold(k: &mut Model<'_>, place: Place) {
    k.cache.add_folio((place.pos / PAGE) as u64, (place.size / PAGE) as u64);
    k.set_order(FOLIO, (place.size / PAGE).trailing_zeros());
    k.take_lock(FOLIO);
}

/// There are slots for the folios that the bounds allow, one after the other; and a range.
fn range(k: &mut Model<'_>, first: Place) -> (i64, i64) {
    let (mut index, pages) = ((first.pos / PAGE) as u64, (first.size / PAGE) as u64);
    for _ in 0..k.bounds().folios.clamp(1, 3) {
        if index.saturating_add(pages) <= i64::MAX as u64 / PAGE_SIZE {
            k.cache.add(index, pages);
        }
        index += pages;
    }
    edges(k, first, false)
}

/// Chooses the first and the last byte of a range. `touching` the folio, or anywhere around it.
fn edges(k: &mut Model<'_>, Place { pos, size }: Place, touching: bool) -> (i64, i64) {
    let after = pos.saturating_add(size);
    let starts = [
        0,
        pos - PAGE,
        pos - 1,
        pos,
        pos + 1,
        pos + PAGE,
        pos + size / 2 + 1,
        after - 1,
        after,
        // At the top of `loff_t` a whole page more than this is too much for it.
        after.saturating_add(1),
    ];
    let starts = starts.map(|start| if touching { start.min(after - 1) } else { start });
    let start = choose_among(k, What::Start, &starts, |start| start >= 0);
    let page_after = after.saturating_add(PAGE - 1);
    let ends = [
        start,
        pos - 1,
        pos,
        pos + 1,
        pos + PAGE - 1,
        pos + size / 2,
        after - 2,
        after - 1,
        after,
        page_after,
        i64::MAX - 1,
        -1,
    ];
    let end = choose_among(k, What::End, &ends, |end| {
        end == -1 || end >= start && (!touching || end >= pos)
    });
    (start, end)
}

/// Chooses one of the values that will do, each once.
fn choose_among(
    k: &mut Model<'_>,
    what: What,
    values: &[i64],
    will_do: impl Fn(i64) -> bool,
) -> i64 {
    let mut numbers = arrayvec::ArrayVec::<u8, 16>::new();
    for (number, &value) in values.iter().enumerate() {
        if will_do(value) && !values[..number].contains(&value) {
            numbers.push(number as u8);
        }
    }
    values[usize::from(k.choose_among(Var::one(what), &numbers))]
}

/// A hole in a new guest_memfd: whole pages, around a folio of up to four pages.
pub(super) fn hole(k: &mut Model<'_>) -> (i64, i64) {
    let of = k.bounds().orders.of(3);
    let order = k.choose(Var::one(What::Order), of);
    let pages = 1u64 << order;
    k.cache.add(pages, pages);
    let (first, after) = (pages as i64, 2 * pages as i64);
    let start = choose_among(
        k,
        What::HoleStart,
        &[0, first - 1, first, first + 1, after - 1, after],
        |_| true,
    );
    let ends = [start + 1, first, first + 1, after - 1, after, after + 1];
    let end = choose_among(k, What::HoleEnd, &ends, |end| end > start);
    (start * PAGE, (end - start) * PAGE)
}

/// Page frames for `isolate_migratepages_range`, which `alloc_contig_range` calls: none; the last of a
/// pageblock; and, if there may be more than one, those after it too.
pub fn frames(k: &mut Model<'_>, most: u8) -> (u64, u64) {
    k.called_by_alloc_contig();
    k.begin_whole_scan();
    let of = if most > 1 { 3 } else { 2 };
    let range = match k.choose(Var::one(What::Argument), of) {
        0 => (BLOCK, BLOCK),
        1 => (BOUNDARY - 1, BOUNDARY),
        _ => (BOUNDARY - 1, BOUNDARY - 1 + u64::from(most)),
    };
    (k.controls.start, k.controls.end) = range;
    range
}
