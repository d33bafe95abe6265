// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff explore` and `mmdiff merge`.

use super::output::Output;
use super::progress::Progress;
use super::workers::Workers;
use super::{Ended, Failure, Sides, check, emit, explored, interrupt, one_of, output, path};
use crate::explore::results::Results;
use crate::explore::tally::Tally;
use crate::explore::work::{Cut, Plan, Watch};
use crate::explore::{Bounds, Orders, Races, Settings};
use crate::oracle::Question;
use crate::report::explore::resumption;
use crate::scenario::Path;
use crate::show::show;
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// About how much memory a state takes, in bytes, with the way to it.
const STATE: u64 = 1024;

/// How often results are kept while there are more to come: what is lost if the process is killed.
const KEEP_EVERY: Duration = Duration::from_secs(60);

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    sides: Sides,
    /// Which path to enumerate; can be given several times [default: all but lifecycle]
    #[arg(long = "path", value_name = "PATH", value_parser = path)]
    paths: Vec<Path>,
    #[command(flatten)]
    bounds: BoundsArgs,
    /// Do only every N-th unit of work, beginning with the I-th: for N machines
    #[arg(long, value_name = "I/N", value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Go on from the results in a file, and keep them there
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Keep the results in a new file, to go on from or to merge
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Replace the file of --save
    #[arg(long, requires = "save")]
    force: bool,
    /// Stop after so many seconds; the units of work that are not done by then are begun anew
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Stop when the states take about so many MiB
    #[arg(long, value_name = "MIB", default_value_t = 16384)]
    memory: u64,
    /// Show one path that a report names: its choices and both traces
    #[arg(long, value_name = "PATH:CHOICES", conflicts_with_all = ["shard", "resume", "save"])]
    show: Option<String>,
    /// Write a corpus: a seed for each decision that a search in the simulated kernel comes to
    #[arg(long, value_name = "DIR", conflicts_with_all = ["show", "resume"])]
    emit_corpus: Option<PathBuf>,
    #[command(flatten)]
    workers: Workers,
    #[command(flatten)]
    output: Output,
}

#[derive(Args, Debug)]
pub(super) struct BoundsArgs {
    /// How many page frames a scan covers, and how many folios a file has
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    folios: u8,
    /// How often an answer may change between two questions, as the locks allow: a number, or `free`
    #[arg(long, default_value_t = Races::Free)]
    races: Races,
    /// Which settings of the scan controls: those that callers make, or all
    #[arg(long, value_parser = one_of(SETTINGS), default_value_t = Settings::Realizable)]
    settings: Settings,
    /// How often a loop goes round that only the rest of the kernel ends
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=8))]
    tries: u8,
    /// Which orders folios have: 0 and 1, or all that the ported functions tell apart
    #[arg(long, value_parser = one_of(ORDERS), default_value_t = Orders::All)]
    orders: Orders,
}

const SETTINGS: &[(&str, Settings, &str)] = &[
    (Settings::Realizable.name(), Settings::Realizable, "Those that a caller in the kernel makes"),
    (
        Settings::Free.name(),
        Settings::Free,
        "Every combination, but for asynchronous direct compaction of order -1, which would shift by it",
    ),
];

const ORDERS: &[(&str, Orders, &str)] = &[
    (Orders::Lowest.name(), Orders::Lowest, "0 and 1: small and large"),
    (
        Orders::All.name(),
        Orders::All,
        "Those that any ported function compares with, one below and one above each",
    ),
];

impl BoundsArgs {
    pub(super) fn bounds(&self) -> Bounds {
        let BoundsArgs { folios, races, settings, tries, orders } = *self;
        Bounds { folios, races, settings, tries, orders }
    }
}

#[derive(Args, Debug)]
pub(super) struct MergeOptions {
    /// Files of results, as `explore --save` writes them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Keep the joint results in a new file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Replace the file of --save
    #[arg(long, requires = "save")]
    force: bool,
    #[command(flatten)]
    output: Output,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parsed = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match parsed {
        Some((i, n)) if 1 <= i && i <= n => Ok((i, n)),
        _ => Err("two numbers such as 2/5, the first from 1 to the second".into()),
    }
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    let sides = explored(&options.sides.question()?)?;
    let bounds = options.bounds.bounds();
    if let Some(spelled) = &options.show {
        let text = show(&sides, bounds, spelled)
            .map_err(|why| Failure(format!("cannot show {spelled:?}: {why}")))?;
        output::write(&text, options.output.out.as_deref())?;
        return Ok(Ended::Intended);
    }
    let file = options.save.as_deref().or(options.resume.as_deref());
    if let Some(file) = file {
        check_kept(file, options.save.is_some() && !options.force, &options.output)?;
    }
    let mut plan = Plan::new(&sides, bounds, &check::wanted(&options.paths));
    if let Some(folder) = &options.emit_corpus {
        emit::check(folder)?;
        plan = plan.keep_examples();
    }
    if plan.units.is_empty() {
        return Err(Failure("a lifecycle cannot be enumerated: its sequences have no end".into()));
    }
    let mut results = Results::new(&plan);
    match options.resume.as_deref() {
        Some(file) if file.exists() => {
            results.join(resumed(&results, file)?).map_err(|why| named(file, &why))?;
            results.cut = None;
        }
        Some(file) => output::say(&format!("{} is not there: begun anew", file.display())),
        None => {}
    }
    let done = results.done.len();
    let results = enumerate(&plan, results, file, options)?;
    if results.done.len() == done && results.cut.is_some() {
        output::say("no unit of work was done to its end, so to go on takes more time or memory");
    }
    let saved = file.map_or(Ok(()), |file| save(&results, file));
    // Results that could not be saved are reported all the same.
    let ended = finish(&results, &options.output)?;
    saved?;
    match &options.emit_corpus {
        Some(folder) if !emit::emit(&results, folder, &options.workers)? => Ok(match ended {
            Ended::Intended => Ended::CutOff,
            ended => ended,
        }),
        _ => Ok(ended),
    }
}

/// The results in a file, which must be of the enumeration that was asked for.
fn resumed(asked: &Results, file: &FilePath) -> Result<Results, Failure> {
    let kept = read(file)?;
    if asked.is_of_one_enumeration_with(&kept) {
        return Ok(kept);
    }
    let command = resumption(&kept, &file.display().to_string());
    Err(named(file, &format!("it is of another enumeration, which goes on with: {command}")))
}

/// Enumerates some paths, all of them to the end, unless somebody interrupts.
pub(super) fn complete(
    question: &Question,
    bounds: Bounds,
    paths: &[Path],
    workers: &Workers,
) -> Result<Results, Failure> {
    let plan = Plan::new(&explored(question)?, bounds, paths);
    let bar = workers.progress(plan.units.len() as u64, "units");
    let results = Mutex::new(Results::new(&plan));
    let watcher = Watcher { plan: &plan, results, bar, kept: None, until: None, states: u64::MAX };
    let cut = workers.pool()?.install(|| plan.run(&|_| true, &watcher));
    Ok(watcher.results(cut))
}

/// Does the units that are not done yet and belong to the shard.
fn enumerate(
    plan: &Plan,
    results: Results,
    file: Option<&FilePath>,
    options: &Options,
) -> Result<Results, Failure> {
    let (shard, shards) = options.shard.unwrap_or((1, 1));
    let wanted: Vec<bool> = (0..plan.units.len())
        .map(|unit| unit % shards == shard - 1 && !results.done.contains(&unit))
        .collect();
    let count = wanted.iter().filter(|&&wanted| wanted).count() as u64;
    let bar = options.workers.progress(count, "units");
    let watcher = Watcher {
        plan,
        results: Mutex::new(results),
        bar,
        kept: file.map(|file| (file, Mutex::new(Instant::now()))),
        until: options.time.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
        states: options.memory.saturating_mul(1 << 20) / STATE,
    };
    interrupt::catch();
    let pool = options.workers.pool()?;
    let cut = pool.install(|| plan.run(&|unit| wanted[unit], &watcher));
    Ok(watcher.results(cut))
}

struct Watcher<'a> {
    plan: &'a Plan,
    results: Mutex<Results>,
    bar: Progress,
    /// Where the results are kept, and when that was last done.
    kept: Option<(&'a FilePath, Mutex<Instant>)>,
    until: Option<Instant>,
    states: u64,
}

impl Watcher<'_> {
    /// What was found, once the enumeration has ended.
    fn results(self, cut: Option<Cut>) -> Results {
        self.bar.finish_and_clear();
        let mut results = self.results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.cut = cut;
        results.settle();
        results
    }
}

impl Watch for Watcher<'_> {
    fn done(&self, unit: usize, tally: &Tally) {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        results.add(unit, self.plan.units[unit].path, tally.clone());
        self.bar.inc(1);
        if let Some((file, last)) = &self.kept {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= KEEP_EVERY {
                // That it fails is said at the end, when it is done again.
                let _ = save(&results, file);
                *last = Instant::now();
            }
        }
    }

    fn stop(&self, states: u64) -> Option<Cut> {
        if interrupt::asked() {
            Some(Cut::Interrupt)
        } else if self.until.is_some_and(|until| Instant::now() >= until) {
            Some(Cut::Time)
        } else {
            (states > self.states).then_some(Cut::Memory)
        }
    }
}

pub(super) fn merge(options: &MergeOptions) -> Result<Ended, Failure> {
    if let Some(file) = &options.save {
        check_kept(file, !options.force, &options.output)?;
    }
    if let Some(out) = options.output.out.as_deref() {
        let input = options.files.iter().find(|file| is_same(file, out));
        input.map_or(Ok(()), |file| {
            Err(named(file, "the report would replace what it is made of"))
        })?;
    }
    let mut files = options.files.iter();
    let Some(first) = files.next() else {
        return Err(Failure("no files to merge".into()));
    };
    let mut results = read(first)?;
    let mut merged = vec![(first, results.done.clone())];
    for file in files {
        let more = read(file)?;
        check_mergeable(file, &more, &results, &merged)?;
        merged.push((file, more.done.clone()));
        results.join(more).map_err(|why| named(file, &why))?;
    }
    results.settle();
    if let Some(file) = &options.save {
        save(&results, file)?;
    }
    finish(&results, &options.output)
}

/// Fails if the results of `file` are none of the same enumeration, or were merged already: as one
/// of the files that were `merged`, each with the units that it has done.
fn check_mergeable(
    file: &FilePath,
    more: &Results,
    results: &Results,
    merged: &[(&PathBuf, BTreeSet<usize>)],
) -> Result<(), Failure> {
    if !results.is_of_one_enumeration_with(more) {
        let (first, command) = (merged[0].0.display(), resumption(results, "FILE"));
        let why = format!("of another enumeration than {first}, which is of: {command}");
        return Err(named(file, &why));
    }
    match merged.iter().find(|(_, done)| !done.is_disjoint(&more.done)) {
        Some((before, _)) => {
            let why = format!("{} has done some of the same: leave one out", before.display());
            Err(named(file, &why))
        }
        None => Ok(()),
    }
}

/// Fails if results cannot be kept in a file: before the work, not after it.
fn check_kept(file: &FilePath, must_be_new: bool, to: &Output) -> Result<(), Failure> {
    if to.out.as_deref().is_some_and(|out| is_same(file, out)) {
        return Err(named(file, "the report and the results cannot be in the same file"));
    }
    if must_be_new && file.is_file() {
        let why = "is there already; --resume goes on from what it holds, --force replaces it";
        return Err(Failure(format!("{} {why}", file.display())));
    }
    output::check_writable(file)
}

fn is_same(one: &FilePath, other: &FilePath) -> bool {
    let real = |path: &FilePath| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
    one.is_file() && real(one) == real(other) || one == other && !one.exists()
}

fn read(file: &FilePath) -> Result<Results, Failure> {
    let cannot =
        |error: std::io::Error| Failure(format!("cannot read {}: {error}", file.display()));
    // A device may have no end, and a pipe nobody who writes to it.
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err(Failure(format!("cannot read {}: not a file", file.display())));
    }
    let text = std::fs::read_to_string(file).map_err(cannot)?;
    let not_ours = |why| format!("not results that `mmdiff explore --save` keeps: {why}");
    Results::read(&text).map_err(|why| named(file, &not_ours(why)))
}

fn named(file: &FilePath, why: &str) -> Failure {
    Failure(format!("{}: {why}", file.display()))
}

fn save(results: &Results, file: &FilePath) -> Result<(), Failure> {
    let text = serde_json::to_string(results).map_err(Failure::new)?;
    output::write_file(file, text.as_bytes())
}

fn finish(results: &Results, to: &Output) -> Result<Ended, Failure> {
    to.write(results)?;
    Ok(match (results.is_beyond(), results.is_complete()) {
        (true, _) => Ended::Beyond,
        (false, true) => Ended::Intended,
        (false, false) => Ended::CutOff,
    })
}
