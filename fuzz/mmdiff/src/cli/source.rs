// SPDX-License-Identifier: GPL-2.0-only
//! Where a scenario comes from: spelled out, or in a file of any of the kinds there are.

use super::Failure;
use crate::corpus;
use crate::readable;
use crate::replay::of_file;
use crate::scenario::{Path, Scenario, Target};
use clap::Args;
use mmdiff_world::spelling;
use std::path::{Path as FsPath, PathBuf};

#[derive(Args, Debug)]
pub(super) struct Source {
    /// A file of the corpus, a finding of cargo fuzz, a .toml, or PATH:HEX as a report spells it
    #[arg(value_name = "FILE|PATH:HEX")]
    scenario: String,
    /// The path that a file is for, if the name of its folder does not say
    #[arg(long, value_parser = path)]
    path: Option<Path>,
}

fn path(name: &str) -> Result<Path, String> {
    Path::named(name)
        .ok_or_else(|| format!("no such path; there are: {}", Path::ALL.map(Path::name).join(", ")))
}

impl Source {
    /// The scenario that is meant.
    pub(super) fn read(&self) -> Result<Scenario, Failure> {
        let scenario = self.find()?;
        match self.path {
            Some(path) if path != scenario.path() => Err(Failure(format!(
                "{} is for the path {}, not for {path}: leave --path out",
                self.scenario,
                scenario.path()
            ))),
            _ => Ok(scenario),
        }
    }

    fn find(&self) -> Result<Scenario, Failure> {
        find(&self.scenario, self.path)
    }
}

/// The scenario that is spelled, or in the file of that name: for `path`, or for the one that the
/// file's folder says.
pub(super) fn find(scenario: &str, path: Option<Path>) -> Result<Scenario, Failure> {
    if let Some(path) = scenario.split_once(':').and_then(|(name, _)| Path::named(name)) {
        let (_, bytes) = spelling::read(scenario).map_err(Failure)?;
        return Ok(Scenario::decode(path, &bytes));
    }
    let file = PathBuf::from(scenario);
    if file.extension().is_some_and(|extension| extension == "toml") {
        return read_toml(&file);
    }
    let bytes = read(&file)?;
    file.parent().map_or(Ok(()), corpus::check_version_around).map_err(Failure::new)?;
    let target = match (of_file(&file), path.map(Target::from)) {
        (Some(says), Some(said)) if says != said => {
            let (file, says, said) = (file.display(), says.name(), said.name());
            let why = "by its folder: leave --path out, or move the file";
            return Err(Failure(format!("{file} is for {says}, not {said}, {why}")));
        }
        (says, said) => says.or(said),
    };
    let target = target.ok_or_else(|| {
        let paths = Path::ALL.map(Path::name).join(", ");
        Failure(format!(
            "which path is {} for? Its folder does not say; --path can: {paths}",
            file.display()
        ))
    })?;
    let (path, _, bytes) = target.split(&bytes);
    Ok(Scenario::decode(path, bytes))
}

/// The scenario that a file of TOML says.
pub(super) fn read_toml(file: &FsPath) -> Result<Scenario, Failure> {
    let text = String::from_utf8(read(file)?)
        .map_err(|_| Failure(format!("{} is not text, so not TOML", file.display())))?;
    readable::parse(&text).map_err(|error| match error.line {
        Some(line) => Failure(format!("{}:{line}: {}", file.display(), error.why)),
        None => Failure(format!("{}: {}", file.display(), error.why)),
    })
}

fn read(file: &FsPath) -> Result<Vec<u8>, Failure> {
    corpus::read_file(file)
        .map_err(|error| Failure(format!("cannot read {}: {error}", file.display())))
}
