//! Decisions about the site and the catalogue.

use super::*;
use crate::codec::{List, Text};
use crate::command::Command;
use crate::domain::site::{Counter, Lane, Numbering, Site};
use crate::domain::site_time::Day;
use crate::refusal::Refusal;
use crate::schema::series::{GivenNumber, give, series_doc};
use crate::schema::testing::{Copy, SITE, authors, context, merge_all, node};
use crate::wire::keeper::{LaneId, SeriesKey};

fn read(copy: &Copy) -> Site {
    let (site, defects) = crate::schema::site::read(&copy.document, &authors);
    assert!(defects.is_empty(), "{defects:?}");
    site
}

fn founded() -> Vec<Copy> {
    let mut copies = Copy::several(2, DocKind::Site);
    let write = site::found(&context(1, 0), &SITE, "Điểm phục vụ A", "H26.15").unwrap();
    copies[0].write(&write.edits);
    merge_all(&mut copies);
    copies
}

fn set(copy: &mut Copy, command: &Command) -> Result<ActionKind, Refusal> {
    let write = site::command(&context(copy.no, 0), &SITE, &read(copy), command).unwrap()?;
    copy.write(&write.edits);
    Ok(write.action)
}

fn lane(letters: &str) -> Command {
    let id = LaneId::new(letters).unwrap();
    Command::SetLane(Lane {
        id,
        name: Text::truncated("Hộ tịch"),
        fields: List::default(),
        active: true,
    })
}

fn counter(no: u16, name: &str) -> Command {
    let lanes = List::truncated(vec![LaneId::new("A").unwrap()]);
    Command::SetCounter(Counter {
        no,
        name: Text::truncated(name),
        lanes,
        active: true,
    })
}

#[test]
fn a_site_is_set_up_step_by_step() {
    let mut copy = founded().remove(0);
    let seat = Command::Seat {
        node: node(1),
        counter: Some(3),
        officer: None,
    };
    let steps = [
        (counter(3, "Quầy 3"), Err("unknown_lane")),
        (lane("a"), Err("invalid_input")),
        (lane("A"), Ok(ActionKind::LaneSet)),
        (lane("A"), Err("no_change")),
        (seat.clone(), Err("unknown_counter")),
        (counter(0, "Quầy 0"), Err("invalid_input")),
        (counter(3, ""), Err("invalid_input")),
        (counter(3, "Quầy 3"), Ok(ActionKind::CounterSet)),
        (seat, Ok(ActionKind::CounterSet)),
        (
            Command::SetCalendar {
                calendar: serde_json::json!({"week_plans": []}),
            },
            Err("invalid_input"),
        ),
        (
            Command::SetSite {
                name: None,
                unit_code: Some(Text::truncated("H26-15")),
                numbering: None,
            },
            Err("invalid_input"),
        ),
    ];
    for (command, expect) in steps {
        assert_eq!(
            set(&mut copy, &command).map_err(|refusal| refusal.code()),
            expect,
            "{command:?}"
        );
    }
    let site = read(&copy);
    assert_eq!(site.counter_of(&node(1)).unwrap().no, 3);
    assert_eq!(
        site.desks_of_lane(&LaneId::new("A").unwrap())
            .collect::<Vec<_>>(),
        [node(1)]
    );
    let calendar = serde_json::to_value(site.calendar()).unwrap();
    assert_eq!(
        set(&mut copy, &Command::SetCalendar { calendar }),
        Ok(ActionKind::CalendarSet)
    );
}

#[test]
fn the_numbering_changes_at_the_next_day_only() {
    let mut copy = founded().remove(0);
    let province = Command::SetSite {
        name: None,
        unit_code: None,
        numbering: Some(Numbering::Province),
    };
    set(&mut copy, &province).unwrap();
    let (today, plan) = (context(1, 0).day(), read(&copy).numbering);
    assert_eq!(plan.on(today), Numbering::Site);
    assert_eq!(plan.on(Day(today.0 + 1)), Numbering::Province);
}

#[test]
fn two_administrators_naming_one_counter_at_once_is_a_conflict_to_settle() {
    let mut copies = founded();
    set(&mut copies[0], &lane("A")).unwrap();
    merge_all(&mut copies);
    set(&mut copies[0], &counter(3, "Đất đai")).unwrap();
    set(&mut copies[1], &counter(3, "Hộ tịch")).unwrap();
    merge_all(&mut copies);
    assert_eq!(read(&copies[0]).counters, read(&copies[1]).counters);
    assert_eq!(read(&copies[0]).conflicts[0].field, "counter/3");
    set(&mut copies[1], &counter(3, "Hộ tịch và đất đai")).unwrap();
    merge_all(&mut copies);
    assert!(read(&copies[0]).conflicts.is_empty());
}

#[test]
fn two_pcs_importing_one_record_make_one_document_without_a_conflict() {
    let record = serde_json::json!({"code": "1.001193", "name": "Đăng ký khai sinh", "state": "SAMPLE",
        "category": {"code": "G15-TP07", "name": "Hộ tịch"}});
    let site = Site::default();
    let import = |no: u8, from: Option<Day>| {
        procedure::import(&context(no, u64::from(no)), &SITE, &site, &record, from).unwrap()
    };
    let (first, second) = (import(1, None), import(2, None));
    assert_eq!(first.write, second.write);
    assert_ne!(
        first.write.doc,
        import(1, Some(Day(20_000))).write.doc,
        "another version"
    );
    let mut copies = Copy::several(2, DocKind::Procedure);
    for copy in &mut copies {
        copy.write(&first.write.edits);
    }
    merge_all(&mut copies);
    let (version, defects) = crate::schema::procedure::read(&copies[0].document);
    assert_eq!((version, defects), (first.version, vec![]));
    let broken = procedure::import(
        &context(1, 0),
        &SITE,
        &site,
        &serde_json::json!({"name": "x"}),
        None,
    );
    assert_eq!(broken.unwrap_err().code(), "invalid_input");
}

#[test]
fn a_series_book_holds_only_what_its_keeper_gave() {
    let log = |no: u8| crate::LogId {
        node: node(no),
        incarnation: 1,
    };
    let day = Day(20_000);
    assert_ne!(
        series_doc(&SITE, &log(1), &SeriesKey::Dossier, day),
        series_doc(&SITE, &log(2), &SeriesKey::Dossier, day)
    );
    let number = |number: u32, to: u8| GivenNumber {
        number,
        doc: DocId([to; 16]),
        to: node(to),
    };
    let mut copies = Copy::several(2, DocKind::Series);
    copies[0].write(&give(number(7, 1)));
    copies[0].write(&give(number(8, 2)));
    copies[1].write(&give(number(9, 2)));
    merge_all(&mut copies);
    let (book, defects) = crate::schema::series::read(&copies[1].document, &node(1), &authors);
    assert_eq!(book.highest(), Some(8));
    assert_eq!(book.number_of(&DocId([2; 16])), Some(8));
    assert_eq!(defects.len(), 1);
}
