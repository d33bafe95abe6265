// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff replay`.
//!
//! It ends with 1 if there is a finding; else with 2 if an input that is there was left out, so that
//! 0 means that every input was fed. One that vanished while the corpus was read is no matter. A
//! replay that was interrupted, and has no finding, ends with 3.

use super::output::{Output, check_writable};
use super::workers::Workers;
use super::{Ended, Failure, Sides, committed_corpus, interrupt, path};
use crate::replay::report::Report;
use crate::replay::{self, Plan, Reason, Tally, Tick};
use crate::scenario::Path;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// Folders, zip archives and files [default: the committed corpus]
    #[arg(value_name = "DIR|ZIP|FILE")]
    inputs: Vec<PathBuf>,
    /// The path that inputs are for if no folder or archive around them is named after one
    #[arg(long, value_name = "PATH", value_parser = path)]
    path: Option<Path>,
    #[command(flatten)]
    sides: Sides,
    #[command(flatten)]
    workers: Workers,
    #[command(flatten)]
    output: Output,
}

pub(super) fn run(options: &Options) -> Result<Ended, Failure> {
    let question = options.sides.question()?;
    let plan = Plan { inputs: inputs(options)?, path: options.path };
    if let Some(out) = options.output.out.as_deref() {
        check_writable(out)?;
    }
    let pool = options.workers.pool()?;
    interrupt::catch();
    let bar = options.workers.progress(0, "inputs");
    let progress = |tick| match tick {
        Tick::Found(more) => bar.inc_length(more),
        Tick::Done(more) => bar.inc(more),
    };
    let tally = pool.install(|| replay::run_until(&question, &plan, &progress, &interrupt::asked));
    bar.finish_and_clear();

    if tally.fed() == 0 && !tally.cut_off {
        return Err(nothing_fed(&plan, &tally));
    }
    options.output.write(&Report::new(&question, &tally))?;
    match (tally.faults.is_empty(), tally.gaps()) {
        (false, _) => Ok(Ended::Beyond),
        (true, _) if tally.cut_off => Ok(Ended::CutOff),
        (true, 0) => Ok(Ended::Intended),
        (true, gaps) => {
            let inputs = if gaps == 1 { "input was" } else { "inputs were" };
            let first = first_refused(&tally).unwrap_or_default();
            Err(Failure(format!("{gaps} {inputs} not replayed; the first is {first}")))
        }
    }
}

fn inputs(options: &Options) -> Result<Vec<PathBuf>, Failure> {
    if !options.inputs.is_empty() {
        return Ok(options.inputs.clone());
    }
    let none = "there is no corpus/ here: say what to replay, as in `mmdiff replay DIR`";
    Ok(vec![committed_corpus().ok_or_else(|| Failure::new(none))?])
}

fn nothing_fed(plan: &Plan, tally: &Tally) -> Failure {
    if let Some(why) = first_refused(tally) {
        return Failure(format!("nothing could be replayed: {why}"));
    }
    let names: Vec<_> = plan.inputs.iter().map(|input| input.display().to_string()).collect();
    Failure(format!("nothing to replay in {}: there is no file in it", names.join(", ")))
}

/// The first input that was left out, why, and what to do about it.
fn first_refused(tally: &Tally) -> Option<String> {
    let gaps = tally.refused.iter().filter(|(reason, _)| reason.is_gap());
    let mut named = gaps.flat_map(|(&reason, refusals)| {
        refusals.named.iter().map(move |refused| (reason, refused))
    });
    let (reason, refused) = named.next()?;
    let fix = match reason {
        Reason::Unplaced => "; say which it is for with --path",
        _ => "",
    };
    Some(format!("{}: {}{fix}", refused.name, refused.why).replace(char::is_control, "?"))
}
