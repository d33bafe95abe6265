// SPDX-License-Identifier: GPL-2.0-only
//! A row of the table: what a helper is.
//!
//! It begins with what a call is to C ([`Kind`]), its variant of [`Call`](super::Call), its name, its
//! arguments and its answer:
//!
//! ```text
//! ask FolioTestDirty = folio_test_dirty(folio: Folio) -> bool {
//!     "is there something in it that no disk has?", lasts: LockedRises
//! }
//! ```
//!
//! In braces stands what it means to a reader. What else there is to say is only said where it differs
//! from what the kind of the call and the type of the answer imply: before it how C spells the call, if
//! not `name(arguments)`, as `c: "..."`, or as `shim:` or `own:` (see [`Door`]); after it `answer:` ([`Domain`]), `lasts:` ([`Lasts`]) and `names:`; and after a semicolon, if the
//! answer follows from those of other helpers, `from (helper: type) formula`.

use super::Kind;

/// A row of the table, but for the helper's name, kind and signature: see [`CallId`](super::CallId).
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What the kernel wants to know by the question, or does by the effect, in a line.
    pub thought: &'static str,
    /// How C says it. Empty if as the helper is called here, with the same arguments.
    pub spelling: &'static str,
    /// What makes a call of what C says.
    pub door: Door,
    /// The answers that there can be.
    pub answer: Domain,
    /// How long an answer stays true.
    pub lasts: Lasts,
    /// The answer follows from those of other helpers.
    pub derived: Option<Derived>,
    /// Other names that the helper has in C, in other trees, with the same arguments.
    pub names: &'static [&'static str],
}

impl Row {
    /// What the kind of a call and the type of its answer imply. What is loaded is the function's
    /// own, what is asked is a race, and the answer to an effect is that effect's alone.
    pub(super) const fn implied(kind: Kind, answer: Domain) -> Row {
        let lasts = match kind {
            Kind::Read | Kind::Mark => Lasts::Own,
            Kind::Ask => Lasts::Race,
            Kind::Effect => Lasts::Each,
        };
        let (spelling, names) = ("", &[] as &[&str]);
        Row { thought: "", spelling, door: Door::Spelled, answer, lasts, derived: None, names }
    }
}

/// What makes a call of the kernel's own C.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// The spelling says it all.
    Spelled,
    /// A few lines of C that are written by hand.
    Shim,
    /// The same, and C has the answer in a variable of its own: how often it looks there is nobody's
    /// business.
    Own,
}

/// The answers that there can be, as far as a branch tells them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Domain {
    /// There is no answer.
    Nothing,
    /// False and true.
    Truth,
    /// An object.
    Object,
    /// `NULL`, or what is no object; and an object.
    Nullable,
    /// Any number.
    Number,
    /// A number of things: none, some.
    Count,
    /// A number of things: none, some, or this many, which is all that there is room or need for.
    UpTo(u64),
    /// An order: zero, one that a block can have; without a reference also what is none.
    Order,
    /// -1, for no order in particular, or an order.
    TargetOrder,
    /// Zero, or a positive number, for success; or one of these errors, each with who returns it.
    Errno(&'static [(i32, &'static str)]),
    /// A migrate mode.
    Mode,
    /// Bits of a flags word.
    Bits,
}

impl Domain {
    /// How many answers there are to choose among, if they can be listed; 0 if not. Of objects it is
    /// two: this one, and another.
    pub const fn len(self) -> u8 {
        match self {
            Domain::Truth | Domain::Object => 2,
            Domain::Errno(errors) => 1 + errors.len() as u8,
            _ => 0,
        }
    }

    /// Whether the answers cannot be listed.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The answer number `n` of those that can be listed, as a [`Word`](super::Word) is: no before yes,
    /// success before each error.
    pub const fn word(self, n: u8) -> u64 {
        match self {
            Domain::Errno(errors) if n > 0 => -errors[n as usize - 1].0 as u64,
            _ => n as u64,
        }
    }
}

/// How long an answer stays true. What is not said to last is open again at the next question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasts {
    /// Until the function that asks changes it: nobody else can.
    Own,
    /// As long as the object that it is about.
    Always,
    /// While the function that asks has a reference to the folio.
    Referenced,
    /// While it has the folio locked.
    Locked,
    /// While it has the folio locked, a yes; a no may become one.
    LockedRises,
    /// While it has the folio locked, a no; a yes may become one.
    LockedFalls,
    /// Once it has cleared the folio's LRU flag.
    OffLru,
    /// Until somebody changes it, and anybody may at any time: a race.
    Race,
    /// Not at all: it is another question each time.
    Each,
}

/// What an answer follows from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Derived {
    /// The names of the helpers, asked about the same object.
    pub from: &'static [&'static str],
    /// How, in their names. The function of that name in [`derived`](super::derived) computes it.
    pub formula: &'static str,
}
