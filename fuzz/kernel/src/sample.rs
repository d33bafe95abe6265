// SPDX-License-Identifier: GPL-2.0-only
//! Sampled runs: a kernel that answers by chance, and invocations by chance.
//!
//! An answer depends on the seed, on the call, and on how often it was made or how many effects came
//! before it, but not on the order of the questions between two effects, which C leaves open. So two
//! sides that ask the same get the same answers. What a function stores it loads again, and what
//! nobody else may change (`cc`, the batch) is stable; all else may change from one question to the
//! next, as it may on a machine with other CPUs.

mod draw;
mod sets;

pub use draw::draw;

use mmcore::{Call, Entry, Folio, Kernel, Kind, Lasts, Mapping, PAGEVEC_SIZE, Word};
use rustc_hash::FxHasher;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// So many effects, and the watchdog bites.
const PATIENCE: u64 = 300;
/// So many finds in the page cache find something.
const FINDS: u32 = 6;

/// A random number that depends on `what` alone, and is the same with every release of Rust: a sample is
/// known by its seed. What `FxHasher` leaves uneven is mixed as MurmurHash3 ends.
fn hash(what: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    let mut mixed = hasher.finish();
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        mixed = (mixed ^ mixed >> 33).wrapping_mul(factor);
    }
    mixed ^ mixed >> 33
}

/// The kernel that answers by chance.
#[derive(Clone, Debug)]
pub struct Dice {
    seed: u64,
    effects: u64,
    /// What is loaded from memory is stable within it.
    epoch: u64,
    times: HashMap<Call, u32>,
    flags: HashMap<Mapping, u64>,
    contended: bool,
    nr_migratepages: u32,
    cached_migrate_pfn: [Option<u64>; 2],
    finds: u32,
    batch: Vec<Entry>,
    found_next: u64,
    vm_locked: HashMap<Mapping, bool>,
}

impl Dice {
    /// The kernel of a seed.
    pub fn new(seed: u64) -> Dice {
        Dice {
            seed,
            effects: 0,
            epoch: 0,
            times: HashMap::new(),
            flags: HashMap::new(),
            contended: hash((seed, "contended")).is_multiple_of(4),
            nr_migratepages: sets::pick(
                hash((seed, "nr_migratepages")),
                &[0, 0, 1, 30, 31, 32, u32::MAX],
            ),
            cached_migrate_pfn: [None; 2],
            finds: 0,
            batch: Vec::new(),
            found_next: 0,
            vm_locked: HashMap::new(),
        }
    }

    /// The mapping's flags word.
    pub fn flags(&self, mapping: Mapping) -> u64 {
        let first = || sets::flags_word(hash((self.seed, "flags", mapping)));
        self.flags.get(&mapping).copied().unwrap_or_else(first)
    }

    fn store(&mut self, mapping: Mapping, clear: u64, set: u64) -> u64 {
        let before = self.flags(mapping);
        self.flags.insert(mapping, before & !clear | set);
        before
    }

    /// Another CPU, before and after each effect.
    fn race(&mut self, after: u8) {
        let chance = hash((self.seed, "race", self.effects, after));
        if chance.is_multiple_of(5) {
            self.epoch += 1;
        }
        if chance.is_multiple_of(16) {
            let bit = sets::pick(chance >> 8, &[0, 1, 3, 6, 8, 9, 10, 40]);
            let mapping = sets::mapping(chance >> 32);
            let word = self.flags(mapping);
            self.flags.insert(mapping, word ^ 1 << bit);
        }
    }

    /// A find in the page cache.
    fn find(&mut self, start: u64, end: u64, chance: u64) -> u64 {
        self.finds += 1;
        self.batch.clear();
        self.found_next = start;
        if self.finds > FINDS {
            return 0;
        }
        let found = sets::pick(chance, &[0u64, 1, 1, 2, 3, 3, 40]);
        let step = sets::pick(chance >> 8, &[0, 1, 1, 4, 512]);
        self.found_next = start.saturating_add(step).min(end.wrapping_add(1).max(start));
        for i in 0..found {
            let is_value = hash((chance, i)).is_multiple_of(4);
            let folio = sets::folio(hash((chance, i, "folio")));
            self.batch.push(if is_value { Entry::Value } else { Entry::Folio(folio) });
        }
        found
    }

    /// What is remembered: changes it, and answers.
    fn kept(&mut self, call: Call, chance: u64) -> Option<u64> {
        Some(match call {
            Call::TestBit { mapping, nr } => self.flags(mapping) >> (nr & 63) & 1,
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
            Call::CachedMigratePfn { sync } => self.cached_migrate_pfn[sync as usize & 1]
                .unwrap_or_else(|| {
                    sets::pick(hash((self.seed, call)), &[0, 32, 512, 1024, u64::MAX])
                }),
            Call::SetCachedMigratePfn { sync, pfn } => {
                self.cached_migrate_pfn[sync as usize & 1] = Some(pfn);
                0
            }
            Call::FindLockEntries { start, end, .. }
            | Call::FindGetEntries { start, end, .. }
            | Call::FilemapGetFolios { start, end, .. } => self.find(start, end, chance),
            Call::TruncateFolioBatchExceptionals { .. } | Call::FolioBatchRemoveExceptionals {} => {
                self.batch.retain(|entry| *entry != Entry::Value);
                0
            }
            Call::FoundNext {} => self.found_next,
            Call::FbatchCount {} => self.batch.len() as u64,
            Call::FbatchEntry { i } => {
                self.batch.get(i.min(PAGEVEC_SIZE - 1) as usize).map_or(0, |entry| entry.to_word())
            }
            Call::ShmemVmLocked { mapping } => {
                let first = hash((self.seed, call)) & 1;
                self.vm_locked.get(&mapping).map_or(first, |locked| locked.to_word())
            }
            Call::SetShmemVmLocked { mapping, locked } => {
                self.vm_locked.insert(mapping, locked);
                0
            }
            Call::IsolateModeHas { mode, bits } => mode.has(bits).to_word(),
            Call::SoftLockup {} => (self.effects > PATIENCE).to_word(),
            _ => return None,
        })
    }
}

impl Kernel for Dice {
    fn call(&mut self, call: Call) -> u64 {
        let chance = match call.kind() {
            Kind::Mark => return 0,
            // What else than the function's own is loaded is stable between effects.
            Kind::Read if call.id().row().lasts == Lasts::Own => hash((self.seed, call)),
            Kind::Read => hash((self.seed, call, self.epoch)),
            Kind::Ask => {
                let time = self.times.entry(call).or_default();
                *time += 1;
                hash((self.seed, call, *time))
            }
            Kind::Effect => {
                self.effects += 1;
                hash((self.seed, call, self.effects))
            }
        };
        if call.kind() == Kind::Effect {
            self.race(0);
        }
        let kept = self.kept(call, chance);
        let answer = kept.unwrap_or_else(|| sets::answer(self.seed, call, chance));
        if call.kind() == Kind::Effect {
            self.race(1);
        }
        answer
    }
}

/// A folio that a run is about.
pub(crate) fn subject(seed: u64, which: &str) -> Folio {
    sets::folio(hash((seed, which)))
}
