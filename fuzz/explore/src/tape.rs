// SPDX-License-Identifier: GPL-2.0-only
//! The tape of choices: which answer was picked at each point where the rest of the kernel could
//! give several, and how to get to the next combination of answers.
//!
//! It is depth-first search without a tree: a path is run from its beginning, each question takes
//! the next choice from the tape or adds one, and [`Tape::advance`] moves the last choice that has
//! alternatives left. So only what is asked is branched on.
//!
//! The two sides of a comparison share a tape. The second takes the choice that the first made for
//! the same variable, the same number of alternatives and the same n-th time; only what it alone
//! asks adds choices.

use super::var::Var;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One choice.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema, Serialize, Deserialize,
)]
pub struct Choice {
    /// What was chosen.
    pub var: Var,
    /// Among how many alternatives.
    pub of: u8,
    /// Which of them.
    pub got: u8,
    /// The number of what was chosen, where not all alternatives are always there; else as `got`.
    pub label: u8,
}

/// The choices of a path, and where the run is among them.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    choices: Vec<Choice>,
    /// Up to here they are given, and not varied.
    floor: usize,
    /// The next choice to be taken in order.
    at: usize,
    /// Up to here the choices are taken as they stand, if they are of what is asked.
    until: usize,
    /// What the first side made; the second looks there.
    first: usize,
    second: bool,
    /// Both sides look all choices up.
    all_given: bool,
    /// Whether the second side has taken a choice: by place, and only out of order.
    taken: Vec<bool>,
    /// Makes a choice that is not there yet, if somebody else than the search is to.
    ask: Option<fn(u8) -> u8>,
}

impl Tape {
    /// A tape whose first choices are given. [`advance`](Tape::advance) leaves them alone.
    pub fn with_prefix(prefix: &[Choice]) -> Tape {
        let mut tape = Tape::default();
        tape.restart(prefix);
        tape
    }

    /// Makes it the tape that [`with_prefix`](Tape::with_prefix) makes.
    pub fn restart(&mut self, prefix: &[Choice]) {
        self.choices.clear();
        self.choices.extend_from_slice(prefix);
        self.floor = prefix.len();
        self.rewind();
    }

    /// A tape on which every choice is given, for whoever asks first: both sides look their choices
    /// up, and what is not there is 0.
    pub fn given(choices: &[Choice]) -> Tape {
        let mut tape = Tape::with_prefix(choices);
        tape.all_given = true;
        tape.rewind();
        tape
    }

    /// A tape on which `ask` makes each new choice, among that many alternatives: for the strategies
    /// of others.
    pub fn asking(ask: fn(u8) -> u8) -> Tape {
        Tape { ask: Some(ask), ..Tape::default() }
    }

    /// Starts the first side of a path.
    pub fn rewind(&mut self) {
        self.at = 0;
        self.second = self.all_given;
        if self.all_given {
            self.first = self.floor;
            self.choices.truncate(self.floor);
            self.taken.clear();
        }
        self.until = self.choices.len();
    }

    /// Starts the second side.
    pub fn second_side(&mut self) {
        if self.all_given {
            return self.rewind();
        }
        self.first = self.at;
        self.second = true;
        self.at = 0;
        self.until = self.first;
        self.taken.clear();
    }

    /// Chooses among `of` alternatives for a variable: 0 the first time that a path comes here.
    #[inline]
    pub fn choose(&mut self, var: Var, of: u8) -> u8 {
        let at = self.take(var, of);
        self.choices[at].got
    }

    /// Chooses among the alternatives with these numbers, where not all are always there.
    #[inline]
    pub fn choose_among(&mut self, var: Var, numbers: &[u8]) -> u8 {
        let at = self.take(var, numbers.len() as u8);
        let choice = &mut self.choices[at];
        choice.label = numbers[usize::from(choice.got)];
        choice.label
    }

    /// The place of the choice that is to be taken now: the next, nearly always.
    #[inline(always)]
    fn take(&mut self, var: Var, of: u8) -> usize {
        let at = self.at;
        match self.choices.get(at) {
            Some(next) if at < self.until && (next.var, next.of) == (var, of) => {
                self.at += 1;
                at
            }
            _ => self.take_another(var, of),
        }
    }

    #[inline(never)]
    fn take_another(&mut self, var: Var, of: u8) -> usize {
        if self.second { self.look_up(var, of) } else { self.next_in_order(var, of) }
    }

    /// A choice that follows those in order: there from the run before, or made now.
    fn next_in_order(&mut self, var: Var, of: u8) -> usize {
        let at = self.at;
        match self.choices.get(at) {
            Some(choice) => {
                debug_assert_eq!((choice.var, choice.of), (var, of), "a path repeats itself")
            }
            None => {
                let got = self.ask.map_or(0, |ask| ask(of) % of.max(1));
                self.choices.push(Choice { var, of, got, label: got });
            }
        }
        self.at += 1;
        at
    }

    /// The second side's choice, out of order: the first's, if there is one left for the variable.
    fn look_up(&mut self, var: Var, of: u8) -> usize {
        if self.taken.is_empty() {
            self.taken.resize(self.first.max(1), false);
            self.taken[..self.at].fill(true);
            self.at = self.first;
            self.until = 0;
        }
        let same = |&i: &usize| {
            let choice = self.choices[i];
            !self.taken[i] && (choice.var, choice.of) == (var, of)
        };
        if let Some(i) = (0..self.first).find(same) {
            self.taken[i] = true;
            return i;
        }
        self.next_in_order(var, of)
    }

    /// The choices of the path that was run last.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// How many of them are given.
    pub fn floor(&self) -> usize {
        self.floor
    }

    /// Goes to the next path; false if there is none.
    pub fn advance(&mut self) -> bool {
        while self.choices.len() > self.floor {
            let last = self.choices.len() - 1;
            let choice = &mut self.choices[last];
            if choice.got + 1 < choice.of {
                choice.got += 1;
                choice.label = choice.got;
                self.rewind();
                return true;
            }
            self.choices.pop();
        }
        false
    }
}
