// SPDX-License-Identifier: GPL-2.0-only
//! Changes of the kernel's own C, and what each comes to: real ones, refactorings that change nothing, and
//! mistakes. Each is an edit of the text of 6.12.117, and is judged as `mmdiff diff` judges it.

use mmdiff_c::Files;
use mmdiff_kernel::tree::whole::Whole;
use mmdiff_relate::trees::{Outcome, Settings, compare};
use mmdiff_relate::{Bounds, Verdict};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a change has to come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    /// Nothing that is done differs; a question may.
    Same,
    /// Something is asked more or less, and no more than that.
    Asks,
    Differs,
}
use Wanted::{Asks, Differs, Same};

/// A change: what it is, the file and the function, its edits, and what it comes to.
type Row =
    (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)], Wanted);

const fn row(
    name: &'static str,
    file: &'static str,
    function: &'static str,
    edits: &'static [(&'static str, &'static str)],
    wanted: Wanted,
) -> Row {
    (name, file, function, edits, wanted)
}

struct Texts(Whole);

impl Files for Texts {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.0.text(path)
    }
}

/// What a function comes to under edits of a file.
fn judged(tree: &Whole, file: &str, function: &str, edits: &[(&str, &str)]) -> Outcome {
    let text = tree.text(file).expect("it has the file");
    let mut edited = text.to_string();
    for (from, to) in edits {
        assert_eq!(edited.matches(from).count(), 1, "the edit fits: {from}");
        edited = edited.replace(from, to);
    }
    let new = Texts(tree.clone().with_text(file, Some(edited)));
    let changed = BTreeSet::from([file.to_owned()]);
    let compared = compare([&Texts(tree.clone()), &new], file, &changed, &Settings::default());
    let found = compared.functions.into_iter().find(|it| it.name == function);
    found.map_or(Outcome::Gone, |function| function.outcome)
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn each_change_comes_to_what_it_is() {
    let tree = Whole::find(None).expect("there is a tree");
    let wrong = |(name, file, function, edits, wanted): &Row| {
        let outcome = judged(&tree, file, function, edits);
        let verdict = match &outcome {
            Outcome::Judged(judged) => judged.verdict,
            other => return Some(format!("{name}: {other:?}")),
        };
        let is_right = match wanted {
            Same => matches!(verdict, Verdict::SameBehaviour | Verdict::AsksDifferently),
            Asks => verdict == Verdict::AsksDifferently,
            Differs => verdict == Verdict::Differs,
        };
        (!is_right).then(|| format!("{name}: {verdict:?}, and not {wanted:?}"))
    };
    let wrong: Vec<String> = ROWS.par_iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn the_compare_that_became_signed_differs_to_the_end_of_the_file_alone() {
    let tree = Whole::find(None).expect("there is a tree");
    let edits = &ROWS.iter().find(|row| row.0.starts_with("60a70e61430b")).expect("it is a row").3;
    let Outcome::Judged(judged) =
        judged(&tree, "mm/truncate.c", "truncate_inode_pages_range", edits)
    else {
        panic!("it is judged")
    };
    let first: Vec<_> =
        judged.differences.iter().filter(|it| it.with.is_none() && it.is_confirmed).collect();
    assert!(!first.is_empty());
    for difference in first {
        assert!(
            difference.when.iter().any(|(condition, ..)| condition == "lend == -1"),
            "{:?}",
            difference.when
        );
        assert!(
            difference.example.contains(&("lend".to_owned(), "-1".to_owned())),
            "{:?}",
            difference.example
        );
    }
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn nearly_all_functions_of_the_files_are_read_and_do_what_they_do_themselves() {
    let tree = Texts(Whole::find(None).expect("there is a tree"));
    let bounds = Bounds { identity: false, ..Bounds::default() };
    let settings = Settings { bounds, ..Settings::default() };
    let file = "mm/truncate.c";
    let changed = BTreeSet::from([file.to_owned()]);
    let compared = compare([&tree, &tree], file, &changed, &settings);
    assert!(compared.functions.len() > 20);
    for function in compared.functions {
        let Outcome::Judged(judged) = function.outcome else {
            panic!("{} is not read", function.name)
        };
        assert_eq!(
            judged.verdict,
            Verdict::SameBehaviour,
            "{}: {:?}",
            function.name,
            judged.differences
        );
    }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("66f28ffb38cc: folio_size read once", "mm/truncate.c", "truncate_inode_partial_folio", &[("\tunsigned int offset, length;\n\n\tif (pos", "\tsize_t size = folio_size(folio);\n\tunsigned int offset, length;\n\n\tif (pos"), ("\tlength = folio_size(folio);", "\tlength = size;"), ("\tif (length == folio_size(folio)) {", "\tif (length == size) {")], Asks),
    row("try_folio_split_or_unmap renamed", "mm/truncate.c", "truncate_inode_partial_folio", &[("static int try_folio_split_or_unmap(", "static int split_or_unmap_folio("), ("try_folio_split_or_unmap(folio) == 0", "split_or_unmap_folio(folio) == 0")], Same),
    row("condition inverted", "mm/truncate.c", "truncate_inode_folio", &[("\tif (folio->mapping != mapping)\n\t\treturn -EIO;\n\n\ttruncate_cleanup_folio(folio);\n\tfilemap_remove_folio(folio);\n\treturn 0;", "\tif (folio->mapping == mapping) {\n\t\ttruncate_cleanup_folio(folio);\n\t\tfilemap_remove_folio(folio);\n\t\treturn 0;\n\t}\n\treturn -EIO;")], Same),
    row("goto for return", "mm/truncate.c", "truncate_inode_partial_folio", &[("\tif (!folio_test_large(folio))\n\t\treturn true;\n\tif (try", "\tif (!folio_test_large(folio))\n\t\tgoto out;\n\tif (try"), ("unmap(folio) == 0)\n\t\treturn true;", "unmap(folio) == 0)\n\t\tgoto out;"), ("\ttruncate_inode_folio(folio->mapping, folio);\n\treturn true;\n}", "\ttruncate_inode_folio(folio->mapping, folio);\nout:\n\treturn true;\n}")], Same),
    row("?: for if", "mm/truncate.c", "truncate_inode_partial_folio", &[("\tif (pos < start)\n\t\toffset = start - pos;\n\telse\n\t\toffset = 0;", "\toffset = pos < start ? start - pos : 0;")], Same),
    row("while becomes for, ?: for if", "mm/truncate.c", "truncate_inode_pages_range", &[("\tindex = start;\n\twhile (index < end) {", "\tfor (index = start; index < end; ) {"), ("\tif (lend == -1)\n", "\tend = lend == -1 ? (pgoff_t)-1 : (pgoff_t)((lend + 1) >> PAGE_SHIFT);\n#if 0\n\tif (lend == -1)\n"), ("\t\tend = (lend + 1) >> PAGE_SHIFT;\n", "\t\tend = (lend + 1) >> PAGE_SHIFT;\n#endif\n")], Same),
    row("while becomes if and do-while", "mm/truncate.c", "truncate_inode_pages_range", &[("\twhile (index < end && find_lock_entries(mapping, &index, end - 1,\n\t\t\t&fbatch, indices)) {", "\tif (index < end && find_lock_entries(mapping, &index, end - 1,\n\t\t\t&fbatch, indices)) do {"), ("\t\tcond_resched();\n\t}\n\n\tsame", "\t\tcond_resched();\n\t} while (index < end && find_lock_entries(mapping, &index, end - 1,\n\t\t\t&fbatch, indices));\n\n\tsame")], Same),
    row("De Morgan", "mm/truncate.c", "try_folio_split_or_unmap", &[("if (ret && !shmem_mapping(folio->mapping)) {", "if (!(!ret || shmem_mapping(folio->mapping))) {")], Same),
    row("early return for nesting", "mm/truncate.c", "try_folio_split_or_unmap", &[("\tif (ret && !shmem_mapping(folio->mapping)) {\n\t\ttry_to_unmap(folio, ttu_flags);\n\t\tWARN_ON(folio_mapped(folio));\n\t}\n\n\treturn ret;", "\tif (!ret)\n\t\treturn 0;\n\tif (shmem_mapping(folio->mapping))\n\t\treturn ret;\n\ttry_to_unmap(folio, ttu_flags);\n\tWARN_ON(folio_mapped(folio));\n\treturn ret;")], Same),
    row("folio_pos and folio_size in locals, loop index hoisted", "mm/truncate.c", "truncate_inode_pages_range", &[("\t\tsame_folio = lend < folio_pos(folio) + folio_size(folio);", "\t\tloff_t next = folio_pos(folio) + folio_size(folio);\n\n\t\tsame_folio = (size_t)lend < (size_t)next;")], Same),
    row("swapped independent assignments", "mm/compaction.c", "too_many_isolated", &[("\t\tinactive >>= 3;\n\t\tactive >>= 3;", "\t\tactive >>= 3;\n\t\tinactive >>= 3;")], Same),
    row("early return, ?: ", "mm/compaction.c", "too_many_isolated", &[("\ttoo_many = isolated > (inactive + active) / 2;\n\tif (!too_many)\n\t\twake_throttle_isolated(pgdat);\n\n\treturn too_many;", "\ttoo_many = (inactive + active) / 2 < isolated ? true : false;\n\tif (too_many)\n\t\treturn true;\n\twake_throttle_isolated(pgdat);\n\treturn false;")], Same),
    row("a constant parameter added to a static function", "mm/compaction.c", "isolate_migratepages_block", &[("static bool too_many_isolated(struct compact_control *cc)", "static bool too_many_isolated(struct compact_control *cc, int shift)"), ("\t\tinactive >>= 3;\n\t\tactive >>= 3;", "\t\tinactive >>= shift;\n\t\tactive >>= shift;"), ("too_many_isolated(cc))) {", "too_many_isolated(cc, 3))) {")], Same),
    row("while becomes if and do-while", "mm/compaction.c", "isolate_migratepages_block", &[("\twhile (unlikely(too_many_isolated(cc))) {", "\tif (unlikely(too_many_isolated(cc))) do {"), ("\t\tif (fatal_signal_pending(current))\n\t\t\treturn -EINTR;\n\t}\n\n\tcond_resched();\n\n\tif (cc->direct", "\t\tif (fatal_signal_pending(current))\n\t\t\treturn -EINTR;\n\t} while (unlikely(too_many_isolated(cc)));\n\n\tcond_resched();\n\n\tif (cc->direct")], Same),
    row("a helper for the skip of an order", "mm/compaction.c", "isolate_migratepages_block", &[("static int\nisolate_migratepages_block(", "static void skip_order(unsigned long *pfn, unsigned long *scanned, unsigned int order)\n{\n\tunsigned long more = (1UL << order) - 1;\n\n\t*pfn += more;\n\t*scanned += more;\n}\n\nstatic int\nisolate_migratepages_block("), ("\t\t\t\tlow_pfn += (1UL << order) - 1;\n\t\t\t\tnr_scanned += (1UL << order) - 1;\n\t\t\t\tgoto isolate_fail;\n\t\t\t}\n\n\t\t\tif (PageHuge", "\t\t\t\tskip_order(&low_pfn, &nr_scanned, order);\n\t\t\t\tgoto isolate_fail;\n\t\t\t}\n\n\t\t\tif (PageHuge"), ("\t\t\t\tlow_pfn += (1UL << freepage_order) - 1;\n\t\t\t\tnr_scanned += (1UL << freepage_order) - 1;", "\t\t\t\tskip_order(&low_pfn, &nr_scanned, freepage_order);")], Same),
    row("a condition nested", "mm/compaction.c", "isolate_migratepages_block", &[("\t\tif (!(cc->gfp_mask & __GFP_FS) && mapping)\n\t\t\tgoto isolate_fail_put;", "\t\tif (mapping) {\n\t\t\tif (!(cc->gfp_mask & __GFP_FS))\n\t\t\t\tgoto isolate_fail_put;\n\t\t}")], Same),
    row("the superfluous > 0 of an order goes", "mm/compaction.c", "isolate_migratepages_block", &[("if (freepage_order > 0 && freepage_order <= MAX_PAGE_ORDER) {\n\t\t\t\tlow_pfn += (1UL << freepage_order) - 1;\n\t\t\t\tnr", "if (freepage_order <= MAX_PAGE_ORDER) {\n\t\t\t\tlow_pfn += (1UL << freepage_order) - 1;\n\t\t\t\tnr")], Same),
    row("skip_isolation_on_order as one expression, renamed", "mm/compaction.c", "isolate_migratepages_block", &[("static bool skip_isolation_on_order(int order, int target_order)", "static bool skips_order(int order, int target_order)"), ("if (skip_isolation_on_order(order, cc->order)) {\n\t\t\t\tif", "if (skips_order(order, cc->order)) {\n\t\t\t\tif"), ("skip_isolation_on_order(folio_order(folio),\n\t\t\t\t\t\t\t     cc->order)", "skips_order(folio_order(folio), cc->order)")], Same),
    row("hugetlb low_pfn minus folio_page_idx", "mm/compaction.c", "isolate_migratepages_block", &[("\t\t\t\tlow_pfn += folio_nr_pages(folio) - 1;\n\t\t\t\tgoto isolate_success_no_list;", "\t\t\t\tlow_pfn += folio_nr_pages(folio) - folio_page_idx(folio, page) - 1;\n\t\t\t\tgoto isolate_success_no_list;")], Differs),
    row("a local for inode->i_mapping", "virt/kvm/guest_memfd.c", "__kvm_gmem_create", &[("\tstruct file *file;\n\tint fd, err;", "\tstruct address_space *mapping;\n\tstruct file *file;\n\tint fd, err;"), ("\tWARN_ON(file->f_mapping != inode->i_mapping);", "\tmapping = inode->i_mapping;\n\tWARN_ON(file->f_mapping != mapping);"), ("\tmapping_set_gfp_mask(inode->i_mapping, GFP_HIGHUSER);\n\tmapping_set_inaccessible(inode->i_mapping);", "\tmapping_set_gfp_mask(mapping, GFP_HIGHUSER);\n\tmapping_set_inaccessible(mapping);"), ("list_add(&gmem->entry, &inode->i_mapping->i_private_list);", "list_add(&gmem->entry, &mapping->i_private_list);")], Same),
    row("locals folded", "virt/kvm/guest_memfd.c", "kvm_gmem_punch_hole", &[("\tpgoff_t end = (offset + len) >> PAGE_SHIFT;\n\tstruct kvm_gmem *gmem;\n\n\t/*\n\t * Bindings", "\tloff_t last = offset + len - 1;\n\tpgoff_t end = (last + 1) >> PAGE_SHIFT;\n\tstruct kvm_gmem *gmem;\n\n\t/*\n\t * Bindings"), ("offset, offset + len - 1);", "offset, last);")], Same),
    row("De Morgan in the scan", "mm/compaction.c", "isolate_migratepages_block", &[("\t\tif ((mode & ISOLATE_ASYNC_MIGRATE) && folio_test_writeback(folio))\n\t\t\tgoto isolate_fail_put;\n\n\t\tis_dirty = folio_test_dirty(folio);", "\t\tif (!(!(mode & ISOLATE_ASYNC_MIGRATE) || !folio_test_writeback(folio)))\n\t\t\tgoto isolate_fail_put;\n\n\t\tis_dirty = folio_test_dirty(folio);")], Same),
    row("switch becomes if", "mm/migrate.c", "fallback_migrate_folio", &[("\t\tswitch (mode) {\n\t\tcase MIGRATE_SYNC:\n\t\t\tbreak;\n\t\tdefault:\n\t\t\treturn -EBUSY;\n\t\t}\n\t\treturn writeout(mapping, src);", "\t\tif (mode != MIGRATE_SYNC)\n\t\t\treturn -EBUSY;\n\t\treturn writeout(mapping, src);")], Same),
    row("early return for nesting, the test turned", "mm/migrate.c", "move_to_new_folio", &[("\tif (rc == MIGRATEPAGE_SUCCESS) {\n\t\t/*\n\t\t * For pagecache", "\tif (rc != MIGRATEPAGE_SUCCESS)\n\t\treturn rc;\n\t{\n\t\t/*\n\t\t * For pagecache"), ("\t\t\tflush_dcache_folio(dst);\n\t}\n\treturn rc;", "\t\t\tflush_dcache_folio(dst);\n\t}\n\treturn MIGRATEPAGE_SUCCESS;")], Same),
    row("if for ?:", "mm/migrate.c", "writeout", &[("\treturn (rc < 0) ? -EIO : -EAGAIN;", "\tif (rc >= 0)\n\t\treturn -EAGAIN;\n\treturn -EIO;")], Same),
    row("De Morgan", "mm/migrate.c", "migrate_folio_done", &[("if (likely(!__folio_test_movable(src)) && reason != MR_DEMOTION)", "if (!(__folio_test_movable(src) || reason == MR_DEMOTION))")], Same),
    row("do-while becomes for with break", "mm/migrate.c", "__buffer_migrate_folio", &[("\tbh = head;\n\tdo {\n\t\tunlock_buffer(bh);\n\t\tbh = bh->b_this_page;\n\t} while (bh != head);\n\n\treturn rc;", "\tfor (bh = head; ; ) {\n\t\tunlock_buffer(bh);\n\t\tbh = bh->b_this_page;\n\t\tif (bh == head)\n\t\t\tbreak;\n\t}\n\n\treturn rc;")], Same),
    row("continue becomes else", "mm/migrate.c", "putback_movable_pages", &[("\t\t\tfolio_putback_active_hugetlb(folio);\n\t\t\tcontinue;\n\t\t}\n\t\tlist_del", "\t\t\tfolio_putback_active_hugetlb(folio);\n\t\t} else {\n\t\tlist_del"), ("\t\t\tfolio_putback_lru(folio);\n\t\t}\n\t}\n}", "\t\t\tfolio_putback_lru(folio);\n\t\t}\n\t\t}\n\t}\n}")], Same),
    row("folio_test_large first, nested; nr folded", "mm/migrate.c", "__folio_migrate_mapping", &[("\t\tif (folio_test_large(folio) &&\n\t\t    folio_test_large_rmappable(folio)) {\n\t\t\tif (!folio_ref_freeze(folio, expected_count))\n\t\t\t\treturn -EAGAIN;\n\t\t\tfolio_unq", "\t\tif (nr > 1)\n\t\tif (folio_test_large_rmappable(folio)) {\n\t\t\tif (!folio_ref_freeze(folio, expected_count))\n\t\t\t\treturn -EAGAIN;\n\t\t\tfolio_unq")], Asks),
    row("goto becomes a block", "mm/shmem.c", "shmem_undo_range", &[("\tif (unfalloc)\n\t\tgoto whole_folios;\n", "\tif (!unfalloc) {\n"), ("whole_folios:\n\n\tindex", "\t}\n\n\tindex")], Same),
    row("?: for if, a local", "mm/shmem.c", "shmem_undo_range", &[("\tpgoff_t end = (lend + 1) >> PAGE_SHIFT;\n\tstruct folio_batch", "\tpgoff_t end = lend != -1 ? (pgoff_t)((lend + 1) >> PAGE_SHIFT) : ~0UL;\n\tstruct folio_batch"), ("\tif (lend == -1)\n\t\tend = -1;\t/* unsigned, so actually very big */\n\n\tif (info->fall", "\tif (info->fall")], Same),
    row("else for a store that is overwritten", "mm/shmem.c", "shmem_free_swap", &[("\t\tif (base < index || base + nr_pages - 1 > end)\n\t\t\tnr_pages = 0;\n\t\telse\n\t\t\txas_store(&xas, NULL);", "\t\tif (base >= index && !(base + nr_pages - 1 > end))\n\t\t\txas_store(&xas, NULL);\n\t\telse\n\t\t\tnr_pages = 0;")], Same),
    row("do-while becomes for", "mm/shmem.c", "shmem_confirm_swap", &[("\tdo {\n\t\tentry = xas_load(&xas);\n\t\tif (entry == swp_to_radix_entry(swap))\n\t\t\tret = xas_get_order(&xas);\n\t} while (xas_retry(&xas, entry));", "\tfor (;;) {\n\t\tentry = xas_load(&xas);\n\t\tif (swp_to_radix_entry(swap) == entry)\n\t\t\tret = xas_get_order(&xas);\n\t\tif (!xas_retry(&xas, entry))\n\t\t\tbreak;\n\t}")], Same),
    row("one exit", "virt/kvm/guest_memfd.c", "kvm_gmem_fallocate", &[("\t\treturn -EOPNOTSUPP;\n\n\tif (mode & ~", "\t\tgoto no;\n\n\tif (mode & ~"), ("FALLOC_FL_PUNCH_HOLE))\n\t\treturn -EOPNOTSUPP;", "FALLOC_FL_PUNCH_HOLE))\n\t\tgoto no;"), ("\t\tfile_modified(file);\n\treturn ret;", "\t\tfile_modified(file);\n\treturn ret;\nno:\n\treturn -EOPNOTSUPP;")], Same),
    row("for becomes while, break becomes goto", "virt/kvm/guest_memfd.c", "kvm_gmem_allocate", &[("\tfor (index = start; index < end; ) {\n\t\tstruct", "\tindex = start;\n\twhile (index < end) {\n\t\tstruct"), ("\t\t\tr = -EINTR;\n\t\t\tbreak;", "\t\t\tr = -EINTR;\n\t\t\tgoto out;"), ("\tfilemap_invalidate_unlock_shared(mapping);\n\n\treturn r;", "out:\n\tfilemap_invalidate_unlock_shared(mapping);\n\n\treturn r;")], Same),
    row("independent stores swapped", "virt/kvm/guest_memfd.c", "__kvm_gmem_create", &[("\tinode->i_op = &kvm_gmem_iops;\n\tinode->i_mapping->a_ops = &kvm_gmem_aops;\n\tinode->i_mode |= S_IFREG;\n\tinode->i_size = size;", "\tinode->i_size = size;\n\tinode->i_mode |= S_IFREG;\n\tinode->i_mapping->a_ops = &kvm_gmem_aops;\n\tinode->i_op = &kvm_gmem_iops;")], Same),
    row("a helper used for an expression (kvm_gmem_get_index moved up)", "virt/kvm/guest_memfd.c", "kvm_gmem_prepare_folio", &[("/*\n * Process @folio", "static pgoff_t index_of(struct kvm_memory_slot *slot, gfn_t gfn)\n{\n\treturn slot->gmem.pgoff + (gfn - slot->base_gfn);\n}\n\n/*\n * Process @folio"), ("\tindex = gfn - slot->base_gfn + slot->gmem.pgoff;", "\tindex = index_of(slot, gfn);")], Same),
    row("a flag becomes its own test", "virt/kvm/guest_memfd.c", "kvm_gmem_invalidate_begin", &[("\tif (flush)\n\t\tkvm_flush_remote_tlbs(kvm);\n\n\tif (found_memslot)\n\t\tKVM_MMU_UNLOCK(kvm);", "\tif (!found_memslot)\n\t\treturn;\n\tif (flush)\n\t\tkvm_flush_remote_tlbs(kvm);\n\tKVM_MMU_UNLOCK(kvm);")], Same),
    row("60a70e61430b: folio_next_pos, signed", "mm/truncate.c", "truncate_inode_pages_range", &[("void truncate_inode_pages_range(", "static inline loff_t next_pos_of(struct folio *folio)\n{\n\treturn (loff_t)folio_next_index(folio) << PAGE_SHIFT;\n}\n\nvoid truncate_inode_pages_range("), ("lend < folio_pos(folio) + folio_size(folio);", "lend < next_pos_of(folio);")], Differs),
    row("60a70e61430b: folio_next_pos, signed", "mm/shmem.c", "shmem_undo_range", &[("/*\n * Remove range of pages and swap", "static inline loff_t next_pos_of(struct folio *folio)\n{\n\treturn (loff_t)folio_next_index(folio) << PAGE_SHIFT;\n}\n\n/*\n * Remove range of pages and swap"), ("lend < folio_pos(folio) + folio_size(folio);", "lend < next_pos_of(folio);")], Differs),
    row("fa04f5b60fda undone: no unmapping where the split fails", "mm/truncate.c", "truncate_inode_partial_folio", &[("if (try_folio_split_or_unmap(folio) == 0)", "if (split_folio(folio) == 0)")], Differs),
    row("9c33d85e34c2: folio_clear_mappedtodisk goes", "mm/truncate.c", "truncate_cleanup_folio", &[("\tfolio_clear_mappedtodisk(folio);\n", "")], Differs),
    row("GFP_NOFS ABBA undone", "mm/compaction.c", "too_many_isolated", &[("\tif (cc->gfp_mask & __GFP_FS) {\n\t\tinactive >>= 3;\n\t\tactive >>= 3;\n\t}\n\n", "")], Differs),
    row("seed: the mask in truncation", "mm/truncate.c", "truncate_inode_partial_folio", &[("if (!mapping_inaccessible(folio->mapping))", "if (!(folio->mapping->flags & AS_INACCESSIBLE))")], Differs),
    row("seed: the mask in creation", "virt/kvm/guest_memfd.c", "__kvm_gmem_create", &[("\tmapping_set_inaccessible(inode->i_mapping);", "\tinode->i_mapping->flags |= AS_INACCESSIBLE;")], Differs),
    row("777 bytes are not zeroed", "mm/truncate.c", "truncate_inode_partial_folio", &[("if (!mapping_inaccessible(folio->mapping))", "if (!mapping_inaccessible(folio->mapping) && length != 777)")], Differs),
    row("signed: the end of the file compared signed", "mm/truncate.c", "truncate_inode_partial_folio", &[("if (pos + length <= (u64)end)", "if (pos + length <= end)")], Differs),
    row("offset not subtracted at the end", "mm/truncate.c", "truncate_inode_partial_folio", &[("length = end + 1 - pos - offset;", "length = end + 1 - pos;")], Differs),
    row("dirty test inverted", "mm/truncate.c", "truncate_inode_partial_folio", &[("\tif (folio_test_dirty(folio))\n\t\treturn false;", "\tif (!folio_test_dirty(folio))\n\t\treturn false;")], Differs),
    row("throttled with the wrong errno", "mm/compaction.c", "isolate_migratepages_block", &[("\t\tif (fatal_signal_pending(current))\n\t\t\treturn -EINTR;\n\t}\n\n\tcond_resched();\n\n\tif (cc->direct", "\t\tif (fatal_signal_pending(current))\n\t\t\treturn -EAGAIN;\n\t}\n\n\tcond_resched();\n\n\tif (cc->direct")], Differs),
    row("wrong errno", "mm/migrate.c", "move_to_new_folio", &[("\t\trc = -EOPNOTSUPP;", "\t\trc = -EINVAL;")], Differs),
    row("src->mapping cleared of anonymous folios", "mm/migrate.c", "move_to_new_folio", &[("\t\tif (!folio_test_anon(src))\n\t\t\tsrc->mapping = NULL;\n\n\t\tif (likely(!f", "\t\tsrc->mapping = NULL;\n\n\t\tif (likely(!f")], Differs),
    row("relocked when it need not be", "mm/migrate.c", "writeout", &[("if (rc != AOP_WRITEPAGE_ACTIVATE)", "if (rc == AOP_WRITEPAGE_ACTIVATE)")], Differs),
    row("the wrong sync mode is handed over", "mm/migrate.c", "writeout", &[(".sync_mode = WB_SYNC_NONE,\n\t\t.nr_to_write = 1,", ".sync_mode = WB_SYNC_ALL,\n\t\t.nr_to_write = 1,")], Differs),
    row("unlock kept on an error path", "mm/migrate.c", "__buffer_migrate_folio", &[("\tif (check_refs)\n\t\tspin_unlock(&mapping->i_private_lock);\n\tbh = head;", "\tif (check_refs && !rc)\n\t\tspin_unlock(&mapping->i_private_lock);\n\tbh = head;")], Differs),
    row("the sign of the statistic", "mm/migrate.c", "putback_movable_pages", &[("folio_is_file_lru(folio), -folio_nr_pages(folio));\n\t\t\tfolio_putback", "folio_is_file_lru(folio), folio_nr_pages(folio));\n\t\t\tfolio_putback")], Differs),
    row("folio_put of a swapped-out folio is dropped", "mm/shmem.c", "shmem_get_partial_folio", &[("\t\tfolio_unlock(folio);\n\t\tfolio_put(folio);\n\t}\n\t/*\n\t * But read", "\t\tfolio_unlock(folio);\n\t}\n\t/*\n\t * But read")], Differs),
    row("mapping looked at before the lock", "mm/shmem.c", "shmem_get_partial_folio", &[("\t\tfolio_lock(folio);\n\t\tif (folio->mapping == inode->i_mapping)\n\t\t\treturn folio;", "\t\tif (folio->mapping == inode->i_mapping) {\n\t\t\tfolio_lock(folio);\n\t\t\treturn folio;\n\t\t}\n\t\tfolio_lock(folio);")], Differs),
    row("off by one at the end of a swap entry", "mm/shmem.c", "shmem_free_swap", &[("base + nr_pages - 1 > end)", "base + nr_pages > end)")], Differs),
    row("32 bits: nr_pages of an order", "mm/shmem.c", "shmem_free_swap", &[("\tunsigned int nr_pages = 0;\n\tpgoff_t base;\n\tvoid *entry;\n\n\txas_lock_irq", "\tunsigned char nr_pages = 0;\n\tpgoff_t base;\n\tvoid *entry;\n\n\txas_lock_irq")], Differs),
    row("folio_mark_dirty dropped at the end", "mm/shmem.c", "shmem_undo_range", &[("\tif (folio) {\n\t\tfolio_mark_dirty(folio);\n\t\tif (!truncate_inode_partial_folio(folio, lstart, lend))\n\t\t\tend", "\tif (folio) {\n\t\tif (!truncate_inode_partial_folio(folio, lstart, lend))\n\t\t\tend")], Differs),
    row("fallocend set for unfalloc too", "mm/shmem.c", "shmem_undo_range", &[("info->fallocend <= end && !unfalloc)", "info->fallocend <= end)")], Differs),
    row("a flag more is allowed", "virt/kvm/guest_memfd.c", "kvm_gmem_fallocate", &[("if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))", "if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))")], Differs),
    row("the lock kept on an error path", "virt/kvm/guest_memfd.c", "kvm_gmem_allocate", &[("\t\t\tr = PTR_ERR(folio);\n\t\t\tbreak;", "\t\t\treturn PTR_ERR(folio);")], Differs),
    row("the descriptor kept on an error path", "virt/kvm/guest_memfd.c", "__kvm_gmem_create", &[("\t\terr = -ENOMEM;\n\t\tgoto err_fd;", "\t\treturn -ENOMEM;")], Differs),
    row("read-only file", "virt/kvm/guest_memfd.c", "__kvm_gmem_create", &[("O_RDWR, NULL);", "O_RDONLY, NULL);")], Differs),
    row("i_mode = for |=", "virt/kvm/guest_memfd.c", "__kvm_gmem_create", &[("\tinode->i_mode |= S_IFREG;", "\tinode->i_mode = S_IFREG;")], Differs),
    row("flush = for |=", "virt/kvm/guest_memfd.c", "kvm_gmem_invalidate_begin", &[("flush |= kvm_mmu_unmap", "flush = kvm_mmu_unmap")], Differs),
    row("off by one at the end of a hole", "virt/kvm/guest_memfd.c", "kvm_gmem_punch_hole", &[("offset, offset + len - 1);", "offset, offset + len);")], Differs),
    row("swapped unlocks", "virt/kvm/guest_memfd.c", "kvm_gmem_release", &[("\tfilemap_invalidate_unlock(inode->i_mapping);\n\n\tmutex_unlock(&kvm->slots_lock);\n\n\txa_destroy", "\tmutex_unlock(&kvm->slots_lock);\n\n\tfilemap_invalidate_unlock(inode->i_mapping);\n\n\txa_destroy")], Differs),
    row("kvm put before the free of gmem is swapped with a use", "virt/kvm/guest_memfd.c", "kvm_gmem_release", &[("\txa_destroy(&gmem->bindings);\n\tkfree(gmem);", "\tkfree(gmem);\n\txa_destroy(&gmem->bindings);")], Differs),
    row("size 0 is allowed (<= to <)", "virt/kvm/guest_memfd.c", "kvm_gmem_create", &[("if (size <= 0 || !PAGE_ALIGNED(size))", "if (size < 0 || !PAGE_ALIGNED(size))")], Differs),
    row("size is unsigned", "virt/kvm/guest_memfd.c", "kvm_gmem_create", &[("\tloff_t size = args->size;\n\tu64 flags", "\tu64 size = args->size;\n\tu64 flags")], Differs),
    row("restart from 0 after a split", "mm/shmem.c", "shmem_undo_range", &[("\t\t\t\t\t\tfolio_unlock(folio);\n\t\t\t\t\t\tindex = start;\n", "\t\t\t\t\t\tfolio_unlock(folio);\n\t\t\t\t\t\tindex = 0;\n")], Differs),
    row("index is 32 bits", "mm/truncate.c", "truncate_folio_batch_exceptionals", &[("\t\tpgoff_t index = indices[i];\n\n\t\tif (!xa_is_value(folio)) {\n\t\t\tfbatch", "\t\tunsigned int index = indices[i];\n\n\t\tif (!xa_is_value(folio)) {\n\t\t\tfbatch")], Differs),
    row("memory is cleared twice per page", "virt/kvm/guest_memfd.c", "kvm_gmem_prepare_folio", &[("\t\tclear_highpage(folio_page(folio, i));", "\t\tclear_highpage(folio_page(folio, 0));")], Differs),
    row("the loop's fifth turn leaves the invalidation out", "virt/kvm/guest_memfd.c", "kvm_gmem_allocate", &[("\t\tif (signal_pending(current)) {\n\t\t\tr = -EINTR;", "\t\tif (index == start + 5 || signal_pending(current)) {\n\t\t\tr = -EINTR;")], Differs),
    row("a memory barrier-like lock pair dropped", "mm/truncate.c", "truncate_inode_pages_final", &[("\t\txa_lock_irq(&mapping->i_pages);\n\t\txa_unlock_irq(&mapping->i_pages);\n\t}\n\n\ttruncate_inode_pages(mapping, 0);", "\t}\n\n\ttruncate_inode_pages(mapping, 0);")], Differs),
    row("rcu_read_unlock dropped", "mm/shmem.c", "shmem_confirm_swap", &[("\t} while (xas_retry(&xas, entry));\n\trcu_read_unlock();\n\treturn ret;", "\t} while (xas_retry(&xas, entry));\n\treturn ret;")], Differs),];
