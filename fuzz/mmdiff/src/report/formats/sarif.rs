// SPDX-License-Identifier: GPL-2.0-only
//! Findings as SARIF 2.1.0, of which these types are the part that is used.

use super::{BEYOND, Finding, Findings, PANIC};
use crate::oracle::Invariant;
use crate::scenario::Path;
use mmcore::Function;
use mmcore::source::Definition;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: Value,
    invocations: [Value; 1],
    original_uri_base_ids: Value,
    column_kind: &'static str,
    results: Vec<ResultRow>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    default_configuration: Map<String, Value>,
    properties: Map<String, Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: Map<String, Value>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: &'static str,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: &'static str,
    fully_qualified_name: String,
    kind: &'static str,
}

pub(super) fn write(findings: &Findings) -> serde_json::Result<String> {
    let rules = rules(findings);
    let results = findings.results.iter().map(|finding| result(finding, &rules)).collect();
    let Findings { command, pre, post, intent, .. } = findings;
    let run = Run {
        automation_details: json!({ "id": format!("{command}/{pre}/{post}/{intent}/") }),
        invocations: [invocation(findings)],
        original_uri_base_ids: json!({
            "%SRCROOT%": { "description": { "text": "The root of mmdiff's repository." } }
        }),
        column_kind: "unicodeCodePoints",
        tool: Tool {
            driver: Driver { name: "mmdiff", semantic_version: env!("CARGO_PKG_VERSION"), rules },
        },
        results,
    };
    serde_json::to_string_pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

fn invocation(findings: &Findings) -> Value {
    let notices = findings.notices.iter();
    let notices = notices.map(|text| json!({ "level": "error", "message": { "text": text } }));
    json!({
        "executionSuccessful": findings.complete,
        "toolExecutionNotifications": notices.collect::<Vec<_>>(),
    })
}

/// The clauses, the invariants, and what is neither.
fn rules(findings: &Findings) -> Vec<Rule> {
    let expected = |(name, because): &(String, String)| rule(name, because, "note", "clause");
    let mut rules: Vec<Rule> = findings
        .expectations
        .iter()
        .map(expected)
        .chain(Invariant::ALL.map(|rule_| rule(rule_.id(), rule_.meaning(), "error", "invariant")))
        .collect();
    rules.push(rule(BEYOND, "no expectation explains the difference", "error", "beyond"));
    if findings.results.iter().any(|finding| finding.rule == PANIC) {
        rules.push(rule(PANIC, "mmdiff itself must not stop", "error", "panic"));
    }
    rules
}

fn rule(id: &str, meaning: &str, level: &str, kind: &str) -> Rule {
    Rule {
        id: id.into(),
        short_description: Text { text: meaning.into() },
        default_configuration: Map::from_iter([("level".into(), level.into())]),
        properties: Map::from_iter([("kind".into(), kind.into())]),
    }
}

fn result(finding: &Finding, rules: &[Rule]) -> ResultRow {
    let index = rules.iter().position(|rule| rule.id == finding.rule);
    ResultRow {
        rule_id: finding.rule.clone(),
        rule_index: index.unwrap_or_default(),
        level: if finding.is_wrong { "error" } else { "note" },
        message: Text { text: finding.message.clone() },
        locations: [location(finding)],
        partial_fingerprints: BTreeMap::from([("signature/1", finding.signature.clone())]),
        properties: Map::from_iter([("path".into(), finding.path.name().into())]),
    }
}

/// The line of the port, and the kernel's function; or the file that the path is about.
fn location(finding: &Finding) -> Location {
    let function = finding.function.as_deref().and_then(Function::named);
    let logical_locations = function.map(|function| LogicalLocation {
        name: function.name(),
        fully_qualified_name: format!("{}::{}", function.file(), function.name()),
        kind: "function",
    });
    let definition = function.and_then(Function::definition);
    let (uri, region) = match definition {
        Some(Definition { file, line }) => (file, Some(Region { start_line: line })),
        None => (file_of(finding.path), None),
    };
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri, uri_base_id: "%SRCROOT%" },
            region,
        },
        logical_locations: logical_locations.into_iter().collect(),
    }
}

/// The file that a path is about, for what is in no ported function: an accessor, or the world at
/// the end.
fn file_of(path: Path) -> &'static str {
    let function = match path {
        Path::Flags => Function::MappingSetError,
        Path::Creation => Function::KvmGmemCreate,
        Path::Errors => Function::FilemapCheckErrors,
        Path::Truncation | Path::Lifecycle => Function::TruncateInodePagesRange,
        Path::Migration => Function::MoveToNewFolio,
        Path::Compaction => Function::IsolateMigratepagesBlock,
    };
    function.definition().map_or("mmcore/src/lib.rs", |definition| definition.file)
}
