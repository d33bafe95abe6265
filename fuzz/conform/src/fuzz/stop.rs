// SPDX-License-Identifier: GPL-2.0-only
//! Where the `conformance` target stops: in functions that say against which C, on which path, in
//! which function and in what the port differs.

use crate::run::Run;
use crate::scenario::Scenario;
use crate::trace::equality::{Differs, Mismatch};
use crate::trace::function_at;
use crate::{Apart, Ended, REVISIONS};
use mmcore::Function;
use mmdiff_judge::frames;
use mmdiff_judge::fuzz::stop::{Frame, in_frames, of_function, of_path};

/// Panics in the functions that stand for what is apart. `left` is the port's run of the scenario, in
/// the revision of that number.
pub(super) fn at_apart(revision: usize, scenario: &Scenario, left: &Run, apart: &Apart) -> ! {
    let name = REVISIONS[revision].name;
    let spelled = mmdiff_judge::check::spell(scenario);
    let message = format!("{apart}; run: mmdiff conform --revision {name} --show {spelled}");
    in_frames(&stack(revision, scenario, left, apart), &message)
}

fn stack(revision: usize, scenario: &Scenario, left: &Run, apart: &Apart) -> [Frame; 4] {
    [
        of_path(scenario.path()),
        of_revision(revision),
        of_function(function(left, apart)),
        of_apart(apart),
    ]
}

/// The ported function in which they part, if there is one.
fn function(left: &Run, apart: &Apart) -> Option<Function> {
    match *apart {
        Apart::Step(step, at) => function_at(left.events(step), at.left),
        Apart::Ended(Ended::Otherwise(function, _) | Ended::Missing(function)) => Some(function),
        Apart::Steps => None,
    }
}

frames! { of_apart(&Apart) in the_c_differs {
    Apart::Step(_, Mismatch { what: Differs::Questions, .. }) => the_c_differs_in_questions,
    Apart::Step(_, Mismatch { what: Differs::Effect, .. }) => the_c_differs_in_an_effect,
    Apart::Step(_, Mismatch { what: Differs::Result, .. }) => the_c_differs_in_the_result,
    Apart::Steps => the_c_differs_in_the_number_of_steps,
    Apart::Ended(Ended::Missing(_)) => the_c_differs_in_being_missing,
    Apart::Ended(Ended::Otherwise(..)) => the_c_differs_in_how_it_ends,
} }

frames! { of_revision(usize) in against_the_c_of {
    0 => against_v6_12,
    1 => against_v6_12_pre_fix,
    2 => against_pre_fix,
    _ => against_post_fix,
} }

#[cfg(test)]
mod tests {
    use super::*;
    use mmdiff_trace::Returned;
    use std::collections::BTreeSet;

    #[test]
    fn each_revision_path_function_and_way_to_differ_has_a_stack_of_its_own() {
        let mut apart = vec![Apart::Steps];
        apart.extend(
            Function::ALL
                .iter()
                .map(|&function| Apart::Ended(Ended::Otherwise(function, Ok(Returned::Nothing)))),
        );
        apart.extend(
            [Differs::Questions, Differs::Effect, Differs::Result]
                .map(|what| Apart::Step(0, Mismatch { left: 1, right: 1, what })),
        );
        let mut stacks = BTreeSet::new();
        let mut ran = 0;
        for (revision, pair) in REVISIONS.iter().enumerate() {
            let mut left = Run::new(&pair.left.side.tree);
            for path in crate::scenario::Path::ALL {
                let scenario = Scenario::decode(path, &[1; 64]);
                left.begin(&scenario);
                left.step(&scenario);
                for apart in &apart {
                    stacks.insert(stack(revision, &scenario, &left, apart).map(|frame| frame.name));
                    ran += 1;
                }
            }
        }
        assert_eq!(stacks.len(), ran);
        let in_migrate_folio = |stack: &&[&str; 4]| {
            stack[0] == "on_path_migration" && stack[3] == "the_c_differs_in_an_effect"
        };
        let found: Vec<_> = stacks.iter().filter(in_migrate_folio).collect();
        assert_eq!(found.len(), REVISIONS.len());
        assert!(found.iter().all(|stack| stack[2] == "move_to_new_folio"), "{found:?}");
    }
}
