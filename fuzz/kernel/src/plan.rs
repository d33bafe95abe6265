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
    /// The pieces besides the ported functions, in any order: they keep the file's.
    pub others: &'static [Item],
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
    Part { file, others: items, shim: "" }
}

/// Headers whose functions are inline in every unit.
pub const HEADERS: &[Part] = &[
    Part {
        file: "include/linux/pagemap.h",
        others: &[
            Enum("mapping_flags"),
            Macro("AS_FOLIO_ORDER_BITS_MASK"),
            Macro("AS_FOLIO_ORDER_MIN_MASK"),
            Macro("AS_FOLIO_ORDER_MAX_MASK"),
            Macro("AS_FOLIO_ORDER_MASK"),
            Macro("PREFERRED_MAX_PAGECACHE_ORDER"),
            Macro("MAX_XAS_ORDER"),
            Macro("MAX_PAGECACHE_ORDER"),
        ],
        shim: include_str!("shim/pagemap.h"),
    },
    Part { file: "mm/internal.h", others: &[], shim: "" },
];

/// The units.
pub const UNITS: &[Part] = &[
    Part { file: "mm/filemap.c", others: &[], shim: include_str!("shim/filemap.h") },
    Part {
        file: "mm/compaction.c",
        others: &[
            Function("is_via_compact_memory"),
            Macro("block_start_pfn"),
            Macro("block_end_pfn"),
        ],
        shim: include_str!("shim/compaction.h"),
    },
    Part {
        file: "mm/migrate.c",
        others: &[Function("migrate_folio_extra")],
        shim: include_str!("shim/migrate.h"),
    },
    Part { file: "mm/truncate.c", others: &[], shim: include_str!("shim/truncate.h") },
    Part { file: "mm/shmem.c", others: &[], shim: include_str!("shim/shmem.h") },
    Part { file: "virt/kvm/guest_memfd.c", others: &[], shim: include_str!("shim/guest_memfd.h") },
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

impl Part {
    /// The pieces: the ported functions of the file, and what they need.
    pub fn items(&self) -> Vec<Item> {
        let ported = mmcore::Function::ALL.iter().filter(|function| function.file() == self.file);
        let names = ported.flat_map(|&function| names(function)).map(Function);
        self.others.iter().copied().chain(names).collect()
    }
}

/// Every part, in the order in which they depend on each other.
pub fn parts() -> impl Iterator<Item = &'static Part> {
    CONSTANTS.iter().chain(HEADERS).chain(UNITS)
}

/// A function that can be called from outside: how its arguments are made from words.
#[derive(Clone, Debug)]
pub struct Door {
    /// The function's name in C.
    pub function: &'static str,
    /// The arguments of the call, in terms of the words `a[0]`, `a[1]`, ...
    pub arguments: String,
    /// What it returns.
    pub shape: Shape,
}

/// The doors of every ported function, one for each of its names.
pub fn doors() -> Vec<Door> {
    let of = |&ported: &mmcore::Function| {
        names(ported).map(move |function| Door {
            function,
            arguments: ported.in_c().map_or_else(|| arguments(ported), str::to_owned),
            shape: shape(ported.returned()),
        })
    };
    mmcore::Function::ALL.iter().flat_map(of).collect()
}

/// The names of a ported function, in every tree.
pub(crate) fn names(function: mmcore::Function) -> impl Iterator<Item = &'static str> {
    [function.name()].into_iter().chain(function.other_names().iter().copied())
}

/// The arguments as their types imply.
fn arguments(function: mmcore::Function) -> String {
    let spell = |(i, (_, ty)): (usize, &(&str, &str))| match *ty {
        "Mapping" => format!("mapping_at(a[{i}])"),
        "Option<Mapping>" => format!("mapping_or_null(a[{i}])"),
        "Folio" => format!("folio_at(a[{i}])"),
        "Page" => format!("page_at(a[{i}])"),
        _ => format!("a[{i}]"),
    };
    let all: Vec<String> = function.arguments().iter().enumerate().map(spell).collect();
    all.join(", ")
}

/// What C returns where the port returns this type.
fn shape(returned: &str) -> Shape {
    match returned {
        "()" | "Result<(), Oops>" => Shape::Void,
        "bool" | "Result<bool, Oops>" => Shape::Truth,
        _ => Shape::Int,
    }
}
