// SPDX-License-Identifier: GPL-2.0-only
//! Mutants of mm/migrate.c.

use super::{all_told_apart, mutant};

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn mutants_of_migration_are_told_apart() {
    all_told_apart(vec![
        mutant(
            "a BUG that is gone",
            &["migrate_folio"],
            "migrate_folio",
            "BUG_ON(folio_test_writeback(src));",
            "(void)folio_test_writeback(src);",
        ),
        mutant(
            "a changed errno",
            &["migrate_folio"],
            "__migrate_folio",
            "return -EAGAIN",
            "return -EBUSY",
        ),
        mutant(
            "a reference too many",
            &["migrate_folio"],
            "__migrate_folio",
            "folio_expected_ref_count(src) + 1",
            "folio_expected_ref_count(src) + 2",
        ),
        mutant(
            "poison that is not heeded",
            &["migrate_folio"],
            "__migrate_folio",
            "if (unlikely(rc))",
            "if (0)",
        ),
        mutant(
            "a dirty folio that is not written",
            &["writeout"],
            "writeout",
            "remove_migration_ptes(folio, folio, 0);",
            ";",
        ),
        mutant(
            "locked again where it was not unlocked",
            &["writeout"],
            "writeout",
            "rc != AOP_WRITEPAGE_ACTIVATE",
            "rc == AOP_WRITEPAGE_ACTIVATE",
        ),
        mutant("a changed errno", &["writeout"], "writeout", "-EIO : -EAGAIN", "-EAGAIN : -EIO"),
        mutant(
            "written out in another mode",
            &["fallback_migrate_folio"],
            "fallback_migrate_folio",
            "case MIGRATE_SYNC:",
            "case MIGRATE_SYNC_LIGHT:",
        ),
        mutant(
            "swapped errnos",
            &["fallback_migrate_folio"],
            "fallback_migrate_folio",
            "mode == MIGRATE_SYNC ? -EAGAIN : -EBUSY",
            "mode == MIGRATE_SYNC ? -EBUSY : -EAGAIN",
        ),
        mutant(
            "a changed errno",
            &["move_to_new_folio"],
            "move_to_new_folio",
            "rc = -EOPNOTSUPP",
            "rc = -EBUSY",
        ),
        mutant(
            "the callback is asked for before the flag",
            &["move_to_new_folio"],
            "move_to_new_folio",
            "else if (mapping_inaccessible(mapping))\n\t\trc = -EOPNOTSUPP;\n\telse if (mapping->a_ops->migrate_folio)",
            "else if (mapping->a_ops->migrate_folio && !mapping_inaccessible(mapping))",
        ),
        mutant(
            "the mapping is cleared for anonymous folios",
            &["move_to_new_folio"],
            "move_to_new_folio",
            "if (!folio_test_anon(src))",
            "if (folio_test_anon(src))",
        ),
        mutant(
            "the mapping is not cleared",
            &["move_to_new_folio"],
            "move_to_new_folio",
            "src->mapping = NULL;",
            ";",
        ),
        mutant(
            "the other folio is flushed",
            &["move_to_new_folio"],
            "move_to_new_folio",
            "flush_dcache_folio(dst)",
            "flush_dcache_folio(src)",
        ),
    ]);
}
