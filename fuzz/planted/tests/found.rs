// SPDX-License-Identifier: GPL-2.0-only
//! Every planted mistake is found, within the bounds that the table names and within no smaller ones.

use planted::mistakes::{self, Hidden, Mistake};
use planted::{LADDER, finds, smallest, table};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

/// A mistake is switched on for the whole process, so one test is run at a time.
static SWITCH: Mutex<()> = Mutex::new(());

fn file() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "FOUND.md"].iter().collect()
}

fn committed() -> String {
    std::fs::read_to_string(file()).expect("FOUND.md is there")
}

fn name(number: usize, mistake: &Mistake) -> String {
    format!("{number}: {}, {}: {}", mistake.file, mistake.function, mistake.what)
}

#[test]
fn the_table_is_that_of_the_list() {
    let (mistakes, text) = (mistakes::all(), committed());
    let found = table::read(&text).expect("a table");
    assert_eq!(mistakes.len(), found.len(), "run {}", table::BLESS);
    let rendered = table::render(&mistakes, &found);
    // What finds each is known, and only words have changed.
    if std::env::var_os("PLANTED_BLESS").is_some() {
        std::fs::write(file(), &rendered).expect("it can be written");
    }
    assert!(rendered == text, "run {}", table::BLESS);
    for ((number, mistake), rung) in (1..).zip(&mistakes).zip(found) {
        assert_eq!(
            rung.is_none(),
            matches!(mistake.hidden, Some(Hidden::None(_) | Hidden::Missed(_))),
            "{}",
            name(number, mistake)
        );
    }
}

/// The port without a mistake does not differ from itself: it is the mistakes that are found.
#[test]
fn without_a_mistake_nothing_is_found() {
    let _alone = SWITCH.lock().unwrap_or_else(|poison| poison.into_inner());
    for file in [
        "mm/truncate.rs",
        "mm/migrate.rs",
        "virt/kvm/guest_memfd.rs",
        "mm/filemap.rs",
        "mm/compaction.rs",
    ] {
        let nothing = Mistake { file, ..mistakes::all()[0] };
        assert!(!finds(0, &nothing, LADDER[0]), "{file}");
    }
}

/// What the table says that one folio finds is found with one folio. That nothing smaller finds it,
/// and what takes more, the next test looks at: it is slow.
#[test]
fn each_mistake_that_takes_one_folio_is_found_with_one() {
    let _alone = SWITCH.lock().unwrap_or_else(|poison| poison.into_inner());
    let found = table::read(&committed()).expect("a table");
    let mut lost = Vec::new();
    for ((number, mistake), rung) in (1..).zip(&mistakes::all()).zip(found) {
        let Some(bounds) = rung.map(|rung| LADDER[rung]).filter(|bounds| bounds.folios == 1) else {
            continue;
        };
        let began = Instant::now();
        if !finds(number, mistake, bounds) {
            lost.push(name(number, mistake));
        }
        println!("{}: {:.1?}", name(number, mistake), began.elapsed());
    }
    assert!(lost.is_empty(), "not found any more: {lost:#?}");
}

#[test]
#[ignore = "looks for every mistake with every bound, up to four folios, and takes half an hour: \
            cargo test --release --manifest-path fuzz/planted/Cargo.toml -- --ignored --nocapture; with PLANTED_BLESS=1 it writes FOUND.md"]
fn each_mistake_is_found_by_the_smallest_bounds_that_the_table_names() {
    let _alone = SWITCH.lock().unwrap_or_else(|poison| poison.into_inner());
    let mistakes = mistakes::all();
    let mut found = Vec::new();
    for (number, mistake) in (1..).zip(&mistakes) {
        let began = Instant::now();
        let rung = smallest(number, mistake);
        println!("{} by {rung:?}, {:.1?}", name(number, mistake), began.elapsed());
        found.push(rung);
    }
    let text = table::render(&mistakes, &found);
    if std::env::var_os("PLANTED_BLESS").is_some() {
        std::fs::write(file(), &text).expect("it can be written");
    }
    assert!(text == committed(), "run {}", table::BLESS);
}
