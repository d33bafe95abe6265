// SPDX-License-Identifier: GPL-2.0-only
//! A scan between two halves of a turn, anywhere in a range of any length.
//!
//! A turn is cut in two: [`Scan::first_half`] up to where it looks at the page,
//! [`Scan::second_half`] from there. A
//! half compares a place in few ways: is it the end of the range; is it a multiple of 32, or the first
//! frame of a pageblock; is the block that is given up as a whole behind, about to end, or far from its
//! end. Which of these it is, is chosen anew at every half, as if each could follow on each; and where
//! the range ends, once the scan ends. The controls are open again at every half too, and so is
//! `cc->nr_migratepages`, over listed values. So what is left is a [`State`] of a few bits, and more is
//! tried than can be; what a half compares otherwise (with another number, say) is left out. (A scan that
//! ends beyond its range, in the middle of a folio, is tried as one that ends with it: back to there the
//! kernel sets it before all else.)
//!
//! An lruvec is a name to the scanner: it compares two, and nothing else. So the one whose lock is held
//! can be called the first.

use super::Head;
use crate::model::Model;
use crate::sides::Side;
use crate::stretch::Went;
use crate::tape::Choice;
use crate::var::{Var, What};
use mmcore::mm::compaction::{Exit, Scan, Step};
use mmcore::{COMPACT_CLUSTER_MAX, IsolateMode, Lruvec, PAGEBLOCK_NR_PAGES, Page};

/// What is left of a scan between two halves of a turn if it may be anywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct State {
    /// In the middle of a turn, not at its beginning.
    pub(crate) halfway: bool,
    /// An lruvec's lock is held.
    locked: bool,
    /// `valid_page` is set.
    has_page: bool,
    skip_on_failure: bool,
    /// `nr_isolated` is not 0.
    some_isolated: bool,
    skip_updated: bool,
}

/// The first frame of a pageblock.
const BLOCK: u64 = 4 * PAGEBLOCK_NR_PAGES;
/// A place that is nothing special, and one at which the lock is dropped.
const PLAIN: u64 = BLOCK + 37;
const PAUSE: u64 = BLOCK + 3 * COMPACT_CLUSTER_MAX;
/// How far away an end is that no turn reaches.
const FAR: u64 = 1 << 50;

impl State {
    /// What is left of a head, or of where a turn is halfway, if the sides stand alike. They part if
    /// not, though nobody has seen it.
    pub(crate) fn of(head: &Head, halfway: bool) -> Option<State> {
        let [pre, post] = head.sides;
        let scan = pre.scan;
        let alike = scan == post.scan
            && pre.controls.nr_migratepages == post.controls.nr_migratepages
            && pre.controls.is_contended() == post.controls.is_contended();
        (alike && scan.ret == 0).then_some(State {
            halfway,
            locked: scan.locked.is_some(),
            has_page: scan.valid_page.is_some(),
            skip_on_failure: scan.skip_on_failure,
            some_isolated: scan.nr_isolated != 0,
            skip_updated: scan.skip_updated,
        })
    }

    /// The choices that make it.
    pub(crate) fn choices(self) -> Vec<Choice> {
        let choice = |what, of, got| Choice { var: Var::one(what), of, got, label: got };
        vec![
            choice(What::Halfway, 2, self.halfway.into()),
            choice(What::Held, 2, self.locked.into()),
            choice(What::HasPage, 2, self.has_page.into()),
            choice(What::SkipOnFailure, 2, self.skip_on_failure.into()),
            choice(What::SomeIsolated, 2, self.some_isolated.into()),
            choice(What::SkipUpdated, 2, self.skip_updated.into()),
        ]
    }

    /// The one that is chosen.
    fn chosen(k: &mut Model<'_>) -> State {
        State {
            halfway: k.choose(Var::one(What::Halfway), 2) == 1,
            locked: k.choose(Var::one(What::Held), 2) == 1,
            has_page: k.choose(Var::one(What::HasPage), 2) == 1,
            skip_on_failure: k.choose(Var::one(What::SkipOnFailure), 2) == 1,
            some_isolated: k.choose(Var::one(What::SomeIsolated), 2) == 1,
            skip_updated: k.choose(Var::one(What::SkipUpdated), 2) == 1,
        }
    }

    /// A scan in this state, at the place that is chosen.
    fn scan(self, k: &mut Model<'_>) -> Scan {
        let places: &[u8] = match (self.halfway, self.has_page) {
            (false, _) => &[0, 1, 2],
            (true, false) => &[0, 3],
            // Once there is a page, nobody asks where pageblocks begin.
            (true, true) => &[0],
        };
        let place = k.choose_among(Var::one(What::LowPfn), places);
        let low_pfn = [PLAIN, PAUSE, PLAIN, BLOCK][usize::from(place)];
        let ended = place == 2;
        let next_skip_pfn = match self.skip_on_failure && !ended {
            true => {
                let ends: &[u8] = if self.halfway { &[1, 2] } else { &[0, 2] };
                let end = k.choose_among(Var::one(What::NextSkip), ends);
                low_pfn + [0, 1, FAR][usize::from(end)]
            }
            false => 0,
        };
        let scan = Scan {
            low_pfn,
            end_pfn: if ended { low_pfn } else { low_pfn + FAR },
            start_pfn: low_pfn,
            mode: IsolateMode(0),
            nr_scanned: 0,
            nr_isolated: self.some_isolated.into(),
            locked: self.locked.then_some(Lruvec(0)),
            valid_page: self.has_page.then_some(Page(BLOCK)),
            skip_on_failure: self.skip_on_failure,
            next_skip_pfn,
            skip_updated: self.skip_updated,
            ret: 0,
        };
        (k.controls.start, k.controls.end) = (scan.start_pfn, scan.end_pfn);
        if self.skip_on_failure {
            k.controls.is_async_direct();
        }
        scan
    }
}

/// Half a turn, from the state and the place that are chosen, and what comes after the loop if that
/// ends it.
pub(super) fn half(side: &'static Side, _: usize, k: &mut Model<'_>) -> Went {
    let state = State::chosen(k);
    let mut scan = state.scan(k);
    let step = match state.halfway {
        true => (side.second_half)(&mut scan, k),
        false => scan.first_half(k).map_or(Step::Again, Step::Exit),
    };
    match step {
        Step::Again => Went::On(scan),
        Step::Exit(exit) => {
            end(&mut scan, exit, k);
            Went::Returned((side.finish)(&mut scan, k, exit).into())
        }
    }
}

/// Chooses where the range ends, before what comes after the loop: at the place that the scan has
/// come to, or further on.
fn end(scan: &mut Scan, exit: Exit, k: &mut Model<'_>) {
    let went_on = scan.low_pfn > scan.start_pfn && scan.low_pfn < scan.end_pfn;
    if exit == Exit::Done && went_on && k.choose(Var::one(What::RangeEnd), 2) == 0 {
        scan.end_pfn = scan.low_pfn;
        k.controls.end = scan.low_pfn;
    }
}
