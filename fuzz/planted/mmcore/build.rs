// SPDX-License-Identifier: GPL-2.0-only
//! Plants the mistakes in a copy of mmcore's sources.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

const PORT: &str = "../../../mmcore/src";

fn main() {
    println!("cargo::rerun-if-changed={PORT}");
    let mut files = Vec::new();
    list(Path::new(PORT), &mut files);
    files.sort();
    let read = |file: &PathBuf| fs::read_to_string(file).expect("a source is text");
    let sources: Vec<String> = files.iter().map(read).collect();
    let planted = plant::plant(&sources);
    plant::demand_by_hand(&planted.mistakes);

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for (file, text) in files.iter().zip(&planted.sources) {
        let file = file.strip_prefix(PORT).expect("it is of the port");
        let copy = out.join("port").join(file);
        let text = if file == Path::new("lib.rs") { &without_inner(text) } else { text };
        fs::create_dir_all(copy.parent().expect("it is in a folder"))
            .expect("a folder can be made");
        fs::write(copy, text).expect("the copy can be written");
    }
    let mut mistakes = String::from("&[");
    for plant::Mistake { name, site } in &planted.mistakes {
        let _ = writeln!(mistakes, "Mistake {{ name: {name:?}, site: {site} }},");
    }
    fs::write(out.join("mistakes.rs"), mistakes + "]").expect("the list can be written");
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("mmcore is there") {
        let path = entry.expect("mmcore can be read").path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}

/// Without the crate's inner attributes and documentation, which an included file cannot have.
fn without_inner(text: &str) -> String {
    let is_outer = |line: &&str| !line.starts_with("//!") && !line.starts_with("#![");
    text.lines().filter(is_outer).map(|line| format!("{line}\n")).collect()
}
