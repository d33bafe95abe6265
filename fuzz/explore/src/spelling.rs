// SPDX-License-Identifier: GPL-2.0-only
//! How a path of an enumeration is spelled, and read again.

use super::entries::PATHS;
use super::tape::Choice;
use super::var::{Var, What};
use crate::scenario::Path;
use std::fmt::Write;

/// How a path is named: the path of the kernel, and five bytes a choice, in hexadecimal.
pub fn spell(path: &str, choices: &[Choice]) -> String {
    let mut text = format!("{path}:");
    for Choice { var, of, got, label } in choices {
        let _ = write!(text, "{:02x}{:02x}{of:02x}{got:02x}{label:02x}", var.what as u8, var.about);
    }
    text
}

/// The path of that name.
///
/// # Errors
/// If there is none, in one line.
pub fn read(spelled: &str) -> Result<(Path, Vec<Choice>), String> {
    let (path, hex) =
        spelled.split_once(':').ok_or("it is not PATH:CHOICES, as a report spells it")?;
    let path = PATHS.into_iter().find(|known| known.name() == path);
    let path = path.ok_or_else(|| {
        let known = PATHS.map(Path::name).join(", ");
        format!("before the colon is no path that is enumerated; those are: {known}")
    })?;
    let digits: Option<Vec<u8>> =
        hex.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 10 == 0);
    let digits = digits.ok_or("the choices are five bytes each, in hexadecimal")?;
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let choice = |bytes: &[u8]| {
        let what = *What::ALL.get(usize::from(bytes[0]))?;
        let var = Var { what, about: bytes[1] };
        (bytes[3] < bytes[2]).then_some(Choice {
            var,
            of: bytes[2],
            got: bytes[3],
            label: bytes[4],
        })
    };
    let choices: Option<Vec<Choice>> = bytes.chunks(5).map(choice).collect();
    Ok((path, choices.ok_or("one of the choices cannot be")?))
}
