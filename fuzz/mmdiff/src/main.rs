//! x
use mmdiff::*;
fn main() {
    let q = oracle::Question { pre: run::Tree::named("pre-fix").unwrap(), post: run::Tree::named("post-fix").unwrap(), intent: oracle::Intent::Fix };
    let a = std::env::args().nth(1).unwrap();
    if let Some((p, hex)) = a.split_once(':') {
        let path = scenario::Path::named(p).unwrap();
        let bytes: Vec<u8> = (0..hex.len()/2).map(|i| u8::from_str_radix(&hex[2*i..2*i+2], 16).unwrap()).collect();
        let s = scenario::Scenario::decode(path, &bytes);
        println!("{s:#?}");
        let j = oracle::judge(&q, &s);
        for (r, n) in [(&j.pre, "pre"), (&j.post, "post")] {
            println!("== {n} {:?} {:?}", r.world.misdeeds, r.world.schedule.done);
            for (i, (range, ret)) in r.steps.iter().enumerate() { println!("step {i} -> {ret}"); for e in &r.trace[range.clone()] { println!("   {e}"); } }
            for f in &r.world.files { println!("size {} cache {:?}\n truth {:?}\n disk {:?}", f.size, f.cache, f.truth, f.disk); }
        }
        for d in &j.divergences { println!("{} {:?}", d.class.signature(), d); }
        return;
    }
    for path in scenario::Path::ALL {
        let t = std::time::Instant::now();
        let plan = check::Plan { paths: vec![path], cases: a.parse().unwrap(), seed: 1, corpus: vec![] };
        let tally = check::run(&q, &plan, &|_| {});
        println!("{path} {:?} {:?}", t.elapsed(), tally.paths);
        for (c, n) in &tally.classes { println!("  {} {} stale {} {}", c.signature(), n.cases, n.stale, n.example.spell()); }
        for (c, n) in &tally.broken { println!("  BROKEN {:?} {}", c, n.spell()); }
    }
}
