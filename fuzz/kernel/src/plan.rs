// SPDX-License-Identifier: GPL-2.0-only
//! What is cut out of which file, and which of it can be called from outside.
//!
//! A file of the kernel becomes one translation unit. What a header holds is cut into a header.

use crate::header::Shape;

/// A piece of a file, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// A `#define`.
    Macro(&'static str),
    /// An `enum`, by its tag.
    Enum(&'static str),
    /// A function, with its body.
    Function(&'static str),
}

impl Item {
    /// The piece's name.
    pub fn name(self) -> &'static str {
        match self {
            Item::Macro(name) | Item::Enum(name) | Item::Function(name) => name,
        }
    }
}

/// A file of the kernel and what is cut out of it.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its path in the tree.
    pub file: &'static str,
    /// The pieces, in any order: they keep the file's.
    pub items: &'static [Item],
    /// What the shim has for this file alone.
    pub shim: &'static str,
}

use Item::{Enum, Function, Macro};

/// Numbers that the kernel keeps in other headers. They are part of every unit.
pub const CONSTANTS: &[Part] = &[
    constants("include/linux/swap.h", &[Macro("SWAP_CLUSTER_MAX"), Macro("COMPACT_CLUSTER_MAX")]),
    constants("include/linux/pagevec.h", &[Macro("PAGEVEC_SIZE")]),
    constants(
        "include/linux/mmzone.h",
        &[Macro("ISOLATE_ASYNC_MIGRATE"), Macro("ISOLATE_UNEVICTABLE")],
    ),
    constants("include/linux/migrate_mode.h", &[Enum("migrate_mode")]),
    constants("include/linux/migrate.h", &[Macro("MIGRATEPAGE_SUCCESS")]),
    constants("include/linux/fs.h", &[Enum("positive_aop_returns")]),
    constants("include/linux/mm.h", &[Enum("mf_result"), Macro("VM_LOCKED")]),
    constants(
        "include/linux/pageblock-flags.h",
        &[
            Macro("pageblock_nr_pages"),
            Macro("pageblock_align"),
            Macro("pageblock_aligned"),
            Macro("pageblock_start_pfn"),
            Macro("pageblock_end_pfn"),
        ],
    ),
];

const fn constants(file: &'static str, items: &'static [Item]) -> Part {
    Part { file, items, shim: "" }
}

/// Headers whose functions are inline in every unit.
pub const HEADERS: &[Part] = &[
    Part {
        file: "include/linux/pagemap.h",
        items: &[
            Enum("mapping_flags"),
            Macro("AS_FOLIO_ORDER_BITS_MASK"),
            Macro("AS_FOLIO_ORDER_MIN_MASK"),
            Macro("AS_FOLIO_ORDER_MAX_MASK"),
            Macro("AS_FOLIO_ORDER_MASK"),
            Macro("PREFERRED_MAX_PAGECACHE_ORDER"),
            Macro("MAX_XAS_ORDER"),
            Macro("MAX_PAGECACHE_ORDER"),
            Function("mapping_set_error"),
            Function("mapping_set_unevictable"),
            Function("mapping_clear_unevictable"),
            Function("mapping_unevictable"),
            Function("mapping_set_exiting"),
            Function("mapping_exiting"),
            Function("mapping_set_no_writeback_tags"),
            Function("mapping_use_writeback_tags"),
            Function("mapping_release_always"),
            Function("mapping_set_release_always"),
            Function("mapping_clear_release_always"),
            Function("mapping_stable_writes"),
            Function("mapping_set_stable_writes"),
            Function("mapping_clear_stable_writes"),
            Function("mapping_set_unmovable"),
            Function("mapping_unmovable"),
            Function("mapping_set_inaccessible"),
            Function("mapping_inaccessible"),
            Function("mapping_set_folio_order_range"),
            Function("mapping_set_large_folios"),
            Function("mapping_max_folio_order"),
            Function("mapping_min_folio_order"),
            Function("mapping_large_folio_support"),
        ],
        shim: include_str!("shim/pagemap.h"),
    },
    Part {
        file: "mm/internal.h",
        items: &[Function("folio_evictable"), Function("folio_needs_release")],
        shim: "",
    },
];

/// The units.
pub const UNITS: &[Part] = &[
    Part {
        file: "mm/filemap.c",
        items: &[
            Function("filemap_check_errors"),
            Function("filemap_check_and_keep_errors"),
            Function("file_check_and_advance_wb_err"),
        ],
        shim: include_str!("shim/filemap.h"),
    },
    Part {
        file: "mm/compaction.c",
        items: &[
            Function("is_via_compact_memory"),
            Macro("block_start_pfn"),
            Macro("block_end_pfn"),
            Function("isolation_suitable"),
            Function("test_and_set_skip"),
            Function("update_cached_migrate"),
            Function("compact_lock_irqsave"),
            Function("too_many_isolated"),
            Function("skip_isolation_on_order"),
            Function("isolate_migratepages_block"),
            Function("isolate_migratepages_range"),
        ],
        shim: include_str!("shim/compaction.h"),
    },
    Part {
        file: "mm/migrate.c",
        items: &[
            Function("__migrate_folio"),
            Function("migrate_folio_extra"),
            Function("migrate_folio"),
            Function("writeout"),
            Function("fallback_migrate_folio"),
            Function("move_to_new_folio"),
        ],
        shim: include_str!("shim/migrate.h"),
    },
    Part {
        file: "mm/truncate.c",
        items: &[
            Function("truncate_cleanup_folio"),
            Function("truncate_inode_folio"),
            Function("try_folio_split_or_unmap"),
            Function("truncate_inode_partial_folio"),
            Function("truncate_inode_pages_range"),
        ],
        shim: include_str!("shim/truncate.h"),
    },
    Part {
        file: "mm/shmem.c",
        items: &[
            Function("shmem_undo_range"),
            Function("shmem_unlock_mapping"),
            Function("shmem_lock"),
        ],
        shim: include_str!("shim/shmem.h"),
    },
    Part {
        file: "virt/kvm/guest_memfd.c",
        items: &[
            Function("kvm_gmem_punch_hole"),
            Function("kvm_gmem_migrate_folio"),
            Function("kvm_gmem_error_folio"),
            Function("__kvm_gmem_create"),
        ],
        shim: include_str!("shim/guest_memfd.h"),
    },
];

/// What only some trees have. That one is not there is a fault of what calls it, if anything does.
pub const OF_SOME_TREES: &[&str] = &[
    // v6.12
    "AS_FOLIO_ORDER_BITS_MASK",
    "AS_FOLIO_ORDER_MIN_MASK",
    "AS_FOLIO_ORDER_MAX_MASK",
    "AS_FOLIO_ORDER_MASK",
    "PREFERRED_MAX_PAGECACHE_ORDER",
    "MAX_XAS_ORDER",
    "mapping_set_folio_order_range",
    "mapping_max_folio_order",
    "mapping_min_folio_order",
    "__migrate_folio",
    "try_folio_split_or_unmap",
    // post-fix and later
    "mapping_set_inaccessible",
    "mapping_inaccessible",
    // up to pre-fix
    "mapping_set_unmovable",
    "mapping_unmovable",
    // up to post-fix
    "migrate_folio_extra",
];

/// Every part, in the order in which they depend on each other.
pub fn parts() -> impl Iterator<Item = &'static Part> {
    CONSTANTS.iter().chain(HEADERS).chain(UNITS)
}

/// A function that can be called from outside: how its arguments are made from words.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    /// The function's name.
    pub function: &'static str,
    /// The call, in terms of the words `a[0]`, `a[1]`, ...
    pub call: &'static str,
    /// What it returns.
    pub shape: Shape,
}

const fn door(function: &'static str, call: &'static str, shape: Shape) -> Door {
    Door { function, call, shape }
}

const M0: &str = "(mapping_at(a[0]))";
use Shape::{Int, Truth, Void};

/// Every function that can be called from outside.
pub const DOORS: &[Door] = &[
    door("mapping_set_error", "(mapping_at(a[0]), a[1])", Void),
    door("mapping_set_unevictable", M0, Void),
    door("mapping_clear_unevictable", M0, Void),
    door("mapping_unevictable", "(mapping_or_null(a[0]))", Truth),
    door("mapping_set_exiting", M0, Void),
    door("mapping_exiting", M0, Truth),
    door("mapping_set_no_writeback_tags", M0, Void),
    door("mapping_use_writeback_tags", M0, Truth),
    door("mapping_release_always", M0, Truth),
    door("mapping_set_release_always", M0, Void),
    door("mapping_clear_release_always", M0, Void),
    door("mapping_stable_writes", M0, Truth),
    door("mapping_set_stable_writes", M0, Void),
    door("mapping_clear_stable_writes", M0, Void),
    door("mapping_set_inaccessible", M0, Void),
    door("mapping_inaccessible", M0, Truth),
    door("mapping_set_unmovable", M0, Void),
    door("mapping_unmovable", M0, Truth),
    door("mapping_set_folio_order_range", "(mapping_at(a[0]), a[1], a[2])", Void),
    door("mapping_set_large_folios", M0, Void),
    door("mapping_max_folio_order", M0, Int),
    door("mapping_min_folio_order", M0, Int),
    door("mapping_large_folio_support", M0, Truth),
    door("folio_evictable", "(folio_at(a[0]))", Truth),
    door("folio_needs_release", "(folio_at(a[0]))", Truth),
    door("filemap_check_errors", M0, Int),
    door("filemap_check_and_keep_errors", M0, Int),
    door("file_check_and_advance_wb_err", "(file_at(a[0]))", Int),
    door("isolation_suitable", "(&scan_control, page_at(a[0]))", Truth),
    door("test_and_set_skip", "(&scan_control, page_at(a[0]))", Truth),
    door("update_cached_migrate", "(&scan_control, a[0])", Void),
    door(
        "compact_lock_irqsave",
        "(&lruvec_at(a[0])->lru_lock, &unused_flags, &scan_control)",
        Truth,
    ),
    door("too_many_isolated", "(&scan_control)", Truth),
    door("skip_isolation_on_order", "(a[0], a[1])", Truth),
    door("isolate_migratepages_block", "(&scan_control, a[0], a[1], a[2])", Int),
    door("isolate_migratepages_range", "(&scan_control, a[0], a[1])", Int),
    door("migrate_folio", "(mapping_or_null(a[0]), folio_at(a[1]), folio_at(a[2]), a[3])", Int),
    door("writeout", "(mapping_at(a[0]), folio_at(a[1]))", Int),
    door("fallback_migrate_folio", "(mapping_at(a[0]), folio_at(a[1]), folio_at(a[2]), a[3])", Int),
    door("move_to_new_folio", "(folio_at(a[0]), folio_at(a[1]), a[2])", Int),
    door("truncate_cleanup_folio", "(folio_at(a[0]))", Void),
    door("truncate_inode_folio", "(mapping_or_null(a[0]), folio_at(a[1]))", Int),
    door("truncate_inode_partial_folio", "(folio_at(a[0]), a[1], a[2])", Truth),
    door("truncate_inode_pages_range", "(mapping_at(a[0]), a[1], a[2])", Void),
    door("shmem_undo_range", "(inode_at(a[0]), a[1], a[2], false)", Void),
    door("shmem_unlock_mapping", M0, Void),
    door("shmem_lock", "(file_at(a[0]), a[1], a[2] ? &some_ucounts : NULL)", Int),
    door("kvm_gmem_punch_hole", "(inode_at(a[0]), a[1], a[2])", Int),
    door("kvm_gmem_migrate_folio", "(mapping_at(a[0]), folio_at(a[1]), folio_at(a[2]), a[3])", Int),
    door("kvm_gmem_error_folio", "(mapping_at(a[0]), folio_at(a[1]))", Int),
    door("__kvm_gmem_create", "((run->created = a[0], &the_kvm), a[1], a[2])", Int),
];
