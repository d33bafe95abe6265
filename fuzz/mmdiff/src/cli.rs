// SPDX-License-Identifier: GPL-2.0-only
//! The command line: `mmdiff check`, `explore`, `merge`, `replay`, `explain`, `shrink`, `corpus`.
//!
//! It ends with 0 if all is as intended, 1 if something is not, 2 if it was asked something that it
//! cannot do; then one line on standard error says what, and nothing has been written. (A replay
//! that had to leave inputs out, and is otherwise as intended, has written its report and ends with
//! 2 and that line.)

mod check;
mod corpus;
mod explain;
mod explore;
mod output;
mod replay;
mod shrink;
mod source;
mod stats;
mod workers;

use crate::oracle::{Intent, Question};
use crate::run::{TREES, Tree};
use crate::scenario::Path;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

/// Compares revisions of the kernel's mm decision paths, and reports where they differ.
#[derive(Parser, Debug)]
#[command(name = "mmdiff", version, max_term_width = 100)]
#[command(after_help = "Without a command, `mmdiff` is `mmdiff check`.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Compare two revisions over the corpus and generated scenarios
    #[command(after_help = "Example: mmdiff check --intent message --path lifecycle")]
    Check(check::Options),
    /// Compare two revisions over every answer that the rest of the kernel can give
    #[command(after_help = "Example: mmdiff explore --path compaction --folios 2\n\n\
                            Ends with 0 if all is as intended, 1 if something is beyond, 3 if it is \
                            not complete.")]
    Explore(Box<explore::Options>),
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
    /// Make the smallest scenario that shows the same as a given one
    #[command(after_help = "Example: mmdiff shrink fuzz/artifacts/truncation/crash-0123 \
                            --out corpus/truncation/what_it_shows")]
    Shrink(shrink::Options),
    /// Write, measure, migrate or accept a corpus; turn inputs into text and back
    #[command(subcommand)]
    Corpus(corpus::Command),
}

/// The revisions and the reading of the patch.
#[derive(Args, Debug)]
struct Sides {
    /// The revision before
    #[arg(long, default_value = "pre-fix", value_parser = tree)]
    pre: &'static Tree,
    /// The revision after
    #[arg(long, default_value = "post-fix", value_parser = tree)]
    post: &'static Tree,
    /// What the patch is taken to intend
    #[arg(long, value_enum, default_value_t = Intent::Fix)]
    intent: Intent,
}

impl Sides {
    fn question(&self) -> Question {
        Question { pre: self.pre, post: self.post, intent: self.intent }
    }
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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let command = cli.command.unwrap_or_else(|| Command::Check(check::Options::default()));
    let done = match command {
        Command::Check(options) => check::run(&options),
        Command::Explore(options) => return ended(explore::run(&options)),
        Command::Merge(options) => return ended(explore::merge(&options)),
        Command::Replay(options) => replay::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Shrink(options) => shrink::run(&options),
        Command::Corpus(command) => corpus::run(&command),
    };
    exit(done.map(|passes| u8::from(!passes)))
}

/// The exit code of an enumeration.
fn ended(ended: Result<explore::Ended, Failure>) -> ExitCode {
    exit(ended.map(|ended| match ended {
        explore::Ended::Intended => 0,
        explore::Ended::Beyond => 1,
        explore::Ended::CutOff => 3,
    }))
}

fn exit(code: Result<u8, Failure>) -> ExitCode {
    match code {
        Ok(code) => ExitCode::from(code),
        Err(Failure(why)) => {
            eprintln!("mmdiff: {why}");
            ExitCode::from(2)
        }
    }
}

/// Help and the version are answers; anything else is one line on standard error.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprintln!("mmdiff: a subcommand is missing (see `mmdiff --help`)");
        return ExitCode::from(2);
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
    eprintln!("mmdiff: {first}{hint} (see `mmdiff --help`)");
    ExitCode::from(2)
}
