// SPDX-License-Identifier: GPL-2.0-only
//! Replay: what is fed from which folders and archives, what is reported of the rest, and what comes
//! of it all.

mod archives;
mod command;
mod fixtures;
mod folders;
mod junit;
mod outcome;
mod zips;
