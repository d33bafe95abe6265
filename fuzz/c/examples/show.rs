// SPDX-License-Identifier: GPL-2.0-only
//! Shows functions of a tree in a directory as flow graphs: `show DIR FILE [FUNCTION...]`; without a
//! function, which of the file's are understood.
use mmdiff_c::{Config, Files, Unit};
use std::path::PathBuf;
use std::rc::Rc;

struct Directory(PathBuf, std::cell::RefCell<std::collections::HashMap<String, Option<Rc<str>>>>);

impl Files for Directory {
    fn text(&self, path: &str) -> Option<Rc<str>> {
        let mut known = self.1.borrow_mut();
        let read = || std::fs::read_to_string(self.0.join(path)).ok().map(Into::into);
        known.entry(path.to_owned()).or_insert_with(read).clone()
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [tree, file, functions @ ..] = args.as_slice() else { return };
    let (files, config) = (Directory(tree.into(), Default::default()), Config::default());
    let Some(mut unit) = Unit::read(&files, &config, file) else { return println!("no {file}") };
    if functions.is_empty() {
        let all = unit.functions();
        let mut good = 0;
        for name in &all {
            match unit.function(name) {
                Some(Ok(_)) => good += 1,
                Some(Err(refused)) => println!("{name}: {refused}"),
                None => println!("{name}: no body"),
            }
        }
        println!("{good} of {} functions", all.len());
    }
    for name in functions {
        match unit.function(name) {
            Some(Ok(function)) => println!("{function}"),
            Some(Err(refused)) => println!("{name}: {refused}"),
            None => println!("{name}: no body"),
        }
    }
}
