// SPDX-License-Identifier: GPL-2.0-only
//! Says which port this is, so that a record of another is not taken for one of it.

#[path = "src/digest.rs"]
mod digest;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io};

const PORT: &str = "../../mmcore/src";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PORT}");
    println!("cargo::rerun-if-changed=src/digest.rs");
    let mut files = Vec::new();
    list(Path::new(PORT), &mut files)?;
    let texts = files.iter().map(fs::read_to_string).collect::<io::Result<Vec<_>>>()?;
    let digest = digest::of(texts.iter().map(String::as_str)).map_err(|error| error.to_string())?;
    println!("cargo::rustc-env=MMDIFF_PORT={digest}");
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
