// SPDX-License-Identifier: GPL-2.0-only
//! What the format promises about inputs that were written before a type grew.

#![allow(unreachable_pub, reason = "the macros make public types")]

use super::{Below, List, Reader, Wire, choice, one_of, record};

record! {
    /// A record of today.
    pub struct Old {
        /// A flag.
        pub flag: bool,
        /// A list.
        pub numbers: List<Below<10>, 4>,
        /// A word.
        pub word: u64,
    }
}

record! {
    /// The same with a field appended.
    pub struct New {
        /// A flag.
        pub flag: bool,
        /// A list.
        pub numbers: List<Below<10>, 4>,
        /// A word.
        pub word: u64,
        /// The new field.
        pub more: Below<5>,
    }
}

one_of! {
    /// Two names.
    pub enum OldName {
        /// The first.
        First,
        /// The second.
        Second,
    }
}

one_of! {
    /// The same with a name appended.
    pub enum NewName {
        /// The first.
        First,
        /// The second.
        Second,
        /// The third.
        Third,
    }
}

choice! {
    /// A choice with fields.
    pub enum Fields {
        /// Without.
        Plain,
        /// With one.
        One {
            /// It.
            number: Below<7>,
        },
    }
}

fn get<T: Wire>(bytes: &[u8]) -> T {
    T::get(&mut Reader::new(bytes))
}

fn put<T: Wire>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

/// Every value of a small part of the old record's.
fn old_records() -> impl Iterator<Item = Old> {
    let flags = [false, true].into_iter();
    flags.flat_map(|flag| {
        (0..=4_u8).flat_map(move |len| {
            [0, 1, u64::MAX].into_iter().map(move |word| {
                let numbers = List::new((0..len).map(Below::new));
                Old { flag, numbers, word }
            })
        })
    })
}

#[test]
fn an_appended_field_reads_zero_from_old_inputs_and_leaves_the_others_alone() {
    for old in old_records() {
        let mut bytes = put(&old);
        loop {
            let new: New = get(&bytes);
            let Old { flag, numbers, word } = get(&bytes);
            assert_eq!((new.flag, new.numbers, new.word), (flag, numbers, word));
            assert_eq!(new.more, Below::new(0));
            // The same with trailing zeroes left off.
            if bytes.last() != Some(&0) {
                break;
            }
            bytes.pop();
        }
    }
}

#[test]
fn a_byte_after_the_old_end_can_only_change_the_appended_field() {
    for old in old_records() {
        for tail in 0..=255_u8 {
            let mut bytes = put(&old);
            bytes.push(tail);
            let new: New = get(&bytes);
            let expected = (old.flag, old.numbers.clone(), old.word, Below::new(tail));
            assert_eq!((new.flag, new.numbers, new.word, new.more), expected);
        }
    }
}

#[test]
fn an_appended_name_leaves_canonical_inputs_alone() {
    for &name in OldName::ALL {
        let bytes = put(&name);
        assert_eq!(format!("{:?}", get::<NewName>(&bytes)), format!("{name:?}"));
    }
    // The others are read modulo the number of names, which has changed.
    assert_eq!((get::<OldName>(&[2]), get::<NewName>(&[2])), (OldName::First, NewName::Third));
}

#[test]
fn what_is_put_is_what_is_got() {
    for old in old_records() {
        assert_eq!(get::<Old>(&put(&old)), old);
    }
    for fields in [Fields::Plain, Fields::One { number: Below::new(6) }] {
        assert_eq!(get::<Fields>(&put(&fields)), fields);
    }
}

#[test]
fn every_byte_chooses_something() {
    for byte in 0..=255_u8 {
        let fields: Fields = get(&[byte, byte]);
        let expected = match byte % 2 {
            0 => Fields::Plain,
            _ => Fields::One { number: Below::new(byte) },
        };
        assert_eq!(fields, expected);
        let list: List<u8, 4> = get(&[byte, 1, 2, 3, 4, 5]);
        assert_eq!(list.len(), usize::from(byte % 5));
    }
}
