// SPDX-License-Identifier: GPL-2.0-only
//! The objects of the simulated kernel: folios, files with their mappings, and the scan's controls.

use super::extents::{Byte, Extents};
use crate::scenario::{FileKind, MigrateCallback, WritepageCallback};
use mmcore::include::linux::pagemap::{AS_EIO, AS_ENOSPC};
use mmcore::{Folio, Mapping, MigrateMode, PAGE_SIZE};

/// Who holds a lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Lock {
    /// Nobody.
    #[default]
    Free,
    /// The thread that runs the function under test.
    Ours,
    /// Another thread.
    Theirs,
}

/// A page that a driver can move.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Driver {
    /// Not a driver's page.
    #[default]
    No,
    /// A driver's, and it stands by it.
    Movable,
    /// A driver's, released since it was isolated.
    Released,
    /// A driver's, and it refuses to let it be isolated.
    Refuses,
}

/// A folio.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FolioState {
    /// Its size, as a power of two pages.
    pub order: u8,
    /// Its first page frame.
    pub pfn: u64,
    /// The mapping whose page cache (or swap cache) it is in.
    pub mapping: Option<Mapping>,
    /// Its first page's place in the mapping.
    pub index: u64,
    /// Anonymous.
    pub anon: bool,
    /// Swap-backed: anonymous, or shmem. Such folios are on the LRU lists of anonymous memory.
    pub swapbacked: bool,
    /// A driver's.
    pub driver: Driver,
    /// PG_isolated, of a driver's page.
    pub isolated: bool,
    /// A hugetlb folio.
    pub huge: bool,
    /// PG_locked, and by whom.
    pub lock: Lock,
    /// The reference count.
    pub refs: i32,
    /// How many of the references the function under test took.
    pub ours: i32,
    /// How many page tables map it.
    pub mapcount: i32,
    /// Private data of the filesystem.
    pub private: bool,
    /// PG_dirty.
    pub dirty: bool,
    /// PG_writeback.
    pub writeback: bool,
    /// PG_unevictable.
    pub unevictable: bool,
    /// PG_mlocked.
    pub mlocked: bool,
    /// PG_lru.
    pub lru: bool,
    /// On its LRU list.
    pub on_list: bool,
    /// Which LRU list.
    pub lruvec: u8,
    /// The function under test cleared PG_lru and has not accounted for it yet.
    pub lru_taken: bool,
    /// On `cc->migratepages`.
    pub listed: bool,
    /// Device memory.
    pub zone_device: bool,
    /// Freed.
    pub freed: bool,
    /// The data has not been copied to it yet, though the mapping was switched.
    pub uncopied: bool,
    /// The folio whose data was copied to it last: v6.12 copies before it switches the mapping.
    pub copied_from: Option<Folio>,
    /// How it stood when the function under test began.
    pub before: Before,
}

/// What the function under test held of a folio when it began.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Before {
    /// The lock.
    pub lock: Lock,
    /// The references.
    pub ours: i32,
    /// It was on `cc->migratepages`.
    pub listed: bool,
}

impl FolioState {
    /// How many pages it has.
    pub fn nr_pages(&self) -> u64 {
        1 << self.order
    }

    /// Its size, in bytes.
    pub fn size(&self) -> u64 {
        PAGE_SIZE << self.order
    }

    /// Its first byte's place in the mapping.
    pub fn pos(&self) -> u64 {
        self.index.wrapping_mul(PAGE_SIZE)
    }

    /// The references that the page cache, the page tables and the private data hold.
    pub fn accounted_refs(&self) -> i32 {
        let cache = if self.mapping.is_some() { self.nr_pages() as i32 } else { 0 };
        cache + self.mapcount + i32::from(self.private)
    }
}

/// A file, its mapping, and what its bytes are.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FileState {
    /// Its kind; `None` is the swap cache.
    pub kind: Option<FileKind>,
    /// `mapping->flags`.
    pub flags: u64,
    /// The function under test has the file open, so that the inode cannot go.
    pub held: bool,
    /// The mapping has been freed.
    pub freed: bool,
    /// There is a `mapping->host`.
    pub has_host: bool,
    /// `i_size`, in bytes.
    pub size: u64,
    /// VM_LOCKED: SHM_LOCK is in force.
    pub vm_locked: bool,
    /// An ENOSPC has been recorded that nobody has reported yet, flags aside.
    pub owes_enospc: bool,
    /// The same for EIO.
    pub owes_eio: bool,
    /// `mapping->wb_err`: the error, and how many were recorded.
    pub wb_err: (i32, u32),
    /// How many of them the open file has seen.
    pub wb_seen: u32,
    /// How many gmems are bound to it.
    pub gmems: u32,
    /// How often `invalidate_lock` is held.
    pub invalidate_lock: i32,
    /// The folios in its page cache, by index.
    pub cached: Vec<Folio>,
    /// What the page cache holds.
    pub cache: Extents,
    /// What the disk holds; zero where there is none.
    pub disk: Extents,
    /// What user space must see, by the rules of POSIX.
    pub truth: Extents,
    /// How its migration callback ends.
    pub migrate: MigrateCallback,
    /// How its writepage callback ends.
    pub writepage: WritepageCallback,
    /// It does not give up private data.
    pub keeps_private: bool,
}

impl FileState {
    /// The flags by which an error that is still to be reported is remembered.
    pub fn owes(&self) -> u64 {
        u64::from(self.owes_enospc) << AS_ENOSPC | u64::from(self.owes_eio) << AS_EIO
    }

    /// A new file of a kind, with no flags set.
    pub fn new(kind: Option<FileKind>) -> Self {
        let mut file = FileState::without_runs(kind);
        file.cache.reset(Byte::Absent);
        file.disk.reset(Byte::Zero);
        file.truth.reset(Byte::Zero);
        file
    }

    /// A new file that has not allocated anything, and says nothing of its bytes.
    fn without_runs(kind: Option<FileKind>) -> Self {
        FileState {
            kind,
            flags: 0,
            held: false,
            freed: false,
            has_host: true,
            size: 0,
            vm_locked: false,
            owes_enospc: false,
            owes_eio: false,
            wb_err: (0, 0),
            wb_seen: 0,
            gmems: u32::from(kind == Some(FileKind::GuestMemfd)),
            invalidate_lock: 0,
            cached: Vec::new(),
            cache: Extents::unset(),
            disk: Extents::unset(),
            truth: Extents::unset(),
            migrate: MigrateCallback::Own,
            writepage: WritepageCallback::Starts,
            keeps_private: false,
        }
    }

    /// Makes it a new file of a kind, and keeps what it has allocated.
    pub(super) fn reset(&mut self, kind: Option<FileKind>) {
        let take = |runs: &mut Extents| std::mem::replace(runs, Extents::unset());
        *self = FileState {
            cached: std::mem::take(&mut self.cached),
            cache: take(&mut self.cache),
            disk: take(&mut self.disk),
            truth: take(&mut self.truth),
            ..FileState::without_runs(kind)
        };
        self.cached.clear();
        self.cache.reset(Byte::Absent);
        self.disk.reset(Byte::Zero);
        self.truth.reset(Byte::Zero);
    }

    /// Whether the kind has a `->migrate_folio`.
    pub fn has_migrate_folio(&self) -> bool {
        let own = !matches!(self.kind, Some(FileKind::Ramfs | FileKind::Disk));
        match self.migrate {
            MigrateCallback::Own => own,
            MigrateCallback::Absent => false,
            _ => true,
        }
    }

    /// Whether the kind has a `->writepage`.
    pub fn has_writepage(&self) -> bool {
        let own = self.kind.is_none_or(|kind| kind.is_shmem() || kind == FileKind::Disk);
        own && self.writepage != WritepageCallback::Absent
    }

    /// Whether it is tmpfs.
    pub fn is_shmem(&self) -> bool {
        self.kind.is_some_and(FileKind::is_shmem)
    }

    /// Whether its folios are a guest's alone, and must stay where they are.
    pub fn is_guest_memory(&self) -> bool {
        self.kind == Some(FileKind::GuestMemfd)
    }

    /// Whether it is written back to a disk.
    pub fn is_on_disk(&self) -> bool {
        matches!(self.kind, Some(FileKind::Disk | FileKind::DiskZeroing))
    }

    /// What a reader sees at each byte of `start..end`: the page cache, or else the disk.
    pub fn visible(&self, start: u64, end: u64) -> impl Iterator<Item = (u64, u64, Byte)> + '_ {
        self.cache.runs(start, end).flat_map(move |(from, to, byte)| {
            let disk = (byte == Byte::Absent).then(|| self.disk.runs(from, to));
            let cache = (byte != Byte::Absent).then_some((from, to, byte));
            disk.into_iter().flatten().chain(cache)
        })
    }
}

/// `struct compact_control`, and the counters that a scan leaves behind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cc {
    /// `cc->mode`
    pub mode: MigrateMode,
    /// `cc->order`
    pub order: i32,
    /// `cc->gfp_mask & __GFP_FS`
    pub gfp_fs: bool,
    /// `cc->direct_compaction`
    pub direct: bool,
    /// `cc->alloc_contig`
    pub alloc_contig: bool,
    /// `cc->ignore_skip_hint`
    pub ignore_skip_hint: bool,
    /// `cc->no_set_skip_hint`
    pub no_set_skip_hint: bool,
    /// `cc->finish_pageblock`
    pub finish_pageblock: bool,
    /// `cc->contended`
    pub contended: bool,
    /// `cc->nr_migratepages`
    pub nr_migratepages: u32,
    /// `cc->migrate_pfn`
    pub migrate_pfn: u64,
    /// `cc->total_migrate_scanned`
    pub total_scanned: u64,
    /// COMPACTISOLATED
    pub nr_isolated_events: u64,
}

impl Default for Cc {
    fn default() -> Self {
        Cc {
            mode: MigrateMode::Async,
            order: -1,
            gfp_fs: true,
            direct: false,
            alloc_contig: false,
            ignore_skip_hint: false,
            no_set_skip_hint: false,
            finish_pageblock: false,
            contended: false,
            nr_migratepages: 0,
            migrate_pfn: 0,
            total_scanned: 0,
            nr_isolated_events: 0,
        }
    }
}

/// What a stretch of page frames holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slot {
    /// A folio, alive or being freed.
    Folio(Folio),
    /// A free block; the number is what `buddy_order_unsafe` says.
    Buddy(u64),
    /// A hugetlb folio, and what `isolate_or_dissolve_huge_page` makes of it.
    Huge(Folio, HugeFate),
    /// A compound page of the kernel.
    KernelCompound,
    /// Single pages of the kernel.
    Kernel,
}

/// What `isolate_or_dissolve_huge_page` makes of a hugetlb folio.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HugeFate {
    /// It is isolated.
    Isolated,
    /// It is dissolved into free pages.
    Dissolved,
    /// `-EBUSY`
    Busy,
    /// `-ENOMEM`
    NoMemory,
}
