// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes in the port that nobody made, and whether they are found.
//!
//! A proof that nothing is wrong is worth what it would say if something were. So mistakes are
//! planted in a copy of mmcore (`mmcore/`, by what is in `plant/`), each behind a switch, and this
//! workspace patches the copy in under everything that depends on mmcore. The question is then the
//! usual one: how does a tree differ from the same tree with the mistake? [`Sought::within`] answers
//! it for one mistake and some bounds, [`LADDER`] has the bounds.
//!
//! All are to be found within the first of them, but for those of [`hidden`], which has the reasons.
#![forbid(unsafe_code)]

mod deep;
pub mod hidden;
mod places;

pub use places::{Places, Sought};

use mmdiff_explore::{Bounds, Orders, Races, Settings};

/// The bounds that are tried, in this order: the quickest of one folio first, those of folios of the
/// lowest orders. The last has settings of the scan's controls that no caller makes.
pub const LADDER: [Bounds; 9] = [
    lowest(bounds(1, Races::Most(0), Settings::Realizable)),
    lowest(bounds(1, Races::Free, Settings::Realizable)),
    bounds(1, Races::Most(0), Settings::Realizable),
    bounds(1, Races::Free, Settings::Realizable),
    bounds(2, Races::Most(0), Settings::Realizable),
    bounds(2, Races::Free, Settings::Realizable),
    bounds(3, Races::Most(0), Settings::Realizable),
    bounds(4, Races::Most(0), Settings::Realizable),
    bounds(1, Races::Most(0), Settings::Free),
];

const fn bounds(folios: u8, races: Races, settings: Settings) -> Bounds {
    Bounds { folios, races, settings, tries: 2, orders: Orders::All }
}

const fn lowest(bounds: Bounds) -> Bounds {
    Bounds { orders: Orders::Lowest, ..bounds }
}
