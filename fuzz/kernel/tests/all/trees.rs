// SPDX-License-Identifier: GPL-2.0-only
//! Wherever a tree's files are, the same are read.

use mmdiff_kernel::Tree;
use mmdiff_kernel::tree::{FILES, blob};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MAKEFILE: &str = "VERSION = 6\nPATCHLEVEL = 10\nSUBLEVEL = 0\nEXTRAVERSION = -rc5\n";

/// Runs a program in `place`, where it has to succeed.
fn run(place: &Path, program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .current_dir(place)
        .args(arguments)
        .env_remove("GIT_DIR")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
}

fn git(place: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"];
    run(place, "git", &[&who, arguments].concat());
}

fn write(place: &Path, file: &str, text: &str) {
    let path = place.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A small repository of two revisions. The first has each file of a tree with a text of its own; the
/// second changes mm/truncate.c, and mm/shmem.c is gone.
fn repository(place: &Path) -> PathBuf {
    let repository = place.join("a@b");
    for file in FILES {
        write(&repository, file, &format!("// {file}\n\n"));
    }
    write(&repository, "Makefile", MAKEFILE);
    git(place, &["init", "--quiet", "--initial-branch=main", "a@b"]);
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "--quiet", "-m", "first"]);
    write(&repository, "mm/truncate.c", "// no newline at the end");
    fs::remove_file(repository.join("mm/shmem.c")).unwrap();
    git(&repository, &["commit", "--quiet", "-a", "-m", "second"]);
    repository
}

fn texts(path: &str) -> Vec<Option<String>> {
    let tree = Tree::read(Path::new(path)).unwrap_or_else(|error| panic!("{error}"));
    FILES.iter().map(|file| tree.text(file).map(str::to_owned)).collect()
}

#[test]
fn a_directory_a_tarball_and_a_git_revision_of_the_same_files_are_the_same_tree() {
    let place = tempfile::tempdir().unwrap();
    let work = repository(place.path());
    let work = work.to_str().unwrap();
    run(place.path(), "tar", &["-czf", "tree.tar.gz", "a@b"]);
    git(place.path(), &["clone", "--quiet", "--bare", "a@b", "bare"]);

    let directory = texts(work);
    assert_eq!(directory.iter().flatten().count(), FILES.len() - 1);
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    assert_eq!(texts(&at("tree.tar.gz")), directory, "the tarball");
    assert_eq!(texts(&format!("{work}@HEAD")), directory, "the repository of a work tree");
    assert_eq!(texts(&format!("{work}/.git@main")), directory, "its git directory");
    assert_eq!(texts(&at("bare@main")), directory, "a bare repository");
}

#[test]
fn a_git_revision_is_read_as_it_was_whatever_is_checked_out() {
    let place = tempfile::tempdir().unwrap();
    let work = repository(place.path());
    let first = Tree::read(&work.with_file_name("a@b@HEAD~")).unwrap();
    assert_eq!(first.text("mm/truncate.c"), Some("// mm/truncate.c\n\n"));
    assert_eq!(first.text("mm/shmem.c"), Some("// mm/shmem.c\n\n"));
    assert_eq!(first.version(), "6.10.0-rc5");
}

#[test]
fn what_is_no_tree_of_a_repository_is_said() {
    let place = tempfile::tempdir().unwrap();
    let work = repository(place.path());
    let told = |name: &str| Tree::read(&work.with_file_name(name)).unwrap_err().to_string();
    let none = told("a@b@no-such-name");
    assert!(none.contains("a@b@no-such-name: the repository has no such revision"), "{none}");
    assert!(!none.contains('\n'), "{none}");
    let option = told("a@b@--all");
    assert!(option.contains("No such file"), "{option}");
    let bare = told("a@b/.git");
    assert!(bare.contains("name a revision too, as DIR@REV"), "{bare}");
    let place = tempfile::tempdir().unwrap();
    let none =
        Tree::read(Path::new(&format!("{}@HEAD", place.path().display()))).unwrap_err().to_string();
    assert!(none.contains("not a git repository"), "{none}");
}

#[test]
fn a_blobs_hash_is_gits() {
    let place = tempfile::tempdir().unwrap();
    for text in ["", "\n", "int x;\n", &"é".repeat(5000)] {
        write(place.path(), "file", text);
        let output = Command::new("git")
            .current_dir(place.path())
            .args(["hash-object", "file"])
            .output()
            .expect("git runs");
        assert_eq!(blob::hash(text), String::from_utf8_lossy(&output.stdout).trim());
    }
}
