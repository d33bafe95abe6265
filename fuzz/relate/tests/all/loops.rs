// SPDX-License-Identifier: GPL-2.0-only
//! Turns of loops, and where runs end or go on as one.

use crate::support::{differs, same, verdict};
use mmdiff_relate::Verdict;

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
fn a_number_that_is_set_on_some_turns_alone_is_any_on_the_others() {
    let with = |value: &str| {
        format!(
            "void f(struct control *cc) {{ struct folio *x; int first = 1, i = 0, y; while ((x = next(cc))) {{ if (!first) drop(x, y); first = 0; y = {value}; i++; }} }}"
        )
    };
    differs(&with("i"), &with("i + 1"));
    same(&with("i"), &with("i + 1 - 1"));
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
