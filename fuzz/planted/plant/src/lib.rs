// SPDX-License-Identifier: GPL-2.0-only
//! Plants mistakes in the port, all at once, each behind a switch.
//!
//! The port is parsed; [`operators`] proposes what a tired engineer might have written instead of
//! what is there, [`hand`] what no operator would; and [`render`] writes the port again, so that
//! each place does what the mistake that is switched on says, or what it always did. Nothing here
//! knows a file of the port, or a line: a mistake is named after its function, what was done to it
//! and what it was done to, `truncate_inode_partial_folio/negate/folio_test_large`.
#![forbid(unsafe_code)]

mod hand;
mod operators;
mod render;
mod types;

use std::collections::HashMap;
use types::Types;

/// A mistake that was planted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Its name: function, operator, and what it was applied to.
    pub name: String,
    /// The place: several mistakes can be made at one.
    pub site: usize,
}

/// The port with mistakes in it.
pub struct Planted {
    /// Its sources, in the order in which they were given.
    pub sources: Vec<String>,
    /// The mistakes. The number of one is its place here, from 1: it is made where `crate::at`, which
    /// is asked with a site, answers it.
    pub mistakes: Vec<Mistake>,
}

/// Plants mistakes in sources that are the port together.
///
/// # Panics
/// If they are no Rust, or a mistake by hand fits a function more than once.
pub fn plant(sources: &[String]) -> Planted {
    let parse = |text: &String| {
        syn::parse_file(text).unwrap_or_else(|error| panic!("the port is no Rust: {error}"))
    };
    let files: Vec<syn::File> = sources.iter().map(parse).collect();
    let types = Types::of(files.iter());
    let (mut planted, mut mistakes) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut sites = 0;
    for (text, file) in sources.iter().zip(&files) {
        let mut into = render::Source::default();
        into.seams.extend(types::seam(file).map(render::range));
        for function in types.ported(file) {
            let (mut drafts, loops) = operators::apply(text, &types, &function);
            drafts.extend(hand::of(&function));
            into.not_const.push(render::range(function.signature));
            into.loops.extend(loops);
            for draft in drafts {
                let mut name = format!("{}/{}", function.name, draft.name);
                let times = seen.entry(name.clone()).and_modify(|times| *times += 1).or_insert(1);
                if *times > 1 {
                    name = format!("{name}#{times}");
                }
                let site = into.add(draft, mistakes.len() + 1, &mut sites);
                mistakes.push(Mistake { name, site });
            }
        }
        planted.push(into.render(text));
    }
    Planted { sources: planted, mistakes }
}

/// Demands that each mistake by hand is among these.
///
/// # Panics
/// If one is not, for the port has changed: says which, what it needs, and what to do.
pub fn demand_by_hand(mistakes: &[Mistake]) {
    hand::demand(mistakes.iter().map(|mistake| mistake.name.as_str()));
}
