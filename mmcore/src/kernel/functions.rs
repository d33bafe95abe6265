// SPDX-License-Identifier: GPL-2.0-only
//! The list of the ported functions: one row each.

use super::Word;
use super::value::Arg;
use core::fmt;

macro_rules! functions {
    ($($variant:ident = $name:ident $file:literal;)*) => {
        /// A ported function.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Function {
            $(#[doc = concat!("`", stringify!($name), "`, ", $file)] $variant,)*
        }

        impl Function {
            /// Every ported function, by file, in the kernel's order.
            pub const ALL: &'static [Function] = &[$(Function::$variant),*];

            /// The function's name in the kernel.
            pub const fn name(self) -> &'static str {
                match self { $(Function::$variant => stringify!($name),)* }
            }

            /// The kernel file that it was ported from.
            pub const fn file(self) -> &'static str {
                match self { $(Function::$variant => $file,)* }
            }
        }

        /// Calls the macro that it is given with `Variant name,` of every ported function, in the
        /// order of [`Function::ALL`]: for whoever needs an item for each.
        #[macro_export]
        macro_rules! each_function {
            ($with:ident) => {
                $with! { $($variant $name,)* }
            };
        }
    };
}

functions! {
    MappingSetError = mapping_set_error "include/linux/pagemap.h";
    FilemapCheckErrors = filemap_check_errors "mm/filemap.c";
    FilemapCheckAndKeepErrors = filemap_check_and_keep_errors "mm/filemap.c";
    FileCheckAndAdvanceWbErr = file_check_and_advance_wb_err "mm/filemap.c";
    FolioEvictable = folio_evictable "mm/internal.h";
    FolioNeedsRelease = folio_needs_release "mm/internal.h";
    TooManyIsolated = too_many_isolated "mm/compaction.c";
    IsolateMigratepagesBlock = isolate_migratepages_block "mm/compaction.c";
    IsolateMigratepagesRange = isolate_migratepages_range "mm/compaction.c";
    MigrateFolio = migrate_folio "mm/migrate.c";
    Writeout = writeout "mm/migrate.c";
    FallbackMigrateFolio = fallback_migrate_folio "mm/migrate.c";
    MoveToNewFolio = move_to_new_folio "mm/migrate.c";
    TruncateCleanupFolio = truncate_cleanup_folio "mm/truncate.c";
    TruncateInodeFolio = truncate_inode_folio "mm/truncate.c";
    TruncateInodePartialFolio = truncate_inode_partial_folio "mm/truncate.c";
    TruncateInodePagesRange = truncate_inode_pages_range "mm/truncate.c";
    ShmemUnlockMapping = shmem_unlock_mapping "mm/shmem.c";
    ShmemUndoRange = shmem_undo_range "mm/shmem.c";
    ShmemLock = shmem_lock "mm/shmem.c";
    KvmGmemPunchHole = kvm_gmem_punch_hole "virt/kvm/guest_memfd.c";
    KvmGmemMigrateFolio = kvm_gmem_migrate_folio "virt/kvm/guest_memfd.c";
    KvmGmemErrorFolio = kvm_gmem_error_folio "virt/kvm/guest_memfd.c";
    KvmGmemCreate = __kvm_gmem_create "virt/kvm/guest_memfd.c";
}

impl Word for Function {
    fn to_word(self) -> u64 {
        self as u64
    }
    fn from_word(word: u64) -> Self {
        Function::ALL[word as usize % Function::ALL.len()]
    }
    fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Arg for Function {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
