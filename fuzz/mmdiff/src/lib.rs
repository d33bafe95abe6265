// SPDX-License-Identifier: GPL-2.0-only
//! Differential testing of Linux mm decision paths, revision against revision.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod check;
pub mod cli;
pub mod corpus;
pub mod explain;
pub mod oracle;
pub mod report;
pub mod run;
pub mod scenario;
pub mod survey;
pub mod trace;
pub mod world;
