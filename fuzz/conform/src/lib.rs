// SPDX-License-Identifier: GPL-2.0-only
//! Whether the port is faithful: whatever runs on the port runs on the kernel's own C too, with the
//! same answers, and the traces must be equal.
//!
//! [`C`] is a side whose functions are the C's, so it is a [`Tree`](mmdiff_world::run::Tree) like any
//! other, and two trees are compared, whichever code is behind them: [`complete`] over all answers that
//! the rest of the kernel can give (over listed values), [`sampled`] in the simulated world. When traces
//! are equal, [`mmdiff_trace::compare()`](mmdiff_trace::equality::compare()) says.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod c;
pub mod complete;
#[cfg(test)]
mod digest;
pub mod fuzz;
pub mod held;
pub mod sampled;
mod sides;
mod whole;

pub use c::{C, Ended, Said, loaded};
pub use sampled::Sampler;
pub use sides::{Apart, Code, Pair, REVISIONS, Steps, compare_steps};

use mmdiff_explore as explore;
use mmdiff_trace as trace;
use mmdiff_world::{run, scenario};
