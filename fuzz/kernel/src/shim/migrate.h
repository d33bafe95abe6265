// SPDX-License-Identifier: GPL-2.0-only
// mm/migrate.c.

enum writeback_sync_modes { WB_SYNC_NONE, WB_SYNC_ALL };
struct writeback_control {
	long nr_to_write;
	loff_t range_start, range_end;
	enum writeback_sync_modes sync_mode;
	unsigned int for_reclaim;
};

static inline struct address_space *ops_owner(const struct address_space_operations *ops)
{
	return mapping_at(INDEX(operations, ops, "no a_ops"));
}
#define get_migrate_folio(ops) (k_has_migrate_folio(ops_owner(ops)))
#define get_writepage(ops) (k_has_writepage(ops_owner(ops)))
static inline int call_migrate_folio(struct address_space_operations *ops, struct address_space *mapping,
				     struct folio *dst, struct folio *src, int mode)
{
	expect(ops_owner(ops) == mapping);
	return k_call_migrate_folio(mapping, dst, src, mode);
}
static inline int call_writepage(struct address_space_operations *ops, struct page *page,
				 struct writeback_control *wbc)
{
	expect(wbc->sync_mode == WB_SYNC_NONE && wbc->nr_to_write == 1 && wbc->for_reclaim &&
	       wbc->range_start == 0 && wbc->range_end == LLONG_MAX);
	return k_call_writepage(ops_owner(ops), container_of(page, struct folio, page));
}

static inline void remove_migration_ptes(struct folio *src, struct folio *dst, int flags)
{
	expect(src == dst && flags == 0);
	k_remove_migration_ptes(src);
}
// Folios with private data are moved by callbacks that are not cut.
#define folio_attach_private(folio, data) ((void)(data), strange("private data is moved"))
#define folio_detach_private(folio) ((void)(folio), NULL)

// ---- the movable pages of drivers, up to post-fix ----

// A driver's operations are its page's: which they are is the folio's number.
struct movable_operations { char unused; };
static inline const struct movable_operations *folio_movable_ops(const struct folio *folio)
{
	return (const struct movable_operations *)folio;
}
static inline int call_migrate_page(const struct movable_operations *mops, struct page *dst, struct page *src, int mode)
{
	expect((const struct folio *)mops == container_of(src, struct folio, page));
	return k_movable_migrate_page(container_of(dst, struct folio, page), container_of(src, struct folio, page), mode);
}
