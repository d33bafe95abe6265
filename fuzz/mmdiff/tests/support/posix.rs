// SPDX-License-Identifier: GPL-2.0-only
//! Files as POSIX has them: bytes, sizes, error codes. It knows neither folios nor flags.

use mmcore::errno::{EINVAL, EIO, EMFILE, ENOSPC, EOPNOTSUPP};
use mmdiff::scenario::{FileKind, Op};

const EBADF: i32 = 9;
const EFAULT: i32 = 14;

/// A file: its bytes are the numbers of the operations that wrote them, 0 where none did.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) kind: FileKind,
    pub(crate) bytes: Vec<u8>,
    /// Whether a bit of the mask was ever set by something other than the kind.
    pub(crate) marked: bool,
    /// The write-back error that fsync has to report.
    error: i32,
}

/// All files.
#[derive(Debug, Default)]
pub(crate) struct Posix {
    pub(crate) files: Vec<File>,
}

impl Posix {
    /// What the operation returns; `None` where it is not for POSIX to say.
    pub(crate) fn operate(&mut self, op: &Op, tag: u8) -> Option<i32> {
        if let Op::Create { kind } = op {
            if self.files.len() == 4 {
                return Some(-EMFILE);
            }
            let fixed = matches!(kind, FileKind::GuestMemfd | FileKind::DrmShmem);
            let size = if fixed { 64 * 4096 } else { 0 };
            let bytes = vec![0; size];
            self.files.push(File { kind: *kind, bytes, marked: false, error: 0 });
            return Some(0);
        }
        match op {
            Op::Compact { .. } => return None,
            Op::FailSplit => return Some(0),
            _ => {}
        }
        let count = self.files.len();
        if count == 0 {
            return Some(-EBADF);
        }
        let on = |file: u8| usize::from(file) % count;
        match op {
            Op::Write { file, at, len, .. } => {
                Some(self.files[on(file.get())].write(at.bytes(), len.bytes(), tag))
            }
            Op::Truncate { file, size } => Some(self.files[on(file.get())].truncate(size.bytes())),
            Op::PunchHole { file, at, len } => {
                Some(self.files[on(file.get())].punch(at.bytes(), len.bytes()))
            }
            Op::ShmLock { file } | Op::ShmUnlock { file } => {
                let file = &mut self.files[on(file.get())];
                file.marked = true;
                Some(if file.kind == FileKind::Tmpfs { 0 } else { -EINVAL })
            }
            Op::RecordError { file, enospc } => {
                let file = &mut self.files[on(file.get())];
                file.marked = true;
                if !file.is_on_disk() {
                    return Some(-EINVAL);
                }
                file.error = if *enospc { -ENOSPC } else { -EIO };
                Some(0)
            }
            Op::Fsync { file } => {
                let file = &mut self.files[on(file.get())];
                let error = std::mem::take(&mut file.error);
                Some(if file.has_no_calls() { -EINVAL } else { error })
            }
            _ => None,
        }
    }
}

impl File {
    /// Whether it has few of the usual system calls.
    fn has_no_calls(&self) -> bool {
        matches!(self.kind, FileKind::GuestMemfd | FileKind::Secretmem | FileKind::DrmShmem)
    }

    fn is_on_disk(&self) -> bool {
        matches!(self.kind, FileKind::Disk | FileKind::DiskZeroing)
    }

    fn write(&mut self, at: u64, len: u64, tag: u8) -> i32 {
        let (at, end) = (at as usize, (at + len) as usize);
        match self.kind {
            FileKind::GuestMemfd => return -EINVAL,
            FileKind::Secretmem | FileKind::DrmShmem if end > self.bytes.len() => return -EFAULT,
            _ => {}
        }
        if len > 0 {
            let size = self.bytes.len().max(end);
            self.bytes.resize(size, 0);
            self.bytes[at..end].fill(tag);
        }
        0
    }

    fn truncate(&mut self, size: u64) -> i32 {
        match self.kind {
            FileKind::GuestMemfd | FileKind::DrmShmem => return -EINVAL,
            FileKind::Secretmem if !self.bytes.is_empty() => return -EINVAL,
            _ => {}
        }
        self.bytes.resize(size as usize, 0);
        0
    }

    /// `vfs_fallocate` looks at the length before it looks for the file's own `->fallocate`.
    fn punch(&mut self, at: u64, len: u64) -> i32 {
        if len == 0 {
            return -EINVAL;
        }
        match self.kind {
            FileKind::Ramfs | FileKind::Secretmem | FileKind::DrmShmem => return -EOPNOTSUPP,
            FileKind::GuestMemfd if !(at | len).is_multiple_of(4096) => return -EINVAL,
            _ => {}
        }
        let size = self.bytes.len();
        let (at, end) = ((at as usize).min(size), ((at + len) as usize).min(size));
        self.bytes[at..end].fill(0);
        0
    }
}
