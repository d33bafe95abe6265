// SPDX-License-Identifier: GPL-2.0-only
//! Judges functions of two trees in directories: `relate OLD NEW FILE FUNCTION...`
use mmdiff_c::{Config, Files, Unit};
use mmdiff_relate::{Bounds, Judge};
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
    let [old, new, file, functions @ ..] = args.as_slice() else { return };
    let config = Config::default();
    let files = [old, new].map(|tree| Directory(tree.into(), Default::default()));
    let [Some(mut old), Some(mut new)] = files.each_ref().map(|files| Unit::read(files, &config, file)) else { return println!("no {file}") };
    let all = old.functions();
    let functions = if functions.is_empty() { &all } else { functions };
    let mut bounds = Bounds::default();
    bounds.identity = std::env::var("NOID").is_err();
    let mut judge = Judge::new([&mut old, &mut new], Default::default(), bounds);
    for name in functions {
        let t = std::time::Instant::now();
        match judge.judge(name) {
            Err(refused) => println!("{name}: {refused}"),
            Ok(judged) => {
                println!("{name}: {:?} runs {} turns {} solved {} {:?}", (judged.verdict, judged.differences.len()), judged.runs, judged.turns, judged.solved, t.elapsed());
                if all.len() != functions.len() {
                for d in judged.differences.iter().filter(|d| d.is_first) { println!("  {:?} {:?} {} runs {} confirmed {}", d.lines, d.does, d.what, d.runs, d.is_confirmed); for w in &d.when { println!("     when {} ({}:{})", w.0, w.1.0, w.1.1); } for e in &d.example { println!("     {} = {}", e.0, e.1); } }
                for a in &judged.asks { println!("  asks {} {} {}:{} {}", a.0, a.1, a.2.0, a.2.1, a.3); }
                }
                for o in judged.open.iter().take(3) { println!("  open {} {}", o.0, o.1); }
            }
        }
    }
}
