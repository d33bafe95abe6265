// SPDX-License-Identifier: GPL-2.0-only
//! Runs of a turn that come to one place with the same numbers go on as one, under the conditions that they
//! have in common. What is more than any of them had is seen to be so where a finding is confirmed: turns are
//! merged, runs from the beginning are not.

use super::stretch::{Live, live_in};
use crate::joint::Joint;
use crate::memory::{Path, local_of};
use mmdiff_c::{BlockId, Function};
use mmdiff_term::{Term, Terms};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// A part of what a run goes on with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Part {
    /// A function, and where in it a side stands.
    Spot(usize, Arc<str>, BlockId, usize),
    Temp(u32, Option<Term>),
    Inside(Term, Path, Term),
    Shared(Term, Path, Term),
    Racy(Term, u32),
    Given(Term, u32, Arc<str>),
    Object(Term, Term),
    Events(u32),
}

/// Where a run is on its way through a turn: the places of its frames, in an order in which none comes before
/// those that lead to it, but for the heads of loops.
type Order = Vec<(usize, usize)>;

/// A branch that neither side has decided, and what a run goes on with there.
type Key = (Order, Vec<Part>);

/// A condition and its value, or a question that was asked.
type Fact = (Term, Option<bool>);

/// What a run knows: its conditions, and what both sides have asked.
fn facts(joint: &Joint) -> BTreeSet<Fact> {
    let conditions = joint.conditions.plain().into_iter().map(|(bit, value)| (bit, Some(value)));
    conditions.chain(joint.sides[0].asked.iter().map(|asked| (*asked, None))).collect()
}

/// Forgets all but some of what a run knows.
fn keep(joint: &mut Joint, kept: &BTreeSet<Fact>, terms: &mut Terms) {
    joint.conditions.keep(terms, |bit, value| kept.contains(&(bit, Some(value))));
    for side in &mut joint.sides {
        side.asked.retain(|asked| kept.contains(&(*asked, None)));
    }
}

/// The runs of a turn, at branches.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// Those that wait until all are there that come to the same.
    waiting: BTreeMap<Key, Joint>,
    /// What held for those that went on.
    gone_on: FxHashMap<Key, Vec<BTreeSet<Fact>>>,
    /// How many runs from the beginning went on.
    worn: FxHashMap<Key, u32>,
    flows: FxHashMap<(usize, Arc<str>), Rc<Flow>>,
}

/// What is known of a function: what is live at the beginning of each block, and which comes when.
#[derive(Debug)]
struct Flow {
    live: Vec<Live>,
    order: Vec<usize>,
}

/// How many runs from the beginning go on from one branch with the same.
const ENOUGH: u32 = 4;

impl Merged {
    /// Forgets what was come to.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
        self.gone_on.clear();
    }

    /// A run waits at a branch until all are there that come to the same. It is given back if it is not needed:
    /// one that waits there, or has gone on, stands for it too, under the conditions that both have.
    pub(crate) fn wait(&mut self, mut joint: Joint, terms: &mut Terms) -> Option<Joint> {
        let key = (self.order(&joint), self.parts(&joint, terms));
        let mut common = facts(&joint);
        if let Some(other) = self.waiting.get_mut(&key) {
            let known = facts(other);
            common.retain(|fact| known.contains(fact));
            keep(other, &common, terms);
            return Some(joint);
        }
        let gone_on = self.gone_on.get(&key).into_iter().flatten();
        for before in gone_on {
            if before.is_subset(&common) {
                return Some(joint);
            }
            common.retain(|fact| before.contains(fact));
        }
        keep(&mut joint, &common, terms);
        self.waiting.insert(key, joint);
        None
    }

    /// Whether enough runs from the beginning have come to a branch with the same: a finding is looked for
    /// elsewhere then.
    pub(crate) fn is_worn(&mut self, joint: &Joint, terms: &Terms) -> bool {
        let key = (self.order(joint), self.parts(joint, terms));
        let times = self.worn.entry(key).or_default();
        *times += 1;
        *times > ENOUGH
    }

    /// The next that goes on.
    pub(crate) fn next(&mut self) -> Option<Joint> {
        let (key, joint) = self.waiting.pop_first()?;
        self.gone_on.entry(key).or_default().push(facts(&joint));
        Some(joint)
    }

    fn flow(&mut self, side: usize, function: &Function) -> Rc<Flow> {
        let flow = self.flows.entry((side, function.name.clone()));
        let make = || Rc::new(Flow { live: live_in(function), order: function.order() });
        flow.or_insert_with(make).clone()
    }

    fn order(&mut self, joint: &Joint) -> Order {
        let mut order = Order::new();
        for frame in &joint.sides[0].frames {
            order.push((self.flow(0, &frame.function).order[frame.block.0 as usize], frame.at));
        }
        order
    }

    fn parts(&mut self, joint: &Joint, terms: &Terms) -> Vec<Part> {
        let mut parts = vec![Part::Events(joint.events)];
        for (side, this) in joint.sides.iter().enumerate() {
            let mut objects: Vec<Term> = Vec::new();
            for frame in &this.frames {
                let function = &frame.function;
                parts.push(Part::Spot(side, function.name.clone(), frame.block, frame.at));
                let flow = self.flow(side, function);
                let live = Live::at(function, &flow.live, (frame.block, frame.at));
                for temp in live.temps {
                    let value = frame.temps[temp.0 as usize];
                    objects.extend(value.and_then(|value| local_of(terms, value)));
                    parts.push(Part::Temp(temp.0, value));
                }
                objects.extend(live.vars.iter().map(|var| frame.locals[var.0 as usize]));
            }
            objects
                .extend(joint.objects.iter().map(|pair| if side == 0 { pair.0 } else { pair.1 }));
            let shared = this.memory.shared.iter();
            objects.extend(shared.filter_map(|(.., to)| local_of(terms, *to)));
            let mut seen = FxHashSet::default();
            let mut inside = Vec::new();
            while let Some(object) = objects.pop() {
                if seen.insert(object) {
                    for (path, value) in this.memory.log(object) {
                        objects.extend(local_of(terms, value));
                        inside.push((object, path, value));
                    }
                }
            }
            parts.extend(
                inside.into_iter().map(|(object, path, value)| Part::Inside(object, path, value)),
            );
            let shared = this.memory.shared.iter().cloned();
            parts.extend(shared.map(|(base, path, value)| Part::Shared(base, path, value)));
            let mut racy: Vec<_> = this.racy.iter().map(|(of, times)| (*of, *times)).collect();
            racy.sort();
            parts.extend(racy.into_iter().map(|(of, times)| Part::Racy(of, times)));
            let given = this.given.iter().cloned();
            parts.extend(given.map(|(object, when, to)| Part::Given(object, when, to)));
        }
        parts.extend(joint.objects.iter().map(|(old, new)| Part::Object(*old, *new)));
        parts
    }
}
