// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff corpus`.

use super::source::{self, Source};
use super::{Ended, Failure, check, output, stats};
use crate::corpus::migrate::{self, FORMATS, VERSION_FILE};
use crate::corpus::{read_file, seeds, snapshot};
use crate::readable;
use crate::scenario::Path as Target;
use clap::Subcommand;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Write every seed into a folder; a file that is there with other bytes is left alone
    #[command(after_help = "Example: mmdiff corpus write corpus")]
    Write {
        /// The folder
        folder: PathBuf,
    },
    /// Turn a scenario that a person wrote into an input
    #[command(after_help = "Example: mmdiff corpus encode mine.toml corpus/truncation/mine")]
    Encode {
        /// The scenario, in TOML
        #[arg(value_name = "IN.toml")]
        text: PathBuf,
        /// The input
        out: PathBuf,
        /// Replace the file if it is there with other bytes
        #[arg(long)]
        force: bool,
    },
    /// Turn an input into TOML, as a person would write it
    #[command(after_help = "Example: mmdiff corpus decode corpus/errors/eio_wins_over_enospc")]
    Decode {
        #[command(flatten)]
        source: Source,
        /// Write it to a file instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Replace the file if it is there with another text
        #[arg(long)]
        force: bool,
    },
    /// Say which outcomes a corpus reaches, or generated scenarios, and which not
    #[command(after_help = "Example: mmdiff corpus stats fuzz/corpus --path truncation")]
    Stats(stats::Options),
    /// Rewrite a corpus from an older version of the byte format to the current one
    #[command(after_help = "Example: mmdiff corpus migrate fuzz/corpus --from 1")]
    Migrate {
        /// The corpus: a folder with one folder a target
        folder: PathBuf,
        /// The version of a corpus that has no VERSION file
        #[arg(long, value_name = "VERSION")]
        from: Option<u32>,
    },
    /// Compare what each committed seed means with what it is known to mean
    #[command(after_help = "Example: mmdiff corpus snapshot --accept")]
    Snapshot {
        /// The corpus [default: corpus/ here or in the sources]
        folder: Option<PathBuf>,
        /// Where the snapshots are [default: those of the sources]
        #[arg(long, value_name = "DIR")]
        snapshots: Option<PathBuf>,
        /// Take what the seeds mean now to be right
        #[arg(long)]
        accept: bool,
    },
}

pub(super) fn run(command: &Command) -> Result<Ended, Failure> {
    match command {
        Command::Write { folder } => write(folder).map(Ended::from),
        Command::Encode { text, out, force } => {
            output::create(out, &source::read_toml(text)?.encode(), *force)?;
            Ok(Ended::Intended)
        }
        Command::Decode { source, out, force } => {
            let text = readable::write(&source.read()?);
            match out {
                Some(out) => output::create(out, text.as_bytes(), *force)?,
                None => output::write(&text, None)?,
            }
            Ok(Ended::Intended)
        }
        Command::Stats(options) => stats::run(options),
        Command::Migrate { folder, from } => migrate(folder, *from).map(Ended::from),
        Command::Snapshot { folder, snapshots, accept } => {
            snapshot(folder.as_deref(), snapshots.as_deref(), *accept).map(Ended::from)
        }
    }
}

/// Writes what is not there, and says what is there and no seed.
fn write(folder: &Path) -> Result<bool, Failure> {
    let seeds = seeds::all();
    let place = |target: Target, name: &str| folder.join(target.target()).join(name);
    let files = seeds.iter().map(|seed| (place(seed.path, &seed.name), seed.bytes.clone()));
    let files: Vec<_> =
        files.chain([(folder.join(VERSION_FILE), migrate::version_line())]).collect();
    let written = write_missing(&files)?;
    let known = seeds.iter().map(|seed| place(seed.path, &seed.name)).collect();
    let mut text = format!("{written} files written, {} were there\n", files.len() - written);
    for file in strangers(folder, &known)? {
        let _ = writeln!(text, "no seed any more, remove it: {}", file.display());
    }
    output::write(&text, None)?;
    Ok(true)
}

/// Writes the files that are not there, and says how many. If one is there with other bytes, none is
/// written.
pub(super) fn write_missing(files: &[(PathBuf, Vec<u8>)]) -> Result<usize, Failure> {
    let is_there = |file: &Path, bytes: &[u8]| match read_file(file) {
        Ok(there) if there == bytes => Ok(true),
        Ok(_) => Err(Failure(format!(
            "{} is there with other bytes, so nothing is written: move it away, or name another folder",
            file.display()
        ))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure(format!("cannot read {}: {error}", file.display()))),
    };
    let mut missing = Vec::new();
    for (file, bytes) in files {
        if !is_there(file, bytes)? {
            missing.push((file, bytes));
        }
    }
    for (file, bytes) in &missing {
        make(file, bytes)?;
    }
    Ok(missing.len())
}

/// The files in the targets' folders that are no seeds.
fn strangers(folder: &Path, known: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, Failure> {
    let mut strangers = Vec::new();
    for target in Target::ALL {
        let folder = folder.join(target.target());
        let failed =
            |error: std::io::Error| Failure(format!("cannot read {}: {error}", folder.display()));
        for entry in fs::read_dir(&folder).map_err(failed)? {
            strangers.push(entry.map_err(failed)?.path());
        }
    }
    strangers.retain(|file| !known.contains(file));
    strangers.sort();
    Ok(strangers)
}

fn make(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Failure(format!("cannot create {}: {error}", folder.display())))?;
    }
    output::write_file(file, bytes)
}

fn migrate(folder: &Path, from: Option<u32>) -> Result<bool, Failure> {
    let done = migrate::migrate(folder, from, FORMATS).map_err(Failure::new)?;
    let text = match done.old {
        None => {
            format!("{} inputs, all of version {} and canonical already\n", done.inputs, done.from)
        }
        Some(old) => format!(
            "{} inputs migrated from version {}, {} with other bytes; the old ones are in {}\n",
            done.inputs,
            done.from,
            done.changed,
            old.display()
        ),
    };
    output::write(&text, None)?;
    Ok(true)
}

fn snapshot(
    folder: Option<&Path>,
    snapshots: Option<&Path>,
    accept: bool,
) -> Result<bool, Failure> {
    let seeds = check::read_corpus(folder)?;
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
    let snapshots = snapshots.unwrap_or(Path::new(sources));
    let without = Target::ALL.into_iter().find(|&path| !seeds.iter().any(|seed| seed.path == path));
    if let Some(path) = without.filter(|_| accept) {
        let name = path.target();
        return Err(Failure(format!(
            "no seed for {name}: a snapshot is accepted of a whole corpus"
        )));
    }
    let mut text = String::new();
    let mut changed = 0;
    for target in Target::ALL {
        let file = snapshots.join(snapshot::file_name(target));
        let current = snapshot::render(target, &seeds);
        let accepted = match fs::read_to_string(&file) {
            Ok(accepted) => accepted,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure(format!("cannot read {}: {error}", file.display()))),
        };
        for (name, change) in snapshot::compare(&accepted, &current) {
            changed += 1;
            let _ = writeln!(text, "{target}/{name}: {change}");
        }
        if accept && accepted != current {
            make(&file, current.as_bytes())?;
        }
    }
    let verdict = match (changed, accept) {
        (0, _) => "every seed means what it meant".to_string(),
        (n, true) => format!("{n} changes accepted"),
        (n, false) => format!("{n} changes; accept them with --accept"),
    };
    let _ = writeln!(text, "{verdict}");
    output::write(&text, None)?;
    Ok(accept || changed == 0)
}
