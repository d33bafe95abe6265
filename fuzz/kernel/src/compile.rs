// SPDX-License-Identifier: GPL-2.0-only
//! Compiles a program with the system's C compiler, and leaves out what it does not take.

use crate::fault::Fault;
use crate::program::Program;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fmt, fs, io};

/// Why there is no shared object.
#[derive(Debug)]
pub enum NoObject {
    /// The compiler, or the disk, could not be used.
    Io(io::Error),
    /// The compiler does not take the shim itself.
    Shim(String),
}

impl fmt::Display for NoObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoObject::Io(error) => write!(f, "compiling the kernel's C: {error}"),
            NoObject::Shim(message) => write!(f, "compiling the shim: {message}"),
        }
    }
}

impl std::error::Error for NoObject {}

impl From<io::Error> for NoObject {
    fn from(error: io::Error) -> Self {
        NoObject::Io(error)
    }
}

/// What the kernel is compiled with where it matters to what code means, and errors for what an older C
/// would let pass.
const FLAGS: &[&str] = &[
    "-std=gnu11",
    "-O2",
    "-g1",
    "-fPIC",
    "-shared",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-fno-delete-null-pointer-checks",
    // A call is where it stands, not where the function that ends with it was called.
    "-fno-optimize-sibling-calls",
    "-Werror=implicit-function-declaration",
    "-Werror=incompatible-pointer-types",
    "-Werror=int-conversion",
    "-Wno-unused-value",
];

/// Compiles `program` in `place`. Functions that the compiler does not take are left out of it, and
/// are among its faults.
///
/// # Errors
/// If there is no compiler, or something else than a function of the kernel is at fault.
pub fn compile(program: &mut Program, place: &Path, extra: &[&str]) -> Result<PathBuf, NoObject> {
    loop {
        let output = attempt(program, place, extra)?;
        if output.status.success() {
            return Ok(place.join("kernel.so"));
        }
        let complaints = String::from_utf8_lossy(&output.stderr);
        match at_fault(program, &complaints) {
            Some(fault) => program.leave_out(fault),
            None => return Err(NoObject::Shim(complaints.into_owned())),
        }
    }
}

fn attempt(program: &Program, place: &Path, extra: &[&str]) -> io::Result<Output> {
    let mut sources = Vec::new();
    for (name, text) in program.files() {
        if name.ends_with(".c") {
            sources.push(name.clone());
        }
        fs::write(place.join(name), text)?;
    }
    let compiler = env::var_os("CC").filter(|cc| !cc.is_empty()).unwrap_or_else(|| "cc".into());
    Command::new(compiler)
        .current_dir(place)
        .env("LC_ALL", "C")
        .args(FLAGS)
        .args(extra)
        .args(["-o", "kernel.so"])
        .args(sources)
        .output()
}

/// The first complaint about a line of the kernel's.
fn at_fault(program: &Program, complaints: &str) -> Option<Fault> {
    let mut error = None;
    for complaint in complaints.lines() {
        let mut parts = complaint.splitn(4, ':');
        let (Some(file), Some(line), Some(_), Some(message)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let message = message.trim();
        if let Some(told) = message.strip_prefix("error: ") {
            error.get_or_insert(told);
        }
        // An error inside a macro of the shim is followed by a note on where the kernel uses it.
        let Some(error) = error else { continue };
        let Ok(line) = line.parse() else { continue };
        if let Some((name, piece)) = program.function_at(file, line) {
            let (name, file) = (name.to_owned(), piece.file);
            return Some(Fault::Compiler { message: error.into(), name, file, line });
        }
    }
    None
}
