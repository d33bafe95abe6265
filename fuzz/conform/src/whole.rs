// SPDX-License-Identifier: GPL-2.0-only
//! What is run whole when the port is compared with the kernel's C, which cannot be stopped at the
//! head of a loop: scans; and the functions that other entries reach only inside others.

use super::Invoked;
use crate::explore::entries::{BLOCK, frames, functions};
use crate::explore::{Choice, Model, Var, What, whole_scan};
use crate::run::Returned;
use crate::scenario::Path;
use mmcore::{Lruvec, MAX_PAGE_ORDER, Mapping, Page};
use mmdiff_kernel::Invocation;

/// What is enumerated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Entry {
    /// The calls of a path.
    Path(Path),
    /// `isolate_migratepages_block`.
    Scan,
    /// `isolate_migratepages_range`: the last page frame of a pageblock, and those after it.
    Range,
    /// Functions that are called inside others only.
    Helpers,
}

/// Every entry, in the order of the report.
pub(crate) const ENTRIES: [Entry; 8] = [
    Entry::Path(Path::Flags),
    Entry::Path(Path::Creation),
    Entry::Path(Path::Errors),
    Entry::Path(Path::Truncation),
    Entry::Path(Path::Migration),
    Entry::Scan,
    Entry::Range,
    Entry::Helpers,
];

impl Entry {
    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Entry::Path(path) => path.name(),
            Entry::Scan => Path::Compaction.name(),
            Entry::Range => "ranges",
            Entry::Helpers => "helpers",
        }
    }

    /// The function that a path of it calls.
    pub(crate) fn function(self, choices: &[Choice]) -> &'static str {
        let names = match self {
            Entry::Path(path) => functions(path),
            Entry::Scan => &["isolate_migratepages_block"],
            Entry::Range => &["isolate_migratepages_range"],
            Entry::Helpers => &HELPERS,
        };
        let chosen = choices.iter().find(|choice| choice.var.what == What::Function);
        // Before the choice of what is done to it, a guest_memfd is created.
        let creation =
            || if self == Entry::Path(Path::Creation) { "__kvm_gmem_create" } else { names[0] };
        chosen.map_or_else(creation, |choice| names[usize::from(choice.got)])
    }

    /// The path that it belongs to.
    pub(crate) fn path(self) -> Path {
        match self {
            Entry::Path(path) => path,
            Entry::Scan | Entry::Range => Path::Compaction,
            Entry::Helpers => Path::Flags,
        }
    }
}

/// The functions of [`helper`], in the order of the choice.
const HELPERS: [&str; 11] = [
    "the setter of the flag that keeps folios",
    "the test of the flag that keeps folios",
    "isolation_suitable",
    "test_and_set_skip",
    "update_cached_migrate",
    "compact_lock_irqsave",
    "too_many_isolated",
    "skip_isolation_on_order",
    // Of some revisions.
    "mapping_set_folio_order_range",
    "mapping_max_folio_order",
    "mapping_min_folio_order",
];

const FILE: Mapping = Mapping(0);
/// Runs an entry that is no path of the explorer's.
pub(crate) fn run<R: Invoked>(entry: Entry, k: &mut Model<'_>) -> Returned {
    let invocation = match entry {
        Entry::Path(_) => return Returned::Nothing,
        Entry::Scan => scan(k),
        Entry::Range => range(k),
        Entry::Helpers => helper::<R>(k),
    };
    R::invoke(&invocation, k)
}

fn scan(k: &mut Model<'_>) -> Invocation {
    let (low_pfn, end_pfn, mode) = whole_scan(k);
    Invocation::IsolateMigratepagesBlock { low_pfn, end_pfn, mode }
}

fn range(k: &mut Model<'_>) -> Invocation {
    let (start_pfn, end_pfn) = frames(k, k.bounds().folios);
    Invocation::IsolateMigratepagesRange { start_pfn, end_pfn }
}

/// The functions that are called inside others only. All but the tests of flags are reached there
/// too, with the arguments that their callers give.
fn helper<R: Invoked>(k: &mut Model<'_>) -> Invocation {
    k.set_scanned(BLOCK, BLOCK + 1);
    let mapping = FILE;
    let there = if R::HAS_FOLIO_ORDERS { HELPERS.len() } else { HELPERS.len() - 3 };
    match k.choose(Var::one(What::Function), there as u8) {
        0 => Invocation::MappingSetPinned { mapping },
        1 => Invocation::MappingPinned { mapping },
        2 => Invocation::IsolationSuitable { page: page(k) },
        3 => Invocation::TestAndSetSkip { page: page(k) },
        4 => Invocation::UpdateCachedMigrate { pfn: pick(k, &[BLOCK, BLOCK + 1, u64::MAX]) },
        5 => Invocation::CompactLockIrqsave { lruvec: Lruvec(argument(k, 2)) },
        6 => Invocation::TooManyIsolated {},
        7 => {
            const ORDERS: [i32; 7] =
                [-1, 0, 1, 8, 9, MAX_PAGE_ORDER as i32, MAX_PAGE_ORDER as i32 + 1];
            let (order, target_order) = (pick(k, &ORDERS), pick(k, &ORDERS));
            Invocation::SkipIsolationOnOrder { order, target_order }
        }
        8 => {
            const ORDERS: [u32; 8] = [0, 1, 2, 8, 9, 10, 11, u32::MAX];
            let (min, max) = (pick(k, &ORDERS), pick(k, &ORDERS));
            Invocation::MappingSetFolioOrderRange { mapping, min, max }
        }
        9 => Invocation::MappingMaxFolioOrder { mapping },
        _ => Invocation::MappingMinFolioOrder { mapping },
    }
}

fn argument(k: &mut Model<'_>, of: u8) -> u8 {
    k.choose(Var::one(What::Argument), of)
}

fn pick<T: Copy>(k: &mut Model<'_>, values: &[T]) -> T {
    values[usize::from(argument(k, values.len() as u8))]
}

/// The first page of a pageblock, or the second.
fn page(k: &mut Model<'_>) -> Page {
    Page(BLOCK + u64::from(argument(k, 2)))
}
