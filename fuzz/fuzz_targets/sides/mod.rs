// SPDX-License-Identifier: GPL-2.0-only
//! The sides of the default change as types: a fuzz target links these two, and no other revision. That
//! they are those of the change is checked when a target begins.

/// The revision before.
pub(crate) type Old = mmdiff_world::mmcore::tree::PreFix;
/// The revision after.
pub(crate) type New = mmdiff_world::mmcore::tree::PostFix;
