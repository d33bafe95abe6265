// SPDX-License-Identifier: GPL-2.0-only
//! What is computed, stored, given away and asked.

use crate::support::{FILE, HEAD, One, differs, outcome, same, verdict};
use mmdiff_c::Files;
use mmdiff_relate::trees::{Outcome, Settings, compare};
use mmdiff_relate::{Bounds, Verdict};
use std::collections::BTreeSet;
use std::sync::Arc;

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
    let compare =
        |new| compare([&Two("unsigned long"), &Two(new)], FILE, &changed, &Settings::default());
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
    let settings = Settings { bounds, ..Settings::default() };
    let compared = compare([&tree, &tree], FILE, &changed, &settings);
    let Outcome::Judged(judged) = &compared.functions[0].outcome else { panic!("it is judged") };
    assert_eq!(judged.verdict, Verdict::SameBehaviour);
    assert!(judged.runs > 2 && judged.turns > 0);
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
fn a_structure_around_one_number_is_that_number() {
    let old = "struct p { unsigned long flags; int n; };
        static int of(unsigned long flags) { return flags & 3; }
        int f(struct p *p) { unsigned long mine = p->flags; p->n = of(mine); return of(p->flags); }";
    let new = "typedef struct { unsigned long f; } flags_t;
        struct p { flags_t flags; int n; };
        static int of(flags_t flags) { return flags.f & 3; }
        int f(struct p *p) { flags_t mine = { .f = p->flags.f }; p->n = of(mine); return of(p->flags); }";
    same(old, new);
    differs(old, &new.replace(".f & 3", ".f & 7"));
    // Without a name it is a member of what it stands in.
    let nameless =
        old.replace("unsigned long flags; int n", "struct { unsigned long flags; }; int n");
    same(old, &nameless);
    // Another number beside it makes it a structure.
    let more = new.replace("{ unsigned long f; }", "{ unsigned long f; int g; }");
    differs(old, &more.replace("of(mine)", "of(mine) + mine.g"));
}

#[test]
fn what_is_returned_wider_is_compared_as_wide() {
    differs(
        "int f(unsigned long n) { return n; }",
        "unsigned long f(unsigned long n) { return n; }",
    );
    same("long f(int a) { return -22; }", "int f(int a) { return -22; }");
}

#[test]
fn a_number_that_is_returned_with_another_sign_is_another_to_who_widens_or_compares_it() {
    let old = "int g(int x) { put(0); return x; } void f(int x) { if (g(x) < 0) drop(0, 7); }";
    differs(old, &old.replace("int g(int x)", "unsigned int g(int x)"));
    let prototype = "int g(int); void f(int x) { if (g(x) < 0) drop(0, 7); }";
    differs(prototype, &prototype.replace("int g(int)", "unsigned int g(int)"));
    // Who takes it is judged for itself.
    let taken = "int g(int x) { put(0); return x; } int f(int x) { drop(0, 7); return g(x); }";
    let text = taken.replace("g(int x)", "g(unsigned int x)");
    assert!(matches!(outcome(taken, &text), Outcome::SameText));
}

#[test]
fn a_structure_is_a_number_at_its_first_mention_as_at_the_last() {
    let text = |returned: &str| {
        format!(
            "struct w {{ int a; }};
            int f(struct w *p, int n) {{ p->a = n; struct w *q = p; q->a = 3; return {returned}; }}"
        )
    };
    differs(&text("p->a"), &text("n"));
    same(&text("p->a"), &text("3"));
    let local = |returned: &str| {
        format!(
            "int f(int n) {{ struct w {{ int a; }} x; struct w *p = &x; x.a = n; p->a = 3; return {returned}; }}"
        )
    };
    differs(&local("x.a"), &local("n"));
    same(&local("x.a"), &local("3"));
}

#[test]
fn an_aligned_structure_is_wider_than_the_number_in_it() {
    let text = "typedef struct { char c; } __attribute__((aligned(64))) w_t; unsigned long f(void) { return sizeof(w_t); }";
    differs(text, &text.replace("sizeof(w_t)", "1"));
    let local = "unsigned long f(void) { struct w { char c; } __attribute__((aligned(64))) x; return sizeof(x); }";
    differs(local, &local.replace("sizeof(x)", "1"));
}

#[test]
fn a_member_without_a_name_takes_its_place() {
    let text = "struct w { int a; }; struct o { struct w; int b; int c; }; int f(void) { struct o o = { 1, 2 }; return o.b; }";
    differs(text, &text.replace("return o.b", "return 1"));
    same(text, &text.replace("return o.b", "return 2"));
}

#[test]
fn an_answer_may_be_what_was_given() {
    let text = "int *pick(int *p, int *q) { if (*p > 3) return p; return q; }
        int f(int n, int *q) { int x = n; int *r = pick(&x, q); *r = 3; return x; }";
    differs(text, &text.replace("return x", "return n"));
}

#[test]
fn a_header_that_is_included_twice_is_not_left_out() {
    struct Two(u8);
    impl Files for Two {
        fn text(&self, path: &str) -> Option<Arc<str>> {
            let step = self.0;
            match path {
                FILE => Some(
                    "#include \"step.h\"\n#include \"step.h\"\nint f(int n) { return step(n); }"
                        .into(),
                ),
                "mm/step.h" => Some(
                    format!(
                        "#ifndef STEP_H\n#define STEP_H\nstatic inline int step(int n) {{\n\
                         return n + {step} - 1;\n}}\n#endif\n"
                    )
                    .into(),
                ),
                _ => None,
            }
        }
    }
    let changed = BTreeSet::from(["mm/step.h".to_owned()]);
    let compared = compare([&Two(1), &Two(2)], FILE, &changed, &Settings::default());
    assert_eq!(compared.not_run, []);
    assert_eq!(compared.run, 2, "the line of both trees");
}
