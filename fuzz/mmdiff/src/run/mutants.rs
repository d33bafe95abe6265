// SPDX-License-Identifier: GPL-2.0-only
//! Revisions that nobody wrote: the patch done wrong. No clause may explain one away.

use super::{Tree, tree};
use crate::corpus::seeds;
use crate::fuzz::findings;
use crate::oracle::{Clause, Intent, Invariant, Judgement, Question, judge};
use crate::scenario::{
    FileKind, FileSpec, MigrateCallback, MigrationScenario, Path, Scenario, generate,
};
use mmcore::pagemap::{AS_EIO, AS_UNEVICTABLE, mapping_inaccessible};
use mmcore::revision::{PostFix, PreFix};
use mmcore::{Folio, Kernel, Mapping, Oops, Revision};

/// A way of getting the patch wrong. Everything else is as in post-fix.
type Fault = u8;
/// Nothing is wrong.
const FAITHFUL: Fault = 0;
/// Truncation zeroes what is inaccessible, and nothing else.
const INVERTED: Fault = 1;
/// Truncation always zeroes, as in v6.10, and asks nothing.
const ZEROES_ALWAYS: Fault = 2;
/// Truncation reads the bit, and never zeroes.
const ZEROES_NEVER: Fault = 3;
/// Truncation reads the bit, and always zeroes.
const READS_AND_ZEROES: Fault = 4;
/// Truncation tests bit 10, which nobody sets.
const TESTS_BIT_10: Fault = 5;
/// Truncation still tests the mask.
const KEEPS_MASK: Fault = 6;
/// The new mapping is not unevictable.
const LOSES_UNEVICTABLE: Fault = 7;
/// The new mapping is not inaccessible.
const LOSES_INACCESSIBLE: Fault = 8;
/// The new mapping has AS_EIO.
const SETS_EIO: Fault = 9;
/// The new mapping keeps AS_ENOSPC.
const KEEPS_ENOSPC: Fault = 10;
/// Folios are never held in place.
const NEVER_PINS: Fault = 11;
/// Unevictable folios are held in place.
const PINS_UNEVICTABLE: Fault = 12;
/// Truncation reads the bit of the mapping twice.
const READS_TWICE: Fault = 13;

#[derive(Clone, Copy, Default, Debug)]
struct Mutant<const FAULT: Fault>;

impl<const FAULT: Fault> Revision for Mutant<FAULT> {
    const NAME: &'static str = "mutant";
    const TREE: &'static str = "none";

    const AS_RELEASE_ALWAYS: u32 = PostFix::AS_RELEASE_ALWAYS;
    const AS_STABLE_WRITES: u32 = PostFix::AS_STABLE_WRITES;
    const TRUNCATE_TESTS: u64 = match FAULT {
        TESTS_BIT_10 => 1 << 10,
        KEEPS_MASK => PreFix::TRUNCATE_TESTS,
        _ => PostFix::TRUNCATE_TESTS,
    };
    const PINS_FOLIOS: u64 = PostFix::PINS_FOLIOS;
    const HUGE_ORDER_READ_FIRST: bool = PostFix::HUGE_ORDER_READ_FIRST;
    const MOVES_DRIVER_PAGES: bool = PostFix::MOVES_DRIVER_PAGES;
    const HAS_SYNC_NO_COPY: bool = PostFix::HAS_SYNC_NO_COPY;
    const MIGRATE_COPIES_FIRST: bool = PostFix::MIGRATE_COPIES_FIRST;
    const INVALIDATE_ASKS_NEEDS_RELEASE: bool = PostFix::INVALIDATE_ASKS_NEEDS_RELEASE;
    const FAILED_SPLIT_UNMAPS: bool = PostFix::FAILED_SPLIT_UNMAPS;

    fn mapping_pins_folios<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        let pins = PostFix::mapping_pins_folios(k, mapping);
        match FAULT {
            NEVER_PINS => false,
            PINS_UNEVICTABLE => k.test_bit(mapping, AS_UNEVICTABLE),
            _ => pins,
        }
    }

    fn truncate_zeroes<K: Kernel>(k: &mut K, folio: Folio) -> Result<bool, Oops> {
        match FAULT {
            INVERTED => PostFix::truncate_zeroes(k, folio).map(|zeroes| !zeroes),
            ZEROES_ALWAYS => Ok(true),
            ZEROES_NEVER => PostFix::truncate_zeroes(k, folio).map(|_| false),
            READS_AND_ZEROES => PostFix::truncate_zeroes(k, folio).map(|_| true),
            TESTS_BIT_10 => {
                let mapping = k.deref_mapping(folio)?;
                Ok(!k.test_bit(mapping, 10))
            }
            KEEPS_MASK => PreFix::truncate_zeroes(k, folio),
            READS_TWICE => {
                let mapping = k.deref_mapping(folio)?;
                mapping_inaccessible::<PostFix, K>(k, mapping);
                PostFix::truncate_zeroes(k, folio)
            }
            _ => PostFix::truncate_zeroes(k, folio),
        }
    }

    fn gmem_mark_after_ops<K: Kernel>(k: &mut K, mapping: Mapping) {
        match FAULT {
            SETS_EIO => k.store_flags(mapping, 0, 1 << AS_EIO),
            KEEPS_ENOSPC => PreFix::gmem_mark_after_ops(k, mapping),
            _ => PostFix::gmem_mark_after_ops(k, mapping),
        }
    }

    fn gmem_mark<K: Kernel>(k: &mut K, mapping: Mapping) {
        PostFix::gmem_mark(k, mapping);
        match FAULT {
            LOSES_UNEVICTABLE => k.clear_bit(mapping, AS_UNEVICTABLE),
            LOSES_INACCESSIBLE => k.clear_bit(mapping, 9),
            _ => {}
        }
    }

    fn mapping_set_large_folios<K: Kernel>(k: &mut K, mapping: Mapping) {
        PostFix::mapping_set_large_folios(k, mapping);
    }

    fn mapping_large_folio_support<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        PostFix::mapping_large_folio_support(k, mapping)
    }
}

static PRE: Tree = tree::<PreFix>();

/// What is found when pre-fix is compared with the mutant: whether anything is beyond the fix, and
/// the invariants that the mutant breaks.
fn found<const FAULT: Fault>() -> (bool, Vec<Invariant>) {
    let post: &'static Tree = Box::leak(Box::new(tree::<Mutant<FAULT>>()));
    let question = Question { pre: &PRE, post, intent: Intent::Fix };
    let mut beyond = false;
    let mut broken = Vec::new();
    for scenario in scenarios() {
        let judgement = judge(&question, &scenario);
        beyond |= judgement.divergences.iter().any(|d| d.class.clause.is_none());
        broken.extend(&judgement.post_broke);
        let is_found = !findings(&judgement).is_empty();
        assert_eq!(is_found, is_wrong(&judgement), "{}", crate::check::spell(&scenario));
    }
    broken.sort_unstable();
    broken.dedup();
    (beyond, broken)
}

fn is_wrong(judgement: &Judgement) -> bool {
    let beyond = judgement.divergences.iter().any(|d| d.class.clause.is_none());
    beyond || !judgement.post_broke.is_empty()
}

fn scenarios() -> impl Iterator<Item = Scenario> {
    let seeds = seeds::all().into_iter().map(|seed| Scenario::decode(seed.path, &seed.bytes));
    let generated = Path::ALL
        .into_iter()
        .flat_map(|path| (0..150).map(move |case| generate::scenario(31, path, case)));
    seeds.chain(generated).chain([guest_memory_without_a_callback()])
}

/// guest_memfd's own callback refuses to move anything: without it, the flag alone is in the way.
fn guest_memory_without_a_callback() -> Scenario {
    let file = FileSpec { kind: FileKind::GuestMemfd, ..FileSpec::default() };
    let migrate = MigrateCallback::Absent;
    Scenario::Migration(MigrationScenario { file, migrate, ..MigrationScenario::default() })
}

#[test]
fn the_patch_done_right_under_another_name_is_as_intended() {
    assert_eq!(found::<FAITHFUL>(), (false, vec![]));
}

#[test]
fn a_truncation_that_zeroes_the_wrong_folios_is_beyond() {
    let (beyond, broken) = found::<INVERTED>();
    assert!(beyond);
    assert_eq!(broken, [Invariant::GuestMemoryUntouched, Invariant::NoStaleByte]);
}

#[test]
fn a_truncation_that_zeroes_whatever_it_meets_touches_guest_memory() {
    let all = [found::<ZEROES_ALWAYS>(), found::<READS_AND_ZEROES>()];
    for (beyond, broken) in all {
        assert!(beyond);
        assert_eq!(broken, [Invariant::GuestMemoryUntouched]);
    }
}

#[test]
fn a_truncation_that_never_zeroes_leaves_stale_bytes() {
    assert_eq!(found::<ZEROES_NEVER>(), (true, vec![Invariant::NoStaleByte]));
}

#[test]
fn a_test_of_the_old_bit_number_touches_guest_memory() {
    let (_, broken) = found::<TESTS_BIT_10>();
    assert_eq!(broken, [Invariant::GuestMemoryUntouched]);
}

#[test]
fn the_mask_left_as_it_was_is_no_difference_and_breaks_what_it_broke() {
    // The mutant's guest_memfd is unevictable, so that the mask skips it too.
    let (beyond, broken) = found::<KEEPS_MASK>();
    assert_eq!((beyond, broken), (false, vec![Invariant::NoStaleByte]));
}

#[test]
fn a_new_guest_memfd_may_not_lose_another_flag() {
    assert!(found::<LOSES_UNEVICTABLE>().0);
    let (beyond, broken) = found::<LOSES_INACCESSIBLE>();
    assert!(beyond);
    assert_eq!(broken, [Invariant::GuestMemoryUntouched, Invariant::GuestMemoryStays]);
}

#[test]
fn a_new_guest_memfd_may_not_gain_a_flag() {
    let (beyond, broken) = found::<SETS_EIO>();
    assert!(beyond);
    assert_eq!(broken, [Invariant::ErrorHasCause]);
}

#[test]
fn the_spurious_enospc_left_as_it_was_breaks_what_it_broke() {
    assert_eq!(found::<KEEPS_ENOSPC>(), (false, vec![Invariant::ErrorHasCause]));
}

#[test]
fn guest_memory_that_is_not_held_in_place_moves() {
    let (beyond, broken) = found::<NEVER_PINS>();
    assert!(beyond);
    assert_eq!(broken, [Invariant::GuestMemoryUntouched, Invariant::GuestMemoryStays]);
}

#[test]
fn other_memory_that_is_held_in_place_is_beyond() {
    assert_eq!(found::<PINS_UNEVICTABLE>(), (true, vec![]));
}

#[test]
fn a_question_too_many_is_beyond() {
    assert_eq!(found::<READS_TWICE>(), (true, vec![]));
}

#[test]
fn a_mutant_in_place_of_the_old_side_is_found_too() {
    // Clauses are directed: what the patch removes may not have been there already.
    static OLD: Tree = tree::<Mutant<ZEROES_NEVER>>();
    static POST: Tree = tree::<PostFix>();
    let question = Question { pre: &OLD, post: &POST, intent: Intent::Fix };
    let mut explained: Vec<Option<Clause>> = Vec::new();
    for scenario in scenarios() {
        explained.extend(judge(&question, &scenario).divergences.iter().map(|d| d.class.clause));
    }
    explained.dedup();
    assert_eq!(explained, [None]);
}
