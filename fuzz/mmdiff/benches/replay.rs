// SPDX-License-Identifier: GPL-2.0-only
//! What a replay costs beside reading its inputs: 100,000 files of 24 bytes, or the same in a zip
//! archive.
//!
//! `cargo bench -p mmdiff --bench replay` measures each with divan, and then the ratios, in rounds in
//! which each has its turn: so whatever else the machine does, it does to all of them. With
//! `FUZZ_TARGETS=FOLDER`, the folder of built fuzz targets, libFuzzer's own replay is among them.

use mmdiff::oracle::{Intent, Question};
use mmdiff::replay::{self, Exam, Examine, Plan, Tally};
use mmdiff::run::TREES;
use mmdiff::scenario::Path;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rawzip::{CompressionMethod, ZipArchiveWriter};
use rayon::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path as FsPath, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zlib_rs::DeflateConfig;

const FILES: usize = 100_000;
const BYTES: usize = 24;
const SAMPLES: u32 = 5;
const ROUNDS: usize = 7;

fn main() {
    divan::main();
    if std::env::args().any(|argument| argument == "--bench") {
        ratios();
    }
}

/// The inputs, in each form.
struct Corpus {
    _root: TempDir,
    folder: PathBuf,
    stored: PathBuf,
    deflated: PathBuf,
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let root = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let at = |name: &str| root.path().join(name);
    let (folder, stored, deflated) = (at("inputs"), at("stored.zip"), at("deflated.zip"));
    fs::create_dir(&folder).unwrap();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let inputs: Vec<(String, [u8; BYTES])> = (0..FILES)
        .map(|_| {
            let mut bytes = [0; BYTES];
            random.fill_bytes(&mut bytes);
            // Like those of libFuzzer and OSS-Fuzz: 40 digits.
            let name = bytes[..20].iter().map(|byte| format!("{byte:02x}")).collect();
            (name, bytes)
        })
        .collect();
    for (name, bytes) in &inputs {
        fs::write(folder.join(name), bytes).unwrap();
    }
    write_zip(&stored, &inputs, CompressionMethod::STORE);
    write_zip(&deflated, &inputs, CompressionMethod::DEFLATE);
    Corpus { _root: root, folder, stored, deflated }
});

fn write_zip(file: &FsPath, inputs: &[(String, [u8; BYTES])], method: CompressionMethod) {
    let mut zip = ZipArchiveWriter::new(fs::File::create(file).unwrap());
    for (name, bytes) in inputs {
        let (mut entry, config) = zip.new_file(name).compression_method(method).start().unwrap();
        let mut packed = [0; 4 * BYTES];
        let data = if method == CompressionMethod::STORE {
            &bytes[..]
        } else {
            let raw = DeflateConfig { window_bits: -15, ..DeflateConfig::new(6) };
            &*zlib_rs::compress_slice(&mut packed, bytes, raw).0
        };
        entry.write_all(data).unwrap();
        let _ = config;
        let known = rawzip::DataDescriptorOutput::new(rawzip::crc32(bytes), BYTES as u64);
        entry.finish(known).unwrap();
    }
    zip.finish().unwrap();
}

/// What the rest is measured by: the folder listed, and every file read by rayon.
fn read_alone() -> u64 {
    let entries = fs::read_dir(&CORPUS.folder).unwrap();
    let files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.par_iter().map(|file| fs::read(file).unwrap().len() as u64).sum()
}

fn replay(input: &FsPath, path: Path) -> Tally {
    let question = Question { pre: &TREES[0], post: &TREES[1], intent: Intent::DEFAULT };
    replay::run(&question, &plan(input, path), &|_| {})
}

/// A replay in which judging an input costs nothing.
fn replay_unjudged(input: &FsPath) -> Tally {
    struct Nothing;
    impl Examine for Nothing {
        fn examine(&mut self, _: Path, _: &[u8], _: &mut Exam) {}
    }
    replay::run_with(&plan(input, Path::Flags), &|| Box::new(Nothing), &|_| {})
}

fn plan(input: &FsPath, path: Path) -> Plan {
    Plan { inputs: vec![input.to_path_buf()], path: Some(path) }
}

#[divan::bench(sample_count = SAMPLES)]
fn reading_alone() -> u64 {
    read_alone()
}

#[divan::bench(sample_count = SAMPLES)]
fn folder_unjudged() -> Tally {
    replay_unjudged(&CORPUS.folder)
}

#[divan::bench(sample_count = SAMPLES)]
fn stored_zip_unjudged() -> Tally {
    replay_unjudged(&CORPUS.stored)
}

#[divan::bench(sample_count = SAMPLES)]
fn deflated_zip_unjudged() -> Tally {
    replay_unjudged(&CORPUS.deflated)
}

#[divan::bench(sample_count = SAMPLES, args = Path::ALL)]
fn folder(path: Path) -> Tally {
    replay(&CORPUS.folder, path)
}

#[divan::bench(sample_count = SAMPLES, args = Path::ALL)]
fn stored_zip(path: Path) -> Tally {
    replay(&CORPUS.stored, path)
}

type Contestant = (String, Box<dyn Fn() -> u64>);

fn contestants() -> Vec<Contestant> {
    let forms: [(&'static str, &'static FsPath); 3] = [
        ("folder", &CORPUS.folder),
        ("stored zip", &CORPUS.stored),
        ("deflated zip", &CORPUS.deflated),
    ];
    let mut all: Vec<Contestant> = vec![("reading alone".into(), Box::new(read_alone))];
    for (form, input) in forms {
        all.push((format!("{form}, unjudged"), Box::new(move || replay_unjudged(input).fed())));
    }
    for (form, input) in forms.into_iter().take(2) {
        for path in Path::ALL {
            all.push((format!("{form}, {path}"), Box::new(move || replay(input, path).fed())));
        }
    }
    if let Some(targets) = std::env::var_os("FUZZ_TARGETS").map(PathBuf::from) {
        for path in Path::ALL {
            let target = targets.join(path.target());
            all.push((format!("libFuzzer, {path}"), Box::new(move || replayed_by(&target))));
        }
    }
    all
}

/// The same inputs, from their folder, replayed by a fuzz target.
fn replayed_by(target: &FsPath) -> u64 {
    let mut command = Command::new(target);
    command.arg("-runs=0").arg(&CORPUS.folder);
    let done = command.stdout(Stdio::null()).output().expect("a fuzz target");
    let said = String::from_utf8_lossy(&done.stderr);
    // The empty input is run too.
    let runs = said.split_once("Done ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    runs.map_or(0, |runs: u64| runs - 1)
}

/// Everything in turns, several times, and the medians beside that of reading alone.
fn ratios() {
    let contestants = contestants();
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for ((name, contestant), times) in contestants.iter().zip(&mut times) {
            times.push(time(name, contestant));
        }
    }
    let threads = rayon::current_num_threads();
    println!("\n{FILES} inputs of {BYTES} bytes, {threads} threads, medians of {ROUNDS} rounds");
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    for ((name, _), median) in contestants.iter().zip(&medians) {
        println!("{name:<26} {median:>7.3} s   {:>6.3} of reading alone", median / medians[0]);
    }
}

fn time(name: &str, contestant: &dyn Fn() -> u64) -> Duration {
    let start = Instant::now();
    let done = contestant();
    let time = start.elapsed();
    let all = if name == "reading alone" { FILES * BYTES } else { FILES };
    assert_eq!(done, all as u64, "{name} must get every input");
    time
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}
