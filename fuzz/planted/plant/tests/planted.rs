// SPDX-License-Identifier: GPL-2.0-only
//! What is planted in a small port, and what it is called.

use plant::{Planted, demand_by_hand, plant};

const ROWS: &str = "
    rows! {
        /// Whether it is dirty.
        ask FolioTestDirty = folio_test_dirty(folio: Folio) -> bool;
        ask FolioTestLarge = folio_test_large(folio: Folio) -> bool;
        read FolioSize = folio_size(folio: Folio) -> u64;
        effect FolioLock = folio_lock(folio: Folio);
        effect FolioUnlock = folio_unlock(folio: Folio);
        effect Zero = zero(folio: Folio, from: u64, to: u64);
    }
    pub enum Mode { Async, Sync }
    pub const LIMIT: u64 = 4;
";

const PORT: &str = "
    /// Drops it.
    pub fn drop_it<K: Kernel>(k: &mut K, src: Folio, dst: Folio, mode: Mode) -> i32 {
        k.folio_lock(src);
        if k.folio_test_dirty(src) && mode == Mode::Async {
            return -EIO;
        }
        let mut at = half(k.folio_size(dst));
        while at < LIMIT {
            k.zero(dst, at, at + 1);
            at += 1;
            if k.folio_test_large(dst) || at == 3 {
                break;
            }
        }
        k.folio_unlock(src);
        k.folio_unlock(dst);
        0
    }

    const fn half(size: u64) -> u64 {
        (size | 1) >> 1
    }

    pub fn not_ported(a: u64) -> bool {
        a == 1
    }
";

fn planted(port: &str) -> Planted {
    plant(&[ROWS.to_string(), port.to_string()])
}

fn names(port: &str) -> Vec<String> {
    planted(port).mistakes.into_iter().map(|mistake| mistake.name).collect()
}

#[test]
fn each_operator_makes_its_mistake_and_names_it_after_what_is_there() {
    let names = names(PORT);
    for name in [
        "drop_it/negate/folio_test_dirty",
        "drop_it/always/folio_test_dirty",
        "drop_it/never/folio_test_dirty&&mode==Async",
        "drop_it/either/folio_test_dirty&&mode==Async",
        "drop_it/both/folio_test_large||at==3",
        "drop_it/bound/at<LIMIT",
        "drop_it/plus/LIMIT",
        "drop_it/minus/LIMIT",
        "drop_it/plus/3",
        "drop_it/minus/3",
        "drop_it/plus/folio_size",
        "drop_it/reverse/at+1",
        "drop_it/errno/-EIO",
        "drop_it/success/-EIO",
        "drop_it/other/Async",
        "drop_it/other/folio_test_dirty",
        "drop_it/another/src",
        "drop_it/exchange/at,at+1",
        "drop_it/forget/folio_lock",
        "drop_it/forget/at",
        "drop_it/keep/folio_unlock",
        "drop_it/keep/folio_unlock#2",
        "drop_it/swap/folio_unlock,folio_unlock",
        "drop_it/stay/break",
        "half/left/size|1",
        "half/right/size|1",
        "half/reverse/size|1>>1",
    ] {
        assert!(names.iter().any(|it| it == name), "{name} is not of {names:#?}");
    }
    assert!(!names.iter().any(|name| name.starts_with("not_ported")), "{names:#?}");
}

#[test]
fn what_a_tree_has_of_its_own_is_named_after_it() {
    let names = names(
        "pub fn same<S: Side, K: Kernel>(k: &mut K) -> i32 { -EIO }
        impl Tree for PostFix { fn same<S: Side, K: Kernel>(k: &mut K) -> i32 { -EINVAL } }",
    );
    for name in ["same/errno/-EIO", "PostFix::same/errno/-EINVAL"] {
        assert!(names.iter().any(|it| it == name), "{name} is not of {names:#?}");
    }
}

#[test]
fn a_value_that_is_imported_has_others_too() {
    let port = "use Mode::{Async, Sync}; pub fn slow<K: Kernel>(k: &mut K) -> Mode { Sync }";
    assert_eq!(names(port), ["slow/other/Sync"]);
    assert!(planted(port).sources[1].contains("Mode::Async"));
}

#[test]
fn a_helper_is_compiled_once_and_nothing_else_is_touched() {
    let rows = "macro_rules! rows { () => { $(#[inline] fn $name(&mut self) {})* \
                $(#[inline(always)] fn $name<S: Side>() {})* } }";
    let planted = plant(&[rows.to_string()]);
    assert_eq!(planted.sources, [rows.replace("#[inline]", "#[inline(never)]")]);
}

#[test]
fn names_do_not_depend_on_layout_comments_or_files() {
    let plain = PORT
        .replace("if k", "// Why.\n if /* so */ k")
        .replace(";\n", ";\n\n")
        .replace(", ", " ,\n");
    assert_eq!(names(&plain), names(PORT));
    let (first, rest) = PORT.split_at(PORT.find("const fn half").expect("it is there"));
    let mut apart: Vec<String> = plant(&[rest.into(), ROWS.into(), first.into()])
        .mistakes
        .into_iter()
        .map(|mistake| mistake.name)
        .collect();
    let mut together = names(PORT);
    apart.sort();
    together.sort();
    assert_eq!(apart, together);
}

/// What is planted, with the first choice made as if mistake `number` were on; 0 is none.
fn made(planted: &str, at: usize, number: usize) -> String {
    let (before, choice) = planted.split_at(at);
    let (mut depth, mut arms, mut end) = (0, Vec::new(), 0);
    for (place, c) in choice.char_indices() {
        match c {
            '{' => {
                depth += 1;
                if depth == 2 {
                    arms.push((place + 1, place));
                }
            }
            '}' => {
                depth -= 1;
                if depth == 1 {
                    arms.last_mut().expect("it began").1 = place;
                }
                if depth == 0 {
                    end = place + 1;
                    break;
                }
            }
            _ => {}
        }
    }
    let is_made = |&&(from, _): &&(usize, usize)| {
        choice[..from].trim_end_matches(['{', ' ']).ends_with(&format!(" {number} =>"))
    };
    let &(from, to) = arms.iter().find(is_made).or(arms.last()).expect("there is an arm");
    format!("{before}{}{}", &choice[from..to], &choice[end..])
}

/// The tokens of a port, without what only groups.
fn tokens(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
    let text = lines.collect::<String>().replace("crate::turn();", "").replace("const fn", "fn");
    text.chars().filter(|c| !c.is_whitespace() && !"(){}".contains(*c)).collect()
}

/// The same, for all choices.
fn made_all(planted: &str, number: usize) -> String {
    let mut text = planted.to_string();
    while let Some(at) = text.find("match crate::at(") {
        text = made(&text, at, number);
    }
    text
}

#[test]
fn without_a_mistake_the_port_is_what_it_was_and_with_one_it_is_not() {
    let planted = planted(PORT);
    let text = &planted.sources[1];
    assert_eq!(tokens(&made_all(text, 0)), tokens(PORT));
    for (number, mistake) in (1..).zip(&planted.mistakes) {
        assert_ne!(tokens(&made_all(text, number)), tokens(PORT), "{}", mistake.name);
    }
}

#[test]
#[should_panic(expected = "fits no function of the port any more, for none has `k.set_bit")]
fn a_mistake_by_hand_that_fits_nowhere_is_named() {
    demand_by_hand(&planted(PORT).mistakes);
}
