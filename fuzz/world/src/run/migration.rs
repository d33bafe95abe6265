// SPDX-License-Identifier: GPL-2.0-only
//! The `migration` path: one folio is moved.

use super::{Returned, setup};
use crate::scenario::{
    FileKind, FolioOwner, FolioSpec, MigrateCall, MigrateCallback, MigrationScenario,
};
use crate::trace::Recorder;
use crate::world::World;
use crate::world::state::{Driver, FolioState, Lock};
use mmcore::errno::{EAGAIN, EBUSY};
use mmcore::{Folio, Mapping, MigrateMode, Side, Word};

const SRC: Folio = Folio(0);
const DST: Folio = Folio(1);
const FILE: Mapping = Mapping(0);
const SWAP: Mapping = Mapping(1);

/// The function that is called. The callbacks below `move_to_new_folio` are never reached for guest
/// memory, for the mapping's flag is tested first.
fn call(s: &MigrationScenario) -> MigrateCall {
    match s.file.kind {
        FileKind::GuestMemfd if s.owner == FolioOwner::File => MigrateCall::MoveToNewFolio,
        _ => s.call,
    }
}

pub(super) fn begin<R: Side>(s: &MigrationScenario, world: &mut World) {
    setup::add_file::<R>(world, &s.file);
    setup::add_swap::<R>(world);
    world.file_mut(FILE).held = false;
    for mapping in [FILE, SWAP] {
        let file = world.file_mut(mapping);
        file.migrate = s.migrate;
        file.writepage = s.writepage;
        file.keeps_private = s.keeps_private;
    }
    add_source(s, world);
    let src = world.folio(SRC);
    let dst = FolioState {
        order: src.order,
        refs: 1,
        ours: 1,
        lock: Lock::Ours,
        zone_device: s.zone_device,
        ..FolioState::default()
    };
    world.add_folio(dst);
    if call(s) == MigrateCall::MoveToNewFolio {
        if s.src_unlocked {
            world.folio_mut(SRC).lock = Lock::Free;
        }
        if s.dst_unlocked {
            world.folio_mut(DST).lock = Lock::Free;
        }
    }
    world.script.poison = s.poison;
    world.script.careless_driver = s.migrate == MigrateCallback::Careless;
    world.script.driver_returns = match s.migrate {
        MigrateCallback::Own | MigrateCallback::Absent | MigrateCallback::Careless => 0,
        MigrateCallback::Again => -EAGAIN,
        MigrateCallback::Busy => -EBUSY,
    };
    // A caller that has not locked a folio is there for the assertion to catch. It can only ask whether
    // somebody holds the lock: if another CPU took it first, as it could in v6.12 after the mapping was
    // asked for, all that follows would be the caller's fault and be held against the function.
    let is_caught = call(s) == MigrateCall::MoveToNewFolio && (s.src_unlocked || s.dst_unlocked);
    if !is_caught {
        world.schedule.arm(&s.races);
    }
}

/// The source: unmapped, isolated and locked, as the callers have it.
fn add_source(s: &MigrationScenario, world: &mut World) {
    let mapping = match s.owner {
        FolioOwner::File => Some(FILE),
        FolioOwner::SwapCache => Some(SWAP),
        FolioOwner::Anon | FolioOwner::Driver | FolioOwner::DriverReleased => None,
    };
    let folio = match mapping {
        Some(FILE) => setup::limit_order(&s.folio, &s.file),
        _ => s.folio.clone(),
    };
    let spec = FolioSpec { mapcount: Default::default(), off_lru: true, locked: false, ..folio };
    let src = setup::add_folio(world, &spec, mapping, 0);
    setup::hold(world, src);
    let state = world.folio_mut(src);
    match s.owner {
        FolioOwner::Driver => state.driver = Driver::Movable,
        FolioOwner::DriverReleased => state.driver = Driver::Released,
        _ => return,
    }
    (state.anon, state.swapbacked) = (false, false);
    state.isolated = !s.not_isolated;
}

pub(super) fn step<R: Side>(s: &MigrationScenario, k: &mut Recorder<'_, World>) -> Returned {
    let mode = MigrateMode::from_word(s.mode.get().into());
    let mapping = k.kernel.folio(SRC).mapping;
    let driver = k.kernel.folio(SRC).driver != Driver::No;
    let returned: Returned = match (call(s), mapping) {
        (MigrateCall::FallbackMigrateFolio, Some(mapping)) => {
            R::fallback_migrate_folio(k, mapping, DST, SRC, mode).into()
        }
        (MigrateCall::Writeout, Some(mapping)) => R::writeout(k, mapping, SRC).into(),
        (MigrateCall::MigrateFolio, _) if !driver => {
            R::migrate_folio(k, mapping, DST, SRC, mode).into()
        }
        _ => R::move_to_new_folio(k, DST, SRC, mode).into(),
    };
    if returned == Returned::Value(0) && mode != MigrateMode::SyncNoCopy {
        k.kernel.check_copied(DST);
    }
    returned
}
