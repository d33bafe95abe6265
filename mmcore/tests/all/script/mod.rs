// SPDX-License-Identifier: GPL-2.0-only
//! A kernel that answers from a script and writes down every call.
//!
//! Without a rule it describes an ordinary world: page frame n is folio n, an order-0 page-cache
//! folio of [`M`] at index n, on the LRU list and used by nobody else. The flags words, the scan's
//! counters, the skip hints and the batch that was found last are kept, so that what a function
//! wrote is what it reads later.

pub(crate) mod scan;

use mmcore::kernel::derived;
use mmcore::{
    Call, CallId, Entry, Folio, Kernel, Kind, Lruvec, Mapping, MigrateMode, NodeStat, Page, Site,
    Word,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The mapping of every folio.
pub(crate) const M: Mapping = Mapping(1);
/// Another mapping.
pub(crate) const OTHER: Mapping = Mapping(2);
/// A folio for the functions that are about one.
pub(crate) const F: Folio = Folio(7);
/// Where a folio is moved to.
pub(crate) const DST: Folio = Folio(8);

/// After so many calls the watchdog bites.
const PATIENCE: usize = 20_000;

/// Which calls a rule is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// Exactly this one.
    Call(Call),
    /// All calls to a helper.
    Id(CallId),
    /// The n-th call to a helper, counted from 1.
    Nth(CallId, usize),
}

impl From<Call> for When {
    fn from(call: Call) -> When {
        When::Call(call)
    }
}

impl From<CallId> for When {
    fn from(id: CallId) -> When {
        When::Id(id)
    }
}

impl From<(CallId, usize)> for When {
    fn from((id, time): (CallId, usize)) -> When {
        When::Nth(id, time)
    }
}

impl When {
    fn covers(self, call: Call, time: usize) -> bool {
        match self {
            When::Call(other) => other == call,
            When::Id(id) => id == call.id(),
            When::Nth(id, nth) => id == call.id() && nth == time,
        }
    }
}

/// Where a folio is in its file, and how large it is.
#[derive(Clone, Copy)]
struct Place {
    index: u64,
    order: u32,
}

/// The kernel that answers from a script.
#[derive(Default)]
pub(crate) struct Script {
    rules: Vec<(When, u64)>,
    log: Vec<Call>,
    times: BTreeMap<CallId, usize>,
    flags: BTreeMap<Mapping, u64>,
    places: BTreeMap<Folio, Place>,
    skip_hints: BTreeSet<Page>,
    finds: VecDeque<Vec<(u64, Entry)>>,
    batch: Vec<(u64, Entry)>,
    found_next: u64,
    nr_migratepages: u32,
    contended: bool,
    vm_locked: bool,
}

impl Script {
    pub(crate) fn new() -> Script {
        Script::default()
    }

    /// From now on `answer` is the answer to `when`; of two rules for a call the later one counts.
    pub(crate) fn when(mut self, when: impl Into<When>, answer: impl Word) -> Script {
        self.rules.push((when.into(), answer.to_word()));
        self
    }

    /// `mapping->flags` is `word`.
    pub(crate) fn flags_are(mut self, mapping: Mapping, word: u64) -> Script {
        self.flags.insert(mapping, word);
        self
    }

    /// The folio has 2^`order` pages, at `index` of its file.
    pub(crate) fn place(mut self, folio: Folio, index: u64, order: u32) -> Script {
        self.places.insert(folio, Place { index, order });
        self
    }

    /// The next find in the page cache finds these. Finds beyond the script find nothing.
    pub(crate) fn find(mut self, batch: &[(u64, Entry)]) -> Script {
        self.finds.push_back(batch.to_vec());
        self
    }

    /// So many pages are on `cc->migratepages` already.
    pub(crate) fn isolated_before(mut self, nr: u32) -> Script {
        self.nr_migratepages = nr;
        self
    }

    /// The mapping's flags word.
    pub(crate) fn flags(&self, mapping: Mapping) -> u64 {
        self.flags.get(&mapping).copied().unwrap_or(0)
    }

    /// Every call but the marks, as text.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.texts(|call| call.kind() != Kind::Mark)
    }

    /// The effects, as text.
    pub(crate) fn effects(&self) -> Vec<String> {
        self.texts(|call| call.kind() == Kind::Effect)
    }

    /// The calls to one helper, as text.
    pub(crate) fn calls_to(&self, id: CallId) -> Vec<String> {
        self.texts(|call| call.id() == id)
    }

    /// The marks, as text.
    pub(crate) fn marks(&self) -> Vec<String> {
        self.texts(|call| call.kind() == Kind::Mark)
    }

    /// The effects after the first `effect`.
    #[track_caller]
    pub(crate) fn effects_after(&self, effect: &str) -> Vec<String> {
        let mut effects = self.effects();
        effects.split_off(position(&effects, effect) + 1)
    }

    /// What the scanner's loop did: the effects after the first `cond_resched`, up to the
    /// tracepoint.
    #[track_caller]
    pub(crate) fn loop_effects(&self) -> Vec<String> {
        let mut effects = self.effects_after("cond_resched()");
        let trace = effects.iter().position(|text| text.starts_with("trace_"));
        effects.truncate(trace.expect("the scan came to its tracepoint"));
        effects
    }

    /// Whether the call was made.
    pub(crate) fn made(&self, text: &str) -> bool {
        self.calls().iter().any(|call| call == text)
    }

    /// Asserts that the calls were made, the first time of each in this order.
    #[track_caller]
    pub(crate) fn assert_order(&self, texts: &[&str]) {
        let calls = self.calls();
        let places: Vec<usize> = texts.iter().map(|text| position(&calls, text)).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{texts:?} are at {places:?} of {calls:#?}");
    }

    fn texts(&self, keep: impl Fn(&Call) -> bool) -> Vec<String> {
        self.log.iter().filter(|call| keep(call)).map(Call::to_string).collect()
    }

    fn place_of(&self, folio: Folio) -> Place {
        let ordinary = Place { index: u64::from(folio.0), order: 0 };
        self.places.get(&folio).copied().unwrap_or(ordinary)
    }

    /// What the script keeps: changes it, and answers.
    fn kept(&mut self, call: Call) -> Option<u64> {
        Some(match call {
            Call::TestBit { mapping, nr } => self.flags(mapping) >> nr & 1,
            Call::FlagsAnd { mapping, mask } => self.flags(mapping) & mask,
            Call::SetBit { mapping, nr } => self.store(mapping, 0, 1 << nr),
            Call::ClearBit { mapping, nr } => self.store(mapping, 1 << nr, 0),
            Call::TestAndClearBit { mapping, nr } => self.store(mapping, 1 << nr, 0) >> nr & 1,
            Call::StoreFlags { mapping, clear, set } => self.store(mapping, clear, set),

            Call::CcContended {} => self.contended.to_word(),
            Call::SetCcContended {} => std::mem::replace(&mut self.contended, true).to_word(),
            Call::CcNrMigratepages {} => self.nr_migratepages.to_word(),
            Call::SetCcNrMigratepages { nr } => {
                std::mem::replace(&mut self.nr_migratepages, nr).to_word()
            }
            Call::GetPageblockSkip { page } => self.skip_hints.contains(&page).to_word(),
            Call::SetPageblockSkip { page } => self.skip_hints.insert(page).to_word(),

            Call::FindLockEntries { start, .. }
            | Call::FindGetEntries { start, .. }
            | Call::FilemapGetFolios { start, .. } => {
                self.batch = self.finds.pop_front().unwrap_or_default();
                self.found_next = self.batch.last().map_or(start, |(index, _)| index + 1);
                self.batch.len() as u64
            }
            Call::FoundNext {} => self.found_next,
            Call::FbatchCount {} => self.batch.len() as u64,
            Call::FbatchIndex { i } => self.batch[i as usize].0,
            Call::FbatchEntry { i } => self.batch[i as usize].1.to_word(),

            Call::ShmemVmLocked { .. } => self.vm_locked.to_word(),
            Call::SetShmemVmLocked { locked, .. } => {
                std::mem::replace(&mut self.vm_locked, locked).to_word()
            }

            Call::FolioIndex { folio } => self.place_of(folio).index,
            Call::FolioPos { folio } => derived::folio_pos(self.place_of(folio).index).to_word(),
            Call::FolioOrder { folio } => self.place_of(folio).order.to_word(),
            Call::FolioNrPages { folio } => derived::folio_nr_pages(self.place_of(folio).order),
            Call::FolioSize { folio } => derived::folio_size(self.place_of(folio).order),
            Call::FolioTestLarge { folio } => {
                derived::folio_test_large(self.place_of(folio).order).to_word()
            }
            Call::FolioNextIndex { folio } => {
                let place = self.place_of(folio);
                derived::folio_next_index(place.index, derived::folio_nr_pages(place.order))
            }
            Call::FolioContains { folio, index } => {
                let place = self.place_of(folio);
                (index >> place.order == place.index >> place.order).to_word()
            }
            _ => return None,
        })
    }

    fn store(&mut self, mapping: Mapping, clear: u64, set: u64) -> u64 {
        let before = self.flags(mapping);
        self.flags.insert(mapping, before & !clear | set);
        before
    }
}

impl Kernel for Script {
    fn call(&mut self, call: Call) -> u64 {
        let times = self.times.entry(call.id()).or_default();
        *times += 1;
        let time = *times;
        let kept = self.kept(call);
        let rule = self.rules.iter().rev().find(|(when, _)| when.covers(call, time));
        let bites = call == (Call::SoftLockup {}) && self.log.len() > PATIENCE;
        let answer = rule.map(|(_, answer)| *answer).or(kept).unwrap_or_else(|| ordinary(call));

        self.log.push(call);
        assert!(self.log.len() < 10 * PATIENCE, "no watchdog stops this: {call}");
        answer | bites.to_word()
    }
}

/// The answers of an ordinary world.
fn ordinary(call: Call) -> u64 {
    match call {
        Call::PageFolio { page } => Folio(page.0 as u16).to_word(),
        Call::FolioGetNontailPage { page } => Some(Folio(page.0 as u16)).to_word(),
        Call::FolioMapping { .. } | Call::RawMapping { .. } => Some(M).to_word(),
        Call::FolioLruvec { .. } => Lruvec(0).to_word(),
        Call::IsolateModeHas { mode, bits } => mode.has(bits).to_word(),
        Call::NodePageState { item } => {
            if item >= NodeStat::IsolatedAnon {
                0
            } else {
                1000
            }
        }
        Call::CachedMigratePfn { .. } => u64::MAX,
        Call::CcMode {} => MigrateMode::SyncLight.to_word(),
        Call::CcOrder {} => 9,
        Call::CompoundNr { .. } | Call::FolioIsFileLru { .. } => 1,
        Call::FolioExpectedRefCount { .. } | Call::GmemListLen { .. } => 1,
        Call::FolioRefCount { .. } => 2,
        Call::GetUnusedFd {} => 3,
        _ => is_usual(call.id()).to_word(),
    }
}

/// The yes-or-no questions to which the usual answer is yes.
fn is_usual(id: CallId) -> bool {
    matches!(
        id,
        CallId::HasHost
            | CallId::HasMigrateFolio
            | CallId::HasWritepage
            | CallId::CcGfpFs
            | CallId::PageblockPfnToPage
            | CallId::SpinTrylockLru
            | CallId::IsolateMovablePage
            | CallId::PageLru
            | CallId::FolioTestLru
            | CallId::FolioTestClearLru
            | CallId::FolioTestLocked
            | CallId::FolioTestIsolated
            | CallId::FolioTrylock
            | CallId::FolioClearDirtyForIo
            | CallId::FilemapReleaseFolio
            | CallId::UserShmLock
            | CallId::KzallocGmem
            | CallId::FileMappingIsInodes
    )
}

#[track_caller]
fn position(texts: &[String], wanted: &str) -> usize {
    let found = texts.iter().position(|text| text == wanted);
    found.unwrap_or_else(|| panic!("{wanted} is not among {texts:#?}"))
}

/// Every combination of `N` answers.
pub(crate) fn all_answers<const N: usize>() -> impl Iterator<Item = [bool; N]> {
    (0..1u32 << N).map(|word| std::array::from_fn(|bit| word >> bit & 1 != 0))
}

/// The effect of a BUG, as text.
pub(crate) fn bug(site: Site) -> String {
    format!("bug({site})")
}

/// The effect of a WARN, as text.
pub(crate) fn warn(site: Site) -> String {
    format!("warn({site})")
}
