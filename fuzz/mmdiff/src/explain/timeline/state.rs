// SPDX-License-Identifier: GPL-2.0-only
//! The state of folios and files in letters and boxes.

use super::cells::{Axis, Cell, Range, draw};
use crate::explain::bits;
use crate::explain::look::{Ink, Look};
use crate::run::Tree;
use crate::scenario::FileKind;
use crate::world::World;
use crate::world::state::{Driver, FolioState, Lock, Slot};
use mmcore::{Folio, Mapping, PAGE_SIZE};
use std::fmt::{self, Write};

/// A letter, what it stands for, and whether a folio has it.
type Letter = (char, &'static str, fn(&FolioState) -> bool);

const LETTERS: [Letter; 14] = [
    ('L', "locked by the function", |folio| folio.lock == Lock::Ours),
    ('l', "locked by another CPU", |folio| folio.lock == Lock::Theirs),
    ('D', "dirty", |folio| folio.dirty),
    ('W', "under write-back", |folio| folio.writeback),
    ('P', "private data", |folio| folio.private),
    ('M', "mapped", |folio| folio.mapcount > 0),
    ('U', "unevictable", |folio| folio.unevictable),
    ('K', "mlocked", |folio| folio.mlocked),
    ('A', "anonymous", |folio| folio.anon),
    ('H', "hugetlb", |folio| folio.huge),
    ('V', "a driver's", |folio| folio.driver != Driver::No),
    ('o', "off its LRU list", |folio| !folio.on_list && !folio.listed && !folio.freed),
    ('i', "isolated, on the list to be moved", |folio| folio.listed),
    ('x', "freed", |folio| folio.freed),
];

/// The letters of a folio's state.
fn letters(folio: &FolioState) -> String {
    let set = LETTERS.iter().filter(|(_, _, is)| is(folio));
    set.map(|&(letter, ..)| letter).collect()
}

/// Says what the letters mean that any of the folios has.
pub(super) fn write_key(look: &Look, worlds: &[&World], out: &mut dyn Write) -> fmt::Result {
    let any = |is: fn(&FolioState) -> bool| worlds.iter().any(|world| world.folios.iter().any(is));
    let used = LETTERS.iter().filter(|(_, _, is)| any(*is));
    let key: Vec<String> = used.map(|(letter, means, _)| format!("{letter} {means}")).collect();
    if key.is_empty() {
        return Ok(());
    }
    for line in crate::explain::look::wrap(&key.join(", "), look.width - 2, 0) {
        writeln!(out, "  {}", look.ink(Ink::Thought, &line))?;
    }
    Ok(())
}

/// What stands in a folio's box.
fn label(folio: Folio, state: &FolioState) -> Vec<String> {
    vec![folio.to_string(), format!("order {}", state.order), letters(state)]
}

const fn kind(kind: Option<FileKind>) -> &'static str {
    match kind {
        None => "no file",
        Some(FileKind::Ramfs) => "ramfs",
        Some(FileKind::Tmpfs) => "tmpfs",
        Some(FileKind::TmpfsNoswap) => "tmpfs, noswap",
        Some(FileKind::Disk) => "on a disk",
        Some(FileKind::DiskZeroing) => "on a disk, filesystem zeroes too",
        Some(FileKind::Secretmem) => "memfd_secret",
        Some(FileKind::GuestMemfd) => "guest_memfd",
        Some(FileKind::DrmShmem) => "shmem of a graphics driver",
    }
}

/// A file: its kind and flags, its page cache, and a range of it; without one, its stale bytes.
pub(super) fn file(
    look: &Look,
    tree: &Tree,
    world: &World,
    mapping: Mapping,
    range: Option<Range>,
) -> String {
    let mut out = headline(tree, world, mapping);
    let ranges = range.map_or_else(|| stale(world, mapping), |range| vec![range]);
    let mut cells = cached(world, mapping);
    if cells.is_empty() && ranges.is_empty() {
        return out;
    }
    let end = cells.last().map_or(0, |cell| cell.to);
    if end < u64::MAX {
        cells.push(Cell { from: end, to: u64::MAX, lines: vec!["…".into()] });
    }
    let axis = Axis { name: "page", show: |byte| (byte / PAGE_SIZE).to_string() };
    let _ = draw(look, &axis, &cells, &ranges, &mut out);
    out
}

/// What kind of file it is, and its flags.
pub(super) fn headline(tree: &Tree, world: &World, mapping: Mapping) -> String {
    let file = world.file(mapping);
    let freed = if file.freed { ", freed" } else { "" };
    let flags = bits::word(tree, file.flags);
    format!("  {mapping} ({}{freed}), {} bytes, flags {flags}\n", kind(file.kind), file.size)
}

/// The page cache of a file: its folios and the holes between them.
fn cached(world: &World, mapping: Mapping) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut at = 0;
    for &folio in &world.file(mapping).cached {
        let state = world.folio(folio);
        if state.pos() > at {
            cells.push(Cell { from: at, to: state.pos(), lines: Vec::new() });
        }
        at = state.pos().saturating_add(state.size());
        cells.push(Cell { from: state.pos(), to: at, lines: label(folio, state) });
    }
    together(cells)
}

/// Draws runs of more than three boxes that differ in nothing but their first line as one.
fn together(cells: Vec<Cell>) -> Vec<Cell> {
    const MANY: usize = 4;
    let mut out: Vec<Cell> = Vec::new();
    let alike = |a: &Cell, b: &Cell| !a.lines.is_empty() && a.lines.get(1..) == b.lines.get(1..);
    for run in cells.chunk_by(alike) {
        match run {
            [first, .., last] if run.len() >= MANY => {
                let mut lines = first.lines.clone();
                lines[0] = format!("{}…{}", first.lines[0], last.lines[0]);
                lines[1] = format!("{} × {}", run.len(), first.lines[1]);
                out.push(Cell { from: first.from, to: last.to, lines });
            }
            _ => out.extend_from_slice(run),
        }
    }
    out
}

/// The first ranges of a file in which user space sees what it must not.
fn stale(world: &World, mapping: Mapping) -> Vec<Range> {
    const ENOUGH: usize = 3;
    let mut ranges = Vec::new();
    let mut at = 0;
    if world.file(mapping).is_guest_memory() {
        return ranges;
    }
    while let Some((from, to, _)) = world.stale_in(mapping, at, u64::MAX)
        && ranges.len() < ENOUGH
    {
        let note = format!("bytes {from} to {}", to - 1);
        ranges.push(Range { name: "stale", ink: Ink::Alarm, from, to: Some(to), note });
        at = to;
    }
    ranges
}

/// The page frames that a scan goes over.
pub(super) fn frames(look: &Look, world: &World, ranges: &[Range]) -> String {
    let mut cells = Vec::new();
    let mut at = None;
    for &(pfn, pages, slot) in &world.slots {
        if let Some(from) = at.filter(|&at| at < pfn) {
            cells.push(Cell { from, to: pfn, lines: vec!["kernel".into()] });
        }
        at = Some(pfn + pages);
        let lines = match slot {
            Slot::Folio(folio) | Slot::Huge(folio, _) => {
                let state = world.folio(folio);
                let mut lines = label(folio, state);
                lines.push(state.mapping.map_or(String::new(), |mapping| mapping.to_string()));
                lines
            }
            Slot::Buddy(order) if order > 10 => vec!["free?".into(), "garbage".into()],
            Slot::Buddy(order) => vec!["free".into(), format!("order {order}")],
            Slot::KernelCompound => vec!["kernel".into(), "compound".into()],
            Slot::Kernel => vec!["kernel".into()],
        };
        cells.push(Cell { from: pfn, to: pfn + pages, lines });
    }
    let mut out = String::new();
    let axis = Axis { name: "pfn", show: |pfn| pfn.to_string() };
    let _ = draw(look, &axis, &free_together(cells), ranges, &mut out);
    out
}

/// Draws neighbouring free blocks as one box if there are many.
fn free_together(cells: Vec<Cell>) -> Vec<Cell> {
    let is_free = |cell: &Cell| cell.lines.first().is_some_and(|line| line == "free");
    let mut out = Vec::new();
    for run in cells.chunk_by(|a, b| is_free(a) && is_free(b)) {
        match run {
            [first, _, .., last] if run.len() > 2 => {
                let lines = vec!["free".into(), format!("{} blocks", run.len())];
                out.push(Cell { from: first.from, to: last.to, lines });
            }
            _ => out.extend_from_slice(run),
        }
    }
    out
}

/// Folios that are no part of a larger whole, side by side.
pub(super) fn loose(look: &Look, world: &World, names: &[&str]) -> String {
    let cell = |(i, (state, name)): (usize, (&FolioState, &&str))| {
        let mut lines = label(Folio(i as u16), state);
        lines.insert(0, (*name).to_string());
        lines.push(state.mapping.map_or(String::new(), |mapping| mapping.to_string()));
        lines.push(format!("{} refs", state.refs));
        Cell { from: i as u64, to: i as u64 + 1, lines }
    };
    let cells: Vec<Cell> = world.folios.iter().zip(names).enumerate().map(cell).collect();
    let mut out = String::new();
    let _ = draw(look, &Axis { name: "", show: |_| String::new() }, &cells, &[], &mut out);
    out
}
