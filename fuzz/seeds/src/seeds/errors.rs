// SPDX-License-Identifier: GPL-2.0-only
//! Seeds of the `errors` path: each order in which errors are recorded and reported.

use super::*;

pub(super) fn named(add: Add<'_>) {
    let mut errors = |name: &str, file: FileSpec, ops: &[ErrorOp]| {
        let ops = List::new(ops.iter().copied());
        add(name, Scenario::Errors(ErrorsScenario { file, no_host: false, ops }));
    };
    errors(
        "eio_wins_over_enospc",
        file(FileKind::Disk),
        &[ErrorOp::SetEnospc, ErrorOp::SetEio, ErrorOp::CheckAndKeepErrors, ErrorOp::CheckErrors],
    );
    errors(
        "fsync_reports_once_and_clears_the_bits",
        file(FileKind::Disk),
        &[ErrorOp::SetEnospc, ErrorOp::Fsync, ErrorOp::Fsync, ErrorOp::CheckErrors],
    );
    errors(
        "guest_memfd_reports_an_enospc_that_nothing_caused",
        file(FileKind::GuestMemfd),
        &[ErrorOp::CheckAndKeepErrors, ErrorOp::CheckErrors, ErrorOp::CheckErrors],
    );
    errors(
        "guest_memfd_fsync_uses_errseq_and_reports_nothing",
        file(FileKind::GuestMemfd),
        &[ErrorOp::Fsync, ErrorOp::CheckErrors],
    );
}

pub(super) fn families(add: Add<'_>) {
    let mut errors = |name: &str, file: FileSpec, no_host: bool, ops: &[ErrorOp]| {
        let ops = List::new(ops.iter().copied());
        add(name, Scenario::Errors(ErrorsScenario { file, no_host, ops }));
    };
    for &kind in FileKind::ALL {
        let name = snake(kind);
        for &op in ErrorOp::ALL {
            errors(&format!("{}_of_{name}", snake(op)), file(kind), false, &[op]);
        }
        errors(
            &format!("{name}_with_a_raw_word_of_zero"),
            raw_of(kind, 0),
            false,
            &[ErrorOp::CheckErrors],
        );
    }
    for (word, name) in [(1, "eio"), (2, "enospc"), (3, "both")] {
        for &op in &ErrorOp::ALL[..3] {
            errors(&format!("{}_of_a_raw_{name}", snake(op)), raw(word), false, &[op]);
        }
    }
    for &op in ErrorOp::ALL {
        errors(&format!("{}_without_a_host", snake(op)), file(FileKind::Disk), true, &[op]);
    }
    for &one in ErrorOp::ALL {
        for &other in ErrorOp::ALL {
            let name = format!("{}_then_{}", snake(one), snake(other));
            errors(&name, file(FileKind::Disk), false, &[one, other]);
        }
    }
    for &one in &ErrorOp::ALL[3..] {
        for &two in ErrorOp::ALL {
            for &three in &ErrorOp::ALL[..3] {
                let name = format!("{}_then_{}_then_{}", snake(one), snake(two), snake(three));
                errors(&name, file(FileKind::Disk), false, &[one, two, three]);
            }
        }
    }
}
