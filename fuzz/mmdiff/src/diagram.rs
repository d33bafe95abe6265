// SPDX-License-Identifier: GPL-2.0-only
//! The decision diagram of a ported function: what it asks and does, in which order, and which
//! answer leads where; both revisions laid over each other.
//!
//! # What it says
//!
//! It is made of every run of the enumeration of a path ([`crate::explore`]), folded:
//!
//! - A **node** is a call of a kernel helper that the function makes, or a ported function that it
//!   calls: the n-th call of that helper in one run of the function, up to the third, which stands
//!   for later ones too. Flags and items that a call names are part of it. Nodes of the same helper
//!   from which everything goes on alike are one node. A node with a double border is one at which
//!   the revisions part.
//! - An **edge** says that in some run the one call came right after the other. Its label is the
//!   answers that lead that way; it has none if all answers do. Two edges of the same answer: the
//!   function decides by what it computes, from its arguments or earlier answers. A dashed edge is
//!   of the old revision alone, a dotted one of the new alone.
//! - An **end** is what the function returned, where it was called from outside; else `return`.
//!   The head of the scanner's loop, at which it takes the next page, is a node of its own.
//!
//! The picture of a large diagram is a ladder: its nodes stand below each other, numbered, and beside
//! each is which answer leads to which node.
//!
//! So every run is a way through the diagram, but not every way through it is a run: a diagram
//! forgets what came before a node.

mod dot;
mod fold;
mod ladder;
mod merge;
mod svg;
mod words;

pub use dot::write as write_dot;
pub use svg::{STYLE, write as write_svg, write_all as write_svgs};
pub use words::in_words;

use crate::explore::{Bounds, PATHS, Sides};
use crate::oracle::Question;
use crate::scenario::Path;
use fold::Folded;
use mmcore::Function;
use rayon::prelude::*;

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The function begins.
    Start,
    /// A question, or a read of memory.
    Question,
    /// An effect.
    Effect,
    /// A ported function is called.
    Function,
    /// The head of the scanner's loop.
    Loop,
    /// The function ends.
    End,
}

/// Which revisions do it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Who {
    /// The old one alone.
    Pre,
    /// The new one alone.
    Post,
    /// Both.
    Both,
}

/// A node of a diagram.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// What is called, or returned.
    pub label: String,
    /// The line of thought behind a call.
    pub thought: &'static str,
    /// Which revisions come here.
    pub who: Who,
    /// Whether they go on differently.
    pub parts: bool,
}

/// An edge of a diagram.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edge {
    /// The node that it leaves.
    pub from: usize,
    /// The node that it leads to.
    pub to: usize,
    /// Which revisions take it.
    pub who: Who,
    /// The answers that lead this way; empty if all do.
    pub label: String,
}

/// The diagram of a function. The first node is its beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagram {
    /// The function.
    pub function: Function,
    /// The revision before.
    pub pre: &'static str,
    /// The revision after.
    pub post: &'static str,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// The edges, in order.
    pub edges: Vec<Edge>,
}

impl Diagram {
    /// Whether the revisions part anywhere in it.
    pub fn parts(&self) -> bool {
        self.nodes.iter().any(|node| node.parts)
    }
}

/// The diagrams of every ported function that the enumeration of some paths runs, by function. There
/// are none of revisions that the explorer does not run.
pub fn draw(question: &Question, bounds: Bounds, paths: &[Path]) -> Vec<Diagram> {
    let Some(Sides { pre, post, .. }) = Sides::of(question) else { return Vec::new() };
    let sides = [pre, post];
    let work: Vec<_> = PATHS
        .into_iter()
        .filter(|path| paths.contains(path))
        .flat_map(|path| [(path, 0), (path, 1)])
        .collect();
    let folded = work
        .into_par_iter()
        .map(|(path, side)| fold::fold(sides[side], side, bounds, path))
        .reduce(Folded::default, Folded::join);
    let names = (question.pre.name, question.post.name);
    folded.functions().map(|(function, machine)| merge::diagram(function, names, machine)).collect()
}
