// SPDX-License-Identifier: GPL-2.0-only
// mm/compaction.c, with CONFIG_COMPACTION.

enum { VMSCAN_THROTTLE_ISOLATED = 1 };
enum vm_event_item { COMPACTISOLATED = 1 };

// ---- cc, and the zone ----

#define CC(cc, value) (expect((cc) == &scan_control), (value))
#define ZONE(zone, value) (expect((zone) == &the_zone), (value))
#define get_zone(cc) CC(cc, &the_zone)
#define get_zone_pgdat(zone) ZONE(zone, &the_node)
#define get_zone_start_pfn(zone) ZONE(zone, k_zone_start_pfn())
#define get_mode(cc) CC(cc, k_cc_mode())
#define get_order(cc) CC(cc, k_cc_order())
static inline gfp_t gfp_mask(void) { return k_cc_gfp_fs() ? __GFP_FS : 0; }
#define get_gfp_mask(cc) CC(cc, gfp_mask())
#define get_direct_compaction(cc) CC(cc, k_cc_direct_compaction())
#define get_alloc_contig(cc) CC(cc, k_cc_alloc_contig())
#define get_ignore_skip_hint(cc) CC(cc, k_cc_ignore_skip_hint())
#define get_no_set_skip_hint(cc) CC(cc, k_cc_no_set_skip_hint())
#define get_finish_pageblock(cc) CC(cc, k_cc_finish_pageblock())
#define get_contended(cc) CC(cc, k_cc_contended())
#define set_contended(cc, value) CC(cc, (expect((value) == true), k_set_cc_contended()))
#define get_nr_migratepages(cc) CC(cc, k_cc_nr_migratepages())
#define set_nr_migratepages(cc, value) CC(cc, k_set_cc_nr_migratepages(value))
#define add_nr_migratepages(cc, value) set_nr_migratepages(cc, get_nr_migratepages(cc) + (unsigned int)(value))
#define add_total_migrate_scanned(cc, value) CC(cc, k_add_total_migrate_scanned(value))
#define get_compact_cached_migrate_pfn(zone, i) ZONE(zone, k_cached_migrate_pfn(i))
#define set_compact_cached_migrate_pfn(zone, i, value) ZONE(zone, k_set_cached_migrate_pfn(i, value))
static inline void store_migrate_pfn(unsigned long pfn)
{
	// A scan begins and ends with this store.
	run->looked = false;
	k_set_cc_migrate_pfn(pfn);
}
#define set_migrate_pfn(cc, value) CC(cc, store_migrate_pfn(value))

// ---- around the scan ----

static inline unsigned long node_page_state(pg_data_t *pgdat, enum node_stat_item item)
{
	expect(pgdat == &the_node);
	return k_node_page_state(item);
}
static inline void wake_throttle_isolated(pg_data_t *pgdat)
{
	expect(pgdat == &the_node);
	k_wake_throttle_isolated();
}
static inline void reclaim_throttle(pg_data_t *pgdat, int reason)
{
	expect(pgdat == &the_node && reason == VMSCAN_THROTTLE_ISOLATED);
	k_reclaim_throttle();
	run->throttled = true;
}
static inline bool fatal_signal_pending(struct task_struct *task)
{
	bool pending;

	expect(task == current);
	pending = k_fatal_signal_pending();
	// The port looks at the watchdog each time that it was throttled for nothing.
	if (run->throttled && !pending)
		watchdog();
	run->throttled = false;
	return pending;
}
static inline struct page *pfn_to_page(unsigned long pfn)
{
	// ... and each time that the scan does not get on.
	if (run->looked && pfn <= run->last_pfn)
		watchdog();
	run->looked = true;
	run->last_pfn = pfn;
	return page_at(pfn);
}
static inline struct page *pageblock_pfn_to_page(unsigned long start, unsigned long end, struct zone *zone)
{
	expect(zone == &the_zone);
	watchdog();
	return k_pageblock_pfn_to_page(start, end) ? page_at(start) : NULL;
}
static inline bool trylock_lru(spinlock_t *lock)
{
	return k_spin_trylock_irqsave(container_of(lock, struct lruvec, lru_lock));
}
static inline void lock_lru(spinlock_t *lock)
{
	k_spin_lock_irqsave(container_of(lock, struct lruvec, lru_lock));
}
#define LRU_FLAGS 0x246
#define spin_trylock_irqsave(lock, flags) ((flags) = LRU_FLAGS, trylock_lru(lock))
#define spin_lock_irqsave(lock, flags) ((flags) = LRU_FLAGS, lock_lru(lock))
static inline void unlock_page_lruvec_irqrestore(struct lruvec *lruvec, unsigned long flags)
{
	expect(flags == LRU_FLAGS);
	k_unlock_page_lruvec_irqrestore(lruvec);
}
// An observer, left out of the port.
#define lruvec_memcg_debug(lruvec, folio) ((void)(lruvec), (void)(folio))

static inline int isolate_or_dissolve_huge_page(struct page *page, struct list_head *list)
{
	expect(list == &scan_control.migratepages);
	return k_isolate_or_dissolve_huge_page(page);
}
static inline void list_add(struct list_head *new, struct list_head *list)
{
	expect(list == &scan_control.migratepages);
	k_list_add(container_of(new, struct folio, lru));
}
static inline void putback_movable_pages(struct list_head *list)
{
	expect(list == &scan_control.migratepages);
	k_putback_movable_pages();
}
static inline void count_compact_events(enum vm_event_item item, long delta)
{
	expect(item == COMPACTISOLATED);
	k_count_compact_events(delta);
}
#define isolate_movable_page k_isolate_movable_page
#define lruvec_del_folio k_lruvec_del_folio
#define node_stat_mod_folio k_node_stat_mod_folio
#define get_pageblock_skip k_get_pageblock_skip
#define set_pageblock_skip k_set_pageblock_skip
#define trace_mm_compaction_isolate_migratepages k_trace_mm_compaction_isolate_migratepages

// ---- pages and folios ----

#define PageHuge k_page_huge
#define PageBuddy k_page_buddy
#define PageCompound k_page_compound
#define PageLRU k_page_lru
#define PageIsolated k_page_isolated
#define __PageMovable k___page_movable
#define compound_order k_compound_order
#define compound_nr k_compound_nr
#define buddy_order_unsafe k_buddy_order_unsafe
#define page_folio k_page_folio
#define folio_get_nontail_page k_folio_get_nontail_page
#define folio_is_file_lru k_folio_is_file_lru
#define folio_lruvec k_folio_lruvec
#define folio_mapcount k_folio_mapcount
#define folio_set_lru k_folio_set_lru
#define folio_test_clear_lru k_folio_test_clear_lru
#define folio_test_lru k_folio_test_lru
#define folio_test_unevictable k_folio_test_unevictable
#define folio_trylock k_folio_trylock
static inline bool get_migrate_folio(const struct address_space_operations *ops)
{
	return k_has_migrate_folio(mapping_at(INDEX(operations, ops, "no a_ops")));
}
