// SPDX-License-Identifier: GPL-2.0-only
//! Revisions that nobody wrote: the patch done wrong. No clause may explain one away.

use mmcore::include::linux::pagemap::{AS_EIO, AS_ENOSPC, AS_UNEVICTABLE};
use mmcore::tree::{PostFix, PreFix};
use mmcore::{CallId, Folio, Kernel, Mapping, Oops};
use mmdiff::corpus::seeds;
use mmdiff::explore;
use mmdiff::fuzz::findings;
use mmdiff::oracle::{Class, Intent, Invariant, Judgement, Outcomes, Question, Side, Then, judge};
use mmdiff::run::{Tree, tree};
use mmdiff::scenario::codec::List;
use mmdiff::scenario::{
    CreationScenario, Edge, ErrorOp, ErrorsScenario, FileKind, FileSpec, FlagOp, FlagsScenario,
    MigrateCallback, MigrationScenario, Path, Scenario, TruncationScenario, generate,
};
use std::cell::Cell;

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
/// Truncation reads the mask, and never zeroes. For the old side.
const MASK_BUT_NEVER: Fault = 14;
/// Truncation says that it tests bit 9, and tests bit 10.
const TESTS_OTHER_BIT: Fault = 15;
/// Truncation says that it tests the mask, and tests half of it. For the old side.
const TESTS_OTHER_MASK: Fault = 16;
/// The new mapping has AS_ENOSPC and AS_EIO. For the old side.
const SETS_BOTH_ERRORS: Fault = 17;
/// `mapping_set_large_folios` sets AS_ENOSPC as well. For the old side.
const LARGE_SETS_ENOSPC: Fault = 18;

thread_local! {
    /// What is wrong now.
    static FAULT: Cell<Fault> = const { Cell::new(FAITHFUL) };
}

/// Post-fix with the fault of now: compiled once for all of them.
#[derive(Clone, Copy, Default, Debug)]
struct Mutant;

/// Post-fix with this fault.
const fn mutant<const WRONG: Fault>() -> explore::Side {
    const MUTANT: explore::Side = explore::Side::of::<Mutant>();
    explore::Side {
        tree: tree_of::<WRONG>(),
        enumerate: |path, step, model| {
            FAULT.set(WRONG);
            (MUTANT.enumerate)(path, step, model)
        },
        turn: |scan, model| {
            FAULT.set(WRONG);
            (MUTANT.turn)(scan, model)
        },
        second_half: |scan, model| {
            FAULT.set(WRONG);
            (MUTANT.second_half)(scan, model)
        },
        ..MUTANT
    }
}

const fn tree_of<const WRONG: Fault>() -> Tree {
    const MUTANT: Tree = tree::<Mutant>();
    Tree {
        truncate_tests: match WRONG {
            TESTS_BIT_10 => 1 << 10,
            KEEPS_MASK | MASK_BUT_NEVER | TESTS_OTHER_MASK => {
                <PreFix as mmcore::Tree>::TRUNCATE_TESTS
            }
            _ => <PostFix as mmcore::Tree>::TRUNCATE_TESTS,
        },
        begin: |scenario, world| {
            FAULT.set(WRONG);
            (MUTANT.begin)(scenario, world);
        },
        step: |scenario, step, world| {
            FAULT.set(WRONG);
            (MUTANT.step)(scenario, step, world)
        },
        ..MUTANT
    }
}

impl mmcore::Tree for Mutant {
    type Base = PostFix;

    const NAME: &'static str = "mutant";
    const TREE: &'static str = "none";
    const FLAGS: &'static [(&'static str, u32)] = <PostFix as mmcore::Tree>::FLAGS;

    fn mapping_inaccessible<S: mmcore::Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        let pins = <PostFix as mmcore::Side>::mapping_inaccessible(k, mapping);
        match FAULT.get() {
            NEVER_PINS => false,
            PINS_UNEVICTABLE => k.test_bit(mapping, AS_UNEVICTABLE),
            _ => pins,
        }
    }

    fn mapping_set_inaccessible<S: mmcore::Side, K: Kernel>(k: &mut K, mapping: Mapping) {
        match FAULT.get() {
            SETS_EIO => k.store_flags(mapping, 0, 1 << AS_EIO),
            SETS_BOTH_ERRORS => k.store_flags(mapping, 0, 1 << AS_EIO | 1 << AS_ENOSPC),
            _ => {}
        }
        <PostFix as mmcore::Side>::mapping_set_inaccessible(k, mapping);
        match FAULT.get() {
            LOSES_UNEVICTABLE => k.clear_bit(mapping, AS_UNEVICTABLE),
            LOSES_INACCESSIBLE => k.clear_bit(mapping, 9),
            _ => {}
        }
    }

    fn mapping_set_large_folios<S: mmcore::Side, K: Kernel>(k: &mut K, mapping: Mapping) {
        <PostFix as mmcore::Side>::mapping_set_large_folios(k, mapping);
        if FAULT.get() == LARGE_SETS_ENOSPC {
            k.set_bit(mapping, AS_ENOSPC);
        }
    }

    fn truncate_inode_partial_folio<S: mmcore::Side, K: Kernel>(
        k: &mut K,
        folio: Folio,
        start: i64,
        end: i64,
    ) -> Result<bool, Oops> {
        <Truncating as mmcore::Side>::truncate_inode_partial_folio(k, folio, start, end)
    }

    fn __kvm_gmem_create<S: mmcore::Side, K: Kernel>(
        k: &mut K,
        mapping: Mapping,
        size: i64,
        flags: u64,
    ) -> i32 {
        if FAULT.get() == KEEPS_ENOSPC {
            return <PreFix as mmcore::Tree>::__kvm_gmem_create::<Creating, K>(
                k, mapping, size, flags,
            );
        }
        <PostFix as mmcore::Tree>::__kvm_gmem_create::<S, K>(k, mapping, size, flags)
    }
}

/// The mutant, where a truncation asks whether to zero.
#[derive(Clone, Copy, Default, Debug)]
struct Truncating;

impl mmcore::Tree for Truncating {
    type Base = PostFix;

    const NAME: &'static str = "mutant";
    const TREE: &'static str = "none";
    const FLAGS: &'static [(&'static str, u32)] = <PostFix as mmcore::Tree>::FLAGS;

    fn mapping_inaccessible<S: mmcore::Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        match FAULT.get() {
            INVERTED => !<PostFix as mmcore::Side>::mapping_inaccessible(k, mapping),
            ZEROES_ALWAYS => false,
            ZEROES_NEVER => {
                <PostFix as mmcore::Side>::mapping_inaccessible(k, mapping);
                true
            }
            READS_AND_ZEROES => {
                <PostFix as mmcore::Side>::mapping_inaccessible(k, mapping);
                false
            }
            MASK_BUT_NEVER => {
                k.flags_and(mapping, 10);
                true
            }
            TESTS_OTHER_MASK => k.flags_and(mapping, 1 << AS_UNEVICTABLE) != 0,
            TESTS_BIT_10 | TESTS_OTHER_BIT => k.test_bit(mapping, 10),
            KEEPS_MASK => k.flags_and(mapping, 10) != 0,
            READS_TWICE => {
                <PostFix as mmcore::Side>::mapping_inaccessible(k, mapping);
                <PostFix as mmcore::Side>::mapping_inaccessible(k, mapping)
            }
            _ => <PostFix as mmcore::Side>::mapping_inaccessible(k, mapping),
        }
    }
}

/// The mutant, where a new guest_memfd is marked by a number for a mask too.
#[derive(Clone, Copy, Default, Debug)]
struct Creating;

impl mmcore::Tree for Creating {
    type Base = PostFix;

    const NAME: &'static str = "mutant";
    const TREE: &'static str = "none";
    const FLAGS: &'static [(&'static str, u32)] = <PostFix as mmcore::Tree>::FLAGS;
    const AS_INACCESSIBLE: u32 = 10;

    fn mapping_set_inaccessible<S: mmcore::Side, K: Kernel>(k: &mut K, mapping: Mapping) {
        <PostFix as mmcore::Side>::mapping_set_inaccessible(k, mapping);
    }
}

static PRE: Tree = tree::<PreFix>();

/// What is found when pre-fix is compared with the mutant: whether anything is beyond the fix, and
/// the invariants that the mutant breaks.
fn found<const WRONG: Fault>() -> (bool, Vec<Invariant>) {
    let question = Question { pre: &PRE, post: leaked::<WRONG>(), intent: Intent::DEFAULT };
    let mut beyond = false;
    let mut broken = Vec::new();
    for scenario in scenarios() {
        let judgement = judge(&question, &scenario);
        beyond |= judgement.divergences.iter().any(|d| d.class.clause.is_none());
        broken.extend(unexpected(&judgement));
        let is_found = !findings(&judgement).is_empty();
        assert_eq!(is_found, is_wrong(&judgement), "{}", mmdiff::check::spell(&scenario));
    }
    broken.sort_unstable();
    broken.dedup();
    (beyond, broken)
}

fn is_wrong(judgement: &Judgement) -> bool {
    let beyond = judgement.divergences.iter().any(|d| d.class.clause.is_none());
    beyond || unexpected(judgement).next().is_some()
}

/// What the mutant breaks, but for what every revision does.
fn unexpected(judgement: &Judgement) -> impl Iterator<Item = &Invariant> {
    let is_known = |&&invariant: &&Invariant| judgement.is_known_broken(&judgement.post, invariant);
    judgement.post_broke.iter().filter(move |invariant| !is_known(invariant))
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
    let file = file(FileKind::GuestMemfd);
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

// ---- the old side, and single differences ----

static POST: Tree = tree::<PostFix>();

fn leaked<const WRONG: Fault>() -> &'static Tree {
    Box::leak(Box::new(tree_of::<WRONG>()))
}

/// The classes of the differences that a scenario shows.
fn classes(pre: &'static Tree, post: &'static Tree, scenario: &Scenario) -> Vec<Class> {
    let question = Question { pre, post, intent: Intent::DEFAULT };
    judge(&question, scenario).divergences.iter().map(|divergence| divergence.class).collect()
}

/// The outcomes of differences that are beyond, all of them; nothing else may differ.
fn beyond(pre: &'static Tree, post: &'static Tree, scenario: &Scenario) -> Vec<Outcomes> {
    let classes = classes(pre, post, scenario);
    assert!(classes.iter().all(|class| class.clause.is_none()), "{classes:?}");
    classes.into_iter().map(|class| class.outcomes).collect()
}

/// What comes of the first difference that is beyond.
fn comes_of(pre: &'static Tree, post: &'static Tree, scenario: &Scenario) -> Then {
    let question = Question { pre, post, intent: Intent::DEFAULT };
    let judgement = judge(&question, scenario);
    assert!(judgement.divergences.iter().all(|divergence| divergence.class.clause.is_none()));
    judgement.divergences[0].then
}

fn file(kind: FileKind) -> FileSpec {
    FileSpec { kind, ..FileSpec::default() }
}

/// Cuts a folio of the file at its 100th byte.
fn cut(file: FileSpec) -> Scenario {
    let start = Edge { delta: 100, ..Edge::default() };
    Scenario::Truncation(TruncationScenario { file, start, to_eof: true, ..Default::default() })
}

#[test]
fn an_old_side_that_never_zeroes_has_no_right_to() {
    let mut explained: Vec<Option<&str>> = Vec::new();
    for scenario in scenarios() {
        let found = classes(leaked::<ZEROES_NEVER>(), &POST, &scenario);
        explained.extend(found.iter().map(|class| class.clause));
    }
    explained.dedup();
    assert_eq!(explained, [None]);
    // With the mask read as it was, what the mask did not ask for is beyond.
    for kind in [FileKind::Disk, FileKind::Tmpfs] {
        let found = beyond(leaked::<MASK_BUT_NEVER>(), &POST, &cut(file(kind)));
        assert_eq!(found, [Outcomes::Effect(Side::Post, CallId::FolioZeroRange)], "{kind:?}");
    }
}

#[test]
fn a_decision_that_hangs_on_other_bits_is_not_the_patch_s() {
    for kind in [FileKind::Ramfs, FileKind::TmpfsNoswap] {
        let found = beyond(&PRE, leaked::<TESTS_OTHER_BIT>(), &cut(file(kind)));
        assert!(found.contains(&Outcomes::Effect(Side::Post, CallId::FolioZeroRange)), "{found:?}");
        let found = beyond(leaked::<TESTS_OTHER_MASK>(), &POST, &cut(file(kind)));
        assert!(found.contains(&Outcomes::Effect(Side::Post, CallId::FolioZeroRange)), "{found:?}");
    }
}

#[test]
fn a_new_word_that_differs_by_enospc_and_another_bit_is_beyond_where_it_is_all_that_differs() {
    let flags = Scenario::Flags(FlagsScenario {
        file: file(FileKind::GuestMemfd),
        ops: Default::default(),
    });
    let word = |post| classes(&PRE, post, &flags)[0];
    assert_eq!(word(&POST).clause, Some("mask-write"));
    for (post, pre_only, post_only) in [
        (leaked::<SETS_EIO>(), "AS_ENOSPC", "AS_EIO"),
        (leaked::<LOSES_UNEVICTABLE>(), "AS_ENOSPC|AS_UNEVICTABLE", "none of them"),
        (leaked::<LOSES_INACCESSIBLE>(), "AS_ENOSPC|AS_INACCESSIBLE", "none of them"),
    ] {
        let Outcomes::Flags(before, after) = word(post).outcomes else { panic!("{post:?}") };
        assert_eq!(word(post).clause, None);
        assert_eq!([before.to_string(), after.to_string()], [pre_only, post_only]);
    }
    let created = Scenario::Creation(CreationScenario::default());
    let then = comes_of(&PRE, leaked::<LOSES_UNEVICTABLE>(), &created);
    assert!(then.flags, "a word is compared when a step has changed it: {then:?}");
}

#[test]
fn enospc_that_another_file_loses_is_beyond() {
    let ops = List::new([FlagOp::SetLargeFolios]);
    let disk = Scenario::Flags(FlagsScenario { file: file(FileKind::Disk), ops });
    let then = comes_of(leaked::<LARGE_SETS_ENOSPC>(), &POST, &disk);
    assert!(then.flags, "{then:?}");
}

#[test]
fn an_error_that_vanishes_with_more_than_the_spurious_bit_is_beyond() {
    for op in [ErrorOp::CheckErrors, ErrorOp::CheckAndKeepErrors] {
        let (file, ops) = (file(FileKind::GuestMemfd), List::new([op]));
        let scenario = Scenario::Errors(ErrorsScenario { file, no_host: false, ops });
        let then = comes_of(leaked::<SETS_BOTH_ERRORS>(), &POST, &scenario);
        assert!(then.returned.is_some(), "the word differs, and then the report: {then:?}");
    }
}

#[test]
fn bytes_that_differ_are_a_difference_of_their_own_unless_a_sorted_zeroing_explains_them() {
    let ramfs = cut(file(FileKind::Ramfs));
    let outcomes = |post| -> Vec<Outcomes> {
        classes(&PRE, post, &ramfs).into_iter().map(|class| class.outcomes).collect()
    };
    assert_eq!(outcomes(&POST), [Outcomes::Effect(Side::Post, CallId::FolioZeroRange)]);
    let then = comes_of(&PRE, leaked::<ZEROES_ALWAYS>(), &ramfs);
    assert!(then.bytes, "{then:?}");
}

// ---- the enumeration finds them too ----

mod enumerated {
    use super::*;
    use mmcore::mm::compaction::{Scan, Step};
    use mmdiff::explore::work::{Cut, Watch};
    use mmdiff::explore::{Bounds, Joint, Model, Side as Explored, Sides, Tape, closure, tally};
    use mmdiff::run::Returned;

    /// Whether a path shows a difference beyond the fix, with the side after as the mutant.
    fn beyond_on<const WRONG: Fault>(path: Path) -> bool {
        differs(&before(Box::leak(Box::new(mutant::<WRONG>()))), path)
    }

    /// Pre-fix, and after it this.
    fn before(post: &'static Explored) -> Sides {
        let pre = Explored::named("pre-fix").expect("a revision");
        Sides { pre, post, intent: Intent::DEFAULT }
    }

    /// Watches, and never stops.
    struct Patient;

    impl Watch for Patient {
        fn done(&self, _: usize, _: &tally::Tally) {}

        fn stop(&self, _: u64) -> Option<Cut> {
            None
        }
    }

    /// Whether a path shows a difference that no clause explains; the search ends there.
    fn differs(sides: &Sides, path: Path) -> bool {
        let mut joint = Joint::new(sides, Bounds::default(), path);
        let mut tape = Tape::default();
        loop {
            if joint.run(&mut tape).classes.iter().any(|class| class.clause.is_none()) {
                return true;
            }
            if !tape.advance() {
                return false;
            }
        }
    }

    #[test]
    fn a_patch_done_wrong_is_beyond_with_one_folio() {
        assert!(beyond_on::<INVERTED>(Path::Truncation));
        assert!(beyond_on::<ZEROES_ALWAYS>(Path::Truncation));
        assert!(beyond_on::<ZEROES_NEVER>(Path::Truncation));
        assert!(beyond_on::<READS_AND_ZEROES>(Path::Truncation));
        assert!(beyond_on::<TESTS_OTHER_BIT>(Path::Truncation));
        assert!(beyond_on::<READS_TWICE>(Path::Truncation));
        assert!(beyond_on::<LOSES_UNEVICTABLE>(Path::Creation));
        assert!(beyond_on::<LOSES_INACCESSIBLE>(Path::Creation));
        assert!(beyond_on::<SETS_EIO>(Path::Creation));
        assert!(beyond_on::<NEVER_PINS>(Path::Migration));
        assert!(beyond_on::<PINS_UNEVICTABLE>(Path::Migration));
        assert!(beyond_on::<LARGE_SETS_ENOSPC>(Path::Flags));
    }

    /// The scanner's half turn, after which it counts as isolated what it has put back.
    fn keeps_the_count(scan: &mut Scan, model: &mut Model<'_>) -> Step {
        let before = scan.nr_isolated;
        let step = scan.second_half::<PostFix, _>(model);
        scan.nr_isolated = scan.nr_isolated.max(before);
        step
    }

    /// The scanner's half turn, after which it has passed over one frame too few.
    fn skips_too_little(scan: &mut Scan, model: &mut Model<'_>) -> Step {
        let before = scan.low_pfn;
        let step = scan.second_half::<PostFix, _>(model);
        if scan.low_pfn > before + 1 && step == Step::Again {
            scan.low_pfn -= 1;
        }
        step
    }

    #[test]
    fn mistakes_that_show_only_turns_later_break_the_closure() {
        for second_half in [keeps_the_count, skips_too_little] {
            let mutant = Explored { second_half, ..Explored::of::<PostFix>() };
            let sides = before(Box::leak(Box::new(mutant)));
            let closure = closure::of(&sides, Bounds::default(), &Patient).expect("it ends");
            assert!(!closure.holds());
            assert!(closure.parted.is_some(), "the sides stand differently between two turns");
        }
    }

    /// The calls of a path, of which the first returns 0 for a descriptor.
    fn forgets_the_descriptor(path: Path, step: usize, model: &mut Model<'_>) -> Returned {
        match (Explored::of::<PostFix>().enumerate)(path, step, model) {
            Returned::Value(fd) if step == 0 && fd > 0 => Returned::Value(0),
            returned => returned,
        }
    }

    #[test]
    fn what_a_step_returned_is_compared_though_another_follows() {
        let post = Explored { enumerate: forgets_the_descriptor, ..Explored::of::<PostFix>() };
        let pre = Explored::named("post-fix").expect("a revision");
        let sides = Sides { pre, post: Box::leak(Box::new(post)), intent: Intent::DEFAULT };
        assert!(differs(&sides, Path::Creation));
    }

    #[test]
    fn the_patch_done_right_under_another_name_is_not() {
        for path in [Path::Flags, Path::Creation, Path::Errors, Path::Migration] {
            assert!(!beyond_on::<FAITHFUL>(path), "{path}");
        }
    }
}
