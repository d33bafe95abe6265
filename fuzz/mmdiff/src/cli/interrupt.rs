// SPDX-License-Identifier: GPL-2.0-only
//! Ctrl-C, or SIGTERM, as a CI sends it: the first asks a command to end with a report on what is done, a second ends the process.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on, [`asked`] says whether somebody has.
pub(super) fn catch() {
    // If there is a handler already, interrupts end the process, as they do by default.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether somebody has asked to stop.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
