// SPDX-License-Identifier: GPL-2.0-only
//! Small trees of our own.

use mmdiff_c::Files;
use mmdiff_relate::trees::{Outcome, Settings, compare};
use mmdiff_relate::{Judged, Verdict};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What every file begins with.
pub(crate) const HEAD: &str = "
typedef unsigned long pgoff_t;
typedef long long loff_t;
struct list { struct list *next; };
struct folio { unsigned long flags; pgoff_t index; struct mapping *mapping; };
struct control { unsigned long pfn; unsigned int nr; int mode; _Bool abort; struct mapping *mapping; };
struct mapping { unsigned long flags; int (*drop)(struct folio *); };
void folio_lock(struct folio *);
void folio_unlock(struct folio *);
void put(struct folio *);
int drop(struct folio *, pgoff_t);
struct folio *next(struct control *);
_Bool folio_test_dirty(struct folio *);
";

pub(crate) const FILE: &str = "mm/small.c";

/// A tree of one file.
pub(crate) struct One(pub(crate) String);

impl Files for One {
    fn text(&self, path: &str) -> Option<Arc<str>> {
        (path == FILE).then(|| self.0.as_str().into())
    }
}

/// What `f` comes to, of two texts that define it.
pub(crate) fn outcome(old: &str, new: &str) -> Outcome {
    let [old, new] = [old, new].map(|text| One(format!("{HEAD}{text}")));
    let changed = BTreeSet::from([FILE.to_owned()]);
    let compared = compare([&old, &new], FILE, &changed, &Settings::default());
    let function = compared.functions.into_iter().find(|it| it.name == "f").expect("there is an f");
    function.outcome
}

/// The same, where it is judged.
pub(crate) fn judged(old: &str, new: &str) -> Judged {
    match outcome(old, new) {
        Outcome::Judged(judged) => *judged,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn verdict(old: &str, new: &str) -> Verdict {
    let judged = judged(old, new);
    println!("{:#?} {:#?} {:#?}", judged.differences, judged.asks, judged.open);
    judged.verdict
}

/// Asserts that two texts do the same.
pub(crate) fn same(old: &str, new: &str) {
    assert_eq!(verdict(old, new), Verdict::SameBehaviour, "{old}\n{new}");
}

pub(crate) fn differs(old: &str, new: &str) {
    assert_eq!(verdict(old, new), Verdict::Differs, "{old}\n{new}");
}
