// SPDX-License-Identifier: GPL-2.0-only
//! `NAME:HEX`: how a report spells a scenario, or a path of an enumeration, for a command to be told.

use std::fmt::Write;

/// These bytes under that name.
pub fn spell(name: &str, bytes: &[u8]) -> String {
    let mut text = format!("{name}:");
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The name, and what it names.
///
/// # Errors
/// In one line, if it is not spelled so.
pub fn read(text: &str) -> Result<(&str, Vec<u8>), String> {
    let (name, hex) = text.split_once(':').ok_or("there is no NAME: before the bytes")?;
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let pairs = hex.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        pairs.map(|pair| Some(digit(&pair[0])? << 4 | digit(pair.get(1)?)?)).collect();
    Ok((name, bytes.ok_or_else(|| format!("{hex:?} is not a string of bytes in hexadecimal"))?))
}
