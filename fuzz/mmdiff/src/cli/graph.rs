// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff graph`.

use super::workers::Workers;
use super::{Failure, Sides, output};
use crate::diagram;
use crate::explore::{Bounds, PATHS};
use crate::scenario::Path;
use clap::{Args, ValueEnum};
use mmcore::Function;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The path whose functions to draw, or one function
    #[arg(value_name = "PATH|FUNCTION")]
    what: String,
    #[command(flatten)]
    sides: Sides,
    #[command(flatten)]
    workers: Workers,
    /// The form of the picture
    #[arg(long, value_enum, default_value_t = Form::Svg)]
    format: Form,
    /// Write the picture to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Form {
    /// A picture
    Svg,
    /// For Graphviz
    Dot,
}

pub(super) fn run(options: &Options) -> Result<bool, Failure> {
    let question = options.sides.question()?;
    let (paths, function) = wanted(&options.what)?;
    let draw = || diagram::draw(&question, Bounds::default(), &paths);
    let mut diagrams = options.workers.pool()?.install(draw);
    diagrams.retain(|diagram| function.is_none_or(|function| diagram.function == function));
    if diagrams.is_empty() {
        let why = "is called on no path that is enumerated, and diagrams are made of those";
        return Err(Failure(format!("{} {why} (see `mmdiff explore`)", options.what)));
    }
    let mut text = String::new();
    match options.format {
        Form::Svg => diagram::write_svgs(&diagrams, &mut text),
        Form::Dot => diagram::write_dot(&diagrams, &mut text),
    }
    .map_err(Failure::new)?;
    output::write(&text, options.out.as_deref())?;
    Ok(true)
}

/// The paths to enumerate, and the one function to draw if not all.
fn wanted(what: &str) -> Result<(Vec<Path>, Option<Function>), Failure> {
    if let Some(path) = Path::named(what).filter(|path| PATHS.contains(path)) {
        return Ok((vec![path], None));
    }
    if Path::named(what) == Some(Path::Lifecycle) {
        let why = "lifecycle has no diagram: its sequences have no end, so they are not enumerated; \
                   what it calls is drawn from the other paths, such as truncation";
        return Err(Failure(why.into()));
    }
    if let Some(function) = Function::named(what).filter(|function| function.is_marked()) {
        // The scanner's functions are met when it is enumerated, and nowhere else.
        let scans = function.file() == "mm/compaction.c";
        let met = |path: &Path| (*path == Path::Compaction) == scans;
        return Ok((PATHS.into_iter().filter(met).collect(), Some(function)));
    }
    let paths = PATHS.map(Path::name).join(", ");
    let functions: Vec<_> = Function::marked().map(Function::name).collect();
    let functions = functions.join(", ");
    Err(Failure(format!("no such path or function as {what}; there are: {paths}; {functions}")))
}
