// SPDX-License-Identifier: GPL-2.0-only
//! The tree, compiled once a revision.

use mmcore::Function;
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmdiff_kernel::judge::Chance;
use mmdiff_kernel::tree::V6_10;
use mmdiff_kernel::{Compiled, Revision, Tree, revision};
use std::path::Path;
use std::sync::OnceLock;

/// The tree that is found.
pub(crate) fn tree() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| Tree::find(None).unwrap_or_else(|error| panic!("{error}")))
}

/// A revision whose C is at hand.
pub(crate) trait Side: mmcore::Side {
    const REVISION: &'static Revision;
    fn compiled() -> &'static Compiled;
}

fn compile(revision: &Revision, tree: &Tree) -> Compiled {
    Compiled::of(revision, tree, &[]).unwrap_or_else(|error| panic!("{error}"))
}

macro_rules! sides {
    ($($revision:ident = $how:ident of $tree:ident;)*) => {$(
        impl Side for $revision {
            const REVISION: &'static Revision = &revision::$how;

            fn compiled() -> &'static Compiled {
                static COMPILED: OnceLock<Compiled> = OnceLock::new();
                COMPILED.get_or_init(|| compile(Self::REVISION, $tree()))
            }
        }
    )*};
}
sides! {
    V6_12 = V6_12 of tree;
    V6_12PreFix = V6_12_PRE_FIX of tree;
    PreFix = PRE_FIX of v6_10;
    PostFix = POST_FIX of v6_10;
}

/// The functions of these names.
pub(crate) fn functions(names: &[&str]) -> Vec<Function> {
    names.iter().map(|name| Function::named(name).expect("it is ported")).collect()
}

/// Whether the seeds tell the C from the port, in any of the functions; what they show.
pub(crate) fn told_apart<S: mmcore::Side>(
    compiled: &Compiled,
    functions: &[Function],
    seeds: std::ops::Range<u64>,
) -> Option<String> {
    seeds.into_iter().find_map(|seed| Chance::of::<S>(compiled, functions, seed..seed + 1).first)
}

/// The tree of v6.10-rc5 that is named.
pub(crate) fn v6_10() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let path = std::env::var_os(V6_10).expect("the tests that need it are ignored without");
        Tree::read(Path::new(&path)).unwrap_or_else(|error| panic!("{error}"))
    })
}
