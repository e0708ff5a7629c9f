//! The identity card QR: rows of real shapes, and what is refused.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

// Invented people; the numbers follow the published structure.
const WOMAN_1985: &str =
    "001185000123|012345678|Nguyễn Thị Đào|19051985|Nữ|Thôn 2, Xã Vĩnh Hòa|25042021";

fn warnings(scanned: &str) -> Vec<CccdWarning> {
    parse_cccd(scanned).expect("a card").1
}

#[test]
fn a_card_fills_every_field() {
    let (card, warnings) = parse_cccd(WOMAN_1985).unwrap();
    assert_eq!(card.number.as_str(), "001185000123");
    assert_eq!(
        card.old_number.as_ref().map(IdNumber::as_str),
        Some("012345678")
    );
    assert_eq!(card.full_name, "Nguyễn Thị Đào");
    assert_eq!(card.birth_date, Some(date(1985, 5, 19)));
    assert_eq!(card.sex, Some(Sex::Female));
    assert_eq!(card.address, "Thôn 2, Xã Vĩnh Hòa");
    assert_eq!(card.issued_on, Some(date(2021, 4, 25)));
    assert_eq!(warnings, []);
}

#[test]
fn scanner_noise_extra_fields_and_slashes_change_nothing() {
    let expect = parse_cccd(WOMAN_1985).unwrap();
    let variants = [
        format!("\u{feff}{WOMAN_1985}\r\n"),
        format!("\t{WOMAN_1985}\t\r"),
        format!("{WOMAN_1985}|||Nguyễn Văn Cha|Trần Thị Mẹ|\r\n"),
        WOMAN_1985
            .replace("19051985", "19/05/1985")
            .replace("25042021", "25/4/2021"),
        WOMAN_1985.replace('|', " | "),
        WOMAN_1985.replace("Nữ", "NU\u{31b}\u{303}"),
    ];
    for scanned in variants {
        assert_eq!(parse_cccd(&scanned), Ok(expect.clone()), "{scanned:?}");
    }
}

#[test]
fn old_number_may_be_empty_and_nine_digits_state_nothing() {
    let (card, found) = parse_cccd("012345678||Trần Văn Bình|01021960|Nam|Xã A|03042010").unwrap();
    assert_eq!(card.old_number, None);
    assert_eq!(found, []);
}

#[test]
fn the_number_is_checked_against_birth_and_sex() {
    let year = CccdWarning::BirthYearMismatch {
        stated: 1985,
        printed: 1986,
    };
    assert_eq!(
        warnings(&WOMAN_1985.replace("19051985", "19051986")),
        [year]
    );
    assert_eq!(
        warnings(&WOMAN_1985.replace("Nữ", "Nam")),
        [CccdWarning::SexMismatch]
    );
    // 2 = male of 20xx, 3 = female of 20xx.
    assert_eq!(
        warnings("079203000001||Lê Minh|07082003|Nam|Xã A|01012020"),
        []
    );
    assert_eq!(
        warnings("079303000001||Lê Minh Anh|07082003|Nữ|Xã A|01012020"),
        []
    );
    let century = CccdWarning::BirthYearMismatch {
        stated: 2003,
        printed: 1903,
    };
    assert_eq!(
        warnings("079203000001||Lê Minh|07081903|Nam|Xã A|01012020"),
        [century]
    );
}

#[test]
fn what_cannot_be_read_is_left_to_the_officer() {
    let (card, found) = parse_cccd("001185000123|12AB|Nguyễn Thị Đào|31021985|N?||").unwrap();
    assert_eq!(
        (card.birth_date, card.sex, card.issued_on),
        (None, None, None)
    );
    let expect = [
        CccdWarning::OldNumberUnreadable,
        CccdWarning::BirthDateUnreadable,
        CccdWarning::SexUnreadable,
        CccdWarning::IssueDateUnreadable,
    ];
    assert_eq!(found, expect);
}

#[test]
fn what_is_no_card_is_refused_with_a_reason() {
    let rows = [
        (String::new(), CccdError::TooFewFields { found: 1 }),
        (
            "https://dichvucong.gov.vn".to_owned(),
            CccdError::TooFewFields { found: 1 },
        ),
        (
            "1|2|3|4|5|6".to_owned(),
            CccdError::TooFewFields { found: 6 },
        ),
        (
            WOMAN_1985.replace("001185000123", "00118500012"),
            CccdError::BadNumber,
        ),
        (
            WOMAN_1985.replace("001185000123", "00118500012x"),
            CccdError::BadNumber,
        ),
        (
            WOMAN_1985.replace("Nguyễn Thị Đào", " \t"),
            CccdError::NoName,
        ),
        (
            WOMAN_1985.replace("Thôn 2", &"x".repeat(MAX_QR_BYTES)),
            CccdError::TooLong,
        ),
    ];
    for (scanned, expect) in rows {
        assert_eq!(parse_cccd(&scanned).map(|_| ()), Err(expect));
    }
}

#[test]
fn dates_are_dates_or_nothing() {
    assert_eq!(parse_date("29022024"), Some(date(2024, 2, 29)));
    for text in [
        "",
        "29022023",
        "1905198",
        "190519855",
        "19-05-1985",
        "1//1985",
        "1/2/3/4",
        "+1/02/1985",
        "é9051985",
        "19/05/85",
    ] {
        assert_eq!(parse_date(text), None, "{text:?}");
    }
}

#[test]
fn debug_output_hides_the_person() {
    let (card, _) = parse_cccd(WOMAN_1985).unwrap();
    assert_eq!(
        format!("{card:?}"),
        "Cccd { number: IdNumber(•••••••••123), .. }"
    );
}

#[test]
fn a_number_read_back_is_checked_again() {
    assert!(serde_json::from_str::<IdNumber>("\"001185000123\"").is_ok());
    assert!(serde_json::from_str::<IdNumber>("\"12\"").is_err());
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(scanned in ".{0,300}") {
        prop_assert!(parse_cccd(&scanned).is_ok_and(|(card, _)| !card.full_name.is_empty()) || parse_cccd(&scanned).is_err());
    }

    #[test]
    fn card_like_text_never_panics(
        number in "[0-9]{9}|[0-9]{12}", old in "[0-9]{0,12}", name in ".{1,30}", birth in "[0-9/]{0,10}",
        sex in "Nam|Nữ|.{0,4}", address in ".{0,40}", issued in "[0-9/]{0,10}",
    ) {
        let scanned = format!("{number}|{old}|{name}|{birth}|{sex}|{address}|{issued}");
        if let Ok((card, _)) = parse_cccd(&scanned) {
            prop_assert!(scanned.contains(card.number.as_str()));
        }
    }
}
