// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff schema`.

use super::{Failure, output};
use crate::schema::Kind;
use clap::Args;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The document
    #[arg(value_enum, value_name = "DOCUMENT")]
    kind: Kind,
}

pub(super) fn run(options: &Options) -> Result<bool, Failure> {
    output::write(&options.kind.schema().map_err(Failure::new)?, None)?;
    Ok(true)
}
