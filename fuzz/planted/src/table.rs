// SPDX-License-Identifier: GPL-2.0-only
//! `FOUND.md`: each mistake, and the smallest bounds within which it is found.

use crate::LADDER;
use crate::mistakes::{Hidden, Mistake};
use mmdiff_explore::{Bounds, Orders, Races, Settings};
use std::fmt::Write;

/// What a mistake that no bounds find is said to be found by.
const NONE: &str = "none";

/// Bounds in words, as the table has them. How many tries there are is the same in all.
fn words(Bounds { folios, races, settings, orders, .. }: Bounds) -> String {
    let orders = if orders == Orders::Lowest { ", orders 0 and 1" } else { "" };
    let folios = ["", "1 folio", "2 folios", "3 folios", "4 folios"][usize::from(folios)];
    let races = if races == Races::Free { ", racing" } else { "" };
    let settings = if settings == Settings::Free { ", any settings" } else { "" };
    format!("{folios}{orders}{races}{settings}")
}

/// The bounds of a place on the ladder, in words; or that there is none.
fn place(rung: Option<usize>) -> String {
    rung.map_or(NONE.into(), |rung| words(LADDER[rung]))
}

/// The table of mistakes that were found so: by the place on the ladder.
pub fn render(mistakes: &[Mistake], found: &[Option<usize>]) -> String {
    let count = found.iter().flatten().count();
    let mut text = format!(
        "# Planted mistakes, and what finds them\n\n\
         Written by `{BLESS}`;\n\
         do not edit. The mistakes are in `src/mistakes/`, text by text. Each is planted in the tree that is named, and that tree is compared with itself by\n\
         the explorer, with the bounds below in this order, until a difference shows. *Racing*: answers\n\
         change whenever the locks let them. *Any settings*: of the scan's controls, those too that no\n\
         caller makes; they are tried for what is said below to take them.\n\n\
         Of {} mistakes {count} are found.\n\n| smallest bounds | mistakes |\n|---|--:|\n",
        mistakes.len()
    );
    for rung in (0..LADDER.len()).map(Some).chain([None]) {
        let many = found.iter().filter(|&&of| of == rung).count();
        let _ = writeln!(text, "| {} | {many} |", place(rung));
    }
    let _ = writeln!(text, "\n| | tree | function | mistake | kind | smallest bounds |");
    let _ = writeln!(text, "|--:|---|---|---|---|---|");
    for ((number, mistake), rung) in (1..).zip(mistakes).zip(found) {
        let Mistake { tree, file, function, kind, what, .. } = mistake;
        let (kind, place) = (kind.name(), place(*rung));
        let _ = writeln!(
            text,
            "| {number} | {tree} | {file}: `{function}` | {what} | {kind} | {place} |"
        );
    }
    let mut say = |heading: &str, why: fn(Hidden) -> Option<&'static str>| {
        let _ = writeln!(text, "\n## {heading}\n");
        for (number, mistake) in (1..).zip(mistakes) {
            if let Some(why) = mistake.hidden.and_then(why) {
                let (function, what) = (mistake.function, mistake.what);
                let _ = writeln!(text, "- {number}, `{function}`, {what}: {why}.");
            }
        }
    };
    say("No mistakes: the function does the same", |hidden| match hidden {
        Hidden::None(why) => Some(why),
        _ => None,
    });
    say("Missed: the explorer does not come there", |hidden| match hidden {
        Hidden::Missed(why) => Some(why),
        _ => None,
    });
    say("Found with settings that no caller makes", |hidden| match hidden {
        Hidden::Settings(which) => Some(which),
        _ => None,
    });
    text
}

/// What writes the table.
pub const BLESS: &str =
    "PLANTED_BLESS=1 cargo test --release --manifest-path fuzz/planted/Cargo.toml -- --ignored";

/// What a table says of its mistakes, in order: by the place on the ladder.
///
/// # Errors
/// The line that is not understood.
pub fn read(text: &str) -> Result<Vec<Option<usize>>, String> {
    let rows = text.lines().filter(|line| line.matches(" | ").count() == 5);
    let of = |line: &str| {
        let said = line.trim_end_matches(" |").rsplit(" | ").next()?;
        let mut places = (0..LADDER.len()).map(Some).chain([None]);
        places.find(|&rung| place(rung) == said)
    };
    rows.filter(|line| !line.contains("smallest bounds"))
        .map(|line| of(line).ok_or_else(|| line.to_string()))
        .collect()
}
