// SPDX-License-Identifier: GPL-2.0-only
//! The ported functions, whoever runs them.
//!
//! A path calls them through [`Functions`]. For a revision of the port that is the port, and what is
//! compiled is a plain call; the kernel's own C stands behind the same trait (`mmdiff_conform`), so
//! that whatever runs on the port runs on the C too.

use mmcore::include::linux::pagemap;
use mmcore::mm::{compaction, filemap, internal, migrate, shmem, truncate};
use mmcore::tree::{PostFix, PreFix, V6_12, V6_12PreFix};
use mmcore::virt::kvm::guest_memfd;
use mmcore::{Folio, IsolateMode, Kernel, Mapping, MigrateMode, Oops, Revision};

/// Hands the list of functions to a macro. `<R>` are those that ask which revision it is; after `=`
/// is the function's name as data, `mmdiff_kernel::Invocation`.
#[macro_export]
macro_rules! every_function {
    ($to:ident) => {
        $to! {
            pagemap::mapping_set_error(mapping: Mapping, error: i32) -> () = MappingSetError;
            pagemap::mapping_set_unevictable(mapping: Mapping) -> () = MappingSetUnevictable;
            pagemap::mapping_clear_unevictable(mapping: Mapping) -> () = MappingClearUnevictable;
            pagemap::mapping_unevictable(mapping: Option<Mapping>) -> bool = MappingUnevictable;
            pagemap::mapping_set_exiting(mapping: Mapping) -> () = MappingSetExiting;
            pagemap::mapping_exiting(mapping: Mapping) -> bool = MappingExiting;
            pagemap::mapping_set_no_writeback_tags(mapping: Mapping) -> () = MappingSetNoWritebackTags;
            pagemap::mapping_use_writeback_tags(mapping: Mapping) -> bool = MappingUseWritebackTags;
            pagemap::mapping_release_always<R>(mapping: Mapping) -> bool = MappingReleaseAlways;
            pagemap::mapping_set_release_always<R>(mapping: Mapping) -> () = MappingSetReleaseAlways;
            pagemap::mapping_clear_release_always<R>(mapping: Mapping) -> () = MappingClearReleaseAlways;
            pagemap::mapping_stable_writes<R>(mapping: Mapping) -> bool = MappingStableWrites;
            pagemap::mapping_set_stable_writes<R>(mapping: Mapping) -> () = MappingSetStableWrites;
            pagemap::mapping_clear_stable_writes<R>(mapping: Mapping) -> () = MappingClearStableWrites;
            pagemap::mapping_set_large_folios<R>(mapping: Mapping) -> () = MappingSetLargeFolios;
            pagemap::mapping_large_folio_support<R>(mapping: Mapping) -> bool = MappingLargeFolioSupport;
            internal::folio_evictable(folio: Folio) -> bool = FolioEvictable;
            internal::folio_needs_release<R>(folio: Folio) -> bool = FolioNeedsRelease;
            filemap::filemap_check_errors(mapping: Mapping) -> i32 = FilemapCheckErrors;
            filemap::filemap_check_and_keep_errors(mapping: Mapping) -> i32 = FilemapCheckAndKeepErrors;
            filemap::file_check_and_advance_wb_err(mapping: Mapping) -> i32 = FileCheckAndAdvanceWbErr;
            compaction::isolate_migratepages_block<R>(low_pfn: u64, end_pfn: u64, mode: IsolateMode)
                -> Result<i32, Oops> = IsolateMigratepagesBlock;
            compaction::isolate_migratepages_range<R>(start_pfn: u64, end_pfn: u64)
                -> Result<i32, Oops> = IsolateMigratepagesRange;
            migrate::migrate_folio<R>(mapping: Option<Mapping>, dst: Folio, src: Folio, mode: MigrateMode)
                -> Result<i32, Oops> = MigrateFolio;
            migrate::writeout(mapping: Mapping, folio: Folio) -> i32 = Writeout;
            migrate::fallback_migrate_folio<R>(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode)
                -> Result<i32, Oops> = FallbackMigrateFolio;
            migrate::move_to_new_folio<R>(dst: Folio, src: Folio, mode: MigrateMode)
                -> Result<i32, Oops> = MoveToNewFolio;
            truncate::truncate_cleanup_folio<R>(folio: Folio) -> () = TruncateCleanupFolio;
            truncate::truncate_inode_folio<R>(mapping: Option<Mapping>, folio: Folio)
                -> i32 = TruncateInodeFolio;
            truncate::truncate_inode_partial_folio<R>(folio: Folio, start: i64, end: i64)
                -> Result<bool, Oops> = TruncateInodePartialFolio;
            truncate::truncate_inode_pages_range<R>(mapping: Mapping, lstart: i64, lend: i64)
                -> Result<(), Oops> = TruncateInodePagesRange;
            shmem::shmem_undo_range<R>(mapping: Mapping, lstart: i64, lend: i64)
                -> Result<(), Oops> = ShmemUndoRange;
            shmem::shmem_unlock_mapping(mapping: Mapping) -> Result<(), Oops> = ShmemUnlockMapping;
            shmem::shmem_lock(mapping: Mapping, lock: bool, ucounts: bool) -> i32 = ShmemLock;
            guest_memfd::__kvm_gmem_create<R>(mapping: Mapping, size: i64, flags: u64)
                -> i32 = KvmGmemCreate;
            guest_memfd::kvm_gmem_punch_hole<R>(mapping: Mapping, offset: i64, len: i64)
                -> Result<i64, Oops> = KvmGmemPunchHole;
            guest_memfd::kvm_gmem_migrate_folio(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode)
                -> i32 = KvmGmemMigrateFolio;
            guest_memfd::kvm_gmem_error_folio(mapping: Mapping, folio: Folio) -> i32 = KvmGmemErrorFolio;
        }
    };
}

macro_rules! port {
    ($($file:ident::$name:ident $(<$revision:ident>)? ($($arg:ident: $ty:ty),*) -> $ret:ty
        = $variant:ident;)*) => {
        /// The functions of a revision. What is written here is the port's.
        #[allow(missing_docs, reason = "each is the function that it is named after")]
        pub trait Functions: Revision {
            $(
                #[inline(always)]
                fn $name<K: Kernel>(k: &mut K, $($arg: $ty),*) -> $ret {
                    port!(@call $file $name $(<$revision>)? (k $(, $arg)*))
                }
            )*

            /// `mapping_unmovable` or `mapping_inaccessible`, whichever the revision has.
            #[inline(always)]
            fn mapping_pinned<K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
                Self::mapping_pins_folios(k, mapping)
            }
        }
    };
    (@call $file:ident $name:ident <R> ($($arg:ident),*)) => {
        $file::$name::<Self, K>($($arg),*)
    };
    (@call $file:ident $name:ident ($($arg:ident),*)) => {
        $file::$name($($arg),*)
    };
}
every_function!(port);

impl Functions for PreFix {}
impl Functions for PostFix {}
impl Functions for V6_12 {}
impl Functions for V6_12PreFix {}
