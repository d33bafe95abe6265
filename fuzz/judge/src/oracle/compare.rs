// SPDX-License-Identifier: GPL-2.0-only
//! The differences between two runs of a step: in what they return, in what they do, in what they
//! ask, and in the world that they leave.
//!
//! Effects are compared in order. The questions between two effects are compared as a multiset, for
//! C leaves the order of some of them open.

use crate::run::{Returned, Run};
use crate::trace::{Event, Stretch, align};
use crate::world::extents::Byte;
use crate::world::state::FileState;
use mmcore::{Call, Folio, Mapping};
use std::ops::Range;

/// One of the two revisions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// The one before.
    Pre,
    /// The one after.
    Post,
}

/// A difference between the two runs of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What differs.
    pub what: What,
    /// Where the two traces stand there, as indices into the events of the step.
    pub at: (usize, usize),
}

/// What differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// What the step returned.
    Returned(Returned, Returned),
    /// An effect that only one side had (or had with these arguments and this answer).
    Effect(Side, Event),
    /// A question that only one side asked there (or got this answer to), [as it
    /// counts](Event::across).
    Question(Side, Event),
    /// The flags word of a mapping.
    Word(Mapping, u64, u64),
    /// Bytes of a file, as a reader or the guest sees them: a range, and what each side has there.
    Bytes(Mapping, u64, u64, Byte, Byte),
    /// A folio is in another state.
    Folio(Folio),
    /// Something else in the world.
    Elsewhere,
}

/// An event that takes part in the comparison, and its place in the step.
type Placed<'a> = (usize, &'a Event);

/// What a comparison takes, kept so that the next one need not allocate it.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// What was found, in order.
    pub(super) found: Vec<Difference>,
    pre: Effects,
    post: Effects,
    embedded: Vec<usize>,
    left: Vec<usize>,
}

/// The effects of a trace, and where they stand in it.
#[derive(Debug, Default)]
struct Effects {
    at: Vec<usize>,
    events: Vec<Event>,
}

impl Effects {
    fn fill(&mut self, events: &[Event], from: usize) {
        self.at.clear();
        self.events.clear();
        let rest = events.iter().enumerate().skip(from);
        for (i, event) in rest.filter(|(_, event)| event.is_effect()) {
            self.at.push(i);
            self.events.push(*event);
        }
    }
}

fn is_like(one: &Event, other: &Event) -> bool {
    other.is_like(&one.call, one.answer)
}

/// Whether two traces do not differ, though one reads what the other does not.
fn alike(pre: &[Event], post: &[Event]) -> bool {
    let mut others = post.iter().filter(|event| event.across().is_some());
    let mut all = pre.iter().filter(|event| event.across().is_some());
    all.all(|one| others.next().is_some_and(|other| is_like(one, other))) && others.next().is_none()
}

/// How many events both traces begin with, up to an effect.
fn common(pre: &[Event], post: &[Event]) -> usize {
    let mut pairs = pre.iter().zip(post);
    let alike = pairs.position(|(one, other)| !is_like(one, other));
    let alike = alike.unwrap_or(pre.len().min(post.len()));
    pre[..alike].iter().rposition(Event::is_effect).map_or(0, |last| last + 1)
}

impl Comparison {
    /// Finds the differences between the traces of a step.
    pub(super) fn traces(&mut self, pre: &[Event], post: &[Event]) {
        self.traces_from(common(pre, post), pre, post);
    }

    /// The same, where both are known to begin with the same `first` events, the last of which is an
    /// effect. The search for the least edit, too, takes first what both begin with.
    fn traces_from(&mut self, first: usize, pre: &[Event], post: &[Event]) {
        self.found.clear();
        if alike(&pre[first..], &post[first..]) {
            return;
        }
        self.pre.fill(pre, first);
        self.post.fill(post, first);
        let mut embedded = std::mem::take(&mut self.embedded);
        let mut alignment =
            Alignment { all: self, pre, post, first, pre_from: first, post_from: first };
        alignment.align(&mut embedded);
        self.embedded = embedded;
    }
}

/// Two traces, matched up to some effect of each.
struct Alignment<'a> {
    all: &'a mut Comparison,
    pre: &'a [Event],
    post: &'a [Event],
    /// Before it both are the same.
    first: usize,
    pre_from: usize,
    post_from: usize,
}

impl Alignment<'_> {
    /// Aligns the effects, and reports what has no counterpart. Where one side only has more of
    /// them, and in one way, that way is taken at once; it is the one that the search would find.
    fn align(&mut self, embedded: &mut Vec<usize>) {
        let (pre, post) = (&self.all.pre.events, &self.all.post.events);
        let (short, long) = (pre.len().min(post.len()), pre.len().max(post.len()));
        let pre_is_long = pre.len() == long;
        let (few, many) = if pre_is_long { (post, pre) } else { (pre, post) };
        if is_embedded_in_one_way(few, many, embedded) {
            let mut from = 0;
            for i in 0..=short {
                let at = embedded.get(i).copied().unwrap_or(long);
                match (from < at, pre_is_long) {
                    (true, true) => self.differ(from..at, i..i),
                    (true, false) => self.differ(i..i, from..at),
                    (false, _) => {}
                }
                match (i < short, pre_is_long) {
                    (true, true) => self.agree(at, i),
                    (true, false) => self.agree(i, at),
                    (false, _) => {}
                }
                from = at + 1;
            }
        } else {
            for Stretch { same, old, new } in align(pre, post) {
                match same {
                    true => old.zip(new).for_each(|(pre, post)| self.agree(pre, post)),
                    false => self.differ(old, new),
                }
            }
        }
        self.questions(self.pre.len(), self.post.len());
    }

    /// An effect of each is the same: the questions before it are left to compare.
    fn agree(&mut self, pre: usize, post: usize) {
        let (a, b) = (self.all.pre.at[pre], self.all.post.at[post]);
        self.questions(a, b);
        (self.pre_from, self.post_from) = (a + 1, b + 1);
    }

    /// Effects of either that the other does not have.
    fn differ(&mut self, pre: Range<usize>, post: Range<usize>) {
        let Comparison { found, pre: pre_effects, post: post_effects, .. } = &mut *self.all;
        let post_place = decided(self.post, self.first, &post_effects.at, post.start);
        let pre_place = decided(self.pre, self.first, &pre_effects.at, pre.end);
        found.extend(pre.map(|i| Difference {
            what: What::Effect(Side::Pre, pre_effects.events[i]),
            at: (pre_effects.at[i], post_place),
        }));
        found.extend(post.map(|i| Difference {
            what: What::Effect(Side::Post, post_effects.events[i]),
            at: (pre_place, post_effects.at[i]),
        }));
    }

    /// Compares the questions up to here as multisets.
    fn questions(&mut self, pre_to: usize, post_to: usize) {
        let Comparison { found, left, .. } = &mut *self.all;
        let mut pre = asked(self.pre, self.pre_from, pre_to);
        let mut post = asked(self.post, self.post_from, post_to);
        let (mut before, mut after) = (pre.next(), post.next());
        // Nearly always in the same order.
        while let (Some((_, one)), Some((_, other))) = (before, after)
            && is_like(one, other)
        {
            (before, after) = (pre.next(), post.next());
        }
        left.clear();
        left.extend(after.into_iter().chain(post).map(|(at, _)| at));
        let mut first = 0;
        for (at, event) in before.into_iter().chain(pre) {
            match left[first..].iter().position(|&other| is_like(event, &self.post[other])) {
                Some(0) => first += 1,
                Some(i) => drop(left.remove(first + i)),
                None => found.extend(only(Side::Pre, event, (at, post_to))),
            }
        }
        let left = left[first..].iter();
        found.extend(left.filter_map(|&at| only(Side::Post, &self.post[at], (pre_to, at))));
    }
}

/// A question that the other side does not ask.
fn only(side: Side, event: &Event, at: (usize, usize)) -> Option<Difference> {
    Some(Difference { what: What::Question(side, event.across()?), at })
}

/// The questions of a stretch of trace.
fn asked(events: &[Event], from: usize, to: usize) -> impl Iterator<Item = Placed<'_>> {
    let stretch = events.iter().enumerate().take(to).skip(from);
    stretch.filter(|(_, event)| event.across().is_some() && !event.is_effect())
}

/// Whether all of `few` is in `many`, in order, and in one way only; `at` says where.
fn is_embedded_in_one_way(few: &[Event], many: &[Event], at: &mut Vec<usize>) -> bool {
    at.clear();
    let mut from = 0;
    for event in few {
        let Some(i) = many[from..].iter().position(|other| other == event) else {
            return false;
        };
        at.push(from + i);
        from += i + 1;
    }
    // As early as can be is as late as can be.
    let mut to = many.len();
    few.iter().zip(at.iter()).rev().all(|(event, &early)| {
        let late = many[..to].iter().rposition(|other| other == event);
        to = late.unwrap_or(0);
        late == Some(early)
    })
}

/// Where a trace decided against an effect that the other has: before its effect number `next` of those
/// from `first` on, and before the ported function that had the last effect ends.
fn decided(events: &[Event], first: usize, effects: &[usize], next: usize) -> usize {
    let from = next.checked_sub(1).map_or(first, |last| effects[last] + 1);
    let to = effects.get(next).copied().unwrap_or(events.len());
    let mut depth = 0;
    let ends = |event: &Event| {
        match event.call {
            Call::Enter { .. } => depth += 1,
            Call::Leave {} => depth -= 1,
            _ => {}
        }
        depth < 0
    };
    events[from..to].iter().position(ends).map_or(to, |i| from + i)
}

/// Adds the differences between the worlds of two runs, in the order: words, bytes, folios, the rest.
pub(super) fn worlds(pre: &Run, post: &Run, found: &mut Vec<Difference>) {
    let (a, b) = (&pre.world, &post.world);
    let mut note = |what| found.push(Difference { what, at: (pre.trace.len(), post.trace.len()) });
    for (i, (left, right)) in a.files.iter().zip(b.files.iter()).enumerate() {
        let mapping = Mapping(i as u8);
        if left.flags != right.flags {
            note(What::Word(mapping, left.flags, right.flags));
        }
        if (&left.cache, &left.disk) == (&right.cache, &right.disk) {
            continue;
        }
        let end = left.size.max(right.size).saturating_add(1 << 23);
        for (from, to, one) in left.visible(0, end) {
            for (from, to, other) in right.visible(from, to) {
                if one != other {
                    note(What::Bytes(mapping, from, to, one, other));
                }
            }
        }
    }
    for (i, (left, right)) in a.folios.iter().zip(&b.folios).enumerate() {
        if left != right {
            note(What::Folio(Folio(i as u16)));
        }
    }
    let elsewhere = a.files.len() != b.files.len()
        || a.folios.len() != b.folios.len()
        || (a.cc, a.lru_locks, a.stat, a.signal) != (b.cc, b.lru_locks, b.stat, b.signal)
        || (&a.skip, &a.moved, a.cached_migrate_pfn) != (&b.skip, &b.moved, b.cached_migrate_pfn)
        || (a.rcu, a.fds, a.gmem_allocations) != (b.rcu, b.fds, b.gmem_allocations)
        || !a.files.iter().map(standing).eq(b.files.iter().map(standing));
    if elsewhere {
        note(What::Elsewhere);
    }
}

/// What there is to a file besides its flags and its bytes.
fn standing(file: &FileState) -> impl PartialEq + use<> {
    (
        (file.kind, file.size, file.freed, file.vm_locked, file.gmems, file.invalidate_lock),
        (file.wb_err, file.wb_seen),
    )
}

#[cfg(test)]
mod tests;
