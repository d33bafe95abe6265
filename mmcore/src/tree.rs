// SPDX-License-Identifier: GPL-2.0-only
//! Trees of the kernel, one file each, and in it exactly what differs from its [base](Tree::Base).
//!
//! The files of the port (`mm/`, `virt/`, `include/`) are v6.12's. Another tree overrides whole
//! functions, under the names that v6.12 has for them, and numbers; nothing else can differ, so a body
//! reads like one tree's C.
//!
//! A body calls the others as `S::truncate_inode_folio(k, ...)`. `S` is the [`Side`] that is run, not the tree that
//! the body belongs to: a tree that overrides a function is heard by all its callers, in its base too.

mod functions;
mod post_fix;
mod pre_fix;
mod v6_12;
mod v6_12_pre_fix;

pub use functions::{Function, Side};
pub use post_fix::PostFix;
pub use pre_fix::PreFix;
pub use v6_12::V6_12;
pub use v6_12_pre_fix::V6_12PreFix;

use crate::mm::compaction::{Goto, Scan};
use crate::{Folio, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, Oops, Page};
use functions::tree_methods;

/// Calls the macro that it is given with the type of every tree, in the order in which reports list
/// them.
#[macro_export]
macro_rules! each_tree {
    ($with:ident) => {
        $with![
            $crate::tree::PreFix,
            $crate::tree::PostFix,
            $crate::tree::V6_12PreFix,
            $crate::tree::V6_12,
        ];
    };
}

/// A tree of the kernel: its numbers, and the text of its functions. To run them, see [`Side`].
pub trait Tree: Copy + Default + Send + Sync + 'static {
    /// The tree that this one is like, but for what its file says.
    type Base: Tree;

    /// The name by which it is chosen.
    const NAME: &'static str;
    /// The tree and the commit.
    const TREE: &'static str;

    /// The flags of a mapping that only some trees have, or under other numbers, by name: see also
    /// [`pagemap::FLAGS`](crate::include::linux::pagemap::FLAGS).
    const FLAGS: &'static [(&'static str, u32)];
    /// The ported functions that the tree does not have: nothing in it calls them.
    const LACKS: &'static [Function] = <Self::Base as Tree>::LACKS;

    /// The number of `AS_RELEASE_ALWAYS`.
    const AS_RELEASE_ALWAYS: u32 = <Self::Base as Tree>::AS_RELEASE_ALWAYS;
    /// The number of `AS_STABLE_WRITES`.
    const AS_STABLE_WRITES: u32 = <Self::Base as Tree>::AS_STABLE_WRITES;
    /// The number of `AS_INACCESSIBLE`.
    const AS_INACCESSIBLE: u32 = <Self::Base as Tree>::AS_INACCESSIBLE;
    /// `AS_FOLIO_ORDER_BITS`: the width of the two fields of `mapping->flags` that hold a file's least
    /// and greatest folio order, in bits. v6.12.
    const AS_FOLIO_ORDER_BITS: u32 = <Self::Base as Tree>::AS_FOLIO_ORDER_BITS;
    /// `AS_FOLIO_ORDER_MIN`: the first bit of the least order. v6.12.
    const AS_FOLIO_ORDER_MIN: u32 = <Self::Base as Tree>::AS_FOLIO_ORDER_MIN;
    /// `AS_FOLIO_ORDER_MAX`: the first bit of the greatest order. v6.12.
    const AS_FOLIO_ORDER_MAX: u32 = Self::AS_FOLIO_ORDER_MIN + Self::AS_FOLIO_ORDER_BITS;

    /// The bits of `mapping->flags` that the truncation of a partial folio tests: one bit, or what a
    /// tree takes for a mask.
    const TRUNCATE_TESTS: u64 = 1 << Self::AS_INACCESSIBLE;
    /// The bit of `mapping->flags` that keeps folios where they are, as a mask.
    const PINS_FOLIOS: u64 = 1 << Self::AS_INACCESSIBLE;

    tree_methods!();

    /// `isolate_migratepages_block`, mm/compaction.c: the block under `if (PageHuge(page))`. `None` if
    /// it ends, and the turn goes on below it. It stands for itself because that function is cut into
    /// turns (see [`Scan`]), and this is where trees differ.
    #[inline(always)]
    fn page_huge<S: Side, K: Kernel>(scan: &mut Scan, k: &mut K, page: Page) -> Option<Goto> {
        <Self::Base as Tree>::page_huge::<S, K>(scan, k, page)
    }
}
