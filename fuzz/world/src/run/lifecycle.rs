// SPDX-License-Identifier: GPL-2.0-only
//! The `lifecycle` path: operations of user space, of a guest and of the kernel, each done as the
//! file's kind does it, down to the ported functions.
//!
//! An operation returns what the system call would. What becomes of the bytes is compared with what
//! POSIX says must become of them.

mod memory;

use super::creation::fault_in;
use super::truncation::zero_partial_pages;
use super::{Returned, setup};
use crate::scenario::{FileKind, FolioSpec, LifecycleScenario, Op, Order};
use crate::trace::Recorder;
use crate::world::World;
use crate::world::extents::Byte;
use crate::world::state::FolioState;
use mmcore::errno::{EINVAL, EIO, EMFILE, ENOMEM, ENOSPC, EOPNOTSUPP};
use mmcore::{Folio, Mapping, Oops, PAGE_SIZE, Side};

/// No such file.
const EBADF: i32 = 9;
/// Bad address: outside the file.
const EFAULT: i32 = 14;

/// How many files there can be.
const MAX_FILES: usize = 4;
/// How many folios there can be, split ones included.
const MAX_FOLIOS: usize = 4096;
/// The size of a file that has one from its creation, in pages.
const FIXED_PAGES: u64 = 64;

/// What an operation comes to: the system call's return value, or a stop of the kernel.
type Outcome = Result<i32, Oops>;

pub(super) fn step<R: Side>(
    s: &LifecycleScenario,
    i: usize,
    k: &mut Recorder<'_, World>,
) -> Returned {
    operate::<R>(&s.ops[i], i as u8 + 1, k).into()
}

fn operate<R: Side>(op: &Op, tag: u8, k: &mut Recorder<'_, World>) -> Outcome {
    if let Op::Create { kind } = op {
        return Ok(create::<R>(k, *kind));
    }
    if let Op::FailSplit = op {
        let failing = &mut k.kernel.script.failing_splits;
        *failing = failing.saturating_add(1);
        return Ok(0);
    }
    if let Op::Compact { mode } = op {
        return memory::compact::<R>(k, mode.get());
    }
    let Some(mapping) = file_of(op, k.kernel) else {
        return Ok(-EBADF);
    };
    let outcome = operate_on::<R>(op, mapping, tag, k)?;
    let size = k.kernel.file(mapping).size;
    k.kernel.check_bytes(mapping, 0, size);
    Ok(outcome)
}

fn operate_on<R: Side>(op: &Op, mapping: Mapping, tag: u8, k: &mut Recorder<'_, World>) -> Outcome {
    match op {
        Op::Write { at, len, order, .. } => {
            Ok(write::<R>(k, mapping, at.bytes(), len.bytes(), order.get(), tag))
        }
        Op::Truncate { size, .. } => truncate::<R>(k, mapping, size.bytes()),
        Op::PunchHole { at, len, .. } => punch_hole::<R>(k, mapping, at.bytes(), len.bytes()),
        Op::ShmLock { .. } => shm_lock::<R>(k, mapping, true),
        Op::ShmUnlock { .. } => shm_lock::<R>(k, mapping, false),
        Op::RecordError { enospc, .. } => Ok(record_error::<R>(k, mapping, *enospc)),
        Op::Fsync { .. } => Ok(fsync::<R>(k, mapping)),
        Op::Migrate { page, mode, .. } => {
            memory::migrate_page::<R>(k, mapping, page.get().into(), mode.get())
        }
        Op::FaultPrivate { page, order, .. } => {
            Ok(fault_private(k.kernel, mapping, page.get().into(), order.get(), tag))
        }
        Op::Reclaim { .. } => Ok(memory::reclaim::<R>(k, mapping)),
        Op::Create { .. } | Op::FailSplit | Op::Compact { .. } => Ok(0),
    }
}

/// The file that an operation is on.
pub(crate) fn file_of(op: &Op, world: &World) -> Option<Mapping> {
    let file = match op {
        Op::Write { file, .. }
        | Op::Truncate { file, .. }
        | Op::PunchHole { file, .. }
        | Op::ShmLock { file }
        | Op::ShmUnlock { file }
        | Op::RecordError { file, .. }
        | Op::Fsync { file }
        | Op::Migrate { file, .. }
        | Op::FaultPrivate { file, .. }
        | Op::Reclaim { file } => file.get(),
        Op::Create { .. } | Op::FailSplit | Op::Compact { .. } => return None,
    };
    let files = world.files.len() as u8;
    (files > 0).then(|| Mapping(file % files))
}

fn create<R: Side>(k: &mut Recorder<'_, World>, kind: FileKind) -> i32 {
    if k.kernel.files.len() == MAX_FILES {
        return -EMFILE;
    }
    let mapping = k.kernel.add_file(Some(kind));
    let file = k.kernel.file_mut(mapping);
    file.held = true;
    file.gmems = 0;
    if kind == FileKind::DrmShmem {
        file.size = FIXED_PAGES * PAGE_SIZE;
    }
    let ret = setup::create_file::<R, _>(k, mapping, kind, (FIXED_PAGES * PAGE_SIZE) as i64);
    ret.min(0)
}

fn write<R: Side>(
    k: &mut Recorder<'_, World>,
    mapping: Mapping,
    at: u64,
    len: u64,
    order: u8,
    tag: u8,
) -> i32 {
    let file = k.kernel.file(mapping);
    let end = at + len;
    match file.kind {
        Some(FileKind::GuestMemfd) => return -EINVAL,
        // Written through a mapping, so only inside the file.
        Some(FileKind::Secretmem | FileKind::DrmShmem) if end > file.size => return -EFAULT,
        _ => {}
    }
    let order = order.min(file.kind.map_or(0, FileKind::order_limit));
    let mut page = at / PAGE_SIZE;
    while page * PAGE_SIZE < end {
        match k.kernel.cached_at(mapping, page) {
            Some(folio) => {
                let folio = k.kernel.folio_mut(folio);
                folio.dirty = true;
                page = folio.index + folio.nr_pages();
            }
            None if k.kernel.folios.len() >= MAX_FOLIOS => return -ENOMEM,
            None => page = bring_in::<R>(k, mapping, page, order),
        }
    }
    let file = k.kernel.file_mut(mapping);
    file.cache.fill(at, end, Byte::Data(tag));
    file.truth.fill(at, end, Byte::Data(tag));
    if len > 0 {
        file.size = file.size.max(end);
    }
    0
}

/// Brings a folio into the page cache, with the disk's bytes or zeroes, and puts it on the LRU list
/// that it belongs on. Returns the page after it.
fn bring_in<R: Side>(k: &mut Recorder<'_, World>, mapping: Mapping, page: u64, order: u8) -> u64 {
    let order = setup::largest_free_order(k.kernel, mapping, page, order, u64::MAX);
    let spec = FolioSpec { order: Order::new(order), dirty: true, ..FolioSpec::default() };
    let state = setup::folio(k.kernel, &spec, Some(mapping), page >> order << order);
    let pfn = memory::allocate(k.kernel, order);
    let folio = k.kernel.add_folio(FolioState { pfn, ..state });
    let state = k.kernel.folio(folio);
    let (start, end) = (state.pos(), state.pos() + state.size());
    let next = state.index + state.nr_pages();
    let file = k.kernel.file_mut(mapping);
    file.cache.fill(start, end, Byte::Zero);
    file.cache.copy_from(&file.disk, start, end);
    let evictable = R::folio_evictable(k, folio);
    k.kernel.folio_mut(folio).unevictable = !evictable;
    next
}

/// The range that user space asked to be gone is gone for whoever reads the file, and on its disk.
fn forget(world: &mut World, mapping: Mapping, start: u64, end: u64) {
    let file = world.file_mut(mapping);
    file.truth.fill(start, end, Byte::Zero);
    file.disk.fill(start, end, Byte::Zero);
    if file.kind == Some(FileKind::DiskZeroing) {
        zero_partial_pages(world, mapping, start, end);
    }
}

fn truncate<R: Side>(k: &mut Recorder<'_, World>, mapping: Mapping, size: u64) -> Outcome {
    let file = k.kernel.file_mut(mapping);
    let refuses = match file.kind {
        Some(FileKind::GuestMemfd | FileKind::DrmShmem) => true,
        // Its size can be set once.
        Some(FileKind::Secretmem) => file.size != 0,
        _ => false,
    };
    if refuses {
        return Ok(-EINVAL);
    }
    let grows = size > file.size;
    let is_shmem = file.is_shmem();
    file.size = size;
    forget(k.kernel, mapping, size, u64::MAX);
    match is_shmem {
        true if grows => {}
        true => R::shmem_undo_range(k, mapping, size as i64, -1)?,
        // `truncate_setsize` does so whichever way the size changes.
        false => R::truncate_inode_pages_range(k, mapping, size as i64, -1)?,
    }
    Ok(0)
}

fn punch_hole<R: Side>(
    k: &mut Recorder<'_, World>,
    mapping: Mapping,
    at: u64,
    len: u64,
) -> Outcome {
    let file = k.kernel.file(mapping);
    let whole_pages = at.is_multiple_of(PAGE_SIZE) && len.is_multiple_of(PAGE_SIZE);
    let (start, last) = (at as i64, (at + len) as i64 - 1);
    match file.kind {
        _ if len == 0 => return Ok(-EINVAL),
        Some(FileKind::Ramfs | FileKind::Secretmem | FileKind::DrmShmem) | None => {
            return Ok(-EOPNOTSUPP);
        }
        Some(FileKind::GuestMemfd) if !whole_pages => return Ok(-EINVAL),
        Some(FileKind::GuestMemfd) => {
            // The guest gives these pages up, and no others.
            k.kernel.file_mut(mapping).truth.fill(at, at + len, Byte::Zero);
            R::kvm_gmem_punch_hole(k, mapping, start, len as i64)?;
        }
        Some(FileKind::Tmpfs | FileKind::TmpfsNoswap) => {
            forget(k.kernel, mapping, at, at + len);
            R::shmem_undo_range(k, mapping, start, last)?;
        }
        Some(FileKind::Disk | FileKind::DiskZeroing) => {
            forget(k.kernel, mapping, at, at + len);
            R::truncate_inode_pages_range(k, mapping, start, last)?;
        }
    }
    Ok(0)
}

/// `shmctl_do_lock`: only shared memory has it.
fn shm_lock<R: Side>(k: &mut Recorder<'_, World>, mapping: Mapping, lock: bool) -> Outcome {
    if k.kernel.file(mapping).kind != Some(FileKind::Tmpfs) {
        return Ok(-EINVAL);
    }
    let ret = R::shmem_lock(k, mapping, lock, true);
    if !lock {
        R::shmem_unlock_mapping(k, mapping)?;
    }
    Ok(ret)
}

/// A write-back fails. Memory without a disk is never written back.
fn record_error<R: Side>(k: &mut Recorder<'_, World>, mapping: Mapping, enospc: bool) -> i32 {
    if !k.kernel.file(mapping).is_on_disk() {
        return -EINVAL;
    }
    R::mapping_set_error(k, mapping, if enospc { -ENOSPC } else { -EIO });
    0
}

fn fsync<R: Side>(k: &mut Recorder<'_, World>, mapping: Mapping) -> i32 {
    match k.kernel.file(mapping).kind {
        Some(FileKind::GuestMemfd | FileKind::Secretmem | FileKind::DrmShmem) | None => -EINVAL,
        // `noop_fsync`
        Some(FileKind::Ramfs | FileKind::Tmpfs | FileKind::TmpfsNoswap) => 0,
        Some(FileKind::Disk | FileKind::DiskZeroing) => {
            for folio in k.kernel.file(mapping).cached.clone() {
                k.kernel.write_back(folio);
                k.kernel.folio_mut(folio).writeback = false;
            }
            setup::reported(k, mapping, |k| R::file_check_and_advance_wb_err(k, mapping))
        }
    }
}

fn fault_private(world: &mut World, mapping: Mapping, page: u64, order: u8, tag: u8) -> i32 {
    let file = world.file(mapping);
    if !file.is_guest_memory() {
        return -EINVAL;
    }
    if world.folios.len() >= MAX_FOLIOS {
        return -ENOMEM;
    }
    let size = file.size;
    if !fault_in(world, mapping, page, order, size, tag) {
        return if page * PAGE_SIZE >= size { -EFAULT } else { 0 };
    }
    let folio = Folio((world.folios.len() - 1) as u16);
    let pfn = memory::allocate(world, world.folio(folio).order);
    world.folio_mut(folio).pfn = pfn;
    0
}
