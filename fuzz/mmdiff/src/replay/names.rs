// SPDX-License-Identifier: GPL-2.0-only
//! Which target the inputs in a folder or an archive are for, by its name.

use crate::scenario::target::PROJECT;
use crate::scenario::{Path, Target};
use std::ffi::OsStr;
use std::path::Path as FsPath;

/// The target that a zip archive is for: by the name of the file, up to whatever follows the target's
/// (a date, say), or else by that of its folder.
pub(super) fn of_archive(file: &FsPath) -> Option<Target> {
    let stem = file.file_stem()?.to_str()?;
    let name = stem.strip_prefix(PROJECT).unwrap_or(stem);
    let follows = |target: &str| {
        let rest = name.strip_prefix(target)?;
        rest.starts_with(|c: char| !c.is_ascii_alphanumeric()).then_some(())
    };
    let names = Path::ALL.into_iter().flat_map(|path| [path.name(), path.target()]);
    let mut names = names.chain([Target::Conformance.name()]);
    let prefixed = || names.find(|name| follows(name).is_some()).and_then(Target::named);
    Target::named_after(stem).or_else(prefixed).or_else(|| of_file(file))
}

/// The target that a file is for: by the name of its folder.
pub(crate) fn of_file(file: &FsPath) -> Option<Target> {
    let folder = file.parent()?;
    of_folder(if folder.as_os_str().is_empty() { FsPath::new(".") } else { folder })
}

/// The target that a folder is for, by its name alone; `.` and `..` have one too.
pub(super) fn of_folder(folder: &FsPath) -> Option<Target> {
    let named = |name: &OsStr| Target::named_after(name.to_str()?);
    match folder.file_name() {
        Some(name) => named(name),
        None => named(folder.canonicalize().ok()?.file_name()?),
    }
}

/// The target that an entry of an archive is for, by the nearest of its folders there.
pub(super) fn of_entry(folders: &[u8]) -> Option<Target> {
    let folders = folders.rsplit(|&byte| byte == b'/');
    folders.filter_map(|name| std::str::from_utf8(name).ok()).find_map(Target::named_after)
}

/// Whether a file is a zip archive, by its name.
pub(super) fn is_archive(file: &FsPath) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}
