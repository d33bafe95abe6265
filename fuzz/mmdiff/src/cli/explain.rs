// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff explain`.

use super::source::Source;
use super::{Failure, Sides, output};
use crate::explain::explain;
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    sides: Sides,
}

pub(super) fn run(options: &Options) -> Result<bool, Failure> {
    let scenario = options.source.read()?;
    let mut text = String::new();
    explain(&options.sides.question(), &scenario, &mut text).map_err(Failure::new)?;
    output::write(&text, None)?;
    Ok(true)
}
