// SPDX-License-Identifier: GPL-2.0-only
//! A tree of which any file may be asked for, as it is or with other texts in some files.

use super::source::{FOLDERS, Reader, open};
use super::{NoTree, place};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file's text, if there is one.
type Text = Option<Arc<str>>;

/// A tree of which any file may be asked for.
#[derive(Clone, Debug)]
pub struct Whole {
    origin: PathBuf,
    reader: Arc<Mutex<Box<dyn Reader>>>,
    known: Arc<Mutex<BTreeMap<String, Text>>>,
    edits: BTreeMap<String, Text>,
    failure: Arc<Mutex<Option<String>>>,
}

impl Whole {
    /// The tree at `chosen`, or else the one that [`VARIABLE`](super::VARIABLE) names, or else Debian's.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn find(chosen: Option<&Path>) -> Result<Whole, NoTree> {
        Whole::read(&place(chosen)?)
    }

    /// The tree at `path`, which [`open`] says how to spell.
    ///
    /// # Errors
    /// If it cannot be read, or is no kernel.
    pub fn read(path: &Path) -> Result<Whole, NoTree> {
        let unreadable = |error: io::Error| NoTree::Unreadable(path.into(), error.to_string());
        let mut reader = open(path).and_then(|source| source.open()).map_err(unreadable)?;
        for file in ["include/linux/mm.h", "mm/truncate.c"] {
            if reader.text(file).map_err(unreadable)?.is_none() {
                return Err(NoTree::NoKernel(path.into(), file));
            }
        }
        Ok(Whole {
            origin: path.into(),
            reader: Arc::new(Mutex::new(reader)),
            known: Arc::default(),
            edits: BTreeMap::new(),
            failure: Arc::default(),
        })
    }

    /// Where it was read from.
    pub fn origin(&self) -> &Path {
        &self.origin
    }

    /// The text of a file, if there is one. If it cannot be read, there is none, and
    /// [`failure`](Whole::failure) says why.
    pub fn text(&self, file: &str) -> Text {
        if let Some(edited) = self.edits.get(file) {
            return edited.clone();
        }
        if let Some(known) = lock(&self.known).get(file) {
            return known.clone();
        }
        let read = lock(&self.reader).text(file);
        let text = match read {
            Ok(text) => text.map(Arc::from),
            Err(error) => {
                let why = format!("{}: {file}: {error}", self.origin.display());
                lock(&self.failure).get_or_insert(why);
                None
            }
        };
        lock(&self.known).insert(file.to_owned(), text.clone());
        text
    }

    /// Why a file could not be read, if one could not: what was made of the tree is worth nothing then.
    pub fn failure(&self) -> Option<String> {
        lock(&self.failure).clone()
    }

    /// The same tree with another text in a file, or without the file.
    #[must_use]
    pub fn with_text(mut self, file: &str, text: Option<String>) -> Whole {
        self.edits.insert(file.to_owned(), text.map(Arc::from));
        self
    }

    /// The files of two trees that differ, of those in [`FOLDERS`].
    ///
    /// # Errors
    /// If a tree cannot be read.
    pub fn differ(old: &Whole, new: &Whole) -> io::Result<BTreeSet<String>> {
        if old.origin == new.origin {
            let edited = old.edits.keys().chain(new.edits.keys());
            return Ok(edited.filter(|file| old.text(file) != new.text(file)).cloned().collect());
        }
        let [was, is] = [old, new].map(|tree| lock(&tree.reader).list(FOLDERS));
        let (was, is) = (was?, is?);
        let is_same = |file: &String| match (was.get(file), is.get(file)) {
            (Some(Some(one)), Some(Some(other))) if one == other => true,
            _ => old.text(file) == new.text(file),
        };
        let files: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        Ok(files
            .into_iter()
            .filter(|file| file.ends_with(".c") || file.ends_with(".h"))
            .filter(|file| !is_same(file))
            .cloned()
            .collect())
    }
}

/// A reader or a text that a thread had in hand when it panicked is as good as before.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
