// SPDX-License-Identifier: GPL-2.0-only
//! With numbers of few bits, each operator over each pair of values: what the terms say, what the solver
//! says, and what is computed are one.

use mmdiff_term::{Answer, Bin, Cmp, Term, Terms, mask};

const BINS: [Bin; 11] = [
    Bin::Mul,
    Bin::And,
    Bin::Or,
    Bin::Xor,
    Bin::ShiftLeft,
    Bin::ShiftRight,
    Bin::ShiftRightSigned,
    Bin::Div,
    Bin::DivSigned,
    Bin::Rem,
    Bin::RemSigned,
];

/// Whether `is` can be something else than `value` where `x` and `y` are these.
fn must_be(terms: &mut Terms, (x, y): (Term, Term), (a, b): (u64, u64), is: Term, value: u64) {
    let width = terms.width(x);
    let [a, b] = [a, b].map(|value| terms.number(value, width));
    let value = terms.number(value, terms.width(is));
    let conditions = [terms.eq(x, a), terms.eq(y, b), terms.ne(is, value)];
    let conditions = conditions.map(|condition| (condition, true));
    let answer = terms.solve(&conditions, u64::MAX);
    assert!(matches!(answer, Answer::Impossible(_)), "{:?}", terms.node(is));
}

#[test]
fn every_operator_gives_for_every_pair_of_three_bits_what_it_computes() {
    for op in BINS {
        let mut terms = Terms::default();
        let [x, y] = ["x", "y"].map(|name| terms.free(name, 3));
        let is = terms.bin(op, x, y);
        for a in 0..8 {
            for b in 0..8 {
                must_be(&mut terms, (x, y), (a, b), is, op.of(a, b, 3));
                let [a3, b3] = [a, b].map(|value| terms.number(value, 3));
                let half = terms.bin(op, x, b3);
                must_be(&mut terms, (x, y), (a, b), half, op.of(a, b, 3));
                let both = terms.bin(op, a3, b3);
                assert_eq!(terms.value(both), Some(op.of(a, b, 3)), "{op:?}");
            }
        }
    }
}

#[test]
fn comparisons_sums_and_widths_of_every_pair_of_three_bits_are_what_they_compute() {
    let mut terms = Terms::default();
    let [x, y] = ["x", "y"].map(|name| terms.free(name, 3));
    let [two, minus] = [terms.number(2, 3), terms.sub(x, y)];
    let twice = terms.bin(Bin::Mul, y, two);
    let (sum, wide) = (terms.add(minus, twice), [false, true].map(|s| terms.extend(x, 5, s)));
    let narrow = terms.truncate(sum, 2);
    let (eq, less, signed) = (terms.eq(sum, two), terms.ult(x, y), terms.slt(sum, y));
    let chosen = terms.choose(less, x, minus);
    for a in 0..8_u64 {
        for b in 0..8_u64 {
            let of = a.wrapping_sub(b).wrapping_add(2 * b) & mask(3);
            let sign = mmdiff_term::signed(a, 3) as u64 & mask(5);
            let chosen_of = if a < b { a } else { a.wrapping_sub(b) & mask(3) };
            let all = [
                (sum, of),
                (wide[0], a),
                (wide[1], sign),
                (narrow, of & 3),
                (eq, u64::from(of == 2)),
                (less, u64::from(a < b)),
                (signed, u64::from(Cmp::LessSigned.of(of, b, 3))),
                (chosen, chosen_of),
            ];
            for (is, value) in all {
                must_be(&mut terms, (x, y), (a, b), is, value);
            }
        }
    }
}

#[test]
fn a_model_fulfils_the_conditions_that_it_is_for() {
    let mut terms = Terms::default();
    let [x, y] = ["x", "y"].map(|name| terms.free(name, 64));
    let product = terms.bin(Bin::Mul, x, y);
    let (odd, one) = (terms.number(7 * 777_777_777, 64), terms.number(1, 64));
    let conditions =
        [(terms.eq(product, odd), true), (terms.eq(x, one), false), (terms.ult(x, y), true)];
    let Answer::Model(model) = terms.solve(&conditions, u64::MAX) else { panic!("7 divides it") };
    for (condition, value) in conditions {
        assert_eq!(model.value(&terms, condition), u64::from(value));
    }
}

#[test]
fn equal_arguments_have_equal_answers_and_others_need_not() {
    let mut terms = Terms::default();
    let name = terms.name("folio_order");
    let [x, y] = ["x", "y"].map(|name| terms.free(name, 64));
    let [of_x, of_y] = [x, y].map(|of| terms.app(name, &[of], 8));
    let differ = (terms.eq(of_x, of_y), false);
    let same = (terms.eq(x, y), true);
    let above = (terms.ult(x, y), false);
    let Answer::Impossible(core) = terms.solve(&[above, differ, same], u64::MAX) else {
        panic!("they do")
    };
    assert!(matches!(terms.solve(&core, u64::MAX), Answer::Impossible(_)));
    assert!(matches!(terms.solve(&[differ], u64::MAX), Answer::Model(_)));
}

#[test]
fn a_limit_is_kept() {
    let mut terms = Terms::default();
    let [x, y] = ["x", "y"].map(|name| terms.free(name, 64));
    let product = terms.bin(Bin::Mul, x, y);
    // Two primes of 31 bits: not found in ten steps.
    let of = terms.number(2_147_483_647 * 2_147_483_629, 64);
    let half = terms.number(1 << 32, 64);
    let conditions = [terms.eq(product, of), terms.ult(x, half), terms.ult(y, half)];
    let one = terms.number(1, 64);
    let not_one = [terms.ne(x, one), terms.ne(y, one)];
    let conditions: Vec<_> = conditions.into_iter().chain(not_one).map(|c| (c, true)).collect();
    assert_eq!(terms.solve(&conditions, 10), Answer::Unknown);
}
