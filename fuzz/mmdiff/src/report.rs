// SPDX-License-Identifier: GPL-2.0-only
//! The report: what a tally says, in a form that is written as JSON or as text.
//!
//! As JSON: `mmdiff schema check` describes it, by the types here. The same question, plan and
//! corpus give the same bytes. The other forms: [`formats`].

pub mod conform;
pub mod diff;
pub mod explore;
mod findings;
pub mod formats;
mod held;
pub mod log;
mod places;
pub mod reach;
mod text;

pub use held::HeldRow;
pub use places::FindingRow;
pub use text::write as write_text;
pub(crate) use text::{Style, grouped_digits, number, right};

use crate::change::Change;
use crate::check::{Plan, Tally};
use crate::explore::Bounds;
use crate::explore::closure::Closure;
use crate::explore::results::Results;
use crate::oracle::{Class, Condition, Invariant, Outcomes, Question, judge};
use crate::scenario::{Path, Scenario};
use crate::survey::{self, Row};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The schema of the JSON form.
pub const SCHEMA: &str = "mmdiff-check/1";

/// What a check found.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Report {
    /// Which document this is, and its version.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The revision before.
    pub pre: &'static str,
    /// The revision after.
    pub post: &'static str,
    /// The reading of the change.
    pub intent: &'static str,
    /// `intended`; `beyond` if there is a difference beyond the intent or a complaint; else `cut-off`
    /// if it was interrupted.
    #[schemars(extend("enum" = ["intended", "beyond", "cut-off"]))]
    pub verdict: &'static str,
    /// Whether it was interrupted.
    pub cut_off: bool,
    /// What the scenarios were generated from.
    pub seed: u64,
    /// How many were generated for each path.
    pub cases_per_path: u64,
    /// How many seeds of the corpus were run.
    pub corpus: u64,
    /// Within which the paths marked `complete` were enumerated; null if nothing was.
    pub bounds: Option<Bounds>,
    /// Whether scans of any length, over listed values, were shown not to differ but as intended; null
    /// if not looked at.
    pub any_length: Option<bool>,
    /// For either side, whether its port was held against C.
    pub held: Vec<HeldRow>,
    /// By path.
    pub paths: Vec<PathRow>,
    /// By class.
    pub divergences: Vec<DivergenceRow>,
    /// By expectation.
    pub clauses: Vec<ClauseRow>,
    /// By invariant.
    pub invariants: Vec<InvariantRow>,
    /// What the decision to zero came to, by mapping.
    pub survey: Vec<Row>,
    /// The divergences again, those together that part in the same place.
    pub findings: Vec<FindingRow>,
    /// What, besides divergences, makes the run fail.
    pub complaints: Vec<String>,
    #[serde(skip)]
    pub(crate) question: Question,
    /// Whether the text has everything in it.
    #[serde(skip)]
    pub verbose: bool,
}

/// A path.
#[derive(Debug, JsonSchema, Serialize)]
pub struct PathRow {
    /// Its name.
    pub name: Path,
    /// How many scenarios were tried.
    pub cases: u64,
    /// Whether all answers of the rest of the kernel over listed values were enumerated besides,
    /// within the bounds. Numbers are tried at values chosen by hand, so it is no proof.
    pub complete: bool,
    /// On how many joint paths: a number, which may be too large for one in JSON.
    #[schemars(regex(pattern = "^[0-9]+$"))]
    pub joint_paths: Option<String>,
    /// Those without a difference.
    pub same: u64,
    /// Those with intended differences only.
    pub intended: u64,
    /// Those with a difference beyond the intent.
    pub beyond: u64,
}

/// A class of divergences.
#[derive(Debug, JsonSchema, Serialize)]
pub struct DivergenceRow {
    /// The stable name.
    pub signature: String,
    /// The path.
    pub path: Path,
    /// The ported function.
    pub function: Option<&'static str>,
    /// The kernel file that it is in.
    pub file: Option<&'static str>,
    /// The expectation that explains it; null is beyond what is expected.
    pub clause: Option<&'static str>,
    /// Whether operations of the kernel lead to it.
    pub reachable: bool,
    /// Which.
    pub reachable_by: Option<String>,
    /// Why none does.
    pub unreachable_because: Option<&'static str>,
    /// What the decision hung on.
    pub condition: String,
    /// What the old side did.
    pub pre: String,
    /// What the new side did.
    pub post: String,
    /// How many scenarios showed it.
    pub cases: u64,
    /// In how many of them the sides do, return or leave behind something else, and not only ask it.
    pub behaving: u64,
    /// The most bytes that the old side showed and must not have.
    pub stale_bytes: u64,
    /// How `mmdiff explain` is told the best example.
    pub example: String,
    #[serde(skip)]
    pub(crate) scenario: Scenario,
    #[serde(skip)]
    pub(crate) class: Class,
}

/// An expectation.
#[derive(Debug, JsonSchema, Serialize)]
pub struct ClauseRow {
    /// Its name.
    pub id: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// How many divergences it explained.
    pub hits: u64,
}

/// An invariant.
#[derive(Debug, JsonSchema, Serialize)]
pub struct InvariantRow {
    /// Its name.
    pub id: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// `holds` or `broken`, before.
    #[schemars(extend("enum" = ["holds", "broken"]))]
    pub pre: &'static str,
    /// `holds` or `broken`, after.
    #[schemars(extend("enum" = ["holds", "broken"]))]
    pub post: &'static str,
    /// Whether both are as is known of the revisions.
    pub as_expected: bool,
    /// A scenario in which it is broken before.
    pub pre_example: Option<String>,
    /// A scenario in which it is broken after.
    pub post_example: Option<String>,
    #[serde(skip)]
    pre_as_expected: bool,
    #[serde(skip)]
    post_as_expected: bool,
}

impl Report {
    /// The report on what was tallied, and on what was enumerated besides.
    pub fn new(
        question: &Question,
        plan: &Plan,
        tally: &Tally,
        explored: Option<&Results>,
    ) -> Report {
        let survey = survey::run(question);
        let cut_off = tally.cut_off || explored.is_some_and(|results| results.cut.is_some());
        let mut report = Report {
            schema: SCHEMA,
            pre: question.pre.name,
            post: question.post.name,
            intent: question.intent.name(),
            verdict: if cut_off { "cut-off" } else { "intended" },
            cut_off,
            seed: plan.seed,
            cases_per_path: plan.cases,
            corpus: plan.corpus.iter().filter(|seed| plan.paths.contains(&seed.path)).count()
                as u64,
            bounds: explored.map(|results| results.bounds),
            any_length: explored.and_then(Results::closure).map(Closure::holds),
            held: HeldRow::of_both([question.pre.name, question.post.name]),
            paths: paths(tally, explored),
            divergences: divergences(question.intent.change(), tally, &reach(question, tally)),
            clauses: clauses(question.intent.change(), tally),
            invariants: invariants(question, plan, tally, cut_off),
            survey,
            findings: Vec::new(),
            complaints: Vec::new(),
            question: *question,
            verbose: false,
        };
        report.findings = places::findings(&report, explored);
        report.complaints = complaints(&report, question, plan);
        report.complaints.extend(explored.and_then(complaint));
        let beyond = tally.classes.keys().any(|class| class.clause.is_none());
        if beyond || !report.complaints.is_empty() {
            report.verdict = "beyond";
        }
        report
    }

    /// Whether all is as intended: no difference beyond, every invariant as expected, every clause
    /// in use.
    pub fn passes(&self) -> bool {
        self.verdict == "intended"
    }
}

fn paths(tally: &Tally, explored: Option<&Results>) -> Vec<PathRow> {
    let row = |(&name, counts): (&Path, &crate::check::PathCounts)| {
        let enumerated = explored.and_then(|results| results.tallies.get(&name));
        PathRow {
            name,
            cases: counts.cases,
            complete: enumerated.is_some() && explored.is_some_and(Results::is_complete),
            joint_paths: enumerated.map(|tally| tally.paths.to_string()),
            same: counts.same,
            intended: counts.intended,
            beyond: counts.beyond,
        }
    };
    tally.paths.iter().map(row).collect()
}

/// How operations have been seen to bring a class about, by what it hangs on and where the sides part.
type Reach = BTreeMap<(Condition, Outcomes), BTreeSet<&'static str>>;

/// The operations that showed each class: in the lifecycles of the tally, and in the survey's.
fn reach(question: &Question, tally: &Tally) -> Reach {
    let mut surveyed = Tally::default();
    for subject in survey::subjects() {
        surveyed.add(&subject.scenario, &judge(question, &subject.scenario));
    }
    let mut reach = Reach::new();
    for (class, counts) in tally.classes.iter().chain(&surveyed.classes) {
        if class.path == Path::Lifecycle {
            let operations = reach.entry((class.condition, class.outcomes)).or_default();
            operations.extend(&counts.operations);
        }
    }
    reach
}

/// "SHM_LOCK, then ftruncate or PUNCH_HOLE through a file descriptor".
fn reachable_by(change: &Change, class: &Class, operations: &BTreeSet<&'static str>) -> String {
    let case = change.case(class);
    let mut text = String::new();
    if let Some(after) = case.and_then(|case| case.after.as_ref()) {
        text = format!("{after}, then ");
    }
    text += &operations.iter().copied().collect::<Vec<_>>().join(" or ");
    if let Some(how) = case.and_then(|case| case.how.as_ref()) {
        text = format!("{text} {how}");
    }
    text
}

/// Why no operation brings a class about, where none has been seen to.
fn why_unreachable(change: &'static Change, class: &Class) -> &'static str {
    match (class.condition, change.case(class).and_then(|case| case.unreachable.as_deref())) {
        (_, Some(why)) => why,
        (Condition::Found(None, ..), None) => "raw flags word only",
        _ => "no operation was seen to",
    }
}

fn divergences(change: &'static Change, tally: &Tally, reach: &Reach) -> Vec<DivergenceRow> {
    let row = |(class, counts): (&Class, &crate::check::ClassCounts)| {
        let (pre, post) = change.sides(class);
        let operations = reach.get(&(class.condition, class.outcomes));
        DivergenceRow {
            signature: class.signature(),
            path: class.path,
            function: class.function.map(|function| function.name()),
            file: class.function.map(|function| function.file()),
            clause: class.clause,
            reachable: operations.is_some(),
            reachable_by: operations.map(|operations| reachable_by(change, class, operations)),
            unreachable_because: operations.is_none().then(|| why_unreachable(change, class)),
            condition: change.condition(class),
            pre,
            post,
            cases: counts.cases,
            behaving: counts.behaving,
            stale_bytes: counts.stale,
            example: counts.example.spell(),
            scenario: Scenario::decode(counts.example.path, &counts.example.bytes),
            class: *class,
        }
    };
    tally.classes.iter().map(row).collect()
}

fn clauses(change: &'static Change, tally: &Tally) -> Vec<ClauseRow> {
    let row = |known: &'static crate::change::Expectation| ClauseRow {
        id: &known.name,
        meaning: &known.because,
        hits: tally.hits.get(known.name.as_str()).copied().unwrap_or(0),
    };
    change.expectations.iter().map(row).collect()
}

fn invariants(question: &Question, plan: &Plan, tally: &Tally, cut_off: bool) -> Vec<InvariantRow> {
    let change = question.intent.change();
    let row = |invariant: Invariant| {
        let example = |post| tally.broken.get(&(invariant, post));
        let word = |post| if example(post).is_some() { "broken" } else { "holds" };
        // What is known to be broken must show in a whole run, and may in a part of one.
        let whole = plan.paths.len() == Path::ALL.len() && !plan.corpus.is_empty() && !cut_off;
        let as_known = |post: bool, revision| match example(post) {
            Some(_) => change.is_known_broken(invariant, revision),
            None => !whole || !change.is_known_broken(invariant, revision),
        };
        let pre_as_expected = as_known(false, question.pre.name);
        let post_as_expected = as_known(true, question.post.name);
        InvariantRow {
            id: invariant.id(),
            meaning: invariant.meaning(),
            pre: word(false),
            post: word(true),
            as_expected: pre_as_expected && post_as_expected,
            pre_example: example(false).map(|example| example.spell()),
            post_example: example(true).map(|example| example.spell()),
            pre_as_expected,
            post_as_expected,
        }
    };
    Invariant::ALL.into_iter().map(row).collect()
}

/// What the enumeration found, if that fails the run.
fn complaint(explored: &Results) -> Option<String> {
    let why = "the enumeration found differences beyond: see mmdiff explore";
    explored.is_beyond().then(|| why.into())
}

/// What fails the run though no difference is beyond the intent.
fn complaints(report: &Report, question: &Question, plan: &Plan) -> Vec<String> {
    let mut complaints = Vec::new();
    for row in report.invariants.iter().filter(|row| !row.as_expected) {
        complaints.push(format!(
            "invariant {} is not as known: {} {}, {} {}",
            row.id, report.pre, row.pre, report.post, row.post
        ));
    }
    let is_whole = |on: &[Path]| match on {
        [] => plan.paths.len() == Path::ALL.len(),
        on => on.iter().all(|path| plan.paths.contains(path)),
    };
    // A reading that lets only some differences count may need only some expectations.
    let counts_all = question.intent.reading().only.is_empty();
    for (known, row) in question.intent.change().expectations.iter().zip(&report.clauses) {
        let wanted = known.added || question.is_of_the_change();
        if wanted && counts_all && !report.cut_off && is_whole(&known.on) && row.hits == 0 {
            complaints.push(format!("expectation {} explained nothing", row.id));
        }
    }
    complaints
}
