// SPDX-License-Identifier: GPL-2.0-only
//! Files and folios as a scenario describes them.

use crate::scenario::{FileKind, FileSpec, Flags, FolioSpec, Order, Recorded};
use crate::trace::Recorder;
use crate::world::extents::Byte;
use crate::world::state::{FolioState, Lock};
use crate::world::{Misdeed, World};
use mmcore::errno::{EIO, ENOSPC};
use mmcore::{Folio, Kernel, Mapping, PAGE_SIZE, Side};

/// Makes a new file of a kind as the kernel does, with the revision's own setters.
pub(super) fn create_file<R: Side, K: Kernel>(
    k: &mut K,
    mapping: Mapping,
    kind: FileKind,
    size: i64,
) -> i32 {
    match kind {
        FileKind::GuestMemfd => {
            return R::__kvm_gmem_create(k, mapping, size, 0);
        }
        kind if kind.is_unevictable() => R::mapping_set_unevictable(k, mapping),
        _ => {}
    }
    0
}

/// Adds the file of a specification: created, locked, with its errors recorded; or with its flags
/// overwritten.
pub(super) fn add_file<R: Side>(world: &mut World, spec: &FileSpec) -> Mapping {
    let mapping = world.add_file(Some(spec.kind));
    world.file_mut(mapping).held = true;
    if spec.kind == FileKind::GuestMemfd {
        world.file_mut(mapping).gmems = 0;
    }
    create_file::<R, _>(world, mapping, spec.kind, 0);
    if spec.shm_lock && spec.kind == FileKind::Tmpfs {
        R::shmem_lock(world, mapping, true, true);
    }
    if world.file(mapping).is_on_disk() {
        if matches!(spec.recorded, Recorded::Enospc | Recorded::Both) {
            R::mapping_set_error(world, mapping, -ENOSPC);
        }
        if matches!(spec.recorded, Recorded::Eio | Recorded::Both) {
            R::mapping_set_error(world, mapping, -EIO);
        }
    }
    if let Flags::Raw { word } = spec.flags {
        world.file_mut(mapping).flags = word;
    }
    world.fds = 0;
    world.gmem_allocations = 0;
    mapping
}

/// Adds the address space of the swap cache.
pub(super) fn add_swap<R: Side>(world: &mut World) -> Mapping {
    let mapping = world.add_file(None);
    R::mapping_set_no_writeback_tags(world, mapping);
    mapping
}

/// Adds the folio of a specification to a file (or to nobody), with its bytes.
pub(super) fn add_folio(
    world: &mut World,
    spec: &FolioSpec,
    mapping: Option<Mapping>,
    index: u64,
) -> Folio {
    let folio = folio(world, spec, mapping, index);
    if let (Some(mapping), false) = (mapping, folio.anon) {
        fill(world, mapping, &folio);
    }
    world.add_folio(folio)
}

/// The folio of a specification, in a file (or nobody's).
pub(super) fn folio(
    world: &World,
    spec: &FolioSpec,
    mapping: Option<Mapping>,
    index: u64,
) -> FolioState {
    let kind = mapping.and_then(|mapping| world.file(mapping).kind);
    let pinned_by_kind = kind.is_some_and(FileKind::is_unevictable);
    // What is nowhere else is dirty, or reclaim would lose it, and is not written back where it is.
    // A guest_memfd needs no such care.
    let memory_only = mapping.is_some_and(|mapping| {
        let file = world.file(mapping);
        file.kind.is_some() && !file.is_on_disk() && !file.is_guest_memory()
    });
    let anon = kind.is_none();
    let mut folio = FolioState {
        order: spec.order.get(),
        mapping,
        index,
        anon,
        swapbacked: anon || kind.is_some_and(FileKind::is_shmem),
        lock: if spec.locked { Lock::Theirs } else { Lock::Free },
        mapcount: spec.mapcount.get().into(),
        private: spec.private,
        dirty: spec.dirty || memory_only,
        writeback: spec.writeback && !memory_only,
        unevictable: spec.unevictable || pinned_by_kind,
        mlocked: spec.unevictable && !pinned_by_kind,
        lru: !spec.off_lru,
        on_list: !spec.off_lru,
        ..FolioState::default()
    };
    folio.refs = folio.accounted_refs() + i32::from(spec.pins.get());
    folio
}

/// Gives the folio's bytes their content: data that a clean folio shares with the disk.
fn fill(world: &mut World, mapping: Mapping, folio: &FolioState) {
    let (start, end) = (folio.pos(), folio.pos().saturating_add(folio.size()));
    let file = world.file_mut(mapping);
    let byte = if file.is_guest_memory() { Byte::Private(1) } else { Byte::Data(1) };
    file.cache.fill(start, end, byte);
    file.truth.fill(start, end, byte);
    if file.is_on_disk() && !folio.dirty {
        file.disk.fill(start, end, byte);
    }
    file.size = file.size.max(end);
}

/// The caller holds the folio's lock and a reference.
pub(super) fn hold(world: &mut World, folio: Folio) {
    let state = world.folio_mut(folio);
    state.lock = Lock::Ours;
    state.refs += 1;
    state.ours += 1;
}

/// The index, in pages, of the last place of `pages` pages that a file has.
pub(super) fn top_index(pages: u64) -> u64 {
    (i64::MAX as u64 / PAGE_SIZE) / pages * pages - pages
}

/// The greatest order, up to `order`, of a naturally aligned folio at `page` that overlaps no folio
/// in the page cache and stays below `pages`.
pub(super) fn largest_free_order(
    world: &World,
    mapping: Mapping,
    page: u64,
    order: u8,
    pages: u64,
) -> u8 {
    let fits = |order: &u8| {
        let first = page >> order << order;
        let end = first + (1 << order);
        let free = world
            .file(mapping)
            .cached
            .iter()
            .map(|&folio| world.folio(folio))
            .all(|folio| folio.index + folio.nr_pages() <= first || end <= folio.index);
        end <= pages && free
    };
    (0..=order).rev().find(fits).unwrap_or(0)
}

/// Runs a reporter of write-back errors, and notes an error that nothing caused.
pub(super) fn reported(
    k: &mut Recorder<'_, World>,
    mapping: Mapping,
    report: impl FnOnce(&mut Recorder<'_, World>) -> i32,
) -> i32 {
    let file = k.kernel.file(mapping);
    let news = if file.wb_seen == file.wb_err.1 { 0 } else { file.wb_err.0 };
    let (enospc, eio) = (file.owes_enospc, file.owes_eio);
    let ret = report(k);
    let caused = match ret {
        0 => true,
        ret if ret == news => true,
        ret if ret == -ENOSPC => enospc,
        ret if ret == -EIO => eio,
        _ => false,
    };
    if !caused {
        k.kernel.note(Misdeed::UncausedError(mapping));
    }
    ret
}

/// The folio, no larger than its file's kind has them.
pub(super) fn limit_order(spec: &FolioSpec, file: &FileSpec) -> FolioSpec {
    let limit = file.kind.order_limit();
    FolioSpec { order: Order::new(spec.order.get().min(limit)), ..spec.clone() }
}
