// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff corpus`.

use super::source::{self, Source};
use super::{Failure, output};
use crate::corpus::seeds;
use crate::scenario::readable;
use clap::Subcommand;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Write every named seed into a folder; a file that is there with other bytes is left alone
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
}

pub(super) fn run(command: &Command) -> Result<bool, Failure> {
    match command {
        Command::Write { folder } => write(folder),
        Command::Encode { text, out, force } => {
            output::create(out, &source::read_toml(text)?.encode(), *force)?;
            Ok(true)
        }
        Command::Decode { source, out, force } => {
            let text = readable::write(&source.read()?);
            match out {
                Some(out) => output::create(out, text.as_bytes(), *force)?,
                None => output::write(&text, None)?,
            }
            Ok(true)
        }
    }
}

fn write(folder: &Path) -> Result<bool, Failure> {
    let seeds = seeds::all();
    let mut written = 0;
    for seed in &seeds {
        let file = folder.join(seed.path.target()).join(&seed.name);
        match fs::read(&file) {
            Ok(bytes) if bytes == seed.bytes => continue,
            Ok(_) => return Err(Failure(format!("{} is there with other bytes", file.display()))),
            Err(_) => make(&file, &seed.bytes)?,
        }
        written += 1;
    }
    let known = seeds.len() - written;
    output::write(&format!("{written} seeds written, {known} were there\n"), None)?;
    Ok(true)
}

fn make(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Failure(format!("cannot create {}: {error}", folder.display())))?;
    }
    output::write_file(file, bytes)
}
