// SPDX-License-Identifier: GPL-2.0-only
//! TODO

use super::Kind::*;
use super::{In, m, of};

pub(super) const MISTAKES: &[In] = &[];
