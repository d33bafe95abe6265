// SPDX-License-Identifier: GPL-2.0-only
//! What a step of a run returned.

use mmcore::{Oops, Site, errno};
use std::fmt;

/// What a step returned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Returned {
    /// Nothing, as `void`.
    Nothing,
    /// A number: an errno, a descriptor, a count.
    Value(i64),
    /// A truth value.
    Bool(bool),
    /// A set of truth values, one bit each.
    Bits(u32),
    /// The kernel stopped the thread.
    Oops(Site),
}

impl Returned {
    /// The (positive) error number that it is, if that has a name.
    pub fn errno(self) -> Option<i32> {
        let Returned::Value(value) = self else { return None };
        let number = i32::try_from(value).ok()?.checked_neg()?;
        errno::name(number).map(|_| number)
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Returned::Nothing => f.write_str("nothing"),
            Returned::Bool(value) => write!(f, "{value}"),
            Returned::Bits(bits) => write!(f, "{bits:#b}"),
            Returned::Oops(site) => write!(f, "BUG: {site}"),
            Returned::Value(value) => match self.errno().and_then(errno::name) {
                Some(name) => write!(f, "-{name}"),
                None => write!(f, "{value}"),
            },
        }
    }
}

impl From<u32> for Returned {
    fn from(value: u32) -> Self {
        Returned::Value(value.into())
    }
}

impl From<i32> for Returned {
    fn from(value: i32) -> Self {
        Returned::Value(value.into())
    }
}

impl From<i64> for Returned {
    fn from(value: i64) -> Self {
        Returned::Value(value)
    }
}

impl From<bool> for Returned {
    fn from(value: bool) -> Self {
        Returned::Bool(value)
    }
}

impl From<()> for Returned {
    fn from(_: ()) -> Self {
        Returned::Nothing
    }
}

impl<T: Into<Returned>> From<Result<T, Oops>> for Returned {
    fn from(result: Result<T, Oops>) -> Self {
        match result {
            Ok(value) => value.into(),
            Err(Oops(site)) => Returned::Oops(site),
        }
    }
}
