// SPDX-License-Identifier: GPL-2.0-only
//! The flags of mappings by name.
//!
//! Revisions number them differently: AS_INACCESSIBLE is 9 in one and 8 in the next. Two sides are
//! compared by name, so one side's numbers are made the other's at the door: what the second side asks
//! and does with a flag, the world hears under the number that the first side has for it
//! ([`Numbering`]). Where both number alike, which is nearly always, there is no numbering.

use super::{TREES, Tree};
use crate::numbering::{BITS, Numbering};
use mmcore::include::linux::pagemap;
use std::fmt;
use std::sync::OnceLock;

/// A set of flags by name, whatever their numbers. A flag without a name goes by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct FlagSet(u128);

impl FlagSet {
    /// Whether there is none in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in either.
    pub fn union(self, other: FlagSet) -> FlagSet {
        FlagSet(self.0 | other.0)
    }

    /// The flags in it, each as a number of its own.
    pub fn numbers(self) -> impl DoubleEndedIterator<Item = u8> {
        (0..u128::BITS as u8).filter(move |id| self.0 >> id & 1 != 0)
    }
}

impl fmt::Display for FlagSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none of them");
        }
        for (i, id) in self.numbers().map(usize::from).enumerate() {
            let between = if i > 0 { "|" } else { "" };
            match id.checked_sub(BITS) {
                None => write!(f, "{between}{}", names()[id])?,
                Some(nr) => write!(f, "{between}bit {nr}")?,
            }
        }
        Ok(())
    }
}

/// The names of all flags that any revision has.
fn names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Vec::new();
        for (name, _) in TREES.iter().flat_map(Tree::flags) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    })
}

impl Tree {
    /// The names of all flags that any revision has.
    pub fn all_flags() -> impl Iterator<Item = &'static str> {
        names().iter().copied()
    }

    /// The flags that this revision has, by name and number.
    pub fn flags(&self) -> impl Iterator<Item = (&'static str, u32)> {
        pagemap::FLAGS.iter().chain(self.own_flags).copied()
    }

    /// The name of a flag by its number in this revision.
    pub fn flag(&self, nr: u32) -> Option<&'static str> {
        self.flags().find(|&(_, of)| of == nr).map(|(name, _)| name)
    }
}

/// What the bits of flags words are called on the two sides of a comparison, once both have the first
/// side's numbers.
#[derive(Clone, Debug)]
pub struct Flags {
    /// For each bit and side, its name's place among all.
    names: [[Option<u8>; BITS]; 2],
    numbering: Option<Numbering>,
}

impl Flags {
    /// The flags of two revisions. Those that are `renamed` are the same under two names: the second
    /// is used for both.
    pub fn between(pre: &Tree, post: &Tree, renamed: &[(String, String)]) -> Flags {
        let named = |tree: &Tree| {
            let mut of = [None; BITS];
            for (name, nr) in tree.flags() {
                let new = renamed.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new);
                of[nr as usize % BITS] = names().iter().position(|name| *name == new);
            }
            of
        };
        let (old, new) = (named(pre), named(post));
        let to = numbers(&old, &new);
        let mut from = [0; BITS];
        (0..BITS).for_each(|nr| from[usize::from(to[nr])] = nr as u8);
        let id = |name: Option<usize>| name.map(|id| id as u8);
        let is_moved = (0..BITS).any(|nr| usize::from(to[nr]) != nr);
        Flags {
            names: [old.map(id), from.map(|nr| id(new[usize::from(nr)]))],
            numbering: is_moved.then(|| Numbering::new(to)),
        }
    }

    /// How the second side's numbers become the first's, if they differ.
    pub fn numbering(&self) -> Option<&Numbering> {
        self.numbering.as_ref()
    }

    /// The bits of a word by name, as the second side calls them or the first.
    pub fn named(&self, second: bool, word: u64) -> FlagSet {
        let names = &self.names[usize::from(second)];
        let id = |nr: usize| names[nr].map_or(BITS + nr, usize::from);
        let set = (0..BITS).filter(|nr| word >> nr & 1 != 0).fold(0, |set, nr| set | 1 << id(nr));
        FlagSet(set)
    }

    /// The bits of flags by their names on a side; `None` if it has no such flag.
    pub fn bits(&self, second: bool, wanted: &[String]) -> Option<u64> {
        let bit = |name: &String| {
            let is_it = |id: &Option<u8>| id.is_some_and(|id| names()[usize::from(id)] == name);
            self.names[usize::from(second)].iter().position(is_it).map(|nr| 1 << nr)
        };
        wanted.iter().map(bit).sum()
    }
}

/// For each number of the second side the first side's: of the same name, if it has that; else one that
/// has no name there.
fn numbers(old: &[Option<usize>; BITS], new: &[Option<usize>; BITS]) -> [u8; BITS] {
    let same = |nr: usize| new[nr].and_then(|name| old.iter().position(|old| *old == Some(name)));
    let mut to: [Option<usize>; BITS] = std::array::from_fn(same);
    // What has a name goes first, and where it can stays where it is.
    for (named, stay) in [(true, true), (true, false), (false, true), (false, false)] {
        for nr in 0..BITS {
            if to[nr].is_some() || new[nr].is_some() != named {
                continue;
            }
            let free = |at: &usize| !to.contains(&Some(*at)) && (!named || old[*at].is_none());
            to[nr] = if stay { Some(nr).filter(free) } else { (0..BITS).rev().find(free) };
        }
    }
    to.map(|nr| nr.unwrap_or(0) as u8)
}
