// SPDX-License-Identifier: GPL-2.0-only
//! A stretch of a path: a step, or from one head of the scanner's loop to the next.

use super::model::Model;
use crate::run::Returned;
use crate::trace::Event;
use mmcore::mm::compaction::Scan;

/// How a stretch of a path ended, for one side.
#[derive(Clone, Copy, Debug)]
pub(super) enum Went {
    /// At the head of the scanner's loop.
    On(Scan),
    /// With this returned.
    Returned(Returned),
}

impl Went {
    /// What an observer sees of it.
    pub(super) fn seen(self) -> Option<Returned> {
        match self {
            Went::On(_) => None,
            Went::Returned(returned) => Some(returned),
        }
    }
}

/// A stretch of a run.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// What was said, the marks of the functions among it.
    pub events: &'a [Event],
    /// Whether it begins at the head of the scanner's loop.
    pub from_loop: bool,
    /// What it returned; `None` if it ends at the head of the scanner's loop.
    pub returned: Option<Returned>,
}

/// Runs one stretch of a scan and hands it over.
pub(super) fn run<'t>(
    model: &mut Model<'t>,
    from_loop: bool,
    see: &mut dyn FnMut(Stretch<'_>),
    stretch: impl FnOnce(&mut Model<'t>) -> Went,
) -> Went {
    let went = stretch(model);
    let returned = match went {
        Went::On(_) => None,
        Went::Returned(returned) => Some(returned),
    };
    see(Stretch { events: &model.notes.events, from_loop, returned });
    went
}
