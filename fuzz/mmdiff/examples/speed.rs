//! x
use mmdiff::explore::*; use mmdiff::oracle::*; use mmdiff::run::TREES;
fn main(){
 for n in [1] { for s in [Settings::Realizable] { scan(Bounds{folios:n,settings:s,..Bounds::default()}); } }

 let q=Question{pre:&TREES[0],post:&TREES[1],intent:Intent::Fix};

 for path in PATHS {
  if path==mmdiff::scenario::Path::Compaction {continue}
  let t=std::time::Instant::now();
  let mut j=joint::Joint::new(&q,Bounds::default(),path);
  let mut tape=Tape::default(); let mut n=0u64; let mut d=std::collections::HashSet::new(); let mut cl=std::collections::BTreeMap::new();
  loop { let m=j.run(&mut tape); n+=1; if n%4000000==0 {eprintln!("{n} {}",tape.choices().len()); for c in tape.choices(){eprint!("{}={}/{} ",c.var,c.got,c.of)} eprintln!(); if n>=40000000{break}} d.insert(m.decision); for c in m.classes {*cl.entry(c.signature()).or_insert(0u64)+=1}
   if !tape.advance(){break} }
  let e=t.elapsed().as_secs_f64();
  println!("{path}: {n} paths, {} decisions {:.2}s {:.2} M/s bits {:x?}\n {cl:#?}",d.len(),e,n as f64/e/1e6,j.bits_read);
 }
}

fn scan(b:Bounds){
 use std::collections::*;
 let q=Question{pre:&TREES[0],post:&TREES[1],intent:Intent::Fix};
 let t=std::time::Instant::now();
 let mut j=joint::Joint::new(&q,b,mmdiff::scenario::Path::Compaction);
 let mut tape=Tape::default();
 let mut todo:BTreeMap<u64,HashMap<scan::Head,u128,rustc_hash::FxBuildHasher>>=BTreeMap::new();
 let mut runs=0u64; let mut total=0u128; let mut states=0u64; let mut dec=HashSet::with_hasher(rustc_hash::FxBuildHasher); let mut cl=0;
 loop { let m=j.begin_scan(&mut tape); runs+=1;  dec.insert(m.decision); cl+=m.classes.len();
   match m.next {Some(h)=>*todo.entry(h.low_pfn()).or_default().entry(h).or_insert(0)+=1, None=>total+=1}
   if !tape.advance(){break} }
 println!("begin: {runs} runs, {} heads", todo.values().map(|m|m.len()).sum::<usize>());
 while let Some((_,heads))=todo.pop_first() {
   for (h,n) in heads { states+=1; let mut tape=Tape::default();
     loop { let m=j.turn(&h,&mut tape); runs+=1; dec.insert(m.decision); cl+=m.classes.len();
       match m.next {Some(x)=>*todo.entry(x.low_pfn()).or_default().entry(x).or_insert(0)+=n, None=>total+=n}
        if !tape.advance(){break} } } }
 let e=t.elapsed().as_secs_f64();
 println!("{b}: {states} states, {runs} turns stand for {total} paths, {} decisions, {cl} div, {e:.2}s {:.2} M/s bits {:x?}",dec.len(),runs as f64/e/1e6,j.bits_read);
}
