// SPDX-License-Identifier: GPL-2.0-only
//! Whether two revisions of the kernel differ in a scenario, and whether they are meant to.
//!
//! The [oracle] judges one scenario; [`check`] does it for many, [`fuzz`] for one input of a fuzzer, and
//! [`shrink`] makes the smallest scenario that shows the same.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod check;
pub mod fuzz;
pub mod oracle;
pub mod shrink;

use mmdiff_trace as trace;
use mmdiff_world::{run, scenario, world};
