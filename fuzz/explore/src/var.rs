// SPDX-License-Identifier: GPL-2.0-only
//! The variables of the rest of the kernel: what can be one way or another, and how each way is
//! called. The alternatives sit on the boundaries of what the ported functions compare.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A variable: what it is, and of which object.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema, Serialize, Deserialize,
)]
pub struct Var {
    /// What it is.
    pub what: What,
    /// Of which object: a folio, a page (its place in the range), a bit of a mapping's word
    /// (64 times the mapping, plus the bit), or 0.
    pub about: u8,
}

macro_rules! variables {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// What a [`Var`] is.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum What {
            $($(#[$doc])* $variant,)*
        }

        impl What {
            /// All of them.
            pub const ALL: &'static [What] = &[$(What::$variant),*];

            /// Its name in reports.
            pub const fn name(self) -> &'static str {
                match self { $(What::$variant => $name,)* }
            }
        }
    };
}

variables! {
    /// Which function is called.
    Function "function",
    /// Its arguments.
    Argument "argument",
    /// The place of the folio in the file.
    Place "place",
    /// Where the range begins.
    Start "start",
    /// Where the range ends.
    End "end",
    /// Where a hole in a guest_memfd begins.
    HoleStart "start of the hole",
    /// Where it ends.
    HoleEnd "end of the hole",
    /// Which page frames are scanned.
    Range "range",
    /// A bit of a mapping's flags.
    Flag "flag",
    /// `mapping->host` is there.
    Host "host",
    /// The filesystem has `->migrate_folio`.
    MigrateOp "a_ops->migrate_folio",
    /// The filesystem has `->writepage`.
    WritepageOp "a_ops->writepage",
    /// An error that the file has not seen.
    NewError "errseq_check",
    /// The same, when it is advanced.
    Advanced "errseq_check_and_advance",
    /// `folio_order`, `compound_order`, `folio_nr_pages` and the like.
    Order "order",
    /// `folio_mapping`.
    Mapping "folio_mapping",
    /// `folio->mapping`.
    RawMapping "folio->mapping",
    /// `folio_test_locked`.
    Locked "folio_test_locked",
    /// `folio_trylock` succeeds.
    Trylock "folio_trylock",
    /// `folio_test_lru`.
    Lru "folio_test_lru",
    /// `folio_test_clear_lru` succeeds.
    ClearLru "folio_test_clear_lru",
    /// `folio_test_unevictable`.
    Unevictable "folio_test_unevictable",
    /// `folio_test_mlocked`.
    Mlocked "folio_test_mlocked",
    /// `folio_test_writeback`.
    Writeback "folio_test_writeback",
    /// `folio_test_dirty`.
    Dirty "folio_test_dirty",
    /// `folio_test_anon`.
    Anon "folio_test_anon",
    /// `folio_has_private`.
    Private "folio_has_private",
    /// `folio_is_file_lru`.
    FileLru "folio_is_file_lru",
    /// `folio_is_zone_device`.
    ZoneDevice "folio_is_zone_device",
    /// `folio_lruvec`.
    Lruvec "folio_lruvec",
    /// `folio_mapcount`.
    Mapcount "folio_mapcount",
    /// `folio_ref_count`, above `folio_mapcount` and the scanner's reference.
    ExtraRefs "folio_ref_count - mapcount - 1",
    /// `folio_mapped`.
    Mapped "folio_mapped",
    /// `__folio_test_movable`.
    MovableFlag "__folio_test_movable",
    /// `folio_test_movable`.
    Movable "folio_test_movable",
    /// `folio_test_isolated`.
    Isolated "folio_test_isolated",
    /// `folio_mapping_flags`.
    MappingFlags "folio_mapping_flags",
    /// What a driver's or a filesystem's callback returns.
    Callback "callback",
    /// What `->writepage` returns.
    Writepage "->writepage",
    /// What the switch in the page cache returns.
    Switch "folio_migrate_mapping",
    /// The copy meets poison.
    Poison "folio_mc_copy",
    /// `folio_clear_dirty_for_io`.
    ClearDirty "folio_clear_dirty_for_io",
    /// `filemap_release_folio`.
    Release "filemap_release_folio",
    /// What `split_folio` returns.
    Split "split_folio",
    /// `mapping_empty`.
    Empty "mapping_empty",
    /// `shmem_mapping`.
    Shmem "shmem_mapping",
    /// A slot of the page cache: nothing, a folio, or a value entry.
    Slot "page cache slot",
    /// `folio_contains`.
    Contains "folio_contains",
    /// A piece of a split folio is found too.
    Piece "piece of a split folio",
    /// `SHMEM_I(inode)->flags & VM_LOCKED`.
    VmLocked "VM_LOCKED",
    /// `user_shm_lock`.
    ShmLock "user_shm_lock",
    /// How many folios the page cache gives.
    Found "folios found",
    /// `get_unused_fd_flags`.
    Fd "get_unused_fd_flags",
    /// `kzalloc`.
    Kzalloc "kzalloc",
    /// `anon_inode_create_getfile`.
    Getfile "anon_inode_create_getfile",
    /// `file->f_mapping == inode->i_mapping`.
    InodesMapping "f_mapping is i_mapping",
    /// How many gmems are bound to the file.
    Gmems "gmems",
    /// `cc->mode`.
    CcMode "cc->mode",
    /// `cc->order`.
    CcOrder "cc->order",
    /// `cc->gfp_mask & __GFP_FS`.
    CcGfpFs "__GFP_FS",
    /// `cc->direct_compaction`.
    CcDirect "cc->direct_compaction",
    /// `cc->alloc_contig`.
    CcAllocContig "cc->alloc_contig",
    /// `cc->ignore_skip_hint`.
    CcIgnoreSkip "cc->ignore_skip_hint",
    /// `cc->no_set_skip_hint`.
    CcNoSetSkip "cc->no_set_skip_hint",
    /// `cc->finish_pageblock`.
    CcFinish "cc->finish_pageblock",
    /// `mode & ISOLATE_UNEVICTABLE`.
    ModeUnevictable "ISOLATE_UNEVICTABLE",
    /// `mode & ISOLATE_ASYNC_MIGRATE`.
    ModeAsync "ISOLATE_ASYNC_MIGRATE",
    /// `cc->contended` on entry.
    CcContended "cc->contended",
    /// `cc->nr_migratepages` on entry.
    CcNrMigrate "cc->nr_migratepages",
    /// `zone->zone_start_pfn`.
    ZoneStart "zone_start_pfn",
    /// `zone->compact_cached_migrate_pfn`.
    CachedPfn "compact_cached_migrate_pfn",
    /// `node_page_state`.
    NodeState "node_page_state",
    /// `fatal_signal_pending`.
    Signal "fatal_signal_pending",
    /// `get_pageblock_skip`.
    Skip "get_pageblock_skip",
    /// `pageblock_pfn_to_page`.
    BlockPage "pageblock_pfn_to_page",
    /// `spin_trylock_irqsave` of an lruvec.
    LruTrylock "spin_trylock_irqsave",
    /// `isolate_or_dissolve_huge_page`.
    Dissolve "isolate_or_dissolve_huge_page",
    /// `isolate_movable_page`.
    IsolateMovable "isolate_movable_page",
    /// `PageHuge`.
    Huge "PageHuge",
    /// `PageBuddy`.
    Buddy "PageBuddy",
    /// `buddy_order_unsafe`.
    BuddyOrder "buddy_order_unsafe",
    /// `PageCompound`.
    Compound "PageCompound",
    /// `PageLRU`.
    PageLru "PageLRU",
    /// `__PageMovable`.
    PageMovable "__PageMovable",
    /// `PageIsolated`.
    PageIsolated "PageIsolated",
    /// `folio_get_nontail_page` gets a reference.
    GetPage "folio_get_nontail_page",
    /// A scan is in the middle of a turn, not at its beginning.
    Halfway "halfway",
    /// There: an lruvec's lock is held.
    Held "locked",
    /// There: `valid_page` is set.
    HasPage "valid_page",
    /// There: `skip_on_failure`.
    SkipOnFailure "skip_on_failure",
    /// There: `nr_isolated` is not 0.
    SomeIsolated "nr_isolated",
    /// There: `skip_updated`.
    SkipUpdated "skip_updated",
    /// There: where `low_pfn` is.
    LowPfn "low_pfn",
    /// There: where `next_skip_pfn` is.
    NextSkip "next_skip_pfn",
    /// Where a scan ends that ends: whether that is the end of its range.
    RangeEnd "end_pfn",
    /// khugepaged has put a large folio where there was none.
    Collapsed "khugepaged",
}

impl Var {
    /// A variable that there is one of.
    pub const fn one(what: What) -> Var {
        Var { what, about: 0 }
    }

    /// The bit of a mapping's word.
    pub const fn flag(mapping: u8, nr: u32) -> Var {
        Var { what: What::Flag, about: mapping % 4 * 64 + nr as u8 % 64 }
    }
}

impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.what, self.about) {
            (What::Flag, bit) if bit < 64 => write!(f, "flags bit {bit}"),
            (What::Flag, bit) => write!(f, "flags bit {} of mapping{}", bit % 64, bit / 64),
            (what, 0) => f.write_str(what.name()),
            (what, about) => write!(f, "{} [{about}]", what.name()),
        }
    }
}

impl What {
    /// What its alternatives are called, where yes and no or a number do not say it.
    pub const fn alternatives(self) -> &'static [&'static str] {
        match self {
            What::Place => &["bottom", "one folio up", "top of loff_t"],
            What::Start => &[
                "0",
                "pos-1 page",
                "pos-1",
                "pos",
                "pos+1",
                "pos+1 page",
                "middle",
                "end-1",
                "end",
                "end+1",
            ],
            What::End => &[
                "start",
                "pos-1",
                "pos",
                "pos+1",
                "pos+1 page-1",
                "middle",
                "last-1",
                "last",
                "end",
                "end+1 page-1",
                "top",
                "-1",
            ],
            What::Range => &["pageblock start", "over a multiple of 32", "pageblock end"],
            What::HoleStart => {
                &["page 0", "folio-1", "folio", "folio+1", "folio's last", "folio's end"]
            }
            What::HoleEnd => {
                &["start+1", "folio", "folio+1", "folio's last", "folio's end", "folio's end+1"]
            }
            What::Flag => &["0", "1"],
            What::Split => &["0", "-EAGAIN", "-EBUSY"],
            What::Callback => &["0", "-EAGAIN", "-EBUSY"],
            What::Switch => &["0", "-EAGAIN"],
            What::Mapping => &["NULL", "the file", "another"],
            What::Slot => &["nothing", "a folio", "a value entry"],
            What::Fd => &["a descriptor", "-EMFILE"],
            What::Kzalloc => &["no memory", "memory"],
            What::Getfile => &["0", "-ENOMEM"],
            What::NewError | What::Advanced => &["0", "-EIO", "-ENOSPC"],
            What::CcMode => &["MIGRATE_ASYNC", "MIGRATE_SYNC_LIGHT", "MIGRATE_SYNC"],
            What::CcOrder => &["-1", "1", "2", "10"],
            What::CcNrMigrate => &["0", "30", "31", "32"],
            What::LowPfn => {
                &["no boundary", "a multiple of 32", "the range's end", "pageblock start"]
            }
            What::NextSkip => &["behind", "low_pfn+1", "far ahead"],
            What::RangeEnd => &["low_pfn", "beyond"],
            What::Dissolve => &["0", "-EBUSY", "-ENOMEM"],
            _ => &[],
        }
    }
}
