// SPDX-License-Identifier: GPL-2.0-only
//! Mistakes that no operator makes: each is a piece of the port, token by token, and what somebody
//! who had misunderstood would have written.
//!
//! A piece is looked for in every function, so that a function may move and be renamed, and be laid
//! out and commented in any way.

use crate::operators::Draft;
use crate::types::Function;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::ops::Range;

/// A mistake: its name, and each piece that is replaced, with what replaces it: an expression,
/// or statements none of which is a `let`.
struct Hand(&'static str, &'static [(&'static str, &'static str)]);

const HANDS: &[Hand] = &[
    // The patch's own mistake: the number of a bit where a mask belongs.
    Hand(
        "the bit's number is set as a mask",
        &[(
            "k.set_bit(mapping, S::Tree::AS_INACCESSIBLE);",
            "k.store_flags(mapping, 0, u64::from(S::Tree::AS_INACCESSIBLE));",
        )],
    ),
    Hand(
        "the bit's number is tested as a mask",
        &[(
            "k.test_bit(mapping, S::Tree::AS_INACCESSIBLE)",
            "k.flags_and(mapping, u64::from(S::Tree::AS_INACCESSIBLE)) != 0",
        )],
    ),
    Hand(
        "the bit's number is stored as a mask",
        &[("1 << AS_LARGE_FOLIO_SUPPORT", "u64::from(AS_LARGE_FOLIO_SUPPORT)")],
    ),
    Hand(
        "AS_ENOSPC and AS_UNEVICTABLE are tested, as a mask",
        &[("!S::mapping_inaccessible(k, mapping)", "k.flags_and(mapping, 10) == 0")],
    ),
    // Widths and signs.
    Hand(
        "the complement is of a long, so that the upper half of the word stays",
        &[("!u64::from(kept)", "mask")],
    ),
    Hand(
        "the comparison is signed, so that -1 is before everything",
        &[(
            "pos.wrapping_add(i64::from(size)) as u64 <= end as u64",
            "pos.wrapping_add(i64::from(size)) <= end",
        )],
    ),
    Hand(
        "the comparison is signed, so that -1 is always within",
        &[(
            "(lend as u64) < (k.folio_pos(folio) as u64).wrapping_add(k.folio_size(folio))",
            "lend < k.folio_pos(folio).wrapping_add(k.folio_size(folio) as i64)",
        )],
    ),
    Hand(
        "the sum is signed",
        &[(
            "(lstart as u64).wrapping_add(PAGE_SIZE - 1) >> PAGE_SHIFT",
            "(lstart.wrapping_add(PAGE_SIZE as i64 - 1) >> PAGE_SHIFT) as u64",
        )],
    ),
    // Locks and references.
    Hand(
        "the folio is unlocked before the mapping is looked into",
        &[
            (
                "mapping.is_some_and(|mapping| S::mapping_inaccessible(k, mapping))",
                "{ k.folio_unlock(folio); mapping.is_some_and(|mapping| S::mapping_inaccessible(k, mapping)) }",
            ),
            ("k.folio_unlock(folio);", ""),
        ],
    ),
    Hand(
        "the lock is not looked at",
        &[(
            "if !k.folio_trylock(folio) { return IsolateFailPut(folio); }",
            "k.folio_trylock(folio);",
        )],
    ),
    Hand(
        "the flag is cleared, whose ever it was",
        &[("!k.folio_test_clear_lru(folio)", "{ k.folio_test_clear_lru(folio); false }")],
    ),
    Hand(
        "the other list's lock is dropped after this one's is taken",
        &[(
            "self.unlock(k); S::compact_lock_irqsave(k, lruvec);",
            "let held = self.locked; S::compact_lock_irqsave(k, lruvec); self.locked = held; self.unlock(k);",
        )],
    ),
    Hand("the lock is dropped and taken for held", &[("self.locked.take()", "self.locked")]),
    Hand(
        "the reference to a folio that is too large is kept",
        &[(
            "k.folio_set_lru(folio); return IsolateFailPut(folio);",
            "k.folio_set_lru(folio); return IsolateFail;",
        )],
    ),
    // What belongs together, or apart.
    Hand(
        "it is counted before it is listed",
        &[(
            "{ k.list_add(folio); self.isolate_success_no_list(k, folio) }",
            "{ let enough = self.isolate_success_no_list(k, folio); k.list_add(folio); enough }",
        )],
    ),
    Hand(
        "what is isolated already is listed once more",
        &[("return Some(IsolateSuccessNoList(folio));", "return Some(IsolateSuccess(folio));")],
    ),
    Hand(
        "what is isolated already is listed once more, before v6.12",
        &[(
            "return Some(Goto::IsolateSuccessNoList(folio));",
            "return Some(Goto::IsolateSuccess(folio));",
        )],
    ),
    Hand(
        "who marks a block does not move on where the next scan begins",
        &[(
            "if !k.cc_no_set_skip_hint() && let Some(valid_page) = self.valid_page && !self.skip_updated \
             { k.set_pageblock_skip(valid_page); } \
             S::update_cached_migrate(k, self.low_pfn);",
            "if !k.cc_no_set_skip_hint() && let Some(valid_page) = self.valid_page && !self.skip_updated \
             { k.set_pageblock_skip(valid_page); } \
             else { S::update_cached_migrate(k, self.low_pfn); }",
        )],
    ),
    Hand("what does not begin is no error", &[("return Ok(errno)", "return Ok(0)")]),
];

/// The mistakes by hand that can be made in a function.
///
/// # Panics
/// If a piece is there more than once, so that it is not said which is meant.
pub(crate) fn of(function: &Function<'_>) -> Vec<Draft> {
    let tokens = flat(function.block.to_token_stream());
    let drafts = HANDS.iter().filter_map(|Hand(name, pieces)| {
        let places: Option<Vec<_>> = pieces
            .iter()
            .map(|(old, new)| Some((place(&tokens, old, name)?, new.to_string())))
            .collect();
        let mut places = places?.into_iter();
        let (at, text) = places.next()?;
        Some(Draft { name: format!("by hand/{name}"), at, text, also: places.collect() })
    });
    drafts.collect()
}

/// Demands that each is among these names.
///
/// # Panics
/// If one is not: says which.
pub(crate) fn demand<'a>(planted: impl Iterator<Item = &'a str> + Clone) {
    for Hand(name, pieces) in HANDS {
        let needs: Vec<&str> = pieces.iter().map(|(old, _)| *old).collect();
        assert!(
            planted.clone().any(|planted| planted.ends_with(&format!("/by hand/{name}"))),
            "the mistake `{name}` fits no function of the port any more, for none has `{}`: \
             mend it in fuzz/planted/plant/src/hand.rs, or take it out if the port cannot be wrong so",
            needs.join("` and `"),
        );
    }
}

/// Where a piece is in a function.
fn place(tokens: &[(String, Range<usize>)], piece: &str, of: &str) -> Option<Range<usize>> {
    let wanted: TokenStream =
        piece.parse().unwrap_or_else(|error| panic!("{of}: {error}: {piece}"));
    let wanted = flat(wanted);
    let mut found = tokens
        .windows(wanted.len())
        .filter(|window| window.iter().map(|it| &it.0).eq(wanted.iter().map(|it| &it.0)))
        .map(|window| window[0].1.start..window[wanted.len() - 1].1.end);
    let first = found.next();
    assert!(found.next().is_none(), "{of}: there is more than one `{piece}` in a function");
    first
}

/// Tokens, delimiters among them, each with its place.
fn flat(stream: TokenStream) -> Vec<(String, Range<usize>)> {
    let mut all = Vec::new();
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                all.push((open.into(), group.span_open().byte_range()));
                all.extend(flat(group.stream()));
                all.push((close.into(), group.span_close().byte_range()));
            }
            token => all.push((token.to_string(), token.span().byte_range())),
        }
    }
    all
}
