// SPDX-License-Identifier: GPL-2.0-only
//! Says which sources these are, so that results that another port gave are not taken for those of
//! this one.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What an enumeration depends on.
const SOURCES: [&str; 5] =
    ["../../mmcore/src", "../trace/src", "../world/src", "../judge/src", "src"];

fn main() -> io::Result<()> {
    let mut hash = Fnv::NEW;
    for root in SOURCES {
        println!("cargo::rerun-if-changed={root}");
        let mut files = Vec::new();
        list(Path::new(root), &mut files)?;
        files.sort();
        for file in files {
            let bytes = fs::read(&file)?;
            hash.add(file.to_string_lossy().replace('\\', "/").as_bytes());
            hash.add(&(bytes.len() as u64).to_le_bytes());
            hash.add(&bytes);
        }
    }
    println!("cargo::rustc-env=MMDIFF_SOURCES={:016x}", hash.0);
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// FNV-1a, of 64 bits: the same on every machine, against mistakes and not against forgers.
/// <https://datatracker.ietf.org/doc/html/rfc9923>
struct Fnv(u64);

impl Fnv {
    const NEW: Fnv = Fnv(0xcbf2_9ce4_8422_2325);

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
