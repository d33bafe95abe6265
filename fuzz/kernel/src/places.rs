// SPDX-License-Identifier: GPL-2.0-only
//! Which line of the kernel a call came from, as the object's line tables have it (`addr2line`).

use crate::Compiled;
use std::io;
use std::process::Command;

/// A line of the kernel.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The file, from the top of the tree.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// So many addresses are asked for at once: a command line has room for them.
const AT_ONCE: usize = 1000;

impl Compiled {
    /// The lines of the kernel that calls from these places of the object stand on. `None` for a call
    /// of the shim's own, and where the tables have no line.
    ///
    /// # Errors
    /// If there is no `addr2line`.
    pub fn places(&self, addresses: &[usize]) -> io::Result<Vec<Option<Place>>> {
        let mut places = Vec::new();
        for some in addresses.chunks(AT_ONCE) {
            let output = Command::new("addr2line")
                .current_dir(self.place.path())
                .env("LC_ALL", "C")
                .args(["--inlines", "--addresses", "--exe", "kernel.so"])
                // An address is where the call returns to, so one after the call.
                .args(some.iter().map(|address| format!("{:#x}", address.saturating_sub(1))))
                .output()?;
            if !output.status.success() {
                let complaint = String::from_utf8_lossy(&output.stderr);
                return Err(io::Error::other(complaint.trim().to_owned()));
            }
            let text = String::from_utf8_lossy(&output.stdout);
            // Each address, and under it the lines that its code was inlined from, innermost first.
            for line in text.lines() {
                if line.starts_with("0x") {
                    places.push(None);
                } else if let Some(place @ None) = places.last_mut() {
                    *place = self.place(line);
                }
            }
        }
        places.resize(addresses.len(), None);
        Ok(places)
    }

    /// `PATH:LINE`, if that is a line of the kernel.
    fn place(&self, text: &str) -> Option<Place> {
        let (path, line) = text.rsplit_once(':')?;
        let line = line.split(' ').next()?.parse().ok()?;
        let place = self.place.path().to_string_lossy();
        let file = path.strip_prefix(&*place).map_or(path, |file| file.trim_start_matches('/'));
        self.program.line(file, line)?;
        Some(Place { file: file.to_owned(), line })
    }
}
