// SPDX-License-Identifier: GPL-2.0-only
//! The port, with all planted mistakes in it, each behind a switch. For tests alone.
//!
//! The build script has [`plant`](../plant) copy mmcore's sources and put a `match` on the switch
//! where a mistake can be made. So one compile does for all of them.
#![allow(warnings, clippy::all, reason = "mmcore is linted where it is written")]

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering::Relaxed};

include!(concat!(env!("OUT_DIR"), "/port/lib.rs"));

/// A mistake that can be switched on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Function, operator, and what it is applied to.
    pub name: &'static str,
    /// Where in the port it is made.
    pub site: u16,
}

/// Every mistake.
pub static MISTAKES: &[Mistake] = include!(concat!(env!("OUT_DIR"), "/mistakes.rs"));

/// What is chosen to learn where a run comes by.
const VISITS: u16 = u16::MAX;

/// How often loops may turn with a mistake before they are taken for endless.
const TURNS: u32 = 100_000;

/// What is on where the switch is on; 0 is nothing.
static CHOSEN: AtomicU16 = AtomicU16::new(0);

/// The sites that runs came by, one bit each.
static VISITED: [AtomicU64; 256] = [const { AtomicU64::new(0) }; 256];

thread_local! {
    /// What is on in this thread; 0 is nothing.
    static ACTIVE: Cell<u16> = const { Cell::new(0) };
    static TURNED: Cell<u32> = const { Cell::new(0) };
}

/// Chooses the mistake that is made while the switch is on.
///
/// # Panics
/// If there is no mistake of that name.
pub fn choose(name: &str) {
    CHOSEN.store(number(name), Relaxed);
}

fn number(name: &str) -> u16 {
    let place = MISTAKES.iter().position(|mistake| mistake.name == name);
    1 + place.unwrap_or_else(|| panic!("there is no mistake {name}")) as u16
}

/// No mistake is made while the switch is on.
pub fn choose_none() {
    CHOSEN.store(0, Relaxed);
}

/// Notes which sites `run` comes by while the switch is on, and returns them.
pub fn visits(run: impl FnOnce()) -> Vec<u16> {
    visited(|| {
        CHOSEN.store(VISITS, Relaxed);
        run();
        CHOSEN.store(0, Relaxed);
    })
}

fn visited(run: impl FnOnce()) -> Vec<u16> {
    VISITED.iter().for_each(|bits| bits.store(0, Relaxed));
    run();
    let was = |&site: &u16| VISITED[usize::from(site / 64)].load(Relaxed) >> (site % 64) & 1 != 0;
    (0..VISITED.len() as u16 * 64).filter(was).collect()
}

/// The tree in which runs of scenarios make a mistake, and with which others are compared.
const TREE: &str = "post-fix";

/// What is on while a scenario runs on [`TREE`]. A fuzz target is told by its environment.
static IN_RUNS: LazyLock<AtomicU16> = LazyLock::new(|| {
    let name = std::env::var("PLANTED");
    AtomicU16::new(name.map_or(0, |name| number(&name)))
});

/// Chooses the mistake that is made while a scenario runs on the tree after the patch.
///
/// # Panics
/// If there is no mistake of that name.
pub fn choose_in_runs(name: &str) {
    IN_RUNS.store(number(name), Relaxed);
}

/// Notes which sites scenarios come by that `run` runs on the tree after the patch.
pub fn visits_in_runs(run: impl FnOnce()) -> Vec<u16> {
    visited(|| {
        IN_RUNS.store(VISITS, Relaxed);
        run();
        IN_RUNS.store(0, Relaxed);
    })
}

fn switched<R: Side, T>(body: impl FnOnce() -> T) -> T {
    if R::NAME == TREE {
        ACTIVE.set(IN_RUNS.load(Relaxed));
        TURNED.set(0);
    }
    let result = body();
    ACTIVE.set(0);
    result
}

/// Switches what is chosen on or off, for this thread.
pub fn switch(on: bool) {
    ACTIVE.set(if on { CHOSEN.load(Relaxed) } else { 0 });
    TURNED.set(0);
}

/// The mistake that is made now, if any, where it can be one of this site's.
#[inline(always)]
fn at(site: u16) -> u16 {
    let active = ACTIVE.get();
    if active == VISITS {
        visit(site);
    }
    active
}

#[cold]
fn visit(site: u16) {
    VISITED[usize::from(site / 64)].fetch_or(1 << (site % 64), Relaxed);
}

/// A loop of the port turns. With a mistake it may do so for ever.
fn turn() {
    if !matches!(ACTIVE.get(), 0 | VISITS) {
        TURNED.set(TURNED.get() + 1);
        assert!(TURNED.get() < TURNS, "it does not end");
    }
}
