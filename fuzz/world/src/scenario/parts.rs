// SPDX-License-Identifier: GPL-2.0-only
//! What scenarios are made of: files, folios, positions in a file, and racing actors.

use super::codec::{Below, List, choice, one_of, record};
use mmcore::CallId;

one_of! {
    /// A kind of file, by who made its mapping.
    pub enum FileKind {
        /// A file of ramfs: unevictable, no migration callback.
        Ramfs,
        /// A file of tmpfs, or a segment of shared memory.
        Tmpfs,
        /// A file of a tmpfs mounted `noswap`: unevictable.
        TmpfsNoswap,
        /// A file whose filesystem relies on the page cache to zero the tail of a truncation, as
        /// one does whose server truncates what is stored. It has a `->writepage` and no
        /// `->migrate_folio`.
        Disk,
        /// A file whose filesystem zeroes the partial block itself. It has a `->migrate_folio` and
        /// no `->writepage`.
        DiskZeroing,
        /// A file of `memfd_secret`: unevictable, cannot be resized, refuses migration.
        Secretmem,
        /// A guest_memfd.
        GuestMemfd,
        /// Shared memory of a graphics driver: unevictable, and no descriptor to resize it by.
        DrmShmem,
    }
}

impl FileKind {
    /// Its name, as it is written in a scenario.
    pub const fn name(self) -> &'static str {
        match self {
            FileKind::Ramfs => "ramfs",
            FileKind::Tmpfs => "tmpfs",
            FileKind::TmpfsNoswap => "tmpfs-noswap",
            FileKind::Disk => "disk",
            FileKind::DiskZeroing => "disk-zeroing",
            FileKind::Secretmem => "secretmem",
            FileKind::GuestMemfd => "guest-memfd",
            FileKind::DrmShmem => "drm-shmem",
        }
    }

    /// Whether tmpfs makes its folios.
    pub const fn is_shmem(self) -> bool {
        matches!(self, FileKind::Tmpfs | FileKind::TmpfsNoswap | FileKind::DrmShmem)
    }

    /// Whether its mapping is unevictable from the start.
    pub const fn is_unevictable(self) -> bool {
        use FileKind::{DrmShmem, GuestMemfd, Ramfs, Secretmem, TmpfsNoswap};
        matches!(self, Ramfs | TmpfsNoswap | Secretmem | GuestMemfd | DrmShmem)
    }

    /// The largest folio that its page cache takes: ramfs and memfd_secret know no large ones, the
    /// others stop at a huge page, and a guest_memfd's are what is being worked on.
    pub const fn order_limit(self) -> u8 {
        match self {
            FileKind::Ramfs | FileKind::Secretmem => 0,
            FileKind::GuestMemfd => Order::MAX,
            _ => 9,
        }
    }
}

one_of! {
    /// Which write-back errors have been recorded for a file.
    pub enum Recorded {
        /// None.
        Nothing,
        /// ENOSPC.
        Enospc,
        /// EIO.
        Eio,
        /// Both.
        Both,
    }
}

choice! {
    /// Where the flags of a mapping come from.
    pub enum Flags {
        /// From the revision's own setters, as the file's kind and history say.
        Built,
        /// A word that nobody need have set; the same in both revisions.
        Raw {
            /// The word.
            word: u64,
        },
    }
}

record! {
    /// A file as it is when the function under test meets it.
    pub struct FileSpec {
        /// Who made it.
        pub kind: FileKind,
        /// SHM_LOCK is in force (tmpfs only).
        pub shm_lock: bool,
        /// What write-back has recorded (kinds that are written back only).
        pub recorded: Recorded,
        /// Where the flags come from.
        #[serde(with = "super::forms::flags")]
        pub flags: Flags,
    }
}

/// The orders that a folio can be given, small ones more often. Both sides of `pageblock_order`
/// (9) and of `MAX_PAGE_ORDER` (10) are here.
const ORDERS: [u8; 16] = [0, 1, 2, 0, 3, 1, 4, 0, 2, 5, 6, 7, 8, 9, 10, 0];

/// A folio order, from 0 to 10.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Order(u8);

impl Order {
    /// The greatest.
    pub const MAX: u8 = 10;

    /// `order`, or the greatest if that is less.
    pub const fn new(order: u8) -> Self {
        Order(if order > Self::MAX { Self::MAX } else { order })
    }
    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Order {
    type Error = String;
    fn try_from(order: u8) -> Result<Self, String> {
        if order <= Self::MAX {
            Ok(Order(order))
        } else {
            Err(format!("order {order} is above 10"))
        }
    }
}

impl From<Order> for u8 {
    fn from(order: Order) -> u8 {
        order.0
    }
}

impl super::codec::Wire for Order {
    #[inline]
    fn get(r: &mut super::codec::Reader<'_>) -> Self {
        Order(ORDERS[usize::from(r.byte()) % ORDERS.len()])
    }
    fn put(&self, out: &mut Vec<u8>) {
        let index = ORDERS.iter().position(|&order| order == self.0).unwrap_or(0);
        out.push(index as u8);
    }
}

record! {
    /// The state of a folio.
    pub struct FolioSpec {
        /// Its size, as a power of two pages.
        pub order: Order,
        /// PG_dirty.
        pub dirty: bool,
        /// PG_writeback.
        pub writeback: bool,
        /// Private data of the filesystem.
        pub private: bool,
        /// How many page tables map it.
        pub mapcount: Below<3>,
        /// References that nothing accounts for (a pin).
        pub pins: Below<3>,
        /// mlocked, or faulted in while its mapping was unevictable: PG_unevictable.
        pub unevictable: bool,
        /// Somebody else has it off the LRU.
        pub off_lru: bool,
        /// Somebody else holds its lock.
        pub locked: bool,
    }
}

one_of! {
    /// A place in a file that an offset is measured from.
    pub enum Anchor {
        /// The first byte of the folio.
        FolioStart,
        /// The first byte after the folio.
        FolioEnd,
        /// The first byte after the folio's first page.
        FirstPageEnd,
        /// The first byte of the folio's last page.
        LastPageStart,
        /// The middle of the folio.
        Middle,
        /// The start of the file.
        FileStart,
        /// The last byte that a file can have.
        Top,
    }
}

record! {
    /// A byte position: an anchor and a small distance from it.
    #[serde(try_from = "super::forms::Place", into = "super::forms::Place")]
    pub struct Edge {
        /// Where from.
        pub anchor: Anchor,
        /// How many bytes after (or before) it.
        pub delta: i8,
        /// How many whole pages more.
        pub pages: Below<8>,
    }
}

one_of! {
    /// Where a racing actor can step in: just before this call is answered.
    pub enum Point {
        /// `folio_mapping`
        FolioMapping,
        /// `folio_test_lru`
        FolioTestLru,
        /// `folio_test_unevictable`
        FolioTestUnevictable,
        /// `folio_test_dirty`
        FolioTestDirty,
        /// `folio_test_writeback`
        FolioTestWriteback,
        /// `folio_trylock`
        FolioTrylock,
        /// `folio_unlock`
        FolioUnlock,
        /// `folio_test_clear_lru`
        FolioTestClearLru,
        /// `folio_get_nontail_page`
        FolioGetNontailPage,
        /// `folio_ref_count`
        FolioRefCount,
        /// `folio_wait_writeback`
        FolioWaitWriteback,
        /// `split_folio`
        SplitFolio,
        /// `folio_test_large`
        FolioTestLarge,
        /// `filemap_release_folio`
        FilemapReleaseFolio,
        /// A read of `mapping->flags`, by bit or by mask
        ReadFlags,
        /// `spin_trylock_irqsave`
        SpinTrylock,
        /// `fatal_signal_pending`
        FatalSignalPending,
        /// `PageLRU`
        PageLru,
        /// `cond_resched`
        CondResched,
        /// `find_get_entries`
        FindGetEntries,
        /// `folio_lock`
        FolioLock,
    }
}

impl Point {
    /// Whether the actor steps in before this call.
    pub fn is(self, call: CallId) -> bool {
        self.calls().contains(&call)
    }

    /// The calls before which it is.
    pub const fn calls(self) -> [CallId; 2] {
        let own = match self {
            Point::ReadFlags => return [CallId::TestBit, CallId::FlagsAnd],
            Point::FolioMapping => CallId::FolioMapping,
            Point::FolioTestLru => CallId::FolioTestLru,
            Point::FolioTestUnevictable => CallId::FolioTestUnevictable,
            Point::FolioTestDirty => CallId::FolioTestDirty,
            Point::FolioTestWriteback => CallId::FolioTestWriteback,
            Point::FolioTrylock => CallId::FolioTrylock,
            Point::FolioUnlock => CallId::FolioUnlock,
            Point::FolioTestClearLru => CallId::FolioTestClearLru,
            Point::FolioGetNontailPage => CallId::FolioGetNontailPage,
            Point::FolioRefCount => CallId::FolioRefCount,
            Point::FolioWaitWriteback => CallId::FolioWaitWriteback,
            Point::SplitFolio => CallId::SplitFolio,
            Point::FolioTestLarge => CallId::FolioTestLarge,
            Point::FilemapReleaseFolio => CallId::FilemapReleaseFolio,
            Point::SpinTrylock => CallId::SpinTrylockLru,
            Point::FatalSignalPending => CallId::FatalSignalPending,
            Point::PageLru => CallId::PageLru,
            Point::CondResched => CallId::CondResched,
            Point::FindGetEntries => CallId::FindGetEntries,
            Point::FolioLock => CallId::FolioLock,
        };
        [own, own]
    }
}

one_of! {
    /// What another CPU does. An actor that needs the folio lock waits for it.
    pub enum Action {
        /// Truncates the folio out of its file. Needs the folio lock.
        Truncate,
        /// Evicts the inode: truncates its folios, then frees the mapping. Needs the folio locks,
        /// and that nobody has the file open.
        Evict,
        /// Reclaims the folio, if nobody refers to it. Needs the folio lock.
        Reclaim,
        /// Finishes the write-back of the folio.
        EndWriteback,
        /// Writes to the folio through a page table: it is dirty.
        Dirty,
        /// Writes the folio back to its disk. Needs the folio lock.
        Clean,
        /// SHM_LOCKs the folio's file.
        ShmLock,
        /// SHM_UNLOCKs the folio's file.
        ShmUnlock,
        /// Records ENOSPC for the folio's file.
        RecordEnospc,
        /// Records EIO for the folio's file.
        RecordEio,
        /// Takes a reference to the folio (a pin).
        Pin,
        /// Takes the folio off its LRU list.
        Isolate,
        /// Locks the folio and keeps it.
        Lock,
        /// Sends a fatal signal.
        Signal,
        /// Marks the pageblock to be skipped.
        MarkSkip,
        /// Holds the lock of the folio's lruvec, until it is waited for.
        HoldLru,
    }
}

record! {
    /// A racing actor: what it does, and when. The moment has the same name in every revision.
    pub struct Race {
        /// Which call it precedes.
        pub point: Point,
        /// The folio that the actor is after.
        pub folio: Below<8>,
        /// How often the call has been made before.
        pub nth: Below<4>,
        /// What it does.
        pub action: Action,
    }
}

/// The racing actors of a scenario.
pub type Races = List<Race, 4>;
