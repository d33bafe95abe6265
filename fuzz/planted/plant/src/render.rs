// SPDX-License-Identifier: GPL-2.0-only
//! Writes a source of the port with its mistakes, each a `match` on what is switched on.

use crate::operators::Draft;
use std::fmt::Write;
use std::ops::Range;
use syn::spanned::Spanned;

/// Where in its source a piece of syntax is.
pub(crate) fn range(of: &(impl Spanned + ?Sized)) -> Range<usize> {
    of.span().byte_range()
}

/// A place at which mistakes can be made.
struct Site {
    number: usize,
    at: Range<usize>,
    /// The number of each, and what stands there if it is made.
    mistakes: Vec<(usize, String)>,
}

/// What is to be done to one source.
#[derive(Default)]
pub(crate) struct Source {
    sites: Vec<Site>,
    /// Bodies of loops that need not end.
    pub(crate) loops: Vec<usize>,
    /// The body of what runs are run in.
    pub(crate) seams: Vec<Range<usize>>,
    /// Signatures of functions that ask what is switched on.
    pub(crate) not_const: Vec<Range<usize>>,
}

impl Source {
    /// Adds a mistake, and returns its site.
    pub(crate) fn add(&mut self, draft: Draft, number: usize, sites: &mut usize) -> usize {
        let Draft { at, text, also, .. } = draft;
        for (at, text) in also {
            self.at(at, sites).mistakes.push((number, text));
        }
        let site = self.at(at, sites);
        site.mistakes.push((number, text));
        site.number
    }

    fn at(&mut self, at: Range<usize>, sites: &mut usize) -> &mut Site {
        let known = self.sites.iter().position(|site| site.at == at);
        let index = known.unwrap_or_else(|| {
            self.sites.push(Site { number: *sites, at, mistakes: Vec::new() });
            *sites += 1;
            self.sites.len() - 1
        });
        &mut self.sites[index]
    }

    /// The source with all that.
    pub(crate) fn render(mut self, text: &str) -> String {
        // The outer one of two comes first.
        self.sites.sort_by_key(|site| (site.at.start, std::cmp::Reverse(site.at.end)));
        // What is inserted, or left out, where no mistake is.
        let mut marks: Vec<(Range<usize>, &str)> = Vec::new();
        marks.extend(self.loops.iter().map(|&at| (at..at, " crate::turn(); ")));
        marks.extend(self.seams.iter().map(|at| (at.clone(), "{ crate::switched::<R, T>(body) }")));
        for signature in &self.not_const {
            if let Some(at) = text[signature.clone()].find("const fn") {
                marks.push((signature.start + at..signature.start + at + "const ".len(), ""));
            }
        }
        // A helper is called from many more places than in the port, and would be compiled for each.
        for (at, _) in text.match_indices("fn $name(&mut self") {
            let before = text[..at].trim_end();
            for inline in ["#[inline]", "#[inline(always)]"] {
                if before.ends_with(inline) {
                    marks.push((before.len() - inline.len()..before.len(), "#[inline(never)]"));
                }
            }
        }
        marks.sort_by_key(|(at, _)| at.start);
        piece(text, 0..text.len(), &self.sites, &marks)
    }
}

/// A piece of the source, with the sites in it.
fn piece(
    text: &str,
    at: Range<usize>,
    mut sites: &[Site],
    marks: &[(Range<usize>, &str)],
) -> String {
    let mut out = String::new();
    let mut from = at.start;
    while let Some((site, rest)) = sites.split_first() {
        let inner = rest.iter().take_while(|inner| inner.at.start < site.at.end).count();
        let (inner, rest) = rest.split_at(inner);
        plain(text, from..site.at.start, marks, &mut out);
        choice(text, site, inner, marks, &mut out);
        from = site.at.end;
        sites = rest;
    }
    plain(text, from..at.end, marks, &mut out);
    out
}

fn choice(
    text: &str,
    site: &Site,
    inner: &[Site],
    marks: &[(Range<usize>, &str)],
    out: &mut String,
) {
    let right = piece(text, site.at.clone(), inner, marks);
    let old = &text[site.at.clone()];
    let (open, close) = match old.starts_with('{') {
        // A block stays one, and so does a statement.
        true => ("{ ", " }"),
        false if old.ends_with([';', '}']) => ("", ""),
        false => ("(", ")"),
    };
    let _ = write!(out, "{open}match crate::at({}) {{ ", site.number);
    for (number, wrong) in &site.mistakes {
        let _ = write!(out, "{number} => {{ {wrong} }} ");
    }
    let _ = write!(out, "_ => {{ {right} }} }}{close}");
}

/// Text as it is, but for the marks in it.
fn plain(text: &str, at: Range<usize>, marks: &[(Range<usize>, &str)], out: &mut String) {
    let mut from = at.start;
    for (mark, new) in marks
        .iter()
        .filter(|(mark, _)| at.start <= mark.start && mark.end <= at.end && mark.start < at.end)
    {
        out.push_str(&text[from..mark.start]);
        out.push_str(new);
        from = mark.end;
    }
    out.push_str(&text[from..at.end]);
}
