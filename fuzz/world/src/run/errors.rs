// SPDX-License-Identifier: GPL-2.0-only
//! The `errors` path: write-back errors are recorded and reported.

use super::{Returned, setup};
use crate::scenario::{ErrorOp, ErrorsScenario};
use crate::trace::Recorder;
use crate::world::World;
use mmcore::Mapping;
use mmcore::Side;
use mmcore::errno::{EIO, ENOMEM, ENOSPC};

const MAPPING: Mapping = Mapping(0);

pub(super) fn begin<R: Side>(s: &ErrorsScenario, world: &mut World) {
    setup::add_file::<R>(world, &s.file);
    world.file_mut(MAPPING).has_host = !s.no_host;
}

pub(super) fn step<R: Side>(s: &ErrorsScenario, i: usize, k: &mut Recorder<'_, World>) -> Returned {
    match s.ops[i] {
        ErrorOp::CheckErrors => {
            setup::reported(k, MAPPING, |k| R::filemap_check_errors(k, MAPPING)).into()
        }
        ErrorOp::CheckAndKeepErrors => {
            setup::reported(k, MAPPING, |k| R::filemap_check_and_keep_errors(k, MAPPING)).into()
        }
        ErrorOp::Fsync => {
            setup::reported(k, MAPPING, |k| R::file_check_and_advance_wb_err(k, MAPPING)).into()
        }
        ErrorOp::SetEnospc => record::<R>(k, -ENOSPC),
        ErrorOp::SetEio => record::<R>(k, -EIO),
        ErrorOp::SetEnomem => record::<R>(k, -ENOMEM),
        ErrorOp::SetNone => record::<R>(k, 0),
    }
}

fn record<R: Side>(k: &mut Recorder<'_, World>, error: i32) -> Returned {
    R::mapping_set_error(k, MAPPING, error);
    Returned::Nothing
}
