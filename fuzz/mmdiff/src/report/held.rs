// SPDX-License-Identifier: GPL-2.0-only
//! Whether the port of a side was held against C, and against which.

use super::number;
use crate::conform::held::{Held, Record};
use schemars::JsonSchema;
use serde::Serialize;

/// A side, and what the record has of it.
#[derive(Debug, JsonSchema, Serialize)]
pub struct HeldRow {
    /// The revision.
    pub side: &'static str,
    /// Whether this very port of it is equal to its C, as far as it was held against it.
    pub held: bool,
    /// How far, and against what; or why not.
    pub what: String,
}

impl HeldRow {
    /// What the record that is kept has of both sides.
    pub(super) fn of_both(sides: [&'static str; 2]) -> Vec<HeldRow> {
        let record = Record::kept();
        sides.into_iter().map(|side| HeldRow::of(&record, side)).collect()
    }

    fn of(record: &Record, side: &'static str) -> HeldRow {
        let Some(held) = record.of(side) else {
            return HeldRow { side, held: false, what: "never held against C".into() };
        };
        let is_equal = held.mismatches == 0;
        let is_now = held.is_of_this_port();
        HeldRow { side, held: is_equal && is_now, what: what(held, is_now) }
    }
}

fn what(held: &Held, is_now: bool) -> String {
    let Held { date, tree, changed, edits, paths, mismatches, .. } = held;
    if !is_now {
        return format!("was held against the C of {tree} on {date}, before the port changed");
    }
    let changes = match (changed.len(), edits) {
        (0, 0) => String::new(),
        (0, edits) => format!(", {edits} edits"),
        (files, _) => format!(", {files} files changed"),
    };
    format!(
        "held against C ({tree}{changes}): {} of {} paths differ, listed values",
        number(*mismatches),
        number(*paths)
    )
}

#[cfg(test)]
mod tests {
    use super::HeldRow;
    use crate::conform::held::{Held, PORT, Record};

    fn row(change: impl FnOnce(&mut Held)) -> HeldRow {
        let mut held = Held {
            date: "2026-11-28".into(),
            port: PORT.into(),
            tree: "v6.10-rc5".into(),
            changed: vec!["mm/truncate.c".into(), "mm/migrate.c".into()],
            edits: 0,
            bounds: "1 folio".into(),
            paths: 15_395_638,
            scenarios: 2,
            calls: 3,
            mismatches: 0,
            files: [("mm/truncate.c".into(), "60388935086d".into())].into(),
        };
        change(&mut held);
        let mut record = Record::default();
        record.set("pre-fix", held);
        HeldRow::of(&record, "pre-fix")
    }

    #[test]
    fn a_port_that_was_held_says_against_what() {
        let row = row(|_| ());
        assert!(row.held);
        let says = "held against C (v6.10-rc5, 2 files changed): 0 of 15,395,638 paths differ, listed values";
        assert_eq!(row.what, says);
    }

    #[test]
    fn a_port_that_changed_since_is_not_said_to_be_held() {
        let row = row(|held| held.port = "0123456789abcdef".into());
        assert!(!row.held);
        let says = "was held against the C of v6.10-rc5 on 2026-11-28, before the port changed";
        assert_eq!(row.what, says);
    }

    #[test]
    fn a_port_with_mismatches_is_not_said_to_be_held() {
        let row = row(|held| held.mismatches = 1);
        assert!(!row.held && row.what.contains(": 1 of "), "{}", row.what);
    }

    #[test]
    fn a_port_that_never_was_is_said_to_be_not_held() {
        let row = HeldRow::of(&Record::default(), "post-fix");
        assert_eq!((row.held, row.what.as_str()), (false, "never held against C"));
    }
}
