// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff corpus`.

use super::{Failure, output};
use crate::corpus::seeds;
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
}

pub(super) fn run(command: &Command) -> Result<bool, Failure> {
    let Command::Write { folder } = command;
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
