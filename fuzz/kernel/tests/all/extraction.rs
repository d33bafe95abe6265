// SPDX-License-Identifier: GPL-2.0-only
//! What is cut, what is said of a tree that the shim cannot serve, and that the rest still runs.

use crate::support::{Side, functions, told_apart, tree};
use mmcore::Function;
use mmcore::tree::{V6_12, V6_12PreFix};
use mmcore::{CallId, Door, Kind};
use mmdiff_kernel::{Compiled, Edit, Fault, Tree, doors, revision, tree as trees};
use std::path::Path;

fn compiled(edits: &[Edit]) -> Compiled {
    Compiled::new(tree(), edits).unwrap_or_else(|error| panic!("{error}"))
}

/// The line of the tree's file that has `text`, counted from 1.
fn line_of(file: &str, text: &str) -> usize {
    let lines = tree().text(file).expect("the tree has the file").lines();
    1 + lines.enumerate().find(|(_, line)| line.contains(text)).expect("the text is there").0
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn an_unknown_helper_is_named_with_its_function_and_line_and_the_rest_runs() {
    let edit = Edit::once("writeout", "remove_migration_ptes(", "forget_migration_ptes(");
    let compiled = compiled(&[edit]);
    let line = line_of("mm/migrate.c", "remove_migration_ptes(folio, folio, 0)");
    let told: Vec<String> = compiled.faults().iter().map(Fault::to_string).collect();
    let writeout =
        format!("mm/migrate.c:{line}: in writeout: the shim has no helper forget_migration_ptes");
    assert_eq!(told[0], writeout);
    // And so on, for what calls it.
    assert!(told[1].ends_with("in fallback_migrate_folio: writeout cannot be run"), "{told:?}");
    assert!(told[2].ends_with("in move_to_new_folio: fallback_migrate_folio cannot be run"));
    assert_eq!(told.len(), 3);
    assert!(!compiled.has(Function::MoveToNewFolio));
    for name in ["migrate_folio", "truncate_inode_pages_range", "isolate_migratepages_block"] {
        assert_eq!(told_apart::<V6_12>(&compiled, &functions(&[name]), 0..500), None);
    }
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn an_unknown_member_is_named_with_its_function_and_line() {
    let edit = Edit::once("update_cached_migrate", "cc->mode", "cc->mood");
    let faults = compiled(&[edit]).faults().to_vec();
    let Fault::UnknownMember { member, name, file, line } = &faults[0] else {
        panic!("{faults:?}");
    };
    assert_eq!((member.as_str(), name.as_str()), ("get_mood", "update_cached_migrate"));
    assert_eq!(*line, line_of(file, "if (cc->mode != MIGRATE_ASYNC &&"));
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_the_compiler_does_not_take_is_told_with_its_line_and_the_rest_runs() {
    let edit = Edit::once("folio_evictable", "bool ret;", "bool ret = nonsense;");
    let compiled = compiled(&[edit]);
    let [Fault::Compiler { message, name, file, line }] = compiled.faults() else {
        panic!("{:?}", compiled.faults());
    };
    assert!(message.contains("nonsense"), "{message}");
    assert_eq!((name.as_str(), *file), ("folio_evictable", "mm/internal.h"));
    let first = line_of("mm/internal.h", "static inline bool folio_evictable(");
    assert_eq!(*line, first + 2);
    assert!(compiled.has(Function::FolioNeedsRelease));
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_check_without_a_site_is_told() {
    let edit = Edit::once("writeout", "int rc;", "int rc; WARN_ON(!folio);");
    let faults = compiled(&[edit]).faults().to_vec();
    assert!(matches!(&faults[0], Fault::UnknownCheck { name, .. } if name == "writeout"));
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn an_edit_that_does_not_fit_is_an_error_and_the_function_is_not_run_without_it() {
    let edit = Edit::once("shmem_lock", "no such text", "");
    let compiled = compiled(&[edit]);
    let told = compiled.faults()[0].to_string();
    assert_eq!(told, "mm/shmem.c: in shmem_lock: \"no such text\" is there 0 times, not 1");
    assert!(!compiled.has(Function::ShmemLock));
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn the_patch_cannot_be_undone_twice() {
    let mut edits = (revision::V6_12_PRE_FIX.edits)();
    edits.extend((revision::V6_12_PRE_FIX.edits)());
    let faults = compiled(&edits).faults().to_vec();
    let unfit = faults.iter().filter(|fault| matches!(fault, Fault::Edit { .. })).count();
    assert_eq!(unfit, 7, "one a piece that is edited: {faults:?}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn the_bug_and_the_fix_are_told_apart_by_their_c() {
    let partial = functions(&["truncate_inode_partial_folio"]);
    assert!(told_apart::<V6_12>(V6_12PreFix::compiled(), &partial, 0..2000).is_some());
    assert!(told_apart::<V6_12PreFix>(V6_12::compiled(), &partial, 0..2000).is_some());
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn every_line_of_a_function_stays_on_its_line() {
    let program = V6_12::compiled().program();
    for (name, text) in program.files() {
        let mut at: Option<(String, usize)> = None;
        for line in text.lines() {
            if let Some(place) = line.strip_prefix("#line ") {
                let (number, file) = place.split_once(' ').expect("a number and a file");
                at = Some((file.trim_matches('"').to_owned(), number.parse().unwrap()));
                continue;
            }
            let Some((file, number)) = &mut at else { continue };
            // A comment is copied as it is, so that it shows whether its line is right.
            if line.trim_start().starts_with("/* ") {
                let original = tree().text(file).and_then(|text| text.lines().nth(*number - 1));
                assert_eq!(original, Some(line), "{name}: {file}:{number}");
            }
            *number += 1;
        }
    }
}

#[test]
fn a_tree_that_is_none_is_said_to_be_none() {
    let nowhere = Tree::read(Path::new("/no/such/tree")).unwrap_err().to_string();
    assert!(nowhere.starts_with("no kernel tree: /no/such/tree: "), "{nowhere}");
    let place = tempfile::tempdir().unwrap();
    let empty = Tree::read(place.path()).unwrap_err().to_string();
    assert!(empty.contains(" has no include/linux/"), "{empty}");
    assert!(trees::NoTree::NotFound.to_string().contains("apt-get install linux-source-6.12"));
}

/// The shim's text, without the comments.
fn shim() -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/shim");
    let mut text = String::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        text += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// What the shim has no door for: it is a value in C.
const WITHOUT_DOOR: &[CallId] = &[CallId::IsolateModeHas];

#[test]
fn the_shim_has_a_door_for_every_helper_whose_spelling_does_not_say_it_all_and_for_no_other() {
    let shim = shim();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: std::collections::BTreeSet<&str> = shim.split(|c| !is_word(c)).collect();
    for id in CallId::ALL.iter().filter(|id| id.kind() != Kind::Mark) {
        let is_used = words.contains(format!("k_{}", id.name()).as_str());
        let is_by_hand = id.row().door != Door::Spelled && !WITHOUT_DOOR.contains(id);
        assert_eq!(is_used, is_by_hand, "{}", id.name());
    }
}

/// How C gets to a helper is what the rewritten text of the kernel says for the row's spelling.
#[test]
fn a_door_passes_the_arguments_that_the_helper_has_and_checks_the_others() {
    let calls = doors::calls();
    for door in [
        "#define folio_lock k_folio_lock",
        "#define PageHuge k_page_huge",
        "#define get_mapping k_raw_mapping",
        "#define set_mapping(folio, p1) (expect((p1) == (NULL)), k_clear_mapping(folio))",
        "#define get_order(p0) (expect((p0) == ((&scan_control))), k_cc_order())",
        "#define shmem_get_partial_folio(inode, index) \
         (k_shmem_get_partial_folio(mapping_at(inode_number(inode)), index))",
        "#define folio_batch_release(p0) ((void)(p0), k_folio_batch_release())",
        "#define __PageMovable k___page_movable",
        "#define page_has_movable_ops k___page_movable",
        "#define lruvec_unlock_irqrestore unlock_page_lruvec_irqrestore",
    ] {
        assert!(calls.lines().any(|line| line == door), "{door} is not in {calls}");
    }
}
