//! Tryout.
use mmdiff::conform::complete::Plan; use mmdiff::conform::*; use mmdiff::explore::Bounds; use std::time::Instant; use std::sync::Arc;
use mmdiff_kernel::*;
fn main(){ let tree=Tree::find(None).unwrap(); let only=std::env::args().nth(1); let folios:u8=std::env::args().nth(2).map_or(1,|x|x.parse().unwrap());
 for pair in &REVISIONS { let t=Instant::now(); let edits=revision::REVISIONS.iter().find(|r|r.0==pair.name).unwrap().1(); let c=Arc::new(Compiled::new(&tree,&edits).unwrap());
 eprintln!("compile {:?}",t.elapsed());
 for name in ["flags","creation","errors","truncation","migration","compaction","ranges","helpers"] { if only.as_deref().is_some_and(|o|o!=name&&o!="all"){continue}
  let t=Instant::now(); let plan=Plan::new(pair,Bounds{folios,..Default::default()},&|n|n==name); let p=t.elapsed(); let done=plan.run(&c,&||());
  for d in &done { println!("{} {} paths {} mismatches {} not judged {} units {} plan {:?} all {:?}",pair.name,d.name(),d.paths,d.mismatches,d.not_judged,plan.units(),p,t.elapsed());
   if let Some(f)=&d.first { let (l,r)=loaded(0,&c,||plan.record(d,f)); println!("{:?}",compare_steps(&l,&r)); for run in [&l,&r]{println!("--"); for e in &run.trace{println!("  {e}");} println!("{:?}",run.steps);} } } } } }
