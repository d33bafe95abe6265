// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff diff` and `mmdiff patch`: two trees' own C, compared with each other.

use super::output::PlainOutput;
use super::workers::Workers;
use super::{Ended, Failure};
use crate::report::diff::{Report, document, text};
use clap::Args;
use diffy::patch_set::{FileOperation, FilePatch, ParseOptions, PatchKind, PatchSet};
use mmdiff_c::{Config, Files};
use mmdiff_kernel::tree::whole::Whole;
use mmdiff_relate::trees::{Compared, Settings, compare};
use mmdiff_relate::{Bounds, Verdict};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::{fs, io};

/// How many bytes a file of patches may have.
const MAX_PATCH: u64 = 64 << 20;

/// The files that are looked at where more differ than [`MANY`], or headers alone do.
const USUAL: &[&str] = &[
    "mm/compaction.c",
    "mm/filemap.c",
    "mm/migrate.c",
    "mm/shmem.c",
    "mm/truncate.c",
    "virt/kvm/guest_memfd.c",
];

/// How many files are looked at without being asked for.
const MANY: usize = 12;

/// How two trees are compared.
#[derive(Args, Debug)]
pub(super) struct How {
    /// Look at this file, and not at others [default: those that differ]
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
    /// How many runs a function may take
    #[arg(long, default_value_t = Bounds::default().runs)]
    runs: u64,
    /// How many turns of a loop a difference is looked for in, from the beginning of a function
    #[arg(long, default_value_t = Bounds::default().turns)]
    turns: u32,
    /// Run also what is the same text, to its end
    #[arg(long)]
    no_identity: bool,
    /// Take an option of the configuration for the other way round, such as CONFIG_DEBUG_VM
    #[arg(long, value_name = "OPTION")]
    turn: Vec<String>,
    /// Take two names for one: that of a function, a member, a flag that was renamed
    #[arg(long, value_name = "OLD=NEW", value_parser = names)]
    same: Vec<(String, String)>,
    /// Take a function for one that changes nothing
    #[arg(long, value_name = "NAME")]
    pure: Vec<String>,
    #[command(flatten)]
    workers: Workers,
    #[command(flatten)]
    pub(super) output: PlainOutput,
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
    let [old, new] = [&options.old, &options.new].map(|path| Whole::read(path));
    let (old, new) = (old.map_err(Failure::new)?, new.map_err(Failure::new)?);
    let names = [&options.old, &options.new].map(|path| path.display().to_string());
    compared(&old, &new, names, &options.how)
}

pub(super) fn patch(options: &PatchOptions) -> Result<Ended, Failure> {
    let old = Whole::find(options.tree.as_deref()).map_err(Failure::new)?;
    let mut new = old.clone();
    for file in &options.patches {
        new = patched(new, file)?;
    }
    let name = old.origin().display().to_string();
    let patches: Vec<_> = options.patches.iter().map(|file| file.display().to_string()).collect();
    let names = [name, format!("the same with {}", patches.join(", "))];
    compared(&old, &new, names, &options.how)
}

/// The tree with the changes of one file of patches.
fn patched(mut tree: Whole, file: &PathBuf) -> Result<Whole, Failure> {
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
        tree = with_change(tree, &change).map_err(|why| failed(&why))?;
    }
    match any {
        true => Ok(tree),
        false => Err(failed(&"there is no patch in it")),
    }
}

/// The tree with the change of one file; why there is none.
fn with_change(tree: Whole, change: &FilePatch<'_, str>) -> Result<Whole, String> {
    let name = in_tree(change.operation());
    let PatchKind::Text(patch) = change.patch() else {
        return Err(format!("{name}: it is binary"));
    };
    let old = tree.text(name);
    let text = match (change.operation(), &old) {
        (FileOperation::Create(_), None) => "",
        (FileOperation::Create(_), Some(_)) => {
            return Err(format!("{name}: it is created, and is there"));
        }
        (_, Some(old)) => old,
        // Nothing is judged in documentation and the like, and a tree may be a part of one.
        (_, None) if !name.ends_with(".c") && !name.ends_with(".h") => return Ok(tree),
        (_, None) => {
            return Err(format!(
                "{name}: the tree has no such file; is it of the version that the patch is for?"
            ));
        }
    };
    let text =
        diffy::apply(text, patch).map_err(|error| format!("{name}: it does not apply: {error}"))?;
    Ok(match change.operation() {
        FileOperation::Delete(_) => tree.with_text(name, None),
        FileOperation::Rename { from, .. } => {
            let from = without_top(from);
            tree.with_text(from, None).with_text(name, Some(text))
        }
        _ => tree.with_text(name, Some(text)),
    })
}

/// A path without git's a/ or b/.
fn without_top(path: &str) -> &str {
    path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(path)
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

/// A tree, as what reads C asks it.
struct Texts<'w>(&'w Whole);

impl Files for Texts<'_> {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        self.0.text(path)
    }
}

fn compared(old: &Whole, new: &Whole, names: [String; 2], how: &How) -> Result<Ended, Failure> {
    let report = reported([old, new], names, how)?;
    there(how, &report.compared)?;
    how.output
        .write(&document(&report), |(width, styled), out| text(&report, width, styled, out))?;
    Ok(ended(&report))
}

/// What a comparison ends with.
pub(super) fn ended(report: &Report<'_>) -> Ended {
    match report.verdict() {
        Some(Verdict::Differs) => Ended::Beyond,
        Some(Verdict::NotShown) => Ended::CutOff,
        _ if !report.is_judged() => Ended::NotJudged,
        _ => Ended::Intended,
    }
}

/// Compares two trees in what differs between them.
pub(super) fn reported<'t>(
    [old, new]: [&'t Whole; 2],
    names: [String; 2],
    how: &How,
) -> Result<Report<'t>, Failure> {
    let changed = Whole::differ(old, new).map_err(Failure::new)?;
    let files = files(&changed, &how.file);
    for file in &how.file {
        if old.text(file).is_none() && new.text(file).is_none() {
            return Err(Failure(format!(
                "{file}: neither tree has it; name it from the top of the tree, as mm/truncate.c"
            )));
        }
    }
    let settings = settings(how);
    let pool = how.workers.pool()?;
    let bar = how.workers.progress(files.len() as u64, "files");
    let of_file = |file: &String| {
        let compared = compare([&Texts(old), &Texts(new)], file, &changed, &settings);
        bar.inc(1);
        (file.clone(), compared)
    };
    let by_file: BTreeMap<String, Compared> =
        pool.install(|| files.par_iter().map(of_file).collect());
    bar.finish_and_clear();
    let mut all = Compared::default();
    for compared in by_file.into_values() {
        all.add(compared);
    }
    for tree in [old, new] {
        if let Some(why) = tree.failure() {
            return Err(Failure(why));
        }
    }
    apart(how, &all)?;
    let not_looked_at = changed
        .iter()
        .filter(|file| !files.contains(*file) && !all.read.contains(*file))
        .cloned()
        .collect();
    let texts = [old, new].map(|tree| {
        Box::new(|file: &str| tree.text(file)) as Box<dyn Fn(&str) -> Option<Arc<str>> + '_>
    });
    let is_nothing = changed.is_empty();
    Ok(Report { names, settings, compared: all, not_looked_at, is_nothing, texts })
}

fn settings(how: &How) -> Settings {
    Settings {
        config: Config {
            turned: how.turn.iter().cloned().collect(),
            renamed: how.same.iter().cloned().collect(),
        },
        bounds: Bounds { runs: how.runs, turns: how.turns, identity: !how.no_identity },
        pure: how.pure.iter().cloned().collect(),
    }
}

/// Two names in C, with = between them.
fn names(text: &str) -> Result<(String, String), String> {
    let is_name = |name: &&str| {
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '_';
        name.chars().all(is_part) && name.starts_with(|it: char| !it.is_ascii_digit())
    };
    match text.split_once('=').map(|(old, new)| [old, new]) {
        Some([old, new]) if [old, new].iter().all(is_name) && old != new => {
            Ok((old.to_owned(), new.to_owned()))
        }
        _ => Err("it takes two names: --same _folio_nr_pages=_nr_pages".to_owned()),
    }
}

/// Whether names that are taken for one are not two.
fn apart(how: &How, all: &Compared) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    for name in how.same.iter().flat_map(|(old, new)| [old, new]) {
        if !names.insert(name) {
            return Err(Failure(format!("--same: {name} is named twice")));
        }
    }
    match how.same.iter().find(|(old, _)| all.both.contains(old)) {
        Some((old, new)) => {
            Err(Failure(format!("--same {old}={new}: one of the trees has both of them")))
        }
        None => Ok(()),
    }
}

/// Whether the names that something is said of are there, if anything was read. Of the commits of a range, each
/// reads other files.
fn there(how: &How, all: &Compared) -> Result<(), Failure> {
    if all.read.is_empty() {
        return Ok(());
    }
    if let Some((old, new)) = how.same.iter().find(|(old, _)| !all.renamed.contains(old)) {
        return Err(Failure(format!(
            "--same {old}={new}: neither tree has {old} in the files that were read"
        )));
    }
    if let Some(name) = how.pure.iter().find(|name| !all.pure.contains(*name)) {
        return Err(Failure(format!(
            "--pure {name}: neither tree has such a function in the files that were read"
        )));
    }
    Ok(())
}

/// The files that are looked at: those that are asked for, or those that differ. Of a header that differs
/// alone, those that are looked at most.
fn files(changed: &BTreeSet<String>, asked: &[String]) -> BTreeSet<String> {
    if !asked.is_empty() {
        return asked.iter().cloned().collect();
    }
    let sources: BTreeSet<String> =
        changed.iter().filter(|file| file.ends_with(".c")).cloned().collect();
    let usual = || USUAL.iter().map(|file| (*file).to_owned());
    let has_header = changed.iter().any(|file| file.ends_with(".h"));
    match sources.len() {
        0..=MANY if has_header => sources.into_iter().chain(usual()).collect(),
        0..=MANY => sources,
        _ => usual().collect(),
    }
}
