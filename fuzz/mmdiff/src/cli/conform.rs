// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff conform`.

use super::explore::BoundsArgs;
use super::output::PlainOutput;
use super::source::find;
use super::workers::Workers;
use super::{Ended, Failure, interrupt};
use crate::conform::complete::{Complete, Plan};
use crate::conform::held::Record;
use crate::conform::sampled::{Sampled, call_by_chance, cover, sample};
use crate::conform::{Pair, REVISIONS};
use crate::explain::Look;
use crate::explore::Bounds;
use crate::mismatch::Found;
use crate::report::conform::document::Document;
use crate::report::conform::{Origin, Report, Revision, text};
use crate::scenario::{Path, Scenario};
use clap::Args;
use mmdiff_kernel::coverage::{Coverage, FLAGS};
use mmdiff_kernel::{Compiled, Tree};
use std::fmt::Display;
use std::path::PathBuf;
use std::process::Command;
use std::slice::from_ref;
use std::sync::Arc;
use std::{fs, io};

/// How many scenarios are enough for the lines that need many folios.
const TO_COVER: u64 = 20_000;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// A kernel tree: a directory, a tarball, or DIR@REV for a revision of a git repository; can be given
    /// several times [default: $MMDIFF_KERNEL_TREE or Debian's, and $MMDIFF_TREE_V6_10]
    #[arg(long = "tree", value_name = "PATH")]
    trees: Vec<PathBuf>,
    /// Which revisions to compare, by commas or several times [default: those that a tree here is the tree of]
    #[arg(long = "revision", value_name = "REVISION", value_parser = pair, value_delimiter = ',')]
    revisions: Vec<&'static Pair>,
    /// What to compare: a path, `ranges`, `helpers`, or `chance`; can be given several times [default:
    /// all]
    #[arg(long = "path", value_name = "PATH", value_parser = name)]
    paths: Vec<String>,
    #[command(flatten)]
    bounds: BoundsArgs,
    /// How many scenarios to generate for each path besides
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(..=super::check::MAX_CASES))]
    cases: u64,
    /// What to generate them from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Show one scenario on both sides: a PATH:HEX, or a file as `mmdiff explain` takes it
    #[arg(long, value_name = "FILE|PATH:HEX", conflicts_with_all = ["paths", "cases", "seed"])]
    show: Option<String>,
    /// Show whole traces, not only where they part
    #[arg(long)]
    full: bool,
    /// Do not measure what of the C is reached
    #[arg(long)]
    no_coverage: bool,
    /// Put what comes of it into the record FILE, fuzz/conform/held.toml, that reports quote: of each
    /// revision that is compared
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "show"])]
    record: Option<PathBuf>,
    #[command(flatten)]
    workers: Workers,
    #[command(flatten)]
    output: PlainOutput,
}

fn pair(name: &str) -> Result<&'static Pair, String> {
    Pair::named(name).ok_or_else(|| {
        let known: Vec<_> = REVISIONS.iter().map(|pair| pair.name).collect();
        format!("no such revision in C; there are: {}", known.join(", "))
    })
}

/// What is enumerated besides the paths.
const BESIDES: [&str; 3] = ["ranges", "helpers", "chance"];

fn name(name: &str) -> Result<String, String> {
    let mut known: Vec<&str> = Path::ALL.iter().map(|path| path.name()).collect();
    known.extend(BESIDES);
    match known.contains(&name) {
        true => Ok(name.into()),
        false => Err(format!("no such path; there are: {}", known.join(", "))),
    }
}

impl Options {
    fn wants(&self, name: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|path| path == name)
    }

    fn paths(&self) -> impl Iterator<Item = Path> {
        Path::ALL.into_iter().filter(|path| self.wants(path.name()))
    }
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    let trees = Tree::all(&options.trees).map_err(Failure::new)?;
    let (held, not_held) = pick(options, &trees)?;
    let pool = options.workers.pool()?;
    let (width, styled) = options.output.terminal();
    let look = Look { width: width.into(), styled, full: options.full };
    if let Some(spelled) = &options.show {
        if options.output.is_for_a_program() {
            return Err(Failure::new("one scenario is shown as text alone: leave --format out"));
        }
        let scenario = find(spelled, None)?;
        return show_scenario(&scenario, &held, &look, options).map(Ended::from);
    }
    interrupt::catch();
    let revisions: Result<Vec<Revision>, Failure> = held
        .iter()
        .map(|&(pair, tree)| pool.install(|| judge(options, tree, pair, &look)))
        .collect();
    let report = Report {
        bounds: options.bounds.bounds(),
        seed: options.seed,
        cut_off: interrupt::asked(),
        revisions: revisions?,
        not_held,
    };
    let for_a_person = |(width, styled), out: &mut String| text(&report, width, styled, out);
    options.output.write(&Document::new(&report), for_a_person)?;
    let not_run: Vec<String> = report.not_run().collect();
    if let Some(file) = &options.record {
        if report.cut_off || !not_run.is_empty() {
            return Err(Failure::new(
                "only what was run to its end, with all functions, is recorded",
            ));
        }
        record(file, &report)?;
    }
    match (report.is_equal(), not_run.len()) {
        (true, 1..) => Err(Failure(format!("not judged: {}", not_run.join(", ")))),
        (true, 0) if report.cut_off => Ok(Ended::CutOff),
        (equal, _) => Ok(Ended::from(equal)),
    }
}

/// Puts a report into a record. What the record has of other revisions stays.
fn record(file: &std::path::Path, report: &Report) -> Result<(), Failure> {
    let failed = |error: &dyn Display| Failure(format!("{}: {error}", file.display()));
    let mut record = match fs::read_to_string(file) {
        Ok(text) => Record::read(&text).map_err(|error| failed(&error))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Record::default(),
        Err(error) => return Err(failed(&error)),
    };
    let date = Command::new("date").args(["-u", "+%F"]).output().map_err(|error| failed(&error))?;
    let date = String::from_utf8_lossy(&date.stdout);
    for revision in &report.revisions {
        record.set(revision.name, report.held(revision, date.trim()));
    }
    fs::write(file, record.text()).map_err(|error| failed(&error))
}

/// A revision, and the tree that its C is made from.
type Chosen<'t> = (&'static Pair, &'t Tree);

/// The revisions to judge; and for those that no tree here is the tree of, how.
fn pick<'t>(
    options: &Options,
    trees: &'t [Tree],
) -> Result<(Vec<Chosen<'t>>, Vec<String>), Failure> {
    let (mut held, mut not_held) = (Vec::new(), Vec::new());
    for pair in &REVISIONS {
        let is_asked_for = options.revisions.iter().any(|asked| asked.name == pair.name);
        if !is_asked_for && !options.revisions.is_empty() {
            continue;
        }
        match pair.revision.pick(trees) {
            Ok(tree) => held.push((pair, tree)),
            // Any tree will do for it, if that is what is wanted.
            Err(None) if is_asked_for => held.push((pair, &trees[0])),
            Err(None) => {}
            Err(Some(why)) if is_asked_for => return Err(Failure::new(why)),
            Err(Some(why)) => not_held.push(why.to_string()),
        }
    }
    Ok((held, not_held))
}

/// Writes one scenario down, on both sides of every revision. Whether they are equal.
fn show_scenario(
    scenario: &Scenario,
    held: &[Chosen<'_>],
    look: &Look,
    options: &Options,
) -> Result<bool, Failure> {
    let (mut out, mut equal) = (String::new(), true);
    for &(pair, tree) in held {
        let object = compile(pair, tree, &[])?;
        let found = Found::of_scenario(pair.sides(), from_ref(&object), scenario);
        equal &= found.is_equal();
        out.push_str(if found.is_equal() { "NO MISMATCH in " } else { "MISMATCH in " });
        out.push_str(&format!("{}: ", pair.name));
        match found.is_equal() {
            true => out.push_str(&format!("{}\n", found.spelled)),
            false => found.write(from_ref(&object), look, &mut out).map_err(Failure::new)?,
        }
    }
    options.output.write_text(&out)?;
    Ok(equal)
}

fn compile(pair: &Pair, tree: &Tree, flags: &[&str]) -> Result<Arc<Compiled>, Failure> {
    Compiled::of(pair.revision, tree, flags).map(Arc::new).map_err(Failure::new)
}

/// Judges one revision.
fn judge(
    options: &Options,
    tree: &Tree,
    pair: &'static Pair,
    look: &Look,
) -> Result<Revision, Failure> {
    let object = compile(pair, tree, &[])?;
    let faults = object.faults().iter().map(ToString::to_string).collect();
    let sides = vec![&pair.left, &pair.right];
    let plan =
        Plan::new(sides, from_ref(&object), options.bounds.bounds(), &|name| options.wants(name));
    let bar = options.workers.progress(plan.units() as u64, "units");
    let complete = plan.run(&|| bar.inc(1), &interrupt::asked);
    bar.finish_and_clear();

    let paths = options.paths().count() as u64;
    let bar = options.workers.progress(paths * options.cases, "scenarios");
    let cases = (options.seed, options.cases);
    let mut sampled = Vec::new();
    for path in options.paths() {
        sampled.push((
            path,
            sample(
                pair.sides(),
                from_ref(&object),
                path,
                cases,
                &|done| bar.inc(done),
                &interrupt::asked,
            ),
        ));
    }
    bar.finish_and_clear();

    let chance = options.wants("chance").then(|| {
        let bar = options.workers.progress(options.cases, "calls of each function");
        let chance = call_by_chance(pair, &object, cases, &|done| bar.inc(done), &interrupt::asked);
        bar.finish_and_clear();
        chance
    });

    let mut shown = show(&plan, &object, pair, (&complete, &sampled), look)?;
    shown.extend(chance.iter().filter_map(|chance| chance.first.clone()));
    let coverage = match options.no_coverage || interrupt::asked() {
        true => None,
        false => Some(covered(options, tree, pair)?),
    };
    let of = Origin::of(pair, tree).map_err(Failure::new)?;
    Ok(Revision { name: pair.name, of, faults, complete, sampled, chance, shown, coverage })
}

/// Writes down the first mismatch of each entry and path.
fn show(
    plan: &Plan,
    object: &Arc<Compiled>,
    pair: &'static Pair,
    (complete, sampled): (&[Complete], &[(Path, Sampled)]),
    look: &Look,
) -> Result<Vec<String>, Failure> {
    let of_paths = complete.iter().filter_map(|complete| Found::of_path(plan, complete));
    let of_scenarios = sampled
        .iter()
        .filter_map(|(_, sampled)| sampled.first.as_ref())
        .map(|scenario| Found::of_scenario(pair.sides(), from_ref(object), scenario));
    of_paths
        .chain(of_scenarios)
        .map(|found| {
            let mut text = String::new();
            found.write(from_ref(object), look, &mut text).map_err(Failure::new)?;
            Ok(text)
        })
        .collect()
}

/// What of the C is reached: by every path of one folio, and some scenarios of many. The C is
/// compiled for it, and run alone.
fn covered(options: &Options, tree: &Tree, pair: &'static Pair) -> Result<Coverage, Failure> {
    let object = compile(pair, tree, FLAGS)?;
    let bounds = Bounds { folios: 1, ..options.bounds.bounds() };
    let plan = Plan::new(vec![&pair.right], from_ref(&object), bounds, &|name| options.wants(name));
    let bar = options.workers.progress(plan.units() as u64, "units, for coverage");
    plan.run(&|| bar.inc(1), &interrupt::asked);
    bar.finish_and_clear();
    drop(plan);
    let cases = (options.seed, options.cases.min(TO_COVER));
    for path in options.paths() {
        cover(&pair.right.side.tree, &object, path, cases);
    }
    if options.wants("chance") {
        call_by_chance(pair, &object, cases, &|_| (), &interrupt::asked);
    }
    let object = Arc::into_inner(object);
    let object = object.ok_or_else(|| Failure("the compiled C is still in use".into()))?;
    Coverage::of(object).map_err(|error| Failure(format!("gcov: {error}")))
}
