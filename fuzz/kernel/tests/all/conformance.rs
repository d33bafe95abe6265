// SPDX-License-Identifier: GPL-2.0-only
//! The port asks and does what the kernel's own C asks and does: sampled, every function, both
//! revisions.

use crate::support::{Side, functions, told_apart};
use mmcore::Function;
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use std::collections::BTreeSet;

/// So many runs of each function.
const RUNS: u64 = 10_000;

/// Asserts that the port and the C of these functions are the same.
#[track_caller]
fn conforms(names: &[&str]) {
    conforms_in::<V6_12>(names);
    conforms_in::<V6_12PreFix>(names);
}

#[track_caller]
fn conforms_in<R: Side>(names: &[&str]) {
    let compiled = R::compiled();
    for function in functions(names) {
        let name = function.name();
        assert!(compiled.has(function), "{name} is there: {:?}", compiled.faults());
        if let Some(how) = told_apart::<R>(compiled, &[function], 0..RUNS) {
            panic!("{}: {name}: {how}", R::NAME);
        }
    }
}

macro_rules! conformance {
    ($($test:ident: $($name:literal),*;)*) => {
        /// Every function that is tested below.
        const TESTED: &[&str] = &[$($($name),*),*];
        $(
            #[test]
            #[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
            fn $test() {
                conforms(&[$($name),*]);
            }
        )*
    };
}

conformance! {
    write_back_errors_conform: "mapping_set_error", "filemap_check_errors",
        "filemap_check_and_keep_errors", "file_check_and_advance_wb_err";
    setters_of_flags_conform: "mapping_set_unevictable", "mapping_clear_unevictable",
        "mapping_set_exiting", "mapping_set_no_writeback_tags", "mapping_set_release_always",
        "mapping_clear_release_always", "mapping_set_stable_writes", "mapping_clear_stable_writes";
    tests_of_flags_conform: "mapping_unevictable", "mapping_exiting", "mapping_use_writeback_tags",
        "mapping_release_always", "mapping_stable_writes";
    the_range_of_folio_orders_conforms: "mapping_set_folio_order_range", "mapping_set_large_folios",
        "mapping_max_folio_order", "mapping_min_folio_order", "mapping_large_folio_support";
    the_flag_that_the_patch_is_about_conforms_under_either_name: "mapping_set_inaccessible",
        "mapping_inaccessible";
    inline_helpers_of_mm_conform: "folio_evictable", "folio_needs_release";
    helpers_of_the_scanner_conform: "isolation_suitable", "test_and_set_skip", "update_cached_migrate",
        "compact_lock_irqsave", "too_many_isolated", "skip_isolation_on_order";
    the_scanner_conforms: "isolate_migratepages_block";
    the_scanner_of_ranges_conforms: "isolate_migratepages_range";
    migration_conforms: "move_to_new_folio", "fallback_migrate_folio", "writeout", "migrate_folio",
        "__migrate_folio";
    truncation_of_a_folio_conforms: "truncate_inode_partial_folio", "truncate_inode_folio",
        "truncate_cleanup_folio", "try_folio_split_or_unmap";
    truncation_of_a_range_conforms: "truncate_inode_pages_range";
    truncation_of_shmem_conforms: "shmem_undo_range";
    shm_lock_conforms: "shmem_lock", "shmem_unlock_mapping";
    creation_of_a_guest_memfd_conforms: "__kvm_gmem_create";
    holes_and_callbacks_of_a_guest_memfd_conform: "kvm_gmem_punch_hole", "kvm_gmem_error_folio",
        "kvm_gmem_migrate_folio";
}

/// The functions that are tested above, as far as the tree has them.
#[track_caller]
fn all_conforms_in<R: Side>() {
    let lacks = <R::Tree as mmcore::Tree>::LACKS;
    let all = Function::ALL.iter().filter(|function| !lacks.contains(function));
    conforms_in::<R>(&all.map(|function| function.name()).collect::<Vec<_>>());
    assert!(lacks.iter().all(|&function| !R::compiled().has(function)), "they are not there");
}

#[test]
#[cfg_attr(not(tree_v6_10), ignore = "no tree of v6.10-rc5: name one in MMDIFF_TREE_V6_10")]
fn every_function_of_pre_fix_conforms() {
    all_conforms_in::<PreFix>();
}

#[test]
#[cfg_attr(not(tree_v6_10), ignore = "no tree of v6.10-rc5: name one in MMDIFF_TREE_V6_10")]
fn every_function_of_post_fix_conforms() {
    all_conforms_in::<PostFix>();
}

#[test]
fn every_ported_function_is_tested() {
    let tested: BTreeSet<Function> = functions(TESTED).into_iter().collect();
    let ported: BTreeSet<Function> = Function::ALL.iter().copied().collect();
    assert_eq!(tested, ported);
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn all_of_the_plan_is_found_in_the_tree() {
    assert_eq!(V6_12::compiled().faults(), []);
    assert_eq!(V6_12PreFix::compiled().faults(), []);
}
