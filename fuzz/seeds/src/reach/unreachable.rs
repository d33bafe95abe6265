// SPDX-License-Identifier: GPL-2.0-only
//! What of the [universe](super::universe) the simulated world cannot bring about, and why.
//!
//! A rule is a reason and the outcomes that it holds for. Tests hold the rules to the runs: nothing
//! that a rule covers is ever reached, and every rule covers something.

mod lifecycle;
mod races;
mod scan;

use super::{Answer, Found, Outcome, Place};
use crate::scenario::{FileKind, Path};
use mmcore::include::linux::pagemap::{AS_EIO, AS_UNEVICTABLE};
use mmcore::{CallId, Function, MigrateMode, Site, errno};

/// A reason, and what it makes unreachable.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Why, as a person is told.
    pub why: &'static str,
    covers: fn(Path, &Outcome) -> bool,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.why)
    }
}

impl Rule {
    /// Whether the outcome of the path is unreachable for this reason.
    pub fn covers(&self, path: Path, outcome: &Outcome) -> bool {
        (self.covers)(path, outcome)
    }
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [RULES, FILES, scan::RULES, races::RULES, lifecycle::RULES].into_iter().flatten()
}

/// Why the world cannot bring an outcome of a path about; `None` if it can.
pub fn why(path: Path, outcome: &Outcome) -> Option<&'static str> {
    rules().find(|rule| rule.covers(path, outcome)).map(|rule| rule.why)
}

/// Whether the outcome is one of these calls, answered so.
fn is_call(outcome: &Outcome, calls: &[CallId], answers: &[Answer]) -> bool {
    matches!(outcome, Outcome::Called(_, asked, answer)
        if calls.contains(&asked.call) && answers.contains(answer))
}

/// The same, in one function.
fn is_call_in(outcome: &Outcome, function: Function, calls: &[CallId], answers: &[Answer]) -> bool {
    matches!(outcome, Outcome::Called(Some(within), ..) if *within == function)
        && is_call(outcome, calls, answers)
}

/// Whether the outcome is a WARN or a BUG at this site, or a thread that one stopped.
fn is_site(outcome: &Outcome, site: Site) -> bool {
    match outcome {
        Outcome::Called(_, asked, _) => {
            matches!(asked.call, CallId::Warn | CallId::Bug) && asked.detail == site as u8
        }
        Outcome::Returned(_, _, answer) | Outcome::Operated(_, _, answer) => {
            *answer == Answer::Stopped(site)
        }
        _ => false,
    }
}

/// Whether the outcome is a call about this bit.
fn is_bit(outcome: &Outcome, nr: u32) -> bool {
    matches!(outcome, Outcome::Called(_, asked, _) if asked.detail == nr as u8)
}

/// Whether zeroing from there to there takes a range that does not consist of whole pages.
fn cuts_a_page(from: Place, to: Place) -> bool {
    let whole = |place| matches!(place, Place::Start | Place::PageBoundary | Place::End);
    !whole(from) || !whole(to)
}

/// What holds on every path, or on several.
const RULES: &[Rule] = &[
    Rule {
        why: "no loop of the world runs on forever",
        covers: |_, o| {
            is_call(o, &[CallId::SoftLockup], &[Answer::Yes]) || is_site(o, Site::SoftLockup)
        },
    },
    Rule {
        why: "a folio that is locked in the page cache keeps its mapping and its index",
        covers: |_, o| {
            is_call(o, &[CallId::RawMapping], &[Answer::Null])
                || is_call_in(
                    o,
                    Function::ShmemUndoRange,
                    &[CallId::FolioMapping, CallId::FbatchIndex],
                    &[Answer::Null, Answer::Number],
                ) && !is_call(o, &[CallId::FolioMapping], &[Answer::Handle])
                || is_call(o, &[CallId::FolioContains], &[Answer::No])
                || is_site(o, Site::NullMapping)
                || is_site(o, Site::NotContained)
                || matches!(o, Outcome::Returned("truncate_inode_folio", _, Answer::Errno(_)))
        },
    },
    Rule {
        why: "a batch is only gone through if something was found",
        covers: |_, o| is_call(o, &[CallId::FbatchCount], &[Answer::Zero]),
    },
    Rule {
        why: "the world has no shadow or swap entries",
        covers: |_, o| is_call(o, &[CallId::FbatchEntry], &[Answer::Null]),
    },
    Rule {
        why: "memory without a disk is never under write-back",
        covers: |_, o| {
            is_call_in(o, Function::ShmemUndoRange, &[CallId::FolioTestWriteback], &[Answer::Yes])
                || is_site(o, Site::ShmemWriteback)
        },
    },
    Rule {
        why: "no actor clears an error bit, or looks at an error, between two reads",
        covers: |_, o| {
            is_call(o, &[CallId::TestAndClearBit], &[Answer::No])
                || is_call(o, &[CallId::ErrseqCheckAndAdvance], &[Answer::Zero])
        },
    },
    Rule {
        why: "a new guest_memfd is unevictable in both revisions",
        covers: |_, o| {
            is_site(o, Site::GmemEvictable)
                || is_call_in(o, Function::KvmGmemCreate, &[CallId::TestBit], &[Answer::No])
        },
    },
    Rule {
        why: "a guest_memfd is bound to its own gmem as long as it is open",
        covers: |_, o| is_call(o, &[CallId::GmemListLen], &[Answer::Zero]),
    },
    Rule {
        why: "the folios of this path are in the page cache, and stay there",
        covers: |path, o| {
            matches!(path, Path::Flags | Path::Creation | Path::Lifecycle)
                && is_call_in(o, Function::FolioEvictable, &[CallId::FolioMapping], &[Answer::Null])
        },
    },
    Rule {
        why: "the file's inode is there as long as the file is open",
        covers: |path, o| {
            matches!(path, Path::Flags | Path::Lifecycle)
                && is_call(o, &[CallId::HasHost], &[Answer::No])
        },
    },
    Rule {
        why: "the file has two pages",
        covers: |path, o| {
            path == Path::Flags && is_call(o, &[CallId::FilemapGetFolios], &[Answer::Full])
        },
    },
];

/// What holds of the files on the truncation, migration and creation paths.
const FILES: &[Rule] = &[
    Rule {
        why: "a guest_memfd is never written back, so it never meets EIO",
        covers: |path, o| {
            let reporter = |o: &Outcome| match o {
                Outcome::Returned(name, ..) => name.starts_with("filemap_check"),
                _ => false,
            };
            let eio = Answer::Errno(errno::EIO);
            path == Path::Creation
                && (matches!(o, Outcome::Returned(_, _, answer) if *answer == eio) && reporter(o)
                    || is_call(o, &[CallId::TestBit, CallId::TestAndClearBit], &[Answer::Yes])
                        && is_bit(o, AS_EIO))
        },
    },
    Rule {
        why: "a guest_memfd stays unevictable, and then nobody asks about mlock",
        covers: |path, o| {
            path == Path::Creation
                && (*o == Outcome::Returned("folio_evictable", None, Answer::Yes)
                    || is_call(o, &[CallId::FolioTestMlocked], &[Answer::Yes, Answer::No])
                    || is_call(o, &[CallId::TestBit], &[Answer::No]) && is_bit(o, AS_UNEVICTABLE))
        },
    },
    Rule {
        why: "folios of a guest_memfd are not mapped and have no private data",
        covers: |path, o| {
            path == Path::Creation
                && (is_call(o, &[CallId::FolioMapped, CallId::FolioHasPrivate], &[Answer::Yes])
                    || is_call(
                        o,
                        &[CallId::UnmapMappingFolio, CallId::FolioInvalidate],
                        &[Answer::Nothing],
                    )
                    || is_call_in(
                        o,
                        Function::TruncateCleanupFolio,
                        &[CallId::FolioSize],
                        &[Answer::Number],
                    ))
        },
    },
    Rule {
        why: "both revisions find a guest_memfd's mapping to be inaccessible, and do not zero it",
        covers: |path, o| {
            let found = |found: &Found| matches!(found, Found::Mask(0 | 2) | Found::Bit(false));
            let partial = Function::TruncateInodePartialFolio;
            let words = [Answer::Bits(0), Answer::Bits(2), Answer::No];
            path == Path::Creation
                && (matches!(o, Outcome::Found(_, it) if found(it))
                    || is_call_in(o, partial, &[CallId::FlagsAnd, CallId::TestBit], &words)
                    || is_call(o, &[CallId::FolioZeroRange], &[Answer::Nothing]))
        },
    },
    Rule {
        why: "a hole in a guest_memfd consists of whole pages, so only a large folio is cut",
        covers: |path, o| {
            path == Path::Creation && is_call(o, &[CallId::FolioTestLarge], &[Answer::No])
        },
    },
    Rule {
        why: "nothing refers to the folios of a new guest_memfd, so every split succeeds",
        covers: |path, o| {
            let again = [Answer::Errno(errno::EAGAIN), Answer::Errno(errno::EBUSY)];
            let after = [CallId::FolioTestDirty, CallId::FolioIndex, CallId::FolioNextIndex];
            let range = !matches!(o, Outcome::Called(Some(Function::KvmGmemErrorFolio), ..));
            path == Path::Creation
                && (is_call(o, &[CallId::SplitFolio], &again)
                    || range && is_call(o, &after, &[Answer::Yes, Answer::No, Answer::Number]))
        },
    },
    Rule {
        why: "a hole in a new guest_memfd has at most 8 pages",
        covers: |path, o| {
            let batches = [CallId::FindLockEntries, CallId::FindGetEntries, CallId::FbatchCount];
            path == Path::Creation && is_call(o, &batches, &[Answer::Full])
        },
    },
    Rule {
        why: "a new guest_memfd has at most 32 pages",
        covers: |path, o| path == Path::Creation && matches!(o, Outcome::Order(6..)),
    },
    Rule {
        why: "the file has at most four folios before any is split",
        covers: |path, o| {
            path == Path::Truncation
                && (is_call(o, &[CallId::FindLockEntries], &[Answer::Full])
                    || is_call(o, &[CallId::MappingEmpty], &[Answer::Yes]))
        },
    },
    Rule {
        why: "write-back has been waited for, and no file here keeps its private data",
        covers: |path, o| {
            let busy = [Answer::Errno(errno::EBUSY)];
            path == Path::Truncation && is_call(o, &[CallId::SplitFolio], &busy)
        },
    },
    Rule {
        why: "ranges of a guest_memfd consist of whole pages",
        covers: |path, o| match o {
            Outcome::Zeroed(FileKind::GuestMemfd, from, to, _) => {
                path == Path::Truncation && cuts_a_page(*from, *to)
            }
            _ => false,
        },
    },
    Rule {
        why: "only the synchronous modes write a dirty folio out",
        covers: |path, o| {
            let modes = [MigrateMode::Async, MigrateMode::SyncLight];
            let written = [Answer::Errno(errno::EIO), Answer::Errno(errno::EINVAL)];
            path == Path::Migration
                && match o {
                    Outcome::Returned("fallback_migrate_folio", Some(mode), answer) => {
                        modes.contains(mode) && written.contains(answer)
                    }
                    Outcome::Returned("move_to_new_folio", Some(mode), answer) => {
                        modes.contains(mode) && *answer == Answer::Errno(errno::EIO)
                    }
                    _ => false,
                }
        },
    },
    Rule {
        why: "MIGRATE_SYNC waits for what makes the other modes give up",
        covers: |path, o| {
            let busy = Answer::Errno(errno::EBUSY);
            let sync = Some(MigrateMode::Sync);
            path == Path::Migration && *o == Outcome::Returned("fallback_migrate_folio", sync, busy)
        },
    },
];
