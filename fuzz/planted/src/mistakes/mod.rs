// SPDX-License-Identifier: GPL-2.0-only
//! The list of mistakes, by the ported file that each is planted in.
//!
//! A mistake is a text of a function of mmcore and what it is replaced by. The text has to be there
//! once; it may be told from others like it by what stands right before it, up to a `¦`. White space
//! does not count.

mod compaction;
mod end;
mod filemap;
mod guest_memfd;
mod internal;
mod migrate;
mod pagemap;
mod revision;
mod scan;
mod shmem;
mod truncate;
mod turn;

use self::Kind::*;

/// What kind of mistake it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A condition is turned round.
    Flipped,
    /// A condition is dropped, or always holds.
    Dropped,
    /// A condition or a call is added.
    Added,
    /// Another thing is asked or named.
    Other,
    /// A number is off, mostly by one.
    OffByOne,
    /// A bound that was inclusive is exclusive, or the other way round.
    Bound,
    /// Two things are done in the wrong order.
    Swapped,
    /// An effect is forgotten.
    Forgotten,
    /// Something is kept that should be dropped, or the other way round: a lock, a reference, a count.
    Kept,
    /// Another errno is returned.
    Errno,
}

impl Kind {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Flipped => "condition flipped",
            Dropped => "condition dropped",
            Added => "added",
            Other => "wrong one",
            OffByOne => "off by one",
            Bound => "bound",
            Swapped => "swapped",
            Forgotten => "effect forgotten",
            Kept => "lock or count kept",
            Errno => "errno",
        }
    }
}

/// Why a mistake is hidden from the explorer, or from the scans that callers in the kernel make.
#[derive(Clone, Copy, Debug)]
pub enum Hidden {
    /// It is none: what the function does is the same. The proof.
    None(&'static str),
    /// It is one, and the explorer does not come there. The reason.
    Missed(&'static str),
    /// It shows with settings that no caller makes. Which.
    Settings(&'static str),
}

/// A mistake.
#[derive(Clone, Copy, Debug)]
pub struct Mistake {
    /// The tree in which it is made, and with which it is compared.
    pub tree: &'static str,
    /// The file, below mmcore/src.
    pub file: &'static str,
    /// The function that it is made in.
    pub function: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// What is wrong.
    pub what: &'static str,
    /// What is there.
    pub old: &'static str,
    /// What is put there.
    pub new: &'static str,
    /// Why it is hidden, if it is.
    pub hidden: Option<Hidden>,
}

/// Some mistakes of a function.
struct In {
    tree: &'static str,
    file: &'static str,
    function: &'static str,
    mistakes: &'static [M],
}

/// One of them: its kind, what is wrong, the old text and the new; and why it is none, if it is none.
struct M(Kind, &'static str, &'static str, &'static str, Option<Hidden>);

const fn m(kind: Kind, what: &'static str, old: &'static str, new: &'static str) -> M {
    M(kind, what, old, new, None)
}

impl M {
    /// It is no mistake, because of this.
    const fn none(self, why: &'static str) -> M {
        M(self.0, self.1, self.2, self.3, Some(Hidden::None(why)))
    }

    /// No caller makes settings with which it shows: it takes these.
    const fn settings(self, which: &'static str) -> M {
        M(self.0, self.1, self.2, self.3, Some(Hidden::Settings(which)))
    }

    /// It is one, and the explorer does not find it, because of this.
    const fn missed(self, why: &'static str) -> M {
        M(self.0, self.1, self.2, self.3, Some(Hidden::Missed(why)))
    }
}

/// Mistakes that are made in v6.12.
const fn of(file: &'static str, function: &'static str, mistakes: &'static [M]) -> In {
    In { tree: "v6.12", file, function, mistakes }
}

impl In {
    /// They are made in another tree, for v6.12 does not come there.
    const fn tree(self, tree: &'static str) -> In {
        In { tree, ..self }
    }
}

/// Every mistake. The number of one is its place, from 1.
pub fn all() -> Vec<Mistake> {
    let files = [
        pagemap::MISTAKES,
        filemap::MISTAKES,
        internal::MISTAKES,
        guest_memfd::MISTAKES,
        shmem::MISTAKES,
        truncate::MISTAKES,
        migrate::MISTAKES,
        compaction::MISTAKES,
        turn::MISTAKES,
        scan::MISTAKES,
        end::MISTAKES,
        revision::MISTAKES,
    ];
    files.into_iter().flatten().flat_map(each).collect()
}

/// The mistakes of a function, with where they are.
fn each(of: &In) -> impl Iterator<Item = Mistake> {
    let &In { tree, file, function, mistakes } = of;
    mistakes.iter().map(move |&M(kind, what, old, new, hidden)| Mistake {
        tree,
        file,
        function,
        kind,
        what,
        old,
        new,
        hidden,
    })
}
