// SPDX-License-Identifier: GPL-2.0-only
//! The command line: `mmdiff diff`, `patch`, `log`, `check`, `explore`, `merge`, `conform`, `replay`, `explain`, `report`,
//! `graph`, `shrink`, `corpus`, `schema`, and `completions` and `man` for a shell.
//!
//! It ends with 0 if all is as intended, 1 if something is not, 2 if it was asked something that it
//! cannot do; then one line on standard error says what, and nothing has been written. (A replay
//! that had to leave inputs out, and is otherwise as intended, has written its report and ends with
//! 2 and that line.) It ends with 3 if it was interrupted or is a part, and with 4 if nothing
//! differs in what was judged but not all that a change touches was; and says so in its report.

mod check;
mod conform;
mod corpus;
mod diff;
mod emit;
mod explain;
mod explore;
mod graph;
mod help;
mod interrupt;
mod log;
mod manual;
mod output;
mod progress;
mod replay;
mod report;
mod schema;
mod shrink;
mod source;
mod stats;
mod workers;

use crate::change::Change;
use crate::oracle::{Intent, Question};
use crate::run::{TREES, Tree};
use crate::scenario::Path;
use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, FromArgMatches, Parser, Subcommand};
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares revisions of the kernel's mm decision paths, and reports where they differ.
#[derive(Parser, Debug)]
#[command(name = "mmdiff", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Compare two revisions over the corpus and generated scenarios
    #[command(after_help = "Example: mmdiff check --intent message --path lifecycle")]
    Check(check::Options),
    /// Compare two revisions over all answers of the rest of the kernel, over listed values
    #[command(after_help = "Example: mmdiff explore --path compaction --folios 2\n\n\
                            Ends with 0 if all is as intended, 1 if something is beyond, 3 if not \
                            all of it was run.")]
    Explore(Box<explore::Options>),
    /// Compare the port with the kernel's own C, compiled from its source
    #[command(after_help = "Example: mmdiff conform --tree /usr/src/linux-source-6.12.tar.xz\n\n\
                            Ends with 0 if all is equal, 1 if something is not, 2 if a function of the \
                            tree could not be run.")]
    Conform(Box<conform::Options>),
    /// Compare two trees' own C, in what differs between their texts
    #[command(after_help = "Example: mmdiff diff ~/linux@v7.2 ~/linux@v7.3\n\n\
                            Ends with 0 if nothing differs and all that changed was judged, 1 if something \
                            differs, 3 if it was interrupted, 4 if nothing differs in what was judged but \
                            not all that changed was.")]
    Diff(Box<diff::Options>),
    /// Compare a tree with the same tree under a patch
    #[command(
        after_help = "Example: mmdiff patch 0001-mm-no-functional-change.patch --tree ~/linux\n\n\
                            Ends as `mmdiff diff` does."
    )]
    Patch(Box<diff::PatchOptions>),
    /// Say of each commit of a range which behaviour it changes
    #[command(after_help = "Example: mmdiff log v7.2..v7.3 --tree ~/linux --first\n\n\
                            Ends as `mmdiff diff` does, with the worst that a commit comes to.")]
    Log(Box<log::Options>),
    /// Join the results of `explore --save` from many machines
    #[command(after_help = "Example: mmdiff merge shard-1.json shard-2.json")]
    Merge(explore::MergeOptions),
    /// Compare two revisions over every input of a corpus
    #[command(after_help = "Example: mmdiff replay fuzz/corpus truncation_seed_corpus.zip")]
    Replay(replay::Options),
    /// Show one scenario: what it is, and what each revision makes of it
    #[command(
        after_help = "Example: mmdiff explain corpus/lifecycle/ramfs_truncate_leaves_stale_tail"
    )]
    Explain(explain::Options),
    /// Compare as `check` does, and write a page that shows what came of it
    #[command(after_help = "Example: mmdiff report --out report.html")]
    Report(Box<report::Options>),
    /// Draw what the ported functions ask and do, both revisions laid over each other
    #[command(after_help = "Example: mmdiff graph truncate_inode_partial_folio --out partial.svg")]
    Graph(graph::Options),
    /// Make the smallest scenario that shows the same as a given one
    #[command(
        after_help = "Example: mmdiff shrink fuzz/artifacts/truncation/crash-0123 --out smallest.toml"
    )]
    Shrink(shrink::Options),
    /// Write, measure, migrate or accept a corpus; turn inputs into text and back
    #[command(subcommand, after_help = "Example: mmdiff corpus stats --path truncation")]
    Corpus(corpus::Command),
    /// Print the JSON Schema of what the commands write as JSON
    #[command(after_help = "Example: mmdiff schema check")]
    Schema(schema::Options),
    /// Print what lets a shell complete the options
    #[command(after_help = "Example: mmdiff completions bash")]
    Completions(manual::Completions),
    /// Print the manual page, or write one for each command
    #[command(after_help = "Example: mmdiff man target/man")]
    Man(manual::Manual),
}

/// The name of a reading, of which those of the default change are known before it is read which change.
#[derive(Clone)]
struct Readings;

impl TypedValueParser for Readings {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let readings = Change::default_one().readings.iter();
        Some(Box::new(readings.map(|reading| PossibleValue::new(reading.name.as_str()))))
    }
}

/// The two sides, and what is expected to differ.
#[derive(Args, Debug, Default)]
struct Sides {
    /// The revision before [default: of the change]
    #[arg(long, value_parser = tree)]
    pre: Option<&'static Tree>,
    /// The revision after [default: of the change]
    #[arg(long, value_parser = tree)]
    post: Option<&'static Tree>,
    /// How the change is read; another change has other readings [default: its first]
    #[arg(long, value_name = "READING", value_parser = Readings)]
    intent: Option<String>,
    /// Test this change, and not the default one: a file as the rustdoc of mmdiff::change describes it
    #[arg(long, value_name = "FILE")]
    change: Option<PathBuf>,
    /// Expect what this file says, too; can be given several times
    #[arg(long = "expect", value_name = "FILE")]
    expect: Vec<PathBuf>,
}

impl Sides {
    fn question(&self) -> Result<Question, Failure> {
        let mut intent = self.expected()?;
        if let Some(name) = &self.intent {
            intent = intent.read(name).map_err(Failure)?;
        }
        let side = |given: Option<&'static Tree>, name: &str, option| match (given, name) {
            (Some(tree), _) => Ok(tree),
            (None, "") => {
                Err(Failure(format!("the change names no sides: say which with {option}")))
            }
            (None, name) => tree(name).map_err(|why| Failure(format!("{name}: {why}"))),
        };
        let [old, new] = &intent.change().sides;
        let (pre, post) = (side(self.pre, old, "--pre")?, side(self.post, new, "--post")?);
        Ok(Question { pre, post, intent })
    }

    /// What is expected. It is needed until the process ends.
    fn expected(&self) -> Result<Intent, Failure> {
        if self.change.is_none() && self.expect.is_empty() {
            return Ok(Intent::DEFAULT);
        }
        let mut change = match &self.change {
            Some(file) => {
                let (name, text) = file_text(file)?;
                let mut change = Change::read(&name, &text).map_err(Failure)?;
                change.options = format!(" --change {name}");
                change
            }
            None => Change::default_one().clone(),
        };
        for file in &self.expect {
            let (name, text) = file_text(file)?;
            change.add(&name, &text).map_err(Failure)?;
            change.options += &format!(" --expect {name}");
        }
        Ok(Intent::of(Box::leak(Box::new(change))))
    }
}

/// A file's name, and what it holds.
fn file_text(file: &std::path::Path) -> Result<(String, String), Failure> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Failure(format!("cannot read {name}: {error}"))),
    }
}

/// Reads one of these values by its name; each has a line of help.
fn one_of<T: Copy + Send + Sync + 'static>(
    values: &'static [(&'static str, T, &'static str)],
) -> impl TypedValueParser<Value = T> {
    let named = values.iter().map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(named).try_map(|text| {
        let known = values.iter().find(|(name, ..)| *name == text);
        known.map(|&(_, value, _)| value).ok_or("no such value")
    })
}

/// The sides of a question, for the explorer.
fn explored(question: &Question) -> Result<crate::explore::Sides, Failure> {
    crate::explore::Sides::of(question)
        .ok_or_else(|| Failure("these revisions cannot be enumerated".into()))
}

fn tree(name: &str) -> Result<&'static Tree, String> {
    Tree::named(name).ok_or_else(|| {
        let known: Vec<_> = TREES.iter().map(|tree| tree.name).collect();
        format!("no such revision; there are: {}", known.join(", "))
    })
}

fn path(name: &str) -> Result<Path, String> {
    Path::named(name).ok_or_else(|| {
        let known: Vec<_> = Path::ALL.iter().map(|path| path.name()).collect();
        format!("no such path; there are: {}", known.join(", "))
    })
}

/// The committed corpus: in the sources, or `corpus/` here; none, if that is gone.
fn committed_corpus() -> Option<PathBuf> {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus");
    [sources, "corpus"].into_iter().map(PathBuf::from).find(|folder| folder.is_dir())
}

/// What a command ends with, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    /// All is as intended, and complete.
    Intended,
    /// Nothing differs in what was judged, and something was not.
    NotJudged,
    /// It was cut off, or is a part.
    CutOff,
    /// Something is not.
    Beyond,
}

impl From<bool> for Ended {
    fn from(passes: bool) -> Self {
        if passes { Ended::Intended } else { Ended::Beyond }
    }
}

/// Why a command could not be carried out, in one line.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(why: impl fmt::Display) -> Self {
        Failure(why.to_string())
    }
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let matches = help::command_line().try_get_matches();
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let command = cli.command.unwrap_or_else(|| Command::Check(check::Options::default()));
    let ended = match command {
        Command::Check(options) => check::run(&options),
        Command::Explore(options) => explore::run(&options),
        Command::Conform(options) => conform::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Patch(options) => diff::patch(&options),
        Command::Log(options) => log::run(&options),
        Command::Merge(options) => explore::merge(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Explain(options) => explain::run(&options).map(Ended::from),
        Command::Report(options) => report::run(&options),
        Command::Graph(options) => graph::run(&options).map(Ended::from),
        Command::Shrink(options) => shrink::run(&options).map(Ended::from),
        Command::Corpus(command) => corpus::run(&command),
        Command::Schema(options) => schema::run(&options).map(Ended::from),
        Command::Completions(options) => {
            manual::completions(help::command_line(), &options).map(Ended::from)
        }
        Command::Man(options) => manual::man(help::command_line(), &options).map(Ended::from),
    };
    match ended {
        Ok(Ended::Intended) => ExitCode::SUCCESS,
        Ok(Ended::Beyond) => ExitCode::from(1),
        Ok(Ended::CutOff) => ExitCode::from(3),
        Ok(Ended::NotJudged) => ExitCode::from(4),
        Err(Failure(why)) => complain(&why),
    }
}

/// One line on standard error; that nobody reads it is no reason to panic.
fn complain(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "mmdiff: {}", why.replace(char::is_control, "?"));
    ExitCode::from(2)
}

/// Help and the version are answers; anything else is one line on standard error.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match output::printed(error.print()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(Failure(why)) => complain(&why),
        };
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return complain("a subcommand is missing (see `mmdiff --help`)");
    }
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut first = lines.next().unwrap_or("bad usage").trim_start_matches("error: ").to_string();
    if first.ends_with(':') {
        // What is missing follows, a line each.
        let missing = lines.by_ref().take_while(|line| !line.starts_with("Usage:"));
        first = format!("{first} {}", missing.collect::<Vec<_>>().join(", "));
    }
    let hint = lines.find(|line| line.starts_with("[possible values") || line.starts_with("tip:"));
    let hint = hint.map(|hint| format!(" {hint}")).unwrap_or_default();
    complain(&format!("{first}{hint} (see `mmdiff --help`)"))
}
