// SPDX-License-Identifier: GPL-2.0-only
//! A report as one page that needs nothing else: no network, no other file.
//!
//! Without its script everything is shown; with it the table of divergences can be searched, sorted
//! and unfolded. It is made to be used by keyboard and read aloud, in light and dark.

use crate::diagram::{self, Diagram, STYLE};
use crate::explain::{Pair, Said, pairs};
use crate::explore::Bounds;
use crate::oracle::{Question, judge};
use crate::reach::Group;
use crate::report::formats::explain_command;
use crate::report::reach::{PathStats, Row as OutcomeRow, Stats};
use crate::report::{DivergenceRow, Report, number};
use crate::scenario::{Path, Scenario};
use crate::survey::Observed;
use askama::Template;
use std::borrow::Borrow;

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub struct Page<'a> {
    report: &'a Report,
    stats: &'a Stats,
    classes: Vec<Class<'a>>,
    diagrams: Vec<Picture>,
    columns: [(&'static str, &'static str); 9],
    version: &'static str,
    diagram_style: &'static str,
}

/// The columns of the table of divergences, and whether they are sorted as text or as numbers.
const COLUMNS: [(&str, &str); 9] = [
    ("Path", "text"),
    ("Hangs on", "text"),
    ("Before", "text"),
    ("After", "text"),
    ("Clause", "text"),
    ("Function", "text"),
    ("Reached by", "text"),
    ("Scenarios", "number"),
    ("Stale bytes", "number"),
];

/// A class of divergences, with its example.
struct Class<'a> {
    row: &'a DivergenceRow,
    verdict: &'static str,
    reach: String,
    explain: String,
    steps: Vec<Step>,
}

/// A step of an example, both sides beside each other.
struct Step {
    title: String,
    pairs: Vec<Pair>,
}

/// The diagram of a function.
struct Picture {
    name: &'static str,
    file: &'static str,
    parts: bool,
    size: String,
    svg: String,
    /// Each node, and where it goes on.
    words: Vec<(String, Vec<String>)>,
}

impl<'a> Page<'a> {
    /// The page of a report, with the diagrams of some paths and the statistics of what was run.
    pub fn new(
        question: &Question,
        paths: &[Path],
        report: &'a Report,
        stats: &'a Stats,
    ) -> Page<'a> {
        let diagrams = diagram::draw(question, Bounds::default(), paths);
        Page {
            report,
            stats,
            classes: report.divergences.iter().map(|row| class(question, row)).collect(),
            diagrams: diagrams.iter().enumerate().map(|(at, d)| picture(at, d)).collect(),
            columns: COLUMNS,
            version: env!("CARGO_PKG_VERSION"),
            diagram_style: STYLE,
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// None is known: they are the template's.
    pub fn write(&self) -> Result<String, String> {
        self.render().map_err(|error| error.to_string())
    }

    fn explain(&self, scenario: &str) -> String {
        explain_command(&self.report.question, scenario)
    }

    /// What the survey saw of a side.
    fn observed(&self, observed: &Observed) -> String {
        match observed.stale_bytes {
            0 => observed.decision.text().into(),
            stale => format!("{}, {} stale bytes", observed.decision.text(), number(stale)),
        }
    }

    /// A number with the thousands apart, however the template hands it over.
    fn count(&self, n: impl Borrow<u64>) -> String {
        number(*n.borrow())
    }

    /// What a line says, or nothing.
    fn text<'s>(&self, said: &'s Option<Said>) -> &'s str {
        said.as_ref().map_or("", |said| &said.text)
    }

    /// How a line looks.
    fn look(&self, said: &Option<Said>) -> String {
        said.as_ref().map_or(String::new(), |said| format!("d{} {}", said.depth.min(8), said.kind))
    }

    /// How a pair of lines is marked, besides colour, and what that means.
    fn mark(
        &self,
        pre: &Option<Said>,
        post: &Option<Said>,
        same: &bool,
    ) -> (&'static str, &'static str) {
        match (*same, pre, post) {
            (true, ..) => ("=", "alike"),
            (false, Some(_), Some(_)) => ("≠", "different"),
            (false, Some(_), None) => ("<", "only before"),
            (false, ..) => (">", "only after"),
        }
    }

    /// By group of outcomes, for each path how many were reached, of how many.
    fn coverage(&self) -> Vec<(&'static str, Vec<(usize, usize)>)> {
        let row = |group: Group| {
            let of = |path: &PathStats| {
                let stats = path.groups.iter().find(|stats| stats.name == group);
                stats.map_or((0, 0), |stats| (stats.reached, stats.reachable))
            };
            (group.name(), self.stats.paths.iter().map(of).collect())
        };
        Group::ALL.into_iter().map(row).collect()
    }

    /// The outcomes of a path that are shown one by one.
    fn lists(&self, path: &'a PathStats) -> [(&'static str, &'a Vec<OutcomeRow>); 3] {
        [
            ("Could be reached, and was not", &path.missing),
            ("Reached, though it should not be possible", &path.surprising),
            ("Cannot be reached", &path.unreachable),
        ]
    }
}

fn class<'a>(question: &Question, row: &'a DivergenceRow) -> Class<'a> {
    let reach = match (&row.reachable_by, row.unreachable_because) {
        (Some(by), _) => by.clone(),
        (None, Some(why)) => format!("nothing: {why}"),
        (None, None) => String::new(),
    };
    Class {
        row,
        verdict: row.clause.unwrap_or("beyond"),
        reach,
        explain: explain_command(question, &row.example),
        steps: steps(question, &row.scenario),
    }
}

/// The steps of an example in which either side says anything.
fn steps(question: &Question, scenario: &Scenario) -> Vec<Step> {
    let judgement = judge(question, scenario);
    let (pre, post) = (&judgement.pre, &judgement.post);
    let mut steps = Vec::new();
    for step in 0..pre.steps.len().min(post.steps.len()) {
        if pre.events(step).is_empty() && post.events(step).is_empty() {
            continue;
        }
        let (before, after) = (pre.steps[step].1, post.steps[step].1);
        let title = match before == after {
            true => format!("step {step}, returns {before} in both"),
            false => {
                let (pre, post) = (pre.tree.name, post.tree.name);
                format!("step {step}, returns {before} in {pre}, {after} in {post}")
            }
        };
        steps.push(Step { title, pairs: pairs((pre, post), step) });
    }
    steps
}

fn picture(at: usize, diagram: &Diagram) -> Picture {
    let mut svg = String::new();
    // Writing to a string cannot fail.
    let _ = diagram::write_svg(diagram, &format!("d{at}"), &mut svg);
    let (nodes, edges) = (diagram.nodes.len(), diagram.edges.len());
    Picture {
        name: diagram.function.name(),
        file: diagram.function.file(),
        parts: diagram.parts(),
        size: format!("{nodes} nodes, {edges} edges"),
        svg,
        words: diagram::in_words(diagram),
    }
}
