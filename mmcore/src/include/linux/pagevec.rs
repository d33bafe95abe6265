// SPDX-License-Identifier: GPL-2.0-only
//! Batches of folios. Source: include/linux/pagevec.h, the same in all trees.

use crate::Kernel;

/// `PAGEVEC_SIZE`: how many entries a `struct folio_batch` holds.
pub const PAGEVEC_SIZE: u32 = 31;

/// `folio_batch_count`: never more than the batch has room for.
pub fn folio_batch_count<K: Kernel>(k: &mut K) -> u32 {
    k.fbatch_count().min(PAGEVEC_SIZE)
}
