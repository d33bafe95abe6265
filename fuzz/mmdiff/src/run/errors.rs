// SPDX-License-Identifier: GPL-2.0-only
//! The `errors` path: write-back errors are recorded and reported.

use super::{Returned, setup};
use crate::scenario::{ErrorOp, ErrorsScenario};
use crate::trace::Recorder;
use crate::world::World;
use mmcore::errno::{EIO, ENOMEM, ENOSPC};
use mmcore::filemap::{
    file_check_and_advance_wb_err, filemap_check_and_keep_errors, filemap_check_errors,
};
use mmcore::pagemap::mapping_set_error;
use mmcore::{Mapping, Revision};

const MAPPING: Mapping = Mapping(0);

pub(super) fn begin<R: Revision>(s: &ErrorsScenario, world: &mut World) {
    setup::add_file::<R>(world, &s.file);
    world.file_mut(MAPPING).has_host = !s.no_host;
}

pub(super) fn step(s: &ErrorsScenario, i: usize, k: &mut Recorder<'_, World>) -> Returned {
    match s.ops[i] {
        ErrorOp::CheckErrors => {
            setup::reported(k, MAPPING, |k| filemap_check_errors(k, MAPPING)).into()
        }
        ErrorOp::CheckAndKeepErrors => {
            setup::reported(k, MAPPING, |k| filemap_check_and_keep_errors(k, MAPPING)).into()
        }
        ErrorOp::Fsync => {
            setup::reported(k, MAPPING, |k| file_check_and_advance_wb_err(k, MAPPING)).into()
        }
        ErrorOp::SetEnospc => record(k, -ENOSPC),
        ErrorOp::SetEio => record(k, -EIO),
        ErrorOp::SetEnomem => record(k, -ENOMEM),
        ErrorOp::SetNone => record(k, 0),
    }
}

fn record(k: &mut Recorder<'_, World>, error: i32) -> Returned {
    mapping_set_error(k, MAPPING, error);
    Returned::Nothing
}
