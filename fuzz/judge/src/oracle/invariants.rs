// SPDX-License-Identifier: GPL-2.0-only
//! What must hold in one revision alone.

use crate::world::{Misdeed, World};

/// A rule that no run may break.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Invariant {
    /// The CPU never touches encrypted guest memory.
    GuestMemoryUntouched,
    /// Guest memory never moves.
    GuestMemoryStays,
    /// A hole takes from the guest what it covers, and no more.
    GuestMemoryKept,
    /// After a truncation no byte can be read that was truncated, and none is lost that was not.
    NoStaleByte,
    /// No error is reported that nothing caused.
    ErrorHasCause,
    /// A mapping is read only while it cannot be freed.
    MappingAlive,
    /// Locks, references, lists and counters end where they began.
    Balance,
}

impl Invariant {
    /// Every invariant, in the order of the report.
    pub const ALL: [Invariant; 7] = [
        Invariant::GuestMemoryUntouched,
        Invariant::GuestMemoryStays,
        Invariant::GuestMemoryKept,
        Invariant::NoStaleByte,
        Invariant::ErrorHasCause,
        Invariant::MappingAlive,
        Invariant::Balance,
    ];

    /// Its name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Invariant::GuestMemoryUntouched => "guest-memory-untouched",
            Invariant::GuestMemoryStays => "guest-memory-stays",
            Invariant::GuestMemoryKept => "guest-memory-kept",
            Invariant::NoStaleByte => "no-stale-byte",
            Invariant::ErrorHasCause => "error-has-cause",
            Invariant::MappingAlive => "mapping-alive",
            Invariant::Balance => "balance",
        }
    }

    /// What it says.
    pub const fn meaning(self) -> &'static str {
        match self {
            Invariant::GuestMemoryUntouched => "the CPU never touches encrypted guest memory",
            Invariant::GuestMemoryStays => "guest memory never moves",
            Invariant::GuestMemoryKept => "a hole takes from the guest only what it covers",
            Invariant::NoStaleByte => "no byte is readable after it was truncated",
            Invariant::ErrorHasCause => "no error is reported that nothing caused",
            Invariant::MappingAlive => "a mapping is read only while it cannot be freed",
            Invariant::Balance => "locks, references and LRU counts balance",
        }
    }

    /// The rule that a misdeed breaks, if it breaks one.
    pub const fn of(misdeed: Misdeed) -> Option<Invariant> {
        Some(match misdeed {
            Misdeed::TouchedGuestMemory(_) => Invariant::GuestMemoryUntouched,
            Misdeed::MovedGuestMemory(_) => Invariant::GuestMemoryStays,
            Misdeed::LostGuestMemory(_) => Invariant::GuestMemoryKept,
            Misdeed::StaleBytes(_) | Misdeed::LostData(_) | Misdeed::OutOfFolio(_) => {
                Invariant::NoStaleByte
            }
            Misdeed::UncausedError(_) => Invariant::ErrorHasCause,
            Misdeed::ReadFreedMapping(_) | Misdeed::ReadUnstableMapping(_) => {
                Invariant::MappingAlive
            }
            Misdeed::Lock(_)
            | Misdeed::LruLock(_)
            | Misdeed::Reference(_)
            | Misdeed::Lru(_)
            | Misdeed::Unlocked(_)
            | Misdeed::Nesting => Invariant::Balance,
            Misdeed::Warned(_) => return None,
        })
    }
}

/// Puts the invariants that a run broke into `broken`; `built` says whether its flags could have
/// come about.
pub(super) fn broken(world: &World, built: bool, broken: &mut Vec<Invariant>) {
    let counts = |misdeed: &&Misdeed| built || !depends_on_flags(**misdeed);
    let breaks = world.misdeeds.iter().filter(counts).filter_map(|&m| Invariant::of(m));
    broken.clear();
    broken.extend(breaks);
    broken.sort_unstable();
    broken.dedup();
}

/// Whether a flags word that nobody could set leads to the misdeed without any fault of the code.
const fn depends_on_flags(misdeed: Misdeed) -> bool {
    matches!(
        misdeed,
        Misdeed::TouchedGuestMemory(_)
            | Misdeed::MovedGuestMemory(_)
            | Misdeed::LostGuestMemory(_)
            | Misdeed::StaleBytes(_)
            | Misdeed::UncausedError(_)
    )
}
