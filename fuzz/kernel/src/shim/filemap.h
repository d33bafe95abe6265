// SPDX-License-Identifier: GPL-2.0-only
// mm/filemap.c. The file is the one open file of its mapping.

#define get_f_mapping(file) (mapping_at(file_number(file)))

static inline int errseq_check(errseq_t *error, errseq_t since)
{
	struct address_space *mapping = container_of(error, struct address_space, wb_err);

	expect(since == mapping_number(mapping));
	return k_errseq_check(mapping);
}
static inline int errseq_check_and_advance(errseq_t *error, errseq_t *since)
{
	struct address_space *mapping = container_of(error, struct address_space, wb_err);

	expect(file_number(container_of(since, struct file, f_wb_err)) == mapping_number(mapping));
	return k_errseq_check_and_advance(mapping);
}
static inline void spin_lock(spinlock_t *lock)
{
	k_spin_lock_f_lock(mapping_at(file_number(container_of(lock, struct file, f_lock))));
}
static inline void spin_unlock(spinlock_t *lock)
{
	k_spin_unlock_f_lock(mapping_at(file_number(container_of(lock, struct file, f_lock))));
}
// An observer, left out of the port.
#define trace_file_check_and_advance_wb_err(file, old) ((void)(file), (void)(old))
