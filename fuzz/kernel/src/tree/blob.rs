// SPDX-License-Identifier: GPL-2.0-only
//! git's name of a text: what the index lines of a patch prove.

use sha1_smol::Sha1;

/// As many digits as git prints in an index line of the kernel.
pub const DIGITS: usize = 12;

/// The hash of the blob that holds `text`, in hex, as `git hash-object` has it.
pub fn hash(text: &str) -> String {
    let mut sha1 = Sha1::new();
    sha1.update(format!("blob {}\0", text.len()).as_bytes());
    sha1.update(text.as_bytes());
    sha1.digest().to_string()
}

/// The same as git abbreviates it.
pub fn short(text: &str) -> String {
    let mut hash = hash(text);
    hash.truncate(DIGITS);
    hash
}
