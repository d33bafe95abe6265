// SPDX-License-Identifier: GPL-2.0-only
//! The differences between two runs of a step: in what they return, in what they do, in what they
//! ask, and in the world that they leave.
//!
//! Effects are compared in order. The questions between two effects are compared as a multiset, for
//! C leaves the order of some of them open.

use crate::run::{Returned, Run};
use crate::trace::{Compared, Event};
use crate::world::extents::Byte;
use crate::world::state::FileState;
use mmcore::{Call, Folio, Mapping};
use similar::{Algorithm, DiffOp, capture_diff_slices};

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
    /// A question that only one side asked there (or got this answer to).
    Question(Side, Compared),
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
type Placed = (usize, Compared);

fn compared(events: &[Event]) -> impl Iterator<Item = Placed> + '_ {
    events.iter().enumerate().filter_map(|(i, event)| Some((i, event.compared()?)))
}

/// The differences between the traces of a step. Empty almost always, and then nothing is allocated.
pub(super) fn traces(pre: &[Event], post: &[Event]) -> Vec<Difference> {
    if alike(pre, post) { Vec::new() } else { align(pre, post) }
}

/// Whether two traces do not differ. Almost always they are the same event by event, but for which
/// flags are read; that is looked at first.
fn alike(pre: &[Event], post: &[Event]) -> bool {
    let same = |(a, b): (&Event, &Event)| a == b || reads_same_flags(a, b);
    if pre.len() == post.len() && pre.iter().zip(post).all(same) {
        return true;
    }
    compared(pre).map(|(_, event)| event).eq(compared(post).map(|(_, event)| event))
}

fn reads_same_flags(a: &Event, b: &Event) -> bool {
    let read = |event: &Event| match event.call {
        Call::TestBit { mapping, .. } | Call::FlagsAnd { mapping, .. } => Some(mapping),
        _ => None,
    };
    read(a).is_some() && read(a) == read(b)
}

/// Aligns the effects of two traces, and reports what has no counterpart.
fn align(pre: &[Event], post: &[Event]) -> Vec<Difference> {
    let effects = |events: &[Event]| -> (Vec<usize>, Vec<Event>) {
        events.iter().enumerate().filter(|(_, e)| e.is_effect()).map(|(i, e)| (i, *e)).unzip()
    };
    let (pre_at, pre_effects) = effects(pre);
    let (post_at, post_effects) = effects(post);
    let mut found = Vec::new();
    let (mut pre_from, mut post_from) = (0, 0);
    for op in capture_diff_slices(Algorithm::Myers, &pre_effects, &post_effects) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                for i in 0..len {
                    let (a, b) = (pre_at[old_index + i], post_at[new_index + i]);
                    questions((pre, pre_from, a), (post, post_from, b), &mut found);
                    (pre_from, post_from) = (a + 1, b + 1);
                }
            }
            other => {
                let (_, old, new) = other.as_tag_tuple();
                let post_place = decided(post, &post_at, new.start);
                let pre_place = decided(pre, &pre_at, old.end);
                found.extend(old.map(|i| Difference {
                    what: What::Effect(Side::Pre, pre_effects[i]),
                    at: (pre_at[i], post_place),
                }));
                found.extend(new.map(|i| Difference {
                    what: What::Effect(Side::Post, post_effects[i]),
                    at: (pre_place, post_at[i]),
                }));
            }
        }
    }
    let (pre_end, post_end) = (pre.len(), post.len());
    questions((pre, pre_from, pre_end), (post, post_from, post_end), &mut found);
    found
}

/// Where a trace decided against an effect that the other has: before its effect number `next`,
/// and before the ported function that had the last effect ends.
fn decided(events: &[Event], effects: &[usize], next: usize) -> usize {
    let from = next.checked_sub(1).map_or(0, |last| effects[last] + 1);
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

/// Compares the questions of two stretches of trace as multisets.
fn questions(
    (pre, pre_from, pre_to): (&[Event], usize, usize),
    (post, post_from, post_to): (&[Event], usize, usize),
    found: &mut Vec<Difference>,
) {
    let asked = |events: &[Event], from: usize| -> Vec<Placed> {
        compared(events)
            .filter(|(_, event)| !matches!(event, Compared::Event(e) if e.is_effect()))
            .map(|(i, event)| (from + i, event))
            .collect()
    };
    let mut left = asked(&post[post_from..post_to], post_from);
    for (at, event) in asked(&pre[pre_from..pre_to], pre_from) {
        match left.iter().position(|&(_, other)| other == event) {
            Some(i) => {
                left.remove(i);
            }
            None => {
                found.push(Difference { what: What::Question(Side::Pre, event), at: (at, post_to) })
            }
        }
    }
    found.extend(left.into_iter().map(|(at, event)| Difference {
        what: What::Question(Side::Post, event),
        at: (pre_to, at),
    }));
}

/// The differences between the worlds of two runs, in the order: words, bytes, folios, the rest.
pub(super) fn worlds(pre: &Run, post: &Run) -> Vec<Difference> {
    let (a, b) = (&pre.world, &post.world);
    let mut found = Vec::new();
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
    found
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
