// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios, and the simulated kernel that they are run in.
//!
//! A [scenario] says what happens. [`run`] sets a [`world`] up as it says, and calls the ported
//! functions in it, on any revision; what they ask and do is kept as a [`trace`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod numbering;
pub mod run;
pub mod scenario;
pub mod spelling;
pub mod world;

pub use mmcore;
use mmdiff_trace as trace;
