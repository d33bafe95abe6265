// SPDX-License-Identifier: GPL-2.0-only
//! Colour is for a terminal, and for nobody who says NO_COLOR. The terminal is a pseudo-terminal of
//! util-linux's `script`.

#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

const EXPLAIN: &str = concat!(
    env!("CARGO_BIN_EXE_mmdiff"),
    " explain truncation:00000000000000000000000000000000640000000001"
);
const ESCAPE: char = '\x1b';

/// What `explain` prints on a terminal, under this NO_COLOR.
fn on_a_terminal(no_color: Option<&str>) -> String {
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", EXPLAIN, "/dev/null"]);
    script.env_remove("NO_COLOR").env("TERM", "xterm").stdin(Stdio::null());
    if let Some(value) = no_color {
        script.env("NO_COLOR", value);
    }
    printed(&mut script)
}

fn printed(command: &mut Command) -> String {
    let output = command.output().expect("`script` of util-linux, and mmdiff, run");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("The verdict"), "{text}");
    text
}

#[test]
fn explain_is_coloured_on_a_terminal() {
    assert!(on_a_terminal(None).contains(ESCAPE));
    assert!(on_a_terminal(Some("")).contains(ESCAPE), "an empty NO_COLOR says nothing");
}

#[test]
fn explain_is_not_coloured_under_no_color() {
    assert!(!on_a_terminal(Some("1")).contains(ESCAPE));
}

#[test]
fn explain_is_not_coloured_in_a_pipe() {
    let mut words = EXPLAIN.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    assert!(!printed(command.args(words).env_remove("NO_COLOR")).contains(ESCAPE));
}
