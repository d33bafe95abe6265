// SPDX-License-Identifier: GPL-2.0-only
//! Says whether there is a kernel tree, so that the tests that need one show as ignored without.

use std::env;
use std::path::Path;

pub(crate) fn main() {
    println!("cargo::rustc-check-cfg=cfg(kernel_tree)");
    println!("cargo::rustc-check-cfg=cfg(tree_v6_10)");
    println!("cargo::rerun-if-env-changed=MMDIFF_KERNEL_TREE");
    println!("cargo::rerun-if-env-changed=MMDIFF_TREE_V6_10");
    // The directory, because a file that is not there would be looked for again in every build.
    if Path::new("/usr/src").exists() {
        println!("cargo::rerun-if-changed=/usr/src");
    }
    let is_named = |name: &str| env::var_os(name).is_some_and(|path| !path.is_empty());
    let named = is_named("MMDIFF_KERNEL_TREE");
    let debian = "/usr/src/linux-source-6.12";
    if named || Path::new(debian).exists() || Path::new(&format!("{debian}.tar.xz")).exists() {
        println!("cargo::rustc-cfg=kernel_tree");
    }
    if is_named("MMDIFF_TREE_V6_10") {
        println!("cargo::rustc-cfg=tree_v6_10");
    }
}
