// SPDX-License-Identifier: GPL-2.0-only
//! What is run whole when the port is compared with the kernel's C, which cannot be stopped at the
//! head of a loop: scans; and the functions that other entries reach only inside others.

use crate::explore::callee;
use crate::explore::entries::{BLOCK, Callee, callees, choose, frames};
use crate::explore::{Choice, Model, Var, What, whole_scan};
use crate::run::Returned;
use crate::scenario::Path;
use mmcore::{Function, Lruvec, MAX_PAGE_ORDER, Mapping, Page, Side};
use mmdiff_trace::Invocation;

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
        let callees = match self {
            Entry::Path(path) => callees(path),
            Entry::Scan => return Function::IsolateMigratepagesBlock.name(),
            Entry::Range => return Function::IsolateMigratepagesRange.name(),
            Entry::Helpers => &HELPERS,
        };
        match choices.iter().find(|choice| choice.var.what == What::Function) {
            Some(choice) => callees[usize::from(choice.got)].name,
            // Before the choice of what is done to it, a guest_memfd is created.
            None => Function::KvmGmemCreate.name(),
        }
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

const FILE: Mapping = Mapping(0);

/// Runs an entry that is no path of the explorer's.
pub(crate) fn run<S: Side>(entry: Entry, k: &mut Model<'_>) -> Returned {
    let invocation = match entry {
        Entry::Path(_) => None,
        Entry::Scan => Some(scan(k)),
        Entry::Range => Some(range(k)),
        Entry::Helpers => {
            k.set_scanned(BLOCK, BLOCK + 1);
            let lacks = <S::Tree as mmcore::Tree>::LACKS;
            let is_there = |callee: &&Callee| lacks.iter().all(|f| f.name() != callee.name);
            choose(k, &HELPERS[..HELPERS.iter().take_while(is_there).count()])
        }
    };
    invocation.map_or(Returned::Nothing, |invocation| invocation.run::<S, _>(k))
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
const HELPERS: [Callee; 11] = [
    callee!(MappingSetInaccessible { mapping: FILE }),
    callee!(MappingInaccessible { mapping: FILE }),
    Callee::of(Function::IsolationSuitable, |k| {
        Some(Invocation::IsolationSuitable { page: page(k) })
    }),
    Callee::of(Function::TestAndSetSkip, |k| Some(Invocation::TestAndSetSkip { page: page(k) })),
    Callee::of(Function::UpdateCachedMigrate, |k| {
        Some(Invocation::UpdateCachedMigrate { pfn: pick(k, &[BLOCK, BLOCK + 1, u64::MAX]) })
    }),
    Callee::of(Function::CompactLockIrqsave, |k| {
        Some(Invocation::CompactLockIrqsave { lruvec: Lruvec(argument(k, 2)) })
    }),
    callee!(TooManyIsolated {}),
    Callee::of(Function::SkipIsolationOnOrder, |k| {
        const ORDERS: [i32; 7] = [-1, 0, 1, 8, 9, MAX_PAGE_ORDER as i32, MAX_PAGE_ORDER as i32 + 1];
        let (order, target_order) = (pick(k, &ORDERS), pick(k, &ORDERS));
        Some(Invocation::SkipIsolationOnOrder { order, target_order })
    }),
    // Of some trees.
    Callee::of(Function::MappingSetFolioOrderRange, |k| {
        const ORDERS: [u32; 8] = [0, 1, 2, 8, 9, 10, 11, u32::MAX];
        let (min, max) = (pick(k, &ORDERS), pick(k, &ORDERS));
        Some(Invocation::MappingSetFolioOrderRange { mapping: FILE, min, max })
    }),
    callee!(MappingMaxFolioOrder { mapping: FILE }),
    callee!(MappingMinFolioOrder { mapping: FILE }),
];

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
