// SPDX-License-Identifier: GPL-2.0-only
//! Two versions of a function of the kernel's C, run side by side. Both are before one kernel, of which
//! nothing is assumed but what stands in this crate: a call of another function is something that is
//! *done* (both have to do the same, with the same arguments and the same stores before it, and get the same
//! answer) or, where the function changes nothing, something that is *asked*. Numbers are classes
//! ([`mmdiff_term`]): a condition is decided both ways, and whether two arguments are equal is asked of a
//! solver. So where nothing differs, nothing does for any numbers; and a finding comes with numbers that show
//! it.
//!
//! Loops are run for any number of turns, from what holds at each (`starts`); what is found
//! only so is confirmed by a run from the beginning, or said to be what it is.
//!
//! What is known of the kernel is in `policy`: which functions only ask, and how long their answers last. It
//! is little, and errs to the side of a difference.
#![forbid(unsafe_code)]

mod joint;
mod memory;
mod path;
mod policy;
mod show;
mod side;
pub mod trees;

pub use path::Line;

use joint::finding::{Findings, Signature, explain, told_with};
use joint::{Explorer, Joint, Loops};
use mmdiff_c::{Refused, Unit};
use mmdiff_term::Terms;
use policy::Policy;
use side::Side;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The lines that one side has and the other has not, or has otherwise: the old side's and the new one's,
/// each with the number of the hunk that it stands in.
pub type Changed = [BTreeMap<Line, u32>; 2];

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// How many runs a function may take.
    pub runs: u64,
    /// How many turns of a loop a finding is looked for in, from the beginning.
    pub turns: u32,
    /// Whether a run ends where the text that is left and its numbers are the same.
    pub identity: bool,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { runs: 20_000, turns: 8, identity: true }
    }
}

/// What two versions of a function come to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Every run does and returns the same, and asks the same.
    SameBehaviour,
    /// Every run does and returns the same; one side asks what the other does not.
    AsksDifferently,
    /// Something is open.
    NotShown,
    /// Something differs.
    Differs,
}

/// A difference that another is told with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct With {
    /// Its place among all.
    pub at: usize,
    /// Whether the other is seen only after it, and comes of it; else it is the same step of a side, held
    /// against another.
    pub is_after: bool,
}

/// Something that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Where the sides part: the old one, and the new.
    pub lines: [Line; 2],
    /// What either side does.
    pub does: [String; 2],
    /// What it is about.
    pub what: String,
    /// When it is seen: conditions, each with the side and the line that ask for it.
    pub when: Vec<(String, usize, Line)>,
    /// Numbers with which it is seen.
    pub example: Vec<(String, String)>,
    /// On how many runs.
    pub runs: u64,
    /// What it is told with; if nothing, it has conditions and numbers of its own.
    pub with: Option<With>,
    /// Whether a run from the function's beginning shows it; else it is seen from a turn of a loop whose
    /// numbers may never come together.
    pub is_confirmed: bool,
}

/// What was found out about a function.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What it comes to.
    pub verdict: Verdict,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What one side asks and the other does not: which side, what, where, on how many runs.
    pub asks: Vec<(usize, String, Line, u64)>,
    /// What is not decided, and how often that was met.
    pub open: Vec<(String, u64)>,
    /// How many runs there were.
    pub runs: u64,
    /// How many turns of loops were run from what holds at each.
    pub turns: u64,
    /// How often the solver was asked.
    pub solved: u64,
    /// The lines that ran: the old side's, and the new one's.
    pub ran: [BTreeSet<Line>; 2],
}

/// Judges functions of two versions of a file.
pub struct Judge<'u, 't> {
    policy: Policy<'u, 't>,
    bounds: Bounds,
    changed: Changed,
}

impl<'u, 't> Judge<'u, 't> {
    /// Judges functions of two files, with what was changed between them.
    pub fn new(units: [&'u mut Unit<'t>; 2], changed: Changed, bounds: Bounds) -> Judge<'u, 't> {
        Judge { policy: Policy::new(units), bounds, changed }
    }

    /// The two files.
    pub fn units(&mut self) -> &mut [&'u mut Unit<'t>; 2] {
        &mut self.policy.units
    }

    /// Judges a function that both sides have.
    ///
    /// # Errors
    /// If it cannot be read on one of the sides.
    pub fn judge(&mut self, function: &str) -> Result<Judged, Refused> {
        let mut of = |side: usize| {
            let unit = &mut self.policy.units[side];
            let missing = Refused {
                file: unit.file.clone(),
                line: 0,
                why: format!("there is no {function}"),
            };
            unit.function(function).unwrap_or(Err(missing))
        };
        let functions = [of(0)?, of(1)?];
        self.policy.open_for(function);
        let any = self.explore(&functions, Loops::Any, &BTreeSet::new());
        let known: BTreeSet<_> = any.signatures(|start| start == 0).collect();
        let wanted: BTreeSet<_> =
            any.signatures(|start| start > 0).filter(|it| !known.contains(it)).collect();
        let mut bounded = None;
        let mut turns = 1;
        // What a turn from nowhere shows is looked for from the beginning, in more and more turns.
        while !wanted.is_empty() && turns <= self.bounds.turns {
            let explored = self.explore(&functions, Loops::Turns(turns), &wanted);
            let found: BTreeSet<_> = explored.signatures(|_| true).collect();
            let is_over = !wanted.is_disjoint(&found) || explored.cut_off;
            bounded = Some(explored);
            if is_over {
                break;
            }
            turns *= 2;
        }
        Ok(judged(any, bounded))
    }

    fn explore(
        &mut self,
        functions: &[Rc<mmdiff_c::Function>; 2],
        loops: Loops,
        wanted: &BTreeSet<Signature>,
    ) -> Explored {
        let mut terms = Terms::default();
        let [old, new] = functions;
        let [of_old, of_new] = side::arguments([old, new]);
        let sides = [
            Side::new(0, old.clone(), &of_old, &mut terms),
            Side::new(1, new.clone(), &of_new, &mut terms),
        ];
        let joint = Joint {
            sides,
            stops: [None, None],
            conditions: Default::default(),
            events: 0,
            since: 0,
            objects: Vec::new(),
            turns: BTreeMap::new(),
            found: Vec::new(),
            slips: 0,
        };
        let mut same = joint::same::Same::default();
        same.is_off = !self.bounds.identity;
        let mut explorer = Explorer {
            terms,
            snapshots: Default::default(),
            policy: &mut self.policy,
            solver: Default::default(),
            same,
            merged: Default::default(),
            is_signed: [old, new]
                .map(|it| matches!(it.returns, mmdiff_c::Type::Int { signed: true, .. })),
            loops,
            changed: self.changed.clone(),
            findings: Findings::default(),
            open: BTreeMap::new(),
            starts: Default::default(),
            start: 0,
            ended: Vec::new(),
            asks: BTreeMap::new(),
            ran: Default::default(),
            paths: 0,
            budget: if loops == Loops::Any { self.bounds.runs } else { self.bounds.runs / 4 },
            first_seen: joint::UNSEEN,
            cut_off: None,
            wanted: wanted.clone(),
        };
        explorer.run(joint);
        if loops == Loops::Any {
            explorer.turns();
        }
        let Explorer {
            mut terms,
            mut solver,
            findings,
            mut open,
            starts,
            ended,
            asks,
            ran,
            paths,
            cut_off,
            ..
        } = explorer;
        if let Some(why) = cut_off.filter(|_| loops == Loops::Any) {
            *open.entry(format!("it was cut off: {why}")).or_default() += 1;
        }
        let with = told_with(&findings.all, &self.changed);
        let mut heads: Vec<usize> = (0..with.len())
            .filter(|at| findings.all[*at].runs > 0 && with[*at].is_none())
            .collect();
        heads.sort_by_key(|at| place(&findings.all[*at].lines));
        let mut explained = vec![Explained::default(); with.len()];
        for at in heads.into_iter().take(EXPLAINED) {
            explained[at] = explain(at, &findings, &ended, &mut terms, &mut solver);
        }
        Explored {
            findings,
            with,
            explained,
            open,
            turns: starts.runs,
            asks,
            ran,
            paths,
            solved: solver.calls,
            cut_off: cut_off.is_some(),
        }
    }
}

/// How many findings of a function are explained.
const EXPLAINED: usize = 12;

/// A finding's conditions, and numbers.
type Explained = (Vec<(String, usize, Line)>, Vec<(String, String)>);

/// In which order findings are told.
fn place(lines: &[Line; 2]) -> [Line; 2] {
    let [old, new] = lines.clone();
    [new, old]
}

struct Explored {
    findings: Findings,
    with: Vec<Option<With>>,
    explained: Vec<Explained>,
    open: BTreeMap<String, u64>,
    turns: u64,
    asks: BTreeMap<(usize, String, Line), u64>,
    ran: [BTreeSet<Line>; 2],
    paths: u64,
    solved: u64,
    cut_off: bool,
}

impl Explored {
    /// Where the sides part, of what was found from some starts.
    fn signatures(&self, is_from: impl Fn(usize) -> bool) -> impl Iterator<Item = Signature> {
        let all = self.findings.all.iter().zip(&self.with);
        let is_first = |with: &Option<With>| with.is_none_or(|with| !with.is_after);
        let found =
            all.filter(move |(it, with)| it.runs > 0 && is_first(with) && is_from(it.start));
        found.map(|(it, _)| (it.lines.clone(), it.what.clone()))
    }
}

/// Adds what was found to what is known.
fn add(
    (findings, with, explained): (Findings, Vec<Option<With>>, Vec<Explained>),
    differences: &mut Vec<Difference>,
    is_confirmed: impl Fn(usize) -> bool,
) {
    let mut at: Vec<(usize, bool)> = Vec::new();
    for (finding, (when, example)) in findings.all.into_iter().zip(explained) {
        let is_known = |it: &Difference| it.lines == finding.lines && it.what == finding.what;
        let known = differences.iter().position(is_known);
        let is_new = known.is_none() && finding.runs > 0;
        at.push((known.unwrap_or(differences.len()), is_new));
        if is_new {
            differences.push(Difference {
                is_confirmed: is_confirmed(finding.start),
                lines: finding.lines,
                does: finding.says,
                what: finding.what,
                when,
                example,
                runs: finding.runs,
                with: None,
            });
        }
    }
    for (&(from, is_new), with) in at.iter().zip(with) {
        if let Some(with) = with.filter(|_| is_new) {
            let head = head(differences, at[with.at].0);
            differences[from].with = (head != from).then_some(With { at: head, ..with });
        }
    }
}

/// The difference that one is told with, or itself.
fn head(differences: &[Difference], mut at: usize) -> usize {
    while let Some(with) = differences[at].with {
        at = with.at;
    }
    at
}

/// What is told with another comes after it.
fn sorted(differences: Vec<Difference>) -> Vec<Difference> {
    let key = |at: usize| (!differences[at].is_confirmed, place(&differences[at].lines));
    let mut order: Vec<usize> = (0..differences.len()).collect();
    order.sort_by_key(|&at| {
        let head = head(&differences, at);
        (key(head), head, differences[at].with.is_some(), key(at))
    });
    let heads: Vec<usize> = (0..order.len()).map(|at| head(&differences, at)).collect();
    let mut all: Vec<Option<Difference>> = differences.into_iter().map(Some).collect();
    let to = |at: usize| order.iter().position(|it| *it == at);
    let of = |&at: &usize| {
        let mut it = all[at].take()?;
        it.with = it.with.and_then(|with| Some(With { at: to(heads[at])?, ..with }));
        Some(it)
    };
    order.iter().filter_map(of).collect()
}

/// Both explorations in one: what was found from the beginning is confirmed.
fn judged(any: Explored, bounded: Option<Explored>) -> Judged {
    let mut differences: Vec<Difference> = Vec::new();
    let (mut runs, mut solved, mut ran) = (any.paths, any.solved, any.ran);
    if let Some(bounded) = bounded {
        runs += bounded.paths;
        solved += bounded.solved;
        for (all, more) in ran.iter_mut().zip(bounded.ran) {
            all.extend(more);
        }
        add((bounded.findings, bounded.with, bounded.explained), &mut differences, |_| true);
    }
    add((any.findings, any.with, any.explained), &mut differences, |start| start == 0);
    let differences = sorted(differences);
    let asks: Vec<_> =
        any.asks.into_iter().map(|((side, what, line), runs)| (side, what, line, runs)).collect();
    let verdict = match () {
        () if differences.iter().any(|it| it.is_confirmed) => Verdict::Differs,
        () if !differences.is_empty() || !any.open.is_empty() => Verdict::NotShown,
        () if !asks.is_empty() => Verdict::AsksDifferently,
        () => Verdict::SameBehaviour,
    };
    Judged {
        verdict,
        differences,
        asks,
        open: any.open.into_iter().collect(),
        runs,
        turns: any.turns,
        solved,
        ran,
    }
}
