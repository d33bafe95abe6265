// SPDX-License-Identifier: GPL-2.0-only
//! What the user says of names.

use crate::support::{FILE, HEAD, One};
use mmdiff_c::Config;
use mmdiff_relate::Verdict;
use mmdiff_relate::trees::{Compared, Outcome, Settings, compare};
use std::collections::{BTreeMap, BTreeSet};

/// What two texts come to, where names are taken for others and functions for ones that change nothing.
fn compared(old: &str, new: &str, same: &[(&str, &str)], pure: &[&str]) -> Compared {
    let [old, new] = [old, new].map(|text| One(format!("{HEAD}{text}")));
    let same = same.iter().map(|(from, to)| (from.to_string(), to.to_string()));
    let settings = Settings {
        config: Config { renamed: same.collect::<BTreeMap<_, _>>(), ..Config::default() },
        pure: pure.iter().map(|name| name.to_string()).collect(),
        ..Settings::default()
    };
    compare([&old, &new], FILE, &BTreeSet::from([FILE.to_owned()]), &settings)
}

fn outcome(compared: &Compared) -> &Outcome {
    &compared.functions.iter().find(|it| it.name == "f").expect("there is an f").outcome
}

const OLD: &str = "struct p { long count; int n; }; void end(struct p *);
    long f(struct p *p) { end(p); return p->count; }";
const NEW: &str = "struct p { long nr; int n; }; void finish(struct p *);
    long f(struct p *p) { finish(p); return p->nr; }";

#[test]
fn a_function_and_a_member_that_were_renamed_are_the_same_if_the_user_says_so() {
    let Outcome::Judged(judged) = outcome(&compared(OLD, NEW, &[], &[])).clone() else { panic!() };
    assert_eq!(judged.verdict, Verdict::Differs);
    let same = [("count", "nr"), ("end", "finish")];
    let compared = compared(OLD, NEW, &same, &[]);
    assert!(matches!(outcome(&compared), Outcome::SameText), "{compared:?}");
    assert_eq!(compared.renamed, BTreeSet::from(["count".to_owned(), "end".to_owned()]));
    assert!(compared.both.is_empty());
}

#[test]
fn a_name_is_not_taken_for_one_that_the_same_tree_has_besides() {
    let both = NEW.replace("void finish", "void end(struct p *); void finish");
    let same = [("end", "finish")];
    assert_eq!(compared(OLD, &both, &same, &[]).both, BTreeSet::from(["end".to_owned()]));
    // Two members of one structure make it one that is not understood.
    let members = NEW.replace("long nr;", "long nr; long count;");
    let compared = compared(OLD, &members, &[("count", "nr"), ("end", "finish")], &[]);
    assert!(matches!(outcome(&compared), Outcome::NotJudged(_)), "{compared:?}");
}

#[test]
fn a_call_of_a_function_that_changes_nothing_is_a_question() {
    let old = "int look(struct folio *); int f(struct folio *x) { folio_lock(x); return 1; }";
    let new = old.replace("folio_lock(x)", "look(x); folio_lock(x)");
    let verdict = |pure: &[&str]| match outcome(&compared(old, &new, &[], pure)) {
        Outcome::Judged(judged) => judged.verdict,
        other => panic!("{other:?}"),
    };
    assert_eq!(verdict(&[]), Verdict::Differs);
    assert_eq!(verdict(&["look"]), Verdict::AsksDifferently);
}
