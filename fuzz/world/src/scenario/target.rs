// SPDX-License-Identifier: GPL-2.0-only
//! The fuzz targets, by the names of their folders, and what their inputs mean.

use super::Path;

/// OSS-Fuzz puts the project before the target's name.
pub const PROJECT: &str = "mmdiff_";
/// OSS-Fuzz's name for the seeds of a target.
const SEEDS: &str = "_seed_corpus";

/// A fuzz target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// That of a path: an input is a scenario.
    Of(Path),
    /// `conformance`, that of all paths: the first byte says which, the rest is a scenario.
    Conformance,
}

impl From<Path> for Target {
    fn from(path: Path) -> Self {
        Target::Of(path)
    }
}

impl Target {
    /// The target's name, and that of its folder in a corpus.
    pub const fn name(self) -> &'static str {
        match self {
            Target::Of(path) => path.target(),
            Target::Conformance => "conformance",
        }
    }

    /// The target of that name, or of the path of that name.
    pub fn named(name: &str) -> Option<Target> {
        match Path::named(name) {
            Some(path) => Some(Target::Of(path)),
            None => (name == Target::Conformance.name()).then_some(Target::Conformance),
        }
    }

    /// The target that a folder or archive of this name is for: its own name or that of its path, as
    /// it is or as OSS-Fuzz spells it (`mmdiff_flags`, `flags_seed_corpus`).
    pub fn named_after(name: &str) -> Option<Target> {
        let name = name.strip_prefix(PROJECT).unwrap_or(name);
        Target::named(name.strip_suffix(SEEDS).unwrap_or(name))
    }

    /// Splits an input: its path, the bytes that say so, and the scenario. No byte says as much as a
    /// 0.
    pub fn split(self, input: &[u8]) -> (Path, &[u8], &[u8]) {
        match self {
            Target::Of(path) => (path, &[], input),
            Target::Conformance => {
                let (head, scenario) = input.split_at(input.len().min(1));
                let number = usize::from(head.first().copied().unwrap_or(0));
                (Path::ALL[number % Path::ALL.len()], head, scenario)
            }
        }
    }
}
