// SPDX-License-Identifier: GPL-2.0-only
//! Diagrams for Graphviz.

use super::{Diagram, Edge, Kind, Who};
use std::fmt::{self, Write};

/// Writes diagrams as one graph, each a cluster.
///
/// # Errors
/// Those of the writer.
pub fn write(diagrams: &[Diagram], out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "digraph mmdiff {{\n  node [fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\"];")?;
    for (at, diagram) in diagrams.iter().enumerate() {
        write_cluster(at, diagram, out)?;
    }
    writeln!(out, "}}")
}

fn write_cluster(at: usize, diagram: &Diagram, out: &mut dyn Write) -> fmt::Result {
    let Diagram { function, pre, post, nodes, edges } = diagram;
    writeln!(out, "  subgraph cluster_{at} {{")?;
    let title = format!("{} [{}], {pre} and {post}", function.name(), function.file());
    writeln!(out, "    label={};", quoted(&title))?;
    for (i, node) in nodes.iter().enumerate() {
        let shape = match node.kind {
            Kind::Start | Kind::End | Kind::Loop => "ellipse",
            Kind::Question => "box, style=rounded",
            Kind::Effect => "box",
            Kind::Function => "component",
        };
        let borders = if node.parts { ", peripheries=2" } else { "" };
        let who = said(diagram, node.who).map(|who| format!("\n({who})")).unwrap_or_default();
        let label = quoted(&format!("{}{who}", node.label));
        writeln!(out, "    n{at}_{i} [shape={shape}{borders}, label={label}];")?;
    }
    for Edge { from, to, who, label } in edges {
        let style = match who {
            Who::Pre => ", style=dashed, color=\"#a04000\"",
            Who::Post => ", style=dotted, penwidth=2, color=\"#006090\"",
            Who::Both => "",
        };
        let who = said(diagram, *who).map(|who| format!(" ({who})")).unwrap_or_default();
        let label = quoted(format!("{label}{who}").trim());
        writeln!(out, "    n{at}_{from} -> n{at}_{to} [label={label}{style}];")?;
    }
    writeln!(out, "  }}")
}

/// The revision that is alone in something.
fn said(diagram: &Diagram, who: Who) -> Option<String> {
    match who {
        Who::Pre => Some(format!("{} only", diagram.pre)),
        Who::Post => Some(format!("{} only", diagram.post)),
        Who::Both => None,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
