// SPDX-License-Identifier: GPL-2.0-only
//! What a change of a tree's text reaches.

use crate::support::tree;
use mmdiff_kernel::{Program, Touched};

/// What is touched where the one `from` in a file becomes `to`.
fn touched(file: &str, from: &str, to: &str) -> Touched {
    let old = tree();
    let text = old.text(file).expect("it has the file");
    assert_eq!(text.matches(from).count(), 1, "the change fits");
    let new = old.clone().with_text(file, text.replace(from, to));
    let [was, is] = [old, &new].map(|tree| Program::cut(tree, &[]));
    Touched::between((old, &was), (&new, &is))
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_change_reaches_callers_of_callers_in_other_files_and_nothing_else() {
    let from = "if (ret && !shmem_mapping(folio->mapping)) {";
    let touched = touched("mm/truncate.c", from, "if (ret) {");
    assert_eq!(Vec::from_iter(&touched.changed), ["try_folio_split_or_unmap"]);
    let reached: Vec<&str> = touched.reached.keys().map(String::as_str).collect();
    let callers = [
        "kvm_gmem_punch_hole",
        "shmem_undo_range",
        "truncate_inode_pages_range",
        "truncate_inode_partial_folio",
        "try_folio_split_or_unmap",
    ];
    assert_eq!(reached, callers);
    assert!(touched.not_cut.is_empty());
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_function_that_only_a_comment_names_is_not_called() {
    let touched = touched("mm/compaction.c", "\t\tinactive >>= 3;", "\t\tinactive >>= 4;");
    assert_eq!(Vec::from_iter(&touched.changed), ["too_many_isolated"]);
    assert!(!touched.reached.contains_key("mapping_set_inaccessible"), "{touched:?}");
    assert!(touched.reached.contains_key("isolate_migratepages_range"), "{touched:?}");
}
