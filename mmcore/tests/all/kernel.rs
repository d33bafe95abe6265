// SPDX-License-Identifier: GPL-2.0-only
//! The door: the table of calls, how they print, and how their answers are put into words.

use crate::script::{DST, F, M, OTHER, Script, bug};
use mmcore::kernel::derived;
use mmcore::tree::PostFix;
use mmcore::{
    Call, CallId, Domain, Entry, Folio, Function, IsolateMode, Kernel, Kind, Lasts, Lruvec,
    Mapping, MigrateMode, NodeStat, Oops, PAGE_SIZE, Page, Side, Site, Word, errno,
};
use std::collections::BTreeSet;
use std::fmt;

#[test]
fn every_helper_has_a_name_of_its_own_and_is_found_by_it() {
    let names: BTreeSet<&str> = CallId::ALL.iter().map(|id| id.name()).collect();
    assert_eq!(names.len(), CallId::ALL.len());
    for &id in CallId::ALL {
        assert_eq!(CallId::named(id.name()), Some(id));
    }
    for stranger in ["", "folio_lock ", "FolioLock", "no_such_helper"] {
        assert_eq!(CallId::named(stranger), None);
    }
}

#[test]
fn every_call_has_a_thought_of_its_own_that_fits_a_line() {
    let mut seen = BTreeSet::new();
    for &id in CallId::ALL {
        let text = id.row().thought;
        assert!(text.len() > 10 && text.len() < 72, "{id:?}: {text}");
        assert!(!text.ends_with('.') && text.is_ascii(), "{id:?}: {text}");
        assert!(seen.insert(text), "{id:?}: {text}");
    }
}

#[test]
fn every_row_has_an_answer_if_its_type_has_one() {
    for &id in CallId::ALL {
        let row = id.row();
        assert_eq!(row.answer == Domain::Nothing, id.answer() == "()", "{id:?}");
        if let Domain::Errno(errors) = row.answer {
            for (error, by) in errors {
                assert!(errno::name(*error).is_some() && !by.is_empty(), "{id:?}");
            }
        }
    }
}

#[test]
fn no_name_of_another_tree_is_a_helpers_own() {
    let others = CallId::ALL.iter().flat_map(|id| id.row().names);
    let unique: BTreeSet<&str> = others.clone().copied().collect();
    assert_eq!(unique.len(), others.clone().count());
    assert_eq!(others.copied().find_map(CallId::named), None);
}

#[test]
fn an_answer_lasts_as_its_kind_implies_unless_the_row_says_otherwise() {
    for (id, lasts) in [
        (CallId::CcOrder, Lasts::Own),
        (CallId::FolioTestMlocked, Lasts::Race),
        (CallId::SplitFolio, Lasts::Each),
        (CallId::FolioTestDirty, Lasts::LockedRises),
        (CallId::FolioTestWriteback, Lasts::LockedFalls),
        (CallId::HasHost, Lasts::Always),
    ] {
        assert_eq!(id.row().lasts, lasts, "{id:?}");
    }
}

#[test]
fn the_answers_of_a_domain_that_can_be_listed_are_words_of_their_own() {
    for &id in CallId::ALL {
        let answer = id.row().answer;
        let words: BTreeSet<u64> = (0..answer.len()).map(|n| answer.word(n)).collect();
        assert_eq!(words.len(), usize::from(answer.len()), "{id:?}");
    }
    let split = CallId::SplitFolio.row().answer;
    let words: Vec<i32> = (0..split.len()).map(|n| i32::from_word(split.word(n))).collect();
    assert_eq!(words, [0, -errno::EAGAIN, -errno::EBUSY]);
    assert_eq!(split.word(1), (-errno::EAGAIN).to_word());
}

/// What a row derives is asked of helpers that there are, about the one object that both are about.
#[test]
fn what_an_answer_follows_from_is_asked_about_the_same_object() {
    let of_another = |id: &&CallId| id.row().derived.is_some();
    for id in CallId::ALL.iter().filter(of_another) {
        let from = id.row().derived.expect("it was filtered").from;
        assert!(!from.is_empty());
        for name in from {
            let source = CallId::named(name).unwrap_or_else(|| panic!("{id:?}: no {name}"));
            assert_eq!(source.arguments()[0], id.arguments()[0], "{id:?}");
        }
    }
    assert_eq!(derived::folio_size(2), 4 * PAGE_SIZE);
    assert_eq!(derived::folio_next_index(7, derived::folio_nr_pages(3)), 15);
}

#[test]
fn every_ported_function_has_a_name_and_a_file_and_survives_a_word() {
    let names: BTreeSet<&str> = Function::ALL.iter().map(|function| function.name()).collect();
    assert_eq!(names.len(), Function::ALL.len());
    for (place, &function) in Function::ALL.iter().enumerate() {
        assert_eq!(function as usize, place);
        assert_eq!(Function::from_word(function.to_word()), function);
        assert!(function.file().ends_with(".c") || function.file().ends_with(".h"));
    }
    assert_eq!(Function::KvmGmemCreate.name(), "__kvm_gmem_create");
    assert_eq!(Function::KvmGmemCreate.file(), "virt/kvm/guest_memfd.c");
}

#[test]
fn the_identifiers_are_listed_in_the_order_of_their_numbers() {
    for (place, &id) in CallId::ALL.iter().enumerate() {
        assert_eq!(id as usize, place);
    }
}

#[test]
fn only_entering_and_leaving_are_marks() {
    let marks: Vec<&str> =
        CallId::ALL.iter().filter(|id| id.kind() == Kind::Mark).map(|id| id.name()).collect();
    assert_eq!(marks, ["enter", "leave"]);
}

#[test]
fn what_others_can_see_is_an_effect_and_a_plain_load_is_a_read() {
    for (id, kind) in [
        (CallId::TestBit, Kind::Read),
        (CallId::FlagsAnd, Kind::Read),
        (CallId::CcMode, Kind::Read),
        (CallId::FbatchEntry, Kind::Read),
        (CallId::FolioMapping, Kind::Ask),
        (CallId::PageHuge, Kind::Ask),
        (CallId::FatalSignalPending, Kind::Ask),
        (CallId::SetBit, Kind::Effect),
        (CallId::TestAndClearBit, Kind::Effect),
        (CallId::FolioTrylock, Kind::Effect),
        (CallId::FolioTestClearLru, Kind::Effect),
        (CallId::FolioZeroRange, Kind::Effect),
        (CallId::Warn, Kind::Effect),
        (CallId::Bug, Kind::Effect),
    ] {
        assert_eq!(id.kind(), kind, "{}", id.name());
    }
    assert_eq!(Call::FolioPut { folio: F }.kind(), Kind::Effect);
}

#[test]
fn a_call_prints_as_the_kernel_writes_it() {
    let (folio, mapping) = (Folio(3), Mapping(1));
    for (call, text) in [
        (Call::CondResched {}, "cond_resched()"),
        (Call::FolioPut { folio }, "folio_put(folio3)"),
        (Call::TestBit { mapping, nr: 9 }, "test_bit(mapping1, 9)"),
        (Call::StoreFlags { mapping, clear: 0, set: 10 }, "store_flags(mapping1, 0, 10)"),
        (Call::PageHuge { page: Page(512) }, "page_huge(pfn512)"),
        (Call::SpinLockLru { lruvec: Lruvec(2) }, "spin_lock_irqsave(lruvec2)"),
        (
            Call::NodeStatModFolio { folio, item: NodeStat::IsolatedFile, nr: -4 },
            "node_stat_mod_folio(folio3, NR_ISOLATED_FILE, -4)",
        ),
        (
            Call::IsolateMovablePage {
                page: Page(1),
                mode: IsolateMode::ASYNC_MIGRATE.with(IsolateMode::UNEVICTABLE),
            },
            "isolate_movable_page(pfn1, 0xc)",
        ),
        (
            Call::FolioMigrateMapping { mapping: None, dst: DST, src: F, extra_count: 0 },
            "folio_migrate_mapping(NULL, folio8, folio7, 0)",
        ),
        (
            Call::CallMigrateFolio { mapping, dst: DST, src: F, mode: MigrateMode::SyncNoCopy },
            "call_migrate_folio(mapping1, folio8, folio7, MIGRATE_SYNC_NO_COPY)",
        ),
        (Call::SetShmemVmLocked { mapping, locked: true }, "set_shmem_vm_locked(mapping1, yes)"),
        (Call::Warn { site: Site::GmemMigrated }, "warn(WARN_ON_ONCE(1))"),
        (Call::Enter { function: Function::Writeout }, "enter(writeout)"),
    ] {
        assert_eq!(call.to_string(), text);
        assert!(text.starts_with(call.id().name()));
    }
}

struct Answered(Call, u64);

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.show_answer(self.1, f)
    }
}

#[test]
fn an_answer_prints_by_the_type_that_its_call_has() {
    let (folio, page, mapping) = (F, Page(1), M);
    for (call, answer, text) in [
        (Call::PageHuge { page }, 1, "yes"),
        (Call::PageHuge { page }, 0, "no"),
        (Call::PageHuge { page }, 0b100, "yes"),
        (Call::FolioMapping { folio }, 0, "NULL"),
        (Call::FolioMapping { folio }, 2, "mapping1"),
        (Call::PageFolio { page }, 2, "folio2"),
        (Call::FolioGetNontailPage { page }, 2, "folio1"),
        (Call::FolioLruvec { folio }, 1, "lruvec1"),
        (Call::SplitFolio { folio }, (-errno::EBUSY).to_word(), "-16"),
        (Call::FolioPos { folio }, (-1i64).to_word(), "-1"),
        (Call::FlagsAnd { mapping, mask: 10 }, u64::MAX, "18446744073709551615"),
        (Call::CcMode {}, 2, "MIGRATE_SYNC"),
        (Call::FbatchEntry { i: 0 }, 0, "value entry"),
        (Call::FbatchEntry { i: 0 }, 4, "folio3"),
        (Call::FolioPut { folio }, 1, ""),
    ] {
        assert_eq!(Answered(call, answer).to_string(), text, "{call}");
    }
}

#[track_caller]
fn round_trips<T: Word + PartialEq + fmt::Debug>(values: &[T]) {
    for &value in values {
        assert_eq!(T::from_word(value.to_word()), value);
    }
    let words: BTreeSet<u64> = values.iter().map(|value| value.to_word()).collect();
    assert_eq!(words.len(), values.len(), "two of {values:?} share a word");
}

#[test]
fn every_value_survives_being_put_into_a_word() {
    round_trips(&[false, true]);
    round_trips(&[0u32, 1, u32::MAX]);
    round_trips(&[0u64, 1, u64::MAX]);
    round_trips(&[i32::MIN, -1, 0, i32::MAX]);
    round_trips(&[i64::MIN, -1, 0, i64::MAX]);
    round_trips(&[Folio(0), Folio(1), Folio(u16::MAX)]);
    round_trips(&[None, Some(Folio(0)), Some(Folio(u16::MAX))]);
    round_trips(&[None, Some(Mapping(0)), Some(Mapping(u8::MAX))]);
    round_trips(&[None, Some(Lruvec(0)), Some(Lruvec(u8::MAX))]);
    round_trips(&[Page(0), Page(u64::MAX)]);
    round_trips(&[Entry::Value, Entry::Folio(Folio(0)), Entry::Folio(Folio(u16::MAX))]);
    round_trips(MigrateMode::ALL);
    round_trips(NodeStat::ALL);
    round_trips(Site::ALL);
    assert_eq!(().to_word(), 0);
}

#[test]
fn a_word_that_is_too_wide_is_truncated_as_c_would() {
    assert_eq!(u32::from_word(1 << 32 | 5), 5);
    assert_eq!(i32::from_word(0xffff_ffff), -1);
    assert_eq!(i64::from_word(u64::MAX), -1);
    assert_eq!(Folio::from_word(1 << 16 | 5), Folio(5));
    assert_eq!(Mapping::from_word(1 << 8 | 5), Mapping(5));
    for number in 0..100 {
        assert!(MigrateMode::ALL.contains(&MigrateMode::from_word(number)));
        assert!(Site::ALL.contains(&Site::from_word(number)));
        assert!(Function::ALL.contains(&Function::from_word(number)));
    }
}

#[test]
fn the_small_enums_have_the_kernels_numbers_and_names() {
    let modes: Vec<String> =
        MigrateMode::ALL.iter().map(|mode| format!("{}={mode}", mode.to_word())).collect();
    assert_eq!(
        modes,
        ["0=MIGRATE_ASYNC", "1=MIGRATE_SYNC_LIGHT", "2=MIGRATE_SYNC", "3=MIGRATE_SYNC_NO_COPY"]
    );
    let names: BTreeSet<&str> = Site::ALL.iter().map(|site| site.name()).collect();
    assert_eq!(names.len(), Site::ALL.len());
    for (place, stat) in NodeStat::ALL.iter().enumerate() {
        assert_eq!(*stat as usize, place);
    }
}

#[test]
fn an_isolate_mode_has_the_bits_that_it_was_made_with() {
    let (unmapped, migrate, unevictable) =
        (IsolateMode::UNMAPPED, IsolateMode::ASYNC_MIGRATE, IsolateMode::UNEVICTABLE);
    assert_eq!([unmapped.0, migrate.0, unevictable.0], [2, 4, 8]);
    let both = unmapped.with(unevictable);
    assert!(both.has(unmapped) && both.has(unevictable) && !both.has(migrate));
    assert!(both.has(migrate.with(unmapped)), "any of the bits is enough");
    assert!(!IsolateMode::default().has(both));
}

#[test]
fn a_call_knows_the_folio_page_and_mapping_that_it_is_about() {
    let copy = Call::FolioMigrateCopy { dst: DST, src: F };
    assert_eq!((copy.folio(), copy.page(), copy.mapping()), (Some(DST), None, None));

    let migrate = Call::FolioMigrateMapping { mapping: None, dst: DST, src: F, extra_count: 0 };
    assert_eq!((migrate.folio(), migrate.mapping()), (Some(DST), None));
    let migrate = Call::FolioMigrateMapping { mapping: Some(M), dst: DST, src: F, extra_count: 0 };
    assert_eq!(migrate.mapping(), Some(M));

    let delete = Call::LruvecDelFolio { lruvec: Lruvec(1), folio: F };
    assert_eq!((delete.folio(), delete.mapping()), (Some(F), None));

    let huge = Call::PageHuge { page: Page(9) };
    assert_eq!((huge.page(), huge.folio()), (Some(Page(9)), None));
}

#[test]
fn a_method_makes_its_call_and_decodes_the_answer() {
    let mut k = Script::new()
        .when(Call::FolioMapping { folio: F }, Some(OTHER))
        .when(CallId::FolioRefCount, -3)
        .when(CallId::CcMode, MigrateMode::Sync);
    assert_eq!(k.folio_mapping(F), Some(OTHER));
    assert_eq!(k.folio_mapping(DST), Some(M));
    assert_eq!(k.folio_ref_count(F), -3);
    assert_eq!(k.cc_mode(), MigrateMode::Sync);
    assert_eq!(
        k.calls(),
        ["folio_mapping(folio7)", "folio_mapping(folio8)", "folio_ref_count(folio7)", "cc_mode()"]
    );
}

#[test]
fn the_trait_works_as_an_object_and_through_a_reference() {
    fn ask(mut k: impl Kernel) -> Option<Mapping> {
        k.folio_mapping(F)
    }
    let mut k = Script::new();
    let mut object: &mut dyn Kernel = &mut k;
    assert_eq!(ask(&mut object), Some(M));
    assert_eq!(ask(&mut k), Some(M));
    assert_eq!(k.calls().len(), 2);
}

#[test]
fn a_bug_is_told_to_the_kernel_and_ends_the_function() {
    let mut k = Script::new();
    assert_eq!(k.bug_on(false, Site::SrcUnlocked), Ok(()));
    assert_eq!(k.effects(), [""; 0]);
    assert_eq!(k.bug_on(true, Site::SrcUnlocked), Err(Oops(Site::SrcUnlocked)));
    assert_eq!(k.effects(), [bug(Site::SrcUnlocked)]);
}

#[test]
fn the_watchdog_bites_when_the_kernel_says_so() {
    let mut k = Script::new().when((CallId::SoftLockup, 2), true);
    assert_eq!(k.watchdog(), Ok(()));
    assert_eq!(k.watchdog(), Err(Oops(Site::SoftLockup)));
    assert_eq!(k.calls(), ["soft_lockup()", "soft_lockup()", &bug(Site::SoftLockup)]);
}

#[test]
fn dereferencing_no_mapping_is_a_fault() {
    let mut k = Script::new().when((CallId::RawMapping, 2), None::<Mapping>);
    assert_eq!(k.deref_mapping(F), Ok(M));
    assert_eq!(k.effects(), [""; 0]);
    assert_eq!(k.deref_mapping(F), Err(Oops(Site::NullMapping)));
    assert_eq!(k.effects(), [bug(Site::NullMapping)]);
}

#[test]
fn a_function_that_a_bug_ends_is_left_all_the_same() {
    let mut k = Script::new()
        .when(CallId::FolioMapping, None::<Mapping>)
        .when(CallId::FolioTestWriteback, true);
    let result = PostFix::move_to_new_folio(&mut k, DST, F, MigrateMode::Sync);
    assert_eq!(result, Err(Oops(Site::MigrateWriteback)));
    assert_eq!(
        k.marks(),
        ["enter(move_to_new_folio)", "enter(migrate_folio)", "leave()", "leave()"]
    );
}

#[test]
fn an_errno_is_called_what_the_kernel_calls_it() {
    for (number, name) in [
        (errno::EINTR, "EINTR"),
        (errno::EIO, "EIO"),
        (errno::EAGAIN, "EAGAIN"),
        (errno::ENOMEM, "ENOMEM"),
        (errno::EBUSY, "EBUSY"),
        (errno::EINVAL, "EINVAL"),
        (errno::EMFILE, "EMFILE"),
        (errno::ENOSPC, "ENOSPC"),
        (errno::EOPNOTSUPP, "EOPNOTSUPP"),
        (1, "EPERM"),
        (14, "EFAULT"),
        (133, "EHWPOISON"),
    ] {
        assert_eq!(errno::name(number), Some(name));
    }
    assert_eq!([errno::EINTR, errno::EIO, errno::EAGAIN, errno::ENOMEM], [4, 5, 11, 12]);
    assert_eq!([errno::EBUSY, errno::EINVAL, errno::EMFILE, errno::ENOSPC], [16, 22, 24, 28]);
    assert_eq!(errno::EOPNOTSUPP, 95);
    for stranger in [-errno::EIO, 0, 41, 134, i32::MAX] {
        assert_eq!(errno::name(stranger), None);
    }
}
