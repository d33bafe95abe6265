// SPDX-License-Identifier: GPL-2.0-only
//! Seeds in which another CPU steps in: each racing actor before each call.

use super::*;
use crate::reach::{Outcome, universe};
use crate::world::Came;

pub(super) fn families(add: Add<'_>) {
    for &action in Action::ALL {
        let bases = bases(action);
        for path in [Path::Truncation, Path::Migration, Path::Compaction] {
            let could = universe::of(path);
            for &point in Point::ALL {
                if !could.contains(&Outcome::Raced(point, action, Came::Done)) {
                    continue;
                }
                for base in bases.iter().filter(|base| base.2.path() == path) {
                    at(point, action, base, add);
                }
            }
        }
    }
}

/// One actor in one scenario; and if the action only undoes another, with that one before it.
fn at(point: Point, action: Action, (base, folio, scenario): &Base, add: Add<'_>) {
    let name = format!("{}_before_{}_of_{base}", snake(action), snake(point));
    let race =
        |action, nth| Race { point, action, folio: Below::new(*folio), nth: Below::new(nth) };
    add(&name, with_races(scenario, [race(action, 0)]));
    if point == Point::FolioMapping {
        // The scanner asks without the folio lock, and again under it.
        add(&format!("{name}_again"), with_races(scenario, [race(action, 1)]));
    }
    if let Some(first) = undoes(action) {
        let name = format!("{}_and_{name}", snake(first));
        add(&name, with_races(scenario, [race(first, 0), race(action, 0)]));
    }
}

/// The action that an action undoes.
fn undoes(action: Action) -> Option<Action> {
    match action {
        Action::Clean => Some(Action::Dirty),
        Action::ShmUnlock => Some(Action::ShmLock),
        _ => None,
    }
}

/// The kind of file on which an action can do something.
fn file_for(action: Action) -> (&'static str, FileSpec) {
    match action {
        Action::ShmLock | Action::ShmUnlock => ("tmpfs", file(FileKind::Tmpfs)),
        _ => ("disk", file(FileKind::Disk)),
    }
}

/// Gives a scenario its racing actors.
fn with_races(scenario: &Scenario, races: impl IntoIterator<Item = Race>) -> Scenario {
    let mut scenario = scenario.clone();
    let races = List::new(races);
    match &mut scenario {
        Scenario::Truncation(s) => s.races = races,
        Scenario::Migration(s) => s.races = races,
        Scenario::Compaction(s) => s.races = races,
        _ => {}
    }
    scenario
}

/// A scenario to step into: a name, the folio that the actor is after, and the rest.
type Base = (String, u8, Scenario);

fn bases(action: Action) -> Vec<Base> {
    let mut bases = Vec::new();
    let mut add = |name: &str, folio: u8, scenario: Scenario| {
        bases.push((name.to_string(), folio, scenario));
    };
    let (kind, file) = file_for(action);
    truncations(kind, &file, &mut add);
    if kind == "disk" {
        truncations("tmpfs", &super::file(FileKind::Tmpfs), &mut add);
    }
    migrations(kind, &file, &mut add);
    compactions(kind, &file, &mut add);
    bases
}

type AddBase<'a> = &'a mut dyn FnMut(&str, u8, Scenario);

fn truncations(kind: &str, file: &FileSpec, add: AddBase<'_>) {
    let states: [Edit<FolioSpec>; 4] = [
        ("clean", |_| {}),
        ("dirty", |folio| folio.dirty = true),
        ("written_back", |folio| folio.writeback = true),
        ("locked", |folio| folio.locked = true),
    ];
    for (state, edit) in states {
        for (size, order) in [("page", 0), ("folio", 2)] {
            let mut folio = FolioSpec { order: Order::new(order), ..FolioSpec::default() };
            edit(&mut folio);
            let mut behind = FolioSpec::default();
            edit(&mut behind);
            let plain = TruncationScenario {
                call: TruncateCall::PagesRange,
                file: file.clone(),
                folio,
                start: Edge { delta: 100, ..Edge::default() },
                split: SplitAnswer::Fails,
                more: List::new([behind]),
                ..TruncationScenario::default()
            };
            let scenario = Scenario::Truncation;
            let to_eof = TruncationScenario { to_eof: true, ..plain.clone() };
            add(&format!("{state}_{kind}_{size}_cut"), 0, scenario(to_eof.clone()));
            add(&format!("{state}_{kind}_{size}_behind"), 1, scenario(to_eof));
            let end = Edge { delta: 127, ..Edge::default() };
            let hole = TruncationScenario { end, ..plain };
            add(&format!("{state}_{kind}_{size}_behind_the_hole"), 1, scenario(hole));
        }
    }
}

fn migrations(kind: &str, file: &FileSpec, add: AddBase<'_>) {
    let states: [Edit<FolioSpec>; 4] = [
        ("clean", |_| {}),
        ("dirty", |folio| folio.dirty = true),
        ("written_back", |folio| folio.writeback = true),
        ("private", |folio| folio.private = true),
    ];
    for (state, edit) in states {
        let callbacks =
            [("", MigrateCallback::Own), ("_without_callback", MigrateCallback::Absent)];
        for (callback, migrate) in callbacks {
            for (how, call) in
                [("moved", MigrateCall::MoveToNewFolio), ("switched", MigrateCall::MigrateFolio)]
            {
                let file = file.clone();
                let mode = Below::new(2);
                let mut scenario =
                    MigrationScenario { call, mode, file, migrate, ..Default::default() };
                edit(&mut scenario.folio);
                let name = format!("{state}_{kind}_folio_{how}{callback}");
                add(&name, 0, Scenario::Migration(scenario));
            }
        }
    }
}

fn compactions(kind: &str, file: &FileSpec, add: AddBase<'_>) {
    let states: [Edit<FolioSpec>; 4] = [
        ("clean", |_| {}),
        ("dirty", |folio| folio.dirty = true),
        ("unevictable", |folio| folio.unevictable = true),
        ("written_back_unevictable", |folio| {
            (folio.writeback, folio.unevictable) = (true, true);
        }),
    ];
    for (state, edit) in states {
        for (mode, number) in [("async", 0), ("sync", 2)] {
            let mut folio = FolioSpec::default();
            edit(&mut folio);
            let item = Item { kind: ItemKind::File, folio: folio.clone(), ..Item::default() };
            let scenario = |items: [Item; 2]| {
                Scenario::Compaction(CompactionScenario {
                    cc: Controls { mode: Below::new(number), ..Controls::default() },
                    items: List::new(items),
                    files: List::new([file.clone(), file.clone()]),
                    ..CompactionScenario::default()
                })
            };
            let name = format!("{state}_{kind}_folio_{mode}");
            add(&name, 0, scenario([item.clone(), item.clone()]));
            add(&format!("{name}_behind"), 1, scenario([item.clone(), item.clone()]));
            // Another file's, and an evictable one: nothing is done to it yet.
            let others = Item { file: Below::new(1), ..item.clone() };
            let mut first = item.clone();
            first.folio = FolioSpec { unevictable: true, ..FolioSpec::default() };
            add(
                &format!("{name}_of_another_file_behind_unevictable"),
                1,
                scenario([first, others.clone()]),
            );
            let first = Item { folio: FolioSpec::default(), ..item.clone() };
            add(&format!("{name}_of_another_file_behind"), 1, scenario([first, others]));
            let anon = Item { kind: ItemKind::Anon, ..item.clone() };
            add(&format!("{state}_anon_folio_{mode}"), 0, scenario([anon, item]));
        }
    }
}
