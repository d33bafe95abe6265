// SPDX-License-Identifier: GPL-2.0-only
//! Which place of mmcore's list each WARN and BUG of the kernel's text is.

use mmcore::Site;

/// The checks of each function, in the order of its text.
const SITES: &[(&str, &[Site])] = &[
    ("migrate_folio", &[Site::MigrateWriteback]),
    ("migrate_folio_extra", &[Site::MigrateWriteback]),
    // v6.12 has the first two alone.
    (
        "move_to_new_folio",
        &[
            Site::SrcUnlocked,
            Site::DstUnlocked,
            Site::NotIsolated,
            Site::LostIsolated,
            Site::NotIsolated,
        ],
    ),
    ("try_folio_split_or_unmap", &[Site::StillMapped]),
    ("truncate_inode_pages_range", &[Site::NotContained]),
    ("shmem_undo_range", &[Site::ShmemWriteback]),
    ("kvm_gmem_migrate_folio", &[Site::GmemMigrated]),
    ("__kvm_gmem_create", &[Site::GmemForeignMapping, Site::GmemEvictable]),
];

/// The site of the `nth` check, counted from 0, of `function`.
pub fn site(function: &str, nth: usize) -> Option<Site> {
    let (_, sites) = SITES.iter().find(|(name, _)| *name == function)?;
    sites.get(nth).copied()
}
