// SPDX-License-Identifier: GPL-2.0-only
//! The helpers of the migrate scanner, and the scan of a whole range block by block.

use crate::script::{Script, all_answers, bug};
use mmcore::errno::{EAGAIN, EINTR, ENOMEM};
use mmcore::include::linux::pageblock_flags::*;
use mmcore::mm::compaction::{block_end_pfn, is_via_compact_memory};
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::{Call, CallId, Lruvec, MigrateMode, NodeStat, Oops, Page, Side, Site};

#[test]
fn a_block_ends_at_the_next_multiple_of_its_size() {
    for (pfn, order, end) in [
        (0, 0, 1),
        (7, 0, 8),
        (0, 2, 4),
        (3, 2, 4),
        (4, 2, 8),
        (511, 9, 512),
        (512, 9, 1024),
        (513, 10, 1024),
        (0, 63, 1 << 63),
        (u64::MAX, 9, 0),
        (5, 64, 6),
        (5, -63, 6),
    ] {
        assert_eq!(block_end_pfn(pfn, order), end, "pfn {pfn}, order {order}");
    }
}

#[test]
fn a_pageblock_has_512_pages() {
    for (pfn, start, end, aligned) in [
        (0, 0, 512, true),
        (1, 0, 512, false),
        (511, 0, 512, false),
        (512, 512, 1024, true),
        (1023, 512, 1024, false),
        (u64::MAX, u64::MAX - 511, 0, false),
    ] {
        assert_eq!(pageblock_start_pfn(pfn), start);
        assert_eq!(pageblock_end_pfn(pfn), end);
        assert_eq!(pageblock_aligned(pfn), aligned);
    }
}

#[test]
fn only_minus_one_compacts_everything() {
    for order in -3..12 {
        assert_eq!(is_via_compact_memory(order), order == -1);
    }
}

fn skip(order: i32, target_order: i32) -> bool {
    V6_12::skip_isolation_on_order(&mut Script::new(), order, target_order)
}

#[test]
fn a_folio_is_too_large_at_the_target_order_and_always_at_a_pageblock() {
    for order in 0..=12 {
        assert_eq!(skip(order, -1), order >= 9, "order {order}");
        for target in 0..=12 {
            let too_large = order >= target.min(9);
            assert_eq!(skip(order, target), too_large, "{order}, {target}");
        }
    }
    assert!(skip(-1, -2), "only -1 itself is special");
    assert!(!skip(-1, -1));
}

const BLOCK: Page = Page(512);

#[test]
fn a_block_is_suitable_unless_its_hint_counts() {
    for [ignore, skip] in all_answers() {
        let mut k = Script::new()
            .when(CallId::CcIgnoreSkipHint, ignore)
            .when(CallId::GetPageblockSkip, skip);
        assert_eq!(V6_12::isolation_suitable(&mut k, BLOCK), ignore || !skip);
        assert_eq!(k.made("get_pageblock_skip(pfn512)"), !ignore);
        assert_eq!(k.effects(), [""; 0]);
    }
}

#[test]
fn a_hint_is_set_once_and_only_if_hints_are_read_and_written() {
    for [ignore, skip, no_set] in all_answers() {
        let mut k = Script::new()
            .when(CallId::CcIgnoreSkipHint, ignore)
            .when(CallId::GetPageblockSkip, skip)
            .when(CallId::CcNoSetSkipHint, no_set);
        assert_eq!(V6_12::test_and_set_skip(&mut k, BLOCK), !ignore && skip);
        let sets = !ignore && !skip && !no_set;
        assert_eq!(k.effects(), ["set_pageblock_skip(pfn512)"][..usize::from(sets)]);
        assert_eq!(k.made("get_pageblock_skip(pfn512)"), !ignore);
    }
}

#[test]
fn the_cached_start_moves_forward_for_async_and_for_sync_apart() {
    for &mode in MigrateMode::ALL {
        for [no_set, ahead, sync_ahead] in all_answers() {
            let at = |ahead| if ahead { 1024u64 } else { 1023 };
            let mut k = Script::new()
                .when(CallId::CcMode, mode)
                .when(CallId::CcNoSetSkipHint, no_set)
                .when(Call::CachedMigratePfn { sync: 0 }, at(ahead))
                .when(Call::CachedMigratePfn { sync: 1 }, at(sync_ahead));
            V6_12::update_cached_migrate(&mut k, 600);
            let mut effects = Vec::new();
            if !no_set && !ahead {
                effects.push("set_cached_migrate_pfn(0, 1024)");
            }
            if !no_set && !sync_ahead && mode != MigrateMode::Async {
                effects.push("set_cached_migrate_pfn(1, 1024)");
            }
            assert_eq!(k.effects(), effects, "{mode}");
        }
    }
}

#[test]
fn async_compaction_tries_the_lock_once_and_notes_contention() {
    for &mode in MigrateMode::ALL {
        for [contended, free] in all_answers() {
            let mut k = Script::new()
                .when(CallId::CcMode, mode)
                .when(CallId::CcContended, contended)
                .when(CallId::SpinTrylockLru, free);
            V6_12::compact_lock_irqsave(&mut k, Lruvec(1));
            let effects: &[&str] = match (mode, contended, free) {
                (MigrateMode::Async, false, true) => &["spin_trylock_irqsave(lruvec1)"],
                (MigrateMode::Async, false, false) => &[
                    "spin_trylock_irqsave(lruvec1)",
                    "set_cc_contended()",
                    "spin_lock_irqsave(lruvec1)",
                ],
                _ => &["spin_lock_irqsave(lruvec1)"],
            };
            assert_eq!(k.effects(), effects, "{mode}, contended {contended}, free {free}");
        }
    }
}

/// A node with these inactive, active and isolated pages: of files, then anonymous.
fn node(inactive: [u64; 2], active: [u64; 2], isolated: [u64; 2]) -> Script {
    let items = [
        (NodeStat::InactiveFile, inactive[0]),
        (NodeStat::InactiveAnon, inactive[1]),
        (NodeStat::ActiveFile, active[0]),
        (NodeStat::ActiveAnon, active[1]),
        (NodeStat::IsolatedFile, isolated[0]),
        (NodeStat::IsolatedAnon, isolated[1]),
    ];
    items
        .into_iter()
        .fold(Script::new(), |k, (item, pages)| k.when(Call::NodePageState { item }, pages))
}

#[test]
fn too_many_are_isolated_beyond_half_of_the_lists_or_an_eighth_of_that() {
    for (fs, inactive, active, isolated, too_many) in [
        (false, [10, 20], [30, 40], [50, 0], false),
        (false, [10, 20], [30, 40], [0, 50], false),
        (false, [10, 20], [30, 40], [25, 26], true),
        (false, [0, 0], [0, 1], [0, 0], false),
        (false, [0, 0], [0, 1], [1, 0], true),
        (true, [80, 80], [80, 80], [20, 0], false),
        (true, [80, 80], [80, 80], [20, 1], true),
        (true, [7, 0], [0, 7], [0, 0], false),
        (true, [7, 0], [0, 7], [0, 1], true),
        (true, [4, 4], [4, 4], [1, 0], false),
        (true, [15, 0], [15, 0], [1, 0], false),
        (true, [15, 0], [15, 0], [1, 1], true),
    ] {
        let mut k = node(inactive, active, isolated).when(CallId::CcGfpFs, fs);
        assert_eq!(
            V6_12::too_many_isolated(&mut k),
            too_many,
            "{inactive:?} {active:?} {isolated:?}"
        );
        assert_eq!(k.effects(), ["wake_throttle_isolated()"][..usize::from(!too_many)]);
    }
}

type Range = fn(&mut Script, u64, u64) -> Result<i32, Oops>;
const BOTH: [Range; 2] =
    [PreFix::isolate_migratepages_range::<Script>, PostFix::isolate_migratepages_range::<Script>];

/// A world in which nothing can be isolated.
fn barren() -> Script {
    Script::new().when(CallId::PageLru, false)
}

#[test]
fn a_range_is_scanned_block_by_block_within_the_zone() {
    for range in BOTH {
        let mut k = barren().when(CallId::ZoneStartPfn, 550);
        assert_eq!(range(&mut k, 600, 1600), Ok(0));
        assert_eq!(
            k.calls_to(CallId::PageblockPfnToPage),
            [
                "pageblock_pfn_to_page(550, 1024)",
                "pageblock_pfn_to_page(1024, 1536)",
                "pageblock_pfn_to_page(1536, 1600)",
            ]
        );
        assert_eq!(
            k.calls_to(CallId::TraceIsolate),
            [
                "trace_mm_compaction_isolate_migratepages(600, 1024, 424, 0)",
                "trace_mm_compaction_isolate_migratepages(1024, 1536, 512, 0)",
                "trace_mm_compaction_isolate_migratepages(1536, 1600, 64, 0)",
            ]
        );
    }
}

#[test]
fn the_first_block_starts_where_the_pageblock_does_if_the_zone_reaches_there() {
    for range in BOTH {
        for (zone_start, block_start) in [(0, 512), (512, 512), (513, 513)] {
            let mut k = barren().when(CallId::ZoneStartPfn, zone_start);
            assert_eq!(range(&mut k, 600, 601), Ok(0));
            let call = format!("pageblock_pfn_to_page({block_start}, 601)");
            assert_eq!(k.calls_to(CallId::PageblockPfnToPage), [call]);
        }
    }
}

#[test]
fn an_empty_range_is_not_scanned() {
    for range in BOTH {
        let mut k = Script::new();
        assert_eq!(range(&mut k, 600, 600), Ok(0));
        assert_eq!(k.calls(), ["zone_start_pfn()"]);
    }
}

#[test]
fn a_hole_in_the_zone_is_passed_over() {
    for range in BOTH {
        let hole = Call::PageblockPfnToPage { start_pfn: 512, end_pfn: 1024 };
        let mut k = barren().when(hole, false);
        assert_eq!(range(&mut k, 500, 1030), Ok(0));
        assert_eq!(
            k.calls_to(CallId::TraceIsolate),
            [
                "trace_mm_compaction_isolate_migratepages(500, 512, 12, 0)",
                "trace_mm_compaction_isolate_migratepages(1024, 1030, 6, 0)",
            ]
        );
    }
}

#[test]
fn a_range_takes_unevictable_folios_too() {
    for range in BOTH {
        let mut k = Script::new().when(CallId::FolioTestUnevictable, true);
        assert_eq!(range(&mut k, 33, 34), Ok(0));
        assert!(k.made("isolate_mode_has(0x8, 0x8)"));
        assert!(k.made("list_add(folio33)"));
    }
}

#[test]
fn a_range_ends_at_the_first_block_that_fails() {
    for range in BOTH {
        let mut k = barren().when((CallId::FatalSignalPending, 1), true);
        assert_eq!(range(&mut k, 512, 2048), Ok(-EINTR));
        assert_eq!(k.calls_to(CallId::PageblockPfnToPage).len(), 1);

        let mut k = barren()
            .when(CallId::PageHuge, true)
            .when(CallId::CcAllocContig, true)
            .when(CallId::IsolateOrDissolveHugePage, -ENOMEM);
        assert_eq!(range(&mut k, 512, 2048), Ok(-ENOMEM));
        assert_eq!(k.calls_to(CallId::PageblockPfnToPage).len(), 1);
    }
}

#[test]
fn a_range_ends_once_32_pages_are_isolated() {
    for range in BOTH {
        for (pages, blocks) in [(31, 2), (32, 1)] {
            let mut k = Script::new();
            for pfn in 512 + pages..2048 {
                k = k.when(Call::PageLru { page: Page(pfn) }, false);
            }
            assert_eq!(range(&mut k, 512, 1536), Ok(0));
            assert_eq!(k.calls_to(CallId::TraceIsolate).len(), blocks, "{pages} pages");
        }
    }
}

#[test]
fn pages_isolated_before_make_a_throttled_range_fail() {
    for range in BOTH {
        let mut k = node([0, 0], [0, 0], [1, 0]).isolated_before(1);
        assert_eq!(range(&mut k, 512, 1024), Ok(-EAGAIN));
    }
}

#[test]
fn the_watchdog_ends_an_endless_range() {
    for range in BOTH {
        let mut k = Script::new().when(CallId::PageblockPfnToPage, false);
        assert_eq!(range(&mut k, 0, u64::MAX), Err(Oops(Site::SoftLockup)));
        assert_eq!(k.effects(), [bug(Site::SoftLockup)]);
    }
}
