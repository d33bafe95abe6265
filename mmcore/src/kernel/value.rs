// SPDX-License-Identifier: GPL-2.0-only
//! The values that cross the door: handles, small enums, and how each is put into one word.

use super::row::Domain;
use core::fmt;

/// A value that can be the answer to a [`Call`](super::Call), encoded in 64 bits.
pub trait Word: Copy {
    /// What an answer of this type can be, unless the helper's row says otherwise.
    const DOMAIN: Domain = Domain::Number;
    /// The value as a word.
    fn to_word(self) -> u64;
    /// The value of a word. Total: a word that encodes nothing is truncated as C would.
    fn from_word(word: u64) -> Self;
    /// Writes the value as a person would read it.
    ///
    /// # Errors
    /// Those of the formatter.
    fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// An argument of a [`Call`](super::Call).
pub trait Arg {
    /// Writes the argument as a person would read it.
    ///
    /// # Errors
    /// Those of the formatter.
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// The folio that it names, if it names one.
    fn folio(&self) -> Option<Folio> {
        None
    }
    /// The page that it names, if it names one.
    fn page(&self) -> Option<Page> {
        None
    }
    /// The mapping that it names, if it names one.
    fn mapping(&self) -> Option<Mapping> {
        None
    }
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl Word for $ty {
            #[inline(always)]
            fn to_word(self) -> u64 {
                self as u64
            }
            #[inline(always)]
            fn from_word(word: u64) -> Self {
                word as $ty
            }
            fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
        impl Arg for $ty {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    )*};
}
integers!(u32, u64, i32, i64);

impl Word for () {
    const DOMAIN: Domain = Domain::Nothing;
    #[inline(always)]
    fn to_word(self) -> u64 {
        0
    }
    #[inline(always)]
    fn from_word(_: u64) {}
    fn show(self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl Word for bool {
    const DOMAIN: Domain = Domain::Truth;
    #[inline(always)]
    fn to_word(self) -> u64 {
        u64::from(self)
    }
    #[inline(always)]
    fn from_word(word: u64) -> bool {
        word != 0
    }
    fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self { "yes" } else { "no" })
    }
}

impl Arg for bool {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Word::show(*self, f)
    }
}

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident($repr:ty) $prefix:literal $($via:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub $repr);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
        impl Word for $name {
            const DOMAIN: Domain = Domain::Object;
            #[inline(always)]
            fn to_word(self) -> u64 {
                u64::from(self.0)
            }
            #[inline(always)]
            fn from_word(word: u64) -> Self {
                $name(word as $repr)
            }
            fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
        impl Word for Option<$name> {
            const DOMAIN: Domain = Domain::Nullable;
            #[inline(always)]
            fn to_word(self) -> u64 {
                self.map_or(0, |handle| u64::from(handle.0).wrapping_add(1))
            }
            #[inline(always)]
            fn from_word(word: u64) -> Self {
                (word != 0).then(|| $name(word.wrapping_sub(1) as $repr))
            }
            fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Some(handle) => write!(f, "{handle}"),
                    None => f.write_str("NULL"),
                }
            }
        }
        impl Arg for $name {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
            $(fn $via(&self) -> Option<$name> {
                Some(*self)
            })?
        }
        impl Arg for Option<$name> {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Word::show(*self, f)
            }
            $(fn $via(&self) -> Option<$name> {
                *self
            })?
        }
    )*};
}
handles! {
    /// A `struct folio *`: compared by identity, never dereferenced here.
    Folio(u16) "folio" folio;
    /// A `struct page *`, named by its page frame number.
    Page(u64) "pfn" page;
    /// A `struct address_space *`.
    Mapping(u8) "mapping" mapping;
    /// A `struct lruvec *`.
    Lruvec(u8) "lruvec";
}

macro_rules! small_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $number,)* }

        impl $name {
            /// Every value, in the order of the kernel's numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// The kernel's name of the value.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
        impl Word for $name {
            #[inline(always)]
            fn to_word(self) -> u64 {
                self as u64
            }
            #[inline(always)]
            fn from_word(word: u64) -> Self {
                match word {
                    $($number => $name::$variant,)*
                    _ => Self::ALL[word as usize % Self::ALL.len()],
                }
            }
            fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
        impl Arg for $name {
            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

small_enum! {
    /// `enum migrate_mode`, include/linux/migrate_mode.h, up to post-fix (v6.12 has no
    /// `MIGRATE_SYNC_NO_COPY`).
    MigrateMode {
        /// Never block.
        Async = 0 "MIGRATE_ASYNC",
        /// Block, but not on write-back.
        SyncLight = 1 "MIGRATE_SYNC_LIGHT",
        /// Block on anything.
        Sync = 2 "MIGRATE_SYNC",
        /// Block on anything, and leave the copy to the caller.
        SyncNoCopy = 3 "MIGRATE_SYNC_NO_COPY",
    }
}

small_enum! {
    /// The node counters that the scanner reads or changes, include/linux/mmzone.h.
    NodeStat {
        /// `NR_INACTIVE_ANON`
        InactiveAnon = 0 "NR_INACTIVE_ANON",
        /// `NR_ACTIVE_ANON`
        ActiveAnon = 1 "NR_ACTIVE_ANON",
        /// `NR_INACTIVE_FILE`
        InactiveFile = 2 "NR_INACTIVE_FILE",
        /// `NR_ACTIVE_FILE`
        ActiveFile = 3 "NR_ACTIVE_FILE",
        /// `NR_ISOLATED_ANON`
        IsolatedAnon = 4 "NR_ISOLATED_ANON",
        /// `NR_ISOLATED_FILE`
        IsolatedFile = 5 "NR_ISOLATED_FILE",
    }
}

small_enum! {
    /// The places where a ported function may WARN, BUG or fault.
    Site {
        /// `migrate_folio`: the source is under write-back.
        MigrateWriteback = 0 "BUG_ON(folio_test_writeback(src))",
        /// `move_to_new_folio`: the source is not locked.
        SrcUnlocked = 1 "VM_BUG_ON_FOLIO(!folio_test_locked(src))",
        /// `move_to_new_folio`: the destination is not locked.
        DstUnlocked = 2 "VM_BUG_ON_FOLIO(!folio_test_locked(dst))",
        /// `move_to_new_folio`: a movable page that nobody isolated.
        NotIsolated = 3 "VM_BUG_ON_FOLIO(!folio_test_isolated(src))",
        /// `move_to_new_folio`: the driver cleared the isolated flag.
        LostIsolated = 4 "WARN_ON_ONCE(!folio_test_isolated(src))",
        /// `truncate_inode_pages_range`: the folio is not at the index it was found at.
        NotContained = 5 "VM_BUG_ON_FOLIO(!folio_contains(folio, indices[i]))",
        /// `shmem_undo_range`: a shmem folio under write-back.
        ShmemWriteback = 6 "VM_BUG_ON_FOLIO(folio_test_writeback(folio))",
        /// `try_folio_split_or_unmap`: still mapped after the unmap.
        StillMapped = 7 "WARN_ON(folio_mapped(folio))",
        /// `__kvm_gmem_create`: the file's mapping is not the inode's.
        GmemForeignMapping = 8 "WARN_ON(file->f_mapping != inode->i_mapping)",
        /// `__kvm_gmem_create`: the new mapping is evictable.
        GmemEvictable = 9 "WARN_ON_ONCE(!mapping_unevictable(inode->i_mapping))",
        /// `kvm_gmem_migrate_folio`: somebody called it.
        GmemMigrated = 10 "WARN_ON_ONCE(1)",
        /// A `NULL` mapping is dereferenced.
        NullMapping = 11 "NULL mapping dereferenced",
        /// A loop did not end.
        SoftLockup = 12 "soft lockup",
    }
}

/// The kernel stopped this thread: BUG, a fault, or the watchdog.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Oops(
    /// Where.
    pub Site,
);

/// `isolate_mode_t`, include/linux/mmzone.h: which folios a scan may isolate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct IsolateMode(pub u32);

impl IsolateMode {
    /// `ISOLATE_UNMAPPED`
    pub const UNMAPPED: IsolateMode = IsolateMode(0x2);
    /// `ISOLATE_ASYNC_MIGRATE`
    pub const ASYNC_MIGRATE: IsolateMode = IsolateMode(0x4);
    /// `ISOLATE_UNEVICTABLE`
    pub const UNEVICTABLE: IsolateMode = IsolateMode(0x8);

    /// Both sets of bits.
    pub const fn with(self, other: IsolateMode) -> IsolateMode {
        IsolateMode(self.0 | other.0)
    }

    /// Whether any bit of `bits` is set.
    pub const fn has(self, bits: IsolateMode) -> bool {
        self.0 & bits.0 != 0
    }
}

impl Word for IsolateMode {
    #[inline(always)]
    fn to_word(self) -> u64 {
        self.0.into()
    }
    #[inline(always)]
    fn from_word(word: u64) -> Self {
        IsolateMode(word as u32)
    }
    fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl Arg for IsolateMode {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Word::show(*self, f)
    }
}

/// An entry of a `struct folio_batch` that `find_lock_entries` or `find_get_entries` filled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Entry {
    /// A folio.
    Folio(Folio),
    /// A shadow, swap or DAX entry (`xa_is_value`).
    Value,
}

impl Word for Entry {
    const DOMAIN: Domain = Domain::Nullable;
    #[inline(always)]
    fn to_word(self) -> u64 {
        match self {
            Entry::Value => 0,
            Entry::Folio(folio) => u64::from(folio.0) + 1,
        }
    }
    #[inline(always)]
    fn from_word(word: u64) -> Self {
        Option::<Folio>::from_word(word).map_or(Entry::Value, Entry::Folio)
    }
    fn show(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Value => f.write_str("value entry"),
            Entry::Folio(folio) => write!(f, "{folio}"),
        }
    }
}
