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

use joint::finding::{Findings, Signature, explain};
use joint::{Explorer, Joint, Loops};
use mmdiff_c::{Refused, Unit};
use mmdiff_term::Terms;
use policy::Policy;
use side::Side;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
    /// Whether nothing differed before it on one of them, or it is where the text does; else it may be
    /// what follows of another difference.
    pub is_first: bool,
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
    changed: [BTreeSet<Line>; 2],
}

impl<'u, 't> Judge<'u, 't> {
    /// `changed`: the lines that one side has and the other has not, or has otherwise.
    pub fn new(
        units: [&'u mut Unit<'t>; 2],
        changed: [BTreeSet<Line>; 2],
        bounds: Bounds,
    ) -> Judge<'u, 't> {
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
            cut_off: false,
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
        if cut_off && loops == Loops::Any {
            *open
                .entry("it was cut off: --runs sets how many runs a function may take".to_owned())
                .or_default() += 1;
        }
        let mut left = EXPLAINED;
        let mut explained = Vec::new();
        for (at, finding) in findings.all.iter().enumerate() {
            let is_shown = finding.runs > 0 && finding.is_first && left > 0;
            left -= usize::from(is_shown);
            explained.push(match is_shown {
                true => explain(at, &findings, &ended, &mut terms, &mut solver),
                false => Default::default(),
            });
        }
        Explored {
            findings,
            explained,
            open,
            turns: starts.runs,
            asks,
            ran,
            paths,
            solved: solver.calls,
            cut_off,
        }
    }
}

/// How many findings of a function are explained.
const EXPLAINED: usize = 12;

/// A finding's conditions, and numbers.
type Explained = (Vec<(String, usize, Line)>, Vec<(String, String)>);

struct Explored {
    findings: Findings,
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
        let found = self
            .findings
            .all
            .iter()
            .filter(move |it| it.runs > 0 && it.is_first && is_from(it.start));
        found.map(|it| (it.lines.clone(), it.what.clone()))
    }
}

/// Both explorations in one: what was found from the beginning is confirmed.
fn judged(any: Explored, bounded: Option<Explored>) -> Judged {
    let mut differences: Vec<Difference> = Vec::new();
    let (mut runs, mut solved, mut ran) = (any.paths, any.solved, any.ran);
    let add = |findings: Findings,
               explained: Vec<Explained>,
               differences: &mut Vec<Difference>,
               is_confirmed: &dyn Fn(usize) -> bool| {
        for (finding, (when, example)) in findings.all.into_iter().zip(explained) {
            let is_known =
                differences.iter().any(|it| it.lines == finding.lines && it.what == finding.what);
            if finding.runs == 0 || is_known {
                continue;
            }
            let is_confirmed = is_confirmed(finding.start);
            differences.push(Difference {
                lines: finding.lines,
                does: finding.says,
                what: finding.what,
                when,
                example,
                runs: finding.runs,
                is_first: finding.is_first,
                is_confirmed,
            });
        }
    };
    if let Some(bounded) = bounded {
        runs += bounded.paths;
        solved += bounded.solved;
        for (all, more) in ran.iter_mut().zip(bounded.ran) {
            all.extend(more);
        }
        add(bounded.findings, bounded.explained, &mut differences, &|_| true);
    }
    add(any.findings, any.explained, &mut differences, &|start| start == 0);
    differences.sort_by_key(|it| {
        (!it.is_confirmed, !it.is_first, it.lines[1].clone(), it.lines[0].clone())
    });
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
