// SPDX-License-Identifier: GPL-2.0-only
//! Which path the inputs in a folder or an archive are for, by its name.

use crate::scenario::Path;
use std::ffi::OsStr;
use std::path::Path as FsPath;

/// OSS-Fuzz puts the project before the target's name.
const PROJECT: &str = "mmdiff_";
/// OSS-Fuzz's name for the seeds of a target.
const SEEDS: &str = "_seed_corpus";

/// The path that a folder or archive of this name is for: the path's own name or that of a fuzz
/// target, as it is or as OSS-Fuzz spells it (`mmdiff_flags`, `flags_seed_corpus`).
///
/// The target `guest_memfd` is that of the path `creation`; the others have their path's name.
pub fn named_after(name: &str) -> Option<Path> {
    let name = name.strip_prefix(PROJECT).unwrap_or(name);
    let name = name.strip_suffix(SEEDS).unwrap_or(name);
    if name == "guest_memfd" { Some(Path::Creation) } else { Path::named(name) }
}

/// The path that a zip archive is for: by the name of the file, up to whatever follows the target's
/// (a date, say), or else by that of its folder.
pub(super) fn of_archive(file: &FsPath) -> Option<Path> {
    let stem = file.file_stem()?.to_str()?;
    let name = stem.strip_prefix(PROJECT).unwrap_or(stem);
    let follows = |target: &str| {
        let rest = name.strip_prefix(target)?;
        rest.starts_with(|c: char| !c.is_ascii_alphanumeric()).then_some(())
    };
    let targets = Path::ALL.into_iter().map(|path| (path.name(), path));
    let mut targets = targets.chain([("guest_memfd", Path::Creation)]);
    let prefixed = || targets.find(|(target, _)| follows(target).is_some()).map(|(_, path)| path);
    named_after(stem).or_else(prefixed).or_else(|| of_file(file))
}

/// The path that a file is for: by the name of its folder.
pub(super) fn of_file(file: &FsPath) -> Option<Path> {
    let folder = file.parent()?;
    of_folder(if folder.as_os_str().is_empty() { FsPath::new(".") } else { folder })
}

/// The path that a folder is for, by its name alone; `.` and `..` have one too.
pub(super) fn of_folder(folder: &FsPath) -> Option<Path> {
    let named = |name: &OsStr| named_after(name.to_str()?);
    match folder.file_name() {
        Some(name) => named(name),
        None => named(folder.canonicalize().ok()?.file_name()?),
    }
}

/// The path that an entry of an archive is for, by the nearest of its folders there.
pub(super) fn of_entry(folders: &[u8]) -> Option<Path> {
    let folders = folders.rsplit(|&byte| byte == b'/');
    folders.filter_map(|name| std::str::from_utf8(name).ok()).find_map(named_after)
}

/// Whether a file is a zip archive, by its name.
pub(super) fn is_archive(file: &FsPath) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}
