// SPDX-License-Identifier: GPL-2.0-only
//! What a change of a tree touches: which of the pieces that are cut have another text, which functions
//! that reaches, and what else changed in the files, where nothing is cut.

use crate::cut::{Piece, definitions, without_comments};
use crate::plan::Item;
use crate::program::Program;
use crate::tree::{FILES, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What differs between two trees, as far as [`FILES`] go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// Pieces that are cut and whose text differs, or that one of the trees lacks.
    pub changed: BTreeSet<String>,
    /// Functions that are cut: those that changed, and those that name, in either tree, something that
    /// did or is reached. Each with its file.
    pub reached: BTreeMap<String, &'static str>,
    /// Definitions that changed and are not cut, so that nothing is known of them: each with its file.
    pub not_cut: BTreeSet<(&'static str, String)>,
}

/// The pieces of a program by their names, and what each says.
type Pieces<'p> = BTreeMap<&'p str, (&'p Piece, String)>;

fn pieces(program: &Program) -> Pieces<'_> {
    program.pieces().map(|(name, piece)| (name, (piece, plain(&piece.text)))).collect()
}

/// A text without comments, and without spaces that say nothing.
fn plain(text: &str) -> String {
    without_comments(text).split_whitespace().collect::<Vec<_>>().join(" ")
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
        let pieces: [Pieces<'_>; 2] = [old.1, new.1].map(pieces);
        let [was, is] = &pieces;
        for &name in was.keys().chain(is.keys()) {
            let says = |of: &Pieces<'_>| of.get(name).map(|(_, says)| says.clone());
            if says(was) != says(is) {
                touched.changed.insert(name.to_owned());
            }
        }
        touched.reach(&pieces);
        touched.look_around([old.0, new.0], &pieces);
        touched
    }

    /// Whether nothing at all differs.
    pub fn is_nothing(&self) -> bool {
        self.changed.is_empty() && self.not_cut.is_empty()
    }

    fn reach(&mut self, pieces: &[Pieces<'_>; 2]) {
        let mut seen = self.changed.clone();
        let mut new = seen.clone();
        while !new.is_empty() {
            let mut next = BTreeSet::new();
            for (&name, (_, says)) in pieces.iter().flatten() {
                if !seen.contains(name) && new.iter().any(|of| names(says, of)) {
                    next.insert(name.to_owned());
                }
            }
            seen.extend(next.iter().cloned());
            new = next;
        }
        for (&name, (piece, _)) in pieces.iter().flatten() {
            if seen.contains(name) && matches!(piece.item, Item::Function(_)) {
                self.reached.insert(name.to_owned(), piece.file);
            }
        }
    }

    /// Looks for changes where nothing is cut. Of two definitions of one name one is cut: the other is
    /// looked at here.
    fn look_around(&mut self, trees: [&Tree; 2], pieces: &[Pieces<'_>; 2]) {
        for &file in FILES.iter().filter(|file| **file != "Makefile") {
            let texts = trees.map(|tree| tree.text(file).unwrap_or_default());
            if texts[0] == texts[1] {
                continue;
            }
            let all = texts.map(definitions);
            for name in all.iter().flat_map(BTreeMap::keys) {
                let rest = |side: usize| {
                    let all = plain(all[side].get(name)?);
                    let cut = pieces[side].get(name.as_str()).filter(|(cut, _)| cut.file == file);
                    let rest = cut.map_or(all.clone(), |(_, says)| all.replacen(says, "", 1));
                    (!rest.is_empty()).then_some(rest)
                };
                if rest(0) != rest(1) {
                    self.not_cut.insert((file, name.clone()));
                }
            }
        }
    }
}
