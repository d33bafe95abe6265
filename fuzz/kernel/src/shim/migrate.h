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
#define set_mapping(folio, value) (expect((value) == NULL), k_clear_mapping(folio))

static inline void remove_migration_ptes(struct folio *src, struct folio *dst, int flags)
{
	expect(src == dst && flags == 0);
	k_remove_migration_ptes(src);
}
static inline bool filemap_release_folio(struct folio *folio, gfp_t gfp)
{
	expect(gfp == GFP_KERNEL);
	return k_filemap_release_folio(folio);
}
// Folios with private data are moved by callbacks that are not cut.
#define folio_attach_private(folio, data) ((void)(data), strange("private data is moved"))
#define folio_detach_private(folio) ((void)(folio), NULL)
#define __folio_migrate_mapping k___folio_migrate_mapping
#define folio_migrate_mapping k_folio_migrate_mapping
#define folio_migrate_copy k_folio_migrate_copy
#define folio_clear_dirty_for_io k_folio_clear_dirty_for_io
#define folio_expected_ref_count k_folio_expected_ref_count
#define folio_is_zone_device k_folio_is_zone_device
#define folio_mc_copy k_folio_mc_copy
#define folio_migrate_flags k_folio_migrate_flags
#define folio_test_anon k_folio_test_anon
#define flush_dcache_folio k_flush_dcache_folio

// ---- the movable pages of drivers, up to post-fix ----

#define __folio_test_movable k___folio_test_movable
#define folio_test_movable k_folio_test_movable
#define folio_test_isolated k_folio_test_isolated
#define folio_clear_isolated k_folio_clear_isolated
#define folio_mapping_flags k_folio_mapping_flags
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
