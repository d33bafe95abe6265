// SPDX-License-Identifier: GPL-2.0-only
// mm/compaction.c, with CONFIG_COMPACTION.

enum { VMSCAN_THROTTLE_ISOLATED = 1 };
enum vm_event_item { COMPACTISOLATED = 1 };

// ---- cc, and the zone ----

#define CC(cc, value) (expect((cc) == &scan_control), (value))
#define ZONE(zone, value) (expect((zone) == &the_zone), (value))
#define get_zone(cc) CC(cc, &the_zone)
#define get_zone_pgdat(zone) ZONE(zone, &the_node)
static inline gfp_t gfp_mask(void) { return k_cc_gfp_fs() ? __GFP_FS : 0; }
#define get_gfp_mask(cc) CC(cc, gfp_mask())
#define add_nr_migratepages(cc, value) set_nr_migratepages(cc, get_nr_migratepages(cc) + (unsigned int)(value))
static inline void store_migrate_pfn(unsigned long pfn)
{
	// A scan begins and ends with this store.
	run->looked = false;
	k_set_cc_migrate_pfn(pfn);
}
#define set_migrate_pfn(cc, value) CC(cc, store_migrate_pfn(value))

// ---- around the scan ----

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

static inline void list_add(struct list_head *new, struct list_head *list)
{
	expect(list == &scan_control.migratepages);
	k_list_add(container_of(new, struct folio, lru));
}
static inline bool get_migrate_folio(const struct address_space_operations *ops)
{
	return k_has_migrate_folio(mapping_at(INDEX(operations, ops, "no a_ops")));
}
