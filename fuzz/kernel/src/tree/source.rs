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
}

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
        let Some(cache) = cache_directory() else {
            let place = tempfile::tempdir()?;
            self.unpack(files, place.path())?;
            return Directory(place.path().into()).read(files);
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
        Directory(kept).read(files)
    }
}

impl Tarball {
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
