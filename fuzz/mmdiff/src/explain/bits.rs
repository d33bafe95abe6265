// SPDX-License-Identifier: GPL-2.0-only
//! The bits of `mapping->flags` by name.

use crate::run::Tree;
use mmcore::Call;

/// The bits of a word, by the names that they have in a revision.
fn names(tree: &Tree, word: u64) -> Vec<String> {
    let name = |bit| tree.flag(bit).map_or_else(|| format!("bit {bit}"), str::to_string);
    (0..u64::BITS).filter(|bit| word >> bit & 1 != 0).map(name).collect()
}

/// A word, with the names of its bits.
pub(super) fn word(tree: &Tree, word: u64) -> String {
    let names = names(tree, word);
    match names.len() {
        0 => "0".into(),
        1..=8 => format!("{word:#x} = {}", names.join(" | ")),
        many => format!("{word:#x}, {many} bits"),
    }
}

/// The bits that a call is about.
pub(crate) fn of_call(tree: &Tree, call: &Call) -> Option<String> {
    let word = match *call {
        Call::TestBit { nr, .. }
        | Call::SetBit { nr, .. }
        | Call::ClearBit { nr, .. }
        | Call::TestAndClearBit { nr, .. } => 1 << (nr & 63),
        Call::FlagsAnd { mask, .. } => mask,
        Call::StoreFlags { set, .. } => set,
        _ => return None,
    };
    Some(names(tree, word).join(" | "))
}
