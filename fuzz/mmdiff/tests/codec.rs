// SPDX-License-Identifier: GPL-2.0-only
//! The byte format of scenarios: total, and `decode(encode(s)) == s`.

use crate::support::Dice;
use arbitrary::{Arbitrary, Unstructured};
use mmdiff::scenario::codec::{Below, List};
use mmdiff::scenario::*;

const GENERATED: u64 = 1500;
const RANDOM: u64 = 1500;

/// Random inputs of every length up to 200, sparse and dense.
fn inputs(seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut dice = Dice::new(seed);
    (0..RANDOM).map(move |i| {
        let zeroes = dice.below(8);
        dice.bytes(i % 200, zeroes)
    })
}

#[test]
fn every_generated_scenario_survives_the_byte_format() {
    for path in Path::ALL {
        for case in 0..GENERATED {
            let scenario = generate::scenario(11, path, case);
            assert_eq!(Scenario::decode(path, &scenario.encode()), scenario);
        }
    }
}

#[test]
fn every_byte_string_means_a_scenario_that_has_one_shortest_spelling() {
    for path in Path::ALL {
        for bytes in inputs(1) {
            let scenario = Scenario::decode(path, &bytes);
            let encoded = scenario.encode();
            assert_eq!(scenario.path(), path);
            assert_eq!(Scenario::decode(path, &encoded), scenario, "{path} {bytes:x?}");
            assert_eq!(Scenario::decode(path, &encoded).encode(), encoded);
            assert_ne!(encoded.last(), Some(&0));
        }
    }
}

#[test]
fn the_empty_input_is_the_default_scenario() {
    let defaults = [
        Scenario::Flags(FlagsScenario::default()),
        Scenario::Creation(CreationScenario::default()),
        Scenario::Errors(ErrorsScenario::default()),
        Scenario::Truncation(TruncationScenario::default()),
        Scenario::Migration(MigrationScenario::default()),
        Scenario::Compaction(CompactionScenario::default()),
        Scenario::Lifecycle(LifecycleScenario::default()),
    ];
    for (path, default) in Path::ALL.into_iter().zip(defaults) {
        assert_eq!(default.encode(), [0u8; 0]);
        assert_eq!(Scenario::decode(path, &[]), default);
    }
}

#[test]
fn a_missing_byte_is_zero() {
    for path in Path::ALL {
        for bytes in inputs(2).step_by(5) {
            let scenario = Scenario::decode(path, &bytes);
            for zeroes in [1, 7, 300] {
                let mut longer = bytes.clone();
                longer.resize(bytes.len() + zeroes, 0);
                assert_eq!(Scenario::decode(path, &longer), scenario, "{path} {bytes:x?}");
            }
        }
    }
}

#[test]
fn bytes_behind_the_last_field_mean_nothing() {
    let mut dice = Dice::new(3);
    for path in Path::ALL {
        for case in 0..200 {
            let scenario = generate::scenario(5, path, case);
            // No scenario is as long as this, so what follows it is never read.
            let mut bytes = scenario.encode();
            bytes.resize(1000, 0);
            bytes.extend(dice.bytes(50, 0));
            assert_eq!(Scenario::decode(path, &bytes), scenario);
        }
    }
}

#[test]
fn a_byte_of_a_record_changes_its_own_field_and_no_other() {
    for value in 0..=u8::MAX {
        let flag = value & 1 != 0;
        let step = |byte: usize| {
            let mut bytes = vec![0; 6];
            bytes[byte] = value;
            Scenario::decode(Path::Creation, &bytes)
        };
        let plain = CreationScenario::default;
        let steps = List::new((0..value % 9).map(|_| GmemStep::CheckErrors));
        let expected = [
            CreationScenario { no_fd: flag, ..plain() },
            CreationScenario { no_memory: flag, ..plain() },
            CreationScenario { no_file: flag, ..plain() },
            CreationScenario { foreign_mapping: flag, ..plain() },
            CreationScenario { pages: Below::new(value % 32), ..plain() },
            CreationScenario { steps, ..plain() },
        ];
        for (byte, expected) in expected.into_iter().enumerate() {
            assert_eq!(step(byte), Scenario::Creation(expected), "byte {byte} is {value}");
        }
    }
}

#[test]
fn a_word_is_eight_bytes_little_endian() {
    for bit in 0..64 {
        let word = 1u64 << bit;
        let mut bytes = vec![0, 0, 0, 1];
        bytes.extend(word.to_le_bytes());
        let Scenario::Flags(s) = Scenario::decode(Path::Flags, &bytes) else {
            panic!("the path decides");
        };
        assert_eq!(s.file.flags, Flags::Raw { word });
    }
}

#[test]
fn a_choice_is_taken_modulo_the_number_of_choices() {
    for value in 0..=u8::MAX {
        let of = |value: u8| Scenario::decode(Path::Flags, &[value]);
        let kind = FileKind::ALL[usize::from(value) % FileKind::ALL.len()];
        let file = crate::support::file(kind);
        assert_eq!(of(value), Scenario::Flags(FlagsScenario { file, ..Default::default() }));

        let step = |value: u8| Scenario::decode(Path::Creation, &[0, 0, 0, 0, 0, 1, value, 3, 2]);
        assert_eq!(step(value), step(value % 7), "seven steps");
        let op = |value: u8| Scenario::decode(Path::Lifecycle, &[1, value, 3, 2, 1, 5, 4]);
        assert_eq!(op(value), op(value % 13), "thirteen operations");
    }
}

#[test]
fn every_order_has_a_byte_and_no_byte_means_a_greater_one() {
    let order_of = |bytes: &[u8]| match Scenario::decode(Path::Truncation, bytes) {
        Scenario::Truncation(s) => s.folio.order.get(),
        _ => panic!("the path decides"),
    };
    let mut seen = [false; 11];
    for value in 0..=u8::MAX {
        // The call, the file's four fields, then the folio's first.
        let order = order_of(&[0, 0, 0, 0, 0, value]);
        seen[usize::from(order)] = true;
    }
    assert_eq!(seen, [true; 11]);
    for order in 0..=u8::MAX {
        assert_eq!(Order::new(order).get(), order.min(10));
    }
}

#[test]
fn the_readable_form_says_the_same() {
    for path in Path::ALL {
        for case in 0..300 {
            let scenario = generate::scenario(13, path, case);
            let text = serde_json::to_string(&scenario).expect("every scenario has a JSON form");
            assert!(text.starts_with(&format!("{{\"{path}\":")), "{text}");
            let back: Scenario = serde_json::from_str(&text).expect("its own JSON is read back");
            assert_eq!(back, scenario);
        }
    }
}

#[test]
fn the_readable_form_may_leave_out_the_plain_and_must_not_lie() {
    let parse = |text: &str| serde_json::from_str::<Scenario>(text).ok();
    let plain = Scenario::Creation(CreationScenario::default());
    assert_eq!(parse(r#"{"creation": {}}"#), Some(plain));
    for wrong in [
        r#"{"creation": {"no-such-field": true}}"#,
        r#"{"creation": {"pages": 32}}"#,
        r#"{"creation": {"pages": -1}}"#,
        r#"{"truncation": {"folio": {"order": 11}}}"#,
        r#"{"truncation": {"file": {"kind": "xfs"}}}"#,
        r#"{"truncation": {"races": [{}, {}, {}, {}, {}]}}"#,
        r#"{"no-such-path": {}}"#,
    ] {
        assert_eq!(parse(wrong), None, "{wrong}");
    }
    assert!(parse(r#"{"truncation": {"races": [{}, {}, {}, {}]}}"#).is_some());
}

#[test]
fn a_fuzzer_that_asks_by_type_gets_what_the_bytes_mean() {
    for bytes in inputs(4).step_by(3) {
        let taken = TruncationScenario::arbitrary(&mut Unstructured::new(&bytes));
        let rest = CompactionScenario::arbitrary_take_rest(Unstructured::new(&bytes));
        let decoded = |path| Scenario::decode(path, &bytes);
        assert_eq!(taken.ok().map(Scenario::Truncation), Some(decoded(Path::Truncation)));
        assert_eq!(rest.ok().map(Scenario::Compaction), Some(decoded(Path::Compaction)));
    }
}

#[test]
fn a_case_is_a_function_of_the_seed_the_path_and_its_number() {
    for path in Path::ALL {
        let of = |seed| (0..50).map(|i| generate::scenario(seed, path, i)).collect::<Vec<_>>();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        let distinct: std::collections::HashSet<_> = of(1).into_iter().collect();
        assert!(distinct.len() > 30, "{path}: {} of 50 differ", distinct.len());
    }
}
