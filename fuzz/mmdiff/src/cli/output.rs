// SPDX-License-Identifier: GPL-2.0-only
//! Where output goes: a file, whole or not at all, or standard output.

use super::Failure;
use crate::report::formats::{Document, Format, render};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::fmt;
use std::fs::{OpenOptions, Permissions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The form of a report, and where it goes.
#[derive(Args, Debug)]
pub(super) struct Output {
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

impl Output {
    /// Writes a report.
    pub(super) fn write(&self, report: &dyn Document) -> Result<(), Failure> {
        let text = render(report, self.format, terminal(self.out.is_some())).map_err(Failure)?;
        write(&text, self.out.as_deref())
    }
}

/// The form of a report that has two, and where it goes.
#[derive(Args, Debug)]
pub(super) struct PlainOutput {
    /// The form of the report
    #[arg(long, value_enum, default_value_t = PlainFormat::Text)]
    format: PlainFormat,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum PlainFormat {
    /// For a person
    Text,
    /// For a program: `mmdiff schema` describes it
    Json,
}

impl PlainOutput {
    /// The width to write text in, and whether it may be styled.
    pub(super) fn terminal(&self) -> (u16, bool) {
        terminal(self.out.is_some())
    }

    /// Whether a program is to read it.
    pub(super) fn is_for_a_program(&self) -> bool {
        self.format == PlainFormat::Json
    }

    /// Writes text as it is.
    pub(super) fn write_text(&self, text: &str) -> Result<(), Failure> {
        write(text, self.out.as_deref())
    }

    /// Writes a report: for a program `document`, for a person what `text` makes.
    pub(super) fn write(
        &self,
        document: &impl Serialize,
        text: impl FnOnce((u16, bool), &mut String) -> fmt::Result,
    ) -> Result<(), Failure> {
        let mut written = String::new();
        match self.format {
            PlainFormat::Json => {
                written = serde_json::to_string_pretty(document).map_err(Failure::new)?;
                written.push('\n');
            }
            PlainFormat::Text => text(self.terminal(), &mut written).map_err(Failure::new)?,
        }
        self.write_text(&written)
    }
}

/// Writes `text` to a file, atomically, or to standard output.
///
/// A reader of standard output that has seen enough is not an error.
pub(super) fn write(text: &str, out: Option<&Path>) -> Result<(), Failure> {
    match out {
        Some(path) => write_file(path, text.as_bytes()),
        None => {
            let mut out = io::stdout();
            printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
        }
    }
}

/// Says something beside the report, in a line on standard error. Whether anybody reads it is no matter.
pub(super) fn say(what: &str) {
    let _ = writeln!(io::stderr(), "mmdiff: {what}");
}

/// What it means that standard output was written to, or not.
pub(super) fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure(format!("cannot write to standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Puts a whole file in place: it is written beside it and renamed, so a reader never sees half of
/// it and a failure leaves what was there, with its permissions. A link is followed; what is not a
/// plain file (a device, a pipe) is written to.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: io::Error| cannot_write(path, &error);
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    match target.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            Err(failed(io::Error::from(io::ErrorKind::IsADirectory)))
        }
        Ok(metadata) if !metadata.is_file() => {
            let opened = OpenOptions::new().write(true).open(&target);
            opened.and_then(|mut file| file.write_all(bytes)).map_err(failed)
        }
        Ok(metadata) => {
            let file = beside(&target, bytes, Some(metadata.permissions())).map_err(failed)?;
            file.persist(&target).map(drop).map_err(|error| failed(error.error))
        }
        Err(_) => {
            let file = beside(&target, bytes, None).map_err(failed)?;
            file.persist(&target).map(drop).map_err(|error| failed(error.error))
        }
    }
}

/// Writes a file beside `target`, ready to take its place.
fn beside(
    target: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> io::Result<tempfile::NamedTempFile> {
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    // As a new file would be made: for everybody, less the umask.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    // A file that is not there is made, so what is missing is where to make it.
    match error.kind() {
        io::ErrorKind::NotFound => {
            Failure(format!("cannot write {}: there is no such folder", path.display()))
        }
        _ => Failure(format!("cannot write {}: {error}", path.display())),
    }
}

/// Fails if [`write_file`] is bound to: before the work, not after it.
pub(super) fn check_writable(path: &Path) -> Result<(), Failure> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let checked = match target.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => Ok(()),
        _ => beside(&target, &[], None).map(drop),
    };
    checked.map_err(|error| cannot_write(path, &error))
}

/// Puts a new file in place. One that is there with other bytes is left alone, unless `force`.
pub(super) fn create(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    if force {
        return write_file(path, bytes);
    }
    // What is there may be a pipe that nobody writes to, or a device without end, or a broken link.
    match path.symlink_metadata() {
        Ok(there) if there.is_file() && there.len() == bytes.len() as u64 => {
            let same = std::fs::read(path).is_ok_and(|there| there == bytes);
            if same { Ok(()) } else { Err(in_the_way(path)) }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let file = beside(path, bytes, None).map_err(|error| cannot_write(path, &error))?;
            let placed = file.persist_noclobber(path).map(drop);
            placed.map_err(|error| cannot_write(path, &error.error))
        }
        _ => Err(in_the_way(path)),
    }
}

/// Fails if [`create`] is bound to: before the work, not after it.
pub(super) fn check_free(path: &Path, force: bool) -> Result<(), Failure> {
    if force || !path.exists() { Ok(()) } else { Err(in_the_way(path)) }
}

fn in_the_way(path: &Path) -> Failure {
    Failure(format!("{} is there already; --force replaces it", path.display()))
}

/// The width to write text in, and whether it may be styled.
pub(super) fn terminal(to_file: bool) -> (u16, bool) {
    const WITHOUT_TERMINAL: u16 = 100;
    let is_terminal = !to_file && io::stdout().is_terminal();
    let width = match console::Term::stdout().size_checked() {
        Some((_, columns)) if is_terminal => columns.clamp(80, 160),
        _ => WITHOUT_TERMINAL,
    };
    (width, is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()))
}
