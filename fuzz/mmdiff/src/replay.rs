// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff replay`: every input of a corpus again, on all cores, and everything that is found.
//!
//! An input is a file: named itself, in a folder or below one, or in a zip archive such as OSS-Fuzz
//! keeps corpora in. Which target it is for, the name says ([`Target::named_after`]) of the nearest
//! folder around it that is named after one, up to the folder that was given; for an archive that name
//! is looked for in the archive first, and then it is the archive's own. Where no name says, the plan
//! does. The inputs of `conformance` are replayed as scenarios of the paths that they are for. A zip
//! archive is known by its name; folders whose names begin with a dot are left alone, and a corpus's
//! version file is no input.
//!
//! An input that cannot be read is reported and the rest is replayed. The result depends on the
//! inputs alone, not on the number of threads. Memory does not grow with the inputs, only with the
//! names of what is reported (which are bounded) and of the folders that wait to be read.
//!
//! What is done with an input is what a fuzz target does with it: [`Judge::judge`], then
//! [`fuzz::findings`].
//!
//! [`Target::named_after`]: crate::scenario::Target::named_after

mod archive;
mod crew;
mod files;
mod names;
pub mod report;
mod tally;

pub(crate) use names::of_file;
pub use tally::{Example, Found, PathCounts, Reason, Refusals, Refused, Tally};

use crate::fuzz::{self, Finding};
use crate::oracle::{Class, Judge, Question, Verdict};
use crate::scenario::{Path, Scenario};
use std::fmt;
use std::path::PathBuf;

/// What to replay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Folders, zip archives and files.
    pub inputs: Vec<PathBuf>,
    /// The path that an input is for if no name says.
    pub path: Option<Path>,
}

/// How far a replay is, in inputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tick {
    /// So many more were found.
    Found(u64),
    /// So many more are done with.
    Done(u64),
}

/// Something that must not be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fault {
    /// What a fuzz target stops at.
    Finding(Finding),
    /// The program itself stopped, with this message.
    Panic(Path, String),
}

impl Fault {
    /// The path of the inputs that show it.
    pub fn path(&self) -> Path {
        match *self {
            Fault::Finding(Finding::Beyond(class)) => class.path,
            Fault::Finding(Finding::Broken(path, ..)) | Fault::Panic(path, _) => path,
        }
    }

    /// The stable name, by which inputs that show the same are counted together.
    pub fn signature(&self) -> String {
        match self {
            Fault::Finding(finding) => finding.signature(),
            Fault::Panic(path, message) => format!("{path}:panic:{message}"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Finding(finding) => finding.fmt(f),
            Fault::Panic(_, message) => write!(f, "mmdiff itself panics: {message}"),
        }
    }
}

/// What one input comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exam {
    /// How the scenario came out.
    pub verdict: Verdict,
    /// The divergences that a clause explains, each once.
    pub intended: Vec<Class>,
    /// What is wrong, each once.
    pub faults: Vec<Fault>,
}

impl Exam {
    /// That of an input in which nothing differs.
    const SAME: Exam = Exam { verdict: Verdict::Same, intended: Vec::new(), faults: Vec::new() };

    fn clear(&mut self) {
        self.verdict = Verdict::Same;
        self.intended.clear();
        self.faults.clear();
    }
}

/// Does with an input whatever the replay is for. Each thread has one of its own.
pub trait Examine: Send {
    /// Puts what the input comes to into `exam`, which is that of an input in which nothing differs.
    fn examine(&mut self, path: Path, bytes: &[u8], exam: &mut Exam);
}

/// Makes an [`Examine`] for a thread.
pub type Examiners<'a> = &'a (dyn Fn() -> Box<dyn Examine> + Sync);

/// Is told how far the replay is.
pub type Progress<'a> = &'a (dyn Fn(Tick) + Sync);

impl Examine for Judge {
    fn examine(&mut self, path: Path, bytes: &[u8], exam: &mut Exam) {
        let judgement = self.judge(&Scenario::decode(path, bytes));
        exam.verdict = judgement.verdict();
        for divergence in &judgement.divergences {
            let class = divergence.class;
            if class.clause.is_some() && !exam.intended.contains(&class) {
                exam.intended.push(class);
            }
        }
        for fault in fuzz::findings(judgement).into_iter().map(Fault::Finding) {
            if !exam.faults.contains(&fault) {
                exam.faults.push(fault);
            }
        }
    }
}

/// Says whether somebody has asked to stop.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// Replays every input of the plan, on the threads of the current rayon pool.
pub fn run(question: &Question, plan: &Plan, progress: Progress<'_>) -> Tally {
    run_until(question, plan, progress, &|| false)
}

/// Replays the inputs of the plan until `stop` says so; the tally says whether it did.
pub fn run_until(
    question: &Question,
    plan: &Plan,
    progress: Progress<'_>,
    stop: Stop<'_>,
) -> Tally {
    let question = *question;
    examine(plan, &move || Box::new(Judge::new(&question)), progress, stop)
}

/// Replays every input with another examiner: a benchmark takes one that does nothing, to measure
/// everything else. One that panics does not end the replay: the panic is a finding.
pub fn run_with(plan: &Plan, examiners: Examiners<'_>, progress: Progress<'_>) -> Tally {
    examine(plan, examiners, progress, &|| false)
}

fn examine(plan: &Plan, examiners: Examiners<'_>, progress: Progress<'_>, stop: Stop<'_>) -> Tally {
    let crew = crew::Crew::new(examiners, progress, stop);
    rayon::scope(|scope| {
        for input in &plan.inputs {
            files::open(&crew, scope, input, plan.path);
        }
    });
    crew.finish()
}
