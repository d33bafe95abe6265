// SPDX-License-Identifier: GPL-2.0-only
//! Inputs in the file system: folders are listed while what they hold is read.

use super::crew::{BATCH, Crew, Worker};
use super::tally::{Reason, Tally};
use super::{archive, names};
use crate::corpus;
use crate::corpus::migrate::VERSION_FILE;
use crate::scenario::{Path, Target};
use rayon::Scope;
use std::ffi::OsString;
use std::fs::{self, DirEntry, FileType};
use std::io;
use std::path::{Path as FsPath, PathBuf};

/// Why a file of which no name says the target is not fed.
pub(super) const UNPLACED: &str = "no folder or archive around it is named after a fuzz target";

/// Files of one folder.
struct Batch {
    folder: PathBuf,
    files: Vec<OsString>,
    target: Target,
}

/// Has everything replayed that an input of the plan stands for.
pub(super) fn open<'s>(
    crew: &'s Crew<'_>,
    scope: &Scope<'s>,
    input: &FsPath,
    otherwise: Option<Path>,
) {
    let otherwise = otherwise.map(Target::from);
    let input = input.to_path_buf();
    match fs::metadata(&input).map(|metadata| metadata.file_type()) {
        Ok(kind) if kind.is_dir() => {
            let target = names::of_folder(&input).or(otherwise);
            if let Err(other) = corpus::check_version_around(&input) {
                return refuse(crew, &other.path, Reason::Unreadable, other.error);
            }
            scope.spawn(move |scope| list(crew, scope, &input, target));
        }
        Ok(kind) if kind.is_file() => {
            let target = names::of_file(&input).or(otherwise);
            let around = input.parent().map_or(Ok(()), corpus::check_version_around);
            if let Err(other) = around {
                return refuse(crew, &other.path, Reason::Unreadable, other.error);
            }
            add_file(crew, scope, input, target, otherwise);
        }
        Ok(_) => refuse(crew, &input, Reason::Unreadable, "neither a file nor a folder"),
        Err(error) => refuse(crew, &input, Reason::Unreadable, error),
    }
}

/// A file outside any listing, or an archive.
fn add_file<'s>(
    crew: &'s Crew<'_>,
    scope: &Scope<'s>,
    file: PathBuf,
    target: Option<Target>,
    otherwise: Option<Target>,
) {
    if names::is_archive(&file) {
        let target = names::of_archive(&file).or(target).or(otherwise);
        scope.spawn(move |scope| archive::open(crew, scope, &file, target));
        return;
    }
    let Some(target) = target else {
        return refuse(crew, &file, Reason::Unplaced, UNPLACED);
    };
    let folder = file.parent().unwrap_or(FsPath::new("")).to_path_buf();
    let files = file.file_name().map(OsString::from).into_iter().collect();
    submit(crew, scope, Batch { folder, files, target });
}

/// Has everything replayed that is in a folder or below it.
fn list<'s>(crew: &'s Crew<'_>, scope: &Scope<'s>, folder: &FsPath, target: Option<Target>) {
    if names::of_folder(folder).is_none()
        && let Err(other) = corpus::check_version(folder)
    {
        return refuse(crew, &other.path, Reason::Unreadable, other.error);
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return refuse_unread(crew, folder, &error),
    };
    let mut files = Vec::new();
    for entry in entries.take_while(|_| !crew.stops()) {
        let found = entry.and_then(|entry| Ok((entry.file_type()?, entry)));
        let (kind, entry) = match found {
            Ok(found) => found,
            Err(error) => {
                refuse_unread(crew, folder, &error);
                break;
            }
        };
        let name = entry.file_name();
        if name == VERSION_FILE {
            continue;
        }
        if !kind.is_file() {
            list_other(crew, scope, &entry, kind, target);
        } else if names::is_archive(FsPath::new(&name)) {
            add_file(crew, scope, entry.path(), target, target);
        } else if let Some(target) = target {
            files.push(name);
            if files.len() == BATCH {
                let files = std::mem::take(&mut files);
                submit(crew, scope, Batch { folder: folder.to_path_buf(), files, target });
            }
        } else {
            refuse(crew, &entry.path(), Reason::Unplaced, UNPLACED);
        }
    }
    if let Some(target) = target.filter(|_| !files.is_empty()) {
        submit(crew, scope, Batch { folder: folder.to_path_buf(), files, target });
    }
}

/// What is in a folder and not a plain file. A link is followed to a file, but not to a folder,
/// which may be one that holds the link.
fn list_other<'s>(
    crew: &'s Crew<'_>,
    scope: &Scope<'s>,
    entry: &DirEntry,
    kind: FileType,
    target: Option<Target>,
) {
    let name = entry.path();
    if kind.is_dir() {
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            let target = names::of_folder(&name).or(target);
            scope.spawn(move |scope| list(crew, scope, &name, target));
        }
        return;
    }
    if !kind.is_symlink() {
        return refuse(crew, &name, Reason::Unreadable, "not a file");
    }
    match fs::metadata(&name) {
        Ok(found) if found.is_file() => add_file(crew, scope, name, target, target),
        Ok(found) if found.is_dir() => {
            let why = "a symbolic link to a folder, which is not followed";
            refuse(crew, &name, Reason::Unreadable, why);
        }
        Ok(_) => refuse(crew, &name, Reason::Unreadable, "not a file"),
        Err(error) => refuse(crew, &name, Reason::Unreadable, format!("broken link: {error}")),
    }
}

fn refuse(crew: &Crew<'_>, name: &FsPath, reason: Reason, why: impl ToString) {
    crew.note(|tally| tally.refuse(reason, name.display().to_string(), why.to_string()));
}

/// Notes something that was listed and could not be read.
pub(super) fn refuse_unread(crew: &Crew<'_>, name: &FsPath, error: &io::Error) {
    crew.note(|tally| note_unread(tally, name, error));
}

fn note_unread(tally: &mut Tally, name: &FsPath, error: &io::Error) {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => Reason::Vanished,
        io::ErrorKind::FileTooLarge => Reason::TooLarge,
        _ => Reason::Unreadable,
    };
    tally.refuse(reason, name.display().to_string(), error.to_string());
}

fn submit<'s>(crew: &'s Crew<'_>, scope: &Scope<'s>, batch: Batch) {
    crew.submit(scope, batch.files.len(), move |worker| read(worker, batch));
}

/// Reads and feeds the files of a batch.
fn read(worker: &mut Worker<'_>, batch: Batch) {
    let Worker { feeder, input, .. } = worker;
    let mut file = batch.folder;
    for name in batch.files {
        file.push(name);
        match corpus::read_into(&file, input) {
            Ok(len) => feeder.feed(batch.target, &input[..len], || file.display().to_string()),
            Err(error) => note_unread(&mut feeder.tally, &file, &error),
        }
        file.pop();
    }
}
