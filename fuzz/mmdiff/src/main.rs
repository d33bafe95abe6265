// SPDX-License-Identifier: GPL-2.0-only
//! The `mmdiff` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    mmdiff::cli::main()
}
