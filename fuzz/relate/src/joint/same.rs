// SPDX-License-Identifier: GPL-2.0-only
//! Where two runs have come together again: the text that is left is the same ([`stretch`](super::stretch)),
//! and so are the numbers that it works on. Where it is the same only to the next head of a loop, the run
//! ends too: what was made on the way there is any, and the same on both sides.

use super::stretch::{Leaf, Names, Stretch, Until};
use crate::joint::Joint;
use crate::memory::{Step, local_of};
use crate::policy::Policy;
use crate::side::Frame;
use mmdiff_c::{BlockId, Type, VarId};
use mmdiff_term::{Term, Terms};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// Where a frame stands: its function, the block and the operation, and whether that is a call that runs.
type Spot = (Arc<str>, BlockId, usize, bool);

/// What was found out about pairs of places.
#[derive(Debug, Default)]
pub(crate) struct Same {
    known: FxHashMap<(Spot, Spot, Until), Option<Rc<Stretch>>>,
    /// Whether it is looked for.
    pub(crate) is_off: bool,
}

/// What is left to run.
pub(crate) enum Rest {
    /// It is not known to be the same.
    Other,
    /// It is the same, on the same numbers.
    Same,
    /// So it is up to heads of loops, at which both stand then.
    SameUntil(Vec<Joint>),
}

impl Same {
    /// What both sides have left to run.
    pub(crate) fn rest(
        &mut self,
        joint: &mut Joint,
        terms: &mut Terms,
        policy: &mut Policy<'_, '_>,
        until: Until,
    ) -> Rest {
        let [old, new] = &joint.sides;
        let is_other = self.is_off
            || old.frames.len() != new.frames.len()
            || old.memory.shared != new.memory.shared
            || old.racy != new.racy
            || old.given != new.given
            || joint.objects.iter().any(|(a, b)| a != b)
            || !hold_the_same(joint, seen_by_others(joint, terms), terms);
        if is_other {
            return Rest::Other;
        }
        if let Some(all) = self.stretches(joint, terms, policy, Until::End) {
            ran(joint, &all);
            return Rest::Same;
        }
        if until == Until::End {
            return Rest::Other;
        }
        let Some(all) = self.stretches(joint, terms, policy, Until::Heads) else {
            return Rest::Other;
        };
        ran(joint, &all);
        Rest::SameUntil(arrivals(joint, &all, terms, policy))
    }

    /// What each frame has left to run, if both sides do the same there.
    fn stretches(
        &mut self,
        joint: &Joint,
        terms: &Terms,
        policy: &mut Policy<'_, '_>,
        until: Until,
    ) -> Option<Vec<Rc<Stretch>>> {
        let [old, new] = &joint.sides;
        let inner = old.frames.len().saturating_sub(1);
        let frames = old.frames.iter().zip(&new.frames).enumerate();
        let stretches = frames.map(|(at, (a, b))| {
            let stretch = self.stretch([a, b], at < inner, policy, until)?;
            reads_the_same(joint, [a, b], &stretch.reads, terms).then_some(stretch)
        });
        stretches.collect()
    }

    fn stretch(
        &mut self,
        [a, b]: [&Frame; 2],
        is_calling: bool,
        policy: &mut Policy<'_, '_>,
        until: Until,
    ) -> Option<Rc<Stretch>> {
        if a.function.name != b.function.name {
            return None;
        }
        let spot = |of: &Frame| (of.function.name.clone(), of.block, of.at, is_calling);
        let key = (spot(a), spot(b), until);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let spots = [a, b].map(|of| (&*of.function, of.block, of.at));
        let found = Stretch::new(spots, is_calling, policy, until).map(Rc::new);
        self.known.insert(key, found.clone());
        found
    }
}

/// Lines that are the same text with the same numbers count as those that ran.
fn ran(joint: &mut Joint, all: &[Rc<Stretch>]) {
    for side in 0..2 {
        let this = &mut joint.sides[side];
        for (frame, stretch) in this.frames.iter().zip(all) {
            let lines = stretch.lines[side].iter();
            this.ran.extend(lines.map(|line| (frame.function.file.clone(), *line)));
        }
    }
}

/// The local objects of the old side's that others can look into: those that were given away, and those whose
/// addresses are stored where others see them.
fn seen_by_others(joint: &Joint, terms: &Terms) -> Vec<Term> {
    let stored = joint.sides[0].memory.shared.iter().filter_map(|(.., to)| local_of(terms, *to));
    joint.objects.iter().map(|(object, _)| *object).chain(stored).collect()
}

/// Whether what two frames read is the same, and what that has the address of.
fn reads_the_same(joint: &Joint, [a, b]: [&Frame; 2], reads: &Names, terms: &Terms) -> bool {
    let mut objects = Vec::new();
    for (x, y) in &reads.temps {
        let (x, y) = (a.temps[x.0 as usize], b.temps[y.0 as usize]);
        if x != y {
            return false;
        }
        objects.extend(x.and_then(|x| local_of(terms, x)));
    }
    for (x, y) in &reads.vars {
        let (x, y) = (a.locals[x.0 as usize], b.locals[y.0 as usize]);
        if x != y {
            return false;
        }
        objects.push(x);
    }
    hold_the_same(joint, objects, terms)
}

/// Whether local objects hold the same on both sides, and those that they have the addresses of.
fn hold_the_same(joint: &Joint, mut objects: Vec<Term>, terms: &Terms) -> bool {
    let mut seen = FxHashSet::default();
    while let Some(object) = objects.pop() {
        if !seen.insert(object) {
            continue;
        }
        if !has_same(joint, object) {
            return false;
        }
        let inside = joint.sides[0].memory.inside(object);
        objects.extend(inside.filter_map(|(_, value)| local_of(terms, *value)));
    }
    true
}

/// Whether a local object holds the same on both sides.
fn has_same(joint: &Joint, object: Term) -> bool {
    let [old, new] = &joint.sides;
    old.memory.log(object) == new.memory.log(object)
}

/// The heads that the stretches lead to: of the innermost frame, and, where that returns, of those around it.
fn arrivals(
    joint: &Joint,
    all: &[Rc<Stretch>],
    terms: &mut Terms,
    policy: &mut Policy<'_, '_>,
) -> Vec<Joint> {
    let mut arrivals = Vec::new();
    let mut touches = false;
    for (at, stretch) in all.iter().enumerate().rev() {
        for leaf in &stretch.ends {
            if let Some(head) = leaf.head {
                let mut arrival = arrival(joint, at, head, leaf, terms);
                if touches || leaf.touches {
                    touch(&mut arrival, terms, policy);
                }
                arrivals.push(arrival);
            }
        }
        match stretch.ends.iter().find(|leaf| leaf.head.is_none()) {
            Some(leaf) => touches |= leaf.touches,
            None => break,
        }
    }
    arrivals
}

/// Both at a head, with any numbers in the place of what was made on the way.
fn arrival(
    joint: &Joint,
    at: usize,
    head: (BlockId, BlockId),
    leaf: &Leaf,
    terms: &mut Terms,
) -> Joint {
    let given = seen_by_others(joint, terms);
    let mut joint = joint.clone();
    give_away(&mut joint, given);
    let functions = [0, 1].map(|side| joint.sides[side].frames[at].function.clone());
    for (side, block) in [head.0, head.1].into_iter().enumerate() {
        let frames = &mut joint.sides[side].frames;
        frames.truncate(at + 1);
        (frames[at].block, frames[at].at) = (block, 0);
    }
    for (x, y) in &leaf.made.temps {
        joint.sides[0].frames[at].temps[x.0 as usize] = None;
        joint.sides[1].frames[at].temps[y.0 as usize] = None;
    }
    for (x, y) in &leaf.made.vars {
        let objects = [
            joint.sides[0].frames[at].locals[x.0 as usize],
            joint.sides[1].frames[at].locals[y.0 as usize],
        ];
        change(&mut joint, objects, &functions[0].vars[x.0 as usize].kind, terms);
    }
    joint
}

/// Both sides' objects of these names are given away, if they are there.
fn give_away(joint: &mut Joint, objects: Vec<Term>) {
    for object in objects {
        let is_live = joint.sides.iter().all(|side| side.is_live(object));
        if is_live && !joint.objects.contains(&(object, object)) {
            joint.objects.push((object, object));
        }
    }
}

/// Somebody has changed what was given to him, or what a pointer points at.
fn touch(joint: &mut Joint, terms: &mut Terms, policy: &mut Policy<'_, '_>) {
    let mut changed: BTreeSet<Term> = joint.objects.iter().map(|(object, _)| *object).collect();
    let mut given = Vec::new();
    for (side, this) in joint.sides.iter().enumerate() {
        for frame in &this.frames {
            let objects = |vars: BTreeSet<VarId>| {
                vars.into_iter().map(|var| frame.locals[var.0 as usize]).collect::<Vec<_>>()
            };
            changed.extend(objects(frame.function.pointed_at()));
            given.extend(objects(policy.gives_away(side, &frame.function)));
        }
    }
    give_away(joint, given);
    for object in changed {
        change(joint, [object, object], &Type::Record("".into()), terms);
    }
}

/// Anything is in an object of both sides: the same, if the same was in it.
fn change(joint: &mut Joint, [old, new]: [Term; 2], kind: &Type, terms: &mut Terms) {
    let is_same = old == new && has_same(joint, old);
    let path = match kind {
        Type::Record(_) | Type::Array(..) => vec![Step::All],
        _ => Vec::new(),
    };
    for (side, object) in [old, new].into_iter().enumerate() {
        let whose = if is_same { 2 } else { side };
        let name = terms.name(&format!("changed on the way {whose}"));
        let value = terms.app(name, &[object], kind.bits().max(1));
        joint.sides[side].memory.store_local(object, vec![Step::All], value);
        joint.sides[side].memory.store_local(object, path.clone(), value);
    }
}
