// SPDX-License-Identifier: GPL-2.0-only
//! What a tree's files are read out of: a directory, a tarball, or a revision of a git repository.

use super::blob;
use super::git::Git;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt, fs, io};

/// Files by their paths in the tree.
pub type Texts = BTreeMap<String, String>;

/// What a tree's files are read out of.
pub trait Source: fmt::Debug {
    /// The texts of those of `files` that it has.
    ///
    /// # Errors
    /// If it cannot be read. That it lacks a file is no error: another version may not have it.
    fn read(&self, files: &[&str]) -> io::Result<Texts>;

    /// Where one file after the other can be read from.
    ///
    /// # Errors
    /// If it cannot be read.
    fn open(&self) -> io::Result<Box<dyn Reader>>;
}

/// Reads one file after the other.
pub trait Reader: fmt::Debug + Send {
    /// The text of a file, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
    fn text(&mut self, file: &str) -> io::Result<Option<String>>;

    /// The files in some folders, each with a mark that is another if the text is, where one is known.
    ///
    /// # Errors
    /// If they cannot be read.
    fn list(&mut self, folders: &[&str]) -> io::Result<BTreeMap<String, Option<String>>>;
}

/// The folders that functions are judged from, and what they include.
pub const FOLDERS: &[&str] = &["mm", "virt/kvm", "include", "arch/x86/include"];

/// The source at `path`: a directory, a tarball, or `DIR@REV` for a revision of a git repository.
///
/// # Errors
/// If there is nothing at `path`, or it is a bare repository and no revision is named.
pub fn open(path: &Path) -> io::Result<Box<dyn Source>> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) => {
            let git = Git::spelled(path).ok_or(error)?;
            return Ok(Box::new(git));
        }
    };
    if !about.is_dir() {
        return Ok(Box::new(Tarball { path: path.into(), about }));
    }
    if Git::is_bare(path) {
        let told = "it is a git repository without files: name a revision too, as DIR@REV";
        return Err(io::Error::other(told));
    }
    Ok(Box::new(Directory(path.into())))
}

/// A directory that a tree is unpacked in.
#[derive(Debug)]
struct Directory(PathBuf);

impl Source for Directory {
    fn read(&self, files: &[&str]) -> io::Result<Texts> {
        let mut texts = Texts::new();
        for file in files {
            match fs::read_to_string(self.0.join(file)) {
                Ok(text) => {
                    texts.insert((*file).to_owned(), text);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(texts)
    }

    fn open(&self) -> io::Result<Box<dyn Reader>> {
        Ok(Box::new(Directory(self.0.clone())))
    }
}

impl Reader for Directory {
    fn text(&mut self, file: &str) -> io::Result<Option<String>> {
        match fs::read(self.0.join(file)) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            // A directory, or a part of its name that is a file, is no file of that name either.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound
                        | io::ErrorKind::IsADirectory
                        | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn list(&mut self, folders: &[&str]) -> io::Result<BTreeMap<String, Option<String>>> {
        let mut files = BTreeMap::new();
        let mut todo: Vec<PathBuf> =
            folders.iter().map(|folder| self.0.join(folder)).filter(|it| it.is_dir()).collect();
        while let Some(folder) = todo.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let path = entry.path();
                // A link to a directory could lead round in a circle.
                if entry.file_type()?.is_dir() {
                    todo.push(path);
                } else if let Some(name) = path.strip_prefix(&self.0).ok().and_then(Path::to_str) {
                    files.insert(name.to_owned(), None);
                }
            }
        }
        Ok(files)
    }
}

/// A tarball, such as a package has. It has to be unpacked from its first byte to its last, which
/// takes seconds, so what came out of it is kept in the user's cache directory, under the tarball's
/// path, size and time.
#[derive(Debug)]
struct Tarball {
    path: PathBuf,
    about: fs::Metadata,
}

impl Source for Tarball {
    fn read(&self, files: &[&str]) -> io::Result<Texts> {
        match self.unpacked(files)? {
            (place, None) => Directory(place).read(files),
            (place, Some(_kept)) => Directory(place).read(files),
        }
    }

    fn open(&self) -> io::Result<Box<dyn Reader>> {
        let all: Vec<&str> = FOLDERS.iter().copied().chain(["Makefile"]).collect();
        let (place, kept) = self.unpacked(&all)?;
        // Without a cache it stays where it is until the process ends.
        kept.map(tempfile::TempDir::keep);
        Ok(Box::new(Directory(place)))
    }
}

impl Tarball {
    /// Where files of it are: in the cache, or for now.
    fn unpacked(&self, files: &[&str]) -> io::Result<(PathBuf, Option<tempfile::TempDir>)> {
        let Some(cache) = cache_directory() else {
            let place = tempfile::tempdir()?;
            self.unpack(files, place.path())?;
            return Ok((place.path().into(), Some(place)));
        };
        let path = fs::canonicalize(&self.path)?;
        let key = (path, self.about.len(), self.about.modified()?, files);
        let kept = cache.join(format!("tree-{}", blob::hash(&format!("{key:?}"))));
        if !kept.exists() {
            fs::create_dir_all(&cache)?;
            let place = tempfile::tempdir_in(&cache)?;
            self.unpack(files, place.path())?;
            // Whoever is first wins: the content is the same.
            if fs::rename(place.path(), &kept).is_ok() {
                let _ = place.keep();
            }
        }
        Ok((kept, None))
    }

    /// `tar` knows every compression there is, and the top directory's name does not matter to it.
    fn unpack(&self, files: &[&str], place: &Path) -> io::Result<()> {
        let output = Command::new("tar")
            .env("LC_ALL", "C")
            .arg("-xf")
            .arg(&self.path)
            .arg("-C")
            .arg(place)
            .args(["--strip-components=1", "--wildcards", "--no-wildcards-match-slash"])
            .args(files.iter().map(|file| format!("*/{file}")))
            .output()?;
        // A file that is not in the tree is an error to tar, and none to us.
        let complaint = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() && !complaint.contains("Not found in archive") {
            return Err(io::Error::other(complaint.trim().to_owned()));
        }
        Ok(())
    }
}

fn cache_directory() -> Option<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))?;
    base.is_absolute().then(|| base.join("mmdiff"))
}
