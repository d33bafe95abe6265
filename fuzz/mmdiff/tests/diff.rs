// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff diff` and `mmdiff patch`: what a change of a tree does, as the tree's own C tells.

use mmdiff_kernel::tree::whole::Whole as Tree;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;

const FILE: &str = "mm/truncate.c";
/// A condition that stands once in the file, in `try_folio_split_or_unmap`.
const CONDITION: &str = "if (ret && !shmem_mapping(folio->mapping)) {";

/// What the command ends with, and what it says.
fn mmdiff(args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let output = command.args(args).output().expect("mmdiff runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The mail of a change of the tree's file.
fn change(from: &str, to: &str) -> String {
    let tree = Tree::find(None).expect("there is a tree");
    let text = tree.text(FILE).expect("it has the file");
    assert_eq!(text.matches(from).count(), 1, "the change fits");
    let mut options = diffy::DiffOptions::new();
    options.set_original_filename(format!("a/{FILE}")).set_modified_filename(format!("b/{FILE}"));
    mail(FILE, &options.create_patch(&text, &text.replace(from, to)).to_string())
}

/// What the tree with a change comes to.
fn changed(from: &str, to: &str) -> (Option<i32>, String, String) {
    let place = tempdir().expect("a directory");
    patch(place.path(), &change(from, to), &[])
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_does_not_fit_the_trees_of_what_is_said_of_names_is_one_clear_error() {
    let place = tempdir().expect("a directory");
    let mail = change(CONDITION, "if (ret && shmem_mapping(folio->mapping)) {");
    for (option, name, said) in [
        ("--same", "folio_lock", "it takes two names"),
        ("--same", "nobody_has_it=b", "neither tree has nobody_has_it"),
        ("--same", "folio_lock=folio_unlock", "one of the trees has both"),
        ("--pure", "nobody_has_it", "neither tree has such a function"),
    ] {
        let (code, out, err) = patch(place.path(), &mail, &[option, name]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains(said) && err.lines().count() == 1, "{err}");
    }
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn another_spelling_is_the_same_behaviour() {
    let (code, out, err) =
        changed(CONDITION, "if (!ret)\n\t\treturn ret;\n\tif (!shmem_mapping(folio->mapping)) {");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("SAME BEHAVIOUR.") && out.contains(" try_folio_split_or_unmap"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_comment_more_is_the_same_text() {
    let (code, out, err) =
        changed(CONDITION, "if (ret && /* not split */ !shmem_mapping(folio->mapping)) {");
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("SAME TEXT in all functions."), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_differs_is_told_with_the_condition_and_the_lines_of_both() {
    let (code, out, err) =
        changed(CONDITION, "if (ret == -EBUSY && !shmem_mapping(folio->mapping)) {");
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.contains("DIFFERS."), "{out}");
    for said in
        ["1. try_folio_split_or_unmap   mm/truncate.c:", "!(ret == -EBUSY)", "   old ", "   new "]
    {
        assert!(out.contains(said), "{said}: {out}");
    }
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_question_more_is_asking_differently_and_passes() {
    let (code, out, err) = changed(
        CONDITION,
        "if (folio_test_dirty(folio) * 0 + ret && !shmem_mapping(folio->mapping)) {",
    );
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("ASKS DIFFERENTLY; does and returns the same."), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_changed_line_that_no_run_comes_to_is_not_judged() {
    let (code, out, err) = changed(
        CONDITION,
        "if (0 && ret)\n\t\tfolio_lock(folio);\n\tif (ret && !shmem_mapping(folio->mapping)) {",
    );
    assert_eq!((code, err.as_str()), (Some(4), ""), "{out}");
    assert!(out.contains("(new): no run comes to it"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_program_is_told_the_same() {
    let place = tempdir().expect("a directory");
    let (code, out, _) = patch(
        place.path(),
        &change(CONDITION, "if (ret == -EBUSY && !shmem_mapping(folio->mapping)) {"),
        &["--format", "json"],
    );
    assert_eq!(code, Some(1), "{out}");
    let said: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(said["verdict"], "differs");
    let schema = Command::new(env!("CARGO_BIN_EXE_mmdiff"))
        .args(["schema", "diff"])
        .output()
        .expect("mmdiff runs");
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).expect("JSON");
    assert!(jsonschema::is_valid(&schema, &said), "{out}");
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

fn patch(place: &Path, mail: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let file = place.join("0001.patch");
    fs::write(&file, mail).expect("a file");
    mmdiff(&[&["patch", file.to_str().expect("UTF-8")], more].concat())
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_patch_that_does_not_apply_is_refused_with_its_file() {
    let place = tempdir().expect("a directory");
    let mail = change(CONDITION, "if (ret == -EBUSY && !shmem_mapping(folio->mapping)) {");
    let (code, out, err) = patch(place.path(), &[mail.clone(), mail].concat(), &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(
        err.contains("0001.patch") && err.contains("mm/truncate.c: it does not apply"),
        "{err}"
    );
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_header_that_nobody_reads_is_not_the_same() {
    let place = tempdir().expect("a directory");
    let change =
        "--- /dev/null\n+++ b/include/linux/nobodys.h\n@@ -0,0 +1,1 @@\n+#define NOBODYS 1\n";
    let change = change.replace("--- /dev/null", "new file mode 100644\n--- /dev/null");
    let (code, out, err) = patch(place.path(), &mail("include/linux/nobodys.h", &change), &[]);
    assert_eq!((code, err.as_str()), (Some(4), ""), "{out}");
    assert!(out.contains("include/linux/nobodys.h: not looked at"), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_patch_for_a_file_that_the_tree_has_not_is_refused() {
    let place = tempdir().expect("a directory");
    let change = "--- a/mm/nowhere.c\n+++ b/mm/nowhere.c\n@@ -1,2 +1,2 @@\n-one\n+two\n three\n";
    let (code, out, err) = patch(place.path(), &mail("mm/nowhere.c", change), &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("mm/nowhere.c: the tree has no such file"), "{err}");
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
    let (code, out, err) = patch(place.path(), "no patch\n", &[]);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("0001.patch"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

/// A git repository with a commit for each text of a file, beside a header that makes it a kernel.
fn repository(place: &Path, texts: &[&str]) {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(place).args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(args);
        assert!(git.output().expect("git runs").status.success(), "git {args:?}");
    };
    for folder in ["mm", "include/linux"] {
        fs::create_dir_all(place.join(folder)).expect("a folder");
    }
    fs::write(place.join("include/linux/mm.h"), "").expect("a file");
    git(&["init", "--quiet"]);
    for (number, text) in texts.iter().enumerate() {
        fs::write(place.join(FILE), text).expect("a file");
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", &format!("commit {number}")]);
    }
}

#[test]
fn each_commit_of_a_range_is_told_in_a_line() {
    let place = tempdir().expect("a directory");
    let texts = [
        "int f(int n) { return n * 2; }\n",
        "int f(int n) { return n + n; }\n",
        "int f(int n) { return n + n; } /* twice */\n",
        "int f(int n) { return n + n + 1; }\n",
        "int f(int n) { return 1 + 2 * n; }\n",
    ];
    repository(place.path(), &texts);
    let tree = place.path().to_str().expect("UTF-8");
    let (code, out, err) = mmdiff(&["log", "HEAD~4..", "--tree", tree]);
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    let told: Vec<&str> = out.lines().filter_map(|line| Some(line.split_once(' ')?.1)).collect();
    let wanted = [
        "same behaviour | commit 1",
        "same text | commit 2",
        "differs: f | commit 3",
        "same behaviour | commit 4",
    ];
    assert_eq!(told, wanted);
    let (code, out, _) = mmdiff(&["log", "HEAD~4..", "--tree", tree, "--first"]);
    assert_eq!(code, Some(1));
    assert!(
        out.lines().count() == 4 && out.ends_with("1 later commits were not looked at.\n"),
        "{out}"
    );
    let (code, out, _) = mmdiff(&["log", "HEAD~4..HEAD~2", "--tree", tree, "--format", "json"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("\"mmdiff-log-1\"") && out.contains("\"left\": 0"), "{out}");
}

#[test]
fn a_range_that_there_is_not_is_refused() {
    let place = tempdir().expect("a directory");
    repository(place.path(), &["int f(int n) { return n; }\n"]);
    let tree = place.path().to_str().expect("UTF-8");
    for range in ["v1..v2", "--output=x"] {
        let (code, out, err) = mmdiff(&["log", "--tree", tree, "--", range]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
}
