// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff explain`.

use super::source::Source;
use super::{Failure, Sides, output};
use crate::explain::{Look, explain};
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    source: Source,
    /// Show all of both traces, not only what is around the differences
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    sides: Sides,
}

pub(super) fn run(options: &Options) -> Result<bool, Failure> {
    let scenario = options.source.read()?;
    let (width, styled) = output::terminal(false);
    let look = Look { width: width.into(), styled, full: options.full };
    let mut text = String::new();
    explain(&options.sides.question()?, &scenario, &look, &mut text).map_err(Failure::new)?;
    output::write(&text, None)?;
    Ok(true)
}
