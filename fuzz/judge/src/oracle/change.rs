// SPDX-License-Identifier: GPL-2.0-only
//! A change under test, as data: its two sides, how it may be read, what it is expected to change
//! and why, which invariants a revision is known to break, and the words of the report.
//!
//! A change is a file. The one that mmdiff was built for is [`Change::default_one`]; `--change FILE`
//! takes another instead, `--expect FILE` adds expectations to either, and `--accept FILE` writes
//! what a check has found as a first draft of some.
//!
//! # The form
//!
//! TOML, of tables, strings and lists of strings (a string may stand for a list of one):
//!
//! | table | key | |
//! |---|---|---|
//! | top | `title`, `old`, `new` | what it is called, and the two revisions |
//! | | `renamed` | flags that have another name on the other side: `"AS_OLD is AS_NEW"` |
//! | `[[reading]]` | `name`, `means` | a way to understand the change: `--intent` |
//! | | `only` | conditions without which nothing counts as expected in this reading |
//! | `[[expect]]` | `name`, `because` | a difference that is expected |
//! | | `on` | the paths on which it can show: all, if none is named |
//! | | `function` | the functions in which the sides may part |
//! | | `when` | conditions: all must be fulfilled |
//! | `[[expect.way]]` | `parts`, `when` | a way in which it shows: where the sides part ([`PLACES`]), and conditions of its own |
//! | | `covers` | `"what follows"`: what differs afterwards in that function, and what the step leaves behind, comes of it; without, that must be expected too |
//! | | `old`, `new` | in a few words, what either side does |
//! | `[[expect.case]]` | `name`, `words`, `when` | what it hangs on: the first case whose conditions are fulfilled |
//! | | `after`, `how`, `unreachable` | what operations take besides, or why none leads there |
//! | `[[known-broken]]` | `invariant`, `because`, `on`, `in` | an invariant that these revisions (all, if none is named) are known to break |
//!
//! Conditions are read by [`TERMS`]. An expectation is *directed*: it says which side may do what. It
//! is counted, and one that explains nothing fails the check.

mod parse;
mod terms;
#[cfg(test)]
mod tests;

pub use terms::{FlagNames, PLACES, Place, TERMS, Term};

use crate::oracle::{Class, Condition, Invariant};
use crate::scenario::Path;
use mmcore::Function;
use parse::{Table, Value};
use std::fmt;
use std::sync::OnceLock;

/// A change.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Change {
    /// What it is called.
    pub title: String,
    /// The names of the revisions before and after; empty if the file is about any two.
    pub sides: [String; 2],
    /// Flags that have another name on the other side.
    pub renamed: Vec<(String, String)>,
    /// How it may be read, the default first. There is at least one.
    pub readings: Vec<Reading>,
    /// What is expected.
    pub expectations: Vec<Expectation>,
    /// What is known to be broken.
    pub known_broken: Vec<KnownBroken>,
    /// How a command is told to take it: options, each after a blank.
    pub options: String,
    /// Whether what is read now is added to it.
    added: bool,
    /// A hash of all that was read.
    hash: u64,
}

/// A reading of a change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// Its name.
    pub name: String,
    /// What it says.
    pub means: String,
    /// What must be fulfilled for a difference to count as expected.
    pub only: Vec<Term>,
}

/// A difference that is expected.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expectation {
    /// Its name.
    pub name: String,
    /// Why it is expected.
    pub because: String,
    /// The paths on which it can show; empty is every one.
    pub on: Vec<Path>,
    /// The functions in which the sides may part; empty is any.
    pub functions: Vec<Function>,
    /// What must be fulfilled.
    pub when: Vec<Term>,
    /// The ways in which it shows.
    pub ways: Vec<Way>,
    /// What it hangs on.
    pub cases: Vec<Case>,
    /// Whether it was added to the change: then it must explain something whatever the sides are.
    pub added: bool,
}

/// A way in which an expectation shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// Where the sides part.
    pub parts: Place,
    /// What must be fulfilled besides.
    pub when: Vec<Term>,
    /// Whether what follows in that function, and what the step leaves behind, comes of it.
    pub covers: bool,
    /// What the old side does, in a few words; empty if they are made from the difference.
    pub old: String,
    /// What the new side does.
    pub new: String,
}

/// What an expected difference hangs on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its name in signatures.
    pub name: String,
    /// For a person.
    pub words: String,
    /// What must be fulfilled.
    pub when: Vec<Term>,
    /// What must have happened to the file before, for an operation to show it.
    pub after: Option<String>,
    /// What else the operation takes.
    pub how: Option<String>,
    /// Why no operation leads there.
    pub unreachable: Option<String>,
}

/// An invariant that is known to be broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownBroken {
    /// Which.
    pub invariant: Invariant,
    /// The paths on which that can show; empty is every one.
    pub on: Vec<Path>,
    /// The revisions that break it; empty is every one.
    pub revisions: Vec<String>,
    /// Why.
    pub because: String,
}

/// What an expectation may cover besides the place where the sides part.
pub const COVERS: &str = "what follows";

/// The file of the default.
const DEFAULT: (&str, &str) = (
    "changes/2024-merge-as-unmovable.toml",
    include_str!("../../changes/2024-merge-as-unmovable.toml"),
);

impl Change {
    /// The change that is compared unless another is asked for.
    ///
    /// # Panics
    /// Never: a test reads the file.
    pub fn default_one() -> &'static Change {
        static CHANGE: OnceLock<Change> = OnceLock::new();
        let read = || Change::read(DEFAULT.0, DEFAULT.1).unwrap_or_else(|why| panic!("{why}"));
        CHANGE.get_or_init(read)
    }

    /// Reads a change; `file` is what errors call it.
    ///
    /// # Errors
    /// If it is none: in one line, with the file, the line in it, and what is allowed there.
    pub fn read(file: &str, text: &str) -> Result<Change, String> {
        let mut change = Change::default();
        change.add(file, text)?;
        change.added = true;
        if change.readings.is_empty() {
            let (name, means) = ("expected".into(), "what is expected, and nothing else".into());
            change.readings.push(Reading { name, means, only: Vec::new() });
        }
        Ok(change)
    }

    /// Adds the expectations of another file, and what it knows to be broken.
    ///
    /// # Errors
    /// As [`Change::read`].
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), String> {
        // FNV-1a, which is the same everywhere.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        self.hash = text.bytes().fold(self.hash ^ 0xcbf2_9ce4_8422_2325, mix);
        let named = |(line, why): parse::Wrong| format!("{file}:{line}: {why}");
        for table in parse::tables(text).map_err(named)? {
            self.add_table(table).map_err(named)?;
        }
        Ok(())
    }

    fn add_table(&mut self, table: Table<'_>) -> Result<(), parse::Wrong> {
        let line = table.line;
        match table.name {
            "" => {
                let mut keys = Keys::new(table, &["title", "old", "new", "renamed"])?;
                for (to, name) in [(0, "old"), (1, "new")] {
                    if let Some(text) = keys.text(name)? {
                        self.sides[to] = text;
                    }
                }
                if let Some(title) = keys.text("title")? {
                    self.title = title;
                }
                self.renamed.extend(keys.each("renamed", renaming)?);
            }
            "reading" => {
                let mut keys = Keys::new(table, &["name", "means", "only"])?;
                let (name, means) = (keys.must("name")?, keys.must("means")?);
                let only = keys.each("only", terms::term)?;
                self.readings.push(Reading { name, means, only });
            }
            "expect" => {
                let mut keys = Keys::new(table, &["name", "because", "on", "function", "when"])?;
                let expectation = Expectation {
                    name: keys.must("name")?,
                    because: keys.must("because")?,
                    on: keys.each("on", path)?,
                    functions: keys.each("function", terms::function)?,
                    when: keys.each("when", terms::term)?,
                    added: self.added,
                    ..Expectation::default()
                };
                let name = &expectation.name;
                if self.expectations.iter().any(|known| known.name == *name) {
                    return Err((line, format!("{name} is expected already")));
                }
                self.check_follows(line, &expectation.when)?;
                self.expectations.push(expectation);
            }
            "expect.way" => {
                let mut keys = Keys::new(table, &["parts", "when", "covers", "old", "new"])?;
                let parts = terms::place(&keys.must("parts")?).map_err(|why| (line, why))?;
                let when = keys.each("when", terms::term)?;
                self.check_follows(line, &when)?;
                let [old, new] =
                    [keys.text("old")?, keys.text("new")?].map(Option::unwrap_or_default);
                let covers = match keys.text("covers")?.as_deref() {
                    None => false,
                    Some(COVERS) => true,
                    Some(other) => {
                        return Err((line, format!("covers is {other}; allowed: {COVERS}")));
                    }
                };
                self.last(line)?.ways.push(Way { parts, when, covers, old, new });
            }
            "expect.case" => {
                let allowed = ["name", "words", "when", "after", "how", "unreachable"];
                let mut keys = Keys::new(table, &allowed)?;
                let name = keys.must("name")?;
                if name.is_empty()
                    || !name.bytes().all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-'))
                {
                    return Err((
                        line,
                        format!("{name}: a case has small letters, figures, hyphens"),
                    ));
                }
                let case = Case {
                    name,
                    words: keys.must("words")?,
                    when: keys.each("when", terms::term)?,
                    after: keys.text("after")?,
                    how: keys.text("how")?,
                    unreachable: keys.text("unreachable")?,
                };
                self.last(line)?.cases.push(case);
            }
            "known-broken" => {
                let mut keys = Keys::new(table, &["invariant", "on", "in", "because"])?;
                let invariant = invariant(&keys.must("invariant")?).map_err(|why| (line, why))?;
                let revisions = keys.each("in", |name| Ok(name.to_string()))?;
                let (on, because) = (keys.each("on", path)?, keys.must("because")?);
                self.known_broken.push(KnownBroken { invariant, on, revisions, because });
            }
            name => {
                return Err((
                    line,
                    format!(
                        "no table is called {name}; allowed: reading, expect, expect.way, \
                         expect.case, known-broken"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The expectation that a table below it belongs to.
    fn last(&mut self, line: usize) -> Result<&mut Expectation, parse::Wrong> {
        self.expectations.last_mut().ok_or_else(|| (line, "no [[expect]] stands before it".into()))
    }

    fn check_follows(&self, line: usize, terms: &[Term]) -> Result<(), parse::Wrong> {
        for term in terms {
            if let Term::Follows(name) = term
                && !self.expectations.iter().any(|known| known.name == *name)
            {
                return Err((line, format!("no expectation before this one is called {name}")));
            }
        }
        Ok(())
    }

    /// What tells this change from others, word for word.
    pub fn fingerprint(&self) -> String {
        format!("{:016x}", self.hash)
    }

    /// The expectation of that name.
    pub fn expectation(&self, name: &str) -> Option<&Expectation> {
        self.expectations.iter().find(|expectation| expectation.name == name)
    }

    /// Whether the revision is known to break the invariant.
    pub fn is_known_broken(&self, invariant: Invariant, revision: &str) -> bool {
        self.known_broken.iter().any(|known| known.invariant == invariant && known.is_of(revision))
    }

    /// What a class hangs on, for a person.
    pub fn condition(&self, class: &Class) -> String {
        match self.case(class) {
            Some(case) => case.words.clone(),
            None => class.condition.to_string(),
        }
    }

    /// What the old side does, and what the new one, for a person.
    pub fn sides(&self, class: &Class) -> (String, String) {
        let way = class.known.and_then(|(expectation, way)| {
            self.expectations.get(usize::from(expectation))?.ways.get(usize::from(way))
        });
        match way {
            Some(Way { old, new, .. }) if !old.is_empty() => (old.clone(), new.clone()),
            _ => class.outcomes.sides(),
        }
    }

    /// The place of a class's case among those of its expectation.
    pub fn case_number(&self, class: &Class) -> Option<usize> {
        let Condition::Case(name) = class.condition else { return None };
        let (expectation, _) = class.known?;
        let cases = &self.expectations.get(usize::from(expectation))?.cases;
        cases.iter().position(|case| case.name == name)
    }

    /// The case of an expectation that a class is.
    pub fn case(&self, class: &Class) -> Option<&Case> {
        let (expectation, _) = class.known?;
        self.expectations[usize::from(expectation)].cases.get(self.case_number(class)?)
    }
}

impl KnownBroken {
    /// Whether it is known of the revision.
    pub fn is_of(&self, revision: &str) -> bool {
        self.revisions.is_empty() || self.revisions.iter().any(|name| name == revision)
    }
}

/// The keys of a table, each to be taken once.
struct Keys<'a>(Table<'a>);

impl<'a> Keys<'a> {
    fn new(table: Table<'a>, allowed: &[&str]) -> Result<Self, parse::Wrong> {
        match table.keys.iter().find(|key| !allowed.contains(&key.name)) {
            Some(key) => {
                let (name, allowed) = (key.name, allowed.join(", "));
                Err((key.line, format!("no key is called {name} here; allowed: {allowed}")))
            }
            None => Ok(Keys(table)),
        }
    }

    fn take(&mut self, name: &str) -> Option<(usize, Value)> {
        let at = self.0.keys.iter().position(|key| key.name == name)?;
        let key = self.0.keys.remove(at);
        Some((key.line, key.value))
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, parse::Wrong> {
        match self.take(name) {
            None => Ok(None),
            Some((_, Value::Text(text))) => Ok(Some(text)),
            Some((line, Value::List(_))) => Err((line, format!("{name} is one string"))),
        }
    }

    fn must(&mut self, name: &str) -> Result<String, parse::Wrong> {
        let line = self.0.line;
        self.text(name)?.ok_or_else(|| (line, format!("{name} is missing here")))
    }

    fn each<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, parse::Wrong> {
        let items = match self.take(name) {
            None => Vec::new(),
            Some((line, Value::Text(text))) => vec![(line, text)],
            Some((_, Value::List(items))) => items,
        };
        items.iter().map(|(line, text)| read(text).map_err(|why| (*line, why))).collect()
    }
}

fn renaming(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once(" is ").ok_or("allowed: AS_OLD is AS_NEW")?;
    Ok((old.trim().into(), new.trim().into()))
}

fn path(name: &str) -> Result<Path, String> {
    let known = || join(Path::ALL.iter().map(|path| path.name()));
    Path::named(name).ok_or_else(|| format!("no path is called {name}; there are: {}", known()))
}

fn invariant(name: &str) -> Result<Invariant, String> {
    Invariant::ALL.into_iter().find(|invariant| invariant.id() == name).ok_or_else(|| {
        let known = join(Invariant::ALL.iter().map(|invariant| invariant.id()));
        format!("no invariant is called {name}; there are: {known}")
    })
}

fn join<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// A change, read in one way: what a comparison takes as expected.
#[derive(Clone, Copy)]
pub struct Intent {
    /// The change; the default one, if it is not said.
    change: Option<&'static Change>,
    reading: usize,
}

impl Intent {
    /// The change that is compared unless another is asked for, in its first reading.
    pub const DEFAULT: Intent = Intent { change: None, reading: 0 };

    /// The change, in its first reading.
    pub fn of(change: &'static Change) -> Intent {
        Intent { change: Some(change), reading: 0 }
    }

    /// The change.
    pub fn change(self) -> &'static Change {
        self.change.unwrap_or_else(Change::default_one)
    }

    /// The reading of that name, of the change that is compared unless another is asked for.
    ///
    /// # Errors
    /// As [`Intent::read`].
    pub fn named(name: &str) -> Result<Intent, String> {
        Intent::DEFAULT.read(name)
    }

    /// The same change, in the reading of that name.
    ///
    /// # Errors
    /// If there is none, with those that there are.
    pub fn read(self, name: &str) -> Result<Intent, String> {
        let readings = &self.change().readings;
        let reading = readings.iter().position(|reading| reading.name == name);
        let reading = reading.ok_or_else(|| {
            let known = join(readings.iter().map(|reading| &*reading.name));
            format!("no reading is called {name}; there are: {known}")
        })?;
        Ok(Intent { reading, ..self })
    }

    /// The reading.
    pub fn reading(self) -> &'static Reading {
        &self.change().readings[self.reading]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        &self.reading().name
    }

    /// Whether it is the first reading.
    pub fn is_first(self) -> bool {
        self.reading == 0
    }
}

impl PartialEq for Intent {
    fn eq(&self, other: &Intent) -> bool {
        std::ptr::eq(self.change(), other.change()) && self.reading == other.reading
    }
}

impl Eq for Intent {}

impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for Intent {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}
