// SPDX-License-Identifier: GPL-2.0-only
//! A kernel whose state is fixed before the run. What changes in it are the consequences of what the
//! functions do, as the kernel's helpers have them.

use super::cache::Cache;
use super::decisions::Seen;
use mmcore::errno::{EAGAIN, EBUSY, EIO};
use mmcore::mm::migrate::AOP_WRITEPAGE_ACTIVATE;
use mmcore::{Call, Folio, Kernel, Kind, Mapping, PAGE_SHIFT, PAGE_SIZE, Word};
use mmdiff::trace::Event;

pub(crate) const FILE: Mapping = Mapping(0);
pub(crate) const ANOTHER: Mapping = Mapping(1);
/// The folio that it is about: the one that is truncated, or the one that is migrated.
pub(crate) const SRC: Folio = Folio(0);
/// Where it is migrated to.
pub(crate) const DST: Folio = Folio(1);
/// What it is split into, but for its first page: a piece that may be found in its file.
pub(crate) const PIECE: Folio = Folio(1);

/// The low bits of `folio->mapping`: what the pointer means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Bits {
    /// None: it is the file's.
    File,
    /// PAGE_MAPPING_ANON
    Anon,
    /// PAGE_MAPPING_MOVABLE: a driver's page.
    Driver,
}

/// What is decided of a folio of a file: the one that it is about, or a piece that it is split into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data {
    pub(crate) index: u64,
    pub(crate) order: u32,
    /// The page cache, or swap cache, that the folio is in.
    pub(crate) mapping: Option<Mapping>,
    pub(crate) mapped: bool,
    pub(crate) dirty: bool,
    pub(crate) writeback: bool,
    pub(crate) private: bool,
}

impl Data {
    /// The first page after it.
    pub(crate) fn after(&self) -> u64 {
        self.index + (1 << self.order)
    }
}

/// A clean page of the file's.
pub(crate) const CLEAN: Data = Data {
    index: 0,
    order: 0,
    mapping: Some(FILE),
    mapped: false,
    dirty: false,
    writeback: false,
    private: false,
};

/// All that the functions can ask about, decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// `mapping->flags`, of the file and of another.
    pub(crate) flags: [u64; 2],
    /// `shmem_mapping`, of both.
    pub(crate) shmem: [bool; 2],
    /// `->migrate_folio` and `->writepage`, of the file.
    pub(crate) ops: [bool; 2],
    pub(crate) bits: Bits,
    pub(crate) data: Data,
    /// The source's and the destination's.
    pub(crate) locked: [bool; 2],
    /// A driver's page: isolated, and released by the driver.
    pub(crate) isolated: bool,
    pub(crate) released: bool,
    /// The destination is device memory.
    pub(crate) zone_device: bool,
    /// Somebody else has a reference.
    pub(crate) extra_ref: bool,
    /// What becomes of the attempts to do something.
    pub(crate) split: i32,
    pub(crate) unmaps: bool,
    pub(crate) releases: bool,
    pub(crate) callback: i32,
    pub(crate) writepage: i32,
    pub(crate) switch: i32,
    pub(crate) copy: i32,
    /// The file that the folio is looked for in, if it is.
    pub(crate) cache: Option<Cache>,
}

/// A clean locked page of the file's, and everything works.
pub(crate) const PLAIN: State = State {
    flags: [0; 2],
    shmem: [false; 2],
    ops: [true; 2],
    bits: Bits::File,
    data: CLEAN,
    locked: [true; 2],
    isolated: false,
    released: false,
    zone_device: false,
    extra_ref: false,
    split: 0,
    unmaps: true,
    releases: true,
    callback: 0,
    writepage: 0,
    switch: 0,
    copy: 0,
    cache: None,
};

/// What a split and a callback return; what `->writepage` does; the switch; the copy.
pub(crate) const ERRNOS: [i32; 3] = [0, -EAGAIN, -EBUSY];
pub(crate) const WRITEPAGE: [i32; 3] = [0, AOP_WRITEPAGE_ACTIVATE, -EIO];
pub(crate) const SWITCH: [i32; 2] = [0, -EAGAIN];
pub(crate) const COPY: [i32; 2] = [0, -133];
pub(crate) const ANY: [bool; 2] = [false, true];

/// The state of a number, one digit a field: every number below the product of the bases is another.
pub(crate) struct Digits {
    left: u32,
    /// The product of the bases so far.
    pub(crate) of: u32,
}

impl Digits {
    pub(crate) fn new(number: u32) -> Digits {
        Digits { left: number, of: 1 }
    }

    pub(crate) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        let base = values.len() as u32;
        let digit = self.left % base;
        (self.left, self.of) = (self.left / base, self.of * base);
        values[digit as usize]
    }
}

/// A run from a state: what an observer sees of it goes to `seen`.
pub(crate) struct Machine<'a> {
    pub(crate) state: State,
    pub(crate) seen: &'a mut Vec<Seen>,
}

impl Kernel for Machine<'_> {
    fn call(&mut self, call: Call) -> u64 {
        let answer = match self.cache(call) {
            Some(answer) => answer,
            None => self.answer(call),
        };
        if call.kind() == Kind::Effect {
            self.seen.push(Seen::Effect(Event { call, answer }));
        }
        answer
    }
}

impl Machine<'_> {
    fn answer(&mut self, call: Call) -> u64 {
        use Call::*;
        match call {
            Enter { .. } | Leave {} | Warn { .. } | Bug { .. } => 0,
            TestBit { .. } | FlagsAnd { .. } | HasMigrateFolio { .. } | HasWritepage { .. } => {
                self.file(call)
            }
            ShmemMapping { mapping } => self.state.shmem[usize::from(mapping.0)].to_word(),
            FolioPos { folio } => self.data(folio).index << PAGE_SHIFT,
            FolioSize { folio } => PAGE_SIZE << self.data(folio).order,
            FolioTestLarge { folio } => (self.data(folio).order > 0).to_word(),
            RawMapping { folio } => self.data(folio).mapping.to_word(),
            _ => self.folio(call),
        }
    }

    fn file(&self, call: Call) -> u64 {
        let State { flags, ops, .. } = self.state;
        match call {
            Call::TestBit { mapping, nr } => flags[usize::from(mapping.0)] >> nr & 1,
            Call::FlagsAnd { mapping, mask } => flags[usize::from(mapping.0)] & mask,
            Call::HasMigrateFolio { mapping: FILE } => ops[0].to_word(),
            Call::HasWritepage { mapping: FILE } => ops[1].to_word(),
            other => panic!("nobody asks that of a mapping: {other}"),
        }
    }

    fn folio(&mut self, call: Call) -> u64 {
        use Call::*;
        let s = &self.state;
        match call {
            FolioTestLocked { folio } => s.locked[usize::from(folio.0)].to_word(),
            FolioIsZoneDevice { folio: DST } => s.zone_device.to_word(),
            FolioMcCopy { dst: DST, src: SRC } => s.copy.to_word(),
            FolioMigrateCopy { dst: DST, src: SRC } | FolioMigrateFlags { dst: DST, src: SRC } => 0,
            FlushDcacheFolio { folio: DST } => 0,
            CallMigrateFolio { dst: DST, src: SRC, .. } => s.callback.to_word(),
            MovableMigratePage { dst: DST, src: SRC, .. } => s.callback.to_word(),
            FolioMigrateMapping { dst: DST, src: SRC, .. } => s.switch.to_word(),
            FolioMigrateMappingExpected { dst: DST, src: SRC, .. } => s.switch.to_word(),
            _ => self.source(call),
        }
    }

    /// What is decided of a folio. The destination of a migration is not asked about.
    pub(crate) fn data(&mut self, folio: Folio) -> &mut Data {
        match &mut self.state.cache {
            Some(cache) if folio == PIECE && cache.is_split => &mut cache.piece,
            _ if folio == SRC => &mut self.state.data,
            _ => panic!("nobody asks about {folio}"),
        }
    }

    fn source(&mut self, call: Call) -> u64 {
        use Call::*;
        let data = *self.data(call.folio().expect("it is about a folio"));
        let s = &self.state;
        match call {
            // A driver's page is in no page cache. An anonymous one is in the swap cache, or in none.
            FolioMapping { .. } if s.bits == Bits::Driver => None::<Mapping>.to_word(),
            FolioMapping { .. } => data.mapping.to_word(),
            FolioMappingFlags { .. } => (s.bits != Bits::File).to_word(),
            FolioTestAnon { .. } => (s.bits == Bits::Anon).to_word(),
            FolioTestMovableFlag { .. } => (s.bits == Bits::Driver).to_word(),
            FolioTestMovable { .. } => (s.bits == Bits::Driver && !s.released).to_word(),
            FolioTestIsolated { .. } => s.isolated.to_word(),
            FolioMapped { .. } => data.mapped.to_word(),
            FolioTestDirty { .. } => data.dirty.to_word(),
            FolioTestWriteback { .. } => data.writeback.to_word(),
            FolioHasPrivate { .. } => data.private.to_word(),
            // Both are counts, and C compares them. The caller's own reference is not expected.
            FolioExpectedRefCount { .. } => 0,
            FolioRefCount { .. } => 1 + u64::from(s.extra_ref),
            _ => self.effect(call),
        }
    }

    /// What is done, and what comes of it.
    fn effect(&mut self, call: Call) -> u64 {
        use Call::*;
        let State { split, unmaps, .. } = self.state;
        let data = self.data(call.folio().expect("it is about a folio"));
        match call {
            FolioZeroRange { .. } | FolioClearMappedtodisk { .. } => 0,
            RemoveMigrationPtes { .. } => 0,
            FolioWaitWriteback { .. } => set(&mut data.writeback, false),
            FolioCancelDirty { .. } => set(&mut data.dirty, false),
            UnmapMappingFolio { .. } => set(&mut data.mapped, false),
            // It may not manage, and says nothing.
            TryToUnmap { .. } => {
                data.mapped &= !unmaps;
                0
            }
            // The filesystem drops its data of the whole folio, not of a part.
            FolioInvalidate { offset, length, .. } => {
                let whole = offset == 0 && length == PAGE_SIZE << data.order;
                data.private &= !whole;
                0
            }
            SplitFolio { .. } => {
                if split == 0 {
                    self.split();
                }
                split.to_word()
            }
            FilemapRemoveFolio { .. } | ClearMapping { .. } => set(&mut data.mapping, None),
            FolioClearDirtyForIo { .. } => std::mem::replace(&mut data.dirty, false).to_word(),
            _ => self.attempt(call),
        }
    }

    /// The folio is what was its first page. What came after it may be found in the file.
    fn split(&mut self) {
        self.state.data.order = 0;
        if let Some(cache) = &mut self.state.cache {
            cache.is_split = true;
        }
    }

    /// What is done in a migration.
    fn attempt(&mut self, call: Call) -> u64 {
        use Call::*;
        let s = &mut self.state;
        match call {
            FolioClearIsolated { .. } => set(&mut s.isolated, false),
            FilemapReleaseFolio { .. } => s.releases.to_word(),
            // It unlocks the folio, unless it did nothing.
            CallWritepage { .. } => {
                s.locked[0] &= s.writepage == AOP_WRITEPAGE_ACTIVATE;
                s.writepage.to_word()
            }
            FolioLock { .. } => set(&mut s.locked[0], true),
            other => panic!("nobody asks that: {other}"),
        }
    }
}

fn set<T>(field: &mut T, value: T) -> u64 {
    *field = value;
    0
}
