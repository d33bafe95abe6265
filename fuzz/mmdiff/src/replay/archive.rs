// SPDX-License-Identifier: GPL-2.0-only
//! Inputs in a zip archive: the directory at its end is read once, and its entries in parallel, each
//! thread unpacking those of its batch from a window on the file.
//!
//! Nothing that the archive claims is taken at its word. An entry is read only if it claims to be
//! small enough to be an input, and unpacked no further than that; all entries together may not claim
//! more bytes of the archive than it has, since entries that overlap are how a small archive holds
//! petabytes.

use super::crew::{BATCH, Crew, Worker};
use super::tally::Reason;
use super::{files, names};
use crate::corpus::migrate::{VERSION_FILE, version_line};
use crate::corpus::{self, MAX_INPUT};
use crate::scenario::Target;
use crate::scenario::codec::VERSION;
use rawzip::{
    CompressionMethod, FileReader, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipFileHeaderRecord,
};
use rayon::Scope;
use std::fs::File;
use std::ops::Range;
use std::path::Path as FsPath;
use std::sync::Arc;
use zlib_rs::{Inflate, InflateFlush, Status};

/// The bytes of a local header before the name.
const HEADER: usize = 30;
/// The most packed bytes that an input can need: deflate makes nothing much longer than it is.
const MAX_PACKED: u64 = 2 * MAX_INPUT;
/// How many bytes of names a batch may have.
const BATCH_NAMES: usize = 1 << 16;

struct Archive {
    zip: ZipArchive<FileReader>,
    name: String,
}

/// An entry, as the directory has it.
struct Entry {
    offset: u64,
    packed: u64,
    len: u64,
    crc: u32,
    method: CompressionMethod,
    is_encrypted: bool,
    target: Option<Target>,
    name: Range<usize>,
}

#[derive(Default)]
struct Batch {
    entries: Vec<Entry>,
    names: Vec<u8>,
}

/// Has every input of an archive replayed; `otherwise` is the target of those in no folder that says.
pub(super) fn open<'s>(
    crew: &'s Crew<'_>,
    scope: &Scope<'s>,
    file: &FsPath,
    otherwise: Option<Target>,
) {
    let opened = corpus::open(file).and_then(|opened| Ok((opened.metadata()?.len(), opened)));
    let done = match opened {
        Ok((len, opened)) => list(crew, scope, (file, opened, len), otherwise),
        Err(error) => return files::refuse_unread(crew, file, &error),
    };
    if let Err(why) = done {
        crew.note(|tally| tally.refuse(Reason::Unreadable, file.display().to_string(), why));
    }
}

fn list<'s>(
    crew: &'s Crew<'_>,
    scope: &Scope<'s>,
    (file, opened, len): (&FsPath, File, u64),
    otherwise: Option<Target>,
) -> Result<(), String> {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let zip = ZipArchive::from_file(opened, &mut buffer).map_err(bad)?;
    let archive = Arc::new(Archive { zip, name: file.display().to_string() });
    let mut entries = archive.zip.entries(&mut buffer);
    let mut batch = Batch::default();
    let (mut seen, mut claimed) = (0, 0_u64);
    let end = loop {
        if crew.stops() {
            break Ok(());
        }
        match entries.next_entry() {
            Ok(Some(entry)) => {
                seen += 1;
                claimed = claimed.saturating_add(HEADER as u64 + entry.compressed_size_hint());
                if claimed > len {
                    break Err("its entries overlap or are cut off: not all are replayed".into());
                }
                batch.add(&entry, otherwise);
            }
            Ok(None) => break check_count(archive.zip.entries_hint(), seen),
            Err(error) => break Err(bad(error)),
        }
        if batch.is_full() {
            submit(crew, scope, &archive, std::mem::take(&mut batch));
        }
    };
    submit(crew, scope, &archive, batch);
    end
}

fn bad(error: rawzip::Error) -> String {
    format!("not a whole zip archive: {error}")
}

/// An archive without the 64-bit records has only the lower bits of the number.
fn check_count(claimed: u64, seen: u64) -> Result<(), String> {
    if claimed as u16 == seen as u16 {
        return Ok(());
    }
    Err(format!("its directory ends early: {seen} entries, where it claims {claimed}"))
}

impl Batch {
    fn add(&mut self, entry: &ZipFileHeaderRecord<'_>, otherwise: Option<Target>) {
        if entry.is_dir() {
            return;
        }
        let path = entry.file_path();
        let name: &[u8] = path.as_ref();
        let folders = name.iter().rposition(|&byte| byte == b'/').map(|end| &name[..end]);
        let start = self.names.len();
        self.names.extend_from_slice(name);
        self.entries.push(Entry {
            offset: entry.local_header_offset(),
            packed: entry.compressed_size_hint(),
            len: entry.uncompressed_size_hint(),
            crc: entry.crc32(),
            method: entry.compression_method(),
            is_encrypted: entry.flags().is_encrypted(),
            target: folders.and_then(names::of_entry).or(otherwise),
            name: start..self.names.len(),
        });
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= BATCH || self.names.len() >= BATCH_NAMES
    }

    /// Whether it is the version file of a corpus.
    fn is_version(&self, entry: &Entry) -> bool {
        let name = &self.names[entry.name.clone()];
        name.rsplit(|&byte| byte == b'/').next() == Some(VERSION_FILE.as_bytes())
    }

    fn name(&self, archive: &Archive, entry: &Entry) -> String {
        let name = String::from_utf8_lossy(&self.names[entry.name.clone()]);
        format!("{}/{name}", archive.name)
    }
}

fn submit<'s>(crew: &'s Crew<'_>, scope: &Scope<'s>, archive: &Arc<Archive>, mut batch: Batch) {
    if batch.entries.is_empty() {
        return;
    }
    let archive = Arc::clone(archive);
    crew.submit(scope, batch.entries.len(), move |worker| {
        batch.entries.sort_unstable_by_key(|entry| entry.offset);
        read(worker, &archive, &batch);
    });
}

/// Reads and feeds the entries of a batch.
fn read(worker: &mut Worker<'_>, archive: &Archive, batch: &Batch) {
    let Worker { feeder, input, unpacker } = worker;
    let unpacker = unpacker.get_or_insert_with(Unpacker::new);
    unpacker.window.clear();
    for entry in &batch.entries {
        let name = || batch.name(archive, entry);
        let is_version = batch.is_version(entry);
        if entry.target.is_none() && !is_version {
            feeder.tally.refuse(Reason::Unplaced, name(), files::UNPLACED.into());
            continue;
        }
        let unpacked = unpacker.unpack(archive.zip.get_ref(), entry, input);
        let refused = match (unpacked, entry.target) {
            (Ok(bytes), Some(target)) if !is_version => {
                feeder.feed(target, bytes, name);
                continue;
            }
            (Ok(bytes), _) => check_version(bytes).map_err(unreadable).err(),
            (Err(refusal), _) => Some(refusal),
        };
        if let Some((reason, why)) = refused {
            feeder.tally.refuse(reason, name(), why);
        }
    }
}

/// What is archived is of the current version, if it says so.
fn check_version(bytes: &[u8]) -> Result<(), String> {
    if bytes.trim_ascii() == version_line().trim_ascii() {
        return Ok(());
    }
    Err(format!("not of version {VERSION}: unpack the archive and use mmdiff corpus migrate"))
}

/// Reads entries: a thread's own.
pub(super) struct Unpacker {
    inflate: Inflate,
    window: Window,
}

type Refusal = (Reason, String);

fn unreadable(why: impl ToString) -> Refusal {
    (Reason::Unreadable, why.to_string())
}

impl Unpacker {
    fn new() -> Self {
        Unpacker { inflate: Inflate::new(false, 15), window: Window::default() }
    }

    /// The bytes of an entry: in the window, or unpacked into `out`, which is one byte longer than
    /// the largest input.
    fn unpack<'b>(
        &'b mut self,
        file: &FileReader,
        entry: &Entry,
        out: &'b mut [u8],
    ) -> Result<&'b [u8], Refusal> {
        if entry.len > MAX_INPUT {
            let why = format!("larger than {MAX_INPUT} bytes, which no seed is");
            return Err((Reason::TooLarge, why));
        }
        if entry.is_encrypted {
            return Err(unreadable("encrypted"));
        }
        if entry.packed > MAX_PACKED {
            return Err(unreadable(format!("claims {} packed bytes", entry.packed)));
        }
        let packed = self.window.data(file, entry)?;
        let bytes = match entry.method {
            CompressionMethod::STORE => packed,
            CompressionMethod::DEFLATE => inflate(&mut self.inflate, packed, out)?,
            method => return Err(unreadable(format!("packed by method {method}"))),
        };
        if bytes.len() as u64 != entry.len || zlib_rs::crc32::crc32(0, bytes) != entry.crc {
            return Err(unreadable("not of the length and checksum that the archive says"));
        }
        Ok(bytes)
    }
}

fn inflate<'b>(
    inflate: &mut Inflate,
    packed: &[u8],
    out: &'b mut [u8],
) -> Result<&'b [u8], Refusal> {
    inflate.reset(false);
    match inflate.decompress(packed, out, InflateFlush::Finish) {
        Ok(Status::StreamEnd) => Ok(&out[..inflate.total_out() as usize]),
        Ok(_) => Err(unreadable("its packed bytes do not end")),
        Err(error) => Err(unreadable(format!("cannot be unpacked: {}", error.as_str()))),
    }
}

/// A part of the file: entries that follow one another are read together.
#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    start: u64,
    len: usize,
}

impl Window {
    /// How much is read at once, unless an entry needs more.
    const SIZE: usize = 1 << 16;

    fn clear(&mut self) {
        self.len = 0;
    }

    /// The packed bytes of an entry.
    fn data(&mut self, file: &FileReader, entry: &Entry) -> Result<&[u8], Refusal> {
        let cut_off = || unreadable("cut off, or not where the archive says");
        let header = self.get(file, entry.offset, HEADER)?.ok_or_else(cut_off)?;
        let short = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let skip = HEADER + short(26) + short(28);
        if !header.starts_with(b"PK\x03\x04") {
            return Err(cut_off());
        }
        let len = skip + entry.packed as usize;
        let bytes = self.get(file, entry.offset, len)?.ok_or_else(cut_off)?;
        Ok(&bytes[skip..])
    }

    /// The `len` bytes from `offset` on; none if the file ends before.
    fn get(
        &mut self,
        file: &FileReader,
        offset: u64,
        len: usize,
    ) -> Result<Option<&[u8]>, Refusal> {
        let known = offset.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        let skip = match known.filter(|skip| skip.saturating_add(len) <= self.len) {
            Some(skip) => skip,
            None => {
                self.read(file, offset, len).map_err(unreadable)?;
                0
            }
        };
        Ok(self.bytes[..self.len].get(skip..skip + len))
    }

    /// Moves to `offset`, with `len` bytes or more unless the file ends before.
    fn read(&mut self, file: &FileReader, offset: u64, len: usize) -> std::io::Result<()> {
        if self.bytes.len() < len.max(Self::SIZE) {
            self.bytes.resize(len.max(Self::SIZE), 0);
        }
        (self.start, self.len) = (offset, 0);
        while self.len < len {
            let at = offset.saturating_add(self.len as u64);
            match file.read_at(&mut self.bytes[self.len..], at)? {
                0 => break,
                more => self.len += more,
            }
        }
        Ok(())
    }
}
