// SPDX-License-Identifier: GPL-2.0-only
//! Calls and answers, as far as the statistics tell them apart.
//!
//! Two folios, two page frames, two positions are the same to a branch; yes and no, NULL and not,
//! one errno and another are not. So a call counts with the argument that a branch depends on (a
//! bit number, a migrate mode), and an answer counts by its class.

use crate::run::Returned;
use crate::trace::Event;
use mmcore::include::linux::pagemap::{
    AS_EIO, AS_ENOSPC, AS_EXITING, AS_MM_ALL_LOCKS, AS_NO_WRITEBACK_TAGS, AS_UNEVICTABLE,
};
use mmcore::{Call, CallId, Domain, IsolateMode, MigrateMode, NodeStat, Site, Word, errno};
use std::fmt;

/// The class of an answer, or of a return value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Answer {
    /// None is given.
    Nothing,
    /// True.
    Yes,
    /// False.
    No,
    /// `NULL`, or an entry that is no folio.
    Null,
    /// A handle.
    Handle,
    /// Zero.
    Zero,
    /// A number; not zero, where zero is told apart.
    Number,
    /// As many as fit, or as are wanted.
    Full,
    /// A number that no object has.
    Garbage,
    /// -1: no order in particular.
    MinusOne,
    /// A negated error number.
    Errno(i32),
    /// A migrate mode.
    Mode(MigrateMode),
    /// Bits of a flags word.
    Bits(u64),
    /// The kernel stopped the thread there.
    Stopped(Site),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Answer::Nothing => f.write_str("done"),
            Answer::Yes => f.write_str("yes"),
            Answer::No => f.write_str("no"),
            Answer::Null => f.write_str("NULL"),
            Answer::Handle => f.write_str("non-NULL"),
            Answer::Zero => f.write_str("0"),
            Answer::Number => f.write_str("a number"),
            Answer::Full => f.write_str("full"),
            Answer::Garbage => f.write_str("garbage"),
            Answer::MinusOne => f.write_str("-1"),
            Answer::Errno(nr) => match errno::name(nr) {
                Some(name) => write!(f, "-{name}"),
                None => write!(f, "-{nr}"),
            },
            Answer::Mode(mode) => f.write_str(mode.name()),
            Answer::Bits(bits) => write!(f, "{bits:#x}"),
            Answer::Stopped(site) => write!(f, "stopped: {site}"),
        }
    }
}

/// Every class of answers of a domain. What is not an error, where one may come back, is 0; what else it
/// can be is the caller's to list.
pub(super) fn classes(domain: Domain) -> Vec<Answer> {
    match domain {
        Domain::Nothing => vec![Answer::Nothing],
        Domain::Truth => vec![Answer::Yes, Answer::No],
        Domain::Nullable => vec![Answer::Null, Answer::Handle],
        Domain::Object | Domain::Number => vec![Answer::Number],
        Domain::Count => vec![Answer::Zero, Answer::Number],
        Domain::UpTo(_) => vec![Answer::Zero, Answer::Number, Answer::Full],
        Domain::Order => vec![Answer::Zero, Answer::Number, Answer::Garbage],
        Domain::TargetOrder => vec![Answer::MinusOne, Answer::Zero, Answer::Number],
        Domain::Mode => MigrateMode::ALL[..3].iter().copied().map(Answer::Mode).collect(),
        Domain::Errno(errors) => {
            let errors = errors.iter().map(|(error, _)| Answer::Errno(*error));
            std::iter::once(Answer::Zero).chain(errors).collect()
        }
        Domain::Bits => Vec::new(),
    }
}

/// The class that an answer is of.
fn class(domain: Domain, answer: u64) -> Answer {
    let or_zero = |other| if answer == 0 { Answer::Zero } else { other };
    match domain {
        Domain::Nothing => Answer::Nothing,
        Domain::Truth if answer != 0 => Answer::Yes,
        Domain::Truth => Answer::No,
        Domain::Nullable if answer != 0 => Answer::Handle,
        Domain::Nullable => Answer::Null,
        Domain::Object | Domain::Number => Answer::Number,
        Domain::Count => or_zero(Answer::Number),
        Domain::UpTo(full) if answer >= full => Answer::Full,
        Domain::UpTo(_) => or_zero(Answer::Number),
        Domain::Order if answer > mmcore::MAX_PAGE_ORDER.into() => Answer::Garbage,
        Domain::Order => or_zero(Answer::Number),
        Domain::TargetOrder if answer as i32 == -1 => Answer::MinusOne,
        Domain::TargetOrder => or_zero(Answer::Number),
        Domain::Errno(_) => errno_or_number(answer as i32 as i64),
        Domain::Mode => Answer::Mode(MigrateMode::from_word(answer)),
        Domain::Bits => Answer::Bits(answer),
    }
}

fn errno_or_number(value: i64) -> Answer {
    match value {
        0 => Answer::Zero,
        1.. => Answer::Number,
        _ => Answer::Errno(i32::try_from(-value).unwrap_or(i32::MAX)),
    }
}

impl Answer {
    /// The class of what an event's call answered.
    pub fn of(event: &Event) -> Answer {
        class(event.call.id().row().answer, event.answer)
    }

    /// The class of what a step returned.
    pub fn returned(returned: Returned) -> Answer {
        match returned {
            Returned::Nothing => Answer::Nothing,
            Returned::Bool(true) => Answer::Yes,
            Returned::Bool(false) => Answer::No,
            Returned::Bits(bits) => Answer::Bits(bits.into()),
            Returned::Value(value) => errno_or_number(value),
            Returned::Oops(site) => Answer::Stopped(site),
        }
    }
}

/// A helper, with the argument on which branches depend, if it has one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Asked {
    /// The helper.
    pub call: CallId,
    /// The argument: a bit number, a site, a mode; 0 if there is none that matters.
    pub detail: u8,
}

impl Asked {
    /// What an event's call asked.
    pub fn of(call: &Call) -> Asked {
        let detail = match *call {
            Call::TestBit { nr, .. }
            | Call::SetBit { nr, .. }
            | Call::ClearBit { nr, .. }
            | Call::TestAndClearBit { nr, .. } => nr as u8,
            Call::Warn { site } | Call::Bug { site } => site as u8,
            Call::NodePageState { item } | Call::NodeStatModFolio { item, .. } => item as u8,
            Call::IsolateModeHas { bits, .. } => bits.0 as u8,
            Call::CachedMigratePfn { sync } | Call::SetCachedMigratePfn { sync, .. } => sync as u8,
            Call::MovableMigratePage { mode, .. } | Call::CallMigrateFolio { mode, .. } => {
                mode as u8
            }
            Call::SetShmemVmLocked { locked, .. } => locked.into(),
            Call::StoreFlags { set, .. } => set.checked_ilog2().unwrap_or(0) as u8,
            _ => 0,
        };
        Asked { call: call.id(), detail }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CallId::*;
        let (name, detail) = (self.call.name(), self.detail);
        let word = u64::from(detail);
        match self.call {
            TestBit | SetBit | ClearBit | TestAndClearBit => match bit_name(detail) {
                Some(bit) => write!(f, "{name}({bit})"),
                None => write!(f, "{name}({detail})"),
            },
            StoreFlags => write!(f, "{name}(up to bit {detail})"),
            Warn | Bug => write!(f, "{name}: {}", Site::from_word(word)),
            NodePageState | NodeStatModFolio => write!(f, "{name}({})", NodeStat::from_word(word)),
            IsolateModeHas if detail == IsolateMode::UNEVICTABLE.0 as u8 => {
                write!(f, "{name}(ISOLATE_UNEVICTABLE)")
            }
            IsolateModeHas => write!(f, "{name}(ISOLATE_ASYNC_MIGRATE)"),
            CachedMigratePfn | SetCachedMigratePfn => {
                write!(f, "{name}({})", if detail == 0 { "async" } else { "sync" })
            }
            MovableMigratePage | CallMigrateFolio => {
                write!(f, "{name}({})", MigrateMode::from_word(word))
            }
            SetShmemVmLocked => write!(f, "{name}({})", detail != 0),
            FolioMapping if detail != 0 => write!(f, "{name}, under the folio lock"),
            _ => f.write_str(name),
        }
    }
}

/// The names of the bits that mean the same in every revision.
fn bit_name(nr: u8) -> Option<&'static str> {
    Some(match u32::from(nr) {
        AS_EIO => "AS_EIO",
        AS_ENOSPC => "AS_ENOSPC",
        AS_MM_ALL_LOCKS => "AS_MM_ALL_LOCKS",
        AS_UNEVICTABLE => "AS_UNEVICTABLE",
        AS_EXITING => "AS_EXITING",
        AS_NO_WRITEBACK_TAGS => "AS_NO_WRITEBACK_TAGS",
        _ => return None,
    })
}
