// SPDX-License-Identifier: GPL-2.0-only
//! Racing actors in words, and the lanes in which they and the function under test take turns.

use super::look::{Ink, Look, pad, wrap};
use crate::run::Run;
use crate::scenario::{Action, Race};
use crate::world::{Came, Moment};
use mmcore::{Call, Folio};
use std::fmt::{self, Write};

/// What an actor does to a folio.
fn does(action: Action, folio: Folio) -> String {
    match action {
        Action::Truncate => format!("truncates {folio}"),
        Action::Evict => format!("evicts the inode of {folio}"),
        Action::Reclaim => format!("reclaims {folio}"),
        Action::EndWriteback => format!("finishes the write-back of {folio}"),
        Action::Dirty => format!("writes to {folio} through a page table"),
        Action::Clean => format!("cleans {folio}"),
        Action::ShmLock => format!("SHM_LOCKs the file of {folio}"),
        Action::ShmUnlock => format!("SHM_UNLOCKs the file of {folio}"),
        Action::RecordEnospc => format!("records ENOSPC for the file of {folio}"),
        Action::RecordEio => format!("records EIO for the file of {folio}"),
        Action::Pin => format!("takes a reference to {folio}"),
        Action::Isolate => format!("takes {folio} off its LRU list"),
        Action::Lock => format!("locks {folio} and keeps it"),
        Action::Signal => "sends a fatal signal".into(),
        Action::MarkSkip => format!("marks the pageblock of {folio} to be skipped"),
        Action::HoldLru => format!("holds the LRU lock of {folio}"),
    }
}

/// A moment, as a trace shows it in its place.
pub(super) fn say(moment: &Moment) -> String {
    let what = does(moment.action, moment.folio);
    let came = match moment.came {
        Came::Done => "",
        Came::Waits => " (waits for the folio lock)",
        Came::DoneAfterWaiting => " (goes ahead, now that the folio lock is free)",
        Came::Nothing => " (comes to nothing)",
    };
    format!("~ another CPU: {what}{came}")
}

/// Draws the lanes of both runs, or one for both if the actors meet the same events in the same
/// order. Nothing is written if there are no actors.
pub(super) fn write_lanes(look: &Look, pre: &Run, post: &Run, out: &mut dyn Write) -> fmt::Result {
    let (left, right) = (lanes(pre), lanes(post));
    if left.is_empty() && right.is_empty() {
        return Ok(());
    }
    if left == right {
        return write_one(look, "", &left, out);
    }
    write_one(look, pre.tree.name, &left, out)?;
    write_one(look, post.tree.name, &right, out)
}

/// A line of the lanes.
#[derive(PartialEq, Eq)]
enum Lane {
    Event(String),
    Actor(String),
    Gap,
}

/// The moments of a run, with the events beside them and what happens to the folio lock between.
fn lanes(run: &Run) -> Vec<Lane> {
    let schedule = &run.world.schedule;
    let mut lanes = Vec::new();
    let mut shown = 0;
    for moment in &schedule.done {
        let at = moment.at as usize;
        for (i, event) in run.trace.iter().enumerate().take(at + 1).skip(shown) {
            let beside = i + 1 == at || i == shown && i < at && !lanes.is_empty();
            let beside = beside && !matches!(event.call, Call::Enter { .. } | Call::Leave {});
            if beside || is_about_the_lock(&event.call, moment.folio) && i < at {
                lanes.push(Lane::Event(format!("{event}")));
            } else if i < at && !matches!(lanes.last(), Some(Lane::Gap)) {
                lanes.push(Lane::Gap);
            }
        }
        lanes.push(Lane::Actor(say(moment)));
        shown = shown.max(at);
    }
    if let Some(event) = run.trace.get(shown).filter(|_| !schedule.done.is_empty()) {
        lanes.push(Lane::Event(format!("{event}")));
    }
    let never = |&Race { action, folio, .. }: &Race| {
        let what = does(action, Folio(folio.get().into()));
        Lane::Actor(format!("~ another CPU never {what}: its moment did not come"))
    };
    lanes.extend(schedule.never_came().map(never));
    let waits = |&(action, folio): &(Action, Folio)| {
        Lane::Actor(format!("~ another CPU still waits in the end: it {}", does(action, folio)))
    };
    lanes.extend(schedule.still_waiting().iter().map(waits));
    lanes
}

fn is_about_the_lock(call: &Call, folio: Folio) -> bool {
    match *call {
        Call::FolioTrylock { folio: about }
        | Call::FolioLock { folio: about }
        | Call::FolioUnlock { folio: about } => about == folio,
        _ => false,
    }
}

fn write_one(look: &Look, name: &str, lanes: &[Lane], out: &mut dyn Write) -> fmt::Result {
    let ours = look.width * 9 / 20;
    let who = if name.is_empty() {
        "the function, in both".into()
    } else {
        format!("the function, {name}")
    };
    writeln!(
        out,
        "  {}{}",
        look.ink(Ink::Heading, &pad(&who, ours)),
        look.ink(Ink::Heading, "other CPUs")
    )?;
    for lane in lanes {
        match lane {
            Lane::Gap => writeln!(out, "  {}", look.ink(Ink::Thought, "⋮"))?,
            Lane::Event(event) => {
                for line in wrap(event, ours - 2, 2) {
                    writeln!(out, "  {line}")?;
                }
            }
            Lane::Actor(text) => {
                for line in wrap(text, look.width - ours - 2, 2) {
                    writeln!(out, "  {}{}", pad("│", ours), look.ink(Ink::Actor, &line))?;
                }
            }
        }
    }
    writeln!(out)
}
