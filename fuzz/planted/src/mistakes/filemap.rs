// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the reporting of write-back errors.

use super::Kind::*;
use super::{In, m, of};

const FILE: &str = "mm/filemap.rs";

pub(super) const MISTAKES: &[In] = &[
    of(
        FILE,
        "filemap_check_errors",
        &[
            m(Errno, "-EIO for AS_ENOSPC", "-ENOSPC", "-EIO"),
            m(Errno, "-ENOSPC for AS_EIO", "-EIO", "-ENOSPC"),
            m(
                Other,
                "AS_EIO is looked for, AS_ENOSPC is taken",
                "k.test_and_clear_bit(mapping, AS_EIO)",
                "k.test_and_clear_bit(mapping, AS_ENOSPC)",
            ),
            m(
                Kept,
                "AS_ENOSPC is reported and not forgotten",
                "k.test_and_clear_bit(mapping, AS_ENOSPC)",
                "k.test_bit(mapping, AS_ENOSPC)",
            ),
            m(
                Flipped,
                "AS_ENOSPC is taken where it is not set",
                "k.test_bit(mapping, AS_ENOSPC)",
                "!k.test_bit(mapping, AS_ENOSPC)",
            ),
            m(
                Dropped,
                "AS_EIO is cleared without a look",
                "k.test_bit(mapping, AS_EIO) && k.test_and_clear_bit(mapping, AS_EIO)",
                "k.test_and_clear_bit(mapping, AS_EIO)",
            ),
        ],
    ),
    of(
        FILE,
        "filemap_check_and_keep_errors",
        &[
            m(
                Swapped,
                "AS_ENOSPC wins over AS_EIO",
                "if k.test_bit(mapping, AS_EIO) { return -EIO; } if k.test_bit(mapping, AS_ENOSPC) { return -ENOSPC; }",
                "if k.test_bit(mapping, AS_ENOSPC) { return -ENOSPC; } if k.test_bit(mapping, AS_EIO) { return -EIO; }",
            ),
            m(Errno, "-ENOSPC for AS_EIO", "return -EIO;", "return -ENOSPC;"),
            m(
                Kept,
                "the error is reported and forgotten",
                "k.test_bit(mapping, AS_EIO)",
                "k.test_and_clear_bit(mapping, AS_EIO)",
            ),
            m(
                Other,
                "AS_EIO is looked at twice",
                "k.test_bit(mapping, AS_ENOSPC)",
                "k.test_bit(mapping, AS_EIO)",
            ),
        ],
    ),
    of(
        FILE,
        "file_check_and_advance_wb_err",
        &[
            m(Forgotten, "AS_EIO stays", "k.clear_bit(mapping, AS_EIO);", ""),
            m(Forgotten, "AS_ENOSPC stays", "k.clear_bit(mapping, AS_ENOSPC);", ""),
            m(
                Flipped,
                "an error that was seen is reported",
                "k.errseq_check(mapping) != 0",
                "k.errseq_check(mapping) == 0",
            ),
            m(Kept, "the file's lock is kept", "k.spin_unlock_f_lock(mapping);", ""),
            m(
                Swapped,
                "the lock is dropped before the error is taken",
                "err = k.errseq_check_and_advance(mapping); k.spin_unlock_f_lock(mapping);",
                "k.spin_unlock_f_lock(mapping); err = k.errseq_check_and_advance(mapping);",
            ),
        ],
    ),
];
