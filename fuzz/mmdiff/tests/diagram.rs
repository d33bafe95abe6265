// SPDX-License-Identifier: GPL-2.0-only
//! Decision diagrams: whole, the same on any number of threads, and they part where the patch does.

use crate::support::{patch, post_fix, pre_fix, undone};
use mmcore::Function;
use mmdiff::diagram::{Diagram, Kind, Who, draw, in_words, write_dot, write_svgs};
use mmdiff::explore::Bounds;
use mmdiff::oracle::{Intent, Question};
use mmdiff::scenario::Path;
use std::sync::LazyLock;

/// All paths but the scanner's, which takes long without optimisation.
const PATHS: [Path; 5] =
    [Path::Flags, Path::Creation, Path::Errors, Path::Truncation, Path::Migration];
/// Those that take no time.
const QUICK: [Path; 4] = [Path::Flags, Path::Creation, Path::Errors, Path::Migration];

static PATCH: LazyLock<Vec<Diagram>> =
    LazyLock::new(|| draw(&patch(Intent::DEFAULT), Bounds::default(), &PATHS));

fn of(diagrams: &[Diagram], function: Function) -> &Diagram {
    diagrams.iter().find(|diagram| diagram.function == function).expect("it is drawn")
}

fn svg(diagrams: &[Diagram]) -> String {
    let mut text = String::new();
    write_svgs(diagrams, &mut text).expect("a string can be written to");
    text
}

#[test]
fn every_ported_function_but_the_scanners_has_one() {
    let drawn: Vec<Function> = PATCH.iter().map(|diagram| diagram.function).collect();
    let ported = Function::marked().filter(|function| function.file() != "mm/compaction.c");
    assert_eq!(drawn, ported.collect::<Vec<_>>());
}

#[test]
fn every_node_is_come_to_from_the_beginning_and_goes_on_to_an_end() {
    for Diagram { function, nodes, edges, .. } in &*PATCH {
        let reached = |from: &dyn Fn(usize) -> bool, back: bool| {
            let mut seen: Vec<bool> = (0..nodes.len()).map(from).collect();
            for _ in 0..nodes.len() {
                for edge in edges {
                    let (from, to) = if back { (edge.to, edge.from) } else { (edge.from, edge.to) };
                    seen[to] |= seen[from];
                }
            }
            seen
        };
        let name = function.name();
        assert_eq!(nodes[0].kind, Kind::Start, "{name}");
        assert!(reached(&|i| i == 0, false).into_iter().all(|seen| seen), "{name}");
        assert!(reached(&|i| nodes[i].kind == Kind::End, true).into_iter().all(|s| s), "{name}");
        for (i, node) in nodes.iter().enumerate() {
            let goes_on = edges.iter().any(|edge| edge.from == i);
            assert_eq!(goes_on, node.kind != Kind::End, "{name}: {}", node.label);
        }
    }
}

#[test]
fn the_truncation_parts_where_the_mapping_is_asked_for_its_flags_and_nowhere_else() {
    let Diagram { nodes, edges, .. } = of(&PATCH, Function::TruncateInodePartialFolio);
    let parting: Vec<usize> = (0..nodes.len()).filter(|&i| nodes[i].parts).collect();
    let [at] = parting[..] else { panic!("{parting:?}") };
    assert_eq!(nodes[at].label, "raw_mapping");
    let alone = |who: Who| {
        let mut nodes = nodes.iter().filter(move |node| node.who == who);
        (nodes.next().map(|node| node.label.as_str()), nodes.next())
    };
    assert_eq!(alone(Who::Pre), (Some("flags_and AS_ENOSPC | AS_UNEVICTABLE"), None));
    assert_eq!(alone(Who::Post), (Some("test_bit AS_INACCESSIBLE"), None));
    // Each zeroes on its own answer.
    let zero = nodes.iter().position(|node| node.label == "folio_zero_range").expect("it zeroes");
    let mut labels: Vec<_> = edges
        .iter()
        .filter(|edge| edge.to == zero)
        .map(|edge| (edge.who, edge.label.as_str()))
        .collect();
    labels.sort();
    assert_eq!(labels, [(Who::Pre, "0"), (Who::Post, "no")]);
}

#[test]
fn the_revisions_part_in_two_functions_alone() {
    let parting: Vec<Function> =
        PATCH.iter().filter(|diagram| diagram.parts()).map(|diagram| diagram.function).collect();
    assert_eq!(parting, [Function::TruncateInodePartialFolio, Function::KvmGmemCreate]);
}

#[test]
fn a_revision_does_not_part_from_itself() {
    for tree in [pre_fix(), post_fix()] {
        let same = Question { pre: tree, post: tree, intent: Intent::DEFAULT };
        for diagram in draw(&same, Bounds::default(), &QUICK) {
            assert!(!diagram.parts());
            assert!(diagram.edges.iter().all(|edge| edge.who == Who::Both));
            assert!(diagram.nodes.iter().all(|node| node.who == Who::Both));
        }
    }
}

#[test]
fn the_sides_change_places_with_the_revisions() {
    let count = |diagrams: &[Diagram], who: Who| -> usize {
        let edges = diagrams.iter().flat_map(|diagram| &diagram.edges);
        edges.filter(|edge| edge.who == who).count()
    };
    let there = draw(&patch(Intent::DEFAULT), Bounds::default(), &QUICK);
    let back = draw(&undone(Intent::DEFAULT), Bounds::default(), &QUICK);
    assert!(count(&there, Who::Pre) > 0);
    assert_eq!(count(&there, Who::Pre), count(&back, Who::Post));
    assert_eq!(count(&there, Who::Post), count(&back, Who::Pre));
    assert_eq!(count(&there, Who::Both), count(&back, Who::Both));
}

#[test]
fn the_picture_is_the_same_on_any_number_of_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        svg(&pool.install(|| draw(&patch(Intent::DEFAULT), Bounds::default(), &QUICK)))
    };
    let one = on(1);
    assert_eq!(one, on(3));
    assert_eq!(one, on(2));
}

#[test]
fn the_picture_is_xml_with_every_node_and_edge_of_the_diagrams() {
    let text = svg(&PATCH);
    let document = roxmltree::Document::parse(&text).expect("well-formed");
    let with = |class: &str| {
        let has = |node: &roxmltree::Node<'_, '_>| {
            let classes = node.attribute("class").unwrap_or_default();
            classes.split(' ').any(|known| known == class)
        };
        document.descendants().filter(has).count()
    };
    assert_eq!(with("node"), PATCH.iter().map(|diagram| diagram.nodes.len()).sum::<usize>());
    // In a ladder the ways stand beside the nodes, and not all have lines.
    let (large, small): (Vec<_>, Vec<_>) = PATCH.iter().partition(|d| d.nodes.len() > 30);
    let edges = |of: &[&Diagram]| of.iter().map(|diagram| diagram.edges.len()).sum::<usize>();
    assert!(edges(&large) > 100 && edges(&small) > 100);
    assert_eq!(with("way"), edges(&large));
    assert!(edges(&small) < with("edge") && with("edge") < edges(&small) + edges(&large));
    let parts = PATCH.iter().flat_map(|diagram| &diagram.nodes).filter(|node| node.parts);
    assert_eq!(with("parts"), parts.count());
    // Every way in a ladder lands.
    for jump in document.descendants().filter(|node| node.has_tag_name("a")) {
        let to = jump.attribute("href").and_then(|to| to.strip_prefix('#')).expect("a place");
        assert!(document.descendants().any(|node| node.attribute("id") == Some(to)), "{to}");
    }
}

#[test]
fn no_picture_is_wider_than_a_page() {
    for diagram in &*PATCH {
        let text = svg(std::slice::from_ref(diagram));
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let width: f64 = document.root_element().attribute("width").unwrap().parse().unwrap();
        assert!(width <= 1200., "{}: {width}", diagram.function.name());
    }
}

#[test]
fn words_say_every_node_and_edge_and_where_the_revisions_part() {
    for diagram in &*PATCH {
        let words = in_words(diagram);
        assert_eq!(words.len(), diagram.nodes.len());
        assert_eq!(words.iter().map(|(_, ways)| ways.len()).sum::<usize>(), diagram.edges.len());
        for ((label, _), node) in words.iter().zip(&diagram.nodes) {
            assert_eq!(label.contains("here the revisions part"), node.parts, "{label}");
        }
    }
    let words = in_words(of(&PATCH, Function::TruncateInodePartialFolio));
    let (_, ways) = words.iter().find(|(label, _)| label.contains("part")).expect("they part");
    let alone =
        |name: &str| ways.iter().any(|way| way.contains("not NULL: ") && way.ends_with(name));
    assert!(alone("pre-fix") && alone("post-fix"), "{ways:?}");
}

#[test]
fn graphviz_is_told_every_node_and_edge() {
    let mut text = String::new();
    write_dot(&PATCH, &mut text).expect("a string can be written to");
    let nodes: usize = PATCH.iter().map(|diagram| diagram.nodes.len()).sum();
    let edges: usize = PATCH.iter().map(|diagram| diagram.edges.len()).sum();
    assert_eq!(text.lines().filter(|line| line.contains(" -> ")).count(), edges);
    assert_eq!(text.lines().filter(|line| line.contains("[shape=")).count(), nodes);
    for (who, name) in [(Who::Pre, "(pre-fix only)"), (Who::Post, "(post-fix only)")] {
        let alone = PATCH.iter().map(|diagram| {
            let edges = diagram.edges.iter().filter(|edge| edge.who == who).count();
            edges + diagram.nodes.iter().filter(|node| node.who == who).count()
        });
        assert_eq!(text.matches(name).count(), alone.sum::<usize>(), "{name}");
    }
}
