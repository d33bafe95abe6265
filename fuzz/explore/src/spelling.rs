// SPDX-License-Identifier: GPL-2.0-only
//! How a path of an enumeration is spelled, and read again.

use super::entries::PATHS;
use super::tape::Choice;
use super::var::{Var, What};
use crate::scenario::Path;
use mmdiff_world::spelling;

/// How a path is named: the path of the kernel, and five bytes a choice.
pub fn spell(path: &str, choices: &[Choice]) -> String {
    let bytes = |choice: &Choice| {
        let Choice { var, of, got, label } = *choice;
        [var.what as u8, var.about, of, got, label]
    };
    spelling::spell(path, &choices.iter().flat_map(bytes).collect::<Vec<_>>())
}

/// The path of that name.
///
/// # Errors
/// If there is none, in one line.
pub fn read(spelled: &str) -> Result<(Path, Vec<Choice>), String> {
    let (path, bytes) = spelling::read(spelled)?;
    let path = PATHS.into_iter().find(|known| known.name() == path);
    let path = path.ok_or_else(|| {
        let known = PATHS.map(Path::name).join(", ");
        format!("before the colon is no path that is enumerated; those are: {known}")
    })?;
    if bytes.len() % 5 != 0 {
        return Err("a choice is five bytes".into());
    }
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
