// SPDX-License-Identifier: GPL-2.0-only
//! The byte format of scenarios.
//!
//! Every byte string is a scenario, and every scenario has a byte string that decodes to it:
//! `decode(encode(s)) == s`. The rules, and there are no others:
//!
//! | value | bytes |
//! |---|---|
//! | a missing byte, at the end of the input | 0 |
//! | a flag | one byte, its lowest bit |
//! | one of N | one byte, modulo N; the first of the N is the plainest |
//! | a small number below N | one byte, modulo N |
//! | a 64-bit word | eight bytes, little-endian |
//! | a list of at most N | one byte, modulo N + 1, then so many items |
//! | a record | its fields, in order |
//!
//! So an input is never rejected, a short one means the plain rest, and what mutates one byte
//! mutates one thing.
//!
//! # What may change without a new version
//!
//! An input is *canonical* if it is what [`Scenario::encode`](super::Scenario::encode) writes:
//! choices below their N, no byte after the scenario's end, no trailing zero. Every committed seed
//! is canonical, and stays what it means when
//!
//! - a field is **appended** to the scenario of a path (to the outermost record, not to one inside
//!   it): old inputs read 0 for it, so 0 must mean what was the case before;
//! - a name or a variant is **appended** to a choice, or the bound of a number or a list is raised.
//!
//! An input that is not canonical (a fuzzer's) can mean something else after either: its byte may
//! now be read modulo another N, or a byte after its old end as the new field. It is still valid,
//! and canonical inputs are had by running `mmdiff corpus migrate` before such a change.
//!
//! # What needs a new version
//!
//! Anything else: a field or variant that goes, moves or comes in the middle, an N that shrinks, a
//! byte that means something else ([`ORDERS`](super::Order) included). Then [`VERSION`] goes up by
//! one, the old way to read goes into `FORMATS` of `mmdiff corpus migrate` as a decoder of
//! old bytes into today's scenarios, and `mmdiff corpus migrate DIR` rewrites corpora. Inputs carry
//! no header, since every byte string must stay a scenario; so the version of a corpus stands in a
//! file beside its folders, `VERSION`. A corpus without one is taken to be current, and `migrate`
//! must be told.
//!
//! Decode snapshots (`tests/snapshots/`) hold what each committed seed means, and a test fails when
//! that changes, whatever the reason.

#[cfg(test)]
mod tests;

use arrayvec::ArrayVec;
use std::fmt::Debug;

/// The version of the byte format.
pub const VERSION: u32 = 1;

/// Reads an input; after its end there are only zeroes.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes }
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((&first, rest)) => {
                self.bytes = rest;
                first
            }
            None => 0,
        }
    }
}

/// A value with a place in the byte format.
pub trait Wire: Sized {
    /// Reads the value. Total.
    fn get(r: &mut Reader<'_>) -> Self;
    /// Appends the bytes that [`get`](Wire::get) reads back as this value.
    fn put(&self, out: &mut Vec<u8>);
}

/// The bytes of a value, without trailing zeroes: a missing byte is 0.
pub fn encode<T: Wire>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    value.put(&mut out);
    while out.last() == Some(&0) {
        out.pop();
    }
    out
}

impl Wire for bool {
    #[inline]
    fn get(r: &mut Reader<'_>) -> bool {
        r.byte() & 1 != 0
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

impl Wire for u8 {
    #[inline]
    fn get(r: &mut Reader<'_>) -> u8 {
        r.byte()
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
}

impl Wire for i8 {
    #[inline]
    fn get(r: &mut Reader<'_>) -> i8 {
        r.byte() as i8
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.push(*self as u8);
    }
}

impl Wire for u64 {
    #[inline]
    fn get(r: &mut Reader<'_>) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| r.byte()))
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
}

/// A number from 0 to `N` - 1.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Below<const N: u8>(u8);

impl<const N: u8> Below<N> {
    /// `value`, modulo `N`.
    pub const fn new(value: u8) -> Self {
        Below(value % N)
    }
    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl<const N: u8> TryFrom<u8> for Below<N> {
    type Error = String;
    fn try_from(value: u8) -> Result<Self, String> {
        if value < N { Ok(Below(value)) } else { Err(format!("{value} is not below {N}")) }
    }
}

impl<const N: u8> From<Below<N>> for u8 {
    fn from(value: Below<N>) -> u8 {
        value.0
    }
}

impl<const N: u8> Wire for Below<N> {
    #[inline]
    fn get(r: &mut Reader<'_>) -> Self {
        Below(r.byte() % N)
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }
}

/// A list of at most `N` items, kept in place: no input makes the decoder allocate.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<T>", into = "Vec<T>")]
#[serde(bound(
    serialize = "T: Clone + serde::Serialize",
    deserialize = "T: serde::Deserialize<'de>"
))]
pub struct List<T, const N: usize>(ArrayVec<T, N>);

impl<T, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        List(ArrayVec::new())
    }
}

impl<T, const N: usize> List<T, N> {
    /// The first `N` of `items`.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        List(items.into_iter().take(N).collect())
    }
}

impl<T, const N: usize> std::ops::Deref for List<T, N> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const N: usize> std::ops::DerefMut for List<T, N> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T, const N: usize> TryFrom<Vec<T>> for List<T, N> {
    type Error = String;
    fn try_from(items: Vec<T>) -> Result<Self, String> {
        if items.len() <= N {
            Ok(List::new(items))
        } else {
            Err(format!("{} items, where at most {N} fit", items.len()))
        }
    }
}

impl<T, const N: usize> From<List<T, N>> for Vec<T> {
    fn from(list: List<T, N>) -> Vec<T> {
        list.0.into_iter().collect()
    }
}

impl<T: Wire, const N: usize> Wire for List<T, N> {
    #[inline]
    fn get(r: &mut Reader<'_>) -> Self {
        let len = usize::from(r.byte()) % (N + 1);
        List((0..len).map(|_| T::get(r)).collect())
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.0.len() as u8);
        for item in &self.0 {
            item.put(out);
        }
    }
}

/// Defines a record that is read and written field by field.
macro_rules! record {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident: $ty:ty,)* }) => {
        #[derive(Clone, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
        $(#[$doc])*
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }

        impl $crate::scenario::codec::Wire for $name {
            fn get(r: &mut $crate::scenario::codec::Reader<'_>) -> Self {
                $(let $field = $crate::scenario::codec::Wire::get(r);)*
                $name { $($field),* }
            }
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::scenario::codec::Wire::put(&self.$field, out);)*
            }
        }

        impl $crate::scenario::reduce::Reduce for $name {
            fn plainer(&self, give: $crate::scenario::reduce::Give<'_, Self>) {
                $crate::scenario::reduce::whole(self, give);
                $($crate::scenario::reduce::Reduce::plainer(&self.$field, &mut |$field, removed| {
                    let removed = removed.map(|removed| removed.from(stringify!($field)));
                    let mut plainer = self.clone();
                    plainer.$field = $field;
                    give(plainer, removed);
                });)*
            }
        }
    };
}
pub(crate) use record;

/// Defines a choice: one byte, and the fields of the variant that it chooses.
macro_rules! choice {
    ($(#[$doc:meta])* pub enum $name:ident {
        $(#[$fvdoc:meta])* $first:ident $({ $($(#[$ffdoc:meta])* $ffield:ident: $fty:ty,)* })?,
        $($(#[$vdoc:meta])* $variant:ident $({ $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* })?,)*
    }) => {
        #[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize)]
        #[serde(tag = "do", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
        $(#[$doc])*
        pub enum $name {
            $(#[$fvdoc])* $first $({ $($(#[$ffdoc])* $ffield: $fty,)* })?,
            $($(#[$vdoc])* $variant $({ $($(#[$fdoc])* $field: $ty,)* })?,)*
        }

        // Every variant with braces: serde takes any field for a variant that has none.
        const _: () = {
            #[derive(serde::Deserialize)]
            #[serde(tag = "do", deny_unknown_fields)]
            #[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
            enum Shape {
                $first { $($($(#[$ffdoc])* #[serde(default)] $ffield: $fty,)*)? },
                $($variant { $($($(#[$fdoc])* #[serde(default)] $field: $ty,)*)? },)*
            }

            impl From<Shape> for $name {
                fn from(shape: Shape) -> Self {
                    match shape {
                        Shape::$first { $($($ffield,)*)? } => $name::$first $({ $($ffield),* })?,
                        $(Shape::$variant { $($($field,)*)? } => {
                            $name::$variant $({ $($field),* })?
                        })*
                    }
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    $crate::scenario::forms::by_table::<Shape, D>(d).map($name::from)
                }
            }
        };

        impl Default for $name {
            fn default() -> Self {
                $name::$first $({ $($ffield: Default::default()),* })?
            }
        }

        impl $crate::scenario::reduce::Reduce for $name {
            fn plainer(&self, give: $crate::scenario::reduce::Give<'_, Self>) {
                let plain = [
                    $name::default(),
                    $($name::$variant $({ $($field: Default::default()),* })?,)*
                ];
                $crate::scenario::reduce::earlier(self, plain, give);
                match self {
                    $name::$first $({ $($ffield),* })? => {
                        $($crate::scenario::reduce::fields!(give, $name::$first { $($ffield),* });)?
                    }
                    $($name::$variant $({ $($field),* })? => {
                        $($crate::scenario::reduce::fields!(give, $name::$variant { $($field),* });)?
                    })*
                }
            }
        }

        impl $crate::scenario::codec::Wire for $name {
            fn get(r: &mut $crate::scenario::codec::Reader<'_>) -> Self {
                #[repr(u8)]
                #[allow(dead_code, reason = "only the numbers are used")]
                enum Tag { $first, $($variant,)* }
                const N: u8 = [stringify!($first), $(stringify!($variant)),*].len() as u8;
                match r.byte() % N {
                    $(tag if tag == Tag::$variant as u8 => $name::$variant $({
                        $($field: $crate::scenario::codec::Wire::get(r)),*
                    })?,)*
                    _ => $name::$first $({
                        $($ffield: $crate::scenario::codec::Wire::get(r)),*
                    })?,
                }
            }
            fn put(&self, out: &mut Vec<u8>) {
                #[repr(u8)]
                enum Tag { $first, $($variant,)* }
                match self {
                    $name::$first $({ $($ffield),* })? => {
                        out.push(Tag::$first as u8);
                        $($($crate::scenario::codec::Wire::put($ffield, out);)*)?
                    }
                    $($name::$variant $({ $($field),* })? => {
                        out.push(Tag::$variant as u8);
                        $($($crate::scenario::codec::Wire::put($field, out);)*)?
                    })*
                }
            }
        }
    };
}
pub(crate) use choice;

/// Defines a choice between names alone.
macro_rules! one_of {
    ($(#[$doc:meta])* pub enum $name:ident { $(#[$fdoc:meta])* $first:ident, $($(#[$vdoc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[repr(u8)]
        pub enum $name { #[default] $(#[$fdoc])* $first, $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every one, in the order of their bytes.
            pub const ALL: &'static [$name] = &[$name::$first, $($name::$variant,)*];
        }

        impl $crate::scenario::reduce::Reduce for $name {
            fn plainer(&self, give: $crate::scenario::reduce::Give<'_, Self>) {
                $name::ALL[..*self as usize].iter().for_each(|&plainer| give(plainer, None));
            }
        }

        impl $crate::scenario::codec::Wire for $name {
            #[inline]
            fn get(r: &mut $crate::scenario::codec::Reader<'_>) -> Self {
                $name::ALL[usize::from(r.byte()) % $name::ALL.len()]
            }
            fn put(&self, out: &mut Vec<u8>) {
                out.push(*self as u8);
            }
        }
    };
}
pub(crate) use one_of;
