// SPDX-License-Identifier: GPL-2.0-only
//! What the decision to zero comes to for each kind of mapping, found out by doing it.
//!
//! Each row is a short lifecycle that truncates part of a page, or punches part of a folio, and then
//! looks at what can be read. Nothing in a row is written down in advance: the flags, the decision
//! and the bytes are those of the two runs.

use crate::oracle::{Judgement, Question, judge};
use crate::run::Run;
use crate::scenario::codec::{Below, List};
use crate::scenario::{FileKind, LifecycleScenario, Op, Order, Position, Scenario};
use mmcore::Call;
use serde::Serialize;

/// A kind of mapping, and the operations that show what becomes of it.
#[derive(Debug)]
pub struct Subject {
    /// A name for the corpus.
    pub name: &'static str,
    /// The mapping, for a person.
    pub mapping: &'static str,
    /// The operations, for a person.
    pub operations: &'static str,
    /// The operations.
    pub scenario: Scenario,
}

/// Whether a truncation zeroed the part of a folio that it met.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It did.
    Zeroed,
    /// It did not.
    NotZeroed,
    /// It met no part of a folio.
    NotReached,
}

impl Decision {
    /// For a person.
    pub const fn text(self) -> &'static str {
        match self {
            Decision::Zeroed => "zeroed",
            Decision::NotZeroed => "not zeroed",
            Decision::NotReached => "not reached",
        }
    }
}

/// One side of a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, schemars::JsonSchema)]
pub struct Observed {
    /// `mapping->flags` at the decision, or at the end if there was none.
    pub flags: u64,
    /// Of the flags that the decision tests, those that the mapping has.
    pub found: u64,
    /// The decision.
    pub decision: Decision,
    /// How many bytes can be read at the end that must be gone.
    pub stale_bytes: u64,
    /// Whether the CPU touched guest memory.
    pub touched_guest_memory: bool,
}

/// A row of the survey.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, schemars::JsonSchema)]
pub struct Row {
    /// The mapping.
    pub mapping: &'static str,
    /// The operations.
    pub operations: &'static str,
    /// How `mmdiff explain` is told the scenario.
    pub example: String,
    /// The revision before.
    pub pre: Observed,
    /// The revision after.
    pub post: Observed,
}

const FILE: Below<4> = Below::new(0);

fn position(pages: u8, rest: u64) -> Position {
    Position::at(pages, rest).unwrap_or_default()
}

fn page() -> Position {
    position(1, 0)
}

fn create(kind: FileKind) -> Op {
    Op::Create { kind }
}

fn write_page() -> Op {
    Op::Write { file: FILE, at: position(0, 0), len: page(), order: Order::new(0) }
}

fn truncate(pages: u8, rest: u64) -> Op {
    Op::Truncate { file: FILE, size: position(pages, rest) }
}

/// `ftruncate(100)` and back to a page.
fn shrink_and_extend() -> [Op; 2] {
    [truncate(0, 100), truncate(1, 0)]
}

fn punch(at: Position, len: Position) -> Op {
    Op::PunchHole { file: FILE, at, len }
}

fn record(enospc: bool) -> Op {
    Op::RecordError { file: FILE, enospc }
}

fn fault(order: u8) -> Op {
    Op::FaultPrivate { file: FILE, page: Below::new(0), order: Order::new(order) }
}

fn subject(
    name: &'static str,
    mapping: &'static str,
    operations: &'static str,
    ops: impl IntoIterator<Item = Op>,
) -> Subject {
    let scenario = Scenario::Lifecycle(LifecycleScenario { ops: List::new(ops) });
    Subject { name, mapping, operations, scenario }
}

const TRUNCATED: &str = "write a page; ftruncate(100); ftruncate(4096)";

/// A file that is written, prepared, shrunk to mid-page and extended again.
fn truncated(
    name: &'static str,
    mapping: &'static str,
    kind: FileKind,
    prepare: impl IntoIterator<Item = Op>,
) -> Subject {
    let ops = [create(kind), write_page()].into_iter().chain(prepare).chain(shrink_and_extend());
    subject(name, mapping, TRUNCATED, ops)
}

/// Every row's subject.
pub fn subjects() -> Vec<Subject> {
    let lock = || Op::ShmLock { file: FILE };
    let unlock = || Op::ShmUnlock { file: FILE };
    let fsync = || Op::Fsync { file: FILE };
    vec![
        subject(
            "guest_memfd_keeps_large_folio_untouched",
            "guest_memfd, large folio",
            "fault in 4 pages; punch the second",
            [create(FileKind::GuestMemfd), fault(2), punch(page(), page())],
        ),
        subject(
            "guest_memfd_order0_never_reaches_the_zeroing",
            "guest_memfd, single pages",
            "fault in a page; punch it",
            [create(FileKind::GuestMemfd), fault(0), punch(position(0, 0), page())],
        ),
        subject(
            "guest_memfd_refuses_another_size",
            "guest_memfd",
            "fault in a page; ftruncate(100)",
            [create(FileKind::GuestMemfd), fault(0), truncate(0, 100)],
        ),
        truncated("ramfs_truncate_leaves_stale_tail", "ramfs", FileKind::Ramfs, []),
        truncated(
            "tmpfs_noswap_truncate_leaves_stale_tail",
            "tmpfs, noswap",
            FileKind::TmpfsNoswap,
            [],
        ),
        subject(
            "tmpfs_noswap_unaligned_hole_stays_readable",
            "tmpfs, noswap",
            "write a page; PUNCH_HOLE(100, 2048)",
            [
                create(FileKind::TmpfsNoswap),
                write_page(),
                punch(position(0, 100), position(0, 2048)),
            ],
        ),
        truncated(
            "shm_locked_truncate_leaves_stale_tail",
            "shmem under SHM_LOCK",
            FileKind::Tmpfs,
            [lock()],
        ),
        truncated(
            "shm_unlocked_truncate_zeroes_the_tail",
            "shmem after SHM_UNLOCK",
            FileKind::Tmpfs,
            [lock(), unlock()],
        ),
        truncated(
            "recorded_enospc_truncate_leaves_stale_tail",
            "file with a recorded ENOSPC",
            FileKind::Disk,
            [record(true)],
        ),
        truncated(
            "enospc_reported_by_fsync_truncate_zeroes_the_tail",
            "the same, after fsync",
            FileKind::Disk,
            [record(true), fsync()],
        ),
        truncated(
            "recorded_enospc_harmless_where_the_filesystem_zeroes",
            "the same, filesystem zeroes too",
            FileKind::DiskZeroing,
            [record(true)],
        ),
        truncated(
            "recorded_eio_truncate_zeroes_the_tail",
            "file with a recorded EIO",
            FileKind::Disk,
            [record(false)],
        ),
        subject(
            "secretmem_is_never_truncated_to_a_partial_page",
            "memfd_secret",
            "ftruncate(4096); write; ftruncate(100)",
            [create(FileKind::Secretmem), truncate(1, 0), write_page(), truncate(0, 100)],
        ),
        subject(
            "drm_shmem_is_never_truncated_to_a_partial_page",
            "shmem of a graphics driver",
            "write a page; ftruncate(100)",
            [create(FileKind::DrmShmem), write_page(), truncate(0, 100)],
        ),
        truncated("tmpfs_truncate_zeroes_the_tail", "tmpfs", FileKind::Tmpfs, []),
        truncated("disk_truncate_zeroes_the_tail", "file on a disk", FileKind::Disk, []),
    ]
}

/// Runs every subject on both revisions.
pub fn run(question: &Question) -> Vec<Row> {
    subjects()
        .into_iter()
        .map(|subject| {
            let Judgement { pre, post, .. } = judge(question, &subject.scenario);
            Row {
                mapping: subject.mapping,
                operations: subject.operations,
                example: crate::check::spell(&subject.scenario),
                pre: observe(&pre),
                post: observe(&post),
            }
        })
        .collect()
}

fn observe(run: &Run) -> Observed {
    let file = &run.world.files[0];
    let zeroes = |call: &Call| matches!(call, Call::FolioZeroRange { .. });
    let zeroed = run.trace.iter().any(|event| zeroes(&event.call));
    let tests = run.common(run.tree.truncate_tests);
    let tested = run.trace.iter().rev().find_map(|event| match event.call {
        Call::FlagsAnd { mask, .. } if mask == tests => Some(event.answer),
        Call::TestBit { nr, .. } if 1 << nr == tests => Some(event.answer << nr),
        _ => None,
    });
    let decision = match (tested, zeroed) {
        (_, true) => Decision::Zeroed,
        (Some(_), false) => Decision::NotZeroed,
        (None, false) => Decision::NotReached,
    };
    let stale = run.world.stale_bytes(mmcore::Mapping(0), 0, file.size);
    let touched = |misdeed| matches!(misdeed, crate::world::Misdeed::TouchedGuestMemory(_));
    Observed {
        flags: run.own(file.flags),
        found: run.own(tested.unwrap_or(file.flags & tests)),
        decision,
        stale_bytes: if file.is_guest_memory() { 0 } else { stale },
        touched_guest_memory: run.world.misdeeds.iter().any(|&misdeed| touched(misdeed)),
    }
}
