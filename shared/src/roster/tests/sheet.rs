//! The recovery sheet survives paper and typing, and says which group went wrong.

use crate::log::NodeKey;
use crate::roster::recovery::N_GROUPS;
use crate::roster::{RecoveryError, RecoverySheet};

const SECRET: [u8; 32] = *b"\x00\x01\x02\x03 a secret key on paper \xfc\xfd\xfe\xff\x10";

fn sheet() -> RecoverySheet {
    RecoverySheet::new(NodeKey::from_secret(&SECRET))
}

fn parsed(text: &str) -> Result<[u8; 32], RecoveryError> {
    RecoverySheet::parse(text).map(|sheet| sheet.key().to_secret())
}

#[test]
fn the_sheet_is_read_back_however_it_is_typed() {
    let groups = sheet().groups();
    let typed = [
        groups.join("\n"),
        groups.join("  ").to_uppercase(),
        groups.concat(),
        groups.join(" ").replace('-', ""),
        groups.join(" ").replace('0', "o").replace('1', "l"),
        sheet().qr_text(),
        format!("  {}\r\n", sheet().qr_text().to_lowercase()),
    ];
    for text in typed {
        assert_eq!(parsed(&text), Ok(SECRET), "{text}");
    }
    assert_eq!(
        RecoverySheet::parse(&sheet().qr_text()).unwrap().site(),
        sheet().site()
    );
}

#[test]
fn every_single_wrong_digit_is_found_in_its_group() {
    let groups = sheet().groups();
    for group in 0..N_GROUPS {
        for position in 0..groups[group].len() {
            let mut wrong = groups.clone();
            let digit = wrong[group].as_bytes()[position];
            if digit == b'-' {
                continue;
            }
            let other = if digit == b'f' { "e" } else { "f" };
            wrong[group].replace_range(position..=position, other);
            let expected = if group + 1 == N_GROUPS {
                RecoveryError::WrongWhole
            } else {
                RecoveryError::WrongGroup(group + 1)
            };
            assert_eq!(parsed(&wrong.join(" ")), Err(expected));
        }
    }
}

#[test]
fn what_else_can_be_wrong_is_named() {
    let groups = sheet().groups();
    let with = |index: usize, text: &str| {
        let mut groups = groups.clone();
        groups[index] = text.to_owned();
        groups.join(" ")
    };
    let mut swapped = groups.clone();
    swapped.swap(2, 3);
    let other = RecoverySheet::new(NodeKey::from_secret(&[9; 32])).groups();
    let rows = [
        (groups[..8].join(" "), RecoveryError::GroupCount(8)),
        (String::new(), RecoveryError::GroupCount(0)),
        (
            with(4, "1a2b3-c4d5x"),
            RecoveryError::NotADigit {
                group: 5,
                character: 'x',
            },
        ),
        (
            with(5, "1a2b3-c4d"),
            RecoveryError::GroupLength {
                group: 6,
                digits: 8,
                expected: 10,
            },
        ),
        (swapped.join(" "), RecoveryError::WrongGroup(3)),
        (with(1, &other[1]), RecoveryError::WrongWhole),
        ("0".repeat(5000), RecoveryError::TooLong),
    ];
    for (text, expected) in rows {
        assert_eq!(parsed(&text), Err(expected), "{text}");
        assert!(!expected.vietnamese().is_empty());
    }
    assert!(RecoveryError::WrongGroup(3).vietnamese().contains("Nhóm 3"));
}

#[test]
fn debug_never_prints_the_secret() {
    let shown = format!("{:?} {:#?}", sheet(), sheet());
    for group in sheet().groups() {
        assert!(!shown.contains(&group.replace('-', "")[..8]));
    }
    assert!(shown.contains(&sheet().site().short()));
}
