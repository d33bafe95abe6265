// SPDX-License-Identifier: GPL-2.0-only
//! The mistakes that take more than one folio of the lowest orders whose answers last, and why.
//! Everything else is to be found with that.

/// `hidden.txt`, which says how it is written.
const TEXT: &str = include_str!("../hidden.txt");

/// What it takes to find a mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// An answer that changes.
    Race,
    /// A folio of another order.
    Order,
    /// So many folios.
    Folios(u8),
    /// Settings of the scan's controls that no caller makes.
    AnySettings,
    /// Nothing finds it: what the function does is the same.
    SameWork,
    /// Nothing finds it: the explorer does not come there, or asks for no value that shows it.
    Unseen,
}

/// The names of what is hidden, in which a `*` is anything, and what it takes.
///
/// # Panics
/// If a line is not understood.
pub fn all() -> impl Iterator<Item = (&'static str, Takes)> {
    let lines = TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let [names, takes, _why] = *line.split(" | ").collect::<Vec<_>>() else {
            panic!("it is not name | what it takes | why: {line}")
        };
        let takes = match takes {
            "a race" => Takes::Race,
            "another order" => Takes::Order,
            "any settings" => Takes::AnySettings,
            "same work" => Takes::SameWork,
            "unseen" => Takes::Unseen,
            _ => {
                let folios = takes.strip_suffix(" folios").and_then(|many| many.parse().ok());
                Takes::Folios(folios.unwrap_or_else(|| panic!("nothing takes that: {line}")))
            }
        };
        (names, takes)
    })
}

/// What a mistake takes, if it is hidden.
pub fn of(name: &str) -> Option<Takes> {
    all().find(|(names, _)| matches(names, name)).map(|(_, takes)| takes)
}

/// Whether a pattern is of this name.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            let mut places = (0..=name.len()).filter(|&at| name.is_char_boundary(at));
            places.any(|at| matches(rest, &name[at..]))
        }),
    }
}
