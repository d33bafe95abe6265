// SPDX-License-Identifier: GPL-2.0-only
//! The migrate scanner of compaction. Source: mm/compaction.c, with `CONFIG_COMPACTION`.
//!
//! `cc` is one per scan and behind the door: `cc->mode` is [`cc_mode`](Kernel::cc_mode), and so on.
//!
//! # Precondition
//! In an asynchronous direct compaction `cc->order` is not negative: C would shift by it, and no
//! caller in the kernel does that ([`block_end_pfn`]).

mod scan;

pub use scan::{Exit, Goto, Scan, Step};

use crate::include::linux::pageblock_flags::{
    PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER, pageblock_end_pfn, pageblock_start_pfn,
};
use crate::{
    COMPACT_CLUSTER_MAX, IsolateMode, Kernel, Lruvec, MigrateMode, NodeStat, Oops, Page, Side,
};

/// `is_via_compact_memory`: -1 asks for the compaction of everything.
pub const fn is_via_compact_memory(order: i32) -> bool {
    order == -1
}

/// `block_end_pfn`: `ALIGN(pfn + 1, 1UL << order)`.
///
/// `order` must be in 0..64; as on x86, any other is taken modulo 64.
pub const fn block_end_pfn(pfn: u64, order: i32) -> u64 {
    let size = 1u64.wrapping_shl(order as u32);
    pfn.wrapping_add(size) & size.wrapping_neg()
}

/// `isolation_suitable`: whether the pageblock should be scanned.
pub fn isolation_suitable<S: Side, K: Kernel>(k: &mut K, page: Page) -> bool {
    k.cc_ignore_skip_hint() || !k.get_pageblock_skip(page)
}

/// `test_and_set_skip`: marks the pageblock to be skipped; true if it was already. It is a hint: no
/// lock is needed.
pub fn test_and_set_skip<S: Side, K: Kernel>(k: &mut K, page: Page) -> bool {
    if k.cc_ignore_skip_hint() {
        return false;
    }

    let skip = k.get_pageblock_skip(page);
    if !skip && !k.cc_no_set_skip_hint() {
        k.set_pageblock_skip(page);
    }

    skip
}

/// `update_cached_migrate`: moves on the place where the next compaction starts.
pub fn update_cached_migrate<S: Side, K: Kernel>(k: &mut K, pfn: u64) {
    // The scan isolates for somebody else, not to compact.
    if k.cc_no_set_skip_hint() {
        return;
    }

    let pfn = pageblock_end_pfn(pfn);

    // Where asynchronous and synchronous compaction go on.
    if pfn > k.cached_migrate_pfn(0) {
        k.set_cached_migrate_pfn(0, pfn);
    }
    if k.cc_mode() != MigrateMode::Async && pfn > k.cached_migrate_pfn(1) {
        k.set_cached_migrate_pfn(1, pfn);
    }
}

/// `compact_lock_irqsave`: takes the lruvec's lock; asynchronous compaction notes contention once,
/// and then waits all the same. Returns true.
pub fn compact_lock_irqsave<S: Side, K: Kernel>(k: &mut K, lruvec: Lruvec) -> bool {
    if k.cc_mode() == MigrateMode::Async && !k.cc_contended() {
        if k.spin_trylock_irqsave(lruvec) {
            return true;
        }

        k.set_cc_contended();
    }

    k.spin_lock_irqsave(lruvec);
    true
}

/// `too_many_isolated`: whether more than half of the LRU pages are isolated (an eighth of that for
/// those who may use the filesystem). Wakes throttled tasks if not.
pub fn too_many_isolated<S: Side, K: Kernel>(k: &mut K) -> bool {
    let mut inactive = k
        .node_page_state(NodeStat::InactiveFile)
        .wrapping_add(k.node_page_state(NodeStat::InactiveAnon));
    let mut active = k
        .node_page_state(NodeStat::ActiveFile)
        .wrapping_add(k.node_page_state(NodeStat::ActiveAnon));
    let isolated = k
        .node_page_state(NodeStat::IsolatedFile)
        .wrapping_add(k.node_page_state(NodeStat::IsolatedAnon));

    // GFP_NOFS may go beyond the limit of the others, who may have isolated up to it and wait for
    // filesystem locks that it holds.
    if k.cc_gfp_fs() {
        inactive >>= 3;
        active >>= 3;
    }

    let too_many = isolated > inactive.wrapping_add(active) / 2;
    if !too_many {
        k.wake_throttle_isolated();
    }

    too_many
}

/// `skip_isolation_on_order`: whether a folio of `order` is too large to be worth isolating for a
/// free block of `target_order`.
pub fn skip_isolation_on_order<S: Side, K: Kernel>(
    _k: &mut K,
    order: i32,
    target_order: i32,
) -> bool {
    // There is no free block of the target order, or nobody would compact: so none for this folio.
    if !is_via_compact_memory(target_order) && order >= target_order {
        return true;
    }
    // Nothing larger than a pageblock is made free.
    order >= PAGEBLOCK_ORDER as i32
}

/// `isolate_migratepages_block`: takes what can be migrated out of `[low_pfn, end_pfn)`, page
/// frames of one pageblock, off its LRU list and onto `cc->migratepages`. Its lines are in [`Scan`].
///
/// Returns 0; `-EAGAIN` or `-EINTR` if too much is isolated already or a signal came; `-ENOMEM` if
/// a huge page could not be replaced. `cc->migrate_pfn` is where to go on.
///
/// # Errors
/// [`Oops`] if throttling, or the scan, never ends.
pub fn isolate_migratepages_block<S: Side, K: Kernel>(
    k: &mut K,
    low_pfn: u64,
    end_pfn: u64,
    mode: IsolateMode,
) -> Result<i32, Oops> {
    let mut scan = match Scan::begin::<S, K>(k, low_pfn, end_pfn, mode)? {
        Ok(scan) => scan,
        Err(errno) => return Ok(errno),
    };
    let exit = loop {
        let looked_at = scan.low_pfn;
        if let Step::Exit(exit) = scan.turn::<S, K>(k) {
            break exit;
        }
        if scan.low_pfn <= looked_at {
            // Sizes that no page has can send the scan backwards.
            k.watchdog()?;
        }
    };
    Ok(scan.finish::<S, K>(k, exit))
}

/// `isolate_migratepages_range`: the same for `[start_pfn, end_pfn)`, pageblock by pageblock, as
/// `alloc_contig_range` wants it: unevictable folios too.
///
/// # Errors
/// Those of [`isolate_migratepages_block`].
pub fn isolate_migratepages_range<S: Side, K: Kernel>(
    k: &mut K,
    start_pfn: u64,
    end_pfn: u64,
) -> Result<i32, Oops> {
    let mut ret = 0;

    // The first and the last block may be parts of a pageblock.
    let mut pfn = start_pfn;
    let mut block_start_pfn = pageblock_start_pfn(pfn);
    let zone_start_pfn = k.zone_start_pfn();
    if block_start_pfn < zone_start_pfn {
        block_start_pfn = zone_start_pfn;
    }
    let mut block_end_pfn = pageblock_end_pfn(pfn);

    while pfn < end_pfn {
        block_end_pfn = block_end_pfn.min(end_pfn);

        k.watchdog()?;
        if k.pageblock_pfn_to_page(block_start_pfn, block_end_pfn) {
            ret = S::isolate_migratepages_block(k, pfn, block_end_pfn, IsolateMode::UNEVICTABLE)?;

            if ret != 0 {
                break;
            }

            if u64::from(k.cc_nr_migratepages()) >= COMPACT_CLUSTER_MAX {
                break;
            }
        }

        pfn = block_end_pfn;
        block_start_pfn = block_end_pfn;
        block_end_pfn = block_end_pfn.wrapping_add(PAGEBLOCK_NR_PAGES);
    }

    Ok(ret)
}
