// SPDX-License-Identifier: GPL-2.0-only
//! Zip archives, written field by field so that any of them can lie.

use zlib_rs::DeflateConfig;

pub(crate) const STORED: u16 = 0;
pub(crate) const DEFLATED: u16 = 8;

/// An entry, and what the directory says of it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    pub(crate) packed: Vec<u8>,
    pub(crate) packed_len: u32,
    pub(crate) len: u32,
}

impl Entry {
    /// An honest one.
    pub(crate) fn new(name: &str, method: u16, bytes: &[u8]) -> Entry {
        let packed = if method == DEFLATED { deflate(bytes) } else { bytes.to_vec() };
        Entry {
            name: name.into(),
            method,
            flags: 0,
            crc: rawzip::crc32(bytes),
            packed_len: packed.len() as u32,
            packed,
            len: bytes.len() as u32,
        }
    }

    fn fields(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for half in [20, self.flags, self.method, 0, 0] {
            out.extend_from_slice(&half.to_le_bytes());
        }
        for word in [self.crc, self.packed_len, self.len] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.extend_from_slice(&(self.name.len() as u16).to_le_bytes());
        out.extend_from_slice(&[0; 2]);
        out
    }

    /// The entry as it stands before its place in the directory.
    pub(crate) fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04", &self.fields()[..], self.name.as_bytes(), &self.packed].concat()
    }

    /// Its record in the directory.
    pub(crate) fn central(&self, offset: u32) -> Vec<u8> {
        let rest = [&[0; 10][..], &offset.to_le_bytes(), self.name.as_bytes()].concat();
        [b"PK\x01\x02\x14\x00", &self.fields()[..], &rest].concat()
    }
}

pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packed = vec![0; bytes.len() + bytes.len() / 100 + 64];
    let raw = DeflateConfig { window_bits: -15, ..DeflateConfig::new(6) };
    zlib_rs::compress_slice(&mut packed, bytes, raw).0.to_vec()
}

/// An archive of these entries, one after the other.
pub(crate) fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend(entry.central(body.len() as u32));
        body.extend(entry.local());
    }
    end(body, &directory, entries.len() as u16)
}

/// An archive of this body and directory.
pub(crate) fn end(body: Vec<u8>, directory: &[u8], count: u16) -> Vec<u8> {
    let mut out = [&body, directory, b"PK\x05\x06\0\0\0\0"].concat();
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}
