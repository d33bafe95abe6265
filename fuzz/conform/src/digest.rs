// SPDX-License-Identifier: GPL-2.0-only
//! A digest of Rust sources by what they say: comments, documentation, formatting, `use`, and in which
//! file and order the items stand do not matter to it. The build script uses it too.

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};
use sha1_smol::Sha1;

/// The digest of the texts of all files.
///
/// # Errors
/// If one of them is no Rust.
pub(crate) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Result<String, LexError> {
    let mut items = Vec::new();
    for text in texts {
        items.extend(split(text.parse()?));
    }
    items.sort_unstable();
    let mut sha1 = Sha1::new();
    for item in &items {
        sha1.update(item.as_bytes());
        sha1.update(b"\n");
    }
    let mut digest = sha1.digest().to_string();
    digest.truncate(16);
    Ok(digest)
}

/// The items of a file, each as its tokens. One ends with a semicolon, or with what is in braces.
fn split(file: TokenStream) -> Vec<String> {
    let mut items = vec![String::new()];
    for token in undocumented(file) {
        let item = items.last_mut().expect("there is always one");
        let is_end = match &token {
            TokenTree::Group(group) => {
                group.delimiter() == Delimiter::Brace && !unqualified(item).starts_with("use ")
            }
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        write(token, item);
        if is_end {
            items.push(String::new());
        }
    }
    let says_where = |item: &String| {
        let item = unqualified(item);
        item.starts_with("use ") || item.starts_with("mod ") && item.ends_with("; ")
    };
    items.retain(|item| !item.is_empty() && !says_where(item));
    items
}

/// An item without `pub`, or `pub(crate)` and the like.
fn unqualified(item: &str) -> &str {
    let Some(item) = item.strip_prefix("pub ") else { return item };
    let scope = item.strip_prefix("( ").and_then(|scope| scope.split_once(") "));
    scope.map_or(item, |(_, item)| item)
}

/// The tokens without doc comments, which are attributes.
fn undocumented(tokens: TokenStream) -> Vec<TokenTree> {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let is_doc = match &token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                let first = group.stream().into_iter().next();
                first.is_some_and(|first| first.to_string() == "doc")
            }
            _ => false,
        };
        if !is_doc {
            kept.push(token);
            continue;
        }
        let is_mark = |token: &TokenTree| matches!(token.to_string().as_str(), "#" | "!");
        while kept.last().is_some_and(is_mark) {
            kept.pop();
        }
    }
    kept
}

fn write(token: TokenTree, out: &mut String) {
    let TokenTree::Group(group) = token else {
        *out += &token.to_string();
        out.push(' ');
        return;
    };
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("( ", ") "),
        Delimiter::Brace => ("{ ", "} "),
        Delimiter::Bracket => ("[ ", "] "),
        Delimiter::None => ("", ""),
    };
    let mut inner = undocumented(group.stream());
    // A formatter adds a comma where it breaks the line.
    if inner.last().is_some_and(|last| last.to_string() == ",") {
        inner.pop();
    }
    *out += open;
    inner.into_iter().for_each(|token| write(token, out));
    *out += close;
}

#[cfg(test)]
mod tests {
    fn digest(texts: &[&str]) -> String {
        super::of(texts.iter().copied()).expect("it is Rust")
    }

    const SAID: &str = "use a::b; const N: u8 = 1; pub fn f(a: u8, b: u8) -> u8 { g(a, b) }";

    #[test]
    fn how_it_is_said_and_where_does_not_matter() {
        let formatted = "//! A file.\n\nuse c::{d, e};\npub(crate) use e::f;\nmod g;\n\n/// Adds.\npub fn f(\n    \
                         a: u8, // one\n    b: u8,\n) -> u8 {\n    #![doc = \"inside\"]\n    g(a, b)\n}\n";
        assert_eq!(digest(&[SAID]), digest(&[formatted, "/* one */ const N: u8 = 1;\n"]));
    }

    #[test]
    fn what_is_said_matters() {
        let others = [
            SAID.replace("= 1", "= 2"),
            SAID.replace("g(a, b)", "g(b, a)"),
            SAID.replace("pub fn", "fn"),
            SAID.replace("const N: u8 = 1;", ""),
            SAID.replace("const N: u8 = 1;", "const N: u8 = 1; const N: u8 = 1;"),
            SAID.replace("pub fn f", "#[inline] pub fn f"),
            SAID.replace("use a::b;", "mod h { }"),
        ];
        for other in others {
            assert_ne!(digest(&[SAID]), digest(&[&other]), "{other}");
        }
    }
}
