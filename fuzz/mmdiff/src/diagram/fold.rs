// SPDX-License-Identifier: GPL-2.0-only
//! From runs to a machine per function: which call comes right after which, on which answer.

use crate::explain::bits;
use crate::explore::stretches::{self, Stretch};
use crate::explore::{Bounds, Side};
use crate::run::{Returned, Tree};
use crate::scenario::Path;
use crate::trace::Event;
use mmcore::{Call, CallId, Function, Word};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

/// Later calls of the same helper are taken together.
const TIMES: u8 = 3;

/// A place in a function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Place {
    /// It begins.
    Start,
    /// The head of the scanner's loop.
    Loop,
    /// A helper, with the constant that it is about, for the n-th time.
    Call(CallId, u64, u8),
    /// Another ported function, for the n-th time.
    Function(Function, u8),
    /// It ends, inside another.
    End,
    /// It ends.
    Returned(End),
}

/// What a function returned, as far as it matters to its caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum End {
    /// This very value.
    Exactly(Returned),
    /// A number above 0.
    Positive,
}

/// A step from place to place: what was answered, and who does it (1 the old side, 2 the new).
pub(super) type Steps = BTreeMap<(Place, Place), BTreeMap<u64, u8>>;

/// A function's places, with their names, and the steps between them.
#[derive(Clone, Default, Debug)]
pub(super) struct Machine {
    pub(super) steps: Steps,
    pub(super) names: BTreeMap<Place, BTreeSet<String>>,
}

/// The machines of all functions.
#[derive(Default)]
pub(super) struct Folded(BTreeMap<Function, Machine>);

impl Folded {
    pub(super) fn join(mut self, other: Folded) -> Folded {
        for (function, machine) in other.0 {
            let known = self.0.entry(function).or_default();
            for (step, answers) in machine.steps {
                let known = known.steps.entry(step).or_default();
                answers
                    .into_iter()
                    .for_each(|(answer, who)| *known.entry(answer).or_default() |= who);
            }
            for (place, names) in machine.names {
                known.names.entry(place).or_default().extend(names);
            }
        }
        self
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = (Function, &Machine)> {
        self.0.iter().map(|(&function, machine)| (function, machine))
    }
}

/// A run of a function that has not ended.
struct Open {
    function: Function,
    at: Place,
    answer: u64,
    /// How often each call was made.
    made: Vec<(Place, u8)>,
}

/// Folds the runs of one side.
struct Folder {
    steps: FxHashSet<(Function, Place, Place, u64)>,
    calls: FxHashMap<(CallId, u64), Call>,
    open: Vec<Open>,
    /// What was said in the stretches that are folded: a turn of the scanner says the same from
    /// thousands of states.
    known: FxHashSet<(u64, u64)>,
}

/// Folds every run of a path on one side: 0 the old, 1 the new.
pub(super) fn fold(of: &'static Side, side: usize, bounds: Bounds, path: Path) -> Folded {
    let mut folder = Folder {
        steps: FxHashSet::default(),
        calls: FxHashMap::default(),
        open: Vec::new(),
        known: FxHashSet::default(),
    };
    stretches::each(of, bounds, path, &mut |stretch| folder.stretch(path, stretch));
    folder.finish(&of.tree, 1 << side)
}

/// Whether it is a call of `isolate_migratepages_range`.
fn is_range(stretch: &Stretch<'_>) -> bool {
    let first = stretch.events.first().map(|event| event.call);
    first == Some(Call::Enter { function: Function::IsolateMigratepagesRange })
}

impl Folder {
    fn stretch(&mut self, path: Path, stretch: Stretch<'_>) {
        if !self.known.insert(hash(&stretch)) {
            return;
        }
        self.open.clear();
        if is_range(&stretch) {
            return self.range(&stretch);
        }
        if path == Path::Compaction {
            self.begin(Function::IsolateMigratepagesBlock);
            if stretch.from_loop {
                self.open[0].at = Place::Loop;
            }
        }
        let outermost = self.open.len();
        let mut last = None;
        for event in stretch.events {
            if let Some(ended) = self.event(event)
                && self.open.len() == outermost
            {
                last = Some(ended);
            }
        }
        match (path, stretch.returned) {
            (Path::Compaction, None) => self.step(Place::Loop),
            (Path::Compaction, Some(returned)) => self.step(Place::Returned(End::of(returned))),
            // Only what the last outermost function returned is known.
            (_, Some(returned)) => {
                if let Some(ended) = last {
                    self.open.push(ended);
                    self.step(Place::Returned(End::of(returned)));
                }
            }
            (_, None) => {}
        }
    }

    /// A call of `isolate_migratepages_range`. The scans in it are folded turn by turn elsewhere.
    fn range(&mut self, stretch: &Stretch<'_>) {
        let mut inside = 0;
        let mut last = None;
        for event in stretch.events {
            match event.call {
                Call::Enter { function: scan @ Function::IsolateMigratepagesBlock } => {
                    self.call(Place::Function(scan, 0), 0);
                    inside = 1;
                }
                Call::Enter { .. } if inside > 0 => inside += 1,
                Call::Leave {} if inside > 0 => inside -= 1,
                _ if inside > 0 => {}
                _ => last = self.event(event),
            }
        }
        if let (Some(ended), Some(returned)) = (last, stretch.returned) {
            self.open.push(ended);
            self.step(Place::Returned(End::of(returned)));
        }
    }

    fn begin(&mut self, function: Function) {
        self.open.push(Open { function, at: Place::Start, answer: 0, made: Vec::new() });
    }

    /// Takes an event; returns the run of a function that ends with it.
    fn event(&mut self, event: &Event) -> Option<Open> {
        match event.call {
            Call::Enter { function } => {
                self.call(Place::Function(function, 0), 0);
                self.begin(function);
            }
            Call::Leave {} => {
                // What the outermost function returned is noted at the end of the stretch.
                if self.open.len() > 1 {
                    self.step(Place::End);
                }
                return self.open.pop();
            }
            call => {
                let key = (call.id(), constant(&call));
                self.calls.entry(key).or_insert(call);
                self.call(Place::Call(key.0, key.1, 0), told(key.0, event.answer));
            }
        }
        None
    }

    /// The innermost function makes a call.
    fn call(&mut self, place: Place, answer: u64) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let times = match open.made.iter_mut().find(|(made, _)| *made == place) {
            Some((_, times)) => {
                *times = (*times + 1).min(TIMES);
                *times
            }
            None => {
                open.made.push((place, 1));
                1
            }
        };
        self.step(match place {
            Place::Call(id, constant, _) => Place::Call(id, constant, times),
            Place::Function(function, _) => Place::Function(function, times),
            place => place,
        });
        if let Some(open) = self.open.last_mut() {
            open.answer = answer;
        }
    }

    /// The innermost function goes on to another place.
    fn step(&mut self, to: Place) {
        if let Some(open) = self.open.last_mut() {
            self.steps.insert((open.function, open.at, to, open.answer));
            open.at = to;
            open.answer = 0;
        }
    }

    fn finish(self, tree: &Tree, who: u8) -> Folded {
        let mut folded = Folded::default();
        for &(function, from, to, answer) in &self.steps {
            let machine = folded.0.entry(function).or_default();
            *machine.steps.entry((from, to)).or_default().entry(answer).or_default() |= who;
            for place in [from, to] {
                let names = machine.names.entry(place).or_default();
                names.insert(self.name(tree, place));
            }
        }
        folded
    }

    fn name(&self, tree: &Tree, place: Place) -> String {
        match place {
            Place::Start => "begin".into(),
            Place::Loop => "next page".into(),
            Place::End => "return".into(),
            Place::Returned(End::Positive) => "return a number".into(),
            Place::Returned(End::Exactly(Returned::Nothing)) => "return".into(),
            Place::Returned(End::Exactly(Returned::Oops(site))) => format!("stopped: {site}"),
            Place::Returned(End::Exactly(returned)) => format!("return {returned}"),
            Place::Function(function, _) => function.name().into(),
            Place::Call(id, constant, _) => {
                let call = self.calls.get(&(id, constant));
                let bits = call.and_then(|call| bits::of_call(tree, call));
                match (bits, call) {
                    (Some(bits), _) => format!("{} {bits}", id.name()),
                    (None, Some(call)) if constant != 0 => call.to_string(),
                    _ => id.name().into(),
                }
            }
        }
    }
}

/// An answer, as far as a diagram tells it apart: of a number above 0 no more than that it is.
fn told(id: CallId, answer: u64) -> u64 {
    match id.answer() {
        "(i32)" if answer as i32 > 0 => 1,
        "(Option<Folio>)" | "(Option<Mapping>)" | "(u32)" | "(u64)" | "(i64)" | "(Entry)" => {
            answer.min(1)
        }
        "(Folio)" | "(Lruvec)" => 0,
        _ => answer,
    }
}

/// A stretch as far as a diagram shows it, in 128 bits.
fn hash(stretch: &Stretch<'_>) -> (u64, u64) {
    let (mut one, mut other) = (FxHasher::default(), FxHasher::default());
    other.write_u64(stretch.events.len() as u64);
    for Event { call, answer } in stretch.events {
        let answer = told(call.id(), *answer);
        let (id, constant) = (call.id() as u64, constant(call));
        let word = id ^ constant.rotate_left(8) ^ answer.rotate_left(24);
        one.write_u64(word);
        other.write_u64(word.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ id);
    }
    let end = (stretch.from_loop, stretch.returned.map(End::of));
    end.hash(&mut one);
    end.hash(&mut other);
    (one.finish(), other.finish())
}

impl End {
    fn of(returned: Returned) -> End {
        match returned {
            Returned::Value(1..) => End::Positive,
            returned => End::Exactly(returned),
        }
    }
}

/// What a call is about that is written down in the code of its caller.
fn constant(call: &Call) -> u64 {
    match *call {
        Call::TestBit { nr, .. }
        | Call::SetBit { nr, .. }
        | Call::ClearBit { nr, .. }
        | Call::TestAndClearBit { nr, .. } => nr.into(),
        Call::FlagsAnd { mask, .. } => mask,
        Call::StoreFlags { set, .. } => set,
        Call::NodePageState { item } => item.to_word(),
        Call::IsolateModeHas { bits, .. } => bits.to_word(),
        Call::Enter { function } => function.to_word(),
        Call::Warn { site } | Call::Bug { site } => site.to_word(),
        _ => 0,
    }
}
