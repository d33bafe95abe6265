// SPDX-License-Identifier: GPL-2.0-only
//! Terms in C's words.

use crate::memory::LOCAL;
use crate::side::PARAMETER;
use mmdiff_term::{Bin, Cmp, Node, Term, Terms, signed};

/// How deep a term is shown.
const DEEP: u32 = 12;

/// How many characters of a term are shown.
const LONG: usize = 160;

/// A term in C's words.
pub(crate) fn show(terms: &Terms, term: Term) -> String {
    let text = deep(terms, term, DEEP);
    match text.char_indices().nth(LONG) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A number, as its width and its size suggest.
pub(crate) fn number(value: u64, width: u8) -> String {
    let with_sign = signed(value, width);
    match value {
        _ if width == 1 => value.to_string(),
        _ if with_sign < 0 && with_sign > -70_000 => with_sign.to_string(),
        0..=65_535 => value.to_string(),
        _ => format!("{value:#x}"),
    }
}

fn deep(terms: &Terms, term: Term, left: u32) -> String {
    if left == 0 {
        return "…".to_owned();
    }
    let of = |term: Term| deep(terms, term, left - 1);
    match terms.node(term) {
        Node::Const(value) => number(*value, terms.width(term)),
        Node::App(name, args) => app(terms, terms.text(*name), args, left),
        Node::Sum(sum, constant) => {
            let mut text = String::new();
            let width = terms.width(term);
            for (part, factor) in sum {
                let factor = signed(*factor, width);
                let sign = match (text.is_empty(), factor < 0) {
                    (true, true) => "-",
                    (true, false) => "",
                    (false, true) => " - ",
                    (false, false) => " + ",
                };
                text.push_str(sign);
                if factor.unsigned_abs() != 1 {
                    text.push_str(&format!("{} * ", factor.unsigned_abs()));
                }
                text.push_str(&of(*part));
            }
            match signed(*constant, width) {
                0 => {}
                plus if plus > 0 => text.push_str(&format!(" + {}", number(plus as u64, 64))),
                minus => text.push_str(&format!(" - {}", number(minus.unsigned_abs(), 64))),
            }
            format!("({text})")
        }
        Node::Bin(op, a, b) => format!("({} {} {})", of(*a), operator(*op), of(*b)),
        Node::Cmp(cmp, a, b) => {
            let sign = match cmp {
                Cmp::Eq => "==",
                Cmp::Less | Cmp::LessSigned => "<",
            };
            let kind = if *cmp == Cmp::LessSigned { "(signed) " } else { "" };
            format!("{kind}{} {sign} {}", of(*a), of(*b))
        }
        Node::Not(a) => format!("!({})", of(*a)),
        Node::Extend { of: a, .. } | Node::Truncate(a) => of(*a),
        Node::Choose(c, a, b) => format!("({} ? {} : {})", of(*c), of(*a), of(*b)),
    }
}

fn operator(op: Bin) -> &'static str {
    match op {
        Bin::Mul => "*",
        Bin::And => "&",
        Bin::Or => "|",
        Bin::Xor => "^",
        Bin::ShiftLeft => "<<",
        Bin::ShiftRight | Bin::ShiftRightSigned => ">>",
        Bin::Div | Bin::DivSigned => "/",
        Bin::Rem | Bin::RemSigned => "%",
    }
}

/// An answer: the question without when it was asked.
fn app(terms: &Terms, name: &str, args: &[Term], left: u32) -> String {
    let of = |term: &Term| deep(terms, *term, left - 1);
    let plain = name.split(['@', '#']).next().unwrap_or(name);
    let plain = plain.split(" with ").next().unwrap_or(plain);
    if let Some(parameter) = name.strip_prefix(PARAMETER) {
        return parameter.rsplit(' ').next().unwrap_or(parameter).to_owned();
    }
    if let Some(local) = name.strip_prefix(LOCAL) {
        let var = local.split_once('.').map_or(local, |(_, var)| var);
        return format!("&{}", var.split(' ').next().unwrap_or(var));
    }
    if let Some(local) = plain.strip_prefix("local ") {
        return local.to_owned();
    }
    let base = |path: &str| {
        let Some((object, indices)) = args.split_first() else { return path.to_owned() };
        let mut indices = indices.iter();
        let mut text = of(object);
        let arrow = path.strip_prefix('.').unwrap_or(path);
        let is_address = text.starts_with('&') && !text.contains("->");
        text = match (is_address, arrow.is_empty()) {
            (true, true) => text[1..].to_owned(),
            (true, false) => format!("{}.{arrow}", &text[1..]),
            (false, true) => format!("*{text}"),
            (false, false) if arrow.starts_with('[') => format!("{text}{arrow}"),
            (false, false) => format!("{text}->{arrow}"),
        };
        while let Some(at) = text.find("[]") {
            let index = indices.next().map_or_else(|| "?".to_owned(), of);
            text.replace_range(at..at + 2, &format!("[{index}]"));
        }
        text
    };
    if let Some(path) = plain.strip_prefix("->") {
        return base(path);
    }
    if let Some(path) = plain.strip_prefix("&.") {
        return format!("&{}", base(&format!(".{path}")));
    }
    if plain == "&[]" {
        return format!("&{}", base("[]"));
    }
    if let Some(member) = plain.strip_prefix("container_of.") {
        return format!(
            "container_of({}, {member})",
            args.iter().map(of).collect::<Vec<_>>().join(", ")
        );
    }
    if let Some(path) = plain.strip_prefix("value") {
        return args
            .first()
            .map_or_else(|| plain.to_owned(), |object| format!("{}{path}", of(object)));
    }
    let name = plain
        .trim_end_matches("()")
        .strip_suffix(" of a folio")
        .unwrap_or(plain.trim_end_matches("()"));
    if args.is_empty() {
        return match plain.ends_with("()") {
            true => plain.to_owned(),
            false => {
                name.strip_prefix("&\"").map_or_else(|| name.to_owned(), |text| format!("\"{text}"))
            }
        };
    }
    let shown: Vec<_> = args.iter().take(6).map(of).collect();
    format!("{name}({})", shown.join(", "))
}
