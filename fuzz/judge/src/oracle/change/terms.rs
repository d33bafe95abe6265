// SPDX-License-Identifier: GPL-2.0-only
//! The words of conditions: what they may be, and how they are read.

use crate::oracle::Side;
use crate::run::Tree;
use crate::scenario::FileKind;
use crate::trace::Returned;
use mmcore::{CallId, Function, Site, errno};

/// Names of flags of a mapping.
pub type FlagNames = Vec<String>;

/// A condition on a difference. It is read from a few words; [`TERMS`] says which.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Term {
    /// The file is of one of these kinds.
    FileIs(Vec<FileKind>),
    /// The side's last read of the flags before they part, in the same function, tests these.
    Tests(Side, FlagNames),
    /// That read finds something (`true`), or nothing.
    FindsAny(Side, bool),
    /// That read finds all of these (`true`), or none.
    Finds(Side, bool, FlagNames),
    /// The side's last call of the helper before they part, in the same function, is answered so.
    Answered(Side, CallId, u64),
    /// The flags of the file differ by these, which this side has.
    HasAlone(Side, FlagNames),
    /// No write-back error that set one of these is still to be reported.
    NothingOwes(FlagNames),
    /// The flags of the file differed already, as the expectation of this name explains.
    Follows(String),
    /// The side returns this.
    Returns(Side, Returned),
}

/// Where two sides part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// This side alone has an effect: on these flags, and with this answer, if it says so.
    Does(Side, CallId, Option<FlagNames>, Option<u64>),
    /// This side alone asks something, or is answered so.
    Asks(Side, CallId, Option<u64>),
    /// This side alone calls a ported function.
    Calls(Side, Function),
    /// They return different values.
    Result,
    /// The flags of a file differ.
    Flags,
    /// The bytes of a file differ.
    Bytes,
    /// A folio is in another state.
    Folio,
    /// Something else in the world differs.
    World,
}

/// What a condition may say.
pub const TERMS: &str = "file is KIND [or KIND ...]; old|new tests FLAGS; old|new finds \
    nothing|something|[no] FLAGS; old|new alone has FLAGS; old|new HELPER = ANSWER; old|new returns \
    VALUE; nothing owes FLAGS; follows EXPECTATION; FLAGS being names with | between";

/// Where sides may part.
pub const PLACES: &str = "old|new does HELPER [(FLAGS)] [= ANSWER]; old|new asks HELPER [= ANSWER]; \
    old|new calls FUNCTION; result; flags; bytes; folio; world";

/// Reads a condition.
pub(super) fn term(text: &str) -> Result<Term, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if let [word, rest @ ..] = words.as_slice()
        && let Some(side) = side(word)
    {
        return match *rest {
            ["tests", names] => Ok(Term::Tests(side, flags(names)?)),
            ["finds", "nothing"] => Ok(Term::FindsAny(side, false)),
            ["finds", "something"] => Ok(Term::FindsAny(side, true)),
            ["finds", "no", names] => Ok(Term::Finds(side, false, flags(names)?)),
            ["finds", names] => Ok(Term::Finds(side, true, flags(names)?)),
            ["alone", "has", names] => Ok(Term::HasAlone(side, flags(names)?)),
            ["returns", value] => Ok(Term::Returns(side, returned(value)?)),
            [helper, "=", word] => Ok(Term::Answered(side, call(helper)?, answer(word)?)),
            _ => Err(format!("no such condition: {text}; allowed: {TERMS}")),
        };
    }
    match words.as_slice() {
        ["file", "is", kinds @ ..] if !kinds.is_empty() => {
            let kinds = kinds.iter().filter(|word| **word != "or").map(|word| kind(word));
            Ok(Term::FileIs(kinds.collect::<Result<_, _>>()?))
        }
        ["nothing", "owes", names] => Ok(Term::NothingOwes(flags(names)?)),
        ["follows", name] => Ok(Term::Follows((*name).into())),
        _ => Err(format!("no such condition: {text}; allowed: {TERMS}")),
    }
}

/// Reads a place.
pub(super) fn place(text: &str) -> Result<Place, String> {
    match text {
        "result" => return Ok(Place::Result),
        "flags" => return Ok(Place::Flags),
        "bytes" => return Ok(Place::Bytes),
        "folio" => return Ok(Place::Folio),
        "world" => return Ok(Place::World),
        _ => {}
    }
    let none = || format!("no such place: {text}; allowed: {PLACES}");
    let (before, after) = match text.split_once('=') {
        Some((before, word)) => (before.trim(), Some(answer(word.trim())?)),
        None => (text, None),
    };
    let (before, names) = match before.split_once('(') {
        Some((before, names)) => {
            let names = names.strip_suffix(')').ok_or_else(none)?;
            (before.trim(), Some(flags(names)?))
        }
        None => (before, None),
    };
    let words: Vec<&str> = before.split_whitespace().collect();
    let &[word, verb, helper] = words.as_slice() else { return Err(none()) };
    let side = side(word).ok_or_else(none)?;
    if (verb, &names, after) == ("calls", &None, None) {
        return Ok(Place::Calls(side, function(helper)?));
    }
    let helper = call(helper)?;
    match (verb, names) {
        ("does", names) => Ok(Place::Does(side, helper, names, after)),
        ("asks", None) => Ok(Place::Asks(side, helper, after)),
        _ => Err(none()),
    }
}

fn side(word: &str) -> Option<Side> {
    match word {
        "old" => Some(Side::Pre),
        "new" => Some(Side::Post),
        _ => None,
    }
}

/// Names of flags that some revision has.
fn flags(text: &str) -> Result<FlagNames, String> {
    let known: Vec<&str> = Tree::all_flags().collect();
    let name = |name: &str| match known.contains(&name.trim()) {
        true => Ok(name.trim().to_string()),
        false => Err(format!("no revision has a flag {name}; there are: {}", known.join(", "))),
    };
    text.split('|').map(name).collect()
}

fn call(name: &str) -> Result<CallId, String> {
    CallId::named(name).ok_or_else(|| match near(name, CallId::ALL.iter().map(|id| id.name())) {
        Some(near) => format!("no helper is called {name}; did you mean {near}?"),
        None => format!("no helper is called {name}; `mmdiff explain` shows how they are called"),
    })
}

/// The ported function of that name.
pub(super) fn function(name: &str) -> Result<Function, String> {
    let all = || Function::ALL.iter().map(|function| function.name());
    Function::ALL.iter().copied().find(|function| function.name() == name).ok_or_else(
        || match near(name, all()) {
            Some(near) => format!("no ported function is called {name}; did you mean {near}?"),
            None => {
                let all = all().collect::<Vec<_>>().join(", ");
                format!("no ported function is called {name}; there are: {all}")
            }
        },
    )
}

/// The name that begins or ends as this one does.
fn near(name: &str, all: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let alike = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let back = |text: &str| text.chars().rev().collect::<String>();
    let likeness = |other: &&str| alike(name, other).max(alike(&back(name), &back(other)));
    all.max_by_key(likeness).filter(|other| 2 * likeness(other) >= name.len())
}

fn kind(name: &str) -> Result<FileKind, String> {
    FileKind::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| {
        let known: Vec<_> = FileKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("no kind of file is called {name}; there are: {}", known.join(", "))
    })
}

/// A number, or an error number by its name.
fn number(text: &str) -> Result<i64, String> {
    let named = |name| (1..4096).find(|&number| errno::name(number) == Some(name));
    match text.strip_prefix('-').and_then(named) {
        Some(number) => Ok(-i64::from(number)),
        None => text.parse().map_err(|_| {
            format!("{text} is no value; allowed: a number, an error such as -EBUSY, yes, no")
        }),
    }
}

fn answer(text: &str) -> Result<u64, String> {
    match text {
        "no" => Ok(0),
        "yes" => Ok(1),
        text => number(text).map(|number| number as u64),
    }
}

fn returned(text: &str) -> Result<Returned, String> {
    match text {
        "nothing" => Ok(Returned::Nothing),
        "no" | "false" => Ok(Returned::Bool(false)),
        "yes" | "true" => Ok(Returned::Bool(true)),
        text => match (text.strip_prefix("0b"), text.strip_prefix("BUG: ")) {
            (Some(bits), _) => u32::from_str_radix(bits, 2)
                .map(Returned::Bits)
                .map_err(|_| format!("{text} is no set of bits, such as 0b101")),
            (_, Some(site)) => Site::ALL
                .iter()
                .find(|known| known.name() == site)
                .map(|&site| Returned::Oops(site))
                .ok_or_else(|| format!("{text}: no place where a function stops is called so")),
            _ => number(text).map(Returned::Value),
        },
    }
}
