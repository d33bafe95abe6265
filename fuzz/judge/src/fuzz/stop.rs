// SPDX-License-Identifier: GPL-2.0-only
//! Where a fuzz target stops: on a stack that is named after what was found.
//!
//! Continuous fuzzers tell findings apart by the functions on the stack. So each part of a signature is
//! a function, and these call each other: two findings have the same stack exactly if they have the
//! same signature. ClusterFuzz looks at the innermost three functions alone, so the most telling are
//! innermost; what is beyond the three then is the path, and figures.

mod frames;

pub use frames::{Frame, of_function, of_path};

use super::Finding;
use crate::oracle::{Class, Condition, Outcomes};
use crate::run::{FlagSet, Returned};
use frames::{
    Kind, Value, of_bit, of_call, of_digit, of_file, of_invariant, of_kind, of_letter, of_nameless,
    of_side, of_value_after, of_value_before,
};

/// Panics in the functions that stand for the finding, of the scenario that is spelled so.
pub(super) fn at(finding: &Finding, spelled: &str) -> ! {
    in_frames(&stack(finding), &format!("{finding}; run: mmdiff explain {spelled}"))
}

/// Enters the functions, outermost first, and there panics with the message.
///
/// # Panics
/// Always.
pub fn in_frames(stack: &[Frame], message: &str) -> ! {
    match stack {
        [outermost, inner @ ..] => (outermost.enter)(inner, message),
        [] => panic!("{message}"),
    }
}

/// The functions that stand for a finding, outermost first.
fn stack(finding: &Finding) -> Vec<Frame> {
    match *finding {
        Finding::Beyond(class) => stack_of_class(class),
        Finding::Broken(path, side, invariant) => {
            vec![of_path(path), of_side(side), of_invariant(invariant)]
        }
    }
}

fn stack_of_class(class: Class) -> Vec<Frame> {
    let mut stack = vec![of_path(class.path)];
    match class.condition {
        Condition::Case(name) => stack.extend(name.bytes().map(of_character)),
        Condition::Found(kind, pre, post) => {
            push_flags(post, &mut stack);
            stack.push(of_file(kind));
            push_flags(pre, &mut stack);
        }
        Condition::Other => {}
    }
    stack.push(of_function(class.function));
    match class.outcomes {
        Outcomes::Returned(pre, post) => {
            push_value(of_value_after, post, &mut stack);
            push_value(of_value_before, pre, &mut stack);
        }
        Outcomes::Effect(side, call) => stack.extend([of_call(call), of_kind(Kind::Effect(side))]),
        Outcomes::Question(side, call) => {
            stack.extend([of_call(call), of_kind(Kind::Question(side))]);
        }
        Outcomes::Calls(side, function) => {
            stack.extend([of_function(Some(function)), of_kind(Kind::Calls(side))]);
        }
        Outcomes::Flags(pre, post) => {
            push_flags(post, &mut stack);
            stack.push(of_kind(Kind::Flags));
            push_flags(pre, &mut stack);
        }
        Outcomes::Bytes => stack.push(of_kind(Kind::Bytes)),
        Outcomes::Folio => stack.push(of_kind(Kind::Folio)),
        Outcomes::Elsewhere => stack.push(of_kind(Kind::Elsewhere)),
    }
    stack
}

/// Puts the function of a returned value, and within it those of its figures, on the stack.
fn push_value(of_value: fn(Value) -> Frame, returned: Returned, stack: &mut Vec<Frame>) {
    match returned {
        Returned::Nothing => stack.push(of_value(Value::Nothing)),
        Returned::Bool(value) => stack.push(of_value(Value::Bool(value))),
        Returned::Oops(site) => stack.push(of_value(Value::Oops(site))),
        Returned::Bits(bits) => {
            stack.push(of_value(Value::Bits));
            push_bits(bits.into(), stack);
        }
        Returned::Value(value) => {
            stack.push(of_value(Value::Number(value < 0)));
            stack.extend(value.unsigned_abs().to_string().bytes().map(of_digit));
        }
    }
}

/// Puts the functions of the bits that are set on the stack, the lowest innermost.
fn push_bits(bits: u64, stack: &mut Vec<Frame>) {
    stack.extend((0..u64::BITS).rev().filter(|nr| bits >> nr & 1 != 0).map(of_bit));
}

/// The function of a character of a case's name.
fn of_character(character: u8) -> Frame {
    if character.is_ascii_digit() { of_digit(character) } else { of_letter(character) }
}

/// Puts the functions of flags on the stack.
fn push_flags(flags: FlagSet, stack: &mut Vec<Frame>) {
    for number in flags.numbers().rev().map(u32::from) {
        stack.push(of_bit(number % u64::BITS));
        if number >= u64::BITS {
            stack.push(of_nameless());
        }
    }
}

#[cfg(test)]
mod tests;
