// SPDX-License-Identifier: GPL-2.0-only
//! A diagram in words: for whoever does not see it, and for the sides of a ladder.

use super::svg::label;
use super::{Diagram, Edge, Who};

/// The nodes in order, each with the ways that it goes on.
pub fn in_words(diagram: &Diagram) -> Vec<(String, Vec<String>)> {
    let node = |at: usize| {
        let parts = if diagram.nodes[at].parts { " (here the revisions part)" } else { "" };
        let ways = leaving(diagram, at).map(|edge| way(diagram, edge)).collect();
        (format!("{}{parts}", label(diagram, at)), ways)
    };
    (0..diagram.nodes.len()).map(node).collect()
}

/// The edges that leave a node.
pub(super) fn leaving(diagram: &Diagram, at: usize) -> impl Iterator<Item = &Edge> {
    diagram.edges.iter().filter(move |edge| edge.from == at)
}

/// The name of a node, with its number.
pub(super) fn named(diagram: &Diagram, at: usize) -> String {
    format!("{at} {}", label(diagram, at))
}

/// The answer, and where it leads; and who goes there, if only one side does.
pub(super) fn way(diagram: &Diagram, edge: &Edge) -> String {
    let Edge { to, label, .. } = edge;
    let answer = if label.is_empty() { String::new() } else { format!("{label}: ") };
    let alone = match (edge.who, diagram.nodes[*to].who) {
        (Who::Pre, Who::Both) => format!(" · {}", diagram.pre),
        (Who::Post, Who::Both) => format!(" · {}", diagram.post),
        _ => String::new(),
    };
    format!("{answer}→ {}{alone}", named(diagram, *to))
}
