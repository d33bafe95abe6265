// SPDX-License-Identifier: GPL-2.0-only
//! What is enumerated: every ported function, with every argument that its callers can give it, as
//! far as the ported functions can tell two arguments apart.
//!
//! A path's first choice is the function; the arguments come next. The scanner goes turn by turn, in
//! `scan.rs`; `isolate_migratepages_range`, which calls it block by block, is run whole, for very
//! few page frames.

mod calls;
mod ranges;

pub use ranges::{BLOCK, frames};

pub(crate) use calls::run;

use crate::scenario::Path;

/// How many steps a path has.
pub(super) fn steps(path: Path) -> usize {
    match path {
        Path::Creation => 2,
        _ => 1,
    }
}

/// The paths that are enumerated: all that are calls of ported functions.
pub const PATHS: [Path; 6] = [
    Path::Flags,
    Path::Creation,
    Path::Errors,
    Path::Truncation,
    Path::Migration,
    Path::Compaction,
];

/// The functions of a path, in the order of the choice.
pub fn functions(path: Path) -> &'static [&'static str] {
    match path {
        Path::Flags => &[
            "mapping_unevictable",
            "mapping_unevictable(NULL)",
            "mapping_exiting",
            "mapping_use_writeback_tags",
            "mapping_large_folio_support",
            "mapping_release_always",
            "mapping_stable_writes",
            "mapping_unmovable or mapping_inaccessible",
            "mapping_set_unevictable",
            "mapping_clear_unevictable",
            "mapping_set_exiting",
            "mapping_set_no_writeback_tags",
            "mapping_set_large_folios",
            "mapping_set_release_always",
            "mapping_clear_release_always",
            "mapping_set_stable_writes",
            "mapping_clear_stable_writes",
            "shmem_lock(0)",
            "shmem_lock(0), no ucounts",
            "shmem_lock(1)",
            "shmem_unlock_mapping",
            "folio_evictable",
            "folio_needs_release",
        ],
        Path::Creation => &[
            "nothing more",
            "filemap_check_errors",
            "filemap_check_and_keep_errors",
            "file_check_and_advance_wb_err",
            "folio_evictable",
            "kvm_gmem_error_folio",
            "kvm_gmem_migrate_folio",
            "kvm_gmem_punch_hole",
        ],
        Path::Errors => &[
            "mapping_set_error",
            "filemap_check_errors",
            "filemap_check_and_keep_errors",
            "file_check_and_advance_wb_err",
        ],
        Path::Truncation => &[
            "truncate_inode_partial_folio",
            "truncate_inode_folio",
            "truncate_cleanup_folio",
            "truncate_inode_pages_range",
            "shmem_undo_range",
        ],
        Path::Migration => {
            &["move_to_new_folio", "fallback_migrate_folio", "writeout", "migrate_folio"]
        }
        Path::Compaction | Path::Lifecycle => &[],
    }
}
