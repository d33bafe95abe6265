// SPDX-License-Identifier: GPL-2.0-only
//! What is fed from folders and files, and what is reported of the rest.

use super::fixtures::{feed, folder, put};
use mmdiff::corpus::MAX_INPUT;
use mmdiff::replay::{self, Exam, Examine, Plan, Reason};
use mmdiff::scenario::{Path, Target};
use std::fs::{self, File};
use std::path::PathBuf;
#[cfg(unix)]
use std::{os::unix::fs::symlink, process::Command};

#[test]
fn every_input_below_a_folder_is_fed_to_the_path_of_the_nearest_folder() {
    let root = folder(&[
        ("flags/one", b"1"),
        ("flags/old/two", b"2"),
        ("flags/old/errors/three", b"3"),
        ("guest_memfd/four", b"4"),
        ("mmdiff_lifecycle/five", b"5"),
    ]);
    let expected = [
        (Path::Flags, b"1"),
        (Path::Flags, b"2"),
        (Path::Creation, b"4"),
        (Path::Errors, b"3"),
        (Path::Lifecycle, b"5"),
    ];
    assert_eq!(feed(root.path(), None).whole(), expected.map(|(path, b)| (path, b.to_vec())));
}

#[test]
fn more_inputs_than_a_batch_are_fed_once_each() {
    let root = folder(&[]);
    let mut expected = Vec::new();
    for n in 0..1500_u16 {
        put(&root.path().join(format!("flags/{n}")), &n.to_le_bytes());
        expected.push((Path::Flags, n.to_le_bytes().to_vec()));
    }
    expected.sort();
    assert_eq!(feed(root.path(), None).whole(), expected);
}

#[test]
fn names_of_targets_and_of_oss_fuzz_say_the_target() {
    for path in Path::ALL {
        let named = Some(Target::Of(path));
        assert_eq!(Target::named_after(path.name()), named);
        assert_eq!(Target::named_after(path.target()), named);
        assert_eq!(Target::named_after(&format!("mmdiff_{path}_seed_corpus")), named);
    }
    assert_eq!(Target::named_after("guest_memfd"), Some(Target::Of(Path::Creation)));
    assert_eq!(Target::named_after("mmdiff_conformance"), Some(Target::Conformance));
    for other in ["", "flag", "flagsy", "Flags", "mmdiff_", "_seed_corpus", "corpus"] {
        assert_eq!(Target::named_after(other), None, "{other}");
    }
}

#[test]
fn an_input_of_the_conformance_target_is_fed_to_the_path_that_its_first_byte_says() {
    let inputs: Vec<(String, Vec<u8>)> =
        (0..=u8::MAX).map(|n| (format!("conformance/{n}"), vec![n, 1, 2])).collect();
    let files: Vec<(&str, &[u8])> = inputs.iter().map(|(name, b)| (&name[..], &b[..])).collect();
    let root = folder(&files);
    put(&root.path().join("conformance/empty"), b"");
    let paths = (0..=u8::MAX).map(|n| Path::ALL[usize::from(n) % Path::ALL.len()]);
    let mut expected: Vec<_> = paths.map(|path| (path, vec![1, 2])).collect();
    expected.push((Path::ALL[0], Vec::new()));
    expected.sort();
    assert_eq!(feed(root.path(), None).whole(), expected);
}

#[test]
fn a_file_is_for_the_path_of_its_folder() {
    let root = folder(&[("artifacts/truncation/crash-1", b"1"), ("artifacts/truncation/2", b"2")]);
    let crash = root.path().join("artifacts/truncation/crash-1");
    assert_eq!(feed(&crash, None).whole(), [(Path::Truncation, b"1".to_vec())]);
}

#[test]
fn without_a_name_that_says_the_path_the_plan_says_it_or_nothing_is_fed() {
    let root = folder(&[("some/input", b"1"), ("flags/other", b"2")]);
    let fed = feed(root.path(), None);
    assert_eq!(fed.inputs, [(Path::Flags, b"2".to_vec())]);
    let refused = fed.refused(Reason::Unplaced);
    assert_eq!(refused.len(), 1);
    assert!(refused[0].0.ends_with("some/input"), "{refused:?}");

    let both = [(Path::Flags, b"2".to_vec()), (Path::Migration, b"1".to_vec())];
    assert_eq!(feed(root.path(), Some(Path::Migration)).whole(), both);
}

#[test]
fn folders_with_a_dot_are_left_alone_but_not_files() {
    let root = folder(&[("flags/.git/object", b"1"), ("flags/.hidden", b"2")]);
    assert_eq!(feed(root.path(), None).whole(), [(Path::Flags, b"2".to_vec())]);
}

#[test]
fn an_empty_folder_has_nothing_to_feed_and_nothing_to_report() {
    let root = folder(&[]);
    fs::create_dir_all(root.path().join("flags/empty")).unwrap();
    assert_eq!(feed(root.path(), None).whole(), []);
}

#[test]
fn an_empty_file_is_an_input() {
    let root = folder(&[("flags/empty", b"")]);
    assert_eq!(feed(root.path(), None).whole(), [(Path::Flags, Vec::new())]);
}

#[test]
fn the_largest_input_is_fed_and_one_byte_more_is_too_large() {
    let largest = vec![7; MAX_INPUT as usize];
    let root = folder(&[("flags/largest", &largest), ("flags/small", b"\x01")]);
    put(&root.path().join("flags/larger"), &[&largest[..], b"7"].concat());
    File::create(root.path().join("flags/vast")).unwrap().set_len(1 << 40).unwrap();
    let fed = feed(root.path(), None);
    let lengths: Vec<usize> = fed.inputs.iter().map(|(_, bytes)| bytes.len()).collect();
    assert_eq!(lengths, [1, largest.len()]);
    let names: Vec<_> = fed.refused(Reason::TooLarge).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 2);
    assert!(names[0].ends_with("larger") && names[1].ends_with("vast"), "{names:?}");
}

#[test]
fn something_that_is_not_there_is_unreadable() {
    let root = folder(&[]);
    let fed = feed(&root.path().join("flags/none"), None);
    assert_eq!(fed.inputs, []);
    assert_eq!(fed.refused(Reason::Unreadable).len(), 1);
}

/// Removes every other input when it is fed the first.
struct Remover(PathBuf);

impl Examine for Remover {
    fn examine(&mut self, _: Path, _: &[u8], _: &mut Exam) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn inputs_that_vanish_are_reported_and_are_no_gap() {
    let root = folder(&[("flags/a", b"1"), ("flags/b", b"2"), ("flags/c", b"3")]);
    let flags = root.path().join("flags");
    let plan = Plan { inputs: vec![flags.clone()], path: None };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let remover = || Box::new(Remover(flags.clone())) as Box<dyn Examine>;
    let tally = pool.install(|| replay::run_with(&plan, &remover, &|_| {}));
    assert_eq!((tally.fed(), tally.refused(Reason::Vanished), tally.gaps()), (1, 2, 0));
}

#[cfg(unix)]
#[test]
fn a_broken_link_is_unreadable_and_the_rest_is_fed() {
    let root = folder(&[("flags/a", b"1"), ("flags/z", b"2")]);
    symlink("nowhere", root.path().join("flags/m")).unwrap();
    let fed = feed(root.path(), None);
    assert_eq!(fed.inputs.len(), 2);
    let refused = fed.refused(Reason::Unreadable);
    assert!(refused.len() == 1 && refused[0].0.ends_with("flags/m"), "{refused:?}");
    assert!(refused[0].1.starts_with("broken link"), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_file_but_not_to_a_folder() {
    let root = folder(&[("flags/a", b"1"), ("elsewhere", b"2")]);
    symlink("../elsewhere", root.path().join("flags/file")).unwrap();
    symlink("..", root.path().join("flags/loop")).unwrap();
    let fed = feed(&root.path().join("flags"), None);
    assert_eq!(fed.inputs, [(Path::Flags, b"1".to_vec()), (Path::Flags, b"2".to_vec())]);
    let refused = fed.refused(Reason::Unreadable);
    assert!(refused.len() == 1 && refused[0].0.ends_with("flags/loop"), "{refused:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_unreadable_and_does_not_hang() {
    let root = folder(&[("flags/a", b"1")]);
    let pipe = root.path().join("flags/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("/dev/zero", root.path().join("flags/zero")).unwrap();
    let fed = feed(root.path(), None);
    assert_eq!(fed.inputs, [(Path::Flags, b"1".to_vec())]);
    assert_eq!(fed.refused(Reason::Unreadable).len(), 2);
    assert_eq!(feed(&pipe, None).refused(Reason::Unreadable).len(), 1);
    assert!(mmdiff::corpus::read_file(&pipe).is_err());
    // Were it taken for a file after all, as one that replaces a file can be:
    let _ = mmdiff::corpus::read_into(&pipe, &mut [0; 16]);
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_text_is_fed() {
    use std::os::unix::ffi::OsStrExt;
    let root = folder(&[("flags/a", b"1")]);
    let name = std::ffi::OsStr::from_bytes(b"flags/\xff\xfe");
    put(&root.path().join(name), b"2");
    assert_eq!(feed(root.path(), None).whole().len(), 2);
}
