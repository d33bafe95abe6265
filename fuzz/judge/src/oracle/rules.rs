// SPDX-License-Identifier: GPL-2.0-only
//! The expectations of a change, made ready for two revisions: names of flags are bits, and what
//! cannot be fulfilled is left out. Nothing here allocates once it is made.

use super::Condition;
use super::compare::{Difference, Side, What};
use super::sort::parted;
use super::view::View;
use crate::oracle::change::{Change, Expectation, Intent, Place, Term};
use crate::run::Flags;
use crate::scenario::FileKind;
use crate::trace::{Event, Returned};
use mmcore::{Call, CallId, Function, Mapping};

/// The expectations of a question.
#[derive(Debug)]
pub(super) struct Rules {
    /// One for each way of each expectation that can be fulfilled.
    ways: Vec<Rule>,
    /// What counts at all in the reading.
    only: Option<Vec<Test>>,
    /// The cases of each expectation.
    cases: Vec<Vec<(&'static str, Vec<Test>)>>,
}

/// A way in which an expectation shows.
#[derive(Debug)]
struct Rule {
    number: (u16, u16),
    expectation: &'static Expectation,
    place: Spot,
    tests: Vec<Test>,
}

/// A difference that an expectation recognizes.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Which, and in which way.
    pub(super) number: (u16, u16),
    /// Its name, if it counts as expected in the reading.
    pub(super) counts: Option<&'static str>,
    /// The function that it names, for a difference that shows in none.
    pub(super) function: Option<Function>,
    /// What it hangs on.
    pub(super) condition: Condition,
    /// Whether what follows comes of it.
    pub(super) covers: bool,
    /// Whether it is a call of a ported function by one side.
    pub(super) calls: bool,
}

impl Rule {
    /// Whether a difference shows in a function that the expectation names.
    fn is_in(&self, difference: &Difference, view: &View<'_>) -> bool {
        let functions = &self.expectation.functions;
        match self.place {
            Spot::Calls(side, _) => {
                let (caller, _) = view.parting(side, difference);
                functions.is_empty() || caller.is_some_and(|caller| functions.contains(&caller))
            }
            _ => view.is_in(functions, difference),
        }
    }
}

/// [`Place`], with bits.
#[derive(Debug)]
enum Spot {
    Does(Side, CallId, Option<u64>, Option<u64>),
    Asks(Side, CallId, Option<u64>),
    Calls(Side, Function),
    Result,
    Flags,
    Bytes,
    Folio,
    World,
}

/// [`Term`], with bits.
#[derive(Debug)]
enum Test {
    FileIs(Vec<FileKind>),
    Tests(Side, u64),
    FindsAny(Side, bool),
    Finds(Side, bool, u64),
    Answered(Side, CallId, u64),
    HasAlone(Side, u64),
    NothingOwes(u64),
    Follows(u16),
    Returns(Side, Returned),
}

impl Rules {
    pub(super) fn new(intent: Intent, flags: &Flags) -> Rules {
        let change = intent.change();
        let tests = |terms: &[Term]| -> Option<Vec<Test>> {
            terms.iter().map(|term| test(change, flags, term)).collect()
        };
        let mut ways = Vec::new();
        for (at, expectation) in change.expectations.iter().enumerate() {
            for (way_at, way) in expectation.ways.iter().enumerate() {
                let place = spot(flags, &way.parts);
                let conditions = (tests(&expectation.when), tests(&way.when));
                if let (Some(place), (Some(mut tests), Some(more))) = (place, conditions) {
                    let number = (at as u16, way_at as u16);
                    tests.extend(more);
                    ways.push(Rule { number, expectation, place, tests });
                }
            }
        }
        let case = |case: &'static crate::oracle::change::Case| {
            Some((case.name.as_str(), tests(&case.when)?))
        };
        let cases = change.expectations.iter();
        let cases = cases.map(|of| of.cases.iter().filter_map(case).collect()).collect();
        Rules { ways, only: tests(&intent.reading().only), cases }
    }

    /// The first expectation that recognizes a difference.
    pub(super) fn recognize(&self, difference: &Difference, view: &View<'_>) -> Option<Known> {
        let explains = |rule: &&Rule| {
            (rule.expectation.on.is_empty() || rule.expectation.on.contains(&view.path))
                && rule.place.is(difference, view)
                && rule.is_in(difference, view)
                && view.all(&rule.tests, difference)
        };
        let rule = self.ways.iter().find(explains)?;
        let counts = self.only.as_ref().is_some_and(|only| view.all(only, difference));
        let cases = &self.cases[usize::from(rule.number.0)];
        let case = cases.iter().find(|(_, tests)| view.all(tests, difference));
        Some(Known {
            number: rule.number,
            counts: counts.then_some(rule.expectation.name.as_str()),
            function: rule.expectation.functions.first().copied(),
            covers: rule.expectation.ways[usize::from(rule.number.1)].covers,
            calls: matches!(rule.place, Spot::Calls(..)),
            condition: case.map_or(Condition::Other, |&(name, _)| Condition::Case(name)),
        })
    }
}

/// A term with bits; `None` if it cannot be fulfilled with these revisions.
fn test(change: &Change, flags: &Flags, term: &Term) -> Option<Test> {
    let bits = |side, names: &[String]| flags.bits(side == Side::Post, names);
    Some(match term {
        Term::FileIs(kinds) => Test::FileIs(kinds.clone()),
        Term::Tests(side, names) => Test::Tests(*side, bits(*side, names)?),
        Term::FindsAny(side, any) => Test::FindsAny(*side, *any),
        Term::Finds(side, all, names) => Test::Finds(*side, *all, bits(*side, names)?),
        Term::Answered(side, call, answer) => Test::Answered(*side, *call, *answer),
        Term::HasAlone(side, names) => Test::HasAlone(*side, bits(*side, names)?),
        Term::NothingOwes(names) => Test::NothingOwes(bits(Side::Pre, names)?),
        Term::Follows(name) => {
            let mut all = change.expectations.iter();
            Test::Follows(all.position(|known| known.name == *name)? as u16)
        }
        Term::Returns(side, returned) => Test::Returns(*side, *returned),
    })
}

fn spot(flags: &Flags, place: &Place) -> Option<Spot> {
    Some(match place {
        Place::Does(side, call, names, answer) => {
            let bits = match names {
                Some(names) => Some(flags.bits(*side == Side::Post, names)?),
                None => None,
            };
            Spot::Does(*side, *call, bits, *answer)
        }
        Place::Asks(side, call, answer) => Spot::Asks(*side, *call, *answer),
        Place::Calls(side, function) => Spot::Calls(*side, *function),
        Place::Result => Spot::Result,
        Place::Flags => Spot::Flags,
        Place::Bytes => Spot::Bytes,
        Place::Folio => Spot::Folio,
        Place::World => Spot::World,
    })
}

impl Spot {
    fn is(&self, difference: &Difference, view: &View<'_>) -> bool {
        match (self, difference.what) {
            (Spot::Calls(side, function), What::Effect(on, _) | What::Question(on, _)) => {
                *side == on && view.parting(on, difference).1 == Some(*function)
            }
            (Spot::Does(side, id, bits, answer), What::Effect(on, Event { call, answer: got })) => {
                *side == on
                    && *id == call.id()
                    && bits.is_none_or(|bits| flags_of(&call) == Some(bits))
                    && answer.is_none_or(|answer| answer == got)
            }
            (Spot::Asks(side, id, answer), What::Question(on, event)) => {
                *side == on
                    && match event.call.id() {
                        // Any read of the flags: the bits and the answer do not count.
                        CallId::FlagsAnd => {
                            answer.is_none() && matches!(id, CallId::TestBit | CallId::FlagsAnd)
                        }
                        asked => *id == asked && answer.is_none_or(|answer| answer == event.answer),
                    }
            }
            (Spot::Result, What::Returned(..))
            | (Spot::Flags, What::Word(..))
            | (Spot::Bytes, What::Bytes(..))
            | (Spot::Folio, What::Folio(_))
            | (Spot::World, What::Elsewhere) => true,
            _ => false,
        }
    }
}

/// The bits that a call looks at or sets; `None` if it clears others besides.
pub(super) fn flags_of(call: &Call) -> Option<u64> {
    match *call {
        Call::TestBit { nr, .. }
        | Call::SetBit { nr, .. }
        | Call::ClearBit { nr, .. }
        | Call::TestAndClearBit { nr, .. } => Some(1 << (nr & 63)),
        Call::FlagsAnd { mask, .. } => Some(mask),
        Call::StoreFlags { clear: 0, set, .. } => Some(set),
        _ => None,
    }
}

impl View<'_> {
    /// Whether all conditions are fulfilled.
    fn all(&self, tests: &[Test], difference: &Difference) -> bool {
        tests.iter().all(|test| self.fulfils(test, difference))
    }

    fn fulfils(&self, test: &Test, difference: &Difference) -> bool {
        let mapping = || self.mapping_of(difference);
        let read = |side| self.deciding_read(side, difference);
        match *test {
            Test::FileIs(ref kinds) => {
                let kind = mapping().and_then(|mapping| self.kind(mapping));
                kind.is_some_and(|kind| kinds.contains(&kind))
            }
            Test::Tests(side, bits) => {
                read(side).is_some_and(|read| flags_of(&read.call) == Some(bits))
            }
            Test::FindsAny(side, any) => read(side).is_some_and(|read| (read.answer != 0) == any),
            Test::Finds(side, all, bits) => read(side).is_some_and(|read| {
                let found = found_by(read);
                if all { found & bits == bits } else { found & bits == 0 }
            }),
            Test::Answered(side, id, answer) => {
                self.last_call(side, difference, id).is_some_and(|event| event.answer == answer)
            }
            Test::HasAlone(side, bits) => self.words(difference).is_some_and(|(pre, post)| {
                let alone = [pre & !post, post & !pre];
                match side {
                    Side::Pre => alone == [bits, 0],
                    Side::Post => alone == [0, bits],
                }
            }),
            Test::NothingOwes(bits) => mapping().is_some_and(|mapping| !self.owes(mapping, bits)),
            Test::Follows(expectation) => {
                mapping().is_some_and(|mapping| self.follows(mapping, expectation))
            }
            Test::Returns(side, value) => match difference.what {
                What::Returned(pre, post) => {
                    let (pre, post) = parted(pre, post);
                    value == if side == Side::Pre { pre } else { post }
                }
                _ => false,
            },
        }
    }

    /// Whether a write-back error that sets one of the flags is still to be reported, on the old side.
    fn owes(&self, mapping: Mapping, bits: u64) -> bool {
        let file = self.pre.world.files.get(usize::from(mapping.0));
        file.is_some_and(|file| file.owes() & bits != 0)
    }
}

/// What a read of the flags finds: the bits of the word.
pub(super) fn found_by(read: &Event) -> u64 {
    match read.call {
        Call::TestBit { nr, .. } => read.answer << (nr & 63),
        _ => read.answer,
    }
}
