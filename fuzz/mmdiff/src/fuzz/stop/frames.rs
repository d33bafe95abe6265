// SPDX-License-Identifier: GPL-2.0-only
//! The functions that a stack is made of: one for each thing that a finding can be about.
//!
//! The matches are exhaustive, so nothing new is without its function. The bodies differ, by the name
//! that they look at, so that no linker folds them into one.

#[cfg(feature = "conform")]
use crate::conform::{Apart, Ended};
use crate::oracle::{Cause, Invariant, Side};
use crate::scenario::Path;
use mmcore::{CallId, Function, Site, each_call, each_function, errno};
#[cfg(feature = "conform")]
use mmdiff_kernel::compare::{Differs, Mismatch};
use std::hint::black_box;

/// A function on the stack of a panic.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// What it is called.
    #[cfg(test)]
    pub(super) name: &'static str,
    /// The function: it enters the frames that it is given, outermost first, and there panics.
    pub(super) enter: fn(&[Frame], &str) -> !,
}

/// The body of each: `name` keeps it from being that of another.
#[inline(always)]
fn on(name: &'static str, inner: &[Frame], message: &str) -> ! {
    black_box(name);
    match inner {
        [next, inner @ ..] => (next.enter)(inner, message),
        [] => panic!("{message}"),
    }
}

macro_rules! frames {
    ($of:ident($what:ty) in $module:ident { $($pattern:pat => $name:ident,)* }) => {
        /// The function that stands for it.
        pub(super) fn $of(what: $what) -> Frame {
            match what {
                $($pattern => Frame {
                    #[cfg(test)]
                    name: concat!(stringify!($module), "::", stringify!($name)),
                    enter: $module::$name,
                },)*
            }
        }

        mod $module {
            use super::{Frame, on};

            $(#[inline(never)]
            #[cold]
            pub(super) fn $name(inner: &[Frame], message: &str) -> ! {
                on(concat!(stringify!($module), "::", stringify!($name)), inner, message)
            })*
        }
    };
}

macro_rules! by_call {
    ($($variant:ident $name:ident,)*) => {
        frames! { of_call(CallId) in call { $(CallId::$variant => $name,)* } }
    };
}
each_call!(by_call);

macro_rules! by_function {
    ($($variant:ident $name:ident,)*) => {
        frames! { of_function(Option<Function>) in differs_in {
            None => setup,
            $(Some(Function::$variant) => $name,)*
        } }
    };
}
each_function!(by_function);

frames! { of_path(Path) in path {
    Path::Flags => flags,
    Path::Creation => creation,
    Path::Errors => errors,
    Path::Truncation => truncation,
    Path::Migration => migration,
    Path::Compaction => compaction,
    Path::Lifecycle => lifecycle,
} }

frames! { of_cause(Cause) in hangs_on {
    Cause::GuestMemfd => guest_memfd,
    Cause::Ramfs => ramfs,
    Cause::TmpfsNoswap => tmpfs_noswap,
    Cause::ShmLock => shm_lock,
    Cause::Secretmem => secretmem,
    Cause::DrmShmem => drm_shmem,
    Cause::RecordedEnospc => recorded_enospc,
    Cause::Ordinary => ordinary,
    Cause::Raw(_, false) => raw_without_the_bit,
    Cause::Raw(_, true) => raw_with_the_bit,
    Cause::Other => other,
} }

/// What the sides did, without the particulars.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// One zeroes.
    Zeroes(Side),
    /// The word of a new guest_memfd loses AS_ENOSPC.
    WordLosesEnospc,
    /// The old one reports an ENOSPC that nothing caused.
    SpuriousEnospc,
    /// One has an effect.
    Effect(Side),
    /// One asks a question.
    Question(Side),
    /// The flags words differ.
    Word,
    /// The bytes of a file differ.
    Bytes,
    /// The state of a folio differs.
    Folio,
    /// Another part of the world differs.
    Elsewhere,
}

frames! { of_kind(Kind) in beyond {
    Kind::Zeroes(Side::Pre) => zeroes_before_only,
    Kind::Zeroes(Side::Post) => zeroes_after_only,
    Kind::WordLosesEnospc => word_loses_enospc,
    Kind::SpuriousEnospc => spurious_enospc,
    Kind::Effect(Side::Pre) => effect_before_only,
    Kind::Effect(Side::Post) => effect_after_only,
    Kind::Question(Side::Pre) => question_before_only,
    Kind::Question(Side::Post) => question_after_only,
    Kind::Word => flags_word,
    Kind::Bytes => bytes,
    Kind::Folio => folio_state,
    Kind::Elsewhere => other_state,
} }

/// What a side returned, without the figures of a number.
#[derive(Clone, Copy)]
pub(super) enum Value {
    /// Nothing.
    Nothing,
    /// A truth value.
    Bool(bool),
    /// A set of bits.
    Bits,
    /// An error number that has a name.
    Errno(i32),
    /// A number; whether it is below 0.
    Number(bool),
    /// Nothing ever again.
    Oops(Site),
}

macro_rules! returns {
    ($($of:ident in $module:ident;)*) => {$(
        frames! { $of(Value) in $module {
            Value::Nothing => nothing,
            Value::Bool(false) => no,
            Value::Bool(true) => yes,
            Value::Bits => bits,
            Value::Errno(errno::EINTR) => eintr,
            Value::Errno(errno::EIO) => eio,
            Value::Errno(errno::EAGAIN) => eagain,
            Value::Errno(errno::ENOMEM) => enomem,
            Value::Errno(errno::EBUSY) => ebusy,
            Value::Errno(errno::EINVAL) => einval,
            Value::Errno(errno::EMFILE) => emfile,
            Value::Errno(errno::ENOSPC) => enospc,
            Value::Errno(errno::EOPNOTSUPP) => eopnotsupp,
            Value::Errno(_) | Value::Number(true) => minus,
            Value::Number(false) => number,
            Value::Oops(Site::MigrateWriteback) => bug_migrate_writeback,
            Value::Oops(Site::SrcUnlocked) => bug_src_unlocked,
            Value::Oops(Site::DstUnlocked) => bug_dst_unlocked,
            Value::Oops(Site::NotIsolated) => bug_not_isolated,
            Value::Oops(Site::LostIsolated) => bug_lost_isolated,
            Value::Oops(Site::NotContained) => bug_not_contained,
            Value::Oops(Site::ShmemWriteback) => bug_shmem_writeback,
            Value::Oops(Site::StillMapped) => bug_still_mapped,
            Value::Oops(Site::GmemForeignMapping) => bug_gmem_foreign_mapping,
            Value::Oops(Site::GmemEvictable) => bug_gmem_evictable,
            Value::Oops(Site::GmemMigrated) => bug_gmem_migrated,
            Value::Oops(Site::NullMapping) => bug_null_mapping,
            Value::Oops(Site::SoftLockup) => bug_soft_lockup,
        } }
    )*};
}
returns! {
    of_value_before in before_returns;
    of_value_after in after_returns;
}

frames! { of_digit(u8) in digit {
    b'0' => d0, b'1' => d1, b'2' => d2, b'3' => d3, b'4' => d4,
    b'5' => d5, b'6' => d6, b'7' => d7, b'8' => d8, _ => d9,
} }

frames! { of_bit(u32) in bit {
    0 => b0, 1 => b1, 2 => b2, 3 => b3, 4 => b4, 5 => b5, 6 => b6, 7 => b7,
    8 => b8, 9 => b9, 10 => b10, 11 => b11, 12 => b12, 13 => b13, 14 => b14, 15 => b15,
    16 => b16, 17 => b17, 18 => b18, 19 => b19, 20 => b20, 21 => b21, 22 => b22, 23 => b23,
    24 => b24, 25 => b25, 26 => b26, 27 => b27, 28 => b28, 29 => b29, 30 => b30, 31 => b31,
    32 => b32, 33 => b33, 34 => b34, 35 => b35, 36 => b36, 37 => b37, 38 => b38, 39 => b39,
    40 => b40, 41 => b41, 42 => b42, 43 => b43, 44 => b44, 45 => b45, 46 => b46, 47 => b47,
    48 => b48, 49 => b49, 50 => b50, 51 => b51, 52 => b52, 53 => b53, 54 => b54, 55 => b55,
    56 => b56, 57 => b57, 58 => b58, 59 => b59, 60 => b60, 61 => b61, 62 => b62, _ => b63,
} }

frames! { of_side(Side) in broken_by {
    Side::Pre => the_revision_before,
    Side::Post => the_revision_after,
} }

frames! { of_invariant(Invariant) in broken {
    Invariant::GuestMemoryUntouched => guest_memory_untouched,
    Invariant::GuestMemoryStays => guest_memory_stays,
    Invariant::GuestMemoryKept => guest_memory_kept,
    Invariant::NoStaleByte => no_stale_byte,
    Invariant::ErrorHasCause => error_has_cause,
    Invariant::MappingAlive => mapping_alive,
    Invariant::Balance => balance,
} }

#[cfg(feature = "conform")]
frames! { of_apart(&Apart) in the_c_differs {
    Apart::Step(_, Mismatch { what: Differs::Questions, .. }) => in_questions,
    Apart::Step(_, Mismatch { what: Differs::Effect, .. }) => in_an_effect,
    Apart::Step(_, Mismatch { what: Differs::Result, .. }) => in_the_result,
    Apart::Steps => in_the_number_of_steps,
    Apart::Ended(Ended::Missing(_)) => in_being_missing,
    Apart::Ended(Ended::Otherwise(..)) => in_how_it_ends,
} }

#[cfg(feature = "conform")]
frames! { of_revision(usize) in against_the_c_of {
    0 => v6_12,
    _ => v6_12_pre_fix,
} }
