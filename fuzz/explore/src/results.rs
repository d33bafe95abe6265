// SPDX-License-Identifier: GPL-2.0-only
//! The results of an enumeration, whole or in part: they can be put into a file, gone on from, and
//! joined with those of other machines.
//!
//! The file is JSON: `mmdiff schema explore-state` describes it, by the types here. Units of work are
//! numbered from 0, and the question, the bounds and the paths say which each is.

use super::bounds::Bounds;
use super::closure::Closure;
use super::sides::{Side, Sides};
use super::tally::Tally;
use super::work::{Cut, Plan};
use crate::oracle::Intent;
use crate::scenario::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The schema of the file.
pub const SCHEMA: &str = "mmdiff-explore-state/3";

/// The sources of the port and of the judge, in short: results of others are no proof about these.
pub const SOURCES: &str = match option_env!("MMDIFF_SOURCES") {
    Some(sources) => sources,
    None => env!("CARGO_PKG_VERSION"),
};

/// What was enumerated, and what was found.
#[derive(Clone, PartialEq, Eq, Debug, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// Which document this is, and its version.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The sources that gave the results, in short.
    pub sources: String,
    /// The revision before.
    pub pre: String,
    /// The revision after.
    pub post: String,
    /// What the change is called whose expectations count.
    pub change: String,
    /// The reading of it.
    pub intent: String,
    /// The bounds.
    pub bounds: Bounds,
    /// The paths.
    pub paths: Vec<Path>,
    /// How many units of work there are.
    pub units: usize,
    /// Those that are done.
    pub done: BTreeSet<usize>,
    /// What was found, by path.
    pub tallies: BTreeMap<Path, Tally>,
    /// Why it was cut off, if it was.
    pub cut: Option<Cut>,
}

impl Results {
    /// Nothing done yet.
    pub fn new(plan: &Plan) -> Results {
        let paths: BTreeSet<Path> = plan.units.iter().map(|unit| unit.path).collect();
        Results {
            schema: SCHEMA.into(),
            sources: SOURCES.into(),
            pre: plan.sides.pre.tree.name.into(),
            post: plan.sides.post.tree.name.into(),
            change: plan.sides.intent.change().fingerprint(),
            intent: plan.sides.intent.name().into(),
            bounds: plan.bounds,
            tallies: paths.iter().map(|&path| (path, Tally::default())).collect(),
            paths: paths.into_iter().collect(),
            units: plan.units.len(),
            done: BTreeSet::new(),
            cut: None,
        }
    }

    /// Reads a file of results.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn read(text: &str) -> Result<Results, String> {
        let results: Results = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if results.schema != SCHEMA {
            return Err(format!("its schema is {}, not {SCHEMA}", results.schema));
        }
        if results.sources != SOURCES {
            return Err(format!(
                "another build of mmdiff gave them (of sources {}, where this one is of {SOURCES}): \
                 use that build, or enumerate again",
                results.sources
            ));
        }
        let plan = Plan::new(&results.sides(Intent::DEFAULT)?, results.bounds, &results.paths);
        if results.units != plan.units.len()
            || results.done.iter().any(|&unit| unit >= results.units)
        {
            return Err("its units of work are not those of its bounds".into());
        }
        if !results.tallies.keys().eq(results.paths.iter()) {
            return Err("its tallies are not those of its paths".into());
        }
        Ok(results)
    }

    /// The sides that they are of, to be asked with these expectations.
    ///
    /// # Errors
    /// If a revision is not known here.
    pub fn sides(&self, intent: Intent) -> Result<Sides, String> {
        let side = |name: &str| {
            Side::named(name).ok_or_else(|| format!("there is no revision {name} here"))
        };
        Ok(Sides { pre: side(&self.pre)?, post: side(&self.post)?, intent })
    }

    /// Adds what a unit found.
    pub fn add(&mut self, unit: usize, path: Path, tally: Tally) {
        if self.done.insert(unit) {
            self.tallies.entry(path).or_default().add(tally);
        }
    }

    /// Whether both are parts of the same enumeration.
    pub fn is_of_one_enumeration_with(&self, other: &Results) -> bool {
        let asked = |of: &Self| [&of.pre, &of.post, &of.change, &of.intent].map(String::clone);
        asked(self) == asked(other)
            && (self.bounds, &self.paths, self.units) == (other.bounds, &other.paths, other.units)
    }

    /// Joins the results of two machines.
    ///
    /// # Errors
    /// If they are not parts of the same enumeration, or have done the same work.
    pub fn join(&mut self, other: Results) -> Result<(), String> {
        if !self.is_of_one_enumeration_with(&other) {
            return Err("they are of different enumerations".into());
        }
        if let Some(unit) = self.done.intersection(&other.done).next() {
            return Err(format!("both have done unit {unit}"));
        }
        self.done.extend(other.done);
        for (path, tally) in other.tallies {
            self.tallies.entry(path).or_default().add(tally);
        }
        self.cut = self.cut.or(other.cut);
        Ok(())
    }

    /// What is known of scans of any length.
    pub fn closure(&self) -> Option<&Closure> {
        self.tallies.get(&Path::Compaction)?.closure.as_ref()
    }

    /// Makes the cubes few, and forgets why it was cut off if all is done.
    pub fn settle(&mut self) {
        self.tallies.values_mut().for_each(Tally::reduce);
        if self.is_complete() {
            self.cut = None;
        }
    }

    /// Whether every unit is done: then the enumeration is complete within its bounds.
    pub fn is_complete(&self) -> bool {
        self.done.len() == self.units
    }

    /// Whether a difference is beyond the intent.
    pub fn is_beyond(&self) -> bool {
        self.tallies.values().any(Tally::is_beyond)
    }
}
