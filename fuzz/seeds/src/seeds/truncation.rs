// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `truncation` path.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let mid = || Edge { delta: 100, ..Edge::default() };
    let mut truncation = |name: &str, file: FileSpec, edit: &dyn Fn(&mut TruncationScenario)| {
        let mut scenario = TruncationScenario {
            file,
            start: mid(),
            to_eof: true,
            ..TruncationScenario::default()
        };
        edit(&mut scenario);
        add(name, Scenario::Truncation(scenario));
    };
    truncation("ramfs_tail_is_not_zeroed", file(FileKind::Ramfs), &|_| {});
    truncation("tmpfs_noswap_tail_is_not_zeroed", file(FileKind::TmpfsNoswap), &|s| {
        s.call = TruncateCall::ShmemUndoRange;
    });
    let locked = FileSpec { shm_lock: true, ..file(FileKind::Tmpfs) };
    truncation("shm_locked_tail_is_not_zeroed", locked, &|s| {
        s.call = TruncateCall::ShmemUndoRange;
    });
    let failed = FileSpec { recorded: Recorded::Enospc, ..file(FileKind::Disk) };
    truncation("recorded_enospc_tail_is_not_zeroed", failed, &|s| {
        s.call = TruncateCall::PagesRange;
    });
    truncation("disk_tail_is_zeroed", file(FileKind::Disk), &|_| {});
    truncation("guest_memfd_part_of_large_folio_is_skipped", file(FileKind::GuestMemfd), &|s| {
        s.folio.order = Order::new(2);
        s.start = Edge { anchor: Anchor::FirstPageEnd, ..Edge::default() };
    });
    truncation("raw_bit_10_is_read_by_nobody", raw(1 << 10), &|_| {});
    truncation("guest_memfd_folio_of_the_greatest_order", file(FileKind::GuestMemfd), &|s| {
        s.folio.order = Order::new(Order::MAX);
        s.start = Edge { anchor: Anchor::Middle, ..Edge::default() };
    });
    for word in [2, 10] {
        let file = raw_of(FileKind::Ramfs, word);
        truncation(&format!("raw_word_{word:#x}_of_ramfs"), file, &|_| {});
    }
    for word in [0, 2, 10, 1 << 9] {
        let file = raw_of(FileKind::Secretmem, word);
        truncation(&format!("raw_word_{word:#x}_of_secretmem"), file, &|_| {});
    }
    truncation("raw_inaccessible_without_unevictable", raw(1 << 9), &|_| {});
    truncation("failed_split_keeps_a_dirty_folio", file(FileKind::Disk), &|s| {
        s.call = TruncateCall::PagesRange;
        s.folio.order = Order::new(3);
        s.folio.dirty = true;
        s.split = SplitAnswer::Fails;
    });
    truncation("failed_split_drops_a_clean_folio", file(FileKind::Disk), &|s| {
        s.call = TruncateCall::PagesRange;
        s.folio.order = Order::new(3);
        s.split = SplitAnswer::Fails;
    });
    truncation(
        "guest_memfd_failed_split_takes_the_whole_folio",
        file(FileKind::GuestMemfd),
        &|s| {
            s.folio.order = Order::new(2);
            s.start = Edge { anchor: Anchor::FirstPageEnd, ..Edge::default() };
            s.split = SplitAnswer::Fails;
        },
    );
    truncation("hole_inside_one_large_folio", file(FileKind::Tmpfs), &|s| {
        s.folio.order = Order::new(4);
        s.to_eof = false;
        s.end = Edge { anchor: Anchor::FolioEnd, delta: -100, ..Edge::default() };
    });
    truncation("write_back_fails_while_truncation_waits", file(FileKind::Disk), &|s| {
        s.races = race(Point::FolioWaitWriteback, Action::RecordEnospc);
    });
    truncation("unlocked_while_truncation_waits", locked_segment(), &|s| {
        s.races = race(Point::FolioWaitWriteback, Action::ShmUnlock);
    });
}

fn locked_segment() -> FileSpec {
    FileSpec { shm_lock: true, ..file(FileKind::Tmpfs) }
}

/// The edges of a range, measured by a folio of four pages or of one.
const EDGES: [(&str, Anchor, i8); 10] = [
    ("one_before_the_folio", Anchor::FolioStart, -1),
    ("the_folios_start", Anchor::FolioStart, 0),
    ("one_into_the_folio", Anchor::FolioStart, 1),
    ("mid_page", Anchor::FolioStart, 100),
    ("one_before_the_first_pages_end", Anchor::FirstPageEnd, -1),
    ("the_first_pages_end", Anchor::FirstPageEnd, 0),
    ("the_last_pages_start", Anchor::LastPageStart, 0),
    ("two_before_the_folios_end", Anchor::FolioEnd, -2),
    ("one_before_the_folios_end", Anchor::FolioEnd, -1),
    ("the_folios_end", Anchor::FolioEnd, 0),
];

fn edge((_, anchor, delta): (&str, Anchor, i8)) -> Edge {
    Edge { anchor, delta, ..Edge::default() }
}

fn scenario(kind: FileKind, large: bool) -> TruncationScenario {
    let order = Order::new(if large { 2 } else { 0 });
    TruncationScenario {
        call: TruncateCall::PagesRange,
        file: file(kind),
        folio: FolioSpec { order, ..FolioSpec::default() },
        // The second place of its size, so that there is something before it.
        index: Below::new(1),
        ..TruncationScenario::default()
    }
}

pub(super) fn families(add: Add<'_>) {
    let mut truncation = |name: &str, scenario| add(name, Scenario::Truncation(scenario));
    for &kind in FileKind::ALL {
        for large in [false, true] {
            edges(kind, large, &mut truncation);
            states(kind, large, &mut truncation);
        }
        words(kind, &mut truncation);
    }
    calls(&mut truncation);
    orders(&mut truncation);
    neighbours(&mut truncation);
    kept(&mut truncation);
}

type AddTruncation<'a> = &'a mut dyn FnMut(&str, TruncationScenario);

fn subject(kind: FileKind, large: bool) -> String {
    format!("{}_{}", snake(kind), if large { "large_folio" } else { "page" })
}

/// Every pair of edges, and every edge with no end.
fn edges(kind: FileKind, large: bool, add: AddTruncation<'_>) {
    let subject = subject(kind, large);
    for start in EDGES {
        let scenario = TruncationScenario { start: edge(start), ..scenario(kind, large) };
        let to_eof = TruncationScenario { to_eof: true, ..scenario.clone() };
        add(&format!("{subject}_from_{}", start.0), to_eof);
        for end in EDGES {
            let name = format!("{subject}_from_{}_up_to_{}", start.0, end.0);
            add(&name, TruncationScenario { end: edge(end), ..scenario.clone() });
        }
    }
}

/// The states of a folio, cut at mid-page.
fn states(kind: FileKind, large: bool, add: AddTruncation<'_>) {
    let subject = subject(kind, large);
    let splits = [
        ("splits", SplitAnswer::Splits),
        ("does_not_split", SplitAnswer::Fails),
        ("splits_only_at_the_second_try", SplitAnswer::FirstFails),
        ("does_not_split_or_unmap", SplitAnswer::FailsStillMapped),
    ];
    let edits: [Edit<FolioSpec>; 7] = [
        ("clean", |_| {}),
        ("dirty", |folio| folio.dirty = true),
        ("private", |folio| folio.private = true),
        ("mapped", |folio| folio.mapcount = Below::new(1)),
        ("pinned", |folio| folio.pins = Below::new(1)),
        ("locked", |folio| folio.locked = true),
        ("under_write_back", |folio| folio.writeback = true),
    ];
    for (state, edit) in edits {
        let splits = if large { &splits[..] } else { &splits[..1] };
        for &(split, answer) in splits {
            for (cut, delta) in [("cut", 100), ("whole", 0)] {
                let mut scenario = scenario(kind, large);
                edit(&mut scenario.folio);
                scenario.start = Edge { delta, ..Edge::default() };
                (scenario.to_eof, scenario.split) = (true, answer);
                let how = if large { format!("_that_{split}") } else { String::new() };
                add(&format!("{state}_{subject}_{cut}{how}"), scenario);
            }
        }
    }
}

/// Every word that the two tests tell apart.
fn words(kind: FileKind, add: AddTruncation<'_>) {
    let words = [
        (0, "no_bit"),
        (1 << 1, "enospc"),
        (1 << 3, "unevictable"),
        (1 << 1 | 1 << 3, "enospc_and_unevictable"),
        (1 << 9, "inaccessible"),
        (1 << 9 | 1 << 3, "inaccessible_and_unevictable"),
    ];
    for (word, name) in words {
        // A range of whole pages, for guest_memfd's sake.
        let start = Edge { anchor: Anchor::FirstPageEnd, ..Edge::default() };
        let file = raw_of(kind, word);
        let plain = TruncationScenario { file, start, to_eof: true, ..scenario(kind, true) };
        add(&format!("{}_with_raw_{name}", snake(kind)), plain.clone());
        let end = Edge { anchor: Anchor::LastPageStart, delta: -1, ..Edge::default() };
        let hole = TruncationScenario { end, to_eof: false, ..plain };
        add(&format!("hole_in_{}_with_raw_{name}", snake(kind)), hole.clone());
        let start = Edge { anchor: Anchor::FileStart, ..Edge::default() };
        let head = TruncationScenario { start, ..hole };
        add(&format!("head_of_{}_with_raw_{name}", snake(kind)), head);
    }
}

/// Each function, called alone.
fn calls(add: AddTruncation<'_>) {
    for &call in TruncateCall::ALL {
        for kind in [FileKind::Disk, FileKind::Tmpfs, FileKind::Ramfs] {
            for large in [false, true] {
                let start = Edge { delta: 100, ..Edge::default() };
                let scenario =
                    TruncationScenario { call, start, to_eof: true, ..scenario(kind, large) };
                let subject = subject(kind, large);
                add(&format!("{}_of_{subject}", snake(call)), scenario.clone());
                let mut mapped = scenario;
                mapped.folio.mapcount = Below::new(2);
                mapped.folio.private = true;
                add(&format!("{}_of_mapped_private_{subject}", snake(call)), mapped);
            }
        }
    }
}

/// Each order, and the top of the file.
fn orders(add: AddTruncation<'_>) {
    for order in 0..=Order::MAX {
        for (place, index) in [("at_the_start", 0), ("at_the_top", 3)] {
            let mut scenario = scenario(FileKind::Disk, true);
            scenario.folio.order = Order::new(order);
            scenario.index = Below::new(index);
            scenario.start = Edge { anchor: Anchor::LastPageStart, delta: 100, ..Edge::default() };
            scenario.to_eof = true;
            add(&format!("folio_of_order_{order}_{place}"), scenario);
        }
    }
}

/// Folios behind the first one, in states that the first pass does not take.
fn neighbours(add: AddTruncation<'_>) {
    let folio = |edit: &dyn Fn(&mut FolioSpec)| {
        let mut folio = FolioSpec::default();
        edit(&mut folio);
        folio
    };
    let sets = [
        ("a_locked_folio_behind", List::new([folio(&|f| f.locked = true)])),
        ("a_folio_under_write_back_behind", List::new([folio(&|f| f.writeback = true)])),
        ("a_large_locked_folio_behind", {
            List::new([folio(&|f| (f.order, f.locked) = (Order::new(2), true))])
        }),
        (
            "three_folios_behind",
            List::new([0, 1, 2].map(|order| folio(&|f| f.order = Order::new(order)))),
        ),
    ];
    for kind in [FileKind::Disk, FileKind::Tmpfs] {
        for (name, more) in sets.clone() {
            for (range, to_eof, pages) in
                [("truncated", true, 0), ("in_a_hole", false, 3), ("cut_behind", false, 1)]
            {
                let mut scenario = scenario(kind, true);
                scenario.start = Edge { delta: 100, ..Edge::default() };
                scenario.end =
                    Edge { anchor: Anchor::FolioEnd, delta: 100, pages: Below::new(pages) };
                (scenario.to_eof, scenario.more) = (to_eof, more.clone());
                add(&format!("{}_with_{name}_{range}", snake(kind)), scenario);
            }
        }
    }
}

/// Folios that are kept, whole or in pieces, by each function.
fn kept(add: AddTruncation<'_>) {
    for call in [TruncateCall::PartialFolio, TruncateCall::PagesRange] {
        for kind in [FileKind::Disk, FileKind::Tmpfs] {
            let mut plain = scenario(kind, true);
            plain.call = call;
            plain.start = Edge { delta: 100, ..Edge::default() };
            plain.end = Edge { anchor: Anchor::FolioEnd, delta: -100, ..Edge::default() };
            let mut kept = plain.clone();
            kept.folio.dirty = true;
            kept.split = SplitAnswer::Fails;
            let subject = subject(kind, true);
            add(&format!("{}_keeps_a_dirty_{subject}", snake(call)), kept);
            // More pieces than a batch holds.
            for (end, to_eof) in [("truncated", true), ("punched", false)] {
                let mut pieces = TruncationScenario { to_eof, ..plain.clone() };
                pieces.folio.order = Order::new(6);
                let name = format!("{}_of_64_pages_of_{}_{end}", snake(call), snake(kind));
                add(&name, pieces);
            }
        }
    }
}
