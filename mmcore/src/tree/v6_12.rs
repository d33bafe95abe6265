// SPDX-License-Identifier: GPL-2.0-only
//! `v6.12`: the long-term tree, as Debian's package `linux-source-6.12` holds it (6.12.117).
//!
//! The patch is in it, under other numbers, and so is what else changed in mm meanwhile. Its functions
//! are the files of the port.

use super::Tree;
use super::functions::{Side, root_methods};
use crate::include::linux::pagemap;
use crate::mm::compaction::{Goto, Scan};
use crate::mm::{compaction, filemap, internal, migrate, shmem, truncate};
use crate::virt::kvm::guest_memfd;
use crate::{Folio, Function, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, Oops, Page};

/// The long-term tree.
#[derive(Clone, Copy, Default, Debug)]
pub struct V6_12;

impl Tree for V6_12 {
    /// There is none below it: it has everything of its own.
    type Base = V6_12;

    const NAME: &'static str = "v6.12";
    const TREE: &'static str = "v6.12, as Debian ships it (6.12.117)";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_INACCESSIBLE", Self::AS_INACCESSIBLE),
        ("AS_FOLIO_ORDER_MIN.0", Self::AS_FOLIO_ORDER_MIN),
        ("AS_FOLIO_ORDER_MIN.1", Self::AS_FOLIO_ORDER_MIN + 1),
        ("AS_FOLIO_ORDER_MIN.2", Self::AS_FOLIO_ORDER_MIN + 2),
        ("AS_FOLIO_ORDER_MIN.3", Self::AS_FOLIO_ORDER_MIN + 3),
        ("AS_FOLIO_ORDER_MIN.4", Self::AS_FOLIO_ORDER_MIN + 4),
        ("AS_FOLIO_ORDER_MAX.0", Self::AS_FOLIO_ORDER_MAX),
        ("AS_FOLIO_ORDER_MAX.1", Self::AS_FOLIO_ORDER_MAX + 1),
        ("AS_FOLIO_ORDER_MAX.2", Self::AS_FOLIO_ORDER_MAX + 2),
        ("AS_FOLIO_ORDER_MAX.3", Self::AS_FOLIO_ORDER_MAX + 3),
        ("AS_FOLIO_ORDER_MAX.4", Self::AS_FOLIO_ORDER_MAX + 4),
    ];

    const LACKS: &'static [Function] = &[];

    const AS_RELEASE_ALWAYS: u32 = 6;
    const AS_STABLE_WRITES: u32 = 7;
    const AS_INACCESSIBLE: u32 = 8;
    const AS_FOLIO_ORDER_BITS: u32 = 5;
    const AS_FOLIO_ORDER_MIN: u32 = 16;

    root_methods!();

    #[inline(always)]
    fn page_huge<S: Side, K: Kernel>(scan: &mut Scan, k: &mut K, page: Page) -> Option<Goto> {
        scan.page_huge(k, page)
    }
}
