// SPDX-License-Identifier: GPL-2.0-only
//! What a judgement comes to: the clause or the invariant that each finding is about, what it
//! means, and the consequence.

use super::look::{Ink, Look};
use crate::oracle::{Divergence, Invariant, Judgement, Question, Verdict};
use crate::run::Run;
use crate::world::{Misdeed, World};
use mmcore::Mapping;
use std::fmt::{self, Write};

/// Writes the verdict.
pub(super) fn write(
    look: &Look,
    question: &Question,
    judgement: &Judgement,
    out: &mut dyn Write,
) -> fmt::Result {
    match judgement.verdict() {
        Verdict::Same => writeln!(out, "The two sides do the same.")?,
        Verdict::Intended => writeln!(out, "The two sides differ as intended:")?,
        Verdict::Beyond => {
            writeln!(out, "{}", look.ink(Ink::Alarm, "The two sides differ BEYOND the intent:"))?;
        }
    }
    for divergence in &judgement.divergences {
        write_divergence(question, judgement, divergence, out)?;
    }
    write_invariants(look, judgement, (&judgement.pre, &judgement.pre_broke), out)?;
    write_invariants(look, judgement, (&judgement.post, &judgement.post_broke), out)
}

fn write_divergence(
    question: &Question,
    judgement: &Judgement,
    divergence: &Divergence,
    out: &mut dyn Write,
) -> fmt::Result {
    let class = &divergence.class;
    let change = question.intent.change();
    let (pre, post) = change.sides(class);
    let (old, new) = (question.pre.name, question.post.name);
    writeln!(out, "  {}", class.signature())?;
    if let Some(function) = class.function {
        writeln!(out, "    they part in   {} [{}]", function.name(), function.file())?;
    }
    writeln!(out, "    it hangs on    {}", change.condition(class))?;
    writeln!(out, "    {old:<14} {pre}")?;
    writeln!(out, "    {new:<14} {post}")?;
    match class.clause {
        Some(name) => {
            let because = change.expectation(name).map_or("", |known| &known.because);
            writeln!(out, "    expected       {name}: {because}")?;
        }
        None => writeln!(out, "    expected       no, with --intent {}", question.intent)?,
    }
    let Some(mapping) = divergence.mapping.filter(|_| divergence.stale != (0, 0)) else {
        return Ok(());
    };
    for (run, bytes) in
        [(&judgement.pre, divergence.stale.0), (&judgement.post, divergence.stale.1)]
    {
        let consequence = consequence(&run.world, mapping, bytes);
        writeln!(out, "    in the end     {}: {consequence}", run.tree.name)?;
    }
    Ok(())
}

/// What user space sees of a file that it must not see.
fn consequence(world: &World, mapping: Mapping, bytes: u64) -> String {
    match world.stale_in(mapping, 0, u64::MAX) {
        Some((from, to, _)) => {
            format!("{bytes} bytes that are gone can be read, the first are {from} to {}", to - 1)
        }
        None => "no byte can be read that is gone".into(),
    }
}

fn write_invariants(
    look: &Look,
    judgement: &Judgement,
    (run, broke): (&Run, &[Invariant]),
    out: &mut dyn Write,
) -> fmt::Result {
    for invariant in broke {
        let known = judgement.is_known_broken(run, *invariant);
        let (ink, known) = if known { (Ink::Plain, ", as known") } else { (Ink::Alarm, "") };
        let line = format!("{} breaks {}{known}", run.tree.name, invariant.id());
        writeln!(out, "  {}", look.ink(ink, &line))?;
        writeln!(out, "    the rule       {}", invariant.meaning())?;
        let of = |misdeed: &&Misdeed| Invariant::of(**misdeed) == Some(*invariant);
        for misdeed in run.world.misdeeds.iter().filter(of) {
            writeln!(out, "    what happened  {}", what_happened(*misdeed))?;
        }
    }
    Ok(())
}

fn what_happened(misdeed: Misdeed) -> String {
    match misdeed {
        Misdeed::TouchedGuestMemory(folio) => format!("the CPU touched {folio}, a guest's"),
        Misdeed::MovedGuestMemory(folio) => format!("{folio}, a guest's, was moved"),
        Misdeed::LostData(folio) => format!("{folio} was moved and its data was not"),
        Misdeed::LostGuestMemory(mapping) => {
            format!("the guest lost memory of {mapping} that the hole did not cover")
        }
        Misdeed::StaleBytes(mapping) => {
            format!("a byte of {mapping} can be read that is gone, or cannot that is not")
        }
        Misdeed::UncausedError(mapping) => {
            format!("an error of {mapping} was reported that nothing had caused")
        }
        Misdeed::ReadFreedMapping(mapping) => format!("{mapping} was read after it was freed"),
        Misdeed::ReadUnstableMapping(mapping) => {
            format!("{mapping} was read while nothing kept it from being freed")
        }
        Misdeed::Lock(folio) => {
            format!("the lock of {folio} was taken twice, or dropped by who did not hold it")
        }
        Misdeed::LruLock(lruvec) => {
            format!(
                "{lruvec}: its lock was taken twice, dropped by who did not hold it, or held over a put"
            )
        }
        Misdeed::Reference(folio) => format!("a reference to {folio} was put and never taken"),
        Misdeed::Lru(folio) => format!("the LRU list and the counters disagree about {folio}"),
        Misdeed::Unlocked(folio) => {
            format!("{folio} was changed without the lock, or before the end of the write-back")
        }
        Misdeed::OutOfFolio(folio) => format!("bytes outside {folio} were zeroed"),
        Misdeed::Nesting => "something that was taken was not given back".into(),
        Misdeed::Warned(site) => format!("WARN: {site}"),
    }
}
