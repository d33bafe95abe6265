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
    fn every_ported_function_is_defined_once_in_the_file_named_after_the_kernel_s() {
        for &function in Function::ALL {
            let name = function.name();
            assert_eq!(definitions(name).count(), 1, "{name}");
            let Definition { file, .. } = function.definition().expect("it is defined");
            let (of_kernel, _) = function.file().rsplit_once('.').expect("it has an ending");
            assert_eq!(file, format!("mmcore/src/{of_kernel}.rs"), "{name}");
        }
    }

    #[test]
    fn in_a_file_the_functions_stand_in_the_kernel_s_order() {
        for both in Function::ALL.windows(2).filter(|both| both[0].file() == both[1].file()) {
            assert!(both[0].definition() < both[1].definition(), "{both:?}");
        }
    }

    #[test]
    fn a_function_is_found_by_its_name() {
        for &function in Function::ALL {
            assert_eq!(Function::named(function.name()), Some(function));
            for name in function.other_names() {
                assert_eq!(Function::named(name), Some(function));
            }
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
