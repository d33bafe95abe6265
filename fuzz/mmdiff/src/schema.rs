// SPDX-License-Identifier: GPL-2.0-only
//! JSON Schemas of the documents that are written as JSON, made of the types that are written.
//!
//! Each document says in `schema` which it is, and of which version. Within a version, fields are
//! added but neither removed nor changed. They are committed in `schemas/`, so that a change shows.

use crate::explore::results::Results;
use crate::replay::report::Report as Replay;
use crate::report::{self, Report, conform::document, diff, explore, log, reach};
use clap::ValueEnum;
use schemars::Schema;
use schemars::generate::SchemaSettings;

/// A kind of document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Kind {
    /// What `check --format json` writes
    Check,
    /// What `conform --format json` writes
    Conform,
    /// What `diff` and `patch` write with `--format json`
    Diff,
    /// What `explore` and `merge` write with `--format json`
    Explore,
    /// What `explore` and `merge` keep with `--save`
    ExploreState,
    /// What `log --format json` writes
    Log,
    /// What `replay --format json` writes
    Replay,
    /// What `corpus stats --format json` writes
    Stats,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Kind] = &[
        Kind::Check,
        Kind::Conform,
        Kind::Diff,
        Kind::Explore,
        Kind::ExploreState,
        Kind::Log,
        Kind::Replay,
        Kind::Stats,
    ];

    /// The name and version that such a document says.
    pub const fn id(self) -> &'static str {
        match self {
            Kind::Check => report::SCHEMA,
            Kind::Conform => document::SCHEMA,
            Kind::Diff => diff::SCHEMA,
            Kind::Explore => explore::SCHEMA,
            Kind::ExploreState => crate::explore::results::SCHEMA,
            Kind::Log => log::SCHEMA,
            Kind::Replay => crate::replay::report::SCHEMA,
            Kind::Stats => reach::SCHEMA,
        }
    }

    /// The schema, by draft 2020-12.
    ///
    /// # Errors
    /// None is known: they are those of serialisation.
    pub fn schema(self) -> serde_json::Result<String> {
        let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
        let mut schema: Schema = match self {
            Kind::Check => generator.into_root_schema_for::<Report>(),
            Kind::Conform => generator.into_root_schema_for::<document::Document<'_>>(),
            Kind::Diff => generator.into_root_schema_for::<diff::Document>(),
            Kind::Explore => generator.into_root_schema_for::<explore::Report<'_>>(),
            Kind::ExploreState => generator.into_root_schema_for::<Results>(),
            Kind::Log => generator.into_root_schema_for::<log::Document<'_>>(),
            Kind::Replay => generator.into_root_schema_for::<Replay>(),
            Kind::Stats => generator.into_root_schema_for::<reach::Stats>(),
        };
        schema.insert("title".into(), self.id().into());
        serde_json::to_string_pretty(&schema).map(|text| text + "\n")
    }
}
