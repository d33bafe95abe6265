// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff explain`.

use super::{Failure, Sides, output};
use crate::corpus;
use crate::explain::explain;
use crate::scenario::{Path, Scenario};
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// A file of the corpus, or PATH:HEX as a report spells an example
    scenario: String,
    /// The path that a file is for [default: the name of its folder]
    #[arg(long)]
    path: Option<String>,
    #[command(flatten)]
    sides: Sides,
}

pub(super) fn run(options: &Options) -> Result<bool, Failure> {
    let scenario = find(options)?;
    let mut text = String::new();
    explain(&options.sides.question(), &scenario, &mut text).map_err(Failure::new)?;
    output::write(&text, None)?;
    Ok(true)
}

/// The scenario that is meant: spelled out, or in a file.
fn find(options: &Options) -> Result<Scenario, Failure> {
    if let Some((name, hex)) = options.scenario.split_once(':')
        && let Some(path) = Path::named(name)
    {
        let bytes = unhex(hex)
            .ok_or_else(|| Failure(format!("{:?} is not a string of bytes in hexadecimal", hex)))?;
        return Ok(Scenario::decode(path, &bytes));
    }
    let file = PathBuf::from(&options.scenario);
    let bytes = corpus::read_file(&file)
        .map_err(|error| Failure(format!("cannot read {}: {error}", file.display())))?;
    let folder = || file.parent()?.file_name()?.to_str();
    let name = options.path.as_deref().or_else(folder).unwrap_or("");
    let path = Path::named(name).ok_or_else(|| {
        Failure(format!("which path is {} for? Say it with --path", file.display()))
    })?;
    Ok(Scenario::decode(path, &bytes))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |&byte: &u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    pairs.iter().map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}
