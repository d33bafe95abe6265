// SPDX-License-Identifier: GPL-2.0-only
//! What in a trace shows that something was run that is left out.

use super::settings::{Controls, is_async_direct_of_everything};
use mmcore::include::linux::pageblock_flags::pageblock_end_pfn;
use mmcore::{Call, Folio, Function, Mapping, MigrateMode};
use mmdiff::trace::Event;
use std::collections::BTreeMap;

/// A precondition of which a trace can show that it does not hold.
pub(crate) struct Check {
    /// How it begins.
    pub(crate) says: &'static str,
    /// Whether the trace shows something that is left out.
    pub(crate) violates: fn(&[Event]) -> bool,
    /// One that does.
    pub(crate) example: &'static [Event],
}

const fn event(call: Call, answer: u64) -> Event {
    Event { call, answer }
}

const FILE: Mapping = Mapping(0);
const FOLIO: Folio = Folio(0);

pub(crate) const CHECKS: [Check; 14] = [
    Check {
        says: "asynchronous direct compaction",
        violates: |trace| {
            let mut controls: Controls = [-2; 10];
            for event in trace {
                match event.call {
                    Call::CcMode {} => controls[0] = event.answer as i32,
                    Call::CcOrder {} => controls[1] = event.answer as i32,
                    Call::CcDirectCompaction {} => controls[3] = event.answer as i32,
                    _ => {}
                }
            }
            is_async_direct_of_everything(&controls)
        },
        example: &[
            event(Call::CcMode {}, 0),
            event(Call::CcDirectCompaction {}, 1),
            event(Call::CcOrder {}, u64::MAX),
        ],
    },
    Check {
        says: "a split that fails in the last pass",
        violates: |trace| {
            let last_pass =
                trace.iter().skip_while(|event| !matches!(event.call, Call::FindGetEntries { .. }));
            let fails =
                |event: &Event| matches!(event.call, Call::SplitFolio { .. }) && event.answer != 0;
            last_pass.into_iter().any(fails)
        },
        example: &[
            event(Call::FindGetEntries { mapping: FILE, start: 1, end: u64::MAX - 1 }, 1),
            event(Call::SplitFolio { folio: FOLIO }, u64::MAX),
        ],
    },
    Check {
        says: "cc->order 0",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::CcOrder {} => event.answer == 0,
                Call::CcMode {} => event.answer == MigrateMode::SyncNoCopy as u64,
                _ => false,
            })
        },
        example: &[event(Call::CcOrder {}, 0)],
    },
    Check {
        says: "a range that is empty",
        violates: |trace| {
            let pfns = trace.iter().filter_map(|event| match event.call {
                Call::SetCcMigratePfn { pfn } => Some(pfn),
                _ => None,
            });
            pfns.clone().next_back() > pfns.clone().next().map(pageblock_end_pfn)
        },
        example: &[
            event(Call::SetCcMigratePfn { pfn: 1000 }, 0),
            event(Call::SetCcMigratePfn { pfn: 1025 }, 0),
        ],
    },
    Check {
        says: "a folio above order 9",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::FolioOrder { .. } => event.answer > 9,
                Call::FolioNrPages { .. } => event.answer > 1 << 9,
                _ => false,
            })
        },
        example: &[event(Call::FolioOrder { folio: FOLIO }, 10)],
    },
    Check {
        says: "another size than 8 pages",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::GmemSetModeAndSize { size, .. } => size != 8 << 12,
                Call::GmemSetOps { flags, .. } => flags != 0,
                _ => false,
            })
        },
        example: &[event(Call::GmemSetModeAndSize { mapping: FILE, size: 4096 }, 0)],
    },
    Check {
        says: "flags that others set",
        violates: |trace| flags_change(trace, &[]),
        example: &[
            event(Call::ClearBit { mapping: FILE, nr: 1 }, 0),
            event(Call::TestBit { mapping: FILE, nr: 1 }, 1),
        ],
    },
    Check {
        says: "a hole that is not of whole pages",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::KvmGmemInvalidateBegin { start, end, .. } => start >= end,
                _ => false,
            })
        },
        example: &[event(Call::KvmGmemInvalidateBegin { gmem: 0, start: 1, end: 1 }, 0)],
    },
    Check {
        says: "calls after a creation that failed",
        violates: |trace| {
            let failed = trace.iter().position(|event| match event.call {
                Call::GetUnusedFd {} => (event.answer as i64) < 0,
                Call::KzallocGmem {} => event.answer == 0,
                Call::AnonInodeCreateGetfile { .. } => event.answer != 0,
                _ => false,
            });
            let calls = |event: &&Event| matches!(event.call, Call::Enter { .. });
            failed.is_some_and(|at| trace[at..].iter().any(|event| calls(&event)))
        },
        example: &[
            event(Call::KzallocGmem {}, 0),
            event(Call::Enter { function: Function::FilemapCheckErrors }, 0),
        ],
    },
    Check {
        says: "a range that begins below 0",
        violates: |trace| {
            let pages = trace.iter().filter_map(|event| match event.call {
                Call::FilemapGetFolio { index, .. } => Some(index),
                Call::ShmemGetPartialFolio { index, .. } => Some(index),
                _ => None,
            });
            // The second is that of the end, which may be -1.
            pages.clone().next() > Some(i64::MAX as u64 >> 12) || !pages.is_sorted()
        },
        example: &[event(Call::FilemapGetFolio { mapping: FILE, index: u64::MAX }, 0)],
    },
    Check {
        says: "a folio that is not all below the top",
        violates: |trace| {
            let mut pos = 0;
            trace.iter().any(|event| match event.call {
                Call::FolioPos { .. } => {
                    pos = event.answer;
                    false
                }
                Call::FolioSize { .. } => {
                    pos + event.answer > i64::MAX as u64 || event.answer > 4096 << 10
                }
                _ => false,
            })
        },
        example: &[event(Call::FolioSize { folio: FOLIO }, 4096 << 11)],
    },
    Check {
        says: "a folio that its range does not touch",
        violates: |trace| {
            let mut size = 0;
            trace.iter().any(|event| match event.call {
                Call::FolioSize { .. } => {
                    size = event.answer;
                    false
                }
                Call::FolioZeroRange { offset, length, .. } => {
                    length == 0 || u64::from(offset) + u64::from(length) > size
                }
                _ => false,
            })
        },
        example: &[
            event(Call::FolioSize { folio: FOLIO }, 4096),
            event(Call::FolioZeroRange { folio: FOLIO, offset: 0, length: 4097 }, 0),
        ],
    },
    Check {
        says: "errors of callbacks",
        violates: |trace| {
            trace.iter().any(|event| match event.call {
                Call::CallMigrateFolio { .. } | Call::MovableMigratePage { .. } => {
                    ![0, -11, -16].contains(&(event.answer as i32))
                }
                _ => false,
            })
        },
        example: &[event(
            Call::MovableMigratePage { dst: Folio(1), src: FOLIO, mode: MigrateMode::Sync },
            -12i64 as u64,
        )],
    },
    Check {
        says: "changes, during a call",
        violates: |trace| flags_change(trace, &[0, 1, 3]),
        example: &[
            event(Call::TestBit { mapping: FILE, nr: 9 }, 0),
            event(Call::TestBit { mapping: FILE, nr: 9 }, 1),
        ],
    },
];

/// How the others begin: nothing that is said through the door shows them. The first is what
/// the tests of the settings are about.
pub(crate) const NOT_IN_A_TRACE: [&str; 6] = [
    "settings of the scan that no caller makes",
    "isolate_migratepages_range",
    "an unlocked folio",
    "more than three folios",
    "pieces of a split folio",
    "folios that are not locked",
];

/// A flag is not what it was, though no setter was called; `but` those that anybody may change.
fn flags_change(trace: &[Event], but: &[u32]) -> bool {
    let mut known = BTreeMap::new();
    trace.iter().any(|event| match event.call {
        Call::TestBit { mapping, nr } if !but.contains(&nr) => {
            known.insert((mapping, nr), event.answer).is_some_and(|was| was != event.answer)
        }
        Call::SetBit { mapping, nr } => {
            known.insert((mapping, nr), 1);
            false
        }
        Call::ClearBit { mapping, nr } | Call::TestAndClearBit { mapping, nr } => {
            known.insert((mapping, nr), 0);
            false
        }
        Call::StoreFlags { .. } => {
            known.clear();
            false
        }
        _ => false,
    })
}
