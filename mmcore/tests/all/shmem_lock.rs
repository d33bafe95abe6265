// SPDX-License-Identifier: GPL-2.0-only
//! SHM_LOCK and SHM_UNLOCK: what they charge, what they mark, and who gets the folios back.

use crate::script::{M, Script, all_answers};
use mmcore::errno::ENOMEM;
use mmcore::tree::V6_12;
use mmcore::{Call, CallId, Entry, Folio, Oops, Side, Site};

fn folio(number: u16) -> (u64, Entry) {
    (u64::from(number), Entry::Folio(Folio(number)))
}

#[test]
fn locking_charges_then_marks_and_unlocking_undoes_both() {
    const LOCK: [&str; 3] =
        ["user_shm_lock(mapping1)", "set_shmem_vm_locked(mapping1, yes)", "set_bit(mapping1, 3)"];
    const UNLOCK: [&str; 3] = [
        "user_shm_unlock(mapping1)",
        "set_shmem_vm_locked(mapping1, no)",
        "clear_bit(mapping1, 3)",
    ];
    for [lock, locked, charged, ucounts] in all_answers() {
        let mut k =
            Script::new().when(CallId::ShmemVmLocked, locked).when(CallId::UserShmLock, charged);
        let (ret, effects): (i32, &[&str]) = match (lock, locked) {
            (true, false) if charged => (0, &LOCK),
            (true, false) => (-ENOMEM, &LOCK[..1]),
            (false, true) if ucounts => (0, &UNLOCK),
            _ => (0, &[]),
        };
        assert_eq!(V6_12::shmem_lock(&mut k, M, lock, ucounts), ret);
        assert_eq!(k.effects(), effects, "lock {lock}, locked {locked}, ucounts {ucounts}");
    }
}

#[test]
fn locking_and_unlocking_leave_the_word_as_it_was() {
    for word in [0, !(1 << 3)] {
        let mut k = Script::new().flags_are(M, word);
        assert_eq!(V6_12::shmem_lock(&mut k, M, true, true), 0);
        assert_eq!(k.flags(M), word | 1 << 3);
        assert_eq!(V6_12::shmem_lock(&mut k, M, true, true), 0, "locking twice charges once");
        assert_eq!(k.calls_to(CallId::UserShmLock).len(), 1);
        assert_eq!(V6_12::shmem_lock(&mut k, M, false, true), 0);
        assert_eq!(k.flags(M), word);
    }
}

#[test]
fn the_folios_of_an_unlocked_segment_are_given_back_batch_by_batch() {
    let mut k = Script::new().find(&[folio(0), folio(4)]).find(&[folio(9)]);
    assert_eq!(V6_12::shmem_unlock_mapping(&mut k, M), Ok(()));
    let max = u64::MAX;
    let batch = |start| format!("filemap_get_folios(mapping1, {start}, {max})");
    let rest = ["check_move_unevictable_folios()", "folio_batch_release()", "cond_resched()"];
    let mut effects = Vec::new();
    for start in [0, 5] {
        effects.push(batch(start));
        effects.extend(rest.map(str::to_owned));
    }
    effects.push(batch(10));
    assert_eq!(k.effects(), effects);
}

#[test]
fn giving_back_stops_once_somebody_locks_the_segment_again() {
    let test = Call::TestBit { mapping: M, nr: 3 };
    let mut k = Script::new().when(test, true);
    assert_eq!(V6_12::shmem_unlock_mapping(&mut k, M), Ok(()));
    assert_eq!(k.effects(), [""; 0]);

    let mut k = Script::new().find(&[folio(0)]).find(&[folio(1)]).when((CallId::TestBit, 2), true);
    assert_eq!(V6_12::shmem_unlock_mapping(&mut k, M), Ok(()));
    assert_eq!(k.calls_to(CallId::FilemapGetFolios).len(), 1);
}

#[test]
fn the_watchdog_ends_an_endless_segment() {
    let mut k = Script::new().when(CallId::FilemapGetFolios, 1);
    assert_eq!(V6_12::shmem_unlock_mapping(&mut k, M), Err(Oops(Site::SoftLockup)));
}
