// SPDX-License-Identifier: GPL-2.0-only
//! `v6.12-pre-fix`: [`v6.12`](super::V6_12) with the patch undone: the bug, on a tree whose C
//! anybody can compile. No tree ever was like that.
//!
//! AS_UNMOVABLE has the number that AS_INACCESSIBLE has in v6.12. The mask is the literal 10, as it
//! was when the bug was alive: 8, the number of today, would be another bug.

use super::functions::Side;
use super::{PreFix, Tree, V6_12};
use crate::include::linux::pagemap::AS_UNEVICTABLE;
use crate::{Folio, Kernel, Mapping, Oops};

/// The long-term tree without the patch.
#[derive(Clone, Copy, Default, Debug)]
pub struct V6_12PreFix;

/// The flag that keeps folios where they are.
const AS_UNMOVABLE: u32 = 8;

impl Tree for V6_12PreFix {
    type Base = V6_12;

    const NAME: &'static str = "v6.12-pre-fix";
    const TREE: &'static str = "v6.12 (6.12.117), 27e6a24a4cf3 undone";

    const FLAGS: &'static [(&'static str, u32)] = &[
        ("AS_RELEASE_ALWAYS", Self::AS_RELEASE_ALWAYS),
        ("AS_STABLE_WRITES", Self::AS_STABLE_WRITES),
        ("AS_UNMOVABLE", AS_UNMOVABLE),
        ("AS_FOLIO_ORDER_MIN.0", Self::AS_FOLIO_ORDER_MIN),
        ("AS_FOLIO_ORDER_MIN.1", Self::AS_FOLIO_ORDER_MIN + 1),
        ("AS_FOLIO_ORDER_MIN.2", Self::AS_FOLIO_ORDER_MIN + 2),
        ("AS_FOLIO_ORDER_MIN.3", Self::AS_FOLIO_ORDER_MIN + 3),
        ("AS_FOLIO_ORDER_MIN.4", Self::AS_FOLIO_ORDER_MIN + 4),
        ("AS_FOLIO_ORDER_MAX.0", Self::AS_FOLIO_ORDER_MAX),
        ("AS_FOLIO_ORDER_MAX.1", Self::AS_FOLIO_ORDER_MAX + 1),
        ("AS_FOLIO_ORDER_MAX.2", Self::AS_FOLIO_ORDER_MAX + 2),
        ("AS_FOLIO_ORDER_MAX.3", Self::AS_FOLIO_ORDER_MAX + 3),
        ("AS_FOLIO_ORDER_MAX.4", Self::AS_FOLIO_ORDER_MAX + 4),
    ];

    const AS_INACCESSIBLE: u32 = 10;

    const TRUNCATE_TESTS: u64 = Self::AS_INACCESSIBLE as u64;
    const PINS_FOLIOS: u64 = 1 << AS_UNMOVABLE;

    /// `mapping_set_unmovable`
    fn mapping_set_inaccessible<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) {
        k.set_bit(mapping, AS_UNEVICTABLE);
        k.set_bit(mapping, AS_UNMOVABLE);
    }

    /// `mapping_unmovable`
    fn mapping_inaccessible<S: Side, K: Kernel>(k: &mut K, mapping: Mapping) -> bool {
        k.test_bit(mapping, AS_UNMOVABLE)
    }

    fn truncate_inode_partial_folio<S: Side, K: Kernel>(
        k: &mut K,
        folio: Folio,
        start: i64,
        end: i64,
    ) -> Result<bool, Oops> {
        let pos = k.folio_pos(folio);
        let offset = if pos < start { start.wrapping_sub(pos) as u32 } else { 0 };
        let size = k.folio_size(folio) as u32;
        let length = if pos.wrapping_add(i64::from(size)) as u64 <= end as u64 {
            size.wrapping_sub(offset)
        } else {
            end.wrapping_add(1).wrapping_sub(pos).wrapping_sub(i64::from(offset)) as u32
        };

        k.folio_wait_writeback(folio);
        if u64::from(length) == k.folio_size(folio) {
            let mapping = k.raw_mapping(folio);
            S::truncate_inode_folio(k, mapping, folio);
            return Ok(true);
        }

        let mapping = k.deref_mapping(folio)?;
        if k.flags_and(mapping, u64::from(S::Tree::AS_INACCESSIBLE)) == 0 {
            k.folio_zero_range(folio, offset, length);
        }

        if S::folio_needs_release(k, folio) {
            k.folio_invalidate(folio, u64::from(offset), u64::from(length));
        }
        if !k.folio_test_large(folio) {
            return Ok(true);
        }
        if S::try_folio_split_or_unmap(k, folio)? == 0 {
            return Ok(true);
        }
        if k.folio_test_dirty(folio) {
            return Ok(false);
        }
        let mapping = k.raw_mapping(folio);
        S::truncate_inode_folio(k, mapping, folio);
        Ok(true)
    }

    fn __kvm_gmem_create<S: Side, K: Kernel>(
        k: &mut K,
        mapping: Mapping,
        size: i64,
        flags: u64,
    ) -> i32 {
        <PreFix as Tree>::__kvm_gmem_create::<S, K>(k, mapping, size, flags)
    }
}
