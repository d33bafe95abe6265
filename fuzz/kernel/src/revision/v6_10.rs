// SPDX-License-Identifier: GPL-2.0-only
//! How `pre-fix` and `post-fix` are made from v6.10-rc5, which is in every clone of the kernel.
//!
//! The kvm tree that the patch was made for had forked before v6.10-rc5: what that has more in the
//! patch's files is undone, and the two commits that the patch mends are added.

use super::Splice::{Between, Replace};
use super::{Base, Change};

/// v6.10-rc5.
pub(super) const RC5: Base = Base {
    name: "v6.10-rc5",
    files: &[
        ("include/linux/fs.h", "0283cf366c2a"),
        ("include/linux/migrate.h", "2ce13e8a309b"),
        ("include/linux/migrate_mode.h", "f37cc03f9369"),
        ("include/linux/mm.h", "eb7c96d24ac0"),
        ("include/linux/mmzone.h", "586a8f0104d7"),
        ("include/linux/pageblock-flags.h", "547e82cdc89a"),
        ("include/linux/pagemap.h", "59f1df0cde5a"),
        ("include/linux/pagevec.h", "5d3a0cccc6bf"),
        ("include/linux/swap.h", "bd450023b9a4"),
        ("mm/compaction.c", "739b1bf3d637"),
        ("mm/filemap.c", "876cc64aadd7"),
        ("mm/internal.h", "6902b7dd8509"),
        ("mm/migrate.c", "20cb9f5f7446"),
        ("mm/shmem.c", "a8b181a63402"),
        ("mm/truncate.c", "e99085bf3d34"),
        ("virt/kvm/guest_memfd.c", "747fe251e445"),
    ],
};

/// The kvm tree with c72ceafbd12c ("mm: Introduce AS_INACCESSIBLE for encrypted/confidential memory")
/// and 1d23040caa8b ("KVM: guest_memfd: Use AS_INACCESSIBLE when creating guest_memfd inode").
pub(super) const TO_PRE_FIX: &[Change] = &[
    Change {
        file: "include/linux/pagemap.h",
        what: "the warning for anonymous mappings (v6.10-rc5) undone, c72ceafbd12c added",
        splices: &[
            Between("\t/* AS_LARGE_FOLIO_SUPPORT is only", "\treturn IS_ENABLED(", ""),
            Replace(
                "cannot be moved, ever */\n",
                "cannot be moved, ever */\n\
                 \tAS_INACCESSIBLE,\t/* Do not attempt direct R/W access to the mapping */\n",
            ),
        ],
        blob: "ce7bac8f81da",
    },
    Change {
        file: "mm/compaction.c",
        what: "the profiling of isolated free pages (v6.10-rc5) undone",
        splices: &[
            Between("static struct page *mark_allocated_noprof", "static void split_map_pages", ""),
            Replace(
                "mark_allocated(page, order, __GFP_MOVABLE);\n\t\t\tif",
                "post_alloc_hook(page, order, __GFP_MOVABLE);\n\t\t\tif",
            ),
            Replace("mark_allocated(", "post_alloc_hook("),
        ],
        blob: "e731d45befc7",
    },
    Change {
        file: "mm/migrate.c",
        what: "the count of split folios as failures (8e279f970b3d, v6.10-rc5) undone",
        splices: &[
            Between(":\n\t\t\t * but increment nr_failed", "\n\t\t\t * Only check it without", "."),
            Replace(
                "nr_failed++;\n\
                 \t\t\t\t\tstats->nr_thp_failed += is_thp;\n\
                 \t\t\t\t\tstats->nr_thp_split",
                "stats->nr_thp_split",
            ),
        ],
        blob: "dd04f578c19c",
    },
    Change {
        file: "mm/truncate.c",
        what: "c72ceafbd12c added",
        splices: &[Replace(
            "\tfolio_zero_range(folio, offset,",
            "\tif (!(folio->mapping->flags & AS_INACCESSIBLE))\n\
             \t\tfolio_zero_range(folio, offset,",
        )],
        blob: "60388935086d",
    },
    // The kvm tree's file, 9148b9679bb1, has functions more (the preparation of memory for SEV-SNP); the
    // four that are cut are the same.
    Change {
        file: "virt/kvm/guest_memfd.c",
        what: "1d23040caa8b added",
        splices: &[Replace(
            "a_ops = &kvm_gmem_aops;\n",
            "a_ops = &kvm_gmem_aops;\n\tinode->i_mapping->flags |= AS_INACCESSIBLE;\n",
        )],
        blob: "ffc4580ff767",
    },
];

/// The patch: 27e6a24a4cf3, "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE".
pub(super) const MERGE: &[Change] = &[
    Change {
        file: "include/linux/pagemap.h",
        what: "one flag",
        splices: &[
            Between(
                "\tAS_UNMOVABLE,",
                "};",
                "\tAS_INACCESSIBLE,\t/* Do not attempt direct R/W access to the mapping,\n\
                 \t\t\t\t   including to move the mapping */\n",
            ),
            Replace("mapping_set_unmovable(", "mapping_set_inaccessible("),
            Replace("expected unmovable", "expected inaccessible"),
            Replace("set_bit(AS_UNMOVABLE", "set_bit(AS_INACCESSIBLE"),
            Replace("mapping_unmovable(", "mapping_inaccessible("),
            Replace("test_bit(AS_UNMOVABLE", "test_bit(AS_INACCESSIBLE"),
        ],
        blob: "e05585eda771",
    },
    Change {
        file: "mm/compaction.c",
        what: "its name",
        splices: &[
            Replace("bool is_unmovable;", "bool is_inaccessible;"),
            Replace("from unmovable mappings", "from inaccessible mappings"),
            Replace("check unmovable,", "check inaccessible,"),
            Replace("every unmovable folio", "every inaccessible folio"),
            Replace(
                "is_unmovable = mapping && mapping_unmovable(",
                "is_inaccessible = mapping && mapping_inaccessible(",
            ),
            Replace("|| is_unmovable)", "|| is_inaccessible)"),
        ],
        blob: "714afd9c6df6",
    },
    Change {
        file: "mm/migrate.c",
        what: "its name",
        splices: &[Replace("mapping_unmovable(", "mapping_inaccessible(")],
        blob: "50b60fb414e9",
    },
    Change {
        file: "mm/truncate.c",
        what: "the bit, and no mask",
        splices: &[Replace(
            "!(folio->mapping->flags & AS_INACCESSIBLE)",
            "!mapping_inaccessible(folio->mapping)",
        )],
        blob: "581977d2356f",
    },
    // 1c509c351261 in the kvm tree: see above.
    Change {
        file: "virt/kvm/guest_memfd.c",
        what: "one setter",
        splices: &[
            Replace("\tinode->i_mapping->flags |= AS_INACCESSIBLE;\n", ""),
            Replace("mapping_set_unmovable(", "mapping_set_inaccessible("),
        ],
        blob: "60158b2aa21f",
    },
];
