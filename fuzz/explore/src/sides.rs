// SPDX-License-Identifier: GPL-2.0-only
//! The sides of an enumeration: revisions, as the explorer runs them.

use crate::model::Model;
use crate::oracle::{Intent, Question};
use crate::run::{Functions, Returned, Tree, tree};
use crate::{entries, scenario};
use mmcore::Revision;
use mmcore::mm::compaction::{Scan, Step};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use scenario::Path;

/// A revision, as the explorer runs it: call by call, and the scanner turn by turn.
#[derive(Debug)]
pub struct Side {
    /// The revision.
    pub tree: Tree,
    /// Makes the calls of a path on open answers.
    pub enumerate: fn(Path, usize, &mut Model<'_>) -> Returned,
    /// Makes one turn of the scanner.
    pub turn: fn(&mut Scan, &mut Model<'_>) -> Step,
    /// Makes the second half of one.
    pub bottom: fn(&mut Scan, &mut Model<'_>) -> Step,
    /// Told when an enumeration begins to run this revision (`true`), and when it has ended to, in the
    /// thread that runs it. So whoever builds the ported functions with switches in them can turn
    /// these for one side alone.
    pub around: fn(bool),
}

/// Every revision.
pub static SIDES: [Side; 4] =
    [Side::of::<PreFix>(), Side::of::<PostFix>(), Side::of::<V6_12PreFix>(), Side::of::<V6_12>()];

impl Side {
    /// The revision `R`.
    pub const fn of<R: Functions>() -> Side {
        Side {
            tree: tree::<R>(),
            enumerate: entries::run::<R>,
            turn: turn::<R>,
            bottom: bottom::<R>,
            around: |_| {},
        }
    }

    /// The revision of that name.
    pub fn named(name: &str) -> Option<&'static Side> {
        SIDES.iter().find(|side| side.tree.name == name)
    }
}

fn turn<R: Revision>(scan: &mut Scan, model: &mut Model<'_>) -> Step {
    scan.step::<R, _>(model)
}

fn bottom<R: Revision>(scan: &mut Scan, model: &mut Model<'_>) -> Step {
    scan.bottom::<R, _>(model)
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
