// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff diff` and `mmdiff patch`: what a change of a tree does, as the tree's own C tells.

use super::conform::changed;
use mmdiff_kernel::Tree;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;

const FILE: &str = "mm/filemap.c";
const SET: &str = "ret = -ENOSPC;";

/// What the command ends with, and what it says.
fn mmdiff(args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let output = command.args(args).output().expect("mmdiff runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The tree as it is, against the tree in which the only `from` in `filemap_check_errors` is `to`.
fn diff(from: &str, to: &str) -> (Option<i32>, String, String) {
    let [old, new] = [(), ()].map(|()| tempdir().expect("a directory"));
    let (whole, replaced) = function(from, to);
    changed(old.path(), FILE, &whole, &whole);
    changed(new.path(), FILE, &whole, &replaced);
    let [old, new] = [&old, &new].map(|dir| dir.path().to_str().expect("UTF-8"));
    mmdiff(&["diff", old, new, "--cases", "50"])
}

/// `filemap_check_errors`, and the same with one thing replaced.
fn function(from: &str, to: &str) -> (String, String) {
    let tree = Tree::find(None).expect("there is a tree");
    let text = tree.text(FILE).expect("it has the file");
    let start = text.find("int filemap_check_errors(").expect("it has the function");
    let end = start + text[start..].find("\n}\n").expect("it ends");
    let whole = &text[start..end];
    assert_eq!(whole.matches(from).count(), 1, "the change fits");
    (whole.to_owned(), whole.replace(from, to))
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn another_spelling_is_no_difference() {
    let (code, out, err) = diff(SET, "ret = 0 - ENOSPC;");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("NO DIFFERENCE on "), "{out}");
    assert!(out.contains(" filemap_check_errors"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_comment_more_is_the_same_text() {
    let (code, out, err) = diff(SET, "ret = -ENOSPC; /* it is full */");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("SAME TEXT"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_moves_into_a_function_of_the_file_is_judged_with_it() {
    let helper = |errno| {
        let call = "ret = full(mapping);";
        let (whole, replaced) = function(SET, call);
        let full = "static int full(struct address_space *mapping)\n{\n\treturn -";
        let both = format!("{full}{errno};\n}}\n\n{replaced}");
        let [old, new] = [(), ()].map(|()| tempdir().expect("a directory"));
        changed(old.path(), FILE, &whole, &whole);
        changed(new.path(), FILE, &whole, &both);
        let [old, new] = [&old, &new].map(|dir| dir.path().to_str().expect("UTF-8"));
        mmdiff(&["diff", old, new, "--cases", "50"])
    };
    let (code, out, err) = helper("ENOSPC");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("NO DIFFERENCE on ") && out.contains(" full "), "{out}");
    let (code, out, _) = helper("EIO");
    assert_eq!(code, Some(1), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_change_of_a_second_definition_is_not_the_same_text() {
    let second = |errno| format!("int filemap_check_errors(void)\n{{\n\treturn -{errno};\n}}\n");
    let (whole, _) = function(SET, SET);
    let [old, new] = [(), ()].map(|()| tempdir().expect("a directory"));
    for (place, errno) in [(&old, "EIO"), (&new, "ENOSPC")] {
        let text = format!("{whole}\n}}\n{}", second(errno));
        changed(place.path(), FILE, &format!("{whole}\n}}\n"), &text);
    }
    let [old, new] = [&old, &new].map(|dir| dir.path().to_str().expect("UTF-8"));
    let (code, out, err) = mmdiff(&["diff", old, new]);
    assert_eq!((code, err.as_str()), (Some(4), ""), "{out}");
    assert!(out.contains("mm/filemap.c: filemap_check_errors"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_question_more_is_asking_differently_and_passes() {
    let (code, out, err) =
        diff("int ret = 0;", "int ret = 0 * test_bit(AS_EXITING, &mapping->flags);");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("ASKS DIFFERENTLY on "), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn another_error_differs_and_both_trees_show_where() {
    let (code, out, err) = diff(SET, "ret = -EIO;");
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.contains("DIFFERS on "), "{out}");
    assert!(out.contains("-ENOSPC") && out.contains("-EIO"), "{out}");
    assert!(out.contains("the lines of old") && out.contains("the lines of new"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_tree_is_the_same_text_as_itself() {
    let tree = Tree::find(None).expect("there is a tree");
    let tree = tree.origin().to_str().expect("UTF-8");
    let (code, out, _) = mmdiff(&["diff", tree, tree]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("SAME TEXT"), "{out}");
}

/// A mail as `git format-patch` writes it, for a file of the tree.
fn mail(file: &str, patch: &str) -> String {
    format!(
        "From 0123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\n\
         Subject: [PATCH] mm: no functional change\n\nNone is intended.\n---\n {file} | 2 +-\n\n\
         diff --git a/{file} b/{file}\nindex 1..2 100644\n{patch}-- \n2.39.5\n"
    )
}

fn patch(place: &Path, mail: &str) -> (Option<i32>, String, String) {
    let file = place.join("0001.patch");
    fs::write(&file, mail).expect("a file");
    mmdiff(&["patch", file.to_str().expect("UTF-8"), "--cases", "50"])
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_mail_is_the_change_that_it_describes() {
    let (old, new) = function(SET, "ret = -EIO;");
    let tree = Tree::find(None).expect("there is a tree");
    let text = tree.text(FILE).expect("it has the file");
    let changed = text.replace(&old, &new);
    let mut options = diffy::DiffOptions::new();
    options.set_original_filename(format!("a/{FILE}")).set_modified_filename(format!("b/{FILE}"));
    let change = options.create_patch(text, &changed).to_string();
    let place = tempdir().expect("a directory");

    let (code, out, err) = patch(place.path(), &mail(FILE, &change));
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.contains("DIFFERS on "), "{out}");

    let twice = [mail(FILE, &change), mail(FILE, &change)].concat();
    let (code, _, err) = patch(place.path(), &twice);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("0001.patch") && err.contains("does not apply"), "{err}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_a_patch_does_elsewhere_is_not_judged_and_said() {
    let place = tempdir().expect("a directory");
    let change = "--- a/mm/memory.c\n+++ b/mm/memory.c\n@@ -1,2 +1,2 @@\n-one\n+two\n three\n";
    let (code, out, err) = patch(place.path(), &mail("mm/memory.c", change));
    assert_eq!((code, err.as_str()), (Some(4), ""), "{out}");
    assert!(out.contains("NOT JUDGED") && out.contains("mm/memory.c"), "{out}");
}

#[test]
#[cfg(unix)]
fn a_patch_without_an_end_is_refused() {
    let (code, out, err) = mmdiff(&["patch", "/dev/zero"]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("/dev/zero: it is too large"), "{err}");
}

#[test]
fn what_is_no_patch_is_refused_by_its_name() {
    let place = tempdir().expect("a directory");
    let (code, out, err) = patch(place.path(), "no patch\n");
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("0001.patch"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}
