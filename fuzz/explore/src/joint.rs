// SPDX-License-Identifier: GPL-2.0-only
//! One joint path: both sides run on the same choices, and are compared.
//!
//! Almost always the second side says what the first said, which is seen as it runs. Only if it
//! does not are both run again with everything written down, for the oracle to sort.

use super::bounds::Bounds;
use super::entries;
use super::model::{Controls, Model, Notes};
use super::sides::{Side, Sides};
use super::stretch::Went;
use super::tape::Tape;
use crate::oracle::{Class, Judge, Judgement};
use crate::run::{Flags, Returned};
use crate::scenario::{self, Path, Scenario};
use crate::trace::Event;
use mmdiff_judge::oracle::change::Change;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// What one side makes of the choices, from beginning to end: it is given the side's revision, and
/// whether it is the second.
pub(super) type Stretch<'a> = &'a dyn Fn(&'static Side, usize, &mut Model<'_>) -> Went;

/// A side after a stretch.
#[derive(Clone, Copy, Debug)]
pub(super) struct SideEnd {
    pub(super) went: Went,
    pub(super) controls: Controls,
    pub(super) races: u8,
}

/// What came of a joint path, or a stretch of one.
#[derive(Clone, Debug)]
pub struct Met {
    /// What was decided: the effects of both sides, and what they returned.
    pub decision: u64,
    /// How they differ.
    pub classes: Vec<Class>,
}

/// Runs joint paths, with the same memory.
#[derive(Debug)]
pub struct Joint {
    sides: Sides,
    bounds: Bounds,
    flags: Flags,
    judge: Judge,
    scenario: Scenario,
    path: Path,
    /// Memory to use again, for what the first side says that is compared.
    events: Vec<Event>,
    /// The same, for all that both say, where they differ.
    recorded: [Vec<Event>; 2],
    /// The bits of flags words that either side has read.
    pub bits_read: (u64, u64),
}

impl Joint {
    /// For the joint paths of `path`.
    pub fn new(sides: &Sides, bounds: Bounds, path: Path) -> Joint {
        Joint {
            sides: *sides,
            bounds,
            flags: sides.question().flags(),
            judge: Judge::new(&sides.question()),
            scenario: stand_in(path),
            path,
            events: Vec::new(),
            recorded: Default::default(),
            bits_read: (0, 0),
        }
    }

    /// The change whose expectations count.
    pub fn change(&self) -> &'static Change {
        self.sides.intent.change()
    }

    /// The path.
    pub fn path(&self) -> Path {
        self.path
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Runs the path that the tape stands at, from its beginning.
    pub fn run(&mut self, tape: &mut Tape) -> Met {
        let path = self.path;
        self.both(tape, None, &|side, _, k| Went::Returned(call(path, side, k))).0
    }

    /// Runs the path that the tape stands at, keeps both traces, and has the differences sorted.
    pub fn record(&mut self, tape: &mut Tape) -> &Judgement {
        let path = self.path;
        self.record_stretch(tape, None, &|side, _, k| Went::Returned(call(path, side, k)))
    }

    /// Runs a stretch for both sides, with so many changes left.
    pub(super) fn both(
        &mut self,
        tape: &mut Tape,
        races: Option<u8>,
        stretch: Stretch<'_>,
    ) -> (Met, [SideEnd; 2]) {
        tape.rewind();
        let notes = Notes::first(std::mem::take(&mut self.events));
        let (pre, notes, bits) = self.side(tape, races, 0, stretch, notes);
        self.bits_read.0 |= bits;
        let mut hasher = FxHasher::default();
        (notes.decision(), pre.went.seen()).hash(&mut hasher);
        tape.second_side();
        let (post, notes, bits) = self.side(tape, races, 1, stretch, notes.second());
        self.bits_read.1 |= bits;
        let agree = notes.agree() && pre.went.seen() == post.went.seen();
        self.events = notes.events;
        let mut classes = Vec::new();
        if !agree {
            let judgement = self.record_stretch(tape, races, stretch);
            classes.extend(judgement.divergences.iter().map(|divergence| divergence.class));
            // What the second side did stands in no hash yet.
            post.went.seen().hash(&mut hasher);
            let effects = judgement.post.trace.iter().filter(|event| event.is_effect());
            effects.for_each(|event| event.hash(&mut hasher));
        }
        (Met { decision: hasher.finish(), classes }, [pre, post])
    }

    fn side(
        &self,
        tape: &mut Tape,
        races: Option<u8>,
        side: usize,
        stretch: Stretch<'_>,
        notes: Notes,
    ) -> (SideEnd, Notes, u64) {
        let of = if side == 0 { self.sides.pre } else { self.sides.post };
        let mut model = Model::new(tape, self.bounds, notes);
        if side == 1 {
            model.numbering = self.flags.numbering();
        }
        if let Some(races) = races {
            model.set_races_left(races);
        }
        (of.around)(true);
        let went = stretch(of, side, &mut model);
        (of.around)(false);
        let controls = model.decided();
        (SideEnd { went, controls, races: model.races_left() }, model.notes, model.bits_read)
    }

    /// Runs a stretch again with everything written down, and sorts the differences.
    #[cold]
    pub(super) fn record_stretch(
        &mut self,
        tape: &mut Tape,
        races: Option<u8>,
        stretch: Stretch<'_>,
    ) -> &Judgement {
        let [pre, post] = std::mem::take(&mut self.recorded).map(Notes::all_in);
        tape.rewind();
        let (_, pre, _) = self.side(tape, races, 0, stretch, pre);
        tape.second_side();
        let (_, post, _) = self.side(tape, races, 1, stretch, post);
        let [pre, post] = [pre, post].map(Notes::into_recording);
        self.judge.judge_recordings(&self.scenario, &pre, &post);
        self.recorded = [pre, post].map(|recording| recording.events);
        self.judge.judgement()
    }
}

/// Makes the calls of a path, and returns what the last returned.
pub fn call(path: Path, side: &'static Side, k: &mut Model<'_>) -> Returned {
    let mut returned = Returned::Nothing;
    for step in 0..entries::steps(path) {
        if step > 0 {
            k.end_step(returned);
        }
        returned = (side.enumerate)(path, step, k);
        if path == Path::Creation && matches!(returned, Returned::Value(fd) if fd < 0) {
            // There is nothing to do with a guest_memfd that was not made.
            break;
        }
    }
    k.end_step(returned);
    returned
}

/// A scenario that stands for the paths: the oracle asks it which path it is of, and whether the
/// flags are raw.
fn stand_in(path: Path) -> Scenario {
    let mut scenario = Scenario::decode(path, &[]);
    if let Scenario::Truncation(truncation) = &mut scenario {
        truncation.file.flags = scenario::Flags::Raw { word: 0 };
    }
    scenario
}
