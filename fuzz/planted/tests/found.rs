// SPDX-License-Identifier: GPL-2.0-only
//! Every planted mistake is found.
use planted::{LADDER, mistakes};
use std::time::Instant;

#[test]
fn probe() {
    for (number, mistake) in (1..).zip(mistakes::all()) {
        let began = Instant::now();
        let rung = planted::smallest(number, &mistake, 4);
        let bounds = rung.map_or("none".to_string(), |rung| LADDER[rung].to_string());
        println!("{number} {} {}: {bounds} {:?}", mistake.function, mistake.what, began.elapsed());
    }
}
