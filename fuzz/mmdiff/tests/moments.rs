// SPDX-License-Identifier: GPL-2.0-only
//! When racing actors step in: at the call that their moment is named after, and nowhere else.

use mmcore::CallId;
use mmdiff::oracle::{Intent, Question, judge};
use mmdiff::run::Tree;
use mmdiff::scenario::{Path, Race, Scenario, generate};
use mmdiff::world::Came;

/// The actors of a scenario.
fn races(scenario: &Scenario) -> &[Race] {
    match scenario {
        Scenario::Truncation(s) => &s.races,
        Scenario::Migration(s) => &s.races,
        Scenario::Compaction(s) => &s.races,
        _ => &[],
    }
}

/// Beside a caller of move_to_new_folio that has not locked a folio, none acts.
fn caller_may_be_caught(scenario: &Scenario) -> bool {
    matches!(scenario, Scenario::Migration(s) if s.src_unlocked || s.dst_unlocked)
}

#[test]
fn a_moment_is_noted_right_before_its_call_or_right_after_the_unlock_it_waited_for() {
    let question = Question {
        pre: Tree::named("pre-fix").unwrap(),
        post: Tree::named("post-fix").unwrap(),
        intent: Intent::DEFAULT,
    };
    let (mut before, mut after) = (0, 0);
    for path in [Path::Truncation, Path::Migration, Path::Compaction] {
        for case in 0..3_000 {
            let scenario = generate::scenario(31, path, case);
            if caller_may_be_caught(&scenario) {
                continue;
            }
            let judgement = judge(&question, &scenario);
            for run in [&judgement.pre, &judgement.post] {
                let schedule = &run.world.schedule;
                for moment in &schedule.done {
                    let at = moment.at as usize;
                    let is_due = |race: &Race| {
                        race.action == moment.action && race.point.is(run.trace[at].call.id())
                    };
                    if moment.came != Came::DoneAfterWaiting && races(&scenario).iter().any(is_due)
                    {
                        before += 1;
                        continue;
                    }
                    // `->writepage` unlocks, too.
                    let unlocks = [CallId::FolioUnlock, CallId::CallWritepage];
                    assert!(unlocks.contains(&run.trace[at - 1].call.id()), "{moment:?}");
                    after += 1;
                }
                let came =
                    schedule.done.iter().filter(|moment| moment.came != Came::DoneAfterWaiting);
                assert!(schedule.never_came().count() + came.count() >= races(&scenario).len());
            }
        }
    }
    assert!(before > 400 && after > 4, "{before} {after}");
}
