// SPDX-License-Identifier: GPL-2.0-only
//! The tree, compiled once a revision.

use mmcore::tree::{V6_12, V6_12PreFix};
use mmdiff_kernel::judge::Chance;
use mmdiff_kernel::{Compiled, Edit, Judged, Tree, revision, sample};
use std::sync::OnceLock;

/// The tree that is found.
pub(crate) fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| Tree::find(None).unwrap_or_else(|error| panic!("{error}")))
}

/// A revision whose C is at hand.
pub(crate) trait Side: Judged {
    fn edits() -> Vec<Edit>;
    fn compiled() -> &'static Compiled;
}

fn compile(edits: &[Edit]) -> Compiled {
    Compiled::new(tree(), edits).unwrap_or_else(|error| panic!("{error}"))
}

impl Side for V6_12 {
    fn edits() -> Vec<Edit> {
        revision::v6_12()
    }

    fn compiled() -> &'static Compiled {
        static COMPILED: OnceLock<Compiled> = OnceLock::new();
        COMPILED.get_or_init(|| compile(&Self::edits()))
    }
}

impl Side for V6_12PreFix {
    fn edits() -> Vec<Edit> {
        revision::v6_12_pre_fix()
    }

    fn compiled() -> &'static Compiled {
        static COMPILED: OnceLock<Compiled> = OnceLock::new();
        COMPILED.get_or_init(|| compile(&Self::edits()))
    }
}

/// The kinds of invocations of the functions of that name.
pub(crate) fn kinds_of<R: Judged>(names: &[&str]) -> Vec<usize> {
    let named = |kind: &usize| names.contains(&sample::draw(*kind, 0).name::<R>());
    (0..sample::KINDS).filter(named).collect()
}

/// Whether the seeds tell the C from the port, in any of the kinds; what they show.
pub(crate) fn told_apart<R: Judged>(
    compiled: &Compiled,
    kinds: &[usize],
    seeds: std::ops::Range<u64>,
) -> Option<String> {
    seeds.into_iter().find_map(|seed| Chance::of::<R>(compiled, kinds, seed..seed + 1).first)
}
