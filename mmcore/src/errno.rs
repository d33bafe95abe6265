// SPDX-License-Identifier: GPL-2.0-only
//! The error numbers that the ported functions return, negated as in C.
//!
//! Source: include/uapi/asm-generic/errno-base.h and errno.h.

/// Interrupted system call.
pub const EINTR: i32 = 4;
/// Input/output error.
pub const EIO: i32 = 5;
/// Try again.
pub const EAGAIN: i32 = 11;
/// Out of memory.
pub const ENOMEM: i32 = 12;
/// Device or resource busy.
pub const EBUSY: i32 = 16;
/// Invalid argument.
pub const EINVAL: i32 = 22;
/// Too many open files.
pub const EMFILE: i32 = 24;
/// No space left on device.
pub const ENOSPC: i32 = 28;
/// Operation not supported on transport endpoint.
pub const EOPNOTSUPP: i32 = 95;
/// Memory page has hardware error.
pub const EHWPOISON: i32 = 133;

/// The name of a (positive) error number, as a kernel developer writes it.
pub const fn name(errno: i32) -> Option<&'static str> {
    Some(match errno {
        EINTR => "EINTR",
        EIO => "EIO",
        EAGAIN => "EAGAIN",
        ENOMEM => "ENOMEM",
        EBUSY => "EBUSY",
        EINVAL => "EINVAL",
        EMFILE => "EMFILE",
        ENOSPC => "ENOSPC",
        EOPNOTSUPP => "EOPNOTSUPP",
        EHWPOISON => "EHWPOISON",
        _ => return None,
    })
}
