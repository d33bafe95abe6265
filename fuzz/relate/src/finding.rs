// SPDX-License-Identifier: GPL-2.0-only
//! What differs, grouped by where the sides part.

use crate::joint::Ended;
use crate::path::{Conditions, Literal, Solver};
use crate::show::{number, show};
use crate::side::Line;
use mmdiff_term::{Answer, Model, Node, Term, Terms};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Where the sides part: the lines, and what about.
pub(crate) type Signature = ([Line; 2], String);

/// Something that differs.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) lines: [Line; 2],
    /// What either side does.
    pub(crate) says: [String; 2],
    pub(crate) what: String,
    /// From which start it was found.
    pub(crate) start: usize,
    /// On how many runs.
    pub(crate) runs: u64,
    /// Whether nothing differed before, on one of them, or it is where the text does.
    pub(crate) is_first: bool,
    /// The conditions of the shortest of them.
    literals: Vec<Literal>,
    also: Option<(Term, bool)>,
    model: Option<Model>,
}

impl Finding {
    pub(crate) fn new(lines: [Line; 2], says: [String; 2], what: &str, start: usize) -> Finding {
        Finding { lines, says, what: what.to_owned(), start, runs: 0, is_first: false, literals: Vec::new(), also: None, model: None }
    }
}

/// All that differs.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) all: Vec<Finding>,
    by: BTreeMap<(Signature, usize), usize>,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: Finding, conditions: &Conditions, also: Option<(Term, bool)>, model: Option<Model>) -> usize {
        let key = ((finding.lines.clone(), finding.what.clone()), finding.start);
        let next = self.all.len();
        let at = *self.by.entry(key).or_insert(next);
        if at == next {
            self.all.push(finding.clone());
        }
        let known = &mut self.all[at];
        known.runs += 1;
        let is_better = finding.is_first && !known.is_first;
        known.is_first |= finding.is_first;
        if known.runs == 1 || is_better || (conditions.literals.len() < known.literals.len() && finding.is_first == known.is_first) {
            let (runs, is_first) = (known.runs, known.is_first);
            *known = Finding { runs, is_first, literals: conditions.literals.clone(), also, model, ..finding };
        }
        at
    }

    /// Takes away what was found from a start.
    pub(crate) fn forget(&mut self, start: usize) {
        for finding in self.all.iter_mut().filter(|finding| finding.start == start) {
            (finding.runs, finding.is_first) = (0, false);
        }
        self.by.retain(|(_, from), _| *from != start);
    }
}

/// The conditions under which a finding is seen, as few as tell it from the runs without it; and numbers
/// for which it is.
pub(crate) fn explain(at: usize, findings: &Findings, ended: &[Ended], terms: &mut Terms, solver: &mut Solver) -> (Vec<(String, Line)>, Vec<(String, String)>) {
    let finding = &findings.all[at];
    let others: Vec<&Rc<[Literal]>> = ended.iter().filter(|end| !end.found.contains(&at)).map(|end| &end.literals).collect();
    let mut cube: Vec<&Literal> = finding.literals.iter().collect();
    // A run without the finding is told apart by one literal that it has the other way round.
    let is_apart = |cube: &[&Literal], other: &[Literal]| {
        cube.iter().any(|literal| other.iter().any(|it| it.bit == literal.bit && it.value != literal.value))
    };
    let apart: Vec<_> = others.into_iter().filter(|other| is_apart(&cube, other)).collect();
    let mut place = 0;
    while place < cube.len() {
        let without: Vec<&Literal> = cube.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, it)| *it).collect();
        match apart.iter().all(|other| is_apart(&without, other)) {
            true => cube = without,
            false => place += 1,
        }
    }
    let mut when: Vec<(String, Line)> = cube.iter().map(|literal| (words(literal, terms), literal.line.clone())).collect();
    if let Some((bit, value)) = finding.also {
        let text = match (terms.node(bit).clone(), value) {
            (Node::Cmp(mmdiff_term::Cmp::Eq, a, b), false) => format!("{} is not {}", show(terms, a), show(terms, b)),
            _ => format!("{}{}", if value { "" } else { "not " }, show(terms, bit)),
        };
        when.push((text, finding.lines[1].clone()));
    }
    let mut all: Vec<(Term, bool)> = finding.literals.iter().map(|it| (it.bit, it.value)).collect();
    all.extend(finding.also);
    let about: Vec<Term> = cube.iter().map(|it| it.bit).chain(finding.also.map(|(bit, _)| bit)).collect();
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
fn example(about: &[Term], all: Vec<(Term, bool)>, model: Option<&Model>, terms: &mut Terms, solver: &mut Solver) -> Vec<(String, String)> {
    let Some(model) = model else { return Vec::new() };
    let mut model = model.clone();
    let mut numbers: Vec<Term> = Vec::new();
    for part in terms.parts(about) {
        let is_number = terms.width(part) > 1 && matches!(terms.node(part), Node::App(..));
        if is_number && !numbers.contains(&part) {
            numbers.push(part);
        }
    }
    numbers.sort();
    numbers.truncate(12);
    let plain = |part: &Term| {
        let most = mmdiff_term::mask(terms.width(*part));
        (*part, vec![0, 1, most, 4096, 4095])
    };
    let rather: Vec<_> = numbers.iter().map(plain).collect();
    if let Answer::Model(found) = solver.ask_for(terms, &all, &rather, 2_000) {
        model = found;
    }
    numbers.iter().map(|part| (show(terms, *part), number(model.value(terms, *part), terms.width(*part)))).collect()
}
