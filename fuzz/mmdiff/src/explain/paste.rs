// SPDX-License-Identifier: GPL-2.0-only
//! A test that says what a scenario shows now, to be pasted and kept.

use crate::oracle::{Invariant, Judgement, Question, Verdict};
use crate::scenario::Scenario;
use std::fmt::Write;

/// How wide rustfmt lets a line become.
const WIDTH: usize = 100;

/// The test, formatted as rustfmt would.
pub fn paste(question: &Question, scenario: &Scenario, judgement: &Judgement) -> String {
    let mut test = String::new();
    let _ = write_test(question, scenario, judgement, &mut test);
    test
}

fn write_test(
    question: &Question,
    scenario: &Scenario,
    judgement: &Judgement,
    out: &mut String,
) -> std::fmt::Result {
    let broke = !judgement.pre_broke.is_empty() || !judgement.post_broke.is_empty();
    let invariant = if broke { "Invariant, " } else { "" };
    writeln!(out, "#[test]\nfn {}() {{", name(scenario, judgement))?;
    writeln!(out, "    use mmdiff::oracle::{{Intent, {invariant}Question, Verdict, judge}};")?;
    writeln!(out, "    use mmdiff::run::Tree;")?;
    writeln!(out, "    use mmdiff::scenario::{{Path, Scenario}};\n")?;
    writeln!(out, "    let question = Question {{")?;
    writeln!(out, "        pre: Tree::named(\"{}\").unwrap(),", question.pre.name)?;
    writeln!(out, "        post: Tree::named(\"{}\").unwrap(),", question.post.name)?;
    let intent = question.intent;
    writeln!(out, "        intent: Intent::named(\"{intent}\").unwrap(),\n    }};")?;
    write_scenario(scenario, out)?;
    writeln!(out, "    let judgement = judge(&question, &scenario);")?;
    let verdict = match judgement.verdict() {
        Verdict::Same => "Same",
        Verdict::Intended => "Intended",
        Verdict::Beyond => "Beyond",
    };
    writeln!(out, "    assert_eq!(judgement.verdict(), Verdict::{verdict});")?;
    write_divergences(judgement, out)?;
    write_broken("pre_broke", &judgement.pre_broke, out)?;
    write_broken("post_broke", &judgement.post_broke, out)?;
    writeln!(out, "}}")
}

/// What the scenario shows, as the name of a function.
fn name(scenario: &Scenario, judgement: &Judgement) -> String {
    let shown = crate::shrink::signatures(judgement);
    let path = scenario.path().name();
    let words = match shown.first() {
        None => format!("{path}_is_the_same_in_both"),
        Some(shown) if shown.starts_with(path) => shown.clone(),
        Some(shown) => format!("{path}_{shown}"),
    };
    let words = words.replace("->", "_to_");
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = words.chars().map(letter).collect();
    let mut short = String::new();
    for word in name.split('_').filter(|word| !word.is_empty()) {
        // As many words as leave room for `fn` and the brace.
        if short.len() + word.len() > WIDTH - 10 {
            break;
        }
        if !short.is_empty() {
            short.push('_');
        }
        short += word;
    }
    short
}

fn write_scenario(scenario: &Scenario, out: &mut String) -> std::fmt::Result {
    let bytes = scenario.encode();
    let all: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let path = format!("{:?}", scenario.path());
    let line = format!("    let scenario = Scenario::decode(Path::{path}, &[{}]);", all.join(", "));
    if line.len() <= WIDTH {
        return writeln!(out, "{line}");
    }
    let line = format!("    let bytes = [{}];", all.join(", "));
    if line.len() <= WIDTH {
        writeln!(out, "{line}")?;
        return writeln!(out, "    let scenario = Scenario::decode(Path::{path}, &bytes);");
    }
    writeln!(out, "    let bytes = [")?;
    let mut line = String::from("       ");
    for byte in all {
        if line.len() + byte.len() + 2 >= WIDTH {
            writeln!(out, "{line}")?;
            line.truncate(7);
        }
        write!(line, " {byte},")?;
    }
    writeln!(out, "{line}\n    ];")?;
    writeln!(out, "    let scenario = Scenario::decode(Path::{path}, &bytes);")
}

fn write_divergences(judgement: &Judgement, out: &mut String) -> std::fmt::Result {
    for (i, divergence) in judgement.divergences.iter().enumerate() {
        writeln!(out, "    let divergence = &judgement.divergences[{i}];")?;
        let signature = divergence.class.signature();
        let line = format!("    assert_eq!(divergence.class.signature(), {signature:?});");
        if line.len() <= WIDTH {
            writeln!(out, "{line}")?;
        } else {
            writeln!(out, "    assert_eq!(")?;
            writeln!(out, "        divergence.class.signature(),")?;
            writeln!(out, "        {signature:?}\n    );")?;
        }
        writeln!(out, "    assert_eq!(divergence.stale, {:?});", divergence.stale)?;
    }
    writeln!(out, "    assert_eq!(judgement.divergences.len(), {});", judgement.divergences.len())
}

fn write_broken(field: &str, broke: &[Invariant], out: &mut String) -> std::fmt::Result {
    if broke.is_empty() {
        return writeln!(out, "    assert!(judgement.{field}.is_empty());");
    }
    let names: Vec<String> = broke.iter().map(|broke| format!("Invariant::{broke:?}")).collect();
    writeln!(out, "    assert_eq!(judgement.{field}, [{}]);", names.join(", "))
}
