// SPDX-License-Identifier: GPL-2.0-only
//! What is fed from zip archives, and how little they are trusted.

use super::fixtures::{Fed, feed, folder, put};
use super::zips::{DEFLATED, Entry, STORED, deflate, end, zip};
use mmdiff::corpus::MAX_INPUT;
use mmdiff::replay::Reason;
use mmdiff::scenario::Path;
use std::io::Write;

/// What is fed from an archive of this name.
fn feed_as(name: &str, archive: &[u8]) -> Fed {
    let root = folder(&[]);
    let file = root.path().join(name);
    put(&file, archive);
    feed(&file, None)
}

fn feed_zip(archive: &[u8]) -> Fed {
    feed_as("flags.zip", archive)
}

/// Asserts that of these entries and an honest one only the honest one is fed, and why not the rest.
#[track_caller]
fn refused(entries: &[Entry], reason: Reason, why: &str) {
    let all = [entries, &[Entry::new("honest", DEFLATED, b"honest")]].concat();
    let fed = feed_zip(&zip(&all));
    assert_eq!(fed.inputs, [(Path::Flags, b"honest".to_vec())]);
    let refused = fed.refused(reason);
    assert_eq!(refused.len(), entries.len(), "{:?}", fed.tally.refused);
    for ((name, cause), entry) in refused.iter().zip(entries) {
        assert!(name.ends_with(&format!("flags.zip/{}", entry.name)), "{name}");
        assert!(cause.contains(why), "{cause}");
    }
}

#[test]
fn stored_and_deflated_inputs_are_fed_as_they_were() {
    let long: Vec<u8> = (0..200_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    let largest = vec![0; MAX_INPUT as usize];
    let mut expected = Vec::new();
    let mut entries = Vec::new();
    for bytes in [&b""[..], b"a", b"some input, some input", &long, &largest] {
        for method in [STORED, DEFLATED] {
            entries.push(Entry::new(&format!("{}-{method}", bytes.len()), method, bytes));
            expected.push((Path::Flags, bytes.to_vec()));
        }
    }
    expected.sort();
    assert_eq!(feed_zip(&zip(&entries)).whole(), expected);
}

#[test]
fn archives_of_the_usual_tools_are_read() {
    let mut out = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
    archive.new_dir("folder/").create().unwrap();
    // More than the short form of the directory can count.
    for n in 0..70_000_u32 {
        let (mut entry, config) = archive.new_file(format!("folder/{n}")).start().unwrap();
        let mut writer = config.wrap(&mut entry);
        writer.write_all(&n.to_le_bytes()).unwrap();
        let (_, descriptor) = writer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    let fed = feed_zip(&out).whole();
    let mut numbers: Vec<_> =
        fed.iter().map(|(_, b)| u32::from_le_bytes(b[..].try_into().unwrap())).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..70_000));
}

#[test]
fn the_archives_name_says_the_path_and_its_folders_say_it_better() {
    let entries = [
        Entry::new("plain", STORED, b"1"),
        Entry::new("corpus/errors/old/deep", STORED, b"2"),
        Entry::new("migration", STORED, b"3"),
    ];
    let archive = zip(&entries);
    for (name, path) in [
        ("truncation_seed_corpus.zip", Path::Truncation),
        ("truncation.zip", Path::Truncation),
        ("mmdiff_truncation.ZIP", Path::Truncation),
        ("truncation-2024-07-11.zip", Path::Truncation),
        ("guest_memfd_seed_corpus.zip", Path::Creation),
        ("mmdiff_lifecycle/public.zip", Path::Lifecycle),
    ] {
        let mut expected =
            [(path, b"1".to_vec()), (Path::Errors, b"2".to_vec()), (path, b"3".to_vec())];
        expected.sort();
        assert_eq!(feed_as(name, &archive).whole(), expected, "{name}");
    }
    let first = Path::ALL[usize::from(b'1') % Path::ALL.len()];
    let third = Path::ALL[usize::from(b'3') % Path::ALL.len()];
    let mut expected = [(first, Vec::new()), (Path::Errors, b"2".to_vec()), (third, Vec::new())];
    expected.sort();
    assert_eq!(feed_as("conformance_seed_corpus.zip", &archive).whole(), expected);
    let nameless = feed_as("public.zip", &archive);
    assert_eq!(nameless.inputs, [(Path::Errors, b"2".to_vec())]);
    assert_eq!(nameless.refused(Reason::Unplaced).len(), 2);
    assert_eq!(feed_as("truncations.zip", &archive).inputs.len(), 1);
}

#[test]
fn an_archive_in_a_folder_is_opened() {
    let archive = zip(&[Entry::new("inner", STORED, b"1")]);
    let root = folder(&[("flags/corpus.zip", &archive), ("errors.zip", &archive)]);
    let expected = [(Path::Flags, b"1".to_vec()), (Path::Errors, b"1".to_vec())];
    assert_eq!(feed(root.path(), None).whole(), expected);
}

#[test]
fn an_entry_that_is_not_what_the_archive_says_is_unreadable() {
    let good = Entry::new("bad", DEFLATED, &[5; 1000]);
    let wrong = |change: fn(&mut Entry)| {
        let mut entry = good.clone();
        change(&mut entry);
        entry
    };
    let say = "not of the length and checksum";
    refused(&[wrong(|entry| entry.crc ^= 1)], Reason::Unreadable, say);
    refused(&[wrong(|entry| entry.len += 1)], Reason::Unreadable, say);
    refused(&[wrong(|entry| entry.len -= 1)], Reason::Unreadable, say);
    let ends = "its packed bytes do not end";
    refused(&[wrong(|entry| entry.packed_len -= 1)], Reason::Unreadable, ends);
    refused(&[wrong(|entry| entry.packed[0] = 7)], Reason::Unreadable, "cannot be unpacked");
    refused(&[wrong(|entry| entry.method = 12)], Reason::Unreadable, "BZIP2");
    refused(&[wrong(|entry| entry.flags = 1)], Reason::Unreadable, "encrypted");
}

#[test]
fn a_large_entry_is_too_large_whether_it_says_so_or_not() {
    let vast = Entry { len: u32::MAX, ..Entry::new("vast", DEFLATED, b"small") };
    let large = Entry::new("large", STORED, &vec![1; MAX_INPUT as usize + 1]);
    refused(&[large, vast], Reason::TooLarge, "larger than");
    // Unpacks to 64 MiB.
    let bomb = Entry { packed: deflate(&vec![0; 64 << 20]), ..Entry::new("bomb", DEFLATED, b"") };
    let bomb = Entry { packed_len: bomb.packed.len() as u32, len: 10, ..bomb };
    refused(&[bomb], Reason::Unreadable, "its packed bytes do not end");
    // Claims more than there is.
    let cut = Entry { packed_len: u32::MAX - 1, ..Entry::new("flags/cut", STORED, b"") };
    let fed = feed_zip(&zip(&[cut]));
    assert_eq!((fed.inputs.len(), fed.tally.gaps()), (0, 1));
}

#[test]
fn entries_that_overlap_do_not_multiply() {
    let entry = Entry::new("kernel", STORED, &[0; 1000]);
    let archive = end(entry.local(), &entry.central(0).repeat(2000), 2000);
    let fed = feed_zip(&archive);
    assert!(fed.inputs.len() <= archive.len() / 1000, "{}", fed.inputs.len());
    let refused = fed.refused(Reason::Unreadable);
    assert!(refused.len() == 1 && refused[0].1.contains("overlap"), "{refused:?}");
}

#[test]
fn entries_cut_off_at_any_byte_are_reported_unless_they_are_all_there() {
    let entries = ["one", "two", "three"].map(|name| Entry::new(name, DEFLATED, name.as_bytes()));
    let whole = zip(&entries);
    for len in 0..whole.len() {
        let fed = feed_zip(&whole[..len]);
        assert_eq!((fed.inputs.len(), fed.tally.gaps()), (0, 1), "cut at {len}");
    }
    assert_eq!(feed_zip(&whole).whole().len(), 3);
}

#[test]
fn a_damaged_byte_anywhere_spoils_no_more_than_it_must() {
    let names = ["one", "two", "three"];
    let whole = zip(&names.map(|name| Entry::new(name, DEFLATED, name.as_bytes())));
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            let fed = feed_zip(&damaged);
            let known = |(_, bytes): &(Path, Vec<u8>)| names.iter().any(|n| n.as_bytes() == bytes);
            assert!(fed.inputs.iter().all(known), "byte {at}: fed what was never there");
            let all = fed.inputs.len() == 3 && fed.tally.gaps() == 0;
            assert!(all || fed.tally.gaps() > 0, "byte {at}: {:?}", fed.tally.refused);
        }
    }
}

#[test]
fn entries_may_stand_in_any_order_and_after_other_data() {
    let [a, b] = ["a", "b"].map(|name| Entry::new(name, STORED, name.as_bytes()));
    let body = [&vec![0; 100_000][..], &b.local(), &vec![0; 100_000], &a.local()].concat();
    let at_a = (body.len() - a.local().len()) as u32;
    let directory = [a.central(at_a), b.central(100_000)].concat();
    let expected = [(Path::Flags, b"a".to_vec()), (Path::Flags, b"b".to_vec())];
    assert_eq!(feed_zip(&end(body, &directory, 2)).whole(), expected);
}

#[test]
fn a_directory_that_claims_more_entries_than_it_has_is_reported() {
    let entry = Entry::new("one", STORED, b"1");
    let fed = feed_zip(&end(entry.local(), &entry.central(0), 2));
    assert_eq!(fed.inputs.len(), 1);
    assert!(fed.refused(Reason::Unreadable)[0].1.contains("where it claims 2"));
}

#[test]
fn a_file_that_is_no_archive_is_unreadable_and_an_empty_archive_is_empty() {
    for bytes in [&b""[..], b"PK", b"PK\x03\x04", &[0; 100_000]] {
        let fed = feed_zip(bytes);
        assert_eq!((fed.inputs.len(), fed.refused(Reason::Unreadable).len()), (0, 1));
    }
    assert_eq!(feed_zip(&zip(&[])).whole(), []);
}
