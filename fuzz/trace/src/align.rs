// SPDX-License-Identifier: GPL-2.0-only
//! The alignment of two sequences by the least edit, after Myers, "An O(ND) difference algorithm and its
//! variations" (Algorithmica 1, 1986).

use diffs::{Diff, myers};
use std::convert::Infallible;
use std::ops::Range;

/// Neighbouring items of an alignment that both sides have, or that either has alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Whether both sides have them.
    pub same: bool,
    /// Those of the old side.
    pub old: Range<usize>,
    /// Those of the new side.
    pub new: Range<usize>,
}

/// What both sides have, and what lies between.
#[derive(Default)]
struct Stretches(Vec<Stretch>);

impl Stretches {
    fn end(&self) -> (usize, usize) {
        self.0.last().map_or((0, 0), |last| (last.old.end, last.new.end))
    }

    fn differ_up_to(&mut self, old: usize, new: usize) {
        let (old_end, new_end) = self.end();
        if (old_end, new_end) != (old, new) {
            self.0.push(Stretch { same: false, old: old_end..old, new: new_end..new });
        }
    }
}

impl Diff for Stretches {
    type Error = Infallible;

    fn equal(&mut self, old: usize, new: usize, len: usize) -> Result<(), Infallible> {
        self.differ_up_to(old, new);
        match self.0.last_mut() {
            Some(last) if last.same => (last.old.end, last.new.end) = (old + len, new + len),
            _ if len > 0 => {
                self.0.push(Stretch { same: true, old: old..old + len, new: new..new + len });
            }
            _ => {}
        }
        Ok(())
    }
}

/// The stretches of two sequences, in order; together they cover both. What both begin and end with is the
/// same stretch of both.
pub fn align<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Stretch> {
    let shorter = old.len().min(new.len());
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let ends = old.iter().rev().zip(new.iter().rev());
    let tail = ends.take(shorter - head).take_while(|(one, other)| one == other).count();
    let (old_to, new_to) = (old.len() - tail, new.len() - tail);

    let mut all = Stretches::default();
    let Ok(()) = all.equal(0, 0, head);
    let Ok(()) = myers::diff(&mut all, old, head, old_to, new, head, new_to);
    let Ok(()) = all.equal(old_to, new_to, tail);
    all.0
}

#[cfg(test)]
mod tests {
    use super::align;

    /// Every sequence of up to five of three letters.
    fn words() -> Vec<Vec<u8>> {
        let mut words = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..5 {
            let to = words.len();
            for i in from..to {
                for letter in 0..3 {
                    words.push([&words[i][..], &[letter]].concat());
                }
            }
            from = to;
        }
        words
    }

    fn longest_common_subsequence(old: &[u8], new: &[u8]) -> usize {
        let mut row = vec![0; new.len() + 1];
        for one in old {
            let mut diagonal = 0;
            for (i, other) in new.iter().enumerate() {
                let above = row[i + 1];
                row[i + 1] = if one == other { diagonal + 1 } else { above.max(row[i]) };
                diagonal = above;
            }
        }
        row[new.len()]
    }

    #[test]
    fn the_stretches_cover_both_sides_and_have_as_much_in_common_as_can_be() {
        let words = words();
        for old in &words {
            for new in &words {
                let stretches = align(old, new);
                let (mut at, mut common, mut same) = ((0, 0), 0, None);
                for stretch in &stretches {
                    assert_eq!((stretch.old.start, stretch.new.start), at);
                    assert_ne!(Some(stretch.same), same, "neighbours of one kind: {old:?} {new:?}");
                    if stretch.same {
                        assert_eq!(old[stretch.old.clone()], new[stretch.new.clone()]);
                        common += stretch.old.len();
                    }
                    at = (stretch.old.end, stretch.new.end);
                    same = Some(stretch.same);
                }
                assert_eq!(at, (old.len(), new.len()));
                assert_eq!(common, longest_common_subsequence(old, new), "{old:?} {new:?}");
            }
        }
    }
}
