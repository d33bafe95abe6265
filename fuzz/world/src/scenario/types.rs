// SPDX-License-Identifier: GPL-2.0-only
//! The scenario of each path.

use super::codec::{Below, List, choice, one_of, record};
use super::parts::{Edge, FileKind, FileSpec, FolioSpec, Order, Races};

// ---- flags ----

one_of! {
    /// A setter of `mapping->flags`, or an operation that goes through one.
    pub enum FlagOp {
        /// `mapping_set_unevictable`
        SetUnevictable,
        /// `mapping_clear_unevictable`
        ClearUnevictable,
        /// `mapping_set_exiting`
        SetExiting,
        /// `mapping_set_no_writeback_tags`
        SetNoWritebackTags,
        /// `mapping_set_large_folios`
        SetLargeFolios,
        /// `mapping_set_release_always`
        SetReleaseAlways,
        /// `mapping_clear_release_always`
        ClearReleaseAlways,
        /// `mapping_set_stable_writes`
        SetStableWrites,
        /// `mapping_clear_stable_writes`
        ClearStableWrites,
        /// `mapping_set_error(-ENOSPC)`
        SetErrorEnospc,
        /// `mapping_set_error(-EIO)`
        SetErrorEio,
        /// `mapping_set_error(0)`
        SetErrorNone,
        /// `shmem_lock(1)`
        ShmLock,
        /// `shmem_lock(0)`
        ShmUnlock,
        /// `shmem_lock(1)` beyond RLIMIT_MEMLOCK
        ShmLockRefused,
        /// `shmem_lock(0)` without a user to uncharge
        ShmUnlockNoUser,
        /// `shmem_unlock_mapping`
        ShmemUnlockMapping,
        /// `folio_evictable` of a folio in the mapping
        FolioEvictable,
        /// `folio_evictable` of an mlocked folio in the mapping
        FolioEvictableMlocked,
    }
}

record! {
    /// A mapping, a sequence of setters, and every test after each of them.
    pub struct FlagsScenario {
        /// The mapping.
        pub file: FileSpec,
        /// The setters.
        pub ops: List<FlagOp, 16>,
    }
}

// ---- creation ----

choice! {
    /// What is done to a new guest_memfd.
    pub enum GmemStep {
        /// Reads its error state, as `filemap_check_errors` does.
        CheckErrors,
        /// Reads its error state, as `filemap_check_and_keep_errors` does.
        CheckAndKeepErrors,
        /// A guest touches a page of it.
        Fault {
            /// Which page.
            page: Below<8>,
            /// The size of the folio that comes.
            order: Order,
        },
        /// `kvm_gmem_punch_hole` of whole pages.
        PunchHole {
            /// The first page.
            page: Below<8>,
            /// How many pages.
            pages: Below<8>,
        },
        /// `kvm_gmem_error_folio` of its first folio.
        ErrorFolio,
        /// `kvm_gmem_migrate_folio` of its first folio, past the flag that forbids it.
        MigrateFolio,
        /// `folio_evictable` of its first folio.
        FolioEvictable,
    }
}

record! {
    /// `__kvm_gmem_create`, what fails in it, and what follows.
    pub struct CreationScenario {
        /// There is no file descriptor left.
        pub no_fd: bool,
        /// There is no memory for the gmem.
        pub no_memory: bool,
        /// There is no file.
        pub no_file: bool,
        /// The file's mapping is not its inode's.
        pub foreign_mapping: bool,
        /// The size, in pages.
        pub pages: Below<32>,
        /// What is done to it.
        pub steps: List<GmemStep, 8>,
    }
}

// ---- errors ----

one_of! {
    /// A step of recording or reporting write-back errors.
    pub enum ErrorOp {
        /// `filemap_check_errors`
        CheckErrors,
        /// `filemap_check_and_keep_errors`
        CheckAndKeepErrors,
        /// `file_check_and_advance_wb_err`, as fsync does
        Fsync,
        /// `mapping_set_error(-ENOSPC)`
        SetEnospc,
        /// `mapping_set_error(-EIO)`
        SetEio,
        /// `mapping_set_error(-ENOMEM)`
        SetEnomem,
        /// `mapping_set_error(0)`
        SetNone,
    }
}

record! {
    /// A mapping, and errors that are recorded and reported.
    pub struct ErrorsScenario {
        /// The mapping.
        pub file: FileSpec,
        /// The inode is gone from under the mapping: there is no superblock to tell.
        pub no_host: bool,
        /// The steps.
        pub ops: List<ErrorOp, 12>,
    }
}

// ---- truncation ----

one_of! {
    /// The function under test.
    pub enum TruncateCall {
        /// `truncate_inode_partial_folio` of the first folio
        PartialFolio,
        /// `truncate_inode_pages_range`
        PagesRange,
        /// `shmem_undo_range`
        ShmemUndoRange,
        /// `truncate_inode_folio` of the first folio
        WholeFolio,
    }
}

one_of! {
    /// How the splits of a run end.
    pub enum SplitAnswer {
        /// All succeed.
        Splits,
        /// All fail.
        Fails,
        /// The first fails.
        FirstFails,
        /// The first fails, and nothing can unmap the folio.
        FailsStillMapped,
    }
}

record! {
    /// A file with folios, and a range that is taken out of it.
    pub struct TruncationScenario {
        /// The function.
        pub call: TruncateCall,
        /// The file.
        pub file: FileSpec,
        /// The folio that the range is measured by, and the first in the file.
        pub folio: FolioSpec,
        /// How many of its own sizes it lies into the file; the highest is the top of the file.
        pub index: Below<4>,
        /// The first byte.
        pub start: Edge,
        /// The last byte.
        pub end: Edge,
        /// The range has no end.
        pub to_eof: bool,
        /// How splits end.
        pub split: SplitAnswer,
        /// The folios after the first, one behind the other.
        pub more: List<FolioSpec, 3>,
        /// What others do meanwhile.
        pub races: Races,
    }
}

// ---- migration ----

one_of! {
    /// The function under test.
    pub enum MigrateCall {
        /// `move_to_new_folio`
        MoveToNewFolio,
        /// `fallback_migrate_folio`
        FallbackMigrateFolio,
        /// `migrate_folio`
        MigrateFolio,
        /// `writeout`
        Writeout,
    }
}

one_of! {
    /// Who a folio belongs to.
    pub enum FolioOwner {
        /// A file.
        File,
        /// A process, and nobody else.
        Anon,
        /// A process, and the swap cache.
        SwapCache,
        /// A driver that can move it.
        Driver,
        /// A driver that could move it, and has released it.
        DriverReleased,
    }
}

one_of! {
    /// How a migration callback (a filesystem's or a driver's) ends.
    pub enum MigrateCallback {
        /// As the kind of file has it; a driver's succeeds.
        Own,
        /// There is none.
        Absent,
        /// `-EAGAIN`
        Again,
        /// `-EBUSY`
        Busy,
        /// It succeeds, and a driver's clears the isolated flag against the rules.
        Careless,
    }
}

one_of! {
    /// How `->writepage` ends.
    pub enum WritepageCallback {
        /// It starts write-back and unlocks.
        Starts,
        /// There is none.
        Absent,
        /// It keeps the folio locked and dirty.
        Activate,
        /// It fails, and unlocks.
        Fails,
    }
}

record! {
    /// One folio that is moved.
    pub struct MigrationScenario {
        /// The function.
        pub call: MigrateCall,
        /// `enum migrate_mode`.
        #[serde(with = "super::forms::mode")]
        pub mode: Below<4>,
        /// Who owns the folio.
        pub owner: FolioOwner,
        /// Its file, if it has one.
        pub file: FileSpec,
        /// The folio.
        pub folio: FolioSpec,
        /// The migration callback.
        pub migrate: MigrateCallback,
        /// The writepage callback.
        pub writepage: WritepageCallback,
        /// The filesystem does not give up its private data.
        pub keeps_private: bool,
        /// The copy meets poison.
        pub poison: bool,
        /// The source is not locked: a caller's mistake.
        pub src_unlocked: bool,
        /// The destination is not locked: a caller's mistake.
        pub dst_unlocked: bool,
        /// The source was not isolated: a caller's mistake.
        pub not_isolated: bool,
        /// The destination is device memory.
        pub zone_device: bool,
        /// What others do meanwhile.
        pub races: Races,
    }
}

// ---- compaction ----

one_of! {
    /// The function under test.
    pub enum ScanCall {
        /// `isolate_migratepages_block`, up to the end of the last item
        Block,
        /// `isolate_migratepages_block`, to the end of the pageblock
        WholeBlock,
        /// `isolate_migratepages_range`, which may cross pageblocks
        Range,
    }
}

record! {
    /// `struct compact_control`, and the isolate mode.
    pub struct Controls {
        /// `cc->mode`: 0 async, 1 sync light, 2 sync.
        #[serde(with = "super::forms::mode")]
        pub mode: Below<3>,
        /// `cc->order` plus 1: 0 is -1.
        #[serde(rename = "order", with = "super::forms::cc_order")]
        pub order_plus_one: Below<12>,
        /// `__GFP_FS` is *not* in `cc->gfp_mask`.
        pub nofs: bool,
        /// `cc->direct_compaction`.
        pub direct: bool,
        /// `cc->alloc_contig`.
        pub alloc_contig: bool,
        /// `cc->ignore_skip_hint`.
        pub ignore_skip_hint: bool,
        /// `cc->no_set_skip_hint`.
        pub no_set_skip_hint: bool,
        /// `cc->finish_pageblock`.
        pub finish_pageblock: bool,
        /// `cc->nr_migratepages` on entry: 0, 1, 31 or 32.
        #[serde(with = "super::forms::nr_migratepages")]
        pub nr_migratepages: Below<4>,
        /// The isolate mode lacks ISOLATE_UNEVICTABLE.
        pub skip_unevictable: bool,
    }
}

one_of! {
    /// Where the scan starts in its pageblock.
    pub enum StartPfn {
        /// At its first page frame.
        Aligned,
        /// At its second.
        Second,
        /// One before a multiple of 32.
        Before32,
        /// At a multiple of 32.
        At32,
        /// So that the first item ends with the pageblock.
        NearEnd,
    }
}

one_of! {
    /// What a stretch of page frames holds.
    pub enum ItemKind {
        /// A folio of a file.
        File,
        /// An anonymous folio.
        Anon,
        /// An anonymous folio in the swap cache.
        SwapCache,
        /// A free block.
        Buddy,
        /// A free block that is allocated while its order is read: garbage.
        BuddyGarbage,
        /// A hugetlb page that can be isolated.
        Huge,
        /// A hugetlb page that is dissolved.
        HugeDissolves,
        /// A hugetlb page that is busy.
        HugeBusy,
        /// A hugetlb page for which there is no replacement.
        HugeNoMemory,
        /// A page of a driver that can be isolated.
        Driver,
        /// A page of a driver that refuses.
        DriverRefuses,
        /// A page of a driver that somebody isolated before.
        DriverIsolated,
        /// A page of the kernel.
        Kernel,
        /// A folio that is being freed.
        Freeing,
        /// A compound page of the kernel.
        KernelCompound,
    }
}

record! {
    /// A stretch of page frames.
    pub struct Item {
        /// What it holds.
        pub kind: ItemKind,
        /// The folio's state; its order is that of the stretch.
        pub folio: FolioSpec,
        /// Which of the files it belongs to.
        pub file: Below<2>,
        /// It is on the second LRU list.
        pub other_lruvec: bool,
        /// Page frames of the kernel's before it.
        pub gap: Below<4>,
    }
}

record! {
    /// A pageblock that is scanned.
    pub struct CompactionScenario {
        /// The function.
        pub call: ScanCall,
        /// The scan controls.
        pub cc: Controls,
        /// Where it starts.
        pub start: StartPfn,
        /// The zone starts where the scan starts.
        pub zone_starts_here: bool,
        /// The pageblock is marked to be skipped.
        pub skip_marked: bool,
        /// How often too much is isolated when the scan asks.
        pub throttled: Below<4>,
        /// What the pageblock holds.
        pub items: List<Item, 8>,
        /// The files that folios belong to.
        pub files: List<FileSpec, 2>,
        /// What others do meanwhile.
        pub races: Races,
    }
}

// ---- lifecycle ----

choice! {
    /// An operation of user space, of a guest, or of the kernel on their behalf.
    ///
    /// `file` chooses among the files that exist; `at` is a position, `len` a length.
    pub enum Op {
        /// Creates a file.
        Create {
            /// Of which kind.
            kind: FileKind,
        },
        /// Writes to a file.
        Write {
            /// Which file.
            file: Below<4>,
            /// From where.
            at: Position,
            /// How much.
            len: Position,
            /// The size of the folios that come into the page cache.
            order: Order,
        },
        /// `ftruncate`
        Truncate {
            /// Which file.
            file: Below<4>,
            /// To which size.
            size: Position,
        },
        /// `fallocate(FALLOC_FL_PUNCH_HOLE)`
        PunchHole {
            /// Which file.
            file: Below<4>,
            /// From where.
            at: Position,
            /// How much.
            len: Position,
        },
        /// `shmctl(SHM_LOCK)`
        ShmLock {
            /// Which file.
            file: Below<4>,
        },
        /// `shmctl(SHM_UNLOCK)`
        ShmUnlock {
            /// Which file.
            file: Below<4>,
        },
        /// A write-back fails.
        RecordError {
            /// Which file's.
            file: Below<4>,
            /// With ENOSPC, not EIO.
            enospc: bool,
        },
        /// `fsync`
        Fsync {
            /// Which file.
            file: Below<4>,
        },
        /// A compaction pass over all memory.
        Compact {
            /// `cc->mode`.
            #[serde(with = "super::forms::mode")]
            mode: Below<3>,
        },
        /// Moves one folio.
        Migrate {
            /// Of which file.
            file: Below<4>,
            /// At which page.
            page: Below<16>,
            /// `enum migrate_mode`.
            #[serde(with = "super::forms::mode")]
            mode: Below<3>,
        },
        /// The next split of a folio fails.
        FailSplit,
        /// The guest touches a page of a guest_memfd.
        FaultPrivate {
            /// Which file.
            file: Below<4>,
            /// Which page.
            page: Below<16>,
            /// The size of the folio that comes.
            order: Order,
        },
        /// `posix_fadvise`-like drop of clean folios: reclaim visits the file.
        Reclaim {
            /// Which file.
            file: Below<4>,
        },
    }
}

impl Op {
    /// What user space calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Create { kind: FileKind::GuestMemfd } => "guest_memfd creation",
            Op::Create { .. } => "open",
            Op::Write { .. } => "write",
            Op::Truncate { .. } => "ftruncate",
            Op::PunchHole { .. } => "PUNCH_HOLE",
            Op::ShmLock { .. } => "SHM_LOCK",
            Op::ShmUnlock { .. } => "SHM_UNLOCK",
            Op::RecordError { .. } => "failed write-back",
            Op::Fsync { .. } => "fsync",
            Op::Compact { .. } => "compaction",
            Op::Migrate { .. } => "move_pages",
            Op::FailSplit => "failed split",
            Op::FaultPrivate { .. } => "guest fault",
            Op::Reclaim { .. } => "reclaim",
        }
    }
}

record! {
    /// A byte position or length: pages and bytes.
    #[serde(try_from = "super::forms::Bytes", into = "super::forms::Bytes")]
    pub struct Position {
        /// Whole pages.
        pub pages: Below<40>,
        /// Bytes more: see [`Position::bytes`].
        pub rest: Below<8>,
    }
}

/// The distances from a page boundary that are worth trying.
const RESTS: [u64; 8] = [0, 100, 1, 4095, 2048, 512, 4000, 7];

impl Position {
    /// One more than the most pages.
    pub(crate) const MAX_PAGES: u8 = 40;
    /// How many bytes there can be beyond whole pages, by their code.
    pub(crate) const RESTS: [u64; 8] = RESTS;

    /// The position `pages` pages and `rest` bytes into a file, if there is a code for `rest`.
    pub fn at(pages: u8, rest: u64) -> Option<Position> {
        let code = RESTS.iter().position(|&known| known == rest)?;
        Some(Position { pages: Below::new(pages), rest: Below::new(code as u8) })
    }

    /// In bytes.
    pub fn bytes(&self) -> u64 {
        u64::from(self.pages.get()) * mmcore::PAGE_SIZE + RESTS[usize::from(self.rest.get())]
    }
}

record! {
    /// Operations, one after the other.
    pub struct LifecycleScenario {
        /// The operations.
        pub ops: List<Op, 24>,
    }
}
