// SPDX-License-Identifier: GPL-2.0-only
//! The bounds of an enumeration, which it names: within them every combination of the listed values is run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What "over listed values" means, for every report that says it.
///
/// Flags, names of objects and truth values are enumerated. Numbers (positions, sizes, counts, orders,
/// errnos) are not: the model tries values that were chosen by reading the code that is compared, at the
/// boundaries of what it compares with. So an enumeration is no proof for code that compares with others.
pub const LISTED_VALUES: &str = "Listed values: numbers (positions, sizes, counts, orders, errnos) are \
     tried at values that were\nchosen by hand, by reading the code that is compared. A side that \
     compares with another number is not\nseen to.";

/// How far the enumeration goes where the kernel goes on for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug, JsonSchema, Serialize, Deserialize)]
pub struct Bounds {
    /// How many page frames a scan covers, and how many folios a file has.
    pub folios: u8,
    /// How often an answer may change between two questions.
    pub races: Races,
    /// Which settings of the scan controls there are.
    pub settings: Settings,
    /// How often a loop goes round that only the rest of the kernel ends.
    pub tries: u8,
    /// Which orders folios and compound pages have.
    #[serde(default)]
    pub orders: Orders,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            folios: 1,
            races: Races::Free,
            settings: Settings::Realizable,
            tries: 2,
            orders: Orders::All,
        }
    }
}

/// How often an answer may change between two questions, as far as the locks allow it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Races {
    /// So often in a run.
    Most(u8),
    /// Always.
    Free,
}

impl fmt::Display for Races {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Races::Most(most) => write!(f, "{most}"),
            Races::Free => f.write_str("free"),
        }
    }
}

impl std::str::FromStr for Races {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<u8>() {
            _ if text == "free" => Ok(Races::Free),
            Ok(most) if most < u8::MAX => Ok(Races::Most(most)),
            _ => Err("a number up to 254, or `free`".into()),
        }
    }
}

/// Which settings of `struct compact_control` a scan can have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settings {
    /// Those that a caller in the kernel makes.
    Realizable,
    /// Every combination, but for asynchronous direct compaction of order -1, which would shift by
    /// it.
    Free,
}

impl Settings {
    /// All of them.
    pub const ALL: [Settings; 2] = [Settings::Realizable, Settings::Free];

    /// Its name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Settings::Realizable => "realizable",
            Settings::Free => "free",
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which orders folios and compound pages have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Orders {
    /// 0 and 1: small and large.
    Lowest,
    /// Those that any ported function compares with, one below and one above each.
    #[default]
    All,
}

impl Orders {
    /// How many of so many orders there are, from the lowest up.
    pub(super) fn of(self, all: u8) -> u8 {
        match self {
            Orders::Lowest => all.min(2),
            Orders::All => all,
        }
    }
}

impl Orders {
    /// All of them.
    pub const ALL: [Orders; 2] = [Orders::Lowest, Orders::All];

    /// Its name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Orders::Lowest => "lowest",
            Orders::All => "all",
        }
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bounds { folios, races, settings, tries, orders } = self;
        let s = if *folios == 1 { "" } else { "s" };
        write!(f, "{folios} folio{s}, races {races}, settings {settings}, {tries} tries")?;
        match orders {
            Orders::Lowest => f.write_str(", orders 0 and 1"),
            Orders::All => Ok(()),
        }
    }
}
