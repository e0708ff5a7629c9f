//! What people bring: published procedures, the QR code of an identity card, the recovery sheet.

use lienquay_shared::domain::cccd::{MAX_QR_BYTES, parse_cccd};
use lienquay_shared::domain::importer::{MAX_NORMALISED_BYTES, MAX_NOTES, import_record};
use lienquay_shared::domain::procedure::Procedure;
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::RecoverySheet;

use super::Target;

/// A record of the national catalogue.
pub const PROCEDURE: Target = Target {
    name: "procedure",
    run: procedure,
    seeds: procedure_seeds,
    words: &[
        b"\"checklist_raw\":",
        b"\"channels\":",
        b"\"fees\":",
        b"\"steps_raw\":",
        b"null",
        b"1e999",
        b"[[[[[[[[",
        b"{\"\":0},",
        b"\\ud800",
        b"\\u0000",
        b"-0.0000000001",
        b"\xef\xbb\xbf",
        b"\"qty\":\"",
    ],
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 32 << 20,
};

/// What a scanner types.
pub const CCCD: Target = Target {
    name: "cccd",
    run: cccd,
    seeds: cccd_seeds,
    words: &[
        b"|",
        b"||",
        b"Nam",
        "Nữ".as_bytes(),
        b"29/02/1900",
        b"31041975",
        "\u{feff}".as_bytes(),
        b"\r\n",
    ],
    max_input_bytes: MAX_QR_BYTES + 10,
    max_heap_bytes: 1 << 20,
};

/// What is typed from paper.
pub const SHEET: Target = Target {
    name: "sheet",
    run: sheet,
    seeds: sheet_seeds,
    words: &[b"LIENQUAY1:", b"-", b" ", b"o", b"I", "đ".as_bytes(), b"\n"],
    max_input_bytes: 1200,
    max_heap_bytes: 1 << 20,
};

fn procedure(input: &[u8]) {
    let Ok((procedure, notes)) = import_record(input) else {
        return;
    };
    assert!(notes.len() <= MAX_NOTES);
    let json = serde_json::to_vec(&procedure).unwrap();
    assert!(json.len() <= MAX_NORMALISED_BYTES);
    assert_eq!(
        serde_json::from_slice::<Procedure>(&json).unwrap(),
        procedure
    );
    assert_eq!(import_record(input).unwrap().1, notes);
}

fn procedure_seeds() -> Vec<Vec<u8>> {
    let short = include_bytes!("../../../deploy/catalogue/1.115453.json");
    let long = include_bytes!("../../../deploy/catalogue/1.001731.json");
    vec![short.to_vec(), long.to_vec()]
}

fn cccd(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Ok((card, _warnings)) = parse_cccd(text) else {
        return;
    };
    assert!(!card.full_name.is_empty());
    assert!(!card.full_name.chars().any(char::is_control));
    assert!(!card.address.chars().any(char::is_control));
    let date = |date: Option<jiff::civil::Date>| {
        date.map_or(String::new(), |date| date.strftime("%d%m%Y").to_string())
    };
    let sex = match card.sex {
        Some(lienquay_shared::domain::cccd::Sex::Male) => "Nam",
        Some(lienquay_shared::domain::cccd::Sex::Female) => "Nữ",
        None => "",
    };
    let clean = format!(
        "{}|{}|{}|{}|{sex}|{}|{}",
        card.number.as_str(),
        card.old_number
            .as_ref()
            .map_or("", |number| number.as_str()),
        card.full_name,
        date(card.birth_date),
        card.address,
        date(card.issued_on),
    );
    assert_eq!(parse_cccd(&clean).unwrap().0, card);
}

fn cccd_seeds() -> Vec<Vec<u8>> {
    let cards = [
        "079203001234|024681357|Nguyễn Thị Ánh|31122003|Nữ|Ấp 3, Xã Bình Minh|01052021",
        "001075012345||TRẦN VĂN BÌNH|2/9/1975|Nam|Số 5, hẻm 12|15/8/2022|extra|\r\n",
    ];
    cards.map(|card| card.as_bytes().to_vec()).into()
}

fn sheet(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let Ok(sheet) = RecoverySheet::parse(text) else {
        return;
    };
    for again in [
        sheet.qr_text(),
        sheet.groups().join("\n"),
        sheet.groups().concat(),
    ] {
        let read = RecoverySheet::parse(&again).unwrap();
        assert_eq!(read.key().to_secret(), sheet.key().to_secret());
    }
}

fn sheet_seeds() -> Vec<Vec<u8>> {
    let sheet = RecoverySheet::new(NodeKey::from_secret(&[0xa5; 32]));
    let texts = [
        sheet.qr_text(),
        sheet.groups().join(" "),
        sheet.groups().concat(),
    ];
    texts.map(String::into_bytes).into()
}
