// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the reporting of write-back errors.

use super::Kind::*;
use super::{In, M};

pub(super) const MISTAKES: &[In] = &[
    In {
        tree: "v6.12",
        file: "filemap.rs",
        function: "filemap_check_errors",
        mistakes: &[
            M(Errno, "-EIO for AS_ENOSPC", "-ENOSPC", "-EIO"),
            M(
                Other,
                "AS_EIO is looked for, AS_ENOSPC is taken",
                "k.test_and_clear_bit(mapping, AS_EIO)",
                "k.test_and_clear_bit(mapping, AS_ENOSPC)",
            ),
            M(
                Kept,
                "AS_ENOSPC is reported and not forgotten",
                "k.test_and_clear_bit(mapping, AS_ENOSPC)",
                "k.test_bit(mapping, AS_ENOSPC)",
            ),
        ],
    },
    In {
        tree: "v6.12",
        file: "filemap.rs",
        function: "file_check_and_advance_wb_err",
        mistakes: &[
            M(Forgotten, "AS_EIO is kept", "k.clear_bit(mapping, AS_EIO);", ""),
            M(
                Swapped,
                "the lock is dropped before the error is taken",
                "err = k.errseq_check_and_advance(mapping); k.spin_unlock_f_lock(mapping);",
                "k.spin_unlock_f_lock(mapping); err = k.errseq_check_and_advance(mapping);",
            ),
        ],
    },
];
