// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner of compaction. Source: mm/compaction.c, with `CONFIG_COMPACTION`.
//!
//! `cc` is one per scan and behind the door: `cc->mode` is [`cc_mode`](Kernel::cc_mode), and so on.
//!
//! # Precondition
//! In an asynchronous direct compaction `cc->order` is not negative: C would shift by it, and no
//! caller in the kernel does that ([`block_end_pfn`]).

mod scan;

pub use scan::{Exit, Scan, Step};

use crate::include::linux::pageblock_flags::{pageblock_end_pfn, pageblock_start_pfn};
use crate::{
    COMPACT_CLUSTER_MAX, Function, IsolateMode, Kernel, Lruvec, MigrateMode, NodeStat, Oops,
    PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER, Page, Revision, within,
};

/// `is_via_compact_memory`: -1 asks for the compaction of everything.
pub const fn is_via_compact_memory(order: i32) -> bool {
    order == -1
}

/// `ALIGN(pfn + 1, 1UL << order)`.
///
/// `order` must be in 0..64; as on x86, any other is taken modulo 64.
pub const fn block_end_pfn(pfn: u64, order: i32) -> u64 {
    let size = 1u64.wrapping_shl(order as u32);
    pfn.wrapping_add(size) & size.wrapping_neg()
}

/// `isolation_suitable`: whether the pageblock should be scanned. All revisions.
pub fn isolation_suitable<K: Kernel>(k: &mut K, page: Page) -> bool {
    k.cc_ignore_skip_hint() || !k.get_pageblock_skip(page)
}

/// `test_and_set_skip`: marks the pageblock to be skipped; true if it was already. All revisions.
pub fn test_and_set_skip<K: Kernel>(k: &mut K, page: Page) -> bool {
    if k.cc_ignore_skip_hint() {
        return false;
    }
    let skip = k.get_pageblock_skip(page);
    if !skip && !k.cc_no_set_skip_hint() {
        k.set_pageblock_skip(page);
    }
    skip
}

/// `update_cached_migrate`: moves on the place where the next compaction starts. All revisions.
pub fn update_cached_migrate<K: Kernel>(k: &mut K, pfn: u64) {
    if k.cc_no_set_skip_hint() {
        return;
    }
    let pfn = pageblock_end_pfn(pfn);
    if pfn > k.cached_migrate_pfn(0) {
        k.set_cached_migrate_pfn(0, pfn);
    }
    if k.cc_mode() != MigrateMode::Async && pfn > k.cached_migrate_pfn(1) {
        k.set_cached_migrate_pfn(1, pfn);
    }
}

/// `compact_lock_irqsave`: takes the lruvec's lock; asynchronous compaction notes contention once,
/// and then waits all the same. All revisions.
pub fn compact_lock_irqsave<K: Kernel>(k: &mut K, lruvec: Lruvec) {
    if k.cc_mode() == MigrateMode::Async && !k.cc_contended() {
        if k.spin_trylock_irqsave(lruvec) {
            return;
        }
        k.set_cc_contended();
    }
    k.spin_lock_irqsave(lruvec);
}

/// `too_many_isolated`: whether more than half of the LRU pages are isolated (an eighth of that for
/// those who may use the filesystem). Wakes throttled tasks if not. All revisions.
pub fn too_many_isolated<K: Kernel>(k: &mut K) -> bool {
    within(k, Function::TooManyIsolated, |k| {
        let mut inactive = k
            .node_page_state(NodeStat::InactiveFile)
            .wrapping_add(k.node_page_state(NodeStat::InactiveAnon));
        let mut active = k
            .node_page_state(NodeStat::ActiveFile)
            .wrapping_add(k.node_page_state(NodeStat::ActiveAnon));
        let isolated = k
            .node_page_state(NodeStat::IsolatedFile)
            .wrapping_add(k.node_page_state(NodeStat::IsolatedAnon));

        if k.cc_gfp_fs() {
            inactive >>= 3;
            active >>= 3;
        }
        let too_many = isolated > inactive.wrapping_add(active) / 2;
        if !too_many {
            k.wake_throttle_isolated();
        }
        too_many
    })
}

/// `skip_isolation_on_order`: whether a folio of `order` is too large to be worth isolating for a
/// free block of `target_order`. All revisions.
pub const fn skip_isolation_on_order(order: i32, target_order: i32) -> bool {
    if !is_via_compact_memory(target_order) && order >= target_order {
        return true;
    }
    order >= PAGEBLOCK_ORDER as i32
}

/// `isolate_migratepages_block`: takes what can be migrated out of `[low_pfn, end_pfn)`, page
/// frames of one pageblock, off its LRU list and onto `cc->migratepages`.
///
/// Returns 0; `-EAGAIN` or `-EINTR` if too much is isolated already or a signal came; `-ENOMEM` if
/// a huge page could not be replaced. `cc->migrate_pfn` is where to go on.
///
/// # Errors
/// [`Oops`] if throttling, or the scan, never ends.
pub fn isolate_migratepages_block<R: Revision, K: Kernel>(
    k: &mut K,
    low_pfn: u64,
    end_pfn: u64,
    mode: IsolateMode,
) -> Result<i32, Oops> {
    within(k, Function::IsolateMigratepagesBlock, |k| {
        let mut scan = match Scan::begin(k, low_pfn, end_pfn, mode)? {
            Ok(scan) => scan,
            Err(errno) => return Ok(errno),
        };
        let exit = loop {
            let looked_at = scan.low_pfn;
            if let Step::Exit(exit) = scan.step::<R, K>(k) {
                break exit;
            }
            if scan.low_pfn <= looked_at {
                // Sizes that no page has can send the scan backwards.
                k.watchdog()?;
            }
        };
        Ok(scan.finish(k, exit))
    })
}

/// `isolate_migratepages_range`: the same for `[start_pfn, end_pfn)`, pageblock by pageblock, as
/// `alloc_contig_range` wants it: unevictable folios too.
///
/// # Errors
/// Those of [`isolate_migratepages_block`].
pub fn isolate_migratepages_range<R: Revision, K: Kernel>(
    k: &mut K,
    start_pfn: u64,
    end_pfn: u64,
) -> Result<i32, Oops> {
    within(k, Function::IsolateMigratepagesRange, |k| {
        let mut ret = 0;
        let mut pfn = start_pfn;
        let mut block_start = pageblock_start_pfn(pfn);
        let zone_start = k.zone_start_pfn();
        if block_start < zone_start {
            block_start = zone_start;
        }
        let mut block_end = pageblock_end_pfn(pfn);

        while pfn < end_pfn {
            block_end = block_end.min(end_pfn);
            k.watchdog()?;
            if k.pageblock_pfn_to_page(block_start, block_end) {
                ret = isolate_migratepages_block::<R, K>(
                    k,
                    pfn,
                    block_end,
                    IsolateMode::UNEVICTABLE,
                )?;
                if ret != 0 {
                    break;
                }
                if u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX {
                    break;
                }
            }
            pfn = block_end;
            block_start = block_end;
            block_end = block_end.wrapping_add(PAGEBLOCK_NR_PAGES);
        }
        Ok(ret)
    })
}
