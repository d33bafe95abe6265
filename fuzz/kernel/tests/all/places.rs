// SPDX-License-Identifier: GPL-2.0-only
//! A call of the C is traced back to the line of the kernel that it stands on.

use crate::support::{Side, functions};
use mmcore::tree::V6_12;
use mmdiff_kernel::{Event, Recorder, sample};

/// So many calls of a function stand on a line of the kernel, and so many on none.
fn places_of(function: &str) -> (usize, usize) {
    let compiled = V6_12::compiled();
    let called = functions(&[function]);
    let (mut found, mut lost) = (0, 0);
    for seed in 0..200 {
        let (mut trace, mut from) = (Vec::new(), Vec::new());
        let mut dice = sample::Dice::new(seed);
        let mut recorder = Recorder::new(&mut dice, &mut trace);
        let invocation = sample::draw(called[0], seed);
        let ending = compiled.run_from(&invocation, &mut recorder, Some(&mut from));
        assert!(matches!(ending, Some(Ok(_))), "{ending:?}");
        let places = compiled.places(&from).unwrap();
        assert_eq!(places.len(), from.len());
        let arguments = trace.len() - from.len();
        for (Event { call, .. }, place) in trace[arguments..].iter().zip(places) {
            let Some(place) = place else {
                lost += 1;
                continue;
            };
            found += 1;
            let line = compiled.program().line(&place.file, place.line).unwrap();
            // Helpers that the text calls by their own names.
            let name = call.id().name();
            if ["folio_lock", "folio_trylock", "folio_unlock", "split_folio"].contains(&name) {
                assert!(line.contains(name), "{call}: {place:?}: {line}");
            }
        }
    }
    (found, lost)
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_call_stands_on_a_line_that_names_it() {
    for function in ["truncate_inode_pages_range", "isolate_migratepages_block"] {
        let (found, lost) = places_of(function);
        assert!(found > 2000 && lost * 20 < found, "{function}: {found} found, {lost} lost");
    }
}
