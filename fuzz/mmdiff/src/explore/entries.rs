// SPDX-License-Identifier: GPL-2.0-only
//! What is enumerated: every ported function, with every argument that its callers can give it, as
//! far as the ported functions can tell two arguments apart.
//!
//! A path's first choice is the function; the arguments come next. The last page frame scanner's
//! turns are in [`super::scan`].

mod calls;
mod ranges;

pub(crate) use calls::run;

use crate::scenario::Path;

/// How many steps a path has.
pub(super) fn steps(path: Path) -> usize {
    match path {
        Path::Creation => 2,
        _ => 1,
    }
}

/// The paths that are enumerated: all that are calls of ported functions.
pub const PATHS: [Path; 6] = [
    Path::Flags,
    Path::Creation,
    Path::Errors,
    Path::Truncation,
    Path::Migration,
    Path::Compaction,
];
