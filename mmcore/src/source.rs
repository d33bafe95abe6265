// SPDX-License-Identifier: GPL-2.0-only
//! Where each ported function is defined, looked up in the sources that this crate was built from:
//! so a report that points at a line cannot go stale.

use crate::Function;

macro_rules! files {
    ($($file:literal),* $(,)?) => {
        /// The files that define ported functions, by their place in the repository.
        const FILES: &[(&str, &str)] =
            &[$((concat!("mmcore/src/", $file), include_str!($file))),*];
    };
}

files![
    "include/linux/pagemap.rs",
    "mm/compaction.rs",
    "mm/filemap.rs",
    "mm/internal.rs",
    "mm/migrate.rs",
    "mm/shmem.rs",
    "mm/truncate.rs",
    "virt/kvm/guest_memfd.rs",
];

/// A line of this crate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Definition {
    /// The file, by its place in the repository.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

impl Function {
    /// Where the port of the function begins.
    pub fn definition(self) -> Option<Definition> {
        definitions(self.name()).next()
    }

    /// The ported function of that name.
    pub fn named(name: &str) -> Option<Function> {
        Function::ALL.iter().copied().find(|function| function.name() == name)
    }
}

/// Every definition of a public function of that name.
fn definitions(name: &str) -> impl Iterator<Item = Definition> {
    FILES.iter().flat_map(move |&(file, text)| {
        let is_it = move |line: &str| {
            let rest = line.strip_prefix("pub fn ").and_then(|rest| rest.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with(['<', '(']))
        };
        let lines = text.lines().zip(1..).filter(move |(line, _)| is_it(line));
        lines.map(move |(_, line)| Definition { file, line })
    })
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    #[test]
    fn every_ported_function_is_defined_once_and_says_its_own_name() {
        for &function in Function::ALL {
            let name = function.name();
            assert_eq!(definitions(name).count(), 1, "{name}");
            let Definition { file, line } = function.definition().expect("it is defined");
            let (_, text) = FILES.iter().find(|(known, _)| *known == file).expect("the file");
            // The first function that is entered from there on is this one.
            let mut body = text.lines().skip(line as usize - 1);
            let enters = body.find(|line| line.contains("within(k, Function::"));
            let enters = enters.expect("it is entered");
            assert!(enters.contains(&format!("Function::{function:?},")), "{name}: {enters}");
        }
    }

    #[test]
    fn a_function_is_found_by_its_name() {
        for &function in Function::ALL {
            assert_eq!(Function::named(function.name()), Some(function));
        }
        assert_eq!(Function::named("no_such_function"), None);
    }

    #[test]
    fn a_name_is_not_taken_for_a_longer_one() {
        // move_to_new_folio calls migrate_folio, and truncate_inode_folio has a longer namesake.
        let short = Function::TruncateInodeFolio.definition();
        assert_ne!(short, Function::TruncateInodePartialFolio.definition());
        assert_eq!(definitions("truncate_inode").count(), 0);
    }
}
