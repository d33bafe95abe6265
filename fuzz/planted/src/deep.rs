// SPDX-License-Identifier: GPL-2.0-only
//! A look at scans that goes deep first, and gives up soon.
//!
//! The explorer takes the nearest page first, and so all that scans do with one page before anything
//! that one does with the next. Here scans from all states in which they begin are continued in turns,
//! each to its end before another. What is found is found; what is not is left to the explorer.

use mmdiff_explore::{Bounds, Joint, Sides, Tape};
use mmdiff_world::scenario::Path;
use std::collections::HashSet;

/// How many turns are run.
const MOST: usize = 8_000_000;

/// Whether the sides differ in one of the scans that are looked at.
pub(crate) fn finds(sides: &Sides, bounds: Bounds) -> bool {
    let mut joint = Joint::new(sides, bounds, Path::Compaction);
    let mut scans = Vec::new();
    let mut seen = HashSet::new();
    let mut tape = Tape::default();
    loop {
        let turned = joint.begin_scan(&mut tape);
        if !turned.met.classes.is_empty() {
            return true;
        }
        scans.extend(turned.next.filter(|&head| seen.insert(head)).map(|head| vec![head]));
        if !tape.advance() {
            break;
        }
    }
    if bounds.folios == 1 {
        // The explorer is quick.
        return false;
    }
    let mut turns = 0;
    while turns < MOST && !scans.is_empty() {
        for scan in &mut scans {
            let Some(head) = scan.pop() else { continue };
            tape.restart(&[]);
            loop {
                let turned = joint.turn(&head, &mut tape);
                turns += 1;
                if !turned.met.classes.is_empty() {
                    return true;
                }
                scan.extend(turned.next.filter(|&next| seen.insert(next)));
                if !tape.advance() {
                    break;
                }
            }
        }
        scans.retain(|scan| !scan.is_empty());
    }
    false
}
