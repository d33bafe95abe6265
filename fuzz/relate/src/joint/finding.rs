// SPDX-License-Identifier: GPL-2.0-only
//! What differs, grouped by where the sides part.

use crate::joint::Ended;
use crate::path::Line;
use crate::path::{Conditions, Literal, Solver};
use crate::show::{number, show};
use crate::{Changed, Explained, With};
use mmdiff_term::{Answer, Model, Node, Term, Terms};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// Where the sides part: the lines, and what about.
pub(crate) type Signature = ([Line; 2], String);

/// Something that differs.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) lines: [Line; 2],
    /// What either side does.
    pub(crate) says: [String; 2],
    pub(crate) what: String,
    /// The side that does something while the other does not.
    pub(crate) alone: Option<usize>,
    /// From which start it was found.
    pub(crate) start: usize,
    /// On how many runs.
    pub(crate) runs: u64,
    /// What was found before it on each of them.
    after: BTreeSet<usize>,
    /// The conditions of the shortest of them.
    literals: Vec<Literal>,
    also: Option<(Term, bool)>,
    model: Option<Model>,
}

impl Finding {
    pub(crate) fn new(lines: [Line; 2], says: [String; 2], what: &str, start: usize) -> Finding {
        Finding {
            lines,
            says,
            what: what.to_owned(),
            alone: None,
            start,
            runs: 0,
            after: BTreeSet::new(),
            literals: Vec::new(),
            also: None,
            model: None,
        }
    }

    fn key(&self) -> (Signature, usize) {
        ((self.lines.clone(), self.what.clone()), self.start)
    }
}

/// All that differs.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) all: Vec<Finding>,
    by: BTreeMap<(Signature, usize), usize>,
    /// How often numbers were looked for.
    tries: BTreeMap<(Signature, usize), u32>,
}

/// For how many runs on which a finding is met numbers are looked for: the first of them tell what there is to
/// tell, and the solver takes most of the time.
const TRIES: u32 = 4;

/// How often, if they would tell it shorter.
const SHORTER: u32 = 64;

/// What is known of a finding that may have been met before.
pub(crate) enum Again {
    /// There were numbers for it.
    Known(usize),
    /// None were found so far.
    Unknown,
    /// They have to be looked for.
    Try,
}

impl Findings {
    /// Whether numbers have to be looked for, on a run with so many conditions, on which others were found
    /// before; if not, and it is known, it counts.
    pub(crate) fn again(
        &mut self,
        finding: &Finding,
        conditions: usize,
        before: &[usize],
    ) -> Again {
        let key = finding.key();
        let tries = self.tries.entry(key.clone()).or_default();
        let known = self.by.get(&key).map(|at| (*at, &mut self.all[*at]));
        match known {
            Some((at, known))
                if *tries >= TRIES
                    && known.after.iter().all(|it| before.contains(it))
                    && (conditions >= known.literals.len() || *tries >= SHORTER) =>
            {
                known.runs += 1;
                Again::Known(at)
            }
            None if *tries >= TRIES => Again::Unknown,
            _ => {
                *tries += 1;
                Again::Try
            }
        }
    }

    pub(crate) fn add(
        &mut self,
        finding: Finding,
        before: &[usize],
        conditions: &Conditions,
        also: Option<(Term, bool)>,
        model: Option<Model>,
    ) -> usize {
        let key = finding.key();
        let next = self.all.len();
        let at = *self.by.entry(key).or_insert(next);
        if at == next {
            self.all.push(finding.clone());
        }
        let known = &mut self.all[at];
        known.runs += 1;
        let is_new = known.runs == 1;
        if is_new {
            known.after = before.iter().copied().collect();
        }
        let fewer = known.after.iter().filter(|it| before.contains(it)).count() < known.after.len();
        known.after.retain(|it| before.contains(it));
        if is_new
            || fewer
            || (conditions.literals.len() < known.literals.len()
                && before.len() == known.after.len())
        {
            let (runs, after) = (known.runs, std::mem::take(&mut known.after));
            *known = Finding {
                runs,
                after,
                literals: conditions.literals.clone(),
                also,
                model,
                ..finding
            };
        }
        at
    }

    /// Takes away what was found from a start.
    pub(crate) fn forget(&mut self, start: usize) {
        for finding in self.all.iter_mut().filter(|finding| finding.start == start) {
            finding.runs = 0;
        }
        self.by.retain(|(_, from), _| *from != start);
        self.tries.retain(|(_, from), _| *from != start);
    }
}

impl Finding {
    fn is_both(&self) -> bool {
        self.alone.is_none()
    }

    /// Where a side does what the other does not, or does otherwise.
    fn steps(&self) -> impl Iterator<Item = (usize, &Line)> {
        let is_step = |(side, _): &(usize, &Line)| self.alone.is_none_or(|alone| alone == *side);
        self.lines.iter().enumerate().filter(is_step)
    }

    /// The hunks of the change that it stands in.
    fn hunks(&self, changed: &Changed) -> BTreeSet<u32> {
        self.steps().filter_map(|(side, line)| changed[side].get(line).copied()).collect()
    }

    /// Whether it is what comes of others before it: it stands where nothing was changed, or in what was
    /// changed with one of them, and not as two values of its own.
    fn follows(&self, others: &[&Finding], changed: &Changed) -> bool {
        let hunks = self.hunks(changed);
        let is_with = |other: &&Finding| match self.is_both() {
            true => self.lines == other.lines,
            false => !hunks.is_disjoint(&other.hunks(changed)),
        };
        hunks.is_empty() || others.iter().any(is_with)
    }

    /// Whether it is the same step of one side, held against another of the other side.
    fn is_step_of(&self, other: &Finding) -> bool {
        // What a run from the beginning shows is not told with what one from elsewhere does.
        other.start <= self.start
            && self.what == DOES
            && other.what == DOES
            && self.steps().any(|step| other.steps().any(|it| it == step))
    }
}

/// What a finding is about in which a side does something that the other does not, or does otherwise.
pub(crate) const DOES: &str = "does";

/// Which finding each is told with: what is seen only after another, and comes of it; and what is the same
/// step of a side. A reviewer wants to read of a change once.
pub(crate) fn told_with(findings: &[Finding], changed: &Changed) -> Vec<Option<With>> {
    let mut with: Vec<Option<With>> = vec![None; findings.len()];
    let mut order: Vec<usize> = (0..findings.len()).filter(|at| findings[*at].runs > 0).collect();
    order.sort_by_key(|at| (findings[*at].after.len(), *at));
    for (place, &at) in order.iter().enumerate() {
        let finding = &findings[at];
        let before: Vec<&Finding> = finding.after.iter().map(|it| &findings[*it]).collect();
        let head = |it: usize| with[it].map_or(it, |with| with.at);
        with[at] = match finding.after.first() {
            Some(&first) if finding.follows(&before, changed) => {
                Some(With { at: head(first), is_after: true })
            }
            _ => order[..place]
                .iter()
                .find(|&&it| finding.is_step_of(&findings[it]))
                .map(|&it| With { at: head(it), is_after: false }),
        };
    }
    with
}

/// How many conditions of a finding are looked at.
const MOST: usize = 128;

/// The conditions under which a finding is seen, as few as tell it from the runs without it; and numbers
/// for which it is.
pub(crate) fn explain(
    at: usize,
    findings: &Findings,
    ended: &[Ended],
    terms: &mut Terms,
    solver: &mut Solver,
) -> Explained {
    let finding = &findings.all[at];
    let mut cube: Vec<&Literal> = finding.literals.iter().take(MOST).collect();
    // A run without the finding is told apart by a literal that it has the other way round: which these
    // are, as a set of bits.
    let place: FxHashMap<Term, (usize, bool)> =
        cube.iter().enumerate().map(|(at, literal)| (literal.bit, (at, literal.value))).collect();
    let apart = |other: &Ended| {
        other.literals.iter().fold(0_u128, |bits, literal| match place.get(&literal.bit) {
            Some((at, value)) if *value != literal.value => bits | 1 << at,
            _ => bits,
        })
    };
    let others = ended.iter().filter(|end| end.start == finding.start && !end.found.contains(&at));
    let others: BTreeSet<u128> = others.map(apart).filter(|bits| *bits != 0).collect();
    let mut kept = u128::MAX;
    for at in 0..cube.len() {
        let without = kept & !(1 << at);
        if others.iter().all(|bits| bits & without != 0) {
            kept = without;
        }
    }
    cube = cube
        .into_iter()
        .enumerate()
        .filter(|(at, _)| kept >> at & 1 == 1)
        .map(|(_, literal)| literal)
        .collect();
    let mut when: Vec<_> = cube
        .iter()
        .map(|literal| (words(literal, terms), literal.side, literal.line.clone()))
        .collect();
    if let Some((bit, value)) = finding.also {
        let text = match (terms.node(bit).clone(), value) {
            (Node::Cmp(mmdiff_term::Cmp::Eq, a, b), false) => {
                format!("{} is not {}", show(terms, a), show(terms, b))
            }
            _ => format!("{}{}", if value { "" } else { "not " }, show(terms, bit)),
        };
        when.push((text, 1, finding.lines[1].clone()));
    }
    let mut all: Vec<(Term, bool)> = finding.literals.iter().map(|it| (it.bit, it.value)).collect();
    all.extend(finding.also);
    let about: Vec<Term> =
        cube.iter().map(|it| it.bit).chain(finding.also.map(|(bit, _)| bit)).collect();
    (when, example(&about, all, finding.model.as_ref(), terms, solver))
}

fn words(literal: &Literal, terms: &Terms) -> String {
    match &literal.words {
        Some((words, true)) => words.to_string(),
        Some((words, false)) => format!("!({words})"),
        None => format!("{}{}", if literal.value { "" } else { "not " }, show(terms, literal.bit)),
    }
}

/// Numbers for which the conditions hold: plain ones, where there are some.
fn example(
    about: &[Term],
    all: Vec<(Term, bool)>,
    model: Option<&Model>,
    terms: &mut Terms,
    solver: &mut Solver,
) -> Vec<(String, String)> {
    let Some(model) = model else { return Vec::new() };
    let mut model = model.clone();
    let parts = terms.parts(about);
    // What something is stored at, or a local object, is no number that a reader wants to see.
    let mut addresses: Vec<Term> = Vec::new();
    for part in &parts {
        if let Node::App(name, args) = terms.node(*part) {
            let is_member =
                terms.text(*name).starts_with("->") || terms.text(*name).starts_with('&');
            addresses.extend(
                args.first().filter(|_| is_member || terms.text(*name).starts_with("folio_order")),
            );
        }
    }
    let outer = terms.outer_parts(about);
    let is_number = |part: &Term| match terms.node(*part) {
        Node::App(name, _) => {
            terms.width(*part) > 1
                && !terms.text(*name).starts_with('&')
                && !addresses.contains(part)
        }
        _ => false,
    };
    let mut numbers: Vec<Term> = outer.into_iter().filter(is_number).collect();
    numbers.sort();
    numbers.dedup();
    numbers.truncate(8);
    let plain = |part: &Term| {
        let most = mmdiff_term::mask(terms.width(*part));
        (*part, vec![0, 1, most, 4096, 4095])
    };
    let rather: Vec<_> = numbers.iter().map(plain).collect();
    if let Answer::Model(found) = solver.ask_for(terms, &all, &rather, 2_000) {
        model = found;
    }
    numbers
        .iter()
        .map(|part| (show(terms, *part), number(model.value(terms, *part), terms.width(*part))))
        .collect()
}
