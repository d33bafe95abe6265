// SPDX-License-Identifier: GPL-2.0-only
//! Who does the work: batches of inputs, and the workers that they are handed to.
//!
//! Whoever finds inputs runs ahead of those that read them, but not far: then it reads a batch
//! itself.

use super::tally::Tally;
use super::{Exam, Examine, Examiners, Fault, Progress, Stop, Tick, archive};
use crate::corpus::MAX_INPUT;
use crate::scenario::Target;
use rayon::Scope;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many inputs are handed over together: enough to make the handing over cheap.
pub(super) const BATCH: usize = 256;
/// How many batches may wait for each thread.
const WAITING: usize = 16;

/// The workers, and the way to them.
pub(super) struct Crew<'a> {
    examiners: Examiners<'a>,
    progress: Progress<'a>,
    stop: Stop<'a>,
    idle: Mutex<Vec<Worker<'a>>>,
    waiting: AtomicUsize,
    may_wait: usize,
}

impl<'a> Crew<'a> {
    pub(super) fn new(examiners: Examiners<'a>, progress: Progress<'a>, stop: Stop<'a>) -> Self {
        Crew {
            examiners,
            progress,
            stop,
            idle: Mutex::new(Vec::new()),
            waiting: AtomicUsize::new(0),
            may_wait: WAITING * rayon::current_num_threads(),
        }
    }

    /// Whether to stop, and then the tally says so.
    pub(super) fn stops(&self) -> bool {
        let stops = (self.stop)();
        if stops {
            self.note(|tally| tally.cut_off = true);
        }
        stops
    }

    /// Has a batch of `inputs` inputs done: by another thread, or here if too many wait.
    pub(super) fn submit<'s>(
        &'s self,
        scope: &Scope<'s>,
        inputs: usize,
        work: impl FnOnce(&mut Worker<'a>) + Send + 's,
    ) {
        (self.progress)(Tick::Found(inputs as u64));
        let work = move || {
            if !self.stops() {
                self.with_worker(work);
            }
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            (self.progress)(Tick::Done(inputs as u64));
        };
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.may_wait {
            scope.spawn(move |_| work());
        } else {
            work();
        }
    }

    /// Notes something in the tally that is not an input's judgement.
    pub(super) fn note(&self, note: impl FnOnce(&mut Tally)) {
        self.with_worker(|worker| note(&mut worker.feeder.tally));
    }

    fn with_worker(&self, work: impl FnOnce(&mut Worker<'a>)) {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle().pop();
        let mut worker = known.unwrap_or_else(|| Worker::new(self.examiners));
        work(&mut worker);
        idle().push(worker);
    }

    /// What all workers have seen, together.
    pub(super) fn finish(self) -> Tally {
        let workers = self.idle.into_inner().unwrap_or_else(PoisonError::into_inner);
        let tallies = workers.into_iter().map(|worker| worker.feeder.tally);
        tallies.fold(Tally::default(), Tally::merge)
    }
}

/// A thread's own memory, for one batch after the other.
pub(super) struct Worker<'a> {
    /// What to do with an input.
    pub(super) feeder: Feeder<'a>,
    /// Where an input is read to: one byte more than the largest.
    pub(super) input: Vec<u8>,
    /// What reads archives, once there is one.
    pub(super) unpacker: Option<archive::Unpacker>,
}

impl<'a> Worker<'a> {
    fn new(examiners: Examiners<'a>) -> Self {
        let tally = Tally::default();
        let feeder = Feeder { examiners, examiner: examiners(), exam: Exam::SAME, tally };
        Worker { feeder, input: vec![0; MAX_INPUT as usize + 1], unpacker: None }
    }
}

/// Feeds inputs to an examiner and keeps what comes of it.
pub(super) struct Feeder<'a> {
    examiners: Examiners<'a>,
    examiner: Box<dyn Examine>,
    exam: Exam,
    /// What has come of all inputs so far.
    pub(super) tally: Tally,
}

impl Feeder<'_> {
    /// Feeds an input; `name` is asked for only if the input is an example of something.
    pub(super) fn feed(&mut self, target: Target, input: &[u8], name: impl Fn() -> String) {
        let (path, _, bytes) = target.split(input);
        let Feeder { examiner, exam, .. } = self;
        exam.clear();
        let examine = || examiner.examine(path, bytes, exam);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(examine)) {
            self.examiner = (self.examiners)();
            self.exam.clear();
            self.exam.faults.push(Fault::Panic(path, message(&*panic).to_string()));
        }
        self.tally.add(path, bytes, &self.exam, name);
    }
}

/// The first line of what a panic said.
fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.and_then(|text| text.lines().next()).unwrap_or("no message")
}
