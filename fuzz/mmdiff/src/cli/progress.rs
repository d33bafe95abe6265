// SPDX-License-Identifier: GPL-2.0-only
//! How far a long command is, and about how long it has still to go: a bar on a terminal, a plain
//! line now and then where standard error is something else, such as the log of a CI machine.

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How far a command is.
pub(super) struct Progress {
    /// Hidden, if there is no terminal: it counts all the same.
    bar: ProgressBar,
    what: &'static str,
    lines: Option<Lines>,
}

/// When plain lines are due.
struct Lines {
    begun: Instant,
    every: u64,
    said: AtomicU64,
}

impl Progress {
    /// Nothing done yet, of `total` of `what`. A line comes every so many `seconds`; with 0 none does.
    pub(super) fn new(total: u64, what: &'static str, seconds: u64) -> Progress {
        if io::stderr().is_terminal() {
            let template = format!(
                "{{bar:40}} {{percent:>3}}%  {{human_pos}} of {{human_len}} {what}, {{eta}} left"
            );
            let style = ProgressStyle::with_template(&template);
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(total).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            return Progress { bar, what, lines: None };
        }
        let bar = ProgressBar::hidden();
        bar.set_length(total);
        let (begun, said) = (Instant::now(), AtomicU64::new(0));
        let lines = (seconds > 0).then_some(Lines { begun, every: seconds, said });
        Progress { bar, what, lines }
    }

    /// So many more are done.
    pub(super) fn inc(&self, more: u64) {
        self.bar.inc(more);
        if let Some(lines) = &self.lines {
            let elapsed = lines.begun.elapsed();
            let turn = elapsed.as_secs() / lines.every;
            if lines.said.fetch_max(turn, Ordering::Relaxed) < turn {
                let line = line(self.bar.position(), self.bar.length(), self.what, elapsed);
                // Whether anybody reads it is no matter.
                let _ = writeln!(io::stderr(), "mmdiff: {line}");
            }
        }
    }

    /// There are so many more to do.
    pub(super) fn inc_length(&self, more: u64) {
        self.bar.inc_length(more);
    }

    /// Takes the bar away.
    pub(super) fn finish_and_clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// "12,000 of 48,000 scenarios, about 30 seconds left".
fn line(done: u64, total: Option<u64>, what: &str, elapsed: Duration) -> String {
    let number = crate::report::number;
    let Some(total) = total.filter(|&total| done > 0 && total >= done) else {
        return format!("{} {what}", number(done));
    };
    let left = elapsed.mul_f64((total - done) as f64 / done as f64);
    let left = HumanDuration(Duration::from_secs(left.as_secs()));
    format!("{} of {} {what}, about {left} left", number(done), number(total))
}

#[cfg(test)]
mod tests {
    use super::line;
    use std::time::Duration;

    #[test]
    fn a_line_says_how_far_it_is_and_how_long_it_has_to_go() {
        let elapsed = Duration::from_secs(10);
        let said = line(12_000, Some(48_000), "scenarios", elapsed);
        assert_eq!(said, "12,000 of 48,000 scenarios, about 30 seconds left");
        assert_eq!(line(5, Some(5), "units", elapsed), "5 of 5 units, about 0 seconds left");
    }

    #[test]
    fn a_line_estimates_nothing_before_anything_is_done() {
        assert_eq!(line(0, Some(9), "units", Duration::from_secs(3)), "0 units");
    }
}
