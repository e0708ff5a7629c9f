//! Projections, as the engine looks them up and as two nodes compare them.

use lienquay_core::store::{ProjectionRow, Store, TicketFilter};
use lienquay_shared::NodeId;
use lienquay_shared::codec::Text;
use lienquay_shared::domain::dossier::{Channel, Status};
use lienquay_shared::domain::text::fold;
use lienquay_shared::domain::ticket::{Epoch, TicketState};
use lienquay_shared::view::{ConflictRow, DossierRow, ProcedureRow, TicketRow};

use super::sample::doc;

fn dossier(n: u8, codes: &[&str]) -> DossierRow {
    DossierRow {
        doc: doc(n),
        code: codes.first().copied().unwrap_or_default().to_owned(),
        codes: codes.iter().map(ToString::to_string).collect(),
        procedure_code: "1.001193".to_owned(),
        procedure_name: "Đăng ký khai sinh".to_owned(),
        transacting_name: "Đào Văn Ước".to_owned(),
        subject_name: "Đào Thị Ơn".to_owned(),
        channel: Channel::default(),
        status: Status::Received,
        received_at_millis: Some(1_763_700_000_000 + u64::from(n)),
        due_at_millis: None,
        ended_at_millis: None,
        n_conflicts: 0,
        search_text: fold(&format!("Đào {n} {}", codes.join(" "))),
    }
}

fn put_dossier(store: &mut dyn Store, row: &DossierRow) {
    store
        .project(&ProjectionRow::Dossier(row.clone(), Vec::new()))
        .unwrap();
}

fn procedure(n: u8, code: &str, effective_from: Option<i32>) -> ProjectionRow {
    ProjectionRow::Procedure(ProcedureRow {
        doc: doc(n),
        code: code.to_owned(),
        name: "Chứng thực".to_owned(),
        field_code: None,
        field_name: None,
        effective_from,
        state: "SAMPLE".to_owned(),
        search_text: "chung thuc".to_owned(),
    })
}

fn ticket(n: u8, day: i32, lane: &str, issuer: Option<u8>, number: u32) -> TicketRow {
    TicketRow {
        doc: doc(n),
        number_text: format!("{lane}{number:03}"),
        number,
        day,
        lane: Text::truncated(lane),
        issued_lane: Text::truncated(lane),
        issuer: issuer.map(|issuer| NodeId([issuer; 32])),
        issued_hlc: 1,
        issued_at_millis: 1,
        moved_hlc: None,
        state: TicketState::Waiting,
        priority: None,
        for_counter: None,
        for_officer: None,
        keeper: Epoch::first(NodeId([1; 32])),
        call: None,
        is_double_called: false,
        n_papers: 0,
        n_defects: 0,
    }
}

fn put_ticket(store: &mut dyn Store, row: &TicketRow) {
    store.project(&ProjectionRow::Ticket(row.clone())).unwrap();
}

pub(super) fn codes_find_their_dossiers(store: &mut dyn Store) {
    put_dossier(store, &dossier(2, &["H26.15-251121-0007", "TAM-9"]));
    put_dossier(store, &dossier(1, &["TAM-9"]));
    let coded = |store: &dyn Store, code| store.dossiers_coded(code).unwrap();
    assert_eq!(coded(store, "H26.15-251121-0007"), [doc(2)]);
    let mut both = coded(store, "TAM-9");
    both.sort_unstable();
    assert_eq!(both, [doc(1), doc(2)], "two carry it");
    assert_eq!(coded(store, "H26.15"), [], "whole codes only");
    put_dossier(store, &dossier(2, &["H26.15-251121-0008"]));
    assert_eq!(coded(store, "H26.15-251121-0007"), [], "replaced whole");
    assert_eq!(coded(store, "H26.15-251121-0008"), [doc(2)]);
    store.unproject(&doc(2)).unwrap();
    store.unproject(&doc(9)).unwrap();
    assert_eq!(coded(store, "H26.15-251121-0008"), []);
    assert_eq!(coded(store, "TAM-9"), [doc(1)]);
}

pub(super) fn procedure_versions_newest_first(store: &mut dyn Store) {
    for (n, code, from) in [
        (1, "1.1", Some(100)),
        (2, "1.1", None),
        (3, "1.1", Some(300)),
        (4, "1.2", Some(400)),
        (5, "1.1", Some(-5)),
    ] {
        store.project(&procedure(n, code, from)).unwrap();
    }
    assert_eq!(
        store.procedures_coded("1.1").unwrap(),
        [doc(3), doc(1), doc(5), doc(2)]
    );
    assert_eq!(store.procedures_coded("1.3").unwrap(), []);
}

pub(super) fn tickets_by_lane_issuer_and_number(store: &mut dyn Store) {
    let rows = [
        ticket(1, 10, "B", Some(1), 1),
        ticket(2, 10, "A", Some(2), 1),
        ticket(3, 10, "A", Some(1), 12),
        ticket(4, 10, "A", Some(1), 3),
        ticket(5, 10, "A", None, 99),
        ticket(6, 11, "A", Some(1), 1),
    ];
    for row in &rows {
        put_ticket(store, row);
    }
    let granted = TicketRow {
        state: TicketState::Granted,
        ..rows[1].clone()
    };
    let finished = TicketRow {
        state: TicketState::Finished,
        ..rows[3].clone()
    };
    let elsewhere = TicketRow {
        keeper: Epoch::first(NodeId([2; 32])),
        ..rows[5].clone()
    };
    for row in [&granted, &finished, &elsewhere] {
        put_ticket(store, row);
    }
    let docs = |store: &dyn Store, filter: TicketFilter, limit| {
        let rows = store.tickets(&filter, limit).unwrap();
        rows.iter().map(|row| row.doc.0[0]).collect::<Vec<_>>()
    };
    let lane = || "A".to_owned();
    let of_day = || TicketFilter::OfDay {
        day: 10,
        lane: lane(),
    };
    assert_eq!(docs(store, of_day(), 100), [5, 4, 3, 2]);
    assert_eq!(docs(store, of_day(), 2), [5, 4]);
    assert_eq!(
        docs(
            store,
            TicketFilter::Open {
                day: 10,
                lane: lane()
            },
            100
        ),
        [5, 3, 2]
    );
    assert_eq!(
        docs(store, TicketFilter::KeptBy(NodeId([1; 32])), 100),
        [5, 3, 2, 1]
    );
    assert_eq!(docs(store, TicketFilter::KeptBy(NodeId([2; 32])), 100), [6]);
    assert_eq!(
        store.tickets(&of_day(), 100).unwrap()[3],
        granted,
        "rows come back whole"
    );
    assert_eq!(store.tickets_numbered(10, "A003").unwrap(), [finished]);
    assert_eq!(store.tickets_numbered(11, "A003").unwrap(), []);
}

pub(super) fn the_digest_depends_on_rows_alone(store: &mut dyn Store) {
    let empty = store.projection_digest().unwrap();
    let conflict = ConflictRow {
        doc: doc(1),
        code: "X".to_owned(),
        field: "status".to_owned(),
        values: Vec::new(),
    };
    let rows = [
        ProjectionRow::Dossier(dossier(3, &["A"]), Vec::new()),
        ProjectionRow::Dossier(dossier(1, &["B"]), vec![conflict]),
        ProjectionRow::Ticket(ticket(2, 10, "A", None, 1)),
        procedure(4, "1.1", None),
    ];
    for row in &rows {
        store.project(row).unwrap();
    }
    let full = store.projection_digest().unwrap();
    assert_ne!(full, empty);
    for row in rows.iter().rev() {
        let ProjectionRow::Dossier(row, _) = row else {
            continue;
        };
        store.unproject(&row.doc).unwrap();
    }
    assert_ne!(store.projection_digest().unwrap(), full);
    for row in rows.iter().rev() {
        store.project(row).unwrap();
    }
    assert_eq!(
        store.projection_digest().unwrap(),
        full,
        "not on the order of arrival"
    );
    put_dossier(store, &dossier(1, &["B"]));
    assert_ne!(
        store.projection_digest().unwrap(),
        full,
        "the conflict is part of it"
    );
    for n in 1..=4 {
        store.unproject(&doc(n)).unwrap();
    }
    assert_eq!(store.projection_digest().unwrap(), empty);
}
