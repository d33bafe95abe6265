// SPDX-License-Identifier: GPL-2.0-only
//! Scans of any length: the states at the head of the scanner's loop, closed under its turns.
//!
//! A `State` is what is left of a scan between two halves of a turn if it may be anywhere in a range
//! of any length. All half turns from each state are run, for both sides, until none leads to a new
//! state. Then every turn of every scan over [listed values](super::LISTED_VALUES) has been looked at, be
//! its range as long as it may: the scan begins in one of the states, and each half of a turn leads from
//! one to another or ends it.

use super::bounds::Bounds;
use super::joint::Joint;
use super::scan::{Head, State, Turned, begin_scans};
use super::sides::Sides;
pub use super::tally::Closure;
use super::tally::{Cut, Tally, Watch};
use super::tape::{Choice, Tape};
use crate::scenario::Path;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// The half turns from a state.
#[derive(Default)]
struct Turns {
    tally: Tally,
    next: BTreeSet<State>,
    parted: Option<Vec<Choice>>,
}

/// Continues every state once, from those in which scans begin, until no turn leads to a new one.
///
/// # Errors
/// Why it was cut off.
pub(super) fn close(
    sides: &Sides,
    bounds: Bounds,
    begun: &[Head],
    watch: &dyn Watch,
) -> Result<Closure, Cut> {
    close_all(sides, bounds, begun, watch).map(|(closure, _)| closure)
}

/// The same, with the states.
fn close_all(
    sides: &Sides,
    bounds: Bounds,
    begun: &[Head],
    watch: &dyn Watch,
) -> Result<(Closure, FxHashSet<State>), Cut> {
    let mut closure = Closure::default();
    let mut new: BTreeSet<State> = BTreeSet::new();
    for head in begun {
        match State::of(head, false) {
            Some(state) => _ = new.insert(state),
            None => closure.parted = Some(Vec::new()),
        }
    }
    let mut seen: FxHashSet<State> = new.iter().copied().collect();
    let mut tally = Tally::default();
    // What does not hold after a round will not hold after the next.
    while !new.is_empty() && closure.parted.is_none() && !tally.is_beyond() {
        closure.rounds += 1;
        closure.states += new.len() as u64;
        let turned: Result<Vec<Turns>, Cut> =
            new.into_par_iter().map(|state| turns(sides, bounds, state, watch)).collect();
        new = BTreeSet::new();
        for turns in turned? {
            tally.add(turns.tally);
            closure.parted = closure.parted.or(turns.parted);
            new.extend(turns.next.into_iter().filter(|&state| seen.insert(state)));
        }
    }
    tally.reduce();
    Ok((Closure { turns: tally.runs, found: tally.found, ..closure }, seen))
}

/// All half turns from a state, wherever in its range it is.
fn turns(sides: &Sides, bounds: Bounds, state: State, watch: &dyn Watch) -> Result<Turns, Cut> {
    let mut joint = Joint::new(sides, bounds, Path::Compaction);
    let mut turns = Turns::default();
    let mut tape = Tape::with_prefix(&state.choices());
    loop {
        let Turned { next, met } = joint.half_turn(&mut tape);
        turns.tally.count(0, watch)?;
        for class in &met.classes {
            turns.tally.add_class(
                joint.change(),
                class,
                &class.signature(),
                1,
                [&[], tape.choices()],
            );
        }
        match next.map(|head| State::of(&head, !state.halfway)) {
            None => {}
            Some(Some(state)) => _ = turns.next.insert(state),
            Some(None) => _ = turns.parted.get_or_insert_with(|| tape.choices().to_vec()),
        }
        if !tape.advance() {
            return Ok(turns);
        }
    }
}

/// The closure from where the scans of both sides begin.
///
/// # Errors
/// Why it was cut off.
pub fn of(sides: &Sides, bounds: Bounds, watch: &dyn Watch) -> Result<Closure, Cut> {
    close(sides, bounds, &begun(sides, bounds), watch)
}

fn begun(sides: &Sides, bounds: Bounds) -> Vec<Head> {
    let mut joint = Joint::new(sides, bounds, Path::Compaction);
    begin_scans(&mut joint, false).1.into_iter().map(|(head, ..)| head).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::Question;

    /// Watches, and never stops.
    struct Patient;

    impl Watch for Patient {
        fn done(&self, _: usize, _: &Tally) {}

        fn stop(&self, _: u64) -> Option<Cut> {
            None
        }
    }

    #[test]
    fn every_scan_of_one_page_frame_stays_within_the_states_and_no_half_turn_differs() {
        let sides = Sides::of(&Question::default()).expect("revisions of the explorer's");
        let bounds = Bounds::default();
        let heads = begun(&sides, bounds);
        let (closure, states) =
            close_all(&sides, bounds, &heads, &Patient).expect("nobody cuts it off");
        assert!(closure.holds() && closure.found.is_empty());
        assert_eq!(closure.states, states.len() as u64);
        let mut joint = Joint::new(&sides, bounds, Path::Compaction);
        for head in heads {
            let mut tape = Tape::default();
            loop {
                if let Some(next) = joint.turn(&head, &mut tape).next {
                    assert!(State::of(&next, false).is_some_and(|state| states.contains(&state)));
                }
                if !tape.advance() {
                    break;
                }
            }
        }
    }
}
