// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff diff` and `mmdiff patch`: two trees' own C, compared with each other.

use super::explore::BoundsArgs;
use super::output;
use super::workers::Workers;
use super::{Ended, Failure, interrupt};
use crate::conform::TWO_TREES;
use crate::conform::complete::{Complete, Plan, calls, is_call_of};
use crate::conform::sampled::{Sampled, sample};
use crate::explain::Look;
use crate::mismatch::Found;
use crate::report::diff::{Report, text};
use crate::scenario::Path;
use clap::Args;
use diffy::patch_set::{FileOperation, ParseOptions, PatchKind, PatchSet};
use mmdiff_kernel::tree::FILES;
use mmdiff_kernel::{Compiled, Program, Touched, Tree};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, io};

/// How many bytes a file of patches may have.
const MAX_PATCH: u64 = 64 << 20;

/// How many examples are shown.
const SHOWN: usize = 2;

/// How two trees are compared.
#[derive(Args, Debug)]
struct How {
    #[command(flatten)]
    bounds: BoundsArgs,
    /// How many scenarios to generate besides for each path that the change touches
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(..=super::check::MAX_CASES))]
    cases: u64,
    /// What to generate them from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Show the whole traces of the examples, not only where they part
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    workers: Workers,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// `mmdiff diff`
#[derive(Args, Debug)]
pub(super) struct Options {
    /// The tree before: a directory, a tarball, or DIR@REV for a revision of a git repository
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The tree after
    #[arg(value_name = "NEW")]
    new: PathBuf,
    #[command(flatten)]
    how: How,
}

/// `mmdiff patch`
#[derive(Args, Debug)]
pub(super) struct PatchOptions {
    /// Patches, in the order in which they are applied: diffs, mails, an mbox; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    patches: Vec<PathBuf>,
    /// The tree that they are for: a directory, a tarball, or DIR@REV [default: $MMDIFF_KERNEL_TREE or
    /// Debian's]
    #[arg(long, value_name = "TREE")]
    tree: Option<PathBuf>,
    #[command(flatten)]
    how: How,
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    let [old, new] = [&options.old, &options.new].map(|path| Tree::read(path));
    let (old, new) = (old.map_err(Failure::new)?, new.map_err(Failure::new)?);
    let names = [&options.old, &options.new].map(|path| path.display().to_string());
    compare(&old, &new, names, Vec::new(), &options.how)
}

pub(super) fn patch(options: &PatchOptions) -> Result<Ended, Failure> {
    let old = Tree::find(options.tree.as_deref()).map_err(Failure::new)?;
    let (mut new, mut elsewhere) = (old.clone(), Vec::new());
    for file in &options.patches {
        new = patched(new, file, &mut elsewhere)?;
    }
    let name = old.origin().display().to_string();
    let patches: Vec<_> = options.patches.iter().map(|file| file.display().to_string()).collect();
    let names = [name, format!("the same with {}", patches.join(", "))];
    compare(&old, &new, names, elsewhere, &options.how)
}

/// The tree with the changes of one file of patches. Changes of files that nothing is cut out of go to
/// `elsewhere`.
fn patched(mut tree: Tree, file: &PathBuf, elsewhere: &mut Vec<String>) -> Result<Tree, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure(format!("{}: {why}", file.display()));
    let mut bytes = Vec::new();
    let read = match file.as_os_str() == "-" {
        true => io::stdin().take(MAX_PATCH + 1).read_to_end(&mut bytes),
        false => fs::File::open(file).and_then(|it| it.take(MAX_PATCH + 1).read_to_end(&mut bytes)),
    };
    let read = read.map_err(|error| failed(&error))?;
    if read as u64 > MAX_PATCH {
        return Err(failed(&"it is too large for a patch: at most 64 MiB are read"));
    }
    let mail = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let options = match mail.contains("diff --git ") {
        true => ParseOptions::gitdiff(),
        false => ParseOptions::unidiff(),
    };
    let mut any = false;
    for change in PatchSet::parse(&mail, options) {
        let change = change.map_err(|error| failed(&error))?;
        any = true;
        let name = in_tree(change.operation());
        match (change.patch(), tree.text(name).filter(|_| FILES.contains(&name))) {
            (PatchKind::Text(patch), Some(text)) if change.operation().is_modify() => {
                let text = diffy::apply(text, patch)
                    .map_err(|error| failed(&format_args!("{name}: it does not apply: {error}")))?;
                tree = tree.with_text(name, text);
            }
            _ => elsewhere.push(format!("{name}: no change of a file that is cut")),
        }
    }
    match any {
        true => Ok(tree),
        false => Err(failed(&"there is no patch in it")),
    }
}

/// The file that a patch is for, from the top of the tree: without the a/ and b/ of git, and without the
/// folders of two trees that were compared.
fn in_tree<'p>(operation: &'p FileOperation<'_, str>) -> &'p str {
    let (old, new): (&str, &str) = match operation {
        FileOperation::Modify { original, modified } => (original, modified),
        FileOperation::Delete(name) | FileOperation::Create(name) => (name, name),
        FileOperation::Rename { from, to } | FileOperation::Copy { from, to } => (from, to),
    };
    let (mut old, mut new) = (old, new);
    while let (Some((one, rest_old)), Some((other, rest_new))) =
        (old.split_once('/'), new.split_once('/'))
    {
        let is_top = one != other || matches!(one, "a" | "b") || one.starts_with("linux");
        if !is_top {
            break;
        }
        (old, new) = (rest_old, rest_new);
    }
    new
}

fn compare(
    old: &Tree,
    new: &Tree,
    names: [String; 2],
    mut not_judged: Vec<String>,
    how: &How,
) -> Result<Ended, Failure> {
    let cut = [old, new].map(|tree| Program::cut(tree, &[]));
    let touched = Touched::between((old, &cut[0]), (new, &cut[1]));
    let (headers, files): (Vec<_>, Vec<_>) =
        touched.not_cut.iter().partition(|(file, _)| file.ends_with(".h"));
    let not_cut = files.into_iter().chain(headers);
    not_judged.extend(not_cut.map(|(file, what)| format!("{file}: {what}")));
    let compile = |tree| Compiled::new(tree, &[]).map(Arc::new).map_err(Failure::new);
    let objects = match touched.reached.is_empty() {
        true => Vec::new(),
        false => vec![compile(old)?, compile(new)?],
    };
    for (object, name) in objects.iter().zip(&names) {
        let faults = object.faults().iter().filter(|it| touched.reached.contains_key(it.name()));
        not_judged.extend(faults.map(|fault| format!("{name}: {fault}")));
    }

    interrupt::catch();
    let is_reached = |name: &str| touched.reached.keys().any(|of| is_call_of(name, of));
    let wanted = |entry: &str| calls(entry).into_iter().any(is_reached);
    let pool = how.workers.pool()?;
    let sides = TWO_TREES.each_ref();
    let plan = Plan::new(sides.to_vec(), &objects, how.bounds.bounds(), &wanted);
    let bar = how.workers.progress(plan.units() as u64, "units");
    let complete = pool.install(|| plan.run(&|| bar.inc(1), &interrupt::asked));
    bar.finish_and_clear();

    let paths = Path::ALL.into_iter().filter(|path| match path {
        Path::Lifecycle => !touched.reached.is_empty(),
        path => complete.iter().any(|complete| complete.path() == *path),
    });
    let paths: Vec<Path> = paths.collect();
    let bar = how.workers.progress(paths.len() as u64 * how.cases, "scenarios");
    let cases = (how.seed, how.cases);
    let mut sampled = Vec::new();
    for path in paths {
        let progress = |done| bar.inc(done);
        let one = || sample(sides, &objects, path, cases, &progress, &interrupt::asked);
        sampled.push((path, pool.install(one)));
    }
    bar.finish_and_clear();

    let (width, styled) = output::terminal(how.out.is_some());
    let look = Look { width: width.into(), styled, full: how.full };
    let shown = show(&plan, (&objects, &touched), (&complete, &sampled), &look)?;
    let report = Report {
        names,
        bounds: how.bounds.bounds(),
        seed: how.seed,
        cut_off: interrupt::asked(),
        touched,
        not_judged,
        complete,
        sampled,
        shown,
    };
    let mut written = String::new();
    text(&report, width, styled, &mut written).map_err(Failure::new)?;
    output::write(&written, how.out.as_deref())?;
    Ok(match (report.differ(), report.cut_off, report.is_judged()) {
        (1.., ..) => Ended::Beyond,
        (0, true, _) => Ended::CutOff,
        (0, false, true) => Ended::Intended,
        (0, false, false) => Ended::NotJudged,
    })
}

/// The first mismatch of some entries, or if there is none of some paths' scenarios.
fn show(
    plan: &Plan,
    (objects, touched): (&[Arc<Compiled>], &Touched),
    (complete, sampled): (&[Complete], &[(Path, Sampled)]),
    look: &Look,
) -> Result<Vec<String>, Failure> {
    // A caller shows what it calls, with more around it.
    let mut entries: Vec<&Complete> = complete.iter().filter(|it| it.first.is_some()).collect();
    let is_changed = |name: &str| touched.changed.iter().any(|of| is_call_of(name, of));
    entries.sort_by_key(|entry| !entry.mismatches.keys().any(|name| is_changed(name)));
    let of_paths = entries.into_iter().filter_map(|entry| Found::of_path(plan, entry));
    let mut found: Vec<Found> = of_paths.take(SHOWN).collect();
    if found.is_empty() {
        let first = sampled.iter().filter_map(|(_, sampled)| sampled.first.as_ref());
        let sides = TWO_TREES.each_ref();
        found
            .extend(first.take(SHOWN).map(|scenario| Found::of_scenario(sides, objects, scenario)));
    }
    let text = |found: &Found| {
        let mut text = String::new();
        found.write(objects, look, &mut text).map_err(Failure::new)?;
        Ok(text)
    };
    found.iter().map(text).collect()
}
