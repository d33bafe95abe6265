// SPDX-License-Identifier: GPL-2.0-only
//! A revision of a git repository, read without a checkout.

use super::source::{Reader, Source, Texts};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A revision of the repository in a directory, which may be bare or have a work tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Git {
    directory: PathBuf,
    revision: String,
}

impl Git {
    /// `DIR@REV`, if `DIR` is a directory. A revision may have an `@` of its own, a directory too: the
    /// longest directory is meant.
    pub(super) fn spelled(path: &Path) -> Option<Git> {
        let path = path.to_str()?;
        path.rmatch_indices('@').find_map(|(at, _)| {
            let (directory, revision) = (Path::new(&path[..at]), &path[at + 1..]);
            // What begins with a dash is an option to git, and no name that it would take.
            let is_name = !revision.is_empty() && !revision.starts_with('-');
            (directory.is_dir() && is_name)
                .then(|| Git { directory: directory.into(), revision: revision.into() })
        })
    }

    /// The repository in a directory, at its HEAD.
    pub(super) fn of(directory: &Path) -> Git {
        Git { directory: directory.into(), revision: "HEAD".into() }
    }

    /// What git says.
    pub(super) fn told<'a>(&self, args: impl Iterator<Item = &'a str>) -> io::Result<String> {
        let output = self.command().args(args).output().map_err(no_git)?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            let first = told.lines().next().unwrap_or("git failed without a word");
            return Err(io::Error::other(first.trim_start_matches("fatal: ").to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether a directory is a repository without a work tree.
    pub(super) fn is_bare(directory: &Path) -> bool {
        ["HEAD", "objects", "refs"].iter().all(|name| directory.join(name).exists())
    }

    /// git, told where the repository is, whatever a hook's environment says.
    fn command(&self) -> Command {
        let mut git = Command::new("git");
        git.env("LC_ALL", "C");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            git.env_remove(name);
        }
        match Git::is_bare(&self.directory) {
            true => git.arg("--git-dir").arg(&self.directory),
            false => git.arg("-C").arg(&self.directory),
        };
        git
    }

    /// The name of the revision's tree object.
    fn tree(&self) -> io::Result<String> {
        let named = format!("{}^{{tree}}", self.revision);
        let output = self.command().args(["rev-parse", "--verify", &named]).output();
        let output = output.map_err(no_git)?;
        let told = String::from_utf8_lossy(&output.stderr);
        if told.contains("Needed a single revision") {
            return Err(io::Error::other("the repository has no such revision"));
        }
        if !output.status.success() {
            let told = told.trim().trim_start_matches("fatal: ");
            return Err(io::Error::other(told.to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Source for Git {
    fn read(&self, files: &[&str]) -> io::Result<Texts> {
        let tree = self.tree()?;
        let mut batch = Batch::start(self.command())?;
        let mut texts = Texts::new();
        for file in files {
            if let Some(text) = batch.text(&format!("{tree}:{file}"))? {
                texts.insert((*file).to_owned(), text);
            }
        }
        Ok(texts)
    }

    fn open(&self) -> io::Result<Box<dyn Reader>> {
        let tree = self.tree()?;
        Ok(Box::new(Revision { git: self.clone(), batch: Batch::start(self.command())?, tree }))
    }
}

/// A revision whose files are asked for one by one.
#[derive(Debug)]
struct Revision {
    git: Git,
    batch: Batch,
    tree: String,
}

impl Reader for Revision {
    fn text(&mut self, file: &str) -> io::Result<Option<String>> {
        // A newline would be two questions.
        match file.contains('\n') {
            true => Ok(None),
            false => {
                let bytes = self.batch.bytes(&format!("{}:{file}", self.tree))?;
                // What is no UTF-8 stands in a comment or in a string.
                Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
            }
        }
    }

    fn list(&mut self, folders: &[&str]) -> io::Result<BTreeMap<String, Option<String>>> {
        let args = ["ls-tree", "-r", "-z", &self.tree, "--"];
        let listed = self.git.told(args.into_iter().chain(folders.iter().copied()))?;
        let files = listed.split('\0').filter_map(|line| {
            let (about, name) = line.split_once('\t')?;
            Some((name.to_owned(), about.split(' ').nth(2).map(str::to_owned)))
        });
        Ok(files.collect())
    }
}

/// A `git cat-file --batch`: one question, one answer.
#[derive(Debug)]
struct Batch {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Batch {
    fn start(mut git: Command) -> io::Result<Batch> {
        let batch = [OsStr::new("cat-file"), OsStr::new("--batch")];
        let pipes = git.args(batch).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = pipes.stderr(Stdio::inherit()).spawn().map_err(no_git)?;
        let questions = child.stdin.take().expect("it was asked to be a pipe");
        let answers = child.stdout.take().expect("it was asked to be a pipe");
        Ok(Batch { child, questions, answers: BufReader::new(answers) })
    }

    /// The text of a file; `None` if there is none of that name.
    fn text(&mut self, name: &str) -> io::Result<Option<String>> {
        let bytes = self.bytes(name)?;
        bytes.map(|bytes| String::from_utf8(bytes).map_err(io::Error::other)).transpose()
    }

    /// The bytes of a file; `None` if there is none of that name.
    fn bytes(&mut self, name: &str) -> io::Result<Option<Vec<u8>>> {
        writeln!(self.questions, "{name}")?;
        self.questions.flush()?;
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        let words: Vec<&str> = header.split_whitespace().collect();
        let &[_, kind, size] = words.as_slice() else {
            return match header.trim_end().ends_with(" missing") {
                true => Ok(None),
                false => Err(io::Error::other(format!("git cat-file: {name}: {header}"))),
            };
        };
        let size: u64 = size.parse().map_err(io::Error::other)?;
        // A newline of git's own ends it.
        let mut bytes = Vec::new();
        (&mut self.answers).take(size + 1).read_to_end(&mut bytes)?;
        if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        match kind {
            "blob" => Ok(Some(bytes)),
            // A directory, where other trees have a file.
            _ => Ok(None),
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // It may be waiting for a question, or to be read: it has done what it was for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn no_git(error: io::Error) -> io::Error {
    io::Error::other(format!("running git: {error}"))
}
