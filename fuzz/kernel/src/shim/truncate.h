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

static inline struct folio *__filemap_get_folio(struct address_space *mapping, pgoff_t index, int fgp,
						gfp_t gfp)
{
	struct folio *folio;

	expect(fgp == FGP_LOCK && gfp == 0);
	folio = k___filemap_get_folio(mapping, index);
	return folio ? folio : ERR_PTR(-ENOENT);
}
