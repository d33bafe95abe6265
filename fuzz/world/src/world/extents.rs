// SPDX-License-Identifier: GPL-2.0-only
//! What each byte of a file is, kept as runs of equal bytes.

/// What a byte is, as far as a test can tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Byte {
    /// Not in memory.
    Absent,
    /// Zero.
    Zero,
    /// Written by user space, in the write with this number.
    Data(u8),
    /// Encrypted guest memory, from the fault with this number. A CPU access faults.
    Private(u8),
    /// Destroyed.
    Garbage,
}

/// A map from byte positions to [`Byte`]s, as runs. The last run has no end.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Extents {
    /// Where each run starts and what it holds. The first starts at 0, and neighbours differ.
    runs: Vec<(u64, Byte)>,
}

impl Extents {
    /// A file of which every byte is `byte`.
    pub fn filled(byte: Byte) -> Self {
        Extents { runs: vec![(0, byte)] }
    }

    /// A map of nothing yet: it must be [`reset`](Extents::reset) before it is asked.
    pub(super) const fn unset() -> Self {
        Extents { runs: Vec::new() }
    }

    /// Makes every byte be `byte`.
    pub(super) fn reset(&mut self, byte: Byte) {
        self.runs.clear();
        self.runs.push((0, byte));
    }

    /// The byte at `at`.
    pub fn at(&self, at: u64) -> Byte {
        self.runs[self.run_at(at)].1
    }

    /// The index of the run that holds `at`.
    fn run_at(&self, at: u64) -> usize {
        self.runs.partition_point(|&(start, _)| start <= at) - 1
    }

    /// Makes every byte of `start..end` be `byte`.
    pub fn fill(&mut self, start: u64, end: u64, byte: Byte) {
        if start >= end {
            return;
        }
        let first = self.runs.partition_point(|&(at, _)| at < start);
        let last = first + self.runs[first..].partition_point(|&(at, _)| at <= end);
        let after = self.runs[last - 1].1;
        let joins_before = first > 0 && self.runs[first - 1].1 == byte;
        let joins_after = after == byte;
        let new = [(start, byte), (end, after)];
        self.replace(first, last, &new[usize::from(joins_before)..2 - usize::from(joins_after)]);
    }

    /// Puts `new` in the place of the runs `first..last`. `Vec::splice` does, in several times the
    /// time, and this is what a truncation does most.
    fn replace(&mut self, first: usize, last: usize, new: &[(u64, Byte)]) {
        let (len, end) = (self.runs.len(), first + new.len());
        if end > last {
            self.runs.resize(len + (end - last), (0, Byte::Absent));
        }
        if end != last {
            self.runs.copy_within(last..len, end);
            self.runs.truncate(len - last + end);
        }
        self.runs[first..end].copy_from_slice(new);
    }

    /// Makes every byte of `start..end` be what it is in `other`.
    pub(crate) fn copy_from(&mut self, other: &Extents, start: u64, end: u64) {
        for (from, to, byte) in other.runs(start, end) {
            self.fill(from, to, byte);
        }
    }

    /// The runs inside `start..end`, each as its start, its end and its byte.
    pub fn runs(&self, start: u64, end: u64) -> impl Iterator<Item = (u64, u64, Byte)> + '_ {
        let first = self.run_at(start);
        self.runs[first..].iter().enumerate().map_while(move |(i, &(at, byte))| {
            let from = at.max(start);
            let to = self.runs.get(first + i + 1).map_or(end, |&(next, _)| next.min(end));
            (from < to).then_some((from, to, byte))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same map, a byte at a time.
    fn naive(fills: &[(u64, u64, u8)], len: u64) -> Vec<Byte> {
        let mut bytes = vec![Byte::Absent; len as usize];
        for &(start, end, tag) in fills {
            for at in start..end.min(len) {
                bytes[at as usize] = Byte::Data(tag);
            }
        }
        bytes
    }

    #[test]
    fn three_fills_of_a_short_file_equal_a_map_kept_byte_by_byte() {
        let len = 5;
        let ranges: Vec<(u64, u64)> =
            (0..=len).flat_map(|a| (0..=len).map(move |b| (a, b))).collect();
        for &first in &ranges {
            for &second in &ranges {
                for (third, tag) in ranges.iter().step_by(5).zip([1, 2].into_iter().cycle()) {
                    let fills =
                        [(first.0, first.1, 1), (second.0, second.1, 2), (third.0, third.1, tag)];
                    let mut extents = Extents::filled(Byte::Absent);
                    for (start, end, tag) in fills {
                        extents.fill(start, end, Byte::Data(tag));
                    }
                    let expected = naive(&fills, len);
                    for at in 0..len {
                        assert_eq!(extents.at(at), expected[at as usize], "{fills:?} at {at}");
                    }
                    assert!(
                        extents
                            .runs
                            .windows(2)
                            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1)
                    );
                }
            }
        }
    }

    #[test]
    fn runs_cover_the_asked_range_without_gap_or_overlap() {
        let mut extents = Extents::filled(Byte::Zero);
        extents.fill(10, 20, Byte::Data(1));
        extents.fill(30, 40, Byte::Private(2));
        for start in 0..50 {
            for end in start..50 {
                let mut at = start;
                for (from, to, byte) in extents.runs(start, end) {
                    assert_eq!(from, at);
                    assert_eq!(byte, extents.at(from));
                    at = to;
                }
                assert_eq!(at, end);
            }
        }
    }
}
