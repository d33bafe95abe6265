// SPDX-License-Identifier: GPL-2.0-only
//! The top-level help: the commands by task, each with an example.
//!
//! clap has one heading for all subcommands, so the list is ours and goes into a template. What a
//! command does and its example are still said once, at its variant of `Command`.

use super::Cli;
use clap::CommandFactory;

/// What somebody wants to do, and the commands for it, most used first.
const TASKS: [(&str, &[&str]); 6] = [
    ("Try a change of your own", &["patch", "diff", "log"]),
    ("Compare two revisions", &["check", "explore", "merge", "replay"]),
    ("Hold the port against the kernel's C", &["conform"]),
    ("Look into a finding", &["explain", "shrink"]),
    ("Show the result", &["report", "graph", "schema"]),
    ("Keep a corpus, and set up a shell", &["corpus", "completions", "man"]),
];

/// The command line.
pub(super) fn command_line() -> clap::Command {
    let command = Cli::command();
    let tasks = TASKS.map(|(task, names)| section(&command, task, names)).concat();
    command
        .help_template("{about-with-newline}\n{usage-heading} {usage}{after-help}\n\nOptions:\n{options}")
        .after_help(format!(
            "{tasks}Without a command, `mmdiff` is `mmdiff check`. `mmdiff COMMAND --help` has the options."
        ))
}

/// A task's heading and its commands, each with its first example.
fn section(command: &clap::Command, task: &str, names: &[&str]) -> String {
    let line = |name: &&str| {
        let of = command.find_subcommand(name).expect("a command of the list");
        let about = of.get_about().map(ToString::to_string).unwrap_or_default();
        let examples: String =
            examples(of).iter().map(|example| format!("{:15}{example}\n", "")).collect();
        format!("  {name:<13}{about}\n{examples}")
    };
    format!("{task}:\n{}\n", names.iter().map(line).collect::<String>())
}

/// The examples in a command's own help.
fn examples(command: &clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    help.lines().filter_map(|line| line.strip_prefix("Example: ")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::{TASKS, command_line, examples};
    use clap::FromArgMatches;
    use std::collections::BTreeSet;

    /// All commands, those below others too.
    fn commands() -> Vec<clap::Command> {
        let mut all = vec![command_line()];
        let mut next = 0;
        while let Some(command) = all.get(next) {
            let below: Vec<_> = command.get_subcommands().cloned().collect();
            all.extend(below);
            next += 1;
        }
        all.split_off(1)
    }

    #[test]
    fn every_command_has_an_example_and_the_command_line_takes_it() {
        let commands = commands();
        assert!(commands.len() > 10);
        for command in commands {
            let name = command.get_name().to_string();
            let examples = examples(&command);
            assert!(!examples.is_empty(), "{name} has no example");
            for example in examples {
                let words: Vec<_> = example.split_whitespace().collect();
                assert!(words.contains(&name.as_str()), "{example} is no example of {name}");
                let matches = command_line().try_get_matches_from(&words);
                matches
                    .and_then(|matches| Cli::from_arg_matches(&matches))
                    .unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }

    #[test]
    fn the_help_has_each_command_under_one_task_with_what_it_does_and_an_example() {
        let help = command_line().render_help().to_string();
        let listed: Vec<&str> = TASKS.iter().flat_map(|(_, names)| *names).copied().collect();
        let command = command_line();
        let there: BTreeSet<&str> =
            command.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), there);
        assert_eq!(listed.len(), there.len(), "a command is listed twice");
        for command in command.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let line = format!("  {:<13}{about}", command.get_name());
            assert!(help.lines().any(|found| found == line), "{line} is not in the help");
            for example in examples(command) {
                assert!(
                    help.lines().any(|found| found.trim() == example),
                    "{example} is not in the help"
                );
            }
        }
    }
}
