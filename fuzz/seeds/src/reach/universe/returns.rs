// SPDX-License-Identifier: GPL-2.0-only
//! What the steps of each path can return.

use crate::reach::Outcome;
use crate::reach::answer::Answer::{self, Errno, Stopped};
use crate::scenario::{FileKind, Path};
use mmcore::errno::{EAGAIN, EBUSY, EINTR, EINVAL, EIO, EMFILE, ENOMEM, ENOSPC, EOPNOTSUPP};
use mmcore::{MigrateMode, Site};
use std::collections::BTreeSet;

const DONE: Answer = Answer::Nothing;
const ZERO: Answer = Answer::Zero;
const NUMBER: Answer = Answer::Number;
const TRUTH: &[Answer] = &[Answer::Yes, Answer::No];

const TRUNCATED: &[Answer] =
    &[DONE, Stopped(Site::NullMapping), Stopped(Site::NotContained), Stopped(Site::SoftLockup)];
const SCANNED: &[Answer] =
    &[ZERO, Errno(EAGAIN), Errno(EINTR), Errno(ENOMEM), Stopped(Site::SoftLockup)];
const REPORTED: &[Answer] = &[ZERO, Errno(ENOSPC), Errno(EIO)];
const MIGRATE_FOLIO: &[Answer] = &[ZERO, Errno(EAGAIN), Stopped(Site::MigrateWriteback)];
const FALLBACK: &[Answer] = &[
    ZERO,
    Errno(EAGAIN),
    Errno(EBUSY),
    Errno(EINVAL),
    Errno(EIO),
    Stopped(Site::MigrateWriteback),
];
const MOVED: &[Answer] = &[
    ZERO,
    Errno(EAGAIN),
    Errno(EBUSY),
    Errno(EINVAL),
    Errno(EIO),
    Errno(EOPNOTSUPP),
    Stopped(Site::MigrateWriteback),
    Stopped(Site::SrcUnlocked),
    Stopped(Site::DstUnlocked),
    Stopped(Site::NotIsolated),
];

/// The functions that a path's steps call, and what they can return.
fn returned_by(path: Path) -> &'static [(&'static str, &'static [Answer])] {
    match path {
        Path::Flags => &[
            ("mapping_set_error", &[DONE]),
            ("shmem_lock", &[ZERO, Errno(ENOMEM)]),
            ("shmem_unlock_mapping", &[DONE, Stopped(Site::SoftLockup)]),
            ("folio_evictable", TRUTH),
        ],
        Path::Creation => &[
            ("__kvm_gmem_create", &[NUMBER, Errno(EMFILE), Errno(ENOMEM)]),
            (
                "kvm_gmem_punch_hole",
                &[
                    ZERO,
                    Stopped(Site::NullMapping),
                    Stopped(Site::NotContained),
                    Stopped(Site::SoftLockup),
                ],
            ),
            ("kvm_gmem_error_folio", &[NUMBER]),
            ("kvm_gmem_migrate_folio", &[Errno(EINVAL)]),
            ("filemap_check_errors", REPORTED),
            ("filemap_check_and_keep_errors", REPORTED),
            ("folio_evictable", TRUTH),
            ("fault", TRUTH),
        ],
        Path::Errors => &[
            ("mapping_set_error", &[DONE]),
            ("filemap_check_errors", REPORTED),
            ("filemap_check_and_keep_errors", REPORTED),
            ("file_check_and_advance_wb_err", &[ZERO, Errno(ENOSPC), Errno(EIO), Errno(ENOMEM)]),
        ],
        Path::Truncation => &[
            (
                "truncate_inode_partial_folio",
                &[Answer::Yes, Answer::No, Stopped(Site::NullMapping)],
            ),
            ("truncate_inode_pages_range", TRUNCATED),
            ("truncate_inode_folio", &[ZERO, Errno(EIO)]),
            (
                "shmem_undo_range",
                &[
                    DONE,
                    Stopped(Site::NullMapping),
                    Stopped(Site::ShmemWriteback),
                    Stopped(Site::SoftLockup),
                ],
            ),
        ],
        Path::Compaction => {
            &[("isolate_migratepages_block", SCANNED), ("isolate_migratepages_range", SCANNED)]
        }
        Path::Migration | Path::Lifecycle => &[],
    }
}

pub(super) fn of(path: Path, all: &mut BTreeSet<Outcome>) {
    for &(name, answers) in returned_by(path) {
        all.extend(answers.iter().map(|&answer| Outcome::Returned(name, None, answer)));
    }
    if path == Path::Migration {
        let calls = [
            ("move_to_new_folio", MOVED),
            ("fallback_migrate_folio", FALLBACK),
            ("migrate_folio", MIGRATE_FOLIO),
            ("writeout", &[Errno(EINVAL), Errno(EIO), Errno(EAGAIN)]),
        ];
        for (name, answers) in calls {
            for &mode in MigrateMode::ALL {
                let returned = |&answer| Outcome::Returned(name, Some(mode), answer);
                all.extend(answers.iter().map(returned));
            }
        }
    }
    if path == Path::Flags {
        let tests = 0..crate::run::FLAG_TESTS.len() as u8;
        all.extend(tests.flat_map(|test| [true, false].map(|set| Outcome::Tested(test, set))));
    }
    if path == Path::Lifecycle {
        operations(all);
    }
}

const EBADF: Answer = Errno(9);
const ENOENT: Answer = Errno(2);
const EFAULT: Answer = Errno(14);

/// What an operation can return on a file of a kind: what the system call does on such a file.
fn operated(op: &str, kind: FileKind) -> &'static [Answer] {
    use FileKind::*;
    let invalid: &[Answer] = &[Errno(EINVAL)];
    let fine: &[Answer] = &[ZERO];
    match (op, kind) {
        ("create", _) => &[ZERO, Errno(EMFILE)],
        ("write", GuestMemfd) => invalid,
        ("write", Secretmem | DrmShmem) => &[ZERO, EFAULT, Errno(ENOMEM)],
        ("write", _) => &[ZERO, Errno(ENOMEM)],
        ("truncate", GuestMemfd | DrmShmem) => invalid,
        ("truncate", Secretmem) => &[ZERO, Errno(EINVAL)],
        ("truncate", _) => fine,
        ("punch-hole", Ramfs | Secretmem | DrmShmem) => &[Errno(EOPNOTSUPP), Errno(EINVAL)],
        ("punch-hole", _) => &[ZERO, Errno(EINVAL)],
        ("shm-lock" | "shm-unlock", Tmpfs) => fine,
        ("shm-lock" | "shm-unlock", _) => invalid,
        ("record-error", Disk | DiskZeroing) => fine,
        ("record-error", _) => invalid,
        ("fsync", GuestMemfd | Secretmem | DrmShmem) => invalid,
        ("fsync", Disk | DiskZeroing) => REPORTED,
        ("fsync", _) => fine,
        ("migrate", GuestMemfd) => &[ENOENT, Errno(EOPNOTSUPP)],
        ("migrate", Secretmem) => &[ENOENT, Errno(EBUSY)],
        // Its only copy is in memory, so it is dirty, and there is no writepage.
        ("migrate", Ramfs) => &[ENOENT, Errno(EBUSY), Errno(EINVAL)],
        ("migrate", Disk) => &[ENOENT, ZERO, Errno(EBUSY), Errno(EAGAIN)],
        ("migrate", _) => &[ENOENT, ZERO],
        ("fault-private", GuestMemfd) => &[ZERO, EFAULT, Errno(ENOMEM)],
        ("fault-private", _) => invalid,
        ("reclaim", Disk | DiskZeroing) => &[ZERO, NUMBER],
        ("reclaim", _) => fine,
        _ => &[],
    }
}

/// The operations that are on a file.
const ON_FILES: [&str; 10] = [
    "write",
    "truncate",
    "punch-hole",
    "shm-lock",
    "shm-unlock",
    "record-error",
    "fsync",
    "migrate",
    "fault-private",
    "reclaim",
];

fn operations(all: &mut BTreeSet<Outcome>) {
    for op in ON_FILES.into_iter().chain(["create"]) {
        for &kind in FileKind::ALL {
            let returned = |&answer| Outcome::Operated(op, Some(kind), answer);
            all.extend(operated(op, kind).iter().map(returned));
        }
    }
    all.extend(ON_FILES.map(|op| Outcome::Operated(op, None, EBADF)));
    all.insert(Outcome::Operated("fail-split", None, ZERO));
    all.extend(SCANNED.iter().map(|&answer| Outcome::Operated("compact", None, answer)));
}
