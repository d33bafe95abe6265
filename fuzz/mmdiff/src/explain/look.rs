// SPDX-License-Identifier: GPL-2.0-only
//! How an explanation looks: its width, its colours if it may have any, and how much it shows.

use anstyle::{AnsiColor, Style};

/// How an explanation looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The width, in columns.
    pub width: usize,
    /// Whether it may be coloured.
    pub styled: bool,
    /// Whether all of both traces is shown, not only what is around the differences.
    pub full: bool,
}

/// What a piece of text is, and so its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ink {
    Plain,
    Heading,
    Function,
    Effect,
    Actor,
    Thought,
    Pre,
    Post,
    Alarm,
}

impl Ink {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(anstyle::Color::Ansi(colour)));
        match self {
            Ink::Plain => Style::new(),
            Ink::Heading | Ink::Function => Style::new().bold(),
            Ink::Effect => colour(AnsiColor::Cyan),
            Ink::Actor => colour(AnsiColor::Magenta).bold(),
            Ink::Thought => Style::new().dimmed(),
            Ink::Pre => colour(AnsiColor::Yellow),
            Ink::Post => colour(AnsiColor::Green),
            Ink::Alarm => colour(AnsiColor::Red).bold(),
        }
    }
}

impl Look {
    /// The text in its colour, or as it is.
    pub(super) fn ink(&self, ink: Ink, text: &str) -> String {
        if !self.styled || ink == Ink::Plain || text.trim().is_empty() {
            return text.to_string();
        }
        let style = ink.style();
        format!("{style}{text}{style:#}")
    }
}

/// Breaks a text into lines of at most `width` columns, between words where there is one; all but
/// the first are indented by `indent`.
pub(super) fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut len = 0;
    let width = width.max(indent + 8);
    for word in text.split_inclusive(' ') {
        let mut word: Vec<char> = word.chars().collect();
        if len > 0 && len + visible(&word) > width {
            lines.push(" ".repeat(indent));
            len = indent;
        }
        while len + visible(&word) > width {
            let rest = word.split_off(width - len);
            lines.last_mut().into_iter().for_each(|line| line.extend(&word));
            lines.push(" ".repeat(indent));
            (word, len) = (rest, indent);
        }
        len += word.len();
        lines.last_mut().into_iter().for_each(|line| line.extend(&word));
    }
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// How many columns a word needs, the blank after it aside.
fn visible(word: &[char]) -> usize {
    word.len() - usize::from(word.last() == Some(&' '))
}

/// The text, followed by blanks up to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    let len = text.chars().count();
    format!("{text}{}", " ".repeat(width.saturating_sub(len)))
}
