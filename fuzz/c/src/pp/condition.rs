// SPDX-License-Identifier: GPL-2.0-only
//! Conditions of the preprocessor (C11, 6.10.1), and the integers of C.

use crate::lex::{Kind, Token};

/// The value of a preprocessor's condition: C's expressions over 64 bits, words being 0.
struct Condition<'t> {
    tokens: &'t [Token],
    at: usize,
}

const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<", ">", "<=", ">="],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

/// The value of an expression.
pub(super) fn value(tokens: &[Token]) -> i64 {
    Condition { tokens, at: 0 }.choice()
}

impl Condition<'_> {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", |token| &token.text)
    }

    fn takes(&mut self, text: &str) -> bool {
        let is = self.peek() == text;
        self.at += usize::from(is);
        is
    }

    fn choice(&mut self) -> i64 {
        let value = self.level(0);
        if !self.takes("?") {
            return value;
        }
        let yes = self.choice();
        self.takes(":");
        let no = self.choice();
        if value != 0 { yes } else { no }
    }

    fn level(&mut self, level: usize) -> i64 {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut value = self.level(level + 1);
        while let Some(operator) = operators.iter().find(|operator| **operator == self.peek()) {
            self.at += 1;
            let with = self.level(level + 1);
            value = match *operator {
                "||" => (value != 0 || with != 0).into(),
                "&&" => (value != 0 && with != 0).into(),
                "|" => value | with,
                "^" => value ^ with,
                "&" => value & with,
                "==" => (value == with).into(),
                "!=" => (value != with).into(),
                "<" => (value < with).into(),
                ">" => (value > with).into(),
                "<=" => (value <= with).into(),
                ">=" => (value >= with).into(),
                "<<" => value.checked_shl(with as u32).unwrap_or(0),
                ">>" => value.checked_shr(with as u32).unwrap_or(0),
                "+" => value.wrapping_add(with),
                "-" => value.wrapping_sub(with),
                "*" => value.wrapping_mul(with),
                "/" => value.checked_div(with).unwrap_or(0),
                _ => value.checked_rem(with).unwrap_or(0),
            };
        }
        value
    }

    fn unary(&mut self) -> i64 {
        for (operator, of) in [("!", 0), ("-", 1), ("~", 2), ("+", 3)] {
            if self.takes(operator) {
                let value = self.unary();
                return match of {
                    0 => (value == 0).into(),
                    1 => value.wrapping_neg(),
                    2 => !value,
                    _ => value,
                };
            }
        }
        if self.takes("(") {
            let value = self.choice();
            self.takes(")");
            return value;
        }
        let Some(token) = self.tokens.get(self.at) else { return 0 };
        self.at += 1;
        match token.kind {
            Kind::Number => number(&token.text).map_or(0, |(value, _)| value as i64),
            Kind::Word if self.peek() == "(" => {
                // A function-like word that nobody defined.
                let mut depth = 0;
                while let Some(token) = self.tokens.get(self.at) {
                    depth += i32::from(token.is("(")) - i32::from(token.is(")"));
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
                0
            }
            _ => 0,
        }
    }
}

/// The value of an integer, and its suffix in small letters.
pub(crate) fn number(text: &str) -> Option<(u64, String)> {
    let small = text.to_ascii_lowercase();
    let digits = small.trim_end_matches(['u', 'l']);
    let suffix = small[digits.len()..].to_owned();
    let value = if let Some(hex) = digits.strip_prefix("0x") {
        u64::from_str_radix(hex, 16)
    } else if let Some(bits) = digits.strip_prefix("0b") {
        u64::from_str_radix(bits, 2)
    } else if digits.len() > 1 && digits.starts_with('0') {
        u64::from_str_radix(&digits[1..], 8)
    } else {
        digits.parse()
    };
    value.ok().map(|value| (value, suffix))
}
