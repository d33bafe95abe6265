// SPDX-License-Identifier: GPL-2.0-only
//! A run that is kept whole: its events, and where each step of it ends.

use crate::{Event, Returned};

/// A run, step by step.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recording {
    /// Every event, of all steps.
    pub events: Vec<Event>,
    /// The end of each step.
    pub steps: Vec<StepEnd>,
}

/// The end of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StepEnd {
    /// How many events there are by then.
    pub events: usize,
    /// What the step returned.
    pub returned: Returned,
    /// The file's flags, as far as they are decided: which bits, and their values.
    pub word: (u64, u64),
}
