// SPDX-License-Identifier: GPL-2.0-only
//! The seeds of the corpus, written from values.
//!
//! There are two sorts. *Named* ones are written by hand, one behaviour each; the lifecycles of the
//! [`survey`] are among them. *Families* vary a few things systematically (each kind of
//! file, each edge, each mode, each racing actor before each call), and what of a family shows
//! nothing that a seed before it does not show is left out: see [`crate::reach::minimise`].
//!
//! `mmdiff corpus write corpus` puts them into files, and a test holds the files to them.

mod compaction;
mod creation;
mod errors;
mod flags;
mod lifecycle;
mod migration;
mod races;
mod truncation;

use super::Seed;
use crate::reach;
use crate::scenario::codec::{Below, List};
use crate::scenario::*;
use crate::survey;
use std::fmt::Debug;
use std::sync::OnceLock;

/// A seed's name and scenario.
pub type Named = (String, Scenario);

/// Every seed, in the order of paths and names.
pub fn all() -> Vec<Seed> {
    static ALL: OnceLock<Vec<Seed>> = OnceLock::new();
    ALL.get_or_init(minimised).clone()
}

fn minimised() -> Vec<Seed> {
    let candidates = candidates();
    let scenarios = candidates.iter().map(|(_, scenario)| scenario);
    let kept = reach::minimise(scenarios, named().len());
    let seed = |(name, scenario): &Named| {
        let (path, bytes) = (scenario.path(), scenario.encode());
        Seed { path, name: name.clone(), bytes }
    };
    let mut seeds: Vec<Seed> = kept.into_iter().map(|i| seed(&candidates[i])).collect();
    seeds.sort_by(|a, b| (a.path, &a.name).cmp(&(b.path, &b.name)));
    seeds
}

/// The seeds that were written by hand, then every family, before anything is left out.
pub fn candidates() -> Vec<Named> {
    let mut candidates = named();
    let mut add = |name: &str, scenario| candidates.push((name.to_string(), scenario));
    flags::families(&mut add);
    creation::families(&mut add);
    errors::families(&mut add);
    truncation::families(&mut add);
    migration::families(&mut add);
    compaction::families(&mut add);
    lifecycle::families(&mut add);
    races::families(&mut add);
    candidates
}

/// The seeds that were written by hand.
pub fn named() -> Vec<Named> {
    let mut named = Vec::new();
    let mut add = |name: &str, scenario| named.push((name.to_string(), scenario));
    flags::named(&mut add);
    creation::named(&mut add);
    errors::named(&mut add);
    truncation::named(&mut add);
    migration::named(&mut add);
    compaction::named(&mut add);
    let mut subjects = survey::subjects();
    // The plainest first: the others are those with something more.
    subjects.sort_by_key(|subject| subject.scenario.steps());
    subjects.into_iter().for_each(|subject| add(subject.name, subject.scenario));
    lifecycle::named(&mut add);
    named
}

/// A name, and what is changed in something plain to deserve it.
type Edit<T> = (&'static str, fn(&mut T));

type Add<'a> = &'a mut dyn FnMut(&str, Scenario);

fn file(kind: FileKind) -> FileSpec {
    FileSpec { kind, ..FileSpec::default() }
}

fn raw(word: u64) -> FileSpec {
    raw_of(FileKind::default(), word)
}

fn raw_of(kind: FileKind, word: u64) -> FileSpec {
    FileSpec { flags: Flags::Raw { word }, ..file(kind) }
}

fn race(point: Point, action: Action) -> Races {
    List::new([Race { point, action, ..Race::default() }])
}

/// The name of a variant as file names have it: `TmpfsNoswap` is `tmpfs_noswap`.
fn snake(value: impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{value:?}").chars().take_while(|letter| letter.is_alphanumeric()) {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
