// SPDX-License-Identifier: GPL-2.0-only
//! What the migrate scanner made of each page, and why it stopped, read off its trace.
//!
//! The scanner has no return value for either: a page is put back for a dozen reasons, and all of
//! them end in the same `folio_put`. The reason is the question that was answered last.

use crate::scenario::FileKind;
use crate::trace::Event;
use mmcore::errno::{EBUSY, ENOMEM};
use mmcore::{Call, CallId, Mapping, MigrateMode, Word};

/// What became of a page that the scanner looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fate {
    /// A hugetlb page, passed over.
    HugePassedOver,
    /// A hugetlb page, isolated.
    HugeIsolated,
    /// A hugetlb page, dissolved, and so a free block.
    HugeDissolved,
    /// A hugetlb page that was busy.
    HugeBusy,
    /// A hugetlb page without replacement.
    HugeNoMemory,
    /// A free page.
    FreePage,
    /// A free block, passed over.
    FreeBlock,
    /// A free block whose order was garbage.
    FreeGarbage,
    /// A compound page as large as the block that is wanted.
    CompoundTooLarge,
    /// Not on an LRU list, and no driver's.
    NotOnLru,
    /// A driver's, and somebody isolated it before.
    DriverIsolatedBefore,
    /// A driver's, and it refused.
    DriverRefused,
    /// A driver's, isolated.
    DriverIsolated,
    /// A tail page, or one that is being freed.
    NoReference,
    /// An anonymous folio with a pin.
    Pinned,
    /// A folio of a file, where the filesystem may not be called.
    NoFs,
    /// A folio that is on no LRU list.
    OffLru,
    /// An unevictable folio, which the mode leaves alone.
    Unevictable,
    /// A folio under write-back, which the mode does not wait for.
    Writeback,
    /// A folio that somebody else has locked.
    Locked,
    /// A folio of a mapping that keeps its folios where they are.
    Unmovable,
    /// A dirty folio that would have to be written out first.
    NoCallback,
    /// A folio that somebody else took off the LRU meanwhile.
    LostLru,
    /// A folio in a pageblock that somebody else scanned meanwhile: the scan is aborted.
    SkippedUnderLock,
    /// A folio that has become as large as the block that is wanted.
    TooLargeUnderLock,
    /// A folio, isolated.
    Isolated,
}

impl Fate {
    /// The fates of pages to which the scanner has no reference.
    pub const OF_PAGES: [Fate; 14] = [
        Fate::HugePassedOver,
        Fate::HugeIsolated,
        Fate::HugeDissolved,
        Fate::HugeBusy,
        Fate::HugeNoMemory,
        Fate::FreePage,
        Fate::FreeBlock,
        Fate::FreeGarbage,
        Fate::CompoundTooLarge,
        Fate::NotOnLru,
        Fate::DriverIsolatedBefore,
        Fate::DriverRefused,
        Fate::DriverIsolated,
        Fate::NoReference,
    ];

    /// The fates of folios to which it has one.
    pub const OF_FOLIOS: [Fate; 12] = [
        Fate::Pinned,
        Fate::NoFs,
        Fate::OffLru,
        Fate::Unevictable,
        Fate::Writeback,
        Fate::Locked,
        Fate::Unmovable,
        Fate::NoCallback,
        Fate::LostLru,
        Fate::SkippedUnderLock,
        Fate::TooLargeUnderLock,
        Fate::Isolated,
    ];

    /// In a few words.
    pub const fn text(self) -> &'static str {
        match self {
            Fate::HugePassedOver => "hugetlb page passed over",
            Fate::HugeIsolated => "hugetlb page isolated",
            Fate::HugeDissolved => "hugetlb page dissolved",
            Fate::HugeBusy => "hugetlb page busy",
            Fate::HugeNoMemory => "hugetlb page without replacement",
            Fate::FreePage => "free page",
            Fate::FreeBlock => "free block passed over",
            Fate::FreeGarbage => "free block of garbage order",
            Fate::CompoundTooLarge => "compound page too large",
            Fate::NotOnLru => "on no LRU list, no driver's",
            Fate::DriverIsolatedBefore => "driver's page isolated before",
            Fate::DriverRefused => "driver's page refused",
            Fate::DriverIsolated => "driver's page isolated",
            Fate::NoReference => "tail or being freed",
            Fate::Pinned => "put back: pinned",
            Fate::NoFs => "put back: no __GFP_FS",
            Fate::OffLru => "put back: off the LRU",
            Fate::Unevictable => "put back: unevictable",
            Fate::Writeback => "put back: under write-back",
            Fate::Locked => "put back: locked",
            Fate::Unmovable => "put back: mapping keeps its folios",
            Fate::NoCallback => "put back: dirty, no migrate_folio",
            Fate::LostLru => "put back: lost the LRU flag",
            Fate::SkippedUnderLock => "put back: pageblock skipped meanwhile",
            Fate::TooLargeUnderLock => "put back: too large under the lock",
            Fate::Isolated => "isolated",
        }
    }
}

/// Whose folio it is, by the first look at its mapping.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Owner {
    /// The page was not looked at as a folio.
    Page,
    /// It has no mapping.
    Nobody,
    /// The swap cache's.
    SwapCache,
    /// A file's.
    File(FileKind),
}

/// Why the scanner stopped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ScanEnd {
    /// Too much is isolated, and there is something to migrate already: `-EAGAIN`.
    ThrottledWithPages,
    /// Too much is isolated, and it must not wait: `-EAGAIN`.
    ThrottledAsync,
    /// Too much is isolated, and a signal came: `-EINTR`.
    ThrottledBySignal,
    /// The kernel stopped it.
    Stopped,
    /// The pageblock is marked to be skipped.
    SkipHint,
    /// The pageblock was marked meanwhile.
    SkipHintUnderLock,
    /// A fatal signal came.
    FatalSignal,
    /// It has isolated enough.
    Enough,
    /// A block that must be whole is.
    WholeBlock,
    /// A hugetlb page has no replacement: `-ENOMEM`.
    NoMemory,
    /// It is through.
    Through,
}

impl ScanEnd {
    /// Every reason.
    pub const ALL: [ScanEnd; 11] = [
        ScanEnd::ThrottledWithPages,
        ScanEnd::ThrottledAsync,
        ScanEnd::ThrottledBySignal,
        ScanEnd::Stopped,
        ScanEnd::SkipHint,
        ScanEnd::SkipHintUnderLock,
        ScanEnd::FatalSignal,
        ScanEnd::Enough,
        ScanEnd::WholeBlock,
        ScanEnd::NoMemory,
        ScanEnd::Through,
    ];

    /// In a few words.
    pub const fn text(self) -> &'static str {
        match self {
            ScanEnd::ThrottledWithPages => "too much isolated, pages to migrate",
            ScanEnd::ThrottledAsync => "too much isolated, may not wait",
            ScanEnd::ThrottledBySignal => "too much isolated, signal",
            ScanEnd::Stopped => "stopped by the kernel",
            ScanEnd::SkipHint => "pageblock marked to be skipped",
            ScanEnd::SkipHintUnderLock => "pageblock marked meanwhile",
            ScanEnd::FatalSignal => "fatal signal",
            ScanEnd::Enough => "enough isolated",
            ScanEnd::WholeBlock => "a block is whole",
            ScanEnd::NoMemory => "no replacement for a hugetlb page",
            ScanEnd::Through => "through",
        }
    }
}

/// The answer to the last such call, if there was one.
fn last(events: &[Event], call: CallId) -> Option<u64> {
    events.iter().rev().find(|event| event.call.id() == call).map(|event| event.answer)
}

fn first(events: &[Event], call: CallId) -> Option<u64> {
    events.iter().find(|event| event.call.id() == call).map(|event| event.answer)
}

fn asked(events: &[Event], call: CallId) -> bool {
    first(events, call).is_some()
}

/// Cuts the events of one scan into the turns of its loop that look at a page. `PageHuge` comes
/// first in a turn; it comes again only after a hugetlb page was to be dissolved.
pub(super) fn turns(events: &[Event]) -> impl Iterator<Item = &[Event]> {
    let mut starts = Vec::new();
    let mut dissolving = false;
    for (i, event) in events.iter().enumerate() {
        match event.call {
            Call::IsolateOrDissolveHugePage { .. } => dissolving = event.answer as i32 == 0,
            Call::PageHuge { .. } if dissolving => dissolving = false,
            Call::PageHuge { .. } => starts.push(i),
            _ => {}
        }
    }
    let ends: Vec<_> = starts.iter().skip(1).copied().chain([events.len()]).collect();
    starts.into_iter().zip(ends).map(|(from, to)| &events[from..to])
}

/// What a turn made of its page, and the mapping that the folio had at first.
pub(super) fn fate(turn: &[Event]) -> (Fate, Option<Option<Mapping>>) {
    let mapping = first(turn, CallId::FolioMapping).map(Option::<Mapping>::from_word);
    match fate_of_page(turn) {
        Some(fate) => (fate, None),
        None => (fate_of_folio(turn), mapping),
    }
}

fn fate_of_page(turn: &[Event]) -> Option<Fate> {
    if let Some(dissolved) = first(turn, CallId::IsolateOrDissolveHugePage) {
        return Some(match -(dissolved as i32) {
            0 if last(turn, CallId::PageHuge) == Some(1) => Fate::HugeIsolated,
            0 => Fate::HugeDissolved,
            ENOMEM => Fate::HugeNoMemory,
            EBUSY.. => Fate::HugeBusy,
            _ => Fate::HugeBusy,
        });
    }
    if first(turn, CallId::PageHuge) == Some(1) {
        return Some(Fate::HugePassedOver);
    }
    if let Some(order) = first(turn, CallId::BuddyOrderUnsafe) {
        return Some(match order {
            0 => Fate::FreePage,
            1..=10 => Fate::FreeBlock,
            _ => Fate::FreeGarbage,
        });
    }
    let Some(on_lru) = first(turn, CallId::PageLru) else {
        return Some(Fate::CompoundTooLarge);
    };
    if on_lru == 0 {
        return Some(match first(turn, CallId::IsolateMovablePage) {
            Some(0) => Fate::DriverRefused,
            Some(_) => Fate::DriverIsolated,
            None if asked(turn, CallId::PageIsolated) => Fate::DriverIsolatedBefore,
            None => Fate::NotOnLru,
        });
    }
    (first(turn, CallId::FolioGetNontailPage) == Some(0)).then_some(Fate::NoReference)
}

/// The scanner asks in this order, so the first question that was never asked tells which one
/// before it was answered wrongly.
fn fate_of_folio(turn: &[Event]) -> Fate {
    if asked(turn, CallId::ListAdd) {
        return Fate::Isolated;
    }
    if last(turn, CallId::FolioTestClearLru) == Some(1) {
        let too_large = asked(turn, CallId::FolioOrder);
        return if too_large { Fate::TooLargeUnderLock } else { Fate::SkippedUnderLock };
    }
    if asked(turn, CallId::FolioTestClearLru) {
        return Fate::LostLru;
    }
    match first(turn, CallId::FolioTrylock) {
        Some(0) => return Fate::Locked,
        Some(_) if last(turn, CallId::TestBit) == Some(1) => return Fate::Unmovable,
        Some(_) => return Fate::NoCallback,
        None => {}
    }
    if last(turn, CallId::FolioTestWriteback) == Some(1) {
        return Fate::Writeback;
    }
    if asked(turn, CallId::FolioTestUnevictable) {
        return Fate::Unevictable;
    }
    if asked(turn, CallId::FolioTestLru) {
        return Fate::OffLru;
    }
    if asked(turn, CallId::CcGfpFs) { Fate::NoFs } else { Fate::Pinned }
}

/// Why a scan stopped.
pub(super) fn end(events: &[Event]) -> ScanEnd {
    if asked(events, CallId::Bug) {
        return ScanEnd::Stopped;
    }
    if !asked(events, CallId::AddTotalMigrateScanned) {
        return match events.last().map(|event| (event.call.id(), event.answer)) {
            Some((CallId::CcNrMigratepages, _)) => ScanEnd::ThrottledWithPages,
            Some((CallId::CcMode, mode)) if mode == MigrateMode::Async as u64 => {
                ScanEnd::ThrottledAsync
            }
            _ => ScanEnd::ThrottledBySignal,
        };
    }
    if !asked(events, CallId::TraceIsolate) {
        return ScanEnd::FatalSignal;
    }
    if last(events, CallId::IsolateOrDissolveHugePage).map(|ret| -(ret as i32)) == Some(ENOMEM) {
        return ScanEnd::NoMemory;
    }
    let from = turns(events).last().map_or(0, |turn| events.len() - turn.len());
    let tail = &events[from..];
    let marked = last(events, CallId::GetPageblockSkip) == Some(1);
    if from == 0 && marked {
        return ScanEnd::SkipHint;
    }
    if marked && from > 0 && fate(tail).0 == Fate::SkippedUnderLock {
        return ScanEnd::SkipHintUnderLock;
    }
    let enough = |three: &[Event]| {
        let ids = [0, 1, 2].map(|i| three[i].call.id());
        ids == [CallId::CcNrMigratepages, CallId::CcFinishPageblock, CallId::CcContended]
            && three[2].answer == 0
    };
    if tail.windows(3).any(enough) {
        return ScanEnd::Enough;
    }
    if is_through(tail) { ScanEnd::Through } else { ScanEnd::WholeBlock }
}

/// Whether the scan came to its last page frame. Then it asks whether it may mark the pageblock,
/// unless something is isolated and the pageblock need not be finished.
fn is_through(tail: &[Event]) -> bool {
    let taken = tail.iter().rev().find_map(|event| match event.call {
        Call::TraceIsolate { nr_taken, .. } => Some(nr_taken),
        _ => None,
    });
    let dealt_with = |event: &Event| {
        let id = event.call.id();
        matches!(id, CallId::SetCcNrMigratepages | CallId::FolioPut | CallId::PageHuge)
    };
    let exit = &tail[tail.iter().rposition(dealt_with).unwrap_or(0)..];
    let before_trace = exit.iter().rposition(|event| event.call.id() == CallId::TraceIsolate);
    let need_not = before_trace
        .and_then(|at| exit.get(at.checked_sub(1)?))
        .is_some_and(|event| event.call.id() == CallId::CcFinishPageblock && event.answer == 0);
    taken == Some(0) || need_not || asked(exit, CallId::CcNoSetSkipHint)
}
