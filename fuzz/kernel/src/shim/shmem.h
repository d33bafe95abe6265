// SPDX-License-Identifier: GPL-2.0-only
// mm/shmem.c. Swap entries and undoing a failed fallocate are left out of the port: nothing is said
// about a swap entry, which is always freed, and unfalloc is always false.

struct ucounts { char unused; };
extern struct ucounts some_ucounts;

#define SHMEM_I(inode) (&shmem_infos[inode_number(inode)])
#define get_fallocend(info) ((void)(info), 0UL)
#define set_fallocend(info, value) strange("fallocend is set")
#define get_f_mapping(file) (mapping_at(file_number(file)))
// The size says whose it is.
#define get_i_size(inode) ((loff_t)inode_number(inode))

// How many pages were freed; up to post-fix, and without an end, whether that failed.
#define FREE_SWAP(mapping, index, end, radswap, freed, ...) (freed)
#define shmem_free_swap(...) FREE_SWAP(__VA_ARGS__, 1L, 0)
#define shmem_confirm_swap(mapping, index, swap) ((void)(index), (void)(swap), -1)
#define radix_to_swp_entry(entry) 0
#define folio_test_uptodate(folio) ((void)(folio), strange("a fallocate is undone"), true)
static inline void cond_resched_tasks_rcu_qs(void)
{
	k_cond_resched();
	watchdog();
}
#define cond_resched cond_resched_tasks_rcu_qs
static inline void shmem_recalc_inode(struct inode *inode, long alloced, long swapped)
{
	expect(alloced == 0 && swapped <= 0);
	k_shmem_recalc_inode(mapping_at(inode_number(inode)));
}
static inline unsigned int filemap_get_folios(struct address_space *mapping, pgoff_t *start, pgoff_t end,
					      struct folio_batch *fbatch)
{
	unsigned int found = k_filemap_get_folios(mapping, *start, end);

	(void)fbatch;
	*start = k_found_next();
	return found;
}
static inline bool user_shm_lock(loff_t size, struct ucounts *ucounts)
{
	(void)ucounts;
	return k_user_shm_lock(mapping_at(size));
}
static inline void user_shm_unlock(loff_t size, struct ucounts *ucounts)
{
	(void)ucounts;
	k_user_shm_unlock(mapping_at(size));
}
