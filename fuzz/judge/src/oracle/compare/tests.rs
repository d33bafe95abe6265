// SPDX-License-Identifier: GPL-2.0-only
//! What counts as a difference: effects in order, questions as a multiset, worlds in every part.

use super::*;
use crate::run::{Returned, TREES};
use crate::scenario::{FileKind, Path, Scenario, generate};
use crate::trace::Beside;
use mmcore::{Function, Lruvec, Site};

const M: Mapping = Mapping(0);
const F: Folio = Folio(0);

fn event(call: Call, answer: u64) -> Event {
    Event { call, answer }
}

/// An effect that can be told from others by its number.
fn effect(n: u16) -> Event {
    event(Call::FolioMarkDirty { folio: Folio(n) }, 0)
}

/// A question that can be told from others by its number.
fn ask(n: u16) -> Event {
    event(Call::FolioTestDirty { folio: Folio(n) }, 1)
}

fn traces(pre: &[Event], post: &[Event]) -> Vec<Difference> {
    let mut comparison = Comparison::default();
    comparison.traces(pre, post);
    comparison.found
}

fn worlds(pre: &Run, post: &Run) -> Vec<Difference> {
    let mut found = Vec::new();
    super::worlds(pre, post, &mut found);
    found
}

fn what(pre: &[Event], post: &[Event]) -> Vec<What> {
    traces(pre, post).into_iter().map(|difference| difference.what).collect()
}

fn question(side: Side, event: Event) -> What {
    What::Question(side, event)
}

/// All sequences of up to four of the events.
fn sequences(events: &[Event]) -> Vec<Vec<Event>> {
    let mut all = vec![vec![]];
    let mut last = all.clone();
    for _ in 0..4 {
        let longer = |sequence: &Vec<Event>| {
            let sequence = sequence.clone();
            events.iter().map(move |&event| [&sequence[..], &[event]].concat()).collect::<Vec<_>>()
        };
        last = last.iter().flat_map(longer).collect();
        all.extend(last.clone());
    }
    all
}

/// Which of the effects of the long side the short side has, as the search for the least edit says.
fn searched(short: &[Event], long: &[Event]) -> Vec<usize> {
    align(short, long)
        .into_iter()
        .filter(|stretch| stretch.same)
        .flat_map(|stretch| stretch.new)
        .collect()
}

#[test]
fn where_one_side_has_more_in_one_way_only_the_search_finds_that_way() {
    let all = sequences(&[effect(0), effect(1), effect(2)]);
    let (mut at, mut found) = (Vec::new(), 0);
    for short in &all {
        for long in all.iter().filter(|long| long.len() >= short.len()) {
            if is_embedded_in_one_way(short, long, &mut at) {
                assert_eq!(at, searched(short, long), "{short:?} in {long:?}");
                found += 1;
            }
        }
    }
    assert!(found > 500, "{found}");
}

#[test]
fn traces_are_equal_if_effects_are_equal_in_order_and_questions_between_them_as_multisets() {
    let all = sequences(&[effect(0), effect(1), ask(0)]);
    // The questions before each effect and after the last, counted, and the effects.
    let shape = |events: &[Event]| {
        let parts = events.split(Event::is_effect).map(<[Event]>::len).collect::<Vec<_>>();
        let effects = events.iter().copied().filter(Event::is_effect).collect::<Vec<_>>();
        (parts, effects)
    };
    for pre in &all {
        for post in &all {
            assert_eq!(traces(pre, post).is_empty(), shape(pre) == shape(post), "{pre:?} {post:?}");
        }
    }
}

#[test]
fn what_both_begin_with_need_not_be_compared() {
    let (mut whole, mut rest) = (Comparison::default(), Comparison::default());
    let all = sequences(&[effect(0), effect(1), ask(0)]);
    let mut shortened = 0;
    for pre in &all {
        for post in &all {
            whole.traces_from(0, pre, post);
            rest.traces(pre, post);
            assert_eq!(whole.found, rest.found, "{pre:?} {post:?}");
            shortened += u32::from(common(pre, post) > 0 && !rest.found.is_empty());
        }
    }
    assert!(shortened > 3000, "{shortened}");
}

#[test]
fn questions_may_change_places_between_two_effects_and_not_across_one() {
    let between = [effect(0), ask(1), ask(2), effect(3)];
    let swapped = [effect(0), ask(2), ask(1), effect(3)];
    assert_eq!(what(&between, &swapped), []);
    let across = [ask(1), effect(0), ask(2), effect(3)];
    let expected = [question(Side::Post, ask(1)), question(Side::Pre, ask(1))];
    assert_eq!(what(&between, &across), expected);
}

#[test]
fn effects_that_change_places_are_a_difference() {
    assert_eq!(what(&[effect(0), effect(1)], &[effect(1), effect(0)]).len(), 2);
}

#[test]
fn an_effect_that_one_side_lacks_is_reported_on_the_side_that_has_it() {
    let with = [ask(0), effect(0), ask(1), effect(1), ask(2), effect(2)];
    let without = [ask(0), effect(0), ask(1), ask(2), effect(2)];
    assert_eq!(what(&with, &without), [What::Effect(Side::Pre, effect(1))]);
    assert_eq!(what(&without, &with), [What::Effect(Side::Post, effect(1))]);
}

#[test]
fn another_answer_is_a_difference_on_both_sides() {
    let no = Event { answer: 0, ..ask(0) };
    assert_eq!(what(&[ask(0)], &[no]), [question(Side::Pre, ask(0)), question(Side::Post, no)]);
    let failed = Event { answer: 1, ..effect(0) };
    let both = [What::Effect(Side::Pre, effect(0)), What::Effect(Side::Post, failed)];
    assert_eq!(what(&[effect(0)], &[failed]), both);
}

#[test]
fn reads_of_a_mapping_s_flags_count_by_mapping_and_other_reads_not_at_all() {
    let bit = |mapping, nr| event(Call::TestBit { mapping, nr }, 1);
    let mask = |mapping| event(Call::FlagsAnd { mapping, mask: 10 }, 8);
    assert_eq!(what(&[mask(M)], &[bit(M, 9)]), []);
    assert_eq!(what(&[bit(M, 3)], &[bit(M, 9)]), []);
    assert_eq!(what(&[bit(M, 9)], &[bit(Mapping(1), 9)]).len(), 2);
    let reads = What::Question(Side::Pre, event(Call::FlagsAnd { mapping: M, mask: 0 }, 0));
    assert_eq!(what(&[bit(M, 9), mask(M)], &[bit(M, 9)]), [reads]);
    let unseen = [
        event(Call::CcOrder {}, 3),
        event(Call::HasHost { mapping: M }, 1),
        event(Call::Enter { function: Function::MigrateFolio }, 0),
        event(Call::Leave {}, 0),
    ];
    assert_eq!(what(&unseen, &[]), []);
}

#[test]
fn a_missing_effect_is_placed_before_the_function_that_decided_ends() {
    let enter = |function| event(Call::Enter { function }, 0);
    let leave = event(Call::Leave {}, 0);
    let partial = Function::TruncateInodePartialFolio;
    let with = [enter(partial), effect(0), ask(1), effect(1), leave, enter(partial), leave];
    let without = [enter(partial), effect(0), ask(1), leave, enter(partial), leave];
    assert_eq!(traces(&with, &without)[0].at, (3, 3), "at the first `leave`");
    assert_eq!(traces(&without, &with)[0].at, (3, 3));
}

// ---- worlds ----

/// Two equal runs after a file has been made, and what differs after `change` of the one before.
fn changed(change: impl FnOnce(&mut crate::world::World)) -> Vec<What> {
    let scenario = Scenario::decode(crate::scenario::Path::Truncation, &[0, 3]);
    let mut runs = [Run::new(&TREES[1]), Run::new(&TREES[1])];
    runs.iter_mut().for_each(|run| run.begin(&scenario));
    let [pre, post] = &mut runs;
    assert_eq!(pre.world.files[0].kind, Some(FileKind::Disk));
    assert_eq!(worlds(pre, post), []);
    change(&mut pre.world);
    worlds(pre, post).into_iter().map(|difference| difference.what).collect()
}

#[test]
fn every_part_of_the_world_is_compared() {
    let flags = |world: &mut crate::world::World| world.file_mut(M).flags = 1 << 5;
    assert_eq!(changed(flags), [What::Word(M, 1 << 5, 0)]);
    assert_eq!(changed(|world| world.folio_mut(F).dirty = true), [What::Folio(F)]);
    assert_eq!(changed(|world| world.folio_mut(F).refs += 1), [What::Folio(F)]);
    type Change = fn(&mut crate::world::World);
    let elsewhere: [Change; 9] = [
        |world| world.cc.migrate_pfn = 1,
        |world| world.lru_locks[1] = crate::world::state::Lock::Ours,
        |world| world.stat[3] = 7,
        |world| world.signal = true,
        |world| world.skip.push(0),
        |world| world.moved.push(F),
        |world| world.cached_migrate_pfn[1] = 5,
        |world| _ = world.add_file(None),
        |world| _ = world.add_folio(Default::default()),
    ];
    for (i, change) in elsewhere.into_iter().enumerate() {
        assert_eq!(changed(change), [What::Elsewhere], "number {i}");
    }
}

#[test]
fn bytes_are_compared_as_a_reader_sees_them() {
    let data = Byte::Data(1);
    let zeroed = What::Bytes(M, 100, 200, Byte::Zero, data);
    assert_eq!(changed(|world| world.file_mut(M).cache.fill(100, 200, Byte::Zero)), [zeroed]);
    // The disk shows where the page cache has nothing, and the file's end does not matter.
    assert_eq!(changed(|world| world.file_mut(M).disk.fill(0, 100, Byte::Data(7))), []);
    let beyond = What::Bytes(M, 5000, 5001, Byte::Data(7), Byte::Zero);
    assert_eq!(changed(|world| world.file_mut(M).disk.fill(5000, 5001, Byte::Data(7))), [beyond]);
}

#[test]
fn what_a_step_returns_is_told_in_the_kernel_s_words() {
    for (returned, text) in [
        (Returned::Nothing, "nothing"),
        (Returned::Value(0), "0"),
        (Returned::Value(3), "3"),
        (Returned::Value(-28), "-ENOSPC"),
        (Returned::Value(-12345), "-12345"),
        (Returned::Value(i64::MIN + 1), "-9223372036854775807"),
        (Returned::Bool(true), "true"),
        (Returned::Bits(5), "0b101"),
        (Returned::Oops(Site::SoftLockup), "BUG: soft lockup"),
    ] {
        assert_eq!(returned.to_string(), text);
    }
    let event = event(Call::SpinTrylockLru { lruvec: Lruvec(1) }, 0);
    assert_eq!(event.to_string(), "spin_trylock_irqsave(lruvec1) = no");
}

#[test]
fn a_step_beside_another_says_the_same_exactly_if_each_event_is_like_its_counterpart() {
    let mut seen = [false; 2];
    for path in Path::ALL {
        for case in 0..500 {
            let scenario = generate::scenario(5, path, case);
            let (mut pre, mut post) = (Run::new(&TREES[0]), Run::new(&TREES[1]));
            pre.begin(&scenario);
            post.begin(&scenario);
            for step in 0..scenario.steps() {
                pre.step(&scenario);
                let said_the_same = post.step_beside(&scenario, Beside::new(pre.events(step)));
                let (a, b) = (pre.events(step), post.events(step));
                let alike = a.len() == b.len()
                    && a.iter().zip(b).all(|(x, y)| y.is_like(&x.call, x.answer));
                assert_eq!(said_the_same, alike, "{scenario:?}");
                assert!(!alike || traces(a, b).is_empty(), "{scenario:?}");
                seen[usize::from(alike)] = true;
            }
        }
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn reads_of_flags_are_alike_whichever_bits_they_look_at_and_nothing_else_is_that_is_not_equal() {
    let all = [
        event(Call::TestBit { mapping: M, nr: 1 }, 1),
        event(Call::FlagsAnd { mapping: M, mask: 8 }, 0),
        event(Call::TestBit { mapping: Mapping(1), nr: 1 }, 1),
        event(Call::FlagsAnd { mapping: Mapping(1), mask: 8 }, 0),
        ask(0),
        ask(1),
        effect(0),
    ];
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate() {
            let same_flags = i < 4 && j < 4 && i / 2 == j / 2;
            assert_eq!(b.is_like(&a.call, a.answer), i == j || same_flags, "{a} {b}");
        }
    }
}
