// SPDX-License-Identifier: GPL-2.0-only
//! Small functions of our own in two versions, and what they come to. No kernel is needed.

use mmdiff_c::{Config, Files};
use mmdiff_relate::trees::{Outcome, compare};
use mmdiff_relate::{Bounds, Judged, Verdict};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What every file begins with.
const HEAD: &str = "
typedef unsigned long pgoff_t;
typedef long long loff_t;
struct list { struct list *next; };
struct folio { unsigned long flags; pgoff_t index; struct mapping *mapping; };
struct control { unsigned long pfn; unsigned int nr; int mode; _Bool abort; struct mapping *mapping; };
struct mapping { unsigned long flags; int (*drop)(struct folio *); };
void folio_lock(struct folio *);
void folio_unlock(struct folio *);
void put(struct folio *);
int drop(struct folio *, pgoff_t);
struct folio *next(struct control *);
_Bool folio_test_dirty(struct folio *);
";

const FILE: &str = "mm/small.c";

/// A tree of one file.
struct One(String);

impl Files for One {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        (path == FILE).then(|| self.0.as_str().into())
    }
}

/// What `f` comes to, of two texts that define it.
fn judged(old: &str, new: &str) -> Judged {
    let [old, new] = [old, new].map(|text| One(format!("{HEAD}{text}")));
    let changed = BTreeSet::from([FILE.to_owned()]);
    let compared = compare([&old, &new], FILE, &changed, &Config::default(), Bounds::default());
    let function = compared.functions.into_iter().find(|it| it.name == "f").expect("there is an f");
    match function.outcome {
        Outcome::Judged(judged) => *judged,
        other => panic!("{other:?}"),
    }
}

fn verdict(old: &str, new: &str) -> Verdict {
    let judged = judged(old, new);
    println!("{:#?} {:#?} {:#?}", judged.differences, judged.asks, judged.open);
    judged.verdict
}

/// Asserts that two texts do the same.
fn same(old: &str, new: &str) {
    assert_eq!(verdict(old, new), Verdict::SameBehaviour, "{old}\n{new}");
}

fn differs(old: &str, new: &str) {
    assert_eq!(verdict(old, new), Verdict::Differs, "{old}\n{new}");
}

#[test]
fn another_way_to_say_a_condition_is_no_difference() {
    let old = "int f(struct folio *x, int a) { if (!a || x->index > 3) return -22; folio_lock(x); return 0; }";
    let new = "int f(struct folio *x, int a) { if (a && x->index <= 3) { folio_lock(x); return 0; } else return -22; }";
    same(old, new);
    same(
        old,
        "int f(struct folio *x, int a) { int r = -22; if (!(a != 0 && !(x->index > 3))) goto out; folio_lock(x); r = 0; out: return r; }",
    );
    differs(
        old,
        "int f(struct folio *x, int a) { if (!a || x->index >= 3) return -22; folio_lock(x); return 0; }",
    );
    differs(
        old,
        "int f(struct folio *x, int a) { if (!a && x->index > 3) return -22; folio_lock(x); return 0; }",
    );
}

#[test]
fn lines_that_move_into_a_helper_are_no_difference_and_another_effect_in_it_is() {
    let old =
        "void f(struct folio *x) { folio_lock(x); drop(x, x->index); folio_unlock(x); put(x); }";
    let helper = |body: &str| {
        format!(
            "static void done(struct folio *y) {{ {body} }} void f(struct folio *x) {{ folio_lock(x); drop(x, x->index); done(x); }}"
        )
    };
    same(old, &helper("folio_unlock(y); put(y);"));
    differs(old, &helper("put(y); folio_unlock(y);"));
    differs(old, &helper("put(y);"));
}

#[test]
fn a_switch_is_the_same_as_a_chain_of_ifs() {
    let old = "int f(int m) { if (m == 1) return 5; if (m == 2 || m == 3) return 6; return 7; }";
    same(
        old,
        "int f(int m) { switch (m) { case 1: return 5; case 2: case 3: return 6; default: return 7; } }",
    );
    differs(
        old,
        "int f(int m) { switch (m) { case 1: return 5; case 2: return 6; default: return 7; } }",
    );
}

#[test]
fn a_compare_that_became_signed_differs_for_a_negative_number_alone() {
    // The page cache of a file ends where positions do: both sums are positive.
    let old = "int f(loff_t end, struct folio *x, unsigned size) { return end < (loff_t)(x->index << 12) + (unsigned long)size; }";
    let new = "int f(loff_t end, struct folio *x, unsigned size) { return end < (loff_t)((x->index << 12) + size); }";
    let judged = judged(old, new);
    assert_eq!(judged.verdict, Verdict::Differs);
    let end = judged.differences[0]
        .example
        .iter()
        .find(|(name, _)| name == "end")
        .expect("it is an example");
    assert_eq!(end.1, "-1");
}

#[test]
fn a_number_that_only_one_side_knows_is_found() {
    let scan = |also: &str| {
        format!(
            "int f(struct control *cc, unsigned long end) {{
                unsigned long pfn = cc->pfn, start = pfn;
                unsigned int got = 0;
                for (; pfn < end; pfn++) {{
                    struct folio *x = next(cc);
                    if (!x) continue;
                    {also}
                    folio_lock(x);
                    got++;
                    if (got >= 32) break;
                }}
                cc->pfn = pfn;
                return got;
            }}"
        )
    };
    let old = scan("");
    same(&old, &scan(";"));
    differs(&old, &scan("if (got == 1) break;"));
    differs(&old, &scan("if (cc->nr == 20) break;"));
    differs(&old, &scan("if (pfn == 777) continue;"));
    // So many turns are not run from the beginning: it is not said to be the same all the same.
    assert_eq!(verdict(&old, &scan("if (pfn - start == 200) break;")), Verdict::NotShown);
    differs(&old, &scan("if (got == 7) break;"));
}

#[test]
fn a_loop_turned_over_is_no_difference_for_any_number_of_turns() {
    let old = "void f(struct control *cc) { struct folio *x = next(cc); while (x) { put(x); x = next(cc); } }";
    same(
        old,
        "void f(struct control *cc) { struct folio *y; for (y = next(cc); y != 0; y = next(cc)) put(y); }",
    );
    same(
        old,
        "void f(struct control *cc) { struct folio *x = next(cc); if (!x) return; do { put(x); x = next(cc); } while (x); }",
    );
    same(
        old,
        "void f(struct control *cc) { struct folio *x; again: x = next(cc); if (x) { put(x); goto again; } }",
    );
    differs(
        old,
        "void f(struct control *cc) { struct folio *x = next(cc); while (x) { x = next(cc); put(x); } }",
    );
}

#[test]
fn what_is_stored_where_the_caller_sees_it_counts_and_a_local_does_not() {
    let old = "void f(struct control *cc) { cc->nr++; cc->pfn += 4; put(0); }";
    same(
        old,
        "void f(struct control *cc) { unsigned long p = cc->pfn + 4; cc->pfn = p; cc->nr = cc->nr + 1; put(0); }",
    );
    differs(old, "void f(struct control *cc) { cc->pfn += 4; put(0); cc->nr++; }");
    differs(old, "void f(struct control *cc) { cc->nr++; put(0); }");
}

#[test]
fn two_pointers_may_be_one() {
    let old =
        "int f(struct control *a, struct control *b) { int m = a->mode; b->mode = 3; return m; }";
    differs(old, "int f(struct control *a, struct control *b) { b->mode = 3; return a->mode; }");
    same(
        old,
        "int f(struct control *a, struct control *b) { int m = a->mode; (*b).mode = 1 + 2; return m; }",
    );
}

#[test]
fn of_two_stores_that_may_be_to_one_place_the_last_counts() {
    let old = "void f(struct control *a, struct control *b) { a->mode = 1; b->mode = 2; }";
    differs(old, "void f(struct control *a, struct control *b) { b->mode = 2; a->mode = 1; }");
    let old = "void f(struct control *a, struct control *b) { a->mode = 1; b->nr = 2; }";
    same(old, "void f(struct control *a, struct control *b) { b->nr = 2; a->mode = 1; }");
    differs(
        "void f(int *a, long n) { a[0] = 1; a[n] = 2; }",
        "void f(int *a, long n) { a[n] = 2; a[0] = 1; }",
    );
    let whole = "void f(struct folio *p, struct folio *q, struct folio x) { %s }";
    differs(
        &whole.replace("%s", "unsigned long i = q->index; *p = x; drop(p, i);"),
        &whole.replace("%s", "*p = x; drop(p, q->index);"),
    );
}

#[test]
fn what_a_pointer_points_at_counts_where_the_text_that_is_left_is_the_same() {
    let with = |value: &str| {
        format!("int f(struct folio *x) {{\nint v = {value}, *p = &v;\nput(x);\nreturn *p;\n}}")
    };
    differs(&with("1"), &with("2"));
}

#[test]
fn a_number_that_is_set_on_some_turns_alone_is_any_on_the_others() {
    let with = |value: &str| {
        format!(
            "void f(struct control *cc) {{ struct folio *x; int first = 1, i = 0, y; while ((x = next(cc))) {{ if (!first) drop(x, y); first = 0; y = {value}; i++; }} }}"
        )
    };
    differs(&with("i"), &with("i + 1"));
    same(&with("i"), &with("i + 1 - 1"));
}

#[test]
fn of_two_objects_each_is_itself_however_it_is_called() {
    let old = "void f(void) { struct folio a, b; put(&a); put(&a); }";
    same(old, "void f(void) { struct folio c, d; put(&c); put(&c); }");
    differs(old, "void f(void) { struct folio a, b; put(&b); put(&a); }");
    differs(old, "void f(void) { struct folio a, b; put(&a); put(&b); }");
}

#[test]
fn a_whole_structure_that_is_given_away_counts() {
    let with = |of: &str| {
        format!("void f(struct folio *p, struct folio *q) {{ struct folio x = *{of}; put(&x); }}")
    };
    differs(&with("p"), &with("q"));
    let zero = "void f(struct folio *p) { struct folio x = {}; put(&x); }";
    differs(zero, "void f(struct folio *p) { struct folio x; put(&x); }");
}

#[test]
fn what_is_given_away_inside_something_else_is_given_away() {
    let with = |before: &str, after: &str| {
        format!(
            "long f(struct folio *x) {{
                struct mapping m = {{}}; struct control c = {{ .mapping = &m }};
                unsigned long was; {before} next(&c); {after} return was; }}"
        )
    };
    let old = with("m.flags = 1;", "was = m.flags;");
    same(&old, &with("m.flags = 2 - 1;", "was = m.flags;"));
    // What it holds is seen by whoever is called, and may be another number after.
    differs(&old, &with("m.flags = 2;", "was = m.flags;"));
    differs(&old, &with("m.flags = 1; was = m.flags;", ""));
    let kept = "long f(struct control *cc) { struct mapping m = {}; cc->mapping = &m; next(cc); put(0); return m.flags; }";
    differs(
        kept,
        "long f(struct control *cc) { struct mapping m = {}; cc->mapping = &m; next(cc); put(0); return 0; }",
    );
}

#[test]
fn what_cannot_be_come_to_on_one_side_alone_is_not_the_same() {
    let old = "int f(int a) { if (a) return 1; return 2; }";
    assert_eq!(
        verdict(old, "int f(int a) { if (a) __builtin_unreachable(); return 2; }"),
        Verdict::NotShown
    );
}

#[test]
fn a_shift_by_the_width_is_not_what_somebody_made_of_it() {
    let old = "unsigned long f(unsigned long n, unsigned by) { return n << by; }";
    differs(old, "unsigned long f(unsigned long n, unsigned by) { return by < 64 ? n << by : 0; }");
    same(
        old,
        "unsigned long f(unsigned long n, unsigned by) { unsigned long m = n << by; return m; }",
    );
}

#[test]
fn what_is_read_before_a_lock_may_be_another_after() {
    let old = "unsigned long f(struct folio *x) { folio_lock(x); return x->index; }";
    differs(
        old,
        "unsigned long f(struct folio *x) { unsigned long i = x->index; folio_lock(x); return i; }",
    );
}

#[test]
fn a_member_whose_type_differs_is_seen_by_who_never_names_its_structure() {
    struct Two(&'static str);
    impl Files for Two {
        fn text(&self, path: &str) -> Option<Arc<str>> {
            let width = self.0;
            match path {
                "mm/small.c" => Some(
                    "#include \"small.h\"\nint f(struct outer *o) { return o->in->n > 4096; }"
                        .into(),
                ),
                "mm/small.h" => Some(
                    format!("struct inner {{ {width} n; }}; struct outer {{ struct inner *in; }};")
                        .into(),
                ),
                _ => None,
            }
        }
    }
    let changed = BTreeSet::from(["mm/small.h".to_owned()]);
    let compare = |new| {
        compare(
            [&Two("unsigned long"), &Two(new)],
            FILE,
            &changed,
            &Config::default(),
            Bounds::default(),
        )
    };
    let verdict = |new| match &compare(new).functions[0].outcome {
        Outcome::Judged(judged) => Some(judged.verdict),
        Outcome::SameText => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(verdict("unsigned long"), None);
    assert_eq!(verdict("unsigned short"), Some(Verdict::Differs));
    assert!(compare("long").read.contains("mm/small.h"));
}

#[test]
fn a_division_by_zero_is_not_what_somebody_made_of_it() {
    differs(
        "int f(unsigned n) { return 100 / n; }",
        "int f(unsigned n) { return n ? 100 / n : 0; }",
    );
}

#[test]
fn a_question_more_is_asking_differently() {
    let old = "void f(struct folio *x) { folio_lock(x); put(x); }";
    let new = "void f(struct folio *x) { folio_test_dirty(x); folio_lock(x); put(x); }";
    assert_eq!(verdict(old, new), Verdict::AsksDifferently);
    differs(
        old,
        "void f(struct folio *x) { if (folio_test_dirty(x)) return; folio_lock(x); put(x); }",
    );
}

#[test]
fn what_narrows_or_widens_a_number_is_seen() {
    let old = "int f(unsigned long n) { return n > 4096; }";
    differs(old, "int f(unsigned long n) { unsigned int m = n; return m > 4096; }");
    same(
        old,
        "int f(unsigned long n) { unsigned long m = (unsigned long)(loff_t)n; return !(m <= 4096); }",
    );
    differs(old, "int f(unsigned long n) { long m = n; return m > 4096; }");
    same("int f(unsigned n) { return n / 8 * 8; }", "int f(unsigned n) { return n & ~7u; }");
    differs("int f(int n) { return n / 8 * 8; }", "int f(int n) { return n & ~7; }");
}

#[test]
fn one_effect_less_does_not_hide_the_next() {
    let old =
        "void f(struct folio *x) {\nfolio_lock(x);\nput(x);\ndrop(x, 1);\nfolio_unlock(x);\n}";
    let new = "void f(struct folio *x) {\nfolio_lock(x);\ndrop(x, 2);\nfolio_unlock(x);\n}";
    let judged = judged(old, new);
    let shown: Vec<_> =
        judged.differences.iter().filter(|it| it.is_first).map(|it| it.what.as_str()).collect();
    assert_eq!(shown, ["does", "argument 2"]);
}

#[test]
fn whoever_is_called_through_a_pointer_is_an_argument() {
    let old = "void f(struct mapping *m, struct folio *x) { m->drop(x); }";
    same(
        old,
        "void f(struct mapping *m, struct folio *x) { int (*d)(struct folio *) = m->drop; d(x); }",
    );
    differs(old, "void f(struct mapping *m, struct folio *x) { x->mapping->drop(x); }");
}

#[test]
fn without_identity_a_function_is_run_against_itself() {
    let text = "int f(struct control *cc) { int n = 0; struct folio *x; while ((x = next(cc))) { if (folio_test_dirty(x)) continue; put(x); n++; } return n; }";
    let tree = One(format!("{HEAD}{text}"));
    let changed = BTreeSet::from([FILE.to_owned()]);
    let bounds = Bounds { identity: false, ..Bounds::default() };
    let compared = compare([&tree, &tree], FILE, &changed, &Config::default(), bounds);
    let Outcome::Judged(judged) = &compared.functions[0].outcome else { panic!("it is judged") };
    assert_eq!(judged.verdict, Verdict::SameBehaviour);
    assert!(judged.runs > 2 && judged.turns > 0);
}

/// A turn in which the text of both comes together again behind the first lines.
fn turn(first: &str, last: &str) -> String {
    format!(
        "int f(struct control *cc) {{ unsigned long n = 0; int k = 0; struct folio *x;
        while ((x = next(cc))) {{
            {first}
            folio_lock(x);
            if (folio_test_dirty(x)) {{ k++; drop(x, k); }}
            folio_unlock(x);
            {last}
        }}
        return k; }}"
    )
}

#[test]
fn a_turn_ends_where_the_text_is_the_same_again_and_what_is_used_later_still_differs() {
    let old = turn("if (cc->mode == 3 && cc->abort) put(x);", "");
    let swapped = turn("if (cc->abort && cc->mode == 3) put(x);", "");
    assert_eq!(verdict(&old, &swapped), Verdict::AsksDifferently);
    same(&old, &turn("if (cc->mode == 3) { if (cc->abort) put(x); }", ""));
    differs(&old, &turn("if (cc->mode == 3 || cc->abort) put(x);", ""));
    // Used in the next turn alone.
    let old = turn("drop(x, n); n = 0;", "");
    differs(&old, &turn("drop(x, n); n = folio_test_dirty(x);", ""));
    same(&old, &turn("n = 0; drop(x, n);", ""));
    // Used behind the loop alone.
    differs(&turn("", ""), &turn("if (cc->mode == 7) k++;", ""));
    // Changed again before it is used.
    same(&turn("n = 1;", "n = 2; drop(x, n);"), &turn("n = 5;", "n = 2; drop(x, n);"));
}

#[test]
fn what_stands_behind_a_loop_is_no_part_of_what_is_the_same_in_it() {
    let text = |last: &str| {
        format!(
            "int f(struct control *cc) {{ struct folio *x; folio_lock(cc); do {{ x = next(cc); if (folio_test_dirty(x)) cc->nr = 1; }} while (drop(x, 3)); {last} return 0; }}"
        )
    };
    differs(&text("folio_unlock(cc);"), &text(""));
    same(&text("folio_unlock(cc);"), &text("folio_unlock(cc); ;"));
}

#[test]
fn a_variable_that_a_helper_changes_by_its_address_is_another_number_in_the_next_turn() {
    let text = |helper: &str, call: &str| {
        format!(
            "static void more(unsigned long *p, unsigned long *q) {{ {helper} }} int f(struct control *cc) {{ unsigned long a = 0, b = 0; struct folio *x; while ((x = next(cc))) {{ {call} folio_lock(x); if (a > 8) put(x); drop(x, b); }} return 0; }}"
        )
    };
    let old = text("*p += 1; *q += 2;", "a += 1; b += 2;");
    same(&old, &text("*p += 1; *q += 2;", "more(&a, &b);"));
    differs(&old, &text("*p += 2; *q += 1;", "more(&a, &b);"));
    differs(&old, &text("*p += 1; *q += 2;", "more(&a, &a);"));
}

#[test]
fn runs_that_come_to_one_place_go_on_as_one_and_lose_no_condition_that_counts() {
    let text = |last: &str| {
        format!(
            "int f(struct control *cc, int a, int b, int c) {{ struct folio *x; int n = 0; while ((x = next(cc))) {{ if (a > 1) n = 0; if (b > 2) n = 0; if (c > 3) n = 0; if (folio_test_dirty(x)) n = 0; {last} folio_lock(x); }} return n; }}"
        )
    };
    let old = text("if (a > 1 && b > 2 && c > 3) put(x);");
    same(&old, &text("if (c > 3 && b > 2 && a > 1) put(x);"));
    differs(&old, &text("if (a > 1 && b > 2 && c > 4) put(x);"));
    differs(&old, &text("if (a > 1 && b > 2) put(x);"));
    differs(&old, &text("if (a > 1 && (b > 2 || c > 3)) put(x);"));
}

#[test]
fn of_less_equal_and_greater_one_holds() {
    let old =
        "int f(pgoff_t a, pgoff_t b) { if (a < b) return 1; if (a == b) return 2; return 3; }";
    same(
        old,
        "int f(pgoff_t a, pgoff_t b) { if (a > b) return 3; if (a < b) return 1; return 2; }",
    );
    same(old, "int f(pgoff_t a, pgoff_t b) { return a == b ? 2 : b > a ? 1 : 3; }");
    differs(
        old,
        "int f(pgoff_t a, pgoff_t b) { if (a > b) return 3; if (a <= b) return 1; return 2; }",
    );
    differs(old, "int f(long a, long b) { if (a < b) return 1; if (a == b) return 2; return 3; }");
}

#[test]
fn what_is_made_of_arguments_before_a_loop_is_known_behind_it() {
    let text = |first: &str, last: &str| {
        format!(
            "int f(struct control *cc, pgoff_t a, pgoff_t b) {{ {first} struct folio *x; while ((x = next(cc))) {{ put(x); }} return drop(x, {last}); }}"
        )
    };
    let old = text("", "a + b - 1");
    same(&old, &text("pgoff_t last = a + b - 1;", "last"));
    differs(&old, &text("pgoff_t last = a + b - 1; a = 0;", "a + b - 1"));
    let counted = "int f(struct control *cc, pgoff_t a) { pgoff_t last = a + 1; while (next(cc)) a++; return drop(next(cc), a + 1); }";
    differs(counted, &counted.replace("next(cc), a + 1", "next(cc), last"));
}

#[test]
fn a_member_that_lasts_is_another_number_once_it_was_stored() {
    let head = "struct address_space; struct inode { unsigned long i_flags; struct address_space *i_mapping; }; void use(struct inode *, struct address_space *);";
    let text = |body: &str| {
        format!("{head} void f(struct inode *i, struct address_space *m) {{ {body} }}")
    };
    let old = text("i->i_flags = 3; folio_lock(i); use(i, i->i_mapping);");
    same(
        &old,
        &text("struct address_space *n = i->i_mapping; i->i_flags = 3; folio_lock(i); use(i, n);"),
    );
    differs(
        &text("i->i_mapping = m; folio_lock(i); use(i, i->i_mapping);"),
        &text(
            "struct address_space *n = i->i_mapping; i->i_mapping = m; folio_lock(i); use(i, n);",
        ),
    );
}

#[test]
fn an_argument_is_the_same_by_its_place_whatever_it_is_called() {
    let old = "int f(int a, int b) { return drop(0, a + 2 * b); }";
    same(old, "int f(int b, int a) { return drop(0, b + 2 * a); }");
    same(old, "int f(int here, int there) { return drop(0, here + 2 * there); }");
    differs(old, "int f(int b, int a) { return drop(0, a + 2 * b); }");
}

#[test]
fn what_is_in_an_object_counts_whose_address_is_stored_where_others_see_it() {
    let text = |n: &str| {
        format!(
            "struct holder {{ int *p; }}; int f(struct holder *h, struct folio *x) {{ int n = {n}; h->p = &n; if (folio_test_dirty(x)) put(x); folio_lock(x); return 0; }}"
        )
    };
    same(&text("3"), &text("2 + 1"));
    differs(&text("3"), &text("4"));
}

#[test]
fn what_was_given_away_in_one_turn_may_change_in_the_next() {
    let text = |last: &str| {
        format!(
            "void keep(int *); int f(struct control *cc) {{ int n = 0; struct folio *x; while ((x = next(cc))) {{ folio_lock(x); {last} n = 0; keep(&n); }} return 0; }}"
        )
    };
    let old = text("if (n > 3) put(x);");
    differs(&old, &text(""));
    same(&old, &text("if (!(n <= 3)) put(x);"));
}

#[test]
fn who_is_called_where_the_text_is_the_same_changes_what_he_is_given() {
    let text = |first: &str| {
        format!(
            "void keep(int *); int f(struct control *cc) {{ int n = 0; struct folio *x; while ((x = next(cc))) {{ {first} folio_lock(x); if (folio_test_dirty(x)) drop(x, 1); keep(&n); }} return 0; }}"
        )
    };
    let old = text("if (n > 3) put(x);");
    differs(&old, &text(""));
    same(&old, &text("if (4 <= n) put(x);"));
}

#[test]
fn a_run_stands_for_another_only_under_what_both_know() {
    let text = |last: &str| {
        format!(
            "void f(struct control *cc, pgoff_t a, pgoff_t b) {{ struct folio *x; while ((x = next(cc))) {{ if (a < b) ; else if (a == b) continue; if (cc->mode) folio_lock(x); {last} }} }}"
        )
    };
    differs(&text("if (a > b) put(x);"), &text(""));
    let text = |last: &str| {
        format!(
            "void f(struct control *cc, int a, int b) {{ struct folio *x; while ((x = next(cc))) {{ if (a) folio_test_dirty(x); if (b) {{ {last} put(x); }} }} }}"
        )
    };
    assert_eq!(verdict(&text("folio_test_dirty(x);"), &text("")), Verdict::AsksDifferently);
}

#[test]
fn a_member_is_a_part_of_the_whole_that_it_was_copied_with() {
    let text = |from: &str| {
        format!(
            "void f(struct control *cc, struct folio p, struct folio q) {{ struct folio s = {from}; struct folio *x; while ((x = next(cc))) {{ drop(x, s.index); s.index = 5; }} }}"
        )
    };
    differs(&text("p"), &text("q"));
    differs(
        "void f(struct folio *p, struct folio x) { *p = x; p->index = 3; }",
        "void f(struct folio *p, struct folio x) { p->index = 3; *p = x; }",
    );
    differs(
        "void f(struct folio *p) { struct folio y; p->index = 3; y = *p; put(&y); }",
        "void f(struct folio *p) { struct folio y; y = *p; p->index = 3; put(&y); }",
    );
}

#[test]
fn a_pointer_to_a_local_object_is_that_through_a_loop() {
    let text = |last: &str| {
        format!(
            "int f(struct control *cc) {{ int v = 5; int *p = &v; while (next(cc)) (*p)++; return {last}; }}"
        )
    };
    differs(&text("v"), &text("5"));
    let text = |stores: &str| {
        format!(
            "int f(struct control *cc) {{ int v = 5; int *p = &v; while (next(cc)) {{ {stores} }} return v; }}"
        )
    };
    differs(&text("*p = 1; v = 2;"), &text("v = 2; *p = 1;"));
}

#[test]
fn variables_of_one_name_in_two_blocks_are_two() {
    let old =
        "int f(struct folio *x, int a) { int n = 1; if (a) { int n = 2; drop(x, n); } return n; }";
    differs(
        old,
        "int f(struct folio *x, int a) { int n = 1; if (a) { n = 2; drop(x, n); } return n; }",
    );
    same(
        old,
        "int f(struct folio *x, int a) { int n = 1; if (a) { int m = 2; drop(x, m); } return n; }",
    );
}

#[test]
fn of_elements_that_may_be_one_the_last_counts() {
    let text = |stores: &str| {
        format!(
            "int f(struct folio *x, long i, long j) {{ int a[4]; {stores} folio_lock(x); return a[0]; }}"
        )
    };
    differs(&text("a[i] = 1; a[j] = 2;"), &text("a[j] = 2; a[i] = 1;"));
    let text = |stores: &str| {
        format!(
            "int f(struct control *cc, long i, long j) {{ int a[4]; {stores} while (next(cc)) ; return a[0]; }}"
        )
    };
    assert_ne!(
        verdict(&text("a[i] = 1; a[j] = 2;"), &text("a[j] = 2; a[i] = 1;")),
        Verdict::SameBehaviour
    );
}

#[test]
fn equal_arguments_have_equal_answers_on_every_run_that_is_told() {
    let text = |whose: &str| {
        format!(
            "void f(struct folio *x, struct folio *y) {{ if (x == y) {{ if ({whose}->flags == 5) folio_lock(x); }} }}"
        )
    };
    assert_ne!(verdict(&text("x"), &text("y")), Verdict::Differs);
}

#[test]
fn what_is_returned_wider_is_compared_as_wide() {
    differs(
        "int f(unsigned long n) { return n; }",
        "unsigned long f(unsigned long n) { return n; }",
    );
    same("long f(int a) { return -22; }", "int f(int a) { return -22; }");
}
