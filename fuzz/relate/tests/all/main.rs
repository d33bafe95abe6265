// SPDX-License-Identifier: GPL-2.0-only
//! Small functions of our own in two versions, and what they come to. No kernel is needed.

mod findings;
mod loops;
mod names;
mod support;
mod values;
