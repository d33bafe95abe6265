// SPDX-License-Identifier: GPL-2.0-only
//! The record of which port was held against which C: `held.toml`, which `mmdiff conform --record` writes
//! and nobody else.
//!
//! It is kept in the repository, because not everybody has the trees; and it names the port that it is
//! of, so that it proves nothing about another.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which port this is: a digest of what its sources say.
pub const PORT: &str = env!("MMDIFF_PORT");

const HEADER: &str =
    "# Which port was held against which C. `mmdiff conform --record` writes it.\n\n";

/// How the port of a revision was held against C.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The day, in UTC.
    pub date: String,
    /// Which port: [`PORT`] then.
    pub port: String,
    /// The tree that the C is of.
    pub tree: String,
    /// The files of it that were changed, before anything was cut out of them.
    pub changed: Vec<String>,
    /// How many edits were made in what was cut.
    pub edits: usize,
    /// Within which all paths over listed values were run.
    pub bounds: String,
    /// Those paths.
    pub paths: u64,
    /// Scenarios that were generated besides.
    pub scenarios: u64,
    /// Calls of single functions, by chance.
    pub calls: u64,
    /// On how many of all of them the port and the C were not equal.
    pub mismatches: u64,
    /// The hash of each file that anything was cut out of, as git abbreviates it, with the changes.
    pub files: BTreeMap<String, String>,
}

/// The record: by revision.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Record(BTreeMap<String, Held>);

impl Record {
    /// The one that is kept in the repository.
    ///
    /// # Panics
    /// If it was not written by [`Record::text`].
    pub fn kept() -> Record {
        Record::read(include_str!("../held.toml")).expect("held.toml is as it was written")
    }

    /// Reads a record.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn read(text: &str) -> Result<Record, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    /// The record as a file.
    ///
    /// # Panics
    /// Never: it has nothing that TOML has not.
    pub fn text(&self) -> String {
        HEADER.to_owned() + &toml::to_string(self).expect("TOML has all of it")
    }

    /// What is recorded of a revision.
    pub fn of(&self, revision: &str) -> Option<&Held> {
        self.0.get(revision)
    }

    /// Records a revision.
    pub fn set(&mut self, revision: &str, held: Held) {
        self.0.insert(revision.into(), held);
    }
}

impl Held {
    /// Whether it is of the port that this program has.
    pub fn is_of_this_port(&self) -> bool {
        self.port == PORT
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, PORT, Record};
    use crate::REVISIONS;

    fn held() -> Held {
        Held {
            date: "2026-11-28".into(),
            port: PORT.into(),
            tree: "v6.10-rc5".into(),
            changed: vec!["mm/truncate.c".into()],
            edits: 0,
            bounds: "1 folio".into(),
            paths: 1,
            scenarios: 2,
            calls: 3,
            mismatches: 0,
            files: [("mm/truncate.c".into(), "60388935086d".into())].into(),
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut record = Record::kept();
        record.set("pre-fix", held());
        let read = Record::read(&record.text()).expect("it was written");
        assert_eq!(read, record);
        assert_eq!(read.of("pre-fix"), Some(&held()));
        assert!(Record::read("[pre-fix]\nport = 1").is_err());
    }

    #[test]
    fn a_record_is_of_the_port_that_it_names() {
        assert!(held().is_of_this_port());
        let other = Held { port: "0123456789abcdef".into(), ..held() };
        assert!(!other.is_of_this_port());
    }

    #[test]
    fn what_is_kept_is_of_revisions_that_there_are() {
        let Record(kept) = Record::kept();
        for name in kept.keys() {
            assert!(REVISIONS.iter().any(|pair| pair.name == name), "{name}");
        }
    }
}
