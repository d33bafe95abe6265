// SPDX-License-Identifier: GPL-2.0-only
//! The calls of each path.

use super::ranges;
use crate::bounds::{Bounds, Races};
use crate::model::Model;
use crate::run::{Functions, Returned};
use crate::scenario::Path;
use crate::var::{Var, What};
use mmcore::errno::{EIO, ENOSPC};
use mmcore::{Folio, Mapping, MigrateMode, PAGE_SIZE};

const FILE: Mapping = Mapping(0);
const SRC: Folio = Folio(0);
const DST: Folio = Folio(1);
/// The size of a new guest_memfd, in bytes.
const GMEM_SIZE: i64 = 8 * PAGE_SIZE as i64;

/// Makes the call, or the next call, of a path.
pub(crate) fn run<R: Functions>(path: Path, step: usize, k: &mut Model<'_>) -> Returned {
    match path {
        Path::Flags => flags::<R>(k),
        Path::Errors => errors::<R>(k),
        Path::Creation if step == 0 => creation::<R>(k),
        Path::Creation => after_creation::<R>(k),
        Path::Truncation => ranges::truncation::<R>(k),
        Path::Migration => migration::<R>(k),
        // The scanner goes turn by turn. What calls it block by block is run whole.
        Path::Compaction => blocks::<R>(k),
        // A lifecycle has no end.
        Path::Lifecycle => Returned::Nothing,
    }
}

fn pick(k: &mut Model<'_>, of: u8) -> u8 {
    k.choose(Var::one(What::Function), of)
}

fn argument(k: &mut Model<'_>, of: u8) -> u8 {
    k.choose(Var::one(What::Argument), of)
}

fn flags<R: Functions>(k: &mut Model<'_>) -> Returned {
    match pick(k, 23) {
        0 => R::mapping_unevictable(k, Some(FILE)).into(),
        1 => R::mapping_unevictable(k, None).into(),
        2 => R::mapping_exiting(k, FILE).into(),
        3 => R::mapping_use_writeback_tags(k, FILE).into(),
        4 => <R as Functions>::mapping_large_folio_support(k, FILE).into(),
        5 => R::mapping_release_always(k, FILE).into(),
        6 => R::mapping_stable_writes(k, FILE).into(),
        7 => R::mapping_pinned(k, FILE).into(),
        17 => R::shmem_lock(k, FILE, false, true).into(),
        18 => R::shmem_lock(k, FILE, false, false).into(),
        19 => R::shmem_lock(k, FILE, true, true).into(),
        20 => R::shmem_unlock_mapping(k, FILE).into(),
        21 => R::folio_evictable(k, SRC).into(),
        22 => R::folio_needs_release(k, SRC).into(),
        setter => {
            let _: () = set_flag::<R>(k, setter);
            Returned::Nothing
        }
    }
}

/// The setters, by their numbers among the functions of the path.
fn set_flag<R: Functions>(k: &mut Model<'_>, setter: u8) {
    match setter {
        8 => R::mapping_set_unevictable(k, FILE),
        9 => R::mapping_clear_unevictable(k, FILE),
        10 => R::mapping_set_exiting(k, FILE),
        11 => R::mapping_set_no_writeback_tags(k, FILE),
        12 => <R as Functions>::mapping_set_large_folios(k, FILE),
        13 => R::mapping_set_release_always(k, FILE),
        14 => R::mapping_clear_release_always(k, FILE),
        15 => R::mapping_set_stable_writes(k, FILE),
        _ => R::mapping_clear_stable_writes(k, FILE),
    }
}

fn errors<R: Functions>(k: &mut Model<'_>) -> Returned {
    match pick(k, 4) {
        0 => {
            let error = [0, -ENOSPC, -EIO][usize::from(argument(k, 3))];
            R::mapping_set_error(k, FILE, error);
            Returned::Nothing
        }
        1 => R::filemap_check_errors(k, FILE).into(),
        2 => R::filemap_check_and_keep_errors(k, FILE).into(),
        _ => R::file_check_and_advance_wb_err(k, FILE).into(),
    }
}

fn creation<R: Functions>(k: &mut Model<'_>) -> Returned {
    k.begin_guest_memfd();
    R::__kvm_gmem_create(k, FILE, GMEM_SIZE, 0).into()
}

/// What can be asked of a new guest_memfd, and of one whose creation failed: nothing.
fn after_creation<R: Functions>(k: &mut Model<'_>) -> Returned {
    match pick(k, 8) {
        0 => Returned::Nothing,
        1 => R::filemap_check_errors(k, FILE).into(),
        2 => R::filemap_check_and_keep_errors(k, FILE).into(),
        3 => R::file_check_and_advance_wb_err(k, FILE).into(),
        4 => R::folio_evictable(k, SRC).into(),
        5 => {
            k.cache.add_folio(1, 1);
            R::kvm_gmem_error_folio(k, FILE, SRC).into()
        }
        6 => R::kvm_gmem_migrate_folio(k, FILE, DST, SRC, MigrateMode::Sync).into(),
        _ => {
            let (offset, len) = ranges::hole(k);
            R::kvm_gmem_punch_hole(k, FILE, offset, len).into()
        }
    }
}

/// Scans are not merged in it: with answers that change, two page frames would be too many paths.
fn blocks<R: Functions>(k: &mut Model<'_>) -> Returned {
    let Bounds { folios, races, .. } = k.bounds();
    let most = if races == Races::Most(0) { folios.min(2) } else { 1 };
    let (start_pfn, end_pfn) = ranges::frames(k, most);
    R::isolate_migratepages_range(k, start_pfn, end_pfn).into()
}

fn migration<R: Functions>(k: &mut Model<'_>) -> Returned {
    let function = pick(k, 4);
    let mode = MigrateMode::ALL[usize::from(argument(k, 4))];
    k.take_lock(SRC);
    k.take_lock(DST);
    match function {
        0 => {
            // The callers hold both locks; that is asserted.
            k.drop_lock(SRC);
            k.drop_lock(DST);
            R::move_to_new_folio(k, DST, SRC, mode).into()
        }
        1 => R::fallback_migrate_folio(k, FILE, DST, SRC, mode).into(),
        2 => R::writeout(k, FILE, SRC).into(),
        _ => {
            let mapping = [None, Some(FILE)][usize::from(argument(k, 2))];
            R::migrate_folio(k, mapping, DST, SRC, mode).into()
        }
    }
}
