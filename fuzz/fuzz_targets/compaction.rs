// SPDX-License-Identifier: GPL-2.0-only
//! The `compaction` path: no difference beyond the intent, no invariant broken that should hold.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mmdiff::fuzz::run(
    mmdiff::scenario::Path::Compaction,
    bytes
));
