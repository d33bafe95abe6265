// SPDX-License-Identifier: GPL-2.0-only
//! Where output goes: a file, whole or not at all, or standard output.

use super::Failure;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Writes `text` to a file, atomically, or to standard output.
///
/// A reader of standard output that has seen enough is not an error.
pub(super) fn write(text: &str, out: Option<&Path>) -> Result<(), Failure> {
    match out {
        Some(path) => write_file(path, text.as_bytes()),
        None => match io::stdout().write_all(text.as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure(format!("cannot write to standard output: {error}"))),
            Ok(()) => Ok(()),
        },
    }
}

/// Puts a whole file in place: it is written beside it and renamed, so a reader never sees half of
/// it and a failure leaves what was there.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    put(path, bytes, true)
}

fn put(path: &Path, bytes: &[u8], replace: bool) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure(format!("cannot write {}: {error}", path.display()));
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    set_mode(&file).map_err(failed)?;
    let placed = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map_err(|error| failed(error.error))?;
    Ok(())
}

/// Puts a new file in place. One that is there with other bytes is left alone, unless `force`.
pub(super) fn create(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    if force {
        return write_file(path, bytes);
    }
    match std::fs::read(path) {
        Ok(there) if there == bytes => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => put(path, bytes, false),
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

/// A temporary file is its owner's alone; a result is everybody's to read.
#[cfg(unix)]
fn set_mode(file: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_mode(_: &tempfile::NamedTempFile) -> io::Result<()> {
    Ok(())
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
