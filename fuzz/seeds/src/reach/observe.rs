// SPDX-License-Identifier: GPL-2.0-only
//! What one scenario shows, read off the two runs of its judgement.

use super::answer::{Answer, Asked};
use super::{Found, Outcome, Owner, Place, scan};
use crate::oracle::{Judgement, Question, Side, judge};
use crate::run::{Returned, Run};
use crate::scenario::{
    FileKind, FileSpec, Flags, FolioOwner, GmemStep, MigrateCallback, Op, Scenario,
};
use crate::trace::Event;
use crate::world::{Came, Moment};
use mmcore::{Call, Function, Mapping, MigrateMode, PAGE_SIZE, Word};
use std::collections::BTreeSet;

/// Everything that the scenario shows, on either side of the patch.
pub fn outcomes(scenario: &Scenario) -> BTreeSet<Outcome> {
    let judgement = judge(&Question::default(), scenario);
    let mut seen = Seen { shown: BTreeSet::new(), last: None, zeroing: None };
    seen.judged(&judgement);
    for run in [&judgement.pre, &judgement.post] {
        seen.world(scenario, run);
        for step in 0..run.steps.len() {
            seen.step(scenario, run, step);
        }
    }
    seen.shown
}

/// A ported function that is open at some place of a trace.
struct Frame {
    function: Function,
    /// The folio lock is held by a trylock of this function.
    trylocked: bool,
    /// The size that the function was told last.
    size: u64,
    /// Its own events, if it is a scan.
    scan: Option<Vec<Event>>,
}

struct Seen {
    shown: BTreeSet<Outcome>,
    /// The last call, so that a loop does not look the same thing up again and again.
    last: Option<Outcome>,
    /// The kind of file that a truncation looked at last.
    zeroing: Option<FileKind>,
}

impl Seen {
    fn add(&mut self, outcome: Outcome) {
        self.shown.insert(outcome);
    }

    fn judged(&mut self, judgement: &Judgement) {
        for divergence in &judgement.divergences {
            self.add(Outcome::Diverged(divergence.class));
            self.shown.extend(divergence.class.clause.map(Outcome::Explained));
        }
        self.shown.extend(judgement.pre_broke.iter().map(|&i| Outcome::Broke(Side::Pre, i)));
        self.shown.extend(judgement.post_broke.iter().map(|&i| Outcome::Broke(Side::Post, i)));
    }

    /// What is in the world, apart from what is done to it.
    fn world(&mut self, scenario: &Scenario, run: &Run) {
        let mut before = Run::new(run.tree);
        before.begin(scenario);
        let orders = before.world.folios.iter().chain(&run.world.folios).map(|folio| folio.order);
        self.shown.extend(orders.map(Outcome::Order));
        self.shown.extend(kinds(scenario).map(|(kind, raw)| Outcome::Kind(kind, raw)));
        let came = run.world.schedule.done.iter().filter(|moment| moment.came != Came::Nothing);
        let raced = |moment: &Moment| Outcome::Raced(moment.point, moment.action, moment.came);
        self.shown.extend(came.map(raced));
    }

    fn step(&mut self, scenario: &Scenario, run: &Run, step: usize) {
        let (events, returned) = (run.events(step), run.steps[step].1);
        self.trace(run, events);
        let answer = Answer::returned(returned);
        match scenario {
            Scenario::Lifecycle(s) => {
                let kind = s.ops.get(step).and_then(|op| kind_of(op, &s.ops[..step], run));
                let op = &s.ops[step];
                self.add(Outcome::Operated(operation(op), kind, answer));
            }
            Scenario::Flags(s) if step.is_multiple_of(2) => {
                self.tests(returned);
                let done = (step / 2).checked_sub(1).map_or(u8::MAX, |i| s.ops[i] as u8);
                self.add(Outcome::Followed(u8::MAX, done, answer));
            }
            Scenario::Errors(s) => {
                let before = step.checked_sub(1).map_or(u8::MAX, |i| s.ops[i] as u8);
                self.add(Outcome::Followed(before, s.ops[step] as u8, answer));
                self.returned(events, None, answer);
            }
            Scenario::Creation(s) => {
                let made = step.checked_sub(1).map(|i| &s.steps[i]);
                if let Some(GmemStep::Fault { .. }) = made
                    && returned != Returned::Nothing
                {
                    self.add(Outcome::Returned("fault", None, answer));
                }
                let one = step.checked_sub(2).map_or(u8::MAX, |i| gmem_step(&s.steps[i]));
                let other = made.map_or(u8::MAX, gmem_step);
                self.add(Outcome::Followed(one, other, answer));
                self.returned(events, None, answer);
            }
            Scenario::Migration(s) => {
                let mode = MigrateMode::from_word(s.mode.get().into());
                self.returned(events, Some(mode), answer);
                if s.owner == FolioOwner::File || s.migrate == MigrateCallback::Own {
                    self.add(Outcome::Moved(s.owner, s.migrate, mode, s.folio.dirty, answer));
                }
            }
            _ => self.returned(events, None, answer),
        }
    }

    fn tests(&mut self, returned: Returned) {
        if let Returned::Bits(bits) = returned {
            let tests = (0..crate::run::FLAG_TESTS.len() as u8)
                .map(|test| Outcome::Tested(test, bits >> test & 1 != 0));
            self.shown.extend(tests);
        }
    }

    /// The return value of the function that the step called, if it called one.
    fn returned(&mut self, events: &[Event], mode: Option<MigrateMode>, answer: Answer) {
        let Some(Call::Enter { function }) = events.first().map(|event| event.call) else {
            return;
        };
        self.add(Outcome::Returned(function.name(), mode, answer));
    }

    fn trace(&mut self, run: &Run, events: &[Event]) {
        let mut open: Vec<Frame> = Vec::new();
        for event in events {
            match event.call {
                Call::Enter { function } => {
                    self.add(Outcome::Entered(function));
                    let scans = function == Function::IsolateMigratepagesBlock;
                    let scan = scans.then(Vec::new);
                    open.push(Frame { function, trylocked: false, size: 0, scan });
                }
                Call::Leave {} => {
                    let scan = open.pop().and_then(|frame| frame.scan);
                    scan.into_iter().for_each(|scan| self.scan(run, &scan));
                }
                _ => self.event(run, event, open.last_mut()),
            }
        }
        // What the kernel stopped never left.
        for scan in open.into_iter().filter_map(|frame| frame.scan) {
            self.scan(run, &scan);
        }
    }

    fn event(&mut self, run: &Run, event: &Event, mut frame: Option<&mut Frame>) {
        let mut asked = Asked::of(&event.call);
        if let Some(frame) = &mut frame {
            match event.call {
                Call::FolioMapping { .. } => asked.detail = frame.trylocked.into(),
                Call::FolioTrylock { .. } => frame.trylocked = event.answer != 0,
                Call::FolioUnlock { .. } => frame.trylocked = false,
                Call::FolioSize { .. } => frame.size = event.answer,
                _ => {}
            }
            if let Some(scan) = &mut frame.scan {
                scan.push(*event);
            }
        }
        let function = frame.as_ref().map(|frame| frame.function);
        let called = Outcome::Called(function, asked, Answer::of(event));
        if self.last != Some(called) {
            self.add(called);
            self.last = Some(called);
        }
        if let Some(frame) = frame
            && frame.function == Function::TruncateInodePartialFolio
        {
            self.partial(run, event, frame.size);
        }
    }

    /// The decision to zero part of a folio.
    fn partial(&mut self, run: &Run, event: &Event, size: u64) {
        let kind = |mapping: Mapping| run.world.file(mapping).kind;
        let found = match event.call {
            Call::FlagsAnd { mapping, .. } => Some((mapping, Found::Mask(event.answer as u8))),
            Call::TestBit { mapping, .. } => Some((mapping, Found::Bit(event.answer != 0))),
            _ => None,
        };
        if let Some((mapping, found)) = found {
            self.zeroing = kind(mapping);
            self.shown.extend(self.zeroing.map(|kind| Outcome::Found(kind, found)));
        }
        if let Call::FolioZeroRange { offset, length, .. } = event.call
            && let Some(kind) = self.zeroing
        {
            let (from, to) = (u64::from(offset), u64::from(offset) + u64::from(length));
            let large = size > PAGE_SIZE;
            self.add(Outcome::Zeroed(kind, Place::of(from, size), Place::of(to, size), large));
        }
    }

    fn scan(&mut self, run: &Run, events: &[Event]) {
        for turn in scan::turns(events) {
            let (fate, mapping) = scan::fate(turn);
            let owner = match mapping {
                None => Owner::Page,
                Some(None) => Owner::Nobody,
                Some(Some(mapping)) => {
                    run.world.file(mapping).kind.map_or(Owner::SwapCache, Owner::File)
                }
            };
            self.add(Outcome::Scanned(fate, owner));
        }
        self.add(Outcome::ScanEnded(scan::end(events)));
    }
}

impl Place {
    fn of(at: u64, size: u64) -> Place {
        match at {
            0 => Place::Start,
            1 => Place::AfterStart,
            at if at == size => Place::End,
            at if at + 1 == size => Place::BeforeEnd,
            at if at.is_multiple_of(PAGE_SIZE) => Place::PageBoundary,
            _ => Place::Inside,
        }
    }
}

/// The kinds of files in a scenario, and whether their flags words are raw.
fn kinds(scenario: &Scenario) -> Box<dyn Iterator<Item = (FileKind, bool)> + '_> {
    let spec = |file: &FileSpec| (file.kind, file.flags != Flags::Built);
    match scenario {
        Scenario::Flags(s) => Box::new([spec(&s.file)].into_iter()),
        Scenario::Errors(s) => Box::new([spec(&s.file)].into_iter()),
        Scenario::Truncation(s) => Box::new([spec(&s.file)].into_iter()),
        Scenario::Migration(s) => Box::new([spec(&s.file)].into_iter()),
        Scenario::Compaction(s) => Box::new(s.files.iter().map(spec)),
        Scenario::Creation(_) => Box::new([(FileKind::GuestMemfd, false)].into_iter()),
        Scenario::Lifecycle(s) => Box::new(s.ops.iter().filter_map(|op| match op {
            Op::Create { kind } => Some((*kind, false)),
            _ => None,
        })),
    }
}

/// The kind of file that an operation makes, or is on: it counts the files that there are.
fn kind_of(op: &Op, before: &[Op], run: &Run) -> Option<FileKind> {
    if let Op::Create { kind } = op {
        return Some(*kind);
    }
    let created = before.iter().filter(|op| matches!(op, Op::Create { .. })).count();
    let files = created.min(run.world.files.len());
    let file = file_of(op)?;
    if files == 0 { None } else { run.world.files[usize::from(file) % files].kind }
}

fn file_of(op: &Op) -> Option<u8> {
    match op {
        Op::Write { file, .. }
        | Op::Truncate { file, .. }
        | Op::PunchHole { file, .. }
        | Op::ShmLock { file }
        | Op::ShmUnlock { file }
        | Op::RecordError { file, .. }
        | Op::Fsync { file }
        | Op::Migrate { file, .. }
        | Op::FaultPrivate { file, .. }
        | Op::Reclaim { file } => Some(file.get()),
        Op::Create { .. } | Op::FailSplit | Op::Compact { .. } => None,
    }
}

fn gmem_step(step: &GmemStep) -> u8 {
    match step {
        GmemStep::CheckErrors => 0,
        GmemStep::CheckAndKeepErrors => 1,
        GmemStep::Fault { .. } => 2,
        GmemStep::PunchHole { .. } => 3,
        GmemStep::ErrorFolio => 4,
        GmemStep::MigrateFolio => 5,
        GmemStep::FolioEvictable => 6,
    }
}

/// The name of an operation.
fn operation(op: &Op) -> &'static str {
    match op {
        Op::Create { .. } => "create",
        Op::Write { .. } => "write",
        Op::Truncate { .. } => "truncate",
        Op::PunchHole { .. } => "punch-hole",
        Op::ShmLock { .. } => "shm-lock",
        Op::ShmUnlock { .. } => "shm-unlock",
        Op::RecordError { .. } => "record-error",
        Op::Fsync { .. } => "fsync",
        Op::Compact { .. } => "compact",
        Op::Migrate { .. } => "migrate",
        Op::FailSplit => "fail-split",
        Op::FaultPrivate { .. } => "fault-private",
        Op::Reclaim { .. } => "reclaim",
    }
}
