// SPDX-License-Identifier: GPL-2.0-only
//! The corpus: a folder a fuzz target, a file a scenario. Its [`seeds`], and what these [`reach`].

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod migrate;
pub mod reach;
pub mod seeds;
pub mod snapshot;
pub mod survey;

use mmdiff_judge::{check, oracle};
use mmdiff_trace as trace;
use mmdiff_world::{run, scenario, world};

pub use mmdiff_judge::check::Seed;

use crate::scenario::codec::VERSION;
use crate::scenario::{Path, Target};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path as FsPath, PathBuf};

/// The largest input that is read, in bytes. No scenario is longer than a few hundred.
pub const MAX_INPUT: u64 = 1 << 20;

/// An input that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for Unreadable {}

/// Reads every seed of the corpus in `root`, in the order of paths and names. A path's seeds are in
/// the folder of its target's name, or of its own. Folders of other names are left alone, and so is a
/// file that vanishes meanwhile.
///
/// # Errors
/// The first file or folder that cannot be read, or that is too large to be a seed; or the version
/// file, if it says that the seeds are of another version.
pub fn read(root: &FsPath) -> Result<Vec<Seed>, Unreadable> {
    let wrap = |path: &FsPath| {
        let path = path.to_path_buf();
        move |error| Unreadable { path, error }
    };
    fs::read_dir(root).map_err(wrap(root))?;
    check_version(root)?;
    let mut seeds = Vec::new();
    for path in Path::ALL {
        let mut files = Vec::new();
        for folder in folders(root, path) {
            for entry in fs::read_dir(&folder).map_err(wrap(&folder))? {
                files.push(entry.map_err(wrap(&folder))?.path());
            }
        }
        files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
        for file in files {
            let bytes = match read_file(&file) {
                // A fuzzer that is at work removes inputs; a link to nothing is still there.
                Err(_) if file.symlink_metadata().is_err_and(|error| is_missing(&error)) => {
                    continue;
                }
                read => read.map_err(wrap(&file))?,
            };
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            seeds.push(Seed { path, name, bytes });
        }
    }
    Ok(seeds)
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// A corpus that says its version must be of the current one.
///
/// # Errors
/// The version file, if it says another version, or none, or cannot be read.
pub fn check_version(root: &FsPath) -> Result<(), Unreadable> {
    let path = root.join(migrate::VERSION_FILE);
    let why = match migrate::version_of(root) {
        Ok(None | Some(VERSION)) => return Ok(()),
        Ok(Some(version)) => {
            let root = root.display();
            format!("version {version}, where {VERSION} is read: mmdiff corpus migrate {root}")
        }
        Err(migrate::Trouble::Io(_, error)) => return Err(Unreadable { path, error }),
        Err(trouble) => trouble.to_string(),
    };
    Err(Unreadable { path, error: io::Error::new(io::ErrorKind::InvalidData, why) })
}

/// The corpus that `folder` is of, which may say its version, must be of the current one: around the
/// nearest folder that is a target's, or else `folder` itself. (What else there is of the version
/// file's name says nothing about inputs.)
///
/// # Errors
/// The version file, if it says another version.
pub fn check_version_around(folder: &FsPath) -> Result<(), Unreadable> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let is_targets = |folder: &&FsPath| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.and_then(Target::named_after).is_some()
    };
    let around = folder.ancestors().find(is_targets).and_then(FsPath::parent);
    let root = around.unwrap_or(&folder);
    if matches!(migrate::version_of(root), Ok(Some(_))) { check_version(root) } else { Ok(()) }
}

/// The folders of a path that there are in `root`: the one of its target's name, then that of its
/// own.
fn folders(root: &FsPath, path: Path) -> Vec<PathBuf> {
    let mut names = vec![path.target(), path.name()];
    names.dedup();
    names.into_iter().map(|name| root.join(name)).filter(|folder| folder.exists()).collect()
}

/// Reads one input.
///
/// # Errors
/// Those of the file system, [`io::ErrorKind::FileTooLarge`] beyond [`MAX_INPUT`], and whatever is
/// not a file is an error too.
pub fn read_file(file: &FsPath) -> io::Result<Vec<u8>> {
    let opened = open(file)?;
    if !opened.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"));
    }
    let mut bytes = vec![0; MAX_INPUT as usize + 1];
    let len = fill(opened, &mut bytes)?;
    bytes.truncate(len);
    bytes.shrink_to_fit();
    Ok(bytes)
}

/// Reads one input into `buffer`, which is [`MAX_INPUT`] + 1 bytes long, and says how many it has.
/// Asks the system for nothing else, so that many can be read quickly.
///
/// # Errors
/// As of [`read_file`], but something that is not a file may pass for one, or for an empty one.
pub fn read_into(file: &FsPath, buffer: &mut [u8]) -> io::Result<usize> {
    fill(open(file)?, buffer)
}

/// Opens a file to read it; a pipe that nobody writes to does not block.
///
/// # Errors
/// Those of the file system.
pub fn open(file: &FsPath) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.read(true).open(file)
}

/// Reads to the end of the file, unless that is beyond the end of the buffer.
///
/// POSIX has a file's read stop short only at its end (or for a signal, and there is no handler), so
/// most inputs take one call. Beyond a page that could also be an error that the next call tells.
fn fill(mut file: File, buffer: &mut [u8]) -> io::Result<usize> {
    const PAGE: usize = 4096;
    let mut len = 0;
    loop {
        match file.read(&mut buffer[len..]) {
            Ok(0) if len == buffer.len() => {
                let why = format!("larger than {MAX_INPUT} bytes, which no seed is");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
            }
            Ok(0) => return Ok(len),
            Ok(all) if len == 0 && all < buffer.len().min(PAGE) => return Ok(all),
            Ok(more) => len += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
