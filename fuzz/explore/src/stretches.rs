// SPDX-License-Identifier: GPL-2.0-only
//! Everything that one side says in an enumeration, for whoever wants to look at it: each step of
//! each path; of a scan what comes before the loop, and each turn from each state.

use super::bounds::Bounds;
use super::joint::{self, Went};
use super::model::{Model, Notes};
use super::scan;
use super::sides::Side;
use super::tape::Tape;
use crate::run::Returned;
use crate::scenario::Path;
use crate::trace::Event;

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

/// Hands every stretch of a path to `see`, in a fixed order.
pub fn each(side: &'static Side, bounds: Bounds, path: Path, see: &mut dyn FnMut(Stretch<'_>)) {
    match path {
        Path::Lifecycle => {}
        Path::Compaction => {
            scan::each_stretch(side, bounds, see);
            each_call(side, bounds, path, see);
        }
        _ => each_call(side, bounds, path, see),
    }
}

fn each_call(side: &'static Side, bounds: Bounds, path: Path, see: &mut dyn FnMut(Stretch<'_>)) {
    let mut tape = Tape::default();
    let mut events = Vec::new();
    loop {
        tape.rewind();
        let mut model = Model::new(&mut tape, bounds, Notes::all_in(events));
        joint::call(path, side, &mut model);
        let notes = model.notes;
        let mut start = 0;
        for step in &notes.steps {
            let events = &notes.events[start..step.events];
            see(Stretch { events, from_loop: false, returned: Some(step.returned) });
            start = step.events;
        }
        events = notes.events;
        if !tape.advance() {
            return;
        }
    }
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
