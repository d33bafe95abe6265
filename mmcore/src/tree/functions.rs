// SPDX-License-Identifier: GPL-2.0-only
//! The ported functions: one row each.
//!
//! A row says whether traces show where the function begins and ends (`marked`, or `inline` if not),
//! its variant of [`Function`], its name in the kernel, its arguments and what it returns. Two things
//! are said only where they are not as the types imply:
//!
//! - `c "..."`: how C calls the function, in terms of the arguments as words `a[0]`, `a[1]`, ...;
//! - `also name`: what the function is called in another tree.
//!
//! From the rows come [`Function`], the methods of [`Tree`](crate::Tree) and of [`Side`], and, by
//! [`each_function!`](crate::each_function), whatever another crate needs for every function.

use super::Tree;
use crate::kernel::{Arg, Word};
use crate::{Folio, IsolateMode, Kernel, Lruvec, Mapping, MigrateMode, Oops, Page};
use core::fmt;

/// Runs the body of a function, between marks if its row says so.
macro_rules! traced {
    (marked $k:ident $function:ident $body:expr) => {{
        $k.enter(Function::$function);
        let result = $body;
        $k.leave();
        result
    }};
    (inline $k:ident $function:ident $body:expr) => {
        $body
    };
}

macro_rules! is_marked {
    (marked) => {
        true
    };
    (inline) => {
        false
    };
}

macro_rules! returned_type {
    () => {
        "()"
    };
    ($ty:ty) => {
        stringify!($ty)
    };
}

macro_rules! functions {
    ($($file:literal $module:ident {$(
        $mark:ident $variant:ident = $name:ident($($arg:ident: $ty:ty),*) $(-> $ret:ty)?
            $(, c $c:literal)? $(, also $also:ident)?;
    )*})*) => {
        /// A ported function.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Function {
            $($(#[doc = concat!("`", stringify!($name), "`, ", $file)] $variant,)*)*
        }

        impl Function {
            /// Every ported function, by file, in the kernel's order.
            pub const ALL: &'static [Function] = &[$($(Function::$variant),*),*];

            /// The function's name in the kernel.
            pub const fn name(self) -> &'static str {
                match self { $($(Function::$variant => stringify!($name),)*)* }
            }

            /// The names that it has in other trees.
            pub const fn other_names(self) -> &'static [&'static str] {
                match self { $($(Function::$variant => &[$(stringify!($also))?],)*)* }
            }

            /// The kernel file that it was ported from.
            pub const fn file(self) -> &'static str {
                match self { $($(Function::$variant => $file,)*)* }
            }

            /// Whether traces show where it begins and ends: by [`Enter`](crate::Call::Enter) and
            /// [`Leave`](crate::Call::Leave).
            pub const fn is_marked(self) -> bool {
                match self { $($(Function::$variant => is_marked!($mark),)*)* }
            }

            /// The name and the Rust type of each argument, in C's order.
            pub const fn arguments(self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $($(Function::$variant => &[$((stringify!($arg), stringify!($ty))),*],)*)*
                }
            }

            /// The Rust type of what it returns; `()` if that is nothing.
            pub const fn returned(self) -> &'static str {
                match self { $($(Function::$variant => returned_type!($($ret)?),)*)* }
            }

            /// How C passes it the arguments, if not as their types imply.
            pub const fn in_c(self) -> Option<&'static str> {
                match self {
                    $($(Function::$variant => {
                        let given: &[&str] = &[$($c)?];
                        given.first().copied()
                    })*)*
                }
            }
        }

        /// Code that can run a tree's functions: the port, as a [`Tree`] has it, or the kernel's own C.
        ///
        /// The ported functions call each other through it, so that whoever has his own of one is
        /// heard by all its callers.
        pub trait Side: Copy + Default + Send + Sync + 'static {
            /// The name of this side.
            const NAME: &'static str;
            /// The tree whose functions it runs.
            type Tree: Tree;

            $($(
                #[doc = concat!(
                    "`", stringify!($name), "`, ", $file,
                    ". What it does, returns and fails with: see the port's `", stringify!($module),
                    "::", stringify!($name), "`."
                )]
                fn $name<K: Kernel>(k: &mut K, $($arg: $ty),*) $(-> $ret)?;
            )*)*
        }

        impl<T: Tree> Side for T {
            const NAME: &'static str = <T as Tree>::NAME;
            type Tree = T;

            $($(
                #[inline(always)]
                fn $name<K: Kernel>(k: &mut K, $($arg: $ty),*) $(-> $ret)? {
                    traced!($mark k $variant <T as Tree>::$name::<T, K>(k, $($arg),*))
                }
            )*)*
        }

        macro_rules! tree_methods {
            () => {
                $($(
                    #[doc = concat!("`", stringify!($name), "`, ", $file, ": the text of its body.")]
                    #[inline(always)]
                    fn $name<S: Side, K: Kernel>(k: &mut K, $($arg: $ty),*) $(-> $ret)? {
                        <Self::Base as Tree>::$name::<S, K>(k, $($arg),*)
                    }
                )*)*
            };
        }
        pub(crate) use tree_methods;

        /// The methods of the tree whose functions the files of the port are.
        macro_rules! root_methods {
            () => {
                $($(
                    #[inline(always)]
                    fn $name<S: Side, K: Kernel>(k: &mut K, $($arg: $ty),*) $(-> $ret)? {
                        $module::$name::<S, K>(k, $($arg),*)
                    }
                )*)*
            };
        }
        pub(crate) use root_methods;

        /// Calls the macro that it is given with `Variant = name(arg: Type, ...) -> (Type);` of every
        /// ported function, in the order of [`Function::ALL`]; `-> ()` is a function that returns
        /// nothing.
        #[macro_export]
        macro_rules! each_function {
            ($with:ident) => {
                $with! { $($($variant = $name($($arg: $ty),*) -> ($($ret)?);)*)* }
            };
        }
    };
}

functions! {
    "include/linux/pagemap.h" pagemap {
        marked MappingSetError = mapping_set_error(mapping: Mapping, error: i32);
        inline MappingSetUnevictable = mapping_set_unevictable(mapping: Mapping);
        inline MappingClearUnevictable = mapping_clear_unevictable(mapping: Mapping);
        inline MappingUnevictable = mapping_unevictable(mapping: Option<Mapping>) -> bool;
        inline MappingSetExiting = mapping_set_exiting(mapping: Mapping);
        inline MappingExiting = mapping_exiting(mapping: Mapping) -> bool;
        inline MappingSetNoWritebackTags = mapping_set_no_writeback_tags(mapping: Mapping);
        inline MappingUseWritebackTags = mapping_use_writeback_tags(mapping: Mapping) -> bool;
        inline MappingReleaseAlways = mapping_release_always(mapping: Mapping) -> bool;
        inline MappingSetReleaseAlways = mapping_set_release_always(mapping: Mapping);
        inline MappingClearReleaseAlways = mapping_clear_release_always(mapping: Mapping);
        inline MappingStableWrites = mapping_stable_writes(mapping: Mapping) -> bool;
        inline MappingSetStableWrites = mapping_set_stable_writes(mapping: Mapping);
        inline MappingClearStableWrites = mapping_clear_stable_writes(mapping: Mapping);
        inline MappingSetInaccessible = mapping_set_inaccessible(mapping: Mapping), also mapping_set_unmovable;
        inline MappingInaccessible = mapping_inaccessible(mapping: Mapping) -> bool, also mapping_unmovable;
        inline MappingSetFolioOrderRange = mapping_set_folio_order_range(mapping: Mapping, min: u32, max: u32);
        inline MappingSetLargeFolios = mapping_set_large_folios(mapping: Mapping);
        inline MappingMaxFolioOrder = mapping_max_folio_order(mapping: Mapping) -> u32;
        inline MappingMinFolioOrder = mapping_min_folio_order(mapping: Mapping) -> u32;
        inline MappingLargeFolioSupport = mapping_large_folio_support(mapping: Mapping) -> bool;
    }
    "mm/filemap.c" filemap {
        marked FilemapCheckErrors = filemap_check_errors(mapping: Mapping) -> i32;
        marked FilemapCheckAndKeepErrors = filemap_check_and_keep_errors(mapping: Mapping) -> i32;
        marked FileCheckAndAdvanceWbErr = file_check_and_advance_wb_err(mapping: Mapping) -> i32, c "file_at(a[0])";
    }
    "mm/internal.h" internal {
        marked FolioEvictable = folio_evictable(folio: Folio) -> bool;
        marked FolioNeedsRelease = folio_needs_release(folio: Folio) -> bool;
    }
    "mm/compaction.c" compaction {
        inline IsolationSuitable = isolation_suitable(page: Page) -> bool, c "&scan_control, page_at(a[0])";
        inline TestAndSetSkip = test_and_set_skip(page: Page) -> bool, c "&scan_control, page_at(a[0])";
        inline UpdateCachedMigrate = update_cached_migrate(pfn: u64), c "&scan_control, a[0]";
        inline CompactLockIrqsave = compact_lock_irqsave(lruvec: Lruvec) -> bool, c "&lruvec_at(a[0])->lru_lock, &unused_flags, &scan_control";
        marked TooManyIsolated = too_many_isolated() -> bool, c "&scan_control";
        inline SkipIsolationOnOrder = skip_isolation_on_order(order: i32, target_order: i32) -> bool;
        marked IsolateMigratepagesBlock = isolate_migratepages_block(low_pfn: u64, end_pfn: u64, mode: IsolateMode) -> Result<i32, Oops>, c "&scan_control, a[0], a[1], a[2]";
        marked IsolateMigratepagesRange = isolate_migratepages_range(start_pfn: u64, end_pfn: u64) -> Result<i32, Oops>, c "&scan_control, a[0], a[1]";
    }
    "mm/migrate.c" migrate {
        inline MigrateFolioInner = __migrate_folio(mapping: Option<Mapping>, dst: Folio, src: Folio, mode: MigrateMode) -> i32, c "mapping_or_null(a[0]), folio_at(a[1]), folio_at(a[2]), NULL, a[3]";
        marked MigrateFolio = migrate_folio(mapping: Option<Mapping>, dst: Folio, src: Folio, mode: MigrateMode) -> Result<i32, Oops>;
        marked Writeout = writeout(mapping: Mapping, folio: Folio) -> i32;
        marked FallbackMigrateFolio = fallback_migrate_folio(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode) -> Result<i32, Oops>;
        marked MoveToNewFolio = move_to_new_folio(dst: Folio, src: Folio, mode: MigrateMode) -> Result<i32, Oops>;
    }
    "mm/truncate.c" truncate {
        marked TruncateCleanupFolio = truncate_cleanup_folio(folio: Folio);
        marked TruncateInodeFolio = truncate_inode_folio(mapping: Option<Mapping>, folio: Folio) -> i32;
        inline TryFolioSplitOrUnmap = try_folio_split_or_unmap(folio: Folio) -> Result<i32, Oops>;
        marked TruncateInodePartialFolio = truncate_inode_partial_folio(folio: Folio, start: i64, end: i64) -> Result<bool, Oops>;
        marked TruncateInodePagesRange = truncate_inode_pages_range(mapping: Mapping, lstart: i64, lend: i64) -> Result<(), Oops>;
    }
    "mm/shmem.c" shmem {
        marked ShmemUnlockMapping = shmem_unlock_mapping(mapping: Mapping) -> Result<(), Oops>;
        marked ShmemUndoRange = shmem_undo_range(mapping: Mapping, lstart: i64, lend: i64) -> Result<(), Oops>, c "inode_at(a[0]), a[1], a[2], false";
        marked ShmemLock = shmem_lock(mapping: Mapping, lock: bool, ucounts: bool) -> i32, c "file_at(a[0]), a[1], a[2] ? &some_ucounts : NULL";
    }
    "virt/kvm/guest_memfd.c" guest_memfd {
        marked KvmGmemPunchHole = kvm_gmem_punch_hole(mapping: Mapping, offset: i64, len: i64) -> Result<i64, Oops>, c "inode_at(a[0]), a[1], a[2]";
        marked KvmGmemMigrateFolio = kvm_gmem_migrate_folio(mapping: Mapping, dst: Folio, src: Folio, mode: MigrateMode) -> i32;
        marked KvmGmemErrorFolio = kvm_gmem_error_folio(mapping: Mapping, folio: Folio) -> i32;
        marked KvmGmemCreate = __kvm_gmem_create(mapping: Mapping, size: i64, flags: u64) -> i32, c "(run->created = a[0], &the_kvm), a[1], a[2]";
    }
}

impl Function {
    /// The ported function of that name, whichever tree calls it so.
    pub fn named(name: &str) -> Option<Function> {
        let is_it = |f: &Function| f.name() == name || f.other_names().contains(&name);
        Function::ALL.iter().copied().find(is_it)
    }

    /// Those that traces show, by file, in the kernel's order.
    pub fn marked() -> impl Iterator<Item = Function> + Clone {
        Function::ALL.iter().copied().filter(|function| function.is_marked())
    }
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
