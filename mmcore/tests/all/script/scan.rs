// SPDX-License-Identifier: GPL-2.0-only
//! What the tests of the migrate scanner share.

use super::Script;
use mmcore::tree::{PostFix, PreFix};
use mmcore::{Call, CallId, IsolateMode, MigrateMode, Oops, Page, Side};

/// A scan of a block: from, to, what may be isolated.
pub(crate) type Block = fn(&mut Script, u64, u64, IsolateMode) -> Result<i32, Oops>;

/// The scan before and after the patch.
pub(crate) const BOTH: [Block; 2] =
    [PreFix::isolate_migratepages_block::<Script>, PostFix::isolate_migratepages_block::<Script>];

/// The mode of a synchronous compaction.
pub(crate) const PLAIN: IsolateMode = IsolateMode(0);

/// The answers by which these page frames cannot be isolated.
pub(crate) fn fixed(mut k: Script, pfns: impl IntoIterator<Item = u64>) -> Script {
    for pfn in pfns {
        k = k.when(Call::PageLru { page: Page(pfn) }, false);
    }
    k
}

/// A driver made the page movable: it is isolated without a list's lock.
pub(crate) fn movable(k: Script, pfn: u64) -> Script {
    fixed(k, [pfn]).when(Call::PageMovable { page: Page(pfn) }, true)
}

/// An asynchronous direct compaction for a block of four pages.
pub(crate) fn eager() -> Script {
    Script::new()
        .when(CallId::CcDirectCompaction, true)
        .when(CallId::CcMode, MigrateMode::Async)
        .when(CallId::CcOrder, 2)
}
