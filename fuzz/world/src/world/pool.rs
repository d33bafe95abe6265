// SPDX-License-Identifier: GPL-2.0-only
//! A list that keeps its dropped items, so that what they own is used again.

use std::ops::{Deref, DerefMut};

/// A list of which only the first so many items are in use.
#[derive(Debug)]
pub struct Pool<T> {
    items: Vec<T>,
    used: usize,
}

impl<T> Pool<T> {
    /// Drops every item, but keeps it for [`Pool::add`].
    pub fn clear(&mut self) {
        self.used = 0;
    }

    /// Adds an item: an old one that `reset` makes new, or one that `make` makes.
    pub fn add(&mut self, reset: impl FnOnce(&mut T), make: impl FnOnce() -> T) {
        match self.items.get_mut(self.used) {
            Some(item) => reset(item),
            None => self.items.push(make()),
        }
        self.used += 1;
    }
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool { items: Vec::new(), used: 0 }
    }
}

impl<T> Deref for Pool<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        &self.items[..self.used]
    }
}

impl<T> DerefMut for Pool<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.items[..self.used]
    }
}

impl<T: Clone> Clone for Pool<T> {
    fn clone(&self) -> Self {
        Pool { items: self.to_vec(), used: self.used }
    }
}

impl<T: PartialEq> PartialEq for Pool<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Pool<T> {}

#[cfg(test)]
mod tests {
    use crate::run::{Run, TREES};
    use crate::scenario::{Path, generate};
    use crate::world::World;

    #[test]
    fn a_cleared_world_is_as_new_whatever_happened_in_it() {
        for path in Path::ALL {
            for case in 0..300 {
                let scenario = generate::scenario(7, path, case);
                let mut run = Run::new(&TREES[0]);
                run.begin(&scenario);
                for _ in 0..scenario.steps() {
                    run.step(&scenario);
                }
                run.world.clear();
                assert_eq!(run.world, World::default(), "{scenario:?}");
            }
        }
    }
}
