// SPDX-License-Identifier: GPL-2.0-only
//! Why a function of a tree cannot be run.

use std::fmt;

/// What is wrong with a piece of a tree, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(
    missing_docs,
    reason = "the fields are the name of the piece, its file, a line, and the news"
)]
pub enum Fault {
    /// The tree has no such piece.
    Missing { name: String, file: &'static str },
    /// The parser does not understand it.
    Unparsed { name: String, file: &'static str, line: usize },
    /// It calls a helper that the shim does not know.
    UnknownHelper { helper: String, name: String, file: &'static str, line: usize },
    /// It accesses memory that the shim does not know.
    UnknownMember { member: String, name: String, file: &'static str, line: usize },
    /// It has a WARN or BUG that mmcore has no site for.
    UnknownCheck { name: String, file: &'static str, line: usize },
    /// It calls a function that cannot be run.
    Calls { callee: String, name: String, file: &'static str, line: usize },
    /// The compiler does not take it.
    Compiler { message: String, name: String, file: &'static str, line: usize },
    /// An edit does not fit it.
    Edit { from: String, wanted: usize, found: usize, name: String, file: &'static str },
}

impl Fault {
    /// The piece that is at fault.
    pub fn name(&self) -> &str {
        match self {
            Fault::Missing { name, .. }
            | Fault::Unparsed { name, .. }
            | Fault::UnknownHelper { name, .. }
            | Fault::UnknownMember { name, .. }
            | Fault::UnknownCheck { name, .. }
            | Fault::Calls { name, .. }
            | Fault::Compiler { name, .. }
            | Fault::Edit { name, .. } => name,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing { name, file } => write!(f, "{file}: there is no {name}"),
            Fault::Unparsed { name, file, line } => {
                write!(f, "{file}:{line}: in {name}: the parser does not understand this")
            }
            Fault::UnknownHelper { helper, name, file, line } => {
                write!(f, "{file}:{line}: in {name}: the shim has no helper {helper}")
            }
            Fault::UnknownMember { member, name, file, line } => {
                write!(f, "{file}:{line}: in {name}: the shim has no member access {member}")
            }
            Fault::UnknownCheck { name, file, line } => {
                write!(f, "{file}:{line}: in {name}: a WARN or BUG that has no site")
            }
            Fault::Calls { callee, name, file, line } => {
                write!(f, "{file}:{line}: in {name}: {callee} cannot be run")
            }
            Fault::Compiler { message, name, file, line } => {
                write!(f, "{file}:{line}: in {name}: {message}")
            }
            Fault::Edit { from, wanted, found, name, file } => {
                write!(f, "{file}: in {name}: {from:?} is there {found} times, not {wanted}")
            }
        }
    }
}
