// SPDX-License-Identifier: GPL-2.0-only
//! The C side of the door, generated from the table in mmcore.
//!
//! A helper `folio_lock(folio: Folio)` of the table becomes the C function `k_folio_lock`, which
//! takes a `struct folio *`, and is the only way to say in C that the helper was called. So the two
//! lists cannot drift apart: a helper that the table lacks, or has with other arguments, does not
//! compile.

use mmcore::{CallId, Kind, MigrateMode, NodeStat, Site};
use std::fmt::Write;

/// What a function returns, as a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Nothing.
    Void,
    /// A truth value.
    Truth,
    /// A number.
    Int,
}

/// Numbers for everything that crosses, and a function of C for every helper.
pub(crate) fn functions() -> String {
    let mut text = String::new();
    enumeration(&mut text, "call_id", CallId::ALL.iter().map(|id| format!("CALL_{id:?}")));
    enumeration(&mut text, "site", Site::ALL.iter().map(|site| format!("SITE_{site:?}")));
    // The order of NodeStat is the kernel's where it matters: FILE comes after ANON.
    enumeration(&mut text, "node_stat_item", NodeStat::ALL.iter().map(|item| item.name().into()));
    let _ = writeln!(text, "#define SYNC_NO_COPY {}", MigrateMode::SyncNoCopy as u8);
    for id in CallId::ALL.iter().filter(|id| id.kind() != Kind::Mark) {
        wrapper(&mut text, *id);
    }
    text
}

fn enumeration(text: &mut String, tag: &str, names: impl Iterator<Item = String>) {
    let names: Vec<String> = names.collect();
    let _ = writeln!(text, "enum {tag} {{ {} }};", names.join(", "));
}

fn wrapper(text: &mut String, id: CallId) {
    let parameters: Vec<String> =
        id.arguments().iter().map(|(name, ty)| format!("{}{name}", parameter(ty))).collect();
    let list = if parameters.is_empty() { "void".into() } else { parameters.join(", ") };
    let mut words: Vec<String> =
        id.arguments().iter().map(|(name, ty)| word(ty).replace('$', name)).collect();
    assert!(words.len() <= 4, "the door has room for four arguments");
    words.resize(4, "0".into());
    let words = words.join(", ");
    let name = id.name();
    let _ = match answer(id.answer()) {
        None => {
            writeln!(text, "static inline void k_{name}({list}) {{ tell(CALL_{id:?}, {words}); }}")
        }
        Some((ty, made)) => {
            let made = made.replace('$', &format!("ask(CALL_{id:?}, {words})"));
            writeln!(text, "static inline {ty} k_{name}({list}) {{ return {made}; }}")
        }
    };
}

/// The C type of an argument of the Rust type `ty`, ready for a name to follow.
fn parameter(ty: &str) -> &'static str {
    match ty {
        "Folio" => "const struct folio *",
        "Mapping" | "Option<Mapping>" => "const struct address_space *",
        "Page" => "const struct page *",
        "Lruvec" => "const struct lruvec *",
        "bool" => "bool ",
        "i32" => "int ",
        "i64" => "long ",
        "u64" => "unsigned long ",
        "u32" | "IsolateMode" | "MigrateMode" | "NodeStat" | "Site" => "unsigned int ",
        _ => panic!("no C type for {ty}"),
    }
}

/// The word that an argument `$` of the Rust type `ty` is sent as.
fn word(ty: &str) -> &'static str {
    match ty {
        "Folio" => "folio_number($)",
        "Mapping" => "mapping_number($)",
        "Option<Mapping>" => "mapping_or_none($)",
        "Page" => "page_number($)",
        "Lruvec" => "lruvec_number($)",
        "i32" | "i64" => "(unsigned long)(long)$",
        _ => "$",
    }
}

/// The C type of an answer of the Rust type `ty`, and how it is made from the word `$`.
fn answer(ty: &str) -> Option<(&'static str, &'static str)> {
    Some(match ty.trim_start_matches('(').trim_end_matches(')') {
        "" => return None,
        "Folio" => ("struct folio *", "folio_at($)"),
        "Option<Folio>" => ("struct folio *", "folio_or_null($)"),
        "Entry" => ("struct folio *", "entry($)"),
        "Option<Mapping>" => ("struct address_space *", "mapping_or_null($)"),
        "Lruvec" => ("struct lruvec *", "lruvec_at($)"),
        "bool" => ("bool", "$ != 0"),
        "i32" => ("int", "(int)$"),
        "i64" => ("long", "(long)$"),
        "u32" | "MigrateMode" => ("unsigned int", "(unsigned int)$"),
        "u64" => ("unsigned long", "$"),
        other => panic!("no C type for {other}"),
    })
}
