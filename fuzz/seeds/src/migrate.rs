// SPDX-License-Identifier: GPL-2.0-only
//! Rewriting a corpus from an older version of the byte format to the current one.
//!
//! A [`Format`] reads the bytes of one version into today's scenarios; [`FORMATS`] is the list of
//! those that there have been. The new corpus is written beside the old one as a whole, and takes
//! its place when all of it is there; the old one is kept under another name. So a failure, or a
//! crash, at any point leaves a corpus of one version.

use super::read_file;
use crate::scenario::codec::VERSION;
use crate::scenario::{Path, Scenario, Target};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path as FsPath, PathBuf};

/// The file of a corpus that says which version its inputs are of.
pub const VERSION_FILE: &str = "VERSION";

/// A version of the byte format, and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its number.
    pub version: u32,
    /// What bytes of that version mean. Total, as today's format is.
    pub decode: fn(Path, &[u8]) -> Scenario,
}

/// Every version that can be read.
pub const FORMATS: &[Format] = &[Format { version: VERSION, decode: Scenario::decode }];

/// What a migration did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Migrated {
    /// The version that the corpus was of.
    pub from: u32,
    /// How many inputs it has.
    pub inputs: usize,
    /// How many of them have other bytes now.
    pub changed: usize,
    /// Where the old corpus is now; `None` if there was nothing to do.
    pub old: Option<PathBuf>,
}

/// Why a corpus cannot be migrated. Nothing has been changed.
#[derive(Debug)]
pub enum Trouble {
    /// A file or folder cannot be read or written.
    Io(PathBuf, io::Error),
    /// The corpus does not say its version, and nobody else did.
    NoVersion(PathBuf),
    /// The version file holds something else.
    NotAVersion(PathBuf),
    /// The corpus is of another version than was said.
    Contradiction(PathBuf, u32, u32),
    /// Nobody knows that version; it may be newer than this program.
    Unknown(PathBuf, u32, Vec<u32>),
    /// Something in the corpus is no part of one.
    Stranger(PathBuf),
    /// Two inputs would get the same name.
    Twice(PathBuf),
    /// Something is where the new or the old corpus would go.
    InTheWay(PathBuf),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Trouble::NoVersion(path) => {
                write!(f, "{} is missing: say the corpus's version with --from", path.display())
            }
            Trouble::NotAVersion(path) => {
                write!(
                    f,
                    "{} does not hold a version number; it should be {VERSION}",
                    path.display()
                )
            }
            Trouble::Contradiction(path, is, said) => {
                write!(f, "{} says version {is}, not {said}: leave --from out", path.display())
            }
            Trouble::Unknown(path, version, known) => {
                let newer = if *version > VERSION { "; a newer mmdiff may" } else { "" };
                let known: Vec<_> = known.iter().map(u32::to_string).collect();
                let (path, known) = (path.display(), known.join(", "));
                write!(f, "{path} is of version {version}, and this mmdiff reads {known}{newer}")
            }
            Trouble::Stranger(path) => {
                write!(f, "{} is no part of a corpus: move it away", path.display())
            }
            Trouble::Twice(path) => {
                write!(f, "{} would be there twice: rename one of the two", path.display())
            }
            Trouble::InTheWay(path) => {
                write!(f, "{} is in the way: move it away", path.display())
            }
        }
    }
}

impl std::error::Error for Trouble {}

fn io_trouble(path: &FsPath) -> impl FnOnce(io::Error) -> Trouble {
    let path = path.to_path_buf();
    move |error| Trouble::Io(path, error)
}

/// The version that the corpus in `root` says it is of, if it says so.
///
/// # Errors
/// [`Trouble`] if the file is there and cannot be read as a number.
pub fn version_of(root: &FsPath) -> Result<Option<u32>, Trouble> {
    let file = root.join(VERSION_FILE);
    match read_file(&file) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes).ok();
            let version = text.and_then(|text| text.trim().parse().ok());
            version.map(Some).ok_or(Trouble::NotAVersion(file))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::Io(file, error)),
    }
}

/// The bytes of a corpus's version file.
pub fn version_line() -> Vec<u8> {
    format!("{VERSION}\n").into_bytes()
}

/// Rewrites the corpus in `root` to the current version. `from` is its version, if it does not say
/// so itself.
///
/// # Errors
/// [`Trouble`]; then nothing has been changed.
pub fn migrate(root: &FsPath, from: Option<u32>, formats: &[Format]) -> Result<Migrated, Trouble> {
    let root = &fs::canonicalize(root).map_err(io_trouble(root))?;
    let says = version_of(root)?;
    let version = match (says, from) {
        (Some(is), Some(said)) if is != said => {
            return Err(Trouble::Contradiction(root.join(VERSION_FILE), is, said));
        }
        (Some(version), _) | (None, Some(version)) => version,
        (None, None) => return Err(Trouble::NoVersion(root.join(VERSION_FILE))),
    };
    let inputs = inputs(root)?;
    let known = || formats.iter().map(|format| format.version).collect();
    let format = formats.iter().find(|format| format.version == version);
    let format = format.ok_or_else(|| Trouble::Unknown(root.clone(), version, known()))?;
    let new: BTreeMap<_, _> = inputs
        .iter()
        .map(|((target, name), input)| ((*target, name), rewrite(format, *target, input)))
        .collect();
    let changed = inputs.values().zip(new.values()).filter(|(old, new)| old != new).count();
    let migrated = |old| Migrated { from: version, inputs: inputs.len(), changed, old };
    if says == Some(VERSION) && changed == 0 {
        return Ok(migrated(None));
    }
    let old = replace(root, version, &new)?;
    Ok(migrated(Some(old)))
}

/// An input of the format in today's bytes. What says its path is of no version.
fn rewrite(format: &Format, target: Target, input: &[u8]) -> Vec<u8> {
    let (path, head, bytes) = target.split(input);
    [head, &(format.decode)(path, bytes).encode()].concat()
}

/// Every input of the corpus, by target and name.
fn inputs(root: &FsPath) -> Result<BTreeMap<(Target, String), Vec<u8>>, Trouble> {
    let mut inputs = BTreeMap::new();
    for entry in fs::read_dir(root).map_err(io_trouble(root))? {
        let folder = entry.map_err(io_trouble(root))?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if name == VERSION_FILE {
            continue;
        }
        let Some(target) = Target::named(&name).filter(|_| folder.is_dir()) else {
            return Err(Trouble::Stranger(folder));
        };
        for entry in fs::read_dir(&folder).map_err(io_trouble(&folder))? {
            let file = entry.map_err(io_trouble(&folder))?.path();
            let Some(name) = file.file_name().and_then(|name| name.to_str()) else {
                return Err(Trouble::Stranger(file));
            };
            match file.metadata() {
                Ok(there) if there.is_file() => {}
                // A fuzzer that is at work removes inputs; a link to nothing is still there.
                Err(_) if file.symlink_metadata().is_err() => continue,
                _ => return Err(Trouble::Stranger(file)),
            }
            let bytes = read_file(&file).map_err(io_trouble(&file))?;
            if inputs.insert((target, name.to_string()), bytes).is_some() {
                return Err(Trouble::Twice(root.join(target.name()).join(name)));
            }
        }
    }
    Ok(inputs)
}

type Inputs<'a> = BTreeMap<(Target, &'a String), Vec<u8>>;

/// Puts a new corpus in the place of the old one, which is kept. The answer is where.
fn replace(root: &FsPath, version: u32, inputs: &Inputs<'_>) -> Result<PathBuf, Trouble> {
    let beside = |what: String| {
        let mut name = root.file_name().unwrap_or_default().to_os_string();
        name.push(what);
        root.with_file_name(name)
    };
    let (new, old) = (beside(".migrating".into()), beside(format!(".version-{version}")));
    if let Some(there) = [&new, &old].into_iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(Trouble::InTheWay(there.clone()));
    }
    if let Err(trouble) = write(&new, inputs) {
        let _ = fs::remove_dir_all(&new);
        return Err(trouble);
    }
    let swapped = fs::rename(root, &old).and_then(|()| {
        let moved = fs::rename(&new, root);
        moved.inspect_err(|_| {
            let _ = fs::rename(&old, root);
        })
    });
    if let Err(error) = swapped {
        let _ = fs::remove_dir_all(&new);
        return Err(Trouble::Io(root.to_path_buf(), error));
    }
    Ok(old)
}

/// Writes a whole corpus into a folder that is not there yet.
fn write(root: &FsPath, inputs: &Inputs<'_>) -> Result<(), Trouble> {
    fs::create_dir(root).map_err(io_trouble(root))?;
    for ((target, name), bytes) in inputs {
        let folder = root.join(target.name());
        fs::create_dir_all(&folder).map_err(io_trouble(&folder))?;
        write_file(&folder.join(name), bytes)?;
    }
    write_file(&root.join(VERSION_FILE), &version_line())
}

fn write_file(file: &FsPath, bytes: &[u8]) -> Result<(), Trouble> {
    let written = File::create_new(file).and_then(|mut out| {
        out.write_all(bytes)?;
        out.sync_all()
    });
    written.map_err(io_trouble(file))
}
