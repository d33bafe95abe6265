// SPDX-License-Identifier: GPL-2.0-only
//! `mmdiff conform`: equal is 0, a planted mistake is 1 with both traces and the lines of the C, and
//! what cannot be run is said.

use mmdiff_kernel::Tree;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the command ends with, and what it says.
fn conform(args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmdiff"));
    let output = command.arg("conform").args(args).output().expect("mmdiff runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The paths that take no time.
const QUICK: [&str; 15] = [
    "--path",
    "flags",
    "--path",
    "errors",
    "--path",
    "migration",
    "--path",
    "creation",
    "--path",
    "helpers",
    "--cases",
    "200",
    "--revision",
    "v6.12",
    "--no-coverage",
];

fn quick(args: &[&str]) -> (Option<i32>, String, String) {
    conform(&[&QUICK, args].concat())
}

/// Puts the tree into a directory, with a change to one of its files that has to fit.
pub(crate) fn changed(place: &Path, file: &str, from: &str, to: &str) {
    let tree = Tree::find(None).expect("there is a tree");
    for name in mmdiff_kernel::tree::FILES {
        let Some(text) = tree.text(name) else { continue };
        let path = place.join(name);
        fs::create_dir_all(path.parent().expect("it is in a directory")).expect("a directory");
        let text = match *name == file {
            true => {
                assert_eq!(text.matches(from).count(), 1, "the change fits");
                text.replace(from, to)
            }
            false => text.to_owned(),
        };
        fs::write(path, text).expect("a file");
    }
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn the_port_and_the_c_are_equal() {
    let (code, out, err) = quick(&[]);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    assert!(out.contains("NO MISMATCH on"), "{out}");
    assert!(
        out.contains("all that there are OVER LISTED VALUES, within: 1 folio, races free"),
        "{out}"
    );
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_planted_mistake_is_shown_in_both_traces_with_its_lines() {
    let place = tempfile::tempdir().expect("a directory");
    changed(
        place.path(),
        "mm/migrate.c",
        "rc != AOP_WRITEPAGE_ACTIVATE",
        "rc == AOP_WRITEPAGE_ACTIVATE",
    );
    let tree = place.path().to_str().expect("UTF-8");
    let (code, out, err) = quick(&["--tree", tree]);
    assert_eq!((code, err.as_str()), (Some(1), ""), "{out}");
    assert!(out.contains("DIFFERENT: "), "{out}");
    for function in ["writeout", "fallback_migrate_folio", "move_to_new_folio"] {
        assert!(out.contains(&format!("different: {function}, on")), "{function}: {out}");
    }
    // The lock is what they part in: the kernel relocks what was unlocked, the mutant what was not.
    let heads = |line: &str| line.starts_with("  v6.12 ") && line.contains("v6.12 in C");
    assert!(out.lines().any(heads), "{out}");
    assert!(out.contains("=> folio_lock(folio0)"), "{out}");
    assert!(out.contains("the lines of v6.12 in C"), "{out}");
    let written =
        out.lines().find(|line| line.contains("mm/migrate.c:") && line.contains("writepage"));
    assert!(written.is_some(), "{out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_mistake_that_takes_the_simulated_world_is_found_in_scenarios() {
    let place = tempfile::tempdir().expect("a directory");
    changed(place.path(), "mm/filemap.c", "ret = -ENOSPC", "ret = -EIO");
    let tree = place.path().to_str().expect("UTF-8");
    let (code, out, _) =
        conform(&["--tree", tree, "--path", "errors", "--cases", "200", "--no-coverage"]);
    assert_eq!(code, Some(1), "{out}");
    let shown = out.lines().filter(|line| line.starts_with("MISMATCH in v6.12: errors:")).count();
    assert_eq!(shown, 2, "a path and a scenario: {out}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_function_with_an_unknown_helper_is_named_and_the_others_are_judged() {
    let place = tempfile::tempdir().expect("a directory");
    let (from, to) = ("rc != AOP_WRITEPAGE_ACTIVATE", "rc != folio_newly_invented(folio)");
    changed(place.path(), "mm/migrate.c", from, to);
    let tree = place.path().to_str().expect("UTF-8");
    let (code, out, err) = quick(&["--tree", tree]);
    assert_eq!(code, Some(2), "{out}");
    assert!(out.contains("in writeout: the shim has no helper folio_newly_invented"), "{out}");
    assert!(out.contains("mm/migrate.c:"), "{out}");
    assert!(out.contains("NO MISMATCH on"), "{out}");
    assert!(out.contains(" paths of migration, for a function that cannot be run"), "{out}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.contains("writeout of v6.12"), "{err}");
    assert!(!err.contains("filemap_check_errors"), "{err}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn any_number_of_threads_says_the_same() {
    let [one, three] = ["1", "3"].map(|n| quick(&["--threads", n, "--format", "json"]));
    assert_eq!(one, three);
    let report: serde_json::Value = serde_json::from_str(&one.1).expect("JSON");
    assert_eq!((one.0, &report["verdict"]), (Some(0), &"equal".into()));
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn what_of_the_c_is_not_reached_is_listed_with_the_reason() {
    let (code, out, _) = conform(&["--path", "errors", "--path", "migration", "--cases", "100"]);
    assert_eq!(code, Some(0), "{out}");
    let row = out.lines().find(|line| line.trim_start().starts_with("mm/filemap.c"));
    let reached =
        row.and_then(|row| row.split_whitespace().nth(1).zip(row.split_whitespace().nth(3)));
    assert!(reached.is_some_and(|(reached, all)| reached == all), "{out}");
    assert!(out.contains("not reached in __migrate_folio: private data moves"), "{out}");
    assert!(out.contains("not reached in truncate_inode_folio: these runs"), "{out}");
}

#[test]
fn without_a_tree_one_line_says_how_to_get_one() {
    let (code, out, err) = conform(&["--tree", "/nonexistent/linux"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(
        err.contains("/nonexistent/linux") && err.contains("apt-get install linux-source"),
        "{err}"
    );
}

#[test]
fn a_directory_that_is_no_kernel_is_refused() {
    let place = tempfile::tempdir().expect("a directory");
    let (code, out, err) = conform(&["--tree", place.path().to_str().expect("UTF-8")]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("no kernel tree"), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_tree_that_lacks_a_header_is_refused_by_its_name() {
    let place = tempfile::tempdir().expect("a directory");
    changed(place.path(), "mm/filemap.c", "ret = -ENOSPC", "ret = -EIO");
    fs::remove_file(place.path().join("include/linux/pagevec.h")).expect("it is there");
    let (code, out, err) = conform(&["--tree", place.path().to_str().expect("UTF-8")]);
    assert_eq!((code, out.as_str(), err.lines().count()), (Some(2), "", 1), "{err}");
    assert!(err.contains("has no include/linux/pagevec.h"), "{err}");
}

#[test]
fn a_revision_without_c_is_refused() {
    let (code, out, err) = conform(&["--revision", "v6.10"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("there are: v6.12, v6.12-pre-fix, pre-fix, post-fix"), "{err}");
}

#[test]
#[cfg_attr(not(kernel_tree), ignore = "no kernel tree: apt-get install linux-source-6.12")]
fn a_revision_is_not_judged_on_another_tree_than_its_own() {
    let place = tempfile::tempdir().expect("a directory");
    changed(place.path(), "mm/filemap.c", "ret = -ENOSPC", "ret = -EIO");
    let tree = place.path().to_str().expect("UTF-8");
    let (code, out, err) = conform(&["--tree", tree, "--revision", "v6.12,pre-fix"]);
    assert_eq!((code, out.as_str(), err.lines().count()), (Some(2), "", 1), "{err}");
    assert!(err.contains("pre-fix is made from v6.10-rc5, and this tree is another"), "{err}");
    let fs_h = Tree::read(place.path()).expect("a tree").blob("include/linux/fs.h").expect("it is");
    assert!(err.contains(&format!("include/linux/fs.h is {fs_h}, not 0283cf366c2a")), "{err}");
}

#[test]
#[cfg_attr(not(tree_v6_10), ignore = "no tree of v6.10-rc5: name one in MMDIFF_TREE_V6_10")]
fn the_default_pair_is_equal_to_its_c() {
    let tree = std::env::var("MMDIFF_TREE_V6_10").expect("the test is ignored without");
    let paths = QUICK.iter().filter(|word| !word.starts_with("v6.12") && **word != "--revision");
    let args: Vec<&str> = paths.copied().chain(["--tree", &tree]).collect();
    let (code, out, err) = conform(&args);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    for (revision, truncate) in [("pre-fix", "60388935086d"), ("post-fix", "581977d2356f")] {
        let row = format!("  {revision} is v6.10-rc5 to the byte, with changes in ");
        let row = out.lines().find(|line| line.starts_with(&row));
        assert!(row.is_some_and(|row| row.contains(&format!("truncate.c {truncate}"))), "{out}");
    }
}
