// SPDX-License-Identifier: GPL-2.0-only
//! Inline helpers of mm: who may be evicted, and whose filesystem must be told.

use crate::script::{F, M, Script, all_answers};
use mmcore::tree::{PostFix, PreFix, V6_12};
use mmcore::{CallId, Folio, Mapping, Side};

#[test]
fn a_folio_is_evictable_unless_its_mapping_or_mlock_says_no() {
    for [has_mapping, unevictable, mlocked] in all_answers() {
        let mut k = Script::new()
            .when(CallId::FolioMapping, has_mapping.then_some(M))
            .when(CallId::FolioTestMlocked, mlocked)
            .flags_are(M, if unevictable { 1 << 3 } else { !(1 << 3) });
        let pinned_by_mapping = has_mapping && unevictable;
        assert_eq!(V6_12::folio_evictable(&mut k, F), !pinned_by_mapping && !mlocked);

        let mut calls = vec!["rcu_read_lock()", "folio_mapping(folio7)"];
        if has_mapping {
            calls.push("test_bit(mapping1, 3)");
        }
        if !pinned_by_mapping {
            calls.push("folio_test_mlocked(folio7)");
        }
        calls.push("rcu_read_unlock()");
        assert_eq!(k.calls(), calls, "the mapping is read inside the RCU section");
    }
}

type NeedsRelease = fn(&mut Script, Folio) -> bool;

#[test]
fn a_filesystem_is_told_of_private_data_or_if_it_always_wants_to_know() {
    let trees: [(NeedsRelease, u32); 3] = [
        (PreFix::folio_needs_release, 7),
        (PostFix::folio_needs_release, 7),
        (V6_12::folio_needs_release, 6),
    ];
    for (needs_release, bit) in trees {
        for [has_mapping, always, private] in all_answers() {
            let mapping: Option<Mapping> = has_mapping.then_some(M);
            let mut k = Script::new()
                .when(CallId::FolioMapping, mapping)
                .when(CallId::FolioHasPrivate, private)
                .flags_are(M, if always { 1 << bit } else { !(1 << bit) });
            assert_eq!(needs_release(&mut k, F), private || has_mapping && always);
            let asks_the_mapping = has_mapping && !private;
            assert_eq!(k.made(&format!("test_bit(mapping1, {bit})")), asks_the_mapping);
            assert_eq!(k.effects(), [""; 0]);
        }
    }
}
