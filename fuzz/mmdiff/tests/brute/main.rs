// SPDX-License-Identifier: GPL-2.0-only
//! The explorer, checked against brute force: the same decisions, none missing and none made up.
//!
//! The explorer decides lazily: only what is asked is branched on, and what is decided is its
//! `Model`'s to say. Brute force is eager: a [`kernel::State`] has everything fixed before the run, a
//! counter goes through every combination, and the ported functions run on each. What either side
//! does and returns is a decision, and both ways must come to the same set of them. Nothing of the
//! `Model` is used here.
//!
//! Nothing changes by itself while a state runs, so the explorer is held to `races 0`.
mod cache;
mod decisions;
mod kernel;
mod migration;
mod range;
mod truncation;
