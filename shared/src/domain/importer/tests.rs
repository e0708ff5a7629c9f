//! The importer on small made-up records.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::deadline::{Period, PeriodUnit, Qty};
use crate::domain::money::{Dong, Fee};
use crate::domain::procedure::{
    FilingMethod, ProcedureState, Processing, ProcessingChoice, ProcessingOption,
};

/// A small record in the shape of the national catalogue.
fn record() -> Value {
    json!({
        "code": "9.000001", "source_id": "id-1", "name": "- Thủ tục thử\nnghiệm ", "category": null,
        "promulgating_agency": "Bộ A", "executing_agency": "Ủy ban nhân dân cấp xã",
        "subject_types": ["Công dân Việt Nam", "Doanh nghiệp"], "results": ["Giấy xác nhận"], "requirements": "",
        "channels": [
            {"method": "DIRECT", "note": "", "processing": {"qty": 17.5, "unit": "WORKING_DAY"}, "fees": [
                {"type": "FEE", "value_vnd": 0, "text": "Miễn cho người nghèo;  còn lại 8.000 đ"},
                {"type": "SERVICE_FEE", "value_vnd": null, "text": "Theo nghị quyết"},
                {"type": "PRICE_LEVEL", "value_vnd": 8000, "text": ""},
            ]},
            {"method": "ONLINE", "note": "", "processing": {"qty": 1, "unit": "OTHER"}, "fees": []},
            {"method": "POSTAL", "note": "", "processing": {"qty": "Theo mô tả", "unit": "OTHER"}, "fees": []},
        ],
        "processing_cases": [{"case_code": "9.000001.01", "qty": 3, "unit": "WORKING_DAY"}],
        "legal_basis": [{"code": "1/2026/TT", "name": "Thông tư 1"}],
        "steps_raw": [{"name": "", "text": "- Bước 1\n- Bước 2"}],
        "checklist_raw": [
            {"group": "* Giấy tờ phải nộp:", "items": [
                {"name": "- Tờ khai", "original_qty": 1, "copy_qty": 2, "code": "KQ1", "has_electronic_form": true,
                 "is_processing_result": false, "attachments": [{"id": "x", "fileName": "to-khai.docx"}]},
            ]},
            {"group": "", "items": []},
        ],
        "state": "UPDATED", "source": {"url": "https://example.invalid/1", "updated_at": "2026-04-20T08:26:49Z"},
    })
}

fn import(record: &Value) -> Result<(Procedure, Vec<ImportNote>), ImportError> {
    import_record(record.to_string().as_bytes())
}

fn working_days(qty: &str) -> Period {
    Period {
        qty: Qty::parse(qty).unwrap(),
        unit: PeriodUnit::WorkingDay,
    }
}

fn notes_at(notes: &[ImportNote], path: &str) -> Vec<NoteKind> {
    notes
        .iter()
        .filter(|note| note.path == path)
        .map(|note| note.kind.clone())
        .collect()
}

#[test]
fn a_record_is_normalised() {
    let (procedure, notes) = import(&record()).unwrap();
    assert_eq!(procedure.code.as_str(), "9.000001");
    assert_eq!(procedure.name, "Thủ tục thử nghiệm");
    assert_eq!(
        (procedure.category.as_ref(), procedure.state),
        (None, ProcedureState::Updated)
    );
    assert_eq!(procedure.subject_kinds.len(), 2);
    let direct = &procedure.channels[0];
    assert_eq!(
        (direct.method, &direct.processing),
        (
            FilingMethod::Direct,
            &Processing::Known(working_days("17.5"))
        )
    );
    let fees: Vec<Fee> = direct.fees.iter().map(|line| line.fee).collect();
    assert_eq!(fees, [Fee::Unknown, Fee::Unknown, Fee::Known(Dong(8_000))]);
    assert_eq!(
        direct.fees[0].text,
        "Miễn cho người nghèo;  còn lại 8.000 đ"
    );
    assert_eq!(procedure.component_groups.len(), 1);
    assert_eq!(procedure.component_groups[0].heading, "Giấy tờ phải nộp:");
    let form = &procedure.component_groups[0].items[0];
    assert_eq!(
        (form.name.as_str(), form.n_originals, form.n_copies),
        ("Tờ khai", 1, 2)
    );
    assert_eq!(form.forms, ["to-khai.docx"]);
    assert_eq!(procedure.steps[0].text, "- Bước 1\n- Bước 2");
    assert_eq!(notes_at(&notes, "category"), [NoteKind::Missing]);
    assert_eq!(notes_at(&notes, "checklist_raw[1]"), [NoteKind::EmptyGroup]);
    assert_eq!(
        notes_at(&notes, "channels[2].processing.qty"),
        [NoteKind::NoPeriod]
    );
    assert_eq!(
        notes_at(&notes, "channels[].fees[].value_vnd"),
        [NoteKind::UnknownFees { n_lines: 2 }]
    );
    assert_eq!(notes.len(), 4, "{notes:#?}");
}

#[test]
fn a_normalised_procedure_reads_back_the_same() {
    let (procedure, _) = import(&record()).unwrap();
    let json = serde_json::to_string(&procedure).unwrap();
    assert_eq!(serde_json::from_str::<Procedure>(&json).unwrap(), procedure);
}

#[test]
fn the_officer_chooses_only_where_the_record_leaves_a_choice() {
    let (mut procedure, _) = import(&record()).unwrap();
    let three = ProcessingChoice::Decided(working_days("3"));
    let options = |options: &[(&str, bool, &[&str])]| {
        let option = |(qty, by_channel, cases): &(&str, bool, &[&str])| ProcessingOption {
            period: working_days(qty),
            by_channel: *by_channel,
            cases: cases.iter().map(|code| (*code).to_owned()).collect(),
        };
        Some(ProcessingChoice::Choose(
            options.iter().map(option).collect(),
        ))
    };
    // Channel and case disagree: both are offered. A chosen case decides.
    let both = options(&[("17.5", true, &[]), ("3", false, &["9.000001.01"])]);
    assert_eq!(procedure.processing_for(0, None), both);
    assert_eq!(
        procedure.processing_for(0, Some("9.000001.01")),
        Some(three.clone())
    );
    // Unit OTHER: the case decides, whatever number or prose stands in the channel.
    assert_eq!(procedure.processing_for(1, None), Some(three.clone()));
    assert_eq!(procedure.processing_for(2, None), Some(three.clone()));
    // Several cases with one time leave nothing to choose; with two times they do.
    let mut more = procedure.cases[0].clone();
    more.code = "9.000001.02".to_owned();
    procedure.cases.push(more.clone());
    assert_eq!(procedure.processing_for(1, None), Some(three));
    more.code = "9.000001.03".to_owned();
    more.processing = Processing::Known(working_days("8"));
    procedure.cases.push(more);
    let expect = options(&[
        ("3", false, &["9.000001.01", "9.000001.02"]),
        ("8", false, &["9.000001.03"]),
    ]);
    assert_eq!(procedure.processing_for(1, None), expect);
    // One code published with two times is a choice too, even when that case was chosen.
    procedure.cases[2].code = "9.000001.01".to_owned();
    let chosen = procedure.processing_for(1, Some("9.000001.01"));
    assert!(matches!(chosen, Some(ProcessingChoice::Choose(options)) if options.len() == 2));
    // A case without a time falls back to the channel.
    procedure.cases = vec![procedure.cases[0].clone()];
    procedure.cases[0].processing = Processing::Unstated {
        text: String::new(),
    };
    let from_channel = Some(ProcessingChoice::Decided(working_days("17.5")));
    assert_eq!(procedure.processing_for(0, None), from_channel);
    assert_eq!(
        procedure.processing_for(0, Some("9.000001.01")),
        from_channel
    );
    // Nothing states a time: the prose is shown and the officer enters one.
    procedure.cases.clear();
    let ask = |text: &str| {
        Some(ProcessingChoice::Ask {
            text: text.to_owned(),
        })
    };
    assert_eq!(procedure.processing_for(2, None), ask("Theo mô tả"));
    assert_eq!(procedure.processing_for(1, None), ask(""));
    assert_eq!(procedure.processing_for(1, Some("9.000001.01")), None);
    assert_eq!(procedure.processing_for(9, None), None);
}

#[test]
fn quantities_are_numbers_decimals_or_prose() {
    let known = |qty, unit| {
        Processing::Known(Period {
            qty: Qty::parse(qty).unwrap(),
            unit,
        })
    };
    let prose = |text: &str| Processing::Unstated {
        text: text.to_owned(),
    };
    let rows = [
        (json!(10), "DAY", known("10", PeriodUnit::CalendarDay)),
        (
            json!(7.5),
            "WORKING_DAY",
            known("7.5", PeriodUnit::WorkingDay),
        ),
        (
            json!("30"),
            "WORKING_DAY",
            known("30", PeriodUnit::WorkingDay),
        ),
        (json!("2,5"), "HOUR", known("2.5", PeriodUnit::Hour)),
        (json!(2), "MONTH", known("2", PeriodUnit::Month)),
        (json!(5), "OTHER", prose("")),
        (json!(0), "WORKING_DAY", prose("")),
        (json!(-3), "WORKING_DAY", prose("")),
        (json!(1e9), "DAY", prose("")),
        (json!(null), "DAY", prose("")),
        (
            json!("Không quá 10 ngày làm việc"),
            "OTHER",
            prose("Không quá 10 ngày làm việc"),
        ),
        (
            json!("Không quá 10 ngày"),
            "DAY",
            prose("Không quá 10 ngày"),
        ),
        (json!(3), "WEEK", prose("")),
    ];
    for (qty, unit, expect) in rows {
        let mut changed = record();
        changed["channels"][0]["processing"] = json!({"qty": qty, "unit": unit});
        let (procedure, _) = import(&changed).unwrap();
        assert_eq!(procedure.channels[0].processing, expect, "{qty} {unit}");
    }
}

/// Where, what is put there, and the note it leaves.
const WRONG_PARTS: [(&str, &str, &str); 12] = [
    (
        "/subject_types/1",
        r#""Vật lạ""#,
        r#"subject_types[]: giá trị lạ "Vật lạ""#,
    ),
    (
        "/channels/0/method",
        r#""FAX""#,
        r#"channels[0].method: giá trị lạ "FAX""#,
    ),
    (
        "/channels/0/fees/0/type",
        "7",
        "channels[0].fees[0].type: sai kiểu",
    ),
    (
        "/channels/0/fees/0/value_vnd",
        r#""8000""#,
        "channels[0].fees[0].value_vnd: sai kiểu",
    ),
    (
        "/channels/0/fees/0/value_vnd",
        "0.5",
        "channels[0].fees[0].value_vnd: sai kiểu",
    ),
    ("/channels", "{}", "channels: sai kiểu"),
    ("/results", r#"["a", 5]"#, "results[1]: sai kiểu"),
    (
        "/checklist_raw/0/items/0/original_qty",
        "-1",
        "checklist_raw[0].items[0].original_qty: sai",
    ),
    (
        "/checklist_raw/0/items/0/copy_qty",
        "null",
        "checklist_raw[0].items[0].copy_qty: không có",
    ),
    (
        "/checklist_raw/0/items/0",
        "[]",
        "checklist_raw[0].items[0].name: không có",
    ),
    ("/state", r#""GONE""#, r#"state: giá trị lạ "GONE""#),
    ("/legal_basis", "null", "legal_basis: không có, để trống"),
];

#[track_caller]
fn check_note(pointer: &str, value: Value, note: &str) {
    let mut changed = record();
    *changed.pointer_mut(pointer).unwrap() = value;
    let (_, notes) = import(&changed).expect(pointer);
    let told: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(
        told.iter().any(|line| line.starts_with(note)),
        "{pointer}: {told:#?}"
    );
}

#[test]
fn wrong_parts_are_left_out_and_noted() {
    for (pointer, value, note) in WRONG_PARTS {
        check_note(pointer, serde_json::from_str(value).unwrap(), note);
    }
}

#[test]
fn long_texts_and_lists_are_cut_and_noted() {
    check_note(
        "/requirements",
        json!("x".repeat(40_000)),
        "requirements: văn bản quá dài, chỉ giữ 32768",
    );
    check_note(
        "/results",
        json!(vec!["Giấy"; 65]),
        "results: có 65 mục, chỉ giữ 64",
    );
}

#[test]
fn a_record_without_identity_is_refused_with_a_reason() {
    let without = |field: &str, value: Value| {
        let mut changed = record();
        changed[field] = value;
        changed.to_string()
    };
    let whole = record().to_string();
    let rows = [
        (whole[..whole.len() / 2].to_owned(), "JSON đầy đủ"),
        (String::new(), "JSON đầy đủ"),
        ("\u{0}".to_owned(), "JSON đầy đủ"),
        ("[".repeat(5_000), "JSON đầy đủ"),
        ("[1]".to_owned(), "không phải một bản ghi"),
        (without("code", Value::Null), "mã thủ tục"),
        (without("code", json!(1.001_193)), "mã thủ tục"),
        (without("code", json!("../../etc")), "mã thủ tục"),
        (without("name", Value::Null), "không có tên"),
        (without("name", json!(" - ")), "không có tên"),
        (" ".repeat(MAX_RECORD_BYTES + 1), "tối đa"),
    ];
    for (json, expect) in rows {
        let error = import_record(json.as_bytes())
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expect), "{error}");
    }
    assert!(import_record(format!("\u{feff}{whole}").as_bytes()).is_ok());
}

#[test]
fn an_oversized_procedure_loses_step_texts_first() {
    let mut large = record();
    let step = json!({"name": "", "text": "ệ".repeat(10_000)});
    large["steps_raw"] = json!(vec![step; 20]);
    let (procedure, notes) = import(&large).unwrap();
    assert!(serde_json::to_vec(&procedure).unwrap().len() <= MAX_NORMALISED_BYTES);
    assert_eq!(procedure.steps.len(), 20);
    assert_eq!(procedure.steps[0].text.len(), 1023); // 341 letters of 3 bytes: cut between letters.
    assert_eq!(
        notes_at(&notes, "steps_raw[19].text"),
        [NoteKind::Truncated { limit_bytes: 1024 }]
    );

    let item = json!({"name": "x".repeat(30_000), "original_qty": 1, "copy_qty": 0, "code": "K"});
    large["checklist_raw"] = json!([{"group": "", "items": vec![item; 10]}]);
    assert!(matches!(
        import(&large),
        Err(ImportError::TooMuchText { .. })
    ));
}

#[test]
fn notes_stay_bounded() {
    let mut noisy = record();
    noisy["results"] = json!(vec![json!(1); 64]);
    noisy["legal_basis"] = json!(vec![json!({}); 128]);
    let (_, notes) = import(&noisy).unwrap();
    assert_eq!(notes.len(), MAX_NOTES + 1);
    assert!(matches!(notes[MAX_NOTES].kind, NoteKind::More { n_notes } if n_notes > 200));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(import_record(&bytes).is_err());
    }

    #[test]
    fn a_damaged_record_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = record().to_string().into_bytes();
        let index = at.index(bytes.len());
        bytes[index] = byte;
        if let Ok((procedure, _)) = import_record(&bytes) {
            prop_assert!(!procedure.name.is_empty());
        }
    }
}
