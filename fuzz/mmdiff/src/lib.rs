// SPDX-License-Identifier: GPL-2.0-only
//! Differential testing of Linux mm decision paths, revision against revision.
//!
//! Two nouns explain it: a [scenario] says what happens, the [oracle] judges what two revisions of
//! the kernel make of it. Between them, [`run`] sets a simulated kernel ([`world`]) up as the
//! scenario says and calls the ported functions of [`mmcore`] in it, and [`trace`] keeps what they
//! ask and do. [`check`] does this for many scenarios and [`report`] says what they come to;
//! [`fuzz`] is the same for one input of a fuzzer, `replay` for all that a fuzzer has kept, and
//! [`explain`] for one reader; [`shrink`] makes the smallest scenario that shows the same. `conform`
//! runs the same on the kernel's own C.
//!
//! ```
//! use mmdiff::oracle::{Intent, Question, Verdict, judge};
//! use mmdiff::run::Tree;
//! use mmdiff::scenario::{Path, Scenario};
//!
//! let question = Question {
//!     pre: Tree::named("pre-fix").unwrap(),
//!     post: Tree::named("post-fix").unwrap(),
//!     intent: Intent::DEFAULT,
//! };
//! // The empty input is the plainest truncation: the first byte of a ramfs file.
//! let scenario = Scenario::decode(Path::Truncation, &[]);
//! let judgement = judge(&question, &scenario);
//! assert_eq!(judgement.verdict(), Verdict::Intended);
//! assert_eq!(judgement.divergences[0].stale, (1, 0));
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod accept;
pub mod cli;
pub mod diagram;
pub mod emit;
pub mod explain;
pub mod mismatch;
pub mod page;
pub mod readable;
pub mod replay;
pub mod report;
pub mod schema;
pub mod show;

pub use mmdiff_conform as conform;
pub use mmdiff_explore as explore;
pub use mmdiff_judge::oracle::change;
pub use mmdiff_judge::{check, fuzz, oracle, shrink};
pub use mmdiff_seeds as corpus;
pub use mmdiff_seeds::{reach, survey};
pub use mmdiff_trace as trace;
pub use mmdiff_world::{run, scenario, world};
