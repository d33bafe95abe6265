// SPDX-License-Identifier: GPL-2.0-only
//! Says whether there is a kernel tree, as the package of the C does.

#[path = "../kernel/build.rs"]
mod kernel_tree;

fn main() {
    kernel_tree::main();
}
