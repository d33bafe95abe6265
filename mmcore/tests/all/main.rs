// SPDX-License-Identifier: GPL-2.0-only
//! The tests of the port, one binary: seventeen of their own take longer to link than to run.

mod script;

mod compaction_exit;
mod compaction_helpers;
mod compaction_locks;
mod compaction_lru;
mod compaction_pages;
mod compaction_scan;
mod compaction_whole;
mod filemap;
mod guest_memfd;
mod internal;
mod kernel;
mod migrate;
mod pagemap;
mod shmem;
mod shmem_lock;
mod truncate;
mod truncate_range;
