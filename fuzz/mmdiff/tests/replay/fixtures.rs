// SPDX-License-Identifier: GPL-2.0-only
//! Corpora to replay, and examiners that keep what they are fed.

use mmdiff::oracle::{Intent, Question};
use mmdiff::replay::{self, Exam, Examine, Plan, Reason, Tally};
use mmdiff::run::TREES;
use mmdiff::scenario::Path;
use std::fs;
use std::path::{Path as FsPath, PathBuf};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The committed corpus.
pub(crate) fn committed() -> PathBuf {
    FsPath::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")
}

pub(crate) const FIX: Question =
    Question { pre: &TREES[0], post: &TREES[1], intent: Intent::DEFAULT };

/// The commit message at its word.
pub(crate) fn message() -> Question {
    Question { intent: Intent::named("message").expect("a reading"), ..FIX }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        put(&root.path().join(name), bytes);
    }
    root
}

/// Writes a file, and the folders that it is in.
pub(crate) fn put(file: &FsPath, bytes: &[u8]) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    fs::write(file, bytes).expect("a file");
}

/// Inputs, and what they are for.
pub(crate) type Inputs = Vec<(Path, Vec<u8>)>;

/// What a replay of one input of the plan feeds, in order, and its tally.
pub(crate) struct Fed {
    pub(crate) inputs: Inputs,
    pub(crate) tally: Tally,
}

impl Fed {
    /// What was not fed for this reason: names and causes.
    pub(crate) fn refused(&self, reason: Reason) -> Vec<(String, String)> {
        let refusals = self.tally.refused.get(&reason).into_iter().flat_map(|r| &r.named);
        refusals.map(|refused| (refused.name.clone(), refused.why.clone())).collect()
    }

    /// Asserts that nothing was left out.
    #[track_caller]
    pub(crate) fn whole(self) -> Inputs {
        assert!(self.tally.refused.is_empty(), "{:?}", self.tally.refused);
        self.inputs
    }
}

/// Feeds everything in `input` to an examiner that keeps it.
pub(crate) fn feed(input: &FsPath, path: Option<Path>) -> Fed {
    struct Keeper(Arc<Mutex<Inputs>>);
    impl Examine for Keeper {
        fn examine(&mut self, path: Path, bytes: &[u8], _: &mut Exam) {
            self.0.lock().expect("no panic").push((path, bytes.to_vec()));
        }
    }
    let kept = Arc::new(Mutex::new(Inputs::new()));
    let plan = Plan { inputs: vec![input.to_path_buf()], path };
    let tally = replay::run_with(&plan, &|| Box::new(Keeper(Arc::clone(&kept))), &|_| {});
    let mut inputs = kept.lock().expect("no panic").clone();
    inputs.sort();
    assert_eq!(tally.fed(), inputs.len() as u64, "every input fed is counted");
    Fed { inputs, tally }
}

/// Replays one input of the plan on so many threads.
pub(crate) fn replay_on(threads: usize, question: &Question, input: &FsPath) -> Tally {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let plan = Plan { inputs: vec![input.to_path_buf()], path: None };
    pool.install(|| replay::run(question, &plan, &|_| {}))
}
