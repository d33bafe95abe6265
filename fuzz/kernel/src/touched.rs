// SPDX-License-Identifier: GPL-2.0-only
//! What a change of a tree touches: which of the pieces that are cut have another text, which functions
//! that reaches, and what else changed in the files, where nothing is cut.

use crate::cut::definitions;
use crate::program::Program;
use crate::tree::{FILES, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What differs between two trees, as far as [`FILES`] go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// Pieces that are cut and whose text differs, or that one of the trees lacks: each with its file.
    pub changed: BTreeMap<String, &'static str>,
    /// Functions that are cut: those that changed, and those that name, in either tree, something that
    /// does or is reached.
    pub reached: BTreeMap<String, &'static str>,
    /// Definitions that changed and are not cut, so that nothing is known of them: each with its file.
    pub not_cut: BTreeSet<(&'static str, String)>,
}

/// A text without the spaces that say nothing.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether `name` stands in a text, as a word.
fn names(text: &str, name: &str) -> bool {
    let is_of_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(is_of_word) && !text[at + name.len()..].starts_with(is_of_word)
    })
}

impl Touched {
    /// Compares two trees, and what was cut out of them.
    pub fn between(old: (&Tree, &Program), new: (&Tree, &Program)) -> Touched {
        let mut touched = Touched::default();
        let programs = [old.1, new.1].map(|program| {
            let pieces = program.pieces();
            pieces.map(|(name, file, text)| ((name, file), text)).collect::<BTreeMap<_, _>>()
        });
        let [was, is] = &programs;
        for (name, file) in was.keys().chain(is.keys()) {
            let text = |of: &BTreeMap<_, &str>| of.get(&(*name, *file)).map(|text| plain(text));
            if text(was) != text(is) {
                touched.changed.insert((*name).to_owned(), file);
            }
        }
        touched.reach(&programs);
        touched.look_around(old, new);
        touched
    }

    /// Whether nothing at all differs.
    pub fn is_nothing(&self) -> bool {
        self.changed.is_empty() && self.not_cut.is_empty()
    }

    fn reach(&mut self, programs: &[BTreeMap<(&str, &'static str), &str>; 2]) {
        let mut new: BTreeSet<String> = self.changed.keys().cloned().collect();
        while !new.is_empty() {
            let mut next = BTreeSet::new();
            for ((name, file), text) in programs.iter().flatten() {
                let is_reached = self.reached.contains_key(*name);
                if !is_reached && new.iter().any(|of| of == name || names(text, of)) {
                    self.reached.insert((*name).to_owned(), file);
                    next.insert((*name).to_owned());
                }
            }
            new = next;
        }
    }

    /// Looks for changes where nothing is cut.
    fn look_around(&mut self, old: (&Tree, &Program), new: (&Tree, &Program)) {
        for &file in FILES.iter().filter(|file| **file != "Makefile") {
            let texts = [old.0, new.0].map(|tree| tree.text(file).unwrap_or_default());
            if texts[0] == texts[1] {
                continue;
            }
            let [was, is] = texts.map(definitions);
            for name in was.keys().chain(is.keys()) {
                let is_cut = [old.1, new.1].iter().any(|program| {
                    program.pieces().any(|piece| (piece.0, piece.1) == (name, file))
                });
                let text = |of: &BTreeMap<String, String>| of.get(name).map(|text| plain(text));
                if !is_cut && text(&was) != text(&is) {
                    self.not_cut.insert((file, name.clone()));
                }
            }
        }
    }
}
