// SPDX-License-Identifier: GPL-2.0-only
//! What the user says of names.

use crate::support::{FILE, HEAD, One};
use mmdiff_c::{Config, Files};
use mmdiff_relate::Verdict;
use mmdiff_relate::trees::{Compared, Outcome, Settings, compare};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    // So it is with members, in nameless ones too, and with variables.
    let both = |old: &str, new: &str| compared(old, new, &[("x", "y")], &[]).both.contains("x");
    let members = "struct s { long x; long y; }; void f(struct s *p) { put((void *)p->x); }";
    assert!(both(members, &members.replace("p->x", "p->y")));
    let nameless = "struct s { long x; union { long y; int z; }; }; long f(struct s *p) { return p->x - p->y; }";
    assert!(both(nameless, nameless));
    assert!(both("int f(int x, int y) { return x - y; }", "int f(int x, int y) { return 0; }"));
}

#[test]
fn a_file_is_called_what_it_is_called() {
    struct Two(u8);
    impl Files for Two {
        fn text(&self, path: &str) -> Option<Arc<str>> {
            let least = self.0;
            match path {
                FILE => Some(
                    format!(
                        "#include <linux/count.h>\nvoid put(int);\nint f(int count) {{\n\
                         #if LIMIT > {least}\nput(1);\n#endif\nreturn count; }}"
                    )
                    .into(),
                ),
                "include/linux/count.h" => Some("#define LIMIT 3".into()),
                _ => None,
            }
        }
    }
    let renamed = BTreeMap::from([("count".to_owned(), "nr".to_owned())]);
    let settings =
        Settings { config: Config { renamed, ..Config::default() }, ..Settings::default() };
    let compared = compare([&Two(3), &Two(2)], FILE, &BTreeSet::from([FILE.to_owned()]), &settings);
    let Outcome::Judged(judged) = outcome(&compared) else { panic!("{compared:?}") };
    assert_eq!(judged.verdict, Verdict::Differs);
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
