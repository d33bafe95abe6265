// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff completions` and `mmdiff man`: what clap can tell a shell, and `man`.

use super::{Failure, output};
use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Args, Debug)]
pub(super) struct Manual {
    /// Write a page for each command into a folder, instead of the one for all to standard output
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Prints the completions for a shell.
pub(super) fn completions(mut command: Command, options: &Completions) -> Result<bool, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "mmdiff", &mut script);
    output::write(&String::from_utf8(script).map_err(Failure::new)?, None)?;
    Ok(true)
}

/// Prints the manual page, or writes all.
pub(super) fn man(mut command: Command, options: &Manual) -> Result<bool, Failure> {
    command.build();
    let Some(folder) = &options.folder else {
        let (_, page) = page(command)?;
        output::write(&String::from_utf8(page).map_err(Failure::new)?, None)?;
        return Ok(true);
    };
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure(format!("cannot make {}: {error}", folder.display())))?;
    let mut commands = vec![command];
    while let Some(command) = commands.pop() {
        let own = command.get_subcommands().filter(|command| command.get_name() != "help");
        commands.extend(own.cloned());
        let (name, page) = page(command)?;
        output::write_file(&folder.join(name), &page)?;
    }
    Ok(true)
}

/// The file name of a command's page, and the page.
fn page(command: Command) -> Result<(String, Vec<u8>), Failure> {
    // `mmdiff-corpus-write`, as clap calls it once the command is built.
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_string();
    let mut page = Vec::new();
    Man::new(command).title(&name).render(&mut page).map_err(Failure::new)?;
    Ok((format!("{name}.1"), page))
}
