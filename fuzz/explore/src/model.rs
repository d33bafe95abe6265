// SPDX-License-Identifier: GPL-2.0-only
//! The rest of the kernel as a set of open questions: a state in which nothing is decided until a
//! ported function asks, and in which an answer, once given, lasts as long as the kernel's locks
//! and references make it last.
//!
//! What is asked again and may have changed meanwhile is asked of the [`Tape`] again, within the
//! bound on races. Which answers there are and how long they last, a helper's row says. Beyond that:
//!
//! - AS_EIO, AS_ENOSPC and AS_UNEVICTABLE change at any time, every other flag never;
//! - where a cut of tmpfs has found nothing at an edge, khugepaged may have put a folio by the next
//!   look.

mod controls;
mod files;
mod folios;
mod kernel;
mod notes;
mod pages;

pub(super) use controls::Controls;
use controls::Setting;
use files::Cache;
pub use notes::Notes;

use super::bounds::{Bounds, Races};
use super::tape::Tape;
use super::var::{Var, What};
use crate::run::{Numbering, Returned};
use mmcore::{CallId, Folio, Kind, Lasts};

/// How many folios the model has facts of. Handles beyond are the same folio again.
const FOLIOS: usize = 8;
/// The objects that there are facts of: the folios, two mappings, the page, and the rest.
const OBJECTS: usize = FOLIOS + 4;
const MAPPINGS: usize = FOLIOS;
const PAGE: usize = FOLIOS + 2;
const REST: usize = FOLIOS + 3;

/// What facts are about that no single row says all of.
const MORE_FACTS: [What; 6] = [
    What::Order,
    What::Mapping,
    What::ExtraRefs,
    What::FolioMapcount,
    What::BuddyOrderUnsafe,
    What::GmemListLen,
];

/// Whether a helper's answer is a fact, which lasts until something changes it: one of a few, asked
/// about an object or about the rest of the kernel. Everything else is asked anew each time, or worked
/// out.
const fn is_fact(call: CallId) -> bool {
    let row = call.row();
    let is_setting = matches!(call.kind(), Kind::Read) && call.arguments().is_empty();
    let is_question = matches!(call.kind(), Kind::Read | Kind::Ask) && !is_setting;
    let lasts = !matches!(row.lasts, Lasts::Each);
    is_question && lasts && row.derived.is_none() && !row.answer.is_empty()
}

/// Where each fact is, and how many there are. A run begins with all of them open, so they are kept
/// close.
const PLACES: ([u8; What::ALL.len()], usize) = {
    let mut places = [u8::MAX; What::ALL.len()];
    let mut count = 0;
    while count < MORE_FACTS.len() {
        places[MORE_FACTS[count] as usize] = count as u8;
        count += 1;
    }
    let mut i = 0;
    while i < CallId::ALL.len() {
        if is_fact(CallId::ALL[i]) {
            places[What::of(CallId::ALL[i]) as usize] = count as u8;
            count += 1;
        }
        i += 1;
    }
    (places, count)
};

/// How many facts there are about an object.
const FACTS: usize = PLACES.1;

/// What is decided of an object, by place in [`PLACES`]: 0 is open, else one more than the
/// alternative.
type Facts = [u8; FACTS];

/// Where a fact is among those of an object.
#[inline(always)]
const fn place_of(what: What) -> usize {
    PLACES.0[what as usize] as usize
}

/// How an answer may have changed since it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum May {
    /// Not at all.
    Stay,
    /// From no to yes.
    Rise,
    /// From yes to no.
    Fall,
    /// In any way.
    Change,
}

/// A mapping's flags, as far as they are decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct WordFacts {
    known: u64,
    value: u64,
}

/// The open kernel, for one side of a path.
pub struct Model<'t> {
    tape: &'t mut Tape,
    bounds: Bounds,
    /// How the flags are numbered by who calls, if otherwise than here.
    pub numbering: Option<&'t Numbering>,
    /// What is written down of the run.
    pub notes: Notes,
    /// What is decided, by object.
    facts: [Facts; OBJECTS],
    /// What we hold of each folio: see [`folios`].
    held: [u8; FOLIOS],
    words: [WordFacts; 2],
    /// The flags that others set and clear at any time.
    changing: u64,
    /// The bits of flags words that were read.
    pub bits_read: u64,
    /// How many changes there may still be.
    races: u8,
    /// The scan's side of the kernel.
    pub(super) controls: Controls,
    /// The file's folios, and the batch that was found last.
    pub(super) cache: Cache,
    node: Node,
    page: u64,
    rounds: u8,
    turns: u8,
}

/// How many turns a loop may take before the watchdog bites. No loop should come near: what the
/// model answers ends every loop.
const PATIENCE: u8 = 64;

/// What is decided of the node and the zone.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    /// Inactive and active pages.
    lru: [u64; 2],
    /// `zone->compact_cached_migrate_pfn`
    pfns: [Option<u64>; 2],
}

impl<'t> Model<'t> {
    /// A kernel in which nothing is decided.
    pub fn new(tape: &'t mut Tape, bounds: Bounds, notes: Notes) -> Self {
        let races = match bounds.races {
            Races::Most(most) => most,
            Races::Free => u8::MAX,
        };
        Model {
            tape,
            bounds,
            numbering: None,
            notes,
            facts: [[0; FACTS]; OBJECTS],
            held: [0; FOLIOS],
            words: [WordFacts::default(); 2],
            changing: files::CHANGING,
            bits_read: 0,
            races,
            controls: Controls::default(),
            cache: Cache::default(),
            node: Node::default(),
            page: u64::MAX,
            rounds: 0,
            turns: 0,
        }
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The scan is of these page frames.
    pub fn set_scanned(&mut self, start: u64, end: u64) {
        (self.controls.start, self.controls.end) = (start, end);
    }

    /// How many changes there may still be.
    pub fn races_left(&self) -> u8 {
        self.races
    }

    /// Goes on with so many changes left.
    pub fn set_races_left(&mut self, races: u8) {
        self.races = races;
    }

    /// A step of the path ends.
    #[inline]
    pub fn end_step(&mut self, returned: Returned) {
        self.notes.end_step(returned, (self.words[0].known, self.words[0].value));
    }

    /// The file is a new one that will be a guest_memfd: it has no flags, and nobody else sets any,
    /// for it has no write-back and cannot be locked.
    pub fn begin_guest_memfd(&mut self) {
        self.words[0] = WordFacts { known: u64::MAX, value: 0 };
        self.changing = 0;
    }

    /// Chooses among alternatives for something that is asked once.
    #[inline(always)]
    pub fn choose(&mut self, var: Var, of: u8) -> u8 {
        if of < 2 { 0 } else { self.tape.choose(var, of) }
    }

    /// Chooses among the alternatives with these numbers.
    #[inline]
    pub fn choose_among(&mut self, var: Var, numbers: &[u8]) -> u8 {
        match numbers {
            [] => 0,
            [only] => *only,
            numbers => self.tape.choose_among(var, numbers),
        }
    }

    /// The fact about an object: one of `of` alternatives, decided now if it is open.
    #[inline(always)]
    fn fact(&mut self, object: usize, what: What, about: u8, of: u8, may: May) -> u8 {
        let known = self.facts[object][place_of(what)];
        if known == 0 {
            let got = self.choose(Var { what, about }, of);
            self.set(object, what, got);
            return got;
        }
        let was = known - 1;
        let open = match may {
            May::Stay => false,
            May::Rise => was == 0,
            May::Fall => was == 1,
            May::Change => true,
        };
        if !open || self.races == 0 {
            return was;
        }
        let got = self.choose(Var { what, about }, of);
        if got != was && self.bounds.races != Races::Free {
            self.races -= 1;
        }
        self.set(object, what, got);
        got
    }

    /// Decides a fact.
    #[inline(always)]
    fn set(&mut self, object: usize, what: What, got: u8) {
        self.facts[object][place_of(what)] = got + 1;
    }

    /// The answer of a helper whose row says all that there is to know: which answers there are, and
    /// how long one lasts. It is about an object of which this is held.
    #[inline(always)]
    fn open_about(&mut self, call: CallId, object: usize, about: u8, held: u8) -> u64 {
        let (row, what) = (call.row(), What::of(call));
        let of = row.answer.len();
        let got = match may(row.lasts, held) {
            Some(may) => self.fact(object, what, about, of, may),
            None => self.choose(Var { what, about }, of),
        };
        row.answer.word(got)
    }

    /// The same, about the rest of the kernel.
    #[inline(always)]
    fn open(&mut self, call: CallId) -> u64 {
        self.open_about(call, REST, 0, 0)
    }

    #[inline(always)]
    fn soft_lockup(&mut self) -> u64 {
        self.turns += 1;
        u64::from(self.turns > PATIENCE)
    }
}

/// We hold the folio's lock.
const LOCK: u8 = 1;
/// We cleared its LRU flag.
const OFF_LRU: u8 = 2;

/// How an answer that lasts so long may have changed since it was given, with this held of what it is
/// about. `None` if it is another question each time.
#[inline(always)]
const fn may(lasts: Lasts, held: u8) -> Option<May> {
    let locked = held & LOCK != 0;
    Some(match lasts {
        Lasts::Own | Lasts::Always | Lasts::Referenced => May::Stay,
        Lasts::Locked if locked => May::Stay,
        Lasts::LockedRises if locked => May::Rise,
        Lasts::LockedFalls if locked => May::Fall,
        Lasts::OffLru if held & OFF_LRU != 0 => May::Stay,
        Lasts::Locked | Lasts::LockedRises | Lasts::LockedFalls => May::Change,
        Lasts::OffLru | Lasts::Race => May::Change,
        Lasts::Each => return None,
    })
}

/// Where the facts about a folio are.
#[inline(always)]
fn at(folio: Folio) -> usize {
    usize::from(folio.0) % FOLIOS
}

/// Where a folio's place in a variable's name comes from.
#[inline(always)]
fn about(folio: Folio) -> u8 {
    folio.0 as u8
}
