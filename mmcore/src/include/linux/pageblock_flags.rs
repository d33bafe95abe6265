// SPDX-License-Identifier: GPL-2.0-only
//! Where pageblocks begin and end. Source: include/linux/pageblock-flags.h, the same in all trees.

/// `pageblock_order` of x86-64 with huge pages.
pub const PAGEBLOCK_ORDER: u32 = 9;
/// `pageblock_nr_pages`.
pub const PAGEBLOCK_NR_PAGES: u64 = 1 << PAGEBLOCK_ORDER;

/// `pageblock_aligned`.
pub const fn pageblock_aligned(pfn: u64) -> bool {
    pfn.is_multiple_of(PAGEBLOCK_NR_PAGES)
}

/// `pageblock_start_pfn`.
pub const fn pageblock_start_pfn(pfn: u64) -> u64 {
    pfn & PAGEBLOCK_NR_PAGES.wrapping_neg()
}

/// `pageblock_end_pfn`.
pub const fn pageblock_end_pfn(pfn: u64) -> u64 {
    pfn.wrapping_add(PAGEBLOCK_NR_PAGES) & PAGEBLOCK_NR_PAGES.wrapping_neg()
}
