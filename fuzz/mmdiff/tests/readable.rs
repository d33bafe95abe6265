// SPDX-License-Identifier: GPL-2.0-only
//! Scenarios as text: what is written is read back as the same, reads as a person would write it,
//! and what cannot be is refused with its line.

use mmdiff::corpus;
use mmdiff::readable::{parse, write};
use mmdiff::scenario::{Path, Scenario, generate};
use std::path::{Path as FsPath, PathBuf};
use std::process::{Command, Output};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");

fn read_back(scenario: &Scenario) {
    let text = write(scenario);
    match parse(&text) {
        Ok(read) => assert_eq!(read, *scenario, "{text}"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

/// Bytes that look random and are the same everywhere.
fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

#[test]
fn every_generated_scenario_is_read_back_from_its_text() {
    for path in Path::ALL {
        (0..300).for_each(|case| read_back(&generate::scenario(7, path, case)));
    }
}

#[test]
fn every_scenario_that_random_bytes_mean_is_read_back_from_its_text() {
    for path in Path::ALL {
        (0..100).for_each(|seed| read_back(&Scenario::decode(path, &bytes(seed, 400))));
    }
}

#[test]
fn every_committed_seed_can_be_written_by_hand() {
    let seeds = corpus::read(FsPath::new(CORPUS)).unwrap();
    assert!(seeds.len() > 50);
    for seed in seeds {
        let text = write(&Scenario::decode(seed.path, &seed.bytes));
        assert_eq!(parse(&text).unwrap().encode(), seed.bytes, "{}\n{text}", seed.name);
    }
}

fn seed(path: Path, name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(CORPUS).join(path.name()).join(name)).unwrap()
}

/// A text that a person wrote is the seed, and is what the seed is written as.
fn is_written(path: Path, name: &str, text: &str) {
    let text = format!("path = \"{path}\"\n{text}");
    assert_eq!(parse(&text).unwrap().encode(), seed(path, name));
    assert_eq!(write(&Scenario::decode(path, &seed(path, name))), text);
}

#[test]
fn a_lifecycle_reads_as_its_operations_one_a_line() {
    let text = "\
ops = [
    { do = \"create\", kind = \"tmpfs\" },
    { do = \"write\", len = 16384, order = 2 },
    { do = \"fail-split\" },
    { do = \"truncate\", size = 4196 },
]
";
    is_written(Path::Lifecycle, "failed_split_keeps_the_truncated_folio", text);
}

#[test]
fn a_truncation_reads_in_bytes_from_an_anchor() {
    let text = "\
call = \"partial-folio\"
file = { kind = \"tmpfs\" }
folio = { order = 4 }
start = { bytes = 100 }
end = { anchor = \"folio-end\", bytes = -100 }
";
    is_written(Path::Truncation, "hole_inside_one_large_folio", text);
}

#[test]
fn a_scan_reads_with_the_kernels_own_order_and_mode() {
    let text = "\
call = \"block\"
cc = { order = 2, direct = true }
items = [
    { kind = \"file\" },
    { kind = \"kernel\" },
    { kind = \"file\" },
]
files = [
    { kind = \"tmpfs\" },
]
";
    is_written(Path::Compaction, "block_is_given_up_after_a_failure", text);
}

#[test]
fn flags_words_read_in_hexadecimal_and_the_largest_in_quotes() {
    is_written(
        Path::Flags,
        "bit_10_is_read_by_nobody",
        "file = { kind = \"ramfs\", flags = 0x400 }\n",
    );
    let text = "\
file = { kind = \"ramfs\", flags = \"0xffffffffffffffff\" }
ops = [\"clear-unevictable\", \"folio-evictable\"]
";
    is_written(Path::Flags, "every_bit_set", text);
}

#[test]
fn what_is_as_plain_as_can_be_is_left_out() {
    for path in Path::ALL {
        let text = write(&Scenario::decode(path, &[]));
        assert!(text.lines().count() <= 3, "{text}");
        assert_eq!(parse(&format!("path = \"{path}\"")).unwrap(), Scenario::decode(path, &[]));
    }
}

#[test]
fn no_line_grows_beyond_the_width_because_tables_get_headers_of_their_own() {
    let mut headers = 0;
    for case in 0..300 {
        let text = write(&generate::scenario(3, Path::Compaction, case));
        headers += usize::from(text.contains("\n[[items]]\n"));
        assert!(text.lines().all(|line| line.len() <= 160), "{text}");
    }
    assert!(headers > 10, "{headers}");
}

/// The message with which a text is refused.
fn refused(text: &str) -> String {
    parse(text).map(|scenario| format!("{scenario:?}")).unwrap_err().to_string()
}

#[test]
fn an_unknown_field_is_refused_with_its_line_and_the_known_ones() {
    let message = refused("path = \"truncation\"\nto-eof = true\nfiel = { kind = \"ramfs\" }\n");
    assert!(message.starts_with("line 3: unknown field `fiel`"), "{message}");
    assert!(message.contains("`file`") && message.contains("`races`"), "{message}");
    let inside = refused("path = \"truncation\"\n\n[folio]\norder = 1\ndirt = true\n");
    assert!(inside.starts_with("line 5: unknown field `dirt`"), "{inside}");
}

#[test]
fn an_operation_takes_its_own_fields_and_no_others() {
    let with = |op: &str| refused(&format!("path = \"lifecycle\"\nops = [\n  {op},\n]\n"));
    let unit = with("{ do = \"fail-split\", size = 5 }");
    assert!(unit.starts_with("line 3: unknown field `size`"), "{unit}");
    let other = with("{ do = \"truncate\", len = 5 }");
    assert!(other.starts_with("line 3: unknown field `len`"), "{other}");
    let none = with("{ do = \"explode\" }");
    assert!(none.starts_with("line 3: unknown variant `explode`"), "{none}");
    assert!(with("{ size = 5 }").contains("missing field `do`"));
}

#[test]
fn a_value_that_cannot_be_is_refused_with_what_can() {
    let size = refused("path = \"lifecycle\"\nops = [{ do = \"truncate\", size = 4200 }]\n");
    assert!(size.contains("4200 bytes is 1 pages and 104 bytes"), "{size}");
    assert!(size.contains("0, 1, 7, 100, 512, 2048, 4000 or 4095 bytes"), "{size}");
    let far = refused("path = \"lifecycle\"\nops = [{ do = \"truncate\", size = 163840 }]\n");
    assert!(far.contains("at most 39 pages"), "{far}");
    let edge = refused("path = \"truncation\"\nstart = { bytes = 2000 }\n");
    assert!(edge.starts_with("line 2: 2000 bytes from an anchor"), "{edge}");
    let order = refused("path = \"compaction\"\ncc = { order = 11 }\n");
    assert!(order.contains("line 2: cc's order is -1, 0, 1, 2"), "{order}");
    let mode = refused("path = \"compaction\"\ncc = { mode = \"sync-no-copy\" }\n");
    assert!(mode.contains("a mode is async, sync-light or sync, not sync-no-copy"), "{mode}");
    let nr = refused("path = \"compaction\"\ncc = { nr-migratepages = 2 }\n");
    assert!(nr.contains("nr-migratepages is 0, 1, 31 or 32, not 2"), "{nr}");
    let kind = refused("path = \"flags\"\nfile = { kind = \"ext4\" }\n");
    assert!(kind.contains("unknown variant `ext4`") && kind.contains("`disk`"), "{kind}");
    let word = refused("path = \"flags\"\nfile = { flags = -1 }\n");
    assert!(word.contains("line 2") && word.contains("\"built\""), "{word}");
    let many = format!("path = \"flags\"\nops = [{}]\n", "\"shm-lock\", ".repeat(17));
    assert!(refused(&many).contains("17 items, where at most 16 fit"), "{}", refused(&many));
}

#[test]
fn every_position_that_can_be_encoded_can_be_written_in_bytes() {
    for pages in 0..40u64 {
        for rest in [0, 1, 7, 100, 512, 2048, 4000, 4095] {
            let bytes = pages * 4096 + rest;
            let text =
                format!("path = \"lifecycle\"\nops = [{{ do = \"truncate\", size = {bytes} }}]");
            let read = parse(&text).unwrap();
            assert_eq!(Scenario::decode(Path::Lifecycle, &read.encode()), read);
            let zero = "path = \"lifecycle\"\nops = [{ do = \"truncate\" }]";
            assert_eq!(read == parse(zero).unwrap(), bytes == 0);
        }
    }
}

#[test]
fn a_text_without_a_path_is_told_which_there_are() {
    for text in ["", "call = \"block\"\n", "path = 3\n", "path = \"truncate\"\n"] {
        let message = refused(text);
        assert!(message.contains("path must be one of \"flags\", \"creation\""), "{message}");
    }
}

#[test]
fn no_text_is_too_broken_to_be_refused() {
    let whole = write(&generate::scenario(1, Path::Compaction, 5));
    for seed in 0..2_000 {
        let noise = bytes(seed, 6);
        let mut broken = whole.clone().into_bytes();
        let at = usize::from(noise[0]) * 7 % broken.len();
        broken.splice(at..(at + usize::from(noise[1] % 9)).min(broken.len()), noise[2..].to_vec());
        let _ = parse(&String::from_utf8_lossy(&broken));
    }
    let deep = format!("path = \"flags\"\nops = {}", "[".repeat(100_000));
    assert!(refused(&deep).starts_with("line 2"));
}

fn mmdiff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mmdiff")).args(arguments).output().unwrap()
}

#[test]
fn the_commands_turn_an_input_into_text_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
    let file = format!("{CORPUS}/migration/careless_driver_is_warned");
    let decoded = mmdiff(&["corpus", "decode", &file, "--out", &at("one.toml")]);
    assert!(decoded.status.success(), "{decoded:?}");
    let encoded = mmdiff(&["corpus", "encode", &at("one.toml"), &at("one")]);
    assert!(encoded.status.success(), "{encoded:?}");
    assert_eq!(std::fs::read(at("one")).unwrap(), std::fs::read(&file).unwrap());
    let printed = mmdiff(&["corpus", "decode", &at("one.toml")]);
    assert_eq!(printed.stdout, std::fs::read(at("one.toml")).unwrap());
}

#[test]
fn the_commands_leave_a_file_alone_that_is_there_with_other_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("there");
    std::fs::write(&there, b"precious").unwrap();
    let there = there.to_str().unwrap();
    for force in [false, true] {
        let mut arguments = vec!["corpus", "decode", "errors:00", "--out", there];
        arguments.extend(force.then_some("--force"));
        let output = mmdiff(&arguments);
        assert_eq!(output.status.code(), Some(if force { 0 } else { 2 }));
        assert_eq!(std::fs::read(there).unwrap() == b"precious", !force);
        assert_eq!(output.stderr.iter().filter(|&&b| b == b'\n').count(), usize::from(!force));
    }
}

#[test]
fn the_commands_refuse_bad_text_with_one_line_that_names_the_file_and_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, "path = \"errors\"\nops = [\"fsnyc\"]\n").unwrap();
    let out = folder.path().join("out");
    let output = mmdiff(&["corpus", "encode", bad.to_str().unwrap(), out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("bad.toml:2: unknown variant `fsnyc`"), "{message}");
    assert_eq!(message.lines().count(), 1);
    assert!(!out.exists());
}
