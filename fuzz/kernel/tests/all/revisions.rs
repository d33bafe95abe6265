// SPDX-License-Identifier: GPL-2.0-only
//! A revision is made from the tree that it names, and from no other.

use crate::support::{Side, v6_10};
use mmcore::tree::{PostFix, PreFix};
use mmdiff_kernel::revision::{POST_FIX, PRE_FIX, V6_12};
use mmdiff_kernel::tree::FILES;
use std::slice;

#[test]
#[cfg_attr(not(tree_v6_10), ignore = "no tree of v6.10-rc5: name one in MMDIFF_TREE_V6_10")]
fn everything_of_pre_fix_and_post_fix_can_be_run() {
    assert_eq!(PreFix::compiled().faults(), []);
    assert_eq!(PostFix::compiled().faults(), []);
}

#[test]
#[cfg_attr(not(tree_v6_10), ignore = "no tree of v6.10-rc5: name one in MMDIFF_TREE_V6_10")]
fn a_file_with_one_letter_changed_is_not_of_that_tree() {
    for file in FILES.iter().filter(|file| **file != "Makefile") {
        let text = v6_10().text(file).expect("the tree is whole").replacen("the", "teh", 1);
        let other = v6_10().clone().with_text(file, text);
        let told = PRE_FIX.make(&other).unwrap_err();
        assert_eq!(told.file, *file);
        assert_eq!(told.have, other.blob(file));
        assert_eq!(Some(told.want), v6_10().blob(file).as_deref());
    }
}

#[test]
#[cfg_attr(not(tree_v6_10), ignore = "no tree of v6.10-rc5: name one in MMDIFF_TREE_V6_10")]
fn a_revision_takes_the_tree_that_it_is_made_from() {
    let other = v6_10().clone().with_text("mm/shmem.c", String::new());
    let trees = [other.clone(), v6_10().clone()];
    for revision in [&PRE_FIX, &POST_FIX] {
        let picked = revision.pick(&trees).expect("it is there");
        assert_eq!(picked.blob("mm/shmem.c"), v6_10().blob("mm/shmem.c"));
        let told = revision.pick(slice::from_ref(&other)).unwrap_err();
        assert_eq!(told.map(|told| told.file), Some("mm/shmem.c"));
    }
    assert_eq!(V6_12.pick(&trees).expect("any will do").text("mm/shmem.c"), Some(""));
    assert_eq!(V6_12.pick(&trees[1..]).unwrap_err(), None);
}

#[test]
fn a_revision_says_which_files_are_changed_and_what_they_are_then() {
    let files = |revision: &mmdiff_kernel::Revision| {
        let mut files = revision.changed();
        files.sort_unstable();
        files.into_iter().map(|(file, _)| file).collect::<Vec<_>>()
    };
    assert_eq!(files(&PRE_FIX), files(&POST_FIX));
    assert!(POST_FIX.changed().contains(&("mm/truncate.c", "581977d2356f")));
    assert!(PRE_FIX.changed().contains(&("mm/truncate.c", "60388935086d")));
}
