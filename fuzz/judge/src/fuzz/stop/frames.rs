// SPDX-License-Identifier: GPL-2.0-only
//! The functions that a stack is made of: one for each thing that a finding can be about.
//!
//! The matches are exhaustive, so nothing new is without its function. The bodies differ, by the name
//! that they look at, so that no linker folds them into one. No two names are the same, modules aside:
//! debug information leaves those out.

use crate::oracle::{Invariant, Side};
use crate::scenario::{FileKind, Path};
use mmcore::{CallId, Function, Site, each_call, each_function};

/// A function on the stack of a panic.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// What it is called.
    pub name: &'static str,
    /// The function: it enters the frames that it is given, outermost first, and there panics.
    pub enter: fn(&[Frame], &str) -> !,
}

/// Makes a function for each thing of a type, and one that says which stands for which.
#[macro_export]
macro_rules! frames {
    ($vis:vis $of:ident($what:ty) in $module:ident { $($pattern:pat => $name:ident,)* }) => {
        /// The function that stands for it.
        $vis fn $of(what: $what) -> $crate::fuzz::stop::Frame {
            match what {
                $($pattern => $crate::fuzz::stop::Frame {
                    name: stringify!($name),
                    enter: $module::$name,
                },)*
            }
        }

        mod $module {
            use std::hint::black_box;

            $(#[inline(never)]
            #[cold]
            pub(super) fn $name(inner: &[$crate::fuzz::stop::Frame], message: &str) -> ! {
                // Here as it is: a helper would be on the stack too, if only as what was inlined.
                black_box(stringify!($name));
                if let [next, inner @ ..] = inner {
                    (next.enter)(inner, message)
                }
                panic!("{message}")
            })*
        }
    };
}

macro_rules! by_call {
    ($($variant:ident = $name:ident($($arguments:tt)*) -> ($($ret:tt)*);)*) => {
        frames! { pub(super) of_call(CallId) in call { $(CallId::$variant => $name,)* } }
    };
}
each_call!(by_call);

macro_rules! by_function {
    ($($variant:ident = $name:ident($($arguments:tt)*) -> ($($ret:tt)*);)*) => {
        frames! { pub of_function(Option<Function>) in differs_in {
            None => an_accessor_or_the_setup,
            $(Some(Function::$variant) => $name,)*
        } }
    };
}
each_function!(by_function);

frames! { pub of_path(Path) in path {
    Path::Flags => on_path_flags,
    Path::Creation => on_path_creation,
    Path::Errors => on_path_errors,
    Path::Truncation => on_path_truncation,
    Path::Migration => on_path_migration,
    Path::Compaction => on_path_compaction,
    Path::Lifecycle => on_path_lifecycle,
} }

frames! { pub(super) of_file(Option<FileKind>) in hangs_on {
    None => hangs_on_a_raw_word,
    Some(FileKind::Ramfs) => hangs_on_ramfs,
    Some(FileKind::Tmpfs) => hangs_on_tmpfs,
    Some(FileKind::TmpfsNoswap) => hangs_on_tmpfs_noswap,
    Some(FileKind::Disk) => hangs_on_disk,
    Some(FileKind::DiskZeroing) => hangs_on_disk_zeroing,
    Some(FileKind::Secretmem) => hangs_on_secretmem,
    Some(FileKind::GuestMemfd) => hangs_on_guest_memfd,
    Some(FileKind::DrmShmem) => hangs_on_drm_shmem,
} }

/// What the sides did, without the particulars.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// One has an effect.
    Effect(Side),
    /// One asks a question.
    Question(Side),
    /// One calls a function.
    Calls(Side),
    /// The flags words differ.
    Flags,
    /// The bytes of a file differ.
    Bytes,
    /// The state of a folio differs.
    Folio,
    /// Another part of the world differs.
    Elsewhere,
}

frames! { pub(super) of_kind(Kind) in beyond {
    Kind::Effect(Side::Pre) => effect_before_only,
    Kind::Effect(Side::Post) => effect_after_only,
    Kind::Question(Side::Pre) => question_before_only,
    Kind::Question(Side::Post) => question_after_only,
    Kind::Calls(Side::Pre) => call_before_only,
    Kind::Calls(Side::Post) => call_after_only,
    Kind::Flags => flags_word,
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
    /// A number; whether it is below 0.
    Number(bool),
    /// Nothing ever again.
    Oops(Site),
}

macro_rules! returns {
    ($($pattern:pat => $before:ident $after:ident,)*) => {
        frames! { pub(super) of_value_before(Value) in before { $($pattern => $before,)* } }
        frames! { pub(super) of_value_after(Value) in after { $($pattern => $after,)* } }
    };
}
returns! {
    Value::Nothing => before_returns_nothing after_returns_nothing,
    Value::Bool(false) => before_returns_false after_returns_false,
    Value::Bool(true) => before_returns_true after_returns_true,
    Value::Bits => before_returns_bits after_returns_bits,
    Value::Number(true) => before_returns_a_number_below_0 after_returns_a_number_below_0,
    Value::Number(false) => before_returns_a_number after_returns_a_number,
    Value::Oops(Site::MigrateWriteback) => before_stops_at_migrate_writeback after_stops_at_migrate_writeback,
    Value::Oops(Site::SrcUnlocked) => before_stops_at_src_unlocked after_stops_at_src_unlocked,
    Value::Oops(Site::DstUnlocked) => before_stops_at_dst_unlocked after_stops_at_dst_unlocked,
    Value::Oops(Site::NotIsolated) => before_stops_at_not_isolated after_stops_at_not_isolated,
    Value::Oops(Site::LostIsolated) => before_stops_at_lost_isolated after_stops_at_lost_isolated,
    Value::Oops(Site::NotContained) => before_stops_at_not_contained after_stops_at_not_contained,
    Value::Oops(Site::ShmemWriteback) => before_stops_at_shmem_writeback after_stops_at_shmem_writeback,
    Value::Oops(Site::StillMapped) => before_stops_at_still_mapped after_stops_at_still_mapped,
    Value::Oops(Site::GmemForeignMapping) => before_stops_at_gmem_foreign_mapping after_stops_at_gmem_foreign_mapping,
    Value::Oops(Site::GmemEvictable) => before_stops_at_gmem_evictable after_stops_at_gmem_evictable,
    Value::Oops(Site::GmemMigrated) => before_stops_at_gmem_migrated after_stops_at_gmem_migrated,
    Value::Oops(Site::NullMapping) => before_stops_at_null_mapping after_stops_at_null_mapping,
    Value::Oops(Site::SoftLockup) => before_stops_at_soft_lockup after_stops_at_soft_lockup,
}

frames! { pub(super) of_digit(u8) in digit {
    b'0' => digit_0, b'1' => digit_1, b'2' => digit_2, b'3' => digit_3, b'4' => digit_4,
    b'5' => digit_5, b'6' => digit_6, b'7' => digit_7, b'8' => digit_8, _ => digit_9,
} }

frames! { pub(super) of_letter(u8) in letter {
    b'a' => letter_a, b'b' => letter_b, b'c' => letter_c, b'd' => letter_d, b'e' => letter_e,
    b'f' => letter_f, b'g' => letter_g, b'h' => letter_h, b'i' => letter_i, b'j' => letter_j,
    b'k' => letter_k, b'l' => letter_l, b'm' => letter_m, b'n' => letter_n, b'o' => letter_o,
    b'p' => letter_p, b'q' => letter_q, b'r' => letter_r, b's' => letter_s, b't' => letter_t,
    b'u' => letter_u, b'v' => letter_v, b'w' => letter_w, b'x' => letter_x, b'y' => letter_y,
    b'z' => letter_z, _ => letter_hyphen,
} }

frames! { of_nameless_bit(()) in nameless {
    () => without_a_name,
} }

/// The function that says of a bit that it has no name.
pub(super) fn of_nameless() -> Frame {
    of_nameless_bit(())
}

frames! { pub(super) of_bit(u32) in bit {
    0 => bit_0, 1 => bit_1, 2 => bit_2, 3 => bit_3, 4 => bit_4, 5 => bit_5, 6 => bit_6, 7 => bit_7,
    8 => bit_8, 9 => bit_9, 10 => bit_10, 11 => bit_11, 12 => bit_12, 13 => bit_13, 14 => bit_14, 15 => bit_15,
    16 => bit_16, 17 => bit_17, 18 => bit_18, 19 => bit_19, 20 => bit_20, 21 => bit_21, 22 => bit_22, 23 => bit_23,
    24 => bit_24, 25 => bit_25, 26 => bit_26, 27 => bit_27, 28 => bit_28, 29 => bit_29, 30 => bit_30, 31 => bit_31,
    32 => bit_32, 33 => bit_33, 34 => bit_34, 35 => bit_35, 36 => bit_36, 37 => bit_37, 38 => bit_38, 39 => bit_39,
    40 => bit_40, 41 => bit_41, 42 => bit_42, 43 => bit_43, 44 => bit_44, 45 => bit_45, 46 => bit_46, 47 => bit_47,
    48 => bit_48, 49 => bit_49, 50 => bit_50, 51 => bit_51, 52 => bit_52, 53 => bit_53, 54 => bit_54, 55 => bit_55,
    56 => bit_56, 57 => bit_57, 58 => bit_58, 59 => bit_59, 60 => bit_60, 61 => bit_61, 62 => bit_62, _ => bit_63,
} }

frames! { pub(super) of_side(Side) in broken_by {
    Side::Pre => the_revision_before_breaks,
    Side::Post => the_revision_after_breaks,
} }

frames! { pub(super) of_invariant(Invariant) in broken {
    Invariant::GuestMemoryUntouched => breaks_guest_memory_untouched,
    Invariant::GuestMemoryStays => breaks_guest_memory_stays,
    Invariant::GuestMemoryKept => breaks_guest_memory_kept,
    Invariant::NoStaleByte => breaks_no_stale_byte,
    Invariant::ErrorHasCause => breaks_error_has_cause,
    Invariant::MappingAlive => breaks_mapping_alive,
    Invariant::Balance => breaks_balance,
} }
