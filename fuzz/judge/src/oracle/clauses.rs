// SPDX-License-Identifier: GPL-2.0-only
//! What the patch intends to change, as predicates.
//!
//! A clause looks at one difference, in the light of both runs, and says whether it is the very one
//! that the patch means. It is directed: it says which side may do what. A difference that no clause
//! explains is *beyond* the intent.

use super::compare::{Difference, Side, What};
use super::sort::View;
use crate::run::Returned;
use crate::trace::Event;
use mmcore::errno::ENOSPC;
use mmcore::include::linux::pagemap::AS_ENOSPC;
use mmcore::{Call, Function};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A reading of what the patch intends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// The fix: the mask read is wrong wherever it is made, and every difference that stems from it
    /// is the bug going away.
    Fix,
    /// The commit message at its word: outside guest_memfd the flag had no effect, so nothing
    /// outside guest_memfd may change.
    Message,
}

impl Intent {
    /// All of them.
    pub const ALL: [Intent; 2] = [Intent::Fix, Intent::Message];

    /// Its name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Intent::Fix => "fix",
            Intent::Message => "message",
        }
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A clause of the intended semantics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Clause {
    /// Truncation may differ where the old side tests the mask.
    MaskRead,
    /// The word of a new guest_memfd may lose AS_ENOSPC.
    MaskWrite,
    /// The error that this bit would have reported may vanish.
    MaskWriteError,
}

impl Clause {
    /// Every clause.
    pub const ALL: [Clause; 3] = [Clause::MaskRead, Clause::MaskWrite, Clause::MaskWriteError];

    /// Its name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Clause::MaskRead => "mask-read",
            Clause::MaskWrite => "mask-write",
            Clause::MaskWriteError => "mask-write-error",
        }
    }

    /// What of the patch it stands for.
    pub const fn meaning(self) -> &'static str {
        match self {
            Clause::MaskRead => "truncation tests the bit AS_INACCESSIBLE, no longer a mask",
            Clause::MaskWrite => "a new guest_memfd no longer has AS_ENOSPC set by mistake",
            Clause::MaskWriteError => "so nobody can report that ENOSPC any more",
        }
    }

    /// Whether the clause explains `difference`.
    pub(super) fn explains(self, difference: &Difference, view: &View<'_>) -> bool {
        match self {
            Clause::MaskRead => mask_read(difference, view),
            Clause::MaskWrite => mask_write(difference, view),
            Clause::MaskWriteError => mask_write_error(difference, view),
        }
    }
}

/// The last read of a mapping's flags at or before `at`, inside the partial truncation that is open
/// there.
fn deciding_read(events: &[Event], at: usize) -> Option<&Event> {
    let mut depth = 0;
    for event in events[..at.min(events.len())].iter().rev() {
        match event.call {
            Call::Leave {} => depth += 1,
            Call::Enter { .. } if depth > 0 => depth -= 1,
            Call::Enter { .. } => return None,
            Call::TestBit { .. } | Call::FlagsAnd { .. } if depth == 0 => return Some(event),
            _ => {}
        }
    }
    None
}

/// The two reads by which the sides decided whether to zero, if the old one read the mask and the
/// new one the bit.
pub(super) fn deciding_reads<'a>(
    difference: &Difference,
    view: &View<'a>,
) -> Option<(&'a Event, &'a Event)> {
    let (pre, post) = view.events();
    let pre_read = deciding_read(pre, difference.at.0)?;
    let post_read = deciding_read(post, difference.at.1)?;
    let mask = view.pre.tree.truncate_tests;
    let bit = view.post.tree.truncate_tests;
    let reads_mask = matches!(pre_read.call, Call::FlagsAnd { mask: read, .. } if read == mask);
    let reads_bit = matches!(post_read.call, Call::TestBit { nr, .. } if 1 << nr == bit);
    (reads_mask && reads_bit).then_some((pre_read, post_read))
}

/// `mask-read`: exactly one side zeroes a range; the old side, if it does, because the mask was
/// clear; the new side, if it does, because the mapping is not inaccessible. (Bytes that differ where
/// such a zeroing differed are its consequence, and no difference of their own.)
fn mask_read(difference: &Difference, view: &View<'_>) -> bool {
    match difference.what {
        What::Effect(side, Event { call: Call::FolioZeroRange { .. }, .. }) => {
            let Some((pre, post)) = deciding_reads(difference, view) else {
                return false;
            };
            match side {
                Side::Pre => pre.answer == 0 && post.answer != 0,
                Side::Post => pre.answer != 0 && post.answer == 0,
            }
        }
        _ => false,
    }
}

/// Whether a new guest_memfd's words differ by AS_ENOSPC on the old side and by nothing else.
fn differs_by_enospc(pre: u64, post: u64) -> bool {
    pre == post | 1 << AS_ENOSPC && pre != post
}

/// `mask-write`: the store of the mask in `__kvm_gmem_create`, and the one bit that it leaves.
fn mask_write(difference: &Difference, view: &View<'_>) -> bool {
    match difference.what {
        What::Effect(
            Side::Pre,
            Event { call: Call::StoreFlags { mapping, clear: 0, set }, .. },
        ) => {
            view.function(difference) == Some(Function::KvmGmemCreate)
                && set == view.pre.tree.truncate_tests
                && view.words(mapping).is_some_and(|(pre, post)| differs_by_enospc(pre, post))
        }
        What::Word(mapping, pre, post) => {
            view.creates()
                && view.is_guest_memory(mapping)
                && differs_by_enospc(pre, post)
                && !view.pre.world.file(mapping).owes_enospc
        }
        _ => false,
    }
}

/// `mask-write-error`: a reporter finds the bit on the old side alone, where the words differed by
/// it when the step began and no write-back had set it.
fn mask_write_error(difference: &Difference, view: &View<'_>) -> bool {
    match difference.what {
        What::Effect(
            Side::Pre,
            Event { call: Call::TestAndClearBit { mapping, nr: AS_ENOSPC }, answer: 1 },
        ) => {
            view.function(difference) == Some(Function::FilemapCheckErrors)
                && view.was_spurious(mapping)
        }
        What::Returned(Returned::Value(pre), Returned::Value(0)) => {
            pre == -i64::from(ENOSPC)
                && view.calls_reporter()
                && view.reported_mapping().is_some_and(|mapping| view.was_spurious(mapping))
        }
        _ => false,
    }
}
