// SPDX-License-Identifier: GPL-2.0-only
//! Invocations by chance.

use super::sets::{self, pick};
use super::{hash, subject};
use crate::Invocation;
use mmcore::errno::{EIO, ENOSPC};
use mmcore::{Function, MigrateMode, PAGE_SIZE, Word};

/// A call of `function`, of a seed. An argument depends on the seed, on its type and on its name.
pub fn draw(function: Function, seed: u64) -> Invocation {
    let mut words = [0; 4];
    for (word, &(name, ty)) in words.iter_mut().zip(function.arguments()) {
        *word = argument(function, name, ty, seed);
    }
    Invocation::from_words(function, words)
}

fn argument(function: Function, name: &str, ty: &str, seed: u64) -> u64 {
    let chance = hash((seed, "draw", name));
    match (ty, name) {
        ("Mapping", _) => sets::mapping(chance).to_word(),
        ("Option<Mapping>", _) => {
            let is_null = hash((seed, "null")).is_multiple_of(4);
            (!is_null).then(|| sets::mapping(chance)).to_word()
        }
        ("Folio", _) => subject(seed, name).to_word(),
        ("Page", _) | ("u64", "pfn" | "low_pfn" | "start_pfn") => pfn(seed),
        ("u64", "end_pfn") if function == Function::IsolateMigratepagesBlock => {
            let block_end = (pfn(seed) | 511) + 1;
            (pfn(seed) + pages(seed)).min(block_end)
        }
        ("u64", "end_pfn") => pfn(seed) + 3 * pages(seed),
        ("Lruvec", _) => chance % 2,
        // v6.12 has no MIGRATE_SYNC_NO_COPY: to it this is a number that is no mode.
        ("MigrateMode", _) => pick(chance, MigrateMode::ALL).to_word(),
        ("IsolateMode", _) => pick(chance, &[0u64, 4, 8, 12, 2, 14]),
        ("bool", _) => chance & 1,
        ("i32", "error") => pick(chance, &[0, -EIO, -ENOSPC, ENOSPC, -1]).to_word(),
        ("i32", _) => pick(chance, &[-1, 0, 1, 8, 9, 10, i32::MAX, i32::MIN]).to_word(),
        ("u32", _) => pick(chance, &[0u32, 1, 4, 8, 9, 10, 11, 31, u32::MAX]).to_word(),
        ("i64", "lend") => last_byte(seed, "lstart").to_word(),
        ("i64", "end") => last_byte(seed, "start").to_word(),
        ("i64", _) => byte(seed, name).to_word(),
        ("u64", "flags") => chance % 3,
        _ => panic!("{}: no values are known for {name}: {ty}", function.name()),
    }
}

/// A page frame: at the edges of what the scanner tells apart.
fn pfn(seed: u64) -> u64 {
    pick(hash((seed, "pfn")), &[0, 1, 31, 32, 33, 480, 511, 512, 513, 1000, 1 << 30])
}

fn pages(seed: u64) -> u64 {
    pick(hash((seed, "length")), &[0, 1, 1, 2, 3, 31, 32, 33, 64, 512])
}

/// A byte of a file: at the edges of pages, and next to them.
fn byte(seed: u64, what: &str) -> i64 {
    let page = PAGE_SIZE as i64;
    let pages = pick(hash((seed, what, "page")), &[0, 0, 1, 2, 3, 4, 512]);
    pages * page + pick(hash((seed, what, "byte")), &[0, 0, 1, 100, page - 1])
}

/// The last byte of a range that begins at the argument `start`: the end of the file, or one after.
fn last_byte(seed: u64, start: &str) -> i64 {
    let to_the_end = hash((seed, "end")).is_multiple_of(3);
    if to_the_end { -1 } else { byte(seed, start) + byte(seed, "length") }
}
