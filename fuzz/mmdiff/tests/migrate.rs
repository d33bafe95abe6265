// SPDX-License-Identifier: GPL-2.0-only
//! A corpus of an older version of the byte format becomes one of the current version, as a whole
//! or not at all.

use mmdiff::corpus::migrate::{FORMATS, Format, Migrated, VERSION_FILE, migrate};
use mmdiff::corpus::{self, seeds};
use mmdiff::scenario::codec::VERSION;
use mmdiff::scenario::{Path, Scenario};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path as FsPath, PathBuf};
use std::process::Command;

/// A format that never was: today's, with a header that names the path, and backwards.
const ZERO: Format = Format { version: 0, decode: decode_zero };

fn decode_zero(path: Path, bytes: &[u8]) -> Scenario {
    let mut bytes: Vec<u8> = bytes.iter().skip(1).copied().collect();
    bytes.reverse();
    Scenario::decode(path, &bytes)
}

fn encode_zero(scenario: &Scenario) -> Vec<u8> {
    let mut bytes = scenario.encode();
    bytes.reverse();
    bytes.insert(0, scenario.path() as u8);
    bytes
}

fn formats() -> Vec<Format> {
    FORMATS.iter().copied().chain([ZERO]).collect()
}

/// A corpus of version 0, in a folder of its own.
struct Corpus {
    _temporary: tempfile::TempDir,
    root: PathBuf,
}

impl Corpus {
    fn new() -> Corpus {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("corpus");
        let corpus = Corpus { _temporary: temporary, root };
        for (name, scenario) in seeds::named() {
            // As the folder was called once.
            let folder = corpus.root.join(scenario.path().name());
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(name), encode_zero(&scenario)).unwrap();
        }
        corpus.say_version("0\n");
        corpus
    }

    fn say_version(&self, text: &str) {
        fs::write(self.root.join(VERSION_FILE), text).unwrap();
    }

    fn trouble(&self, from: Option<u32>) -> String {
        let before = tree(self.root.parent().unwrap());
        let trouble = migrate(&self.root, from, &formats()).expect_err("it is refused");
        assert_eq!(tree(self.root.parent().unwrap()), before, "something was changed");
        let text = trouble.to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    }
}

/// Every file below a folder, with its bytes.
fn tree(folder: &FsPath) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(tree(&path));
            files.insert(path, Vec::new());
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn the_current_version_is_among_the_formats_and_reads_as_decode_does() {
    let current: Vec<_> = FORMATS.iter().filter(|format| format.version == VERSION).collect();
    assert_eq!(current.len(), 1);
    for seed in seeds::all().iter().take(50) {
        let scenario = (current[0].decode)(seed.path, &seed.bytes);
        assert_eq!(scenario, Scenario::decode(seed.path, &seed.bytes));
    }
    assert!(FORMATS.iter().all(|format| format.version <= VERSION));
}

#[test]
fn every_input_keeps_its_name_and_its_meaning() {
    let corpus = Corpus::new();
    let before = tree(&corpus.root);
    let done = migrate(&corpus.root, None, &formats()).unwrap();
    let old = corpus.root.with_file_name("corpus.version-0").canonicalize().unwrap();
    let inputs = seeds::named().len();
    assert_eq!(done, Migrated { from: 0, inputs, changed: inputs, old: Some(old.clone()) });

    let migrated = corpus::read(&corpus.root).unwrap();
    assert_eq!(migrated.len(), inputs);
    for (name, scenario) in seeds::named() {
        let path = scenario.path();
        let seed = migrated.iter().find(|seed| seed.path == path && seed.name == name).unwrap();
        assert_eq!(Scenario::decode(path, &seed.bytes), scenario, "{name}");
        assert_eq!(seed.bytes, scenario.encode(), "{name} is canonical");
    }
    assert!(corpus.root.join("guest_memfd").is_dir() && !corpus.root.join("creation").exists());
    assert_eq!(fs::read_to_string(corpus.root.join(VERSION_FILE)).unwrap(), "1\n");

    let kept: Vec<_> = tree(&old).into_values().collect();
    assert_eq!(kept, before.into_values().collect::<Vec<_>>(), "the old corpus is kept");
}

#[test]
fn an_input_of_the_conformance_target_keeps_its_first_byte_and_its_meaning() {
    let corpus = Corpus::new();
    let folder = corpus.root.join("conformance");
    fs::create_dir(&folder).unwrap();
    let head = |scenario: &Scenario| {
        let path = Path::ALL.iter().position(|&path| path == scenario.path()).unwrap();
        (path + Path::ALL.len()) as u8
    };
    for (name, scenario) in seeds::named() {
        let bytes = [vec![head(&scenario)], encode_zero(&scenario)].concat();
        fs::write(folder.join(format!("{}_{name}", scenario.path())), bytes).unwrap();
    }
    fs::write(folder.join("empty"), []).unwrap();
    migrate(&corpus.root, None, &formats()).unwrap();
    for (name, scenario) in seeds::named() {
        let bytes = fs::read(folder.join(format!("{}_{name}", scenario.path()))).unwrap();
        assert_eq!(bytes, [vec![head(&scenario)], scenario.encode()].concat(), "{name}");
    }
    assert!(fs::read(folder.join("empty")).unwrap().is_empty());
    assert_eq!(corpus::read(&corpus.root).unwrap().len(), seeds::named().len());
}

#[test]
fn a_corpus_of_the_current_version_is_left_alone() {
    let corpus = Corpus::new();
    migrate(&corpus.root, None, &formats()).unwrap();
    let before = tree(corpus.root.parent().unwrap());
    let done = migrate(&corpus.root, None, &formats()).unwrap();
    assert_eq!((done.from, done.changed, done.old), (VERSION, 0, None));
    assert_eq!(tree(corpus.root.parent().unwrap()), before);
}

#[test]
fn a_fuzzers_corpus_of_the_current_version_becomes_canonical() {
    let corpus = Corpus::new();
    fs::remove_dir_all(&corpus.root).unwrap();
    let folder = corpus.root.join("truncation");
    fs::create_dir_all(&folder).unwrap();
    // A kind modulo 7, a list's length modulo 4, trailing zeroes, and bytes that nobody reads.
    let inputs = [vec![1, 7 * 8 + 3, 2, 9], vec![0; 90], vec![255; 200]];
    for (i, bytes) in inputs.iter().enumerate() {
        fs::write(folder.join(format!("grown_{i}")), bytes).unwrap();
    }
    let done = migrate(&corpus.root, Some(VERSION), FORMATS).unwrap();
    assert_eq!((done.inputs, done.changed), (3, 3));
    let seeds = corpus::read(&corpus.root).unwrap();
    for (seed, bytes) in seeds.iter().zip(&inputs) {
        let scenario = Scenario::decode(Path::Truncation, bytes);
        assert_eq!(seed.bytes, scenario.encode());
        assert_eq!(Scenario::decode(Path::Truncation, &seed.bytes), scenario);
    }
    assert_eq!(migrate(&corpus.root, None, FORMATS).unwrap().old, None);
}

#[test]
fn a_corpus_without_a_version_must_be_told_its_version() {
    let corpus = Corpus::new();
    fs::remove_file(corpus.root.join(VERSION_FILE)).unwrap();
    let text = corpus.trouble(None);
    assert!(text.contains("VERSION is missing") && text.contains("--from"), "{text}");
    let done = migrate(&corpus.root, Some(0), &formats()).unwrap();
    assert_eq!(done.changed, seeds::named().len());
}

#[test]
fn what_is_said_and_what_stands_there_must_agree() {
    let corpus = Corpus::new();
    let text = corpus.trouble(Some(1));
    assert!(text.contains("says version 0, not 1"), "{text}");
}

#[test]
fn an_unknown_or_newer_version_is_refused() {
    let corpus = Corpus::new();
    corpus.say_version("7");
    let text = corpus.trouble(None);
    assert!(text.contains("is of version 7, and this mmdiff reads 1, 0"), "{text}");
    assert!(text.ends_with("a newer mmdiff may"), "{text}");
    corpus.say_version("seven");
    let text = corpus.trouble(None);
    assert!(text.contains("VERSION does not hold a version number"), "{text}");
    // Today's registry does not know the format that never was.
    corpus.say_version("0");
    let trouble = migrate(&corpus.root, None, FORMATS).unwrap_err().to_string();
    assert!(trouble.ends_with("is of version 0, and this mmdiff reads 1"), "{trouble}");
}

#[test]
fn one_input_that_cannot_be_read_leaves_all_as_they_were() {
    let corpus = Corpus::new();
    let large = corpus.root.join("flags").join("too_large");
    fs::write(&large, vec![0; corpus::MAX_INPUT as usize + 1]).unwrap();
    let text = corpus.trouble(None);
    assert!(text.contains("too_large: larger than"), "{text}");
    fs::remove_file(&large).unwrap();
    fs::create_dir(&large).unwrap();
    let text = corpus.trouble(None);
    assert!(text.contains("too_large is no part of a corpus: move it away"), "{text}");
}

#[test]
fn what_is_no_part_of_a_corpus_is_not_lost() {
    let corpus = Corpus::new();
    fs::write(corpus.root.join("notes.txt"), "mine").unwrap();
    let text = corpus.trouble(None);
    assert!(text.contains("notes.txt is no part of a corpus: move it away"), "{text}");
}

#[test]
fn two_inputs_do_not_become_one() {
    let corpus = Corpus::new();
    let folder = corpus.root.join("guest_memfd");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("no_descriptor_left"), [0]).unwrap();
    let text = corpus.trouble(None);
    assert!(text.contains("guest_memfd/no_descriptor_left would be there twice"), "{text}");
}

#[test]
fn nothing_that_is_in_the_way_is_overwritten() {
    for name in ["corpus.migrating", "corpus.version-0"] {
        let corpus = Corpus::new();
        fs::write(corpus.root.with_file_name(name), "mine").unwrap();
        let text = corpus.trouble(None);
        assert!(text.ends_with(&format!("{name} is in the way: move it away")), "{text}");
    }
}

#[test]
fn a_corpus_of_another_version_is_not_read_as_if_it_were_of_this_one() {
    let corpus = Corpus::new();
    let error = corpus::read(&corpus.root).unwrap_err().to_string();
    assert!(error.contains("version 0, where 1 is read: mmdiff corpus migrate"), "{error}");
    fs::remove_file(corpus.root.join(VERSION_FILE)).unwrap();
    assert_eq!(corpus::read(&corpus.root).unwrap().len(), seeds::named().len());
}

#[test]
fn the_command_says_what_it_did_or_why_not_in_one_line() {
    let corpus = Corpus::new();
    let run = |folder: &FsPath, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
        let out = command.args(["corpus", "migrate"]).arg(folder).args(more).output().unwrap();
        let text = [out.stdout, out.stderr].concat();
        (out.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, text) = run(&corpus.root, &[]);
    assert_eq!((code, text.lines().count()), (Some(2), 1), "{text}");
    assert!(text.starts_with("mmdiff: ") && text.contains("is of version 0"), "{text}");
    let (code, text) = run(&corpus.root.join("nowhere"), &["--from", "0"]);
    assert_eq!((code, text.lines().count()), (Some(2), 1), "{text}");
    migrate(&corpus.root, None, &formats()).unwrap();
    let (code, text) = run(&corpus.root, &[]);
    let expected =
        format!("{} inputs, all of version 1 and canonical already\n", seeds::named().len());
    assert_eq!((code, text), (Some(0), expected));
}

#[test]
fn any_bytes_are_a_scenario_that_encoding_keeps() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for path in Path::ALL {
        for _ in 0..20_000 {
            let len = random() % 160;
            let bytes: Vec<u8> = (0..len).map(|_| random() as u8).collect();
            let scenario = Scenario::decode(path, &bytes);
            let canonical = scenario.encode();
            assert_eq!(Scenario::decode(path, &canonical), scenario, "{path}: {bytes:?}");
            assert_eq!(Scenario::decode(path, &canonical).encode(), canonical);
        }
    }
}
