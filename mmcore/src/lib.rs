// SPDX-License-Identifier: GPL-2.0-only
//! The decision paths of Linux mm that the flags of guest_memfd's mapping touch, ported to Rust.
//!
//! `mm/`, `virt/kvm/` and `include/linux/` are the kernel's folders: a file in them is named after the
//! kernel file that it ports, and a function has the kernel's name, order and arguments. C's labels
//! stand as comments, and so does the sense of its own. Every function is generic over two things:
//!
//! - [`Kernel`], the rest of the kernel, which the function asks and tells, call for call;
//! - [`Side`], the code that is run: the functions call each other through it.
//!
//! The files are v6.12's. Another [`Tree`] is one file of differences in `tree/`: reading
//! `tree/pre_fix.rs` is reading the patch "mm, virt: merge AS_UNMOVABLE and AS_INACCESSIBLE"
//! (27e6a24a4cf3). To run a tree's functions, call them as its [`Side`].
//!
//! # What differs from C, everywhere
//!
//! - Pointers are handles ([`Folio`], [`Mapping`], [`Page`], [`Lruvec`]): identity is all that C
//!   uses of them outside the helpers.
//! - `cc`, `current` and local arrays such as `fbatch` are behind the door too. A run has one of
//!   each, so they are not passed.
//! - WARN and BUG are calls, and BUG ends the function with [`Oops`]; `CONFIG_DEBUG_VM` is assumed
//!   to be set.
//! - Arithmetic wraps where C's unsigned arithmetic does, and where C's would be undefined.
//! - Three observers are not asked: `lruvec_memcg_debug`, `smp_rmb` and lockdep.
//!
//! # Example
//!
//! A kernel is whatever answers. This one has a single file, whose flags word it keeps, and writes
//! down what it is asked; no is its answer to everything else. Of a file whose write-back failed with
//! ENOSPC, the tree before the patch does not zero the truncated part of a page:
//!
//! ```
//! use mmcore::include::linux::pagemap::AS_ENOSPC;
//! use mmcore::tree::{PostFix, PreFix};
//! use mmcore::{Call, Folio, Kernel, PAGE_SIZE, Side};
//!
//! struct OneFile {
//!     flags: u64,
//!     asked: Vec<Call>,
//! }
//!
//! impl Kernel for OneFile {
//!     fn call(&mut self, call: Call) -> u64 {
//!         self.asked.push(call);
//!         match call {
//!             Call::RawMapping { .. } => 1, // folio->mapping: handle 1, not NULL
//!             Call::FolioSize { .. } => PAGE_SIZE,
//!             Call::FlagsAnd { mask, .. } => self.flags & mask,
//!             Call::TestBit { nr, .. } => self.flags >> nr & 1,
//!             _ => 0,
//!         }
//!     }
//! }
//!
//! /// What is zeroed when the file is truncated to 100 bytes.
//! fn zeroed<S: Side>() -> Vec<Call> {
//!     let mut kernel = OneFile { flags: 1 << AS_ENOSPC, asked: Vec::new() };
//!     assert_eq!(S::truncate_inode_partial_folio(&mut kernel, Folio(0), 100, -1), Ok(true));
//!     kernel.asked.retain(|call| matches!(call, Call::FolioZeroRange { .. }));
//!     kernel.asked
//! }
//!
//! assert_eq!(zeroed::<PreFix>(), []);
//! let rest = Call::FolioZeroRange { folio: Folio(0), offset: 100, length: 3996 };
//! assert_eq!(zeroed::<PostFix>(), [rest]);
//! ```

#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod errno;
/// Headers.
pub mod include {
    /// Headers of the kernel's own code.
    pub mod linux {
        pub mod pageblock_flags;
        pub mod pagemap;
        pub mod pagevec;
    }
}
pub mod kernel;
/// The memory manager.
pub mod mm {
    pub mod compaction;
    pub mod filemap;
    pub mod internal;
    pub mod migrate;
    pub mod shmem;
    pub mod truncate;
}
pub mod source;
pub mod tree;
/// Virtualization.
pub mod virt {
    /// The hypervisor.
    pub mod kvm {
        pub mod guest_memfd;
    }
}

pub use include::linux::pageblock_flags::{PAGEBLOCK_NR_PAGES, PAGEBLOCK_ORDER};
pub use include::linux::pagevec::PAGEVEC_SIZE;
pub use kernel::{
    Call, CallId, Domain, Door, Entry, Folio, IsolateMode, Kernel, Kind, Lasts, Lruvec, Mapping,
    MigrateMode, NodeStat, Oops, Page, Site, Word,
};
pub use tree::{Function, Side, Tree};

/// `PAGE_SHIFT` of x86-64: pages of 4096 bytes.
pub const PAGE_SHIFT: u32 = 12;
/// `PAGE_SIZE`, in bytes.
pub const PAGE_SIZE: u64 = 1 << PAGE_SHIFT;
/// `MAX_PAGE_ORDER` of x86-64: the largest block of the buddy allocator, as a power of two pages.
pub const MAX_PAGE_ORDER: u32 = 10;
/// `COMPACT_CLUSTER_MAX`, include/linux/swap.h: how many pages a scan isolates before it stops, and
/// how many page frames it looks at before it drops the lock.
pub const COMPACT_CLUSTER_MAX: u64 = 32;

/// Runs `body`, in which functions of the tree `R` are run.
///
/// Nothing comes of it here. It is where `fuzz/planted`, whose port takes this one's place, makes a
/// mistake in one tree and not in the one that it is compared with.
#[inline(always)]
pub fn running<R: Side, T>(body: impl FnOnce() -> T) -> T {
    body()
}
