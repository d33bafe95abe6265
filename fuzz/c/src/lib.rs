// SPDX-License-Identifier: GPL-2.0-only
//! The kernel's C, read out of a tree without a build. A [`Unit`] is a file with all that it includes, as
//! the preprocessor leaves it under a [`Config`]; its functions are lowered, one by one and when they are
//! asked for, to flow graphs ([`Function`]) in which every conversion of C's is written down. Structures
//! have members, by name, and no layout.
//!
//! What cannot be read costs the function that needs it, with its line ([`Refused`]), and nothing else.
#![forbid(unsafe_code)]

mod lex;
mod pp;
mod unit;

pub use pp::Config;
pub use unit::flow::{
    Block, BlockId, Callee, End, Function, Op, Operand, Place, Step, Temp, Var, VarId,
};
pub use unit::types::Type;
pub use unit::{Sort, Unit};

use std::fmt;
use std::sync::Arc;

/// What stands in the place of macros of the kernel's.
const PRELUDE: &str = include_str!("prelude.h");

/// The files of a tree.
pub trait Files: Sync {
    /// The text of a file, by its path from the top of the tree, if there is one.
    fn text(&self, path: &str) -> Option<Arc<str>>;
}

/// Why a function cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// Why.
    pub why: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.why)
    }
}
