// SPDX-License-Identifier: GPL-2.0-only
//! What both sides did, held against each other: arguments, what they stored where somebody else can see it,
//! what is in the objects that they gave away, and what they asked.

use super::{Explorer, Joint};
use crate::memory::{self, Path, Step, local_of};
use crate::path::{Line, Literal};
use crate::show::show;
use crate::side::{Event, Stop};
use mmdiff_term::Term;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Takes two local objects for the same. False if one of them is the same as another already.
fn pair(joint: &mut Joint, old: Term, new: Term) -> bool {
    match joint.objects.iter().find(|(a, b)| *a == old || *b == new) {
        Some(known) => *known == (old, new),
        None => {
            joint.objects.push((old, new));
            true
        }
    }
}

/// What the variables of the same names hold, where that is not the same term.
fn unlike(joint: &Joint) -> Vec<(Term, Path, [Term; 2])> {
    let [old, new] = &joint.sides;
    let mut unlike = Vec::new();
    for (a, b) in old.frames.iter().zip(&new.frames) {
        for object in a.locals.iter().filter(|object| b.locals.contains(object)) {
            let other: FxHashMap<&Path, Term> =
                new.memory.inside(*object).map(|(path, value)| (path, *value)).collect();
            unlike.extend(old.memory.inside(*object).filter_map(|(path, x)| {
                let y = *other.get(path).filter(|y| *y != x)?;
                Some((*object, path.clone(), [*x, y]))
            }));
        }
    }
    unlike
}

impl Explorer<'_, '_, '_> {
    /// Whether two values of the sides are equal; notes it if they need not be.
    pub(super) fn compare(
        &mut self,
        joint: &mut Joint,
        (a, b): (Term, Term),
        (old, new): (&Event, &Event),
        what: &str,
    ) {
        if let (Some(x), Some(y)) = (local_of(&self.terms, a), local_of(&self.terms, b))
            && !pair(joint, x, y)
        {
            let says = [self.does(old), self.does(new)];
            return self.found(joint, (&old.line, &new.line), &says, what, None);
        }
        let b = self.translated(joint, b);
        let does = |this: &Self, event: &Event, value: Term| {
            format!("{}: {what} is {}", this.does(event), show(&this.terms, value))
        };
        if a == b {
            return;
        }
        let says = [does(self, old, a), does(self, new, b)];
        self.must_be_equal(joint, (a, b), (&old.line, &new.line), &says, what)
    }

    /// A term of the new side's with the old side's objects in place of those that are the same.
    pub(super) fn translated(&mut self, joint: &Joint, term: Term) -> Term {
        let objects = joint.objects.clone();
        self.terms.replace(term, &|part| {
            objects.iter().find(|(_, new)| *new == part).map(|(old, _)| *old)
        })
    }

    /// Two values that have to be equal: if they need not be, that is a finding, and the run goes on where they
    /// are.
    pub(super) fn must_be_equal(
        &mut self,
        joint: &mut Joint,
        (a, b): (Term, Term),
        lines: (&Line, &Line),
        says: &[String; 2],
        what: &str,
    ) {
        let width = self.terms.width(a).max(self.terms.width(b));
        let [a, b] = [a, b].map(|it| self.terms.resize(it, width, false));
        let equal = self.terms.eq(a, b);
        match joint.conditions.decide(&self.terms, equal) {
            Some(true) => return,
            Some(false) => return self.found(joint, lines, says, what, None),
            None => {}
        }
        match self.solver.can_be(&mut self.terms, &joint.conditions, equal, false) {
            Some(false) => return,
            Some(true) => self.found(joint, lines, says, what, Some((equal, false))),
            None => {
                let why = format!(
                    "{}:{}: whether {} and {} are equal",
                    lines.1.0,
                    lines.1.1,
                    show(&self.terms, a),
                    show(&self.terms, b)
                );
                *self.open.entry(why).or_default() += 1;
            }
        }
        if let Some(Some(model)) =
            self.solver.branch(&mut self.terms, &joint.conditions, equal, true)
        {
            joint.conditions.model = Some(model);
            let literal =
                Literal { bit: equal, value: true, words: None, line: lines.1.clone(), side: 1 };
            joint.conditions.assume(&mut self.terms, literal);
        }
    }

    /// Variables of both sides that hold what cannot be unequal here hold one number from here on. Whether there
    /// were any.
    pub(super) fn unite(&mut self, joint: &mut Joint) -> bool {
        let mut united: FxHashMap<Term, Term> = FxHashMap::default();
        for (object, path, [x, y]) in unlike(joint) {
            let [a, b] = [x, y].map(|it| joint.conditions.known_as(&mut self.terms, it));
            if self.terms.width(a) == self.terms.width(b) && self.must_be_one(joint, a, b) {
                joint.sides[0].memory.store_local(object, path.clone(), a);
                joint.sides[1].memory.store_local(object, path, a);
                united.insert(y, a);
            }
        }
        let of = |this: &mut Self, term| this.terms.replace(term, &|it| united.get(&it).copied());
        if !united.is_empty() {
            for temp in joint.sides[1].frames.iter_mut().flat_map(|frame| &mut frame.temps) {
                *temp = temp.map(|term| of(self, term));
            }
            for (object, ..) in &mut joint.sides[1].given {
                *object = united.get(object).copied().unwrap_or(*object);
            }
            if let Some(Stop::Fork(bit, ..)) = &mut joint.stops[1] {
                *bit = of(self, *bit);
            }
        }
        !united.is_empty()
    }

    /// Whether two numbers of one width cannot be unequal.
    fn must_be_one(&mut self, joint: &Joint, a: Term, b: Term) -> bool {
        let equal = self.terms.eq(a, b);
        match joint.conditions.decide(&self.terms, equal) {
            Some(known) => known,
            None => {
                let conditions = &joint.conditions;
                self.solver.can_be(&mut self.terms, conditions, equal, false) == Some(false)
            }
        }
    }

    /// What one side asked and the other did not.
    pub(super) fn compare_questions(&mut self, joint: &Joint) {
        for side in 0..2 {
            let (this, other) = (&joint.sides[side], &joint.sides[1 - side]);
            for &question in &this.asked {
                if other.asked.contains(&question) {
                    continue;
                }
                let translated = self.translated(joint, question);
                if side == 1 && other.asked.contains(&translated) {
                    continue;
                }
                let line = this.asked_at.get(&question).cloned().unwrap_or_else(|| ("".into(), 0));
                let text = show(&self.terms, question);
                *self.asks.entry((side, text, line)).or_default() += 1;
            }
        }
    }

    /// What both stored where others can see it, since the kernel was last called.
    pub(super) fn compare_memory(
        &mut self,
        joint: &mut Joint,
        lines: (&Line, &Line),
        before: &str,
    ) {
        let [old, new] = [0, 1].map(|side| joint.sides[side].memory.shared.clone());
        // A local object whose address is stored there is given away.
        for (base, path, value) in old.iter() {
            let other = new.iter().find(|(to, way, _)| to == base && way == path);
            let objects =
                other.map(|(.., other)| [*value, *other].map(|it| local_of(&self.terms, it)));
            if let Some([Some(x), Some(y)]) = objects {
                pair(joint, x, y);
            }
        }
        if old == new {
            return;
        }
        self.order_counts(joint, &old, &new);
        let mut ways: BTreeSet<(Term, Path)> = BTreeSet::new();
        for (base, path, _) in old.iter() {
            ways.insert((*base, path.clone()));
        }
        for (base, path, _) in new.iter() {
            let base = self.translated(joint, *base);
            ways.insert((base, path.clone()));
        }
        for (base, path) in ways {
            let stored = [&old, &new].map(|log| {
                log.iter()
                    .rev()
                    .find(|(to, way, _)| *to == base && *way == path)
                    .map(|(.., value)| *value)
            });
            let place = memory::address(&mut self.terms, base, &path);
            let place = show(&self.terms, place).trim_start_matches('&').to_owned();
            match stored {
                [Some(a), Some(b)] if a == b => {}
                [Some(a), Some(b)] => {
                    let b = self.translated(joint, b);
                    let says = [a, b].map(|value| {
                        format!(
                            "has stored {} in {place} before {before}",
                            show(&self.terms, value)
                        )
                    });
                    self.must_be_equal(joint, (a, b), lines, &says, &format!("stores in {place}"));
                }
                [one, other] => {
                    let says = [one, other].map(|value| match value {
                        Some(value) => format!(
                            "has stored {} in {place} before {before}",
                            show(&self.terms, value)
                        ),
                        None => format!("has stored nothing in {place} before {before}"),
                    });
                    self.found(joint, lines, &says, &format!("stores in {place}"), None);
                }
            }
        }
    }

    /// Where two stores may be to one place, the last counts: if the sides have them in another order, the run
    /// goes on where the places are apart, and what is seen where they are one is a finding.
    fn order_counts(
        &mut self,
        joint: &mut Joint,
        old: &[(Term, Path, Term)],
        new: &[(Term, Path, Term)],
    ) {
        let place = |of: &[(Term, Path, Term)], (base, path): (Term, &Path)| {
            of.iter().position(|(to, way, _)| *to == base && way == path)
        };
        for (at, (a, p, x)) in old.iter().enumerate() {
            for (b, q, y) in &old[at + 1..] {
                let turned = match (place(new, (*a, p)), place(new, (*b, q))) {
                    (Some(first), Some(second)) => first > second,
                    _ => false,
                };
                let Some(one) = memory::overlaps(&mut self.terms, (*a, p), (*b, q))
                    .filter(|_| turned && x != y)
                else {
                    continue;
                };
                let lines = [0, 1].map(|side| joint.sides[side].here());
                let at = memory::address(&mut self.terms, *a, p);
                let at = show(&self.terms, at).trim_start_matches('&').to_owned();
                let says =
                    [y, x].map(|last| format!("stores {} in {at} last", show(&self.terms, *last)));
                self.must_not_be(
                    (joint, one),
                    (&lines[0], &lines[1]),
                    &says,
                    &format!("stores in {at}"),
                );
            }
        }
    }

    /// A bit under which the sides differ: that is a finding, and the run goes on where it is not set.
    fn must_not_be(
        &mut self,
        (joint, bit): (&mut Joint, Term),
        lines: (&Line, &Line),
        says: &[String; 2],
        what: &str,
    ) {
        if self.solver.can_be(&mut self.terms, &joint.conditions, bit, true) != Some(false) {
            self.found(joint, lines, says, what, Some((bit, true)));
        }
        if self.terms.value(bit).is_none() {
            let literal =
                Literal { bit, value: false, words: None, line: lines.1.clone(), side: 1 };
            joint.conditions.model = None;
            joint.conditions.assume(&mut self.terms, literal);
        }
    }

    /// What is in the objects that were given away, and in those whose addresses are in them, which are given
    /// away with them.
    pub(super) fn compare_objects(&mut self, joint: &mut Joint, lines: (&Line, &Line), name: &str) {
        let mut next = 0;
        while let Some(&(a, b)) = joint.objects.get(next) {
            next += 1;
            for (path, x) in joint.sides[0].memory.inside(a).cloned().collect::<Vec<_>>() {
                let y = joint.sides[1].memory.inside(b).find(|(way, _)| *way == path);
                let objects = [Some(x), y.map(|(_, y)| *y)].map(|it| local_of(&self.terms, it?));
                if let [Some(x), Some(y)] = objects {
                    pair(joint, x, y);
                }
            }
            self.compare_inside(joint, (a, b), lines, name);
        }
    }

    fn compare_inside(
        &mut self,
        joint: &mut Joint,
        (a, b): (Term, Term),
        lines: (&Line, &Line),
        name: &str,
    ) {
        let inside = [(0, a), (1, b)].map(|(side, of)| {
            let inside = joint.sides[side].memory.inside(of);
            inside.map(|(path, value)| (path.clone(), *value)).collect::<BTreeMap<Path, Term>>()
        });
        if joint.sides[0].memory.log(a) == joint.sides[1].memory.log(b) {
            return;
        }
        let ways: BTreeSet<Path> = inside.iter().flat_map(|of| of.keys().cloned()).collect();
        for path in ways {
            if path.last() == Some(&Step::All) {
                self.compare_whole(joint, &inside, (a, &path), lines, name);
                continue;
            }
            let width = inside
                .iter()
                .find_map(|of| of.get(&path))
                .map_or(64, |value| self.terms.width(*value));
            let x =
                joint.sides[0].memory.load_local(&mut self.terms, &self.snapshots, a, &path, width);
            let y =
                joint.sides[1].memory.load_local(&mut self.terms, &self.snapshots, b, &path, width);
            let y = self.translated(joint, y);
            if x != y {
                let place = format!(
                    "{}{}",
                    show(&self.terms, a).trim_start_matches('&'),
                    memory::spelled(&path)
                );
                let says = [x, y].map(|value| {
                    format!("{place} is {} when {name} is called", show(&self.terms, value))
                });
                self.must_be_equal(joint, (x, y), lines, &says, &format!("gives {place}"));
            }
        }
    }

    /// Of what is in two objects, a part that was stored as a whole.
    fn compare_whole(
        &mut self,
        joint: &mut Joint,
        inside: &[BTreeMap<Path, Term>; 2],
        (object, path): (Term, &Path),
        lines: (&Line, &Line),
        name: &str,
    ) {
        let wholes = [inside[0].get(path).copied(), inside[1].get(path).copied()];
        let wholes = [wholes[0], wholes[1].map(|whole| self.translated(joint, whole))];
        if wholes[0] == wholes[1] {
            return;
        }
        let place = show(&self.terms, object).trim_start_matches('&').to_owned();
        let place = format!("{place}{}", memory::spelled(path));
        let says = wholes.map(|whole| match whole {
            Some(whole) => format!("{place} is {} when {name} is called", show(&self.terms, whole)),
            None => format!("{place} is not set as a whole when {name} is called"),
        });
        let what = format!("gives {place}");
        match wholes {
            [Some(x), Some(y)] => self.must_be_equal(joint, (x, y), lines, &says, &what),
            _ => self.found(joint, lines, &says, &what, None),
        }
    }
}
