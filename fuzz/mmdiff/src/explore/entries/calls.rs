// SPDX-License-Identifier: GPL-2.0-only
//! The calls of each path.

use super::ranges;
use crate::explore::model::Model;
use crate::explore::var::{Var, What};
use crate::run::Returned;
use crate::scenario::Path;
use mmcore::errno::{EIO, ENOSPC};
use mmcore::filemap::{
    file_check_and_advance_wb_err, filemap_check_and_keep_errors, filemap_check_errors,
};
use mmcore::guest_memfd::{
    __kvm_gmem_create, kvm_gmem_error_folio, kvm_gmem_migrate_folio, kvm_gmem_punch_hole,
};
use mmcore::internal::{folio_evictable, folio_needs_release};
use mmcore::migrate::{fallback_migrate_folio, migrate_folio, move_to_new_folio, writeout};
use mmcore::pagemap::*;
use mmcore::shmem::{shmem_lock, shmem_unlock_mapping};
use mmcore::{Folio, Mapping, MigrateMode, PAGE_SIZE, Revision};

const FILE: Mapping = Mapping(0);
const SRC: Folio = Folio(0);
const DST: Folio = Folio(1);
/// The size of a new guest_memfd, in bytes.
const GMEM_SIZE: i64 = 8 * PAGE_SIZE as i64;

/// Makes the call, or the next call, of a path.
pub(crate) fn run<R: Revision>(path: Path, step: usize, k: &mut Model<'_>) -> Returned {
    match path {
        Path::Flags => flags::<R>(k),
        Path::Errors => errors(k),
        Path::Creation if step == 0 => creation::<R>(k),
        Path::Creation => after_creation::<R>(k),
        Path::Truncation => ranges::truncation::<R>(k),
        Path::Migration => migration::<R>(k),
        // The scanner goes turn by turn, a lifecycle has no end.
        Path::Compaction | Path::Lifecycle => Returned::Nothing,
    }
}

fn pick(k: &mut Model<'_>, of: u8) -> u8 {
    k.choose(Var::one(What::Function), of)
}

fn argument(k: &mut Model<'_>, of: u8) -> u8 {
    k.choose(Var::one(What::Argument), of)
}

fn flags<R: Revision>(k: &mut Model<'_>) -> Returned {
    match pick(k, 23) {
        0 => mapping_unevictable(k, Some(FILE)).into(),
        1 => mapping_unevictable(k, None).into(),
        2 => mapping_exiting(k, FILE).into(),
        3 => mapping_use_writeback_tags(k, FILE).into(),
        4 => mapping_large_folio_support::<R, _>(k, FILE).into(),
        5 => mapping_release_always::<R, _>(k, FILE).into(),
        6 => mapping_stable_writes::<R, _>(k, FILE).into(),
        7 => R::mapping_pins_folios(k, FILE).into(),
        17 => shmem_lock(k, FILE, false, true).into(),
        18 => shmem_lock(k, FILE, false, false).into(),
        19 => shmem_lock(k, FILE, true, true).into(),
        20 => shmem_unlock_mapping(k, FILE).into(),
        21 => folio_evictable(k, SRC).into(),
        22 => folio_needs_release::<R, _>(k, SRC).into(),
        setter => {
            let _: () = set_flag::<R>(k, setter);
            Returned::Nothing
        }
    }
}

/// The setters, by their numbers among the functions of the path.
fn set_flag<R: Revision>(k: &mut Model<'_>, setter: u8) {
    match setter {
        8 => mapping_set_unevictable(k, FILE),
        9 => mapping_clear_unevictable(k, FILE),
        10 => mapping_set_exiting(k, FILE),
        11 => mapping_set_no_writeback_tags(k, FILE),
        12 => mapping_set_large_folios::<R, _>(k, FILE),
        13 => mapping_set_release_always::<R, _>(k, FILE),
        14 => mapping_clear_release_always::<R, _>(k, FILE),
        15 => mapping_set_stable_writes::<R, _>(k, FILE),
        _ => mapping_clear_stable_writes::<R, _>(k, FILE),
    }
}

fn errors(k: &mut Model<'_>) -> Returned {
    match pick(k, 4) {
        0 => {
            let error = [0, -ENOSPC, -EIO][usize::from(argument(k, 3))];
            mapping_set_error(k, FILE, error);
            Returned::Nothing
        }
        1 => filemap_check_errors(k, FILE).into(),
        2 => filemap_check_and_keep_errors(k, FILE).into(),
        _ => file_check_and_advance_wb_err(k, FILE).into(),
    }
}

fn creation<R: Revision>(k: &mut Model<'_>) -> Returned {
    k.begin_guest_memfd();
    __kvm_gmem_create::<R, _>(k, FILE, GMEM_SIZE, 0).into()
}

/// What can be asked of a new guest_memfd, and of one whose creation failed: nothing.
fn after_creation<R: Revision>(k: &mut Model<'_>) -> Returned {
    match pick(k, 8) {
        0 => Returned::Nothing,
        1 => filemap_check_errors(k, FILE).into(),
        2 => filemap_check_and_keep_errors(k, FILE).into(),
        3 => file_check_and_advance_wb_err(k, FILE).into(),
        4 => folio_evictable(k, SRC).into(),
        5 => {
            k.cache.add_folio(1, 1);
            kvm_gmem_error_folio(k, FILE, SRC).into()
        }
        6 => kvm_gmem_migrate_folio(k, FILE, DST, SRC, MigrateMode::Sync).into(),
        _ => {
            let (offset, len) = ranges::hole(k);
            kvm_gmem_punch_hole::<R, _>(k, FILE, offset, len).into()
        }
    }
}

fn migration<R: Revision>(k: &mut Model<'_>) -> Returned {
    let function = pick(k, 4);
    let mode = MigrateMode::ALL[usize::from(argument(k, 4))];
    k.take_lock(SRC);
    k.take_lock(DST);
    match function {
        0 => {
            // The callers hold both locks; that is asserted.
            k.drop_lock(SRC);
            k.drop_lock(DST);
            move_to_new_folio::<R, _>(k, DST, SRC, mode).into()
        }
        1 => fallback_migrate_folio::<R, _>(k, FILE, DST, SRC, mode).into(),
        2 => writeout(k, FILE, SRC).into(),
        _ => {
            let mapping = [None, Some(FILE)][usize::from(argument(k, 2))];
            migrate_folio::<R, _>(k, mapping, DST, SRC, mode).into()
        }
    }
}
