// SPDX-License-Identifier: GPL-2.0-only
//! The port, with all planted mistakes in it, each behind a switch. For tests alone.
//!
//! The build script copies mmcore's sources and puts `if planted(N) { the mistake } else { as it is }`
//! where a mistake is. So one compile does for all of them.
#![allow(warnings, clippy::all, reason = "mmcore is linted where it is written")]

use std::cell::Cell;
use std::sync::atomic::{AtomicU16, Ordering};

include!(concat!(env!("OUT_DIR"), "/port/lib.rs"));

/// The mistake that whoever switches mistakes on makes; 0 is none.
static CHOSEN: AtomicU16 = AtomicU16::new(0);

thread_local! {
    /// The mistake that the port makes in this thread; 0 is none.
    static ACTIVE: Cell<u16> = const { Cell::new(0) };
}

/// Chooses the mistake that is made while the switch is on: 0 is none, else its place in the list,
/// from 1.
pub fn choose(number: u16) {
    CHOSEN.store(number, Ordering::SeqCst);
}

/// Switches the chosen mistake on or off, for this thread.
pub fn switch(on: bool) {
    ACTIVE.set(if on { CHOSEN.load(Ordering::Relaxed) } else { 0 });
}

/// Whether the port makes this mistake now.
#[inline(always)]
fn planted(number: u16) -> bool {
    ACTIVE.get() == number
}
