// SPDX-License-Identifier: GPL-2.0-only
//! How the fields of a scenario are written for people, where that is not how they are encoded: byte
//! positions in bytes, `cc->order` as the kernel has it, modes by name, flags words in hexadecimal.
//!
//! Each module is for serde's `with`; `Bytes` and `Place` are for `try_from` and `into`.

use super::parts::{Anchor, Edge, Flags};
use super::types::Position;
use super::{Path, Scenario};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

const PAGE: i64 = mmcore::PAGE_SIZE as i64;

/// Reads the fields of a scenario for `path`.
///
/// # Errors
/// Those of the format; a field that is unknown, or a value that is not one, is one.
pub fn read<'de, D: Deserializer<'de>>(path: Path, d: D) -> Result<Scenario, D::Error> {
    Ok(match path {
        Path::Flags => Scenario::Flags(Deserialize::deserialize(d)?),
        Path::Creation => Scenario::Creation(Deserialize::deserialize(d)?),
        Path::Errors => Scenario::Errors(Deserialize::deserialize(d)?),
        Path::Truncation => Scenario::Truncation(Deserialize::deserialize(d)?),
        Path::Migration => Scenario::Migration(Deserialize::deserialize(d)?),
        Path::Compaction => Scenario::Compaction(Deserialize::deserialize(d)?),
        Path::Lifecycle => Scenario::Lifecycle(Deserialize::deserialize(d)?),
    })
}

/// Every field of a scenario, those at their defaults too.
pub fn fields(scenario: &Scenario) -> serde_json::Value {
    let fields = match scenario {
        Scenario::Flags(s) => serde_json::to_value(s),
        Scenario::Creation(s) => serde_json::to_value(s),
        Scenario::Errors(s) => serde_json::to_value(s),
        Scenario::Truncation(s) => serde_json::to_value(s),
        Scenario::Migration(s) => serde_json::to_value(s),
        Scenario::Compaction(s) => serde_json::to_value(s),
        Scenario::Lifecycle(s) => serde_json::to_value(s),
    };
    fields.unwrap_or_default()
}

/// Reads what has its variant's name among its fields. Such a table is read twice, and by the time
/// of an error the format has gone on: in here it is still at the table, and names its line.
pub(crate) fn by_table<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    d: D,
) -> Result<T, D::Error> {
    struct Table<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Table<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table that says what to do, as { do = \"...\" }")
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    d.deserialize_map(Table(PhantomData))
}

/// `a, b or c`.
fn listed(all: &[impl fmt::Display]) -> String {
    let words: Vec<String> = all.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// A small number that stands for an entry of a table, written as that entry.
macro_rules! coded {
    ($(#[$doc:meta])* $module:ident, $ty:ty, $table:expr, $what:literal) => {
        $(#[$doc])*
        pub(crate) mod $module {
            use super::{Deserialize, Deserializer, Error, Serialize, Serializer, listed};
            use crate::scenario::codec::Below;

            pub(crate) fn serialize<S: Serializer, const N: u8>(
                code: &Below<N>,
                s: S,
            ) -> Result<S::Ok, S::Error> {
                $table[usize::from(code.get())].serialize(s)
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: u8>(
                d: D,
            ) -> Result<Below<N>, D::Error> {
                let wanted = <$ty>::deserialize(d)?;
                let known = &$table[..usize::from(N)];
                match known.iter().position(|known| *known == wanted) {
                    Some(code) => Ok(Below::new(code as u8)),
                    None => Err(D::Error::custom(format!(
                        concat!($what, " is {}, not {}"),
                        listed(known),
                        wanted
                    ))),
                }
            }
        }
    };
}

coded! {
    /// `enum migrate_mode`.
    mode, String, ["async", "sync-light", "sync", "sync-no-copy"], "a mode"
}
coded! {
    /// `cc->order`.
    cc_order, i64, [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "cc's order"
}
coded! {
    /// `cc->nr_migratepages` on entry.
    nr_migratepages, i64, [0, 1, 31, 32], "nr-migratepages"
}

/// Where a mapping's flags come from: `"built"`, or a word.
pub(crate) mod flags {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(flags: &Flags, s: S) -> Result<S::Ok, S::Error> {
        match flags {
            Flags::Built => s.serialize_str("built"),
            Flags::Raw { word } => s.serialize_str(&format!("{word:#x}")),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Flags, D::Error> {
        d.deserialize_any(Word)
    }

    struct Word;

    impl Visitor<'_> for Word {
        type Value = Flags;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(
                "\"built\" or a 64-bit word, as 0x408 or (from 0x8000000000000000) in quotes",
            )
        }
        fn visit_u64<E: Error>(self, word: u64) -> Result<Flags, E> {
            Ok(Flags::Raw { word })
        }
        fn visit_i64<E: Error>(self, word: i64) -> Result<Flags, E> {
            let refuse = |_| E::invalid_value(Unexpected::Signed(word), &self);
            u64::try_from(word).map(|word| Flags::Raw { word }).map_err(refuse)
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Flags, E> {
            if text == "built" {
                return Ok(Flags::Built);
            }
            let digits = text.strip_prefix("0x").map(|digits| digits.replace('_', ""));
            let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
            let word = digits.and_then(|digits| u64::from_str_radix(&digits, 16).ok());
            let refuse = || E::invalid_value(Unexpected::Str(text), &self);
            word.map(|word| Flags::Raw { word }).ok_or_else(refuse)
        }
    }
}

/// A [`Position`], in bytes.
pub(crate) struct Bytes(u64);

impl From<Position> for Bytes {
    fn from(position: Position) -> Bytes {
        Bytes(position.bytes())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_i64(i64::try_from(self.0).map_err(S::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        u64::deserialize(d).map(Bytes)
    }
}

impl TryFrom<Bytes> for Position {
    type Error = String;
    fn try_from(Bytes(bytes): Bytes) -> Result<Position, String> {
        let (pages, rest) = (bytes / PAGE as u64, bytes % PAGE as u64);
        let position = u8::try_from(pages).ok().filter(|&pages| pages < Position::MAX_PAGES);
        position.and_then(|pages| Position::at(pages, rest)).ok_or_else(|| {
            let mut rests = Position::RESTS;
            rests.sort_unstable();
            format!(
                "{bytes} bytes is {pages} pages and {rest} bytes; there can be at most {} pages, \
                 and {} bytes",
                Position::MAX_PAGES - 1,
                listed(&rests)
            )
        })
    }
}

/// An [`Edge`]: an anchor, and how many bytes after it.
#[derive(serde::Serialize, serde::Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Place {
    anchor: Anchor,
    bytes: i64,
}

impl From<Edge> for Place {
    fn from(edge: Edge) -> Place {
        Place {
            anchor: edge.anchor,
            bytes: i64::from(edge.pages.get()) * PAGE + i64::from(edge.delta),
        }
    }
}

impl TryFrom<Place> for Edge {
    type Error = String;
    fn try_from(Place { anchor, bytes }: Place) -> Result<Edge, String> {
        let from_below = i64::from(i8::MIN);
        let pages = bytes.saturating_sub(from_below).div_euclid(PAGE);
        let delta = bytes.checked_sub(pages * PAGE).and_then(|delta| i8::try_from(delta).ok());
        let pages = u8::try_from(pages).ok().and_then(|pages| pages.try_into().ok());
        match (delta, pages) {
            (Some(delta), Some(pages)) => Ok(Edge { anchor, delta, pages }),
            _ => Err(format!(
                "{bytes} bytes from an anchor: it must be a whole number of pages, 0 to 7, give or \
                 take at most 127 bytes (or 128 less)"
            )),
        }
    }
}
