// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff shrink`.

use super::source::Source;
use super::{Failure, Sides, output};
use crate::check::spell;
use crate::readable;
use crate::scenario::Scenario;
use crate::shrink::{self, Shrunk, Unshrinkable};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    source: Source,
    /// What must go on showing, as `explain` and the report spell it [default: the most important]
    #[arg(long, value_name = "SIGNATURE")]
    signature: Option<String>,
    /// Write the smallest scenario to a file, as an input or (to a .toml) as text
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    sides: Sides,
}

pub(super) fn run(options: &Options) -> Result<bool, Failure> {
    if let Some(out) = &options.out {
        output::check_free(out, options.force)?;
    }
    let scenario = options.source.read()?;
    let wanted = options.signature.as_deref();
    let shrunk = shrink::shrink(&options.sides.question()?, &scenario, wanted, shrink::BUDGET)
        .map_err(|why| refuse(&why, wanted))?;
    if let Some(out) = &options.out {
        let text = out.extension().is_some_and(|extension| extension == "toml");
        let bytes = match text {
            true => readable::write(&shrunk.scenario).into_bytes(),
            false => shrunk.scenario.encode(),
        };
        output::create(out, &bytes, options.force)?;
    }
    output::write(&say(&scenario, &shrunk), None)?;
    Ok(true)
}

fn refuse(why: &Unshrinkable, wanted: Option<&str>) -> Failure {
    match why {
        Unshrinkable::Nothing => Failure::new(
            "nothing to shrink: no difference shows, and no invariant is broken (what the \
                          target conformance finds, mmdiff conform --show shows)",
        ),
        Unshrinkable::NotThis(shown) => Failure(format!(
            "the scenario does not show {:?}; it shows \"{}\"",
            wanted.unwrap_or_default(),
            shown.join("\", \"")
        )),
    }
}

fn say(before: &Scenario, shrunk: &Shrunk) -> String {
    let (old, new) = (before.encode().len(), shrunk.scenario.encode().len());
    let mut text = String::new();
    let _ = writeln!(text, "shows    {}", shrunk.signature);
    let _ = writeln!(text, "is now   {}", spell(&shrunk.scenario));
    let _ = writeln!(text, "         {new} bytes of {old}, after {} tries", shrunk.tried);
    if !shrunk.finished {
        let _ = writeln!(text, "         NOT the smallest: that many tries are the bound");
    }
    match shrunk.words.as_slice() {
        [] => text += "it was the smallest already\n",
        words => {
            let _ = writeln!(text, "{}", words.join("; "));
        }
    }
    let _ = write!(text, "\n{}", readable::write(&shrunk.scenario));
    text
}
