// SPDX-License-Identifier: GPL-2.0-only
//! Everything that one side says in an enumeration, for whoever wants to look at it: each step of
//! each path; of a scan what comes before the loop, and each turn from each state.

use super::bounds::Bounds;
use super::joint;
use super::model::{Model, Notes};
use super::scan;
use super::sides::Side;
pub use super::stretch::Stretch;
use super::tape::Tape;
use crate::scenario::Path;

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
