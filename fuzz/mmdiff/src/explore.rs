// SPDX-License-Identifier: GPL-2.0-only
//! Enumeration: both revisions over all answers that the rest of the kernel can give, where numbers have
//! [listed values](LISTED_VALUES).
//!
//! A [`Model`] is a kernel in which nothing is decided until a ported function asks; a [`Tape`] keeps
//! the choices and goes from one combination to the next. So only what is asked is branched on, and
//! a few bits stand for all 2^64 flags words. Both revisions run on the same choices ([`Joint`]).

mod bounds;
pub mod closure;
pub mod cubes;
mod entries;
mod joint;
mod model;
mod preconditions;
pub mod results;
mod scan;
#[cfg(feature = "cli")]
pub mod seeds;
#[cfg(feature = "cli")]
mod show;
pub mod stretches;
pub mod tally;
mod tape;
mod var;
pub mod work;

pub use bounds::{Bounds, LISTED_VALUES, Orders, Races, Settings};
pub use entries::PATHS;
pub(crate) use entries::run as enumerate;
#[cfg(feature = "conform")]
pub(crate) use entries::whole;
#[cfg(feature = "conform")]
pub(crate) use joint::call;
pub use joint::{Joint, Met};
pub(crate) use joint::{Record, kind_of};
pub use model::{Model, Notes};
pub use preconditions::preconditions;
#[cfg(feature = "cli")]
pub(crate) use show::spell;
#[cfg(feature = "cli")]
pub use show::{command, resumption, show};
pub use tape::{Choice, Tape};
pub use var::{Var, What};

use mmcore::Revision;
use mmcore::mm::compaction::{Scan, Step};

/// One turn of the scanner, for a [`crate::run::Tree`].
pub(crate) fn turn<R: Revision>(scan: &mut Scan, model: &mut Model<'_>) -> Step {
    scan.step::<R, _>(model)
}

/// The second half of one.
pub(crate) fn bottom<R: Revision>(scan: &mut Scan, model: &mut Model<'_>) -> Step {
    scan.bottom::<R, _>(model)
}
