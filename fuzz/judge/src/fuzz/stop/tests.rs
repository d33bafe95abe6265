// SPDX-License-Identifier: GPL-2.0-only
//! What a continuous fuzzer sees of a finding: its message and its stack.

use super::{at, stack};
use crate::check::spell;
use crate::fuzz::{Finding, findings};
use crate::oracle::{Class, Condition, Intent, Invariant, Outcomes, Question, Side, judge};
use crate::run::{FlagSet, Flags, Returned, TREES};
use crate::scenario::{FileKind, Path, Scenario};
use mmcore::{CallId, Function, Site};
use std::backtrace::Backtrace;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{catch_unwind, set_hook, take_hook};
use std::sync::mpsc::channel;
use std::thread;

/// One of the real patch: of its message's intent, it does more.
fn real() -> (Finding, Scenario) {
    let scenario = Scenario::decode(Path::Truncation, &[]);
    let question = Question {
        pre: &TREES[0],
        post: &TREES[1],
        intent: Intent::named("message").expect("a reading"),
    };
    (findings(&judge(&question, &scenario))[0], scenario)
}

#[test]
fn a_finding_dies_with_its_verdict_and_the_command_that_explains_it() {
    let (finding, scenario) = real();
    let stopped = catch_unwind(|| at(&finding, &spell(&scenario)));
    let payload = stopped.expect_err("it panics");
    let message = payload.downcast_ref::<String>().expect("a message");
    assert!(
        message.starts_with("beyond the intent in truncate_inode_partial_folio: "),
        "{message}"
    );
    assert!(message.ends_with("; run: mmdiff explain truncation:"), "{message}");
    assert_eq!(message.lines().count(), 1);
}

#[test]
fn a_finding_dies_on_the_stack_that_is_named_after_it() {
    let (finding, scenario) = real();
    let (send, stacks) = channel();
    let (here, before) = (thread::current().id(), take_hook());
    set_hook(Box::new(move |info| {
        if thread::current().id() == here {
            let _ = send.send(Backtrace::force_capture().to_string());
        } else {
            before(info);
        }
    }));
    let stopped = catch_unwind(|| at(&finding, &spell(&scenario)));
    drop(take_hook());
    assert!(stopped.is_err());

    let printed = stacks.recv().expect("the hook was called");
    let stands_for = concat!(env!("CARGO_CRATE_NAME"), "::fuzz::stop::frames::");
    let functions = printed.lines().filter_map(|line| Some(line.split_once(stands_for)?.1));
    let frames: Vec<&str> = functions.filter_map(|name| Some(name.rsplit_once("::")?.1)).collect();
    let named: Vec<&str> = stack(&finding).iter().rev().map(|frame| frame.name).collect();
    assert_eq!(named.len(), 4 + "ramfs".len(), "the case is spelled out");
    assert_eq!(frames, named, "{printed}");
}

fn returned() -> Vec<Returned> {
    let numbers = [0, 1, 5, 12, 21, 512, -1, -12345, i64::MAX, i64::MIN];
    let errors = [1, 4, 5, 11, 28, 95, 133];
    let mut all = vec![Returned::Nothing, Returned::Bool(false), Returned::Bool(true)];
    all.extend(numbers.map(Returned::Value));
    all.extend(errors.map(|number| Returned::Value(-number)));
    all.extend([0, 1, 2, 3, 12, u32::MAX].map(Returned::Bits));
    all.extend(Site::ALL.iter().map(|&site| Returned::Oops(site)));
    all
}

fn outcomes() -> Vec<Outcomes> {
    let mut all = vec![Outcomes::Bytes, Outcomes::Folio, Outcomes::Elsewhere];
    for side in [Side::Pre, Side::Post] {
        all.extend(CallId::ALL.iter().map(|&call| Outcomes::Effect(side, call)));
        all.extend(CallId::ALL.iter().map(|&call| Outcomes::Question(side, call)));
        all.extend(Function::ALL.iter().map(|&function| Outcomes::Calls(side, function)));
    }
    for pre in flag_sets() {
        all.extend(flag_sets().into_iter().map(|post| Outcomes::Flags(pre, post)));
    }
    let values = returned();
    for &pre in &values {
        all.extend(values.iter().map(|&post| Outcomes::Returned(pre, post)));
    }
    all
}

/// Flags alone, with a name and without; and some together.
fn flag_sets() -> Vec<FlagSet> {
    let Question { pre, post, intent } = Question::default();
    let flags = Flags::between(pre, post, &intent.change().renamed);
    let bits = [0, 1, 3, 9, 10, 63].map(|nr| 1 << nr);
    let words = bits.into_iter().chain([0, 3, 0xc00, u64::MAX]);
    words.map(|word| flags.named(false, word)).collect()
}

fn conditions() -> Vec<Condition> {
    let names = ["ramfs", "a-1", "a1", "1a", "z"];
    let mut all: Vec<Condition> = names.map(Condition::Case).into();
    all.push(Condition::Other);
    let sets = flag_sets();
    for kind in [None].into_iter().chain(FileKind::ALL.iter().copied().map(Some)) {
        all.extend(sets.iter().map(|&set| Condition::Found(kind, set, sets[1])));
        all.extend(sets.iter().map(|&set| Condition::Found(kind, sets[1], set)));
    }
    all
}

/// Every part of a signature in every value, with two of each of the other parts.
fn many() -> Vec<Finding> {
    let (outcomes, conditions) = (outcomes(), conditions());
    let functions: Vec<_> = [None].into_iter().chain(Function::marked().map(Some)).collect();
    let mut all = Vec::new();
    let mut class = |path, function, condition, outcomes| {
        all.push(Finding::Beyond(Class {
            path,
            function,
            clause: None,
            condition,
            outcomes,
            known: None,
        }));
    };
    let some = |n: usize| {
        (
            Path::ALL[n % 2],
            functions[n % 3],
            conditions[n * 7 % conditions.len()],
            outcomes[n * 5 % outcomes.len()],
        )
    };
    for n in 0..12 {
        let (path, function, condition, outcome) = some(n);
        Path::ALL.iter().for_each(|&path| class(path, function, condition, outcome));
        functions.iter().for_each(|&function| class(path, function, condition, outcome));
        conditions.iter().for_each(|&other| class(path, function, other, outcome));
        outcomes.iter().for_each(|&outcome| class(path, function, condition, outcome));
    }
    for path in Path::ALL {
        for invariant in Invariant::ALL {
            all.extend([Side::Pre, Side::Post].map(|side| Finding::Broken(path, side, invariant)));
        }
    }
    all
}

#[test]
fn findings_have_the_same_stack_exactly_if_they_have_the_same_signature() {
    let mut of_signature: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for finding in many() {
        let names: Vec<&str> = stack(&finding).iter().map(|frame| frame.name).collect();
        let known = of_signature.entry(finding.signature()).or_insert_with(|| names.clone());
        assert_eq!(*known, names, "{}", finding.signature());
    }
    let stacks: BTreeSet<&Vec<&str>> = of_signature.values().collect();
    assert!(stacks.len() > 1000, "{}", stacks.len());
    assert_eq!(stacks.len(), of_signature.len());
}

#[test]
fn no_two_functions_have_one_name_and_no_two_names_one_function() {
    let (mut names, mut functions) = (BTreeMap::new(), BTreeMap::new());
    for frame in many().iter().flat_map(stack) {
        let function = frame.enter as usize;
        assert_eq!(*names.entry(function).or_insert(frame.name), frame.name);
        assert_eq!(*functions.entry(frame.name).or_insert(function), function, "{}", frame.name);
    }
}
