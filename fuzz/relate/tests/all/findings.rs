// SPDX-License-Identifier: GPL-2.0-only
//! What is told of a difference.

use crate::support::{judged, verdict};
use mmdiff_relate::{Verdict, With};

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
fn one_effect_less_does_not_hide_the_next() {
    let old =
        "void f(struct folio *x) {\nfolio_lock(x);\nput(x);\ndrop(x, 1);\nfolio_unlock(x);\n}";
    let new = "void f(struct folio *x) {\nfolio_lock(x);\ndrop(x, 2);\nfolio_unlock(x);\n}";
    let judged = judged(old, new);
    let shown: Vec<_> = judged
        .differences
        .iter()
        .filter(|it| it.with.is_none())
        .map(|it| it.what.as_str())
        .collect();
    assert_eq!(shown, ["does", "argument 2"]);
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
fn what_comes_of_a_difference_is_told_with_it() {
    let old =
        "int f(struct folio *x) {\nif (!folio_test_dirty(x))\nreturn 0;\nreturn drop(x, 1);\n}";
    let new = "int f(struct folio *x) {\nif (!folio_test_dirty(x))\nreturn 0;\nreturn 0;\n}";
    let judged = judged(old, new);
    let told: Vec<_> = judged.differences.iter().map(|it| (it.what.as_str(), it.with)).collect();
    assert_eq!(told, [("does", None), ("returns", Some(With { at: 0, is_after: true }))]);
}

#[test]
fn a_step_that_meets_another_here_and_there_is_told_once() {
    let old = "void f(struct folio *x, int n) {\nif (n)\nfolio_lock(x);\nelse\nfolio_unlock(x);\n}";
    let new = "void f(struct folio *x, int n) {\nput(x);\nif (n)\nfolio_lock(x);\nelse\nfolio_unlock(x);\n}";
    let judged = judged(old, new);
    assert_eq!(judged.differences.len(), 2, "{:#?}", judged.differences);
    assert_eq!(judged.differences[0].with, None);
    assert_eq!(judged.differences[1].with, Some(With { at: 0, is_after: false }));
}

#[test]
fn the_search_for_more_ends_some_time_after_a_difference_and_says_so() {
    let many =
        (0..13).fold(String::new(), |text, n| text + &format!("if (m >> {n} & 1) put(x);\n"));
    let old = format!("void f(struct folio *x, long m) {{\n{many}drop(x, 1);\n}}");
    let judged = judged(&old, &old.replace("drop(x, 1)", "drop(x, 2)"));
    assert!(judged.runs < 5_000, "{}", judged.runs);
    assert!(
        judged.open.iter().any(|(why, _)| why.contains("the search for more has an end")),
        "{:?}",
        judged.open
    );
}
