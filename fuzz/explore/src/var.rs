// SPDX-License-Identifier: GPL-2.0-only
//! The variables of the rest of the kernel: what can be one way or another, and how each way is
//! called. The alternatives sit on the boundaries of what the ported functions compare.

use mmcore::{CallId, Domain, MigrateMode, errno};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A variable: what it is, and of which object.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema, Serialize, Deserialize,
)]
pub struct Var {
    /// What it is.
    pub what: What,
    /// Of which object: a folio, a page (its place in the range), a bit of a mapping's word
    /// (64 times the mapping, plus the bit), or 0.
    pub about: u8,
}

macro_rules! variables {
    ([$($(#[$doc:meta])* $variant:ident $name:literal,)*] $($call:ident $helper:ident,)*) => {
        /// What a [`Var`] is: something that no single helper answers, or a helper's answer.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, JsonSchema, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum What {
            $($(#[$doc])* $variant,)*
            $(#[doc = concat!("The answer of `", stringify!($helper), "`.")] $call,)*
        }

        impl What {
            /// All of them.
            pub const ALL: &'static [What] = &[$(What::$variant,)* $(What::$call,)*];

            /// The answer of a helper.
            #[inline(always)]
            pub const fn of(call: CallId) -> What {
                match call { $(CallId::$call => What::$call,)* }
            }

            /// The helper whose answer it is, if it is one's.
            pub const fn call(self) -> Option<CallId> {
                match self {
                    $(What::$variant => None,)*
                    $(What::$call => Some(CallId::$call),)*
                }
            }

            /// Its name in reports. A helper's answer is called as C spells the call, without the
            /// arguments.
            pub fn name(self) -> &'static str {
                match self {
                    $(What::$variant => $name,)*
                    $(What::$call => spelled(CallId::$call),)*
                }
            }
        }
    };
}

macro_rules! with_calls {
    ($($call:ident = $helper:ident($($arguments:tt)*) -> ($($ret:tt)*);)*) => {
        variables! {
            [
                /// Which function is called.
                Function "function",
                /// Its arguments.
                Argument "argument",
                /// The place of the folio in the file.
                Place "place",
                /// Where the range begins.
                Start "start",
                /// Where the range ends.
                End "end",
                /// Where a hole in a guest_memfd begins.
                HoleStart "start of the hole",
                /// Where it ends.
                HoleEnd "end of the hole",
                /// Which page frames are scanned.
                Range "range",
                /// A bit of a mapping's flags.
                Flag "flag",
                /// The order of a folio or of a compound page.
                Order "order",
                /// `folio_mapping` and `folio->mapping`.
                Mapping "folio_mapping",
                /// `folio_ref_count`, above `folio_mapcount` and the scanner's reference.
                ExtraRefs "folio_ref_count - mapcount - 1",
                /// What the switch in the page cache returns, whichever helper does it.
                Switch "folio_migrate_mapping",
                /// A slot of the page cache: nothing, a folio, or a value entry.
                Slot "page cache slot",
                /// A piece of a split folio is found too.
                Piece "piece of a split folio",
                /// `mode & ISOLATE_UNEVICTABLE`.
                ModeUnevictable "ISOLATE_UNEVICTABLE",
                /// `mode & ISOLATE_ASYNC_MIGRATE`.
                ModeAsync "ISOLATE_ASYNC_MIGRATE",
                /// A scan is in the middle of a turn, not at its beginning.
                Halfway "halfway",
                /// There: an lruvec's lock is held.
                Held "locked",
                /// There: `valid_page` is set.
                HasPage "valid_page",
                /// There: `skip_on_failure`.
                SkipOnFailure "skip_on_failure",
                /// There: `nr_isolated` is not 0.
                SomeIsolated "nr_isolated",
                /// There: `skip_updated`.
                SkipUpdated "skip_updated",
                /// There: where `low_pfn` is.
                LowPfn "low_pfn",
                /// There: where `next_skip_pfn` is.
                NextSkip "next_skip_pfn",
                /// Where a scan ends that ends: whether that is the end of its range.
                RangeEnd "end_pfn",
                /// khugepaged has put a large folio where there was none.
                Collapsed "khugepaged",
            ]
            $($call $helper,)*
        }
    };
}

mmcore::each_call!(with_calls);

/// How C spells a call, without the arguments.
fn spelled(call: CallId) -> &'static str {
    let spelling = call.row().spelling;
    let object = spelling.strip_suffix(" != NULL").unwrap_or(spelling);
    match object.find('(') {
        _ if spelling.is_empty() => call.name(),
        Some(open) if closes_at_the_end(&object[open..]) => &object[..open],
        _ => spelling,
    }
}

/// Whether the parenthesis that a text begins with is closed by its last character.
fn closes_at_the_end(text: &str) -> bool {
    let mut depth = 0;
    let end = text.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    });
    end.is_some_and(|end| end + 1 == text.len())
}

impl Var {
    /// A variable that there is one of.
    pub const fn one(what: What) -> Var {
        Var { what, about: 0 }
    }

    /// The bit of a mapping's word.
    pub const fn flag(mapping: u8, nr: u32) -> Var {
        Var { what: What::Flag, about: mapping % 4 * 64 + nr as u8 % 64 }
    }
}

impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.what, self.about) {
            (What::Flag, bit) if bit < 64 => write!(f, "flags bit {bit}"),
            (What::Flag, bit) => write!(f, "flags bit {} of mapping{}", bit % 64, bit / 64),
            (what, 0) => f.write_str(what.name()),
            (what, about) => write!(f, "{} [{about}]", what.name()),
        }
    }
}

impl What {
    /// What its alternative number `n` is called, where yes and no or a number do not say it.
    pub fn alternative(self, n: u8) -> Option<String> {
        if let Some(named) = self.alternatives().get(usize::from(n)) {
            return Some((*named).into());
        }
        match self.call()?.row().answer {
            Domain::Mode => Some(MigrateMode::ALL.get(usize::from(n))?.name().into()),
            Domain::Errno(_) if n == 0 => Some("0".into()),
            Domain::Errno(errors) => {
                let (error, _) = errors.get(usize::from(n) - 1)?;
                Some(format!("-{}", errno::name(*error)?))
            }
            _ => None,
        }
    }

    const fn alternatives(self) -> &'static [&'static str] {
        match self {
            What::Place => &["bottom", "one folio up", "top of loff_t"],
            What::Start => &[
                "0",
                "pos-1 page",
                "pos-1",
                "pos",
                "pos+1",
                "pos+1 page",
                "middle",
                "end-1",
                "end",
                "end+1",
            ],
            What::End => &[
                "start",
                "pos-1",
                "pos",
                "pos+1",
                "pos+1 page-1",
                "middle",
                "last-1",
                "last",
                "end",
                "end+1 page-1",
                "top",
                "-1",
            ],
            What::Range => &["pageblock start", "over a multiple of 32", "pageblock end"],
            What::HoleStart => {
                &["page 0", "folio-1", "folio", "folio+1", "folio's last", "folio's end"]
            }
            What::HoleEnd => {
                &["start+1", "folio", "folio+1", "folio's last", "folio's end", "folio's end+1"]
            }
            What::Flag => &["0", "1"],
            What::Switch => &["0", "-EAGAIN"],
            What::Mapping => &["NULL", "the file", "another"],
            What::Slot => &["nothing", "a folio", "a value entry"],
            What::GetUnusedFd => &["a descriptor", "-EMFILE"],
            What::KzallocGmem => &["no memory", "memory"],
            What::CcOrder => &["-1", "1", "2", "10"],
            What::CcNrMigratepages => &["0", "30", "31", "32"],
            What::LowPfn => {
                &["no boundary", "a multiple of 32", "the range's end", "pageblock start"]
            }
            What::NextSkip => &["behind", "low_pfn+1", "far ahead"],
            What::RangeEnd => &["low_pfn", "beyond"],
            _ => &[],
        }
    }
}
