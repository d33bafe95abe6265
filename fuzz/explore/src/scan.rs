// SPDX-License-Identifier: GPL-2.0-only
//! The scanner, turn by turn: paths that reach the same state at the head of its loop are merged, and
//! each state is continued once.
//!
//! Why that loses nothing: at the head of the loop no folio is referenced or locked, so nothing about
//! any page lasts; what does last is the scan's own variables ([`Scan`]), the lruvec's lock among
//! them, the controls, and, where changes are counted, the signal and the skip hint that were seen.
//! [`Head`] is all of that, for both sides. Three counters are made plain, because no later decision
//! depends on more: of `nr_scanned` only whether the sides agree, of `nr_isolated` whether it is 0, of
//! `nr_migratepages` how much of 32 there is.
//!
//! A difference ends its path: what would come after it is not compared.

mod anywhere;

pub(super) use anywhere::State;

use super::bounds::Bounds;
use super::joint::{self, Joint, Met};
use super::model::{Controls, Model, Notes};
use super::sides::Side;
use super::stretch::{self, Stretch, Went};
use super::tally::Tally;
use super::tape::{Choice, Tape};
use super::var::{Var, What};
use crate::oracle::Judgement;
use crate::run::Returned;
use mmcore::mm::compaction::{Scan, Step};
use mmcore::{COMPACT_CLUSTER_MAX, Function, IsolateMode, Kernel, Oops, PAGEBLOCK_NR_PAGES};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::{Hash, Hasher};

/// One side of a scan, at the head of the loop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct At {
    scan: Scan,
    controls: Controls,
}

impl At {
    /// The range is done.
    fn is_done(&self) -> bool {
        self.scan.low_pfn >= self.scan.end_pfn
    }

    /// Forgets what nobody asks once the range is done. The end is as good as any place beyond.
    fn forget(&mut self) {
        self.scan.low_pfn = self.scan.end_pfn;
        self.scan.next_skip_pfn = 0;
        self.controls.nr_migratepages = None;
        self.controls.forget_entry();
    }
}

/// Both sides of a scan, at the head of the loop, and how many changes there may still be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    sides: [At; 2],
    races: u8,
}

/// The sides are nearly always the same, so one of them spreads heads well enough; both are compared.
impl Hash for Head {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sides[0].hash(state);
        self.races.hash(state);
    }
}

/// Where a turn, or what comes before the loop, led to.
#[derive(Clone, Debug)]
pub struct Turned {
    /// The head of the loop, if there is another turn.
    pub next: Option<Head>,
    /// What was decided, and how the sides differ.
    pub met: Met,
}

impl Head {
    /// The page frame that is looked at next.
    pub fn low_pfn(&self) -> u64 {
        self.sides[0].scan.low_pfn
    }

    /// The place in the range of the page that is looked at next.
    pub fn place(&self) -> u64 {
        self.low_pfn().wrapping_sub(self.sides[0].controls.start)
    }

    /// Makes plain what no later decision depends on.
    fn plain(mut self) -> Head {
        let [pre, post] = &mut self.sides;
        if pre.scan.nr_scanned == post.scan.nr_scanned {
            (pre.scan.nr_scanned, post.scan.nr_scanned) = (0, 0);
        }
        if pre.scan.nr_isolated == post.scan.nr_isolated {
            let some = pre.scan.nr_isolated.min(1);
            (pre.scan.nr_isolated, post.scan.nr_isolated) = (some, some);
        }
        if pre.controls.nr_migratepages == post.controls.nr_migratepages {
            let enough = |nr: u32| nr.min(COMPACT_CLUSTER_MAX as u32);
            let nr = pre.controls.nr_migratepages.map(enough);
            (pre.controls.nr_migratepages, post.controls.nr_migratepages) = (nr, nr);
        }
        if pre.is_done() && post.is_done() && pre.scan.low_pfn == post.scan.low_pfn {
            for side in &mut self.sides {
                side.forget();
            }
        }
        self
    }
}

/// The ranges that are scanned: from the start of a pageblock; over a multiple of 32, where the lock
/// is dropped; up to the pageblock's end.
pub(super) fn range(k: &mut Model<'_>) -> (u64, u64) {
    let pages = u64::from(k.bounds().folios);
    let block = 4 * PAGEBLOCK_NR_PAGES;
    let start = match k.choose(Var::one(What::Range), 3) {
        0 => block,
        1 => block + 3 * COMPACT_CLUSTER_MAX - u64::from(pages > 1),
        _ => block + PAGEBLOCK_NR_PAGES - pages,
    };
    (start, start + pages)
}

/// A scan that is run whole: its page frames, and its mode.
pub fn whole_scan(k: &mut Model<'_>) -> (u64, u64, IsolateMode) {
    let (start, end) = range(k);
    k.set_scanned(start, end);
    (start, end, k.begin_whole_scan())
}

/// What comes before the loop.
fn begin(side: &Side, k: &mut Model<'_>) -> Went {
    let (start, end) = range(k);
    (k.controls.start, k.controls.end) = (start, end);
    match (side.begin)(k, start, end, IsolateMode(0)) {
        Ok(Ok(scan)) => Went::On(scan),
        Ok(Err(errno)) => Went::Returned(errno.into()),
        Err(Oops(site)) => Went::Returned(Returned::Oops(site)),
    }
}

/// A turn from the head of the loop, and what comes after the loop if it was the last.
fn turn(side: &Side, at: At, k: &mut Model<'_>) -> Went {
    let At { mut scan, controls } = at;
    k.go_on(controls);
    match (side.turn)(&mut scan, k) {
        Step::Again => Went::On(scan),
        Step::Exit(exit) => Went::Returned((side.finish)(&mut scan, k, exit).into()),
    }
}

/// The states in which the scanner's loop begins: each with how many paths lead there and the first
/// of them.
pub(super) type Begun = Vec<(Head, u128, Vec<Choice>)>;

/// What comes before the loop; with `examples`, a path for each decision is kept.
pub(super) fn begin_scans(joint: &mut Joint, examples: bool) -> (Tally, Begun) {
    let (mut tally, mut heads) = (Tally::default(), Begun::new());
    let mut places = FxHashMap::default();
    let mut tape = Tape::default();
    loop {
        let Turned { next, met } = joint.begin_scan(&mut tape);
        tally.runs += 1;
        if tally.decisions.insert(met.decision) && examples {
            tally.add_example(met.decision, tape.choices().to_vec());
        }
        for class in &met.classes {
            tally.add_class(joint.change(), class, &class.signature(), 1, [&[], tape.choices()]);
        }
        match next {
            None => tally.paths += 1,
            Some(head) => {
                let place = *places.entry(head).or_insert_with(|| {
                    heads.push((head, 0, tape.choices().to_vec()));
                    heads.len() - 1
                });
                heads[place].1 += 1;
            }
        }
        if !tape.advance() {
            return (tally, heads);
        }
    }
}

/// Every stretch of one side's scans: what comes before the loop, and each turn from each state.
pub(super) fn each_stretch(side: &'static Side, bounds: Bounds, see: &mut dyn FnMut(Stretch<'_>)) {
    let mut todo: Vec<Option<Head>> = vec![None];
    let mut known = FxHashSet::default();
    let mut tape = Tape::default();
    let mut events = Vec::new();
    while let Some(head) = todo.pop() {
        tape.restart(&[]);
        loop {
            tape.rewind();
            let mut k = Model::new(&mut tape, bounds, Notes::all_in(events));
            if let Some(head) = head {
                k.set_races_left(head.races);
            }
            let went = stretch::run(&mut k, head.is_some(), see, |k| match head {
                None => begin(side, k),
                Some(head) => turn(side, head.sides[0], k),
            });
            if let Went::On(scan) = went {
                let at = At { scan, controls: k.decided() };
                let next = Head { sides: [at; 2], races: k.races_left() }.plain();
                if known.insert(next) {
                    todo.push(Some(next));
                }
            }
            events = k.notes.events;
            if !tape.advance() {
                break;
            }
        }
    }
}

/// A whole scan, in one go.
fn whole(side: &Side, k: &mut Model<'_>) -> Returned {
    let (start, end) = range(k);
    (k.controls.start, k.controls.end) = (start, end);
    let mut scan = match (side.begin)(k, start, end, IsolateMode(0)) {
        Ok(Ok(scan)) => scan,
        Ok(Err(errno)) => return errno.into(),
        Err(Oops(site)) => return Returned::Oops(site),
    };
    loop {
        if let Step::Exit(exit) = (side.turn)(&mut scan, k) {
            return (side.finish)(&mut scan, k, exit).into();
        }
    }
}

/// A stretch of the scanner: what it does is noted as the scanner's.
fn within(k: &mut Model<'_>, part: impl FnOnce(&mut Model<'_>) -> Went) -> Went {
    k.enter(Function::IsolateMigratepagesBlock);
    let went = part(k);
    k.leave();
    k.end_step(match went {
        Went::On(_) => Returned::Nothing,
        Went::Returned(returned) => returned,
    });
    went
}

impl Joint {
    /// Runs what comes before the loop, on the choices of the tape.
    pub fn begin_scan(&mut self, tape: &mut Tape) -> Turned {
        self.stretch(tape, None, &|side, _, k| begin(side, k))
    }

    /// Runs a turn from the head of the loop, and what comes after the loop if it was the last.
    pub fn turn(&mut self, head: &Head, tape: &mut Tape) -> Turned {
        self.stretch(tape, Some(head.races), &|side, i, k| turn(side, head.sides[i], k))
    }

    /// Runs half a turn, anywhere in a range of any length.
    pub fn half_turn(&mut self, tape: &mut Tape) -> Turned {
        self.stretch(tape, None, &anywhere::half)
    }

    /// Runs half a turn on choices that are all given, keeps both traces, and has the differences
    /// sorted.
    pub fn record_half(&mut self, tape: &mut Tape) -> &Judgement {
        self.record_stretch(tape, None, &|side, i, k| within(k, |k| anywhere::half(side, i, k)))
    }

    /// Runs a whole scan on choices that are all given, keeps both traces, and has the differences
    /// sorted.
    pub fn record_scan(&mut self, tape: &mut Tape) -> &Judgement {
        self.record_stretch(tape, None, &|side, _, k| within(k, |k| Went::Returned(whole(side, k))))
    }

    /// Runs a whole scan, from its beginning to its end, with nothing merged.
    pub fn run_scan(&mut self, tape: &mut Tape) -> Met {
        self.both(tape, None, &|side, _, k| within(k, |k| Went::Returned(whole(side, k)))).0
    }

    fn stretch(&mut self, tape: &mut Tape, races: Option<u8>, part: joint::Stretch<'_>) -> Turned {
        let (met, [pre, post]) =
            self.both(tape, races, &|side, i, k| within(k, |k| part(side, i, k)));
        let next = match (pre.went, post.went) {
            (Went::On(a), Went::On(b)) if met.classes.is_empty() => {
                let mut sides = [
                    At { scan: a, controls: pre.controls },
                    At { scan: b, controls: post.controls },
                ];
                sides[0].controls.join(&post.controls);
                sides[1].controls.join(&pre.controls);
                Some(Head { sides, races: pre.races.min(post.races) }.plain())
            }
            _ => None,
        };
        Turned { next, met }
    }
}
