// SPDX-License-Identifier: GPL-2.0-only
// mm/truncate.c.

enum ttu_flags { TTU_SPLIT_HUGE_PMD = 0x4, TTU_IGNORE_MLOCK = 0x8, TTU_SYNC = 0x10 };
enum { FGP_LOCK = 2 };

// Every loop of this file asks the watchdog after it has offered to be rescheduled.
static inline void cond_resched_in_loop(void)
{
	k_cond_resched();
	watchdog();
}
#define cond_resched cond_resched_in_loop

static inline void try_to_unmap(struct folio *folio, enum ttu_flags flags)
{
	expect(flags == (TTU_SYNC | TTU_SPLIT_HUGE_PMD | TTU_IGNORE_MLOCK));
	k_try_to_unmap(folio);
}
static inline struct folio *__filemap_get_folio(struct address_space *mapping, pgoff_t index, int fgp,
						gfp_t gfp)
{
	struct folio *folio;

	expect(fgp == FGP_LOCK && gfp == 0);
	folio = k___filemap_get_folio(mapping, index);
	return folio ? folio : ERR_PTR(-ENOENT);
}
static inline void truncate_folio_batch_exceptionals(struct address_space *mapping,
						     struct folio_batch *fbatch, pgoff_t *indices)
{
	(void)fbatch, (void)indices;
	k_truncate_folio_batch_exceptionals(mapping);
}
static inline void delete_from_page_cache_batch(struct address_space *mapping, struct folio_batch *fbatch)
{
	(void)fbatch;
	k_delete_from_page_cache_batch(mapping);
}
#define filemap_remove_folio k_filemap_remove_folio
#define folio_zero_range k_folio_zero_range
#define mapping_empty k_mapping_empty
#define split_folio k_split_folio
#define unmap_mapping_folio k_unmap_mapping_folio
