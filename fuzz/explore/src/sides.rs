// SPDX-License-Identifier: GPL-2.0-only
//! The sides of an enumeration: revisions, as the explorer runs them.

use crate::model::Model;
use crate::oracle::{Intent, Question};
use crate::run::{Returned, Tree, tree};
use crate::{entries, scenario};
use mmcore::mm::compaction::{Exit, Scan, Step};
use mmcore::{IsolateMode, Oops};
use scenario::Path;

/// [`Scan::begin`], of some side.
type Begin = fn(&mut Model<'_>, u64, u64, IsolateMode) -> Result<Result<Scan, i32>, Oops>;

/// A revision, as the explorer runs it: call by call, and the scanner turn by turn.
#[derive(Debug)]
pub struct Side {
    /// The revision.
    pub tree: Tree,
    /// Makes the calls of a path on open answers.
    pub enumerate: fn(Path, usize, &mut Model<'_>) -> Returned,
    /// Does what the scanner does before its loop.
    pub begin: Begin,
    /// Makes one turn of the scanner.
    pub turn: fn(&mut Scan, &mut Model<'_>) -> Step,
    /// Makes the second half of one.
    pub second_half: fn(&mut Scan, &mut Model<'_>) -> Step,
    /// Does what the scanner does after its loop.
    pub finish: fn(&mut Scan, &mut Model<'_>, Exit) -> i32,
    /// Told when an enumeration begins to run this revision (`true`), and when it has ended to, in the
    /// thread that runs it. So whoever builds the ported functions with switches in them can turn
    /// these for one side alone.
    pub around: fn(bool),
}

macro_rules! list_sides {
    ($($tree:ty,)*) => {
        /// Every revision.
        pub static SIDES: &[Side] = &[$(Side::of::<$tree>()),*];
    };
}
mmcore::each_tree!(list_sides);

impl Side {
    /// The revision `R`.
    pub const fn of<R: mmcore::Side>() -> Side {
        Side {
            tree: tree::<R>(),
            enumerate: entries::run::<R>,
            begin: |k, low_pfn, end_pfn, mode| Scan::begin::<R, _>(k, low_pfn, end_pfn, mode),
            turn: |scan, k| scan.turn::<R, _>(k),
            second_half: |scan, k| scan.second_half::<R, _>(k),
            finish: |scan, k, exit| scan.finish::<R, _>(k, exit),
            around: |_| {},
        }
    }

    /// The revision of that name.
    pub fn named(name: &str) -> Option<&'static Side> {
        SIDES.iter().find(|side| side.tree.name == name)
    }
}

/// What an enumeration is about: two sides, and a reading of what the patch between them intends.
#[derive(Clone, Copy, Debug)]
pub struct Sides {
    /// The revision before.
    pub pre: &'static Side,
    /// The revision after.
    pub post: &'static Side,
    /// The reading.
    pub intent: Intent,
}

impl Sides {
    /// The sides of a question, if both are revisions that the explorer runs.
    pub fn of(question: &Question) -> Option<Sides> {
        let [pre, post] = [question.pre, question.post].map(|tree| Side::named(tree.name));
        Some(Sides { pre: pre?, post: post?, intent: question.intent })
    }

    /// The question for the oracle.
    pub fn question(&self) -> Question {
        Question { pre: &self.pre.tree, post: &self.post.tree, intent: self.intent }
    }
}
