// SPDX-License-Identifier: GPL-2.0-only
//! A function and its arguments, to be run by either side.

use mmcore::include::linux::pagemap::{self, HasInaccessible, HasUnmovable};
use mmcore::mm::compaction::{
    compact_lock_irqsave, isolate_migratepages_block, isolate_migratepages_range,
    isolation_suitable, skip_isolation_on_order, test_and_set_skip, too_many_isolated,
    update_cached_migrate,
};
use mmcore::mm::filemap::{
    file_check_and_advance_wb_err, filemap_check_and_keep_errors, filemap_check_errors,
};
use mmcore::mm::internal::{folio_evictable, folio_needs_release};
use mmcore::mm::migrate::{fallback_migrate_folio, migrate_folio, move_to_new_folio, writeout};
use mmcore::mm::shmem::{shmem_lock, shmem_undo_range, shmem_unlock_mapping};
use mmcore::mm::truncate::{
    truncate_cleanup_folio, truncate_inode_folio, truncate_inode_pages_range,
    truncate_inode_partial_folio,
};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::virt::kvm::guest_memfd::{
    __kvm_gmem_create, kvm_gmem_error_folio, kvm_gmem_migrate_folio, kvm_gmem_punch_hole,
};
use mmcore::{
    Folio, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, Oops, Page, Revision, Site, Word,
};
use std::fmt;

/// What a function returned, whichever side ran it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Returned {
    /// Nothing, as `void`.
    Nothing,
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A BUG ended it.
    Oops(Site),
    /// It made more calls than it may. C alone: the port asks the watchdog.
    Budget,
    /// The text did something that the shim has no call for. C alone.
    Strange(String),
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Returned::Nothing => f.write_str("nothing"),
            Returned::Bool(value) => write!(f, "{value}"),
            Returned::Int(value) => write!(f, "{value}"),
            Returned::Oops(site) => write!(f, "BUG: {site}"),
            Returned::Budget => f.write_str("too many calls"),
            Returned::Strange(what) => write!(f, "no call stands for: {what}"),
        }
    }
}

impl From<()> for Returned {
    fn from((): ()) -> Self {
        Returned::Nothing
    }
}

impl From<bool> for Returned {
    fn from(value: bool) -> Self {
        Returned::Bool(value)
    }
}

macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl From<$ty> for Returned {
            fn from(value: $ty) -> Self {
                Returned::Int(value.into())
            }
        }
    )*};
}
numbers!(i32, i64, u32);

impl<T: Into<Returned>> From<Result<T, Oops>> for Returned {
    fn from(result: Result<T, Oops>) -> Self {
        match result {
            Ok(value) => value.into(),
            Err(Oops(site)) => Returned::Oops(site),
        }
    }
}

/// A revision whose C can be compiled.
pub trait Judged: Revision {
    /// What its C is called where the port has the revision's name.
    const IN_C: &'static str;
    /// The setter of the flag that keeps folios where they are: its name in C.
    const SETTER: &'static str;
    /// The test of that flag: its name in C.
    const TEST: &'static str;
    /// Whether a mapping has a range of folio orders, and the three functions of it are there.
    const HAS_FOLIO_ORDERS: bool;

    /// The setter.
    fn set_pinned<K: Kernel>(k: &mut K, mapping: Mapping);
    /// The test.
    fn pinned<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        Self::mapping_pins_folios(k, mapping)
    }
    /// `mapping_set_folio_order_range`, if there is one.
    fn set_folio_order_range<K: Kernel>(_: &mut K, _: Mapping, _: u32, _: u32) {}
    /// `mapping_max_folio_order`, if there is one.
    fn max_folio_order<K: Kernel>(_: &mut K, _: Mapping) -> u32 {
        0
    }
    /// `mapping_min_folio_order`, if there is one.
    fn min_folio_order<K: Kernel>(_: &mut K, _: Mapping) -> u32 {
        0
    }
}

macro_rules! judged {
    ($($revision:ident, $in_c:literal, $set:ident, $test:ident, $has:ident $(, $orders:ident)?;)*) => {$(
        impl Judged for $revision {
            const IN_C: &'static str = $in_c;
            const SETTER: &'static str = stringify!($set);
            const TEST: &'static str = stringify!($test);
            const HAS_FOLIO_ORDERS: bool = false $(|| judged!($orders))?;

            fn set_pinned<K: Kernel>(k: &mut K, mapping: Mapping) {
                fn set<R: $has, K: Kernel>(k: &mut K, mapping: Mapping) {
                    pagemap::$set::<R, K>(k, mapping);
                }
                set::<Self, K>(k, mapping);
            }
            $(judged!($orders methods);)?
        }
    )*};
    (orders) => { true };
    (orders methods) => {
        fn set_folio_order_range<K: Kernel>(k: &mut K, mapping: Mapping, min: u32, max: u32) {
            pagemap::mapping_set_folio_order_range::<Self, K>(k, mapping, min, max);
        }
        fn max_folio_order<K: Kernel>(k: &mut K, mapping: Mapping) -> u32 {
            pagemap::mapping_max_folio_order::<Self, K>(k, mapping)
        }
        fn min_folio_order<K: Kernel>(k: &mut K, mapping: Mapping) -> u32 {
            pagemap::mapping_min_folio_order::<Self, K>(k, mapping)
        }
    };
}
judged! {
    V6_12, "v6.12 in C", mapping_set_inaccessible, mapping_inaccessible, HasInaccessible, orders;
    V6_12PreFix, "v6.12-pre-fix in C", mapping_set_unmovable, mapping_unmovable, HasUnmovable, orders;
    PreFix, "pre-fix in C", mapping_set_unmovable, mapping_unmovable, HasUnmovable;
    PostFix, "post-fix in C", mapping_set_inaccessible, mapping_inaccessible, HasInaccessible;
}

macro_rules! invocations {
    ($(
        $variant:ident($($arg:ident: $ty:ty),*) = $name:expr, $k:ident => $port:expr;
    )*) => {
        /// A ported function and its arguments.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "a variant is the function that it is named after")]
        pub enum Invocation {
            $($variant { $($arg: $ty),* },)*
        }

        impl Invocation {
            /// The function's name in C.
            pub fn name<R: Judged>(&self) -> &'static str {
                match self { $(Invocation::$variant { .. } => $name,)* }
            }

            /// The arguments, as words.
            pub fn words(&self) -> [u64; 4] {
                let mut words = [0; 4];
                match *self {
                    $(Invocation::$variant { $($arg),* } => {
                        let given: &[u64] = &[$(Word::to_word($arg)),*];
                        words[..given.len()].copy_from_slice(given);
                    })*
                }
                words
            }

            /// Runs the port.
            pub fn run_port<R: Judged, K: Kernel>(&self, kernel: &mut K) -> Returned {
                match *self {
                    $(Invocation::$variant { $($arg),* } => {
                        let $k = kernel;
                        Returned::from($port)
                    })*
                }
            }
        }
    };
}

invocations! {
    MappingSetError(mapping: Mapping, error: i32) = "mapping_set_error",
        k => pagemap::mapping_set_error(k, mapping, error);
    MappingSetUnevictable(mapping: Mapping) = "mapping_set_unevictable",
        k => pagemap::mapping_set_unevictable(k, mapping);
    MappingClearUnevictable(mapping: Mapping) = "mapping_clear_unevictable",
        k => pagemap::mapping_clear_unevictable(k, mapping);
    MappingUnevictable(mapping: Option<Mapping>) = "mapping_unevictable",
        k => pagemap::mapping_unevictable(k, mapping);
    MappingSetExiting(mapping: Mapping) = "mapping_set_exiting",
        k => pagemap::mapping_set_exiting(k, mapping);
    MappingExiting(mapping: Mapping) = "mapping_exiting",
        k => pagemap::mapping_exiting(k, mapping);
    MappingSetNoWritebackTags(mapping: Mapping) = "mapping_set_no_writeback_tags",
        k => pagemap::mapping_set_no_writeback_tags(k, mapping);
    MappingUseWritebackTags(mapping: Mapping) = "mapping_use_writeback_tags",
        k => pagemap::mapping_use_writeback_tags(k, mapping);
    MappingReleaseAlways(mapping: Mapping) = "mapping_release_always",
        k => pagemap::mapping_release_always::<R, K>(k, mapping);
    MappingSetReleaseAlways(mapping: Mapping) = "mapping_set_release_always",
        k => pagemap::mapping_set_release_always::<R, K>(k, mapping);
    MappingClearReleaseAlways(mapping: Mapping) = "mapping_clear_release_always",
        k => pagemap::mapping_clear_release_always::<R, K>(k, mapping);
    MappingStableWrites(mapping: Mapping) = "mapping_stable_writes",
        k => pagemap::mapping_stable_writes::<R, K>(k, mapping);
    MappingSetStableWrites(mapping: Mapping) = "mapping_set_stable_writes",
        k => pagemap::mapping_set_stable_writes::<R, K>(k, mapping);
    MappingClearStableWrites(mapping: Mapping) = "mapping_clear_stable_writes",
        k => pagemap::mapping_clear_stable_writes::<R, K>(k, mapping);
    MappingSetPinned(mapping: Mapping) = R::SETTER,
        k => R::set_pinned(k, mapping);
    MappingPinned(mapping: Mapping) = R::TEST,
        k => R::pinned(k, mapping);
    MappingSetFolioOrderRange(mapping: Mapping, min: u32, max: u32) = "mapping_set_folio_order_range",
        k => R::set_folio_order_range(k, mapping, min, max);
    MappingSetLargeFolios(mapping: Mapping) = "mapping_set_large_folios",
        k => pagemap::mapping_set_large_folios::<R, K>(k, mapping);
    MappingMaxFolioOrder(mapping: Mapping) = "mapping_max_folio_order",
        k => R::max_folio_order(k, mapping);
    MappingMinFolioOrder(mapping: Mapping) = "mapping_min_folio_order",
        k => R::min_folio_order(k, mapping);
    MappingLargeFolioSupport(mapping: Mapping) = "mapping_large_folio_support",
        k => pagemap::mapping_large_folio_support::<R, K>(k, mapping);
    FolioEvictable(folio: Folio) = "folio_evictable",
        k => folio_evictable(k, folio);
    FolioNeedsRelease(folio: Folio) = "folio_needs_release",
        k => folio_needs_release::<R, K>(k, folio);
    FilemapCheckErrors(mapping: Mapping) = "filemap_check_errors",
        k => filemap_check_errors(k, mapping);
    FilemapCheckAndKeepErrors(mapping: Mapping) = "filemap_check_and_keep_errors",
        k => filemap_check_and_keep_errors(k, mapping);
    FileCheckAndAdvanceWbErr(mapping: Mapping) = "file_check_and_advance_wb_err",
        k => file_check_and_advance_wb_err(k, mapping);
    IsolationSuitable(page: Page) = "isolation_suitable",
        k => isolation_suitable(k, page);
    TestAndSetSkip(page: Page) = "test_and_set_skip",
        k => test_and_set_skip(k, page);
    UpdateCachedMigrate(pfn: u64) = "update_cached_migrate",
        k => update_cached_migrate(k, pfn);
    CompactLockIrqsave(lruvec: Lruvec) = "compact_lock_irqsave",
        k => { compact_lock_irqsave(k, lruvec); true };
    TooManyIsolated() = "too_many_isolated",
        k => too_many_isolated(k);
    SkipIsolationOnOrder(order: i32, target_order: i32) = "skip_isolation_on_order",
        _k => skip_isolation_on_order(order, target_order);
    IsolateMigratepagesBlock(low_pfn: u64, end_pfn: u64, mode: IsolateMode) = "isolate_migratepages_block",
        k => isolate_migratepages_block::<R, K>(k, low_pfn, end_pfn, mode);
    IsolateMigratepagesRange(start_pfn: u64, end_pfn: u64) = "isolate_migratepages_range",
        k => isolate_migratepages_range::<R, K>(k, start_pfn, end_pfn);
    MigrateFolio(mapping: Option<Mapping>, dst: Folio, src: Folio, mode: MigrateMode) = "migrate_folio",
        k => migrate_folio::<R, K>(k, mapping, dst, src, mode);
    Writeout(mapping: Mapping, folio: Folio) = "writeout",
        k => writeout(k, mapping, folio);
    FallbackMigrateFolio(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode) = "fallback_migrate_folio",
        k => fallback_migrate_folio::<R, K>(k, mapping, dst, src, mode);
    MoveToNewFolio(dst: Folio, src: Folio, mode: MigrateMode) = "move_to_new_folio",
        k => move_to_new_folio::<R, K>(k, dst, src, mode);
    TruncateCleanupFolio(folio: Folio) = "truncate_cleanup_folio",
        k => truncate_cleanup_folio::<R, K>(k, folio);
    TruncateInodeFolio(mapping: Option<Mapping>, folio: Folio) = "truncate_inode_folio",
        k => truncate_inode_folio::<R, K>(k, mapping, folio);
    TruncateInodePartialFolio(folio: Folio, start: i64, end: i64) = "truncate_inode_partial_folio",
        k => truncate_inode_partial_folio::<R, K>(k, folio, start, end);
    TruncateInodePagesRange(mapping: Mapping, lstart: i64, lend: i64) = "truncate_inode_pages_range",
        k => truncate_inode_pages_range::<R, K>(k, mapping, lstart, lend);
    ShmemUndoRange(mapping: Mapping, lstart: i64, lend: i64) = "shmem_undo_range",
        k => shmem_undo_range::<R, K>(k, mapping, lstart, lend);
    ShmemUnlockMapping(mapping: Mapping) = "shmem_unlock_mapping",
        k => shmem_unlock_mapping(k, mapping);
    ShmemLock(mapping: Mapping, lock: bool, ucounts: bool) = "shmem_lock",
        k => shmem_lock(k, mapping, lock, ucounts);
    KvmGmemPunchHole(mapping: Mapping, offset: i64, len: i64) = "kvm_gmem_punch_hole",
        k => kvm_gmem_punch_hole::<R, K>(k, mapping, offset, len);
    KvmGmemMigrateFolio(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode) = "kvm_gmem_migrate_folio",
        k => kvm_gmem_migrate_folio(k, mapping, dst, src, mode);
    KvmGmemErrorFolio(mapping: Mapping, folio: Folio) = "kvm_gmem_error_folio",
        k => kvm_gmem_error_folio(k, mapping, folio);
    KvmGmemCreate(mapping: Mapping, size: i64, flags: u64) = "__kvm_gmem_create",
        k => __kvm_gmem_create::<R, K>(k, mapping, size, flags);
}
