// SPDX-License-Identifier: GPL-2.0-only
//! The bits of `mapping->flags` by name.

use crate::run::Tree;
use mmcore::Call;
use mmcore::include::linux::pagemap;

/// The bits of a word, by the names that they have in a revision.
fn names(tree: &Tree, word: u64) -> Vec<String> {
    let pins = if tree.truncate_tests == tree.pins_folios { "INACCESSIBLE" } else { "UNMOVABLE" };
    let name = |bit: u32| match bit {
        pagemap::AS_EIO => "AS_EIO".into(),
        pagemap::AS_ENOSPC => "AS_ENOSPC".into(),
        pagemap::AS_UNEVICTABLE => "AS_UNEVICTABLE".into(),
        pagemap::AS_EXITING => "AS_EXITING".into(),
        pagemap::AS_NO_WRITEBACK_TAGS => "AS_NO_WRITEBACK_TAGS".into(),
        bit if 1 << bit == tree.pins_folios => format!("AS_{pins}"),
        bit => format!("bit {bit}"),
    };
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
