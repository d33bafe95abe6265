// SPDX-License-Identifier: GPL-2.0-only
//! A kernel source tree, where the user has it: see [`source`]. Of a tree only the files in [`FILES`]
//! are read.

pub mod blob;
mod git;
pub mod history;
pub mod source;
pub mod whole;

use source::Texts;
use std::path::{Path, PathBuf};
use std::{env, fmt, io};

/// The files that anything is cut out of, and the one that says which version the tree is.
pub const FILES: &[&str] = &[
    "Makefile",
    "include/linux/fs.h",
    "include/linux/migrate.h",
    "include/linux/migrate_mode.h",
    "include/linux/mm.h",
    "include/linux/mmzone.h",
    "include/linux/pageblock-flags.h",
    "include/linux/pagemap.h",
    "include/linux/pagevec.h",
    "include/linux/swap.h",
    "mm/compaction.c",
    "mm/filemap.c",
    "mm/internal.h",
    "mm/migrate.c",
    "mm/shmem.c",
    "mm/truncate.c",
    "virt/kvm/guest_memfd.c",
];

/// The environment variable that names a tree.
pub const VARIABLE: &str = "MMDIFF_KERNEL_TREE";
/// The environment variable that names a tree of v6.10-rc5, for the tests of the revisions that are made
/// from it.
pub const V6_10: &str = "MMDIFF_TREE_V6_10";
/// Where Debian's package puts the tree that the revisions `v6.12` and `v6.12-pre-fix` are.
pub const DEBIAN: &str = "/usr/src/linux-source-6.12.tar.xz";

/// The text of a tree's files.
#[derive(Clone, Debug)]
pub struct Tree {
    origin: PathBuf,
    texts: Texts,
}

/// Why there is no tree.
#[derive(Debug)]
pub enum NoTree {
    /// None was named, and there is none where Debian puts one.
    NotFound,
    /// It cannot be read.
    Unreadable(PathBuf, String),
    /// It can be read, and is no kernel, or not a whole one: it lacks this file.
    NoKernel(PathBuf, &'static str),
}

impl fmt::Display for NoTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoTree::NotFound => write!(
                f,
                "no kernel tree: `apt-get install linux-source-6.12`, or name one in {VARIABLE}"
            ),
            NoTree::Unreadable(path, why) => write!(
                f,
                "no kernel tree: {}: {why}; `apt-get install linux-source-6.12` brings one",
                path.display()
            ),
            NoTree::NoKernel(path, file) => write!(
                f,
                "no kernel tree: {} has no {file}; `apt-get install linux-source-6.12` \
                 brings one",
                path.display()
            ),
        }
    }
}

impl std::error::Error for NoTree {}

/// Where the tree is that is `chosen`, or else the one that [`VARIABLE`] names, or else Debian's.
fn place(chosen: Option<&Path>) -> Result<PathBuf, NoTree> {
    if let Some(path) = chosen {
        return Ok(path.into());
    }
    if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        return Ok(path.into());
    }
    let unpacked = Path::new(DEBIAN).with_extension("").with_extension("");
    let found = [unpacked, PathBuf::from(DEBIAN)].into_iter().find(|path| path.exists());
    found.ok_or(NoTree::NotFound)
}

impl Tree {
    /// The tree at `chosen`, or else the one that [`VARIABLE`] names, or else Debian's.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn find(chosen: Option<&Path>) -> Result<Tree, NoTree> {
        Tree::read(&place(chosen)?)
    }

    /// The trees that are `chosen`; or else the one that is [found](Tree::find) without a choice, and that of
    /// v6.10-rc5 if [`V6_10`] names one.
    ///
    /// # Errors
    /// If there is none, or one of them cannot be read.
    pub fn all(chosen: &[PathBuf]) -> Result<Vec<Tree>, NoTree> {
        if !chosen.is_empty() {
            return chosen.iter().map(|path| Tree::read(path)).collect();
        }
        let named = env::var_os(V6_10).filter(|path| !path.is_empty());
        match (Tree::find(None), named) {
            (Ok(tree), None) => Ok(vec![tree]),
            (Ok(tree), Some(path)) => Ok(vec![tree, Tree::read(Path::new(&path))?]),
            (Err(NoTree::NotFound), Some(path)) => Ok(vec![Tree::read(Path::new(&path))?]),
            (Err(error), _) => Err(error),
        }
    }

    /// Reads the tree at `path`, which [`source::open`] says how to spell.
    ///
    /// # Errors
    /// If it cannot be read, or is no kernel.
    pub fn read(path: &Path) -> Result<Tree, NoTree> {
        let unreadable = |error: io::Error| NoTree::Unreadable(path.into(), error.to_string());
        let texts = source::open(path).and_then(|source| source.read(FILES)).map_err(unreadable)?;
        // Functions may be missing; the headers that their constants come from may not.
        let needed = |file: &&&str| file.starts_with("include/") || **file == "mm/truncate.c";
        let missing = FILES.iter().filter(needed).find(|file| !texts.contains_key(**file));
        if let Some(file) = missing {
            return Err(NoTree::NoKernel(path.into(), file));
        }
        Ok(Tree { origin: path.into(), texts })
    }

    /// Where it was read from.
    pub fn origin(&self) -> &Path {
        &self.origin
    }

    /// The text of a file, if the tree has it.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// The same tree with another text in one file.
    #[must_use]
    pub fn with_text(mut self, file: &str, text: String) -> Tree {
        self.texts.insert(file.into(), text);
        self
    }

    /// The hash of a file's text, as git abbreviates it, if the tree has the file.
    pub fn blob(&self, file: &str) -> Option<String> {
        self.text(file).map(blob::short)
    }

    /// The version that its Makefile says, such as `6.12.117` or `6.10.0-rc5`.
    pub fn version(&self) -> String {
        let makefile = self.text("Makefile").unwrap_or_default();
        let of = |name: &str| {
            makefile.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key.trim() == name).then(|| value.trim().to_owned())
            })
        };
        let numbers = ["VERSION", "PATCHLEVEL", "SUBLEVEL"].into_iter().filter_map(of);
        let extra = of("EXTRAVERSION").unwrap_or_default();
        numbers.collect::<Vec<_>>().join(".") + &extra
    }
}
