// SPDX-License-Identifier: GPL-2.0-only
//! The sampled runs reach all of the kernel's C but what is here, with the reason.

use crate::support::{functions, told_apart, tree};
use mmcore::tree::V6_12;
use mmdiff_kernel::coverage::{Coverage, FLAGS};
use mmdiff_kernel::{Compiled, revision};

/// So many lines, and branches, of a file are not reached.
const MISSED: &[(&str, usize, usize)] =
    &[("mm/migrate.c", 1, 1), ("mm/shmem.c", 11, 12), ("virt/kvm/guest_memfd.c", 0, 1)];

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn all_lines_and_branches_are_reached_but_those_left_out() {
    let compiled = Compiled::of(&revision::V6_12, tree(), FLAGS).unwrap();
    let all: Vec<mmcore::Function> = mmcore::Function::ALL.to_vec();
    assert_eq!(told_apart::<V6_12>(&compiled, &all, 0..10_000), None);
    let scanner = functions(&["isolate_migratepages_block"]);
    assert_eq!(told_apart::<V6_12>(&compiled, &scanner, 10_000..200_000), None);

    let coverage = Coverage::of(compiled).unwrap();
    let shown = coverage.show();
    println!("{shown}");
    assert_eq!(coverage.files.len(), 8, "six files and two headers");
    for (file, of) in &coverage.files {
        let known = MISSED.iter().find(|(name, ..)| name == file);
        let (_, lines, branches) = known.unwrap_or(&("", 0, 0));
        let missed = |(reached, all): (usize, usize)| all - reached;
        let found = (missed(of.lines_reached()), missed(of.branches_reached()));
        assert_eq!(found, (*lines, *branches), "{file}: {shown}");
    }
    assert!(coverage.missed.iter().all(|missed| missed.why.is_some()), "{shown}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_no_run_was_asked_for_is_not_excused() {
    let compiled = Compiled::of(&revision::V6_12, tree(), FLAGS).unwrap();
    // A run of anything, for the counters to be written.
    assert_eq!(told_apart::<V6_12>(&compiled, &functions(&["shmem_lock"]), 0..1), None);
    let coverage = Coverage::of(compiled).unwrap();
    for (file, lines, _) in MISSED {
        let missed = || coverage.missed.iter().filter(|missed| missed.file == *file);
        assert!(missed().count() > 20, "{file}");
        let excused = missed().filter(|missed| !missed.is_branch && missed.why.is_some()).count();
        assert_eq!(excused, *lines, "{file}: {}", coverage.show());
    }
}
