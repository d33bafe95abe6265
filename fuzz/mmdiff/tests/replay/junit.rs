// SPDX-License-Identifier: GPL-2.0-only
//! The JUnit form has the shape of the schema that Jenkins published, and says what was found.

use super::command::run;
use super::fixtures::{committed, folder};
use roxmltree::{Document, Node};

type Names = &'static [&'static str];

/// Of each element: the attributes that it must have, those that it may have, and its children.
const SCHEMA: [(&str, Names, Names, Names); 7] = [
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests"],
        &["failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"],
        &["properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name", "classname"],
        &["assertions", "time", "status"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("failure", &[], &["type", "message"], &[]),
    ("error", &[], &["type", "message"], &[]),
    ("skipped", &[], &["type", "message"], &[]),
    ("system-out", &[], &[], &[]),
];

#[track_caller]
fn check_shape(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let row = SCHEMA.iter().find(|(known, ..)| *known == name);
    let (_, must, may, children) = row.unwrap_or_else(|| panic!("no element {name} is known"));
    for attribute in *must {
        assert!(node.has_attribute(*attribute), "{name} without {attribute}");
    }
    for attribute in node.attributes() {
        let attribute = attribute.name();
        assert!(must.contains(&attribute) || may.contains(&attribute), "{name} with {attribute}");
    }
    for child in node.children().filter(Node::is_element) {
        assert!(children.contains(&child.tag_name().name()), "{name} with {child:?}");
        check_shape(child);
    }
}

/// The counts of a suite, or of all, are those of its test cases.
#[track_caller]
fn check_counts(node: Node<'_, '_>) {
    let cases = || node.descendants().filter(|node| node.has_tag_name("testcase"));
    let with = |tag| cases().filter(|case| case.children().any(|c| c.has_tag_name(tag))).count();
    let counts = [
        ("tests", cases().count()),
        ("failures", with("failure")),
        ("errors", with("error")),
        ("skipped", with("skipped")),
    ];
    for (attribute, count) in counts {
        if attribute == "skipped" && node.has_tag_name("testsuites") {
            continue;
        }
        let claimed = node.attribute(attribute).map(str::parse);
        assert_eq!(claimed, Some(Ok(count)), "{attribute} of {:?}", node.attribute("name"));
    }
}

#[track_caller]
fn check(text: &str) -> Document<'_> {
    let document = Document::parse(text).expect("well-formed");
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    check_shape(root);
    check_counts(root);
    root.children().filter(Node::is_element).for_each(check_counts);
    document
}

/// The test case of that name, and whether it fails.
#[track_caller]
fn case<'a>(document: &'a Document<'_>, suite: &str, name: &str) -> (Node<'a, 'a>, bool) {
    let suites = document.descendants().filter(|node| node.has_tag_name("testsuite"));
    let suite = suites.into_iter().find(|node| node.attribute("name") == Some(suite));
    let mut cases = suite.expect("the suite").children();
    let case = cases.find(|node| node.attribute("name").is_some_and(|known| known == name));
    let case = case.unwrap_or_else(|| panic!("no test case {name}"));
    (case, case.children().any(|child| child.has_tag_name("failure")))
}

#[test]
fn a_pass_has_a_case_for_each_path_and_each_intended_signature() {
    let (_, out, _) = run(&committed(), &["--format", "junit"]);
    let document = check(&out);
    assert_eq!(document.root_element().attribute("failures"), Some("0"));
    for path in mmdiff::scenario::Path::ALL {
        let (case, fails) = case(&document, path.name(), path.name());
        assert_eq!(case.attribute("classname"), Some(&*format!("mmdiff.{path}")));
        assert!(!fails);
    }
    let signature =
        "truncation:truncate_inode_partial_folio:mask-read:ramfs:folio_zero_range-post-only";
    let (case, fails) = case(&document, "truncation", signature);
    assert_eq!(case.attribute("classname"), Some("mmdiff.truncation.mask-read"));
    assert!(!fails);
}

#[test]
fn a_finding_is_a_failure_of_its_own_and_of_its_path() {
    let (code, out, _) = run(&committed(), &["--format", "junit", "--intent", "message"]);
    assert_eq!(code, Some(1));
    let document = check(&out);
    let signature =
        "truncation:truncate_inode_partial_folio:beyond:ramfs:folio_zero_range-post-only";
    let (finding, fails) = case(&document, "truncation", signature);
    assert!(fails);
    let text: String = finding.descendants().filter_map(|node| node.text()).collect();
    assert!(text.contains("mmdiff explain --intent message truncation:"), "{text}");
    assert!(case(&document, "truncation", "truncation").1);
    assert!(!case(&document, "migration", "migration").1);
}

#[test]
fn an_input_that_is_left_out_is_an_error() {
    let root = folder(&[("flags/a", b"1"), ("flags/<&\"'>.zip", b"not one")]);
    let (code, out, _) = run(root.path(), &["--format", "junit"]);
    assert_eq!(code, Some(2));
    let document = check(&out);
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
    let (unreadable, _) = case(&document, "inputs", "unreadable");
    let text: String = unreadable.descendants().filter_map(|node| node.text()).collect();
    assert!(text.contains("<&\"'>.zip: not a whole zip archive"), "{text}");
    assert!(!case(&document, "inputs", "too-large").0.has_children());
}
