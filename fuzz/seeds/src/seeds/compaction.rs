// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `compaction` path.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let item = |kind| Item { kind, ..Item::default() };
    let mut compaction = |name: &str, edit: &dyn Fn(&mut CompactionScenario)| {
        let cc = Controls { mode: Below::new(2), ..Controls::default() };
        let items = List::new([item(ItemKind::File)]);
        let files = List::new([file(FileKind::Tmpfs)]);
        let mut scenario = CompactionScenario { cc, items, files, ..Default::default() };
        edit(&mut scenario);
        add(name, Scenario::Compaction(scenario));
    };
    compaction("clean_folio_is_isolated", &|_| {});
    compaction("guest_memfd_folio_is_put_back", &|s| {
        s.files = List::new([file(FileKind::GuestMemfd)]);
    });
    compaction("truncated_between_the_two_mapping_reads", &|s| {
        s.files = List::new([file(FileKind::Ramfs)]);
        s.races = race(Point::FolioTrylock, Action::Truncate);
    });
    compaction("mapping_freed_before_the_folio_lock", &|s| {
        s.files = List::new([file(FileKind::Ramfs)]);
        s.races = race(Point::FolioTestUnevictable, Action::Evict);
    });
    compaction("eviction_waits_for_the_folio_lock", &|s| {
        s.files = List::new([file(FileKind::Ramfs)]);
        s.races = race(Point::ReadFlags, Action::Evict);
    });
    compaction("block_is_given_up_after_a_failure", &|s| {
        s.cc = Controls { order_plus_one: Below::new(3), direct: true, ..Controls::default() };
        s.items = List::new([item(ItemKind::File), item(ItemKind::Kernel), item(ItemKind::File)]);
    });
    compaction("lock_is_handed_from_one_list_to_the_other", &|s| {
        let other = Item { other_lruvec: true, ..item(ItemKind::Anon) };
        s.items = List::new([item(ItemKind::File), other, item(ItemKind::SwapCache)]);
    });
    compaction("huge_pages_are_isolated_or_dissolved", &|s| {
        s.cc.alloc_contig = true;
        s.items =
            List::new([ItemKind::Huge, ItemKind::HugeDissolves, ItemKind::HugeBusy].map(item));
    });
    compaction("skip_hint_ends_the_scan", &|s| s.skip_marked = true);
    compaction("fatal_signal_ends_the_scan", &|s| {
        s.races = race(Point::FatalSignalPending, Action::Signal);
    });
    compaction("too_much_isolated_throttles", &|s| s.throttled = Below::new(2));
    compaction("contended_lock_is_noted", &|s| {
        s.cc.mode = Below::new(0);
        s.races = race(Point::SpinTrylock, Action::HoldLru);
    });
    compaction("driver_page_is_isolated", &|s| {
        let kinds = [ItemKind::Driver, ItemKind::DriverRefuses, ItemKind::DriverIsolated];
        s.items = List::new(kinds.map(item));
    });
}

pub(super) fn families(add: Add<'_>) {
    let mut compaction = |name: &str, scenario| add(name, Scenario::Compaction(scenario));
    for owner in owners() {
        reasons(owner, &mut compaction);
    }
    items(&mut compaction);
    controls(&mut compaction);
    starts(&mut compaction);
    throttled(&mut compaction);
    ranges(&mut compaction);
}

type AddCompaction<'a> = &'a mut dyn FnMut(&str, CompactionScenario);

/// Whose a folio can be.
type Owner = (ItemKind, FileKind);

fn owners() -> impl Iterator<Item = Owner> {
    let files = FileKind::ALL.iter().map(|&kind| (ItemKind::File, kind));
    let others = [ItemKind::Anon, ItemKind::SwapCache].map(|kind| (kind, FileKind::Tmpfs));
    files.chain(others)
}

/// One folio, and a synchronous scan of it.
fn scenario((kind, of): Owner) -> CompactionScenario {
    CompactionScenario {
        cc: Controls { mode: Below::new(2), ..Controls::default() },
        items: List::new([Item { kind, ..Item::default() }]),
        files: List::new([file(of)]),
        ..CompactionScenario::default()
    }
}

fn edited(owner: Owner, edit: impl Fn(&mut FolioSpec)) -> CompactionScenario {
    let mut folio = FolioSpec::default();
    edit(&mut folio);
    let item = Item { kind: owner.0, folio, ..Item::default() };
    CompactionScenario { items: List::new([item]), ..scenario(owner) }
}

/// Each reason for which the scanner puts a folio back, for each owner.
fn reasons(owner: Owner, add: AddCompaction<'_>) {
    let name = if owner.0 == ItemKind::File { snake(owner.1) } else { snake(owner.0) };
    let mut add =
        |reason: &str, edit: &dyn Fn(&mut CompactionScenario), scenario: CompactionScenario| {
            for (mode, number) in [("async", 0), ("sync_light", 1), ("sync", 2)] {
                let mut scenario = scenario.clone();
                scenario.cc.mode = Below::new(number);
                edit(&mut scenario);
                add(&format!("{reason}_{name}_folio_{mode}"), scenario);
            }
        };
    let plain = || scenario(owner);
    add("plain", &|_| {}, plain());
    add("pinned", &|_| {}, edited(owner, |folio| folio.pins = Below::new(2)));
    add("mapped", &|_| {}, edited(owner, |folio| folio.mapcount = Below::new(2)));
    add("dirty", &|_| {}, edited(owner, |folio| folio.dirty = true));
    add("unevictable", &|_| {}, edited(owner, |folio| folio.unevictable = true));
    add("off_lru", &|_| {}, edited(owner, |folio| folio.off_lru = true));
    add("under_write_back", &|_| {}, edited(owner, |folio| folio.writeback = true));
    let locked = |folio: &mut FolioSpec| {
        (folio.locked, folio.dirty, folio.unevictable) = (true, true, true);
    };
    add("locked", &|_| {}, edited(owner, locked));
    add("large", &|_| {}, edited(owner, |folio| folio.order = Order::new(2)));
    add("out_of_reach_without_fs", &|s| s.cc.nofs = true, plain());
    let unevictable = edited(owner, |folio| folio.unevictable = true);
    add("unwanted_unevictable", &|s| s.cc.skip_unevictable = true, unevictable.clone());
    let word =
        |word| move |s: &mut CompactionScenario| s.files = List::new([raw_of(owner.1, word)]);
    add("unmovable_by_a_raw_word", &word(1 << 9 | 1 << 3), unevictable.clone());
    add("movable_by_a_raw_word", &word(0), unevictable);
    let order_0 = |s: &mut CompactionScenario| s.cc.order_plus_one = Below::new(1);
    add("too_large_for_the_block", &order_0, plain());
    // Without the flag that would have stopped the scanner before.
    let movable = |edit: &dyn Fn(&mut CompactionScenario)| {
        let mut scenario = plain();
        scenario.files = List::new([raw_of(owner.1, 0)]);
        edit(&mut scenario);
        scenario
    };
    add("movable_too_large_for_the_block", &order_0, movable(&|_| {}));
    let late = race(Point::FolioTestClearLru, Action::Isolate);
    add("movable_taken_off_lru_late", &|_| {}, movable(&|s| s.races = late.clone()));
    let skipped = race(Point::FolioTestLru, Action::MarkSkip);
    add("movable_skipped_meanwhile", &|_| {}, movable(&|s| s.races = skipped.clone()));
    let mut racing = |reason, point, action| {
        add(reason, &|s| s.races = race(point, action), plain());
    };
    racing("taken_off_lru_early", Point::FolioTestLru, Action::Isolate);
    racing("taken_off_lru_late", Point::FolioTestClearLru, Action::Isolate);
    racing("skipped_meanwhile", Point::FolioTestLru, Action::MarkSkip);
    racing("locked_meanwhile", Point::FolioTrylock, Action::Lock);
}

/// Everything that page frames can hold, in a few sizes, with and without `alloc_contig`.
fn items(add: AddCompaction<'_>) {
    for &kind in ItemKind::ALL {
        for order in [0, 1, 3, 9, 10] {
            for contig in [false, true] {
                let mut scenario = edited((kind, FileKind::Tmpfs), |folio| {
                    folio.order = Order::new(order);
                });
                scenario.cc.alloc_contig = contig;
                let how = if contig { "contiguous" } else { "compacted" };
                let name = format!("{}_of_order_{order}_{how}", snake(kind));
                add(&name, scenario.clone());
                scenario.cc.order_plus_one = Below::new(3);
                add(&format!("{name}_for_order_2"), scenario);
            }
        }
    }
    for order in 0..=Order::MAX {
        let scenario =
            edited((ItemKind::File, FileKind::Disk), |folio| folio.order = Order::new(order));
        add(&format!("folio_of_order_{order}"), scenario);
    }
}

/// Each control by itself, over a pageblock that holds a bit of everything.
fn controls(add: AddCompaction<'_>) {
    let edits: [Edit<Controls>; 10] = [
        ("nothing_special", |_| {}),
        ("direct", |cc| cc.direct = true),
        ("alloc_contig", |cc| cc.alloc_contig = true),
        ("ignore_skip_hint", |cc| cc.ignore_skip_hint = true),
        ("no_set_skip_hint", |cc| cc.no_set_skip_hint = true),
        ("finish_pageblock", |cc| cc.finish_pageblock = true),
        ("order_0", |cc| cc.order_plus_one = Below::new(1)),
        ("order_2", |cc| cc.order_plus_one = Below::new(3)),
        ("31_isolated_before", |cc| cc.nr_migratepages = Below::new(2)),
        ("32_isolated_before", |cc| cc.nr_migratepages = Below::new(3)),
    ];
    let item = |kind| Item { kind, ..Item::default() };
    let sets = [
        ("one_folio", List::new([item(ItemKind::File)])),
        ("no_folio", List::new([item(ItemKind::Kernel)])),
        ("a_mixture", {
            use ItemKind::{Anon, Driver, File, Freeing, Huge, Kernel};
            List::new([File, Kernel, Anon, Driver, Huge, Freeing, File].map(item))
        }),
        ("a_failure_behind", List::new([ItemKind::File, ItemKind::Kernel].map(item))),
        ("no_replacement", List::new([ItemKind::File, ItemKind::HugeNoMemory].map(item))),
    ];
    for (set, items) in sets {
        for (control, edit) in edits {
            for (mode, number) in [("async", 0), ("sync", 2)] {
                for (skip, skip_marked) in [("", false), ("_marked_skip", true)] {
                    let mut scenario = scenario((ItemKind::File, FileKind::Tmpfs));
                    scenario.items = items.clone();
                    scenario.skip_marked = skip_marked;
                    scenario.cc.mode = Below::new(number);
                    edit(&mut scenario.cc);
                    add(&format!("{set}_{mode}_{control}{skip}"), scenario);
                }
            }
        }
    }
}

/// Each place to start from, for each function.
fn starts(add: AddCompaction<'_>) {
    for &call in ScanCall::ALL {
        for &start in StartPfn::ALL {
            for zone_starts_here in [false, true] {
                for order in [0, 9] {
                    let mut scenario = edited((ItemKind::File, FileKind::Disk), |folio| {
                        folio.order = Order::new(order);
                    });
                    (scenario.call, scenario.start) = (call, start);
                    scenario.zone_starts_here = zone_starts_here;
                    let zone = if zone_starts_here { "_at_the_zones_start" } else { "" };
                    let name =
                        format!("{}_from_{}_of_order_{order}{zone}", snake(call), snake(start));
                    add(&name, scenario);
                }
            }
        }
    }
}

/// Too much is isolated, for each mode, with and without pages to migrate and a signal.
fn throttled(add: AddCompaction<'_>) {
    for &call in ScanCall::ALL {
        for mode in 0..3 {
            for nr in 0..4 {
                for signal in [false, true] {
                    let mut scenario = scenario((ItemKind::File, FileKind::Tmpfs));
                    (scenario.call, scenario.throttled) = (call, Below::new(1));
                    scenario.cc.mode = Below::new(mode);
                    scenario.cc.nr_migratepages = Below::new(nr);
                    let with = if signal { "_and_a_signal" } else { "" };
                    if signal {
                        scenario.races = race(Point::FatalSignalPending, Action::Signal);
                    }
                    let mode = ["async", "sync_light", "sync"][usize::from(mode)];
                    let nr = [0, 1, 31, 32][usize::from(nr)];
                    add(&format!("throttled_{}_{mode}_{nr}_isolated{with}", snake(call)), scenario);
                }
            }
        }
    }
}

/// What ends a scan of a range, and what the lock of another list does to a scan.
fn ranges(add: AddCompaction<'_>) {
    let item = |kind| Item { kind, ..Item::default() };
    let range = || {
        let mut scenario = scenario((ItemKind::File, FileKind::Tmpfs));
        scenario.call = ScanCall::Range;
        scenario.cc.alloc_contig = true;
        scenario
    };
    let mut no_memory = range();
    no_memory.items = List::new([ItemKind::File, ItemKind::HugeNoMemory].map(item));
    add("range_without_replacement_for_a_huge_page", no_memory);
    let mut enough = range();
    enough.cc.nr_migratepages = Below::new(2);
    add("range_with_enough_isolated", enough);
    let mut contended = scenario((ItemKind::File, FileKind::Tmpfs));
    contended.cc.mode = Below::new(0);
    let other = Item { other_lruvec: true, ..item(ItemKind::Anon) };
    contended.items = List::new([item(ItemKind::Anon), other]);
    contended.races = race(Point::SpinTrylock, Action::HoldLru);
    add("contended_scan_waits_for_the_second_list", contended);
}
