// SPDX-License-Identifier: GPL-2.0-only
//! What is stored where. An address is a term; a store is kept as it was made, and a load looks for it
//! from the newest back: where it cannot be told whether two addresses are one, the answer is a choice
//! between both.
//!
//! A local object is apart from all that was there before it. All else is the kernel's, which may have
//! changed after every call: a load of it that no store answers is a question.

use mmdiff_term::{Name, Node, Term, Terms};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A step into an object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Step {
    Field(Arc<str>),
    Index(Term),
    /// All that is there.
    All,
}

/// The way from an object to what is stored.
pub(crate) type Path = Vec<Step>;

/// An address that was made by going into an object.
const INTO: &str = "&.";
const ELEMENT: &str = "&[]";
/// The structure around a member.
const AROUND: &str = "container_of.";
/// What the address of a local object begins with.
pub(crate) const LOCAL: &str = "&local ";
/// A structure as a value: its members.
const STRUCT: &str = "struct{";

/// Stores, the newest last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    locals: FxHashMap<Term, Rc<Vec<(Path, Term)>>>,
    /// To what is not local, since the kernel was last called.
    pub(crate) shared: Rc<Vec<(Term, Path, Term)>>,
}

/// Structures as values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshots {
    members: FxHashMap<Name, Rc<[Path]>>,
}

/// Whether a name is that of an address in an object.
pub(crate) fn is_into(name: &str) -> bool {
    name.starts_with(INTO) || name == ELEMENT
}

/// The object and the way in it that an address with a way comes to.
pub(crate) fn resolve(terms: &Terms, base: Term, path: &[Step]) -> (Term, Path) {
    let (mut base, mut front) = (base, Vec::new());
    while let Node::App(name, args) = terms.node(base) {
        let text = terms.text(*name);
        if let Some(field) = text.strip_prefix(INTO) {
            front.push(Step::Field(field.into()));
        } else if text == ELEMENT {
            front.push(Step::Index(args[1]));
        } else {
            break;
        }
        base = args[0];
    }
    front.reverse();
    front.extend_from_slice(path);
    (base, front)
}

/// The address of a place.
pub(crate) fn address(terms: &mut Terms, base: Term, path: &[Step]) -> Term {
    let mut at = base;
    for step in path {
        at = match step {
            Step::Field(field) => {
                if let Node::App(name, args) = terms.node(at)
                    && terms.text(*name).strip_prefix(AROUND) == Some(field)
                {
                    at = args[0];
                    continue;
                }
                let name = terms.name(&format!("{INTO}{field}"));
                terms.app(name, &[at], 64)
            }
            Step::Index(index) => {
                let name = terms.name(ELEMENT);
                terms.app(name, &[at, *index], 64)
            }
            Step::All => at,
        };
    }
    at
}

/// The structure around a member at an address.
pub(crate) fn container(terms: &mut Terms, of: Term, member: &str) -> Term {
    if let Node::App(name, args) = terms.node(of)
        && terms.text(*name).strip_prefix(INTO) == Some(member)
    {
        return args[0];
    }
    let name = terms.name(&format!("{AROUND}{member}"));
    terms.app(name, &[of], 64)
}

/// Whether an object is local.
pub(crate) fn is_local(terms: &Terms, base: Term) -> bool {
    matches!(terms.node(base), Node::App(name, _) if terms.text(*name).starts_with(LOCAL))
}

/// The local object that an address is in, if it is in one.
pub(crate) fn local_of(terms: &Terms, at: Term) -> Option<Term> {
    let (base, _) = resolve(terms, at, &[]);
    is_local(terms, base).then_some(base)
}

/// Whether two addresses are one: a number of one bit; `None` if they cannot be.
pub(crate) fn meets(
    terms: &mut Terms,
    (a, p): (Term, &[Step]),
    (b, q): (Term, &[Step]),
) -> Option<Term> {
    // What a pointer points at is its first element.
    if p.len() + 1 == q.len() && matches!(q.last(), Some(Step::Index(_))) {
        let first = Step::Index(terms.number(0, 64));
        let p: Path = p.iter().cloned().chain([first]).collect();
        return meets(terms, (a, &p), (b, q));
    }
    if q.len() + 1 == p.len() && matches!(p.last(), Some(Step::Index(_))) {
        return meets(terms, (b, q), (a, p));
    }
    if p.len() != q.len() {
        return None;
    }
    let mut all = terms.eq(a, b);
    for (one, other) in p.iter().zip(q) {
        match (one, other) {
            (Step::Field(x), Step::Field(y)) if x == y => {}
            (Step::Index(x), Step::Index(y)) => {
                let eq = terms.eq(*x, *y);
                let no = terms.bit(false);
                all = terms.choose(all, eq, no);
            }
            (Step::All, Step::All) => {}
            _ => return None,
        }
    }
    (terms.value(all) != Some(0)).then_some(all)
}

/// Whether two stores may be to one place, of which one may be to a whole that the other is in.
pub(crate) fn overlaps(
    terms: &mut Terms,
    (a, p): (Term, &[Step]),
    (b, q): (Term, &[Step]),
) -> Option<Term> {
    let front = |path: &[Step]| path.len() - usize::from(path.last() == Some(&Step::All));
    let (of_p, of_q) = (front(p), front(q));
    if of_p == p.len() && of_q == q.len() {
        return meets(terms, (a, p), (b, q));
    }
    let short = of_p.min(of_q);
    meets(terms, (a, &p[..short]), (b, &q[..short]))
}

impl Memory {
    /// Stores in a local object.
    pub(crate) fn store_local(&mut self, base: Term, path: Path, value: Term) {
        let log = Rc::make_mut(self.locals.entry(base).or_default());
        let is_all = path.last() == Some(&Step::All);
        let front = &path[..path.len() - usize::from(is_all)];
        log.retain(|(old, _)| match is_all {
            true => !(old.len() >= front.len() && old[..front.len()] == *front),
            false => *old != path,
        });
        log.push((path, value));
    }

    /// Stores in the kernel's memory.
    pub(crate) fn store_shared(&mut self, base: Term, path: Path, value: Term) {
        let log = Rc::make_mut(&mut self.shared);
        log.retain(|(old, way, _)| !(*old == base && *way == path));
        log.push((base, path, value));
    }

    /// What is stored in a local object, `bits` wide.
    pub(crate) fn load_local(
        &self,
        terms: &mut Terms,
        snapshots: &Snapshots,
        base: Term,
        path: &[Step],
        bits: u8,
    ) -> Term {
        let Some(log) = self.locals.get(&base) else { return nothing(terms, base, path, bits) };
        let mut maybe: Vec<(Term, Term)> = Vec::new();
        let mut last = None;
        for (way, value) in log.iter().rev() {
            if way.last() == Some(&Step::All) {
                let front = &way[..way.len() - 1];
                if path.len() >= front.len() && path[..front.len()] == *front {
                    last = Some(snapshots.member(terms, *value, &path[front.len()..], bits));
                    break;
                }
                continue;
            }
            let Some(bit) = meets(terms, (base, path), (base, way)) else { continue };
            let value = terms.resize(*value, bits, false);
            if terms.value(bit) == Some(1) {
                last = Some(value);
                break;
            }
            maybe.push((bit, value));
        }
        let last = last.unwrap_or_else(|| nothing(terms, base, path, bits));
        maybe.into_iter().rev().fold(last, |other, (bit, value)| terms.choose(bit, value, other))
    }

    /// What was stored in the kernel's memory since it was last called: a value, and where it may have been
    /// elsewhere, the bit and the value of each store that may meet it, the newest first.
    pub(crate) fn load_shared(
        &self,
        terms: &mut Terms,
        snapshots: &Snapshots,
        base: Term,
        path: &[Step],
        bits: u8,
    ) -> (Option<Term>, Vec<(Term, Term)>) {
        let mut maybe = Vec::new();
        for (to, way, value) in self.shared.iter().rev() {
            if way.last() == Some(&Step::All) {
                let front = &way[..way.len() - 1];
                if path.len() < front.len() {
                    continue;
                }
                let (before, rest) = path.split_at(front.len());
                let Some(bit) = meets(terms, (base, before), (*to, front)) else { continue };
                let member = snapshots.member(terms, *value, rest, bits);
                if terms.value(bit) == Some(1) {
                    return (Some(member), maybe);
                }
                maybe.push((bit, member));
                continue;
            }
            let Some(bit) = meets(terms, (base, path), (*to, way)) else { continue };
            let value = terms.resize(*value, bits, false);
            if terms.value(bit) == Some(1) {
                return (Some(value), maybe);
            }
            maybe.push((bit, value));
        }
        (None, maybe)
    }

    /// What is in a local object: each way, and the value.
    pub(crate) fn inside(&self, base: Term) -> impl Iterator<Item = &(Path, Term)> {
        self.locals.get(&base).into_iter().flat_map(|log| log.iter())
    }

    /// The same, in an order that says which store counts: that of the ways, where all are apart, or that of the
    /// stores, where elements may be the same.
    pub(crate) fn log(&self, base: Term) -> Vec<(Path, Term)> {
        let mut log: Vec<_> = self.inside(base).cloned().collect();
        let has_elements =
            log.iter().any(|(path, _)| path.iter().any(|step| matches!(step, Step::Index(_))));
        if !has_elements {
            log.sort();
        }
        log
    }

    /// The local objects that something is stored in.
    pub(crate) fn locals(&self) -> impl Iterator<Item = Term> + '_ {
        self.locals.keys().copied()
    }

    /// A local object is new: nothing is stored in it.
    pub(crate) fn forget(&mut self, base: Term) {
        self.locals.remove(&base);
    }
}

/// What is in an object before anything was stored there.
fn nothing(terms: &mut Terms, base: Term, path: &[Step], bits: u8) -> Term {
    let name = terms.name(&format!("uninitialized{}", spelled(path)));
    let args = arguments(base, path);
    terms.app(name, &args, bits)
}

/// A way in C's words, without its indices.
pub(crate) fn spelled(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Field(field) => format!(".{field}"),
            Step::Index(_) => "[]".to_owned(),
            Step::All => String::new(),
        })
        .collect()
}

/// An object and the indices of a way.
pub(crate) fn arguments(base: Term, path: &[Step]) -> Vec<Term> {
    let indices = path.iter().filter_map(|step| match step {
        Step::Index(index) => Some(*index),
        _ => None,
    });
    [base].into_iter().chain(indices).collect()
}

impl Snapshots {
    /// A structure as a value: its members' values.
    pub(crate) fn make(&mut self, terms: &mut Terms, members: Vec<(Path, Term)>) -> Term {
        let ways: Vec<String> = members.iter().map(|(path, _)| spelled(path)).collect();
        let name = terms.name(&format!("{STRUCT}{}}}", ways.join(",")));
        let mut args: Vec<Term> = Vec::new();
        let (mut paths, mut values) = (Vec::new(), Vec::new());
        for (path, value) in members {
            values.push(value);
            paths.push(path);
        }
        // Indices are arguments too: two structures are equal if all of it is.
        for path in &paths {
            args.extend(path.iter().filter_map(|step| match step {
                Step::Index(index) => Some(*index),
                _ => None,
            }));
        }
        args.extend(&values);
        self.members.insert(name, paths.into());
        terms.app(name, &args, 64)
    }

    /// A member of a structure that is a value.
    pub(crate) fn member(&self, terms: &mut Terms, of: Term, path: &[Step], bits: u8) -> Term {
        if path == [Step::All]
            || (path.is_empty() && bits == 64 && !matches!(terms.node(of), Node::Const(_)))
        {
            return of;
        }
        if terms.value(of) == Some(0) {
            return terms.number(0, bits);
        }
        if let Node::App(name, args) = terms.node(of)
            && let Some(paths) = self.members.get(name)
        {
            let (values, paths) = (args[args.len() - paths.len()..].to_vec(), paths.clone());
            for (way, value) in paths.iter().zip(values) {
                if *way == path {
                    return terms.resize(value, bits, false);
                }
                if way.last() == Some(&Step::All)
                    && path.len() >= way.len() - 1
                    && path[..way.len() - 1] == way[..way.len() - 1]
                {
                    return self.member(terms, value, &path[way.len() - 1..], bits);
                }
            }
        }
        let name = terms.name(&format!("value{}", spelled(path)));
        let args = arguments(of, path);
        terms.app(name, &args, bits)
    }
}
