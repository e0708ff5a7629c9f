//! Number ranges never overlap, and codes read back.

use std::collections::BTreeSet;

use super::*;
use crate::domain::site_time::Day;

#[test]
fn ranges_of_keeper_and_slots_never_overlap_and_fit_four_digits() {
    type Slot = fn(u8) -> Option<NumberRange>;
    let families: [(NumberRange, Slot); 2] = [
        (NumberRange::DOSSIER_KEEPER, NumberRange::dossier_slot),
        (NumberRange::TICKET_KEEPER, NumberRange::ticket_slot),
    ];
    for (keeper, slot) in families {
        let ranges = std::iter::once(keeper).chain((0..=u8::MAX).filter_map(slot));
        let mut seen = BTreeSet::new();
        for number in ranges.flat_map(|range| range.first..=range.last) {
            assert!(seen.insert(number), "{number} belongs to two ranges");
            assert!((1..10_000).contains(&number));
        }
        assert_eq!(slot(MAX_SLOTS), None);
    }
}

#[test]
fn a_range_gives_each_number_once_and_then_no_more() {
    let range = NumberRange::dossier_slot(0).unwrap();
    let mut given = Vec::new();
    let mut last = None;
    while let Some(number) = range.next(last) {
        assert!(range.contains(number));
        given.push(number);
        last = Some(number);
    }
    assert_eq!(given.len(), 500);
    assert_eq!((given[0], given[499]), (3_000, 3_499));
    assert_eq!(NumberRange::DOSSIER_KEEPER.next(Some(41)), Some(42));
    assert_eq!(
        range.next(Some(41)),
        Some(3_000),
        "a number below the range does not count in it"
    );
}

#[test]
fn dossier_codes_read_as_printed() {
    let day = Day::of(jiff::civil::date(2025, 11, 21));
    let code = DossierCode::official("H26.15", day, 7);
    assert_eq!(code.to_string(), "H26.15-251121-0007");
    assert_eq!(code.parse_official(), Some(("H26.15", "251121", 7)));
    let provisional = DossierCode::provisional("H26.15", day, &DocId([0xff; 16]));
    assert_eq!(provisional.to_string(), "H26.15-251121-T-ZZZZZZ");
    assert!(provisional.is_provisional() && !code.is_provisional());
    assert_eq!(provisional.parse_official(), None);
    for text in [
        "",
        "-",
        "H26.15-251121-7",
        "H26.15-2511-0007",
        "-251121-0007",
        "H26.15-251121-00a7",
    ] {
        assert_eq!(
            DossierCode(Text::truncated(text)).parse_official(),
            None,
            "{text}"
        );
    }
}

#[test]
fn tickets_read_as_printed_and_as_typed() {
    let lane = |text: &str| LaneId::new(text).unwrap();
    assert_eq!(&*ticket_text(&lane("A"), 1), "A001");
    assert_eq!(&*ticket_text(&lane("A"), 1003), "A1003");
    let rows = [
        ("A012", Some(("A", 12))),
        (" a12 ", Some(("A", 12))),
        ("BC1003", Some(("BC", 1003))),
        ("12", None),
        ("A", None),
        ("A0", None),
        ("A10000", None),
        ("ABCDE1", None),
        ("Đ12", None),
    ];
    for (text, expect) in rows {
        assert_eq!(
            parse_ticket(text),
            expect.map(|(letters, number)| (lane(letters), number)),
            "{text}"
        );
    }
}

#[test]
fn a_tickets_document_follows_from_its_paper() {
    let (site, lane) = (SiteId([1; 32]), LaneId::new("A").unwrap());
    let doc = ticket_doc(&site, Day(20_000), &lane, 12);
    assert_eq!(doc, ticket_doc(&site, Day(20_000), &lane, 12));
    assert_ne!(doc, ticket_doc(&site, Day(20_001), &lane, 12));
    assert_ne!(doc, ticket_doc(&site, Day(20_000), &lane, 13));
}
