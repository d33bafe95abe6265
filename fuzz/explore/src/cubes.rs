// SPDX-License-Identifier: GPL-2.0-only
//! Cubes: the few answers that a difference takes, all others being irrelevant.
//!
//! They are folded while the search runs. When all alternatives of a choice are done, what below
//! them is alike is one; and if that is so under every alternative, the choice did not matter and is
//! left out.

use super::entries::callees;
use super::tape::Choice;
use super::var::{Var, What};
use crate::scenario::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A choice that matters: which, and what was chosen.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema, Serialize, Deserialize,
)]
pub struct Literal {
    /// What was chosen.
    pub var: Var,
    /// How many times it had been chosen on the path before.
    pub nth: u8,
    /// How many alternatives there were.
    pub of: u8,
    /// Those that will do, by their numbers, one bit each.
    pub any: u32,
}

/// A conjunction of choices: whichever path makes them shows the same.
pub type Cube = Vec<Literal>;

/// What was found below a choice: which class, under which further choices, for which alternatives.
type Below = Vec<(u16, Cube, u32)>;

/// Folds what is found on the paths of a depth-first search into cubes.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// For each choice of the current path, what was found under its alternatives so far.
    frames: Vec<Below>,
    /// Whether anything is in them.
    any: bool,
    /// What is found, with nothing above it.
    pub root: Vec<(u16, Cube)>,
}

impl Folder {
    /// Notes that the path of these choices shows something of a class.
    pub fn found(&mut self, choices: &[Choice], floor: usize, class: u16) {
        self.any = true;
        if self.frames.len() < choices.len() {
            self.frames.resize(choices.len(), Below::new());
        }
        match choices.len() > floor {
            true => put(&mut self.frames[choices.len() - 1], class, Cube::new(), choices),
            false => self.put_root(class, Cube::new()),
        }
    }

    /// To be called before the tape of these choices goes on: folds the choices that are done.
    pub fn fold(&mut self, choices: &[Choice], floor: usize) {
        if !self.any {
            return;
        }
        let mut depth = choices.len();
        while depth > floor && choices[depth - 1].got + 1 == choices[depth - 1].of {
            self.close(&choices[..depth], floor);
            depth -= 1;
        }
        self.any = self.frames.iter().any(|frame| !frame.is_empty());
    }

    /// All alternatives of the last choice are done.
    fn close(&mut self, choices: &[Choice], floor: usize) {
        let Some((last, above)) = choices.split_last() else {
            return;
        };
        let Some(frame) = self.frames.get_mut(above.len()) else {
            return;
        };
        let nth = above.iter().filter(|choice| choice.var == last.var).count() as u8;
        for (class, mut cube, any) in std::mem::take(frame) {
            if any.count_ones() < last.of.into() {
                cube.insert(0, Literal { var: last.var, nth, of: last.of, any });
            }
            match above.len() > floor {
                true => put(&mut self.frames[above.len() - 1], class, cube, above),
                false => self.put_root(class, cube),
            }
        }
    }

    fn put_root(&mut self, class: u16, cube: Cube) {
        if !self.root.contains(&(class, cube.clone())) {
            self.root.push((class, cube));
        }
    }
}

/// Adds what was found below the current alternative of the last choice.
fn put(frame: &mut Below, class: u16, cube: Cube, choices: &[Choice]) {
    let bit = 1 << choices.last().map_or(0, |choice| choice.label % 32);
    match frame.iter_mut().find(|(c, known, _)| *c == class && *known == cube) {
        Some((_, _, any)) => *any |= bit,
        None => frame.push((class, cube, bit)),
    }
}

/// The literals of given choices.
pub fn literals(choices: &[Choice]) -> Cube {
    let literal = |(i, choice): (usize, &Choice)| {
        let same = |other: &&Choice| other.var == choice.var;
        let nth = choices[..i].iter().filter(same).count() as u8;
        Literal { var: choice.var, nth, of: choice.of, any: 1 << (choice.label % 32) }
    };
    choices.iter().enumerate().map(literal).collect()
}

/// Merges cubes that differ in one literal, leaves out literals that allow everything and cubes that
/// another covers, until nothing more can be.
pub fn reduce(cubes: &mut Vec<Cube>) {
    for cube in cubes.iter_mut() {
        cube.sort_unstable();
    }
    cubes.sort_unstable();
    cubes.dedup();
    while merge_two(cubes) {}
    let covers = |a: &Cube, b: &Cube| {
        a.iter().all(|x| b.iter().any(|y| (x.var, x.nth) == (y.var, y.nth) && y.any & !x.any == 0))
    };
    let all = cubes.clone();
    cubes.retain(|cube| !all.iter().any(|other| other != cube && covers(other, cube)));
    cubes.sort_unstable();
}

/// Merges the first two cubes that can be.
fn merge_two(cubes: &mut Vec<Cube>) -> bool {
    for i in 0..cubes.len() {
        for j in i + 1..cubes.len() {
            if let Some(merged) = merged(&cubes[i], &cubes[j]) {
                cubes.remove(j);
                cubes[i] = merged;
                return true;
            }
        }
    }
    false
}

/// Both cubes as one, if they differ in one literal only.
fn merged(a: &Cube, b: &Cube) -> Option<Cube> {
    if a.len() != b.len() {
        return None;
    }
    let mut differ = (0..a.len()).filter(|&i| a[i] != b[i]);
    let at = differ.next()?;
    let (x, y) = (a[at], b[at]);
    if differ.next().is_some() || (x.var, x.nth, x.of) != (y.var, y.nth, y.of) {
        return None;
    }
    let mut cube = a.clone();
    cube[at].any |= y.any;
    if cube[at].any.count_ones() == u32::from(x.of) {
        cube.remove(at);
    }
    Some(cube)
}

impl Literal {
    /// The condition, as a person would read it: `dirty = yes`.
    pub fn condition(&self, path: Path) -> String {
        let again = if self.nth > 0 { " (asked again)" } else { "" };
        let names: Vec<_> = (0..32)
            .filter(|n| self.any >> n & 1 != 0)
            .map(|n| name(path, self.var.what, n, self.of))
            .collect();
        format!("{}{again} = {}", self.var, names.join("|"))
    }
}

/// What the alternative number `n` is called.
fn name(path: Path, what: What, n: u8, of: u8) -> String {
    let named = match what {
        What::Function => callees(path).get(usize::from(n)).map(|callee| callee.name.to_string()),
        what => what.alternative(n),
    };
    named.unwrap_or_else(|| match of {
        2 => ["no", "yes"][usize::from(n % 2)].to_string(),
        _ => n.to_string(),
    })
}
