// SPDX-License-Identifier: GPL-2.0-only
//! The scan's controls, which are questions too: a path that never reads `cc->alloc_contig` does not
//! branch on it.
//!
//! Which settings there are is bounded in one of two ways: all combinations, less the one by which
//! C would shift by -1; or those that a caller in the kernel makes. A caller's settings are a
//! product of what it allows each control to be, with one tie: `ISOLATE_ASYNC_MIGRATE` goes with
//! every mode but MIGRATE_SYNC (`isolate_migratepages`, mm/compaction.c).

use super::{Model, REST, place_of};
use crate::bounds::{Races, Settings};
use crate::var::{Var, What};
use mmcore::include::linux::pageblock_flags::pageblock_end_pfn;
use mmcore::{IsolateMode, MigrateMode, Word};

/// A control whose value lasts for a whole scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Setting {
    /// `cc->mode`
    Mode,
    /// `cc->order`
    Order,
    /// `cc->gfp_mask & __GFP_FS`
    GfpFs,
    /// `cc->direct_compaction`
    Direct,
    /// `cc->alloc_contig`
    AllocContig,
    /// `cc->ignore_skip_hint`
    IgnoreSkip,
    /// `cc->no_set_skip_hint`
    NoSetSkip,
    /// `cc->finish_pageblock`
    Finish,
    /// `mode & ISOLATE_UNEVICTABLE`
    Unevictable,
    /// `mode & ISOLATE_ASYNC_MIGRATE`
    Async,
}

/// How many controls there are.
const SETTINGS: usize = 10;
/// The orders that `cc->order` may have: all; below every large folio but the smallest; in the
/// middle; above pageblock order.
const CC_ORDERS: [i32; 4] = [-1, 1, 2, 10];
/// The modes that `cc->mode` may have.
const MODES: [MigrateMode; 3] = [MigrateMode::Async, MigrateMode::SyncLight, MigrateMode::Sync];
/// `cc->nr_migratepages` on entry: nothing, two and one short of enough, enough.
const NR_MIGRATEPAGES: [u32; 4] = [0, 30, 31, 32];

impl Setting {
    const ALL: [Setting; SETTINGS] = [
        Setting::Mode,
        Setting::Order,
        Setting::GfpFs,
        Setting::Direct,
        Setting::AllocContig,
        Setting::IgnoreSkip,
        Setting::NoSetSkip,
        Setting::Finish,
        Setting::Unevictable,
        Setting::Async,
    ];

    const fn what(self) -> What {
        match self {
            Setting::Mode => What::CcMode,
            Setting::Order => What::CcOrder,
            Setting::GfpFs => What::CcGfpFs,
            Setting::Direct => What::CcDirectCompaction,
            Setting::AllocContig => What::CcAllocContig,
            Setting::IgnoreSkip => What::CcIgnoreSkipHint,
            Setting::NoSetSkip => What::CcNoSetSkipHint,
            Setting::Finish => What::CcFinishPageblock,
            Setting::Unevictable => What::ModeUnevictable,
            Setting::Async => What::ModeAsync,
        }
    }

    const fn alternatives(self) -> u8 {
        match self {
            Setting::Mode => MODES.len() as u8,
            Setting::Order => CC_ORDERS.len() as u8,
            _ => 2,
        }
    }
}

/// Who calls the scanner, and with which settings. Source: mm/compaction.c (compact_zone_order,
/// kcompactd_do_work, compact_node for the other two) and mm/page_alloc.c (alloc_contig_range).
#[derive(Clone, Copy)]
#[repr(u8)]
enum Caller {
    Direct,
    Kcompactd,
    Proactive,
    Sysctl,
    AllocContig,
}

const CALLERS: [Caller; 5] =
    [Caller::Direct, Caller::Kcompactd, Caller::Proactive, Caller::Sysctl, Caller::AllocContig];

impl Caller {
    /// Whether the caller may set a control to its alternative number `value`.
    const fn sets(self, setting: Setting, value: u8) -> bool {
        use Caller::*;
        use Setting as S;
        let (yes, no) = (value == 1, value == 0);
        match (setting, self) {
            (S::Mode, Direct) => value != 2,
            (S::Mode, Kcompactd | Proactive) => value == 1,
            (S::Mode, Sysctl | AllocContig) => value == 2,
            (S::Order, Direct | Kcompactd) => value != 0,
            (S::Order, _) => value == 0,
            (S::GfpFs, Direct | AllocContig) => true,
            (S::GfpFs, _) => yes,
            (S::Direct, Direct) => yes,
            (S::Direct, _) => no,
            (S::AllocContig | S::NoSetSkip, AllocContig) => yes,
            (S::AllocContig | S::NoSetSkip, _) => no,
            (S::IgnoreSkip, Direct) => true,
            (S::IgnoreSkip, Kcompactd) => no,
            (S::IgnoreSkip, _) => yes,
            (S::Finish, AllocContig) => no,
            (S::Finish, _) => true,
            (S::Unevictable, AllocContig) => yes,
            (S::Unevictable, _) => true,
            (S::Async, Direct | Kcompactd | Proactive) => yes,
            (S::Async, Sysctl | AllocContig) => no,
        }
    }
}

/// The callers that may set a control to an alternative, one bit each.
const CALLERS_OF: [[u8; 4]; SETTINGS] = {
    let mut table = [[0; 4]; SETTINGS];
    let mut i = 0;
    while i < SETTINGS * 4 * CALLERS.len() {
        let (setting, value, caller) = (i / 4 % SETTINGS, i % 4, i / 4 / SETTINGS);
        if CALLERS[caller].sets(Setting::ALL[setting], value as u8) {
            table[setting][value] |= 1 << caller;
        }
        i += 1;
    }
    table
};

/// The alternatives of a control that there are.
#[derive(Clone, Copy, Default)]
struct Allowed {
    values: [u8; 4],
    count: u8,
}

impl Allowed {
    const fn with(mut self, value: u8) -> Allowed {
        self.values[self.count as usize] = value;
        self.count += 1;
        self
    }

    fn values(&self) -> &[u8] {
        &self.values[..usize::from(self.count)]
    }
}

/// What each control may be, by the callers that the scan may be of.
const ALLOWED: [[Allowed; 1 << CALLERS.len()]; SETTINGS] = {
    let none = Allowed { values: [0; 4], count: 0 };
    let mut table = [[none; 1 << CALLERS.len()]; SETTINGS];
    let mut i = 0;
    while i < (SETTINGS * 4) << CALLERS.len() {
        let (setting, value, callers) = (i / 4 % SETTINGS, i % 4, i / 4 / SETTINGS);
        let there_is = value < Setting::ALL[setting].alternatives() as usize;
        if there_is && CALLERS_OF[setting][value] & callers as u8 != 0 {
            table[setting][callers] = table[setting][callers].with(value as u8);
        }
        i += 1;
    }
    table
};

/// What is decided of the scan, and lasts from turn to turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Controls {
    /// By [`Setting`]: 0 is open, else one more than the alternative.
    known: [u8; SETTINGS],
    /// The callers that may be the scan's, one bit each.
    callers: u8,
    /// `cc->contended` and `cc->nr_migratepages` on entry, and whether the zone starts here.
    entry: [u8; 3],
    /// `cc->contended` has been set.
    contended: bool,
    /// `cc->nr_migratepages`, once it has been set.
    pub(crate) nr_migratepages: Option<u32>,
    /// The first page frame of the range.
    pub(crate) start: u64,
    /// One past the last.
    pub(crate) end: u64,
    /// A signal and the skip hint, as they were seen last: 0 is open, else one more than the answer.
    /// Where changes are not counted what was seen does not matter, and is not kept.
    lasting: [u8; 2],
}

impl Default for Controls {
    fn default() -> Self {
        Controls {
            known: [0; SETTINGS],
            callers: (1 << CALLERS.len()) - 1,
            entry: [0; 3],
            contended: false,
            nr_migratepages: None,
            start: 0,
            end: 0,
            lasting: [0; 2],
        }
    }
}

impl Controls {
    /// Adds what the other side has had decided: the environment is one.
    pub(crate) fn join(&mut self, other: &Controls) {
        for (mine, theirs) in self.known.iter_mut().zip(other.known) {
            *mine = (*mine).max(theirs);
        }
        for (mine, theirs) in self.entry.iter_mut().zip(other.entry) {
            *mine = (*mine).max(theirs);
        }
        for (mine, theirs) in self.lasting.iter_mut().zip(other.lasting) {
            *mine = if *mine == 0 { theirs } else { *mine };
        }
        self.callers &= other.callers;
    }

    /// Forgets how the scan's counts and marks were on entry.
    pub(crate) fn forget_entry(&mut self) {
        self.entry = [0; 3];
        self.lasting = [0; 2];
        self.contended = false;
    }

    /// `cc->contended` has been set by the scan.
    pub(crate) fn is_contended(&self) -> bool {
        self.contended
    }

    /// Decides that the scan is an asynchronous one of direct compaction.
    pub(crate) fn is_async_direct(&mut self) {
        for (setting, value) in [(Setting::Mode, 0), (Setting::Direct, 1)] {
            self.known[setting as usize] = value + 1;
            self.callers = self.callers_after(setting, value);
        }
    }

    fn value(&self, setting: Setting) -> Option<u8> {
        self.known[setting as usize].checked_sub(1)
    }

    /// What the setting may be, given what is decided.
    #[inline]
    fn allowed(&self, scope: Settings, setting: Setting) -> Allowed {
        match scope {
            Settings::Realizable => ALLOWED[setting as usize][usize::from(self.callers)],
            Settings::Free => {
                let allowed = (0..setting.alternatives()).filter(|&value| {
                    let is = |of: Setting, wanted: u8| match of as u8 == setting as u8 {
                        true => value == wanted,
                        false => self.value(of) == Some(wanted),
                    };
                    !(is(Setting::Order, 0) && is(Setting::Mode, 0) && is(Setting::Direct, 1))
                });
                allowed.fold(Allowed::default(), Allowed::with)
            }
        }
    }

    /// The callers left if the setting is so.
    fn callers_after(&self, setting: Setting, value: u8) -> u8 {
        CALLERS_OF[setting as usize][usize::from(value)] & self.callers
    }
}

/// What is asked of the rest of the kernel again in later turns.
const LASTING: [What; 2] = [What::FatalSignalPending, What::GetPageblockSkip];

impl Model<'_> {
    /// Goes on with what was decided before.
    pub(crate) fn go_on(&mut self, controls: Controls) {
        self.controls = controls;
        for (what, known) in LASTING.into_iter().zip(controls.lasting) {
            self.facts[REST][place_of(what)] = known;
        }
    }

    /// What is decided, to go on with.
    pub(crate) fn decided(&self) -> Controls {
        let mut controls = self.controls;
        if self.bounds.races != Races::Free {
            controls.lasting = LASTING.map(|what| self.facts[REST][place_of(what)]);
        }
        controls
    }

    /// A control, decided now if it is open.
    #[inline]
    pub(super) fn setting(&mut self, setting: Setting) -> u8 {
        match self.controls.value(setting) {
            Some(value) => value,
            None => self.decide(setting),
        }
    }

    fn decide(&mut self, setting: Setting) -> u8 {
        let scope = self.bounds.settings;
        let allowed = self.controls.allowed(scope, setting);
        let value = self.choose_among(Var::one(setting.what()), allowed.values());
        self.controls.known[setting as usize] = value + 1;
        if scope == Settings::Realizable {
            self.controls.callers = self.controls.callers_after(setting, value);
        }
        value
    }

    /// The scan is run whole, and has this mode. Two things are settled beforehand. The mode is a
    /// value, not a question, to C. And the counters of the node say too much or not, no more: what is
    /// made of their values is a function of its own, `too_many_isolated`.
    pub(crate) fn begin_whole_scan(&mut self) -> IsolateMode {
        self.rounds = 1;
        self.bounds.tries = self.bounds.tries.saturating_add(1);
        [
            (Setting::Unevictable, IsolateMode::UNEVICTABLE),
            (Setting::Async, IsolateMode::ASYNC_MIGRATE),
        ]
        .into_iter()
        .filter(|&(setting, _)| self.setting(setting) == 1)
        .fold(IsolateMode(0), |mode, (_, bit)| mode.with(bit))
    }

    /// The scan is one of `alloc_contig_range`'s.
    pub(crate) fn called_by_alloc_contig(&mut self) {
        self.controls.callers = 1 << Caller::AllocContig as u8;
    }

    pub(super) fn cc_mode(&mut self) -> u64 {
        MODES[usize::from(self.setting(Setting::Mode))].to_word()
    }

    pub(super) fn cc_order(&mut self) -> u64 {
        CC_ORDERS[usize::from(self.setting(Setting::Order))].to_word()
    }

    /// What a control was on entry.
    fn on_entry(&mut self, i: usize, what: What, of: u8) -> u8 {
        if self.controls.entry[i] == 0 {
            self.controls.entry[i] = self.choose(Var::one(what), of) + 1;
        }
        self.controls.entry[i] - 1
    }

    #[inline]
    pub(super) fn contended(&mut self) -> u64 {
        (self.controls.contended || self.on_entry(0, What::CcContended, 2) == 1).into()
    }

    pub(super) fn set_contended(&mut self) -> u64 {
        self.controls.contended = true;
        0
    }

    #[inline]
    pub(super) fn nr_migratepages(&mut self) -> u64 {
        if let Some(nr) = self.controls.nr_migratepages {
            return nr.into();
        }
        let of = NR_MIGRATEPAGES.len() as u8;
        NR_MIGRATEPAGES[usize::from(self.on_entry(1, What::CcNrMigratepages, of))].into()
    }

    /// The zone starts where the range does, or before.
    #[inline]
    pub(super) fn zone_start(&mut self) -> u64 {
        if self.on_entry(2, What::ZoneStartPfn, 2) == 1 { self.controls.start } else { 0 }
    }

    /// The place where the next compaction starts: as far as this scan gets, or one frame short.
    pub(super) fn cached_pfn(&mut self, sync: u32) -> u64 {
        let place = sync as usize % 2;
        if let Some(pfn) = self.node.pfns[place] {
            return pfn;
        }
        let beyond = pageblock_end_pfn(self.controls.end);
        let got = self.choose(Var { what: What::CachedMigratePfn, about: place as u8 }, 2);
        let pfn = if got == 0 { beyond - 1 } else { beyond };
        self.node.pfns[place] = Some(pfn);
        pfn
    }
}
