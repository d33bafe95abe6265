// SPDX-License-Identifier: GPL-2.0-only
//! The `creation` path: a new guest_memfd, what can fail in making it, and what can be done to it.

use super::{Returned, setup};
use crate::scenario::{CreationScenario, FolioSpec, GmemStep};
use crate::trace::Recorder;
use crate::world::extents::Byte;
use crate::world::{Misdeed, World};
use mmcore::{Folio, Mapping, MigrateMode, PAGE_SIZE, Side};

const MAPPING: Mapping = Mapping(0);

/// The creation, then the steps.
pub(super) fn steps(s: &CreationScenario) -> usize {
    1 + s.steps.len()
}

pub(super) fn begin(s: &CreationScenario, world: &mut World) {
    let mapping = world.add_file(None);
    world.file_mut(mapping).held = true;
    world.script.no_fd = s.no_fd;
    world.script.no_memory = s.no_memory;
    world.script.no_file = s.no_file;
    world.script.foreign_mapping = s.foreign_mapping;
}

pub(super) fn step<R: Side>(
    s: &CreationScenario,
    i: usize,
    k: &mut Recorder<'_, World>,
) -> Returned {
    if i == 0 {
        return create::<R>(s, k);
    }
    if k.kernel.file(MAPPING).kind.is_none() {
        return Returned::Nothing;
    }
    match &s.steps[i - 1] {
        GmemStep::CheckErrors => reported(k, |k| R::filemap_check_errors(k, MAPPING)),
        GmemStep::CheckAndKeepErrors => {
            reported(k, |k| R::filemap_check_and_keep_errors(k, MAPPING))
        }
        GmemStep::Fault { page, order } => {
            let size = k.kernel.file(MAPPING).size;
            fault_in(k.kernel, MAPPING, page.get().into(), order.get(), size, 1).into()
        }
        GmemStep::PunchHole { page, pages } => {
            let offset = i64::from(page.get()) * PAGE_SIZE as i64;
            let len = (i64::from(pages.get()) + 1) * PAGE_SIZE as i64;
            punch_hole::<R>(k, offset, len)
        }
        GmemStep::ErrorFolio => {
            with_first(k, |k, folio| R::kvm_gmem_error_folio(k, MAPPING, folio))
        }
        GmemStep::MigrateFolio => with_first(k, |k, folio| {
            R::kvm_gmem_migrate_folio(k, MAPPING, folio, folio, MigrateMode::Sync)
        }),
        GmemStep::FolioEvictable => with_first(k, |k, folio| R::folio_evictable(k, folio)),
    }
}

fn punch_hole<R: Side>(k: &mut Recorder<'_, World>, offset: i64, len: i64) -> Returned {
    let (start, end) = (offset as u64, (offset + len) as u64);
    k.kernel.file_mut(MAPPING).truth.fill(start, end, Byte::Zero);
    let returned = R::kvm_gmem_punch_hole(k, MAPPING, offset, len);
    let size = k.kernel.file(MAPPING).size;
    k.kernel.check_bytes(MAPPING, 0, size);
    returned.into()
}

fn create<R: Side>(s: &CreationScenario, k: &mut Recorder<'_, World>) -> Returned {
    let size = (i64::from(s.pages.get()) + 1) * PAGE_SIZE as i64;
    let fd = R::__kvm_gmem_create(k, MAPPING, size, 0);
    let held = (k.kernel.fds, k.kernel.gmem_allocations);
    if held != if fd < 0 { (0, 0) } else { (1, 1) } {
        k.kernel.note(Misdeed::Nesting);
    }
    fd.into()
}

fn reported(
    k: &mut Recorder<'_, World>,
    report: impl FnOnce(&mut Recorder<'_, World>) -> i32,
) -> Returned {
    setup::reported(k, MAPPING, report).into()
}

fn with_first<T: Into<Returned>>(
    k: &mut Recorder<'_, World>,
    call: impl FnOnce(&mut Recorder<'_, World>, Folio) -> T,
) -> Returned {
    match k.kernel.file(MAPPING).cached.first().copied() {
        Some(folio) => call(k, folio).into(),
        None => Returned::Nothing,
    }
}

/// The guest touches a page: a folio of at most `order` comes, prepared and encrypted. False if
/// the page is outside the file or there already.
pub(super) fn fault_in(
    world: &mut World,
    mapping: Mapping,
    page: u64,
    order: u8,
    size: u64,
    tag: u8,
) -> bool {
    if page.saturating_mul(PAGE_SIZE) >= size || world.cached_at(mapping, page).is_some() {
        return false;
    }
    let order = setup::largest_free_order(world, mapping, page, order, size / PAGE_SIZE);
    let spec = FolioSpec { order: crate::scenario::Order::new(order), ..FolioSpec::default() };
    let folio = setup::add_folio(world, &spec, Some(mapping), page >> order << order);
    let state = world.folio(folio);
    let (start, end) = (state.pos(), state.pos() + state.size());
    let file = world.file_mut(mapping);
    file.cache.fill(start, end, Byte::Private(tag));
    file.truth.fill(start, end, Byte::Private(tag));
    true
}
