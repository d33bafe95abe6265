// SPDX-License-Identifier: GPL-2.0-only
//! Enumeration: both revisions over all answers that the rest of the kernel can give, where numbers have
//! [listed values](LISTED_VALUES).
//!
//! A [`Model`] is a kernel in which nothing is decided until a ported function asks; a [`Tape`] keeps
//! the choices and goes from one combination to the next. So only what is asked is branched on, and
//! a few bits stand for all 2^64 flags words. Both revisions run on the same choices ([`Joint`]).

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod bounds;
pub mod closure;
pub mod cubes;
pub mod entries;
mod joint;
mod model;
mod preconditions;
pub mod results;
mod scan;
mod sides;
mod spelling;
mod stretch;
pub mod stretches;
pub mod tally;
mod tape;
mod var;
pub mod work;

pub use bounds::{Bounds, LISTED_VALUES, Orders, Races, Settings};
pub use entries::PATHS;
pub use joint::{Joint, Met, call};
pub use model::{Model, Notes};
pub use preconditions::preconditions;
pub use scan::whole_scan;
pub use sides::{SIDES, Side, Sides};
pub use spelling::{read, spell};
pub use tape::{Choice, Tape};
pub use var::{Var, What};

use mmdiff_judge::oracle;
use mmdiff_trace as trace;
use mmdiff_world::{run, scenario};
