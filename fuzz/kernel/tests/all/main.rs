// SPDX-License-Identifier: GPL-2.0-only
//! The tests of the kernel's C, one binary: it compiles each revision once.

mod support;

mod conformance;
mod coverage;
mod extraction;
mod mutants;
mod places;
mod revisions;
mod trees;
