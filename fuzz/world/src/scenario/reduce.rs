// SPDX-License-Identifier: GPL-2.0-only
//! What is plainer than a value, one step at a time: the reductions that shrinking tries.
//!
//! Each type says which values are one reduction below it, the boldest first: a list with items
//! left out (halves, quarters, then one at a time), a choice that comes earlier, a number nearer to
//! 0, a record with one field reduced or all of them at their defaults. Every step goes down in an
//! order that has an end, so reducing does too.

use super::Scenario;
use super::codec::{Below, List};
use super::parts::Order;
use std::ops::Range;

/// Items that a reduction leaves out of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Removed {
    /// The name of the list's field, as in the source.
    pub list: &'static str,
    /// Which items.
    pub items: Range<usize>,
}

impl Removed {
    /// Names the list, if that has not been done further in.
    pub(crate) fn from(self, field: &'static str) -> Self {
        if self.list.is_empty() { Removed { list: field, ..self } } else { self }
    }
}

/// Takes a plainer value, and what it leaves out if that is items of a list.
pub type Give<'a, T> = &'a mut dyn FnMut(T, Option<Removed>);

/// A value that can be made plainer.
pub trait Reduce: Clone + PartialEq {
    /// Gives every value that is one reduction plainer, the boldest reduction first.
    fn plainer(&self, give: Give<'_, Self>);
}

/// Every scenario that is one reduction plainer, the boldest reduction first.
pub fn plainer(scenario: &Scenario) -> Vec<(Scenario, Option<Removed>)> {
    let mut all = Vec::new();
    let all_of = &mut all;
    match scenario {
        Scenario::Flags(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Flags(s), r))),
        Scenario::Creation(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Creation(s), r))),
        Scenario::Errors(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Errors(s), r))),
        Scenario::Truncation(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Truncation(s), r))),
        Scenario::Migration(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Migration(s), r))),
        Scenario::Compaction(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Compaction(s), r))),
        Scenario::Lifecycle(s) => s.plainer(&mut |s, r| all_of.push((Scenario::Lifecycle(s), r))),
    }
    all
}

/// All of a record at its defaults.
pub(crate) fn whole<T: Default + PartialEq>(value: &T, give: Give<'_, T>) {
    let plain = T::default();
    if plain != *value {
        give(plain, None);
    }
}

/// The choices up to that of `value`, each with its fields at their defaults.
pub(crate) fn earlier<T: PartialEq, const N: usize>(value: &T, all: [T; N], give: Give<'_, T>) {
    let same = std::mem::discriminant(value);
    for plain in all {
        let last = std::mem::discriminant(&plain) == same;
        if plain != *value {
            give(plain, None);
        }
        if last {
            break;
        }
    }
}

/// Each field of a variant reduced in turn.
macro_rules! fields {
    ($give:ident, $name:ident::$variant:ident { $($field:ident),* }) => {
        $crate::scenario::reduce::fields!(@each $give, $name::$variant, [$($field)*], { $($field),* })
    };
    (@each $give:ident, $name:ident::$variant:ident, [], $all:tt) => {};
    (@each $give:ident, $name:ident::$variant:ident, [$one:ident $($rest:ident)*], { $($all:ident),* }) => {
        $crate::scenario::reduce::Reduce::plainer($one, &mut |reduced, removed| {
            $(let $all = $all.clone();)*
            let _ = $one;
            let $one = reduced;
            $give($name::$variant { $($all),* }, removed);
        });
        $crate::scenario::reduce::fields!(@each $give, $name::$variant, [$($rest)*], { $($all),* });
    };
}
pub(crate) use fields;

impl Reduce for bool {
    fn plainer(&self, give: Give<'_, bool>) {
        if *self {
            give(false, None);
        }
    }
}

/// 0, half, and one less, without repetition.
fn lower(value: u8) -> impl Iterator<Item = u8> {
    let steps = [Some(0), Some(value / 2), value.checked_sub(1)];
    let known = move |i: usize| steps[..i].contains(&steps[i]) || steps[i] == Some(value);
    (0..steps.len()).filter(move |&i| !known(i)).filter_map(move |i| steps[i])
}

impl Reduce for u8 {
    fn plainer(&self, give: Give<'_, u8>) {
        lower(*self).for_each(|value| give(value, None));
    }
}

impl Reduce for i8 {
    fn plainer(&self, give: Give<'_, i8>) {
        lower(self.unsigned_abs()).for_each(|size| {
            let size = size as i8;
            give(if *self < 0 { -size } else { size }, None);
        });
    }
}

/// A word is a set of bits: none, and each one left out.
impl Reduce for u64 {
    fn plainer(&self, give: Give<'_, u64>) {
        if self.count_ones() > 1 {
            give(0, None);
        }
        let set = (0..u64::BITS).rev().filter(|bit| self >> bit & 1 != 0);
        set.for_each(|bit| give(self & !(1 << bit), None));
    }
}

impl<const N: u8> Reduce for Below<N> {
    fn plainer(&self, give: Give<'_, Self>) {
        lower(self.get()).for_each(|value| give(Below::new(value), None));
    }
}

impl Reduce for Order {
    fn plainer(&self, give: Give<'_, Self>) {
        lower(self.get()).for_each(|value| give(Order::new(value), None));
    }
}

impl<T: Reduce, const N: usize> Reduce for List<T, N> {
    fn plainer(&self, give: Give<'_, Self>) {
        let items = &self[..];
        let mut size = items.len();
        while size > 0 {
            for start in (0..items.len()).step_by(size) {
                let gone = start..(start + size).min(items.len());
                let kept = items[..gone.start].iter().chain(&items[gone.end..]).cloned();
                give(List::new(kept), Some(Removed { list: "", items: gone }));
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        for (i, item) in items.iter().enumerate() {
            item.plainer(&mut |reduced, removed| {
                let mut items = items.to_vec();
                items[i] = reduced;
                give(List::new(items), removed);
            });
        }
    }
}
