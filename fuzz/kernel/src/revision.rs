// SPDX-License-Identifier: GPL-2.0-only
//! The revisions whose C can be compiled: edits of the text that was cut.

use crate::program::Edit;

/// A revision whose C can be compiled: its name, and the edits that make it.
pub type Known = (&'static str, fn() -> Vec<Edit>);

/// Every one.
pub const REVISIONS: [Known; 2] = [("v6.12", v6_12), ("v6.12-pre-fix", v6_12_pre_fix)];

/// `v6.12`: Debian's tree as it is.
pub fn v6_12() -> Vec<Edit> {
    Vec::new()
}

/// `v6.12-pre-fix`: "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE" undone. The mask is the literal
/// 10, the number that AS_INACCESSIBLE had.
pub fn v6_12_pre_fix() -> Vec<Edit> {
    let mut edits = vec![
        Edit::once("mapping_flags", "AS_INACCESSIBLE = 8", "AS_UNMOVABLE = 8"),
        Edit::once("mapping_set_inaccessible", "mapping_set_inaccessible", "mapping_set_unmovable"),
        Edit::once("mapping_set_inaccessible", "set_bit(AS_INACCESSIBLE", "set_bit(AS_UNMOVABLE"),
        Edit::once("mapping_inaccessible", "mapping_inaccessible", "mapping_unmovable"),
        Edit::once("mapping_inaccessible", "test_bit(AS_INACCESSIBLE", "test_bit(AS_UNMOVABLE"),
        Edit::once(
            "truncate_inode_partial_folio",
            "!mapping_inaccessible(folio->mapping)",
            "!(folio->mapping->flags & 10)",
        ),
        Edit::once(
            "__kvm_gmem_create",
            "a_ops = &kvm_gmem_aops;",
            "a_ops = &kvm_gmem_aops; inode->i_mapping->flags |= 10;",
        ),
    ];
    for (function, from, to) in [
        ("isolate_migratepages_block", "mapping_inaccessible(", "mapping_unmovable("),
        ("move_to_new_folio", "mapping_inaccessible(", "mapping_unmovable("),
        ("__kvm_gmem_create", "mapping_set_inaccessible(", "mapping_set_unmovable("),
    ] {
        edits.push(Edit::once(function, from, to));
    }
    edits
}
