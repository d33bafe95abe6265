// SPDX-License-Identifier: GPL-2.0-only
//! Classes of divergences, as a person can act on them.
//!
//! A divergence has a class, and the class a signature: the path, the function, the clause that
//! explains it (or `beyond`), what the decision hung on, and what either side did. Two scenarios
//! with the same signature show the same thing.

use super::clauses::Clause;
use super::compare::{Difference, Side};
use crate::run::Returned;
use crate::scenario::Path;
use mmcore::include::linux::pagemap::{AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::{CallId, Function, Mapping};
use std::fmt;

/// What a decision hung on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// The mapping is a guest_memfd's.
    GuestMemfd,
    /// ramfs, which is unevictable.
    Ramfs,
    /// tmpfs mounted `noswap`, which is unevictable.
    TmpfsNoswap,
    /// Shared memory under SHM_LOCK.
    ShmLock,
    /// `memfd_secret`, which is unevictable.
    Secretmem,
    /// Shared memory of a graphics driver, which is unevictable.
    DrmShmem,
    /// An ENOSPC that write-back recorded.
    RecordedEnospc,
    /// Nothing: the mapping has none of the flags.
    Ordinary,
    /// A flags word that nobody need have set: the bits of the mask that it has, and whether it has
    /// the bit.
    Raw(u8, bool),
    /// None of these.
    Other,
}

impl Cause {
    /// Its name in signatures.
    pub fn slug(self) -> String {
        match self {
            Cause::GuestMemfd => "guest-memfd".into(),
            Cause::Ramfs => "ramfs".into(),
            Cause::TmpfsNoswap => "tmpfs-noswap".into(),
            Cause::ShmLock => "shm-lock".into(),
            Cause::Secretmem => "secretmem".into(),
            Cause::DrmShmem => "drm-shmem".into(),
            Cause::RecordedEnospc => "recorded-enospc".into(),
            Cause::Ordinary => "ordinary".into(),
            Cause::Raw(mask, bit) => format!("raw-{mask:#x}-{}", u8::from(bit)),
            Cause::Other => "other".into(),
        }
    }
}

impl Cause {
    /// What must have happened to the file before, for an operation to show it.
    pub const fn preparation(self) -> Option<&'static str> {
        match self {
            Cause::ShmLock => Some("SHM_LOCK"),
            Cause::RecordedEnospc => Some("failed write-back"),
            _ => None,
        }
    }

    /// What else the operation takes.
    pub const fn condition(self) -> Option<&'static str> {
        match self {
            Cause::ShmLock => Some("through a file descriptor"),
            _ => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Cause::GuestMemfd => f.write_str("guest_memfd"),
            Cause::Ramfs => f.write_str("ramfs (AS_UNEVICTABLE)"),
            Cause::TmpfsNoswap => f.write_str("tmpfs, noswap (AS_UNEVICTABLE)"),
            Cause::ShmLock => f.write_str("shmem under SHM_LOCK (AS_UNEVICTABLE)"),
            Cause::Secretmem => f.write_str("memfd_secret (AS_UNEVICTABLE)"),
            Cause::DrmShmem => f.write_str("drm shmem (AS_UNEVICTABLE)"),
            Cause::RecordedEnospc => f.write_str("recorded ENOSPC (AS_ENOSPC)"),
            Cause::Ordinary => f.write_str("ordinary file"),
            Cause::Raw(mask, bit) => {
                let mut bits = Vec::new();
                for (nr, name) in [(AS_ENOSPC, "AS_ENOSPC"), (AS_UNEVICTABLE, "AS_UNEVICTABLE")] {
                    if mask >> nr & 1 != 0 {
                        bits.push(name);
                    }
                }
                if bit {
                    bits.push("AS_INACCESSIBLE");
                }
                let bits = if bits.is_empty() { "none of them".into() } else { bits.join("|") };
                write!(f, "raw word ({bits})")
            }
            Cause::Other => f.write_str("-"),
        }
    }
}

/// What the two sides did.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcomes {
    /// Only this side zeroed the truncated part.
    Zeroes(Side),
    /// A new guest_memfd's word has AS_ENOSPC on the old side.
    WordLosesEnospc,
    /// The old side reports an ENOSPC that nothing caused.
    SpuriousEnospc,
    /// Two return values.
    Returned(Returned, Returned),
    /// An effect on one side.
    Effect(Side, CallId),
    /// A question on one side.
    Question(Side, CallId),
    /// Flags words: the bits that differ.
    Word(u64),
    /// Bytes of a file.
    Bytes,
    /// A folio's state.
    Folio,
    /// Another part of the world.
    Elsewhere,
}

impl Outcomes {
    /// What the old side did, and what the new one did, for a person.
    pub fn sides(self) -> (String, String) {
        let one_sided = |side, did: String, did_not: &str| match side {
            Side::Pre => (did, did_not.into()),
            Side::Post => (did_not.into(), did),
        };
        match self {
            Outcomes::Zeroes(side) => one_sided(side, "zeroed".into(), "not zeroed"),
            Outcomes::WordLosesEnospc => ("AS_ENOSPC set".into(), "not set".into()),
            Outcomes::SpuriousEnospc => ("-ENOSPC, uncaused".into(), "no such error".into()),
            Outcomes::Returned(pre, post) => (pre.to_string(), post.to_string()),
            Outcomes::Effect(side, call) => one_sided(side, call.name().into(), "-"),
            Outcomes::Question(side, call) => one_sided(side, format!("{}?", call.name()), "-"),
            Outcomes::Word(bits) => (format!("word differs by {bits:#x}"), "-".into()),
            Outcomes::Bytes => ("other bytes".into(), "other bytes".into()),
            Outcomes::Folio => ("other folio state".into(), "-".into()),
            Outcomes::Elsewhere => ("other world".into(), "-".into()),
        }
    }

    fn slug(self) -> String {
        let side = |side| if side == Side::Pre { "pre" } else { "post" };
        match self {
            Outcomes::Zeroes(only) => format!("zeroes-{}-only", side(only)),
            Outcomes::WordLosesEnospc => "word-loses-enospc".into(),
            Outcomes::SpuriousEnospc => "spurious-enospc".into(),
            Outcomes::Returned(pre, post) => format!("{pre}->{post}").replace(' ', "_"),
            Outcomes::Effect(only, call) => format!("{}-{}-only", call.name(), side(only)),
            Outcomes::Question(only, call) => format!("{}?-{}-only", call.name(), side(only)),
            Outcomes::Word(bits) => format!("word-{bits:#x}"),
            Outcomes::Bytes => "bytes".into(),
            Outcomes::Folio => "folio".into(),
            Outcomes::Elsewhere => "elsewhere".into(),
        }
    }
}

/// A class of divergences.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Class {
    /// The path.
    pub path: Path,
    /// The ported function in which the sides part.
    pub function: Option<Function>,
    /// The clause that explains it; `None` is beyond the intent.
    pub clause: Option<Clause>,
    /// What the decision hung on.
    pub cause: Cause,
    /// What the sides did.
    pub outcomes: Outcomes,
}

impl Class {
    /// Why no operation brings the class about, where none has been seen to.
    pub const fn why_unreachable(&self) -> &'static str {
        match (self.cause, self.outcomes) {
            (Cause::Raw(..), _) => "raw flags word only",
            (Cause::Secretmem, _) => "memfd_secret cannot be resized",
            (Cause::DrmShmem, _) => "no descriptor to resize it by",
            (Cause::GuestMemfd, Outcomes::SpuriousEnospc) => "no operation of a guest_memfd asks",
            _ => "no operation was seen to",
        }
    }

    /// The stable name of the class.
    pub fn signature(&self) -> String {
        format!(
            "{}:{}:{}:{}:{}",
            self.path,
            self.function.map_or("-", Function::name),
            self.clause.map_or("beyond", Clause::id),
            self.cause.slug(),
            self.outcomes.slug(),
        )
    }
}

/// A divergence of one scenario: its class, where it first shows, and what comes of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// Its class.
    pub class: Class,
    /// The step in which it shows; `None` is before the first.
    pub step: Option<usize>,
    /// The difference by which it shows.
    pub difference: Difference,
    /// The mapping that it is about.
    pub mapping: Option<Mapping>,
    /// How many bytes each side shows, in the end, that it must not.
    pub stale: (u64, u64),
}
