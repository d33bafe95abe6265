// SPDX-License-Identifier: GPL-2.0-only
//! Whether the port is faithful: whatever runs on the port runs on the kernel's own C too, with the
//! same answers, and the traces must be equal.
//!
//! [`C`] is a revision whose functions are the C's, so it is a [`Tree`](crate::run::Tree) like any
//! other, and two trees are compared, whichever code is behind them: [`complete`] over all answers that
//! the rest of the kernel can give (over listed values), [`sampled`] in the simulated world. When traces
//! are equal, [`mmdiff_kernel::compare()`] says.

mod c;
#[cfg(feature = "cli")]
pub mod complete;
#[cfg(feature = "cli")]
mod found;
pub mod sampled;
mod sides;

pub use c::{C, Ended, Invoked, Said, loaded};
#[cfg(feature = "cli")]
pub use found::Found;
pub use sampled::Sampler;
pub use sides::{Apart, Code, Pair, REVISIONS, Steps, compare_steps};
